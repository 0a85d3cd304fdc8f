"""Decides conflicts that were put off: their row was kept aside whole, ours stayed."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ledgers.catalogue import LEDGERS
from app.sync import choices, wire
from app.sync.choices import Choice, Conflict
from app.sync.merge import Merged, merge
from app.sync.outgoing import line_to
from app.sync.rows import Sender, send_back
from app.sync.version import joined
from app.workspace import Workspace
from db.errors import Refusal
from db.journal import Batch, Values, stored_rows
from db.models.handoff import ConflictLine, Peer
from db.models.record import merged_fields


def put_off(ws: Workspace, office_id: str | None = None) -> list[Conflict]:
    """The conflicts (with one office, or all) that were put off and still stand, in the order in which they came."""
    wanted = select(ConflictLine).order_by(ConflictLine.at, ConflictLine.record_id)
    if office_id is not None:
        wanted = wanted.where(ConflictLine.peer_id == office_id)
    with ws.read() as session:
        found = []
        for line in session.scalars(wanted):
            stored, theirs, merged = _merged(session, line)
            ledger = LEDGERS[line.ledger]
            up = not session.get_one(Peer, line.peer_id).superior
            found += [choices.conflict(session, ledger, stored, theirs, clash.field, up=up) for clash in merged.clashes]
        return found


def settle(ws: Workspace, record_id: str, chosen: Mapping[str, Choice]) -> None:
    """Merges the row kept aside into ours, as decided. Raises `Refusal` when a field is not decided."""
    with ws.edit("决定放着的冲突") as batch:
        line = batch.session.get(ConflictLine, record_id)
        if line is None:
            raise Refusal("这条记录没有放着等决定的冲突，可能已经决定过了。请刷新后再看", "not-found")
        ledger, peer = LEDGERS[line.ledger], batch.session.get_one(Peer, line.peer_id)
        stored, theirs, merged = _merged(batch.session, line)
        missing = [clash.field for clash in merged.clashes if chosen.get(clash.field, Choice.LATER).kind == "later"]
        if missing:
            labels = "、".join(choices.label_of(ledger, name) for name in missing)
            raise Refusal(f"“{labels}”还没有决定。请每一处都选定", "conflicts")
        up = not peer.superior
        found = [
            choices.conflict(batch.session, ledger, stored, theirs, clash.field, up=up) for clash in merged.clashes
        ]
        values = {
            one.field: choices.decided(
                batch.session, ledger, chosen[one.field], one.field, stored[one.field], theirs[one.field]
            )
            for one in found
        }
        new = choices.decision(stored, merged.row, values, batch.replica) if values else merged.row
        sender = Sender(peer.office_id, peer.name, line_to(batch.session, ws, peer), not peer.superior)
        for one in found:
            if chosen[one.field].kind == "return":
                send_back(batch, sender, one, chosen[one.field].text)
        if new:
            batch.write_rows(ledger.model, updates=[(stored, new)])
        batch.session.delete(line)


def reject_put_off(batch: Batch, import_id: str) -> None:
    """Ends the conflicts that an import put off when it is undone: their row is seen, and ours stays as it is.

    It is a save of our own, as the rest of the undo is, so the other side learns of it.
    """
    for line in list(batch.session.scalars(select(ConflictLine).where(ConflictLine.batch_id == import_id))):
        model = LEDGERS[line.ledger].model
        stored, theirs, _ = _merged(batch.session, line)
        kept = {name: stored[name] for name in merged_fields(model) if theirs.get(name, stored[name]) != stored[name]}
        seen: Values = {"version": joined(stored["version"], theirs["version"]), "stamps": stored["stamps"]}
        batch.write_rows(model, updates=[(stored, choices.decision(stored, seen, kept, batch.replica))])
        batch.session.delete(line)


def _merged(session: Session, line: ConflictLine) -> tuple[Values, Values, Merged]:
    model = LEDGERS[line.ledger].model
    stored = stored_rows(session.connection(), model, [line.record_id])[line.record_id]
    theirs = wire.decode_line(model, line.theirs)
    return stored, theirs, merge(stored, theirs, merged_fields(model), fork_is_clash=True)
