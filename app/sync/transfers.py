"""What comes of letters that passed through the county: a receipt takes the member off the roll; who stands on none.

The receipt is the receiving office's own record. When it arrives the office that gave the letter writes its own records
down, as an operation of its own in the import's transaction, so that it can be taken back where the import cannot.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from app import actions
from app.findings import Level
from app.ledgers import transfer_deeds as deeds
from app.ledgers.ledger import Case, Deed
from app.rules.transfers import ACCEPTED, ISSUED, OUT, RECEIVED, REFUSED, valid_until
from app.sync.outcome import RecordFinding
from app.sync.rows import Intake
from app.workspace import OfficeCard
from db import clock
from db.errors import Refusal
from db.journal import Batch, ChangeLine, followed
from db.models.organisation import Office
from db.models.team import Member, Transfer

LEDGER, RULE = Transfer.__tablename__, "transfer.receipt"


def answers_taken_in(batch: Batch, work: Intake, office: OfficeCard) -> list[RecordFinding]:
    """Does what follows from the answers that a package has brought to letters of this office, and says so.

    An acceptance takes the member off the roll with the event 转出, a refusal is written on the letter. What cannot be
    done (the letter was cancelled meanwhile) is left to a person: the checks say it on both records.
    """
    found: list[RecordFinding] = []
    for answer_id in work.touched.get(LEDGER, ()):
        answer = batch.session.get_one(Transfer, answer_id)
        letter = batch.session.get(Transfer, answer.answers_id) if answer.answers_id else None
        if letter is None or answer.office_id == office.id or letter.office_id != office.id:
            continue
        deed, told = _follows(Case(batch.session, office.id, letter, clock.today()), letter, answer)
        letter_id = letter.id
        if deed is not None:
            try:
                with followed(batch, deed.label) as step:
                    actions.write(step, office, deed)
                told = deed.said
            except Refusal as refusal:
                told = f"{letter.name}的回执已到，没有办成：{refusal.message}"
        if told:
            work.digest.update(f"→{letter_id}{told}".encode())
            found.append(RecordFinding(LEDGER, letter_id, None, Level.WARNING, RULE, told))
    return found + _taken_back(batch, office)


def _taken_back(batch: Batch, office: OfficeCard) -> list[RecordFinding]:
    """Acceptances that the package takes back, of members who have left the roll here on the strength of them."""
    gone = select(ChangeLine.record_id).where(
        ChangeLine.batch_id == batch.id, ChangeLine.ledger == LEDGER, ChangeLine.action == "delete"
    )
    answer = aliased(Transfer)
    letters = (
        select(Transfer)
        .join(answer, answer.answers_id == Transfer.id)
        .where(answer.id.in_(gone), Transfer.office_id == office.id, Transfer.status == RECEIVED)
    )
    return [
        RecordFinding(LEDGER, one.id, None, Level.WARNING, RULE, f"{one.name}已经转出，对方却撤回了接收，请与对方核实")
        for one in batch.session.scalars(letters.order_by(Transfer.id))
        if deeds.may_restore(Case(batch.session, office.id, one, clock.today()))
    ]


def _follows(case: Case, letter: Transfer, answer: Transfer) -> tuple[Deed | None, str]:
    """(what an answer to one of our letters comes to, what is said where it comes to nothing)."""
    if letter.deleted_at is not None or letter.status != ISSUED:
        return None, ""
    if answer.status == REFUSED:
        return deeds.come_back(case, answer), ""
    if answer.status != ACCEPTED or letter.member_id is None:
        return None, ""
    try:
        return deeds.receive(case, deeds.today(case)), ""
    except Refusal as refusal:
        return None, f"{letter.name}的回执已到，没有登记：{refusal.message}"


# ---------------------------------------------------------------- on no roll


@dataclass(frozen=True)
class OnNoRoll:
    """Somebody who was sent from one office of ours to another and is received by neither: the letter, its office and
    that to which it is addressed, and the last day on which it was valid (None where it has none).

    `gone` says that the member has left the first roll; otherwise the member still counts there, and nobody looks.
    """

    transfer_id: str
    member_id: str | None
    office_id: str
    to_office_id: str
    name: str
    until: date | None
    gone: bool


def on_no_roll(session: Session, today: date) -> list[OnNoRoll]:
    """Letters between the offices of this store whose person has not arrived: past their day with no answer, or with
    the member gone from the first roll and the acceptance taken back. By id."""
    wanted = select(Transfer).where(
        Transfer.deleted_at.is_(None),
        Transfer.direction == OUT,
        Transfer.to_office_id.is_not(None),
        or_(and_(Transfer.status == ISSUED, ~_answered()), and_(Transfer.status == RECEIVED, _withdrawn())),
    )
    found = []
    for letter in session.scalars(wanted.order_by(Transfer.id)):
        dated = letter.issued_on is not None and letter.valid_days is not None
        until = valid_until(letter.issued_on, letter.valid_days) if dated else None  # type: ignore[arg-type]
        gone = letter.status == RECEIVED
        if gone or (until is not None and until < today):
            where = (letter.office_id, letter.to_office_id or "")
            found.append(OnNoRoll(letter.id, letter.member_id, *where, letter.name or "", until, gone))
    return found


def sentence(session: Session, one: OnNoRoll) -> str:
    """What the person reads about somebody on no roll."""
    name_of = {id: session.get_one(Office, id).name for id in (one.office_id, one.to_office_id)}
    origin, target = name_of[one.office_id], name_of[one.to_office_id]
    if one.gone:
        return f"{one.name}从“{origin}”转往“{target}”，“{target}”撤回了接收，两边花名册上都没有。请双方核实"
    return f"{one.name}从“{origin}”转往“{target}”，介绍信 {one.until} 到期，“{target}”还没有接收。请双方核实人在哪里"


def _answered() -> ColumnElement[bool]:
    answer = aliased(Transfer)
    return exists().where(answer.answers_id == Transfer.id, answer.deleted_at.is_(None))


def _withdrawn() -> ColumnElement[bool]:
    """Accepted once, and by now by nobody."""
    answer, accepted = aliased(Transfer), aliased(Transfer)
    return and_(
        exists().where(answer.answers_id == Transfer.id, answer.deleted_at.is_not(None)),
        ~exists().where(accepted.answers_id == Transfer.id, accepted.deleted_at.is_(None), accepted.status == ACCEPTED),
    )


def leaving() -> ColumnElement[bool]:
    """A member whose letter another office has accepted: the receipt is on its way, and the number may for so long
    stand on two rolls."""
    answer = aliased(Transfer)
    return exists().where(
        Transfer.member_id == Member.id,
        Transfer.deleted_at.is_(None),
        Transfer.status == ISSUED,
        answer.answers_id == Transfer.id,
        answer.deleted_at.is_(None),
        answer.status == ACCEPTED,
    )
