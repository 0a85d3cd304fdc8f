"""The manual is found from wherever one is, its links lead somewhere, and it names no button that is not there."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QStackedWidget
from pytestqt.qtbot import QtBot

from app.ledgers.catalogue import LEDGERS
from app.ledgers.ledger import PILLAR_TITLES, Pillar
from app.offices import EVERYWHERE
from app.workspace import ABOVE, BELOW, HERE, REALM
from ui.background import Desk
from ui.ledger.page import LedgerPage
from ui.manual_pictures import SCENES, SHOTS, WIDTH
from ui.pages.catalogue import PAGES as PAGES_OF_OWN
from ui.pages.exchange import ExchangePage
from ui.shell import manual
from ui.shell.manual import Manual
from ui.shell.window import FIRST, Desktop, entries
from ui.wizards.first_run import FirstRun
from ui.wizards.frame import Flow

CHAPTERS = sorted(manual.folder().glob("*.md"))
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)]+)\)")
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
SYSTEMS = ("system-team", "system-guarantee", "system-method", "system-responsibility")
WORDS = {"here": HERE, "above": ABOVE, "below": BELOW, "realm": REALM}
"""What an office calls itself, its superior, those below it and all of them, by the name in the program."""
BUTTON = re.compile(r"【([^】]+)】")
PAGES = list(dict.fromkeys(one.id for level in sorted(EVERYWHERE) for one in entries(level) if one.id))


def shown(window: Desktop) -> Manual:
    """The one manual that is open."""
    (found,) = window.findChildren(Manual)
    return found


def heading(page: Manual) -> str:
    """The first heading of the chapter that is shown."""
    return page.browser.document().begin().text()


@pytest.fixture
def window(qtbot: QtBot, desk: Desk) -> Iterator[Desktop]:
    made = Desktop(desk)
    qtbot.addWidget(made)
    made.show()
    yield made
    made.hide()


@pytest.mark.parametrize("page", PAGES)
def test_every_page_of_the_navigation_has_a_chapter(page: str) -> None:
    assert manual.chapter(page) != manual.INDEX


@pytest.mark.parametrize("wizard", sorted(Flow.__subclasses__(), key=str))
def test_every_wizard_has_a_chapter(wizard: type[Flow]) -> None:
    assert manual.chapter(wizard.topic) == wizard.topic


@pytest.mark.parametrize("place", sorted(manual.CHAPTERS))
def test_a_chapter_about_several_ledgers_opens_at_the_heading_of_each(qtbot: QtBot, place: str) -> None:
    from PySide6.QtWidgets import QWidget

    parent = QWidget()
    qtbot.addWidget(parent)
    page = manual.open_at(place, parent)
    assert page.browser.textCursor().block().text() == manual.titles()[place]


def test_f1_opens_the_chapter_of_the_page_and_of_the_wizard_over_it(qtbot: QtBot, window: Desktop) -> None:
    window.go(FIRST)
    assert window.topic == FIRST
    page = window.go("member")
    assert isinstance(page, LedgerPage)
    page.open_import()
    assert window.topic == "excel"
    exchange = window.go("exchange")
    assert isinstance(exchange, ExchangePage)
    assert window.topic == "exchange"
    exchange.take_in()
    assert window.topic == "take-in"
    exchange.leave_wizard()
    window.go("settings")
    window.activateWindow()
    window.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_F1)
    assert heading(shown(window)) == "口令、备份与恢复"


def test_f1_in_the_first_run(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    wizard = FirstRun(desk, tmp_path)
    qtbot.addWidget(wizard)
    wizard.show()
    wizard.activateWindow()
    choice = wizard.way_cards["join"].choice
    choice.setFocus()
    qtbot.waitUntil(choice.hasFocus)
    qtbot.keyClick(choice, Qt.Key.Key_F1)
    (page,) = wizard.findChildren(Manual)
    assert heading(page) == "开始使用"


def test_back_and_the_table_of_contents(qtbot: QtBot) -> None:
    stack = QStackedWidget()
    qtbot.addWidget(stack)
    page = manual.open_at("sticks", stack)
    page.turn_to(manual.INDEX)
    assert heading(page) == "使用手册"
    page.browser.backward()
    assert heading(page) == "U 盘管理"


def test_links_lead_to_chapters() -> None:
    names = {one.name for one in CHAPTERS}
    for chapter in CHAPTERS:
        for link in LINK.findall(chapter.read_text(encoding="utf-8")):
            assert link.startswith("https://") or link in names, f"{chapter.name} links to {link}"


def pictures_of(chapter: Path) -> list[str]:
    """The pictures that a chapter shows."""
    found = PICTURE.findall(chapter.read_text(encoding="utf-8"))
    assert all(says.strip() for says, _ in found), f"{chapter.name} shows a picture without saying what it is"
    return [file for _, file in found]


def test_every_picture_is_shown_and_every_shown_one_is_there() -> None:
    shown = {file for chapter in CHAPTERS for file in pictures_of(chapter)}
    there = sorted((manual.folder() / "pictures").iterdir())
    assert shown == {f"pictures/{one.name}" for one in there}
    assert {one.stem for one in there} == {*(one.name for one in SHOTS), *SCENES.values()}


def test_the_pictures_stay_small() -> None:
    sizes = {one.name: one.stat().st_size for one in (manual.folder() / "pictures").iterdir()}
    assert {name: size for name, size in sizes.items() if size > 60_000} == {}
    assert sum(sizes.values()) <= 1_500_000


@pytest.mark.parametrize("name", SYSTEMS)
def test_each_system_has_a_chapter_with_pictures_that_leads_to_its_ledgers(name: str) -> None:
    chapter = manual.folder() / f"{name}.md"
    assert pictures_of(chapter)
    text = chapter.read_text(encoding="utf-8")
    title = PILLAR_TITLES[Pillar(name.removeprefix("system-"))]
    assert text.splitlines()[0] == f"# {title.replace(' · ', '：')}"
    pillar = [one for one in (*LEDGERS.values(), *PAGES_OF_OWN.values()) if one.pillar == name.removeprefix("system-")]
    shown = [one for one in pillar if not getattr(one, "hidden", False)]
    assert {manual.chapter(one.id) + ".md" for one in shown} <= set(LINK.findall(text))
    assert [one.title for one in shown if one.title not in text] == []


def test_a_picture_is_as_wide_as_the_window_and_no_wider_than_itself(qtbot: QtBot) -> None:
    stack = QStackedWidget()
    qtbot.addWidget(stack)
    page = manual.open_at("workbench", stack)

    room = page.browser.viewport().width() - 2 * manual.MARGIN
    picture = QUrl("pictures/workbench.png")
    assert page.browser.picture(picture).width() == min(WIDTH, room)
    page.resize(600, 600)
    narrow = page.browser.viewport().width() - 2 * manual.MARGIN
    shown = page.browser.document().resource(2, page.browser.source().resolved(picture))
    assert shown.width() == narrow < WIDTH
    assert page.browser.document().size().width() <= page.browser.viewport().width()


def test_every_chapter_stands_in_the_table_of_contents() -> None:
    listed = set(LINK.findall((manual.folder() / "index.md").read_text(encoding="utf-8")))
    assert listed == {one.name for one in CHAPTERS} - {"index.md"}


def test_headings_do_not_skip_a_level() -> None:
    for chapter in CHAPTERS:
        levels = [len(found) for found in re.findall(r"^(#+) ", chapter.read_text(encoding="utf-8"), re.MULTILINE)]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels)), chapter.name


def bare(text: str) -> str:
    """A button's text without the mark that it asks for more, or leads somewhere."""
    return text.removesuffix("…").removesuffix(" ›")


