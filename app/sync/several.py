"""Takes in many packages one after the other, or writes them, each on its own, and says of each what happened.

A package that is refused, that waits for a decision, or that meets a fault of ours does not stop the others.
"""

import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import faults
from app.sync import outgoing, register, stick
from app.sync.choices import Choice, Conflict
from app.sync.intake import take_in
from app.sync.outcome import Outcome
from app.sync.outgoing import Sent
from app.sync.register import Counts
from app.workspace import OfficeCard, Workspace
from db import clock
from db.errors import Refusal
from db.journal import Cancelled, Progress
from db.models.handoff import Peer, RefusedLine

log = logging.getLogger(__name__)

NOT_TRIED = "not-tried"
"""The status of a package that was not looked at: the person stopped before its turn."""

NAME = re.compile(r"^(\w+)-up-(\d+)\b")
"""What a file's own name claims of a package that cannot be read: the office's code and the number."""


@dataclass(frozen=True)
class Wanted:
    """One file to be taken in: who decides its conflicts, and the trial that was looked at."""

    file: Path
    decide: Callable[[Conflict], Choice] | None = None
    expect: Outcome | None = None


def take_in_each(
    ws: Workspace,
    wanted: Sequence[Wanted],
    *,
    conflicts: str = "ask",
    dry_run: bool = False,
    progress: Progress | None = None,
    after: Callable[[Outcome], None] = lambda _: None,
) -> list[Outcome]:
    """Imports each file, or tries it, and goes on with the next; an outcome for each in order.

    `progress` counts packages. When it is told to stop, the package at hand is rolled back, those before it stay, and
    it and those after it are `NOT_TRIED`. `after` is called with each outcome as it comes.
    """
    came: list[Outcome] = []
    for place, one in enumerate(wanted):
        try:
            if progress is not None:
                progress(place, len(wanted), one.file.name)
            outcome = _taken(ws, one, conflicts, dry_run, _inside(progress, place, len(wanted), one.file.name))
        except (Cancelled, KeyboardInterrupt):
            rest = wanted[place:]
            came += [Outcome(str(left.file), NOT_TRIED, message="已经停止，这个包没有写入") for left in rest]
            break
        came.append(outcome)
        after(outcome)
    return came


def _inside(progress: Progress | None, place: int, total: int, name: str) -> Progress | None:
    """The progress within one package, told as that of all: which package it is, and what is being done with it."""
    if progress is None or total == 1:
        return progress
    return lambda done, rows, what: progress(place, total, f"{name}：{what}")


def _taken(ws: Workspace, one: Wanted, conflicts: str, dry_run: bool, progress: Progress | None) -> Outcome:
    try:
        return take_in(
            ws,
            one.file,
            decide=one.decide,
            conflicts=conflicts,
            dry_run=dry_run,
            expect=None if dry_run else one.expect,
            progress=progress,
        )
    except Refusal as refusal:
        return Outcome(str(one.file), "refused", refusal.reason, refusal.message)
    except Cancelled:
        raise
    except Exception as error:
        told = fault(error, "taking in", "这个包没有写入，别的照样收")
        return Outcome(str(one.file), "refused", told.reason, told.message)


def fault(error: Exception, doing: str, what: str) -> Refusal:
    """A fault of ours, written down, and told with what is to be known beside it."""
    log.error("%s while %s a package", type(error).__name__, doing)
    file = faults.record(error)
    told = f"把 {file} 交给技术人员" if file is not None else "请技术人员来看"
    return Refusal(f"程序出了差错，{what}。{told}", "fault")


# ---------------------------------------------------------------- writing for many


@dataclass(frozen=True)
class Answer:
    """The package for one office: what was written, or why not. One of the two is given, or none: it was stopped."""

    code: str
    sent: Sent | None = None
    refusal: Refusal | None = None

    @property
    def why(self) -> str:
        """Why nothing was written, in a sentence."""
        return self.refusal.message if self.refusal is not None else "已经停止，没有写"


