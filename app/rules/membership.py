"""Keeping touch with members: who is lost, who is floating, how each is reached, whose probation ends (§2.1, §2.6)."""

from datetime import date

from app.findings import Finding, error, warning
from app.rules.recruitment import PROBATION_MONTHS, PROBATIONARY, probation_ends_on
from app.rules.spans import months_later

LOST_AFTER_MONTHS = 6


def lost_has_a_day(lost: bool | None, lost_since: date | None) -> Finding | None:
    """member.lost (§2.1): a member who is lost has the day since which, the last meeting attended or dues paid."""
    if lost and not lost_since:
        message = "失联党员须填写失去联系日期（最近一次参加组织生活或交纳党费的日期）"
        return error("lost_since", "member.lost", message)
    return None


def lost_for_half_a_year(lost: bool | None, lost_since: date | None, today: date) -> Finding | None:
    """member.lost (§2.6): lost means out of touch for six months or more."""
    if lost and lost_since and (due := months_later(lost_since, LOST_AFTER_MONTHS)) > today:
        message = f"失去联系未满{LOST_AFTER_MONTHS}个月（满期 {due}），暂不列为失联党员，请核对失去联系日期"
        return warning("lost_since", "member.lost", message)
    return None


def floating_has_a_place(floating: bool | None, floating_to: str | None) -> Finding | None:
    """member.floating (§2.1): of a floating member the place is known, by province, city and county."""
    if floating and not (floating_to or "").strip():
        return error("floating_to", "member.floating", "流动党员须填写外出流向（省、市、县）")
    return None


def can_be_reached(phone: str | None, landline: str | None) -> Finding | None:
    """member.phone (§2.1): there is a mobile number or a landline."""
    if not phone and not landline:
        return warning("phone", "member.phone", "手机号和固定电话都没有填写，请至少补填一项")
    return None


def probation_is_due(
    category: str | None,
    joined_on: date | None,
    today: date,
    *,
    extended_to: date | None = None,
    months: int = PROBATION_MONTHS,
    ahead_months: int = 1,
) -> Finding | None:
    """D22, D25: a probationary member whose probation ends within so many months, or has ended, is to be discussed."""
    if category != PROBATIONARY or not joined_on:
        return None
    due = extended_to or probation_ends_on(joined_on, months=months)
    if today >= due:
        message = f"预备期已于 {due} 届满，请及时召开支部大会讨论转正"
    elif today >= months_later(due, -ahead_months):
        message = f"预备期将于 {due} 届满，请提醒本人递交转正申请"
    else:
        return None
    return warning("joined_on", "D22", message)
