"""Documents on paper: laid out from their HTML, kept as PDF, previewed and printed."""

import os
from importlib.resources import files as packaged
from math import ceil
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QImage,
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPainter,
    QPalette,
    QPdfWriter,
    QPen,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextTable,
)

from app import files
from app.documents.document import CHARACTERS, Page
from app.documents.paper import Paper
from db.errors import Refusal

INCH = 96
"""Units of a laid-out page to the inch."""
FACES = ("NotoSerifSC-Regular.otf", "NotoSansSC-Regular.otf")
"""The faces that come with the program, for a system that has none of those that a document names."""

_own: QGuiApplication | None = None


def units(mm: float) -> float:
    """Millimetres as units of a laid-out page."""
    return mm / 25.4 * INCH


class Layout:
    """A document on pages."""

    def __init__(self, paper: Paper) -> None:
        self.page, page = paper.page, paper.page
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
            self._set_lines(page, page.pitch)
        top, right, bottom, left = map(units, page.margins)
        self.width, self.height = (units(297), units(210)) if page.across else (units(210), units(297))
        self.inside = QRectF(left, top, self.width - left - right, self.height - top - bottom)
        self.text.setPageSize(QSizeF(self.inside.width(), self.inside.height()))
        layout = self.text.documentLayout()
        frames = self.text.rootFrame().childFrames()
        self._tables = [layout.frameBoundingRect(one) for one in frames if isinstance(one, QTextTable)]
        self.count = max(1, ceil(self.text.size().height() / self.inside.height() - 0.001))

    def _set_lines(self, page: Page, pitch: float) -> None:
        """GB/T 9704 5.2.3: 22 lines on a page, 28 characters in a line."""
        block = self.text.begin()
        spacing = units(page.width) / CHARACTERS - page.size * INCH / 72
        letters = QTextCharFormat()
        letters.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
        letters.setFontLetterSpacing(spacing)
        while block.isValid():
            cursor = QTextCursor(block)
            if cursor.currentTable() is None:
                form = QTextBlockFormat()
                least = QTextBlockFormat.LineHeightTypes.MinimumHeight
                form.setLineHeight(pitch * INCH / 72, least.value)
                cursor.mergeBlockFormat(form)
                if cursor.charFormat().fontPointSize() in (0, page.size):
                    cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
                    cursor.mergeCharFormat(letters)
            block = block.next()

    def draw(self, painter: QPainter, number: int) -> None:
        """Draws one page, counted from 0, where the painter's units are the page's."""
        painter.save()
        painter.translate(self.inside.left(), self.inside.top() - number * self.inside.height())
        context = QAbstractTextDocumentLayout.PaintContext()
        context.clip = QRectF(0, number * self.inside.height(), self.inside.width(), self.inside.height())
        painter.setClipRect(context.clip.adjusted(-1, -1, 1, 1))  # with the lines of tables at the edges
        context.palette.setColor(QPalette.ColorRole.Text, Qt.GlobalColor.black)
        self.text.documentLayout().draw(painter, context)
        painter.setPen(QPen(Qt.GlobalColor.black, 0.6))
        for edge in (number * self.inside.height(), (number + 1) * self.inside.height()):
            for table in self._tables:  # Qt leaves a table open where a page ends
                if table.top() < edge - 1 < edge + 1 < table.bottom():
                    painter.drawLine(QPointF(table.left(), edge), QPointF(table.right(), edge))
        painter.restore()
        self._number(painter, number + 1)

    def _number(self, painter: QPainter, number: int) -> None:
        """The page's number: — 1 — at the outer edge of an official paper, else in the middle if there are several."""
        if not self.page.numbered and self.count == 1:
            return
        font = QFont(["宋体", "SimSun", "Noto Serif CJK SC", "Noto Serif SC"])
        font.setPixelSize(round((14 if self.page.numbered else 9) * INCH / 72))
        painter.save()
        painter.setFont(font)
        painter.setPen(Qt.GlobalColor.black)
        below = QRectF(self.inside.left(), self.inside.bottom() + units(2 if not self.page.numbered else 7), 0, 24)
        below.setWidth(self.inside.width())
        if self.page.numbered:
            side = Qt.AlignmentFlag.AlignRight if number % 2 else Qt.AlignmentFlag.AlignLeft
            below.adjust(INCH * 14 / 72, 0, -INCH * 14 / 72, 0)
            painter.drawText(below, side, f"— {number} —")
        else:
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, f"第 {number} 页，共 {self.count} 页")
        painter.restore()


def print_to(device: QPagedPaintDevice, paper: Paper) -> None:
    """Prints a document on a printer, or into a PDF. Raises `Refusal` when it does not begin."""
    made = Layout(paper)
    turned = QPageLayout.Orientation.Landscape if paper.page.across else QPageLayout.Orientation.Portrait
    layout = QPageLayout(
        QPageSize(QPageSize.PageSizeId.A4), turned, QMarginsF(), QPageLayout.Unit.Millimeter, QMarginsF()
    )
    layout.setMode(QPageLayout.Mode.FullPageMode)
    device.setPageLayout(layout)
    painter = QPainter()
    if not painter.begin(device):
        raise Refusal("打印没有开始。请检查打印机是否连接，或者保存位置能否写入", "cannot-print")
    for number in range(made.count):
        if number:
            device.newPage()
        painter.save()
        painter.scale(device.logicalDpiX() / INCH, device.logicalDpiY() / INCH)
        made.draw(painter, number)
        painter.restore()
    painter.end()


def pictures(paper: Paper, scale: float = 1.0) -> list[QImage]:
    """The pages as the screen shows them."""
    made = Layout(paper)
    found = []
    for number in range(made.count):
        image = QImage(round(made.width * scale), round(made.height * scale), QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        painter.scale(scale, scale)
        made.draw(painter, number)
        painter.end()
        found.append(image)
    return found


def write_pdf(paper: Paper, out: Path) -> None:
    """Writes a document as PDF, in one step. Raises `Refusal` where it cannot; what stood there before stays then."""
    _ready()
    inside = QBuffer()
    inside.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(inside)
    writer.setTitle(paper.title)
    print_to(writer, paper)
    del writer
    with files.telling(out, "PDF 阅读器"):
        files.write_whole(out, bytes(inside.data().data()))


def _ready() -> None:
    """Sees to it that faces can be asked for where no window is open: the command line has none, nor a screen."""
    global _own
    if QGuiApplication.instance() is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.*=false")
        _own = QGuiApplication(["siji"])
