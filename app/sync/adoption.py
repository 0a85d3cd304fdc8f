"""An office that had records of its own before it was enrolled. They carry the id that it made for itself, and so does
all that it has handed to offices below it; the superior made another for the enrolment file. The office keeps its own,
and the superior takes that over with the first package.
"""

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app.sync.manifest import Manifest
from app.sync.scope import office_links
from db import clock
from db.journal import Batch, followed, stored_rows
from db.models.common import Attachment, Remark
from db.models.handoff import ConflictLine, PackageLine, Peer, RefusedLine
from db.models.organisation import Office
from db.models.record import Record, models

ABOUT = (Remark, Attachment)
"""Records that name another by its id in a column `record`, which is no link."""


def applicant(session: Session, manifest: Manifest) -> Peer | None:
    """The office that was enrolled under the sender's code and has not answered yet. Whether it wrote the package, its
    one-time secret shows. None where the sender's id is that of an office known here: nobody takes over another's."""
    if manifest.keys is None or session.get(Office, manifest.sender.office) is not None:
        return None
    unanswered = select(Peer).where(
        Peer.code == manifest.sender.code,
        Peer.superior.is_(False),
        Peer.signing_key.is_(None),
        Peer.secret.is_not(None),
    )
    return session.scalars(unanswered).first()


def adopt(batch: Batch, peer: Peer, own: str) -> Peer:
    """Puts the office's own id in the place of the one that was made for its enrolment file, in every record and in the
    register of packages. It is a step of its own beside the import: taking that back leaves it."""
    session, former = batch.session, peer.office_id
    with followed(batch, f"认下{peer.name}原有的数据", kind="join") as step:
        (office,) = stored_rows(session.connection(), Office, [former]).values()
        # as the enrolment file told it, version and all: there it was read under the office's own id
        step.write_rows(Office, inserts=[{**office, "id": own}])
        for model in models().values():
            _turn(step, model, former, own)
        step.update_rows(Office, [(office, {"deleted_at": clock.now()})])
    renamed = Peer(
        office_id=own,
        code=peer.code,
        name=peer.name,
        superior=False,
        secret=peer.secret,
        revoked_keys=peer.revoked_keys,
    )
    session.add(renamed)
    session.flush()
    for lines in (PackageLine, RefusedLine, ConflictLine):
        session.execute(update(lines).where(lines.peer_id == former).values(peer_id=own))
    session.delete(peer)
    session.flush()
    return renamed


def _turn(step: Batch, model: type[Record], former: str, own: str) -> None:
    """Turns what belongs to the former id, or points to it."""
    names = ["office_id", *office_links(model), *(("record",) if model in ABOUT else ())]
    found = select(model.id).where(or_(*(getattr(model, name) == former for name in names)))
    rows = stored_rows(step.session.connection(), model, list(step.session.scalars(found)))
    pairs = [(row, {name: own for name in names if row[name] == former}) for row in rows.values()]
    step.update_rows(model, pairs)
