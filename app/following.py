"""What the program writes by itself when an operation has written what it follows from, within that operation."""

from typing import TYPE_CHECKING

from app.responsibility import restricting
from app.team import admitting, leaving, stagnant
from db.journal import Batch

if TYPE_CHECKING:
    from app.workspace import OfficeCard

BY_PEOPLE = ("edit", "excel")
"""Operations in which people write, by hand or by a workbook. What a package brings has been followed by its sender,
and what an undo writes back was followed when it was written."""


def follow(batch: Batch, office: "OfficeCard") -> None:
    """Makes the ledgers that the program keeps agree with what an open operation has written."""
    if batch.line.kind in BY_PEOPLE:
        admitting.follow(batch, office)
        leaving.follow(batch, office)
        restricting.follow(batch, office)
    stagnant.follow(batch, office)
