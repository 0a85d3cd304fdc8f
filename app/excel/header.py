"""Finds the header of a sheet under its titles and tells which column is which field.

A column that could be two fields is no field: a wrong guess writes wrong records, a missing one is seen in the preview,
where the person names it.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz

from app.excel.reading import Cell, Sheet, letters
from app.ledgers.catalogue import LEDGERS
from app.ledgers.ledger import Ledger
from db.errors import Refusal
from db.parsing import cell_text

SEARCHED = 40
"""How many rows from the top a header is looked for in."""

ID_HEADING, VERSION_HEADING = "记录编号（勿改）", "记录版本（勿改）"
"""The hidden columns of a sheet that the program exported."""

NUMBERING = ("序号", "编号", "序列", "行号")
"""Headings of a column that only counts the rows."""

EXAMPLE = "示例"
"""A row whose first filled cell begins with this is an example, not a record."""

REASON_HEADING, LINE_HEADING = "未导入的原因", "原表行号"
"""The columns that the sheet of refused rows has beside the original ones."""


@dataclass(frozen=True)
class Header:
    """Where a sheet's header stands and what its columns are.

    Attributes:
        first, last: its rows, from 0; a header of two rows has two.
        headings: the text of each column, made unique; empty where nothing is written.
        fields: for each column the field's name, None where it is none.
        units: for each column the unit in which the sheet writes it, empty where that is the field's own.
        id_column, version_column: the hidden columns of an exported sheet.
    """

    first: int
    last: int
    headings: tuple[str, ...]
    fields: tuple[str | None, ...]
    units: tuple[str, ...]
    id_column: int | None = None
    version_column: int | None = None

    @property
    def mapping(self) -> dict[str, str | None]:
        """Heading → field, for every column that has a heading; the hidden columns are left out."""
        own = (self.id_column, self.version_column)
        pairs = enumerate(zip(self.headings, self.fields, strict=True))
        return {heading: field for place, (heading, field) in pairs if heading and place not in own}

    @property
    def columns(self) -> dict[str, int]:
        """Field → its column from 0."""
        return {field: place for place, field in enumerate(self.fields) if field}

    def missing(self, ledger: Ledger) -> list[str]:
        """Labels of required fields that no column gives and no default fills."""
        return [
            spec.label
            for name, spec in ledger.fields.items()
            if spec.required and name not in self.fields and ledger.defaults.get(name) is None
        ]

    def unknown(self, ledger: Ledger) -> list[str]:
        """Headings that are no field, except those that a person would not expect to be one."""
        shown = {plain(one.label) for one in ledger.derived} | {plain(one) for one in NUMBERING}
        shown |= {plain(REASON_HEADING), plain(LINE_HEADING)}
        return [heading for heading, field in self.mapping.items() if field is None and plain(heading) not in shown]


def find(
    sheet: Sheet, ledger: Ledger, *, overrides: Mapping[str, str | None] | None = None, row: int | None = None
) -> Header | None:
    """The header of a sheet, None when there is none.

    `overrides` is what the person said: heading → field, None for no field. `row` (from 1) is where she said that the
    header is. Raises `Refusal` for an override that names no column or no field, or a row that does not exist.
    """
    rows = _spread(sheet, max(SEARCHED, row or 0) + 1)
    chosen = {plain(key): _field_of(ledger, value) for key, value in (overrides or {}).items()}
    if row is not None:
        if not 1 <= row <= len(sheet.rows):
            raise Refusal(f"工作表“{sheet.name}”没有第 {row} 行。请核对表头在第几行", "no-header")
        candidates: Sequence[int] = (row - 1,)
    else:
        candidates = range(min(len(sheet.rows), SEARCHED))
    best: Header | None = None
    best_score = 0.0 if row is None else -1.0
    for place in candidates:
        for last in (place, place + 1):
            if last >= len(rows):
                continue
            found, score = _read(rows, place, last, ledger, chosen)
            if score > best_score:
                best, best_score = found, score
    if best is None or (row is None and not _plausible(best, ledger, chosen)):
        return None
    _refuse_unknown(best, overrides or {}, chosen)
    return best


def _plausible(header: Header, ledger: Ledger, chosen: Mapping[str, str | None]) -> bool:
    found = [name for name in header.fields if name]
    return len(found) >= min(2, len(ledger.fields) - 1) or any(value in found for value in chosen.values())


def _refuse_unknown(header: Header, overrides: Mapping[str, str | None], chosen: Mapping[str, str | None]) -> None:
    present = {plain(heading) for heading in header.headings if heading}
    for heading in overrides:
        if plain(heading) not in present:
            known = "、".join(one for one in header.headings if one)
            raise Refusal(f"表里没有“{heading}”这一列。有这些列：{known}", "no-such-column")
    named = [value for value in chosen.values() if value is not None]
    for value in named:
        if named.count(value) > 1:
            raise Refusal(f"有两列都指定为“{value}”。一个栏目只能取自一列，请去掉一个", "no-such-column")


def _field_of(ledger: Ledger, name: str | None) -> str | None:
    """The field that a person meant by its name, its label, or a link without `_id`."""
    if not name:
        return None
    if name in ledger.fields:
        return name
    if f"{name}_id" in ledger.fields:
        return f"{name}_id"
    for field, spec in ledger.fields.items():
        if spec.label == name:
            return field
    raise Refusal(f"“{ledger.title}”没有叫 {name} 的栏目", "no-such-field")


# ---------------------------------------------------------------- the header's cells


def _spread(sheet: Sheet, upto: int) -> list[list[str]]:
    """The texts of the rows that may be a header, a merged cell's text in each of its columns and rows.

    A title that is merged over most of the width stays one cell.
    """
    rows = [[cell_text(cell).strip() for cell in row] for row in sheet.rows[:upto]]
    width = max((len(row) for row in rows), default=0)
    for row in rows:
        row.extend([""] * (width - len(row)))
    for top, left, bottom, right in sheet.merged:
        if top >= len(rows) or left >= width or right - left + 1 > max(2, width // 2):
            continue
        text = rows[top][left]
        for line in rows[top : min(bottom, top + 1) + 1]:
            line[left : right + 1] = [text] * (min(right, width - 1) - left + 1)
    return rows


def _read(
    rows: Sequence[Sequence[str]], first: int, last: int, ledger: Ledger, chosen: Mapping[str, str | None]
) -> tuple[Header, float]:
    """What these rows are as a header, and how well they do as one: exact headings count more than similar ones."""
    texts = [_joined(rows[first][column], rows[last][column]) for column in range(len(rows[first]))]
    fields: list[str | None] = [None] * len(texts)
    scores: list[float] = [0.0] * len(texts)
    taken = {value for value in chosen.values() if value}
    own: dict[str, int] = {}
    for column, parts in enumerate(texts):
        for part in parts:
            if part in (ID_HEADING, VERSION_HEADING):
                own[part] = column
            if plain(part) in chosen:
                fields[column], scores[column] = chosen[plain(part)], 1.5 if chosen[plain(part)] else 0.5
    decided = {column for column, score in enumerate(scores) if score} | set(own.values())
    for strength, candidates in enumerate(_guesses(ledger, texts, decided)):
        # a field that two columns claim equally goes to the first, as in a sheet pasted together from two
        for column, name in candidates:
            if fields[column] is None and column not in decided and name not in taken:
                fields[column], scores[column] = name, 1.0 - strength * 0.1
                taken.add(name)
    headings = _unique([parts[0] if parts else "" for parts in texts])
    units = _units(ledger, headings, fields, rows[:first])
    filled = sum(1 for parts in texts if parts) or 1
    score = sum(scores) + len(own) + 0.2 * sum(1 for one in scores if one) / filled - 0.05 * (last - first)
    return Header(first, last, headings, tuple(fields), units, own.get(ID_HEADING), own.get(VERSION_HEADING)), score


def _joined(upper: str, lower: str) -> tuple[str, ...]:
    """The texts by which a column may be known: of a header of two rows both together, the lower, the upper."""
    if not lower or upper == lower or not upper:
        text = lower or upper
        return (text,) if text else ()
    return (f"{upper}·{lower}", lower, f"{upper}{lower}")


def _unique(texts: Sequence[str]) -> tuple[str, ...]:
    seen: set[str] = set()
    unique = []
    for column, text in enumerate(" ".join(one.split()) for one in texts):
        name = text if text not in seen else f"{text}（{letters(column)}列）"
        if text:
            seen.add(name)
        unique.append(name)
    return tuple(unique)


_SCALES = {"元": re.compile("亿元|万元|千元"), "㎡": re.compile("公顷|亩")}
"""Units that a sheet may count in where the field counts in another."""

_UNIT_OF_SHEET = re.compile(r"单位:?(亿元|万元|千元)")


def _units(
    ledger: Ledger, headings: Sequence[str], fields: Sequence[str | None], above: Sequence[Sequence[str]]
) -> tuple[str, ...]:
    """The unit of each column whose heading names another one than the field's: 计划投资（万元）. For money, 单位：万元
    above the header stands for every heading that names none."""
    plains = ("".join(unicodedata.normalize("NFKC", text).split()) for row in above for text in row)
    whole = next((found[1] for text in plains if (found := _UNIT_OF_SHEET.search(text))), "")
    units = []
    for heading, name in zip(headings, fields, strict=True):
        own = ledger.fields[name].unit if name else ""
        found = _SCALES[own].search(heading) if own in _SCALES else None
        elsewhere = whole if own == "元" and "元" not in heading else ""
        units.append(found[0] if found else elsewhere)
    return tuple(units)


# ---------------------------------------------------------------- names of fields


def _guesses(ledger: Ledger, texts: Sequence[Sequence[str]], decided: set[int]) -> "list[list[tuple[int, str]]]":
    """(column, field) pairs by strength: labels, aliases, labels and aliases loosely, similar ones."""
    by_label, by_alias, by_loose = _name_tables(ledger.id)
    found: list[list[tuple[int, str]]] = [[], [], [], []]
    for column, parts in enumerate(texts):
        if column in decided:
            continue
        for part in parts:
            key, loose = plain(part), loosened(part)
            if key in by_label:
                found[0].append((column, by_label[key]))
            elif key in by_alias:
                found[1].append((column, by_alias[key]))
            elif loose in by_loose:
                found[2].append((column, by_loose[loose]))
            elif (name := similar(ledger, loose)) is not None:
                found[3].append((column, name))
            else:
                continue
            break
    return found


@cache
def _name_tables(ledger_id: str) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """A ledger's fields by label, by alias (a script may head a column with the field's name), and by label or alias
    loosened where that names one field alone."""
    ledger = LEDGERS[ledger_id]
    label = {plain(spec.label): name for name, spec in ledger.fields.items()}
    alias = {plain(one): name for name in ledger.fields for one in (name.removesuffix("_id"), name)}
    alias |= {plain(one): name for name, spec in ledger.fields.items() for one in spec.aliases}
    loose: dict[str, set[str]] = {}
    for name, spec in ledger.fields.items():
        for one in (spec.label, *spec.aliases):
            loose.setdefault(loosened(one), set()).add(name)
    return label, alias, {key: next(iter(names)) for key, names in loose.items() if len(names) == 1}


_BRACKETS = re.compile(r"[(\[【<].*?[)\]】>]")
_MARKS = re.compile(r"[\s*:、,，.。;；·•_\-—/]+")


def plain(text: str) -> str:
    """A heading without blanks, line ends, stars and punctuation, in ordinary width."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", text)).casefold()


