"""What is due in the system of responsibility, in meetings and in dues: reminders by the rules of these ledgers."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app import listing
from app.ledgers import team
from app.ledgers.catalogue import LEDGERS
from app.listing import Query
from app.place import MONTH, SCORING, Place
from app.policy import Policies
from app.reminding import Reminder, Urgency, named, spoken
from app.responsibility import assessing, ledger_figures, month
from app.rules import dues, meetings, monthly, scoring
from app.rules.monthly import Report
from app.workspace import OfficeCard
from db import codes
from db.models.organisation import Office
from db.models.party_life import Dues
from db.models.responsibility import Inspection, Restriction
from db.models.team import Member


def due(session: Session, office: OfficeCard, today: date) -> Iterator[Reminder]:
    """All of them; a city has given nobody duties or marks."""
    if office.directs or not office.is_county:
        yield from self_checks(session, office, today)
        yield from scores(session, office, today)
    yield from inspections(session, office, today)
    yield from accounts(session, office, today)
    yield from overdue(session, today)
    if not office.is_county:
        yield from missing_meetings(session, today)
        yield from arrears(session, today)


def self_checks(session: Session, office: OfficeCard, today: date) -> Iterator[Reminder]:
    """§10.3: a township that has not checked itself this month, or last; a county's townships that have not."""
    this = monthly.month_of(today)
    due_day = Policies.read(session).whole("monthly.due_day", today, monthly.DUE_DAY)
    for one, urgent in ((monthly.month_before(this), True), (this, today.day > due_day)):
        waiting = [
            line
            for line in month.standing(session, office.id, one, today)
            if line.owed and line.state in (Report.MISSING, Report.WAITING)
        ]
        if not waiting:
            continue
        urgency = Urgency.WRONG if urgent else Urgency.ATTENTION
        name = f"{int(one[5:])}月"
        if office.is_county:
            names = named([line.office.name for line in waiting])
            yield Reminder(urgency, f"{name}自查没有报齐 {len(waiting)} 个单位", names, Place(MONTH, title=one))
        else:
            line = waiting[0]
            detail = f"应在 {spoken(monthly.due_date(one, due_day), today)}前填好，已填 {line.filled} / {line.owed} 项"
            yield Reminder(urgency, f"{name}自查没有填完", detail, Place(MONTH, title=one))


def inspections(session: Session, office: OfficeCard, today: date) -> Iterator[Reminder]:
    """Seed §4: what an inspection asked for and nobody has answered."""
    open_ = (Inspection.deleted_at.is_(None), Inspection.request.is_not(None), Inspection.answered_on.is_(None))
    rows = session.execute(
        select(Inspection.id, Inspection.due_on, Office.name)
        .join(Office, Office.id == Inspection.target_office_id)
        .where(*open_)
        .order_by(Inspection.due_on)
    ).all()
    if not rows:
        return
    late = [id for id, day, _ in rows if day is not None and day < today]
    urgency = Urgency.WRONG if late else Urgency.ATTENTION
    day = next((day for _, day, _ in rows if day is not None), None)
    who = named(list(dict.fromkeys(name for *_, name in rows))) if office.is_county else "请整改后报督查组"
    detail = who if day is None else f"{who}，最早的应在 {spoken(day, today)}前反馈"
    place = Place("inspection", ids=tuple(id for id, *_ in rows), title="没有反馈")
    yield Reminder(urgency, f"督查问题没有反馈 {len(rows)} 条", detail, place)


def accounts(session: Session, office: OfficeCard, today: date) -> Iterator[Reminder]:
    """Seed §4: the written account of a secretary whose office fell below the mark."""
    rows = session.execute(
        select(Restriction.id, Restriction.until, Restriction.person, Office.name)
        .join(Office, Office.id == Restriction.target_office_id)
        .where(Restriction.deleted_at.is_(None), Restriction.kind == scoring.ACCOUNT, Restriction.answered_on.is_(None))
        .order_by(Restriction.until)
    ).all()
    if rows:
        _, until, person, name = rows[0]
        urgency = Urgency.WRONG if until < today else Urgency.ATTENTION
        who = f"{name}{person or ''}" if office.is_county else person or name
        detail = f"{who}应在 {spoken(until, today)}前向县委作出书面说明和整改承诺"
        place = Place("restriction", ids=tuple(id for id, *_ in rows), title="没有提交说明")
        yield Reminder(urgency, f"书面说明没有提交 {len(rows)} 份", detail, place)


