"""Starts the program as its command does, and beside it answers what is on its screen and where.

`python -m tests.e2e.watched SOCKET [ARGUMENT…]` calls the same `ui.__main__.main` as the command `siji`. Questions come
over the local socket, one JSON object a line: `{"ask": "look"}`, `{"ask": "picture", "file": …}`. Nothing here touches
the program: it is read, on its own thread and in its own event loop, and everything done to it comes from outside
through the keyboard and the mouse.
"""

import json
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from functools import cached_property
from queue import SimpleQueue
from typing import Any

from PySide6.QtCore import QObject, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QProgressBar,
    QRadioButton,
    QScrollArea,
    QTabBar,
    QTableView,
    QTextEdit,
    QTreeView,
    QWidget,
)

Thing = dict[str, Any]
FIELDS = (QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QAbstractSpinBox)
BESIDE = 260
"""How far to the left of a field its label may stand, in pixels."""


class Answers(QObject):
    """Takes questions from the socket's thread and answers them on the program's own."""

    asked = Signal(object, object)

    def __init__(self, path: str) -> None:
        super().__init__()
        self.asked.connect(self._take)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection, connection.makefile("rw", encoding="utf-8") as lines:
            for line in lines:
                reply: SimpleQueue[Any] = SimpleQueue()
                self.asked.emit(json.loads(line), reply.put)
                lines.write(json.dumps(reply.get(), ensure_ascii=False) + "\n")
                lines.flush()

    def _take(self, question: dict[str, Any], reply: Callable[[Any], Any]) -> None:
        """Answers at once, or `after` so many milliseconds of the program's own time."""
        QTimer.singleShot(question.get("after", 0), self, lambda: reply(answered(question)))


def answered(question: dict[str, Any]) -> Any:
    """The answer, or what went wrong in finding it: whoever asks must not wait for ever."""
    try:
        return answer(question)
    except Exception:
        return {"fault": traceback.format_exc()}


def answer(question: dict[str, Any]) -> Any:
    """The answer to one question."""
    if question["ask"] == "picture":
        return QApplication.primaryScreen().grabWindow(0).save(question["file"])
    window = in_front()
    return {
        "things": [] if window is None else list(things(window, question["words"])),
        "keyboard": int(keyboard.winId()) if (keyboard := takes_keys()) is not None else 0,
        "has_keyboard": int(focused.winId()) if (focused := QApplication.focusWindow()) is not None else 0,
        "title": "" if window is None else window.windowTitle(),
        "modal": window is not None and window is QApplication.activeModalWidget(),
        "focus": described(QApplication.focusWidget()),
    }


def in_front() -> QWidget | None:
    """The window that a person can work in now: a menu or list that dropped down, a dialog, else the main window."""
    if (popup := QApplication.activePopupWidget()) is not None:
        return popup
    if (modal := QApplication.activeModalWidget()) is not None:
        return modal
    return takes_keys()


def takes_keys() -> QWidget | None:
    """The window that a window manager would have given the keyboard: the newest dialog, else the largest window."""
    if (modal := QApplication.activeModalWidget()) is not None:
        return modal
    ordinary = (Qt.WindowType.Window, Qt.WindowType.Dialog)
    shown = [one for one in QApplication.topLevelWidgets() if one.isVisible() and one.windowType() in ordinary]
    return max(shown, key=lambda one: one.width() * one.height(), default=None)


# ---------------------------------------------------------------- what is there


def things(window: QWidget, words: str | None) -> Iterator[Thing]:
    """What is in a window and shows these words or is called so, from the top down: everything for no words, nothing
    for None."""
    if words is None:
        return
    widgets = [one for one in [window, *window.findChildren(QWidget)] if one.isVisible()]
    labels = names_by_label(widgets)
    for widget in widgets:
        if isinstance(widget, FIELDS):
            if not isinstance(widget.parentWidget(), (QComboBox, QAbstractSpinBox)):
                name, value = labels.get(widget, ""), value_of(widget)
                if words in name or words in value or words in hint_of(widget):
                    yield thing(widget, "field", name, value=value)
        elif isinstance(widget, QTabBar):
            for place in range(widget.count()):
                if words in (title := plain(widget.tabText(place))):
                    yield Parts(widget).part("tab", title, widget.tabRect(place))
        elif isinstance(widget, QMenu):
            for action in widget.actions():
                if words in (title := plain(action.text())) and not action.isSeparator():
                    yield Parts(widget).part("action", title, widget.actionGeometry(action), action.isEnabled())
        elif isinstance(widget, QAbstractItemView):
            yield from cells(widget, words)
        elif (said := words_of(widget))[1] and (words in said[1] or words == widget.objectName()):
            yield thing(widget, *said, checked=isinstance(widget, QAbstractButton) and widget.isChecked())


