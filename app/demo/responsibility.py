"""实效党建 of the demonstration: the tasks of two years, the months checked, the scores and what came of them.

The county resolves, the townships report, the county concludes; between each of them packages pass.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.fiction import People
from app.demo.township import Township
from app.responsibility import assessing, inspecting, month, restricting
from app.responsibility.month import OfficeLine
from app.rules import monthly, scoring
from app.rules.spans import years_later
from app.team.committee import heads
from app.workspace import Workspace
from db.journal import Batch, Values, stored_rows
from db.models.record import fields_of
from db.models.responsibility import (
    Assessment,
    Bulletin,
    Duty,
    Indicator,
    Inspection,
    MonthlyCheck,
    Restriction,
    Score,
    Task,
)

SEED_YEAR = 2012

QUOTAS = {2: 4, 5: 60, 6: 2, 7: 6, 8: 3, 9: 2}
"""What each township has to do of a task, by number: a county as small as this one cannot do what the seed's does."""

TARGETS = {2: "新建和升级达标活动场所{}个，实现全覆盖", 9: "创建党建工作示范单位{}个，推进乡镇“五小设施”建设"}

REASONS = ("资金没有到位，正在争取", "雨天多，工期推迟", "人员外出，正在联系", "部门审批还没有下来")
DEDUCTIONS = ("资料不全", "个别村没有按时完成", "抽查发现记录不规范", "进度落后于计划")
FOUND = (
    ("会议记录补记，没有签到", "按次补齐签到，今后当场记录"),
    ("公开栏没有更新", "一周内更新并拍照上报"),
    ("设岗人员没有履职记录", "逐人补充履职记录"),
    ("活动场所堆放杂物", "清理并落实管理员"),
)

NewId = Callable[[], str]


def officers(town: Township) -> None:
    """The township's committee has a secretary, a deputy and an organiser, who answer for what is to be done."""
    committee = town.rows["party_org"][0]
    committee |= {"secretary": town.somebody(), "deputy": town.somebody(), "organiser": town.somebody()}


def resolve(county: Workspace, new_id: NewId, townships: int, today: date) -> None:
    """The county's tasks and standards of this year and the last, out of those of the seed."""
    with county.edit("沿用实事和考核指标", kind="import") as batch:
        for year in (today.year - 1, today.year):
            batch.create_rows(Task, [_task(one, new_id(), county.office.id, year, townships) for one in _tasks(batch)])
            batch.create_rows(Indicator, _standard(batch.session, county.office.id, new_id, year))


def _tasks(batch: Batch) -> list[Task]:
    return month.tasks(batch.session, SEED_YEAR)


def _task(one: Task, id: str, office: str, year: int, townships: int) -> Values:
    values = {name: getattr(one, name) for name in fields_of(Task)}
    quota = QUOTAS[one.number] * townships if one.number in QUOTAS else None
    if one.number in TARGETS:
        values["target"] = TARGETS[one.number].format(quota)
    due_on = years_later(one.due_on, year - SEED_YEAR)
    return values | {"id": id, "office_id": office, "year": year, "quota": quota, "due_on": due_on}


def _standard(session: Session, office: str, new_id: NewId, year: int) -> list[Values]:
    rows = select(Indicator).where(Indicator.year == SEED_YEAR).order_by(Indicator.category, Indicator.number)
    found = session.scalars(rows).all()
    ids = {one.id: new_id() for one in found}
    return [
        {name: getattr(one, name) for name in fields_of(Indicator)}
        | {"id": ids[one.id], "office_id": office, "year": year, "parent_id": ids.get(one.parent_id or "")}
        for one in found
    ]


def give(county: Workspace, new_id: NewId, today: date) -> None:
    """Every task to every township, with who answers for it."""
    with county.edit("分解实事", kind="import") as batch:
        session = batch.session
        below = month.offices(session, county.office.id)
        for year in (today.year - 1, today.year):
            rows = []
            for task in month.tasks(session, year):
                shares = monthly.shares(task.quota or 0, {one.id: 1 for one in below})
                for office in below:
                    head = heads(session, office.id)
                    rows.append(
                        {
                            "id": new_id(),
                            "office_id": county.office.id,
                            "task_id": task.id,
                            "target_office_id": office.id,
                            "party_org_id": head.org,
                            "quota": shares[office.id] if task.quota else None,
                            "first_responsible": head.secretary,
                            "direct_responsible": head.organiser,
                            "due_on": task.due_on,
                            "closed_on": task.due_on if year < today.year else None,
                        }
                    )
            batch.create_rows(Duty, rows)


