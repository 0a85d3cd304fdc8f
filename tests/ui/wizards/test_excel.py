"""A workbook: from the file to the ledger and back in one click; what is refused, and that nothing is written then."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pytestqt.qtbot import QtBot

from app.ledgers.catalogue import LEDGERS
from db.parsing import check_digit
from tests.ui.wizards.conftest import World, changes, press, said, settle, show, value
from ui.background import Desk
from ui.wizards.excel import ExcelWizard

OpenDesk = Callable[[Path], Desk]
HEADER = (
    "序号",
    "姓 名",
    "性别",
    "公民身份号码",
    "民族",
    "出生年月日",
    "文化程度",
    "所在党支部",
    "党员类别",
    "入党时间",
    "电话",
)


def row(number: int, name: str, *, identity: Any = "", branch: str = "石桥党支部", phone: str = "") -> tuple[Any, ...]:
    return (number, name, "男", identity, "汉", "1978.3.12", "大学本科", branch, "正式党员", "2001-07-01", phone)


def workbook(folder: Path, *rows: tuple[Any, ...], header: tuple[str, ...] = HEADER, sheets: int = 1) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    for line in (("石桥镇党员花名册",), (), header, *rows, ("合计", len(rows)), ("填表人：李敏",)):
        sheet.append(line)
    for number in range(1, sheets):
        book.create_sheet(f"附表{number}").append(("说明",))
    file = folder / "花名册.xlsx"
    book.save(file)
    book.close()
    return file


@pytest.fixture
def desk_of_town(world: World, open_desk: OpenDesk) -> Desk:
    return open_desk(world.town)


def reading(qtbot: QtBot, desk: Desk, file: Path) -> ExcelWizard:
    wizard = ExcelWizard(desk, LEDGERS["member"], file)
    show(qtbot, wizard)
    press(qtbot, wizard)
    return wizard


def test_new_and_known_people_come_in_and_go_again(
    world: World, desk_of_town: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    before = changes(desk_of_town, qtbot)
    file = workbook(tmp_path, row(1, "王小明", phone="13912345678"), row(2, "赵新来"))
    wizard = reading(qtbot, desk_of_town, file)
    assert wizard.place == 1
    assert wizard.mapping()["电话"] == "phone"
    press(qtbot, wizard)
    told = [(one.number, str(one.action), wizard.preview.columns[3].text(one)) for one in wizard.preview.rows]
    assert told[0][:2] == (4, "update")
    assert told[0][2].startswith("学历：— → 大学本科毕业；手机号：138****0000 → 139****5678；提醒：")
    assert told[1][:2] == (5, "new")
    assert told[1][2].startswith("出生日期 1978-03-12，所在党支部 石桥党支部，性别 男，")
    assert changes(desk_of_town, qtbot) == before, "the preview writes nothing"
    assert wizard.next_button.text() == "写入 2 人"
    press(qtbot, wizard)
    assert wizard.place == 3
    assert value(desk_of_town, qtbot, world.members[0], "phone") == "13912345678"
    wizard.undo.click()
    settle(qtbot, desk_of_town)
    assert value(desk_of_town, qtbot, world.members[0], "phone") == "13800000000"


def test_a_new_row_tells_what_will_be_written_with_its_numbers_masked(
    desk_of_town: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    number = "53290119780312001" + check_digit("53290119780312001")
    wizard = reading(qtbot, desk_of_town, workbook(tmp_path, row(1, "赵新来", identity=number, phone="13912345678")))
    press(qtbot, wizard)
    words = wizard.preview.columns[3].text(wizard.preview.rows[0])
    assert words.startswith(
        f"公民身份号码 5329**********{number[-4:]}，出生日期 1978-03-12，所在党支部 石桥党支部，性别 男，民族 汉族"
    )
    assert "手机号 139****5678" in words
    assert number not in words


def test_what_stands_for_nothing_is_not_masked_in_the_mapping(desk_of_town: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    rows = [row(place, f"赵新{place}", phone=text) for place, text in enumerate(("—", "无", "", "13912345678"), 1)]
    wizard = reading(qtbot, desk_of_town, workbook(tmp_path, *rows))
    assert wizard.plan is not None
    assert [line[HEADER.index("电话")] for line in wizard.plan.sample] == ["—", "无", "", "139****5678"]


def test_a_row_that_cannot_be_taken_stops_until_it_is_left_out(
    world: World, desk_of_town: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    file = workbook(
        tmp_path, row(1, "赵新来"), row(2, "钱数字", identity=430102199003070000), row(3, "孙支部", branch="无")
    )
    wizard = reading(qtbot, desk_of_town, file)
    press(qtbot, wizard)
    assert wizard.kinds is not None
    assert wizard.kinds.chosen() == "refused", "what is wrong is shown first"
    first = wizard.preview.columns[3].text(wizard.preview.rows[0])
    assert first.startswith("“公民身份号码”存成了数字")
    assert not wizard.next_button.isEnabled()
    out = tmp_path / "待改.xlsx"
    wizard.save_refused(out)
    settle(qtbot, desk_of_town)
    assert said(wizard) == f"已存到 {out}。改好以后可以只导入这一份。"
    assert out.exists()
    wizard.skip.setChecked(True)
    press(qtbot, wizard)
    assert wizard.result is not None
    assert (wizard.result.created, wizard.result.refused) == (1, 2)


def test_a_workbook_without_a_header_is_refused_beside_the_file(
    desk_of_town: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    before = changes(desk_of_town, qtbot)
    wizard = reading(qtbot, desk_of_town, workbook(tmp_path, header=("甲", "乙", "丙")))
    assert wizard.place == 0
    assert "找不到“党员花名册”的表头" in wizard.file.sentence()
    assert changes(desk_of_town, qtbot) == before


def test_what_is_no_workbook_is_refused_beside_the_file(desk_of_town: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "照片.xlsx"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 200)
    wizard = reading(qtbot, desk_of_town, file)
    assert wizard.place == 0
    assert "照片.xlsx" in wizard.file.sentence()


def test_a_file_that_is_gone_is_said_beside_the_field(desk_of_town: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    wizard = reading(qtbot, desk_of_town, tmp_path / "没有.xlsx")
    assert wizard.file.sentence() == "找不到这个文件。请检查路径，或重新选择"


def test_two_columns_for_one_field_are_refused(desk_of_town: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    wizard = reading(qtbot, desk_of_town, workbook(tmp_path, row(1, "赵新来")))
    combo = wizard.combos["序号"]
    combo.setCurrentIndex(combo.findData("phone"))
    assert wizard.marks["序号"].text() == "重复"
    press(qtbot, wizard)
    assert wizard.place == 1
    assert said(wizard) == "有两列对应了同一个栏目。请把其中一列改成“不导入”，再点“下一步”。"


def test_a_required_column_under_another_name_is_named_by_the_person(
    desk_of_town: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    strange = tuple("哪一天生的" if title == "出生年月日" else title for title in HEADER)
    wizard = reading(qtbot, desk_of_town, workbook(tmp_path, row(1, "赵新来"), header=strange))
    assert wizard.place == 1
    assert "“出生日期”没有对应的列" in wizard.mapping_said.text()
    combo = wizard.combos["哪一天生的"]
    combo.setCurrentIndex(combo.findData("birth"))
    press(qtbot, wizard)
    assert wizard.plan is not None
    assert [one.action for one in wizard.plan.rows] == ["new"]


def test_a_column_is_left_out_when_the_person_says_so(
    world: World, desk_of_town: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    wizard = reading(qtbot, desk_of_town, workbook(tmp_path, row(1, "王小明", phone="13912345678")))
    wizard.combos["电话"].setCurrentIndex(0)
    press(qtbot, wizard)
    press(qtbot, wizard)
    assert value(desk_of_town, qtbot, world.members[0], "phone") == "13800000000"


def test_a_workbook_of_several_sheets_asks_which(desk_of_town: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    wizard = reading(qtbot, desk_of_town, workbook(tmp_path, row(1, "赵新来"), sheets=2))
    assert wizard.place == 0
    assert said(wizard) == "这个文件里有几张表。请选好工作表，再点“下一步”。"
    assert [wizard.sheet.itemText(place) for place in range(wizard.sheet.count())] == ["Sheet", "附表1"]
    press(qtbot, wizard)
    assert wizard.place == 1


def test_the_empty_form_is_saved(desk_of_town: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    wizard = ExcelWizard(desk_of_town, LEDGERS["member"])
    show(qtbot, wizard)
    out = tmp_path / "空表.xlsx"
    wizard.save_form(out)
    settle(qtbot, desk_of_town)
    assert said(wizard) == f"空表已存到 {out}。填好以后在这里选它。"
    assert out.exists()
