"""An office that has worked alone joins its superior with all that it has: nothing is lost, and both converge."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app import backup
from app.reference import SEED_REPLICA
from app.sync import peers as peers_module
from app.sync.choices import OURS
from app.sync.intake import take_in
from app.sync.outcome import Outcome
from app.sync.outgoing import due, export, pending
from app.sync.peers import Enrolment, Joined, enrol, join, join_with, peers, revoke, superior
from app.workspace import Workspace
from db.engine import writing
from db.errors import Refusal
from db.ids import seeded_id
from db.journal import begin_batch, history
from db.models.common import Policy
from tests.helpers.enrolling import unsealed_enrolment
from tests.helpers.stores import Store
from tests.sync.conftest import edit, everything, row

CITY, COUNTY, TOWN = ("532000", "云溪市委组织部"), ("532900", "云岭县委组织部"), ("532901", "清水镇")
DUE_DAY = seeded_id("policy", "monthly.due_day/2012-01-01")


@dataclass
class Offices:
    """A city, and a county that has worked without it: with a township, a branch and a member of the township's; and a
    township that has typed before anybody enrolled it."""

    root: Path
    city: Workspace
    county: Workspace
    town: Workspace
    lonely: Workspace
    member: str

    def hand(self, giver: Workspace, taker: Workspace, **options: Any) -> Outcome:
        """A fresh package from one office to the next, taken in."""
        sent = export(giver, self.root / "stick", code=taker.office.code)
        return take_in(taker, sent.file, **options)

    def paper(self, code: str = COUNTY[0], name: str = COUNTY[1]) -> Enrolment:
        """The city's enrolment file for the county."""
        return enrol(self.city, code, name, self.root / "县.dzb")

    def joined(self, **options: Any) -> Joined:
        """The county joins the city."""
        paper = self.paper()
        return join_with(self.county, paper.file, paper.passphrase, **options)

    def round(self) -> list[Outcome]:
        """Up to the city and down again, each step taken in with nothing to be said of it."""
        ways = ((self.town, self.county), (self.county, self.city), (self.city, self.county), (self.county, self.town))
        came = [self.hand(giver, taker) for giver, taker in ways]
        for outcome in came:
            assert (outcome.status, outcome.message) == ("applied", outcome.message)
            assert outcome.noticed == ()
        return came


def alone(folder: Path, who: tuple[str, str], level: str, store: Store) -> Workspace:
    return Workspace.create(folder, code=who[0], name=who[1], level=level, database=store.place())


def member_of(town: Workspace) -> str:
    branch = edit(town, None, "party_org", name="清水村党支部", kind="党支部", sector="行政村")
    typed = {"name": "王小明", "sex": "男", "nation": "汉", "birth": "1978-03-12", "joined_on": "2001-07-01"}
    return edit(town, None, branch_id=branch, **typed)


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory, store: Store) -> tuple[Path, str]:
    root = tmp_path_factory.mktemp("市 县 镇")
    (root / "stick").mkdir()
    with unsealed_enrolment():
        city, county = alone(root / "市", CITY, "city", store), alone(root / "县", COUNTY, "county", store)
        lonely = alone(root / "独", ("532902", "青石镇"), "township", store)
        paper = enrol(county, *TOWN, root / "镇.dzb")
        town = join(paper.file, root / "镇", paper.passphrase)
    made = Offices(root, city, county, town, lonely, member_of(town))
    member_of(lonely)
    for giver, taker in ((town, county), (county, town)):
        assert made.hand(giver, taker).status == "applied"
    for ws in (city, county, town, lonely):
        ws.close()
    return root, made.member


@pytest.fixture
def offices(seeded: tuple[Path, str], tmp_path: Path, store: Store) -> Iterator[Offices]:
    source, member = seeded
    with unsealed_enrolment(), store.sweeping():
        root = store.copy(source, tmp_path / "市 县 镇")
        opened = [Workspace.open(root / name) for name in ("市", "县", "镇", "独")]
        yield Offices(root, *opened, member)
        for ws in opened:
            ws.close()


