"""一村一格: each village's cell tells all systems at a glance; a click opens the sheet of everything known of it."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLayout, QStackedWidget, QWidget

from app.ledgers.ledger import PILLAR_TITLES, Pillar
from app.offices import OfficeChoice
from app.place import Place
from app.villages import glance
from app.villages.facts import Fact, Section
from app.villages.glance import VillageSheet
from app.workspace import Workspace
from db import clock
from ui.background import Desk
from ui.pages.workbench import Tile
from ui.pages.yearly import ReadingPage, offer
from ui.shell import theme
from ui.shell.widgets import (
    MARGINS,
    Card,
    Chip,
    Elided,
    EmptyState,
    PageHeader,
    Tag,
    action,
    button,
    clear,
    column,
    label,
    primary,
    row,
    scrolling,
)

CELL_WIDTH = 266
ROLES = {"wrong": "error", "attention": "warning"}
WORDS = {"wrong": "有问题", "attention": "要留意", "good": "正常", "": "正常"}
"""What the colour of a cell says in a word."""
LEFT, RIGHT = (Pillar.BASE, Pillar.TEAM), (Pillar.GUARANTEE, Pillar.METHOD, Pillar.RESPONSIBILITY)
"""The two columns of a sheet."""


@dataclass(frozen=True)
class Found:
    """What the store said: the offices to choose from, the one chosen, its villages."""

    offices: tuple[OfficeChoice, ...]
    office: str | None
    villages: tuple[VillageSheet, ...]


def found(workspace: Workspace, office: str | None, village: str | None) -> Found:
    """The villages of an office; of the one to which a village belongs, or of the first, where none is named."""
    with workspace.read() as session:
        offices = glance.offices(session)
        chosen = glance.office_of(session, village) if village is not None else office
        if chosen not in (one.id for one, _ in offices):
            chosen = next((one.id for one, has_own in offices if has_own), None)
        sheets = glance.villages(session, clock.today(), chosen) if chosen is not None else ()
        return Found(tuple(one for one, _ in offices), chosen, sheets)


class VillagesPage(ReadingPage):
    """Signals: `go` with the `Place` of the records behind a fact."""

    go = Signal(object)
    SHOWN = frozenset(
        {
            *("office", "village", "party_org", "policy", "member", "post_assignment", "cadre", "stagnant_village"),
            *("team_appraisal", "village_decision", "dispatch", "venue", "venue_project", "venue_funding", "venue_use"),
            *("pay_slip", "pay_standard", "budget", "care_case", "community_support", "rating", "rectification"),
            *("demo_unit", "finance_agency", "task", "duty", "monthly_check", "inspection", "meeting", "dues"),
        }
    )

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.now: Found | None = None
        self._office: str | None = None
        self._village: str | None = None
        self.office = QComboBox()
        self.office.setAccessibleName("单位")
        self.office.hide()
        self.office.activated.connect(lambda _: self._other())
        self.only = Chip("只看有问题的")
        self.only.toggled.connect(lambda _: self._show_cells())
        self.header = PageHeader("一村一格", "", self.only, self.office)
        self.cells = QGridLayout()
        self.cells.setSpacing(10)
        inner = QWidget()
        inner.setLayout(column(self.cells, margins=(0, 0, 6, 0)))
        inner.layout().addStretch(1)  # type: ignore[union-attr]
        self.overview = scrolling(inner)
        self.back = button("‹ 全部村", then=self.close_village)
        self.name, self.state = label("", "head"), row(gap=6)
        self.previous = button("上一个", then=lambda: self._step(-1))
        self.next = button("下一个", then=lambda: self._step(1))
        self.record = button("村的记录 ›", kind="link", then=self._open_record)
        self.left, self.right = column(gap=12), column(gap=12)
        sides = row(gap=12)
        for side in (self.left, self.right):
            holder = column(side, gap=0)
            holder.addStretch(1)
            sides.addLayout(holder, 1)
        paper = QWidget()
        paper.setLayout(column(sides, margins=(0, 0, 6, 0)))
        paper.layout().addStretch(1)  # type: ignore[union-attr]
        bar = row(self.back, self.name, self.state, self.record, 0, self.previous, self.next, gap=12)
        self.sheet = QWidget()
        sheet = column(bar, gap=10)
        sheet.addWidget(scrolling(paper), 1)
        self.sheet.setLayout(sheet)
        self.layers = QStackedWidget()
        self.layers.addWidget(self.overview)
        self.layers.addWidget(self.sheet)
        self.empty = EmptyState(
            "mdi6.view-grid-outline",
            "还没有村和社区",
            "先登记村和社区，再登记党组织、党员和村干部。每个村的情况就集中到一格里。"
            if not self.county
            else f"{self.here.office.below}上报以后，这里按乡镇列出每个村的情况。",
            primary("去村和社区", "mdi6.home-group", lambda: self.go.emit(Place("village"))),
        )
        self.layers.hide()
        self.empty.hide()
        outer = column(self.header, self.message, margins=MARGINS, gap=12)
        outer.addWidget(self.layers, 1)
        outer.addWidget(self.empty, 1)
        self.setLayout(outer)
        action(self, "Escape", self.close_village)

    # ---------------------------------------------------------------- asking

    def ask(self) -> Callable[[Workspace], Found]:
        office, village = self._office, self._village
        return lambda workspace: found(workspace, office, village)

    def show_place(self, place: Place) -> None:
        """Opens the sheet of one village, or all cells of an office."""
        self._village = place.ids[0] if place.ids else None
        self._office = place.office or self._office
        self.refresh()

    def _other(self) -> None:
        self._office, self._village = self.office.currentData(), None
        self.refresh()

    def show_found(self, now: Found) -> None:
        self.now, self._office = now, now.office
        offer(self.office, [(one.shown, one.id) for one in now.offices], now.office)
        self.office.setVisible(len(now.offices) > 1)
        self.layers.setVisible(bool(now.villages))
        self.only.setVisible(bool(now.villages))
        self.empty.setVisible(not now.villages)
        counts = {tone: sum(one.tone == tone for one in now.villages) for tone in WORDS}
        told = [f"{WORDS[tone]} {counts[tone]} 个" for tone in ("wrong", "attention") if counts[tone]]
        self.header.say(" · ".join([f"{len(now.villages)} 个村(社区)", *told, "点一格，看这个村的全部情况"]))
        self._show_cells()
        self._show_sheet()

    # ---------------------------------------------------------------- cells

    def _show_cells(self) -> None:
        clear(self.cells)
        if self.now is None:
            return
        across = self._across()
        shown = [one for one in self.now.villages if one.tone == "wrong" or not self.only.isChecked()]
        for place, one in enumerate(shown):
            tile = VillageTile(one)
            tile.clicked.connect(lambda one=one: self.open_village(one.id))
            self.cells.addWidget(tile, place // across, place % across)
        for place in range(max(across, self.cells.columnCount())):
            self.cells.setColumnStretch(place, int(place < across))

    def _across(self) -> int:
        return max(1, (self.width() or 1130) // round((CELL_WIDTH + 10) * theme.now().scale))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.cells.count() and self._across() != sum(
            self.cells.columnStretch(place) for place in range(self.cells.columnCount())
        ):
            self._show_cells()

    # ---------------------------------------------------------------- a village

    def open_village(self, id: str) -> None:
        """Shows one village's sheet."""
        self._village = id
        self._show_sheet()

    def close_village(self) -> None:
        """Shows all cells again."""
        self._village = None
        self._show_sheet()

    def _at(self) -> int | None:
        if self.now is None:
            return None
        return next((at for at, one in enumerate(self.now.villages) if one.id == self._village), None)

    def _step(self, by: int) -> None:
        at = self._at()
        if at is not None and self.now is not None:
            self.open_village(self.now.villages[(at + by) % len(self.now.villages)].id)

    def _open_record(self) -> None:
        if self._village is not None:
            self.go.emit(Place("village", ids=(self._village,)))

    def _show_sheet(self) -> None:
        at = self._at()
        self.layers.setCurrentWidget(self.overview if at is None else self.sheet)
        self.only.setVisible(at is None and bool(self.now and self.now.villages))
        if at is None or self.now is None:
            return
        one = self.now.villages[at]
        self.name.setText(one.name)
        clear(self.state)
        self.state.addWidget(Tag(WORDS[one.tone], one.tone))
        for side, pillars in ((self.left, LEFT), (self.right, RIGHT)):
            clear(side)
            for pillar in pillars:
                side.addWidget(self._card(PILLAR_TITLES[pillar], one.sections[pillar]))

    def _card(self, title: str, section: Section) -> Card:
        card = Card(title, gap=4)
        for fact in section.facts:
            card.body.addLayout(self._fact(fact))
        return card

    def _fact(self, fact: Fact) -> QHBoxLayout:
        name = label(fact.title, "quiet")
        name.setFixedWidth(round(104 * theme.now().scale))
        text = Elided(fact.text, "value")
        line: QHBoxLayout = row(name, gap=8)
        line.addWidget(text, 1)
        if fact.tone in ROLES:
            line.addWidget(Tag(WORDS[fact.tone], fact.tone))
        place = fact.place
        if place is not None:
            way = button("看 ›", kind="link", then=lambda: self.go.emit(place))
            way.setAccessibleName(f"{fact.title}，{fact.text}")
            line.addWidget(way)
        return line


class VillageTile(Tile):
    """A village: its name, and a line for each system, coloured where it presses."""

    def __init__(self, one: VillageSheet) -> None:
        lines = [f"{PILLAR_TITLES[pillar]}：{text}" for pillar, text, _ in one.glance]
        super().__init__(f"{one.name}，{WORDS[one.tone]}。" + "；".join(lines))
        self.setProperty("tone", one.tone)
        pressing = "；".join(f"{fact.title} {fact.text}" for fact in one.pressing)
        self.setToolTip("\n".join([one.name, *lines, *([f"要办：{pressing}"] if pressing else [])]))
        head = row(Elided(one.name, "section"), Tag(WORDS[one.tone], one.tone), gap=6)
        parts: list[QLayout | QWidget] = [head]
        parts += [Elided(text, ROLES.get(tone, "small")) for _, text, tone in one.glance]
        self.setMinimumWidth(round((CELL_WIDTH - 20) * theme.now().scale))
        self.setLayout(column(*parts, margins=(12, 8, 8, 9), gap=3))
