"""What villages and communities have to work with (运转经费, seed §1): the rise over last year. Money in fen."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from app.findings import Finding, error, warning

RISE_OF_VILLAGE, RISE_OF_COMMUNITY = 10_000_00, 30_000_00
"""[seed §1]: what a village and a community gain on average, where policy says nothing (budget.rise.*)."""
VILLAGE, COMMUNITY = "01", "02"  # code table village_kind
RISE_KEYS = {VILLAGE: "budget.rise.village", COMMUNITY: "budget.rise.community"}


def average_rise(this_year: Mapping[str, int], last_year: Mapping[str, int]) -> int | None:
    """[seed §1] By how much the budgets of those that have one in both years rose on average, in fen, rounded half up.

    Only who is in both years can be compared; None where nobody is.
    """
    both = this_year.keys() & last_year.keys()
    if not both:
        return None
    rise = Decimal(sum(this_year[one] - last_year[one] for one in both)) / len(both)
    return int(rise.quantize(Decimal(1), ROUND_HALF_UP))


def rise_is_reached(rise: int | None, wanted: int) -> bool:
    """[seed §1] Whether the average rise is what was promised; an unknown one is not."""
    return rise is not None and rise >= wanted


def does_not_fall(this_year: int, last_year: int | None, year: int) -> Finding | None:
    """budget.rise [seed §1]: budgets grow by a standing rule, so none falls below last year's."""
    if last_year is None or this_year >= last_year:
        return None
    less = Decimal(last_year - this_year) / 100
    message = f"{year} 年的预算合计比上年少 {less:,.2f} 元。经费应逐年增长，请核对，或补登其他来源"
    return warning("planned", "budget.rise", message)


def spent_within_budget(planned: int | None, spent: int | None) -> Finding | None:
    """budget.spent (seed §1): money for one purpose is not spent beyond what there is of it."""
    if planned is not None and spent is not None and spent > planned:
        over = Decimal(spent - planned) / 100
        return warning("spent", "budget.spent", f"已支出超过预算 {over:,.2f} 元，请核对，或调整预算")
    return None


def amounts_are_positive(planned: int | None, spent: int | None) -> list[Finding]:
    """budget.amount: neither a budget nor what is spent of it is less than nothing."""
    return [
        error(name, "budget.amount", f"{label}不能是负数，请核对")
        for name, label, amount in (("planned", "预算金额", planned), ("spent", "已支出", spent))
        if amount is not None and amount < 0
    ]
