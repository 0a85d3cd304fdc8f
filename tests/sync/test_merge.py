"""The two merging tables of sync.md, a row a test, and long random histories of three replicas."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sync.choices import decision
from app.sync.merge import Clash, Forked, Kind, merge
from app.sync.version import stamp_of
from db.journal import first_stamp, next_stamp

NAMES = ("a", "b", "deleted_at")
Row = dict[str, Any]


def made(replica: str = "A", **values: Any) -> Row:
    version, stamps = first_stamp(replica)
    return {"id": "x", **dict.fromkeys(NAMES), **values, "version": version, "stamps": stamps}


def saved(row: Row, replica: str, **values: Any) -> Row:
    version, stamps = next_stamp(row["version"], row["stamps"], values, replica)
    return {**row, **values, "version": version, "stamps": stamps}


def both(ours: Row, theirs: Row) -> tuple[Row, tuple[Clash, ...]]:
    merged = merge(ours, theirs, NAMES)
    return {**ours, **merged.row}, merged.clashes


# ---------------------------------------------------------------- versions


def test_theirs_seen_by_ours_changes_nothing() -> None:
    theirs = made(a=1)
    merged = merge(saved(theirs, "B", a=2), theirs, NAMES)
    assert (merged.kind, merged.row) == (Kind.KEEP, {})


def test_ours_missing_takes_theirs_with_its_stamps() -> None:
    theirs = saved(made(a=1), "B", b=2)
    assert merge(None, theirs, NAMES).row == theirs


def test_ours_seen_by_theirs_takes_theirs_with_its_stamps() -> None:
    ours = made(a=1)
    theirs = saved(ours, "B", a=2)
    row, clashes = both(ours, theirs)
    assert row == theirs
    assert clashes == ()


def test_versions_that_have_not_seen_each_other_become_their_maximum() -> None:
    start = made(a=1, b=1)
    row, _ = both(saved(start, "A", a=2), saved(saved(start, "B", b=2), "B", b=3))
    assert row["version"] == {"A": 2, "B": 2}


# ---------------------------------------------------------------- fields


def test_same_stamp_keeps_the_value() -> None:
    start = made(a=1, b=1)
    row, clashes = both(saved(start, "A", b=2), saved(start, "B", b=2))
    assert (row["a"], clashes) == (1, ())


def test_same_stamp_with_two_values_is_a_fork() -> None:
    start = made(a=1)
    with pytest.raises(Forked):
        merge(saved(start, "A", a=2), saved(start, "A", a=3), NAMES)
    with pytest.raises(Forked):
        merge(saved(start, "A", a=2), saved(saved(start, "A", a=3), "B", b=1), NAMES)


def test_a_fork_that_a_new_replica_brings_is_decided_by_a_person() -> None:
    start = made(a=1)
    merged = merge(saved(start, "A", a=2), saved(start, "A", a=3), NAMES, fork_is_clash=True)
    assert merged.clashes == (Clash("a", 2, 3),)


def test_their_stamp_seen_by_us_keeps_ours() -> None:
    start = made(a=1, b=1)
    ours = saved(start, "B", a=2)
    row, clashes = both(ours, saved(start, "A", b=2))
    assert (row["a"], row["b"], clashes) == (2, 2, ())
    assert stamp_of(row["stamps"], "a") == ("B", 1)


def test_our_stamp_seen_by_them_takes_theirs() -> None:
    start = made(a=1, b=1)
    row, clashes = both(saved(start, "A", b=2), saved(start, "B", a=2))
    assert (row["a"], row["b"], clashes) == (2, 2, ())


def test_neither_seen_and_equal_keeps_the_value_with_the_greater_stamp() -> None:
    start = made(a=1)
    one, other = saved(start, "A", a=2), saved(start, "B", a=2)
    for ours, theirs in ((one, other), (other, one)):
        row, clashes = both(ours, theirs)
        assert (row["a"], clashes) == (2, ())
        assert stamp_of(row["stamps"], "a") == ("B", 1)


def test_neither_seen_and_different_is_a_conflict() -> None:
    start = made(a=1)
    row, clashes = both(saved(start, "A", a=2), saved(start, "B", a=3))
    assert clashes == (Clash("a", 2, 3),)
    assert row["a"] == 2


GONE = "2026-01-01T00:00:00Z"


def test_edited_here_and_deleted_there_is_a_conflict() -> None:
    start = made(a=1)
    row, clashes = both(saved(start, "A", a=2), saved(start, "B", deleted_at=GONE))
    assert (row["a"], row["deleted_at"], clashes) == (2, None, (Clash("deleted_at", None, GONE),))


def test_deleted_here_and_edited_there_is_a_conflict() -> None:
    start = made(a=1)
    row, clashes = both(saved(start, "B", deleted_at=GONE), saved(start, "A", a=2))
    assert (row["a"], row["deleted_at"], clashes) == (2, GONE, (Clash("deleted_at", GONE, None),))


def test_who_deleted_having_seen_the_edit_deletes_it() -> None:
    edited = saved(made(a=1), "A", a=2)
    other = saved(saved(edited, "B", deleted_at=GONE), "B", b=3)
    row, clashes = both(saved(edited, "C", b=3), other)
    assert (row["a"], row["b"]) == (2, 3)
    assert clashes == (Clash("deleted_at", None, GONE),)  # C's edit is what B has not seen
    row, clashes = both(edited, other)
    assert (row["deleted_at"], clashes) == (GONE, ())


def test_a_decision_about_a_deletion_ends_it() -> None:
    start = made(a=1)
    here, there = saved(start, "A", a=2), saved(start, "B", deleted_at=GONE)
    kept = saved(both(here, there)[0], "A", deleted_at=None)
    row, clashes = both(there, kept)
    assert (row["a"], row["deleted_at"], clashes) == (2, None, ())


def test_two_deletions_are_a_conflict_like_any_other() -> None:
    start, here, there = made(a=1), "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"
    row, clashes = both(saved(start, "A", deleted_at=here), saved(start, "B", deleted_at=there))
    assert (row["deleted_at"], clashes) == (here, (Clash("deleted_at", here, there),))


def test_both_sides_merge_to_the_same_row_so_nothing_echoes() -> None:
    start = made(a=1, b=1)
    one, other = saved(start, "A", a=2), saved(start, "B", b=2)
    here, there = both(one, other)[0], both(other, one)[0]
    assert here == there
    assert merge(here, there, NAMES).kind is Kind.KEEP


def test_a_column_that_is_not_there_keeps_its_value_and_stamp_and_null_clears() -> None:
    ours = saved(made(a=1, b=1), "A", b=5)
    theirs = saved(ours, "B", a=None)
    del theirs["b"]
    row, clashes = both(ours, theirs)
    assert (row["a"], row["b"], clashes) == (None, 5, ())
    assert stamp_of(row["stamps"], "b") == ("A", 2)


def test_reference_data_gives_way_to_a_person_and_never_conflicts() -> None:
    start = made("seed", a=1)
    edited, upgraded = saved(start, "A", a=2), saved(start, "seed", a=3)
    assert [both(edited, upgraded)[0]["a"], both(upgraded, edited)[0]["a"]] == [2, 2]
    newer, other = saved(start, "seed", a=3), saved(saved(start, "seed", a=4), "B", b=1)
    assert both(newer, other)[1] == ()
    mixed = saved(newer, "A", b=None)
    assert both(mixed, other)[0]["a"] == both(other, mixed)[0]["a"]


# ---------------------------------------------------------------- histories


class Office:
    """One replica: rows by key, and a way to decide conflicts."""

    def __init__(self, name: str, log: "Log") -> None:
        self.name, self.log = name, log
        self.rows: dict[str, Row] = {}

    def save(self, key: str, name: str, value: Any) -> None:
        old = self.rows.get(key)
        if old is None:  # an office creates a record once; the others get it from there
            old = {"id": key, **dict.fromkeys(NAMES), "version": {}, "stamps": {"": ("", 0)}}
        new = saved(old, self.name, **{name: value})
        self.log.writes.append((key, name, stamp_of(new["stamps"], name), dict(old["version"])))
        self.rows[key] = new

    def take(self, rows: dict[str, Row], rng: random.Random) -> None:
        for key, theirs in rows.items():
            ours = self.rows.get(key)
            if ours is None:
                self.rows[key] = dict(merge(None, theirs, NAMES).row)
                continue
            for name in NAMES:
                a, b = stamp_of(ours["stamps"], name), stamp_of(theirs["stamps"], name)
                if ours[name] == theirs[name] and a != b:
                    self.log.settled.add((key, min(a, b)))
            merged = merge(ours, theirs, NAMES)
            new = {**ours, **merged.row}
            if merged.clashes:
                values = {}
                for clash in merged.clashes:
                    self.log.settled |= {
                        (key, stamp_of(ours["stamps"], clash.field)),
                        (key, stamp_of(theirs["stamps"], clash.field)),
                    }
                    values[clash.field] = rng.choice([clash.ours, clash.theirs, rng.randint(0, 9)])
                before = dict(new["version"])
                new = {**ours, **decision(ours, merged.row, values, self.name)}
                for name in values:
                    self.log.writes.append((key, name, stamp_of(new["stamps"], name), before))
            self.rows[key] = new


class Log:
    """Every save ever made, and the stamps that a decision (or an equal value) replaced knowingly."""

    def __init__(self) -> None:
        self.writes: list[tuple[str, str, tuple[str, int], dict[str, int]]] = []
        self.settled: set[tuple[str, tuple[str, int]]] = set()


@given(st.integers(min_value=0, max_value=2**40))
def test_histories_converge_and_lose_no_edit(seed: int) -> None:
    rng, log = random.Random(seed), Log()
    offices = [Office("county", log), Office("town", log), Office("second", log)]
    road: list[tuple[int, dict[str, Row]]] = []
    backups: dict[int, dict[str, Row]] = {}
    for number in range(rng.randint(10, 80)):
        place, chance = rng.randrange(3), rng.random()
        one = offices[place]
        if chance < 0.45:
            one.save(rng.choice("xyz"), rng.choice(NAMES), rng.choice([number, rng.randint(0, 2)]))
        elif chance < 0.65:
            road.append((rng.choice([to for to in range(3) if to != place]), dict(one.rows)))
        elif chance < 0.9 and road:
            sent = rng.randrange(len(road))
            to, rows = road[sent]
            if rng.random() < 0.7:
                road.pop(sent)
            offices[to].take(rows, rng)
        elif chance < 0.94 and road:
            road.pop(rng.randrange(len(road)))
        elif chance < 0.97:
            backups[place] = dict(one.rows)
        elif place and place in backups:
            offices[place] = Office(one.name + "'", log)
            offices[place].rows = dict(backups[place])
    for _ in range(6):
        for town in offices[1:]:
            offices[0].take(dict(town.rows), rng)
        for town in offices[1:]:
            town.take(dict(offices[0].rows), rng)
    assert offices[0].rows == offices[1].rows == offices[2].rows
    for key, name, stamp, _ in log.writes:
        row = offices[0].rows.get(key)
        if row is None or row["version"].get(stamp[0], 0) < stamp[1] or (key, stamp) in log.settled:
            continue  # lost with its computer, or decided
        if stamp_of(row["stamps"], name) != stamp:
            seen_by_later = [v for k, n, _, v in log.writes if (k, n) == (key, name)]
            assert any(v.get(stamp[0], 0) >= stamp[1] for v in seen_by_later), f"lost {key}.{name} {stamp}"
