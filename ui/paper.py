"""Documents on paper: kept as PDF, previewed and printed."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, Qt
from PySide6.QtGui import (
    QGuiApplication,
    QImage,
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
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


def print_to(device: QPagedPaintDevice, paper: Paper) -> None:
    """Prints a document on a printer, or into a PDF. Raises `Refusal` when it does not begin."""
    made = Layout(paper)
    set_page(device, paper)
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
