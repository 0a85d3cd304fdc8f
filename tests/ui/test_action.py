"""The buttons beside a record: they ask for what is needed, say what is wrong beside it, and do it as one step."""

from datetime import date
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from app import editing
from app.ledgers.catalogue import LEDGERS
from app.workspace import Workspace
from db.models.team import Member, Transfer
from tests.ui.test_ledger_page import settled, shown
from ui.background import Desk
from ui.ledger.action import ActionDialog
from ui.ledger.page import LedgerPage


@pytest.fixture
def letter(folder: Path) -> str:
    """A letter for 王小明, made before the desk opens."""
    with Workspace.open(folder) as workspace:
        with workspace.read() as session:
            member = session.scalars(select(Member.id).where(Member.name == "王小明")).one()
        given = {"scope": "跨省", "to_branch": "中共某市委组织部", "letter_no": "1", "issued_on": "2012-06-01"}
        return editing.save(workspace, LEDGERS["transfer"], {"member_id": member, "dues_paid_to": "2012-05", **given})


def titles(page: LedgerPage) -> list[str]:
    bar = page.detail.actions
    return [bar.itemAt(place).widget().text() for place in range(bar.count())]


def opened(page: LedgerPage, title: str) -> ActionDialog:
    """The dialog that a button opens."""
    bar = page.detail.actions
    bar.itemAt(titles(page).index(title)).widget().click()
    (dialog,) = page.findChildren(ActionDialog)
    return dialog


def test_a_button_asks_says_what_is_wrong_and_does_it(letter: str, desk: Desk, qtbot: QtBot) -> None:
    page = shown(qtbot, desk, "transfer")
    assert titles(page) == ["登记回执", "撤销介绍信"]
    dialog = opened(page, "登记回执")
    answer = dialog.rows["receipt_on"]
    assert answer.editor.text() != ""  # today
    answer.editor.show_text("昨天")
    dialog.do_button.click()
    settled(qtbot, desk)
    assert answer.said.isVisible()
    assert "昨天" in answer.said.text()
    answer.editor.show_text("2012-06-10")
    answer.editor.done.emit()
    settled(qtbot, desk)
    assert page.findChildren(ActionDialog) == []
    assert page.message.text.text() == "王小明的回执已收到，已转往中共某市委组织部，离开花名册。"
    assert titles(page) == []
    assert not page.detail.action_bar.isVisible()
    kept = []

    def look(workspace: Workspace) -> tuple[str, str, date | None]:
        with workspace.read() as session:
            member = session.scalars(select(Member).where(Member.name == "王小明")).one()
            made = session.get_one(Transfer, letter)
            return member.standing, made.status, made.receipt_on

    desk.read(look, kept.append)
    settled(qtbot, desk)
    assert kept == [("03", "03", date(2012, 6, 10))]
    page.undo()
    settled(qtbot, desk)
    assert titles(page) == ["登记回执", "撤销介绍信"]


def test_a_refusal_about_another_field_stands_over_the_fields(letter: str, desk: Desk, qtbot: QtBot) -> None:
    page = shown(qtbot, desk, "transfer")
    dialog = opened(page, "登记回执")
    dialog.rows["receipt_on"].editor.show_text("2012-05-01")
    dialog.do_button.click()
    settled(qtbot, desk)
    assert dialog.do_button.isEnabled()
    assert "回执日期 2012-05-01 早于" in dialog.rows["receipt_on"].said.text() + dialog.message.text.text()
    dialog.reject()


def test_a_ledger_without_actions_shows_no_bar(desk: Desk, qtbot: QtBot) -> None:
    assert not shown(qtbot, desk).detail.action_bar.isVisible()
