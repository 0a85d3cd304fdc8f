"""Opens a workbook and gives one sheet's cells as they are stored, without judging what they mean.

.xlsx, .xls and .ods are read by calamine, which keeps a cell's type; .csv and .txt hold text only. What calamine does
not tell, where formulas and error values stand, is taken from the sheet's XML; an .xls or .ods does not say it at all.
"""

import csv
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from xml.etree import ElementTree

import python_calamine as calamine

from db.errors import Refusal

Cell = str | int | float | bool | date | datetime | time | timedelta
"""A cell's value; the empty text for an empty cell."""

Place = tuple[int, int]
"""(row, column) of a cell, both from 0."""

MAX_FILE = 100 * 2**20
"""Bytes of a file that is read at all; a roster of 10,000 people has about one megabyte."""

MAX_UNPACKED = 600 * 2**20
"""Bytes that a compressed workbook may unpack to."""

MAX_CELLS = 20_000_000
"""Cells from A1 to the last one that is filled; calamine keeps room for all of them."""

TEXT_FORMATS = (".csv", ".txt", ".tsv")


@dataclass(frozen=True)
class Sheet:
    """One sheet.

    Attributes:
        name: its name; `names` are those of all sheets that can be seen.
        rows: the cells from A1 on; the rows of a text file may differ in length.
        merged: merged ranges as (first row, first column, last row, last column), from 0.
        formulas: where a formula stands; `errors` where Excel shows an error value (#N/A), `percents` where it shows a
            number times a hundred (0.925 as 92.5%).
    """

    name: str
    names: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    formulas: frozenset[Place] = frozenset()
    errors: frozenset[Place] = frozenset()
    percents: frozenset[Place] = frozenset()


