"""Runs a ledger's checks on one record's values: the same in the form, on an Excel row and on a package."""

import inspect
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.findings import Finding, Level, error
from app.ledgers.ledger import Check, Ledger
from app.policy import Policies
from db import clock, codes, settings
from db.fields import Field
from db.models.record import Record, fields_of

T = TypeVar("T")

SEVERAL = 8
"""After so many questions of one kind, all answers are fetched at once: a workbook asks ten thousand times."""


class Look:
    """What a check may look up beside the record itself. It lasts for one look at the store: nothing may be written
    while it is asked.

    Attributes:
        session: for queries.
        record_id: the record that is checked, None while it is new; a row of a workbook has its id before it is there.
        coming: the rows of a workbook that are checked together, by id: what each will be once all are written.
    """

    def __init__(self, session: Session, record_id: str | None) -> None:
        self.session, self.record_id = session, record_id
        self.coming: Mapping[str, Mapping[str, Any]] = {}
        self._live: dict[Any, dict[str, Mapping[str, Any]]] = {}
        self._held: dict[type[Record], dict[str, Any]] = {}
        self._read: dict[Any, Any] = {}
        self._asked: Counter[Any] = Counter()
        self._known: dict[Any, dict[Any, set[str]]] = {}
        self._offices: dict[str | None, str | None] = {}

    def turn_to(self, record_id: str | None, office_id: str | None = None) -> None:
        """Looks on for another record, with what has been fetched so far; `office_id` says whose it is, where known."""
        self.record_id = record_id
        if record_id is not None and office_id is not None:
            self._offices[record_id] = office_id

    def get(self, model: type[Record], record_id: str | None) -> Any:
        """A linked record, None for nothing or one that is deleted."""
        if record_id is None:
            return None
        held = self._held.setdefault(model, {})  # a session by itself forgets what nobody holds
        if record_id not in held:
            if len(held) == SEVERAL:
                held.update({one.id: one for one in self.session.scalars(select(model))})
            held.setdefault(record_id, self.session.get(model, record_id))
        found = held[record_id]
        return found if found is not None and found.deleted_at is None else None

    def once(self, read: Callable[[Session], T]) -> T:
        """What a function reads from the store; it is called the first time only."""
        if read not in self._read:
            self._read[read] = read(self.session)
        found: T = self._read[read]
        return found

    def live(self, model: type[Record], *names: str) -> Mapping[str, Mapping[str, Any]]:
        """The named fields, with `office_id`, of all live records of the checked record's ledger, by id; read once.

        Rows that come with it in one workbook stand in it as they will be.
        """
        if (model, names) not in self._live:
            wanted = ("office_id", *names)
            rows = self.session.execute(
                select(model.id, *(getattr(model, name) for name in wanted)).where(model.deleted_at.is_(None))
            )
            found: dict[str, Mapping[str, Any]] = {one: dict(zip(wanted, row, strict=True)) for one, *row in rows}
            own = {"office_id": settings.get(self.session, "office_id"), **dict.fromkeys(names)}
            for one, values in self.coming.items():
                found[one] = {**found.get(one, own), **{name: values[name] for name in names if name in values}}
            self._live[model, names] = found
        return self._live[model, names]

    def count(self, model: type[Record], *where: Any) -> int:
        """How many live records of a ledger meet a condition, the checked one left out."""
        conditions = [model.deleted_at.is_(None), *where]
        if self.record_id is not None:
            conditions.append(model.id != self.record_id)
        return self.session.execute(select(func.count()).select_from(model).where(*conditions)).scalar_one()

    def others(self, model: type[Record], **same: Any) -> int:
        """How many other live records of the same office have these values. `model` is that of the checked record."""
        names = tuple(same)
        self._asked[model, names] += 1
        if self._asked[model, names] > SEVERAL:
            index = self._index(model, names)
            return len(index.get((self.office(model), *same.values()), set()) - {self.record_id or ""})
        equal = [getattr(model, name) == value for name, value in same.items()]
        return self.count(model, model.office_id == self.office(model), *equal)

    def office(self, model: type[Record]) -> str | None:
        """Whose the checked record is; a new one is the store's own."""
        if self.record_id not in self._offices:
            stored = self.session.get(model, self.record_id) if self.record_id else None
            self._offices[self.record_id] = stored.office_id if stored else settings.get(self.session, "office_id")
        return self._offices[self.record_id]

    def _index(self, model: type[Record], names: tuple[str, ...]) -> dict[Any, set[str]]:
        if (model, names) not in self._known:
            columns = [getattr(model, name) for name in ("office_id", *names)]
            known: dict[Any, set[str]] = {}
            for found, *key in self.session.execute(select(model.id, *columns).where(model.deleted_at.is_(None))):
                known.setdefault(tuple(key), set()).add(found)
                self._offices[found] = key[0]
            self._known[model, names] = known
        return self._known[model, names]


@cache
def _needs(check: Callable[..., Any]) -> tuple[str, ...]:
    """The parameters that a check cannot do without; those with a default are policy that it knows itself.

    A field whose name is a word of Python's own is asked for with a `_` behind it: `from_`.
    """
    return tuple(name for name, one in inspect.signature(check).parameters.items() if one.default is one.empty)


@cache
def _declared(model: type[Record]) -> tuple[list[Field], list[tuple[Field, codes.CodeTable]]]:
    """The required fields of a record, and the coded ones with their tables."""
    specs = fields_of(model).values()
    return [one for one in specs if one.required], [(one, codes.table(one.table)) for one in specs if one.table]


def run(ledger: Ledger, values: Mapping[str, Any], look: Look, policy: Policies) -> list[Finding]:
    """The findings on one record: required fields and codes first, then the ledger's checks in their order.

    `values` holds every field, None for nothing. A check may need none that is not there.
    """
    required, coded = _declared(ledger.model)
    found = [
        Finding(Level.ERROR, spec.name, "required", f"“{spec.label}”必须填写")
        for spec in required
        if values.get(spec.name) is None
    ]
    found += [
        error(spec.name, "code", f"“{spec.label}”没有代码 {code}，请从列表中选一项")
        for spec, table in coded
        if (value := values.get(spec.name)) and not table.has(value)
        for code in value.split(",")
        if not table.has(code)
    ]
    given = {**values, "today": clock.today(), "policy": policy, "look": look}
    for check in ledger.checks:
        result = check(**{name: given[name.removesuffix("_")] for name in _needs(check)})
        if isinstance(result, Finding):
            found.append(result)
        elif result is not None:
            found.extend(result)
    return found


def errors(findings: Sequence[Finding]) -> list[Finding]:
    """The findings that stop a save."""
    return [one for one in findings if one.level is Level.ERROR]


__all__ = ["Check", "Look", "errors", "run"]
