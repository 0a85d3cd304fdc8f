"""One branch, one remedy (一个支部、一个对策、逐一整顿、跟踪销号; seed §3): the states of an item, its closing."""

from datetime import date
from enum import StrEnum

from app.findings import Finding, error, warning
from app.rules.order import runs_forward


class State(StrEnum):
    """Where an item stands. Its words are those of the ledger."""

    NOT_BEGUN = "未启动"
    UNDER_WAY = "整改中"
    CLAIMED = "申请销号"
    CLOSED = "已销号"
    RELAPSED = "反弹"


def state(
    percent: int | None = None,
    progress: str | None = None,
    claimed_on: date | None = None,
    closed_on: date | None = None,
    relapsed: bool | None = None,
) -> State:
    """§8: 未启动 → 整改中 → 申请销号 → 已销号 → 反弹, read from what has been written down."""
    if closed_on:
        return State.RELAPSED if relapsed else State.CLOSED
    if claimed_on:
        return State.CLAIMED
    return State.UNDER_WAY if percent or progress else State.NOT_BEGUN


def is_overdue(due_on: date | None, closed_on: date | None, today: date) -> bool:
    """§8: what is not closed after its day is red. On the day itself it is not."""
    return due_on is not None and closed_on is None and due_on < today


def standing(
    today: date,
    due_on: date | None = None,
    percent: int | None = None,
    progress: str | None = None,
    claimed_on: date | None = None,
    closed_on: date | None = None,
    relapsed: bool | None = None,
) -> str:
    """The state in words, and that it is past due where it is."""
    found = state(percent, progress, claimed_on, closed_on, relapsed)
    return f"{found}，超期" if is_overdue(due_on, closed_on, today) else str(found)


def overdue(due_on: date | None, closed_on: date | None, today: date) -> Finding | None:
    """rectification.due (§8): past due."""
    if due_on and is_overdue(due_on, closed_on, today):
        return warning("due_on", "rectification.due", f"完成时限 {due_on} 已过，还没有销号，请抓紧整改")
    return None


def dates_run_forward(
    opened_on: date | None,
    due_on: date | None,
    claimed_on: date | None,
    verified_on: date | None,
    closed_on: date | None,
    recheck_on: date | None,
    today: date,
) -> Finding | None:
    """rectification.dates (§8): opened, claimed, verified, closed, rechecked in this order, and none after today; due
    on or after the day of opening."""
    if opened_on and due_on and due_on < opened_on:
        return error("due_on", "rectification.dates", f"完成时限 {due_on} 早于立账日期 {opened_on}，请核对")
    steps = [
        ("opened_on", "立账日期", opened_on),
        ("claimed_on", "申请销号日期", claimed_on),
        ("verified_on", "核验日期", verified_on),
        ("closed_on", "销号日期", closed_on),
        ("recheck_on", "复查日期", recheck_on),
    ]
    return runs_forward("rectification.dates", steps, today)


def closed_rightly(
    closed_on: date | None,
    claimed_on: date | None,
    verified_by: str | None,
    verified_on: date | None,
    responsible: str | None,
    *,
    evidence: bool,
) -> Finding | None:
    """rectification.closed (§8): an item is closed after somebody else than the responsible one has verified it, and
    with evidence (written in its field or attached)."""
    if verified_by and responsible and verified_by == responsible:
        message = f"核验人和责任人都是{responsible}；谁整改、谁核验要分开，请换一个核验人"
        return error("verified_by", "rectification.closed", message)
    if closed_on is None:
        return None
    if claimed_on is None:
        return error("claimed_on", "rectification.closed", "销号前须先申请，请填写申请销号日期")
    if not verified_by or verified_on is None:
        return error("verified_by", "rectification.closed", "销号须经核验，请填写核验人和核验日期")
    if not evidence:
        return error("evidence", "rectification.closed", "销号须有佐证，请填写佐证材料或添加附件")
    return None


def relapsed_rightly(relapsed: bool | None, closed_on: date | None, recheck_on: date | None) -> Finding | None:
    """rectification.relapse (§8): only what was closed can come back, and a recheck finds it."""
    if relapsed and closed_on is None:
        return error("relapsed", "rectification.relapse", "还没有销号的问题不算反弹，请核对")
    if relapsed and recheck_on is None:
        return error("recheck_on", "rectification.relapse", "反弹由复查发现，请填写复查日期")
    return None


def percent_is_possible(percent: int | None, closed_on: date | None) -> Finding | None:
    """rectification.percent: progress lies between 0 and 100, and what is closed is done."""
    if percent is not None and percent > 100:
        return error("percent", "rectification.percent", "完成进度应在 0 到 100 之间，请核对")
    if closed_on and percent is not None and percent < 100:
        return warning("percent", "rectification.percent", "已经销号，完成进度应为 100，请核对")
    return None
