"""Capital numerals, as letters and receipts write them."""

import pytest

from app.documents.numerals import capital, capital_month, capital_yuan


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "零"),
        (7, "柒"),
        (10, "壹拾"),
        (11, "壹拾壹"),
        (30, "叁拾"),
        (90, "玖拾"),
        (105, "壹佰零伍"),
        (110, "壹佰壹拾"),
        (1001, "壹仟零壹"),
        (10_000, "壹万"),
        (10_305, "壹万零叁佰零伍"),
        (100_020, "壹拾万零贰拾"),
        (1_000_000, "壹佰万"),
        (100_000_001, "壹亿零壹"),
        (120_003_000, "壹亿贰仟万零叁仟"),
    ],
)
def test_a_number(number: int, said: str) -> None:
    assert capital(number) == said


@pytest.mark.parametrize("number", [-1, 10**12])
def test_a_number_too_small_or_too_large(number: int) -> None:
    with pytest.raises(ValueError, match=str(number)):
        capital(number)


@pytest.mark.parametrize(
    ("month", "said"),
    [("2026-11", "贰零贰陆年壹拾壹月"), ("2012-01", "贰零壹贰年壹月"), ("2020-10", "贰零贰零年壹拾月")],
)
def test_a_month(month: str, said: str) -> None:
    assert capital_month(month) == said


@pytest.mark.parametrize(
    ("fen", "said"),
    [
        (0, "零元整"),
        (700_910, "柒仟零玖元壹角整"),  # the seed's secretary
        (490_637, "肆仟玖佰零陆元叁角柒分"),
        (10_005, "壹佰元零伍分"),
        (50, "伍角整"),
        (5, "伍分"),
        (-120_000, "负壹仟贰佰元整"),
    ],
)
def test_an_amount(fen: int, said: str) -> None:
    assert capital_yuan(fen) == said
