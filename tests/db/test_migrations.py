"""Every revision, five ways; and an upgrade of a store, which leaves the old one whatever goes wrong."""

import importlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from app.workspace import Workspace
from db.engine import integrity_faults, sqlite_engine
from db.errors import Refusal
from db.migrations import upgrade as upgrading
from db.migrations.upgrade import HEAD, config, revision, upgrade
from db.models.tables import Base
from tests.helpers.office import branch, member, township

REVISIONS = [one.revision for one in reversed(list(ScriptDirectory.from_config(config()).walk_revisions()))]
each = pytest.mark.parametrize("number", REVISIONS)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = sqlite_engine(tmp_path / "records.db")
    yield made
    made.dispose()


def move(engine: Engine, step: Callable[..., None], target: str) -> None:
    """Upgrades or downgrades in a transaction, as `upgrade` does."""
    with engine.connect() as connection, upgrading._rebuilding(connection), connection.begin():
        settings = config()
        settings.attributes["connection"] = connection
        step(settings, target)


def before(number: str) -> str:
    place = REVISIONS.index(number)
    return REVISIONS[place - 1] if place else "base"


def schema(engine: Engine) -> dict[str, str]:
    """The statements that make each table and index, without blanks and quotes; the order of columns counts."""
    with engine.connect() as connection:
        found = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")).all()
    return {name: "".join(re.findall(r"[\w.,()=<>]+", sql)) for name, sql in found if name != "alembic_version"}


def unordered(statement: str) -> list[str]:
    return sorted(re.findall(r"\w+", statement))


# ---------------------------------------------------------------- the five


def test_1_the_newest_schema_is_that_of_the_models(engine: Engine, tmp_path: Path) -> None:
    move(engine, command.upgrade, "head")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    models = sqlite_engine(tmp_path / "models.db")
    Base.metadata.create_all(models)
    made, wanted = schema(engine), schema(models)
    models.dispose()
    assert made.keys() == wanted.keys()
    for name in wanted:
        assert unordered(made[name]) == unordered(wanted[name])


@each
def test_2_each_upgrade_runs(engine: Engine, number: str) -> None:
    for one in REVISIONS[: REVISIONS.index(number) + 1]:
        move(engine, command.upgrade, one)
    with engine.connect() as connection:
        assert revision(connection) == number


@each
def test_3_each_downgrade_runs(engine: Engine, number: str) -> None:
    move(engine, command.upgrade, number)
    move(engine, command.downgrade, before(number))
    with engine.connect() as connection:
        assert revision(connection) == (None if before(number) == "base" else before(number))


@each
def test_4_down_and_up_again_leaves_the_schema(engine: Engine, number: str) -> None:
    move(engine, command.upgrade, before(number)) if before(number) != "base" else None
    older = schema(engine)
    move(engine, command.upgrade, number)
    newer = schema(engine)
    move(engine, command.downgrade, before(number))
    assert schema(engine) == older
    move(engine, command.upgrade, number)
    assert schema(engine) == newer


@each
def test_5_data_come_across(engine: Engine, number: str) -> None:
    data: Any = importlib.import_module(f"tests.db.migrations.revision_{number}").Data()
    if before(number) != "base":
        move(engine, command.upgrade, before(number))
    with engine.begin() as connection:
        data.load_before(connection)
    move(engine, command.upgrade, number)
    with engine.begin() as connection:
        data.check_after(connection)
    assert integrity_faults(engine) == []
    move(engine, command.downgrade, before(number))
    with engine.begin() as connection:
        data.check_back(connection)


def test_the_program_knows_the_newest_revision() -> None:
    assert REVISIONS[-1] == HEAD
    assert [str(number).zfill(4) for number in range(1, len(REVISIONS) + 1)] == REVISIONS


def test_the_revisions_stand_on_their_own() -> None:
    """Models change; the upgrades of rows never do, and are shared with the reader of old packages."""
    for file in Path(upgrading.__file__).parent.joinpath("versions").glob("*.py"):
        assert not re.search(
            r"^(from|import) (db|app)\b(?!\.migrations\.rows\b)", file.read_text(encoding="utf-8"), re.MULTILINE
        )


# ---------------------------------------------------------------- upgrading a store


