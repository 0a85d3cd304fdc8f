"""The way into the Party (§1.2, D01–D27): every case names its rule. The source of each is in domain.md §1.2 and the
policy of seeds/policy.csv; D17 holds because each person has a record of their own, D28 is in test_recruitment."""

from datetime import date

import pytest

from app.findings import Finding
from app.rules import application as rules
from app.rules.application import (
    ACTIVIST,
    APPLICANT,
    CANDIDATE,
    CONVERTED,
    ENDED,
    PROBATIONARY,
    STEPS,
    Approval,
    approval_state,
    names,
    next_step,
    stage_has_its_days,
    stage_of_step,
    steps_run_forward,
)
from app.rules.recruitment_due import Days, Numbers, due
from app.rules.working_days import WorkingDays

TODAY = date(2026, 11, 3)


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def said(found: Finding | None) -> tuple[str, str | None, str] | None:
    return (found.rule, found.field, found.level.value) if found else None


def test_the_path_has_five_stages_and_twenty_five_steps() -> None:
    assert [step for stage in STEPS for step in stage] == list(range(1, 26))
    assert [len(stage) for stage in STEPS] == [2, 4, 5, 7, 7]
    assert [stage_of_step(one) for one in ("01", "06", "06R", "11", "18", "25")] == [0, 1, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        ([], "01"),
        (["01"], "02"),
        (["01", "03"], "04"),
        (["01", "06", "06"], "07"),
        (["04", "06R"], "05"),
        (["04", "26", "07X"], "05"),  # of a newer program
        (["25"], None),
    ],
)
def test_the_next_step(done: list[str], expected: str | None) -> None:
    assert next_step(done) == expected


def test_names_are_parted_as_people_part_them() -> None:
    assert names("王小明、李小芳，张三 王小明") == ("王小明", "李小芳", "张三")
    assert names(None) == names("") == ()


@pytest.mark.parametrize(
    ("birth", "applied", "expected"),
    [
        ("2008-11-03", "2026-11-03", None),  # D01: eighteen on the day
        ("2008-11-04", "2026-11-03", ("D01", "applied_on", "error")),  # D01: a day short
        (None, "2026-11-03", None),
    ],
)
def test_age(birth: str | None, applied: str, expected: object) -> None:
    assert said(rules.of_age_when_applying(day(birth), day(applied))) == expected


@pytest.mark.parametrize(
    ("applied", "talked", "expected"),
    [
        ("2026-10-03", None, None),  # D02: the month ends today
        ("2026-10-02", None, ("D02", "talked_on", "warning")),  # D02: over since yesterday
        ("2026-01-31", "2026-02-28", None),  # D02: the last day of a shorter month
        ("2026-01-31", "2026-03-01", ("D02", "talked_on", "warning")),
    ],
)
def test_talk(applied: str, talked: str | None, expected: object) -> None:
    assert said(rules.talk_in_time(day(applied), day(talked), "01", TODAY)) == expected


def test_nobody_is_asked_to_talk_with_who_has_stopped() -> None:
    assert rules.talk_in_time(date(2020, 1, 1), None, ENDED, TODAY) is None


def test_a_county_may_ask_for_a_wait() -> None:
    applied, activist = date(2026, 1, 15), date(2026, 4, 14)
    assert rules.applied_long_enough(applied, activist) is None  # D03: the state asks for none
    assert said(rules.applied_long_enough(applied, activist, months=3)) == ("D03", "activist_on", "warning")
    assert rules.applied_long_enough(applied, date(2026, 4, 15), months=3) is None


@pytest.mark.parametrize(
    ("birth", "league", "recommended", "expected"),
    [
        ("2000-01-01", True, "02", None),  # D05: of the league, recommended by it
        ("2000-01-01", True, "01", ("D05", "recommended", "warning")),
        ("2000-01-01", False, "01", ("D05", "league_member", "warning")),
        ("1998-06-01", False, "01", None),  # D05: twenty-eight on the day
        ("2000-01-01", None, "01", None),  # nobody said
    ],
)
def test_league(birth: str, league: bool | None, recommended: str, expected: object) -> None:
    found = rules.young_come_from_the_league(day(birth), date(2026, 6, 1), league, recommended)
    assert said(found) == expected


