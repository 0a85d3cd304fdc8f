"""Joining the Party (§1.2): every case names its rule."""

from datetime import date

import pytest

from app.findings import Finding, Level
from app.rules.recruitment import (
    dates_run_forward,
    full_member_has_full_on,
    of_age_when_joining,
    party_years,
    probation_ends_on,
    probation_is_a_year,
    probationary_has_no_full_on,
)

TODAY = date(2012, 9, 12)


def level(finding: Finding | None) -> str | None:
    return finding.level if finding else None


@pytest.mark.parametrize(
    ("birth", "joined_on", "expected"),
    [
        (date(1993, 7, 1), date(2011, 7, 1), None),  # D01: eighteen on the day
        (date(1993, 7, 2), date(2011, 7, 1), "error"),  # D01: a day short
        (date(1931, 1, 1), date(1947, 1, 1), "warning"),  # D01, wartime admissions
        (None, date(2011, 7, 1), None),
        (date(1993, 7, 2), None, None),
    ],
)
def test_age(birth: date | None, joined_on: date | None, expected: str | None):
    assert level(of_age_when_joining(birth, joined_on)) == expected


def test_age_says_both_dates():
    finding = of_age_when_joining(date(1993, 7, 2), date(2011, 7, 1))
    assert finding == Finding(
        Level.ERROR,
        "joined_on",
        "D01",
        "入党时未满18周岁：出生日期 1993-07-02，入党日期 2011-07-01；请核对两个日期",
    )


@pytest.mark.parametrize(
    ("joined_on", "full_on", "expected"),
    [
        (date(2011, 7, 1), date(2012, 7, 1), None),  # D22: on the day that completes probation
        (date(2011, 7, 1), date(2012, 6, 30), "error"),  # D22: a day short
        (date(2011, 7, 1), date(2012, 12, 1), None),  # D23: extended
        (date(2008, 2, 29), date(2009, 2, 28), None),  # D22, civil code article 202
        (date(2008, 2, 29), date(2009, 2, 27), "error"),
        (date(1969, 4, 1), date(1969, 4, 1), None),  # D28: first day
        (date(1977, 8, 11), date(1977, 8, 11), None),  # D28: last day
        (date(1969, 3, 31), date(1969, 3, 31), "error"),  # D28: the day before
        (date(1977, 8, 12), date(1977, 8, 12), "error"),  # D28: the day after
        (date(1977, 8, 12), date(1978, 8, 12), None),
        (date(1950, 1, 1), date(1950, 7, 1), "warning"),  # half a year's probation under the older constitution
        (date(1956, 9, 26), date(1957, 3, 26), "error"),  # the eighth congress: one year
        (None, date(2012, 7, 1), None),
        (date(2011, 7, 1), None, None),
    ],
)
def test_probation(joined_on: date | None, full_on: date | None, expected: str | None):
    assert level(probation_is_a_year(joined_on, full_on)) == expected


def test_probation_says_when_it_ends():
    finding = probation_is_a_year(date(2011, 7, 1), date(2012, 6, 30))
    assert finding == Finding(
        Level.ERROR,
        "full_on",
        "D22",
        "转正日期早于预备期满：入党日期 2011-07-01，预备期满 2012-07-01，转正日期 2012-06-30；请核对",
    )


@pytest.mark.parametrize(
    ("joined_on", "due"),
    [
        (date(2011, 7, 1), date(2012, 7, 1)),  # D21
        (date(1970, 7, 1), date(1970, 7, 1)),  # D28
    ],
)
def test_end_of_probation(joined_on: date, due: date):
    assert probation_ends_on(joined_on) == due


@pytest.mark.parametrize(
    ("birth", "joined_on", "full_on", "field", "message"),
    [
        (date(1978, 3, 12), date(2000, 7, 1), date(2001, 7, 1), None, None),
        (date(1950, 3, 12), date(1970, 7, 1), date(1970, 7, 1), None, None),  # D28: the same day
        (None, None, None, None, None),
        (
            date(1978, 3, 12),
            date(1977, 7, 1),
            None,
            "joined_on",
            "入党日期 1977-07-01 应晚于出生日期 1978-03-12，请核对两个日期",
        ),
        (
            date(1978, 3, 12),
            date(1978, 3, 12),
            None,
            "joined_on",
            "入党日期 1978-03-12 应晚于出生日期 1978-03-12，请核对两个日期",
        ),
        (
            None,
            date(2001, 7, 1),
            date(2000, 7, 1),
            "full_on",
            "转正日期 2000-07-01 应晚于入党日期 2001-07-01，请核对两个日期",
        ),
        (
            date(1978, 3, 12),
            None,
            date(1977, 7, 1),
            "full_on",
            "转正日期 1977-07-01 应晚于出生日期 1978-03-12，请核对两个日期",
        ),
        (None, date(2012, 9, 13), None, "joined_on", "入党日期 2012-09-13 晚于今天，请核对"),
        (date(2012, 9, 13), None, None, "birth", "出生日期 2012-09-13 晚于今天，请核对"),
        (None, date(2011, 9, 12), date(2012, 9, 12), None, None),  # today itself
        (None, date(2011, 9, 12), date(2012, 9, 13), "full_on", "转正日期 2012-09-13 晚于今天，请核对"),
    ],
)
def test_order_of_dates(
    birth: date | None, joined_on: date | None, full_on: date | None, field: str | None, message: str | None
):
    """§1.2, data of old members: any date after today, or out of order, is an error."""
    finding = dates_run_forward(birth, joined_on, full_on, TODAY)
    assert finding == (Finding(Level.ERROR, field, "dates.order", message) if message else None)


@pytest.mark.parametrize(
    ("full_on", "on", "years"),
    [
        (date(2001, 7, 1), date(2012, 6, 30), 10),  # D26
        (date(2001, 7, 1), date(2012, 7, 1), 11),  # D26
        (date(2012, 7, 1), date(2012, 1, 1), 0),
    ],
)
def test_years_of_membership(full_on: date, on: date, years: int):
    assert party_years(full_on, on) == years


@pytest.mark.parametrize(
    ("category", "full_on", "expected"),
    [("1", None, "warning"), ("1", date(2001, 7, 1), None), ("2", None, None), ("2", date(2001, 7, 1), None)],
)
def test_a_full_member_has_a_day(category: str, full_on: date | None, expected: str | None):
    """§1.2: of an old member a missing date is a warning."""
    assert level(full_member_has_full_on(category, full_on)) == expected


@pytest.mark.parametrize(
    ("category", "full_on", "expected"),
    [("2", date(2012, 7, 1), "error"), ("2", None, None), ("1", date(2012, 7, 1), None)],
)
def test_a_probationary_member_has_none(category: str, full_on: date | None, expected: str | None):
    assert level(probationary_has_no_full_on(category, full_on)) == expected
