"""What the ledgers of responsibility check: the rules with the numbers of policy, and with what the store says."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.checks import Look
from app.findings import Finding, error, warning
from app.offices import lines
from app.policy import Policies
from app.rules import monthly, scoring
from app.rules.scoring import Bound, Item
from db.models.organisation import Office, PartyOrg, Village
from db.models.responsibility import (
    FROM,
    Assessment,
    Bulletin,
    Duty,
    Indicator,
    MonthlyCheck,
    Restriction,
    Score,
    Task,
)

# ---------------------------------------------------------------- tasks and duties


def task_number_is_free(year: int | None, number: int | None, look: Look) -> Finding | None:
    """task.number: two tasks of a year never share a number."""
    if year and number is not None and look.others(Task, year=year, number=number):
        return error("number", "task.number", f"{year} 年已经有第 {number} 件实事，请换一个编号，或修改原有的一条")
    return None


def task_is_due_in_its_year(year: int | None, due_on: date | None) -> Finding | None:
    """task.due (§10.1): what is to be done in a year is due in it."""
    if year and due_on and due_on.year != year:
        return warning("due_on", "task.due", f"完成时限 {due_on} 不在 {year} 年，请核对")
    return None


def weight_is_a_share(weight: Decimal | None) -> Finding | None:
    """task.weight: a weight is a share of a hundred."""
    if weight is not None and not 0 <= weight <= 100:
        return error("weight", "task.weight", "权重应在 0 到 100 之间，请核对")
    return None


def duty_is_given_once(
    task_id: str | None,
    target_office_id: str | None,
    party_org_id: str | None,
    village_id: str | None,
    look: Look,
) -> Finding | None:
    """duty.once (§10.1): one task is given to one office, organisation or village once."""
    same = {"task_id": task_id, "target_office_id": target_office_id}
    if all(same.values()) and look.others(Duty, **same, party_org_id=party_org_id, village_id=village_id):
        return error("task_id", "duty.once", "这件实事已经分解给这个单位，请修改原有的一条")
    return None


def duty_stays_in_its_office(
    target_office_id: str | None, party_org_id: str | None, village_id: str | None, look: Look
) -> Iterator[Finding]:
    """duty.office (§10.1): organisation and village are of the office that has the duty, or of the county."""
    for field, label, one in (
        ("party_org_id", "责任党组织", look.get(PartyOrg, party_org_id)),
        ("village_id", "村(社区)", look.get(Village, village_id)),
    ):
        if one is None or target_office_id is None or one.office_id == target_office_id:
            continue
        office: Office | None = look.get(Office, one.office_id)
        if office is not None and office.level == "township":
            yield error(field, "duty.office", f"{label}“{one.name}”是“{office.name}”的，请另选责任单位自己的")


def two_answer_for_it(first_responsible: str | None, direct_responsible: str | None) -> Finding | None:
    """duty.people (seed §4): the secretary answers first, the organiser directly; they are two people."""
    if first_responsible and first_responsible == direct_responsible:
        message = "第一责任人和直接责任人是同一个人；党委书记是第一责任人，组织委员是直接责任人，请核对"
        return warning("direct_responsible", "duty.people", message)
    return None


def duty_is_past_due(
    task_id: str | None, due_on: date | None, closed_on: date | None, look: Look, today: date
) -> Finding | None:
    """duty.due (§10.1): a duty that is not closed on its day is overdue."""
    task: Task | None = look.get(Task, task_id)
    day = due_on or (task.due_on if task is not None else None)
    if closed_on is None and day is not None and day < today:
        return warning("due_on", "duty.due", f"完成时限 {day} 已过，还没有销号，请核对完成情况")
    return None


# ---------------------------------------------------------------- months


def month_is_checked_once(duty_id: str | None, month: str | None, look: Look) -> Finding | None:
    """monthly.once: one duty is checked once a month."""
    if duty_id and month and look.others(MonthlyCheck, duty_id=duty_id, month=month):
        return error("month", "monthly.once", f"这一项 {month} 已经自查过，请修改原有的一条")
    return None


def rate_agrees(duty_id: str | None, total_done: int | None, rate: Decimal | None, look: Look) -> Finding | None:
    """monthly.rate, with the duty's quota."""
    duty: Duty | None = look.get(Duty, duty_id)
    return monthly.rate_agrees(total_done, duty.quota, rate) if duty is not None else None


