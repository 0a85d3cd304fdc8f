"""The page of the twenty-five steps: who is on the way, what is due, and a step written down with a click."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app import editing
from app.ledgers.catalogue import LEDGERS
from app.place import Place
from app.workspace import Workspace
from db import clock
from tests.helpers import office
from ui.background import Desk
from ui.ledger.action import ActionDialog
from ui.pages.recruitment import RecruitmentPage, StepLine

TODAY = date(2026, 11, 23)


@pytest.fixture
def folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A township with two applicants: one was talked with, one is overdue."""
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    with Workspace.open(folder) as workspace:
        branch = office.branch(workspace, "枫树村党支部")
        for name, applied, talked in (("周小兰", "2026-10-20", "2026-11-01"), ("李建国", "2026-09-01", "")):
            given = {"name": name, "sex": "男", "branch_id": branch, "applied_on": applied, "talked_on": talked}
            editing.save(workspace, LEDGERS["applicant"], {**given, "birth": "1995-03-12"})
    return folder


@pytest.fixture
def page(open_desk: Callable[[Path], Desk], folder: Path, qtbot: QtBot) -> RecruitmentPage:
    made = RecruitmentPage(open_desk(folder))
    qtbot.addWidget(made)
    made.resize(1100, 700)
    made.show()
    qtbot.waitUntil(lambda: len(made.rows.rows) == 2)
    return made


def texts(page: RecruitmentPage) -> list[str]:
    return [one.text() for one in page.findChildren(QPushButton)]


def test_the_overdue_come_first_with_their_path(page: RecruitmentPage) -> None:
    assert page.header.subtitle.text() == "在发展 2 人 · 一个月内到期 0 人 · 超期 1 人"
    assert [[column.text(one) for column in page.rows.columns] for one in page.rows.rows] == [
        ["李建国", "申请人", "10月1日 超期", "2 党组织派人谈话"],
        ["周小兰", "申请人", "", "3 推荐和确定积极分子"],
    ]
    assert len(page.findChildren(StepLine)) == 26, "the twenty-five, and the reports"


def test_a_step_is_written_down_and_taken_back(page: RecruitmentPage, qtbot: QtBot) -> None:
    (record,) = [one for one in page.findChildren(QPushButton) if one.accessibleName() == "登记 2 党组织派人谈话"]
    record.click()
    dialog = page.findChild(ActionDialog)
    assert dialog is not None
    assert list(dialog.rows) == ["on", "outcome", "by", "document", "talked_by"]
    dialog.rows["on"].editor.show_text("2026-11-24")
    dialog.do()
    qtbot.waitUntil(lambda: dialog.do_button.isEnabled())
    assert dialog.rows["on"].said.text() == "办理日期 2026-11-24 晚于今天，请核对"
    dialog.rows["on"].editor.show_text("2026-11-20")
    dialog.rows["talked_by"].editor.show_text("李书记")
    with qtbot.waitSignal(dialog.done_with) as said:
        dialog.do()
    assert said.args == ["李建国的“党组织派人谈话”已登记。"]
    qtbot.waitUntil(lambda: page.rows.rows[0].due == ())
    page.undo()
    qtbot.waitUntil(lambda: len(page.rows.rows[0].due) == 1)


def test_a_reminder_narrows_the_page(page: RecruitmentPage, qtbot: QtBot) -> None:
    one = next(path for path in page.rows.rows if path.name == "周小兰")
    page.show_place(Place("recruitment", ids=(one.id,), title="要办的"))
    qtbot.waitUntil(lambda: [path.name for path in page.rows.rows] == ["周小兰"])
    assert page.all.text() == "要办的 · 看全部"
    page.all.click()
    qtbot.waitUntil(lambda: len(page.rows.rows) == 2)


def test_the_file_is_a_click_away(page: RecruitmentPage) -> None:
    gone: list[Place] = []
    page.go.connect(gone.append)
    for wanted in ("打开档案 ›", "打印纪实表 ›"):
        next(one for one in page.findChildren(QPushButton) if one.text() == wanted).click()
    file = page.rows.rows[0].id
    assert gone == [Place("applicant", ids=(file,)), Place("reports", ids=("recruitment", file))]
