"""报酬发放表: a year's pay of the village cadres, term by month, against what the standard gives."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from app import offices
from app.guarantee import pay
from app.guarantee.pay import Line, Month, PaySheet, VillageLines
from app.ledgers.funds import yuan
from app.offices import OfficeChoice
from app.place import Place
from app.rules.pay import HEAD, OTHER, SECRETARY, written, year_pay
from app.rules.spans import months_later
from app.statistics import KeyFigure
from app.workspace import Workspace
from db import clock
from ui.background import Desk
from ui.pages.grid import Grid, GridCell, GridRow, Heading
from ui.pages.workbench import FigureTile
from ui.pages.yearly import ReadingPage, choose, offer, offer_offices
from ui.shell.widgets import Card, EmptyState, PageHeader, button, clear, column, primary, row

HEADINGS = (
    Heading("姓名", 74, number=False),
    Heading("职务", 96, number=False),
    *(Heading(f"{month}月", 57) for month in range(1, 13)),
    Heading("全年应发", 78),
    Heading("已登记", 78),
    Heading("差额", 72),
)


@dataclass(frozen=True)
class PayView:
    """What the page shows."""

    sheet: PaySheet
    years: tuple[int, ...]
    offices: tuple[OfficeChoice, ...]


class PaySheetPage(ReadingPage):
    """Signals: `go` with the `Place` of the records behind a figure or a cell."""

    SHOWN = frozenset({"cadre", "pay_slip", "pay_standard", "village", "office", "policy"})
    go = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.year, self.office = QComboBox(), QComboBox()
        self.year.setAccessibleName("年度")
        self.office.setAccessibleName("单位")
        self.office.hide()
        for chooser in (self.year, self.office):
            chooser.activated.connect(lambda _: self.refresh())
        self.fill = primary("补齐发放记录", "mdi6.playlist-plus", self.make_missing)
        self.fill.setVisible(not self.county)
        self.fill.setEnabled(False)
        self.header = PageHeader("报酬发放表", "", self.office, self.year, self.fill)
        self.figures = row(gap=12)
        self.grid = Grid(HEADINGS, "报酬发放表")
        self.grid.go.connect(self.go)
        card = Card(padding=2)
        card.body.addWidget(self.grid, 1)
        inner = QWidget()
        layout = column(self.figures, gap=12)
        layout.addWidget(card, 1)
        inner.setLayout(layout)
        empty = EmptyState(
            "mdi6.table-account",
            "这一年还没有可以发的报酬",
            "报酬按县里登记的标准和村干部的任期、档次计算。先看看这一年有没有报酬标准，再登记村干部。",
            button("看报酬标准", "mdi6.scale-balance", then=lambda: self.go.emit(Place("pay_standard"))),
            primary("去村干部", "mdi6.account-tie-outline", lambda: self.go.emit(Place("cadre"))),
        )
        self.lay_out(self.header, inner, empty)

    # ---------------------------------------------------------------- asking

    def ask(self) -> Callable[[Workspace], PayView]:
        """Reads the year and the office chosen; at first the year of last month, whose pay is to be written down."""
        chosen, office = self.year.currentData(), self.office.currentData()

        def read(workspace: Workspace) -> PayView:
            today = clock.today()
            with workspace.read() as session:
                return PayView(
                    pay.sheet(session, chosen or months_later(today, -1).year, today, office, with_rise=True),
                    pay.years(session, today),
                    offices.choices(session) if workspace.office.is_county else (),
                )

        return read

    def show_place(self, place: Place) -> None:
        """Shows one office's sheet, or all."""
        choose(self.office, place.office)
        self.refresh()

    def make_missing(self) -> None:
        """Makes the slips that are missing; one step to undo."""
        year = self.year.currentData()
        self.desk.write(
            lambda workspace: pay.make_missing(workspace, year),
            lambda number: self.message.say("good", f"已补齐 {year} 年发放记录 {number:,} 条。", "撤销", self.undo),
            self.message.refuse,
        )

    # ---------------------------------------------------------------- showing

    def show_found(self, view: PayView) -> None:
        sheet = view.sheet
        offer(self.year, [(f"{year} 年", year) for year in view.years], sheet.year)
        offer_offices(self.office, view.offices)
        self.header.say(_standard(sheet))
        self.fill.setText(f"补齐发放记录 {len(sheet.missing):,} 条" if sheet.missing else "发放记录已齐")
        self.fill.setEnabled(bool(sheet.missing))
        self.has(bool(sheet.villages))
        clear(self.figures)
        for figure in key_figures(sheet):
            tile = FigureTile(figure)
            tile.clicked.connect(lambda figure=figure: self.go.emit(figure.place))
            self.figures.addWidget(tile, 1)
        several = len(view.offices) > 1 and self.office.currentData() is None
        names = {one.id: one.name for one in view.offices} if several else {}
        self.grid.put(rows(sheet, names))


def _standard(sheet: PaySheet) -> str:
    """The quiet line: what the year is reckoned from."""
    one = sheet.standard
    if one is None and sheet.due:
        return "各县的报酬标准不同，应发各按各的；选一个单位，看它的标准"
    if one is None:
        return "县里还没有下发这一年的报酬标准，应发算不出来"
    parts = " · ".join(
        f"{title} {yuan(year_pay(one, share))}"
        for title, share in (("书记", SECRETARY), ("主任", HEAD), ("其他", OTHER))
    )
    multiple = f"{one.multiple.normalize():f}"
    return f"上年人均纯收入 {yuan(one.income)} 元 × {multiple}，{written(one.shares)}：年报酬 {parts} 元"


