"""Dispatched cadres (选派干部, seed §2, domain §6): who is sent where, and for how long."""

from datetime import date

from app.findings import Finding, error, warning
from app.rules.rating import GRADE_NAMES, WEAK

FIRST_SECRETARY, GUIDE, INSTRUCTOR, VILLAGE_SECRETARY = "01", "02", "03", "04"  # code table dispatch_kind
KIND_NAMES = {FIRST_SECRETARY: "第一书记", GUIDE: "科学发展指导员", INSTRUCTOR: "党建工作指导员"}
NEW_SECTORS = ("06", "07")
"""Code table sector: enterprises outside the public sector and social organisations (两新组织)."""


def ought_to_get(sector: str | None, grade: str | None) -> str | None:
    """The kind of cadre that an organisation ought to get (seed §2).

    An enterprise or social organisation gets an instructor, whatever its grade; a weak branch a first secretary, a good
    one a guide. None while nobody has graded it.
    """
    if sector in NEW_SECTORS:
        return INSTRUCTOR
    if grade is None:
        return None
    return FIRST_SECRETARY if grade in WEAK else GUIDE


def fits(kind: str | None, sector: str | None, grade: str | None) -> Finding | None:
    """dispatch.fit (seed §2): a cadre's kind fits the organisation as it is graded now. Who becomes secretary of the
    village itself (到村任书记) may go anywhere."""
    ought = ought_to_get(sector, grade)
    if kind is None or ought is None or kind in (VILLAGE_SECRETARY, ought):
        return None
    if sector in NEW_SECTORS:
        reason = "派往的是两新组织"
    else:
        reason = f"派往的党组织定级为“{GRADE_NAMES.get(grade or '', '未定级')}”"
    return warning("kind", "dispatch.fit", f"{reason}，应派{KIND_NAMES[ought]}，请重新匹配")


def days_run_forward(
    birth: date | None, since: date | None, until: date | None, recalled_on: date | None, today: date
) -> Finding | None:
    """dispatch.dates: born, sent, and back again."""
    if birth and since and since <= birth:
        return error("since", "dispatch.dates", f"到岗日期 {since} 应晚于出生日期 {birth}，请核对两个日期")
    if since and until and until < since:
        return error("until", "dispatch.dates", f"任期至 {until} 早于到岗日期 {since}，请核对两个日期")
    if recalled_on and recalled_on > today:
        return error("recalled_on", "dispatch.dates", f"召回日期 {recalled_on} 晚于今天，请核对")
    if since and recalled_on and recalled_on < since:
        return error("recalled_on", "dispatch.dates", f"召回日期 {recalled_on} 早于到岗日期 {since}，请核对两个日期")
    return None


def recalled_with_a_reason(recalled_on: date | None, recall_reason: str | None) -> Finding | None:
    """dispatch.recall (§6.2): who is recalled or exchanged is so for a reason."""
    if recalled_on and not recall_reason:
        return warning("recall_reason", "dispatch.recall", "请填写召回或调整的原因")
    return None


def days_in_month(days: int | None, least: int, length: int) -> Finding | None:
    """dispatch_log.days (§6.2): no more days than the month has; fewer than policy asks is doubtful."""
    if days is None:
        return None
    if days > length:
        return error("days", "dispatch_log.days", f"这个月只有 {length} 天，请核对驻点天数")
    if days < least:
        return warning("days", "dispatch_log.days", f"驻点 {days} 天，少于每月 {least} 天的要求")
    return None
