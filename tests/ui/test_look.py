"""What a person can read: widths of columns, words against their ground, nothing cut off, in every dress."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QCheckBox, QSpinBox, QTableView
from pytestqt.qtbot import QtBot

from app.ledgers.catalogue import LEDGERS
from tests.helpers.sight import cut_off
from tests.ui.test_ledger_page import settled, shown
from ui.background import Desk
from ui.ledger.form import RecordForm
from ui.ledger.page import LedgerPage
from ui.pages.filling import Cell, FillRows, fill_table
from ui.pages.reports import ReportsPage
from ui.pages.settings import SettingsPage
from ui.shell import memory, theme
from ui.shell.fitting import fit
from ui.wizards.parts import Column, Rows, table

GROUNDS = ("ground", "surface", "stripe", "hover", "red_ground")


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    theme.use(qapp)


@pytest.fixture
def large(qapp: QApplication) -> Iterator[None]:
    theme.use(qapp, large=True)
    yield
    theme.use(qapp)


# ---------------------------------------------------------------- colours


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2, 0 to 1."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """1 (the same) to 21 (black on white)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dress", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
def test_words_stand_out_from_every_ground_they_stand_on(dress: theme.Theme, ground: str) -> None:
    behind = getattr(dress, ground)
    assert contrast(dress.ink, behind) > 10
    assert contrast(dress.red_text, behind) > 4.5
    assert contrast(dress.quiet, behind) > 3.9


def test_what_is_typed_into_differs_from_the_card_it_stands_on_in_the_dark() -> None:
    assert theme.DARK.field != theme.DARK.surface


# ---------------------------------------------------------------- widths


@pytest.mark.parametrize(
    ("wanted", "least", "room", "widths"),
    [
        ([100, 50], [100, 50], 300, [100, 50]),  # there is room
        ([200, 50], [80, 50], 200, [150, 50]),  # the wide one gives way
        ([200, 120, 50], [80, 80, 50], 270, [110, 110, 50]),  # the widest first, then both
        ([200, 120, 50], [80, 110, 50], 230, [200, 120, 50]),  # not even the least fits: all is scrolled
        ([30, 90], [50, 60], 100, [30, 70]),  # a least above what is wanted asks for nothing more
        ([101, 101], [10, 10], 101, [51, 50]),  # every pixel is used
        ([], [], 100, []),
    ],
)
def test_columns_fit_where_they_can(wanted: list[int], least: list[int], room: int, widths: list[int]) -> None:
    assert fit(wanted, least, room) == widths


def plain(qtbot: QtBot, width: int, rows: list[tuple[str, str]], *, wrapped: bool = False) -> QTableView:
    """A table of two columns of so many pixels."""
    model = Rows([Column("单位", lambda one: one[0], lambda _: "wrong"), Column("说明", lambda one: one[1])])
    view = table(model, select=True, wrapped=wrapped)
    qtbot.addWidget(view)
    view.resize(width, 200)
    view.show()
    model.put(rows)
    view.kept = model  # type: ignore[attr-defined]
    return view


def test_a_plain_table_shows_what_its_cells_hold(qtbot: QtBot) -> None:
    view = plain(qtbot, 600, [("云溪青石竹木制品有限公司党支部", "未报，已过期")])
    assert view.columnWidth(0) >= view.fontMetrics().horizontalAdvance("云溪青石竹木制品有限公司党支部") + 12
    assert view.columnWidth(0) + view.columnWidth(1) == view.viewport().width()
    assert view.horizontalScrollBar().maximum() == 0


def test_a_narrow_table_still_shows_all_columns(qtbot: QtBot) -> None:
    view = plain(qtbot, 320, [("云溪青石竹木制品有限公司党支部第一党小组", "未报，已过期")])
    assert view.horizontalScrollBar().maximum() == 0
    assert view.columnWidth(1) >= view.fontMetrics().horizontalAdvance("未报，已过期") + 12


def test_a_long_sentence_takes_the_lines_it_needs(qtbot: QtBot) -> None:
    sentence = "“公民身份号码”存成了数字，末几位可能已经丢失。请把这一列设为“文本”格式，对照证件重新填写。"
    view = plain(qtbot, 360, [("第 7 行", sentence), ("第 8 行", "不变")], wrapped=True)
    assert view.rowHeight(0) >= 2 * view.fontMetrics().lineSpacing()
    assert view.rowHeight(1) == theme.now().row


def test_the_chosen_row_keeps_the_colour_of_its_words(qtbot: QtBot) -> None:
    view = plain(qtbot, 400, [("青石镇", ""), ("双桥镇", "")])
    view.selectRow(0)
    wrong = QColor(theme.now().wrong)

    def painted(row: int) -> bool:
        picture = view.viewport().grab(view.visualRect(view.model().index(row, 0))).toImage()
        return any(picture.pixelColor(x, y) == wrong for x in range(picture.width()) for y in range(picture.height()))

    assert painted(1)
    assert painted(0)


# ---------------------------------------------------------------- a sheet to fill in


