"""The one place that asks what time it is, so that a test or a demonstration can say."""

from datetime import UTC, date, datetime


def now() -> str:
    """The present moment in UTC as `2026-11-03T08:12:45Z`: the form in which every moment is kept and sent."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def today() -> date:
    """The office's calendar day."""
    return datetime.now().astimezone().date()
