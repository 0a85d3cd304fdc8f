"""Taking in: packages from one stick or many are verified, tried, decided on, written, and answered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QWidget

from app.files import size
from db.errors import Refusal
from ui.background import Desk, Progress
from ui.shell import theme
from ui.shell.widgets import Card, Note, button, clear, column, label, row, scrolling
from ui.wizards import sticks
from ui.wizards.decisions import Decisions, Key, choice_of, is_answered, key_of
from ui.wizards.frame import Flow
from ui.wizards.parts import Choices, Column, DropZone, PlacePicker, Rows, TickRows, table
from ui.wizards.words import KINDS, day, moment

if TYPE_CHECKING:
    from app.sync.outcome import Detail, Outcome
    from app.sync.outgoing import Sent
    from app.workspace import Workspace

FILTER = "上报和下发的包 (*.dzb);;所有文件 (*)"
SIGNATURES = {
    "damaged": "✗ 校验不符",
    "bad-signature": "✗ 签名不对",
    "unknown-sender": "✗ 不认识的单位",
    "revoked": "✗ 已作废的钥匙",
    "not-for-us": "✗ 不是给本单位的",
}
STOPPED = {
    "damaged": "文件损坏",
    "bad-signature": "签名不对",
    "unknown-sender": "不认识的单位",
    "revoked": "钥匙已作废",
    "not-for-us": "不是给本单位的",
    "fork": "两台电脑共用编号",
    "gap": "中间缺了包",
    "newer-schema": "版本较新",
    "not-allowed": "内容越权",
    "too-large": "太大",
    "invalid-record": "内容不合规矩",
}
ACTIONS = {
    "created": ("新增", "good"),
    "updated": ("修改", "information"),
    "deleted": ("删除", "wrong"),
}
COUNTED = (("新增", "created"), ("修改", "updated"), ("删除", "deleted"), ("不变", "unchanged"))
SHRUNK = 0.5
ROOM = 250
"""Pixels that the conflicts take at most; the changes of the package want to be seen too."""


@dataclass
class Parcel:
    """One file on its way in: what the trial said of it, what the person decided, what the write came to."""

    file: Path
    trial: "Outcome"
    answers: dict[Key, tuple[str, str]] = field(default_factory=dict)
    newer: int | None = None
    """The number of a later package of the same office, which contains this one."""
    written: "Outcome | None" = None

    @property
    def now(self) -> "Outcome":
        """What was said of it last."""
        return self.written or self.trial

    @property
    def usable(self) -> bool:
        """Whether it can be written at all."""
        return self.trial.status in ("dry-run", "conflicts") and self.newer is None

    @property
    def open(self) -> int:
        """How many conflicts still need an answer."""
        return sum(1 for one in self.trial.conflicts if not is_answered(self.answers.get(key_of(one))))

    @property
    def state(self) -> tuple[str, str]:
        """(what is to be said of it, the tone)."""
        now = self.now
        if self.written is not None and now.status == "applied":
            return "已写入", "good"
        if now.status == "refused":
            return f"拒收：{STOPPED.get(now.reason or '', '不能接收')}", "wrong"
        if now.status == "already-imported":
            return "以前收过", "quiet"
        if now.status == "superseded":
            return "已有更新的", "quiet"
        if self.newer is not None:
            return f"不必写，第 {self.newer} 号已包含", "quiet"
        if self.open:
            return f"待裁决 {self.open} 处，定了才计入修改", "attention"
        if self.trial.conflicts:
            return f"可写入，另有裁决 {len(self.trial.conflicts)} 处", "good"
        return "可写入", "good"

    def decide(self, conflict: Any) -> Any:
        """The person's decision, as the intake asks for it."""
        return choice_of(self.answers.get(key_of(conflict), ("later", "")))


