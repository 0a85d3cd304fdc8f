"""The navigation at the left: the four systems, and under each its ledgers; a gold mark on where you are."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QVBoxLayout, QWidget

from ui.shell import theme
from ui.shell.widgets import column, label, scrolling


@dataclass(frozen=True)
class Entry:
    """One entry: its id, what it is called, its icon. Without an id it is the heading of a system."""

    title: str
    id: str = ""
    icon: str = ""


class Navigation(QWidget):
    """Emits `chosen` with an entry's id; `mark` shows where the window is."""

    chosen = Signal(str)

    def __init__(self, name: str, office: str, entries: Sequence[Entry]) -> None:
        super().__init__()
        self.setObjectName("navigation")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(round(196 * theme.now().scale))
        title, under = label(name), label(office, wrap=True)
        title.setObjectName("name")
        under.setObjectName("office")
        self._buttons: dict[str, QPushButton] = {}
        group = QButtonGroup(self)
        inner = QWidget()
        inner.setObjectName("entries")
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(0, 0, 0, 8)
        layout.setSpacing(1)
        for entry in entries:
            if not entry.id:
                heading = label(entry.title, "system")
                heading.setContentsMargins(20, 9, 8, 3)
                layout.addWidget(heading)
                continue
            one = QPushButton(f" {entry.title}")
            one.setProperty("kind", "entry")
            one.setCheckable(True)
            one.setIcon(theme.icon(entry.icon, "navigation_ink"))
            one.setIconSize(QSize(16, 16))
            one.setCursor(Qt.CursorShape.PointingHandCursor)
            one.clicked.connect(lambda _, id=entry.id: self.chosen.emit(id))
            group.addButton(one)
            self._buttons[entry.id] = one
            layout.addWidget(one)
        layout.addStretch(1)
        self.area = scrolling(inner)
        self.setLayout(
            column(
                column(title, under, margins=(20, 18, 8, 8), gap=2),
                self.area,
                gap=0,
            )
        )

    def mark(self, id: str) -> None:
        """Shows where the window is."""
        if id in self._buttons:
            self._buttons[id].setChecked(True)
            self.area.ensureWidgetVisible(self._buttons[id])
