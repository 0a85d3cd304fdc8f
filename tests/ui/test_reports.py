"""Documents in the window: the page that draws them, the PDF, pages cut between rows."""

from pathlib import Path

import pytest
from openpyxl import load_workbook
from PySide6.QtPrintSupport import QPrintPreviewDialog
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from app import editing
from app.documents.catalogue import DOCUMENTS
from app.documents.document import OFFICIAL, Body, Column, Content, Style, Table, Text, paragraphs
from app.documents.paper import Paper, paper
from app.ledgers.catalogue import LEDGERS
from app.place import Place
from app.workspace import Workspace
from db.errors import Refusal
from db.models.organisation import PartyOrg
from tests.ui.conftest import PEOPLE
from ui.background import Desk
from ui.pages.reports import ReportsPage
from ui.paging import Layout, Part, Slice, cut
from ui.paper import write_pdf
from ui.shell.window import Desktop


@pytest.fixture
def page(desk: Desk, qtbot: QtBot) -> ReportsPage:
    window = Desktop(desk)
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    found = window.go("reports")
    assert isinstance(found, ReportsPage)
    found.test_window = window  # type: ignore[attr-defined]  kept alive with its page
    qtbot.waitUntil(lambda: bool(found.template.text()))
    return found


def choose(page: ReportsPage, name: str, qtbot: QtBot) -> None:
    page.template.setText("")
    page.view.selectRow(page.documents.index(DOCUMENTS[name]))
    qtbot.waitUntil(lambda: bool(page.template.text()))


def test_the_page_lists_what_a_township_draws(page: ReportsPage) -> None:
    titles = [page.rows.data(page.rows.index(at, 0)) for at in range(page.rows.rowCount())]
    assert titles == [one.title for one in DOCUMENTS.values() if "township" in one.levels]
    assert page.title.text() == "党员花名册"
    assert not page.public.isHidden()


@pytest.mark.parametrize("ending", ["docx", "xlsx", "pdf"])
def test_a_roster_is_saved(ending: str, page: ReportsPage, qtbot: QtBot, tmp_path: Path) -> None:
    out = tmp_path / f"花名册.{ending}"
    page.save_to(out)
    qtbot.waitUntil(lambda: page.message.text.text() == f"党员花名册已存到 {out}。")
    assert out.stat().st_size > 1000
    if ending == "xlsx":
        sheet = load_workbook(out).active
        assert sheet is not None
        assert {sheet.cell(row, 2).value for row in range(4, 8)} == set(PEOPLE)


def test_what_cannot_be_drawn_is_said(page: ReportsPage, qtbot: QtBot, tmp_path: Path) -> None:
    choose(page, "pay", qtbot)
    assert not page.fields["year"].isHidden()  # type: ignore[index]
    for ending in ("docx", "pdf"):
        page.message.text.setText("")
        page.save_to(tmp_path / f"表.{ending}")
        qtbot.waitUntil(lambda: "没有可以发的报酬" in page.message.text.text())
    assert not list(tmp_path.glob("表.*"))


def test_a_document_without_a_record_to_choose_cannot_be_drawn(page: ReportsPage, qtbot: QtBot) -> None:
    choose(page, "letter", qtbot)
    assert page.none.text() == "“组织关系转接”里还没有可以选的记录。"
    assert not any(one.isEnabled() for one in page.buttons)
    choose(page, "hand-over", qtbot)
    assert page.about.text().endswith("取自“数据交换”。")
    assert page.none.text() == "“数据交换”里还没有可以选的记录。"
    with qtbot.waitSignal(page.go, check_params_cb=lambda place: place.page == "exchange"):
        page.ledger.click()
    choose(page, "roster", qtbot)
    assert all(one.isEnabled() for one in page.buttons)


def test_a_document_is_asked_for_elsewhere_with_its_record(page: ReportsPage, desk: Desk, qtbot: QtBot) -> None:
    made: list[str] = []

    def add(workspace: Workspace) -> list[str]:
        with workspace.read() as session:
            branch = session.scalars(select(PartyOrg.id)).first()
        typed = {"sex": "男", "birth": "1995-03-12", "branch_id": branch, "applied_on": "2026-03-01"}
        return [editing.save(workspace, LEDGERS["applicant"], {"name": name, **typed}) for name in ("安小兰", "周小兰")]

    desk.write(add, made.extend)
    qtbot.waitUntil(lambda: len(made) == 2)
    page.test_window.go_to_place(Place("reports", ids=("recruitment", made[1])))  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: page.record.currentData() == made[1])
    assert page.title.text() == "发展党员全程纪实表"
    page.record.setCurrentIndex(page.record.findData(made[0]))
    page.refresh()
    qtbot.waitUntil(lambda: not desk.busy)
    assert page.record.currentData() == made[0], "what a person has chosen since stays"


