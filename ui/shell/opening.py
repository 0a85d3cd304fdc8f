"""The first thing a person sees: which folder is opened, and its passphrase if it has one. Light: no SQLAlchemy."""

from importlib import import_module
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from db.errors import Refusal
from ui.background import Desk
from ui.shell import manual
from ui.shell.widgets import Card, Note, action, button, clear, column, label, primary, row

KEYS = "keys.json"


class OpeningScreen(QWidget):
    """Opens a workspace on the desk.

    Signals:
        elsewhere: the person wants to begin anew instead.
    """

    elsewhere = Signal()

    def __init__(self, desk: Desk, folder: Path) -> None:
        super().__init__()
        self.setObjectName("ground")
        self.desk, self.folder = desk, folder
        self.passphrase = QLineEdit()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.setPlaceholderText("口令")
        self.passphrase.returnPressed.connect(self.open)
        self.says = label("", "quiet", wrap=True)
        self.refusals = column()
        self.button = primary("打开", then=self.open)
        self.another = button("换一个文件夹", kind="link", then=self._choose)
        self.fresh = button("新建或加入", kind="link", then=self.elsewhere.emit)
        card = Card(padding=28, gap=14)
        card.setFixedWidth(420)
        for part in (label("四基党建工作台", "title"), self.says):
            card.body.addWidget(part)
        card.body.addLayout(self.refusals)
        for one in (self.passphrase, self.button):
            card.body.addWidget(one)
        card.body.addLayout(row(self.another, 0, self.fresh))
        self.setLayout(column(0, row(0, card, 0), 0))
        action(self, "F1", lambda: manual.open_at("settings", self))
        self.show_folder(folder)

    def show_folder(self, folder: Path) -> None:
        """Shows what is about to be opened."""
        self.folder = folder
        clear(self.refusals)
        locked = (folder / KEYS).exists()
        self.says.setText(f"工作目录 {folder}" if locked else f"正在打开 {folder} …")
        for one in (self.passphrase, self.button, self.another, self.fresh):
            one.setVisible(locked)
        if locked:
            self.passphrase.setFocus()

    @property
    def waits(self) -> bool:
        """Whether a passphrase must be typed first."""
        return (self.folder / KEYS).exists()

    def load(self) -> None:
        """Has the worker load the rest of the program, so that it is there when the passphrase has been typed."""
        self.desk.aside(lambda _: import_module("ui.shell.window"), lambda _: None)

    def open(self) -> None:
        """Opens the folder; the worker loads the rest of the program meanwhile."""
        folder, passphrase = self.folder, self.passphrase.text() or None
        clear(self.refusals)
        self.button.setEnabled(False)

        def work():  # type: ignore[no-untyped-def]
            import_module("ui.shell.window")
            from app.workspace import Workspace

            return Workspace.open(folder, passphrase)

        self.desk.open(work, lambda _: None, self._refused)

    def _refused(self, refusal: Refusal) -> None:
        self.says.setText(f"工作目录 {self.folder}")
        self.refusals.addWidget(Note("wrong", refusal.message))
        self.button.setEnabled(True)
        self.button.setText("打开" if self.waits else "再试一次")
        for one in (self.button, self.another, self.fresh):
            one.show()
        if self.waits:
            self.passphrase.setFocus()
            self.passphrase.selectAll()

    def _choose(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "选择工作目录", str(self.folder.parent))
        if chosen:
            self.show_folder(Path(chosen))
            if not self.waits:
                self.open()
