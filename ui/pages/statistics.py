"""党内统计: the members in groups by branch or township, and the annual balance; every figure leads to its records."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QComboBox, QFileDialog, QWidget

from app import offices
from app.offices import OfficeChoice
from app.place import Place
from app.team import party_sheet, party_statistics
from app.team.party_sheet import Ages
from app.team.party_statistics import OF_A_YEAR, SCALES, TITLES, By, Level, Line, Table, Topic
from app.workspace import Workspace
from db import clock
from ui.background import Desk
from ui.ledger import printing
from ui.pages.chart import BarChart
from ui.pages.grid import Grid, GridCell, GridRow, Heading
from ui.pages.yearly import ReadingPage, offer, offer_offices
from ui.shell.widgets import (
    Card,
    Chip,
    EmptyState,
    Note,
    PageHeader,
    button,
    clear,
    column,
    label,
    primary,
    row,
)

NAME_WIDTHS = {By.BRANCH: 200, By.OFFICE: 140}
WIDTH = 58
"""The least width of a column of figures, in pixels of ordinary type."""
WIDE = 0x2E80
"""The first letter that is as wide as high."""
BY = {By.BRANCH: "按党支部", By.OFFICE: "按单位"}


@dataclass(frozen=True)
class StatisticsView:
    """What the page shows."""

    table: Table
    years: tuple[int, ...]
    offices: tuple[OfficeChoice, ...]


class StatisticsPage(ReadingPage):
    """Signals: `go` with the `Place` of the records behind a figure."""

    SHOWN = frozenset({"member", "member_event", "discipline", "party_org", "office", "policy"})
    go = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.year, self.office, self.by, self.ages = (QComboBox() for _ in range(4))
        for combo, says in (
            (self.year, "年度"),
            (self.office, "单位"),
            (self.by, "按党支部还是按单位"),
            (self.ages, "年龄分组"),
        ):
            combo.setAccessibleName(says)
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            combo.activated.connect(lambda _: self.refresh())
        self.office.hide()
        by = By.OFFICE if self.county else By.BRANCH
        offer(self.by, [(text, one) for one, text in BY.items()], by)
        self.by.setVisible(self.county)
        offer(self.ages, [(text, letter) for letter, text in SCALES.items()], Ages.A.value)
        self.export_button = button("导出", "mdi6.file-export-outline", then=self._ask_file, tip="导出为 Excel")
        self.print_button = button("打印", "mdi6.printer-outline", then=self.print_table)
        self.header = PageHeader("党内统计", "", self.office, self.by, self.year, self.export_button, self.print_button)
        self.topics = QButtonGroup(self)
        chips = []
        for place, topic in enumerate(Topic):
            chip = Chip(TITLES[topic])
            self.topics.addButton(chip, place)
            chips.append(chip)
        chips[0].setChecked(True)
        self.topics.idClicked.connect(lambda _: self.refresh())
        choose = row(*chips, gap=8)
        choose.addStretch(1)
        choose.addWidget(self.ages)
        self.finding, self.chart = label("", "section", wrap=True), BarChart()
        self.chart.setMaximumHeight(self.chart.minimumHeight())  # the rest is for the table
        self.notes = column(gap=6)
        top = Card(gap=6)
        top.body.addWidget(self.finding)
        top.body.addWidget(self.chart, 1)
        top.body.addLayout(self.notes)
        self.grid = Grid((), "党内统计表")
        self.grid.go.connect(self.go)
        card = Card(padding=2)
        card.body.addWidget(self.grid, 1)
        inner = QWidget()
        layout = column(choose, gap=12)
        layout.addWidget(top)
        layout.addWidget(card, 1)
        inner.setLayout(layout)
        empty = EmptyState(
            "mdi6.chart-bar",
            "还没有可以统计的党员",
            "先登记党支部，再把党员花名册从 Excel 导入；发展、转入、转出、去世记在党员增减里，年底就能平衡。",
            button("登记党组织", "mdi6.sitemap-outline", then=lambda: self.go.emit(Place("party_org"))),
            primary("去党员花名册", "mdi6.account-group-outline", lambda: self.go.emit(Place("member"))),
        )
        self.lay_out(self.header, inner, empty)
        self.table: Table | None = None

    @property
    def topic(self) -> Topic:
        """What is counted."""
        return list(Topic)[self.topics.checkedId()]

    # ---------------------------------------------------------------- asking

    def ask(self) -> Callable[[Workspace], StatisticsView]:
        """Reads what is chosen; at first this year until today."""
        topic, by, ages = self.topic, self.by.currentData(), self.ages.currentData()
        year, office = self.year.currentData(), self.office.currentData()

        def read(workspace: Workspace) -> StatisticsView:
            today = clock.today()
            day = party_statistics.day_of(year or today.year, today)
            with workspace.read() as session:
                return StatisticsView(
                    party_sheet.table(session, topic, By(by), day, today, office=office, ages=ages),
                    party_statistics.years(session, today),
                    offices.choices(session) if workspace.office.is_county else (),
                )

        return read

    # ---------------------------------------------------------------- showing

    def show_found(self, found: StatisticsView) -> None:
        table = self.table = found.table
        today = clock.today()
        years = [(f"{today.year} 年到今天", today.year), *((f"{one} 年底", one) for one in found.years[1:])]
        offer(self.year, [(text, year) for text, year in years], table.day.year)
        offer_offices(self.office, found.offices)
        self.ages.setVisible(table.topic is Topic.AGE)
        self.header.say(_subtitle(table))
        self.has(bool(table.lines))
        for one in (self.export_button, self.print_button):
            one.setEnabled(bool(table.lines))
        self.finding.setText(table.finding)
        self.chart.put(table.bars)
        self.chart.setVisible(not table.doubts)  # what does not come out goes first
        clear(self.notes)
        for doubt in table.doubts:
            place = Place(doubt.ledger, ids=doubt.ids, title=doubt.sentence)
            way = button("去核对 ›", kind="link", then=lambda place=place: self.go.emit(place))
            words = f"{doubt.sentence}：{len(doubt.ids):,} 人，实有比应有{_more(doubt.number)}"
            self.notes.addWidget(Note("attention", words, "", way))
        self.grid.put(rows(table), headings(table))

    # ---------------------------------------------------------------- taking away

    def _ask_file(self) -> None:
        if self.table is not None:
            name = f"{self.table.title}{self.table.day.isoformat()}.xlsx"
            chosen, _ = QFileDialog.getSaveFileName(self, "导出到 Excel", name, "Excel 工作簿 (*.xlsx)")
            if chosen:
                self.export_to(Path(chosen))

    def export_to(self, file: Path) -> None:
        """Writes the table in sight to a workbook."""
        table = self.table
        if table is not None:
            self.desk.read(
                lambda workspace: party_sheet.export(workspace, table, file),
                lambda _: self.message.say("good", f"已导出“{table.title}”到 {file}。"),
                self.message.refuse,
            )

    def print_table(self) -> None:
        """The preview of the table in sight, from which it is printed or kept as a PDF."""
        if self.table is not None:
            printing.show_preview(html(self.here.office.name, self.table), f"打印 {self.table.title}", self)


def html(office: str, table: Table) -> str:
    """A table on paper."""
    heads, lines = party_sheet.texts(table)
    return printing.table_html(party_sheet.caption(office, table), table.finding, heads, lines, figures=True)


def headings(table: Table) -> tuple[Heading, ...]:
    """The columns: the name, and one for each figure."""
    widths = (max(WIDTH, 18 + sum(14 if ord(letter) > WIDE else 8 for letter in one)) for one in table.columns)
    name = Heading(party_sheet.heading(table), NAME_WIDTHS[table.by], number=False)
    return (name, *(Heading(text, width) for text, width in zip(table.columns, widths, strict=True)))


def rows(table: Table) -> list[GridRow]:
    """The lines with the shares under the sum; a figure leads to its records."""
    found = [_row(table, line) for line in table.lines]
    if table.shares:
        shares = (GridCell("占比", tone="quiet"), *(GridCell(one, tone="quiet") for one in table.shares))
        found.insert(1, GridRow(shares))
    return found


def _row(table: Table, line: Line) -> GridRow:
    cells = [GridCell(party_sheet.indented(table, line), tip=line.name)]
    for place, figure in enumerate(line.figures):
        differs = not table.shared and place == len(line.figures) - 1 and figure.parts
        leads = partial(table.place, line, place) if figure.parts else None
        tone = "wrong" if differs else "" if figure.number else "quiet"
        text = party_sheet.number(table, place, figure.number)
        cells.append(GridCell(text, leads, tone, f"{line.name} {table.columns[place]} {text}"))
    return GridRow(tuple(cells), total=line.level is not Level.BRANCH and (line.level is Level.ALL or _parts(table)))


def _parts(table: Table) -> bool:
    """Whether lines stand under those of offices."""
    return any(one.level is Level.BRANCH for one in table.lines)


def _subtitle(table: Table) -> str:
    """The quiet line: of which day the figures are."""
    past = table.topic not in OF_A_YEAR and table.day != clock.today()
    until = f"截至{table.day.year}年{table.day.month}月{table.day.day}日"
    return f"{until}{'，按增减记录推算' if past else ''}；点一个数看背后的记录"


def _more(number: int) -> str:
    return f"多 {number:,}" if number > 0 else f"少 {-number:,}" if number else "不多不少"
