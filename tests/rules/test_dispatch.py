"""Dispatched cadres: who fits where (seed §2), and the days on the spot (§6.2)."""

from datetime import date

import pytest

from app.rules.dispatch import (
    FIRST_SECRETARY,
    GUIDE,
    INSTRUCTOR,
    VILLAGE_SECRETARY,
    days_in_month,
    days_run_forward,
    fits,
    ought_to_get,
    recalled_with_a_reason,
)
from app.rules.rating import FAIR, GOOD, ORDINARY, POOR

VILLAGE, ENTERPRISE, SOCIAL = "01", "06", "07"
TODAY = date(2012, 9, 12)


@pytest.mark.parametrize(
    ("sector", "grade", "kind"),
    [
        (VILLAGE, ORDINARY, FIRST_SECRETARY),  # seed §2: 对“一般”“较差”类党支部选派第一书记
        (VILLAGE, POOR, FIRST_SECRETARY),
        (VILLAGE, GOOD, GUIDE),  # seed §2: 对“好”“较好”类选派科学发展指导员
        (VILLAGE, FAIR, GUIDE),
        (ENTERPRISE, POOR, INSTRUCTOR),  # §6.1: an instructor, whatever the grade
        (SOCIAL, None, INSTRUCTOR),
        (VILLAGE, None, None),
    ],
)
def test_who_ought_to_come(sector: str, grade: str | None, kind: str | None) -> None:
    assert ought_to_get(sector, grade) == kind


@pytest.mark.parametrize(
    ("kind", "sector", "grade", "message"),
    [
        (FIRST_SECRETARY, VILLAGE, POOR, None),
        (GUIDE, VILLAGE, POOR, "派往的党组织定级为“较差”，应派第一书记，请重新匹配"),
        (FIRST_SECRETARY, VILLAGE, GOOD, "派往的党组织定级为“好”，应派科学发展指导员，请重新匹配"),
        (FIRST_SECRETARY, ENTERPRISE, POOR, "派往的是两新组织，应派党建工作指导员，请重新匹配"),
        (VILLAGE_SECRETARY, VILLAGE, POOR, None),
        (GUIDE, VILLAGE, None, None),
    ],
)
def test_fit(kind: str, sector: str, grade: str | None, message: str | None) -> None:
    finding = fits(kind, sector, grade)
    assert (finding and finding.message) == message


@pytest.mark.parametrize(
    ("since", "until", "recalled_on", "message"),
    [
        (date(2012, 1, 1), date(2014, 1, 1), None, None),
        (date(1970, 1, 1), None, None, "到岗日期 1970-01-01 应晚于出生日期 1978-03-12，请核对两个日期"),
        (date(2012, 1, 1), date(2011, 1, 1), None, "任期至 2011-01-01 早于到岗日期 2012-01-01，请核对两个日期"),
        (date(2012, 1, 1), None, date(2011, 6, 1), "召回日期 2011-06-01 早于到岗日期 2012-01-01，请核对两个日期"),
        (date(2012, 1, 1), None, date(2012, 9, 13), "召回日期 2012-09-13 晚于今天，请核对"),
    ],
)
def test_order(since: date, until: date | None, recalled_on: date | None, message: str | None) -> None:
    finding = days_run_forward(date(1978, 3, 12), since, until, recalled_on, TODAY)
    assert (finding and finding.message) == message


def test_a_recall_has_a_reason() -> None:
    assert recalled_with_a_reason(None, None) is None
    assert recalled_with_a_reason(TODAY, "工作需要") is None
    finding = recalled_with_a_reason(TODAY, None)
    assert finding is not None
    assert finding.message == "请填写召回或调整的原因"


@pytest.mark.parametrize(
    ("days", "message"),
    [
        (20, None),  # §6.2: twenty days a month
        (19, "驻点 19 天，少于每月 20 天的要求"),
        (30, "这个月只有 29 天，请核对驻点天数"),
        (None, None),
    ],
)
def test_days(days: int | None, message: str | None) -> None:
    finding = days_in_month(days, 20, 29)
    assert (finding and finding.message) == message
