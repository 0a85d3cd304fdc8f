"""Figures by which an office is scored, reckoned from the ledgers: code table `ledger_figure` → a share in per cent.

A figure is None where the ledgers have nothing to reckon it from; it is then for a person to score.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from app.guarantee import pay, venues
from app.ledgers import team
from app.policy import Policies
from app.rules import meetings, monthly, organisation
from app.rules.monthly import Report
from db import clock
from db.models.method import Rectification
from db.models.organisation import PartyOrg
from db.models.party_life import Dues, Meeting
from db.models.responsibility import Duty, Inspection, MonthlyCheck, Task
from db.models.team import Member

BRANCHES = ("631", "632", "931", "932")  # code table org_kind

Figure = Callable[[Session, str, int, date], Decimal | None]
"""(session, office, year, today) → the share in per cent with one decimal."""


def percent(part: int, whole: int) -> Decimal | None:
    """A share in per cent with one decimal, None of nothing."""
    if not whole:
        return None
    return (Decimal(100) * part / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


def post_share(session: Session, office: str, year: int, today: date) -> Decimal | None:
    """设岗率 (§4): of the members without office those who hold a post in the year."""
    on = min(today, date(year, 12, 31))
    own = and_(Member.deleted_at.is_(None), Member.office_id == office)
    ought, held = session.execute(
        select(
            func.count(case((and_(own, team.without_office(on)), 1))),
            func.count(case((and_(own, team.with_post(on)), 1))),
        )
    ).one()
    return percent(held, ought)


def venue_coverage(session: Session, office: str, year: int, today: date) -> Decimal | None:
    """活动场所达标覆盖率 (§7): of the villages those with a venue that counts."""
    found = venues.coverage(session, office)
    return percent(len(found.counted), len(found.villages))


def pay_paid(session: Session, office: str, year: int, today: date) -> Decimal | None:
    """村干部报酬发放率 (§5.2): of what the standard gives for the months that are over what was paid; more to one makes
    up for no other."""
    villages = pay.sheet(session, year, today, office).villages
    return percent(*paid_of(one for village in villages for one in village.lines))


def paid_of(lines: Iterable[pay.Line]) -> tuple[int, int]:
    """What was paid of what was owed so far, in fen; more to one makes up for no other."""
    known = list(lines)
    return sum(min(one.paid, one.so_far) for one in known), sum(one.so_far for one in known)


def rectification_closed(session: Session, office: str, year: int, today: date) -> Decimal | None:
    """整改销号率 (§8): of the items whose day came in the year those that were closed by it."""
    rows = select(Rectification.due_on, Rectification.closed_on).where(
        Rectification.deleted_at.is_(None),
        Rectification.office_id == office,
        Rectification.due_on >= date(year, 1, 1),
        Rectification.due_on <= min(today, date(year, 12, 31)),
    )
    items = session.execute(rows).all()
    return percent(sum(closed is not None and closed <= due for due, closed in items), len(items))


def monthly_on_time(session: Session, office: str, year: int, today: date) -> Decimal | None:
    """月度自查按时率 (§10.3): of the months that were due those that came in time."""
    due_day = Policies.read(session).whole("monthly.due_day", today, monthly.DUE_DAY)
    owed, filled = checks_of_year(session, office, year)
    months = [
        one for one in monthly.months_between(f"{year}-01", f"{year}-12") if monthly.due_date(one, due_day) < today
    ]
    if not owed:
        return None
    states = [monthly.report_state(one, owed, filled.get(one, ()), today, due_day) for one in months]
    return percent(sum(one is Report.ON_TIME for one in states), len(states))


def checks_of_year(session: Session, office: str, year: int) -> tuple[int, Mapping[str, list[date | None]]]:
    """How many duties an office has in a year, and for each month the days on which they were checked."""
    duties = set(
        session.scalars(
            select(Duty.id)
            .join(Task, Task.id == Duty.task_id)
            .where(Duty.deleted_at.is_(None), Duty.target_office_id == office, Task.year == year)
        )
    )
    filled: dict[str, list[date | None]] = {}
    rows = select(MonthlyCheck.month, MonthlyCheck.filled_on).where(
        MonthlyCheck.deleted_at.is_(None), MonthlyCheck.duty_id.in_(duties)
    )
    for month, day in session.execute(rows):
        filled.setdefault(month, []).append(day)
    return len(duties), filled


def monthly_rate(session: Session, office: str, year: int, today: date) -> Decimal | None:
    """实事完成率 (§10.3): the mean of the rates that were last reported of the year's duties."""
    rows = (
        select(MonthlyCheck.duty_id, MonthlyCheck.rate)
        .join(Duty, Duty.id == MonthlyCheck.duty_id)
        .join(Task, Task.id == Duty.task_id)
        .where(
            MonthlyCheck.deleted_at.is_(None),
            Duty.deleted_at.is_(None),
            Duty.target_office_id == office,
            Task.year == year,
        )
        .order_by(MonthlyCheck.month)
    )
    last: dict[str, Decimal | None] = dict(session.execute(rows).all())
    return monthly.mean_rate(last.values())