class TakeIn(Flow):
    """Takes in packages. `drives` says which sticks are plugged in; `files` are chosen beforehand."""

    topic = "take-in"

    def __init__(
        self, desk: Desk, drives: Callable[[], list[sticks.Drive]] = sticks.drives, files: Sequence[Path] = ()
    ) -> None:
        assert desk.here is not None
        self.county = desk.here.office.is_county
        title = "接收乡镇上报" if self.county else "接收县里下发"
        super().__init__(desk, title, ("选择", "验真", "试运行与裁决", "写入", "回执"))
        self.drives, self.parcels = drives, []
        self.chosen_by_hand: list[Path] = list(files)
        self.shown: Parcel | None = None
        self.receipts: list[Sent] = []
        self._fill_choosing()
        self._fill_verifying()
        self._fill_trial()
        self._fill_writing()
        self._fill_receipts()
        self.start()
        self.look()

    parcels: list[Parcel]

    # ---------------------------------------------------------------- the steps

    def _fill_choosing(self) -> None:
        self.found = TickRows(
            (
                Column("文件", lambda file: file.name, width=280),
                Column("在哪里", lambda file: str(file.parent), width=420),
                Column(
                    "大小",
                    lambda file: size(file.stat().st_size) if file.exists() else "—",
                    right=True,
                    width=90,
                ),
                Column("写出时间", lambda file: moment(file.stat().st_mtime) if file.exists() else "—"),
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
        self.parts[0].body.addLayout(row(self.found_said, 0, again))
        self.parts[0].body.addWidget(holder, 1)
        self.parts[0].body.addWidget(self.zone)

    def _fill_verifying(self) -> None:
        self.verified = Rows(
            (
                Column("文件", lambda one: one.file.name, width=230),
                Column("来自", lambda one: one.trial.from_name or "—", width=180),
                Column("包号", lambda one: number(one.trial), width=80),
                Column("类型", lambda one: KINDS.get(one.trial.kind, "—"), width=70),
                Column("写出", lambda one: moment(one.trial.created_at) if one.trial.created_at else "—", width=170),
                Column("校验值末 16 位", lambda one: tail(one.trial.package_digest), width=180),
                Column("验真", signature, lambda one: "wrong" if signature(one).startswith("✗") else "good"),
            )
        )
        holder = Card(padding=1)
        self.verified_table = table(self.verified)
        holder.body.addWidget(self.verified_table)
        self.refusals = column(gap=6)
        inner = QWidget()
        inner.setLayout(column(self.refusals, 0))
        self.refusals_area = scrolling(inner)
        self.parts[1].body.addWidget(holder, 3)
        self.parts[1].body.addWidget(self.refusals_area, 2)

    def _package_columns(self) -> tuple[Column, ...]:
        def count(name: str) -> Callable[[Parcel], str]:
            return lambda one: f"{getattr(one.now, name):,}" if one.now.status != "refused" else "—"

        return (
            Column("乡镇" if self.county else "来自", lambda one: one.trial.from_name or one.file.name, width=170),
            Column("包号", lambda one: number(one.trial), width=86),
            Column("类型", lambda one: KINDS.get(one.trial.kind, "—"), width=64),
            Column("签名", signature, lambda one: "wrong" if signature(one).startswith("✗") else "good", width=120),
            *(
                Column(title, count(name), right=True, width=72)
                for title, name in (
                    ("新增", "created"),
                    ("修改", "updated"),
                    ("删除", "deleted"),
                    ("不变", "unchanged"),
                )
            ),
            Column(
                "冲突", lambda one: f"{len(one.trial.conflicts)}" if one.trial.sequence else "—", right=True, width=64
            ),
            Column("问题", lambda one: f"{len(one.now.findings)}" if one.trial.sequence else "—", right=True, width=64),
            Column("状态", lambda one: one.state[0], lambda one: one.state[1]),
        )

    def _fill_trial(self) -> None:
        self.packages = Rows(self._package_columns())
        self.package_table = table(self.packages, select=True)
        self.package_table.selectionModel().currentRowChanged.connect(self._selected)
        top = Card(padding=1)
        top.body.addWidget(self.package_table)
        self.warnings = column(gap=6)
        self.decisions = Decisions(self.desk, county=self.county)
        self.decisions.decided.connect(self._decided)
        self.decisions_card = Card()
        self.decisions_area = scrolling(self.decisions, horizontal=True)
        self.decisions_card.body.addWidget(self.decisions_area)
        self.decisions.laid_out.connect(self._fit)
        self.changes = Rows(
            (
                Column("", lambda one: ACTIONS[one.action][0], lambda one: ACTIONS[one.action][1], width=64),
                Column("台账", lambda one: ledger_title(one.ledger), width=130),
                Column("记录", lambda one: one.title or "—", width=200),
                Column("改动", in_words),
            )
        )
        self.problems = Rows(
            (
                Column(
                    "", lambda one: "错误" if one.level == "error" else "提醒",
                    lambda one: "wrong" if one.level == "error" else "attention", width=64,
                ),
                Column("台账", lambda one: ledger_title(one.ledger), width=130),
                Column("说明", lambda one: one.message),
            )
        )  # fmt: skip
        self.counts = Rows(
            (
                Column("台账", lambda one: one[0], width=200),
                Column("本单位现存", lambda one: f"{one[1]:,}", right=True, width=120),
                Column("对方报来", lambda one: f"{one[2]:,}", right=True, width=120),
                Column("", lambda one: one[3], lambda _: "attention"),
            )
        )
        self.tables = [table(model) for model in (self.changes, self.problems, self.counts)]
        self.detail = Card(gap=6)
        self.tabs_place = row(gap=4)
        self.detail.body.addLayout(self.tabs_place)
        for one in self.tables:
            self.detail.body.addWidget(one, 1)
        page = self.parts[2]
        self.top = top
        page.body.addWidget(top)
        page.body.addLayout(self.warnings)
        page.body.addWidget(self.decisions_card)
        page.body.addWidget(self.detail, 1)

    def _fill_writing(self) -> None:
        self.results = Rows(self._package_columns())
        holder = Card(padding=1)
        holder.body.addWidget(table(self.results))
        self.outcomes = column(gap=6)
        inner = QWidget()
        inner.setLayout(column(self.outcomes, 0))
        self.parts[3].back = False
        self.parts[3].body.addWidget(holder, 3)
        self.parts[3].body.addWidget(scrolling(inner), 3)

    def _fill_receipts(self) -> None:
        page = self.parts[4]
        page.back, page.next_text = False, "完成"
        self.told = column(gap=10)
        self.places = PlacePicker(self.drives)
        self.places.changed.connect(self.refresh)
        self.receipt_card = Card("把回执写回 U 盘", gap=10)
        words = "回执告诉乡镇：收到了第几号、写入多少、哪几处退回核实。也可以以后在“数据交换”里再写。"
        self.receipt_card.body.addWidget(label(words, "quiet", wrap=True))
        self.receipt_card.body.addWidget(self.places)
        self.receipt_button = button("写回执", "mdi6.content-save-outline", then=self._write_receipts)
        self.receipt_card.body.addLayout(row(self.receipt_button, 0))
        inner = QWidget()
        inner.setLayout(column(self.told, self.receipt_card, 0, gap=12))
        page.body.addWidget(scrolling(inner), 1)

    # ---------------------------------------------------------------- moving

    def entered(self, place: int) -> None:
        if place == 0:
            self.header.say("插上 U 盘就会列出盘上的包；几个 U 盘、几个乡镇可以一起收。")
            self.files_table.setFocus()
        elif place == 1:
            good = sum(1 for one in self.parcels if not signature(one).startswith("✗"))
            self.header.say(f"{len(self.parcels)} 个包，{good} 个验真通过。试运行已完成，尚未写入任何数据。")
            self.verified_table.setFocus()
        elif place == 2:
            self.header.say(f"{len(self.parcels)} 个包 · 试运行已完成，尚未写入任何数据")
            self._show_trial()
            self.package_table.setFocus()
        elif place == 3:
            self.header.say("每个文件要么全部写入，要么一条不写；一个不成，接着写下一个。")
        else:
            self.header.say("还给乡镇的是回执。" if self.county else "县里对以前上报的答复。")
            self._show_receipts()

    def refresh(self) -> None:
        if self._filled:
            ready = [one for one in self.parcels if one.usable and not one.open]
            left = sum(one.open for one in self.parcels if one.usable)
            waits = f"还有 {left} 处没定" if left else "没有可写入的包"
            self.parts[2].next_text = f"写入 {len(ready)} 个包" if ready else waits
            self.parts[1].next_text = "下一步" if any(one.usable for one in self.parcels) else "看拒收原因"
            place = self.places.chosen()
            usable = place is not None and not place.read_only and not self.busy and bool(self._offices())
            self.receipt_button.setEnabled(usable and not self.receipts)
        super().refresh()

    def ready(self) -> bool:
        if self.place == 0:
            return bool(self.found.ticked())
        if self.place == 2:
            usable = [one for one in self.parcels if one.usable]
            # the county decides or puts off every conflict before anything is written
            return bool(usable) and not any(one.open for one in usable)
        return True

    def forward(self) -> None:
        if self.place == 0:
            self._try_all()
        elif self.place == 1:
            self.go_to(2)
        elif self.place == 2:
            self._write()
        elif self.place == 3:
            self.go_to(4)
        elif self._owed and self.parts[4].next_text == "完成":
            self.say("attention", "回执还没有写，乡镇不知道收到了没有。写好再走；或者以后在“数据交换”里补发。")
            self.parts[4].next_text = "不写回执，完成"
            self.refresh()
        else:
            self.closed.emit()

    @property
    def written(self) -> bool:
        """From the write on there is nothing to break off: what is left is the receipt."""
        return self.place >= 3

    @property
    def _owed(self) -> bool:
        """Whether a receipt could be written and was not."""
        return self.county and bool(self._offices()) and not self.receipts

    # ---------------------------------------------------------------- choosing

    def look(self) -> None:
        """Lists the packages on all sticks and those chosen by hand."""
        drives = self.drives()
        on_sticks = sticks.packages(drive.root for drive in drives)
        files = list(dict.fromkeys([*(file.resolve() for file in self.chosen_by_hand), *on_sticks]))
        self.found.put_ticked(files)
        named = "、".join(drive.title for drive in drives[:3])
        self.found_said.setText(
            f"{named} 上找到 {len(on_sticks)} 个包"
            if drives
            else "没有找到 U 盘。插上后点“重新查找”，或从下面选择文件。"
        )
        self.refresh()

    def _added(self, files: list[Path]) -> None:
        self.chosen_by_hand += sticks.packages(files)
        self.look()

    def _try_all(self) -> None:
        files = self.found.ticked()

        def do(workspace: "Workspace", progress: Progress) -> list[Parcel]:
            from app.sync import intake

            tried = []
            for place, file in enumerate(files):
                progress(place, len(files), f"试运行 {file.name}")
                tried.append(Parcel(file, intake.take_in(workspace, file, dry_run=True)))
            return tried

        self.run("正在验真和试运行…", do, self._tried)

    def _tried(self, parcels: list[Parcel]) -> None:
        newest: dict[str, int] = {}
        for one in parcels:
            if one.trial.status in ("dry-run", "conflicts"):
                newest[one.trial.from_code] = max(newest.get(one.trial.from_code, 0), one.trial.sequence)
        for one in parcels:
            latest = newest.get(one.trial.from_code, 0)
            one.newer = latest if one.trial.status in ("dry-run", "conflicts") and one.trial.sequence < latest else None
        self.parcels = sorted(parcels, key=lambda one: (not one.usable, one.trial.from_code, one.trial.sequence))
        self.shown = None
        self.verified.put(self.parcels)
        clear(self.refusals)
        for one in self.parcels:
            if not one.usable:
                self.refusals.addWidget(self._note(one, one.trial))
        self.refusals_area.setVisible(any(not one.usable for one in self.parcels))
        self.go_to(1)

    def _note(self, parcel: Parcel, outcome: "Outcome") -> Note:
        who = outcome.from_name or parcel.file.name
        kind = "wrong" if outcome.status == "refused" else "information"
        which = f"{who} 第 {outcome.sequence} 号" if outcome.sequence else who
        if parcel.newer is not None:
            words = f"同一乡镇还有第 {parcel.newer} 号，里面已经包含它，不必写。"
            return Note("information", f"{which}：{words}")
        return Note(kind, f"{which}：{outcome.message}")

    # ---------------------------------------------------------------- the trial

    def _show_trial(self) -> None:
        self.packages.put(self.parcels)
        shown = min(max(len(self.parcels), 1), 5)
        self.top.setFixedHeight(theme.now().control + 22 + shown * theme.now().row)
        first = next((place for place, one in enumerate(self.parcels) if one.open), 0)
        self.package_table.selectRow(first)
        if self.parcels:
            self._show(self.parcels[first])

    def _selected(self, now: QModelIndex, _: QModelIndex) -> None:
        if now.isValid() and now.row() < len(self.packages.rows):
            self._show(self.packages.rows[now.row()])

    def _show(self, parcel: Parcel) -> None:
        if self.shown is parcel:
            return
        self.shown = parcel
        trial = parcel.trial
        clear(self.warnings)
        if not parcel.usable:
            self.warnings.addWidget(self._note(parcel, trial))
        for words in shrunk(trial):
            self.warnings.addWidget(Note("attention", words))
        asks = parcel.usable and bool(trial.conflicts)
        self.decisions_card.setVisible(asks)
        if asks:
            self.decisions.put(trial.conflicts, trial.from_name, parcel.answers)
        self.changes.put(trial.details)
        self.problems.put(trial.findings)
        self.counts.put(compared(trial))
        clear(self.tabs_place)
        total = trial.created + trial.updated + trial.deleted
        titles = (f"变更明细 {total}", f"问题 {len(trial.findings)}", "和上次比")
        tabs = Choices([(str(place), title) for place, title in enumerate(titles)], "0")
        tabs.changed.connect(self._tab)
        self.tabs_place.addWidget(tabs)
        self.tabs_place.addStretch()
        if total > len(trial.details):
            self.tabs_place.addWidget(label(f"只列出前 {len(trial.details)} 条", "quiet"))
        self._tab("0")

    def _tab(self, which: str) -> None:
        for place, one in enumerate(self.tables):
            one.setVisible(str(place) == which)

    def _fit(self) -> None:
        """The conflicts get the room that they need, up to a maximum; beyond it they scroll."""
        margins, bar = self.decisions_card.body.contentsMargins(), self.decisions_area.horizontalScrollBar()
        wanted = self.decisions.sizeHint().height() + bar.sizeHint().height()
        most = round(ROOM * theme.now().scale)
        self.decisions_card.setFixedHeight(min(wanted + margins.top() + margins.bottom(), most))

    def _decided(self) -> None:
        top, bottom = self.packages.index(0, 0), self.packages.index(len(self.parcels) - 1, 10)
        self.packages.dataChanged.emit(top, bottom, [Qt.ItemDataRole.DisplayRole])
        self.refresh()

    # ---------------------------------------------------------------- writing

    def _write(self) -> None:
        wanted = [one for one in self.parcels if one.usable and not one.open]

        def do(workspace: "Workspace", progress: Progress) -> "list[tuple[Parcel, Outcome]]":
            from app.sync import intake

            ready = [(one, one.trial) for one in wanted if not one.trial.conflicts]
            for one in wanted:
                if one.trial.conflicts:  # the trial again, with the decisions: its digest is what must be written
                    tried = intake.take_in(workspace, one.file, decide=one.decide, dry_run=True)
                    if tried.status == "refused":
                        raise Refusal(f"{one.trial.from_name}：{tried.message}", tried.reason or "refused")
                    ready.append((one, tried))
            done = []
            for place, (one, tried) in enumerate(ready):
                progress(place, len(ready), f"写入 {tried.from_name} 第 {tried.sequence} 号")
                done.append((one, intake.take_in(workspace, one.file, decide=one.decide, expect=tried)))
            return done

        self.run("正在写入…", do, self._written)

    def _written(self, done: "list[tuple[Parcel, Outcome]]") -> None:
        for parcel, outcome in done:
            parcel.written = outcome
        self.results.put(self.parcels)
        clear(self.outcomes)
        for one in self.parcels:
            outcome = one.written or one.trial
            if outcome.status == "applied":
                later = f"，{outcome.put_off} 条以后再定" if outcome.put_off else ""
                self.outcomes.addWidget(
                    Note(
                        "good",
                        f"{outcome.from_name} 第 {outcome.sequence} 号已写入：新增 {outcome.created}、"
                        f"修改 {outcome.updated}、删除 {outcome.deleted}{later}。可以在“设置 → 操作日志”里整包撤销。",
                    )
                )
            else:
                self.outcomes.addWidget(self._note(one, outcome))
        self.go_to(3)

    # ---------------------------------------------------------------- receipts

    def _offices(self) -> list[str]:
        """The codes of the offices whose packages were taken in now or before."""
        fates = ("applied", "already-imported")
        return sorted({one.trial.from_code for one in self.parcels if (one.written or one.trial).status in fates})

    def _show_receipts(self) -> None:
        clear(self.told)
        applied = [one for one in self.parcels if one.written is not None and one.written.status == "applied"]
        self.receipt_card.setVisible(self.county and bool(self._offices()))
        if not self.county:
            answers = [result for one in applied for result in (one.written.results if one.written else ())]
            for result in answers:
                self.told.addWidget(receipt_card(result))
            if not answers:
                self.told.addWidget(Note("information", "这些包里没有新的回执。"))
            self.told.addWidget(label("收到县里下发的回执，会随下次上报自动带回，不用另外做什么。", "quiet", wrap=True))
        else:
            names = "、".join(dict.fromkeys(one.trial.from_name for one in applied))
            words = f"已收下 {names} 的数据。" if names else "这次没有写入新的数据。"
            self.told.addWidget(Note("good" if names else "information", words))

    def _write_receipts(self) -> None:
        place, codes = self.places.chosen(), self._offices()
        assert place is not None
        to = place.root

        def do(workspace: "Workspace", progress: Progress) -> "list[Sent]":
            from app.sync import outgoing

            return [one for code in codes for one in outgoing.export(workspace, to, code=code, progress=progress)]

        self.run("正在写回执…", do, self._receipts_written)

    def _receipts_written(self, sent: "list[Sent]") -> None:
        self.receipts = sent
        self.parts[4].next_text = "完成"
        names = "、".join(one.office_name for one in sent)
        self.told.addWidget(Note("good", f"给 {names} 的回执已写到 {sent[0].file.parent}。请“弹出”U 盘后还给乡镇。"))
        self.receipt_card.hide()

    def failed(self, refusal: Refusal) -> None:
        super().failed(refusal)
        if self.place == 4:
            self.places.look()


# ---------------------------------------------------------------- words


def number(outcome: "Outcome") -> str:
    """`第 12 号`."""
    return f"第 {outcome.sequence} 号" if outcome.sequence else "—"


def amount(outcome: "Outcome", found: Sequence[Any]) -> str:
    """How many there are, nothing for a package that could not be read."""
    return f"{len(found)}" if outcome.sequence and outcome.status != "refused" else "—"


def tail(digest: str) -> str:
    """The end of a digest in fours, as the hand-over sheet prints it."""
    end = digest[-16:]
    return " ".join(end[start : start + 4] for start in range(0, len(end), 4)) or "—"


def signature(parcel: Parcel) -> str:
    """Whether the file is whole and from whom it says."""
    trial = parcel.trial
    if trial.status != "refused":
        return "✓ 有效"
    return SIGNATURES.get(trial.reason or "", "✓ 有效" if trial.from_name and trial.sequence else "✗ 不能接收")


def ledger_title(name: str) -> str:
    """What the office calls a ledger."""
    from app.ledgers.catalogue import LEDGERS

    return LEDGERS[name].title if name in LEDGERS else "整包"


def in_words(detail: "Detail") -> str:
    """`学历：高中 → 大专；手机：— → 137****8810`."""
    if detail.action == "created":
        return "，".join(f"{name} {after}" for name, _, after in detail.changes[:6] if after)
    return "；".join(f"{name}：{before or '—'} → {after or '—'}" for name, before, after in detail.changes)


def compared(outcome: "Outcome") -> list[tuple[str, int, int, str]]:
    """(ledger, live records here, as the sender has them, a word) for each ledger that the package tells of."""
    found = []
    for name in dict.fromkeys([*outcome.counts_claimed, *outcome.counts_before]):
        before, claimed = outcome.counts_before.get(name, 0), outcome.counts_claimed.get(name, 0)
        word = "少了一半以上，请先核实" if before >= 10 and claimed < before * SHRUNK else ""
        found.append((ledger_title(name), before, claimed, word))
    return found


def shrunk(outcome: "Outcome") -> list[str]:
    """A sentence for each ledger that lost half of its records or more."""
    return [
        f"“{title}”原有 {before:,} 条，这次报来只有 {claimed:,} 条，少了一半以上。请先打电话核实，再写入。"
        for title, before, claimed, word in compared(outcome)
        if word
    ]


def receipt_card(result: Any) -> Card:
    """What the superior says became of one package."""
    box = Card(f"第 {result.sequence} 号：已接收（{day(result.at)}）", gap=4)
    box.body.addWidget(
        label(f"新增 {result.created}、修改 {result.updated}、删除 {result.deleted}、不变 {result.unchanged}")
    )
    words = {"decided": "按裁决改了", "returned": "退回核实", "put-off": "县里以后再定", "refused": "没有接收"}
    kinds: dict[str, int] = {}
    for fate in result.fates:
        kinds[fate.fate] = kinds.get(fate.fate, 0) + 1
    for kind, amount in kinds.items():
        box.body.addWidget(label(f"{words.get(kind, kind)}：{amount} 处", "warning"))
    return box
