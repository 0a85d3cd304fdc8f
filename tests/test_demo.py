"""The demonstration: every ledger filled everywhere, packages exchanged, the same again from the same seed."""

import json
import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app import listing, overview, quality
from app.cli import main
from app.commands.records import wire_records
from app.demo.county import FEWEST_MEMBERS, make_demo, township_rows
from app.demo.fiction import REGION, People
from app.demo.township import Rows
from app.ledgers.catalogue import LEDGERS
from app.sync import register
from app.villages import glance
from app.workspace import OfficeCard, Workspace
from db import clock, parsing
from db.errors import Refusal
from db.models.common import Attachment
from db.models.guarantee import PayStandard
from db.models.handoff import BlobChunk
from db.models.method import Dispatch, Rating, Rectification
from db.models.organisation import Office
from db.models.record import models
from db.models.responsibility import Assessment, Bulletin, Duty, Indicator, MonthlyCheck, Score, Task
from db.models.team import Member

MEMBERS = 120
TODAY = date(2026, 11, 3)
OFFICE = OfficeCard("01900000-0000-7000-8000-000000000001", "431599101", "青石镇", "township", None)
POSTS = {"政策宣传岗": "post-1", "民事纠纷调解岗": "post-2"}


@pytest.fixture
def made(demo: list[Path]) -> list[Path]:
    """A county with two townships."""
    return demo


@pytest.fixture(params=["county", "431599101", "431599102"])
def workspace(request: pytest.FixtureRequest, made: list[Path]) -> Iterator[Workspace]:
    with Workspace.open(made[0].parent / request.param) as opened:
        yield opened


def rows(members: int = 600, seed: int = 1) -> Rows:
    """One township's rows on a fixed day, with ids that count."""
    ids = iter(range(10**6))
    people = People(random.Random(seed), TODAY)
    return township_rows(
        OFFICE, people, lambda: f"{next(ids):036d}", members=members, posts=POSTS, standard_area=Decimal(75)
    )


def test_folders_are_named_by_office_code(made: list[Path]) -> None:
    assert [one.name for one in made] == ["county", "431599101", "431599102"]
    assert sorted(one.name for one in made[0].parent.iterdir()) == sorted(one.name for one in made)


@pytest.mark.parametrize("ledger", LEDGERS)
def test_no_ledger_is_empty_anywhere(workspace: Workspace, ledger: str) -> None:
    with workspace.read() as session:
        assert listing.count(session, LEDGERS[ledger], listing.Query()) > 0


def test_a_township_has_the_members_asked_for_and_the_county_has_all(workspace: Workspace) -> None:
    with workspace.read() as session:
        counts = dict(session.execute(select(Member.office_id, func.count()).group_by(Member.office_id)).all())
        names = {office.id: office.name for office in session.scalars(select(Office))}
    expected = ["双桥镇", "青石镇"] if workspace.office.is_county else [workspace.office.name]
    assert sorted(names[office] for office in counts) == sorted(expected)
    assert set(counts.values()) == {MEMBERS}


def test_nothing_is_wrong_and_a_few_things_are_doubtful(workspace: Workspace) -> None:
    assert [one.wire() for one in quality.check(workspace) if one.is_error] == []


def test_packages_were_exchanged_and_the_receipt_read(workspace: Workspace) -> None:
    seen = [(one.sent, one.office_name, one.sequence, one.status) for one in register.packages(workspace)]
    if workspace.office.is_county:
        for name in ("青石镇", "双桥镇"):
            assert (False, name, 1, "received") in seen
    else:
        assert (True, "云溪县委组织部", 1, "acknowledged") in seen


FROM_COUNTY = (Task, Indicator, Duty, PayStandard, Dispatch, Assessment, Bulletin)
FROM_TOWNSHIPS = (MonthlyCheck, Score, Rating, Rectification)


def test_what_the_county_keeps_reaches_the_townships_and_their_answers_come_up(workspace: Workspace) -> None:
    own, up = workspace.office.id, workspace.office.superior_id
    with workspace.read() as session:
        townships = set(session.scalars(select(Office.id).where(Office.superior_id == (up or own))))
        for model in FROM_COUNTY:
            assert set(session.scalars(select(model.office_id))) == {up or own}, model
        for model in FROM_TOWNSHIPS:
            owners = set(session.scalars(select(model.office_id)))
            assert owners == (townships if up is None else {own}), model
        scored = session.scalars(select(Score.office_id).where(Score.county_score.is_not(None)))
        assert set(scored) == (townships if up is None else {own})
        graded = session.scalars(select(Rating).where(Rating.county_grade.is_not(None))).all()
        assert {one.office_id for one in graded} == (townships if up is None else {own})


def test_every_figure_of_the_roll_ups_leads_to_records(workspace: Workspace) -> None:
    today = clock.today()
    with workspace.read() as session:
        found = [
            fact.place
            for one in glance.villages(session, today)
            for part in one.sections.values()
            for fact in part.facts
        ]
        if workspace.office.is_county:
            lines = overview.overview(session, workspace.office, today).lines
            found += [place for one in lines for place in (one.place, one.behind)]
            found += [cell.place for one in lines for cell in one.cells.values()]
        for place in {one for one in found if one is not None and one.page in LEDGERS}:
            ledger = LEDGERS[place.page]
            assert set(place.chips) <= {chip.title for chip in ledger.chips}
            shown = listing.ids(session, ledger, listing.Query(chips=place.chips, office=place.office))
            assert shown, place
            assert place.ids is None or (place.ids and set(place.ids) <= set(shown)), place


