"""Each document is drawn as Word, Excel and paper, opened again, and what it says is compared with the store."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import docx
import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.documents import making
from app.documents.catalogue import DOCUMENTS
from app.documents.document import Case, Content, Document, Need, shown
from app.documents.making import Asked
from app.documents.numerals import capital, capital_month, capital_yuan
from app.documents.paper import paper
from app.guarantee import pay
from app.responsibility import assessing, month
from app.rules.monthly import month_before, month_of
from app.workspace import Workspace
from db import clock
from db.models.guarantee import Venue
from db.models.handoff import RevealLine
from db.models.method import Rectification
from db.models.recruitment import Applicant
from db.models.responsibility import Bulletin, Inspection
from db.models.team import Member, PostAssignment, Transfer
from tests.documents.conftest import TODAY

LAST = month_before(month_of(TODAY))


def workspace_of(document: Document, county: Workspace, township: Workspace) -> Workspace:
    return county if "township" not in document.levels or document.name == "inspection" else township


def asked_of(workspace: Workspace, document: Document, *, public: bool = False) -> Asked:
    """What a document is asked for with in the demo: last month, the first record there is."""
    record = None
    if Need.RECORD in document.needs:
        record = making.choices(workspace, document, Asked())[0][0]
    return Asked(int(LAST[:4]), LAST, None, record, public)


def word_texts(file: Path) -> tuple[list[str], list[list[list[str]]]]:
    """The paragraphs of a Word file, and the tables as lines of cells, each merged cell once."""
    opened = docx.Document(str(file))
    tables = [[[cell.text for cell in dict.fromkeys(line.cells)] for line in table.rows] for table in opened.tables]
    return [one.text for one in opened.paragraphs], tables


def expected(document: Document, content: Content) -> list[list[list[str]]]:
    """The cells of the document's tables, head and rows."""
    return [
        [[column.label for column in table.columns]]
        + [
            [shown(row.get(column.name), money=column.money) for column in table.columns]
            for row in content.rows[table.rows]
        ]
        for table in document.tables
    ]


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_what_is_drawn_is_what_stands_in_the_file(
    document: Document, county: Workspace, township: Workspace, tmp_path: Path
) -> None:
    workspace = workspace_of(document, county, township)
    asked = asked_of(workspace, document)
    _, content = making.drawn(workspace, document, asked)
    made = making.make(workspace, document, asked, tmp_path / "文书.docx")
    paragraphs, tables = word_texts(made.file)
    if wanted := expected(document, content):
        heads = [table[0] for table in wanted]
        assert [table for table in tables if table[0] in heads] == wanted, "beside forms"
        assert made.rows == content.count > 0
    whole = "\n".join([*paragraphs, *(cell for table in tables for line in table for cell in line)])
    assert "{" not in whole
    for name in document.placeholders:
        assert content.values[name] in whole, name
    for row in content.rows.get("body", ()):
        assert row["text"] in paragraphs
    sheet = load_workbook(making.make(workspace, document, asked, tmp_path / "文书.xlsx").file).active
    assert sheet is not None
    cells = {cell.value for line in sheet.iter_rows() for cell in line}
    for table in document.tables:
        for row in content.rows[table.rows]:
            for column in table.columns:
                value = row.get(column.name)
                assert value in (None, "") or excel(value) in cells, (column.name, value)
    html = paper(document, content).html
    for name in document.placeholders:
        assert content.values[name].replace("\n", "<br>") in html, name


def excel(value: Any) -> Any:
    """A value as it comes back from a workbook."""
    from datetime import datetime

    if isinstance(value, Decimal):
        return float(value) if value % 1 else int(value)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001  a day has no zone
    return value


def content_of(workspace: Workspace, name: str) -> Content:
    return making.drawn(workspace, DOCUMENTS[name], asked_of(workspace, DOCUMENTS[name]))[1]


