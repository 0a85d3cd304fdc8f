"""What the ledgers of the method check: the rules with the numbers of policy, and with what the store says."""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.checks import Look
from app.findings import Finding, error, warning
from app.policy import Policies
from app.rules import dispatch, enterprise, rating, rectification
from app.rules.rating import Bounds
from db.models.common import Attachment
from db.models.method import DemoUnit, Dispatch, DispatchLog, Enterprise, EnterpriseYear, FinanceAgency
from db.models.method import Rating as Grade
from db.models.method import Rectification as Item
from db.models.organisation import PartyOrg

# ---------------------------------------------------------------- what the store says


def latest_grades(session: Session) -> Mapping[str, str]:
    """The grade that the county decided last, by organisation."""
    decided = select(Grade.party_org_id, Grade.county_grade).where(
        Grade.deleted_at.is_(None), Grade.county_grade.is_not(None)
    )
    return {org: grade for org, grade in session.execute(decided.order_by(Grade.year)) if grade}


def items_by_branch(session: Session) -> Mapping[str, tuple[int, int]]:
    """How many items of rectification each organisation has, and how many of them are not closed."""
    counted = select(Item.party_org_id, func.count(), func.count(Item.closed_on)).where(Item.deleted_at.is_(None))
    return {org: (all_, all_ - closed) for org, all_, closed in session.execute(counted.group_by(Item.party_org_id))}


def first_secretaries(session: Session) -> frozenset[str]:
    """The organisations that have a first secretary who was not called back."""
    sent = select(Dispatch.to_org_id).where(
        Dispatch.deleted_at.is_(None), Dispatch.kind == dispatch.FIRST_SECRETARY, Dispatch.recalled_on.is_(None)
    )
    return frozenset(session.scalars(sent))


def with_attachment(session: Session) -> frozenset[str]:
    """The items of rectification that have a file attached."""
    attached = select(Attachment.record).where(Attachment.deleted_at.is_(None), Attachment.ledger == Item.__tablename__)
    return frozenset(session.scalars(attached))


def bounds(policy: Policies, on: date) -> Bounds:
    """The bounds of the grades as policy sets them for a day."""
    least = Bounds()
    return Bounds(
        policy.number("rating.score.good", on, least.good),
        policy.number("rating.score.fair", on, least.fair),
        policy.number("rating.score.ordinary", on, least.ordinary),
        policy.number("rating.satisfaction", on, least.satisfaction),
    )


# ---------------------------------------------------------------- ratings


def graded_once(party_org_id: str | None, year: int | None, look: Look) -> Finding | None:
    """rating.once: an organisation is graded once a year."""
    if party_org_id and year and look.others(Grade, party_org_id=party_org_id, year=year):
        return error("year", "rating.once", f"这个党组织 {year} 年已经定级，请修改原有记录")
    return None


def rating_year_has_come(year: int | None, today: date) -> Finding | None:
    """rating.year: nobody is graded for a year to come."""
    if year is not None and year > today.year:
        return error("year", "rating.year", f"年度 {year} 晚于今年，请核对")
    return None


def ratios_are_possible(score: Decimal | None, mass_score: Decimal | None) -> list[Finding]:
    """rating.range, of score and satisfaction."""
    asked = (
        rating.percentage_is_possible(score, "score", "考评得分"),
        rating.percentage_is_possible(mass_score, "mass_score", "群众满意率"),
    )
    return [one for one in asked if one]


def grades_fit(
    township_grade: str | None,
    county_grade: str | None,
    score: Decimal | None,
    mass_score: Decimal | None,
    year: int | None,
    policy: Policies,
) -> list[Finding]:
    """rating.score, rating.satisfaction, with the bounds of the year."""
    if year is None:
        return []
    least = bounds(policy, date(year, 12, 31))
    asked = (
        rating.grade_fits_score(township_grade, score, mass_score, least),
        rating.grade_fits_satisfaction(township_grade, "township_grade", mass_score, least),
        rating.grade_fits_satisfaction(county_grade, "county_grade", mass_score, least),
    )
    return [one for one in asked if one]


def has_a_remedy(
    party_org_id: str | None, township_grade: str | None, county_grade: str | None, look: Look
) -> Finding | None:
    """rating.remedy (seed §3, one branch, one remedy): who is graded below 好 has items of rectification."""
    decided = county_grade or township_grade
    if party_org_id is None or decided is None or decided == rating.GOOD:
        return None
    if look.once(items_by_branch).get(party_org_id, (0, 0))[0]:
        return None
    field = "county_grade" if county_grade else "township_grade"
    message = f"定级为“{rating.GRADE_NAMES[decided]}”，还没有建立整改台账，请逐个问题立账"
    return warning(field, "rating.remedy", message)


