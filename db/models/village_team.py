"""活力党建: how village cadres and their teams are appraised, leave, decide and are trained (the seed's “3+1”)."""

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Mapped

from db import fields
from db.models.record import Record


class CadreAppraisal(Record):
    """村干部考核: the year's appraisal of one cadre by 德能勤绩廉, twenty points each."""

    __tablename__ = "cadre_appraisal"

    cadre_id: Mapped[str] = fields.link("村干部", "cadre", required=True, search=True, aliases=["姓名"])
    year: Mapped[int] = fields.year("年度", required=True, aliases=["考核年度"])
    virtue: Mapped[Decimal | None] = fields.decimal("德", unit="分")
    ability: Mapped[Decimal | None] = fields.decimal("能", unit="分")
    diligence: Mapped[Decimal | None] = fields.decimal("勤", unit="分")
    achievement: Mapped[Decimal | None] = fields.decimal("绩", unit="分")
    integrity: Mapped[Decimal | None] = fields.decimal("廉", unit="分")
    result: Mapped[str | None] = fields.code("考核等次", "cadre_result", aliases=["等次"])
    consecutive_last: Mapped[int | None] = fields.whole("连续末位", unit="年")
    appraised_on: Mapped[date | None] = fields.day("考核日期")


class TeamAppraisal(Record):
    """村级班子考核: the year's appraisal of a village's team, a hundred points in four parts."""

    __tablename__ = "team_appraisal"

    village_id: Mapped[str] = fields.link("村(社区)", "village", required=True, search=True, aliases=["村", "村名"])
    year: Mapped[int] = fields.year("年度", required=True, aliases=["考核年度"])
    economy: Mapped[Decimal | None] = fields.decimal("经济发展", unit="分")
    society: Mapped[Decimal | None] = fields.decimal("社会事务", unit="分")
    central: Mapped[Decimal | None] = fields.decimal("中心工作", unit="分")
    itself: Mapped[Decimal | None] = fields.decimal("自身建设", unit="分")
    result: Mapped[str | None] = fields.code("考核等次", "cadre_result", aliases=["等次"])
    rank: Mapped[int | None] = fields.whole("名次", aliases=["排名"])


class CadreDeparture(Record):
    """辞职调整: a cadre resigns, is told to, is moved, or has served the term."""

    __tablename__ = "cadre_departure"

    cadre_id: Mapped[str] = fields.link("村干部", "cadre", required=True, search=True, aliases=["姓名"])
    kind: Mapped[str] = fields.code("离任类型", "departure_kind", required=True, aliases=["类型", "辞职类型"])
    applied_on: Mapped[date | None] = fields.day("申请日期", aliases=["书面申请日期"])
    answered_on: Mapped[date | None] = fields.day("答复日期", aliases=["乡镇党委答复日期"])
    meeting_on: Mapped[date | None] = fields.day("村民代表会议日期")
    effective_on: Mapped[date] = fields.day("离任日期", required=True, aliases=["生效日期"])
    reason: Mapped[str | None] = fields.text("原因", 200)
    document_no: Mapped[str | None] = fields.text("文号", 50, search=True)


class VillageDecision(Record):
    """村级决策: one matter on its way from proposal to the notice board (四议两公开)."""

    __tablename__ = "village_decision"

    village_id: Mapped[str] = fields.link("村(社区)", "village", required=True, search=True, aliases=["村", "村名"])
    subject: Mapped[str] = fields.text("决策事项", 100, required=True, search=True, aliases=["事项"])
    proposed_on: Mapped[date | None] = fields.day("支部提议日期", aliases=["提议日期"])
    committee_on: Mapped[date | None] = fields.day("两委商议日期", aliases=["商议日期"])
    party_meeting_on: Mapped[date | None] = fields.day("党员大会审议日期", aliases=["审议日期"])
    villager_meeting_on: Mapped[date | None] = fields.day("村民会议决议日期", aliases=["决议日期"])
    published_on: Mapped[date | None] = fields.day("决议公开日期", aliases=["公开日期", "公示日期"])
    done_on: Mapped[date | None] = fields.day("结果公开日期")
    result: Mapped[str | None] = fields.text("决议结果", 200, aliases=["结果"])


class Training(Record):
    """培训轮训: one course for cadres or members."""

    __tablename__ = "training"

    title: Mapped[str] = fields.text("培训名称", 80, required=True, search=True, aliases=["期次", "培训主题", "名称"])
    vars()["from"] = fields.day("开始日期", required=True, aliases=["培训开始"])
    to: Mapped[date] = fields.day("结束日期", required=True, aliases=["培训结束"])
    hours: Mapped[int | None] = fields.whole("学时", unit="学时")
    place: Mapped[str | None] = fields.text("地点", 80, aliases=["培训地点"])
    organiser: Mapped[str | None] = fields.text("主办单位", 80)
    audience: Mapped[str | None] = fields.code("培训对象", "training_audience", aliases=["对象"])


class TrainingAttendance(Record):
    """参训: one person at one course."""

    __tablename__ = "training_attendance"

    training_id: Mapped[str] = fields.link("培训", "training", required=True, search=True, aliases=["培训名称"])
    cadre_id: Mapped[str | None] = fields.link("村干部", "cadre", search=True)
    member_id: Mapped[str | None] = fields.link("党员", "member", search=True)
    passed: Mapped[bool | None] = fields.flag("考核合格", aliases=["合格"])
    absent_reason: Mapped[str | None] = fields.text("缺训原因", 100)
