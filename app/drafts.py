"""Half-filled forms: what was typed is kept until it is saved or thrown away, through a lock and a crash."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from sqlalchemy.orm import Session

from app.ledgers.ledger import Ledger
from app.workspace import Workspace
from db import clock
from db.models.handoff import DraftLine
from db.models.record import dump


@dataclass(frozen=True)
class KeptDraft:
    """What was typed into a form, by field, and when."""

    typed: Mapping[str, str]
    at: str


def keep(workspace: Workspace, ledger: Ledger, record_id: str | None, typed: Mapping[str, str]) -> None:
    """Keeps what stands in a form; nothing typed keeps nothing."""
    with Session(workspace.engine) as session, session.begin():
        if typed:
            session.merge(DraftLine(id=_key(ledger, record_id), values=dump(dict(typed)), at=clock.now()))
        else:
            _drop(session, ledger, record_id)


def kept(session: Session, ledger: Ledger, record_id: str | None) -> KeptDraft | None:
    """The draft of a form, None when there is none. Fields that no longer exist are left out."""
    found = session.get(DraftLine, _key(ledger, record_id))
    if found is None:
        return None
    typed = msgspec.json.decode(found.values, type=dict[str, str])
    return KeptDraft({name: text for name, text in typed.items() if name in ledger.fields}, found.at)


def drop(workspace: Workspace, ledger: Ledger, record_id: str | None) -> None:
    """Throws a draft away."""
    with Session(workspace.engine) as session, session.begin():
        _drop(session, ledger, record_id)


def _drop(session: Session, ledger: Ledger, record_id: str | None) -> None:
    found = session.get(DraftLine, _key(ledger, record_id))
    if found is not None:
        session.delete(found)


def _key(ledger: Ledger, record_id: str | None) -> str:
    return f"{ledger.id}/{record_id or 'new'}"


def keep_sheet(workspace: Workspace, name: str, typed: Mapping[str, str]) -> None:
    """Keeps what stands in a sheet that is filled in at once, by cell; nothing typed keeps nothing."""
    with Session(workspace.engine) as session, session.begin():
        found = session.get(DraftLine, f"sheet/{name}")
        if typed:
            session.merge(DraftLine(id=f"sheet/{name}", values=dump(dict(typed)), at=clock.now()))
        elif found is not None:
            session.delete(found)


def kept_sheet(session: Session, name: str) -> Mapping[str, str]:
    """What was typed into a sheet and not saved, by cell."""
    found = session.get(DraftLine, f"sheet/{name}")
    return msgspec.json.decode(found.values, type=dict[str, str]) if found is not None else {}
