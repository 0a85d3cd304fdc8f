"""The status bar: saved, changes not handed over, the last package and its fate, conflicts that wait, the last backup,
who is working."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from app.status import Status, status
from ui.background import Desk
from ui.shell import theme, words
from ui.shell.widgets import button, label, row


class StatusBar(QWidget):
    """Asks anew after every write.

    Signals:
        settle: the conflicts that were put off are to be decided.
    """

    settle = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("status")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(round(27 * theme.now().scale))
        sign = QLabel()
        sign.setPixmap(theme.pixmap("mdi6.check-circle", "good", 14))
        self.saved, self.pending, self.sent, self.received, self.backup = (label() for _ in range(5))
        self.saved.setText("已保存")
        self.user = label()
        self.conflicts = button("", kind="link", then=self.settle.emit)
        self.conflicts.hide()
        self._say_user()
        desk.renewed.connect(self._renewed)
        self.setLayout(
            row(
                row(sign, self.saved, gap=5),
                self.pending,
                self.sent,
                self.received,
                self.conflicts,
                0,
                self.backup,
                self.user,
                margins=(20, 0, 20, 0),
                gap=24,
            )
        )
        desk.changed.connect(lambda _: self.refresh())
        self.refresh()

    def _say_user(self) -> None:
        assert self.desk.here is not None
        self.user.setText(f"经办人 {self.desk.here.user}")

    def _renewed(self) -> None:
        self._say_user()
        self.refresh()

    def refresh(self) -> None:
        """Reads how the store stands."""
        self.desk.read(status, self._show, key="status")

    def _show(self, now: Status) -> None:
        assert self.desk.here is not None
        upward, above = now.pending is not None, self.desk.here.office.above
        self.pending.setVisible(upward)
        self.pending.setText(f"未上报变更 {now.pending} 条" if now.pending else "变更都已上报")
        self.sent.setVisible(upward)
        self.received.setVisible(now.received is not None)
        if now.sent is None:
            self.sent.setText("还没有上报过")
        else:
            fate = f"{above}已接收" if now.sent.status == "acknowledged" else "等待回执"
            self.sent.setText(f"上次上报 第 {now.sent.sequence} 号 · {words.when(now.sent.at)}（{fate}）")
        if now.received is not None:
            at = words.when(now.received.at)
            told = f"最近接收 {now.received.office_name} 第 {now.received.sequence} 号"
            # beside what was handed up there is no room for the moment
            self.received.setText(told if upward else f"{told} · {at}")
            self.received.setToolTip(at if upward else "")
        self.conflicts.setVisible(now.conflicts > 0)
        self.conflicts.setText(f"冲突 {now.conflicts} 条待裁决")
        self.backup.setText(f"上次备份 {words.when(now.backup)}" if now.backup else "还没有备份")
