"""The numbers that rules use: dated, with their sources, editable by the county.

Those of this office and of the ones above it hold; on the same day the nearer one's. What is planned (plan.…) is each
office's own: a city's number is no county's."""

from datetime import date
from decimal import Decimal
from functools import cached_property

from sqlalchemy import ColumnElement, and_, case, or_, select
from sqlalchemy.orm import Session

from app import offices
from app.rules import working_days
from app.rules.working_days import WorkingDays
from db.models.common import Policy

PLANS = "plan."
"""How the keys begin of what an office plans for itself."""


def holds() -> ColumnElement[bool]:
    """That a policy value holds here."""
    own = Policy.office_id == offices.own()
    return or_(own, and_(offices.governs(Policy.office_id), Policy.key.not_like(f"{PLANS}%")))


class Policies:
    """Policy values by key and day, read once. A value holds from its day on until a later one of the same key."""

    def __init__(self, values: dict[str, list[tuple[date, str]]]) -> None:
        self._values = values

    @classmethod
    def read(cls, session: Session) -> "Policies":
        """All policy that holds in a store."""
        own = Policy.office_id == offices.own()
        rows = session.execute(
            select(Policy.key, Policy.effective_from, Policy.value)
            .where(Policy.deleted_at.is_(None), holds())
            .order_by(Policy.effective_from, case((own, 1), else_=0))
        )
        values: dict[str, list[tuple[date, str]]] = {}
        for key, start, value in rows:
            values.setdefault(key, []).append((start, value))
        return cls(values)

    def ever(self, key: str) -> tuple[str, ...]:
        """Every value that a key has had or will have."""
        return tuple(value for _, value in self._values.get(key, []))

    def text(self, key: str, on: date, default: str | None = None) -> str:
        """The value on a day. Raises KeyError when policy says nothing and there is no default: the seeds name every
        key, but a store may lack them."""
        held = [value for start, value in self._values.get(key, []) if start <= on]
        if held:
            return held[-1]
        if default is None:
            raise KeyError(key)
        return default

    def number(self, key: str, on: date, default: Decimal | int | None = None) -> Decimal:
        """The value as an exact decimal."""
        return Decimal(self.text(key, on, None if default is None else str(default)))

    def whole(self, key: str, on: date, default: int | None = None) -> int:
        """The value as a whole number."""
        return int(self.text(key, on, None if default is None else str(default)))

    def by_year(self, key: str) -> dict[int, str]:
        """The values of a key that speaks of one year each, by the year of their day; of two, the later."""
        return {start.year: value for start, value in self._values.get(key, [])}

    @cached_property
    def working_days(self) -> WorkingDays:
        """The working days of the years whose calendar is known."""
        return WorkingDays.read(self.by_year(working_days.OFF), self.by_year(working_days.MADE_UP))
