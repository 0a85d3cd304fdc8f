"""使用人: who has a passphrase to this workspace; one more is given one, or one is taken away."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QWidget

from db.errors import Refusal
from ui.background import Desk
from ui.shell.widgets import Card, MessageBar, button, clear, column, label, primary, row
from ui.wizards.parts import FieldRow, line

if TYPE_CHECKING:
    from app.workspace import Workspace

SHORTEST = 6


class UsersDialog(QDialog):
    """Every user opens the same data with a passphrase of their own; the journal tells who changed what."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent)
        assert desk.here is not None
        self.desk, self.me = desk, desk.here.user
        self.setWindowTitle("使用人")
        self.setMinimumWidth(520)
        self.message = MessageBar()
        self.list = column(gap=4)
        known = Card("有口令的人", gap=6)
        known.body.addLayout(self.list)
        self.name = FieldRow("姓名", line())
        self.first = FieldRow("口令", line(f"至少 {SHORTEST} 个字符", secret=True), "请本人来输，自己记住。")
        self.second = FieldRow("再输一遍", line(secret=True))
        fresh = Card("增加一位", gap=8)
        self.add_button = button("增加", "mdi6.plus", then=self.add)
        for one in (self.name, self.first, self.second):
            fresh.body.addWidget(one)
        fresh.body.addLayout(row(0, self.add_button))
        done = primary("完成", then=self.accept)
        self.setLayout(column(self.message, known, fresh, row(0, done), margins=(20, 18, 20, 16), gap=12))
        self.refresh()

    def refresh(self) -> None:
        """Asks who has a passphrase."""
        self.desk.read(lambda workspace: workspace.passphrase_users(), self._show, self.message.refuse, key=self)

    def _show(self, users: tuple[str, ...]) -> None:
        clear(self.list)
        for user in users:
            take = button("取消口令", kind="link", then=lambda user=user: self.remove(user))
            take.setVisible(user != self.me)
            self.list.addLayout(row(label(f"{user}（正在使用）" if user == self.me else user), 0, take))
        if not users:
            self.list.addWidget(label("这个工作目录没有设口令。请先设置口令，再增加使用人。", "quiet", wrap=True))
        self.add_button.setEnabled(bool(users))

    def add(self) -> None:
        """Gives one more person a passphrase, or says beside the field why not."""
        name, one, two = (each.editor.text() for each in (self.name, self.first, self.second))
        self.name.wrong("" if name.strip() else "请填写姓名")
        self.first.wrong("" if len(one) >= SHORTEST else f"口令太短，至少要 {SHORTEST} 个字符")
        self.second.wrong("" if one == two else "两遍口令不一样，请重新输入")
        if any(each.sentence() for each in (self.name, self.first, self.second)):
            return
        self._write(
            lambda workspace: workspace.add_user(name.strip(), one), f"“{name.strip()}”可以用自己的口令打开了。"
        )
        for each in (self.name, self.first, self.second):
            each.editor.clear()

    def remove(self, user: str) -> None:
        """Takes a person's passphrase away."""
        self._write(lambda workspace: workspace.remove_user(user), f"“{user}”的口令已取消。")

    def _write(self, do: "Callable[[Workspace], None]", well: str) -> None:
        def done(_: None) -> None:
            self.message.say("good", well)
            self.refresh()

        def refused(refusal: Refusal) -> None:
            self.message.refuse(refusal)

        self.desk.write(do, done, refused)
