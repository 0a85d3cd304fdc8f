"""发展党员 on paper: the record of one person's whole way, and the ledger of stagnant villages."""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import or_, select

from app import editing
from app.documents.document import (
    Case,
    Column,
    Content,
    Document,
    Grid,
    Need,
    Page,
    Row,
    Style,
    Table,
    Text,
    written_day,
)
from app.documents.rows import FOOT, PLACE, columns, heading, of_office, rows, values
from app.ledgers.recruitment import APPLICANTS, STAGNANT_VILLAGES, under_way
from app.listing import OWNER
from app.rules import application as rules
from app.team.recruiting import DAY_OF
from db import codes
from db.errors import Refusal
from db.models.organisation import Office, PartyOrg, Village
from db.models.recruitment import Applicant, ApplicantStep, StagnantVillage

# ---------------------------------------------------------------- the record

STEP_COLUMNS = (
    Column("stage", "阶段", 28),
    Column("number", "步骤", 11),
    Column("step", "办理事项", 44),
    Column("on", "办理日期", 21),
    Column("outcome", "结论", 14),
    Column("by", "经办人", 18),
    Column("document", "材料", 38),
)

BY_OF, DOCUMENT_OF = {"02": "talked_by"}, {"17": "document_no"}
"""Step → the field of the file that tells who did it, or which paper came of it."""


def applicants(case: Case) -> Sequence[tuple[str, str]]:
    """Everybody with a file, those on the way first."""
    wanted = (
        select(Applicant.id, Applicant.name, Applicant.stage, PartyOrg.name)
        .join(PartyOrg, PartyOrg.id == Applicant.branch_id)
        .where(Applicant.deleted_at.is_(None), *of_office(APPLICANTS, case))
        .order_by(under_way(case.today).desc(), Applicant.search_key, Applicant.id)
    )
    stage = codes.table("applicant_stage").name
    return [(id, f"{name}　{stage(at)}　{branch}") for id, name, at, branch in case.session.execute(wanted)]


def record(case: Case) -> Content:
    """发展党员全程纪实表 (§1.3): the person, who looks after them, each of the 25 steps as often as it was taken, the
    review, the course, the votes, the approvals."""
    one = editing.get(case.session, APPLICANTS, case.record)
    assert isinstance(one, Applicant)
    if one.deleted_at is not None:
        raise Refusal("这条发展记录已经删除。请在“发展党员”里另选一条", "not-found")
    taken = select(ApplicantStep).where(ApplicantStep.applicant_id == one.id, ApplicantStep.deleted_at.is_(None))
    steps = list(case.session.scalars(taken.order_by(ApplicantStep.on, ApplicantStep.id)))
    texts = values(case.session, APPLICANTS, one)
    made = heading(case, "发展党员全程纪实表") | {
        name: texts[name]
        for name in (
            *("name", "sex", "nation", "education", "work_post", "league_member", "resident_id", "phone", "stage"),
            *("branch_id", "recommended", "contacts", "introducers", "document_no"),
        )
    }
    made |= {
        "birth": _on(one.birth),
        "review": _line(_on(one.review_on), _judged(one.review_passed)),
        "training": _line(_on(one.trained_on), _many(one.training_days, "天"), _many(one.training_hours, "学时")),
        "publicity": f"{_on(one.publicised_from)}至{_on(one.publicised_to)}" if one.publicised_from else "",
        "checked": _on(one.checked_on),
        "meeting": _meeting(one.admitted_on, one.expected, one.present, one.votes_for),
        "approval": _line(_on(one.approved_on), texts["approved_by_id"], texts["document_no"]),
        "extension": _line(_on(one.extended_on), f"延长至{_on(one.extended_to)}" if one.extended_to else ""),
        "full_applied": _on(one.full_applied_on),
        "full_meeting": _meeting(one.full_meeting_on, one.full_expected, one.full_present, one.full_votes),
        "full": _on(one.full_on),
        "full_approved": _on(one.full_approved_on),
        "ended": _line(_on(one.ended_on), one.end_reason),
    }
    office = case.session.get(Office, one.office_id)
    return Content(made | {"office": office.name if office else case.whose}, {"rows": list(_steps(one, steps))})


def _steps(file: Applicant, taken: Sequence[ApplicantStep]) -> Iterator[Row]:
    """A line for each time a step was taken; one, with the day of the file where it has one, for any other."""
    outcome = codes.table("step_outcome").name
    stage = None
    for item in codes.table("applicant_step").items:
        place = rules.stage_of_step(item.code)
        number = int(item.code) if item.code != rules.REPORT else None
        row: Row = {"stage": rules.STAGES[place] if place != stage else None, "number": number, "step": item.name}
        stage = place
        found = [one for one in taken if one.step == item.code]
        kept = {
            name: getattr(file, fields[item.code]) if item.code in fields else None
            for name, fields in (("on", DAY_OF), ("by", BY_OF), ("document", DOCUMENT_OF))
        }
        if not found:
            yield {**row, **kept}
        for one in found:
            yield {
                **row,
                "on": one.on,
                "outcome": outcome(one.outcome),
                "by": one.by or kept["by"],
                "document": one.document or kept["document"],
            }
            row = {}


