"""From the application to full membership: ages, spans, votes and order of the way into the Party (§1.2, D01–D27).

Probation and years of membership themselves are in `app.rules.recruitment`. D17, each person discussed and voted on
alone, holds by construction: the votes stand in the record of one person. Numbers are those of seeds/policy.csv.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum

from app.findings import Finding, error, warning
from app.rules.identity import age
from app.rules.order import runs_forward
from app.rules.recruitment import AGE_TO_JOIN, PROBATION_MONTHS, probation_ends_on
from app.rules.spans import months_later
from app.rules.working_days import PLAIN_WEEKS, WorkingDays

APPLICANT, ACTIVIST, CANDIDATE, PROBATIONARY, CONVERTED, ENDED = "01", "02", "03", "04", "05", "06"
"""Code table applicant_stage."""
PASSED, SENT_BACK, FAILED, EXTENDED, CANCELLED = "01", "02", "03", "04", "05"  # code table step_outcome
BY_THE_LEAGUE = "02"  # code table recommended

STAGES = ("申请入党", "入党积极分子", "发展对象", "预备党员接收", "教育考察和转正")
STEPS: tuple[tuple[int, ...], ...] = (
    (1, 2),
    (3, 4, 5, 6),
    (7, 8, 9, 10, 11),
    (12, 13, 14, 15, 16, 17, 18),
    (19, 20, 21, 22, 23, 24, 25),
)
"""The steps of each of the five stages (§1.1)."""
NUMBERED = tuple(f"{step:02d}" for stage in STEPS for step in stage)
"""The codes of the twenty-five. A store may hold others: reports, and what a newer program has added since."""

REPORT = "06R"
"""What an activist tells of themselves every quarter: kept among the steps, beside the sixth, and none of the 25."""

TALK_MONTHS, WAIT_MONTHS, ACTIVIST_MONTHS, REVIEW_MONTHS, REPORT_MONTHS = 1, 0, 12, 6, 3
LEAGUE_AGE, CONTACTS, INTRODUCERS, PUBLICITY_DAYS, LEAVING_MONTHS, CHECK_MONTHS = 28, (1, 2), 2, 5, 3, 1
TRAINING_DAYS, TRAINING_HOURS = 3, 24
APPROVAL_MONTHS, APPROVAL_MONTHS_MAX = 3, 6
EXTENSION_MONTHS, POSTPONE_MONTHS = (6, 12), 6

STAGE_DAYS = {
    ACTIVIST: (("activist_on", "确定积极分子日期"),),
    CANDIDATE: (("activist_on", "确定积极分子日期"), ("candidate_on", "确定发展对象日期")),
    PROBATIONARY: (("admitted_on", "支部大会通过日期"),),
    CONVERTED: (("admitted_on", "支部大会通过日期"), ("full_on", "转正日期")),
    ENDED: (("ended_on", "终止日期"), ("end_reason", "终止原因")),
}
"""What the file of somebody who has come so far says."""


def names(text: str | None) -> tuple[str, ...]:
    """The people whom a field of several names names, however they are parted."""
    for mark in "，,；;/ 　":
        text = (text or "").replace(mark, "、")
    return tuple(dict.fromkeys(one for one in (text or "").split("、") if one))


# ---------------------------------------------------------------- the whole way


def days_run_forward(days: Sequence[tuple[str, str, date | None]], birth: date | None, today: date) -> Finding | None:
    """dates.order (§1.2): born, applied, activist, candidate, admitted, approved, full; nothing after today."""
    return runs_forward("dates.order", (("birth", "出生日期", birth), *days), today)


def stage_has_its_days(stage: str | None, known: Mapping[str, object]) -> list[Finding]:
    """applicant.stage (§1.1): who has come to a stage has the days that led there."""
    return [
        error(field, "applicant.stage", f"发展阶段已到这一步，请填写“{label}”")
        for field, label in STAGE_DAYS.get(stage or "", ())
        if not known.get(field)
    ]


# ---------------------------------------------------------------- applicant and activist


def of_age_when_applying(birth: date | None, applied_on: date | None, *, at_least: int = AGE_TO_JOIN) -> Finding | None:
    """D01 (Party constitution, article 1): eighteen on the day on which the application was handed in."""
    if not birth or not applied_on or age(birth, applied_on) >= at_least:
        return None
    message = f"递交申请书时未满{at_least}周岁：出生日期 {birth}，申请日期 {applied_on}；请核对两个日期"
    return error("applied_on", "D01", message)


def talk_due(applied_on: date, *, months: int = TALK_MONTHS) -> date:
    """D02: the last day on which somebody of the organisation talks with the applicant."""
    return months_later(applied_on, months)


def talk_in_time(
    applied_on: date | None, talked_on: date | None, stage: str | None, today: date, *, months: int = TALK_MONTHS
) -> Finding | None:
    """D02 (2014, article 7): talked with within a month of the application."""
    if applied_on is None or stage == ENDED:
        return None
    due = talk_due(applied_on, months=months)
    if talked_on is None and due < today:
        return warning("talked_on", "D02", f"收到申请后 {months} 个月内应派人谈话，{due} 已经到期，请抓紧并记录")
    if talked_on is not None and talked_on > due:
        return warning("talked_on", "D02", f"谈话日期 {talked_on} 超过了收到申请后 {months} 个月（{due}），请说明原因")
    return None


def applied_long_enough(
    applied_on: date | None, activist_on: date | None, *, months: int = WAIT_MONTHS
) -> Finding | None:
    """D03: where the county asks for it, an applicant waits some months; the state asks for none."""
    if (
        not months
        or applied_on is None
        or activist_on is None
        or activist_on >= (due := months_later(applied_on, months))
    ):
        return None
    return warning("activist_on", "D03", f"递交申请满 {months} 个月（{due}）方可确定为积极分子，请核对")


def recommended_somehow(activist_on: date | None, recommended: str | None) -> Finding | None:
    """D04 (2014, article 8): an activist was recommended by members or by the mass organisations."""
    if activist_on is None or recommended:
        return None
    return warning("recommended", "D04", "积极分子由党员推荐或群团推优产生，请填写推荐方式")


def young_come_from_the_league(
    birth: date | None,
    activist_on: date | None,
    league_member: bool | None,
    recommended: str | None,
    *,
    under: int = LEAGUE_AGE,
) -> Finding | None:
    """D05: who is young comes as a rule from the youth league, and then by its recommendation."""
    if birth is None or activist_on is None or age(birth, activist_on) >= under:
        return None
    if league_member is False:
        return warning("league_member", "D05", f"{under}周岁以下一般从团员中发展，请核对是不是团员")
    if league_member and recommended and recommended != BY_THE_LEAGUE:
        return warning("recommended", "D05", f"{under}周岁以下的团员应经团组织推优，请核对推荐方式")
    return None


def contacts_are_named(
    activist_on: date | None, contacts: str | None, *, between: tuple[int, int] = CONTACTS
) -> Finding | None:
    """D06 (2014, article 9): one or two full members look after an activist."""
    number, (fewest, most) = len(names(contacts)), between
    if activist_on is None or fewest <= number <= most:
        return None
    if not number:
        return warning("contacts", "D06", f"积极分子应有 {fewest} 至 {most} 名培养联系人，请填写")
    return error("contacts", "D06", f"培养联系人应为 {fewest} 至 {most} 名，现在写了 {number} 名，请核对")


def review_due(since: date, *, months: int = REVIEW_MONTHS) -> date:
    """D07 (2014, article 11): the day by which the branch looks at an activist again."""
    return months_later(since, months)


def report_due(since: date, *, months: int = REPORT_MONTHS) -> date:
    """D07: the day by which an activist reports again."""
    return months_later(since, months)


def trained_long_enough_as_activist(
    activist_on: date | None, candidate_on: date | None, *, months: int = ACTIVIST_MONTHS
) -> Finding | None:
    """D08 (2014, article 13): a year or more as an activist, counted by the calendar and not in days."""
    if activist_on is None or candidate_on is None or candidate_on >= (due := months_later(activist_on, months)):
        return None
    message = f"积极分子须培养教育满 {months} 个月（{due}）方可确定为发展对象，现在填的是 {candidate_on}，请核对"
    return error("candidate_on", "D08", message)


# ---------------------------------------------------------------- candidate


def filed_on_the_day(candidate_on: date | None, filed_on: date | None) -> Finding | None:
    """D09: one is a candidate from the day on which the committee above agrees to the filing."""
    if candidate_on is None or filed_on is None or candidate_on == filed_on:
        return None
    message = f"确定发展对象日期应为上级党委备案同意之日（步骤 8，{filed_on}），请核对"
    return warning("candidate_on", "D09", message)


def public_for_long_enough(
    publicised_from: date | None,
    publicised_to: date | None,
    *,
    days: int = PUBLICITY_DAYS,
    calendar: WorkingDays = PLAIN_WEEKS,
) -> Finding | None:
    """D10: what was decided is made public for five working days or more."""
    if publicised_from is None or publicised_to is None or publicised_to < publicised_from:
        return None
    shown = calendar.count(publicised_from, publicised_to)
    if shown >= days:
        return None
    message = f"公示期一般不少于 {days} 个工作日，现在只有 {shown} 个，请核对"
    unknown = "、".join(map(str, calendar.unknown(publicised_from, publicised_to)))
    if unknown:
        message += f"（{unknown} 年的放假安排没有登记，按星期一到星期五算）"
    return warning("publicised_to", "D10", message)


def introducers_are_named(
    admitted_on: date | None, introducers: str | None, *, number: int = INTRODUCERS
) -> Finding | None:
    """D11 (Party constitution, article 5): two full members introduce a new one."""
    found = len(names(introducers))
    if found == number or (not found and admitted_on is None):
        return None
    if not found:
        return error("introducers", "D11", f"接收预备党员须有 {number} 名入党介绍人，请填写")
    return error("introducers", "D11", f"入党介绍人应为 {number} 名，现在写了 {found} 名，请核对")


def reviewed_politically(
    admitted_on: date | None, review_on: date | None, review_passed: bool | None
) -> Finding | None:
    """D12 (2014, article 16): nobody is admitted without a political review that came out well."""
    if admitted_on is None:
        return None
    if review_passed is False:
        return error("review_passed", "D12", "政治审查不合格的，不能发展入党，请核对")
    if review_on is None:
        return error("review_on", "D12", "没有经过政治审查的，不能发展入党，请填写政审日期")
    return None


def trained_enough(
    admitted_on: date | None,
    trained_on: date | None,
    training_days: int | None,
    training_hours: int | None,
    *,
    days: int = TRAINING_DAYS,
    hours: int = TRAINING_HOURS,
) -> Finding | None:
    """D13 (2014, article 17; 1990, article 14): a short course of so many days or hours before the admission."""
    if admitted_on is None and trained_on is None:
        return None
    if (training_days or 0) >= days or (training_hours or 0) >= hours:
        return None
    if training_days is None and training_hours is None:
        message = f"未经集中培训的一般不能发展入党，请填写培训天数（不少于 {days} 天）或学时（不少于 {hours} 学时）"
    else:
        message = f"集中培训不少于 {days} 天或 {hours} 学时，请核对"
    return error("training_days", "D13", message)


def stays_here(
    candidate_on: date | None,
    admitted_on: date | None,
    leaves_on: date | None,
    today: date,
    *,
    months: int = LEAVING_MONTHS,
) -> Finding | None:
    """D14 (2014, article 18): who leaves within three months is as a rule not admitted here."""
    if candidate_on is None or leaves_on is None:
        return None
    on = admitted_on or today
    if not on <= leaves_on <= months_later(on, months):
        return None
    return warning("leaves_on", "D14", f"{months} 个月内将离开本单位（{leaves_on}），一般不办理接收预备党员手续")


# ---------------------------------------------------------------- the meetings


def enough_came(
    expected: int | None, present: int | None, *, field: str = "present", rule: str = "D15"
) -> Finding | None:
    """D15 (D24 for the second meeting): more than half of those entitled to vote came."""
    if expected is None or present is None:
        return None
    if present > expected:
        return error(field, rule, f"实到 {present} 人多于应到 {expected} 人，请核对")
    if 2 * present <= expected:
        message = f"实到 {present} 人没有超过应到有表决权人数 {expected} 人的半数，支部大会不能召开，请核对"
        return error(field, rule, message)
    return None


def enough_agreed(
    expected: int | None,
    votes_for: int | None,
    decided_on: date | None,
    *,
    field: str = "votes_for",
    rule: str = "D16",
) -> Finding | None:
    """D16 (D24 for the second meeting): more than half of those *entitled* voted for it, not of those who came.

    Opinions that were handed in in writing beforehand count, so that there may be more votes than people present.
    """
    if expected is None or votes_for is None:
        return None
    if votes_for > expected:
        return error(field, rule, f"赞成票 {votes_for} 多于应到有表决权人数 {expected}，请核对")
    if decided_on is not None and 2 * votes_for <= expected:
        message = f"赞成票 {votes_for} 没有超过应到有表决权正式党员 {expected} 人的半数，没有通过，请核对"
        return error(field, rule, message)
    return None


def discussed_after_check(
    checked_on: date | None, admitted_on: date | None, *, months: int = CHECK_MONTHS
) -> Finding | None:
    """D18: the meeting follows within a month of the committee's preliminary check."""
    if checked_on is None or admitted_on is None or admitted_on <= (due := months_later(checked_on, months)):
        return None
    return warning("admitted_on", "D18", f"预审合格后 {months} 个月内（{due} 前）应提交支部大会讨论，请核对")


