"""全县总览: what a county set out to do in a year, what its townships have done, and the records behind each figure;
or 全市总览, a city and its counties, each with all its townships.

What counts as done is what the ledgers and rules say elsewhere: a venue is built once it is accepted, a post is held in
the year, a problem is closed. A figure is held against the county's plan (policy plan.*) or against all that there is:
every village, every weak branch.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ColumnElement, case, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app import listing
from app.guarantee import pay, venues
from app.ledgers import team
from app.ledgers.catalogue import LEDGERS
from app.ledgers.method_checks import asked_of_the_large
from app.method import remedies
from app.offices import next_below
from app.place import FUNDING_SHEET, PAY_SHEET, Place
from app.policy import Policies, holds
from app.responsibility import ledger_figures, month
from app.rules import care, dispatch, draw, enterprise, venue
from app.workspace import OfficeCard
from db.models.common import Policy
from db.models.guarantee import CareFund, CommunitySupport, VenueFunding, VenueProject
from db.models.method import DemoUnit, Dispatch, Enterprise, EnterpriseYear, Rectification
from db.models.organisation import PartyOrg, Village
from db.models.record import Record
from db.models.recruitment import StagnantVillage
from db.models.responsibility import Inspection
from db.models.team import Member

LECTURE = "县委组织部2012年9月讲稿"


@dataclass(frozen=True)
class Part:
    """What one office has done. Amounts are in fen.

    Attributes:
        owed: of how many; None where only the county as a whole has a number.
        counted: what `done` counts, where the same may be counted in two offices.
        ids: the records that are done; `lacking` those that ought to be and are not.
    """

    done: int = 0
    owed: int | None = None
    counted: frozenset[str] | None = None
    ids: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asking:
    """What a figure is reckoned from."""

    session: Session
    today: date
    policy: Policies


@dataclass(frozen=True)
class Figure:
    """One line of the overview.

    Attributes:
        short: its heading in the table of townships.
        counts: what counts as done, in the office's words.
        parts: reckons it by office.
        plan: the policy key of the county's number; empty where it is of all there is.
        page: the ledger or page of what is done; `behind_page` of what is not, the same without.
        chips, behind_chips: chips of these ledgers that show the records, instead of their ids.
        default: the number where policy says nothing.
        directed: whether it is of what a county directs its townships by, which is no city's to sum up.
    """

    key: str
    title: str
    short: str
    unit: str
    counts: str
    source: str
    parts: Callable[[Asking], Mapping[str, Part]]
    page: str
    plan: str = ""
    behind_page: str = ""
    chips: tuple[str, ...] = ()
    behind_chips: tuple[str, ...] = ()
    money: bool = False
    default: int = 0
    directed: bool = False


class State(StrEnum):
    """How a figure stands; its words are those of the page."""

    BEHIND = "落后"
    LEFT = "没有办完"
    ON_PACE = "跟上进度"
    DONE = "已完成"
    UNPLANNED = "没有定计划"
    NOTHING = "没有应办的"


TONES = {
    State.BEHIND: "wrong",
    State.LEFT: "attention",
    State.ON_PACE: "information",
    State.DONE: "good",
    State.UNPLANNED: "attention",
    State.NOTHING: "quiet",
}


@dataclass(frozen=True)
class Cell:
    """What one township has of one figure, and where the records are: those done, or else those that are not."""

    done: int
    owed: int | None
    place: Place | None

    @property
    def lags(self) -> bool:
        return self.owed is not None and self.done < self.owed


@dataclass(frozen=True)
class Line:
    """A figure with its numbers: `planned` is the county's plan or all there is; amounts in fen. `plan` is where the
    county's plan stands written."""

    figure: Figure
    planned: int
    done: int
    pace: Decimal
    place: Place | None
    behind: Place | None
    cells: Mapping[str, Cell]
    plan: Place | None = None

    @property
    def share(self) -> Decimal | None:
        """Done of planned, 0 and up; None where nothing is planned."""
        return Decimal(self.done) / self.planned if self.planned else None

    @property
    def left(self) -> int:
        """How much is still to be done."""
        return max(0, self.planned - self.done)

    @property
    def state(self) -> State:
        """A plan for a year is on pace when as much is done as has gone of the year; what is not planned for a year is
        done or it is not."""
        if self.share is None:
            return State.UNPLANNED if self.figure.plan else State.NOTHING
        if self.share >= 1:
            return State.DONE
        if not self.figure.plan:
            return State.LEFT
        return State.ON_PACE if self.share >= self.pace else State.BEHIND

    @property
    def lag(self) -> Decimal:
        """By how much it is behind its pace; what is done, and what asks nothing, last of all."""
        return (
            Decimal(-9) if self.state in (State.DONE, State.UNPLANNED, State.NOTHING) else self.pace - (self.share or 0)
        )


