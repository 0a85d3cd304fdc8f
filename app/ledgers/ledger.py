"""The declaration of a ledger, from which its page, form, workbook and command line are derived."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from string import Formatter
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.findings import Finding
from db.fields import Authority, Field
from db.models.record import Record, fields_of

Check = Callable[..., "Finding | Iterable[Finding] | None"]
"""A rule. Its parameters name what it needs: fields of the record, or `today`, `policy`, `look` (see `app.checks`)."""


class Pillar(StrEnum):
    """The systems of the seed, in the order of the navigation."""

    BASE = "base"
    TEAM = "team"
    GUARANTEE = "guarantee"
    METHOD = "method"
    RESPONSIBILITY = "responsibility"
    SYSTEM = "system"


PILLAR_TITLES = {
    Pillar.BASE: "组织底册",
    Pillar.TEAM: "活力党建 · 队伍",
    Pillar.GUARANTEE: "实力党建 · 保障",
    Pillar.METHOD: "科学党建 · 方法",
    Pillar.RESPONSIBILITY: "实效党建 · 责任",
    Pillar.SYSTEM: "系统",
}


@dataclass(frozen=True)
class Derived:
    """A value that is shown and never typed.

    `of` computes it from fields of the record that its parameters name (and `today`). `among` fetches it for a page of
    records at once: (session, ids) → {id: text}. One of the two is given. `reads` names the ledgers at which `among`
    looks beside its own and those it links to, separated by blanks. `sort` is what a sorted column sorts by; `number`
    says that it stands at the right as amounts do.
    """

    name: str
    label: str
    of: Callable[..., Any] | None = None
    among: Callable[[Session, Sequence[str]], Mapping[str, str]] | None = None
    sort: InstrumentedAttribute[Any] | None = None
    reverse: bool = False
    number: bool = False
    reads: str = ""


@dataclass(frozen=True)
class Chip:
    """A filter that is one click. `where` is a condition, or makes one from today's date. With `first` the page opens
    with it on: a roster shows who is on the roll, and who has left when that is asked for."""

    title: str
    where: ColumnElement[bool] | Callable[..., ColumnElement[bool]]
    first: bool = False


@dataclass(frozen=True)
class Figure:
    """A number in the line under a page's title: how many of the listed records meet a condition (None: all)."""

    title: str
    where: ColumnElement[bool] | Callable[..., ColumnElement[bool]] | None = None
    unit: str = ""


@dataclass(frozen=True)
class Case:
    """One record, and where it is looked at: what an action is offered for and done with.

    Attributes:
        session: for queries; an action writes nothing itself.
        office: the id of the office that works here.
        record: the stored record, every column.
    """

    session: Session
    office: str
    record: Record
    today: date

    @property
    def own(self) -> bool:
        """Whether the record is this office's."""
        return self.record.office_id == self.office


@dataclass(frozen=True)
class Deed:
    """What an action comes to: rows to create (each with its `id`), columns to change by record id, in the order of
    writing, as one operation called `label`; `said` tells the person what has happened, in a sentence."""

    label: str
    said: str
    creates: tuple[tuple[type[Record], Mapping[str, Any]], ...] = ()
    updates: tuple[tuple[type[Record], str, Mapping[str, Any]], ...] = ()


@dataclass(frozen=True)
class Action:
    """Something that can be done with a record: a button beside it, a command.

    Attributes:
        id: its name on the command line; `title` is what the button says.
        when: whether it is offered for a record.
        do: (case, values asked for) → what it comes to. Raises `Refusal` where it cannot be done.
        says: what it will do, told before it is done.
        asks: fields of the ledger that the person fills in first, separated by blanks; those in `needs` must be.
        suggests: values to begin with, by field.
    """

    id: str
    title: str
    when: Callable[[Case], bool]
    do: Callable[[Case, Mapping[str, Any]], Deed]
    says: str
    icon: str = "mdi6.check"
    asks: str = ""
    needs: str = ""
    suggests: Callable[[Case], Mapping[str, Any]] | None = None