class Approval(StrEnum):
    """How an approval stands."""

    IN_TIME = "in time"
    LATE = "late"
    VOID = "void"


def approval_state(
    decided_on: date, on: date, *, months: int = APPROVAL_MONTHS, most: int = APPROVAL_MONTHS_MAX
) -> Approval:
    """D19 (2014, article 24): three months, six in special cases; past that the meeting must be held again."""
    if on <= months_later(decided_on, months):
        return Approval.IN_TIME
    return Approval.LATE if on <= months_later(decided_on, most) else Approval.VOID


def approved_in_time(
    admitted_on: date | None,
    approved_on: date | None,
    today: date,
    *,
    months: int = APPROVAL_MONTHS,
    most: int = APPROVAL_MONTHS_MAX,
) -> Finding | None:
    """D19: the committee above decides within three months of the meeting."""
    if admitted_on is None:
        return None
    state = approval_state(admitted_on, approved_on or today, months=months, most=most)
    due = months_later(admitted_on, months)
    if state is Approval.IN_TIME:
        return None
    if approved_on is None:
        again = f"；满 {most} 个月的须重新召开支部大会，预备期从新的大会算起" if state is Approval.VOID else ""
        return warning("approved_on", "D19", f"上级党委应在 {due} 前审批，已经超期，请报告上级党委{again}")
    if state is Approval.LATE:
        return warning("approved_on", "D19", f"审批日期 {approved_on} 超过了大会通过后 {months} 个月，请说明原因")
    message = f"审批日期 {approved_on} 超过了大会通过后 {most} 个月，须重新办理，预备期从新的支部大会算起"
    return error("approved_on", "D19", message)


