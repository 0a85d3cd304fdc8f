"""Packages and stores of an older schema: both come up to this one by the same functions, and agree.

The step here is made up: before it a member's phone had another name, two columns were one, the codes of the sexes were
letters, and two columns did not exist. What a real step did is held by the packages of its schema (test_packages.py).
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from app.sync import chain, outgoing
from app.sync.choices import LATER, THEIRS
from app.sync.intake import put_off, settle, take_in
from db.migrations import rows as upgrades
from db.migrations.rows import Upgrade, carry, recoded, renamed, split
from db.migrations.upgrade import SCHEMA
from tests.sync.conftest import Pair, edit, everything, row
from tests.sync.forging import Rows

SECOND = {
    "member": Upgrade(
        (
            renamed("mobile", "phone"),
            split("abilities", ("office_held", "strengths"), lambda value: [one or None for one in value.split("；")]),
            recoded("sex", {"M": "1", "F": "2"}),
        ),
        {"standing": "01"},
    )
}
NEXT = SCHEMA + 1
LETTERS = {"1": "M", "2": "F"}
UNKNOWN = ("health", "standing")


def aged(one: dict[str, Any]) -> dict[str, Any]:
    """A row of today's, whole or of a few columns, as the made-up older schema had it."""
    old = {name: value for name, value in one.items() if name not in UNKNOWN}
    if "phone" in old:
        old["mobile"] = old.pop("phone")
    if "office_held" in old or "strengths" in old:
        parts = [old.pop("office_held", None), old.pop("strengths", None)]
        old["abilities"] = "；".join(part or "" for part in parts) if any(parts) else None
    if "sex" in old:
        old["sex"] = LETTERS[old["sex"]]
    if "stamps" in old:
        names = {"phone": "mobile", "office_held": "abilities", "strengths": "abilities"}
        old["stamps"] = {names.get(name, name): stamp for name, stamp in old["stamps"].items() if name not in UNKNOWN}
    return old


def age_rows(rows: Rows) -> None:
    rows["member"] = [aged(one) for one in rows["member"]]


@pytest.fixture
def next_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """This program's schema is the one after its own; its own is the older one."""
    monkeypatch.setitem(upgrades.UPGRADES, NEXT, SECOND)
    for module in (chain, outgoing):
        monkeypatch.setattr(module, "SCHEMA", NEXT)


@pytest.fixture
def older(pair: Pair, forge: Callable[..., Path], next_schema: None) -> Callable[..., Path]:
    """Writes the township's whole store as its older program would."""

    def make(more: Callable[[Rows], Any] = lambda rows: None) -> Path:
        def change(rows: Rows) -> None:
            age_rows(rows)
            more(rows)

        return forge(rows=change, manifest=lambda said: said.update(schema=SCHEMA))

    return make


# ---------------------------------------------------------------- packages


def test_an_older_package_brings_a_renamed_a_split_and_a_recoded_column(pair: Pair, older: Callable[..., Path]) -> None:
    edit(pair.town, pair.member, phone="13800000001", office_held="支部委员", strengths="书法", sex="女")
    outcome = take_in(pair.county, older())
    assert (outcome.status, outcome.updated) == ("applied", 1)
    assert "drift" not in {one.rule for one in outcome.findings}
    here, there = row(pair.county, pair.member), row(pair.town, pair.member)
    assert {name: here[name] for name in ("phone", "office_held", "strengths", "sex")} == {
        "phone": "13800000001", "office_held": "支部委员", "strengths": "书法", "sex": "2",
    }  # fmt: skip
    assert here == there


def test_a_column_that_an_older_program_did_not_know_keeps_its_value(pair: Pair, older: Callable[..., Path]) -> None:
    edit(pair.county, pair.member, health="健康", standing="停止党籍")
    before = row(pair.county, pair.member)
    edit(pair.town, pair.member, phone="13800000001")
    assert take_in(pair.county, older()).status == "applied"
    here = row(pair.county, pair.member)
    assert (here["health"], here["standing"], here["phone"]) == ("健康", before["standing"], "13800000001")


def test_a_new_record_of_an_older_program_gets_what_every_record_has_now(
    pair: Pair, older: Callable[..., Path]
) -> None:
    new = edit(pair.town, None, name="李四", sex="女", nation="彝", birth="1990-01-01", branch_id=pair.branch)
    assert take_in(pair.county, older()).created == 1
    assert (row(pair.county, new)["standing"], row(pair.county, new)["sex"]) == ("01", "2")


def test_a_conflict_with_an_older_package_is_about_todays_column(pair: Pair, older: Callable[..., Path]) -> None:
    edit(pair.county, pair.member, phone="13900000000")
    edit(pair.town, pair.member, phone="13800000000")
    outcome = take_in(pair.county, older())
    assert [(one.field, one.label, one.theirs) for one in outcome.conflicts] == [("phone", "手机号", "13800000000")]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda one: one.update(phone="13800000001"), "不是一条完整的记录"),
        (lambda one: one.update(abilities=5), "不是一条完整的记录"),
        (lambda one: one.update(abilities="一；二；三"), "不是一条完整的记录"),
        (lambda one: one.update(mobile=5), "“手机号”（phone）的值类型或格式不对"),
        (lambda one: one.update(birth="1978-02-30"), "“出生日期”（birth）的值类型或格式不对"),
        (lambda one: one.update(salary=1), "有不认识的栏目 salary"),
        (lambda one: one.pop("stamps"), "缺少栏目 stamps"),
        (lambda one: one.update(stamps=[]), "栏目 stamps的值类型或格式不对"),
    ],
)
def test_a_row_that_is_of_no_schema_is_refused(
    pair: Pair, older: Callable[..., Path], change: Callable[[dict[str, Any]], Any], said: str
) -> None:
    edit(pair.town, pair.member, phone="13800000001")
    before = everything(pair.county)
    outcome = take_in(pair.county, older(lambda rows: change(rows["member"][0])))
    assert (outcome.status, outcome.reason) == ("refused", "invalid-record")
    assert said.replace(" ", "") in outcome.message.replace(" ", "")
    assert everything(pair.county) == before


