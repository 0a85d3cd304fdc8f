"""The popover in which a table is narrowed by the fields that hold a code, a yes or no, or nothing."""

from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QWidget

from app.ledgers.ledger import Ledger
from db import codes
from ui.shell.widgets import button, column, label, row, scrolling

ANY = "any"
EMPTY = "empty"


class FilterPopover(QFrame):
    """One line for each field that can be filtered by.

    Signals:
        changed: with the conditions, as `Query.where` takes them.
    """

    changed = Signal(tuple)

    def __init__(self, ledger: Ledger, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("role", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.boxes: dict[str, QComboBox] = {}
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setContentsMargins(0, 0, 8, 0)
        for place, (name, spec) in enumerate(
            (name, spec) for name, spec in ledger.fields.items() if spec.kind.id in ("code", "flag")
        ):
            box = QComboBox()
            box.addItem("不限", ANY)
            if spec.kind.id == "code":
                for code, title in codes.table(spec.table or "").choices():
                    box.addItem(title, code)
            else:
                box.addItem("是", True)
                box.addItem("否", False)
            if not spec.required:
                box.addItem("没有填写", EMPTY)
            box.setMinimumWidth(160)
            box.setMaxVisibleItems(12)
            box.activated.connect(lambda _: self.changed.emit(self.where()))
            self.boxes[name] = box
            grid.addWidget(label(spec.label, "quiet"), place, 0)
            grid.addWidget(box, place, 1)
        inner.setMinimumWidth(280)
        area = scrolling(inner)
        area.setMinimumHeight(min(360, inner.sizeHint().height() + 4))
        self.setLayout(
            column(
                label("筛选", "section"),
                area,
                row(button("全部不限", then=self.reset), 0, button("完成", then=self.hide)),
                margins=(14, 12, 14, 12),
            )
        )

    def where(self) -> tuple[tuple[str, tuple[Any, ...]], ...]:
        """The conditions that are on."""
        chosen = {name: box.currentData() for name, box in self.boxes.items()}
        return tuple(
            (name, (None,) if value == EMPTY else (value,))
            for name, value in chosen.items()
            if isinstance(value, bool) or value != ANY
        )

    def reset(self) -> None:
        """Takes every condition off."""
        for box in self.boxes.values():
            box.setCurrentIndex(0)
        self.changed.emit(())

    def open_below(self, widget: QWidget) -> None:
        """Opens under a button, its right side flush with it."""
        self.adjustSize()
        self.move(widget.mapToGlobal(QPoint(widget.width() - self.width(), widget.height() + 4)))
        self.show()
        first = next(iter(self.boxes.values()), None)
        if first is not None:
            first.setFocus()
