"""What is due of disciplinary decisions: the end of 留党察看, about which somebody decides, and the end of effects."""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.ledgers.discipline import WATCHED_NOW, effect_ends_on
from app.ledgers.team import on_the_roll
from app.place import Place
from app.policy import Policies
from app.reminding import Reminder, Urgency, named, spoken
from app.rules import discipline as rules
from app.rules.spans import months_later
from db.models.team import Discipline, Member


def due(session: Session, today: date) -> Iterator[Reminder]:
    """Of members on the roll: whose 留党察看 is over or ends within a month, and whose decision has lost its effect
    in the last month."""
    known = (
        select(Discipline, Member.name)
        .join(Member, Member.id == Discipline.member_id)
        .where(Discipline.deleted_at.is_(None), Member.deleted_at.is_(None), on_the_roll(today))
        .order_by(Discipline.id)
    )
    yield from _watched(session.execute(known.where(WATCHED_NOW)).all(), today)
    yield from _without_effect(session.execute(known).all(), Policies.read(session), today)


def _watched(found: Sequence[Row[Discipline, str]], today: date) -> Iterator[Reminder]:
    ends = sorted(
        (rules.watched_until(one.decided_on, one.watched_years, one.extended_on), name, one.id) for one, name in found
    )
    soon = months_later(today, rules.NOTICE_MONTHS)
    for title, urgency, people in (
        ("留党察看期满没有处理", Urgency.WRONG, [one for one in ends if one[0] <= today]),
        ("留党察看即将期满", Urgency.ATTENTION, [one for one in ends if today < one[0] <= soon]),
    ):
        if people:
            on, name, _ = people[0]
            detail = f"{name} {spoken(on, today)}期满，请支部讨论是否恢复党员权利，报原批准机关"
            place = Place(Discipline.__tablename__, ids=tuple(id for _, _, id in people), title=title)
            yield Reminder(urgency, f"{title} {len(people)} 人", detail, place)


def _without_effect(found: Sequence[Row[Discipline, str]], policy: Policies, today: date) -> Iterator[Reminder]:
    since = months_later(today, -1)
    over = [
        (one.id, name)
        for one, name in found
        if (ends := effect_ends_on(one, policy)) is not None and since < ends <= today
    ]
    if over:
        place = Place(Discipline.__tablename__, ids=tuple(id for id, _ in over), title="处分影响期满")
        detail = f"{named([name for _, name in over])}：职务任用不再受这次处分限制"
        yield Reminder(Urgency.INFORMATION, f"处分影响期满 {len(over)} 人", detail, place)
