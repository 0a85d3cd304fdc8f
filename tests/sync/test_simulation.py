"""Offices that edit, delete, undo, hand over, lose, double, delay, damage, restore, copy, revoke and decide.

After quiet the stores are equal, and every edit stands, was overwritten by somebody who had seen it, or was decided.
`make soak SECONDS=600` searches for long and afresh; here the same bounded histories are tried every time.
"""

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from app import editing
from app.ledgers.catalogue import LEDGERS
from app.sync.choices import LATER, OURS, RETURN, THEIRS, Choice, Conflict
from app.workspace import Workspace
from tests.sync.world import COUNTY, Computer, World

FIELDS = ("name", "phone", "address", "branch_id", "note")
OTHERS = {"name": "赵明明", "phone": "13700000000", "address": "别处", "note": "另写"}

offices = st.integers(0, 3)
towns = st.integers(1, 3)
anywhere = st.integers(0, 40)
kinds = st.lists(st.sampled_from("oottvllr"), min_size=1, max_size=4)


def chooser(wanted: list[str]) -> Any:
    """A person who decides in turn: ours, theirs, another value, later, send back."""
    number = iter(range(10**6))

    def choose(one: Conflict) -> Choice:
        kind = wanted[next(number) % len(wanted)]
        if kind == "v":
            return Choice.other(OTHERS[one.field]) if one.field in OTHERS else OURS
        return {"o": OURS, "t": THEIRS, "l": LATER, "r": RETURN}[kind]

    return choose


