"""The navigation: every system in sight on a small screen, unfolded as far as there is room, as the person left it."""

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.ledgers.ledger import PILLAR_TITLES, Pillar
from ui.shell import theme
from ui.shell.navigation import Entry, Navigation
from ui.shell.window import entries

TEAM, BASE = PILLAR_TITLES[Pillar.TEAM], PILLAR_TITLES[Pillar.BASE]
SMALL, TALL = 768, 3000
"""Heights of windows, in pixels."""


def navigation(qtbot: QtBot, height: int = SMALL) -> Navigation:
    made = Navigation("四基党建工作台", "云溪县 · 青石镇", entries("township"))
    qtbot.addWidget(made)
    made.resize(made.width(), height)
    made.show()
    return made


def heading(one: Navigation, title: str) -> QPushButton:
    return next(found for found in one.findChildren(QPushButton) if found.text() == title)


def in_sight(one: Navigation, button: QPushButton) -> bool:
    top = button.mapTo(one.area.viewport(), button.rect().topLeft()).y()
    return button.isVisible() and top >= 0 and top + button.height() <= one.area.viewport().height()


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    theme.use(qapp)


@pytest.mark.parametrize("county", [True, False])
def test_every_place_has_an_icon_of_its_own(county: bool) -> None:
    icons = Counter(one.icon for one in entries("county" if county else "township") if one.id)
    assert [icon for icon, times in icons.items() if times > 1] == []


@pytest.mark.parametrize("county", [True, False])
def test_a_page_stands_before_the_ledger_that_it_is_about(county: bool) -> None:
    order = [one.id for one in entries("county" if county else "township")]
    assert order[:2] == ["workbench", "exchange"]
    for page, ledger in (("pay_sheet", "pay_slip"), ("scoring", "score"), ("duties", "duty")):
        assert order.index(ledger) == order.index(page) + 1


def test_on_a_small_screen_every_system_is_in_sight_at_first(qtbot: QtBot) -> None:
    one = navigation(qtbot)
    one.mark("workbench")
    assert one.unfolded() == [BASE]
    assert all(in_sight(one, heading(one, title)) for title in PILLAR_TITLES.values())
    qtbot.waitUntil(lambda: not one.area.verticalScrollBar().isVisible())


def test_on_a_tall_screen_everything_is_unfolded(qtbot: QtBot) -> None:
    one = navigation(qtbot, TALL)
    for height, shown in ((TALL, list(PILLAR_TITLES.values())), (SMALL, [BASE]), (TALL, list(PILLAR_TITLES.values()))):
        one.resize(one.width(), height)
        qtbot.waitUntil(lambda shown=shown: one.unfolded() == shown)


def test_unfolding_a_system_folds_what_there_is_no_room_for(qtbot: QtBot) -> None:
    one = navigation(qtbot)
    qtbot.mouseClick(heading(one, TEAM), Qt.MouseButton.LeftButton)
    assert one.unfolded() == [TEAM]
    assert heading(one, TEAM).accessibleName() == f"{TEAM}，已展开"
    assert heading(one, BASE).accessibleName() == f"{BASE}，已收起"
    qtbot.mouseClick(heading(one, TEAM), Qt.MouseButton.LeftButton)
    assert one.unfolded() == []


def test_what_a_person_unfolds_stays_so(qtbot: QtBot) -> None:
    one = navigation(qtbot)
    qtbot.mouseClick(heading(one, TEAM), Qt.MouseButton.LeftButton)
    assert navigation(qtbot).unfolded() == [TEAM]
    assert navigation(qtbot, TALL).unfolded() == [BASE, TEAM]


def test_the_place_where_one_is_comes_into_sight(qtbot: QtBot) -> None:
    one = navigation(qtbot)
    one.mark("remark")
    one.mark("restriction")
    here = next(found for found in one.findChildren(QPushButton) if found.isChecked())
    assert here.text().strip() == "考核限制"
    qtbot.waitUntil(lambda: in_sight(one, here))


def test_a_folded_system_says_that_one_is_in_it(qtbot: QtBot) -> None:
    one = navigation(qtbot)
    one.mark("member")
    title = heading(one, TEAM)
    assert not title.property("here")
    qtbot.mouseClick(title, Qt.MouseButton.LeftButton)
    assert title.property("here")


def test_a_system_without_entries_is_only_its_heading(qtbot: QtBot) -> None:
    one = Navigation("四基", "青石镇", [Entry("空的系统"), Entry("另一个"), Entry("一页", "page", "mdi6.check")])
    qtbot.addWidget(one)
    one.mark("page")
    assert one.unfolded() == ["另一个"]
