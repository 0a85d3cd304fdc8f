"""责任分解表: who answers for what. A county sees office × task, a township its own tasks one below another."""

from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QTableView

from app.place import Place
from app.responsibility import month
from app.responsibility.month import CheckLine, DutyLine, OfficeLine
from app.rules import monthly
from app.rules.scoring import plain
from app.workspace import Workspace
from db import clock
from ui.background import Desk
from ui.pages.yearly import ReadingPage, offer
from ui.shell.widgets import MARGINS, Card, EmptyState, PageHeader, button, column, label, primary, row
from ui.wizards.parts import Column, Rows, table


@dataclass(frozen=True)
class Found:
    """The years that have tasks, the one shown, its tasks by number, and each office's duties with their progress."""

    years: tuple[int, ...]
    year: int
    tasks: tuple[tuple[int, str], ...]
    offices: tuple[tuple[OfficeLine, tuple[CheckLine, ...]], ...]
    bare: int
    """How many pairs of office and task nobody was made to answer for."""


def found(workspace: Workspace, year: int | None) -> Found:
    """The duties of a year, of this one without."""
    today = clock.today()
    with workspace.read() as session:
        years = month.years(session)
        chosen = year or (today.year if today.year in years or not years else years[0])
        last = min(monthly.month_of(today), f"{chosen}-12")
        tasks = tuple((one.number, one.title) for one in month.tasks(session, chosen))
        offices = month.offices(session, workspace.office.id)
        below = [one for one in offices if one.id != workspace.office.id or not workspace.office.is_county]
        lines = tuple((one, tuple(month.sheet(session, one.id, f"{chosen}-{last[5:]}"))) for one in below)
        given = {(one.id, line.duty.task_id) for one, found in lines for line in found}
        return Found(tuple(years), chosen, tasks, lines, len(tasks) * len(below) - len(given))


class DutiesPage(ReadingPage):
    """Signals: `go` with the `Place` of the record or ledger that was asked for."""

    go = Signal(object)
    SHOWN = frozenset({"task", "duty", "monthly_check", "party_org", "office"})

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.year = QComboBox()
        self.year.setAccessibleName("年度")
        self.year.activated.connect(lambda _: self.refresh())
        self.now: Found | None = None
        ledger = button("责任分解台账", "mdi6.account-tie-outline", then=lambda: self.go.emit(Place("duty")))
        self.carry_button = button("沿用往年…", "mdi6.content-copy", then=self.carry_over)
        self.make_button = primary("分解到各单位…", "mdi6.call-split", self.make)
        county = (self.carry_button, self.make_button) if self.county else ()
        self.header = PageHeader("责任分解表", "", self.year, ledger, *county)
        self.grid = Rows([Column("单位", lambda one: one[0].name, width=110)])
        self.grid_table = table(self.grid, select=True)
        tall(self.grid_table, 2)
        self.grid_table.selectionModel().currentRowChanged.connect(lambda at, _: self._show_office(at.row()))
        self.grid_card = Card(padding=1, gap=0)
        self.grid_card.body.addWidget(self.grid_table)
        self.lines = Rows(
            [
                Column("编号", lambda one: str(one.duty.number), width=48),
                Column("实事", lambda one: one.duty.title, width=205),
                Column("任务数", lambda one: quota(one.duty), right=True, width=76),
                Column("累计完成", lambda one: str(done(one)), right=True, width=76),
                Column("完成率", lambda one: percent(rate(one)), tone_of, right=True, width=76),
                Column("第一责任人", lambda one: one.duty.first_responsible, width=100),
                Column("直接责任人", lambda one: one.duty.direct_responsible, width=100),
                Column("村(社区)", lambda one: one.duty.village, width=90),
                Column("时限", lambda one: one.duty.due_on.isoformat(), width=100),
                Column("销号", lambda one: one.duty.closed_on.isoformat() if one.duty.closed_on else "没有"),
            ]
        )
        self.lines_table = table(self.lines, select=True)
        self.lines_table.doubleClicked.connect(self._open)
        self.office = label("", "head")
        self.lines_card = Card(padding=1, gap=0)
        self.lines_card.body.addLayout(row(self.office, 0, margins=(15, 11, 11, 7)))
        self.lines_card.body.addWidget(self.lines_table)
        self.grid_card.setVisible(self.county)
        self.empty = EmptyState(
            "mdi6.account-tie-outline",
            "这一年还没有责任分解",
            "县里先定当年的实事（可以沿用往年的九件），再分解到每个单位：党委书记是第一责任人，组织委员是直接责任人。",
            primary("看实事", "mdi6.flag-checkered", lambda: self.go.emit(Place("task"))),
        )
        self.empty.hide()
        outer = column(self.header, self.message, self.empty, self.grid_card, self.lines_card, margins=MARGINS, gap=12)
        outer.setStretchFactor(self.grid_card, 5)
        outer.setStretchFactor(self.lines_card, 6)
        outer.setStretchFactor(self.empty, 1)
        self.setLayout(outer)

    def ask(self):  # type: ignore[no-untyped-def]
        year = self.year.currentData()
        return lambda workspace: found(workspace, year)

    def show_found(self, now: Found) -> None:
        self.now = now
        this = clock.today().year
        years = sorted({*now.years, now.year, this, *((this + 1,) if self.county else ())}, reverse=True)
        offer(self.year, [(f"{one} 年", one) for one in years], now.year)
        bare = not any(lines for _, lines in now.offices)
        self.empty.setVisible(bare)
        self.lines_card.setVisible(not bare)
        self.grid_card.setVisible(self.county and not bare)
        self.make_button.setEnabled(now.bare > 0)
        self.carry_button.setEnabled(not now.tasks)
        said = f"{len(now.tasks)} 件实事"
        if self.county:
            said += f" · {len(now.offices)} 个单位" + (f" · 还有 {now.bare} 项没有分解" if now.bare else "")
        self.header.say(said)
        if self.county:
            tasks = [
                Column(
                    headed(number, title, 7),
                    lambda one, at=number: cell(one[1], at),
                    lambda one, at=number: cell_tone(one[1], at),
                    width=112,
                )
                for number, title in now.tasks
            ]
            self.grid.put(now.offices, (self.grid.columns[0], *tasks))
            self.grid_table.selectRow(0)
        self._show_office(0)

    def _show_office(self, at: int) -> None:
        if self.now is None or not 0 <= at < len(self.now.offices):
            return
        office, lines = self.now.offices[at]
        self.office.setText(office.name)
        self.lines.put(lines)

    def _open(self, index) -> None:  # type: ignore[no-untyped-def]
        duty = self.lines.rows[index.row()].duty
        self.go.emit(Place("duty", ids=(duty.id,)))

    def make(self) -> None:
        """Asks, and gives every task to every office that has not got it."""
        if self.now is None:
            return
        year, bare = self.now.year, self.now.bare
        words = (
            f"把 {year} 年的 {len(self.now.tasks)} 件实事分解到各单位，新增 {bare} 项。"
            "党委书记为第一责任人，组织委员为直接责任人，任务数按村数分。已经分解的不动，可以撤销。"
        )
        if not self.sure("分解到各单位", words, "分解"):
            return

        def done_(made: month.Made) -> None:
            lacking = "；".join(f"{name}{what}" for name, what in made.lacking)
            if lacking:
                words = f"已分解 {made.created} 项。没有分解的：{lacking}，请在“党组织”里补上再分解"
                self.message.say("attention", words)
            else:
                self.message.say("good", f"已分解 {made.created} 项")

        self.do(lambda workspace: month.make_duties(workspace, year), done_)

    def carry_over(self) -> None:
        """Asks, and copies the last year's tasks and indicators."""
        if self.now is None:
            return
        year = self.now.year
        words = f"把最近一年的实事和考核指标沿用到 {year} 年，时限顺延。沿用后可以逐条修改，可以撤销。"
        if self.sure("沿用往年", words, "沿用"):
            self.do(
                lambda workspace: month.carry_over(workspace, year),
                lambda made: self.message.say("good", f"已沿用实事 {made[0]} 件，考核指标 {made[1]} 项"),
            )


