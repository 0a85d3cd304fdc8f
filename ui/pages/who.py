"""Who works here: the name that the history tells, and the passphrase."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QWidget

from db.errors import Refusal
from ui.background import Desk
from ui.shell.widgets import MessageBar, button, column, label, primary, row
from ui.wizards.parts import FieldRow, line
from ui.wizards.passphrase import LOSING, SHORTEST

if TYPE_CHECKING:
    from app.workspace import Workspace


class _WhoDialog(QDialog):
    """Fields, and 确定, which writes and then has the desk learn anew who works.

    Signals:
        done: it is written; with the sentence to say.
    """

    done = Signal(str)

    def __init__(self, parent: QWidget, desk: Desk, title: str) -> None:
        super().__init__(parent)
        assert desk.here is not None
        self.desk, self.here = desk, desk.here
        self.setWindowTitle(title)
        self.setMinimumWidth(480)
        self.message = MessageBar()
        self.yes = primary("确定", "mdi6.check", self.take)

    def lay_out(self, head: str, *rows: FieldRow) -> None:
        buttons = row(0, button("取消", then=self.reject), self.yes)
        self.setLayout(column(label(head, "head"), self.message, *rows, buttons, margins=(20, 18, 20, 16), gap=12))
        for one, following in zip(rows, [*rows[1:], None], strict=True):
            one.editor.returnPressed.connect(self.take if following is None else following.editor.setFocus)

    def take(self) -> None:
        raise NotImplementedError

    def _finish(self, said: str) -> None:
        def renewed(_: object) -> None:
            self.done.emit(said)
            self.accept()

        self.desk.renew(renewed)

    def _refused(self, refusal: Refusal) -> None:
        self.yes.setEnabled(True)
        self.blame(refusal)

    def blame(self, refusal: Refusal) -> None:
        """Says a refusal, beside its field where it has one."""
        self.message.refuse(refusal)


class NewPassphrase(_WhoDialog):
    """A new passphrase, twice; the old one first where there is one."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent, desk, "修改口令" if desk.here and desk.here.encrypted else "设置口令")
        self.old = FieldRow("原来的口令", line(secret=True))
        self.first = FieldRow("新口令", line(f"至少 {SHORTEST} 个字符", secret=True), LOSING)
        self.second = FieldRow("再输一遍", line(secret=True))
        self.lay_out(self.windowTitle(), self.old, self.first, self.second)
        self.old.setVisible(self.here.encrypted)
        (self.old if self.here.encrypted else self.first).editor.setFocus()

    def take(self) -> None:
        """Sets the passphrase, or says beside the field what will not do."""
        old, one, two = (each.editor.text() for each in (self.old, self.first, self.second))
        encrypted = self.here.encrypted
        self.old.wrong("请输入原来的口令" if encrypted and not old else "")
        short = f"口令太短，至少要 {SHORTEST} 个字符" if len(one) < SHORTEST else ""
        self.first.wrong(short)
        self.second.wrong("" if short or one == two else "两遍口令不一样，请重新输入")
        if any(each.sentence() for each in (self.old, self.first, self.second)):
            return
        self.yes.setEnabled(False)

        def change(workspace: "Workspace") -> None:
            if encrypted:
                workspace.check_passphrase(old)
            workspace.set_passphrase(one)

        said = "口令已设好。下次打开时要用它；请记牢，忘了谁也打不开。"
        self.desk.write(change, lambda _: self._finish(said), self._refused)

    def blame(self, refusal: Refusal) -> None:
        if refusal.reason == "wrong-passphrase":
            self.old.wrong(refusal.message)
            self.old.editor.setFocus()
        else:
            super().blame(refusal)


class NameDialog(_WhoDialog):
    """Another name for who works here; where there is a passphrase, it says that it is the same person."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent, desk, "经办人")
        words = "以后的修改都记这个名字；以前记下的不变。"
        if self.here.encrypted:
            words += "换了人的，请在“使用人”里给新来的人另设口令。"
        self.name = FieldRow("经办人", line(text=self.here.user), words)
        self.told = FieldRow("口令", line(secret=True))
        self.lay_out("现在的经办人", self.name, self.told)
        self.told.setVisible(self.here.encrypted)
        self.name.editor.selectAll()

    def take(self) -> None:
        """Changes the name, or says beside the field why not."""
        name, told, encrypted = self.name.editor.text().strip(), self.told.editor.text(), self.here.encrypted
        self.name.wrong("" if name else "请填写经办人，修改历史里会记下是谁改的")
        self.told.wrong("请输入口令" if encrypted and not told else "")
        if self.name.sentence() or self.told.sentence():
            return
        self.yes.setEnabled(False)
        self.desk.write(
            lambda workspace: workspace.set_user(name, told),
            lambda _: self._finish(f"经办人已改为“{name}”。"),
            self._refused,
        )

    def blame(self, refusal: Refusal) -> None:
        field = self.told if refusal.reason == "wrong-passphrase" else self.name
        field.wrong(refusal.message)
        field.editor.setFocus()
