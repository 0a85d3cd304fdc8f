"""组织底册: offices, villages, Party organisations and how they change."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from app.checks import Look
from app.findings import Finding, error, warning
from app.ledgers.ledger import Chip, Figure, Ledger, Pillar
from app.ledgers.responsibility_checks import bounds
from app.policy import Policies
from app.rules import organisation, scoring
from app.rules.recruitment import FULL
from app.rules.spans import years_later
from db.fields import Authority
from db.models.organisation import Office, OrgEvent, PartyOrg, Village
from db.models.team import Member

IN_GOOD_STANDING = "01"  # code table standing
ABOLISHED, MOVED = "02", "04"  # code table org_event_kind


Children = Mapping[str | None, Sequence[str]]
"""The Party organisations directly below each."""


def children(session: Session) -> Children:
    """How the Party organisations nest."""
    found: dict[str | None, list[str]] = {}
    for child, parent in session.execute(select(PartyOrg.id, PartyOrg.parent_id).where(PartyOrg.deleted_at.is_(None))):
        found.setdefault(parent, []).append(child)
    return found


def below(nested: Children, node: str) -> list[str]:
    """A Party organisation and all organisations below it."""
    found: dict[str, None] = {}
    queue = [node]
    while queue:
        one = queue.pop()
        if one not in found:
            found[one] = None
            queue += nested.get(one, [])
    return list(found)


def rolls(session: Session) -> Mapping[str, tuple[int, int]]:
    """How many members each organisation has on its own roll, and how many of them are full members."""
    full = func.count(case((Member.category == FULL, 1)))
    on_the_roll = (Member.deleted_at.is_(None), Member.standing == IN_GOOD_STANDING)
    found = session.execute(select(Member.branch_id, func.count(), full).where(*on_the_roll).group_by(Member.branch_id))
    return {branch: (members, full_members) for branch, members, full_members in found}


def members_of(look: Look, org: str) -> tuple[int, int]:
    """How many members an organisation and those below it have on their rolls, and how many are full members."""
    rolled = look.once(rolls)
    found = [rolled.get(one, (0, 0)) for one in below(look.once(children), org)]
    return sum(members for members, _ in found), sum(full for _, full in found)


# ---------------------------------------------------------------- villages


def village_code_is_free(code: str | None, look: Look) -> Finding | None:
    """village.code: two villages of one office never share a code."""
    if code and look.others(Village, code=code):
        return error("code", "village.code", f"村(社区)代码 {code} 已经登记过，请核对代码，或修改原有记录")
    return None


def village_name_is_free(name: str | None, look: Look) -> Finding | None:
    """village.name: nor a name."""
    if name and look.others(Village, name=name):
        return error("name", "village.name", f"“{name}”已经登记过，请核对名称，或修改原有记录")
    return None


def income_is_positive(rural_base_income: int | None) -> Finding | None:
    """village.income: an average income is not less than nothing."""
    if rural_base_income is not None and rural_base_income < 0:
        return error("rural_base_income", "village.income", "上年农民人均纯收入不能是负数，请核对")
    return None


def people_and_households(households: int | None, population: int | None) -> Finding | None:
    """village.population: no household is without people."""
    if households and population is not None and population < households:
        message = f"人口 {population} 人少于户数 {households} 户，请核对两个数"
        return warning("population", "village.population", message)
    return None


# ---------------------------------------------------------------- Party organisations


def org_code_is_free(code: str | None, look: Look) -> Finding | None:
    """org.code: two organisations of one office never share a code."""
    if code and look.others(PartyOrg, code=code):
        return error("code", "org.code", f"党组织代码 {code} 已经登记过，请核对代码，或修改原有记录")
    return None


def org_name_is_free(name: str | None, look: Look) -> Finding | None:
    """org.name: nor a name."""
    if name and look.others(PartyOrg, name=name):
        return error("name", "org.name", f"“{name}”已经登记过，请核对名称，或修改原有记录")
    return None


def parents_make_no_loop(parent_id: str | None, look: Look) -> Finding | None:
    """org.parent: an organisation stands above itself neither directly nor through others."""
    if look.record_id is None or parent_id is None or parent_id not in below(look.once(children), look.record_id):
        return None
    return error("parent_id", "org.parent", "上级党组织不能是它自己或它的下级，请另选上级党组织")


def size_fits(
    kind: str | None,
    secretary: str | None,
    deputy: str | None,
    organiser: str | None,
    look: Look,
    policy: Policies,
    today: date,
) -> Iterator[Finding]:
    """O01 to O04, for an organisation that has members: its kind and its committee fit their number."""
    members, full = members_of(look, look.record_id) if look.record_id else (0, 0)
    if not members:
        return
    seats = len({name for name in (secretary, deputy, organiser) if name})

    def whole(key: str, default: int) -> int:
        return policy.whole(key, today, default)

    found = (
        organisation.has_members_for_a_branch(kind, full, at_least=whole("org.branch_min", organisation.BRANCH_MIN)),
        organisation.is_not_too_large(kind, members, at_most=whole("org.branch_max", organisation.BRANCH_MAX)),
        organisation.committee_fits(
            kind,
            full,
            seats,
            needed_from=whole("org.committee_from", organisation.COMMITTEE_FROM),
            low=whole("org.committee_seats_min", organisation.SEATS_MIN),
            high=whole("org.committee_seats_max", organisation.SEATS_MAX),
        ),
        organisation.kind_fits_size(
            kind,
            members,
            general_from=whole("org.general_branch_min", organisation.GENERAL_BRANCH_MIN),
            committee_from=whole("org.party_committee_min", organisation.COMMITTEE_MIN),
        ),
    )
    yield from (one for one in found if one is not None)


def term_is_current(
    kind: str | None, sector: str | None, elected_on: date | None, term_years: int | None, policy: Policies, today: date
) -> Finding | None:
    """O05: a term that ends soon or has ended; where no term is written, that of policy."""
    if elected_on is None or kind is None or sector is None:
        return None
    return organisation.term_is_current(
        elected_on,
        term_years or policy.whole(organisation.term_key(kind, sector), elected_on, 0),
        today,
        notice=policy.whole("org.term_notice_months", today, organisation.NOTICE_MONTHS),
        alarm=policy.whole("org.term_alarm_months", today, organisation.ALARM_MONTHS),
    )


def election_is_in_time(
    elected_on: date | None, term_years: int | None, look: Look, policy: Policies, today: date
) -> Finding | None:
    """O06: when a newer election is written over the last one, it lies near the end of the last one's term."""
    stored: PartyOrg | None = look.get(PartyOrg, look.record_id)
    previous = stored.elected_on if stored is not None else None
    if stored is None or previous is None or elected_on is None or elected_on <= previous:
        return None
    years = stored.term_years or term_years
    shift = policy.whole("org.term_shift_months", today, organisation.SHIFT_MONTHS)
    return organisation.election_is_in_time(previous, years, elected_on, at_most=shift) if years else None


