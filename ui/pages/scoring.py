"""考核评分: the sheet of an office with what the ledgers supply, the ranking, the decision and what follows from it."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox

from app import drafts
from app.place import Place
from app.responsibility import assessing, month
from app.responsibility.assessing import Decided, Mark, Sheet, SheetLine, Standing
from app.rules import scoring
from app.workspace import Workspace
from db import clock, codes
from ui.background import Desk
from ui.pages.filling import Cell, FillRows, fill_table
from ui.pages.yearly import ReadingPage, offer
from ui.shell import theme
from ui.shell.widgets import (
    MARGINS,
    Card,
    EmptyState,
    Note,
    PageHeader,
    action,
    button,
    clear,
    column,
    label,
    primary,
    row,
)
from ui.wizards.parts import Column, Rows, table


@dataclass(frozen=True)
class Found:
    """What the store said: the years with a standard, the ranking (a county's), the sheet, what follows from it."""

    years: tuple[int, ...]
    year: int
    category: str
    standings: tuple[Standing, ...]
    sheet: Sheet | None
    kept: dict[str, str]
    consequences: tuple[str, ...]
    result: str


def found(workspace: Workspace, year: int | None, category: str, office: str | None) -> Found:
    """The sheet of an office in a year; without one that of the first in the ranking."""
    today = clock.today()
    with workspace.read() as session:
        years = tuple(assessing.years(session))
        chosen = year or (today.year if today.year in years or not years else years[0])
        own = workspace.office
        lines = month.offices(session, own.id)
        if not own.is_county:
            category = lines[0].category
        standings: tuple[Standing, ...] = ()
        if own.is_county and assessing.has_standard(session, chosen, category):
            standings = tuple(assessing.ranking(session, own.id, chosen, category, today))
        offices = [one.office for one in standings] if own.is_county else lines
        line = next((one for one in offices if one.id == office), offices[0] if offices else None)
        if line is None or not assessing.has_standard(session, chosen, category):
            return Found(years, chosen, category, standings, None, {}, (), "")
        result = assessing.result_of(session, line.id, chosen)
        sheet = assessing.sheet(session, line, chosen, today, figures=result is None)
        kept = drafts.kept_sheet(session, f"score/{chosen}/{line.id}"[:70], drafts.writer(workspace))
        bound = tuple(assessing.consequences_of(session, line.id, chosen))
        return Found(years, chosen, category, standings, sheet, dict(kept), bound, result or "")


class ScoringPage(ReadingPage):
    """Signals: `go` with the `Place` of the record or ledger that was asked for."""

    go = Signal(object)
    SHOWN = frozenset({"indicator", "score", "assessment", "restriction", "office", "monthly_check", "inspection"})

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.now: Found | None = None
        self._office: str | None = None
        self.year, self.category = QComboBox(), QComboBox()
        self.year.setAccessibleName("年度")
        self.category.setAccessibleName("考核类别")
        offer(self.category, [(name, code) for code, name in codes.table("indicator_category").choices()], "01")
        self.category.setVisible(self.county)
        for combo in (self.year, self.category):
            combo.activated.connect(lambda _: self._other())
        self.fill_button = button("按台账填分", "mdi6.database-arrow-right-outline", then=self.fill_from_ledgers)
        self.save_button = primary("保存评分", "mdi6.content-save-outline", self.save)
        self.decide_button = button("审定…", "mdi6.gavel", then=self.decide)
        self.decide_button.setVisible(self.county)
        self.header = PageHeader(
            "考核评分", "", self.year, self.category, self.fill_button, self.decide_button, self.save_button
        )
        self.ranking = Rows(
            [
                Column("名次", lambda one: str(one.rank or "—"), right=True, width=44),
                Column("单位", lambda one: one.office.name, width=92),
                Column("总分", lambda one: "" if one.total is None else scoring.plain(one.total), right=True, width=52),
                Column("情况", _standing, _standing_tone),
            ]
        )
        self.ranking_table = table(self.ranking, select=True)
        self.ranking_table.selectionModel().currentRowChanged.connect(lambda at, _: self._choose(at.row()))
        self.ranking_card = Card(padding=1, gap=0)
        self.ranking_card.body.addWidget(self.ranking_table)
        self.ranking_card.setFixedWidth(round(300 * theme.now().scale))
        self.ranking_card.setVisible(self.county)
        self.rows = FillRows(self._columns(), lambda one: one.id)
        self.rows.typed.connect(self._typed)
        self.view = fill_table(self.rows)
        self.view.setAccessibleName("评分表")
        self.office, self.totals = label("", "head"), label("", "quiet")
        self.bound = column(gap=6, margins=(12, 0, 12, 0))
        self.sheet_card = Card(padding=1, gap=0)
        self.sheet_card.body.addLayout(row(self.office, self.totals, 0, margins=(15, 9, 15, 7), gap=12))
        self.sheet_card.body.addLayout(self.bound)
        self.sheet_card.body.addWidget(self.view)
        self.empty = EmptyState(
            "mdi6.format-list-numbered",
            "这一年还没有考核指标",
            "考核细则由县里定，分乡镇、县直机关两类，各 100 分。可以从往年沿用，再逐项修改。",
            primary("看考核指标", "mdi6.format-list-numbered", lambda: self.go.emit(Place("indicator"))),
        )
        self.empty.hide()
        middle = row(self.ranking_card, gap=12)
        middle.addWidget(self.sheet_card, 1)
        outer = column(self.header, self.message, self.empty, margins=MARGINS, gap=12)
        outer.addLayout(middle, 1)
        outer.setStretchFactor(self.empty, 1)
        self.setLayout(outer)
        action(self, "Ctrl+S", self.save)

    def _columns(self) -> list[Column]:
        def leaf(one: SheetLine) -> bool:
            return one.leaf

        def plain(number: Decimal | None) -> str:
            return "" if number is None else scoring.plain(number)

        def mark(title: str, key: str, text: Callable[[SheetLine], str], mine: bool) -> Column:
            if mine:
                return Cell(title, text, right=True, width=54, key=key, can=leaf)
            return Column(title, text, right=True, width=54)

        def why(title: str, text: Callable[[SheetLine], str], mine: bool) -> Column:
            return Cell(title, text, width=300, key="reason", can=leaf) if mine else Column(title, text, width=160)

        return [
            Column("编号", lambda one: one.number, _heading, width=46),
            Column("指标", lambda one: ("　" if one.leaf else "") + one.title, _heading, width=188),
            Column("满分", lambda one: plain(one.full_mark), _heading, right=True, width=46),
            Column("台账取数", _figure, lambda _: "quiet", width=124),
            mark("自评", "self", lambda one: plain(one.self_score), not self.county),
            mark("县评", "county", lambda one: plain(one.county_score), self.county),
            why("县评事由" if self.county else "扣分事由", _county_why if self.county else _why, True),
            Column("自评事由" if self.county else "县评事由", _why if self.county else _county_why),
        ]

    # ---------------------------------------------------------------- what it shows

    def _other(self) -> None:
        self._office = None
        self.refresh()

    def ask(self) -> Callable[[Workspace], Found]:
        year, category, office = self.year.currentData(), str(self.category.currentData()), self._office
        return lambda workspace: found(workspace, year, category, office)

    def show_found(self, now: Found) -> None:
        self.now = now
        this = clock.today().year
        offer(self.year, [(f"{one} 年", one) for one in sorted({*now.years, now.year, this}, reverse=True)], now.year)
        bare = now.sheet is None
        self.empty.setVisible(bare)
        self.sheet_card.setVisible(not bare)
        self.ranking_card.setVisible(self.county and not bare)
        decided = any(one.decided_on for one in now.standings)
        for one in (self.fill_button, self.save_button):
            one.setEnabled(not bare and not now.result)
        self.decide_button.setEnabled(bool(now.standings) and not decided)
        if self.county:
            waiting = sum(one.total is None for one in now.standings)
            state = "已审定" if decided else f"没有评完 {waiting} 个" if waiting else "都已评完，可以审定"
            self.header.say(f"{len(now.standings)} 个单位 · {state}")
            self.ranking.put(now.standings)
        if now.sheet is None:
            if not self.county:
                self.header.say("")
            return
        sheet = now.sheet
        self._office = sheet.office.id
        if self.county:
            at = next((at for at, one in enumerate(now.standings) if one.office.id == sheet.office.id), 0)
            with _quiet(self.ranking_table):
                self.ranking_table.selectRow(at)
        else:
            waiting = f"还有 {sheet.self_missing} 项没有自评" if sheet.self_missing else "自评已完成"
            self.header.say(now.result or f"{waiting} · 灰底的格子不用填")
        self.office.setText(f"{sheet.office.name} {sheet.year} 年")
        own, county = _total(sheet.self_total, sheet.self_missing), _total(sheet.county_total, sheet.county_missing)
        self.totals.setText(f"自评 {own} · 县评 {county}" + (f" · {now.result}" if now.result and self.county else ""))
        clear(self.bound)
        if now.consequences:
            self.bound.addWidget(Note("attention", "；".join(now.consequences)))
        self.rows.locked = bool(now.result)
        self.rows.fill(sheet.lines, {} if now.result else now.kept)

    def _choose(self, at: int) -> None:
        if 0 <= at < len(self.ranking.rows) and self.ranking.rows[at].office.id != self._office:
            self._office = self.ranking.rows[at].office.id
            self.refresh()

    # ---------------------------------------------------------------- filling in

    def _draft(self) -> str:
        assert self.now is not None
        assert self.now.sheet is not None
        return f"score/{self.now.year}/{self.now.sheet.office.id}"[:70]

    def _typed(self) -> None:
        name, kept = self._draft(), self.rows.kept()
        self.desk.write(lambda workspace: drafts.keep_sheet(workspace, name, kept))

    def save(self) -> None:
        """Writes all that was typed, as one step."""
        if self.now is None or self.now.sheet is None or self.now.result:
            return
        office, year, name = self.now.sheet.office, self.now.year, self._draft()
        key = "county" if self.county else "self"
        known = {one.id: one for one in self.now.sheet.lines}
        marks = {
            id: Mark(given.get(key, self.rows.shown(known[id], key)), self.rows.shown(known[id], "reason"))
            for id, given in self.rows.changes().items()
        }
        if not marks:
            self.message.say("information", "没有改动，不用保存")
            return

        def write(workspace: Workspace) -> int:
            number = assessing.fill(workspace, office, year, marks)
            drafts.keep_sheet(workspace, name, {})
            return number

        self.desk.write(write, self._saved, self.message.refuse)

    def _saved(self, number: int) -> None:
        self.message.say("good", f"已保存 {number} 项评分")
        self.refresh()

    def fill_from_ledgers(self) -> None:
        """Fills what is empty and can be reckoned from the ledgers."""
        if self.now is None or self.now.sheet is None:
            return
        office, year = self.now.sheet.office, self.now.year

        def done(number: int) -> None:
            if number:
                self.message.say("good", f"按台账填了 {number} 项，可以再改，可以撤销")
            else:
                self.message.say("information", "没有空着又能从台账算出来的项目")

        self.do(lambda workspace: assessing.fill_from_ledgers(workspace, office, year), done)

    # ---------------------------------------------------------------- the decision

    def decide(self) -> None:
        """Shows what a decision would come to, and asks."""
        if self.now is None:
            return
        year, category, today = self.now.year, self.now.category, clock.today()

        def ask(workspace: Workspace) -> Decided:
            with workspace.read() as session:
                return assessing.plan(session, workspace.office.id, year, category, today)

        self.desk.read(ask, lambda plan: self._confirm(plan, year, category), self.message.refuse)

    def _confirm(self, plan: Decided, year: int, category: str) -> None:
        if not self.sure(f"审定 {year} 年考核", words_of(plan), "审定"):
            return

        def done(made: Decided) -> None:
            below = sum(not one.passed for one in made.standings)
            rest = f"，评分线以下 {below} 个，写出限制 {len(made.restrictions)} 条" if below else ""
            self.message.say("good", f"已审定 {len(made.standings)} 个单位{rest}。可以撤销")

        self.do(lambda workspace: assessing.decide(workspace, year, category, clock.today()), done)


def words_of(plan: Decided) -> str:
    """What a decision comes to, for the person who is about to take it."""
    lines = [f"{one.rank}　{one.office.name}　{scoring.plain(one.total or Decimal(0))} 分" for one in plan.standings]
    below = [one.office.name for one in plan.standings if not one.passed]
    names = codes.table("restriction_kind")
    bound = [
        f"{office.name}：{names.name(one.kind)}{'，' + one.person if one.person else ''}（至 {one.until}）"
        for office, one in plan.restrictions
    ]
    said = f"评分线以下：{'、'.join(below)}。将写出以下限制：" if below else "各单位都达到评分线。"
    return "\n".join([*lines, "", said, *bound])


class _quiet:
    """While it lasts, a table's selection tells nobody that it changed."""

    def __init__(self, view: object) -> None:
        self.model = view.selectionModel()  # type: ignore[attr-defined]

    def __enter__(self) -> None:
        self.model.blockSignals(True)

    def __exit__(self, *_: object) -> None:
        self.model.blockSignals(False)


def _heading(one: SheetLine) -> str | None:
    return None if one.leaf else "quiet"


def _figure(one: SheetLine) -> str:
    if not one.figure:
        return ""
    value = one.figure.rpartition(" ")[2]
    return value if one.suggested is None else f"{value} → {scoring.plain(one.suggested)} 分"


def _why(one: SheetLine) -> str:
    return one.reason


def _county_why(one: SheetLine) -> str:
    return one.county_reason


def _total(total: Decimal | None, missing: int) -> str:
    return f"{scoring.plain(total)} 分" if total is not None else f"还差 {missing} 项"


def _standing(one: Standing) -> str:
    if one.total is None:
        return f"还差 {one.missing} 项"
    return ("达到评分线" if one.passed else "评分线以下") + ("" if one.decided_on else "（未审定）")


def _standing_tone(one: Standing) -> str | None:
    if one.total is None:
        return "attention"
    return "good" if one.passed else "wrong"
