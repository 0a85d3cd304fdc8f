"""The month (seed §4, §10.3): days, lateness, rates, and the split of a county's quota."""

from datetime import date
from decimal import Decimal

import pytest

from app.rules import monthly
from app.rules.monthly import Report


@pytest.mark.parametrize(
    ("month", "day", "due"),
    [
        ("2026-11", 25, date(2026, 11, 25)),
        ("2026-02", 31, date(2026, 2, 28)),
        ("2024-02", 30, date(2024, 2, 29)),
        ("2026-04", 0, date(2026, 4, 1)),
    ],
)
def test_the_day_on_which_a_month_is_due(month: str, day: int, due: date) -> None:
    assert monthly.due_date(month, day) == due


@pytest.mark.parametrize(
    ("owed", "filled", "today", "state"),
    [
        (2, [date(2026, 11, 20), date(2026, 11, 25)], date(2026, 11, 30), Report.ON_TIME),
        (2, [date(2026, 11, 20), date(2026, 11, 26)], date(2026, 11, 30), Report.LATE),
        (2, [date(2026, 11, 20), None], date(2026, 11, 30), Report.ON_TIME),
        (2, [date(2026, 11, 20)], date(2026, 11, 25), Report.WAITING),
        (2, [date(2026, 11, 20)], date(2026, 11, 26), Report.MISSING),
        (2, [], date(2026, 11, 1), Report.WAITING),
        (0, [], date(2026, 12, 1), Report.ON_TIME),
    ],
)
def test_who_is_late(owed: int, filled: list[date | None], today: date, state: Report) -> None:
    assert monthly.report_state("2026-11", owed, filled, today) is state


@pytest.mark.parametrize(
    ("done", "quota", "rate"),
    [(1, 3, "33.3"), (2, 3, "66.7"), (3, 2, "150.0"), (0, 5, "0.0"), (4, None, None), (4, 0, None)],
)
def test_rates(done: int, quota: int | None, rate: str | None) -> None:
    assert monthly.rate(done, quota) == (Decimal(rate) if rate else None)


def test_work_beyond_one_quota_makes_up_for_no_other() -> None:
    assert monthly.mean_rate([Decimal(150), Decimal(50), None]) == Decimal("75.0")
    assert monthly.mean_rate([None]) is None


@pytest.mark.parametrize(
    ("total", "weights", "found"),
    [
        (277, {"甲": 1, "乙": 1, "丙": 1}, {"甲": 93, "乙": 92, "丙": 92}),
        (10, {"甲": 15, "乙": 9, "丙": 6}, {"甲": 5, "乙": 3, "丙": 2}),
        (7, {"甲": 15, "乙": 9, "丙": 6}, {"甲": 4, "乙": 2, "丙": 1}),
        (5, {"甲": 0, "乙": 0}, {"甲": 3, "乙": 2}),
        (5, {"甲": 0, "乙": 1}, {"甲": 0, "乙": 5}),
        (5, {}, {}),
    ],
)
def test_a_quota_is_split_to_the_last_one(total: int, weights: dict[str, int], found: dict[str, int]) -> None:
    assert monthly.shares(total, weights) == found


def test_months_in_order() -> None:
    assert monthly.months_between("2025-11", "2026-02") == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert monthly.months_between("2026-02", "2026-01") == []
    assert monthly.month_before("2026-01") == "2025-12"


def test_what_a_self_check_is_told() -> None:
    today = date(2026, 11, 23)
    ahead = monthly.month_has_begun("2026-12", today)
    short = monthly.reason_for_falling_short(3, 1, " ")
    less = monthly.total_is_possible(3, 2)
    wrong = monthly.rate_agrees(5, 10, Decimal(60))
    same = monthly.checked_by_another("王小明", "王小明")
    assert [one and one.message for one in (ahead, short, less, wrong, same)] == [
        "2026-12 还没有到，不能先填自查，请核对月份",
        "本月计划 3，只完成 1，请写明未完成的原因",
        "累计完成 2 比本月完成 3 还少，请核对",
        "累计完成 5，任务数 10，完成率应为 50.0%，请核对",
        "审核人与填报人是同一个人，请由别人审核",
    ]
    assert monthly.month_has_begun("2026-11", today) is None
    assert monthly.reason_for_falling_short(3, 1, "雨天多") is None
    assert monthly.rate_agrees(5, None, Decimal(60)) is None
