"""Words of the window: moments as people say them."""

from datetime import datetime

from db import clock


def when(moment: str) -> str:
    """`2026-11-03T08:12:45Z` as 今天 16:12, 11月3日 16:12 or 2025年11月3日, in the computer's own time zone."""
    local = datetime.fromisoformat(moment).astimezone()
    today = clock.today()
    if local.date() == today:
        return f"今天 {local:%H:%M}"
    if local.year == today.year:
        return f"{local.month}月{local.day}日 {local:%H:%M}"
    return f"{local.year}年{local.month}月{local.day}日"
