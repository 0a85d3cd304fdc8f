"""科学党建: how branches are rated and put right, how enterprises are reached, and who is sent to help."""

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Mapped

from db import fields
from db.fields import Authority
from db.models.record import Record


class Rating(Record):
    """分类定级: what a Party organisation is graded in a year, by itself, its township and the county."""

    __tablename__ = "rating"

    party_org_id: Mapped[str] = fields.link(
        "党组织", "party_org", required=True, search=True, aliases=["支部", "党支部"]
    )
    year: Mapped[int] = fields.year("年度", required=True, aliases=["定级年度"])
    self_grade: Mapped[str | None] = fields.code("自评等次", "grade", aliases=["支部自评", "支部自评等次"])
    self_graded_on: Mapped[date | None] = fields.day("自评日期")
    mass_score: Mapped[Decimal | None] = fields.decimal(
        "群众满意率", unit="%", aliases=["满意率", "群众测评满意率", "群众满意率(%)"]
    )
    score: Mapped[Decimal | None] = fields.decimal("考评得分", unit="分", aliases=["党委考评得分", "得分"])
    township_grade: Mapped[str | None] = fields.code("乡镇初定等次", "grade", aliases=["乡镇初定", "党委评定等次"])
    township_graded_on: Mapped[date | None] = fields.day("乡镇初定日期")
    county_grade: Mapped[str | None] = fields.code(
        "县级审定等次", "grade", authority=Authority.COUNTY, aliases=["县级审定", "审定等次"]
    )
    decided_on: Mapped[date | None] = fields.day("审定日期", authority=Authority.COUNTY)
    problems: Mapped[str | None] = fields.several("存在问题", "branch_problem", aliases=["问题类别"])
    turnaround_by: Mapped[date | None] = fields.day("转化期限")
    leader: Mapped[str | None] = fields.person_name("联系领导")
    paired_org_id: Mapped[str | None] = fields.link("结对帮扶党组织", "party_org")
    pledge: Mapped[str | None] = fields.note("专项承诺")
    promoted: Mapped[bool | None] = fields.flag("晋位升级", aliases=["是否晋位升级"])


class Rectification(Record):
    """整改台账: one problem of one branch, what is done about it, who verifies it, and whether it came back."""

    __tablename__ = "rectification"

    party_org_id: Mapped[str] = fields.link(
        "党组织", "party_org", required=True, search=True, aliases=["支部", "党支部"]
    )
    problem: Mapped[str] = fields.code("问题类别", "branch_problem", required=True)
    description: Mapped[str] = fields.note("问题描述", required=True, aliases=["存在问题", "问题"])
    source: Mapped[str] = fields.code("问题来源", "problem_source", required=True, aliases=["来源"])
    goal: Mapped[str | None] = fields.text("整改目标", 200)
    measure: Mapped[str] = fields.note("整改措施", required=True, aliases=["措施"])
    leader: Mapped[str | None] = fields.person_name("责任领导")
    responsible: Mapped[str] = fields.person_name("责任人", required=True)
    opened_on: Mapped[date] = fields.day("立账日期", required=True, aliases=["启动日期", "启动日"])
    due_on: Mapped[date] = fields.day("完成时限", required=True, aliases=["整改时限"])
    percent: Mapped[int | None] = fields.whole("完成进度", unit="%")
    progress: Mapped[str | None] = fields.note("进展情况", aliases=["进展"])
    evidence: Mapped[str | None] = fields.text("佐证材料", 200)
    claimed_on: Mapped[date | None] = fields.day("申请销号日期")
    verified_by: Mapped[str | None] = fields.person_name("核验人", aliases=["验收人"])
    verified_on: Mapped[date | None] = fields.day("核验日期", aliases=["验收日期"])
    closed_on: Mapped[date | None] = fields.day("销号日期")
    recheck_on: Mapped[date | None] = fields.day("复查日期")
    relapsed: Mapped[bool | None] = fields.flag("反弹", aliases=["是否反弹"])
    relapse_of_id: Mapped[str | None] = fields.link("反弹自", "rectification")


class Dispatch(Record):
    """选派干部: a cadre of the county or a township who is sent to a branch or an enterprise to help."""

    __tablename__ = "dispatch"

    name: Mapped[str] = fields.person_name("姓名", required=True, search=True)
    sex: Mapped[str | None] = fields.code("性别", "sex")
    birth: Mapped[date | None] = fields.day("出生日期", aliases=["出生年月"])
    from_unit: Mapped[str] = fields.text("派出单位", 80, required=True, search=True, aliases=["单位"])
    position: Mapped[str | None] = fields.text("原任职务", 50, aliases=["职务"])
    kind: Mapped[str] = fields.code("选派类别", "dispatch_kind", required=True, aliases=["类别"])
    to_org_id: Mapped[str] = fields.link("派往党组织", "party_org", required=True, search=True, aliases=["派驻党组织"])
    since: Mapped[date] = fields.day("到岗日期", required=True, aliases=["开始驻村时间"])
    until: Mapped[date | None] = fields.day("任期至")
    document_no: Mapped[str | None] = fields.text("任命文号", 50, search=True)
    phone: Mapped[str | None] = fields.phone("手机号", search=True, aliases=fields.PHONE_HEADINGS)
    appraisal: Mapped[str | None] = fields.code("考核等次", "cadre_result")
    recalled_on: Mapped[date | None] = fields.day("召回日期", aliases=["调整日期"])
    recall_reason: Mapped[str | None] = fields.text("召回原因", 200, aliases=["调整原因"])


