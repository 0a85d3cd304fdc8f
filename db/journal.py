"""The journal: every change of every record, with its before and after, in batches that can be undone.

Audit, undo, history and incremental packages all read these tables; nothing else tracks changes. A record is written
in one of two ways, and both end here: through a `Session` (a few records, from a form) or through `write_rows` (many).
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from hashlib import sha256
from operator import itemgetter
from typing import Any, TypeVar, cast

import msgspec
from sqlalchemy import (
    BigInteger,
    Connection,
    Date,
    Dialect,
    Engine,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    event,
    select,
    update,
)
from sqlalchemy import inspect as inspection
from sqlalchemy.orm import Mapped, Session, UOWTransaction, mapped_column

from db import clock
from db.engine import writing
from db.ids import new_id
from db.models.record import Base, Record, Stamps, Version, dump, fields_of, merged_fields, models, table_of
from db.search import search_key, search_keys

T = TypeVar("T")
AT_ONCE = 5000
"""How many values stand in one statement."""

Values = dict[str, Any]
"""A record's columns by name, as Python values."""

Columns = Mapping[str, Sequence[Any]]
"""Many rows of one table, column by column."""


class BatchLine(Base):
    """操作日志: one operation, one transaction, one thing to undo.

    `digest` is over all that is said of it and over which records its lines saved (`digest_of`), so that nobody writes
    another name, day or label over it unnoticed; `undone_by`, which comes later, is answered by the other's `undoes`.
    """

    __tablename__ = "batch"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    label: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    user: Mapped[str] = mapped_column(String(50))
    at: Mapped[str] = mapped_column(String(20))
    changes: Mapped[int] = mapped_column(Integer, default=0)
    undoes: Mapped[str | None] = mapped_column(String(36))
    undone_by: Mapped[str | None] = mapped_column(String(36))
    digest: Mapped[str | None] = mapped_column(String(64))

    def close(self, changes: int, lines: "LinesDigest") -> None:
        """Seals the operation when all its lines are written."""
        self.changes = changes
        self.digest = digest_of(self, lines)


class LinesDigest:
    """Which records a batch's lines saved, and which version of each they made, in their order."""

    def __init__(self) -> None:
        self.count, self._records, self._versions = 0, sha256(), sha256()

    def add(self, records: Sequence[str], versions: Sequence[str]) -> None:
        """More lines, given by their columns."""
        self.count += len(records)
        self._records.update("\n".join([*records, ""]).encode())
        self._versions.update("\n".join([*versions, ""]).encode())

    def hexdigests(self) -> tuple[str, str]:
        return self._records.hexdigest(), self._versions.hexdigest()


def digest_of(line: BatchLine, lines: LinesDigest) -> str:
    """SHA-256 in hex over the JSON of what a batch says of itself, and over its lines."""
    said = [line.id, line.label, line.kind, line.user, line.at, line.changes, line.undoes, *lines.hexdigests()]
    return sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


class ChangeLine(Base):
    """One record changed in one batch: which fields, from what, to what, and the version that this made.

    `sender` is the office whose package brought exactly this state; such a change need not go back to it.
    """

    __tablename__ = "change"
    __table_args__ = (Index("ix_change_record", "record_id", "seq"), Index("ix_change_batch", "batch_id"))

    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    batch_id: Mapped[str] = mapped_column(String(36), ForeignKey("batch.id"))
    ledger: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[str] = mapped_column(String(36))
    action: Mapped[str] = mapped_column(String(10))
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(Text)
    sender: Mapped[str | None] = mapped_column(String(36))


_JOURNAL = cast(Table, ChangeLine.__table__)


@dataclass(frozen=True)
class Change:
    """What the journal keeps of one changed record. `before` is None for a record that is new."""

    ledger: str
    record_id: str
    before: Values | None
    after: Values
    version: Version
    sender: str | None = None

    @property
    def action(self) -> str:
        if self.before is None:
            return "create"
        if "deleted_at" in self.after:
            return "delete" if self.after["deleted_at"] else "restore"
        return "update"

    def line(self, batch_id: str) -> Values:
        return {
            "batch_id": batch_id,
            "ledger": self.ledger,
            "record_id": self.record_id,
            "action": self.action,
            "before": None if self.before is None else dump(self.before),
            "after": dump(self.after),
            "version": dump(self.version),
            "sender": self.sender,
        }


def first_stamp(replica: str) -> tuple[Version, Stamps]:
    """The version and stamps of a record that this replica makes: every field shares the one stamp."""
    return {replica: 1}, {"": (replica, 1)}


