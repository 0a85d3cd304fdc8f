"""The numbers that rules use: dated, with their sources, editable by the county."""

from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models.common import Policy


class Policies:
    """Policy values by key and day, read once. A value holds from its day on until a later one of the same key."""

    def __init__(self, values: dict[str, list[tuple[date, str]]]) -> None:
        self._values = values

    @classmethod
    def read(cls, session: Session) -> "Policies":
        """All policy of a store."""
        rows = session.execute(
            select(Policy.key, Policy.effective_from, Policy.value)
            .where(Policy.deleted_at.is_(None))
            .order_by(Policy.effective_from)
        )
        values: dict[str, list[tuple[date, str]]] = {}
        for key, start, value in rows:
            values.setdefault(key, []).append((start, value))
        return cls(values)

    def text(self, key: str, on: date) -> str:
        """The value on a day. Raises KeyError when policy says nothing: the seeds name every key."""
        held = [value for start, value in self._values.get(key, []) if start <= on]
        if not held:
            raise KeyError(key)
        return held[-1]

    def number(self, key: str, on: date) -> Decimal:
        """The value as an exact decimal."""
        return Decimal(self.text(key, on))

    def whole(self, key: str, on: date) -> int:
        """The value as a whole number."""
        return int(self.text(key, on))
