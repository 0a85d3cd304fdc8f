"""Pages of a document: its HTML laid out endlessly long, then cut between lines and between rows of tables. Qt's own
pages would cut a row in two."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files as packaged
from itertools import pairwise

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QFont,
    QFontDatabase,
    QImage,
    QPainter,
    QPalette,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextTable,
)

from app.documents.document import CHARACTERS, Page
from app.documents.paper import Paper

INCH = 96
"""Units of a laid-out page to the inch."""
FACES = ("NotoSerifSC-Regular.otf", "NotoSansSC-Regular.otf")
"""The faces that come with the program, for a system that has none of those that a document names."""
LINE = 0.5
"""Half the line of a table, in units: a row is cut off in the middle of it."""


FOOT = 3
"""At most so many lines under the last table are kept with its last row."""


def units(mm: float) -> float:
    """Millimetres as units of a laid-out page."""
    return mm / 25.4 * INCH


@dataclass(frozen=True)
class Part:
    """What is not cut: a line, or a row of a table with the head (top, bottom) that stands over it on a new page. It is
    kept on one page with what follows it up to `until`, where a page has room for that."""

    top: float
    bottom: float
    head: tuple[float, float] | None = None
    new_page: bool = False
    until: float = 0.0


@dataclass(frozen=True)
class Slice:
    """What stands on one page, from `top` to `bottom` of the endless one, under a head that is repeated."""

    top: float
    bottom: float
    head: tuple[float, float] | None = None


class Layout:
    """A document on pages: `count` of them, `width` by `height` units."""

    def __init__(self, paper: Paper) -> None:
        self.page = page = paper.page
        for name in FACES:
            QFontDatabase.addApplicationFont(str(packaged("pylopdf_fonts_zh_cn") / name))
        self._inches = QImage(1, 1, QImage.Format.Format_RGB32)  # what tells the layout how large a point is
        self._inches.setDotsPerMeterX(round(INCH / 0.0254))
        self._inches.setDotsPerMeterY(round(INCH / 0.0254))
        self.text = QTextDocument()
        self.text.setDocumentMargin(0)
        self.text.documentLayout().setPaintDevice(self._inches)
        self.text.setHtml(paper.html)
        if page.pitch is not None:
            (self._set_lines if page.numbered else self._set_cells)(page, page.pitch)
        top, right, bottom, left = map(units, page.margins)
        self.width, self.height = (units(297), units(210)) if page.across else (units(210), units(297))
        self.inside = QRectF(left, top, self.width - left - right, self.height - top - bottom)
        self.text.setTextWidth(self.inside.width())
        self.slices = list(cut(self.parts(), self.inside.height()))
        self.count = len(self.slices)

    def _set_lines(self, page: Page, pitch: float) -> None:
        """GB/T 9704 5.2.3: 22 lines on a page, 28 characters in a line."""
        spacing = units(page.width) / CHARACTERS - page.size * INCH / 72
        letters, form = QTextCharFormat(), QTextBlockFormat()
        letters.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
        letters.setFontLetterSpacing(spacing)
        form.setLineHeight(pitch * INCH / 72, QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
        block = self.text.begin()
        while block.isValid():
            cursor = QTextCursor(block)
            if cursor.currentTable() is None:
                cursor.mergeBlockFormat(form)
                cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
                if cursor.charFormat().fontPointSize() == page.size:
                    cursor.mergeCharFormat(letters)
            block = block.next()

    def _set_cells(self, page: Page, pitch: float) -> None:
        """The lines in tables stand as close as the page says: the face that comes along leaves much between them."""
        form = QTextBlockFormat()
        form.setLineHeight(pitch * INCH / 72, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        block = self.text.begin()
        while block.isValid():
            cursor = QTextCursor(block)
            if cursor.currentTable() is not None:
                cursor.mergeBlockFormat(form)
            block = block.next()

    def parts(self) -> list[Part]:
        """All that is not cut, from top to bottom. A heading stands with the first row of its table, and the last row
        with the lines under the table."""
        found: list[Part] = []
        tables: list[tuple[int, int]] = []
        place = self.text.rootFrame().begin()
        while not place.atEnd():
            frame, block = place.currentFrame(), place.currentBlock()
            if isinstance(frame, QTextTable):
                first = len(found)
                found += self._rows(frame)
                tables.append((first, len(found) - 1))
            elif block.isValid() and not self._behind_a_table(block, found):
                found += self._lines(block)
            place += 1
        for first, last in tables:
            if first:
                found[first - 1] = replace(found[first - 1], until=found[first].bottom)
            under = found[last + 1 : last + 1 + FOOT]
            if under and last + 1 + len(under) == len(found):
                found[last] = replace(found[last], until=under[-1].bottom)
        return found

    def _behind_a_table(self, block: QTextBlock, found: Sequence[Part]) -> bool:
        """Whether it is the empty paragraph that stands beside the end of a table."""
        top = self.text.documentLayout().blockBoundingRect(block).top()
        return not block.text() and bool(found) and top < found[-1].bottom

    def _lines(self, block: QTextBlock) -> Iterator[Part]:
        """The lines of a paragraph; neither its first nor its last is left alone on a page."""
        whole, lines = self.text.documentLayout().blockBoundingRect(block), block.layout()
        before = bool(block.blockFormat().pageBreakPolicy() & QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)
        count = max(1, lines.lineCount())
        bottoms = [lines.position().y() + lines.lineAt(number).rect().bottom() for number in range(count - 1)]
        edges = [whole.top(), *bottoms, whole.bottom()]
        for number, (top, bottom) in enumerate(pairwise(edges)):
            together = edges[number + 2] if count > 1 and number in (0, count - 2) else 0.0
            yield Part(top, bottom, new_page=before and number == 0, until=together)

    def _rows(self, table: QTextTable) -> Iterator[Part]:
        layout = self.text.documentLayout()
        tops = []
        for row in range(table.rows()):
            cells = [table.cellAt(row, column) for column in range(table.columns())]
            blocks = [one.firstCursorPosition().block() for one in cells if one.row() == row]
            tops.append(min(layout.blockBoundingRect(one).top() for one in blocks) - self.page.padding - LINE)
        tops.append(layout.frameBoundingRect(table).bottom())
        headed = table.format().headerRowCount()
        head = (tops[0], tops[headed]) if headed else None
        for row in range(headed, table.rows()):
            first = row == headed  # stands together with the head
            cells = [table.cellAt(row, column) for column in range(table.columns())]
            spanned = max(one.rowSpan() for one in cells if one.row() == row)
            until = tops[row + spanned] if spanned > 1 else 0.0
            yield Part(tops[0] if first else tops[row], tops[row + 1], None if first else head, until=until)

    def draw(self, painter: QPainter, number: int) -> None:
        """Draws one page, counted from 0, where the painter's units are the page's."""
        one = self.slices[number]
        at = self.inside.top()
        if one.head is not None:
            self._draw_part(painter, one.head, at)
            at += one.head[1] - one.head[0]
        self._draw_part(painter, (one.top, one.bottom), at)
        self._number(painter, number + 1)

    def _draw_part(self, painter: QPainter, part: tuple[float, float], at: float) -> None:
        top, bottom = part
        painter.save()
        painter.translate(self.inside.left(), at - top)
        context = QAbstractTextDocumentLayout.PaintContext()
        context.clip = QRectF(-1, top - 0.6, self.inside.width() + 2, bottom - top + 1.2)  # with the lines at its edges
        painter.setClipRect(context.clip)
        context.palette.setColor(QPalette.ColorRole.Text, Qt.GlobalColor.black)
        self.text.documentLayout().draw(painter, context)
        painter.restore()

    def _number(self, painter: QPainter, number: int) -> None:
        """The page's number: — 1 — at the outer edge of an official paper, else in the middle if there are several."""
        if not self.page.numbered and self.count == 1:
            return
        font = QFont(["宋体", "SimSun", "Noto Serif CJK SC", "Noto Serif SC"])
        font.setPixelSize(round((14 if self.page.numbered else 9) * INCH / 72))
        painter.save()
        painter.setFont(font)
        painter.setPen(Qt.GlobalColor.black)
        top = self.inside.bottom() + units(7 if self.page.numbered else 3)
        below = QRectF(self.inside.left(), top, self.inside.width(), 24)
        if self.page.numbered:
            side = Qt.AlignmentFlag.AlignRight if number % 2 else Qt.AlignmentFlag.AlignLeft
            below.adjust(INCH * 14 / 72, 0, -INCH * 14 / 72, 0)
            painter.drawText(below, side, f"— {number} —")
        else:
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, f"第 {number} 页，共 {self.count} 页")
        painter.restore()