def records(ws: Workspace, ledger: str) -> dict[str, dict[str, Any]]:
    """Every record of a ledger by id, without what is derived."""
    found = {one[0]: one for one in everything(ws)[ledger]}
    return {id: {**row(ws, id, ledger), "search_key": None} for id in found}


# ---------------------------------------------------------------- a county with townships


@pytest.mark.both_stores
def test_a_county_with_a_township_joins_and_all_three_converge(offices: Offices) -> None:
    own = edit(offices.county, None, "policy", key="monthly.due_day", value="18", effective_from="2026-01-01")
    ids = [ws.office.id for ws in (offices.county, offices.town)]
    before, replica = row(offices.county, offices.member), offices.county.replica
    offices.joined()
    assert [ws.office.id for ws in (offices.county, offices.town)] == ids
    assert row(offices.county, offices.member) == before
    above = superior(offices.county)
    assert above is not None
    assert (above.code, above.name, above.received_sequence) == (*CITY, 1)
    assert offices.county.office.superior_id == offices.city.office.id
    assert offices.county.replica != replica
    offices.round()
    offices.round()
    assert [card.code for card in peers(offices.city)] == [COUNTY[0]]
    for ledger in ("office", "policy", "post", "task", "indicator", "member", "party_org"):
        at_city, at_county = records(offices.city, ledger), records(offices.county, ledger)
        for id, one in at_county.items():
            assert at_city[id] == one
    for ws in (offices.city, offices.county, offices.town):
        assert row(ws, offices.member)["office_id"] == offices.town.office.id
        assert row(ws, own, "policy")["office_id"] == offices.county.office.id
        assert due(ws) == {}
    assert due(offices.county, CITY[0]) == {}
    assert row(offices.town, offices.county.office.id, "office")["superior_id"] == offices.city.office.id


def test_what_the_city_edits_later_reaches_county_and_township(offices: Offices) -> None:
    offices.joined()
    offices.round()
    edit(offices.city, DUE_DAY, "policy", value="22")
    edit(offices.city, offices.member, address="清水村一组")
    offices.round()
    for ws in (offices.city, offices.county, offices.town):
        assert row(ws, DUE_DAY, "policy")["value"] == "22"
        assert row(ws, offices.member)["address"] == "清水村一组"
        assert row(ws, DUE_DAY, "policy")["office_id"] == offices.city.office.id
    with pytest.raises(Refusal, match="这条参数记录归“云溪市委组织部”管，这里不能改"):
        edit(offices.county, DUE_DAY, "policy", value="23")


def test_what_the_county_had_edited_in_the_reference_data_is_told_and_kept_in_its_history(offices: Offices) -> None:
    edit(offices.county, DUE_DAY, "policy", value="18")
    assert offices.hand(offices.county, offices.town).status == "applied"
    (told,) = offices.joined().replaced
    assert (told.ledger, told.id, told.changes) == ("policy", DUE_DAY, (("值", "18", "25"),))
    with offices.county.read() as session:
        last = history(session, DUE_DAY)[0]
    assert (last.kind, last.before["value"], last.after["value"]) == ("join", "18", "25")
    offices.round()
    for ws in (offices.city, offices.county, offices.town):
        assert row(ws, DUE_DAY, "policy")["value"] == "25"
        assert row(ws, DUE_DAY, "policy")["version"] == {"seed": 1}


def test_a_trial_says_the_same_and_leaves_nothing(offices: Offices) -> None:
    edit(offices.county, DUE_DAY, "policy", value="18")
    paper = offices.paper()
    before, files = everything(offices.county), sorted(offices.county.folder.rglob("*.*b"))
    tried = join_with(offices.county, paper.file, paper.passphrase, dry_run=True)
    assert (tried.code, tried.name, len(tried.replaced), tried.kept) == (*CITY, 1, None)
    assert everything(offices.county) == before
    assert sorted(offices.county.folder.rglob("*.*b")) == files
    assert offices.county.office.superior_id is None
    assert superior(offices.county) is None
    assert join_with(offices.county, paper.file, paper.passphrase).replaced == tried.replaced