def test_an_activist_was_recommended_somehow() -> None:
    assert said(rules.recommended_somehow(TODAY, None)) == ("D04", "recommended", "warning")
    assert rules.recommended_somehow(TODAY, "01") is rules.recommended_somehow(None, None) is None


@pytest.mark.parametrize(
    ("contacts", "expected"),
    [
        ("王小明", None),  # D06: one
        ("王小明、李小芳", None),  # D06: two
        ("王小明、李小芳、张三", ("D06", "contacts", "error")),
        (None, ("D06", "contacts", "warning")),
    ],
)
def test_contacts(contacts: str | None, expected: object) -> None:
    assert said(rules.contacts_are_named(TODAY, contacts)) == expected


def test_a_review_falls_due_after_half_a_year() -> None:
    assert rules.review_due(date(2026, 8, 31)) == date(2027, 2, 28)  # D07


def test_a_report_falls_due_after_a_quarter() -> None:
    assert rules.report_due(date(2026, 11, 30)) == date(2027, 2, 28)  # D07
    assert rules.report_due(date(2026, 1, 15), months=6) == date(2026, 7, 15)


@pytest.mark.parametrize(
    ("stage", "activist", "reviewed", "reported", "expected"),
    [
        (ACTIVIST, "2026-01-10", None, None, {"06": "2026-07-10", "06R": "2026-04-10"}),  # D07: from the beginning
        (ACTIVIST, "2026-01-10", "2026-07-01", "2026-06-30", {"06": "2027-01-01", "06R": "2026-09-30"}),  # D07
        (ACTIVIST, "2026-01-10", "2025-12-01", "2025-12-01", {"06": "2026-07-10", "06R": "2026-04-10"}),  # before it
        (APPLICANT, None, None, None, {}),
        (CANDIDATE, "2026-01-10", None, None, {}),
        (ENDED, "2026-01-10", None, None, {}),
    ],
)
def test_what_waits_of_an_activist(
    stage: str, activist: str | None, reviewed: str | None, reported: str | None, expected: dict[str, str]
) -> None:
    file = Days(
        stage, date(2025, 6, 1), date(2025, 6, 5), day(activist), reviewed_on=day(reviewed), reported_on=day(reported)
    )
    assert {one.step: one.on.isoformat() for one in due(file, Numbers())} == expected


@pytest.mark.parametrize(
    ("activist", "candidate", "expected"),
    [
        ("2025-03-01", "2026-03-01", None),  # D08: a year by the calendar
        ("2025-03-01", "2026-02-28", ("D08", "candidate_on", "error")),
        ("2024-02-29", "2025-02-28", None),  # D08: a leap year is not counted in days
        ("2023-11-03", "2024-11-02", ("D08", "candidate_on", "error")),  # D08: 365 days, and a day short of a year
    ],
)
def test_a_year_as_activist(activist: str, candidate: str, expected: object) -> None:
    assert said(rules.trained_long_enough_as_activist(day(activist), day(candidate))) == expected


def test_a_candidate_from_the_day_of_the_filing() -> None:
    assert rules.filed_on_the_day(TODAY, TODAY) is None  # D09
    assert said(rules.filed_on_the_day(TODAY, date(2026, 11, 1))) == ("D09", "candidate_on", "warning")


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2026-11-02", "2026-11-06", None),  # D10: Monday to Friday
        ("2026-11-05", "2026-11-10", "只有 4 个，请核对"),  # D10: over a weekend
        ("2026-11-05", "2026-11-11", None),
        ("2026-09-28", "2026-10-08", "只有 4 个，请核对"),  # D10: over the holidays
        ("2026-09-28", "2026-10-09", None),
        ("2026-12-29", "2027-01-01", "只有 4 个，请核对（2027 年的放假安排没有登记，按星期一到星期五算）"),
    ],
)
def test_publicity(first: str, last: str, expected: str | None) -> None:
    calendar = WorkingDays.read({2026: "10.1-10.7"}, {2026: "10.10"})
    found = rules.public_for_long_enough(date.fromisoformat(first), date.fromisoformat(last), calendar=calendar)
    assert (found and found.message.removeprefix("公示期一般不少于 5 个工作日，现在")) == expected
    assert found is None or (found.rule, found.level) == ("D10", "warning")


