"""What the ledgers of cadres, pay, budgets, care and small buildings say of a record, with the store beside it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from app import editing, listing, quality
from app.excel import importing
from app.findings import Level
from app.ledgers.catalogue import LEDGERS
from app.listing import Query
from app.workspace import Workspace
from tests.helpers.office import branch, member, township, village

WHO = {"name": "王小明", "role": "书记", "since": "2011-03-01", "resident_id": "110101197803120022", "sex": "女"}
GRANT = {"on": "2012-01-10", "kind": "拨入", "amount": "1000", "voucher": "001"}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a township with two villages, to copy from."""
    folder = tmp_path_factory.mktemp("乡镇") / "石桥镇"
    with township(folder) as workspace:
        village(workspace)
        village(workspace, "石桥村", "202")
    return folder


@pytest.fixture
def town(fresh: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(fresh, tmp_path / "石桥镇")
    with Workspace.open(tmp_path / "石桥镇") as workspace:
        yield workspace


@pytest.fixture
def county(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "云溪县", code="430599", name="云溪县", level="county") as workspace:
        village(workspace)
        yield workspace


def save(workspace: Workspace, ledger: str, **typed: str) -> str:
    return editing.save(workspace, LEDGERS[ledger], typed)


def told(workspace: Workspace, ledger: str, record: str | None = None, /, **typed: Any) -> list[tuple[Level, str]]:
    with workspace.read() as session:
        draft = editing.draft(workspace, session, LEDGERS[ledger], typed, record)
    return [(one.level, one.message) for one in draft.findings]


# ---------------------------------------------------------------- cadres

ERROR, WARNING = Level.ERROR, Level.WARNING


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ({}, (ERROR, "王小明已登记过“党组织书记”（2011-03-01 起），任期重叠。请修改原有记录，或先填写其任职结束")),
        (
            {"name": "李强", "resident_id": "", "since": "2012-01-01"},
            (ERROR, "这个村(社区)同一时间已有党组织书记王小明（2011-03-01 起）。请先填写其任职结束，或核对任职日期"),
        ),
        (
            {"role": "文书", "village_id": "石桥村"},
            (WARNING, "王小明同时还有“党组织书记”的报酬档次，一人只按高的发一份。请把低的一条改为“不计”"),
        ),
    ],
)
def test_terms_that_collide(town: Workspace, second: dict[str, str], said: tuple[Level, str]) -> None:
    save(town, "cadre", village_id="柳溪村", **WHO)
    assert said in told(town, "cadre", **{"village_id": "柳溪村", **WHO, **second})


def test_who_leaves_makes_room_and_an_own_record_collides_with_nothing(town: Workspace) -> None:
    one = save(town, "cadre", village_id="柳溪村", **WHO)
    assert told(town, "cadre", one) == [(WARNING, "党组织书记应是党员，请在“党员”一栏选出本人")]
    editing.save(town, LEDGERS["cadre"], {"until": "2012-05-01"}, one)
    assert ERROR not in [
        level for level, _ in told(town, "cadre", name="李强", village_id="柳溪村", role="书记", since="2012-05-01")
    ]
    with town.read() as session:
        assert [f for f in quality.record_findings(session, LEDGERS["cadre"]) if f.is_error] == []


def test_two_terms_of_one_person_are_no_duplicates(town: Workspace) -> None:
    save(town, "cadre", village_id="柳溪村", **{**WHO, "until": "2012-05-01"})
    save(town, "cadre", village_id="柳溪村", **{**WHO, "role": "主任", "since": "2012-05-01"})
    with town.read() as session:
        assert [f for f in quality.record_findings(session, LEDGERS["cadre"]) if f.is_error] == []


def test_a_member_need_not_be_written_down_again(town: Workspace) -> None:
    person = member(town, branch(town), name="陈桂香", phone="13873910001", education="61")
    one = save(town, "cadre", member_id=person, village_id="柳溪村", role="文书", since="2011-03-01")
    with town.read() as session:
        made = editing.stored_values(session, LEDGERS["cadre"], one)
    assert (made["name"], made["phone"], made["education"], made["birth"].year) == ("陈桂香", "13873910001", "61", 1964)
    assert (made["paid"], made["share"]) == (True, "03")


def test_dates_and_shares_of_a_term(town: Workspace) -> None:
    said = told(town, "cadre", name="李强", village_id="柳溪村", role="组长", since="2011-03-01", until="2011-02-01")
    assert said == [(ERROR, "任职结束 2011-02-01 早于任职开始 2011-03-01，请核对两个日期")]
    said = told(
        town, "cadre", name="李强", village_id="柳溪村", role="文书", since="2011-03-01", paid="是", share="不计"
    )
    assert said == [(WARNING, "有固定补贴的请选报酬档次：书记、主任或其他固定补贴")]


