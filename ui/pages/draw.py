"""随机抽查: a county draws villages for its inspection teams; the same number draws the same villages."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSpinBox

from app.place import Place
from app.responsibility import inspecting
from app.responsibility.inspecting import DrawnLine
from app.workspace import Workspace
from db import clock
from ui.background import Desk
from ui.pages.yearly import ReadingPage
from ui.shell.widgets import MARGINS, Card, Note, PageHeader, button, column, label, primary, row
from ui.wizards.parts import Column, Rows, line, table


class DrawPage(ReadingPage):
    """Signals: `go` with the `Place` of the record or ledger that was asked for."""

    go = Signal(object)
    SHOWN = frozenset({"policy", "village"})

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        ledger = button("督查台账", "mdi6.magnify-scan", then=lambda: self.go.emit(Place("inspection")))
        self.header = PageHeader("随机抽查", "抽签号相同，抽出的村就相同，谁都可以再抽一次核对", ledger)
        self.seed = line("例如 20261123-1", text=f"{clock.today():%Y%m%d}")
        self.seed.setAccessibleName("抽签号")
        self.seed.setFixedWidth(180)
        self.teams, self.each = QSpinBox(), QSpinBox()
        for spin, name, most in ((self.teams, "督查组", 50), (self.each, "每组村数", 100)):
            spin.setAccessibleName(name)
            spin.setRange(1, most)
            spin.setFixedWidth(56)
            spin.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.draw_button = primary("抽取", "mdi6.dice-multiple-outline", self.draw)
        self.write_button = button("写入督查台账…", "mdi6.content-save-outline", then=self.write)
        self.write_button.setEnabled(False)
        self.seed.returnPressed.connect(self.draw)
        bar = row(
            label("抽签号"), self.seed, label("督查组"), self.teams, label("每组村数"), self.each, self.draw_button, 0,
            self.write_button, margins=(15, 11, 15, 11), gap=10,
        )  # fmt: skip
        self.rows = Rows(
            [
                Column("督查组", lambda one: one.team_name, width=140),
                Column("乡镇", lambda one: one.office, width=160),
                Column("村(社区)", lambda one: one.village),
            ]
        )
        self.drawn: tuple[str, int, int] | None = None
        card = Card(padding=1, gap=0)
        card.body.addLayout(bar)
        card.body.addWidget(table(self.rows))
        how = Note(
            "information",
            "各乡镇按村数的比例抽。顺序由“抽签号/乡镇代码/村代码”的 SHA-256 决定，从小到大取。"
            "抽签号请在场的人当面报，先公布再抽。",
        )
        outer = column(self.header, self.message, how, card, margins=MARGINS, gap=12)
        outer.setStretchFactor(card, 1)
        self.setLayout(outer)

    def ask(self) -> Callable[[Workspace], tuple[int, int]]:
        def size(workspace: Workspace) -> tuple[int, int]:
            with workspace.read() as session:
                return inspecting.size(session, clock.today())

        return size

    def show_found(self, now: tuple[int, int]) -> None:
        if self.drawn is None:
            self.teams.setValue(now[0])
            self.each.setValue(now[1])

    def draw(self) -> None:
        """Draws, and writes nothing."""
        asked = (self.seed.text(), self.teams.value(), self.each.value())

        def ask(workspace: Workspace) -> list[DrawnLine]:
            with workspace.read() as session:
                return inspecting.drawn(session, workspace.office.id, *asked)

        def show(lines: list[DrawnLine]) -> None:
            self.drawn = asked
            self.rows.put(lines)
            self.write_button.setEnabled(True)
            towns = len({one.office for one in lines})
            self.header.say(f"抽签号 {asked[0]} · {towns} 个乡镇 {len(lines)} 个村")

        self.desk.read(ask, show, self.message.refuse, key=("draw", id(self)))

    def write(self) -> None:
        """Asks, and writes the drawn villages down as inspections."""
        if self.drawn is None:
            return
        asked, number = self.drawn, len(self.rows.rows)
        words = f"把抽签号 {asked[0]} 抽出的 {number} 个村写进督查台账，日期为今天，可以撤销。"
        if self.sure("写入督查台账", words, "写入"):
            self.do(
                lambda workspace: inspecting.assign(workspace, *asked),
                lambda lines: self.message.say("good", f"已写入督查记录 {len(lines)} 条"),
            )
