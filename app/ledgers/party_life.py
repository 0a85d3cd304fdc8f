"""活力党建: the meetings of a Party organisation, and its members' dues."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.checks import Look
from app.findings import Finding, error, warning
from app.ledgers.ledger import Chip, Derived, Figure, Ledger, Pillar
from app.ledgers.through import branch_of_member
from app.policy import Policies
from app.rules import dues, meetings, monthly
from db.models.organisation import PartyOrg
from db.models.party_life import Dues, Meeting
from db.models.team import Member

# ---------------------------------------------------------------- meetings


def meeting_has_happened(on: date | None, today: date) -> Finding | None:
    """meeting.on: a meeting is written down when it was held."""
    return error("on", "meeting.on", f"日期 {on} 晚于今天，请核对") if on and on > today else None


def organisation_is_old_enough(party_org_id: str | None, on: date | None, look: Look) -> Finding | None:
    """meeting.founded: nothing is held before the organisation is there."""
    org: PartyOrg | None = look.get(PartyOrg, party_org_id)
    if org is not None and org.founded_on is not None and on is not None and on < org.founded_on:
        return warning("on", "meeting.founded", f"日期 {on} 早于“{org.name}”的建立日期 {org.founded_on}，请核对")
    return None


def held_this_month(today: date) -> ColumnElement[bool]:
    """A meeting of this month."""
    return and_(Meeting.on >= today.replace(day=1), Meeting.on <= today)


def attendance_of(expected: int | None, present: int | None) -> str:
    """The share of those expected who came."""
    if not expected or present is None:
        return ""
    return f"{100 * min(present, expected) // expected}%"


# ---------------------------------------------------------------- dues


def amounts_are_possible(base: int | None, due: int | None, paid: int | None) -> Iterator[Finding]:
    """dues.negative: money is not less than nothing."""
    for field, label, amount in (("base", "交纳基数", base), ("due", "应交", due), ("paid", "实交", paid)):
        if amount is not None and amount < 0:
            yield error(field, "dues.negative", f"{label}不能是负数，请核对")


def due_is_right(
    kind: str | None,
    base: int | None,
    due: int | None,
    exempt: bool | None,
    month: str | None,
    policy: Policies,
) -> Finding | None:
    """dues.amount, with the brackets that policy sets for the month."""
    if month is None or due is None:
        return None
    on = monthly.due_date(month)
    expected = expected_dues(kind, base, policy, on)
    farmer_max = fen(policy, "dues.farmer_max", on, dues.FARMER_MAX)
    return dues.due_is_right(kind, due, expected, farmer_max, bool(exempt))


def expected_dues(kind: str | None, base: int | None, policy: Policies, on: date) -> int | None:
    """What policy asks of a kind and a base on a day, in fen; None where the base is not known."""
    return dues.due(
        kind,
        base,
        wage=policy.text("dues.brackets.wage", on, dues.WAGE_BRACKETS),
        pension=policy.text("dues.brackets.pension", on, dues.PENSION_BRACKETS),
        farmer_min=fen(policy, "dues.farmer_min", on, dues.FARMER_MIN),
        relief=fen(policy, "dues.relief", on, dues.RELIEF_DUE),
    )


def fen(policy: Policies, key: str, on: date, default: int) -> int:
    """A policy's amount of yuan in fen; `default` is in fen."""
    return int(policy.number(key, on, 0) * 100) or default


def paid_once_a_month(member_id: str | None, month: str | None, look: Look) -> Finding | None:
    """dues.once: one member has one line a month."""
    if member_id and month and look.others(Dues, member_id=member_id, month=month):
        return error("month", "dues.once", f"该党员 {month} 的党费已经登记过，请修改原有的一条")
    return None


def payment_has_a_day(paid: int | None, paid_on: date | None, today: date) -> Finding | None:
    """dues.paid_on: what was paid was paid on a day, not after today."""
    if paid_on is not None and paid_on > today:
        return error("paid_on", "dues.paid_on", f"交纳日期 {paid_on} 晚于今天，请核对")
    if paid and paid_on is None:
        return warning("paid_on", "dues.paid_on", "已有实交金额，请填写交纳日期")
    return None


