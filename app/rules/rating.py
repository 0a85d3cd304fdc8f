"""Grading of Party organisations (分类定级, §8) and promotion to a better grade (晋位升级).

Scores are of a hundred, satisfaction is a percentage. Grades are codes of the table grade: the smaller, the better.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.findings import Finding, error, warning
from app.rules.order import runs_forward

GOOD, FAIR, ORDINARY, POOR = "01", "02", "03", "04"  # code table grade
WEAK = (ORDINARY, POOR)
GRADE_NAMES: Mapping[str, str] = {GOOD: "好", FAIR: "较好", ORDINARY: "一般", POOR: "较差"}


@dataclass(frozen=True)
class Bounds:
    """The least score of each grade, and the least satisfaction for the two upper ones (policy rating.*)."""

    good: Decimal = Decimal(90)
    fair: Decimal = Decimal(80)
    ordinary: Decimal = Decimal(60)
    satisfaction: Decimal = Decimal(90)


def grade(score: Decimal, satisfaction: Decimal | None, bounds: Bounds) -> str:
    """§8: [90, 100] 好, [80, 90) 较好, [60, 80) 一般, below 较差; with less satisfaction never above 一般.

    An unknown satisfaction does not hold a grade down: the township may not have asked yet.
    """
    found = (
        GOOD
        if score >= bounds.good
        else FAIR
        if score >= bounds.fair
        else ORDINARY
        if score >= bounds.ordinary
        else POOR
    )
    if found in (GOOD, FAIR) and satisfaction is not None and satisfaction < bounds.satisfaction:
        return ORDINARY
    return found


def grade_fits_score(
    given: str | None, score: Decimal | None, satisfaction: Decimal | None, bounds: Bounds
) -> Finding | None:
    """rating.score (§8): a township gives the grade that score and satisfaction make, or a lower one."""
    if given is None or score is None or given >= (earned := grade(score, satisfaction, bounds)):
        return None
    asked = "" if satisfaction is None else f"、群众满意率 {satisfaction.normalize():f}%"
    message = f"考评得分 {score.normalize():f}{asked}，按标准应定为“{GRADE_NAMES[earned]}”，请核对"
    return warning("township_grade", "rating.score", message)


def grade_fits_satisfaction(
    given: str | None, field: str, satisfaction: Decimal | None, bounds: Bounds
) -> Finding | None:
    """rating.satisfaction (组厅字〔2012〕6号): below the satisfaction asked nobody is 好 or 较好."""
    if given in (GOOD, FAIR) and satisfaction is not None and satisfaction < bounds.satisfaction:
        message = f"群众满意率低于 {bounds.satisfaction.normalize():f}%，不能定为“好”或“较好”，请核对"
        return warning(field, "rating.satisfaction", message)
    return None


def percentage_is_possible(value: Decimal | None, field: str, label: str) -> Finding | None:
    """rating.range: a score or a percentage lies between 0 and 100."""
    if value is not None and not 0 <= value <= 100:
        return error(field, "rating.range", f"{label}应在 0 到 100 之间，请核对")
    return None


def may_be_promoted(open_items: int, satisfaction: Decimal | None, least: Decimal) -> Finding | None:
    """rating.promoted (§8): a branch is promoted when every item is closed and satisfaction passes."""
    if open_items:
        return error("promoted", "rating.promoted", f"还有 {open_items} 项整改没有销号，不能晋位升级，请先逐项销号")
    if satisfaction is None:
        return error("mass_score", "rating.promoted", "晋位升级须有群众满意率，请填写测评结果")
    if satisfaction < least:
        message = f"群众满意率低于 {least.normalize():f}%，不能晋位升级，请继续整改后再测评"
        return error("promoted", "rating.promoted", message)
    return None


def decided_in_order(
    self_graded_on: date | None, township_graded_on: date | None, decided_on: date | None, today: date
) -> Finding | None:
    """rating.dates (§8): the branch grades itself, then the township, then the county decides; none after today."""
    days = [
        ("self_graded_on", "自评日期", self_graded_on),
        ("township_graded_on", "乡镇初定日期", township_graded_on),
        ("decided_on", "审定日期", decided_on),
    ]
    return runs_forward("rating.dates", days, today)
