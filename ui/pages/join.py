"""加入上级: an office that has records of its own joins the superior that has enrolled it. First it is told what that
will change, then it is done."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QWidget

from db.errors import Refusal
from ui.background import Desk
from ui.shell import manual, theme
from ui.shell.widgets import Card, MessageBar, Note, action, button, clear, column, label, primary, row
from ui.wizards import sticks
from ui.wizards.first_run import ENROLMENT_FILTER
from ui.wizards.parcels import in_words, ledger_title
from ui.wizards.parts import Column, FieldRow, PathField, Rows, line, table

if TYPE_CHECKING:
    from app.sync.peers import Joined
    from app.workspace import Workspace

AT_MOST = 6
"""How many replaced records are shown at once; the others are scrolled to."""


class JoinDialog(QDialog):
    """The file and its passphrase; then what follows from it; then it is done.

    Signals:
        done: the office has joined; with the sentence to say.
    """

    done = Signal(str)

    def __init__(self, parent: QWidget, desk: Desk, drives: Callable[[], list[sticks.Drive]] = sticks.drives) -> None:
        super().__init__(parent)
        assert desk.here is not None
        self.desk, self.office = desk, desk.here.office
        above = self.office.above
        self.name = f"加入{self.office.above}"
        self.setWindowTitle(self.name)
        action(self, "F1", lambda: manual.open_at("enrol", self))
        self.setMinimumWidth(640)
        self.trial: Joined | None = None
        self.file = FieldRow(
            "登记文件", PathField("选择登记文件", folder=False, filters=ENROLMENT_FILTER), f"{above}给的，在 U 盘上。"
        )
        name = f"{self.office.code}-登记.dzb"
        found = [file for file in sticks.packages(drive.root for drive in drives()) if file.name == name]
        self.file.editor.edit.setText(str(found[0]) if found else "")
        self.file.editor.changed.connect(lambda: self.file.wrong(""))
        self.told = FieldRow("登记口令", line(), f"{above}在电话里告诉您的那一串，只用这一次。")
        self.message = MessageBar()
        self.go = primary("下一步", then=self.try_it)
        self.cancel = button("取消", then=self.reject)
        self.body = column(self.file, self.told, gap=10)
        layout = column(self.message, margins=(20, 18, 20, 18), gap=14)
        layout.addLayout(self.body)
        layout.addLayout(row(0, self.cancel, self.go, gap=12))
        self.setLayout(layout)
        self.told.editor.returnPressed.connect(self.try_it)

    def try_it(self) -> None:
        """Asks what joining would change, or says beside the field what is missing."""
        file, told = self.file.editor.path(), self.told.editor.text().strip()
        missing = "找不到这个文件。请检查 U 盘是否插好" if file is not None else "请选择登记文件"
        self.file.wrong("" if file is not None and file.is_file() else missing)
        self.told.wrong("" if told else f"请填写登记口令；没有收到时，请打电话问{self.office.above}")
        if self.file.sentence() or self.told.sentence() or file is None:
            return
        self._join(file, told, dry_run=True, then=self._tried)

    def _join(self, file: Path, told: str, *, dry_run: bool, then: "Callable[[Joined], None]") -> None:
        self.go.setEnabled(False)

        def do(ws: "Workspace") -> "Joined":
            from app.sync import peers

            return peers.join_with(ws, file, told, dry_run=dry_run)

        self.desk.write(do, then, self._refused)

    def _refused(self, refusal: Refusal) -> None:
        self.go.setEnabled(True)
        if refusal.reason == "wrong-passphrase" and self.trial is None:
            self.told.wrong(refusal.message)
            self.told.editor.setFocus()
        else:
            self.message.refuse(refusal)

    def _tried(self, trial: "Joined") -> None:
        file, told = self.file.editor.path(), self.told.editor.text().strip()
        assert file is not None
        self.trial = trial
        clear(self.body)
        above = self.office.above
        self.body.addWidget(Note("information", f"将加入“{trial.name}”（{trial.code}），现在还没有改动。"))
        kept = f"本单位和各{self.office.below}的记录" if self.office.is_county else "本单位的记录"
        for words in (
            f"{kept}都不变，还由原来的单位管；加入以后请上报一次，全部交给{above}。",
            f"规则参数、岗位、实事和考核指标里程序自带的，从此归{above}管，这里不能再改；自己另外登记的不变。",
            "加入以后不能撤销。加入以前的数据会自动备份一份，放在工作目录的 backups 文件夹里。",
        ):
            self.body.addWidget(label(words, wrap=True))
        if trial.replaced:
            self.body.addWidget(self._replaced(trial))
        self.go.setText(self.name)
        self.go.setEnabled(True)
        self.go.clicked.disconnect()
        self.go.clicked.connect(lambda: self._join(file, told, dry_run=False, then=self._joined))

    def _replaced(self, trial: "Joined") -> Card:
        card = Card(f"以后按{self.office.above}的（{len(trial.replaced)} 条）", gap=6)
        rows = Rows(
            (
                Column("台账", lambda one: ledger_title(one.ledger), width=90),
                Column("记录", lambda one: one.title or "—", width=200),
                Column("改动", in_words),
            )
        )
        rows.put(trial.replaced)
        shown = table(rows)
        shown.setFixedHeight(theme.now().control + 4 + min(len(trial.replaced), AT_MOST) * theme.now().row)
        card.body.addWidget(shown)
        card.body.addWidget(label("您原来填的在每条的修改历史里还看得到。", "small"))
        return card

    def _joined(self, joined: "Joined") -> None:
        said = f"已加入“{joined.name}”。请到“数据交换”上报一次，{self.office.above}收到才认得这台电脑。"

        def renewed(_: object) -> None:
            self.done.emit(said)
            self.accept()

        self.desk.renew(renewed)
