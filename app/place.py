"""Where a figure or a reminder leads: the records behind it, on the page where something can be done about them."""

from dataclasses import dataclass

EXCHANGE, SETTINGS = "exchange", "settings"
REPORTS = "reports"
"""The documents: `ids` names one, and the record that it is to be drawn for."""
CONFLICTS = "conflicts"
"""The conflicts that were put off, over the exchange page."""
PAY_SHEET, FUNDING_SHEET = "pay_sheet", "funding_sheet"
MONTH, SCORING = "month", "scoring"
RECRUITMENT = "recruitment"
OVERVIEW, VILLAGES = "overview", "villages"
STATISTICS = "statistics"
"""Pages that are no ledger's, and to which something leads."""


@dataclass(frozen=True)
class Place:
    """A page and what it is narrowed to.

    Attributes:
        page: a ledger's id, or one of the names above.
        chips: titles of the ledger's chips to be on.
        ids: only these records, called `title`; None for no such limit. A single one is selected among all.
        office: only records of this office.
    """

    page: str
    chips: tuple[str, ...] = ()
    ids: tuple[str, ...] | None = None
    title: str = ""
    office: str | None = None
