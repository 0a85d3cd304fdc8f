"""The record of one person's way into the Party, and the ledger of stagnant villages, against the store."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app import editing
from app.documents import making
from app.documents.catalogue import DOCUMENTS
from app.documents.document import Content, Grid, filled
from app.documents.making import Asked
from app.documents.recruitment import STEP_COLUMNS
from app.documents.sheets import MM_A_CHARACTER
from app.ledgers.catalogue import LEDGERS
from app.team.recruiting import record_step
from app.workspace import Workspace
from db.errors import Refusal
from db.models.recruitment import Applicant, ApplicantStep, StagnantVillage
from tests.documents.conftest import TODAY

RECORD, STAGNANT = DOCUMENTS["recruitment"], DOCUMENTS["stagnant"]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "青石镇", code="431599101", name="青石镇", level="township") as workspace:
        yield workspace


@pytest.fixture
def applicant(office: Workspace) -> str:
    org = {"name": "红星村党支部", "kind": "党支部", "sector": "行政村"}
    branch = editing.save(office, LEDGERS["party_org"], org)
    typed = {
        "name": "彭静",
        "sex": "女",
        "birth": "1995-04-02",
        "branch_id": branch,
        "applied_on": "2024-01-05",
        "stage": "申请人",
    }
    return editing.save(office, LEDGERS["applicant"], typed)


def drawn(workspace: Workspace, record: str, *, public: bool = False) -> Content:
    return making.drawn(workspace, RECORD, Asked(record=record, public=public))[1]


def lines(content: Content, number: int) -> list[dict[str, Any]]:
    """The lines of one step: the number stands in the first."""
    rows = list(content.rows["rows"])
    first = next(at for at, row in enumerate(rows) if row.get("number") == number)
    last = next((at for at in range(first + 1, len(rows)) if "number" in rows[at]), len(rows))
    return [dict(row) for row in rows[first:last]]


def test_all_twenty_five_steps_stand_there_taken_or_not(office: Workspace, applicant: str) -> None:
    content = drawn(office, applicant)
    rows = content.rows["rows"]
    numbers = [row["number"] for row in rows]
    assert numbers == [*range(1, 7), None, *range(7, 26)], "the reports stand beside the sixth"
    assert [row["stage"] for row in rows if row["stage"]] == [
        "申请入党", "入党积极分子", "发展对象", "预备党员接收", "教育考察和转正",
    ]  # fmt: skip
    assert lines(content, 1)[0]["on"] == date(2024, 1, 5), "the file knows the day of the application"
    assert {row.get("on") for row in rows[1:]} == {None}
    assert content.values["stage"] == "申请人"


def test_a_step_has_its_day_outcome_who_and_paper(office: Workspace, applicant: str) -> None:
    record_step(office, applicant, "02", {"on": "2024-01-20", "outcome": "通过", "talked_by": "李斌成"})
    (talk,) = lines(drawn(office, applicant), 2)
    assert (talk["on"], talk["outcome"], talk["by"]) == (date(2024, 1, 20), "通过", "李斌成")


def test_a_review_stands_as_often_as_it_was_held(office: Workspace, applicant: str) -> None:
    record_step(office, applicant, "03", {"on": "2024-03-01", "outcome": "通过", "recommended": "党员推荐"})
    for on, outcome in (("2024-09-01", "通过"), ("2025-02-20", "不通过")):
        record_step(office, applicant, "06", {"on": on, "outcome": outcome, "by": "曾杰鹏", "document": "考察登记表"})
    found = lines(drawn(office, applicant), 6)
    assert [(one["on"], one["outcome"]) for one in found] == [
        (date(2024, 9, 1), "通过"),
        (date(2025, 2, 20), "不通过"),
    ]
    assert [one.get("step") for one in found] == ["培养教育考察", None]


def test_the_record_says_who_and_how_the_votes_fell(township: Workspace) -> None:
    with township.read() as session:
        wanted = select(Applicant).where(Applicant.admitted_on.is_not(None), Applicant.deleted_at.is_(None))
        one = session.scalars(wanted).first()
        assert one is not None
        steps = session.scalars(select(ApplicantStep).where(ApplicantStep.applicant_id == one.id)).all()
    content = drawn(township, one.id)
    values = content.values
    assert (values["name"], values["resident_id"], values["introducers"]) == (
        one.name,
        one.resident_id,
        one.introducers,
    )
    assert one.admitted_on is not None
    day = f"{one.admitted_on.year}年{one.admitted_on.month}月{one.admitted_on.day}日"
    assert values["meeting"] == f"{day}，应到 {one.expected} 人，实到 {one.present} 人，赞成 {one.votes_for} 票"
    assert sorted((row["on"], row["document"] or "") for row in content.rows["rows"] if row.get("outcome")) == sorted(
        (step.on, step.document or "") for step in steps
    )
    assert (values["office"], drawn(township, one.id, public=True).values["resident_id"]) == ("青石镇", "")


def test_those_on_the_way_are_offered_first_with_their_branch(township: Workspace) -> None:
    offered = [title.split("　") for _, title in making.choices(township, RECORD, Asked())]
    over = [stage in ("转正", "终止") for _, stage, _ in offered]
    assert over == sorted(over)
    assert any(over)
    assert all(branch.endswith(("支部", "支部委员会")) for _, _, branch in offered)


def test_a_deleted_file_is_not_printed(office: Workspace, applicant: str, tmp_path: Path) -> None:
    editing.delete(office, LEDGERS["applicant"], [applicant])
    with pytest.raises(Refusal, match="这条发展记录已经删除。请在“发展党员”里另选一条"):
        making.make(office, RECORD, Asked(record=applicant), tmp_path / "表.docx")
    assert not (tmp_path / "表.docx").exists()


def test_the_head_of_the_steps_repeats_on_the_next_page(township: Workspace, tmp_path: Path) -> None:
    record = making.choices(township, RECORD, Asked())[0][0]
    made = docx.Document(str(making.make(township, RECORD, Asked(record=record), tmp_path / "表.docx").file))
    heads = [table.rows[0]._tr.xml for table in made.tables]
    assert ["w:tblHeader" in xml for xml in heads] == [False, False, True]


def test_in_excel_forms_and_steps_share_the_sheet(township: Workspace, tmp_path: Path) -> None:
    record = making.choices(township, RECORD, Asked())[0][0]
    content = drawn(township, record)
    sheet: Any = load_workbook(making.make(township, RECORD, Asked(record=record), tmp_path / "表.xlsx").file).active
    beside = {
        (cell.value, sheet.cell(cell.row, after).value)
        for line in sheet.iter_rows()
        for cell in line
        if cell.value and (after := next((at for at in range(cell.column + 1, 30) if not merged(sheet, cell, at)), 0))
    }
    for block in RECORD.layout:
        if isinstance(block, Grid):
            for label, text in (pair for line in block.lines for pair in line):
                assert (label, filled(text, content.values) or None) in beside, label
    head = next(line for line in sheet.iter_rows() if line[0].value == "阶段")
    assert [cell.value for cell in head if cell.value] == [column.label for column in STEP_COLUMNS]
    assert sheet.print_title_rows == f"${head[0].row}:${head[0].row}"
    widths = sum(one.width for one in sheet.column_dimensions.values()) * MM_A_CHARACTER
    assert widths == pytest.approx(sum(column.width for column in STEP_COLUMNS), abs=1)


def merged(sheet: Any, cell: Any, column: int) -> bool:
    """Whether the cell of that column in the same line belongs to this one."""
    at = sheet.cell(cell.row, column).coordinate
    return any(cell.coordinate in one and at in one for one in sheet.merged_cells.ranges)


@pytest.mark.parametrize(
    ("opened", "closed", "year", "listed"),
    [
        (date(2020, 1, 1), None, 2026, True),
        (date(2020, 1, 1), None, 2019, False),
        (date(2020, 1, 1), date(2026, 3, 1), 2026, True),
        (date(2020, 1, 1), date(2025, 12, 31), 2026, False),
        (date(2020, 1, 1), date(2025, 12, 31), 2025, True),
        (date(2026, 1, 1), None, 2025, False),
    ],
)
def test_a_stagnant_village_stands_in_the_years_in_which_it_was_one(
    office: Workspace, opened: date, closed: date | None, year: int, listed: bool
) -> None:
    village = editing.save(office, LEDGERS["village"], {"code": "431599101201", "name": "红星村", "kind": "村"})
    row = {"village_id": village, "opened_on": opened, "closed_on": closed, "office_id": office.office.id}
    with office.edit("空白村") as batch:
        batch.session.add(StagnantVillage(**row))
    content = making.drawn(office, STAGNANT, Asked(year=year))[1]
    assert [(row["village_id"], row["office_id"]) for row in content.rows["rows"]] == [("红星村", "青石镇")] * listed
    ended = int(listed and closed is not None)
    assert content.values["count"] == f"共 {int(listed)} 个，其中未销号 {int(listed) - ended} 个、已销号 {ended} 个"


def test_the_ledger_of_stagnant_villages_says_what_is_done(township: Workspace) -> None:
    with township.read() as session:
        kept = session.scalars(select(StagnantVillage).where(StagnantVillage.deleted_at.is_(None))).all()
    rows = making.drawn(township, STAGNANT, Asked(year=TODAY.year))[1].rows["rows"]
    assert {(row["talk_on"], row["measure"], row["contact_leader"]) for row in rows} == {
        (one.talk_on, one.measure, one.contact_leader) for one in kept
    }
    assert len(rows) == len(kept) > 0