def test_a_workbook_may_end_one_term_and_begin_the_next(town: Workspace, tmp_path: Path) -> None:
    save(town, "cadre", village_id="柳溪村", **WHO)
    file = sheet(
        tmp_path / "村干部.xlsx",
        ("姓名", "公民身份号码", "所在村(社区)", "职务", "任职开始", "任职结束"),
        ("王小明", "110101197803120022", "柳溪村", "书记", "2011-03-01", "2012-05-01"),
        ("李强", "", "柳溪村", "书记", "2012-05-01", ""),
    )
    plan = importing.plan(town, LEDGERS["cadre"], file)
    assert plan.errors == ()
    assert (importing.apply(town, plan).created, plan.counts["update"]) == (1, 1)


def sheet(file: Path, *lines: tuple[str, ...]) -> Path:
    book = Workbook()
    page = book.active
    assert page is not None
    for line in lines:
        page.append(line)
    book.save(file)
    return file


# ---------------------------------------------------------------- pay


def test_a_standard_follows_policy_and_shows_what_it_gives(county: Workspace) -> None:
    one = save(county, "pay_standard", year="2012", base_income="4123")
    ledger = LEDGERS["pay_standard"]
    with county.read() as session:
        (view,) = listing.rows(session, ledger, [one], ["multiple", "shares", "secretary", "head", "other"])
    assert view.cells == ("1.7", "1:0.9:0.7", "7,009.10", "6,308.19", "4,906.37")
    assert told(county, "pay_standard", year="2012", base_income="4000") == [
        (ERROR, "2012 年的报酬标准已经有了，请修改那一条")
    ]


def test_a_slip_is_by_the_standard_and_only_once(county: Workspace) -> None:
    save(county, "pay_standard", year="2012", base_income="4123")
    cadre = save(county, "cadre", village_id="柳溪村", **WHO)
    one = save(county, "pay_slip", cadre_id=cadre, year="2012", month="12", pension="20", deduction="10")
    with county.read() as session:
        (view,) = listing.rows(session, LEDGERS["pay_slip"], [one], ["village", "basic", "net"])
    assert view.cells == ("柳溪村", "584.11", "594.11")
    assert told(county, "pay_slip", one) == []
    assert told(county, "pay_slip", cadre_id=cadre, year="2012", month="12") == [
        (ERROR, "王小明 2012 年 12 月已经有一条发放记录，请修改那一条")
    ]
    assert told(county, "pay_slip", cadre_id=cadre, year="2012", month="11", basic="600") == [
        (WARNING, "按标准应发基本报酬 584.09 元，现填 600.00 元，请核对")
    ]
    assert told(county, "pay_slip", cadre_id=cadre, year="2011", month="2", basic="600") == [
        (WARNING, "2011 年 2 月 15 日王小明不在任，请核对月份或任期")
    ]


def test_a_person_with_two_roles_is_paid_once_a_month(county: Workspace) -> None:
    first = save(county, "cadre", village_id="柳溪村", **WHO)
    second = save(county, "cadre", village_id="柳溪村", **{**WHO, "role": "文书"})
    save(county, "pay_slip", cadre_id=first, year="2012", month="3", basic="500")
    assert told(county, "pay_slip", cadre_id=second, year="2012", month="3", basic="400") == [
        (ERROR, "王小明 2012 年 3 月在另一个职务上已经发放，一人一月只发一份，请核对")
    ]


# ---------------------------------------------------------------- budgets


def test_a_budget_that_falls_is_doubted_once_its_year_is_there(town: Workspace) -> None:
    save(town, "budget", village_id="柳溪村", year="2011", source="财政预算", planned="20000")
    one = save(town, "budget", village_id="柳溪村", year="2012", source="财政预算", planned="19000")
    fell = (WARNING, "2012 年的预算合计比上年少 1,000.00 元。经费应逐年增长，请核对，或补登其他来源")
    assert told(town, "budget", one) == [fell]
    save(town, "budget", village_id="柳溪村", year="2012", source="党费拨返", planned="11000")
    assert told(town, "budget", one) == []
    with town.read() as session:
        (view,) = listing.rows(session, LEDGERS["budget"], [one], ["rise"])
    assert view.cells == ("+10,000.00",)
    assert told(town, "budget", village_id="柳溪村", year="2012", source="党费拨返", planned="1") == [
        (ERROR, "2012 年的这项来源已经登记过，请修改那一条")
    ]


# ---------------------------------------------------------------- the fund