class Offices(RuleBasedStateMachine):
    """One history."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    def teardown(self) -> None:
        try:
            self.world.quieten()
            self.world.judge()
        finally:
            self.world.close()

    def at(self, office: int, which: int) -> Computer:
        return self.world.computer(office, which)

    # ---------------------------------------------------------------- people

    @rule(office=offices, which=anywhere, value=st.integers(0, 2), field=st.sampled_from(FIELDS))
    def edits(self, office: int, which: int, field: str, value: int) -> None:
        one = self.at(office, which)
        member = self.world.pick(one, "member", which)
        if member is None:
            return
        wanted: Any = {
            "name": f"王小{'明红军'[value]}",
            "phone": f"1380000000{value}",
            "address": f"{value}组",
            "branch_id": self.world.pick(one, "party_org", value),
            "note": None if value == 0 else f"第{value}次",
        }[field]
        self.world.does(one, lambda ws: editing.save(ws, LEDGERS["member"], {field: wanted}, member))

    @rule(office=towns, which=anywhere, number=st.integers(0, 3))
    def registers(self, office: int, which: int, number: int) -> None:
        one = self.at(office, which)
        branch = self.world.pick(one, "party_org", which)
        person = {"name": f"李四{number}", "sex": "女", "nation": "彝", "birth": "1990-01-01", "branch_id": branch}
        self.world.does(one, lambda ws: editing.save(ws, LEDGERS["member"], person))

    @rule(office=offices, which=anywhere)
    def founds_or_renames(self, office: int, which: int) -> None:
        one = self.at(office, which)
        values = {"name": f"支部{which}", "kind": "党支部", "sector": "行政村"}
        record = self.world.pick(one, "party_org", which) if which % 3 else None
        self.world.does(one, lambda ws: editing.save(ws, LEDGERS["party_org"], values, record))

    @rule(office=offices, which=anywhere, ledger=st.sampled_from(("member", "member", "party_org", "remark")))
    def deletes(self, office: int, which: int, ledger: str) -> None:
        one = self.at(office, which)
        record = self.world.pick(one, ledger, which)
        if record is not None:
            self.world.does(one, lambda ws: editing.delete(ws, LEDGERS[ledger], [record]))

    @rule(office=offices, which=anywhere)
    def undoes(self, office: int, which: int) -> None:
        self.world.undo(self.at(office, which), which)

    @rule(office=offices, which=st.integers(0, 2))
    def takes_back_a_take_in(self, office: int, which: int) -> None:
        """A whole package as one step, whatever was decided or put off in it."""
        self.world.undo(self.at(office, which), which, ("receive",))

    @rule(office=towns, which=anywhere, text=st.sampled_from(("请核实", "再核实")))
    def remarks(self, office: int, which: int, text: str) -> None:
        county = self.world.county
        member, remark = self.world.pick(county, "member", which), self.world.pick(county, "remark", which)
        values = {
            "target_office_id": self.world.offices[office],
            "ledger": "member",
            "record": member,
            "text": text,
            "status": "待改",
        }
        self.world.does(county, lambda ws: editing.save(ws, LEDGERS["remark"], values, remark if which % 2 else None))

    @rule(office=offices, which=anywhere, ledger=st.sampled_from(("post", "policy", "office")))
    def touches_what_the_county_owns(self, office: int, which: int, ledger: str) -> None:
        one = self.at(office, which)
        record = self.world.pick(one, ledger, which)
        self.world.does(one, lambda ws: editing.save(ws, LEDGERS[ledger], {"note": f"第{which}次"}, record))

    # ---------------------------------------------------------------- the road

    @rule(office=towns, which=anywhere, down=st.booleans(), full=st.sampled_from((False, False, False, True)))
    def sends(self, office: int, which: int, down: bool, full: bool) -> None:
        if down:
            self.world.send(self.world.county, office, full=full)
        else:
            self.world.send(self.at(office, which), COUNTY, full=full)

    @precondition(lambda self: self.world.road)
    @rule(which=anywhere, whose=anywhere, keep=st.sampled_from((False, False, True)), wanted=kinds)
    def delivers(self, which: int, whose: int, keep: bool, wanted: list[str]) -> None:
        parcel = self.world.road[which % len(self.world.road)]
        if not keep:
            self.world.road.remove(parcel)
        self.world.deliver(parcel, self.at(parcel.to, whose), chooser(wanted))

    @rule(office=towns, wanted=kinds, others=kinds, which=anywhere)
    def packages_cross(self, office: int, wanted: list[str], others: list[str], which: int) -> None:
        self.world.cross(self.at(office, which), chooser(wanted), chooser(others))

    @rule(office=towns, wanted=kinds, others=kinds, which=anywhere, field=st.sampled_from(FIELDS), again=st.booleans())
    def quarrel(self, office: int, wanted: list[str], others: list[str], which: int, field: str, again: bool) -> None:
        """Both write one field of one record, and each decides while the other's package is on its way."""
        town = self.at(office, which)
        both = sorted(town.known.keys() & self.world.county.known.keys())
        mine = [one for one in both if town.known[one][0] == "member" and self._lives(one, town)]
        if not mine:
            return
        member = mine[which % len(mine)]
        for turn in range(1 + again):
            for number, one in enumerate((town, self.world.county)):
                value: Any = f"{'镇县'[number]}里写的{'一二'[turn]}"
                if field == "phone":
                    value = f"139000000{turn}{number}"
                elif field == "branch_id":
                    value = self.world.pick(town, "party_org", which + number)
                self.world.does(one, lambda ws, put=value: editing.save(ws, LEDGERS["member"], {field: put}, member))
            self.world.cross(town, chooser(wanted), chooser(others))

    def _lives(self, member: str, town: Computer) -> bool:
        return all(one.known[member][1]["deleted_at"] is None for one in (town, self.world.county))

    @precondition(lambda self: self.world.road)
    @rule(which=anywhere)
    def loses(self, which: int) -> None:
        self.world.road.pop(which % len(self.world.road))

    @precondition(lambda self: self.world.road)
    @rule(which=anywhere, office=offices, whose=anywhere)
    def swaps(self, which: int, office: int, whose: int) -> None:
        """The stick goes to the wrong office."""
        parcel = self.world.road[which % len(self.world.road)]
        if office != parcel.to:
            outcome = self.world.deliver(parcel, self.at(office, whose), chooser(["o"]))
            assert (outcome.status, outcome.reason) == ("refused", "not-for-us")

    @precondition(lambda self: self.world.road)
    @rule(which=anywhere, seed=st.integers(0, 2**20), way=st.sampled_from(("cut", "flip", "append", "swap")))
    def damages(self, which: int, seed: int, way: str) -> None:
        rng = random.Random(seed)
        parcel = self.world.road[which % len(self.world.road)]
        whole = parcel.file.read_bytes()
        data = bytearray(whole)
        if way == "cut":
            del data[rng.randrange(len(data)) :]
        elif way == "flip":
            data[rng.randrange(len(data))] ^= rng.randrange(1, 256)
        elif way == "append":
            data += rng.randbytes(rng.randrange(1, 600))
        else:
            other = self.world.road[seed % len(self.world.road)].file.read_bytes()
            place = rng.randrange(1, min(len(data), len(other)))
            data = bytearray(whole[:place] + other[place:])
        if bytes(data) != whole and not any(one.file.read_bytes() == bytes(data) for one in self.world.road):
            self.world.spoil(parcel, self.at(parcel.to, seed), bytes(data))

    @rule(which=anywhere, wanted=st.lists(st.sampled_from("otv"), min_size=1, max_size=4))
    def settles(self, which: int, wanted: list[str]) -> None:
        """Somebody finds what was put off, and decides it."""
        waiting = self.world.waiting()
        if waiting:
            self.world.settle(waiting[which % len(waiting)], which, chooser(wanted))

    # ---------------------------------------------------------------- computers

    @rule(office=offices, which=anywhere)
    def backs_up(self, office: int, which: int) -> None:
        self.world.back_up(office, which)

    @precondition(lambda self: self.world.backups)
    @rule(which=anywhere, second=st.booleans())
    def restores(self, which: int, second: bool) -> None:
        self.world.restore(which, second=second)

    @rule(office=offices, both=st.booleans())
    def copies(self, office: int, both: bool) -> None:
        self.world.copy(office, both=both)

    @rule(office=towns)
    def is_revoked_and_enrolled_again(self, office: int) -> None:
        self.world.lose_and_enrol(office)

    @rule(office=towns)
    def hands_over_in_peace(self, office: int) -> None:
        """A whole round of one township, so that histories get somewhere."""
        for one in list(self.world.computers[office]):
            if one.alive:
                self.world.hand(one, self.world.county, full=False)
        for one in self.world.computers[office]:
            self.world.hand(self.world.county, one, full=False)


@pytest.fixture(autouse=True)
def _no_home(own_home: Any) -> None:
    """The histories run inside one test: nothing of theirs may depend on the home folder."""


bounded = settings.get_current_profile_name() != "soak"
TestSimulation = Offices.TestCase
TestSimulation.settings = settings(
    settings(),
    max_examples=5 if bounded else 100,
    stateful_step_count=20 if bounded else 60,
    phases=(Phase.generate,) if bounded else (Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
__all__ = ["TestSimulation", "Workspace"]
