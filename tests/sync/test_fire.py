"""What the simulation has found, each as the short story of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import openpyxl
import pytest

from app import editing, listing, record_view
from app.excel import importing, writing
from app.excel.plan import Action
from app.ledgers.catalogue import LEDGERS
from app.listing import Query
from app.sync.choices import LATER
from app.sync.intake import put_off, take_in
from app.sync.outcome import DETAILS
from app.sync.outgoing import export
from app.sync.peers import enrol, join, revoke
from app.workspace import Workspace
from db.errors import Refusal
from db.fields import Authority
from db.journal import stored_rows
from db.models.organisation import Office, PartyOrg
from db.models.team import Member
from tests.sync.conftest import TOWN, Pair, edit, everything, row, shared

pytestmark = pytest.mark.both_stores


def test_a_township_enrolled_again_gets_all_back_however_often_it_reports_before(pair: Pair) -> None:
    revoke(pair.county, TOWN)
    enrolment = enrol(pair.county, TOWN, "云岭镇", pair.stick / "再登记.dzb")
    again = pair.keep(join(enrolment.file, pair.root / "again", enrolment.passphrase))
    for _ in range(2):
        assert take_in(pair.county, export(again, pair.stick).file).status == "applied"
    assert take_in(again, pair.down().file).status == "applied"
    assert row(again, pair.member) == row(pair.county, pair.member)


def test_a_township_is_enrolled_again_though_the_county_wrote_of_its_records(pair: Pair) -> None:
    """What hangs on the township's branch cannot stand in the enrolment file, which has none of its records."""
    here = sent_to(pair, pair.branch)
    logged = edit(pair.county, None, "dispatch_log", dispatch_id=here, month="2026-10", days=20)
    revoke(pair.county, TOWN)
    enrolment = enrol(pair.county, TOWN, "云岭镇", pair.stick / "再登记.dzb")
    again = pair.keep(join(enrolment.file, pair.root / "again", enrolment.passphrase))
    assert take_in(pair.county, export(again, pair.stick).file).status == "applied"
    assert take_in(again, pair.down().file).status == "applied"
    assert row(again, here, "dispatch") == row(pair.county, here, "dispatch")
    assert row(again, logged, "dispatch_log") == row(pair.county, logged, "dispatch_log")


def test_a_restored_township_gets_all_back_however_often_it_reports_before(pair: Pair) -> None:
    old = pair.renewed("town")
    edit(pair.town, pair.member, phone="13800000001")
    assert pair.to_county().status == "applied"
    for _ in range(2):
        assert take_in(pair.county, export(old, pair.stick).file).status == "applied"
    assert take_in(old, pair.down().file).status == "applied"
    assert row(old, pair.member) == row(pair.county, pair.member)


def test_a_snapshot_says_of_a_remark_that_it_has_turned_to_another_township(pair: Pair, second: str) -> None:
    mine = edit(
        pair.county, None, "remark", target_office_id=pair.town.office.id, ledger="member", record=pair.member,
        text="请核实", status="待改",
    )  # fmt: skip
    pair.to_town()
    pair.to_county()
    edit(pair.county, mine, "remark", target_office_id=second)
    assert take_in(pair.town, pair.down(full=True).file).status == "applied"
    assert row(pair.town, mine, "remark") == row(pair.county, mine, "remark")


def test_of_its_own_records_the_word_of_a_restored_county_stands(pair: Pair) -> None:
    post = a_post(pair)
    edit(pair.county, post, "post", note="备份以前")
    pair.to_town()
    pair.to_county()
    restored = pair.renewed("county")
    edit(pair.county, post, "post", note="备份以后")
    pair.to_town()
    outcome = take_in(pair.town, export(restored, pair.stick, code=TOWN).file)
    assert (outcome.status, outcome.conflicts) == ("applied", ())
    assert row(pair.town, post, "post") == row(restored, post, "post")
    assert row(pair.town, post, "post")["note"] == "备份以前"


# ---------------------------------------------------------------- what belongs to another office


def a_post(pair: Pair) -> str:
    with pair.town.read() as session:
        return session.query(LEDGERS["post"].model).order_by("id").first().id


