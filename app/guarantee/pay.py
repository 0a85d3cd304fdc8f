"""The pay sheet of a year: what the standard gives each village cadre, what was paid, and which slips are missing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ledgers.funds import Standards, standards_of
from app.offices import of_office
from app.policy import Policies
from app.rules import pay
from app.workspace import Workspace
from db import clock, codes
from db.errors import Refusal
from db.models.guarantee import PaySlip
from db.models.organisation import Village
from db.models.team import Cadre


@dataclass(frozen=True)
class Month:
    """One month of one term, in fen. `due`: what the standard gives, None where it is not this term's. `paid`: the
    basic pay of its slip, None without one."""

    due: int | None = None
    paid: int | None = None
    slip: str | None = None


@dataclass(frozen=True)
class Line:
    """One term in the sheet. `due` is the whole year's; `so_far` that of the months that are over, and of those that
    are written down already."""

    cadre: str
    name: str
    role: str
    months: tuple[Month, ...]
    due: int
    so_far: int
    paid: int

    @property
    def difference(self) -> int:
        """By how much more was paid than the standard gives so far."""
        return self.paid - self.so_far

    @property
    def slips(self) -> tuple[str, ...]:
        return tuple(one.slip for one in self.months if one.slip is not None)


@dataclass(frozen=True)
class VillageLines:
    """The terms of one village, with its sums."""

    id: str
    name: str
    office: str
    lines: tuple[Line, ...]

    @property
    def due(self) -> int:
        return sum(one.due for one in self.lines)

    @property
    def so_far(self) -> int:
        return sum(one.so_far for one in self.lines)

    @property
    def paid(self) -> int:
        return sum(one.paid for one in self.lines)

    @property
    def difference(self) -> int:
        return self.paid - self.so_far


@dataclass(frozen=True)
class PaySheet:
    """A year's pay by village.

    Attributes:
        standard: what it is reckoned from; None where the county has set none, and then nothing is due, and where
            several counties' are reckoned from.
        begun: how many months of the year have begun, and how many are `over`.
        missing: the (cadre, month) that have begun, are due and have no slip.
        heads: how many people are paid a share in the year.
        rise: the rise over last year per head of a whole year's basic pay, None where it cannot be told or
            was not asked for.
    """

    year: int
    standard: pay.Standard | None
    villages: tuple[VillageLines, ...]
    begun: int
    over: int
    missing: tuple[tuple[str, int], ...]
    heads: int
    rise: int | None

    @property
    def due(self) -> int:
        return sum(one.due for one in self.villages)

    @property
    def so_far(self) -> int:
        return sum(one.so_far for one in self.villages)

    @property
    def paid(self) -> int:
        return sum(one.paid for one in self.villages)

    @property
    def late(self) -> tuple[tuple[str, int], ...]:
        """What is missing of the months that are over."""
        return tuple(one for one in self.missing if one[1] <= self.over)

    @property
    def differing(self) -> tuple[str, ...]:
        """The slips whose basic pay is not what the standard gives."""
        return tuple(
            month.slip
            for village in self.villages
            for line in village.lines
            for month in line.months
            if month.slip is not None and month.due is not None and month.paid != month.due
        )


def months_begun(year: int, today: date) -> int:
    """How many months of a year have begun."""
    return 12 if year < today.year else today.month if year == today.year else 0


def months_over(year: int, today: date) -> int:
    """How many months of a year are over."""
    begun = months_begun(year, today)
    return begun - 1 if year == today.year else begun


def person_of(cadre: Cadre) -> str:
    """What tells one person's terms from another's: the number, the member, or name and village."""
    return cadre.resident_id or cadre.member_id or f"{cadre.name}/{cadre.village_id}"


def due_months(
    cadres: Sequence[Cadre], standards: Standards, year: int, *, pay_day: int
) -> Mapping[tuple[str, int], int]:
    """(cadre, month) → what the standard gives, in fen: one share for a person and a month."""
    people: dict[str, list[Cadre]] = defaultdict(list)
    for one in cadres:
        people[person_of(one)].append(one)
    shares = {one.id: one.share for one in cadres}
    found: dict[tuple[str, int], int] = {}
    for terms in people.values():
        standard = standards.of(terms[0].office_id)
        if standard is None:
            continue
        held = [pay.Term(one.id, one.share, one.since, one.until) for one in terms]
        for month, cadre in pay.paid_terms(held, year, standard.shares, pay_day=pay_day).items():
            found[cadre, month] = pay.month_pay(pay.year_pay(standard, shares[cadre]), month)
    return found


def sheet(session: Session, year: int, today: date, office: str | None = None, *, with_rise: bool = False) -> PaySheet:
    """The sheet of a year, of one office or of all; the rise over last year, which takes both years, where it is asked
    for."""
    wanted = select(Cadre).where(Cadre.deleted_at.is_(None), *of_office(session, Cadre, office))
    cadres = session.scalars(wanted.order_by(Cadre.role, Cadre.since, Cadre.id)).all()
    due, begun, over = _due(session, cadres, year), months_begun(year, today), months_over(year, today)
    slips = {
        (cadre, month): (slip, basic)
        for slip, cadre, month, basic in session.execute(
            select(PaySlip.id, PaySlip.cadre_id, PaySlip.month, PaySlip.basic)
            .where(PaySlip.deleted_at.is_(None), PaySlip.year == year)
            .order_by(PaySlip.id.desc())
        )
    }
    paid_people = {(person_of(one), month) for one in cadres for month in range(1, 13) if (one.id, month) in slips}
    lines: dict[str, list[Line]] = defaultdict(list)
    missing = []
    for one in cadres:
        months = []
        for month in range(1, 13):
            slip, basic = slips.get((one.id, month), (None, None))
            months.append(Month(due.get((one.id, month)), basic, slip))
            if month <= begun and (one.id, month) in due and (person_of(one), month) not in paid_people:
                missing.append((one.id, month))
        if any(cell.due is not None or cell.slip is not None for cell in months):
            lines[one.village_id].append(
                Line(
                    one.id,
                    one.name,
                    codes.table("cadre_role").name(one.role),
                    tuple(months),
                    sum(cell.due or 0 for cell in months),
                    sum(cell.due or 0 for at, cell in enumerate(months, 1) if at <= over or cell.slip is not None),
                    sum(cell.paid or 0 for cell in months),
                )
            )
    villages = session.execute(
        select(Village.id, Village.name, Village.office_id).where(Village.id.in_(lines)).order_by(Village.id)
    )
    return PaySheet(
        year,
        standards_of(session, year).common(one.office_id for one in cadres),
        tuple(VillageLines(one, name, whose, tuple(lines[one])) for one, name, whose in villages),
        begun,
        over,
        tuple(missing),
        len({person_of(one) for one in cadres if any((one.id, month) in due for month in range(1, 13))}),
        rise(session, cadres, year) if with_rise else None,
    )


def _due(session: Session, cadres: Sequence[Cadre], year: int) -> Mapping[tuple[str, int], int]:
    pay_day = Policies.read(session).whole("pay.day", date(year, 1, 1), pay.PAY_DAY)
    return due_months(cadres, standards_of(session, year), year, pay_day=pay_day)


def rise(session: Session, cadres: Sequence[Cadre], year: int) -> int | None:
    """[seed §1] The rise per head over last year: of those who hold a paid role through the whole of both years, the
    year's basic pay by the standards."""
    this, last = _due(session, cadres, year), _due(session, cadres, year - 1)
    months = range(1, 13)
    both = [one.id for one in cadres if all((one.id, month) in known for known in (this, last) for month in months)]
    sums = [[sum(known[one, month] for month in months) for one in both] for known in (this, last)]
    return pay.rise_per_head(*sums)


