"""Moments, kinds and numbers of packages as the office reads them."""

from datetime import UTC, datetime

KINDS = {"snapshot": "全量", "changes": "变更"}


def local(at: str | float) -> datetime:
    """A moment (`2026-11-03T08:12:45Z`, or seconds) on the office's clock."""
    made = datetime.fromtimestamp(at, UTC) if isinstance(at, float) else datetime.fromisoformat(at)
    return made.astimezone()


def moment(at: str | float) -> str:
    """`2026年11月3日 16:12`."""
    made = local(at)
    return f"{made.year}年{made.month}月{made.day}日 {made:%H:%M}"


def day(at: str | float) -> str:
    """`11月3日`."""
    made = local(at)
    return f"{made.month}月{made.day}日"
