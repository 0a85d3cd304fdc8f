"""A ledger of 100,000 members on SQLCipher: opened, searched at every keystroke, scrolled to its end; beside Qt's own
QSqlTableModel on a plain SQLite copy of the same file."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from app import listing
from app.ledgers.team import MEMBERS
from app.listing import Query
from app.workspace import Workspace
from db.engine import encrypt_copy
from tests.bench.data import PASSPHRASE, county
from tests.bench.measure import Line, median, milliseconds, percentile, show, within

MANY = 100_000
SIGHT = 40
"""Rows that a window shows at once, and a few more."""

TYPED = ("wxm", "zhangwei", "lgq", "王小明", "陈海", "1974", "0817", "138", "石桥", "龙潭村", "yxl", "wanghaiyan")
"""Typed letter by letter: initials, readings, names, birthdays, digits of numbers and telephones, villages."""

OPENED = Query(chips=tuple(chip.title for chip in MEMBERS.chips if chip.first))
"""What the page asks for when it opens."""

KEYSTROKES = [word[: length + 1] for word in TYPED for length in range(len(word))]


def run(members: int = MANY) -> bool:
    """Prints the table; whether the budgets are kept."""
    with tempfile.TemporaryDirectory() as place:
        folder, plain = Path(place) / "county", Path(place) / "plain.db"
        print(f"making a county of {members:,} members …", flush=True)
        county(folder, members)
        with Workspace.open(folder, PASSPHRASE) as workspace:
            encrypt_copy(workspace.engine, plain, None)
        with Workspace.open(folder, PASSPHRASE) as workspace:
            lines = _lines(workspace, Beside(plain))
    show(f"A ledger of {members:,} members, encrypted", "QSqlTableModel", lines)
    return all(line.kept is not False for line in lines)


class Beside:
    """Qt's own model on the plain copy, used as its documentation shows."""

    def __init__(self, plain: Path) -> None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from PySide6.QtCore import Qt
        from PySide6.QtSql import QSqlDatabase, QSqlTableModel
        from PySide6.QtWidgets import QApplication

        self._application = QApplication.instance() or QApplication([])
        self._database = QSqlDatabase.addDatabase("QSQLITE")
        self._database.setDatabaseName(str(plain))
        if not self._database.open():
            raise RuntimeError(self._database.lastError().text())
        self._model = QSqlTableModel(db=self._database)
        self._model.setTable("member")
        names = ("id", "deleted_at", "search_key")
        self._columns = [place for place in range(self._model.columnCount()) if place > len(names)][:10]
        self._model.setSort(self._model.fieldIndex("id"), Qt.SortOrder.AscendingOrder)

    def ask(self, word: str) -> None:
        """Shows the first rows that have the word in their search key."""
        found = f" AND search_key LIKE '%{word}%'" if word else ""
        self._model.setFilter(f"deleted_at IS NULL{found}")
        self._model.select()
        self._look(range(min(SIGHT, self._model.rowCount())))

    def last(self) -> None:
        """Goes to the last row, which it reaches only through all the others."""
        while self._model.canFetchMore():
            self._model.fetchMore()
        rows = self._model.rowCount()
        self._look(range(max(0, rows - SIGHT), rows))

    def _look(self, rows: range) -> None:
        for row in rows:
            for column in self._columns:
                self._model.index(row, column).data()


def _lines(workspace: Workspace, beside: Beside) -> list[Line]:
    names = MEMBERS.column_names

    def ask(word: str) -> list[str]:
        """What a page does: the ids of all that is found, and the cells of what is in sight."""
        with workspace.read() as session:
            found = listing.ids(session, MEMBERS, replace(OPENED, search=word))
            listing.rows(session, MEMBERS, found[:SIGHT], names)
        return found

    def last() -> None:
        with workspace.read() as session:
            listing.rows(session, MEMBERS, everything[-SIGHT:], names)

    def part(read: Callable[..., object]) -> float:
        with workspace.read() as session:
            return median(lambda: read(session, MEMBERS, OPENED))

    first, theirs_first = milliseconds(lambda: ask("")), milliseconds(lambda: beside.ask(""))
    everything = ask("")
    opened, theirs_opened = median(lambda: ask("")), median(lambda: beside.ask(""))
    ended = median(last)
    beside.ask("")
    theirs_ended = milliseconds(beside.last)
    ours, theirs = [], []
    for word in KEYSTROKES:
        ours.append(median(lambda word=word: ask(word), 3))
        theirs.append(median(lambda word=word: beside.ask(word), 3))
    with workspace.read() as session:
        by_birth = median(lambda: listing.ids(session, MEMBERS, replace(OPENED, sort="birth")))
    return [
        within("open, the first time", first, theirs_first, 150),
        within("open, again", opened, theirs_opened, 150),
        within(
            f"a keystroke of search, p95 of {len(KEYSTROKES)}", percentile(ours, 0.95), percentile(theirs, 0.95), 60
        ),
        Line("a keystroke of search, median", percentile(ours, 0.5), percentile(theirs, 0.5)),
        within("a jump to the last row", ended, theirs_ended, 150),
        Line("the tree with its counts", part(listing.tree)),
        Line("the figures under the title", part(listing.figures)),
        Line("sorted by birth", by_birth),
    ]
