"""Exports, empty forms and refused rows: what they hold, and that they come back as they went."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from app import editing
from app.excel import importing, writing
from app.excel.template import write_template
from app.ledgers.catalogue import LEDGERS
from app.ledgers.ledger import Ledger
from app.listing import Query
from app.workspace import Workspace
from db import codes
from db.errors import Refusal
from db.fields import Field
from db.models.record import models
from tests.excel.conftest import BIRTH, MEMBERS, SHORT, WANG, Make, lines, number, stored
from tests.helpers.unwritable import permissions_hold

VALUES: Mapping[str, Any] = {
    "text": "=1+1",
    "name": "欧阳小兰",
    "note": "-第一行\n@第二行",
    "day": date(2001, 7, 1),
    "month": "2026-03",
    "year": 2026,
    "whole": 12,
    "decimal": Decimal("120.5"),
    "money": 1_234_56,
    "flag": False,
    "resident_id": number(BIRTH),
    "phone": "0739-3601234",
    "credit_code": "91430599MA4L00000H",
    "account": "0000123456789012345",
}


def value_for(spec: Field, targets: Mapping[str, str], place: int) -> Any:
    match spec.kind.id:
        case "link":
            return targets.get(spec.target or "")
        case "code":
            return codes.table(spec.table or "").items[-1].code
        case "codes":
            return ",".join(item.code for item in codes.table(spec.table or "").items[:2])
        case "text":
            return f"={place}+1"[: spec.length]
        case _:
            return VALUES[spec.kind.id]


def fill(ws: Workspace) -> None:
    """Two records in every ledger: one with every field, one with the required ones."""
    targets: dict[str, str] = {"office": ws.office.id}
    with ws.edit("填写") as batch:
        for ledger in (LEDGERS[name] for name in models()):  # what is linked to comes first
            rows = []
            for place, full in enumerate((True, False)):
                row = {
                    name: value_for(spec, targets, place)
                    for name, spec in ledger.fields.items()
                    if full or spec.required
                }
                if ledger.id == "policy":
                    row["key"] = f"试验{place}"
                rows.append({"office_id": ws.office.id, **row})
            if "resident_id" in ledger.fields:
                rows[1]["resident_id"] = number(BIRTH, 4)
            batch.create_rows(ledger.model, rows)
            found = batch.session.scalars(select(ledger.model.id).order_by(ledger.model.id.desc())).first()
            targets.setdefault(ledger.id, found or "")


@pytest.mark.parametrize("ledger", LEDGERS.values(), ids=LEDGERS)
def test_an_export_comes_back_unchanged(county: Workspace, tmp_path: Path, ledger: Ledger) -> None:
    fill(county)
    written = writing.export(county, ledger, tmp_path / "出.xlsx")
    plan = importing.plan(county, ledger, tmp_path / "出.xlsx")
    assert plan.errors == ()
    assert plan.unmapped == ()
    assert plan.counts == {"new": 0, "update": 0, "unchanged": written.rows, "doubtful": 0, "refused": 0}
    assert written.rows >= (
        1 if ledger.kept_by_program else 2
    )  # the program itself takes back what it finds no reason for
    assert set(plan.mapping.values()) == {None, *ledger.fields}


@pytest.mark.parametrize("ledger", LEDGERS.values(), ids=LEDGERS)
def test_an_empty_form_holds_every_field_and_only_an_example(county: Workspace, tmp_path: Path, ledger: Ledger) -> None:
    if ledger.kept_by_program:
        with pytest.raises(Refusal, match="没有空白表。要补填，请先导出"):
            write_template(county, ledger, tmp_path / "空白.xlsx")
        assert not (tmp_path / "空白.xlsx").exists()
        return
    write_template(county, ledger, tmp_path / "空白.xlsx")
    with pytest.raises(Refusal, match="的表头下面没有一行数据"):
        importing.plan(county, ledger, tmp_path / "空白.xlsx")
    sheet: Any = openpyxl.load_workbook(tmp_path / "空白.xlsx").worksheets[0]
    assert {str(cell.value).removesuffix("*") for cell in sheet[2]} == {
        "序号",
        *(spec.label for spec in ledger.fields.values()),
    }
    assert sheet["A3"].value == "示例（导入时略过）"


def test_a_filled_form_is_imported(ws: Workspace, tmp_path: Path) -> None:
    write_template(ws, MEMBERS, tmp_path / "空白.xlsx")
    book = openpyxl.load_workbook(tmp_path / "空白.xlsx")
    sheet: Any = book.worksheets[0]
    headings = {str(cell.value).removesuffix("*"): cell.column for cell in sheet[2]}
    for heading, value in zip(SHORT, WANG, strict=True):
        sheet.cell(4, headings.get(heading) or headings["公民身份号码"]).value = value
    book.save(tmp_path / "填好.xlsx")
    importing.apply(ws, importing.plan(ws, MEMBERS, tmp_path / "填好.xlsx"))
    assert stored(ws)["王小兰"].resident_id == number(BIRTH)


def test_an_empty_form_has_drop_downs_and_text_columns(ws: Workspace, tmp_path: Path) -> None:
    write_template(ws, MEMBERS, tmp_path / "空白.xlsx")
    book = openpyxl.load_workbook(tmp_path / "空白.xlsx")
    sheet: Any = book.worksheets[0]
    headings = {str(cell.value).removesuffix("*"): cell for cell in sheet[2]}
    rules = {str(rule.sqref).split(":")[0].rstrip("0123456789"): rule for rule in sheet.data_validations.dataValidation}
    nation = headings["民族"].column_letter
    assert rules[nation].formula1 == f"选项!${nation}$1:${nation}${len(codes.table('nation').items)}"
    branch = headings["所在党支部"].column_letter
    options: Any = book["选项"]
    assert [options[f"{branch}{place}"].value for place in (1, 2, 3)] == [
        "石桥村党支部",
        "柳林村党支部",
        "云桥社区党支部",
    ]
    assert options.sheet_state == "hidden"
    identity = headings["公民身份号码"].column_letter
    assert sheet[f"{identity}4"].number_format == "@"
    assert headings["公民身份号码"].comment.text.startswith("可以不填。18 位")
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("C3", "$1:$2")


def test_text_that_looks_like_a_formula_is_written_as_text(ws: Workspace, make: Make, tmp_path: Path) -> None:
    for place, begins in enumerate(("=1+1", "+8613", "-甲", "@乙")):
        editing.save(ws, LEDGERS["village"], {"code": f"V{place}", "name": begins, "kind": "01"})
    writing.export(ws, LEDGERS["village"], tmp_path / "村.xlsx", columns=["name"])
    sheet: Any = openpyxl.load_workbook(tmp_path / "村.xlsx").worksheets[0]
    cells = [sheet.cell(row, 2) for row in range(3, 7)]
    assert [(cell.value, cell.data_type, cell.quotePrefix) for cell in cells] == [
        ("=1+1", "s", True),
        ("+8613", "s", True),
        ("-甲", "s", True),
        ("@乙", "s", True),
    ]


def exported(ws: Workspace, make: Make, tmp_path: Path) -> tuple[Path, Any]:
    importing.apply(ws, importing.plan(ws, MEMBERS, make([SHORT, WANG])))
    writing.export(ws, MEMBERS, tmp_path / "出.xlsx")
    return tmp_path / "出.xlsx", openpyxl.load_workbook(tmp_path / "出.xlsx")


def put(book: Any, heading: str, value: Any, file: Path) -> None:
    sheet = book.worksheets[0]
    column = next(cell.column for cell in sheet[2] if cell.value == heading)
    sheet.cell(3, column).value = value
    book.save(file)


def test_an_export_is_ready_to_print_and_hides_its_own_columns(ws: Workspace, make: Make, tmp_path: Path) -> None:
    _, book = exported(ws, make, tmp_path)
    sheet = book.worksheets[0]
    hidden = [cell.value for cell in sheet[2] if sheet.column_dimensions[cell.column_letter].hidden]
    assert hidden == ["记录编号（勿改）", "记录版本（勿改）"]
    assert sheet["A1"].value.startswith("党员花名册（青石镇，")
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.print_title_rows, sheet.freeze_panes) == ("$1:$2", "C3")


def test_a_public_export_tells_nothing_sensitive(ws: Workspace, make: Make, tmp_path: Path) -> None:
    exported(ws, make, tmp_path)
    writing.export(ws, MEMBERS, tmp_path / "公示.xlsx", public=True)
    sheet: Any = openpyxl.load_workbook(tmp_path / "公示.xlsx").worksheets[0]
    told = {str(cell.value) for row in sheet.iter_rows() for cell in row}
    assert "王小兰" in told
    assert not told & {number(BIRTH), "13800000001", "公民身份号码", "手机号", "家庭住址", "记录编号（勿改）"}


def test_an_export_of_a_query(ws: Workspace, make: Make, tmp_path: Path) -> None:
    exported(ws, make, tmp_path)
    query = Query(where=(("sex", ("1",)),))
    assert writing.export(ws, MEMBERS, tmp_path / "男.xlsx", query=query).rows == 0


def test_an_edited_export_updates_by_its_hidden_id(ws: Workspace, make: Make, tmp_path: Path) -> None:
    file, book = exported(ws, make, tmp_path)
    put(book, "姓名", "王晓澜", file)
    put(book, "公民身份号码", number(BIRTH, 6), file)
    plan = importing.plan(ws, MEMBERS, file)
    assert plan.counts["update"] == 1
    importing.apply(ws, plan)
    assert list(stored(ws)) == ["王晓澜"]


def test_a_stale_sheet_is_noticed_and_names_what_changed(ws: Workspace, make: Make, tmp_path: Path) -> None:
    file, book = exported(ws, make, tmp_path)
    record = stored(ws)["王小兰"]
    editing.save(ws, MEMBERS, {"phone": "13900000000", "strengths": "电工"}, record.id)
    put(book, "健康状况", "良好", file)
    before = lines(ws)
    plan = importing.plan(ws, MEMBERS, file)
    assert plan.rows[0].action == "refused"
    assert [one.message for one in plan.errors] == [
        "这张表导出以后，台账里这条记录的“手机号”、“特长”又改过。请重新导出一份再改，免得盖掉新的内容"
    ]
    with pytest.raises(Refusal):
        importing.apply(ws, plan)
    assert lines(ws) == before


def test_a_sheet_sorted_in_part_is_noticed(ws: Workspace, make: Make, tmp_path: Path) -> None:
    other = ["李大山", number(BIRTH, 5), "男", "汉族", BIRTH, "柳林村党支部", "13800000002"]
    importing.apply(ws, importing.plan(ws, MEMBERS, make([SHORT, WANG, other])))
    writing.export(ws, MEMBERS, tmp_path / "出.xlsx")
    book = openpyxl.load_workbook(tmp_path / "出.xlsx")
    sheet: Any = book.worksheets[0]
    last = sheet.max_column
    for column in (last - 1, last):
        upper, lower = sheet.cell(3, column), sheet.cell(4, column)
        upper.value, lower.value = lower.value, upper.value
    book.save(tmp_path / "乱.xlsx")
    plan = importing.plan(ws, MEMBERS, tmp_path / "乱.xlsx")
    assert [row.action for row in plan.rows] == ["doubtful", "doubtful"]
    assert plan.errors[0].message.startswith("这一行隐藏的记录编号与内容对不上，多半是只给一部分列排过序")


def test_a_row_whose_record_was_deleted(ws: Workspace, make: Make, tmp_path: Path) -> None:
    file, _ = exported(ws, make, tmp_path)
    editing.delete(ws, MEMBERS, [stored(ws)["王小兰"].id])
    plan = importing.plan(ws, MEMBERS, file)
    assert plan.rows[0].action == "refused"
    assert plan.errors[0].message == "这一行的记录在台账里已经删除。要重新登记，请把这一行复制到空白表里再导入"


def test_refused_rows_are_mended_and_imported(ws: Workspace, make: Make, tmp_path: Path) -> None:
    bad = [WANG[0], "110101", *WANG[2:5], "没有的党支部", WANG[6]]
    plan = importing.plan(ws, MEMBERS, make([["名册"], [*SHORT, "旧表里的"], [*WANG, "甲"], [*bad, "乙"]]))
    assert writing.write_refused(plan, tmp_path / "未导入.xlsx").rows == 1
    book = openpyxl.load_workbook(tmp_path / "未导入.xlsx")
    sheet: Any = book.worksheets[0]
    assert [cell.value for cell in sheet[2]] == ["未导入的原因", "原表行号", *SHORT, "旧表里的"]
    assert sheet["A3"].value.startswith(
        "公民身份号码：身份证号应为18位，这里是6位，请核对；“所在党支部”里的“没有的党支部”"
    )
    assert [cell.value for cell in sheet[3]][1:4] == [4, "王小兰", "110101"]
    sheet["D3"].value, sheet["H3"].value = number(BIRTH, 8), "柳林村党支部"
    book.save(tmp_path / "未导入.xlsx")
    again = importing.plan(ws, MEMBERS, tmp_path / "未导入.xlsx")
    assert again.counts["new"] == 1
    assert again.unmapped == ("旧表里的",)


def test_a_place_that_cannot_be_written(ws: Workspace, tmp_path: Path, unwritable: Path) -> None:
    with pytest.raises(Refusal, match=r"不能写“出\.xlsx”：它可能正在 Excel 或 WPS 里打开着，或者文件夹是只读的。"):
        writing.export(ws, MEMBERS, unwritable / "出.xlsx")
    assert list(unwritable.iterdir()) == []
    with pytest.raises(Refusal, match=r"没有文件夹“.*无”。请先建好，或换一个位置"):
        writing.export(ws, MEMBERS, tmp_path / "无" / "出.xlsx")
    with pytest.raises(Refusal, match=r"表格要存成 \.xlsx 文件"):
        writing.export(ws, MEMBERS, tmp_path / "出.xls")


def test_an_old_export_stays_when_the_new_one_cannot_be_written(ws: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "出.xlsx"
    file.write_bytes(b"old")
    tmp_path.chmod(0o555)
    try:
        with permissions_hold(), pytest.raises(Refusal):
            writing.export(ws, MEMBERS, file)
    finally:
        tmp_path.chmod(0o755)
    assert file.read_bytes() == b"old"
