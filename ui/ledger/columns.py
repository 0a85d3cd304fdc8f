"""The popover in which the columns of a table are chosen; it stays open until all are as the person wants them."""

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QWidget

from app import listing
from ui.ledger.table import RecordTableView
from ui.shell.widgets import button, column, label, row, scrolling

DEEP = 12
"""Boxes that stand below one another."""


class ColumnsPopover(QFrame):
    """A box for each column that the table can show; one that is ticked or not takes effect at once."""

    def __init__(self, view: RecordTableView, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("role", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.view = view
        self.boxes: dict[str, QCheckBox] = {}
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(4)
        for place, name in enumerate(view.possible()):
            box = QCheckBox(listing.heading(view.ledger, name))
            box.clicked.connect(lambda on, name=name: self._toggle(name, on))
            self.boxes[name] = box
            grid.addWidget(box, place % DEEP, place // DEEP)
        area = scrolling(inner, horizontal=True)
        area.setMinimumSize(inner.sizeHint().width() + 4, inner.sizeHint().height() + 4)
        back = button("恢复默认的列", then=self._usual)
        self.setLayout(
            column(
                label("显示哪些列", "section"),
                area,
                row(back, 0, button("完成", then=self.close)),
                margins=(14, 12, 14, 12),
            )
        )
        self._mark()

    def _toggle(self, name: str, on: bool) -> None:
        self.view.show_column(name, shown=on)
        self._mark()

    def _usual(self) -> None:
        self.view.show_usual()
        self._mark()

    def _mark(self) -> None:
        """Ticks what is shown; the last column that is left cannot be taken off."""
        shown = self.view.table.columns
        for name, box in self.boxes.items():
            box.setChecked(name in shown)
            box.setEnabled(name not in shown or len(shown) > 1)

    def open_at(self, place: QPoint) -> None:
        """Opens with its right upper corner there, as far as the screen has room."""
        self.adjustSize()
        screen = QGuiApplication.screenAt(place) or QGuiApplication.primaryScreen()
        room, wanted = screen.availableGeometry(), QRect(place, self.size())
        wanted.moveRight(min(place.x(), room.right()))
        wanted.moveBottom(min(wanted.bottom(), room.bottom()))
        self.move(max(room.left(), wanted.left()), max(room.top(), wanted.top()))
        self.show()
        next(iter(self.boxes.values())).setFocus()