def ground_of(view: QTableView, index: QModelIndex) -> QColor:
    """The colour in a cell's corner."""
    picture: QImage = view.viewport().grab().toImage()
    return picture.pixelColor(view.visualRect(index).topLeft() + QPoint(2, 2))


def test_cells_that_can_be_filled_in_do_not_look_locked(qtbot: QtBot) -> None:
    rows = FillRows(
        [Column("实事", lambda one: one), Cell("本月完成", lambda _: "", key="done", can=lambda one: one != "合计")],
        lambda one: one,
    )
    view = fill_table(rows)
    qtbot.addWidget(view)
    view.resize(400, 200)
    view.show()
    rows.put(["村级组织活动场所建设", "合计"])
    field, locked = QColor(theme.now().field), QColor(theme.now().hover)
    assert ground_of(view, rows.index(0, 1)) == field
    assert [ground_of(view, rows.index(*at)) for at in ((0, 0), (1, 0), (1, 1))] == [locked] * 3
    assert rows.setData(rows.index(0, 1), "3")
    assert ground_of(view, rows.index(0, 1)) == QColor(theme.now().attention_ground)


def test_a_number_to_set_is_in_sight(qtbot: QtBot) -> None:
    spin = QSpinBox()
    qtbot.addWidget(spin)
    spin.setFixedWidth(56)
    spin.setValue(88)
    spin.show()
    inner = spin.lineEdit()
    assert inner.contentsRect().width() - 4 >= inner.fontMetrics().horizontalAdvance("88")
    assert inner.contentsRect().height() >= inner.fontMetrics().height() - 2


# ---------------------------------------------------------------- nothing cut off


def every_form_is_readable(desk: Desk, qtbot: QtBot) -> None:
    for ledger in LEDGERS.values():
        form = RecordForm(desk, ledger, None, county=True)
        qtbot.addWidget(form)
        form.resize(1130, 700)
        form.show()
        settled(qtbot, desk)
        assert cut_off(form) == [], ledger.title
        form.close()


def test_no_label_of_a_form_is_cut_off(desk: Desk, qtbot: QtBot) -> None:
    every_form_is_readable(desk, qtbot)


def test_no_label_of_a_form_is_cut_off_in_large_type(desk: Desk, qtbot: QtBot, large: None) -> None:
    every_form_is_readable(desk, qtbot)


def test_settings_and_documents_have_room_for_their_buttons_in_large_type(
    desk: Desk, qtbot: QtBot, large: None
) -> None:
    for kind in (SettingsPage, ReportsPage):
        page = kind(desk)
        qtbot.addWidget(page)
        page.resize(1130, 740)
        page.show()
        settled(qtbot, desk)
        assert cut_off(page) == []


# ---------------------------------------------------------------- columns


@pytest.fixture
def page(desk: Desk, qtbot: QtBot) -> LedgerPage:
    return shown(qtbot, desk)


def test_columns_are_chosen_one_after_the_other_and_kept(
    page: LedgerPage, qtbot: QtBot, open_desk: Callable[[Path], Desk]
) -> None:
    usual = page.view.usual()
    popover = page.open_columns(page.mapToGlobal(QPoint(900, 100)))
    qtbot.addWidget(popover)
    assert [name for name, box in popover.boxes.items() if box.isChecked()] == usual
    for name in ("birth", "degree", "sex"):
        box = popover.boxes[name]
        box.click()
        assert popover.isVisible()
    settled(qtbot, page.desk)
    wanted = [*(one for one in usual if one != "sex"), "birth", "degree"]
    assert page.view.in_sight() == wanted
    assert memory.recall().columns["member"].names == wanted
    other = shown(qtbot, page.desk)
    assert other.view.in_sight() == wanted


def test_widths_that_nobody_dragged_go_on_to_fill_the_table(page: LedgerPage, qtbot: QtBot) -> None:
    popover = page.open_columns(page.mapToGlobal(QPoint(900, 100)))
    qtbot.addWidget(popover)
    for name in page.view.usual()[2:]:
        popover.boxes[name].click()
    popover.close()
    settled(qtbot, page.desk)
    page.resize(1500, 700)
    settled(qtbot, page.desk)
    view = page.view
    assert sum(view.columnWidth(at) for at in range(len(view.table.columns))) >= view.viewport().width() - 2


def test_the_last_column_stays_and_the_usual_ones_come_back(page: LedgerPage, qtbot: QtBot) -> None:
    usual = page.view.usual()
    popover = page.open_columns(page.mapToGlobal(QPoint(900, 100)))
    qtbot.addWidget(popover)
    for name in usual[1:]:
        popover.boxes[name].click()
    assert page.view.in_sight() == usual[:1]
    assert not popover.boxes[usual[0]].isEnabled()
    qtbot.mouseClick(popover.boxes[usual[0]], Qt.MouseButton.LeftButton)
    assert page.view.in_sight() == usual[:1]
    popover._usual()
    assert page.view.in_sight() == usual
    assert all(isinstance(box, QCheckBox) and box.isChecked() == (name in usual) for name, box in popover.boxes.items())
    assert "member" not in memory.recall().columns