@dataclass(frozen=True)
class Overview:
    """The lines, what is furthest behind first, and the offices in their order, id and name. `elapsed`: of the year."""

    lines: tuple[Line, ...]
    offices: tuple[tuple[str, str], ...]
    elapsed: Decimal

    def count(self, state: State) -> int:
        """How many lines stand so."""
        return sum(one.state is state for one in self.lines)


def overview(session: Session, own: OfficeCard, today: date) -> Overview:
    """The county's figures today; the county's own records stand under its own name where it has any."""
    asking = Asking(session, today, Policies.read(session))
    gone = elapsed(today)
    names = {one.id: one.name for one in month.offices(session, own.id)}
    below, plans = next_below(session, own.id), _plans(session, today)
    figures = [one for one in FIGURES if own.directs or not one.directed]
    lines = [replace(_line(one, asking, below, names, gone), plan=plans.get(one.plan)) for one in figures]
    if own.id not in names and any(own.id in one.cells for one in lines):
        names[own.id] = own.here
    return Overview(tuple(sorted(lines, key=lambda one: -one.lag)), tuple(names.items()), gone)


def _plans(session: Session, today: date) -> dict[str, Place]:
    """Where each of the county's numbers that hold today stands written, by policy key."""
    keys = [one.plan for one in FIGURES if one.plan]
    rows = select(Policy.key, Policy.id, Policy.title).where(
        Policy.deleted_at.is_(None), holds(), Policy.key.in_(keys), Policy.effective_from <= today
    )
    found = session.execute(rows.order_by(Policy.effective_from)).all()
    return {key: Place("policy", ids=(id,), title=title or key) for key, id, title in found}


def elapsed(today: date) -> Decimal:
    """How much of the year is over at the end of a day, to four places."""
    days = (date(today.year + 1, 1, 1) - date(today.year, 1, 1)).days
    return (Decimal(today.timetuple().tm_yday) / days).quantize(Decimal("0.0001"))


def _line(figure: Figure, asking: Asking, below: Mapping[str, str], names: Mapping[str, str], gone: Decimal) -> Line:
    gathered: dict[str, list[Part]] = {}
    for office, part in figure.parts(asking).items():
        gathered.setdefault(below.get(office, office), []).append(part)
    parts = {office: _together(found) for office, found in gathered.items()}
    done = _together(list(parts.values())).done
    if figure.plan:
        planned = asking.policy.whole(figure.plan, asking.today, figure.default) * (100 if figure.money else 1)
    else:
        planned = sum(one.owed or 0 for one in parts.values())
    return Line(
        figure,
        planned,
        done,
        gone if figure.plan else Decimal(1),
        _place(figure, [one for part in parts.values() for one in part.ids], done, None),
        _behind(figure, [one for part in parts.values() for one in part.lacking], None),
        {office: _cell(figure, office, names.get(office, ""), part) for office, part in parts.items()},
    )


def _together(parts: Sequence[Part]) -> Part:
    """What several offices have done; what is counted in two of them counts once."""
    counted = [one.counted for one in parts if one.counted is not None]
    once = frozenset[str]().union(*counted) if counted and len(counted) == len(parts) else None
    owed = [one.owed for one in parts if one.owed is not None]
    return Part(
        len(once) if once is not None else sum(one.done for one in parts),
        sum(owed) if owed else None,
        once,
        tuple(id for one in parts for id in one.ids),
        tuple(id for one in parts for id in one.lacking),
    )


def _cell(figure: Figure, office: str, name: str, part: Part) -> Cell:
    lacking = _behind(figure, part.lacking, office, name) if part.owed is not None and part.done < part.owed else None
    return Cell(part.done, part.owed, lacking or _place(figure, part.ids, part.done, office, name))


def _place(figure: Figure, ids: Sequence[str], done: int, office: str | None, name: str = "") -> Place | None:
    """The records that are done; nowhere when there are none."""
    if not done:
        return None
    if figure.chips or figure.page not in LEDGERS:
        return Place(figure.page, figure.chips, office=office)
    return Place(figure.page, ids=tuple(ids), title=f"{name}{figure.title}") if ids else None


