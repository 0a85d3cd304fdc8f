"""A PostgreSQL server of the suite's own: on a socket in a folder that is thrown away, seen by nobody else.

Its databases sort as Chinese people do, so that whatever leaves the order to the server shows.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

USER = "siji"
SERVANT = "postgres"
"""Whom the server runs as where we are root, for whom it refuses to run."""

_numbers = count(1)


def programs() -> Path | None:
    """The folder of the newest PostgreSQL's programs, None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: int(one.parts[-3]))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    return Path(on_path).resolve().parent if on_path else None


def missing() -> str | None:
    """Why no server can be had here, None where one can."""
    if programs() is None:
        return "PostgreSQL is not installed (on Debian: sudo apt-get install postgresql)"
    if os.name == "posix" and os.geteuid() == 0:
        try:
            pwd.getpwnam(SERVANT)
        except KeyError:
            return f"a PostgreSQL server does not run as root, and there is no user {SERVANT} to run it"
    return None


class Server:
    """A running server. Databases are made and thrown away by name; a template makes a copy in a moment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def url(self, database: str) -> str:
        """What a workspace's settings say to use a database."""
        return f"postgresql+psycopg://{USER}@/{database}?host={self.folder}"

    def create(self, template: str | None = None) -> str:
        """A new database, empty or as the template is, which nobody may be using; its name."""
        name = f"siji_{next(_numbers)}"
        self._do("CREATE DATABASE {} TEMPLATE {}", name, template or "template1")
        return name

    def drop(self, database: str) -> None:
        """Throws a database away, whoever uses it."""
        self._do("DROP DATABASE IF EXISTS {} WITH (FORCE)", database)

    def tidy(self, database: str) -> None:
        """Does at once what the server does by itself in time: counts what is in the tables."""
        with psycopg.connect(host=str(self.folder), user=USER, dbname=database, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")

    def stop_sessions(self, database: str) -> None:
        """Cuts every connection to a database, as a server that is started anew does."""
        self.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", database)

    def ask(self, statement: str, *values: Any) -> list[Any]:
        """Asks the server itself."""
        with self._connected() as connection:
            return connection.execute(statement, values).fetchall()  # type: ignore[call-overload,no-any-return]

    def _do(self, statement: str, *names: str) -> None:
        with self._connected() as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]

    def _connected(self) -> psycopg.Connection[Any]:
        return psycopg.connect(host=str(self.folder), user=USER, dbname="postgres", autocommit=True)


@contextmanager
def running(*, durable: bool = False) -> Iterator[Server]:
    """Starts a server and stops it at the end. What it has written survives a power cut only if it is `durable`, which
    takes time."""
    bin_folder = programs()
    assert bin_folder is not None
    folder = Path(tempfile.mkdtemp(prefix="siji-pg-"))  # short: a socket's path has at most 107 bytes
    servant: dict[str, Any] = {}
    if os.geteuid() == 0:
        shutil.chown(folder, SERVANT, SERVANT)
        entry = pwd.getpwnam(SERVANT)
        servant = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    options: dict[str, Any] = {
        "cwd": folder, "env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}, "stdin": subprocess.DEVNULL, **servant
    }  # fmt: skip
    make = ["initdb", "-D", "data", "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    made = subprocess.run(
        [bin_folder / make[0], *make[1:], "--locale-provider=icu", "--icu-locale=zh"],
        capture_output=True, text=True, check=False, **options,
    )  # fmt: skip
    if made.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        raise RuntimeError(f"initdb: {made.stderr}")
    settings = {"listen_addresses": "", "unix_socket_directories": str(folder), "log_min_messages": "panic"}
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
    process = subprocess.Popen(
        [bin_folder / "postgres", "-D", "data", *(f"--{name}={value}" for name, value in settings.items())],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options,
    )  # fmt: skip
    try:
        _wait(folder, process)
        yield Server(folder)
    finally:
        process.send_signal(signal.SIGQUIT)  # at once, and nothing is put in order for a next time
        process.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(folder: Path, process: "subprocess.Popen[bytes]") -> None:
    """Until the server answers: it says so itself in its file of state, and only then listens."""
    state = folder / "data" / "postmaster.pid"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        lines = state.read_text().splitlines() if state.exists() else []
        if len(lines) >= 8 and lines[7].strip() == "ready":
            return
        try:
            process.wait(0.02)
        except subprocess.TimeoutExpired:
            continue
        break
    raise RuntimeError("the PostgreSQL server did not start")
