"""Policy, the county's remarks, and the files attached to records."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.checks import Look
from app.findings import Finding, error
from app.ledgers.ledger import Chip, Derived, Figure, Ledger, Pillar
from app.policy import Policies
from app.rules import bands, working_days
from db.fields import Authority
from db.models.common import Attachment, Policy, Remark
from db.models.record import models

NUMBER = re.compile(r"-?\d+(\.\d+)?")


def value_is_of_its_kind(
    key: str | None, value: str | None, effective_from: date | None, policy: Policies
) -> Finding | None:
    """policy.value: a rule that reads a number (or true, false, days) goes on finding one under the key."""
    if key is None or value is None:
        return None
    if key in (working_days.OFF, working_days.MADE_UP):
        return _days_of_a_year(value, effective_from)
    others = policy.ever(key)
    if not others:
        return None
    if all(NUMBER.fullmatch(one) for one in others) and not NUMBER.fullmatch(value):
        return error("value", "policy.value", f"“{value}”不是数字，参数 {key} 的值应是数字，如 {others[0]}")
    if all(one in ("true", "false") for one in others) and value not in ("true", "false"):
        return error("value", "policy.value", f"参数 {key} 的值应是 true 或 false")
    if key.startswith("bands."):
        try:
            bands.lasts(value)
        except ValueError:
            message = f"参数 {key} 的值应是由小到大的整数，用空格隔开，如 {others[0]}"
            return error("value", "policy.value", message)
    return None


def _days_of_a_year(value: str, effective_from: date | None) -> Finding | None:
    """policy.value: the days of a notice, in the year of the day from which it holds."""
    if effective_from is None:
        return None
    try:
        working_days.days(effective_from.year, value)
    except ValueError:
        message = f"应写 {effective_from.year} 年的日子，由前到后，用空格隔开，连着的写起止，如 1.1 2.10-2.17"
        return error("value", "policy.value", message)
    return None


def one_value_a_day(key: str | None, effective_from: date | None, look: Look) -> Finding | None:
    """policy.day: one key has one value from a day on."""
    if key and effective_from and look.others(Policy, key=key, effective_from=effective_from):
        message = f"参数 {key} 已有从 {effective_from} 起的值，请修改那一条，或换一个生效日期"
        return error("effective_from", "policy.day", message)
    return None


def remark_is_on_something(ledger: str | None, record: str | None, field: str | None, look: Look) -> Finding | None:
    """remark.record: a remark names a record that is there, and a field that it has."""
    model = models().get(ledger or "")
    if ledger is None or record is None:
        return None
    if model is None:
        return error("ledger", "remark.record", f"没有叫 {ledger} 的台账，请核对")
    if look.session.get(model, record) is None:
        return error("record", "remark.record", "批注所指的记录不存在，请从记录的“批注”页添加")
    if field is not None and field not in model.__table__.columns:
        return error("field", "remark.record", f"这个台账没有叫 {field} 的栏目，请核对")
    return None


def office_of_the_record(session: Session, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """A remark is for the office that keeps the record which it is about; without one it would go to every office."""
    model = models().get(values["ledger"] or "")
    found = session.get(model, values["record"]) if model is not None and values["record"] else None
    return {} if found is None else {"target_office_id": found.office_id}


def titles_of(session: Session, remarks: Sequence[str]) -> Mapping[str, str]:
    """What the records are called that remarks are about, by remark: 党员花名册 · 陈桂香."""
    from app.ledgers.catalogue import LEDGERS  # the catalogue and the listing are made of this module
    from app.listing import record_titles

    lines = session.execute(select(Remark.id, Remark.ledger, Remark.record).where(Remark.id.in_(remarks))).all()
    titles: dict[str, str] = {}
    for name in {line.ledger for line in lines} & set(LEDGERS):
        wanted = {line.id: line.record for line in lines if line.ledger == name}
        called = record_titles(session, LEDGERS[name], sorted(set(wanted.values())))
        titles |= {id: f"{LEDGERS[name].title} · {called.get(record, record)}" for id, record in wanted.items()}
    return titles


POLICIES = Ledger(
    Policy,
    title="规则参数",
    one="参数",
    counter="项",
    pillar=Pillar.SYSTEM,
    icon="mdi6.tune-variant",
    label="{title}",
    columns="title value effective_from source",
    form={"参数": "key title value effective_from source"},
    order="key",
    keys=("key effective_from",),
    figures=(Figure("共", unit="项"),),
    authority=Authority.COUNTY,
    checks=(one_value_a_day, value_is_of_its_kind),
    empty="规则里用到的数字都在这里，各有生效日期和依据。",
)

REMARKS = Ledger(
    Remark,
    title="批注",
    one="批注",
    pillar=Pillar.SYSTEM,
    icon="mdi6.comment-alert-outline",
    label="{text}",
    columns="target_office about text status",
    derived=(Derived("about", "记录", among=titles_of),),
    form={"批注": "target_office ledger record field text status"},
    chips=(Chip("待改", Remark.status == "01"), Chip("已改", Remark.status == "02")),
    figures=(
        Figure("共", unit="条"),
        Figure("待改", Remark.status == "01", unit="条"),
        Figure("已改", Remark.status == "02", unit="条"),
    ),
    defaults={"status": "01"},
    authority=Authority.COUNTY,
    checks=(remark_is_on_something,),
    follows=office_of_the_record,
    empty="县里退回核实的记录和意见在这里。",
)

ATTACHMENTS = Ledger(
    Attachment,
    title="附件",
    one="附件",
    counter="个",
    pillar=Pillar.SYSTEM,
    icon="mdi6.paperclip",
    label="{name}",
    columns="name ledger bytes",
    form={"附件": "ledger record name sha256 bytes"},
    hidden=True,
)

LEDGERS = (POLICIES, REMARKS, ATTACHMENTS)
