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
    """`pending` is None for an office without a superior: nobody is handed anything. `conflicts` is how many records
    wait for a decision that was put off."""

    pending: int | None
    package: PackageView | None
    backup: str | None
    conflicts: int = 0


def status(workspace: Workspace) -> Status:
    """How the store stands now; the package is the last one that a township sent, or that a county took in."""
    upward = not workspace.office.is_county
    last = next((one for one in register.packages(workspace, limit=50) if one.sent == upward), None)
    pending = outgoing.pending(workspace) if upward and workspace.office.superior_id else None
    with workspace.read() as session:
        conflicts = session.execute(select(func.count()).select_from(ConflictLine)).scalar_one()
        return Status(pending, last, settings.get(session, LAST_BACKUP), conflicts)
