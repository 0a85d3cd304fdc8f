"""Party dues (§11.1): the whole amount at one rate, farmers, relief, arrears. Source: the rules of 2008."""

from decimal import Decimal

import pytest

from app.rules import dues


@pytest.mark.parametrize(
    ("base", "due"),
    [
        ("8000", "120.00"),
        ("3000.01", "30.00"),
        ("3000", "15.00"),
        ("5000", "50.00"),
        ("5000.01", "75.00"),
        ("10000", "150.00"),
        ("10000.01", "200.00"),
        ("0", "0"),
    ],
)
def test_wages_at_one_rate(base: str, due: str) -> None:
    assert dues.due(dues.WAGE, int(Decimal(base) * 100)) == int(Decimal(due) * 100)


@pytest.mark.parametrize(("base", "due"), [("5000", "25.00"), ("5000.02", "50.00"), ("6123.45", "61.23")])
def test_pensions(base: str, due: str) -> None:
    assert dues.due(dues.PENSION, int(Decimal(base) * 100)) == int(Decimal(due) * 100)


def test_farmers_and_those_on_relief_have_no_base() -> None:
    assert (dues.due(dues.FARMER, None), dues.due(dues.RELIEF, 900_00)) == (20, 20)
    assert dues.due(dues.WAGE, None) is None
    assert dues.due(None, 900_00) is None


@pytest.mark.parametrize(
    ("post", "kind"),
    [
        ("0111", dues.WAGE),
        ("0251", dues.WAGE),
        ("52", dues.WAGE),
        ("42", dues.PENSION),
        ("111", dues.FARMER),
        ("113", dues.FARMER),
        ("32", dues.RELIEF),
        ("57", dues.RELIEF),
        ("5A", dues.RELIEF),
        ("53", None),
        (None, None),
    ],
)
def test_the_kind_that_goes_with_what_a_member_does(post: str | None, kind: str | None) -> None:
    assert dues.kind_of(post) == kind


@pytest.mark.parametrize(
    ("kind", "due", "expected", "approved", "sentence"),
    [
        (dues.FARMER, 20, 20, False, None),
        (dues.FARMER, 100, 20, False, None),
        (dues.FARMER, 101, 20, False, "农民党员每月交 0.2 至 1 元，现填 1.01 元，请核对"),
        (
            dues.WAGE,
            2900,
            3000,
            False,
            "按基数和比例应交 30 元，现填 29 元，请核对；经批准少交的请注明",
        ),
        (dues.WAGE, 2900, 3000, True, None),
        (dues.WAGE, 3000, 3000, False, None),
    ],
)
def test_what_is_asked_for(kind: str, due: int, expected: int, approved: bool, sentence: str | None) -> None:
    found = dues.due_is_right(kind, due, expected, dues.FARMER_MAX, approved)
    assert (found and found.message) == sentence


def test_an_exemption_is_approved() -> None:
    assert dues.exemption_is_approved(True, " ") is not None
    assert dues.exemption_is_approved(True, "2026-03-01 镇党委同意") is None
    assert dues.exemption_is_approved(False, None) is None


@pytest.mark.parametrize(
    ("months", "count"),
    [
        ({}, 0),
        ({"2026-09": False, "2026-10": False}, 2),
        ({"2026-08": False, "2026-09": True, "2026-10": False}, 1),
        ({"2026-09": False, "2026-10": True}, 0),
        ({"2025-12": False, "2026-01": False}, 2),
        ({"2026-07": False, "2026-09": False}, 1),
    ],
)
def test_arrears_on_end(months: dict[str, bool], count: int) -> None:
    assert dues.arrears(months) == count


@pytest.mark.parametrize(
    ("due", "paid", "exempt", "settled"),
    [
        (100, 100, None, True),
        (100, 99, None, False),
        (100, None, None, False),
        (100, None, True, True),
        (0, 0, None, True),
    ],
)
def test_what_is_settled(due: int, paid: int | None, exempt: bool | None, settled: bool) -> None:
    assert dues.settled(due, paid, exempt) is settled
