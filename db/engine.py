"""Engines: an encrypted or plain SQLite file, or a PostgreSQL server. With `db.server`, all that knows a dialect."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, QueuePool, Table, create_engine, event, func, inspect, select
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.orm import Session
from sqlcipher3 import dbapi2 as sqlcipher

from db.errors import Refusal

WORLD = {
    "file is not a database": (
        "口令不对，或者数据文件已损坏。请核对口令；仍打不开时用最近的备份恢复",
        "wrong-passphrase",
    ),
    "database disk image is malformed": ("数据文件已损坏。请用最近的备份恢复", "damaged"),
    "database or disk is full": ("磁盘已满，这一步没有保存。请清理磁盘后再试", "disk-full"),
    "attempt to write a readonly database": ("数据所在的文件夹不能写入。请检查是否只读，或换一个文件夹", "read-only"),
    "unable to open database": ("打不开数据文件。请检查文件夹是否还在、能否写入", "cannot-open"),
    "database is locked": ("另一个程序正在使用这些数据。请先关闭它再试", "locked"),
    "disk I/O error": ("读写磁盘时出错，这一步没有保存。请看看磁盘是不是满了，不是的检查磁盘，再试一次", "disk-error"),
}
"""What SQLite says when the world is at fault, and what we say. Everything else it says is our fault."""

# The driver looks for a way to adapt each None that it is given, in vain, and that takes longer than to insert it.
sqlcipher.register_adapter(type(None), lambda nothing: nothing)


MANY_ROWS = 5_000
"""From how many rows on it pays to make a table's indexes anew."""


