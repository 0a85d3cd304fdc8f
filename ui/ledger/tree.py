"""The tree beside a table: branches, villages or posts, each with the number of its records."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeView

from app.ledgers.ledger import Ledger
from app.listing import Node
from ui.shell import theme

IdRole = int(Qt.ItemDataRole.UserRole)
CountRole = IdRole + 1


class _Counted(QStyledItemDelegate):
    """A title, and its count quietly at the right."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        self.initStyleOption(option, index)
        title, option.text = option.text, ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        count = f"{index.data(CountRole):,}"
        width = option.fontMetrics.horizontalAdvance(count) + 8
        rect = option.rect.adjusted(4, 0, -2, 0)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setPen(QColor(theme.now().red_text if selected else theme.now().quiet))
        painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, count)
        painter.setPen(QColor(theme.now().red_text if selected else theme.now().ink))
        room = QRect(rect.left(), rect.top(), rect.width() - width, rect.height())
        elided = option.fontMetrics.elidedText(title, Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, elided)
        painter.restore()


class GroupTree(QTreeView):
    """Choosing a node shows the records at or below it.

    Signals:
        chosen: the node's id, empty for all.
    """

    chosen = Signal(str)

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self.ledger = ledger
        self._items = QStandardItemModel(self)
        self.setModel(self._items)
        self.setHeaderHidden(True)
        self.setIndentation(14)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        self.setItemDelegate(_Counted(self))
        self.setAccessibleName("分组")
        self.selectionModel().currentChanged.connect(lambda now, _: self.chosen.emit(now.data(IdRole) or ""))

    def show_nodes(self, nodes: tuple[Node, ...]) -> None:
        """Shows the tree as it is now; what is chosen and what is folded stays."""
        chosen = self.currentIndex().data(IdRole) or ""
        folded = {index.data(IdRole) for index in self._all() if not self.isExpanded(index)}
        self.selectionModel().blockSignals(True)
        self._items.clear()
        root = self._items.invisibleRootItem()
        if len(nodes) != 1:
            every = _item("", "全部", sum(node.count for node in nodes))
            root.appendRow(every)
        for node in nodes:
            root.appendRow(_branch(node))
        for index in self._all():
            self.setExpanded(index, index.data(IdRole) not in folded)
        kept = [index for index in self._all() if (index.data(IdRole) or "") == chosen]
        first = kept[0] if kept else self._items.index(0, 0)
        self.setCurrentIndex(first)
        self.selectionModel().blockSignals(False)
        self.viewport().update()

    def _all(self) -> list[QModelIndex]:
        found: list[QModelIndex] = []
        queue = [self._items.index(place, 0) for place in range(self._items.rowCount())]
        while queue:
            one = queue.pop(0)
            found.append(one)
            queue += [self._items.index(place, 0, one) for place in range(self._items.rowCount(one))]
        return found


def _branch(node: Node) -> QStandardItem:
    made = _item(node.id, node.title, node.count)
    for child in node.children:
        made.appendRow(_branch(child))
    return made


def _item(id: str, title: str, count: int) -> QStandardItem:
    made = QStandardItem(title)
    made.setData(id, IdRole)
    made.setData(count, CountRole)
    made.setToolTip(f"{title}：{count:,}")
    return made
