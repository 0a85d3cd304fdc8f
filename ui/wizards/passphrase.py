"""Choosing a passphrase: typed twice, or none at all, each with a plain word on what that means."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from ui.shell.widgets import Note, column
from ui.wizards.parts import FieldRow, line

SHORTEST = 6
LOSING = "口令忘了，谁也打不开这些数据，备份也打不开。请写在纸上，和公章放在一起保管。"
PLAIN = "不设口令，数据就是普通文件：谁拿到这台电脑，谁就能看到党员的身份证号和电话。只建议在演示时这样用。"


class PassphraseFields(QWidget):
    """Sets a passphrase or goes without. With `must`, going without is not offered."""

    changed = Signal()

    def __init__(self, *, must: bool = False) -> None:
        super().__init__()
        self.with_one = QRadioButton("设口令（建议）")
        self.without = QRadioButton("不设口令")
        self.with_one.setChecked(True)
        group = QButtonGroup(self)
        group.addButton(self.with_one)
        group.addButton(self.without)
        self.first = FieldRow("口令", line(f"至少 {SHORTEST} 个字符", secret=True), LOSING)
        self.second = FieldRow("再输一遍", line(secret=True))
        self.warning = Note("attention", PLAIN)
        self.setLayout(column(self.with_one, self.first, self.second, self.without, self.warning))
        for choice in (self.with_one, self.without):
            choice.setVisible(not must)
            choice.toggled.connect(self._chosen)
        for row in (self.first, self.second):
            row.editor.textChanged.connect(self.changed)
        self._chosen()

    def _chosen(self) -> None:
        wanted = self.with_one.isChecked()
        self.first.setVisible(wanted)
        self.second.setVisible(wanted)
        self.warning.setVisible(not wanted)
        self.changed.emit()

    def check(self) -> bool:
        """Whether what is typed will do; says beside the field what will not."""
        if self.without.isChecked():
            return True
        one, two = self.first.editor.text(), self.second.editor.text()
        short = f"口令太短，至少要 {SHORTEST} 个字符" if len(one) < SHORTEST else ""
        self.first.wrong(short)
        self.second.wrong("两遍口令不一样，请重新输入" if one != two and not short else "")
        return not short and one == two

    def passphrase(self) -> str | None:
        """The passphrase, None for none."""
        return self.first.editor.text() if self.with_one.isChecked() else None