@pytest.mark.parametrize(
    ("deed", "word"),
    [
        (lambda ws, post: editing.save(ws, LEDGERS["post"], {"note": "我的"}, post), "改"),
        (lambda ws, post: editing.save_many(ws, LEDGERS["post"], {"note": "我的"}, [post]), "改"),
        (lambda ws, post: editing.delete(ws, LEDGERS["post"], [post]), "删"),
    ],
)
def test_a_township_does_not_write_what_the_county_owns(
    pair: Pair, deed: Callable[[Workspace, str], object], word: str
) -> None:
    post, before = a_post(pair), everything(pair.town)
    with pytest.raises(Refusal) as refused:
        deed(pair.town, post)
    assert refused.value.reason == "not-allowed"
    assert refused.value.message == (
        f"这条岗位记录归“云溪县委组织部”管，这里不能{word}。内容有误请告诉“云溪县委组织部”来改"
    )
    assert everything(pair.town) == before


def test_a_workbook_does_not_write_what_the_county_owns(pair: Pair) -> None:
    file = pair.root / "岗位.xlsx"
    writing.export(pair.town, LEDGERS["post"], file)
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    header = next(row for row in sheet.iter_rows() if any(cell.value == "备注" for cell in row))
    place = next(cell.column for cell in header if cell.value == "备注")
    sheet.cell(header[0].row + 1, place, "我的")
    book.save(file)
    plan = importing.plan(pair.town, LEDGERS["post"], file)
    (bad,) = [one for one in plan.rows if one.findings]
    assert bad.action == Action.REFUSED
    assert [one.message for one in bad.findings] == [
        "这条岗位记录归“云溪县委组织部”管，这里不能改。内容有误请告诉“云溪县委组织部”来改"
    ]


def test_the_form_says_whose_a_record_is(pair: Pair) -> None:
    with pair.town.read() as session:
        theirs = record_view.form_start(pair.town, session, LEDGERS["post"], a_post(pair))
        mine = record_view.form_start(pair.town, session, LEDGERS["member"], pair.member)
    assert theirs.keeper == "这条岗位记录归“云溪县委组织部”管，这里不能改。内容有误请告诉“云溪县委组织部”来改"
    assert mine.keeper is None


def test_the_county_writes_its_own_and_its_townships_records(pair: Pair) -> None:
    edit(pair.county, a_post(pair), "post", note="县里的")
    edit(pair.county, pair.member, note="县里的")
    assert pair.to_town().updated == 2


def test_a_township_does_not_undo_what_the_county_wrote_of_its_own(pair: Pair) -> None:
    edit(pair.county, a_post(pair), "post", note="县里的")
    outcome = pair.to_town()
    before = everything(pair.town)
    with pytest.raises(Refusal) as refused:
        pair.town.undo(outcome.batch_id)
    assert refused.value.message == (
        f"“导入云溪县委组织部第 {outcome.sequence} 号包”里有归“云溪县委组织部”管的“岗位”记录，这里不能撤销。"
        "内容有误请告诉“云溪县委组织部”改正后再交来"
    )
    assert everything(pair.town) == before


def test_the_county_does_not_tie_a_townships_record_to_what_that_township_lacks(pair: Pair, second: str) -> None:
    with pair.county.edit("清水镇的党组织") as batch:
        other = batch.add(PartyOrg(office_id=second, name="清水村党支部", kind="631", sector="01")).id
    before = everything(pair.county)
    with pytest.raises(Refusal) as refused:
        edit(pair.county, pair.member, branch_id=other)
    assert refused.value.message == ("“所在党支部”选的记录归“清水镇”，“云岭镇”那里没有它。请另选“云岭镇”自己的")
    assert everything(pair.county) == before


def sent_to(pair: Pair, org: str, **more: Any) -> str:
    """A first secretary whom the county sends to a branch."""
    return edit(
        pair.county, None, "dispatch", name="刘下派", from_unit="县财政局", kind="01", to_org_id=org,
        since="2026-03-01", phone="13800000009", **more,
    )  # fmt: skip


def test_who_is_sent_to_one_township_is_no_other_townships_business(pair: Pair, second: str) -> None:
    with pair.county.edit("清水镇的党组织") as batch:
        other = batch.add(PartyOrg(office_id=second, name="清水村党支部", kind="631", sector="01")).id
    there, here = sent_to(pair, other), sent_to(pair, pair.branch)
    assert pair.to_town().status == "applied"
    with pair.town.read() as session:
        assert [*listing.ids(session, LEDGERS["dispatch"], Query())] == [here]
    assert take_in(pair.town, pair.down(full=True).file).status == "applied"
    with pair.town.read() as session:
        assert there not in listing.ids(session, LEDGERS["dispatch"], Query())