def report(township: Workspace, people: People, new_id: NewId, place: int) -> None:
    """A township's self-checks of last year and of this one up to last month, and its own scores of last year.

    The second township was late with one month.
    """
    rng, today, own = people.rng, people.today, township.office.id
    clerk, checker = people.name("2", 1985)[0], people.name("1", 1975)[0]
    with township.edit("录入自查和自评", kind="import") as batch:
        rows: list[Values] = []
        for year, last in ((today.year - 1, 12), (today.year, today.month - 1)):
            for duty in month.duties(batch.session, year, own):
                total = 0
                for number in range(1, last + 1):
                    this = f"{year}-{number:02d}"
                    planned = _share(duty.quota, number)
                    done = planned if rng.random() > 0.15 else rng.randint(0, planned)
                    total += done
                    late = place == 1 and (year, number) == (today.year, max(1, last - 1))
                    filled_on = monthly.due_date(this, 28 if late else rng.randint(18, 25))
                    rows.append(
                        {
                            "id": new_id(),
                            "office_id": own,
                            "duty_id": duty.id,
                            "month": this,
                            "planned": planned,
                            "done": done,
                            "total_done": total,
                            "rate": monthly.rate(total, duty.quota),
                            "reason": rng.choice(REASONS) if done < planned else None,
                            "next_plan": "按计划推进",
                            "filled_by": clerk,
                            "checked_by": checker,
                            "filled_on": filled_on,
                        }
                    )
        batch.create_rows(MonthlyCheck, rows)
        office = next(one for one in month.offices(batch.session, own) if one.id == own)
        sheet = assessing.sheet(batch.session, office, today.year - 1, today, figures=False)
        scores = []
        for line in sheet.lines:
            if line.leaf:
                full = line.way != scoring.BONUS
                less = full and rng.random() < 0.2
                mark = line.full_mark - (Decimal("0.5") if less else 0) if full else Decimal(0)
                scores.append(
                    {
                        "id": new_id(),
                        "office_id": own,
                        "indicator_id": line.id,
                        "target_office_id": own,
                        "self_score": mark,
                        "reason": rng.choice(DEDUCTIONS) if less else None,
                    }
                )
        batch.create_rows(Score, scores)


def _share(quota: int | None, number: int) -> int:
    """What is planned for a month of the year: a twelfth of the quota, in whole numbers that add up."""
    return 1 if quota is None else quota * number // 12 - quota * (number - 1) // 12


def conclude(county: Workspace, people: People, new_id: NewId) -> None:
    """The county scores last year, the last township below the mark; says what follows; inspects; issues bulletins."""
    rng, today = people.rng, people.today
    year, decided_on = today.year - 1, min(date(today.year, 1, 18), today)
    with county.edit("考核、督查、通报", kind="import") as batch:
        session, own = batch.session, county.office.id
        below = month.offices(session, own)
        for place, office in enumerate(below):
            _score(batch, people, office, year, today, low=place == len(below) - 1)
        _decide(batch, own, new_id, year, decided_on, today)
        _first_year(batch, own, new_id, below[:-1] or below, year - 1, people)
        _inspect(batch, own, new_id, below, people)
        month_now = monthly.month_of(today)
        for before in (2, 1):
            this = monthly.month_before(month_now, before)
            title, body = month.bulletin(session, own, this, today)
            issued = min(monthly.due_date(this, 28) + timedelta(days=5), today)
            number = f"云组发〔{issued.year}〕{rng.randint(10, 60)}号"
            row = {"id": new_id(), "office_id": own, "month": this, "title": title, "body": body}
            batch.create_rows(Bulletin, [row | {"document_no": number, "issued_on": issued}])


def _score(batch: Batch, people: People, office: OfficeLine, year: int, today: date, *, low: bool) -> None:
    """The county's marks of one township: near full, or well below the mark."""
    rng = people.rng
    sheet = assessing.sheet(batch.session, office, year, today, figures=False)
    lines = [one for one in sheet.lines if one.leaf and one.own_id is not None]
    shares = (Decimal("0.5"), Decimal("0.6"), Decimal("0.7")) if low else (Decimal(1), Decimal(1), Decimal("0.8"))
    stored = stored_rows(batch.session.connection(), Score, [one.own_id or "" for one in lines])
    updates = []
    for line in lines:
        bonus = line.way == scoring.BONUS
        mark = Decimal(0 if low else 1) if bonus else line.full_mark * rng.choice(shares)
        reason = rng.choice(DEDUCTIONS) if mark < line.full_mark and not bonus else None
        updates.append((stored[line.own_id or ""], {"county_score": mark, "county_reason": reason}))
    batch.update_rows(Score, updates)


