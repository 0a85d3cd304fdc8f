"""Transfers of membership (§3): how long a letter is valid, when its receipt is due, what it must say."""

from datetime import date

import pytest

from app.findings import Finding
from app.rules import transfers
from app.rules.transfers import ACCEPTED, COUNTY, IN, INSIDE, ISSUED, OUT, REFUSED, State

ISSUE = date(2026, 11, 3)
TODAY = date(2026, 12, 31)
BEYOND = "05"  # code table transfer_scope


def said(finding: Finding | None) -> str | None:
    """The level and the sentence."""
    return None if finding is None else f"{finding.level}: {finding.message}"


@pytest.mark.parametrize(("scope", "days"), [("02", 10), ("03", 10), ("04", 30), ("05", 30), (None, 30)])
def test_near_letters_are_valid_for_ten_days_and_others_for_thirty(scope: str | None, days: int) -> None:
    assert transfers.days_key(scope)[1] == days


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2026, 11, 5), State.RUNNING),
        (date(2026, 11, 6), State.NOTICE),  # seven days before the last
        (date(2026, 11, 13), State.NOTICE),  # the last day itself
        (date(2026, 11, 14), State.EXPIRED),
        (date(2026, 12, 13), State.EXPIRED),
        (date(2026, 12, 14), State.OVERDUE),  # a month for the receipt of who reported on the last day
    ],
)
def test_a_letter_runs_out(today: date, state: State) -> None:
    assert transfers.letter_state(ISSUE, 10, today) is state


def test_the_receipt_is_due_a_month_after_the_member_reported() -> None:
    assert transfers.receipt_due(date(2026, 1, 31)) == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("reported", "sentence"),
    [
        (date(2026, 11, 13), None),
        (date(2026, 11, 2), "报到日期 2026-11-02 早于介绍信开出日期 2026-11-03，请核对"),
        (
            date(2026, 11, 14),
            (
                "介绍信有效期到 2026-11-13，2026-11-14 报到已经过期，不能接收。"
                "请填写实际报到日期；确实超期的，请原党组织查明原因后重新开具"
            ),
        ),
    ],
)
def test_who_reports_while_the_letter_is_valid_is_in_time(reported: date, sentence: str | None) -> None:
    assert transfers.in_time(ISSUE, 10, reported) == sentence
    assert transfers.in_time(None, 10, reported) is None
    assert transfers.in_time(date(2026, 11, 1), None, reported) is None


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        ((ISSUE, date(2026, 11, 3), date(2026, 11, 3)), None),
        ((None, None, None), None),
        ((ISSUE, date(2026, 11, 2), None), "error: 报到日期 2026-11-02 早于开出日期 2026-11-03，请核对"),
        ((ISSUE, None, date(2026, 11, 2)), "error: 回执日期 2026-11-02 早于开出日期 2026-11-03，请核对"),
        ((None, ISSUE, date(2026, 11, 2)), "error: 回执日期 2026-11-02 早于报到日期 2026-11-03，请核对"),
        ((date(2027, 1, 1), None, None), "error: 开出日期 2027-01-01 晚于今天，请核对"),
    ],
)
def test_dates_run_forward(days: tuple[date | None, date | None, date | None], sentence: str | None) -> None:
    assert said(transfers.dates_run_forward(*days, TODAY)) == sentence


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (None, None),
        (92, None),  # to 3 February
        (93, "error: 介绍信有效期最长 3 个月，从 2026-11-03 起不超过 92 天，请改短"),
        (0, "error: 有效期不能是 0 天，请填写天数"),
    ],
)
def test_a_letter_is_valid_for_three_months_at_most(days: int | None, sentence: str | None) -> None:
    assert said(transfers.valid_for_long_enough(ISSUE, days)) == sentence


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ((OUT, BEYOND, ISSUED, ISSUE, "2026-10"), None),
        (
            (OUT, BEYOND, ISSUED, ISSUE, "2026-09"),
            "warning: 党费只交到 2026-09，开出介绍信前应交清到 2026-10，请先补交",
        ),
        ((OUT, BEYOND, ISSUED, ISSUE, None), "warning: 介绍信要写明党费交至何年何月，请填写"),
        ((OUT, INSIDE, ISSUED, ISSUE, None), None),
        ((IN, BEYOND, ISSUED, ISSUE, None), None),
        ((OUT, BEYOND, ACCEPTED, ISSUE, None), None),
        ((OUT, BEYOND, ISSUED, date(2026, 1, 20), "2025-12"), None),
    ],
)
def test_dues_are_paid_before_somebody_leaves(case: tuple[str, str, str, date, str | None], sentence: str) -> None:
    assert said(transfers.dues_are_paid(*case)) == sentence


@pytest.mark.parametrize(
    ("case", "rules"),
    [
        ((OUT, BEYOND, "1", ISSUE, "中共某市委", None), []),
        ((OUT, BEYOND, "1", ISSUE, None, None), ["error: 请填写去往哪个党组织；县内的请选转入单位"]),
        (
            (OUT, COUNTY, "1", ISSUE, "某机关", None),
            ["warning: 没有选转入单位，介绍信不能随数据包送到对方，只能凭纸质介绍信办理"],
        ),
        (
            (OUT, COUNTY, None, None, None, "office"),
            ["error: 请填写介绍信的开出日期，有效期从这天算起", "warning: 介绍信没有编号，请按存根编号填写"],
        ),
        ((OUT, INSIDE, None, None, None, None), []),
        ((IN, BEYOND, None, None, None, None), []),
        ((OUT, None, None, None, None, None), []),
    ],
)
def test_a_letter_says_what_it_must(case: tuple[str, str, str, date, str, str], rules: list[str]) -> None:
    assert [said(one) for one in transfers.letter_is_described(*case)] == rules


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ((COUNTY, "a", "b", OUT), None),
        ((COUNTY, "a", None, OUT), None),
        (
            (COUNTY, "a", "a", OUT),
            "error: 转出单位和转入单位相同；本乡镇支部之间的，转接类别请选“乡镇内”",
        ),
        ((BEYOND, None, "b", OUT), "error: 只有县内转接才选转入单位，县外的请写在党组织名称里，或把转接类别改为“县内”"),
        ((BEYOND, "a", None, IN), "error: 只有县内转接才选转出单位，县外的请写在党组织名称里，或把转接类别改为“县内”"),
        ((BEYOND, "a", None, OUT), None),
    ],
)
def test_only_within_the_county_a_letter_goes_to_an_office(
    case: tuple[str, str | None, str | None, str], sentence: str | None
) -> None:
    assert said(transfers.office_is_in_the_county(*case)) == sentence


def test_somebody_is_named_and_a_refusal_has_a_reason() -> None:
    assert said(transfers.somebody_is_named(OUT, None, "王小明")) == "error: 请选要转出的党员"
    assert said(transfers.somebody_is_named(IN, None, None)) == "error: 请填写转入党员的姓名"
    assert transfers.somebody_is_named(IN, None, "王小明") is None
    assert transfers.somebody_is_named(None, None, None) is None
    assert said(transfers.reason_is_given(REFUSED, None)) == "error: 退回须写明原因，党组织不得无故拒转拒接"
    assert transfers.reason_is_given(ISSUED, None) is None
