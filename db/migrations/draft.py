"""Drafts a revision from the difference between the models and the newest revision; a person then reads and mends it.

python -m db.migrations.draft 0002 "What it does"
"""

import sys
import tempfile
from pathlib import Path

from alembic import command

from db.engine import sqlite_engine
from db.migrations.upgrade import config


def draft(number: str, message: str) -> None:
    """Writes `versions/<number>_<message>.py`."""
    with tempfile.TemporaryDirectory() as folder:
        engine = sqlite_engine(Path(folder) / "draft.db")
        with engine.connect() as connection:
            settings = config()
            settings.attributes["connection"] = connection
            if any((Path(__file__).parent / "versions").glob("[0-9]*.py")):
                command.upgrade(settings, "head")
            command.revision(settings, message, autogenerate=True, rev_id=number)
        engine.dispose()


if __name__ == "__main__":
    draft(sys.argv[1], sys.argv[2])
