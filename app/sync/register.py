"""The store's memory of packages: what was sent and received, in which order, and what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.sync.manifest import Blob, Fate, Result
from app.workspace import Workspace
from db.journal import BatchLine
from db.models.handoff import PackageBlob, PackageLine, Peer
from db.models.record import dump

ENROLMENT = "-enrolment-"
"""What the archive's name of an enrolment file has in it."""

FATES = 2000
"""How many fates of single records a package remembers, and tells."""


class Counts(msgspec.Struct):
    """How many records of a ledger an import created, updated, deleted or left as they were."""

    created: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0


class Summary(msgspec.Struct):
    """What the store keeps of one package beside its number.

    `told`: of a sent package, the place of the last received one whose result it carried. `result`: of a sent one, what
    the other side said became of it. `news`: of a sent one, by ledger, what of its records the other side had not seen;
    `bytes`: its size. Both are missing of packages that were written before they were kept.
    """

    ledgers: dict[str, Counts] = {}
    live: dict[str, int] = {}
    records: int = 0
    fates: list[Fate] = []
    more: int = 0
    told: int = 0
    result: Result | None = None
    news: dict[str, Counts] = {}
    bytes: int = 0


@dataclass(frozen=True)
class PackageView:
    """A line of the list of packages sent and received."""

    id: str
    sent: bool
    office_code: str
    office_name: str
    sequence: int
    kind: str
    at: str
    file: str
    digest: str
    status: str
    """`sent`, `acknowledged` or `received`."""
    records: int
    ledgers: dict[str, Counts]
    result: Result | None
    batch_id: str | None
    undone: bool = False
    """Whether what it wrote was taken back."""


def packages(ws: Workspace, limit: int = 500) -> list[PackageView]:
    """The packages sent and received, the latest first."""
    with ws.read() as session:
        found = session.execute(
            select(PackageLine, Peer, BatchLine.undone_by)
            .join(Peer, Peer.office_id == PackageLine.peer_id)
            .outerjoin(BatchLine, BatchLine.id == PackageLine.batch_id)
            .order_by(PackageLine.place.desc())
            .limit(limit)
        ).all()
        return [_view(line, peer, undone=undone is not None) for line, peer, undone in found]


def newest(session: Session, *, sent: bool, superior: bool) -> PackageView | None:
    """The package that was sent last, or received, to or from the superior, or to or from those below."""
    wanted = select(PackageLine, Peer).join(Peer, Peer.office_id == PackageLine.peer_id)
    ours = wanted.where(PackageLine.sent.is_(sent), Peer.superior.is_(superior))
    found = session.execute(ours.order_by(PackageLine.place.desc()).limit(1)).first()
    return None if found is None else _view(*found, undone=False)


def _view(line: PackageLine, peer: Peer, *, undone: bool) -> PackageView:
    summary = summary_of(line)
    status = "received" if not line.sent else "acknowledged" if line.acknowledged or summary.result else "sent"
    return PackageView(
        line.id, line.sent, peer.code, peer.name, line.sequence, line.kind, line.at, line.file, line.digest, status,
        summary.records, summary.ledgers, summary.result, line.batch_id, undone,
    )  # fmt: skip


def next_place(session: Session) -> int:
    """The place of the next package in the order in which packages were sent and received, whatever the clock says."""
    return 1 + (session.execute(select(func.max(PackageLine.place))).scalar() or 0)


def summary_of(line: PackageLine) -> Summary:
    """What the store keeps of a package."""
    return msgspec.json.decode(line.summary, type=Summary)


def name_on_stick(line: PackageLine) -> str:
    """What the file of a sent package was called: the archive adds the beginning of its digest."""
    file = Path(line.file)
    return f"{file.stem.removesuffix(f'-{line.digest[:8]}')}{file.suffix}"


def kept(summary: Summary) -> str:
    """A summary as its column."""
    return dump(summary)


def lines(session: Session, peer_id: str, *, sent: bool, replica: str | None = None) -> list[PackageLine]:
    """The packages sent to, or received from, a peer in the order in which that happened."""
    wanted = select(PackageLine).where(PackageLine.peer_id == peer_id, PackageLine.sent == sent)
    if replica is not None:
        wanted = wanted.where(PackageLine.replica == replica)
    return list(session.scalars(wanted.order_by(PackageLine.place)))


def last(session: Session, peer_id: str, *, sent: bool, replica: str | None = None) -> PackageLine | None:
    """The package that was sent or received last."""
    wanted = select(PackageLine).where(PackageLine.peer_id == peer_id, PackageLine.sent == sent)
    if replica is not None:
        wanted = wanted.where(PackageLine.replica == replica)
    return session.scalars(wanted.order_by(PackageLine.place.desc()).limit(1)).first()


def base(session: Session, peer_id: str, replica: str) -> PackageLine | None:
    """The last package of ours that the peer has acknowledged: the next one builds on it."""
    wanted = select(PackageLine).where(
        PackageLine.peer_id == peer_id,
        PackageLine.sent.is_(True),
        PackageLine.replica == replica,
        PackageLine.acknowledged.is_(True),
    )
    return session.scalars(wanted.order_by(PackageLine.sequence.desc()).limit(1)).first()


def remember_blobs(session: Session, package_id: str, blobs: Iterable[Blob]) -> None:
    """Notes which attachments' bytes a package carried."""
    session.add_all(PackageBlob(package_id=package_id, sha256=blob.sha256) for blob in blobs)


def blobs_there(session: Session, known: PackageLine) -> set[str]:
    """The attachments whose bytes a peer has, by what it has acknowledged: those that the acknowledged package and all
    that it builds on carried, and those that the copy of its records which acknowledged it has sent itself."""
    sent = select(PackageLine.id, PackageLine.builds_on).where(
        PackageLine.peer_id == known.peer_id, PackageLine.sent.is_(True), PackageLine.replica == known.replica
    )
    builds = {line.id: line.builds_on for line in session.execute(sent)}
    chain: list[str] = []
    one: str | None = known.id
    while one is not None:
        chain.append(one)
        one = builds.get(one)
    heard = last(session, known.peer_id, sent=False)
    theirs = select(PackageLine.id).where(
        PackageLine.peer_id == known.peer_id,
        PackageLine.sent.is_(False),
        PackageLine.replica == (heard.replica if heard else ""),
    )
    carried = select(PackageBlob.sha256).distinct()
    found = set(session.scalars(carried.where(PackageBlob.package_id.in_(theirs))))
    for start in range(0, len(chain), 500):
        found.update(session.scalars(carried.where(PackageBlob.package_id.in_(chain[start : start + 500]))))
    return found


def untold(session: Session, peer_id: str, replica: str) -> list[PackageLine]:
    """The received packages whose results the peer may not have read yet, at most twenty."""
    known = base(session, peer_id, replica)
    told = summary_of(known).told if known else 0
    return [line for line in lines(session, peer_id, sent=False) if line.place > told][-20:]


def result_of(line: PackageLine) -> Result:
    """What came of a received package, to be told to its sender."""
    summary = summary_of(line)
    counts = list(summary.ledgers.values())
    return Result(
        line.replica,
        line.sequence,
        line.digest,
        sum(one.created for one in counts),
        sum(one.updated for one in counts),
        sum(one.deleted for one in counts),
        sum(one.unchanged for one in counts),
        line.at,
        summary.fates,
        summary.more,
    )
