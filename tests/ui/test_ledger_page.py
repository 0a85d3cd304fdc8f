"""The ledger page as a person works it: every ledger opens, search finds, the form saves by keys, nothing is lost."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton, QToolButton, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from app import drafts, editing, record_view
from app.ledgers.catalogue import LEDGERS
from app.workspace import Workspace
from db.models.handoff import RevealLine
from db.models.team import Member
from tests.helpers import office
from ui.background import Desk
from ui.ledger.editors import editor_for
from ui.ledger.export import ExportDialog
from ui.ledger.form import RecordForm
from ui.ledger.model import RecordTable
from ui.ledger.page import LedgerPage
from ui.ledger.tree import CountRole
from ui.shell.window import Desktop, entries

MEMBERS = LEDGERS["member"]
BORN_1970 = "110101197003070012"


def settled(qtbot: QtBot, desk: Desk) -> None:
    """Waits until nothing is owed any more."""
    for _ in range(3):
        qtbot.wait(20)
        qtbot.waitUntil(lambda: not desk.busy)


def shown(qtbot: QtBot, desk: Desk, ledger: str = "member") -> LedgerPage:
    page = LedgerPage(desk, LEDGERS[ledger])
    qtbot.addWidget(page)
    page.resize(1170, 700)
    page.show()
    settled(qtbot, desk)
    return page


def write(widget: QWidget, text: str) -> None:
    """Types as an input method does."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)


def names(page: LedgerPage) -> list[str]:
    table = page.view.table
    return [table.index(row, 0).data() for row in range(table.rowCount())]


def test_every_ledger_opens_empty_and_says_what_belongs_there(
    open_desk: Callable[[Path], Desk], empty_folder: Path, qtbot: QtBot
) -> None:
    desk = open_desk(empty_folder)
    window = Desktop(desk)
    qtbot.addWidget(window)
    window.show()
    for entry in entries("township"):
        if entry.id in LEDGERS:
            page = window.go(entry.id)
            settled(qtbot, desk)
            assert isinstance(page, LedgerPage)
            if not page.view.table.ids:
                assert page.places.currentWidget() is page.empty
                assert page.empty.text.text() == LEDGERS[entry.id].empty != ""


def test_a_page_shows_its_figures_and_rows(desk: Desk, qtbot: QtBot) -> None:
    page = shown(qtbot, desk)
    assert page.header.subtitle.text().startswith("在册 4 人 · 正式 4")
    assert names(page) == ["王小明", "单福荣", "欧阳娜", "陈桂香"]


def test_the_model_keeps_qts_rules(desk: Desk, qtbot: QtBot, qtmodeltester: ModelTester) -> None:
    table = RecordTable(desk, MEMBERS, MEMBERS.column_names)
    qtmodeltester.check(table)
    with qtbot.waitSignal(table.filled):
        table.refresh()
    qtmodeltester.check(table)


@pytest.mark.parametrize(("typed", "found"), [("wxm", "王小明"), ("shan", "单福荣"), ("桂香", "陈桂香")])
def test_search_finds_while_typing(desk: Desk, qtbot: QtBot, typed: str, found: str) -> None:
    page = shown(qtbot, desk)
    write(page.search, typed)
    qtbot.waitUntil(lambda: names(page) == [found])


def test_a_roster_opens_with_who_is_on_it_and_the_tree_counts_them(desk: Desk, folder: Path, qtbot: QtBot) -> None:
    page = shown(qtbot, desk)
    assert page.tree is not None

    def counts() -> list[int]:
        assert page.tree is not None
        items = page.tree.model()
        return [items.index(row, 0).data(CountRole) for row in range(items.rowCount())]

    before = counts()
    assert before[0] == 4
    (gone,) = [one for one, name in zip(page.view.table.ids, names(page), strict=True) if name == "王小明"]
    desk.write(lambda workspace: editing.save(workspace, MEMBERS, {"standing": "已转出"}, gone), lambda _: None)
    qtbot.waitUntil(lambda: counts()[0] == 3)
    assert "王小明" not in names(page)
    (chip,) = [one for one in page.chips if one.text() == "在册"]
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: counts() == before)
    page.reset()
    qtbot.waitUntil(lambda: counts()[0] == 3)
    page.show_record(gone)
    qtbot.waitUntil(lambda: page.view.selected_ids() == [gone])
    assert not chip.isChecked()


