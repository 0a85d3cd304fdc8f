"""Handing over: what is said before, the file on the stick, the sheet, and a stick that will not take it."""

import shutil
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.documents import making
from app.documents.document import Content
from app.documents.handoff import NUMBERS, ROOM, SHEET, code, tail
from app.documents.paper import Paper, paper
from app.workspace import Workspace
from tests.helpers.sticks import giving_back_something_else, refusing_to_stat
from tests.ui.wizards.conftest import OTHER, TOWN, World, press, said, settle, show
from ui.background import Desk
from ui.paging import Layout
from ui.paper import picture, print_to
from ui.shell.widgets import Note
from ui.wizards import sticks
from ui.wizards.hand_over import HandOver

OpenDesk = Callable[[Path], Desk]


def at_the_stick(qtbot: QtBot, desk: Desk, world: World) -> HandOver:
    wizard = HandOver(desk, world.drives)
    show(qtbot, wizard)
    press(qtbot, wizard)
    return wizard


def test_a_township_sees_what_goes_writes_it_and_gets_its_sheet(
    world: World, open_desk: OpenDesk, qtbot: QtBot, tmp_path: Path
) -> None:
    world.edit(world.town, world.members[0], phone="13912345678")
    wizard = HandOver(open_desk(world.town), world.drives)
    show(qtbot, wizard)
    first = wizard.rows.rows[0]
    assert (first.title, first.new, first.changed, first.deleted, first.live, first.before) == (
        "党员花名册", 0, 1, 0, 4, 4,
    )  # fmt: skip
    press(qtbot, wizard)
    place = wizard.places.chosen()
    assert place is not None
    assert place.root == world.stick, "the stick is proposed"
    press(qtbot, wizard)
    (file,) = world.stick.iterdir()
    assert file.name == f"{TOWN}-up-2.dzb"
    assert not wizard.back_button.isVisible(), "what is written is written"
    made = wizard.sheets[0].html
    for text in ("数据上报交接单", f"石桥镇（{TOWN}）", "云溪县委组织部（532900）", "第 2 号", "变更", file.name):
        assert text in made
    assert tail(wizard.sent[0].digest) in made
    assert not wizard.page.pixmap().isNull()
    out = tmp_path / "交接单.pdf"
    wizard.save_pdf(out)
    assert out.read_bytes().startswith(b"%PDF")
    assert said(wizard) == f"交接单已存到 {out}。"
    again: list[Paper] = []
    asked = making.Asked(record=wizard.sent[0].id)
    wizard.desk.read(lambda workspace: making.laid_out(workspace, SHEET, asked), again.append)
    settle(qtbot, wizard.desk)
    assert again == wizard.sheets, "who has lost the sheet prints the same from the reports"
    with qtbot.waitSignal(wizard.closed):
        wizard.next_button.click()


def test_nothing_new_is_said_and_may_still_be_handed_over(world: World, open_desk: OpenDesk, qtbot: QtBot) -> None:
    wizard = HandOver(open_desk(world.town), world.drives)
    show(qtbot, wizard)
    assert sum(one.new + one.changed + one.deleted for one in wizard.rows.rows) == 0
    assert "上次以来没有改动" in wizard.notes.itemAt(0).widget().text.text()
    assert wizard.next_button.isEnabled()


def test_a_roster_that_shrank_is_pointed_out(world: World, open_desk: OpenDesk, qtbot: QtBot) -> None:
    from app.sync.survey import LedgerSurvey
    from ui.wizards.hand_over import compared, has_shrunk

    half = LedgerSurvey("member", "党员花名册", 0, 0, 700, 586, 1286)
    assert has_shrunk(half)
    assert compared(half) == "比上次少了一半以上"
    assert not has_shrunk(LedgerSurvey("member", "党员花名册", 0, 0, 3, 1283, 1286))


def test_a_read_only_stick_is_refused_with_its_remedy(
    unwritable: Path, world: World, open_desk: OpenDesk, qtbot: QtBot
) -> None:
    def drives() -> list[sticks.Drive]:
        return [sticks.Drive(unwritable, "", 1_000_000_000, 1_000_000_000)]

    wizard = HandOver(open_desk(world.town), drives)
    show(qtbot, wizard)
    press(qtbot, wizard)
    press(qtbot, wizard)
    assert wizard.place == 1
    assert said(wizard) == f"“{unwritable}”不能写入。请打开U盘的写保护开关，或换一个文件夹，这个文件没有写出"
    assert list(unwritable.iterdir()) == []
    with Workspace.open(world.other) as other:
        assert other.office.code == OTHER, "the rest of the world stands"


