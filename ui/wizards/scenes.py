"""Every step of every wizard, brought to the state in which a person meets it, for the pictures of the tour.

A scene is made on real files in a folder of its own and reads the open workspace; none of them writes a record.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QWidget

from app.ledgers.catalogue import LEDGERS
from ui.background import Desk
from ui.wizards.excel import ExcelWizard
from ui.wizards.first_run import FirstRun
from ui.wizards.frame import Flow
from ui.wizards.hand_over import HandOver
from ui.wizards.sticks import Drive
from ui.wizards.take_in import TakeIn

Scene = tuple[str, QWidget]
ROSTER = (
    ("党员花名册",),
    ("序号", "姓 名", "性别", "公民身份号码", "民族", "出生年月", "文化程度", "所属支部", "党员类别", "入党时间"),
    (1, "李新民", "男", "", "汉族", "1988.05.01", "大学", "", "正式党员", "2016.07.01"),
    (2, "王春梅", "女", 430102199003070000, "汉族", "1990年3月7日", "大专", "", "预备党员", "2026.07.01"),
    (3, "陈桂香", "女", "", "汉", "1979-11-02", "高中", "没有登记的支部", "正式党员", "2001.07.01"),
    ("合计", 3),
)


def settled(desk: Desk) -> None:
    """Waits until the desk has answered everything."""
    loop = QEventLoop()
    desk.idle.connect(loop.quit)
    while desk.busy:
        loop.exec()
    desk.idle.disconnect(loop.quit)


def wizard_scenes(desk: Desk, folder: Path) -> Iterator[Scene]:
    """(name, widget) one after the other; draw each before asking for the next. `folder` is an empty one for files.

    The packages that the taking-in wizard shows are those that lie in `folder`/stick, so a caller may put some there.
    """
    assert desk.here is not None
    stick = folder / "stick"
    stick.mkdir(parents=True, exist_ok=True)

    def drives() -> list[Drive]:
        return [Drive(stick, "KINGSTON", 14_600_000_000, 15_900_000_000)]

    yield from _first_run(desk, folder)
    yield from _excel(desk, folder)
    yield from _walk("take-in", TakeIn(desk, drives), desk, until=2)
    yield from _walk("hand-over", HandOver(desk, drives), desk, until=1)


def _first_run(desk: Desk, folder: Path) -> Iterator[Scene]:
    wizard = FirstRun(desk, folder)
    yield "first-run-1", wizard
    for number, way in enumerate(wizard.way_cards, start=2):
        wizard.way_cards[way].choice.setChecked(True)
        wizard.go_to(1)
        yield f"first-run-{number}-{way}", wizard
        wizard.go_to(0)
    wizard.deleteLater()


def _excel(desk: Desk, folder: Path) -> Iterator[Scene]:
    file = folder / "党员花名册.xlsx"
    book = openpyxl.Workbook()
    for line in ROSTER:
        book.active.append(line)
    book.save(file)
    yield from _walk("excel", ExcelWizard(desk, LEDGERS["member"], file), desk, until=2)


def _walk(name: str, wizard: Flow, desk: Desk, until: int, each: Callable[[], None] = lambda: None) -> Iterator[Scene]:
    """The steps of a wizard up to one, as far as it goes."""
    settled(desk)
    yield f"{name}-1", wizard
    while wizard.place < until and wizard.next_button.isEnabled():
        before = wizard.place
        wizard.forward()
        settled(desk)
        if wizard.place == before:
            break
        yield f"{name}-{wizard.place + 1}", wizard
    wizard.deleteLater()
