"""One editor for each kind of field, all with the same few verbs: `text`, `show_text`, `changed`, `show_wrong`."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QCompleter, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from app import record_view
from app.ledgers.ledger import Ledger
from app.record_view import Choice
from app.workspace import Workspace
from db import codes
from db.fields import Field
from db.parsing import Unreadable
from ui.background import Desk
from ui.shell import theme
from ui.shell.widgets import FlowLayout

HINTS = {
    "day": "如 1978-03-12、1978年3月",
    "month": "如 2026-11",
    "year": "如 2026",
    "money": "0.00",
    "resident_id": "18 位",
    "phone": "11 位手机号，或 0739-3601234",
    "link": "输入名称或拼音首字母",
}


class Editor(QWidget):
    """One field's editor. `text()` is what `Field.parse` reads; a link's is the record's id.

    Signals:
        changed: the person changed something.
        done: the person pressed Enter; the form goes on to the next field.
    """

    changed = Signal()
    done = Signal()

    def __init__(self, spec: Field, inner: QWidget) -> None:
        super().__init__()
        self.spec, self.inner = spec, inner
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(inner)
        self.setFocusProxy(inner)
        inner.setAccessibleName(spec.label)
        inner.installEventFilter(self)

    def text(self) -> str:
        raise NotImplementedError

    def show_text(self, text: str) -> None:
        """Shows a value without saying that it changed."""
        raise NotImplementedError

    def show_wrong(self, wrong: bool) -> None:
        """Marks the editor while an error stands beside it."""
        if bool(self.inner.property("wrong")) != wrong:
            theme.set_kind(self.inner, wrong=wrong)

    def lock(self) -> None:
        """Makes it read only."""
        self.inner.setEnabled(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self.is_enter(event):
            self.done.emit()
            return True
        return super().eventFilter(watched, event)

    def is_enter(self, event: QKeyEvent) -> bool:
        """Whether a key ends the entry."""
        return event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class LineEditor(Editor):
    """Everything that is typed on one line."""

    def __init__(self, spec: Field) -> None:
        self.line = QLineEdit()
        self.line.setPlaceholderText(spec.hint or HINTS.get(spec.kind.id, ""))
        super().__init__(spec, self.line)
        self.line.textEdited.connect(lambda _: self.changed.emit())
        self.line.editingFinished.connect(self._show_as_read)

    def _show_as_read(self) -> None:
        """What was typed as it is understood, 1999.7.1 as 1999-07-01; what cannot be read stays as it is."""
        try:
            read = self.spec.show(self.spec.parse(self.text()))
        except Unreadable:
            return
        if read != self.text():
            self.show_text(read)

    def text(self) -> str:
        return self.line.text()

    def show_text(self, text: str) -> None:
        self.line.setText(text)
        self.line.setCursorPosition(0)


class NoteEditor(Editor):
    """Several lines. Enter goes on, Shift+Enter begins a new line."""

    def __init__(self, spec: Field) -> None:
        self.box = QPlainTextEdit()
        self.box.setTabChangesFocus(True)
        self.box.setFixedHeight(round(64 * theme.now().scale))
        self.box.setPlaceholderText(spec.hint)
        super().__init__(spec, self.box)
        self.box.textChanged.connect(self.changed)

    def text(self) -> str:
        return self.box.toPlainText()

    def show_text(self, text: str) -> None:
        self.box.blockSignals(True)
        self.box.setPlainText(text)
        self.box.blockSignals(False)

    def is_enter(self, event: QKeyEvent) -> bool:
        return super().is_enter(event) and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier


class ChoiceEditor(Editor):
    """One of a table's codes, or yes and no. Typing the beginning of a name or its initials finds it."""

    def __init__(self, spec: Field, choices: tuple[tuple[str, str], ...]) -> None:
        self.combo = QComboBox()
        self.combo.setMaxVisibleItems(14)
        if not spec.required:
            self.combo.addItem("", "")
        for code, name in choices:
            self.combo.addItem(name, code)
        self.combo.setCurrentIndex(-1)
        self.combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.combo.setMinimumContentsLength(6)
        self.combo.setEditable(True)
        self.combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        completer = QCompleter(self.combo.model(), self.combo)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.combo.setCompleter(completer)
        super().__init__(spec, self.combo)
        line = self.combo.lineEdit()
        assert line is not None
        line.installEventFilter(self)
        line.textEdited.connect(lambda _: self.changed.emit())
        self.combo.activated.connect(lambda _: self.changed.emit())
        self.combo.wheelEvent = lambda event: event.ignore()  # type: ignore[method-assign]

    def text(self) -> str:
        written = self.combo.currentText()
        place = self.combo.findText(written)
        return str(self.combo.itemData(place)) if place >= 0 else written

    def show_text(self, text: str) -> None:
        place = self.combo.findData(text)
        self.combo.setCurrentIndex(place)
        if place < 0:
            self.combo.setEditText(text)


