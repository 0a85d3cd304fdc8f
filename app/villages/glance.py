"""一村一格: every village with what all systems say of it, at a glance and in full."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import statistics
from app.ledgers import team
from app.ledgers.ledger import Pillar
from app.offices import OfficeChoice, choices, lines, of_office
from app.villages import facts, means, work
from app.villages.facts import Fact as Fact
from app.villages.facts import Ground, Section, worst
from db.models.organisation import Office, Village
from db.models.team import Member

SECTIONS: Mapping[Pillar, Callable[[Ground], Mapping[str, Section]]] = {
    Pillar.BASE: facts.base,
    Pillar.TEAM: facts.people,
    Pillar.GUARANTEE: means.means,
    Pillar.METHOD: work.method,
    Pillar.RESPONSIBILITY: work.duty,
}
"""In the order of the navigation."""


@dataclass(frozen=True)
class VillageSheet:
    """Everything about one village. `tone` is that of the worst system."""

    id: str
    name: str
    office: str
    office_id: str
    sections: Mapping[Pillar, Section]

    @property
    def tone(self) -> str:
        return worst(one.tone for one in self.sections.values())

    @property
    def glance(self) -> tuple[tuple[Pillar, str, str], ...]:
        """A line for each system, with its tone."""
        return tuple((pillar, one.glance, one.tone) for pillar, one in self.sections.items() if one.glance)

    @property
    def pressing(self) -> tuple[Fact, ...]:
        """The facts that are wrong or ask for attention, the worst first."""
        found = [fact for one in self.sections.values() for fact in one.facts if fact.tone in ("wrong", "attention")]
        return tuple(sorted(found, key=lambda fact: fact.tone != "wrong"))


def offices(session: Session) -> tuple[tuple[OfficeChoice, bool], ...]:
    """The offices that have villages, or have an office under them that does, and whether they have their own."""
    owners = set(session.scalars(select(Village.office_id).where(Village.deleted_at.is_(None)).distinct()))
    known = lines(session)
    held = {over for owner in owners for over in known.get(owner, ())}
    return tuple(
        (one, one.id in owners) for one in choices(session) if one.id in held and (one.depth or one.id in owners)
    )


def office_of(session: Session, village: str) -> str | None:
    """Whose a village is."""
    return session.scalar(select(Village.office_id).where(Village.id == village))


def villages(session: Session, today: date, office: str | None = None) -> tuple[VillageSheet, ...]:
    """The villages of an office, or all, by code."""
    wanted = select(Village).where(Village.deleted_at.is_(None), *of_office(session, Village, office))
    found = {one.id: one for one in session.scalars(wanted.order_by(Village.code, Village.id))}
    orgs = {org: at for org, at in statistics.villages_of_orgs(session).items() if at in found}
    rows = select(Member.id, Member.branch_id).where(
        Member.deleted_at.is_(None), team.on_the_roll(today), Member.branch_id.in_(orgs)
    )
    members = {member: orgs[branch] for member, branch in session.execute(rows)}
    ground = Ground(session, today, found, orgs, members)
    sections = {pillar: gather(ground) for pillar, gather in SECTIONS.items()}
    called = dict(session.execute(select(Office.id, Office.name)).all())
    return tuple(
        VillageSheet(
            id,
            one.name,
            called.get(one.office_id, ""),
            one.office_id,
            {pillar: by_village[id] for pillar, by_village in sections.items()},
        )
        for id, one in found.items()
    )
