"""Records on the wire: one strict struct for each ledger, made from its fields; rows to lines of JSON and back.

A line is a record whole: `id`, `office_id`, `version`, `stamps`, `deleted_at`, then every field. Dates are ISO, money
is whole fen, decimals are text; `null` clears a column, a column that is not there says nothing.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Union

import msgspec
from msgspec import UNSET, Meta, UnsetType
from sqlalchemy import BigInteger, ColumnElement, Connection, Integer, Select, String, Text, select, type_coerce

from app.sync.version import sound
from db.errors import Refusal
from db.fields import Field, Scaled
from db.journal import Columns, Values
from db.migrations import rows as older
from db.migrations.upgrade import SCHEMA
from db.models.record import OWN_COLUMNS, Record, fields_of, merged_fields, table_of

LINE_LIMIT = 1 << 20
"""No line of a package is longer, in bytes."""

LONGEST = 200_000
"""Characters of a note."""

_ID = Annotated[str, Meta(min_length=36, max_length=36)]
_MOMENT = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$")]
_REPLICA = Annotated[str, Meta(min_length=1, max_length=20)]
_COUNTER = Annotated[int, Meta(ge=1, le=2**53)]
_WHOLE = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
_LARGE = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
MOST_DIGITS = 14
"""Before the point of a decimal; four stand after it."""

_OWN: dict[str, Any] = {
    "id": _ID,
    "office_id": _ID,
    "version": dict[_REPLICA, _COUNTER],
    "stamps": dict[Annotated[str, Meta(max_length=60)], tuple[_REPLICA, _COUNTER]],
    "deleted_at": _MOMENT | None,
}


class InvalidRecord(Refusal):
    """A line that is no record of its ledger; the sentence names table, line and column."""

    def __init__(self, ledger: str, line: int, said: str) -> None:
        super().__init__(
            f"包里 {ledger} 表第 {line} 行的内容不合规矩：{said}。请对方用最新的程序重新导出", "invalid-record"
        )


@cache
def struct_of(model: type[Record], *, whole: bool = False) -> type[msgspec.Struct]:
    """The strict struct of a ledger's records. A whole one speaks of every column, as lines of an equal schema do."""
    fields: list[Any] = list(_OWN.items())
    for name, spec in fields_of(model).items():
        kind = _type(spec, table_of(model).c[name].type)
        fields.append((name, kind) if whole else (name, Union[kind, UnsetType], UNSET))  # noqa: UP007
    return msgspec.defstruct(
        f"{model.__name__}Line", fields, forbid_unknown_fields=True, gc=False, kw_only=True, module=__name__
    )


def _type(spec: Field, column: Any) -> Any:
    """What a value may be: what its column holds in every store, SQLite keeping more than it was told."""
    kind: Any = spec.kind.python
    if spec.target is not None:
        kind = _ID
    elif kind is str:
        kind = Annotated[str, Meta(min_length=int(spec.required), max_length=column.length or LONGEST)]
    elif kind is int:
        kind = _LARGE if isinstance(column, BigInteger) else _WHOLE
    return kind if spec.required else kind | None


# ---------------------------------------------------------------- out