class Book:
    """An open workbook. Raises `Refusal` for anything that is none, or that cannot be read."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._data = _bytes_of(file)
        self._text: list[list[str]] | None = None
        self._zip: zipfile.ZipFile | None = None
        if file.suffix.lower() in TEXT_FORMATS:
            self._text = _text_rows(file.name, self._data)
            self.names: tuple[str, ...] = (file.stem,)
            return
        self._zip = _zip_of(file.name, self._data)
        self._book = _workbook(file.name, self._data)
        seen = calamine.SheetVisibleEnum.Visible
        sheets = [one for one in self._book.sheets_metadata if one.typ == calamine.SheetTypeEnum.WorkSheet]
        self.names = tuple(one.name for one in sheets if one.visible == seen) or tuple(one.name for one in sheets)
        if not self.names:
            raise Refusal(f"“{file.name}”里没有工作表。请核对是不是选错了文件", "empty-workbook")

    def sheet(self, name: str) -> Sheet:
        """The sheet of this name. Raises `Refusal` naming the sheets there are."""
        if self._text is not None:
            if name not in self.names:
                raise _no_such_sheet(name, self.names)
            return Sheet(name, self.names, self._text)
        if name not in self._book.sheet_names:
            raise _no_such_sheet(name, self.names)
        marks = self._marks(name)
        try:
            found = self._book.get_sheet_by_name(name)
            rows = _cells(found)
        except calamine.CalamineError as error:
            if "error value" in str(error):
                raise Refusal(
                    f"工作表“{name}”里有一格是少见的错误值（如 #GETTING_DATA）。请改成真正的内容，另存后再导入",
                    "not-a-workbook",
                ) from error
            raise _damaged(self.file.name) from error
        merged = tuple((top, left, bottom, right) for (top, left), (bottom, right) in found.merged_cell_ranges or ())
        return Sheet(name, self.names, rows, merged, *marks)

    def _marks(self, name: str) -> tuple[frozenset[Place], frozenset[Place], frozenset[Place]]:
        """Where formulas, error values and percentages stand in a sheet of an .xlsx; nothing for another format.

        Raises `Refusal` for a sheet that reaches too far: one stray cell in its last corner would need more memory
        than a computer has.
        """
        part = _part_of(self._zip, name) if self._zip is not None else None
        if self._zip is None or part is None:
            return frozenset(), frozenset(), frozenset()
        formulas: set[Place] = set()
        errors: set[Place] = set()
        percents: set[Place] = set()
        styled = _percent_cells(self._zip)
        last_row = last_column = 0
        try:
            for piece in _pieces(self._zip, part):
                for column, digits in _FAR.findall(piece):
                    last_row = max(last_row, int(digits) if len(digits) > 5 else 0)
                    last_column = max(last_column, _column(column) + 1)
                if b"<f" in piece or b":f" in piece:
                    formulas.update(_places(_FORMULA, piece))
                if b'"e"' in piece:
                    errors.update(_places(_ERROR, piece))
                if styled is not None:
                    percents.update(_places(styled, piece))
        except (zipfile.BadZipFile, OSError, EOFError) as error:
            raise _damaged(self.file.name) from error
        if (last_row or last_column) and (last_row or 100_000) * max(last_column, 100) > MAX_CELLS:
            where = f"第 {last_row} 行" if last_row else f"{letters(last_column - 1)} 列"
            raise Refusal(
                f"工作表“{name}”一直铺到{where}，多半是远处有多余的内容。请删掉数据以外的行和列，另存后再试",
                "too-large",
            )
        return frozenset(formulas), frozenset(errors), frozenset(percents)


def _bytes_of(file: Path) -> bytes:
    if file.name.startswith("~$"):
        raise Refusal(
            f"“{file.name}”是 Excel 打开文件时留下的临时文件。请选原来的文件“{file.name[2:]}”", "not-a-workbook"
        )
    try:
        size = file.stat().st_size
        if size > MAX_FILE:
            raise Refusal(
                f"“{file.name}”有 {size // 2**20} MB，超过 {MAX_FILE // 2**20} MB，不像一份名册。"
                "请删掉图片和多余的工作表，或分成几份再导入",
                "too-large",
            )
        data = file.read_bytes()
    except FileNotFoundError:
        raise Refusal(f"找不到文件“{file}”。请核对文件名和位置", "not-found") from None
    except IsADirectoryError:
        raise Refusal(f"“{file.name}”是文件夹。请选里面的一份表格", "not-a-workbook") from None
    except PermissionError as error:
        raise Refusal(
            f"打不开“{file.name}”，它可能正在 Excel 或 WPS 里打开着。请先在那里关闭它，再试一次", "open-elsewhere"
        ) from error
    except OSError as error:
        raise Refusal(f"读“{file.name}”时出错。请检查 U 盘或磁盘，再试一次", "disk-error") from error
    if not data:
        raise Refusal(f"“{file.name}”是空文件。请核对是不是选错了文件", "empty-workbook")
    return data


# ---------------------------------------------------------------- workbooks


_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def _workbook(name: str, data: bytes) -> calamine.CalamineWorkbook:
    if data.startswith(_OLE) and _ENCRYPTED in data:
        raise _protected(name)
    try:
        return calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except calamine.PasswordError as error:
        raise _protected(name) from error
    except calamine.CalamineError as error:
        head = data[:2000].lstrip().lower()
        if head.startswith((b"<html", b"<!doctype", b"<table", b"<meta", b"\xef\xbb\xbf<html")):
            raise Refusal(
                f"“{name}”其实是网页，只是名字像表格。请用 Excel 或 WPS 打开它，另存为 .xlsx 后再导入", "not-a-workbook"
            ) from error
        if data.startswith((b"PK\x03\x04", _OLE)):
            raise _damaged(name) from error
        raise _not_a_workbook(name) from error


def _cells(sheet: calamine.CalamineSheet) -> Sequence[Sequence[Cell]]:
    """The cells from A1 on. Raises `Refusal` for a number in a cell of dates that is below any day: calamine panics on
    it, and the panic is no `Exception`, nor can its class be imported."""
    try:
        return sheet.to_python(skip_empty_area=False)
    except BaseException as panic:
        if type(panic).__name__ != "PanicException":
            raise
        raise Refusal(
            f"工作表“{sheet.name}”里有一格设成了日期，里面的数却不是日期。请把那一列设为“文本”格式，改好后再导入",
            "not-a-workbook",
        ) from None


def _zip_of(name: str, data: bytes) -> zipfile.ZipFile | None:
    """The archive behind an .xlsx or .ods, None for an .xls. Raises `Refusal` when it unpacks to too much."""
    if not data.startswith(b"PK"):
        return None
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise _damaged(name) from error
    if sum(one.file_size for one in archive.infolist()) > MAX_UNPACKED:
        raise Refusal(
            f"“{name}”解压后超过 {MAX_UNPACKED // 2**20} MB，不像一份名册。请删掉图片和多余的内容，另存后再试",
            "too-large",
        )
    return archive


def _protected(name: str) -> Refusal:
    return Refusal(f"“{name}”设了打开密码。请用 Excel 或 WPS 打开它，去掉密码另存后再导入", "password-protected")


def _damaged(name: str) -> Refusal:
    return Refusal(
        f"“{name}”已损坏，或者不是表格文件。请用 Excel 或 WPS 打开它看看，能打开就另存为 .xlsx 后再导入",
        "not-a-workbook",
    )


def _not_a_workbook(name: str) -> Refusal:
    return Refusal(f"“{name}”不是表格文件。请选 .xlsx、.xls、.ods 或 .csv 文件", "not-a-workbook")


def _no_such_sheet(name: str, names: Sequence[str]) -> Refusal:
    return Refusal(f"没有叫“{name}”的工作表。这份文件里有：{'、'.join(names)}", "no-such-sheet")


# ---------------------------------------------------------------- the XML of a sheet


_FORMULA = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d+)"[^>]*>\s*<(?:\w+:)?f[\s/>]')
_ERROR = re.compile(rb'<(?:\w+:)?c\b(?=[^>]*\bt="e")[^>]*?\br="([A-Z]{1,3})(\d+)"')
_FAR = re.compile(rb' r="([A-Z]{3}|[A-Z]{1,2}(?=\d{6,7}"))(\d+)"[^>]*[^/>]>')
"""A cell with content that lies beyond column ZZ or row 99,999."""

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The archive's member that holds a sheet, None when this is no .xlsx of the usual kind."""
    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, ElementTree.ParseError, zipfile.BadZipFile, OSError):
        return None
    targets = {one.get("Id"): one.get("Target", "") for one in relations}
    for one in book.iter(f"{_MAIN}sheet"):
        if one.get("name") == sheet and (target := targets.get(one.get(_RELATION))):
            part = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
            return part if part in archive.namelist() else None
    return None


