"""Handing over: what goes, where to, the writing, and the sheet that goes with the stick."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QLabel, QWidget

from app.files import size
from app.reminding import named
from app.sync.words import day
from db.errors import Refusal
from ui import paper
from ui.background import Desk, Progress
from ui.shell.widgets import Card, Note, button, clear, column, label, row, scrolling
from ui.wizards import sticks
from ui.wizards.frame import Flow
from ui.wizards.parts import Column, PlacePicker, Rows, table

if TYPE_CHECKING:
    from app.documents.paper import Paper
    from app.sync.outgoing import Sent
    from app.sync.several import Answer
    from app.sync.survey import LedgerSurvey, Survey
    from app.workspace import OfficeCard, Workspace

LEFT_OUT = 3
"""How many attachments that could not go are named."""
SHRUNK = 0.5
"""A ledger that has lost this part of its records since last time is worth a word."""


WHOLE = {
    True: "平时不用选。{above}说“中间缺了包”、请您交完整包，或者两边的数目对不上时才选：文件大一些，不会重复。",
    False: "平时不用选。{below}换了电脑、恢复了旧的备份，或者对不上数时，选好那个{below}再勾上："
    "这里收下过的、它自己的全部记录都会还给它。",
}
"""When a snapshot is needed: of the superior's (True), of those below."""