def test_a_search_without_result_offers_a_way_back(desk: Desk, qtbot: QtBot) -> None:
    page = shown(qtbot, desk)
    write(page.search, "查无此人")
    qtbot.waitUntil(lambda: page.places.currentWidget() is page.nothing_found)
    page.reset()
    qtbot.waitUntil(lambda: len(page.view.table.ids) == 4)


def fill(form: RecordForm, **texts: str) -> None:
    for name, text in texts.items():
        editor = form.rows[name].editor
        editor.setFocus()
        write(editor.inner, text)


def test_a_form_is_filled_and_saved_by_keys_alone(desk: Desk, qtbot: QtBot, folder: Path) -> None:
    page = shown(qtbot, desk)
    page.add()
    settled(qtbot, desk)
    form = page.form
    assert form is not None
    fill(form, name="李大山", resident_id=BORN_1970, branch_id="柳溪村党支部")
    settled(qtbot, desk)
    assert form.rows["birth"].editor.text() == "1970-03-07"
    assert form.rows["sex"].editor.text() == "1"
    last = form.order[-1].editor
    qtbot.keyClick(last.inner, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.form is None)
    settled(qtbot, desk)
    assert page.message.text.text() == "已新增党员。"
    assert "李大山" in names(page)
    assert page.detail.title.text() == "李大山"


def test_enter_goes_to_the_next_field(desk: Desk, qtbot: QtBot) -> None:
    page = shown(qtbot, desk)
    page.add()
    settled(qtbot, desk)
    assert page.form is not None
    first, second = page.form.order[:2]
    page.activateWindow()
    first.editor.setFocus()
    qtbot.keyClick(first.editor.inner, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: second.editor.inner.hasFocus())


@pytest.mark.parametrize(
    ("name", "typed", "read"),
    [
        ("joined_on", "1999.7.1", "1999-07-01"),
        ("birth", "1978年3月", "1978-03-01"),
        ("birth", "78年", "78年"),
        ("phone", " １３８ 0000 1234", "13800001234"),
        ("name", "李 大 山", "李大山"),
    ],
)
def test_a_field_shows_how_it_was_read_when_it_is_left(
    desk: Desk, qtbot: QtBot, name: str, typed: str, read: str
) -> None:
    page = shown(qtbot, desk)
    page.add()
    settled(qtbot, desk)
    form = page.form
    assert form is not None
    page.activateWindow()
    editor = form.rows[name].editor
    editor.setFocus()
    qtbot.waitUntil(editor.inner.hasFocus)
    write(editor.inner, typed)
    form.rows["address"].editor.setFocus()
    qtbot.waitUntil(lambda: not editor.inner.hasFocus())
    assert editor.text() == read
    form.throw_away()
    settled(qtbot, desk)


def test_money_shows_how_it_was_read(desk: Desk, qtbot: QtBot) -> None:
    editor = editor_for(LEDGERS["venue_funding"].fields["planned"], desk, LEDGERS["venue_funding"])
    qtbot.addWidget(editor)
    write(editor.inner, "12000")
    qtbot.keyClick(editor.inner, Qt.Key.Key_Tab)
    editor.inner.editingFinished.emit()
    assert editor.text() == "12,000.00"


def test_a_link_offers_first_what_is_linked_to_most(
    open_desk: Callable[[Path], Desk], folder: Path, qtbot: QtBot
) -> None:
    with Workspace.open(folder) as workspace:
        office.branch(workspace, "柳溪镇党委")
        with workspace.read() as session:
            found = [one.title for one in record_view.choices(session, MEMBERS, "branch_id", "柳溪")]
            above = [one.title for one in record_view.choices(session, LEDGERS["party_org"], "parent_id", "柳溪")]
    assert found == ["柳溪村党支部", "柳溪镇党委"], "the branch has the members"
    assert sorted(above) == sorted(found)


def test_an_error_stands_beside_its_field_and_nothing_is_written(desk: Desk, qtbot: QtBot) -> None:
    page = shown(qtbot, desk)
    page.add()
    settled(qtbot, desk)
    form = page.form
    assert form is not None
    fill(form, name="李大山", birth="78年")
    form.save()
    settled(qtbot, desk)
    assert form.rows["birth"].said.text() == "“78年”的年份只写了两位，请写四位年份，如 1978-03-12"
    assert form.rows["branch_id"].said.text() == "“所在党支部”必须填写"
    assert page.form is form
    page.setCurrentIndex(0)
    assert len(page.view.table.ids) == 4


