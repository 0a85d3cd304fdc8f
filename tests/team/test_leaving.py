"""The roll follows what is written down of who comes and goes: by hand, by a workbook, and taken back as one step."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from app import editing
from app.excel import importing
from app.ledgers.catalogue import LEDGERS
from app.workspace import Workspace
from db.models.team import Member
from tests.helpers import office

EVENTS = LEDGERS["member_event"]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Workspace]:
    with office.township(tmp_path / "石桥镇") as workspace:
        yield workspace


@pytest.fixture
def member(town: Workspace) -> str:
    return office.member(town, office.branch(town))


def standing(town: Workspace, member: str) -> str:
    with town.read() as session:
        return session.get_one(Member, member).standing


def event(town: Workspace, member: str, kind: str, on: str) -> str:
    return editing.save(town, EVENTS, {"member_id": member, "kind": kind, "on": on})


@pytest.mark.parametrize(
    ("kind", "after"), [("转出", "03"), ("死亡", "04"), ("停止党籍", "02"), ("出党", "05"), ("发展", "01")]
)
def test_who_leaves_is_on_the_roll_no_more(town: Workspace, member: str, kind: str, after: str) -> None:
    event(town, member, kind, "2026-03-01")
    assert standing(town, member) == after
    town.undo()
    assert standing(town, member) == "01"


def test_who_comes_back_stands_on_it_again(town: Workspace, member: str) -> None:
    event(town, member, "停止党籍", "2024-03-01")
    event(town, member, "恢复党籍", "2025-03-01")
    assert standing(town, member) == "01"


def test_an_event_of_long_ago_changes_nothing_that_came_after(town: Workspace, member: str) -> None:
    event(town, member, "转入", "2020-03-01")
    event(town, member, "转出", "2010-03-01")
    assert standing(town, member) == "01"


def test_the_person_is_told_before(town: Workspace, member: str) -> None:
    typed = {"member_id": member, "kind": "死亡", "on": "2026-03-01"}
    with town.read() as session:
        told = editing.draft(town, session, EVENTS, typed).findings
    assert [one.message for one in told if one.rule == "member_event.standing"] == [
        "保存以后，王小明在花名册里的党籍状态从“正常”改为“死亡”"
    ]


def test_a_workbook_brings_the_same(town: Workspace, member: str, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for row in (("党员", "增减类型", "日期"), ("王小明", "转入", "2015-01-05"), ("王小明", "死亡", "2026-01-05")):
        sheet.append(row)
    book.save(tmp_path / "增减.xlsx")
    plan = importing.plan(town, EVENTS, tmp_path / "增减.xlsx")
    assert importing.apply(town, plan).created == 2
    assert standing(town, member) == "04"