def test_the_first_package_has_everything_and_the_next_only_what_is_new(offices: Offices) -> None:
    offices.joined()
    assert pending(offices.county) > 0
    assert export(offices.county, offices.root / "stick", code=CITY[0]).kind == "snapshot"
    offices.round()
    edit(offices.town, offices.member, phone="13800000001")
    assert [one.updated for one in offices.round()] == [1, 1, 0, 0]


# ---------------------------------------------------------------- a township with records of its own


@pytest.fixture
def lonely(offices: Offices) -> Workspace:
    return offices.lonely


@pytest.mark.both_stores
def test_a_township_that_began_alone_joins_its_county(offices: Offices, lonely: Workspace) -> None:
    (member,) = records(lonely, "member")
    paper = enrol(offices.county, "532902", "青石镇党委", offices.root / "青石.dzb")
    assert paper.office_id != lonely.office.id
    remark = edit(
        offices.county, None, "remark", target_office_id=paper.office_id, ledger="office", record=paper.office_id,
        text="请核对名称", status="待改",
    )  # fmt: skip
    (told,) = join_with(lonely, paper.file, paper.passphrase).replaced
    assert (told.ledger, told.changes) == ("office", (("单位名称", "青石镇", "青石镇党委"),))
    assert lonely.office.name == "青石镇党委"
    outcome = offices.hand(lonely, offices.county)
    assert (outcome.status, outcome.noticed) == ("applied", ())
    assert row(offices.county, member) == row(lonely, member)
    assert row(offices.county, paper.office_id, "office")["deleted_at"] is not None
    assert [(card.code, card.office_id, card.state) for card in peers(offices.county)][1] == (
        "532902", lonely.office.id, "answered",
    )  # fmt: skip
    back = offices.hand(offices.county, lonely)
    assert (back.status, back.noticed, back.deleted) == ("applied", (), 0)
    assert row(lonely, paper.office_id, "office") == {}
    assert row(lonely, remark, "remark")["record"] == lonely.office.id
    assert row(lonely, remark, "remark") == row(offices.county, remark, "remark")
    assert row(lonely, lonely.office.id, "office") == row(offices.county, lonely.office.id, "office")
    assert offices.hand(lonely, offices.county).status == "applied"
    assert due(lonely) == due(offices.county, "532902") == {}


def test_taking_its_first_package_back_leaves_it_known(offices: Offices, lonely: Workspace) -> None:
    (member,) = records(lonely, "member")
    paper = enrol(offices.county, "532902", "青石镇", offices.root / "青石.dzb")
    join_with(lonely, paper.file, paper.passphrase)
    outcome = offices.hand(lonely, offices.county)
    assert outcome.batch_id is not None
    offices.county.undo(outcome.batch_id)
    assert row(offices.county, member)["deleted_at"] is not None
    assert row(offices.county, lonely.office.id, "office")["deleted_at"] is None
    assert offices.hand(offices.county, lonely).status == "applied"
    with pytest.raises(Refusal, match="不能撤销"):
        offices.county.undo(_batch(offices.county, "认下青石镇原有的数据"))


def _batch(ws: Workspace, label: str) -> str:
    return next(one[0] for one in everything(ws)["batch"] if one[1] == label)


def test_the_name_that_the_county_gives_meanwhile_stands(offices: Offices, lonely: Workspace) -> None:
    paper = enrol(offices.county, "532902", "青石镇", offices.root / "青石.dzb")
    join_with(lonely, paper.file, paper.passphrase)
    edit(offices.county, paper.office_id, "office", name="青石镇党委")
    for giver, taker in ((lonely, offices.county), (offices.county, lonely)):
        assert offices.hand(giver, taker).status == "applied"
    assert row(lonely, lonely.office.id, "office")["name"] == "青石镇党委"


# ---------------------------------------------------------------- what is refused