def next_stamp(version: Version, stamps: Stamps, changed: Iterable[str], replica: str) -> tuple[Version, Stamps]:
    """One more save by this replica: the own counter goes up by one; the changed fields, only those, get the stamp."""
    counter = version.get(replica, 0) + 1
    return {**version, replica: counter}, {**stamps, **dict.fromkeys(changed, (replica, counter))}


class Batch:
    """One open operation. Records added to, or changed in, `session` are stamped and journalled when it flushes.

    Attributes:
        session: the transaction's session. Nobody commits it but `begin_batch`.
        id: the batch's line in the operation log.
        replica: whose stamp the changes get.
        changes: how many records it has changed so far, and `ledgers` those to which they belong.
    """

    def __init__(self, session: Session, line: BatchLine, replica: str) -> None:
        self.session, self.line, self.id, self.replica, self.changes = session, line, line.id, replica, 0
        self.ledgers: set[str] = set()
        self.lines = LinesDigest()

    def add(self, record: Record) -> Record:
        """Adds a new record; its id is made here when it has none."""
        self.session.add(record)
        self.session.flush()
        return record

    def create_rows(self, model: type[Record], rows: Sequence[Values]) -> None:
        """Inserts many new records of this office's making. Each row has `office_id`; `id` is made when missing."""
        version, stamps = first_stamp(self.replica)
        whole = [
            {"id": row.get("id") or new_id(), "deleted_at": None, **row, "version": version, "stamps": stamps}
            for row in rows
        ]
        self.write_rows(model, inserts=whole)

    def update_rows(self, model: type[Record], rows: Iterable[tuple[Values, Values]]) -> None:
        """Updates many records: pairs of (the stored row as `stored_rows` gives it, the changed columns alone)."""
        updates = []
        for stored, changed in rows:
            version, stamps = next_stamp(stored["version"], stored["stamps"], changed, self.replica)
            updates.append((stored, {**changed, "version": version, "stamps": stamps}))
        self.write_rows(model, updates=updates)

    def write_rows(
        self,
        model: type[Record],
        inserts: Sequence[Values] = (),
        updates: Sequence[tuple[Values, Values]] = (),
        sender: str | None = None,
    ) -> None:
        """Writes rows whose version and stamps are already decided, and journals them.

        `inserts` are whole rows; `updates` are pairs of (stored row, columns to write with `version` and `stamps`).
        `sender` is the office whose package brought them unchanged, None where this replica had a part in it.
        """
        self.session.flush()
        connection, table, name = self.session.connection(), table_of(model), model.__tablename__
        if inserts:
            self.write_columns(model, by_column(table, inserts), sender)
        changes: list[Change] = []
        if updates:
            merged = merged_fields(model)
            # rows that write the same columns share one statement; a search key follows its fields
            groups: dict[tuple[str, ...], list[Values]] = {}
            for stored, written in updates:
                new = {**written, "search_key": search_key(model, {**stored, **written})}
                groups.setdefault(tuple(sorted(new)), []).append({**new, "_id": stored["id"]})
                after = {key: written[key] for key in merged if key in written and written[key] != stored[key]}
                before = {key: stored[key] for key in after}
                changes.append(Change(name, stored["id"], before, after, written["version"], sender))
            for columns, rows in groups.items():
                statement = update(table).where(table.c.id == bindparam("_id"))
                connection.execute(statement.values({key: bindparam(key) for key in columns}), rows)
        self.journal(changes)
        self.session.expire_all()

    def write_columns(self, model: type[Record], columns: Columns, sender: str | None = None) -> None:
        """Inserts new rows given column by column, `version` and `stamps` among them, and journals them."""
        self.session.flush()
        keys = search_keys(model, columns)
        _insert_columns(self.session.connection(), table_of(model), {**columns, "search_key": keys})
        self._append(_creations(self.id, model, columns, sender))

    def journal(self, changes: Sequence[Change]) -> None:
        """Appends lines to the journal, in this batch's transaction."""
        if changes:
            self._append(by_column(_JOURNAL, [change.line(self.id) for change in changes]))

    def _append(self, lines: Columns) -> None:
        _insert_columns(self.session.connection(), _JOURNAL, lines)
        self.changes += len(lines["record_id"])
        self.lines.add(lines["record_id"], lines["version"])
        self.ledgers.update(lines["ledger"])


