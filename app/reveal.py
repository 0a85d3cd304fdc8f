"""Shows a masked value in full to who asks for it, and remembers who asked for which field and when, never what; and
who exported which ledger."""

from app import editing
from app.ledgers.ledger import Ledger
from app.workspace import Workspace
from db import clock
from db.models.handoff import RevealLine


def reveal(workspace: Workspace, ledger: Ledger, record_id: str, name: str) -> str:
    """The whole text of one sensitive field; the line that remembers it commits before the text is returned."""
    with workspace.write() as session:
        value = getattr(editing.get(session, ledger, record_id), name)
        session.add(RevealLine(ledger=ledger.id, record_id=record_id, field=name, user=workspace.user, at=clock.now()))
        return ledger.fields[name].show(value)


EXPORT, PUBLIC_EXPORT = "export", "public-export"
"""What stands for the field in the line about an export: of all columns, or of those that anybody may see."""


def note_export(workspace: Workspace, ledger: Ledger, records: int, *, public: bool) -> None:
    """Remembers that somebody exported so many records of a ledger that holds masked values."""
    if not any(spec.sensitive for spec in ledger.fields.values()):
        return
    what = PUBLIC_EXPORT if public else EXPORT
    with workspace.write() as session:
        session.add(
            RevealLine(ledger=ledger.id, record_id="", field=what, records=records, user=workspace.user, at=clock.now())
        )