def columns_of(model: type[Record], without: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The columns of a line, in order, but for those that it says nothing about."""
    return (*OWN_COLUMNS, *(name for name in fields_of(model) if name not in without))


def raw_columns(model: type[Record], without: tuple[str, ...] = ()) -> list[ColumnElement[Any]]:
    """The columns of a line as the driver gives them: a whole ledger is sent without making objects of its rows."""
    table = table_of(model)
    return [type_coerce(table.c[name], _raw(table.c[name].type)).label(name) for name in columns_of(model, without)]


def _raw(kind: Any) -> Any:
    if isinstance(kind, Scaled):
        return BigInteger()
    if isinstance(kind, (Integer, BigInteger)):
        return kind
    return Integer() if kind.python_type is bool else String() if kind.python_type is date else Text()


@cache
def _outgoing(model: type[Record], without: tuple[str, ...] = ()) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
    names = columns_of(model, without)
    specs = fields_of(model)
    found: list[tuple[int, Callable[[Any], Any]]] = []
    for place, name in enumerate(names):
        if name in ("version", "stamps"):
            found.append((place, msgspec.Raw))
        elif name in specs and specs[name].kind.python is bool:
            found.append((place, bool))
        elif name in specs and specs[name].kind.python is Decimal:
            found.append((place, lambda whole: _decimal_text(Decimal(whole) / Scaled.PLACES)))
    return tuple(found)


def _decimal_text(value: Decimal) -> str:
    return f"{value.normalize():f}"


def lines(
    connection: Connection, model: type[Record], wanted: Select[Any], without: tuple[str, ...] = ()
) -> Iterator[bytes]:
    """The lines of the rows that a statement over `raw_columns` finds, a few thousand at a time, each with its end."""
    kind, changes, encoder = _line(model, without), _outgoing(model, without), msgspec.json.Encoder()
    result = connection.execute(wanted, execution_options={"yield_per": 2000})
    for part in result.partitions(2000):
        columns: list[Iterable[Any]] = list(zip(*part, strict=True))
        for place, change in changes:
            columns[place] = [None if value is None else change(value) for value in columns[place]]
        yield encoder.encode_lines(list(map(kind, *columns)))


@cache
def _line(model: type[Record], without: tuple[str, ...] = ()) -> type[msgspec.Struct]:
    """A line to write: encoded several times as fast as a dict."""
    return msgspec.defstruct("Line", list(columns_of(model, without)), gc=False)


def select_lines(model: type[Record], without: tuple[str, ...] = ()) -> Select[Any]:
    """A statement over the columns of a line, for `lines`."""
    return select(*raw_columns(model, without)).order_by(table_of(model).c.id)


def line_of(model: type[Record], row: Mapping[str, Any]) -> str:
    """One row of Python values as a line: what is kept of a conflict that was put off."""
    return msgspec.json.encode({name: row[name] for name in columns_of(model) if name in row}).decode()


# ---------------------------------------------------------------- in


def decode_lines(model: type[Record], block: bytes, first: int, schema: int = SCHEMA) -> list[Any]:
    """The rows of a block of whole lines as structs; the first line has the number `first`. Raises `InvalidRecord`.

    Rows of an older schema come out as rows of this one; columns that their sender did not know are not in them.
    """
    if b"\\u0000" in block:
        raise InvalidRecord(model.__tablename__, _find(block, b"\\u0000", first), "有不能使用的字符")
    if older.due(model.__tablename__, schema):
        rows = [_upgraded(model, line, number, schema) for number, line in enumerate(block.split(b"\n"), first) if line]
        _check(model, rows, first)
        return rows
    try:
        found: list[Any] = _decoder(struct_of(model, whole=True)).decode_lines(block)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        try:
            found = _decoder(struct_of(model)).decode_lines(block)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            _explain(model, block, first)
            raise
    _check(model, found, first)
    return found


def whole_columns(model: type[Record], lines: Sequence[msgspec.Struct]) -> Columns | None:
    """Some lines column by column, None where one of them does not speak of every column."""
    if set(map(type, lines)) != {struct_of(model, whole=True)}:
        return None
    return dict(zip(columns_of(model), zip(*map(msgspec.structs.astuple, lines), strict=True), strict=True))


def _upgraded(model: type[Record], line: bytes, number: int, schema: int) -> msgspec.Struct:
    name = model.__tablename__
    try:
        row = older.upgraded(name, msgspec.json.decode(line, type=dict[str, Any]), schema)
        return msgspec.convert(row, struct_of(model))
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRecord(name, number, _said(model, str(error))) from None
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        # a step expects a row of its schema, and this was none
        raise InvalidRecord(name, number, "不是一条完整的记录") from error


def added(model: type[Record], schema: int) -> Values:
    """What a new record of an older schema has in the columns that came since."""
    specs, columns = fields_of(model), table_of(model).c
    return {
        name: msgspec.convert(value, _type(specs[name], columns[name].type))
        for name, value in older.added(model.__tablename__, schema).items()
    }


def decode_line(model: type[Record], text: str) -> Values:
    """A line that this store kept itself."""
    return row_of(_decoder(struct_of(model)).decode(text))


@cache
def _decoder(kind: type[msgspec.Struct]) -> "msgspec.json.Decoder[Any]":
    return msgspec.json.Decoder(kind)


def row_of(line: msgspec.Struct) -> Values:
    """The columns that a line speaks of."""
    row = msgspec.structs.asdict(line)
    if UNSET in row.values():
        row = {name: value for name, value in row.items() if value is not UNSET}
    return row


def _explain(model: type[Record], block: bytes, first: int) -> None:
    decoder = _decoder(struct_of(model))
    for number, line in enumerate(block.split(b"\n"), first):
        if not line.strip():
            continue
        try:
            decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise InvalidRecord(model.__tablename__, number, _said(model, str(error))) from None


def _said(model: type[Record], error: str) -> str:
    """The sentence for what msgspec says, with the column it names."""
    named = re.search(r"`\$\.([a-z_0-9]+)", error) or re.search(r"field `([^`]*)`", error)
    if named is None:
        return "不是一条完整的记录"
    name = named.group(1)
    spec = fields_of(model).get(name)
    column = f"“{spec.label}”（{name}）" if spec else f"栏目 {name}"
    if "unknown field" in error:
        return f"有不认识的{column}"
    if "missing required" in error:
        return f"缺少{column}"
    return f"{column}的值类型或格式不对"


def _check(model: type[Record], lines: Sequence[Any], first: int) -> None:
    merged = merged_fields(model)
    numbers = [name for name, spec in fields_of(model).items() if spec.kind.python is Decimal]
    shared: tuple[Any, Any] | None = None
    for number, line in enumerate(lines, first):
        pair = (line.version, line.stamps)
        if pair != shared and not sound(*pair, merged):
            raise InvalidRecord(model.__tablename__, number, "栏目 stamps 与 version 不相符")
        shared = pair
        for name in numbers:
            value = getattr(line, name)
            if value is not UNSET and value is not None and not _exact(value):
                raise InvalidRecord(model.__tablename__, number, f"“{fields_of(model)[name].label}”（{name}）的值不对")


def _exact(value: Decimal) -> bool:
    """Whether a column keeps the number as it is. By its digits: an exponent may be beyond all reckoning."""
    if not value.is_finite():
        return False
    _, digits, exponent = value.as_tuple()
    written = "".join(map(str, digits)).strip("0")
    if not written:
        return abs(int(exponent)) <= MOST_DIGITS
    last = int(exponent) + len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return last >= -4 and last + len(written) <= MOST_DIGITS


def _find(block: bytes, needle: bytes, first: int) -> int:
    return first + block[: block.index(needle)].count(b"\n")


@cache
def required(model: type[Record]) -> tuple[str, ...]:
    """The columns that a new record must have."""
    return tuple(name for name, spec in fields_of(model).items() if spec.required)


def missing_columns(model: type[Record], row: Mapping[str, Any]) -> list[str]:
    """Required columns that a row does not have: it cannot be a new record."""
    return [name for name in required(model) if row.get(name) is None]


def links_of(model: type[Record]) -> Iterable[tuple[str, str]]:
    """(column, ledger it points to) of every link, the owner's among them."""
    yield "office_id", "office"
    for name, spec in fields_of(model).items():
        if spec.target:
            yield name, spec.target
