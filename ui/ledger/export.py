"""For whom a table is exported: with everything for the superior, or without personal numbers for the notice board."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QDialog, QWidget

from app.ledgers.ledger import Ledger
from ui.shell import theme
from ui.shell.widgets import button, column, label, primary, row
from ui.wizards.parts import OptionCard

WIDTH = 600
"""Pixels."""


class ExportDialog(QDialog):
    """Two choices, with a word on each.

    Signals:
        chosen: whether what is personal is left out.
    """

    chosen = Signal(bool)

    def __init__(self, parent: QWidget, ledger: Ledger, records: int) -> None:
        super().__init__(parent)
        self.setWindowTitle("导出")
        named = "、".join(spec.label for spec in ledger.fields.values() if spec.sensitive)
        self.whole = OptionCard(
            "上报版（全部栏目）",
            f"含{named}，都是完整的个人信息，文件不加密：用完就删，不要用微信、QQ 传。改了可以再导入。",
        )
        self.public = OptionCard("公示版（不含证件号、电话、住址）", f"没有{named}，可以张贴、传阅；不能再导入。")
        group = QButtonGroup(self)
        for one in (self.whole, self.public):
            group.addButton(one.choice)
            one.taken.connect(self._take)
        self.public.choice.setChecked(True)
        self.setLayout(
            column(
                label(f"导出 {records:,} {ledger.counter}，给谁看？", "head"),
                self.whole,
                self.public,
                label("谁导出了哪个台账、多少条，会记下来。", "small"),
                row(0, button("取消", then=self.reject), primary("下一步", then=self._take)),
                margins=(20, 18, 20, 16),
                gap=12,
            )
        )
        width = round(WIDTH * theme.now().scale)
        self.setFixedSize(width, self.layout().heightForWidth(width))
        self.public.choice.setFocus()

    def _take(self) -> None:
        self.accept()
        self.chosen.emit(self.public.choice.isChecked())