@pytest.mark.parametrize(
    ("admitted", "introducers", "expected"),
    [
        (TODAY, "王小明、李小芳", None),  # D11
        (TODAY, "王小明", ("D11", "introducers", "error")),
        (TODAY, None, ("D11", "introducers", "error")),
        (None, None, None),
    ],
)
def test_introducers(admitted: date | None, introducers: str | None, expected: object) -> None:
    assert said(rules.introducers_are_named(admitted, introducers)) == expected


def test_nobody_joins_without_a_political_review() -> None:
    assert rules.reviewed_politically(TODAY, date(2026, 9, 1), True) is None  # D12
    assert said(rules.reviewed_politically(TODAY, None, None)) == ("D12", "review_on", "error")
    assert said(rules.reviewed_politically(TODAY, date(2026, 9, 1), False)) == ("D12", "review_passed", "error")
    assert rules.reviewed_politically(None, None, None) is None


@pytest.mark.parametrize(
    ("days", "hours", "expected"),
    [
        (3, None, None),  # D13 (2014): three days
        (2, 24, None),  # D13 (2014): or twenty-four hours
        (2, 23, ("D13", "training_days", "error")),
        (None, None, ("D13", "training_days", "error")),
    ],
)
def test_course(days: int | None, hours: int | None, expected: object) -> None:
    assert said(rules.trained_enough(TODAY, TODAY, days, hours)) == expected


def test_the_course_of_1990_was_longer() -> None:
    assert said(rules.trained_enough(TODAY, TODAY, 4, 39, days=5, hours=40)) == ("D13", "training_days", "error")
    assert rules.trained_enough(TODAY, TODAY, 5, None, days=5, hours=40) is None


@pytest.mark.parametrize(
    ("leaves", "expected"),
    [("2027-02-03", ("D14", "leaves_on", "warning")), ("2027-02-04", None), (None, None), ("2026-10-01", None)],
)
def test_who_is_about_to_leave(leaves: str | None, expected: object) -> None:
    assert said(rules.stays_here(date(2026, 6, 1), None, day(leaves), TODAY)) == expected  # D14


@pytest.mark.parametrize(
    ("expected", "present", "found"),
    [
        (21, 11, None),  # D15: more than half of those entitled
        (20, 10, ("D15", "present", "error")),  # D15: half is not enough
        (20, 21, ("D15", "present", "error")),
        (None, 10, None),
    ],
)
def test_who_came(expected: int | None, present: int, found: object) -> None:
    assert said(rules.enough_came(expected, present)) == found


@pytest.mark.parametrize(
    ("expected", "votes", "found"),
    [
        (21, 11, None),  # D16: more than half of those entitled, not of those present
        (20, 10, ("D16", "votes_for", "error")),  # D16: half is not enough
        (30, 15, ("D16", "votes_for", "error")),  # D16: even if only sixteen came
        (20, 21, ("D16", "votes_for", "error")),
    ],
)
def test_votes(expected: int, votes: int, found: object) -> None:
    assert said(rules.enough_agreed(expected, votes, TODAY)) == found


def test_a_vote_that_did_not_pass_may_be_written_down_while_nothing_was_decided() -> None:
    assert rules.enough_agreed(20, 4, None) is None


def test_the_second_meeting_counts_as_the_first() -> None:
    found = rules.enough_agreed(20, 10, TODAY, field="full_votes", rule="D24")
    assert said(found) == ("D24", "full_votes", "error")


def test_the_meeting_follows_the_check() -> None:
    checked = date(2026, 9, 30)
    assert rules.discussed_after_check(checked, date(2026, 10, 30)) is None  # D18
    assert said(rules.discussed_after_check(checked, date(2026, 10, 31))) == ("D18", "admitted_on", "warning")


