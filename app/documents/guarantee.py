"""实力党建 on paper: the ledger of venues, the pay sheet of a year."""

from decimal import Decimal

from sqlalchemy import select

from app.documents.document import WIDE, Case, Cell, Column, Content, Document, Need, Page, Row, Style, Table, Text
from app.documents.numerals import capital_yuan
from app.documents.rows import PLACE, columns, heading, of_office, rows, table_layout
from app.guarantee import pay
from app.ledgers.funds import PAY_SLIPS
from app.ledgers.guarantee import VENUES
from db.errors import Refusal
from db.models.guarantee import Venue
from db.models.organisation import Village

VENUE_COLUMNS = columns(
    VENUES,
    village=20,
    name=30,
    address=29,
    built_year=14,
    structure=14,
    floors=11,
    floor_area=14,
    land_area=14,
    ownership=16,
    deed_no=22,
    rooms=34,
    meets_standard=11,
    condition=16,
    keeper=14,
)


def venues(case: Case) -> Content:
    """The venues, village by village."""
    found = rows(
        case.session,
        VENUES,
        of_office(VENUES, case),
        (select(Village.code).where(Village.id == Venue.village_id).scalar_subquery(), Venue.id),
        *(one.name for one in VENUE_COLUMNS[1:]),
    )
    return Content(heading(case, "村级组织活动场所台账"), {"rows": found})


VENUE_LEDGER = Document(
    "venues",
    "活动场所台账",
    "每个村和社区的活动场所：面积、产权、功能室、是否达标",
    table_layout(Table("rows", VENUE_COLUMNS)),
    venues,
    VENUES,
    page=WIDE,
)

MONTHS = tuple(f"month_{month}" for month in range(1, 13))

PAY_COLUMNS = (
    PLACE,
    Column("village", "村(社区)", 20),
    Column("name", "姓名", 15),
    Column("role", "职务", 26),
    *(Column(name, f"{month}月", 16, right=True, money=True) for month, name in enumerate(MONTHS, 1)),
    Column("due", "全年应发", 18, right=True, money=True),
    Column("paid", "已登记", 18, right=True, money=True),
    Column("signed", "签名", 15),
)


def pay_sheet(case: Case) -> Content:
    """A year's basic pay of the village cadres as it is written down, term by month, beside what the standard gives."""
    sheet = pay.sheet(case.session, case.year, case.today, case.office.id if case.office is not None else None)
    if not sheet.villages:
        raise Refusal(f"{case.year} 年没有可以发的报酬。请先看报酬标准和村干部的任期", "nothing-to-do")
    found: list[Row] = []
    for village in sheet.villages:
        for line in village.lines:
            row: dict[str, Cell] = {name: yuan(one.paid) for name, one in zip(MONTHS, line.months, strict=True)}
            row |= {"place": len(found) + 1, "village": village.name, "name": line.name, "role": line.role}
            row |= {"due": yuan(line.due), "paid": yuan(line.paid)}
            found.append(row)
    sums: dict[str, Decimal | None] = {}
    for name in MONTHS:
        amounts = [row[name] for row in found if isinstance(row[name], Decimal)]
        sums[name] = sum((one for one in amounts if isinstance(one, Decimal)), Decimal()) if amounts else None
    found.append({"village": "合计", **sums, "due": yuan(sheet.due), "paid": yuan(sheet.paid)})
    return Content(
        heading(case, f"{case.year}年村干部基本报酬发放表")
        | {"amount": capital_yuan(sheet.paid), "heads": str(sheet.heads)},
        {"rows": found},
    )


def yuan(fen: int | None) -> Decimal | None:
    """Fen as an exact amount in yuan."""
    return None if fen is None else Decimal(fen) / 100


PAY_SHEET = Document(
    "pay",
    "报酬发放表",
    "村干部一年的基本报酬，逐人逐月，合计有大写",
    (
        Text("{title}", Style.TITLE),
        Text("单位：{office}　　　　领报酬 {heads} 人　　　　金额单位：元", Style.UNDER),
        Table("rows", PAY_COLUMNS),
        Text("已登记合计（大写）：{amount}", Style.FLUSH),
        Text("制表人：{user}　　　　　　审核人：　　　　　　　　　　{today}", Style.FLUSH),
    ),
    pay_sheet,
    PAY_SLIPS,
    needs=(Need.YEAR,),
    page=Page(across=True, margins=(16, 12, 14, 12), size=8.5),
)

DOCUMENTS = (VENUE_LEDGER, PAY_SHEET)
