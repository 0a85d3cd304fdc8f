"""Two desks and the stick between them: a county and a township that have exchanged their first packages, made once and
copied for each test."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import func, select

from app import editing
from app.ledgers.catalogue import LEDGERS
from app.sync.intake import take_in
from app.sync.outgoing import export
from app.sync.peers import enrol, join
from app.workspace import Workspace
from db.journal import ChangeLine
from tests.ui.conftest import PATIENCE
from ui.background import Desk
from ui.shell import theme
from ui.wizards.frame import Flow
from ui.wizards.sticks import Drive

TOWN, OTHER = "532901", "532902"
NAMES = ("王小明", "陈桂香", "李新民", "周志强")


@dataclass(frozen=True)
class World:
    """The folders of the county, a township that has answered, and one more; the ids of the first one's records."""

    root: Path
    branch: str
    members: tuple[str, ...]

    @property
    def county(self) -> Path:
        return self.root / "county"

    @property
    def town(self) -> Path:
        return self.root / "town"

    @property
    def other(self) -> Path:
        return self.root / "other"

    @property
    def stick(self) -> Path:
        return self.root / "stick"

    def drives(self) -> list[Drive]:
        """The stick as it would be found when plugged in."""
        return [Drive(self.stick, "KINGSTON", 14_000_000_000, 16_000_000_000)]

    def edit(self, folder: Path, record: str | None = None, ledger: str = "member", **values: str) -> str:
        """Saves what somebody typed on one of the desks."""
        with Workspace.open(folder) as ws:
            return editing.save(ws, LEDGERS[ledger], values, record)

    def hand_over(self, folder: Path) -> Path:
        """Writes the next package of a township on the stick."""
        with Workspace.open(folder) as ws:
            return export(ws, self.stick).file


def fill(ws: Workspace, village: str) -> tuple[str, tuple[str, ...]]:
    """A branch with four members."""
    branch = editing.save(ws, LEDGERS["party_org"], {"name": f"{village}党支部", "kind": "党支部", "sector": "行政村"})
    typed = {"sex": "男", "nation": "汉族", "birth": "1978-03-12", "branch_id": branch, "joined_on": "2001-07-01"}
    return branch, tuple(
        editing.save(ws, LEDGERS["member"], {"name": name, "phone": f"1380000000{place}", **typed})
        for place, name in enumerate(NAMES)
    )


@pytest.fixture(scope="session")
def made_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    root = tmp_path_factory.mktemp("张三 乡镇 数据")
    (root / "stick").mkdir()
    world = World(root, "", ())
    with Workspace.create(world.county, code="532900", name="云溪县委组织部", level="county") as county:
        records = []
        for code, name, folder in ((TOWN, "石桥镇", world.town), (OTHER, "梅岭镇", world.other)):
            enrolled = enrol(county, code, name, world.stick / "登记.dzb")
            with join(enrolled.file, folder, enrolled.passphrase) as town:
                records.append(fill(town, name[:2]))
                assert take_in(county, export(town, world.stick).file).status == "applied"
                assert take_in(town, export(county, world.stick, code=code).file).status == "applied"
    for file in world.stick.iterdir():
        file.unlink()
    return World(root, *records[0])


@pytest.fixture
def world(made_world: World, tmp_path: Path) -> World:
    root = tmp_path / "张三 数据"
    shutil.copytree(made_world.root, root)
    return World(root, made_world.branch, made_world.members)


@pytest.fixture
def dressed(qapp: QApplication) -> None:
    theme.use(qapp)


@pytest.fixture
def desk(qtbot: QtBot, dressed: None) -> Iterator[Desk]:
    """A desk with nothing open."""
    made = Desk()
    yield made
    made.close()


@pytest.fixture
def open_desk(desk: Desk, qtbot: QtBot) -> Callable[[Path], Desk]:
    """Opens a workspace on the desk."""

    def opened(folder: Path) -> Desk:
        with qtbot.waitSignal(desk.opened):
            desk.open(lambda: Workspace.open(folder), lambda _: None)
        return desk

    return opened


def settle(qtbot: QtBot, desk: Desk) -> None:
    """Waits until the desk owes no answer."""
    qtbot.waitUntil(lambda: not desk.busy, timeout=2 * PATIENCE)


def show(qtbot: QtBot, wizard: Flow) -> None:
    """Shows a wizard at the size of the window's page and waits for what it asks for."""
    qtbot.addWidget(wizard)
    wizard.resize(1170, 740)
    wizard.show()
    settle(qtbot, wizard.desk)


def press(qtbot: QtBot, wizard: Flow) -> None:
    """Presses the primary button, which must be possible, and waits."""
    assert wizard.next_button.isEnabled(), wizard.next_button.text()
    wizard.next_button.click()
    settle(qtbot, wizard.desk)


def said(wizard: Flow) -> str:
    """What stands in the bar at the top of a wizard, empty when it is hidden."""
    return wizard.message.text.text() if wizard.message.isVisible() else ""


def changes(desk: Desk, qtbot: QtBot) -> int:
    """How many lines the journal has: the same number again means that nothing was written."""
    found: list[int] = []

    def ask(ws: Workspace) -> int:
        with ws.read() as session:
            return session.execute(select(func.count()).select_from(ChangeLine)).scalar_one()

    desk.read(ask, found.append)
    settle(qtbot, desk)
    return found[0]


def value(desk: Desk, qtbot: QtBot, record: str, field: str, ledger: str = "member") -> object:
    """What stands in one field of a stored record."""
    found: list[object] = []

    def ask(ws: Workspace) -> object:
        with ws.read() as session:
            return getattr(session.get_one(LEDGERS[ledger].model, record), field)

    desk.read(ask, found.append)
    settle(qtbot, desk)
    return found[0]
