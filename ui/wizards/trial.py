"""The trial of taking in: what each package would do, the conflicts to be decided, and the changes one by one."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QWidget

from ui.background import Desk
from ui.shell import theme
from ui.shell.widgets import Card, Note, button, clear, column, label, row, scrolling
from ui.wizards.decisions import Decisions
from ui.wizards.parcels import ACTIONS, Parcel, compared, in_words, ledger_title, note_of, shrunk, trial_columns
from ui.wizards.parts import Choices, Column, Rows, table

ROOM = 250
"""Pixels that the conflicts take at most; the changes of the package want to be seen too."""
AT_MOST = 5
"""How many packages are shown at once; the others are scrolled to."""


class Trial(QWidget):
    """Shows the packages, and of the chosen one everything. `who` heads the column of their senders.

    Signals:
        decided: an answer to a conflict has changed.
    """

    decided = Signal()

    def __init__(self, desk: Desk, who: str) -> None:
        super().__init__()
        self.parcels: list[Parcel] = []
        self.shown: Parcel | None = None
        self.packages = Rows(trial_columns(who))
        self.package_table = table(self.packages, select=True)
        self.package_table.selectionModel().currentRowChanged.connect(self._selected)
        self.top = Card(padding=1)
        self.top.body.addWidget(self.package_table)
        self.waiting = label("", "quiet")
        self.all_later = button("所有没定的都以后再定", then=self._put_off_all)
        self.several = QWidget()
        self.several.setLayout(row(self.waiting, 0, self.all_later))
        self.warnings = column(gap=6)
        self.decisions = Decisions(desk)
        self.decisions.decided.connect(self._decided)
        self.decisions_card = Card()
        self.decisions_area = scrolling(self.decisions, horizontal=True)
        self.decisions_card.body.addWidget(self.decisions_area)
        self.decisions.laid_out.connect(self._fit)
        self.changes = Rows(
            (
                Column("", lambda one: ACTIONS[one.action][0], lambda one: ACTIONS[one.action][1], width=64),
                Column("台账", lambda one: ledger_title(one.ledger), width=130),
                Column("记录", lambda one: one.title or "—", width=200),
                Column("改动", in_words),
            )
        )
        self.problems = Rows(
            (
                Column(
                    "", lambda one: "错误" if one.level == "error" else "提醒",
                    lambda one: "wrong" if one.level == "error" else "attention", width=64,
                ),
                Column("台账", lambda one: ledger_title(one.ledger), width=130),
                Column("说明", lambda one: one.message),
            )
        )  # fmt: skip
        self.counts = Rows(
            (
                Column("台账", lambda one: one[0], width=200),
                Column("本单位现存", lambda one: f"{one[1]:,}", right=True, width=120),
                Column("对方报来", lambda one: f"{one[2]:,}", right=True, width=120),
                Column("", lambda one: one[3], lambda _: "attention"),
            )
        )
        self.tables = [table(model, wrapped=True) for model in (self.changes, self.problems, self.counts)]
        self.detail = Card(gap=6)
        self.tabs_place = row(gap=4)
        self.detail.body.addLayout(self.tabs_place)
        for one in self.tables:
            self.detail.body.addWidget(one, 1)
        layout = column(self.top, self.several, self.warnings, self.decisions_card, gap=12)
        layout.addWidget(self.detail, 1)
        self.setLayout(layout)

    def put(self, parcels: Sequence[Parcel]) -> None:
        """Shows packages, the first that has something to be decided chosen."""
        self.parcels, self.shown = list(parcels), None
        self.packages.put(self.parcels)
        shown = min(max(len(self.parcels), 1), AT_MOST)
        spare = 22 if len(self.parcels) <= AT_MOST else 12
        self.top.setFixedHeight(theme.now().control + spare + shown * theme.now().row)
        self._say()
        first = next((place for place, one in enumerate(self.parcels) if one.usable and one.open), 0)
        self.package_table.selectRow(first)
        if self.parcels:
            self._show(self.parcels[first])
        self.package_table.setFocus()

    def _selected(self, now: QModelIndex, _: QModelIndex) -> None:
        if now.isValid() and now.row() < len(self.packages.rows):
            self._show(self.packages.rows[now.row()])

    def _show(self, parcel: Parcel) -> None:
        if self.shown is parcel:
            return
        self.shown = parcel
        trial = parcel.trial
        clear(self.warnings)
        if not parcel.usable and parcel.written is None:
            self.warnings.addWidget(note_of(parcel, trial))
        for words in shrunk(trial):
            self.warnings.addWidget(Note("attention", words))
        asks = parcel.usable and bool(trial.conflicts)
        self.decisions_card.setVisible(asks)
        if asks:
            self.decisions.put(trial.conflicts, trial.from_name, parcel.answers)
        self.changes.put(trial.details)
        self.problems.put(trial.findings)
        self.counts.put(compared(trial))
        clear(self.tabs_place)
        total = trial.created + trial.updated + trial.deleted
        titles = (f"变更明细 {total}", f"问题 {len(trial.findings)}", "和上次比")
        tabs = Choices([(str(place), title) for place, title in enumerate(titles)], "0")
        tabs.changed.connect(self._tab)
        self.tabs_place.addWidget(tabs)
        self.tabs_place.addStretch()
        if total > len(trial.details):
            self.tabs_place.addWidget(label(f"只列出前 {len(trial.details)} 条", "quiet"))
        self._tab("0")

    def _tab(self, which: str) -> None:
        for place, one in enumerate(self.tables):
            one.setVisible(str(place) == which)

    def _fit(self) -> None:
        """The conflicts get the room that they need, up to a maximum; beyond it they scroll."""
        margins, bar = self.decisions_card.body.contentsMargins(), self.decisions_area.horizontalScrollBar()
        wanted = self.decisions.sizeHint().height() + bar.sizeHint().height()
        most = round(ROOM * theme.now().scale)
        self.decisions_card.setFixedHeight(min(wanted + margins.top() + margins.bottom(), most))

    def _put_off_all(self) -> None:
        for one in self.parcels:
            if one.usable:
                one.put_off_rest()
        if self.shown is not None and self.shown.usable and self.shown.trial.conflicts:
            self.decisions.put(self.shown.trial.conflicts, self.shown.trial.from_name, self.shown.answers)
        self._decided()

    def _decided(self) -> None:
        top, bottom = self.packages.index(0, 0), self.packages.index(len(self.parcels) - 1, 10)
        self.packages.dataChanged.emit(top, bottom, [Qt.ItemDataRole.DisplayRole])
        self._say()
        self.decided.emit()

    def _say(self) -> None:
        """Several packages with conflicts have one line about all of them."""
        asking = [one for one in self.parcels if one.usable and one.trial.conflicts]
        left = [one for one in asking if one.open]
        self.several.setVisible(len(asking) > 1)
        done = f"{len(asking)} 个单位有冲突，" + (f"还有 {len(left)} 个没有定完" if left else "都定了")
        self.waiting.setText(done)
        self.all_later.setVisible(bool(left))