def test_a_full_stick_is_refused_with_its_remedy(
    world: World, open_desk: OpenDesk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    wizard = at_the_stick(qtbot, open_desk(world.town), world)
    usage = namedtuple("usage", "total used free")
    real = shutil.disk_usage
    monkeypatch.setattr(
        shutil,
        "disk_usage",
        lambda path: usage(1, 1, 0) if Path(path).is_relative_to(world.stick) else real(path),
    )
    press(qtbot, wizard)
    assert (
        said(wizard) == f"“{world.stick}”放不下这个文件：需要 1.0 MB，只剩 0 字节。请清理U盘或换一个，这个文件没有写出"
    )
    assert list(world.stick.iterdir()) == []


def test_a_pulled_stick_is_refused_with_its_remedy(world: World, open_desk: OpenDesk, qtbot: QtBot) -> None:
    wizard = at_the_stick(qtbot, open_desk(world.town), world)
    shutil.rmtree(world.stick)
    press(qtbot, wizard)
    assert said(wizard) == f"找不到“{world.stick}”，U盘可能没有插好或已拔出。请插好U盘再试，这个文件没有写出"


def test_an_office_that_never_joined_is_told_how_to(open_desk: OpenDesk, qtbot: QtBot, tmp_path: Path) -> None:
    Workspace.create(tmp_path / "alone", code="532909", name="新田乡", level="township").close()
    wizard = HandOver(open_desk(tmp_path / "alone"), list)
    show(qtbot, wizard)
    assert said(wizard) == "本单位还没有加入县里，没有可以上报的对象。请用县里给的登记文件加入"
    assert not wizard.next_button.isEnabled()


def test_a_county_writes_for_all_or_for_one(world: World, open_desk: OpenDesk, qtbot: QtBot) -> None:
    desk = open_desk(world.county)
    wizard = at_the_stick(qtbot, desk, world)
    press(qtbot, wizard)
    assert sorted(one.name for one in world.stick.iterdir()) == [f"{TOWN}-down-3.dzb", f"{OTHER}-down-3.dzb"]
    assert [wizard.which.itemText(at) for at in range(wizard.which.count())] == ["石桥镇 第 3 号", "梅岭镇 第 3 号"]
    first = wizard.page.pixmap().cacheKey()
    wizard.which.setCurrentIndex(1)
    assert wizard.page.pixmap().cacheKey() != first
    wizard = HandOver(desk, world.drives)
    show(qtbot, wizard)
    wizard.whom.setCurrentIndex(wizard.whom.findData(OTHER))
    press(qtbot, wizard)
    press(qtbot, wizard)
    assert [one.office_code for one in wizard.sent] == [OTHER]


def test_of_many_files_one_that_fails_is_told_beside_those_that_are_written(
    world: World, open_desk: OpenDesk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    wizard = at_the_stick(qtbot, open_desk(world.county), world)
    giving_back_something_else(world.stick, monkeypatch, TOWN)
    press(qtbot, wizard)
    assert wizard.place == 2
    assert wizard.header.subtitle.text() == "有的文件没有写成，原因在下面；写好的可以拔下 U 盘送去。"
    (wrong,) = [one for one in wizard.findChildren(Note) if one.property("kind") == "wrong" and one.isVisible()]
    assert [one.text() for one in wrong.findChildren(QLabel) if one.text()] == [
        "没有写成：石桥镇",
        f"写到“{world.stick}”的内容读回来不一样，这个U盘可能坏了。请换一个U盘重新导出。",
    ]
    assert [wizard.which.itemText(at) for at in range(wizard.which.count())] == ["梅岭镇 第 3 号"]
    assert [one.name for one in world.stick.iterdir()] == [f"{OTHER}-down-3.dzb"]


def test_a_township_hands_over_everything_when_asked_to(world: World, open_desk: OpenDesk, qtbot: QtBot) -> None:
    wizard = HandOver(open_desk(world.town), world.drives)
    show(qtbot, wizard)
    assert not wizard.full.isChecked(), "it is not what is usual"
    assert "县里说“中间缺了包”" in wizard.full_said.text()
    wizard.full.setChecked(True)
    assert wizard.header.subtitle.text() == "交给 云溪县委组织部 的是完整包：全部记录都带上。"
    press(qtbot, wizard)
    press(qtbot, wizard)
    assert (wizard.sent[0].kind, wizard.sent[0].counts["member"]) == ("snapshot", 4)
    assert "全量" in wizard.sheets[0].html


def test_a_township_gets_its_own_records_back_from_the_county(world: World, open_desk: OpenDesk, qtbot: QtBot) -> None:
    wizard = HandOver(open_desk(world.county), world.drives)
    show(qtbot, wizard)
    assert "它自己的全部记录都会还给它" in wizard.full_said.text()
    wizard.whom.setCurrentIndex(wizard.whom.findData(TOWN))
    wizard.full.setChecked(True)
    press(qtbot, wizard)
    press(qtbot, wizard)
    assert [(one.office_code, one.kind, one.counts["member"]) for one in wizard.sent] == [(TOWN, "snapshot", 4)]


def test_no_stick_no_folder_no_writing(world: World, open_desk: OpenDesk, qtbot: QtBot) -> None:
    wizard = HandOver(open_desk(world.town), list)
    show(qtbot, wizard)
    press(qtbot, wizard)
    assert not wizard.next_button.isEnabled()
    assert wizard.places.folder.edit.accessibleName() == "其他文件夹"
    wizard.places.folder.edit.setText(str(world.stick))
    assert wizard.places.own.isChecked()
    assert "可用" in wizard.places.room.text()
    assert wizard.next_button.isEnabled()


# ---------------------------------------------------------------- the sheet


def a_sheet(lines: int) -> Paper:
    rows = [{"ledger": f"台账{number}", **dict.fromkeys(NUMBERS, 400)} for number in range(lines + 1)]  # and their sum
    return paper(SHEET, Content(dict.fromkeys(SHEET.placeholders, "石桥镇"), {"rows": rows}, {"qr": code("石桥镇")}))


def test_the_tail_of_the_digest_is_read_in_fours() -> None:
    assert tail("0123456789abcdef" * 4) == "0123 4567 89ab cdef"


def test_a_usual_sheet_is_one_page(dressed: None) -> None:
    assert Layout(a_sheet(ROOM)).count == 1


def test_a_picture_shows_all_pages(dressed: None) -> None:
    one, two = (picture(a_sheet(lines), 640).height() for lines in (ROOM, 2 * ROOM))
    assert two == pytest.approx(2 * one, abs=1)


def test_sheets_print_each_on_a_page_of_its_own(dressed: None, tmp_path: Path) -> None:
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFileName(str(tmp_path / "纸.pdf"))
    print_to(printer, a_sheet(3), a_sheet(3))
    printed = (tmp_path / "纸.pdf").read_bytes()
    assert printed.startswith(b"%PDF")
    assert b"/Count 2" in printed


def test_a_pdf_that_cannot_be_written_says_so(
    unwritable: Path, world: World, open_desk: OpenDesk, qtbot: QtBot
) -> None:
    wizard = at_the_stick(qtbot, open_desk(world.town), world)
    press(qtbot, wizard)
    wizard.save_pdf(unwritable / "交接单.pdf")
    assert said(wizard).startswith("不能写“交接单.pdf”：它可能正在 Adobe Reader 或 WPS 里打开着")
    assert list(unwritable.iterdir()) == []


@pytest.mark.parametrize(("count", "words"), [(0, "0 字节"), (2048, "2.0 KB"), (14_600_000_000, "13.6 GB")])
def test_sizes_in_words(count: int, words: str) -> None:
    assert sticks.size(count) == words


def test_packages_are_found_on_a_stick_and_one_folder_below(tmp_path: Path) -> None:
    (tmp_path / "上报").mkdir()
    (tmp_path / "一个文件夹.dzb").mkdir()
    for name in ("a.dzb", "上报/b.DZB", ".hidden.dzb", "c.txt"):
        (tmp_path / name).write_bytes(b"")
    places = [tmp_path, tmp_path / "没有", tmp_path / "a.dzb"]
    assert sorted(one.path.name for one in sticks.packages(places)) == ["a.dzb", "b.DZB"]


def test_what_a_pulled_stick_no_longer_answers_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("good/a.dzb", "half/b.dzb", "half/下面/c.dzb", "pulled/d.dzb"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    for pulled in ("half", "pulled"):
        refusing_to_stat(tmp_path / pulled, monkeypatch)
    found = sticks.packages([tmp_path / "good", tmp_path / "half", tmp_path / "pulled"])
    assert [one.path.name for one in found] == ["a.dzb"]
