"""How large pictures are attached: made small enough for paper, or as they are; with what either takes."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QDialog, QWidget

from app import attachments
from app.files import size
from ui.ledger.pictures import Offer
from ui.shell import theme
from ui.shell.widgets import button, column, label, primary, row
from ui.wizards.parts import OptionCard

WIDTH = 560
"""Pixels."""


class AttachDialog(QDialog):
    """Asks once for all the pictures that were chosen together.

    Signals:
        chosen: whether they are made smaller.
    """

    chosen = Signal(bool)

    def __init__(self, parent: QWidget, offers: Sequence[Offer]) -> None:
        super().__init__(parent)
        self.setWindowTitle("添加附件")
        smaller, whole = sum(one.smaller_bytes for one in offers), sum(one.bytes for one in offers)
        several = len(offers) > 1
        first = offers[0]
        self.smaller = OptionCard(
            f"缩小到适合打印（{'共 ' if several else ''}{size(smaller)}）",
            f"{_pixels(first.smaller_width, first.smaller_height, several=several)}"
            "A4 纸打印清楚，方向摆正。照片里记着的拍摄地点和时间不带走。",
        )
        self.whole = OptionCard(
            f"保留原图（{'共 ' if several else ''}{size(whole)}）",
            f"{_pixels(first.width, first.height, several=several)}"
            "文件原样保存，连同里面记着的拍摄地点和时间。U 盘要放得下，交接也慢一些。",
        )
        if any(one.bytes > attachments.LARGEST for one in offers):
            self.whole.setEnabled(False)
            self.whole.setToolTip(f"原图超过 {size(attachments.LARGEST)}，只能缩小后添加")
        group = QButtonGroup(self)
        for one in (self.smaller, self.whole):
            group.addButton(one.choice)
            one.taken.connect(self._take)
        self.smaller.choice.setChecked(True)
        self.setLayout(
            column(
                label(f"这 {len(offers)} 张照片较大，怎样保存？" if several else "这张照片较大，怎样保存？", "head"),
                self.smaller,
                self.whole,
                row(0, button("取消", then=self.reject), primary("添加", then=self._take)),
                margins=(20, 18, 20, 16),
                gap=12,
            )
        )
        width = round(WIDTH * theme.now().scale)
        self.setFixedSize(width, self.layout().heightForWidth(width))
        self.smaller.choice.setFocus()

    def _take(self) -> None:
        self.accept()
        self.chosen.emit(self.smaller.choice.isChecked())


def _pixels(width: int, height: int, *, several: bool) -> str:
    return "" if several else f"{width} × {height} 像素，"
