"""Every file that is no workbook, or one that cannot be used, is refused with its sentence."""

import datetime
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt

from app.excel import importing, reading
from app.excel.reading import Book
from app.workspace import Workspace
from db.errors import Refusal
from tests.excel.conftest import BIRTH, MEMBERS, OFFICIAL, SHORT, WANG, Make, lines, number, official_row, stored
from tests.helpers.unwritable import permissions_hold

OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def refusal(file: Path) -> Refusal:
    with pytest.raises(Refusal) as caught:
        importing.sheets(file)
    return caught.value


def encrypted() -> bytes:
    """What a workbook with a password begins with: an OLE file whose directory names an encrypted package."""
    return OLE + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(2000)


@pytest.mark.parametrize(
    ("name", "data", "sentence", "reason"),
    [
        ("空.xlsx", b"", "“空.xlsx”是空文件。请核对是不是选错了文件", "empty-workbook"),
        ("信.xlsx", "你好".encode(), "“信.xlsx”不是表格文件。请选 .xlsx、.xls、.ods 或 .csv 文件", "not-a-workbook"),
        (
            "半.xlsx",
            b"PK\x03\x04" + bytes(100),
            "“半.xlsx”已损坏，或者不是表格文件。请用 Excel 或 WPS 打开它看看，能打开就另存为 .xlsx 后再导入",
            "not-a-workbook",
        ),
        (
            "旧.xls",
            OLE + bytes(4000),
            "“旧.xls”已损坏，或者不是表格文件。请用 Excel 或 WPS 打开它看看，能打开就另存为 .xlsx 后再导入",
            "not-a-workbook",
        ),
        (
            "密.xlsx",
            encrypted(),
            "“密.xlsx”设了打开密码。请用 Excel 或 WPS 打开它，去掉密码另存后再导入",
            "password-protected",
        ),
        (
            "导出.xls",
            b"<html><table><tr><td>1</td></tr></table></html>",
            "“导出.xls”其实是网页，只是名字像表格。请用 Excel 或 WPS 打开它，另存为 .xlsx 后再导入",
            "not-a-workbook",
        ),
        (
            "乱.csv",
            b"\xff\x00\xff\x81\xff",
            "看不懂“乱.csv”的文字编码。请用 Excel 或 WPS 打开它，另存为 .xlsx 后再导入",
            "not-a-workbook",
        ),
        (
            "真.csv",
            b"PK\x03\x04",
            "“真.csv”其实是 Excel 文件。请把文件名的后缀改成 .xlsx 或 .xls 后再导入",
            "not-a-workbook",
        ),
        (
            "~$名册.xlsx",
            b"x",
            "“~$名册.xlsx”是 Excel 打开文件时留下的临时文件。请选原来的文件“名册.xlsx”",
            "not-a-workbook",
        ),
    ],
)
def test_what_is_no_workbook(tmp_path: Path, name: str, data: bytes, sentence: str, reason: str) -> None:
    (tmp_path / name).write_bytes(data)
    found = refusal(tmp_path / name)
    assert (found.message, found.reason) == (sentence, reason)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refusal(tmp_path / "无.xlsx").message == f"找不到文件“{tmp_path / '无.xlsx'}”。请核对文件名和位置"


def test_a_folder(tmp_path: Path) -> None:
    assert refusal(tmp_path).message.endswith("是文件夹。请选里面的一份表格")


def test_a_file_of_200_megabytes(tmp_path: Path) -> None:
    with (tmp_path / "大.xlsx").open("wb") as stream:
        stream.truncate(200 * 2**20)
    found = refusal(tmp_path / "大.xlsx")
    assert found.message == (
        "“大.xlsx”有 200 MB，超过 100 MB，不像一份名册。请删掉图片和多余的工作表，或分成几份再导入"
    )
    assert found.reason == "too-large"


def test_a_small_file_that_unpacks_to_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "弹.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(3 * 2**20))
    monkeypatch.setattr(reading, "MAX_UNPACKED", 2 * 2**20)
    assert refusal(tmp_path / "弹.xlsx").message.startswith("“弹.xlsx”解压后超过 2 MB，不像一份名册")


def test_open_in_excel(make: Make) -> None:
    file = make([SHORT, WANG])
    file.chmod(0)
    with permissions_hold():
        found = refusal(file)
    assert found.message == "打不开“名册.xlsx”，它可能正在 Excel 或 WPS 里打开着。请先在那里关闭它，再试一次"
    assert found.reason == "open-elsewhere"


