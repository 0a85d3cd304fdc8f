"""Documents on paper: kept as PDF, previewed and printed."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, Qt
from PySide6.QtGui import (
    QGuiApplication,
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QPixmap,
)
from PySide6.QtWidgets import QWidget

from app import files
from app.documents.paper import Paper
from db.errors import Refusal
from ui.paging import INCH, Layout

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtPrintSupport import QPrinter

_own: QGuiApplication | None = None


def set_page(device: QPagedPaintDevice, paper: Paper) -> None:
    """A4 upright or across, without margins: they are the document's own."""
    turned = QPageLayout.Orientation.Landscape if paper.page.across else QPageLayout.Orientation.Portrait
    layout = QPageLayout(
        QPageSize(QPageSize.PageSizeId.A4), turned, QMarginsF(), QPageLayout.Unit.Millimeter, QMarginsF()
    )
    layout.setMode(QPageLayout.Mode.FullPageMode)
    device.setPageLayout(layout)


def print_to(device: QPagedPaintDevice, *papers: Paper) -> None:
    """Prints documents on pages of one kind on a printer, or into a PDF. Raises `Refusal` when it does not begin."""
    set_page(device, papers[0])
    painter = QPainter()
    if not painter.begin(device):
        raise Refusal("打印没有开始。请检查打印机是否连接，或者保存位置能否写入", "cannot-print")
    for place, paper in enumerate(papers):
        made = Layout(paper)
        for number in range(made.count):
            if place or number:
                device.newPage()
            painter.save()
            painter.scale(device.logicalDpiX() / INCH, device.logicalDpiY() / INCH)
            made.draw(painter, number)
            painter.restore()
    painter.end()


def picture(paper: Paper, width: int, ratio: float = 1.0) -> QPixmap:
    """The pages one below another as a screen of that pixel ratio shows them, `width` wide."""
    made = Layout(paper)
    scale = width / made.width
    image = QPixmap(round(width * ratio), round(made.height * scale * made.count * ratio))
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.TextAntialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    painter.scale(scale, scale)
    for number in range(made.count):
        painter.save()
        painter.translate(0, number * made.height)
        made.draw(painter, number)
        painter.restore()
    painter.end()
    return image


def write_pdf(paper: Paper, out: Path) -> None:
    """Writes a document as PDF, in one step. Raises `Refusal` where it cannot; what stood there before stays then."""
    write_pdfs([paper], out)


def write_pdfs(papers: Sequence[Paper], out: Path) -> None:
    """The same, several in one file, each from the top of a page."""
    _ready()
    inside = QBuffer()
    inside.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(inside)
    writer.setTitle(papers[0].title)
    print_to(writer, *papers)
    del writer
    with files.telling(out, "Adobe Reader 或 WPS"):
        files.write_whole(out, bytes(inside.data().data()))


def _ready() -> None:
    """Sees to it that faces can be asked for where no window is open: the command line has none, nor a screen."""
    global _own
    if QGuiApplication.instance() is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.*=false")
        _own = QGuiApplication(["siji"])


def preview(paper: Paper, parent: QWidget) -> None:
    """Opens the preview of a document, from which it is printed."""
    from PySide6.QtPrintSupport import QPrinter

    device = QPrinter(QPrinter.PrinterMode.HighResolution)
    set_page(device, paper)
    open_preview(device, f"打印 {paper.title}", lambda painted: print_to(painted, paper), parent)


def open_preview(device: "QPrinter", title: str, draw: "Callable[[QPrinter], None]", parent: QWidget) -> None:
    """Opens Qt's own preview over a printer."""
    from PySide6.QtPrintSupport import QPrintPreviewDialog

    dialog = QPrintPreviewDialog(device, parent)
    dialog.setWindowTitle(title)
    dialog.resize(1100, 720)

    def paint(painted: "QPrinter", _: "QPrinter" = device) -> None:
        """Draws; and as long as it may be asked to, it keeps the device alive, which the dialog does not."""
        draw(painted)

    dialog.paintRequested.connect(paint)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
