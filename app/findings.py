"""What a check has to say about a record."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """An error stops a save; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One remark: which field (None for the whole record), by which rule, and the sentence for the person."""

    level: Level
    field: str | None
    rule: str
    message: str


def error(field: str | None, rule: str, message: str) -> Finding:
    """A finding that stops a save."""
    return Finding(Level.ERROR, field, rule, message)


def warning(field: str | None, rule: str, message: str) -> Finding:
    """A finding that lets the save go on."""
    return Finding(Level.WARNING, field, rule, message)
