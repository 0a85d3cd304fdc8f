"""The form of one record: sections in two columns, errors beside their field while typing, nothing typed ever lost."""

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from app import drafts, editing, record_view
from app.findings import Finding, Level
from app.ledgers.ledger import Ledger
from app.record_view import FormStart, FormState
from app.reveal import reveal
from app.workspace import Workspace
from db.errors import Refusal
from db.fields import Field
from ui.background import Desk
from ui.ledger.editors import WIDE, Editor, LinkEditor, editor_for
from ui.shell import theme, words
from ui.shell.widgets import (
    MARGINS,
    Card,
    MessageBar,
    Note,
    PageHeader,
    action,
    button,
    clear,
    column,
    label,
    primary,
    row,
    scrolling,
    tool,
)

PAUSE = 150
"""Milliseconds without a key before what was typed is checked."""
LABEL = 128
"""Pixels of a label in ordinary type: nine characters and a star."""
KEEP = 600
"""Milliseconds without a key before the draft is kept."""


class FieldRow(QWidget):
    """One field: its editor, its unit, and under it what is wrong with it."""

    def __init__(self, spec: Field, editor: Editor) -> None:
        super().__init__()
        self.spec, self.editor = spec, editor
        self.touched = False
        self.said = label("", "error", wrap=True)
        self.said.hide()
        self.remark = label("", "warning", wrap=True)
        self.remark.hide()
        self.eye = tool("mdi6.eye-outline", f"显示并修改“{spec.label}”")
        self.eye.hide()
        line = row(gap=6)
        line.addWidget(editor, 1)
        line.addWidget(self.eye)
        if spec.unit:
            line.addWidget(label(spec.unit, "quiet"))
        self.setLayout(column(line, self.said, self.remark, gap=2))

    def send_back(self, words: str) -> None:
        """Shows what was sent back about the field."""
        self.remark.setText(words)
        self.remark.setVisible(bool(words))

    def say(self, findings: list[Finding]) -> None:
        """Shows the first finding, an error before a warning."""
        first = min(findings, key=lambda one: one.level is not Level.ERROR, default=None)
        self.said.setVisible(first is not None)
        if first is not None:
            self.said.setText(first.message)
            theme.set_kind(self.said, role="error" if first.level is Level.ERROR else "warning")
        self.editor.show_wrong(first is not None and first.level is Level.ERROR)


