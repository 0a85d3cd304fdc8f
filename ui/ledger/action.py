"""Asks for what one action of a record needs, says what it will do, and does it as one step to undo."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QWidget

from app import actions
from app.actions import Offer
from app.editing import Refused
from app.ledgers.ledger import Ledger
from app.workspace import Workspace
from db.errors import Refusal
from db.fields import Field
from ui.background import Desk
from ui.ledger.editors import LinkEditor, editor_for
from ui.ledger.form import FieldRow, field_label
from ui.shell import theme
from ui.shell.widgets import MessageBar, button, column, label, primary, row


class ActionDialog(QDialog):
    """Signals: `done_with`, with the sentence of what has happened."""

    done_with = Signal(str)

    def __init__(
        self,
        desk: Desk,
        ledger: Ledger,
        record_id: str,
        title: str,
        offer: Offer,
        parent: QWidget,
        *,
        fields: Mapping[str, Field] | None = None,
        do: Callable[[Workspace, Mapping[str, str]], str] | None = None,
    ) -> None:
        """`fields` are those that `offer.asks` names where they are not the ledger's alone, and `do` what is done with
        what was typed where it is no action of the ledger."""
        super().__init__(parent)
        self.desk, self.offer = desk, offer
        self._act = do or (lambda workspace, typed: actions.act(workspace, ledger, record_id, offer.id, typed))
        specs = ledger.fields if fields is None else fields
        self.setWindowTitle(offer.title)
        self.setMinimumWidth(round(460 * theme.now().scale))
        self.rows = {name: FieldRow(specs[name], editor_for(specs[name], desk, ledger)) for name in offer.asks}
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(1, 1)
        places = list(self.rows.values())
        for place, (name, one) in enumerate(self.rows.items()):
            shown = field_label(one.spec, required=name in offer.needs)
            grid.addWidget(shown, place, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
            grid.addWidget(one, place, 1, Qt.AlignmentFlag.AlignTop)
            if isinstance(one.editor, LinkEditor):
                one.editor.learn(dict(offer.links))
            one.editor.show_text(offer.texts.get(name, ""))
            one.editor.done.connect(places[place + 1].editor.setFocus if place + 1 < len(places) else self.do)
        self.message = MessageBar()
        self.do_button = primary(offer.title, offer.icon, self.do)
        self.setLayout(
            column(
                label(f"{offer.title}：{title}", "head", wrap=True),
                self.message,
                label(offer.says, "quiet", wrap=True),
                grid,
                0,
                row(0, button("取消", then=self.reject), self.do_button),
                margins=(20, 18, 20, 16),
                gap=12,
            )
        )
        if places:
            places[0].editor.setFocus()

    def do(self) -> None:
        """Does it, or says beside the field what is wrong."""
        typed = {name: one.editor.text() for name, one in self.rows.items()}
        self.do_button.setEnabled(False)
        self.desk.write(lambda workspace: self._act(workspace, typed), self._done, self._refused)

    def _done(self, said: str) -> None:
        self.accept()
        self.done_with.emit(said)

    def _refused(self, refusal: Refusal) -> None:
        self.do_button.setEnabled(True)
        findings = list(refusal.findings) if isinstance(refusal, Refused) else []
        for name, one in self.rows.items():
            one.say([finding for finding in findings if finding.field == name])
        self.adjustSize()  # what is wrong stands under its field
        if not findings or any(one.field not in self.rows for one in findings):
            self.message.refuse(refusal)
