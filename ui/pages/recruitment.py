"""发展路径: who is on the way into the Party, and beside it the twenty-five steps with their days and what is due."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app import actions
from app.actions import Offer
from app.ledgers.catalogue import LEDGERS
from app.place import REPORTS, Place
from app.reminding import spoken
from app.rules.application import ACTIVIST, ONGOING, REPORT, STAGES, stage_of_step
from app.rules.recruitment_due import FULL_MEETING, MEETING
from app.team import recruiting
from app.team.recruiting import BY_ACTION, MATERIALS, Path, State, Step
from app.workspace import Workspace
from db import clock
from ui.background import Desk
from ui.ledger.action import ActionDialog
from ui.pages.yearly import ReadingPage, beside
from ui.shell import theme
from ui.shell.widgets import (
    Card,
    Chip,
    Elided,
    EmptyState,
    PageHeader,
    Tag,
    button,
    clear,
    column,
    label,
    primary,
    row,
    tool,
)
from ui.wizards.parts import Column, Rows, table

SIGNS = {
    State.DONE: ("mdi6.check-circle", "good"),
    State.NEXT: ("mdi6.arrow-right-circle", "information"),
    State.DUE: ("mdi6.clock-alert-outline", "attention"),
    State.LATE: ("mdi6.alert-circle", "wrong"),
    State.FAILED: ("mdi6.close-circle-outline", "wrong"),
    State.SKIPPED: ("mdi6.minus-circle-outline", "quiet"),
    State.AHEAD: ("mdi6.circle-outline", "quiet"),
}
MEETINGS = {"admit": MEETING, "convert": FULL_MEETING}
"""The actions that hold a meeting, and its step: where it comes next, that is what the person is to do."""
COLUMNS = ((0, 1, 2), (3, 4))
"""Which stages stand in which of the two columns; in large type all stand one below another."""


@dataclass(frozen=True)
class Found:
    """What the store said: everybody on the way, and today."""

    paths: tuple[Path, ...]
    today: date


def found(workspace: Workspace, over: bool) -> Found:
    """Everybody on the way; with `over` also who has arrived or stopped."""
    today = clock.today()
    with workspace.read() as session:
        return Found(tuple(recruiting.paths(session, workspace.office, today, over=over)), today)


class RecruitmentPage(ReadingPage):
    """Signals: `go` with the `Place` of the record or ledger that was asked for."""

    SHOWN = frozenset({"applicant", "applicant_step", "party_org", "member"})
    go = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._chosen = ""
        self._only: tuple[str, ...] | None = None
        self.today = clock.today()
        self.over = Chip("含已转正、终止的")
        self.over.toggled.connect(lambda _: self.refresh())
        self.all = button("看全部", "mdi6.close", then=self._show_all)
        self.all.hide()
        files = button("发展党员台账", "mdi6.account-plus-outline", then=lambda: self.go.emit(Place("applicant")))
        villages = button("空白村", "mdi6.home-alert-outline", then=lambda: self.go.emit(Place("stagnant_village")))
        self.header = PageHeader("发展路径", "", self.all, self.over, files, villages)
        self.rows = Rows(
            [
                Column("姓名", lambda one: one.name, width=74),
                *([Column("乡镇", lambda one: one.office, width=70)] if self.county else []),
                Column("阶段", lambda one: one.stage_name, width=78),
                Column("到期", self._due, self._due_tone, width=104),
                Column("下一步", _next, lambda one: "quiet" if one.over else None),
            ]
        )
        self.table = table(self.rows, select=True)
        self.table.setAccessibleName("在发展的人")
        self.table.selectionModel().currentRowChanged.connect(lambda now, _: self._show_path(now.row()))
        self.detail = column(gap=10)
        empty = EmptyState(
            "mdi6.account-plus-outline",
            "没有正在发展的人",
            "有人递交入党申请书，先在“发展党员”里登记一条，这里就列出他的二十五步。",
            primary("去登记申请人", "mdi6.account-plus-outline", lambda: self.go.emit(Place("applicant"))),
        )
        shares = (6 if self.county else 5, 8) if theme.now().scale == 1 else (9 if self.county else 8, 7)
        self.lay_out(self.header, beside(self.table, self.detail, shares), empty)

    # ---------------------------------------------------------------- asking

    def ask(self) -> Callable[[Workspace], Found]:
        over = self.over.isChecked() or self._only is not None
        return lambda workspace: found(workspace, over)

    def show_place(self, place: Place) -> None:
        """Shows only those whom a reminder is about."""
        self._only = place.ids
        self.all.setText(f"{place.title} · 看全部")
        self.all.setVisible(place.ids is not None)
        if self.isVisible():
            self.refresh()
        else:
            self._stale = True

    def _show_all(self) -> None:
        self._only = None
        self.all.hide()
        self.refresh()

    # ---------------------------------------------------------------- showing

    def show_found(self, now: Found) -> None:
        self.today = now.today
        paths = [one for one in now.paths if self._only is None or one.id in self._only]
        self.has(bool(paths))
        late = sum(any(due.late(now.today) for due in one.due) for one in paths)
        soon = sum(one.pressing(now.today) is not None for one in paths) - late
        going = sum(not one.over for one in paths)
        self.header.say(f"在发展 {going} 人 · 一个月内到期 {soon} 人 · 超期 {late} 人" if paths else "")
        self.rows.put(paths)
        place = next((at for at, one in enumerate(paths) if one.id == self._chosen), 0)
        if paths:
            self.table.selectRow(place)
            self._show_path(place)

    def _due(self, one: Path) -> str:
        due = one.pressing(self.today)
        if due is None:
            return ""
        return f"{spoken(due.on, self.today)}{' 超期' if due.late(self.today) else ''}"

    def _due_tone(self, one: Path) -> str | None:
        due = one.pressing(self.today)
        return None if due is None else "wrong" if due.late(self.today) else "attention"

    def _show_path(self, place: int) -> None:
        clear(self.detail)
        if not 0 <= place < len(self.rows.rows):
            return
        one: Path = self.rows.rows[place]
        self._chosen = one.id
        self.detail.addWidget(self._head(one))
        columns = row(gap=10)
        for stages in COLUMNS if theme.now().scale == 1 else (sum(COLUMNS, ()),):
            side = column(gap=10)
            for stage in stages:
                side.addWidget(self._stage(one, stage))
            side.addStretch(1)
            columns.addLayout(side, 1)
        self.detail.addLayout(columns)

    def _head(self, one: Path) -> Card:
        card = Card(gap=6)
        head = row(label(one.name, "head"), Tag(one.stage_name, "good" if one.stage == "05" else ""), gap=8)
        head.addWidget(label(f"{one.branch} · 已办 {one.done} / 25 步", "quiet"))
        head.addStretch(1)
        file = Place("applicant", ids=(one.id,))
        paper = Place(REPORTS, ids=("recruitment", one.id))
        head.addWidget(button("打印纪实表 ›", kind="link", then=lambda: self.go.emit(paper)))
        head.addWidget(button("打开档案 ›", kind="link", then=lambda: self.go.emit(file)))
        card.body.addLayout(head)
        for due in one.due:
            if due.soon(self.today):
                step = next(step for step in one.steps if step.code == due.step)
                late, by = due.late(self.today), spoken(due.on, self.today)
                ask = f"{step.title}：应在 {by}前办，{'已经超期' if late else '快到期了'}"
                if due.rule == "D22":
                    ask = f"预备期{'已于' if due.on <= self.today else '将于'} {by}届满，应召开支部大会讨论转正"
                card.body.addWidget(label(ask, "error" if late else "warning", wrap=True))
        if one.reason:
            card.body.addWidget(label(f"终止原因：{one.reason}", "quiet", wrap=True))
        buttons = row(gap=8)
        card.body.addLayout(buttons)
        if one.own and not one.over:
            self._ask_offers(one, buttons)
        elif not one.own:
            card.body.addWidget(label(f"由{one.office}办理，这里只看。", "small"))
        return card

    def _ask_offers(self, one: Path, buttons: QHBoxLayout) -> None:
        """The buttons of what can be done with the file now, once the store has said what."""

        def ask(workspace: Workspace) -> tuple[Offer, ...]:
            with workspace.read() as session:
                return actions.offers(session, workspace.office, LEDGERS["applicant"], one.id)

        def show(offers: tuple[Offer, ...]) -> None:
            if self._chosen != one.id:
                return
            for offer in offers:
                now = MEETINGS.get(offer.id) == one.following
                make = primary if now else button
                buttons.addWidget(make(offer.title, offer.icon, then=lambda offer=offer: self._act(one, offer)))
            buttons.addStretch(1)

        self.desk.read(ask, show, key=("recruitment offers", id(self)))

    def _stage(self, one: Path, stage: int) -> Card:
        card = Card(padding=10, gap=0)
        card.body.addWidget(label(f"{'一二三四五'[stage]}、{STAGES[stage]}", "section"))
        for step in one.steps:
            if stage_of_step(step.code) == stage:
                card.body.addWidget(StepLine(self, one, step))
        return card

    # ---------------------------------------------------------------- doing

    def _act(self, one: Path, offer: Offer) -> None:
        self._open(ActionDialog(self.desk, LEDGERS["applicant"], one.id, one.name, offer, self))

    def record(self, one: Path, step: Step) -> None:
        """Asks for the day of a step and writes it down."""
        fields = recruiting.asked(step.code)
        texts = {"on": self.today.isoformat(), "outcome": "01", "document": MATERIALS[step.code][:100]}
        says = "写下办理的日期，档案里相应的日期一起填好，可以撤销。"
        offer = Offer(
            step.code, f"登记 {step.title}", says, "mdi6.check",
            tuple(fields), frozenset({"on", "outcome"}), texts, {},
        )  # fmt: skip

        def do(workspace: Workspace, typed: Mapping[str, str]) -> str:
            return recruiting.record_step(workspace, one.id, step.code, typed)

        steps = LEDGERS["applicant_step"]
        self._open(ActionDialog(self.desk, steps, one.id, one.name, offer, self, fields=fields, do=do))

    def _open(self, dialog: ActionDialog) -> None:
        dialog.done_with.connect(lambda text: self.message.say("good", text, "撤销", self.undo))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


class StepLine(QWidget):
    """One of the steps: its sign, its name, its day, and what can be done about it."""

    def __init__(self, page: RecruitmentPage, one: Path, step: Step) -> None:
        super().__init__()
        icon, tone = SIGNS[step.state]
        sign = QLabel()
        sign.setPixmap(theme.pixmap(icon, tone, 16))
        sign.setToolTip(step.state.value)
        quiet = step.state in (State.AHEAD, State.SKIPPED)
        name = Elided(step.title, "quiet" if quiet else "value")
        name.setToolTip(_tip(step))
        layout = row(sign, gap=8, margins=(0, 0, 0, 0))
        layout.addWidget(name, 1)
        day = label(_day(step, page.today), _role(step))
        day.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(day)
        if one.own and _records(one, step):
            again = step.code in ONGOING and step.times
            then = button("再记" if again else "登记", kind="link", then=lambda: page.record(one, step))
            then.setAccessibleName(f"登记 {step.title}")
            layout.addWidget(then)
        if step.record_id:
            record = Place("applicant_step", ids=(step.record_id,))
            opens = tool("mdi6.chevron-right", f"打开记录：{step.title}")
            opens.clicked.connect(lambda: page.go.emit(record))
            layout.addWidget(opens)
        self.setLayout(layout)
        self.setFixedHeight(round(27 * theme.now().scale))


def _records(one: Path, step: Step) -> bool:
    """Whether a step can be written down here: what comes next, is due, did not pass or was left out; an activist's
    report at any time. The two meetings have buttons of their own."""
    if one.stage == "06" or step.code in BY_ACTION:
        return False
    if step.code == REPORT and one.stage == ACTIVIST:
        return True
    if step.code in ONGOING and step.times:
        return not one.over
    return step.state in (State.NEXT, State.DUE, State.LATE, State.FAILED, State.SKIPPED)


def _day(step: Step, today: date) -> str:
    if step.state in (State.DUE, State.LATE) and step.due is not None:
        late = "期满" if step.code == FULL_MEETING else "超期" if step.state is State.LATE else "前"
        return f"{spoken(step.due, today)} {late}"
    if step.state is State.FAILED:
        return f"{step.on} {step.outcome}"
    if step.on is not None:
        return f"{step.on}{f'（{step.times} 次）' if step.times > 1 else ''}"
    if step.due is not None:
        return f"{spoken(step.due, today)} {'期满' if step.code == FULL_MEETING else '前'}"
    return {State.NEXT: "下一步", State.SKIPPED: "没有登记"}.get(step.state, "")


def _role(step: Step) -> str:
    return {State.LATE: "error", State.FAILED: "error", State.DUE: "warning"}.get(step.state, "small")


def _tip(step: Step) -> str:
    told = [f"材料：{step.document or MATERIALS[step.code]}"]
    if step.by:
        told.insert(0, f"经办人：{step.by}")
    return "\n".join([step.title, *told])


def _next(one: Path) -> str:
    if one.over:
        return "已终止" if one.stage == "06" else one.next.title if one.next else "已归档"
    return one.next.title if one.next else ""
