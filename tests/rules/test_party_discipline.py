"""党纪处分: how long a decision has effect, when rights are out, what a record must say (2023, articles 8 to 13)."""

from datetime import date

import pytest

from app.findings import Finding
from app.rules import discipline as rules
from app.rules.discipline import EXPELLED, MONTHS, REMOVED, SERIOUSLY_WARNED, WARNED, WATCHED

DECIDED = date(2025, 8, 31)


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def said(found: Finding | None) -> str | None:
    return found and f"{found.rule} {found.level} {found.message}"


@pytest.mark.parametrize(
    ("kind", "restored", "expected"),
    [
        (WARNED, None, "2026-08-31"),  # article 10: one year
        (SERIOUSLY_WARNED, None, "2027-02-28"),  # article 10: one and a half, by the calendar
        (REMOVED, None, "2027-08-31"),  # article 11: two
        (WATCHED, None, None),  # article 12: two after the rights have returned
        (WATCHED, "2026-09-10", "2028-09-10"),
        (EXPELLED, None, "2030-08-31"),  # article 13: five
    ],
)
def test_how_long_a_decision_has_effect(kind: str, restored: str | None, expected: str | None) -> None:
    assert rules.effect_ends_on(kind, DECIDED, day(restored), MONTHS[kind]) == day(expected)


@pytest.mark.parametrize(
    ("years", "extended", "expected"),
    [(1, None, "2026-08-31"), (2, None, "2027-08-31"), (1, "2026-08-20", "2027-08-31"), (None, None, "2026-08-31")],
)
def test_how_long_somebody_is_watched(years: int | None, extended: str | None, expected: str) -> None:
    assert rules.watched_until(DECIDED, years, day(extended)) == day(expected)


@pytest.mark.parametrize(
    ("kind", "restored", "on", "expected"),
    [
        (WATCHED, None, "2025-08-30", False),
        (WATCHED, None, "2025-08-31", True),  # from the day of the decision
        (WATCHED, None, "2029-01-01", True),  # the end of the time alone brings nothing back
        (WATCHED, "2026-09-10", "2026-09-09", True),
        (WATCHED, "2026-09-10", "2026-09-10", False),
        (REMOVED, None, "2025-09-01", False),  # D11 and O10 are about 留党察看 alone
    ],
)
def test_when_rights_are_out(kind: str, restored: str | None, on: str, expected: bool) -> None:
    assert rules.rights_suspended(kind, DECIDED, day(restored), date.fromisoformat(on)) is expected


@pytest.mark.parametrize(
    ("kind", "years", "expected"),
    [
        (WATCHED, 1, None),
        (WATCHED, 2, None),
        (WATCHED, None, "discipline.years error 留党察看分一年和二年，请填写察看期限 1 或 2"),
        (WATCHED, 3, "discipline.years error 留党察看分一年和二年，请填写察看期限 1 或 2"),
        (WARNED, None, None),
        (WARNED, 1, "discipline.years error 只有留党察看有察看期限，请核对处分种类，或清空察看期限"),
        (None, None, None),
    ],
)
def test_its_years(kind: str | None, years: int | None, expected: str | None) -> None:
    assert said(rules.watch_has_its_years(kind, years)) == expected


@pytest.mark.parametrize(
    ("kind", "years", "extended", "wrong"),
    [
        (WATCHED, 1, "2026-08-20", False),
        (WATCHED, 1, None, False),
        (WATCHED, 1, "2025-08-31", True),
        (WATCHED, 2, "2026-08-20", True),  # two years in all at most
        (REMOVED, None, "2026-08-20", True),
    ],
)
def test_an_extension(kind: str, years: int | None, extended: str | None, wrong: bool) -> None:
    found = rules.extension_is_sound(kind, DECIDED, years, day(extended))
    assert (found is not None and found.level == "error") is wrong


@pytest.mark.parametrize(
    ("kind", "years", "extended", "restored", "expected"),
    [
        (WATCHED, 1, None, "2026-08-31", None),
        (WATCHED, 1, None, "2026-08-30", "恢复权利日期 2026-08-30 早于察看期满日 2026-08-31，请核对"),
        (WATCHED, 1, "2026-08-20", "2026-09-30", "恢复权利日期 2026-09-30 早于察看期满日 2027-08-31，请核对"),
        (WATCHED, 1, None, "2026-11-30", "恢复权利日期 2026-11-30 晚于今天，请核对"),
        (WARNED, None, None, "2026-08-31", "只有留党察看才有恢复党员权利，请核对处分种类，或清空恢复权利日期"),
        (WATCHED, 1, None, None, None),
    ],
)
def test_when_rights_return(
    kind: str, years: int | None, extended: str | None, restored: str | None, expected: str | None
) -> None:
    today = date(2026, 11, 29)
    found = rules.rights_return_in_time(kind, DECIDED, years, day(extended), day(restored), today)
    assert (found and found.message) == expected


@pytest.mark.parametrize(
    ("years", "extended", "restored", "today", "expected"),
    [
        (1, None, None, "2026-07-30", None),
        (
            1,
            None,
            None,
            "2026-07-31",
            "留党察看 2026-08-31 期满，请报批是否恢复党员权利，或延长一年",
        ),
        (2, None, None, "2027-09-01", "留党察看已于 2027-08-31 期满，请报批是否恢复党员权利"),
        (1, "2026-08-20", None, "2026-09-01", None),
        (1, None, "2026-08-31", "2026-09-01", None),
    ],
)
def test_whose_time_is_over(
    years: int, extended: str | None, restored: str | None, today: str, expected: str | None
) -> None:
    on = date.fromisoformat(today)
    found = rules.watch_is_over(WATCHED, DECIDED, years, day(extended), day(restored), on)
    assert (found and found.message.removesuffix("；坚持不改的应开除党籍")) == expected
    assert rules.watch_is_over(WARNED, DECIDED, None, None, None, on) is None