def month_is_of_the_tasks_year(duty_id: str | None, month: str | None, look: Look) -> Finding | None:
    """monthly.year: a duty is checked in the year of its task."""
    duty: Duty | None = look.get(Duty, duty_id)
    task: Task | None = look.get(Task, duty.task_id if duty is not None else None)
    if task is not None and month is not None and month[:4] != str(task.year):
        return warning("month", "monthly.year", f"这一项是 {task.year} 年的实事，月份填的是 {month}，请核对")
    return None


def filled_after_the_month_began(month: str | None, filled_on: date | None, today: date) -> Finding | None:
    """monthly.filled: a self-check is filled in after its month has begun, and not after today."""
    if filled_on is None or month is None:
        return None
    if filled_on > today:
        return error("filled_on", "monthly.filled", f"填报日期 {filled_on} 晚于今天，请核对")
    if monthly.month_of(filled_on) < month:
        return error("filled_on", "monthly.filled", f"填报日期 {filled_on} 早于 {month}，请核对")
    return None


def month_has_one_bulletin(month: str | None, look: Look) -> Finding | None:
    """bulletin.once (seed §4): one month, one bulletin."""
    if month and look.others(Bulletin, month=month):
        return error("month", "bulletin.once", f"{month} 的通报已经有了，请修改原有的一条")
    return None


# ---------------------------------------------------------------- inspections


def inspection_days_run_forward(
    on: date | None, due_on: date | None, answered_on: date | None, rechecked_on: date | None, today: date
) -> Iterator[Finding]:
    """inspection.dates: looked at, answered, looked at again; nothing that has happened lies after today."""
    for field, label, day in (
        ("on", "督查日期", on),
        ("answered_on", "反馈日期", answered_on),
        ("rechecked_on", "复核日期", rechecked_on),
    ):
        if day and day > today:
            yield error(field, "inspection.dates", f"{label} {day} 晚于今天，请核对")
    for field, label, day in (
        ("due_on", "整改时限", due_on),
        ("answered_on", "反馈日期", answered_on),
        ("rechecked_on", "复核日期", rechecked_on),
    ):
        if on and day and day < on:
            yield error(field, "inspection.dates", f"{label} {day} 早于督查日期 {on}，请核对")


def request_has_a_day(found: str | None, request: str | None, due_on: date | None) -> Iterator[Finding]:
    """inspection.request: what was found is to be mended, by a day."""
    if found and not request:
        yield warning("request", "inspection.request", "写了发现问题，请写明整改要求")
    if request and due_on is None:
        yield warning("due_on", "inspection.request", "写了整改要求，请定整改时限")


def answer_is_in_time(
    request: str | None, due_on: date | None, answered_on: date | None, today: date
) -> Finding | None:
    """inspection.answer: the answer comes by its day."""
    if request and due_on and answered_on is None and due_on < today:
        return warning("answered_on", "inspection.answer", f"整改时限 {due_on} 已过，还没有反馈，请催办")
    return None


def village_is_of_the_office(target_office_id: str | None, village_id: str | None, look: Look) -> Finding | None:
    """inspection.village: the village is one of the office's."""
    return next(iter(duty_stays_in_its_office(target_office_id, None, village_id, look)), None)


# ---------------------------------------------------------------- the standard and the scores


def standards(session: Session) -> Mapping[tuple[str, int, str], list[Item]]:
    """The indicators that an office has set for each year and category, as far as their marks go."""
    found: dict[tuple[str, int, str], list[Item]] = {}
    columns = (Indicator.id, Indicator.parent_id, Indicator.full_mark, Indicator.way)
    rows = select(Indicator.office_id, Indicator.year, Indicator.category, *columns).where(
        Indicator.deleted_at.is_(None)
    )
    for office, year, category, id, parent, full_mark, way in session.execute(rows):
        found.setdefault((office, year, category), []).append(Item(id, parent, full_mark, way))
    return found


def parents(session: Session) -> set[str | None]:
    """The indicators that have others below them."""
    return {one.parent for items in standards(session).values() for one in items}


def number_is_free(year: int | None, category: str | None, number: str | None, look: Look) -> Finding | None:
    """indicator.number: two indicators of one standard never share a number."""
    if year and category and number and look.others(Indicator, year=year, category=category, number=number):
        return error("number", "indicator.number", f"{year} 年这一类已经有编号 {number}，请换一个编号")
    return None


