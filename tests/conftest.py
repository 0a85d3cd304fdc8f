"""The discipline of the suite: no display, no home, no unexpected log line, no chance.

Qt's own warnings and Python's fail a test through pyproject.toml. `pytest --hypothesis-profile=soak` searches for long
and afresh; without it hypothesis tries the same bounded examples every time.
"""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest
from hypothesis import HealthCheck, settings

import app.workspace
from app.demo.county import make_demo
from tests.helpers import age, schema
from tests.helpers import server as servers
from tests.helpers.logs import LogWatch
from tests.helpers.server import Server
from tests.helpers.stores import Store
from tests.helpers.townships import Many, many
from tests.helpers.unwritable import permissions_hold

settings.register_profile(
    "ci", max_examples=50, stateful_step_count=30, derandomize=True, deadline=None, database=None, print_blob=True
)
settings.register_profile(
    "soak",
    max_examples=100_000,
    stateful_step_count=100,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci")

REAL_SEAL = pyrage.passphrase.encrypt

# Before the first QApplication, which reads it once for the whole process. The e2e tests start processes of their own.
os.environ["QT_QPA_PLATFORM"] = "offscreen"


@pytest.fixture(autouse=True)
def own_home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Each test, and every process it starts, has an empty home and none of the person's own settings."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"):
            patch.setenv(name, str(home))
        for name in ("CONFIG", "DATA", "CACHE", "STATE"):
            patch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
        for name in [one for one in os.environ if one.startswith("SIJI_")]:
            patch.delenv(name)
        if request.node.get_closest_marker("e2e"):
            patch.delenv("QT_QPA_PLATFORM")
        yield home


@pytest.fixture(autouse=True)
def logs() -> Iterator[LogWatch]:
    """Fails the test on a log record at WARNING or above, except what it took in `with logs.expect("…"):`."""
    watch = LogWatch()
    logging.getLogger().addHandler(watch)
    yield watch
    logging.getLogger().removeHandler(watch)
    watch.judge()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with a `store` runs on a file, and marked `both_stores` on a server too; `both_stores(False)` takes the
    mark of the whole module back."""
    if "store" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("both_stores")
        stores = ["file", "server"] if mark is not None and mark.args != (False,) else ["file"]
        metafunc.parametrize("store", stores, indirect=True, scope="session")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server, started when a test first asks for it."""
    if why := servers.missing():
        pytest.skip(why)
    with servers.running() as running:
        yield running


@pytest.fixture(scope="session")
def store(request: pytest.FixtureRequest) -> Store:
    """Where the workspaces of a test keep their records."""
    return Store(request.getfixturevalue("server") if request.param == "server" else None)


@pytest.fixture(scope="session", autouse=True)
def cheap_passphrases() -> Iterator[None]:
    """Seals under a passphrase cost nothing; the files are age files all the same, and opened by the program's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pyrage.passphrase, "encrypt", age.sealed)
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_schema() -> Iterator[None]:
    """A new workspace gets its schema without Alembic, which tests/db/test_migrations.py holds to the records."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app.workspace, "upgrade", schema.upgraded)
        yield


@pytest.fixture
def real_passphrases(cheap_passphrases: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's own seal, which takes more than a second to write and as long to open."""
    monkeypatch.setattr(pyrage.passphrase, "encrypt", REAL_SEAL)


@pytest.fixture
def unwritable(tmp_path: Path) -> Iterator[Path]:
    """An empty folder that can be read and not written, like a stick with its switch on. Holds for root too."""
    folder = tmp_path / "只读"
    folder.mkdir()
    folder.chmod(0o555)
    with permissions_hold():
        yield folder
    folder.chmod(0o755)


@pytest.fixture(scope="session")
def forty(tmp_path_factory: pytest.TempPathFactory) -> Many:
    """A county, forty townships, and their first packages on eight sticks; to be copied, never changed."""
    made = many(tmp_path_factory.mktemp("县") / "云溪 县", 40)
    for place, town in enumerate(made.towns):
        stick = made.root / f"U盘{place // 5 + 1}"
        stick.mkdir(exist_ok=True)
        town.hand_over(stick)
    return made


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The demonstration: a county and two townships, made once; to be copied, or opened and only read."""
    return make_demo(tmp_path_factory.mktemp("演示") / "云溪县", townships=2, members=120, seed=7)
