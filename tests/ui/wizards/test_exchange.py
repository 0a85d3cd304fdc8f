"""数据交换: townships and packages with their fate, enrolling, revoking, and conflicts that wait."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.documents.handoff import SHEET
from app.place import Place
from app.sync import intake, peers
from app.sync.choices import Choice
from app.workspace import Workspace
from db import clock
from tests.ui.wizards.conftest import TOWN, World, settle, value
from ui.background import Desk
from ui.pages import board
from ui.pages.enrol import EnrolDialog
from ui.pages.exchange import ExchangePage
from ui.pages.settle import SettleDialog
from ui.wizards.hand_over import HandOver
from ui.wizards.take_in import TakeIn

OpenDesk = Callable[[Path], Desk]


def page_of(qtbot: QtBot, desk: Desk, world: World) -> ExchangePage:
    page = ExchangePage(desk, world.drives)
    qtbot.addWidget(page)
    page.resize(1170, 740)
    page.show()
    settle(qtbot, desk)
    return page


def test_a_township_sees_what_waits_and_what_became_of_the_last(
    world: World, open_desk: OpenDesk, qtbot: QtBot
) -> None:
    world.edit(world.town, world.members[0], phone="13912345678")
    page = page_of(qtbot, open_desk(world.town), world)
    assert page.header.subtitle.text().startswith("未上报变更 1 条 · 上次上报 第 1 号（对方已接收")
    assert page.board is None
    page.give_button.click()
    assert isinstance(page.wizard(), HandOver)
    settle(qtbot, page.desk)
    page.leave_wizard()
    settle(qtbot, page.desk)
    assert page.wizard() is None


def test_who_has_lost_the_sheet_is_led_to_it(world: World, open_desk: OpenDesk, qtbot: QtBot) -> None:
    page = page_of(qtbot, open_desk(world.town), world)
    (again,) = [one for one in page.findChildren(QPushButton) if one.text() == "再印交接单 ›"]
    with qtbot.waitSignal(page.go) as gone:
        again.click()
    assert gone.args == [Place("reports", ids=(SHEET.name,))]


def test_the_county_sees_its_townships_and_who_is_late(world: World, open_desk: OpenDesk, qtbot: QtBot) -> None:
    with Workspace.open(world.county) as county:
        peers.enrol(county, "532903", "清水乡", world.stick / "登记.dzb")
    page = page_of(qtbot, open_desk(world.county), world)
    assert page.board is not None
    assert [(one.name, board.month(one)) for one in page.board.rows.rows] == [
        ("清水乡", "未上报"), ("石桥镇", "已上报"), ("梅岭镇", "已上报"),
    ]  # fmt: skip
    assert page.header.subtitle.text().startswith(f"3 个乡镇 · {clock.today().month}月还没有上报 1 个（应在 25 日前，")
    page.take_button.click()
    assert isinstance(page.wizard(), TakeIn)
    settle(qtbot, page.desk)


def test_a_township_is_enrolled_and_its_passphrase_shown_once(
    world: World, open_desk: OpenDesk, qtbot: QtBot, tmp_path: Path
) -> None:
    desk = open_desk(world.county)
    page = page_of(qtbot, desk, world)
    dialog = EnrolDialog(page, desk)
    qtbot.addWidget(dialog)
    dialog.folder.editor.edit.setText(str(world.stick))
    dialog.enrol()
    assert dialog.code.sentence() == "请填写单位代码"
    assert dialog.name.sentence() == "请填写单位名称"
    dialog.code.editor.setText("532903")
    dialog.name.editor.setText("清水乡")
    dialog.enrol()
    settle(qtbot, desk)
    assert dialog.enrolled is not None
    assert dialog.passphrase.text() == dialog.enrolled.passphrase
    with peers.join(dialog.enrolled.file, tmp_path / "新乡", dialog.passphrase.text()) as joined:
        assert joined.office.name == "清水乡"


def test_enrolling_one_that_has_answered_is_refused(world: World, open_desk: OpenDesk, qtbot: QtBot) -> None:
    desk = open_desk(world.county)
    page = page_of(qtbot, desk, world)
    dialog = EnrolDialog(page, desk)
    qtbot.addWidget(dialog)
    dialog.code.editor.setText(TOWN)
    dialog.name.editor.setText("石桥镇")
    dialog.folder.editor.edit.setText(str(world.stick))
    dialog.enrol()
    settle(qtbot, desk)
    assert dialog.enrolled is None
    assert dialog.message.text.text() == "“石桥镇”已经登记并交过包。换电脑时请先作废原来的，再重新登记"
    assert list(world.stick.iterdir()) == []


def test_a_revoked_township_is_refused_from_now_on(world: World, open_desk: OpenDesk, qtbot: QtBot) -> None:
    file = world.hand_over(world.town)
    desk = open_desk(world.county)
    page = page_of(qtbot, desk, world)
    assert page.board is not None
    page.board.table.selectRow(0)
    one = page.board.selected()
    assert one is not None
    assert page.board.revoke_button.isEnabled()
    page.revoke(one)
    settle(qtbot, desk)
    assert page.message.text.text() == "“石桥镇”的钥匙已作废。需要继续上报时，请重新登记。"
    settle(qtbot, desk)
    assert [(one.name, one.state.value) for one in page.board.rows.rows][-1] == ("石桥镇", "revoked")
    reasons: list[str | None] = []
    desk.read(lambda ws: intake.take_in(ws, file, dry_run=True).reason, reasons.append)
    settle(qtbot, desk)
    assert reasons == ["revoked"]


def test_a_conflict_that_was_put_off_is_settled(world: World, open_desk: OpenDesk, qtbot: QtBot) -> None:
    world.edit(world.town, world.members[0], phone="13911110001")
    world.edit(world.county, world.members[0], phone="13922220001")
    file = world.hand_over(world.town)
    with Workspace.open(world.county) as county:
        assert intake.take_in(county, file, decide=lambda _: Choice.LATER).status == "applied"
        waiting = intake.put_off(county)
    desk = open_desk(world.county)
    page = page_of(qtbot, desk, world)
    assert page.waiting.itemAt(0).widget().text.text() == "有 1 处冲突放着以后再定。"
    dialog = SettleDialog(page, desk, waiting)
    qtbot.addWidget(dialog)
    assert not dialog.save.isEnabled()
    choices, _ = next(iter(dialog.decisions.rows.values()))
    choices.buttons["theirs"].click()
    assert dialog.save.text() == "按裁决写入 1 条"
    dialog.settle()
    settle(qtbot, desk)
    assert value(desk, qtbot, world.members[0], "phone") == "13911110001"
    settle(qtbot, desk)
    assert page.waiting.count() == 0