def _decide(batch: Batch, own: str, new_id: NewId, year: int, decided_on: date, today: date) -> None:
    found = assessing.plan(batch.session, own, year, "01", decided_on)
    for one in found.standings:
        made = _assessment(own, new_id(), year, one.office.id, one.total or Decimal(0), one.rank, decided_on)
        batch.create_rows(Assessment, [made | {"passed": one.passed}])
        bound = [consequence for office, consequence in found.restrictions if office == one.office]
        _restrict(batch, own, new_id, made, bound, today)


def _assessment(
    own: str, id: str, year: int, office: str, total: Decimal, rank: int | None, decided_on: date
) -> Values:
    values = {"id": id, "office_id": own, "year": year, "target_office_id": office}
    return values | {"total": total, "rank": rank, "decided_on": decided_on}


def _restrict(
    batch: Batch, own: str, new_id: NewId, assessment: Values, bound: Sequence[scoring.Consequence], today: date
) -> None:
    answered = assessment["decided_on"] + timedelta(days=20)
    rows = []
    for one in bound:
        row = restricting.row(own, assessment["id"], assessment["target_office_id"], one)
        if one.kind == scoring.ACCOUNT and answered <= today:
            row |= {"answered_on": answered, "account": "已查找问题和原因，作出限时整改承诺。"}
        rows.append(row | {"id": new_id()})
    batch.create_rows(Restriction, rows)


def _first_year(
    batch: Batch, own: str, new_id: NewId, failing: Sequence[OfficeLine], year: int, people: People
) -> None:
    """The year in which scoring began: most were below the mark; what followed has run out since."""
    rng, decided_on = people.rng, date(year + 1, 1, 15)
    totals = {one.id: Decimal(rng.randint(120, 138)) / 2 for one in month.offices(batch.session, own)}
    names = {one.id for one in failing}
    totals = {id: total if id in names else total + 15 for id, total in totals.items()}
    ranks = scoring.ranks(totals)
    for id, total in totals.items():
        passed = total >= scoring.PASS_MARK
        made = _assessment(own, new_id(), year, id, total, ranks[id], decided_on)
        batch.create_rows(Assessment, [made | {"passed": passed}])
        if not passed:
            officers = [(people.name("1", 1970)[0], "党委书记"), (people.name("1", 1980)[0], "组织委员")]
            _restrict(batch, own, new_id, made, scoring.consequences(decided_on, officers), people.today)


def _inspect(batch: Batch, own: str, new_id: NewId, below: Sequence[OfficeLine], people: People) -> None:
    """A visit to every township, and a random draw of villages; a few answers are still owed."""
    rng, today = people.rng, people.today
    rows: list[Values] = []

    def inspection(office: str, village: str | None, team: str, way: str, on: date, note: str | None) -> None:
        found, request = rng.choice(FOUND)
        due_on = on + timedelta(days=15)
        answered = min(due_on, on + timedelta(days=rng.randint(6, 14)))
        settled = answered < today and (rng.random() < 0.8 or not rows)
        rows.append(
            {
                "id": new_id(),
                "office_id": own,
                "team": team,
                "leader": people.name("1", 1972)[0],
                "on": on,
                "target_office_id": office,
                "village_id": village,
                "way": way,
                "found": found,
                "request": request,
                "due_on": due_on,
                "answer": "已按要求整改。" if settled else None,
                "answered_on": answered if settled else None,
                "rechecked_on": answered + timedelta(days=5) if settled and answered < today - timedelta(9) else None,
                "note": note,
            }
        )

    for place, office in enumerate(below):
        team = f"第{inspecting.NUMERALS[place % 5]}督查组"
        inspection(office.id, None, team, "01", today - timedelta(days=rng.randint(40, 200)), None)
    seed = f"{today:%Y%m%d}"
    for one in inspecting.drawn(batch.session, own, seed, 5, 1):
        on = today - timedelta(days=rng.randint(8, 30))
        inspection(one.office_id, one.village_id, one.team_name, inspecting.RANDOM, on, f"抽签号 {seed}")
    batch.create_rows(Inspection, rows)
