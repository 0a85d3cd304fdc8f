"""实效党建 on paper: duty table, the month's self-check, the county's bulletin, scoring sheet, inspection sheet."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import editing, listing
from app.documents.document import (
    ACROSS,
    OFFICIAL,
    UPRIGHT,
    Body,
    Case,
    Cell,
    Column,
    Content,
    Document,
    Grid,
    Need,
    Row,
    Style,
    Table,
    Text,
    balanced,
    paragraphs,
    written_day,
)
from app.documents.rows import PLACE, heading, table_layout, values
from app.ledgers.responsibility import BULLETINS, DUTIES, INSPECTIONS, MONTHLY_CHECKS, SCORES
from app.offices import BELOW_A_CITY, COUNTY_ALONE
from app.responsibility import assessing, month
from app.responsibility.month import OfficeLine
from db.errors import Refusal
from db.models.responsibility import Bulletin, Inspection

# ---------------------------------------------------------------- the duty table

DUTY_COLUMNS = (
    PLACE,
    Column("office", "单位", 28),
    Column("number", "编号", 11, right=True),
    Column("title", "实事", 56),
    Column("quota", "任务数", 16, right=True),
    Column("unit", "单位", 12),
    Column("first_responsible", "第一责任人", 22),
    Column("direct_responsible", "直接责任人", 22),
    Column("village", "村(社区)", 22),
    Column("due_on", "完成时限", 22),
    Column("closed_on", "销号日期", 22),
)


def duties(case: Case) -> Content:
    """责任分解表 (seed §4): who answers for what, office by office."""
    names = {one.id: one for one in month.offices(case.session, case.own.id)}
    found = [
        one
        for one in month.duties(case.session, case.year, case.office.id if case.office is not None else None)
        if one.office_id in names
    ]
    if not found:
        raise Refusal(f"{case.year} 年还没有责任分解。请县里先在“责任分解表”里分解实事", "nothing-to-do")
    found.sort(key=lambda one: (names[one.office_id].code, one.number))
    lines: list[Row] = [
        {
            "place": place,
            "office": names[one.office_id].name,
            "number": one.number,
            "title": one.title,
            "quota": one.quota,
            "unit": one.unit,
            "first_responsible": one.first_responsible,
            "direct_responsible": one.direct_responsible,
            "village": one.village,
            "due_on": one.due_on,
            "closed_on": one.closed_on,
        }
        for place, one in enumerate(found, 1)
    ]
    return Content(heading(case, f"{case.year}年基层党建工作责任分解表"), {"rows": lines})


DUTY_TABLE = Document(
    "duties",
    "责任分解表",
    "每件实事在每个单位由谁负责、何时完成",
    table_layout(Table("rows", DUTY_COLUMNS)),
    duties,
    DUTIES,
    needs=(Need.YEAR,),
    levels=BELOW_A_CITY,
    page=ACROSS,
)

# ---------------------------------------------------------------- the month's self-check

CHECK_COLUMNS = (
    Column("number", "编号", 11, right=True),
    Column("title", "实事", 52),
    Column("quota", "任务数", 15, right=True),
    Column("planned", "本月计划", 17, right=True),
    Column("done", "本月完成", 17, right=True),
    Column("total_done", "累计完成", 17, right=True),
    Column("rate", "完成率(%)", 18, right=True),
    Column("reason", "未完成原因", 52),
    Column("next_plan", "下月计划", 46),
)


FILLED = ("planned", "done", "total_done", "rate", "reason", "next_plan")
"""The columns that an office fills in."""


def self_check(case: Case) -> Content:
    """An office's self-check of a month, every duty of it, filled in or not."""
    office = the_office(case)
    sheet = month.sheet(case.session, office.id, case.month)
    if not sheet:
        raise Refusal(f"{office.name}在 {case.month[:4]} 年没有责任项目，没有自查可以打印", "nothing-to-do")
    lines: list[Row] = [
        {
            "number": one.duty.number,
            "title": one.duty.title,
            "quota": one.duty.quota,
            **{name: _cell(one.values[name]) for name in FILLED},
        }
        for one in sheet
    ]
    first = next((one.values for one in sheet if one.check_id is not None), None)
    made = heading(case, f"{case.month[:4]}年{int(case.month[5:])}月基层党建工作自查表")
    made |= {"filled_by": "", "checked_by": "", "filled_on": ""}
    if first is not None:
        made |= {name: first[name] or "" for name in ("filled_by", "checked_by")}
        made["filled_on"] = written_day(first["filled_on"])
    return Content(made, {"rows": lines})


