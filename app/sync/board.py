"""The board of those that report here, a county's townships or a city's counties: for each, what came last, what waits
and why, what is missing, what it has of ours, and what to do next. Who has not reported this month stands first.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.ledgers.catalogue import LEDGERS
from app.offices import governs, next_below
from app.policy import Policies
from app.rules import monthly
from app.statistics import in_month
from app.sync import register
from app.sync.corrections import CORRECTED, OPEN
from app.sync.register import Counts
from app.sync.several import STOPPED, to_tell
from app.workspace import OfficeCard, Workspace
from db.journal import BatchLine
from db.models.common import Remark
from db.models.handoff import ConflictLine, PackageLine, Peer, RefusedLine


class State(StrEnum):
    """How an office stands to this one: its enrolment file is out, it has answered, or its keys are refused."""

    ENROLLED = "enrolled"
    ANSWERED = "answered"
    REVOKED = "revoked"


class Step(StrEnum):
    """What is to be done about a township, the most pressing first."""

    MEND = "mend"
    """Its package was refused: tell it what to do."""
    SNAPSHOT = "snapshot"
    """A package between is missing: it needs the receipt, or must send all its records."""
    DECIDE = "decide"
    """Conflicts were put off."""
    REPORT = "report"
    """It has not reported this month."""
    RECEIPT = "receipt"
    """What it handed over was taken in, and it has not been told."""
    REVIEW = "review"
    """It has corrected what was sent back."""
    JOIN = "join"
    """It has its enrolment file and nothing has come yet."""
    NONE = "none"


@dataclass(frozen=True)
class Package:
    """One package sent or received. `undone` says that what it wrote was taken back."""

    id: str
    sequence: int
    at: str
    kind: str
    records: int
    counts: Counts
    batch_id: str | None
    undone: bool


@dataclass(frozen=True)
class Refused:
    """The last package that was refused; `tell` is what to tell the office that sent it."""

    sequence: int
    at: str
    file: str
    reason: str
    message: str
    tell: str

    @property
    def words(self) -> str:
        """Why, in a few words."""
        return STOPPED.get(self.reason, "不能接收")


@dataclass(frozen=True)
class Township:
    """One line of the board.

    Attributes:
        reported: whether something came this month.
        received: what came last.
        parked: how many records wait for a decision, and why: (ledger's title, how many).
        missing: numbers that never came before the last one. What they held came with a later package.
        refused: what was refused since.
        sent: what was written for it last; `acknowledged` is the number of ours that it has.
        untold: whether what came last has not been answered with a receipt.
        sent_back, answered: the remarks that wait for it, and those that it has answered, by id.
    """

    office_id: str
    code: str
    name: str
    state: State
    reported: bool
    received: Package | None
    parked: tuple[tuple[str, int], ...]
    missing: tuple[int, ...]
    refused: Refused | None
    sent: Package | None
    acknowledged: int | None
    untold: bool
    sent_back: tuple[str, ...]
    answered: tuple[str, ...]

    @property
    def open(self) -> int:
        """How many remarks wait for it."""
        return len(self.sent_back)

    @property
    def corrected(self) -> int:
        """How many remarks it has answered."""
        return len(self.answered)

    @property
    def waiting(self) -> int:
        """How many records wait for a decision."""
        return sum(number for _, number in self.parked)

    @property
    def step(self) -> Step:
        """What is to be done next."""
        if self.state is State.REVOKED:
            return Step.NONE
        if self.refused is not None:
            return Step.SNAPSHOT if self.refused.reason == "gap" else Step.MEND
        if self.waiting:
            return Step.DECIDE
        if self.state is State.ENROLLED:
            return Step.JOIN
        if not self.reported:
            return Step.REPORT
        if self.untold:
            return Step.RECEIPT
        return Step.REVIEW if self.corrected else Step.NONE


@dataclass(frozen=True)
class Board:
    """All townships, those that have not reported this month first, then by code; and the day by which they report."""

    townships: tuple[Township, ...]
    due: int

    @property
    def late(self) -> tuple[Township, ...]:
        """Who has not reported this month."""
        return tuple(one for one in self.townships if not one.reported and one.state is not State.REVOKED)


def board(ws: Workspace, today: date) -> Board:
    """The board as it stands today."""
    with ws.read() as session:
        peers = session.scalars(select(Peer).where(Peer.superior.is_(False)))
        parked = _parked(session)
        remarks = _remarks(session, ws.office.id)
        undone = set(session.scalars(select(BatchLine.id).where(BatchLine.undone_by.is_not(None))))
        refused = {one.peer_id: one for one in session.scalars(select(RefusedLine))}
        found = [
            _township(session, ws, peer, today, parked.get(peer.office_id, ()), refused.get(peer.office_id), undone,
                      remarks.get(peer.office_id, {}))
            for peer in peers
        ]  # fmt: skip
        due = due_day(session, today)
    return Board(in_order(found), due)


def due_day(session: Session, today: date) -> int:
    """The day of this month by which an office reports."""
    return Policies.read(session).whole("monthly.due_day", today, monthly.DUE_DAY)


def in_order(townships: list[Township]) -> tuple[Township, ...]:
    """Who has not reported first, those that do not hand over any more last, else by code; pure."""
    return tuple(sorted(townships, key=lambda one: (one.state is State.REVOKED, one.reported, one.code)))


def _township(
    session: Session,
    ws: Workspace,
    peer: Peer,
    today: date,
    parked: tuple[tuple[str, int], ...],
    refused: RefusedLine | None,
    undone: set[str],
    remarks: dict[str, list[str]],
) -> Township:
    received = register.lines(session, peer.office_id, sent=False)
    sent = register.last(session, peer.office_id, sent=True)
    known = register.base(session, peer.office_id, ws.replica)
    last = received[-1] if received else None
    state = State.ANSWERED if peer.signing_key else State.ENROLLED if peer.secret else State.REVOKED
    told = register.summary_of(sent).told if sent else 0
    return Township(
        peer.office_id,
        peer.code,
        peer.name,
        state,
        last is not None and in_month(last.at, today),
        _package(last, undone),
        parked,
        missing([one.sequence for one in received if last is not None and one.replica == last.replica]),
        _refused(refused, ws.office) if refused else None,
        _package(sent, undone),
        known.sequence if known else None,
        last is not None and state is State.ANSWERED and last.place > told,
        tuple(remarks.get(OPEN, ())),
        tuple(remarks.get(CORRECTED, ())),
    )


def _refused(one: RefusedLine, own: OfficeCard) -> Refused:
    return Refused(one.sequence, one.at, one.file, one.reason, one.message, to_tell(one.reason, own))


def missing(sequences: list[int]) -> tuple[int, ...]:
    """The numbers between the first and the last that are not there; pure."""
    return tuple(sorted(set(range(min(sequences), max(sequences))) - set(sequences))) if sequences else ()


def _package(line: PackageLine | None, undone: set[str]) -> Package | None:
    if line is None:
        return None
    summary = register.summary_of(line)
    counts = list(summary.ledgers.values())
    total = Counts(
        sum(one.created for one in counts),
        sum(one.updated for one in counts),
        sum(one.deleted for one in counts),
        sum(one.unchanged for one in counts),
    )
    return Package(
        line.id, line.sequence, line.at, line.kind, summary.records, total, line.batch_id, line.batch_id in undone
    )


def _parked(session: Session) -> dict[str, tuple[tuple[str, int], ...]]:
    """By office: how many records of which ledger wait for a decision."""
    found: dict[str, tuple[tuple[str, int], ...]] = {}
    for peer, ledger, number in session.execute(
        select(ConflictLine.peer_id, ConflictLine.ledger, func.count())
        .group_by(ConflictLine.peer_id, ConflictLine.ledger)
        .order_by(ConflictLine.peer_id, ConflictLine.ledger)
    ):
        found[peer] = (*found.get(peer, ()), (LEDGERS[ledger].title, number))
    return found


def _remarks(session: Session, own_id: str) -> dict[str, dict[str, list[str]]]:
    """By office that reports here and status: the remarks for it, and for those under it, that are not done. What a
    county has to say to its townships is not its city's."""
    below = next_below(session, own_id)
    found: dict[str, dict[str, list[str]]] = {}
    for id, office, status in session.execute(
        select(Remark.id, Remark.target_office_id, Remark.status)
        .where(Remark.deleted_at.is_(None), Remark.status.in_((OPEN, CORRECTED)), governs(Remark.office_id))
        .order_by(Remark.id)
    ):
        found.setdefault(below.get(office or "", ""), {}).setdefault(status, []).append(id)
    return found
