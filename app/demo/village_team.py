"""活力党建 of the demonstration: how village cadres were appraised, who left, what villages decided, who learned."""

from datetime import date, timedelta
from decimal import Decimal

from app.demo.township import Township
from app.rules.cadres import BOTH, SECRETARY
from app.rules.village_team import TEAM_PARTS, VIRTUES
from db.journal import Values

SUBJECTS = ("通组道路硬化", "饮水管网维修", "集体山林承包", "低保对象评议", "文化广场修建", "高标准农田整治")


def fill(town: Township) -> None:
    """Everything of last year, and of this one what has come."""
    year = town.today.year - 1
    serving = [one for one in town.rows["cadre"] if one["since"].year <= year and one["paid"]]
    for cadre in serving:
        appraise(town, cadre, year)
    ranked = sorted((team(town, village, year) for village in town.rows["village"]), key=_points, reverse=True)
    for rank, one in enumerate(ranked, 1):
        one["rank"] = rank
    for cadre in [one for one in town.rows["cadre"] if one["until"] is not None]:
        depart(town, cadre)
    if not town.rows.get("cadre_departure"):
        resign(town, serving[-1])
    for place, village in enumerate(town.rows["village"]):
        if place % 2 == 0:
            decide(town, village, SUBJECTS[place // 2 % len(SUBJECTS)])
    course(town, [one for one in serving if one["role"] in (SECRETARY, BOTH) and one["until"] is None])


def appraise(town: Township, cadre: Values, year: int) -> None:
    """One cadre's year: mostly well."""
    points = {field: Decimal(town.rng.randint(29, 40)) / 2 for field in VIRTUES}
    total = sum(points.values())
    result = "01" if total >= 93 else "02" if total >= 80 else "03"
    town.row(
        "cadre_appraisal", cadre_id=cadre["id"], year=year, **points, result=result, appraised_on=date(year, 12, 20)
    )


def team(town: Township, village: Values, year: int) -> Values:
    """One village's year."""
    points = {field: Decimal(town.rng.randint(full * 13, full * 20)) / 20 for field, (_, full) in TEAM_PARTS.items()}
    total = sum(points.values())
    result = "01" if total >= 93 else "02" if total >= 75 else "03"
    return town.row("team_appraisal", village_id=village["id"], year=year, **points, result=result, rank=None)


def _points(one: Values) -> Decimal:
    return sum((one[field] for field in TEAM_PARTS), Decimal(0))


def depart(town: Township, cadre: Values) -> None:
    """The end of a term that has ended."""
    until: date = cadre["until"]
    town.row(
        "cadre_departure",
        cadre_id=cadre["id"],
        kind="04",
        effective_on=until,
        reason="年龄偏大，组织调整",
        document_no=f"{town.short}党〔{until.year}〕{town.rng.randint(3, 60)}号",
    )


def resign(town: Township, cadre: Values) -> None:
    """A resignation that waits for its answer."""
    applied = town.ago(3, 10)
    leaving = applied + timedelta(days=30)
    town.row(
        "cadre_departure", cadre_id=cadre["id"], kind="01", applied_on=applied, effective_on=leaving, reason="外出务工"
    )


def decide(town: Township, village: Values, subject: str) -> None:
    """A matter that has gone all its way, or has only been proposed."""
    proposed = town.ago(60, 300)
    steps = [proposed + timedelta(days=days) for days in (0, 4, 12, 18, 21, 45)]
    names = ("proposed_on", "committee_on", "party_meeting_on", "villager_meeting_on", "published_on", "done_on")
    done = town.rng.random() < 0.75
    days = dict(zip(names, steps if done else [*steps[:2], *[None] * 4], strict=True))
    town.row(
        "village_decision",
        village_id=village["id"],
        subject=subject,
        **days,
        result=f"同意实施，应到 {town.rng.randint(30, 45)} 人，赞成过半" if done else None,
    )


def course(town: Township, secretaries: list[Values]) -> None:
    """The course of the village secretaries, which one in ten missed."""
    begun = town.ago(80, 200)
    made = town.row(
        "training",
        title=f"{begun.year}年村（社区）党组织书记轮训",
        **{"from": begun, "to": begun + timedelta(days=2)},
        hours=24,
        place="县委党校",
        organiser="县委组织部",
        audience="01",
    )
    for place, cadre in enumerate(secretaries):
        missed = place % 10 == 3
        town.row(
            "training_attendance",
            training_id=made["id"],
            cadre_id=cadre["id"],
            passed=None if missed else True,
            absent_reason="住院治疗" if missed else None,
        )
