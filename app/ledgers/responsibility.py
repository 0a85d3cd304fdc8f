"""实效党建: tasks and duties, the month, inspections, the standard and the scores, and what comes of them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from app.ledgers import responsibility_checks as checks
from app.ledgers.ledger import Chip, Derived, Figure, Ledger, Pillar
from app.rules import monthly, scoring
from db import clock, settings
from db.fields import Authority
from db.models.responsibility import (
    FROM,
    Assessment,
    Bulletin,
    Duty,
    Indicator,
    Inspection,
    MonthlyCheck,
    Restriction,
    Score,
    Task,
)


def full_marks_of(session: Session, scores: Sequence[str]) -> Mapping[str, str]:
    """The full marks of the indicators that scores are for, by score."""
    rows = select(Score.id, Indicator.full_mark).join(Indicator, Indicator.id == Score.indicator_id)
    return {id: scoring.plain(full) for id, full in session.execute(rows.where(Score.id.in_(scores)))}


def years_of(session: Session, duties: Sequence[str]) -> Mapping[str, str]:
    """The years of the tasks that duties are made of, by duty."""
    rows = select(Duty.id, Task.year).join(Task, Task.id == Duty.task_id).where(Duty.id.in_(duties))
    return {id: str(year) for id, year in session.execute(rows)}


def progress_of(session: Session, duties: Sequence[str]) -> Mapping[str, str]:
    """What was last said of duties in a self-check, by duty: the total and the rate."""
    rows = select(MonthlyCheck.duty_id, MonthlyCheck.total_done, MonthlyCheck.rate).where(
        MonthlyCheck.duty_id.in_(duties), MonthlyCheck.deleted_at.is_(None)
    )
    found: dict[str, str] = {}
    for duty, done, rate in session.execute(rows.order_by(MonthlyCheck.month)):
        if rate is not None:
            found[duty] = f"{scoring.plain(rate)}%"
        elif done is not None:
            found[duty] = f"累计 {done}"
    return found


def of_this_year(today: date) -> ColumnElement[bool]:
    """A duty of a task of this year."""
    return Duty.task_id.in_(select(Task.id).where(Task.year == today.year))


def of_this_month(today: date) -> ColumnElement[bool]:
    """A self-check of this month."""
    return MonthlyCheck.month == monthly.month_of(today)


def overdue(today: date) -> ColumnElement[bool]:
    """A duty whose day has passed and that is not closed."""
    of_task = select(Task.id).where(Task.due_on < today)
    late = (Duty.due_on < today) | (Duty.due_on.is_(None) & Duty.task_id.in_(of_task))
    return and_(Duty.closed_on.is_(None), late)


def unanswered(_: date) -> ColumnElement[bool]:
    """An inspection that asked for something and has no answer."""
    return and_(Inspection.request.is_not(None), Inspection.answered_on.is_(None))


def holds(today: date) -> ColumnElement[bool]:
    """A restriction that holds today."""
    return and_(today >= FROM, Restriction.until > today)


def account_is_owed(_: date) -> ColumnElement[bool]:
    """A written account that has not come."""
    return and_(Restriction.kind == scoring.ACCOUNT, Restriction.answered_on.is_(None))


def running_total(session: Session, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """A self-check's total goes on from the last month's, its rate is the total of the duty's quota."""
    duty = session.get(Duty, values["duty_id"]) if values["duty_id"] else None
    if duty is None or values["done"] is None or values["month"] is None:
        return {"filled_on": clock.today()}
    total = values["total_done"]
    if total is None:
        before = select(MonthlyCheck.total_done, MonthlyCheck.done).where(
            MonthlyCheck.duty_id == duty.id, MonthlyCheck.month < values["month"], MonthlyCheck.deleted_at.is_(None)
        )
        last = session.execute(before.order_by(MonthlyCheck.month.desc()).limit(1)).first()
        total = values["done"] + ((last[0] if last[0] is not None else last[1]) if last else 0)
    return {"total_done": total, "rate": monthly.rate(total, duty.quota), "filled_on": clock.today()}


