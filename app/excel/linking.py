"""Which record a cell names, when people write it in full, in short, by its code, or with a slip of the pen."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from rapidfuzz import process
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ledgers.catalogue import LEDGERS
from app.ledgers.ledger import Ledger
from app.listing import record_titles
from db.fields import Field
from db.models.record import table_of
from db.parsing import Unreadable

NAMING = ("name", "code", "resident_id")
"""Fields by which people name a record in a cell, where it has them."""


class Names:
    """The live records of one ledger by everything that a cell may call them; read from the store in one go.

    Attributes:
        titles: how each record is called, by id.
    """

    def __init__(self, session: Session, target: Ledger) -> None:
        self.ledger = target
        self.titles: dict[str, str] = {}
        self._exact: dict[str, set[str]] = {}
        self._loose: dict[str, set[tuple[str, str, str]]] = {}
        table = table_of(target.model)
        naming = [name for name in NAMING if name in target.fields]
        columns = [table.c.id, *(table.c[name] for name in naming)]
        rows = session.connection().execute(select(*columns).where(table.c.deleted_at.is_(None))).all()
        titles = {} if "name" in naming else record_titles(session, target, [row[0] for row in rows])
        for record_id, *texts in rows:
            self.add(record_id, [titles[record_id]] if titles else texts)
        self._years = _years(session, target)

    def add(self, record_id: str, texts: Iterable[str | None]) -> None:
        """One more record with the texts that name it, the first of them its title."""
        named = [text for text in texts if text]
        self.titles.setdefault(record_id, named[0] if named else "")
        for text in named:
            self._exact.setdefault(_key(text), set()).add(record_id)
        if named:
            core, level, place = _parts(_key(named[0]))
            self._loose.setdefault(core, set()).add((record_id, level, place))

    def find(self, text: str, spec: Field, stored: str | None = None, year: int | None = None) -> str:
        """The id of the one record that the text names: an id, a name, a code, or a name in another full form
        (中共青石镇石桥村支部委员会 for 石桥村党支部). Of several with one name it is the one that is `stored` so far,
        the one of the year that stands before the name (2026年分类定级), or of the `year` that the row is about.
        Raises `Unreadable` naming the nearest where there is not one."""
        if text in self.titles:
            return text
        if stored is not None and self.titles.get(stored) == text:
            return stored
        found = self._exact.get(_key(text)) or self._loosely(_key(text))
        if not found and self._years and (dated := _DATED.match(text)):
            year, found = int(dated[1]), self._exact.get(_key(text[dated.end() :]), set())
        if len(found) > 1 and year is not None:
            found = {one for one in found if self._years.get(one) == year} or found
        if len(found) == 1:
            return next(iter(found))
        one, label = self.ledger.one, spec.label
        if found:
            by = (
                "代码"
                if "code" in self.ledger.fields
                else "身份证号"
                if "resident_id" in self.ledger.fields
                else "全称"
            )
            if self._years and year is None:
                raise Unreadable(
                    f"“{label}”有不止一个叫“{text}”的{one}，请在前面写上年度，如 {max(self._years.values())}年{text}"
                )
            raise Unreadable(f"“{label}”有不止一个叫“{text}”的{one}，请改写{by}以便区分")
        near = [self.titles[choice] for _, _, choice in process.extract(text, self.titles, limit=3, score_cutoff=50)]
        hint = f"，最接近的是：{'、'.join(dict.fromkeys(near))}" if near else ""
        raise Unreadable(
            f"“{label}”里的“{text}”在“{self.ledger.title}”中找不到{hint}。请核对名称，或先登记这条{one}记录"
        )

    def _loosely(self, key: str) -> set[str]:
        core, level, place = _parts(key)
        return {
            record_id
            for record_id, other_level, other_place in self._loose.get(core, ())
            if (level == other_level or not level) and (place.endswith(other_place) or other_place.endswith(place))
        }


_DATED = re.compile(r"(\d{4})\s*年?度?\s*·?\s*")


def _years(session: Session, target: Ledger) -> dict[str, int]:
    """The year of each live record of a ledger that is kept by the year, or stands on one that is: a duty on its
    task's. Empty for any other."""
    table = table_of(target.model)
    if "year" in target.fields:
        wanted = select(table.c.id, table.c.year)
    else:
        links = [one for one in target.fields.values() if one.target and one.required]
        above = next((one for one in links if "year" in LEDGERS[one.target or ""].fields), None)
        if above is None:
            return {}
        other = table_of(LEDGERS[above.target or ""].model)
        wanted = select(table.c.id, other.c.year).join(other, other.c.id == table.c[above.name])
    rows = session.connection().execute(wanted.where(table.c.deleted_at.is_(None)))
    return {one: year for one, year in rows if year is not None}


def _year_of(values: Mapping[str, Any]) -> int | None:
    """The year that a row says it is about, by its year or its month."""
    year, month = values.get("year"), values.get("month")
    if isinstance(year, int):
        return year
    return int(month[:4]) if isinstance(month, str) else None


def _key(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


_PARTY = re.compile(r"^(中国共产党|中共)")
_PLACE = re.compile(
    r"^([^省]{2,7}省)?([^市]{2,6}市)?([^县区旗]{2,7}(?:县|(?<!社)区|旗))?([^镇乡]{1,6}(?:镇|乡|街道)(?!村|社区))?"
)
_LEVELS = (
    ("总支", re.compile(r"(党?总支部?)(委员会)?$")),
    ("支部", re.compile(r"(党?支部)(委员会)?$")),
    ("党委", re.compile(r"(党委|党?委员会)$")),
)
_VILLAGE = re.compile(r"(村民委员会|村委会)$|(居民委员会|居委会)$")


@lru_cache(maxsize=20_000)
def _parts(key: str) -> tuple[str, str, str]:
    """(what tells it from others, its level, the place before it) of an organisation's or village's name."""
    rest, level = _PARTY.sub("", key), ""
    rest = _VILLAGE.sub(lambda found: "村" if found[1] else "", rest)
    for name, ending in _LEVELS:
        if level == "" and (found := ending.search(rest)) and found.start() > 0:
            rest, level = rest[: found.start()], name
    place = found[0] if (found := _PLACE.match(rest)) else ""
    return (rest[len(place) :], level, place) if len(place) < len(rest) else (rest, level, "")


def resolve(
    values: dict[str, Any], fields: Mapping[str, Field], names: Mapping[str, Names], stored: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """Puts ids in the place of the texts of a row's links; gives the (field, sentence) of those that name no record,
    and takes them out of the row. `stored` holds the links of the record that the row says it is."""
    wrong = []
    for field, known in names.items():
        text = values.get(field)
        if text is not None:
            try:
                values[field] = known.find(text, fields[field], stored.get(field), _year_of(values))
            except Unreadable as error:
                del values[field]
                wrong.append((field, str(error)))
    return wrong


__all__ = ["NAMING", "Names", "resolve"]
