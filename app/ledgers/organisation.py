"""组织底册: offices, villages, Party organisations and how they change."""

from app.ledgers.ledger import Chip, Figure, Ledger, Pillar
from db.fields import Authority
from db.models.organisation import Office, OrgEvent, PartyOrg, Village

OFFICES = Ledger(
    Office,
    title="单位",
    one="单位",
    counter="个",
    pillar=Pillar.BASE,
    icon="mdi6.office-building-outline",
    label="{name}",
    columns="code name level kind superior",
    form={"基本信息": "code name level kind superior"},
    keys=("code",),
    figures=(Figure("单位", unit="个"),),
    authority=Authority.COUNTY,
    empty="县里登记的乡镇和县直机关都在这里。乡镇由“登记乡镇”加入。",
)

VILLAGES = Ledger(
    Village,
    title="村和社区",
    one="村(社区)",
    counter="个",
    pillar=Pillar.BASE,
    icon="mdi6.home-group",
    label="{name}",
    columns="code name kind households population rural_base_income contact_leader area_head resident_cadre",
    form={
        "基本信息": "code name kind households population rural_base_income",
        "包村联村": "contact_leader area_head resident_cadre",
    },
    keys=("code", "name"),
    chips=(
        Chip("村", Village.kind == "01"),
        Chip("社区", Village.kind == "02"),
        Chip("无驻村干部", Village.resident_cadre.is_(None)),
    ),
    figures=(Figure("共", unit="个"), Figure("村", Village.kind == "01"), Figure("社区", Village.kind == "02")),
    empty="本乡镇的村和社区登记在这里。党组织、活动场所都挂在村上。",
)

PARTY_ORGS = Ledger(
    PartyOrg,
    title="党组织",
    one="党组织",
    counter="个",
    pillar=Pillar.BASE,
    icon="mdi6.sitemap-outline",
    label="{name}",
    columns="code name kind sector parent village elected_on secretary phone",
    form={
        "基本信息": "code name kind sector parent village founded_on",
        "班子与换届": "secretary deputy organiser phone elected_on term_years",
    },
    keys=("code", "name"),
    chips=(Chip("农村", PartyOrg.sector == "01"),),
    figures=(Figure("共", unit="个"),),
    empty="党委、党总支和党支部登记在这里。党员挂在党支部上。",
)

ORG_EVENTS = Ledger(
    OrgEvent,
    title="组织设置调整",
    one="调整记录",
    pillar=Pillar.BASE,
    icon="mdi6.swap-horizontal",
    label="{party_org} · {kind}",
    columns="party_org kind on document_no from_parent to_parent members_moved",
    form={"调整": "party_org kind on document_no from_parent to_parent members_moved"},
    figures=(Figure("共", unit="条"),),
    empty="党组织的建立、撤销、更名和隶属调整记在这里，保留历史。",
)

LEDGERS = (OFFICES, VILLAGES, PARTY_ORGS, ORG_EVENTS)
