"""Who works, and the passphrase: changed with the old one, beside each field what will not do."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.workspace import Workspace
from db.errors import Refusal
from tests.helpers.office import township
from tests.ui.wizards.conftest import settle
from ui.background import Desk
from ui.pages.settings import SettingsPage
from ui.pages.who import NameDialog, NewPassphrase
from ui.shell.lock import LockScreen
from ui.shell.status import StatusBar

OLD, NEW = "云溪县1234", "云溪县5678"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with township(tmp_path / "ws", passphrase=OLD, user="李敏"):
        return tmp_path / "ws"


@pytest.fixture
def page(desk: Desk, qtbot: QtBot, folder: Path) -> SettingsPage:
    with qtbot.waitSignal(desk.opened):
        desk.open(lambda: Workspace.open(folder, OLD), lambda _: None)
    made = SettingsPage(desk)
    qtbot.addWidget(made)
    made.show()
    settle(qtbot, desk)
    return made


def finish(qtbot: QtBot, dialog: NewPassphrase | NameDialog) -> None:
    dialog.take()
    for _ in range(3):
        settle(qtbot, dialog.desk)


def test_the_passphrase_changes_only_with_the_old_one(
    page: SettingsPage, desk: Desk, qtbot: QtBot, folder: Path
) -> None:
    page.passphrase_button.click()
    (dialog,) = page.findChildren(NewPassphrase)
    dialog.first.editor.setText(NEW)
    dialog.second.editor.setText(NEW)
    finish(qtbot, dialog)
    assert dialog.old.sentence() == "请输入原来的口令"
    dialog.old.editor.setText("记错的口令")
    finish(qtbot, dialog)
    assert dialog.old.sentence() == "原来的口令不对。请再试一次"
    dialog.old.editor.setText(OLD)
    finish(qtbot, dialog)
    assert page.message.text.text() == "口令已设好。下次打开时要用它；请记牢，忘了谁也打不开。"
    desk.close()
    with pytest.raises(Refusal, match="口令不对"):
        Workspace.open(folder, OLD)
    Workspace.open(folder, NEW).close()


def test_who_works_changes_with_the_passphrase(page: SettingsPage, desk: Desk, qtbot: QtBot) -> None:
    bar = StatusBar(desk)
    qtbot.addWidget(bar)
    page.name_button.click()
    (dialog,) = page.findChildren(NameDialog)
    assert dialog.name.editor.text() == "李敏"
    dialog.name.editor.setText("王芳")
    finish(qtbot, dialog)
    assert dialog.told.sentence() == "请输入口令"
    dialog.told.editor.setText("记错的口令")
    finish(qtbot, dialog)
    assert dialog.told.sentence() == "原来的口令不对。请再试一次"
    assert desk.here is not None
    assert desk.here.user == "李敏"
    dialog.told.editor.setText(OLD)
    finish(qtbot, dialog)
    assert page.message.text.text() == "经办人已改为“王芳”。"
    assert desk.here.user == "王芳"
    assert bar.user.text() == "经办人 王芳"


def test_a_plain_store_gets_a_name_and_a_passphrase(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    with township(tmp_path / "无口令"):
        pass
    with qtbot.waitSignal(desk.opened):
        desk.open(lambda: Workspace.open(tmp_path / "无口令"), lambda _: None)
    page = SettingsPage(desk)
    qtbot.addWidget(page)
    lock = LockScreen(desk)
    qtbot.addWidget(lock)
    page.show()
    settle(qtbot, desk)
    page.ask_name()
    (dialog,) = page.findChildren(NameDialog)
    assert dialog.told.isHidden()
    dialog.name.editor.setText("王芳")
    finish(qtbot, dialog)
    assert desk.here is not None
    assert desk.here.user == "王芳"
    page.ask_passphrase()
    (asked,) = page.findChildren(NewPassphrase)
    assert asked.old.isHidden()
    asked.first.editor.setText("短")
    asked.second.editor.setText("短")
    finish(qtbot, asked)
    assert asked.first.sentence() == "口令太短，至少要 6 个字符"
    asked.first.editor.setText(NEW)
    asked.second.editor.setText(NEW)
    finish(qtbot, asked)
    assert page.passphrase_button.text() == "修改口令"
    lock.show()
    assert lock.passphrase.isVisible(), "the lock knows of the new passphrase"
    assert "王芳" in " ".join(one.text() for one in lock.findChildren(QLabel))
