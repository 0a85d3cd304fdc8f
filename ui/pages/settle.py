"""Conflicts that were put off, to be decided now."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QWidget

from ui.background import Desk
from ui.shell import manual
from ui.shell.widgets import Card, MessageBar, action, button, column, primary, row, scrolling
from ui.wizards.decisions import Decisions, Key, choice_of, is_answered, key_of

if TYPE_CHECKING:
    from app.sync.choices import Choice, Conflict
    from app.workspace import Workspace


class SettleDialog(QDialog):
    """Conflicts that were put off, to be decided now; a record is written when all of its fields are decided."""

    def __init__(self, parent: QWidget, desk: Desk, conflicts: "list[Conflict]") -> None:
        super().__init__(parent)
        self.desk, self.conflicts = desk, conflicts
        self.setWindowTitle("放着以后再定的冲突")
        action(self, "F1", lambda: manual.open_at("take-in", self))
        self.resize(1080, 480)
        self.answers: dict[Key, tuple[str, str]] = {}
        self.decisions = Decisions(desk)
        self.decisions.put(conflicts, "放着的冲突", self.answers)
        self.decisions.decided.connect(self._judge)
        self.message = MessageBar()
        self.save = primary("按裁决写入", then=self.settle)
        card = Card()
        card.body.addWidget(scrolling(self.decisions, horizontal=True))
        layout = column(self.message, margins=(20, 18, 20, 18), gap=12)
        layout.addWidget(card, 1)
        layout.addLayout(row(0, button("关闭", then=self.reject), self.save, gap=12))
        self.setLayout(layout)
        self._judge()

    def ready(self) -> "dict[str, dict[str, Choice]]":
        """The records of which every field is decided: id → field → choice."""
        found: dict[str, dict[str, Choice]] = {}
        waiting = set()
        for one in self.conflicts:
            answer = self.answers.get(key_of(one))
            if answer is None or not is_answered(answer) or answer[0] == "later":
                waiting.add(one.id)
            else:
                found.setdefault(one.id, {})[one.field] = choice_of(answer)
        return {record: chosen for record, chosen in found.items() if record not in waiting}

    def _judge(self) -> None:
        amount = len(self.ready())
        self.save.setEnabled(amount > 0)
        self.save.setText(f"按裁决写入 {amount} 条" if amount else "按裁决写入")

    def settle(self) -> None:
        """Writes what is decided."""
        chosen = self.ready()

        def do(ws: "Workspace") -> int:
            from app.sync import intake

            for record, choices in chosen.items():
                intake.settle(ws, record, choices)
            return len(chosen)

        self.desk.write(do, lambda _: self.accept(), self.message.refuse)
