"""Every rule that a ledger may run as a check: it takes fields by name, and has nothing to say of an empty form."""

import inspect
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from app.rules import identity, membership, organisation, posts, recruitment, venue

CHECKS = [
    identity.id_agrees_with_birth,
    identity.id_agrees_with_sex,
    recruitment.of_age_when_joining,
    recruitment.probation_is_a_year,
    recruitment.dates_run_forward,
    recruitment.full_member_has_full_on,
    recruitment.probationary_has_no_full_on,
    membership.lost_has_a_day,
    membership.lost_for_half_a_year,
    membership.floating_has_a_place,
    membership.probation_is_due,
    organisation.term_is_current,
    posts.publicity_before_assignment,
    posts.ended_with_a_reason,
    posts.year_is_sound,
    venue.finished_after_started,
    venue.accepted_after_finished,
    venue.attendance_is_possible,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_an_empty_form(check: Callable[..., Any]):
    empty: dict[str, date | None] = {
        name: date(2012, 9, 12) if name == "today" else None
        for name, one in inspect.signature(check).parameters.items()
        if one.default is one.empty
    }
    assert check(**empty) is None


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_each_names_its_rule(check: Callable[..., Any]):
    assert "§" in str(check.__doc__) or str(check.__doc__).startswith(("D", "O"))
