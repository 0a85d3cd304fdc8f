"""The declaration of a document: what it asks for, what it holds, how it is laid out. From the one layout come the Word
template, the sheet in Excel and the page on paper."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from string import Formatter

from sqlalchemy.orm import Session

from app.ledgers.ledger import Ledger
from app.offices import EVERYWHERE
from app.responsibility.month import OfficeLine
from app.workspace import OfficeCard

Cell = str | int | Decimal | date | None
"""What stands in a cell: text, a number, an amount in yuan, a day."""

UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""Characters that XML 1.0 (2.2) does not allow: neither Word nor Excel keeps them."""

Row = Mapping[str, Cell]
"""One line of a table by the names of its columns."""


class Need(StrEnum):
    """What a document must be told before it can be drawn."""

    YEAR = "year"
    MONTH = "month"
    OFFICE = "office"
    RECORD = "record"


class Style(StrEnum):
    """How a paragraph looks. RED to ANNEX are those of an official paper (GB/T 9704): 发文机关标志, 发文字号, 署名和
    成文日期, and an annex, which begins a page."""

    TITLE = "title"
    UNDER = "under"
    BODY = "body"
    FLUSH = "flush"
    RIGHT = "right"
    HEADING = "heading"
    SUBHEADING = "subheading"
    CUT = "cut"
    RED = "red"
    NUMBER = "number"
    SIGNED = "signed"
    ANNEX = "annex"


@dataclass(frozen=True)
class Page:
    """A sheet of A4. Margins in millimetres: top, right, bottom, left.

    Attributes:
        size: of the text, in points; `pitch` is the distance of its lines (in tables, where the page is no
            official one), None for what the face gives.
        padding: between a cell's edge and its text, in units of 1/96 inch.
        numbered: with page numbers as GB/T 9704 wants them.
    """

    across: bool = False
    margins: tuple[int, int, int, int] = (20, 18, 18, 18)
    size: float = 10.5
    pitch: float | None = None
    padding: int = 3
    numbered: bool = False

    @property
    def width(self) -> int:
        """Of the text, in millimetres."""
        return (297 if self.across else 210) - self.margins[1] - self.margins[3]


UPRIGHT, ACROSS = Page(), Page(across=True)
WIDE = Page(across=True, margins=(18, 14, 16, 14), size=9.5)
"""For tables of many columns."""
LETTER = Page(margins=(14, 22, 12, 22), size=13)
OFFICIAL = Page(margins=(37, 26, 35, 28), size=16, pitch=28.95, numbered=True)
"""GB/T 9704-2012: 天头 37 mm, 订口 28 mm, 版心 156 × 225 mm, 22 lines of 28 characters of 三号仿宋."""


CHARACTERS = 28
"""In a line of an official paper (GB/T 9704 5.2.3)."""


@dataclass(frozen=True)
class Column:
    """One column of a table; `width` in millimetres, shared out over the width of the page."""

    name: str
    label: str
    width: int
    right: bool = False
    money: bool = False
    sensitive: bool = False


@dataclass(frozen=True)
class Text:
    """A paragraph. `{name}` stands for a value."""

    text: str
    style: Style = Style.BODY


@dataclass(frozen=True)
class Grid:
    """A form: lines of (label, text) pairs. In a line with fewer pairs than the others the last takes what is left;
    `tall` are labels whose text is long, given in lines; every other is `low` lines high at least."""

    lines: tuple[tuple[tuple[str, str], ...], ...]
    tall: Mapping[str, int] = field(default_factory=dict)
    low: int = 2

    @property
    def pairs(self) -> int:
        """How many pairs the fullest line has."""
        return max(len(line) for line in self.lines)


@dataclass(frozen=True)
class Table:
    """The rows called `rows`, one below another under the columns' labels. On paper a cell of the column `spans` goes
    on over the empty ones below it, and what it stands beside is not torn apart where a page has room for it."""

    rows: str
    columns: tuple[Column, ...]
    spans: str = ""


@dataclass(frozen=True)
class Body:
    """Paragraphs that the store holds: the rows called `rows`, each with a `text` and a `style`."""

    rows: str


@dataclass(frozen=True)
class Picture:
    """The square picture called `name`, `size` millimetres wide, at the left, and what stands at its right."""

    name: str
    size: int
    beside: tuple[Text, ...]

    @property
    def room(self) -> int:
        """Millimetres that it takes with the gap to what stands beside it."""
        return self.size + 4


Block = Text | Grid | Table | Body | Picture


@dataclass(frozen=True)
class Case:
    """What a document is drawn for.

    Attributes:
        own: the office that works here.
        office: the office that it is narrowed to, None for all.
        year, month, record: what was asked for.
    """

    session: Session
    own: OfficeCard
    user: str
    today: date
    office: OfficeLine | None
    year: int
    month: str
    record: str

    @property
    def whose(self) -> str:
        """The name that stands over the document."""
        return self.office.name if self.office is not None else self.own.name


