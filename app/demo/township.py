"""One fictional township, gathered as rows ready to be written: one module for each system fills in its ledgers."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.demo.fiction import FEMALE, MALE, People
from app.workspace import OfficeCard
from db.journal import Values

Rows = dict[str, list[Values]]
"""Rows to create, by ledger."""


@dataclass(frozen=True)
class Branch:
    """A branch to be filled: its place in `Rows`, the ages of its members, and what they work as."""

    id: str
    name: str
    village: Values | None
    members: int
    ages: tuple[int, int]
    work: Mapping[str, int]


class Paper:
    """Gathers one office's rows. Each section adds to `rows` and leans on the sections before it."""

    def __init__(self, office: OfficeCard, people: People, new_id: Callable[[], str]) -> None:
        self.office, self.people, self.new_id = office, people, new_id
        self.rng: random.Random = people.rng
        self.today: date = people.today
        self.rows: Rows = {}

    def row(self, ledger: str, /, **values: Any) -> Values:
        """Adds a record of this office and returns it; what is not named stays empty."""
        made = {"id": self.new_id(), "office_id": self.office.id, **values}
        self.rows.setdefault(ledger, []).append(made)
        return made

    def somebody(self) -> str:
        """A name of somebody of working age who is on no roster here."""
        return self.people.name(FEMALE if self.rng.random() < 0.2 else MALE, self.today.year - 42)[0]

    def ago(self, fewest: int, most: int) -> date:
        """A day between so many days ago."""
        return self.today - timedelta(days=self.rng.randint(fewest, most))


class Township(Paper):
    """One township's rows."""

    def __init__(
        self, office: OfficeCard, people: People, new_id: Callable[[], str], beside: Sequence[tuple[str, str]] = ()
    ) -> None:
        super().__init__(office, people, new_id)
        self.beside = beside  # (id, name) of the other townships that it knows
        self.branches: list[Branch] = []
        self.probationary = 0  # how many so far: there is always one
        self.short = office.name.removesuffix("镇").removesuffix("乡")
