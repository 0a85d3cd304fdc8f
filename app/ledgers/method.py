"""科学党建: grading and rectification, the cadres who are sent, enterprises, skills, examples and village accounts."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.ledgers import method_checks as checks
from app.ledgers.ledger import Chip, Derived, Figure, Ledger, Pillar
from app.rules import dispatch, enterprise, rating, rectification
from app.rules.rating import FAIR, GOOD, ORDINARY, POOR
from db.fields import Authority
from db.models.method import (
    DemoUnit,
    Dispatch,
    DispatchLog,
    Enterprise,
    EnterpriseYear,
    FinanceAgency,
    Rating,
    Rectification,
    Skill,
)


def final_grade() -> ColumnElement[str | None]:
    """The grade that counts: the county's, until then the township's."""
    return func.coalesce(Rating.county_grade, Rating.township_grade)


def open_items(session: Session, ratings: Sequence[str]) -> Mapping[str, str]:
    """How many items of rectification of each rating's organisation are not closed: 2 of 5 as 2/5."""
    counted = (
        select(Rating.id, func.count(), func.count(Rectification.closed_on))
        .join(Rectification, Rectification.party_org_id == Rating.party_org_id)
        .where(Rating.id.in_(ratings), Rectification.deleted_at.is_(None))
        .group_by(Rating.id)
    )
    return {one: f"{items - closed}/{items}" for one, items, closed in session.execute(counted)}


def overdue(today: date) -> ColumnElement[bool]:
    """An item that is past its day and not closed."""
    return and_(Rectification.closed_on.is_(None), Rectification.due_on < today)


def in_force(_: date) -> ColumnElement[bool]:
    """Somebody who was sent and not called back."""
    return Dispatch.recalled_on.is_(None)


RATINGS = Ledger(
    Rating,
    title="分类定级",
    one="定级",
    pillar=Pillar.METHOD,
    icon="mdi6.star-half-full",
    label="{party_org} {year}年",
    columns="party_org year self_grade mass_score score township_grade county_grade decided_on open_items promoted",
    form={
        "定级": "party_org year self_grade self_graded_on mass_score score township_grade township_graded_on"
        " county_grade decided_on",
        "整顿": "problems turnaround_by leader paired_org pledge promoted",
    },
    derived=(Derived("open_items", "未销号/问题", among=open_items, reads="rectification"),),
    tree="party_org_id",
    order="-year",
    keys=("party_org_id year",),
    chips=(
        Chip("好", final_grade() == GOOD),
        Chip("较好", final_grade() == FAIR),
        Chip("一般", final_grade() == ORDINARY),
        Chip("较差", final_grade() == POOR),
        Chip("待县里审定", Rating.county_grade.is_(None)),
        Chip("晋位升级", Rating.promoted.is_(True)),
    ),
    figures=(
        Figure("共", unit="个"),
        Figure("好", final_grade() == GOOD),
        Figure("较好", final_grade() == FAIR),
        Figure("一般", final_grade() == ORDINARY),
        Figure("较差", final_grade() == POOR),
    ),
    checks=(
        checks.graded_once,
        checks.rating_year_has_come,
        checks.ratios_are_possible,
        checks.grades_fit,
        rating.decided_in_order,
        checks.has_a_remedy,
        checks.weak_has_a_first_secretary,
        checks.promoted_rightly,
        checks.pair_is_another,
    ),
    empty="每个党组织每年定级一次：支部自评、群众测评、乡镇初定，县里审定。",
)

