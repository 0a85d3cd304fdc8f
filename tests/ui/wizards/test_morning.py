"""A county's morning: forty packages on eight sticks, what came of each, and the receipts back to their sticks."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app.sync import intake
from app.sync.choices import Choice
from app.workspace import Workspace
from tests.helpers.townships import Many
from tests.ui.wizards.conftest import TOWN, World, press, settle, show, value
from ui.background import Desk
from ui.ledger.page import LedgerPage
from ui.pages.board import STEPS
from ui.pages.exchange import ExchangePage
from ui.pages.settle import SettleDialog
from ui.shell.window import Desktop
from ui.wizards.sticks import Drive
from ui.wizards.take_in import TakeIn

OpenDesk = Callable[[Path], Desk]


@pytest.fixture
def morning(forty: Many, tmp_path: Path) -> Many:
    """The county and its sticks; the townships stay where they are."""
    root = tmp_path / "云溪 县"
    towns = {one.folder.name for one in forty.towns}
    shutil.copytree(forty.root, root, ignore=lambda _, names: towns & set(names))
    return forty.at(root)


def plugged(many: Many) -> Callable[[], list[Drive]]:
    """The sticks that are there."""
    return lambda: [
        Drive(one, f"KINGSTON{one.name[-1]}", 14_000_000_000, 16_000_000_000) for one in sorted(many.root.glob("U盘*"))
    ]


def texts(layout: object) -> list[str]:
    """What the notes in a layout say."""
    return [layout.itemAt(place).widget().text.text() for place in range(layout.count())]  # type: ignore[attr-defined]


def test_a_morning_with_forty_packages(morning: Many, open_desk: OpenDesk, qtbot: QtBot, tmp_path: Path) -> None:
    bad = sorted(morning.root.glob("U盘2/*.dzb"))[1]
    content = bytearray(bad.read_bytes())
    content[len(content) // 2] ^= 1
    bad.write_bytes(content)
    wizard = TakeIn(open_desk(morning.county), plugged(morning))
    show(qtbot, wizard)
    assert wizard.minimumSizeHint().width() <= 1170, "a long list of sticks does not widen the window"
    press(qtbot, wizard)
    press(qtbot, wizard)
    assert wizard.next_button.text() == "写入 39 个包"
    press(qtbot, wizard)
    assert texts(wizard.morning.head) == [
        "已写入：39 个包，新增 117、修改 0、删除 0。收错了的，可以在“数据交换”里整包撤销。"
    ]
    first = wizard.morning.rows.rows[0]
    assert (first.state, first.code) == ("拒收：文件损坏", bad.name[:6])
    assert texts(wizard.morning.notes)[-1] == f"本月还没有上报：{first.office}。"
    assert first.office in wizard.morning.html()
    wizard.morning.save_pdf(tmp_path / "接收.pdf")
    assert (tmp_path / "接收.pdf").read_bytes().startswith(b"%PDF")
    press(qtbot, wizard)

    away = morning.root / "U盘8"
    away.rename(morning.root / "拔出")
    assert wizard.receipts.button.text() == "写回执（39 个乡镇）"
    assert not wizard.receipts.places.isVisible(), "each goes back to its own stick"
    wizard.receipts.button.click()
    settle(qtbot, wizard.desk)
    assert texts(wizard.told)[1] == "有 5 个没有写成，原因在下面。插好 U 盘，再点一次“写回执”。"
    assert {one.state[0] for one in wizard.receipts.owed if not one.done} == {
        "原来的 U 盘已经拔出，没有写。请插回去再写"
    }
    (morning.root / "拔出").rename(away)
    wizard.receipts.again.click()
    assert wizard.receipts.button.text() == "写回执（5 个乡镇）"
    wizard.receipts.button.click()
    settle(qtbot, wizard.desk)
    for up in morning.root.glob("U盘*/*-up-1.dzb"):
        assert (up.with_name(up.name.replace("up-1", "down-2"))).exists() == (up != bad)
    with qtbot.waitSignal(wizard.again):
        wizard.again_button.click()


def test_what_is_decided_is_written_and_the_rest_can_follow(world: World, open_desk: OpenDesk, qtbot: QtBot) -> None:
    world.edit(world.town, world.members[0], phone="13911110001")
    world.edit(world.county, world.members[0], phone="13922220001")
    world.hand_over(world.town)
    world.hand_over(world.other)
    desk = open_desk(world.county)
    wizard = TakeIn(desk, world.drives)
    show(qtbot, wizard)
    press(qtbot, wizard)
    press(qtbot, wizard)
    assert wizard.next_button.text() == "写入 1 个包，1 个先不写"
    press(qtbot, wizard)
    assert [one.state for one in wizard.morning.rows.rows] == ["没有写：1 处没有定", "已写入"]
    assert wizard.morning.on_button.text() == "接着处理没有写的 1 个"
    wizard.morning.on_button.click()
    assert wizard.place == 2
    assert not wizard.back_button.isVisible()
    wizard.trial.decisions.all_later.click()
    press(qtbot, wizard)
    assert [one.state for one in wizard.morning.rows.rows] == ["已写入，1 条放着以后再定", "已写入"]
    assert not wizard.morning.on_button.isVisible()
    assert value(desk, qtbot, world.members[0], "phone") == "13922220001"


# ---------------------------------------------------------------- the board


@pytest.fixture
def window(world: World, open_desk: OpenDesk, qtbot: QtBot) -> Callable[[], Desktop]:
    """The county's window on the exchange."""

    def made() -> Desktop:
        desk = open_desk(world.county)
        shown = Desktop(desk, "exchange")
        qtbot.addWidget(shown)
        shown.resize(1366, 768)
        shown.show()
        settle(qtbot, desk)
        return shown

    return made


