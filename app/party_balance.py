"""年度党员数量平衡 (§12.2): last year's end, what came and went by its kind, what is due, what there is."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ledgers.team_checks import IN_GOOD_STANDING
from app.party_statistics import By, Doubt, Figure, Key, Table, Topic, events_by_member, lines_of
from app.rules import balance
from app.rules.balance import GAINS, LOSSES, SENTENCES, Gap
from db import codes
from db.models.team import Member, MemberEvent

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
    wanted = select(Member.id, Member.office_id, Member.branch_id, Member.joined_on, Member.standing, Member.deleted_at)
    if office is not None:
        wanted = wanted.where(Member.office_id == office)
    cells: dict[Key, list[list[str]]] = {}
    gaps: list[tuple[Gap, int, str]] = []
    for id, owner, branch, joined_on, standing, deleted_at in session.execute(wanted):
        own: Sequence[Any] = events.get(id, ())
        if deleted_at is not None and not own:
            continue
        deleted = deleted_at is not None
        was = not deleted and balance.on_the_roll(joined_on, own, opening)
        there = not deleted and (standing == IN_GOOD_STANDING if now else balance.on_the_roll(joined_on, own, day))
        passed = balance.moves(own, opening, day) if own else []
        if not (was or there or passed):
            continue
        line = cells.setdefault((owner, branch), [[] for _ in range(DIFFERENCE + 1)])
        if was:
            line[OPENING].append(id)
        if there:
            line[THERE].append(id)
        for one in passed:
            line[kinds[one.kind]].append(one.id)
        if was is there and not passed:
            continue
        found = balance.gap(joined_on, own, opening, day, there=there, deleted=deleted)
        if found is not None:
            number, why = found
            if not deleted:
                line[DIFFERENCE].append(id)
            gaps.append((why, number, own[-1].id if deleted else id))
    lines = lines_of(session, cells, by, office, DIFFERENCE + 1, figures)
    names = codes.table("member_event_kind").name
    end = f"{day.month}月{day.day}日" if (day.month, day.day) != (12, 31) else "本年底"
    columns = ("上年底", *(names(kind) for kind in KINDS), "应有", f"{end}实有", "差")
    numbers = [one.number for one in lines[0].figures] if lines else [0] * len(columns)
    doubts = _doubts(gaps)
    said = finding(numbers, len(gaps)) if lines else "没有党员"
    return Table(Topic.BALANCE, by, day, columns, lines, said, tuple(kinds.values()), shared=False, doubts=doubts)


def figures(parts: list[list[str]]) -> tuple[Figure, ...]:
    """The figures of a line: the sum that is due has no records of its own; a deleted member has none to show."""
    opening, there = len(parts[OPENING]), len(parts[THERE])
    moved = [Figure(len(ids), ids, MemberEvent.__tablename__) for ids in parts[1:DUE]]
    gained = sum(one.number for one in moved[: len(GAINS)])
    due = opening + gained - sum(one.number for one in moved[len(GAINS) :])
    return (
        Figure(opening, parts[OPENING]),
        *moved,
        Figure(due),
        Figure(there, parts[THERE]),
        Figure(there - due, parts[DIFFERENCE]),
    )


def finding(numbers: Sequence[int], doubtful: int) -> str:
    """Whether it balances, in a sentence. It may come out by chance, one too many against one too few."""
    opening, due, there, difference = (numbers[at] for at in (OPENING, DUE, THERE, DIFFERENCE))
    gained, lost = sum(numbers[1 : 1 + len(GAINS)]), sum(numbers[1 + len(GAINS) : DUE])
    said = f"上年底 {opening:,} + 增加 {gained:,} − 减少 {lost:,} = 应有 {due:,}，实有 {there:,}，"
    if difference:
        return f"{said}{'多' if difference > 0 else '少'} {abs(difference):,} 人"
    return f"{said}总数相符，但有 {doubtful:,} 人对不上" if doubtful else f"{said}平衡"


def _doubts(gaps: Sequence[tuple[Gap, int, str]]) -> tuple[Doubt, ...]:
    order = list(Gap)
    found = []
    for why, members in groupby(sorted(gaps, key=lambda one: order.index(one[0])), key=lambda one: one[0]):
        known = list(members)
        ledger = MemberEvent.__tablename__ if why is Gap.NO_MEMBER else Member.__tablename__
        ids = tuple(id for _, _, id in known)
        found.append(Doubt(SENTENCES[why], sum(number for _, number, _ in known), ids, ledger))
    return tuple(found)
