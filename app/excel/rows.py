"""Reads the rows under a header as values: which rows are records, and what stands in their cells.

An identity number that a sheet keeps as a number has lost its last digits and is refused, never repaired; so is a
formula in a column that tells records apart, since its stored result may be old.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.excel.header import EXAMPLE, Header, adds_up, ends_the_table, numbers_the_columns, plain
from app.excel.reading import Cell, Sheet
from app.findings import Finding, error, warning
from app.ledgers.ledger import Ledger
from db.fields import Field
from db.parsing import FIRST_YEAR, LAST_YEAR, Unreadable, cell_text, clean_text
from db.parsing import day as parse_day


@dataclass(slots=True)
class SheetRow:
    """One record of a sheet as read.

    Attributes:
        number: its row as the person sees it.
        values: field → value, for the cells that hold something; the text of a link until it is resolved.
        months: fields with a day of which only the month was written.
        record_id, version: what a sheet of our own says the row is.
    """

    number: int
    cells: Sequence[Cell]
    values: dict[str, Any]
    findings: list[Finding]
    months: set[str] = field(default_factory=set)
    record_id: str | None = None
    version: str | None = None


def key_fields(ledger: Ledger) -> set[str]:
    """The fields that tell one record from another."""
    return {ledger.resolve(name) for names in ledger.keys for name in names.split()}


def read(sheet: Sheet, header: Header, ledger: Ledger) -> Iterator[SheetRow]:
    """The records of a sheet, top to bottom."""
    columns = [(place, name) for name, place in header.columns.items()]
    telling = key_fields(ledger)
    telling |= {name for name, spec in ledger.fields.items() if spec.kind.id in ("resident_id", "credit_code")}
    readers = [
        (place, name, _reader(ledger.fields[name], header.units[place]), name in telling) for place, name in columns
    ]
    marked = {place[0] for place in sheet.formulas | sheet.errors | sheet.percents}
    for number, cells in _records(sheet, header, ledger):
        values: dict[str, Any] = {}
        findings: list[Finding] = []
        row = SheetRow(number, cells, values, findings)
        width = len(cells)
        strange = number - 1 in marked
        for place, name, reader, tells in readers:
            if place >= width:
                continue
            cell = cells[place]
            if strange and (sentence := _strange(sheet, number - 1, place, cell, tells)):
                findings.append(error(name, "formula", sentence))
                continue
            if strange and (number - 1, place) in sheet.percents:
                cell = _percent(cell)
            if cell == "":
                continue
            value, sentence, rule = reader(cell)
            if rule == "unreadable":
                findings.append(error(name, rule, sentence))
            elif value is not None:
                values[name] = value
                if rule:
                    row.months.add(name)
                    findings.append(warning(name, rule, sentence))
        if header.id_column is not None and header.id_column < width:
            row.record_id = cell_text(cells[header.id_column]).strip() or None
        if header.version_column is not None and header.version_column < width:
            row.version = cell_text(cells[header.version_column]).strip() or None
        yield row


def _strange(sheet: Sheet, row: int, column: int, cell: Cell, tells: bool) -> str | None:
    if (row, column) in sheet.errors:
        return "这一格是 Excel 的错误值（如 #N/A）。请改成真正的内容后再导入"
    if (row, column) in sheet.formulas:
        if tells:
            return "这一格是公式，读到的可能是旧结果。请复制这一列，用“选择性粘贴—数值”贴回后再导入"
        if cell == "":
            return "这一格的公式还没有算出结果。请用 Excel 或 WPS 打开、保存一次后再导入"
    return None


def _percent(cell: Cell) -> Cell:
    """A number as its cell shows it: 0.925 in a cell of percentages is 92.5%."""
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return cell
    return f"{(Decimal(f'{cell:.15g}') * 100).normalize():f}%"


# ---------------------------------------------------------------- which rows are records


def _records(sheet: Sheet, header: Header, ledger: Ledger) -> Iterator[tuple[int, Sequence[Cell]]]:
    """(number, cells) of the rows that are records: no blank row, no header again, no total, no signature, no example.

    Below a total or signature only a row that fills the columns which a record needs is one.
    """
    mapped = sorted(header.columns.values())
    needed = {
        place for name, place in header.columns.items() if ledger.fields[name].required or name in key_fields(ledger)
    }
    merged = _filled_down(sheet, header, set(mapped))
    known = {place: plain(heading) for place, heading in enumerate(header.headings) if heading}
    ended = False
    for index in range(header.last + 1, len(sheet.rows)):
        cells = sheet.rows[index]
        if not any(place < len(cells) and _filled(cells[place]) for place in mapped):
            ended = ended or _ends(cells)
            continue
        if index <= header.last + 2 and numbers_the_columns(cells):
            continue
        first, where = next((cell, place) for place, cell in enumerate(cells) if _filled(cell))
        if isinstance(first, str):
            if first.strip().lstrip("（(").startswith(EXAMPLE) or _repeats(cells, known):
                continue
            if ends_the_table(first) and not _holds(cells, needed - {where}):
                ended = True
                continue
        if adds_up(cells):
            ended = True
            continue
        if ended and not _holds(cells, needed):
            continue
        if index in merged:
            cells = list(cells)
            for place, value in merged[index].items():
                cells.extend([""] * (place + 1 - len(cells)))
                cells[place] = value
        yield index + 1, cells


def _filled(cell: Cell) -> bool:
    return cell != "" and (not isinstance(cell, str) or not cell.isspace())


def _ends(cells: Sequence[Cell]) -> bool:
    first = next((cell for cell in cells if _filled(cell)), "")
    return isinstance(first, str) and ends_the_table(first)


def _holds(cells: Sequence[Cell], needed: set[int]) -> bool:
    """Whether at least half of the needed columns are filled."""
    filled = sum(1 for place in needed if place < len(cells) and _filled(cells[place]))
    return filled > 0 and filled * 2 >= len(needed)


def _repeats(cells: Sequence[Cell], known: dict[int, str]) -> bool:
    """Whether a row is the header once more, as on every page of a printed list."""
    filled = [(place, plain(cell)) for place, cell in enumerate(cells) if isinstance(cell, str) and _filled(cell)]
    same = sum(1 for place, text in filled if text and known.get(place, "").endswith(text))
    return same >= 2 and same * 2 > len(filled)


def _filled_down(sheet: Sheet, header: Header, mapped: set[int]) -> dict[int, dict[int, Cell]]:
    """row → column → value, for the cells of the body that a vertical merge covers."""
    found: dict[int, dict[int, Cell]] = {}
    for top, left, bottom, _ in sheet.merged:
        if top > header.last and left in mapped:
            value = sheet.rows[top][left] if top < len(sheet.rows) and left < len(sheet.rows[top]) else ""
            for index in range(top + 1, min(bottom, len(sheet.rows) - 1) + 1):
                found.setdefault(index, {})[left] = value
    return found


# ---------------------------------------------------------------- what stands in a cell

Reading = tuple[Any, str, str]
"""(value, sentence, rule): rule is empty, `unreadable`, or `month-only` for a day of which only the month stands."""


def _reader(spec: Field, unit: str) -> Callable[[Cell], Reading]:
    """A reader of one column's cells, written in this unit, that reads an equal cell once."""
    known: dict[Any, Reading] = {}
    lost = spec.kind.id == "day"

    def read_cell(cell: Cell) -> Reading:
        key = cell if cell.__class__ is str else (cell.__class__, cell)
        found = known.get(key)
        if found is None:
            found = known[key] = _judged(spec, cell, unit, lost)
        return found

    return read_cell