def test_the_preview_opens(page: ReportsPage, qtbot: QtBot) -> None:
    page.print_it()
    qtbot.waitUntil(lambda: page.findChild(QPrintPreviewDialog) is not None)
    dialog = page.findChild(QPrintPreviewDialog)
    assert dialog.windowTitle() == "打印 党员花名册"
    dialog.close()


def test_the_preview_of_a_ledger_opens_too(page: ReportsPage, qtbot: QtBot) -> None:
    ledger = page.test_window.go("member")  # type: ignore[attr-defined]
    ledger.print_table()
    qtbot.waitUntil(lambda: ledger.findChild(QPrintPreviewDialog) is not None)
    ledger.findChild(QPrintPreviewDialog).close()


def test_a_pdf_that_cannot_be_written(qapp: QApplication, unwritable: Path) -> None:
    with pytest.raises(Refusal, match=r"不能写“册\.pdf”：它可能正在 Adobe Reader 或 WPS 里打开着"):
        write_pdf(table_of(1), unwritable / "册.pdf")
    assert list(unwritable.iterdir()) == []


def table_of(rows: int) -> Paper:
    document = DOCUMENTS["venues"]
    lines = [{"place": place, "name": f"{place} 号活动场所" * 3} for place in range(rows)]
    return paper(document, Content(dict.fromkeys(document.placeholders, ""), {"rows": lines}))


def test_no_row_is_cut_and_the_head_stands_on_every_page(qapp: QApplication) -> None:
    made = Layout(table_of(90))
    assert made.count > 2
    assert made.slices[0].head is None
    assert all(one.head is not None for one in made.slices[1:])
    for before, after in zip(made.slices, made.slices[1:], strict=False):
        assert before.bottom == after.top
    edges = {part.top for part in made.parts()} | {part.bottom for part in made.parts()}
    assert {one.top for one in made.slices} <= edges
    assert all(one.bottom - one.top <= made.inside.height() + 0.5 for one in made.slices)


def test_an_official_page_holds_22_lines_of_28_characters(qapp: QApplication) -> None:
    """GB/T 9704-2012 5.2.3."""
    from dataclasses import replace

    document = replace(DOCUMENTS["bulletin"], layout=(Body("body"),), page=OFFICIAL)
    text = "党" * (26 + 28 * 30)
    made = Layout(paper(document, Content({}, {"body": paragraphs(text)})))
    lines = made.text.begin().layout()
    assert [lines.lineAt(at).textLength() for at in range(3)] == [26, 28, 28]
    parts = made.parts()
    assert sum(part.bottom <= made.slices[0].bottom for part in parts) == 22


def test_an_annex_begins_a_page(qapp: QApplication) -> None:
    from dataclasses import replace

    column = Column("name", "单位", 100)
    layout = (Text("正文"), Text("附件", Style.ANNEX), Table("rows", (column,)))
    document = replace(DOCUMENTS["bulletin"], layout=layout)
    made = Layout(paper(document, Content({}, {"rows": [{"name": "青石镇"}]})))
    assert made.count == 2


def test_only_what_is_taller_than_a_page_is_cut() -> None:
    head = (0.0, 10.0)
    parts = [Part(0, 40), Part(40, 80, head), Part(80, 330, head), Part(330, 340, head)]
    assert list(cut(parts, 100)) == [
        Slice(0, 80),
        Slice(80, 170, head),
        Slice(170, 260, head),
        Slice(260, 340, head),
    ]


def test_what_belongs_together_goes_to_a_new_page_together() -> None:
    head = (0.0, 10.0)
    stage = [Part(40, 60, head, until=100), Part(60, 80, head), Part(80, 100, head)]
    assert list(cut([Part(0, 40), *stage], 90)) == [Slice(0, 40), Slice(40, 100, head)]
    assert list(cut([Part(0, 40), *stage], 100)) == [Slice(0, 100)]
    assert list(cut([Part(0, 40), *stage], 65)) == [Slice(0, 60), Slice(60, 100, head)], "it is taller than a page"


TEXTS = ("办理过程", "支部书记：")


def form(rows: int, *, paragraph: str = "", stages: int = 1) -> Layout:
    """A heading, a table of so many lines in stages, and a line under it."""
    from dataclasses import replace

    columns = (Column("stage", "阶段", 40), Column("step", "事项", 100))
    heading, foot = (Text(one, Style.FLUSH) for one in TEXTS)
    layout = (Text(paragraph), heading, Table("rows", columns, spans="stage"), foot)
    document = replace(DOCUMENTS["recruitment"], layout=layout)
    each = rows // stages
    lines = [{"stage": None if at % each else f"第 {at // each} 阶段", "step": f"事项 {at}"} for at in range(rows)]
    return Layout(paper(document, Content({}, {"rows": lines})))


