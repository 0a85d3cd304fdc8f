"""What concerns whom: which records pass between a lower and an upper office, as conditions for the store."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    FromClause,
    Select,
    Text,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from app.ledgers.catalogue import LEDGERS
from app.ledgers.ledger import Ledger
from app.sync.manifest import Total
from app.sync.merge import SEED
from db.journal import ChangeLine
from db.models.organisation import Office
from db.models.record import Record, fields_of, models, table_of

TOWNSHIP = "township"

AT_ONCE = 5000
"""Records whose versions are read together."""


@dataclass(frozen=True)
class Line:
    """The line between two offices, the same seen from either end.

    Attributes:
        upper: the superior.
        lower: the subordinate; `below` are it and all offices under it, `above` the superior and all over it.
        county_only: whether the lower office is a township, which may not write what belongs to the county.
        bare: whether the lower side has no record of its own yet, or no more: it is being enrolled.
    """

    upper: str
    lower: str
    above: frozenset[str]
    below: frozenset[str]
    county_only: bool
    bare: bool = False


def line_between(session: Session, upper: str, lower: str) -> Line:
    """The line between two offices as the store knows them."""
    parent: dict[str, str | None] = {}
    levels: dict[str, str] = {}
    for office, superior, level in session.execute(select(Office.id, Office.superior_id, Office.level)):
        parent[office], levels[office] = superior, level
    below, queue = {lower}, [lower]
    while queue:
        one = queue.pop()
        children = [office for office, superior in parent.items() if superior == one and office not in below]
        below.update(children)
        queue += children
    above, over = {upper}, parent.get(upper)
    while over is not None and over not in above:
        above.add(over)
        over = parent.get(over)
    return Line(upper, lower, frozenset(above - below), frozenset(below), levels.get(lower, TOWNSHIP) == TOWNSHIP)


def office_links(model: type[Record]) -> list[str]:
    """The links of a ledger that point to an office."""
    return [name for name, spec in fields_of(model).items() if spec.target == Office.__tablename__]


def of_lower(model: type[Record], line: Line) -> ColumnElement[bool]:
    """The records that the lower side owns."""
    if line.county_only and LEDGERS[model.__tablename__].authority is not None:
        return false()
    return model.office_id.in_(line.below)


@lru_cache(maxsize=1024)  # one hand-off asks for each a dozen times, and it takes longer to put together than to run
def of_upper(model: type[Record], line: Line) -> ColumnElement[bool]:
    """The records of the upper side that concern the lower one, or everyone, and those that it passes on."""
    if model is Office:  # the offices beside the lower one too: something may be addressed to them
        shown = or_(Office.id.in_(line.above | line.below), Office.superior_id.in_(line.above))
        # but not the id under which it was enrolled, where it has kept one of its own: it never heard of that
        own = select(Office.code).where(Office.id == line.lower).scalar_subquery()
        return and_(shown, or_(Office.deleted_at.is_(None), Office.code != own))
    table = table_of(model)
    reach = _within_reach(table, model, line)
    return or_(and_(model.office_id.in_(line.above), _concerns(table, model, line), *reach), passed_on(model, line))


def of_sender(model: type[Record], line: Line, *, up: bool) -> ColumnElement[bool]:
    """The records that a package's sender speaks of."""
    return of_lower(model, line) if up else of_upper(model, line)


def passed_on(model: type[Record], line: Line) -> ColumnElement[bool]:
    """The records of offices beside the lower one that are addressed to it: what passes through the upper one."""
    links = [getattr(model, name) for name in LEDGERS[model.__tablename__].passes]
    if not links:
        return false()
    return and_(beside(model, line), or_(*(link.in_(line.below) for link in links)))


def beside(model: type[Record], line: Line) -> ColumnElement[bool]:
    """The records of offices that are neither above the line nor below it."""
    return model.office_id.not_in(line.above | line.below)


def addressed(ledger: Ledger, line: Line, *rows: Mapping[str, Any] | None) -> bool:
    """Whether a record as it comes, or as it is here, is addressed to the lower side by the office that keeps it."""
    return any(row is not None and row.get(name) in line.below for row in rows for name in ledger.passes)


def _within_reach(source: FromClause, model: type[Record], line: Line, depth: int = 2) -> Iterator[ColumnElement[bool]]:
    """That the lower side has every record which is linked to: what hangs on another township's branch concerns that
    township alone, and so does what hangs on that, however far. Of a chain within one ledger two links are followed."""
    for name, spec in fields_of(model).items():
        if spec.target in (None, Office.__tablename__):
            continue
        other = models()[str(spec.target)]
        target, link = table_of(other).alias(), source.c[name]
        left = depth - (other is model)
        reach = _within_reach(target, other, line, left) if left else ()
        had = and_(target.c.office_id.in_(line.above), _concerns(target, other, line), *reach)
        if not line.bare:
            had = or_(target.c.office_id.in_(line.below), had)
        yield or_(link.is_(None), exists().where(target.c.id == link, had))