def sqlite_engine(file: Path, key: bytes | None = None, wait: float = 5) -> Engine:
    """An engine on a SQLite file, encrypted by SQLCipher under a raw 32-byte key unless `key` is None.

    The file is made on first use; opening it with the wrong key raises a `Refusal` at the first statement. A statement
    waits so many seconds for another program that writes.
    """

    def connect() -> Any:
        connection = sqlcipher.connect(str(file), check_same_thread=False, isolation_level=None, timeout=wait)
        if key is not None:
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        for pragma in (
            "foreign_keys = ON",
            "journal_mode = WAL",
            "synchronous = FULL",
            "cache_size = -65536",
            "temp_store = MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    # the pool of a file, which the bare address does not tell of; the connection used last has the warmest cache
    pool: dict[str, Any] = {"poolclass": QueuePool, "pool_use_lifo": True}
    engine = create_engine("sqlite://", module=sqlcipher, creator=_by_blame(connect), **pool)
    # the driver's own transactions would commit before schema changes; ours begin here
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    event.listen(engine, "handle_error", _blame)
    return engine


def server_engine(address: str) -> Engine:
    """An engine on a PostgreSQL server, for an office with many seats. Raises `Refusal` for an address that is none."""
    from db import server  # whose driver takes a while to load, and most stores are files

    engine = server.server_engine(address)

    def blame(context: ExceptionContext) -> None:
        gone = context.connection is None or context.is_disconnect
        refusal = server.world_at_fault(context.original_exception, gone=gone)
        if refusal is not None:
            raise refusal from None  # what the server says may quote a person's record

    event.listen(engine, "handle_error", blame)
    return engine


def on_server(engine: Engine) -> bool:
    """Whether other seats may be using the store at the same time."""
    return engine.dialect.name != "sqlite"


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session whose transaction writes, and commits when the block ends; nothing is left when it raises.

    One at a time: on a server it first waits its turn, on a file the first write does. So what it reads to decide what
    it writes (a counter, a place, a sequence) nobody else changes meanwhile, and the journal's lines commit in order.
    """
    with Session(for_writing(engine), expire_on_commit=False) as session:
        take_turn(session.connection())
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()  # a commit that was refused, for a link to nothing, leaves its transaction open
            raise


def for_writing(engine: Engine) -> Engine:
    """The engine whose transactions see, once they have their turn, what all before them wrote."""
    if not on_server(engine):
        return engine
    from db import server

    return server.writing(engine)


def take_turn(connection: Connection) -> None:
    """Waits until nobody else writes to the store; a file's first write does so by itself."""
    if connection.dialect.name != "sqlite":
        from db import server

        server.take_turn(connection)


def identity(connection: Connection) -> str | None:
    """Which database of which server this is; None for a file, which is known by the computer that it is on."""
    if connection.dialect.name == "sqlite":
        return None
    from db import server

    return server.identity(connection)


def refuse_used(connection: Connection) -> None:
    """Raises `Refusal` unless a server's database is empty and can keep our records."""
    from db import server

    server.refuse_unfit(connection)
    found = inspect(connection).get_table_names()
    if "alembic_version" in found:
        raise Refusal(
            "这个数据库里已经有四基的数据，没有动它。要用它请运行 siji seat；要新建或搬入，请另建一个空的数据库",
            "not-empty",
        )
    if found:
        raise Refusal("这个数据库里已经有别的东西，没有动它。请服务器管理员新建一个空的数据库", "not-empty")


def shown(address: str) -> str:
    """A database's address as people may see it: without its password."""
    from db import server

    return server.shown(address)


def empty(engine: Engine) -> None:
    """Drops every table of a server's database that was empty before we began."""
    tables = MetaData()
    with engine.begin() as connection:
        tables.reflect(connection)
        tables.drop_all(connection)


@contextmanager
def filling(connection: Connection, table: Table, rows: int) -> Iterator[None]:
    """The time in which so many rows come into a table, inside a transaction. Where they are many more than are there,
    a SQLite file makes the table's indexes anew afterwards: sorted, they cost half of what they cost row by row, and
    less still when they outgrow the cache. If the block raises, the transaction is to be rolled back."""
    anew = []
    if connection.dialect.name == "sqlite" and rows >= MANY_ROWS:
        there = connection.execute(select(func.count()).select_from(table)).scalar_one()
        anew = sorted(table.indexes, key=lambda one: str(one.name)) if there * 10 < rows else []
    for index in anew:
        index.drop(connection)
    yield
    for index in anew:
        index.create(connection)


def world_at_fault(error: BaseException) -> Refusal | None:
    """The sentence for what SQLite says when the person can mend it, None for what is our fault."""
    said = str(error)
    for words, (sentence, reason) in WORLD.items():
        if words in said:
            return Refusal(sentence, reason)
    return None


def _blame(context: ExceptionContext) -> None:
    refusal = world_at_fault(context.original_exception)
    if refusal is not None:
        raise refusal from context.original_exception


def _by_blame(connect: Any) -> Any:
    def wrapped() -> Any:
        try:
            return connect()
        except sqlcipher.Error as error:
            raise world_at_fault(error) or error from error

    return wrapped


def integrity_faults(engine: Engine) -> list[str]:
    """What the database itself finds wrong with the file and its links; empty when it is sound."""
    if on_server(engine):
        return []  # a server looks after its pages and links itself
    try:
        with engine.connect() as connection:
            found = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check") if row[0] != "ok"]
            links = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    except Refusal as refusal:  # too damaged to be looked through
        return [refusal.message]
    damaged = [f"数据文件有损坏（{what}）。请用最近的备份恢复" for what in found]
    return damaged + [f"{row[0]} 表有一条记录指向不存在的 {row[2]}" for row in links]


def is_plain(file: Path) -> bool:
    """Whether a SQLite file is not encrypted: an encrypted one has no header that anybody could know."""
    with file.open("rb") as stream:
        return stream.read(16) == b"SQLite format 3\0"


def snapshot(source: Engine, target: Path) -> None:
    """Writes a consistent copy of a SQLite file under the same key, which SQLCipher's VACUUM INTO keeps.

    Raises `Refusal`, and leaves no copy, when there is no room for it.
    """
    target.unlink(missing_ok=True)
    raw = source.raw_connection()
    try:
        raw.cursor().execute("VACUUM INTO ?", (str(target),))
    except sqlcipher.Error as error:
        target.unlink(missing_ok=True)
        raise world_at_fault(error) or error from error
    finally:
        raw.close()


def encrypt_copy(source: Engine, target: Path, key: bytes | None) -> None:
    """Writes the whole SQLite file to `target` under another key (None: plain), through SQLCipher's own export.

    The copy is on the disk when this returns. Raises `Refusal` when there is no room for it.
    """
    raw = source.raw_connection()
    try:
        cursor = raw.cursor()
        literal = f"x'{key.hex()}'" if key is not None else ""
        cursor.execute("ATTACH DATABASE ? AS copied KEY ?", (str(target), literal))
        try:
            cursor.execute("SELECT sqlcipher_export('copied')")
        finally:
            cursor.execute("DETACH DATABASE copied")
    except sqlcipher.Error as error:
        raise world_at_fault(error) or error from error
    finally:
        raw.close()
    with target.open("rb+") as stream:
        os.fsync(stream.fileno())
