"""Grading and promotion (§8). Scores of a hundred, satisfaction in per cent."""

from datetime import date
from decimal import Decimal

import pytest

from app.rules.rating import (
    FAIR,
    GOOD,
    ORDINARY,
    POOR,
    Bounds,
    decided_in_order,
    grade,
    grade_fits_satisfaction,
    grade_fits_score,
    may_be_promoted,
    percentage_is_possible,
)

TODAY = date(2012, 9, 12)


@pytest.mark.parametrize(
    ("score", "satisfaction", "expected"),
    [
        ("90", "95", GOOD),  # 组厅字〔2012〕6号: 90 and more
        ("89.9", "95", FAIR),  # half-open: decimals have their place too
        ("80", "90", FAIR),
        ("79.99", "95", ORDINARY),
        ("60", "95", ORDINARY),
        ("59.9", "95", POOR),
        ("95", "89.9", ORDINARY),  # below 90 % satisfaction never 好 or 较好
        ("85", "89.9", ORDINARY),
        ("50", "10", POOR),
        ("95", None, GOOD),
    ],
)
def test_grade(score: str, satisfaction: str | None, expected: str) -> None:
    asked = None if satisfaction is None else Decimal(satisfaction)
    assert grade(Decimal(score), asked, Bounds()) == expected


def test_a_county_may_set_other_bounds() -> None:
    assert grade(Decimal(88), Decimal(85), Bounds(good=Decimal(85), satisfaction=Decimal(80))) == GOOD


def test_a_better_grade_than_earned_is_doubtful_and_a_lower_one_is_not() -> None:
    finding = grade_fits_score(GOOD, Decimal("88.50"), Decimal(96), Bounds())
    assert finding is not None
    assert finding.message == "考评得分 88.5、群众满意率 96%，按标准应定为“较好”，请核对"
    assert grade_fits_score(FAIR, Decimal("88.50"), Decimal(96), Bounds()) is None
    assert grade_fits_score(POOR, Decimal("88.50"), Decimal(96), Bounds()) is None
    assert grade_fits_score(None, Decimal("88.50"), Decimal(96), Bounds()) is None


@pytest.mark.parametrize(
    ("given", "satisfaction", "sound"),
    [(GOOD, 90, True), (GOOD, 89, False), (FAIR, 89, False), (ORDINARY, 10, True), (GOOD, None, True)],
)
def test_satisfaction(given: str, satisfaction: int | None, sound: bool) -> None:
    asked = None if satisfaction is None else Decimal(satisfaction)
    finding = grade_fits_satisfaction(given, "county_grade", asked, Bounds())
    assert (finding is None) is sound
    if finding is not None:
        assert finding.message == "群众满意率低于 90%，不能定为“好”或“较好”，请核对"


@pytest.mark.parametrize(
    ("open_items", "satisfaction", "message"),
    [
        (0, 80, None),  # §8: every item closed, and satisfied
        (2, 95, "还有 2 项整改没有销号，不能晋位升级，请先逐项销号"),
        (0, 79, "群众满意率低于 80%，不能晋位升级，请继续整改后再测评"),
        (0, None, "晋位升级须有群众满意率，请填写测评结果"),
    ],
)
def test_promotion(open_items: int, satisfaction: int | None, message: str | None) -> None:
    asked = None if satisfaction is None else Decimal(satisfaction)
    finding = may_be_promoted(open_items, asked, Decimal(80))
    assert (finding and finding.message) == message


@pytest.mark.parametrize(("value", "possible"), [("0", True), ("100", True), ("100.1", False), ("-1", False)])
def test_percentages(value: str, possible: bool) -> None:
    assert (percentage_is_possible(Decimal(value), "score", "考评得分") is None) is possible


@pytest.mark.parametrize(
    ("itself", "township", "county", "message"),
    [
        (date(2012, 5, 1), date(2012, 5, 20), date(2012, 6, 1), None),
        (date(2012, 5, 1), date(2012, 4, 30), None, "乡镇初定日期 2012-04-30 早于自评日期 2012-05-01，请核对两个日期"),
        (None, date(2012, 5, 20), date(2012, 5, 1), "审定日期 2012-05-01 早于乡镇初定日期 2012-05-20，请核对两个日期"),
        (date(2012, 9, 13), None, None, "自评日期 2012-09-13 晚于今天，请核对"),
    ],
)
def test_order(itself: date | None, township: date | None, county: date | None, message: str | None) -> None:
    finding = decided_in_order(itself, township, county, TODAY)
    assert (finding and finding.message) == message
