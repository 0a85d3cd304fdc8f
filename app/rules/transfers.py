"""Transfers of membership (组织关系转接, §3): how long a letter is valid, when its receipt is due, what it must say."""

from datetime import date, timedelta
from enum import StrEnum

from app.findings import Finding, error, warning
from app.rules.spans import months_later

OUT, IN = "01", "02"  # code table transfer_direction
INSIDE, COUNTY = "01", "02"  # code table transfer_scope
ISSUED, ACCEPTED, RECEIVED, REFUSED, CANCELLED = "01", "02", "03", "04", "05"  # code table transfer_status

NEAR = ("02", "03")
"""Scopes within the county and the city, whose letters are valid for a shorter time."""
LETTER_DAYS_NEAR, LETTER_DAYS, LETTER_MONTHS_MAX, RECEIPT_MONTHS, NOTICE_DAYS = 10, 30, 3, 1, 7
"""Where policy `transfer.*` is silent."""


class State(StrEnum):
    """How a letter that was given stands while neither accepted nor refused."""

    RUNNING = "running"
    NOTICE = "notice"
    EXPIRED = "expired"
    OVERDUE = "overdue"


def days_key(scope: str | None) -> tuple[str, int]:
    """§3: the policy key of a letter's validity in days, and the number where policy is silent."""
    return ("transfer.letter_days_near", LETTER_DAYS_NEAR) if scope in NEAR else ("transfer.letter_days", LETTER_DAYS)


def valid_until(issued_on: date, valid_days: int) -> date:
    """§3: the last day on which the member may report with the letter."""
    return issued_on + timedelta(valid_days)


def letter_state(
    issued_on: date,
    valid_days: int,
    today: date,
    *,
    notice_days: int = NOTICE_DAYS,
    receipt_months: int = RECEIPT_MONTHS,
) -> State:
    """§3: notice seven days before a letter runs out; overdue a month after, when the receipt of somebody who reported
    on the last day should be here."""
    end = valid_until(issued_on, valid_days)
    if today > months_later(end, receipt_months):
        return State.OVERDUE
    if today > end:
        return State.EXPIRED
    return State.NOTICE if today >= end - timedelta(notice_days) else State.RUNNING


def receipt_due(reported_on: date, *, months: int = RECEIPT_MONTHS) -> date:
    """§3: the day by which the receiving committee sends the receipt back."""
    return months_later(reported_on, months)


def in_time(issued_on: date | None, valid_days: int | None, reported_on: date) -> str | None:
    """§3: why somebody who reports on a day cannot be accepted on the letter, None when the letter is good."""
    if issued_on is None:
        return None
    if reported_on < issued_on:
        return f"报到日期 {reported_on} 早于介绍信开出日期 {issued_on}，请核对"
    if valid_days is None or reported_on <= (end := valid_until(issued_on, valid_days)):
        return None
    return (
        f"介绍信有效期到 {end}，{reported_on} 报到已经过期，不能接收。"
        "请填写实际报到日期；确实超期的，请原党组织查明原因后重新开具"
    )


# ---------------------------------------------------------------- what a record must say


def dates_run_forward(
    issued_on: date | None, reported_on: date | None, receipt_on: date | None, today: date
) -> Finding | None:
    """transfer.dates (§3): issued, reported, receipt, in this order, and none of them still to come."""
    last: tuple[str, date] | None = None
    for name, label, day in (
        ("issued_on", "开出日期", issued_on),
        ("reported_on", "报到日期", reported_on),
        ("receipt_on", "回执日期", receipt_on),
    ):
        if day is None:
            continue
        if day > today:
            return error(name, "transfer.dates", f"{label} {day} 晚于今天，请核对")
        if last is not None and day < last[1]:
            return error(name, "transfer.dates", f"{label} {day} 早于{last[0]} {last[1]}，请核对")
        last = (label, day)
    return None


