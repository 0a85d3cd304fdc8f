"""Calendar spans: a term of months or years ends on the same day of the month, or on its last day if there is none.

That is how terms are counted by law (civil code, article 202); days are never used in place of months.
"""

from calendar import monthrange
from datetime import date, timedelta


def months_later(day: date, months: int) -> date:
    """The day on which a term of so many months ends; a negative number goes back."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return day.replace(year=year, month=month + 1)
    except ValueError:  # that month is shorter, or the year is none that a date can have
        return date(year, month + 1, monthrange(year, month + 1)[1])


def years_later(day: date, years: int) -> date:
    """The day on which a term of so many years ends: 29 February ends on 28 February of a common year."""
    return months_later(day, 12 * years)


def full_years(since: date, on: date) -> int:
    """The number of whole years that have passed; negative before the beginning."""
    years = on.year - since.year
    return years if years_later(since, years) <= on else years - 1


def latest_start(on: date, years: int) -> date:
    """The last day from which so many whole years have passed: `full_years(day, on) >= years` holds until it."""
    return years_later(on + timedelta(days=1), -years) - timedelta(days=1)
