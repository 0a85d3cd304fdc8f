"""登记乡镇, at a city 登记县: an enrolment file for a stick, and a passphrase for the telephone."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QWidget

from db.errors import Refusal
from ui.background import Desk
from ui.shell import manual
from ui.shell.widgets import Card, MessageBar, Note, action, button, clear, column, label, primary, row
from ui.wizards import sticks
from ui.wizards.parts import FieldRow, PathField, line

if TYPE_CHECKING:
    from app.sync.board import Township
    from app.sync.peers import Enrolment
    from app.workspace import Workspace


EXAMPLES = {"乡镇": "石桥镇", "县": "云溪县委组织部"}
"""What an office below is called."""


class EnrolDialog(QDialog):
    """登记乡镇: code, name and where the file goes; then the passphrase, shown this once."""

    def __init__(self, parent: QWidget, desk: Desk, again: "Township | None" = None) -> None:
        super().__init__(parent)
        self.desk, self.enrolled = desk, None
        assert desk.here is not None
        self.below = desk.here.office.below
        self.setWindowTitle(f"登记{self.below}")
        action(self, "F1", lambda: manual.open_at("enrol", self))
        self.setMinimumWidth(560)
        self.code = FieldRow("单位代码", line(f"{self.below}的行政区划代码", text=again.code if again else ""))
        self.name = FieldRow("单位名称", line(f"例如 {EXAMPLES.get(self.below, '')}", text=again.name if again else ""))
        self.folder = FieldRow("登记文件存到", PathField("选择 U 盘或文件夹", folder=True))
        found = sticks.drives()
        self.folder.editor.edit.setText(str(found[0].root) if found else str(Path.home()))
        self.folder.editor.changed.connect(lambda: self.folder.wrong(""))
        self.message = MessageBar()
        self.go = primary("登记", then=self.enrol)
        self.cancel = button("取消", then=self.reject)
        self.body = column(self.code, self.name, self.folder, gap=10)
        layout = column(self.message, margins=(20, 18, 20, 18), gap=14)
        layout.addLayout(self.body)
        layout.addLayout(row(0, self.cancel, self.go, gap=12))
        self.setLayout(layout)

    enrolled: "Enrolment | None"

    def enrol(self) -> None:
        """Enrols, or says beside the field what is missing."""
        code, name, folder = self.code.editor.text().strip(), self.name.editor.text().strip(), self.folder.editor.path()
        self.code.wrong("" if code else "请填写单位代码")
        self.name.wrong("" if name else "请填写单位名称")
        there = folder is not None and folder.is_dir()
        self.folder.wrong("" if there else "找不到这个文件夹。请插好 U 盘，或另选一个文件夹")
        if not (code and name and there) or folder is None:
            return
        self.go.setEnabled(False)

        def do(ws: "Workspace") -> "Enrolment":
            from app.sync import peers

            return peers.enrol(ws, code, name, folder / f"{code}-登记.dzb")

        self.desk.write(do, self._done, self._refused)

    def _refused(self, refusal: Refusal) -> None:
        self.go.setEnabled(True)
        self.message.refuse(refusal)

    def _done(self, enrolled: "Enrolment") -> None:
        self.enrolled = enrolled
        clear(self.body)
        self.body.addWidget(Note("good", f"“{enrolled.name}”已登记。登记文件：", str(enrolled.file)))
        box = Card("登记口令（只显示这一次）", gap=8)
        self.passphrase = label(enrolled.passphrase, "figure", select=True)
        box.body.addWidget(self.passphrase)
        tell = f"请打电话把它告诉{self.below}，让对方写下来。"
        words = f"{tell}不要和 U 盘放在一起，也不要写在文件名里。关掉这个窗口就看不到了。"
        box.body.addWidget(label(words, "quiet", wrap=True))
        self.body.addWidget(box)
        self.cancel.hide()
        self.go.setText("已经记下")
        self.go.setEnabled(True)
        self.go.clicked.disconnect()
        self.go.clicked.connect(self.accept)