def dues_begin_with_admission(member_id: str | None, month: str | None, look: Look) -> Finding | None:
    """dues.from (§11.1): a member pays from the month of the meeting that admitted them."""
    member: Member | None = look.get(Member, member_id)
    if member is None or member.joined_on is None or month is None:
        return None
    if month < monthly.month_of(member.joined_on):
        return warning("month", "dues.from", f"{month} 早于入党日期 {member.joined_on}，请核对")
    return None


def not_paid(_: date) -> ColumnElement[bool]:
    """A month whose dues are not settled."""
    return and_(Dues.exempt.is_not(True), Dues.due > 0, or_(Dues.paid.is_(None), Dues.paid < Dues.due))


def not_paid_before(today: date) -> ColumnElement[bool]:
    """A past month whose dues are not settled."""
    return and_(not_paid(today), Dues.month < monthly.month_of(today))


def what_is_due(session: Session, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The kind that goes with what the member does, the base of the last month, and the dues of both."""
    member = session.get(Member, values["member_id"]) if values["member_id"] else None
    if member is None or values["month"] is None:
        return {}
    before = select(Dues.kind, Dues.base).where(
        Dues.member_id == member.id, Dues.month < values["month"], Dues.deleted_at.is_(None)
    )
    last = session.execute(before.order_by(Dues.month.desc()).limit(1)).first()
    kind = values["kind"] or (last.kind if last else None) or dues.kind_of(member.work_post)
    base = values["base"] if values["base"] is not None else last.base if last else None
    on = monthly.due_date(values["month"])
    return {"kind": kind, "base": base, "due": expected_dues(kind, base, Policies.read(session), on)}


MEETINGS = Ledger(
    Meeting,
    title="三会一课",
    one="会议记录",
    counter="次",
    pillar=Pillar.TEAM,
    icon="mdi6.forum-outline",
    label="{party_org} {kind} {on}",
    columns="party_org kind on subject expected present attendance host",
    derived=(Derived("attendance", "到会率", attendance_of, number=True),),
    form={
        "会议": "party_org kind on place host recorder",
        "人员": "expected present absent guests",
        "内容": "subject content resolution votes_for",
    },
    tree="party_org_id",
    chips=(
        Chip("本月", held_this_month),
        Chip("党员大会", Meeting.kind == meetings.GENERAL),
        Chip("支委会", Meeting.kind == meetings.COMMITTEE),
        Chip("党课", Meeting.kind == meetings.LECTURE),
        Chip("主题党日", Meeting.kind == meetings.THEME_DAY),
    ),
    figures=(Figure("共", unit="次"), Figure("本月", held_this_month)),
    checks=(
        meeting_has_happened,
        organisation_is_old_enough,
        meetings.nobody_counted_twice,
        meetings.half_are_present,
        meetings.votes_are_possible,
    ),
    order="-on",
    empty="党员大会、支委会、党小组会、党课、主题党日和组织生活会，开一次记一条。",
)

DUES = Ledger(
    Dues,
    title="党费",
    one="党费",
    pillar=Pillar.TEAM,
    icon="mdi6.hand-coin-outline",
    label="{member} {month}",
    columns="member branch month kind base due paid paid_on exempt",
    derived=(branch_of_member(Dues),),
    form={
        "应交": "member month kind base due",
        "实交": "paid paid_on receipt_no exempt approval",
    },
    order="-month",
    keys=("member_id month",),
    chips=(
        Chip("没有交清", not_paid),
        Chip("往月没有交清", not_paid_before),
        Chip("批准少交免交", Dues.exempt.is_(True)),
    ),
    figures=(Figure("共", unit="条"), Figure("没有交清", not_paid)),
    checks=(
        paid_once_a_month,
        amounts_are_possible,
        due_is_right,
        dues.exemption_is_approved,
        payment_has_a_day,
        dues_begin_with_admission,
    ),
    follows=what_is_due,
    empty="每名党员每月一条：基数、应交、实交。应交按基数所在一档的比例全额计算。",
)

LEDGERS = (MEETINGS, DUES)
