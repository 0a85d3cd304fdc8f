"""实效党建: what is to be done by whom, how it goes month by month, what it is worth, and what follows from too little.

A link to the office that a record is about is `target_office_id`; `office_id` is, as everywhere, whose record it is.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Mapped

from db import fields
from db.fields import Authority
from db.models.record import Record


class Task(Record):
    """实事: one of the things that a county resolves to get done in a year."""

    __tablename__ = "task"

    year: Mapped[int] = fields.year("年度", required=True)
    number: Mapped[int] = fields.whole("编号", required=True)
    title: Mapped[str] = fields.text("实事名称", 60, required=True, search=True, aliases=["工作任务", "实事"])
    target: Mapped[str] = fields.note("目标要求", required=True, aliases=["目标"])
    measure: Mapped[str] = fields.note("具体措施", required=True, aliases=["措施"])
    lead: Mapped[str | None] = fields.text("牵头单位", 50, aliases=["牵头领导"])
    due_on: Mapped[date] = fields.day("完成时限", required=True, aliases=["时限"])
    weight: Mapped[Decimal | None] = fields.decimal("权重", unit="%")
    quota: Mapped[int | None] = fields.whole("全县任务数")
    unit: Mapped[str | None] = fields.text("计量单位", 10)


class Duty(Record):
    """责任分解: a task as one office has to do it, with those who answer for it."""

    __tablename__ = "duty"

    task_id: Mapped[str] = fields.link("实事", "task", required=True, search=True, aliases=["实事名称", "工作任务"])
    target_office_id: Mapped[str] = fields.link("责任单位", "office", required=True, search=True, aliases=["单位"])
    party_org_id: Mapped[str | None] = fields.link("责任党组织", "party_org", aliases=["党组织"])
    village_id: Mapped[str | None] = fields.link("村(社区)", "village", aliases=["村"])
    quota: Mapped[int | None] = fields.whole("任务数", aliases=["指标"])
    first_responsible: Mapped[str] = fields.person_name("第一责任人", required=True, search=True)
    direct_responsible: Mapped[str] = fields.person_name("直接责任人", required=True, search=True)
    area_head: Mapped[str | None] = fields.person_name("片长", aliases=["包片责任人"])
    resident_cadre: Mapped[str | None] = fields.person_name("驻村干部", aliases=["包村责任人"])
    due_on: Mapped[date | None] = fields.day("完成时限", aliases=["时限"])
    closed_on: Mapped[date | None] = fields.day("销号日期")


class MonthlyCheck(Record):
    """月度自查: how an office did with one duty in one month."""

    __tablename__ = "monthly_check"

    duty_id: Mapped[str] = fields.link("责任项目", "duty", required=True, aliases=["责任分解"])
    month: Mapped[str] = fields.month("月份", required=True, search=True)
    planned: Mapped[int | None] = fields.whole("本月计划", aliases=["月度目标"])
    done: Mapped[int] = fields.whole("本月完成", required=True, aliases=["完成数"])
    total_done: Mapped[int | None] = fields.whole("累计完成")
    rate: Mapped[Decimal | None] = fields.decimal("完成率", unit="%")
    reason: Mapped[str | None] = fields.note("未完成原因", aliases=["存在问题"])
    next_plan: Mapped[str | None] = fields.note("下月计划", aliases=["下步打算"])
    filled_by: Mapped[str] = fields.person_name("填报人", required=True, search=True)
    checked_by: Mapped[str | None] = fields.person_name("审核人")
    filled_on: Mapped[date | None] = fields.day("填报日期", aliases=["上报时间"])


class Bulletin(Record):
    """月通报: what the county says of a month to every office."""

    __tablename__ = "bulletin"

    month: Mapped[str] = fields.month("月份", required=True, search=True)
    title: Mapped[str] = fields.text("标题", 100, required=True, search=True)
    document_no: Mapped[str | None] = fields.text("文号", 50, search=True)
    body: Mapped[str | None] = fields.note("正文")
    issued_on: Mapped[date | None] = fields.day("印发日期")


class Inspection(Record):
    """督查: a team looks at an office or at one of its villages."""

    __tablename__ = "inspection"

    team: Mapped[str] = fields.text("督查组", 30, required=True, search=True)
    leader: Mapped[str | None] = fields.person_name("组长")
    on: Mapped[date] = fields.day("督查日期", required=True, aliases=["日期", "时间"])
    target_office_id: Mapped[str] = fields.link("受查单位", "office", required=True, search=True, aliases=["单位"])
    village_id: Mapped[str | None] = fields.link("村(社区)", "village", search=True, aliases=["村"])
    way: Mapped[str] = fields.code("督查方式", "inspection_way", required=True, aliases=["方式"])
    found: Mapped[str | None] = fields.note("发现问题")
    request: Mapped[str | None] = fields.note("整改要求")
    due_on: Mapped[date | None] = fields.day("整改时限", aliases=["时限"])
    answer: Mapped[str | None] = fields.note("整改反馈", aliases=["反馈"])
    answered_on: Mapped[date | None] = fields.day("反馈日期")
    rechecked_on: Mapped[date | None] = fields.day("复核日期", aliases=["复核"])


class Indicator(Record):
    """考核指标: one item of a year's scoring standard; those without items below them are scored."""

    __tablename__ = "indicator"

    year: Mapped[int] = fields.year("年度", required=True)
    category: Mapped[str] = fields.code("考核类别", "indicator_category", required=True, aliases=["类别"])
    parent_id: Mapped[str | None] = fields.link("上级指标", "indicator")
    number: Mapped[str] = fields.text("编号", 10, required=True, search=True)
    title: Mapped[str] = fields.text("指标名称", 60, required=True, search=True, aliases=["指标", "考核项目"])
    full_mark: Mapped[Decimal] = fields.decimal("满分", required=True, unit="分", aliases=["标准分", "分值"])
    way: Mapped[str] = fields.code("计分方式", "indicator_way", required=True)
    rule: Mapped[str | None] = fields.note("评分细则", aliases=["考核细则"])
    from_ledger: Mapped[str | None] = fields.code("台账取数", "ledger_figure", aliases=["数据来源"])
    target: Mapped[Decimal | None] = fields.decimal("满分值", hint="台账的数达到这个值得满分")
    floor: Mapped[Decimal | None] = fields.decimal("起算值", hint="区间计分时，到这个值才开始得分")
    step: Mapped[Decimal | None] = fields.decimal("每次分值", unit="分", hint="扣分、加分时每一次的分值")


