"""What every record has beside its own fields: an id, an owner, a version, and the stamps of its fields."""

import importlib
from collections.abc import Mapping
from functools import cache
from typing import Any, cast

import msgspec
from sqlalchemy import Column, Dialect, ForeignKey, Index, MetaData, String, Table, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from db import fields
from db.fields import Field

Version = dict[str, int]
"""A version vector: replica id → how often that replica has saved the record."""

Stamps = dict[str, tuple[str, int]]
"""Field → the (replica, counter) of the save that wrote it last; `""` stands for every field not named."""


class Base(DeclarativeBase):
    """Every table. Every constraint has a name, or SQLite's batch migrations would drop it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Json(TypeDecorator[Any]):
    """A small value as canonical JSON text (sorted keys), so that equal values are equal text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else dump(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else msgspec.json.decode(value)


_encoder = msgspec.json.Encoder(order="sorted")


def dump(value: Any) -> str:
    """Canonical JSON text."""
    return _encoder.encode(value).decode()


class Record(Base):
    """One row of a ledger that travels between offices. Its fields are declared with `db.fields`."""

    __abstract__ = True

    id: Mapped[str] = mapped_column(String(36), primary_key=True, sort_order=-9)
    version: Mapped[Version] = mapped_column(Json(), sort_order=-5)
    stamps: Mapped[Stamps] = mapped_column(Json(), sort_order=-5)
    deleted_at: Mapped[str | None] = mapped_column(String(20), sort_order=-4, active_history=True)
    search_key: Mapped[str] = mapped_column(Text(), default="", sort_order=-3)

    @declared_attr
    def office_id(cls) -> Mapped[str]:
        key = ForeignKey("office.id", deferrable=True, initially="DEFERRED")
        return mapped_column(String(36), key, sort_order=-8, active_history=True)

    @declared_attr
    def note(cls) -> Mapped[str | None]:
        return fields.note("备注", aliases=["备 注", "说明"])

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        _index(table_of(cls))


def _index(table: Table) -> None:
    """What pages ask of 100,000 live records is answered from an index alone: a list in the order of making, a search
    (with the links that it looks through), the records of each node of a tree, the holder of a number; and each of them
    narrowed as the page opens."""
    declared = {column: column.info["field"] for column in table.columns if "field" in column.info}
    sought = [column for column, spec in declared.items() if spec.kind.id in ("link", "resident_id", "credit_code")]
    searched = [column for column, spec in declared.items() if spec.target and spec.search]
    narrowing = [column for column, spec in declared.items() if spec.narrows]
    columns = table.columns
    indexes: dict[str, tuple[Column[Any], ...]] = {
        "listing": (columns.id, columns.office_id, *narrowing),
        "search": (columns.search_key, columns.id, *searched, *narrowing),
        **{column.name: (column, columns.office_id, *narrowing) for column in sought},
    }
    live = columns.deleted_at.is_(None)
    for name, parts in indexes.items():
        # the condition's own column stands last, or SQLite would fetch every row to look at it again
        Index(f"ix_{table.name}_{name}", *parts, columns.deleted_at, sqlite_where=live, postgresql_where=live)


OWN_COLUMNS = ("id", "office_id", "version", "stamps", "deleted_at")
"""The columns that every record has and that travel with it; `search_key` is derived and stays at home."""

STAMPED = ("office_id", "deleted_at")
"""Columns beside the declared fields that have stamps and merge like fields."""


def table_of(model: type[Record]) -> Table:
    """The table of a record class, for statements that do not go through a session's objects."""
    return cast(Table, model.__table__)


@cache
def fields_of(model: type[Record]) -> Mapping[str, Field]:
    """The declared fields of a record class by name, in the order of declaration with the note last."""
    found = {
        column.key: column.info["field"].named(column.key)
        for column in model.__table__.columns
        if "field" in column.info
    }
    return {**{name: spec for name, spec in found.items() if name != "note"}, "note": found["note"]}


@cache
def merged_fields(model: type[Record]) -> tuple[str, ...]:
    """Every column of a record that has a stamp."""
    return (*STAMPED, *fields_of(model))


@cache
def models() -> Mapping[str, type[Record]]:
    """Every record class by its table's name, parents before children."""
    importlib.import_module("db.models.declared")  # the modules of records import this one

    order = {table.name: place for place, table in enumerate(Base.metadata.sorted_tables)}
    found = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
    records = {name: cls for name, cls in found.items() if issubclass(cls, Record)}
    return dict(sorted(records.items(), key=lambda item: order[item[0]]))