def test_what_was_typed_survives_a_crash_and_can_be_thrown_away(
    open_desk: Callable[[Path], Desk], folder: Path, qtbot: QtBot
) -> None:
    desk = open_desk(folder)
    form = RecordForm(desk, MEMBERS, None, county=False)
    qtbot.addWidget(form)
    form.show()
    settled(qtbot, desk)
    fill(form, name="李大山")
    form.keep()
    settled(qtbot, desk)
    desk.close()
    again = open_desk(folder)
    second = RecordForm(again, MEMBERS, None, county=False)
    qtbot.addWidget(second)
    second.show()
    settled(qtbot, again)
    assert second.rows["name"].editor.text() == "李大山"
    second.throw_away()
    settled(qtbot, again)
    assert second.rows["name"].editor.text() == ""
    kept: list[object] = []

    def look(workspace: Workspace) -> object:
        with workspace.read() as session:
            return drafts.kept(session, MEMBERS, None)

    again.read(look, kept.append)
    settled(qtbot, again)
    assert kept == [None]


def test_leaving_asks_only_when_something_is_typed(desk: Desk, qtbot: QtBot) -> None:
    page = shown(qtbot, desk)
    page.add()
    settled(qtbot, desk)
    assert page.form is not None
    page.form.leave()
    assert page.form is None
    page.add()
    settled(qtbot, desk)
    assert page.form is not None
    fill(page.form, name="李")
    page.form.leave()
    assert page.form is not None
    settled(qtbot, desk)


def test_deleting_says_so_and_undo_brings_it_back(desk: Desk, qtbot: QtBot) -> None:
    page = shown(qtbot, desk)
    page.view.select_ids(page.view.table.ids[:1])
    settled(qtbot, desk)
    page.detail.delete_button.click()
    qtbot.waitUntil(lambda: len(page.view.table.ids) == 3)
    assert page.message.text.text() == "已删除 1 人党员。"
    page.undo()
    qtbot.waitUntil(lambda: len(page.view.table.ids) == 4)
    assert page.message.text.text() == "已撤销：删除党员。"
    settled(qtbot, desk)


def test_what_is_still_needed_is_not_deleted(desk: Desk, qtbot: QtBot) -> None:
    page = shown(qtbot, desk, "party_org")
    page.delete(page.view.table.ids)
    settled(qtbot, desk)
    assert page.message.text.text() == "还有 4 人“党员花名册”记录用到它，不能删除。请先改掉或删除那些记录"
    assert len(page.view.table.ids) == 1


def test_copying_gives_what_excel_pastes(desk: Desk, qtbot: QtBot) -> None:
    page = shown(qtbot, desk)
    page.view.select_ids(page.view.table.ids[:2])
    page.view.copy()
    settled(qtbot, desk)
    lines = QGuiApplication.clipboard().text().split("\n")
    assert [line.split("\t")[:2] for line in lines] == [["王小明", "男"], ["单福荣", "男"]]


def test_a_masked_value_is_shown_when_asked_for_and_that_is_remembered(
    open_desk: Callable[[Path], Desk], folder: Path, qtbot: QtBot
) -> None:
    with Workspace.open(folder) as workspace:
        with workspace.read() as session:
            member = session.scalars(select(Member.id).limit(1)).one()
        editing.save(workspace, MEMBERS, {"phone": "13800001234"}, member)
    desk = open_desk(folder)
    page = shown(qtbot, desk)
    page.view.select_ids([member])
    settled(qtbot, desk)

    def texts() -> list[str]:
        return [one.text() for one in page.detail.findChildren(QLabel)]

    assert "138****1234" in texts()
    eye = next(one for one in page.detail.findChildren(QToolButton) if one.property("field") == "phone")
    eye.click()
    settled(qtbot, desk)
    assert "13800001234" in texts()
    desk.close()
    with Workspace.open(folder) as workspace, workspace.read() as session:
        line = session.scalars(select(RevealLine)).one()
        assert (line.ledger, line.record_id, line.field) == ("member", member, "phone")