_FIGURE = re.compile(r"-?[\d,]+(\.\d+)?")


def _in_unit(spec: Field, cell: Cell, unit: str) -> Cell:
    """A bare figure with the unit of its column: 12.5 under 计划投资（万元） is 12.5万元. Raises `Unreadable` where the
    field does not know the unit (亩 where it counts ㎡)."""
    text = unicodedata.normalize("NFKC", cell_text(cell)).strip()
    if not _FIGURE.fullmatch(text):
        return cell
    if spec.kind.id != "money":
        raise Unreadable(f"这一列写的是{unit}，“{spec.label}”以{spec.unit}计，请换算好，并改掉表头里的单位")
    return f"{text}{unit}"


def _judged(spec: Field, cell: Cell, unit: str, may_lack_day: bool) -> Reading:
    try:
        value = value_of(spec, _in_unit(spec, cell, unit) if unit else cell)
    except Unreadable as problem:
        return None, str(problem), "unreadable"
    if may_lack_day and value is not None and not isinstance(cell, date) and _month_only(cell_text(cell), value):
        return value, f"“{spec.label}”只写到月，先按 {value} 登记，查清后请补上日", "month-only"
    return value, "", ""


_DIGITS = re.compile(r"\d+")


def _month_only(text: str, value: date) -> bool:
    if value.day != 1:
        return False
    text = clean_text(text)
    groups = _DIGITS.findall(text)
    return not (len(groups) >= 3 or (groups and len(groups[0]) == 8) or text.endswith(("日", "号")))


def value_of(spec: Field, cell: Cell) -> Any:
    """The value of a cell, None for nothing. Raises `Unreadable` with a sentence."""
    if isinstance(cell, str):
        value = spec.parse(cell)
    elif isinstance(cell, bool):
        value = cell if spec.kind.id == "flag" else spec.parse(cell_text(cell))
    elif isinstance(cell, int | float):
        value = spec.parse(_number(spec, cell))
    elif isinstance(cell, date):  # a datetime is one
        value = _from_date(spec, cell)
    else:
        value = spec.parse(cell_text(cell))
    if isinstance(value, Decimal) and value.as_tuple().exponent < -4:  # type: ignore[operator]
        value = value.quantize(Decimal("0.0001"))
    return value


def _number(spec: Field, cell: int | float) -> str:
    """The text of a cell that holds a number, in a column of this kind."""
    kind = spec.kind.id
    if kind in ("resident_id", "credit_code"):
        raise Unreadable(
            f"“{spec.label}”存成了数字，末几位可能已经丢失。请把这一列设为“文本”格式，对照证件重新填写，不能直接转换"
        )
    if kind in ("text", "name", "note", "link") and abs(cell) >= 10**15:
        raise Unreadable(f"“{spec.label}”存成了数字，15 位以后已经丢失。请把这一列设为“文本”格式，重新填写")
    text = cell_text(cell)
    if spec.unit == "%" and 0 < cell < 1:
        raise Unreadable(f"“{text}”分不清是 {text}% 还是 {_percent(cell)}。请写成百分数，如 {_percent(cell)}")
    if kind in ("day", "month") and re.fullmatch(r"\d{4}\.\d", text):
        raise Unreadable(f"“{text}”存成了数字，分不清是 {text[5]} 月还是 {text[5]}0 月。请写成 {text[:4]}年{text[5]}月")
    return text


def _from_date(spec: Field, cell: date) -> Any:
    day = cell.date() if isinstance(cell, datetime) else cell
    match spec.kind.id:
        case "day":
            return day if FIRST_YEAR <= day.year <= LAST_YEAR else parse_day(day.isoformat())
        case "month":
            return f"{day.year}-{day.month:02}"
        case "year":
            return spec.parse(str(day.year))
        case _:
            return spec.parse(cell_text(cell))
