"""Village meeting places (村级组织活动场所, §7): standard, building, money (in fen), use. Areas in square metres."""

from collections.abc import Iterable, Mapping, Set
from datetime import date
from decimal import Decimal

from app.findings import Finding, error, warning

NEW, UPGRADED, ENLARGED, BOUGHT = "01", "02", "03", "04"  # code table project_kind
MAKING = (NEW, UPGRADED, BOUGHT)
"""Kinds of projects without whose acceptance a venue does not count."""
PLANNED = {NEW: "plan.venue.new", UPGRADED: "plan.venue.upgraded"}
"""[seed §1] What the county's plan counts (277 new and 43 upgraded), and the policy keys of the numbers."""


def is_up_to_standard(floor_area: Decimal | None, standard: Decimal) -> bool:
    """§7: the floor area reaches the standard that policy sets (venue.standard_area); unknown areas do not."""
    return floor_area is not None and floor_area >= standard


def standard_is_claimed_rightly(
    meets_standard: bool | None, floor_area: Decimal | None, standard: Decimal
) -> Finding | None:
    """venue.standard (§7): a venue that is said to be up to standard has the floor area."""
    if meets_standard and not is_up_to_standard(floor_area, standard):
        have = "没有填写" if floor_area is None else f"为 {floor_area}㎡"
        message = f"填为达标，但建筑面积{have}，达标面积是 {standard}㎡，请核对"
        return warning("meets_standard", "venue.standard", message)
    return None


def finished_after_started(started_on: date | None, finished_on: date | None) -> Finding | None:
    """venue.finished (§7): a building is finished on the day it was begun or later."""
    if started_on and finished_on and finished_on < started_on:
        message = f"竣工日期 {finished_on} 早于开工日期 {started_on}，请核对"
        return error("finished_on", "venue.finished", message)
    return None


def funding_adds_up(planned_invest: int, planned: Iterable[int]) -> Finding | None:
    """venue.funding (§7): the money planned by source adds up to the project's investment. All in fen.

    A warning, for the sources are entered one by one.
    """
    total = sum(planned)
    if total == planned_invest:
        return None
    more = "多" if total > planned_invest else "少"
    gap = abs(total - planned_invest)
    message = f"资金来源合计 {_yuan(total)}，比计划投资 {_yuan(planned_invest)} {more} {_yuan(gap)}，请核对各项来源"
    return warning("planned_invest", "venue.funding", message)


def accepted_after_finished(
    accepted: bool | None, accepted_on: date | None, finished_on: date | None
) -> Finding | None:
    """venue.accepted (§7): a project is accepted on a day that is known, once it is finished."""
    if accepted and not accepted_on:
        return error("accepted_on", "venue.accepted", "验收合格的项目须填写验收日期")
    if (accepted or accepted_on) and not finished_on:
        return error("finished_on", "venue.accepted", "已经验收的项目须填写竣工日期，未竣工的不能验收")
    if accepted_on and finished_on and accepted_on < finished_on:
        message = f"验收日期 {accepted_on} 早于竣工日期 {finished_on}，请核对"
        return error("accepted_on", "venue.accepted", message)
    return None


def counts(meets_standard: bool | None, projects: Iterable[tuple[str, bool | None]]) -> bool:
    """§7: a venue counts when it is up to standard, and where projects (kind, accepted) build it or bring it up to
    standard, when one of them was accepted: only what is accepted is built."""
    making = [accepted for kind, accepted in projects if kind in MAKING]
    return bool(meets_standard) and (not making or any(making))


def lacking(villages: Set[str], counted: Set[str]) -> Set[str]:
    """§7: the villages without a venue that counts; each is named."""
    return villages - counted


def coverage(villages: Set[str], counted: Set[str]) -> Decimal | None:
    """§7: of the villages the share with a venue that counts, 0 to 1 to four places; None without villages."""
    if not villages:
        return None
    return (Decimal(len(villages & counted)) / len(villages)).quantize(Decimal("0.0001"))


def against_the_plan(projects: Iterable[tuple[str, bool | None]]) -> Mapping[str, int]:
    """[seed §1] How many accepted projects (kind, accepted) there are of each kind that the plan counts."""
    done = [kind for kind, accepted in projects if accepted]
    return {kind: done.count(kind) for kind in PLANNED}


def attendance_is_possible(attendance: int | None) -> Finding | None:
    """venue.attendance (§7): nobody or somebody came."""
    if attendance is not None and attendance < 0:
        return error("attendance", "venue.attendance", "参加人数不能是负数，请核对")
    return None


def _yuan(fen: int) -> str:
    return f"{Decimal(fen) / 100:,.2f} 元"
