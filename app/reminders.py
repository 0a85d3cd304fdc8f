"""What is due or wrong, each with the place where something is done about it: rules of `app.rules` over queries."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import listing, statistics
from app.guarantee import pay, venues
from app.ledgers import team
from app.ledgers import transfers as ledger_of_transfers
from app.ledgers.catalogue import LEDGERS
from app.ledgers.ledger import PILLAR_TITLES, Pillar
from app.ledgers.village_team import ANSWER_DAYS
from app.listing import Query
from app.method import remedies
from app.offices import governs
from app.place import CONFLICTS, EXCHANGE, PAY_SHEET, Place
from app.policy import Policies
from app.quality import Found
from app.reminding import NAMED, named, spoken
from app.reminding import Reminder as Reminder
from app.reminding import Urgency as Urgency
from app.responsibility import duties_due
from app.rules import budget, care, membership, recruitment
from app.rules import transfers as rules
from app.rules.organisation import TermState
from app.rules.spans import months_later
from app.rules.transfers import State
from app.rules.village_team import answer_due
from app.statistics import in_month, last_received
from app.sync import register, transfers
from app.sync.board import due_day
from app.sync.corrections import CORRECTED, OPEN, answered_here
from app.team import discipline_due, recruiting
from app.workspace import OfficeCard
from db.models.common import Remark
from db.models.guarantee import Budget, CareFund
from db.models.handoff import ConflictLine, Peer
from db.models.method import Dispatch, DispatchLog, Rectification
from db.models.organisation import Village
from db.models.team import Cadre, Member, Transfer
from db.models.village_team import CadreDeparture

TOLD = frozenset(
    [
        "D02",
        "D19",
        "D22",
        "D25",
        "O05",
        "stagnant.talk",
        "rectification.due",
        "dispatch.missing",
        "departure.answer",
        "discipline.due",
        "transfer.expired",
        "duty.due",
        "inspection.answer",
        "restriction.account",
    ]
)
"""Rules whose findings have reminders of their own."""


def reminders(session: Session, office: OfficeCard, today: date) -> list[Reminder]:
    """Everything that is due today for an office, the most pressing first."""
    found = [
        *probation(session, today),
        *discipline_due.due(session, today),
        *recruiting.reminders(session, office, today),
        *terms(session, today),
        *reporting(session, office, today),
        *(reporting_below(session, office, today) if office.is_county else ()),
        *conflicts(session),
        *remarks(session, office),
        *letters(session, office, today),
        *receipts_to_send(session, office, today),
        *(on_no_roll(session, today) if office.is_county else ()),
        *without_post(session, today),
        *overdue_remedies(session, today),
        *(undecided_grades(session) if office.directs else ()),
        *(() if office.is_county else missing_logs(session, today)),
        *(weak_without_help(session) if office.is_county else ()),
        *resignations(session, today),
        *pay_due(session, today),
        *fund_short(session),
        *without_venue(session),
        *budgets_lag(session, today),
        *duties_due.due(session, office, today),
        *(without_calendar(session, today) if office.is_county else ()),
    ]
    order = list(Urgency)
    return sorted(found, key=lambda one: order.index(one.urgency))


def probation(session: Session, today: date) -> Iterable[Reminder]:
    """D22, D25: whose probation has ended, and whose ends within a month."""
    policy = Policies.read(session)
    over: list[tuple[date, str, str]] = []
    soon: list[tuple[date, str, str]] = []
    on_probation = select(Member.id, Member.name, Member.joined_on).where(
        Member.deleted_at.is_(None), team.probationary(today)
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
            yield Reminder(urgency, f"{title} {len(people)} 人", f"{name} {spoken(ends_on, today)}{ask}", place)


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
            detail = f"{due[0].name} {spoken(due[0].ends_on, today)}{ask}"
            yield Reminder(urgency, f"{title} {len(due)} 个", detail, place)


def without_post(session: Session, today: date) -> Iterable[Reminder]:
    """§4: members without office ought to hold a post."""
    number = listing.count(session, LEDGERS["member"], Query(chips=("未设岗",)))
    if number:
        place = Place("member", chips=("未设岗",))
        yield Reminder(Urgency.INFORMATION, f"无职党员未设岗 {number:,} 人", "有能力的都应认领岗位", place)


def overdue_remedies(session: Session, today: date) -> Iterable[Reminder]:
    """§8: items of rectification that are past their day."""
    number = listing.count(session, LEDGERS["rectification"], Query(chips=("超期",)))
    if number:
        late = select(Rectification.due_on).where(
            Rectification.deleted_at.is_(None), Rectification.closed_on.is_(None), Rectification.due_on < today
        )
        first = session.scalars(late.order_by(Rectification.due_on)).first()
        detail = f"最早的一项 {spoken(first, today)}到期，请抓紧整改、申请销号" if first else ""
        yield Reminder(Urgency.WRONG, f"整改超期 {number} 项", detail, Place("rectification", chips=("超期",)))


def undecided_grades(session: Session) -> Iterable[Reminder]:
    """§8: what townships have graded and the county has not decided."""
    number = listing.count(session, LEDGERS["rating"], Query(chips=("待县里审定",)))
    if number:
        place = Place("rating", chips=("待县里审定",))
        yield Reminder(Urgency.ATTENTION, f"待审定的定级 {number} 个", "乡镇已经初定，等县里审定", place)


def weak_without_help(session: Session) -> Iterable[Reminder]:
    """Seed §2: branches graded 一般 or 较差 to which no first secretary was sent."""
    bare = [one for one in remedies.weak_branches(session) if not one.helped]
    if bare:
        place = Place("party_org", ids=tuple(one.id for one in bare), title="没有第一书记的薄弱支部")
        yield Reminder(Urgency.WRONG, f"薄弱支部没有第一书记 {len(bare)} 个", named([one.name for one in bare]), place)


def missing_logs(session: Session, today: date) -> Iterable[Reminder]:
    """§6.2: who was sent here and has no log of last month."""
    month = f"{months_later(today.replace(day=1), -1):%Y-%m}"
    written = select(DispatchLog.dispatch_id).where(DispatchLog.deleted_at.is_(None), DispatchLog.month == month)
    here = select(Dispatch).where(
        Dispatch.deleted_at.is_(None), Dispatch.recalled_on.is_(None), Dispatch.id.not_in(written)
    )
    late = [one for one in session.scalars(here.order_by(Dispatch.id)) if f"{one.since:%Y-%m}" <= month]
    if late:
        place = Place("dispatch", ids=tuple(one.id for one in late), title=f"没有 {month} 日志的")
        title = f"选派干部没有登记 {month} 驻点日志 {len(late)} 人"
        yield Reminder(Urgency.ATTENTION, title, named([one.name for one in late]), place)


def resignations(session: Session, today: date) -> Iterable[Reminder]:
    """§5.4: resignations that wait for an answer; pressing after the days that policy sets."""
    waiting = select(CadreDeparture.id, CadreDeparture.applied_on).where(
        CadreDeparture.deleted_at.is_(None),
        CadreDeparture.applied_on.is_not(None),
        CadreDeparture.answered_on.is_(None),
    )
    found = [(one, applied) for one, applied in session.execute(waiting.order_by(CadreDeparture.applied_on)) if applied]
    if found:
        days = Policies.read(session).whole("cadre.answer_days", today, ANSWER_DAYS)
        due = answer_due(found[0][1], days)
        place = Place("cadre_departure", ids=tuple(one for one, _ in found), title="没有答复的辞职申请")
        urgency = Urgency.WRONG if due < today else Urgency.ATTENTION
        yield Reminder(
            urgency, f"辞职申请没有答复 {len(found)} 件", f"最早的一件应在 {spoken(due, today)}前答复", place
        )


def pay_due(session: Session, today: date) -> Iterable[Reminder]:
    """§5.2: cadres who are due last month's pay and have no slip for it."""
    last = months_later(today, -1)
    waiting = pay.without_slip(session, last.year, last.month, today)
    if waiting:
        names = dict(session.execute(select(Cadre.id, Cadre.name).where(Cadre.id.in_(waiting[:NAMED]))).all())
        told = "、".join(names[one] for one in waiting[:NAMED]) + (
            f"等 {len(waiting)} 人" if len(waiting) > NAMED else ""
        )
        title = f"{last.month} 月报酬没有登记 {len(waiting)} 人"
        yield Reminder(Urgency.ATTENTION, title, f"{told}，可在报酬发放表补齐", Place(PAY_SHEET))


