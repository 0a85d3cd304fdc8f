"""People who left the roll of one office by a transfer and came to none: the letter has run out, and nobody below the
superior that looks has them. The offices are told by remarks.

Where the ledger of transfers has a letter, it says where the person went, and both offices are told. Where there is
only the event 转出, and nobody on any roll here has the number, the office that was left is asked. Once that is settled
(the person has gone beyond this superior, say), the superior closes the remark, and nobody is asked again.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from app.findings import Level
from app.policy import Policies
from app.rules.transfers import OUT
from app.sync import transfers
from app.sync.outcome import RecordFinding
from db.ids import seeded_id
from db.journal import Batch, stored_rows
from db.models.common import Remark
from db.models.team import Member, MemberEvent, Transfer
from db.parsing import mask_resident_id

RULE = "nowhere"
LETTER, LETTER_DAYS = "transfer.letter_days_near", 10
"""The validity of a letter within the county: the key of policy, and what holds where policy is silent."""
LOOKED_BACK = 365
"""Days. Who left before that is not asked after."""
ON_THE_ROLL, MOVED_AWAY, LEFT = "01", "03", "04"  # code tables standing (twice), member_event_kind
OPEN, CLOSED = "01", "03"  # code table remark_status


@dataclass(frozen=True)
class Departed:
    """A member who has left and is nowhere. `days` is how long the letter was valid."""

    id: str
    office_id: str
    number: str
    left_on: date
    days: int


def departed(session: Session, today: date) -> list[Departed]:
    """Members with the standing 已转出, no letter, a last event 转出 older than a letter is valid for, and an ID
    number that nobody on any roll of the store has; by id. Who has no number is left out."""
    elsewhere = aliased(Member)
    policy = Policies.read(session)
    left = (
        select(Member.id, Member.office_id, Member.resident_id, func.max(MemberEvent.on))
        .join(MemberEvent, MemberEvent.member_id == Member.id)
        .where(
            Member.deleted_at.is_(None),
            Member.standing == MOVED_AWAY,
            Member.resident_id.is_not(None),
            MemberEvent.deleted_at.is_(None),
            MemberEvent.kind == LEFT,
            ~exists().where(
                elsewhere.resident_id == Member.resident_id,
                elsewhere.deleted_at.is_(None),
                elsewhere.standing == ON_THE_ROLL,
            ),
            ~exists().where(Transfer.member_id == Member.id, Transfer.direction == OUT, Transfer.deleted_at.is_(None)),
        )
        .group_by(Member.id, Member.office_id, Member.resident_id)
        .order_by(Member.id)
    )
    found = []
    for id, office, number, left_on in session.execute(left):
        days = policy.whole(LETTER, left_on, LETTER_DAYS)
        if number and timedelta(days) < today - left_on <= timedelta(LOOKED_BACK):
            found.append(Departed(id, office, number, left_on, days))
    return found


def unsettled(session: Session, office_id: str, today: date) -> list[Departed]:
    """Those whom this office, the superior, has not settled by closing the remark about them."""
    lost = {remark_id(one): one for one in departed(session, today)}
    closed = select(Remark.id).where(Remark.office_id == office_id, Remark.id.in_(lost), Remark.status == CLOSED)
    settled = set(session.scalars(closed))
    return [one for key, one in lost.items() if key not in settled]


def sentence(one: Departed) -> str:
    """What the person reads, in the finding and in the remark."""
    day = f"{one.left_on.year}年{one.left_on.month}月{one.left_on.day}日"
    return (
        f"{mask_resident_id(one.number)} {day}转出，介绍信 {one.days} 天有效，已经过期，县里各单位都没有接收。"
        "请核实去向：没有转成的，恢复党籍或重新开信；已转到县外的，在“备注”写明"
    )


def remark_id(one: Departed) -> str:
    """The id of the one remark that asks after a departure."""
    return _id(one.id, one.left_on)


def _id(member: str, left_on: date) -> str:
    return seeded_id(Remark.__tablename__, f"{RULE}/{member}/{left_on.isoformat()}")


def told(batch: Batch, office_id: str, today: date) -> list[Departed]:
    """Those who are nowhere and not settled; sees to it that the office which each has left is told once.

    A remark whose person has been received since is closed.
    """
    session = batch.session
    lost = {remark_id(one): one for one in departed(session, today)}
    asked = select(Remark.id, Remark.record, MemberEvent.on).where(
        Remark.office_id == office_id,
        Remark.ledger == Member.__tablename__,
        Remark.field == "standing",
        Remark.status != CLOSED,
        Remark.deleted_at.is_(None),
        MemberEvent.member_id == Remark.record,
        MemberEvent.kind == LEFT,
    )
    standing = {id for id, member, on in session.execute(asked) if id == _id(member, on)} - set(lost)
    known = stored_rows(session.connection(), Remark, sorted({*lost, *standing}))
    batch.create_rows(
        Remark,
        [
            {
                "id": key,
                "office_id": office_id,
                "target_office_id": one.office_id,
                "ledger": Member.__tablename__,
                "record": one.id,
                "field": "standing",
                "text": sentence(one),
                "status": OPEN,
            }
            for key, one in lost.items()
            if key not in known and one.office_id != office_id
        ],
    )
    batch.update_rows(Remark, [(known[key], {"status": CLOSED}) for key in sorted(standing)])
    return [one for key, one in lost.items() if key not in known or known[key]["status"] != CLOSED]


def letters_told(batch: Batch, office_id: str, below: frozenset[str], today: date) -> list[RecordFinding]:
    """Whose letter from or to these offices has run out unanswered; sees to it that both offices are told once.

    A remark whose letter has been answered since is closed.
    """
    session = batch.session
    lost = transfers.on_no_roll(session, today)
    wanted = {
        _letter_id(one.transfer_id, office): (one, office)
        for one in lost
        for office in (one.office_id, one.to_office_id)
        if office != office_id
    }
    asked = select(Remark.id, Remark.record, Remark.target_office_id).where(
        Remark.office_id == office_id,
        Remark.ledger == transfers.LEDGER,
        Remark.status != CLOSED,
        Remark.deleted_at.is_(None),
    )
    standing = {id for id, letter, office in session.execute(asked) if id == _letter_id(letter, office or "")}
    known = stored_rows(session.connection(), Remark, sorted({*wanted, *standing}))
    fresh = [
        {
            "id": key,
            "office_id": office_id,
            "target_office_id": office,
            "ledger": transfers.LEDGER,
            "record": one.transfer_id,
            "field": "status",
            "text": transfers.sentence(session, one),
            "status": OPEN,
        }
        for key, (one, office) in wanted.items()
        if key not in known
    ]
    batch.create_rows(Remark, fresh)
    batch.update_rows(Remark, [(known[key], {"status": CLOSED}) for key in sorted(standing - set(wanted))])
    return [
        RecordFinding(transfers.LEDGER, one.transfer_id, None, Level.WARNING, RULE, transfers.sentence(session, one))
        for one in lost
        if not below.isdisjoint({one.office_id, one.to_office_id})
    ]


def _letter_id(letter: str, office: str) -> str:
    return seeded_id(Remark.__tablename__, f"{RULE}/{letter}/{office}")
