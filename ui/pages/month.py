"""月度调度: a township fills in the month on one page; a county sees who is late and makes the bulletin."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox

from app import drafts
from app.place import Place
from app.policy import Policies
from app.responsibility import month
from app.responsibility.month import CheckLine, OfficeMonth
from app.rules import monthly
from app.rules.monthly import Report
from app.workspace import Workspace
from db import clock, parsing
from ui.background import Desk
from ui.pages.duties import cell, cell_tone, headed, percent, quota, tall
from ui.pages.filling import Cell, FillRows, fill_table
from ui.pages.yearly import ReadingPage, offer
from ui.shell.widgets import MARGINS, Card, EmptyState, PageHeader, action, button, column, label, primary, row
from ui.wizards.parts import Column, Rows, line, table

TONES = {Report.ON_TIME: "good", Report.LATE: "attention", Report.WAITING: "quiet", Report.MISSING: "wrong"}
SHOWN = frozenset({"duty", "task", "monthly_check", "bulletin", "policy"})


@dataclass(frozen=True)
class Found:
    """What the store said of a month: when it is due; a township's lines and what was typed; a county's offices."""

    month: str
    due_on: date
    lines: tuple[CheckLine, ...]
    kept: dict[str, str]
    offices: tuple[OfficeMonth, ...]
    sheets: dict[str, tuple[CheckLine, ...]]
    has_bulletin: bool
    filled_by: str
    checked_by: str


def found(workspace: Workspace, chosen: str) -> Found:
    """How a month stands."""
    today = clock.today()
    with workspace.read() as session:
        own = workspace.office.id
        due = Policies.read(session).whole("monthly.due_day", today, monthly.DUE_DAY)
        county = workspace.office.is_county
        offices = tuple(one for one in month.standing(session, own, chosen, today) if one.owed) if county else ()
        lines = () if county else tuple(month.sheet(session, own, chosen))
        sheets = {one.office.id: tuple(month.sheet(session, one.office.id, chosen)) for one in offices}
        by = month.last_filled(session, own)
        return Found(
            chosen,
            monthly.due_date(chosen, due),
            lines,
            dict(drafts.kept_sheet(session, f"month/{chosen}", drafts.writer(workspace))),
            offices,
            sheets,
            month.has_bulletin(session, chosen),
            by[0] or workspace.user,
            by[1],
        )


class MonthPage(ReadingPage):
    """Signals: `go` with the `Place` of the record or ledger that was asked for."""

    go = Signal(object)
    SHOWN = SHOWN

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.now: Found | None = None
        self.month = QComboBox()
        self.month.setAccessibleName("月份")
        this = monthly.month_of(clock.today())
        months = [monthly.month_before(this, by) for by in range(24)]
        offer(self.month, [(f"{one[:4]}年{int(one[5:])}月", one) for one in months], this)
        self.month.activated.connect(lambda _: self.refresh())
        ledger = button("自查台账", "mdi6.calendar-month-outline", then=lambda: self.go.emit(Place("monthly_check")))
        self.save_button = primary("保存自查", "mdi6.content-save-outline", self.save)
        self.bulletin_button = primary("生成通报…", "mdi6.bullhorn-outline", self.make_bulletin)
        self.header = PageHeader(
            "月度调度", "", self.month, ledger, self.bulletin_button if self.county else self.save_button
        )
        self.empty = EmptyState(
            "mdi6.calendar-month-outline",
            "这个月没有责任项目",
            "县里把当年的实事分解到各单位之后，这里每月逐项自查。",
            primary("看责任分解", "mdi6.account-tie-outline", lambda: self.go.emit(Place("duty"))),
        )
        self.empty.hide()
        self.card = Card(padding=1, gap=0)
        if self.county:
            self.grid = Rows(self._office_columns())
            self.view = table(self.grid, select=True)
            tall(self.view, 4)
            self.view.doubleClicked.connect(lambda at: self._open(at.row()))
        else:
            self.rows = FillRows(self._columns(), lambda one: one.duty.id)
            self.rows.typed.connect(self._typed)
            self.view = fill_table(self.rows)
            self.filled_by, self.checked_by = line(), line()
            for field, name in ((self.filled_by, "填报人"), (self.checked_by, "审核人")):
                field.setAccessibleName(name)
                field.setFixedWidth(140)
            bar = row(label("填报人"), self.filled_by, label("审核人"), self.checked_by, margins=(15, 9, 15, 9), gap=10)
            self.state = label("", "small")
            bar.addWidget(self.state, 1)
            self.card.body.addLayout(bar)
            action(self, "Ctrl+S", self.save)
        self.view.setAccessibleName("月度调度")
        self.card.body.addWidget(self.view)
        outer = column(self.header, self.message, self.empty, self.card, margins=MARGINS, gap=12)
        outer.setStretchFactor(self.card, 1)
        outer.setStretchFactor(self.empty, 1)
        self.setLayout(outer)

    def _columns(self) -> list[Column]:
        def text(name: str) -> Callable[[CheckLine], str]:
            return lambda one: "" if one.values[name] is None else str(one.values[name])

        return [
            Column("编号", lambda one: str(one.duty.number), width=48),
            Column("实事", lambda one: one.duty.title, width=190),
            Column("任务数", lambda one: quota(one.duty), right=True, width=66),
            Column("此前累计", lambda one: str(one.before), right=True, width=72),
            Cell("本月计划", text("planned"), right=True, width=76, key="planned"),
            Cell("本月完成", text("done"), right=True, width=76, key="done"),
            Column("累计完成", lambda one: self._total(one), right=True, width=76),
            Column("完成率", lambda one: self._rate(one), right=True, width=70),
            Cell("未完成原因", text("reason"), width=210, key="reason"),
            Cell("下月计划", text("next_plan"), key="next_plan"),
        ]

    def _office_columns(self) -> list[Column]:
        return [
            Column("单位", lambda one: one.office.name, width=96),
            Column("情况", lambda one: month.STATE_NAMES[one.state], lambda one: TONES[one.state], width=92),
            Column("已填", lambda one: f"{one.filled}/{one.owed}", right=True, width=54),
            Column("填报日期", lambda one: one.last_on.isoformat() if one.last_on else "—", width=94),
            Column("完成率", lambda one: percent(one.rate) or "—", right=True, width=66),
            Column("名次", lambda one: str(one.rank or "—"), right=True, width=46),
        ]

    def _done(self, one: CheckLine) -> int | None:
        try:
            return parsing.whole(self.rows.shown(one, "done") or "x")
        except parsing.Unreadable:
            return None

    def _total(self, one: CheckLine) -> str:
        done = self._done(one)
        return "" if done is None else str(one.before + done)

    def _rate(self, one: CheckLine) -> str:
        done = self._done(one)
        found: Decimal | None = None if done is None else monthly.rate(one.before + done, one.duty.quota)
        return percent(found)

    # ---------------------------------------------------------------- what it shows

    def choose(self, chosen: str) -> None:
        """Shows a month."""
        at = self.month.findData(chosen)
        if at >= 0 and at != self.month.currentIndex():
            self.month.setCurrentIndex(at)
            self.refresh()

    def show_place(self, place: Place) -> None:
        """Shows the month that a reminder names."""
        self.choose(place.title)

    def ask(self) -> Callable[[Workspace], Found]:
        chosen = str(self.month.currentData())
        return lambda workspace: found(workspace, chosen)

    def show_found(self, now: Found) -> None:
        self.now = now
        bare = not (now.offices if self.county else now.lines)
        self.empty.setVisible(bare)
        self.card.setVisible(not bare)
        due = f"应在 {now.due_on.month}月{now.due_on.day}日前报送"
        if self.county:
            late = [one.office.name for one in now.offices if one.state in (Report.MISSING, Report.LATE)]
            waiting = sum(one.state is Report.WAITING for one in now.offices)
            said = [due, f"{len(now.offices)} 个单位"]
            said += [f"逾期或没有报齐 {len(late)} 个：{'、'.join(late[:6])}"] if late else []
            said += [f"还没有报齐 {waiting} 个"] if waiting else []
            said += ["通报已生成"] if now.has_bulletin else []
            self.header.say(" · ".join(said))
            self.bulletin_button.setEnabled(not bare)
            self.bulletin_button.setText("看通报" if now.has_bulletin else "生成通报…")
            numbers = sorted({one.duty.number for lines in now.sheets.values() for one in lines})
            titles = {one.duty.number: one.duty.title for lines in now.sheets.values() for one in lines}
            tasks = [
                Column(
                    headed(number, titles[number], 4),
                    lambda one, at=number: cell(now.sheets[one.office.id], at),
                    lambda one, at=number: cell_tone(now.sheets[one.office.id], at),
                    width=73,
                )
                for number in numbers
            ]
            self.grid.put(now.offices, (*self._office_columns(), *tasks))
            return
        filled = sum(one.check_id is not None for one in now.lines)
        self.header.say(f"{due} · 已填 {filled} / {len(now.lines)} 项")
        self.save_button.setEnabled(not bare)
        self.rows.fill(now.lines, now.kept)
        if not self.filled_by.text():
            self.filled_by.setText(now.filled_by)
        if not self.checked_by.text():
            self.checked_by.setText(now.checked_by)
        self._say_state()

    def _say_state(self) -> None:
        waiting = len(self.rows.changes())
        self.state.setText(f"改了 {waiting} 项，还没有保存" if waiting else "灰底的格子不用填；每项都要填“本月完成”")

    # ---------------------------------------------------------------- a township

    def _typed(self) -> None:
        self._say_state()
        if self.now is not None:
            name, kept = f"month/{self.now.month}", self.rows.kept()
            self.desk.write(lambda workspace: drafts.keep_sheet(workspace, name, kept))

    def save(self) -> None:
        """Writes all that was typed, as one step."""
        if self.now is None or self.county:
            return
        chosen, by, checker = self.now.month, self.filled_by.text(), self.checked_by.text()
        changes = {
            duty: {**given, "filled_by": by, "checked_by": checker} for duty, given in self.rows.changes().items()
        }
        known = {one.duty.id: one for one in self.now.lines}
        for duty, given in changes.items():
            given.setdefault("done", self.rows.shown(known[duty], "done"))
        if not changes:
            self.message.say("information", "没有改动。先填“本月完成”，再保存")
            return

        def write(workspace: Workspace) -> int:
            number = month.fill(workspace, chosen, changes)
            drafts.keep_sheet(workspace, f"month/{chosen}", {})
            return number

        self.desk.write(write, lambda number: self._saved(number), self.message.refuse)

    def _saved(self, number: int) -> None:
        self.message.say("good", f"已保存 {number} 项自查。填完了，到“数据交换”上报县里")
        self.refresh()

    # ---------------------------------------------------------------- a county

    def _open(self, at: int) -> None:
        one: OfficeMonth = self.grid.rows[at]
        self.go.emit(Place("monthly_check", office=one.office.id))

    def make_bulletin(self) -> None:
        """Makes the month's bulletin of its figures, or shows the one that is there."""
        if self.now is None:
            return
        chosen = self.now.month
        if self.now.has_bulletin:
            self.go.emit(Place("bulletin"))
            return
        late = sum(one.state in (Report.MISSING, Report.WAITING) for one in self.now.offices)
        rest = f"还有 {late} 个单位没有报齐，会在通报里点名。" if late else "各单位都已报齐。"
        if self.sure("生成通报", f"由 {chosen} 的自查生成一期通报。{rest}生成后可以修改，可以撤销。", "生成"):
            self.do(
                lambda workspace: month.issue_bulletin(workspace, chosen),
                lambda id: self.go.emit(Place("bulletin", ids=(id,), title=chosen)),
            )
