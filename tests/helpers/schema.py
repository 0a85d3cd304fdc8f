"""The schema of a new store, taken from the migrations once in a process and then made statement by statement: Alembic
takes longer to make an empty workspace than most tests take with it."""

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, inspect

from db.engine import sqlite_engine
from db.migrations.upgrade import HEAD, upgrade


@cache
def statements() -> tuple[str, ...]:
    """What the migrations leave in an empty SQLite file, as SQL."""
    with tempfile.TemporaryDirectory() as folder:
        engine = sqlite_engine(Path(folder) / "records.db")
        upgrade(engine)
        with engine.connect() as connection:
            made = connection.exec_driver_sql(
                "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
            )
            found = tuple(made.scalars())
        engine.dispose()
    return (*found, f"INSERT INTO alembic_version VALUES ('{HEAD}')")


def upgraded(engine: Engine, back_up: Callable[[], Path] | None = None) -> None:
    """As the program's own `upgrade`, but quickly for a SQLite file with nothing in it."""
    if engine.dialect.name == "sqlite":
        with engine.begin() as connection:
            if not inspect(connection).get_table_names():
                for statement in statements():
                    connection.exec_driver_sql(statement)
                return
    upgrade(engine, back_up)
