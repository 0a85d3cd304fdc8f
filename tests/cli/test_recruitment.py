"""Recruitment by single records: admission writes the roll, and what has not been admitted for years is listed."""

from pathlib import Path
from typing import Any

import pytest

from db import clock
from tests.cli.conftest import Run, add_member

CANDIDATE = (
    *("name=孙八", "sex=女", "birth=1990-01-02", "branch=大塘村党支部", "stage=申请人", "applied_on=2023-01-05"),
    *("talked_on=2023-01-20", "activist_on=2023-03-01", "contacts=王芳、李明", "recommended=党员推荐"),
)
READY = (
    *("stage=发展对象", "candidate_on=2024-04-01", "introducers=王芳、李明", "review_on=2024-04-20"),
    *("review_passed=是", "training_days=3", "training_hours=24"),
)
VOTE = ("stage=预备党员", "admitted_on=2024-06-01", "expected=10", "present=9", "approved_on=2024-07-01")


def applicant(run: Run, township: Path, *more: str) -> str:
    made = run("set", township, "applicant", *CANDIDATE, *more)
    assert made.status == 0, made.err
    id = str(made.value["id"])
    ready = run("set", township, "applicant", "--id", id, *READY)
    assert ready.status == 0, ready.err
    return id


def listed(run: Run, township: Path, ledger: str, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(one[name] for name in names) for one in run("records", township, ledger).value]


@pytest.mark.usefixtures("branch")
def test_who_is_admitted_stands_on_the_roll_with_the_event_in_one_step(run: Run, township: Path) -> None:
    id = applicant(run, township)
    refused = run("set", township, "applicant", "--id", id, *VOTE, "votes_for=5")
    assert (refused.status, refused.out) == (3, "")
    assert "没有超过应到有表决权正式党员 10 人的半数" in refused.err
    assert run("records", township, "member").value == []
    admitted = run("set", township, "applicant", "--id", id, *VOTE, "votes_for=6")
    assert admitted.status == 0, admitted.err
    (member,) = run("records", township, "member").value
    assert admitted.value["member_id"] == member["id"]
    assert (member["name"], member["category"], member["joined_on"]) == ("孙八", "2", "2024-06-01")
    assert listed(run, township, "member_event", "member_id", "kind", "on") == [(member["id"], "01", "2024-06-01")]
    assert run("set", township, "applicant", "--id", id, "note=已归档").status == 0
    assert len(run("records", township, "member").value) == 1
    assert run("undo", township).status == run("undo", township).status == 0
    assert run("records", township, "member").value == run("records", township, "member_event").value == []
    assert listed(run, township, "applicant", "stage", "member_id") == [("03", None)]


@pytest.mark.usefixtures("branch")
def test_who_is_on_the_roll_already_is_left_to_the_person(run: Run, township: Path) -> None:
    id = applicant(run, township)
    add_member(run, township, "孙八", "birth=1990-01-02", "joined_on=2024-06-01", "full_on=", "category=预备党员")
    admitted = run("set", township, "applicant", "--id", id, *VOTE, "votes_for=6")
    assert admitted.status == 0, admitted.err
    assert "请选花名册上的本人" in admitted.err
    assert (admitted.value["member_id"], len(run("records", township, "member").value)) == (None, 1)


@pytest.mark.usefixtures("branch")
def test_a_village_without_admissions_for_years_is_listed_by_the_program(run: Run, township: Path) -> None:
    year = clock.today().year
    (village,) = run("records", township, "village").value
    assert run("records", township, "stagnant_village").value == []
    assert add_member(run, township)["joined_on"] == "1999-07-01"
    (open_,) = run("records", township, "stagnant_village").value
    assert (open_["village_id"], open_["closed_on"]) == (village["id"], None)
    assert run("records", township, "stagnant_village").value == [open_]
    by_hand = run("set", township, "stagnant_village", f"village={village['code']}", "opened_on=2020-01-01")
    assert (by_hand.status, by_hand.out) == (3, "")
    add_member(run, township, "李明", f"joined_on={year}-01-05", "full_on=", "category=预备党员")
    (closed,) = run("records", township, "stagnant_village").value
    assert (closed["id"], closed["closed_on"]) == (open_["id"], f"{year}-01-05")
