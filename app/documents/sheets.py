"""Writes a document as a workbook: one sheet, numbers as numbers, ready to print."""

from collections.abc import Iterator
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.drawing.image import Image
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, OneCellAnchor
from openpyxl.drawing.xdr import XDRPositiveSize2D
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from app.documents.document import Block, Body, Content, Document, Grid, Picture, Style, Table, Text, filled, wide
from app.documents.looks import CENTRE, RIGHT, SONG, look, table_look
from app.excel.writing import BOX, HEADING_FILL, MONEY, NUMBER, TEXT, put, saved, sheet_name

MM_A_CHARACTER = 1.95
"""Millimetres that one digit of a column's width is taken for."""
POINTS_A_LINE = 1.35
"""The height of a line, by the size of its face."""
FOOTER = 0.4
"""Inches that the page's number takes."""
EMU = 36000
"""Units of a drawing to the millimetre."""
CLOSE = 4.0
"""Millimetres: edges of two blocks that are nearer than that are drawn as one."""


def write(document: Document, content: Content, out: Path) -> None:
    """Writes the workbook. Raises `Refusal` where it cannot; what stood there before stays then."""
    book = Workbook()
    with saved(book, out):
        _Sheet(book, document, content).write()


class _Sheet:
    """The sheet under the pen. Its columns lie between the edges of all its tables and forms: a cell of one stands
    across as many of them as it is wide, all else across the whole."""

    def __init__(self, book: Workbook, document: Document, content: Content) -> None:
        self.document, self.content, self.page = document, content, document.page
        sheet: Any = book.active
        self.sheet = sheet
        self.sheet.title = sheet_name(document.title)
        self.whole = next((float(sum(one.width for one in table.columns)) for table in document.tables), 0.0)
        self.whole = self.whole or float(document.page.width)
        self.edges = _edges([list(self._marks(block)) for block in document.layout])
        self.at = 0
        """The last line written."""
        for place, (left, right) in enumerate(pairwise(self.edges), 1):
            self.sheet.column_dimensions[get_column_letter(place)].width = (right - left) / MM_A_CHARACTER

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
                case Picture():
                    self._picture(block)
        setup = self.sheet.page_setup
        setup.orientation, setup.paperSize = "landscape" if self.page.across else "portrait", 9
        self.sheet.sheet_properties.pageSetUpPr.fitToPage = True
        setup.fitToWidth, setup.fitToHeight = 1, 0
        top, right, bottom, left = (mm / 25.4 for mm in self.page.margins)
        margins = self.sheet.page_margins
        margins.top, margins.right, margins.bottom, margins.left = top, right, bottom, left
        margins.footer = max(0.1, bottom - FOOTER)
        self.sheet.oddFooter.center.text = "第 &P 页，共 &N 页"

    def _marks(self, block: Block) -> Iterator[float]:
        """Where the cells of a block end, in millimetres from the left of the sheet, beginning with 0."""
        match block:
            case Table():
                widths = [float(column.width) for column in block.columns]
            case Grid():
                widths = [part for _ in range(block.pairs) for part in (0.3, 0.7)]
            case Picture():
                widths = [float(block.room), float(self.page.width - block.room)]
            case _:
                widths = [1.0]
        yield from (mark * self.whole / sum(widths) for mark in accumulate(widths, initial=0.0))

    def _columns(self, block: Block) -> list[tuple[int, int]]:
        """The first and the last of the sheet's columns under each cell of a block."""
        nearest = [
            min(range(len(self.edges)), key=lambda at: abs(self.edges[at] - mark)) for mark in self._marks(block)
        ]
        return [(left + 1, right) for left, right in pairwise(nearest)]

    def _wide(self, first: int, last: int) -> float:
        """In characters of the usual face."""
        return (self.edges[last] - self.edges[first - 1]) / MM_A_CHARACTER

    def _across(self, text: str, style: Style) -> None:
        how = look(style, self.page)
        self.at += 1
        cell = self.sheet.cell(self.at, 1)
        put(cell, ("　" * how.indent + text + "　" * how.inset) if text else text)
        cell.font = Font(name=how.face, size=how.size, color="C8101E" if how.red else None)
        align = {CENTRE: "center", RIGHT: "right"}.get(how.align, "left")
        cell.alignment = Alignment(horizontal=align, vertical="center", wrap_text=True)
        last = len(self.edges) - 1
        self._merge(1, last)
        self._height(text, self._wide(1, last), how.size, extra=how.before + how.after)

    def _height(self, text: str, width: float, size: float, *, extra: float = 0) -> None:
        lines = sum(_lines(part, width * 10.5 / size) for part in text.split("\n"))
        self._at_least(lines * size * POINTS_A_LINE + extra + 4)

    def _at_least(self, points: float) -> None:
        known = self.sheet.row_dimensions[self.at].height or 0
        self.sheet.row_dimensions[self.at].height = max(known, points)

    def _merge(self, first: int, last: int) -> None:
        if last > first:
            self.sheet.merge_cells(start_row=self.at, start_column=first, end_row=self.at, end_column=last)

    def _grid(self, block: Grid) -> None:
        columns = self._columns(block)
        for line in block.lines:
            self.at += 1
            for place, (label, text) in enumerate(line):
                said = filled(text, self.content.values)
                first, last = columns[2 * place + 1][0], columns[-1 if place == len(line) - 1 else 2 * place + 1][1]
                self._boxed(*columns[2 * place], label, "center")
                self._boxed(first, last, said, "left")
                self._height("\n" * (max(block.low, block.tall.get(label, 0)) - 1), 1, self.page.size)
                self._height(label, self._wide(*columns[2 * place]), self.page.size)
                self._height(said, self._wide(first, last), self.page.size)

    def _boxed(self, first: int, last: int, value: Any, align: str) -> Any:
        cell = self.sheet.cell(self.at, first)
        put(cell, value)
        cell.font = Font(name=SONG, size=table_look(self.page).size)
        cell.border, cell.number_format = BOX, TEXT if isinstance(value, str) else NUMBER
        cell.alignment = Alignment(horizontal=align, vertical="center", wrap_text=True)
        for beyond in range(first + 1, last + 1):
            self.sheet.cell(self.at, beyond).border = BOX
        self._merge(first, last)
        return cell

    def _table(self, block: Table) -> None:
        self.at += 1
        head, columns = self.at, self._columns(block)
        for place, column in zip(columns, block.columns, strict=True):
            cell = self._boxed(*place, column.label, "center")
            cell.font, cell.fill = Font(name=SONG, size=table_look(self.page).size, bold=True), HEADING_FILL
            self._height(column.label, self._wide(*place), table_look(self.page).size)
        self.sheet.print_title_rows = f"{head}:{head}"
        self.sheet.freeze_panes = self.sheet.cell(head + 1, 1)
        for row in self.content.rows[block.rows]:
            self.at += 1
            for place, column in zip(columns, block.columns, strict=True):
                value = row.get(column.name)
                cell = self._boxed(*place, value, "right" if column.right else "left")
                if hasattr(value, "isoformat"):
                    cell.number_format = "yyyy-mm-dd"
                elif column.money:
                    cell.number_format = MONEY
                self._height(str(value or ""), self._wide(*place), table_look(self.page).size)

    def _picture(self, block: Picture) -> None:
        self.at += 1
        first, last = self._columns(block)[1]
        text = "\n".join(filled(one.text, self.content.values) for one in block.beside)
        cell = self.sheet.cell(self.at, first)
        put(cell, text)
        cell.font = Font(name=SONG, size=self.page.size)
        cell.alignment = Alignment(vertical="center", wrap_text=True)
        self._merge(first, last)
        self._height(text, self._wide(first, last), self.page.size)
        self._at_least(block.room / 25.4 * 72)
        self.sheet.add_image(_Png(self.content.pictures[block.name], block.size, self.at))


class _Png(Image):
    """A square picture of so many millimetres at the left of a line, a little inside. The library would ask another one
    how large it is."""

    def __init__(self, png: bytes, size: int, line: int) -> None:
        self.png, self.format = png, "png"
        inside, side = EMU, size * EMU
        place = AnchorMarker(col=0, row=line - 1, colOff=inside, rowOff=inside)
        self.anchor = OneCellAnchor(_from=place, ext=XDRPositiveSize2D(side, side))

    def _data(self) -> bytes:
        return self.png


def _edges(blocks: list[list[float]]) -> list[float]:
    """Where the columns of a sheet begin and end: at the marks of the block with the most of them, and at those of the
    others that are not close to one."""
    found: list[float] = []
    for marks in sorted(blocks, key=len, reverse=True):
        found += [mark for mark in marks if all(abs(mark - known) >= CLOSE for known in found)]
    return sorted(found)


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column so many characters wide."""
    return max(1, -(-wide(text) // max(1, int(width))))
