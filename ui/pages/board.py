"""The county's board: a line for each township, and beside it the chosen one with what is to be done and its packages.

Who has not reported this month stands first. Each cell leads to what it tells of.
"""

from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QWidget

from app.place import Place
from app.sync.words import KINDS, day
from db import clock
from ui.shell import theme
from ui.shell.widgets import Card, Note, action, button, clear, column, label, line, row, scrolling
from ui.shell.words import when
from ui.wizards.parts import Column, Rows, table

if TYPE_CHECKING:
    from app.sync.board import Board, Township
    from app.sync.register import PackageView
    from app.workspace import OfficeCard

STATES = {"enrolled": "已登记，还没有加入", "answered": "已加入", "revoked": "已作废"}
STEPS = {
    "mend": "告诉{below}怎么改",
    "snapshot": "先给它回执",
    "decide": "裁决冲突",
    "report": "接收上报",
    "receipt": "写回执",
    "review": "核对改好的批注",
    "join": "等它加入",
    "none": "",
}
TO_DO = 2
"""The column of what is to be done; one click on it does it."""
PANEL_WIDTH = 296
SHOWN = 12
"""How many packages of the chosen township are listed."""


class BoardView(QWidget):
    """The board. It asks nothing itself; `put` gives it what to show. `fate` says what became of a package.

    Signals:
        take_in: packages are to be taken in.
        answer: receipts are wanted, for these codes.
        settle: the conflicts of an office, by its id.
        go: the `Place` of records.
        undo: a package is to be taken back whole.
        enrol: a township is to be enrolled, or this one again.
        revoke: a township's keys are to be refused.
        print_board: the board as HTML.
        said: (kind, sentence) for the page's message bar.
    """

    take_in = Signal()
    answer = Signal(list)
    settle = Signal(str)
    go = Signal(object)
    undo = Signal(object)
    enrol = Signal(object)
    revoke = Signal(object)
    print_board = Signal(str)
    said = Signal(str, str)

    def __init__(self, office: "OfficeCard", fate: "Callable[[PackageView], str]") -> None:
        super().__init__()
        self.below, self.above = office.below, office.here
        self.fate = fate
        self.packages: Sequence[PackageView] = ()
        self.due = 0
        self.columns: tuple[tuple[Column, Callable[[Township], object]], ...] = (
            (Column(self.below, lambda one: one.name, width=94), self._nothing),
            (Column("本月", month, month_tone, width=60), self._report),
            (
                Column("要办的", self._step, lambda _: "information", width=116),
                self.act,
            ),
            (Column("最近收到", received, width=124), self._nothing),
            (Column("待裁决", waiting, lambda _: "attention", right=True, width=58), self._decide),
            (Column("缺号", missing, _missing_tone, width=60), self._nothing),
            (Column("拒收", refused, lambda _: "wrong", width=98), self._nothing),
            (Column("对方已收到", acknowledged, width=80), self._receipt),
            (Column("批注", remarks, lambda one: "attention" if one.corrected else None), self._remarks),
        )
        self.rows = Rows([one for one, _ in self.columns])
        self.table = table(self.rows, select=True)
        self.table.setAccessibleName(f"{self.below}报送情况")
        self.table.selectionModel().currentRowChanged.connect(lambda now, _: self._show(now))
        self.table.clicked.connect(self._clicked)
        self.table.doubleClicked.connect(self._opened)
        action(self.table, "Return", self._enter)
        self.enrol_button = button(f"登记{self.below}…", "mdi6.plus", then=self._ask_enrol)
        self.revoke_button = button("作废…", "mdi6.cancel", kind="danger", then=self._ask_revoke)
        self.print_button = button("打印…", "mdi6.printer-outline", then=lambda: self.print_board.emit(self.html()))
        card = Card(padding=1, gap=0)
        head = row(
            label(f"{self.below}报送情况", "head"), 0, self.print_button, self.revoke_button, self.enrol_button,
            margins=(15, 9, 9, 7), gap=8,
        )  # fmt: skip
        card.body.addLayout(head)
        card.body.addWidget(self.table, 1)
        self.name, self.state = label("", "head", wrap=True), label("", "quiet", wrap=True)
        self.tasks, self.history = column(gap=6), column(gap=6)
        inner = QWidget()
        inner.setLayout(column(self.tasks, label("包", "small"), self.history, 0, gap=10, margins=(0, 0, 8, 0)))
        panel = Card(gap=4)
        panel.body.addWidget(self.name)
        panel.body.addWidget(self.state)
        panel.body.addWidget(scrolling(inner), 1)
        self.panel = panel
        panel.setFixedWidth(round(PANEL_WIDTH * theme.now().scale))
        layout = row(gap=12)
        layout.addWidget(card, 1)
        layout.addWidget(panel)
        self.setLayout(layout)
        self._show(QModelIndex())

    def _step(self, one: "Township") -> str:
        return STEPS[one.step.value].format(below=self.below)

    # ---------------------------------------------------------------- showing

    def put(self, board: "Board", packages: "Sequence[PackageView]") -> None:
        """Shows the board. The chosen township stays chosen; where that was the first, the first now is."""
        chosen = self.selected() if self.table.currentIndex().row() > 0 else None
        self.packages, self.due = packages, board.due
        self.rows.put(board.townships)
        codes = [one.code for one in board.townships]
        place = codes.index(chosen.code) if chosen is not None and chosen.code in codes else 0
        if codes:
            self.table.selectRow(place)
            if place == 0:
                self.table.scrollToTop()
        self._show(self.table.currentIndex())

    def selected(self) -> "Township | None":
        """The township that is chosen in the table."""
        place = self.table.currentIndex().row()
        return self.rows.rows[place] if 0 <= place < len(self.rows.rows) else None

    def _show(self, now: QModelIndex) -> None:
        one: Township | None = self.rows.rows[now.row()] if 0 <= now.row() < len(self.rows.rows) else None
        self.panel.setVisible(one is not None)
        self.revoke_button.setEnabled(one is not None and one.state.value != "revoked")
        clear(self.tasks)
        clear(self.history)
        if one is None:
            return
        self.name.setText(one.name)
        self.state.setText(f"{one.code} · {STATES[one.state.value]}")
        for kind, words, detail, *ways in self._matters(one):
            self.tasks.addWidget(Note(kind, words, detail))
            if ways:
                self.tasks.addLayout(row(*ways, 0, gap=8))
        if not self.tasks.count():
            self.tasks.addWidget(Note("good", "没有要办的。"))
        own = [each for each in self.packages if each.office_code == one.code]
        for place, each in enumerate(own[:SHOWN]):
            if place:
                self.history.addWidget(line())
            self._list(each)
        if len(own) > SHOWN:
            self.history.addWidget(label(f"更早的还有 {len(own) - SHOWN} 个", "small"))
        if not own:
            self.history.addWidget(label("还没有来往过。", "quiet"))

    def _matters(self, one: "Township") -> "list[tuple[str | QPushButton, ...]]":
        """What is to be done about a township: (kind, sentence, a word more, buttons)."""
        found: list[tuple[str | QPushButton, ...]] = []
        if one.state.value == "revoked":
            again = button("重新登记…", then=lambda: self.enrol.emit(one))
            found.append(("information", "钥匙已作废，它的包都会被拒收。要继续上报，请重新登记。", "", again))
            return found
        if one.refused is not None:
            which = f"第 {one.refused.sequence} 号" if one.refused.sequence else one.refused.file
            words = f"{day(one.refused.at)} {which}被拒收：{one.refused.message}"
            ways = [button(f"复制给{self.below}的话", then=lambda: self._copy(one))] if one.refused.tell else []
            if one.step.value == "snapshot":
                ways.append(button("写回执…", then=lambda: self._receipt(one)))
            tell = f"告诉{self.below}：{one.refused.tell}。" if one.refused.tell else ""
            found.append(("wrong", words, tell, *ways))
        if one.waiting:
            what = "、".join(f"{title} {number} 条" for title, number in one.parked)
            words = f"有 {one.waiting} 条两边都改过，放着以后再定：{what}。"
            found.append(("attention", words, "", button("现在裁决…", then=lambda: self._decide(one))))
        if one.state.value == "enrolled":
            words = "登记文件已经写出，还没有收到它的第一个包。"
            again = button("重新登记…", then=lambda: self.enrol.emit(one))
            found.append(("information", words, "登记文件或口令丢了，可以重新登记。", again))
        elif not one.reported:
            words = f"本月还没有上报，应在 {self.due} 日前。"
            found.append(("attention", words, "", button(f"接收{self.below}上报…", then=self.take_in.emit)))
        if one.untold and one.received is not None:
            words = f"第 {one.received.sequence} 号已收下，回执还没有写。"
            found.append(("information", words, "", button("写回执…", then=lambda: self._receipt(one))))
        if one.open or one.corrected:
            words = "，".join(
                text
                for number, text in (
                    (one.corrected, f"已改 {one.corrected} 条，等{self.above}办结"),
                    (one.open, f"待改 {one.open} 条"),
                )
                if number
            )
            way = button("看批注", then=lambda: self._remarks(one))
            found.append(("attention" if one.corrected else "information", f"批注：{words}。", "", way))
        if one.missing:
            numbers = "、".join(map(str, one.missing[:10])) + ("…" if len(one.missing) > 10 else "")
            found.append(("information", f"没有收到第 {numbers} 号。里面的内容已由后面的包带到，不用补。", ""))
        return found

    def _list(self, one: "PackageView") -> None:
        head = f"{'发出' if one.sent else '收到'} 第 {one.sequence} 号 · {KINDS.get(one.kind, one.kind)}"
        self.history.addLayout(row(label(head, "value"), 0, label(when(one.at), "small")))
        words = self.fate(one)
        if not one.sent and not one.undone:
            counts = list(one.ledgers.values())
            new, changed, deleted = (sum(getattr(c, n) for c in counts) for n in ("created", "updated", "deleted"))
            words = f"新增 {new:,}、修改 {changed:,}、删除 {deleted:,}"
        self.history.addWidget(label(words, "small", wrap=True))
        if not one.sent and one.batch_id is not None and not one.undone:
            way = button("整包撤销…", kind="link", then=lambda: self.undo.emit(one))
            way.setAccessibleName(f"整包撤销第 {one.sequence} 号")
            self.history.addWidget(way, 0, Qt.AlignmentFlag.AlignLeft)

    # ---------------------------------------------------------------- where cells lead

    def _clicked(self, index: QModelIndex) -> None:
        if index.column() == TO_DO:
            self._opened(index)

    def _opened(self, index: QModelIndex) -> None:
        self.columns[index.column()][1](self.rows.rows[index.row()])

    def _enter(self) -> None:
        one = self.selected()
        if one is not None:
            self.act(one)

    def act(self, one: "Township") -> None:
        """Does what is to be done next about a township."""
        ways: dict[str, Callable[[Township], object]] = {
            "mend": self._copy,
            "snapshot": self._receipt,
            "decide": self._decide,
            "report": self._report,
            "receipt": self._receipt,
            "review": self._remarks,
        }
        ways.get(one.step.value, self._nothing)(one)

    def _nothing(self, one: "Township") -> None:
        """The panel beside the table tells more."""

    def _report(self, one: "Township") -> None:
        if not one.reported:
            self.take_in.emit()

    def _decide(self, one: "Township") -> None:
        if one.waiting:
            self.settle.emit(one.office_id)

    def _receipt(self, one: "Township") -> None:
        if one.state.value == "answered":
            self.answer.emit([one.code])

    def _remarks(self, one: "Township") -> None:
        if one.open or one.corrected:
            title = f"{one.name}{'已改' if one.corrected else '待改'}"
            self.go.emit(Place("remark", ids=one.answered or one.sent_back, title=title))

    def _copy(self, one: "Township") -> None:
        if one.refused is not None:
            which = f"第 {one.refused.sequence} 号包" if one.refused.sequence else "这次的包"
            text = f"{one.name}：{which}没有收下（{one.refused.words}）。{one.refused.tell}。"
            QGuiApplication.clipboard().setText(text)
            self.said.emit("good", f"已复制，可以粘贴到短信里：{text}")

    def _ask_enrol(self) -> None:
        one = self.selected()
        self.enrol.emit(one if one is not None and one.state.value != "answered" else None)

    def _ask_revoke(self) -> None:
        one = self.selected()
        if one is not None:
            self.revoke.emit(one)

    # ---------------------------------------------------------------- paper

    def html(self) -> str:
        """The board for paper."""
        today = clock.today()
        cells = [one for one, _ in self.columns]
        heads = "".join(f"<th>{escape(one.title)}</th>" for one in cells)
        lines = "".join(
            f"<tr><td>{place}</td>" + "".join(f"<td>{escape(one.text(each))}</td>" for one in cells) + "</tr>"
            for place, each in enumerate(self.rows.rows, 1)
        )
        return (
            f"<h2 align='center'>{self.below}报送情况</h2>"
            f"<p align='right'>{today.year}年{today.month}月{today.day}日　共 {len(self.rows.rows)} 个{self.below}</p>"
            "<table width='100%' border='1' cellspacing='0' cellpadding='3' style='border-collapse: collapse'>"
            f"<thead><tr><th>序号</th>{heads}</tr></thead>{lines}</table>"
        )