def _creations(batch_id: str, model: type[Record], columns: Columns, sender: str | None) -> Columns:
    """The journal's lines of many new records: the same as `Change.line`, through a struct instead of dicts."""
    names, kind = _created(model)
    many = len(columns["id"])
    nothing = [None] * many
    lines = msgspec.json.Encoder().encode_lines(list(map(kind, *(columns.get(name, nothing) for name in names))))
    return {
        "batch_id": [batch_id] * many,
        "ledger": [model.__tablename__] * many,
        "record_id": columns["id"],
        "action": ["create"] * many,
        "after": lines.decode().split("\n")[:-1],  # the only line feeds in JSON of ours stand between two values
        "version": _converted(dump, columns["version"]),
        "sender": [sender] * many,
    }


@cache
def _created(model: type[Record]) -> tuple[tuple[str, ...], type[msgspec.Struct]]:
    """The merged fields in the order of canonical JSON, and a struct of them that leaves out what is None."""
    names = tuple(sorted(merged_fields(model)))
    return names, msgspec.defstruct("Created", [(name, Any, None) for name in names], omit_defaults=True, gc=False)


def by_column(table: Table, rows: Sequence[Values]) -> Columns:
    """Rows as columns; where a row lacks one that others have, it has None."""
    named: set[str] = set().union(*rows)
    names = [column.name for column in table.columns if column.name in named]
    try:
        tuples = list(map(itemgetter(*names), rows))
    except KeyError:
        tuples = [tuple(map(row.get, names)) for row in rows]
    return dict(zip(names, zip(*tuples, strict=True), strict=True))


def _insert_columns(connection: Connection, table: Table, columns: Columns) -> None:
    """Inserts many rows with one statement; a column with nothing in it is left to the store.

    The values go to the driver through the types' own conversions, column by column: several times as fast as an
    insert construct, which prepares every row for itself.
    """
    filled = {name: values for name, values in columns.items() if values.count(None) < len(values)}
    statement, conversions = _insertion(table, tuple(filled), connection.dialect)
    converted = [
        values if convert is None else _converted(convert, values)
        for convert, values in zip(conversions, filled.values(), strict=True)
    ]
    connection.exec_driver_sql(statement, list(zip(*converted, strict=True)))


def _converted(convert: Callable[[Any], Any], values: Sequence[Any]) -> Sequence[Any]:
    """The values as the driver takes them. Records that are made together have the same version, one after another."""
    if not isinstance(values[0], dict):
        return [None if value is None else convert(value) for value in values]
    found, last, converted = [], None, ""
    for value in values:
        if value is not last and value != last:
            last, converted = value, convert(value)
        found.append(converted)
    return found


@lru_cache(maxsize=1024)
def _insertion(
    table: Table, names: tuple[str, ...], dialect: Dialect
) -> tuple[str, tuple[Callable[[Any], Any] | None, ...]]:
    """(statement, each column's conversion) of an insert with the dialect's own marks."""
    quote = dialect.identifier_preparer.quote
    statement = f"INSERT INTO {quote(table.name)} ({', '.join(map(quote, names))}) VALUES ({_marks(dialect, names)})"
    conversions = []
    for name in names:
        kind = table.c[name].type
        convert = kind.dialect_impl(dialect).bind_processor(dialect)
        # where days are kept as text they are kept in ISO; SQLAlchemy's own conversion goes by a pattern and is slow
        conversions.append(date.isoformat if convert is not None and isinstance(kind, Date) else convert)
    return statement, tuple(conversions)


def _marks(dialect: Dialect, values: Sequence[Any]) -> str:
    return ", ".join(["?" if dialect.paramstyle == "qmark" else "%s"] * len(values))


def present(connection: Connection, table: Table, ids: Iterable[str]) -> set[str]:
    """Which of these ids the table has."""
    return {row[0] for part in _found(connection, table, ("id",), sorted(set(ids))) for row in part}


def _found(
    connection: Connection, table: Table, names: Sequence[str], ids: Sequence[str]
) -> Iterator[Sequence[Sequence[Any]]]:
    """The rows with these ids, in parts, as the driver gives them: a select would spend most time on its marks."""
    quote = connection.dialect.identifier_preparer.quote
    chosen = f"SELECT {', '.join(map(quote, names))} FROM {quote(table.name)} WHERE id IN"
    for part in map(tuple, in_parts(ids)):
        if found := connection.exec_driver_sql(f"{chosen} ({_marks(connection.dialect, part)})", part).all():
            yield found


