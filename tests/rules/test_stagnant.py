"""Villages where nobody joins [seed §2, §1.4]: `当年 − 最近发展年 ≥ 3`."""

from datetime import date

import pytest

from app.rules.stagnant import Drought, drought, ended_by

TODAY = date(2012, 9, 12)


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (date(2009, 12, 31), Drought(date(2009, 12, 31), date(2012, 1, 1), 3)),  # 2012 − 2009 = 3
        (date(2010, 1, 1), None),  # 2012 − 2010 = 2
        (date(2001, 7, 1), Drought(date(2001, 7, 1), date(2004, 1, 1), 11)),
        (None, None),  # nothing is known
    ],
)
def test_drought(since: date | None, expected: Drought | None) -> None:
    assert drought(since, TODAY) == expected


def test_the_years_are_policy() -> None:
    assert drought(date(2009, 1, 1), TODAY, years=4) is None


def test_the_next_admission_ends_it() -> None:
    admissions = [(date(2009, 5, 1), "a"), (date(2012, 8, 1), "c"), (date(2012, 6, 1), "b")]
    assert ended_by(admissions, date(2012, 1, 1)) == (date(2012, 6, 1), "b")
    assert ended_by(admissions[:1], date(2012, 1, 1)) is None
