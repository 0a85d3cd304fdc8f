"""数据交换: what was sent and received and what became of it, what waits, and the two actions that matter."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMessageBox, QStackedWidget, QWidget

from app.place import REPORTS, Place
from app.sync.words import KINDS
from db import clock
from ui.background import Desk
from ui.ledger import printing
from ui.pages.board import BoardView
from ui.pages.enrol import EnrolDialog
from ui.pages.join import JoinDialog
from ui.pages.settle import SettleDialog
from ui.shell import widgets
from ui.shell.widgets import Card, Elided, MessageBar, Note, PageHeader, button, clear, column, label, primary, row
from ui.shell.words import when
from ui.wizards import sticks
from ui.wizards.frame import Flow
from ui.wizards.hand_over import HandOver
from ui.wizards.parts import Column, Rows, table
from ui.wizards.take_in import TakeIn, taking_in

if TYPE_CHECKING:
    from app.sync.board import Board, Township
    from app.sync.choices import Conflict
    from app.sync.register import PackageView
    from app.workspace import OfficeCard, Workspace


@dataclass(frozen=True)
class Upward:
    """How an office stands to its superior: what is not handed over, the packages sent and received last."""

    name: str
    pending: int
    sent: "PackageView | None"
    received: "PackageView | None"


FATES = {"sent": ("还没有回执", "attention"), "acknowledged": ("对方已接收", "good"), "received": ("已收下", "good")}


class ExchangePage(QStackedWidget):
    """The page; a wizard takes its place until it closes. `drives` says which sticks are plugged in.

    Signals:
        go: with the `Place` of the records that a cell of the board leads to.
    """

    go = Signal(object)

    def __init__(self, desk: Desk, drives: Callable[[], list[sticks.Drive]] = sticks.drives) -> None:
        super().__init__()
        assert desk.here is not None
        self.desk, self.drives, self.county = desk, drives, desk.here.office.is_county
        give, take = ways(desk.here.office)
        give_sign, take_sign = "mdi6.upload-outline", "mdi6.download-outline"
        if self.county:  # what a county does thirty times a morning is its primary action
            self.give_button = button(give, give_sign, then=self.hand_over)
            self.take_button = primary(take, take_sign, then=self.take_in)
            order = (self.give_button, self.take_button)
        else:
            self.take_button = button(take, take_sign, then=self.take_in)
            self.give_button = primary(give, give_sign, then=self.hand_over)
            order = (self.take_button, self.give_button)
        self.header = PageHeader("数据交换", "", *order)
        self.message = MessageBar()
        self.waiting = column(gap=8)
        self.carried: dict[str, int] = {}
        self.packages = Rows(
            (
                Column("收发", lambda one: "发出" if one.sent else "收到", width=64),
                Column("单位", lambda one: one.office_name, width=190),
                Column("包号", lambda one: f"第 {one.sequence} 号", width=90),
                Column("类型", lambda one: KINDS.get(one.kind, one.kind), width=70),
                Column("时间", lambda one: when(one.at), width=190),
                Column("条数", lambda one: f"{one.records:,}", right=True, width=80),
                Column("结果", self._fate, self._fate_tone),
            )
        )
        self.none = label("还没有发出或收到过。上报一次以后，每个包到了哪里、收下没有，都列在这里。", "quiet")
        self.none.setContentsMargins(15, 0, 15, 9)
        self.none.hide()
        layout = column(self.header, self.message, margins=widgets.MARGINS, gap=12)
        layout.addLayout(self.waiting)
        self.board: BoardView | None = None
        if self.county:
            layout.addWidget(self._make_strip())
            self.board = self._make_board()
            layout.addWidget(self.board, 1)
        else:
            card = Card(padding=1, gap=0)
            again = button("再印交接单 ›", kind="link", then=lambda: self.go.emit(Place(REPORTS, ids=("hand-over",))))
            card.body.addLayout(row(label("发出和收到的包", "head"), 0, again, margins=(15, 11, 11, 7)))
            sheet = table(self.packages)
            sheet.setAccessibleName("发出和收到的包")
            card.body.addWidget(self.none)
            card.body.addWidget(sheet)
            layout.addWidget(card, 1)
        overview = QWidget()
        overview.setObjectName("page")
        overview.setLayout(layout)
        self.addWidget(overview)
        desk.changed.connect(lambda _: self.refresh())
        desk.renewed.connect(self._renewed)
        self.refresh()

    def _make_strip(self) -> Card:
        """A county's line to its superior, where it has one."""
        self.superior, self.upward = label("", "head"), Elided("")
        assert self.desk.here is not None
        self.up_button = button(f"上报{self.desk.here.office.above}…", "mdi6.upload-outline", then=self.hand_up)
        self.strip = Card(padding=9)
        line = row(self.superior, gap=16, margins=(6, 0, 0, 0))
        line.addWidget(self.upward, 1)
        line.addWidget(self.up_button)
        self.strip.body.addLayout(line)
        self.strip.hide()
        return self.strip

    def _renewed(self) -> None:
        """The office may have joined a superior since the page was made."""
        assert self.desk.here is not None
        self.take_button.setText(ways(self.desk.here.office)[1])
        self.refresh()

    def _make_board(self) -> BoardView:
        assert self.desk.here is not None
        made = BoardView(self.desk.here.office, self._fate)
        made.take_in.connect(self.take_in)
        made.answer.connect(self._answer)
        made.settle.connect(self.settle)
        made.go.connect(self.go)
        made.undo.connect(self._ask_undo)
        made.enrol.connect(self._ask_enrol)
        made.revoke.connect(self._ask_revoke)
        made.print_board.connect(self._print)
        made.said.connect(self.message.say)
        return made

    # ---------------------------------------------------------------- what it shows

    def refresh(self) -> None:
        """Asks the store anew."""
        if self.county:
            self.desk.read(_look_down, self._show_board, key=self)
        else:
            self.desk.read(_look_up, self._show, key=self)

    def _show(self, found: "tuple[list[PackageView], Upward | None, int]") -> None:
        packages, upward, conflicts = found
        assert self.desk.here is not None
        above = self.desk.here.office.above
        self._learn(packages)
        self.packages.put(packages)
        self.none.setVisible(not packages)
        clear(self.waiting)
        self.header.say(stands(upward) if upward is not None else f"本单位还没有加入{above}")
        if upward is None:
            words = f"本单位是单独建立的，还不能上报。请{above}登记本单位，再用登记文件加入；现有的数据都会保留。"
            self.waiting.addWidget(Note("information", words, "", button(f"加入{above}…", then=self.ask_join)))
        elif upward.pending:
            self.waiting.addWidget(Note("attention", f"有 {upward.pending} 条变更还没有上报{above}。"))
        self._say_conflicts(conflicts)
        for one in (self.give_button, self.take_button):
            one.setEnabled(upward is not None)

    def _show_board(self, found: "tuple[Board, list[PackageView], Upward | None, int]") -> None:
        board, packages, upward, conflicts = found
        assert self.board is not None
        assert self.desk.here is not None
        self.strip.setVisible(upward is not None)
        if upward is not None:
            self.superior.setText(upward.name)
            got = upward.received
            last = f" · 最近收到 第 {got.sequence} 号 {when(got.at)}" if got is not None else ""
            self.upward.setText(stands(upward) + last)
        self._learn(packages)
        self.board.put(board, packages)
        clear(self.waiting)
        late = [one.name for one in board.late]
        today = clock.today()
        left = board.due - today.day
        when_due = f"，距截止还有 {left} 天" if left > 0 else "，今天截止" if left == 0 else "，已过截止日"
        month = f"{today.month}月还没有上报 {len(late)} 个（应在 {board.due} 日前{when_due}）"
        below = self.desk.here.office.below
        self.header.say(f"{len(board.townships)} 个{below} · {month}")
        if not board.townships:
            words = f"还没有登记过{below}。登记后得到一个登记文件和一个口令：文件放 U 盘，口令用电话告诉{below}。"
            self.waiting.addWidget(Note("information", words))
        self._say_conflicts(conflicts)
        self.give_button.setEnabled(bool(board.townships))
        self.take_button.setEnabled(bool(board.townships) or upward is not None)

    def _say_conflicts(self, number: int) -> None:
        if number:
            go = button("现在裁决…", kind="link", then=self.settle)
            self.waiting.addWidget(Note("attention", f"有 {number} 处冲突放着以后再定。", "", go))

    def _learn(self, packages: "Sequence[PackageView]") -> None:
        self.carried = {}
        for one in packages:
            if one.sent and one.status == "acknowledged":
                self.carried[one.office_code] = max(self.carried.get(one.office_code, 0), one.sequence)

    def _fate(self, one: "PackageView") -> str:
        carried = self.carried.get(one.office_code, 0)
        if one.undone:
            return "已整包撤销"
        if one.status == "sent" and one.sequence < carried:
            return f"没有回执，内容已由第 {carried} 号带到"
        if one.status == "sent" and not one.records:
            return "回执，没有别的内容"
        return fate(one)

    def _fate_tone(self, one: "PackageView") -> str:
        late = one.status == "sent" and one.records and one.sequence > self.carried.get(one.office_code, 0)
        return FATES[one.status][1] if late or one.status != "sent" else "quiet"

    # ---------------------------------------------------------------- the actions

    def hand_over(self) -> None:
        """Opens the wizard that writes packages."""
        self.begin(HandOver(self.desk, self.drives))

    def hand_up(self) -> None:
        """Opens it for the superior."""
        self.begin(HandOver(self.desk, self.drives, up=True))

    def ask_join(self) -> None:
        """Asks for the enrolment file of a superior."""
        dialog = JoinDialog(self, self.desk)
        dialog.done.connect(lambda said: self.message.say("good", said))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _answer(self, codes: list[str]) -> None:
        """Opens the same wizard for some townships."""
        self.begin(HandOver(self.desk, self.drives, codes))

    def take_in(self) -> None:
        """Opens the wizard that takes packages in."""
        made = TakeIn(self.desk, self.drives)
        made.again.connect(self._take_in_again)
        self.begin(made)

    def _take_in_again(self) -> None:
        self.leave_wizard()
        self.take_in()

    def begin(self, made: Flow) -> None:
        """Shows a wizard in place of the page until it closes."""
        self.addWidget(made)
        self.setCurrentWidget(made)
        made.closed.connect(self.leave_wizard)
        made.setFocus()

    def wizard(self) -> Flow | None:
        """The wizard that is shown, None when the page itself is."""
        shown = self.currentWidget()
        return shown if isinstance(shown, Flow) else None

    def leave_wizard(self) -> None:
        """Back to the page; what the wizard has not written is forgotten."""
        made = self.wizard()
        if made is not None:
            self.setCurrentIndex(0)
            self.removeWidget(made)
            made.deleteLater()
        self.refresh()

    def settle(self, office_id: str = "") -> None:
        """Opens the conflicts that were put off: one township's, or all."""

        def ask(ws: "Workspace") -> "list[Conflict]":
            from app.sync import intake

            return intake.put_off(ws, office_id or None)

        def show(conflicts: "list[Conflict]") -> None:
            if not conflicts:
                self.message.say("information", "没有放着的冲突，都定了。")
                return
            dialog = SettleDialog(self, self.desk, conflicts)
            dialog.finished.connect(lambda _: self.refresh())
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

        self.desk.read(ask, show)

    def _ask_enrol(self, again: "Township | None") -> None:
        dialog = EnrolDialog(self, self.desk, again)
        dialog.finished.connect(lambda _: self.refresh())
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _ask_revoke(self, one: "Township") -> None:
        words = (
            f"作废“{one.name}”现在的钥匙：从现在起，它那台电脑写的包都会被拒收。"
            "换电脑或丢了电脑时这样做，之后要重新登记。已经收下的数据不受影响。"
        )
        self._ask("作废", words, "作废", "不作废", lambda: self.revoke(one))

    def revoke(self, one: "Township") -> None:
        """Refuses a township's present keys from now on."""

        def do(ws: "Workspace") -> None:
            from app.sync import peers

            peers.revoke(ws, one.code)

        def done(_: None) -> None:
            self.message.say("good", f"“{one.name}”的钥匙已作废。需要继续上报时，请重新登记。")
            self.refresh()

        self.desk.write(do, done, self.message.refuse)

    def _ask_undo(self, one: "PackageView") -> None:
        counts, who = list(one.ledgers.values()), one.office_name
        new, changed, deleted = (
            sum(getattr(each, name) for each in counts) for name in ("created", "updated", "deleted")
        )
        assert self.desk.here is not None
        below = self.desk.here.office.below
        words = (
            f"整包撤销“{who}”第 {one.sequence} 号包：它新增的 {new:,} 条会删除，修改的 {changed:,} 条、"
            f"删除的 {deleted:,} 条会改回原样。\n\n下次给“{who}”的包会把这些改动带过去，{below}那里也会改回原样。"
            "只是个别内容不对的，请改用批注退回。"
        )
        self._ask("整包撤销", words, "整包撤销", "不撤销", lambda: self.undo(one))

    def undo(self, one: "PackageView") -> None:
        """Takes back what a whole package wrote; where later edits stand on it, says which, and changes nothing."""
        batch = one.batch_id

        def done(_: object) -> None:
            said = f"“{one.office_name}”第 {one.sequence} 号包已整包撤销。下次给它写包时，会把撤销带过去。"
            self.message.say("good", said)
            self.refresh()

        self.desk.write(lambda ws: ws.undo(batch), done, self.message.refuse)

    def _ask(self, title: str, words: str, yes: str, no: str, then: Callable[[], object]) -> None:
        box = QMessageBox(QMessageBox.Icon.Warning, title, words, parent=self)
        sure = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(no, QMessageBox.ButtonRole.RejectRole))
        box.buttonClicked.connect(lambda pressed: then() if pressed is sure else None)
        box.finished.connect(box.deleteLater)
        box.open()

    def _print(self, text: str) -> None:
        printing.show_preview(text, "打印报送情况", self)


