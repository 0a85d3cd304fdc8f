"""Workbooks in the layout of the official summary form (党员基本信息汇总表): titles, 21 columns, totals."""

import random
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from app.demo.fiction import People
from db.codes import table

TODAY = date(2026, 11, 3)
"""The day of which the invented people's ages are reckoned: a workbook is the same whenever it is made."""

HEADINGS = (
    "序号", "姓名", "所在党支部", "公民身份证号", "性别", "民族", "出生日期", "学历", "人员类别", "加入党组织日期",
    "转为正式党员日期", "工作岗位", "手机号", "固定电话", "家庭住址", "党籍状态", "是否为失联党员", "失去联系日期",
    "是否为流动党员", "外出流向", "备注",
)  # fmt: skip

TITLES = (
    "附件2",
    "党员基本信息汇总表",
    "填报单位（盖章）：云溪县青石镇党委　　　　填报日期：2026年11月3日",
    "说明：无内容的栏目填“无”或“—”，日期填到日，身份证号按文本格式填写。",
)


def roster_rows(rows: int, seed: int, branches: Sequence[str] = ("大塘村党支部",)) -> list[list[str]]:
    """So many invented members as the form has them, a cell for each heading."""
    people, found = People(random.Random(seed), TODAY), []
    for place in range(rows):
        person = people.person()
        joined, full = people.party_dates(person.birth, probationary=place % 40 == 7 and person.birth.year > 1980)
        away = place % 12 == 5
        found.append(
            [
                str(place + 1),
                f"{person.name[0]} {person.name[1]}" if len(person.name) == 2 else person.name,
                branches[place % len(branches)],
                person.resident_id,
                "男" if person.sex == "1" else "女",
                table("nation").name(person.nation),
                f"{person.birth:%Y.%m.%d}" if place % 3 else f"{person.birth:%Y%m%d}",
                table("education").name(person.education),
                "正式党员" if full else "预备党员",
                f"{joined:%Y-%m-%d}",
                f"{full.year}年{full.month}月{full.day}日" if full else "—",
                "外出务工经商人员" if away else "农牧渔业生产人员",
                person.phone or "无",
                "—" if person.phone else "0739-3601234",
                f"云溪县青石镇大塘村{place % 9 + 1}组",
                "正常",
                "否",
                "",
                "是" if away else "否",
                "广东省深圳市" if away else "",
                "",
            ]
        )
    return found


def roster_workbook(
    path: Path, rows: int, seed: int = 1, branches: Sequence[str] = ("大塘村党支部",)
) -> list[list[str]]:
    """Writes the form: four title rows, the header, so many members, totals and signatures. Returns the cells."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "汇总表"
    for number, title in enumerate(TITLES, start=1):
        sheet.append([title])
        sheet.merge_cells(start_row=number, start_column=1, end_row=number, end_column=len(HEADINGS))
        sheet.cell(number, 1).alignment = Alignment(horizontal="center")
    sheet.append(list(HEADINGS))
    for cell in sheet[len(TITLES) + 1]:
        cell.font = Font(bold=True)
    found = roster_rows(rows, seed, branches)
    for line in found:
        sheet.append([value or None for value in line])
    sheet.append(["合计", f"{rows}人"])
    sheet.append(["填表人：　　　　审核人：　　　　党委书记（签字）："])
    book.save(path)
    return found
