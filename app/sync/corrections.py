"""Remarks that a township has answered: it changes what was remarked on, and the county learns it with the package.

A remark is the superior's record, so a township cannot write in it. When a package comes whose sender had the remark
and has since changed the remarked field (or the record's note, in which it says that all is well, or deleted the
record), the import itself sets the remark to 已改, and undoing the import takes that back. The township is shown the
same of its own saves at once.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.sync import register
from app.sync.scope import Line
from db.journal import Batch, BatchLine, ChangeLine, loads, stored_rows
from db.models.common import Remark

OPEN, CORRECTED, CLOSED = "01", "02", "03"  # code table remark_status

NOT_OWN_WORK = ("receive", "undo", "new", "join")
"""Kinds of batches in which an office's own people changed nothing."""


def mark_corrected(batch: Batch, office_id: str, peer_id: str, line: Line) -> int:
    """Sets the open remarks to 已改 that the sender of the package in this batch knew and has answered; how many."""
    session = batch.session
    known = register.base(session, peer_id, batch.replica)
    if known is None:
        return 0
    waiting = session.execute(
        select(Remark.id, Remark.record, Remark.field).where(
            Remark.office_id == office_id,
            Remark.target_office_id.in_(line.below),
            Remark.status == OPEN,
            Remark.deleted_at.is_(None),
        )
    ).all()
    if not waiting:
        return 0
    said = said_since(session, [id for id, _, _ in waiting])
    changed = session.execute(
        select(ChangeLine.record_id, ChangeLine.after).where(
            ChangeLine.batch_id == batch.id, ChangeLine.record_id.in_({record for _, record, _ in waiting})
        )
    ).all()
    answered = [
        id
        for id, record, field in waiting
        if said[id] <= known.upto and any(one == record and answers(after, field) for one, after in changed)
    ]
    stored = stored_rows(session.connection(), Remark, answered)
    batch.update_rows(Remark, [(row, {"status": CORRECTED}) for row in stored.values()])
    return len(answered)


def answered_here(session: Session, remarks: Iterable[str]) -> set[str]:
    """Those of these open remarks that this office's own people have answered since they came."""
    waiting = session.execute(
        select(Remark.id, Remark.record, Remark.field).where(Remark.id.in_(list(remarks)), Remark.status == OPEN)
    ).all()
    if not waiting:
        return set()
    said = said_since(session, [id for id, _, _ in waiting])
    own = session.execute(
        select(ChangeLine.record_id, ChangeLine.seq, ChangeLine.after)
        .join(BatchLine, BatchLine.id == ChangeLine.batch_id)
        .where(
            ChangeLine.record_id.in_({record for _, record, _ in waiting}),
            BatchLine.kind.not_in(NOT_OWN_WORK),
            BatchLine.undone_by.is_(None),
        )
    ).all()
    return {
        id
        for id, record, field in waiting
        if any(one == record and seq > said[id] and answers(after, field) for one, seq, after in own)
    }


def answers(after: str, field: str | None) -> bool:
    """Whether a change, by the fields that it wrote, answers a remark on a field, or on the whole record."""
    written = loads(after).keys()
    return bool(written) if field is None else not written.isdisjoint({field, "note", "deleted_at"})


def said_since(session: Session, remarks: Sequence[str]) -> dict[str, int]:
    """For each remark the line of the journal since which it says what it says."""
    lines = session.execute(
        select(ChangeLine.record_id, ChangeLine.seq, ChangeLine.before, ChangeLine.after)
        .where(ChangeLine.record_id.in_(remarks))
        .order_by(ChangeLine.seq)
    )
    return {
        id: seq
        for id, seq, before, after in lines
        if before is None or not loads(after).keys().isdisjoint({"text", "status", "field", "deleted_at"})
    }