def answer_each(
    ws: Workspace,
    wanted: Sequence[tuple[str, Path, Path | None]],
    progress: Progress | None = None,
    *,
    full: bool = False,
) -> list[Answer]:
    """Writes the next package for each of these offices into its folder: (code, folder, proof). One that fails does
    not stop the others. `proof` is a file that must still lie there: another stick may have come in its place."""
    came: list[Answer] = []
    for place, (code, folder, proof) in enumerate(wanted):
        name = folder.name or str(folder)
        try:
            if progress is not None:
                progress(place, len(wanted), name)
            with stick.blaming(folder):
                there = proof is None or proof.exists()
            if not there:
                raise Refusal("原来的 U 盘已经拔出，没有写。请插回去再写", "no-stick")
            inside = _inside(progress, place, len(wanted), name)
            came.append(Answer(code, outgoing.export(ws, folder, code=code, full=full, progress=inside)))
        except Refusal as refusal:
            came.append(Answer(code, refusal=refusal))
        except (Cancelled, KeyboardInterrupt):
            return [*came, *(Answer(left) for left, _, _ in wanted[place:])]
        except Exception as error:
            came.append(Answer(code, refusal=fault(error, "writing", "这个包没有写出，别的照样写")))
    return came


def hand_over(
    ws: Workspace, to: Path, code: str | None = None, *, full: bool = False, progress: Progress | None = None
) -> list[Answer]:
    """Writes the next package for the office of this code into a folder; without one what is usual: a county's for each
    of its townships, a township's for the county. Raises `Refusal` where there is nobody to write for."""
    with ws.read() as session:
        codes = [peer.code for peer in outgoing.addressees(session, ws, code)]
    return answer_each(ws, [(one, to, None) for one in codes], progress, full=full)


def written(answers: Sequence[Answer]) -> list[Sent]:
    """What was written. Raises, where that is nothing at all, the first office's `Refusal`, or `Cancelled`."""
    sent = [one.sent for one in answers if one.sent is not None]
    if not sent and answers:
        raise answers[0].refusal or Cancelled
    return sent


# ---------------------------------------------------------------- what was refused


def remember_refused(ws: Workspace, outcomes: Iterable[Outcome]) -> None:
    """Keeps, for the board, the last package of each office that was refused, and forgets it when a good one came."""
    with ws.write() as session:
        for one in outcomes:
            peer = supposed_sender(session, one)
            if peer is None:
                continue
            if one.status == "applied":
                old = session.get(RefusedLine, peer.office_id)
                if old is not None:
                    session.delete(old)
            elif one.status == "refused" and one.reason in TELL:
                session.merge(
                    RefusedLine(
                        peer_id=peer.office_id,
                        at=clock.now(),
                        file=Path(one.file).name[:200],
                        sequence=one.sequence or _number(one.file),
                        reason=one.reason or "",
                        message=one.message,
                    )
                )


def supposed_sender(session: Session, outcome: Outcome) -> Peer | None:
    """The subordinate office that a package is from, by what it says, or else by the name of its file: nobody has
    proved it when the package was refused."""
    code = outcome.from_code
    if not code and (named := NAME.match(Path(outcome.file).name)) is not None:
        code = named[1]
    if not code:
        return None
    return session.scalars(select(Peer).where(Peer.code == code, Peer.superior.is_(False))).first()


def _number(file: str) -> int:
    named = NAME.match(Path(file).name)
    return int(named[2]) if named is not None and len(named[2]) < 10 else 0


# ---------------------------------------------------------------- what happened, township by township

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
    "changed": "试运行以后又有改动",
    "fault": "程序出了差错",
}
"""A refusal in a few words, by its reason."""

TELL = {
    "damaged": "文件没有拷完整，或者 U 盘坏了。请回去重新写一次包，再送来",
    "not-for-us": "拿错了包。请送来写给{here}的那一个，文件名里有 up",
    "unknown-sender": "还没有登记。请等{here}登记，用登记文件加入以后再上报",
    "bad-signature": "先不要重送。请核实这个包是不是在登记过的那台电脑上写的",
    "revoked": "请用{here}新给的登记文件重新加入，再上报",
    "fork": "请只留一台电脑，在那台上备份、再恢复一次，然后上报",
    "gap": "请先收下{here}这次的回执，再上报一次；或者上报时勾“全部记录”",
    "newer-schema": "不用重送。{here}升级程序以后再收",
    "not-allowed": "包里有不归{below}填写的内容。请改正后重新上报",
    "too-large": "请升级程序后重新上报；附件多的分几次添加",
    "invalid-record": "请升级到最新的程序，重新上报",
}
"""What to tell the office below whose package was refused. What is not here is this computer's own affair."""