class RecordForm(QWidget):
    """Creates or changes one record.

    Signals:
        saved: with the record's id, and whether another new one is wanted at once.
        left: the person goes back to the table.
    """

    saved = Signal(str, bool)
    left = Signal()

    def __init__(self, desk: Desk, ledger: Ledger, record_id: str | None, county: bool) -> None:
        super().__init__()
        self.desk, self.ledger, self.record_id, self.county = desk, ledger, record_id, county
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._start: FormStart | None = None
        self._derived_labels = {one.name: label("", "value") for one in ledger.derived if one.of is not None}
        self._filled: dict[str, str] = {}
        self._again = False
        self._saving = False
        self.rows = {name: FieldRow(spec, editor_for(spec, desk, ledger)) for name, spec in ledger.fields.items()}
        title = f"新增{ledger.one}" if record_id is None else f"修改{ledger.one}"
        self.save_button = primary("保存", "mdi6.check", self.save)
        self.again_button = button("保存并再添一条", then=self.save_and_again)
        self.again_button.setVisible(record_id is None)
        self.header = PageHeader(
            title, "Enter 到下一栏，Ctrl+S 保存", button("返回", then=self.leave), self.again_button, self.save_button
        )
        self.message = MessageBar()
        self.notes = column(gap=8)
        body = QWidget()
        body.setLayout(column(self.notes, *self._cards(county), 0, gap=12, margins=(0, 0, 4, 0)))
        self.area = scrolling(body)
        self.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # its room is always kept
        left, top, right, bottom = MARGINS
        above = column(self.header, self.message, gap=12, margins=(0, 0, 14, 0))
        self.setLayout(column(above, self.area, margins=(left, top, right - 14, bottom), gap=12))
        for before, after in zip(self.order, self.order[1:], strict=False):  # only now are they in one window
            QWidget.setTabOrder(before.editor.inner, after.editor.inner)
        self._check_soon = QTimer(self, singleShot=True, interval=PAUSE)
        self._check_soon.timeout.connect(self._check)
        self._keep_soon = QTimer(self, singleShot=True, interval=KEEP)
        self._keep_soon.timeout.connect(self.keep)
        action(self, "Ctrl+S", self.save, anywhere=True)
        action(self, "Escape", self.leave)
        self.setEnabled(False)
        desk.read(lambda workspace: _load(workspace, ledger, record_id), self._show, self._refused)

    # ---------------------------------------------------------------- making

    def _cards(self, county: bool) -> list[Card]:
        cards = []
        order: list[FieldRow] = []
        for title, names in self.ledger.sections.items():
            card = Card(title, gap=12)
            grid = QGridLayout()
            grid.setHorizontalSpacing(12)
            grid.setVerticalSpacing(10)
            grid.setColumnMinimumWidth(0, round(LABEL * theme.now().scale))
            grid.setColumnMinimumWidth(2, round((LABEL + 12) * theme.now().scale))
            grid.setColumnStretch(1, 1)
            grid.setColumnStretch(3, 1)
            line = side = 0
            for name in names:
                if name not in self.rows or name in record_view.pointers(self.ledger):
                    continue
                one = self.rows[name]
                order.append(one)
                wide = one.spec.kind.id in WIDE
                if wide and side:
                    line, side = line + 1, 0
                grid.addWidget(
                    field_label(one.spec, required=one.spec.required),
                    line,
                    side * 2,
                    Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight,
                )
                grid.addWidget(one, line, side * 2 + 1, 1, 3 if wide else 1, Qt.AlignmentFlag.AlignTop)
                line, side = (line + 1, 0) if wide or side else (line, 1)
                self._wire(name, one, county)
            card.body.addLayout(grid)
            if not cards and self._derived_labels:
                parts: list[QWidget | int] = []
                for derived, shown in self._derived_labels.items():
                    parts += [label(self.ledger.derivations[derived].label, "quiet"), shown, 16]
                card.body.addLayout(row(*parts, 0))
            cards.append(card)
        self.order = [one for one in order if one.editor.inner.isEnabled()]
        for place, one in enumerate(self.order):
            one.editor.done.connect(lambda place=place: self._next(place))
        return cards

    def _wire(self, name: str, one: FieldRow, county: bool) -> None:
        one.editor.changed.connect(lambda: self._edited(name))
        one.eye.clicked.connect(lambda: self._reveal(name))
        if not self.ledger.writable(name, county=county):
            one.editor.lock()
            one.setToolTip(self.ledger.closed(name))

    def _show(self, start: FormStart) -> None:
        self._start = start
        self.setEnabled(True)
        if start.title:
            self.header.say(f"{start.title} · Enter 到下一栏，Ctrl+S 保存")
        for name, one in self.rows.items():
            if isinstance(one.editor, LinkEditor):
                one.editor.learn(dict(start.links))
            one.editor.show_text(start.texts.get(name, ""))
            if name in start.hidden:
                one.editor.lock()
                one.eye.show()
        for name, text in start.remarks.items():
            if name in self.rows:
                self.rows[name].send_back(f"{start.asks}：{text}")
            else:
                self.notes.addWidget(Note("attention", f"{start.asks}：{text}"))
        if start.keeper is not None:
            for one in self.rows.values():
                one.editor.lock()
            self.notes.addWidget(Note("information", f"{start.keeper}。"))
        for name, text in start.draft.items() if start.keeper is None else ():
            self._unlock(name)
            self.rows[name].editor.show_text(text)
            self.rows[name].touched = True
        if start.draft:
            drop = button("放弃这些内容", kind="link", then=self.throw_away)
            self.notes.addWidget(Note("information", f"已恢复{words.when(start.draft_at)}没有保存的内容。", "", drop))
        self._check()
        if self.order:
            self.order[0].editor.setFocus()

    # ---------------------------------------------------------------- typing

    def typed(self) -> dict[str, str]:
        """What differs from the stored record, or from the defaults."""
        start: Mapping[str, str] = self._start.texts if self._start else {}
        return {name: text for name, one in self.rows.items() if (text := one.editor.text()) != start.get(name, "")}

    def _edited(self, name: str) -> None:
        self.rows[name].touched = True
        if name == "resident_id":
            self._fill()
        self._check_soon.start()
        self._keep_soon.start()

    def _fill(self) -> None:
        """The ID number fills sex and birth, where the person has not written something else."""
        for name, text in record_view.said_by_resident_id(self.rows["resident_id"].editor.text()).items():
            if name in self.rows and self.rows[name].editor.text() in ("", self._filled.get(name)):
                self.rows[name].editor.show_text(text)
                self._filled[name] = text

    def _next(self, place: int) -> None:
        if place + 1 < len(self.order):
            following = self.order[place + 1]
            following.editor.setFocus(Qt.FocusReason.TabFocusReason)
            self.area.ensureWidgetVisible(following, 0, 60)
        else:
            self.save()

    def _check(self) -> None:
        typed, ledger, record_id = self.typed(), self.ledger, self.record_id

        def look(workspace: Workspace) -> FormState:
            with workspace.read() as session:
                return record_view.form_state(workspace, session, ledger, typed, record_id)

        self.desk.read(look, self._say, self._refused, key=("check", id(self)))

    def _say(self, state: FormState) -> None:
        for name, text in state.derived.items():
            self._derived_labels[name].setText(text or "—")
        self.say_findings([one for one in state.findings if one.field in self.rows and self.rows[one.field].touched])

    def say_findings(self, findings: list[Finding]) -> None:
        """Puts each finding beside its field."""
        for name, one in self.rows.items():
            one.say([finding for finding in findings if finding.field == name])

    def _reveal(self, name: str) -> None:
        ledger, record_id = self.ledger, self.record_id
        assert record_id is not None

        def show(text: str) -> None:
            self._unlock(name)
            self.rows[name].editor.show_text(text)
            if self._start is not None:
                start = self._start
                self._start = replace(start, texts={**start.texts, name: text}, hidden=start.hidden - {name})
            self.rows[name].editor.setFocus()

        self.desk.write(lambda workspace: reveal(workspace, ledger, record_id, name), show)

    def _unlock(self, name: str) -> None:
        self.rows[name].eye.hide()
        self.rows[name].editor.inner.setEnabled(True)

    # ---------------------------------------------------------------- drafts

    def keep(self) -> None:
        """Keeps what is typed, so that it survives a lock and a crash."""
        self._keep_soon.stop()
        if self._start is None or self._saving:
            return
        typed, ledger, record_id = self.typed(), self.ledger, self.record_id
        self.desk.write(lambda workspace: drafts.keep(workspace, ledger, record_id, typed))

    def hideEvent(self, event: QHideEvent) -> None:
        if self._keep_soon.isActive():
            self.keep()
        super().hideEvent(event)

    def keep_unsaved(self) -> None:
        """Keeps at once what a pause would have kept soon."""
        if self._keep_soon.isActive():
            self.keep()

    def forget(self) -> None:
        """It was saved: nothing more is kept."""
        self._keep_soon.stop()

    def throw_away(self) -> None:
        """Forgets what was typed and shows the stored record."""
        self._keep_soon.stop()
        clear(self.notes)
        ledger, record_id = self.ledger, self.record_id

        def forget(workspace: Workspace) -> FormStart:
            drafts.drop(workspace, ledger, record_id)
            return _load(workspace, ledger, record_id)

        for one in self.rows.values():
            one.touched = False
        self.desk.write(forget, self._show)

    def leave(self) -> None:
        """Goes back to the table; asks only when something is typed and not saved."""
        if not self.typed():
            self.left.emit()
            return
        self.keep()
        clear(self.notes)
        self.notes.addWidget(
            Note(
                "attention",
                "还有没保存的内容。留作草稿，下次打开时接着填；或者放弃。",
                "",
                button("接着填", then=lambda: clear(self.notes)),
                button("留作草稿", then=self.left.emit),
                button("放弃", then=self._forget_and_leave),
            )
        )
        self.area.verticalScrollBar().setValue(0)

    def _forget_and_leave(self) -> None:
        self._keep_soon.stop()
        self._start = None
        ledger, record_id = self.ledger, self.record_id
        self.desk.write(lambda workspace: drafts.drop(workspace, ledger, record_id), lambda _: self.left.emit())

    # ---------------------------------------------------------------- saving

    def save_and_again(self) -> None:
        self._again = True
        self.save()

    def save(self) -> None:
        """Saves; what stands in the way is shown beside its field and the first of it gets the focus."""
        if self._saving or self._start is None:
            return
        self._saving = True
        self._keep_soon.stop()
        self._check_soon.stop()
        self.save_button.setEnabled(False)
        typed, ledger, record_id, seen = self.typed(), self.ledger, self.record_id, self._start.seen

        def write(workspace: Workspace) -> str:
            saved = editing.save(workspace, ledger, typed, record_id, seen)
            drafts.drop(workspace, ledger, record_id)
            return saved

        self.desk.write(write, self._saved, self._not_saved)

    def _saved(self, record_id: str) -> None:
        self._saving = False
        self.saved.emit(record_id, self._again)

    def _not_saved(self, refusal: Refusal) -> None:
        self._saving = self._again = False
        self.save_button.setEnabled(True)
        if not isinstance(refusal, editing.Refused):
            self.message.refuse(refusal)
            return
        for one in self.rows.values():
            one.touched = True
        self.say_findings(list(refusal.findings))
        wrong = [one for one in refusal.findings if one.level is Level.ERROR]
        loose = [one.message for one in wrong if one.field not in self.rows]
        self.message.say("wrong", "；".join(loose) if loose else f"还有 {len(wrong)} 处要改，已在各栏下面标出。")
        named = {one.field for one in wrong}
        for one in self.order:
            if one.spec.name in named:
                one.editor.setFocus()
                self.area.ensureWidgetVisible(one, 0, 60)
                break

    def _refused(self, refusal: Refusal) -> None:
        self.message.refuse(refusal)


def _load(workspace: Workspace, ledger: Ledger, record_id: str | None) -> FormStart:
    with workspace.read() as session:
        return record_view.form_start(workspace, session, ledger, record_id)


def field_label(spec: Field, *, required: bool) -> QWidget:
    """A field's label, with a star where it must be filled in."""
    made = label(f"{spec.label} *" if required else spec.label, "quiet", wrap=True)
    made.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    made.setFixedWidth(round(LABEL * theme.now().scale))
    made.ensurePolished()
    made.setMinimumHeight(max(theme.now().control - 4, made.heightForWidth(made.width())))
    return made
