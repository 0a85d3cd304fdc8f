"""Who leaves the roll, or comes back, by an event (党员增减): the standing on the roll follows the event in the same
operation, so that nobody is counted who has left."""

from typing import TYPE_CHECKING

from sqlalchemy import select

from app.ledgers.team_checks import STANDING_AFTER
from db.journal import Batch, ChangeLine, stored_rows
from db.models.team import Member, MemberEvent

if TYPE_CHECKING:
    from app.workspace import OfficeCard


def follow(batch: Batch, office: "OfficeCard") -> None:
    """Gives each member of whom an open operation has written down a new event the standing that the latest of all
    events leads to. A standing that the operation writes itself stays."""
    batch.session.flush()
    if "member_event" not in batch.ledgers:
        return
    session = batch.session
    new = select(ChangeLine.record_id).where(
        ChangeLine.batch_id == batch.id, ChangeLine.ledger == "member_event", ChangeLine.before.is_(None)
    )
    written = select(ChangeLine.record_id).where(
        ChangeLine.batch_id == batch.id, ChangeLine.ledger == "member", ChangeLine.after.contains('"standing":')
    )
    of_whom = select(MemberEvent.member_id).where(MemberEvent.id.in_(new))
    events = select(MemberEvent.member_id, MemberEvent.id, MemberEvent.kind).where(
        MemberEvent.member_id.in_(of_whom),
        MemberEvent.member_id.not_in(written),
        MemberEvent.office_id == office.id,
        MemberEvent.deleted_at.is_(None),
    )
    made = set(session.scalars(new))
    latest = {
        member: kind if event in made else ""
        for member, event, kind in session.execute(events.order_by(MemberEvent.on, MemberEvent.id))
    }
    stored = stored_rows(session.connection(), Member, list(latest))
    pairs = [
        (row, {"standing": standing})
        for member, row in stored.items()
        if (standing := STANDING_AFTER.get(latest[member])) not in (None, row["standing"])
        and row["office_id"] == office.id
        and row["deleted_at"] is None
    ]
    batch.update_rows(Member, pairs)
