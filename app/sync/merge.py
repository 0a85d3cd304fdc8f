"""The merge of one record: two rows in, one row and its conflicts out. Pure; the rule is the two tables of sync.md.

Deleting touches every field: who deletes a record puts out of sight what another wrote in it meanwhile, unseen. So an
edit here and a deletion there are a conflict too, of `deleted_at`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.sync.version import Stamp, compact, covers, joined, seen, stamp_of
from db.journal import Values
from db.models.record import dump

SEED = "seed"
"""The replica of reference data: every office plants the same, so its stamps give way to those of any person."""


class Kind(StrEnum):
    """What a merge comes to."""

    KEEP = "keep"
    TAKE = "take"
    BOTH = "both"


class Forked(Exception):
    """Two computers wrote as one replica: one stamp, two values."""

    def __init__(self, field: str, stamp: Stamp) -> None:
        super().__init__(f"{field} {stamp}")
        self.field, self.stamp = field, stamp


@dataclass(frozen=True)
class Clash:
    """One field that both sides wrote without having seen each other."""

    field: str
    ours: Any
    theirs: Any


@dataclass(frozen=True)
class Merged:
    """The outcome of a merge.

    Attributes:
        kind: nothing to do, their row as it is, or a row of both.
        row: the columns to write over ours, `version` and `stamps` among them; a conflict's field keeps our value.
        clashes: what a person must decide. The decision is a save of our own on top of `row`.
    """

    kind: Kind
    row: Values
    clashes: tuple[Clash, ...] = ()


def merge(
    ours: Mapping[str, Any] | None, theirs: Mapping[str, Any], names: Sequence[str], *, fork_is_clash: bool = False
) -> Merged:
    """Merges an incoming row into the stored one (None: there is none).

    `names` are the columns that merge. `theirs` may lack some of them: then it says nothing about them. Raises
    `Forked` when one stamp stands on two values; with `fork_is_clash` a person decides between them instead, which is
    how a fork ends.
    """
    if ours is None:
        return Merged(Kind.TAKE, dict(theirs))
    if fork_is_clash and any(_forked(ours, theirs, name) for name in names):
        return _both(ours, theirs, names, fork_is_clash=True)
    if covers(ours["version"], theirs["version"]):
        return _same(ours, theirs, names)
    if covers(theirs["version"], ours["version"]):
        return take(ours, theirs, names)
    return _both(ours, theirs, names)


def owners_word(
    ours: Mapping[str, Any], theirs: Mapping[str, Any], names: Sequence[str], *, newcomer: bool
) -> Merged | None:
    """Their row whole, where the record is theirs alone to write and ours has seen saves that they do not know.

    Those were made on a computer of theirs that was replaced by an older backup: nobody here may write the record, so
    there is nothing to merge, and a merge would keep what its owner no longer has. Where ours is only newer, a copy
    that is not new to us may merely be late. None where the usual merge decides: versions agree, or a column lacks.
    """
    if covers(theirs["version"], ours["version"]) or any(name not in theirs for name in names):
        return None
    if covers(ours["version"], theirs["version"]) and not newcomer:
        return None
    row = {name: theirs[name] for name in names if theirs[name] != ours[name]}
    return Merged(Kind.TAKE, {**row, "version": theirs["version"], "stamps": theirs["stamps"]})


def _same(ours: Mapping[str, Any], theirs: Mapping[str, Any], names: Sequence[str]) -> Merged:
    """Their row is known. Equal versions must be equal rows: else two computers write as one replica."""
    if ours["version"] == theirs["version"]:
        for name in names:
            if _forked(ours, theirs, name):
                raise Forked(name, stamp_of(ours["stamps"], name))
    return Merged(Kind.KEEP, {})


def _forked(ours: Mapping[str, Any], theirs: Mapping[str, Any], name: str) -> bool:
    """Whether one save wrote two values. Reference data may: each program brings its own."""
    if name not in theirs or ours[name] == theirs[name]:
        return False
    stamp = stamp_of(ours["stamps"], name)
    return stamp[0] != SEED and stamp == stamp_of(theirs["stamps"], name)


def take(ours: Mapping[str, Any], theirs: Mapping[str, Any], names: Sequence[str]) -> Merged:
    """Their row as it is, whatever ours has seen. Columns that it lacks stay ours."""
    row: Values = {"version": theirs["version"]}
    stamps: dict[str, Stamp] = {}
    for name in names:
        if name not in theirs:
            stamps[name] = stamp_of(ours["stamps"], name)
            continue
        b = stamp_of(theirs["stamps"], name)
        if theirs[name] != ours[name]:
            if _forked(ours, theirs, name):
                raise Forked(name, b)
            row[name] = theirs[name]
        stamps[name] = b
    row["stamps"] = compact(stamps, stamp_of(theirs["stamps"], ""))
    return Merged(Kind.TAKE, row)


def _both(
    ours: Mapping[str, Any], theirs: Mapping[str, Any], names: Sequence[str], *, fork_is_clash: bool = False
) -> Merged:
    row: Values = {"version": joined(ours["version"], theirs["version"])}
    stamps: dict[str, Stamp] = {}
    clashes = []
    for name in names:
        a = stamp_of(ours["stamps"], name)
        if name not in theirs:
            stamps[name] = a
            continue
        b = stamp_of(theirs["stamps"], name)
        same = ours[name] == theirs[name]
        if _forked(ours, theirs, name):
            if not fork_is_clash:
                raise Forked(name, a)
            stamps[name] = a
            clashes.append(Clash(name, ours[name], theirs[name]))
        elif _theirs_stand(a, b, ours, theirs, name):
            stamps[name] = b
            if not same:
                row[name] = theirs[name]
        else:
            stamps[name] = a
            if not same and not _ours_stand(a, b, ours, theirs):
                clashes.append(Clash(name, ours[name], theirs[name]))
    if "deleted_at" in stamps and _deletes_unseen(ours, theirs, names):
        row.pop("deleted_at", None)
        stamps["deleted_at"] = stamp_of(ours["stamps"], "deleted_at")
        clashes.append(Clash("deleted_at", ours["deleted_at"], theirs["deleted_at"]))
    shared = max(stamp_of(ours["stamps"], ""), stamp_of(theirs["stamps"], ""))
    row["stamps"] = compact(stamps, shared)
    return Merged(Kind.BOTH, row, tuple(clashes))


def _deletes_unseen(ours: Mapping[str, Any], theirs: Mapping[str, Any], names: Sequence[str]) -> bool:
    """Whether one side deleted what the other edited, and neither had seen it."""
    if (ours["deleted_at"] is None) == (theirs["deleted_at"] is None):
        return False
    deleted, live = (theirs, ours) if ours["deleted_at"] is None else (ours, theirs)
    if seen(stamp_of(deleted["stamps"], "deleted_at"), live["version"]):
        return False
    if not seen(stamp_of(live["stamps"], "deleted_at"), deleted["version"]):
        return False  # both wrote `deleted_at`: a conflict as it is
    written = (stamp_of(live["stamps"], name) for name in names if name in live)
    return any(one[0] != SEED and not seen(one, deleted["version"]) for one in written)


def _theirs_stand(a: Stamp, b: Stamp, ours: Mapping[str, Any], theirs: Mapping[str, Any], name: str) -> bool:
    """Whether the field takes their value and stamp."""
    if a == b:  # only seeds may differ here, and both sides must choose alike
        return dump(theirs[name]) > dump(ours[name])
    if seen(b, ours["version"]):
        return False
    if seen(a, theirs["version"]) or (a[0] == SEED and b[0] != SEED):
        return True
    return bool(ours[name] == theirs[name] and b > a and (b[0] == SEED) <= (a[0] == SEED))


def _ours_stand(a: Stamp, b: Stamp, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    """Whether the field keeps our value with no question (given that theirs does not stand)."""
    return a == b or seen(b, ours["version"]) or (b[0] == SEED and a[0] != SEED)