def office_of_the_assessed(session: Session, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """A restriction is for the office that was assessed; without one it would go to every office."""
    found = session.get(Assessment, values["assessment_id"]) if values["assessment_id"] else None
    return {} if found is None else {"target_office_id": found.target_office_id}


def own_office(session: Session, _: Mapping[str, Any]) -> Mapping[str, Any]:
    """Who scores itself is the office that the store belongs to."""
    return {"target_office_id": settings.get(session, "office_id")}


TASKS = Ledger(
    Task,
    title="实事",
    one="实事",
    counter="件",
    pillar=Pillar.RESPONSIBILITY,
    icon="mdi6.flag-checkered",
    label="{title}",
    columns="year number title target lead due_on weight quota unit",
    form={"实事": "year number title target measure lead", "时限与分量": "due_on weight quota unit"},
    order="-year",
    keys=("year number",),
    chips=(Chip("今年", lambda today: Task.year == today.year),),
    figures=(Figure("共", unit="件"), Figure("今年", lambda today: Task.year == today.year)),
    authority=Authority.COUNTY,
    checks=(checks.task_number_is_free, checks.task_is_due_in_its_year, checks.weight_is_a_share),
    empty="县里每年要办的党建实事，一件一条。开始有 2012 年的九件，可以沿用到别的年度。",
)

DUTIES = Ledger(
    Duty,
    title="责任分解",
    one="责任项目",
    counter="项",
    pillar=Pillar.RESPONSIBILITY,
    icon="mdi6.account-details-outline",
    label="{target_office} · {task}",
    columns="target_office year task quota first_responsible direct_responsible progress due_on closed_on",
    derived=(
        Derived("year", "年度", among=years_of),
        Derived("progress", "进度", among=progress_of, number=True, reads="monthly_check"),
    ),
    form={
        "责任": "task target_office party_org village quota",
        "责任人": "first_responsible direct_responsible area_head resident_cadre",
        "时限": "due_on closed_on",
    },
    tree="target_office_id",
    order="-due_on",
    keys=("task_id target_office_id party_org_id village_id", "task_id target_office_id"),
    chips=(Chip("今年", of_this_year), Chip("已过时限", overdue), Chip("已销号", Duty.closed_on.is_not(None))),
    figures=(Figure("共", unit="项"), Figure("已销号", Duty.closed_on.is_not(None))),
    authority=Authority.COUNTY,
    checks=(
        checks.duty_is_given_once,
        checks.duty_stays_in_its_office,
        checks.two_answer_for_it,
        checks.duty_is_past_due,
    ),
    empty="每件实事分解到每个单位：党委书记是第一责任人，组织委员是直接责任人。",
)

MONTHLY_CHECKS = Ledger(
    MonthlyCheck,
    title="月度自查",
    one="自查",
    pillar=Pillar.RESPONSIBILITY,
    icon="mdi6.calendar-month-outline",
    label="{duty} {month}",
    columns="month duty done total_done rate reason next_plan filled_by filled_on",
    form={
        "完成情况": "duty month planned done total_done rate",
        "问题与打算": "reason next_plan",
        "填报": "filled_by filled_on checked_by",
    },
    order="-month",
    keys=("duty_id month",),
    chips=(
        Chip("本月", of_this_month),
        Chip("有未完成原因", MonthlyCheck.reason.is_not(None)),
    ),
    figures=(Figure("共", unit="条"), Figure("本月", of_this_month)),
    checks=(
        checks.month_is_checked_once,
        monthly.month_has_begun,
        checks.month_is_of_the_tasks_year,
        monthly.total_is_possible,
        monthly.reason_for_falling_short,
        checks.rate_agrees,
        monthly.checked_by_another,
        checks.filled_after_the_month_began,
    ),
    follows=running_total,
    empty="每月对照责任分解逐项自查，一项一个月一条。整月一起填，请到“月度调度”页。",
)

BULLETINS = Ledger(
    Bulletin,
    title="月通报",
    one="通报",
    counter="期",
    pillar=Pillar.RESPONSIBILITY,
    icon="mdi6.bullhorn-outline",
    label="{title}",
    columns="month title document_no issued_on",
    form={"通报": "month title document_no issued_on body"},
    order="-month",
    keys=("month",),
    figures=(Figure("共", unit="期"),),
    authority=Authority.COUNTY,
    checks=(checks.month_has_one_bulletin,),
    empty="县里每月对完成情况通报一次。在县里的“月度调度”页可以由当月的数自动写出一期。",
)

INSPECTIONS = Ledger(
    Inspection,
    title="督查",
    one="督查记录",
    pillar=Pillar.RESPONSIBILITY,
    icon="mdi6.magnify-scan",
    label="{target_office}{village} {on}",
    columns="on team target_office village way found due_on answered_on rechecked_on",
    form={
        "督查": "team leader on target_office village way",
        "发现和要求": "found request due_on",
        "反馈和复核": "answer answered_on rechecked_on",
    },
    tree="target_office_id",
    chips=(
        Chip("没有反馈", unanswered),
        Chip("随机抽查", Inspection.way == "02"),
        Chip("没有复核", and_(Inspection.answered_on.is_not(None), Inspection.rechecked_on.is_(None))),
    ),
    figures=(Figure("共", unit="次"), Figure("没有反馈", unanswered)),
    authority=Authority.COUNTY,
    checks=(
        checks.inspection_days_run_forward,
        checks.request_has_a_day,
        checks.answer_is_in_time,
        checks.village_is_of_the_office,
    ),
    order="-on",
    empty="督查小组的每次定期指导和随机抽查记在这里：发现问题、整改要求、反馈、复核。",
)

INDICATORS = Ledger(
    Indicator,
    title="考核指标",
    one="指标",
    counter="项",
    pillar=Pillar.RESPONSIBILITY,
    icon="mdi6.format-list-numbered",
    label="{number} {title}",
    columns="year category number title full_mark way rule from_ledger",
    form={
        "指标": "year category parent number title full_mark",
        "计分": "way rule from_ledger target floor step",
    },
    order="-year",
    keys=("year category number",),
    chips=(
        Chip("乡镇", Indicator.category == "01"),
        Chip("县直机关", Indicator.category == "02"),
        Chip("今年", lambda today: Indicator.year == today.year),
        Chip("台账取数", Indicator.from_ledger.is_not(None)),
    ),
    figures=(Figure("共", unit="项"),),
    authority=Authority.COUNTY,
    checks=(
        checks.number_is_free,
        checks.full_mark_is_possible,
        checks.parent_is_of_the_standard,
        checks.figure_can_be_reckoned,
        checks.marks_add_up,
    ),
    empty="考核细则分乡镇、县直机关两类，细化到单项，各类单项满分合计 100 分。",
)

SCORES = Ledger(
    Score,
    title="评分",
    one="评分",
    pillar=Pillar.RESPONSIBILITY,
    icon="mdi6.counter",
    label="{target_office} · {indicator}",
    columns="target_office indicator full self_score county_score reason county_reason",
    derived=(Derived("full", "满分", among=full_marks_of, number=True),),
    form={"评分": "indicator target_office self_score reason county_score county_reason"},
    keys=("indicator_id target_office_id",),
    chips=(
        Chip("没有县评", Score.county_score.is_(None)),
        Chip("县评低于自评", Score.county_score < Score.self_score),
    ),
    figures=(Figure("共", unit="条"), Figure("没有县评", Score.county_score.is_(None))),
    checks=(
        checks.scored_once,
        checks.leaf_is_scored,
        checks.scores_are_possible,
        checks.deductions_have_reasons,
    ),
    follows=own_office,
    empty="每个单位每项指标一条：本单位自评，县里评定。整张表一起填，请到“考核评分”页。",
)

ASSESSMENTS = Ledger(
    Assessment,
    title="考核结果",
    one="考核结果",
    pillar=Pillar.RESPONSIBILITY,
    icon="mdi6.podium",
    label="{year} {target_office}",
    columns="year target_office total rank passed decided_on",
    form={"考核结果": "year target_office total rank passed decided_on"},
    order="-year",
    keys=("year target_office_id",),
    chips=(
        Chip("评分线以下", Assessment.passed.is_(False)),
        Chip("今年", lambda today: Assessment.year == today.year),
    ),
    figures=(Figure("共", unit="条"), Figure("评分线以下", Assessment.passed.is_(False))),
    authority=Authority.COUNTY,
    checks=(checks.assessed_once, checks.total_is_possible, checks.mark_is_read_rightly),
    empty="县里审定的年度考核总分和名次。在县里的“考核评分”页由评分算出。",
)

RESTRICTIONS = Ledger(
    Restriction,
    title="考核限制",
    one="限制",
    pillar=Pillar.RESPONSIBILITY,
    icon="mdi6.account-lock-outline",
    label="{kind} {person}",
    columns="target_office kind person position from until answered_on",
    form={
        "限制": "assessment target_office kind person position from until",
        "书面说明": "answered_on account",
    },
    chips=(
        Chip("限制期内", holds),
        Chip("没有提交说明", account_is_owed),
        Chip("人员", Restriction.kind == scoring.PERSONS),
    ),
    figures=(Figure("共", unit="条"), Figure("限制期内", holds)),
    authority=Authority.COUNTY,
    checks=(
        checks.restriction_runs_forward,
        checks.restriction_names_a_person,
        checks.restriction_is_of_the_assessed,
        checks.account_is_in_time,
    ),
    follows=office_of_the_assessed,
    order="-from",
    empty="考核在评分线以下的单位和人员一年内的限制，由程序在审定时写出。",
)

LEDGERS = (
    MONTHLY_CHECKS,
    BULLETINS,
    DUTIES,
    TASKS,
    INSPECTIONS,
    SCORES,
    INDICATORS,
    ASSESSMENTS,
    RESTRICTIONS,
)
