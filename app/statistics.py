"""The figures of the workbench: each a number that stands in the ledgers, with the place of the records behind it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from app.guarantee import venues
from app.ledgers import team
from app.offices import next_below
from app.place import VILLAGES, Place
from app.policy import Policies
from app.rules import organisation, venue
from app.rules.organisation import TermState
from app.rules.spans import years_later
from db import settings
from db.models.guarantee import Venue, VenueProject
from db.models.handoff import PackageLine, Peer
from db.models.organisation import PartyOrg, Village
from db.models.team import Member

AGES = (30, 35, 40, 45, 50, 55, 60, 65, 70)
"""The last years of age of the bands of the age structure; above the last there is one more."""
YOUNG, OLD = 35, 60
UNDER_WAY = ("04", "05", "06")  # code table project_stage: begun, not yet accepted


@dataclass(frozen=True)
class KeyFigure:
    """One figure: its name, its text, the share that it is of its whole (None: it is no share), what else there is to
    say, and where the records behind it stand."""

    title: str
    text: str
    share: float | None
    note: str
    place: Place


@dataclass(frozen=True)
class Ages:
    """How many members on the roll are of which age. `title` states what is to be seen in it."""

    title: str
    bars: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Cell:
    """One village of a township, or one office that reports to this one. `tone`: good, attention or wrong; `state` says
    it too."""

    name: str
    state: str
    tone: str
    detail: str
    place: Place


def percent(part: int, whole: int) -> str:
    """A share with one decimal, 92.2%; without the decimal where it is none. 100% and 0% are said of nothing less."""
    share = 100 * part / whole if whole else 0.0
    if 0 < part < whole:
        share = min(99.9, max(0.1, share))
    return f"{share:.1f}".removesuffix(".0") + "%"


def key_figures(session: Session, today: date) -> tuple[KeyFigure, ...]:
    """The figures at the top: members, posts, venues, terms."""
    return (_members(session, today), _posts(session, today), _venues(session), _terms(session, today))


def _members(session: Session, today: date) -> KeyFigure:
    live = and_(Member.deleted_at.is_(None), team.on_the_roll(today))
    this_year = and_(live, Member.joined_on >= date(today.year, 1, 1))
    members, probationary, joined = session.execute(
        select(
            func.count(case((live, 1))),
            func.count(case((and_(live, Member.category == "2"), 1))),
            func.count(case((this_year, 1))),
        )
    ).one()
    note = f"预备 {probationary:,} 人 · 今年发展 {joined:,} 人"
    return KeyFigure("党员", f"{members:,}", None, note, Place("member", ("在册",)))


def _posts(session: Session, today: date) -> KeyFigure:
    live = Member.deleted_at.is_(None)
    ought, held = session.execute(
        select(
            func.count(case((and_(live, team.without_office(today)), 1))),
            func.count(case((and_(live, team.with_post(today)), 1))),
        )
    ).one()
    text = percent(held, ought) if ought else "—"
    note = f"无职党员 {ought:,} 人，已设岗 {held:,} 人"
    place = Place("member", ("未设岗",))
    return KeyFigure("设岗率", text, held / ought if ought else None, note, place)


def _venues(session: Session) -> KeyFigure:
    found = venues.coverage(session)
    project = VenueProject.deleted_at.is_(None)
    building, waiting = session.execute(
        select(
            func.count(case((and_(project, VenueProject.stage.in_(UNDER_WAY[:2]), not_accepted()), 1))),
            func.count(case((and_(project, VenueProject.stage == UNDER_WAY[2], not_accepted()), 1))),
        )
    ).one()
    lacking = found.lacking
    note = f"还差 {len(lacking):,} 个 · 在建 {building:,}，待验收 {waiting:,}"
    place = Place("village", ids=lacking, title="没有达标场所") if lacking else Place("venue")
    share = venue.coverage(found.villages, found.counted)
    text = f"{len(found.counted):,} / {len(found.villages):,}"
    return KeyFigure("有达标场所的村和社区", text, None if share is None else float(share), note, place)


def not_accepted() -> ColumnElement[bool]:
    """A project that nobody has accepted yet."""
    return VenueProject.accepted.is_not(True)


@dataclass(frozen=True)
class Term:
    """How near the end of its term an organisation is."""

    id: str
    name: str
    ends_on: date
    state: TermState


def terms(session: Session, today: date) -> list[Term]:
    """The terms that are known, the first to end first; where no years are written, those of policy hold (O05)."""
    policy, found = Policies.read(session), []
    notice = policy.whole("org.term_notice_months", today, organisation.NOTICE_MONTHS)
    alarm = policy.whole("org.term_alarm_months", today, organisation.ALARM_MONTHS)
    columns = (PartyOrg.id, PartyOrg.name, PartyOrg.kind, PartyOrg.sector, PartyOrg.elected_on, PartyOrg.term_years)
    known = select(*columns).where(PartyOrg.deleted_at.is_(None))
    for org_id, name, kind, sector, elected_on, written in session.execute(known):
        if elected_on is None:
            continue
        years = written or policy.whole(organisation.term_key(kind, sector), elected_on, 0)
        if years:
            state = organisation.term_state(elected_on, years, today, notice=notice, alarm=alarm)
            found.append(Term(org_id, name, organisation.term_end(elected_on, years), state))
    return sorted(found, key=lambda one: (one.ends_on, one.id))


def _terms(session: Session, today: date) -> KeyFigure:
    found = terms(session, today)
    over = tuple(one.id for one in found if one.state is TermState.OVER)
    soon = tuple(one.id for one in found if one.state in (TermState.ALARM, TermState.NOTICE))
    note = f"已届满 {len(over)} 个，即将届满 {len(soon)} 个"
    due = (*over, *soon)
    place = Place("party_org", ids=due, title="届满和即将届满") if due else Place("party_org")
    running = len(found) - len(over)
    text = f"{running:,} / {len(found):,}" if found else "—"
    return KeyFigure("在任期内的党组织", text, running / len(found) if found else None, note, place)


# ---------------------------------------------------------------- ages


def ages(session: Session, today: date) -> Ages:
    """The age structure of the members on the roll, counted by the store in one statement."""
    live = and_(Member.deleted_at.is_(None), team.on_the_roll(today))
    born = [years_later(today, -last - 1) for last in AGES]
    bands = [Member.birth > born[0]]
    bands += [and_(Member.birth <= younger, Member.birth > older) for younger, older in pairwise(born)]
    bands.append(Member.birth <= born[-1])
    counts = session.execute(select(*(func.count(case((and_(live, band), 1))) for band in bands))).one()
    names = [
        f"≤{AGES[0]}",
        *(f"{low + 1}–{high}" for low, high in pairwise(AGES)),
        f"≥{AGES[-1] + 1}",
    ]
    numbers = [int(one) for one in counts]
    if not sum(numbers):
        return Ages("还没有在册党员", tuple(zip(names, numbers, strict=True)))
    return Ages(old_and_young(AGES, numbers), tuple(zip(names, numbers, strict=True)))


def old_and_young(lasts: Sequence[int], numbers: Sequence[int]) -> str:
    """What part is old and what part young, of the numbers of bands that `lasts` end; `OLD` and `YOUNG` are among
    these."""
    whole = sum(numbers)
    old, young = sum(numbers[lasts.index(OLD) + 1 :]), sum(numbers[: lasts.index(YOUNG) + 1])
    return f"{OLD + 1} 岁及以上占 {percent(old, whole)}，{YOUNG} 岁及以下占 {percent(young, whole)}"


# ---------------------------------------------------------------- cells


def villages(session: Session, today: date) -> tuple[Cell, ...]:
    """One cell for each village: the state of its venue, and how many members its branches have."""
    members = _members_by_village(session, today)
    counted = venues.coverage(session).counted
    with_one = set(session.scalars(select(Venue.village_id).where(Venue.deleted_at.is_(None)).distinct()))
    building = _villages_with_projects(session)
    cells = []
    rows = session.execute(select(Village.id, Village.name).where(Village.deleted_at.is_(None)).order_by(Village.code))
    for village, name in rows:
        state, tone = venue_state(village in counted, village in with_one, village in building)
        detail = f"党员 {members.get(village, 0):,} 人"
        cells.append(Cell(name, state, tone, detail, Place(VILLAGES, ids=(village,), title=name)))
    return tuple(cells)


def venue_state(counts: bool, there: bool, building: bool) -> tuple[str, str]:
    """The state of a village's venue in words, and how much it presses."""
    if counts:
        return "场所达标", "good"
    if building:
        return "场所在建", "attention"
    return ("场所未达标", "attention") if there else ("没有场所", "wrong")


