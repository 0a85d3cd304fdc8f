"""党纪处分 (《中国共产党纪律处分条例》 2023, articles 8 to 13; D11, O10): how long a decision has effect, and when who
is watched within the Party (留党察看) is without rights."""

from datetime import date

from app.findings import Finding, error, warning
from app.rules.spans import months_later, years_later

WARNED, SERIOUSLY_WARNED, REMOVED, WATCHED, EXPELLED = "01", "02", "03", "04", "05"
"""Code table discipline_kind."""
MONTHS = {WARNED: 12, SERIOUSLY_WARNED: 18, REMOVED: 24, WATCHED: 24, EXPELLED: 60}
"""How long each has effect: from the decision; of 留党察看 from the day on which the rights return."""
KEYS = {
    WARNED: "discipline.warning_months",
    SERIOUSLY_WARNED: "discipline.serious_warning_months",
    REMOVED: "discipline.removal_months",
    WATCHED: "discipline.after_watch_months",
    EXPELLED: "discipline.expulsion_months",
}
"""The policy that sets it."""
WATCH_YEARS = 2
NOTICE_MONTHS = 1


def watched_until(decided_on: date, years: int | None, extended_on: date | None, *, most: int = WATCH_YEARS) -> date:
    """The day on which the time of being watched is over (article 12): the years decided, one more where it was
    extended, two in all at most."""
    return years_later(decided_on, min(most, (years or 1) + (extended_on is not None)))


def rights_suspended(kind: str, decided_on: date, restored_on: date | None, on: date) -> bool:
    """Whether a member has neither vote nor the right to be elected, and introduces nobody (article 12, O10, D11): from
    the decision until somebody decides that the rights return, which the end of the time alone does not bring."""
    return kind == WATCHED and decided_on <= on and (restored_on is None or on < restored_on)


def effect_ends_on(kind: str, decided_on: date, restored_on: date | None, months: int) -> date | None:
    """The day from which a decision stands in nobody's way any more; None where a member's rights are still out."""
    if kind != WATCHED:
        return months_later(decided_on, months)
    return None if restored_on is None else months_later(restored_on, months)


def watch_has_its_years(kind: str | None, watched_years: int | None) -> Finding | None:
    """discipline.years (article 12): 留党察看 is for one year or for two, and nothing else has a term."""
    if kind is None:
        return None
    if kind == WATCHED and watched_years not in (1, 2):
        return error("watched_years", "discipline.years", "留党察看分一年和二年，请填写察看期限 1 或 2")
    if kind != WATCHED and watched_years is not None:
        return error("watched_years", "discipline.years", "只有留党察看有察看期限，请核对处分种类，或清空察看期限")
    return None


def extension_is_sound(
    kind: str | None, decided_on: date | None, watched_years: int | None, extended_on: date | None
) -> Finding | None:
    """discipline.extended (article 12): one year is extended by one, two are not."""
    if extended_on is None or decided_on is None:
        return None
    if kind != WATCHED or watched_years != 1:
        message = "只有留党察看一年的可以延长一年，最长不超过二年，请核对，或清空延长察看日期"
        return error("extended_on", "discipline.extended", message)
    if extended_on <= decided_on:
        message = f"延长察看日期 {extended_on} 应在批准日期 {decided_on} 以后，请核对"
        return error("extended_on", "discipline.extended", message)
    return None


def rights_return_in_time(
    kind: str | None,
    decided_on: date | None,
    watched_years: int | None,
    extended_on: date | None,
    restored_on: date | None,
    today: date,
) -> Finding | None:
    """discipline.restored (article 12): the rights of who was watched return when the time is over."""
    if restored_on is None or decided_on is None:
        return None
    if kind != WATCHED:
        message = "只有留党察看才有恢复党员权利，请核对处分种类，或清空恢复权利日期"
        return error("restored_on", "discipline.restored", message)
    if restored_on > today:
        return error("restored_on", "discipline.restored", f"恢复权利日期 {restored_on} 晚于今天，请核对")
    if restored_on < (due := watched_until(decided_on, watched_years, extended_on)):
        message = f"恢复权利日期 {restored_on} 早于察看期满日 {due}，请核对"
        return error("restored_on", "discipline.restored", message)
    return None


def watch_is_over(
    kind: str | None,
    decided_on: date | None,
    watched_years: int | None,
    extended_on: date | None,
    restored_on: date | None,
    today: date,
) -> Finding | None:
    """discipline.due (article 12): the time of being watched ends within a month or has ended, and nobody has decided
    what follows."""
    if kind != WATCHED or decided_on is None or restored_on is not None:
        return None
    due = watched_until(decided_on, watched_years, extended_on)
    if today < months_later(due, -NOTICE_MONTHS):
        return None
    more = "恢复党员权利，或延长一年" if watched_years == 1 and extended_on is None else "恢复党员权利"
    when = f"已于 {due} 期满" if due <= today else f" {due} 期满"
    return warning("restored_on", "discipline.due", f"留党察看{when}，请报批是否{more}；坚持不改的应开除党籍")