def column(content: Content, name: str) -> list[Any]:
    return [row[name] for row in content.rows["rows"] if name in row]


def test_the_roster_has_everybody_on_the_roll_once(township: Workspace) -> None:
    content = content_of(township, "roster")
    with township.read() as session:
        names = session.scalars(select(Member.name).where(Member.deleted_at.is_(None), Member.standing == "01")).all()
    assert sorted(column(content, "name")) == sorted(names)
    assert column(content, "place") == list(range(1, len(names) + 1))
    assert content.values["count"].startswith(f"共 {len(names)} 人")


def test_the_pledges_are_this_years(township: Workspace) -> None:
    with township.read() as session:
        wanted = select(PostAssignment.pledge).where(
            PostAssignment.deleted_at.is_(None),
            PostAssignment.year == int(LAST[:4]),
            PostAssignment.ended_on.is_(None),
        )
        pledges = session.scalars(wanted).all()
    assert sorted(map(str, column(content_of(township, "pledges"), "pledge"))) == sorted(map(str, pledges))


def test_the_letter_says_who_goes_where_in_three_parts(township: Workspace, tmp_path: Path) -> None:
    document = DOCUMENTS["letter"]
    asked = asked_of(township, document)
    with township.read() as session:
        letter = session.get_one(Transfer, asked.record)
    text = "\n".join(word_texts(making.make(township, document, asked, tmp_path / "信.docx").file)[0])
    assert text.count(f"{letter.name}同志") == 3
    assert text.count(f"编号：{letter.letter_no}") == 3
    assert text.count(f"党费已交到{capital_month(letter.dues_paid_to or '')}") == 2
    assert text.count(f"有效期{capital(letter.valid_days or 0)}天") == 2
    assert letter.resident_id in text
    assert "中共青石镇委员会（盖章）" in text
    assert letter.office_id == township.office.id


def test_the_pay_sheet_adds_up_to_what_is_written_down(township: Workspace) -> None:
    content = content_of(township, "pay")
    with township.read() as session:
        sheet = pay.sheet(session, int(LAST[:4]), clock.today(), township.office.id)
    *lines, total = content.rows["rows"]
    assert sum(row["paid"] for row in lines if isinstance(row["paid"], Decimal)) == Decimal(sheet.paid) / 100
    assert (total["village"], total["paid"], total["due"]) == (
        "合计",
        Decimal(sheet.paid) / 100,
        Decimal(sheet.due) / 100,
    )
    assert content.values["amount"] == capital_yuan(sheet.paid)


@pytest.mark.parametrize(("name", "model"), [("venues", Venue), ("rectification", Rectification)])
def test_a_ledger_on_paper_has_every_record(name: str, model: Any, township: Workspace) -> None:
    with township.read() as session:
        wanted = select(func.count()).select_from(model).where(model.deleted_at.is_(None))
        if model is Rectification:
            wanted = wanted.where((model.closed_on.is_(None)) | (model.closed_on >= date(int(LAST[:4]), 1, 1)))
        known = session.scalar(wanted)
    assert len(column(content_of(township, name), "place")) == known


def test_the_duty_table_has_the_years_duties(township: Workspace) -> None:
    content = content_of(township, "duties")
    with township.read() as session:
        duties = month.duties(session, int(LAST[:4]), township.office.id)
    assert column(content, "number") == [one.number for one in duties]
    assert column(content, "quota") == [one.quota for one in duties]
    assert column(content, "first_responsible") == [one.first_responsible for one in duties]


def test_the_self_check_is_the_months(township: Workspace) -> None:
    with township.read() as session:
        lines = month.sheet(session, township.office.id, LAST)
    content = content_of(township, "self-check")
    assert column(content, "done") == [one.values["done"] for one in lines]
    assert content.values["filled_by"] == lines[0].values["filled_by"]


