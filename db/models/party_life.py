"""活力党建: the life of the Party in its organisations: meetings and dues."""

from datetime import date

from sqlalchemy.orm import Mapped

from db import fields
from db.models.record import Record


class Meeting(Record):
    """三会一课: one meeting, lecture or theme day of a Party organisation."""

    __tablename__ = "meeting"

    party_org_id: Mapped[str] = fields.link(
        "党组织", "party_org", required=True, search=True, aliases=["所在党支部", "党支部", "支部"]
    )
    kind: Mapped[str] = fields.code("会议类型", "meeting_kind", required=True, aliases=["类型", "活动类型"])
    on: Mapped[date] = fields.day("日期", required=True, aliases=["时间", "召开日期"])
    place: Mapped[str | None] = fields.text("地点", 100)
    host: Mapped[str | None] = fields.person_name("主持人")
    recorder: Mapped[str | None] = fields.person_name("记录人")
    expected: Mapped[int] = fields.whole("应到人数", required=True, unit="人", aliases=["应到"])
    present: Mapped[int] = fields.whole("实到人数", required=True, unit="人", aliases=["实到"])
    absent: Mapped[str | None] = fields.note("缺席及原因", aliases=["缺席人员"])
    guests: Mapped[str | None] = fields.text("列席人员", 200, aliases=["列席"])
    subject: Mapped[str] = fields.text("议题", 200, required=True, search=True, aliases=["主题"])
    content: Mapped[str | None] = fields.note("内容摘要", aliases=["会议记录"])
    resolution: Mapped[str | None] = fields.note("决议", aliases=["决议事项"])
    votes_for: Mapped[int | None] = fields.whole("赞成票", unit="票")


class Dues(Record):
    """党费: what one member owes and has paid for one month."""

    __tablename__ = "dues"

    member_id: Mapped[str] = fields.link("党员", "member", required=True, search=True, aliases=["党员姓名", "姓名"])
    month: Mapped[str] = fields.month("月份", required=True, aliases=["交纳月份"])
    kind: Mapped[str | None] = fields.code("交纳类别", "dues_kind", aliases=["类别"])
    base: Mapped[int | None] = fields.money("交纳基数", aliases=["月基数", "核定基数", "基数"])
    due: Mapped[int | None] = fields.money("应交", aliases=["应交金额", "月应交"])
    paid: Mapped[int | None] = fields.money("实交", aliases=["实交金额"])
    paid_on: Mapped[date | None] = fields.day("交纳日期", aliases=["实交日期"])
    exempt: Mapped[bool | None] = fields.flag("批准少交免交", aliases=["免交"])
    approval: Mapped[str | None] = fields.text("批准情况", 100, aliases=["批准文号"])
    receipt_no: Mapped[str | None] = fields.text("票据号", 30)