def scores(session: Session, office: OfficeCard, today: date) -> Iterator[Reminder]:
    """§10.2: from December to March a year is scored: a township owes its own marks, a county the decision."""
    if today.month not in (12, 1, 2, 3):
        return
    year = today.year if today.month == 12 else today.year - 1
    for category, kind in codes.table("indicator_category").choices():
        if not assessing.has_standard(session, year, category):
            continue
        lines = [one for one in month.offices(session, office.id) if one.category == category]
        if office.is_county:
            open_ = [
                one.office.name
                for one in assessing.ranking(session, office.id, year, category, today)
                if one.decided_on is None
            ]
            if open_:
                yield Reminder(Urgency.ATTENTION, f"{year}年{kind}考核没有审定", named(open_), Place(SCORING))
        else:
            for one in lines:
                found = assessing.sheet(session, one, year, today, figures=False)
                if found.self_missing:
                    detail = f"还有 {found.self_missing} 项没有自评"
                    yield Reminder(Urgency.ATTENTION, f"{year}年考核自评没有完成", detail, Place(SCORING))


def overdue(session: Session, today: date) -> Iterator[Reminder]:
    """§10.1: duties whose day has passed and that are not closed."""
    number = listing.count(session, LEDGERS["duty"], Query(chips=("已过时限",)))
    if number:
        place = Place("duty", chips=("已过时限",))
        yield Reminder(
            Urgency.WRONG, f"责任项目过了时限没有销号 {number} 项", "请核对完成情况，完成的请县里销号", place
        )


def missing_meetings(session: Session, today: date) -> Iterator[Reminder]:
    """§11.2: branches that did not hold what the last month, quarter and year asked of them."""
    for (period, kind), branches in sorted(meetings_missing(session, today).items(), reverse=True):
        title = f"{meetings.period_name(period)}没有开{codes.table('meeting_kind').name(kind)} {len(branches)} 个支部"
        place = Place("party_org", ids=tuple(one.id for one in branches), title="缺会议记录")
        yield Reminder(Urgency.ATTENTION, title, named([one.name for one in branches]), place)


def meetings_missing(session: Session, today: date) -> Mapping[tuple[str, str], list[ledger_figures.BranchLine]]:
    """(period, kind) → the branches that did not hold what the last month, quarter and year asked of them (§11.2).

    Nothing is missing from before the first meeting was written down anywhere, or before a branch was founded.
    """
    policy = Policies.read(session)
    times = {one.key: policy.whole(one.key, today, one.times) for one in meetings.FREQUENCIES}
    held = ledger_figures.held_since(session, date(today.year - 1, 1, 1))
    if not held:
        return {}  # an office that has not begun to keep its meetings here
    began = monthly.month_of(min(on for found in held.values() for _, on in found))
    lacking: dict[tuple[str, str], list[ledger_figures.BranchLine]] = defaultdict(list)
    for branch in ledger_figures.branches(session):
        for one in meetings.missing(held.get(branch.id, ()), today, committee=branch.committee, times=times):
            if meetings.first_month(one.period) >= max(began, monthly.month_of(branch.founded_on or date.min)):
                lacking[one.period, one.kind].append(branch)
    return lacking


def arrears(session: Session, today: date) -> Iterator[Reminder]:
    """§11.1: members who have paid nothing for three months on end, and those who have not for six."""
    policy = Policies.read(session)
    warn = policy.whole("dues.warning_months", today, dues.WARNING_MONTHS)
    remove = policy.whole("dues.removal_months", today, dues.REMOVAL_MONTHS)
    unpaid = and_(Dues.exempt.is_not(True), Dues.due > 0, or_(Dues.paid.is_(None), Dues.paid < Dues.due))
    live = (Dues.deleted_at.is_(None), Dues.month < monthly.month_of(today))
    behind = select(Dues.member_id).where(*live, unpaid).distinct()
    months: dict[str, dict[str, bool]] = defaultdict(dict)
    names: dict[str, str] = {}
    rows = (
        select(Dues.member_id, Member.name, Dues.month, Dues.due, Dues.paid, Dues.exempt)
        .join(Member, Member.id == Dues.member_id)
        .where(*live, Dues.member_id.in_(behind), team.on_the_roll(today), Member.deleted_at.is_(None))
    )
    for member, name, when, due_, paid, exempt in session.execute(rows):
        months[member][when] = dues.settled(due_, paid, exempt)
        names[member] = name
    counts = {member: dues.arrears(found) for member, found in months.items()}
    for low, high, urgency, ask in (
        (remove, None, Urgency.WRONG, f"已满 {remove} 个月，按党章规定应作自行脱党处理，请先核实原因"),
        (warn, remove, Urgency.ATTENTION, "请催交"),
    ):
        who = [one for one, count in counts.items() if count >= low and (high is None or count < high)]
        if who:
            title = f"连续 {low} 个月以上没有交党费 {len(who)} 人"
            place = Place("member", ids=tuple(who), title="欠交党费")
            yield Reminder(urgency, title, f"{named([names[one] for one in who])}，{ask}", place)
