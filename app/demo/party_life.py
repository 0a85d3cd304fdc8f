"""Meetings and dues of the demonstration: half a year of both, with a meeting left out here and a debt there."""

from collections.abc import Mapping
from datetime import date, timedelta

from app.demo.fiction import day_between
from app.demo.township import Township
from app.rules import dues, meetings, monthly
from db.journal import Values

MONTHS = 7
"""How many months before this one have meetings at least; those of this year all have."""
PAYING = 3
"""How many branches keep their dues here."""
PAID_MONTHS = 5

SUBJECTS: Mapping[str, tuple[str, ...]] = {
    meetings.GENERAL: ("讨论发展党员", "通报上季度工作，部署下季度任务", "民主评议和党员承诺"),
    meetings.COMMITTEE: ("研究本月党建工作", "研究发展对象政审", "研究村务公开和财务", "研究困难党员帮扶"),
    meetings.LECTURE: ("学习党章", "讲身边党员的故事", "学习惠农政策"),
    meetings.THEME_DAY: ("志愿服务：清扫村道", "重温入党誓词", "走访困难群众", "学习支部工作条例"),
}


def fill(town: Township) -> None:
    """Meetings of all branches, dues of the first few."""
    rolls: dict[str, list[Values]] = {}
    for member in town.rows["member"]:
        if member["standing"] == "01":
            rolls.setdefault(member["branch_id"], []).append(member)
    for branch in town.branches:
        meet(town, branch.id, rolls.get(branch.id, []))
    for place, branch in enumerate(town.branches[:PAYING]):
        pay(town, rolls.get(branch.id, []), debtor=place == 0)


def meet(town: Township, branch: str, roll: list[Values]) -> None:
    """What a branch held over the last months; one in twenty-five was left out."""
    if not roll:
        return
    committee = sum(one["category"] == "1" for one in roll) >= 7
    founded = next(one["founded_on"] for one in town.rows["party_org"] if one["id"] == branch)
    this = monthly.month_of(town.today)
    for month in monthly.months_between(monthly.month_before(this, max(MONTHS, town.today.month - 1)), this):
        first = date(int(month[:4]), int(month[5:]), 1)
        last = min(town.today, monthly.due_date(month, 31))
        kinds = [meetings.THEME_DAY, *([meetings.COMMITTEE] if committee else [])]
        if first.month % 3 == 2:
            kinds += [meetings.GENERAL, meetings.LECTURE]
        for kind in kinds:
            on = day_between(town.rng, first, last)
            if founded <= on and (month == this or town.rng.random() > 0.04 or not town.rows.get("meeting")):
                meeting(town, branch, kind, on, 5 if kind == meetings.COMMITTEE else len(roll))


def meeting(town: Township, branch: str, kind: str, on: date, expected: int) -> None:
    """One meeting; most came."""
    expected = max(1, expected)
    absent = town.rng.randint(0, max(0, expected // 5))
    town.row(
        "meeting",
        party_org_id=branch,
        kind=kind,
        on=on,
        place="村部会议室",
        host=town.somebody(),
        recorder=town.somebody(),
        expected=expected,
        present=expected - absent,
        absent=f"请假 {absent} 人" if absent else None,
        subject=town.rng.choice(SUBJECTS[kind]),
        resolution="一致同意" if kind == meetings.GENERAL else None,
    )


def pay(town: Township, roll: list[Values], *, debtor: bool) -> None:
    """The dues of a branch's members for the last months; with `debtor` the first has paid nothing of late."""
    this = monthly.month_of(town.today)
    months = monthly.months_between(monthly.month_before(this, PAID_MONTHS), monthly.month_before(this))
    for place, member in enumerate(roll):
        kind = dues.kind_of(member["work_post"]) or dues.FARMER
        base = None
        if kind in (dues.WAGE, dues.PENSION):
            low, high = (3100, 6900) if kind == dues.WAGE else (2600, 5600)
            base = town.rng.randrange(low, high, 50) * 100
        due = dues.due(kind, base) or 0
        if kind == dues.FARMER:
            due = town.rng.choice((50, 100))
        owing = debtor and place == 0
        for month in months:
            if month < monthly.month_of(member["joined_on"]):
                continue
            paid = not owing and town.rng.random() > 0.01
            on = monthly.due_date(month, 10) + timedelta(days=town.rng.randint(0, 12))
            town.row(
                "dues",
                member_id=member["id"],
                month=month,
                kind=kind,
                base=base,
                due=due,
                paid=due if paid else None,
                paid_on=on if paid else None,
            )