def month(one: "Township") -> str:
    """Whether it has reported this month."""
    return "—" if one.state.value == "revoked" else "已上报" if one.reported else "未上报"


def month_tone(one: "Township") -> str:
    """The colour of that."""
    return "quiet" if one.state.value == "revoked" else "good" if one.reported else "attention"


def received(one: "Township") -> str:
    """The package that came last."""
    if one.received is None:
        return "—"
    undone = "（已撤销）" if one.received.undone else ""
    return f"第 {one.received.sequence} 号 {day(one.received.at)}{undone}"


def waiting(one: "Township") -> str:
    """How many records wait for a decision."""
    return f"{one.waiting}" if one.waiting else ""


def missing(one: "Township") -> str:
    """Which numbers did not come."""
    if one.step.value == "snapshot":
        return "接不上"
    return "、".join(map(str, one.missing[:3])) + ("…" if len(one.missing) > 3 else "")


def _missing_tone(one: "Township") -> str:
    return "wrong" if one.step.value == "snapshot" else "quiet"


def refused(one: "Township") -> str:
    """Why its last package was refused."""
    return one.refused.words if one.refused is not None else ""


def acknowledged(one: "Township") -> str:
    """Which package of ours it has."""
    return "—" if one.acknowledged is None else f"第 {one.acknowledged} 号"


def remarks(one: "Township") -> str:
    """How many remarks wait, and how many are answered."""
    parts = [(one.corrected, f"已改 {one.corrected}"), (one.open, f"待改 {one.open}")]
    return "，".join(text for number, text in parts if number)