def key_figures(sheet: PaySheet) -> tuple[KeyFigure, ...]:
    """The figures at the top, each with the records behind it."""
    cadres = tuple(line.cadre for village in sheet.villages for line in village.lines if line.due)
    slips = tuple(slip for village in sheet.villages for line in village.lines for slip in line.slips)
    lacking = tuple(dict.fromkeys(cadre for cadre, _ in sheet.late))
    whole = Place("cadre", ids=cadres, title=f"{sheet.year} 年领报酬的村干部")
    paid = Place("pay_slip", ids=slips, title=f"{sheet.year} 年的发放记录")
    owing = Place("cadre", ids=lacking, title=f"{sheet.year} 年缺发放记录") if lacking else paid
    differing = Place("pay_slip", ids=sheet.differing, title="与标准不一致") if sheet.differing else paid
    rise = "—" if sheet.rise is None else f"{Decimal(sheet.rise) / 100:+,.2f}"
    return (
        KeyFigure("全年应发（元）", yuan(sheet.due), None, f"{sheet.heads} 人，按标准和任职月数", whole),
        KeyFigure(
            "已登记（元）",
            yuan(sheet.paid),
            min(1.0, sheet.paid / sheet.so_far) if sheet.so_far else None,
            f"到 {sheet.over} 月应发 {yuan(sheet.so_far)}，缺 {len(sheet.late):,} 条",
            owing,
        ),
        KeyFigure(
            "与标准不一致", f"{len(sheet.differing):,} 条", None, "登记的基本报酬和标准算出来的不一样", differing
        ),
        KeyFigure("人均比上年增加（元）", rise, None, "两年都任满的人，按两年的标准", Place("pay_standard")),
    )


def rows(sheet: PaySheet, offices: dict[str, str]) -> list[GridRow]:
    """Each village's sum and its terms, and at the end the sum of all; `offices` names townships where it matters."""
    found = []
    for village in sheet.villages:
        found.append(_village(sheet, village, offices.get(village.office, "")))
        found += [_term(sheet, village, line) for line in village.lines]
    if sheet.villages:
        found.append(_sum(sheet))
    return found


def _term(sheet: PaySheet, village: VillageLines, line: Line) -> GridRow:
    person = Place("cadre", ids=(line.cadre,), title=line.name)
    slips = Place("pay_slip", ids=line.slips, title=f"{line.name} {sheet.year} 年") if line.slips else None
    months = tuple(_month(sheet, line, place, one) for place, one in enumerate(line.months, 1))
    return GridRow(
        (
            GridCell(line.name, person, tip=f"{village.name} {line.name}"),
            GridCell(line.role, person, "quiet"),
            *months,
            GridCell(yuan(line.due), person),
            GridCell(yuan(line.paid), slips),
            _difference(line.difference, slips),
        )
    )


def _month(sheet: PaySheet, line: Line, month: int, one: Month) -> GridCell:
    if one.slip is not None and one.paid is not None:
        place = Place("pay_slip", ids=(one.slip,), title=f"{line.name} {month} 月")
        if one.due is None:
            return GridCell(
                yuan(one.paid), place, "wrong", f"{month} 月按任期和档次不该发，却登记了 {yuan(one.paid)} 元"
            )
        if one.due != one.paid:
            return GridCell(yuan(one.paid), place, "wrong", f"按标准应发 {yuan(one.due)} 元，登记 {yuan(one.paid)} 元")
        return GridCell(yuan(one.paid), place)
    if one.due is None:
        return GridCell()
    if month <= sheet.over:
        person = Place("cadre", ids=(line.cadre,), title=line.name)
        return GridCell("缺", person, "attention", f"应发 {yuan(one.due)} 元，还没有登记")
    waits = month <= sheet.begun
    return GridCell(
        "待发" if waits else "·", tone="quiet", tip=f"应发 {yuan(one.due)} 元{'' if waits else '，还没有到'}"
    )


def _difference(fen: int, place: Place | None) -> GridCell:
    return GridCell("" if not fen else f"{Decimal(fen) / 100:+,.2f}", place, "wrong" if fen > 0 else "attention")


def _village(sheet: PaySheet, village: VillageLines, office: str) -> GridRow:
    title = f"{office} {village.name}".strip()
    place = Place("cadre", ids=tuple(line.cadre for line in village.lines), title=village.name)
    return GridRow(
        (
            GridCell(title, place),
            GridCell(),
            *_month_sums([village]),
            GridCell(yuan(village.due)),
            GridCell(yuan(village.paid)),
            _difference(village.difference, None),
        ),
        total=True,
        across=2,
    )


def _sum(sheet: PaySheet) -> GridRow:
    return GridRow(
        (
            GridCell("合计"),
            GridCell(),
            *_month_sums(sheet.villages),
            GridCell(yuan(sheet.due)),
            GridCell(yuan(sheet.paid)),
            _difference(sheet.paid - sheet.so_far, None),
        ),
        total=True,
        across=2,
    )


def _month_sums(villages: "tuple[VillageLines, ...] | list[VillageLines]") -> list[GridCell]:
    """What is written down for each month."""
    sums = [0] * 12
    for village in villages:
        for line in village.lines:
            for place, one in enumerate(line.months):
                sums[place] += one.paid or 0
    return [GridCell(f"{Decimal(one) / 100:,.0f}" if one else "", tip=f"{yuan(one)} 元") for one in sums]