def is_under_way(project: VenueProject) -> bool:
    """A project that has begun and that nobody has accepted yet."""
    return project.stage in UNDER_WAY and not project.accepted


def _villages_with_projects(session: Session) -> set[str]:
    """Villages where something is being built or waits to be accepted."""
    of_venue = select(Venue.village_id).where(Venue.id == VenueProject.venue_id).scalar_subquery()
    place = func.coalesce(VenueProject.village_id, of_venue)
    found: Iterable[str] = session.scalars(
        select(place).where(
            VenueProject.deleted_at.is_(None), VenueProject.stage.in_(UNDER_WAY), not_accepted(), place.is_not(None)
        )
    )
    return set(found)


def _members_by_village(session: Session, today: date) -> Mapping[str, int]:
    """Members on the roll by the village of their branch, or of the nearest organisation above it that has one."""
    village_of = villages_of_orgs(session)
    counts = session.execute(
        select(Member.branch_id, func.count())
        .where(Member.deleted_at.is_(None), team.on_the_roll(today))
        .group_by(Member.branch_id)
    )
    found: Counter[str] = Counter()
    for branch, number in counts:
        if branch in village_of:
            found[village_of[branch]] += number
    return found


def villages_of_orgs(session: Session) -> Mapping[str, str]:
    """Organisation → its village, or that of the nearest organisation above it that has one."""
    orgs = {
        org: (parent, village)
        for org, parent, village in session.execute(
            select(PartyOrg.id, PartyOrg.parent_id, PartyOrg.village_id).where(PartyOrg.deleted_at.is_(None))
        )
    }
    found = {}
    for org in orgs:
        at: str | None = org
        seen: set[str] = set()
        while at is not None and at in orgs and at not in seen:
            seen.add(at)
            parent, village = orgs[at]
            if village is not None:
                found[org] = village
                break
            at = parent
    return found


