"""实力党建: what village cadres are paid, what organisations run on, care for members, and the places they meet in."""

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Mapped

from db import fields
from db.models.record import Record


class PayStandard(Record):
    """报酬标准: what a year's pay of village cadres is reckoned from, set by the county."""

    __tablename__ = "pay_standard"

    year: Mapped[int] = fields.year("年度", required=True)
    base_income: Mapped[int] = fields.money(
        "上年度农民人均纯收入",
        required=True,
        aliases=["农民人均纯收入", "上年农民人均纯收入", "农村居民人均可支配收入"],
    )
    multiple: Mapped[Decimal] = fields.decimal("书记报酬倍数", required=True, unit="倍", aliases=["倍数"])
    shares: Mapped[str | None] = fields.text("报酬比例", 30, aliases=["书记：主任：其他", "比例", "系数"])
    source: Mapped[str | None] = fields.text("依据", 200, aliases=["文号", "来源"])


class PaySlip(Record):
    """报酬发放: what one cadre is paid for one month."""

    __tablename__ = "pay_slip"

    cadre_id: Mapped[str] = fields.link("村干部", "cadre", required=True, search=True, aliases=["姓名", "干部姓名"])
    year: Mapped[int] = fields.year("年度", required=True, aliases=["年", "年份"])
    month: Mapped[int] = fields.whole("月份", required=True, unit="月", aliases=["月"])
    basic: Mapped[int] = fields.money("基本报酬", required=True, aliases=["基本补贴", "固定补贴"])
    performance: Mapped[int | None] = fields.money("绩效报酬", aliases=["绩效", "绩效补贴", "奖励"])
    pension: Mapped[int | None] = fields.money("养老保险补贴", aliases=["养老补贴"])
    back_pay: Mapped[int | None] = fields.money("补发")
    deduction: Mapped[int | None] = fields.money("扣减", aliases=["扣款", "扣发"])
    paid_on: Mapped[date | None] = fields.day("发放日期", aliases=["发放时间"])
    signed: Mapped[bool | None] = fields.flag("已签领", aliases=["签领", "是否签领"])


class Budget(Record):
    """运转经费: what a village or a Party organisation has to work with in a year, from one source."""

    __tablename__ = "budget"

    village_id: Mapped[str | None] = fields.link(
        "村(社区)", "village", search=True, aliases=["村", "村名", "所在村", "所在村(社区)"]
    )
    party_org_id: Mapped[str | None] = fields.link("党组织", "party_org", search=True, aliases=["党支部", "支部"])
    year: Mapped[int] = fields.year("年度", required=True)
    source: Mapped[str] = fields.code("经费来源", "budget_source", required=True, aliases=["来源"])
    planned: Mapped[int] = fields.money("预算金额", required=True, aliases=["预算", "预算数", "安排金额"])
    spent: Mapped[int | None] = fields.money("已支出", aliases=["支出", "支出金额", "实际支出"])
    document_no: Mapped[str | None] = fields.text("文号", 50, aliases=["依据"])


class CareCase(Record):
    """关怀对象: a member, or who a member left behind, for whom the Party cares."""

    __tablename__ = "care_case"

    member_id: Mapped[str] = fields.link("党员", "member", required=True, search=True, aliases=["党员姓名", "姓名"])
    kind: Mapped[str] = fields.code("关怀类别", "care_kind", required=True, aliases=["类别", "关怀类型"])
    cause: Mapped[str | None] = fields.text("原因", 200, aliases=["困难原因", "申请原因"])
    recipient: Mapped[str | None] = fields.person_name("领取人", aliases=["遗属姓名", "代领人"])
    applied_on: Mapped[date] = fields.day("申请日期", required=True, aliases=["申请时间"])
    approved_on: Mapped[date | None] = fields.day("审批日期", aliases=["批准日期", "审批时间"])
    amount: Mapped[int | None] = fields.money("金额", aliases=["关怀金额", "补助金额", "慰问金"])
    source: Mapped[str | None] = fields.code("资金来源", "care_source", aliases=["来源"])
    status: Mapped[str] = fields.code("进度", "care_status", required=True, aliases=["状态", "审批状态"])
    paid_on: Mapped[date | None] = fields.day("发放日期", aliases=["发放时间"])
    signed: Mapped[bool | None] = fields.flag("已签领", aliases=["签领", "是否签领"])


class CareFund(Record):
    """关怀基金: money that comes into the fund or goes out of it."""

    __tablename__ = "care_fund"

    on: Mapped[date] = fields.day("日期", required=True, aliases=["收支日期", "时间"])
    kind: Mapped[str] = fields.code("收支类型", "fund_kind", required=True, aliases=["类型", "收支"])
    amount: Mapped[int] = fields.money("金额", required=True)
    case_id: Mapped[str | None] = fields.link("关怀对象", "care_case", aliases=["用于"])
    giver: Mapped[str | None] = fields.text("拨款(捐助)单位或个人", 50, search=True, aliases=["捐助人", "拨款单位"])
    voucher: Mapped[str | None] = fields.text("凭证号", 50, search=True, aliases=["凭证", "凭证编号"])
    handler: Mapped[str | None] = fields.person_name("经办人")


