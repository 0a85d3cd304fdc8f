"""Backups: one file that holds a whole workspace, and its return as a new replica."""

from pathlib import Path

from sqlalchemy import Engine

from db import clock

KEPT = 10
"""How many copies of the store `backups/` keeps of each kind."""


def copy_store(folder: Path, engine: Engine, why: str) -> Path:
    """Copies the store into the workspace's own `backups/` as it stands, under the same key; keeps the newest few.

    Only for a store that is a file; a server is backed up by its own tools.
    """
    backups = folder / "backups"
    backups.mkdir(exist_ok=True)
    target = backups / f"{why}-{clock.now().replace(':', '').replace('-', '')}.db"
    if engine.dialect.name == "sqlite":
        _snapshot(engine, target)
    for old in sorted(backups.glob(f"{why}-*.db"))[:-KEPT]:
        old.unlink()
    return target


def _snapshot(engine: Engine, target: Path) -> None:
    """Writes a consistent copy of the store; SQLCipher's VACUUM INTO keeps the key."""
    target.unlink(missing_ok=True)
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("VACUUM INTO ?", (str(target),))
    finally:
        raw.close()
