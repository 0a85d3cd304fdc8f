"""年度党员数量平衡 (§12.2): last year's end, what came and went by its kind, what is due, what there is."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, case, or_, select
from sqlalchemy.orm import Session

from app.ledgers import team
from app.ledgers.team_checks import IN_GOOD_STANDING
from app.offices import of_office
from app.rules import balance
from app.rules.balance import GAINS, LOSSES, SENTENCES, Gap
from app.team.party_statistics import (
    WITH_EVENTS,
    By,
    Doubt,
    Figure,
    Key,
    Part,
    Table,
    Topic,
    events_by_member,
    figure,
    grouped,
    ids_of,
    lines_of,
)
from db import codes
from db.models.team import Member, MemberEvent

MEMBER, EVENT = Member.__tablename__, MemberEvent.__tablename__
KINDS = (*GAINS, *LOSSES)
OPENING, DUE, THERE, DIFFERENCE = 0, len(KINDS) + 1, len(KINDS) + 2, len(KINDS) + 3
"""The columns that are no kind of event: 上年底数, 应有数, 实有数, 差数."""


def table(session: Session, by: By, day: date, today: date, *, office: str | None = None) -> Table:
    """The balance of the year of a day, until that day.

    The end of a past year is what the events come to; today's is the roll. A branch has its members of now, with their
    whole past: who moved within the township is counted there for both years.
    """
    opening, now = date(day.year - 1, 12, 31), day >= today
    kinds = {kind: place for place, kind in enumerate(KINDS, 1)}
    events = events_by_member(session)
    own = of_office(session, Member, office)
    cells: dict[Key, list[Part]] = {}
    gaps: list[tuple[Gap, int, Part, str]] = []

    def line(key: Key) -> list[Part]:
        return cells.setdefault(key, [[] for _ in range(DIFFERENCE + 1)])

    was_on, is_on = _joined_until(opening), team.on_the_roll(today) if now else _joined_until(day)
    flags = [case((one, 1), else_=0) for one in (was_on, is_on)]
    without = [*own, Member.id.not_in(WITH_EVENTS), or_(was_on, is_on)]
    for key, (was, there), part in grouped(session, by, without, *flags):
        parts = line(key)
        if was:
            parts[OPENING] += part
        if there:
            parts[THERE] += part
        if was != there:
            parts[DIFFERENCE] += part
            number = sum(many for many, _ in part)
            gaps.append((Gap.NO_GAIN if there else Gap.NO_LOSS, number if there else -number, part, MEMBER))
    wanted = select(
        Member.id, Member.office_id, Member.branch_id, Member.joined_on, Member.standing, Member.deleted_at
    ).where(Member.id.in_(WITH_EVENTS), *own)
    for id, owner, branch, joined_on, standing, deleted_at in session.execute(wanted):
        known, deleted = events.get(id, ()), deleted_at is not None
        was = not deleted and balance.on_the_roll(joined_on, known, opening)
        there = not deleted and (standing == IN_GOOD_STANDING if now else balance.on_the_roll(joined_on, known, day))
        passed = balance.moves(known, opening, day)
        if not (was or there or passed):
            continue
        parts = line((owner, branch if by is By.BRANCH else ""))
        for place, holds in ((OPENING, was), (THERE, there)):
            if holds:
                parts[place].append((1, id))
        for one in passed:
            parts[kinds[one.kind]].append((1, one.id))
        found = balance.gap(joined_on, known, opening, day, there=there, deleted=deleted)
        if found is not None:
            number, why = found
            if deleted:  # there is nobody to show, but the event
                gaps.append((why, number, [(1, passed[-1].id)], EVENT))
            else:
                parts[DIFFERENCE].append((1, id))
                gaps.append((why, number, [(1, id)], MEMBER))
    lines = lines_of(session, cells, by, office, DIFFERENCE + 1, figures)
    names = codes.table("member_event_kind").name
    columns = ("上年底", *(names(kind) for kind in KINDS), "应有", "实有", "差")
    numbers = [one.number for one in lines[0].figures] if lines else [0] * len(columns)
    doubts = _doubts(gaps)
    said = finding(numbers, sum(len(one.ids) for one in doubts)) if lines else "没有党员"
    return Table(Topic.BALANCE, by, day, columns, lines, said, tuple(kinds.values()), shared=False, doubts=doubts)


def _joined_until(day: date) -> ColumnElement[bool]:
    """Who has no event is on the roll from the day of joining on; see `balance.on_the_roll`."""
    return or_(Member.joined_on.is_(None), Member.joined_on <= day)


def figures(parts: list[Part]) -> tuple[Figure, ...]:
    """The figures of a line: the sum that is due has no records of its own, the difference those that make it."""
    opening, there = figure(parts[OPENING]), figure(parts[THERE])
    moved = [figure(part, EVENT) for part in parts[1:DUE]]
    gained = sum(one.number for one in moved[: len(GAINS)])
    due = opening.number + gained - sum(one.number for one in moved[len(GAINS) :])
    return (opening, *moved, Figure(due, []), there, Figure(there.number - due, parts[DIFFERENCE]))


def finding(numbers: Sequence[int], doubtful: int) -> str:
    """Whether it balances, in a sentence. It may come out by chance, one too many against one too few."""
    opening, due, there, difference = (numbers[at] for at in (OPENING, DUE, THERE, DIFFERENCE))
    gained, lost = sum(numbers[1 : 1 + len(GAINS)]), sum(numbers[1 + len(GAINS) : DUE])
    said = f"上年底 {opening:,} + 增加 {gained:,} − 减少 {lost:,} = 应有 {due:,}，实有 {there:,}，"
    if difference:
        return f"{said}{'多' if difference > 0 else '少'} {abs(difference):,} 人"
    return f"{said}总数相符，但有 {doubtful:,} 人对不上" if doubtful else f"{said}平衡"


def _doubts(gaps: Sequence[tuple[Gap, int, Part, str]]) -> tuple[Doubt, ...]:
    found = []
    for why in Gap:
        known = [one for one in gaps if one[0] is why]
        if known:
            ids = ids_of([part for _, _, parts, _ in known for part in parts])
            found.append(Doubt(SENTENCES[why], sum(number for _, number, _, _ in known), ids, known[0][3]))
    return tuple(found)
