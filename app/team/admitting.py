"""Admission written by hand (D21): who becomes a probationary member in the ledger of applicants stands on the roll,
with the event 发展, in the same operation, as the action “接收为预备党员” writes it."""

from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app import checks
from app.ledgers.ledger import Case
from app.ledgers.recruitment_deeds import admit
from app.ledgers.team import MEMBERS
from app.policy import Policies
from app.rules.application import PROBATIONARY
from db import clock
from db.errors import Refusal
from db.journal import Batch, ChangeLine, loads, stored_rows
from db.models.recruitment import Applicant
from db.models.team import Member

if TYPE_CHECKING:
    from app.workspace import OfficeCard


def follow(batch: Batch, office: "OfficeCard") -> None:
    """Puts on the roll the applicants whom an open operation has moved on to probationary members without saying which
    member they are. Where somebody on the roll may be they, it is left to the person, whom the checks have told.

    Raises `Refusal` when the roll's own checks do not let them in.
    """
    batch.session.flush()
    if "applicant" not in batch.ledgers:
        return
    session = batch.session
    lines = select(ChangeLine.record_id, ChangeLine.after).where(
        ChangeLine.batch_id == batch.id, ChangeLine.ledger == "applicant", ChangeLine.before.is_not(None)
    )
    moved = {id for id, after in session.execute(lines) if loads(after).get("stage") == PROBATIONARY}
    files = select(Applicant).where(
        Applicant.id.in_(moved),
        Applicant.office_id == office.id,
        Applicant.deleted_at.is_(None),
        Applicant.stage == PROBATIONARY,
        Applicant.member_id.is_(None),
        Applicant.admitted_on.is_not(None),
    )
    for file in session.scalars(files.order_by(Applicant.id)).all():
        if not _may_be_there(session, file):
            _put_on_the_roll(batch, office, file)


def _may_be_there(session: Session, file: Applicant) -> bool:
    same = [and_(Member.name == file.name, Member.birth == file.birth)]
    if file.resident_id is not None:
        same.append(Member.resident_id == file.resident_id)
    found = select(Member.id).where(or_(*same), Member.deleted_at.is_(None))
    return session.scalars(found.limit(1)).first() is not None


def _put_on_the_roll(batch: Batch, office: "OfficeCard", file: Applicant) -> None:
    session, file_id = batch.session, file.id
    deed = admit(Case(session, office.id, file, clock.today()), {"admitted_on": file.admitted_on})
    for model, row in deed.creates:
        batch.create_rows(model, [{"office_id": office.id, **row}])
    member = next(row["id"] for model, row in deed.creates if model is Member)
    stored = stored_rows(session.connection(), Applicant, [file_id])[file_id]
    batch.update_rows(Applicant, [(stored, {"member_id": member})])
    whole = stored_rows(session.connection(), Member, [member])[member]
    values = {name: whole[name] for name in MEMBERS.fields}
    found = checks.run(MEMBERS, values, checks.Look(session, member), Policies.read(session))
    if checks.errors(found):
        raise Refusal(f"接收后登不上花名册：{checks.reasons(MEMBERS, found)}", "invalid-record")
