"""The search key of a record: what a person may type to find it, in one line of text."""

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from db.models.record import Record

LONGEST = 2000
"""Bytes of a search key at most: with what stands beside it, an entry of a server's index may have 2,704."""

SURNAMES = {
    "单": "shan", "仇": "qiu", "解": "xie", "区": "ou", "查": "zha", "曾": "zeng", "任": "ren", "朴": "piao",
    "盖": "ge", "尉": "yu", "乐": "yue", "冼": "xian", "翟": "zhai", "缪": "miao", "折": "she", "员": "yun",
    "宓": "fu", "黑": "he", "秘": "bi", "召": "shao", "种": "chong", "繁": "po", "覃": "qin", "华": "hua",
}  # fmt: skip
"""Characters that are read differently as a surname."""


class _Readings(dict[str, str]):
    """Each character's reading, looked up when it is first met."""

    def __missing__(self, character: str) -> str:
        # only who writes needs readings, so the dictionary is loaded late; that of phrases would double the time
        os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
        from pypinyin import lazy_pinyin

        reading: str = lazy_pinyin(character)[0].lower()
        self[character] = reading
        return reading


class _Initials(dict[str, str]):
    """Each character's initial."""

    def __missing__(self, character: str) -> str:
        self[character] = _READINGS[character][:1]
        return self[character]


_READINGS = _Readings()
_INITIALS = _Initials()


def pinyin(text: str, *, person: bool = False) -> tuple[str, str]:
    """(full reading, initials) of a text: 王小明 → (`wangxiaoming`, `wxm`). Other characters stand for themselves."""
    if person and text[:1] in SURNAMES:
        surname, (rest, initials) = SURNAMES[text[0]], pinyin(text[1:])
        return surname + rest, surname[0] + initials
    return "".join(map(_READINGS.__getitem__, text)), "".join(map(_INITIALS.__getitem__, text))


@cache
def _searched(model: "type[Record]") -> tuple[tuple[str, bool, bool], ...]:
    """(field, whether it has a reading, whether it is a person's name) of each searched field."""
    from db.models.record import fields_of

    found = [(name, spec.kind.id) for name, spec in fields_of(model).items() if spec.search and spec.kind.id != "link"]
    return tuple((name, kind in ("text", "name"), kind == "name") for name, kind in found)


def search_key(model: "type[Record]", values: Mapping[str, Any]) -> str:
    """The line that a search looks in, in lower case: `reading|initials|text` of each searched field.

    It begins with the reading of the first searched field, so that it also sorts people by pinyin.
    """
    return search_keys(model, {name: (value,) for name, value in values.items()})[0]


def search_keys(model: "type[Record]", columns: Mapping[str, Sequence[Any]]) -> list[str]:
    """The search keys of many records, given column by column."""
    parts: list[Iterable[str | None]] = []
    for name, read, person in _searched(model):
        if name in columns:
            texts = [None if value is None else str(value) for value in columns[name]]
            parts.append([text and _with_reading(text, person) for text in texts] if read else texts)
    if not parts:
        return [""] * len(next(iter(columns.values())))
    return [_bounded("|".join([part for part in row if part is not None]).lower()) for row in zip(*parts, strict=True)]


def _bounded(key: str) -> str:
    return key if len(key) < LONGEST // 4 else key.encode()[:LONGEST].decode(errors="ignore")


def _with_reading(text: str, person: bool) -> str:
    if text.isascii():
        return text
    reading, initials = pinyin(text, person=person)
    return f"{reading}|{initials}|{text}"
