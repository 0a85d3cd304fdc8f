"""A record is sent back, corrected and settled, all through packages; and who left one office and came to none."""

from datetime import date, timedelta

import pytest

from app import quality, record_view, remarks, reminders
from app.ledgers.catalogue import LEDGERS
from app.place import Place
from app.sync import board, departed
from app.sync.board import Step
from app.sync.choices import Choice
from app.workspace import Workspace
from db import clock
from db.errors import Refusal
from db.models.organisation import PartyOrg
from db.models.team import Member
from tests.sync.conftest import Pair, edit, everything, row

MEMBER = LEDGERS["member"]


def seen(ws: Workspace, record: str) -> list[tuple[str, str, str]]:
    """(status, field, text) of the remarks as the panel beside the record shows them."""
    with ws.read() as session:
        return [(one.status, one.field, one.text) for one in record_view.remarks(session, MEMBER, record)]


def highlighted(ws: Workspace, record: str) -> dict[str, str]:
    """The fields of the record that are shown as sent back, in the panel; the form marks the same."""
    with ws.read() as session:
        shown = record_view.view(ws, session, MEMBER, record)
        form = record_view.form_start(ws, session, MEMBER, record)
    found = {item.name: item.remark for _, items in shown.sections for item in items if item.remark}
    assert dict(form.remarks) == found
    return found


def due(ws: Workspace) -> list[tuple[str, Place]]:
    """What the workbench says of remarks."""
    with ws.read() as session:
        return [(one.title, one.place) for one in reminders.remarks(session, ws.office)]


def test_a_record_is_sent_back_corrected_seen_corrected_and_settled(pair: Pair) -> None:
    remark = remarks.send_back(pair.county, MEMBER, pair.member, "电话打不通，请核实", "phone")
    assert pair.to_town().created == 1
    assert due(pair.town) == [("县里退回 1 条", Place("remark", chips=("待改",)))]
    assert seen(pair.town, pair.member) == [("待改", "手机号", "电话打不通，请核实")]
    assert highlighted(pair.town, pair.member) == {"phone": "电话打不通，请核实"}

    edit(pair.town, pair.member, education="大专")
    assert seen(pair.town, pair.member)[0][0] == "待改", "another field does not answer it"
    edit(pair.town, pair.member, phone="13800000001")
    assert seen(pair.town, pair.member)[0][0] == "已改", "at once, for the township itself"
    assert highlighted(pair.town, pair.member) == {}
    assert due(pair.town) == []
    assert row(pair.town, remark, "remark")["status"] == "01", "the record is the county's"

    assert pair.to_county().status == "applied"
    assert row(pair.county, remark, "remark")["status"] == "02"
    assert seen(pair.county, pair.member)[0][0] == "已改"
    assert due(pair.county) == [("乡镇已改的批注 1 条", Place("remark", chips=("已改",)))]
    pair.to_town()
    assert row(pair.town, remark, "remark")["status"] == "02"
    (town,) = board.board(pair.county, clock.today()).townships
    assert (town.open, town.corrected, town.step) == (0, 1, Step.REVIEW)

    remarks.ask_again(pair.county, remark, "还是打不通")
    pair.to_town()
    assert seen(pair.town, pair.member) == [("待改", "手机号", "还是打不通")]
    edit(pair.town, pair.member, note="已核实，号码无误，机主在外地")
    pair.to_county()
    assert seen(pair.county, pair.member)[0][0] == "已改", "the note says that all is well"
    remarks.close(pair.county, [remark])
    pair.to_town()
    assert seen(pair.town, pair.member) == [("已了", "手机号", "还是打不通")]
    assert due(pair.county) == due(pair.town) == []


def test_what_the_township_changed_before_it_knew_is_no_correction(pair: Pair) -> None:
    edit(pair.town, pair.member, phone="13800000001")
    crossing = pair.up()
    remark = remarks.send_back(pair.county, MEMBER, pair.member, "请核实", "phone")
    from app.sync.intake import take_in

    assert take_in(pair.county, crossing.file).status == "applied"
    assert row(pair.county, remark, "remark")["status"] == "01"


def test_undoing_the_package_takes_the_correction_back(pair: Pair) -> None:
    remark = remarks.send_back(pair.county, MEMBER, pair.member, "请核实", "phone")
    pair.to_town()
    edit(pair.town, pair.member, phone="13800000001")
    outcome = pair.to_county()
    assert row(pair.county, remark, "remark")["status"] == "02"
    pair.county.undo(outcome.batch_id)
    assert row(pair.county, remark, "remark")["status"] == "01"
    assert row(pair.county, pair.member)["phone"] is None


