"""A table that is only read: rows of cells, some of which lead to the records behind them, with sums between."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView

from app.place import Place
from ui.shell import theme
from ui.shell.fitting import fit
from ui.wizards.parts import dress

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
WORDS_LEAST = 0.7
"""The part of its width that a column of words keeps where there is too little room."""


@dataclass(frozen=True)
class Heading:
    """One column: its title, its width in pixels of ordinary type, and whether it holds numbers."""

    title: str
    width: int
    number: bool = True


@dataclass(frozen=True)
class GridCell:
    """One cell. `tone`: attention, wrong, quiet or nothing; `place` is where it leads, or makes it when it is asked."""

    text: str = ""
    place: Place | Callable[[], Place | None] | None = None
    tone: str = ""
    tip: str = ""


@dataclass(frozen=True)
class GridRow:
    """One row; a sum of others is bold on the ground. `across`: how many columns its first cell takes."""

    cells: tuple[GridCell, ...]
    total: bool = False
    across: int = 1


class GridModel(QAbstractTableModel):
    """The rows as Qt asks for them."""

    def __init__(self, headings: Sequence[Heading]) -> None:
        super().__init__()
        self.headings, self.rows = tuple(headings), ()  # type: tuple[Heading, ...], tuple[GridRow, ...]

    def put(self, rows: Sequence[GridRow], headings: Sequence[Heading] | None = None) -> None:
        """Shows other rows, under other headings where they are given."""
        self.beginResetModel()
        self.rows = tuple(rows)
        if headings is not None:
            self.headings = tuple(headings)
        self.endResetModel()

    def cell(self, index: Index) -> GridCell:
        """What stands at a place."""
        cells = self.rows[index.row()].cells
        return cells[index.column()] if index.column() < len(cells) else GridCell()

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.headings)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.headings):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.headings[section].title
        return self._alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        cell, total = self.cell(index), self.rows[index.row()].total
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return cell.text
            case Qt.ItemDataRole.ToolTipRole:
                return cell.tip or cell.text
            case Qt.ItemDataRole.TextAlignmentRole:
                return self._alignment(index.column())
            case Qt.ItemDataRole.FontRole:
                face = theme.font(theme.now().small)
                face.setBold(total)
                return face
            case Qt.ItemDataRole.ForegroundRole:
                return QBrush(QColor(getattr(theme.now(), cell.tone or "ink")))
            case Qt.ItemDataRole.BackgroundRole if total:
                return QBrush(QColor(theme.now().ground))
        return None

    def _alignment(self, section: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if self.headings[section].number else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter


class Grid(QTableView):
    """Shows a `GridModel`.

    Signals:
        go: the `Place` of a cell that was clicked, or on which Enter was pressed.
    """

    go = Signal(object)

    def __init__(self, headings: Sequence[Heading], says: str) -> None:
        super().__init__()
        self.sheet = GridModel(headings)
        self.setModel(self.sheet)
        dress(self)
        self.setAccessibleName(says)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setMouseTracking(True)
        self.verticalHeader().setDefaultSectionSize(round(theme.now().row * 0.9))
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.entered.connect(self._hover)
        self._lay_out()

    def put(self, rows: Sequence[GridRow], headings: Sequence[Heading] | None = None) -> None:
        """Shows other rows, and stays where it was scrolled to."""
        at = self.verticalScrollBar().value()
        self.clearSpans()
        self.sheet.put(rows, headings)
        for place, one in enumerate(self.sheet.rows):
            if one.across > 1:
                self.setSpan(place, 0, 1, one.across)
        self._lay_out()
        self.verticalScrollBar().setValue(at)

    def follow(self, index: Index) -> None:
        """Goes where a cell leads, if it leads anywhere."""
        place = self.sheet.cell(index).place if index.isValid() else None
        if callable(place):
            place = place()
        if place is not None:
            self.go.emit(place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self.follow(self.indexAt(event.position().toPoint()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.follow(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _hover(self, index: QModelIndex) -> None:
        leads = self.sheet.cell(index).place is not None
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if leads else Qt.CursorShape.ArrowCursor)

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        """Gives each column its width; what is left over goes to the columns of words, and they give up first what
        there is no room for."""
        headings, scale, room = self.sheet.headings, theme.now().scale, self.viewport().width()
        widths = [round(one.width * scale) for one in headings]
        least = [
            width if one.number else round(width * WORDS_LEAST) for width, one in zip(widths, headings, strict=True)
        ]
        widths = fit(widths, least, room)
        spare = max(0, room - sum(widths))
        words = sum(one.width for one in headings if not one.number)
        for place, one in enumerate(headings):
            self.setColumnWidth(place, widths[place] + (0 if one.number else spare * one.width // words))