# ---------------------------------------------------------------- probation and full membership


def extension_is_sound(
    admitted_on: date | None,
    extended_to: date | None,
    *,
    probation: int = PROBATION_MONTHS,
    between: tuple[int, int] = EXTENSION_MONTHS,
) -> Finding | None:
    """D23 (2014, article 32): probation is extended once, by half a year at least and by a year at most."""
    if admitted_on is None or extended_to is None:
        return None
    end, (least, most) = probation_ends_on(admitted_on, months=probation), between
    first, last = months_later(end, least), months_later(end, most)
    if first <= extended_to <= last:
        return None
    message = f"延长预备期不少于 {least} 个月、不超过 {most} 个月，应在 {first} 至 {last} 之间，请核对"
    return error("extended_to", "D23", message)


def probation_over(admitted_on: date, extended_to: date | None, *, months: int = PROBATION_MONTHS) -> date:
    """D21, D23: the day on which probation is over, with its extension."""
    return extended_to or probation_ends_on(admitted_on, months=months)


def full_after_probation(
    admitted_on: date | None,
    extended_to: date | None,
    full_meeting_on: date | None,
    *,
    months: int = PROBATION_MONTHS,
) -> Finding | None:
    """D22: the meeting that admits in full is not held before probation is over."""
    if admitted_on is None or full_meeting_on is None:
        return None
    due = probation_over(admitted_on, extended_to, months=months)
    if full_meeting_on >= due:
        return None
    message = f"转正大会日期 {full_meeting_on} 早于预备期满日 {due}，请核对"
    return error("full_meeting_on", "D22", message)


