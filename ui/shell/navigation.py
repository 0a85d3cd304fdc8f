"""The navigation at the left: the four systems, and under each what it keeps; a gold mark on where you are.

As many systems are unfolded as there is room for, the one used last before the others, so that on a small screen too
every system is in sight. What a person unfolds and folds stays so on this computer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QVBoxLayout, QWidget

from ui.shell import memory, theme
from ui.shell.widgets import column, label, scrolling

OPEN, FOLDED = "mdi6.chevron-down", "mdi6.chevron-right"
GAP = 1
"""Pixels between two entries."""


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
        title, self.office = label(name), label(office, wrap=True)
        title.setObjectName("name")
        self.office.setObjectName("office")
        self._buttons: dict[str, QPushButton] = {}
        self._headings: dict[str, QPushButton] = {}
        self._systems: dict[str, list[str]] = {}  # the title of a system → its entries
        self._current = ""
        group = QButtonGroup(self)
        heading = ""
        self._entries = QWidget()
        self._entries.setObjectName("entries")
        layout = QVBoxLayout(self._entries)
        layout.setContentsMargins(0, 0, 0, 8)
        layout.setSpacing(GAP)
        for entry in entries:
            if not entry.id:
                heading = entry.title
                self._systems[heading] = []
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
                self._systems[heading].append(entry.id)
            layout.addWidget(one)
        layout.addStretch(1)
        self.area = scrolling(self._entries)
        self.setLayout(column(column(title, self.office, margins=(20, 18, 8, 8), gap=2), self.area, gap=0))
        kept = memory.recall().unfolded
        self._wanted = [one for one in (self._systems if kept is None else kept) if one in self._systems]
        """The systems that are to be unfolded, the one used last before the others."""
        self._fit()
        self.area.viewport().installEventFilter(self)

    def _heading(self, title: str) -> QPushButton:
        one = QPushButton(title)
        one.setProperty("kind", "system")
        one.setIconSize(QSize(14, 14))
        one.setCursor(Qt.CursorShape.PointingHandCursor)
        one.clicked.connect(lambda: self._turn(title))
        return one

    def unfolded(self) -> list[str]:
        """The titles of the systems whose entries are shown, from the top."""
        return [title for title, ids in self._systems.items() if ids and not self._buttons[ids[0]].isHidden()]

    def mark(self, id: str) -> None:
        """Shows where the window is; its system is unfolded."""
        if id not in self._buttons:
            return
        self._current = id
        self._buttons[id].setChecked(True)
        system = self._system_of(id)
        if system:
            self._wanted = [system, *(one for one in self._wanted if one != system)]
        self._fit()
        QTimer.singleShot(0, self, self._show_current)  # once what was unfolded is laid out

    def _system_of(self, id: str) -> str:
        return next((title for title, ids in self._systems.items() if id in ids), "")

    def _turn(self, title: str) -> None:
        """Unfolds a system or folds it away, as the person wants it from now on."""
        shown = self.unfolded()
        others = [one for one in self._wanted if one in shown and one != title]
        self._wanted = others if title in shown else [title, *others]
        self._fit()
        kept = memory.recall()
        kept.unfolded = self._wanted
        memory.remember(kept)

    def _fit(self) -> None:
        """Unfolds what is wanted as far as there is room; the one used last in any case."""
        left = self.area.viewport().height() - self._entries.contentsMargins().bottom()
        shown: list[str] = []
        inside = {id for ids in self._systems.values() for id in ids}
        left -= sum(self._height(one) for id, one in self._buttons.items() if id not in inside)
        left -= sum(self._height(one) for one in self._headings.values())
        for title in self._wanted:
            left -= sum(self._height(self._buttons[id]) for id in self._systems[title])
            if shown and left < 0:
                break
            shown.append(title)
        for title, ids in self._systems.items():
            for id in ids:
                self._buttons[id].setHidden(title not in shown)
            heading = self._headings[title]
            heading.setIcon(theme.icon(OPEN if title in shown else FOLDED, "navigation_quiet"))
            heading.setAccessibleName(f"{title}，{'已展开' if title in shown else '已收起'}")
            here = title not in shown and self._current in ids
            if heading.property("here") != here:
                theme.set_kind(heading, here=here)

    @staticmethod
    def _height(one: QPushButton) -> int:
        one.ensurePolished()
        return one.sizeHint().height() + GAP

    def _show_current(self) -> None:
        """Scrolls to where the window is, and as far as there is room to its system's heading."""
        one = self._buttons[self._current]
        if one.isHidden():
            return
        system = self._system_of(self._current)
        if system:
            self.area.ensureWidgetVisible(self._headings[system], 0, 0)
        self.area.ensureWidgetVisible(one, 0, 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return super().eventFilter(watched, event)
