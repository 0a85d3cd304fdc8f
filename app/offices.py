"""The offices of a store as a tree: what lies within one, under which one an office stands, whose numbers hold here.

A county has its townships under it, a city its counties and their townships."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ScalarSelect, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from db import settings
from db.models.organisation import Office
from db.models.record import Record

OWN = "office_id"
"""The setting that says whose the store is."""

EVERYWHERE = frozenset({"township", "county", "city"})
BELOW_A_CITY = frozenset({"township", "county"})
ABOVE_A_TOWNSHIP = frozenset({"county", "city"})
COUNTY_ALONE = frozenset({"county"})
"""The levels at which a page or a document has its use. What a county directs its townships by, a city leaves to it."""


@dataclass(frozen=True)
class OfficeChoice:
    """An office whose records may be looked at by themselves; `depth` is how far below this one it stands."""

    id: str
    name: str
    depth: int

    @property
    def shown(self) -> str:
        """Its name in a list of offices by code, where those of a county stand under it."""
        return "　" * (self.depth - 1) + self.name


def choices(session: Session) -> tuple[OfficeChoice, ...]:
    """Every office of the store, each before those under it, else by code."""
    rows = session.execute(
        select(Office.id, Office.name, Office.superior_id).where(Office.deleted_at.is_(None)).order_by(Office.code)
    ).all()
    own, known = settings.get(session, OWN), {id for id, *_ in rows}
    under: dict[str | None, list[tuple[str, str]]] = {}
    for id, name, superior in rows:
        under.setdefault(superior if superior in known and id != own else None, []).append((id, name))
    found: list[OfficeChoice] = []
    places = [(id, name, 0) for id, name in reversed(under.get(None, []))]
    while places:
        id, name, depth = places.pop()
        found.append(OfficeChoice(id, name, depth))
        places += [(*one, depth + 1) for one in reversed(under.get(id, []))]
    return tuple(found)


def within(session: Session, office: str) -> list[str]:
    """An office and all under it. This store's own office alone: everything else is under it."""
    if office == settings.get(session, OWN):
        return [office]
    return [office, *(one for one, line in lines(session).items() if office in line[1:])]


def of_office(session: Session, model: type[Record], office: str | None) -> list[ColumnElement[bool]]:
    """The condition that a record is of an office or of one under it, where one is meant."""
    return [] if office is None else [model.office_id.in_(within(session, office))]


def next_below(session: Session, top: str) -> Mapping[str, str]:
    """Under which of the offices directly below `top` each office stands; those stand under themselves."""
    return {one: line[line.index(top) - 1] for one, line in lines(session).items() if top in line[1:]}


def lines(session: Session) -> Mapping[str, Sequence[str]]:
    """Each office with those over it, the nearest first."""
    parents: dict[str, str | None] = dict(session.execute(select(Office.id, Office.superior_id)).all())
    return {one: _line(parents, one) for one in parents}


def _line(parents: Mapping[str, str | None], office: str) -> list[str]:
    """An office, the one above it, and so on."""
    found: list[str] = []
    place: str | None = office
    while place is not None and place not in found:
        found.append(place)
        place = parents.get(place)
    return found


def own() -> ScalarSelect[str]:
    """The id of the store's own office."""
    return select(settings.Setting.value).where(settings.Setting.key == OWN).scalar_subquery()


def governs(owner: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """That what an office has laid down holds here: it is this one, or one above it. What a county lays down for itself
    does not hold for its city."""
    above = select(Office.superior_id).where(Office.id == own())
    over = select(Office.superior_id).where(Office.id.in_(above))
    return owner.in_(above.union_all(over)) | (owner == own())
