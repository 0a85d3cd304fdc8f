"""The vocabulary in which a record is declared: each kind of field parses, shows and masks itself."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, ForeignKey, Integer, String, Text, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import MappedColumn, mapped_column
from sqlalchemy.types import TypeEngine

from db import codes, parsing


class Authority(StrEnum):
    """Who alone may write a field or a ledger."""

    COUNTY = "county"
    PROGRAM = "program"


class Scaled(TypeDecorator[Decimal]):
    """An exact decimal with four places, kept as a whole number so that SQLite sorts and adds it exactly."""

    impl = BigInteger
    cache_ok = True
    PLACES = Decimal(10_000)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int((Decimal(value) * self.PLACES).to_integral_value())

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / self.PLACES


@dataclass(frozen=True)
class Kind:
    """One kind of field. `python` is the value's type in a record and on the wire."""

    id: str
    python: type
    parse: Callable[["Field", str], Any]
    show: Callable[["Field", Any], str]


@dataclass(frozen=True)
class Field:
    """The declaration of one field; `name` is filled in from the attribute when the record class is made."""

    kind: Kind
    label: str
    required: bool = False
    search: bool = False
    sensitive: bool = False
    authority: Authority | None = None
    aliases: tuple[str, ...] = ()
    table: str | None = None
    target: str | None = None
    length: int | None = None
    unit: str = ""
    hint: str = ""
    mask: Callable[[str], str] | None = None
    narrows: bool = False
    """Whether pages open with the records that have one value of it: the indexes of lists hold it too."""
    name: str = ""

    def named(self, name: str) -> "Field":
        return replace(self, name=name)

    def parse(self, text: str | None) -> Any:
        """The value of what a person wrote, None for nothing. Raises `parsing.Unreadable` with a sentence.

        A link's text is returned as it is: only the store knows which record it names.
        """
        cleaned = parsing.clean_text(text or "")
        if not cleaned or (self.kind.id != "note" and cleaned in BLANKS):
            return None
        value = self.kind.parse(self, text or "")
        if self.length and isinstance(value, str) and len(value) > self.length:
            raise parsing.Unreadable(f"“{self.label}”最多写 {self.length} 个字，现在有 {len(value)} 个")
        return value

    def objection(self, value: Any) -> str | None:
        """Why nobody could have written a value, None where one could: what a package brings was parsed by nobody."""
        if value is None or JUDGED[self.kind.id](value):
            return None
        try:
            self.parse(str(value))
        except parsing.Unreadable as problem:
            return str(problem)
        return None

    def show(self, value: Any, *, masked: bool = False) -> str:
        """The text that a person reads; a link shows its id, which the caller replaces by the record's name."""
        if value is None:
            return ""
        text = self.kind.show(self, value)
        return self.mask(text) if masked and self.sensitive and self.mask and text else text

    def wire(self, value: Any) -> Any:
        """The value as the command line and scripts print it: JSON types, dates in ISO, money in yuan as text."""
        if value is None or (isinstance(value, (bool, int)) and self.kind.id != "money"):
            return value
        if self.kind.id == "money":
            return yuan(value)
        if isinstance(value, Decimal):
            return _decimal_text(value)
        return value.isoformat() if isinstance(value, date) else str(value)


JUDGED: dict[str, Callable[[Any], bool]] = {
    "day": lambda value: parsing.FIRST_YEAR <= value.year <= parsing.LAST_YEAR,
    "year": lambda value: parsing.FIRST_YEAR <= value <= parsing.LAST_YEAR,
    "whole": lambda value: value >= 0,
    "phone": lambda value: parsing.MOBILE.fullmatch(value) is not None,
    "month": lambda value: re.fullmatch(r"(19|20)\d\d-(0[1-9]|1[0-2])", value) is not None,
    "resident_id": lambda value: False,
    "credit_code": lambda value: False,
}
"""Kinds of which a record can hold a value that nobody could have written: whether one is good at a glance."""

BLANKS = frozenset({"-", "--", "—", "——", "/", "无", "空"})