@pytest.fixture
def sent_elsewhere(pair: Pair, second: str) -> str:
    """A first secretary whom the county sends to a branch of the second township."""
    with pair.county.edit("清水镇的党组织") as batch:
        other = batch.add(PartyOrg(office_id=second, name="清水村党支部", kind="631", sector="01")).id
    return sent_to(pair, other)


@pytest.mark.parametrize("full", [False, True])
def test_what_hangs_on_another_township_by_way_of_the_countys_own_stays_away(
    pair: Pair, sent_elsewhere: str, full: bool
) -> None:
    there = edit(pair.county, None, "dispatch_log", dispatch_id=sent_elsewhere, month="2026-10", days=20)
    here = edit(pair.county, None, "dispatch_log", dispatch_id=sent_to(pair, pair.branch), month="2026-10", days=20)
    assert take_in(pair.town, pair.down(full=full).file).status == "applied"
    assert row(pair.town, there, "dispatch_log") == {}
    assert row(pair.town, here, "dispatch_log") == row(pair.county, here, "dispatch_log")


def test_the_county_ties_no_record_to_its_own_that_another_township_has(pair: Pair, sent_elsewhere: str) -> None:
    firm = edit(pair.town, None, "enterprise", name="红砖厂", kind="01", employees=60)
    pair.to_county()
    log = edit(pair.county, None, "dispatch_log", dispatch_id=sent_to(pair, pair.branch), month="2026-10", days=20)
    before = everything(pair.county)
    with pytest.raises(Refusal) as refused:
        edit(pair.county, firm, "enterprise", instructor_id=sent_elsewhere)
    assert refused.value.message == "“党建工作指导员”选的记录归“清水镇”，“云岭镇”那里没有它。请另选“云岭镇”自己的"
    with pytest.raises(Refusal) as refused:
        edit(pair.county, log, "dispatch_log", dispatch_id=sent_elsewhere)
    assert "这一条已经交给“云岭镇”，不能改到“清水镇”。请在这一条上注明结束，另建一条" in refused.value.message
    assert everything(pair.county) == before


def test_a_record_with_one_township_is_not_turned_to_another(pair: Pair, second: str) -> None:
    with pair.county.edit("清水镇的党组织") as batch:
        other = batch.add(PartyOrg(office_id=second, name="清水村党支部", kind="631", sector="01")).id
    here = sent_to(pair, pair.branch)
    before = everything(pair.county)
    with pytest.raises(Refusal) as refused:
        edit(pair.county, here, "dispatch", to_org_id=other)
    assert refused.value.message == ("这一条已经交给“云岭镇”，不能改到“清水镇”。请在这一条上注明结束，另建一条")
    assert everything(pair.county) == before


# ---------------------------------------------------------------- undoing an import


def test_undoing_an_import_ends_the_conflicts_that_it_put_off(pair: Pair) -> None:
    edit(pair.county, pair.member, phone="13900000000")
    edit(pair.town, pair.member, phone="13800000000", address="云岭村一组")
    edit(pair.town, pair.branch, "party_org", name="云岭村第一党支部")
    outcome = pair.to_county(decide=lambda one: LATER)
    assert [one.field for one in put_off(pair.county)] == ["phone"]
    pair.county.undo(outcome.batch_id)
    assert put_off(pair.county) == []
    assert row(pair.county, pair.member)["phone"] == "13900000000"
    down = pair.to_town(conflicts="ask")
    assert (down.status, down.conflicts) == ("applied", ())
    here, there = shared(pair)
    assert here == there
    assert (row(pair.town, pair.member)["phone"], row(pair.town, pair.member)["address"]) == ("13900000000", None)


# ---------------------------------------------------------------- one person in two townships

NUMBER = "110101197803120014"


@pytest.fixture
def two_towns(pair: Pair, second: str) -> Pair:
    """A member of each of two townships has the same ID number; the second's stands in the county's store already."""
    with pair.county.edit("清水镇的花名册") as batch:
        org = PartyOrg(office_id=second, name="清水村党支部", kind="631", sector="01")
        batch.add(org)
        batch.add(
            Member(
                office_id=second, name="王小明", sex="1", nation="01", birth=date(1978, 3, 12), branch_id=org.id,
                resident_id=NUMBER, category="1", standing="01",
            )
        )  # fmt: skip
    with pair.town.edit("身份证号") as batch:
        batch.session.get_one(Member, pair.member).resident_id = NUMBER
    return pair


def remarks(ws: Workspace) -> list[tuple[str, str, str]]:
    """(whose it is for, status, text) of every remark."""
    with ws.read() as session:
        names = {one.id: one.name for one in session.query(Office)}
        return sorted(
            (names[one.target_office_id], one.status, one.text) for one in session.query(LEDGERS["remark"].model)
        )