def headed(number: int, title: str, wide: int) -> str:
    """A task's number and title as a heading of so many characters a line."""
    return f"{number} " + "\n".join(title[at : at + wide] for at in range(0, len(title), wide))


def tall(view: QTableView, lines: int) -> None:
    """Gives a table a heading of so many lines."""
    header = view.horizontalHeader()
    header.setFixedHeight(header.fontMetrics().lineSpacing() * lines + 12)


def quota(duty: DutyLine) -> str:
    """4个; nothing where there is no number to reach."""
    return "" if duty.quota is None else f"{duty.quota}{duty.unit}"


def done(one: CheckLine) -> int:
    """What was done so far."""
    total = one.values["total_done"]
    return int(total) if one.check_id is not None and total is not None else one.before


def rate(one: CheckLine) -> Decimal | None:
    """How much of the quota is done."""
    return monthly.rate(done(one), one.duty.quota)


def percent(value: Decimal | None) -> str:
    """75%; nothing where it is not known."""
    return "" if value is None else f"{plain(value)}%"


def tone_of(one: CheckLine) -> str | None:
    """Red where the day has passed and it is not closed, green where all is done."""
    if one.duty.closed_on is None and one.duty.due_on < clock.today():
        return "wrong"
    found = rate(one)
    return "good" if found is not None and found >= 100 else None


def cell(lines: tuple[CheckLine, ...], number: int) -> str:
    """How one office stands with one task: the rate, else how much, — where it has no such duty."""
    own = [one for one in lines if one.duty.number == number]
    if not own:
        return "—"
    if all(one.duty.closed_on is not None for one in own):
        return "已销号"
    found = monthly.mean_rate(rate(one) for one in own)
    return percent(found) if found is not None else f"累计 {sum(map(done, own))}"


def cell_tone(lines: tuple[CheckLine, ...], number: int) -> str | None:
    """The tone of such a cell."""
    own = [one for one in lines if one.duty.number == number]
    if not own:
        return "quiet"
    tones = {tone_of(one) for one in own}
    closed = all(one.duty.closed_on is not None for one in own)
    return "good" if closed else "wrong" if "wrong" in tones else "good" if tones == {"good"} else None
