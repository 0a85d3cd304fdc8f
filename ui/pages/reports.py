"""报表和文书: the documents that an office draws, each as Word, Excel, PDF or on paper."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QWidget

from app import offices
from app.documents import making, word
from app.documents.document import Document, Need
from app.documents.making import Asked
from app.documents.paper import Paper
from app.offices import COUNTY_ALONE, OfficeChoice
from app.place import EXCHANGE, Place
from app.rules import monthly
from app.workspace import Workspace
from db import clock
from db.errors import Refusal
from ui.background import PACKAGES, Desk
from ui.pages.yearly import ReadingPage, offer
from ui.shell import theme
from ui.shell.widgets import MARGINS, Card, PageHeader, button, column, label, line, primary, row
from ui.wizards.parts import Column, Rows, table

KINDS = {"docx": "Word 文档 (*.docx)", "xlsx": "Excel 工作簿 (*.xlsx)", "pdf": "PDF (*.pdf)"}
MONTHS, YEARS = 24, 6
"""How many are offered, back from this one."""


@dataclass(frozen=True)
class Found:
    """The offices to choose from, the records that the document may be drawn for, whether its template is the
    office's own."""

    offices: tuple[OfficeChoice, ...]
    records: tuple[tuple[str, str], ...]
    own: bool