def valid_for_long_enough(
    issued_on: date | None, valid_days: int | None, *, months: int = LETTER_MONTHS_MAX
) -> Finding | None:
    """transfer.validity (§3): a letter is valid for a day at least and for three months at most."""
    if valid_days is None:
        return None
    if valid_days == 0:
        return error("valid_days", "transfer.validity", "有效期不能是 0 天，请填写天数")
    if issued_on is not None and valid_until(issued_on, valid_days) > (end := months_later(issued_on, months)):
        most = (end - issued_on).days
        message = f"介绍信有效期最长 {months} 个月，从 {issued_on} 起不超过 {most} 天，请改短"
        return error("valid_days", "transfer.validity", message)
    return None


def dues_are_paid(
    direction: str | None,
    scope: str | None,
    status: str | None,
    issued_on: date | None,
    dues_paid_to: str | None,
) -> Finding | None:
    """transfer.dues (§3): a letter says to which month dues are paid, and nobody leaves who owes some."""
    if direction != OUT or scope == INSIDE or status != ISSUED:
        return None
    if dues_paid_to is None:
        return warning("dues_paid_to", "transfer.dues", "介绍信要写明党费交至何年何月，请填写")
    if issued_on is not None and dues_paid_to < (before := months_later(issued_on.replace(day=1), -1).isoformat()[:7]):
        message = f"党费只交到 {dues_paid_to}，开出介绍信前应交清到 {before}，请先补交"
        return warning("dues_paid_to", "transfer.dues", message)
    return None


def letter_is_described(
    direction: str | None,
    scope: str | None,
    letter_no: str | None,
    issued_on: date | None,
    to_branch: str | None,
    to_office_id: str | None,
) -> list[Finding]:
    """transfer.letter (§3): a letter that goes out has a number, a day, and somewhere to go."""
    if direction != OUT or scope in (None, INSIDE):
        return []
    found = []
    if not to_branch and not to_office_id:
        found.append(error("to_branch", "transfer.letter", "请填写去往哪个党组织；县内的请选转入单位"))
    elif scope == COUNTY and not to_office_id:
        message = "没有选转入单位，介绍信不能随数据包送到对方，只能凭纸质介绍信办理"
        found.append(warning("to_office_id", "transfer.letter", message))
    if not issued_on:
        found.append(error("issued_on", "transfer.letter", "请填写介绍信的开出日期，有效期从这天算起"))
    if not letter_no:
        found.append(warning("letter_no", "transfer.letter", "介绍信没有编号，请按存根编号填写"))
    return found


def office_is_in_the_county(
    scope: str | None, from_office_id: str | None, to_office_id: str | None, direction: str | None
) -> Finding | None:
    """transfer.office (§3): only a transfer within the county goes to another office of it, and never to one's own."""
    if scope in (None, COUNTY):
        if from_office_id and from_office_id == to_office_id:
            field = "from_office_id" if direction == IN else "to_office_id"
            return error(field, "transfer.office", "转出单位和转入单位相同；本乡镇支部之间的，转接类别请选“乡镇内”")
        return None
    field, other = ("to_office_id", to_office_id) if direction == OUT else ("from_office_id", from_office_id)
    if direction is not None and other:
        word = "转入单位" if field == "to_office_id" else "转出单位"
        return error(
            field, "transfer.office", f"只有县内转接才选{word}，县外的请写在党组织名称里，或把转接类别改为“县内”"
        )
    return None


def somebody_is_named(direction: str | None, member_id: str | None, name: str | None) -> Finding | None:
    """transfer.person (§3): who is transferred; one of ours is a member on the roll, not only a name."""
    if direction == OUT and not member_id:
        return error("member_id", "transfer.person", "请选要转出的党员")
    if direction == IN and not member_id and not name:
        return error("name", "transfer.person", "请填写转入党员的姓名")
    return None


def reason_is_given(status: str | None, reason: str | None) -> Finding | None:
    """transfer.reason (§3): nobody is sent back without a reason."""
    if status == REFUSED and not reason:
        return error("reason", "transfer.reason", "退回须写明原因，党组织不得无故拒转拒接")
    return None
