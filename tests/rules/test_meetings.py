"""Three meetings and one lecture (§11.2): how often, what is missing, who was there."""

from datetime import date

import pytest

from app.rules import meetings
from app.rules.meetings import COMMITTEE, GENERAL, LECTURE, LIFE, THEME_DAY

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("period", "today", "last", "name"),
    [
        (meetings.A_MONTH, TODAY, "2026-10", "2026年10月"),
        (meetings.A_MONTH, date(2026, 1, 9), "2025-12", "2025年12月"),
        (meetings.A_QUARTER, TODAY, "2026Q3", "2026年第3季度"),
        (meetings.A_QUARTER, date(2026, 3, 31), "2025Q4", "2025年第4季度"),
        (meetings.A_YEAR, TODAY, "2025", "2025年"),
    ],
)
def test_the_last_period_that_is_over(period: str, today: date, last: str, name: str) -> None:
    assert meetings.last_complete(today, period) == last
    assert meetings.period_name(last) == name


HELD = [
    (GENERAL, date(2026, 8, 3)),
    (COMMITTEE, date(2026, 10, 31)),
    (LECTURE, date(2026, 7, 1)),
    (THEME_DAY, date(2026, 10, 1)),
    (LIFE, date(2025, 12, 20)),
]


def test_what_is_missing() -> None:
    assert meetings.missing(HELD, TODAY, committee=True) == []
    assert [(one.kind, one.period) for one in meetings.missing(HELD[1:], TODAY, committee=True)] == [
        (GENERAL, "2026Q3")
    ]
    assert [one.kind for one in meetings.missing([], TODAY, committee=False)] == [GENERAL, LECTURE, THEME_DAY, LIFE]
    twice = meetings.missing(HELD, TODAY, committee=True, times={"meeting.theme_day_a_month": 2})
    assert [(one.kind, one.wanted, one.held) for one in twice] == [(THEME_DAY, 2, 1)]


def test_more_in_one_month_makes_up_for_no_other() -> None:
    held = [(THEME_DAY, date(2026, 9, day)) for day in (1, 2, 3)]
    months = ["2026-08", "2026-09", "2026-10"]
    assert meetings.owed_and_held(held, months, committee=False) == (5, 1)  # three theme days, a general, a lecture


def test_who_was_there() -> None:
    many = meetings.nobody_counted_twice(10, 11)
    few = meetings.half_are_present(GENERAL, 10, 5)
    votes = meetings.votes_are_possible(5, 6)
    assert [one and one.message for one in (many, few, votes)] == [
        "实到 11 人多于应到 10 人，列席的请写在列席人员里",
        "应到 10 人，实到 5 人，没有超过半数，党员大会不能作出决议，请核对",
        "赞成 6 票多于实到 5 人，请核对",
    ]
    assert meetings.half_are_present(GENERAL, 10, 6) is None
    assert meetings.half_are_present(THEME_DAY, 10, 1) is None
