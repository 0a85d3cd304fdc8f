"""The pages that say what a ledger's page cannot, by id: to which system each belongs, who sees it, how it is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from app.ledgers.ledger import Pillar
from ui.background import Desk
from ui.pages.branches import BranchesPage


@dataclass(frozen=True)
class Page:
    """A page in the navigation.

    Attributes:
        make: makes the widget. One with a signal `go` leads to a `Place` with it.
        county: only a county sees it (True), only a township (False), or both (None).
    """

    id: str
    title: str
    pillar: Pillar
    icon: str
    make: Callable[[Desk], QWidget]
    county: bool | None = None


PAGES: Mapping[str, Page] = {
    one.id: one
    for one in (Page("branches", "支部整顿", Pillar.METHOD, "mdi6.clipboard-check-multiple-outline", BranchesPage),)
}
