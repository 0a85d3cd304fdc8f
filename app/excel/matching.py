"""Recognises the records that a sheet's rows are: by the id in a sheet of our own, else by a ledger's keys.

What could be two things is doubtful, and a person decides; nothing is ever merged on likeness.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.excel.linking import Names
from app.excel.rows import SheetRow
from app.findings import error, warning
from app.ledgers.ledger import Ledger
from db.ids import new_id
from db.journal import in_parts
from db.models.record import table_of

Decision = Literal["new", "update"]
"""What a person said of a doubtful row: it is somebody new, or it is the record that the row may be."""


@dataclass(slots=True)
class Known:
    """A record that a row may be: a stored one, or (with `number`) an earlier row of the same sheet."""

    id: str
    values: Mapping[str, Any]
    number: int | None = None


@dataclass(slots=True)
class Match:
    """What a row is. `known` is the record that it is or may be, `doubt` why that is not sure."""

    id: str
    known: Known | None
    doubt: str | None = None

    @property
    def stored(self) -> bool:
        """Whether there is a stored record behind it."""
        return self.known is not None and self.known.number is None


class Register:
    """The records of a ledger by their keys: those of the store, and the new ones of the sheet as they come."""

    def __init__(self, ledger: Ledger, known: Iterable[Known]) -> None:
        self.ledger = ledger
        self.alternatives = [tuple(ledger.resolve(name) for name in names.split()) for names in ledger.keys]
        self._index: list[dict[tuple[Any, ...], list[Known]]] = [{} for _ in self.alternatives]
        self._all: list[Known] = []
        self._months: dict[int, dict[tuple[Any, ...], list[Known]]] = {}
        self._apart: list[tuple[str, ...]] = [self._without_links(names) for names in self.alternatives]
        self._near: list[dict[tuple[Any, ...], list[Known]]] = [{} for _ in self.alternatives]
        for one in known:
            self.add(one)

    def _without_links(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The fields of a key that tell a person even in another branch: the name and something beside it. Empty where
        the key names nobody: two pay slips of one month are not one because the cadre is left out."""
        kept = tuple(name for name in names if self.ledger.fields[name].target is None)
        named = any(self.ledger.fields[name].kind.id == "name" for name in kept)
        return kept if named and 2 <= len(kept) < len(names) else ()

    def add(self, one: Known) -> None:
        """One more record that later rows may be."""
        self._all.append(one)
        for place, names in enumerate(self.alternatives):
            key = _key(one.values, names)
            if key is not None:
                self._index[place].setdefault(key, []).append(one)
                if place in self._months:
                    self._months[place].setdefault(_month_key(key), []).append(one)
            if apart := self._apart[place]:
                near = _key(one.values, apart)
                if near is not None:
                    self._near[place].setdefault(near, []).append(one)

    def _in_month(self, place: int, key: tuple[Any, ...]) -> Sequence[Known]:
        """The records with this key but for the day of the month; few sheets ask, so they are sorted when one does."""
        if place not in self._months:
            index = self._months[place] = {}
            for one in self._all:
                other = _key(one.values, self.alternatives[place])
                if other is not None:
                    index.setdefault(_month_key(other), []).append(one)
        return self._months[place].get(_month_key(key), ())

    def find(self, row: SheetRow) -> tuple[Known | None, str | None]:
        """(the record that a row is or may be, why it is doubtful). A first key that differs speaks against a match by
        a later one: two people of one name and birthday in one branch with two identity numbers are two people."""
        values = row.values
        against: Known | None = None
        for place, names in enumerate(self.alternatives):
            key = _key(values, names)
            if key is None:
                continue
            found: Sequence[Known] = self._index[place].get(key, ())
            if not found and row.months and row.months.intersection(names):
                found = self._in_month(place, key)
            if not found:
                continue
            agreeing = [one for one in found if not self._contradicts(one, values, place)]
            against = against or next((one for one in found if one not in agreeing), None)
            if len(agreeing) > 1:
                return agreeing[0], f"台账里有 {len(agreeing)} 条记录的{self._named(names)}与这一行相同，分不清是哪一条"
            if agreeing:
                return agreeing[0], self._other_name(agreeing[0], values, names)
        if against is not None:
            first = self._named(self.alternatives[0])
            where = "台账里有一条" if against.number is None else f"第 {against.number} 行是"
            return against, f"{where}其他都相同、只有{first}不同的记录，可能是号码写错，也可能是两个人"
        return self._elsewhere(values)

    def _contradicts(self, one: Known, values: Mapping[str, Any], place: int) -> bool:
        """Whether an earlier key is known of both and differs."""
        for names in self.alternatives[:place]:
            for name in names:
                here, there = values.get(name), one.values.get(name)
                if here is not None and there is not None and here != there:
                    return True
        return False

    def _other_name(self, one: Known, values: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
        """A doubt where the key agrees and the person's name has no character in common."""
        for name, spec in self.ledger.fields.items():
            here, there = values.get(name), one.values.get(name)
            if spec.kind.id == "name" and name not in names and here and there and not set(here) & set(there):
                where = "台账里" if one.number is None else f"第 {one.number} 行"
                return (
                    f"这一行的{self._named(names)}在{where}是“{there}”的，{spec.label}却完全不同，请核对是不是填错了人"
                )
        return None

    def _elsewhere(self, values: Mapping[str, Any]) -> tuple[Known | None, str | None]:
        for place, apart in enumerate(self._apart):
            key = _key(values, apart) if apart else None
            if key is None:
                continue
            found = [one for one in self._near[place].get(key, ()) if not self._contradicts(one, values, place)]
            if found:
                links = [name for name in self.alternatives[place] if name not in apart]
                where = "台账里已有" if found[0].number is None else f"第 {found[0].number} 行是"
                return found[0], (
                    f"{where}{self._named(apart)}都相同的{self.ledger.one}，只是{self._named(links)}不同，"
                    "可能是同一人，也可能是两个人"
                )
        return None, None

    def _named(self, names: Sequence[str]) -> str:
        return "、".join(f"“{self.ledger.fields[name].label}”" for name in names)


def _key(values: Mapping[str, Any], names: Sequence[str]) -> tuple[Any, ...] | None:
    """The values of a key, None unless all are there."""
    found = []
    for name in names:
        value = values.get(name)
        if value is None:
            return None
        found.append(value)
    return tuple(found)


def _month_key(key: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple((part.year, part.month) if isinstance(part, date) else part for part in key)


def known_records(session: Session, ledger: Ledger, fields: Iterable[str]) -> list[Known]:
    """The live records of a ledger with some of their fields, in the order in which they were made."""
    table, names = table_of(ledger.model), sorted(fields)
    statement = select(table.c.id, *(table.c[name] for name in names))
    rows = session.connection().execute(statement.where(table.c.deleted_at.is_(None)).order_by(table.c.id)).all()
    return [Known(row[0], dict(zip(names, row[1:], strict=True))) for row in rows]


def deleted_among(session: Session, ledger: Ledger, ids: Sequence[str]) -> set[str]:
    """Those of the ids whose records have been deleted."""
    table = table_of(ledger.model)
    found: set[str] = set()
    for part in in_parts(ids):
        wanted = select(table.c.id).where(table.c.id.in_(part), table.c.deleted_at.is_not(None))
        found.update(session.connection().execute(wanted).scalars())
    return found


def match(
    session: Session, ledger: Ledger, rows: Sequence[SheetRow], decisions: Mapping[int, Decision]
) -> dict[int, Match]:
    """What each row is, by its number. A row that cannot be what its id says gets an error among its findings."""
    if not ledger.keys:
        return _match_whole(session, ledger, rows)
    fields = {name for names in ledger.keys for part in names.split() for name in [ledger.resolve(part)]}
    fields |= {name for name, spec in ledger.fields.items() if spec.kind.id == "name"}
    known = known_records(session, ledger, fields)
    by_id = {one.id: one for one in known}
    register = Register(ledger, known)
    gone = deleted_among(
        session, ledger, [row.record_id for row in rows if row.record_id and row.record_id not in by_id]
    )
    matches: dict[int, Match] = {}
    taken: dict[str, int] = {}
    for row in rows:
        found, doubt = register.find(row)
        if row.record_id in by_id:
            found, doubt = _by_id(row, by_id[row.record_id], found, doubt)
        elif row.record_id in gone:
            row.findings.append(error(None, "deleted", DELETED))
        matches[row.number] = _settled(ledger, row, found, doubt, taken, decisions.get(row.number))
        one = matches[row.number]
        if not one.stored and one.doubt is None:
            register.add(Known(one.id, row.values, row.number))
    return matches


DELETED = "这一行的记录在台账里已经删除。要重新登记，请把这一行复制到空白表里再导入"
SHIFTED = "这一行隐藏的记录编号与内容对不上，多半是只给一部分列排过序。请重新导出一份再改，或取消隐藏后删掉最右两列"


def _by_id(row: SheetRow, said: Known, found: Known | None, doubt: str | None) -> tuple[Known, str | None]:
    """The record that the hidden column names, unless the row's own contents point to another one."""
    if found is not None and found.id != said.id and found.number is None and doubt is None:
        return said, SHIFTED
    return said, None


def _settled(
    ledger: Ledger,
    row: SheetRow,
    found: Known | None,
    doubt: str | None,
    taken: dict[str, int],
    decision: Decision | None,
) -> Match:
    if found is None:
        return Match(new_id(), None)
    if decision == "new":
        return Match(new_id(), None)
    if found.number is not None and doubt is not None:
        return Match(found.id, found, doubt)
    earlier = found.number if found.number is not None else taken.get(found.id)
    if earlier is not None:
        return Match(found.id, found, f"与第 {earlier} 行是同一{ledger.one}，只能留一行，请删掉或改正其中一行")
    if doubt is not None and decision != "update":
        return Match(found.id, found, doubt)
    taken[found.id] = row.number
    names = [name for name, spec in ledger.fields.items() if spec.kind.id == "name" and name in row.values]
    for name in names:
        before = found.values.get(name)
        if before and before != row.values[name]:
            label = ledger.fields[name].label
            row.findings.append(warning(name, "renamed", f"“{label}”将由“{before}”改为“{row.values[name]}”，请核对"))
    return Match(found.id, found)


def _match_whole(session: Session, ledger: Ledger, rows: Sequence[SheetRow]) -> dict[int, Match]:
    """For a ledger without keys: a row is the stored record that its id names, or one that agrees in every filled cell;
    each stored record is one row only."""
    fields = sorted({name for row in rows for name in row.values})
    known = known_records(session, ledger, fields)
    by_id = {one.id: one for one in known}
    gone = deleted_among(
        session, ledger, [row.record_id for row in rows if row.record_id and row.record_id not in by_id]
    )
    named = {row.record_id for row in rows}
    free: dict[tuple[Any, ...], dict[tuple[Any, ...], list[Known]]] = {}
    used: set[str] = set()
    matches: dict[int, Match] = {}
    for row in rows:
        found = by_id.get(row.record_id or "")
        if row.record_id in gone:
            row.findings.append(error(None, "deleted", DELETED))
        if found is not None and found.id in used:
            matches[row.number] = Match(found.id, found, "这一行的记录编号在表里出现了两次，只能留一行")
            continue
        if found is None:
            names = tuple(sorted(row.values))
            if names not in free:
                index = free[names] = {}
                for one in known:
                    if one.id not in named:
                        index.setdefault(tuple(one.values[name] for name in names), []).append(one)
            candidates = free[names].get(tuple(row.values[name] for name in names), [])
            found = next((one for one in candidates if one.id not in used), None)
        if found is not None:
            used.add(found.id)
        matches[row.number] = Match(found.id if found else new_id(), found)
    return matches


def self_names(ledger: Ledger, names: Names, rows: Sequence[SheetRow], matches: Mapping[int, Match]) -> None:
    """Lets rows link to records that come into being in the same sheet: a branch to a general branch further down."""
    for row in rows:
        one = matches[row.number]
        if not one.stored and one.doubt is None:
            names.add(one.id, [row.values.get(name) for name in ("name", "code") if name in ledger.fields])