def test_another_offices_file_is_refused(offices: Offices) -> None:
    paper = offices.paper("532800", "梅岭县委组织部")
    refused(
        offices.county, paper,
        "这个登记文件是给“梅岭县委组织部”（县，代码 532800）的，本单位是“云岭县委组织部”（县，代码 532900），没有加入。"
        "请核对文件，或请上级按本单位的代码登记",
    )  # fmt: skip


def test_a_file_for_another_level_is_refused(offices: Offices, lonely: Workspace) -> None:
    paper = offices.paper("532902", "青石镇")
    refused(lonely, paper, "（县，代码 532902）的，本单位是“青石镇”（乡镇，代码 532902），没有加入")


def test_who_has_a_superior_is_refused(offices: Offices) -> None:
    paper = offices.paper()
    join_with(offices.county, paper.file, paper.passphrase)
    offices.round()
    refused(
        offices.county, paper,
        "本单位已经加入“云溪市委组织部”，不用再加入，什么都没有改动。要换上级，请用登记文件另建一个工作目录",
    )  # fmt: skip
    paper = enrol(offices.county, "532909", "新田乡", offices.root / "新田.dzb")
    refused(offices.town, paper, "本单位已经加入“云岭县委组织部”")


def test_no_enrolment_file_is_refused(offices: Offices) -> None:
    sent = export(offices.county, offices.root / "stick", code=TOWN[0])
    missing = Enrolment("", "", "", offices.root / "没有.dzb", "x")
    refused(offices.city, missing, "找不到登记文件“没有.dzb”。请核对路径，U盘是否插好")
    before = everything(offices.city)
    with pytest.raises(Refusal):
        join_with(offices.city, sent.file, "x")
    assert everything(offices.city) == before


def test_a_wrong_passphrase_and_a_damaged_file_are_refused(tmp_path: Path) -> None:
    """With the real seal, whose slowness is the point of it."""
    with Workspace.create(tmp_path / "县", code=COUNTY[0], name=COUNTY[1], level="county") as county:
        paper = enrol(county, *TOWN, tmp_path / "镇.dzb")
    with Workspace.create(tmp_path / "镇", code=TOWN[0], name=TOWN[1], level="township") as town:
        refused(town, Enrolment("", "", "", paper.file, "ABCD-EFGH-JKMN-PQRS"), "口令")
        content = bytearray(paper.file.read_bytes())
        content[-40] ^= 1
        paper.file.write_bytes(content)
        refused(town, paper, "")


def refused(ws: Workspace, paper: Enrolment, words: str) -> None:
    """Joining with this file is refused in these words, and nothing is as it was not before."""
    before, files = everything(ws), sorted(ws.folder.rglob("*"))
    known = (ws.office, ws.replica)
    with pytest.raises(Refusal) as said:
        join_with(ws, paper.file, paper.passphrase)
    assert words in said.value.message
    assert everything(ws) == before
    assert sorted(ws.folder.rglob("*")) == files
    assert (ws.office, ws.replica) == known