def _percent_cells(archive: zipfile.ZipFile) -> re.Pattern[bytes] | None:
    """What a cell looks like that shows its number as a percentage, None where the workbook has no such format."""
    try:
        styles = ElementTree.fromstring(archive.read("xl/styles.xml"))
    except (KeyError, ElementTree.ParseError, zipfile.BadZipFile, OSError):
        return None
    formats = {"9", "10"} | {
        one.get("numFmtId", "") for one in styles.iter(f"{_MAIN}numFmt") if "%" in one.get("formatCode", "")
    }
    cells = styles.find(f"{_MAIN}cellXfs")
    found = [place for place, one in enumerate(cells if cells is not None else ()) if one.get("numFmtId") in formats]
    if not found:
        return None
    numbers = "|".join(map(str, found))
    return re.compile(rf'<(?:\w+:)?c\b(?=[^>]*\bs="(?:{numbers})")[^>]*?\br="([A-Z]{{1,3}})(\d+)"'.encode())


def _pieces(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """A member of an archive in pieces of a few megabytes, none of which ends inside a row."""
    kept = b""
    with archive.open(part) as stream:
        while piece := stream.read(4 * 2**20):
            kept += piece
            end = kept.rfind(b"row>") + 4
            if end > 4:
                yield kept[:end]
                kept = kept[end:]
    yield kept


def _places(pattern: re.Pattern[bytes], piece: bytes) -> Iterator[Place]:
    for letters, digits in pattern.findall(piece):
        yield int(digits) - 1, _column(letters)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def letters(column: int) -> str:
    """The name of a column from 0: A, B … Z, AA."""
    name, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


# ---------------------------------------------------------------- text files


def _text_rows(name: str, data: bytes) -> list[list[str]]:
    """The rows of a text file, separated by commas, tabs or semicolons, in UTF-8, UTF-16 or GB 18030."""
    if data.startswith((b"PK\x03\x04", _OLE)):
        raise Refusal(f"“{name}”其实是 Excel 文件。请把文件名的后缀改成 .xlsx 或 .xls 后再导入", "not-a-workbook")
    codings = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for coding in codings:
        try:
            text = data.decode(coding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Refusal(f"看不懂“{name}”的文字编码。请用 Excel 或 WPS 打开它，另存为 .xlsx 后再导入", "not-a-workbook")
    if "\0" in text:
        raise _not_a_workbook(name)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text[:20_000])))
    except csv.Error as error:
        raise _damaged(name) from error
    return [[_KEPT_AS_TEXT.sub(r"\1", cell) if cell.startswith("=") else cell for cell in row] for row in rows]


_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')
"""How programs write a number into a .csv that Excel is not to shorten: ="431599197504030022"."""


def _separator(head: str) -> str:
    """What stands between the cells of a text file: that which cuts the most lines, and most of them alike. A mark that
    is only used inside cells (甲，乙) does not cut the header, and cuts each line into another number of pieces."""

    def cuts(mark: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(io.StringIO(head, newline=""), delimiter=mark) if len(row) > 1]
        return len(widths), max(map(widths.count, widths), default=0)

    return max(",\t;|，", key=cuts)
