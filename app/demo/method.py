"""科学党建 of the demonstration: grades and what is put right, enterprises, examples, and the cadres who are sent."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.fiction import pick
from app.demo.township import Branch, Paper, Township
from app.rules.dispatch import FIRST_SECRETARY, GUIDE, INSTRUCTOR, NEW_SECTORS
from app.rules.enterprise import ALONE, NOT_YET
from app.rules.rating import FAIR, GOOD, ORDINARY, POOR, WEAK, Bounds, grade
from app.rules.spans import months_later
from db.journal import Batch, Values
from db.models.method import Dispatch, Rating
from db.models.organisation import PartyOrg
from db.parsing import credit_code_of

PROBLEMS = {
    "02": ("书记年龄偏大，带动能力不强。", "安排参加集中轮训，物色培养后备干部。"),
    "04": ("“三会一课”没有按期召开，记录不全。", "排出全年计划，由联村领导每月到会督促。"),
    "07": ("村级收支没有按季公开，群众有意见。", "委托乡镇代理记账，按季张榜公布。"),
    "08": ("邻里纠纷较多，有越级上访。", "成立调解小组，逐户上门化解。"),
    "09": ("活动场所面积不足，没有固定会议室。", "列入新建计划，争取县财政帮建资金。"),
    "10": ("便民服务不经常，办事要跑几趟。", "实行轮流坐班，公布值班表和电话。"),
}
"""Code table branch_problem → (what is wrong, what is done about it)."""
ANYWHERE = ("02", "04", "09")
"""Those of them that a branch outside the villages may have."""

INDUSTRIES = ("农产品加工", "建材", "竹木加工", "商贸", "种养专业合作")
SKILLS = (
    ("柑橘栽培", "县农业农村局"),
    ("山羊养殖", "县畜牧水产站"),
    ("油茶低改", "县林业局"),
    ("蔬菜大棚", "县农技推广站"),
)
UNITS = ("县财政局", "县水利局", "县农业农村局", "县教育局", "县卫生健康局", "县自然资源局")


def fill(town: Township) -> None:
    """What the township itself writes."""
    sectors = {one["id"]: one["sector"] for one in town.rows["party_org"]}
    graded = [one for one in town.branches if one.village is not None or sectors[one.id] in NEW_SECTORS]
    for place, branch in enumerate(graded):
        ratings(town, branch, (88, 40, 96, 71)[place] if place < 4 else None)
    enterprises(town, [one for one in town.branches if sectors[one.id] in NEW_SECTORS])
    for skill, teacher in town.rng.sample(SKILLS, 3):
        learn(town, skill, teacher)
    examples(town, graded)
    for village in town.rows["village"][: max(1, len(town.rows["village"]) // 4)]:
        accounts(town, village)


def ratings(town: Township, branch: Branch, score: int | None) -> None:
    """Last year's grade and this year's, with an item for each problem of a branch that is not good. Without a score
    chance decides: six of ten are 较好, one in ten is 较差."""
    drawn = int(pick(town.rng, {"93": 12, "86": 58, "72": 21, "52": 9}))
    base = score if score is not None else drawn + town.rng.randint(-3, 3)
    for year in (town.today.year - 1, town.today.year):
        points = Decimal(min(99, max(30, base - (town.today.year - year) * town.rng.randint(0, 4))))
        asked = Decimal(town.rng.randint(905, 990)) / 10 if points >= 80 else Decimal(town.rng.randint(620, 900)) / 10
        given = grade(points, asked, Bounds())
        last = year < town.today.year
        begun = date(year, 3, town.rng.randint(1, 20)) if last else min(date(year, 3, 10), town.today)
        possible = sorted(PROBLEMS) if branch.village is not None else ANYWHERE
        problems = town.rng.sample(possible, {GOOD: 0, FAIR: 1, ORDINARY: 2, POOR: 3}[given])
        made = town.row(
            "rating",
            party_org_id=branch.id,
            year=year,
            self_grade=max(GOOD, f"0{int(given) - 1}") if town.rng.random() < 0.2 and given > GOOD else given,
            self_graded_on=begun,
            mass_score=asked,
            score=points,
            township_grade=given,
            township_graded_on=min(begun + timedelta(days=12), town.today),
            problems=",".join(sorted(problems)) or None,
            turnaround_by=months_later(begun, 12) if given == POOR else None,
            leader=branch.village["contact_leader"] if branch.village else None,
            pledge=None if given == GOOD else "对照问题逐项整改，年内晋位升级。",
        )
        if not last:
            for problem in problems:
                remedy(town, branch, problem, made)


def remedy(town: Township, branch: Branch, problem: str, rating: Values) -> None:
    """One item of rectification, somewhere on its way from being opened to being closed."""
    rng, (description, measure) = town.rng, PROBLEMS[problem]
    opened: date = rating["township_graded_on"]
    state = pick(rng, {"closed": 45, "claimed": 10, "under way": 35, "not begun": 10})
    days = max(0, (town.today - opened).days)
    claimed = opened + timedelta(days=days // 2) if state in ("closed", "claimed") else None
    closed = opened + timedelta(days=days * 3 // 4) if state == "closed" else None
    late = state == "under way" and rng.random() < 0.3
    town.row(
        "rectification",
        party_org_id=branch.id,
        problem=problem,
        description=description,
        source=rng.choice(("01", "02", "04")),
        goal="问题解决，群众满意",
        measure=measure,
        leader=rating["leader"],
        responsible=town.somebody(),
        opened_on=opened,
        due_on=opened + timedelta(days=days // 2) if late else town.today + timedelta(days=rng.randint(20, 120)),
        percent={"closed": 100, "claimed": 100, "under way": rng.randint(2, 9) * 10}.get(state),
        progress=None if state == "not begun" else "已按措施推进。",
        evidence="会议记录、公示照片" if claimed else None,
        claimed_on=claimed,
        verified_by=town.somebody() if closed else None,
        verified_on=closed,
        closed_on=closed,
        recheck_on=None,
        relapsed=False if closed else None,
    )


def enterprises(town: Township, branches: list[Branch]) -> None:
    """The enterprise that has a branch, one that is large enough for one, and some small ones."""
    formed = [(branch.name.removesuffix("党支部"), branch) for branch in branches]
    named = formed + [(f"{town.short}{trade}厂", None) for trade in ("红砖", "竹器", "粮油")]
    for place, (name, branch) in enumerate(named):
        members = branch.members if branch else (3, 1, 0)[place % 3]
        employees = max(members, town.rng.randint(60, 140) if place < 2 else town.rng.randint(8, 45))
        made = town.row(
            "enterprise",
            name=name,
            credit_code=credit_code_of(f"91{town.office.code[:6]}MA9{town.office.code[6:]}{place:03d}"),
            kind="01",
            industry=town.rng.choice(INDUSTRIES),
            address=f"{town.office.name}工业路{town.rng.randint(1, 90)}号",
            employees=employees,
            members=members,
            owner=town.somebody(),
            owner_is_member=town.rng.random() < 0.3,
            phone=town.people.phone(),
            formation=ALONE if branch else NOT_YET,
            party_org_id=branch.id if branch else None,
            reason_none=None if branch else "党员人数不够或流动性大",
        )
        for year in (town.today.year - 1, town.today.year):
            done = branch is not None or year < town.today.year
            town.row(
                "enterprise_year",
                enterprise_id=made["id"],
                year=year,
                activists=1 if done else 0,
                admitted=1 if done and employees >= 50 else 0,
            )


def learn(town: Township, skill: str, teacher: str) -> None:
    """A township cadre learns a trade and takes a household along."""
    town.row(
        "skill",
        name=town.somebody(),
        skill=skill,
        teacher=teacher,
        hours=town.rng.randint(2, 8) * 8,
        learned_on=town.ago(30, 240),
        household=town.somebody(),
        industry=f"{skill}示范片",
        result="联系户当年增收。",
    )


def examples(town: Township, graded: list[Branch]) -> None:
    """The best graded branch of this year is an example, paired with a weak one."""
    this_year = {one["party_org_id"]: one for one in town.rows["rating"] if one["year"] == town.today.year}
    best = min(graded, key=lambda one: (this_year[one.id]["township_grade"], -this_year[one.id]["score"]))
    weak = [one for one in graded if this_year[one.id]["township_grade"] in WEAK and one is not best]
    accepted = town.ago(60, 200)
    town.row(
        "demo_unit",
        party_org_id=best.id,
        level="02",
        year=accepted.year,
        paired_org_id=weak[0].id if weak else None,
        accepted_on=accepted,
        title_on=accepted + timedelta(days=30),
    )


def accounts(town: Township, village: Values) -> None:
    """A village whose accounts are kept by an agency."""
    town.row(
        "finance_agency",
        village_id=village["id"],
        since=town.ago(300, 900),
        agent=f"{town.office.name}农村经营管理站",
        published_times=town.rng.randint(1, 4),
    )


# ---------------------------------------------------------------- the county, and what follows from it


def decide(paper: Paper, batch: Batch) -> None:
    """The county decides nearly all grades and sends cadres: to weak branches, to some good ones, to enterprises."""
    sectors = {org: (sector, office) for org, sector, office in batch.session.execute(_orgs)}
    grades: dict[str, str] = {}
    waiting: dict[str, int] = defaultdict(int)
    for one in batch.session.scalars(select(Rating).order_by(Rating.year, Rating.id)):
        last = one.year < paper.today.year
        if not last and waiting[one.office_id] < 1 and one.township_grade == GOOD:
            waiting[one.office_id] += 1  # one grade of each township is still to be decided
            continue
        one.county_grade, one.decided_on = one.township_grade, min(date(one.year, 6, 20), paper.today)
        grades[one.party_org_id] = one.township_grade or ORDINARY
    sent: dict[str, int] = defaultdict(int)
    for org, given in sorted(grades.items()):
        sector, office = sectors[org]
        if sector in NEW_SECTORS:
            send(paper, org, INSTRUCTOR)
        elif given in WEAK and (sent[office] < 1 or paper.rng.random() < 0.9):
            send(paper, org, FIRST_SECRETARY)
            sent[office] += 1
        elif given == GOOD and paper.rng.random() < 0.6:
            send(paper, org, GUIDE)


_orgs = select(PartyOrg.id, PartyOrg.sector, PartyOrg.office_id)


def send(paper: Paper, org: str, kind: str) -> None:
    """Somebody from an agency of the county goes to an organisation."""
    person = paper.people.person(26, 56, staff=True)
    since = paper.ago(100, 500)
    paper.row(
        "dispatch",
        name=person.name,
        sex=person.sex,
        birth=person.birth,
        from_unit=paper.rng.choice(UNITS),
        position=paper.rng.choice(("科员", "副股长", "股长", "副主任科员")),
        kind=kind,
        to_org_id=org,
        since=since,
        until=months_later(since, 24),
        document_no=f"云组发〔{since.year}〕{paper.rng.randint(3, 60)}号",
        phone=paper.people.phone(),
    )


def follow(paper: Paper, session: Session) -> None:
    """The log of the last three months of each cadre who was sent here."""
    for one in session.scalars(select(Dispatch).order_by(Dispatch.id)):
        for months in (3, 2, 1):
            month = months_later(paper.today.replace(day=1), -months)
            if month < one.since:
                continue
            paper.row(
                "dispatch_log",
                dispatch_id=one.id,
                month=f"{month:%Y-%m}",
                days=paper.rng.choice((20, 20, 21, 21, 22, 16)),
                work=f"走访党员群众 {paper.rng.randint(8, 40)} 户，参加支部会议 {paper.rng.randint(1, 3)} 次。",
                problem=paper.rng.choice((None, "年轻党员外出多，活动人数少。")),
                result=paper.rng.choice(("协助排出整改计划。", "帮助化解纠纷。", "联系了技术培训。")),
            )
