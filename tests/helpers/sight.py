"""What a person cannot read on a page: words for which there is too little room."""

from PySide6.QtWidgets import QAbstractButton, QCheckBox, QComboBox, QLabel, QRadioButton, QWidget

from ui.shell.widgets import Elided, FileLink

SLACK = 1
"""Pixels that rounding may take."""


def cut_off(page: QWidget) -> list[str]:
    """The words in sight that are cut off, except those that end in … and tell the rest in their tip."""
    found = []
    for one in page.findChildren(QWidget):
        if not one.isVisibleTo(page) or isinstance(one, Elided | FileLink):
            continue
        if isinstance(one, QLabel) and one.text() and one.pixmap().isNull():
            room = one.contentsRect()
            wide = one.sizePolicy().horizontalPolicy() is one.sizePolicy().Policy.Ignored and bool(one.toolTip())
            tall = one.heightForWidth(one.width()) if one.wordWrap() else one.sizeHint().height()
            over = not one.wordWrap() and not wide and one.sizeHint().width() > one.width() + SLACK
            if over or tall > one.height() + SLACK or room.isEmpty():
                found.append(one.text())
        elif isinstance(one, QCheckBox | QRadioButton | QAbstractButton) and one.text():
            if one.sizeHint().width() > one.width() + SLACK:
                found.append(one.text())
        elif isinstance(one, QComboBox) and one.currentText():
            need = one.fontMetrics().horizontalAdvance(one.currentText())
            if need + 40 > one.width() + SLACK and not one.isEditable():
                found.append(one.currentText())
    return found
