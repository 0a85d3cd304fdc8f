"""First run: each way in, and what stands beside a field that will not do."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app import backup
from app.sync.peers import enrol
from app.workspace import Workspace
from tests.helpers.office import township
from tests.ui.wizards.conftest import World, press, settle, show
from ui.background import Desk
from ui.wizards.first_run import FirstRun, JoinForm, NewForm, OpenForm, RestoreForm


@pytest.fixture
def wizard(desk: Desk, qtbot: QtBot, tmp_path: Path) -> FirstRun:
    made = FirstRun(desk, tmp_path / "文档")
    show(qtbot, made)
    return made


def choose(wizard: FirstRun, qtbot: QtBot, way: str) -> None:
    wizard.way_cards[way].choice.setChecked(True)
    press(qtbot, wizard)


def new_form(wizard: FirstRun) -> NewForm:
    form = wizard.forms["new"]
    assert isinstance(form, NewForm)
    return form


def fill_new(form: NewForm) -> None:
    for row, text in ((form.code, "532901"), (form.name, "石桥镇"), (form.user, "李敏")):
        row.editor.setText(text)


def test_a_new_office_is_made_and_opened(wizard: FirstRun, desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    choose(wizard, qtbot, "new")
    form = new_form(wizard)
    fill_new(form)
    for row in (form.secret.first, form.secret.second):
        row.editor.setText("云溪县1234")
    press(qtbot, wizard)
    assert wizard.place == 2
    assert not wizard.back_button.isVisible()
    with qtbot.waitSignal(wizard.closed):
        wizard.next_button.click()
    assert desk.here is not None
    assert (desk.here.office.name, desk.here.user, desk.here.encrypted) == ("石桥镇", "李敏", True)
    assert desk.here.folder == tmp_path / "文档" / "四基数据"


@pytest.mark.parametrize(
    ("level", "example"), [("township", "石桥镇党建办公室"), ("county", "云溪县委组织部"), ("city", "云岭市委组织部")]
)
def test_an_office_of_every_level_is_made(wizard: FirstRun, desk: Desk, qtbot: QtBot, level: str, example: str) -> None:
    choose(wizard, qtbot, "new")
    form = new_form(wizard)
    fill_new(form)
    form.levels[level].click()
    assert form.name.editor.placeholderText() == f"例如 {example}"
    form.secret.without.setChecked(True)
    press(qtbot, wizard)
    with qtbot.waitSignal(wizard.closed):
        wizard.next_button.click()
    assert desk.here is not None
    assert desk.here.office.level == level


def test_empty_fields_each_say_what_to_write_and_nothing_is_made(
    wizard: FirstRun, qtbot: QtBot, tmp_path: Path
) -> None:
    choose(wizard, qtbot, "new")
    press(qtbot, wizard)
    form = new_form(wizard)
    assert form.code.sentence() == "请填写单位代码"
    assert form.name.sentence() == "请填写单位名称"
    assert form.user.sentence() == "请填写经办人，修改历史里会记下是谁改的"
    assert form.secret.first.sentence() == "口令太短，至少要 6 个字符"
    assert wizard.place == 1
    assert not (tmp_path / "文档").exists()
    form.code.editor.setText("5")
    assert form.code.sentence() == "", "typing on takes the sentence away"


def test_two_passphrases_must_be_alike(wizard: FirstRun, qtbot: QtBot, tmp_path: Path) -> None:
    choose(wizard, qtbot, "new")
    form = new_form(wizard)
    fill_new(form)
    form.secret.first.editor.setText("云溪县1234")
    form.secret.second.editor.setText("云溪县1235")
    press(qtbot, wizard)
    assert form.secret.second.sentence() == "两遍口令不一样，请重新输入"
    assert not (tmp_path / "文档").exists()


def test_without_a_passphrase_the_person_is_warned(wizard: FirstRun, qtbot: QtBot) -> None:
    choose(wizard, qtbot, "new")
    form = new_form(wizard)
    form.secret.without.setChecked(True)
    assert form.secret.warning.isVisible()
    assert "数据就是普通文件" in form.secret.warning.text.text()
    assert form.secret.passphrase() is None


def test_a_folder_with_something_in_it_is_refused(wizard: FirstRun, qtbot: QtBot, tmp_path: Path) -> None:
    full = tmp_path / "有东西"
    full.mkdir()
    (full / "旧文件.txt").write_text("x")
    choose(wizard, qtbot, "new")
    form = new_form(wizard)
    fill_new(form)
    form.secret.without.setChecked(True)
    form.folder.editor.edit.setText(str(full))
    press(qtbot, wizard)
    assert form.folder.sentence() == "文件夹“有东西”里已经有东西。请选一个空文件夹"
    assert [one.name for one in full.iterdir()] == ["旧文件.txt"]


def test_a_folder_that_cannot_be_written_says_so_beside_the_field(
    unwritable: Path, wizard: FirstRun, qtbot: QtBot
) -> None:
    choose(wizard, qtbot, "new")
    form = new_form(wizard)
    fill_new(form)
    form.secret.without.setChecked(True)
    form.folder.editor.edit.setText(str(unwritable / "四基"))
    press(qtbot, wizard)
    assert form.folder.sentence() == f"不能在“{unwritable / '四基'}”建立文件夹。请换一个位置"
    assert list(unwritable.iterdir()) == []


@pytest.fixture
def enrolment(world: World) -> tuple[Path, str]:
    with Workspace.open(world.county) as county:
        made = enrol(county, "532903", "清水乡", world.stick / "登记.dzb")
    return made.file, made.passphrase


def join_form(wizard: FirstRun, file: Path, told: str) -> JoinForm:
    form = wizard.forms["join"]
    assert isinstance(form, JoinForm)
    form.file.editor.edit.setText(str(file))
    form.told.editor.setText(told)
    form.user.editor.setText("李敏")
    form.secret.without.setChecked(True)
    return form


def test_a_township_joins(wizard: FirstRun, desk: Desk, qtbot: QtBot, enrolment: tuple[Path, str]) -> None:
    choose(wizard, qtbot, "join")
    join_form(wizard, enrolment[0], enrolment[1].lower())
    press(qtbot, wizard)
    with qtbot.waitSignal(wizard.closed):
        wizard.next_button.click()
    assert desk.here is not None
    assert desk.here.office.name == "清水乡"
    assert desk.here.superior == "云溪县委组织部"


def test_a_wrong_enrolment_passphrase_stands_beside_its_field(
    wizard: FirstRun, qtbot: QtBot, enrolment: tuple[Path, str], tmp_path: Path
) -> None:
    choose(wizard, qtbot, "join")
    form = join_form(wizard, enrolment[0], "AAAAA-BBBBB-CCCCC-DDDDD")
    press(qtbot, wizard)
    assert form.told.sentence() == "登记口令不对，或者登记文件已损坏。请核对口令，仍不行时请上级重新登记"
    assert wizard.place == 1
    assert not (tmp_path / "文档" / "四基数据").exists()


def test_a_damaged_enrolment_file_stands_beside_its_field(
    wizard: FirstRun, qtbot: QtBot, enrolment: tuple[Path, str], tmp_path: Path
) -> None:
    content = enrolment[0].read_bytes()
    enrolment[0].write_bytes(content[: len(content) // 2])
    choose(wizard, qtbot, "join")
    form = join_form(wizard, *enrolment)
    press(qtbot, wizard)
    assert form.file.sentence().startswith("这个包已损坏或不完整")
    assert not (tmp_path / "文档" / "四基数据").exists()


def test_a_backup_comes_back(wizard: FirstRun, desk: Desk, qtbot: QtBot, world: World, tmp_path: Path) -> None:
    with Workspace.open(world.town) as town:
        file = backup.backup(town, tmp_path / "备份")
    choose(wizard, qtbot, "restore")
    form = wizard.forms["restore"]
    assert isinstance(form, RestoreForm)
    form.file.editor.edit.setText(str(file))
    press(qtbot, wizard)
    with qtbot.waitSignal(wizard.closed):
        wizard.next_button.click()
    assert desk.here is not None
    assert desk.here.folder == tmp_path / "文档" / "四基数据-恢复"


def open_form(wizard: FirstRun, folder: Path) -> OpenForm:
    form = wizard.forms["open"]
    assert isinstance(form, OpenForm)
    form.folder.editor.edit.setText(str(folder))
    return form


def test_a_workspace_that_is_there_is_opened(wizard: FirstRun, desk: Desk, qtbot: QtBot, world: World) -> None:
    choose(wizard, qtbot, "open")
    form = open_form(wizard, world.town)
    assert not form.told.isVisible(), "it has no passphrase"
    with qtbot.waitSignal(wizard.closed):
        wizard.next_button.click()
    assert desk.here is not None
    assert desk.here.office.name == "石桥镇"


def test_a_workspace_with_a_passphrase_asks_for_it(wizard: FirstRun, desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    with township(tmp_path / "有口令", passphrase="云溪县1234"):
        pass
    choose(wizard, qtbot, "open")
    form = open_form(wizard, tmp_path / "有口令")
    assert form.told.isVisible()
    press(qtbot, wizard)
    assert form.told.sentence() == "这个工作目录有口令。请输入口令"
    form.told.editor.setText("记错的口令")
    press(qtbot, wizard)
    assert form.told.sentence().startswith("口令不对。请再试一次")
    assert desk.here is None
    form.told.editor.setText("云溪县1234")
    with qtbot.waitSignal(wizard.closed):
        wizard.next_button.click()
    assert desk.here is not None
    assert desk.here.encrypted


def test_a_folder_that_is_no_workspace_is_said_beside_the_field(wizard: FirstRun, qtbot: QtBot, tmp_path: Path) -> None:
    choose(wizard, qtbot, "open")
    press(qtbot, wizard)
    form = open_form(wizard, tmp_path / "没有")
    press(qtbot, wizard)
    assert form.folder.sentence() == "找不到这个文件夹。请检查路径，或重新选择"
    (tmp_path / "照片").mkdir()
    open_form(wizard, tmp_path / "照片")
    press(qtbot, wizard)
    assert form.folder.sentence() == f"“{tmp_path / '照片'}”不是四基的工作目录。请检查路径，或先新建、加入"
    assert list((tmp_path / "照片").iterdir()) == []


def test_a_file_that_is_no_backup_is_refused(wizard: FirstRun, qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "假.sjb"
    file.write_bytes(b"not a backup")
    choose(wizard, qtbot, "restore")
    form = wizard.forms["restore"]
    assert isinstance(form, RestoreForm)
    form.file.editor.edit.setText(str(file))
    press(qtbot, wizard)
    assert form.file.sentence()
    assert not (tmp_path / "文档" / "四基数据-恢复").exists()


def test_the_demonstration_offers_its_desks(wizard: FirstRun, desk: Desk, qtbot: QtBot) -> None:
    choose(wizard, qtbot, "demo")
    form = wizard.forms["demo"]
    form.size.setItemData(0, 10)  # as small as it gets
    wizard.next_button.click()
    qtbot.waitUntil(lambda: not desk.busy, timeout=120_000)
    assert wizard.place == 2
    assert len(wizard.made) == 4
    wizard.desks.button(1).setChecked(True)
    with qtbot.waitSignal(wizard.closed):
        wizard.next_button.click()
    assert desk.here is not None
    assert not desk.here.office.is_county


def test_keys_alone_lead_through(wizard: FirstRun, qtbot: QtBot) -> None:
    wizard.way_cards["join"].choice.setFocus()
    qtbot.keyClick(wizard.way_cards["join"].choice, Qt.Key.Key_Down)
    assert wizard.way == "new"
    qtbot.keyClick(wizard, Qt.Key.Key_Return)
    assert wizard.place == 1
    form = new_form(wizard)
    qtbot.waitUntil(form.code.editor.hasFocus)
    qtbot.keyClicks(form.code.editor, "532901")
    qtbot.keyClick(form.code.editor, Qt.Key.Key_Return)
    assert form.name.editor.hasFocus(), "Enter moves to the next field"
    settle(qtbot, wizard.desk)
