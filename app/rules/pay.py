"""What village cadres are paid (村干部报酬, §5.2): the seed's formula in exact decimals, money in fen.

The secretary's year is a multiple of last year's average rural income; the head and the other cadres with a fixed
subsidy have shares of it. A month is paid to whoever holds the role on its fifteenth day.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from app.findings import Finding, error, warning

SECRETARY, HEAD, OTHER, NOTHING = "01", "02", "03", "09"  # code table pay_share

MULTIPLE = Decimal("1.7")
SHARES: Mapping[str, Decimal] = {SECRETARY: Decimal(1), HEAD: Decimal("0.9"), OTHER: Decimal("0.7")}
"""[seed §1]: 1.7 times last year's average rural income, shared 1 : 0.9 : 0.7."""
PAY_DAY = 15
"""The day of the month whose holder of a role has the month's pay, where policy says nothing (pay.day)."""
MONTHS = 12
DECEMBER = 12

SHARES_KEYS = {SECRETARY: "pay.share.secretary", HEAD: "pay.share.head", OTHER: "pay.share.other"}
"""The policy keys of the shares."""


@dataclass(frozen=True)
class Standard:
    """What a year's pay is reckoned from: the base income in fen, the multiple, and the share of each code."""

    income: int
    multiple: Decimal = MULTIPLE
    shares: Mapping[str, Decimal] = field(default_factory=lambda: SHARES)


@dataclass(frozen=True)
class Term:
    """The time of one person in one paid role. `until` is the day on which it ended, None while it lasts."""

    id: str
    share: str | None
    since: date
    until: date | None = None


def shares_of(text: str | None) -> Mapping[str, Decimal] | None:
    """The shares written as `1:0.9:0.7`, None for what cannot be read so or rises downwards."""
    parts = re.split(r"\s*[:：]\s*", (text or "").strip())
    if len(parts) != len(SHARES) or not all(re.fullmatch(r"\d+(\.\d+)?", part) for part in parts):
        return None
    return dict(zip(SHARES, (Decimal(part) for part in parts), strict=True))


def written(shares: Mapping[str, Decimal]) -> str:
    """The shares as `1:0.9:0.7`."""
    return ":".join(f"{shares[one].normalize():f}" for one in SHARES)


def year_pay(standard: Standard, share: str | None) -> int:
    """[seed §1] One year's basic pay of a share, in fen, rounded half up; nothing for who is not counted."""
    part = standard.shares.get(share or NOTHING)
    if part is None:
        return 0
    return int((standard.income * standard.multiple * part).quantize(Decimal(1), ROUND_HALF_UP))


def month_pay(year: int, month: int) -> int:
    """§5.2: one of twelve equal months of a year's pay; what does not divide falls in December."""
    equal = year // MONTHS
    return year - equal * (MONTHS - 1) if month == DECEMBER else equal


def holds_month(since: date, until: date | None, year: int, month: int, *, pay_day: int = PAY_DAY) -> bool:
    """§5.2: a month is served by who holds the role on its fifteenth: who came that day has it, who left has not."""
    day = date(year, month, pay_day)
    return since <= day and (until is None or day < until)


def months_served(since: date, until: date | None, year: int, *, pay_day: int = PAY_DAY) -> tuple[int, ...]:
    """The months of a year that are paid to this term."""
    return tuple(month for month in range(1, MONTHS + 1) if holds_month(since, until, year, month, pay_day=pay_day))


def paid_terms(
    terms: Iterable[Term], year: int, shares: Mapping[str, Decimal] = SHARES, *, pay_day: int = PAY_DAY
) -> Mapping[int, str]:
    """§5.2: of one person's terms the one that each month of a year is paid for. One share a month: the highest, and
    of equal ones the one held longer."""
    known = [term for term in terms if term.share in shares]
    found: dict[int, str] = {}
    for month in range(1, MONTHS + 1):
        held = [term for term in known if holds_month(term.since, term.until, year, month, pay_day=pay_day)]
        if held:
            best = min(held, key=lambda term: (-shares[term.share or ""], term.since, term.id))
            found[month] = best.id
    return found


def rise_per_head(this_year: Sequence[int], last_year: Sequence[int]) -> int | None:
    """[seed §1] By how much the average year's pay of a cadre has risen, in fen; None where one year has nobody."""
    if not this_year or not last_year:
        return None
    rise = Decimal(sum(this_year)) / len(this_year) - Decimal(sum(last_year)) / len(last_year)
    return int(rise.quantize(Decimal(1), ROUND_HALF_UP))


def net(
    basic: int,
    performance: int | None = 0,
    pension: int | None = 0,
    back_pay: int | None = 0,
    deduction: int | None = 0,
) -> int:
    """§5.2 实发: what is paid out, in fen."""
    return basic + (performance or 0) + (pension or 0) + (back_pay or 0) - (deduction or 0)


# ---------------------------------------------------------------- what a record is told


def shares_can_be_read(shares: str | None) -> Finding | None:
    """pay.shares [seed §1]: three numbers, the secretary's first and none above it."""
    if shares is None:
        return None
    found = shares_of(shares)
    if found is None:
        return error("shares", "pay.shares", f"比例“{shares}”读不懂，请写成 1:0.9:0.7（书记、主任、其他固定补贴）")
    if not found[SECRETARY] >= found[HEAD] >= found[OTHER] > 0:
        return warning("shares", "pay.shares", f"比例“{shares}”不是从高到低，请核对书记、主任、其他的次序")
    return None


def standard_is_possible(base_income: int | None, multiple: Decimal | None) -> Iterable[Finding]:
    """pay.standard: an income and a multiple are more than nothing."""
    if base_income is not None and base_income <= 0:
        yield error("base_income", "pay.standard", "上年度农民人均纯收入应大于零，请核对")
    if multiple is not None and multiple <= 0:
        yield error("multiple", "pay.standard", "书记报酬倍数应大于零，请核对")


def month_is_one(month: int | None) -> Finding | None:
    """pay.month: a year has twelve months."""
    if month is not None and not 1 <= month <= MONTHS:
        return error("month", "pay.month", f"月份应是 1 到 12，现在是 {month}，请核对")
    return None


def parts_are_positive(
    basic: int | None,
    performance: int | None,
    pension: int | None,
    back_pay: int | None,
    deduction: int | None,
) -> Iterable[Finding]:
    """pay.parts: no part of a month's pay is less than nothing, nor is what is left of it."""
    parts = {"basic": basic, "performance": performance, "pension": pension, "back_pay": back_pay}
    for name, label in (
        ("basic", "基本报酬"),
        ("performance", "绩效报酬"),
        ("pension", "养老保险补贴"),
        ("back_pay", "补发"),
    ):
        if (parts[name] or 0) < 0:
            yield error(name, "pay.parts", f"{label}不能是负数，请核对；扣减的填在“扣减”里")
    if (deduction or 0) < 0:
        yield error("deduction", "pay.parts", "扣减填正数，程序会减去，请核对")
    elif basic is not None and net(basic, performance, pension, back_pay, deduction) < 0:
        yield error("deduction", "pay.parts", "扣减超过了应发的合计，请核对")


def paid_when_due(year: int | None, month: int | None, paid_on: date | None, today: date) -> Iterable[Finding]:
    """pay.paid_on: a payment is written down when it was made, and none is made for a year that is far off."""
    if paid_on and paid_on > today:
        yield error("paid_on", "pay.paid_on", f"发放日期 {paid_on} 晚于今天，请核对")
    if year and month and (year, month) > (today.year, today.month):
        yield warning("month", "pay.paid_on", f"{year} 年 {month} 月还没有到，请核对")