def full_approved_in_time(
    full_meeting_on: date | None, full_approved_on: date | None, today: date, *, months: int = APPROVAL_MONTHS
) -> Finding | None:
    """D25 (2014, article 33): the committee above decides on full membership within three months."""
    if full_meeting_on is None or (full_approved_on or today) <= (due := months_later(full_meeting_on, months)):
        return None
    if full_approved_on is None:
        return warning("full_approved_on", "D25", f"上级党委应在 {due} 前审批转正，已经超期，请报告上级党委")
    return warning("full_approved_on", "D25", f"转正审批日期超过了大会后 {months} 个月（{due}），请说明原因")


def full_from_the_end_of_probation(
    admitted_on: date | None, extended_to: date | None, full_on: date | None, *, months: int = PROBATION_MONTHS
) -> Finding | None:
    """D26 (and D27, whose postponement changes nothing in it): one is a full member from the day when probation ended,
    whenever the meeting was held."""
    if (
        admitted_on is None
        or full_on is None
        or full_on == (due := probation_over(admitted_on, extended_to, months=months))
    ):
        return None
    if full_on < due:
        return error("full_on", "D22", f"转正日期 {full_on} 早于预备期满日 {due}，请核对")
    return warning("full_on", "D26", f"转正日期应为预备期满的那天 {due}，现在填的是 {full_on}，请核对")


