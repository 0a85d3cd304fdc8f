"""A store on a PostgreSQL server, for an office with several seats: its address, its engine, and whose turn it is."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from psycopg import DataError, OperationalError, sql
from psycopg import Error as ServerError
from sqlalchemy import URL, Column, Connection, Engine, String, Table, create_engine, func, make_url, select, text
from sqlalchemy.dialects.postgresql.base import PGDDLCompiler
from sqlalchemy.exc import ArgumentError

from db.errors import Refusal

DRIVER = "postgresql+psycopg"
PATIENCE = 60
"""Seconds that a write waits for another seat's to end; an import of 50,000 records takes a few."""

OLDEST = 13
"""The oldest version of the server that will do."""

_CONNECT_WITHIN = 10
_TURN = 0x51A11
"""The advisory lock that a transaction holds while it writes; such locks are each database's own."""

_UNREACHABLE = "连不上数据库服务器。请检查网络和服务器是否开着，siji.toml 里的地址、用户名和口令对不对"
_STATES = {
    "28": ("数据库服务器不认这个用户名或口令。请核对 siji.toml 里的数据库地址，或找服务器管理员", "cannot-open"),
    "3D": ("数据库服务器上没有这个数据库。请核对 siji.toml 里的数据库地址，或请服务器管理员建好", "cannot-open"),
    "42501": ("数据库服务器不许这个用户写入。请服务器管理员把这个数据库的所有者设成它", "read-only"),
    "25006": ("数据库服务器现在只能读，不能写。请找服务器管理员", "read-only"),
    "53100": ("数据库服务器的磁盘已满，这一步没有保存。请服务器管理员清理后再试", "disk-full"),
    "53300": ("数据库服务器的连接已经用完。请关掉不用的窗口再试，或找服务器管理员", "cannot-open"),
    "55P03": ("另一位同事正在写入，这一步没有保存。请等一会儿再试", "locked"),
    "40P01": ("另一位同事正在写入，这一步没有保存。请等一会儿再试", "locked"),
    "08": (_UNREACHABLE, "cannot-open"),
    "57P": ("和数据库服务器的连接断了，这一步没有保存。请检查网络和服务器，再试一次", "cannot-open"),
}
"""What the server says when the world is at fault, by the beginning of its code (PostgreSQL, appendix A)."""
_WORDS = {
    "password authentication failed": "28",
    "no password supplied": "28",
    "no pg_hba.conf entry": "28",
    'role "': "28",
    'database "': "3D",
    "too many clients": "53300",
}
"""What is said while connecting, when there is no code yet."""


def server_url(address: str) -> URL:
    """A database's address as an engine takes it. Raises `Refusal` for what is none."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.drivername not in (DRIVER, "postgresql", "postgres") or not url.database:
        # never quoted: it may hold a password
        raise Refusal(f"数据库地址写得不对，应写成 {DRIVER}://用户:口令@服务器:5432/数据库", "bad-url")
    return url.set(drivername=DRIVER)


def shown(address: str) -> str:
    """An address as people may see it: without its password."""
    url = server_url(address)
    return URL.create(DRIVER, url.username, None, url.host, url.port, url.database).render_as_string()


def server_engine(address: str) -> Engine:
    """An engine on a PostgreSQL server. A transaction that only reads sees the store as it stood when it began."""
    url = server_url(address)
    within: dict[str, Any] = {} if "connect_timeout" in url.query else {"connect_timeout": _CONNECT_WITHIN}
    engine = create_engine(
        url, pool_pre_ping=True, isolation_level="REPEATABLE READ", connect_args=within, hide_parameters=True
    )
    engine.dialect.ddl_compiler = _ByCodePoint
    return engine


class _ByCodePoint(PGDDLCompiler):
    """Makes text columns that sort as a SQLite file sorts them, whatever language the server's databases speak."""

    def get_column_specification(self, column: Column[Any], **options: Any) -> str:
        made: str = super().get_column_specification(column, **options)  # type: ignore[no-untyped-call]
        is_text = isinstance(column.type.dialect_impl(self.dialect), String)
        return f'{made} COLLATE "C"' if is_text else made


def world_at_fault(error: BaseException, *, gone: bool = True) -> Refusal | None:
    """The sentence for what the server or the way to it says, None for what is our fault. `gone` says that there is no
    connection, or none any more; with one, what carries no code comes from the driver, and not from the world."""
    if not isinstance(error, ServerError):
        return None
    state = error.sqlstate
    if state is None and gone and isinstance(error, OperationalError):
        state = next((code for words, code in _WORDS.items() if words in str(error)), "08")
    if state is None:
        return None
    return next((Refusal(*told) for begins, told in _STATES.items() if state.startswith(begins)), None)


def writing(engine: Engine) -> Engine:
    """The engine for a transaction that takes its turn before it reads, and then sees what all before it wrote."""
    return engine.execution_options(isolation_level="READ COMMITTED")


def take_turn(connection: Connection) -> None:
    """From here to the end of the transaction nobody else writes to the store. Raises `Refusal` after `PATIENCE`."""
    connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}s'"))
    connection.execute(select(func.pg_advisory_xact_lock(_TURN)))


def refuse_unfit(connection: Connection) -> None:
    """Raises `Refusal` when a server is too old, or a database cannot keep every character."""
    major = int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000
    if major < OLDEST:
        raise Refusal(f"数据库服务器是 PostgreSQL {major}，太旧了，要 {OLDEST} 以上。请服务器管理员升级", "bad-url")
    if connection.execute(text("SHOW server_encoding")).scalar() != "UTF8":
        raise Refusal("这个数据库的编码不是 UTF8，存不了所有汉字。请服务器管理员用 ENCODING 'UTF8' 新建一个", "bad-url")


def identity(connection: Connection) -> str:
    """A digest that differs when the database was restored from a backup or copied, or a standby took over: whoever
    goes on there must not use a counter again that may have been used since."""
    found = connection.execute(
        text(
            "SELECT system_identifier, timeline_id, oid FROM pg_control_system(), pg_control_checkpoint(), pg_database"
            " WHERE datname = current_database()"
        )
    ).one()
    return hashlib.sha256("/".join(map(str, found)).encode()).hexdigest()[:16]


@contextmanager
def copying_in(
    connection: Connection, table: str, names: Sequence[str]
) -> Iterator[Callable[[Sequence[Sequence[Any]]], None]]:
    """A function that appends rows to a table, in the connection's transaction. Raises `Refusal` as it is told to."""
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), columns)
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(into) as copy:

            def write(rows: Sequence[Sequence[Any]]) -> None:
                for row in rows:
                    copy.write_row(row)

            yield write
    except DataError:
        sentence = f"{table} 表里有一条记录服务器存不了（太长，或有不能用的字符），没有搬。请先运行 siji check"
        raise Refusal(sentence, "invalid-record") from None
    except ServerError as error:
        raise world_at_fault(error) or error from None


def continue_numbers(connection: Connection, table: Table) -> None:
    """After rows came with numbers of their own, the server goes on counting behind them."""
    key = table.autoincrement_column
    if key is not None:
        last = select(func.max(key)).scalar_subquery()
        connection.execute(select(func.setval(func.pg_get_serial_sequence(table.name, key.name), last)))
