"""A table that is filled in at once: some of its cells take text, and all is saved together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QTableView

from ui.shell import theme
from ui.wizards.parts import Column, Rows, table

Index = QModelIndex | QPersistentModelIndex
SEPARATOR = "|"


@dataclass(frozen=True)
class Cell(Column):
    """A column whose cells take text under a key, in the rows that `can` take it."""

    key: str = ""
    can: Callable[[Any], bool] = lambda _: True


class FillRows(Rows):
    """Rows whose typed cells stay typed until they are saved, whatever the store says meanwhile.

    Attributes:
        locked: nothing can be typed any more.

    Signals:
        typed: some cell was typed into.
    """

    typed = Signal()

    def __init__(self, columns: Sequence[Column], id_of: Callable[[Any], str]) -> None:
        super().__init__(columns)
        self.id_of = id_of
        self.locked = False
        self._typed: dict[tuple[str, str], str] = {}

    def fill(self, rows: Iterable[Any], kept: Mapping[str, str]) -> None:
        """Shows other rows with what was typed into them before."""
        cells = {(id, key): text for cell, text in kept.items() for id, _, key in [cell.partition(SEPARATOR)]}
        self._typed = cells
        self.put(rows)

    def kept(self) -> dict[str, str]:
        """What is typed and not saved, by cell."""
        return {f"{id}{SEPARATOR}{key}": text for (id, key), text in self._typed.items()}

    def changes(self) -> dict[str, dict[str, str]]:
        """What is typed and not saved: id of the row → key → text."""
        known = {self.id_of(one) for one in self.rows}
        found: dict[str, dict[str, str]] = {}
        for (id, key), text in self._typed.items():
            if id in known:
                found.setdefault(id, {})[key] = text
        return found

    def shown(self, row: Any, key: str) -> str:
        """What a cell shows now."""
        column = next(one for one in self.columns if isinstance(one, Cell) and one.key == key)
        return self._typed.get((self.id_of(row), key), column.text(row))

    def takes(self, index: Index) -> bool:
        """Whether a cell can be typed into."""
        one = self.columns[index.column()]
        return not self.locked and isinstance(one, Cell) and one.can(self.rows[index.row()])

    def flags(self, index: Index) -> Qt.ItemFlag:
        found = super().flags(index)
        return found | Qt.ItemFlag.ItemIsEditable if index.isValid() and self.takes(index) else found

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if index.isValid() and self.takes(index):
            one, row = self.columns[index.column()], self.rows[index.row()]
            assert isinstance(one, Cell)
            if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole, Qt.ItemDataRole.ToolTipRole):
                return self._typed.get((self.id_of(row), one.key), one.text(row))
            if role == Qt.ItemDataRole.BackgroundRole:
                typed = (self.id_of(row), one.key) in self._typed
                return QColor(theme.now().attention_ground if typed else theme.now().field)
        elif index.isValid() and role == Qt.ItemDataRole.BackgroundRole:
            return QColor(theme.now().hover)
        return super().data(index, role)

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not index.isValid() or not self.takes(index):
            return False
        one, row = self.columns[index.column()], self.rows[index.row()]
        assert isinstance(one, Cell)
        text, cell = str(value).strip(), (self.id_of(row), one.key)
        if text == self._typed.get(cell, one.text(row)):
            return True
        if text == one.text(row):
            self._typed.pop(cell, None)
        else:
            self._typed[cell] = text
        self.dataChanged.emit(self.index(index.row(), 0), self.index(index.row(), len(self.columns) - 1))
        self.typed.emit()
        return True


class FillTable(QTableView):
    """Tab and Enter go to the next cell that can be typed into; typing begins at once, input methods included."""

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        model = self.model()
        steps = {QAbstractItemView.CursorAction.MoveNext: 1, QAbstractItemView.CursorAction.MovePrevious: -1}
        if action not in steps or not isinstance(model, FillRows) or not self.currentIndex().isValid():
            return super().moveCursor(action, modifiers)
        wide = len(model.columns)
        place = self.currentIndex().row() * wide + self.currentIndex().column() + steps[action]
        while 0 <= place < wide * len(model.rows):
            index = model.index(place // wide, place % wide)
            if model.takes(index):
                return index
            place += steps[action]
        return self.currentIndex()


def fill_table(model: FillRows) -> FillTable:
    """The view of a sheet, in the dress of the quiet tables."""
    view = FillTable()
    table(model, view=view)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    trigger = QAbstractItemView.EditTrigger
    view.setEditTriggers(trigger.CurrentChanged | trigger.SelectedClicked | trigger.AnyKeyPressed)
    view.setTabKeyNavigation(True)
    view.setShowGrid(True)
    return view