class Venue(Record):
    """活动场所: a building in which a village's Party organisation meets."""

    __tablename__ = "venue"

    village_id: Mapped[str] = fields.link(
        "所在村(社区)", "village", required=True, search=True, aliases=["村", "所在村", "村名"]
    )
    name: Mapped[str] = fields.text("场所名称", 80, required=True, search=True, aliases=["名称"])
    address: Mapped[str | None] = fields.text("地址", 100, aliases=["场所地址"])
    built_year: Mapped[int | None] = fields.year("建成年份", aliases=["建成时间"])
    structure: Mapped[str | None] = fields.code("结构", "structure", aliases=["建筑结构"])
    floors: Mapped[int | None] = fields.whole("层数", unit="层")
    floor_area: Mapped[Decimal] = fields.decimal(
        "建筑面积", required=True, unit="㎡", aliases=["建筑面积(㎡)", "建筑面积(平方米)", "面积"]
    )
    land_area: Mapped[Decimal | None] = fields.decimal(
        "占地面积", unit="㎡", aliases=["占地面积(㎡)", "占地面积(平方米)"]
    )
    ownership: Mapped[str] = fields.code("产权", "ownership", required=True, aliases=["产权性质", "权属"])
    deed_no: Mapped[str | None] = fields.text("产权证号", 50)
    rooms: Mapped[str | None] = fields.several("功能室", "room")
    meets_standard: Mapped[bool | None] = fields.flag("达标", aliases=["是否达标"])
    condition: Mapped[str | None] = fields.code("使用状况", "condition", aliases=["房屋状况"])
    keeper: Mapped[str | None] = fields.person_name("管理员")
    open_hours: Mapped[str | None] = fields.text("开放时间", 50)
    lat: Mapped[Decimal | None] = fields.decimal("纬度")
    lon: Mapped[Decimal | None] = fields.decimal("经度")


class VenueProject(Record):
    """建设项目: a venue is built, brought up to standard, enlarged or bought."""

    __tablename__ = "venue_project"

    venue_id: Mapped[str | None] = fields.link("活动场所", "venue", search=True)
    village_id: Mapped[str | None] = fields.link("所在村(社区)", "village", search=True, aliases=["村", "所在村"])
    kind: Mapped[str] = fields.code("建设类型", "project_kind", required=True, aliases=["建设方式"])
    stage: Mapped[str] = fields.code("项目阶段", "project_stage", required=True, aliases=["阶段"])
    planned_invest: Mapped[int] = fields.money("计划投资", required=True)
    started_on: Mapped[date | None] = fields.day("开工日期")
    finished_on: Mapped[date | None] = fields.day("竣工日期")
    accepted_on: Mapped[date | None] = fields.day("验收日期")
    accepted: Mapped[bool | None] = fields.flag("验收合格")
    leader: Mapped[str | None] = fields.person_name("联建领导")
    department: Mapped[str | None] = fields.text("联建部门", 50)


class VenueFunding(Record):
    """建设资金: what one source gives to one project."""

    __tablename__ = "venue_funding"

    project_id: Mapped[str] = fields.link("建设项目", "venue_project", required=True)
    source: Mapped[str] = fields.code("资金来源", "funding_source", required=True, search=True)
    planned: Mapped[int] = fields.money("计划金额", required=True)
    paid: Mapped[int | None] = fields.money("到位金额")


class VenueUse(Record):
    """场所使用: one occasion on which a venue was used."""

    __tablename__ = "venue_use"

    venue_id: Mapped[str] = fields.link("活动场所", "venue", required=True, search=True)
    on: Mapped[date] = fields.day("日期", required=True, aliases=["使用日期"])
    purpose: Mapped[str] = fields.code("用途", "use_purpose", required=True)
    attendance: Mapped[int | None] = fields.whole("参加人数", unit="人")
    keeper: Mapped[str | None] = fields.person_name("登记人")


class Facility(Record):
    """五小设施: one of the five small things that make a township's compound fit to live in. Whose it is, is the owner
    of the record."""

    __tablename__ = "facility"

    kind: Mapped[str] = fields.code("设施", "facility_kind", required=True, search=True, aliases=["设施名称", "项目"])
    place: Mapped[str | None] = fields.text("地点", 50, search=True, aliases=["位置"])
    area: Mapped[Decimal | None] = fields.decimal("面积", unit="㎡", aliases=["面积(㎡)", "建筑面积"])
    equipment: Mapped[str | None] = fields.text("配置", 200, aliases=["配置达标项", "设备"])
    invest: Mapped[int | None] = fields.money("投资", aliases=["投资额", "总投资"])
    award: Mapped[int | None] = fields.money("以奖代补金额", aliases=["奖补金额", "以奖代补", "奖补"])
    accepted_on: Mapped[date | None] = fields.day("验收日期", aliases=["验收时间"])
    awarded_on: Mapped[date | None] = fields.day("奖补到账日期")
    status: Mapped[str] = fields.code("状态", "facility_status", required=True, aliases=["建设状态", "进度"])


class CommunitySupport(Record):
    """社区联点: a leader looks after a community, and a department helps it to build."""

    __tablename__ = "community_support"

    village_id: Mapped[str] = fields.link(
        "社区", "village", required=True, search=True, aliases=["社区名称", "村(社区)", "所在社区"]
    )
    leader: Mapped[str] = fields.person_name("联点领导", required=True, search=True, aliases=["联系领导"])
    department: Mapped[str | None] = fields.text("援建部门", 50, search=True, aliases=["援建单位", "部门"])
    project: Mapped[str | None] = fields.text("援建项目", 100, aliases=["项目", "项目名称"])
    invest: Mapped[int | None] = fields.money("援建资金", aliases=["投资", "资金"])
    paid: Mapped[int | None] = fields.money("到位资金")
    floor_area: Mapped[Decimal | None] = fields.decimal("办公用房面积", unit="㎡", aliases=["建筑面积", "面积"])
    finished_on: Mapped[date | None] = fields.day("建成日期", aliases=["竣工日期", "完成日期"])
    progress: Mapped[str | None] = fields.note("进度", aliases=["进展", "工作进展"])
