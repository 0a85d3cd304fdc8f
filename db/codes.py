"""The code tables: a short code is stored, its name is shown, and code, name or common alias is understood."""

import csv
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files


@dataclass(frozen=True)
class Code:
    """One entry of a table. The aliases are what people write for it in forms and workbooks; `short` is what stands in
    the narrow column of a table, where there is something shorter that nobody mistakes."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    short: str = ""


@dataclass(frozen=True)
class CodeTable:
    """One table, in the order in which it is offered."""

    id: str
    title: str
    items: tuple[Code, ...]

    def name(self, code: str) -> str:
        """The name of a code; a code that is not in the table shows itself."""
        return self._names.get(code, code)

    def short(self, code: str) -> str:
        """The short name of a code, its name where it has none."""
        return self._shorts.get(code) or self.name(code)

    def has(self, code: str) -> bool:
        """Whether the table has this code."""
        return code in self._names

    def find(self, text: str) -> str | None:
        """The code that a person meant by a code, a name or an alias, or None.

        Full-width characters, blanks, capitals, a 族 too many and the zero that Excel drops from 01 do not matter.
        """
        key = _key(text)
        for candidate in (key, key.removesuffix("族"), key.zfill(self._width)):
            if found := self._index.get(candidate):
                return found
        return None

    def choices(self) -> tuple[tuple[str, str], ...]:
        """Pairs of code and name, in order."""
        return tuple(self._names.items())

    @cached_property
    def _names(self) -> dict[str, str]:
        return {item.code: item.name for item in self.items}

    @cached_property
    def _shorts(self) -> dict[str, str]:
        return {item.code: item.short for item in self.items}

    @cached_property
    def _index(self) -> dict[str, str]:
        """A code goes before a name, a name before an alias, should two entries share a text."""
        index = {_key(alias): item.code for item in self.items for alias in item.aliases}
        index |= {_key(item.name): item.code for item in self.items}
        return index | {_key(item.code): item.code for item in self.items}

    @cached_property
    def _width(self) -> int:
        """The width of the codes where all are numbers of one width, else 0."""
        widths = {len(code) if code.isdecimal() else 0 for code in self._names}
        return widths.pop() if len(widths) == 1 else 0


def _key(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _rows(*path: str) -> Iterable[dict[str, str]]:
    text = files("seeds").joinpath(*path).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())


@cache
def _titles() -> dict[str, str]:
    return {row["id"]: row["title"] for row in _rows("code_tables.csv")}


@cache
def table(id: str) -> CodeTable:
    """The table of this id; KeyError naming it if there is none."""
    if id not in _titles():
        raise KeyError(f"no code table {id!r} in seeds/code_tables.csv")
    items = tuple(
        Code(row["code"], row["name"], tuple(filter(None, row["aliases"].split("|"))), row.get("short") or "")
        for row in _rows("codes", f"{id}.csv")
    )
    return CodeTable(id, _titles()[id], items)
