"""实力党建: village venues, the projects that build them, the money by source, and what else is built."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from app.checks import Look
from app.findings import Finding, error, warning
from app.ledgers import funds
from app.ledgers.ledger import Chip, Figure, Ledger, Pillar
from app.policy import Policies
from app.rules import venue
from db.models.guarantee import CommunitySupport, Facility, Venue, VenueFunding, VenueProject, VenueUse
from db.models.organisation import Village

ACCEPTED, AWARDED = "04", "05"  # code table facility_status
COMMUNITY = "02"  # code table village_kind
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


def facility_is_there_once(kind: str | None, place: str | None, look: Look) -> Finding | None:
    """facility.kind (§7): one facility of a kind at one place."""
    if kind and look.others(Facility, kind=kind, place=place):
        return error("kind", "facility.kind", "这项设施已经登记过，请修改原有记录；另有一处的请填写地点")
    return None


def facility_is_possible(
    area: Decimal | None,
    invest: int | None,
    award: int | None,
    accepted_on: date | None,
    awarded_on: date | None,
    today: date,
) -> Iterator[Finding]:
    """facility.amount, facility.dates (§7): area and money are more than nothing, what has a day has come."""
    if area is not None and area <= 0:
        yield error("area", "facility.amount", "面积应大于零，请核对")
    for field, label, amount in (("invest", "投资", invest), ("award", "以奖代补金额", award)):
        if amount is not None and amount < 0:
            yield error(field, "facility.amount", f"{label}不能是负数，请核对")
    for field, label, day in (("accepted_on", "验收日期", accepted_on), ("awarded_on", "奖补到账日期", awarded_on)):
        if day and day > today:
            yield error(field, "facility.dates", f"{label} {day} 晚于今天，请核对")


def award_follows_acceptance(
    status: str | None, award: int | None, accepted_on: date | None, awarded_on: date | None
) -> Iterator[Finding]:
    """facility.award [seed §1]: the county rewards (以奖代补) what was accepted."""
    if status in (ACCEPTED, AWARDED) and accepted_on is None:
        yield error("accepted_on", "facility.award", "已验收的请填写验收日期")
    if status == AWARDED and not award:
        yield warning("award", "facility.award", "已奖补的请填写以奖代补金额")
    if awarded_on and (accepted_on is None or awarded_on < accepted_on):
        yield error("awarded_on", "facility.award", "先验收，后奖补，请核对验收日期和奖补到账日期")


def support_is_possible(
    invest: int | None, paid: int | None, floor_area: Decimal | None, finished_on: date | None, today: date
) -> Iterator[Finding]:
    """support.amount, support.date (附 C): money and area are more than nothing, and what is finished is so today."""
    for field, label, amount in (("invest", "援建资金", invest), ("paid", "到位资金", paid)):
        if amount is not None and amount < 0:
            yield error(field, "support.amount", f"{label}不能是负数，请核对")
    if invest is not None and paid is not None and paid > invest:
        yield warning("paid", "support.amount", "到位资金超过援建资金，请核对")
    if floor_area is not None and floor_area <= 0:
        yield error("floor_area", "support.amount", "办公用房面积应大于零，请核对")
    if finished_on and finished_on > today:
        yield error("finished_on", "support.date", f"建成日期 {finished_on} 晚于今天，请核对")


def support_is_of_a_community(village_id: str | None, look: Look) -> Finding | None:
    """support.village [seed §1]: leaders look after communities; villages have their own ledger of contacts."""
    found: Village | None = look.get(Village, village_id)
    if found is not None and found.kind != COMMUNITY:
        return warning("village_id", "support.village", f"“{found.name}”登记为村，社区联点一般填社区，请核对")
    return None


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
    order="-on",
    empty="活动场所每用一次登记一条：开会、上课、办事、文体活动。",
)

FACILITIES = Ledger(
    Facility,
    title="五小设施",
    one="五小设施",
    counter="处",
    pillar=Pillar.GUARANTEE,
    icon="mdi6.silverware-fork-knife",
    label="{kind} · {place}",
    columns="kind place area equipment invest award status accepted_on awarded_on",
    form={
        "设施": "kind place area equipment status",
        "资金与验收": "invest award accepted_on awarded_on",
    },
    keys=("kind place", "kind"),
    chips=(
        Chip("未验收", Facility.status.not_in((ACCEPTED, AWARDED))),
        Chip("待奖补", Facility.status == ACCEPTED),
        Chip("已奖补", Facility.status == AWARDED),
    ),
    figures=(
        Figure("共", unit="处"),
        Figure("已验收", Facility.status.in_((ACCEPTED, AWARDED))),
        Figure("已奖补", Facility.status == AWARDED),
    ),
    defaults={"status": "01"},
    checks=(facility_is_there_once, facility_is_possible, award_follows_acceptance),
    empty="乡镇的小食堂、小澡堂、小厕所、小图书室、小文体室登记在这里，一处一条。",
)

COMMUNITY_SUPPORTS = Ledger(
    CommunitySupport,
    title="社区联点",
    one="联点",
    counter="个",
    pillar=Pillar.GUARANTEE,
    icon="mdi6.handshake-outline",
    label="{village} · {leader}",
    columns="village leader department project invest paid floor_area finished_on progress",
    form={
        "联点": "village leader department",
        "援建": "project invest paid floor_area finished_on progress",
    },
    keys=("village_id project", "village_id leader"),
    chips=(
        Chip("已建成", CommunitySupport.finished_on.is_not(None)),
        Chip("未建成", CommunitySupport.finished_on.is_(None)),
    ),
    figures=(Figure("共", unit="个"), Figure("已建成", CommunitySupport.finished_on.is_not(None))),
    checks=(support_is_of_a_community, support_is_possible),
    empty="领导联点、部门援建的社区登记在这里，一个项目一条。",
)

LEDGERS = (
    *funds.LEDGERS,
    VENUES,
    VENUE_USES,
    VENUE_PROJECTS,
    VENUE_FUNDINGS,
    FACILITIES,
    COMMUNITY_SUPPORTS,
)
