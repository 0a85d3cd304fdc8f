"""How wide a table's columns are: what headings and cells need, cut down where there is not so much room."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QTableView

from ui.shell import theme

MEASURED = 200
"""Rows whose cells are looked at."""
LONGEST = 420
"""Pixels of the widest column that contents make by themselves, in ordinary type."""
BOX = 26
"""Pixels of the box that a row is ticked in."""
LEAST = 140
"""Pixels to which a column of long cells may be cut down, in ordinary type."""


def fit(wanted: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Widths that come to `room` where more is wanted: the widest columns give up most, none falls below its `least`.

    Where there is room for what is wanted, that is it; so it is where even the least does not fit, for then the table
    scrolls, and nobody gains from narrow columns.
    """
    least = [min(low, want) for low, want in zip(least, wanted, strict=True)]
    if sum(wanted) <= room or sum(least) > room:
        return list(wanted)
    low, high = 0, max(wanted)
    while low < high:  # the greatest width at which all columns fit
        level = (low + high + 1) // 2
        low, high = (level, high) if sum(_cut(wanted, least, level)) <= room else (low, level - 1)
    widths = _cut(wanted, least, low)
    for place in sorted(range(len(widths)), key=lambda at: widths[at] - wanted[at])[: room - sum(widths)]:
        widths[place] += int(widths[place] < wanted[place])
    return widths


def _cut(wanted: Sequence[int], least: Sequence[int], level: int) -> list[int]:
    return [max(low, min(want, level)) for want, low in zip(wanted, least, strict=True)]


class Fitted(QObject):
    """Keeps the columns of a plain table as wide as what stands in them; the last takes what is left over. A column
    that a hand has made wider or narrower ends that.

    `usual` says how wide a column would be with nothing in it, in pixels of ordinary type, None for no wish. With
    `wrapped` the rows are as high as their words need; of a very long table only the first.
    """

    def __init__(self, view: QTableView, usual: Callable[[int], int | None], *, wrapped: bool = False) -> None:
        super().__init__(view)
        self.view, self.usual, self.wrapped = view, usual, wrapped
        view.setWordWrap(wrapped)
        self.by_hand = False
        view.model().modelReset.connect(self.lay_out)
        view.horizontalHeader().sectionResized.connect(lambda *_: self._resized())
        view.viewport().installEventFilter(self)
        self.lay_out()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self.lay_out()
        return super().eventFilter(watched, event)

    def _resized(self) -> None:
        if QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton and self.view.underMouse():
            self.by_hand = True

    def lay_out(self) -> None:
        """Gives each column its width."""
        if self.by_hand:
            return
        model, scale = self.view.model(), theme.now().scale
        columns = range(model.columnCount())
        needed = [min(self._needed(place), round(LONGEST * scale)) for place in columns]
        heads = [self._heading(place) for place in columns]
        wanted = [max(need, round((self.usual(place) or 0) * scale)) for place, need in enumerate(needed)]
        room = self.view.viewport().width()
        low = [max(heads[place], min(needed[place], round(LEAST * scale))) for place in columns]
        widths = fit(wanted, needed if sum(needed) <= room else low, room)
        if widths:
            widths[-1] += max(0, room - sum(widths))
        for place, width in enumerate(widths):
            self.view.setColumnWidth(place, width)
        for row in range(min(model.rowCount(), MEASURED) if self.wrapped else 0):
            self.view.setRowHeight(row, max(theme.now().row, self.view.sizeHintForRow(row) + 8))

    def _heading(self, place: int) -> int:
        text = str(self.view.model().headerData(place, Qt.Orientation.Horizontal) or "")
        metrics = QFontMetrics(theme.font(theme.now().small, bold=True))
        width = max(map(metrics.horizontalAdvance, text.split("\n"))) + 18
        return max(width, self.view.horizontalHeader().minimumSectionSize())

    def _needed(self, place: int) -> int:
        model, metrics = self.view.model(), self.view.fontMetrics()
        widths = [self._heading(place)]
        for row in range(min(model.rowCount(), MEASURED)):
            index = model.index(row, place)
            box = 0 if index.data(Qt.ItemDataRole.CheckStateRole) is None else BOX
            widths.append(metrics.horizontalAdvance(str(index.data() or "")) + 20 + box)
        return max(widths)
