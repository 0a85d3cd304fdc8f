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
    key = _key(ledger, record_id, writer(workspace))
    with workspace.write() as session:
        if typed:
            session.merge(DraftLine(id=key, values=dump(dict(typed)), at=clock.now()))
        else:
            _drop(session, key)


def writer(workspace: Workspace) -> str:
    """Whose drafts are whose: where several seats share the store, each person has their own."""
    return workspace.user if workspace.shared else ""


def kept(session: Session, ledger: Ledger, record_id: str | None, by: str = "") -> KeptDraft | None:
    """The draft of a form by this `writer`, None when there is none. Fields that no longer exist are left out."""
    found = session.get(DraftLine, _key(ledger, record_id, by))
    if found is None:
        return None
    typed = msgspec.json.decode(found.values, type=dict[str, str])
    return KeptDraft({name: text for name, text in typed.items() if name in ledger.fields}, found.at)


def drop(workspace: Workspace, ledger: Ledger, record_id: str | None) -> None:
    """Throws a draft away."""
    with workspace.write() as session:
        drop_in(session, ledger, record_id, writer(workspace))


def drop_in(session: Session, ledger: Ledger, record_id: str | None, by: str = "") -> None:
    """Throws this `writer`'s draft away in the transaction that saves it: either both are done or neither."""
    _drop(session, _key(ledger, record_id, by))


def _drop(session: Session, key: str) -> None:
    found = session.get(DraftLine, key)
    if found is not None:
        session.delete(found)


def _key(ledger: Ledger, record_id: str | None, by: str) -> str:
    return f"{ledger.id}/{record_id or 'new'}" + (f"/{by}" if by else "")


def keep_sheet(workspace: Workspace, name: str, typed: Mapping[str, str]) -> None:
    """Keeps what stands in a sheet that is filled in at once, by cell; nothing typed keeps nothing."""
    key = _sheet(name, writer(workspace))
    with workspace.write() as session:
        if typed:
            session.merge(DraftLine(id=key, values=dump(dict(typed)), at=clock.now()))
        else:
            _drop(session, key)


def kept_sheet(session: Session, name: str, by: str = "") -> Mapping[str, str]:
    """What was typed by this `writer` into a sheet and not saved, by cell."""
    found = session.get(DraftLine, _sheet(name, by))
    return msgspec.json.decode(found.values, type=dict[str, str]) if found is not None else {}


def drop_sheet(session: Session, name: str, by: str = "") -> None:
    """Throws away what this `writer` typed into a sheet, in the transaction that saves it."""
    _drop(session, _sheet(name, by))


def _sheet(name: str, by: str) -> str:
    return f"sheet/{name}" + (f"/{by}" if by else "")
