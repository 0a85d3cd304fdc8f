"""Writes ledgers and refused rows as workbooks that can be printed, mended and imported again.

Text is written as text: an identity number keeps its digits, and a text that begins with =, +, - or @ never becomes a
formula. An export carries each row's id and version in hidden columns: by them an import notices a sheet that is stale.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from app import checks
from app.excel.header import ID_HEADING, LINE_HEADING, REASON_HEADING, VERSION_HEADING
from app.excel.plan import Plan, Written
from app.files import telling
from app.ledgers.catalogue import LEDGERS
from app.ledgers.ledger import Ledger
from app.listing import Query, cell_value, ids, record_titles
from app.reveal import note_export
from app.workspace import Workspace
from db import clock
from db.errors import Refusal
from db.fields import Field
from db.journal import Progress, Values, stored_rows
from db.models.record import dump
from db.parsing import cell_text

CHUNK = 2000
"""Records that an export holds at a time."""

TITLE = Font(name="宋体", size=16, bold=True)
HEADING = Font(name="宋体", size=11, bold=True)
HEADING_FILL = PatternFill("solid", fgColor="F2EDE6")
THIN = Side(style="thin", color="BFB8AE")
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)
TEXT, DAY, MONEY, NUMBER = "@", "yyyy-mm-dd", "#,##0.00", "General"

FORMATS = {"day": DAY, "money": MONEY, "whole": NUMBER, "year": NUMBER, "decimal": NUMBER}
"""The number format of each kind of field that is not text."""

WIDTHS = {"resident_id": 21, "credit_code": 21, "phone": 15, "day": 12, "note": 30, "link": 22, "flag": 8, "code": 12}
"""The width of a column by the kind of its field, in characters; 14 for any other."""


def export(
    ws: Workspace,
    ledger: Ledger,
    out: Path,
    *,
    query: Query | None = None,
    public: bool = False,
    columns: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> Written:
    """Writes the records that a query finds (all, without one) to a workbook, in the order of the query.

    `columns` are names of fields; all without them. `public` leaves out sensitive fields and the hidden columns. The
    store remembers who exported how many records. Raises
    `Refusal` for a file that cannot be written; what stood there before stays then.
    """
    names = (
        [ledger.resolve(name) for name in columns]
        if columns
        else [n for part in ledger.sections.values() for n in part]
    )
    fields = [ledger.fields[name] for name in names if name in ledger.fields]
    fields = [spec for spec in fields if not (public and spec.sensitive)]
    headings = ["序号", *(spec.label for spec in fields)]
    with ws.read() as session:
        wanted = ids(session, ledger, query or Query())
        title = f"{ledger.title}（{ws.office.name}，{clock.today().isoformat()}，共 {len(wanted)} {ledger.counter}）"
        hidden = [] if public else [ID_HEADING, VERSION_HEADING]
        book = Workbook(write_only=True)
        with saved(book, out):
            widths = [8, *map(width_of, fields)]
            sheet = _sheet(book, ledger.title, title, headings, hidden, widths)
            line = _Line(sheet, [NUMBER, *(FORMATS.get(spec.kind.id, TEXT) for spec in fields)], len(hidden))
            for start in range(0, len(wanted), CHUNK):
                if progress is not None:
                    progress(start, len(wanted), f"写入 {out.name}")
                part = wanted[start : start + CHUNK]
                rows = stored_rows(session.connection(), ledger.model, part)
                titles = _titles(session, fields, rows)
                for place, record_id in enumerate(part, start + 1):
                    row = rows[record_id]
                    cells = [cell_value(spec, row[spec.name], titles) for spec in fields]
                    sheet.append(line(place, *cells, *([] if public else [record_id, dump(row["version"])])))
    note_export(ws, ledger, len(wanted), public=public)
    return Written(out, len(wanted))


def write_refused(plan: Plan, out: Path) -> Written:
    """Writes the rows of a plan that would not be imported, their cells as they stand, each with its reasons and its
    number in the sheet, so that they can be mended and that file imported."""
    own = [place for place, heading in enumerate(plan.headers) if heading in (ID_HEADING, VERSION_HEADING)]
    shown = [place for place, heading in enumerate(plan.headers) if heading and place not in own]
    headings = [REASON_HEADING, LINE_HEADING, *(_with_unit(plan.headers[place], plan.units[place]) for place in shown)]
    specs = [plan.ledger.fields.get(plan.mapping.get(plan.headers[place]) or "") for place in shown]
    title = f"{plan.ledger.title}：没有导入的 {len(plan.bad)} 行（改好后可直接导入这份文件）"
    widths = [48, 10, *(width_of(spec) if spec else 14 for spec in specs)]
    formats = [FORMATS.get(spec.kind.id, TEXT) if spec else NUMBER for spec in specs]
    book = Workbook(write_only=True)
    with saved(book, out):
        sheet = _sheet(book, "未导入", title, headings, [plan.headers[place] for place in own], widths)
        line = _Line(sheet, [TEXT, NUMBER, *formats], len(own))
        for row in plan.bad:
            cells = [row.cells[place] if place < len(row.cells) else "" for place in [*shown, *own]]
            sheet.append(line(checks.reasons(plan.ledger, row.findings), row.number, *cells))
    return Written(out, len(plan.bad))


def _with_unit(heading: str, unit: str) -> str:
    """A heading with its unit, which may have stood above the whole sheet."""
    return heading if unit in heading else f"{heading}（{unit}）"


def write_table(
    out: Path, name: str, title: str, headings: Sequence[str], rows: Sequence[Sequence[str | int]], sums: int = 0
) -> Written:
    """Writes a table of figures: a line a row, its first cell the line's name. The first `sums` rows are bold."""
    book = Workbook(write_only=True)
    with saved(book, out):
        sheet = _sheet(book, name, title, headings, [], [28, *(max(8, len(one) * 2 + 2) for one in headings[1:])])
        sheet.freeze_panes = "B3"
        for place, row in enumerate(rows):
            cells = [WriteOnlyCell(sheet) for _ in row]
            for cell, value in zip(cells, row, strict=True):
                put(cell, value)
                cell.border = BOX
                if place < sums:
                    cell.font = HEADING
            sheet.append(cells)
    return Written(out, len(rows))


