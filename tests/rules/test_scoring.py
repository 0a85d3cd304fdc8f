"""The score to a hundred (seed §4, §10.2): marks, ways, the mark of seventy, and what follows below it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from app.rules import scoring
from app.rules.scoring import Bound, Item


def item(id: str, parent: str | None, mark: str, way: str = scoring.DEDUCTION) -> Item:
    return Item(id, parent, Decimal(mark), way)


STANDARD = [
    item("1", None, "60"),
    item("1.1", "1", "45.5"),
    item("1.2", "1", "14.5"),
    item("2", None, "40"),
    item("3", None, "5", scoring.BONUS),
]


def test_the_leaves_add_up_to_a_hundred_and_what_is_given_in_addition_does_not_count() -> None:
    assert scoring.sum_of_marks(STANDARD) == 100
    assert scoring.marks_add_up(STANDARD) is None
    short = scoring.marks_add_up(STANDARD[:3])
    assert short is not None
    assert short.message == "各单项满分合计 60 分，应为 100 分（加分项另计），请核对各项满分"
    part = scoring.part_adds_up(Decimal(50), STANDARD[1:3])
    assert part is not None
    assert part.message == "下级指标满分合计 60 分，与本项满分 50 分不一致，请核对"
    assert scoring.part_adds_up(Decimal(60), STANDARD[1:3]) is None


@pytest.mark.parametrize(
    ("way", "full", "value", "how", "mark"),
    [
        ("01", "10", "3", {"step": "0.5"}, "8.5"),
        ("01", "2", "9", {"step": "0.5"}, "0"),
        ("02", "5", "99.9", {"target": "100"}, "0"),
        ("02", "5", "100", {"target": "100"}, "5"),
        ("03", "7", "83.3", {"target": "100"}, "5.83"),
        ("03", "7", "120", {"target": "100"}, "7"),
        ("04", "4", "60", {"floor": "60", "target": "95"}, "0"),
        ("04", "4", "77.5", {"floor": "60", "target": "95"}, "2"),
        ("04", "4", "95", {"floor": "60", "target": "95"}, "4"),
        ("04", "4", "10", {"floor": "60", "target": "95"}, "0"),
        ("05", "3", "2", {"step": "1"}, "2"),
        ("05", "3", "9", {"step": "1"}, "3"),
        ("03", "7", "83.3", {}, None),
        ("04", "4", "70", {"floor": "95", "target": "60"}, None),
    ],
)
def test_what_a_figure_earns(way: str, full: str, value: str, how: Mapping[str, str], mark: str | None) -> None:
    given = {name: Decimal(how[name]) if name in how else None for name in ("target", "floor", "step")}
    assert scoring.score_for(way, Decimal(full), Decimal(value), **given) == (Decimal(mark) if mark else None)


@pytest.mark.parametrize("score", ["-0.01", "7.01"])
def test_a_score_lies_between_nothing_and_full(score: str) -> None:
    found = scoring.within_full("self_score", "自评分", Decimal(score), Decimal(7))
    assert found is not None
    assert found.message == "自评分应在 0 到 7 之间，请核对"
    assert scoring.within_full("self_score", "自评分", Decimal(7), Decimal(7)) is None
    assert scoring.within_full("self_score", "自评分", Decimal(0), Decimal(7)) is None


def test_a_deduction_has_a_reason() -> None:
    less = ("county_score", "县评分", Decimal("6.5"), Decimal(7))
    found = scoring.deduction_has_a_reason(*less, scoring.PROPORTION, "  ")
    assert found is not None
    assert found.message == "县评分比满分少 0.5 分，请写明扣分事由"
    assert scoring.deduction_has_a_reason(*less, scoring.PROPORTION, "一个村没有按时") is None
    assert scoring.deduction_has_a_reason(*less, scoring.BONUS, None) is None


@pytest.mark.parametrize(
    ("total", "mark_passes", "passes"),
    [("69.99", True, False), ("70", True, True), ("70", False, False), ("70.01", False, True)],
)
def test_seventy_itself_passes_by_the_switch(total: str, mark_passes: bool, passes: bool) -> None:
    assert scoring.passes(Decimal(total), Decimal(70), mark_passes=mark_passes) is passes


def test_equal_totals_share_a_rank() -> None:
    totals = {"甲": Decimal(90), "乙": Decimal(95), "丙": Decimal(90), "丁": Decimal(80)}
    assert scoring.ranks(totals) == {"乙": 1, "甲": 2, "丙": 2, "丁": 4}


def test_what_is_given_in_addition_never_lifts_a_total_above_a_hundred() -> None:
    assert scoring.total([Decimal("98.5"), Decimal(3)]) == 100
    assert scoring.total([Decimal("68.5"), Decimal("1.5")]) == 70


def test_what_follows_below_the_mark() -> None:
    people = [("王小明", "党委书记"), ("李小芳", "组织委员"), ("李小芳", "分管负责人")]
    found = scoring.consequences(date(2012, 2, 29), people)
    year = (date(2012, 2, 29), date(2013, 2, 28))
    assert [(one.kind, one.person, one.position, one.start, one.until) for one in found] == [
        (scoring.NOT_COMMENDED, None, None, *year),
        (scoring.ACCOUNT, "王小明", "党委书记", date(2012, 2, 29), date(2012, 3, 30)),
        (scoring.PERSONS, "王小明", "党委书记", *year),
        (scoring.PERSONS, "李小芳", "组织委员、分管负责人", *year),
    ]


@pytest.mark.parametrize(
    ("person", "on", "told"),
    [
        ("王小明", date(2026, 1, 18), True),
        ("王小明", date(2027, 1, 17), True),
        ("王小明", date(2027, 1, 18), False),
        ("王小明", date(2026, 1, 17), False),
        ("王小明", None, False),
        ("李小芳", date(2026, 6, 1), False),
    ],
)
def test_nobody_is_appointed_while_a_restriction_holds(person: str, on: date | None, told: bool) -> None:
    bounds = [Bound("王小明", date(2026, 1, 18), date(2027, 1, 18))]
    found = scoring.appointment_breaks("secretary", person, on, bounds)
    assert (found is not None) == told
    if found is not None:
        assert found.message == (
            "王小明受考核限制，2026-01-18 至 2027-01-18 不提拔、不重用、不调动。"
            "请核对是不是同一个人，是的请先报县委组织部"
        )
