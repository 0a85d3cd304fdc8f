"""Days that must run forward, none of them after today."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from app.findings import Finding, error


def runs_forward(rule: str, steps: Sequence[tuple[str, str, date | None]], today: date) -> Finding | None:
    """The first of (field, label, day) that lies after today, or before a day that ought to come before it. The same
    day is allowed; days that are not known are passed over."""
    known = [(field, label, day) for field, label, day in steps if day]
    for field, label, day in known:
        if day > today:
            return error(field, rule, f"{label} {day} 晚于今天，请核对")
    for (_, earlier, first), (field, later, second) in pairwise(known):
        if second < first:
            return error(field, rule, f"{later} {second} 早于{earlier} {first}，请核对两个日期")
    return None