_UNIT = re.compile("(?<=..)(单位)?(亿元|万元|千元|元|平方米|平米|m2)$")
"""The unit at the end of a heading, as in 计划投资 单位：万元."""


@cache
def loosened(text: str) -> str:
    """A heading as its kin would be written: no bracket, no unit, 时间 as 日期, 号码 as 号, 是否为 as 是否."""
    kept = _UNIT.sub("", plain(_BRACKETS.sub("", unicodedata.normalize("NFKC", text))))
    for one, other in (
        ("时间", "日期"),
        ("年月日", "日期"),
        ("年月", "日期"),
        ("号码", "号"),
        ("是否为", "是否"),
        ("是否是", "是否"),
        ("填写", ""),
        ("必填", ""),
    ):
        kept = kept.replace(one, other)
    return kept


_TELLING = frozenset("原新前曾拟非未无不第一二三四父母子女妻夫配偶老旧副正上下起止")
"""Characters whose presence makes another thing of a heading: 原上级党组织 is not 上级党组织."""


@cache
def _similar(ledger_id: str, loose: str) -> str | None:
    by_loose = _name_tables(ledger_id)[2]
    if not 4 <= len(loose) <= 20 or any(letter.isdecimal() for letter in loose):
        return None
    best: dict[str, float] = {}
    for known, name in by_loose.items():
        if len(known) >= 4 and not (set(known) ^ set(loose)) & _TELLING:
            best[name] = max(best.get(name, 0.0), fuzz.ratio(loose, known))
    ranked = sorted(best.items(), key=lambda item: -item[1])
    if not ranked or ranked[0][1] < 85 or (len(ranked) > 1 and ranked[0][1] - ranked[1][1] < 10):
        return None
    return ranked[0][0]


