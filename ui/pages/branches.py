"""支部整顿: each graded branch, and beside it its problems, what is done about them and who was sent to help."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox

from app.method import remedies
from app.method.remedies import Branch, Item
from app.place import Place
from app.workspace import Workspace
from db import clock
from ui.background import Desk
from ui.pages.yearly import ReadingPage, beside, offer
from ui.shell.widgets import (
    Card,
    EmptyState,
    PageHeader,
    Tag,
    button,
    clear,
    column,
    label,
    primary,
    row,
)
from ui.wizards.parts import Column, Rows, table

TONES = {"好": "good", "较好": "information", "一般": "attention", "较差": "wrong"}


@dataclass(frozen=True)
class Found:
    """What the store said: the years that have grades, the one shown, its branches."""

    years: tuple[int, ...]
    year: int | None
    branches: tuple[Branch, ...]


def found(workspace: Workspace, year: int | None) -> Found:
    """The branches of a year, of the last one without."""
    with workspace.read() as session:
        years = tuple(remedies.years(session))
        chosen = year if year in years else years[0] if years else None
        branches = remedies.branches(session, chosen, clock.today()) if chosen is not None else []
        return Found(years, chosen, tuple(branches))


class BranchesPage(ReadingPage):
    """Signals: `go` with the `Place` of the record or ledger that was asked for."""

    SHOWN = frozenset({"rating", "rectification", "dispatch", "party_org"})
    go = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._chosen = ""
        self.year = QComboBox()
        self.year.setAccessibleName("年度")
        self.year.activated.connect(lambda _: self.refresh())
        ratings = button("定级台账", "mdi6.star-half-full", then=lambda: self.go.emit(Place("rating")))
        items = button("整改台账", "mdi6.clipboard-list-outline", then=lambda: self.go.emit(Place("rectification")))
        self.header = PageHeader("支部整顿", "", self.year, ratings, items)
        self.rows = Rows(
            [
                Column("党组织", lambda one: one.name, width=210),
                *([Column("乡镇", lambda one: one.office, width=90)] if self.county else []),
                Column("等次", _grade, lambda one: TONES.get(one.grade), width=110),
                Column(
                    "未销号", lambda one: f"{one.open}/{len(one.items)}" if one.items else "—", right=True, width=64
                ),
                Column(
                    "超期", lambda one: str(one.late) if one.late else "", lambda one: "wrong", right=True, width=48
                ),
            ]
        )
        self.table = table(self.rows, select=True)
        self.table.setAccessibleName("支部")
        self.table.selectionModel().currentRowChanged.connect(lambda now, _: self._show_branch(now.row()))
        self.detail = column(gap=10)
        empty = EmptyState(
            "mdi6.star-half-full",
            "还没有分类定级",
            "每个党组织每年定级一次。定了级，这里就把每个支部的问题和对策并排列出来。",
            primary("去登记定级", "mdi6.star-half-full", lambda: self.go.emit(Place("rating"))),
        )
        self.lay_out(self.header, beside(self.table, self.detail, (5, 6)), empty)

    def ask(self) -> Callable[[Workspace], Found]:
        year = self.year.currentData()
        return lambda workspace: found(workspace, year)

    def show_found(self, now: Found) -> None:
        self.has(now.year is not None)
        self.year.setVisible(now.year is not None)
        self.header.say(remedies.summary(now.branches) if now.year is not None else "")
        offer(self.year, [(f"{year} 年", year) for year in now.years], now.year)
        self.rows.put(now.branches)
        place = next((at for at, one in enumerate(now.branches) if one.id == self._chosen), 0)
        if now.branches:
            self.table.selectRow(place)
            self._show_branch(place)

    def _show_branch(self, place: int) -> None:
        clear(self.detail)
        if not 0 <= place < len(self.rows.rows):
            return
        one: Branch = self.rows.rows[place]
        self._chosen = one.id
        self.detail.addWidget(self._rating(one))
        for item in one.items:
            self.detail.addWidget(self._item(item))
        if not one.items:
            says = (
                "定级低于“好”，还没有立账。请把存在的问题逐个登记到整改台账。"
                if one.grade != "好"
                else "没有登记整改项。"
            )
            self.detail.addWidget(label(says, "quiet", wrap=True))

    def _rating(self, one: Branch) -> Card:
        card = Card(gap=6)
        head = row(label(one.name, "head"), gap=8)
        if one.grade:
            head.addWidget(Tag(_grade(one), TONES.get(one.grade, "")))
        if one.promoted:
            head.addWidget(Tag("晋位升级", "good"))
        head.addStretch(1)
        rating = Place("rating", ids=(one.rating_id,))
        head.addWidget(button("打开定级 ›", kind="link", then=lambda: self.go.emit(rating)))
        card.body.addLayout(head)
        grades = [
            ("自评", one.self_grade),
            ("乡镇初定", one.township_grade),
            ("县级审定", one.county_grade or "待审定"),
        ]
        facts = [*grades, ("得分", one.score), ("群众满意率", one.satisfaction), ("联系领导", one.leader)]
        card.body.addWidget(label(" · ".join(f"{name} {text}" for name, text in facts if text), wrap=True))
        if one.sent:
            helpers = "、".join(f"{name}（{kind}）" for name, kind in one.sent)
            card.body.addWidget(label(f"选派干部：{helpers}", wrap=True))
        elif one.weak:
            card.body.addWidget(label("还没有选派第一书记。", "quiet"))
        if one.pledge:
            card.body.addWidget(label(f"专项承诺：{one.pledge}", "quiet", wrap=True))
        return card

    def _item(self, one: Item) -> Card:
        card = Card(gap=4)
        head = row(Tag(_state(one), one.tone), label(one.problem, "section"), gap=8)
        head.addStretch(1)
        item = Place("rectification", ids=(one.id,))
        head.addWidget(button("打开 ›", kind="link", then=lambda: self.go.emit(item)))
        card.body.addLayout(head)
        sides = row(gap=16)
        for title, text in (("问题", one.description), ("对策", one.measure)):
            side = column(label(title, "small"), label(text, wrap=True), gap=2)
            side.addStretch(1)
            sides.addLayout(side, 1)
        card.body.addLayout(sides)
        done = f" · 进度 {one.percent}%" if one.percent is not None else ""
        closed = f" · {one.closed_on} 销号" if one.closed_on else ""
        card.body.addWidget(label(f"责任人 {one.responsible} · 时限 {one.due_on}{done}{closed}", "small"))
        return card


def _grade(one: Branch) -> str:
    """The grade with the year before's where it differs: 一般 ← 较差."""
    said = one.grade or "未定级"
    if one.before and one.before != one.grade:
        said += f"（上年{one.before}）"
    return said


def _open(one: Branch) -> str:
    return f"{one.open}/{len(one.items)}" if one.items else "—"


def _state(one: Item) -> str:
    return f"{one.state} · 超期" if one.overdue else one.state.value
