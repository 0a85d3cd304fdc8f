"""实力党建: the village venues and the money that builds and keeps them."""

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Mapped

from db import fields
from db.models.record import Record


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
    ownership: Mapped[str] = fields.code("产权", "ownership", required=True, aliases=["产权性质"])
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