def years(session: Session, today: date) -> tuple[int, ...]:
    """The years of which there is a sheet: those with slips, this one and last, the latest first."""
    known = set(session.scalars(select(PaySlip.year).where(PaySlip.deleted_at.is_(None)).distinct()))
    return tuple(sorted(known | {today.year, today.year - 1}, reverse=True))


def make_missing(workspace: Workspace, year: int) -> int:
    """Makes the slips that are missing for the months of a year that have begun, as one batch to undo; how many.

    What is there stays as it is. Raises `Refusal` without a standard for the year, and where nothing is missing.
    """
    today = clock.today()
    with workspace.edit(f"补齐 {year} 年报酬发放", kind="edit") as batch:
        session = batch.session
        office = workspace.office.id
        found = sheet(session, year, today, office)
        if found.standard is None:
            raise Refusal(f"还没有 {year} 年的报酬标准。请县里先登记，并接收县里下发，再来补齐", "no-standard")
        if not found.missing:
            raise Refusal(f"{year} 年没有缺的发放记录，什么都没有写入", "nothing-to-do")
        due = {
            (line.cadre, month + 1): cell.due
            for village in found.villages
            for line in village.lines
            for month, cell in enumerate(line.months)
        }
        batch.create_rows(
            PaySlip,
            [
                {"office_id": office, "cadre_id": cadre, "year": year, "month": month, "basic": due[cadre, month]}
                for cadre, month in found.missing
            ],
        )
    return len(found.missing)


def without_slip(session: Session, year: int, month: int, today: date) -> tuple[str, ...]:
    """The cadres who are due a month's pay and have no slip for it."""
    return tuple(cadre for cadre, missing in sheet(session, year, today).missing if missing == month)
