"""Codes that a newer program has put into a table: a new one needs no new schema, for nothing is lost of it here.

So it was with `06R`, the reports that stand beside the sixth step of joining (format.md, Rows).
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from app import editing, listing, quality, reminders
from app.editing import Refused
from app.ledgers.catalogue import LEDGERS
from app.sync.intake import take_in
from app.team import recruiting
from tests.sync.conftest import Pair, edit, row
from tests.sync.forging import Rows

STEP = LEDGERS["applicant_step"]
NEWER = "06X"


@pytest.fixture
def file(pair: Pair) -> str:
    """An applicant of the township's."""
    person = {"name": "周小兰", "sex": "女", "nation": "汉", "birth": "1995-03-12", "branch_id": pair.branch}
    return edit(pair.town, None, "applicant", **person, applied_on="2026-05-06", talked_on="2026-05-20")


@pytest.fixture
def step(pair: Pair, file: str, forge: Callable[..., Path]) -> str:
    """A step of a kind that only the township's newer program knows, taken in by the county."""
    made = edit(pair.town, None, "applicant_step", applicant_id=file, step="06", on="2026-06-01", outcome="通过")

    def newer(rows: Rows) -> None:
        next(one for one in rows["applicant_step"] if one["id"] == made)["step"] = NEWER

    outcome = take_in(pair.county, forge(rows=newer))
    assert (outcome.status, outcome.created) == ("applied", 2)
    assert "drift" not in {one.rule for one in outcome.findings}
    return made


def test_a_code_of_a_newer_program_is_kept_shown_and_handed_on(pair: Pair, step: str) -> None:
    with pair.county.read() as session:
        (line,) = listing.rows(session, STEP, [step], ["step"])
    assert line.cells == (NEWER,)
    edit(pair.county, step, "applicant_step", step="07")
    pair.county.undo()
    outcome = pair.to_town()
    assert (outcome.status, outcome.conflicts) == ("applied", ())
    assert row(pair.town, step, "applicant_step")["step"] == NEWER


def test_the_check_of_the_records_asks_for_a_newer_program(pair: Pair, step: str) -> None:
    found = [one for one in quality.check(pair.county) if one.id == step and one.finding.rule == "code"]
    said = f"这个版本的程序不认识“步骤”的代码 {NEWER}。请升级程序，或从列表中另选一项"
    assert [(one.finding.field, one.finding.message) for one in found] == [("step", said)]


def test_a_record_with_such_a_code_is_not_saved_over_unseen(pair: Pair, step: str) -> None:
    before = row(pair.county, step, "applicant_step")
    with pytest.raises(Refused, match=f"不认识“步骤”的代码 {NEWER}"):
        editing.save(pair.county, STEP, {"document": "记录"}, step)
    assert row(pair.county, step, "applicant_step") == before


def test_the_way_of_the_person_goes_on_without_it(pair: Pair, file: str, step: str) -> None:
    today = date(2026, 11, 23)
    with pair.county.read() as session:
        (path,) = recruiting.paths(session, pair.county.office, today)
        assert [one.code for one in path.steps if one.on] == ["01", "02"]
        assert (path.done, path.following) == (2, "03")
        (line,) = listing.rows(session, LEDGERS["applicant"], [file], ["last_step"])
        assert line.cells == ("",)
        assert reminders.reminders(session, pair.county.office, today)
