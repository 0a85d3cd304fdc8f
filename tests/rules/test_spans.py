"""Spans of months and years: civil code, article 202."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.spans import full_years, latest_start, months_later, years_later


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2012, 1, 15), 1, date(2012, 2, 15)),
        (date(2012, 1, 31), 1, date(2012, 2, 29)),
        (date(2011, 1, 31), 1, date(2011, 2, 28)),
        (date(2012, 3, 31), -1, date(2012, 2, 29)),
        (date(2012, 12, 1), 1, date(2013, 1, 1)),
        (date(2012, 1, 1), -1, date(2011, 12, 1)),
        (date(2012, 5, 31), 0, date(2012, 5, 31)),
    ],
)
def test_months_later(start: date, months: int, end: date):
    assert months_later(start, months) == end


@pytest.mark.parametrize(
    ("since", "on", "years"),
    [
        (date(2011, 7, 1), date(2012, 6, 30), 0),
        (date(2011, 7, 1), date(2012, 7, 1), 1),
        (date(2008, 2, 29), date(2012, 2, 28), 3),
        (date(2008, 2, 29), date(2012, 2, 29), 4),
        (date(2008, 2, 29), date(2011, 2, 28), 3),
        (date(2012, 7, 1), date(2012, 6, 30), -1),
    ],
)
def test_full_years(since: date, on: date, years: int):
    assert full_years(since, on) == years


@given(st.dates(date(1900, 1, 1), date(2050, 12, 31)), st.integers(0, 50))
def test_a_term_is_full_on_its_last_day_and_not_before(since: date, years: int):
    end = years_later(since, years)
    assert full_years(since, end) == years
    assert (end.year, end.month) == (since.year + years, since.month)


@pytest.mark.parametrize("on", [date(2011, 2, 28), date(2012, 2, 28), date(2012, 2, 29), date(2012, 12, 31)])
@pytest.mark.parametrize("years", [1, 19, 20, 35])
def test_the_last_day_from_which_years_have_passed(on: date, years: int):
    last = latest_start(on, years)
    assert full_years(last, on) >= years
    assert full_years(last + timedelta(days=1), on) == years - 1
