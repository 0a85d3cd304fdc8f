"""Party organisations: size, committee, term of office, abolishing (§2.5, O01 to O06). Numbers are those of policy."""

from datetime import date
from enum import StrEnum

from app.findings import Finding, error, warning
from app.rules.spans import months_later, years_later

COMMITTEE, GENERAL_BRANCH, BRANCH = "611", "621", "631"  # code table org_kind
VILLAGE, COMMUNITY = "01", "02"  # code table sector

BRANCH_MIN, BRANCH_MAX = 3, 50
GENERAL_BRANCH_MIN, COMMITTEE_MIN = 50, 100
COMMITTEE_FROM, SEATS_MIN, SEATS_MAX = 7, 3, 7
NOTICE_MONTHS, ALARM_MONTHS, SHIFT_MONTHS = 6, 3, 12


def has_members_for_a_branch(kind: str | None, full_members: int, *, at_least: int = BRANCH_MIN) -> Finding | None:
    """O01: a branch of its own has three full members or more; fewer form a joint branch with their neighbours."""
    if kind == BRANCH and full_members < at_least:
        message = f"正式党员只有{full_members}名，不足{at_least}名，请与邻近单位成立联合党支部"
        return warning("kind", "O01", message)
    return None


def is_not_too_large(kind: str | None, members: int, *, at_most: int = BRANCH_MAX) -> Finding | None:
    """O02: a branch has, as a rule, no more than fifty members."""
    if kind == BRANCH and members > at_most:
        message = f"党支部有{members}名党员，一般不超过{at_most}名，请考虑分设支部或成立党总支"
        return warning("kind", "O02", message)
    return None


def committee_fits(
    kind: str | None,
    full_members: int,
    seats: int,
    *,
    needed_from: int = COMMITTEE_FROM,
    low: int = SEATS_MIN,
    high: int = SEATS_MAX,
) -> Finding | None:
    """O03: seven full members and more elect a committee of three to five, seven at most; fewer, a secretary and
    perhaps a deputy."""
    if kind != BRANCH:
        return None
    if full_members >= needed_from and not low <= seats <= high:
        message = f"正式党员有{full_members}名，应设支部委员会，委员{low}至{high}名，现有{seats}名，请补选或核对"
        return warning(None, "O03", message)
    if full_members < needed_from and seats >= low:
        message = f"正式党员只有{full_members}名，不足{needed_from}名，不设委员会，只设书记1名，必要时设副书记1名"
        return warning(None, "O03", message)
    return None


def kind_fits_size(
    kind: str | None, members: int, *, general_from: int = GENERAL_BRANCH_MIN, committee_from: int = COMMITTEE_MIN
) -> Finding | None:
    """O04: fifty members may form a general branch and a hundred a committee; fewer with the superior's consent."""
    needed = {GENERAL_BRANCH: ("党总支", general_from), COMMITTEE: ("党委", committee_from)}.get(kind or "")
    if needed and members < needed[1]:
        message = f"{needed[0]}一般须有{needed[1]}名以上党员，现有{members}名，请核对或注明上级批准文号"
        return warning("kind", "O04", message)
    return None


def term_key(kind: str, sector: str) -> str:
    """O05: the policy key of the years of a term: for committees, for villages and communities, for others."""
    if kind == COMMITTEE:
        return "org.term_years.committee"
    return "org.term_years.village" if sector in (VILLAGE, COMMUNITY) else "org.term_years.other"


def term_end(elected_on: date, years: int) -> date:
    """O05: the day on which a term is complete."""
    return years_later(elected_on, years)


class TermState(StrEnum):
    """How near the end of a term is: yellow, orange and red on the workbench."""

    RUNNING = "running"
    NOTICE = "notice"
    ALARM = "alarm"
    OVER = "over"


def term_state(
    elected_on: date, years: int, today: date, *, notice: int = NOTICE_MONTHS, alarm: int = ALARM_MONTHS
) -> TermState:
    """O05: notice six months before the end of a term, alarm three months before, over from the day itself."""
    end = term_end(elected_on, years)
    if today >= end:
        return TermState.OVER
    if today >= months_later(end, -alarm):
        return TermState.ALARM
    return TermState.NOTICE if today >= months_later(end, -notice) else TermState.RUNNING


def term_is_current(
    elected_on: date | None,
    term_years: int | None,
    today: date,
    *,
    notice: int = NOTICE_MONTHS,
    alarm: int = ALARM_MONTHS,
) -> Finding | None:
    """O05, O06: the sentence for a term that ends soon or has ended."""
    if not elected_on or not term_years:
        return None
    end = term_end(elected_on, term_years)
    messages = {
        TermState.OVER: f"任期已于 {end} 届满，请尽快换届；延期换届须报上级党组织批准，一般不超过1年",
        TermState.ALARM: f"任期将于 {end} 届满，已进入届满前{alarm}个月，请向上级党组织报送换届请示",
        TermState.NOTICE: f"任期将于 {end} 届满，已进入届满前{notice}个月，请着手准备换届",
    }
    message = messages.get(term_state(elected_on, term_years, today, notice=notice, alarm=alarm))
    return warning("elected_on", "O05", message) if message else None


def election_is_in_time(previous: date, years: int, elected_on: date, *, at_most: int = SHIFT_MONTHS) -> Finding | None:
    """O06: an election is held no more than a year before or after the end of the term, and then with consent."""
    end = term_end(previous, years)
    if months_later(end, -at_most) <= elected_on <= months_later(end, at_most):
        return None
    message = f"换届日期 {elected_on} 与届满日 {end} 相差超过{at_most}个月，请核对，并注明上级批准文号"
    return warning("elected_on", "O06", message)


def may_be_abolished(members_left: int) -> Finding | None:
    """org.abolish (§2.5): an organisation is abolished only when no member is left in it."""
    if members_left > 0:
        return error("kind", "org.abolish", f"该党组织还有{members_left}名党员，请先办理转接，再撤销")
    return None
