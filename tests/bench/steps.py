"""One step of the hand-off in a process of its own: `python -m tests.bench.steps STEP FOLDER [NUMBER]`.

Prints one line of JSON: wall and CPU seconds of the step alone, the process's peak memory in MB before it and in all,
and the size in bytes of the file that it wrote or read.
"""

import json
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

STICK, KEY, SEALED = "stick", "key.txt", "changeset.age"
CHANGED = 500


def measured(do: Callable[[], Any], file: Callable[[], Path]) -> dict[str, float]:
    """The figures of one call."""
    before = _peak()
    wall, cpu = time.perf_counter(), time.process_time()
    do()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"wall": wall, "cpu": cpu, "before": before, "peak": _peak(), "bytes": file().stat().st_size}


def _peak() -> float:
    """In MB, of this process alone: `ru_maxrss` would begin with that of the process which started it."""
    (line,) = (one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def newest(folder: Path) -> Path:
    """The package written last."""
    return max((folder / STICK).glob("*.dzb"), key=lambda one: one.stat().st_mtime_ns)


# ---------------------------------------------------------------- ours


def prepare(folder: Path, members: int) -> None:
    """A county, and a township that has joined it and has so many members; both encrypted."""
    from app.sync import peers
    from app.workspace import Workspace
    from db.models.team import Member
    from tests.bench import data

    chance = random.Random(1)
    (folder / STICK).mkdir(parents=True)
    secret = data.PASSPHRASE
    with Workspace.create(folder / "county", code="430599", name="云溪县", level="county", passphrase=secret) as county:
        enrolment = peers.enrol(county, "430599101", "石桥镇", folder / "enrolment.dzb")
    with peers.join(enrolment.file, folder / "township", enrolment.passphrase, secret) as township:
        office = township.office.id
        with township.edit("党支部") as batch:
            branches = data.branches_of(chance, batch, office, 50)
        for start in range(0, members, 10_000):
            rows = [
                {**data.member(chance, chance.choice(branches)), "office_id": office}
                for _ in range(min(10_000, members - start))
            ]
            with township.edit("党员") as batch:
                batch.create_rows(Member, rows)


def change(folder: Path) -> None:
    """The county's receipt goes back to the township, where the telephone and the address of some members change."""
    from sqlalchemy import select

    from app.sync import intake, outgoing
    from db.journal import stored_rows
    from db.models.team import Member

    with _opened(folder, "county") as county:
        receipt = outgoing.export(county, folder / STICK, code="430599101").file
    with _opened(folder, "township") as township:
        intake.take_in(township, receipt)
        with township.edit("改电话") as batch:
            ids = list(batch.session.scalars(select(Member.id).order_by(Member.id)))
            chosen = random.Random(2).sample(ids, CHANGED)
            stored = stored_rows(batch.session.connection(), Member, chosen)
            changed = {"phone": "13800000000", "address": "云溪县石桥镇"}
            batch.update_rows(Member, [(row, changed) for row in stored.values()])


def _opened(folder: Path, name: str) -> Any:
    from app.workspace import Workspace
    from tests.bench.data import PASSPHRASE

    return Workspace.open(folder / name, PASSPHRASE)


def out(folder: Path) -> dict[str, float]:
    """The township writes a package."""
    from app.sync import outgoing

    with _opened(folder, "township") as township:
        return measured(lambda: outgoing.export(township, folder / STICK), lambda: newest(folder))


def into(folder: Path) -> dict[str, float]:
    """The county takes the newest package in."""
    from app.sync import intake

    with _opened(folder, "county") as county:
        found: list[Any] = []
        figures = measured(lambda: found.append(intake.take_in(county, newest(folder))), lambda: newest(folder))
    if found[0].status != "applied":
        raise RuntimeError(found[0].message)
    return figures


# ---------------------------------------------------------------- attachments


def attach(folder: Path, megabytes: int) -> dict[str, float]:
    """So many megabytes of random bytes, in files of ten, are attached to members of the township."""
    from sqlalchemy import select

    from app import attachments
    from app.ledgers.catalogue import LEDGERS
    from db.models.team import Member
    from tests.bench.files import EACH

    with _opened(folder, "township") as township:
        with township.read() as session:
            members = list(session.scalars(select(Member.id).order_by(Member.id)))
        file = folder / "scan.pdf"
        file.touch()

        def add() -> None:
            for number in range(megabytes // EACH):
                with file.open("wb") as out:
                    for _ in range(EACH):
                        out.write(os.urandom(1 << 20))
                with file.open("rb") as content:
                    attachments.add(township, LEDGERS["member"], members[number], "scan.pdf", content)

        return measured(add, lambda: file)


def back_up(folder: Path) -> dict[str, float]:
    """A backup of the township."""
    from app import backup

    with _opened(folder, "township") as township:
        return measured(
            lambda: backup.backup(township, folder / "backups"), lambda: next((folder / "backups").glob("*.sjb"))
        )


def restore(folder: Path) -> dict[str, float]:
    """The backup becomes a workspace, which is opened."""
    from app import backup

    file = next((folder / "backups").glob("*.sjb"))

    def do() -> None:
        backup.restore(file, folder / "restored")
        _opened(folder, "restored").close()

    return measured(do, lambda: file)


def write_out(folder: Path) -> dict[str, float]:
    """Every attachment of the county is written to a file, as it is when it is opened."""
    from sqlalchemy import select

    from app import attachments
    from db.models.common import Attachment

    target = folder / "out.pdf"
    target.touch()
    with _opened(folder, "county") as county:

        def do() -> None:
            with county.read() as session:
                records = list(session.scalars(select(Attachment.record).order_by(Attachment.id)))
            for record in records:
                with county.read() as session:
                    found = attachments.listed(session, record)
                for one in found:
                    attachments.write_out(county, one, target)

        return measured(do, lambda: target)


def check(folder: Path) -> dict[str, float]:
    """The county's store is checked."""
    from app import quality

    with _opened(folder, "county") as county:
        return measured(lambda: quality.check(county), lambda: folder / "county" / "records.db")


# ---------------------------------------------------------------- SQLite's session extension


def plain(folder: Path) -> None:
    """A plain copy of the township's store, of which the sessions take the members."""
    from db.engine import encrypt_copy

    with _opened(folder, "township") as township:
        encrypt_copy(township.engine, folder / "plain.db", None)


def session(folder: Path, *, indexed: bool) -> dict[str, dict[str, float]]:
    """The members' changesets, all of them and then of 500 changes: made and sealed, opened and applied, with the
    ledger's own indexes or with its primary key alone. The stores are plain files in WAL mode."""
    import apsw
    import pyrage

    identity, sealed = pyrage.x25519.Identity.generate(), folder / SEALED
    whole = apsw.Connection(str(folder / "plain.db"))
    tables = "SELECT sql FROM sqlite_master WHERE tbl_name = 'member' AND sql IS NOT NULL"
    schema = [sql for (sql,) in whole.execute(tables) if indexed or sql.startswith("CREATE TABLE")]

    def store(name: str) -> apsw.Connection:
        made = apsw.Connection(str(folder / f"{name}-{indexed}.db"))
        made.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536")
        for sql in schema:
            made.execute(sql)
        return made

    here, there = store("here"), store("there")

    def recorded(write: Callable[[], Any]) -> apsw.Session:
        found = apsw.Session(here, "main")
        found.attach("member")
        with here:
            write()
        return found

    def seal(changes: apsw.Session) -> None:
        sealed.write_bytes(pyrage.encrypt(changes.changeset(), [identity.to_public()]))

    def apply() -> None:
        with there:
            apsw.Changeset.apply(pyrage.decrypt(sealed.read_bytes(), [identity]), there)

    def fill() -> None:
        rows = list(whole.execute("SELECT * FROM member"))
        here.executemany(f"INSERT INTO member VALUES ({','.join('?' * len(rows[0]))})", rows)

    def update() -> None:
        here.execute(
            "UPDATE member SET phone = '13800000001', address = '云溪县白沙镇' WHERE id IN"
            f" (SELECT id FROM member ORDER BY substr(id, 30) LIMIT {CHANGED})"
        )

    found = {}
    for name, write in (("first", fill), ("changes", update)):
        changes = recorded(write)
        found[f"{name} out"] = measured(lambda changes=changes: seal(changes), lambda: sealed)
        found[f"{name} in"] = measured(apply, lambda: sealed)
    return found


# ---------------------------------------------------------------- Morango


def morango(folder: Path) -> dict[str, dict[str, float]]:
    """The same members in Morango on a plain SQLite file: put into its store, and from its store into the table, all of
    them and then 500 changed ones. Nothing is sealed or sent; the table is emptied between."""
    import sqlite3

    import django
    from django.conf import settings

    file = folder / "morango.db"
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "morango", "tests.bench.rival"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file)}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        SECRET_KEY="measuring",
    )
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from morango.models import Store
    from morango.sync.controller import MorangoProfileController

    from tests.bench.rival.models import COLUMNS, Member

    call_command("migrate", run_syncdb=True, verbosity=0)
    source = sqlite3.connect(folder / "plain.db")
    names = [f"{name}_id" if name in ("office", "branch") else name for name in COLUMNS]
    with source:
        found = source.execute(f"SELECT replace(id, '-', ''), {', '.join(names)} FROM member").fetchall()
    source.close()
    common = {"_morango_partition": "roll", "_morango_source_id": "x", "_morango_dirty_bit": True}
    Member.objects.bulk_create(
        [Member(id=row[0], **dict(zip(COLUMNS, row[1:], strict=True)), **common) for row in found], batch_size=500
    )
    controller = MorangoProfileController("roll")

    def into() -> None:
        controller.deserialize_from_store()

    figures = {"first out": measured(controller.serialize_into_store, lambda: file)}
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM rival_member")
    Store.objects.update(dirty_bit=True)
    figures["first in"] = measured(into, lambda: file)
    chosen = [row[0] for row in found[:CHANGED]]
    Member.objects.filter(id__in=chosen).update(phone="13800000001", update_dirty_bit_to=True)
    figures["changes out"] = measured(controller.serialize_into_store, lambda: file)
    Store.objects.filter(id__in=chosen).update(dirty_bit=True)
    figures["changes in"] = measured(into, lambda: file)
    return figures


STEPS: dict[str, Callable[[Path], Any]] = {
    "change": change,
    "out": out,
    "in": into,
    "back up": back_up,
    "restore": restore,
    "write out": write_out,
    "check": check,
    "plain": plain,
    "session": lambda folder: session(folder, indexed=False),
    "morango": morango,
    "session, indexed": lambda folder: session(folder, indexed=True),
}

NUMBERED = {"prepare": prepare, "attach": attach}

if __name__ == "__main__":
    name, place, *more = sys.argv[1:]
    print(json.dumps(NUMBERED[name](Path(place), int(more[0])) if name in NUMBERED else STEPS[name](Path(place))))
