"""Times and tables. What counts are the ratios of one run, not the milliseconds of one machine."""

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Line:
    """One line of a table: what was measured, ours and another's in milliseconds, and our budget as a sentence."""

    what: str
    ours: float
    theirs: float | None = None
    budget: str = ""
    kept: bool | None = None


def milliseconds(do: Callable[[], Any]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    do()
    return (time.perf_counter() - started) * 1000


def median(do: Callable[[], Any], times: int = 5) -> float:
    """The median of several calls, in milliseconds."""
    return statistics.median(milliseconds(do) for _ in range(times))


def percentile(found: Sequence[float], share: float) -> float:
    """The smallest value that so many of the values do not exceed."""
    return sorted(found)[max(0, math.ceil(share * len(found)) - 1)]


def within(what: str, ours: float, theirs: float | None, limit: float) -> Line:
    """A line whose budget is an absolute number of milliseconds."""
    return Line(what, ours, theirs, f"≤ {limit:g} ms", ours <= limit)


def at_most(what: str, ours: float, theirs: float, times: float) -> Line:
    """A line whose budget is a multiple of what the other takes."""
    return Line(what, ours, theirs, f"≤ {times:g} ×", ours <= times * theirs)


def show(title: str, beside: str, lines: Sequence[Line]) -> None:
    """Prints a table."""
    print(f"\n{title}\n{'':44} {'siji':>9} {beside:>18} {'ratio':>7}  budget")
    for line in lines:
        theirs = f"{line.theirs:15.1f} ms" if line.theirs is not None else ""
        ratio = f"{line.ours / line.theirs:7.2f}" if line.theirs else ""
        verdict = "" if line.kept is None else ("kept" if line.kept else "BROKEN")
        print(f"{line.what:44} {line.ours:6.1f} ms {theirs:>18} {ratio:>7}  {line.budget} {verdict}".rstrip())
