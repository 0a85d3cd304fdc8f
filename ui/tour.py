"""`siji tour WS OUT`: opens every page and wizard off screen at 1366 × 768 and saves a picture of each.

Light, dark and in large type. `QT_SCALE_FACTOR=2` before the command draws them as a screen of 200 % shows them.
"""

import json
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from ui.background import Desk
    from ui.shell.window import Desktop

WIDTH, HEIGHT = 1366, 768
DRESSED = ("member", "venue", "applicant")
"""The ledgers that are drawn in the dark and in large type too: one class shows all."""
FURTHER: "dict[str, tuple[tuple[str, Callable[[Any], object]], ...]]" = {
    "villages": (("one", lambda page: page.now.villages and page.open_village(page.now.villages[0].id)),),
    "overview": (("towns", lambda page: page.by_town.click()),),
    "statistics": (("balance", lambda page: page.topics.buttons()[-1].click()),),
    "draw": (("drawn", lambda page: page.draw()),),
}
"""What else a page shows, by the page: its name in the picture, and what brings it about."""
PATIENCE = 30_000
"""Milliseconds after which a page that is still waiting for the store is taken as it is."""


def main(arguments: list[str]) -> int:
    """Takes the pictures; the exit status. `--json` prints the list of files."""
    places = [one for one in arguments if not one.startswith("-")]
    if len(places) != 2:
        print("用法：siji tour 工作目录 图片文件夹", file=sys.stderr)
        return 2
    from tempfile import TemporaryDirectory

    from db.errors import Refusal

    try:
        with TemporaryDirectory() as own:  # neither what the person chose for the desktop, nor anything left for it
            off_screen(Path(own))
            files = take(Path(places[0]), Path(places[1]))
    except Refusal as refusal:
        print(refusal.message, file=sys.stderr)
        return 3
    if "--json" in arguments:
        print(json.dumps([str(one) for one in files], ensure_ascii=False))
    else:
        print(f"画好 {len(files)} 张图片，在 {places[1]}", file=sys.stderr)
    return 0


def off_screen(folder: Path) -> None:
    """Has Qt draw on a screen that nobody sees, as large as the smallest that we serve, with no choices of the desktop
    but what is in a folder. Before anything of Qt is made."""
    try:
        factor = float(os.environ.get("QT_SCALE_FACTOR", "1"))
    except ValueError:  # Qt does not mind either
        factor = 1.0
    size = {"width": round(WIDTH * factor), "height": round(HEIGHT * factor)}
    screen = {"name": "tour", "x": 0, "y": 0, **size, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
    told = folder / "screen.json"
    told.write_text(json.dumps({"screens": [screen]}), encoding="utf-8")
    named = ":" not in str(told)  # Qt takes what follows a colon, that of a drive too, for another argument
    os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={told}" if named else "offscreen"
    os.environ["QT_LOGGING_RULES"] = "qt.qpa.*=false"
    os.environ["SIJI_CONFIG_DIR"] = str(folder)


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
    from ui.pages.catalogue import seen
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
            draw = partial(_named, picture, suffix)
            window = Desktop(desk)
            ledgers = [one for one in LEDGERS.values() if not one.hidden]
            window.go(WORKBENCH)
            draw(window, WORKBENCH)
            for ledger in ledgers if not suffix else [LEDGERS[one] for one in DRESSED]:
                page = window.go(ledger.id)
                assert isinstance(page, LedgerPage)
                draw(window, ledger.id)
                buttons = [page.detail.actions.itemAt(place).widget() for place in range(page.detail.actions.count())]
                if buttons:
                    buttons[0].click()
                    draw(window, f"{ledger.id}-action", page.findChild(ActionDialog))
                if page.adds:
                    page.add()
                    draw(window, f"{ledger.id}-form")
                    page._leave_form()
            others = [one.id for one in seen(workspace.office.level)]
            for place in (*others, EXCHANGE, SETTINGS):
                shown = window.go(place)
                draw(window, place)
                for name, go_on in FURTHER.get(place, ()):
                    go_on(shown)
                    draw(window, f"{place}-{name}")
            _what_opens(desk, window, draw)
            window.lock()
            draw(window, "lock")
            gone(window)
            screen = OpeningScreen(desk, folder)
            draw(screen, "opening")
            gone(screen)
            for name, widget in wizard_scenes(desk):
                draw(widget, name)
                widget.hide()
    finally:
        desk.close()
        theme.use(app)
    return files


def _named(picture: "Callable[..., None]", suffix: str, widget: "QWidget", name: str, *over: "QWidget | None") -> None:
    picture(widget, f"{name}{suffix}", *over)


def _what_opens(desk: "Desk", window: "Desktop", draw: "Callable[..., None]") -> None:
    """The tabs of a member, and what opens over the members' page: popovers, several at once, a record with findings,
    a narrowed table, nothing found; the dialogs of the settings; the manual."""
    from app import quality
    from app.place import SETTINGS, Place
    from app.workspace import Workspace
    from ui.ledger.bulk import BulkEdit
    from ui.ledger.columns import ColumnsPopover
    from ui.ledger.page import LedgerPage
    from ui.pages.settings import NewPassphrase, SettingsPage
    from ui.shell import manual

    page = window.go("member")
    assert isinstance(page, LedgerPage)
    for tab, name in enumerate(("related", "files", "history", "remarks"), 1):
        page.detail.tabs.button(tab).click()
        draw(window, f"member-{name}")
    page.detail.tabs.button(0).click()
    page._open_filters()
    draw(window, "member-filters", page.popover)
    page._open_columns()
    draw(window, "member-columns", page.findChild(ColumnsPopover))
    page.view.select_ids(page.view.table.ids[:3])
    page.bulk_edit()
    draw(window, "member-bulk", page.findChild(BulkEdit))
    found: list[quality.Found] = []

    def doubts(workspace: Workspace) -> list[quality.Found]:
        with workspace.read() as session:
            return quality.record_findings(session, page.ledger)

    desk.read(doubts, found.extend)
    settle(desk)
    ids = tuple(dict.fromkeys(one.id for one in found if one.id))
    if ids:
        page.show_record(ids[0])
        draw(window, "member-findings")
        page.show_place(Place("member", ids=ids, title="存疑"))
        draw(window, "member-narrowed")
        page.reset()
    page.search.setText("查无此人")
    draw(window, "member-nothing-found")
    page.reset()
    settings = window.go(SETTINGS)
    assert isinstance(settings, SettingsPage)
    settings.ask_passphrase()
    draw(window, "settings-passphrase", settings.findChild(NewPassphrase))
    if manual.exists():
        draw(window, "manual", manual.open_at("member", window))


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
