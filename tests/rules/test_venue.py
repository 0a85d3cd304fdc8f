"""Village meeting places (§7). Money in fen."""

from datetime import date
from decimal import Decimal

import pytest

from app.findings import Finding, Level
from app.rules.venue import (
    BOUGHT,
    ENLARGED,
    NEW,
    UPGRADED,
    accepted_after_finished,
    against_the_plan,
    attendance_is_possible,
    counts,
    coverage,
    finished_after_started,
    funding_adds_up,
    is_up_to_standard,
    lacking,
    standard_is_claimed_rightly,
)


@pytest.mark.parametrize(
    ("floor_area", "standard", "reached"),
    [
        (Decimal(75), Decimal(75), True),  # §7: rooms of 45 and 2 × 15 square metres
        (Decimal("74.9"), Decimal(75), False),
        (Decimal(150), Decimal(200), False),  # §7: the standard differs from place to place
        (None, Decimal(75), False),
    ],
)
def test_standard(floor_area: Decimal | None, standard: Decimal, reached: bool):
    assert is_up_to_standard(floor_area, standard) is reached


@pytest.mark.parametrize(
    ("claimed", "floor_area", "message"),
    [
        (True, Decimal(90), None),
        (False, Decimal(60), None),
        (True, Decimal(60), "填为达标，但建筑面积为 60㎡，达标面积是 75㎡，请核对"),
        (True, None, "填为达标，但建筑面积没有填写，达标面积是 75㎡，请核对"),
    ],
)
def test_claim(claimed: bool, floor_area: Decimal | None, message: str | None):
    finding = standard_is_claimed_rightly(claimed, floor_area, Decimal(75))
    assert finding == (Finding(Level.WARNING, "meets_standard", "venue.standard", message) if message else None)


@pytest.mark.parametrize(
    ("started_on", "finished_on", "sound"),
    [
        (date(2012, 3, 1), date(2012, 3, 1), True),  # §7: finished ≥ started
        (date(2012, 3, 1), date(2012, 2, 29), False),
        (None, date(2012, 2, 29), True),
        (date(2012, 3, 1), None, True),
    ],
)
def test_finished(started_on: date | None, finished_on: date | None, sound: bool):
    finding = finished_after_started(started_on, finished_on)
    message = "竣工日期 2012-02-29 早于开工日期 2012-03-01，请核对"
    assert finding == (None if sound else Finding(Level.ERROR, "finished_on", "venue.finished", message))


@pytest.mark.parametrize(
    ("invest", "planned", "message"),
    [
        (7_000_000, [5_400_000, 1_600_000], None),  # §7: 70,000 yuan are 54,000 and 16,000
        (
            7_000_000,
            [5_400_000],
            "资金来源合计 54,000.00 元，比计划投资 70,000.00 元 少 16,000.00 元，请核对各项来源",
        ),
        (
            7_000_000,
            [7_000_000, 1],
            "资金来源合计 70,000.01 元，比计划投资 70,000.00 元 多 0.01 元，请核对各项来源",
        ),
        (0, [], None),
    ],
)
def test_funding(invest: int, planned: list[int], message: str | None):
    finding = funding_adds_up(invest, planned)
    assert finding == (Finding(Level.WARNING, "planned_invest", "venue.funding", message) if message else None)


@pytest.mark.parametrize(
    ("accepted", "accepted_on", "finished_on", "expected"),
    [
        (False, None, None, None),
        (False, None, date(2012, 8, 1), None),
        (True, date(2012, 9, 1), date(2012, 8, 1), None),  # §7
        (True, date(2012, 8, 1), date(2012, 8, 1), None),
        (True, None, date(2012, 8, 1), ("accepted_on", "验收合格的项目须填写验收日期")),
        (True, date(2012, 9, 1), None, ("finished_on", "已经验收的项目须填写竣工日期，未竣工的不能验收")),
        (
            True,
            date(2012, 7, 1),
            date(2012, 8, 1),
            ("accepted_on", "验收日期 2012-07-01 早于竣工日期 2012-08-01，请核对"),
        ),
        (
            False,
            date(2012, 7, 1),
            date(2012, 8, 1),
            ("accepted_on", "验收日期 2012-07-01 早于竣工日期 2012-08-01，请核对"),
        ),
    ],
)
def test_accepted(accepted: bool, accepted_on: date | None, finished_on: date | None, expected: tuple[str, str] | None):
    finding = accepted_after_finished(accepted, accepted_on, finished_on)
    assert finding == (Finding(Level.ERROR, expected[0], "venue.accepted", expected[1]) if expected else None)


@pytest.mark.parametrize(("attendance", "sound"), [(None, True), (0, True), (35, True), (-1, False)])
def test_attendance(attendance: int | None, sound: bool):
    finding = attendance_is_possible(attendance)
    message = "参加人数不能是负数，请核对"
    assert finding == (None if sound else Finding(Level.ERROR, "attendance", "venue.attendance", message))


@pytest.mark.parametrize(
    ("meets_standard", "projects", "counted"),
    [
        (True, [], True),  # it stands, and nobody builds
        (False, [], False),
        (None, [(NEW, True)], False),
        (True, [(NEW, True)], True),
        (True, [(NEW, None)], False),  # §7: 验收合格才算“建成”
        (True, [(UPGRADED, False)], False),
        (True, [(BOUGHT, None)], False),
        (True, [(ENLARGED, None)], True),  # it counted before, and is made larger
        (True, [(NEW, True), (UPGRADED, None)], True),
    ],
)
def test_what_counts(meets_standard: bool | None, projects: list[tuple[str, bool | None]], counted: bool):
    assert counts(meets_standard, projects) is counted


@pytest.mark.parametrize(
    ("villages", "counted", "share", "without"),
    [
        ({"a", "b", "c"}, {"a", "b", "c"}, Decimal(1), set()),  # seed §1: 活动场所全覆盖
        ({"a", "b", "c"}, {"a", "elsewhere"}, Decimal("0.3333"), {"b", "c"}),
        (set(), set(), None, set()),
    ],
)
def test_coverage(villages: set[str], counted: set[str], share: Decimal | None, without: set[str]):
    assert coverage(villages, counted) == share
    assert lacking(villages, counted) == without


def test_the_plan_counts_what_was_accepted():
    projects = [(NEW, True), (NEW, None), (NEW, True), (UPGRADED, True), (UPGRADED, False), (ENLARGED, True)]
    assert against_the_plan(projects) == {NEW: 2, UPGRADED: 1}
