"""The main job in the window, and what stands in both stores afterwards, read by the command line."""

from pathlib import Path
from typing import Any

import pytest

from app.demo.county import make_demo
from tests.e2e import main_job
from tests.e2e.conftest import CommandLine, Seat
from tests.helpers.rosters import roster_rows

pytestmark = pytest.mark.e2e


def test_from_the_roster_to_the_receipt(seat: Seat, siji: CommandLine, tmp_path: Path) -> None:
    make_demo(tmp_path / "demo", townships=1, members=24, seed=1)
    papers = main_job.prepare(tmp_path / "demo", tmp_path / "desk")
    before = by_id(siji("records", papers.county, "member"))

    main_job.walk(seat("clerk"), seat("officer"), papers)

    at_township, at_county = (by_id(siji("records", folder, "member")) for folder in (papers.township, papers.county))
    assert at_county == at_township
    assert set(before) < set(at_county)
    added = {one["name"]: one for one in at_county.values() if one["id"] not in before}
    rostered = {row[1].replace(" ", ""): row for row in roster_rows(main_job.ROSTER_ROWS, seed=main_job.ROSTER_SEED)}
    assert set(added) == set(rostered) | {main_job.NEW_MEMBER["姓名"]}
    for name, row in rostered.items():
        assert added[name]["resident_id"] == row[3]
    typed = added[main_job.NEW_MEMBER["姓名"]]
    assert (typed["sex"], typed["birth"], typed["strengths"]) == ("2", "1978-03-12", "会计")
    assert (typed["joined_on"], typed["full_on"]) == ("1999-07-01", "2000-07-01")
    assert at_county[papers.disputed_id]["strengths"] == main_job.TOWNSHIP_SAYS

    strengths = [one["changes"]["strengths"] for one in siji("history", papers.township, "member", typed["id"])]
    assert sorted(one["after"] for one in strengths) == ["会计", "会计", "财务会计"]  # written, changed, taken back


def by_id(records: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Records by their id."""
    return {one["id"]: one for one in records}