def test_one_person_in_two_townships_is_listed_and_both_are_told(two_towns: Pair) -> None:
    outcome = two_towns.to_county()
    sentence = "110101********0014 在“{0}”也有登记。请与“{0}”核实人在哪里，办好组织关系转接"
    (found,) = [one for one in outcome.findings if one.rule == "same-person"]
    assert (found.id, found.field) == (two_towns.member, "resident_id")
    assert found.message.endswith("在“清水镇”也有登记。请与“清水镇”核实人在哪里，办好组织关系转接")
    told = remarks(two_towns.county)
    assert [(name, status) for name, status, _ in told] == [("云岭镇", "01"), ("清水镇", "01")]
    assert found.message == told[0][2]
    assert told[1][2].endswith(sentence.format("云岭镇")[19:])
    assert two_towns.to_town().created == 2  # the remark, and the name of the office beside it
    assert [name for name, _, _ in remarks(two_towns.town)] == ["云岭镇"]


def test_a_township_is_told_of_one_person_once_and_no_more_when_it_is_settled(two_towns: Pair) -> None:
    two_towns.to_county()
    edit(two_towns.town, two_towns.member, phone="13800000001")
    two_towns.to_county()
    assert len(remarks(two_towns.county)) == 2
    with two_towns.town.edit("转出") as batch:
        batch.session.get_one(Member, two_towns.member).resident_id = None
    outcome = two_towns.to_county()
    assert [one for one in outcome.findings if one.rule == "same-person"] == []
    assert [status for _, status, _ in remarks(two_towns.county)] == ["03", "03"]
    two_towns.to_town()
    assert [status for _, status, _ in remarks(two_towns.town)] == ["03"]


# ---------------------------------------------------------------- checks, and columns of the county's


def test_every_changed_record_is_checked_however_many(pair: Pair) -> None:
    member = stored_rows(pair.town.engine.connect(), Member, [pair.member])[pair.member]
    own = {name: member[name] for name in ("name", "sex", "nation", "birth", "branch_id", "category", "standing")}
    with pair.town.edit("名册") as batch:
        batch.create_rows(
            Member, [{**own, "office_id": pair.town.office.id, "resident_id": NUMBER} for _ in range(DETAILS + 100)]
        )
    outcome = pair.to_county(dry_run=True)
    twice = {one.id for one in outcome.findings if one.rule == "member.resident_id"}
    assert (len(outcome.details), len(twice)) == (DETAILS, DETAILS + 100)


@pytest.fixture
def county_column(monkeypatch: pytest.MonkeyPatch) -> None:
    """The member's `strengths`, for these tests, is a column that the county alone writes."""
    spec = Member.__table__.c.strengths.info["field"]
    ledger = LEDGERS["member"]
    patched = {**ledger.fields, "strengths": replace(ledger.fields["strengths"], authority=Authority.COUNTY)}
    assert spec.authority is None
    monkeypatch.setitem(ledger.__dict__, "fields", patched)


@pytest.mark.usefixtures("county_column")
def test_a_township_does_not_write_a_column_of_the_countys(pair: Pair) -> None:
    before = everything(pair.town)
    with pytest.raises(Refusal, match="“特长”由县里填写，这里不能改"):
        edit(pair.town, pair.member, strengths="书法")
    assert everything(pair.town) == before


def test_a_package_that_writes_a_column_of_the_countys_is_refused(pair: Pair, request: pytest.FixtureRequest) -> None:
    edit(pair.town, pair.member, strengths="书法")
    file = pair.up().file
    request.getfixturevalue("county_column")
    before = everything(pair.county)
    outcome = take_in(pair.county, file)
    assert (outcome.status, outcome.reason) == ("refused", "not-allowed")
    assert outcome.message == (
        "“云岭镇”的包里有不归它填写的内容：“党员花名册”第 1 行的“特长”由县里填写。"
        "没有导入任何内容，请该单位改正后重新导出"
    )
    assert everything(pair.county) == before


@pytest.mark.usefixtures("county_column")
def test_a_column_of_the_countys_goes_down_and_comes_up_as_the_county_wrote_it(pair: Pair) -> None:
    edit(pair.county, pair.member, strengths="书法")
    assert pair.to_town().updated == 1
    edit(pair.town, pair.member, phone="13800000001")
    assert pair.to_county().status == "applied"
    here, there = shared(pair)
    assert here == there
    assert row(pair.county, pair.member)["strengths"] == "书法"