def weak_has_a_first_secretary(
    party_org_id: str | None, year: int | None, county_grade: str | None, look: Look
) -> Finding | None:
    """dispatch.missing (seed §2): a branch that is 一般 or 较差 gets a first secretary. Asked of its latest grade."""
    if party_org_id is None or county_grade not in rating.WEAK or county_grade is None:
        return None
    org: PartyOrg | None = look.get(PartyOrg, party_org_id)
    if org is None or org.sector in dispatch.NEW_SECTORS or party_org_id in look.once(first_secretaries):
        return None
    if look.count(Grade, Grade.party_org_id == party_org_id, Grade.year > year, Grade.county_grade.is_not(None)):
        return None
    message = f"定级为“{rating.GRADE_NAMES[county_grade]}”，还没有选派第一书记"
    return warning("county_grade", "dispatch.missing", message)


def promoted_rightly(
    promoted: bool | None,
    party_org_id: str | None,
    mass_score: Decimal | None,
    policy: Policies,
    today: date,
    look: Look,
) -> Finding | None:
    """rating.promoted, with the satisfaction that policy asks."""
    if not promoted or party_org_id is None:
        return None
    least = policy.number("rating.promotion_satisfaction", today, 80)
    return rating.may_be_promoted(look.once(items_by_branch).get(party_org_id, (0, 0))[1], mass_score, least)


def pair_is_another(party_org_id: str | None, paired_org_id: str | None) -> Finding | None:
    """pair.other: nobody is paired with themselves."""
    if party_org_id and party_org_id == paired_org_id:
        return error("paired_org_id", "pair.other", "结对的是同一个党组织，请另选一个")
    return None


# ---------------------------------------------------------------- rectification


def closed_with_evidence(
    closed_on: date | None,
    claimed_on: date | None,
    verified_by: str | None,
    verified_on: date | None,
    responsible: str | None,
    evidence: str | None,
    look: Look,
) -> Finding | None:
    """rectification.closed, where an attachment is evidence too."""
    shown = bool(evidence) or look.record_id in look.once(with_attachment)
    return rectification.closed_rightly(closed_on, claimed_on, verified_by, verified_on, responsible, evidence=shown)


# ---------------------------------------------------------------- dispatch


def kind_fits(kind: str | None, to_org_id: str | None, recalled_on: date | None, look: Look) -> Finding | None:
    """dispatch.fit, by the organisation's latest grade; who was called back is not asked again."""
    org: PartyOrg | None = look.get(PartyOrg, to_org_id)
    if org is None or recalled_on is not None:
        return None
    return dispatch.fits(kind, org.sector, look.once(latest_grades).get(org.id))


def log_is_of_the_term(dispatch_id: str | None, month: str | None, today: date, look: Look) -> Finding | None:
    """dispatch_log.month: one log a month, while somebody is there and not before the month has come."""
    if month is None:
        return None
    if month > f"{today:%Y-%m}":
        return error("month", "dispatch_log.month", f"{month} 还没有到，请核对月份")
    sent: Dispatch | None = look.get(Dispatch, dispatch_id)
    if sent is None:
        return None
    if look.others(DispatchLog, dispatch_id=dispatch_id, month=month):
        return error("month", "dispatch_log.month", f"{sent.name} {month} 的日志已经有了，请修改原有记录")
    end = sent.recalled_on or sent.until
    if month < f"{sent.since:%Y-%m}" or (end is not None and month > f"{end:%Y-%m}"):
        return warning("month", "dispatch_log.month", f"{month} 不在 {sent.name} 的任期内，请核对月份")
    return None


def days_are_enough(days: int | None, month: str | None, policy: Policies) -> Finding | None:
    """dispatch_log.days, with the days that policy asks."""
    if month is None:
        return None
    year, number = (int(part) for part in month.split("-"))
    length = monthrange(year, number)[1]
    return dispatch.days_in_month(days, policy.whole("dispatch.days_a_month", date(year, number, length), 20), length)


# ---------------------------------------------------------------- enterprises


def enterprise_is_new(name: str | None, credit_code: str | None, look: Look) -> Iterator[Finding]:
    """enterprise.once: one code and one name are one enterprise's."""
    if credit_code and look.others(Enterprise, credit_code=credit_code):
        yield error("credit_code", "enterprise.once", "这个信用代码已经登记过，请核对，或修改原有记录")
    elif name and look.others(Enterprise, name=name):
        yield error("name", "enterprise.once", f"“{name}”已经登记过，请核对名称，或修改原有记录")


def branch_is_formed(members: int | None, formation: str | None, policy: Policies, today: date) -> Finding | None:
    """enterprise.formation, with the members that policy asks for a branch."""
    least = policy.whole("org.branch_min", today, enterprise.BRANCH_MIN)
    return enterprise.forms_a_branch(members, formation, least=least)


