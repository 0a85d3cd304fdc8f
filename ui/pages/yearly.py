"""What the pages of the year's work share: a page that reads what it shows, and asks before it writes many records."""

from collections.abc import Callable
from typing import Any

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QMessageBox, QWidget

from app.workspace import Workspace
from db.errors import Refusal
from ui.background import Changes, Desk
from ui.shell.widgets import MessageBar


class ReadingPage(QWidget):
    """Reads what it shows when it is first seen and when one of the ledgers `SHOWN` has changed meanwhile."""

    SHOWN: frozenset[str] = frozenset()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        assert desk.here is not None
        self.desk, self.here = desk, desk.here
        self.county = desk.here.office.is_county
        self.setObjectName("page")
        self.message = MessageBar()
        self._stale = True
        desk.changed.connect(self._changed)

    def ask(self) -> Callable[[Workspace], Any]:
        """What is read; runs on the store's thread."""
        raise NotImplementedError

    def show_found(self, found: Any) -> None:
        """Shows what was read."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Reads everything anew."""
        self._stale = False
        self.desk.read(self.ask(), self.show_found, self.message.refuse, key=(type(self).__name__, id(self)))

    def _changed(self, changes: Changes) -> None:
        if changes.ledgers & self.SHOWN:
            self._stale = True
            if self.isVisible():
                self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def do(self, write: Callable[[Workspace], Any], then: Callable[[Any], None]) -> None:
        """Writes, and says why when it cannot."""
        self.desk.write(write, then, self._refused)

    def _refused(self, refusal: Refusal) -> None:
        self.message.refuse(refusal)
        self.refresh()

    def sure(self, title: str, words: str, yes: str) -> bool:
        """Asks before many records are written."""
        box = QMessageBox(QMessageBox.Icon.Question, title, words, parent=self)
        accept = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
        box.addButton("先不", QMessageBox.ButtonRole.RejectRole)
        box.exec()
        return box.clickedButton() is accept


def offer(combo: QComboBox, choices: list[tuple[str, Any]], chosen: Any) -> None:
    """Fills a list of choices and marks the one that is chosen."""
    combo.clear()
    for text, data in choices:
        combo.addItem(text, data)
    combo.setCurrentIndex(next((at for at, (_, data) in enumerate(choices) if data == chosen), -1))


def choose(combo: QComboBox, data: Any) -> None:
    """Marks a choice, also one that is not offered yet: the next filling keeps it."""
    at = combo.findData(data)
    if at < 0:
        combo.addItem("", data)
        at = combo.count() - 1
    combo.setCurrentIndex(at)
