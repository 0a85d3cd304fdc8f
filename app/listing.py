"""Reads a ledger for people: which records, in which order, and what stands in each cell."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from inspect import signature
from itertools import pairwise
from typing import Any, overload

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from app import offices
from app.ledgers import organisation
from app.ledgers.catalogue import LEDGERS
from app.ledgers.ledger import Derived, Figure, Ledger
from db import clock, codes
from db.fields import Field
from db.journal import in_parts
from db.models.organisation import Office, PartyOrg
from db.models.record import Record, models


@dataclass(frozen=True)
class Query:
    """What a ledger page asks for.

    Attributes:
        search: what the person typed: a name, pinyin initials, digits of an ID number or phone, a village.
        chips: titles of the chips that are on; all must hold.
        where: (field, values): the field is one of them; None stands for nothing written.
        group: a node of the tree: records linked to it, or to something below it.
        office: only records of this office and those under it (a county looks at one township, a city at one county).
        sort: a column's name, and whether downwards; None is the order in which the records were made, and the order
            of their readings while something is searched.
    """

    search: str = ""
    chips: tuple[str, ...] = ()
    where: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    group: str | None = None
    office: str | None = None
    sort: str | None = None
    descending: bool = False
    deleted: bool = False


@dataclass(frozen=True)
class RowView:
    """One line of a table: cells in the order of the columns asked for, masked where the field is sensitive."""

    id: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Node:
    """One node of the tree beside a table, with how many records are at or below it."""

    id: str
    title: str
    count: int
    children: tuple["Node", ...]


MANY = 30_000
"""Values. A server takes 65,535 parameters in a statement, a file 250,000."""
OWNER = "office_id"
"""The column that says whose a record is; a county's tables may show it beside the declared ones."""


def heading(ledger: Ledger, name: str) -> str:
    """The label of a column."""
    return "单位" if name == OWNER else ledger.heading(name)


LENGTH = 36
"""Characters of an id."""


@dataclass(frozen=True)
class Ids(Sequence[str]):
    """Ids in an order, kept as the one text in which the store gave them: a table of 100,000 rows asks for some dozens,
    and to take all of them apart takes longer than half the search."""

    text: str = ""

    def __len__(self) -> int:
        return len(self.text) // LENGTH

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        at = range(len(self))[place] * LENGTH
        return self.text[at : at + LENGTH]


def ids(session: Session, ledger: Ledger, query: Query, limit: int | None = None) -> Ids:
    """The ids of the records asked for, in order: one statement, and one value of it, for 100,000 small rows take
    longer to pass through the driver than to find."""
    found = _select(ledger, query, session).limit(limit).subquery()
    joined = session.connection().execute(select(func.aggregate_strings(found.c.id, ""))).scalar()
    return Ids(joined or "")


def count(session: Session, ledger: Ledger, query: Query) -> int:
    """How many records a query finds."""
    return (
        session.connection()
        .execute(select(func.count()).select_from(_select(ledger, query, session, ordered=False).subquery()))
        .scalar_one()
    )


def _select(ledger: Ledger, query: Query, session: Session, *, ordered: bool = True) -> Select[str]:
    statement = select(ledger.model.id).where(*_conditions(ledger, query, session))
    return statement.order_by(*_order(ledger, query)) if ordered else statement


def _conditions(ledger: Ledger, query: Query, session: Session) -> list[ColumnElement[bool]]:
    model = ledger.model
    conditions: list[ColumnElement[bool]] = [
        model.deleted_at.is_not(None) if query.deleted else model.deleted_at.is_(None)
    ]
    if query.search.strip():
        conditions.append(matches(ledger, query.search))
    conditions += [condition(ledger.chip(title).where) for title in query.chips]
    for name, wanted in query.where:
        column = getattr(model, name)
        present = [value for value in wanted if value is not None]
        parts = [column.in_(_values(present))] if present else []
        if None in wanted:
            parts.append(column.is_(None))
        conditions.append(or_(*parts))
    if query.group is not None and ledger.tree is not None:
        conditions.append(ledger.column(ledger.tree).in_(below(session, ledger, query.group)))
    return [*conditions, *offices.of_office(session, model, query.office)]


def _values(present: list[Any]) -> Any:
    """Values to look for; thousands are written into the statement, which takes only so many parameters."""
    if len(present) <= MANY:
        return present
    return bindparam("values", present, unique=True, expanding=True, literal_execute=True)


def condition(where: Any) -> ColumnElement[bool]:
    """A chip's or figure's condition, made with today's date where it depends on it."""
    made: ColumnElement[bool] = where if isinstance(where, ColumnElement) else where(clock.today())
    return made


