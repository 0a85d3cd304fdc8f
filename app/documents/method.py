"""科学党建 on paper: the ledger of rectification."""

from datetime import date

from sqlalchemy import or_

from app.documents.document import WIDE, Case, Content, Document, Need, Table
from app.documents.rows import columns, heading, of_office, rows, table_layout
from app.ledgers.method import RECTIFICATIONS
from db.models.method import Rectification

COLUMNS = columns(
    RECTIFICATIONS,
    party_org=29,
    problem=22,
    description=33,
    source=17,
    measure=33,
    leader=17,
    responsible=16,
    opened_on=21,
    due_on=21,
    percent=12,
    state=17,
    closed_on=21,
)


def rectifications(case: Case) -> Content:
    """[seed §3] The items that were open in the year: one branch after another, the earliest first."""
    found = rows(
        case.session,
        RECTIFICATIONS,
        [
            Rectification.opened_on <= date(case.year, 12, 31),
            or_(Rectification.closed_on.is_(None), Rectification.closed_on >= date(case.year, 1, 1)),
            *of_office(RECTIFICATIONS, case),
        ],
        (Rectification.party_org_id, Rectification.opened_on, Rectification.id),
        *(one.name for one in COLUMNS[1:]),
    )
    return Content(heading(case, f"{case.year}年党支部整改台账"), {"rows": found})


LEDGER = Document(
    "rectification",
    "整改台账",
    "这一年没有销号和已经销号的整改项",
    table_layout(Table("rows", COLUMNS)),
    rectifications,
    RECTIFICATIONS,
    needs=(Need.YEAR,),
    page=WIDE,
)

DOCUMENTS = (LEDGER,)
