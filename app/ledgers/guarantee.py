"""实力党建: village venues, the projects that build them, and the money by source."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from app.checks import Look
from app.findings import Finding, error, warning
from app.ledgers.ledger import Chip, Figure, Ledger, Pillar
from app.policy import Policies
from app.rules import venue
from db.models.guarantee import Venue, VenueFunding, VenueProject, VenueUse

STANDARD_AREA = 75
"""Square metres, where policy says nothing (seed policy venue.standard_area)."""


def venue_name_is_free(village_id: str | None, name: str | None, look: Look) -> Finding | None:
    """venue.name: two places of one village never share a name."""
    if village_id and name and look.others(Venue, village_id=village_id, name=name):
        return error("name", "venue.name", f"这个村(社区)已经登记过“{name}”，请核对名称，或修改原有记录")
    return None


def area_is_possible(floor_area: Decimal | None, land_area: Decimal | None) -> Iterator[Finding]:
    """venue.area: a building has an area."""
    if floor_area is not None and floor_area <= 0:
        yield error("floor_area", "venue.area", "建筑面积应大于零，请核对")
    if land_area is not None and land_area <= 0:
        yield error("land_area", "venue.area", "占地面积应大于零，请核对")


def is_up_to_standard(
    meets_standard: bool | None, floor_area: Decimal | None, policy: Policies, today: date
) -> Finding | None:
    """venue.standard: who claims the standard has the area that policy asks."""
    standard = policy.number("venue.standard_area", today, STANDARD_AREA)
    return venue.standard_is_claimed_rightly(meets_standard, floor_area, standard)


def is_built(built_year: int | None, today: date) -> Finding | None:
    """venue.built: what stands was not built in a later year."""
    if built_year is not None and built_year > today.year:
        return error("built_year", "venue.built", f"建成年份 {built_year} 晚于今年，请核对")
    return None


def is_on_the_map(lat: Decimal | None, lon: Decimal | None) -> Iterator[Finding]:
    """venue.place: latitude and longitude are of China, and not exchanged."""
    if lat is not None and not 3 <= lat <= 54:
        yield error("lat", "venue.place", "纬度应在 3 到 54 之间，请核对是否与经度写反了")
    if lon is not None and not 73 <= lon <= 136:
        yield error("lon", "venue.place", "经度应在 73 到 136 之间，请核对是否与纬度写反了")


def project_has_a_place(venue_id: str | None, village_id: str | None) -> Finding | None:
    """project.place: a project says which venue, or at least which village."""
    if venue_id is None and village_id is None:
        return error("village_id", "project.place", "活动场所和所在村(社区)至少填写一项")
    return None


def project_days_have_come(finished_on: date | None, accepted_on: date | None, today: date) -> Iterator[Finding]:
    """project.dates: what is finished or accepted is so today."""
    for field, label, day in (("finished_on", "竣工日期", finished_on), ("accepted_on", "验收日期", accepted_on)):
        if day and day > today:
            yield error(field, "project.dates", f"{label} {day} 晚于今天，请核对")


def funding_adds_up(planned_invest: int | None, look: Look) -> Finding | None:
    """venue.funding: the money by source adds up to the project's; asked once there is some."""
    if look.record_id is None or planned_invest is None:
        return None
    of_project = select(VenueFunding.planned).where(
        VenueFunding.project_id == look.record_id, VenueFunding.deleted_at.is_(None)
    )
    planned = look.session.scalars(of_project).all()
    return venue.funding_adds_up(planned_invest, planned) if planned else None


def paid_within_plan(planned: int | None, paid: int | None) -> Finding | None:
    """funding.paid: no source gives more than it promised."""
    if planned is not None and paid is not None and paid > planned:
        return warning("paid", "funding.paid", "到位金额超过计划金额，请核对")
    return None


def amounts_are_positive(planned: int | None, paid: int | None) -> Iterator[Finding]:
    """funding.amount: money given is money."""
    for field, label, amount in (("planned", "计划金额", planned), ("paid", "到位金额", paid)):
        if amount is not None and amount < 0:
            yield error(field, "funding.amount", f"{label}不能是负数，请核对")


def investment_is_positive(planned_invest: int | None) -> Finding | None:
    """project.invest: nor is an investment less than nothing."""
    if planned_invest is not None and planned_invest < 0:
        return error("planned_invest", "project.invest", "计划投资不能是负数，请核对")
    return None


def use_has_happened(on: date | None, today: date) -> Finding | None:
    """venue_use.on: a use is written down when it has happened."""
    return error("on", "venue_use.on", f"日期 {on} 晚于今天，请核对") if on and on > today else None


VENUES = Ledger(
    Venue,
    title="活动场所",
    one="活动场所",
    counter="处",
    pillar=Pillar.GUARANTEE,
    icon="mdi6.town-hall",
    label="{name}",
    columns="village name floor_area structure built_year ownership meets_standard condition keeper",
    form={
        "基本信息": "village name address built_year structure floors floor_area land_area",
        "产权与功能": "ownership deed_no rooms meets_standard condition",
        "管理": "keeper open_hours lat lon",
    },
    tree="village_id",
    keys=("village_id name",),
    chips=(
        Chip("达标", Venue.meets_standard.is_(True)),
        Chip("未达标", Venue.meets_standard.is_not(True)),
    ),
    figures=(Figure("共", unit="处"), Figure("达标", Venue.meets_standard.is_(True))),
    checks=(venue_name_is_free, area_is_possible, is_up_to_standard, is_built, is_on_the_map),
    empty="村级组织活动场所登记在这里，一处一条。",
)

VENUE_PROJECTS = Ledger(
    VenueProject,
    title="建设项目",
    one="建设项目",
    counter="个",
    pillar=Pillar.GUARANTEE,
    icon="mdi6.crane",
    label="{village}{venue} {kind}",
    columns="village venue kind stage planned_invest started_on finished_on accepted_on accepted",
    form={
        "项目": "village venue kind stage planned_invest leader department",
        "进度": "started_on finished_on accepted_on accepted",
    },
    figures=(Figure("共", unit="个"), Figure("已验收", VenueProject.accepted.is_(True))),
    checks=(
        project_has_a_place,
        investment_is_positive,
        project_days_have_come,
        venue.finished_after_started,
        venue.accepted_after_finished,
        funding_adds_up,
    ),
    empty="活动场所的新建、升级达标、改扩建和购置项目登记在这里。",
)

VENUE_FUNDINGS = Ledger(
    VenueFunding,
    title="建设资金",
    one="资金",
    counter="笔",
    pillar=Pillar.GUARANTEE,
    icon="mdi6.cash-multiple",
    label="{project} · {source}",
    columns="project source planned paid",
    form={"资金": "project source planned paid"},
    figures=(Figure("共", unit="笔"),),
    checks=(amounts_are_positive, paid_within_plan),
    empty="每个建设项目的资金按来源登记在这里，合计应等于项目的计划投资。",
)

VENUE_USES = Ledger(
    VenueUse,
    title="场所使用",
    one="使用登记",
    counter="次",
    pillar=Pillar.GUARANTEE,
    icon="mdi6.calendar-check-outline",
    label="{venue} {on}",
    columns="venue on purpose attendance keeper",
    form={"使用": "venue on purpose attendance keeper"},
    tree="venue_id",
    figures=(Figure("共", unit="次"),),
    checks=(use_has_happened, venue.attendance_is_possible),
    empty="活动场所每用一次登记一条：开会、上课、办事、文体活动。",
)

LEDGERS = (VENUES, VENUE_PROJECTS, VENUE_FUNDINGS, VENUE_USES)
