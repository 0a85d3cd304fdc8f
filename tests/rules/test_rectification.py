"""One branch, one remedy (§8): the states of an item, and how it is closed."""

from datetime import date, timedelta

import pytest

from app.rules.rectification import (
    State,
    closed_rightly,
    dates_run_forward,
    is_overdue,
    overdue,
    percent_is_possible,
    relapsed_rightly,
    standing,
    state,
)

TODAY = date(2012, 9, 12)
MAY, JUNE, JULY = date(2012, 5, 1), date(2012, 6, 1), date(2012, 7, 1)


@pytest.mark.parametrize(
    ("percent", "progress", "claimed_on", "closed_on", "relapsed", "expected"),
    [
        (None, None, None, None, None, State.NOT_BEGUN),
        (0, None, None, None, None, State.NOT_BEGUN),
        (10, None, None, None, None, State.UNDER_WAY),
        (None, "已召开支部大会", None, None, None, State.UNDER_WAY),
        (100, None, JUNE, None, None, State.CLAIMED),
        (100, None, JUNE, JULY, None, State.CLOSED),
        (100, None, JUNE, JULY, False, State.CLOSED),
        (100, None, JUNE, JULY, True, State.RELAPSED),
    ],
)
def test_states(percent, progress, claimed_on, closed_on, relapsed, expected) -> None:
    assert state(percent, progress, claimed_on, closed_on, relapsed) is expected


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({}, "未启动"),
        ({"due_on": JUNE}, "未启动，超期"),
        ({"due_on": JUNE, "percent": 40}, "整改中，超期"),
        ({"due_on": TODAY, "percent": 40}, "整改中"),
        ({"due_on": JUNE, "claimed_on": JULY}, "申请销号，超期"),
        ({"due_on": JUNE, "claimed_on": JUNE, "closed_on": JULY}, "已销号"),
    ],
)
def test_the_state_in_words_needs_nothing_but_what_is_written(written: dict[str, object], said: str) -> None:
    assert standing(TODAY, **written) == said  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("due_on", "closed_on", "red"),
    [
        (TODAY, None, False),  # on its day it still is in time
        (TODAY - timedelta(1), None, True),
        (TODAY - timedelta(1), TODAY, False),
        (None, None, False),
    ],
)
def test_overdue(due_on: date | None, closed_on: date | None, red: bool) -> None:
    assert is_overdue(due_on, closed_on, TODAY) is red
    finding = overdue(due_on, closed_on, TODAY)
    assert (finding and finding.message) == ("完成时限 2012-09-11 已过，还没有销号，请抓紧整改" if red else None)


@pytest.mark.parametrize(
    ("closed_on", "claimed_on", "verified_by", "verified_on", "evidence", "message"),
    [
        (None, None, None, None, False, None),
        (JULY, JUNE, "李核验", JULY, True, None),
        (None, None, "王整改", None, False, "核验人和责任人都是王整改；谁整改、谁核验要分开，请换一个核验人"),
        (JULY, None, "李核验", JULY, True, "销号前须先申请，请填写申请销号日期"),
        (JULY, JUNE, None, None, True, "销号须经核验，请填写核验人和核验日期"),
        (JULY, JUNE, "李核验", None, True, "销号须经核验，请填写核验人和核验日期"),
        (JULY, JUNE, "李核验", JULY, False, "销号须有佐证，请填写佐证材料或添加附件"),
    ],
)
def test_closing(closed_on, claimed_on, verified_by, verified_on, evidence, message) -> None:
    finding = closed_rightly(closed_on, claimed_on, verified_by, verified_on, "王整改", evidence=evidence)
    assert (finding and finding.message) == message


@pytest.mark.parametrize(
    ("relapsed", "closed_on", "recheck_on", "message"),
    [
        (True, JUNE, JULY, None),
        (True, None, JULY, "还没有销号的问题不算反弹，请核对"),
        (True, JUNE, None, "反弹由复查发现，请填写复查日期"),
        (False, JUNE, None, None),
        (None, None, None, None),
    ],
)
def test_relapse(relapsed, closed_on, recheck_on, message) -> None:
    finding = relapsed_rightly(relapsed, closed_on, recheck_on)
    assert (finding and finding.message) == message


@pytest.mark.parametrize(
    ("days", "message"),
    [
        ((MAY, JUNE, JUNE, JUNE, JULY, JULY), None),
        ((JUNE, MAY, None, None, None, None), "完成时限 2012-05-01 早于立账日期 2012-06-01，请核对"),
        ((MAY, JULY, JULY, JUNE, None, None), "核验日期 2012-06-01 早于申请销号日期 2012-07-01，请核对两个日期"),
        ((MAY, JULY, None, None, TODAY + timedelta(1), None), "销号日期 2012-09-13 晚于今天，请核对"),
        ((MAY, date(2013, 1, 1), None, None, None, None), None),  # due in the future
    ],
)
def test_order(days, message) -> None:
    finding = dates_run_forward(*days, TODAY)
    assert (finding and finding.message) == message


@pytest.mark.parametrize(
    ("percent", "closed_on", "message"),
    [
        (100, JUNE, None),
        (101, None, "完成进度应在 0 到 100 之间，请核对"),
        (80, JUNE, "已经销号，完成进度应为 100，请核对"),
        (None, JUNE, None),
    ],
)
def test_percent(percent, closed_on, message) -> None:
    finding = percent_is_possible(percent, closed_on)
    assert (finding and finding.message) == message
