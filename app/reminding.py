"""A line of the workbench: what is due or wrong, how it presses, and where something is done about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.place import Place

NAMED = 3
"""How many names a line tells before it says 等."""


class Urgency(StrEnum):
    """How much a line presses; the order is that of the page."""

    WRONG = "wrong"
    ATTENTION = "attention"
    INFORMATION = "information"


@dataclass(frozen=True)
class Reminder:
    """One line: what, a word more about it, and where it is mended. One that stands for several has them as `parts`,
    each with a place of its own."""

    urgency: Urgency
    title: str
    detail: str
    place: Place
    parts: tuple["Reminder", ...] = ()


def spoken(day: date, today: date) -> str:
    """A day as one says it, without the year where it is this one."""
    return f"{day.month}月{day.day}日" if day.year == today.year else f"{day.year}年{day.month}月{day.day}日"


def named(names: Sequence[str]) -> str:
    """The first names, and how many there are."""
    return "、".join(names[:NAMED]) + (f"等 {len(names)} 个" if len(names) > NAMED else "")
