"""What an import will do, told before anything is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from app.excel.reading import Cell
from app.findings import Finding, Level
from app.ledgers.ledger import Ledger
from db.fields import BLANKS
from db.parsing import cell_text, clean_text


class Action(StrEnum):
    """What becomes of one row."""

    NEW = "new"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    DOUBTFUL = "doubtful"
    """It may be somebody who is there already, or another; a person has to say which. Not written until then."""
    REFUSED = "refused"


@dataclass(frozen=True)
class PlannedRow:
    """One row of the sheet.

    Attributes:
        number: its number as the person sees it in the sheet.
        record_id: the stored record that it is, or may be; the id to come for a new one.
        title: how the record is called.
        values: every field of the record as it would be after.
        changes: field → (before, after), for an update.
        findings: errors refuse the row, warnings do not.
        cells: as they stand in the sheet.
    """

    number: int
    action: Action
    record_id: str | None
    title: str
    values: Mapping[str, Any]
    changes: Mapping[str, tuple[Any, Any]]
    findings: tuple[Finding, ...]
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Note:
    """One error or warning as the command line prints it. `row` is the sheet's own number, `column` the heading, and
    `value` what stands in the cell, masked where the field is sensitive. A note on the whole sheet has row 0."""

    row: int
    column: str
    value: str
    message: str


@dataclass(frozen=True)
class Plan:
    """What importing a sheet will do.

    Attributes:
        ledger: the ledger that it goes into.
        sheet: the sheet that is read; `sheets` are all that can be seen.
        header_row: the header's last row, as the person sees it.
        headers: the headings in the order of the columns; `units` the unit of each, empty where it is the field's own.
        mapping: heading → field, None for a column that is not imported.
        unmapped: the headings of columns that are not imported though they look like data.
        sample: the first rows as text in the order of `headers`, masked where a field is sensitive.
        rows: every row with a record.
        links: field → id → what the record that it links to is called, for the links that have a column.
        warnings_of_sheet: what is to be said of the sheet as a whole.
        state: the last line of the journal when the plan was made; a store that has moved on needs a new plan.
    """

    ledger: Ledger
    file: Path
    sheet: str
    sheets: tuple[str, ...]
    header_row: int
    headers: tuple[str, ...]
    units: tuple[str, ...]
    mapping: Mapping[str, str | None]
    unmapped: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    rows: tuple[PlannedRow, ...]
    links: Mapping[str, Mapping[str, str]]
    warnings_of_sheet: tuple[str, ...]
    state: int

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many rows each action has, by its name; every action is named."""
        found = dict.fromkeys((str(one) for one in Action), 0)
        for row in self.rows:
            found[row.action] += 1
        return found

    @cached_property
    def errors(self) -> tuple[Note, ...]:
        """What stops rows from being imported, in the order of the sheet."""
        return self._notes(Level.ERROR)

    @cached_property
    def warnings(self) -> tuple[Note, ...]:
        """What the person should look at, of the sheet first."""
        whole = tuple(Note(0, "", "", message) for message in self.warnings_of_sheet)
        return whole + self._notes(Level.WARNING)

    @property
    def bad(self) -> tuple[PlannedRow, ...]:
        """The rows that will not be written."""
        return tuple(row for row in self.rows if row.action in (Action.REFUSED, Action.DOUBTFUL))

    def _notes(self, level: Level) -> tuple[Note, ...]:
        headings = {field: heading for heading, field in self.mapping.items() if field}
        places = {field: self.headers.index(heading) for field, heading in headings.items()}
        notes = []
        for row in self.rows:
            for one in row.findings:
                if one.level is level:
                    column, value = "", ""
                    if one.field in places:
                        column, value = headings[one.field], self.text(row.cells, places[one.field], one.field)
                    elif one.field:
                        column = self.ledger.fields[one.field].label
                    notes.append(Note(row.number, column, value, one.message))
        return tuple(notes)

    def show(self, field: str, value: Any) -> str:
        """A value as a person reads it, masked where its field is sensitive."""
        if field in self.links:
            return self.links[field].get(value or "", "")
        return self.ledger.fields[field].show(value, masked=True)

    def text(self, cells: Sequence[Cell], column: int, field: str | None) -> str:
        """What a cell shows, masked where its field is sensitive."""
        return shown(cells[column] if column < len(cells) else "", self.ledger, field)


def shown(cell: Cell, ledger: Ledger, field: str | None) -> str:
    """What a cell shows, masked where the field that it belongs to is sensitive; what stands for nothing is not."""
    text = cell_text(cell)
    spec = ledger.fields.get(field or "")
    if spec is None or not spec.sensitive or spec.mask is None or clean_text(text) in ("", *BLANKS):
        return text
    return spec.mask(text)


@dataclass(frozen=True)
class Result:
    """What an import has done: numbers of rows, and the batch in which it can be undone (None when nothing changed)."""

    created: int
    updated: int
    unchanged: int
    refused: int
    batch_id: str | None


@dataclass(frozen=True)
class Written:
    """A workbook that was written, and how many records it holds."""

    file: Path
    rows: int