def height_of(text: str, made: Layout) -> float:
    """Where the paragraph of this text stands."""
    block = made.text.find(text).block()
    return made.text.documentLayout().blockBoundingRect(block).top()


def test_a_stage_is_not_torn_apart(qapp: QApplication) -> None:
    made = form(70, stages=7)
    assert made.count == 2
    starts = {part.top for part in made.parts() if part.until}
    assert made.slices[1].top in starts, "a new page begins with a stage"
    assert made.slices[1].head is not None
    assert form(70).slices[1].top not in {part.top for part in form(70).parts() if part.until}, "too tall for a page"


def test_no_heading_stays_behind_and_no_foot_stands_alone(qapp: QApplication) -> None:
    """Whatever stands before them."""
    for lines in range(30, 60):
        made = form(3, paragraph="\n".join("一" * lines))
        heading, foot = (height_of(one, made) for one in TEXTS)
        for one in made.slices:
            assert one.bottom - 30 > heading or heading >= one.bottom - 0.5, f"the heading ends a page, {lines}"
        last = made.slices[-1]
        assert foot - last.top > 10, f"the foot begins a page, {lines}"


def test_no_line_of_a_paragraph_is_left_alone(qapp: QApplication) -> None:
    from dataclasses import replace

    for more in range(18, 24):
        text = "\n".join(["党"] * more + ["党" * 40, "党" * 60])
        document = replace(DOCUMENTS["bulletin"], layout=(Body("body"),), page=OFFICIAL)
        made = Layout(paper(document, Content({}, {"body": paragraphs(text)})))
        tops = {one.top for one in made.slices}
        block = made.text.begin()
        while block.isValid():
            whole, lines = made.text.documentLayout().blockBoundingRect(block), block.layout()
            if lines.lineCount() > 1:
                ends = [whole.top() + lines.lineAt(at).rect().bottom() for at in (0, lines.lineCount() - 2)]
                assert not any(abs(top - end) < 1 for top in tops for end in ends), more
            block = block.next()


@pytest.mark.parametrize("name", [name for name, one in DOCUMENTS.items() if any(one.tables)])
def test_a_day_and_a_number_stand_in_one_line(name: str, qapp: QApplication) -> None:
    """With the widest face, which comes along."""
    document = DOCUMENTS[name]
    (table, *_) = document.tables
    narrow = {one.name: "2008-08-08" for one in table.columns if one.name.endswith("_on") or one.name == "birth"}
    narrow |= {one.name: "999" for one in table.columns if one.name in ("place", "number")}
    narrow |= {one.name: "43159919691112001X" for one in table.columns if one.name == "resident_id"}
    narrow |= {one.name: "农牧渔业生产人员" for one in table.columns if one.name == "work_post"}
    values = dict.fromkeys(document.placeholders, "")
    if any(not isinstance(block, (Text, Table)) for block in document.layout):
        from dataclasses import replace

        document = replace(document, layout=tuple(one for one in document.layout if isinstance(one, Table)))
    made = Layout(paper(document, Content(values, {table.rows: [narrow]})))
    block = made.text.begin()
    while block.isValid():
        if block.text() in ("2008-08-08", "999", "43159919691112001X", "序号", "姓名", "农牧渔业生产人员"):
            assert block.layout().lineCount() == 1, block.text()
        block = block.next()


def test_the_record_of_a_way_is_one_sheet(qapp: QApplication) -> None:
    """§1.3: the twenty-five steps, with a year of reports and a second look by the branch."""
    from app.rules.application import NUMBERED, STAGES, STEPS

    document = DOCUMENTS["recruitment"]
    stage_of = {f"{steps[0]:02d}": stage for stage, steps in zip(STAGES, STEPS, strict=True)}
    row = {"on": "2026-12-28", "outcome": "通过", "by": "赵伟宇", "document": "支部大会记录、票决统计"}
    rows = [{"stage": stage_of.get(one), "number": one, "step": "再上一级党委组织部门备案", **row} for one in NUMBERED]
    rows[6:6] = [{"step": "思想汇报", **row}] + [row] * 4
    values = dict.fromkeys(document.placeholders, "2026年12月28日")
    assert Layout(paper(document, Content(values, {"rows": rows}))).count == 1
    rows[6:6] = [row] * 12
    longer = Layout(paper(document, Content(values, {"rows": rows})))
    assert longer.count == 2
    begins = height_of("教育考察和转正", longer), longer.slices[1].top
    assert begins[0] > begins[1], "a stage begins the second sheet"
