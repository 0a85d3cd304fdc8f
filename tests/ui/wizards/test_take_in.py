"""Taking in: what is told before the write, what a person decides, what the write comes to, and the receipt."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot

from app.sync import intake, several
from app.sync.outgoing import export
from app.workspace import Workspace
from db.errors import Refusal
from tests.helpers.sticks import refusing_to_stat
from tests.ui.wizards.conftest import OTHER, TOWN, World, changes, press, said, settle, show, value
from ui.background import Desk
from ui.wizards.decisions import key_of
from ui.wizards.parcels import compared, shrunk
from ui.wizards.take_in import TakeIn

OpenDesk = Callable[[Path], Desk]


def crossed(world: World) -> None:
    """The township and the county have both changed one phone number; the township changed another field alone."""
    world.edit(world.town, world.members[0], phone="13911110001")
    world.edit(world.county, world.members[0], phone="13922220001")
    world.edit(world.town, world.members[1], education="大学本科")
    world.hand_over(world.town)


def tried(qtbot: QtBot, desk: Desk, world: World) -> TakeIn:
    """The wizard at the trial."""
    wizard = TakeIn(desk, world.drives)
    show(qtbot, wizard)
    press(qtbot, wizard)
    press(qtbot, wizard)
    assert wizard.place == 2
    return wizard


def states(wizard: TakeIn) -> list[str]:
    return [one.state[0] for one in wizard.parcels]


def test_two_townships_are_taken_in_and_get_their_receipts(world: World, open_desk: OpenDesk, qtbot: QtBot) -> None:
    world.edit(world.town, world.members[0], phone="13911110001")
    world.hand_over(world.town)
    world.hand_over(world.other)
    desk = open_desk(world.county)
    before = changes(desk, qtbot)
    wizard = TakeIn(desk, world.drives)
    show(qtbot, wizard)
    assert len(wizard.found.ticked()) == 2
    press(qtbot, wizard)
    assert [(one.trial.from_name, one.trial.sequence) for one in wizard.parcels] == [("石桥镇", 2), ("梅岭镇", 2)]
    assert changes(desk, qtbot) == before, "the trial writes nothing"
    press(qtbot, wizard)
    detail = wizard.trial.changes.rows[0]
    assert wizard.trial.changes.columns[3].text(detail) == "手机号：138****0000 → 139****0001"
    assert wizard.next_button.text() == "写入 2 个包"
    press(qtbot, wizard)
    assert states(wizard) == ["已写入", "已写入"]
    assert value(desk, qtbot, world.members[0], "phone") == "13911110001"
    press(qtbot, wizard)
    assert wizard.receipts.button.isEnabled()
    wizard.receipts.button.click()
    settle(qtbot, desk)
    down = sorted(one.name for one in world.stick.glob("*-down-*"))
    assert down == [f"{TOWN}-down-3.dzb", f"{OTHER}-down-3.dzb"]
    with Workspace.open(world.town) as town:
        outcome = intake.take_in(town, world.stick / down[0])
    assert [(one.sequence, one.updated) for one in outcome.results] == [(2, 1)]


def test_the_county_does_not_leave_without_the_receipt_by_mistake(
    world: World, open_desk: OpenDesk, qtbot: QtBot
) -> None:
    world.hand_over(world.town)
    wizard = tried(qtbot, open_desk(world.county), world)
    press(qtbot, wizard)
    assert wizard.place == 3
    assert not wizard.close_button.isVisible(), "only the receipt is left"
    press(qtbot, wizard)
    assert not wizard.close_button.isVisible()
    press(qtbot, wizard)
    assert said(wizard) == "回执还没有写，乡镇不知道收到了没有。写好再走；或者以后在“数据交换”里补发。"
    assert wizard.next_button.text() == "不写回执，完成"
    wizard.receipts.button.click()
    settle(qtbot, wizard.desk)
    assert wizard.next_button.text() == "完成"
    with qtbot.waitSignal(wizard.closed):
        wizard.next_button.click()


def test_a_damaged_package_is_refused_and_does_not_stop_the_other(
    world: World, open_desk: OpenDesk, qtbot: QtBot
) -> None:
    good, bad = world.hand_over(world.town), world.hand_over(world.other)
    content = bytearray(bad.read_bytes())
    content[len(content) // 2] ^= 1
    bad.write_bytes(content)
    wizard = TakeIn(open_desk(world.county), world.drives)
    show(qtbot, wizard)
    press(qtbot, wizard)
    refused = wizard.refusals.itemAt(0).widget().text.text()
    assert refused.startswith(f"{bad.name}：这个包已损坏或不完整")
    assert "请重新复制，仍不行时请对方重新导出" in refused
    press(qtbot, wizard)
    assert states(wizard) == ["可写入", "拒收：文件损坏"]
    assert wizard.next_button.text() == "写入 1 个包"
    press(qtbot, wizard)
    assert states(wizard) == ["已写入", "拒收：文件损坏"]
    assert good.exists()


def test_what_was_written_is_told_though_the_board_cannot_be_kept(
    world: World, open_desk: OpenDesk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.hand_over(world.town)
    wizard = tried(qtbot, open_desk(world.county), world)

    def full(*_: object) -> None:
        raise Refusal("磁盘已满，这一步没有保存。请清理磁盘后再试", "disk-full")

    monkeypatch.setattr(several, "remember_refused", full)
    press(qtbot, wizard)
    assert states(wizard) == ["已写入"]
    assert [one.state for one in wizard.morning.lines] == ["已写入"]
    assert said(wizard) == "拒收情况没有记进“数据交换”：磁盘已满，这一步没有保存。请清理磁盘后再试"
    press(qtbot, wizard)
    assert [one.code for one in wizard.receipts.owed] == [TOWN], "its receipt can be written"


def test_the_county_cannot_write_before_each_conflict_is_decided(
    world: World, open_desk: OpenDesk, qtbot: QtBot
) -> None:
    crossed(world)
    desk = open_desk(world.county)
    wizard = tried(qtbot, desk, world)
    (conflict,) = wizard.parcels[0].trial.conflicts
    assert (conflict.base_text, conflict.ours_text, conflict.theirs_text) == (
        "138****0000", "139****0001", "139****0001",
    )  # fmt: skip
    choices, _ = wizard.trial.decisions.rows[key_of(conflict)]
    assert choices.chosen() is None, "the county is proposed nothing"
    assert states(wizard) == ["待裁决 1 处，定了才计入修改"]
    assert wizard.trial.decisions.title.text() == "石桥镇 · 冲突 1 处，还有 1 处没定"
    qtbot.waitUntil(lambda: wizard.trial.decisions_card.height() > 100)  # once it is laid out
    qtbot.waitUntil(lambda: wizard.trial.decisions_area.verticalScrollBar().maximum() == 0)
    assert 100 < wizard.trial.decisions_card.height() < 180 < wizard.trial.detail.height(), (
        "the changes want to be seen too"
    )
    assert not wizard.next_button.isEnabled()
    texts = [one.text() for one in wizard.trial.decisions.findChildren(QLabel) if one.text().startswith("13")]
    assert texts == ["138****0000", "139****0001", "139****0001"]
    wizard.trial.decisions.findChild(QToolButton).click()
    settle(qtbot, desk)
    texts = [one.text() for one in wizard.trial.decisions.findChildren(QLabel) if one.text().startswith("13")]
    assert texts == ["13800000000", "13922220001", "13911110001"], "two numbers may look alike while they are masked"
    choices.buttons["theirs"].click()
    assert states(wizard) == ["可写入，另有裁决 1 处"]
    assert wizard.trial.decisions.title.text() == "石桥镇 · 冲突 1 处，都定了"
    press(qtbot, wizard)
    assert value(desk, qtbot, world.members[0], "phone") == "13911110001"
    assert value(desk, qtbot, world.members[1], "education") is not None


def test_another_value_must_be_typed_and_be_readable(world: World, open_desk: OpenDesk, qtbot: QtBot) -> None:
    crossed(world)
    desk = open_desk(world.county)
    wizard = tried(qtbot, desk, world)
    before = changes(desk, qtbot)
    choices, typed = wizard.trial.decisions.rows[key_of(wizard.parcels[0].trial.conflicts[0])]
    choices.buttons["value"].click()
    assert typed.isVisible()
    assert not wizard.next_button.isEnabled(), "nothing typed yet"
    typed.setText("一三九")
    press(qtbot, wizard)
    assert wizard.place == 2
    assert said(wizard).startswith("石桥镇：")
    assert said(wizard).endswith("请改好后再决定这处冲突")
    assert changes(desk, qtbot) == before
    typed.setText("13933330001")
    press(qtbot, wizard)
    assert value(desk, qtbot, world.members[0], "phone") == "13933330001"


def test_a_record_is_sent_back_and_the_township_reads_it(world: World, open_desk: OpenDesk, qtbot: QtBot) -> None:
    crossed(world)
    desk = open_desk(world.county)
    wizard = tried(qtbot, desk, world)
    choices, typed = wizard.trial.decisions.rows[key_of(wizard.parcels[0].trial.conflicts[0])]
    choices.buttons["return"].click()
    typed.setText("请打电话核实号码")
    press(qtbot, wizard)
    assert value(desk, qtbot, world.members[0], "phone") == "13922220001", "ours stays"
    press(qtbot, wizard)
    wizard.receipts.button.click()
    settle(qtbot, desk)
    for file in world.stick.glob("*-up-*"):
        file.unlink()
    wizard = tried(qtbot, open_desk(world.town), world)
    press(qtbot, wizard)
    press(qtbot, wizard)
    shown = wizard.told.itemAt(0).widget()
    words = [one.text() for one in shown.findChildren(type(wizard.header.title))]
    assert words[0].startswith("第 2 号：已接收")
    assert "退回核实：1 处" in words


def test_conflicts_put_off_keep_ours_and_stay_on_the_list(world: World, open_desk: OpenDesk, qtbot: QtBot) -> None:
    crossed(world)
    desk = open_desk(world.county)
    wizard = tried(qtbot, desk, world)
    wizard.trial.decisions.all_later.click()
    press(qtbot, wizard)
    assert value(desk, qtbot, world.members[0], "phone") == "13922220001"
    waiting: list[int] = []
    desk.read(lambda ws: len(intake.put_off(ws)), waiting.append)
    settle(qtbot, desk)
    assert waiting == [1]


def test_a_township_is_proposed_the_countys_value(world: World, open_desk: OpenDesk, qtbot: QtBot) -> None:
    world.edit(world.town, world.members[0], phone="13911110001")
    world.edit(world.county, world.members[0], phone="13922220001")
    with Workspace.open(world.county) as county:
        export(county, world.stick, code=TOWN)
    desk = open_desk(world.town)
    wizard = tried(qtbot, desk, world)
    choices, _ = wizard.trial.decisions.rows[key_of(wizard.parcels[0].trial.conflicts[0])]
    assert choices.chosen() == "theirs"
    assert set(choices.buttons) == {"theirs", "ours", "value", "later"}
    press(qtbot, wizard)
    assert value(desk, qtbot, world.members[0], "phone") == "13922220001"


def test_an_older_package_of_the_same_township_need_not_be_written(
    world: World, open_desk: OpenDesk, qtbot: QtBot
) -> None:
    world.hand_over(world.town)
    world.edit(world.town, world.members[0], phone="13911110001")
    world.hand_over(world.town)
    wizard = tried(qtbot, open_desk(world.county), world)
    assert states(wizard) == ["可写入", "不必写，第 3 号已包含"]
    press(qtbot, wizard)
    assert states(wizard) == ["已写入", "不必写，第 3 号已包含"]


def test_a_package_that_was_taken_in_before_is_told_and_answered_again(
    world: World, open_desk: OpenDesk, qtbot: QtBot
) -> None:
    file = world.hand_over(world.town)
    with Workspace.open(world.county) as county:
        assert intake.take_in(county, file).status == "applied"
    wizard = tried(qtbot, open_desk(world.county), world)
    assert states(wizard) == ["以前收过"]
    assert wizard.next_button.text() == "去写回执"
    press(qtbot, wizard)
    wizard.receipts.button.click()
    settle(qtbot, wizard.desk)
    assert (world.stick / f"{TOWN}-down-3.dzb").exists()


def test_what_changed_after_the_trial_is_not_written_over(world: World, open_desk: OpenDesk, qtbot: QtBot) -> None:
    world.edit(world.town, world.members[0], phone="13911110001")
    world.hand_over(world.town)
    desk = open_desk(world.county)
    wizard = tried(qtbot, desk, world)
    from app import editing
    from app.ledgers.catalogue import LEDGERS

    desk.write(lambda ws: editing.save(ws, LEDGERS["member"], {"phone": "13955550001"}, world.members[0]))
    settle(qtbot, desk)
    press(qtbot, wizard)
    assert wizard.parcels[0].written is not None
    assert wizard.parcels[0].written.status != "applied"
    assert value(desk, qtbot, world.members[0], "phone") == "13955550001"


def test_a_roster_that_shrank_by_half_is_said_in_words(world: World) -> None:
    from app.sync.outcome import Outcome

    outcome = Outcome("x", "dry-run", counts_before={"member": 1286}, counts_claimed={"member": 586})
    assert shrunk(outcome) == ["“党员花名册”原有 1,286 条，这次报来只有 586 条，少了一半以上。请先打电话核实，再写入。"]
    assert compared(outcome)[0][:3] == ("党员花名册", 1286, 586)


def test_no_stick_says_what_to_do(world: World, open_desk: OpenDesk, qtbot: QtBot) -> None:
    wizard = TakeIn(open_desk(world.county), list)
    show(qtbot, wizard)
    assert wizard.found_said.text() == "没有找到 U 盘。插上后点“重新查找”，或从下面选择文件。"
    assert not wizard.next_button.isEnabled()


def test_a_stick_that_was_pulled_is_still_told_as_it_was(
    world: World, open_desk: OpenDesk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.hand_over(world.town)
    wizard = TakeIn(open_desk(world.county), world.drives)
    show(qtbot, wizard)

    def told() -> list[str]:
        return [wizard.found.index(0, column).data() for column in range(wizard.found.columnCount())]

    before = told()
    refusing_to_stat(world.stick, monkeypatch)
    assert told() == before
    assert "—" not in before
    wizard.look()
    assert wizard.found.rows == []


def test_an_unticked_file_is_left_alone(world: World, open_desk: OpenDesk, qtbot: QtBot) -> None:
    world.hand_over(world.town)
    world.hand_over(world.other)
    wizard = TakeIn(open_desk(world.county), world.drives)
    show(qtbot, wizard)
    left = wizard.found.rows[0]
    wizard.found.setData(wizard.found.index(0, 0), Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    assert left not in wizard.found.ticked()
    press(qtbot, wizard)
    assert len(wizard.parcels) == 1


@pytest.mark.parametrize("model", ["found", "verified", "packages", "changes", "problems", "counts"])
def test_the_tables_hold_what_qt_expects(
    world: World, open_desk: OpenDesk, qtbot: QtBot, qtmodeltester: object, model: str
) -> None:
    wizard = TakeIn(open_desk(world.county), list)
    show(qtbot, wizard)
    holder = wizard if model in ("found", "verified") else wizard.trial
    qtmodeltester.check(getattr(holder, model))  # type: ignore[attr-defined]