class SeveralEditor(Editor):
    """Several of a table's codes, each a box to tick. What is no code of the table, as a newer program may have written
    it, is kept."""

    def __init__(self, spec: Field) -> None:
        box = QWidget()
        layout = FlowLayout()
        box.setLayout(layout)
        self.boxes: dict[str, QCheckBox] = {}
        self._unknown: list[str] = []
        for code, name in codes.table(spec.table or "").choices():
            self.boxes[code] = QCheckBox(name)
            layout.addWidget(self.boxes[code])
        super().__init__(spec, box)
        for one in self.boxes.values():
            one.clicked.connect(lambda: self.changed.emit())
            one.installEventFilter(self)
        self.setFocusProxy(next(iter(self.boxes.values()), box))

    def text(self) -> str:
        return ",".join([*(code for code, box in self.boxes.items() if box.isChecked()), *self._unknown])

    def show_text(self, text: str) -> None:
        chosen = text.split(",") if text else []
        self._unknown = [code for code in chosen if code not in self.boxes]
        for code, box in self.boxes.items():
            box.setChecked(code in chosen)


class LinkEditor(Editor):
    """A record of another ledger, found by its name or its initials while typing."""

    def __init__(self, spec: Field, desk: Desk, ledger: Ledger) -> None:
        self.line = QLineEdit()
        self.line.setPlaceholderText(spec.hint or HINTS["link"])
        super().__init__(spec, self.line)
        self.desk, self.ledger = desk, ledger
        self.chosen = ""
        self._titles: dict[str, str] = {}
        self._names = QStringListModel(self)
        self._completer = QCompleter(self._names, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setMaxVisibleItems(10)
        self._completer.setWidget(self.line)
        self._completer.popup().setObjectName("popup")
        self._completer.activated[str].connect(self._take)
        self._soon = QTimer(self, singleShot=True, interval=60)
        self._soon.timeout.connect(self._ask)
        self.line.textEdited.connect(self._edited)

    def text(self) -> str:
        return self.chosen or self.line.text()

    def show_text(self, text: str) -> None:
        self.chosen = text if text in self._titles else ""
        self.line.setText(self._titles.get(text, text))
        self.line.setCursorPosition(0)

    def learn(self, titles: dict[str, str]) -> None:
        """What records are called, so that an id can be shown by its name."""
        self._titles.update(titles)

    def _edited(self, _: str) -> None:
        self.chosen = ""
        self._soon.start()
        self.changed.emit()

    def _ask(self) -> None:
        typed, ledger, name = self.line.text(), self.ledger, self.spec.name

        def find(workspace: Workspace) -> tuple[Choice, ...]:
            with workspace.read() as session:
                return record_view.choices(session, ledger, name, typed)

        self.desk.read(find, self._offer, key=("choices", id(self)))

    def _offer(self, choices: tuple[Choice, ...]) -> None:
        self._titles.update({one.id: one.title for one in choices})
        exact = [one for one in choices if one.title == self.line.text()]
        if len(exact) == 1:
            self.chosen = exact[0].id
            self.changed.emit()
            return
        self._offered = {one.title: one.id for one in choices}
        self._names.setStringList(list(self._offered))
        if choices and self.line.hasFocus():
            self._completer.complete()
            self._completer.popup().setCurrentIndex(self._completer.completionModel().index(0, 0))
        else:
            self._completer.popup().hide()

    def _take(self, title: str) -> None:
        self.chosen = self._offered.get(title, "")
        self.line.setText(title)
        self.changed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            watched is self.line
            and event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Down
            and not self._completer.popup().isVisible()
        ):
            self._ask()
            return True
        return super().eventFilter(watched, event)


YES_NO = (("是", "是"), ("否", "否"))


def _code(spec: Field) -> Editor:
    return ChoiceEditor(spec, codes.table(spec.table or "").choices())


MAKERS: dict[str, Callable[[Field], Editor]] = {
    "note": NoteEditor,
    "code": _code,
    "codes": SeveralEditor,
    "flag": lambda spec: ChoiceEditor(spec, YES_NO),
}
"""The editor of each kind that is not simply typed on a line."""

WIDE = frozenset({"note", "codes"})
"""Kinds whose editor takes the whole width of a form."""


def editor_for(spec: Field, desk: Desk, ledger: Ledger) -> Editor:
    """The editor of a field of a ledger."""
    return LinkEditor(spec, desk, ledger) if spec.target else MAKERS.get(spec.kind.id, LineEditor)(spec)


__all__ = ["WIDE", "Editor", "LinkEditor", "editor_for"]
