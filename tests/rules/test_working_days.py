"""Working days, by the notices of the State Council that the seeds have."""

import csv
from datetime import date
from importlib.resources import files

import pytest

from app.rules.working_days import MADE_UP, OFF, WorkingDays, days

POLICY = list(csv.DictReader(files("seeds").joinpath("policy.csv").read_text(encoding="utf-8").splitlines()))


def seeded(key: str) -> dict[int, str]:
    return {int(one["effective_from"][:4]): one["value"] for one in POLICY if one["key"] == key}


KNOWN = WorkingDays.read(seeded(OFF), seeded(MADE_UP))


@pytest.mark.parametrize(
    ("year", "off", "made_up"),
    [
        (2024, 1 + 8 + 3 + 5 + 1 + 3 + 7, ["02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"]),
        (2025, 1 + 8 + 3 + 5 + 3 + 8, ["01-26", "02-08", "04-27", "09-28", "10-11"]),
        (2026, 3 + 9 + 3 + 5 + 3 + 3 + 7, ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]),
    ],
)
def test_a_year_has_the_days_of_its_notice(year: int, off: int, made_up: list[str]) -> None:
    """国办发明电〔2023〕7号、〔2024〕12号、〔2025〕7号: the days of each festival, and those made up."""
    assert len([one for one in KNOWN.off if one.year == year]) == off
    assert sorted(f"{one:%m-%d}" for one in KNOWN.made_up if one.year == year) == made_up
    assert all(one.weekday() >= 5 for one in KNOWN.made_up)
    assert not KNOWN.made_up & KNOWN.off


def test_every_year_has_both_and_is_sourced() -> None:
    assert KNOWN.years == {2024, 2025, 2026}
    assert seeded(OFF).keys() == seeded(MADE_UP).keys()
    for one in POLICY:
        if one["key"] in (OFF, MADE_UP):
            year = one["effective_from"][:4]
            assert one["effective_from"] == f"{year}-01-01"
            assert f"关于{year}年部分节假日安排的通知》（国办发明电〔{int(year) - 1}〕" in one["source"]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2026-09-28", "2026-10-10", 3 + 2 + 1),  # before the holidays, after them, and a Saturday
        ("2026-10-01", "2026-10-07", 0),
        ("2026-02-14", "2026-02-28", 1 + 4 + 1),  # the days made up on two Saturdays, and four from the 24th
        ("2025-12-29", "2026-01-04", 3 + 1),  # over New Year
        ("2027-02-01", "2027-02-05", 5),  # no notice: Monday to Friday
    ],
)
def test_working_days(first: str, last: str, expected: int) -> None:
    assert KNOWN.count(date.fromisoformat(first), date.fromisoformat(last)) == expected


def test_years_without_a_notice() -> None:
    assert KNOWN.unknown(date(2026, 12, 28), date(2027, 1, 5)) == (2027,)
    assert KNOWN.unknown(date(2026, 12, 28), date(2026, 12, 31)) == ()
    assert WorkingDays.read({2026: "十月一日"}, {}).unknown(date(2026, 1, 1), date(2026, 1, 2)) == (2026,)


@pytest.mark.parametrize("text", ["", "1.32", "13.1", "2.30", "2.17-2.10", "4.4 1.1", "1.1-1.3 1.3", "1月1日", "0.1"])
def test_what_is_no_list_of_days(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  of `date` itself, too
        days(2026, text)
