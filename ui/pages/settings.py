"""设置: the dress of the window, the lock and the passphrase, backups, and the log of operations."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QWidget
from sqlalchemy import select

from app import backup
from app.backup import LAST_BACKUP
from app.sync.peers import PeerCard, superior
from app.workspace import Workspace
from db import settings
from db.journal import BatchLine, Progress
from ui.background import Desk
from ui.pages.join import JoinDialog
from ui.pages.users import UsersDialog
from ui.pages.who import NameDialog, NewPassphrase
from ui.shell import memory, theme, words
from ui.shell.widgets import (
    MARGINS,
    Card,
    MessageBar,
    PageHeader,
    ProgressStrip,
    button,
    clear,
    column,
    label,
    line,
    row,
    scrolling,
)

MINUTES = (0, 5, 15, 30, 60)
LINES = 40


@dataclass(frozen=True)
class Operation:
    """One line of the log."""

    id: str
    label: str
    user: str
    at: str
    changes: int
    undone: bool
    can_undo: bool


def operations(workspace: Workspace, limit: int = LINES) -> list[Operation]:
    """The latest operations."""
    with workspace.read() as session:
        found = session.scalars(select(BatchLine).order_by(BatchLine.id.desc()).limit(limit))
        return [
            Operation(
                one.id,
                one.label,
                one.user,
                one.at,
                one.changes,
                one.undone_by is not None,
                one.undone_by is None and one.kind in ("edit", "excel", "receive"),
            )
            for one in found
        ]


def _last_backup(workspace: Workspace) -> str | None:
    with workspace.read() as session:
        return settings.get(session, LAST_BACKUP)


class SettingsPage(QWidget):
    """Signals: `restyle` when the dress changed, `elsewhere` to begin another folder (by a way of the first run),
    `open_folder` to open one that there is, `idle_minutes`, `backed_up`."""

    restyle = Signal()
    elsewhere = Signal(str)
    open_folder = Signal(object)
    idle_minutes = Signal(int)
    backed_up = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        assert desk.here is not None
        self.desk, self.here = desk, desk.here
        self.setObjectName("page")
        self.header = PageHeader("设置", f"{self.here.office.name} · {self.here.folder}")
        self.message, self.progress = MessageBar(), ProgressStrip()
        left = QWidget()
        left.setLayout(column(self._dress(), self._safety(), self._superior(), self._folder(), 0, gap=12))
        wide = round(470 * theme.now().scale)
        left.setFixedWidth(wide)
        self.log_body = column(gap=7)
        log = Card("操作日志", gap=10)
        log.body.addWidget(label("每一步都记在这里。撤销会把那一步改过的内容改回去，也记一笔。", "quiet", wrap=True))
        inner = QWidget()
        inner.setLayout(column(self.log_body, 0, margins=(0, 0, 8, 0)))
        log.body.addWidget(scrolling(inner), 1)
        body = row(scrolling(left), gap=0)
        body.itemAt(0).widget().setFixedWidth(wide + 12)
        body.addWidget(log, 1)
        layout = column(self.header, self.message, self.progress, margins=MARGINS, gap=12)
        layout.addLayout(body, 1)
        self.setLayout(layout)
        desk.changed.connect(lambda _: self.refresh())
        self.refresh()

    def _dress(self) -> Card:
        card = Card("外观", gap=10)
        now = memory.recall()
        self.dark, self.large = QCheckBox("深色"), QCheckBox("大字")
        self.dark.setChecked(now.dark)
        self.large.setChecked(now.large)
        for one in (self.dark, self.large):
            one.clicked.connect(self._keep_dress)
        card.body.addLayout(row(self.dark, self.large, 0, gap=24))
        return card

    def _keep_dress(self) -> None:
        now = memory.recall()
        now.dark, now.large = self.dark.isChecked(), self.large.isChecked()
        memory.remember(now)
        self.restyle.emit()

    def _safety(self) -> Card:
        card = Card("口令与锁屏", gap=10)
        self.safety = label("", "quiet", wrap=True)
        card.body.addWidget(self.safety)
        self.minutes = QComboBox()
        self.minutes.setAccessibleName("多久不动就锁")
        for number in MINUTES:
            self.minutes.addItem(f"{number} 分钟不动就锁" if number else "不自动锁", number)
        self.minutes.setCurrentIndex(max(0, self.minutes.findData(memory.recall().idle_minutes)))
        self.minutes.activated.connect(self._keep_minutes)
        self.passphrase_button = button("设置口令", "mdi6.key-outline", then=self.ask_passphrase)
        card.body.addLayout(row(self.minutes, self.passphrase_button, 0))
        self.users_button = button("使用人…", "mdi6.account-key-outline", then=self.show_users)
        self.name_button = button("经办人…", "mdi6.account-edit-outline", then=self.ask_name)
        card.body.addLayout(row(self.name_button, self.users_button, 0))
        card.body.addWidget(label("随时可以按 Ctrl+L 锁上。", "small"))
        self._say_safety()
        self.desk.renewed.connect(self._say_safety)
        return card

    def _say_safety(self) -> None:
        assert self.desk.here is not None
        here = self.desk.here
        encrypted = "数据已加密，打开和解锁都要口令。"
        plain = "没有设口令：谁能用这台电脑，谁就能看到数据。"
        guarded = "数据在数据库服务器上，由服务器的账户和口令保护，由服务器管理员备份。"
        self.safety.setText(guarded if here.shared else encrypted if here.encrypted else plain)
        self.passphrase_button.setVisible(not here.shared)
        self.passphrase_button.setText("修改口令" if here.encrypted else "设置口令")
        self.name_button.setToolTip(f"现在是 {here.user}")
        self.users_button.setVisible(here.encrypted)

    def _keep_minutes(self) -> None:
        now = memory.recall()
        now.idle_minutes = self.minutes.currentData()
        memory.remember(now)
        self.idle_minutes.emit(now.idle_minutes)

    def _superior(self) -> Card:
        card = Card("上级单位", gap=10)
        self.superior = label("", "quiet", wrap=True)
        self.join_button = button(
            f"加入{self.here.office.above}…", "mdi6.office-building-plus-outline", then=self.ask_join
        )
        card.body.addWidget(self.superior)
        card.body.addLayout(row(self.join_button, 0))
        card.setVisible(self.here.office.level != "city")
        self.desk.renewed.connect(self.refresh)
        return card

    def _show_superior(self, found: PeerCard | None) -> None:
        none = f"还没有加入{self.here.office.above}。收到登记文件和口令，就在这里加入，现有的数据都会保留。"
        waits = found is not None and found.acknowledged is None
        more = "还没有收到它的回执。它又登记过一次的，用新的登记文件再加入。" if waits else ""
        self.superior.setText(none if found is None else f"已加入“{found.name}”。{more}")
        self.join_button.setVisible(found is None or waits)

    def ask_join(self) -> None:
        """Asks for the enrolment file of a superior."""
        self._ask(JoinDialog(self, self.desk))

    def _folder(self) -> Card:
        card = Card("备份与工作目录", gap=10)
        card.body.addWidget(
            label(
                "备份是一个文件，存到 U 盘或另一块硬盘上。恢复出来的是新的一份，不会和原来的混淆。", "quiet", wrap=True
            )
        )
        self.last_backup = label("", "value", wrap=True)
        card.body.addWidget(self.last_backup)
        card.body.addLayout(
            row(
                button("备份到…", "mdi6.content-save-outline", then=self._choose_backup),
                button("从备份恢复…", "mdi6.backup-restore", then=lambda: self.elsewhere.emit("restore")),
                button("打开另一个工作目录…", then=self._choose_folder),
                0,
            )
        )
        return card

    # ---------------------------------------------------------------- doing

    def refresh(self) -> None:
        """Reads the log anew."""
        self.desk.read(operations, self._show, key=("operations", id(self)))
        self.desk.read(_last_backup, self._show_backup, key=("backup", id(self)))
        self.desk.read(superior, self._show_superior, key=("superior", id(self)))

    def _show_backup(self, moment: str | None) -> None:
        self.last_backup.setText(f"上次备份：{words.when(moment)}" if moment else "还没有备份过。请现在备份一次。")

    def _show(self, found: list[Operation]) -> None:
        clear(self.log_body)
        for place, one in enumerate(found):
            if place:
                self.log_body.addWidget(line())
            undo = button("撤销", kind="link", then=lambda one=one: self.undo(one.id))
            undo.setVisible(one.can_undo)
            state = f"{one.changes:,} 处" + ("，已撤销" if one.undone else "")
            words_ = column(
                label(one.label, "value", wrap=True),
                label(f"{words.when(one.at)} · {one.user} · {state}", "small"),
                gap=1,
            )
            self.log_body.addLayout(row(words_, 0, undo))

    def undo(self, id: str) -> None:
        """Takes one operation back."""
        self.desk.write(
            lambda workspace: workspace.undo(id).label,
            lambda said: self.message.say("good", f"已撤销：{said}。"),
            self.message.refuse,
        )

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "选择工作目录", str(self.here.folder.parent))
        if chosen:
            self.open_folder.emit(Path(chosen))

    def _choose_backup(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "备份存到哪个文件夹")
        if chosen:
            self.back_up(Path(chosen))

    def back_up(self, folder: Path) -> None:
        """Writes a backup."""

        def work(workspace: Workspace, progress: Progress) -> Path:
            progress(0, 0, "正在备份")
            return backup.backup(workspace, folder)

        def done(file: Path) -> None:
            self.message.say("good", f"备份已写好：{file}。请拔下来收好。")
            self.refresh()
            self.backed_up.emit()

        self.progress.follow(self.desk.long(work, done, self.message.refuse), "正在备份")

    def show_users(self) -> None:
        """Who has a passphrase to this workspace."""
        dialog = UsersDialog(self, self.desk)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def ask_passphrase(self) -> None:
        """Asks for a new passphrase, and for the old one where there is one."""
        self._ask(NewPassphrase(self, self.desk))

    def ask_name(self) -> None:
        """Asks who works here from now on."""
        self._ask(NameDialog(self, self.desk))

    def _ask(self, dialog: NewPassphrase | NameDialog | JoinDialog) -> None:
        dialog.done.connect(lambda said: self.message.say("good", said))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