def _behind(figure: Figure, ids: Sequence[str], office: str | None, name: str = "") -> Place | None:
    """The records that are still to be done."""
    if not ids:
        return None
    page = figure.behind_page or figure.page
    if figure.behind_chips or page not in LEDGERS:
        return Place(page, figure.behind_chips, office=office)
    return Place(page, ids=tuple(ids), title=f"{name}{figure.title}：还差的")


# ---------------------------------------------------------------- what is reckoned


def _chip(ledger: str, title: str) -> ColumnElement[bool]:
    """The condition of a ledger's chip."""
    return listing.condition(LEDGERS[ledger].chip(title).where)


def _split(
    asking: Asking,
    model: type[Record],
    done: ColumnElement[bool],
    *where: ColumnElement[bool],
    what: InstrumentedAttribute[str] | None = None,
    owed: bool = False,
) -> dict[str, Part]:
    """The live records of a ledger by office: which meet a condition, and which do not."""
    rows = select(model.id, model.office_id, what if what is not None else model.id, case((done, 1), else_=0)).where(
        model.deleted_at.is_(None), *where
    )
    good: dict[str, dict[str, str]] = {}
    bad: dict[str, list[str]] = {}
    for id, office, one, meets in asking.session.execute(rows.order_by(model.id)):
        if meets:
            good.setdefault(office, {})[id] = one
        else:
            bad.setdefault(office, []).append(id)
    found = {}
    for office in {**good, **bad}:
        ids, lacking = good.get(office, {}), bad.get(office, [])
        counted = frozenset(ids.values())
        whole = len(counted) + len(lacking) if owed else None
        found[office] = Part(len(counted), whole, counted, tuple(ids), tuple(lacking))
    return found


def _projects(kind: str) -> Callable[[Asking], Mapping[str, Part]]:
    def parts(asking: Asking) -> Mapping[str, Part]:
        """Seed §1: the accepted projects of a kind that the plan counts."""
        rows: dict[str, list[tuple[str, str, bool | None]]] = {}
        made = select(VenueProject.office_id, VenueProject.id, VenueProject.kind, VenueProject.accepted)
        for office, id, sort, accepted in asking.session.execute(made.where(VenueProject.deleted_at.is_(None))):
            rows.setdefault(office, []).append((id, sort, accepted))
        return {
            office: Part(
                venue.against_the_plan((sort, accepted) for _, sort, accepted in found)[kind],
                ids=tuple(sorted(id for id, sort, accepted in found if sort == kind and accepted)),
                lacking=tuple(sorted(id for id, sort, accepted in found if sort == kind and not accepted)),
            )
            for office, found in rows.items()
        }

    return parts


def _invested(asking: Asking) -> Mapping[str, Part]:
    """Seed §1: what the sources have paid into projects."""
    rows = (
        select(VenueFunding.office_id, VenueFunding.id, VenueFunding.paid)
        .join(VenueProject, VenueProject.id == VenueFunding.project_id)
        .where(VenueFunding.deleted_at.is_(None), VenueProject.deleted_at.is_(None), VenueFunding.paid > 0)
    )
    found: dict[str, Part] = {}
    for office, id, paid in asking.session.execute(rows.order_by(VenueFunding.id)):
        one = found.get(office, Part())
        found[office] = Part(one.done + (paid or 0), ids=(*one.ids, id))
    return found


def _covered(asking: Asking) -> Mapping[str, Part]:
    """§7: villages with a venue that counts."""
    cover = venues.coverage(asking.session)
    rows = asking.session.execute(select(Village.id, Village.office_id).where(Village.deleted_at.is_(None)))
    return _in_sets(((office, village, village in cover.counted) for village, office in rows))


def _in_sets(rows: Iterable[tuple[str, str, bool]]) -> Mapping[str, Part]:
    """(office, record, whether it is done) → parts that owe every record."""
    good: dict[str, list[str]] = {}
    bad: dict[str, list[str]] = {}
    for office, id, done in rows:
        (good if done else bad).setdefault(office, []).append(id)
    return {
        office: Part(
            len(good.get(office, ())),
            len(good.get(office, ())) + len(bad.get(office, ())),
            ids=tuple(sorted(good.get(office, ()))),
            lacking=tuple(sorted(bad.get(office, ()))),
        )
        for office in {**good, **bad}
    }


def _community_offices(asking: Asking) -> Mapping[str, Part]:
    return _split(asking, CommunitySupport, _chip("community_support", "已建成"))