def full_mark_is_possible(full_mark: Decimal | None, policy: Policies, today: date) -> Finding | None:
    """indicator.full: an indicator is worth more than nothing and no more than all."""
    full = policy.number("score.full", today, scoring.FULL)
    if full_mark is not None and not 0 < full_mark <= full:
        return error("full_mark", "indicator.full", f"满分应大于 0，不超过 {scoring.plain(full)}，请核对")
    return None


def marks_add_up(
    year: int | None,
    category: str | None,
    parent_id: str | None,
    full_mark: Decimal | None,
    way: str | None,
    look: Look,
    policy: Policies,
    today: date,
) -> Iterator[Finding]:
    """score.hundred, score.part: said of the indicators at the top, and of those that have others below them."""
    if not year or not category or look.record_id is None or full_mark is None:
        return
    owner, known = look.office(Indicator) or "", look.once(standards)
    holding = [
        item for office in look.once(lines).get(owner, (owner,)) for item in known.get((office, year, category), ())
    ]
    others = [item for item in holding if item.id != look.record_id]
    below = [one for one in others if one.parent == look.record_id]
    part = scoring.part_adds_up(full_mark, below)
    if part is not None:
        yield part
    elif parent_id is None and not any(one.parent is None and one.id < look.record_id for one in others):
        own = Item(look.record_id, parent_id, full_mark, way or scoring.DEDUCTION)
        hundred = scoring.marks_add_up([*others, own], policy.number("score.full", today, scoring.FULL))
        if hundred is not None:
            yield hundred


def parent_is_of_the_standard(
    year: int | None, category: str | None, parent_id: str | None, look: Look
) -> Finding | None:
    """indicator.parent: an indicator stands below one of its own year and category, and never below itself."""
    above: Indicator | None = look.get(Indicator, parent_id)
    seen: set[str] = set()
    while above is not None and above.id not in seen:
        if above.id == look.record_id:
            return error("parent_id", "indicator.parent", "上级指标不能是它自己或它的下级，请另选")
        if (above.year, above.category) != (year, category):
            return error("parent_id", "indicator.parent", "上级指标不是同一年度、同一类别的，请另选")
        seen.add(above.id)
        above = look.get(Indicator, above.parent_id)
    return None


def figure_can_be_reckoned(
    way: str | None, from_ledger: str | None, target: Decimal | None, floor: Decimal | None, step: Decimal | None
) -> Finding | None:
    """indicator.figure: who takes a figure from the ledgers says what it is worth."""
    if way is None or from_ledger is None:
        return None
    probe = scoring.score_for(way, Decimal(1), Decimal(1), target=target, floor=floor, step=step)
    if probe is None:
        words = {
            scoring.DEDUCTION: ("step", "每次分值"),
            scoring.BONUS: ("step", "每次分值"),
            scoring.RANGE: ("floor", "满分值和起算值（满分值要大于起算值）"),
        }
        field, what = words.get(way, ("target", "满分值"))
        return error(field, "indicator.figure", f"从台账取数的，要填写{what}，程序才能算出得分")
    return None


def scored_once(indicator_id: str | None, target_office_id: str | None, look: Look) -> Finding | None:
    """score.once: one office has one score for one indicator."""
    same = {"indicator_id": indicator_id, "target_office_id": target_office_id}
    if indicator_id and target_office_id and look.others(Score, **same):
        return error("indicator_id", "score.once", "这个单位这一项已经有评分，请修改原有的一条")
    return None


def leaf_is_scored(indicator_id: str | None, look: Look) -> Finding | None:
    """score.leaf (§10.2): only an indicator without others below it is scored."""
    if indicator_id is not None and indicator_id in look.once(parents):
        return error("indicator_id", "score.leaf", "这一项下面还有单项指标，请给单项指标评分")
    return None


def scores_are_possible(
    indicator_id: str | None, self_score: Decimal | None, county_score: Decimal | None, look: Look
) -> Iterator[Finding]:
    """score.range, for both columns."""
    indicator: Indicator | None = look.get(Indicator, indicator_id)
    if indicator is None:
        return
    for field, label, score in (("self_score", "自评分", self_score), ("county_score", "县评分", county_score)):
        finding = scoring.within_full(field, label, score, indicator.full_mark)
        if finding is not None:
            yield finding


