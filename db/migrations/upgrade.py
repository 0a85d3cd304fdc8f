"""Brings a store to the schema of this program: back up, migrate, check, and only then go on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, inspect, text

from db.engine import for_writing, take_turn
from db.errors import Refusal

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0002"
"""The newest revision in `versions/`; a test holds the two together."""

SCHEMA = int(HEAD)
"""The number that a package carries as its `schema`."""


def revision(connection: Connection) -> str | None:
    """The revision of a store, None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(engine: Engine, back_up: Callable[[], Path] | None = None) -> None:
    """Upgrades a store in one transaction. `back_up` is called first when the store has data.

    Raises `Refusal` for a store of a newer program, and when the upgraded store has lost rows or links; then nothing
    was changed.
    """
    with engine.begin() as connection:
        found = revision(connection)
    if found == HEAD:
        return
    if found is not None and found > HEAD:
        raise Refusal("这些数据是更新版本的程序写的。请先升级本程序再打开", "newer-schema")
    if found is not None and back_up is not None:
        back_up()
    with for_writing(engine).connect() as connection, _rebuilding(connection), connection.begin():
        take_turn(connection)
        if revision(connection) == HEAD:  # another seat was quicker
            return
        before = _rows(connection)
        migrate(connection)
        _check(connection, before)


def migrate(connection: Connection) -> None:
    """Runs the revisions that a store lacks, in the caller's transaction."""
    from alembic import command

    settings = config()
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")


@contextmanager
def _rebuilding(connection: Connection) -> Iterator[None]:
    """Lets SQLite's tables be rebuilt under the links that point to them; `_check` looks at the links afterwards."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys = OFF")  # of no effect inside a transaction, and ours begin by themselves
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


def config() -> "Config":
    """Alembic's settings for the revisions in this folder."""
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    return settings


def _rows(connection: Connection) -> dict[str, int]:
    names = [name for name in inspect(connection).get_table_names() if name != "alembic_version"]
    return {name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in names}


def _check(connection: Connection, before: dict[str, int]) -> None:
    after = _rows(connection)
    lost = [name for name, rows in before.items() if after.get(name, 0) < rows]
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all() if connection.dialect.name == "sqlite" else []
    if lost or broken:
        raise Refusal("升级数据时发现记录对不上，已退回升级前的样子。请把备份交给技术人员", "damaged")
