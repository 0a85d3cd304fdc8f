"""What is due or wrong, each with the place where something is done about it: rules of `app.rules` over queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import listing, statistics
from app.ledgers.catalogue import LEDGERS
from app.listing import Query
from app.place import CONFLICTS, EXCHANGE, Place
from app.policy import Policies
from app.quality import Found
from app.rules import membership, recruitment
from app.rules.organisation import TermState
from app.statistics import in_month, last_received
from app.sync import register
from app.sync.board import due_day
from app.sync.corrections import CORRECTED, OPEN, answered_here
from app.workspace import OfficeCard
from db.models.common import Remark
from db.models.handoff import ConflictLine, Peer
from db.models.team import Member

TOLD = frozenset({"D22", "O05"})
"""Rules whose findings have reminders of their own."""
NAMED = 3
"""How many names a line tells before it says 等."""


class Urgency(StrEnum):
    """How much a line presses; the order is that of the page."""

    WRONG = "wrong"
    ATTENTION = "attention"
    INFORMATION = "information"


@dataclass(frozen=True)
class Reminder:
    """One line: what, a word more about it, and where it is mended."""

    urgency: Urgency
    title: str
    detail: str
    place: Place


def reminders(session: Session, office: OfficeCard, today: date) -> list[Reminder]:
    """Everything that is due today for an office, the most pressing first."""
    found = [
        *probation(session, today),
        *terms(session, today),
        *(reporting_townships(session, today) if office.is_county else reporting(session, today)),
        *conflicts(session),
        *remarks(session, office),
        *without_post(session, today),
    ]
    order = list(Urgency)
    return sorted(found, key=lambda one: order.index(one.urgency))


def probation(session: Session, today: date) -> Iterable[Reminder]:
    """D22, D25: whose probation has ended, and whose ends within a month."""
    policy = Policies.read(session)
    over: list[tuple[date, str, str]] = []
    soon: list[tuple[date, str, str]] = []
    on_probation = select(Member.id, Member.name, Member.joined_on).where(
        Member.deleted_at.is_(None),
        Member.category == recruitment.PROBATIONARY,
        Member.standing == "01",
    )
    for member, name, joined_on in session.execute(on_probation):
        if joined_on is None:
            continue
        months = policy.whole("recruit.probation_months", joined_on, recruitment.PROBATION_MONTHS)
        if membership.probation_is_due(recruitment.PROBATIONARY, joined_on, today, months=months) is None:
            continue
        ends_on = recruitment.probation_ends_on(joined_on, months=months)
        (over if ends_on <= today else soon).append((ends_on, name, member))
    for people, urgency, title, ask in (
        (over, Urgency.WRONG, "预备期已满", "到期，应召开支部大会讨论转正"),
        (soon, Urgency.ATTENTION, "预备期将满", "到期，请提醒本人递交转正申请"),
    ):
        if people:
            people.sort()
            ends_on, name, _ = people[0]
            place = Place("member", ids=tuple(member for _, _, member in people), title=title)
            yield Reminder(urgency, f"{title} {len(people)} 人", f"{name} {_day(ends_on, today)}{ask}", place)


def terms(session: Session, today: date) -> Iterable[Reminder]:
    """O05: whose term has ended, and whose ends within the months of notice that policy sets."""
    found = statistics.terms(session, today)
    for states, urgency, title, ask in (
        ((TermState.OVER,), Urgency.WRONG, "任期届满没有换届", "届满"),
        ((TermState.ALARM, TermState.NOTICE), Urgency.ATTENTION, "任期即将届满", "届满，请着手准备换届"),
    ):
        due = [one for one in found if one.state in states]
        if due:
            place = Place("party_org", ids=tuple(one.id for one in due), title=title)
            detail = f"{due[0].name} {_day(due[0].ends_on, today)}{ask}"
            yield Reminder(urgency, f"{title} {len(due)} 个", detail, place)


def without_post(session: Session, today: date) -> Iterable[Reminder]:
    """§4: members without office ought to hold a post."""
    number = listing.count(session, LEDGERS["member"], Query(chips=("未设岗",)))
    if number:
        place = Place("member", chips=("未设岗",))
        yield Reminder(Urgency.INFORMATION, f"无职党员未设岗 {number:,} 人", "有能力的都应认领岗位", place)


def remarks(session: Session, office: OfficeCard) -> Iterable[Reminder]:
    """What the county sent back and nobody has answered; a county sees what it waits for, and what was corrected."""
    known = select(Remark.id, Remark.text, Remark.status).where(
        Remark.deleted_at.is_(None), Remark.status.in_((OPEN, CORRECTED))
    )
    if not office.is_county:
        known = known.where(Remark.target_office_id == office.id)
    found = session.execute(known.order_by(Remark.id.desc())).all()
    waiting = [(id, text) for id, text, status in found if status == OPEN]
    if office.is_county:
        corrected = [text for _, text, status in found if status == CORRECTED]
        if corrected:
            place = Place("remark", chips=("已改",))
            detail = f"看过没有问题，改成“已了”。{_first_line(corrected[0])}"
            yield Reminder(Urgency.ATTENTION, f"乡镇已改的批注 {len(corrected)} 条", detail, place)
    answered = set() if office.is_county else answered_here(session, [id for id, _ in waiting])
    waiting = [one for one in waiting if one[0] not in answered]
    if waiting:
        title = f"等乡镇更正的批注 {len(waiting)} 条" if office.is_county else f"县里退回 {len(waiting)} 条"
        urgency = Urgency.INFORMATION if office.is_county else Urgency.ATTENTION
        place = Place("remark", chips=("待改",))
        if answered:
            place = Place("remark", ids=tuple(id for id, _ in waiting), title="县里退回")
        yield Reminder(urgency, title, _first_line(waiting[0][1]), place)


def _first_line(text: str) -> str:
    return text.replace("\n", " ")


def conflicts(session: Session) -> Iterable[Reminder]:
    """What two offices wrote differently and somebody put off."""
    number = session.execute(select(func.count()).select_from(ConflictLine)).scalar_one()
    if number:
        detail = "两边改得不一样，放着以后再定"
        yield Reminder(Urgency.ATTENTION, f"没有裁决的冲突 {number} 条", detail, Place(CONFLICTS))


def reporting(session: Session, today: date) -> Iterable[Reminder]:
    """Whether the office has handed over this month; pressing after the day that policy sets."""
    superior = session.scalars(select(Peer).where(Peer.superior.is_(True))).first()
    if superior is None:
        return
    last = register.last(session, superior.office_id, sent=True)
    if last is not None and in_month(last.at, today):
        return
    due = due_day(session, today)
    urgency = Urgency.WRONG if today.day > due else Urgency.ATTENTION
    before = "还没有上报过" if last is None else f"上次上报是 {_local_day(last.at, today)}"
    yield Reminder(urgency, "本月还没有上报", f"应在 {due} 日前报送，{before}", Place(EXCHANGE))


def reporting_townships(session: Session, today: date) -> Iterable[Reminder]:
    """Which townships have handed nothing over this month."""
    received = last_received(session)
    joined = select(Peer).where(Peer.superior.is_(False), Peer.signing_key.is_not(None)).order_by(Peer.code)
    late = [one.name for one in session.scalars(joined) if not in_month(received.get(one.office_id), today)]
    if late:
        due = due_day(session, today)
        urgency = Urgency.WRONG if today.day > due else Urgency.ATTENTION
        yield Reminder(urgency, f"本月没有上报 {len(late)} 个乡镇", _named(late), Place(EXCHANGE))


def doubts(found: Sequence[Found]) -> list[Reminder]:
    """Records that the ledgers' checks find wrong or doubtful, one line for each ledger; pure."""
    lines = []
    for ledger_id, ledger in LEDGERS.items():
        own = [one for one in found if one.ledger == ledger_id and one.id and one.finding.rule not in TOLD]
        ids = tuple(dict.fromkeys(one.id for one in own if one.id))
        if not ids:
            continue
        wrong = tuple(dict.fromkeys(one.id for one in own if one.id and one.is_error))
        first = next((one for one in own if one.is_error), own[0])
        title = f"{ledger.title}存疑 {len(ids):,} {ledger.counter}"
        place = Place(ledger_id, ids=ids, title="存疑")
        urgency = Urgency.WRONG if wrong else Urgency.INFORMATION
        lines.append(Reminder(urgency, title, first.finding.message, place))
    return lines


def days_left(session: Session, today: date) -> int:
    """Days until this month's reporting is due; negative when it is past."""
    return due_day(session, today) - today.day


def _day(day: date, today: date) -> str:
    return f"{day.month}月{day.day}日" if day.year == today.year else f"{day.year}年{day.month}月{day.day}日"


def _local_day(moment: str, today: date) -> str:
    return _day(datetime.fromisoformat(moment).astimezone().date(), today)


def _named(names: Sequence[str]) -> str:
    return "、".join(names[:NAMED]) + (f"等 {len(names)} 个" if len(names) > NAMED else "")