def part_of(node: ast.expr) -> str:
    """A part of a text as a pattern; in a gap may stand what an office calls itself or another, or anything."""
    if isinstance(node, ast.Constant):
        return re.escape(bare(str(node.value)))
    assert isinstance(node, ast.FormattedValue)
    name = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
    return f"(?:{'|'.join(WORDS[name].values())})" if name in WORDS else ".+"


def texts_of_the_window() -> list[re.Pattern[str]]:
    """What stands on the window's buttons and entries: its texts, those with gaps as patterns, what
    can be done with records, and the navigation."""
    found = {re.escape(f"新增{ledger.one}") for ledger in LEDGERS.values()}
    found |= {re.escape(one.title) for level in sorted(EVERYWHERE) for one in entries(level)}
    found |= {re.escape(one.title) for ledger in LEDGERS.values() for one in ledger.actions}
    for file in sorted(Path(manual.__file__).parents[1].rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(re.escape(bare(node.value)))
            elif isinstance(node, ast.JoinedStr):
                parts = [part_of(one) for one in node.values]
                written = [one.value for one in node.values if isinstance(one, ast.Constant)]
                if len("".join(written)) >= 4 or ".+" not in parts:
                    found.add("".join(parts))
    return [re.compile(one) for one in found]


def test_the_manual_names_no_button_that_is_not_there() -> None:
    texts = texts_of_the_window()
    named = {name for chapter in CHAPTERS for name in BUTTON.findall(chapter.read_text(encoding="utf-8"))}
    missing = [name for name in sorted(named) if not any(one.fullmatch(bare(name)) for one in texts)]
    assert missing == []
