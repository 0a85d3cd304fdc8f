"""Recruitment: the actions that write the roll, the steps of the path, and stagnant villages that follow from both."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from app import actions, editing, listing, reminders
from app.editing import Refused
from app.ledgers.catalogue import LEDGERS
from app.reminders import Reminder, Urgency
from app.team import recruiting, stagnant
from app.team.recruiting import State
from app.workspace import OfficeCard, Workspace
from db import clock
from db.errors import Refusal
from db.journal import BatchLine, Values, stored_rows
from db.models.common import Policy
from db.models.organisation import PartyOrg
from db.models.recruitment import ApplicantStep, StagnantVillage
from db.models.team import Member, MemberEvent
from tests.helpers import office

TODAY = date(2026, 11, 23)
FILE = LEDGERS["applicant"]
CARD = "430599199503120013"


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    with office.township(tmp_path / "ws") as made:
        yield made


@pytest.fixture
def village(town: Workspace) -> str:
    return office.village(town)


@pytest.fixture
def branch(town: Workspace, village: str) -> str:
    with town.edit("新增党组织") as batch:
        made = PartyOrg(office_id=town.office.id, name="柳溪村党支部", kind="631", sector="01", village_id=village)
        return batch.add(made).id


def row(ws: Workspace, record_id: str, ledger: str = "applicant") -> Values:
    with ws.read() as session:
        return stored_rows(session.connection(), LEDGERS[ledger].model, [record_id])[record_id]


def apply(ws: Workspace, branch: str, **typed: str) -> str:
    """An applicant of this spring."""
    person = {"name": "周小兰", "resident_id": CARD, "sex": "男", "birth": "1995-03-12", "phone": "13873910007"}
    given = {"branch_id": branch, "applied_on": "2026-10-01", "talked_on": "2026-10-20"}
    return editing.save(ws, FILE, {**person, **given, **typed})


READY = {
    "stage": "发展对象",
    "applied_on": "2024-06-01",
    "talked_on": "2024-06-20",
    "recommended": "党员推荐",
    "activist_on": "2025-01-10",
    "contacts": "王小明",
    "candidate_on": "2026-03-01",
    "introducers": "王小明、李小芳",
    "review_on": "2026-04-01",
    "review_passed": "是",
    "trained_on": "2026-05-10",
    "training_days": "3",
}
MEETING = {"admitted_on": "2026-07-01", "expected": "21", "present": "15", "votes_for": "14"}


def act(ws: Workspace, record_id: str, action: str, **typed: str) -> str:
    return actions.act(ws, FILE, record_id, action, typed)


def offered(ws: Workspace, record_id: str) -> list[str]:
    with ws.read() as session:
        return [one.id for one in actions.offers(session, ws.office, FILE, record_id)]


def on_the_roll(ws: Workspace) -> list[Member]:
    with ws.read() as session:
        return list(session.scalars(select(Member).where(Member.deleted_at.is_(None)).order_by(Member.name)))


def listed(ws: Workspace) -> list[tuple[date, date | None, int | None, date | None, str | None]]:
    with ws.read() as session:
        found = session.scalars(
            select(StagnantVillage).where(StagnantVillage.deleted_at.is_(None)).order_by(StagnantVillage.opened_on)
        )
        return [
            (one.opened_on, one.last_recruited_on, one.years, one.closed_on, one.closed_by_member_id) for one in found
        ]


# ---------------------------------------------------------------- onto the roll


def test_an_admission_makes_the_member_and_the_event_in_one_step(town: Workspace, branch: str) -> None:
    file = apply(town, branch, **READY)
    assert offered(town, file) == ["admit", "end"]
    said = act(town, file, "admit", **MEETING)
    assert said.startswith("周小兰已登上花名册，为预备党员，预备期到 2027-07-01 届满。")
    (member,) = on_the_roll(town)
    assert (member.name, member.category, member.joined_on, member.resident_id, member.branch_id, member.standing) == (
        "周小兰",
        "2",
        date(2026, 7, 1),
        CARD,
        branch,
        "01",
    )
    with town.read() as session:
        (event,) = session.scalars(select(MemberEvent))
        (step,) = session.scalars(select(ApplicantStep))
    assert (event.kind, event.on, event.member_id) == ("01", date(2026, 7, 1), member.id)
    assert (step.step, step.on, step.outcome) == ("15", date(2026, 7, 1), "01")
    now = row(town, file)
    assert (now["stage"], now["member_id"], now["votes_for"]) == ("04", member.id, 14)
    assert offered(town, file) == ["convert", "extend", "end"]

    town.undo()
    assert on_the_roll(town) == []
    assert (row(town, file)["stage"], row(town, file)["member_id"]) == ("03", None)


def test_who_is_admitted_is_not_admitted_again(town: Workspace, branch: str) -> None:
    file = apply(town, branch, **READY)
    act(town, file, "admit", **MEETING)
    with pytest.raises(Refusal, match="这条发展记录现在不能“接收为预备党员”"):
        act(town, file, "admit", **MEETING)
    assert len(on_the_roll(town)) == 1


def test_who_is_on_the_roll_is_not_admitted(town: Workspace, branch: str) -> None:
    office.member(town, branch, name="周小兰", resident_id=CARD, birth=date(1995, 3, 12))
    file = apply(town, branch, **READY)
    with pytest.raises(Refusal, match="周小兰已经在花名册上（柳溪村党支部），身份证号相同，不能再接收"):
        act(town, file, "admit", **MEETING)
    assert len(on_the_roll(town)) == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"votes_for": "10"}, "赞成票 10 没有超过应到有表决权正式党员 21 人的半数"),  # D16: ten of fifteen present
        ({"present": "10", "votes_for": "11"}, "实到 10 人没有超过应到有表决权人数 21 人的半数"),  # D15
        ({"admitted_on": "2026-02-01"}, "支部大会通过日期 2026-02-01 早于确定发展对象日期 2026-03-01"),
        ({"introducers": "王小明"}, "入党介绍人应为 2 名，现在写了 1 名"),  # D11
        ({"admitted_on": "2026-12-01"}, "晚于今天"),
        ({"expected": ""}, "“应到人数”必须填写"),
    ],
)
def test_what_is_against_the_rules_is_refused_whole(
    town: Workspace, branch: str, given: dict[str, str], sentence: str
) -> None:
    file = apply(town, branch, **READY)
    before = row(town, file)
    with pytest.raises(Refusal, match=sentence):
        act(town, file, "admit", **{**MEETING, **given})
    assert (on_the_roll(town), row(town, file)) == ([], before)


def test_full_membership_counts_from_the_end_of_probation(town: Workspace, branch: str) -> None:
    file = apply(town, branch, **READY)
    act(town, file, "admit", **{**MEETING, "admitted_on": "2026-06-01"})
    votes = {"full_expected": "21", "full_present": "15", "full_votes": "14"}
    with pytest.raises(Refusal, match="转正大会日期 2026-11-20 早于预备期满日 2027-06-01"):
        act(town, file, "convert", full_meeting_on="2026-11-20", **votes)
    clock.today = lambda: date(2027, 6, 20)  # put back by the fixture
    with town.read() as session:
        suggested = {one.id: one.texts for one in actions.offers(session, town.office, FILE, file)}["convert"]
    assert suggested == {"full_meeting_on": "2027-06-20", "full_on": "2027-06-01"}
    act(town, file, "convert", **votes)
    (member,) = on_the_roll(town)
    assert (member.category, member.full_on) == ("1", date(2027, 6, 1))
    assert row(town, file)["stage"] == "05"
    assert offered(town, file) == []


def test_probation_is_extended_once(town: Workspace, branch: str) -> None:
    file = apply(town, branch, **READY)
    act(town, file, "admit", **MEETING)
    with pytest.raises(Refusal, match="延长预备期不少于 6 个月、不超过 12 个月，应在 2028-01-01 至 2028-07-01 之间"):
        act(town, file, "extend", extended_to="2027-12-31")
    act(town, file, "extend")
    assert row(town, file)["extended_to"] == date(2028, 1, 1)
    assert "extend" not in offered(town, file)


def test_an_end_on_probation_takes_the_member_off_the_roll(town: Workspace, branch: str) -> None:
    file = apply(town, branch, **READY)
    act(town, file, "admit", **MEETING)
    with pytest.raises(Refusal, match="“终止原因”必须填写"):
        act(town, file, "end")
    act(town, file, "end", end_reason="不履行党员义务")
    (member,) = on_the_roll(town)
    assert (member.standing, row(town, file)["stage"]) == ("05", "06")
    with town.read() as session:
        kinds = list(session.scalars(select(MemberEvent.kind).order_by(MemberEvent.kind)))
    assert kinds == ["01", "07"]


# ---------------------------------------------------------------- stagnant villages


def test_a_quiet_village_is_listed_once_and_ended_by_the_next_admission(town: Workspace, branch: str) -> None:
    office.member(town, branch, joined_on=date(2020, 7, 1), full_on=date(2021, 7, 1))
    assert listed(town) == []  # time opens, not a save
    assert stagnant.bring_up_to_date(town) == 1
    opened = (date(2023, 1, 1), date(2020, 7, 1), 6, None, None)
    assert listed(town) == [opened]
    assert stagnant.bring_up_to_date(town) == 0
    file = apply(town, branch, **READY)
    act(town, file, "admit", **MEETING)
    new = next(one.id for one in on_the_roll(town) if one.name == "周小兰")
    assert listed(town) == [(date(2023, 1, 1), date(2020, 7, 1), 6, date(2026, 7, 1), new)]
    assert stagnant.bring_up_to_date(town) == 0

    town.undo()
    assert listed(town) == [opened]


def test_undo_passes_over_the_review(town: Workspace, branch: str) -> None:
    office.member(town, branch, joined_on=date(2020, 7, 1), full_on=date(2021, 7, 1))
    stagnant.bring_up_to_date(town)
    with town.read() as session:
        lines = session.execute(select(BatchLine.kind, BatchLine.label).order_by(BatchLine.id.desc())).all()
    assert lines[0] == ("review", "盘点空白村")
    assert town.undo().label == "新增党员"
    assert listed(town) == []  # nothing is known of the village any more


def test_who_moved_here_ends_nothing(town: Workspace, branch: str) -> None:
    office.member(town, branch, joined_on=date(2020, 7, 1), full_on=date(2021, 7, 1))
    stagnant.bring_up_to_date(town)
    with town.edit("转入") as batch:
        member = Member(**office.member_row(town, branch, name="李明", joined_on=date(2026, 1, 5), category="2"))
        one = batch.add(member).id
        batch.add(MemberEvent(office_id=town.office.id, member_id=one, kind="02", on=date(2026, 8, 1)))
    assert [closed for *_, closed, _ in listed(town)] == [None]
    assert stagnant.bring_up_to_date(town) == 0


def test_who_moves_inside_the_township_was_admitted_where_they_were(town: Workspace, branch: str) -> None:
    old = office.member(town, branch, joined_on=date(2025, 7, 1), category="2")
    other_village = office.village(town, "枫树村", "202")
    with town.edit("新增党组织") as batch:
        other = PartyOrg(
            office_id=town.office.id, name="枫树村党支部", kind="631", sector="01", village_id=other_village,
            founded_on=date(1980, 1, 1),
        )  # fmt: skip
        other_id = batch.add(other).id
    given = {"member_id": old, "direction": "转出", "scope": "乡镇内", "branch_id": other_id, "issued_on": "2026-10-01"}
    letter = editing.save(town, LEDGERS["transfer"], {**given, "letter_no": "1"})
    actions.act(town, LEDGERS["transfer"], letter, "move", {})
    assert stagnant.bring_up_to_date(town) == 1
    assert listed(town) == [(date(1983, 1, 1), None, 46, None, None)]  # 枫树村, where nobody was ever admitted


def test_a_county_lists_nothing_for_its_townships(town: Workspace, branch: str) -> None:
    office.member(town, branch, joined_on=date(2020, 7, 1), full_on=date(2021, 7, 1))
    above = OfficeCard("another", "430599", "云溪县", "county", None)
    with town.read() as session:
        assert stagnant.changes(session, above) == []
        assert len(stagnant.changes(session, town.office)) == 1


def test_an_admission_by_hand_ends_it_and_its_deletion_opens_it_again(town: Workspace, branch: str) -> None:
    office.member(town, branch, joined_on=date(2020, 7, 1), full_on=date(2021, 7, 1))
    stagnant.bring_up_to_date(town)
    new = office.member(town, branch, name="李明", joined_on=date(2026, 1, 5), category="2")
    assert [closed for *_, closed, _ in listed(town)] == [date(2026, 1, 5)]
    editing.delete(town, LEDGERS["member"], [new])
    assert [closed for *_, closed, _ in listed(town)] == [None]


def test_an_admission_that_was_entered_late_shows_that_it_never_was_stagnant(town: Workspace, branch: str) -> None:
    office.member(town, branch, joined_on=date(2022, 7, 1), full_on=date(2023, 7, 1))
    stagnant.bring_up_to_date(town)
    assert [opened for opened, *_ in listed(town)] == [date(2025, 1, 1)]
    office.member(town, branch, name="李明", joined_on=date(2024, 3, 1), full_on=date(2025, 3, 1))
    assert listed(town) == []


def test_what_people_wrote_stays(town: Workspace, branch: str) -> None:
    office.member(town, branch, joined_on=date(2020, 7, 1), full_on=date(2021, 7, 1))
    stagnant.bring_up_to_date(town)
    with town.read() as session:
        one = session.scalars(select(StagnantVillage.id)).one()
    with pytest.raises(Refused, match="诫勉谈话日期 2022-12-31 早于列入日期 2023-01-01"):
        editing.save(town, LEDGERS["stagnant_village"], {"talk_on": "2022-12-31"}, one)
    with pytest.raises(Refused, match="“销号日期”由程序填写，不用手工改"):
        editing.save(town, LEDGERS["stagnant_village"], {"closed_on": "2026-11-01"}, one)
    editing.save(town, LEDGERS["stagnant_village"], {"talk_on": "2026-11-01", "talk_by": "王书记"}, one)
    office.member(town, branch, name="李明", joined_on=date(2026, 1, 5), category="2")
    now = row(town, one, "stagnant_village")
    assert (now["talk_on"], now["closed_on"]) == (date(2026, 11, 1), date(2026, 1, 5))


# ---------------------------------------------------------------- the path and what is due


def test_the_path_shows_what_is_done_and_what_comes_next(town: Workspace, branch: str) -> None:
    file = apply(town, branch)
    said = recruiting.record_step(town, file, "03", {"on": "2026-11-10", "outcome": "通过", "recommended": "党员推荐"})
    assert said == "周小兰的“推荐和确定积极分子”已登记。"
    now = row(town, file)
    assert (now["stage"], now["activist_on"], now["recommended"]) == ("02", date(2026, 11, 10), "01")
    with town.read() as session:
        (path,) = recruiting.paths(session, town.office, TODAY)
    assert [(one.code, one.state) for one in path.steps[:5]] == [
        ("01", State.DONE),
        ("02", State.DONE),
        ("03", State.DONE),
        ("04", State.NEXT),
        ("05", State.AHEAD),
    ]
    assert (path.done, path.following, path.stage_name) == (3, "04", "积极分子")
    assert [(one.step, one.on) for one in path.due] == [("06R", date(2027, 2, 10)), ("06", date(2027, 5, 10))]

    town.undo()
    assert (row(town, file)["stage"], row(town, file)["activist_on"]) == ("01", None)


def test_a_step_against_the_rules_is_refused_beside_its_day(town: Workspace, branch: str) -> None:
    file = apply(town, branch, stage="积极分子", activist_on="2026-10-25", recommended="党员推荐", contacts="王小明")
    before = row(town, file)
    with pytest.raises(Refused, match="积极分子须培养教育满 12 个月（2027-10-25）方可确定为发展对象") as told:
        recruiting.record_step(town, file, "08", {"on": "2026-11-20", "outcome": "通过"})
    assert [one.field for one in told.value.findings if one.level == "error"] == ["on"]
    assert row(town, file) == before
    with town.read() as session:
        assert session.scalars(select(ApplicantStep)).all() == []
    with pytest.raises(Refusal, match="“支部大会讨论接收”要同时改花名册，请用“接收为预备党员”办理"):
        recruiting.record_step(town, file, "15", {"on": "2026-11-20", "outcome": "通过"})


def due(ws: Workspace, today: date = TODAY) -> list[Reminder]:
    with ws.read() as session:
        return [one for one in reminders.reminders(session, ws.office, today) if one.place.page == "recruitment"]


def test_what_is_due_is_told(town: Workspace, branch: str) -> None:
    file = apply(town, branch, talked_on="")
    (told,) = due(town)
    assert (told.urgency, told.title) == (Urgency.WRONG, "入党申请没有谈话，已超期 1 人")
    assert told.detail == "周小兰：应在 11月1日前，收到申请后一个月内应派人谈话"
    assert told.place.ids == (file,)
    recruiting.record_step(town, file, "02", {"on": "2026-11-20", "outcome": "通过", "talked_by": "李书记"})
    assert due(town) == []


def test_an_activist_reports_every_quarter(town: Workspace, branch: str) -> None:
    """D07, second half."""
    given = {"stage": "积极分子", "activist_on": "2026-06-20", "recommended": "党员推荐", "contacts": "王小明"}
    file = apply(town, branch, **{**given, "applied_on": "2026-03-01", "talked_on": "2026-03-20"})
    told = {one.title: one for one in due(town)}
    assert set(told) == {"积极分子该考察了 1 人", "积极分子该思想汇报了，已超期 1 人"}
    assert told["积极分子该思想汇报了，已超期 1 人"].detail == "周小兰：应在 9月20日前，每季度思想汇报一次"
    for on in ("2026-09-18", "2026-11-20"):
        recruiting.record_step(town, file, "06R", {"on": on, "outcome": "通过", "document": "思想汇报"})
    assert [one.title for one in due(town)] == ["积极分子该考察了 1 人"]
    with town.read() as session:
        (path,) = recruiting.paths(session, town.office, TODAY)
    report = next(one for one in path.steps if one.code == "06R")
    assert (report.title, report.state, report.times, report.on) == ("思想汇报", State.DONE, 2, date(2026, 11, 20))
    assert (path.done, path.following) == (3, "04"), "none of the twenty-five"
    with town.read() as session:
        (line,) = listing.rows(session, FILE, [file], ["last_step"])
    assert line.cells == ("",), "nor the step that was reached"
    assert row(town, file)["stage"] == "02"


def test_one_person_has_one_file_at_a_time(town: Workspace, branch: str) -> None:
    """D17: each is voted on alone, for each has a file of their own; who has stopped may begin another."""
    first = apply(town, branch)
    with pytest.raises(Refused, match="这个身份证号已有一份发展党员记录，请核对，或在原有记录上继续"):
        apply(town, branch)
    act(town, first, "end", ended_on="2026-11-20", end_reason="外出务工")
    assert apply(town, branch) != first


def test_who_approves_is_a_committee_unless_policy_says_otherwise(town: Workspace, branch: str) -> None:
    """D20."""
    org = {"name": "柳溪村党总支", "kind": "党总支", "sector": "行政村"}
    general = editing.save(town, LEDGERS["party_org"], org)
    approved = {"approved_by_id": general}
    file = apply(town, branch, **READY)
    with pytest.raises(Refused, match="“柳溪村党总支”是党总支，没有审批预备党员的权限，请填写有审批权的党委"):
        editing.save(town, FILE, approved, file)
    with town.edit("县里允许") as batch:
        policy = batch.session.scalars(select(Policy).where(Policy.key == "recruit.general_branch_approves")).one()
        policy.value = "true"
    editing.save(town, FILE, approved, file)
    assert row(town, file)["approved_by_id"] == general


def test_a_quiet_villages_secretary_is_to_be_talked_to(town: Workspace, branch: str) -> None:
    office.member(town, branch, joined_on=date(2020, 7, 1), full_on=date(2021, 7, 1))
    stagnant.bring_up_to_date(town)
    with town.read() as session:
        told = [one for one in reminders.reminders(session, town.office, TODAY) if one.place.page == "stagnant_village"]
    assert [one.title for one in told] == ["空白村没有谈话 1 个"]
