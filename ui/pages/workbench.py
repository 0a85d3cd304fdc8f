"""工作台: the figures, what is due, the ages of the members, and a cell for each village or township."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QLayout, QWidget

from app import quality, reminders, statistics
from app.ledgers.catalogue import LEDGERS
from app.ledgers.ledger import Pillar
from app.place import Place
from app.quality import Found
from app.reminders import Reminder, Urgency
from app.statistics import Ages, Cell, KeyFigure
from app.workspace import Workspace
from db import clock
from ui.background import Changes, Desk
from ui.pages.chart import BarChart
from ui.pages.exchange import ways
from ui.shell import theme
from ui.shell.widgets import (
    ICONS,
    MARGINS,
    Card,
    Elided,
    EmptyState,
    Note,
    PageHeader,
    button,
    clear,
    column,
    label,
    primary,
    row,
    scrolling,
)

STEP = 100
"""How many records are checked before others get their turn."""
CELL_WIDTH = 184
LINES = 10
"""How many things to do are shown before the rest is folded away."""
GROUPS = {
    Urgency.WRONG: "已经过期或有错",
    Urgency.ATTENTION: "快到期、等着办",
    Urgency.INFORMATION: "请看一看",
}


@dataclass(frozen=True)
class Workbench:
    """What the page shows at first; what the checks doubt comes after, as it is found."""

    figures: tuple[KeyFigure, ...]
    reminders: tuple[Reminder, ...]
    ages: Ages
    cells: tuple[Cell, ...]
    days_left: int


def workbench(workspace: Workspace) -> Workbench:
    """Everything but the doubts."""
    today = clock.today()
    with workspace.read() as session:
        cells = statistics.townships if workspace.office.is_county else statistics.villages
        return Workbench(
            statistics.key_figures(session, today),
            tuple(reminders.reminders(session, workspace.office, today)),
            statistics.ages(session, today),
            cells(session, today),
            reminders.days_left(session, today),
        )


class WorkbenchPage(QWidget):
    """Signals: `go` with the `Place` that was asked for; `hand_over`, `hand_up` (to a county's superior) and `take_in`
    for the wizards."""

    go = Signal(object)
    hand_over = Signal()
    hand_up = Signal()
    take_in = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        assert desk.here is not None
        self.desk, self.county = desk, desk.here.office.is_county
        self.setObjectName("page")
        self._stale, self._round = True, 0
        self._due: tuple[Reminder, ...] = ()
        self._doubts: list[Found] = []
        self._open: set[Pillar] = set()  # systems whose doubts are shown by ledger
        self._all = False
        give_sign, take_sign = "mdi6.upload-outline", "mdi6.download-outline"
        self.up_button = button("", give_sign, then=self.hand_up.emit)
        if self.county:
            self.give_button = button("", give_sign, then=self.hand_over.emit)
            self.take_button = primary("", take_sign, self.take_in.emit)
            actions = (self.up_button, self.give_button, self.take_button)
        else:
            self.take_button = button("", take_sign, then=self.take_in.emit)
            self.give_button = primary("", give_sign, self.hand_over.emit)
            actions = (self.take_button, self.give_button)
        self.header = PageHeader("工作台", "", *actions)
        self._say_ways()
        desk.renewed.connect(self._renewed)
        self.figures = row(gap=12)
        self.due_body = column(gap=5)
        due = Card("要办的事", gap=10)
        due.body.addLayout(self.due_body)
        self.looking = label("正在检查各台账…", "small")
        due.body.addStretch(1)
        due.body.addWidget(self.looking)
        self.ages_title, self.chart = label("", "quiet", wrap=True), BarChart()
        ages = Card("党员年龄结构", gap=4)
        ages.body.addWidget(self.ages_title)
        ages.body.addWidget(self.chart, 1)
        middle = row(gap=12)
        middle.addWidget(due, 3)
        middle.addWidget(ages, 2)
        self.cells = QGridLayout()
        self.cells.setSpacing(8)
        self.cells_card = Card(f"一{desk.here.office.below}一格" if self.county else "一村一格", gap=10)
        self.cells_card.body.addLayout(self.cells)
        inner = QWidget()
        layout = column(margins=(0, 0, 6, 0), gap=12)
        layout.addLayout(self.figures)
        layout.addLayout(middle, 1)
        layout.addWidget(self.cells_card)
        inner.setLayout(layout)
        self.content = scrolling(inner)
        self.content.hide()
        self.empty = EmptyState(
            "mdi6.view-dashboard-outline",
            "从这里开始",
            "先登记党组织和村（社区），再把党员花名册从 Excel 导入。有了数据，这里就会列出要办的事。",
            button("登记党组织", "mdi6.sitemap-outline", then=lambda: self.go.emit(Place("party_org"))),
            primary("去党员花名册", "mdi6.account-group-outline", lambda: self.go.emit(Place("member"))),
        )
        self.empty.hide()
        left, top, right, bottom = MARGINS
        above = column(self.header, margins=(0, 0, 6, 0))
        outer = column(above, self.empty, margins=(left, top, right - 6, bottom), gap=12)
        outer.addWidget(self.content, 1)
        outer.setStretchFactor(self.empty, 1)
        self.setLayout(outer)
        desk.changed.connect(self._changed)

    # ---------------------------------------------------------------- asking

    def refresh(self) -> None:
        """Reads everything anew."""
        self._stale = False
        self._round += 1
        self.desk.read(workbench, self._show, key=("workbench", id(self)))

    def _say_ways(self) -> None:
        assert self.desk.here is not None
        office = self.desk.here.office
        give, take = ways(office)
        self.give_button.setText(give)
        self.take_button.setText(take)
        self.up_button.setText(f"上报{office.above}…")
        self.up_button.setVisible(self.county and office.superior_id is not None)

    def _renewed(self) -> None:
        self._say_ways()
        self._stale = True
        if self.isVisible():
            self.refresh()

    def _changed(self, _: Changes) -> None:
        self._stale = True
        if self.isVisible():
            self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not self.looking.isHidden():  # goes on from the beginning when it is shown again
            self._stale = True

    def _show(self, found: Workbench) -> None:
        today = clock.today()
        left = found.days_left
        if self.county:
            when = ""
        else:
            when = f" · 距本月上报截止还有 {left} 天" if left > 0 else " · 今天是本月上报截止日" if left == 0 else ""
        self.header.say(f"{today.year}年{today.month}月{today.day}日{when}")
        bare = not found.cells and not any(number for _, number in found.ages.bars)
        self.empty.setVisible(bare)
        self.content.setVisible(not bare)
        clear(self.figures)
        for figure in found.figures:
            tile = FigureTile(figure)
            tile.clicked.connect(lambda figure=figure: self.go.emit(figure.place))
            self.figures.addWidget(tile, 1)
        self._due = found.reminders
        self.ages_title.setText(found.ages.title)
        self.chart.put(found.ages.bars, "{name} 岁 {number} 人")
        clear(self.cells)
        self._show_cells(found.cells)
        self._doubts = []
        self.looking.show()
        self._show_due()
        self._look(self._round, [one for one in LEDGERS if LEDGERS[one].checks], "")

    def _show_cells(self, cells: tuple[Cell, ...]) -> None:
        self.cells_card.setVisible(bool(cells))
        across = max(1, (self.width() or 1130) // round((CELL_WIDTH + 8) * theme.now().scale))
        for place, cell in enumerate(cells):
            tile = CellTile(cell)
            tile.clicked.connect(lambda cell=cell: self.go.emit(cell.place))
            self.cells.addWidget(tile, place // across, place % across)
        for place in range(max(across, self.cells.columnCount())):
            self.cells.setColumnStretch(place, int(place < across))

    # ---------------------------------------------------------------- what is due

    def _look(self, round_: int, names: list[str], last: str) -> None:
        """Checks the next few records, and goes on until all are checked or nobody looks any more."""
        if round_ != self._round or not self.isVisible():
            return
        if not names:
            self.looking.hide()
            self._show_due()
            return
        ledger = LEDGERS[names[0]]

        def ask(workspace: Workspace) -> tuple[list[Found], str | None]:
            with workspace.read() as session:
                found, on = quality.findings_after(session, ledger, last, STEP)
                if on is None:
                    found += quality.shared_and_dead(session, ledger, found)
                return found, on

        def came(answer: tuple[list[Found], str | None]) -> None:
            if round_ != self._round:
                return
            found, on = answer
            self._doubts += found
            self._look(round_, names if on is not None else names[1:], on or "")

        self.desk.read(ask, came, key=("doubts", id(self)))

    def _show_due(self) -> None:
        order = list(Urgency)
        lines = sorted((*self._due, *reminders.doubts(self._doubts)), key=lambda one: order.index(one.urgency))
        clear(self.due_body)
        few = len(lines) > LINES + 1 and not self._all
        shown = lines[:LINES] if few else lines
        for urgency in Urgency:
            group = [one for one in shown if one.urgency is urgency]
            if group:
                number = sum(one.urgency is urgency for one in lines)
                if self.due_body.count():
                    self.due_body.addSpacing(6)
                self.due_body.addWidget(label(f"{GROUPS[urgency]} {number} 件", "small"))
            for one in group:
                self._due_line(one)
        last: list[QWidget] = []
        if len(lines) > LINES + 1:
            text = f"还有 {len(lines) - LINES} 件 ›" if few else "收起"
            self.more = button(text, kind="link", then=self._turn_all)
            self.due_body.addLayout(row(self.more, 0))
            last = [self.more]
        if not lines and self.looking.isHidden():
            self.due_body.addWidget(Note("good", "没有到期的事，也没有存疑的记录。"))
        self._order_keys(last)

    def _order_keys(self, last: list[QWidget]) -> None:
        """Tab goes through the page as the eye does: the figures, what is due, the cells."""
        ways = [one.way for one in _inside(self.due_body) if isinstance(one, DueLine)]
        chain = [*_inside(self.figures), *ways, *last, *_inside(self.cells)]
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)

    def _due_line(self, one: Reminder) -> None:
        if not one.parts:
            self.due_body.addWidget(DueLine(one, lambda: self.go.emit(one.place)))
            return
        pillar = LEDGERS[one.place.page].pillar
        self.due_body.addWidget(DueLine(one, lambda: self._turn(pillar), open_=pillar in self._open))
        if pillar in self._open:
            for part in one.parts:
                self.due_body.addWidget(DueLine(part, lambda part=part: self.go.emit(part.place), inside=True))

    def _turn(self, pillar: Pillar) -> None:
        self._open ^= {pillar}
        self._show_due()

    def _turn_all(self) -> None:
        self._all = not self._all
        self._show_due()


def _inside(layout: QLayout) -> list[QWidget]:
    """The widgets of a layout, in their order."""
    return [widget for at in range(layout.count()) if (widget := layout.itemAt(at).widget()) is not None]


class Tile(QFrame):
    """A surface that leads somewhere: by mouse, by Enter or by the space bar.

    Signals:
        clicked
    """

    clicked = Signal()

    def __init__(self, says: str) -> None:
        super().__init__()
        self.setProperty("role", "tile")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(says)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)


class FigureTile(Tile):
    """A figure: its name, the number large, the share as a strip, and a word more."""

    def __init__(self, figure: KeyFigure) -> None:
        super().__init__(f"{figure.title} {figure.text}。{figure.note}")
        note = Elided(figure.note, "small")
        strip = ShareStrip(figure.share)
        self.setLayout(
            column(
                label(figure.title, "quiet"), label(figure.text, "figure"), strip, note, margins=(16, 12, 16, 12), gap=5
            )
        )


class ShareStrip(QWidget):
    """How much of the whole there is; nothing where there is no whole, and its room all the same."""

    def __init__(self, share: float | None) -> None:
        super().__init__()
        self.share = share
        self.setFixedHeight(6)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.share is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        whole = QRectF(self.rect())
        painter.setBrush(QColor(theme.now().line))
        painter.drawRoundedRect(whole, 3, 3)
        if self.share > 0:
            painter.setBrush(QColor(theme.now().bar))
            painter.drawRoundedRect(QRectF(0, 0, max(6.0, whole.width() * self.share), whole.height()), 3, 3)


class CellTile(Tile):
    """A village or a township: its name, its state in a colour and in words, and a word more."""

    def __init__(self, cell: Cell) -> None:
        super().__init__(f"{cell.name}，{cell.state}，{cell.detail}")
        self.setProperty("tone", cell.tone)
        name = Elided(cell.name, "section")
        state = Elided(f"{cell.state} · {cell.detail}", "small")
        self.setToolTip(f"{cell.name}\n{cell.state}\n{cell.detail}")
        self.setMinimumWidth(round((CELL_WIDTH - 20) * theme.now().scale))
        self.setLayout(column(name, state, margins=(12, 6, 6, 7), gap=1))


class DueLine(QWidget):
    """One thing to do: how it presses, what, a word more, and the way there. One that stands for several ledgers opens
    the lines of each, which stand `inside` it."""

    def __init__(
        self, one: Reminder, then: Callable[[], object], *, open_: bool | None = None, inside: bool = False
    ) -> None:
        super().__init__()
        sign = QLabel()
        sign.setPixmap(theme.pixmap(ICONS[one.urgency.value], one.urgency.value, 17))
        if open_ is None:
            text = "去办理 ›" if one.urgency is not Urgency.INFORMATION else "去看看 ›"
        else:
            text = "收起" if open_ else f"{len(one.parts)} 个台账"
        self.way = button(text, kind="link", then=then)
        self.way.setAccessibleName(f"{one.title}，{self.way.text()}")
        layout = row(sign, label(one.title, "section"), gap=8, margins=(24 if inside else 0, 0, 0, 0))
        layout.addWidget(Elided(one.detail), 1)
        layout.addWidget(self.way)
        self.setLayout(layout)
