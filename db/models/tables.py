"""Every table of a store: the records, and what the store keeps for itself. The whole schema."""

from db import journal, settings
from db.models import declared, handoff
from db.models.record import Base

__all__ = ["Base", "declared", "handoff", "journal", "settings"]