def test_a_stray_cell_in_the_last_corner(ws: Workspace, make: Make) -> None:
    file = make([SHORT, WANG], edit=lambda sheet: sheet.__setitem__("XFD1048576", "x"))
    with pytest.raises(Refusal) as caught:
        importing.plan(ws, MEMBERS, file)
    assert caught.value.message == (
        "工作表“花名册”一直铺到第 1048576 行，多半是远处有多余的内容。请删掉数据以外的行和列，另存后再试"
    )


def test_a_sheet_that_is_not_there_names_those_that_are(ws: Workspace, make: Make) -> None:
    with pytest.raises(Refusal) as caught:
        importing.plan(ws, MEMBERS, make([SHORT, WANG]), sheet="二支部")
    assert caught.value.message == "没有叫“二支部”的工作表。这份文件里有：花名册"


def test_hidden_sheets_are_not_offered(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("代码").sheet_state = "hidden"
    book.create_sheet("二支部")
    book.save(tmp_path / "册.xlsx")
    assert importing.sheets(tmp_path / "册.xlsx") == ["Sheet", "二支部"]


def test_formulas_errors_and_merges_are_found_where_they_stand(make: Make) -> None:
    file = make([["一", "二"], ["=1+1", "#N/A"], ["三", ""]], merge=["A1:B1"])
    sheet = Book(file).sheet("花名册")
    assert sheet.formulas == {(1, 0)}
    assert sheet.errors == {(1, 1)}
    assert sheet.merged == ((0, 0, 0, 1),)


def test_an_error_value_that_the_reader_does_not_know_is_named(ws: Workspace, make: Make, tmp_path: Path) -> None:
    file, rare = make([SHORT, [*WANG[:-1], "#N/A"]]), tmp_path / "少见.xlsx"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(rare, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"#N/A", b"#GETTING_DATA"))
    with pytest.raises(Refusal) as caught:
        importing.plan(ws, MEMBERS, rare)
    assert caught.value.message == (
        "工作表“花名册”里有一格是少见的错误值（如 #GETTING_DATA）。请改成真正的内容，另存后再导入"
    )


def rows() -> list[list[object]]:
    return [["党员名册"], SHORT, WANG]


def assert_read(ws: Workspace, file: Path) -> None:
    importing.apply(ws, importing.plan(ws, MEMBERS, file))
    member = stored(ws)["王小兰"]
    assert (member.resident_id, member.birth, member.phone, member.sex) == (number(BIRTH), BIRTH, "13800000001", "2")