def in_parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Values in so many at a time as go into one statement."""
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))


def stored_rows(connection: Connection, model: type[Record], ids: Sequence[str]) -> dict[str, Values]:
    """The stored rows with these ids, by id: every column as a Python value. Unknown ids are left out."""
    names, conversions = _selection(table_of(model), connection.dialect)
    found: dict[str, Values] = {}
    for part in _found(connection, table_of(model), names, ids):
        columns: list[Sequence[Any]] = list(zip(*part, strict=True))
        for place, convert in conversions:
            columns[place] = list(map(convert, columns[place]))
        for row in zip(*columns, strict=True):
            found[row[0]] = dict(zip(names, row, strict=True))
    return found


@lru_cache(maxsize=256)
def _selection(table: Table, dialect: Dialect) -> tuple[tuple[str, ...], list[tuple[int, Callable[[Any], Any]]]]:
    """A table's columns with `id` first, and how the driver's values of some become Python's, by place."""
    names = ("id", *(column.name for column in table.columns if column.name != "id"))
    kinds = [table.c[name].type.dialect_impl(dialect) for name in names]
    conversions = [kind.result_processor(dialect, None) for kind in kinds]
    return names, [(place, convert) for place, convert in enumerate(conversions) if convert is not None]


@contextmanager
def begin_batch(engine: Engine, label: str, *, kind: str, user: str, replica: str) -> Iterator[Batch]:
    """Opens one operation: one transaction that commits when the block ends and leaves nothing when it raises.

    The only function that begins a transaction that writes records. A batch that changed nothing leaves no line, but
    for an undo, to which the line of what it took back points.
    """
    with writing(engine) as session:
        line = BatchLine(id=new_id(), label=label[:200], kind=kind, user=user, at=clock.now(), changes=0)
        session.add(line)
        session.flush()
        batch = Batch(session, line, replica)
        session.info["batch"] = batch
        yield batch
        session.flush()
        line.close(batch.changes, batch.lines)
        if not batch.changes and line.undoes is None:
            session.delete(line)


@contextmanager
def followed(batch: Batch, label: str, *, kind: str = "edit") -> Iterator[Batch]:
    """A second operation in an open batch's transaction: kept or lost with it, but undone by itself. When it raises it
    leaves nothing, and the batch goes on.

    For what follows from records of others that a package brings: the import may not be undone here, this may.
    """
    session = batch.session
    try:
        with session.begin_nested():
            line = BatchLine(id=new_id(), label=label[:200], kind=kind, user=batch.line.user, at=clock.now(), changes=0)
            session.add(line)
            session.flush()
            step = Batch(session, line, batch.replica)
            session.info["batch"] = step
            yield step
            session.flush()
            line.close(step.changes, step.lines)
            if not step.changes:
                session.delete(line)
    finally:
        session.info["batch"] = batch


class Unjournalled(RuntimeError):
    """A record was about to be written outside a batch: a fault of the program."""


@event.listens_for(Session, "before_flush")
def _stamp_and_journal(session: Session, context: UOWTransaction, instances: object) -> None:
    """Steps the version of every changed record and writes its line."""
    records = [item for item in (*session.new, *session.dirty) if isinstance(item, Record)]
    removed = [item for item in session.deleted if isinstance(item, Record)]
    changed = [(item, *_difference(item)) for item in records]
    changed = [(item, before, after) for item, before, after in changed if before is None or after]
    if not changed and not removed:
        return
    batch: Batch | None = session.info.get("batch")
    if batch is None or removed:
        raise Unjournalled("a record is written only inside Workspace.edit, and never removed")
    changes = []
    for item, before, after in changed:
        if before is None:
            item.id = item.id or new_id()
            item.version, item.stamps = first_stamp(batch.replica)
        else:
            item.version, item.stamps = next_stamp(item.version, item.stamps, after, batch.replica)
        item.search_key = search_key(type(item), {key: getattr(item, key) for key in fields_of(type(item))})
        changes.append(Change(item.__tablename__, item.id, before, after, item.version))
    with session.no_autoflush:
        batch.journal(changes)


def _difference(item: Record) -> tuple[Values | None, Values]:
    """(before, after) of the merged fields that differ from the store; before is None for a new record."""
    state = inspection(item)
    merged = merged_fields(type(item))
    if not state.persistent:
        return None, {key: value for key in merged if (value := getattr(item, key)) is not None}
    before: Values = {}
    after: Values = {}
    for key in merged:
        history = state.attrs[key].history
        if history.has_changes():
            old = history.deleted[0] if history.deleted else None
            if old != getattr(item, key):
                before[key], after[key] = old, getattr(item, key)
    return before, after


