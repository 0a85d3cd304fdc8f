"""What belongs to no one system: policy, remarks on records, and the files attached to them."""

from datetime import date

from sqlalchemy.orm import Mapped

from db import fields
from db.models.record import Record


class Policy(Record):
    """规则参数: a number that a rule uses, from a day on, with its source."""

    __tablename__ = "policy"

    key: Mapped[str] = fields.text("参数", 80, required=True, search=True)
    title: Mapped[str | None] = fields.text("名称", 80, search=True)
    value: Mapped[str] = fields.text("值", 200, required=True)
    effective_from: Mapped[date] = fields.day("生效日期", required=True)
    source: Mapped[str | None] = fields.text("依据", 200)


class Remark(Record):
    """批注: the county returns a record for correction."""

    __tablename__ = "remark"

    target_office_id: Mapped[str | None] = fields.link("单位", "office")
    ledger: Mapped[str] = fields.text("台账", 40, required=True)
    record: Mapped[str] = fields.text("记录", 36, required=True)
    field: Mapped[str | None] = fields.text("栏目", 40)
    text: Mapped[str] = fields.note("批注", required=True)
    status: Mapped[str] = fields.code("状态", "remark_status", required=True)


class Attachment(Record):
    """附件: a photo or scan that belongs to a record; its bytes are kept once, by their SHA-256."""

    __tablename__ = "attachment"

    ledger: Mapped[str] = fields.text("台账", 40, required=True)
    record: Mapped[str] = fields.text("记录", 36, required=True)
    name: Mapped[str] = fields.text("文件名", 200, required=True, search=True)
    sha256: Mapped[str] = fields.text("校验值", 64, required=True)
    bytes: Mapped[int] = fields.whole("大小", required=True, unit="字节")
    target_office_id: Mapped[str | None] = fields.link("单位", "office")
    """Of the superior's record that concerns one office, that office: nobody else is sent it."""
