"""Packages of every released schema are taken in by this program, and come to what their senders had."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.sync import seal, wire
from app.sync.intake import take_in
from app.sync.package import opened
from app.sync.peers import join
from app.workspace import Workspace
from db import settings
from db.ids import new_id
from db.journal import Batch
from db.migrations import rows as upgrades
from db.migrations.upgrade import SCHEMA
from db.models.handoff import PackageLine, Peer
from db.models.record import models, table_of

HERE = Path(__file__).parent / "packages"
RELEASED = sorted(int(one.name) for one in HERE.iterdir() if one.name.isdigit())
each = pytest.mark.parametrize("schema", RELEASED)
Kept = list[tuple[str, dict[str, Any]]]


def kept(schema: int, name: str) -> Kept:
    """The records that stood in the sender's store, as rows of today's."""
    lines = (HERE / str(schema) / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return [(one["ledger"], upgrades.upgraded(one["ledger"], one["row"], schema)) for one in found]


def offices(schema: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((HERE / str(schema) / "offices.json").read_text(encoding="utf-8"))
    return found


def give_keys(session: Session, own: dict[str, Any]) -> None:
    settings.put(session, "key/signing", own["signing"])
    settings.put(session, "key/receiving", own["receiving"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "新 目录"


def replica_of_county(schema: int) -> str:
    own = seal.pyrage.x25519.Identity.from_str(offices(schema)["county"]["receiving"])
    with (HERE / str(schema) / "down.dzb").open("rb") as file, opened(file, [own]) as found:
        return found.decode().sender.replica or ""


def with_links(rows: Kept, every: Kept) -> Kept:
    """These rows, and all that they lead to."""
    wanted = {row["id"] for _, row in rows}
    for ledger, row in rows:
        wanted |= {row[name] for name, _ in wire.links_of(models()[ledger]) if row.get(name)}
    found = [one for one in every if one[1]["id"] in wanted]
    return found if len(found) == len(rows) else with_links(found, every)


def county(folder: Path, schema: int) -> Workspace:
    """A fresh store of the county: its own records and the township's enrolment, and of the township's own records only
    those that the county's are tied to."""
    said = offices(schema)
    own, town = said["county"], said["town"]

    every = kept(schema, "down")

    def fill(batch: Batch) -> None:
        for ledger, row in with_links([one for one in every if one[1]["office_id"] == own["id"]], every):
            model = models()[ledger]
            whole = {**upgrades.added(ledger, schema), **row}
            values = wire.row_of(msgspec.convert(whole, wire.struct_of(model)))
            batch.session.execute(insert(table_of(model)), [values])
        batch.session.add(
            Peer(
                office_id=town["id"], code=town["code"], name=town["name"], superior=False, revoked_keys="",
                signing_key=town["signing_public"], receiving_key=town["receiving_public"],
            )
        )  # fmt: skip
        batch.session.flush()
        batch.session.add(  # the county restored: what its older copy wrote in the township's records may come back
            PackageLine(
                id=new_id(), place=1, peer_id=town["id"], sent=True, replica=replica_of_county(schema), sequence=1,
                digest="0" * 64, kind="snapshot", at="2026-11-03T08:00:00Z", file="", summary="{}",
            )
        )  # fmt: skip
        give_keys(batch.session, own)

    return Workspace.create(
        folder, code=own["code"], name=own["name"], level=own["level"], office_id=own["id"], fill=fill
    )


def same(ws: Workspace, expected: Kept, schema: int) -> None:
    """Every record that its sender had is here, column by column; what it did not know is empty, or what is added."""
    with ws.engine.connect() as connection:
        for ledger, row in expected:
            table = table_of(models()[ledger])
            found = connection.execute(select(table).where(table.c.id == row["id"])).mappings().one()
            here = msgspec.to_builtins({name: value for name, value in found.items() if name != "search_key"})
            added = upgrades.added(ledger, schema)
            assert here == {**dict.fromkeys(here), **added, **row}, f"{ledger} {row['id']}"


@each
def test_a_townships_package_is_taken_into_a_fresh_store(folder: Path, schema: int) -> None:
    expected = kept(schema, "up")
    with county(folder, schema) as ws:
        outcome = take_in(ws, HERE / str(schema) / "up.dzb")
        assert (outcome.status, outcome.conflicts) == ("applied", ()), outcome.message
        assert outcome.created > 0
        assert outcome.created + outcome.deleted + outcome.unchanged == len(expected)
        same(ws, expected, schema)


@each
def test_an_enrolment_file_is_joined_and_a_countys_package_is_taken_into_a_fresh_store(
    folder: Path, schema: int
) -> None:
    expected = kept(schema, "down")
    with join(HERE / str(schema) / "enrolment.dzb", folder, offices(schema)["passphrase"]) as ws:
        same(ws, [(ledger, row) for ledger, row in expected if ledger in ("post", "policy")], schema)
        with Session(ws.engine) as session, session.begin():
            give_keys(session, offices(schema)["town"])
        outcome = take_in(ws, HERE / str(schema) / "down.dzb")
        assert (outcome.status, outcome.conflicts) == ("applied", ()), outcome.message
        same(ws, expected, schema)


@each
@pytest.mark.parametrize("name", ["up", "down"])
def test_a_kept_package_is_of_its_schema_and_signed(schema: int, name: str) -> None:
    sender, receiver = ("town", "county") if name == "up" else ("county", "town")
    own = seal.pyrage.x25519.Identity.from_str(offices(schema)[receiver]["receiving"])
    with (HERE / str(schema) / f"{name}.dzb").open("rb") as file, opened(file, [own]) as found:
        assert found.decode().schema == schema
        assert seal.signed_by(offices(schema)[sender]["signing_public"], found.signature, found.manifest_bytes)


def test_every_schema_has_its_packages() -> None:
    """A schema is released with its packages: `python -m tests.sync.packages.make`."""
    assert list(range(1, SCHEMA + 1)) == RELEASED
