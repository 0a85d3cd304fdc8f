"""An office with a few branches, and workbooks made on the spot."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select

from app.ledgers.catalogue import LEDGERS
from app.workspace import Workspace
from db.journal import ChangeLine
from db.parsing import check_digit
from tests.helpers.stores import Store

MEMBERS = LEDGERS["member"]

OFFICIAL = [
    *("序号", "姓名", "所在党支部", "公民身份证号", "性别", "民族", "出生日期"),
    *("学历", "人员类别", "加入党组织日期", "转为正式党员日期", "工作岗位", "手机号", "固定电话"),
    *("家庭住址", "党籍状态", "是否为失联党员", "失去联系日期", "是否为流动党员", "外出流向", "备注"),
]
"""The columns of the official summary form (党员基本信息汇总表, A to U)."""

SHORT = ["姓名", "身份证号", "性别", "民族", "出生日期", "所在党支部", "手机号"]

Rows = Sequence[Sequence[Any]]


def number(birth: date, order: int = 2) -> str:
    """A fictional identity number with a valid check digit; even orders are women's."""
    first = f"110101{birth:%Y%m%d}{order:03d}"
    return first + check_digit(first)


BIRTH = date(1978, 3, 12)
WANG = ["王小兰", number(BIRTH), "女", "汉族", BIRTH, "石桥村党支部", "13800000001"]


def official_row(place: int, name: str, branch: str, birth: date, order: int) -> list[Any]:
    """A row of the official form as offices fill it in."""
    sex = "男" if order % 2 else "女"
    return [
        place, name, branch, number(birth, order), sex, "汉族", birth.strftime("%Y.%m.%d"), "大专", "正式党员",
        date(2001, 7, 1), date(2002, 7, 1), "农牧渔民", 13800000000.0 + place, "", "青石镇石桥村1组", "正常", "否", "",
        "否", "", "",
    ]  # fmt: skip


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, store: Store) -> Path:
    folder = tmp_path_factory.mktemp("offices")
    for code, name, level in (("430522101", "青石镇", "township"), ("430522", "云溪县委组织部", "county")):
        office = Workspace.create(folder / level, code=code, name=name, level=level, database=store.place())
        with office as ws, ws.edit("支部") as batch:
            batch.create_rows(
                LEDGERS["party_org"].model,
                [
                    {"office_id": ws.office.id, "name": f"{one}党支部", "kind": "631", "sector": "01", "code": code_}
                    for one, code_ in (("石桥村", "B01"), ("柳林村", "B02"), ("云桥社区", "B03"))
                ],
            )
    return folder


@pytest.fixture
def ws(made: Path, tmp_path: Path, store: Store) -> Iterator[Workspace]:
    """A township with three branches."""
    with store.sweeping(), Workspace.open(store.copy(made / "township", tmp_path / "乡镇 数据")) as opened:
        yield opened


@pytest.fixture
def county(made: Path, tmp_path: Path, store: Store) -> Iterator[Workspace]:
    """A county, which may write every ledger."""
    with store.sweeping(), Workspace.open(store.copy(made / "county", tmp_path / "县 数据")) as opened:
        yield opened


Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes an .xlsx of some rows; `merge` are ranges, `edit` may do anything else to the sheet."""

    def made_of(
        rows: Rows, name: str = "名册.xlsx", merge: Sequence[str] = (), edit: Callable[[Any], None] | None = None
    ) -> Path:
        book = openpyxl.Workbook()
        sheet: Any = book.active
        sheet.title = "花名册"
        for row in rows:
            sheet.append(list(row))
        for one in merge:
            sheet.merge_cells(one)
        if edit is not None:
            edit(sheet)
        book.save(tmp_path / name)
        return tmp_path / name

    return made_of


def lines(ws: Workspace) -> int:
    """How many lines the journal has: the same before and after when nothing was written."""
    with ws.read() as session:
        return session.execute(select(func.count()).select_from(ChangeLine)).scalar_one()


def stored(ws: Workspace, ledger: str = "member") -> dict[str, Any]:
    """The live records of a ledger by name."""
    model = LEDGERS[ledger].model
    with ws.read() as session:
        return {one.name: one for one in session.scalars(select(model).where(model.deleted_at.is_(None)))}  # type: ignore[attr-defined]
