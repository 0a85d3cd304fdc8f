"""A county and three townships on real stores, with everything that can happen to a stick and a computer.

`World` does what people do and keeps its own record of who has seen whose save, by looking at the stores after every
step: what it judges in the end rests on nothing that the merge itself computes.
"""

import itertools
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import func, select

import app.workspace
from app import backup, editing
from app.ledgers.catalogue import LEDGERS
from app.quality import journal_faults, torn_batches
from app.sync import stick
from app.sync.choices import Choice, Conflict
from app.sync.intake import put_off, settle, take_in
from app.sync.outcome import Outcome
from app.sync.outgoing import export, line_to
from app.sync.peers import enrol, join, revoke
from app.sync.scope import of_lower, of_upper
from app.sync.version import stamp_of
from app.sync.wire import decode_line
from app.workspace import Workspace
from db import clock, ids
from db.errors import Refusal
from db.journal import BatchLine, ChangeLine, stored_rows
from db.models.handoff import ConflictLine, Peer
from db.models.record import merged_fields, models, table_of
from tests.helpers.enrolling import unsealed_enrolment

COUNTY = 0
CODES = ("532900", "532901", "532902", "532903")
NAMES = ("云溪县委组织部", "云岭镇", "清水镇", "石桥镇")
LEDGERS_IN_PLAY = ("office", "village", "party_org", "member", "remark", "policy", "post")
ROUNDS = 6
"""How often both sides export and import at most until nothing changes any more."""

UNHARMED = {"not-for-us", "gap", "revoked", "bad-signature"}
"""Why an undamaged package may be refused."""

EVERYDAY = {"in-use", "invalid-record", "not-found", "later-edits", "nothing-to-undo", "not-allowed", "not-enrolled"}
"""Why the program may say no to something a person does."""

Key = tuple[str, str, tuple[str, int]]
"""One save of one field: record, field, stamp."""

Rows = dict[str, tuple[str, dict[str, Any]]]

MET: Counter[str] = Counter()
"""What the histories of this process met, and how often: a search that never met a thing says nothing of it."""


@dataclass(eq=False)
class Computer:
    """One copy of an office's records, what stood in it when it was last looked at, and whether it is in use."""

    name: str
    office: int
    ws: Workspace
    machine: str
    known: Rows = field(default_factory=dict)
    lines: int = 0
    alive: bool = True

    def close(self) -> None:
        self.alive = False
        self.ws.close()


@dataclass(eq=False)
class Parcel:
    """A package on its way, with the sender's rows as they were when it was written."""

    file: Path
    sender: Computer
    to: int
    rows: Rows


@cache
def template() -> tuple[Path, tuple[str, ...]]:
    """(a folder with the four enrolled offices, their ids), made once in a process and copied for each history."""
    memory = Path("/dev/shm")
    root = Path(tempfile.mkdtemp(prefix="siji-sim-", dir=memory if memory.is_dir() else None))
    with quick(0), pytest.MonkeyPatch.context() as patch:
        patch.setattr(app.workspace, "machine", lambda: "first")
        with Workspace.create(root / "0", code=CODES[0], name=NAMES[0], level="county") as county:
            for number in (1, 2, 3):
                file = enrol(county, CODES[number], NAMES[number], root / f"{number}.dzb").file
                with join(file, root / str(number), "x") as town:
                    branch = editing.save(
                        town, LEDGERS["party_org"], {"name": f"第{number}支部", "kind": "党支部", "sector": "行政村"}
                    )
                    person = {"name": "王小明", "sex": "男", "nation": "汉", "birth": "1978-03-12"}
                    editing.save(town, LEDGERS["member"], {**person, "branch_id": branch})
                    for _ in range(2):
                        assert take_in(county, export(town, root).file).status == "applied"
                        assert take_in(town, export(county, root, code=CODES[number]).file).status == "applied"
            offices = tuple(county_and_towns(county))
    return root, offices


def county_and_towns(county: Workspace) -> Iterator[str]:
    """The ids of the county and its townships, in their order."""
    yield county.office.id
    with county.read() as session:
        for code in CODES[1:]:
            yield session.scalars(select(Peer.office_id).where(Peer.code == code)).one()


