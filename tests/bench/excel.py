"""A roster of 10,000 rows and 21 columns in the layout of the official form: read, checked, matched and written into an
encrypted store; beside openpyxl and calamine, which only read the same workbook."""

import random
import tempfile
from pathlib import Path

import openpyxl
from python_calamine import CalamineWorkbook

from app.excel import importing
from app.ledgers.team import MEMBERS
from app.workspace import Workspace
from db.models.organisation import PartyOrg
from tests.bench import data
from tests.bench.measure import Line, at_most, median, milliseconds, show

MANY = 10_000
COLUMNS = (
    *("序号", "姓名", "所在党支部", "公民身份证号", "性别", "民族", "出生日期", "学历", "人员类别", "加入党组织日期"),
    *("转为正式党员日期", "工作岗位", "手机号", "固定电话", "家庭住址", "党籍状态", "是否为失联党员", "失去联系日期"),
    *("是否为流动党员", "外出流向", "备注"),
)


def roster(file: Path, rows: int, branches: list[str]) -> None:
    """Writes the workbook: four rows of titles, the columns A to U, the people, totals and signatures."""
    chance = random.Random(1)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["附件1"])
    sheet.append(["党员基本信息汇总表"])
    sheet.append(["填报单位：石桥镇党委"])
    sheet.append([])
    sheet.append(list(COLUMNS))
    people = {one["resident_id"]: one for one in (data.member(chance, "") for _ in range(rows + 100))}
    for place, one in enumerate(list(people.values())[:rows], 1):
        full = one["full_on"] is not None
        sheet.append(
            [
                place,
                one["name"],
                branches[place % len(branches)],
                one["resident_id"],
                "男" if one["sex"] == "1" else "女",
                "汉族",
                one["birth"],
                chance.choice(("大学", "大专", "高中", "初中")),
                "正式党员" if full else "预备党员",
                one["joined_on"],
                one["full_on"],
                "农牧渔民",
                one["phone"],
                None,
                one["address"],
                "正常",
                "否",
                None,
                "否",
                None,
                None,
            ]
        )
    sheet.append(["合计", None, None, rows])
    sheet.append(["填报人：", None, None, "审核人："])
    book.save(file)


def run(rows: int = MANY) -> bool:
    """Prints the table; whether the budget is kept."""
    names = [f"{place}村党支部" for place in ("石桥", "柳溪", "白沙", "龙潭", "梅岭", "枫林")]
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "花名册.xlsx"
        roster(file, rows, names)
        with Workspace.create(
            Path(place) / "石桥镇", code="430599101", name="石桥镇", level="township", passphrase=data.PASSPHRASE
        ) as workspace:
            with workspace.edit("党支部") as batch:
                for name in names:
                    batch.add(PartyOrg(office_id=workspace.office.id, name=name, kind="631", sector="01"))

            plan = importing.plan(workspace, MEMBERS, file)
            if plan.counts["new"] != rows:
                raise RuntimeError(f"the roster is not read whole: {plan.counts}, {plan.errors[:3]}")
            planned = median(lambda: importing.plan(workspace, MEMBERS, file), 3)
            written = milliseconds(lambda: importing.apply(workspace, plan))
            again = median(lambda: importing.plan(workspace, MEMBERS, file), 3)
        openpyxl_reads = median(lambda: _openpyxl(file), 3)
        calamine_reads = median(lambda: CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python(), 3)
    lines = [
        at_most("read, checked, matched and written", planned + written, openpyxl_reads, 0.5),
        Line("  of which read, checked and matched", planned, openpyxl_reads),
        Line("  of which written", written, openpyxl_reads),
        Line("the same again: all unchanged", again, openpyxl_reads),
        Line("calamine, reading only", calamine_reads, openpyxl_reads),
    ]
    show(f"A roster of {rows:,} rows × {len(COLUMNS)} columns", "openpyxl, read", lines)
    return all(line.kept is not False for line in lines)


def _openpyxl(file: Path) -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(file, data_only=True).active.iter_rows(values_only=True))