def matches(ledger: Ledger, typed: str) -> ColumnElement[bool]:
    """The condition that every word typed is found in the record, or in a record that a searched link names.

    Letters must begin what a linked record is called, or its reading: z would otherwise find the members of every 支部.
    """
    model = ledger.model
    links = [(name, models()[spec.target or ""]) for name, spec in ledger.fields.items() if spec.search and spec.target]
    conditions = []
    for word in typed.lower().split():
        parts: list[ColumnElement[bool]] = [model.search_key.contains(word, autoescape=True)]
        for name, target in links:
            key = aliased(target)
            begins = or_(
                key.search_key.startswith(word, autoescape=True), key.search_key.contains(f"|{word}", autoescape=True)
            )
            found = begins if word.isascii() and word.isalpha() else key.search_key.contains(word, autoescape=True)
            parts.append(getattr(model, name).in_(select(key.id).where(found)))
        conditions.append(or_(*parts))
    return and_(*conditions)


def _order(ledger: Ledger, query: Query) -> Iterable[Any]:
    model = ledger.model
    if query.sort is None:
        return (model.search_key, model.id) if query.search.strip() else (model.id,)
    column: Any
    downwards = query.descending
    if query.sort in ledger.derivations:
        derived = ledger.derivations[query.sort]
        column = derived.sort if derived.sort is not None else model.id
        downwards = downwards != derived.reverse
    elif query.sort == OWNER:
        column = select(Office.code).where(Office.id == model.office_id).scalar_subquery()
    else:
        spec = ledger.fields[query.sort]
        column = getattr(model, query.sort)
        if spec.target:  # a link sorts by what it names
            linked = aliased(models()[spec.target])
            column = select(linked.search_key).where(linked.id == column).scalar_subquery()
        elif query.sort == next((name for name, one in ledger.fields.items() if one.search), None):
            column = model.search_key  # begins with the reading, so people stand in pinyin order
    # what is empty stands before all else, in a file as on a server
    return (column.desc().nulls_last() if downwards else column.asc().nulls_first(), model.id)


def rows(
    session: Session, ledger: Ledger, wanted: Sequence[str], columns: Sequence[str], *, masked: bool = True
) -> list[RowView]:
    """The cells of these records, in the order of `wanted`. A record that is gone is left out."""
    views = []
    for part in in_parts(wanted):
        found = {record.id: record for record in session.scalars(select(ledger.model).where(ledger.model.id.in_(part)))}
        titles = link_titles(session, ledger, columns, found.values())
        among = {
            name: derived.among(session, part)
            for name, derived in ledger.derivations.items()
            if name in columns and derived.among is not None
        }
        for record_id in part:
            record = found.get(record_id)
            if record is None:
                continue
            cells = tuple(
                among[name].get(record_id, "")
                if name in among
                else cell(ledger, record, name, titles, masked=masked, short=True)
                for name in columns
            )
            views.append(RowView(record_id, cells))
    return views


def cell(
    ledger: Ledger, record: Record, name: str, titles: Mapping[str, str], *, masked: bool = True, short: bool = False
) -> str:
    """What stands in one cell; `short` says that a code may show its short name."""
    derived = ledger.derivations.get(name)
    if derived is not None:
        return derived_text(derived, record)
    if name == OWNER:
        return titles.get(record.office_id, "")
    spec = ledger.fields[name]
    value = getattr(record, name)
    if short and spec.kind.id == "code" and value is not None:
        return codes.table(spec.table or "").short(value)
    return titles.get(value, "") if spec.target else spec.show(value, masked=masked)


def cell_value(spec: Field, value: Any, titles: Mapping[str, str]) -> Any:
    """What stands in a field's cell of a workbook: a day, a number, or the text that a person reads."""
    if value is None:
        return None
    match spec.kind.id:
        case "day" | "whole" | "year" | "decimal":
            return value
        case "money":
            return Decimal(value) / 100
        case "link":
            return titles.get(value, value)
        case _:
            return spec.show(value)


@cache
def _asks(of: Callable[..., Any]) -> Mapping[str, bool]:
    """The parameters of a derived value, and whether it cannot do without each."""
    return {name: one.default is one.empty for name, one in signature(of).parameters.items()}


def derived_text(derived: Derived, record: Any) -> str:
    """A value derived from one record alone; nothing where a field it needs is not filled. It does without those for
    which its function has a default."""
    if derived.of is None:
        return ""
    names = _asks(derived.of)
    given = {name: clock.today() if name == "today" else getattr(record, name) for name in names}
    if any(given[name] is None for name, needed in names.items() if needed):
        return ""
    result = derived.of(**{name: value for name, value in given.items() if value is not None})
    return "" if result is None else str(result)