def test_a_conflict_sent_back_is_answered_like_any_remark(pair: Pair) -> None:
    edit(pair.town, pair.member, phone="13800000001")
    edit(pair.county, pair.member, phone="13800000002")
    pair.to_county(decide=lambda _: Choice.send_back("两边不一样，请核实"))
    assert seen(pair.county, pair.member) == [("待改", "手机号", "两边不一样，请核实")]
    pair.to_town()
    assert highlighted(pair.town, pair.member) == {"phone": "两边不一样，请核实"}
    edit(pair.town, pair.member, phone="13800000003")
    pair.to_county()
    assert seen(pair.county, pair.member)[0][0] == "已改"


def test_the_doubts_of_a_record_are_sent_back_in_one_step(pair: Pair) -> None:
    with pair.county.read() as session:
        words = remarks.doubts(session, MEMBER, [pair.member])
    fields = {field for _, field in words[pair.member]}
    assert {"full_on", "phone"} <= fields
    remarks.send_back_many(pair.county, MEMBER, words)
    assert len(seen(pair.county, pair.member)) == len(words[pair.member])
    pair.to_town()
    assert set(highlighted(pair.town, pair.member)) == fields
    pair.county.undo()
    assert seen(pair.county, pair.member) == []


def test_a_township_sends_nothing_back_and_a_county_not_its_own(pair: Pair) -> None:
    before = everything(pair.town)
    with pytest.raises(Refusal, match="只有上级可以退回核实。自己的记录请直接改正"):
        remarks.send_back(pair.town, MEMBER, pair.member, "请核实")
    assert everything(pair.town) == before
    own = edit(pair.county, None, "party_org", name="机关支部", kind="党支部", sector="机关")
    before = everything(pair.county)
    with pytest.raises(Refusal, match="这条记录是本单位自己的，请直接改正，不用退回"):
        remarks.send_back(pair.county, LEDGERS["party_org"], own, "请核实")
    assert everything(pair.county) == before


# ---------------------------------------------------------------- left one, came to none

NUMBER = "110101199003070011"


def leaves(pair: Pair, days: int) -> date:
    """The township's member moves away, so many days ago."""
    left_on = clock.today() - timedelta(days)
    edit(pair.town, pair.member, resident_id=NUMBER, birth="1990-03-07", joined_on="2010-07-01", standing="已转出")
    edit(pair.town, None, "member_event", member_id=pair.member, kind="转出", on=left_on.isoformat())
    return left_on


def test_who_left_and_came_nowhere_is_listed_and_the_township_told(pair: Pair) -> None:
    left_on = leaves(pair, 30)
    outcome = pair.to_county()
    (found,) = [one for one in outcome.findings if one.rule == departed.RULE]
    assert found.message == (
        f"1101**********0011 {left_on.year}年{left_on.month}月{left_on.day}日转出，介绍信 10 天有效，已经过期，"
        "县里各单位都没有接收。请核实去向：没有转成的，恢复党籍或重新开信；已转到县外的，在“备注”写明"
    )
    assert [one.id for one in quality.check(pair.county) if one.finding.rule == departed.RULE] == [pair.member]
    assert [one for one in quality.check(pair.town) if one.finding.rule == departed.RULE] == []
    pair.to_town()
    assert seen(pair.town, pair.member) == [("待改", "党籍状态", found.message)]
    edit(pair.town, pair.member, note="已转到邻县")
    outcome = pair.to_county()
    assert [one.rule for one in outcome.findings].count(departed.RULE) == 1, "until the county settles it"
    with pair.county.read() as session:
        (remark,) = [one.id for one in record_view.remarks(session, MEMBER, pair.member) if one.status == "已改"]
    remarks.close(pair.county, [remark])
    edit(pair.town, pair.member, phone="13800000001")
    outcome = pair.to_county()
    assert [one for one in outcome.findings if one.rule == departed.RULE] == []
    assert [one for one in quality.check(pair.county) if one.finding.rule == departed.RULE] == []


def test_while_the_letter_is_valid_nobody_is_asked_after(pair: Pair) -> None:
    leaves(pair, 10)
    assert [one for one in pair.to_county().findings if one.rule == departed.RULE] == []


def test_who_was_received_is_asked_after_no_more_and_is_no_namesake(pair: Pair, second: str) -> None:
    leaves(pair, 30)
    pair.to_county()
    assert seen(pair.county, pair.member)[0][0] == "待改"
    with pair.county.edit("接收") as batch:
        branch = batch.add(PartyOrg(office_id=second, name="清水村党支部", kind="631", sector="01")).id
        batch.add(
            Member(
                office_id=second, name="王小明", sex="1", nation="01", birth=date(1990, 3, 7), branch_id=branch,
                resident_id=NUMBER, category="1", standing="01",
            )
        )  # fmt: skip
    edit(pair.town, pair.member, phone="13800000001")
    outcome = pair.to_county()
    assert [one.rule for one in outcome.findings if one.rule in (departed.RULE, "same-person")] == []
    assert [status for status, _, _ in seen(pair.county, pair.member)] == ["已了"]
    assert [one for one in quality.check(pair.county) if one.finding.rule in ("duplicate", departed.RULE)] == []