class HandOver(Flow):
    """Writes the package for the superior (`up`), or the packages for those below. A township has only the former.

    `drives` says which sticks are plugged in. `codes` limits it to some of those below (receipts after taking in).
    """

    topic = "hand-over"

    def __init__(
        self,
        desk: Desk,
        drives: Callable[[], list[sticks.Drive]] = sticks.drives,
        codes: Sequence[str] | None = None,
        *,
        up: bool = False,
    ) -> None:
        assert desk.here is not None
        self.office = desk.here.office
        self.up = up or not self.office.is_county
        title = f"上报{self.office.above}" if self.up else f"发给{self.office.below}"
        super().__init__(desk, title, ("核对内容", "存到哪里", "完成"))
        self.codes = tuple(codes) if codes is not None else None
        self.surveys: list[Survey] = []
        self.faults = (0, 0)
        self.sent: list[Sent] = []
        self.sheets: list[Paper] = []
        self._fill_content_step()
        self.places = PlacePicker(drives)
        self.places.changed.connect(self.refresh)
        place = Card("存到哪里", gap=10)
        place.body.addWidget(self.places)
        words = "写好以后会从盘上读回来核对一遍。文件是加密的，只有对方能打开；U 盘丢了不泄密，重新写一份就行。"
        self.parts[1].put(place, Note("information", words), 0)
        self._fill_done_step()
        self.start()
        self._survey()

    def _fill_content_step(self) -> None:
        self.whom = QComboBox()
        self.whom.setMinimumWidth(240)
        self.whom.currentIndexChanged.connect(self._show_survey)
        self.whom_row = QWidget()
        self.whom_row.setLayout(row(label("发给", "quiet"), self.whom, 0, gap=12))
        self.whom_row.setVisible(not self.up)
        wide = {"right": True, "width": 100}
        self.rows = Rows(
            (
                Column("台账", lambda one: one.title, width=220),
                Column("新增", lambda one: _number(one.new), _tone("new", "good"), **wide),
                Column("修改", lambda one: _number(one.changed), _tone("changed", "information"), **wide),
                Column("删除", lambda one: _number(one.deleted), _tone("deleted", "wrong"), **wide),
                Column("现有", lambda one: f"{one.live:,}", right=True, width=110),
                Column("上次", _before, right=True, width=110),
                Column("", compared, lambda _: "attention"),
            )
        )
        holder = Card(padding=1)
        self.table = table(self.rows)
        holder.body.addWidget(self.table)
        self.notes = column(gap=8)
        self.full = QCheckBox("全部记录（完整包）")
        words = WHOLE[self.up].format(above=self.office.above, below=self.office.below)
        self.full.setToolTip(words)
        self.full.toggled.connect(lambda _: self._say_head())
        self.full_said = label(words, "quiet", wrap=True)
        self.parts[0].body.addWidget(self.whom_row)
        self.parts[0].body.addWidget(holder, 1)
        self.parts[0].body.addLayout(column(self.full, self.full_said, gap=2))
        self.parts[0].body.addLayout(self.notes)

    def _fill_done_step(self) -> None:
        done = self.parts[2]
        done.back, done.next_text = False, "完成"
        self.said = column(gap=10)
        self.which = QComboBox()
        self.which.currentIndexChanged.connect(self._show_sheet)
        self.page = QLabel()
        self.page.setAccessibleName("交接单")
        left, holder = QWidget(), Card(padding=1)
        left.setLayout(column(self.said, 0, gap=10))
        left.setFixedWidth(420)
        holder.body.addWidget(scrolling(self.page, horizontal=True))
        self.print_button = button("打印交接单…", "mdi6.printer-outline", then=self._print)
        self.pdf_button = button("存为 PDF…", "mdi6.file-pdf-box", then=self._ask_pdf)
        right = QWidget()
        bar = row(self.which, 0, self.print_button, self.pdf_button)
        both = column(bar, gap=8)
        both.addWidget(holder, 1)
        right.setLayout(both)
        layout = row(left, gap=16)
        layout.addWidget(right, 1)
        done.body.addLayout(layout, 1)

    # ---------------------------------------------------------------- moving

    def entered(self, place: int) -> None:
        if place == 0:
            self._say_head()
            self.table.setFocus()
        elif place == 1:
            whom = f"各{self.office.below}" if len(self.chosen()) > 1 else self.chosen()[0].name
            self.header.say(f"写给 {whom} 的文件放到 U 盘上。")
            self.parts[1].next_text = f"写出 {len(self.chosen())} 个文件" if len(self.chosen()) > 1 else "写到这里"
            self.places.setFocus()
        else:
            some = "有的文件没有写成，原因在下面；写好的可以拔下 U 盘送去。"
            self.header.say("文件已经写好，可以拔下 U 盘了。" if len(self.sent) == len(self.chosen()) else some)

    def ready(self) -> bool:
        if self.place == 0:
            return bool(self.surveys)
        if self.place == 1:
            place = self.places.chosen()
            return place is not None and not place.read_only
        return True

    def forward(self) -> None:
        if self.place == 0:
            self.go_to(1)
        elif self.place == 1:
            self._write()
        else:
            self.closed.emit()

    # ---------------------------------------------------------------- what goes

    def _survey(self) -> None:
        up = self.up

        def do(workspace: "Workspace", progress: Progress) -> "tuple[list[Survey], tuple[int, int]]":
            from app import quality
            from app.sync.survey import surveys

            found = surveys(workspace, up=up)
            faults = [] if workspace.office.is_county else quality.check(workspace, progress)
            wrong = sum(1 for one in faults if one.is_error)
            return found, (wrong, len(faults) - wrong)

        self.run("正在清点要交的内容…", do, self._surveyed)

    def _surveyed(self, found: "tuple[list[Survey], tuple[int, int]]") -> None:
        surveys, self.faults = found
        self.surveys = [one for one in surveys if self.codes is None or one.code in self.codes]
        self.whom.blockSignals(True)
        self.whom.clear()
        if len(self.surveys) > 1:
            self.whom.addItem(f"全部{self.office.below}（{len(self.surveys)} 个）", None)
        for one in self.surveys:
            self.whom.addItem(f"{one.name}（{one.code}）", one.code)
        self.whom.blockSignals(False)
        self._show_survey()
        self.table.setFocus()

    def chosen(self) -> "list[Survey]":
        """Whom the packages are for."""
        code = self.whom.currentData()
        return [one for one in self.surveys if code is None or one.code == code]

    def _show_survey(self) -> None:
        chosen = self.chosen()
        self.rows.put(summed(chosen))
        clear(self.notes)
        for note in self._notes(chosen):
            self.notes.addWidget(note)
        self._say_head()
        self.refresh()

    def _say_head(self) -> None:
        chosen = self.chosen()
        if not chosen:
            return
        if len(chosen) > 1:
            below = self.office.below
            own = f"，连同各{below}自己报来过的全部记录" if self.full.isChecked() else ""
            self.header.say(f"给 {len(chosen)} 个{below}各写一个文件，带上这里的任务、标准和对上报的回执{own}。")
            return
        one = chosen[0]
        if self.full.isChecked():
            own = "" if self.up else "，连同它自己报来过的"
            self.header.say(f"交给 {one.name} 的是完整包：全部记录都带上{own}。")
            return
        last = "这是第一次" if one.last is None else f"上次是第 {one.last[0]} 号（{day(one.last[1])}）"
        fate = "" if one.last is None else "，对方已接收" if one.last[2] else "，还没有收到回执"
        self.header.say(f"交给 {one.name}。{last}{fate}。没有收到回执的内容会一直带上，U 盘丢了也不会漏。")

    def _notes(self, chosen: "Sequence[Survey]") -> list[QWidget]:
        notes: list[QWidget] = []
        if sum(one.news for one in chosen) == 0 and self.up:
            notes.append(Note("information", "上次以来没有改动。仍然可以交一份，内容是“无变动”。"))
        shrunk = [line for one in chosen for line in one.lines if has_shrunk(line)]
        for line in shrunk[:3]:
            words = f"“{line.title}”上次有 {line.before:,} 条，现在只有 {line.live:,} 条。请先看看是不是误删，再上报。"
            notes.append(Note("attention", words))
        count, amount = sum(one.files for one in chosen), sum(one.bytes for one in chosen)
        if count:
            words = f"附件 {count:,} 个，共 {size(amount)}，对方没有的才带。请选一个放得下的 U 盘。"
            notes.append(Note("information", words))
        wrong, doubtful = self.faults
        if wrong or doubtful:
            words = f"资料里有 {wrong} 处错误、{doubtful} 处提醒。可以照样上报，{self.office.above}接收时也会看到。"
            notes.append(Note("attention", words))
        return notes

    # ---------------------------------------------------------------- writing

    def _write(self) -> None:
        place, chosen = self.places.chosen(), self.chosen()
        assert place is not None
        full, to, codes = self.full.isChecked(), place.root, [one.code for one in chosen]

        def do(workspace: "Workspace", progress: Progress) -> "tuple[list[Answer], list[Paper]]":
            from app.documents import handoff, making
            from app.sync import several

            answers = several.answer_each(workspace, [(code, to, None) for code in codes], progress, full=full)
            sent = several.written(answers)
            return answers, [making.laid_out(workspace, handoff.SHEET, making.Asked(record=one.id)) for one in sent]

        self.run("正在写文件…", do, self._written)

    def failed(self, refusal: Refusal) -> None:
        super().failed(refusal)
        if self.place == 1:
            self.places.look()

    def _written(self, found: "tuple[list[Answer], list[Paper]]") -> None:
        answers, self.sheets = found
        self.sent = [one.sent for one in answers if one.sent is not None]
        clear(self.said)
        folder = self.sent[0].file.parent
        amount = f"{len(self.sent)} 个文件" if len(self.sent) > 1 else f"“{self.sent[0].file.name}”"
        self.said.addWidget(Note("good", f"已写好并核对过：{amount}", str(folder)))
        for why, names in self._not_written(answers).items():
            self.said.addWidget(Note("wrong", f"没有写成：{named(names)}", f"{why}。"))
        for sentence in list(dict.fromkeys(words for one in self.sent for words in one.left_out))[:LEFT_OUT]:
            self.said.addWidget(Note("attention", f"{sentence}。"))
        steps = Card("接下来", gap=6)
        for number, words in enumerate(next_steps(self.office, up=self.up), start=1):
            steps.body.addWidget(label(f"{number}. {words}", wrap=True))
        self.said.addWidget(steps)
        opening = button("打开文件夹", "mdi6.folder-open-outline")
        opening.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))))
        self.said.addLayout(row(opening, 0))
        self.which.blockSignals(True)
        self.which.clear()
        for one in self.sent:
            self.which.addItem(f"{one.office_name} 第 {one.sequence} 号")
        self.which.blockSignals(False)
        self.which.setVisible(len(self.sheets) > 1)
        self._show_sheet(0)
        self.go_to(2)

    def _not_written(self, answers: "Sequence[Answer]") -> dict[str, list[str]]:
        """By reason, the offices whose files could not be written."""
        names = {one.code: one.name for one in self.surveys}
        found: dict[str, list[str]] = {}
        for one in answers:
            if one.sent is None:
                found.setdefault(one.why, []).append(names[one.code])
        return found

    # ---------------------------------------------------------------- the sheet

    def _show_sheet(self, place: int) -> None:
        if 0 <= place < len(self.sheets):
            self.page.setPixmap(paper.picture(self.sheets[place], 640, self.devicePixelRatioF()))

    def _print(self) -> None:
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self)
        dialog.setWindowTitle("打印交接单")
        if dialog.exec():
            self._try(lambda: paper.print_to(printer, *self.sheets), "已送到打印机。")

    def _ask_pdf(self) -> None:
        target, _ = QFileDialog.getSaveFileName(self, "保存交接单", str(Path.home() / "交接单.pdf"), "PDF (*.pdf)")
        if target:
            self.save_pdf(Path(target))

    def save_pdf(self, out: Path) -> None:
        """Keeps the sheets as one PDF and says so, or why not."""
        self._try(lambda: paper.write_pdfs(self.sheets, out), f"交接单已存到 {out}。")

    def _try(self, do: Callable[[], None], well: str) -> None:
        try:
            do()
        except Refusal as refusal:
            self.message.refuse(refusal)
        else:
            self.say("good", well)


