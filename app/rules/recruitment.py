"""Joining the Party: age, order of dates, probation and years of membership (§1.2, §2.1).

The rules are today's; whoever joined under older ones is warned, not stopped. Numbers are those of seeds/policy.csv.
"""

from datetime import date
from itertools import pairwise

from app.findings import Finding, Level, error, warning
from app.rules.identity import age
from app.rules.spans import full_years, months_later

FULL, PROBATIONARY = "1", "2"  # code table member_category

AGE_TO_JOIN = 18
PROBATION_MONTHS = 12

NO_PROBATION = (date(1969, 4, 1), date(1977, 8, 11))
"""D28: who joined within these days, both included, was a full member at once."""

OLDER_RULES_UNTIL = date(1956, 9, 26)
"""Before the eighth congress probation lasted from half a year to two years, by class, and wartime admissions vary."""


def of_age_when_joining(birth: date | None, joined_on: date | None, *, at_least: int = AGE_TO_JOIN) -> Finding | None:
    """D01 (Party constitution, article 1): nobody joins before the age of eighteen.

    The rule speaks of the day of application, which old files lack; joining comes later still.
    """
    if not birth or not joined_on or age(birth, joined_on) >= at_least:
        return None
    message = f"入党时未满{at_least}周岁：出生日期 {birth}，入党日期 {joined_on}；请核对两个日期"
    return Finding(_level(joined_on), "joined_on", "D01", message)


def probation_ends_on(joined_on: date, *, months: int = PROBATION_MONTHS) -> date:
    """D21: the day that completes probation, counted from the meeting that admitted; D28: in those years at once."""
    return joined_on if _had_no_probation(joined_on) else months_later(joined_on, months)


def probation_is_a_year(
    joined_on: date | None, full_on: date | None, *, months: int = PROBATION_MONTHS
) -> Finding | None:
    """D22: the meeting that admits in full may not come before a year of probation has passed, but for D28."""
    if not joined_on or not full_on or full_on >= (due := probation_ends_on(joined_on, months=months)):
        return None
    message = f"转正日期早于预备期满：入党日期 {joined_on}，预备期满 {due}，转正日期 {full_on}；请核对"
    return Finding(_level(joined_on), "full_on", "D22", message)


def dates_run_forward(birth: date | None, joined_on: date | None, full_on: date | None, today: date) -> Finding | None:
    """dates.order (§1.2): born, then joined, then full (the same day in the years of D28), and nothing after today."""
    dates = (("birth", "出生日期", birth), ("joined_on", "入党日期", joined_on), ("full_on", "转正日期", full_on))
    known = [(field, label, day) for field, label, day in dates if day]
    for field, label, day in known:
        if day > today:
            return error(field, "dates.order", f"{label} {day} 晚于今天，请核对")
    for (_, earlier, first), (field, later, second) in pairwise(known):
        if second < first or (second == first and earlier == "出生日期"):
            return error(field, "dates.order", f"{later} {second} 应晚于{earlier} {first}，请核对两个日期")
    return None


def party_years(full_on: date, on: date) -> int:
    """D26: whole years of membership (党龄), from the day of becoming a full member."""
    return max(0, full_years(full_on, on))


def full_member_has_full_on(category: str | None, full_on: date | None) -> Finding | None:
    """member.full_on (§2.1): a full member's file says since when; old files may not."""
    if category == FULL and not full_on:
        return warning("full_on", "member.full_on", "正式党员没有填写转正日期，无法计算党龄，请查档案补填")
    return None


def probationary_has_no_full_on(category: str | None, full_on: date | None) -> Finding | None:
    """member.full_on (§2.1): who has a day of becoming a full member is no longer probationary."""
    if category == PROBATIONARY and full_on:
        message = "预备党员不应有转正日期：已转正的请把人员类别改为正式党员，未转正的请清空转正日期"
        return error("full_on", "member.full_on", message)
    return None


def _had_no_probation(joined_on: date) -> bool:
    return NO_PROBATION[0] <= joined_on <= NO_PROBATION[1]


def _level(joined_on: date) -> Level:
    return Level.WARNING if joined_on < OLDER_RULES_UNTIL else Level.ERROR
