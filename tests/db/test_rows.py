"""The steps by which a row of an older schema becomes one of the next, as tables of cases; chains, and whole stores."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import BigInteger, Column, Date, Integer, MetaData, String, Table, insert, select

from db.engine import sqlite_engine
from db.migrations import rows
from db.migrations.rows import Step, Upgrade, added, carry, dropped, recoded, renamed, split, upgraded

STAMPS = {"": ["a", 1], "old": ["b", 2], "other": ["c", 3]}
halves = split("old", ("left", "right"), lambda value: value.split("/"))

CASES: list[tuple[Step, dict[str, Any], dict[str, Any]]] = [
    (renamed("old", "new"), {"old": "x", "other": 1}, {"new": "x", "other": 1}),
    (renamed("old", "new"), {"old": None}, {"new": None}),
    (renamed("old", "new"), {"other": 1}, {"other": 1}),
    (
        renamed("old", "new"),
        {"old": "x", "stamps": STAMPS},
        {"new": "x", "stamps": {"": ["a", 1], "new": ["b", 2], "other": ["c", 3]}},
    ),
    (renamed("old", "new"), {"old": "x", "stamps": {"": ["a", 1]}}, {"new": "x", "stamps": {"": ["a", 1]}}),
    (halves, {"old": "x/y"}, {"left": "x", "right": "y"}),
    (halves, {"old": None}, {"left": None, "right": None}),
    (halves, {}, {}),
    (
        halves,
        {"old": "x/y", "stamps": STAMPS},
        {"left": "x", "right": "y", "stamps": {"": ["a", 1], "left": ["b", 2], "right": ["b", 2], "other": ["c", 3]}},
    ),
    (halves, {"stamps": {"old": ["b", 2]}}, {"stamps": {"left": ["b", 2], "right": ["b", 2]}}),
    (recoded("old", {"1": "01"}), {"old": "1"}, {"old": "01"}),
    (recoded("old", {"1": "01"}), {"old": "2,1"}, {"old": "2,01"}),
    (recoded("old", {"1": "01"}), {"old": None}, {"old": None}),
    (recoded("old", {"1": "01"}), {}, {}),
    (dropped("old"), {"old": "x", "other": 1}, {"other": 1}),
    (dropped("old"), {"old": "x", "stamps": STAMPS}, {"stamps": {"": ["a", 1], "other": ["c", 3]}}),
]


@pytest.mark.parametrize(("step", "before", "after"), CASES)
def test_a_step(step: Step, before: dict[str, Any], after: dict[str, Any]) -> None:
    kept = {**before}
    assert step(before) == after
    assert before == kept


@pytest.mark.parametrize("row", [{"old": "x", "left": "y"}, {"old": "x"}, {"old": "x/y/z"}])
def test_a_row_of_another_shape_is_an_error(row: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"old|zip"):
        halves(row)


def test_a_row_goes_through_every_schema_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        rows,
        "UPGRADES",
        {
            3: {"member": Upgrade((renamed("mobile", "phone"), recoded("kind", {"x": "9"})), {"level": "2"})},
            2: {"member": Upgrade((renamed("cell", "mobile"),), {"kind": "x"}), "village": Upgrade()},
        },
    )
    assert upgraded("member", {"cell": "1"}, 1) == {"phone": "1"}
    assert upgraded("member", {"mobile": "1", "kind": "x"}, 2) == {"phone": "1", "kind": "9"}
    assert upgraded("member", {"phone": "1"}, 3) == {"phone": "1"}
    assert upgraded("post", {"cell": "1"}, 1) == {"cell": "1"}
    assert (added("member", 1), added("member", 2), added("member", 3)) == (
        {"kind": "9", "level": "2"}, {"level": "2"}, {},
    )  # fmt: skip


def test_every_upgrade_leads_to_a_schema_that_is_there() -> None:
    from db.migrations.upgrade import SCHEMA

    assert set(rows.UPGRADES) <= set(range(2, SCHEMA + 1))


def test_a_store_is_carried_with_its_dates_decimals_and_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = MetaData()
    text = [Column(name, String) for name in ("stamps", "ledger", "before", "after", "theirs")]
    days = [Column("was", Date), Column("day", Date), Column("hours", BigInteger), Column("time", BigInteger)]
    skill = Table("skill", every, Column("id", String, primary_key=True), text[0], *days)
    change = Table("change", every, Column("seq", Integer, primary_key=True), *text[1:4])
    Table("conflict", every, Column("record_id", String, primary_key=True), Column("ledger", String), text[4])
    steps = (renamed("was", "day"), renamed("hours", "time"))
    monkeypatch.setattr(rows, "UPGRADES", {2: {"skill": Upgrade(steps)}})
    engine = sqlite_engine(tmp_path / "records.db")
    with engine.begin() as connection:
        every.create_all(connection)
        values = {"stamps": '{"":["a",1],"hours":["b",2]}', "was": date(2026, 2, 3), "hours": 12_5000}
        connection.execute(insert(skill), [{"id": f"{number:04}", **values} for number in range(1500)])
        lines = [
            ("skill", None, '{"hours":"12.5"}'),
            ("skill", '{"hours":"12.5"}', '{"hours":"3"}'),
            ("post", None, "{}"),
        ]
        connection.execute(
            insert(change), [dict(zip(("ledger", "before", "after"), one, strict=True)) for one in lines]
        )
        carry(connection, 2, ["skill.hours", "skill.time"])
        found = connection.execute(select(skill.c.day, skill.c.time, skill.c.stamps).distinct()).all()
        assert [tuple(one) for one in found] == [(date(2026, 2, 3), 12_5000, '{"":["a",1],"time":["b",2]}')]
        journal = connection.execute(select(change.c.before, change.c.after).order_by(change.c.seq)).all()
        assert [tuple(one) for one in journal] == [
            (None, '{"time":"12.5"}'), ('{"time":"12.5"}', '{"time":"3"}'), (None, "{}"),
        ]  # fmt: skip
    engine.dispose()