def test_a_fault_in_the_middle_leaves_nothing(offices: Offices, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise Refusal("磁盘已满，这一步没有保存。请清理磁盘后再试", "disk-full")

    monkeypatch.setattr(peers_module, "pass_up", broken)
    refused(offices.county, offices.paper(), "磁盘已满")


def test_nobody_answers_for_another_without_the_secret(offices: Offices, lonely: Workspace) -> None:
    """Another office's program writes under the code that was enrolled, with a secret that it made up."""
    paper = enrol(offices.county, "532902", "青石镇", offices.root / "青石.dzb")
    join_with(lonely, paper.file, paper.passphrase)
    enrol(offices.county, "532902", "青石镇", offices.root / "又.dzb")  # a new secret: the first file is void
    before = everything(offices.county)
    assert offices.hand(lonely, offices.county).reason == "bad-signature"
    assert everything(offices.county) == before


def test_until_it_is_answered_an_office_joins_again_by_a_later_file(offices: Offices, lonely: Workspace) -> None:
    paper = enrol(offices.county, "532902", "青石镇", offices.root / "青石.dzb")
    join_with(lonely, paper.file, paper.passphrase)
    paper = enrol(offices.county, "532902", "青石镇党委", offices.root / "又.dzb")
    join_with(lonely, paper.file, paper.passphrase)
    assert lonely.office.name == "青石镇党委"
    for giver, taker in ((lonely, offices.county), (offices.county, lonely)):
        outcome = offices.hand(giver, taker)
        assert (outcome.status, outcome.noticed) == ("applied", ())
    refused(lonely, paper, "本单位已经加入“云岭县委组织部”")


def test_nobody_takes_over_an_office_that_is_known(offices: Offices, lonely: Workspace) -> None:
    """The id that the first package comes under is that of another office of the county's."""
    paper = enrol(offices.county, "532902", "青石镇", offices.root / "青石.dzb")
    join_with(lonely, paper.file, paper.passphrase)
    other = enrol(offices.county, "532903", "双桥镇", offices.root / "双桥.dzb").office_id
    with writing(offices.county.engine) as session:
        session.execute(
            text("UPDATE office SET id = :own WHERE id = :other"), {"own": lonely.office.id, "other": other}
        )
    before = everything(offices.county)
    assert offices.hand(lonely, offices.county).reason == "unknown-sender"
    assert everything(offices.county) == before


# ---------------------------------------------------------------- and if it was wrong


def test_joining_is_not_undone_but_the_backup_from_before_is_there(offices: Offices) -> None:
    edit(offices.county, DUE_DAY, "policy", value="18")
    kept = offices.joined().kept
    with pytest.raises(Refusal, match="归“云溪市委组织部”管"):
        offices.county.undo()  # the edit before, of what is the city's now
    if kept is None:
        return  # a server is backed up by its own tools
    backup.restore(kept, offices.root / "又")
    with Workspace.open(offices.root / "又") as again:
        assert superior(again) is None
        assert row(again, DUE_DAY, "policy")["value"] == "18"


def test_a_county_that_lost_its_computer_after_joining_goes_on(offices: Offices) -> None:
    offices.joined()
    offices.round()
    revoke(offices.city, COUNTY[0])
    paper = offices.paper()
    assert paper.office_id == offices.county.office.id
    with join(paper.file, offices.root / "新", paper.passphrase) as again:
        assert offices.hand(again, offices.city).status == "applied"
        sent = export(offices.city, offices.root / "stick", code=COUNTY[0], full=True)
        assert take_in(again, sent.file).status == "applied"
        assert row(again, offices.member) == row(offices.city, offices.member)


def test_an_edit_on_both_sides_after_joining_is_a_conflict_as_ever(offices: Offices) -> None:
    offices.joined()
    offices.round()
    edit(offices.city, offices.member, phone="13800000002")
    edit(offices.town, offices.member, phone="13800000001")
    assert offices.hand(offices.town, offices.county).status == "applied"
    assert offices.hand(offices.county, offices.city).status == "conflicts"
    assert offices.hand(offices.county, offices.city, decide=lambda _: OURS).status == "applied"
    offices.hand(offices.city, offices.county)
    offices.hand(offices.county, offices.town)
    assert row(offices.town, offices.member)["phone"] == "13800000002"


def test_reference_records_that_the_superior_does_not_have_are_its_all_the_same(
    offices: Offices, lonely: Workspace
) -> None:
    """The township's program is newer than the county's and brought one more."""
    fresh = {"id": seeded_id("policy", "new.key/2026-01-01"), "office_id": lonely.office.id, "key": "new.key"}
    with begin_batch(lonely.engine, "基础资料", kind="seed", user="", replica=SEED_REPLICA) as batch:
        batch.create_rows(Policy, [{**fresh, "value": "1", "effective_from": date(2026, 1, 1)}])
    paper = enrol(offices.county, "532902", "青石镇", offices.root / "青石.dzb")
    join_with(lonely, paper.file, paper.passphrase)
    assert row(lonely, fresh["id"], "policy")["office_id"] == offices.county.office.id
    assert offices.hand(lonely, offices.county).status == "applied"
    assert row(offices.county, fresh["id"], "policy") == {}
