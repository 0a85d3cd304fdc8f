"""党内统计 in the window: what is chosen is shown, a figure leads to its records, the table can be taken away."""

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from app.place import STATISTICS
from app.team.party_statistics import Topic
from app.workspace import Workspace
from db import clock
from db.models.team import Member, MemberEvent
from tests.ui.test_ledger_page import settled
from tests.ui.test_sheets import ledger_page, press, shown
from ui.background import Desk
from ui.pages.statistics import StatisticsPage, html
from ui.shell.window import Desktop


@pytest.fixture
def folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small office of four men, one of whom has died and stands on the roll still."""
    monkeypatch.setattr(clock, "today", lambda: date(2012, 9, 12))
    with Workspace.open(folder) as workspace:
        with workspace.read() as session:
            (one, *_) = session.scalars(select(Member.id).order_by(Member.id))
        with workspace.edit("增减", kind="receive") as batch:  # as a package brings it: nothing follows
            died = {"member_id": one, "kind": "05", "on": date(2012, 3, 1)}
            batch.add(MemberEvent(office_id=workspace.office.id, **died))
    return folder


@pytest.fixture
def page(desk: Desk, qtbot: QtBot) -> StatisticsPage:
    return opened(desk, qtbot)[1]


def opened(desk: Desk, qtbot: QtBot) -> tuple[Desktop, StatisticsPage]:
    window = Desktop(desk)
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    page = window.go(STATISTICS)
    assert isinstance(page, StatisticsPage)
    settled(qtbot, desk)
    return window, page


def choose(qtbot: QtBot, page: StatisticsPage, topic: Topic) -> None:
    qtbot.mouseClick(page.topics.button(list(Topic).index(topic)), Qt.MouseButton.LeftButton)
    settled(qtbot, page.desk)


def test_the_ages_and_the_way_to_the_members(desk: Desk, qtbot: QtBot) -> None:
    window, page = opened(desk, qtbot)
    assert page.chart.accessibleName().count("人") == 10
    assert [row[:2] for row in shown(page.grid)] == [["合计", "4"], ["占比", "100%"], ["柳溪村党支部", "4"]]
    assert page.ages.isVisible()
    press(qtbot, page.grid, 2, 1)
    assert len(ledger_page(window, qtbot, desk).view.table.ids) == 4


def test_what_is_chosen_is_shown(page: StatisticsPage, qtbot: QtBot) -> None:
    choose(qtbot, page, Topic.SEX)
    assert shown(page.grid)[0] == ["合计", "4", "4", "0"]
    assert page.finding.text() == "女党员 0 人，占 0%"
    assert not page.ages.isVisible()
    assert page.by.isHidden()


def test_a_balance_that_does_not_come_out(desk: Desk, qtbot: QtBot) -> None:
    window, page = opened(desk, qtbot)
    choose(qtbot, page, Topic.BALANCE)
    assert page.finding.text() == "上年底 4 + 增加 0 − 减少 1 = 应有 3，实有 4，多 1 人"
    assert shown(page.grid)[0][-1] == "+1"
    (check,) = [one for one in page.findChildren(QPushButton) if one.text() == "去核对 ›"]
    qtbot.mouseClick(check, Qt.MouseButton.LeftButton)
    assert len(ledger_page(window, qtbot, desk).view.selected_ids()) == 1


def test_the_table_is_taken_away(page: StatisticsPage, qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "年龄.xlsx"
    page.export_to(file)
    settled(qtbot, page.desk)
    assert file.is_file()
    assert page.message.text.text() == f"已导出“党员年龄”到 {file}。"
    page.export_to(tmp_path / "没有" / "年龄.xlsx")
    settled(qtbot, page.desk)
    assert "没有文件夹" in page.message.text.text()
    assert page.table is not None
    text = html("石桥镇", page.table)
    assert "石桥镇党员年龄（截至" in text
    assert "<td>柳溪村党支部</td><td align='right'>4</td>" in text


def test_with_nobody_it_says_where_to_begin(open_desk, empty_folder: Path, qtbot: QtBot) -> None:  # type: ignore[no-untyped-def]
    _, page = opened(open_desk(empty_folder), qtbot)
    assert page.empty.isVisible()
    assert not page.export_button.isEnabled()