class Score(Record):
    """评分: what an office gives itself, and what the county gives it, for one indicator."""

    __tablename__ = "score"

    indicator_id: Mapped[str] = fields.link("考核指标", "indicator", required=True, search=True, aliases=["指标"])
    target_office_id: Mapped[str] = fields.link("被考核单位", "office", required=True, search=True, aliases=["单位"])
    self_score: Mapped[Decimal | None] = fields.decimal("自评分", unit="分", aliases=["自评"])
    county_score: Mapped[Decimal | None] = fields.decimal(
        "县评分", unit="分", authority=Authority.COUNTY, aliases=["县评", "得分"]
    )
    reason: Mapped[str | None] = fields.note("扣分事由", aliases=["事由", "扣分原因"])
    county_reason: Mapped[str | None] = fields.note("县评事由", authority=Authority.COUNTY)


class Assessment(Record):
    """考核结果: an office's total of a year, and its rank among its kind."""

    __tablename__ = "assessment"

    year: Mapped[int] = fields.year("年度", required=True)
    target_office_id: Mapped[str] = fields.link("被考核单位", "office", required=True, search=True, aliases=["单位"])
    total: Mapped[Decimal] = fields.decimal("总分", required=True, unit="分", aliases=["得分"])
    rank: Mapped[int | None] = fields.whole("名次", aliases=["排名"])
    passed: Mapped[bool | None] = fields.flag("达到评分线")
    decided_on: Mapped[date] = fields.day("审定日期", required=True)


class Restriction(Record):
    """考核限制: what follows from a total below the mark, for the office and for those who answer for it."""

    __tablename__ = "restriction"

    assessment_id: Mapped[str] = fields.link("考核结果", "assessment", required=True)
    kind: Mapped[str] = fields.code("限制类型", "restriction_kind", required=True, aliases=["类型"])
    target_office_id: Mapped[str | None] = fields.link("单位", "office", search=True)
    person: Mapped[str | None] = fields.person_name("姓名", search=True, aliases=["人员"])
    position: Mapped[str | None] = fields.text("职务", 50)
    vars()["from"] = fields.day("开始日期", required=True, aliases=["起始日期"])
    until: Mapped[date] = fields.day("截止日期", required=True, aliases=["期限"])
    account: Mapped[str | None] = fields.note("书面说明和整改承诺")
    answered_on: Mapped[date | None] = fields.day("提交日期", aliases=["说明提交日期"])


FROM: Any = getattr(Restriction, "from")
"""The field `from`, whose name is a word of Python's own."""
