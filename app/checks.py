"""Runs a ledger's checks on one record's values: the same in the form, on an Excel row and on a package."""

import inspect
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache, cached_property
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.findings import Finding, Level, error
from app.ledgers.ledger import Check, Ledger
from app.policy import Policies
from db import clock, codes, settings
from db.fields import JUDGED, Field
from db.journal import in_parts
from db.models.record import Record, fields_of

T = TypeVar("T")

SEVERAL = 8
"""After so many questions of one kind about records that were not announced, all answers are fetched at once."""


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
        self._read: dict[Any, Any] = {}
        self._asked: Counter[Any] = Counter()
        self._known: dict[Any, dict[Any, set[str]]] = {}
        self._offices: dict[str | None, str | None] = {}
        self._announce(Record, ())

    @cached_property
    def today(self) -> date:
        """The day of the look."""
        return clock.today()

    def announce(self, model: type[Record], rows: Sequence[Mapping[str, Any]]) -> None:
        """The values of the records of a ledger that will be checked next: what their checks ask is fetched for all of
        them at once, and what was fetched for those before is forgotten."""
        self._announce(model, rows)
        self._offices = {None: self._offices[None]} if None in self._offices else {}

    def _announce(self, model: type[Record], rows: Sequence[Mapping[str, Any]]) -> None:
        self._model, self._announced = model, rows
        self._held: dict[type[Record], dict[str, Any]] = {}
        self._near: dict[Any, tuple[set[Any], dict[Any, set[str]]]] = {}

    def turn_to(self, record_id: str | None, office_id: str | None = None) -> None:
        """Looks on for another record, with what has been fetched so far; `office_id` says whose it is, where known."""
        self.record_id = record_id
        if record_id is not None and office_id is not None:
            self._offices[record_id] = office_id

    def get(self, model: type[Record], record_id: str | None) -> Any:
        """A linked record, None for nothing or one that is deleted."""
        if record_id is None:
            return None
        if model not in self._held:
            self._held[model] = self._linked(model)
        held = self._held[model]  # a session by itself forgets what nobody holds
        if record_id not in held:
            held[record_id] = self.session.get(model, record_id)
        found = held[record_id]
        return found if found is not None and found.deleted_at is None else None

    def _linked(self, model: type[Record]) -> dict[str, Any]:
        """The records of a ledger that those announced link to."""
        if not self._announced:
            return {}
        names = [name for name, spec in fields_of(self._model).items() if spec.target == model.__tablename__]
        wanted = {value for row in self._announced for name in names if (value := row.get(name)) is not None}
        parts = in_parts(sorted(wanted))
        return {one.id: one for part in parts for one in self.session.scalars(select(model).where(model.id.in_(part)))}

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
        first = same[names[0]]
        near, index = self._nearby(model, names)
        if first not in near:
            self._asked[model, names] += 1
            if self._asked[model, names] <= SEVERAL:
                equal = [getattr(model, name) == value for name, value in same.items()]
                return self.count(model, model.office_id == self.office(model), *equal)
            index = self._index(model, names)
        return len(index.get((self.office(model), *same.values()), set()) - {self.record_id or ""})

    def office(self, model: type[Record]) -> str | None:
        """Whose the checked record is; a new one is the store's own."""
        if self.record_id not in self._offices:
            stored = self.session.get(model, self.record_id) if self.record_id else None
            self._offices[self.record_id] = stored.office_id if stored else settings.get(self.session, "office_id")
        return self._offices[self.record_id]

    def _nearby(self, model: type[Record], names: tuple[str, ...]) -> tuple[set[Any], dict[Any, set[str]]]:
        """(the values of the first field that the announced records have, the live records with any of them by office
        and values)."""
        if (model, names) not in self._near:
            rows = self._announced if model is self._model else ()
            wanted = {value for row in rows if (value := row.get(names[0])) is not None}
            found: dict[Any, set[str]] = {}
            for part in in_parts(sorted(wanted)):
                self._fill(found, model, names, getattr(model, names[0]).in_(part))
            self._near[model, names] = wanted, found
        return self._near[model, names]

    def _index(self, model: type[Record], names: tuple[str, ...]) -> dict[Any, set[str]]:
        """All live records by office and values."""
        if (model, names) not in self._known:
            self._known[model, names] = {}
            self._fill(self._known[model, names], model, names)
        return self._known[model, names]

    def _fill(
        self, index: dict[Any, set[str]], model: type[Record], names: tuple[str, ...], *where: ColumnElement[bool]
    ) -> None:
        columns = [getattr(model, name) for name in ("office_id", *names)]
        wanted = select(model.id, *columns).where(model.deleted_at.is_(None), *where)
        for found, *key in self.session.execute(wanted):
            index.setdefault(tuple(key), set()).add(found)