@dataclass(frozen=True)
class Ledger:
    """One ledger (台账).

    Attributes:
        model: its record class; the table's name is the ledger's id.
        title: what the office calls it; `one` is a single record of it (党员), with its counter (人).
        columns: names of fields and derived values shown in the table, separated by blanks; a link without its `_id`.
        form: sections of the form, each with the names of its fields.
        label: how one record is called, a format over its shown fields: `{member} · {post}`.
        tree: the link by which the page groups records, if it does.
        order: the field by which the page sorts until a header is clicked, with `-` the newest first; without it
            records stand as they were made.
        keys: alternatives of fields that recognise an existing record in a workbook; the first complete one decides.
        authority: who alone may write the ledger.
        passes: links to offices by which a record of one office is addressed to another beside it: the superior of both
            passes it on, to be read there and not written.
        stays: links of such a record that only its own office and those above it can follow; they are not passed on.
        actions: what can be done with one record beside editing it.
        checks: the rules that every record of it must meet.
        follows: (session, a new record's values) → fields that follow from the others, where nobody wrote them.
    """

    model: type[Record]
    title: str
    pillar: Pillar
    columns: str
    form: Mapping[str, str]
    one: str
    label: str
    icon: str
    counter: str = "条"
    derived: tuple[Derived, ...] = ()
    chips: tuple[Chip, ...] = ()
    figures: tuple[Figure, ...] = ()
    tree: str | None = None
    order: str = ""
    keys: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    follows: Callable[[Session, Mapping[str, Any]], Mapping[str, Any]] | None = None
    authority: Authority | None = None
    passes: tuple[str, ...] = ()
    stays: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    hidden: bool = False
    empty: str = ""

    @property
    def id(self) -> str:
        return str(self.model.__tablename__)

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """The declared fields by name."""
        return fields_of(self.model)

    @cached_property
    def derivations(self) -> Mapping[str, Derived]:
        """The derived values by name."""
        return {one.name: one for one in self.derived}

    @cached_property
    def label_parts(self) -> Mapping[str, str]:
        """The label's placeholders and the fields or derived values that they stand for."""
        return {key: self.resolve(key) for _, key, _, _ in Formatter().parse(self.label) if key}

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        """The table's columns: names of fields (a link with its `_id`) or of derived values."""
        return tuple(self.resolve(name) for name in self.columns.split())

    @cached_property
    def sections(self) -> Mapping[str, tuple[str, ...]]:
        """The form's sections with full field names; what no section names stands in the last one."""
        named = {title: tuple(self.resolve(name) for name in names.split()) for title, names in self.form.items()}
        placed = {name for names in named.values() for name in names}
        rest = tuple(name for name in self.fields if name not in placed)
        if rest:
            last = list(named)[-1]
            named[last] = named[last] + rest
        return named

    def resolve(self, name: str) -> str:
        """`branch` → `branch_id` where the link is meant. Raises KeyError for a name that does not exist."""
        if name in self.fields or name in self.derivations:
            return name
        if f"{name}_id" in self.fields:
            return f"{name}_id"
        raise KeyError(f"{self.id} has no field or derived value {name}")

    def heading(self, name: str) -> str:
        """The label of a column."""
        return self.derivations[name].label if name in self.derivations else self.fields[name].label

    def chip(self, title: str) -> Chip:
        """A chip by its title. Raises KeyError: a reminder that names one that is gone must not show all records."""
        for one in self.chips:
            if one.title == title:
                return one
        raise KeyError(f"{self.id} has no chip {title}")

    def column(self, name: str) -> InstrumentedAttribute[Any]:
        """The mapped attribute of a field."""
        found: InstrumentedAttribute[Any] = getattr(self.model, name)
        return found

    def completed(self, session: Session, values: Mapping[str, Any]) -> dict[str, Any]:
        """A new record's values with what follows from them; what is written stays."""
        more = self.follows(session, values) if self.follows is not None else {}
        return {**values, **{name: value for name, value in more.items() if values[name] is None}}

    @cached_property
    def numbers_of_one(self) -> tuple[str, ...]:
        """The identity numbers that no two records share: those that recognise a record by themselves. A person may
        have several terms, but stands on a roll once."""
        return tuple(name for name, spec in self.fields.items() if spec.kind.id == "resident_id" and name in self.keys)

    def writable(self, name: str, *, county: bool) -> bool:
        """Whether an office of that side may write this field by hand."""
        authority = self.fields[name].authority
        if authority is Authority.PROGRAM:
            return False
        return county or (self.authority is None and authority is None)

    def closed(self, name: str) -> str:
        """The sentence about a field that may not be written by hand here."""
        whose = (
            "由程序填写，不用手工改" if self.fields[name].authority is Authority.PROGRAM else "由县里填写，这里不能改"
        )
        return f"“{self.fields[name].label}”{whose}"

    @cached_property
    def kept_by_program(self) -> bool:
        """Whether the program alone makes and ends its records; people write only beside what it says."""
        return any(spec.required and spec.authority is Authority.PROGRAM for spec in self.fields.values())

    def only_the_program(self, deed: str) -> str:
        """The sentence about a deed that the program alone does with its records."""
        return f"“{self.title}”由程序根据台账列入和销号，不能手工{deed}"
