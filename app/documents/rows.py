"""Rows of documents straight from a ledger: its fields as columns, its records as lines."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app import listing, offices
from app.documents.document import Block, Case, Cell, Column, Row, Style, Table, Text
from app.ledgers.ledger import Ledger

CHUNK = 2000
"""Records that are read at a time."""
NUMBERS = ("whole", "decimal", "money")

PLACE = Column("place", "序号", 10, right=True)
"""The running number, with which most tables begin."""


def columns(ledger: Ledger, **widths: int) -> tuple[Column, ...]:
    """The running number, then fields and derived values by name, each with its width in millimetres."""
    found = [PLACE]
    for name, width in widths.items():
        full = ledger.resolve(name)
        spec = ledger.fields.get(full)
        kind = spec.kind.id if spec is not None else ""
        found.append(
            Column(
                full,
                ledger.heading(full),
                width,
                right=kind in NUMBERS,
                money=kind == "money",
                sensitive=spec is not None and spec.sensitive,
            )
        )
    return tuple(found)


def rows(
    session: Session, ledger: Ledger, wanted: Sequence[ColumnElement[bool]], order: Sequence[Any], *names: str
) -> list[Row]:
    """The records that meet all conditions, in that order, numbered."""
    ids = list(
        session.scalars(select(ledger.model.id).where(ledger.model.deleted_at.is_(None), *wanted).order_by(*order))
    )
    found: list[Row] = []
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        records: dict[str, Any] = {
            one.id: one for one in session.scalars(select(ledger.model).where(ledger.model.id.in_(part)))
        }
        titles = listing.link_titles(session, ledger, names, records.values())
        found += [
            {"place": start + at, **{name: cell(ledger, records[one], name, titles) for name in names}}
            for at, one in enumerate(part, 1)
        ]
    return found


def cell(ledger: Ledger, record: Any, name: str, titles: dict[str, str]) -> Cell:
    """What stands in a cell: numbers and days as such, all else as a person reads it."""
    spec = ledger.fields.get(name)
    if spec is None:
        return listing.cell(ledger, record, name, titles)
    value: Cell = listing.cell_value(spec, getattr(record, name), titles)
    return value


def values(session: Session, ledger: Ledger, record: Any) -> dict[str, str]:
    """Every field of one record as a person reads it, by name."""
    titles = listing.link_titles(session, ledger, ledger.fields, [record])
    return {name: listing.cell(ledger, record, name, titles, masked=False) for name in ledger.fields}


def of_office(ledger: Ledger, case: Case) -> list[ColumnElement[bool]]:
    """The condition that a record is of an office or of one under it, where one is asked for."""
    return offices.of_office(case.session, ledger.model, case.office.id if case.office is not None else None)


def heading(case: Case, title: str) -> dict[str, str]:
    """The values that stand at the top and the foot of every table."""
    return {
        "title": title,
        "office": case.whose,
        "year": str(case.year),
        "month": f"{case.month[:4]}年{int(case.month[5:])}月",
        "today": f"{case.today.year}年{case.today.month}月{case.today.day}日",
        "user": case.user,
    }


FOOT = "填表人：{user}　　　　　　审核人：　　　　　　　　　　{today}"


def table_layout(*tables: Table, foot: str = FOOT) -> tuple[Block, ...]:
    """The layout of a document that is a table: its title, whose it is, the table, and who signs."""
    return (
        Text("{title}", Style.TITLE),
        Text("单位：{office}", Style.UNDER),
        *tables,
        Text(foot, Style.FLUSH),
    )
