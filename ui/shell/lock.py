"""The lock: after some idle minutes or on Ctrl+L everything is covered; what was typed stays beneath."""

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from db.errors import Refusal
from ui.background import Desk, Opened
from ui.shell.widgets import Card, MessageBar, column, label, primary, row

AWAKE = {QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.MouseMove}


class LockScreen(QWidget):
    """Covers the window until whoever opened it gives their passphrase; without one, until it is taken away.

    A colleague's passphrase does not do: what is done from here on is written down under the name of who opened it.
    """

    unlocked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("ground")
        self.message = MessageBar()
        self.passphrase = QLineEdit()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.setPlaceholderText("口令")
        self.passphrase.returnPressed.connect(self.unlock)
        self.button = primary("解锁", "mdi6.lock-open-outline", self.unlock)
        card = Card(padding=28, gap=14)
        card.setFixedWidth(380)
        self.whose, self.says = label("", "quiet"), label("", "quiet", wrap=True)
        for part in (
            label("已锁定", "title"),
            self.whose,
            self.says,
            self.message,
            self.passphrase,
            self.button,
        ):
            card.body.addWidget(part)
        self.setLayout(column(0, row(0, card, 0), 0))

    @property
    def here(self) -> Opened:
        """Whose workspace is open."""
        assert self.desk.here is not None
        return self.desk.here

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        here = self.here
        self.whose.setText(f"{here.office.name} · {here.user}")
        self.says.setText(
            "输入口令继续。没有保存的内容都还在。"
            if here.encrypted
            else "这个工作目录没有设口令，任何人都能继续。可以在“设置”里设一个。"
        )
        self.passphrase.setVisible(here.encrypted)
        self.button.setText("解锁" if here.encrypted else "继续")
        self.passphrase.clear()
        self.message.hide()
        (self.passphrase if self.here.encrypted else self.button).setFocus()

    def unlock(self) -> None:
        """Checks the passphrase, which costs the same as at the start."""
        if not self.here.encrypted:
            self.unlocked.emit()
            return
        typed = self.passphrase.text()
        self.button.setEnabled(False)
        self.desk.read(lambda workspace: workspace.check_passphrase(typed), lambda _: self._open(), self._refused)

    def _open(self) -> None:
        self.button.setEnabled(True)
        self.unlocked.emit()

    def _refused(self, refusal: Refusal) -> None:
        self.button.setEnabled(True)
        self.passphrase.selectAll()
        self.passphrase.setFocus()
        if refusal.reason == "wrong-passphrase":
            others = "换了人，请关上窗口，用自己的口令重新打开"
            self.message.say("wrong", f"口令不对。请输入{self.here.user}的口令；{others}")
        else:
            self.message.refuse(refusal)


class IdleWatch(QObject):
    """Emits `idle` when nobody has touched the program for so many minutes; 0 never does."""

    idle = Signal()

    def __init__(self, minutes: int, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.idle)
        self.set_minutes(minutes)
        app = QApplication.instance()
        assert app is not None
        app.installEventFilter(self)

    def set_minutes(self, minutes: int) -> None:
        """Changes how long it waits."""
        self._timer.stop()
        if minutes:
            self._timer.start(minutes * 60_000)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in AWAKE and self._timer.isActive():
            self._timer.start()
        return False
