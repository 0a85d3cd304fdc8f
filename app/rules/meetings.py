"""Three meetings and one lecture (三会一课, §11.2): how often each is held, and which are missing.

Source: 《中国共产党支部工作条例（试行）》(2018). Numbers are those of policy.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from app.findings import Finding, error, warning
from app.rules.monthly import month_before, month_of

GENERAL, COMMITTEE, GROUP, LECTURE, THEME_DAY, LIFE, APPRAISAL = "01", "02", "03", "04", "05", "06", "07"
"""Code table meeting_kind."""

A_MONTH, A_QUARTER, A_YEAR = "month", "quarter", "year"


@dataclass(frozen=True)
class Frequency:
    """How often a kind of meeting is held: so many times a month, a quarter or a year. `key` is its policy."""

    kind: str
    period: str
    key: str
    times: int = 1
    committee: bool = False
    """Whether only a branch with a committee holds it."""


FREQUENCIES = (
    Frequency(GENERAL, A_QUARTER, "meeting.general_a_quarter"),
    Frequency(COMMITTEE, A_MONTH, "meeting.committee_a_month", committee=True),
    Frequency(LECTURE, A_QUARTER, "meeting.lecture_a_quarter"),
    Frequency(THEME_DAY, A_MONTH, "meeting.theme_day_a_month"),
    Frequency(LIFE, A_YEAR, "meeting.life_a_year"),
)
"""What every branch holds. Group meetings are left out: a branch whose groups are small holds them as one."""


def period_of(day: date, period: str) -> str:
    """The period in which a day lies: `2026-11`, `2026Q4` or `2026`."""
    if period == A_MONTH:
        return month_of(day)
    return f"{day.year}Q{(day.month + 2) // 3}" if period == A_QUARTER else str(day.year)


def last_complete(today: date, period: str) -> str:
    """The last period that is over."""
    if period == A_MONTH:
        return month_before(month_of(today))
    if period == A_YEAR:
        return str(today.year - 1)
    quarter = (today.month + 2) // 3
    return f"{today.year - 1}Q4" if quarter == 1 else f"{today.year}Q{quarter - 1}"


def period_name(period: str) -> str:
    """`2026-11` as 2026年11月, `2026Q4` as 2026年第4季度."""
    if "Q" in period:
        return f"{period[:4]}年第{period[5]}季度"
    return f"{period[:4]}年{int(period[5:])}月" if "-" in period else f"{period}年"


def first_month(period: str) -> str:
    """The month with which a period begins."""
    if "Q" in period:
        return f"{period[:4]}-{int(period[5]) * 3 - 2:02d}"
    return period if "-" in period else f"{period}-01"


@dataclass(frozen=True)
class Missing:
    """A kind of meeting that was held less often than it should in a period."""

    kind: str
    period: str
    wanted: int
    held: int


def missing(
    held: Iterable[tuple[str, date]], today: date, *, committee: bool, times: Mapping[str, int] | None = None
) -> list[Missing]:
    """§11.2: what one branch did not hold in the last month, quarter and year that are over.

    `held` are pairs of kind and day; `times` are the frequencies that policy sets, by policy key.
    """
    wanted = times or {}
    meetings = list(held)
    found = []
    for one in FREQUENCIES:
        if one.committee and not committee:
            continue
        period = last_complete(today, one.period)
        need = wanted.get(one.key, one.times)
        have = sum(kind == one.kind and period_of(day, one.period) == period for kind, day in meetings)
        if have < need:
            found.append(Missing(one.kind, period, need, have))
    return found


def owed_and_held(
    held: Iterable[tuple[str, date]], months: Iterable[str], *, committee: bool, times: Mapping[str, int] | None = None
) -> tuple[int, int]:
    """§11.2: how many meetings one branch owed over these whole months, and how many of those it held.

    More than is owed in one period makes up for no other. A quarter or year counts when its last month is among them.
    """
    wanted = times or {}
    meetings, chosen = list(held), set(months)
    owed = done = 0
    for one in FREQUENCIES:
        if one.committee and not committee:
            continue
        last = {A_MONTH: range(1, 13), A_QUARTER: (3, 6, 9, 12), A_YEAR: (12,)}[one.period]
        for month in sorted(chosen):
            if int(month[5:]) not in last:
                continue
            period = period_of(date(int(month[:4]), int(month[5:]), 1), one.period)
            need = wanted.get(one.key, one.times)
            have = sum(kind == one.kind and period_of(day, one.period) == period for kind, day in meetings)
            owed += need
            done += min(have, need)
    return owed, done


def nobody_counted_twice(expected: int | None, present: int | None) -> Finding | None:
    """meeting.present (§11.2): no more come than are expected; guests are counted apart."""
    if expected is not None and present is not None and present > expected:
        return error("present", "meeting.present", f"实到 {present} 人多于应到 {expected} 人，列席的请写在列席人员里")
    return None


def half_are_present(kind: str | None, expected: int | None, present: int | None) -> Finding | None:
    """meeting.quorum (§11.2): a meeting of all members is valid with more than half of them present."""
    if kind == GENERAL and expected and present is not None and 2 * present <= expected:
        message = f"应到 {expected} 人，实到 {present} 人，没有超过半数，党员大会不能作出决议，请核对"
        return warning("present", "meeting.quorum", message)
    return None


def votes_are_possible(present: int | None, votes_for: int | None) -> Finding | None:
    """meeting.votes (§11.2): no more votes than people who are there."""
    if present is not None and votes_for is not None and votes_for > present:
        return error("votes_for", "meeting.votes", f"赞成 {votes_for} 票多于实到 {present} 人，请核对")
    return None
