"""Village teams: appraisal, departure, decisions in the open, training (§5.3, §5.4)."""

from datetime import date
from decimal import Decimal

import pytest

from app.rules.village_team import (
    MOVED,
    ORDERED,
    VOLUNTARY,
    absent_with_a_reason,
    answered_in_time,
    course_runs_forward,
    decided_in_the_open,
    departure_runs_forward,
    one_person_came,
    ought_to_resign,
    parts_are_possible,
    total,
)

TODAY = date(2012, 9, 12)


def test_a_total_is_of_what_is_known() -> None:
    assert total([Decimal("18.5"), None, Decimal(17)]) == Decimal("35.5")
    assert total([None, None]) is None


def test_a_part_lies_within_its_full_marks() -> None:
    parts = {"economy": ("经济发展", Decimal("20.5"), 20), "society": ("社会事务", Decimal(30), 30)}
    assert [(one.field, one.message) for one in parts_are_possible(parts)] == [
        ("economy", "“经济发展”应在 0 到 20 分之间，请核对")
    ]


@pytest.mark.parametrize(
    ("last", "result", "before", "message"),
    [
        (2, "03", "02", "连续 2 年末位，应责令辞职"),  # §5.4: last for two years running
        (1, "03", "02", None),
        (None, "04", "04", "连续两年不称职，应责令辞职"),
        (None, "04", "02", None),
        (None, None, None, None),
    ],
)
def test_who_is_told_to_resign(last: int | None, result: str | None, before: str | None, message: str | None) -> None:
    finding = ought_to_resign(last, result, before)
    assert (finding and finding.message) == message


@pytest.mark.parametrize(
    ("kind", "applied_on", "answered_on", "message"),
    [
        (VOLUNTARY, date(2012, 8, 28), date(2012, 9, 12), None),  # §5.4: the fifteenth day
        (VOLUNTARY, date(2012, 8, 28), None, None),
        (VOLUNTARY, date(2012, 8, 27), None, "申请后 15 天内应答复，2012-09-11 已过，还没有答复"),
        (VOLUNTARY, date(2012, 8, 1), date(2012, 8, 20), "申请后 15 天内应答复，晚了 4 天"),
        (VOLUNTARY, None, None, "辞职须有书面申请，请填写申请日期"),
        (ORDERED, None, None, None),
        (MOVED, None, None, None),
    ],
)
def test_answers(kind: str, applied_on: date | None, answered_on: date | None, message: str | None) -> None:
    finding = answered_in_time(kind, applied_on, answered_on, TODAY, days=15)
    assert (finding and finding.message) == message


@pytest.mark.parametrize(
    ("applied_on", "answered_on", "effective_on", "message"),
    [
        (date(2012, 8, 1), date(2012, 8, 10), date(2012, 12, 31), None),  # leaving may lie ahead
        (date(2012, 8, 10), date(2012, 8, 1), None, "答复日期 2012-08-01 早于申请日期 2012-08-10，请核对两个日期"),
        (None, None, date(2010, 1, 1), "离任日期 2010-01-01 早于任职开始 2011-03-01，请核对两个日期"),
    ],
)
def test_departures(
    applied_on: date | None, answered_on: date | None, effective_on: date | None, message: str | None
) -> None:
    finding = departure_runs_forward(date(2011, 3, 1), applied_on, answered_on, effective_on)
    assert (finding and finding.message) == message


@pytest.mark.parametrize(
    ("days", "message"),
    [
        ((date(2012, 5, 1), date(2012, 5, 3), date(2012, 5, 9)), None),
        ((date(2012, 5, 1), None, None), None),
        ((date(2012, 5, 1), None, date(2012, 5, 9)), "已有审议，却没有商议；四议两公开一步都不能少，请补上"),
        ((date(2012, 5, 4), date(2012, 5, 3), None), "商议 2012-05-03 早于提议 2012-05-04，请核对两个日期"),
        ((date(2012, 9, 13), None, None), "提议 2012-09-13 晚于今天，请核对"),
    ],
)
def test_decisions(days: tuple[date | None, ...], message: str | None) -> None:
    steps = dict(zip(("a", "b", "c"), zip(("提议", "商议", "审议"), days, strict=True), strict=True))
    finding = decided_in_the_open(steps, TODAY)
    assert (finding and finding.message) == message


@pytest.mark.parametrize(
    ("first", "last", "hours", "message"),
    [
        (date(2012, 5, 1), date(2012, 5, 3), 24, None),
        (date(2012, 5, 3), date(2012, 5, 1), 24, "结束日期 2012-05-01 早于开始日期 2012-05-03，请核对两个日期"),
        (date(2012, 5, 1), date(2012, 5, 1), 24, "1 天里有 24 学时，请核对"),
    ],
)
def test_courses(first: date, last: date, hours: int, message: str | None) -> None:
    finding = course_runs_forward(first, last, hours)
    assert (finding and finding.message) == message


def test_attendance() -> None:
    assert one_person_came("甲", None) is None
    assert one_person_came(None, "乙") is None
    nobody, both, passed = one_person_came(None, None), one_person_came("甲", "乙"), absent_with_a_reason(True, "生病")
    assert nobody is not None
    assert nobody.message == "请选出参训的村干部，或者党员"
    assert both is not None
    assert both.message == "村干部和党员只选一个；是党员的村干部选村干部"
    assert passed is not None
    assert passed.message == "考核合格的没有缺训，请核对"
    assert absent_with_a_reason(False, "生病") is None