def test_the_fund_is_never_overspent_at_any_date(town: Workspace) -> None:
    save(town, "care_fund", **GRANT)
    spent = save(town, "care_fund", on="2012-06-01", kind="支出", amount="800")
    short = "请先登记拨入或捐助，或核对日期和金额"
    assert told(town, "care_fund", on="2012-01-09", kind="支出", amount="1") == [
        (ERROR, f"支出以后，2012-01-09 的基金余额为 -1.00 元，不能为负。{short}")
    ]
    assert told(town, "care_fund", on="2012-03-01", kind="支出", amount="300") == [  # June would be short
        (ERROR, f"支出以后，2012-06-01 的基金余额为 -100.00 元，不能为负。{short}")
    ]
    assert told(town, "care_fund", on="2012-03-01", kind="支出", amount="200") == []
    with pytest.raises(editing.Refused, match=r"余额为 -1\.00 元"):
        editing.save(town, LEDGERS["care_fund"], {"amount": "1001"}, spent)
    with town.read() as session:
        everything = listing.ids(session, LEDGERS["care_fund"], Query())
        cells = listing.rows(session, LEDGERS["care_fund"], everything, ["amount", "balance"])
    assert [one.cells for one in cells] == [("1,000.00", "1,000.00"), ("800.00", "200.00")]


def test_a_grant_taken_back_shows_in_the_findings_and_can_be_made_good(town: Workspace) -> None:
    grant = save(town, "care_fund", **GRANT)
    spent = save(town, "care_fund", on="2012-06-01", kind="支出", amount="800")
    editing.delete(town, LEDGERS["care_fund"], [grant])
    with town.read() as session:
        found = [one for one in quality.record_findings(session, LEDGERS["care_fund"]) if one.is_error]
    assert [(one.id, one.finding.rule) for one in found] == [(spent, "care.balance")]
    assert told(town, "care_fund", on="2012-05-01", kind="捐助", amount="300") == []  # better than before


def test_a_workbook_with_its_grants_is_taken_whole(town: Workspace, tmp_path: Path) -> None:
    head = ("日期", "收支类型", "金额", "凭证号")
    good = sheet(tmp_path / "好.xlsx", head, ("2012-03-01", "支出", "900", "2"), ("2012-01-10", "拨入", "1000", "1"))
    plan = importing.plan(town, LEDGERS["care_fund"], good)
    assert plan.errors == ()
    assert importing.apply(town, plan).created == 2
    bad = sheet(tmp_path / "坏.xlsx", head, ("2012-04-01", "支出", "60", "3"), ("2012-05-01", "支出", "60", "4"))
    plan = importing.plan(town, LEDGERS["care_fund"], bad)
    assert {one.message.split(" 元")[0] for one in plan.errors} == {"支出以后，2012-05-01 的基金余额为 -20.00"}


def test_what_is_spent_goes_with_an_approved_case(town: Workspace) -> None:
    save(town, "care_fund", **GRANT)
    person = member(town, branch(town))
    case = save(town, "care_case", member_id=person, kind="困难", applied_on="2012-02-01", status="申请")
    typed = {"on": "2012-03-01", "kind": "支出", "amount": "300", "case_id": case}
    assert told(town, "care_fund", **typed) == [(WARNING, "这名关怀对象还没有批准，请先办理审批")]
    editing.save(town, LEDGERS["care_case"], {"status": "已批准", "approved_on": "2012-02-10", "amount": "200"}, case)
    assert told(town, "care_fund", **typed) == [(WARNING, "与关怀对象批准的金额 200.00 元不一致，请核对")]
    assert told(town, "care_fund", **GRANT) == [(ERROR, "凭证号 001 已经登记过，请核对，或修改原有记录")]


def test_the_dead_and_those_left_behind(town: Workspace) -> None:
    dead = member(town, branch(town), standing="04")
    typed = {"member_id": dead, "applied_on": "2012-02-01"}
    assert told(town, "care_case", kind="困难", **typed) == [(WARNING, "王小明已去世，关怀其家属的请把类别改为“遗属”")]
    assert told(town, "care_case", kind="遗属", **typed) == [(WARNING, "遗属补助请填写领取人")]


# ---------------------------------------------------------------- small buildings


def test_facilities_and_communities(town: Workspace) -> None:
    save(town, "facility", kind="小食堂", status="计划")
    assert told(town, "facility", kind="小食堂", status="在建") == [
        (ERROR, "这项设施已经登记过，请修改原有记录；另有一处的请填写地点")
    ]
    assert told(town, "facility", kind="小澡堂", status="已奖补") == [
        (ERROR, "已验收的请填写验收日期"),
        (WARNING, "已奖补的请填写以奖代补金额"),
    ]
    assert told(
        town, "facility", kind="小澡堂", status="已验收", accepted_on="2012-05-01", awarded_on="2012-04-01"
    ) == [(ERROR, "先验收，后奖补，请核对验收日期和奖补到账日期")]
    said = told(town, "community_support", village_id="柳溪村", leader="李强", invest="10", paid="11")
    assert said == [
        (WARNING, "“柳溪村”登记为村，社区联点一般填社区，请核对"),
        (WARNING, "到位资金超过援建资金，请核对"),
    ]