def yuan(fen: int) -> str:
    """12345 fen as `123.45`."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _code(spec: Field, text: str) -> str:
    table = codes.table(spec.table or "")
    found = table.find(text)
    if found is None:
        names = "、".join(item.name for item in table.items[:6])
        more = " 等" if len(table.items) > 6 else ""
        raise parsing.Unreadable(f"“{spec.label}”没有“{parsing.clean_text(text)}”这一项，可填：{names}{more}")
    return found


def _codes(spec: Field, text: str) -> str:
    """Several names or codes with 、 , or ; between. A name may have a 、 of its own: 服务差、群众意见大."""
    parts = [part for part in re.split("[、,;，；]", parsing.clean_text(text)) if part.strip()]
    table, found = codes.table(spec.table or ""), dict[str, None]()
    while parts:
        runs = (("、".join(parts[:many]), many) for many in range(len(parts), 1, -1))
        run, many = next((one for one in runs if table.find(one[0])), (parts[0], 1))
        found[_code(spec, run)] = None
        parts = parts[many:]
    return ",".join(found)


def _whole(spec: Field, text: str) -> int:
    value = parsing.whole(_without_unit(spec, text))
    if value < 0:
        raise parsing.Unreadable(f"“{spec.label}”不能是负数，请核对")
    if value >= 2**31:  # what a column of this kind holds in every store
        raise parsing.Unreadable(f"“{spec.label}”太大了，请核对是不是多写了几位")
    return value


def _decimal(spec: Field, text: str) -> Decimal:
    return parsing.decimal_(_without_unit(spec, text))


def _flag(spec: Field, text: str) -> bool:
    """Yes or no, or what the field is about: 达标 and 未达标 under 是否达标."""
    said = parsing.clean_text(text)
    for asked in (spec.label, *spec.aliases):
        about = asked.removeprefix("是否").removeprefix("为").removeprefix("已")
        if said in (about, f"已{about}"):
            return True
        if said in (f"未{about}", f"不{about}", f"非{about}", f"没有{about}"):
            return False
    return parsing.flag(text)


SPELLINGS = {"㎡": ("㎡", "平方米", "平米", "m²", "m2", "M2")}
"""Other ways in which people write a unit."""


def _without_unit(spec: Field, text: str) -> str:
    """5000人 as 5000 where the field counts people; another unit stays, and is refused."""
    text = text.strip()
    for unit in SPELLINGS.get(spec.unit, (spec.unit,)):
        if unit and text.endswith(unit):
            return text.removesuffix(unit)
    return text


def _decimal_text(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _plain(_: Field, value: Any) -> str:
    return str(value)


KINDS = {
    kind.id: kind
    for kind in (
        Kind("text", str, lambda _, s: parsing.clean_text(s), _plain),
        Kind("name", str, lambda _, s: parsing.clean_name(s), _plain),
        Kind("note", str, lambda _, s: s.replace("\0", "").strip(), _plain),
        Kind("code", str, _code, lambda f, v: codes.table(f.table or "").name(v)),
        Kind("codes", str, _codes, lambda f, v: "、".join(codes.table(f.table or "").name(c) for c in v.split(","))),
        Kind("day", date, lambda _, s: parsing.day(s), lambda _, v: v.isoformat()),
        Kind("month", str, lambda _, s: parsing.month(s), _plain),
        Kind("year", int, lambda _, s: parsing.year(s), _plain),
        Kind("whole", int, _whole, _plain),
        Kind("decimal", Decimal, _decimal, lambda _, v: _decimal_text(v)),
        Kind("money", int, lambda _, s: parsing.money(s), lambda _, v: f"{Decimal(v) / 100:,.2f}"),
        Kind("flag", bool, _flag, lambda _, v: "是" if v else "否"),
        Kind("resident_id", str, lambda _, s: parsing.resident_id(s), _plain),
        Kind("credit_code", str, lambda _, s: parsing.credit_code(s), _plain),
        Kind("phone", str, lambda _, s: parsing.phone(s), _plain),
        Kind("link", str, lambda _, s: parsing.clean_text(s), _plain),
    )
}


def _column(kind: str, label: str, sql: TypeEngine[Any], *extra: Any, **options: Any) -> MappedColumn[Any]:
    aliases = tuple(options.pop("aliases", ()))
    spec = Field(KINDS[kind], label, aliases=aliases, **options)
    # the journal needs the value before, whether or not it had been loaded when the new one was set
    return mapped_column(sql, *extra, nullable=not spec.required, info={"field": spec}, active_history=True)


def text(label: str, length: int = 200, **options: Any) -> MappedColumn[Any]:
    """A line of text of at most `length` characters."""
    return _column("text", label, String(length), length=length, **options)


def person_name(label: str = "姓名", **options: Any) -> MappedColumn[Any]:
    """A person's name; blanks that people put inside for alignment are taken out."""
    return _column("name", label, String(50), length=50, **options)


