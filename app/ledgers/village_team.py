"""活力党建: appraisal, departure, decisions and training of village teams."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from app.checks import Look
from app.findings import Finding, error, warning
from app.ledgers.ledger import Action, Case, Chip, Deed, Derived, Figure, Ledger, Pillar
from app.ledgers.through import village_of_cadre
from app.policy import Policies
from app.rules import village_team as rules
from app.rules.village_team import BLAME, FAILED, ORDERED, VOLUNTARY
from db.models.team import Cadre
from db.models.village_team import (
    CadreAppraisal,
    CadreDeparture,
    TeamAppraisal,
    Training,
    TrainingAttendance,
    VillageDecision,
)

ANSWER_DAYS = 15
"""Days within which a resignation is answered, where policy says nothing (seed policy cadre.answer_days)."""

# ---------------------------------------------------------------- appraisal


def cadre_total(
    virtue: Decimal | None,
    ability: Decimal | None,
    diligence: Decimal | None,
    achievement: Decimal | None,
    integrity: Decimal | None,
) -> str:
    """The points of a cadre in all."""
    return _points(rules.total((virtue, ability, diligence, achievement, integrity)))


def team_total(
    economy: Decimal | None, society: Decimal | None, central: Decimal | None, itself: Decimal | None
) -> str:
    """The points of a team in all."""
    return _points(rules.total((economy, society, central, itself)))


def _points(total: Decimal | None) -> str:
    return "" if total is None else f"{total.normalize():f}"


def virtues_are_possible(
    virtue: Decimal | None,
    ability: Decimal | None,
    diligence: Decimal | None,
    achievement: Decimal | None,
    integrity: Decimal | None,
) -> list[Finding]:
    """appraisal.parts, of a cadre."""
    points = (virtue, ability, diligence, achievement, integrity)
    named = zip(rules.VIRTUES.items(), points, strict=True)
    return rules.parts_are_possible({field: (label, one, rules.EACH) for (field, label), one in named})


def parts_are_possible(
    economy: Decimal | None, society: Decimal | None, central: Decimal | None, itself: Decimal | None
) -> list[Finding]:
    """appraisal.parts, of a team."""
    named = zip(rules.TEAM_PARTS.items(), (economy, society, central, itself), strict=True)
    return rules.parts_are_possible({field: (label, one, full) for (field, (label, full)), one in named})


def year_has_come(year: int | None, today: date) -> Finding | None:
    """appraisal.year: nobody is appraised for a year to come."""
    return error("year", "appraisal.year", f"年度 {year} 晚于今年，请核对") if year and year > today.year else None


def cadre_is_appraised_once(cadre_id: str | None, year: int | None, look: Look) -> Finding | None:
    """appraisal.once: once a year."""
    if cadre_id and year and look.others(CadreAppraisal, cadre_id=cadre_id, year=year):
        return error("year", "appraisal.once", f"{year} 年已经考核过，请修改原有记录")
    return None


def team_is_appraised_once(village_id: str | None, year: int | None, look: Look) -> Finding | None:
    """appraisal.once, of a team."""
    if village_id and year and look.others(TeamAppraisal, village_id=village_id, year=year):
        return error("year", "appraisal.once", f"{year} 年已经考核过，请修改原有记录")
    return None


def results(session: Session) -> Mapping[tuple[str, int], str | None]:
    """What cadres were found to be: (cadre, year) → result."""
    found = select(CadreAppraisal.cadre_id, CadreAppraisal.year, CadreAppraisal.result)
    return {
        (cadre, year): result
        for cadre, year, result in session.execute(found.where(CadreAppraisal.deleted_at.is_(None)))
    }


def ought_to_resign(
    cadre_id: str | None, year: int | None, result: str | None, consecutive_last: int | None, look: Look
) -> Finding | None:
    """appraisal.last, with the result of the year before."""
    if cadre_id is None or year is None:
        return None
    return rules.ought_to_resign(consecutive_last, result, look.once(results).get((cadre_id, year - 1)))


def rank_is_free(village_id: str | None, year: int | None, rank: int | None, look: Look) -> Finding | None:
    """appraisal.rank: two teams of one year share no rank."""
    if village_id and year and rank and look.others(TeamAppraisal, year=year, rank=rank):
        return warning("rank", "appraisal.rank", f"{year} 年已有村排在第 {rank} 名，请核对名次")
    return None


# ---------------------------------------------------------------- departure


def answered_in_time(
    kind: str | None, applied_on: date | None, answered_on: date | None, policy: Policies, today: date
) -> Finding | None:
    """departure.answer, within the days that policy sets."""
    days = policy.whole("cadre.answer_days", applied_on or today, ANSWER_DAYS)
    return rules.answered_in_time(kind, applied_on, answered_on, today, days=days)


def departure_runs_forward(
    cadre_id: str | None, applied_on: date | None, answered_on: date | None, effective_on: date | None, look: Look
) -> Finding | None:
    """departure.dates, from the beginning of the term on."""
    cadre: Cadre | None = look.get(Cadre, cadre_id)
    return rules.departure_runs_forward(cadre.since if cadre else None, applied_on, answered_on, effective_on)


def leaves_once(cadre_id: str | None, look: Look) -> Finding | None:
    """departure.once: a term ends once."""
    if cadre_id and look.others(CadreDeparture, cadre_id=cadre_id):
        return error("cadre_id", "departure.once", "这段任期的离任已经登记过，请修改原有记录")
    return None


def term_is_ended(cadre_id: str | None, effective_on: date | None, today: date, look: Look) -> Finding | None:
    """departure.until: who has left holds the role no more."""
    cadre: Cadre | None = look.get(Cadre, cadre_id)
    if cadre is None or effective_on is None or effective_on > today or cadre.until == effective_on:
        return None
    ended = f"是 {cadre.until}" if cadre.until else "还没有填"
    message = f"{cadre.name}的任职结束{ended}，离任日期是 {effective_on}；请点“办结离任”，或核对日期"
    return warning("effective_on", "departure.until", message)


def may_conclude(case: Case) -> bool:
    """Whether a departure has come and the term does not know of it yet."""
    one = case.record
    cadre = case.session.get(Cadre, getattr(one, "cadre_id", ""))
    effective_on: date = getattr(one, "effective_on", date.max)
    return case.own and cadre is not None and effective_on <= case.today and cadre.until != effective_on


def conclude(case: Case, _: Mapping[str, Any]) -> Deed:
    """The cadre's term ends on the day of the departure."""
    departure = case.session.get_one(CadreDeparture, case.record.id)
    cadre = case.session.get_one(Cadre, departure.cadre_id)
    return Deed(
        f"办结{cadre.name}离任",
        f"{cadre.name}的任职结束已填为 {departure.effective_on}",
        updates=((Cadre, cadre.id, {"until": departure.effective_on}),),
    )