def the_office(case: Case) -> OfficeLine:
    """The one office that a sheet is about. Raises `Refusal` where a county has not said which."""
    if case.office is not None:
        return case.office
    raise Refusal("这份文书一次只打印一个单位。请选定单位（命令行用 --office 写单位代码）", "no-such-office")


def _cell(value: object) -> Cell:
    return value if value is None or isinstance(value, (int, Decimal)) else str(value)


SELF_CHECK = Document(
    "self-check",
    "月度自查表",
    "一个单位一个月的逐项自查",
    table_layout(
        Table("rows", CHECK_COLUMNS), foot="填报人：{filled_by}　　　　　　审核人：{checked_by}　　　　　　{filled_on}"
    ),
    self_check,
    MONTHLY_CHECKS,
    needs=(Need.MONTH, Need.OFFICE),
    levels=BELOW_A_CITY,
    page=ACROSS,
)

# ---------------------------------------------------------------- the bulletin

STANDING_COLUMNS = (
    Column("rank", "名次", 16),
    Column("office", "单位", 44),
    Column("filled", "自查项数", 28),
    Column("state", "上报情况", 34),
    Column("rate", "完成率(%)", 30, right=True),
)


TITLE_CHARACTERS = 19
"""In a line of a title in 二号, with room at both ends."""


def latest_bulletin(session: Session) -> str | None:
    """The month of the last bulletin that the county has written."""
    return session.scalars(select(func.max(Bulletin.month)).where(Bulletin.deleted_at.is_(None))).one()


def bulletin(case: Case) -> Content:
    """The month's bulletin as the county has written it, with the ranking as its annex (§10.3, §10.4)."""
    wanted = select(Bulletin).where(Bulletin.deleted_at.is_(None), Bulletin.month == case.month)
    one = case.session.scalars(wanted.order_by(Bulletin.id.desc())).first()
    if one is None:
        raise Refusal(f"{case.month} 还没有通报。请先在“月度调度”里生成", "not-found")
    lines = month.standing(case.session, case.own.id, case.month, case.today)
    ranked = sorted(lines, key=lambda line: (line.rank is None, line.rank or 0, line.office.code))
    standing: list[Row] = [
        {
            "rank": line.rank,
            "office": line.office.name,
            "filled": f"{line.filled}/{line.owed}",
            "state": month.STATE_NAMES[line.state],
            "rate": line.rate,
        }
        for line in ranked
        if line.owed
    ]
    made = heading(case, balanced(one.title, TITLE_CHARACTERS)) | {
        "document_no": one.document_no or "",
        "issued": written_day(one.issued_on),
        "from": case.own.name,
    }
    return Content(made, {"body": paragraphs(one.body or ""), "rows": standing})


BULLETIN = Document(
    "bulletin",
    "月通报",
    "县里的月通报，按党政机关公文格式（GB/T 9704）",
    (
        Text("{from}文件", Style.RED),
        Text("{document_no}", Style.NUMBER),
        Text("{title}", Style.TITLE),
        Body("body"),
        Text("附件：各单位自查和完成情况排名表", Style.BODY),
        Text("{from}", Style.SIGNED),
        Text("{issued}", Style.SIGNED),
        Text("附件", Style.ANNEX),
        Text("各单位自查和完成情况排名表", Style.TITLE),
        Table("rows", STANDING_COLUMNS),
    ),
    bulletin,
    BULLETINS,
    needs=(Need.MONTH,),
    page=OFFICIAL,
    latest=latest_bulletin,
    levels=COUNTY_ALONE,
)

# ---------------------------------------------------------------- the scoring sheet