class ReportsPage(ReadingPage):
    """Signals: `go` with the `Place` of the ledger that a document is drawn from."""

    go = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.documents = making.offered(self.here.office)
        kept = (one.ledger.id if one.ledger is not None else PACKAGES for one in self.documents if one.records)
        self.SHOWN = frozenset({"office", *kept})
        self.document: Document = self.documents[0]
        self._wanted: str | None = None
        self.header = PageHeader(
            "报表和文书", f"{len(self.documents)} 种 · 存成 Word、Excel、PDF，或者直接打印；Word 的模板可以自己改"
        )
        self.rows = Rows(
            [
                Column("文书", lambda one: one.title, width=156),
                Column("说明", lambda one: one.about),
            ],
            self.documents,
        )
        self.view = table(self.rows, select=True)
        self.view.setAccessibleName("文书")
        self.view.selectionModel().currentRowChanged.connect(lambda at, _: self._chosen(at.row()))
        left = Card(padding=1, gap=0)
        left.body.addWidget(self.view)
        right = self._choices()
        right.setFixedWidth(round(430 * theme.now().scale))
        body = row(gap=12)
        body.addWidget(left, 1)
        body.addWidget(right)
        outer = column(self.header, self.message, margins=MARGINS, gap=12)
        outer.addLayout(body, 1)
        self.setLayout(outer)
        self.view.selectRow(0)

    def _choices(self) -> Card:
        today = clock.today()
        card = Card(gap=12)
        self.title, self.about = label("", "head"), label("", "quiet", wrap=True)
        self.year, self.month, self.office, self.record = QComboBox(), QComboBox(), QComboBox(), QComboBox()
        offer(self.year, [(f"{today.year - by} 年", today.year - by) for by in range(-1, YEARS)], today.year)
        this = monthly.month_of(today)
        months = [monthly.month_before(this, by) for by in range(MONTHS)]
        offer(self.month, [(f"{one[:4]} 年 {int(one[5:])} 月", one) for one in months], this)
        self.office.activated.connect(lambda _: self.refresh())
        self.fields: dict[Need, QWidget] = {}
        lines = []
        for need, text, box in (
            (Need.YEAR, "年度", self.year),
            (Need.MONTH, "月份", self.month),
            (Need.OFFICE, "单位", self.office),
            (Need.RECORD, "哪一条", self.record),
        ):
            box.setAccessibleName(text)
            held, named = QWidget(), label(text)
            named.setFixedWidth(56)
            inside = row(named, gap=10)
            inside.addWidget(box, 1)
            held.setLayout(inside)
            self.fields[need] = held
            lines.append(held)
        self.public = QCheckBox("公示版：不含证件号、电话、住址")
        self.none = label("", "small", wrap=True)
        self.buttons = [
            primary("Word…", "mdi6.file-word-outline", lambda: self.save("docx")),
            button("Excel…", "mdi6.file-excel-outline", then=lambda: self.save("xlsx")),
            button("PDF…", "mdi6.file-pdf-box", then=lambda: self.save("pdf")),
            button("打印…", "mdi6.printer-outline", then=self.print_it),
        ]
        self.template = label("", "small", wrap=True)
        self.edit = button("修改模板", "mdi6.file-edit-outline", then=self.edit_template)
        self.standard = button("改回原来的", then=self.back_to_standard)
        self.ledger = button("看台账", "mdi6.table", kind="link", then=lambda: self.go.emit(self._source()))
        card.body.addLayout(column(self.title, self.about, gap=4))
        for one in lines:
            card.body.addWidget(one)
        card.body.addWidget(self.public)
        card.body.addWidget(self.none)
        card.body.addLayout(row(*self.buttons, 0, gap=8))
        card.body.addWidget(line())
        card.body.addWidget(self.template)
        card.body.addLayout(row(self.edit, self.standard, 0, self.ledger, gap=8))
        card.body.addStretch(1)
        return card

    # ---------------------------------------------------------------- what it shows

    def _chosen(self, at: int) -> None:
        if not 0 <= at < len(self.documents):
            return
        self.document = one = self.documents[at]
        self.title.setText(one.title)
        self.about.setText(f"{one.about}。取自“{one.source}”。")
        self.fields[Need.YEAR].setVisible(Need.YEAR in one.needs)
        self.fields[Need.MONTH].setVisible(Need.MONTH in one.needs)
        self.fields[Need.OFFICE].setVisible(self.county and one.levels != COUNTY_ALONE)
        self.fields[Need.RECORD].setVisible(one.records is not None)
        self.public.setVisible(bool(one.hidden or one.sensitive))
        self.refresh()

    def show_place(self, place: Place) -> None:
        """Chooses the document that was asked for elsewhere, and the record that it is to be drawn for."""
        name, *record = place.ids or ("",)
        self._wanted = record[0] if record else None
        self.office.setCurrentIndex(0)
        self.view.selectRow(next((at for at, one in enumerate(self.documents) if one.name == name), 0))
        self.refresh()

    def ask(self) -> Callable[[Workspace], Found]:
        document, asked = self.document, Asked(office=self._office())

        def read(workspace: Workspace) -> Found:
            with workspace.read() as session:
                known = offices.choices(session) if workspace.office.is_county else ()
            return Found(
                tuple(one for one in known if one.id != workspace.office.id),
                tuple(making.choices(workspace, document, asked)),
                word.own_template(workspace.folder, document).exists(),
            )

        return read

    def show_found(self, now: Found) -> None:
        office, record = self.office.currentData(), self._wanted or self.record.currentData()
        if any(id == self._wanted for id, _ in now.records):
            self._wanted = None
        one = Need.OFFICE in self.document.needs
        everyone = [] if one else [("全部单位", None)]
        offer(self.office, [*everyone, *((choice.shown, choice.id) for choice in now.offices)], office)
        offer(self.record, [(title, id) for id, title in now.records], record)
        for box in (self.office, self.record):
            if box.currentIndex() < 0 and box.count():
                box.setCurrentIndex(0)
        lacking = self.document.records is not None and not now.records
        self.none.setVisible(lacking)
        self.none.setText(f"“{self.document.source}”里还没有可以选的记录。")
        for each in self.buttons:
            each.setEnabled(not lacking)
        self.template.setText(making.ONLY_WORD if now.own else "Word 用程序带的模板；要换版式，改一份自己的。")
        self.standard.setVisible(now.own)

    def _source(self) -> Place:
        """Where stands what the document is drawn from."""
        return Place(self.document.ledger.id if self.document.ledger is not None else EXCHANGE)

    def _office(self) -> str | None:
        """The office chosen, None for all, and for a document that knows no office."""
        chosen: str | None = self.office.currentData()
        return chosen if self.county and self.document.levels != COUNTY_ALONE else None

    def asked(self) -> Asked:
        """What the choices ask for."""
        return Asked(
            self.year.currentData(),
            self.month.currentData(),
            self._office(),
            self.record.currentData() if self.document.records is not None else None,
            self.public.isChecked() and not self.public.isHidden(),
        )

    # ---------------------------------------------------------------- what it does

    def save(self, ending: str) -> None:
        """Asks where to, and writes the document."""
        name = f"{self.document.title}{'（公示版）' if self.asked().public else ''}.{ending}"
        chosen, _ = QFileDialog.getSaveFileName(self, f"保存{self.document.title}", name, KINDS[ending])
        if chosen:
            out = Path(chosen)
            self.save_to(out if out.suffix.lower() == f".{ending}" else out.with_name(f"{out.name}.{ending}"))

    def save_to(self, out: Path) -> None:
        """The same, where to is known."""
        document, asked = self.document, self.asked()
        if out.suffix.lower() == making.PDF:
            self.desk.read(
                lambda workspace: making.laid_out(workspace, document, asked),
                lambda paper: self._write_pdf(paper, out),
                self.message.refuse,
            )
            return
        self.desk.read(
            lambda workspace: making.make(workspace, document, asked, out),
            lambda made: self._saved(made.file),
            self.message.refuse,
        )

    def _write_pdf(self, paper: Paper, out: Path) -> None:
        from ui.paper import write_pdf

        try:
            write_pdf(paper, out)
        except Refusal as refusal:
            self.message.refuse(refusal)
        else:
            self._saved(out)

    def _saved(self, out: Path) -> None:
        def show() -> None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(out)))

        self.message.say("good", f"{self.document.title}已存到 {out}。", "打开", show)

    def print_it(self) -> None:
        """Opens the preview, from which it is printed."""
        document, asked = self.document, self.asked()

        def show(paper: Paper) -> None:
            from ui.paper import preview

            preview(paper, self)

        self.desk.read(lambda workspace: making.laid_out(workspace, document, asked), show, self.message.refuse)

    def edit_template(self) -> None:
        """Puts a template of the office's own into the folder, and opens it."""
        document = self.document

        def opened(file: Path) -> None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(file)))
            self.message.say("good", f"模板在 {file}，改完存盘，下次就用它。双大括号里的字要原样留着。")
            self.refresh()

        self.desk.read(lambda workspace: making.own_copy(workspace, document), opened, self.message.refuse)

    def back_to_standard(self) -> None:
        """Removes the office's own template."""
        document = self.document
        words = f"删去本单位改过的“{document.title}”模板，改用程序带的。删去以后找不回来。"
        if not self.sure("改回原来的模板", words, "改回"):
            return

        def gone(_: bool) -> None:
            self.message.say("good", "已改回原来的模板。")
            self.refresh()

        self.desk.read(lambda workspace: making.forget_copy(workspace, document), gone, self.message.refuse)