def note(label: str = "备注", **options: Any) -> MappedColumn[Any]:
    """Several lines of text."""
    return _column("note", label, Text(), **options)


def code(label: str, table: str, **options: Any) -> MappedColumn[Any]:
    """One entry of a code table, kept as its code."""
    return _column("code", label, String(20), table=table, **options)


def several(label: str, table: str, **options: Any) -> MappedColumn[Any]:
    """Several entries of a code table, kept as codes with commas between."""
    return _column("codes", label, String(200), table=table, **options)


def day(label: str, **options: Any) -> MappedColumn[Any]:
    """A calendar day."""
    return _column("day", label, Date(), **options)


def month(label: str, **options: Any) -> MappedColumn[Any]:
    """A month as `2026-11`."""
    return _column("month", label, String(7), **options)


def year(label: str, **options: Any) -> MappedColumn[Any]:
    """A calendar year."""
    return _column("year", label, Integer(), **options)


def whole(label: str, **options: Any) -> MappedColumn[Any]:
    """A whole number, zero or more."""
    return _column("whole", label, Integer(), **options)


def decimal(label: str, **options: Any) -> MappedColumn[Any]:
    """An exact decimal with up to four places."""
    return _column("decimal", label, Scaled(), **options)


def money(label: str, **options: Any) -> MappedColumn[Any]:
    """An amount in fen, shown and typed in yuan."""
    return _column("money", label, BigInteger(), unit="元", **options)


def flag(label: str, **options: Any) -> MappedColumn[Any]:
    """Yes or no; nothing is a third answer."""
    return _column("flag", label, Boolean(create_constraint=False), **options)


ID_HEADINGS = (
    *("身份证号", "身份证号码", "公民身份证号", "公民身份证号码", "居民身份证号", "居民身份证号码"),
    *("身份证", "身份证件号", "身份证件号码", "证件号码"),
)
PHONE_HEADINGS = ("手机", "手机号码", "本人手机号", "移动电话", "联系电话", "联系方式", "电话")
"""How workbooks head the columns of people's identity numbers and telephones."""


def resident_id(label: str = "公民身份号码", **options: Any) -> MappedColumn[Any]:
    """An 18-digit resident identity number with a valid check digit (GB 11643)."""
    options = {"sensitive": True, "mask": parsing.mask_resident_id, **options}
    options["aliases"] = [*options.get("aliases", ()), *ID_HEADINGS]
    return _column("resident_id", label, String(18), **options)


def credit_code(label: str = "统一社会信用代码", **options: Any) -> MappedColumn[Any]:
    """A unified social credit code (GB 32100)."""
    return _column("credit_code", label, String(18), **options)


def phone(label: str = "手机号", **options: Any) -> MappedColumn[Any]:
    """A mobile or fixed-line number, digits only."""
    options = {"sensitive": True, "mask": parsing.mask_phone, **options}
    return _column("phone", label, String(20), **options)


def address(label: str = "家庭住址", **options: Any) -> MappedColumn[Any]:
    """Where a person lives."""
    return text(label, 200, sensitive=True, mask=parsing.mask_address, **options)


def account(label: str = "银行账号", **options: Any) -> MappedColumn[Any]:
    """A number under which a bank pays a person, as it stands on the card or the book."""
    return text(label, 30, sensitive=True, mask=parsing.mask_account, **options)


def link(label: str, target: str, **options: Any) -> MappedColumn[Any]:
    """Another record, by its id. Checked when the transaction commits: parents and children may come in any order."""
    key = ForeignKey(f"{target}.id", deferrable=True, initially="DEFERRED")
    return _column("link", label, String(36), key, target=target, **options)
