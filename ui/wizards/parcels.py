"""One file on its way in, what is said of it, and the words for it in tables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.sync.words import KINDS, moment
from ui.shell.widgets import Note
from ui.wizards.decisions import Key, choice_of, is_answered, key_of, propose
from ui.wizards.parts import Column

if TYPE_CHECKING:
    from app.sync.outcome import Detail, Outcome

SIGNATURES = {
    "damaged": "✗ 校验不符",
    "bad-signature": "✗ 签名不对",
    "unknown-sender": "✗ 不认识的单位",
    "revoked": "✗ 已作废的钥匙",
    "not-for-us": "✗ 不是给本单位的",
}
ACTIONS = {
    "created": ("新增", "good"),
    "updated": ("修改", "information"),
    "deleted": ("删除", "wrong"),
}
COUNTED = (("新增", "created"), ("修改", "updated"), ("删除", "deleted"), ("不变", "unchanged"))
SHRUNK = 0.5


@dataclass
class Parcel:
    """One file on its way in: what the trial said of it, what the person decided, what the write came to."""

    file: Path
    trial: "Outcome"
    answers: dict[Key, tuple[str, str]] = field(default_factory=dict)
    newer: int | None = None
    """The number of a later package of the same office, which contains this one."""
    written: "Outcome | None" = None

    def __post_init__(self) -> None:
        propose(self.trial.conflicts, self.answers)

    @property
    def now(self) -> "Outcome":
        """What was said of it last."""
        return self.written or self.trial

    @property
    def usable(self) -> bool:
        """Whether it can still be written."""
        return self.written is None and self.trial.status in ("dry-run", "conflicts") and self.newer is None

    @property
    def open(self) -> int:
        """How many conflicts still need an answer."""
        return sum(1 for one in self.trial.conflicts if not is_answered(self.answers.get(key_of(one))))

    @property
    def ready(self) -> bool:
        """Whether it can be written as it stands."""
        return self.usable and not self.open

    @property
    def state(self) -> tuple[str, str]:
        """(what is to be said of it, the tone)."""
        from app.sync.several import STOPPED

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

    def put_off_rest(self) -> None:
        """Whatever has no answer yet is for later."""
        for one in self.trial.conflicts:
            if not is_answered(self.answers.get(key_of(one))):
                self.answers[key_of(one)] = ("later", "")


def note_of(parcel: Parcel, outcome: "Outcome") -> Note:
    """Why a file is not, or need not be, written."""
    who = outcome.from_name or parcel.file.name
    which = f"{who} 第 {outcome.sequence} 号" if outcome.sequence else who
    if parcel.newer is not None:
        words = f"同一单位还有第 {parcel.newer} 号，里面已经包含它，不必写。"
        return Note("information", f"{which}：{words}")
    return Note("wrong" if outcome.status == "refused" else "information", f"{which}：{outcome.message}")


def verifying_columns() -> tuple[Column, ...]:
    """Who wrote each file, which number it is, whether it is whole."""
    return (
        Column("文件", lambda one: one.file.name, width=230),
        Column("来自", lambda one: one.trial.from_name or "—", width=180),
        Column("包号", lambda one: number(one.trial), width=80),
        Column("类型", lambda one: KINDS.get(one.trial.kind, "—"), width=70),
        Column("写出", lambda one: moment(one.trial.created_at) if one.trial.created_at else "—", width=170),
        Column("校验值末 16 位", lambda one: tail(one.trial.package_digest), width=180),
        Column("验真", signature, lambda one: "wrong" if signature(one).startswith("✗") else "good"),
    )


def trial_columns(who: str) -> tuple[Column, ...]:
    """What each package would do; `who` is what its sender is."""

    def count(name: str) -> Callable[[Parcel], str]:
        return lambda one: f"{getattr(one.now, name):,}" if one.now.status != "refused" else "—"

    def amount(found: Callable[[Parcel], Sequence[Any]]) -> Callable[[Parcel], str]:
        return lambda one: f"{len(found(one))}" if one.trial.sequence else "—"

    return (
        Column(who, lambda one: one.trial.from_name or one.file.name, width=170),
        Column("包号", lambda one: number(one.trial), width=86),
        Column("类型", lambda one: KINDS.get(one.trial.kind, "—"), width=64),
        Column("签名", signature, lambda one: "wrong" if signature(one).startswith("✗") else "good", width=120),
        *(Column(title, count(name), right=True, width=72) for title, name in COUNTED),
        Column("冲突", amount(lambda one: one.trial.conflicts), right=True, width=64),
        Column("问题", amount(lambda one: one.now.findings), right=True, width=64),
        Column("状态", lambda one: one.state[0], lambda one: one.state[1]),
    )


def number(outcome: "Outcome") -> str:
    """`第 12 号`."""
    return f"第 {outcome.sequence} 号" if outcome.sequence else "—"


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