def _care_fund(asking: Asking) -> Mapping[str, Part]:
    """Seed §1: what was allotted to the care fund."""
    rows = select(CareFund.office_id, CareFund.id, CareFund.amount).where(
        CareFund.deleted_at.is_(None), CareFund.kind == care.GIVEN
    )
    found: dict[str, Part] = {}
    for office, id, amount in asking.session.execute(rows.order_by(CareFund.id)):
        one = found.get(office, Part())
        found[office] = Part(one.done + amount, ids=(*one.ids, id))
    return found


def _pay(asking: Asking) -> Mapping[str, Part]:
    """§5.2: of what the standard gives for the months that are over what was paid."""
    lines: dict[str, list[pay.Line]] = {}
    for village in pay.sheet(asking.session, asking.today.year, asking.today).villages:
        lines.setdefault(village.office, []).extend(village.lines)
    found = {}
    for office, terms in lines.items():
        paid, owed = ledger_figures.paid_of(terms)
        lacking = tuple(one.cadre for one in terms if one.paid < one.so_far)
        found[office] = Part(paid, owed, lacking=lacking)
    return found


def _posts(asking: Asking) -> Mapping[str, Part]:
    """§4: of the members without office those who hold a post this year."""
    ought, held = team.without_office(asking.today), team.with_post(asking.today)
    return _split(asking, Member, held, ought, owed=True)


def _secretaries(asking: Asking) -> Mapping[str, Part]:
    """Seed §2: weak branches that have a first secretary."""
    return _in_sets((one.office_id, one.id, one.helped) for one in remedies.weak_branches(asking.session))


def _instructors(asking: Asking) -> Mapping[str, Part]:
    """Seed §3: instructors who are at work, under the office of the organisation to which they were sent."""
    rows = (
        select(PartyOrg.office_id, Dispatch.id)
        .join(PartyOrg, PartyOrg.id == Dispatch.to_org_id)
        .where(Dispatch.deleted_at.is_(None), _chip("dispatch", "在岗"), Dispatch.kind == dispatch.INSTRUCTOR)
    )
    found: dict[str, list[str]] = {}
    for office, id in asking.session.execute(rows.order_by(Dispatch.id)):
        found.setdefault(office, []).append(id)
    return {office: Part(len(ids), ids=tuple(ids)) for office, ids in found.items()}


def _formed(asking: Asking) -> Mapping[str, Part]:
    """Seed §3: enterprises in which the Party is organised, and those in which it is not."""
    return _split(asking, Enterprise, _chip("enterprise", "已组建"), Enterprise.kind == enterprise.ENTERPRISE)


def _batches(asking: Asking) -> Mapping[str, Part]:
    """Seed §3: of the large enterprises those that cultivated and admitted within the year."""
    asked = asked_of_the_large(asking.policy, asking.today.year)
    done: dict[str, tuple[int, int]] = {}
    years = select(EnterpriseYear.enterprise_id, EnterpriseYear.activists, EnterpriseYear.admitted)
    for one, activists, admitted in asking.session.execute(
        years.where(EnterpriseYear.deleted_at.is_(None), EnterpriseYear.year == asking.today.year)
    ):
        done[one] = (activists or 0, admitted or 0)
    rows = select(Enterprise.office_id, Enterprise.id, Enterprise.employees).where(
        Enterprise.deleted_at.is_(None), Enterprise.kind == enterprise.ENTERPRISE
    )
    return _in_sets(
        (office, id, id in done and asked.fault(*done[id]) is None)
        for office, id, employees in asking.session.execute(rows)
        if asked.concerns(employees)
    )


def _closed(asking: Asking) -> Mapping[str, Part]:
    return _split(asking, Rectification, _chip("rectification", "已销号"), owed=True)


def _examples(asking: Asking) -> Mapping[str, Part]:
    """Seed §3: organisations that have the title; one that has it at two levels counts once."""
    return _split(asking, DemoUnit, _chip("demo_unit", "已授牌"), what=DemoUnit.party_org_id)


def _teams(asking: Asking) -> Mapping[str, Part]:
    """Seed §4: the teams that have been out this year, and where."""
    rows = select(Inspection.target_office_id, Inspection.id, Inspection.team).where(
        Inspection.deleted_at.is_(None),
        Inspection.on >= date(asking.today.year, 1, 1),
        Inspection.on <= asking.today,
    )
    found: dict[str, dict[str, str]] = {}
    for office, id, team_ in asking.session.execute(rows.order_by(Inspection.id)):
        found.setdefault(office, {})[id] = team_
    return {
        office: Part(len(set(ids.values())), counted=frozenset(ids.values()), ids=tuple(ids))
        for office, ids in found.items()
    }