def org_dates_run_forward(founded_on: date | None, elected_on: date | None, today: date) -> Iterator[Finding]:
    """org.dates: founded, then elected, and neither after today."""
    for field, label, day in (("founded_on", "建立日期", founded_on), ("elected_on", "上次换届日期", elected_on)):
        if day and day > today:
            yield error(field, "org.dates", f"{label} {day} 晚于今天，请核对")
    if founded_on and elected_on and elected_on < founded_on:
        yield error("elected_on", "org.dates", f"上次换届日期 {elected_on} 早于建立日期 {founded_on}，请核对两个日期")


def officers_are_free(
    secretary: str | None, deputy: str | None, organiser: str | None, elected_on: date | None, look: Look, today: date
) -> Iterator[Finding]:
    """restriction.appointment: an officer who is new, or was elected meanwhile, is bound by no restriction."""
    bound = look.once(bounds)
    if not bound:
        return
    stored: PartyOrg | None = look.get(PartyOrg, look.record_id)
    own = bound.get(look.office(PartyOrg) or "", ())
    for field, person in (("secretary", secretary), ("deputy", deputy), ("organiser", organiser)):
        is_new = person is not None and (stored is None or getattr(stored, field) != person)
        finding = scoring.appointment_breaks(field, person, today if is_new else elected_on, own)
        if finding is not None:
            yield finding


def term_is_over(today: date) -> ColumnElement[bool]:
    """An organisation whose written term has ended (O05)."""
    ended = [
        and_(PartyOrg.term_years == years, PartyOrg.elected_on <= years_later(today, -years)) for years in (3, 4, 5)
    ]
    return or_(*ended)


# ---------------------------------------------------------------- how they change


def nobody_is_left_behind(kind: str | None, party_org_id: str | None, look: Look) -> Finding | None:
    """org.abolish: an organisation is abolished only when no member is left in it."""
    if kind != ABOLISHED or look.get(PartyOrg, party_org_id) is None:
        return None
    members, _ = members_of(look, party_org_id or "")
    return organisation.may_be_abolished(members)


def moved_has_a_parent(kind: str | None, from_parent_id: str | None, to_parent_id: str | None) -> Finding | None:
    """org_event.parent: who is moved under another organisation says under which, and it is another."""
    if kind != MOVED:
        return None
    if to_parent_id is None:
        return error("to_parent_id", "org_event.parent", "隶属调整须填写新上级党组织")
    if to_parent_id == from_parent_id:
        return error("to_parent_id", "org_event.parent", "新上级党组织与原上级党组织相同，请核对")
    return None


def event_has_happened(on: date | None, today: date) -> Finding | None:
    """org_event.on: an event is written down when it has happened."""
    return error("on", "org_event.on", f"日期 {on} 晚于今天，请核对") if on and on > today else None


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
    checks=(village_code_is_free, village_name_is_free, income_is_positive, people_and_households),
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
    chips=(
        Chip("农村", PartyOrg.sector == organisation.VILLAGE),
        Chip("已届满", term_is_over),
        Chip("缺书记", PartyOrg.secretary.is_(None)),
    ),
    checks=(
        org_code_is_free,
        org_name_is_free,
        parents_make_no_loop,
        org_dates_run_forward,
        size_fits,
        term_is_current,
        election_is_in_time,
        officers_are_free,
    ),
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
    checks=(event_has_happened, nobody_is_left_behind, moved_has_a_parent),
    order="-on",
    empty="党组织的建立、撤销、更名和隶属调整记在这里，保留历史。",
)

LEDGERS = (OFFICES, VILLAGES, PARTY_ORGS, ORG_EVENTS)