def not_postponed_too_long(
    admitted_on: date | None,
    extended_to: date | None,
    full_meeting_on: date | None,
    *,
    probation: int = PROBATION_MONTHS,
    months: int = POSTPONE_MONTHS,
) -> Finding | None:
    """D27: of who has moved here on probation the discussion may wait, for half a year at most."""
    if admitted_on is None or full_meeting_on is None:
        return None
    last = months_later(probation_over(admitted_on, extended_to, months=probation), months)
    if full_meeting_on <= last:
        return None
    return warning("full_meeting_on", "D27", f"转正讨论最多推迟 {months} 个月（{last}），请核对并说明原因")


# ---------------------------------------------------------------- the steps


def steps_run_forward(on: date | None, step: str | None, others: Sequence[tuple[str, date]]) -> Finding | None:
    """D04, D09 (§1.1): a step is not done before an earlier one, nor after a later one. `others` are (step, day) of the
    same person; looking in on somebody (6, 21) goes on while other steps are taken, and what is none of the 25 stands
    beside them."""
    if on is None or step not in ORDERED:
        return None
    for other, day in sorted(others):
        if other not in ORDERED:
            continue
        if other < step and day > on:
            return error("on", "applicant_step.order", f"办理日期 {on} 早于步骤 {int(other)} 的 {day}，请核对")
        if other > step and day < on:
            return error("on", "applicant_step.order", f"办理日期 {on} 晚于步骤 {int(other)} 的 {day}，请核对")
    return None


ONGOING = frozenset({"06", REPORT, "21"})
"""Steps that are repeated: the half-yearly review of activists, their reports, and the education on probation."""
ORDERED = frozenset(NUMBERED) - ONGOING
"""Steps that are taken once, one after another."""


def next_step(done: Sequence[str]) -> str | None:
    """The first of the twenty-five that comes after the last one done, None when all is done."""
    last = max((NUMBERED.index(one) + 1 for one in done if one in NUMBERED), default=0)
    return NUMBERED[last] if last < len(NUMBERED) else None


def stage_of_step(step: str) -> int:
    """Which of the five stages a step belongs to, from 0."""
    return next(place for place, steps in enumerate(STEPS) if int(step[:2]) in steps)


def numbered(step: str, name: str) -> str:
    """What a step is called, with its number where it is one of the 25."""
    return f"{int(step)} {name}" if step in NUMBERED else name