def _stagnant(asking: Asking) -> Mapping[str, Part]:
    """Seed §2: villages that were listed as stagnant this year or before and are not yet, or were this year, closed."""
    closed = StagnantVillage.closed_on
    this_year = closed.is_(None) | (closed >= date(asking.today.year, 1, 1))
    return _split(asking, StagnantVillage, closed.is_not(None), this_year, owed=True)


FIGURES: tuple[Figure, ...] = (
    Figure(
        "pay", "村干部报酬发放", "报酬", "万元", "到上月为止，按标准应发的里面已经登记发放的；多发的不抵别人",
        LECTURE + "第一部分", _pay, PAY_SHEET, behind_page="cadre", money=True,
    ),
    Figure(
        "care", "党内关怀基金首期投入", "关怀(万)", "万元", "关怀基金里“拨入”的金额",
        LECTURE + "第一部分", _care_fund, "care_fund", plan="care.first_fund", money=True, default=500_000,
    ),
    Figure(
        "venue.new", "新建活动场所", "新建", "个", "新建项目，验收合格才算",
        LECTURE + "第一部分", _projects(venue.NEW), "venue_project", plan="plan.venue.new",
    ),
    Figure(
        "venue.upgraded", "升级达标活动场所", "升级", "个", "升级达标项目，验收合格才算",
        LECTURE + "第一部分", _projects(venue.UPGRADED), "venue_project", plan="plan.venue.upgraded",
    ),
    Figure(
        "venue.invest", "活动场所投入", "投入(万)", "万元", "各来源已经到位的建设资金",
        LECTURE + "第一部分", _invested, "venue_funding", plan="plan.venue.invest", money=True,
        behind_page=FUNDING_SHEET,
    ),
    Figure(
        "venue.coverage", "活动场所全覆盖", "覆盖", "个村", "有一处达标场所的村和社区；在建的验收合格才算",
        LECTURE + "第一部分", _covered, "village",
    ),
    Figure(
        "community", "社区办公用房", "社区", "座", "社区联点里填了建成日期的",
        LECTURE + "第一部分", _community_offices, "community_support", plan="plan.community_offices",
    ),
    Figure(
        "stagnant", "空白村销号", "空白村", "个村", "今年要销号的空白村里，已经发展党员、销了号的",
        LECTURE + "第二部分", _stagnant, "stagnant_village",
    ),
    Figure(
        "posts", "无职党员设岗定责", "设岗", "人", "没有担任职务的在册党员里，今年有岗位的",
        LECTURE + "第二部分", _posts, "member", behind_chips=("未设岗",),
    ),
    Figure(
        "secretaries", "薄弱支部第一书记", "书记", "个支部",
        "县里定为“一般”“较差”的支部里，第一书记在岗的；两新组织除外",
        LECTURE + "第二部分", _secretaries, "party_org",
    ),
    Figure(
        "instructors", "党建工作指导员", "指导员", "名", "派到两新组织、没有召回的党建工作指导员",
        LECTURE + "第三部分", _instructors, "dispatch", plan="plan.instructors",
    ),
    Figure(
        "enterprises", "非公企业组建党组织", "组建", "家", "单独、联合或区域组建了党组织的非公有制企业",
        LECTURE + "第三部分", _formed, "enterprise", plan="plan.enterprise_branches",
    ),
    Figure(
        "batches", "规模企业培养发展", "培养", "家", "职工达到规模的企业里，年内培养了积极分子、发展了党员的",
        LECTURE + "第三部分", _batches, "enterprise",
    ),
    Figure(
        "rectification", "问题整改销号", "销号", "项", "整改台账里已经销号的",
        LECTURE + "第三部分", _closed, "rectification", chips=("已销号",), behind_chips=("未销号",),
    ),
    Figure(
        "examples", "党建工作示范单位", "示范", "个", "已经授牌的；一个单位有几级的算一个",
        LECTURE + "第三部分", _examples, "demo_unit", plan="plan.demo_units",
    ),
    Figure(
        "teams", "督查小组", "督查组", "个组", "今年下去督查过的小组；乡镇一栏是到过这个乡镇的小组",
        LECTURE + "第四部分", _teams, "inspection", plan="inspection.teams", default=draw.TEAMS, directed=True,
    ),
)  # fmt: skip
"""In the order of the seed."""
