"""A whole store copied from a file into an empty database of a server, and both held against each other."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, LargeBinary, Table, TypeDecorator, func, select, type_coerce

from db import server
from db.errors import Refusal
from db.journal import Progress
from db.models.tables import Base

Counted = dict[str, tuple[int, str]]
"""By table: its rows, and a digest over them in the order of their keys."""


def tables() -> Sequence[Table]:
    """Every table, parents before children."""
    return Base.metadata.sorted_tables


def copy_all(source: Connection, target: Connection, progress: Progress) -> Counted:
    """Copies every row into the empty tables of `target`, in its transaction, and says what was read.

    Raises `Refusal` for a value that a server cannot keep, naming its table.
    """
    found: Counted = {}
    total = sum(_rows(source, table) for table in tables())
    done = 0
    for table in tables():
        digest, rows = hashlib.sha256(), 0
        names = [column.name for column in table.columns]
        with server.copying_in(target, table.name, names) as write:
            for part in _parts(source, table):
                digest.update(_encoded(part))
                write(part)
                rows += len(part)
                progress(done + rows, 2 * total, "正在搬到服务器")
        server.continue_numbers(target, table)
        found[table.name] = (rows, digest.hexdigest())
        done += rows
    return found


def counted(connection: Connection, progress: Progress) -> Counted:
    """What a store has: each table's rows and digest, the same for equal records in a file and on a server."""
    found: Counted = {}
    total = sum(_rows(connection, table) for table in tables())
    done = 0
    for table in tables():
        digest, rows = hashlib.sha256(), 0
        for part in _parts(connection, table):
            digest.update(_encoded(part))
            rows += len(part)
            progress(total + done + rows, 2 * total, "正在逐条核对")
        found[table.name] = (rows, digest.hexdigest())
        done += rows
    return found


def refuse_difference(wanted: Counted, found: Counted) -> None:
    """Raises `Refusal` naming the tables whose copies are not what was read."""
    different = [name for name in wanted if wanted[name] != found.get(name)]
    if different:
        named = "、".join(different)
        raise Refusal(f"搬过去的数据和原来的对不上（{named}），没有切换，原来的数据没有动。请再试一次", "differs")


def _parts(connection: Connection, table: Table) -> Iterator[Sequence[Sequence[Any]]]:
    columns = [_plain(column) for column in table.columns]
    size = 8 if any(isinstance(column.type, LargeBinary) for column in table.columns) else 2000
    statement = select(*columns).order_by(*table.primary_key.columns)
    yield from connection.execute(statement, execution_options={"yield_per": size}).partitions(size)


def _plain(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column as it is kept: text, numbers, days, bytes, yes or no."""
    kind = column.type
    return type_coerce(column, kind.impl_instance) if isinstance(kind, TypeDecorator) else column


def _encoded(rows: Sequence[Sequence[Any]]) -> bytes:
    return msgspec.msgpack.encode([tuple(row) for row in rows])


def _rows(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()
