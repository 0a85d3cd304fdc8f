"""Makes the packages of this program's schema: `python -m tests.sync.packages.make`, once for each, at its release.

Writes, in a folder named after the schema, what a county and a township of the demonstration hand to each other, with
every record that is in it and the keys that open it. A released folder is never made again: test_packages.py takes in
each of them with every later program. While a schema is not released, its folder is deleted and made again when its
records change.

    enrolment.dzb   the township's enrolment file, under the passphrase of offices.json
    up.dzb          all records of the township, for the county
    down.dzb        all that the county has for the township
    up.jsonl, down.jsonl   the records in them, one a line with its ledger, as the sender's store held them
    offices.json    who the two are, with their private keys
"""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import editing
from app.demo.county import make_demo
from app.ledgers.catalogue import LEDGERS
from app.sync import seal
from app.sync.intake import inspect
from app.sync.outgoing import export
from app.workspace import Workspace
from db.migrations.upgrade import SCHEMA
from db.models.record import models, table_of

HERE = Path(__file__).parent
PASSPHRASE = "AAAAA-BBBBB-CCCCC-DDDDD"
MEMBERS = 12


def make(to: Path) -> None:
    """Makes a folder of packages. Raises `FileExistsError` when it is there."""
    to.mkdir()
    with tempfile.TemporaryDirectory() as made:
        with patch.object(seal, "new_passphrase", lambda: PASSPHRASE):
            county_folder, town_folder = make_demo(Path(made) / "demo", 1, MEMBERS)
        with Workspace.open(county_folder) as county, Workspace.open(town_folder) as town:
            delete_one(town)
            offices = {"passphrase": PASSPHRASE, "county": office(county), "town": office(town)}
            (to / "offices.json").write_text(json.dumps(offices, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            (enrolment,) = (county.folder / "packages").glob("*-enrolment-*")
            shutil.copyfile(enrolment, to / "enrolment.dzb")
            for name, sender, receiver in (("up", town, county), ("down", county, town)):
                sent = export(sender, Path(made), full=True)
                said = inspect(sent.file, receiver).manifest
                assert said is not None
                keep(sender, [one["table"] for one in said["records"]], to / f"{name}.jsonl", up=name == "up")
                shutil.copyfile(sent.file, to / f"{name}.dzb")


def delete_one(town: Workspace) -> None:
    """A record that is deleted goes too."""
    ledger = LEDGERS["village"]
    editing.delete(town, ledger, [editing.save(town, ledger, {"code": "999", "name": "旧村", "kind": "村"})])


def office(ws: Workspace) -> dict[str, Any]:
    with Session(ws.engine) as session:
        keys = seal.own_keys(session)
    one = ws.office
    return {
        "id": one.id,
        "code": one.code,
        "name": one.name,
        "level": one.level,
        "signing": keys.signing.private_bytes_raw().hex(),
        "signing_public": keys.signing_public,
        "receiving": str(keys.receiving),
        "receiving_public": keys.receiving_public,
    }


def keep(ws: Workspace, ledgers: list[str], to: Path, *, up: bool) -> None:
    """Writes down the records of these ledgers straight from the store; a township's own alone, in its package."""
    with to.open("w", encoding="utf-8") as out, ws.engine.connect() as connection:
        for ledger in ledgers:
            table = table_of(models()[ledger])
            for stored in connection.execute(select(table).order_by(table.c.id)).mappings():
                if up and stored["office_id"] != ws.office.id:
                    continue
                row = {name: value for name, value in stored.items() if name != "search_key"}
                line = {"ledger": ledger, "row": msgspec.to_builtins(row)}
                out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    make(HERE / str(SCHEMA))
