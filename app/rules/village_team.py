"""Village teams (seed §2 “3+1”, §5.4): appraisal, departure, decisions in the open, training."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from app.findings import Finding, error, warning
from app.rules.order import runs_forward

VIRTUES: Mapping[str, str] = {
    "virtue": "德",
    "ability": "能",
    "diligence": "勤",
    "achievement": "绩",
    "integrity": "廉",
}
"""The parts of a cadre's appraisal: field → label."""
EACH = 20
"""§5.4: a hundred points in five parts."""
TEAM_PARTS: Mapping[str, tuple[str, int]] = {
    "economy": ("经济发展", 20),
    "society": ("社会事务", 30),
    "central": ("中心工作", 30),
    "itself": ("自身建设", 20),
}
"""§5.4: the parts of a team's appraisal: field → (label, full marks)."""
PASSED, FAILED = ("01", "02", "03"), "04"  # code table cadre_result
VOLUNTARY, BLAME, ORDERED, MOVED, SERVED = "01", "02", "03", "04", "05"  # code table departure_kind
TWICE_LAST = 2
"""§5.4: who is last for two years running is told to resign."""


def total(parts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of the parts that are known, None while none is."""
    known = [one for one in parts if one is not None]
    return sum(known, Decimal(0)) if known else None


def parts_are_possible(parts: Mapping[str, tuple[str, Decimal | None, int]]) -> list[Finding]:
    """appraisal.parts: every part, field → (label, points, full marks), lies between nothing and its full marks."""
    return [
        error(field, "appraisal.parts", f"“{label}”应在 0 到 {full} 分之间，请核对")
        for field, (label, points, full) in parts.items()
        if points is not None and not 0 <= points <= full
    ]


def ought_to_resign(consecutive_last: int | None, result: str | None, before: str | None) -> Finding | None:
    """appraisal.last (§5.4): who is last, or fails, for two years running is told to resign."""
    if consecutive_last is not None and consecutive_last >= TWICE_LAST:
        return warning("consecutive_last", "appraisal.last", f"连续 {consecutive_last} 年末位，应责令辞职")
    if result == FAILED and before == FAILED:
        return warning("result", "appraisal.last", "连续两年不称职，应责令辞职")
    return None


def answer_due(applied_on: date, days: int) -> date:
    """§5.4: the last day on which a resignation is to be answered, so many days after it was handed in."""
    return applied_on + timedelta(days=days)


def answered_in_time(
    kind: str | None, applied_on: date | None, answered_on: date | None, today: date, *, days: int
) -> Finding | None:
    """departure.answer (§5.4): the township's committee answers a resignation within fifteen days."""
    if kind in (VOLUNTARY, BLAME) and applied_on is None:
        return error("applied_on", "departure.answer", "辞职须有书面申请，请填写申请日期")
    if applied_on is None:
        return None
    due = answer_due(applied_on, days)
    if answered_on is None and today > due:
        return warning("answered_on", "departure.answer", f"申请后 {days} 天内应答复，{due} 已过，还没有答复")
    if answered_on is not None and answered_on > due:
        late = (answered_on - due).days
        return warning("answered_on", "departure.answer", f"申请后 {days} 天内应答复，晚了 {late} 天")
    return None


def departure_runs_forward(
    since: date | None, applied_on: date | None, answered_on: date | None, effective_on: date | None
) -> Finding | None:
    """departure.dates: began, applied, answered, left. Leaving may lie ahead."""
    ahead = max((day for day in (applied_on, answered_on, effective_on) if day), default=date.min)
    steps = [
        ("effective_on", "任职开始", since),
        ("applied_on", "申请日期", applied_on),
        ("answered_on", "答复日期", answered_on),
        ("effective_on", "离任日期", effective_on),
    ]
    return runs_forward("departure.dates", steps, max(ahead, since or date.min))


def decided_in_the_open(days: Mapping[str, tuple[str, date | None]], today: date) -> Finding | None:
    """decision.order (§5.3, 四议两公开): no step is left out and none comes before its time.

    `days` are field → (label, day) in their order: proposed by the branch, weighed by both committees, put to the
    members, decided by the villagers, published, and the outcome published.
    """
    steps = list(days.items())
    for place, (_, (label, day)) in enumerate(steps):
        if day is None:
            continue
        for field, (missing, before) in steps[:place]:
            if before is None:
                return error(field, "decision.order", f"已有{label}，却没有{missing}；四议两公开一步都不能少，请补上")
    return runs_forward("decision.order", [(field, label, day) for field, (label, day) in days.items()], today)


def course_runs_forward(from_: date | None, to: date | None, hours: int | None) -> Finding | None:
    """training.dates: a course ends after it began, and has no more hours than its days."""
    if from_ and to and to < from_:
        return error("to", "training.dates", f"结束日期 {to} 早于开始日期 {from_}，请核对两个日期")
    if from_ and to and hours is not None and hours > 12 * ((to - from_).days + 1):
        return warning("hours", "training.hours", f"{(to - from_).days + 1} 天里有 {hours} 学时，请核对")
    return None


def one_person_came(cadre_id: str | None, member_id: str | None) -> Finding | None:
    """attendance.person: a line is about a cadre or about a member."""
    if cadre_id is None and member_id is None:
        return error("cadre_id", "attendance.person", "请选出参训的村干部，或者党员")
    if cadre_id is not None and member_id is not None:
        return error("member_id", "attendance.person", "村干部和党员只选一个；是党员的村干部选村干部")
    return None


def absent_with_a_reason(passed: bool | None, absent_reason: str | None) -> Finding | None:
    """attendance.absent: who passed was there."""
    if passed and absent_reason:
        return error("absent_reason", "attendance.absent", "考核合格的没有缺训，请核对")
    return None
