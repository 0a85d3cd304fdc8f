"""The empty form of a ledger: drop-downs for what is chosen, a note on each column, and an example row."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.excel.header import EXAMPLE
from app.excel.plan import Written
from app.excel.writing import (
    BOX,
    FORMATS,
    HEADING,
    HEADING_FILL,
    MIDDLE,
    TEXT,
    TITLE,
    put,
    saved,
    set_up,
    sheet_name,
    width_of,
)
from app.ledgers.catalogue import LEDGERS
from app.ledgers.ledger import Ledger
from app.listing import cell_value
from app.workspace import Workspace
from db import codes
from db.errors import Refusal
from db.fields import Field
from db.models.record import table_of

LINES = 1000
"""How many lines of the form have formats and drop-downs."""

OPTIONS = "选项"
"""The hidden sheet on which the lists of the drop-downs stand; a list inside a cell's rule ends at 255 characters."""

EXAMPLES = {
    "day": date(1978, 3, 12),
    "month": "2026-11",
    "year": 2026,
    "whole": 3,
    "decimal": 120,
    "money": 1_234_50,
    "flag": True,
    "resident_id": "110101197803120022",
    "credit_code": "91110000100000000R",
    "phone": "13800000000",
    "name": "张三",
}
"""What stands in the example row, by kind of field; nobody real."""

HINTS = {
    "day": "写成 1978-03-12、1978.3.12 或 1978年3月12日",
    "month": "写成 2026-11 或 2026年11月",
    "year": "写四位年份，如 2026",
    "whole": "只写整数",
    "decimal": "只写数字",
    "money": "以元为单位，最多写到分，如 1234.56",
    "flag": "写“是”或“否”",
    "resident_id": "18 位，单元格须是“文本”格式（本列已设好）",
    "credit_code": "18 位，单元格须是“文本”格式（本列已设好）",
    "phone": "手机号 11 位；固定电话带区号，如 0739-3601234",
    "code": "从下拉框里选",
    "codes": "可以写几项，用顿号隔开",
    "link": "从下拉框里选，或写全称、代码",
}
"""What the note on a column says, by kind of field."""


def write_template(ws: Workspace, ledger: Ledger, out: Path) -> Written:
    """Writes the empty form. Raises `Refusal` for a file that cannot be written."""
    if ledger.authority is not None and not ws.office.is_county:
        raise Refusal(f"“{ledger.title}”由县里填写，这里没有空白表", "not-allowed")
    if ledger.kept_by_program:
        raise Refusal(f"{ledger.only_the_program('新增')}，没有空白表。要补填，请先导出", "not-allowed")
    county = ws.office.is_county
    fields = [
        ledger.fields[name]
        for part in ledger.sections.values()
        for name in part
        if name in ledger.fields and ledger.writable(name, county=county)
    ]
    book = Workbook()
    sheet: Any = book.active
    sheet.title = sheet_name(ledger.title)
    options: Any = book.create_sheet(OPTIONS)
    options.sheet_state = "hidden"
    set_up(sheet, [14, *map(width_of, fields)], freeze="C3")
    put(sheet.cell(1, 1), f"{ledger.title}（从第 4 行起填写，带 * 的必填）")
    sheet.cell(1, 1).font = TITLE
    with saved(book, out), ws.read() as session:
        for place, spec in enumerate([None, *fields], 1):
            choices = [] if spec is None else _choices(session, spec)
            _column(sheet, options, place, spec, choices)
    return Written(out, 0)


def _column(sheet: Any, options: Any, place: int, spec: Field | None, choices: Sequence[str]) -> None:
    head, sample = sheet.cell(2, place), sheet.cell(3, place)
    head.font, head.fill, head.border, head.alignment = HEADING, HEADING_FILL, BOX, MIDDLE
    sample.font, sample.border = Font(italic=True, color="808080"), BOX
    if spec is None:
        put(head, "序号")
        put(sample, f"{EXAMPLE}（导入时略过）")
        return
    number_format = FORMATS.get(spec.kind.id, TEXT)
    put(head, f"{spec.label}*" if spec.required else spec.label)
    head.comment = Comment(_hint(spec), "四基", width=260, height=90)
    put(sample, _example(spec, choices))
    sample.number_format = number_format
    for line in range(4, LINES + 4):
        sheet.cell(line, place).number_format = number_format
    if choices and spec.kind.id != "codes":
        for line, choice in enumerate(choices, 1):
            cell = options.cell(line, place)
            cell.number_format = TEXT
            put(cell, choice)
        letter = get_column_letter(place)
        rule = DataValidation(
            type="list",
            formula1=f"{OPTIONS}!${letter}$1:${letter}${len(choices)}",
            allow_blank=True,
            errorStyle="warning",
        )
        rule.errorTitle, rule.error = "不在选项里", f"“{spec.label}”没有这一项，请从下拉框里选"
        rule.add(f"{letter}3:{letter}{LINES + 3}")
        sheet.add_data_validation(rule)


def _hint(spec: Field) -> str:
    parts = ["必填。" if spec.required else "可以不填。", HINTS.get(spec.kind.id, "")]
    if spec.kind.id == "codes":
        parts.append("：" + "、".join(item.name for item in codes.table(spec.table or "").items))
    if spec.length and spec.kind.id == "text":
        parts.append(f"最多 {spec.length} 个字")
    if spec.unit:
        parts.append(f"（单位：{spec.unit}）")
    return "".join(parts) + (f"。{spec.hint}" if spec.hint else "")


def _example(spec: Field, choices: Sequence[str]) -> Any:
    if spec.kind.id in EXAMPLES:
        return cell_value(spec, EXAMPLES[spec.kind.id], {})
    return choices[0] if choices else None


def _choices(session: Session, spec: Field) -> list[str]:
    """What a drop-down offers: the names of a code table, yes and no, or the records that a link may name."""
    match spec.kind.id:
        case "code" | "codes":
            return [item.name for item in codes.table(spec.table or "").items]
        case "flag":
            return ["是", "否"]
        case "link":
            target = LEDGERS[spec.target or ""]
            if "name" not in target.fields or "resident_id" in target.fields:
                return []  # people are too many to choose from, and share names
            table = table_of(target.model)
            names = session.connection().execute(
                select(table.c.name).where(table.c.deleted_at.is_(None)).order_by(table.c.id).limit(LINES)
            )
            return list(dict.fromkeys(names.scalars()))
        case _:
            return []
