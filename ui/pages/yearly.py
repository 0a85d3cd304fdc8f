"""What the pages share: one that reads what it shows, and asks before it writes many records; lists of choices."""

from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLayout, QMessageBox, QTableView, QWidget

from app.offices import OfficeChoice
from app.workspace import Workspace
from db.errors import Refusal
from ui.background import Changes, Desk
from ui.shell.widgets import MARGINS, Card, EmptyState, MessageBar, PageHeader, column, row, scrolling


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

    def lay_out(self, header: PageHeader, content: QWidget, empty: EmptyState) -> None:
        """The header above, and below it either the content or what stands where there is none; neither is seen before
        the first answer."""
        self.content, self.empty = content, empty
        outer = column(header, self.message, margins=MARGINS, gap=12)
        for one in (content, empty):
            one.hide()
            outer.addWidget(one, 1)
        self.setLayout(outer)

    def has(self, something: bool) -> None:
        """Whether there is something to show."""
        self.content.setVisible(something)
        self.empty.setVisible(not something)

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

    def undo(self) -> None:
        """Takes back the last step of all."""
        self.desk.write(
            lambda workspace: workspace.undo().label,
            lambda said: self.message.say("good", f"已撤销：{said}。"),
            self.message.refuse,
        )

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


def offer_offices(combo: QComboBox, offices: Iterable[OfficeChoice]) -> None:
    """All offices, and each of them where there are several; what was chosen stays where it still is offered."""
    choices: list[tuple[str, Any]] = [("全部单位", None), *((one.shown, one.id) for one in offices)]
    chosen = combo.currentData()
    offer(combo, choices, chosen if any(chosen == data for _, data in choices) else None)
    combo.setVisible(len(choices) > 2)


def beside(table: QTableView, detail: QLayout, shares: tuple[int, int]) -> QWidget:
    """A table at the left, and at the right what it tells of the row that is chosen, in these shares of the width."""
    left, inner, both = Card(padding=1, gap=0), QWidget(), QWidget()
    left.body.addWidget(table)
    stretched = column(detail, margins=(0, 0, 6, 0))
    stretched.addStretch(1)
    inner.setLayout(stretched)
    split: QHBoxLayout = row(gap=12)
    split.addWidget(left, shares[0])
    split.addWidget(scrolling(inner), shares[1])
    both.setLayout(split)
    return both


def choose(combo: QComboBox, data: Any) -> None:
    """Marks a choice, also one that is not offered yet: the next filling keeps it."""
    at = combo.findData(data)
    if at < 0:
        combo.addItem("", data)
        at = combo.count() - 1
    combo.setCurrentIndex(at)
