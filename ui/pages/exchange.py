"""数据交换: what was sent and received and what became of it, what waits, and the two actions that matter."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QMessageBox, QStackedWidget, QWidget

from db import clock
from db.errors import Refusal
from ui.background import Desk
from ui.shell import manual, widgets
from ui.shell.widgets import (
    Card,
    MessageBar,
    Note,
    PageHeader,
    action,
    button,
    clear,
    column,
    label,
    primary,
    row,
    scrolling,
)
from ui.shell.words import when
from ui.wizards import sticks
from ui.wizards.decisions import Decisions, Key, choice_of, is_answered, key_of
from ui.wizards.frame import Flow
from ui.wizards.hand_over import HandOver
from ui.wizards.parts import Column, FieldRow, PathField, Rows, line, table
from ui.wizards.take_in import TakeIn
from ui.wizards.words import KINDS, local

if TYPE_CHECKING:
    from app.sync.choices import Choice, Conflict
    from app.sync.peers import Enrolment, PeerCard
    from app.sync.register import PackageView
    from app.workspace import Workspace

FATES = {"sent": ("还没有回执", "attention"), "acknowledged": ("对方已接收", "good"), "received": ("已收下", "good")}
STATES = {"enrolled": "已登记，还没有加入", "answered": "已加入", "revoked": "已作废"}


class ExchangePage(QStackedWidget):
    """The page; a wizard takes its place until it closes. `drives` says which sticks are plugged in."""

    def __init__(self, desk: Desk, drives: Callable[[], list[sticks.Drive]] = sticks.drives) -> None:
        super().__init__()
        assert desk.here is not None
        self.desk, self.drives, self.county = desk, drives, desk.here.office.is_county
        give, take = ("发回执…", "接收乡镇上报…") if self.county else ("上报县里…", "接收县里下发…")
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
        self.towns = Rows(
            (
                Column("乡镇", lambda one: one.name, width=150),
                Column("代码", lambda one: one.code, width=110),
                Column("情况", lambda one: STATES.get(one.state, one.state), width=150),
                Column("最近一次上报", _last_received, width=180),
                Column("最近一次下发", _last_sent, width=215),
                Column("本月", self._this_month, lambda one: "good" if self._reported(one) else "attention"),
            )
        )
        self.towns_table = table(self.towns, select=True)
        self.towns_table.selectionModel().currentRowChanged.connect(lambda *_: self._judge())
        self.enrol_button = button("登记乡镇…", "mdi6.plus", then=self._ask_enrol)
        self.revoke_button = button("作废…", "mdi6.cancel", kind="danger", then=self._ask_revoke)
        self.towns_card = Card(padding=1, gap=0)
        bar = row(label("乡镇", "head"), 0, self.revoke_button, self.enrol_button, margins=(15, 11, 11, 7))
        self.towns_card.body.addLayout(bar)
        self.towns_card.body.addWidget(self.towns_table)
        self.towns_card.setVisible(self.county)
        self.packages = Rows(
            (
                Column("", lambda one: "发出" if one.sent else "收到", width=64),
                Column("单位", lambda one: one.office_name, width=190),
                Column("包号", lambda one: f"第 {one.sequence} 号", width=90),
                Column("类型", lambda one: KINDS.get(one.kind, one.kind), width=70),
                Column("时间", lambda one: when(one.at), width=190),
                Column("条数", lambda one: f"{one.records:,}", right=True, width=80),
                Column("结果", self._fate, self._fate_tone),
            )
        )
        card = Card(padding=1, gap=0)
        card.body.addLayout(row(label("发出和收到的包", "head"), 0, margins=(15, 11, 11, 7)))
        card.body.addWidget(table(self.packages))
        layout = column(self.header, self.message, margins=widgets.MARGINS, gap=12)
        layout.addLayout(self.waiting)
        layout.addWidget(self.towns_card, 1)
        layout.addWidget(card, 1)
        overview = QWidget()
        overview.setObjectName("page")
        overview.setLayout(layout)
        self.addWidget(overview)
        desk.changed.connect(lambda _: self.refresh())
        self.refresh()

    # ---------------------------------------------------------------- what it shows

    def refresh(self) -> None:
        """Asks the store anew."""

        def ask(ws: "Workspace") -> "tuple[list[PackageView], list[PeerCard], int, list[Conflict]]":
            from app.sync import intake, outgoing, peers, register

            cards = peers.peers(ws)
            above = peers.superior(ws)
            cards = cards if ws.office.is_county else [above] if above is not None else []
            return register.packages(ws), cards, outgoing.pending(ws) if cards else 0, intake.put_off(ws)

        self.desk.read(ask, self._show, key=self)

    def _show(self, found: "tuple[list[PackageView], list[PeerCard], int, list[Conflict]]") -> None:
        packages, cards, pending, conflicts = found
        self.carried = {}
        for one in packages:
            if one.sent and one.status == "acknowledged":
                self.carried[one.office_code] = max(self.carried.get(one.office_code, 0), one.sequence)
        self.packages.put(packages)
        clear(self.waiting)
        if self.county:
            self.towns.put(cards)
            late = [one.name for one in cards if one.state != "revoked" and not self._reported(one)]
            self.header.say(f"{len(cards)} 个乡镇 · 本月还没有上报 {len(late)} 个")
            if late:
                self.waiting.addWidget(Note("attention", f"本月还没有上报：{'、'.join(late[:12])}"))
            if not cards:
                words = "还没有登记过乡镇。登记后得到一个登记文件和一个口令：文件放 U 盘，口令用电话告诉乡镇。"
                self.waiting.addWidget(Note("information", words))
        else:
            sent = next((one for one in packages if one.sent), None)
            last = f" · 上次上报 第 {sent.sequence} 号（{fate(sent)}）" if sent is not None else " · 还没有上报过"
            self.header.say(f"未上报变更 {pending} 条{last}" if cards else "本单位还没有加入县里")
            if not cards:
                words = "本单位是单独建立的，还不能上报。请县里“登记乡镇”，再用登记文件新建一个工作目录加入。"
                self.waiting.addWidget(Note("information", words))
            elif pending:
                self.waiting.addWidget(Note("attention", f"有 {pending} 条变更还没有上报县里。"))
        for one in (self.give_button, self.take_button):
            one.setEnabled(bool(cards))
        if conflicts:
            go = button("现在裁决…", kind="link", then=lambda: self._settle(conflicts))
            self.waiting.addWidget(Note("attention", f"有 {len(conflicts)} 处冲突放着以后再定。", "", go))
        self._judge()

    def _fate(self, one: "PackageView") -> str:
        carried = self.carried.get(one.office_code, 0)
        if one.status == "sent" and one.sequence < carried:
            return f"没有回执，内容已由第 {carried} 号带到"
        if one.status == "sent" and not one.records:
            return "回执，没有别的内容"
        return fate(one)

    def _fate_tone(self, one: "PackageView") -> str:
        late = one.status == "sent" and one.records and one.sequence > self.carried.get(one.office_code, 0)
        return FATES[one.status][1] if late or one.status != "sent" else "quiet"

    def _reported(self, one: "PeerCard") -> bool:
        return one.received_at is not None and local(one.received_at).strftime("%Y%m") == clock.today().strftime("%Y%m")

    def _this_month(self, one: "PeerCard") -> str:
        return "—" if one.state == "revoked" else "已上报" if self._reported(one) else "未上报"

    def selected(self) -> "PeerCard | None":
        """The township that is chosen in the table."""
        place = self.towns_table.currentIndex().row()
        return self.towns.rows[place] if 0 <= place < len(self.towns.rows) else None

    def _judge(self) -> None:
        one = self.selected()
        self.revoke_button.setEnabled(one is not None and one.state != "revoked")

    # ---------------------------------------------------------------- the actions

    def hand_over(self) -> None:
        """Opens the wizard that writes packages."""
        self.begin(HandOver(self.desk, self.drives))

    def take_in(self) -> None:
        """Opens the wizard that takes packages in."""
        self.begin(TakeIn(self.desk, self.drives))

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

    def _ask_enrol(self) -> None:
        one = self.selected()
        again = one if one is not None and one.state != "answered" else None
        EnrolDialog(self, self.desk, again).exec()
        self.refresh()

    def _ask_revoke(self) -> None:
        one = self.selected()
        if one is None:
            return
        words = (
            f"作废“{one.name}”现在的钥匙：从现在起，它那台电脑写的包都会被拒收。"
            "换电脑或丢了电脑时这样做，之后要重新登记。已经收下的数据不受影响。"
        )
        box = QMessageBox(QMessageBox.Icon.Warning, "作废", words, parent=self)
        yes = box.addButton("作废", QMessageBox.ButtonRole.AcceptRole)
        box.addButton("不作废", QMessageBox.ButtonRole.RejectRole)
        box.exec()
        if box.clickedButton() is yes:
            self.revoke(one)

    def revoke(self, one: "PeerCard") -> None:
        """Refuses a township's present keys from now on."""

        def do(ws: "Workspace") -> None:
            from app.sync import peers

            peers.revoke(ws, one.code)

        def done(_: None) -> None:
            self.message.say("good", f"“{one.name}”的钥匙已作废。需要继续上报时，请重新登记。")
            self.refresh()

        self.desk.write(do, done, self.message.refuse)

    def _settle(self, conflicts: "list[Conflict]") -> None:
        SettleDialog(self, self.desk, conflicts, county=self.county).exec()
        self.refresh()


