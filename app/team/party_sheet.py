"""A table of 党内统计 as people and scripts take it away: chosen, as text, as JSON, as a workbook."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.team import party_balance, party_statistics
from app.team.party_statistics import By, Level, Line, Table, Topic
from app.workspace import Workspace
from db.errors import Refusal


class Ages(StrEnum):
    """The scales of ages, by the last letter of their policy key."""

    A = "a"
    B = "b"
    C = "c"
    D = "d"
    E = "e"


def table(
    session: Session,
    topic: Topic,
    by: By,
    day: date,
    today: date,
    *,
    office: str | None = None,
    ages: str = Ages.A,
) -> Table:
    """The table of any topic. Raises `Refusal` for a day that has not come, and for bands that are none."""
    if day > today:
        raise Refusal(f"{day} 还没有到，没有数可以统计。请换一个日期", "no-such-day")
    match topic:
        case Topic.BALANCE:
            return party_balance.table(session, by, day, today, office=office)
        case Topic.ADMITTED:
            return party_statistics.admitted(session, by, day, today, office=office)
        case Topic.DISCIPLINE:
            return party_statistics.disciplined(session, by, day, office=office)
        case _:
            return party_statistics.table(session, topic, by, day, today, office=office, ages=ages)


def heading(found: Table) -> str:
    """What the lines of a table are."""
    return "党支部" if found.by is By.BRANCH else "单位"


def indented(found: Table, line: Line) -> str:
    """A line's name, a branch's under its office's."""
    several = any(one.level is Level.OFFICE for one in found.lines)
    return f"　{line.name}" if several and line.level is Level.BRANCH else line.name


def number(found: Table, column: int, value: int) -> str:
    """A figure as people read it: a difference with its sign."""
    if not found.shared and column == len(found.columns) - 1:
        return f"{value:+,}" if value else "0"
    return f"{value:,}"


def texts(found: Table) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The headings, and the lines with the shares under the sum."""
    rows = [
        (
            indented(found, line),
            *(number(found, place, one.number) for place, one in enumerate(line.figures)),
        )
        for line in found.lines
    ]
    if found.shares:
        rows.insert(1, ("占比", *found.shares))
    return (heading(found), *found.columns), rows


def caption(office: str, found: Table) -> str:
    """The title of a sheet of paper."""
    return f"{office}{found.title}（截至{found.day.year}年{found.day.month}月{found.day.day}日）"


def export(workspace: Workspace, found: Table, out: Path) -> int:
    """Writes a table to a workbook; how many lines. Raises `Refusal` for a file that cannot be written."""
    from app.excel import writing  # openpyxl is slow to load, and not every day is for workbooks

    rows: list[tuple[str | int, ...]] = [
        (indented(found, line), *(one.number for one in line.figures)) for line in found.lines
    ]
    if found.shares:
        rows.insert(1, ("占比", *found.shares))
    title = f"{caption(workspace.office.name, found)}：{found.finding}"
    sums = (2 if found.shares else 1) if rows else 0
    return writing.write_table(out, found.title, title, (heading(found), *found.columns), rows, sums).rows


def wire(found: Table) -> dict[str, Any]:
    """A table as scripts see it."""
    return {
        "of": found.topic.value,
        "by": found.by.value,
        "day": found.day.isoformat(),
        "title": found.title,
        "finding": found.finding,
        "columns": list(found.columns),
        "rows": [
            {
                "level": line.level.value,
                "id": line.id,
                "name": line.name,
                "office_id": line.office,
                "figures": [one.number for one in line.figures],
            }
            for line in found.lines
        ],
        "doubts": [
            {"message": one.sentence, "difference": one.number, "ledger": one.ledger, "ids": list(one.ids)}
            for one in found.doubts
        ],
    }