def run_of(step: Callable[[Connection], None]) -> Callable[[Any, str], None]:
    """In place of alembic's upgrade: does this step on the store and writes the newest revision's number."""

    def run(settings: Any, target: str) -> None:
        connection = settings.attributes["connection"]
        step(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": HEAD})

    return run


def older(folder: Path) -> None:
    """Makes a store say that it is of the revision before the first."""
    engine = sqlite_engine(folder / "records.db")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    engine.dispose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A closed workspace of an older program, with a branch and a member."""
    with township(tmp_path / "石桥镇") as workspace:
        member(workspace, branch(workspace))
    older(tmp_path / "石桥镇")
    return tmp_path / "石桥镇"


def content(file: Path) -> list[tuple[Any, ...]]:
    """Every row of every table of a store."""
    engine = sqlite_engine(file)
    with engine.connect() as connection:
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")).scalars()
        found = [tuple(row) for name in names.all() for row in connection.execute(text(f'SELECT * FROM "{name}"'))]
    engine.dispose()
    return found


def test_an_older_store_is_backed_up_and_then_upgraded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = content(folder / "records.db")
    add = run_of(lambda connection: connection.execute(text("ALTER TABLE member ADD COLUMN nickname TEXT")))
    monkeypatch.setattr(command, "upgrade", add)
    Workspace.open(folder).close()
    (copy,) = (folder / "backups").glob("升级前-*.db")
    assert content(copy) == old
    assert content(folder / "records.db") != old
    Workspace.open(folder).close()
    assert len(list((folder / "backups").glob("*.db"))) == 1


def test_a_newer_store_is_refused_and_untouched(tmp_path: Path) -> None:
    with township(tmp_path / "石桥镇") as workspace:
        engine = workspace.engine
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store = tmp_path / "石桥镇" / "records.db"
    before = store.read_bytes()
    with pytest.raises(Refusal) as told:
        Workspace.open(tmp_path / "石桥镇")
    assert told.value.message == "这些数据是更新版本的程序写的。请先升级本程序再打开"
    assert told.value.reason == "newer-schema"
    assert store.read_bytes() == before
    assert list((tmp_path / "石桥镇" / "backups").iterdir()) == []


def fail(connection: Connection) -> None:
    connection.execute(text("CREATE TABLE half (id INTEGER)"))
    connection.execute(text("ALTER TABLE member DROP COLUMN health"))
    connection.execute(text("DELETE FROM change"))
    raise RuntimeError("a revision of ours is wrong")


def lose_rows(connection: Connection) -> None:
    connection.execute(text("DELETE FROM member"))


def break_links(connection: Connection) -> None:
    connection.execute(text("UPDATE member SET branch_id = 'gone'"))


WRONG = [(fail, RuntimeError, "ours is wrong"), (lose_rows, Refusal, "对不上"), (break_links, Refusal, "对不上")]


@pytest.mark.parametrize(("step", "error", "words"), WRONG, ids=["fails", "loses rows", "breaks links"])
def test_an_upgrade_that_goes_wrong_leaves_the_old_store(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: Callable[[Connection], None],
    error: type[Exception],
    words: str,
) -> None:
    old = content(folder / "records.db")
    monkeypatch.setattr(command, "upgrade", run_of(step))
    with pytest.raises(error, match=words):
        Workspace.open(folder)
    assert content(folder / "records.db") == old
    monkeypatch.setattr(command, "upgrade", run_of(lambda connection: None))
    Workspace.open(folder).close()  # and the folder is not held


def rebuild(connection: Connection) -> None:
    """What a batch migration does to a table that others point to."""
    connection.execute(text("CREATE TABLE party_org_new AS SELECT * FROM party_org"))
    connection.execute(text("DROP TABLE party_org"))
    connection.execute(text("CREATE TABLE party_org (id VARCHAR(36) PRIMARY KEY, name TEXT)"))
    connection.execute(text("INSERT INTO party_org SELECT id, name FROM party_org_new"))
    connection.execute(text("DROP TABLE party_org_new"))


def test_a_table_that_others_point_to_can_be_rebuilt(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = sqlite_engine(folder / "records.db")
    monkeypatch.setattr(command, "upgrade", run_of(rebuild))
    upgrade(engine)
    with engine.connect() as connection:
        assert connection.execute(
            text("SELECT count(*) FROM member JOIN party_org ON branch_id = party_org.id")
        ).scalar()
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    engine.dispose()
