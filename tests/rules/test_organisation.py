"""Party organisations (§2.5): every case names its rule."""

from datetime import date

import pytest

from app.findings import Finding, Level
from app.rules.organisation import (
    TermState,
    committee_fits,
    election_is_in_time,
    has_members_for_a_branch,
    is_not_too_large,
    kind_fits_size,
    may_be_abolished,
    term_end,
    term_is_current,
    term_key,
    term_state,
)

COMMITTEE, GENERAL_BRANCH, BRANCH, JOINT = "611", "621", "631", "632"


@pytest.mark.parametrize(
    ("kind", "full_members", "sound"),
    [
        (BRANCH, 3, True),  # O01
        (BRANCH, 2, False),  # O01
        (JOINT, 2, True),  # O01: fewer form a joint branch
        (COMMITTEE, 0, True),
    ],
)
def test_members_for_a_branch(kind: str, full_members: int, sound: bool):
    finding = has_members_for_a_branch(kind, full_members)
    message = f"正式党员只有{full_members}名，不足3名，请与邻近单位成立联合党支部"
    assert finding == (None if sound else Finding(Level.WARNING, "kind", "O01", message))


@pytest.mark.parametrize(
    ("kind", "members", "sound"),
    [(BRANCH, 50, True), (BRANCH, 51, False), (GENERAL_BRANCH, 80, True)],  # O02
)
def test_size(kind: str, members: int, sound: bool):
    finding = is_not_too_large(kind, members)
    message = f"党支部有{members}名党员，一般不超过50名，请考虑分设支部或成立党总支"
    assert finding == (None if sound else Finding(Level.WARNING, "kind", "O02", message))


@pytest.mark.parametrize(
    ("kind", "full_members", "seats", "message"),
    [
        (BRANCH, 7, 3, None),  # O03
        (BRANCH, 30, 5, None),
        (BRANCH, 50, 7, None),
        (BRANCH, 7, 1, "正式党员有7名，应设支部委员会，委员3至7名，现有1名，请补选或核对"),
        (BRANCH, 50, 8, "正式党员有50名，应设支部委员会，委员3至7名，现有8名，请补选或核对"),
        (BRANCH, 6, 1, None),  # O03: a secretary
        (BRANCH, 6, 2, None),  # O03: and a deputy
        (BRANCH, 6, 3, "正式党员只有6名，不足7名，不设委员会，只设书记1名，必要时设副书记1名"),
        (COMMITTEE, 200, 9, None),
    ],
)
def test_committee(kind: str, full_members: int, seats: int, message: str | None):
    finding = committee_fits(kind, full_members, seats)
    assert finding == (Finding(Level.WARNING, None, "O03", message) if message else None)


@pytest.mark.parametrize(
    ("kind", "members", "message"),
    [
        (GENERAL_BRANCH, 50, None),  # O04
        (GENERAL_BRANCH, 49, "党总支一般须有50名以上党员，现有49名，请核对或注明上级批准文号"),
        (COMMITTEE, 100, None),
        (COMMITTEE, 99, "党委一般须有100名以上党员，现有99名，请核对或注明上级批准文号"),
        (BRANCH, 3, None),
    ],
)
def test_kind(kind: str, members: int, message: str | None):
    finding = kind_fits_size(kind, members)
    assert finding == (Finding(Level.WARNING, "kind", "O04", message) if message else None)


@pytest.mark.parametrize(
    ("kind", "sector", "key"),
    [
        (COMMITTEE, "03", "org.term_years.committee"),  # O05
        (COMMITTEE, "01", "org.term_years.committee"),
        (BRANCH, "01", "org.term_years.village"),
        (GENERAL_BRANCH, "02", "org.term_years.village"),
        (BRANCH, "06", "org.term_years.other"),
    ],
)
def test_which_term(kind: str, sector: str, key: str):
    assert term_key(kind, sector) == key


TERM = [
    (date(2012, 3, 31), TermState.RUNNING, None),
    (date(2012, 4, 1), TermState.NOTICE, "任期将于 2012-10-01 届满，已进入届满前6个月，请着手准备换届"),
    (date(2012, 6, 30), TermState.NOTICE, "任期将于 2012-10-01 届满，已进入届满前6个月，请着手准备换届"),
    (date(2012, 7, 1), TermState.ALARM, "任期将于 2012-10-01 届满，已进入届满前3个月，请向上级党组织报送换届请示"),
    (date(2012, 9, 30), TermState.ALARM, "任期将于 2012-10-01 届满，已进入届满前3个月，请向上级党组织报送换届请示"),
    (
        date(2012, 10, 1),
        TermState.OVER,
        "任期已于 2012-10-01 届满，请尽快换届；延期换届须报上级党组织批准，一般不超过1年",
    ),
]


@pytest.mark.parametrize(("today", "state", "message"), TERM)
def test_term(today: date, state: TermState, message: str | None):
    """§2.5: yellow six months ahead, orange three months ahead, red when over."""
    elected_on = date(2009, 10, 1)
    assert term_end(elected_on, 3) == date(2012, 10, 1)
    assert term_state(elected_on, 3, today) == state
    finding = term_is_current(elected_on, 3, today)
    assert finding == (Finding(Level.WARNING, "elected_on", "O05", message) if message else None)


def test_a_term_that_is_not_known_is_not_judged():
    assert term_is_current(None, 3, date(2012, 9, 12)) is None
    assert term_is_current(date(2009, 10, 1), None, date(2012, 9, 12)) is None


@pytest.mark.parametrize(
    ("elected_on", "sound"),
    [
        (date(2011, 10, 1), True),  # O06: a year early
        (date(2011, 9, 30), False),
        (date(2012, 10, 1), True),
        (date(2013, 10, 1), True),  # O06: a year late
        (date(2013, 10, 2), False),
    ],
)
def test_election_in_time(elected_on: date, sound: bool):
    finding = election_is_in_time(date(2009, 10, 1), 3, elected_on)
    message = f"换届日期 {elected_on} 与届满日 2012-10-01 相差超过12个月，请核对，并注明上级批准文号"
    assert finding == (None if sound else Finding(Level.WARNING, "elected_on", "O06", message))


def test_only_an_empty_organisation_is_abolished():
    """§2.5."""
    assert may_be_abolished(0) is None
    message = "该党组织还有2名党员，请先办理转接，再撤销"
    assert may_be_abolished(2) == Finding(Level.ERROR, "kind", "org.abolish", message)
