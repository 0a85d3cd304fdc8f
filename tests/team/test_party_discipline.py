"""Disciplinary decisions over a store: on the member, who may introduce nobody, what is due, the figures."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from app import editing, record_view, reminders
from app.editing import Refused
from app.ledgers.catalogue import LEDGERS
from app.reminding import Urgency
from app.team import party_sheet
from app.team.party_statistics import By, Topic
from app.workspace import Workspace
from db import clock
from db.models.common import Policy
from tests.helpers import office

TODAY = date(2026, 11, 29)
LEDGER, FILE = LEDGERS["discipline"], LEDGERS["applicant"]


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    with office.township(tmp_path / "ws") as made:
        yield made


@pytest.fixture
def branch(town: Workspace) -> str:
    return office.branch(town)


@pytest.fixture
def member(town: Workspace, branch: str) -> str:
    return office.member(town, branch, name="王小明")


def decide(ws: Workspace, member: str, kind: str = "留党察看", on: str = "2025-12-10", **more: str) -> str:
    years = {"watched_years": "1"} if kind == "留党察看" else {}
    return editing.save(ws, LEDGER, {"member_id": member, "kind": kind, "decided_on": on, **years, **more})


def on_the_member(ws: Workspace, member: str) -> str:
    with ws.read() as session:
        view = record_view.view(ws, session, LEDGERS["member"], member)
    return next(item.text for _, items in view.sections for item in items if item.name == "discipline")


def introduced_by(ws: Workspace, branch: str, *names: str) -> str:
    """The file of somebody whom these introduce; its id."""
    person = {"name": "周小兰", "sex": "女", "birth": "1995-03-12", "branch_id": branch}
    days = {"applied_on": "2026-10-01", "talked_on": "2026-10-20"}
    return editing.save(ws, FILE, {**person, **days, "introducers": "、".join(names)})


def told(ws: Workspace, today: date = TODAY) -> dict[str, tuple[Urgency, str, tuple[str, ...] | None]]:
    with ws.read() as session:
        found = reminders.reminders(session, ws.office, today)
    return {one.title: (one.urgency, one.detail, one.place.ids) for one in found if one.place.page == LEDGER.id}


# ---------------------------------------------------------------- the member


def test_a_member_shows_what_has_effect_and_nothing_after(town: Workspace, member: str) -> None:
    assert on_the_member(town, member) == ""
    decide(town, member, "严重警告", "2025-06-01")
    decide(town, member, "警告", "2025-11-29")
    assert on_the_member(town, member) == "严重警告，影响期到 2026-12-01"
    watched = decide(town, member, on="2025-11-01")
    assert on_the_member(town, member).endswith("；留党察看，察看期满 2026-11-01，没有恢复权利")
    editing.save(town, LEDGER, {"restored_on": "2026-11-10"}, watched)
    assert on_the_member(town, member).endswith("；留党察看，影响期到 2028-11-10")


def test_the_months_are_policy(town: Workspace, member: str) -> None:
    decide(town, member, "警告", "2025-11-29")
    assert on_the_member(town, member) == ""
    with town.edit("县里改") as batch:
        batch.session.scalars(select(Policy).where(Policy.key == "discipline.warning_months")).one().value = "13"
    assert on_the_member(town, member) == "警告，影响期到 2026-12-29"


def test_the_matter_is_masked(town: Workspace, member: str) -> None:
    record = decide(town, member, reason="酒后驾驶机动车")
    with town.read() as session:
        view = record_view.view(town, session, LEDGER, record)
    (reason,) = [item for _, items in view.sections for item in items if item.name == "reason"]
    assert (reason.text, reason.hidden) == ("***", True)


@pytest.mark.parametrize(
    ("fields", "decision", "rule"),
    [
        ({"category": "2", "full_on": None}, {"kind": "警告"}, "discipline.member"),
        ({}, {"kind": "开除党籍"}, "discipline.expelled"),
        ({"joined_on": date(2026, 1, 1), "full_on": None}, {"kind": "警告"}, "discipline.day"),
        ({"standing": "05"}, {"kind": "开除党籍"}, None),
        ({}, {"kind": "警告"}, None),
    ],
)
def test_what_is_doubtful(
    town: Workspace, branch: str, fields: dict[str, object], decision: dict[str, str], rule: str | None
) -> None:
    member = office.member(town, branch, name="李小芳", **fields)
    with town.read() as session:
        draft = editing.draft(town, session, LEDGER, {"member_id": member, "decided_on": "2025-12-10", **decision})
    assert [one.rule for one in draft.findings if one.level == "warning"] == ([rule] if rule else [])


def test_one_decision_is_written_down_once(town: Workspace, member: str) -> None:
    decide(town, member)
    with pytest.raises(Refused, match="该党员 2025-12-10 已登记一条处分，请修改原有记录"):
        decide(town, member, "警告")
    with pytest.raises(Refused, match="批准日期 2026-11-30 晚于今天"):
        decide(town, member, "警告", "2026-11-30")


# ---------------------------------------------------------------- D11


def test_d11_who_is_watched_introduces_nobody_until_the_rights_return(
    town: Workspace, branch: str, member: str
) -> None:
    office.member(town, branch, name="李小芳")
    record = decide(town, member, on="2025-11-01")
    said = "王小明受留党察看处分，没有恢复党员权利，不能作入党介绍人，请另选介绍人"
    with pytest.raises(Refused, match=said) as refused:
        introduced_by(town, branch, "王小明", "李小芳")
    assert [(one.field, one.rule) for one in refused.value.findings if one.level == "error"] == [("introducers", "D11")]
    editing.save(town, LEDGER, {"restored_on": "2026-11-10"}, record)
    assert introduced_by(town, branch, "王小明", "李小芳")


def test_d11_another_member_of_the_same_name_may(town: Workspace, branch: str, member: str) -> None:
    office.member(town, branch, name="李小芳")
    decide(town, member)
    office.member(town, branch, name="王小明")
    assert introduced_by(town, branch, "王小明", "李小芳")


def test_d11_no_other_decision_bars_anybody(town: Workspace, branch: str, member: str) -> None:
    office.member(town, branch, name="李小芳")
    decide(town, member, "撤销党内职务")
    assert introduced_by(town, branch, "王小明", "李小芳")


# ---------------------------------------------------------------- what is due


def test_the_end_of_being_watched_is_told_before_and_after(town: Workspace, branch: str, member: str) -> None:
    record = decide(town, member, on="2025-12-10")
    assert told(town, date(2026, 11, 9)) == {}
    detail = "期满，请支部讨论是否恢复党员权利，报原批准机关"
    assert told(town) == {"留党察看即将期满 1 人": (Urgency.ATTENTION, f"王小明 12月10日{detail}", (record,))}
    over = {"留党察看期满没有处理 1 人": (Urgency.WRONG, f"王小明 12月10日{detail}", (record,))}
    assert told(town, date(2026, 12, 10)) == over
    editing.save(town, LEDGER, {"extended_on": "2026-11-28"}, record)
    assert told(town, date(2026, 12, 10)) == {}


def test_the_end_of_an_effect_is_told_for_a_month(town: Workspace, member: str) -> None:
    record = decide(town, member, "警告", "2025-11-20")
    said = {"处分影响期满 1 人": (Urgency.INFORMATION, "王小明：职务任用不再受这次处分限制", (record,))}
    assert told(town, date(2026, 11, 19)) == {}
    assert told(town, date(2026, 11, 20)) == said
    assert told(town, date(2026, 12, 19)) == said
    assert told(town, date(2026, 12, 20)) == {}


def test_nothing_is_told_of_who_has_left(town: Workspace, member: str) -> None:
    decide(town, member, on="2025-11-01")
    editing.save(town, LEDGERS["member_event"], {"member_id": member, "kind": "死亡", "on": "2026-11-01"})
    assert told(town) == {}


# ---------------------------------------------------------------- statistics


def test_a_year_is_counted_by_kind_and_leads_to_the_decisions(town: Workspace, branch: str, member: str) -> None:
    other = office.member(town, branch, name="李小芳")
    first, second = decide(town, member, on="2026-02-01"), decide(town, other, "警告", "2026-11-29")
    decide(town, other, "警告", "2025-12-31")
    editing.save(town, LEDGERS["member_event"], {"member_id": member, "kind": "转出", "on": "2026-11-01"})
    with town.read() as session:
        table = party_sheet.table(session, Topic.DISCIPLINE, By.BRANCH, TODAY, TODAY)
        before = party_sheet.table(session, Topic.DISCIPLINE, By.BRANCH, date(2024, 12, 31), TODAY)
    assert table.columns == ("合计", "警告", "严重警告", "撤销党内职务", "留党察看", "开除党籍")
    assert [[one.number for one in line.figures] for line in table.lines] == [[2, 1, 0, 0, 1, 0]] * 2
    assert table.finding == "2026 年党员受党纪处分 2 人次，其中留党察看、开除党籍 1 人次"
    places = [table.place(table.lines[1], column) for column in (0, 1, 4)]
    assert [place and (place.page, set(place.ids or ())) for place in places] == [
        ("discipline", {first, second}),
        ("discipline", {second}),
        ("discipline", {first}),
    ]
    assert before.finding == "2024 年没有党员受党纪处分"
