"""The Party's care for its members (党内关怀, seed §1, 附 C): the fund's balance, the steps of a case. Money in fen."""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from app.findings import Finding, error, warning

GIVEN, DONATED, SPENT = "01", "02", "03"  # code table fund_kind
APPLIED, APPROVED, PAID, DECLINED = "01", "02", "03", "04"  # code table care_status

Entry = tuple[date, int]
"""A day and what came in on it, in fen; what went out is negative."""


def signed(kind: str, amount: int) -> int:
    """What an entry does to the balance."""
    return -amount if kind == SPENT else amount


def balances(entries: Iterable[Entry]) -> list[Entry]:
    """The balance at the end of each day on which there was an entry, in the order of the days.

    What comes in on a day counts for what goes out on it.
    """
    found: list[Entry] = []
    balance = 0
    for day, amount in sorted(entries, key=lambda one: one[0]):
        balance += amount
        if found and found[-1][0] == day:
            found.pop()
        found.append((day, balance))
    return found


def lowest(entries: Iterable[Entry]) -> Entry | None:
    """The day on which the fund is lowest (the first of several) and its balance; None for an empty fund."""
    return min(balances(entries), key=lambda one: one[1], default=None)


def short_on(entries: Iterable[Entry]) -> Entry | None:
    """[seed §1] The first day on which more is spent than there is, and the balance; None where it never is."""
    return next((one for one in balances(entries) if one[1] < 0), None)


# ---------------------------------------------------------------- what a record is told


def dates_run_forward(
    applied_on: date | None, approved_on: date | None, paid_on: date | None, today: date
) -> Iterable[Finding]:
    """care.dates (附 C): applied for, approved, paid; none after today."""
    days = (
        ("applied_on", "申请日期", applied_on),
        ("approved_on", "审批日期", approved_on),
        ("paid_on", "发放日期", paid_on),
    )
    for name, label, day in days:
        if day and day > today:
            yield error(name, "care.dates", f"{label} {day} 晚于今天，请核对")
    known = [(name, label, day) for name, label, day in days if day]
    for (_, earlier, before), (name, label, day) in pairwise(known):
        if day < before:
            yield error(name, "care.dates", f"{label} {day} 早于{earlier} {before}，请核对")


def status_has_its_days(
    status: str | None, approved_on: date | None, paid_on: date | None, amount: int | None
) -> Iterable[Finding]:
    """care.status (附 C): what is approved has a day and an amount, what is paid a day of payment."""
    if status in (APPROVED, PAID) and approved_on is None:
        yield warning("approved_on", "care.status", "已批准的请填写审批日期")
    if status in (APPROVED, PAID) and amount is None:
        yield warning("amount", "care.status", "已批准的请填写金额")
    if status == PAID and paid_on is None:
        yield warning("paid_on", "care.status", "已发放的请填写发放日期")
    if status in (APPLIED, DECLINED) and paid_on is not None:
        yield error("paid_on", "care.status", "没有批准的不能有发放日期，请核对进度")


def amount_is_positive(amount: int | None) -> Finding | None:
    """care.amount: money is money; what goes out is told by its kind, not by a minus."""
    if amount is not None and amount <= 0:
        return error("amount", "care.amount", "金额应大于零，请核对；支出也填正数，在类型里选“支出”")
    return None
