"""The venues of the villages and the money that builds them, as pages and reminders show them."""

from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.offices import of_office
from app.place import Place
from app.policy import Policies
from app.rules import venue
from db import codes
from db.models.guarantee import Venue, VenueFunding, VenueProject
from db.models.organisation import Office, Village

SOURCES = "funding_source"
PLAN_TITLES = {venue.NEW: "新建活动场所", venue.UPGRADED: "升级达标活动场所"}


@dataclass(frozen=True)
class Coverage:
    """Which villages have a venue that counts. Ids of villages."""

    villages: Set[str]
    counted: Set[str]

    @property
    def lacking(self) -> tuple[str, ...]:
        """Those without, in the order of their ids."""
        return tuple(sorted(venue.lacking(self.villages, self.counted)))


def coverage(session: Session, office: str | None = None) -> Coverage:
    """The villages of an office, or of all, and those with a venue that counts."""
    villages = select(Village.id).where(Village.deleted_at.is_(None), *of_office(session, Village, office))
    projects: dict[str | None, list[tuple[str, bool | None]]] = defaultdict(list)
    made = select(VenueProject.venue_id, VenueProject.kind, VenueProject.accepted)
    for place, kind, accepted in session.execute(made.where(VenueProject.deleted_at.is_(None))):
        projects[place].append((kind, accepted))
    venues = select(Venue.id, Venue.village_id, Venue.meets_standard).where(Venue.deleted_at.is_(None))
    counted = {village for one, village, good in session.execute(venues) if venue.counts(good, projects.get(one, ()))}
    everything = set(session.scalars(villages))
    return Coverage(everything, everything & counted)


@dataclass(frozen=True)
class Money:
    """What was planned and what was paid, in fen, with the records behind it."""

    planned: int = 0
    paid: int = 0
    ids: tuple[str, ...] = ()

    def __add__(self, other: "Money") -> "Money":
        return Money(self.planned + other.planned, self.paid + other.paid, self.ids + other.ids)


@dataclass(frozen=True)
class Project:
    """One project: what it costs, and what each source gives (in the order of the sheet's sources)."""

    id: str
    name: str
    office: str
    kind: str
    stage: str
    invest: int
    parts: tuple[Money, ...]
    total: Money

    @property
    def gap(self) -> int:
        """By how much the sources together exceed the investment; negative where they do not reach it."""
        return self.total.planned - self.invest


@dataclass(frozen=True)
class PlanLine:
    """One line of the county's plan: what is accepted of what was planned, and the projects behind it."""

    title: str
    done: int
    planned: int
    place: Place


@dataclass(frozen=True)
class FundingSheet:
    """The projects with their money by source. `sources` are the names of those that give anything."""

    sources: tuple[str, ...]
    projects: tuple[Project, ...]
    totals: tuple[Money, ...]
    total: Money
    invest: int
    coverage: Coverage
    plan: tuple[PlanLine, ...]
    plan_invest: int


def funding_sheet(session: Session, today: date, office: str | None = None) -> FundingSheet:
    """Every live project of an office, or of all, the ones whose sources do not add up first."""
    parts: dict[str, dict[str, Money]] = defaultdict(lambda: defaultdict(Money))
    given = select(VenueFunding).where(VenueFunding.deleted_at.is_(None)).order_by(VenueFunding.id)
    for part in session.scalars(given):
        parts[part.project_id][part.source] += Money(part.planned, part.paid or 0, (part.id,))
    wanted = select(VenueProject).where(VenueProject.deleted_at.is_(None), *of_office(session, VenueProject, office))
    records = session.scalars(wanted.order_by(VenueProject.id)).all()
    used = {source for one in records for source in parts.get(one.id, ())}
    table = codes.table(SOURCES)
    order = [code for code, _ in table.choices() if code in used]
    names = _names(session, records)
    offices: dict[str, str] = dict(session.execute(select(Office.id, Office.name)).all())
    projects = []
    for one in records:
        own = tuple(parts.get(one.id, {}).get(code, Money()) for code in order)
        kind, stage = codes.table("project_kind").name(one.kind), codes.table("project_stage").name(one.stage)
        projects.append(
            Project(
                one.id,
                names[one.id],
                offices.get(one.office_id, ""),
                kind,
                stage,
                one.planned_invest,
                own,
                sum(own, Money()),
            )
        )
    projects.sort(key=lambda one: (one.gap == 0, one.id))
    totals = tuple(sum((one.parts[place] for one in projects), Money()) for place in range(len(order)))
    policy = Policies.read(session)
    done = venue.against_the_plan((one.kind, one.accepted) for one in records)
    plan = tuple(
        PlanLine(
            PLAN_TITLES[kind],
            done[kind],
            policy.whole(key, today, 0),
            Place(
                "venue_project",
                ids=tuple(one.id for one in records if one.kind == kind and one.accepted),
                title=f"已验收的{PLAN_TITLES[kind]}",
                office=office,
            ),
        )
        for kind, key in venue.PLANNED.items()
    )
    return FundingSheet(
        tuple(table.name(code) for code in order),
        tuple(projects),
        totals,
        sum(totals, Money()),
        sum(one.invest for one in projects),
        coverage(session, office),
        plan,
        policy.whole("plan.venue.invest", today, 0) * 100,
    )


def _names(session: Session, records: Sequence[VenueProject]) -> dict[str, str]:
    """What the projects are called: their venue, or else their village."""
    villages: dict[str, str] = dict(session.execute(select(Village.id, Village.name)).all())
    venues: dict[str, str] = dict(session.execute(select(Venue.id, Venue.name)).all())
    return {one.id: venues.get(one.venue_id or "", "") or villages.get(one.village_id or "", "") for one in records}
