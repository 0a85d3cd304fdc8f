"""数据交换: what goes to the other side and what comes from it, and every package so far with its fate."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStackedWidget, QTableView, QWidget

from app.sync.register import PackageView, packages
from ui.background import Desk
from ui.shell import theme, words
from ui.shell.widgets import MARGINS, Card, EmptyState, MessageBar, PageHeader, Wizard, button, column, primary
from ui.wizards.hand_over import HandOver
from ui.wizards.take_in import TakeIn

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()

KINDS = {"snapshot": "全量", "changes": "变更", "enrolment": "登记"}
FATES = {"sent": ("等待回执", "quiet"), "acknowledged": ("✓ 对方已接收", "good"), "received": ("✓ 已写入", "good")}

COLUMNS: tuple[tuple[str, int, Callable[[PackageView], str]], ...] = (
    ("时间", 140, lambda one: words.when(one.at)),
    ("方向", 84, lambda one: "→ 发出" if one.sent else "← 收到"),
    ("单位", 170, lambda one: one.office_name),
    ("包号", 90, lambda one: f"第 {one.sequence} 号"),
    ("类型", 70, lambda one: KINDS.get(one.kind, one.kind)),
    ("记录", 80, lambda one: f"{one.records:,}"),
    ("结果", 130, lambda one: FATES[one.status][0]),
    ("文件", 220, lambda one: one.file),
)


class PackageTable(QAbstractTableModel):
    """The packages sent and received, the latest first."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: Sequence[PackageView] = ()

    def show_lines(self, lines: Sequence[PackageView]) -> None:
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section][0]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        one, (title, _, text) = self.lines[index.row()], COLUMNS[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return text(one)
        if role == Qt.ItemDataRole.ForegroundRole and title == "结果":
            return QColor(getattr(theme.now(), FATES[one.status][1]))
        return None


class ExchangePage(QStackedWidget):
    """The list of packages, and over it a wizard while one is open."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        assert desk.here is not None
        self.desk = desk
        county = desk.here.office.is_county
        give, take = ("发给乡镇", "接收乡镇上报") if county else ("上报县里", "接收县里下发")
        self.take_button = button(take, "mdi6.tray-arrow-down", then=self.take_in)
        self.give_button = primary(give, "mdi6.usb-flash-drive-outline", self.hand_over)
        if county:  # what a county does thirty times a morning is its primary action
            self.take_button = primary(take, "mdi6.tray-arrow-down", self.take_in)
            self.give_button = button(give, "mdi6.usb-flash-drive-outline", then=self.hand_over)
        order = (self.give_button, self.take_button) if county else (self.take_button, self.give_button)
        self.header = PageHeader(
            "数据交换", "两边不联网，用 U 盘交换加密的数据包。包丢了不要紧，再写一份就行。", *order
        )
        self.message = MessageBar()
        self.table, self.view = PackageTable(), QTableView()
        self.view.setModel(self.table)
        self.view.setShowGrid(False)
        self.view.setAlternatingRowColors(True)
        self.view.setWordWrap(False)
        self.view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setTabKeyNavigation(False)
        self.view.verticalHeader().hide()
        self.view.verticalHeader().setDefaultSectionSize(theme.now().row)
        header = self.view.horizontalHeader()
        header.setStretchLastSection(True)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for place, (_, width, _) in enumerate(COLUMNS):
            self.view.setColumnWidth(place, round(width * theme.now().scale))
        self.empty = EmptyState(
            "mdi6.usb-flash-drive-outline", "还没有数据包", "发出和收到的每一个数据包都会列在这里，并说明对方收到没有。"
        )
        card = Card(padding=1, gap=0)
        self.places = QStackedWidget()
        self.places.addWidget(self.view)
        self.places.addWidget(self.empty)
        card.body.addWidget(self.places)
        page = QWidget()
        page.setObjectName("page")
        page.setLayout(column(self.header, self.message, card, margins=MARGINS, gap=12))
        page.layout().setStretchFactor(card, 1)
        self.addWidget(page)
        desk.changed.connect(lambda _: self.refresh())
        self.refresh()

    def refresh(self) -> None:
        """Reads the list anew."""
        self.desk.read(packages, self._show, key=("packages", id(self)))

    def _show(self, lines: list[PackageView]) -> None:
        self.table.show_lines(lines)
        self.places.setCurrentWidget(self.view if lines else self.empty)

    def hand_over(self) -> None:
        """Opens the wizard that writes a package."""
        self._open(HandOver(self.desk))

    def take_in(self) -> None:
        """Opens the wizard that takes packages in."""
        self._open(TakeIn(self.desk))

    def _open(self, wizard: Wizard) -> None:
        self.addWidget(wizard)
        self.setCurrentWidget(wizard)

        def close() -> None:
            self.setCurrentIndex(0)
            self.removeWidget(wizard)
            wizard.deleteLater()
            self.refresh()

        wizard.closed.connect(close)
