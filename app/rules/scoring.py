"""The year's score to a hundred (科学考评“明责”, seed §4 and §10.2), the rank, and what follows below the mark."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from app.findings import Finding, error, warning
from app.rules.spans import months_later

DEDUCTION, REACHED, PROPORTION, RANGE, BONUS = "01", "02", "03", "04", "05"  # code table indicator_way
NOT_COMMENDED, PERSONS, ACCOUNT = "01", "02", "03"  # code table restriction_kind

FULL = Decimal(100)
PASS_MARK = Decimal(70)
RESTRICTION_MONTHS = 12
ACCOUNT_DAYS = 30
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Item:
    """One indicator of a standard, as far as its marks go."""

    id: str
    parent: str | None
    full_mark: Decimal
    way: str


def leaves(items: Sequence[Item]) -> list[Item]:
    """The indicators that are scored: those with none below them."""
    parents = {one.parent for one in items}
    return [one for one in items if one.id not in parents]


def sum_of_marks(items: Sequence[Item]) -> Decimal:
    """§10.2: the full marks of all that is scored; what is given in addition (加分) does not count."""
    return sum((one.full_mark for one in leaves(items) if one.way != BONUS), Decimal(0))


def marks_add_up(items: Sequence[Item], full: Decimal = FULL) -> Finding | None:
    """score.hundred (§10.2): the full marks of the leaves of a category add up to a hundred."""
    total = sum_of_marks(items)
    if total == full:
        return None
    message = f"各单项满分合计 {plain(total)} 分，应为 {plain(full)} 分（加分项另计），请核对各项满分"
    return warning("full_mark", "score.hundred", message)


def part_adds_up(full_mark: Decimal | None, below: Sequence[Item]) -> Finding | None:
    """score.part (§10.2): what stands below an indicator adds up to its full mark."""
    counted = [one.full_mark for one in below if one.way != BONUS]
    total = sum(counted, Decimal(0))
    if full_mark is None or not counted or total == full_mark:
        return None
    message = f"下级指标满分合计 {plain(total)} 分，与本项满分 {plain(full_mark)} 分不一致，请核对"
    return warning("full_mark", "score.part", message)


def score_for(
    way: str, full_mark: Decimal, value: Decimal, *, target: Decimal | None, floor: Decimal | None, step: Decimal | None
) -> Decimal | None:
    """The mark that a figure from the ledgers earns, in cents of a mark; None where the standard does not say how.

    扣分: each occasion costs a step. 达标: full at the target, else nothing. 比例: full at the target, in proportion
    below it. 区间: nothing up to the floor, full from the target, evenly between. 加分: each occasion gives a step.
    """
    if way == DEDUCTION and step is not None:
        mark = full_mark - step * value
    elif way == REACHED and target is not None:
        mark = full_mark if value >= target else Decimal(0)
    elif way == PROPORTION and target:
        mark = full_mark * value / target
    elif way == RANGE and target is not None and floor is not None and target > floor:
        mark = full_mark * (value - floor) / (target - floor)
    elif way == BONUS and step is not None:
        mark = step * value
    else:
        return None
    return min(max(mark, Decimal(0)), full_mark).quantize(CENT, ROUND_HALF_UP)


def within_full(field: str, label: str, score: Decimal | None, full_mark: Decimal | None) -> Finding | None:
    """score.range (§10.2): a score lies between nothing and the full mark of its indicator."""
    if score is None or full_mark is None or 0 <= score <= full_mark:
        return None
    return error(field, "score.range", f"{label}应在 0 到 {plain(full_mark)} 之间，请核对")


def deduction_has_a_reason(
    field: str, label: str, score: Decimal | None, full_mark: Decimal | None, way: str | None, reason: str | None
) -> Finding | None:
    """score.reason (§10.2): whoever takes marks off writes down for what; what is given in addition is no deduction."""
    if score is None or full_mark is None or way == BONUS or score >= full_mark or (reason or "").strip():
        return None
    return error(field, "score.reason", f"{label}比满分少 {plain(full_mark - score)} 分，请写明扣分事由")


def total(scores: Iterable[Decimal], full: Decimal = FULL) -> Decimal:
    """§10.2: the sum of the scores, never above a hundred, whatever was given in addition."""
    return min(sum(scores, Decimal(0)), full)


def passes(score: Decimal, mark: Decimal = PASS_MARK, *, mark_passes: bool = True) -> bool:
    """Seed §4: “70分以下” has consequences. Whether 70 itself passes is policy (score.pass_mark_passes); it does."""
    return score > mark or (mark_passes and score == mark)


def ranks(totals: Mapping[str, Decimal]) -> dict[str, int]:
    """The rank of each office, the highest total first; equal totals share a rank and the next one is left out."""
    return {one: 1 + sum(other > mine for other in totals.values()) for one, mine in totals.items()}


@dataclass(frozen=True)
class Consequence:
    """One restriction that a total below the mark brings; `person` is None for what concerns the office."""

    kind: str
    person: str | None
    position: str | None
    start: date
    until: date


def consequences(
    decided_on: date,
    people: Sequence[tuple[str, str]],
    *,
    months: int = RESTRICTION_MONTHS,
    account_days: int = ACCOUNT_DAYS,
) -> list[Consequence]:
    """Seed §4, below the mark: the office is not commended for a year; its secretary owes a written account with a
    promise by a day; secretary, responsible leader and full-time staff are neither promoted, moved nor commended for a
    year. `people` are pairs of name and position, the secretary first; who is named twice is restricted once.
    """
    until = months_later(decided_on, months)
    found = [Consequence(NOT_COMMENDED, None, None, decided_on, until)]
    if people:
        found.append(Consequence(ACCOUNT, *people[0], decided_on, decided_on + timedelta(days=account_days)))
    positions: dict[str, list[str]] = {}
    for person, position in people:
        positions.setdefault(person, []).append(position)
    found += [Consequence(PERSONS, one, "、".join(held), decided_on, until) for one, held in positions.items()]
    return found


@dataclass(frozen=True)
class Bound:
    """A person who may be neither promoted nor moved from a day until a day."""

    person: str
    start: date
    until: date


def appointment_breaks(field: str, person: str | None, on: date | None, bounds: Iterable[Bound]) -> Finding | None:
    """restriction.appointment (seed §4): nobody is appointed while a restriction holds; its last day is free again.

    A warning, for two people may share a name.
    """
    for one in bounds:
        if person == one.person and on is not None and one.start <= on < one.until:
            message = (
                f"{person}受考核限制，{one.start} 至 {one.until} 不提拔、不重用、不调动。"
                "请核对是不是同一个人，是的请先报县委组织部"
            )
            return warning(field, "restriction.appointment", message)
    return None


def plain(number: Decimal) -> str:
    """A number as people write it, without zeros that say nothing."""
    return f"{number.normalize():f}"