def to_tell(reason: str | None, own: OfficeCard) -> str:
    """What to tell an office below about a package that was refused, empty where it can do nothing."""
    return TELL.get(reason or "", "").format(here=own.here, below=own.below)


@dataclass(frozen=True)
class Line:
    """What came of one package, for a person.

    Attributes:
        office: whose it is; `claimed` says that only the file's name tells so.
        state: what happened in a few words, with its tone (good, attention, wrong, quiet).
        why: the sentence about a package that was not written, empty for one that was.
        tell: what to tell the township, empty for nothing and for the superior.
        counts: what it came to; `last` is what the package before came to.
    """

    office: str
    code: str
    claimed: bool
    sequence: int
    state: str
    tone: str
    why: str
    tell: str
    counts: Counts | None
    last: Counts | None
    outcome: Outcome


TONES = ("wrong", "attention", "good", "quiet")


def lines(ws: Workspace, outcomes: Sequence[Outcome]) -> tuple[Line, ...]:
    """A line for each package: first those that somebody must do something about, then by office."""
    with ws.read() as session:
        peers = [supposed_sender(session, one) for one in outcomes]
        last = [
            _before(session, peer, one.package_digest) if peer else None
            for one, peer in zip(outcomes, peers, strict=True)
        ]
    found = []
    for one, peer, before in zip(outcomes, peers, last, strict=True):
        name, code = (peer.name, peer.code) if peer else (one.from_name, one.from_code)
        found.append(line(one, before, ws.office, office=name, code=code))
    return _in_order(found)


def lines_alone(ws: Workspace, outcomes: Sequence[Outcome]) -> tuple[Line, ...]:
    """The same by what the packages say of themselves, without asking the store."""
    return _in_order(line(one, None, ws.office, office=one.from_name, code=one.from_code) for one in outcomes)


def _in_order(found: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(sorted(found, key=lambda one: (TONES.index(one.tone), one.code or "~", one.sequence)))


def line(outcome: Outcome, last: Counts | None, own: OfficeCard, *, office: str, code: str) -> Line:
    """One outcome in words; pure."""
    counts, why, tell = None, "", ""
    match outcome.status:
        case "applied":
            counts = _sum(outcome.ledgers)
            state, tone = "已写入", "good"
            if outcome.put_off:
                state, tone = f"已写入，{outcome.put_off} 条放着以后再定", "attention"
                tell = f"有 {outcome.put_off} 条还没有定，定了随下一个包带回"
        case "refused":
            state, tone = f"拒收：{STOPPED.get(outcome.reason or '', '不能接收')}", "wrong"
            why, tell = outcome.message, to_tell(outcome.reason, own)
        case "already-imported":
            state, tone, why = "以前收过", "quiet", outcome.message
        case "superseded":
            state, tone, why = "已有更新的", "quiet", outcome.message
        case "conflicts":
            state, tone = f"没有写：{len(outcome.conflicts)} 处没有定", "attention"
            why = "两边都改过的地方定了，或者选“以后再定”，才能写入"
        case "dry-run":
            state, tone, why = "没有写", "attention", "试运行通过，还没有写入"
        case _:
            state, tone, why = "没有写：已停止", "attention", outcome.message
    if outcome.from_above:
        tell = ""
    name = office or Path(outcome.file).name
    number = outcome.sequence or _number(outcome.file)
    claimed = bool(office) and not outcome.from_code
    return Line(name, code, claimed, number, state, tone, why, tell, counts, last, outcome)


def _sum(ledgers: Mapping[str, Counts]) -> Counts:
    counts = list(ledgers.values())
    return Counts(
        sum(one.created for one in counts),
        sum(one.updated for one in counts),
        sum(one.deleted for one in counts),
        sum(one.unchanged for one in counts),
    )


def _before(session: Session, peer: Peer, digest: str) -> Counts | None:
    """What the package before this one came to, None for the first."""
    received = [one for one in register.lines(session, peer.office_id, sent=False) if one.digest != digest]
    return _sum(register.summary_of(received[-1]).ledgers) if received else None
