"""Where a test's records live: in a file of the workspace's folder, or in a database of the suite's own server."""

import shutil
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from app.workspace import MACHINE, place_of, read_config, write_config
from db import settings
from db.engine import server_engine, writing
from tests.helpers.server import Server


class Store:
    """Gives workspaces their place, and copies them with it. `server` is None where records are kept in files."""

    def __init__(self, server: Server | None = None) -> None:
        self.server = server
        self._made: list[str] = []

    def place(self) -> str:
        """What `Workspace.create` is told as the database: empty for a file, else the address of a new one."""
        if self.server is None:
            return ""
        self._made.append(self.server.create())
        return self.server.url(self._made[-1])

    def copy(self, folder: Path, target: Path) -> Path:
        """A second workspace like the first, which must be closed: the same replica, as a copied folder is."""
        shutil.copytree(folder, target)
        for config in [*target.rglob("siji.toml")]:
            database = tomllib.loads(config.read_text(encoding="utf-8"))["database"]
            if database:
                self._copy_database(config.parent, database)
        return target

    def _copy_database(self, folder: Path, database: str) -> None:
        assert self.server is not None
        self._made.append(self.server.create(make_url(database).database))
        url = self.server.url(self._made[-1])
        write_config(folder, {**read_config(folder), "database": url})
        engine = server_engine(url)
        with writing(engine) as session:  # the copy of a database knows that it is one, unlike that of a file
            settings.put(session, MACHINE, place_of(session))
        engine.dispose()

    @contextmanager
    def sweeping(self) -> Iterator["Store"]:
        """Throws away, at the end, the databases that were made meanwhile."""
        before = len(self._made)
        yield self
        for name in self._made[before:]:
            assert self.server is not None
            self.server.drop(name)
        del self._made[before:]
