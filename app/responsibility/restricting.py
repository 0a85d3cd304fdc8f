"""What a total below the mark brings (seed §4): the program writes the restrictions with the result, in whatever way
that comes to be written, and takes them back when it is put right."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ledgers.responsibility_checks import passes
from app.policy import Policies
from app.rules import scoring
from app.team.committee import people_of
from db import clock
from db.journal import Batch, ChangeLine, Values, loads, stored_rows
from db.models.responsibility import Assessment, Restriction

if TYPE_CHECKING:
    from app.workspace import OfficeCard


def bound(
    session: Session, office_id: str, year: int, decided_on: date, staff: Sequence[tuple[str, str]] = ()
) -> list[scoring.Consequence]:
    """What binds an office below the mark, and who; `staff` are further people, pairs of name and position."""
    policy = Policies.read(session)
    months = policy.whole("score.restriction_months", decided_on, scoring.RESTRICTION_MONTHS)
    days = policy.whole("score.account_days", decided_on, scoring.ACCOUNT_DAYS)
    people = [*people_of(session, office_id, year), *staff]
    return scoring.consequences(decided_on, people, months=months, account_days=days)


def row(own_id: str, assessment: str, office: str, one: scoring.Consequence) -> Values:
    """A restriction as a row to create."""
    return {
        "office_id": own_id,
        "assessment_id": assessment,
        "target_office_id": office,
        "kind": one.kind,
        "person": one.person,
        "position": one.position,
        "from": one.start,
        "until": one.until,
    }


def follow(batch: Batch, office: "OfficeCard") -> None:
    """Makes the restrictions agree with the results that an open operation of the county's has written: a result below
    the mark gets them unless it has some, one that is put right loses them. What a person has changed of the
    restrictions since stays until the total is written again. A result that still has restrictions is not deleted."""
    batch.session.flush()
    if "assessment" not in batch.ledgers or not office.is_county:
        return
    session, policy = batch.session, Policies.read(batch.session)
    lines = select(ChangeLine.record_id, ChangeLine.before, ChangeLine.after).where(
        ChangeLine.batch_id == batch.id, ChangeLine.ledger == "assessment"
    )
    written: dict[str, set[str]] = {}
    new = set()
    for id, before, after in session.execute(lines):
        written.setdefault(id, set()).update(loads(after))
        if before is None:
            new.add(id)
    written = {id: names for id, names in written.items() if "total" in names}
    results = select(Assessment).where(
        Assessment.id.in_(written), Assessment.office_id == office.id, Assessment.deleted_at.is_(None)
    )
    for one in session.scalars(results.order_by(Assessment.id)).all():
        passed = passes(one.total, one.decided_on, policy)
        if "passed" not in written[one.id]:
            one.passed = passed
        held = select(Restriction.id).where(Restriction.assessment_id == one.id, Restriction.deleted_at.is_(None))
        standing = list(session.scalars(held))
        if standing and passed and one.id not in new:
            gone = stored_rows(session.connection(), Restriction, standing)
            batch.update_rows(Restriction, [(stored, {"deleted_at": clock.now()}) for stored in gone.values()])
        elif not standing and not passed:
            found = bound(session, one.target_office_id, one.year, one.decided_on)
            batch.create_rows(Restriction, [row(office.id, one.id, one.target_office_id, each) for each in found])