def ways(office: "OfficeCard") -> tuple[str, str]:
    """What giving and taking are called on buttons."""
    return "发回执…" if office.is_county else f"上报{office.above}…", f"{taking_in(office)}…"


def stands(upward: Upward) -> str:
    """How the office stands to its superior, in a line."""
    sent = upward.sent
    last = "还没有上报过" if sent is None else f"上次上报 第 {sent.sequence} 号（{fate(sent)}）"
    return f"未上报变更 {upward.pending} 条 · {last}"


def _upward(ws: "Workspace") -> Upward | None:
    """None without a superior."""
    from app.sync import outgoing, peers, register

    above = peers.superior(ws)
    if above is None:
        return None
    pending = outgoing.pending(ws)
    with ws.read() as session:
        sent, received = (register.newest(session, sent=one, superior=True) for one in (True, False))
        return Upward(above.name, pending, sent, received)


def _look_up(ws: "Workspace") -> "tuple[list[PackageView], Upward | None, int]":
    """(packages, the superior, conflicts that wait)."""
    from app.sync import intake, register

    return register.packages(ws), _upward(ws), len(intake.put_off(ws))


def _look_down(ws: "Workspace") -> "tuple[Board, list[PackageView], Upward | None, int]":
    """(the board, packages, the superior, conflicts that wait)."""
    from app.sync import board, intake, register

    waiting = len(intake.put_off(ws))
    return board.board(ws, clock.today()), register.packages(ws, limit=2000), _upward(ws), waiting


def fate(one: "PackageView") -> str:
    """What became of a package, in words."""
    words = FATES.get(one.status, (one.status, ""))[0]
    if one.result is not None:
        words += f"：新增 {one.result.created:,}、修改 {one.result.updated:,}、删除 {one.result.deleted:,}"
        back = sum(1 for each in one.result.fates if each.fate == "returned")
        words += f"，退回核实 {back} 处" if back else ""
    return words