SCORE_COLUMNS = (
    Column("number", "编号", 13),
    Column("title", "指标", 50),
    Column("rule", "评分细则", 70),
    Column("full_mark", "满分", 14, right=True),
    Column("self_score", "自评", 14, right=True),
    Column("county_score", "县评", 14, right=True),
    Column("figure", "台账取数", 36),
    Column("reason", "扣分、加分事由", 50),
)


def scoring_sheet(case: Case) -> Content:
    """An office's scoring sheet of a year, both columns, with what the ledgers supply."""
    sheet = assessing.sheet(case.session, the_office(case), case.year, case.today)
    lines: list[Row] = [
        {
            "number": one.number,
            "title": "　" * one.depth + one.title,
            "rule": one.rule,
            "full_mark": one.full_mark,
            "self_score": one.self_score,
            "county_score": one.county_score,
            "figure": one.figure,
            "reason": one.county_reason or one.reason,
        }
        for one in sheet.lines
    ]
    lines.append({"title": "合计", "self_score": sheet.self_total, "county_score": sheet.county_total})
    return Content(heading(case, f"{case.year}年基层党建工作考核评分表"), {"rows": lines})


SCORING_SHEET = Document(
    "scoring",
    "考核评分表",
    "一个单位一年的百分制考核：自评、县评、台账取数",
    table_layout(
        Table("rows", SCORE_COLUMNS),
        foot="自评人：　　　　　　　　考核组：　　　　　　　　被考核单位（盖章）：　　　　　　　　{today}",
    ),
    scoring_sheet,
    SCORES,
    needs=(Need.YEAR, Need.OFFICE),
    levels=BELOW_A_CITY,
    page=ACROSS,
)

# ---------------------------------------------------------------- the inspection sheet


def inspections(case: Case) -> Sequence[tuple[str, str]]:
    """The inspections there are, the latest first."""
    wanted = select(Inspection.id).where(Inspection.deleted_at.is_(None))
    if case.office is not None:
        wanted = wanted.where(Inspection.target_office_id == case.office.id)
    ids = list(case.session.scalars(wanted.order_by(Inspection.on.desc(), Inspection.id.desc())))
    titles = listing.record_titles(case.session, INSPECTIONS, ids)
    return [(one, titles[one]) for one in ids]


def inspection(case: Case) -> Content:
    """One inspection: who looked at what, what was found, what is asked for, what was answered (§10.3)."""
    one = editing.get(case.session, INSPECTIONS, case.record)
    assert isinstance(one, Inspection)
    if one.deleted_at is not None:
        raise Refusal("这条督查记录已经删除。请在“督查”里另选一条", "not-found")
    texts = values(case.session, INSPECTIONS, one)
    days = {name: written_day(getattr(one, name)) for name in ("on", "due_on", "answered_on", "rechecked_on")}
    return Content(heading(case, "基层党建工作督查单") | texts | days)


INSPECTION_SHEET = Document(
    "inspection",
    "督查表",
    "一次督查：发现问题、整改要求、反馈、复核；选一条督查记录",
    (
        Text("{title}", Style.TITLE),
        Text("{office}", Style.UNDER),
        Grid(
            (
                (("督查组", "{team}"), ("组长", "{leader}")),
                (("督查日期", "{on}"), ("督查方式", "{way}")),
                (("受查单位", "{target_office_id}"), ("村(社区)", "{village_id}")),
                (("发现问题", "{found}"),),
                (("整改要求", "{request}"),),
                (("整改时限", "{due_on}"),),
                (("整改反馈", "{answer}"),),
                (("反馈日期", "{answered_on}"), ("复核日期", "{rechecked_on}")),
                (("督查组签字", ""), ("受查单位签字", "")),
            ),
            {"发现问题": 9, "整改要求": 7, "整改反馈": 7, "督查组签字": 3},
        ),
    ),
    inspection,
    INSPECTIONS,
    needs=(Need.RECORD,),
    records=inspections,
    page=UPRIGHT,
)

DOCUMENTS = (DUTY_TABLE, SELF_CHECK, BULLETIN, SCORING_SHEET, INSPECTION_SHEET)
