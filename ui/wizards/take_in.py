"""Taking in: packages from one stick or many are verified, tried, decided on, written, and answered."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.files import size
from app.sync.words import day, moment
from db.errors import Refusal
from ui.background import Desk, Progress
from ui.shell.widgets import Card, Note, button, clear, column, label, row, scrolling
from ui.wizards import sticks
from ui.wizards.frame import Flow
from ui.wizards.morning import Morning
from ui.wizards.parcels import Parcel, note_of, signature, verifying_columns
from ui.wizards.parts import Column, DropZone, Rows, TickRows, table
from ui.wizards.receipts import Receipts, owed
from ui.wizards.trial import Trial

if TYPE_CHECKING:
    from app.sync.afterwards import Told
    from app.sync.outcome import Outcome
    from app.sync.several import Answer
    from app.workspace import OfficeCard, Workspace

FILTER = "上报和下发的包 (*.dzb);;所有文件 (*)"
CHOOSING, VERIFYING, TRYING, WRITING, ANSWERING = range(5)


class TakeIn(Flow):
    """Takes in packages. `drives` says which sticks are plugged in; `files` are chosen beforehand.

    Signals:
        again: this round is done, and the next sticks are to be taken in.
    """

    topic = "take-in"
    again = Signal()

    def __init__(
        self, desk: Desk, drives: Callable[[], list[sticks.Drive]] = sticks.drives, files: Sequence[Path] = ()
    ) -> None:
        assert desk.here is not None
        self.office = desk.here.office
        self.county = self.office.is_county
        title = taking_in(self.office)
        super().__init__(desk, title, ("选择", "验真", "试运行与裁决", "写入", "回执"))
        self.drives, self.parcels = drives, []
        self.chosen_by_hand: list[Path] = list(files)
        self._fill_choosing()
        self._fill_verifying()
        who = self.office.below if self.county and self.office.superior_id is None else "来自"
        self.trial = Trial(desk, who)
        self.trial.decided.connect(self.refresh)
        self.parts[TRYING].body.addWidget(self.trial, 1)
        self.morning = Morning(self.office, who)
        self.morning.on.connect(lambda: self.go_to(TRYING))
        self.morning.said.connect(self.say)
        self.parts[WRITING].back = False
        self.parts[WRITING].body.addWidget(self.morning, 1)
        self._fill_receipts()
        self.start()
        self.look()

    parcels: list[Parcel]

    # ---------------------------------------------------------------- the steps

    def _fill_choosing(self) -> None:
        self.found = TickRows(
            (
                Column("文件", lambda one: one.path.name, width=280),
                Column("在哪里", lambda one: str(one.path.parent), width=420),
                Column("大小", lambda one: "—" if one.size is None else size(one.size), right=True, width=90),
                Column("写出时间", lambda one: "—" if one.size is None else moment(one.written)),
            )
        )
        self.found.dataChanged.connect(lambda *_: self.refresh())
        self.zone = DropZone(
            "把包（.dzb）或者文件夹拖到这里，或点这里选择；可以一次选几个",
            (".dzb",),
            "选择要接收的包",
            FILTER,
            several=True,
        )
        self.zone.dropped.connect(self._added)
        self.files_table = table(self.found)
        holder = Card(padding=1)
        holder.body.addWidget(self.files_table)
        again = button("重新查找 U 盘", "mdi6.refresh", then=self.look)
        self.found_said = label("", "quiet")
        self.found_said.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        line = row(gap=12)
        line.addWidget(self.found_said, 1)
        line.addWidget(again)
        self.parts[CHOOSING].body.addLayout(line)
        self.parts[CHOOSING].body.addWidget(holder, 1)
        self.parts[CHOOSING].body.addWidget(self.zone)

    def _fill_verifying(self) -> None:
        self.verified = Rows(verifying_columns())
        holder = Card(padding=1)
        self.verified_table = table(self.verified)
        holder.body.addWidget(self.verified_table)
        self.refusals = column(gap=6)
        inner = QWidget()
        inner.setLayout(column(self.refusals, 0))
        self.refusals_area = scrolling(inner)
        self.parts[VERIFYING].body.addWidget(holder, 3)
        self.parts[VERIFYING].body.addWidget(self.refusals_area, 2)

    def _fill_receipts(self) -> None:
        page = self.parts[ANSWERING]
        page.back, page.next_text = False, "完成"
        self.told = column(gap=10)
        self.receipts = Receipts(self.office.below, self.drives)
        self.receipts.changed.connect(self.refresh)
        self.receipts.wanted.connect(self._write_receipts)
        self.again_button = button("接着收下一批", "mdi6.usb-flash-drive-outline", then=self._once_more)
        inner = QWidget()
        inner.setLayout(column(self.told, self.receipts, row(self.again_button, 0), 0, gap=12))
        page.body.addWidget(scrolling(inner), 1)

    # ---------------------------------------------------------------- moving

    def entered(self, place: int) -> None:
        if place == CHOOSING:
            self.header.say(
                f"插上 U 盘就会列出盘上的包；几个 U 盘、几个{self.office.below}可以一起收。"
                if self.county
                else "插上 U 盘就会列出盘上的包。"
            )
            self.files_table.setFocus()
        elif place == VERIFYING:
            good = sum(1 for one in self.parcels if not signature(one).startswith("✗"))
            self.header.say(f"{len(self.parcels)} 个包，{good} 个验真通过。试运行已完成，尚未写入任何数据。")
            self.verified_table.setFocus()
        elif place == TRYING:
            left = sum(one.usable for one in self.parcels)
            some = any(one.written for one in self.parcels)
            tried = f"还有 {left} 个没有写入" if some else "试运行已完成，尚未写入任何数据"
            self.header.say(f"{len(self.parcels)} 个包 · {tried}")
            self.trial.put(self.parcels)
        elif place == WRITING:
            self.header.say("每个文件要么全部写入，要么一条不写；一个不成，接着写下一个。")
        else:
            self._show_answers()

    def refresh(self) -> None:
        if self._filled:
            ready = sum(one.ready for one in self.parcels)
            waiting = [one for one in self.parcels if one.usable and one.open]
            left = sum(one.open for one in waiting)
            aside = f"，{len(waiting)} 个先不写" if waiting else ""
            waits = f"还有 {left} 处没定" if left else "去写回执" if self._answerable else "没有可写入的包"
            self.parts[TRYING].next_text = f"写入 {ready} 个包{aside}" if ready else waits
            usable = any(one.usable for one in self.parcels)
            self.parts[VERIFYING].next_text = "下一步" if usable else "看拒收原因"
            self.receipts.button.setEnabled(not self.busy and self.receipts.ready())
        super().refresh()

    def ready(self) -> bool:
        if self.place == CHOOSING:
            return bool(self.found.ticked())
        if self.place == TRYING:
            return any(one.ready for one in self.parcels) or self._answerable
        return True

    def forward(self) -> None:
        if self.place == CHOOSING:
            self._try_all()
        elif self.place == VERIFYING:
            self.go_to(TRYING)
        elif self.place == TRYING and self._answerable:
            self.go_to(ANSWERING)
        elif self.place == TRYING:
            self._write()
        elif self.place == WRITING:
            self.go_to(ANSWERING)
        elif self._owed and self.parts[ANSWERING].next_text == "完成":
            self._remind()
        else:
            self.closed.emit()

    def _once_more(self) -> None:
        if self._owed and self.parts[ANSWERING].next_text == "完成":
            self._remind()
        else:
            self.again.emit()

    def _remind(self) -> None:
        """Once: a receipt that is not written leaves a township in the dark."""
        words = f"回执还没有写，{self.office.below}不知道收到了没有。写好再走；或者以后在“数据交换”里补发。"
        self.say("attention", words)
        self.parts[ANSWERING].next_text = "不写回执，完成"
        self.refresh()

    @property
    def written(self) -> bool:
        """From the write on there is nothing to break off: what is left is the receipt."""
        return self.place >= WRITING or any(one.written for one in self.parcels)

    @property
    def _answerable(self) -> bool:
        """Whether there is nothing to write, and a receipt can be written again for what was taken in before."""
        return self.county and not any(one.usable for one in self.parcels) and bool(owed(self.parcels, []))

    @property
    def _owed(self) -> bool:
        """Whether a receipt could be written and was not."""
        return self.county and any(not one.done for one in self.receipts.owed)

    # ---------------------------------------------------------------- choosing

    def look(self) -> None:
        """Lists the packages on all sticks and those chosen by hand."""
        drives = self.drives()
        on_sticks = sticks.packages(drive.root for drive in drives)
        by_hand = [sticks.look_at(file) for file in self.chosen_by_hand]
        self.found.put_ticked({one.path: one for one in (*by_hand, *on_sticks)}.values())
        named = "、".join(drive.title for drive in drives[:3]) + (f"等 {len(drives)} 个" if len(drives) > 3 else "")
        self.found_said.setText(
            f"{named} 上找到 {len(on_sticks)} 个包"
            if drives
            else "没有找到 U 盘。插上后点“重新查找”，或从下面选择文件。"
        )
        self.found_said.setToolTip(self.found_said.text())
        self.refresh()

    def _added(self, files: list[Path]) -> None:
        self.chosen_by_hand += [one.path for one in sticks.packages(files)]
        self.look()

    def _try_all(self) -> None:
        files, county = [one.path for one in self.found.ticked()], self.county

        def do(workspace: "Workspace", progress: Progress) -> list[Parcel]:
            from app.sync import afterwards, several
            from db.journal import Cancelled

            came = several.take_in_each(
                workspace, [several.Wanted(file) for file in files], dry_run=True, progress=progress
            )
            if any(one.status == several.NOT_TRIED for one in came):
                raise Cancelled
            if county:
                afterwards.keep(workspace, came)
            return [Parcel(file, outcome) for file, outcome in zip(files, came, strict=True)]

        self.run("正在验真和试运行…", do, self._tried)

    def _tried(self, parcels: list[Parcel]) -> None:
        newest: dict[str, int] = {}
        for one in parcels:
            if one.trial.status in ("dry-run", "conflicts"):
                newest[one.trial.from_code] = max(newest.get(one.trial.from_code, 0), one.trial.sequence)
        for one in parcels:
            latest = newest.get(one.trial.from_code, 0)
            one.newer = latest if one.trial.status in ("dry-run", "conflicts") and one.trial.sequence < latest else None
        order = sorted(parcels, key=lambda one: (not one.usable, not one.open, one.trial.from_code, one.trial.sequence))
        self.parcels = order
        self.verified.put(self.parcels)
        clear(self.refusals)
        for one in self.parcels:
            if not one.usable:
                self.refusals.addWidget(note_of(one, one.trial))
        self.refusals_area.setVisible(any(not one.usable for one in self.parcels))
        self.go_to(VERIFYING)

    # ---------------------------------------------------------------- writing

    def _write(self) -> None:
        parcels = self.parcels
        wanted = [one for one in parcels if one.ready]

        def do(workspace: "Workspace", progress: Progress) -> "tuple[list[Outcome], Told]":
            from app.sync import afterwards, several

            orders = [
                several.Wanted(one.file, one.decide, _tried_again(workspace, one)) if one.trial.conflicts
                else several.Wanted(one.file, expect=one.trial)
                for one in wanted
            ]  # fmt: skip
            came = several.take_in_each(workspace, orders, progress=progress)
            by_file = dict(zip((one.file for one in wanted), came, strict=True))
            return came, afterwards.told(workspace, [by_file.get(one.file, one.now) for one in parcels], came)

        def done(found: "tuple[list[Outcome], Told]") -> None:
            from app.sync.several import NOT_TRIED

            came, told = found
            for parcel, outcome in zip(wanted, came, strict=True):
                parcel.written = None if outcome.status == NOT_TRIED else outcome
            self.parts[TRYING].back = False
            contained = {str(one.file) for one in parcels if one.newer is not None}
            shown = [line for line in told.lines if line.outcome.file not in contained]
            self.morning.put(shown, sum(one.usable for one in parcels), told.late)
            self.go_to(WRITING)
            if told.doubts:
                self.say("attention", "；".join(told.doubts))

        self.run("正在写入…", do, done)

    # ---------------------------------------------------------------- receipts

    def _show_answers(self) -> None:
        clear(self.told)
        applied = [one.written for one in self.parcels if one.written is not None and one.written.status == "applied"]
        below, above = ([one for one in applied if one.from_above is side] for side in (False, True))
        self.header.say(
            f"还给{self.office.below}的是回执。" if self.county else f"{self.office.above}对以前上报的答复。"
        )
        if self.county:
            self.receipts.put(self.parcels)
            names = list(dict.fromkeys(one.from_name for one in below))
            many = (
                f"{'、'.join(names[:5])}等 {len(names)} 个{self.office.below}" if len(names) > 5 else "、".join(names)
            )
            words = f"已收下 {many} 的数据。" if names else "这次没有写入新的数据。"
            if names or not above:
                self.told.addWidget(Note("good" if names else "information", words))
        if above or not self.county:
            answers = [result for one in above for result in one.results]
            if self.county:
                self.told.addWidget(label(f"{self.office.above}对以前上报的答复", "section"))
            for result in answers:
                self.told.addWidget(receipt_card(result, self.office.above))
            if not answers:
                self.told.addWidget(Note("information", f"{self.office.above}的包里没有新的回执。"))
            words = f"收到{self.office.above}下发的回执，会随下次上报自动带回，不用另外做什么。"
            self.told.addWidget(label(words, "quiet", wrap=True))
        self.receipts.setVisible(self.county and bool(self.receipts.owed))
        self.again_button.setVisible(self.county)

    def _write_receipts(self) -> None:
        orders = self.receipts.orders()

        def do(workspace: "Workspace", progress: Progress) -> "list[Answer]":
            from app.sync import several

            return several.answer_each(workspace, orders, progress)

        self.run("正在写回执…", do, self._receipts_written)

    def _receipts_written(self, answers: "list[Answer]") -> None:
        self.receipts.written(answers)
        sent = [one.sent for one in answers if one.sent is not None]
        if len(sent) == len(answers):
            self.parts[ANSWERING].next_text = "完成"
        clear(self.told)
        if sent:
            names = "、".join(one.office_name for one in sent[:5])
            who = f"{names}等 {len(sent)} 个{self.office.below}" if len(sent) > 5 else names
            places = list(dict.fromkeys(str(one.file.parent) for one in sent))
            where = places[0] if len(places) == 1 else f"各自的 U 盘（{len(places)} 个）"
            self.told.addWidget(Note("good", f"给 {who} 的回执已写到 {where}。请“弹出”U 盘后还给{self.office.below}。"))
        failed = len(answers) - len(sent)
        if failed:
            self.told.addWidget(Note("wrong", f"有 {failed} 个没有写成，原因在下面。插好 U 盘，再点一次“写回执”。"))
        self.receipts.setVisible(failed > 0 or len(answers) > 1)

    def failed(self, refusal: Refusal) -> None:
        super().failed(refusal)
        if self.place == ANSWERING:
            self.receipts.look()


def _tried_again(workspace: "Workspace", parcel: Parcel) -> "Outcome":
    """The trial with the person's decisions, which is what must be written. Raises `Refusal` for a
    decision that cannot be read; then nothing of all the packages is written yet."""
    from app.sync import intake

    tried = intake.take_in(workspace, parcel.file, decide=parcel.decide, dry_run=True)
    if tried.status == "refused" and tried.reason == "invalid-record":
        raise Refusal(f"{parcel.trial.from_name}：{tried.message}", tried.reason)
    return tried


def taking_in(office: "OfficeCard") -> str:
    """What taking in is called: a township's comes from above, a county's from below, or from both."""
    if not office.is_county:
        return f"接收{office.above}下发"
    return f"接收{office.below}上报" if office.superior_id is None else "接收上报和下发"


def receipt_card(result: Any, above: str) -> Card:
    """What the superior says became of one package."""
    box = Card(f"第 {result.sequence} 号：已接收（{day(result.at)}）", gap=4)
    box.body.addWidget(
        label(f"新增 {result.created:,}、修改 {result.updated:,}、删除 {result.deleted:,}、不变 {result.unchanged:,}")
    )
    words = {"decided": "按裁决改了", "returned": "退回核实", "put-off": f"{above}以后再定", "refused": "没有接收"}
    kinds: dict[str, int] = {}
    for fate in result.fates:
        kinds[fate.fate] = kinds.get(fate.fate, 0) + 1
    for kind, amount in kinds.items():
        box.body.addWidget(label(f"{words.get(kind, kind)}：{amount} 处", "warning"))
    return box