def next_steps(office: "OfficeCard", *, up: bool) -> tuple[str, ...]:
    """What to do with the stick now."""
    if not up:
        return (
            "在系统里“弹出”U 盘，再拔下来。",
            f"把 U 盘交给{office.below}，或放进各{office.below}的信封。",
            f"{office.below}在“数据交换 → 接收”里读进去，就能看到回执。",
        )
    return (
        "在系统里“弹出”U 盘，再拔下来。",
        f"打印交接单，双方签字，连同 U 盘送到{office.above}。",
        f"{office.above}接收后会把回执写回 U 盘，带回来点“接收”，就知道每条的结果。",
    )


def summed(surveys: "Sequence[Survey]") -> "list[LedgerSurvey]":
    """One line for each ledger, every number added up over all offices' packages; those with news first."""
    from dataclasses import replace

    found: dict[str, LedgerSurvey] = {}
    for survey in surveys:
        for line in survey.lines:
            old = found.get(line.ledger)
            found[line.ledger] = (
                line
                if old is None
                else replace(
                    old,
                    new=old.new + line.new,
                    changed=old.changed + line.changed,
                    deleted=old.deleted + line.deleted,
                    live=old.live + line.live,
                    before=None if old.before is None or line.before is None else old.before + line.before,
                )
            )
    return sorted(found.values(), key=lambda line: not (line.new or line.changed or line.deleted))


def has_shrunk(line: "LedgerSurvey") -> bool:
    """Whether a ledger has lost so many records since last time that a person should look."""
    return line.before is not None and line.before >= 10 and line.live < line.before * SHRUNK


def compared(line: "LedgerSurvey") -> str:
    """A word where the count differs much from last time."""
    return "比上次少了一半以上" if has_shrunk(line) else ""


def _before(line: "LedgerSurvey") -> str:
    return "—" if line.before is None else f"{line.before:,}"


def _number(count: int) -> str:
    return f"{count:,}" if count else "—"


def _tone(name: str, tone: str) -> "Callable[[LedgerSurvey], str | None]":
    return lambda line: tone if getattr(line, name) else "quiet"