def fund_short(session: Session) -> Iterable[Reminder]:
    """[seed §1]: a care fund whose balance is below nothing on some day; each office has its own."""
    funds: dict[str, list[tuple[date, int, str]]] = {}
    rows = select(CareFund.office_id, CareFund.on, CareFund.kind, CareFund.amount, CareFund.id)
    for office, on, kind, amount, one in session.execute(rows.where(CareFund.deleted_at.is_(None))):
        funds.setdefault(office, []).append((on, care.signed(kind, amount), one))
    for entries in funds.values():
        short = care.short_on((on, amount) for on, amount, _ in entries)
        if short is not None:
            day, balance = short
            ids = tuple(sorted(one for on, amount, one in entries if on <= day and amount < 0))
            detail = f"{day} 起余额为 {Decimal(balance) / 100:,.2f} 元，请核对支出，或补登拨入"
            place = Place("care_fund", ids=ids, title=f"{day} 以前的支出")
            yield Reminder(Urgency.WRONG, "关怀基金超支", detail, place)


def without_venue(session: Session) -> Iterable[Reminder]:
    """§7: villages without a venue that counts."""
    found = venues.coverage(session)
    if found.lacking:
        names = dict(session.execute(select(Village.id, Village.name).where(Village.id.in_(found.lacking))).all())
        title = f"没有达标场所的村和社区 {len(found.lacking)} 个"
        place = Place("village", ids=found.lacking, title="没有达标场所")
        yield Reminder(Urgency.INFORMATION, title, named([names[one] for one in found.lacking]), place)