class DispatchLog(Record):
    """驻点日志: what a dispatched cadre did in a month."""

    __tablename__ = "dispatch_log"

    dispatch_id: Mapped[str] = fields.link("选派干部", "dispatch", required=True, search=True, aliases=["姓名"])
    month: Mapped[str] = fields.month("月份", required=True)
    days: Mapped[int] = fields.whole("驻点天数", required=True, unit="天", aliases=["在村天数"])
    work: Mapped[str | None] = fields.note("主要工作")
    problem: Mapped[str | None] = fields.note("存在问题")
    result: Mapped[str | None] = fields.note("工作成效")


class Enterprise(Record):
    """两新组织: an enterprise outside the public sector or a social organisation, and whether the Party is in it."""

    __tablename__ = "enterprise"

    name: Mapped[str] = fields.text(
        "单位名称", 80, required=True, search=True, aliases=["企业名称", "组织名称", "名称"]
    )
    credit_code: Mapped[str | None] = fields.credit_code(search=True, aliases=["信用代码"])
    kind: Mapped[str] = fields.code("单位性质", "enterprise_kind", required=True, aliases=["性质", "类别"])
    industry: Mapped[str | None] = fields.text("所属行业", 50, aliases=["行业"])
    address: Mapped[str | None] = fields.text("单位地址", 100, aliases=["地址"])
    employees: Mapped[int] = fields.whole("职工人数", required=True, unit="人", aliases=["从业人数", "在岗职工人数"])
    members: Mapped[int | None] = fields.whole("党员人数", unit="人", aliases=["党员数"])
    owner: Mapped[str | None] = fields.person_name("法定代表人", aliases=["法人", "负责人"])
    owner_is_member: Mapped[bool | None] = fields.flag("法人是党员", aliases=["法定代表人是否党员"])
    phone: Mapped[str | None] = fields.phone("联系电话")
    formation: Mapped[str | None] = fields.code("组建方式", "formation", aliases=["组建形式", "组建模式"])
    party_org_id: Mapped[str | None] = fields.link("党组织", "party_org", aliases=["所建党组织"])
    instructor_id: Mapped[str | None] = fields.link("党建工作指导员", "dispatch", aliases=["指导员"])
    reason_none: Mapped[str | None] = fields.text("未建原因", 200)


class EnterpriseYear(Record):
    """三个一批: what an enterprise achieved in a year: activists cultivated, members admitted, a branch formed."""

    __tablename__ = "enterprise_year"

    enterprise_id: Mapped[str] = fields.link("两新组织", "enterprise", required=True, search=True, aliases=["企业名称"])
    year: Mapped[int] = fields.year("年度", required=True)
    activists: Mapped[int | None] = fields.whole("培养积极分子", unit="名", aliases=["入党积极分子"])
    admitted: Mapped[int | None] = fields.whole("发展党员", unit="名")
    formed_on: Mapped[date | None] = fields.day("组建日期", aliases=["党组织成立日期"])


class Skill(Record):
    """一人学一技: the skill that a township cadre learns, the household helped and the trade brought along."""

    __tablename__ = "skill"

    name: Mapped[str] = fields.person_name("姓名", required=True, search=True)
    skill: Mapped[str] = fields.text("所学技术", 80, required=True, search=True, aliases=["技术项目", "技能"])
    teacher: Mapped[str | None] = fields.text("授课单位或专家", 80, aliases=["授课人", "专家"])
    hours: Mapped[int | None] = fields.whole("学时", unit="学时")
    learned_on: Mapped[date | None] = fields.day("学习日期")
    household: Mapped[str | None] = fields.text("联系户", 50)
    industry: Mapped[str | None] = fields.text("带动产业", 80)
    result: Mapped[str | None] = fields.note("成效")


class DemoUnit(Record):
    """示范单位: a Party organisation that is to be an example, and the one that it helps along."""

    __tablename__ = "demo_unit"

    party_org_id: Mapped[str] = fields.link("党组织", "party_org", required=True, search=True)
    level: Mapped[str] = fields.code("示范级别", "demo_level", required=True, aliases=["级别"])
    year: Mapped[int] = fields.year("创建年度", required=True)
    paired_org_id: Mapped[str | None] = fields.link("结对后进党组织", "party_org")
    accepted_on: Mapped[date | None] = fields.day("验收日期")
    title_on: Mapped[date | None] = fields.day("授牌日期")


class FinanceAgency(Record):
    """村财代理: a village whose accounts are kept by an agency on trial."""

    __tablename__ = "finance_agency"

    village_id: Mapped[str] = fields.link("村(社区)", "village", required=True, search=True, aliases=["村", "村名"])
    since: Mapped[date | None] = fields.day("代理起始日期")
    agent: Mapped[str | None] = fields.text("代理机构", 80)
    published_times: Mapped[int | None] = fields.whole("本年公开次数", unit="次", aliases=["公开次数"])
    problem: Mapped[str | None] = fields.note("存在问题")