def link_titles(session: Session, ledger: Ledger, columns: Iterable[str], records: Iterable[Any]) -> dict[str, str]:
    """What the linked records of some columns are called, by id: one statement for each ledger linked to."""
    wanted: dict[str, set[str]] = {}
    kept = list(records)
    for name in columns:
        spec = ledger.fields.get(name)
        target = Office.__tablename__ if name == OWNER else spec.target if spec is not None else None
        if target:
            wanted.setdefault(target, set()).update(v for r in kept if (v := getattr(r, name)) is not None)
    titles: dict[str, str] = {}
    for target, targets in wanted.items():
        titles.update(record_titles(session, LEDGERS[target], sorted(targets)))
    return titles


def record_titles(session: Session, ledger: Ledger, wanted: Sequence[str]) -> dict[str, str]:
    """How these records are called (the ledger's `label`), by id."""
    names, titles = ledger.label_parts, {}
    for part in in_parts(wanted):
        records = session.scalars(select(ledger.model).where(ledger.model.id.in_(part))).all()
        linked = link_titles(session, ledger, names.values(), records)
        for record in records:
            shown = {key: cell(ledger, record, name, linked) for key, name in names.items()}
            for one, after in pairwise(names):
                if shown[after].startswith(shown[one]):  # a venue's name begins with its village's
                    shown[one] = ""
            titles[record.id] = ledger.label.format_map(shown)
    return titles


def figures(session: Session, ledger: Ledger, query: Query) -> list[tuple[Figure, int]]:
    """The figures under a page's title, over the records of the query's office and group, whatever else is filtered."""
    base = Query(group=query.group, office=query.office)
    sums = [
        func.count() if one.where is None else func.count(case((condition(one.where), 1))) for one in ledger.figures
    ]
    if not sums:
        return []
    found = session.execute(select(*sums).select_from(ledger.model).where(*_conditions(ledger, base, session))).one()
    return [(one, int(number)) for one, number in zip(ledger.figures, found, strict=True)]


# ---------------------------------------------------------------- the tree


SILENT = frozenset({"office", "cadre", "dispatch"})
"""What a tree leaves out where it has no record."""


def below(session: Session, ledger: Ledger, node: str) -> list[str]:
    """A node of the tree and all nodes below it (Party organisations nest; villages do not)."""
    target = ledger.fields[ledger.tree or ""].target
    if target != PartyOrg.__tablename__:
        return [node]
    return organisation.below(organisation.children(session), node)


def tree(session: Session, ledger: Ledger, query: Query) -> tuple[Node, ...]:
    """The tree beside a table: the records that the ledger's `tree` link points to, nested, with the counts of what the
    chips and filters show.

    A village or a branch without a record is worth seeing; a person or an office without one is left out, and so is a
    tree in which nothing can be chosen.
    """
    if ledger.tree is None:
        return ()
    link = ledger.column(ledger.tree)
    shown = _conditions(ledger, replace(query, search="", group=None), session)
    grouped = select(link, func.count()).where(*shown).group_by(link)
    target = LEDGERS[ledger.fields[ledger.tree].target or ""]
    nodes = select(target.model.id, target.model.name).where(target.model.deleted_at.is_(None))  # type: ignore[attr-defined]
    nodes = nodes.where(*offices.of_office(session, target.model, query.office))
    if target.id in SILENT:
        nodes = nodes.where(target.model.id.in_(select(link).where(ledger.model.deleted_at.is_(None))))
    counts: dict[str, int] = dict(session.execute(grouped).all())
    parent = getattr(target.model, "parent_id", None)
    if parent is not None:
        nodes = nodes.add_columns(parent)
    found = session.execute(nodes.order_by(target.model.id)).all()
    known = {row[0] for row in found}
    children: dict[str | None, list[Any]] = {}
    for row in found:
        above = row[2] if parent is not None and row[2] in known and row[2] != row[0] else None
        children.setdefault(above, []).append(row)

    def build(row: Any, seen: frozenset[str]) -> Node:
        inner = tuple(build(child, seen | {row[0]}) for child in children.get(row[0], []) if child[0] not in seen)
        return Node(row[0], row[1], counts.get(row[0], 0) + sum(child.count for child in inner), inner)

    grown = tuple(build(row, frozenset()) for row in children.get(None, []))
    return () if target.id in SILENT and len(grown) == 1 and not grown[0].children else grown
