"""The workbench: its figures lead to the records behind them, its lines to where they are mended, and it keeps up."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app import editing
from app.ledgers.catalogue import LEDGERS
from app.place import Place
from db import clock
from tests.helpers import office
from tests.ui.test_ledger_page import names, settled
from ui.background import Desk
from ui.ledger.page import LedgerPage
from ui.pages.exchange import ExchangePage
from ui.pages.workbench import BarChart, CellTile, DueLine, FigureTile, WorkbenchPage
from ui.shell.window import WORKBENCH, Desktop


@pytest.fixture
def window(desk: Desk, qtbot: QtBot) -> Desktop:
    made = Desktop(desk)
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    settled(qtbot, desk)
    return made


def bench(window: Desktop) -> WorkbenchPage:
    page = window.go(WORKBENCH)
    assert isinstance(page, WorkbenchPage)
    return page


def texts(page: WorkbenchPage, kind: type) -> list[list[str]]:
    """What stands on the tiles or lines of a kind that are in sight."""
    found = [one for one in page.findChildren(kind) if one.isVisible()]
    return [[label.text() for label in one.findChildren(QLabel) if label.text()] for one in found]


def test_the_window_opens_with_it(window: Desktop) -> None:
    assert window.current == WORKBENCH
    page = bench(window)
    assert [tile[:2] for tile in texts(page, FigureTile)] == [
        ["党员", "4"],
        ["设岗率", "0%"],
        ["有达标场所的村和社区", "0 / 1"],
        ["在任期内的党组织", "—"],
    ]
    assert texts(page, CellTile) == [["柳溪村", "没有场所 · 党员 0 人"]]
    assert page.findChild(BarChart).accessibleName().endswith("61–65 岁 4 人，66–70 岁 0 人，≥71 岁 0 人")


def test_a_figure_leads_to_the_records_behind_it(window: Desktop, qtbot: QtBot, desk: Desk) -> None:
    tile = next(one for one in bench(window).findChildren(FigureTile) if "设岗率" in one.accessibleName())
    tile.setFocus()
    qtbot.keyClick(tile, Qt.Key.Key_Return)
    settled(qtbot, desk)
    page = window.stack.currentWidget()
    assert isinstance(page, LedgerPage)
    assert page.query.chips == ("未设岗",)
    assert len(names(page)) == 4


def test_a_line_leads_to_its_records_alone_and_a_click_shows_all_again(
    window: Desktop, qtbot: QtBot, desk: Desk
) -> None:
    line = next(one for one in bench(window).findChildren(DueLine) if "党员花名册存疑 4 人" in one.way.accessibleName())
    qtbot.mouseClick(line.way, Qt.MouseButton.LeftButton)
    settled(qtbot, desk)
    page = window.stack.currentWidget()
    assert isinstance(page, LedgerPage)
    assert page.only_chip.text() == "只看“存疑” ✕"
    window.go_to_place(Place("member", ids=tuple(page.view.table.ids[:2]), title="存疑"))
    settled(qtbot, desk)
    assert len(names(page)) == 2
    qtbot.mouseClick(page.only_chip, Qt.MouseButton.LeftButton)
    settled(qtbot, desk)
    assert len(names(page)) == 4
    assert page.only_chip.isHidden()


def test_one_record_is_selected_among_all(window: Desktop, qtbot: QtBot, desk: Desk) -> None:
    page = window.go("member")
    assert isinstance(page, LedgerPage)
    settled(qtbot, desk)
    third = page.view.table.ids[2]
    window.go_to_place(Place("member", ids=(third,), title="预备期将满"))
    settled(qtbot, desk)
    assert page.view.selected_ids() == [third]
    assert len(names(page)) == 4


def test_it_keeps_up_with_what_is_written_elsewhere(
    window: Desktop, qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 23))
    page = bench(window)
    before = window.go("member")
    assert isinstance(before, LedgerPage)
    settled(qtbot, desk)
    member = before.view.table.ids[0]
    typed = {"category": "2", "joined_on": "2025-12-01"}
    desk.write(lambda workspace: editing.save(workspace, LEDGERS["member"], typed, member))
    settled(qtbot, desk)
    bench(window)
    settled(qtbot, desk)
    assert ["预备期将满 1 人", "王小明 12月1日到期，请提醒本人递交转正申请"] in texts(page, DueLine)


def test_an_office_on_its_first_day_is_told_how_to_begin(
    open_desk: Callable[[Path], Desk], empty_folder: Path, qtbot: QtBot
) -> None:
    desk = open_desk(empty_folder)
    window = Desktop(desk)
    qtbot.addWidget(window)
    window.show()
    settled(qtbot, desk)
    page = bench(window)
    assert page.empty.isVisible()
    assert page.content.isHidden()
    desk.write(lambda workspace: office.village(workspace))
    settled(qtbot, desk)
    assert page.content.isVisible()


def test_the_exchanges_wizards_begin_here_and_one_under_way_is_kept(window: Desktop, qtbot: QtBot, desk: Desk) -> None:
    bench(window).take_in.emit()
    settled(qtbot, desk)
    page = window.stack.currentWidget()
    assert isinstance(page, ExchangePage)
    wizard = page.wizard()
    assert wizard is not None
    bench(window).hand_over.emit()
    settled(qtbot, desk)
    assert page.wizard() is wizard


def test_tab_reaches_what_is_due_before_the_cells(window: Desktop, qtbot: QtBot, desk: Desk) -> None:
    page = bench(window)
    settled(qtbot, desk)
    qtbot.waitUntil(page.looking.isHidden)
    chain: list[QWidget] = []
    one = page.nextInFocusChain()
    while one is not page:
        if page.isAncestorOf(one) and not one.isHidden():
            chain.append(one)
        one = one.nextInFocusChain()
    kinds = [kind for one in chain for kind in (FigureTile, CellTile) if isinstance(one, kind)]
    ways = [chain.index(one.way) for one in page.findChildren(DueLine) if not one.isHidden()]
    cells = [chain.index(one) for one in page.findChildren(CellTile) if not one.isHidden()]
    assert ways
    assert cells
    assert kinds == sorted(kinds, key=(FigureTile, CellTile).index)
    assert max(ways) < min(cells)
    assert ways == sorted(ways)


def test_nothing_due_says_so(open_desk: Callable[[Path], Desk], tmp_path: Path, qtbot: QtBot) -> None:
    with office.township(tmp_path / "ws") as workspace:
        typed = {"village_id": office.village(workspace), "name": "柳溪村活动室", "floor_area": "90"}
        editing.save(workspace, LEDGERS["venue"], {**typed, "ownership": "村集体", "meets_standard": "是"})
    desk = open_desk(tmp_path / "ws")
    window = Desktop(desk)
    qtbot.addWidget(window)
    window.show()
    settled(qtbot, desk)
    said = [one.text() for one in bench(window).findChildren(QLabel) if one.isVisible()]
    assert "没有到期的事，也没有存疑的记录。" in said
