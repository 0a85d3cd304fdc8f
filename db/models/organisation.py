"""组织底册: the offices, villages and Party organisations that all other records hang on."""

from datetime import date

from sqlalchemy.orm import Mapped

from db import fields
from db.models.record import Record


class Office(Record):
    """单位: an office that runs the program, or an agency that reports like one."""

    __tablename__ = "office"

    code: Mapped[str] = fields.text("单位代码", 20, required=True, search=True)
    name: Mapped[str] = fields.text("单位名称", 50, required=True, search=True, aliases=["单位"])
    level: Mapped[str] = fields.code("层级", "office_level", required=True)
    kind: Mapped[str | None] = fields.code("单位类别", "office_kind")
    superior_id: Mapped[str | None] = fields.link("上级单位", "office")


class Village(Record):
    """村和社区: a village or an urban community."""

    __tablename__ = "village"

    code: Mapped[str] = fields.text("村(社区)代码", 20, required=True, search=True, aliases=["村代码", "代码"])
    name: Mapped[str] = fields.text(
        "村(社区)名称", 50, required=True, search=True, aliases=["村名", "村名称", "社区名称", "名称"]
    )
    kind: Mapped[str] = fields.code("类别", "village_kind", required=True)
    households: Mapped[int | None] = fields.whole("户数", unit="户", aliases=["总户数"])
    population: Mapped[int | None] = fields.whole("人口", unit="人", aliases=["总人口", "人口数"])
    rural_base_income: Mapped[int | None] = fields.money("上年农民人均纯收入", aliases=["人均纯收入"])
    contact_leader: Mapped[str | None] = fields.person_name("联村领导")
    area_head: Mapped[str | None] = fields.person_name("片长")
    resident_cadre: Mapped[str | None] = fields.person_name("驻村干部")


class PartyOrg(Record):
    """党组织: a committee, general branch or branch."""

    __tablename__ = "party_org"

    code: Mapped[str | None] = fields.text("党组织代码", 30, search=True, aliases=["代码"])
    name: Mapped[str] = fields.text("党组织名称", 80, required=True, search=True, aliases=["名称", "支部名称"])
    kind: Mapped[str] = fields.code("组织类别", "org_kind", required=True, aliases=["党组织类别", "类别"])
    sector: Mapped[str] = fields.code("所属领域", "sector", required=True, aliases=["领域"])
    parent_id: Mapped[str | None] = fields.link("上级党组织", "party_org")
    village_id: Mapped[str | None] = fields.link("所在村(社区)", "village", aliases=["所在村"])
    founded_on: Mapped[date | None] = fields.day("建立日期", aliases=["成立日期"])
    term_years: Mapped[int | None] = fields.whole("任期", unit="年", aliases=["任期年限"])
    elected_on: Mapped[date | None] = fields.day("上次换届日期", aliases=["换届日期"])
    secretary: Mapped[str | None] = fields.person_name("书记", aliases=["党组织书记"])
    deputy: Mapped[str | None] = fields.person_name("副书记")
    organiser: Mapped[str | None] = fields.person_name("组织委员")
    phone: Mapped[str | None] = fields.phone("联系电话")


class OrgEvent(Record):
    """组织设置调整: a Party organisation is founded, abolished, renamed or moved."""

    __tablename__ = "org_event"

    party_org_id: Mapped[str] = fields.link("党组织", "party_org", required=True, search=True)
    kind: Mapped[str] = fields.code("调整类型", "org_event_kind", required=True)
    on: Mapped[date] = fields.day("日期", required=True, aliases=["批准日期"])
    document_no: Mapped[str | None] = fields.text("批复文号", 50, search=True)
    from_parent_id: Mapped[str | None] = fields.link("原上级党组织", "party_org")
    to_parent_id: Mapped[str | None] = fields.link("新上级党组织", "party_org")
    members_moved: Mapped[int | None] = fields.whole("划转党员数", unit="人")
