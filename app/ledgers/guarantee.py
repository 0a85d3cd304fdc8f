"""实力党建: village venues, the projects that build them, and the money by source."""

from app.ledgers.ledger import Chip, Figure, Ledger, Pillar
from db.models.guarantee import Venue, VenueFunding, VenueProject, VenueUse

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
    empty="活动场所每用一次登记一条：开会、上课、办事、文体活动。",
)

LEDGERS = (VENUES, VENUE_PROJECTS, VENUE_FUNDINGS, VENUE_USES)