def words_of(widget: QWidget) -> tuple[str, str]:
    """The kind of a widget that is neither a field nor a list, and what can be read on it."""
    if isinstance(widget, QAbstractButton):
        return "button", plain(widget.text()) or widget.accessibleName() or widget.toolTip()
    if isinstance(widget, QLabel):
        return "text", plain(widget.text())
    if isinstance(widget, QProgressBar):
        return "progress", widget.text()
    return "part", widget.accessibleName() if widget.focusPolicy() != Qt.FocusPolicy.NoFocus else ""


def thing(widget: QWidget, kind: str, text: str, **more: Any) -> Thing:
    """What a person sees of a widget. `rect` is on the screen, null while it is scrolled away or covered."""
    seen = widget.visibleRegion().boundingRect()
    rect = QRect(widget.mapToGlobal(seen.topLeft()), seen.size())
    hit = None if seen.isEmpty() else QApplication.widgetAt(rect.center())
    open_ = hit is not None and (hit is widget or widget.isAncestorOf(hit) or hit.isAncestorOf(widget))
    return {
        "kind": kind,
        "text": text,
        "name": widget.objectName(),
        "hint": hint_of(widget),
        "rect": [rect.x(), rect.y(), rect.width(), rect.height()] if open_ else None,
        "whole": seen.size() == widget.size(),
        "away": scrolled_away(widget),
        "enabled": widget.isEnabled(),
        "focus": widget.hasFocus(),
        **more,
    }


class Parts:
    """Makes the parts of one widget, which is looked at once for all of them."""

    def __init__(self, widget: QWidget) -> None:
        self.widget = widget

    @cached_property
    def whole(self) -> Thing:
        """The widget."""
        return thing(self.widget, "", "")

    @cached_property
    def seen(self) -> QRect:
        """What of the widget is not covered or scrolled away."""
        return self.widget.visibleRegion().boundingRect()

    def part(self, kind: str, text: str, inside: QRect, enabled: bool = True, **more: Any) -> Thing:
        """One part, which lies `inside` the widget."""
        place = inside.intersected(self.seen)
        x, y = self.widget.mapToGlobal(place.topLeft()).toTuple()
        return {
            **self.whole,
            "kind": kind,
            "text": text,
            "rect": None if place.isEmpty() else [x, y, place.width(), place.height()],
            "whole": place == inside,
            "enabled": self.whole["enabled"] and enabled,
            **more,
        }


def cells(view: QAbstractItemView, words: str) -> Iterator[Thing]:
    """The cells of a table, list or tree that are in view and show these words, and a table's headings."""
    model, selected = view.model(), view.selectionModel()
    if model is None or isinstance(view, QHeaderView):
        return
    if isinstance(view, QTableView) and view.horizontalHeader().isVisible():
        header = view.horizontalHeader()
        headings = Parts(header.viewport())
        for column in range(model.columnCount()):
            title = str(model.headerData(column, Qt.Orientation.Horizontal) or "")
            if words in title and not header.isSectionHidden(column):
                inside = QRect(header.sectionViewportPosition(column), 0, header.sectionSize(column), header.height())
                yield headings.part("heading", title, inside)
    parts = Parts(view.viewport())
    for index in indexes(view):
        said = index.data() if index.data() is not None else index.data(Qt.ItemDataRole.AccessibleTextRole)
        text = "" if said is None else str(said)
        if words in text:
            chosen = selected is not None and selected.isSelected(index)
            enabled = bool(index.flags() & Qt.ItemFlag.ItemIsEnabled)
            yield parts.part("cell", text, view.visualRect(index), enabled, chosen=chosen)


