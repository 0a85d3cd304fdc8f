"""The table's view: columns that are chosen, moved and kept; sorting by header; copying what Excel takes."""

from collections.abc import Sequence

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from app import listing
from app.ledgers.ledger import Ledger
from app.workspace import Workspace
from db import codes
from ui.background import Desk
from ui.ledger.model import RecordTable
from ui.shell import memory, theme
from ui.shell.fitting import fit
from ui.shell.widgets import action

WIDTHS = {
    "name": 92, "flag": 64, "day": 104, "month": 80, "year": 64, "whole": 76, "decimal": 92, "money": 116,
    "resident_id": 168, "credit_code": 168, "phone": 124, "link": 164, "codes": 160, "note": 200, "text": 148,
}  # fmt: skip
"""Pixels of a new column by the kind of its field, in ordinary type."""


LONGEST = 190
"""Pixels of the widest column that contents make by themselves."""
NOTE_LEAST = 104
"""Pixels to which a column of notes is cut down where the others need the room."""


class RecordTableView(QTableView):
    """Shows a `RecordTable`.

    Signals:
        chosen: the selected ids, in the order of the table.
        sorted_by: a header was clicked: the column's name and whether downwards.
        columns_wanted: other columns are wanted, with the place of the click.
    """

    chosen = Signal(list)
    sorted_by = Signal(str, bool)
    columns_wanted = Signal(object)

    def __init__(self, desk: Desk, ledger: Ledger, *, owners: bool) -> None:
        super().__init__()
        self.desk, self.ledger, self.owners = desk, ledger, owners
        kept = memory.recall().columns.get(ledger.id)
        self._widths = dict(kept.widths) if kept else {}
        self._by_hand = bool(self._widths)
        names = [name for name in kept.names if name in self.possible()] if kept else []
        self.table = RecordTable(desk, ledger, names or self.usual(), self)
        self.setModel(self.table)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(theme.now().row)
        header = self.horizontalHeader()
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        header.setSortIndicatorShown(False)
        header.setSectionsClickable(True)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(lambda at: self.columns_wanted.emit(header.mapToGlobal(at)))
        header.sectionClicked.connect(self._sort)
        self._keep_soon = QTimer(self, singleShot=True, interval=400)
        self._keep_soon.timeout.connect(self._keep)
        header.sectionMoved.connect(lambda *_: self._keep_soon.start())
        header.sectionResized.connect(lambda *_: self._resized())
        self._needed: dict[str, int] = {}
        self.table.arrived.connect(self._measure)
        self._sorted: tuple[str, bool] | None = None
        self._remembered: list[str] = []
        self._top = ""
        self.table.modelAboutToBeReset.connect(self._before)
        self.table.modelReset.connect(self._after)
        self.selectionModel().selectionChanged.connect(lambda *_: self._say())
        self._lay_out()
        action(self, "Ctrl+C", self.copy)

    # ---------------------------------------------------------------- columns

    def possible(self) -> list[str]:
        """Every column that can be shown."""
        owner = [listing.OWNER] if self.owners else []
        shown = list(self.ledger.column_names)
        return [*shown, *(one for one in (*self.ledger.derivations, *self.ledger.fields, *owner) if one not in shown)]

    def usual(self) -> list[str]:
        """The columns of a table that nobody has changed: the ledger's, and whose where several offices stand in it."""
        own = list(self.ledger.column_names)
        return [*own[:1], listing.OWNER, *own[1:]] if self.owners else own

    def in_sight(self) -> list[str]:
        """The columns as they stand, moved ones where they were moved to."""
        header = self.horizontalHeader()
        return [self.table.columns[header.logicalIndex(place)] for place in range(header.count())]

    def show_column(self, name: str, *, shown: bool) -> None:
        """Shows a column at the end, or takes it off."""
        now = self.in_sight()
        self._set([*now, name] if shown else [one for one in now if one != name])

    def show_usual(self) -> None:
        """Shows the columns as nobody has changed them, as wide as they need to be."""
        self._widths, self._by_hand = {}, False
        self._set(self.usual())
        now = memory.recall()
        now.columns.pop(self.ledger.id, None)
        memory.remember(now)

    def _set(self, names: Sequence[str]) -> None:
        self.table.show_columns(names)
        header = self.horizontalHeader()
        for place in range(header.count()):
            header.moveSection(header.visualIndex(place), place)
        self._lay_out()
        self._keep()

    def _lay_out(self) -> None:
        """Gives each column its kept or usual width; what is left over goes to the columns of words."""
        widths = [
            self._widths.get(name) or self._needed.get(name) or self._usual_width(name) for name in self.table.columns
        ]
        if not self._widths:
            widths = fit(
                widths,
                [self._least(*one) for one in zip(self.table.columns, widths, strict=True)],
                self.viewport().width(),
            )
        spare = 0 if self._widths else max(0, self.viewport().width() - sum(widths))
        elastic = [place for place, name in enumerate(self.table.columns) if self._holds_words(name)]
        elastic = elastic or list(range(len(widths)))
        for place, width in enumerate(widths):
            more = spare // len(elastic) if place in elastic else 0
            self.setColumnWidth(place, width + more)
        self._keep_soon.stop()

    def _least(self, name: str, width: int) -> int:
        """What a column may be cut down to so that all of them fit: a note much, a name a little, all else not."""
        spec, scale = self.ledger.fields.get(name), theme.now().scale
        if spec is not None and spec.kind.id == "note":
            heading = self.fontMetrics().horizontalAdvance(listing.heading(self.ledger, name)) + 18
            return max(heading, round(NOTE_LEAST * scale))
        roomy = self._holds_words(name) and width >= round(110 * scale)
        return width - round(36 * scale) if roomy else width

    def _measure(self, rows: Sequence[tuple[str, ...]]) -> None:
        """Makes room for cells that have come: a column is as wide as what was in sight so far, within reason. Of a
        column of words the longest tenth may end in dots."""
        metrics, scale = self.fontMetrics(), theme.now().scale
        grown = False
        for place, name in enumerate(self.table.columns if rows else ()):
            lengths = sorted(metrics.horizontalAdvance(cells[place]) for cells in rows)
            widest = lengths[len(lengths) * 9 // 10 if self._holds_words(name) else -1]
            heading = metrics.horizontalAdvance(listing.heading(self.ledger, name)) + 18
            needed = max(heading, min(widest + 20, round(LONGEST * scale)))
            if needed > self._needed.get(name, 0):
                self._needed[name] = needed
                grown = True
        if grown and not self._widths:
            self._lay_out()

    def _usual_width(self, name: str) -> int:
        """Wide enough for the heading, and for most of what the kind of field holds."""
        spec, metrics = self.ledger.fields.get(name), self.fontMetrics()
        heading = metrics.horizontalAdvance(listing.heading(self.ledger, name)) + 30
        if spec is None:
            words = name == listing.OWNER or self.ledger.derivations[name].among is not None
            return max(heading, round((148 if words else 56) * theme.now().scale))
        if spec.kind.id == "code":
            lengths = sorted(len(title) for _, title in codes.table(spec.table or "").choices())
            return max(heading, metrics.horizontalAdvance("国" * min(7, lengths[len(lengths) * 3 // 4])) + 24)
        return max(heading, round(WIDTHS[spec.kind.id] * theme.now().scale))

    def _holds_words(self, name: str) -> bool:
        spec = self.ledger.fields.get(name)
        return spec.kind.id in ("text", "note", "link", "codes") if spec else self._usual_width(name) > 100

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._widths:
            self._lay_out()

    def _resized(self) -> None:
        """Kept only when a hand did it, not the layout."""
        if QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton:
            self._by_hand = True
            self._keep_soon.start()

    def _keep(self) -> None:
        now = memory.recall()
        header = self.horizontalHeader()
        if self._by_hand:  # else the layout goes on to give each column its room
            self._widths = {self.table.columns[n]: header.sectionSize(n) for n in range(header.count())}
        now.columns[self.ledger.id] = memory.Columns(self.in_sight(), self._widths)
        memory.remember(now)

    def _sort(self, section: int) -> None:
        name = self.table.columns[section]
        downwards = self._sorted == (name, False)
        if self._sorted == (name, True):  # a third click: back to the order of making
            self._sorted = None
            self.horizontalHeader().setSortIndicatorShown(False)
            self.sorted_by.emit("", False)
            return
        self._sorted = (name, downwards)
        order = Qt.SortOrder.DescendingOrder if downwards else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicatorShown(True)
        self.horizontalHeader().setSortIndicator(section, order)
        self.sorted_by.emit(name, downwards)

    # ---------------------------------------------------------------- selection

    def selected_ids(self) -> list[str]:
        """The ids of the selected rows."""
        places: set[int] = set()
        for part in self.selectionModel().selection():
            places.update(range(part.top(), part.bottom() + 1))
        return [self.table.ids[place] for place in sorted(places) if place < len(self.table.ids)]

    def select_ids(self, ids: Sequence[str], *, scroll: bool = True) -> None:
        """Selects these records, as far as they are in the table, and shows the first."""
        places = [place for one in ids if (place := self.table.place(one)) is not None]
        chosen, last = QItemSelection(), len(self.table.columns) - 1
        for place in places:
            chosen.select(self.table.index(place, 0), self.table.index(place, last))
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if places:
            self.selectionModel().setCurrentIndex(
                self.table.index(places[0], 0), QItemSelectionModel.SelectionFlag.NoUpdate
            )
            if scroll:
                self.scrollTo(self.table.index(places[0], 0))
        else:
            self._say()

    def _before(self) -> None:
        self._remembered = self.selected_ids()
        at = self.rowAt(0)
        self._top = self.table.ids[at] if 0 <= at < len(self.table.ids) else ""

    def _after(self) -> None:
        top = self.table.place(self._top)
        if self._remembered:
            self.select_ids(self._remembered, scroll=False)
        if top is not None:
            self.scrollTo(self.table.index(top, 0), QAbstractItemView.ScrollHint.PositionAtTop)

    def _say(self) -> None:
        self.chosen.emit(self.selected_ids())

    # ---------------------------------------------------------------- copying

    def copy(self) -> None:
        """The selected rows as Excel pastes them: columns as they stand, sensitive ones masked."""
        ids, columns, ledger = self.selected_ids(), self.in_sight(), self.ledger

        def look(workspace: Workspace) -> str:
            with workspace.read() as session:
                rows = listing.rows(session, ledger, ids, columns)
            cells = [[cell.replace("\t", " ").replace("\n", " ") for cell in row.cells] for row in rows]
            return "\n".join("\t".join(row) for row in cells)

        if ids:
            self.desk.read(look, lambda text: QGuiApplication.clipboard().setText(text))
