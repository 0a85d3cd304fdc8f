"""Conflicts for a person to decide: what both sides last agreed on, what stands on either side now, and the answers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QWidget

from ui.background import Desk
from ui.shell import theme
from ui.shell.widgets import button, clear, column, label, row, tool
from ui.wizards.parts import Choices, line

if TYPE_CHECKING:
    from app.sync.choices import Choice, Conflict
    from app.workspace import OfficeCard, Workspace

Key = tuple[str, str, str]
"""(ledger, record id, field): which conflict a decision is for."""

REST = (("value", "另填"), ("return", "退回核实"), ("later", "以后再定"))
"""What can be answered beside the two sides; only those below can be asked to look again."""
AT_ONCE = 40
"""How many conflicts are laid out together; the rest follow page by page."""


def key_of(conflict: "Conflict") -> Key:
    """What names a conflict."""
    return conflict.ledger, conflict.id, conflict.field


def answers_to(conflict: "Conflict", office: "OfficeCard") -> tuple[tuple[str, str], ...]:
    """What can be answered: (kind, word), the superior's side first."""
    if conflict.from_above:
        return ("theirs", office.above), ("ours", "本单位"), *(one for one in REST if one[0] != "return")
    return ("ours", office.here), ("theirs", office.below), *REST


class Decisions(QWidget):
    """The conflicts of one package. Against the superior its value is proposed, against those below nothing.

    `decided` is emitted when an answer changes, `laid_out` when the room that it needs may have changed.
    """

    decided = Signal()
    laid_out = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        assert desk.here is not None
        self.desk, self.office = desk, desk.here.office
        self.conflicts: tuple[Conflict, ...] = ()
        self.answers: dict[Key, tuple[str, str]] = {}
        self.page = 0
        self.rows: dict[Key, tuple[Choices, QLineEdit]] = {}
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(16)
        self.grid.setVerticalSpacing(6)
        self.title = label("", "head")
        self.all_later = button("没定的都以后再定", then=self._put_off_rest)
        self.earlier = button("前一页", then=lambda: self._turn(-1))
        self.further = button("后一页", then=lambda: self._turn(1))
        self.count = label("", "quiet")
        self.setLayout(
            column(
                row(self.title, 0, self.count, self.earlier, self.further, self.all_later),
                self.grid,
                0,
                gap=8,
            )
        )

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.laid_out.emit()
        return done

    def put(self, conflicts: "Sequence[Conflict]", who: str, answers: dict[Key, tuple[str, str]]) -> None:
        """Shows the conflicts of a package; `answers` is read and written: key → (kind, text)."""
        self.conflicts, self.answers, self.page = tuple(conflicts), answers, 0
        self.who = who
        propose(conflicts, answers)
        self._lay_out()

    def open(self) -> int:
        """How many still need an answer."""
        return sum(1 for one in self.conflicts if not is_answered(self.answers.get(key_of(one))))

    def _turn(self, by: int) -> None:
        self.page += by
        self._lay_out()

    def _lay_out(self) -> None:
        clear(self.grid)
        self.rows.clear()
        ours, theirs = self._sides()
        for place, title in enumerate(("记录", "栏目", "上次一致时", ours, theirs, "", "采用")):
            self.grid.addWidget(label(title, "small"), 0, place)
        start = self.page * AT_ONCE
        for number, conflict in enumerate(self.conflicts[start : start + AT_ONCE], start=1):
            self._add(number, conflict)
        self.grid.setColumnStretch(8, 1)
        pages = -(-len(self.conflicts) // AT_ONCE)
        for one in (self.earlier, self.further, self.count):
            one.setVisible(pages > 1)
        self.earlier.setEnabled(self.page > 0)
        self.further.setEnabled(self.page + 1 < pages)
        self.count.setText(f"第 {self.page + 1} 页，共 {pages} 页")
        self._say()

    def _sides(self) -> tuple[str, str]:
        """The headings of the two sides' values; conflicts that were put off may be with either."""
        above = {one.from_above for one in self.conflicts}
        if above == {True}:
            return "本单位现在", f"{self.office.above}发来"
        if above == {False}:
            return f"{self.office.here}现在", f"{self.office.below}报来"
        return "本单位现在", "对方的"

    def _add(self, number: int, conflict: "Conflict") -> None:
        from app.ledgers.catalogue import LEDGERS

        key = key_of(conflict)
        kind, text = self.answers.get(key, (None, ""))
        spec = LEDGERS[conflict.ledger].fields.get(conflict.field)
        answers = answers_to(conflict, self.office)
        if spec is None or spec.target:  # a deletion or a link is one of the two sides, nothing typed
            answers = tuple(one for one in answers if one[0] != "value")
        choices = Choices(answers, kind)
        typed = line("写上正确的", text=text)
        typed.setFixedWidth(150)
        typed.setVisible(kind in ("value", "return"))
        choices.setAccessibleName(f"{conflict.title} {conflict.label}")
        choices.changed.connect(lambda answer, key=key: self._answer(key, answer))
        typed.textChanged.connect(lambda _, key=key: self._typed(key))
        self.rows[key] = (choices, typed)
        record = label(_short(f"{LEDGERS[conflict.ledger].one} · {conflict.title}", 18))
        record.setToolTip(conflict.title)
        values: list[QLabel] = []
        for text_, differs in ((conflict.base_text, False), (conflict.ours_text, True), (conflict.theirs_text, True)):
            shown = label(_short(text_ or "—", 14), "differs" if differs else "value")
            shown.setToolTip(text_)
            values.append(shown)
        parts: list[QWidget] = [record, label(conflict.label), *values, QWidget(), choices, typed]
        if spec is not None and spec.sensitive:
            full = (conflict.base, conflict.ours, conflict.theirs)
            parts[5] = tool(
                "mdi6.eye-outline", "显示全部数字（会记下谁看过）", lambda: self._reveal(conflict, values, full)
            )
        for place, part in enumerate(parts):
            self.grid.addWidget(part, number, place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def _reveal(self, conflict: "Conflict", labels: "Sequence[QLabel]", full: "Sequence[object]") -> None:
        """Shows what is masked, after the store has kept who asked for it."""

        def do(workspace: "Workspace") -> None:
            from app import reveal
            from app.ledgers.catalogue import LEDGERS

            reveal.reveal(workspace, LEDGERS[conflict.ledger], conflict.id, conflict.field)

        def shown(_: None) -> None:
            for one, value in zip(labels, full, strict=True):
                one.setText(str(value) if value else "—")

        self.desk.write(do, shown)

    def _answer(self, key: Key, kind: str) -> None:
        typed = self.rows[key][1]
        typed.setVisible(kind in ("value", "return"))
        typed.setPlaceholderText("请核实什么" if kind == "return" else "写上正确的")
        self.answers[key] = (kind, typed.text())
        if kind in ("value", "return"):
            typed.setFocus()
        self._say()
        self.decided.emit()

    def _typed(self, key: Key) -> None:
        choices, typed = self.rows[key]
        kind = choices.chosen()
        if kind is not None:
            self.answers[key] = (kind, typed.text())
        theme.set_kind(typed, wrong=kind == "value" and not typed.text().strip())
        self._say()
        self.decided.emit()

    def _put_off_rest(self) -> None:
        for one in self.conflicts:
            if not is_answered(self.answers.get(key_of(one))):
                self.answers[key_of(one)] = ("later", "")
        self._lay_out()
        self.decided.emit()

    def _say(self) -> None:
        left = self.open()
        total = len(self.conflicts)
        self.title.setText(f"{self.who} · 冲突 {total} 处" + (f"，还有 {left} 处没定" if left else "，都定了"))
        self.all_later.setVisible(left > 0)


def propose(conflicts: "Sequence[Conflict]", answers: dict[Key, tuple[str, str]]) -> None:
    """Fills in what is proposed where nothing is answered yet: the superior's value."""
    for one in conflicts:
        if one.from_above:
            answers.setdefault(key_of(one), ("theirs", ""))


def is_answered(answer: tuple[str, str] | None) -> bool:
    """Whether an answer will do: another value must be typed."""
    return answer is not None and (answer[0] != "value" or bool(answer[1].strip()))


def choice_of(answer: tuple[str, str]) -> "Choice":
    """A kept answer as the decision that the intake takes."""
    from app.sync.choices import Choice

    kind, text = answer
    if kind == "value":
        return Choice.other(text.strip())
    if kind == "return":
        return Choice.send_back(text.strip() or "两边的内容不一样，请核实后再报")
    return Choice(kind)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
