"""What the ledgers of money and places say of villages: venue and projects, pay, what they run on, who is cared for."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app import statistics
from app.guarantee import pay, venues
from app.ledgers.funds import wan, yuan
from app.place import PAY_SHEET, Place
from app.rules import care
from app.rules.spans import months_later
from app.villages.facts import Fact, Ground, Section, grouped, records, section
from db import codes
from db.models.guarantee import Budget, CareCase, CommunitySupport, Venue, VenueFunding, VenueProject, VenueUse
from db.models.organisation import Village


def means(ground: Ground) -> Mapping[str, Section]:
    """The venue and what is built, pay, what the village runs on, who is cared for."""
    session, today, wanted = ground.session, ground.today, ground.villages
    counted = venues.coverage(session).counted
    houses = grouped(
        session.execute(
            select(Venue.village_id, Venue.id, Venue.name, Venue.floor_area)
            .where(Venue.deleted_at.is_(None), Venue.village_id.in_(wanted))
            .order_by(Venue.id)
        )
    )
    of_venue = {row[1]: village for village, rows in houses.items() for row in rows}
    projects: dict[str, list[VenueProject]] = defaultdict(list)
    at_village: dict[str, str] = {}
    live = select(VenueProject).where(VenueProject.deleted_at.is_(None)).order_by(VenueProject.id)
    for project in session.scalars(live):
        village = project.village_id or of_venue.get(project.venue_id or "", "")
        if village in wanted:
            projects[village].append(project)
            at_village[project.id] = village
    money = grouped(
        session.execute(
            select(VenueFunding.project_id, VenueFunding.id, VenueFunding.planned, VenueFunding.paid)
            .where(VenueFunding.deleted_at.is_(None), VenueFunding.project_id.in_(at_village))
            .order_by(VenueFunding.id)
        ),
        at_village,
    )
    uses = grouped(
        session.execute(
            select(VenueUse.venue_id, VenueUse.id)
            .where(
                VenueUse.deleted_at.is_(None), VenueUse.on >= date(today.year, 1, 1), VenueUse.venue_id.in_(of_venue)
            )
            .order_by(VenueUse.id)
        ),
        of_venue,
    )
    budgets = grouped(
        session.execute(
            select(Budget.village_id, Budget.id, Budget.year, Budget.planned)
            .where(Budget.deleted_at.is_(None), Budget.year.in_((today.year, today.year - 1)),
                   Budget.village_id.in_(wanted))
            .order_by(Budget.id)
        )
    )  # fmt: skip
    cases = grouped(
        session.execute(
            select(CareCase.member_id, CareCase.id, CareCase.amount, CareCase.status)
            .where(CareCase.deleted_at.is_(None), CareCase.applied_on >= date(today.year, 1, 1))
            .order_by(CareCase.id)
        ),
        ground.members,
    )
    supports = grouped(
        session.execute(
            select(
                CommunitySupport.village_id, CommunitySupport.id, CommunitySupport.leader, CommunitySupport.finished_on
            )
            .where(CommunitySupport.deleted_at.is_(None), CommunitySupport.village_id.in_(wanted))
            .order_by(CommunitySupport.id)
        )
    )
    wages = _wages(ground)
    found = {}
    for id, one in wanted.items():
        venue_, glance = _venue(one, id in counted, houses.get(id, []), projects[id])
        wage = wages.get(id)
        facts = [venue_]
        if projects[id]:
            facts.append(_project(one, projects[id], money.get(id, [])))
        if houses.get(id):
            facts.append(Fact("今年场所使用", f"{len(uses.get(id, []))} 次",
                              records("venue_use", (row[1] for row in uses.get(id, [])), one.name)))  # fmt: skip
        if wage is not None:
            facts.append(wage)
        facts += _budget(one, budgets.get(id, []), today.year)
        if cases.get(id):
            spent = sum(amount or 0 for _, _, amount, status in cases[id] if status == care.PAID)
            text = f"今年 {len(cases[id])} 人次，已发 {yuan(spent)} 元"
            facts.append(Fact("党内关怀", text, records("care_case", (row[1] for row in cases[id]), one.name)))
        for _, id_, leader, finished in supports.get(id, []):
            text = f"{leader}，{'已建成' if finished else '没有建成'}"
            facts.append(Fact("社区联点", text, Place("community_support", ids=(id_,))))
        found[id] = section([glance, *([f"报酬{wage.text}"] if wage else [])], facts, ("活动场所", "报酬发放"))
    return found


def _venue(one: Village, counts: bool, houses: Sequence[Any], projects: Sequence[VenueProject]) -> tuple[Fact, str]:
    place = records("venue", (row[1] for row in houses), one.name) or Place("venue")
    state, tone = statistics.venue_state(counts, bool(houses), any(statistics.is_under_way(each) for each in projects))
    area = sum((row[3] for row in houses), Decimal(0))
    return Fact("活动场所", f"{state}，{area.normalize():f} ㎡" if houses else state, place, tone), state


def _project(one: Village, projects: Sequence[VenueProject], money: Sequence[Any]) -> Fact:
    waiting = [each for each in projects if not each.accepted]
    planned, paid = sum(row[2] for row in money), sum(row[3] or 0 for row in money)
    stage = codes.table("project_stage").name((waiting or projects)[-1].stage)
    text = f"{len(projects)} 个，{stage}；资金到位 {wan(paid)} / {wan(planned)} 万元"
    return Fact("建设项目", text, records("venue_project", (each.id for each in projects), one.name))


def _wages(ground: Ground) -> Mapping[str, Fact]:
    """Whether the pay of the months that are over is written down."""
    last = months_later(ground.today, -1)
    offices = {one.office_id for one in ground.villages.values()}
    sheet = pay.sheet(ground.session, last.year, ground.today, offices.pop() if len(offices) == 1 else None)
    late = Counter(cadre for cadre, _ in sheet.late)
    found = {}
    for village in sheet.villages:
        missing = {line.cadre: late[line.cadre] for line in village.lines if late[line.cadre]}
        if missing:
            place = records("cadre", missing, f"{village.name}缺发放记录")
            found[village.id] = Fact("报酬发放", f"缺 {sum(missing.values())} 条", place, "wrong")
        elif village.so_far:
            place = Place(PAY_SHEET, office=village.office)
            found[village.id] = Fact("报酬发放", f"发到 {sheet.over} 月", place, "good")
    return found


def _budget(one: Village, rows: Sequence[Any], year: int) -> list[Fact]:
    this, before = (sum(planned for _, _, at, planned in rows if at == wanted) for wanted in (year, year - 1))
    if not this:
        return [Fact("运转经费", f"{year} 年没有预算", Place("budget"), "attention")]
    more = f"，比上年{'增加' if this >= before else '减少'} {yuan(abs(this - before))} 元" if before else ""
    place = records("budget", (id for _, id, at, _ in rows if at == year), f"{one.name}{year}年经费")
    return [Fact("运转经费", f"{yuan(this)} 元{more}", place, "attention" if this < before else "")]
