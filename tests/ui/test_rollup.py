"""Where the workbench leads in a whole office, and the pages that roll up: the overview and a cell per village."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.overview import FIGURES
from app.place import CONFLICTS, OVERVIEW, VILLAGES, Place
from app.reminders import Reminder, Urgency
from tests.ui.test_ledger_page import settled
from ui.background import Desk
from ui.ledger.page import LedgerPage
from ui.pages.overview import OverviewPage
from ui.pages.villages import VillagesPage, VillageTile
from ui.pages.workbench import LINES, DueLine, WorkbenchPage
from ui.shell.widgets import EmptyState
from ui.shell.window import WORKBENCH, Desktop

OpenDesk = Callable[[Path], Desk]


@pytest.fixture
def whole(demo: list[Path], tmp_path: Path, open_desk: OpenDesk, qtbot: QtBot) -> Callable[[str], Desktop]:
    """Opens the window of an office of the demonstration: `county` or a township's code."""

    def opened(name: str) -> Desktop:
        made = Desktop(open_desk(shutil.copytree(demo[0].parent / name, tmp_path / name)))
        qtbot.addWidget(made)
        made.resize(1366, 768)
        made.show()
        settled(qtbot, made.desk)
        return made

    return opened


def due(window: Desktop) -> list[Reminder]:
    """Every line of the workbench, also the folded ones, each of several ledgers as its parts."""
    from app import reminders

    page = window.go(WORKBENCH)
    assert isinstance(page, WorkbenchPage)
    assert page.looking.isHidden()
    lines = (*page._due, *reminders.doubts(page._doubts))
    return [part for one in lines for part in (one.parts or (one,))]


@pytest.mark.parametrize("name", ["county", "431599101"])
def test_every_reminder_leads_to_a_page_that_shows_it(whole: Callable[[str], Desktop], name: str, qtbot: QtBot) -> None:
    window = whole(name)
    lines = due(window)
    assert len(lines) >= 8
    for one in lines:
        assert one.place.page != CONFLICTS  # the demonstration has none
        window.go_to_place(one.place)
        settled(qtbot, window.desk)
        assert window.current == one.place.page
        page = window.stack.currentWidget()
        assert page is not None
        if isinstance(page, LedgerPage):
            shown = page.view.table.ids
            assert shown, one
            if one.place.ids is None or len(one.place.ids) > 1:  # a single record is shown among the others
                assert {chip.text() for chip in page.chips if chip.isChecked()} == set(one.place.chips), one
            assert one.place.ids is None or set(one.place.ids) & set(shown), one
        else:
            assert not [empty for empty in page.findChildren(EmptyState) if empty.isVisible()], one


def reminder(number: int, urgency: Urgency, parts: tuple[Reminder, ...] = ()) -> Reminder:
    return Reminder(urgency, f"第 {number} 件", "", Place("member"), parts)


def shown(page: WorkbenchPage) -> list[str]:
    return [one.findChildren(QLabel)[1].text() for one in page.findChildren(DueLine) if one.isVisible()]


def test_the_rest_is_folded_away_and_ledgers_stand_under_their_system(desk: Desk, qtbot: QtBot) -> None:
    page = WorkbenchPage(desk)
    qtbot.addWidget(page)
    page.show()
    settled(qtbot, desk)
    parts = (reminder(90, Urgency.WRONG), reminder(91, Urgency.INFORMATION))
    page._doubts = []
    page._due = (
        *(reminder(number, Urgency.ATTENTION) for number in range(1, 12)),
        reminder(12, Urgency.WRONG, parts),
    )
    page._show_due()
    few = ["第 12 件", *(f"第 {number} 件" for number in range(1, LINES))]
    qtbot.waitUntil(lambda: shown(page) == few)
    said = [one.text() for one in page.findChildren(QLabel) if one.isVisible()]
    assert "已经过期或有错 1 件" in said
    assert "快到期、等着办 11 件" in said
    assert page.more.text() == "还有 2 件 ›"
    qtbot.mouseClick(page.more, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(shown(page)) == 12)
    several = next(one for one in page.findChildren(DueLine) if one.way.text() == "2 个台账")
    qtbot.mouseClick(several.way, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: shown(page)[:3] == ["第 12 件", "第 90 件", "第 91 件"])
    assert page.more.text() == "收起"


