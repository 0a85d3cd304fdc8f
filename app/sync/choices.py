"""Conflicts as a person sees them, and what the person may decide."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import listing
from app.ledgers.catalogue import LEDGERS
from app.ledgers.ledger import Ledger
from app.sync.version import covers
from db.errors import Refusal
from db.journal import ChangeLine, Values, loads, typed
from db.models.record import models
from db.parsing import Unreadable


@dataclass(frozen=True)
class Choice:
    """A decision on one conflict.

    `ours`, `theirs`, `later` (the whole record is put off), `return` (ours stays, and a remark with `text` goes down),
    or `value`: another value, typed as a person writes it or already a Python value.
    """

    kind: str
    value: Any = None
    text: str = ""

    OURS: ClassVar["Choice"]
    THEIRS: ClassVar["Choice"]
    LATER: ClassVar["Choice"]
    RETURN: ClassVar["Choice"]

    @classmethod
    def other(cls, value: Any) -> "Choice":
        """Neither side's value, but this."""
        return cls("value", value)

    @classmethod
    def send_back(cls, text: str) -> "Choice":
        """Ours stays, and the township is asked to look again, with these words."""
        return cls("return", text=text)


Choice.OURS, Choice.THEIRS, Choice.LATER, Choice.RETURN = (
    Choice("ours"),
    Choice("theirs"),
    Choice("later"),
    Choice("return"),
)
OURS, THEIRS, LATER, RETURN = Choice.OURS, Choice.THEIRS, Choice.LATER, Choice.RETURN


@dataclass(frozen=True)
class Conflict:
    """One field that both offices wrote without having seen each other.

    `base`, `ours` and `theirs` are wire values; the texts beside them are what a person reads, masked where the field
    is sensitive. `title` is what the record is called. `from_above` says that the other side is the superior.
    """

    ledger: str
    id: str
    title: str
    field: str
    label: str
    base: Any
    ours: Any
    theirs: Any
    base_text: str
    ours_text: str
    theirs_text: str
    from_above: bool


def conflict(
    session: Session, ledger: Ledger, stored: Mapping[str, Any], theirs: Mapping[str, Any], field: str, *, up: bool
) -> Conflict:
    """A clash as a person sees it."""
    base = base_of(session, ledger, stored["id"], theirs["version"], field)
    values = (base, stored[field], theirs[field])
    title = listing.record_titles(session, ledger, [stored["id"]]).get(stored["id"], "")
    wired = [wire_value(ledger, field, value) for value in values]
    texts = shown(session, ledger, field, values)
    return Conflict(
        ledger.id, stored["id"], title, field, label_of(ledger, field), wired[0], wired[1], wired[2],
        texts[0], texts[1], texts[2], not up,
    )  # fmt: skip


def base_of(session: Session, ledger: Ledger, record_id: str, seen_by_them: Mapping[str, int], field: str) -> Any:
    """The field's value before the first save here that they have not seen, None when the record was not there."""
    lines = session.execute(
        select(ChangeLine.before, ChangeLine.after, ChangeLine.version)
        .where(ChangeLine.record_id == record_id)
        .order_by(ChangeLine.seq)
    )
    for before, after, version in lines:
        if field in loads(after) and not covers(seen_by_them, loads(version)):
            return typed(ledger.model, loads(before)).get(field)
    return None


def label_of(ledger: Ledger, field: str) -> str:
    """What a person calls a merged column."""
    own = {"deleted_at": "删除", "office_id": "所属单位"}
    return own[field] if field in own else ledger.fields[field].label


def wire_value(ledger: Ledger, field: str, value: Any) -> Any:
    """A merged column's value as scripts see it."""
    return ledger.fields[field].wire(value) if field in ledger.fields else value


def shown(session: Session, ledger: Ledger, field: str, values: tuple[Any, ...]) -> list[str]:
    """Values of a merged column as a person reads them, masked where the field is sensitive."""
    spec = ledger.fields.get(field)
    if field == "deleted_at":
        return ["未删除" if value is None else f"已删除（{value[:10]}）" for value in values]
    target = LEDGERS["office"] if spec is None else LEDGERS[spec.target] if spec.target else None
    if target is not None:
        titles = listing.record_titles(session, target, sorted({value for value in values if value}))
        return ["" if value is None else titles.get(value, "（未登记）") for value in values]
    assert spec is not None
    return [spec.show(value, masked=True) for value in values]


def decided(session: Session, ledger: Ledger, choice: Choice, field: str, ours: Any, theirs: Any) -> Any:
    """The value that a choice comes to. Raises `Refusal` for another value that cannot be read."""
    if choice.kind == "theirs":
        return theirs
    if choice.kind != "value":
        return ours
    spec = ledger.fields.get(field)
    if spec is None or not isinstance(choice.value, str):
        return choice.value
    try:
        value = spec.parse(choice.value)
        if spec.target and value is not None and session.get(models()[spec.target], value) is None:
            raise Unreadable(f"“{spec.label}”里的“{value}”找不到")
    except Unreadable as error:
        raise Refusal(f"{error}。请改好后再决定这处冲突", "invalid-record") from None
    if value is None and spec.required:
        raise Refusal(f"“{spec.label}”必须填写。请改好后再决定这处冲突", "invalid-record")
    return value


def decision(stored: Mapping[str, Any], merged: Values, values: Mapping[str, Any], replica: str) -> Values:
    """The columns to write over ours when a merged row's conflicts are decided: one more save of our own."""
    from db.journal import next_stamp

    version, stamps = next_stamp(merged["version"], merged["stamps"], values, replica)
    changed = {name: value for name, value in values.items() if stored[name] != value}
    return {**merged, **changed, "version": version, "stamps": stamps}
