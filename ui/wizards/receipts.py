"""The receipts: each goes back to the stick that its township's package came on, all in one step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from ui.shell import theme
from ui.shell.widgets import Card, button, label, row
from ui.wizards import sticks
from ui.wizards.parcels import Parcel
from ui.wizards.parts import Column, PlacePicker, Rows, table

if TYPE_CHECKING:
    from app.sync.several import Answer

ANSWERED = ("applied", "already-imported")
AT_MOST = 7
"""How many townships are shown at once; the others are scrolled to."""


@dataclass
class Owed:
    """The receipt for one township: where its package lies, on which stick (None: on none), and what came of it."""

    code: str
    name: str
    file: Path
    drive: sticks.Drive | None
    answer: "Answer | None" = None

    @property
    def done(self) -> bool:
        return self.answer is not None and self.answer.sent is not None

    @property
    def state(self) -> tuple[str, str]:
        """(what is to be said of it, the tone)."""
        if self.answer is None:
            return "还没有写", "quiet"
        if self.answer.sent is None:
            return self.answer.why, "wrong"
        return f"已写好 {self.answer.sent.file.name}", "good"


def owed(parcels: Sequence[Parcel], drives: Sequence[sticks.Drive]) -> list[Owed]:
    """One for each office below whose package was taken in, now or before, by code. The superior has its receipt with
    what is handed up next."""
    found: dict[str, Owed] = {}
    for one in sorted(parcels, key=lambda parcel: parcel.trial.sequence):
        if one.now.status in ANSWERED and not one.now.from_above:
            on = next((drive for drive in drives if _lies_on(one.file, drive)), None)
            found[one.trial.from_code] = Owed(one.trial.from_code, one.trial.from_name, one.file, on)
    return [found[code] for code in sorted(found)]


def _lies_on(file: Path, drive: sticks.Drive) -> bool:
    return file.is_relative_to(drive.root) or file.is_relative_to(drive.root.resolve())


class Receipts(Card):
    """Where each receipt goes.

    Signals:
        changed: another place was chosen.
        wanted: the receipts are to be written.
    """

    changed = Signal()
    wanted = Signal()

    def __init__(self, below: str, drives: Callable[[], list[sticks.Drive]]) -> None:
        super().__init__("把回执写回 U 盘", gap=10)
        self.below, self.drives = below, drives
        self.owed: list[Owed] = []
        words = f"回执告诉{below}：收到了第几号、写入多少、哪几处退回核实。也可以以后在“数据交换”里再写。"
        self.body.addWidget(label(words, "quiet", wrap=True))
        self.rows = Rows(
            (
                Column(below, lambda one: one.name, width=170),
                Column("写到哪里", self._where, width=420),
                Column("情况", lambda one: one.state[0], lambda one: one.state[1]),
            )
        )
        self.table = table(self.rows)
        self.body.addWidget(self.table)
        self.elsewhere = label("", "section", wrap=True)
        self.body.addWidget(self.elsewhere)
        self.places = PlacePicker(drives)
        self.places.changed.connect(self._moved)
        self.body.addWidget(self.places)
        self.button = button("写回执", "mdi6.content-save-outline", then=self.wanted.emit)
        self.again = button("重新查找 U 盘", "mdi6.refresh", then=self.look)
        self.body.addLayout(row(self.button, self.again, 0, gap=12))

    def put(self, parcels: Sequence[Parcel]) -> None:
        """Shows what is owed for these packages; what is written stays written."""
        done = {one.code: one.answer for one in self.owed if one.done}
        self.owed = owed(parcels, self.drives())
        for one in self.owed:
            one.answer = done.get(one.code)
        self._show()

    def look(self) -> None:
        """Looks which sticks are there now."""
        plugged = self.drives()
        for one in self.owed:
            one.drive = next((drive for drive in plugged if _lies_on(one.file, drive)), None)
        self.places.look()
        self._show()

    def _show(self) -> None:
        self.rows.put(self.owed)
        shown = min(max(len(self.owed), 1), AT_MOST)
        self.table.setFixedHeight(theme.now().control + 4 + shown * theme.now().row)
        astray = [one for one in self.owed if one.drive is None and not one.done]
        for part in (self.elsewhere, self.places):
            part.setVisible(bool(astray))
        if len(astray) == len(self.owed):
            self.elsewhere.setText("写到：")
        else:
            names = "、".join(one.name for one in astray)
            self.elsewhere.setText(f"{names}的包不在插着的 U 盘上，写到：")
        left = [one for one in self.owed if not one.done]
        self.button.setText(f"写回执（{len(left)} 个{self.below}）" if len(left) > 1 else "写回执")
        self.again.setVisible(not astray)  # the picker has one of its own
        self.changed.emit()

    def _moved(self) -> None:
        self.rows.layoutChanged.emit()
        self.changed.emit()

    def _where(self, one: Owed) -> str:
        if one.answer is not None and one.answer.sent is not None:
            return str(one.answer.sent.file.parent)
        folder = self.folder_of(one)
        if one.drive is not None:
            return f"原来的 {one.drive.title}"
        return "还没有选" if folder is None else str(folder)

    def folder_of(self, one: Owed) -> Path | None:
        """Where a receipt goes: beside the township's package on its stick, else to the chosen place."""
        if one.drive is not None:
            return one.file.parent
        place = self.places.chosen()
        return None if place is None or place.read_only else place.root

    def ready(self) -> bool:
        """Whether there is a receipt to write, and a place for each."""
        left = [one for one in self.owed if not one.done]
        return bool(left) and all(self.folder_of(one) is not None for one in left)

    def orders(self) -> list[tuple[str, Path, Path | None]]:
        """(code, folder, the package that must still lie on the stick) for each receipt that is not written."""
        found = []
        for one in self.owed:
            folder = self.folder_of(one)
            if not one.done and folder is not None:
                found.append((one.code, folder, one.file if one.drive is not None else None))
        return found

    def written(self, answers: "Sequence[Answer]") -> None:
        """Shows what came of them."""
        by_code = {one.code: one for one in answers}
        for one in self.owed:
            one.answer = by_code.get(one.code, one.answer)
        self._show()
