"""The sheets: what a year's pay should be and is, and each project's money by source; all leads to the records."""

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app import editing
from app.ledgers.catalogue import LEDGERS
from app.place import FUNDING_SHEET, PAY_SHEET
from app.workspace import Workspace
from db import clock
from tests.helpers import office
from tests.ui.test_ledger_page import settled
from ui.background import Desk
from ui.ledger.page import LedgerPage
from ui.pages.funding import FundingPage
from ui.pages.grid import Grid
from ui.pages.pay import PaySheetPage
from ui.pages.workbench import FigureTile
from ui.shell.window import Desktop

TODAY = date(2012, 9, 12)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An office that sets its own standards, with a secretary, one slip, and a project half paid."""
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    place = tmp_path / "云溪县"
    with Workspace.create(place, code="430599", name="云溪县", level="county") as workspace:
        office.village(workspace)
        save(workspace, "pay_standard", year="2012", base_income="4123")
        cadre = save(workspace, "cadre", name="王小明", village_id="柳溪村", role="书记", since="2008-03-01")
        save(workspace, "pay_slip", cadre_id=cadre, year="2012", month="3", basic="500")
        project = save(
            workspace, "venue_project", village_id="柳溪村", kind="新建", stage="开工", planned_invest="100000"
        )
        for source, planned, paid in (("县财政", "70000", "70000"), ("村自筹", "20000", "")):
            save(workspace, "venue_funding", project_id=project, source=source, planned=planned, paid=paid)
    return place


def save(workspace: Workspace, ledger: str, **typed: str) -> str:
    return editing.save(workspace, LEDGERS[ledger], typed)


@pytest.fixture
def window(desk: Desk, qtbot: QtBot) -> Desktop:
    made = Desktop(desk)
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    settled(qtbot, desk)
    return made


def shown(grid: Grid) -> list[list[str]]:
    """What stands in the rows."""
    return [[cell.text for cell in row.cells] for row in grid.sheet.rows]


def figures(page: PaySheetPage | FundingPage) -> list[list[str]]:
    tiles = [one for one in page.findChildren(FigureTile) if one.isVisible()]
    return [[label.text() for label in tile.findChildren(QLabel)][:2] for tile in tiles]


def press(qtbot: QtBot, grid: Grid, row: int, column: int) -> None:
    spot = grid.visualRect(grid.sheet.index(row, column)).center()
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=spot)


def ledger_page(window: Desktop, qtbot: QtBot, desk: Desk) -> LedgerPage:
    settled(qtbot, desk)
    page = window.stack.currentWidget()
    assert isinstance(page, LedgerPage)
    return page


def test_the_pay_sheet_says_what_is_missing_and_what_differs(window: Desktop, qtbot: QtBot, desk: Desk) -> None:
    page = window.go(PAY_SHEET)
    assert isinstance(page, PaySheetPage)
    settled(qtbot, desk)
    village, term, total = shown(page.grid)
    assert village[0] == "柳溪村"
    assert total[0] == "合计"
    assert term[:2] == ["王小明", "党组织书记"]
    assert term[2:14] == ["缺", "缺", "500.00", *["缺"] * 5, "待发", "·", "·", "·"]
    assert term[14:] == ["7,009.10", "500.00", "-4,172.72"]
    assert figures(page) == [
        ["全年应发（元）", "7,009.10"],
        ["已登记（元）", "500.00"],
        ["与标准不一致", "1 条"],
        ["人均比上年增加（元）", "—"],
    ]
    assert page.header.subtitle.text() == (
        "上年人均纯收入 4,123.00 元 × 1.7，1:0.9:0.7：年报酬 书记 7,009.10 · 主任 6,308.19 · 其他 4,906.37 元"
    )


def test_a_months_cell_leads_to_its_slip_and_a_name_to_the_cadre(window: Desktop, qtbot: QtBot, desk: Desk) -> None:
    page = window.go(PAY_SHEET)
    assert isinstance(page, PaySheetPage)
    settled(qtbot, desk)
    press(qtbot, page.grid, 1, 4)
    slips = ledger_page(window, qtbot, desk)
    assert (slips.ledger.id, len(slips.view.table.ids)) == ("pay_slip", 1)
    window.go(PAY_SHEET)
    page.grid.setCurrentIndex(page.grid.sheet.index(1, 0))
    qtbot.keyClick(page.grid, Qt.Key.Key_Return)
    assert ledger_page(window, qtbot, desk).ledger.id == "cadre"


def test_missing_slips_are_made_and_taken_back(window: Desktop, qtbot: QtBot, desk: Desk) -> None:
    page = window.go(PAY_SHEET)
    assert isinstance(page, PaySheetPage)
    settled(qtbot, desk)
    page.fill.setVisible(True)  # a county's own office is no township; its button is hidden
    assert page.fill.text() == "补齐发放记录 8 条"
    qtbot.mouseClick(page.fill, Qt.MouseButton.LeftButton)
    settled(qtbot, desk)
    assert page.message.text.text() == "已补齐 2012 年发放记录 8 条。"
    assert shown(page.grid)[1][2:14] == ["584.09", "584.09", "500.00", *["584.09"] * 6, "·", "·", "·"]
    assert (page.fill.text(), page.fill.isEnabled()) == ("发放记录已齐", False)
    page.undo()
    settled(qtbot, desk)
    assert shown(page.grid)[1][2] == "缺"


def test_a_year_with_nothing_says_where_to_begin(window: Desktop, qtbot: QtBot, desk: Desk) -> None:
    page = window.go(PAY_SHEET)
    assert isinstance(page, PaySheetPage)
    settled(qtbot, desk)
    page.year.setCurrentIndex(page.year.findData(2011))
    page.refresh()
    settled(qtbot, desk)
    assert page.empty.isVisible()
    assert page.header.subtitle.text() == "县里还没有下发这一年的报酬标准，应发算不出来"


def test_the_money_of_a_project_by_source(window: Desktop, qtbot: QtBot, desk: Desk) -> None:
    page = window.go(FUNDING_SHEET)
    assert isinstance(page, FundingPage)
    settled(qtbot, desk)
    assert [one.title for one in page.grid.sheet.headings] == [
        "场所(村)", "类型", "阶段", "计划投资", "县财政", "村自筹", "来源合计", "比投资"
    ]  # fmt: skip
    assert shown(page.grid) == [
        ["柳溪村", "新建", "开工", "10", "7 / 7", "0 / 2", "7 / 9", "少 1"],
        ["合计", "", "", "10", "7 / 7", "0 / 2", "7 / 9", "少 1"],
    ]
    assert figures(page)[:3] == [
        ["有达标场所的村和社区", "0 / 1"],
        ["新建活动场所（已验收）", "0 / 277"],
        ["升级达标活动场所（已验收）", "0 / 43"],
    ]
    press(qtbot, page.grid, 0, 4)
    money = ledger_page(window, qtbot, desk)
    assert (money.ledger.id, len(money.view.selected_ids())) == ("venue_funding", 1)