def cut(parts: list[Part], height: float) -> Iterator[Slice]:
    """The parts on pages of a height, in order, none of them lost. Only a part taller than a page is cut itself; what
    is kept together goes to a new page together, unless that is taller than a page."""
    top, bottom = 0.0, 0.0
    head: tuple[float, float] | None = None

    def room_under(head: tuple[float, float] | None) -> float:
        return height - (head[1] - head[0] if head is not None else 0)

    for part, wanted in zip(parts, kept_until(parts), strict=True):
        most = part.top + room_under(part.head) + 0.5
        end = next((one for one in (wanted, part.until) if part.bottom <= one <= most), part.bottom)
        if bottom > top and (part.new_page or end - top > room_under(head) + 0.5):
            yield Slice(top, bottom, head)
            top, head = part.top, part.head
        while part.bottom - top > room_under(head) + 0.5:
            yield Slice(top, top + room_under(head), head)
            top += room_under(head)
        bottom = part.bottom
    yield Slice(top, bottom, head)


def kept_until(parts: Sequence[Part]) -> list[float]:
    """How far each part is kept together with what follows it, and that with what follows in turn."""
    found = [max(part.bottom, part.until) for part in parts]
    for place in range(len(parts) - 2, -1, -1):
        after = place + 1
        while after < len(parts) and parts[after].top < found[place] - 0.5:
            found[place] = max(found[place], found[after])
            after += 1
    return found