@contextmanager
def quick(start_at: int) -> Iterator[None]:
    """Everything slow that is not under test left out, and everything left to chance made the same each time.

    `start_at` is the first tick of the clock; with another one, other ids and replicas come.
    """
    rng, ticks = random.Random(start_at), itertools.count(start_at)
    start = datetime(2026, 11, 3, 8, tzinfo=UTC)

    with unsealed_enrolment(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            ids, "secrets", SimpleNamespace(randbits=rng.getrandbits, token_hex=lambda n: rng.randbytes(n).hex())
        )
        patch.setattr(ids, "time", SimpleNamespace(time_ns=lambda: 1_793_000_000_000_000_000 + next(ticks) * 1_000_000))
        patch.setattr(clock, "now", lambda: (start + timedelta(seconds=next(ticks))).strftime("%Y-%m-%dT%H:%M:%SZ"))
        patch.setattr(clock, "today", lambda: date(2026, 11, 3))
        patch.setattr(stick.os, "fsync", lambda handle: None)
        yield


class World:
    """The offices, the road between them, and the record of every save.

    Attributes:
        computers: those in use, by office; a township may have two.
        parents: for each save, the saves of the field that whoever made it had before their eyes.
    """

    def __init__(self) -> None:
        source, self.offices = template()
        self._patches = quick(100_000)
        self._patches.__enter__()
        self._patch = pytest.MonkeyPatch()
        self._patch.setattr(app.workspace, "machine", lambda: self._machine)
        self._machine = "first"
        self.root = Path(tempfile.mkdtemp(prefix="siji-sim-", dir=source.parent))
        self.computers: dict[int, list[Computer]] = {}
        self.buried: list[Computer] = []
        self.road: list[Parcel] = []
        self.backups: list[tuple[int, Path]] = []
        self.parents: dict[Key, set[Key]] = {}
        self.values: dict[Key, Any] = {}
        self.holders: dict[Key, set[Computer]] = {}
        self.numbers = itertools.count(1)
        self.done: list[str] = []
        for number in range(4):
            shutil.copytree(source / str(number), self.root / str(number))
            self.computers[number] = [self._started(number, self.root / str(number), "first")]

    def close(self) -> None:
        for computer in [*itertools.chain(*self.computers.values()), *self.buried]:
            computer.close()
        self._patch.undo()
        self._patches.__exit__(None, None, None)
        shutil.rmtree(self.root)

    # ---------------------------------------------------------------- computers

    def _started(self, office: int, folder: Path, machine: str, known: Rows | None = None) -> Computer:
        self._machine = machine
        made = Computer(folder.name, office, Workspace.open(folder), machine)
        made.known = known or {}
        self.look(made)
        return made

    def computer(self, office: int, which: int = 0) -> Computer:
        mine = self.computers[office]
        return mine[which % len(mine)]

    @property
    def county(self) -> Computer:
        return self.computers[COUNTY][0]

    def _buried(self, computer: Computer) -> None:
        """A computer that is gone for good."""
        self.computers[computer.office].remove(computer)
        computer.close()
        self.buried.append(computer)

    def back_up(self, office: int, which: int) -> None:
        computer = self.computer(office, which)
        self.backups.append((office, backup.backup(computer.ws, self.root / f"backup{next(self.numbers)}")))

    def restore(self, which: int, *, second: bool) -> None:
        """An old backup comes back; the computer that it replaces is gone, unless it is a second one."""
        office, file = self.backups[which % len(self.backups)]
        if not second or office == COUNTY or len(self.computers[office]) > 1:
            for computer in list(self.computers[office]):
                self._buried(computer)
        MET["an old backup restored"] += 1
        number = next(self.numbers)
        backup.restore(file, self.root / f"restored{number}")
        self.computers[office].append(self._started(office, self.root / f"restored{number}", f"m{number}"))

    def copy(self, office: int, *, both: bool) -> None:
        """The folder is carried to another computer; a township may go on working on both."""
        original = self.computer(office)
        if len(self.computers[office]) > 1:
            return
        original.ws.close()
        number = next(self.numbers)
        place = self.root / f"copy{number}"
        shutil.copytree(original.ws.folder, place)
        if both and office != COUNTY:
            self._machine = original.machine
            original.ws = Workspace.open(original.ws.folder)
            MET["a second computer at work"] += 1
        else:
            self._buried(original)
        made = self._started(office, place, f"m{number}", dict(original.known))
        self.computers[office].append(made)

    def lose_and_enrol(self, office: int) -> None:
        """A lost computer: revoked, enrolled again, joined anew."""
        for computer in list(self.computers[office]):
            self._buried(computer)
        revoke(self.county.ws, CODES[office])
        MET["revoked and enrolled again"] += 1
        number = next(self.numbers)
        file = enrol(self.county.ws, CODES[office], NAMES[office], self.root / f"enrolment{number}.dzb").file
        self.look(self.county)
        self._machine = f"m{number}"
        join(file, self.root / f"joined{number}", "x").close()
        self.computers[office].append(self._started(office, self.root / f"joined{number}", f"m{number}"))

    # ---------------------------------------------------------------- people

    def does(self, computer: Computer, what: Callable[[Workspace], object]) -> bool:
        """Somebody does something; False when the program said no, and then nothing has changed."""
        lines = computer.lines
        try:
            what(computer.ws)
        except Refusal as refusal:
            if refusal.reason not in EVERYDAY:
                raise
            self.look(computer)
            assert computer.lines == lines, "a refusal changed something"
            return False
        self.look(computer)
        return True

    def pick(self, computer: Computer, ledger: str, which: int) -> str | None:
        """A live record of a ledger that a person of that computer may be looking at."""
        found = sorted(
            one for one, (name, row) in computer.known.items() if name == ledger and row["deleted_at"] is None
        )
        return found[which % len(found)] if found else None

    def undo(self, computer: Computer, which: int, kinds: tuple[str, ...] = ()) -> None:
        """Takes back one of the last few steps, imports among them, or of those of these kinds."""
        last = select(BatchLine.id, BatchLine.kind).order_by(BatchLine.id.desc()).limit(5)
        with computer.ws.read() as session:
            batches = session.execute(last.where(BatchLine.kind.in_(kinds)) if kinds else last).all()
        if batches:
            batch, kind = batches[which % len(batches)]
            if self.does(computer, lambda ws: ws.undo(batch)) and kind == "receive":
                MET["a take-in undone"] += 1

    # ---------------------------------------------------------------- packages

    def send(self, computer: Computer, to: int, *, full: bool = False) -> Parcel | None:
        """Writes a package; it goes on the road."""
        folder = self.root / f"stick{next(self.numbers)}"
        folder.mkdir()
        code = CODES[to] if computer.office == COUNTY else None
        try:
            sent = export(computer.ws, folder, code=code, full=full)
        except Refusal as refusal:
            if refusal.reason not in EVERYDAY:
                raise
            return None
        parcel = Parcel(sent.file, computer, to, dict(computer.known))
        self.road.append(parcel)
        return parcel

    def deliver(
        self,
        parcel: Parcel,
        computer: Computer,
        choose: Callable[[Conflict], Choice],
        settled: set[tuple[str, str]] | None = None,
    ) -> Outcome:
        """Takes a package in; each conflict is put to `choose`, and what was decided is added to `settled`."""
        asked: list[tuple[Conflict, Choice]] = []

        def decide(one: Conflict) -> Choice:
            choice = choose(one)
            if choice.kind == "return" and computer.office != COUNTY:
                choice = Choice.OURS
            asked.append((one, choice))
            return choice

        lines = computer.lines
        outcome = take_in(computer.ws, parcel.file, decide=decide)
        later = {one.id for one, choice in asked if choice.kind == "later"}
        decided = {(one.id, one.field) for one, _ in asked if one.id not in later}
        if outcome.status != "applied":
            assert outcome.status in ("already-imported", "superseded", "refused"), outcome
            assert outcome.status != "refused" or outcome.reason in UNHARMED, outcome
            self.look(computer)
            assert computer.lines == lines, "a package that was not imported changed something"
            MET[f"a package {outcome.reason or outcome.status}"] += 1
        else:
            self.look(computer, parcel.rows, decided)
            MET["a package taken in"] += 1
            MET["a conflict put off"] += len(later)
            MET["a conflict decided"] += len(decided)
            if settled is not None:
                settled |= decided
        return outcome

    def cross(
        self, town: Computer, at_county: Callable[[Conflict], Choice], at_town: Callable[[Conflict], Choice]
    ) -> None:
        """Both write a package before either takes in the other's."""
        up, down = self.send(town, COUNTY), self.send(self.county, town.office)
        both: list[set[tuple[str, str]]] = [set(), set()]
        for parcel, computer, choose, settled in (
            (up, self.county, at_county, both[0]),
            (down, town, at_town, both[1]),
        ):
            if parcel is not None:
                self.deliver(parcel, computer, choose, settled)
                self.road.remove(parcel)
        MET["a conflict decided by both while packages cross"] += len(both[0] & both[1])

    def spoil(self, parcel: Parcel, computer: Computer, spoiled: bytes) -> None:
        """A damaged file of a package is refused, and changes nothing."""
        file = self.root / f"spoiled{next(self.numbers)}.dzb"
        file.write_bytes(spoiled)
        lines = computer.lines
        outcome = take_in(computer.ws, file, decide=lambda one: Choice.OURS)
        assert (outcome.status, outcome.reason in {"damaged", "not-for-us", "too-large"}) == ("refused", True), outcome
        MET[f"a spoiled package {outcome.reason}"] += 1
        self.look(computer)
        assert computer.lines == lines, "a damaged package changed something"

    def waiting(self) -> list[Computer]:
        """The computers on which a conflict was put off."""
        return [one for one in self._all() if put_off(one.ws)]

    def settle(self, computer: Computer, which: int, choose: Callable[[Conflict], Choice]) -> None:
        """Decides one record that was put off."""
        open_ = put_off(computer.ws)
        records = sorted({one.id for one in open_})
        if not records:
            return
        record = records[which % len(records)]
        mine = [one for one in open_ if one.id == record]
        theirs = self._aside(computer, record)
        chosen = {one.field: choose(one) for one in mine}
        if any(choice.kind in ("later", "return") for choice in chosen.values()):
            return
        settle(computer.ws, record, chosen)
        MET["a conflict put off and decided"] += 1
        self.look(computer, {record: theirs}, {(record, one.field) for one in mine})

    def _aside(self, computer: Computer, record: str) -> tuple[str, dict[str, Any]]:
        with computer.ws.read() as session:
            line = session.get_one(ConflictLine, record)
            return line.ledger, decode_line(LEDGERS[line.ledger].model, line.theirs)

    # ---------------------------------------------------------------- who has seen what

    def look(self, computer: Computer, theirs: Rows | None = None, decided: set[tuple[str, str]] | None = None) -> None:
        """Compares a store with what stood there before: each new stamp is a save made here, over what was there."""
        old, new = computer.known, rows_of(computer.ws)
        for record, (ledger, row) in new.items():
            before = old.get(record)
            if before is not None and before[1]["stamps"] == row["stamps"]:
                continue
            for name in merged_fields(models()[ledger]):
                key = (record, name, stamp_of(row["stamps"], name))
                if key not in self.parents:
                    self.parents[key] = set()
                    self.values[key] = row[name]
                    if before is not None:
                        self.parents[key].add((record, name, stamp_of(before[1]["stamps"], name)))
                    if theirs is not None and decided is not None and (record, name) in decided:
                        self.parents[key].add((record, name, stamp_of(theirs[record][1]["stamps"], name)))
                elif before is not None and before[1][name] == row[name]:
                    # written alike on both sides: the smaller stamp gives way to the greater, and nothing is lost
                    self.parents[key].add((record, name, stamp_of(before[1]["stamps"], name)))
                self.holders.setdefault(key, set()).add(computer)
        computer.known = new
        with computer.ws.read() as session:
            computer.lines = session.execute(select(func.count()).select_from(ChangeLine)).scalar_one()

    def past(self, key: Key) -> set[Key]:
        """A save and all that were knowingly overwritten on the way to it."""
        found, queue = {key}, [key]
        while queue:
            for parent in self.parents.get(queue.pop(), ()):
                if parent not in found:
                    found.add(parent)
                    queue.append(parent)
        return found

    # ---------------------------------------------------------------- quiet

    def exchange(self) -> bool:
        """Every computer hands over and takes in once; whether anything changed anywhere."""
        before = {one: one.known for one in self._all()}
        for office in (1, 2, 3):
            alone = len(self.computers[office]) == 1
            for computer in list(self.computers[office]):
                if computer.alive:
                    self.hand(computer, self.county, full=not alone)
        for office in (1, 2, 3):
            alone = len(self.computers[office]) == 1
            for computer in self.computers[office]:
                self.hand(self.county, computer, full=not alone)
        return before != {one: one.known for one in self._all()}

    def _all(self) -> list[Computer]:
        return list(itertools.chain(*self.computers.values()))

    def hand(self, sender: Computer, to: Computer, *, full: bool) -> Outcome | None:
        """One package, handed over and taken in; where the answer is to send everything, that is done."""
        stance = Choice.OURS if to.office == COUNTY else Choice.THEIRS
        outcome = None
        for whole in dict.fromkeys((full, True)):
            parcel = self.send(sender, to.office, full=whole)
            if parcel is None:
                return None
            self.road.remove(parcel)
            outcome = self.deliver(parcel, to, lambda one: stance)
            if outcome.reason != "gap" and not any(one.rule == "drift" for one in outcome.findings):
                break
        if outcome is not None and sender.office != COUNTY and outcome.reason in ("bad-signature", "revoked"):
            self.lose_and_enrol(sender.office)  # the county was restored to before this office was enrolled
        return outcome

    def quieten(self) -> None:
        """Nobody edits any more: what was put off is decided, and both sides hand over until nothing changes."""
        for computer in self._all():
            stance = Choice.OURS if computer.office == COUNTY else Choice.THEIRS
            for _ in range(len(put_off(computer.ws))):
                self.settle(computer, 0, lambda one, stance=stance: stance)  # type: ignore[misc]
        for _ in range(ROUNDS):
            if not self.exchange():
                return
        raise AssertionError(f"after {ROUNDS} rounds the offices still change each other's records")

    def judge(self) -> None:
        """Both sides hold the same, no edit was lost, and each store's journal tells how it came to be."""
        for office in (1, 2, 3):
            for computer in self.computers[office]:
                here, there = (
                    shared(self.county.ws, self.county.ws, office),
                    shared(computer.ws, self.county.ws, office),
                )
                own = self.offices[COUNTY]
                lost = {one for one in there if one[1] not in self.county.known and there[one]["office_id"] == own}
                for key in sorted({*here, *there} - lost):  # a county that was restored does not take back its own
                    assert here.get(key) == there.get(key), f"{NAMES[office]} differs: {key}"
        for key in self.parents:
            self._judge(key)
        for computer in self._all():
            with computer.ws.engine.connect() as connection:
                assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
            with computer.ws.read() as session:
                faults = [one for name in LEDGERS_IN_PLAY for one in journal_faults(session, LEDGERS[name])]
                assert [*torn_batches(session), *faults] == [], NAMES[computer.office]

    def _judge(self, key: Key) -> None:
        record, name, stamp = key
        final = self.county.known.get(record)
        last = final or next(one.known[record] for one in self.holders[key] if record in one.known)
        holders = self.holders[key]
        if last[1]["office_id"] == self.offices[COUNTY]:  # what the county lost of its own, no township gives back
            holders = {one for one in holders if one.office == COUNTY}
        if not any(one.alive for one in holders) or stamp[0] == "seed":
            return  # it went with the only computers that ever had it
        assert final is not None, f"the record of {key} is not at the county"
        past = self.past((record, name, stamp_of(final[1]["stamps"], name)))
        assert key in past, f"lost: {key} = {self.values[key]}"


def rows_of(ws: Workspace) -> Rows:
    """Every record of the ledgers in play, by id."""
    found: Rows = {}
    with ws.engine.connect() as connection:
        for name in LEDGERS_IN_PLAY:
            for row in connection.execute(select(table_of(models()[name]))).mappings():
                found[row["id"]] = (name, dict(row))
    return found


def shared(ws: Workspace, county: Workspace, office: int) -> dict[tuple[str, str], Any]:
    """What a store holds of what passes between the county and a township, by ledger and id."""
    with county.read() as session:
        line = line_to(session, county, session.scalars(select(Peer).where(Peer.code == CODES[office])).one())
    found: dict[tuple[str, str], Any] = {}
    with ws.read() as session:
        for name in LEDGERS_IN_PLAY:
            model = models()[name]
            where = of_lower(model, line) | of_upper(model, line)
            for one in session.scalars(select(model.id).where(where)):
                found[name, one] = stored_rows(session.connection(), model, [one])[one]
    return found
