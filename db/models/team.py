"""活力党建: the people of the Party in a township, and the posts that members without office take on."""

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Mapped

from db import fields
from db.models.record import Record
from db.parsing import mask_whole


class Member(Record):
    """党员: a person on the township's party roll."""

    __tablename__ = "member"

    name: Mapped[str] = fields.person_name("姓名", required=True, search=True, aliases=["党员姓名"])
    resident_id: Mapped[str | None] = fields.resident_id(search=True)
    sex: Mapped[str] = fields.code("性别", "sex", required=True)
    nation: Mapped[str] = fields.code("民族", "nation", required=True)
    birth: Mapped[date] = fields.day("出生日期", required=True, aliases=["出生年月", "出生年月日", "生日"])
    education: Mapped[str | None] = fields.code("学历", "education", aliases=["文化程度", "最高学历"])
    degree: Mapped[str | None] = fields.code("学位", "degree")
    branch_id: Mapped[str] = fields.link(
        "所在党支部", "party_org", required=True, search=True,
        aliases=["所在支部", "党支部", "所属党支部", "所属支部", "支部", "所在党支部名称", "党支部名称", "支部名称",
                 "所在党组织", "所属党组织"],
    )  # fmt: skip
    category: Mapped[str] = fields.code("人员类别", "member_category", required=True, aliases=["党员类别"])
    joined_on: Mapped[date | None] = fields.day("入党日期", aliases=["加入党组织日期", "加入中共组织日期", "入党时间"])
    full_on: Mapped[date | None] = fields.day("转正日期", aliases=["转为正式党员日期", "转正时间"])
    work_post: Mapped[str | None] = fields.code("工作岗位", "work_post", aliases=["职业", "岗位类别"])
    phone: Mapped[str | None] = fields.phone("手机号", search=True, aliases=fields.PHONE_HEADINGS)
    landline: Mapped[str | None] = fields.phone("固定电话", aliases=["座机"])
    address: Mapped[str | None] = fields.address(aliases=["住址", "家庭地址", "现居住地"])
    standing: Mapped[str] = fields.code("党籍状态", "standing", required=True, narrows=True)
    lost: Mapped[bool | None] = fields.flag("失联党员", aliases=["是否为失联党员", "是否失联"])
    lost_since: Mapped[date | None] = fields.day("失去联系日期", aliases=["失联日期"])
    floating: Mapped[bool | None] = fields.flag("流动党员", aliases=["是否为流动党员", "是否流动党员", "是否流动"])
    floating_to: Mapped[str | None] = fields.text("外出流向", 100, aliases=["流向", "外出地点"])
    hardship: Mapped[str | None] = fields.code("困难情况", "hardship", aliases=["困难类型"])
    office_held: Mapped[str | None] = fields.text("党内外职务", 100, aliases=["职务", "党内职务"])
    strengths: Mapped[str | None] = fields.text("特长", 100)
    health: Mapped[str | None] = fields.text("健康状况", 50)


class MemberEvent(Record):
    """党员增减: a member joins or leaves the roll. Nobody leaves it by deletion."""

    __tablename__ = "member_event"

    member_id: Mapped[str] = fields.link("党员", "member", required=True, search=True)
    kind: Mapped[str] = fields.code("增减类型", "member_event_kind", required=True, aliases=["类型"])
    on: Mapped[date] = fields.day("日期", required=True, aliases=["发生日期"])
    reason: Mapped[str | None] = fields.text("原因", 200)
    document_no: Mapped[str | None] = fields.text("文号", 50, search=True)


class Discipline(Record):
    """党纪处分: one decision about one member. Of 留党察看 it is decided too that it goes on, and that it is over."""

    __tablename__ = "discipline"

    member_id: Mapped[str] = fields.link("党员", "member", required=True, search=True, aliases=["党员姓名", "姓名"])
    kind: Mapped[str] = fields.code("处分种类", "discipline_kind", required=True, aliases=["处分", "处分类型"])
    decided_on: Mapped[date] = fields.day("批准日期", required=True, aliases=["处分日期", "生效日期", "决定日期"])
    decided_by: Mapped[str | None] = fields.text("批准机关", 100, aliases=["处分机关", "决定机关"])
    document_no: Mapped[str | None] = fields.text("文号", 50, search=True, aliases=["处分文号"])
    reason: Mapped[str | None] = fields.text("处分事由", 200, sensitive=True, mask=mask_whole, aliases=["违纪事实"])
    watched_years: Mapped[int | None] = fields.whole("察看期限", unit="年", aliases=["留党察看期限"])
    extended_on: Mapped[date | None] = fields.day("延长察看日期")
    restored_on: Mapped[date | None] = fields.day("恢复权利日期", aliases=["恢复党员权利日期"])


