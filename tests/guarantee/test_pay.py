"""The pay sheet of a year: what is due, what was paid, and the missing slips made in one batch."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app import editing, reminders
from app.guarantee import pay
from app.ledgers.catalogue import LEDGERS
from app.rules.pay import SECRETARY
from app.workspace import Workspace
from db import clock
from db.errors import Refusal
from db.models.guarantee import PaySlip
from tests.helpers.office import village

TODAY = date(2012, 9, 12)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office that sets its own standards, with a village's secretary, head and clerk, to copy from."""
    folder = tmp_path_factory.mktemp("报酬") / "云溪县"
    with Workspace.create(folder, code="430599", name="云溪县", level="county") as workspace:
        village(workspace)
        for year, income in (("2011", "3762"), ("2012", "4123")):
            save(workspace, "pay_standard", year=year, base_income=income)
        for name, role, since in (
            ("王小明", "书记", "2008-03-01"),
            ("李强", "主任", "2008-03-01"),
            ("陈桂香", "文书", "2012-05-20"),
        ):
            save(workspace, "cadre", name=name, village_id="柳溪村", role=role, since=since)
    return folder


@pytest.fixture
def office(fresh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    shutil.copytree(fresh, tmp_path / "云溪县")
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    with Workspace.open(tmp_path / "云溪县") as workspace:
        yield workspace


def save(workspace: Workspace, ledger: str, **typed: str) -> str:
    return editing.save(workspace, LEDGERS[ledger], typed)


def sheet(workspace: Workspace, year: int = 2012) -> pay.PaySheet:
    with workspace.read() as session:
        return pay.sheet(session, year, TODAY, with_rise=True)


def slips(workspace: Workspace) -> int:
    with workspace.read() as session:
        return session.scalar(select(func.count()).select_from(PaySlip).where(PaySlip.deleted_at.is_(None))) or 0


def test_what_the_standard_gives(office: Workspace) -> None:
    (place,) = sheet(office).villages
    assert [(one.name, one.role, one.due) for one in place.lines] == [
        ("王小明", "党组织书记", 7_009_10),
        ("李强", "村(居)委会主任", 6_308_19),
        ("陈桂香", "文书", 6 * 408_86 + 408_91),  # June to December of 4,906.37
    ]
    assert [one.due for one in place.lines[0].months] == [584_09] * 11 + [584_11]
    assert place.lines[0].so_far == 8 * 584_09  # September is not over
    assert [one.due for one in place.lines[2].months[:6]] == [None] * 5 + [408_86]
    whole = sheet(office)
    assert (whole.heads, whole.begun, whole.over) == (3, 9, 8)
    assert (len(whole.missing), len(whole.late)) == (9 + 9 + 4, 8 + 8 + 3)
    assert whole.rise == ((7_009_10 - 6_395_40) + (6_308_19 - 5_755_86)) // 2 + 1  # 583.015 a head, halves up


def test_missing_slips_are_made_once_and_what_is_there_stays(office: Workspace) -> None:
    cadre = sheet(office).villages[0].lines[0].cadre
    there = save(office, "pay_slip", cadre_id=cadre, year="2012", month="3", basic="500")
    assert pay.make_missing(office, 2012) == 21
    found = sheet(office)
    assert found.missing == ()
    assert found.villages[0].lines[0].paid == 8 * 584_09 + 500_00
    assert found.villages[0].lines[0].difference == 500_00 - 584_09
    assert found.differing == (there,)
    with pytest.raises(Refusal, match="2012 年没有缺的发放记录，什么都没有写入"):
        pay.make_missing(office, 2012)
    assert slips(office) == 22
    office.undo()
    assert slips(office) == 1


def test_a_year_without_a_standard_gives_nothing(office: Workspace) -> None:
    assert (sheet(office, 2010).standard, sheet(office, 2010).villages) == (None, ())
    with pytest.raises(Refusal, match="还没有 2010 年的报酬标准"):
        pay.make_missing(office, 2010)
    assert slips(office) == 0


def test_a_year_that_is_over_has_twelve_months_and_the_next_none(office: Workspace) -> None:
    assert [pay.months_begun(year, TODAY) for year in (2011, 2012, 2013)] == [12, 9, 0]
    assert len(sheet(office, 2011).missing) == 24


def test_who_changes_role_is_paid_one_share_a_month(office: Workspace) -> None:
    (place,) = sheet(office).villages
    editing.save(office, LEDGERS["cadre"], {"until": "2012-07-01"}, place.lines[0].cadre)
    save(office, "cadre", name="李强", village_id="柳溪村", role="书记", since="2012-07-01")
    (place,) = sheet(office).villages
    paid = {
        (line.name, line.role): [month + 1 for month, one in enumerate(line.months) if one.due is not None]
        for line in place.lines
    }
    assert paid["王小明", "党组织书记"] == [1, 2, 3, 4, 5, 6]
    assert paid["李强", "党组织书记"] == [7, 8, 9, 10, 11, 12]
    assert paid["李强", "村(居)委会主任"] == [1, 2, 3, 4, 5, 6]
    assert sheet(office).standard is not None
    assert sheet(office).standard.shares[SECRETARY] == 1  # type: ignore[union-attr]


def test_last_months_slips_are_reminded_of(office: Workspace) -> None:
    with office.read() as session:
        (line,) = reminders.pay_due(session, TODAY)
    assert (line.title, line.place.page) == ("8 月报酬没有登记 3 人", "pay_sheet")
    pay.make_missing(office, 2012)
    with office.read() as session:
        assert list(reminders.pay_due(session, TODAY)) == []


def test_a_fund_below_nothing_and_budgets_that_lag(office: Workspace) -> None:
    grant = save(office, "care_fund", on="2012-01-10", kind="拨入", amount="1000")
    spent = save(office, "care_fund", on="2012-06-01", kind="支出", amount="800")
    for year, amount in (("2011", "20000"), ("2012", "29000")):
        save(office, "budget", village_id="柳溪村", year=year, source="财政预算", planned=amount)
    with office.read() as session:
        assert list(reminders.fund_short(session)) == []
        (lag,) = reminders.budgets_lag(session, TODAY)
    assert (lag.title, lag.detail) == ("村经费平均增加不到 10,000 元", "今年比去年平均增加 9,000.00 元")
    editing.delete(office, LEDGERS["care_fund"], [grant])
    with office.read() as session:
        (short,) = reminders.fund_short(session)
        (lacking,) = reminders.without_venue(session)
    assert (short.title, short.place.ids) == ("关怀基金超支", (spent,))
    assert short.detail == "2012-06-01 起余额为 -800.00 元，请核对支出，或补登拨入"
    assert (lacking.title, lacking.detail) == ("没有达标场所的村和社区 1 个", "柳溪村")
