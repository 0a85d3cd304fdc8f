"""What the status bar says: changes not handed over, the last package and its fate, the last backup."""

from dataclasses import dataclass

from sqlalchemy import func, select

from app.backup import LAST_BACKUP
from app.sync import outgoing, register
from app.sync.register import PackageView
from app.workspace import Workspace
from db import settings
from db.models.handoff import ConflictLine


@dataclass(frozen=True)
class Status:
    """How the store stands.

    Attributes:
        pending: how many records have changed since the last package to the superior; None for an office without one.
        sent: that package.
        received: the last one that was taken in from an office below.
        backup: when the last backup was made.
        conflicts: how many records wait for a decision that was put off.
    """

    pending: int | None
    sent: PackageView | None
    received: PackageView | None
    backup: str | None
    conflicts: int = 0


def status(workspace: Workspace) -> Status:
    """How the store stands now."""
    pending = outgoing.pending(workspace) if workspace.office.superior_id else None
    with workspace.read() as session:
        conflicts = session.execute(select(func.count()).select_from(ConflictLine)).scalar_one()
        return Status(
            pending,
            register.newest(session, sent=True, superior=True),
            register.newest(session, sent=False, superior=False),
            settings.get(session, LAST_BACKUP),
            conflicts,
        )
