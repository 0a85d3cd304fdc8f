"""What is due next on somebody's way into the Party, and by when (D02, D07, D18, D19, D22, D25)."""

from dataclasses import dataclass
from datetime import date

from app.rules import application as rules
from app.rules.recruitment import PROBATION_MONTHS
from app.rules.spans import months_later

REPORT = rules.REPORT
TALK, REVIEW, MEETING, APPROVAL, FULL_MEETING, FULL_APPROVAL = "02", "06", "15", "17", "23", "24"
"""Code table applicant_step."""


@dataclass(frozen=True)
class Numbers:
    """The months that policy sets for each span."""

    talk: int = rules.TALK_MONTHS
    review: int = rules.REVIEW_MONTHS
    report: int = rules.REPORT_MONTHS
    check: int = rules.CHECK_MONTHS
    approval: int = rules.APPROVAL_MONTHS
    probation: int = PROBATION_MONTHS


@dataclass(frozen=True)
class Days:
    """The days of one file that decide what is due; `reviewed_on` is that of the last half-yearly review, `reported_on`
    that of the last report."""

    stage: str
    applied_on: date
    talked_on: date | None = None
    activist_on: date | None = None
    reviewed_on: date | None = None
    reported_on: date | None = None
    checked_on: date | None = None
    admitted_on: date | None = None
    approved_on: date | None = None
    extended_to: date | None = None
    full_meeting_on: date | None = None
    full_approved_on: date | None = None


@dataclass(frozen=True)
class Due:
    """A step, the last day for it, and the rule that says so. A full meeting (D22) is not held before its day."""

    step: str
    on: date
    rule: str

    def late(self, today: date) -> bool:
        """Whether its day has passed."""
        return self.on < today

    def soon(self, today: date, *, months: int = 1) -> bool:
        """Whether its day is within a month, or has passed."""
        return self.on <= months_later(today, months)


def due(file: Days, numbers: Numbers) -> tuple[Due, ...]:
    """Everything that waits for its day, the earliest first; nothing once the way is over."""
    if file.stage == rules.ENDED:
        return ()
    found: list[Due] = []
    if file.talked_on is None:
        found.append(Due(TALK, rules.talk_due(file.applied_on, months=numbers.talk), "D02"))
    if file.stage == rules.ACTIVIST and file.activist_on is not None:
        since = max(file.reviewed_on or file.activist_on, file.activist_on)
        found.append(Due(REVIEW, rules.review_due(since, months=numbers.review), "D07"))
        since = max(file.reported_on or file.activist_on, file.activist_on)
        found.append(Due(REPORT, rules.report_due(since, months=numbers.report), "D07"))
    if file.admitted_on is None and file.checked_on is not None:
        found.append(Due(MEETING, months_later(file.checked_on, numbers.check), "D18"))
    if file.admitted_on is not None:
        if file.approved_on is None and file.stage == rules.PROBATIONARY:
            found.append(Due(APPROVAL, months_later(file.admitted_on, numbers.approval), "D19"))
        if file.stage == rules.PROBATIONARY:
            over = rules.probation_over(file.admitted_on, file.extended_to, months=numbers.probation)
            found.append(Due(FULL_MEETING, over, "D22"))
        if file.stage == rules.CONVERTED and file.full_meeting_on is not None and file.full_approved_on is None:
            found.append(Due(FULL_APPROVAL, months_later(file.full_meeting_on, numbers.approval), "D25"))
    return tuple(sorted(found, key=lambda one: (one.on, one.step)))
