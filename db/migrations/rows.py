"""How a row of an older schema becomes a row of the next: functions from dict to dict, written once.

A revision in `versions/` calls `carry` for the rows of a store; the reader of packages calls `upgraded` for each row
that an older program wrote. Both come to the same row, so that an upgraded store and an upgraded package agree.

A row is what a line of a package holds: JSON values by column, with `stamps` in a whole one. The journal keeps rows of
few columns and no stamps, so a step changes what is there and adds nothing of its own. An upgrade is no save: versions
stay, and what comes out depends on the row alone. Once released, an upgrade is never changed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Date, MetaData, Table, select, update

Row = dict[str, Any]
Step = Callable[[Row], Row]


@dataclass(frozen=True)
class Upgrade:
    """What one schema did to the rows of one ledger.

    Attributes:
        steps: what becomes of the columns that were there, in this order.
        added: columns that every record has since then, and what one that was made before is taken to have. A package
            brings it for records that are new to the store only: of the others its sender said nothing.
    """

    steps: tuple[Step, ...] = ()
    added: Mapping[str, Any] = field(default_factory=dict)

    def run(self, row: Row) -> Row:
        for step in self.steps:
            row = step(row)
        return row


UPGRADES: dict[int, dict[str, Upgrade]] = {}
"""By the schema that it leads to, and by ledger. The first schema has nothing before it."""


# ---------------------------------------------------------------- steps


def renamed(old: str, new: str) -> Step:
    """A column has another name; its stamp goes with it."""
    return split(old, (new,), lambda value: (value,))


def split(old: str, new: Sequence[str], parts: Callable[[Any], Sequence[Any]]) -> Step:
    """A column's value is in several others, each with its stamp; nothing stays nothing in all of them."""

    def step(row: Row) -> Row:
        found = dict(row)
        if any(name in row for name in new):
            raise ValueError(f"{old} and {new} in one row")
        if old in found:
            value = found.pop(old)
            found.update(zip(new, [None] * len(new) if value is None else parts(value), strict=True))
        return _stamped(found, old, new)

    return step


def recoded(column: str, codes: Mapping[str, str]) -> Step:
    """Some codes of a column, or of its list with commas between, are others now."""

    def step(row: Row) -> Row:
        value = row.get(column)
        if not isinstance(value, str):
            return row
        return {**row, column: ",".join(codes.get(one, one) for one in value.split(","))}

    return step


def dropped(column: str) -> Step:
    """A column is no longer kept."""
    return split(column, (), lambda value: ())


def _stamped(row: Row, old: str, new: Sequence[str]) -> Row:
    stamps = row.get("stamps")
    if isinstance(stamps, dict) and old in stamps:
        kept = {name: stamp for name, stamp in stamps.items() if name != old}
        row["stamps"] = {**kept, **dict.fromkeys(new, stamps[old])}
    return row


# ---------------------------------------------------------------- rows of packages


def due(ledger: str, schema: int) -> list[Upgrade]:
    """The upgrades that rows of a ledger written under a schema have before them."""
    return [UPGRADES[number][ledger] for number in sorted(UPGRADES) if number > schema and ledger in UPGRADES[number]]


def upgraded(ledger: str, row: Row, schema: int) -> Row:
    """A row of an older schema as a row of this one. What a step raises says that it was no row of that schema."""
    for one in due(ledger, schema):
        row = one.run(row)
    return row


def added(ledger: str, schema: int) -> Row:
    """What a record of an older schema that is new here has in the columns that came since."""
    row: Row = {}
    for one in due(ledger, schema):
        row = {**one.run(row), **one.added}
    return row


# ---------------------------------------------------------------- rows of a store


def carry(connection: Connection, schema: int, decimals: Sequence[str] = ()) -> None:
    """Brings the rows of a store to a schema: its records, its journal, and the rows kept aside of conflicts.

    A revision calls it when the new columns are there, empty, and the old ones still. `decimals` are the columns, as
    `ledger.column`, that hold ten-thousandths. What was written stays as old and as new as it was.
    """
    for ledger, one in UPGRADES[schema].items():
        kept = Table(ledger, MetaData(), autoload_with=connection)
        _carry_records(
            connection, kept, one, {name.partition(".")[2] for name in decimals if name.startswith(f"{ledger}.")}
        )
        _carry_text(connection, "change", ("before", "after"), ledger, one)
        _carry_text(connection, "conflict", ("theirs",), ledger, one)


def _carry_records(connection: Connection, kept: Table, one: Upgrade, decimals: set[str]) -> None:
    for stored in _in_parts(connection, kept, select(kept)):
        old = {name: _plain(value, name in decimals) for name, value in stored.items() if value is not None}
        old["stamps"] = msgspec.json.decode(old["stamps"])
        new = {**one.added, **one.run(dict(old))}
        new["stamps"], old["stamps"] = _dump(new["stamps"]), stored["stamps"]
        changed = {name: value for name, value in new.items() if old.get(name) != value}
        if changed:
            values = {name: _stored(value, kept.c[name], name in decimals) for name, value in changed.items()}
            connection.execute(update(kept).where(kept.c.id == stored["id"]).values(values))


def _carry_text(connection: Connection, name: str, columns: Sequence[str], ledger: str, one: Upgrade) -> None:
    """The same for rows that stand as JSON in columns of another table."""
    table = Table(name, MetaData(), autoload_with=connection)
    (key,) = table.primary_key.columns
    for line in _in_parts(connection, table, select(table).where(table.c.ledger == ledger)):
        new = {column: _dump(one.run(msgspec.json.decode(line[column]))) for column in columns if line[column]}
        if any(line[column] != text for column, text in new.items()):
            connection.execute(update(table).where(key == line[key.name]).values(new))


def _in_parts(connection: Connection, table: Table, wanted: Any) -> Any:
    (key,) = table.primary_key.columns
    last: Any = None
    while True:
        part = wanted.order_by(key).limit(1000)
        rows = connection.execute(part if last is None else part.where(key > last)).mappings().all()
        if not rows:
            return
        yield from rows
        last = rows[-1][key.name]


def _plain(value: Any, decimal: bool) -> Any:
    if decimal:
        return f"{(Decimal(value) / 10_000).normalize():f}"
    return value.isoformat() if isinstance(value, date) else value


def _stored(value: Any, column: Column[Any], decimal: bool) -> Any:
    if value is None:
        return None
    if decimal:
        return int(Decimal(value) * 10_000)
    return date.fromisoformat(value) if isinstance(column.type, Date) else value


def _dump(value: Any) -> str:
    return msgspec.json.encode(value, order="sorted").decode()
