"""活力党建: the disciplinary decisions about members, how long each has effect, and what the store says of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.checks import Look
from app.findings import Finding, error, warning
from app.ledgers.ledger import Chip, Derived, Figure, Ledger, Pillar
from app.ledgers.team_checks import IN_GOOD_STANDING
from app.ledgers.through import branch_of_member
from app.policy import Policies
from app.rules import discipline as rules
from app.rules.recruitment import PROBATIONARY
from db import clock, codes
from db.models.team import Discipline, Member

# ---------------------------------------------------------------- what stands when


def effect_ends_on(one: Discipline, policy: Policies) -> date | None:
    """The end of its effect, by the months that policy sets for the day of the decision."""
    months = policy.whole(rules.KEYS.get(one.kind, ""), one.decided_on, rules.MONTHS.get(one.kind, 0))
    return rules.effect_ends_on(one.kind, one.decided_on, one.restored_on, months)


def said(one: Discipline, policy: Policies, today: date) -> str:
    """How a decision stands today, in a few words."""
    ends = effect_ends_on(one, policy)
    if ends is None:
        due = rules.watched_until(one.decided_on, one.watched_years, one.extended_on)
        return f"察看期满 {due}，没有恢复权利" if due <= today else f"察看到 {due}"
    return f"影响期到 {ends}" if today < ends else f"影响期已满（{ends}）"


def standings(session: Session, ids: Sequence[str]) -> Mapping[str, str]:
    """How decisions stand, by id."""
    policy, today = Policies.read(session), clock.today()
    wanted = select(Discipline).where(Discipline.id.in_(ids))
    return {one.id: said(one, policy, today) for one in session.scalars(wanted)}


def in_effect(session: Session, members: Sequence[str]) -> Mapping[str, str]:
    """The decisions that have effect today, by member."""
    policy, today = Policies.read(session), clock.today()
    wanted = select(Discipline).where(Discipline.member_id.in_(members), Discipline.deleted_at.is_(None))
    found: dict[str, list[str]] = {}
    for one in session.scalars(wanted.order_by(Discipline.decided_on, Discipline.id)):
        ends = effect_ends_on(one, policy)
        if one.decided_on <= today and (ends is None or today < ends):
            kind = codes.table("discipline_kind").name(one.kind)
            found.setdefault(one.member_id, []).append(f"{kind}，{said(one, policy, today)}")
    return {member: "；".join(texts) for member, texts in found.items()}


def without_rights(session: Session, members: Iterable[str], on: date) -> frozenset[str]:
    """Which of these members have no vote on a day and introduce nobody (O10, D11)."""
    wanted = select(Discipline).where(Discipline.member_id.in_(list(members)), Discipline.deleted_at.is_(None))
    return frozenset(
        one.member_id
        for one in session.scalars(wanted)
        if rules.rights_suspended(one.kind, one.decided_on, one.restored_on, on)
    )


# ---------------------------------------------------------------- checks


def decided_once(member_id: str | None, decided_on: date | None, look: Look) -> Finding | None:
    """discipline.once: one matter is decided once."""
    if member_id and decided_on and look.others(Discipline, member_id=member_id, decided_on=decided_on):
        message = f"该党员 {decided_on} 已登记一条处分，请修改原有记录，或核对批准日期"
        return error("decided_on", "discipline.once", message)
    return None


def decided_about_a_member(member_id: str | None, decided_on: date | None, today: date, look: Look) -> Finding | None:
    """discipline.day: what has been decided is written down, of who was in the Party then."""
    member: Member | None = look.get(Member, member_id)
    if decided_on is not None and decided_on > today:
        return error("decided_on", "discipline.day", f"批准日期 {decided_on} 晚于今天，请核对")
    if member is None or member.joined_on is None or decided_on is None or decided_on >= member.joined_on:
        return None
    message = f"批准日期 {decided_on} 早于入党日期 {member.joined_on}，请核对"
    return warning("decided_on", "discipline.day", message)


def probationers_are_not_disciplined(member_id: str | None, look: Look) -> Finding | None:
    """discipline.member (2023, article 36): who is on probation is admonished, kept on it longer, or loses it."""
    member: Member | None = look.get(Member, member_id)
    if member is None or member.category != PROBATIONARY or member.standing != IN_GOOD_STANDING:
        return None
    message = f"{member.name}是预备党员：情节较轻的批评教育或延长预备期，较重的取消资格，不给党纪处分，请核对"
    return warning("member_id", "discipline.member", message)


def who_is_expelled_leaves(member_id: str | None, kind: str | None, look: Look) -> Finding | None:
    """discipline.expelled: who is expelled is off the roll, by an event."""
    member: Member | None = look.get(Member, member_id)
    if member is None or kind != rules.EXPELLED or member.standing != IN_GOOD_STANDING:
        return None
    message = f"{member.name}还在花名册上，请在“党员增减”里记一条“出党”"
    return warning("kind", "discipline.expelled", message)


def watch_is_over(
    member_id: str | None,
    kind: str | None,
    decided_on: date | None,
    watched_years: int | None,
    extended_on: date | None,
    restored_on: date | None,
    today: date,
    look: Look,
) -> Finding | None:
    """discipline.due, of members who are still on the roll."""
    member: Member | None = look.get(Member, member_id)
    if member is None or member.standing != IN_GOOD_STANDING:
        return None
    return rules.watch_is_over(kind, decided_on, watched_years, extended_on, restored_on, today)


WATCHED_NOW = and_(Discipline.kind == rules.WATCHED, Discipline.restored_on.is_(None))
"""Whose rights have not returned."""

DISCIPLINES = Ledger(
    Discipline,
    title="党纪处分",
    one="处分",
    pillar=Pillar.TEAM,
    icon="mdi6.shield-alert-outline",
    label="{member} · {kind}",
    columns="member branch kind decided_on standing decided_by document_no",
    derived=(branch_of_member(Discipline), Derived("standing", "影响期", among=standings)),
    form={
        "处分": "member kind decided_on decided_by document_no reason",
        "留党察看": "watched_years extended_on restored_on",
    },
    keys=("member_id decided_on",),
    order="-decided_on",
    chips=(
        Chip("没有恢复权利", WATCHED_NOW),
        Chip("今年", lambda today: Discipline.decided_on >= date(today.year, 1, 1)),
    ),
    figures=(Figure("共", unit="条"), Figure("没有恢复权利", WATCHED_NOW)),
    checks=(
        decided_once,
        decided_about_a_member,
        probationers_are_not_disciplined,
        rules.watch_has_its_years,
        rules.extension_is_sound,
        rules.rights_return_in_time,
        watch_is_over,
        who_is_expelled_leaves,
    ),
    empty="党员受到的党纪处分，一次决定一条；影响期、察看期由程序算。",
)

LEDGERS = (DISCIPLINES,)
