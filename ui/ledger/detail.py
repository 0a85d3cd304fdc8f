"""The panel beside a table: one record's details, what is related to it, its files, its history, the remarks on it."""

import tempfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QButtonGroup, QComboBox, QFileDialog, QGridLayout, QLineEdit, QStackedWidget, QWidget

from app import attachments, record_view, remarks
from app.attachments import AttachedFile
from app.files import size
from app.findings import Level
from app.ledgers.ledger import Ledger
from app.record_view import Item, RecordView
from app.reveal import reveal
from app.workspace import Workspace
from db.errors import Refusal
from ui.background import Desk
from ui.ledger import pictures
from ui.ledger.attach import AttachDialog
from ui.ledger.pictures import Offer
from ui.shell import theme, words
from ui.shell.widgets import (
    Card,
    FileLink,
    FlowLayout,
    Note,
    Tag,
    button,
    clear,
    column,
    label,
    line,
    row,
    scrolling,
    tool,
)

TABS = ("详情", "相关", "附件", "历史", "批注")
STATUSES = {"待改": "attention", "已改": "information", "已了": "good"}
KINDS = {"新增": "good", "修改": "information", "删除": "wrong", "恢复": "good"}


class DetailPanel(Card):
    """Shows the record that is chosen in the table.

    Signals:
        edit: the person wants to change it.
        delete: or to delete it.
        act: or to do one of the ledger's actions with it, by id and what is offered.
        go: another record was chosen, by ledger and id.
        said: (kind, sentence) for the page's message bar.
    """

    edit = Signal(str)
    delete = Signal(str)
    act = Signal(str, object)
    go = Signal(str, str)
    said = Signal(str, str)

    def __init__(self, desk: Desk, ledger: Ledger, *, county: bool) -> None:
        super().__init__(gap=6)
        self.desk, self.ledger, self.county = desk, ledger, county
        self.record_id: str | None = None
        self.writes_remarks = ledger.id != "remark"
        self.sends_back, self.asks = False, ""
        assert desk.here is not None
        self.office = desk.here.office
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.title, self.subtitle = label("", "head", wrap=True, select=True), label("", "quiet", wrap=True)
        self.tabs = QButtonGroup(self)
        bar = row(gap=14)
        self.pages = QStackedWidget()
        self._bodies = []
        for place, name in enumerate(TABS):
            tab = button(name, kind="tab")
            tab.setCheckable(True)
            self.tabs.addButton(tab, place)
            bar.addWidget(tab)
            inner = QWidget()
            body = column(gap=8, margins=(0, 4, 10, 0))
            inner.setLayout(column(body, 0))
            self._bodies.append(body)
            self.pages.addWidget(scrolling(inner))
        bar.addStretch(1)
        self.tabs.idClicked.connect(self.pages.setCurrentIndex)
        self.tabs.button(0).setChecked(True)
        self.edit_button = button("编辑", "mdi6.pencil-outline", then=lambda: self.edit.emit(self.record_id or ""))
        self.delete_button = button(
            "删除", "mdi6.trash-can-outline", then=lambda: self.delete.emit(self.record_id or "")
        )
        self.actions = FlowLayout(6)
        self.action_bar = QWidget()
        self.action_bar.setLayout(self.actions)
        self.content = QWidget()
        self.content.setLayout(
            column(
                self.title,
                self.subtitle,
                self.action_bar,
                bar,
                line(),
                self.pages,
                row(self.edit_button, self.delete_button, 0, gap=8),
                gap=6,
            )
        )
        self.content.layout().setStretchFactor(self.pages, 1)
        self.nothing = label("选中一行，这里显示它的详情。", "quiet", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.body.addWidget(self.content, 1)
        self.body.addWidget(self.nothing, 1)
        self.show_record(None)

    # ---------------------------------------------------------------- showing

    def show_record(self, record_id: str | None, chosen: int = 0) -> None:
        """Shows a record, or that none is chosen, or so many."""
        self.record_id = record_id
        if record_id is None:
            several = f"选中了 {chosen:,} {self.ledger.counter}。"
            self.nothing.setText(several if chosen > 1 else "选中一行，这里显示它的详情。")
            self.content.hide()
            self.nothing.show()
            return
        ledger = self.ledger

        def look(workspace: Workspace) -> RecordView:
            with workspace.read() as session:
                return record_view.view(workspace, session, ledger, record_id)

        self.desk.read(look, self._show, lambda _: self.show_record(None), key=("detail", id(self)))

    def refresh(self) -> None:
        """Shows the same record as it is now."""
        self.show_record(self.record_id)

    def _show(self, view: RecordView) -> None:
        if view.id != self.record_id:
            return
        self.sends_back, self.asks = view.sends_back, view.asks
        self.nothing.hide()
        self.content.show()
        self.title.setText(view.title)
        self.subtitle.setText(view.subtitle)
        self.subtitle.setVisible(bool(view.subtitle))
        self._show_actions(view)
        for one in (self.edit_button, self.delete_button):
            one.setEnabled(view.keeper is None)
            one.setToolTip(view.keeper or "")
        counts = (0, sum(one.count for one in view.related), len(view.attachments), 0, len(view.remarks))
        for place, (name, count) in enumerate(zip(TABS, counts, strict=True)):
            self.tabs.button(place).setText(f"{name} {count}" if count else name)
        for body in self._bodies:
            clear(body)
        details, related, files, history, said = self._bodies
        self._show_details(view, details)
        for group in view.related:
            related.addWidget(label(group.title if group.count == 1 else f"{group.title} {group.count}", "small"))
            for one in group.records:
                link = button(one.title, kind="link", then=lambda one=one: self.go.emit(one.ledger, one.id))
                link.setToolTip(one.title)
                related.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
        if not view.related:
            related.addWidget(label("还没有别的记录用到它。", "quiet", wrap=True))
        self._show_files(view, files)
        for place, entry in enumerate(view.history):
            if place:
                history.addWidget(line())
            history.addLayout(row(Tag(entry.what, KINDS[entry.what]), label(words.when(entry.at), "small"), 0))
            history.addWidget(label(f"{entry.user} · {entry.label}", "small", wrap=True))
            for change in entry.changes:
                history.addWidget(label(change, "value", wrap=True))
        self._show_remarks(view, said)

    def _show_actions(self, view: RecordView) -> None:
        clear(self.actions)
        for one in view.actions:
            then = lambda one=one: self.act.emit(self.record_id or "", one)  # noqa: E731
            self.actions.addWidget(button(one.title, one.icon, then=then, tip=one.says))
        self.action_bar.setVisible(bool(view.actions))

    def _show_details(self, view: RecordView, body) -> None:  # type: ignore[no-untyped-def]
        for one in view.remarks:
            if one.open and not one.name:
                body.addWidget(Note("attention", f"{view.asks}：{one.text}"))
        for finding in view.findings:
            kind = "wrong" if finding.level is Level.ERROR else "attention"
            body.addWidget(Note(kind, finding.message))
        if view.findings and self.sends_back:
            way = button(f"把这些问题退回{self.office.below}", "mdi6.keyboard-return", then=self.send_findings_back)
            body.addWidget(way, 0, Qt.AlignmentFlag.AlignLeft)
        for title, items in view.sections:
            filled = [item for item in items if item.text or item.remark]
            if not filled:
                continue
            body.addWidget(label(title, "small"))
            grid = QGridLayout()
            grid.setHorizontalSpacing(10)
            grid.setVerticalSpacing(7)
            grid.setColumnMinimumWidth(0, round(82 * theme.now().scale))
            grid.setColumnStretch(1, 1)
            for place, item in enumerate(filled):
                name = label(item.label, "quiet", wrap=True)
                name.setMaximumWidth(round(84 * theme.now().scale))
                grid.addWidget(name, place, 0, Qt.AlignmentFlag.AlignTop)
                grid.addLayout(self._value(item), place, 1)
            body.addLayout(grid)
        fields = self.ledger.fields  # what is derived is not for anybody to fill in
        empty = [
            item.label
            for _, items in view.sections
            for item in items
            if item.name in fields and not item.text and not item.remark
        ]
        if empty:
            body.addWidget(label(f"没有填写：{'、'.join(empty)}", "small", wrap=True))

    def _value(self, item: Item):  # type: ignore[no-untyped-def]
        shown = label(item.text or "—", "differs" if item.remark else "value", wrap=True, select=True)
        line_ = row(gap=2)
        line_.addWidget(shown, 1)
        if item.hidden:
            eye = tool("mdi6.eye-outline", f"显示“{item.label}”（会留下记录）")
            eye.setProperty("field", item.name)
            eye.setFixedHeight(shown.fontMetrics().height() + 2)  # so that the line is no higher than its neighbours
            eye.clicked.connect(lambda: self._reveal(item.name, shown, eye))
            line_.addWidget(eye, 0, Qt.AlignmentFlag.AlignTop)
        if not item.remark:
            return line_
        said = label(f"{self.asks}：{item.remark}", "warning", wrap=True)
        return column(line_, said, gap=1)

    def _reveal(self, name: str, shown: QWidget, eye: QWidget) -> None:
        ledger, record_id = self.ledger, self.record_id or ""

        def show(text: str) -> None:
            shown.setText(text)  # type: ignore[attr-defined]
            eye.hide()

        self.desk.write(lambda workspace: reveal(workspace, ledger, record_id, name), show)

    # ---------------------------------------------------------------- files

    def _show_files(self, view: RecordView, body) -> None:  # type: ignore[no-untyped-def]
        ours = view.keeper is None
        for one in view.attachments:
            open_ = FileLink(one.name, lambda one=one: self.open_file(one))
            open_.setEnabled(one.opens)
            open_.setToolTip(one.name if one.opens else "程序不在这里打开" if one.here else "内容还没有收到")
            keep = tool("mdi6.download-outline", f"“{one.name}”另存为…", lambda one=one: self.choose_target(one))
            keep.setEnabled(one.here)
            tools = [keep]
            if ours:
                tools.append(tool("mdi6.close", f"移除“{one.name}”", lambda one=one: self.remove_file(one)))
            body.addLayout(row(open_, 0, label(size(one.bytes), "small"), *tools, gap=4))
        if not view.attachments:
            body.addWidget(label("照片、扫描件可以附在这条记录上，随数据包一起上报。", "quiet", wrap=True))
        if ours:
            add = button("添加附件", "mdi6.paperclip", then=self.choose_files)
            body.addWidget(add, 0, Qt.AlignmentFlag.AlignLeft)

    def choose_files(self) -> None:
        """Asks for files and attaches them."""
        chosen, _ = QFileDialog.getOpenFileNames(self, "选择附件")
        if chosen:
            self.add_files([Path(one) for one in chosen])

    def add_files(self, files: Sequence[Path]) -> None:
        """Attaches files to the record shown; for large pictures it asks whether they are made smaller."""
        record_id = self.record_id or ""

        def look(_: Workspace) -> list[tuple[Path, Offer | Refusal | None]]:
            return [(file, _tried(file)) for file in files]

        def ask(found: list[tuple[Path, Offer | Refusal | None]]) -> None:
            offers = [one for _, one in found if isinstance(one, Offer)]
            if not offers:
                self._add(record_id, found, smaller=False)
                return
            dialog = AttachDialog(self, offers)
            dialog.chosen.connect(lambda smaller: self._add(record_id, found, smaller=smaller))
            dialog.open()

        self.desk.read(look, ask)

    def _add(self, record_id: str, found: Sequence[tuple[Path, Offer | Refusal | None]], *, smaller: bool) -> None:
        ledger = self.ledger

        def add(workspace: Workspace) -> tuple[str, str]:
            added: list[tuple[str, int]] = []
            refused: list[Refusal] = []
            for file, one in found:
                try:
                    if isinstance(one, Refusal):
                        raise one
                    added.append(_attached(workspace, ledger, record_id, file, smaller=smaller and one is not None))
                except Refusal as refusal:
                    refused.append(refusal)
            if not added:
                raise refused[0]
            names = f"附件“{added[0][0]}”" if len(added) == 1 else f" {len(added)} 个附件"
            sentence = f"已添加{names}（{size(sum(length for _, length in added))}）。Ctrl+Z 可以撤销。"
            if not refused:
                return "good", sentence
            return "attention", f"{sentence}另有 {len(refused)} 个没有添加：{refused[0].message}。"

        self.desk.write(add, lambda told: self.said.emit(*told))

    def open_file(self, file: AttachedFile) -> None:
        """Opens a copy in the system's own program; changes to the copy are not kept, so it cannot be written."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="siji-", ignore_cleanup_errors=True)
            self.destroyed.connect(self._folder.cleanup)
        target = Path(self._folder.name) / file.id / attachments.proper_name(file.name)

        def copy(workspace: Workspace) -> Path:
            if not target.exists():
                target.parent.mkdir(exist_ok=True)
                attachments.write_out(workspace, file, target).chmod(0o400)
            return target

        def show(copied: Path) -> None:
            if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(copied))):
                self.said.emit("attention", f"这台电脑没有能打开“{file.name}”的程序。可以另存后拷到别的电脑上看。")

        self.desk.read(copy, show)

    def choose_target(self, file: AttachedFile) -> None:
        """Asks where a file is to be kept."""
        proposed = Path.home() / attachments.proper_name(file.name)
        chosen, _ = QFileDialog.getSaveFileName(self, "另存附件", str(proposed))
        if chosen:
            self.save_file(file, Path(chosen))

    def save_file(self, file: AttachedFile, target: Path) -> None:
        """Writes a file's bytes outside; they are not encrypted there."""
        self.desk.read(
            lambda workspace: attachments.write_out(workspace, file, target),
            lambda saved: self.said.emit("good", f"附件已存到 {saved}。那里没有加密，用完请删除。"),
        )

    def remove_file(self, file: AttachedFile) -> None:
        """Takes a file off the record."""
        self.desk.write(
            lambda workspace: attachments.remove(workspace, file.id),
            lambda _: self.said.emit("good", f"已移除附件“{file.name}”。Ctrl+Z 可以撤销。"),
        )

    # ---------------------------------------------------------------- remarks

    def _show_remarks(self, view: RecordView, body) -> None:  # type: ignore[no-untyped-def]
        for one in view.remarks:
            when = label(words.when(one.at) if one.at else "", "small")
            body.addLayout(row(Tag(one.status, STATUSES.get(one.status, "")), label(one.field, "small"), 0, when))
            body.addWidget(label(one.text, "value", wrap=True))
            if self.county and self.writes_remarks:
                ways = []
                if one.status != "已了":
                    done = button("已了", "mdi6.check", kind="link", then=lambda one=one: self.close_remark(one.id))
                    ways.append(done)
                if not one.open:
                    ways.append(button("还要改", kind="link", then=lambda one=one: self.ask_again(one.id)))
                body.addLayout(row(*ways, 0, gap=12))
        if not view.remarks:
            who = self.office.here if view.sends_back else self.office.above
            body.addWidget(label(f"{who}对这条记录还没有批注。", "quiet", wrap=True))
        elif not self.county and any(one.open for one in view.remarks):
            words_ = f"改好这一栏，就算“已改”，随下次上报告诉{self.office.above}。核实无误的，在“备注”里写一句。"
            body.addWidget(label(words_, "quiet", wrap=True))
        if self.sends_back:
            self._ask_words(body)

    def _ask_words(self, body) -> None:  # type: ignore[no-untyped-def]
        """Where the county writes a remark: on which field, and what."""
        which = QComboBox()
        which.setAccessibleName("批注哪一栏")
        which.addItem("整条记录", None)
        for name, spec in self.ledger.fields.items():
            if name not in record_view.pointers(self.ledger):
                which.addItem(spec.label, name)
        box = QLineEdit()
        box.setPlaceholderText(f"写给{self.office.below}的意见")
        send = button("写批注", "mdi6.comment-edit-outline", then=lambda: self.remark(box.text(), which.currentData()))
        box.returnPressed.connect(lambda: self.remark(box.text(), which.currentData()))
        body.addWidget(which)
        body.addWidget(box)
        body.addWidget(send, 0, Qt.AlignmentFlag.AlignLeft)

    def remark(self, text: str, field: str | None = None) -> None:
        """The county writes a remark on the record, or on one field of it."""
        ledger, record_id = self.ledger, self.record_id or ""
        self.desk.write(
            lambda workspace: remarks.send_back(workspace, ledger, record_id, text, field),
            lambda _: self.said.emit("good", f"批注已写好，下次下发数据包时带给{self.office.below}。"),
        )

    def send_findings_back(self) -> None:
        """The county sends back what the checks find on the record, field by field."""
        ledger, record_id = self.ledger, self.record_id or ""

        def write(workspace: Workspace) -> int:
            with workspace.read() as session:
                doubts = remarks.doubts(session, ledger, [record_id])
            return len(remarks.send_back_many(workspace, ledger, doubts))

        def done(number: int) -> None:
            self.said.emit("good", f"已写 {number} 条批注，下次下发数据包时带给{self.office.below}。")

        self.desk.write(write, done)

    def close_remark(self, remark_id: str) -> None:
        """The county is content."""
        self.desk.write(
            lambda workspace: remarks.close(workspace, [remark_id]),
            lambda _: self.said.emit("good", f"批注已办结，下次下发时告诉{self.office.below}。"),
        )

    def ask_again(self, remark_id: str) -> None:
        """The county is not content."""
        self.desk.write(
            lambda workspace: remarks.ask_again(workspace, remark_id),
            lambda _: self.said.emit("good", f"已再次退回，下次下发时告诉{self.office.below}。"),
        )


def _tried(file: Path) -> Offer | Refusal | None:
    """What scaling would make of a file, or why it cannot be attached."""
    try:
        return pictures.offer(file)
    except Refusal as refusal:
        return refusal


def _attached(workspace: Workspace, ledger: Ledger, record: str, file: Path, *, smaller: bool) -> tuple[str, int]:
    """Attaches one file; its name and the bytes that are kept."""
    if smaller:
        name, content = file.with_suffix(".jpg").name, pictures.smaller(file)
        attachments.add(workspace, ledger, record, name, BytesIO(content))
        return name, len(content)
    try:
        with file.open("rb") as stream:
            attachments.add(workspace, ledger, record, file.name, stream)
            return file.name, stream.seek(0, 2)
    except OSError as error:
        raise pictures.unreadable(file) from error
