"""The window around the pages: opening, locking, settings, closing; nothing typed is lost by any of them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app import backup, drafts
from app.ledgers.catalogue import LEDGERS
from app.workspace import KEYS, Workspace
from tests.helpers import office
from tests.helpers.samples import Samples
from tests.ui.test_ledger_page import fill, settled
from ui.background import Desk
from ui.ledger.page import LedgerPage
from ui.pages.settings import SettingsPage
from ui.shell import memory
from ui.shell.application import MainWindow
from ui.shell.opening import OpeningScreen
from ui.shell.window import Desktop
from ui.wizards.first_run import FirstRun

PASSPHRASE = "柳溪村1234"


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    with office.township(tmp_path / "ws", passphrase=PASSPHRASE) as workspace:
        office.branch(workspace)
    return tmp_path / "ws"


@pytest.fixture
def main_window(qtbot: QtBot) -> Iterator[Callable[[Path], MainWindow]]:
    made: list[MainWindow] = []

    def opened(folder: Path) -> MainWindow:
        made.append(MainWindow(folder))
        qtbot.addWidget(made[-1])
        made[-1].show()
        return made[-1]

    yield opened
    for one in made:
        one.close()


def desktop(window: MainWindow) -> Desktop:
    shown = window.layers.currentWidget()
    assert isinstance(shown, Desktop)
    return shown


def said(widget: QWidget) -> list[str]:
    return [one.text() for one in widget.findChildren(QLabel) if one.isVisible()]


def opened(qtbot: QtBot, window: MainWindow) -> Desktop:
    qtbot.waitUntil(lambda: isinstance(window.layers.currentWidget(), Desktop), timeout=20_000)
    settled(qtbot, window.desk)
    return desktop(window)


def test_a_wrong_passphrase_is_told_and_the_right_one_opens(
    qtbot: QtBot, sealed: Path, main_window: Callable[[Path], MainWindow]
) -> None:
    window = main_window(sealed)
    screen = window.opening
    assert isinstance(screen, OpeningScreen)
    screen.passphrase.setText("别的口令")
    qtbot.keyClick(screen.passphrase, Qt.Key.Key_Return)
    settled(qtbot, window.desk)
    assert any(one.startswith("口令不对") for one in said(screen))
    assert window.desk.here is None
    assert screen.passphrase.selectedText() == "别的口令"
    screen.passphrase.setText(PASSPHRASE)
    qtbot.keyClick(screen.passphrase, Qt.Key.Key_Return)
    assert opened(qtbot, window).current == "workbench"


def test_a_folder_that_is_no_workspace_is_told(
    qtbot: QtBot, tmp_path: Path, main_window: Callable[[Path], MainWindow]
) -> None:
    window = main_window(tmp_path)
    qtbot.waitUntil(lambda: any("不是四基的工作目录" in one for one in said(window.opening)))
    assert window.opening.another.isVisible()


def test_closing_keeps_a_form_that_is_half_filled(
    qtbot: QtBot, folder: Path, main_window: Callable[[Path], MainWindow]
) -> None:
    window = main_window(folder)
    page = opened(qtbot, window).go("member")
    assert isinstance(page, LedgerPage)
    settled(qtbot, window.desk)
    page.add()
    settled(qtbot, window.desk)
    assert page.form is not None
    fill(page.form, name="李大山")
    window.close()  # sooner than a pause would have kept it
    with Workspace.open(folder) as workspace, workspace.read() as session:
        kept = drafts.kept(session, LEDGERS["member"], None)
    assert kept is not None
    assert kept.typed["name"] == "李大山"


def test_the_lock_covers_everything_and_leaves_what_was_typed(
    qtbot: QtBot, sealed: Path, main_window: Callable[[Path], MainWindow]
) -> None:
    window = main_window(sealed)
    window.opening.passphrase.setText(PASSPHRASE)
    window.opening.open()
    inside = opened(qtbot, window)
    page = inside.go("member")
    assert isinstance(page, LedgerPage)
    settled(qtbot, window.desk)
    page.add()
    settled(qtbot, window.desk)
    assert page.form is not None
    fill(page.form, name="李大山")
    inside.lock()
    lock = inside.lock_screen
    assert lock.isVisible()
    assert not page.isVisible()
    lock.passphrase.setText("别的口令")
    qtbot.keyClick(lock.passphrase, Qt.Key.Key_Return)
    settled(qtbot, window.desk)
    assert lock.isVisible()
    assert lock.message.text.text().startswith("口令不对")
    lock.passphrase.setText(PASSPHRASE)
    qtbot.keyClick(lock.passphrase, Qt.Key.Key_Return)
    settled(qtbot, window.desk)
    assert not lock.isVisible()
    assert page.form.rows["name"].editor.text() == "李大山"


def test_the_lock_opens_only_for_who_opened_the_workspace(
    qtbot: QtBot, sealed: Path, main_window: Callable[[Path], MainWindow]
) -> None:
    with Workspace.open(sealed, PASSPHRASE) as workspace:
        opener = workspace.user
        workspace.add_user("李娟", "大塘村5678", office.CHEAP)
    window = main_window(sealed)
    window.opening.passphrase.setText(PASSPHRASE)
    window.opening.open()
    inside = opened(qtbot, window)
    inside.lock()
    lock = inside.lock_screen

    def give(passphrase: str) -> None:
        lock.passphrase.setText(passphrase)
        qtbot.keyClick(lock.passphrase, Qt.Key.Key_Return)
        settled(qtbot, window.desk)

    give("大塘村5678")
    assert lock.isVisible()
    assert lock.message.text.text().startswith(f"口令不对。请输入{opener}的口令；换了人")
    keys = sealed / KEYS
    keys.rename(sealed / "away")
    give(PASSPHRASE)  # the slots are gone: nobody can show that it is they
    assert lock.isVisible()
    (sealed / "away").rename(keys)
    give(PASSPHRASE)
    assert not lock.isVisible()


def test_without_a_passphrase_the_lock_says_that_anybody_can_go_on(qtbot: QtBot, desk: Desk) -> None:
    window = Desktop(desk)
    qtbot.addWidget(window)
    window.show()
    settled(qtbot, desk)
    window.lock()
    assert any("没有设口令，任何人都能继续" in one for one in said(window.lock_screen))
    qtbot.mouseClick(window.lock_screen.button, Qt.MouseButton.LeftButton)
    assert not window.lock_screen.isVisible()


def settings_page(qtbot: QtBot, desk: Desk) -> SettingsPage:
    page = SettingsPage(desk)
    qtbot.addWidget(page)
    page.resize(1170, 700)
    page.show()
    settled(qtbot, desk)
    return page


def test_a_backup_is_written_and_its_day_is_told(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    page = settings_page(qtbot, desk)
    assert page.last_backup.text() == "还没有备份过。请现在备份一次。"
    page.back_up(tmp_path / "U盘")
    settled(qtbot, desk)
    (file,) = (tmp_path / "U盘").iterdir()
    assert backup.inspect(file).office_name == "石桥镇"
    assert page.message.text.text() == f"备份已写好：{file}。请拔下来收好。"
    assert page.last_backup.text().startswith("上次备份：")


def test_the_dress_is_remembered(qtbot: QtBot, desk: Desk) -> None:
    page = settings_page(qtbot, desk)
    with qtbot.waitSignal(page.restyle):
        page.dark.click()
    assert memory.recall().dark


def test_an_operation_is_taken_back_from_the_log(qtbot: QtBot, desk: Desk) -> None:
    page = settings_page(qtbot, desk)
    (last, *_) = [one for one in page.findChildren(QWidget) if one.isVisible() and _text(one) == "撤销"]
    qtbot.mouseClick(last, Qt.MouseButton.LeftButton)
    settled(qtbot, desk)
    assert page.message.text.text() == "已撤销：新增党员。"


def _text(widget: QWidget) -> str:
    return str(getattr(widget, "text", lambda: "")())


def test_restoring_and_another_folder_are_offered_while_one_is_open(
    qtbot: QtBot, folder: Path, sealed: Path, main_window: Callable[[Path], MainWindow]
) -> None:
    window = main_window(folder)
    page = opened(qtbot, window).go("settings")
    assert isinstance(page, SettingsPage)
    page.elsewhere.emit("restore")
    wizard = window.layers.currentWidget()
    assert isinstance(wizard, FirstRun)
    assert (wizard.way, wizard.place) == ("restore", 1)
    window.show_desktop("settings")
    page = desktop(window).go("settings")
    assert isinstance(page, SettingsPage)
    page.open_folder.emit(sealed)
    screen = window.layers.currentWidget()
    assert isinstance(screen, OpeningScreen)
    assert screen.folder == sealed
    screen.passphrase.setText(PASSPHRASE)
    screen.open()
    qtbot.waitUntil(lambda: window.desk.here is not None and window.desk.here.folder == sealed)
    opened(qtbot, window)


def test_every_ledger_shows_its_records_and_one_of_them(
    open_desk: Callable[[Path], Desk], tmp_path: Path, qtbot: QtBot
) -> None:
    with office.township(tmp_path / "ws", code="430599", name="云溪县", level="county") as workspace:
        samples = Samples(workspace)
        made = {ledger.id: samples.made(ledger) for ledger in LEDGERS.values()}
    desk = open_desk(tmp_path / "ws")
    window = Desktop(desk)
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    for ledger in LEDGERS.values():
        if ledger.hidden:
            continue
        window.go_to_record(ledger.id, made[ledger.id])
        settled(qtbot, desk)
        page = window.stack.currentWidget()
        assert isinstance(page, LedgerPage)
        assert page.view.selected_ids() == [made[ledger.id]]
        assert page.detail.title.text() != ""
        assert any(page.view.table.index(0, place).data() for place in range(page.view.table.columnCount()))
        assert not page.view.horizontalScrollBar().isVisible() or page.view.columnWidth(0) >= 40
