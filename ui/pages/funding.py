"""建设资金表: each project's money by source against its investment, and the venues against the plan."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from app import offices
from app.guarantee import venues
from app.guarantee.venues import FundingSheet, Money, Project
from app.ledgers.funds import wan, yuan
from app.offices import OfficeChoice
from app.place import Place
from app.statistics import KeyFigure
from app.workspace import Workspace
from db import clock
from ui.background import Desk
from ui.pages.grid import Grid, GridCell, GridRow, Heading
from ui.pages.workbench import FigureTile
from ui.pages.yearly import ReadingPage, choose, offer_offices
from ui.shell.widgets import Card, EmptyState, PageHeader, clear, column, primary, row

FIRST = (Heading("场所(村)", 192, number=False), Heading("类型", 72, number=False), Heading("阶段", 72, number=False))
LAST = (Heading("来源合计", 110), Heading("比投资", 84))


@dataclass(frozen=True)
class FundingView:
    """What the page shows."""

    sheet: FundingSheet
    offices: tuple[OfficeChoice, ...]


class FundingPage(ReadingPage):
    """Signals: `go` with the `Place` of the records behind a figure or a cell."""

    SHOWN = frozenset({"venue_funding", "venue_project", "venue", "village", "office", "policy"})
    go = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.office = QComboBox()
        self.office.setAccessibleName("单位")
        self.office.hide()
        self.office.activated.connect(lambda _: self.refresh())
        self.header = PageHeader("建设资金表", "每格是 到位 / 计划，单位万元；点一格，看背后的资金记录", self.office)
        self.figures = row(gap=12)
        self.grid = Grid(FIRST + LAST, "建设资金表")
        self.grid.go.connect(self.go)
        card = Card(padding=2)
        card.body.addWidget(self.grid, 1)
        inner = QWidget()
        layout = column(self.figures, gap=12)
        layout.addWidget(card, 1)
        inner.setLayout(layout)
        empty = EmptyState(
            "mdi6.crane",
            "还没有建设项目",
            "先登记活动场所的新建、升级达标、改扩建和购置项目，再把每个项目的资金按来源登记。",
            primary("去建设项目", "mdi6.crane", lambda: self.go.emit(Place("venue_project"))),
        )
        self.lay_out(self.header, inner, empty)

    def ask(self) -> Callable[[Workspace], FundingView]:
        """Reads the office chosen."""
        office = self.office.currentData()

        def read(workspace: Workspace) -> FundingView:
            with workspace.read() as session:
                return FundingView(
                    venues.funding_sheet(session, clock.today(), office),
                    offices.choices(session) if workspace.office.is_county else (),
                )

        return read

    def show_place(self, place: Place) -> None:
        """Shows one office's sheet, or all."""
        choose(self.office, place.office)
        self.refresh()

    def show_found(self, view: FundingView) -> None:
        sheet = view.sheet
        offer_offices(self.office, view.offices)
        chosen = self.office.currentData()
        self.has(bool(sheet.projects))
        clear(self.figures)
        for figure in key_figures(
            sheet, realm=self.here.office.realm if self.county and chosen is None else "", office=chosen
        ):
            tile = FigureTile(figure)
            tile.clicked.connect(lambda figure=figure: self.go.emit(figure.place))
            self.figures.addWidget(tile, 1)
        sources = tuple(Heading(name, 98) for name in sheet.sources)
        self.grid.put(
            rows(sheet, len(view.offices) > 1 and chosen is None), (*FIRST, Heading("计划投资", 92), *sources, *LAST)
        )


def key_figures(sheet: FundingSheet, *, realm: str, office: str | None) -> tuple[KeyFigure, ...]:
    """The figures at the top; with a `realm` (全县) they are held against its plan."""
    cover = sheet.coverage
    lacking = cover.lacking
    where = Place("village", ids=lacking, title="没有达标场所", office=office) if lacking else Place("venue")
    share = len(cover.counted) / len(cover.villages) if cover.villages else None
    doubtful = tuple(one.id for one in sheet.projects if one.gap)
    projects = Place("venue_project", ids=doubtful, title="资金对不上") if doubtful else Place("venue_project")
    invested = f"投资 {wan(sheet.invest)}"
    if realm and sheet.plan_invest:
        invested += f"，{realm}计划 {wan(sheet.plan_invest)}"
    plan = tuple(
        KeyFigure(
            f"{one.title}（已验收）",
            f"{one.done:,} / {one.planned:,}" if realm and one.planned else f"{one.done:,}",
            min(1.0, one.done / one.planned) if realm and one.planned else None,
            f"{realm}计划 {one.planned:,} 个" if realm and one.planned else "项目验收合格才算",
            one.place,
        )
        for one in sheet.plan
    )
    paid = sheet.total.paid / sheet.total.planned if sheet.total.planned else None
    return (
        KeyFigure(
            "有达标场所的村和社区",
            f"{len(cover.counted):,} / {len(cover.villages):,}",
            share,
            f"还差 {len(lacking):,} 个" if lacking else "全覆盖",
            where,
        ),
        *plan,
        KeyFigure("资金到位（万元）", wan(sheet.total.paid), paid, invested, Place("venue_funding", office=office)),
        KeyFigure("来源与投资对不上", f"{len(doubtful):,} 个", None, "各来源合计应等于计划投资", projects),
    )


def rows(sheet: FundingSheet, several: bool) -> list[GridRow]:
    """One row for each project, and the sums at the end; in a source's cell what is paid of what is planned. Where
    there are several offices each project says whose it is."""
    found = [_project(one, f"{one.office} {one.name}" if several else one.name) for one in sheet.projects]
    if found:
        cells = (
            GridCell("合计"),
            GridCell(),
            GridCell(),
            GridCell(wan(sheet.invest)),
            *(_amount(one, "各项目") for one in (*sheet.totals, sheet.total)),
            _gap(sheet.total.planned - sheet.invest),
        )
        found.append(GridRow(cells, total=True))
    return found


def _project(one: Project, name: str) -> GridRow:
    place = Place("venue_project", ids=(one.id,), title=one.name)
    return GridRow(
        (
            GridCell(name, place),
            GridCell(one.kind, place, "quiet"),
            GridCell(one.stage, place, "quiet"),
            GridCell(wan(one.invest), place),
            *(_amount(part, one.name) for part in (*one.parts, one.total)),
            _gap(one.gap),
        )
    )


def _amount(part: Money, name: str) -> GridCell:
    if not part.ids:
        return GridCell()
    tip = f"{name}：到位 {yuan(part.paid)} 元，计划 {yuan(part.planned)} 元"
    tone = "attention" if part.paid < part.planned else ""
    return GridCell(f"{wan(part.paid)} / {wan(part.planned)}", _records(part, name), tone, tip)


def _records(part: Money, name: str) -> Place | None:
    return Place("venue_funding", ids=part.ids, title=name) if part.ids else None


def _gap(fen: int) -> GridCell:
    if not fen:
        return GridCell("相符", tone="good")
    return GridCell(f"{'多' if fen > 0 else '少'} {wan(abs(fen))}", tone="wrong", tip=f"相差 {yuan(abs(fen))} 元")
