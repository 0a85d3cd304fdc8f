"""活力党建: how somebody joins the Party, step by step, and the villages where nobody does."""

from datetime import date

from sqlalchemy.orm import Mapped

from db import fields
from db.fields import Authority
from db.models.record import Record


class Applicant(Record):
    """发展党员: one person's way into the Party, from the application to the filed papers."""

    __tablename__ = "applicant"

    name: Mapped[str] = fields.person_name("姓名", required=True, search=True, aliases=["申请人"])
    resident_id: Mapped[str | None] = fields.resident_id(search=True)
    sex: Mapped[str] = fields.code("性别", "sex", required=True)
    nation: Mapped[str | None] = fields.code("民族", "nation")
    birth: Mapped[date] = fields.day("出生日期", required=True, aliases=["出生年月", "出生年月日"])
    education: Mapped[str | None] = fields.code("学历", "education", aliases=["文化程度"])
    branch_id: Mapped[str] = fields.link(
        "所在党支部", "party_org", required=True, search=True, aliases=["所在支部", "党支部", "支部"]
    )
    stage: Mapped[str] = fields.code("发展阶段", "applicant_stage", required=True, aliases=["阶段", "所处阶段"])
    phone: Mapped[str | None] = fields.phone("手机号", search=True, aliases=fields.PHONE_HEADINGS)
    work_post: Mapped[str | None] = fields.code("工作岗位", "work_post", aliases=["职业"])
    league_member: Mapped[bool | None] = fields.flag("共青团员", aliases=["是否团员", "团员"])
    leaves_on: Mapped[date | None] = fields.day("预计离开日期", hint="将离开本单位、本村的，填大约哪天")
    applied_on: Mapped[date] = fields.day("递交申请书日期", required=True, aliases=["申请日期", "申请入党日期"])
    talked_on: Mapped[date | None] = fields.day("谈话日期", aliases=["派人谈话日期"])
    talked_by: Mapped[str | None] = fields.person_name("谈话人")
    recommended: Mapped[str | None] = fields.code("推荐方式", "recommended", aliases=["产生方式"])
    activist_on: Mapped[date | None] = fields.day("确定积极分子日期", aliases=["积极分子日期"])
    contacts: Mapped[str | None] = fields.text("培养联系人", 60, hint="1 至 2 名正式党员，用顿号隔开")
    candidate_on: Mapped[date | None] = fields.day("确定发展对象日期", aliases=["发展对象日期", "备案同意日期"])
    introducers: Mapped[str | None] = fields.text("入党介绍人", 60, hint="2 名正式党员，用顿号隔开")
    review_on: Mapped[date | None] = fields.day("政审日期", aliases=["政治审查日期"])
    review_passed: Mapped[bool | None] = fields.flag("政审合格")
    trained_on: Mapped[date | None] = fields.day("集中培训日期", aliases=["培训日期"])
    training_days: Mapped[int | None] = fields.whole("培训天数", unit="天")
    training_hours: Mapped[int | None] = fields.whole("培训学时", unit="学时")
    publicised_from: Mapped[date | None] = fields.day("公示开始")
    publicised_to: Mapped[date | None] = fields.day("公示结束")
    checked_on: Mapped[date | None] = fields.day("预审日期", aliases=["上级党委预审日期"])
    expected: Mapped[int | None] = fields.whole("应到人数", unit="人", hint="有表决权的正式党员", aliases=["应到"])
    present: Mapped[int | None] = fields.whole("实到人数", unit="人", aliases=["实到"])
    votes_for: Mapped[int | None] = fields.whole("赞成票", unit="票", aliases=["同意票"])
    admitted_on: Mapped[date | None] = fields.day(
        "支部大会通过日期", hint="即入党日期，预备期从这天算起", aliases=["接收日期", "入党日期", "接收预备党员日期"]
    )
    approved_on: Mapped[date | None] = fields.day("上级审批日期", aliases=["审批日期", "批准日期"])
    approved_by_id: Mapped[str | None] = fields.link("审批党委", "party_org")
    document_no: Mapped[str | None] = fields.text("批复文号", 50, search=True, aliases=["文号"])
    extended_on: Mapped[date | None] = fields.day("延长预备期的大会日期")
    extended_to: Mapped[date | None] = fields.day("预备期延长至", aliases=["延长至"])
    full_applied_on: Mapped[date | None] = fields.day("转正申请日期")
    full_expected: Mapped[int | None] = fields.whole("转正应到人数", unit="人")
    full_present: Mapped[int | None] = fields.whole("转正实到人数", unit="人")
    full_votes: Mapped[int | None] = fields.whole("转正赞成票", unit="票")
    full_meeting_on: Mapped[date | None] = fields.day("转正大会日期")
    full_on: Mapped[date | None] = fields.day("转正日期", hint="党龄从这天算起，是预备期满的那天")
    full_approved_on: Mapped[date | None] = fields.day("转正审批日期")
    ended_on: Mapped[date | None] = fields.day("终止日期")
    end_reason: Mapped[str | None] = fields.text("终止原因", 200)
    member_id: Mapped[str | None] = fields.link("党员", "member")


class ApplicantStep(Record):
    """发展步骤: one of the twenty-five steps of one person, on the day when it was done."""

    __tablename__ = "applicant_step"

    applicant_id: Mapped[str] = fields.link("发展对象", "applicant", required=True, search=True, aliases=["姓名"])
    step: Mapped[str] = fields.code("步骤", "applicant_step", required=True, aliases=["发展步骤"])
    on: Mapped[date] = fields.day("办理日期", required=True, aliases=["日期"])
    outcome: Mapped[str] = fields.code("办理结论", "step_outcome", required=True, aliases=["结论"])
    by: Mapped[str | None] = fields.text("经办人", 50, aliases=["办理人", "谁填"])
    document: Mapped[str | None] = fields.text("材料", 100, aliases=["材料名称", "文号"])


class StagnantVillage(Record):
    """空白村: a village whose branches have admitted nobody for years. The program opens and closes it."""

    __tablename__ = "stagnant_village"

    village_id: Mapped[str] = fields.link(
        "村(社区)", "village", required=True, search=True, authority=Authority.PROGRAM, aliases=["村", "村名"]
    )
    opened_on: Mapped[date] = fields.day("列入日期", required=True, authority=Authority.PROGRAM)
    last_recruited_on: Mapped[date | None] = fields.day("最近发展党员日期", authority=Authority.PROGRAM)
    years: Mapped[int | None] = fields.whole("连续未发展年数", unit="年", authority=Authority.PROGRAM)
    contact_leader: Mapped[str | None] = fields.person_name("联村班子成员", aliases=["联村领导"])
    talk_on: Mapped[date | None] = fields.day("诫勉谈话日期")
    talk_by: Mapped[str | None] = fields.person_name("谈话人")
    measure: Mapped[str | None] = fields.note("整改措施", aliases=["措施"])
    goal: Mapped[str | None] = fields.text("发展目标", 100, aliases=["目标"])
    closed_on: Mapped[date | None] = fields.day("销号日期", authority=Authority.PROGRAM)
    closed_by_member_id: Mapped[str | None] = fields.link(
        "新发展党员", "member", authority=Authority.PROGRAM, aliases=["销号依据"]
    )