def townships(session: Session, today: date) -> tuple[Cell, ...]:
    """One cell for each office that reports to this one: whether it has this month, and how many members it has with
    all under it."""
    counts = session.execute(
        select(Member.office_id, func.count())
        .where(Member.deleted_at.is_(None), team.on_the_roll(today))
        .group_by(Member.office_id)
    )
    below, members = next_below(session, settings.get(session, "office_id") or ""), Counter[str]()
    for owner, number in counts:
        members[below.get(owner, owner)] += number
    received = last_received(session)
    cells = []
    for peer in session.scalars(select(Peer).where(Peer.superior.is_(False)).order_by(Peer.code)):
        if in_month(received.get(peer.office_id), today):
            state, tone = "本月已上报", "good"
        else:
            state, tone = ("还没有加入", "wrong") if not peer.signing_key else ("本月没有上报", "attention")
        detail = f"党员 {members[peer.office_id]:,} 人"
        cells.append(Cell(peer.name, state, tone, detail, Place("member", office=peer.office_id)))
    return tuple(cells)


def last_received(session: Session) -> Mapping[str, str]:
    """The moment of the last package received from each office."""
    found = session.execute(
        select(PackageLine.peer_id, func.max(PackageLine.at))
        .where(PackageLine.sent.is_(False))
        .group_by(PackageLine.peer_id)
    )
    return dict(found.all())


def in_month(moment: str | None, today: date) -> bool:
    """Whether a moment lies in the month of a day, on the office's clock."""
    if moment is None:
        return False
    local = datetime.fromisoformat(moment).astimezone()
    return (local.year, local.month) == (today.year, today.month)
