"""A table on paper: a print preview of the rows in sight of the query, and the same as a PDF."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from PySide6.QtCore import QMarginsF
from PySide6.QtGui import QPageLayout, QPageSize, QTextDocument
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QWidget

from app import listing
from app.ledgers.ledger import Ledger
from app.workspace import Workspace
from db import clock
from db.errors import Refusal
from ui.background import Desk
from ui.paper import open_preview
from ui.shell import theme

MOST = 5000
"""Rows. A longer table is for Excel, and the paper says so."""


def html(workspace: Workspace, ledger: Ledger, query: listing.Query, columns: Sequence[str]) -> str:
    """The table as a document, sensitive columns masked."""
    with workspace.read() as session:
        ids = listing.ids(session, ledger, query, MOST)
        rows = listing.rows(session, ledger, ids, columns)
        total = listing.count(session, ledger, query)
    today = clock.today()
    rest = f"，这里只印前 {len(rows):,} {ledger.counter}，全部的请导出到 Excel" if total > len(rows) else ""
    return table_html(
        f"{workspace.office.name}{ledger.title}",
        f"{today.year}年{today.month}月{today.day}日　共 {total} {ledger.counter}{rest}",
        ["序号", *(listing.heading(ledger, name) for name in columns)],
        [(str(place), *row.cells) for place, row in enumerate(rows, 1)],
    )


def table_html(
    title: str, note: str, headings: Sequence[str], rows: Sequence[Sequence[str]], *, figures: bool = False
) -> str:
    """A titled table with a line over it at the right; of `figures` all columns but the first stand at the right."""
    side = " align='right'" if figures else ""
    heads = "".join(f"<th>{escape(one)}</th>" for one in headings)
    lines = "".join(
        f"<tr>{''.join(f'<td{side if place else str()}>{escape(cell)}</td>' for place, cell in enumerate(row))}</tr>"
        for row in rows
    )
    return (
        f"<h2 align='center'>{escape(title)}</h2><p align='right'>{escape(note)}</p>"
        "<table width='100%' border='1' cellspacing='0' cellpadding='3' style='border-collapse: collapse'>"
        f"<thead><tr>{heads}</tr></thead>{lines}</table>"
    )


def document(text: str) -> QTextDocument:
    """The text as a document in the program's face."""
    made = QTextDocument()
    face = theme.font(9)
    made.setDefaultFont(face)
    made.setHtml(text)
    return made


def printer() -> QPrinter:
    """A4 across, with narrow margins."""
    made = QPrinter(QPrinter.PrinterMode.HighResolution)
    made.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    made.setPageOrientation(QPageLayout.Orientation.Landscape)
    made.setPageMargins(QMarginsF(12, 12, 12, 12), QPageLayout.Unit.Millimeter)
    return made


def preview(desk: Desk, ledger: Ledger, query: listing.Query, columns: Sequence[str], parent: QWidget) -> None:
    """Opens the preview, from which it is printed."""
    desk.read(
        lambda workspace: html(workspace, ledger, query, columns),
        lambda text: show_preview(text, f"打印 {ledger.title}", parent),
    )


def show_preview(text: str, title: str, parent: QWidget) -> None:
    """Opens the preview of a text in HTML."""
    open_preview(printer(), title, document(text).print_, parent)


def save_pdf(text: str, file: Path) -> None:
    """Writes the same as a PDF. Raises `Refusal` when the file cannot be written."""
    try:
        with file.open("ab"):  # Qt itself would only warn on the console
            pass
    except OSError as error:
        raise Refusal("这个位置不能保存文件。请换一个文件夹，或关闭正在打开它的程序", "read-only") from error
    paper = printer()
    paper.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    paper.setOutputFileName(str(file))
    document(text).print_(paper)