# ---------------------------------------------------------------- reading the journal


@dataclass(frozen=True)
class HistoryEntry:
    """One line of a record's history."""

    seq: int
    batch_id: str
    label: str
    kind: str
    user: str
    at: str
    action: str
    before: Values
    after: Values


def history(session: Session, record_id: str) -> list[HistoryEntry]:
    """All changes of one record, the latest first. Values are as in a package: ISO dates, codes, fen."""
    lines = session.execute(
        select(ChangeLine, BatchLine)
        .join(BatchLine, BatchLine.id == ChangeLine.batch_id)
        .where(ChangeLine.record_id == record_id)
        .order_by(ChangeLine.seq.desc())
    )
    return [
        HistoryEntry(
            line.seq,
            batch.id,
            batch.label,
            batch.kind,
            batch.user,
            batch.at,
            line.action,
            loads(line.before),
            loads(line.after),
        )
        for line, batch in lines
    ]


def loads(text: str | None) -> Values:
    """A `before` or `after` as plain JSON values."""
    return {} if text is None else msgspec.json.decode(text)


@dataclass(frozen=True)
class Obstacle:
    """A later edit that stands on what an undo would take back."""

    ledger: str
    record_id: str
    label: str
    user: str
    at: str
    fields: tuple[str, ...]


def later_edits(session: Session, batch_id: str) -> list[Obstacle]:
    """The edits after a batch that touched the same fields of the same records, or a record that the batch made."""
    mine = list(session.scalars(select(ChangeLine).where(ChangeLine.batch_id == batch_id).order_by(ChangeLine.seq)))
    if not mine:
        return []
    touched: dict[str, tuple[bool, set[str], int]] = {}
    for line in mine:
        made, names, _ = touched.get(line.record_id, (False, set(), 0))
        touched[line.record_id] = (made or line.before is None, names | set(loads(line.after)), line.seq)
    obstacles = []
    later = (
        select(ChangeLine, BatchLine)
        .join(BatchLine, BatchLine.id == ChangeLine.batch_id)
        .where(ChangeLine.seq > mine[0].seq, ChangeLine.batch_id != batch_id)
        .where(ChangeLine.record_id.in_(select(ChangeLine.record_id).where(ChangeLine.batch_id == batch_id)))
        .where(BatchLine.undone_by.is_(None), BatchLine.kind != "undo")
        .order_by(ChangeLine.seq)
    )
    for line, batch in session.execute(later):
        made, names, last = touched[line.record_id]
        both = set(loads(line.after)) if made else names & set(loads(line.after))
        if line.seq > last and both:
            obstacles.append(
                Obstacle(line.ledger, line.record_id, batch.label, batch.user, batch.at, tuple(sorted(both)))
            )
    return obstacles


def undo_into(batch: Batch, target: BatchLine) -> None:
    """Takes back a batch inside an open one, as new saves of the old values: what it made is deleted, what it changed
    is as before. The caller has made sure that no later edit stands on it (`later_edits`)."""
    lines = list(
        batch.session.scalars(
            select(ChangeLine).where(ChangeLine.batch_id == target.id).order_by(ChangeLine.seq.desc())
        )
    )
    wanted: dict[str, dict[str, Values]] = {}
    for line in lines:  # latest first, so that the earliest before wins
        back = {"deleted_at": clock.now()} if line.before is None else typed(models()[line.ledger], loads(line.before))
        wanted.setdefault(line.ledger, {}).setdefault(line.record_id, {}).update(back)
    connection = batch.session.connection()
    for name, records in wanted.items():
        model = models()[name]
        stored = stored_rows(connection, model, list(records))
        pairs = [(stored[key], {k: v for k, v in new.items() if stored[key][k] != v}) for key, new in records.items()]
        batch.update_rows(model, [(row, new) for row, new in pairs if new])
    batch.line.undoes, target.undone_by = target.id, batch.id


def typed(model: type[Record], values: Mapping[str, Any]) -> Values:
    """JSON values of the journal as the Python values of a record's columns."""
    specs = fields_of(model)
    return {
        key: value
        if value is None or key not in specs
        else msgspec.convert(value, specs[key].kind.python, strict=False)
        for key, value in values.items()
    }


Progress = Callable[[int, int, str], None]
"""Called with (done, total, what is being done) by long work; it may raise `Cancelled`."""


class Cancelled(Exception):
    """The person stopped a long piece of work; the transaction is rolled back."""