@dataclass(frozen=True)
class Content:
    """What a document says: values by placeholder, rows and pictures (PNG) by name."""

    values: Mapping[str, str]
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    pictures: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many lines its tables have."""
        return sum(map(len, self.rows.values()))


@dataclass(frozen=True)
class Document:
    """One document.

    Attributes:
        name: what scripts call it, and its template.
        about: what it is for, in a line.
        read: (case) → what it says. Raises `Refusal` where there is nothing to draw it from.
        ledger: whose records it holds, or whose record it is drawn for; None for the book of packages.
        sensitive: the values that a public version leaves out; of rows, the columns say so themselves.
        records: where a record is needed: (case) → the records there are, by id, to choose from.
        latest: where no month is asked for: (session) → the last month that there is, None for this one.
        levels: the levels of the offices that draw it.
    """

    name: str
    title: str
    about: str
    layout: tuple[Block, ...]
    read: Callable[[Case], Content]
    ledger: Ledger | None
    needs: tuple[Need, ...] = ()
    page: Page = UPRIGHT
    sensitive: frozenset[str] = frozenset()
    records: Callable[[Case], Sequence[tuple[str, str]]] | None = None
    latest: Callable[[Session], str | None] | None = None
    levels: frozenset[str] = EVERYWHERE

    @property
    def source(self) -> str:
        """What the ledger is called from which it is drawn."""
        return self.ledger.title if self.ledger is not None else "数据交换"

    @property
    def tables(self) -> Iterator[Table]:
        """Its tables."""
        return (block for block in self.layout if isinstance(block, Table))

    @property
    def hidden(self) -> frozenset[str]:
        """The names of the columns that a public version leaves out."""
        return frozenset(column.name for table in self.tables for column in table.columns if column.sensitive)

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The values that its layout names."""
        texts = [block.text for block in self.layout if isinstance(block, Text)]
        texts += [one.text for block in self.layout if isinstance(block, Picture) for one in block.beside]
        grids = [block for block in self.layout if isinstance(block, Grid)]
        texts += [text for grid in grids for line in grid.lines for _, text in line]
        return tuple(dict.fromkeys(name for text in texts for _, name, _, _ in Formatter().parse(text) if name))


def public(document: Document, content: Content) -> tuple[Document, Content]:
    """Both without what is sensitive: its columns are gone, its values are empty."""
    layout = tuple(
        replace(block, columns=tuple(one for one in block.columns if not one.sensitive))
        if isinstance(block, Table)
        else block
        for block in document.layout
    )
    values = {name: "" if name in document.sensitive else text for name, text in content.values.items()}
    rows = {
        name: [{key: cell for key, cell in row.items() if key not in document.hidden} for row in found]
        for name, found in content.rows.items()
    }
    return replace(document, layout=layout), replace(content, values=values, rows=rows)


def shown(cell: Cell, *, money: bool = False) -> str:
    """A cell as a person reads it."""
    match cell:
        case None:
            return ""
        case Decimal() if money:
            return f"{cell:,.2f}"
        case Decimal():
            return f"{cell.normalize():f}"
        case date():
            return cell.isoformat()
        case _:
            return UNPRINTABLE.sub("", str(cell))


def filled(text: str, values: Mapping[str, str]) -> str:
    """A paragraph with its values."""
    return text.format_map(values)


def written_day(day: date | None) -> str:
    """A day as papers write it, blanks to write it by hand where there is none: 2026年11月3日."""
    return f"{day.year}年{day.month}月{day.day}日" if day else "　　　　年　　月　　日"


def balanced(title: str, most: int) -> str:
    """A title broken into lines about as long as one another, none longer than `most` characters and no number broken
    (GB/T 9704 7.3.1)."""
    count = -(-wide(title) // (2 * most))
    lines, rest = [], title
    for left in range(count, 1, -1):
        goal, at = wide(rest) / left, 0
        while at < len(rest) and wide(rest[: at + 1]) <= goal:
            at += 1
        while 0 < at < len(rest) and rest[at - 1].isascii() and rest[at].isascii():
            at -= 1
        lines.append(rest[:at])
        rest = rest[at:]
    return "\n".join([*lines, rest])


def wide(text: str) -> int:
    """How wide a text is: a Chinese character is as wide as two digits."""
    return sum(2 if ord(letter) > 0x2E7F or letter in "“”‘’—…" else 1 for letter in text)


LEVELS = (
    (re.compile(r"^[一二三四五六七八九十]+、"), Style.HEADING),
    (re.compile(r"^（[一二三四五六七八九十]+）"), Style.SUBHEADING),
)
"""GB/T 9704 7.3.3: 一、in 黑体, （一）in 楷体, all else in 仿宋."""


def paragraphs(text: str) -> list[Row]:
    """A text of an official paper by paragraph, each with its style: whom it is sent to stands flush at the left."""
    found: list[Row] = []
    for line in filter(None, (one.strip() for one in text.splitlines())):
        style = next((style for pattern, style in LEVELS if pattern.match(line)), Style.BODY)
        if not found and line.endswith("："):
            style = Style.FLUSH
        found.append({"text": line, "style": str(style)})
    return found
