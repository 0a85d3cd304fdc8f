"""A city above the county: what is handed over twice, up and back, is the same at every level."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app import editing
from app.ledgers.catalogue import LEDGERS
from app.policy import Policies
from app.sync.choices import OURS, THEIRS
from app.sync.intake import take_in
from app.sync.outcome import Outcome
from app.sync.outgoing import due, export
from app.sync.peers import enrol, join, peers, superior
from app.workspace import Workspace
from db import clock
from db.errors import Refusal
from db.journal import stored_rows
from db.models.common import Policy
from tests.helpers.enrolling import unsealed_enrolment
from tests.helpers.stores import Store
from tests.sync.conftest import edit, everything, row

CODES = ("532000", "532900", "532901")
NAMES = ("云溪市委组织部", "云岭县委组织部", "清水镇")


@dataclass
class Three:
    """The three offices, the stick, and a branch and a member of the township's."""

    root: Path
    city: Workspace
    county: Workspace
    town: Workspace
    branch: str
    member: str

    def hand(self, giver: Workspace, taker: Workspace, **options: Any) -> Outcome:
        """A fresh package from one office to the next, taken in."""
        sent = export(giver, self.root / "stick", code=taker.office.code)
        return take_in(taker, sent.file, **options)

    def up(self, **options: Any) -> None:
        """From the township to the county and on to the city."""
        for giver, taker in ((self.town, self.county), (self.county, self.city)):
            outcome = self.hand(giver, taker, **options)
            assert outcome.status == "applied", outcome.message

    def down(self, **options: Any) -> None:
        """From the city to the county and on to the township."""
        for giver, taker in ((self.city, self.county), (self.county, self.town)):
            outcome = self.hand(giver, taker, **options)
            assert outcome.status == "applied", outcome.message

    def same(self, record: str, ledger: str = "member") -> dict[str, Any]:
        """A record, which is the same at all three."""
        found = [row(ws, record, ledger) for ws in (self.city, self.county, self.town)]
        assert found[0] == found[1] == found[2]
        return found[0]


@pytest.fixture(scope="session")
def seeded_three(tmp_path_factory: pytest.TempPathFactory, store: Store) -> tuple[Path, str, str]:
    root = tmp_path_factory.mktemp("市 县 镇")
    (root / "stick").mkdir()
    city = Workspace.create(root / "city", code=CODES[0], name=NAMES[0], level="city", database=store.place())
    with unsealed_enrolment():
        paper = enrol(city, CODES[1], NAMES[1], root / "县.dzb")
        county = join(paper.file, root / "county", paper.passphrase)
        paper = enrol(county, CODES[2], NAMES[2], root / "镇.dzb")
        town = join(paper.file, root / "town", paper.passphrase)
    branch = edit(town, None, "party_org", name="清水村党支部", kind="党支部", sector="行政村")
    member = edit(
        town, None, name="王小明", sex="男", nation="汉", birth="1978-03-12", branch_id=branch, joined_on="2001-07-01"
    )
    three = Three(root, city, county, town, branch, member)
    three.up()
    three.down()
    for ws in (city, county, town):
        ws.close()
    return root, branch, member


@pytest.fixture
def three(seeded_three: tuple[Path, str, str], tmp_path: Path, store: Store) -> Iterator[Three]:
    source, branch, member = seeded_three
    with unsealed_enrolment(), store.sweeping():
        root = store.copy(source, tmp_path / "三级")
        shutil.rmtree(root / "stick")
        (root / "stick").mkdir()
        offices = [Workspace.open(root / name) for name in ("city", "county", "town")]
        yield Three(root, *offices, branch, member)
        for ws in offices:
            ws.close()


def test_what_the_township_wrote_stands_at_the_city(three: Three) -> None:
    found = three.same(three.member)
    assert found["office_id"] == three.town.office.id
    assert [card.code for card in peers(three.city)] == [CODES[1]]
    above = superior(three.county)
    assert above is not None
    assert (above.code, above.state) == (CODES[0], "answered")
    assert [ws.office.level for ws in (three.city, three.county, three.town)] == ["city", "county", "township"]
    # what comes up is not sent back, what goes down is not sent up again
    for ws in (three.city, three.county, three.town):
        assert due(ws) == {}
    assert due(three.county, CODES[0]) == {}
    edit(three.town, three.member, phone="13800000001")
    three.hand(three.town, three.county)
    assert due(three.county, CODES[0]) == {"member": (0, 1, 0)}


@pytest.mark.both_stores
def test_each_hand_over_has_its_receipt(three: Three) -> None:
    edit(three.town, three.member, phone="13800000001")
    three.up()
    back = three.hand(three.city, three.county)
    assert [(one.updated, one.created) for one in back.results] == [(1, 0)]
    back = three.hand(three.county, three.town)
    assert [(one.updated, one.created) for one in back.results] == [(1, 0)]
    assert three.same(three.member)["phone"] == "13800000001"


def test_a_new_township_of_the_county_reaches_the_city_with_its_first_records(three: Three) -> None:
    paper = enrol(three.county, "532902", "青石镇", three.root / "青石.dzb")
    with join(paper.file, three.root / "青石", paper.passphrase) as second:
        village = edit(second, None, "village", code="532902201", name="大塘村", kind="村")
        assert three.hand(second, three.county).status == "applied"
        assert three.hand(three.county, three.city).status == "applied"
        assert row(three.city, village, "village") == row(second, village, "village")
        assert row(three.city, second.office.id, "office")["superior_id"] == three.county.office.id


