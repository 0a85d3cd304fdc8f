"""全县总览: each figure of the county's plan, what is furthest behind first, and the townships side by side."""

from collections.abc import Callable
from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QStackedWidget

from app import overview, statistics
from app.ledgers.funds import wan, yuan
from app.overview import TONES, Figure, Line, Overview, State
from app.place import Place
from app.workspace import Workspace
from db import clock
from ui.background import Desk
from ui.pages.grid import Grid, GridCell, GridRow, Heading
from ui.pages.yearly import ReadingPage
from ui.shell.widgets import MARGINS, Card, Chip, EmptyState, PageHeader, button, column, label, primary, row

LINES = (
    Heading("事项", 176, number=False),
    Heading("怎样算", 330, number=False),
    Heading("计划(应办)", 92),
    Heading("完成", 92),
    Heading("完成率", 70),
    Heading("还差", 92),
    Heading("情况", 96, number=False),
)
PLAN = "计划是{realm}全年的数。程序带来的是原文件一个县的数，任务不同的，点计划数改成{here}自己的，完成率才作数。"
"""What the line above the table says of the numbers that everything is held against."""
TOWN, NUMBER = 112, 65
"""Widths of the columns in the table of townships."""


class OverviewPage(ReadingPage):
    """Signals: `go` with the `Place` of the records behind a figure."""

    go = Signal(object)
    SHOWN = frozenset(
        {
            *("office", "village", "party_org", "policy", "member", "post_assignment", "cadre", "stagnant_village"),
            *("pay_slip", "pay_standard", "care_fund", "community_support", "venue", "venue_project", "venue_funding"),
            *("rating", "dispatch", "enterprise", "enterprise_year", "rectification", "demo_unit", "inspection"),
        }
    )

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._plans: tuple[str, ...] = ()
        realm, below = self.here.office.realm, self.here.office.below
        title, plan = f"{realm}总览", PLAN.format(realm=realm, here=self.here.office.here)
        self.by_line, self.by_town = Chip("按事项"), Chip(f"按{below}")
        self.group = QButtonGroup(self)
        for place, chip in enumerate((self.by_line, self.by_town)):
            self.group.addButton(chip, place)
        self.by_line.setChecked(True)
        self.header = PageHeader(title, "", row(self.by_line, self.by_town, gap=8))
        self.lines, self.towns = Grid(LINES, f"{title}，按事项"), Grid((), f"{title}，按{below}")
        self.tables = QStackedWidget()
        for grid in (self.lines, self.towns):
            grid.go.connect(self.go)
            self.tables.addWidget(grid)
        self.group.idClicked.connect(self.tables.setCurrentIndex)
        self.card = Card(padding=2, gap=0)
        self.plans = button("全部计划数 ›", kind="link", then=self._show_plans)
        self.card.body.addLayout(
            row(
                label(plan, "small"),
                0,
                self.plans,
                margins=(12, 6, 12, 4),
            )
        )
        self.card.body.addWidget(self.tables, 1)
        self.empty = EmptyState(
            "mdi6.chart-timeline-variant",
            f"还没有{below}",
            f"登记{below}、收下它们的上报以后，这里就把{realm}计划的完成情况逐项列出来，落后的在前。",
            primary("去数据交换", "mdi6.usb-flash-drive-outline", lambda: self.go.emit(Place("exchange"))),
        )
        self.card.hide()
        self.empty.hide()
        outer = column(self.header, self.message, margins=MARGINS, gap=12)
        outer.addWidget(self.card, 1)
        outer.addWidget(self.empty, 1)
        self.setLayout(outer)

    def _show_plans(self) -> None:
        self.go.emit(Place("policy", ids=self._plans or None, title=f"{self.here.office.realm}计划"))

    def ask(self) -> Callable[[Workspace], Overview]:
        return found

    def show_found(self, now: Overview) -> None:
        townships = [one for one in now.offices if one[0] != self.here.office.id]
        self.card.setVisible(bool(townships))
        self.empty.setVisible(not townships)
        states = "".join(f" · {one.value} {now.count(one)} 项" for one in State if now.count(one))
        self.header.say(f"{len(townships)} 个单位 · 今年已过 {now.elapsed * 100:.0f}%{states}")
        self._plans = tuple(id for one in now.lines if one.plan is not None for id in one.plan.ids or ())
        realm = self.here.office.realm
        self.lines.put([_row(one, now, realm) for one in now.lines])
        figures = sorted(now.lines, key=lambda one: overview.FIGURES.index(one.figure))
        headings = [Heading(_heading(one.figure), NUMBER) for one in figures]
        self.towns.put(
            _towns(now, figures, self.here.office.realm),
            (Heading(self.here.office.below, TOWN, number=False), *headings),
        )


def found(workspace: Workspace) -> Overview:
    """The county's figures of today."""
    with workspace.read() as session:
        return overview.overview(session, workspace.office, clock.today())


def _row(line: Line, now: Overview, realm: str) -> GridRow:
    figure = line.figure
    place = line.behind or line.place
    tip = f"{figure.title}：{figure.counts}。依据：{figure.source}"
    share = "—" if line.share is None else statistics.percent(line.done, line.planned)
    plan = f"{realm}全年计划，点一下看依据" if figure.plan else "应办的全部"
    state = f"年度进度应到 {now.elapsed * 100:.0f}%" if figure.plan else ""
    return GridRow(
        (
            GridCell(figure.title, place, tip=tip),
            GridCell(figure.counts, tone="quiet", tip=tip),
            GridCell(_amount(figure, line.planned, unit=True), line.plan, tone="quiet", tip=plan),
            GridCell(_amount(figure, line.done), line.place, tip=_exact(figure, line.done)),
            GridCell(share, place, TONES[line.state]),
            GridCell(_amount(figure, line.left) if line.left else "", line.behind, tip=_exact(figure, line.left)),
            GridCell(line.state.value, place, TONES[line.state], state),
        )
    )


def _towns(now: Overview, figures: list[Line], realm: str) -> list[GridRow]:
    """One row for each township, and the county's sums."""
    rows = []
    for office, name in now.offices:
        cells = [GridCell(name, tip=name)]
        for line in figures:
            one = line.cells.get(office)
            if one is None or not (one.done or one.owed):
                cells.append(GridCell("—", tone="quiet", tip=f"{name} {line.figure.title}：没有"))
                continue
            text = _amount(line.figure, one.done)
            tip = f"{name} {line.figure.title}：完成 {text}"
            if one.owed is not None:
                whole = _amount(line.figure, one.owed)
                tip += f"，应办 {whole}"
                text = statistics.percent(one.done, one.owed)
            cells.append(GridCell(text, one.place, "attention" if one.lags else "", tip))
        rows.append(GridRow(tuple(cells)))
    sums = [
        GridCell(_amount(one.figure, one.done) if one.figure.plan else statistics.percent(one.done, one.planned))
        for one in figures
    ]
    rows.append(GridRow((GridCell(realm), *sums), total=True))
    return rows


def _heading(figure: Figure) -> str:
    return figure.short if figure.plan else f"{figure.short}%"


def _amount(figure: Figure, number: int, *, unit: bool = False) -> str:
    text = wan(number) if figure.money else f"{number:,}"
    return f"{text} {figure.unit}" if unit else text


def _exact(figure: Figure, number: int) -> str:
    return f"{yuan(number)} 元" if figure.money else f"{Decimal(number):,} {figure.unit}"
