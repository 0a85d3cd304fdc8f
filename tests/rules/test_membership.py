"""Keeping touch with members (§2.1, §2.6)."""

from datetime import date

import pytest

from app.findings import Finding, Level
from app.rules.membership import (
    can_be_reached,
    floating_has_a_place,
    lost_for_half_a_year,
    lost_has_a_day,
    probation_is_due,
)

TODAY = date(2012, 9, 12)


@pytest.mark.parametrize(
    ("lost", "lost_since", "sound"),
    [(True, None, False), (True, date(2011, 1, 1), True), (False, None, True), (False, date(2011, 1, 1), True)],
)
def test_lost(lost: bool, lost_since: date | None, sound: bool):
    """§2.1: lost needs its day."""
    finding = lost_has_a_day(lost, lost_since)
    assert finding == (
        None
        if sound
        else Finding(
            Level.ERROR,
            "lost_since",
            "member.lost",
            "失联党员须填写失去联系日期（最近一次参加组织生活或交纳党费的日期）",
        )
    )


@pytest.mark.parametrize(
    ("lost", "lost_since", "sound"),
    [
        (True, date(2012, 3, 12), True),  # §2.6: six months to the day
        (True, date(2012, 3, 13), False),
        (False, date(2012, 9, 1), True),
        (True, None, True),
    ],
)
def test_lost_for_half_a_year(lost: bool, lost_since: date | None, sound: bool):
    finding = lost_for_half_a_year(lost, lost_since, TODAY)
    assert (finding is None) is sound
    assert finding is None or (finding.level == "warning" and "请核对失去联系日期" in finding.message)


@pytest.mark.parametrize(
    ("floating", "floating_to", "sound"),
    [(True, None, False), (True, " ", False), (True, "广东省深圳市", True), (False, None, True)],
)
def test_floating(floating: bool, floating_to: str | None, sound: bool):
    """§2.1: floating needs its place."""
    finding = floating_has_a_place(floating, floating_to)
    assert finding == (
        None
        if sound
        else Finding(Level.ERROR, "floating_to", "member.floating", "流动党员须填写外出流向（省、市、县）")
    )


@pytest.mark.parametrize(
    ("phone", "landline", "sound"),
    [
        (None, None, False),
        ("", "", False),
        ("13800138000", None, True),
        (None, "0739-3601234", True),
    ],
)
def test_reached(phone: str | None, landline: str | None, sound: bool):
    """§2.1: a mobile number or a landline, at least one."""
    finding = can_be_reached(phone, landline)
    assert finding == (
        None if sound else Finding(Level.WARNING, "phone", "member.phone", "手机号和固定电话都没有填写，请至少补填一项")
    )


ENDED = "预备期已于 2012-09-12 届满，请及时召开支部大会讨论转正"


@pytest.mark.parametrize(
    ("category", "joined_on", "extended_to", "message"),
    [
        ("2", date(2011, 9, 12), None, ENDED),  # D21, D22: complete today
        ("2", date(2011, 10, 12), None, "预备期将于 2012-10-12 届满，请提醒本人递交转正申请"),
        ("2", date(2011, 10, 13), None, None),
        ("2", date(2011, 3, 12), date(2012, 9, 12), ENDED),  # D23: extended by half a year
        ("1", date(2011, 9, 12), None, None),
        ("2", None, None, None),
    ],
)
def test_probation_due(category: str, joined_on: date | None, extended_to: date | None, message: str | None):
    finding = probation_is_due(category, joined_on, TODAY, extended_to=extended_to)
    assert finding == (Finding(Level.WARNING, "joined_on", "D22", message) if message else None)
