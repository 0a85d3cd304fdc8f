"""What the ledgers of method and of duty say of villages: grades, remedies, duties, inspections, meetings, dues."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from app.ledgers.method import final_grade
from app.method import remedies
from app.place import Place
from app.responsibility import duties_due
from app.rules import monthly, scoring
from app.rules.rating import GOOD, WEAK
from app.rules.rectification import is_overdue
from app.villages.facts import Fact, Ground, Section, grouped, records, section
from db import codes
from db.models.method import DemoUnit, FinanceAgency, Rating, Rectification
from db.models.party_life import Dues, Meeting
from db.models.responsibility import Duty, Inspection, MonthlyCheck, Task


def method(ground: Ground) -> Mapping[str, Section]:
    """Grades, what is put right, examples, the agency that keeps the accounts."""
    session, wanted, today = ground.session, ground.villages, ground.today
    grades = grouped(
        session.execute(
            select(Rating.party_org_id, Rating.id, Rating.year, final_grade())
            .where(Rating.deleted_at.is_(None), final_grade().is_not(None), Rating.party_org_id.in_(ground.orgs))
            .order_by(Rating.year)
        ),
        ground.orgs,
    )
    items = grouped(
        session.execute(
            select(Rectification.party_org_id, Rectification.id, Rectification.due_on, Rectification.closed_on)
            .where(Rectification.deleted_at.is_(None), Rectification.party_org_id.in_(ground.orgs))
            .order_by(Rectification.id)
        ),
        ground.orgs,
    )
    units = grouped(
        session.execute(
            select(DemoUnit.party_org_id, DemoUnit.id, DemoUnit.level, DemoUnit.title_on)
            .where(DemoUnit.deleted_at.is_(None), DemoUnit.party_org_id.in_(ground.orgs))
            .order_by(DemoUnit.id)
        ),
        ground.orgs,
    )
    agencies = grouped(
        session.execute(
            select(FinanceAgency.village_id, FinanceAgency.id, FinanceAgency.published_times)
            .where(FinanceAgency.deleted_at.is_(None), FinanceAgency.village_id.in_(wanted))
            .order_by(FinanceAgency.id)
        )
    )
    bare = {one.id for one in remedies.weak_branches(session) if not one.helped}
    found = {}
    for id, one in wanted.items():
        last = {org: (rating, year, grade) for org, rating, year, grade in grades.get(id, [])}
        worst = max((grade for _, _, grade in last.values()), default=None)
        name = codes.table("grade").name(worst) if worst else "没有定级"
        facts = [
            Fact(
                "党组织定级",
                "、".join(f"{codes.table('grade').name(grade)}（{year}年）" for _, year, grade in last.values())
                or name,
                records("rating", (rating for rating, _, _ in last.values()), one.name) or Place("rating"),
                "" if worst is None else "good" if worst == GOOD else "attention" if worst in WEAK else "",
            )
        ]
        if alone := sorted(org for org in last if org in bare):
            facts.append(Fact("第一书记", "薄弱支部，还没有选派", records("party_org", alone, one.name), "wrong"))
        open_ = [item for _, item, _, closed in items.get(id, []) if closed is None]
        late = [item for _, item, due, closed in items.get(id, []) if is_overdue(due, closed, today)]
        told = f"未销号 {len(open_)} / {len(items.get(id, []))} 项" + (f"，超期 {len(late)} 项" if late else "")
        if items.get(id):
            place = records("rectification", late or open_ or [item for _, item, *_ in items[id]], one.name)
            facts.append(Fact("整改", told, place, "wrong" if late else "attention" if open_ else "good"))
        for _, unit, level, titled in units.get(id, []):
            text = f"{codes.table('demo_level').name(level)}，{'已授牌' if titled else '创建中'}"
            facts.append(Fact("示范单位", text, Place("demo_unit", ids=(unit,))))
        for _, agency, times in agencies.get(id, []):
            facts.append(Fact("村财代理", f"已代理，今年公开 {times or 0} 次", Place("finance_agency", ids=(agency,))))
        glance = [f"定级 {name}" if worst else name]
        glance += [f"未销号 {len(open_)} 项"] if open_ else ["已全部销号"] if items.get(id) else []
        glance += [f"超期 {len(late)}"] if late else []
        found[id] = section(glance, facts, ("党组织定级", "整改"))
    return found


def duty(ground: Ground) -> Mapping[str, Section]:
    """Duties of the village with the month's rate, inspections, meetings and dues."""
    session, wanted, today = ground.session, ground.villages, ground.today
    duties = grouped(
        session.execute(
            select(Duty.village_id, Duty.id)
            .join(Task, Task.id == Duty.task_id)
            .where(Duty.deleted_at.is_(None), Task.year == today.year, Duty.village_id.in_(wanted))
            .order_by(Duty.id)
        )
    )
    named = {row[1]: village for village, rows in duties.items() for row in rows}
    checks = select(MonthlyCheck.duty_id, MonthlyCheck.rate).where(
        MonthlyCheck.deleted_at.is_(None), MonthlyCheck.duty_id.in_(named)
    )
    rates: dict[str, Decimal | None] = dict(session.execute(checks.order_by(MonthlyCheck.month)).all())
    looked = grouped(
        session.execute(
            select(Inspection.village_id, Inspection.id, Inspection.request, Inspection.answered_on, Inspection.due_on)
            .where(Inspection.deleted_at.is_(None), Inspection.village_id.in_(wanted))
            .order_by(Inspection.id)
        )
    )
    held = grouped(
        session.execute(
            select(Meeting.party_org_id, Meeting.id)
            .where(Meeting.deleted_at.is_(None), Meeting.on >= date(today.year, 1, 1),
                   Meeting.party_org_id.in_(ground.orgs))
            .order_by(Meeting.id)
        ),
        ground.orgs,
    )  # fmt: skip
    lacking: Counter[str] = Counter()
    without: dict[str, set[str]] = defaultdict(set)
    for branches in duties_due.meetings_missing(session, today).values():
        for branch in branches:
            if (at := ground.orgs.get(branch.id)) is not None:
                lacking[at] += 1
                without[at].add(branch.id)
    owing = grouped(
        session.execute(
            select(Dues.member_id, func.sum(Dues.due), func.sum(func.coalesce(Dues.paid, 0)))
            .where(Dues.deleted_at.is_(None), Dues.exempt.is_not(True), Dues.month >= f"{today.year}-01",
                   Dues.month < monthly.month_of(today))
            .group_by(Dues.member_id)
        ),
        ground.members,
    )  # fmt: skip
    found = {}
    for id, one in wanted.items():
        facts, glance = [], []
        own = [row[1] for row in duties.get(id, [])]
        if own:
            rate = monthly.mean_rate(rates.get(each) for each in own)
            told = f"完成率 {scoring.plain(rate)}%" if rate is not None else "没有自查"
            facts.append(Fact("责任项目", f"{len(own)} 项，{told}", records("duty", own, one.name)))
            glance.append(f"责任{told}")
        waiting = [row for row in looked.get(id, []) if row[2] is not None and row[3] is None]
        if looked.get(id):
            late = any(row[4] is not None and row[4] < today for row in waiting)
            text = f"{len(looked[id])} 次" + (f"，没有反馈 {len(waiting)} 次" if waiting else "")
            place = records("inspection", (row[1] for row in waiting or looked[id]), one.name)
            facts.append(Fact("督查", text, place, "wrong" if late else "attention" if waiting else ""))
            glance += [f"督查待反馈 {len(waiting)}"] if waiting else []
        meetings_ = held.get(id, [])
        text = f"今年 {len(meetings_)} 次" + (f"，缺 {lacking[id]} 项" if lacking[id] else "")
        place = records("party_org", sorted(without[id]), f"{one.name}缺会议记录") or records(
            "meeting", (row[1] for row in meetings_), one.name
        )
        facts.append(Fact("三会一课", text, place, "attention" if lacking[id] else ""))
        glance.append(f"会议缺 {lacking[id]} 项" if lacking[id] else "会议开齐" if meetings_ else "没有会议记录")
        behind = [member for member, due, paid in owing.get(id, []) if (due or 0) > (paid or 0)]
        if owing.get(id):
            text = f"今年没有交清 {len(behind)} 人" if behind else "今年都已交清"
            place = records("member", behind, f"{one.name}党费没有交清") or Place("dues")
            facts.append(Fact("党费", text, place, "attention" if behind else "good"))
            glance += [f"党费欠 {len(behind)} 人"] if behind else []
        found[id] = section(glance, facts, ("责任项目", "督查", "三会一课"), ("党费",))
    return found