def test_the_citys_own_records_reach_the_township(three: Three) -> None:
    policy = edit(three.city, None, "policy", key="monthly.due_day", value="20", effective_from="2026-01-01")
    three.down()
    assert three.same(policy, "policy")["office_id"] == three.city.office.id
    edit(three.city, policy, "policy", value="22")
    three.down()
    assert three.same(policy, "policy")["value"] == "22"
    with pytest.raises(Refusal, match="这条参数记录归“云溪市委组织部”管，这里不能改"):
        edit(three.county, policy, "policy", value="23")


def test_a_county_plans_for_itself_and_its_city_for_itself(three: Three) -> None:
    def planned(ws: Workspace) -> int:
        with ws.read() as session:
            return Policies.read(session).whole("plan.venue.new", clock.today(), 0)

    def own(ws: Workspace) -> str:
        with ws.read() as session:
            key = (Policy.key == "plan.venue.new", Policy.office_id == ws.office.id)
            return session.scalars(select(Policy.id).where(*key)).one()

    edit(three.county, own(three.county), "policy", value="12")
    edit(three.city, own(three.city), "policy", value="900")
    three.up()
    three.down()
    assert [planned(ws) for ws in (three.city, three.county)] == [900, 12]
    # what is no plan comes down, and a county's own is for its townships alone
    edit(three.county, None, "policy", key="monthly.due_day", value="9", effective_from="2026-01-01")
    three.up()
    three.down()
    found = []
    for ws in (three.city, three.county, three.town):
        with ws.read() as session:
            found.append(Policies.read(session).whole("monthly.due_day", clock.today()))
    assert found == [25, 9, 9]


def test_a_remark_of_the_citys_for_a_township_passes_through_the_county(three: Three) -> None:
    remark = edit(
        three.city, None, "remark", target_office_id=three.town.office.id, ledger="member", record=three.member,
        text="请核实", status="待改",
    )  # fmt: skip
    three.down()
    assert three.same(remark, "remark")["text"] == "请核实"


def test_a_townships_record_mended_at_the_city_comes_back_to_it(three: Three) -> None:
    edit(three.city, three.member, address="清水村一组")
    three.down()
    assert three.same(three.member)["address"] == "清水村一组"
    edit(three.town, three.member, address="清水村二组")
    three.up()
    assert three.same(three.member)["address"] == "清水村二组"


def test_a_townships_record_mended_at_the_county_goes_both_ways(three: Three) -> None:
    edit(three.county, three.member, address="清水村三组")
    assert three.hand(three.county, three.city).updated == 1
    assert three.hand(three.county, three.town).updated == 1
    assert three.same(three.member)["address"] == "清水村三组"
    three.up()
    three.down()
    assert three.same(three.member)["address"] == "清水村三组"


@pytest.mark.both_stores
def test_a_conflict_between_township_and_city_is_decided_at_the_city(three: Three) -> None:
    edit(three.town, three.member, phone="13800000001")
    edit(three.city, three.member, phone="13800000002")
    assert three.hand(three.town, three.county).status == "applied"
    asked = three.hand(three.county, three.city)
    assert [(one.field, one.ours, one.theirs) for one in asked.conflicts] == [("phone", "13800000002", "13800000001")]
    assert asked.status == "conflicts"
    assert three.hand(three.county, three.city, decide=lambda one: OURS).status == "applied"
    three.down()
    assert three.same(three.member)["phone"] == "13800000002"


def test_a_conflict_between_all_three_ends_when_both_have_decided(three: Three) -> None:
    for number, ws in enumerate((three.city, three.county, three.town)):
        edit(ws, three.member, phone=f"1380000000{number}")
    three.up(decide=lambda one: THEIRS)
    three.down(decide=lambda one: THEIRS)
    three.up(decide=lambda one: OURS)
    assert three.same(three.member)["phone"] == "13800000002"


@pytest.mark.both_stores
def test_deleting_and_undoing_at_the_city_reaches_the_township(three: Three) -> None:
    editing.delete(three.city, LEDGERS["member"], [three.member])
    three.down()
    assert three.same(three.member)["deleted_at"] is not None
    three.city.undo()
    three.down()
    assert three.same(three.member)["deleted_at"] is None


def test_the_county_cannot_write_what_is_the_citys_or_another_countys(three: Three) -> None:
    before = everything(three.city)
    with pytest.raises(Refusal, match="归“云溪市委组织部”管"):
        edit(three.county, three.county.office.id, "office", name="别的名字")
    assert everything(three.city) == before


def test_a_lost_county_gets_its_townships_back_from_the_city(three: Three) -> None:
    from app.sync.peers import revoke

    edit(three.town, three.member, phone="13800000001")
    three.up()
    revoke(three.city, CODES[1])
    paper = enrol(three.city, CODES[1], NAMES[1], three.root / "再.dzb")
    with join(paper.file, three.root / "again", paper.passphrase) as again:
        assert three.hand(again, three.city).status == "applied"
        sent = export(three.city, three.root / "stick", code=CODES[1], full=True)
        assert take_in(again, sent.file).status == "applied"
        assert row(again, three.member) == row(three.city, three.member)
        with again.engine.connect() as connection:
            model = LEDGERS["office"].model
            assert stored_rows(connection, model, [three.town.office.id])


def test_offices_of_every_level_are_told_by_their_names(three: Three) -> None:
    outcome = three.hand(three.county, three.city)
    assert (outcome.from_code, outcome.from_name) == (CODES[1], NAMES[1])
    with pytest.raises(Refusal, match="没有登记过代码为 532901 的单位"):
        export(three.city, three.root / "stick", code=CODES[2])
