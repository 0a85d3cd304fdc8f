"""The navigation at the left: the four systems, and under each what it keeps; a gold mark on where you are. A system
can be folded away, and stays so on this computer."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QVBoxLayout, QWidget

from ui.shell import memory, theme
from ui.shell.widgets import column, label, scrolling

OPEN, FOLDED = "mdi6.chevron-down", "mdi6.chevron-right"


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
        self._headings: dict[str, QPushButton] = {}
        self._under: dict[str, str] = {}  # entry → the title of its system
        group = QButtonGroup(self)
        heading = ""
        inner = QWidget()
        inner.setObjectName("entries")
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(0, 0, 0, 8)
        layout.setSpacing(1)
        for entry in entries:
            if not entry.id:
                heading = entry.title
                self._headings[heading] = self._heading(heading)
                layout.addWidget(self._headings[heading])
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
            if heading:
                self._under[entry.id] = heading
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

        for title in memory.recall().folded:
            if title in self._headings:
                self.fold(title, folded=True)

    def _heading(self, title: str) -> QPushButton:
        one = QPushButton(title)
        one.setProperty("kind", "system")
        one.setIconSize(QSize(14, 14))
        one.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        one.setCursor(Qt.CursorShape.PointingHandCursor)
        one.setIcon(theme.icon(OPEN, "navigation_quiet"))
        one.clicked.connect(lambda: self._turn(title))
        return one

    def fold(self, title: str, *, folded: bool) -> None:
        """Folds a system's entries away, or shows them."""
        for id, under in self._under.items():
            if under == title:
                self._buttons[id].setHidden(folded)
        self._headings[title].setIcon(theme.icon(FOLDED if folded else OPEN, "navigation_quiet"))
        self._headings[title].setAccessibleName(f"{title}，{'已收起' if folded else '已展开'}")

    def _turn(self, title: str) -> None:
        folded = any(under == title and not self._buttons[id].isHidden() for id, under in self._under.items())
        self.fold(title, folded=folded)
        kept = memory.recall()
        kept.folded = [one for one in kept.folded if one != title] + [title] * folded
        memory.remember(kept)

    def mark(self, id: str) -> None:
        """Shows where the window is; its system is unfolded."""
        if id in self._buttons:
            if self._buttons[id].isHidden() and id in self._under:
                self.fold(self._under[id], folded=False)
            self._buttons[id].setChecked(True)
            self.area.ensureWidgetVisible(self._buttons[id])