# ---------------------------------------------------------------- cells


def width_of(spec: Field) -> int:
    """The width of a field's column, in characters."""
    return max(WIDTHS.get(spec.kind.id, 14), len(spec.label) * 2 + 2)


def _titles(session: Any, fields: Sequence[Field], rows: Mapping[str, Values]) -> dict[str, str]:
    """How the records that some rows link to are called, by id."""
    wanted: dict[str, set[str]] = {}
    for spec in fields:
        if spec.target:
            found = {row[spec.name] for row in rows.values() if row[spec.name] is not None}
            wanted.setdefault(spec.target, set()).update(found)
    titles: dict[str, str] = {}
    for target, found in wanted.items():
        titles |= record_titles(session, LEDGERS[target], sorted(found))
    return titles


class _Line:
    """The cells of one line, used again for each: a write-only sheet has written them when `append` returns."""

    def __init__(self, sheet: Any, formats: Sequence[str], hidden: int) -> None:
        self._cells = [WriteOnlyCell(sheet) for _ in range(len(formats) + hidden)]
        for cell, number_format in zip(self._cells, [*formats, *[TEXT] * hidden], strict=True):
            cell.number_format = number_format
        for cell in self._cells[: len(formats)]:
            cell.border = BOX

    def __call__(self, *values: Any) -> list[Any]:
        for cell, value in zip(self._cells, values, strict=True):
            put(cell, value)
        return self._cells


def put(cell: Any, value: Any) -> None:
    """Puts a value into a cell; a text stays text, whatever it begins with."""
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value) or None
        if value.startswith(("=", "+", "-", "@")):
            cell.data_type, cell.quotePrefix = "s", True
        elif cell.quotePrefix:
            cell.quotePrefix = False
    else:
        cell.value = (
            value if value is None or isinstance(value, int | float | Decimal) or _is_time(value) else cell_text(value)
        )


def _is_time(value: Any) -> bool:
    return hasattr(value, "isoformat") or hasattr(value, "total_seconds")


# ---------------------------------------------------------------- sheets


def _sheet(
    book: Workbook, name: str, title: str, headings: Sequence[str], hidden: Sequence[str], widths: Sequence[int]
) -> Any:
    """A write-only sheet with its title and header rows."""
    sheet: Any = book.create_sheet(sheet_name(name))
    set_up(sheet, widths, freeze="C3")
    for place in range(len(headings) + 1, len(headings) + len(hidden) + 1):
        sheet.column_dimensions[get_column_letter(place)].hidden = True
    head = WriteOnlyCell(sheet, value=title)
    head.font = TITLE
    sheet.append([head])
    sheet.append([_heading(sheet, text) for text in (*headings, *hidden)])
    return sheet


def _heading(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet)
    put(cell, text)
    cell.font, cell.fill, cell.border, cell.alignment = HEADING, HEADING_FILL, BOX, MIDDLE
    return cell


def set_up(sheet: Any, widths: Sequence[int], *, freeze: str) -> None:
    """Widths, frozen panes, and print: A4 across, as wide as one page, the title and header on each."""
    for place, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = freeze
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.print_title_rows = "1:2"
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"


def sheet_name(title: str) -> str:
    """A title as Excel lets a sheet be named."""
    return "".join("、" if letter in "[]:*?/\\" else letter for letter in title)[:31]


@contextmanager
def saved(book: Workbook, out: Path) -> Iterator[None]:
    """Within, the sheets are filled; after, the workbook stands at `out`, in one step.

    Raises `Refusal` when the place cannot be written. Whatever is raised, what stood there before stays, and no copy of
    the records is left in a temporary file.
    """
    if out.suffix.lower() != ".xlsx":
        raise Refusal(f"表格要存成 .xlsx 文件。请把“{out.name}”改成以 .xlsx 结尾的文件名", "wrong-name")
    temporary = out.with_name(f".{out.name}.tmp")
    done = False
    try:
        with telling(out, "Excel 或 WPS"):
            with temporary.open("wb") as stream:
                try:
                    yield
                    book.save(stream)
                    done = True
                finally:
                    if not done:
                        _let_go(book)
            temporary.replace(out)
    finally:
        _sweep(temporary)


def _let_go(book: Workbook) -> None:
    """Closes the sheets of a write-only workbook that will not be saved, and removes what they have on disk."""
    for sheet in book.worksheets if book.write_only else ():
        unfinished: Any = sheet
        if not unfinished.closed:
            unfinished.close()
        with suppress(OSError, ValueError):  # it is gone already
            unfinished._writer.cleanup()


def _sweep(temporary: Path) -> None:
    try:
        temporary.unlink(missing_ok=True)
    except OSError:
        return  # the stick is gone, and the file with it


__all__ = ["Written", "export", "write_refused", "write_table"]