def test_several_records_are_changed_as_one_step(desk: Desk, qtbot: QtBot) -> None:
    from ui.ledger.bulk import BulkEdit

    page = shown(qtbot, desk)
    dialog = BulkEdit(desk, MEMBERS, page.view.table.ids, page, county=False)
    dialog.fields.setCurrentIndex(dialog.fields.findData("health"))
    assert dialog.editor is not None
    dialog.editor.show_text("良好")
    with qtbot.waitSignal(dialog.written) as said:
        dialog.write()
    assert said.args == ["已修改 4 人党员。"]
    page.undo()
    settled(qtbot, desk)
    assert page.message.text.text() == "已撤销：修改党员 4 人。"


def test_a_file_is_attached_and_taken_off(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    page = shown(qtbot, desk)
    page.view.select_ids(page.view.table.ids[:1])
    settled(qtbot, desk)
    file = tmp_path / "志愿书.pdf"
    file.write_bytes(b"%PDF-1.4")
    page.detail.add_files([file])
    settled(qtbot, desk)
    assert page.message.text.text() == "已添加附件“志愿书.pdf”（8 字节）。Ctrl+Z 可以撤销。"
    assert page.detail.tabs.button(2).text() == "附件 1"


def test_a_township_cannot_write_what_is_the_countys(desk: Desk, qtbot: QtBot) -> None:
    page = shown(qtbot, desk, "policy")
    assert page.add_button.isHidden()
    assert page.detail.delete_button.isHidden()
    assert len(page.view.table.ids) > 0


@pytest.mark.parametrize(("choice", "public"), [("whole", False), ("public", True)])
def test_an_export_asks_for_whom_and_is_remembered(
    open_desk: Callable[[Path], Desk],
    folder: Path,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    choice: str,
    public: bool,
) -> None:
    out = tmp_path / "名册.xlsx"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    desk = open_desk(folder)
    page = shown(qtbot, desk)
    page.export_button.click()
    (dialog,) = page.findChildren(ExportDialog)
    assert dialog.public.choice.isChecked(), "the harmless one is proposed"
    words = [one.text() for one in dialog.whole.findChildren(QLabel)]
    assert any("公民身份号码" in one and "完整的个人信息" in one for one in words)
    getattr(dialog, choice).choice.setChecked(True)
    next(one for one in dialog.findChildren(QPushButton) if one.text() == "下一步").click()
    settled(qtbot, desk)
    assert page.message.text.text() == f"已导出 4 人到 {out}。"
    book = openpyxl.load_workbook(out)
    headings = {cell.value for line in book.active.iter_rows(max_row=4) for cell in line}
    book.close()
    assert ("公民身份号码" in headings) is not public
    desk.close()
    with Workspace.open(folder) as workspace, workspace.read() as session:
        line = session.scalars(select(RevealLine)).one()
        assert (line.ledger, line.record_id, line.records) == ("member", "", 4)
        assert line.field == ("public-export" if public else "export")


def test_a_ledger_without_personal_numbers_is_exported_without_asking(
    desk: Desk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "村.xlsx"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    page = shown(qtbot, desk, "village")
    page.export()
    settled(qtbot, desk)
    assert page.findChildren(ExportDialog) == []
    assert out.exists()


def test_a_long_table_on_paper_says_that_it_is_cut(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.listing import Query
    from ui.ledger import printing

    monkeypatch.setattr(printing, "MOST", 3)
    with Workspace.open(folder) as workspace:
        text = printing.html(workspace, MEMBERS, Query(), ["name"])
    assert "共 4 人，这里只印前 3 人，全部的请导出到 Excel</p>" in text
    assert text.count("<tr><td>") == 3


def test_a_table_on_paper_holds_the_rows(open_desk: Callable[[Path], Desk], folder: Path, tmp_path: Path) -> None:
    from app.listing import Query
    from ui.ledger import printing

    with Workspace.open(folder) as workspace:
        text = printing.html(workspace, MEMBERS, Query(), ["name", "phone"])
    assert "石桥镇党员花名册" in text
    assert "<td>王小明</td>" in text
    paper = printing.printer()
    paper.setOutputFileName(str(tmp_path / "名册.pdf"))
    printing.document(text).print_(paper)
    assert (tmp_path / "名册.pdf").read_bytes().startswith(b"%PDF")
