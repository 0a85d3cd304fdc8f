"""What came of all the packages: a line for each township beside what its last one came to, why some were not written
and what to tell the township; and the same on paper."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from db import clock
from db.errors import Refusal
from ui.ledger import printing
from ui.shell.widgets import Card, Note, button, clear, column, label, row, scrolling
from ui.wizards.parts import Column, Rows, table

if TYPE_CHECKING:
    from app.sync.several import Line
    from app.workspace import OfficeCard

PEOPLE = frozenset({"same-person", "nowhere"})
"""Findings about people on two rolls, or on none after a transfer: more than one township is asked about them."""
COUNTED = (("新增", "created"), ("修改", "updated"), ("删除", "deleted"))


class Morning(QWidget):
    """The result of taking in.

    Signals:
        on: the packages that were not written are wanted again.
        said: (kind, sentence) for the wizard's message bar.
    """

    on = Signal()
    said = Signal(str, str)

    def __init__(self, office: "OfficeCard", who: str) -> None:
        super().__init__()
        self.office = office
        self.lines: tuple[Line, ...] = ()
        self.rows = Rows(
            (
                Column(who, _who, width=180),
                Column("包号", lambda one: f"第 {one.sequence} 号" if one.sequence else "—", width=80),
                Column("结果", lambda one: one.state, lambda one: one.tone, width=230),
                *(Column(f"{title}（上次）", _count(name), right=True, width=118) for title, name in COUNTED),
                Column("问题", _problems, right=True, width=60),
                Column(f"告诉{office.below}", lambda one: one.tell)
                if office.is_county
                else Column("说明", lambda one: one.why),
            )
        )
        self.table = table(self.rows)
        self.head = column(gap=6)
        self.notes = column(gap=6)
        inner = QWidget()
        inner.setLayout(column(self.notes, 0))
        self.notes_area = scrolling(inner)
        self.on_button = button("", "mdi6.arrow-u-left-top", then=self.on.emit)
        self.print_button = button("打印…", "mdi6.printer-outline", then=self._print)
        self.pdf_button = button("存为 PDF…", "mdi6.file-pdf-box", then=self._ask_pdf)
        self.total = label("", "quiet")
        holder = Card(padding=1)
        holder.body.addWidget(self.table)
        layout = column(self.head, gap=10)
        layout.addWidget(holder, 3)
        layout.addWidget(self.notes_area, 2)
        layout.addLayout(row(self.on_button, self.total, 0, self.print_button, self.pdf_button, gap=12))
        self.setLayout(layout)

    def put(self, lines: "Sequence[Line]", left: int, late: Sequence[str] = ()) -> None:
        """Shows what came of the packages; `left` of them can still be written. `late` are the townships that have not
        reported this month."""
        self.lines = tuple(lines)
        self.rows.put(self.lines)
        clear(self.head)
        clear(self.notes)
        written = [one for one in self.lines if one.counts is not None]
        if written:
            new, changed, deleted = (sum(getattr(one.counts, name) for one in written) for _, name in COUNTED)
            words = f"已写入：{len(written)} 个包，新增 {new:,}、修改 {changed:,}、删除 {deleted:,}。"
            self.head.addWidget(Note("good", f"{words}收错了的，可以在“数据交换”里整包撤销。"))
        else:
            self.head.addWidget(Note("information", "这次没有写入新的数据。"))
        for one in self.lines:
            if one.tone == "wrong":
                tell = f"告诉{self.office.below}：{one.tell}。" if one.tell else ""
                self.notes.addWidget(Note("wrong", f"{_who(one)}：{one.why}", tell))
        parked = [one.office for one in self.lines if one.counts is not None and one.outcome.put_off]
        if parked:
            words = "放着以后再定的，可以从“数据交换”、工作台或下面的状态栏找到。"
            self.notes.addWidget(Note("attention", f"{'、'.join(parked)}有冲突放着以后再定。", words))
        unwritten = [one for one in self.lines if one.counts is None and one.tone == "attention"]
        if unwritten:
            names = "、".join(one.office for one in unwritten)
            self.notes.addWidget(Note("attention", f"没有写入：{names}。{unwritten[0].why}。"))
        for who, message in people(self.lines):
            self.notes.addWidget(Note("attention", f"{who}：{message}", "两边都会在下一个包里收到批注。"))
        if late:
            names = "、".join(late[:20]) + (f"等 {len(late)} 个" if len(late) > 20 else "")
            self.notes.addWidget(Note("information", f"本月还没有上报：{names}。"))
        self.notes_area.setVisible(self.notes.count() > 0)
        self.on_button.setText(f"接着处理没有写的 {left} 个")
        self.on_button.setVisible(left > 0)
        self.total.setText(f"共 {len(self.lines)} 个包，写入 {len(written)} 个" if len(self.lines) > 1 else "")

    def html(self) -> str:
        """The same for paper."""
        today = clock.today()
        cells = [(one.title, one.text) for one in self.rows.columns]
        heads = "".join(f"<th>{escape(title)}</th>" for title, _ in cells)
        body = "".join(
            f"<tr><td>{place}</td>" + "".join(f"<td>{escape(text(one))}</td>" for _, text in cells) + "</tr>"
            for place, one in enumerate(self.lines, 1)
        )
        notes = [f"{_who(one)}：{one.why}" for one in self.lines if one.why and one.tone != "quiet"]
        notes += [f"{who}：{message}" for who, message in people(self.lines)]
        below = "".join(f"<p>{escape(one)}</p>" for one in notes)
        return (
            f"<h2 align='center'>{escape(self.office.name)}接收情况</h2>"
            f"<p align='right'>{today.year}年{today.month}月{today.day}日　共 {len(self.lines)} 个包</p>"
            "<table width='100%' border='1' cellspacing='0' cellpadding='3' style='border-collapse: collapse'>"
            f"<thead><tr><th>序号</th>{heads}</tr></thead>{body}</table>{below}"
            "<p>经办人：____________________</p>"
        )

    def _print(self) -> None:
        printing.show_preview(self.html(), "打印接收情况", self)

    def _ask_pdf(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, "存为 PDF", "接收情况.pdf", "PDF (*.pdf)")
        if chosen:
            self.save_pdf(Path(chosen))

    def save_pdf(self, file: Path) -> None:
        """Keeps the page as a PDF and says so, or why not."""
        try:
            printing.save_pdf(self.html(), file)
        except Refusal as refusal:
            self.said.emit("wrong", refusal.message)
        else:
            self.said.emit("good", f"接收情况已存到 {file}。")


def people(lines: "Sequence[Line]") -> list[tuple[str, str]]:
    """(township, sentence) about people on two rolls or on none, each once."""
    return list(
        dict.fromkeys(
            (one.office, found.message) for one in lines for found in one.outcome.findings if found.rule in PEOPLE
        )
    )


def _who(one: "Line") -> str:
    return f"{one.office}（看文件名）" if one.claimed else one.office


def _count(name: str):  # type: ignore[no-untyped-def]
    def text(one: "Line") -> str:
        if one.counts is None:
            return "—"
        before = "" if one.last is None else f"（{getattr(one.last, name):,}）"
        return f"{getattr(one.counts, name):,}{before}"

    return text


def _problems(one: "Line") -> str:
    return f"{len(one.outcome.findings)}" if one.counts is not None else "—"
