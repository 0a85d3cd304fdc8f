"""Engines: an encrypted or plain SQLite file, or a PostgreSQL server. The only module that knows a dialect."""

import os
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, QueuePool, create_engine, event
from sqlalchemy.engine import ExceptionContext
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
    "disk I/O error": ("读写磁盘时出错，这一步没有保存。请检查磁盘后再试", "disk-error"),
}
"""What SQLite says when the world is at fault, and what we say. Everything else it says is our fault."""

# The driver looks for a way to adapt each None that it is given, in vain, and that takes longer than to insert it.
sqlcipher.register_adapter(type(None), lambda nothing: nothing)


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


def server_engine(url: str) -> Engine:
    """An engine on a PostgreSQL server, for a county office with many seats."""
    engine = create_engine(url, pool_pre_ping=True)
    event.listen(engine, "handle_error", _blame)
    return engine


def world_at_fault(error: BaseException) -> Refusal | None:
    """The sentence for a database error that the person can mend, None for one that is our fault."""
    said = str(error)
    for words, (sentence, reason) in WORLD.items():
        if words in said:
            return Refusal(sentence, reason)
    if "connection" in said and "server" in said:
        return Refusal("连不上数据库服务器。请检查网络和服务器是否开着", "cannot-open")
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
    if engine.dialect.name != "sqlite":
        return []
    try:
        with engine.connect() as connection:
            found = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check") if row[0] != "ok"]
            links = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    except Refusal as refusal:  # too damaged to be looked through
        return [refusal.message]
    return found + [f"{row[0]} 表有一条记录指向不存在的 {row[2]}" for row in links]


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
