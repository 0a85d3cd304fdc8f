"""Villages where nobody joins the Party (空白村), from the days of admission alone [seed §2, §1.4]."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

YEARS = 3


@dataclass(frozen=True)
class Drought:
    """A village has admitted nobody since `since` (its last admission, or the founding of its first branch), which
    makes `years` by the calendar; it has counted as stagnant from `opened_on` on."""

    since: date
    opened_on: date
    years: int


def drought(since: date | None, today: date, *, years: int = YEARS) -> Drought | None:
    """Whether a village is stagnant today: this year less the year of the last admission is three or more.

    Years are calendar years, as recruitment is planned by them. None too where nothing is known of the past.
    """
    if since is None or today.year - since.year < years:
        return None
    return Drought(since, date(since.year + years, 1, 1), today.year - since.year)


def ended_by(admissions: Sequence[tuple[date, str]], opened_on: date) -> tuple[date, str] | None:
    """The (day, member) that ends a stagnant time: the first admission since it began. None where there is none: then
    an admission was entered late, and the village was never stagnant."""
    return min((one for one in admissions if one[0] >= opened_on), default=None)