def unanswered(_: date) -> ColumnElement[bool]:
    """A resignation that was handed in and not answered."""
    return and_(CadreDeparture.applied_on.is_not(None), CadreDeparture.answered_on.is_(None))


# ---------------------------------------------------------------- decisions and training


def decided_in_the_open(
    proposed_on: date | None,
    committee_on: date | None,
    party_meeting_on: date | None,
    villager_meeting_on: date | None,
    published_on: date | None,
    done_on: date | None,
    today: date,
) -> Finding | None:
    """decision.order (四议两公开)."""
    days = {
        "proposed_on": ("支部提议日期", proposed_on),
        "committee_on": ("两委商议日期", committee_on),
        "party_meeting_on": ("党员大会审议日期", party_meeting_on),
        "villager_meeting_on": ("村民会议决议日期", villager_meeting_on),
        "published_on": ("决议公开日期", published_on),
        "done_on": ("结果公开日期", done_on),
    }
    return rules.decided_in_the_open(days, today)


def attends_once(training_id: str | None, cadre_id: str | None, member_id: str | None, look: Look) -> Iterator[Finding]:
    """attendance.once: a person is at a course once."""
    for field, person in (("cadre_id", cadre_id), ("member_id", member_id)):
        if training_id and person and look.others(TrainingAttendance, training_id=training_id, **{field: person}):
            yield error(field, "attendance.once", "这个人已经登记在这期培训里，请修改原有记录")


CADRE_APPRAISALS = Ledger(
    CadreAppraisal,
    title="村干部考核",
    one="考核",
    pillar=Pillar.TEAM,
    icon="mdi6.clipboard-account-outline",
    label="{cadre} {year}年",
    columns="cadre village year total result consecutive_last appraised_on",
    form={
        "考核": "cadre year virtue ability diligence achievement integrity",
        "结果": "result consecutive_last appraised_on",
    },
    derived=(village_of_cadre(CadreAppraisal), Derived("total", "总分", of=cadre_total, number=True)),
    order="-year",
    keys=("cadre_id year",),
    chips=(
        Chip("优秀", CadreAppraisal.result == "01"),
        Chip("不称职", CadreAppraisal.result == FAILED),
        Chip("连续末位", CadreAppraisal.consecutive_last >= rules.TWICE_LAST),
    ),
    figures=(Figure("共", unit="条"), Figure("优秀", CadreAppraisal.result == "01")),
    checks=(virtues_are_possible, year_has_come, cadre_is_appraised_once, ought_to_resign),
    empty="村干部每年考核一次，德、能、勤、绩、廉各 20 分。",
)

