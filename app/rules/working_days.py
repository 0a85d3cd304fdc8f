"""Working days (工作日): Monday to Friday, but for what the State Council's notice of a year says: the holidays (放假),
and the days of weekends that are worked in exchange (调休上班)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

OFF, MADE_UP = "calendar.off", "calendar.work"
"""Policy keys. A value holds for the year of its day, and for no other."""
SPAN = re.compile(r"(\d{1,2})\.(\d{1,2})(?:-(\d{1,2})\.(\d{1,2}))?")


@dataclass(frozen=True)
class WorkingDays:
    """The days off and the days made up for them, of the years whose notice is known."""

    off: frozenset[date] = frozenset()
    made_up: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()

    @classmethod
    def read(cls, off: Mapping[int, str], made_up: Mapping[int, str]) -> "WorkingDays":
        """From the notices by year. A year whose notice cannot be read is one without."""
        known: dict[int, tuple[frozenset[date], frozenset[date]]] = {}
        for year, text in off.items():
            try:
                known[year] = days(year, text), days(year, made_up[year]) if year in made_up else frozenset()
            except ValueError:
                continue
        return cls(
            frozenset().union(*(one for one, _ in known.values())),
            frozenset().union(*(one for _, one in known.values())),
            frozenset(known),
        )

    def is_worked(self, day: date) -> bool:
        return day in self.made_up or (day.weekday() < 5 and day not in self.off)

    def count(self, first: date, last: date) -> int:
        """How many working days lie from the first to the last, both included."""
        return sum(map(self.is_worked, each_day(first, last)))

    def unknown(self, first: date, last: date) -> tuple[int, ...]:
        """The years from the first day to the last whose notice is not known: there Monday to Friday count."""
        return tuple(year for year in range(first.year, last.year + 1) if year not in self.years)


PLAIN_WEEKS = WorkingDays()
"""Of no year is the notice known."""


def days(year: int, text: str) -> frozenset[date]:
    """The days of a notice: `1.1 2.10-2.17`, the 1st of January and the 10th to the 17th of February. Raises ValueError
    for what is no such list, and for days that do not run forward."""
    spans = []
    for written in text.split():
        found = SPAN.fullmatch(written)
        if found is None:
            raise ValueError(text)
        month, day, to_month, to_day = (None if one is None else int(one) for one in found.groups())
        first = date(year, month or 0, day or 0)
        spans.append((first, date(year, to_month, to_day) if to_month and to_day else first))
    if not spans or any(last < first for first, last in spans) or any(b[0] <= a[1] for a, b in pairwise(spans)):
        raise ValueError(text)
    return frozenset(day for span in spans for day in each_day(*span))


def each_day(first: date, last: date) -> Iterator[date]:
    """From the first to the last, both included."""
    return (first + timedelta(more) for more in range((last - first).days + 1))