# ---------------------------------------------------------------- stores


def make_older(connection: Connection) -> None:
    """Turns a store back into what the older program kept; the new columns stand empty, as a revision finds them."""
    for name in ("mobile", "abilities"):
        connection.execute(text(f"ALTER TABLE member ADD COLUMN {name} VARCHAR(200)"))
    for one in connection.execute(text("SELECT * FROM member")).mappings().all():
        old = aged({**one, "stamps": json.loads(one["stamps"])})
        values = {name: old[name] for name in ("mobile", "abilities", "sex", "id")}
        stamps = json.dumps(old["stamps"], sort_keys=True, separators=(",", ":"))
        connection.execute(
            text(
                "UPDATE member SET mobile = :mobile, abilities = :abilities, sex = :sex, stamps = :stamps,"
                " phone = NULL, office_held = NULL, strengths = NULL, health = NULL WHERE id = :id"
            ),
            {**values, "stamps": stamps},
        )
    wanted = text("SELECT name, sql FROM sqlite_master WHERE tbl_name = 'member' AND sql LIKE 'CREATE INDEX%standing%'")
    indexes = connection.execute(wanted).all()
    for name, _ in indexes:
        connection.execute(text(f"DROP INDEX {name}"))
    connection.execute(text("ALTER TABLE member DROP COLUMN standing"))
    connection.execute(text("ALTER TABLE member ADD COLUMN standing VARCHAR(20)"))
    for _, made in indexes:
        connection.execute(text(made))
    for table, key, columns in (("change", "seq", ("before", "after")), ("conflict", "record_id", ("theirs",))):
        for line in connection.execute(text(f"SELECT * FROM \"{table}\" WHERE ledger = 'member'")).mappings().all():
            for column in columns:
                if line[column]:
                    old = json.dumps(aged(json.loads(line[column])), sort_keys=True, ensure_ascii=False)
                    connection.execute(
                        text(f'UPDATE "{table}" SET "{column}" = :old WHERE "{key}" = :key'),
                        {"old": old.replace(": ", ":").replace(", ", ","), "key": line[key]},
                    )


def revision(connection: Connection) -> None:
    """What a revision does when it has made the new columns."""
    carry(connection, NEXT)
    for name in ("mobile", "abilities"):
        connection.execute(text(f"ALTER TABLE member DROP COLUMN {name}"))


def test_an_upgraded_store_and_an_upgraded_package_are_the_same(
    pair: Pair, older: Callable[..., Path], forge: Callable[..., Path]
) -> None:
    edit(pair.town, pair.member, phone="13800000001", office_held="支部委员", strengths="书法", sex="女")
    first = take_in(pair.county, older())
    assert first.status == "applied"
    member, journal = row(pair.town, pair.member), everything(pair.town)["change"]
    with pair.town.engine.begin() as connection:
        make_older(connection)
    assert row(pair.town, pair.member) != member
    assert everything(pair.town)["change"] != journal
    with pair.town.engine.begin() as connection:
        revision(connection)
    assert row(pair.town, pair.member) == member == row(pair.county, pair.member)
    assert [len(line) for line in everything(pair.town)["change"]] == [len(line) for line in journal]
    later = forge(manifest=lambda said: said.update(sequence=3, previous=first.package_digest))
    outcome = take_in(pair.county, later)
    assert (outcome.status, outcome.updated, outcome.conflicts) == ("applied", 0, ())


def test_an_upgraded_store_undoes_what_was_done_before(pair: Pair, next_schema: None) -> None:
    edit(pair.town, pair.member, phone="13800000001", strengths="书法")
    edit(pair.town, pair.member, phone="13800000002")
    with pair.town.engine.begin() as connection:
        make_older(connection)
        revision(connection)
    pair.town.undo()
    assert row(pair.town, pair.member)["phone"] == "13800000001"
    pair.town.undo()
    assert (row(pair.town, pair.member)["phone"], row(pair.town, pair.member)["strengths"]) == (None, None)


def test_an_upgraded_store_decides_what_was_put_off_before(pair: Pair, next_schema: None) -> None:
    edit(pair.county, pair.member, phone="13900000000")
    edit(pair.town, pair.member, phone="13800000000")
    pair.to_county(decide=lambda one: LATER)
    with pair.county.engine.begin() as connection:
        make_older(connection)
        revision(connection)
    assert [(one.field, one.theirs) for one in put_off(pair.county)] == [("phone", "13800000000")]
    settle(pair.county, pair.member, {"phone": THEIRS})
    assert row(pair.county, pair.member)["phone"] == "13800000000"