@cache
def _needs(check: Callable[..., Any]) -> tuple[str, ...]:
    """The fields and other things that a check cannot do without; what has a default is policy that it knows itself.

    A field whose name is a word of Python's own is asked for with a `_` behind it: `from_`.
    """
    needed = [one for one in inspect.signature(check).parameters.values() if one.default is one.empty]
    if any(one.kind is not one.POSITIONAL_OR_KEYWORD for one in needed):
        raise TypeError(f"{check.__name__} is given what it needs by place")
    return tuple(one.name.removesuffix("_") for one in needed)


@cache
def _declared(model: type[Record]) -> tuple[list[Field], list[Field], list[tuple[Field, codes.CodeTable]]]:
    """The required fields of a record, those whose values may be none that a person can write, and the coded ones with
    their tables."""
    specs = fields_of(model).values()
    return (
        [one for one in specs if one.required],
        [one for one in specs if one.kind.id in JUDGED],
        [(one, codes.table(one.table)) for one in specs if one.table],
    )


def run(ledger: Ledger, values: Mapping[str, Any], look: Look, policy: Policies) -> list[Finding]:
    """The findings on one record: required fields, values and codes first, then the ledger's checks in their order.

    `values` holds every field, None for nothing. A check may need none that is not there.
    """
    required, judged, coded = _declared(ledger.model)
    found = [
        Finding(Level.ERROR, spec.name, "required", f"“{spec.label}”必须填写")
        for spec in required
        if values.get(spec.name) is None
    ]
    found += [
        error(spec.name, "unreadable", objection)
        for spec in judged
        if (objection := spec.objection(values.get(spec.name))) is not None
    ]
    found += [
        error(spec.name, "code", f"这个版本的程序不认识“{spec.label}”的代码 {code}。请升级程序，或从列表中另选一项")
        for spec, table in coded
        if (value := values.get(spec.name)) and not table.has(value)
        for code in value.split(",")
        if not table.has(code)
    ]
    given = {**values, "today": look.today, "policy": policy, "look": look}
    for check in ledger.checks:
        result = check(*map(given.__getitem__, _needs(check)))
        if isinstance(result, Finding):
            found.append(result)
        elif result is not None:
            found.extend(result)
    return found


def errors(findings: Sequence[Finding]) -> list[Finding]:
    """The findings that stop a save."""
    return [one for one in findings if one.level is Level.ERROR]


def labelled(ledger: Ledger, finding: Finding) -> str:
    """A finding's sentence, with the field in front where the sentence does not name it."""
    spec = ledger.fields.get(finding.field or "")
    return finding.message if spec is None or spec.label in finding.message else f"{spec.label}：{finding.message}"


def reasons(ledger: Ledger, findings: Sequence[Finding]) -> str:
    """The sentences of the errors, each once, in one line."""
    return "；".join(dict.fromkeys(labelled(ledger, one) for one in errors(findings)))


__all__ = ["Check", "Look", "errors", "labelled", "reasons", "run"]
