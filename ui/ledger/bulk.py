"""One field written into several records at once: says first what it will do, and is one step to undo."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QDialog, QWidget

from app import editing
from app.ledgers.ledger import Ledger
from db.errors import Refusal
from ui.background import Desk
from ui.ledger.editors import Editor, editor_for
from ui.shell.widgets import MessageBar, button, column, label, primary, row


class BulkEdit(QDialog):
    """Asks for a field and its new value.

    Signals:
        written: with a sentence for the message bar.
    """

    written = Signal(str)

    def __init__(self, desk: Desk, ledger: Ledger, ids: Sequence[str], parent: QWidget, *, county: bool) -> None:
        super().__init__(parent)
        self.desk, self.ledger, self.ids = desk, ledger, list(ids)
        self.setWindowTitle("批量修改")
        self.setMinimumWidth(460)
        self.fields = QComboBox()
        alone = {name for key in ledger.keys for name in key.split()}
        for name, spec in ledger.fields.items():
            if ledger.writable(name, county=county) and name not in alone and not spec.sensitive:
                self.fields.addItem(spec.label, name)
        self.fields.currentIndexChanged.connect(self._choose)
        self.slot = column()
        self.editor: Editor | None = None
        self.message = MessageBar()
        self.says = label("", "quiet", wrap=True)
        self.write_button = primary("写入", "mdi6.check", self.write)
        self.setLayout(
            column(
                label(f"批量修改 {len(ids)} {ledger.counter}", "head"),
                self.message,
                label("栏目", "quiet"),
                self.fields,
                label("改为", "quiet"),
                self.slot,
                self.says,
                0,
                row(0, button("取消", then=self.reject), self.write_button),
                margins=(20, 18, 20, 16),
                gap=10,
            )
        )
        self._choose()

    def _choose(self) -> None:
        spec = self.ledger.fields[self.fields.currentData()]
        if self.editor is not None:
            self.slot.removeWidget(self.editor)
            self.editor.hide()
            self.editor.deleteLater()
        self.editor = editor_for(spec, self.desk, self.ledger)
        self.editor.done.connect(self.write)
        self.slot.addWidget(self.editor)
        self.says.setText(
            f"选中的 {len(self.ids)} 条记录的“{spec.label}”都会改成上面的内容；空着就是清空。"
            "写入后可以用 Ctrl+Z 一次撤销。"
        )

    def write(self) -> None:
        """Writes all of them or none."""
        assert self.editor is not None
        typed = {self.fields.currentData(): self.editor.text()}
        ledger, ids = self.ledger, self.ids
        self.write_button.setEnabled(False)
        self.desk.write(
            lambda workspace: editing.save_many(workspace, ledger, typed, ids), self._written, self._refused
        )

    def _written(self, _: object) -> None:
        self.accept()
        self.written.emit(f"已修改 {len(self.ids)} {self.ledger.counter}{self.ledger.one}。")

    def _refused(self, refusal: Refusal) -> None:
        self.write_button.setEnabled(True)
        self.message.say("wrong", f"{refusal.message}。一{self.ledger.counter}也没有改")