def inspection_answered(session: Session, office: str, year: int, today: date) -> Decimal | None:
    """督查整改反馈率 (seed §4): of the inspections of the year that asked for something and whose day has come, or that
    were answered, those that were answered by their day."""
    rows = select(Inspection.due_on, Inspection.answered_on).where(
        Inspection.deleted_at.is_(None),
        Inspection.target_office_id == office,
        Inspection.request.is_not(None),
        Inspection.on >= date(year, 1, 1),
        Inspection.on <= date(year, 12, 31),
    )
    owed = [
        (due, answered) for due, answered in session.execute(rows) if answered is not None or due is None or due < today
    ]
    good = sum(answered is not None and (due is None or answered <= due) for due, answered in owed)
    return percent(good, len(owed))


def meetings_held(session: Session, office: str, year: int, today: date) -> Decimal | None:
    """三会一课按期率 (§11.2): of the meetings that the branches owed over the whole months so far those held."""
    months = [one for one in monthly.months_between(f"{year}-01", f"{year}-12") if one < monthly.month_of(today)]
    if not months:
        return None
    policy = Policies.read(session)
    times = {one.key: policy.whole(one.key, today, one.times) for one in meetings.FREQUENCIES}
    owed = done = 0
    meetings_of = held_since(session, date(year, 1, 1))
    for branch in branches(session, office):
        held = meetings_of.get(branch.id, ())
        since = max(months[0], monthly.month_of(branch.founded_on)) if branch.founded_on else months[0]
        one, other = meetings.owed_and_held(
            held, [month for month in months if month >= since], committee=branch.committee, times=times
        )
        owed, done = owed + one, done + other
    return percent(done, owed)


@dataclass(frozen=True)
class BranchLine:
    """A branch as far as its meetings go: whether it has a committee, and since when it is there."""

    id: str
    name: str
    committee: bool
    founded_on: date | None


def held_since(session: Session, first: date) -> Mapping[str, list[tuple[str, date]]]:
    """The meetings from a day on by organisation, as pairs of kind and day."""
    found: dict[str, list[tuple[str, date]]] = {}
    rows = select(Meeting.party_org_id, Meeting.kind, Meeting.on).where(
        Meeting.deleted_at.is_(None), Meeting.on >= first
    )
    for org, kind, on in session.execute(rows):
        found.setdefault(org, []).append((kind, on))
    return found


def branches(session: Session, office: str | None = None) -> list[BranchLine]:
    """The branches of an office, or all; one with members enough has a committee (O03)."""
    full = dict(
        session.execute(
            select(Member.branch_id, func.count())
            .where(Member.deleted_at.is_(None), team.full(clock.today()))
            .group_by(Member.branch_id)
        ).all()
    )
    rows = select(PartyOrg.id, PartyOrg.name, PartyOrg.founded_on).where(
        PartyOrg.deleted_at.is_(None), PartyOrg.kind.in_(BRANCHES)
    )
    if office is not None:
        rows = rows.where(PartyOrg.office_id == office)
    return [
        BranchLine(id, name, full.get(id, 0) >= organisation.COMMITTEE_FROM, founded)
        for id, name, founded in session.execute(rows.order_by(PartyOrg.id))
    ]


def dues_paid(session: Session, office: str, year: int, today: date) -> Decimal | None:
    """党费收缴率 (§11.1): of the dues of the past months of the year what was paid; who pays ahead or more pays for
    nobody else."""
    last = min(f"{year}-12", monthly.month_of(today.replace(day=1) - timedelta(days=1)))
    paid = case((Dues.paid.is_(None), 0), (Dues.paid > Dues.due, Dues.due), else_=Dues.paid)
    owed, found = session.execute(
        select(func.coalesce(func.sum(Dues.due), 0), func.coalesce(func.sum(paid), 0)).where(
            Dues.deleted_at.is_(None),
            Dues.office_id == office,
            Dues.due.is_not(None),
            Dues.exempt.is_not(True),
            Dues.month >= f"{year}-01",
            Dues.month <= last,
        )
    ).one()
    return percent(int(found), int(owed))


FIGURES: Mapping[str, Figure] = {
    "post_share": post_share,
    "venue_coverage": venue_coverage,
    "pay_paid": pay_paid,
    "rectification_closed": rectification_closed,
    "monthly_on_time": monthly_on_time,
    "monthly_rate": monthly_rate,
    "inspection_answered": inspection_answered,
    "meetings_held": meetings_held,
    "dues_paid": dues_paid,
}
"""By the codes of the table `ledger_figure`."""