def test_the_bulletin_is_the_countys_own_words_and_its_ranking(county: Workspace) -> None:
    content = content_of(county, "bulletin")
    with county.read() as session:
        one = session.scalars(select(Bulletin).where(Bulletin.month == LAST)).one()
        standing = month.standing(session, county.office.id, LAST, clock.today())
    assert content.values["title"].replace("\n", "") == one.title
    assert "\n".join(str(row["text"]) for row in content.rows["body"]) == one.body
    styles = {row["style"] for row in content.rows["body"] if str(row["text"]).startswith("一、")}
    assert styles == {"heading"}
    assert column(content, "office") == [line.office.name for line in standing]


def test_the_scoring_sheet_has_both_totals(township: Workspace) -> None:
    content = content_of(township, "scoring")
    with township.read() as session:
        office = month.offices(session, township.office.id)[0]
        sheet = assessing.sheet(session, office, int(LAST[:4]), clock.today())
    total = content.rows["rows"][-1]
    assert (total["self_score"], total["county_score"]) == (sheet.self_total, sheet.county_total)
    assert column(content, "full_mark") == [one.full_mark for one in sheet.lines]


def test_the_inspection_sheet_says_what_was_found(county: Workspace) -> None:
    asked = asked_of(county, DOCUMENTS["inspection"])
    with county.read() as session:
        one = session.get_one(Inspection, asked.record)
    values = content_of(county, "inspection").values
    assert (values["team"], values["found"], values["request"]) == (one.team, one.found or "", one.request or "")


@pytest.mark.parametrize("name", ["roster", "letter", "recruitment"])
def test_a_public_version_lacks_what_is_sensitive(name: str, township: Workspace, tmp_path: Path) -> None:
    document = DOCUMENTS[name]
    asked = asked_of(township, document, public=True)
    with township.read() as session:
        secrets = [
            value
            for model in (Member, Transfer, Applicant)
            for pair in session.execute(select(model.resident_id, model.phone)).all()
            for value in pair
            if value
        ]
    paragraphs, tables = word_texts(making.make(township, document, asked, tmp_path / "公示.docx").file)
    sheet: Any = load_workbook(making.make(township, document, asked, tmp_path / "公示.xlsx").file).active
    texts = [
        "\n".join([*paragraphs, str(tables)]),
        str([[cell.value for cell in line] for line in sheet.iter_rows()]),
        making.laid_out(township, document, asked).html,
    ]
    for text in texts:
        assert [one for one in secrets if one in text] == []
    if name == "roster":
        assert {len(line) for line in tables[0]} == {11}
        assert "手机号" not in tables[0][0]
        assert "公民身份号码" not in tables[0][0]


def test_drawing_a_roster_is_remembered(township: Workspace, tmp_path: Path) -> None:
    def lines() -> list[tuple[str, str, int | None]]:
        with Session(township.engine) as session:
            return [(one.ledger, one.field, one.records) for one in session.scalars(select(RevealLine))]

    before = lines()
    document = DOCUMENTS["roster"]
    making.make(township, document, Asked(), tmp_path / "册.xlsx")
    making.make(township, document, Asked(public=True), tmp_path / "册.docx")
    members = len(column(content_of(township, "roster"), "place"))
    assert lines()[len(before) :] == [("member", "export", members), ("member", "public-export", members)]


def test_a_county_draws_one_office_or_all(county: Workspace) -> None:
    with county.read() as session:
        case = making.case(county, session, DOCUMENTS["roster"], Asked(office="431599101"))
        assert isinstance(case, Case)
        assert case.whose == "青石镇"
        assert making.case(county, session, DOCUMENTS["roster"], Asked()).whose == county.office.name


def test_no_layout_names_what_its_content_lacks(county: Workspace, township: Workspace) -> None:
    for document in DOCUMENTS.values():
        workspace = workspace_of(document, county, township)
        content = making.drawn(workspace, document, asked_of(workspace, document))[1]
        assert set(document.placeholders) <= set(content.values), document.name