RECTIFICATIONS = Ledger(
    Rectification,
    title="整改台账",
    one="整改项",
    counter="项",
    pillar=Pillar.METHOD,
    icon="mdi6.clipboard-list-outline",
    label="{party_org} · {problem}",
    columns="party_org problem description state responsible opened_on due_on percent closed_on",
    form={
        "问题": "party_org problem source description opened_on",
        "对策": "goal measure leader responsible due_on percent progress",
        "销号": "evidence claimed_on verified_by verified_on closed_on",
        "复查": "recheck_on relapsed relapse_of",
    },
    derived=(Derived("state", "状态", of=rectification.standing),),
    tree="party_org_id",
    order="-opened_on",
    keys=("party_org_id problem opened_on",),
    chips=(
        Chip("未销号", Rectification.closed_on.is_(None)),
        Chip("超期", overdue),
        Chip("申请销号", and_(Rectification.claimed_on.is_not(None), Rectification.closed_on.is_(None))),
        Chip("已销号", Rectification.closed_on.is_not(None)),
        Chip("反弹", Rectification.relapsed.is_(True)),
    ),
    figures=(
        Figure("共", unit="项"),
        Figure("已销号", Rectification.closed_on.is_not(None)),
        Figure("未销号", Rectification.closed_on.is_(None)),
        Figure("超期", overdue),
    ),
    checks=(
        rectification.dates_run_forward,
        checks.closed_with_evidence,
        rectification.relapsed_rightly,
        rectification.percent_is_possible,
        rectification.overdue,
    ),
    empty="一个支部、一个对策：查出的问题逐项立账，整改一项、销号一项。",
)

DISPATCHES = Ledger(
    Dispatch,
    title="选派干部",
    one="选派干部",
    counter="人",
    pillar=Pillar.TEAM,
    icon="mdi6.account-star-outline",
    label="{name}",
    columns="name sex from_unit position kind to_org since until phone appraisal",
    form={
        "干部": "name sex birth from_unit position phone",
        "选派": "kind to_org since until document_no",
        "考核与调整": "appraisal recalled_on recall_reason",
    },
    tree="to_org_id",
    keys=("name to_org_id since", "name to_org_id"),
    chips=(
        Chip("在岗", in_force),
        Chip("第一书记", Dispatch.kind == dispatch.FIRST_SECRETARY),
        Chip("科学发展指导员", Dispatch.kind == dispatch.GUIDE),
        Chip("党建工作指导员", Dispatch.kind == dispatch.INSTRUCTOR),
        Chip("到村任书记", Dispatch.kind == dispatch.VILLAGE_SECRETARY),
    ),
    figures=(
        Figure("在岗", in_force, unit="人"),
        Figure("第一书记", lambda today: and_(in_force(today), Dispatch.kind == dispatch.FIRST_SECRETARY)),
        Figure("科学发展指导员", lambda today: and_(in_force(today), Dispatch.kind == dispatch.GUIDE)),
        Figure("党建工作指导员", lambda today: and_(in_force(today), Dispatch.kind == dispatch.INSTRUCTOR)),
    ),
    checks=(checks.kind_fits, dispatch.days_run_forward, dispatch.recalled_with_a_reason),
    authority=Authority.COUNTY,
    empty="县里选派到基层党组织的干部：第一书记、科学发展指导员、党建工作指导员、到村任书记。",
)

DISPATCH_LOGS = Ledger(
    DispatchLog,
    title="驻点日志",
    one="日志",
    counter="篇",
    pillar=Pillar.TEAM,
    icon="mdi6.notebook-edit-outline",
    label="{dispatch} {month}",
    columns="dispatch month days work problem result",
    form={"日志": "dispatch month days work problem result"},
    tree="dispatch_id",
    order="-month",
    keys=("dispatch_id month",),
    figures=(Figure("共", unit="篇"),),
    checks=(checks.log_is_of_the_term, checks.days_are_enough),
    empty="选派干部每月在点上的天数、工作和成效，一人一月一篇。",
)

