"""Budgets of villages and communities (seed §1). Money in fen."""

import pytest

from app.rules import budget


@pytest.mark.parametrize(
    ("this_year", "last_year", "rise", "wanted", "reached"),
    [
        # seed §1: 每个村平均增加工作经费 1 万元
        ({"a": 35_000_00, "b": 29_000_00}, {"a": 24_000_00, "b": 20_000_00}, 10_000_00, budget.RISE_OF_VILLAGE, True),
        ({"a": 30_000_00}, {"a": 20_000_01}, 9_999_99, budget.RISE_OF_VILLAGE, False),
        # seed §1: 每个社区平均增加工作经费 3 万元
        ({"c": 70_000_00}, {"c": 40_000_00}, 30_000_00, budget.RISE_OF_COMMUNITY, True),
        ({"a": 5, "new": 99}, {"a": 3, "gone": 1}, 2, 2, True),  # only who is in both years is compared
        ({"a": 5}, {}, None, 0, False),
        ({"a": 1, "b": 2, "c": 2}, {"a": 0, "b": 0, "c": 0}, 2, 2, True),  # 1.67 fen
    ],
)
def test_the_average_rise(
    this_year: dict[str, int], last_year: dict[str, int], rise: int | None, wanted: int, reached: bool
):
    assert budget.average_rise(this_year, last_year) == rise
    assert budget.rise_is_reached(rise, wanted) is reached


def test_sentences():
    fell = budget.does_not_fall(19_000_00, 20_000_00, 2012)
    assert fell is not None
    assert fell.message == "2012 年的预算合计比上年少 1,000.00 元。经费应逐年增长，请核对，或补登其他来源"
    assert budget.does_not_fall(20_000_00, 20_000_00, 2012) is None
    assert budget.does_not_fall(1, None, 2012) is None
    over = budget.spent_within_budget(100_00, 120_50)
    assert over is not None
    assert over.message == "已支出超过预算 20.50 元，请核对，或调整预算"
    assert budget.spent_within_budget(100, None) is None
    assert [one.message for one in budget.amounts_are_positive(-1, -1)] == [
        "预算金额不能是负数，请核对",
        "已支出不能是负数，请核对",
    ]
