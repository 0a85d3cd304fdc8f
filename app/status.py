"""What the status bar says: changes not handed over, the last package and its fate, the last backup."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.workspace import Workspace
from db import settings
from db.journal import BatchLine, ChangeLine
from db.models.handoff import PackageLine, Peer

LAST_BACKUP = "last_backup"
"""The setting that holds the moment of the last backup."""


@dataclass(frozen=True)
class LastPackage:
    """The last package that a township sent, or that a county took in."""

    sent: bool
    office: str
    sequence: int
    at: str
    acknowledged: bool


@dataclass(frozen=True)
class Status:
    """`pending` is None where nobody hands over: an office without a superior."""

    pending: int | None
    package: LastPackage | None
    backup: str | None


def status(workspace: Workspace) -> Status:
    """How the store stands now."""
    with workspace.read() as session:
        superior = session.scalars(select(Peer).where(Peer.superior.is_(True))).first()
        package = _last(session, sent=superior is not None)
        pending = _pending(session, superior.office_id) if superior is not None else None
        return Status(pending, package, settings.get(session, LAST_BACKUP))


def _last(session: Session, *, sent: bool) -> LastPackage | None:
    found = session.execute(
        select(PackageLine, Peer.name)
        .join(Peer, Peer.office_id == PackageLine.peer_id)
        .where(PackageLine.sent.is_(sent))
        .order_by(PackageLine.at.desc(), PackageLine.sequence.desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    line, name = found
    return LastPackage(sent, name, line.sequence, line.at, line.acknowledged)


def _pending(session: Session, superior: str) -> int:
    """Records changed here since the last package that the superior was sent."""
    upto = session.execute(
        select(func.max(PackageLine.upto)).where(PackageLine.peer_id == superior, PackageLine.sent.is_(True))
    ).scalar()
    changed = (
        select(func.count(func.distinct(ChangeLine.record_id)))
        .join(BatchLine, BatchLine.id == ChangeLine.batch_id)
        .where(ChangeLine.seq > (upto or 0), ChangeLine.sender.is_(None), BatchLine.kind.not_in(("seed", "new")))
    )
    return session.execute(changed).scalar_one()