def deductions_have_reasons(
    indicator_id: str | None,
    self_score: Decimal | None,
    county_score: Decimal | None,
    reason: str | None,
    county_reason: str | None,
    look: Look,
) -> Iterator[Finding]:
    """score.reason, for both columns; the county may let the office's own reason stand."""
    indicator: Indicator | None = look.get(Indicator, indicator_id)
    if indicator is None:
        return
    for field, label, score, why in (
        ("reason", "自评分", self_score, reason),
        ("county_reason", "县评分", county_score, county_reason or reason),
    ):
        finding = scoring.deduction_has_a_reason(field, label, score, indicator.full_mark, indicator.way, why)
        if finding is not None:
            yield finding


# ---------------------------------------------------------------- what comes of it


def assessed_once(year: int | None, target_office_id: str | None, look: Look) -> Finding | None:
    """assessment.once: one office has one result a year."""
    if year and target_office_id and look.others(Assessment, year=year, target_office_id=target_office_id):
        return error("target_office_id", "assessment.once", f"这个单位 {year} 年的考核结果已经有了，请修改原有的一条")
    return None


def total_is_possible(total: Decimal | None, policy: Policies, today: date) -> Finding | None:
    """assessment.total (§10.2): a total lies between nothing and a hundred."""
    full = policy.number("score.full", today, scoring.FULL)
    if total is not None and not 0 <= total <= full:
        return error("total", "assessment.total", f"总分应在 0 到 {scoring.plain(full)} 之间，请核对")
    return None


def mark_is_read_rightly(
    total: Decimal | None, passed: bool | None, decided_on: date | None, policy: Policies
) -> Finding | None:
    """assessment.passed (seed §4): whether the mark was reached is what policy says of the total."""
    if total is None or passed is None or decided_on is None:
        return None
    right = passes(total, decided_on, policy)
    if right == passed:
        return None
    mark = scoring.plain(policy.number("score.pass_mark", decided_on, scoring.PASS_MARK))
    said, is_ = ("达到", "没有达到") if passed else ("没有达到", "达到")
    return warning(
        "passed", "assessment.passed", f"填为{said}评分线，总分 {scoring.plain(total)} 分按 {mark} 分线{is_}，请核对"
    )


def passes(total: Decimal, on: date, policy: Policies) -> bool:
    """Whether a total passes by the policy of a day."""
    mark = policy.number("score.pass_mark", on, scoring.PASS_MARK)
    return scoring.passes(total, mark, mark_passes=policy.text("score.pass_mark_passes", on, "true") == "true")


def restriction_runs_forward(from_: date | None, until: date | None) -> Finding | None:
    """restriction.until: a restriction ends after it begins."""
    if from_ and until and until <= from_:
        return error("until", "restriction.until", f"截止日期 {until} 不晚于开始日期 {from_}，请核对")
    return None


def restriction_names_a_person(kind: str | None, person: str | None) -> Finding | None:
    """restriction.person (seed §4): a restriction of people names the person."""
    if kind == scoring.PERSONS and not person:
        return error("person", "restriction.person", "人员限制请填写姓名")
    return None


def restriction_is_of_the_assessed(
    assessment_id: str | None, target_office_id: str | None, look: Look
) -> Finding | None:
    """restriction.office: it binds the office that was assessed."""
    found: Assessment | None = look.get(Assessment, assessment_id)
    if found is not None and target_office_id is not None and found.target_office_id != target_office_id:
        return error("target_office_id", "restriction.office", "单位和考核结果不是同一个单位，请核对")
    return None


def account_is_in_time(kind: str | None, until: date | None, answered_on: date | None, today: date) -> Finding | None:
    """restriction.account (seed §4): the written account comes by its day."""
    if kind == scoring.ACCOUNT and until and answered_on is None and until < today:
        return warning("answered_on", "restriction.account", f"书面说明应在 {until} 前提交，还没有提交，请催办")
    return None


def bounds(session: Session) -> Mapping[str, list[Bound]]:
    """Who may not be appointed when, by office."""
    found: dict[str, list[Bound]] = {}
    rows = select(Restriction.target_office_id, Restriction.person, FROM, Restriction.until).where(
        Restriction.deleted_at.is_(None), Restriction.kind == scoring.PERSONS, Restriction.person.is_not(None)
    )
    for office, person, start, until in session.execute(rows):
        if office is not None and person is not None:
            found.setdefault(office, []).append(Bound(person, start, until))
    return found
