"""Whose a record is, and who may therefore write it: one rule for the form, bulk edits, workbooks and undo.

An edit of what belongs to an office above, or beside, would never be handed over, and the stores would stay different.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.findings import Finding, error
from app.ledgers.catalogue import LEDGERS
from app.ledgers.ledger import Ledger
from db.errors import Refusal
from db.journal import ChangeLine
from db.models.organisation import Office
from db.models.record import Record, models

if TYPE_CHECKING:
    from app.workspace import OfficeCard


def owner_above(session: Session, office: "OfficeCard", owner: str) -> str | None:
    """The name of the office that alone may write a record of this owner, None when this one may.

    An office writes its own records and those of the offices below it, never those of another.
    """
    if office.id in offices_over(session, owner):
        return None
    named = session.get(Office, owner)
    return named.name if named is not None else "别的单位"


def offices_over(session: Session, office: str) -> list[str]:
    """An office, its superior, the superior of that one, and so on."""
    found: list[str] = []
    place: str | None = office
    while place is not None and place not in found:
        found.append(place)
        place = session.scalars(select(Office.superior_id).where(Office.id == place)).first()
    return found


def stray_links(
    session: Session, office: "OfficeCard", ledger: Ledger, owner: str, changed: Mapping[str, Any]
) -> list[Finding]:
    """Errors for new links of another office's record to what that office does not have: the record could not be handed
    to it. An office has its own records and those of the offices over and under it."""
    if owner == office.id:
        return []
    found = []
    for name, value in changed.items():
        spec = ledger.fields[name]
        if value is None or spec.target in (None, Office.__tablename__):
            continue
        target = session.get(models()[str(spec.target)], value)
        if target is None:
            continue
        over = offices_over(session, owner)
        keepers = [target.office_id]
        if target.office_id in over:  # the superior's own, which goes to the one whose records it names
            keepers = [one for one, _ in _below_of(session, office, target).values()]
        stray = next((one for one in keepers if one not in over and owner not in offices_over(session, one)), None)
        if stray is not None:
            name_of = {one: session.get_one(Office, one).name for one in (owner, stray)}
            message = (
                f"“{spec.label}”选的记录归“{name_of[stray]}”，“{name_of[owner]}”那里没有它。"
                f"请另选“{name_of[owner]}”自己的"
            )
            found.append(error(name, "owner", message))
    return found


def strays_apart(
    session: Session, office: "OfficeCard", ledger: Ledger, values: Mapping[str, Any], before: Mapping[str, Any] | None
) -> list[Finding]:
    """Errors for links of this office's own record to what different offices below it have: it could be handed to
    neither. For the same reason a record that has been with one of them is not turned to another's records."""
    if not office.is_county:
        return []
    named = _below(session, office, ledger, values)
    found = []
    for name, (owner, title) in named.items():
        first, first_title = next(iter(named.values()))
        if owner != first:
            message = f"这一条既关联“{first_title}”又关联“{title}”的记录，两边都收不到。请分开填写，各建一条"
            found.append(error(name, "owner", message))
    had = _below(session, office, ledger, before) if before is not None and not found else {}
    for name, (owner, title) in named.items():
        if name in had and had[name][0] != owner and ledger.fields[name].target != Office.__tablename__:
            message = f"这一条已经交给“{had[name][1]}”，不能改到“{title}”。请在这一条上注明结束，另建一条"
            found.append(error(name, "owner", message))
    return found


def _below(
    session: Session, office: "OfficeCard", ledger: Ledger, values: Mapping[str, Any]
) -> dict[str, tuple[str, str]]:
    """The links of a record that lead below this office, by way of its own records too: field → (id, name) of the
    office next below it."""
    found = {}
    for name, spec in ledger.fields.items():
        if spec.target is None or (value := values.get(name)) is None:
            continue
        linked = session.get(models()[spec.target], value)
        if linked is None:
            continue
        line = offices_over(session, linked.id if isinstance(linked, Office) else linked.office_id)
        if office.id in line[1:]:
            below = session.get_one(Office, line[line.index(office.id) - 1])
            found[name] = (below.id, below.name)
        elif not isinstance(linked, Office) and linked.office_id == office.id and linked.id != values.get("id"):
            further = _below_of(session, office, linked)
            if further:
                found[name] = next(iter(further.values()))
    return found


def _below_of(session: Session, office: "OfficeCard", record: Record) -> dict[str, tuple[str, str]]:
    ledger = LEDGERS[record.__tablename__]
    return _below(session, office, ledger, {name: getattr(record, name) for name in ("id", *ledger.fields)})


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
