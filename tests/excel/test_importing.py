"""From rows to records: what is read, what is recognised, what is refused, and that nothing is half written."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app import editing
from app.excel import importing
from app.excel.plan import Plan
from app.excel.writing import write_refused
from app.ledgers.catalogue import LEDGERS
from app.workspace import Workspace
from db.errors import Refusal
from db.models.responsibility import Duty, Task
from tests.excel.conftest import BIRTH, MEMBERS, SHORT, WANG, Make, lines, number, stored

pytestmark = pytest.mark.both_stores

OTHER = date(1990, 1, 31)


def person(name: str, birth: date = OTHER, order: int = 1, **other: Any) -> list[Any]:
    """A row under SHORT; `other` replaces cells by heading."""
    row = [name, number(birth, order), "男" if order % 2 else "女", "汉族", birth, "石桥村党支部", "13800000009"]
    for heading, value in other.items():
        row[SHORT.index(heading)] = value
    return row


def planned(ws: Workspace, file: Path, **options: Any) -> Plan:
    before = lines(ws)
    plan = importing.plan(ws, MEMBERS, file, **options)
    assert lines(ws) == before
    return plan


def messages(plan: Plan) -> list[tuple[int, str, str]]:
    return [(one.row, one.column, one.message) for one in plan.errors]


def refused(ws: Workspace, file: Path, **options: Any) -> str:
    """The sentence with which a file is refused whole; nothing was written."""
    before = lines(ws)
    with pytest.raises(Refusal) as caught:
        importing.plan(ws, MEMBERS, file, **options)
    assert lines(ws) == before
    return caught.value.message


# ---------------------------------------------------------------- header


def test_no_header(ws: Workspace, make: Make) -> None:
    assert refused(ws, make([["甲", 1], ["乙", 2]])) == (
        "“名册.xlsx”里找不到“党员花名册”的表头：没有一行写着姓名、性别、民族、出生日期这样的栏目名。"
        "请核对是不是选错了文件，或先下载空白表，把内容贴进去"
    )


def test_an_empty_workbook(ws: Workspace, make: Make) -> None:
    assert refused(ws, make([])) == "“名册.xlsx”是空的，一格内容也没有。请核对是不是选错了文件"


def test_a_header_and_nothing_below(ws: Workspace, make: Make) -> None:
    assert refused(ws, make([SHORT])) == "工作表“花名册”的表头下面没有一行数据。请核对是不是选错了工作表"


def test_a_required_column_that_is_missing_is_named(ws: Workspace, make: Make) -> None:
    rows = [[*row[:4], *row[5:]] for row in (SHORT, WANG)]
    assert refused(ws, make(rows)) == (
        "工作表“花名册”缺少必填的栏目：“出生日期”（表头在第 1 行）。请在表里加上这些列，或指明它们是表里的哪一列"
    )


def test_a_person_says_which_column_is_which(ws: Workspace, make: Make) -> None:
    rows = [["称呼", *SHORT[1:]], WANG]
    assert "“姓名”" in refused(ws, make(rows))
    plan = planned(ws, make(rows), mapping={"称呼": "name", "手机号": None})
    assert plan.mapping["称呼"] == "name"
    assert plan.mapping["手机号"] is None
    assert plan.rows[0].values["phone"] is None
    assert plan.rows[0].title == "王小兰"


def test_a_mapping_of_a_column_that_is_not_there(ws: Workspace, make: Make) -> None:
    assert refused(ws, make([SHORT, WANG]), mapping={"绰号": "name"}).startswith(
        "表里没有“绰号”这一列。有这些列：姓名、身份证号"
    )
    assert refused(ws, make([SHORT, WANG]), mapping={"姓名": "nick"}) == "“党员花名册”没有叫 nick 的栏目"


@pytest.mark.parametrize("merge", [["A1:H1", "A2:A3", "B2:B3", "C2:E2", "F2:F3", "G2:H2"], ["C2:E2", "G2:H2"], []])
def test_a_header_of_two_rows(ws: Workspace, make: Make, merge: list[str]) -> None:
    rows = [
        ["党员名册"],
        ["姓  名", "身份证号\n（18位）", "基本情况", "", "", "所在支部", "联系方式", ""],
        ["", "", "性别", "民族", "出生年月日", "", "手机号码", "座机"],
        [*WANG[:5], *WANG[5:], ""],
    ]
    plan = planned(ws, make(rows, merge=merge))
    assert plan.header_row == 3
    assert plan.headers[4].endswith("出生年月日")
    assert list(plan.mapping.values()) == [
        *("name", "resident_id", "sex", "nation", "birth", "branch_id", "phone", "landline"),
    ]
    assert plan.counts["new"] == 1


def test_columns_that_are_no_field_are_told(ws: Workspace, make: Make) -> None:
    plan = planned(ws, make([["序号", *SHORT, "年龄", "民主评议"], [1, *WANG, 48, "优秀"]]))
    assert plan.unmapped == ("民主评议",)
    assert [one.message for one in plan.warnings if one.row == 0] == ["“民主评议”这一列没有对应的栏目，没有导入"]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("失去联系时间", "lost_since"),
        ("是否是流动党员", "floating"),
        ("是否流动", "floating"),
        ("转为正式党员的日期", "full_on"),
        ("家 庭 住 址（详细）", "address"),
        ("转正审批日期", None),
        ("原所在党支部", None),
        ("配偶姓名", None),
        ("floating_to", "floating_to"),
        ("work_post", "work_post"),
    ],
)
def test_headings_are_understood_carefully(ws: Workspace, make: Make, heading: str, field: str | None) -> None:
    plan = planned(ws, make([[*SHORT, heading], [*WANG, ""]]))
    assert plan.mapping[" ".join(heading.split())] == field


@pytest.mark.parametrize("identity", ["身份证", "证件号码", "身份证件号", "resident_id"])
@pytest.mark.parametrize("branch", ["所属支部", "支部名称", "所在党组织", "branch", "branch_id"])
def test_headings_of_other_peoples_rosters(ws: Workspace, make: Make, identity: str, branch: str) -> None:
    plan = planned(ws, make([["姓名", identity, "性别", "民族", "出生日期", branch, "联系方式"], WANG]))
    assert list(plan.mapping.values()) == ["name", "resident_id", "sex", "nation", "birth", "branch_id", "phone"]
    assert plan.counts["new"] == 1


# ---------------------------------------------------------------- rows


def test_rows_that_are_no_records(ws: Workspace, make: Make) -> None:
    blank = [""] * 6
    rows = [
        SHORT,
        [1, 2, 3, 4, 5, 6, 7],
        ["示例", *WANG[1:]],
        WANG,
        [""] * 7,
        SHORT,
        person("李大山"),
        ["小计", *blank],
        person("赵小河", order=3),
        ["合  计", 3, *blank[1:]],
        ["填表人：钱一", *blank],
        ["2026年11月3日", *blank],
        ["注：本表一式两份", *blank],
    ]
    plan = planned(ws, make(rows))
    assert [(row.number, row.title) for row in plan.rows] == [(4, "王小兰"), (7, "李大山"), (9, "赵小河")]
    assert plan.errors == ()


@pytest.mark.parametrize(
    "total",
    [
        ["合计", 2, 1, 2, "", 2, 2],
        ["总计：", "2人", "女1", "", "", "", ""],
        ["合 计", "2", "1人", "100%", "1,234.50", "2个", 2],
        [3, "合计", 2, 2, 2, 2, 2],
    ],
    ids=["counts", "words", "figures with units", "after a number"],
)
def test_a_total_with_figures_in_many_columns_is_no_record(ws: Workspace, make: Make, total: list[Any]) -> None:
    plan = planned(ws, make([SHORT, WANG, person("李大山"), total]))
    assert [row.number for row in plan.rows] == [2, 3]
    assert plan.errors == ()


def test_merged_cells_are_filled_down_where_the_merge_says_so(ws: Workspace, make: Make) -> None:
    rows = [SHORT, WANG, person("李大山", 所在党支部=""), person("赵小河", order=3, 所在党支部="")]
    plan = planned(ws, make(rows, merge=["F2:F3"]))
    assert plan.rows[1].values["branch_id"] == plan.rows[0].values["branch_id"]
    assert messages(plan) == [(4, "所在党支部", "“所在党支部”必须填写")]


def test_an_id_number_that_is_a_number_is_refused_and_not_repaired(ws: Workspace, make: Make) -> None:
    plan = planned(ws, make([SHORT, person("李大山", 身份证号=110101199001310011)]))
    assert messages(plan) == [
        (
            2,
            "身份证号",
            "“公民身份号码”存成了数字，末几位可能已经丢失。请把这一列设为“文本”格式，对照证件重新填写，不能直接转换",
        )
    ]
    assert plan.errors[0].value.startswith("1.10")
    assert "*" in plan.errors[0].value


def test_a_formula_in_a_column_that_tells_people_apart(ws: Workspace, make: Make) -> None:
    plan = planned(ws, make([SHORT, person("李大山", 身份证号='="1101011990"&"01310011"')]))
    assert messages(plan)[0] == (
        2,
        "身份证号",
        "这一格是公式，读到的可能是旧结果。请复制这一列，用“选择性粘贴—数值”贴回后再导入",
    )


def test_an_error_value(ws: Workspace, make: Make) -> None:
    plan = planned(ws, make([SHORT, person("李大山", 手机号="#N/A")]))
    assert messages(plan) == [(2, "手机号", "这一格是 Excel 的错误值（如 #N/A）。请改成真正的内容后再导入")]


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (date(1990, 1, 31), OTHER),
        ("1990.1.31", OTHER),
        ("１９９０年１月３１日", OTHER),
        (19900131, OTHER),
        ("19900131", OTHER),
    ],
)
def test_days_as_people_write_them(ws: Workspace, make: Make, cell: Any, day: date) -> None:
    plan = planned(ws, make([SHORT, person("李大山", 出生日期=cell)]))
    assert (plan.rows[0].values["birth"], plan.errors) == (day, ())
    assert "出生日期" not in [one.column for one in plan.warnings]


@pytest.mark.parametrize("cell", ["1990年1月", "1990.01", 199001, 1990.01])
def test_a_month_alone_is_its_first_day_with_a_warning(ws: Workspace, make: Make, cell: Any) -> None:
    plan = planned(ws, make([[*SHORT, "入党日期"], [*person("李大山"), cell]]))
    assert plan.rows[0].values["joined_on"] == date(1990, 1, 1)
    assert plan.warnings[0].message == "“入党日期”只写到月，先按 1990-01-01 登记，查清后请补上日"


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        (28561, "“28561”像是 Excel 的日期序号，请把单元格格式设为“日期”后再试"),
        (1990.1, "“1990.1”存成了数字，分不清是 1 月还是 10 月。请写成 1990年1月"),
        ("去年", "“去年”不是日期，请写成 1978-03-12 或 1978年3月12日"),
    ],
)
def test_days_that_cannot_be_told(ws: Workspace, make: Make, cell: Any, sentence: str) -> None:
    plan = planned(ws, make([[*SHORT, "入党日期"], [*person("李大山"), cell]]))
    assert (2, "入党日期", sentence) in messages(plan)


@pytest.mark.parametrize("shape", ["0.0%", "0%", "0.00%;[红色]-0.00%"])
def test_a_percentage_is_what_its_cell_shows(ws: Workspace, make: Make, shape: str) -> None:
    def shown(sheet: Any) -> None:
        for one in ("D2", "D3"):
            sheet[one].number_format = shape

    head = ["党组织", "年度", "自评等次", "群众满意率"]
    rows = [head, ["石桥村党支部", 2025, "好", 0.925], ["柳林村党支部", 2025, "好", 1]]
    plan = importing.plan(ws, LEDGERS["rating"], make(rows, edit=shown))
    assert [row.values["mass_score"] for row in plan.rows] == [Decimal("92.5"), Decimal(100)]
    bare = importing.plan(ws, LEDGERS["rating"], make([*rows[:2], ["柳林村党支部", 2025, "好", "95%"]]))
    assert messages(bare) == [(2, "群众满意率", "“0.925”分不清是 0.925% 还是 92.5%。请写成百分数，如 92.5%")]
    assert bare.rows[1].values["mass_score"] == Decimal(95)


PROJECT = ["所在村(社区)", "建设类型", "项目阶段", "计划投资"]


@pytest.mark.parametrize(
    ("above", "heading", "cell", "fen"),
    [
        ([], "计划投资（万元）", 12.5, 12_500_000),
        ([], "计划投资\n单位：万元", "12.5", 12_500_000),
        ([], "计划投资(千元)", "1,250", 125_000_000),
        ([], "计划投资（万元）", "3万元", 3_000_000),
        ([], "计划投资（万元）", "125000元", 12_500_000),
        ([["建设项目表", "", "", "单位：万元"]], "计划投资", 12.5, 12_500_000),
        ([["建设项目表", "", "", "单位：万元"]], "计划投资（元）", 125000, 12_500_000),
        ([["填报单位：青石镇"]], "计划投资", 125000, 12_500_000),
    ],
)
def test_money_is_read_in_the_unit_that_the_sheet_names(
    ws: Workspace, make: Make, above: list[list[Any]], heading: str, cell: Any, fen: int
) -> None:
    with ws.edit("村") as batch:
        village = {"office_id": ws.office.id, "code": "V1", "name": "石桥村", "kind": "01"}
        batch.create_rows(LEDGERS["village"].model, [village])
    ledger = LEDGERS["venue_project"]
    rows = [*above, [*PROJECT[:3], heading], ["石桥村", "新建", "立项", cell]]
    plan = importing.plan(ws, ledger, make(rows))
    assert [row.values["planned_invest"] for row in plan.rows] == [fen]
    refused = importing.plan(ws, ledger, make([*rows[:-1], ["无此村", "新建", "立项", cell]]))
    again = write_refused(refused, make([], name="待改.xlsx")).file
    assert importing.plan(ws, ledger, again).rows[0].values["planned_invest"] == fen, "the mended rows keep their unit"


def test_an_area_in_another_unit_is_refused_not_taken_for_square_metres(ws: Workspace, make: Make) -> None:
    head = ["所在村(社区)", "场所名称", "产权", "建筑面积", "占地面积（亩）"]
    plan = importing.plan(ws, LEDGERS["venue"], make([head, ["石桥村", "活动室", "村集体", 90, 1.5]]))
    assert (2, "占地面积（亩）", "这一列写的是亩，“占地面积”以㎡计，请换算好，并改掉表头里的单位") in messages(plan)


def test_a_column_without_a_heading_is_told(ws: Workspace, make: Make) -> None:
    plan = planned(ws, make([["", *SHORT, "", ""], [1, *WANG, "", "大专"], [2, *person("李大山"), "", ""]]))
    assert [one.message for one in plan.warnings if one.row == 0] == ["“J列”这一列没有对应的栏目，没有导入"]
    assert plan.mapping["J列"] is None


def test_another_sheet_like_the_one_that_is_read_is_told(ws: Workspace, make: Make) -> None:
    def more(sheet: Any) -> None:
        for name, rows in (("二支部", [SHORT, person("李大山")]), ("空的", []), ("只有表头", [SHORT])):
            other = sheet.parent.create_sheet(name)
            for row in rows:
                other.append(row)

    file = make([SHORT, WANG], edit=more)
    assert [one.message for one in planned(ws, file).warnings if one.row == 0] == [
        "工作表“二支部”也是这样的表，这次没有读。要导入它，请指明这张工作表"
    ]
    assert [one for one in planned(ws, file, sheet="花名册").warnings if one.row == 0] == []


def test_phones_names_and_full_width_digits(ws: Workspace, make: Make) -> None:
    row = person(
        "李 大　山",
        手机号=1.38e10,
        身份证号=number(OTHER, 1).translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    )
    plan = planned(ws, make([SHORT, row]))
    values = plan.rows[0].values
    assert (values["name"], values["phone"], values["resident_id"]) == ("李大山", "13800000000", number(OTHER, 1))


@pytest.mark.parametrize(
    "written",
    ["石桥村党支部", "石桥村支部", "中共云溪县青石镇石桥村支部委员会", "石桥村", "B01", "中国共产党石桥村支部委员会"],
)
def test_a_branch_by_its_names(ws: Workspace, make: Make, written: str) -> None:
    plan = planned(ws, make([SHORT, person("李大山", 所在党支部=written)]))
    assert plan.rows[0].values["branch_id"] == stored(ws, "party_org")["石桥村党支部"].id


def test_a_duty_of_several_years_is_the_one_of_the_rows_year(county: Workspace, make: Make) -> None:
    """Tasks and indicators are carried over from year to year under one name."""
    own = county.office
    for year in ("2025", "2026"):
        given = {"year": year, "number": "1", "title": "设岗定责", "target": "全部设岗", "measure": "逐个落实"}
        editing.save(county, LEDGERS["task"], {**given, "due_on": f"{year}-12-31"})
        with county.read() as session:
            task = session.scalars(select(Task.id).where(Task.year == int(year))).one()
        people = {"first_responsible": "王小明", "direct_responsible": "李小芳"}
        editing.save(county, LEDGERS["duty"], {"task_id": task, "target_office_id": own.code, **people})
    head = ["责任项目", "月份", "完成数", "填报人"]
    named = f"{own.name} · 设岗定责"
    rows = [[named, "2026-03", 3, "张三"], [named, "2025-03", 4, "张三"], [f"2025年{named}", "2025-04", 5, "张三"]]
    plan = importing.plan(county, LEDGERS["monthly_check"], make([head, *rows]))
    assert plan.errors == ()
    with county.read() as session:
        years = dict(session.execute(select(Duty.id, Task.year).join(Task)).all())
    assert [years[row.values["duty_id"]] for row in plan.rows] == [2026, 2025, 2025]
    undated = make([["实事", "单位", "第一责任人", "直接责任人"], ["设岗定责", own.name, "王小明", "李小芳"]])
    told = "“实事”有不止一个叫“设岗定责”的实事，请在前面写上年度，如 2026年设岗定责"
    assert messages(importing.plan(county, LEDGERS["duty"], undated))[0] == (2, "实事", told)


def test_a_branch_that_is_not_there_names_the_nearest(ws: Workspace, make: Make) -> None:
    plan = planned(ws, make([SHORT, person("李大山", 所在党支部="石侨村党支部")]))
    assert messages(plan)[0][2].startswith("“所在党支部”里的“石侨村党支部”在“党组织”中找不到，最接近的是：石桥村党支部")


def test_a_code_that_is_not_there(ws: Workspace, make: Make) -> None:
    plan = planned(ws, make([SHORT, person("李大山", 民族="火星")]))
    assert messages(plan)[0][2].startswith("“民族”没有“火星”这一项，可填：")


# ---------------------------------------------------------------- all or nothing


def test_a_thousand_bad_rows(ws: Workspace, make: Make, tmp_path: Path) -> None:
    bad = [person(f"人{place}", 身份证号="123", order=place % 1000) for place in range(1, 1001)]
    plan = planned(ws, make([SHORT, WANG, *bad]))
    assert plan.counts == {"new": 1, "update": 0, "unchanged": 0, "doubtful": 0, "refused": 1000}
    assert len(plan.errors) == 1000
    assert (plan.errors[-1].row, plan.errors[-1].value) == (1002, "***")
    before = lines(ws)
    with pytest.raises(Refusal) as caught:
        importing.apply(ws, plan)
    assert caught.value.message == (
        "有 1000 行不能导入，例如第 3 行：身份证号应为18位，这里是3位，请核对。"
        "请改好后再导入，或选择跳过这些行。现在什么都没有写入"
    )
    assert lines(ws) == before
    result = importing.apply(ws, plan, skip_errors=True)
    assert (result.created, result.refused) == (1, 1000)
    assert list(stored(ws)) == ["王小兰"]


def test_one_batch_that_can_be_undone(ws: Workspace, make: Make) -> None:
    result = importing.apply(ws, planned(ws, make([SHORT, WANG, person("李大山")])))
    undone = ws.undo(result.batch_id)
    assert (undone.label, undone.kind) == ("导入党员 2 人", "excel")
    assert stored(ws) == {}


def test_a_plan_is_not_written_over_later_changes(ws: Workspace, make: Make) -> None:
    plan = planned(ws, make([SHORT, WANG]))
    importing.apply(ws, planned(ws, make([SHORT, person("李大山")], name="另.xlsx")))
    with pytest.raises(Refusal, match="预览之后台账又改过。请重新预览一次再写入，现在什么都没有写入"):
        importing.apply(ws, plan)
    assert list(stored(ws)) == ["李大山"]


def test_a_county_ledger_is_not_imported_by_a_township(ws: Workspace, make: Make) -> None:
    with pytest.raises(Refusal, match="“规则参数”由县里填写，这里不能导入"):
        importing.plan(ws, LEDGERS["policy"], make([["参数", "值", "生效日期"], ["a", "1", BIRTH]]))


# ---------------------------------------------------------------- recognising people


def arrange(ws: Workspace, make: Make, rows: Sequence[Sequence[Any]]) -> None:
    importing.apply(ws, planned(ws, make([SHORT, *rows], name="先.xlsx")))


def test_the_same_file_again_changes_nothing(ws: Workspace, make: Make) -> None:
    arrange(ws, make, [WANG, person("李大山", 身份证号="")])
    plan = planned(ws, make([SHORT, WANG, person("李大山", 身份证号="")]))
    assert plan.counts == {"new": 0, "update": 0, "unchanged": 2, "doubtful": 0, "refused": 0}


def test_a_changed_cell_is_an_update_and_an_empty_one_clears_nothing(ws: Workspace, make: Make) -> None:
    arrange(ws, make, [WANG])
    plan = planned(ws, make([SHORT, [*WANG[:5], "柳林村党支部", ""]]))
    row = plan.rows[0]
    branches = stored(ws, "party_org")
    assert row.action == "update"
    assert row.changes == {"branch_id": (branches["石桥村党支部"].id, branches["柳林村党支部"].id)}
    assert importing.apply(ws, plan).updated == 1
    assert stored(ws)["王小兰"].phone == "13800000001"


def test_an_id_number_is_added_to_who_is_known_by_name_birth_and_branch(ws: Workspace, make: Make) -> None:
    arrange(ws, make, [person("李大山", 身份证号="")])
    plan = planned(ws, make([SHORT, person("李大山")]))
    assert plan.rows[0].action == "update"
    assert plan.rows[0].changes == {"resident_id": (None, number(OTHER, 1))}


def test_a_month_alone_does_not_wipe_a_day(ws: Workspace, make: Make) -> None:
    arrange(ws, make, [person("李大山", 身份证号="")])
    plan = planned(ws, make([SHORT, person("李大山", 身份证号="", 出生日期="1990.01")]))
    assert plan.counts["unchanged"] == 1


def test_the_same_name_and_birth_in_another_branch_is_doubtful(ws: Workspace, make: Make) -> None:
    arrange(ws, make, [person("李大山", 身份证号="")])
    file = make([SHORT, person("李大山", 身份证号="", 所在党支部="柳林村党支部")])
    plan = planned(ws, file)
    assert plan.rows[0].action == "doubtful"
    assert messages(plan) == [
        (
            2,
            "",
            "台账里已有“姓名”、“出生日期”都相同的党员，只是“所在党支部”不同，可能是同一人，也可能是两个人",
        )
    ]
    with pytest.raises(Refusal):
        importing.apply(ws, plan)
    assert planned(ws, file, decisions={2: "new"}).counts["new"] == 1
    assert planned(ws, file, decisions={2: "update"}).counts["update"] == 1


def test_a_different_id_number_of_the_same_name_birth_and_branch_is_doubtful(ws: Workspace, make: Make) -> None:
    arrange(ws, make, [person("李大山", order=1)])
    plan = planned(ws, make([SHORT, person("李大山", order=3)]))
    assert [one.message for one in plan.errors] == [
        "台账里有一条其他都相同、只有“公民身份号码”不同的记录，可能是号码写错，也可能是两个人"
    ]


def test_two_rows_that_differ_in_the_id_number_alone_are_told_apart_from_one_person_twice(
    ws: Workspace, make: Make
) -> None:
    plan = planned(ws, make([SHORT, person("李大山", order=1), person("李大山", order=3)]))
    assert [one.message for one in plan.errors] == [
        "第 2 行是其他都相同、只有“公民身份号码”不同的记录，可能是号码写错，也可能是两个人"
    ]


def test_a_transfer_without_a_letter_is_known_again(ws: Workspace, make: Make) -> None:
    arrange(ws, make, [person("李大山")])
    head = ["党员", "转接方向", "转接类别", "转接状态", "开出日期", "姓名"]
    file = make([head, ["李大山", "转出", "乡镇内", "已接收", date(2026, 8, 13), "李大山"]], name="转接.xlsx")
    ledger = LEDGERS["transfer"]
    assert importing.apply(ws, importing.plan(ws, ledger, file)).created == 1
    assert importing.plan(ws, ledger, file).counts["unchanged"] == 1


def test_an_id_number_of_somebody_of_another_name_is_doubtful(ws: Workspace, make: Make) -> None:
    arrange(ws, make, [person("李大山")])
    plan = planned(ws, make([SHORT, person("王小兰")]))
    assert plan.rows[0].action == "doubtful"
    assert "姓名却完全不同" in plan.errors[0].message
    near = planned(ws, make([SHORT, person("李大杉")]))
    assert (near.rows[0].action, near.warnings[0].message) == (
        "update",
        "“姓名”将由“李大山”改为“李大杉”，请核对",
    )


def test_two_rows_for_one_person(ws: Workspace, make: Make) -> None:
    plan = planned(ws, make([SHORT, WANG, person("李大山"), WANG]))
    assert [row.action for row in plan.rows] == ["new", "new", "doubtful"]
    assert plan.errors[0].message == "与第 2 行是同一党员，只能留一行，请删掉或改正其中一行"


def test_a_branch_links_to_its_parent_in_the_same_sheet(ws: Workspace, make: Make) -> None:
    ledger = LEDGERS["party_org"]
    rows = [
        ["党组织名称", "组织类别", "所属领域", "上级党组织"],
        ["东河村第一党支部", "党支部", "行政村", "东河村党总支"],
        ["东河村党总支", "党总支", "行政村", ""],
    ]
    importing.apply(ws, importing.plan(ws, ledger, make(rows)))
    found = stored(ws, "party_org")
    assert found["东河村第一党支部"].parent_id == found["东河村党总支"].id
    rows[2][1] = "没有这一类"
    rows[1][0], rows[2][0], rows[1][3] = "西河村第一党支部", "西河村党总支", "西河村党总支"
    plan = importing.plan(ws, ledger, make(rows))
    assert [row.action for row in plan.rows] == ["refused", "refused"]
    assert plan.errors[0].message == "“上级党组织”指的那一行没有导入，请先改好那一行"


def test_records_without_keys_are_the_same_when_every_cell_is(ws: Workspace, make: Make) -> None:
    arrange(ws, make, [WANG])
    ledger = LEDGERS["member_event"]
    rows = [["党员", "增减类型", "日期"], ["王小兰", "转入", "2026-01-05"], ["王小兰", "转入", "2026-01-05"]]
    assert importing.apply(ws, importing.plan(ws, ledger, make(rows))).created == 2
    again = importing.plan(ws, ledger, make([*rows, rows[1]]))
    assert again.counts == {"new": 1, "update": 0, "unchanged": 2, "doubtful": 0, "refused": 0}


def test_two_people_of_one_name_are_told_apart_by_their_numbers(ws: Workspace, make: Make) -> None:
    arrange(ws, make, [WANG, person("王小兰")])
    ledger = LEDGERS["member_event"]
    rows = [["党员", "增减类型", "日期"], ["王小兰", "转入", "2026-01-05"], [number(OTHER, 1), "转入", "2026-01-05"]]
    plan = importing.plan(ws, ledger, make(rows))
    assert [row.action for row in plan.rows] == ["refused", "new"]
    assert plan.errors[0].message == "“党员”有不止一个叫“王小兰”的党员，请改写身份证号以便区分"


def test_progress_can_stop_an_import(ws: Workspace, make: Make) -> None:
    from db.journal import Cancelled

    def stop(done: int, total: int, what: str) -> None:
        if what == "写入" and done == total:
            raise Cancelled

    plan = planned(ws, make([SHORT, WANG]))
    with pytest.raises(Cancelled):
        importing.apply(ws, plan, progress=stop)
    assert stored(ws) == {}


def test_a_saved_record_and_an_imported_one_are_equal(ws: Workspace, make: Make) -> None:
    arrange(ws, make, [WANG])
    mine = stored(ws)["王小兰"]
    typed = {name: getattr(mine, name) for name in MEMBERS.fields}
    record_id = editing.save(ws, MEMBERS, {**typed, "resident_id": number(BIRTH, 4)})
    with ws.read() as session:
        other = editing.get(session, MEMBERS, record_id)
        assert {name: getattr(other, name) for name in MEMBERS.fields if name != "resident_id"} == {
            name: value for name, value in typed.items() if name != "resident_id"
        }


def test_two_records_alike_but_for_whose_they_are_are_two(ws: Workspace, make: Make) -> None:
    """What tells a person in another branch (name and birthday) tells nothing of a budget: two villages, two lines."""
    with ws.edit("登记村") as batch:
        for place in (1, 2):
            batch.add(
                LEDGERS["village"].model(office_id=ws.office.id, code=f"20{place}", name=f"新{place}村", kind="01")
            )
    lines = [["村", "年度", "经费来源", "预算金额"], *([f"新{place}村", 2026, "财政预算", 10000] for place in (1, 2))]
    plan = importing.plan(ws, LEDGERS["budget"], make(lines))
    assert [str(row.action) for row in plan.rows] == ["new", "new"]
    assert plan.errors == ()
