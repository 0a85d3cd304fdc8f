"""Posts for members without office (§4)."""

from datetime import date

import pytest

from app.findings import Finding, Level
from app.rules.posts import (
    ended_with_a_reason,
    ought_to_hold_post,
    publicity_before_assignment,
    year_is_sound,
)


@pytest.mark.parametrize(
    ("office_held", "able", "floating", "lost", "ought"),
    [
        (None, True, False, False, True),  # §4: no office, able
        ("", True, False, False, True),
        (" ", True, False, False, True),
        ("村委会委员", True, False, False, False),  # §4: holds office
        (None, False, False, False, False),  # §4: old or weak
        (None, True, True, False, False),  # §4: long away
        (None, True, False, True, False),
    ],
)
def test_who_ought(office_held: str | None, able: bool, floating: bool, lost: bool, ought: bool):
    assert ought_to_hold_post(office_held, able=able, floating=floating, lost=lost) is ought


@pytest.mark.parametrize(
    ("shown_from", "shown_to", "assigned_on", "expected"),
    [
        (None, None, date(2012, 3, 1), None),
        (date(2012, 3, 1), date(2012, 3, 7), date(2012, 3, 8), None),  # §4: shown, then assigned
        (date(2012, 3, 1), date(2012, 3, 7), date(2012, 3, 7), None),
        (
            date(2012, 3, 1),
            date(2012, 3, 7),
            date(2012, 3, 6),
            (Level.WARNING, "assigned_on", "定岗日期 2012-03-06 早于公示结束 2012-03-07，应先公示后定岗，请核对"),
        ),
        (
            date(2012, 3, 7),
            date(2012, 3, 1),
            date(2012, 3, 8),
            (Level.ERROR, "publicised_to", "公示结束 2012-03-01 早于公示开始 2012-03-07，请核对"),
        ),
    ],
)
def test_publicity(
    shown_from: date | None, shown_to: date | None, assigned_on: date, expected: tuple[Level, str, str] | None
):
    finding = publicity_before_assignment(shown_from, shown_to, assigned_on)
    assert finding == (Finding(expected[0], expected[1], "post.publicity", expected[2]) if expected else None)


@pytest.mark.parametrize(
    ("ended_on", "reason", "expected"),
    [
        (None, None, None),
        (date(2012, 9, 1), "外出务工", None),
        (date(2012, 9, 1), " ", ("end_reason", "已填写下岗日期，请写明调岗或下岗原因")),
        (date(2012, 2, 1), "外出务工", ("ended_on", "下岗日期 2012-02-01 早于定岗日期 2012-03-01，请核对")),
    ],
)
def test_end(ended_on: date | None, reason: str | None, expected: tuple[str, str] | None):
    finding = ended_with_a_reason(date(2012, 3, 1), ended_on, reason)
    assert finding == (Finding(Level.ERROR, expected[0], "post.end", expected[1]) if expected else None)


@pytest.mark.parametrize(
    ("year", "message"),
    [
        (2012, None),
        (2013, None),  # assigned in autumn for the coming year
        (2011, "履职年度 2011 早于定岗日期 2012-03-01，请核对"),
        (2014, "履职年度 2014 太远，最多填到 2013 年"),
    ],
)
def test_year(year: int, message: str | None):
    finding = year_is_sound(year, date(2012, 3, 1), date(2012, 9, 12))
    assert finding == (Finding(Level.ERROR, "year", "post.year", message) if message else None)