def indexes(view: QAbstractItemView) -> Iterator[Any]:
    """The indexes whose cells are in view."""
    model, port = view.model(), view.viewport().rect()
    if isinstance(view, QTableView):
        first, last = view.rowAt(0), view.rowAt(port.height() - 1)
        rows = range(max(first, 0), (model.rowCount() if last < 0 else last + 1)) if first >= 0 else range(0)
        for row in rows:
            for column in range(model.columnCount()):
                if not view.isColumnHidden(column) and view.visualRect(model.index(row, column)).intersects(port):
                    yield model.index(row, column)
        return
    index = view.indexAt(QPoint(port.width() // 2, 2))
    if not index.isValid():
        index = model.index(0, 0, view.rootIndex())
    while index.isValid() and view.visualRect(index).top() <= port.bottom():
        yield index
        index = view.indexBelow(index) if isinstance(view, QTreeView) else index.siblingAtRow(index.row() + 1)


def names_by_label(widgets: list[QWidget]) -> dict[QWidget, str]:
    """What each field is called: by its accessible name, the label whose buddy it is, else the words to its left."""
    fields = [one for one in widgets if isinstance(one, FIELDS)]
    labels = [one for one in widgets if isinstance(one, (QLabel, QRadioButton, QCheckBox)) and one.text()]
    names: dict[QWidget, str] = {field: field.accessibleName() for field in fields if field.accessibleName()}
    for label in labels:
        if isinstance(label, QLabel) and (buddy := label.buddy()) is not None:
            for field in (buddy.focusProxy(), buddy, *(one for one in fields if buddy.isAncestorOf(one))):
                if isinstance(field, FIELDS):
                    names.setdefault(field, plain(label.text()))
                    break
    for field in fields:
        if field not in names:
            left, middle = field.mapToGlobal(QPoint(0, field.height() // 2)).toTuple()
            near = []
            for label in labels:
                corner = label.mapToGlobal(QPoint(0, 0))
                gap = left - (corner.x() + label.width())
                if 0 <= gap < BESIDE and corner.y() <= middle <= corner.y() + label.height():
                    near.append((gap, plain(label.text())))
            names[field] = min(near)[1] if near else ""
    return names


def value_of(widget: QWidget) -> str:
    """What stands in a field."""
    if isinstance(widget, QComboBox):
        return widget.currentText()
    if isinstance(widget, (QPlainTextEdit, QTextEdit)):
        return widget.toPlainText()
    return str(widget.property("text") or "")


def hint_of(widget: QWidget) -> str:
    """What an empty field says should be written there."""
    return widget.placeholderText() if isinstance(widget, (QLineEdit, QPlainTextEdit, QTextEdit)) else ""


def scrolled_away(widget: QWidget) -> list[int] | None:
    """Where to turn the wheel so that a widget comes into view, and how many pixels down; null when it is in view."""
    above = widget.parentWidget()
    while above is not None:
        area = above.parentWidget()
        if isinstance(area, QScrollArea) and area.viewport() is above:
            top = widget.mapTo(above, QPoint(0, 0)).y()
            bar = area.verticalScrollBar()
            spot = bar.mapToGlobal(bar.rect().center())
            beyond = top + min(widget.height(), above.height()) - above.height()
            return [spot.x(), spot.y(), beyond] if beyond > 0 else [spot.x(), spot.y(), top] if top < 0 else None
        above = area
    return None


def described(widget: QWidget | None) -> Thing | None:
    """The widget that has the keyboard."""
    if widget is None:
        return None
    names = names_by_label([one for one in widget.window().findChildren(QWidget) if one.isVisible()])
    field = isinstance(widget, FIELDS)
    return thing(widget, "focus", names.get(widget, ""), value=value_of(widget) if field else "")


def plain(text: str) -> str:
    """A text without the mark of its mnemonic and the blanks around it."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").strip()


def main() -> None:
    """Opens the socket named first and runs the program with what follows."""
    path, *words = sys.argv[1:]
    watch = Answers(path)
    sys.argv = ["siji", *words]
    from ui.__main__ import main as siji

    try:
        siji()
    finally:
        watch.deleteLater()


if __name__ == "__main__":
    main()