def test_the_county_sees_plan_and_townships_and_follows_a_figure(whole: Callable[[str], Desktop], qtbot: QtBot) -> None:
    window = whole("county")
    page = window.go(OVERVIEW)
    assert isinstance(page, OverviewPage)
    settled(qtbot, window.desk)
    assert page.header.subtitle.text().startswith("2 个单位 · 今年已过 ")
    rows = {one.cells[0].text: one for one in page.lines.sheet.rows}
    assert rows["新建活动场所"].cells[2].text == "277 个"
    plan = rows["新建活动场所"].cells[2].place
    assert isinstance(plan, Place)
    window.go_to_place(plan)
    settled(qtbot, window.desk)
    policy = window.stack.currentWidget()
    assert isinstance(policy, LedgerPage)
    assert "新建活动场所" in policy.detail.title.text()
    window.go(OVERVIEW)
    page.plans.click()
    settled(qtbot, window.desk)
    assert len(policy.view.table.ids) == sum(bool(one.plan) for one in FIGURES)
    window.go(OVERVIEW)
    QAbstractItemModelTester(page.lines.sheet)
    page.by_town.click()
    assert page.tables.currentWidget() is page.towns
    assert [one.cells[0].text for one in page.towns.sheet.rows] == ["青石镇", "双桥镇", "全县"]
    column = next(at for at, one in enumerate(page.towns.sheet.headings) if one.title == "设岗%")
    place = page.towns.sheet.rows[0].cells[column].place
    assert place is not None
    page.towns.follow(page.towns.sheet.index(0, column))
    settled(qtbot, window.desk)
    ledger = window.stack.currentWidget()
    assert isinstance(ledger, LedgerPage)
    assert (ledger.query.chips, ledger.query.office) == (("未设岗",), place.office)


def test_a_cell_opens_the_village_and_its_facts_lead_on(whole: Callable[[str], Desktop], qtbot: QtBot) -> None:
    window = whole("431599101")
    page = window.go(VILLAGES)
    assert isinstance(page, VillagesPage)
    settled(qtbot, window.desk)
    tiles = [one for one in page.findChildren(VillageTile) if one.isVisible()]
    assert page.now is not None
    assert len(tiles) == len(page.now.villages) > 2
    assert page.office.isHidden()
    tiles[1].setFocus()
    qtbot.keyClick(tiles[1], Qt.Key.Key_Return)
    assert page.name.text() == page.now.villages[1].name
    page.next.click()
    assert page.name.text() == page.now.villages[2].name
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert page.layers.currentWidget() is page.overview
    window.go_to_place(Place(VILLAGES, ids=(page.now.villages[0].id,)))
    settled(qtbot, window.desk)
    assert page.name.text() == page.now.villages[0].name
    page.record.click()
    settled(qtbot, window.desk)
    assert window.current == "village"


def test_a_county_chooses_the_township_and_an_office_without_villages_is_told_so(
    whole: Callable[[str], Desktop], open_desk: OpenDesk, empty_folder: Path, qtbot: QtBot
) -> None:
    window = whole("county")
    page = window.go(VILLAGES)
    assert isinstance(page, VillagesPage)
    settled(qtbot, window.desk)
    assert [page.office.itemText(at) for at in range(page.office.count())] == ["青石镇", "双桥镇"]
    page.office.setCurrentIndex(1)
    page.office.activated.emit(1)
    settled(qtbot, window.desk)
    assert page.now is not None
    assert {one.office for one in page.now.villages} == {"双桥镇"}
    bare = VillagesPage(open_desk(empty_folder))
    qtbot.addWidget(bare)
    bare.show()
    settled(qtbot, bare.desk)
    assert bare.empty.isVisible()
