"""Whose a record is, and who may therefore write it: one rule for the form, bulk edits, workbooks and undo.

An edit of what belongs to an office above, or beside, would never be handed over, and the stores would stay different.
"""

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ledgers.catalogue import LEDGERS
from app.ledgers.ledger import Ledger
from db.errors import Refusal
from db.journal import ChangeLine
from db.models.organisation import Office
from db.models.record import models

if TYPE_CHECKING:
    from app.workspace import OfficeCard


def owner_above(session: Session, office: "OfficeCard", owner: str) -> str | None:
    """The name of the office that alone may write a record of this owner, None when this one may.

    An office writes its own records and those of the offices below it, never those of another.
    """
    parents: dict[str, str | None] = dict(session.execute(select(Office.id, Office.superior_id)).all())
    place: str | None = owner
    walked: set[str] = set()
    while place is not None and place not in walked:
        if place == office.id:
            return None
        walked.add(place)
        place = parents.get(place)
    named = session.get(Office, owner)
    return named.name if named is not None else "别的单位"


def refuse_others(session: Session, office: "OfficeCard", ledger: Ledger, owner: str, deed: str = "改") -> None:
    """Raises `Refusal` when the record belongs to an office that is not this one nor below it."""
    name = owner_above(session, office, owner)
    if name is not None:
        raise Refusal(belongs_to(ledger, name, deed), "not-allowed")


def belongs_to(ledger: Ledger, name: str, deed: str = "改") -> str:
    """The sentence about a record that another office keeps."""
    return f"这条{ledger.one}记录归“{name}”管，这里不能{deed}。内容有误请告诉“{name}”来改"


def refuse_foreign_undo(session: Session, office: "OfficeCard", batch_id: str, label: str) -> None:
    """Raises `Refusal` when taking a batch back would change records that another office keeps."""
    for name in session.scalars(select(ChangeLine.ledger).where(ChangeLine.batch_id == batch_id).distinct()):
        model = models()[name]
        changed = select(ChangeLine.record_id).where(ChangeLine.batch_id == batch_id, ChangeLine.ledger == name)
        for owner in session.scalars(select(model.office_id).where(model.id.in_(changed)).distinct()):
            other = owner_above(session, office, owner)
            if other is not None:
                raise Refusal(
                    f"“{label}”里有归“{other}”管的“{LEDGERS[name].title}”记录，这里不能撤销。"
                    f"内容有误请告诉“{other}”改正后再交来",
                    "not-allowed",
                )