def fate(one: "PackageView") -> str:
    """What became of a package, in words."""
    words = FATES.get(one.status, (one.status, ""))[0]
    if one.result is not None:
        words += f"：新增 {one.result.created}、修改 {one.result.updated}、删除 {one.result.deleted}"
        back = sum(1 for each in one.result.fates if each.fate == "returned")
        words += f"，退回核实 {back} 处" if back else ""
    return words


def _last_received(one: "PeerCard") -> str:
    return "—" if one.received_at is None else f"第 {one.received_sequence} 号　{when(one.received_at)}"


def _last_sent(one: "PeerCard") -> str:
    if one.sent_at is None:
        return "—"
    told = "" if one.acknowledged == one.sent_sequence else "（无回执）"
    return f"第 {one.sent_sequence} 号　{when(one.sent_at)}{told}"


class EnrolDialog(QDialog):
    """登记乡镇: code, name and where the file goes; then the passphrase, shown this once."""

    def __init__(self, parent: QWidget, desk: Desk, again: "PeerCard | None" = None) -> None:
        super().__init__(parent)
        self.desk, self.enrolled = desk, None
        self.setWindowTitle("登记乡镇")
        action(self, "F1", lambda: manual.open_at("enrol", self))
        self.setMinimumWidth(560)
        self.code = FieldRow("单位代码", line("乡镇的行政区划代码", text=again.code if again else ""))
        self.name = FieldRow("单位名称", line("例如 石桥镇", text=again.name if again else ""))
        self.folder = FieldRow("登记文件存到", PathField("选择 U 盘或文件夹", folder=True))
        found = sticks.drives()
        self.folder.editor.edit.setText(str(found[0].root) if found else str(Path.home()))
        self.folder.editor.changed.connect(lambda: self.folder.wrong(""))
        self.message = MessageBar()
        self.go = primary("登记", then=self.enrol)
        self.cancel = button("取消", then=self.reject)
        self.body = column(self.code, self.name, self.folder, gap=10)
        layout = column(self.message, margins=(20, 18, 20, 18), gap=14)
        layout.addLayout(self.body)
        layout.addLayout(row(0, self.cancel, self.go, gap=12))
        self.setLayout(layout)

    enrolled: "Enrolment | None"

    def enrol(self) -> None:
        """Enrols, or says beside the field what is missing."""
        code, name, folder = self.code.editor.text().strip(), self.name.editor.text().strip(), self.folder.editor.path()
        self.code.wrong("" if code else "请填写单位代码")
        self.name.wrong("" if name else "请填写单位名称")
        there = folder is not None and folder.is_dir()
        self.folder.wrong("" if there else "找不到这个文件夹。请插好 U 盘，或另选一个文件夹")
        if not (code and name and there) or folder is None:
            return
        self.go.setEnabled(False)

        def do(ws: "Workspace") -> "Enrolment":
            from app.sync import peers

            return peers.enrol(ws, code, name, folder / f"{code}-登记.dzb")

        self.desk.write(do, self._done, self._refused)

    def _refused(self, refusal: Refusal) -> None:
        self.go.setEnabled(True)
        self.message.refuse(refusal)

    def _done(self, enrolled: "Enrolment") -> None:
        self.enrolled = enrolled
        clear(self.body)
        self.body.addWidget(Note("good", f"“{enrolled.name}”已登记。登记文件：", str(enrolled.file)))
        box = Card("登记口令（只显示这一次）", gap=8)
        self.passphrase = label(enrolled.passphrase, "figure", select=True)
        box.body.addWidget(self.passphrase)
        words = "请打电话把它告诉乡镇，让对方写下来。不要和 U 盘放在一起，也不要写在文件名里。关掉这个窗口就看不到了。"
        box.body.addWidget(label(words, "quiet", wrap=True))
        self.body.addWidget(box)
        self.cancel.hide()
        self.go.setText("已经记下")
        self.go.setEnabled(True)
        self.go.clicked.disconnect()
        self.go.clicked.connect(self.accept)