def enterprise_year_is_one(enterprise_id: str | None, year: int | None, today: date, look: Look) -> Finding | None:
    """enterprise_year.once: an enterprise has one line a year, and none for a year to come."""
    if year is not None and year > today.year:
        return error("year", "enterprise_year.once", f"年度 {year} 晚于今年，请核对")
    if enterprise_id and year and look.others(EnterpriseYear, enterprise_id=enterprise_id, year=year):
        return error("year", "enterprise_year.once", f"这家单位 {year} 年已经登记，请修改原有记录")
    return None


@dataclass(frozen=True)
class Asked:
    """What policy asks of large enterprises in a year."""

    size: int
    included: bool
    activists: int
    admitted: int

    def concerns(self, employees: int | None) -> bool:
        """Whether an enterprise with so many employees is a large one."""
        return enterprise.is_large(employees, self.size, included=self.included)

    def fault(self, activists: int | None, admitted: int | None) -> Finding | None:
        """What a large enterprise still owes."""
        return enterprise.has_cultivated(activists, admitted, activists_min=self.activists, admitted_min=self.admitted)


def asked_of_the_large(policy: Policies, year: int) -> Asked:
    """enterprise.batch, with the numbers of a year."""
    on = date(year, 12, 31)
    return Asked(
        policy.whole("enterprise.size", on, 50),
        policy.text("enterprise.size_included", on, "true") == "true",
        policy.whole("enterprise.activists", on, 1),
        policy.whole("enterprise.admitted", on, 1),
    )


def batch_is_done(
    enterprise_id: str | None,
    year: int | None,
    activists: int | None,
    admitted: int | None,
    policy: Policies,
    look: Look,
) -> Finding | None:
    """enterprise.batch, of an enterprise as large as policy says."""
    found: Enterprise | None = look.get(Enterprise, enterprise_id)
    if found is None or year is None or found.kind != enterprise.ENTERPRISE:
        return None
    asked = asked_of_the_large(policy, year)
    return asked.fault(activists, admitted) if asked.concerns(found.employees) else None


# ---------------------------------------------------------------- skills, examples, accounts


def learned_already(learned_on: date | None, today: date) -> Finding | None:
    """skill.learned_on: a lesson is written down when it has been held."""
    if learned_on and learned_on > today:
        return error("learned_on", "skill.learned_on", f"学习日期 {learned_on} 晚于今天，请核对")
    return None


def example_once(party_org_id: str | None, level: str | None, look: Look) -> Finding | None:
    """demo_unit.once: an organisation is an example of a level once."""
    if party_org_id and level and look.others(DemoUnit, party_org_id=party_org_id, level=level):
        return error("level", "demo_unit.once", "这个党组织已经登记过同一级别的示范单位，请修改原有记录")
    return None


def titled_after_accepted(accepted_on: date | None, title_on: date | None, today: date) -> Iterator[Finding]:
    """demo_unit.dates: accepted, then given the title; neither after today."""
    for field, label, day in (("accepted_on", "验收日期", accepted_on), ("title_on", "授牌日期", title_on)):
        if day and day > today:
            yield error(field, "demo_unit.dates", f"{label} {day} 晚于今天，请核对")
    if title_on and accepted_on and title_on < accepted_on:
        yield error("title_on", "demo_unit.dates", f"授牌日期 {title_on} 早于验收日期 {accepted_on}，请核对两个日期")
    if title_on and accepted_on is None:
        yield error("accepted_on", "demo_unit.dates", "授牌前须先验收，请填写验收日期")


def example_is_good(party_org_id: str | None, look: Look) -> Finding | None:
    """demo_unit.grade (seed §3): an example is no weak organisation itself."""
    if party_org_id and (found := look.once(latest_grades).get(party_org_id)) in rating.WEAK and found:
        message = f"这个党组织定级为“{rating.GRADE_NAMES[found]}”，不宜作示范单位，请核对"
        return warning("party_org_id", "demo_unit.grade", message)
    return None


def agency_once(village_id: str | None, look: Look) -> Finding | None:
    """finance_agency.once: a village's accounts are on trial once."""
    if village_id and look.others(FinanceAgency, village_id=village_id):
        return error("village_id", "finance_agency.once", "这个村已经登记过，请修改原有记录")
    return None


def agency_is_named(since: date | None, agent: str | None, today: date) -> Iterator[Finding]:
    """finance_agency.agent: who keeps the accounts since a day is named."""
    if since and since > today:
        yield error("since", "finance_agency.since", f"代理起始日期 {since} 晚于今天，请核对")
    if since and not agent:
        yield warning("agent", "finance_agency.agent", "请填写代理机构")