class Transfer(Record):
    """组织关系转接: a letter of introduction as one side has it: the giver's stub, or the receiver's answer.

    It says itself who the person is: the office to which it travels does not have the giver's member.
    """

    __tablename__ = "transfer"

    member_id: Mapped[str | None] = fields.link("党员", "member", search=True, aliases=["党员姓名"])
    direction: Mapped[str] = fields.code("转接方向", "transfer_direction", required=True, aliases=["方向"])
    scope: Mapped[str] = fields.code("转接类别", "transfer_scope", required=True, aliases=["类别", "转接范围"])
    status: Mapped[str] = fields.code("转接状态", "transfer_status", required=True, aliases=["状态"])
    name: Mapped[str | None] = fields.person_name("姓名", search=True)
    resident_id: Mapped[str | None] = fields.resident_id(search=True)
    sex: Mapped[str | None] = fields.code("性别", "sex")
    nation: Mapped[str | None] = fields.code("民族", "nation")
    birth: Mapped[date | None] = fields.day("出生日期", aliases=["出生年月"])
    education: Mapped[str | None] = fields.code("学历", "education", aliases=["文化程度"])
    category: Mapped[str | None] = fields.code("人员类别", "member_category", aliases=["党员类别"])
    joined_on: Mapped[date | None] = fields.day("入党日期", aliases=["入党时间"])
    full_on: Mapped[date | None] = fields.day("转正日期", aliases=["转正时间"])
    phone: Mapped[str | None] = fields.phone("手机号", search=True, aliases=[*fields.PHONE_HEADINGS, "党员联系电话"])
    letter_no: Mapped[str | None] = fields.text("介绍信编号", 30, search=True, aliases=["编号", "介绍信号"])
    issued_on: Mapped[date | None] = fields.day("开出日期", aliases=["开出日", "开具日期"])
    valid_days: Mapped[int | None] = fields.whole("有效期", unit="天", aliases=["有效天数"])
    dues_paid_to: Mapped[str | None] = fields.month("党费交至", aliases=["党费交至年月"])
    from_branch: Mapped[str | None] = fields.text("原党组织", 100, aliases=["原支部", "转出党组织"])
    to_branch: Mapped[str | None] = fields.text("去往党组织", 100, aliases=["新支部", "转入党组织"])
    from_office_id: Mapped[str | None] = fields.link("转出单位", "office")
    to_office_id: Mapped[str | None] = fields.link("转入单位", "office", aliases=["对方党委"])
    branch_id: Mapped[str | None] = fields.link("编入党支部", "party_org")
    reported_on: Mapped[date | None] = fields.day("报到日期", aliases=["接收日期"])
    receipt_on: Mapped[date | None] = fields.day("回执日期")
    reason: Mapped[str | None] = fields.text("退回撤销原因", 200, aliases=["原因"])
    handled_by: Mapped[str | None] = fields.person_name("经办人")
    answers_id: Mapped[str | None] = fields.link("对应的介绍信", "transfer")


class Post(Record):
    """岗位: a post that members without office may take on."""

    __tablename__ = "post"

    name: Mapped[str] = fields.text("岗位名称", 50, required=True, search=True, aliases=["岗位"])
    duty: Mapped[str] = fields.note("岗位职责", required=True, aliases=["职责"])
    active: Mapped[bool | None] = fields.flag("启用")


class PostAssignment(Record):
    """设岗定责: a member takes on a post for a year."""

    __tablename__ = "post_assignment"

    member_id: Mapped[str] = fields.link("党员", "member", required=True, search=True, aliases=["党员姓名", "姓名"])
    post_id: Mapped[str] = fields.link("岗位", "post", required=True, search=True, aliases=["岗位名称"])
    year: Mapped[int] = fields.year("年度", required=True, aliases=["履职年度"])
    how: Mapped[str | None] = fields.code("认岗方式", "post_how")
    publicised_from: Mapped[date | None] = fields.day("公示开始")
    publicised_to: Mapped[date | None] = fields.day("公示结束")
    assigned_on: Mapped[date] = fields.day("定岗日期", required=True, aliases=["上岗日期"])
    pledge: Mapped[str | None] = fields.note("承诺事项", aliases=["承诺"])
    ended_on: Mapped[date | None] = fields.day("下岗日期")
    end_reason: Mapped[str | None] = fields.text("下岗原因", 200)


class PostReview(Record):
    """履职考评: how a member did in a post over a period."""

    __tablename__ = "post_review"

    assignment_id: Mapped[str] = fields.link("设岗记录", "post_assignment", required=True)
    period: Mapped[str] = fields.text("考评期", 20, required=True, search=True)
    duty_log: Mapped[str | None] = fields.note("履职记事")
    score: Mapped[Decimal | None] = fields.decimal("考评得分", unit="分")
    result: Mapped[str | None] = fields.code("考评等次", "review_result")


class Cadre(Record):
    """村干部: one term of one person in one role of a village. Who changes role begins a new record."""

    __tablename__ = "cadre"

    name: Mapped[str] = fields.person_name("姓名", required=True, search=True, aliases=["干部姓名", "村干部"])
    resident_id: Mapped[str | None] = fields.resident_id(search=True)
    sex: Mapped[str | None] = fields.code("性别", "sex")
    birth: Mapped[date | None] = fields.day("出生日期", aliases=["出生年月", "出生年月日"])
    education: Mapped[str | None] = fields.code("学历", "education", aliases=["文化程度"])
    village_id: Mapped[str] = fields.link(
        "所在村(社区)", "village", required=True, search=True, aliases=["村", "所在村", "村名", "村(社区)"]
    )
    role: Mapped[str] = fields.code("职务", "cadre_role", required=True, aliases=["现任职务", "村内职务"])
    member_id: Mapped[str | None] = fields.link("党员", "member", search=True, aliases=["党员姓名"])
    since: Mapped[date] = fields.day("任职开始", required=True, aliases=["任职时间", "任职日期", "任职起"])
    until: Mapped[date | None] = fields.day("任职结束", aliases=["离任时间", "离任日期", "任职止"])
    how: Mapped[str | None] = fields.code("产生方式", "cadre_how", aliases=["任职方式"])
    document_no: Mapped[str | None] = fields.text("任职文号", 50, aliases=["文号"])
    paid: Mapped[bool | None] = fields.flag("固定补贴", aliases=["是否固定补贴", "是否享受补贴"])
    share: Mapped[str | None] = fields.code("报酬档次", "pay_share", aliases=["报酬系数", "补贴档次"])
    account: Mapped[str | None] = fields.account("一卡通账号", aliases=["银行账号", "账号", "一折通账号"])
    phone: Mapped[str | None] = fields.phone("手机号", search=True, aliases=fields.PHONE_HEADINGS)