def test_xls(ws: Workspace, tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("名册")
    day = xlwt.XFStyle()
    day.num_format_str = "yyyy-mm-dd"
    for y, row in enumerate(rows()):
        for x, value in enumerate(row):
            if isinstance(value, datetime.date):
                sheet.write(y, x, value, day)
            else:
                sheet.write(y, x, value)
    book.save(str(tmp_path / "名册.xls"))
    assert_read(ws, tmp_path / "名册.xls")


@pytest.mark.parametrize("figure", [431599197504030022, 1e20, 1e308, 13900000000, 2958466, -5])
def test_a_number_in_a_cell_of_dates_that_is_no_day(ws: Workspace, make: Make, figure: float) -> None:
    def dated(sheet: Any) -> None:
        for place in ("B2", "E2"):
            sheet[place].number_format = "yyyy-mm-dd"

    file = make([SHORT, ["李大山", figure, "男", "汉族", figure, "石桥村党支部", ""], WANG], edit=dated)
    plan = importing.plan(ws, MEMBERS, file)
    assert {(one.row, one.column) for one in plan.errors} >= {(2, "身份证号"), (2, "出生日期")}
    assert [row.action for row in plan.rows] == ["refused", "new"]


def test_a_number_in_a_cell_of_dates_far_below_any_day(ws: Workspace, make: Make) -> None:
    def dated(sheet: Any) -> None:
        sheet["E2"].number_format = "yyyy-mm-dd"

    file = make([SHORT, [*WANG[:4], -1e20, *WANG[5:]]], edit=dated)
    with pytest.raises(Refusal, match="工作表“花名册”里有一格设成了日期，里面的数却不是日期"):
        importing.plan(ws, MEMBERS, file)


def test_an_xls_that_calls_itself_xlsx(ws: Workspace, tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("名册")
    for y, row in enumerate(rows()):
        for x, value in enumerate(row):
            sheet.write(y, x, str(value))
    book.save(str(tmp_path / "名册.xlsx"))
    assert_read(ws, tmp_path / "名册.xlsx")


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_csv(ws: Workspace, tmp_path: Path, coding: str, separator: str) -> None:
    text = "\r\n".join(separator.join(str(cell) for cell in row) for row in rows())
    (tmp_path / "名册.csv").write_bytes(text.encode(coding))
    assert_read(ws, tmp_path / "名册.csv")


@pytest.mark.parametrize(
    ("separator", "inside"),
    [(",", "甲，乙，丙，丁，戊，己，庚，辛"), (";", "a,b,c,d,e,f,g,h"), ("\t", "1,2;3,4;5,6;7,8")],
)
def test_a_mark_inside_cells_does_not_cut_them(ws: Workspace, tmp_path: Path, separator: str, inside: str) -> None:
    lines = [[*rows()[0], "备注"], *([*row, inside] for row in rows()[1:])]
    text = "\r\n".join(separator.join(str(cell) for cell in row) for row in lines)
    (tmp_path / "名册.csv").write_text(text, encoding="utf-8")
    assert_read(ws, tmp_path / "名册.csv")


def test_numbers_that_a_csv_keeps_as_text(ws: Workspace, tmp_path: Path) -> None:
    lines = [rows()[0], *([f'="{cell}"' if str(cell).isdecimal() else cell for cell in row] for row in rows()[1:])]
    text = "\r\n".join(",".join(str(cell) for cell in row) for row in lines)
    (tmp_path / "名册.csv").write_text(text, encoding="utf-8")
    assert '="' in text
    assert_read(ws, tmp_path / "名册.csv")


def test_ods(ws: Workspace, tmp_path: Path) -> None:
    kind = 'office:value-type="string"'
    cells = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell {kind}><text:p>{cell}</text:p></table:table-cell>" for cell in row)
        + "</table:table-row>"
        for row in rows()
    )
    names = " ".join(
        f'xmlns:{one}="urn:oasis:names:tc:opendocument:xmlns:{one}:1.0"' for one in ("office", "text", "table")
    )
    with zipfile.ZipFile(tmp_path / "名册.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        archive.writestr(
            "content.xml",
            f"<office:document-content {names}><office:body><office:spreadsheet>"
            f'<table:table table:name="名册">{cells}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    assert_read(ws, tmp_path / "名册.ods")


def test_random_bytes_behind_a_workbooks_signature_write_nothing(ws: Workspace, make: Make, tmp_path: Path) -> None:
    whole = make([SHORT, WANG]).read_bytes()
    before = lines(ws)
    for cut in range(0, len(whole), 997):
        (tmp_path / "断.xlsx").write_bytes(whole[:cut])
        assert refusal(tmp_path / "断.xlsx").reason in ("not-a-workbook", "empty-workbook")
    assert lines(ws) == before


def test_the_official_form(ws: Workspace, make: Make) -> None:
    """§2.1: titles in the first four rows, 21 columns, totals and signatures below."""
    blank = [""] * 20
    file = make(
        [
            ["党员基本信息汇总表", *blank],
            ["填报单位：中共青石镇委员会", *blank],
            ["说明：身份证号须为18位", *blank],
            OFFICIAL,
            official_row(1, "李大山", "石桥村党支部", date_(1965, 5, 4), 11),
            official_row(2, "王 芳", "中共云溪县青石镇柳林村支部委员会", date_(1980, 10, 9), 22),
            ["合计", "", 2, *blank[2:]],
            ["填表人：张三", *blank[:6], "审核人：李四", *blank[7:]],
            ["单位（盖章）", *blank],
        ],
        merge=["A1:U1", "A2:U2", "A3:U3"],
    )
    plan = importing.plan(ws, MEMBERS, file)
    assert plan.header_row == 4
    assert plan.unmapped == ()
    assert " ".join(str(plan.mapping[heading]) for heading in OFFICIAL) == (
        "None name branch_id resident_id sex nation birth education category joined_on full_on work_post phone "
        "landline address standing lost lost_since floating floating_to note"
    )
    assert [(row.number, row.title, row.action) for row in plan.rows] == [(5, "李大山", "new"), (6, "王芳", "new")]
    assert plan.errors == ()
    result = importing.apply(ws, plan)
    assert (result.created, result.refused) == (2, 0)
    member = stored(ws)["李大山"]
    assert (member.birth, member.phone, member.lost) == (date_(1965, 5, 4), "13800000001", False)
    again = importing.plan(ws, MEMBERS, file)
    assert again.counts == {"new": 0, "update": 0, "unchanged": 2, "doubtful": 0, "refused": 0}
    assert importing.apply(ws, again).batch_id is None


def date_(year: int, month: int, day: int) -> datetime.date:
    return datetime.date(year, month, day)


def test_the_bytes_are_read_once_and_the_file_may_be_closed(make: Make) -> None:
    file = make([SHORT, WANG])
    book = Book(file)
    file.unlink()
    assert len(book.sheet("花名册").rows) == 2