TEAM_APPRAISALS = Ledger(
    TeamAppraisal,
    title="村级班子考核",
    one="考核",
    pillar=Pillar.TEAM,
    icon="mdi6.account-group",
    label="{village} {year}年",
    columns="village year economy society central itself total result rank",
    form={"考核": "village year economy society central itself", "结果": "result rank"},
    derived=(Derived("total", "总分", of=team_total, number=True),),
    tree="village_id",
    order="-year",
    keys=("village_id year",),
    chips=(Chip("优秀", TeamAppraisal.result == "01"), Chip("不称职", TeamAppraisal.result == FAILED)),
    figures=(Figure("共", unit="条"), Figure("优秀", TeamAppraisal.result == "01")),
    checks=(parts_are_possible, year_has_come, team_is_appraised_once, rank_is_free),
    empty="村级班子每年考核一次：经济发展 20 分、社会事务 30 分、中心工作 30 分、自身建设 20 分。",
)

CADRE_DEPARTURES = Ledger(
    CadreDeparture,
    title="辞职调整",
    one="离任",
    pillar=Pillar.TEAM,
    icon="mdi6.account-remove-outline",
    label="{cadre} · {kind}",
    columns="cadre village kind applied_on answered_on effective_on reason",
    derived=(village_of_cadre(CadreDeparture),),
    form={"离任": "cadre kind applied_on answered_on meeting_on effective_on reason document_no"},
    order="-effective_on",
    keys=("cadre_id effective_on",),
    chips=(
        Chip("未答复", unanswered),
        Chip("辞职", CadreDeparture.kind.in_((VOLUNTARY, BLAME, ORDERED))),
        Chip("责令辞职", CadreDeparture.kind == ORDERED),
    ),
    figures=(Figure("共", unit="条"), Figure("未答复", unanswered)),
    checks=(answered_in_time, departure_runs_forward, leaves_once, term_is_ended),
    actions=(
        Action(
            "conclude",
            "办结离任",
            may_conclude,
            conclude,
            "把这位村干部的任职结束填为离任日期。",
            "mdi6.account-check-outline",
        ),
    ),
    empty="村干部辞职、调整和届满离任记在这里。辞职申请要在 15 天内答复。",
)

VILLAGE_DECISIONS = Ledger(
    VillageDecision,
    title="村级决策",
    one="决策事项",
    counter="件",
    pillar=Pillar.TEAM,
    icon="mdi6.gavel",
    label="{village} {subject}",
    columns="village subject proposed_on committee_on party_meeting_on villager_meeting_on published_on result",
    form={
        "四议": "village subject proposed_on committee_on party_meeting_on villager_meeting_on",
        "两公开": "published_on done_on result",
    },
    tree="village_id",
    keys=("village_id subject proposed_on", "village_id subject"),
    chips=(
        Chip("未决议", VillageDecision.villager_meeting_on.is_(None)),
        Chip("未公开", VillageDecision.published_on.is_(None)),
    ),
    figures=(Figure("共", unit="件"), Figure("已公开", VillageDecision.published_on.is_not(None))),
    checks=(decided_in_the_open,),
    empty="村里的大事按“四议两公开”一步一步登记，一件一条。",
)

TRAININGS = Ledger(
    Training,
    title="培训轮训",
    one="培训",
    counter="期",
    pillar=Pillar.TEAM,
    icon="mdi6.school-outline",
    label="{title}",
    columns="title from to hours place organiser audience",
    form={"培训": "title from to hours place organiser audience"},
    order="-from",
    keys=("title from",),
    figures=(Figure("共", unit="期"),),
    checks=(rules.course_runs_forward,),
    empty="书记轮训、村干部和党员培训，一期一条；参训的人记在“参训”里。",
)

TRAINING_ATTENDANCES = Ledger(
    TrainingAttendance,
    title="参训",
    one="参训记录",
    pillar=Pillar.TEAM,
    icon="mdi6.account-school-outline",
    label="{training} · {cadre}{member}",
    columns="training cadre village member passed absent_reason",
    derived=(village_of_cadre(TrainingAttendance),),
    form={"参训": "training cadre member passed absent_reason"},
    keys=("training_id cadre_id", "training_id member_id"),
    chips=(
        Chip("合格", TrainingAttendance.passed.is_(True)),
        Chip("缺训", TrainingAttendance.absent_reason.is_not(None)),
    ),
    figures=(Figure("共", unit="人次"), Figure("缺训", TrainingAttendance.absent_reason.is_not(None))),
    checks=(rules.one_person_came, rules.absent_with_a_reason, attends_once),
    empty="谁参加了哪期培训、考核合不合格、缺训的原因，一人一期一条。",
)

LEDGERS = (
    CADRE_DEPARTURES,
    CADRE_APPRAISALS,
    TEAM_APPRAISALS,
    VILLAGE_DECISIONS,
    TRAININGS,
    TRAINING_ATTENDANCES,
)
