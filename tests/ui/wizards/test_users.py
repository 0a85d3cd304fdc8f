"""使用人: each with a passphrase of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app import vault
from app.workspace import Workspace
from tests.ui.wizards.conftest import settle
from ui.background import Desk
from ui.pages.users import UsersDialog


@pytest.fixture
def dialog(desk: Desk, qtbot: QtBot, tmp_path: Path) -> Iterator[UsersDialog]:
    with qtbot.waitSignal(desk.opened):
        desk.open(
            lambda: Workspace.create(
                tmp_path / "ws", code="1", name="石桥镇", level="township", passphrase="云溪县1234", user="李敏"
            ),
            lambda _: None,
        )
    parent = QWidget()
    qtbot.addWidget(parent)
    made = UsersDialog(parent, desk)
    settle(qtbot, desk)
    yield made
    parent.close()


def users(tmp_path: Path) -> tuple[str, ...]:
    slots = vault.read(tmp_path / "ws" / "keys.json")
    assert slots is not None
    return slots.users()


def test_one_more_person_gets_a_passphrase_and_loses_it(dialog: UsersDialog, qtbot: QtBot, tmp_path: Path) -> None:
    dialog.name.editor.setText("王芳")
    dialog.first.editor.setText("石桥镇5678")
    dialog.second.editor.setText("石桥镇5678")
    dialog.add()
    settle(qtbot, dialog.desk)
    settle(qtbot, dialog.desk)
    assert users(tmp_path) == ("李敏", "王芳")
    assert dialog.message.text.text() == "“王芳”可以用自己的口令打开了。"
    dialog.remove("王芳")
    settle(qtbot, dialog.desk)
    assert users(tmp_path) == ("李敏",)


def test_what_will_not_do_stands_beside_its_field(dialog: UsersDialog, qtbot: QtBot, tmp_path: Path) -> None:
    dialog.first.editor.setText("短")
    dialog.add()
    settle(qtbot, dialog.desk)
    assert dialog.name.sentence() == "请填写姓名"
    assert dialog.first.sentence() == "口令太短，至少要 6 个字符"
    assert dialog.second.sentence() == "两遍口令不一样，请重新输入"
    assert users(tmp_path) == ("李敏",)


def test_ones_own_passphrase_stays(dialog: UsersDialog, qtbot: QtBot, tmp_path: Path) -> None:
    dialog.remove("李敏")
    settle(qtbot, dialog.desk)
    assert dialog.message.text.text() == "不能取消自己正在用的口令。请由另一位使用人来取消"
    assert users(tmp_path) == ("李敏",)
