"""The window: navigation by the systems at the left, the page at the right, one status bar, keys everywhere."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.ledgers.catalogue import LEDGERS
from app.ledgers.ledger import PILLAR_TITLES, Pillar
from app.place import CONFLICTS, EXCHANGE, SETTINGS, Place
from app.team import stagnant
from db.errors import Refusal
from ui.background import Desk, Opened
from ui.ledger.page import LedgerPage
from ui.pages.catalogue import PAGES, seen
from ui.pages.exchange import ExchangePage
from ui.pages.settings import SettingsPage
from ui.pages.workbench import WorkbenchPage
from ui.shell import manual, memory
from ui.shell.lock import IdleWatch, LockScreen
from ui.shell.navigation import Entry, Navigation
from ui.shell.status import StatusBar
from ui.shell.widgets import MARGINS, MessageBar, column, row
from ui.wizards.frame import Flow

NAME = "四基党建工作台"
WORKBENCH = "workbench"
FIRST = WORKBENCH
"""The page that a window opens with."""


def entries(level: str) -> list[Entry]:
    """The navigation, from the catalogues: the workbench, the exchange and the pages that are about everything, each
    system with its ledgers and pages, the settings."""
    pages_of = seen(level)
    found = [
        Entry("工作台", WORKBENCH, "mdi6.view-dashboard-outline"),
        Entry("数据交换", EXCHANGE, "mdi6.usb-flash-drive-outline"),
        *(Entry(one.title, one.id, one.icon) for one in pages_of if one.pillar is Pillar.SYSTEM),
    ]
    for pillar in Pillar:
        found.append(Entry(PILLAR_TITLES[pillar]))
        ledgers = [one for one in LEDGERS.values() if one.pillar is pillar and not one.hidden]
        pages = [one for one in pages_of if one.pillar is pillar and pillar is not Pillar.SYSTEM]
        places = {one.id for one in ledgers}
        found += [Entry(one.called(level), one.id, one.icon) for one in pages if one.before not in places]
        for ledger in ledgers:
            found += [Entry(one.title, one.id, one.icon) for one in pages if one.before == ledger.id]
            found.append(Entry(ledger.title, ledger.id, ledger.icon))
    found.append(Entry("设置", SETTINGS, "mdi6.cog-outline"))
    return [
        one for one, after in zip(found, (*found[1:], Entry("")), strict=True) if one.id or after.id
    ]  # no heading without entries


@runtime_checkable
class Narrowing(Protocol):
    """A page that can be narrowed to a `Place`."""

    def show_place(self, place: Place) -> None: ...


class Desktop(QWidget):
    """What the main window shows once a workspace is open. Pages are made when they are first gone to, and stay.

    Signals:
        restyle: the dress changed; whoever holds this widget makes it anew.
        elsewhere: another folder is wanted, by a way of the first run, or empty for whichever.
        open_folder: this folder is to be opened instead.
    """

    restyle = Signal()
    elsewhere = Signal(str)
    open_folder = Signal(object)

    def __init__(self, desk: Desk, place: str = FIRST) -> None:
        super().__init__()
        assert desk.here is not None
        self.desk, self.county = desk, desk.here.office.is_county
        self.setObjectName("ground")
        self._pages: dict[str, QWidget] = {}
        self.current = ""
        self.navigation = Navigation(NAME, _whose(desk.here), entries(desk.here.office.level))
        self.navigation.chosen.connect(self.go)
        desk.renewed.connect(self._renewed)
        self.message = MessageBar()
        holder = QWidget()
        holder.setLayout(column(self.message, margins=(MARGINS[0], 0, MARGINS[2], 0)))
        self.stack = QStackedWidget()
        self.status = StatusBar(desk)
        self.status.settle.connect(lambda: self.go_to_place(Place(CONFLICTS)))
        right = column(holder, self.stack, self.status, gap=0)
        right.setStretchFactor(self.stack, 1)
        inside = QWidget()
        layout = row(self.navigation, gap=0)
        layout.addLayout(right, 1)
        inside.setLayout(layout)
        self.lock_screen = LockScreen(desk)
        self.lock_screen.unlocked.connect(self._unlock)
        self.layers = QStackedWidget()
        self.layers.addWidget(inside)
        self.layers.addWidget(self.lock_screen)
        self.setLayout(column(self.layers))
        self.idle = IdleWatch(memory.recall().idle_minutes, self)
        self.idle.idle.connect(self.lock)
        desk.refused.connect(self._refused)
        self._key("Ctrl+L", self.lock)
        if manual.exists():
            self._key("F1", lambda: manual.open_at(self.topic, self))
        self.go(place)
        desk.write(stagnant.bring_up_to_date)  # what time alone has changed since the program was last open

    def _key(self, keys: str, then: Callable[[], object]) -> None:
        made = QAction(self)
        made.setShortcut(keys)
        made.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        made.triggered.connect(lambda: then())
        self.addAction(made)

    @property
    def topic(self) -> str:
        """Where the person is, for the manual: the wizard that is open, else the page."""
        page = self.stack.currentWidget()
        inner = page.currentWidget() if isinstance(page, QStackedWidget) else page
        return inner.topic if isinstance(inner, Flow) else self.current

    def go(self, id: str) -> QWidget:
        """Shows a page; the same one as before when it was shown before."""
        if id not in self._pages:
            self._pages[id] = self._make(id)
            self.stack.addWidget(self._pages[id])
        self.current = id
        self.stack.setCurrentWidget(self._pages[id])
        self.navigation.mark(id)
        return self._pages[id]

    def go_to_record(self, ledger: str, record_id: str) -> None:
        """Shows a record on its ledger's page."""
        page = self.go(ledger)
        if isinstance(page, LedgerPage):
            page.show_record(record_id)

    def go_to_place(self, place: Place) -> None:
        """Shows the records behind a figure or a reminder."""
        if place.page == CONFLICTS:
            self._exchange(ExchangePage.settle)
            return
        page = self.go(place.page)
        if isinstance(page, Narrowing):
            page.show_place(place)

    def _exchange(self, begin: Callable[[ExchangePage], None]) -> None:
        """Begins one of the exchange's wizards, or shows the one that is under way."""
        page = self.go(EXCHANGE)
        assert isinstance(page, ExchangePage)
        if page.wizard() is None:
            begin(page)

    def _make(self, id: str) -> QWidget:
        if id == WORKBENCH:
            bench = WorkbenchPage(self.desk)
            bench.go.connect(self.go_to_place)
            bench.hand_over.connect(lambda: self._exchange(ExchangePage.hand_over))
            bench.hand_up.connect(lambda: self._exchange(ExchangePage.hand_up))
            bench.take_in.connect(lambda: self._exchange(ExchangePage.take_in))
            return bench
        if id == EXCHANGE:
            exchange = ExchangePage(self.desk)
            exchange.go.connect(self.go_to_place)
            return exchange
        if id == SETTINGS:
            page = SettingsPage(self.desk)
            page.restyle.connect(self.restyle)
            page.elsewhere.connect(self.elsewhere)
            page.open_folder.connect(self.open_folder)
            page.idle_minutes.connect(self.idle.set_minutes)
            page.backed_up.connect(self.status.refresh)
            return page
        if id in PAGES:
            other = PAGES[id].make(self.desk)
            if hasattr(other, "go"):
                other.go.connect(self.go_to_place)
            return other
        made = LedgerPage(self.desk, LEDGERS[id])
        made.go.connect(self.go_to_record)
        return made

    def lock(self) -> None:
        """Covers everything; forms stay as they are."""
        self.navigation.window().setFocus()
        self.layers.setCurrentWidget(self.lock_screen)

    def _unlock(self) -> None:
        self.layers.setCurrentIndex(0)

    def _renewed(self) -> None:
        assert self.desk.here is not None
        self.navigation.office.setText(_whose(self.desk.here))

    def _refused(self, refusal: Refusal) -> None:
        self.message.refuse(refusal)


SIDE_BY_SIDE = 10
"""Characters of the two offices' names that fit in one line of the navigation."""


def _whose(here: Opened) -> str:
    if not here.superior:
        return here.office.name
    between = " · " if len(here.superior + here.office.name) <= SIDE_BY_SIDE else "\n"
    return f"{here.superior}{between}{here.office.name}"
