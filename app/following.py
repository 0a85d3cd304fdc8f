"""What the program writes by itself when an operation has written what it follows from, within that operation."""

from typing import TYPE_CHECKING

from app import restricting, stagnant
from db.journal import Batch

if TYPE_CHECKING:
    from app.workspace import OfficeCard


def follow(batch: Batch, office: "OfficeCard") -> None:
    """Makes the ledgers that the program keeps agree with what an open operation has written."""
    stagnant.follow(batch, office)
    restricting.follow(batch, office)