def budgets_lag(session: Session, today: date) -> Iterable[Reminder]:
    """[seed §1]: this year's budgets of villages, or of communities, have risen by less than was promised."""
    rows = session.execute(
        select(Village.kind, Budget.village_id, Budget.year, func.sum(Budget.planned))
        .join(Village, Village.id == Budget.village_id)
        .where(Budget.deleted_at.is_(None), Budget.year.in_((today.year, today.year - 1)))
        .group_by(Village.kind, Budget.village_id, Budget.year)
    )
    known: dict[tuple[str, int], dict[str, int]] = {}
    for kind, village, year, planned in rows:
        known.setdefault((kind, year), {})[village or ""] = planned
    policy = Policies.read(session)
    for kind, what, default in (
        (budget.VILLAGE, "村", budget.RISE_OF_VILLAGE),
        (budget.COMMUNITY, "社区", budget.RISE_OF_COMMUNITY),
    ):
        this_year, last_year = (known.get((kind, year), {}) for year in (today.year, today.year - 1))
        rise = budget.average_rise(this_year, last_year)
        wanted = int(policy.number(budget.RISE_KEYS[kind], today, default // 100) * 100)
        if rise is not None and not budget.rise_is_reached(rise, wanted):
            title = f"{what}经费平均增加不到 {wanted // 100:,} 元"
            detail = f"今年比去年平均{'增加' if rise >= 0 else '减少'} {abs(Decimal(rise)) / 100:,.2f} 元"
            yield Reminder(Urgency.INFORMATION, title, detail, Place("budget", chips=("今年", "村和社区")))


def without_calendar(session: Session, today: date) -> Iterable[Reminder]:
    """D10: the days off of this year, or in December of the next, that nobody has entered from the notice."""
    known = Policies.read(session).working_days.years
    wanted = [today.year, *([today.year + 1] if today.month == 12 else [])]
    for year in (one for one in wanted if one not in known):
        detail = "请按国务院办公厅的通知在规则参数里新增；没有登记的，工作日按星期一到星期五算"
        yield Reminder(Urgency.INFORMATION, f"{year} 年的放假安排没有登记", detail, Place("policy"))


def remarks(session: Session, office: OfficeCard) -> Iterable[Reminder]:
    """What the superior sent back and nobody has answered; a county sees what it waits for, and what was corrected."""
    known = select(Remark.id, Remark.text, Remark.status, Remark.target_office_id).where(
        Remark.deleted_at.is_(None), Remark.status.in_((OPEN, CORRECTED)), governs(Remark.office_id)
    )
    found = session.execute(known.order_by(Remark.id.desc())).all()
    below = [(id, text, status) for id, text, status, target in found if target != office.id and office.is_county]
    corrected = [text for _, text, status in below if status == CORRECTED]
    if corrected:
        place = Place("remark", chips=("已改",))
        detail = f"看过没有问题，改成“已了”。{_first_line(corrected[0])}"
        yield Reminder(Urgency.ATTENTION, f"{office.below}已改的批注 {len(corrected)} 条", detail, place)
    waiting = [text for _, text, status in below if status == OPEN]
    if waiting:
        title = f"等{office.below}更正的批注 {len(waiting)} 条"
        yield Reminder(Urgency.INFORMATION, title, _first_line(waiting[0]), Place("remark", chips=("待改",)))
    sent_back = [(id, text) for id, text, status, target in found if target == office.id and status == OPEN]
    answered = answered_here(session, [id for id, _ in sent_back])
    due = [(id, text) for id, text in sent_back if id not in answered]
    if due:
        title = f"{office.above}退回 {len(due)} 条"
        place = Place("remark", chips=("待改",))
        if answered or waiting:
            place = Place("remark", ids=tuple(id for id, _ in due), title=f"{office.above}退回")
        yield Reminder(Urgency.ATTENTION, title, _first_line(due[0][1]), place)


def _first_line(text: str) -> str:
    return text.replace("\n", " ")


def letters(session: Session, office: OfficeCard, today: date) -> Iterable[Reminder]:
    """§3: letters that wait to be answered here, those of ours that have run out or will soon, moves not yet made."""
    own = select(Transfer).where(Transfer.deleted_at.is_(None), Transfer.office_id == office.id)
    arrived = session.scalars(
        select(Transfer).where(Transfer.deleted_at.is_(None), ledger_of_transfers.arrived(today)).order_by(Transfer.id)
    )
    yield from _of_letters(
        list(arrived), Urgency.ATTENTION, "待接收的介绍信", "人已报到的点“接收”，不能接收的写明原因退回"
    )
    policy = Policies.read(session)
    found: dict[State, list[Transfer]] = {state: [] for state in State}
    for letter in session.scalars(own.where(ledger_of_transfers.given(today)).order_by(Transfer.id)):
        if letter.issued_on is not None and letter.valid_days is not None:
            notice = policy.whole("transfer.reminder_days", today, rules.NOTICE_DAYS)
            months = policy.whole("transfer.receipt_months", today, rules.RECEIPT_MONTHS)
            state = rules.letter_state(
                letter.issued_on, letter.valid_days, today, notice_days=notice, receipt_months=months
            )
            found[state].append(letter)
    for state, urgency, title, ask in (
        (State.OVERDUE, Urgency.WRONG, "介绍信回执逾期", "请与接收单位联系，收到的登记回执，没有报到的撤销后重开"),
        (State.EXPIRED, Urgency.WRONG, "介绍信已过期", "请问清本人报到了没有，催要回执"),
        (State.NOTICE, Urgency.ATTENTION, "介绍信快到期", "请提醒本人按时报到"),
    ):
        yield from _of_letters(found[state], urgency, title, ask)
    moves = own.where(Transfer.scope == rules.INSIDE, Transfer.status == rules.ISSUED).order_by(Transfer.id)
    yield from _of_letters(
        list(session.scalars(moves)), Urgency.ATTENTION, "支部之间的转接没有办", "选好新支部，点“划转”"
    )


def receipts_to_send(session: Session, office: OfficeCard, today: date) -> Iterable[Reminder]:
    """§3: the receipt of who has come in from outside goes back within a month."""
    months = Policies.read(session).whole("transfer.receipt_months", today, rules.RECEIPT_MONTHS)
    waiting = select(Transfer).where(
        Transfer.deleted_at.is_(None),
        Transfer.office_id == office.id,
        Transfer.direction == rules.IN,
        Transfer.scope != rules.INSIDE,
        Transfer.status == rules.ACCEPTED,
        Transfer.answers_id.is_(None),
        Transfer.receipt_on.is_(None),
        Transfer.reported_on.is_not(None),
    )
    late: list[Transfer] = []
    due: list[Transfer] = []
    for letter in session.scalars(waiting.order_by(Transfer.reported_on)):
        over = letter.reported_on is not None and rules.receipt_due(letter.reported_on, months=months) < today
        (late if over else due).append(letter)
    ask = f"接收后 {months} 个月内寄给转出单位，寄出后点“寄出回执”"
    yield from _of_letters(late, Urgency.WRONG, "回执逾期没有寄出", ask)
    yield from _of_letters(due, Urgency.ATTENTION, "回执要寄出", ask)


def on_no_roll(session: Session, today: date) -> Iterable[Reminder]:
    """§3: who was sent from one of our offices to another and has not arrived."""
    lost = transfers.on_no_roll(session, today)
    if lost:
        place = Place("transfer", ids=tuple(one.transfer_id for one in lost), title="没有着落")
        detail = transfers.sentence(session, lost[0])
        yield Reminder(Urgency.WRONG, f"转出后没有着落 {len(lost)} 人", detail, place)


def _of_letters(found: Sequence[Transfer], urgency: Urgency, title: str, ask: str) -> Iterable[Reminder]:
    if found:
        names = [one.name for one in found if one.name]
        named = "、".join(names[:NAMED]) + ("等" if len(names) > NAMED else "")
        place = Place(Transfer.__tablename__, ids=tuple(one.id for one in found), title=title)
        yield Reminder(urgency, f"{title} {len(found)} 条", f"{named}：{ask}", place)


def conflicts(session: Session) -> Iterable[Reminder]:
    """What two offices wrote differently and somebody put off."""
    number = session.execute(select(func.count()).select_from(ConflictLine)).scalar_one()
    if number:
        detail = "两边改得不一样，放着以后再定"
        yield Reminder(Urgency.ATTENTION, f"没有裁决的冲突 {number} 条", detail, Place(CONFLICTS))


def reporting(session: Session, office: OfficeCard, today: date) -> Iterable[Reminder]:
    """Whether the office has handed over to its superior this month; pressing after the day that policy sets."""
    superior = session.scalars(select(Peer).where(Peer.superior.is_(True))).first()
    if superior is None:
        return
    last = register.last(session, superior.office_id, sent=True)
    if last is not None and in_month(last.at, today):
        return
    due = due_day(session, today)
    urgency = Urgency.WRONG if today.day > due else Urgency.ATTENTION
    before = "还没有上报过" if last is None else f"上次上报是 {_local_day(last.at, today)}"
    whom = office.above if office.is_county else ""
    yield Reminder(urgency, f"本月还没有上报{whom}", f"应在 {due} 日前报送，{before}", Place(EXCHANGE))


def reporting_below(session: Session, office: OfficeCard, today: date) -> Iterable[Reminder]:
    """Which of the offices below have handed nothing over this month."""
    received = last_received(session)
    joined = select(Peer).where(Peer.superior.is_(False), Peer.signing_key.is_not(None)).order_by(Peer.code)
    late = [one.name for one in session.scalars(joined) if not in_month(received.get(one.office_id), today)]
    if late:
        due = due_day(session, today)
        urgency = Urgency.WRONG if today.day > due else Urgency.ATTENTION
        yield Reminder(urgency, f"本月没有上报 {len(late)} 个{office.below}", named(late), Place(EXCHANGE))


def doubts(found: Sequence[Found]) -> list[Reminder]:
    """Records that the ledgers' checks find wrong or doubtful, one line for each system, with one for each of its
    ledgers behind it where there are several; pure."""
    lines: dict[Pillar, list[Reminder]] = {}
    for ledger_id, ledger in LEDGERS.items():
        own = [one for one in found if one.ledger == ledger_id and one.id and one.finding.rule not in TOLD]
        ids = tuple(dict.fromkeys(one.id for one in own if one.id))
        if not ids:
            continue
        wrong = any(one.is_error for one in own)
        first = next((one for one in own if one.is_error), own[0])
        title = f"{ledger.title}存疑 {len(ids):,} {ledger.counter}"
        place = Place(ledger_id, ids=ids, title="存疑")
        urgency = Urgency.WRONG if wrong else Urgency.INFORMATION
        lines.setdefault(ledger.pillar, []).append(Reminder(urgency, title, first.finding.message, place))
    return [_folded(pillar, lines[pillar]) for pillar in Pillar if pillar in lines]


def _folded(pillar: Pillar, lines: Sequence[Reminder]) -> Reminder:
    """One line for several ledgers of a system, as pressing as the worst of them."""
    if len(lines) == 1:
        return lines[0]
    order = list(Urgency)
    parts = tuple(sorted(lines, key=lambda one: order.index(one.urgency)))
    number = sum(len(one.place.ids or ()) for one in parts)
    named_ = "、".join(one.title.replace("存疑", "") for one in parts[:NAMED])
    detail = named_ + (f"等 {len(parts)} 个台账" if len(parts) > NAMED else "")
    title = f"{PILLAR_TITLES[pillar]}存疑 {number:,} 条"
    return Reminder(parts[0].urgency, title, detail, parts[0].place, parts)


def days_left(session: Session, today: date) -> int:
    """Days until this month's reporting is due; negative when it is past."""
    return due_day(session, today) - today.day


def _local_day(moment: str, today: date) -> str:
    return spoken(datetime.fromisoformat(moment).astimezone().date(), today)
