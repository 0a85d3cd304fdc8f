"""A county of 60 townships and 100,000 members on a PostgreSQL server, beside the same county in an encrypted file:
moved there, the members' table opened and searched, a township's package tried and taken in."""

import random
import shutil
import sys
import tempfile
from pathlib import Path

from app import listing
from app.ledgers.catalogue import LEDGERS
from app.ledgers.team import MEMBERS
from app.listing import Query
from app.seats import move
from app.sync import intake, outgoing, peers
from app.workspace import Workspace
from db.models.team import Member
from tests.bench import data
from tests.bench.measure import Line, median, milliseconds, percentile, show, within
from tests.bench.table import KEYSTROKES, SIGHT
from tests.helpers import server as servers

MANY, TOWNSHIPS, HANDED_OVER = 100_000, 60, 1_700


def run(members: int = MANY) -> bool:
    """Prints the table; whether the budgets are kept."""
    if why := servers.missing():
        print(f"not measured: {why}", file=sys.stderr)
        return True
    with tempfile.TemporaryDirectory() as place, servers.running(durable=True) as server:
        print(f"making a county of {TOWNSHIPS} townships and {members:,} members …", flush=True)
        filed, moved = Path(place) / "file", Path(place) / "server"
        package = _county(Path(place), filed, members)
        shutil.copytree(filed, moved)
        with Workspace.open(moved, data.PASSPHRASE) as workspace:
            database = server.create()
            moving = milliseconds(lambda: move(workspace, server.url(database)))
        server.tidy(database)
        with Workspace.open(filed, data.PASSPHRASE) as file, Workspace.open(moved) as there:
            rows = sum(_counts(there))
            lines = _lines(file, there, package)
    print(f"\nmoved to the server and checked, {rows:,} records: {moving / 1000:.1f} s")
    show(f"{TOWNSHIPS} townships, {members:,} members, on a server", "in a file", lines)
    return all(line.kept is not False for line in lines)


def _county(place: Path, folder: Path, members: int) -> Path:
    """Makes the county in a file, and one more township whose first package is returned."""
    data.county(folder, members, townships=TOWNSHIPS, branches=25)
    with Workspace.open(folder, data.PASSPHRASE) as county:
        paper = peers.enrol(county, "430599999", "石桥镇", place / "enrolment.dzb")
    chance = random.Random(3)
    with peers.join(paper.file, place / "township", paper.passphrase) as township:
        with township.edit("党员") as batch:
            branches = data.branches_of(chance, batch, township.office.id, 25)
            rows = [data.member(chance, chance.choice(branches)) for _ in range(HANDED_OVER)]
            batch.create_rows(Member, [{**row, "office_id": township.office.id} for row in rows])
        sent = outgoing.export(township, place)
    return sent.file


def _counts(workspace: Workspace) -> list[int]:
    with workspace.read() as session:
        return [listing.count(session, ledger, Query()) for ledger in LEDGERS.values()]


def _lines(file: Workspace, there: Workspace, package: Path) -> list[Line]:
    def ask(workspace: Workspace, word: str = "", **more: object) -> listing.Ids:
        """What a page does: the ids of all that is found, and the cells of what is in sight."""
        with workspace.read() as session:
            found = listing.ids(session, MEMBERS, Query(search=word, **more))  # type: ignore[arg-type]
            listing.rows(session, MEMBERS, found[:SIGHT], MEMBERS.column_names)
        return found

    for word in ("", "王小明", "wxm"):
        if ask(there, word) != ask(file, word):
            raise RuntimeError(f"the two stores answer “{word}” differently")
    both = (there, file)
    opened = [median(lambda ws=ws: ask(ws)) for ws in both]
    typed = [[median(lambda ws=ws, word=word: ask(ws, word), 3) for word in KEYSTROKES] for ws in both]
    birth = [median(lambda ws=ws: ask(ws, sort="birth"), 3) for ws in both]

    def figures(workspace: Workspace) -> None:
        with workspace.read() as session:
            listing.tree(session, MEMBERS, Query())
            listing.figures(session, MEMBERS, Query())

    beside = [median(lambda ws=ws: figures(ws), 3) for ws in both]
    tried = [median(lambda ws=ws: intake.take_in(ws, package, dry_run=True), 3) for ws in both]
    outcomes = []
    taken = [milliseconds(lambda ws=ws: outcomes.append(intake.take_in(ws, package))) for ws in both]
    if [one.status for one in outcomes] != ["applied", "applied"]:
        raise RuntimeError(outcomes[0].message)
    return [
        within("open the members' table", *opened, 150),
        within(f"a keystroke of search, p95 of {len(KEYSTROKES)}", *(percentile(found, 0.95) for found in typed), 60),
        Line("a keystroke of search, median", *(percentile(found, 0.5) for found in typed)),
        Line("sorted by birth", *birth),
        Line("the tree with its counts, and the figures", *beside),
        Line(f"a package of {HANDED_OVER:,} members tried", *tried),
        Line("the same taken in", *taken),
    ]
