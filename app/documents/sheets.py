"""Writes a document as a workbook: one sheet, numbers as numbers, ready to print."""

from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from app.documents.document import Body, Content, Document, Grid, Page, Style, Table, Text, filled, wide
from app.documents.looks import CENTRE, RIGHT, SONG, look, table_look
from app.excel.writing import BOX, HEADING_FILL, MONEY, NUMBER, TEXT, put, saved, sheet_name

MM_A_CHARACTER = 1.95
"""Millimetres that one digit of a column's width is taken for."""
POINTS_A_LINE = 1.35
"""The height of a line, by the size of its face."""


def write(document: Document, content: Content, out: Path) -> None:
    """Writes the workbook. Raises `Refusal` where it cannot; what stood there before stays then."""
    book = Workbook()
    with saved(book, out):
        _Sheet(book, document, content).write()


class _Sheet:
    """The sheet under the pen: its columns are those of the widest table or form, all else stands across them."""

    def __init__(self, book: Workbook, document: Document, content: Content) -> None:
        self.document, self.content, self.page = document, content, document.page
        sheet: Any = book.active
        self.sheet = sheet
        self.sheet.title = sheet_name(document.title)
        self.widths = _widths(document)
        self.at = 0
        """The last line written."""
        for place, width in enumerate(self.widths, 1):
            self.sheet.column_dimensions[get_column_letter(place)].width = width

    def write(self) -> None:
        for block in self.document.layout:
            match block:
                case Text():
                    self._across(filled(block.text, self.content.values), block.style)
                case Body():
                    for row in self.content.rows[block.rows]:
                        self._across(str(row["text"]), Style(str(row["style"])))
                case Grid():
                    self._grid(block)
                case Table():
                    self._table(block)
        setup = self.sheet.page_setup
        setup.orientation, setup.paperSize = "landscape" if self.page.across else "portrait", 9
        self.sheet.sheet_properties.pageSetUpPr.fitToPage = True
        setup.fitToWidth, setup.fitToHeight = 1, 0
        top, right, bottom, left = (mm / 25.4 for mm in self.page.margins)
        margins = self.sheet.page_margins
        margins.top, margins.right, margins.bottom, margins.left = top, right, bottom, left
        self.sheet.oddFooter.center.text = "第 &P 页，共 &N 页"

    def _across(self, text: str, style: Style) -> None:
        how = look(style, self.page)
        self.at += 1
        cell = self.sheet.cell(self.at, 1)
        put(cell, ("　" * how.indent + text + "　" * how.inset) if text else text)
        cell.font = Font(name=how.face, size=how.size, color="C8101E" if how.red else None)
        align = {CENTRE: "center", RIGHT: "right"}.get(how.align, "left")
        cell.alignment = Alignment(horizontal=align, vertical="center", wrap_text=True)
        self._merge(1, len(self.widths))
        self._height(text, sum(self.widths), how.size, extra=how.before + how.after)

    def _height(self, text: str, width: float, size: float, *, extra: float = 0) -> None:
        lines = sum(_lines(part, width * 10.5 / size) for part in text.split("\n"))
        known = self.sheet.row_dimensions[self.at].height or 0
        self.sheet.row_dimensions[self.at].height = max(known, lines * size * POINTS_A_LINE + extra + 4)

    def _merge(self, first: int, last: int) -> None:
        if last > first:
            self.sheet.merge_cells(start_row=self.at, start_column=first, end_row=self.at, end_column=last)

    def _grid(self, block: Grid) -> None:
        for line in block.lines:
            self.at += 1
            for place, (label, text) in enumerate(line):
                last = 2 * block.pairs if place == len(line) - 1 else 2 * place + 2
                self._boxed(2 * place + 1, label, "center")
                self._boxed(2 * place + 2, filled(text, self.content.values), "left")
                for beyond in range(2 * place + 3, last + 1):
                    self.sheet.cell(self.at, beyond).border = BOX
                self._merge(2 * place + 2, last)
                tall = "\n" * (max(2, block.tall.get(label, 0)) - 1)
                self._height(tall, 1, self.page.size)
                self._height(filled(text, self.content.values), sum(self.widths[2 * place + 1 : last]), self.page.size)

    def _boxed(self, column: int, value: Any, align: str) -> Any:
        cell = self.sheet.cell(self.at, column)
        put(cell, value)
        cell.font = Font(name=SONG, size=table_look(self.page).size)
        cell.border, cell.number_format = BOX, TEXT if isinstance(value, str) else NUMBER
        cell.alignment = Alignment(horizontal=align, vertical="center", wrap_text=True)
        return cell

    def _table(self, block: Table) -> None:
        self.at += 1
        head = self.at
        for place, column in enumerate(block.columns, 1):
            cell = self._boxed(place, column.label, "center")
            cell.font, cell.fill = Font(name=SONG, size=table_look(self.page).size, bold=True), HEADING_FILL
        self.sheet.print_title_rows = f"{head}:{head}"
        self.sheet.freeze_panes = self.sheet.cell(head + 1, 1)
        for row in self.content.rows[block.rows]:
            self.at += 1
            for place, column in enumerate(block.columns, 1):
                value = row.get(column.name)
                cell = self._boxed(place, value, "right" if column.right else "left")
                if hasattr(value, "isoformat"):
                    cell.number_format = "yyyy-mm-dd"
                elif column.money:
                    cell.number_format = MONEY
                self._height(str(value or ""), self.widths[place - 1], table_look(self.page).size)


def _widths(document: Document) -> list[float]:
    """In characters of the usual face."""
    for table in document.tables:
        return [max(4.0, column.width / MM_A_CHARACTER) for column in table.columns]
    pairs = max((block.pairs for block in document.layout if isinstance(block, Grid)), default=1)
    return _shares(document.page, pairs)


def _shares(page: Page, pairs: int) -> list[float]:
    share = page.width / MM_A_CHARACTER / pairs
    return [share * part for _ in range(pairs) for part in (0.3, 0.7)]


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column so many characters wide."""
    return max(1, -(-wide(text) // max(1, int(width))))