def exchange(window: Desktop) -> ExchangePage:
    page = window.go("exchange")
    assert isinstance(page, ExchangePage)
    assert page.board is not None
    return page


def park(world: World) -> None:
    """The county takes the township's package in and puts the conflict off."""
    world.edit(world.town, world.members[0], phone="13911110001")
    world.edit(world.county, world.members[0], phone="13922220001")
    file = world.hand_over(world.town)
    with Workspace.open(world.county) as county:
        assert intake.take_in(county, file, decide=lambda _: Choice.LATER).status == "applied"


def test_a_conflict_put_off_is_found_from_the_board_the_workbench_and_the_status_bar(
    world: World, window: Callable[[], Desktop], qtbot: QtBot
) -> None:
    park(world)
    shown = window()
    page = exchange(shown)
    (town,) = [one for one in page.board.rows.rows if one.waiting]
    assert (town.code, STEPS[town.step.value]) == (TOWN, "裁决冲突")
    assert shown.status.conflicts.text() == "冲突 1 条待裁决"

    def opened(begin: Callable[[], object]) -> SettleDialog:
        begin()
        settle(qtbot, shown.desk)
        (dialog,) = page.findChildren(SettleDialog)
        return dialog

    def away(dialog: SettleDialog) -> None:
        dialog.reject()
        qtbot.waitUntil(lambda: not page.findChildren(SettleDialog))

    from app.place import CONFLICTS, Place

    away(opened(lambda: page.board.act(town)))
    away(opened(lambda: shown.go_to_place(Place(CONFLICTS))))
    dialog = opened(shown.status.conflicts.click)
    choices, _ = next(iter(dialog.decisions.rows.values()))
    choices.buttons["theirs"].click()
    dialog.settle()
    settle(qtbot, shown.desk)
    qtbot.waitUntil(lambda: not shown.desk.busy)
    assert value(shown.desk, qtbot, world.members[0], "phone") == "13911110001"
    assert not shown.status.conflicts.isVisible()


