"""The editors of a form's fields."""

from pytestqt.qtbot import QtBot

from app.ledgers.catalogue import LEDGERS
from ui.ledger.editors import SeveralEditor


def test_a_code_of_a_newer_program_stays_when_another_is_ticked(qtbot: QtBot) -> None:
    editor = SeveralEditor(LEDGERS["venue"].fields["rooms"])
    qtbot.addWidget(editor)
    editor.show_text("01,98")
    assert editor.text() == "01,98"
    editor.boxes["02"].click()
    assert editor.text() == "01,02,98"
    editor.show_text("02")
    assert editor.text() == "02"
