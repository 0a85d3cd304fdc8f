"""A desk over a small office: one branch, a few members, in a folder whose name has blanks and Chinese."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.workspace import Workspace
from tests.helpers import office
from ui.background import Desk
from ui.shell import theme

PATIENCE = 60_000
"""Milliseconds that a test waits for the window at most: a computer that is busy is slow, and nothing is wrong."""

for waiting in (QtBot.waitUntil, QtBot.waitSignal, QtBot.waitSignals, QtBot.waitCallback):
    waiting.__kwdefaults__["timeout"] = PATIENCE

PEOPLE = ("王小明", "单福荣", "欧阳娜", "陈桂香")


@pytest.fixture(scope="session")
def made_folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two workspaces to copy: `空` with the reference data alone, `小` with a village, a branch and four members."""
    root = tmp_path_factory.mktemp("made")
    with office.township(root / "空"):
        pass
    with office.township(root / "小") as workspace:
        office.village(workspace)
        branch = office.branch(workspace)
        for name in PEOPLE:
            office.member(workspace, branch, name=name)
    return root


@pytest.fixture
def folder(made_folders: Path, tmp_path: Path) -> Path:
    """A township's workspace with a village, a branch and four members."""
    return shutil.copytree(made_folders / "小", tmp_path / "张三" / "乡镇 数据")


@pytest.fixture
def empty_folder(made_folders: Path, tmp_path: Path) -> Path:
    """A township's workspace with the reference data alone."""
    return shutil.copytree(made_folders / "空", tmp_path / "空")


@pytest.fixture
def open_desk(qtbot: QtBot, qapp: QApplication) -> Iterator[object]:
    """Opens a folder on a desk of its own."""
    theme.use(qapp)
    desks: list[Desk] = []

    def opened(folder: Path) -> Desk:
        desk = Desk()
        desks.append(desk)
        with qtbot.waitSignal(desk.opened):
            desk.open(lambda: Workspace.open(folder), lambda _: None)
        return desk

    yield opened
    for desk in desks:
        desk.close()


@pytest.fixture
def desk(open_desk, folder: Path) -> Desk:  # type: ignore[no-untyped-def]
    """A desk over the small office."""
    return open_desk(folder)