def test_a_whole_package_is_undone_from_the_board_unless_later_edits_stand_on_it(
    world: World, window: Callable[[], Desktop], qtbot: QtBot
) -> None:
    world.edit(world.town, world.members[0], phone="13911110001")
    file = world.hand_over(world.town)
    with Workspace.open(world.county) as county:
        assert intake.take_in(county, file).status == "applied"
    later = world.edit(world.county, world.members[0], phone="13922220001")
    shown = window()
    page = exchange(shown)
    package = next(one for one in page.board.packages if not one.sent and one.office_code == TOWN)
    page.undo(package)
    settle(qtbot, shown.desk)
    assert page.message.text.text().startswith("“导入石桥镇第 2 号包”之后还有 1 处修改建立在它上面")
    assert value(shown.desk, qtbot, later, "phone") == "13922220001"
    shown.desk.write(lambda ws: ws.undo())
    settle(qtbot, shown.desk)
    page.board.undo.emit(package)
    (box,) = page.findChildren(QMessageBox)
    assert box.text().startswith("整包撤销“石桥镇”第 2 号包：它新增的 0 条会删除，修改的 1 条、删除的 0 条会改回原样。")
    (yes,) = [one for one in box.buttons() if one.text() == "整包撤销"]
    yes.click()
    settle(qtbot, shown.desk)
    assert value(shown.desk, qtbot, world.members[0], "phone") == "13800000000"
    qtbot.waitUntil(lambda: not shown.desk.busy)
    (town,) = [one for one in page.board.rows.rows if one.code == TOWN]
    assert town.received is not None
    assert town.received.undone
    assert page.message.text.text() == "“石桥镇”第 2 号包已整包撤销。下次给它写包时，会把撤销带过去。"


def test_a_refused_package_stands_on_the_board_with_what_to_tell_the_township(
    world: World, window: Callable[[], Desktop], qtbot: QtBot
) -> None:
    file = world.hand_over(world.town)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    shown = window()
    page = exchange(shown)
    page.drives = world.drives
    page.take_in()
    wizard = page.wizard()
    assert isinstance(wizard, TakeIn)
    settle(qtbot, shown.desk)
    press(qtbot, wizard)
    page.leave_wizard()
    settle(qtbot, shown.desk)
    (town,) = [one for one in page.board.rows.rows if one.refused is not None]
    page.board.act(town)
    told = "石桥镇：第 2 号包没有收下（文件损坏）。文件没有拷完整，或者 U 盘坏了。请回去重新写一次包，再送来。"
    assert page.message.text.text() == f"已复制，可以粘贴到短信里：{told}"
    assert "文件损坏" in page.board.html()


def test_the_board_leads_to_the_remarks_and_to_the_receipt(
    world: World, window: Callable[[], Desktop], qtbot: QtBot
) -> None:
    from app import remarks
    from app.ledgers.catalogue import LEDGERS

    with Workspace.open(world.county) as county:
        remarks.send_back(county, LEDGERS["member"], world.members[0], "请核实", "phone")
    shown = window()
    page = exchange(shown)
    (town,) = [one for one in page.board.rows.rows if one.open]
    page.board._remarks(town)
    settle(qtbot, shown.desk)
    assert shown.current == "remark"
    page = exchange(shown)
    page.board._receipt(town)
    settle(qtbot, shown.desk)
    wizard = page.wizard()
    assert wizard is not None
    assert wizard.header.title.text() == "发给乡镇"


def test_a_record_is_sent_back_from_its_panel_and_settled_there(
    world: World, window: Callable[[], Desktop], qtbot: QtBot
) -> None:
    shown = window()
    page = shown.go("member")
    assert isinstance(page, LedgerPage)
    shown.go_to_record("member", world.members[0])
    settle(qtbot, shown.desk)
    qtbot.waitUntil(lambda: page.detail.record_id == world.members[0] and not shown.desk.busy)
    page.detail.remark("电话打不通", "phone")
    settle(qtbot, shown.desk)
    assert page.message.text.text() == "批注已写好，下次下发数据包时带给乡镇。"

    def statuses() -> list[tuple[str, str]]:
        found: list[list[tuple[str, str]]] = []

        def ask(ws: Workspace) -> list[tuple[str, str]]:
            from app import record_view

            with ws.read() as session:
                lines = record_view.remarks(session, page.ledger, world.members[0])
            return [(one.status, one.id) for one in lines]

        shown.desk.read(ask, found.append)
        settle(qtbot, shown.desk)
        return found[0]

    ((status, id),) = statuses()
    assert status == "待改"
    page.detail.close_remark(id)
    settle(qtbot, shown.desk)
    assert statuses() == [("已了", id)]
    page.detail.send_findings_back()
    settle(qtbot, shown.desk)
    assert len(statuses()) > 1
    page.view.select_ids(page.view.table.ids[:2])
    assert page.return_button.isVisible()
    page.send_back()
    settle(qtbot, shown.desk)
    assert page.message.text.text().startswith("已给 2 人党员写批注 ")