ENTERPRISES = Ledger(
    Enterprise,
    title="两新组织",
    one="两新组织",
    counter="家",
    pillar=Pillar.METHOD,
    icon="mdi6.factory",
    label="{name}",
    columns="name kind industry employees members owner formation party_org instructor",
    form={
        "单位": "name credit_code kind industry address employees owner owner_is_member phone",
        "党建": "members formation party_org instructor reason_none",
    },
    keys=("credit_code", "name"),
    chips=(
        Chip("50人以上", Enterprise.employees >= 50),
        Chip("已组建", and_(Enterprise.formation.is_not(None), Enterprise.formation != enterprise.NOT_YET)),
        Chip("未组建", or_(Enterprise.formation.is_(None), Enterprise.formation == enterprise.NOT_YET)),
        Chip("无指导员", Enterprise.instructor_id.is_(None)),
    ),
    figures=(
        Figure("共", unit="家"),
        Figure("已组建", and_(Enterprise.formation.is_not(None), Enterprise.formation != enterprise.NOT_YET)),
    ),
    checks=(
        checks.enterprise_is_new,
        enterprise.members_are_employees,
        checks.branch_is_formed,
        enterprise.formation_is_complete,
    ),
    empty="辖区内的非公有制企业和社会组织登记在这里，是否建有党组织一目了然。",
)

ENTERPRISE_YEARS = Ledger(
    EnterpriseYear,
    title="三个一批",
    one="年度情况",
    pillar=Pillar.METHOD,
    icon="mdi6.sprout-outline",
    label="{enterprise} {year}年",
    columns="enterprise year activists admitted formed_on",
    form={"三个一批": "enterprise year activists admitted formed_on"},
    tree="enterprise_id",
    order="-year",
    keys=("enterprise_id year",),
    figures=(Figure("共", unit="条"), Figure("当年组建", EnterpriseYear.formed_on.is_not(None))),
    checks=(checks.enterprise_year_is_one, checks.batch_is_done),
    empty="每家两新组织一年一条：培养积极分子、发展党员、组建党组织。",
)

SKILLS = Ledger(
    Skill,
    title="一人学一技",
    one="学技记录",
    pillar=Pillar.METHOD,
    icon="mdi6.tools",
    label="{name} · {skill}",
    columns="name skill teacher hours learned_on household industry",
    form={"学技": "name skill teacher hours learned_on", "成效": "household industry result"},
    keys=("name skill",),
    figures=(Figure("共", unit="条"),),
    checks=(checks.learned_already,),
    empty="乡镇干部学一门技术、联一户致富、带一片产业，一人一技一条。",
)

DEMO_UNITS = Ledger(
    DemoUnit,
    title="示范单位",
    one="示范单位",
    counter="个",
    pillar=Pillar.METHOD,
    icon="mdi6.medal-outline",
    label="{party_org} {level}",
    columns="party_org level year paired_org accepted_on title_on",
    form={"示范创建": "party_org level year paired_org accepted_on title_on"},
    keys=("party_org_id level",),
    chips=(Chip("已授牌", DemoUnit.title_on.is_not(None)), Chip("创建中", DemoUnit.title_on.is_(None))),
    figures=(Figure("共", unit="个"), Figure("已授牌", DemoUnit.title_on.is_not(None))),
    checks=(checks.example_once, checks.titled_after_accepted, checks.pair_is_another, checks.example_is_good),
    empty="创建的党建工作示范单位，以及它结对带动的后进党组织。",
)

FINANCE_AGENCIES = Ledger(
    FinanceAgency,
    title="村财代理",
    one="代理记录",
    counter="个",
    pillar=Pillar.METHOD,
    icon="mdi6.notebook-check-outline",
    label="{village}",
    columns="village since agent published_times problem",
    form={"村级财务代理": "village since agent published_times problem"},
    keys=("village_id",),
    chips=(Chip("已代理", FinanceAgency.since.is_not(None)), Chip("未代理", FinanceAgency.since.is_(None))),
    figures=(Figure("共", unit="个"), Figure("已代理", FinanceAgency.since.is_not(None))),
    checks=(checks.agency_once, checks.agency_is_named),
    empty="村级财务会计委托代理服务试点，一个村一条。",
)

LEDGERS = (RATINGS, RECTIFICATIONS, ENTERPRISES, ENTERPRISE_YEARS, SKILLS, DEMO_UNITS, FINANCE_AGENCIES)
DISPATCH_LEDGERS = (DISPATCHES, DISPATCH_LOGS)
