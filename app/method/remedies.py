"""One branch, one remedy (seed §3): each organisation with its grade, its problems and their remedies, and who was sent
to help."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ledgers.method_checks import first_secretaries, latest_grades
from app.rules import rectification
from app.rules.dispatch import NEW_SECTORS
from app.rules.rating import WEAK
from app.rules.rectification import State
from db import codes
from db.models.method import Dispatch, Rating, Rectification
from db.models.organisation import Office, PartyOrg


@dataclass(frozen=True)
class Item:
    """One problem and its remedy. `tone`: good, attention, wrong or information, said in `state` too."""

    id: str
    problem: str
    description: str
    measure: str
    responsible: str
    state: State
    overdue: bool
    due_on: date
    percent: int | None
    closed_on: date | None

    @property
    def tone(self) -> str:
        """How much it presses."""
        if self.overdue or self.state is State.RELAPSED:
            return "wrong"
        return {State.CLOSED: "good", State.CLAIMED: "information"}.get(self.state, "attention")


@dataclass(frozen=True)
class Branch:
    """One graded organisation in a year.

    `grade` is the county's or, until it has decided, the township's; `before` that of the year before; both as names,
    empty where there is none. `settled` is whether the county has decided. `sent` are the cadres who were sent there.
    """

    id: str
    name: str
    office: str
    rating_id: str
    grade: str
    before: str
    settled: bool
    weak: bool
    self_grade: str
    township_grade: str
    county_grade: str
    satisfaction: str
    score: str
    leader: str
    pledge: str
    promoted: bool
    items: tuple[Item, ...]
    sent: tuple[tuple[str, str], ...]

    @property
    def open(self) -> int:
        """How many items are not closed."""
        return sum(one.closed_on is None for one in self.items)

    @property
    def late(self) -> int:
        """How many items are past their day."""
        return sum(one.overdue for one in self.items)


def years(session: Session) -> list[int]:
    """The years in which something was graded, the last one first."""
    return list(
        session.scalars(select(Rating.year).where(Rating.deleted_at.is_(None)).distinct().order_by(Rating.year.desc()))
    )


def branches(session: Session, year: int, today: date) -> list[Branch]:
    """The organisations graded in a year, the weakest first."""
    grades, kinds = codes.table("grade"), codes.table("dispatch_kind")

    def named(code: str | None) -> str:
        return grades.name(code) if code else ""

    before = {one.party_org_id: one.county_grade or one.township_grade for one in _ratings(session, year - 1)}
    items, sent = _items(session, today), defaultdict(list)
    help_ = select(Dispatch).where(Dispatch.deleted_at.is_(None), Dispatch.recalled_on.is_(None))
    for one in session.scalars(help_.order_by(Dispatch.since)):
        sent[one.to_org_id].append((one.name, kinds.name(one.kind)))
    orgs = {one.id: one for one in session.scalars(select(PartyOrg))}
    offices = {one.id: one.name for one in session.scalars(select(Office))}
    found = []
    for rating in _ratings(session, year):
        org, grade = orgs[rating.party_org_id], rating.county_grade or rating.township_grade
        made = Branch(
            id=org.id,
            name=org.name,
            office=offices.get(org.office_id, ""),
            rating_id=rating.id,
            grade=named(grade),
            before=named(before.get(org.id)),
            settled=rating.county_grade is not None,
            weak=grade in WEAK,
            self_grade=named(rating.self_grade),
            township_grade=named(rating.township_grade),
            county_grade=named(rating.county_grade),
            satisfaction="" if rating.mass_score is None else f"{rating.mass_score.normalize():f}%",
            score="" if rating.score is None else f"{rating.score.normalize():f}",
            leader=rating.leader or "",
            pledge=rating.pledge or "",
            promoted=bool(rating.promoted),
            items=tuple(sorted(items.get(org.id, ()), key=attrgetter("due_on"))),
            sent=tuple(sent.get(org.id, ())),
        )
        found.append((grade or "", made))
    found.sort(key=lambda one: (one[0] == "", [-ord(letter) for letter in one[0]], one[1].office, one[1].name))
    return [one for _, one in found]


@dataclass(frozen=True)
class WeakBranch:
    """A branch that the county graded 一般 or 较差 last, and whether a first secretary is there."""

    id: str
    name: str
    office_id: str
    helped: bool


def weak_branches(session: Session) -> list[WeakBranch]:
    """Seed §2: the weak branches, but for enterprises and social organisations, which get instructors."""
    helped, grades = first_secretaries(session), latest_grades(session)
    weak = [org for org, grade in grades.items() if grade in WEAK]
    orgs = select(PartyOrg.id, PartyOrg.name, PartyOrg.office_id).where(
        PartyOrg.deleted_at.is_(None), PartyOrg.id.in_(weak), PartyOrg.sector.not_in(NEW_SECTORS)
    )
    return [
        WeakBranch(id, name, office, id in helped)
        for id, name, office in session.execute(orgs.order_by(PartyOrg.office_id, PartyOrg.id))
    ]


def summary(found: Iterable[Branch]) -> str:
    """What there is to know of them at a glance: 好 3 · 较好 9 · 一般 2 · 较差 1 · 未销号 8 项 · 超期 2 项."""
    all_ = list(found)
    names = [item.name for item in codes.table("grade").items]
    parts = [f"{name} {number}" for name in names if (number := sum(one.grade == name for one in all_))]
    waiting = sum(not one.settled for one in all_)
    parts += [f"待县里审定 {waiting}"] if waiting else []
    parts.append(f"未销号 {sum(one.open for one in all_)} 项")
    late = sum(one.late for one in all_)
    return " · ".join([*parts, f"超期 {late} 项"] if late else parts)


def _ratings(session: Session, year: int) -> Iterable[Rating]:
    return session.scalars(select(Rating).where(Rating.deleted_at.is_(None), Rating.year == year))


def _items(session: Session, today: date) -> dict[str, list[Item]]:
    problems = codes.table("branch_problem")
    found: dict[str, list[Item]] = defaultdict(list)
    for one in session.scalars(select(Rectification).where(Rectification.deleted_at.is_(None))):
        found[one.party_org_id].append(
            Item(
                id=one.id,
                problem=problems.name(one.problem),
                description=one.description,
                measure=one.measure,
                responsible=one.responsible,
                state=rectification.state(one.percent, one.progress, one.claimed_on, one.closed_on, one.relapsed),
                overdue=rectification.is_overdue(one.due_on, one.closed_on, today),
                due_on=one.due_on,
                percent=one.percent,
                closed_on=one.closed_on,
            )
        )
    return found
