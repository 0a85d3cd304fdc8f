"""Party dues (党费, §11.1): how much is due, and who is behind. Money in fen, brackets as policy writes them.

Source: 中组部《关于中国共产党党费收缴、使用和管理的规定》(2008). The whole amount is taken at the rate of its bracket.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from app.findings import Finding, error, warning
from app.rules.monthly import month_before

WAGE, PENSION, FARMER, RELIEF = "01", "02", "03", "04"  # code table dues_kind
WAGE_BRACKETS = "3000:0.5 5000:1 10000:1.5 *:2"
PENSION_BRACKETS = "5000:0.5 *:1"
FARMER_MIN, FARMER_MAX, RELIEF_DUE = 20, 100, 20
WARNING_MONTHS, REMOVAL_MONTHS = 3, 6
WORKING = ("0", "2", "51", "52")  # code table work_post


@dataclass(frozen=True)
class Bracket:
    """A rate in per cent for bases up to `upto` fen, that amount included; None for all above."""

    upto: int | None
    rate: Decimal


def brackets(text: str) -> tuple[Bracket, ...]:
    """`3000:0.5 5000:1 *:2` (yuan and per cent) as brackets, the lowest first."""
    found = []
    for part in text.split():
        limit, _, rate = part.partition(":")
        found.append(Bracket(None if limit == "*" else int(Decimal(limit) * 100), Decimal(rate)))
    return tuple(found)


def by_bracket(base: int, scale: tuple[Bracket, ...]) -> int:
    """The dues of a base, to the fen: the whole of it at one rate (8000.00 yuan → 120.00; 3000.01 → 30.00)."""
    rate = next(one.rate for one in scale if one.upto is None or base <= one.upto)
    return int((base * rate / 100).quantize(Decimal(1), ROUND_HALF_UP))


def due(
    kind: str | None,
    base: int | None,
    *,
    wage: str = WAGE_BRACKETS,
    pension: str = PENSION_BRACKETS,
    farmer_min: int = FARMER_MIN,
    relief: int = RELIEF_DUE,
) -> int | None:
    """What a member of a kind owes a month; a farmer's is the least, which the branch may set higher. None where the
    base is not known."""
    if kind == FARMER:
        return farmer_min
    if kind == RELIEF:
        return relief
    if kind is None or base is None:
        return None
    return by_bracket(base, brackets(wage if kind == WAGE else pension))


def kind_of(work_post: str | None) -> str | None:
    """The kind of dues that goes with what a member does (code table work_post): farmers, the retired, students and
    those without work, and those who earn a wage; None where it is not known."""
    if not work_post:
        return None
    for kind, codes in ((PENSION, ("4",)), (FARMER, ("1",)), (RELIEF, ("3", "56", "57", "5A")), (WAGE, WORKING)):
        if work_post.startswith(codes):
            return kind
    return None


def due_is_right(
    kind: str | None, due_: int | None, expected: int | None, farmer_max: int, approved: bool
) -> Finding | None:
    """dues.amount (§11.1): what is asked for is what the brackets say; a farmer's lies between the least and the most.
    Less needs the approval of the branch and the committee above."""
    if due_ is None or expected is None or approved:
        return None
    if kind == FARMER:
        if expected <= due_ <= farmer_max:
            return None
        message = f"农民党员每月交 {yuan(expected)} 至 {yuan(farmer_max)} 元，现填 {yuan(due_)} 元，请核对"
        return warning("due", "dues.amount", message)
    if due_ != expected:
        message = f"按基数和比例应交 {yuan(expected)} 元，现填 {yuan(due_)} 元，请核对；经批准少交的请注明"
        return warning("due", "dues.amount", message)
    return None


def exemption_is_approved(exempt: bool | None, approval: str | None) -> Finding | None:
    """dues.exempt (§11.1): who pays less or nothing does so by a decision of the branch that the committee approved."""
    if exempt and not (approval or "").strip():
        return error("approval", "dues.exempt", "批准少交免交的，请填写批准情况（支部研究、上级党委同意的日期或文号）")
    return None


def arrears(months: Mapping[str, bool]) -> int:
    """§11.1: for how many months on end, up to the last that is written down, nothing was paid.

    `months` says of each month whether its dues are settled. A month that is not written down ends the run.
    """
    if not months:
        return 0
    month, count = max(months), 0
    while months.get(month) is False:
        count += 1
        month = month_before(month)
    return count


def settled(due_: int | None, paid: int | None, exempt: bool | None) -> bool:
    """Whether a month's dues are paid in full, or need not be."""
    return bool(exempt) or not due_ or (paid or 0) >= due_


def yuan(fen: int) -> str:
    """An amount as people write it: 0.2, 30, 120.5."""
    return f"{(Decimal(fen) / 100).normalize():f}"
