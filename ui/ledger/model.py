"""The table of a ledger: it holds ids only, and fetches the cells of the rows that are painted, page by page."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from app import listing
from app.ledgers.ledger import Ledger
from app.listing import Ids, Query, RowView
from app.workspace import Workspace
from ui.background import Desk

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()

PAGE = 64
"""Rows fetched at once."""
KEPT = 6000
"""Rows whose cells are kept."""
IdRole = int(Qt.ItemDataRole.UserRole)

NUMBERS = frozenset({"whole", "decimal", "money"})


class RecordTable(QAbstractTableModel):
    """The records that a query finds. Never blocks: a row that is not there yet is blank until it comes.

    After a write the old cells stay in sight until the new ones are there.

    Signals:
        filled: the ids of a query have arrived; says how many.
        arrived: the cells of some rows have come.
    """

    filled = Signal(int)
    arrived = Signal(list)

    def __init__(self, desk: Desk, ledger: Ledger, columns: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.desk, self.ledger = desk, ledger
        self.columns = tuple(columns)
        self.query = Query()
        self.ids = Ids()
        self._places: dict[str, int] = {}
        self._cells: OrderedDict[str, tuple[str, ...]] = OrderedDict()
        self._stale: set[str] = set()
        self._wanted: OrderedDict[int, None] = OrderedDict()
        self._asking = False
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._fetch)

    # ---------------------------------------------------------------- what it shows

    def ask(self, query: Query) -> None:
        """Shows the records of another query; a newer one supersedes it while it is under way."""
        self.query = query
        ledger = self.ledger

        def find(workspace: Workspace) -> Ids:
            with workspace.read() as session:
                return listing.ids(session, ledger, query)

        self.desk.read(find, self._found, key=("ids", id(self)))

    def refresh(self) -> None:
        """Asks the same query again, and for the cells of the rows in sight."""
        self._stale = set(self._cells)
        self.ask(self.query)

    def show_columns(self, columns: Sequence[str]) -> None:
        """Shows other columns."""
        self.beginResetModel()
        self.columns = tuple(columns)
        self._cells.clear()
        self._stale.clear()
        self.endResetModel()

    def _found(self, ids: Ids) -> None:
        if ids != self.ids:
            self.beginResetModel()
            self.ids = ids
            self._places = {}
            self._wanted.clear()
            self.endResetModel()
        elif ids:
            self.dataChanged.emit(self.index(0, 0), self.index(len(ids) - 1, len(self.columns) - 1))
        self.filled.emit(len(ids))

    def place(self, record_id: str) -> int | None:
        """The row of a record, None when the query does not find it."""
        if not self._places and self.ids:
            self._places = {one: place for place, one in enumerate(self.ids)}
        return self._places.get(record_id)

    # ---------------------------------------------------------------- Qt asks

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.ids)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and 0 <= section < len(self.columns):
            if role == Qt.ItemDataRole.DisplayRole:
                return listing.heading(self.ledger, self.columns[section])
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag(self._alignment(section))
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self.ids):
            return None
        if role == IdRole:
            return self.ids[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            cells = self._row(index.row())
            return cells[index.column()].replace("\n", " ") if cells is not None else ""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag(self._alignment(index.column()))
        return None

    def _alignment(self, section: int) -> Qt.AlignmentFlag:
        spec = self.ledger.fields.get(self.columns[section])
        derived = self.ledger.derivations.get(self.columns[section])
        right = spec.kind.id in NUMBERS if spec else derived is not None and derived.number
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter

    # ---------------------------------------------------------------- fetching

    def _row(self, place: int) -> tuple[str, ...] | None:
        record_id = self.ids[place]
        cells = self._cells.get(record_id)
        if cells is None or record_id in self._stale:
            page = place // PAGE
            self._wanted[page] = None
            self._wanted.move_to_end(page)
            if not self._asking and not self._soon.isActive():
                self._soon.start()
        return cells

    def _fetch(self) -> None:
        """Asks for the pages painted last; those that have left the sight meanwhile are forgotten."""
        if self._asking or not self._wanted:
            return
        pages = sorted(list(self._wanted)[-2:])
        self._wanted.clear()
        wanted = [one for page in pages for one in self.ids[page * PAGE : (page + 1) * PAGE]]
        ledger, columns = self.ledger, self.columns

        def look(workspace: Workspace) -> list[RowView]:
            with workspace.read() as session:
                return listing.rows(session, ledger, wanted, columns)

        def came(rows: list[RowView]) -> None:
            self._asking = False
            if columns == self.columns:
                self._keep(wanted, rows)
            if self._wanted:
                self._soon.start()

        def failed(refusal: Any) -> None:
            self._asking = False
            self.desk.refused.emit(refusal)

        self._asking = True
        self.desk.read(look, came, failed)

    def _keep(self, asked: Sequence[str], rows: Sequence[RowView]) -> None:
        self._stale.difference_update(asked)
        found = {row.id: row.cells for row in rows}
        blank = ("",) * len(self.columns)
        for one in asked:
            self._cells[one] = found.get(one, blank)
            self._cells.move_to_end(one)
        while len(self._cells) > KEPT:
            self._cells.popitem(last=False)
        self.arrived.emit([row.cells for row in rows])
        places = [place for one in asked if (place := self.place(one)) is not None]
        if places:
            last = len(self.columns) - 1
            self.dataChanged.emit(self.index(min(places), 0), self.index(max(places), last))