def _on(day: date | None) -> str:
    return written_day(day) if day else ""


def _line(*parts: str | None) -> str:
    return "，".join(filter(None, parts))


def _many(count: int | None, unit: str) -> str:
    return f"{count} {unit}" if count is not None else ""


def _judged(passed: bool | None) -> str:
    return "" if passed is None else "合格" if passed else "不合格"


def _meeting(on: date | None, expected: int | None, present: int | None, votes: int | None) -> str:
    """The day and the count of a meeting (D15, D16)."""
    counts = (("应到", expected, "人"), ("实到", present, "人"), ("赞成", votes, "票"))
    return _line(_on(on), *(f"{name} {count} {unit}" for name, count, unit in counts if count is not None))


RECORD = Document(
    "recruitment",
    "发展党员全程纪实表",
    "一个人从申请到转正：基本情况、二十五步、政审、培训、票决、审批；选一个人",
    (
        Text("{title}", Style.TITLE),
        Text("单位：{office}", Style.UNDER),
        Grid(
            (
                (("姓名", "{name}"), ("性别", "{sex}"), ("民族", "{nation}")),
                (("出生日期", "{birth}"), ("学历", "{education}"), ("共青团员", "{league_member}")),
                (("身份证号", "{resident_id}"), ("手机号", "{phone}"), ("工作岗位", "{work_post}")),
                (("发展阶段", "{stage}"), ("所在支部", "{branch_id}")),
                (("推荐方式", "{recommended}"), ("联系人", "{contacts}"), ("介绍人", "{introducers}")),
            ),
            low=1,
        ),
        Text("审查、票决和审批", Style.FLUSH),
        Grid(
            (
                (("政治审查", "{review}"), ("集中培训", "{training}")),
                (("公示", "{publicity}"), ("预审", "{checked}")),
                (("支部大会", "{meeting}"),),
                (("上级审批", "{approval}"),),
                (("延长预备期", "{extension}"), ("转正申请", "{full_applied}")),
                (("转正大会", "{full_meeting}"),),
                (("转正日期", "{full}"), ("转正审批", "{full_approved}")),
                (("终止", "{ended}"),),
            ),
            low=1,
        ),
        Text("办理过程", Style.FLUSH),
        Table("rows", STEP_COLUMNS, spans="stage"),
        Text("支部书记：　　　　　　　　　　上级党委组织委员：　　　　　　　　　　{today}", Style.FLUSH),
    ),
    record,
    APPLICANTS,
    needs=(Need.RECORD,),
    page=Page(margins=(12, 16, 13, 18), size=9, pitch=11.5, padding=2),
    sensitive=frozenset({"resident_id", "phone"}),
    records=applicants,
)

# ---------------------------------------------------------------- stagnant villages

VILLAGE_COLUMNS = (
    PLACE,
    Column(OWNER, "单位", 22),
    *columns(
        STAGNANT_VILLAGES,
        village=24,
        opened_on=23,
        last_recruited_on=23,
        years=16,
        contact_leader=18,
        talk_on=23,
        talk_by=17,
        measure=44,
        goal=26,
        closed_on=23,
        closed_by_member=18,
    )[1:],
)


def stagnant(case: Case) -> Content:
    """[seed §2] 空白村台账: the villages that were on it in the year, with what is done about each and who ended it."""
    found = rows(
        case.session,
        STAGNANT_VILLAGES,
        [
            StagnantVillage.opened_on <= date(case.year, 12, 31),
            or_(StagnantVillage.closed_on.is_(None), StagnantVillage.closed_on >= date(case.year, 1, 1)),
            *of_office(STAGNANT_VILLAGES, case),
        ],
        (
            select(Village.code).where(Village.id == StagnantVillage.village_id).scalar_subquery(),
            StagnantVillage.opened_on,
            StagnantVillage.id,
        ),
        *(one.name for one in VILLAGE_COLUMNS[1:]),
    )
    closed = sum(row["closed_on"] is not None for row in found)
    count = f"共 {len(found)} 个，其中未销号 {len(found) - closed} 个、已销号 {closed} 个"
    return Content(heading(case, f"{case.year}年空白村台账") | {"count": count}, {"rows": found})


STAGNANT = Document(
    "stagnant",
    "空白村台账",
    "三年没有发展党员的村：何时列入、谁联系、谈话和措施、发展了谁、何时销号",
    (
        Text("{title}", Style.TITLE),
        Text("单位：{office}　　　　{count}", Style.UNDER),
        Table("rows", VILLAGE_COLUMNS),
        Text(FOOT, Style.FLUSH),
    ),
    stagnant,
    STAGNANT_VILLAGES,
    needs=(Need.YEAR,),
    page=Page(across=True, size=9.5),
)

DOCUMENTS = (RECORD, STAGNANT)