def similar(ledger: Ledger, loose: str) -> str | None:
    """The one field whose name is nearly this heading, None when there is none or more than one."""
    return _similar(ledger.id, loose)


# ---------------------------------------------------------------- rows that are no records


_TOTAL = re.compile(r"(本页|本表|本支部|全镇|全乡|全村|总)?(合计|总计|小计|共计|累计|总数)(人数|数)?[::]?.*")
_FIGURE = re.compile(r"[-¥]?[\d,.]+[%％万亿元人名个户件次项条]*")
_SIGNATURE = re.compile(
    r"(填表|填报|制表|审核|审批|复核|核对|经办|负责|联系|录入|统计|分管|主要)(人|单位|领导|负责人|日期|时间)(签字|签名|签章|\(.*\))?[::]?.*"
    r"|.{0,8}[(]?(盖章|公章|签字|签名|签章)[)]?[::]?.*"
    r"|(填表|填写)?说明[::]?.*|(备)?注\d*[::].*|注意事项.*|填表要求.*|以下空白.*"
)


def adds_up(cells: Sequence[Cell]) -> bool:
    """Whether a row is a total whose first words say so and which has only figures beside them: 合计, 5, 3, 2."""
    if not any(isinstance(cell, str) and ("计" in cell or "总数" in cell) for cell in cells):  # nearly every row
        return False
    texts = filter(None, (cell_text(cell).strip() for cell in cells))
    words = next((one for one in texts if not _FIGURE.fullmatch(one)), "")
    if not _TOTAL.fullmatch("".join(unicodedata.normalize("NFKC", words).split())):
        return False
    return all(_FIGURE.fullmatch(unicodedata.normalize("NFKC", one)) for one in texts)


def ends_the_table(first: str) -> bool:
    """Whether the first text of a row is that of a total, signature or note, as below a table (合计, 填表人, 注：)."""
    text = "".join(unicodedata.normalize("NFKC", first).split())
    return bool(_TOTAL.fullmatch(text) or _SIGNATURE.fullmatch(text))


def numbers_the_columns(row: Sequence[Cell]) -> bool:
    """Whether a row only numbers the columns: 1 2 3 …, or A B C …, as official forms have it under the header."""
    texts = [one for cell in row if (one := cell_text(cell).strip().strip("()（）"))]
    if len(texts) < 3:
        return False
    if all(one.isdecimal() for one in texts):
        return [int(one) for one in texts] == list(range(int(texts[0]), int(texts[0]) + len(texts)))
    lettered = texts == [letters(place) for place in range(len(texts))]
    return lettered or (texts[0] in "甲乙" and texts[1] in "乙丙1")
