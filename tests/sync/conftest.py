"""A county and a township, enrolled and with their first packages exchanged: built once, copied for each test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app import editing
from app.ledgers.catalogue import LEDGERS
from app.sync.intake import take_in
from app.sync.outcome import Outcome
from app.sync.outgoing import Sent, export
from app.sync.peers import enrol, join
from app.workspace import Workspace
from db.journal import stored_rows
from tests.helpers.stores import Store
from tests.sync.forging import forged

TOWN = "532901"


@dataclass
class Pair:
    """The two offices, the stick between them, and what stands on both sides from the start."""

    root: Path
    county: Workspace
    town: Workspace
    branch: str
    member: str
    passphrase: str = ""
    store: Store = field(default_factory=Store)
    open: list[Workspace] = field(default_factory=list)

    @property
    def stick(self) -> Path:
        return self.root / "stick"

    def up(self, **options: Any) -> Sent:
        """The township's next package."""
        return export(self.town, self.stick, **options)

    def down(self, **options: Any) -> Sent:
        """The county's next package for the township."""
        return export(self.county, self.stick, code=TOWN, **options)

    def to_county(self, **options: Any) -> Outcome:
        """Hands a fresh package up and takes it in."""
        return take_in(self.county, self.up().file, **options)

    def to_town(self, **options: Any) -> Outcome:
        """Hands a fresh package down and takes it in."""
        return take_in(self.town, self.down().file, **options)

    def copied(self, name: str) -> Workspace:
        """A second workspace from a copy of the `county` or `town` folder: still the same replica."""
        original: Workspace = getattr(self, name)
        original.close()
        place = self.root / f"{name}-{len(self.open)}"
        self.store.copy(original.folder, place)
        setattr(self, name, Workspace.open(original.folder))
        return self.keep(Workspace.open(place))

    def renewed(self, name: str) -> Workspace:
        """As `copied`, but the copy becomes a new replica, as a restored backup does."""
        made = self.copied(name)
        with Session(made.engine) as session, session.begin():
            made.become_new_replica(session)
        return made

    def keep(self, ws: Workspace) -> Workspace:
        """Closes a workspace at the end of the test."""
        self.open.append(ws)
        return ws


def edit(ws: Workspace, record: str | None, ledger: str = "member", /, **values: Any) -> str:
    """Saves what a person typed."""
    return editing.save(ws, LEDGERS[ledger], values, record)


def row(ws: Workspace, record: str, ledger: str = "member") -> dict[str, Any]:
    """A stored row whole."""
    with ws.engine.connect() as connection:
        return stored_rows(connection, LEDGERS[ledger].model, [record]).get(record, {})


def everything(ws: Workspace) -> dict[str, dict[str, Any]]:
    """Every record of a store and every line of its journal: what must not change when something is refused."""
    found: dict[str, Any] = {}
    with ws.engine.connect() as connection:
        for name in [*LEDGERS, "change", "batch", "package", "peer", "conflict", "blob_chunk"]:
            found[name] = [tuple(line) for line in connection.execute(text(f'SELECT * FROM "{name}" ORDER BY 1'))]
    return found


def shared(pair: Pair) -> tuple[list[Any], list[Any]]:
    """What both stores hold of the township's own records, with versions and stamps."""
    both = []
    for ws in (pair.county, pair.town):
        kept = []
        with ws.engine.connect() as connection:
            for name, ledger in LEDGERS.items():
                table = ledger.model.__table__
                rows = connection.execute(
                    select(table).where(table.c.office_id == pair.town.office.id).order_by(table.c.id)
                )
                kept += [(name, dict(line)) for line in rows.mappings()]
        both.append(kept)
    return both[0], both[1]


@pytest.fixture(scope="session")
def seeded_pair(tmp_path_factory: pytest.TempPathFactory, store: Store) -> tuple[Path, str, str, str]:
    root = tmp_path_factory.mktemp("张三 乡镇 数据")
    (root / "stick").mkdir()
    county = Workspace.create(
        root / "county", code="532900", name="云溪县委组织部", level="county", database=store.place()
    )
    enrolment = enrol(county, TOWN, "云岭镇", root / "stick" / "登记.dzb")
    town = join(enrolment.file, root / "town", enrolment.passphrase.lower().replace("-", " "))
    branch = edit(town, None, "party_org", name="云岭村党支部", kind="党支部", sector="行政村")
    member = edit(
        town, None, name="王小明", sex="男", nation="汉", birth="1978-03-12", branch_id=branch, joined_on="2001-07-01"
    )
    pair = Pair(root, county, town, branch, member)
    assert pair.to_county().status == "applied"
    assert pair.to_town().status == "applied"
    county.close()
    town.close()
    return root, branch, member, enrolment.passphrase


@pytest.fixture
def pair(seeded_pair: tuple[Path, str, str, str], tmp_path: Path, store: Store) -> Iterator[Pair]:
    source, branch, member, passphrase = seeded_pair
    with store.sweeping():
        root = store.copy(source, tmp_path / "张三 数据")
        for file in (root / "stick").iterdir():
            if file.name != "登记.dzb":
                file.unlink()
        county, town = Workspace.open(root / "county"), Workspace.open(root / "town")
        made = Pair(root, county, town, branch, member, passphrase, store)
        yield made
        for ws in (made.county, made.town, *made.open):
            ws.close()


@pytest.fixture
def second(pair: Pair) -> str:
    """Another township of the county's, by id."""
    return enrol(pair.county, "532902", "清水镇", pair.stick / "清水.dzb").office_id


@pytest.fixture
def forge(pair: Pair) -> Callable[..., Path]:
    """Writes a package that the township's program would not: rows, manifest or layers changed, and well signed."""

    def make(**changes: Any) -> Path:
        return forged(pair.town, pair.stick / "伪造.dzb", **changes)

    return make