class SettleDialog(QDialog):
    """Conflicts that were put off, to be decided now; a record is written when all of its fields are decided."""

    def __init__(self, parent: QWidget, desk: Desk, conflicts: "list[Conflict]", *, county: bool) -> None:
        super().__init__(parent)
        self.desk, self.conflicts = desk, conflicts
        self.setWindowTitle("放着以后再定的冲突")
        action(self, "F1", lambda: manual.open_at("take-in", self))
        self.resize(1080, 480)
        self.answers: dict[Key, tuple[str, str]] = {}
        self.decisions = Decisions(desk, county=county)
        self.decisions.put(conflicts, "放着的冲突", self.answers)
        self.decisions.decided.connect(self._judge)
        self.message = MessageBar()
        self.save = primary("按裁决写入", then=self.settle)
        card = Card()
        card.body.addWidget(scrolling(self.decisions, horizontal=True))
        layout = column(self.message, margins=(20, 18, 20, 18), gap=12)
        layout.addWidget(card, 1)
        layout.addLayout(row(0, button("关闭", then=self.reject), self.save, gap=12))
        self.setLayout(layout)
        self._judge()

    def ready(self) -> "dict[str, dict[str, Choice]]":
        """The records of which every field is decided: id → field → choice."""
        found: dict[str, dict[str, Choice]] = {}
        waiting = set()
        for one in self.conflicts:
            answer = self.answers.get(key_of(one))
            if answer is None or not is_answered(answer) or answer[0] == "later":
                waiting.add(one.id)
            else:
                found.setdefault(one.id, {})[one.field] = choice_of(answer)
        return {record: chosen for record, chosen in found.items() if record not in waiting}

    def _judge(self) -> None:
        amount = len(self.ready())
        self.save.setEnabled(amount > 0)
        self.save.setText(f"按裁决写入 {amount} 条" if amount else "按裁决写入")

    def settle(self) -> None:
        """Writes what is decided."""
        chosen = self.ready()

        def do(ws: "Workspace") -> int:
            from app.sync import intake

            for record, choices in chosen.items():
                intake.settle(ws, record, choices)
            return len(chosen)

        self.desk.write(do, lambda _: self.accept(), self.message.refuse)
