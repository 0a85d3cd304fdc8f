"""The month (一月一调度、一月一通报, seed §4 and §10.3): when a self-check is due, who is late, how far the work is."""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from app.findings import Finding, error, warning

DUE_DAY = 25
"""Seed policy monthly.due_day."""


class Report(StrEnum):
    """How an office stands with its self-check of a month."""

    ON_TIME = "on-time"
    LATE = "late"
    WAITING = "waiting"
    MISSING = "missing"


def month_of(day: date) -> str:
    """The month of a day, as `2026-11`."""
    return f"{day.year:04d}-{day.month:02d}"


def months_between(first: str, last: str) -> list[str]:
    """The months from `first` to `last`, both included; none where they cross."""
    start, end = _number(first), _number(last)
    return [_month(one) for one in range(start, end + 1)]


def month_before(month: str, by: int = 1) -> str:
    """The month so many months earlier."""
    return _month(_number(month) - by)


def due_date(month: str, due_day: int = DUE_DAY) -> date:
    """§10.3: the day of the month by which the month's self-check is in; in a shorter month its last day."""
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, min(max(due_day, 1), monthrange(year, number)[1]))


def report_state(month: str, owed: int, filled: Iterable[date | None], today: date, due_day: int = DUE_DAY) -> Report:
    """§10.3: on time when every duty was checked by the day that is due, late when the last one came after it.

    `filled` holds for each self-check that is there the day on which it was filled in; None, not written down, counts
    as in time. An office without duties owes nothing and is on time.
    """
    days = list(filled)
    due = due_date(month, due_day)
    if len(days) >= owed:
        return Report.LATE if any(day is not None and day > due for day in days) else Report.ON_TIME
    return Report.MISSING if today > due else Report.WAITING


def rate(total_done: int, quota: int | None) -> Decimal | None:
    """§10.3: how much of the quota is done, in per cent with one decimal; None where there is no quota."""
    if not quota:
        return None
    return (Decimal(100) * total_done / quota).quantize(Decimal("0.1"), ROUND_HALF_UP)


def mean_rate(rates: Iterable[Decimal | None]) -> Decimal | None:
    """The mean of the rates that are known, each at most 100, with one decimal: work beyond one quota makes up for no
    other. None where none is known."""
    known = [min(one, Decimal(100)) for one in rates if one is not None]
    if not known:
        return None
    return (sum(known, Decimal(0)) / len(known)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def shares(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """A county's quota split among offices by weight (their villages), whole numbers that add up to it exactly.

    The largest remainders get one more; of equal ones, the earlier. Without any weight all count the same.
    """
    if not weights:
        return {}
    if not any(weights.values()):
        weights = dict.fromkeys(weights, 1)
    whole = sum(weights.values())
    found = {one: total * weight // whole for one, weight in weights.items()}
    left = total - sum(found.values())
    order = sorted(weights, key=lambda one: -(total * weights[one] % whole))
    for one in order[:left]:
        found[one] += 1
    return found


def month_has_begun(month: str | None, today: date) -> Finding | None:
    """monthly.month (§10.3): nobody reports a month that has not begun."""
    if month is not None and month > month_of(today):
        return error("month", "monthly.month", f"{month} 还没有到，不能先填自查，请核对月份")
    return None


def reason_for_falling_short(planned: int | None, done: int | None, reason: str | None) -> Finding | None:
    """monthly.reason (§10.3): who did less than was planned for the month says why."""
    if planned is not None and done is not None and done < planned and not (reason or "").strip():
        message = f"本月计划 {planned}，只完成 {done}，请写明未完成的原因"
        return warning("reason", "monthly.reason", message)
    return None


def rate_agrees(total_done: int | None, quota: int | None, stated: Decimal | None) -> Finding | None:
    """monthly.rate (§10.3): the rate is the total done of the quota."""
    if total_done is None or stated is None:
        return None
    right = rate(total_done, quota)
    if right is not None and abs(right - stated) >= Decimal("0.1"):
        message = f"累计完成 {total_done}，任务数 {quota}，完成率应为 {right}%，请核对"
        return warning("rate", "monthly.rate", message)
    return None


def total_is_possible(done: int | None, total_done: int | None) -> Finding | None:
    """monthly.total (§10.3): what was done in the month is part of what was done so far."""
    if done is not None and total_done is not None and total_done < done:
        return error("total_done", "monthly.total", f"累计完成 {total_done} 比本月完成 {done} 还少，请核对")
    return None


def checked_by_another(filled_by: str | None, checked_by: str | None) -> Finding | None:
    """monthly.checked: who fills in a self-check is not who looks it over."""
    if filled_by and checked_by and filled_by == checked_by:
        return warning("checked_by", "monthly.checked", "审核人与填报人是同一个人，请由别人审核")
    return None


def _number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1


def _month(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"