@pytest.mark.parametrize(
    ("approved", "state", "found"),
    [
        ("2026-04-01", Approval.IN_TIME, None),  # D19: three months
        ("2026-04-02", Approval.LATE, ("D19", "approved_on", "warning")),
        ("2026-07-01", Approval.LATE, ("D19", "approved_on", "warning")),  # D19: six months
        ("2026-07-02", Approval.VOID, ("D19", "approved_on", "error")),  # D19: the meeting must be held again
    ],
)
def test_approval(approved: str, state: Approval, found: object) -> None:
    admitted, on = date(2026, 1, 1), date.fromisoformat(approved)
    assert approval_state(admitted, on) is state
    assert said(rules.approved_in_time(admitted, on, TODAY)) == found
    assert said(rules.approved_in_time(admitted, None, on)) == (found and ("D19", "approved_on", "warning"))


@pytest.mark.parametrize(
    ("until", "found"),
    [
        ("2027-01-01", None),  # D23: half a year
        ("2026-12-31", ("D23", "extended_to", "error")),
        ("2027-07-01", None),  # D23: a year
        ("2027-07-02", ("D23", "extended_to", "error")),
    ],
)
def test_extension(until: str, found: object) -> None:
    assert said(rules.extension_is_sound(date(2025, 7, 1), day(until))) == found


@pytest.mark.parametrize(
    ("extended", "meeting", "found"),
    [
        (None, "2026-07-01", None),  # D22: the day on which probation (D21) is over
        (None, "2026-06-30", ("D22", "full_meeting_on", "error")),
        ("2027-01-01", "2026-12-31", ("D22", "full_meeting_on", "error")),  # D22, D23: extended
        ("2027-01-01", "2027-01-01", None),
    ],
)
def test_full_meeting(extended: str | None, meeting: str, found: object) -> None:
    assert said(rules.full_after_probation(date(2025, 7, 1), day(extended), day(meeting))) == found


def test_full_membership_is_approved_within_three_months() -> None:
    meeting = date(2026, 8, 3)
    assert rules.full_approved_in_time(meeting, None, TODAY) is None  # D25: the last day
    late = rules.full_approved_in_time(meeting, None, date(2026, 11, 4))
    assert said(late) == ("D25", "full_approved_on", "warning")


@pytest.mark.parametrize(
    ("extended", "full", "found"),
    [
        (None, "2026-07-01", None),  # D26: the end of probation, whenever the meeting was
        (None, "2026-07-20", ("D26", "full_on", "warning")),
        (None, "2026-06-30", ("D22", "full_on", "error")),
        ("2027-01-01", "2027-01-01", None),  # D26: extended
    ],
)
def test_full_from(extended: str | None, full: str, found: object) -> None:
    assert said(rules.full_from_the_end_of_probation(date(2025, 7, 1), day(extended), day(full))) == found


def test_a_discussion_is_not_postponed_for_ever() -> None:
    admitted = date(2025, 7, 1)
    assert rules.not_postponed_too_long(admitted, None, date(2027, 1, 1)) is None  # D27: half a year
    found = rules.not_postponed_too_long(admitted, None, date(2027, 1, 2))
    assert said(found) == ("D27", "full_meeting_on", "warning")


def test_a_stage_has_the_days_that_led_there() -> None:
    assert [one.field for one in stage_has_its_days(CANDIDATE, {"activist_on": TODAY})] == ["candidate_on"]
    assert [one.field for one in stage_has_its_days(CONVERTED, {})] == ["admitted_on", "full_on"]
    assert [one.field for one in stage_has_its_days(ENDED, {"ended_on": TODAY})] == ["end_reason"]
    assert stage_has_its_days(ACTIVIST, {"activist_on": TODAY}) == []
    assert stage_has_its_days(PROBATIONARY, {"admitted_on": TODAY}) == []


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ("04", None),  # D04: after the recommendation
        ("02", "办理日期 2026-05-01 晚于步骤 3 的 2026-04-01，请核对"),
        ("09", "办理日期 2026-05-01 早于步骤 8 的 2026-06-01，请核对"),  # D09
        ("06", None),  # goes on while others are taken
    ],
)
def test_steps_run_forward(step: str, found: str | None) -> None:
    others = [("03", date(2026, 4, 1)), ("06", date(2026, 10, 1)), ("08", date(2026, 6, 1)), ("02X", date(2026, 6, 2))]
    finding = steps_run_forward(date(2026, 5, 1), step, others)
    assert (finding.message if finding else None) == found
