"""Posts for members without office (无职党员设岗定责, §4): who ought to hold one, and when an assignment is sound."""

from datetime import date

from app.findings import Finding, error, warning


def ought_to_hold_post(office_held: str | None, *, able: bool, floating: bool, lost: bool) -> bool:
    """§4: whoever holds no office and is able; the old and weak and those long away are let off."""
    return not (office_held or "").strip() and able and not floating and not lost


def publicity_before_assignment(
    publicised_from: date | None, publicised_to: date | None, assigned_on: date | None
) -> Finding | None:
    """post.publicity (§4): a choice is made public, and the post is assigned when that time is over, its last day at
    the earliest."""
    if publicised_from and publicised_to and publicised_to < publicised_from:
        message = f"公示结束 {publicised_to} 早于公示开始 {publicised_from}，请核对"
        return error("publicised_to", "post.publicity", message)
    shown = publicised_to or publicised_from
    if shown and assigned_on and assigned_on < shown:
        message = f"定岗日期 {assigned_on} 早于公示结束 {shown}，应先公示后定岗，请核对"
        return warning("assigned_on", "post.publicity", message)
    return None


def ended_with_a_reason(assigned_on: date | None, ended_on: date | None, end_reason: str | None) -> Finding | None:
    """post.end (§4): who leaves a post leaves after taking it, and for a reason that is written down."""
    if ended_on and assigned_on and ended_on < assigned_on:
        return error("ended_on", "post.end", f"下岗日期 {ended_on} 早于定岗日期 {assigned_on}，请核对")
    if ended_on and not (end_reason or "").strip():
        return error("end_reason", "post.end", "已填写下岗日期，请写明调岗或下岗原因")
    return None


def year_is_sound(year: int | None, assigned_on: date | None, today: date) -> Finding | None:
    """post.year (§4): the year of service is not before the assignment, nor later than next year."""
    if year is None:
        return None
    if assigned_on and year < assigned_on.year:
        return error("year", "post.year", f"履职年度 {year} 早于定岗日期 {assigned_on}，请核对")
    if year > today.year + 1:
        return error("year", "post.year", f"履职年度 {year} 太远，最多填到 {today.year + 1} 年")
    return None