def test_pictures_are_there_with_their_bytes(workspace: Workspace) -> None:
    with workspace.read() as session:
        for one in session.scalars(select(Attachment)):
            chunks = session.scalars(
                select(BlobChunk.data).where(BlobChunk.sha256 == one.sha256).order_by(BlobChunk.place)
            )
            picture = b"".join(chunks)
            assert len(picture) == one.bytes
            assert picture.startswith(b"\x89PNG")


def test_the_same_seed_gives_the_same_rows_and_another_seed_others() -> None:
    assert rows(seed=3) == rows(seed=3)
    assert rows(seed=3)["member"] != rows(seed=4)["member"]


def test_the_same_seed_gives_the_same_records_also_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = []
    for folder in (tmp_path / "一次", tmp_path / "又一次"):
        arguments = ["demo", str(folder), "--townships", "1", "--members", str(FEWEST_MEMBERS), "--seed", "7", "--json"]
        assert main(arguments) == 0
        places = json.loads(capsys.readouterr().out)
        assert places == {"county": str(folder / "county"), "townships": [str(folder / "431599101")]}
        made.append([records_of(folder / name) for name in ("county", "431599101")])
    assert made[0] == made[1]


def records_of(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Every record of every ledger as scripts see it: ids, offices and links too."""
    with Workspace.open(folder) as opened, opened.read() as session:
        every = {ledger.id: listing.ids(session, ledger, listing.Query()) for ledger in LEDGERS.values()}
        return {id: wire_records(session, LEDGERS[id], ids) for id, ids in every.items()}


def test_people_are_plausible_and_cannot_be_anybody() -> None:
    members = rows()["member"]
    assert len(members) == 600
    numbers = [one["resident_id"] for one in members if one["resident_id"]]
    assert len(set(numbers)) == len(numbers)
    assert all(number.startswith(REGION) and parsing.resident_id(number, TODAY) == number for number in numbers)
    phones = [one["phone"] for one in members if one["phone"]]
    assert len(set(phones)) == len(phones)
    assert all(phone.startswith("1400") and parsing.phone(phone) == phone for phone in phones)
    assert {len(one["name"]) for one in members} <= {2, 3, 4}
    old = sum(one["birth"].year <= TODAY.year - 60 for one in members) / len(members)
    women = sum(one["sex"] == "2" for one in members) / len(members)
    minority = sum(one["nation"] != "01" for one in members) / len(members)
    assert 0.25 < old < 0.5
    assert 0.18 < women < 0.38
    assert 0.02 < minority < 0.2
    assert len({one["name"] for one in members}) > 450


def test_dates_are_consistent_but_for_the_doubtful_few() -> None:
    members = rows()["member"]
    differing = [
        one
        for one in members
        if one["resident_id"]
        and (parsing.birth_of(one["resident_id"]) != one["birth"] or parsing.sex_of(one["resident_id"]) != one["sex"])
    ]
    assert 2 <= len(differing) <= 12
    for one in members:
        assert one["birth"] < one["joined_on"] <= (one["full_on"] or TODAY) <= TODAY
        assert one["joined_on"].year - one["birth"].year >= 18
    assert all(one["full_on"] is None for one in members if one["category"] == "2")


def test_most_members_without_office_hold_a_post_this_year() -> None:
    made = rows()
    holding = {one["member_id"] for one in made["post_assignment"] if one["year"] == TODAY.year}
    without = [one for one in made["member"] if one["office_held"] is None and one["standing"] == "01"]
    assert 0.8 < len([one for one in without if one["id"] in holding]) / len(without) < 0.97


def test_villages_venues_and_their_money() -> None:
    made = rows()
    standards = [one["meets_standard"] for one in made["venue"]]
    assert 0 < standards.count(False) < len(standards) / 2
    assert len({one["village_id"] for one in made["venue"]}) < len(made["village"])
    sums: dict[str, int] = {}
    for one in made["venue_funding"]:
        sums[one["project_id"]] = sums.get(one["project_id"], 0) + one["planned"]
    exact = [sums[one["id"]] == one["planned_invest"] for one in made["venue_project"]]
    assert exact.count(True) >= len(exact) - 2
    sizes: dict[str, int] = {}
    for one in made["member"]:
        sizes[one["branch_id"]] = sizes.get(one["branch_id"], 0) + 1
    assert max(sizes.values()) <= 50


@pytest.mark.parametrize("members", [10, 37, 3000])
def test_every_size_of_township_has_every_ledger(members: int) -> None:
    made = rows(members)
    assert len(made["member"]) == members
    for ledger in LEDGERS.values():
        waits = any(spec.required and spec.target and LEDGERS[spec.target].authority for spec in ledger.fields.values())
        if ledger.authority is None and not waits and ledger.id not in ("post", "office"):
            assert made.get(ledger.id), ledger.id


def test_rows_name_only_fields_that_exist() -> None:
    for ledger, lines in rows(60).items():
        known = {"id", "office_id", *models()[ledger].__table__.columns.keys()}
        assert all(set(line) <= known for line in lines)


@pytest.mark.parametrize(
    ("townships", "members", "sentence"),
    [(0, 600, "演示县可以有 1 到 52 个乡镇"), (60, 600, "演示县可以有"), (1, 3, "每个乡镇至少要有 10 名党员")],
)
def test_numbers_that_cannot_be(tmp_path: Path, townships: int, members: int, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        make_demo(tmp_path / "演示", townships, members)
    assert not (tmp_path / "演示").exists()


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "信.txt").write_text("x")
    with pytest.raises(Refusal, match="里已经有东西。请选一个空文件夹"):
        make_demo(tmp_path, 1, 10)
    assert [one.name for one in tmp_path.iterdir()] == ["信.txt"]


def test_a_folder_that_cannot_be_written(unwritable: Path) -> None:
    with pytest.raises(Refusal, match="请换一个位置"):
        make_demo(unwritable / "演示", 1, 10)
    assert list(unwritable.iterdir()) == []
