"""`siji tour WS OUT`: opens every page and wizard off screen at 1366 × 768 and saves a picture of each."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ui.background import Desk
    from ui.ledger.page import LedgerPage
    from ui.shell.window import Desktop

WIDTH, HEIGHT = 1366, 768
PATIENCE = 30_000
"""Milliseconds after which a page that is still waiting for the store is taken as it is."""


def main(arguments: list[str]) -> int:
    """Takes the pictures; the exit status. `--json` prints the list of files."""
    places = [one for one in arguments if not one.startswith("-")]
    if len(places) != 2:
        print("用法：siji tour 工作目录 图片文件夹", file=sys.stderr)
        return 2
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["QT_LOGGING_RULES"] = "qt.qpa.*=false"
    from tempfile import TemporaryDirectory

    from db.errors import Refusal

    try:
        with TemporaryDirectory() as own:  # neither what the person chose for the desktop, nor anything left for it
            os.environ["SIJI_CONFIG_DIR"] = own
            files = take(Path(places[0]), Path(places[1]))
    except Refusal as refusal:
        print(refusal.message, file=sys.stderr)
        return 3
    if "--json" in arguments:
        import json

        print(json.dumps([str(one) for one in files], ensure_ascii=False))
    else:
        print(f"画好 {len(files)} 张图片，在 {places[1]}", file=sys.stderr)
    return 0


def take(folder: Path, out: Path) -> list[Path]:
    """Opens the workspace (its passphrase from `SIJI_PASSPHRASE`) and draws each page; the files in order."""
    from ui.shell.application import prepare

    app = prepare(["siji"])
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QWidget

    from app.ledgers.catalogue import LEDGERS
    from app.place import EXCHANGE, SETTINGS
    from app.workspace import Workspace
    from ui.background import Desk, Opened
    from ui.ledger.action import ActionDialog
    from ui.ledger.page import LedgerPage
    from ui.pages.catalogue import PAGES
    from ui.shell import theme
    from ui.shell.opening import OpeningScreen
    from ui.shell.window import WORKBENCH, Desktop
    from ui.wizards.scenes import wizard_scenes

    workspace = Workspace.open(folder, os.environ.get("SIJI_PASSPHRASE"))
    out.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    desk = Desk()

    def picture(widget: QWidget, name: str, over: QWidget | None = None) -> None:
        """Draws a widget, and what is open over it: a menu, a popover or a dialog."""
        widget.resize(WIDTH, HEIGHT)
        widget.show()
        settle(desk)
        file = out / f"{len(files) + 1:03d}-{name}.png"
        drawn = widget.grab()
        if over is not None:
            painter = QPainter(drawn)
            painter.drawPixmap(over.mapToGlobal(QPoint(0, 0)) - widget.mapToGlobal(QPoint(0, 0)), over.grab())
            painter.end()
            over.close()
        drawn.save(str(file))
        files.append(file)

    def gone(widget: QWidget) -> None:
        widget.hide()
        widget.deleteLater()
        settle(desk)

    opened: list[Opened] = []
    desk.open(lambda: workspace, opened.append)
    wait(lambda: bool(opened))
    try:
        for suffix, dark, large in (("", False, False), ("-dark", True, False), ("-large", False, True)):
            theme.use(app, dark=dark, large=large)
            window = Desktop(desk)
            ledgers = [one for one in LEDGERS.values() if not one.hidden]
            window.go(WORKBENCH)
            picture(window, f"{WORKBENCH}{suffix}")
            for ledger in ledgers if not suffix else [LEDGERS["member"], LEDGERS["venue"]]:
                page = window.go(ledger.id)
                assert isinstance(page, LedgerPage)
                picture(window, f"{ledger.id}{suffix}")
                buttons = [page.detail.actions.itemAt(place).widget() for place in range(page.detail.actions.count())]
                if buttons:
                    buttons[0].click()
                    picture(window, f"{ledger.id}-action{suffix}", page.findChild(ActionDialog))
                if page.adds:
                    page.add()
                    picture(window, f"{ledger.id}-form{suffix}")
                    page._leave_form()
            others = [one.id for one in PAGES.values() if one.county in (None, window.county)]
            for place in (*others, EXCHANGE, SETTINGS):
                window.go(place)
                picture(window, f"{place}{suffix}")
            if not suffix:
                page = window.go("member")
                assert isinstance(page, LedgerPage)
                for tab, name in enumerate(("related", "files", "history", "remarks"), 1):
                    page.detail.tabs.button(tab).click()
                    picture(window, f"member-{name}")
                page.detail.tabs.button(0).click()
                _what_opens(desk, window, page, picture)
                page.search.setText("查无此人")
                picture(window, "member-nothing-found")
                window.lock()
                picture(window, "lock")
            gone(window)
        theme.use(app)
        screen = OpeningScreen(desk, folder)
        picture(screen, "opening")
        gone(screen)
        for name, widget in wizard_scenes(desk):
            picture(widget, name)
            widget.hide()
    finally:
        desk.close()
        theme.use(app)
    return files


def _what_opens(desk: "Desk", window: "Desktop", page: "LedgerPage", picture: "Callable[..., None]") -> None:
    """What opens over the members' page: popover, columns, several at once, a record with findings,
    a narrowed table, and the dialogs of the settings."""
    from app import quality
    from app.place import SETTINGS, Place
    from app.workspace import Workspace
    from ui.ledger.bulk import BulkEdit
    from ui.pages.settings import NewPassphrase, SettingsPage

    page._open_filters()
    picture(window, "member-filters", page.popover)
    menu = page.view.columns_menu()
    menu.popup(page.columns_button.mapToGlobal(page.columns_button.rect().bottomLeft()))
    picture(window, "member-columns", menu)
    page.view.select_ids(page.view.table.ids[:3])
    page.bulk_edit()
    picture(window, "member-bulk", page.findChild(BulkEdit))
    found: list[quality.Found] = []

    def doubts(workspace: Workspace) -> list[quality.Found]:
        with workspace.read() as session:
            return quality.record_findings(session, page.ledger)

    desk.read(doubts, found.extend)
    settle(desk)
    ids = tuple(dict.fromkeys(one.id for one in found if one.id))
    if ids:
        page.show_record(ids[0])
        picture(window, "member-findings")
        page.show_place(Place("member", ids=ids, title="存疑"))
        picture(window, "member-narrowed")
        page.reset()
    settings = window.go(SETTINGS)
    assert isinstance(settings, SettingsPage)
    settings.ask_passphrase()
    picture(window, "settings-passphrase", settings.findChild(NewPassphrase))
    window.go("member")


def settle(desk: "object") -> None:
    """Lets Qt lay out and paint until the store owes no answer."""
    from PySide6.QtTest import QTest

    for _ in range(3):
        QTest.qWait(15)
        wait(lambda: not desk.busy)  # type: ignore[attr-defined]


def wait(ready: Callable[[], bool]) -> None:
    """Turns the event loop until something holds, or patience ends."""
    from PySide6.QtCore import QElapsedTimer, QEventLoop
    from PySide6.QtWidgets import QApplication

    timer = QElapsedTimer()
    timer.start()
    while not ready() and timer.elapsed() < PATIENCE:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