def _concerns(source: FromClause, model: type[Record], line: Line) -> ColumnElement[bool]:
    """That a record names the lower side, or no office at all."""
    links = [source.c[name] for name in office_links(model)]
    return or_(and_(true(), *(link.is_(None) for link in links)), *(link.in_(line.below) for link in links))


def changed(model: type[Record], since: int, peer: str) -> ColumnElement[bool]:
    """The records with a line in the journal after `since` that did not come from this peer as it stands."""
    lines = select(ChangeLine.record_id).where(
        ChangeLine.seq > since,
        ChangeLine.ledger == model.__tablename__,
        or_(ChangeLine.sender.is_(None), ChangeLine.sender != peer),
    )
    return model.id.in_(lines)


def departed(model: type[Record], line: Line, since: int) -> ColumnElement[bool]:
    """The records that concerned the lower side before a change after `since`: it must learn that they left."""
    names = ["office_id", *office_links(model)]
    marks = [f'"{name}":"{office}"' for name in names for office in sorted(line.below)]
    lines = select(ChangeLine.record_id).where(
        ChangeLine.seq > since,
        ChangeLine.ledger == model.__tablename__,
        or_(*(ChangeLine.before.contains(mark, autoescape=True) for mark in marks)),
    )
    return model.id.in_(lines)


def going(
    model: type[Record], line: Line, *, up: bool, since: int | None, full: bool, peer: str
) -> ColumnElement[bool]:
    """What a package carries of a ledger. `since` is None for a snapshot; `full` adds the lower side's own records."""
    if up:
        mine = of_lower(model, line)
        return mine if since is None else and_(mine, changed(model, since, peer))
    theirs = of_lower(model, line)
    if since is None:
        # what turned away from the lower side goes too: it may still have it as it was
        return or_(of_upper(model, line), theirs, departed(model, line, 0)) if full else of_upper(model, line)
    fresh = changed(model, since, peer)
    return and_(fresh, or_(of_upper(model, line), theirs, departed(model, line, since)))


def filled(session: Session) -> dict[str, type[Record]]:
    """The ledgers of which the store has a record, parents before children. Most offices keep few: the others need not
    be asked one by one."""
    found = set(session.connection().execute(_filled()).scalars())
    return {name: model for name, model in models().items() if name in found}


@cache
def _filled() -> CompoundSelect[str]:
    return union_all(*(select(literal(name)).where(exists(table_of(model).c.id)) for name, model in models().items()))


def totals(session: Session, line: Line, *, up: bool) -> dict[str, Total]:
    """For each ledger that the sender owns records of: live records, and a digest over sorted ids and versions.

    Reference records that nobody has edited are left out of the digest: each program brings its own.
    """
    found: dict[str, Total] = {}
    for name, model in filled(session).items():
        if model is Office:
            continue
        wanted, digest, live, all_rows, last = _entries(model, line, up=up), hashlib.sha256(), 0, 0, ""
        while True:
            joined, many, deleted, last = session.connection().execute(wanted, {"last": last}).one()
            if not many:
                break
            digest.update(joined.encode())
            live += many - deleted
            all_rows += many
            if many < AT_ONCE:
                break
        if all_rows:
            found[name] = Total(live, digest.hexdigest())
    return found


@lru_cache(maxsize=1024)
def _entries(model: type[Record], line: Line, *, up: bool) -> Select[str, int, int, str]:
    """The next records after the id `last`: their ids and versions in one text, how many they are, how many of them are
    deleted, and the last id. Many small rows take longer to pass through the driver than to find, so they come joined.
    """
    table = table_of(model)
    version = type_coerce(table.c.version, Text())
    entry = type_coerce(table.c.id, Text()) + " " + version + "\n"
    planted = and_(version.startswith(f'{{"{SEED}":'), version.not_like("%,%"))
    some = (
        select(case((planted, ""), else_=entry).label("entry"), table.c.deleted_at, table.c.id)
        .where(of_sender(model, line, up=up), table.c.id > bindparam("last", type_=Text()))
        .order_by(table.c.id)
        .limit(AT_ONCE)
        .subquery()
    )
    return select(
        func.aggregate_strings(some.c.entry, ""), func.count(), func.count(some.c.deleted_at), func.max(some.c.id)
    )


def live_counts(session: Session, line: Line, *, up: bool) -> dict[str, int]:
    """Live records by ledger of what the sender owns, as stored here."""
    found = {}
    for name, model in filled(session).items():
        if model is Office:
            continue
        number = session.connection().execute(_live(model, line, up=up)).scalar_one()
        if number:
            found[name] = number
    return found


@lru_cache(maxsize=1024)
def _live(model: type[Record], line: Line, *, up: bool) -> Select[int]:
    table = table_of(model)
    return select(func.count()).select_from(table).where(of_sender(model, line, up=up), table.c.deleted_at.is_(None))


def unseen(session: Session, line: Line, *, up: bool, since: int, peer: str, ledgers: Iterable[str]) -> bool:
    """Whether this side has changed records of the sender's that the sender has not acknowledged."""
    for name in ledgers:
        model = models()[name]
        where = and_(of_sender(model, line, up=up), changed(model, since, peer))
        if session.execute(select(model.id).where(where).limit(1)).first():
            return True
    return False
