"""A county's whole year from the command line, and its figures against those reckoned by hand.

`the_year` says what is done; here stands what must come of it, each number with the sum that it comes from.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.cli.the_year import CADRES, NAMES, OFFICERS, QINGSHI, SHUANGQIAO, SONGSHAN, Desk, live_through, members
from tests.helpers.statements import compiled_once


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The year, lived through once; the tests only read."""
    with compiled_once(), pytest.MonkeyPatch.context() as patch:
        yield live_through(tmp_path_factory.mktemp("全年"), patch)


def test_quotas_are_split_by_villages(year: Desk) -> None:
    """4, 3 and 3 villages. Of 7: 2.8, 2.1, 2.1; of 12: 4.8, 3.6, 3.6, what is left to the largest remainders."""
    given = year.seen["duties"]
    offices = {one["id"]: one["code"] for one in year.done("records", year.county, "office")}
    found: dict[int, dict[str, int]] = {}
    for one in given["duties"]:
        found.setdefault(one["task"], {})[offices[one["office_id"]]] = one["quota"]
    assert (year.seen["carried"], given["created"]) == ({"year": 2013, "tasks": 9, "indicators": 38}, 27)
    assert {number: [split[code] for code in NAMES] for number, split in found.items()} == {
        1: [None] * 3, 2: [3, 2, 2], 3: [None] * 3, 4: [None] * 3, 5: [4, 3, 3], 6: [5, 4, 3], 7: [8, 6, 6],
        8: [None] * 3, 9: [None] * 3,
    }  # fmt: skip
    assert {(one["first_responsible"], one["direct_responsible"]) for one in given["duties"]} == set(OFFICERS.values())


MONTHS = {  # the mean of the rates of tasks 2, 5, 6 and 7, and the rank
    1: (("25.0", 1), ("25.0", 1), ("12.5", 3)),  # 0 0 0 100; 0 0 0 100; 0 0 0 50
    2: (("58.3", 1), ("50.0", 2), ("37.5", 3)),  # 33.3 100 0 100; 0 100 0 100; 0 100 0 50
    3: (("78.3", 1), ("75.0", 2), ("45.8", 3)),  # 33.3 100 80 100; 0 100 100 100; 0 100 33.3 50
    4: (("78.3", 1), ("75.0", 2), ("45.8", 3)),
    5: (("86.7", 1), ("75.0", 2), ("45.8", 3)),  # 66.7 100 80 100
    6: (("86.7", 2), ("87.5", 1), ("45.8", 3)),  # 50 100 100 100
    7: (("86.7", 2), ("87.5", 1), ("45.8", 3)),
    8: (("86.7", 2), ("87.5", 1), ("58.3", 3)),  # 50 100 33.3 50
    9: (("86.7", 2), ("87.5", 1), ("58.3", 3)),
    10: (("86.7", 2), ("100.0", 1), ("58.3", 3)),
    11: (("95.0", 2), ("100.0", 1), ("58.3", 3)),  # 100 100 80 100
    12: (("95.0", 2), ("100.0", 1), ("58.3", 3)),
}


@pytest.mark.parametrize("month", MONTHS)
def test_every_month_is_checked_ranked_and_told(year: Desk, month: int) -> None:
    lines = {one["office"]: one for one in year.seen[f"month {month}"]}
    assert [(lines[code]["rate"], lines[code]["rank"]) for code in NAMES] == list(MONTHS[month])
    assert {(one["owed"], one["filled"]) for one in lines.values()} == {(9, 9)}
    late = month in (4, 9)
    assert [lines[code]["state"] for code in NAMES] == ["on-time", "on-time", "late" if late else "on-time"]
    body = year.seen[f"bulletin {month}"]["body"]
    assert f"按时上报{2 if late else 3}个，逾期上报{1 if late else 0}个，没有上报0个" in body
    assert ("逾期上报的单位：松山镇。" in body) is late
    for code in NAMES:
        assert len(year.done("records", year.of(code), "bulletin", "--where", f"month=2013-{month:02d}")) == 1


def test_the_bulletins_add_up(year: Desk) -> None:
    april, december = year.seen["bulletin 4"], year.seen["bulletin 12"]
    assert april["title"] == "关于2013年4月份基层党建工作完成情况的通报"
    assert "第1名 青石镇 78.3%；第2名 双桥乡 75%；第3名 松山镇 45.8%" in april["body"]
    assert "任务7个，累计完成1个，完成率14.3%" in april["body"]  # 1 + 0 + 0 of 3 + 2 + 2
    assert "任务7个，累计完成6个，完成率85.7%" in december["body"]  # 3 + 2 + 1
    assert "任务12名，累计完成9名，完成率75%" in december["body"]  # 4 + 4 + 1
    assert "任务20名，累计完成17名，完成率85%" in december["body"]  # 8 + 6 + 3


def test_pay_is_to_the_fen(year: Desk) -> None:
    """4,123.00 × 1.7 = 7,009.10; × 0.9 = 6,308.19; × 0.7 = 4,906.37. The year before: 3,000 × 1.7 = 5,100."""
    told = year.run("records", year.of(QINGSHI), "pay_standard", plain=True).out
    for amount in ("7,009.10", "6,308.19", "4,906.37", "5,100.00", "4,590.00", "3,570.00"):
        assert amount in told
    expected = {"周正": "7009.10", "钱主任": "6308.19", "何文书": "4906.37", "蒋双喜": "7009.10", "吕主任": "6308.19"}
    expected["杨松"] = "5256.81"  # nine months: 9 × 584.09
    names = {one["id"]: one["name"] for one in year.done("records", year.county, "cadre")}
    paid: dict[str, Decimal] = {}
    for slip in year.done("records", year.county, "pay_slip", "--where", "year=2013"):
        who = names[slip["cadre_id"]]
        paid[who] = paid.get(who, Decimal(0)) + Decimal(slip["basic"])
    assert paid == {name: Decimal(amount) for name, amount in expected.items()}
    assert sum(len(cadres) for cadres in CADRES.values()) == len(expected)


def test_members_balance(year: Desk) -> None:
    """What there was, what came and what went is what there is, for each township and the county."""
    assert year.seen["members at first"] == {QINGSHI: 6, SHUANGQIAO: 3, SONGSHAN: 4}
    found = year.done("statistics", year.county, "--of", "balance", "--by", "office", "--year", "2013")
    assert found["columns"] == [
        "上年底", "发展", "转入", "恢复党籍", "转出", "死亡", "停止党籍", "出党", "应有", "实有", "差",
    ]  # fmt: skip
    assert {one["name"]: one["figures"] for one in found["rows"]} == {
        "合计": [13, 1, 1, 0, 1, 1, 0, 0, 13, 13, 0],
        "青石镇": [6, 1, 0, 0, 1, 1, 0, 0, 5, 5, 0],
        "双桥乡": [3, 0, 0, 0, 0, 0, 0, 0, 3, 3, 0],
        "松山镇": [4, 0, 1, 0, 0, 0, 0, 0, 5, 5, 0],
    }
    assert found["doubts"] == []
    at_last = {QINGSHI: 6 + 1 - 1 - 1, SHUANGQIAO: 3, SONGSHAN: 4 + 1}
    assert members(year) == at_last == {QINGSHI: 5, SHUANGQIAO: 3, SONGSHAN: 5}


def test_who_moved_stands_on_one_roll(year: Desk) -> None:
    """The letter goes by way of the county, and so does the receipt."""
    assert "卫文已编入松山村党支部" in year.seen["accepted"]["said"]
    assert year.seen["standing before the receipt"] == "01"
    letter = year.seen["letter"]
    assert (letter["status"], letter["receipt_on"], letter["valid_days"]) == ("03", "2013-04-28", 10)
    assert year.one(year.of(QINGSHI), "member", "name=卫文")["standing"] == "03"
    assert year.one(year.of(SONGSHAN), "member", "name=卫文")["standing"] == "01"


def test_the_fund_keeps_its_balance(year: Desk) -> None:
    """5,000.00 + 1,200.50 − 800.00 = 5,400.50."""
    told = year.run("records", year.of(QINGSHI), "care_fund", plain=True).out
    for balance in ("5,000.00", "6,200.50", "5,400.50"):
        assert balance in told
    assert len(year.done("records", year.county, "care_fund")) == 3


def test_a_venue_counts_when_it_is_accepted(year: Desk) -> None:
    assert year.seen["coverage 4"] == "活动场所达标覆盖率 50%"  # 2 of 4
    assert year.seen["coverage 5"] == "活动场所达标覆盖率 75%"  # 3 of 4


LEDGERS = {  # what the ledgers supply: the figure in per cent, and the mark
    "1.1": (("100%", "8"), ("100%", "8"), ("75%", "6")),  # 5,256.81 of 7,009.10; of 8
    "1.3": (("75%", "9"), ("66.7%", "8"), ("33.3%", "4")),  # 3 of 4, 2 of 3, 1 of 3; of 12
    "2.2": (("100%", "7"), ("50%", "3.5"), ("75%", "5.25")),  # 4 of 4, 1 of 2, 3 of 4; of 7
    "3.1": (("100%", "10"), ("100%", "10"), ("50%", "5")),  # 1 of 1, 1 of 1, 1 of 2 in time; of 10
    "4.1": (("95%", "8.55"), ("100%", "9"), ("58.3%", "5.25")),  # 0.583 × 9 = 5.247
    "4.2": (("100%", "6"), ("100%", "6"), ("83.3%", "5")),  # 10 of 12 months; 0.833 × 6 = 4.998
    "4.3": (("100%", "4"), ("100%", "4"), ("50%", "2")),  # 1 of 2 answered in time; of 4
    "4.4": (("95.2%", "4"), ("57.1%", "0"), ("100%", "4")),  # 20, 12, 21 of 21; from 60 to 95
    "4.5": (("100%", "2"), ("100%", "2"), ("90%", "1")),  # 90.00 of 100.00; (90 − 80) / 20 × 2
}


@pytest.mark.parametrize("number", LEDGERS)
def test_the_ledgers_supply_the_same_marks_on_both_sides(year: Desk, number: str) -> None:
    for code, (figure, mark) in zip(NAMES, LEDGERS[number], strict=True):
        for side, column in (("self", "self_score"), ("county", "county_score")):
            (line,) = [one for one in year.seen[f"{side} {code}"]["lines"] if one["number"] == number]
            assert (line["figure"].rpartition(" ")[2], line[column]) == (figure, mark)


def test_totals_ranks_and_the_mark_that_passes(year: Desk) -> None:
    """58.55 + 38 + 2; 50.5 + 19.5; 37.5 + 32. Seventy itself passes, half a mark less does not."""
    assert [year.seen[f"self {code}"]["self_total"] for code in NAMES] == ["98.55", "88.5", "75.5"]
    assert [year.seen[f"county {code}"]["county_total"] for code in NAMES] == ["98.55", "70", "69.5"]
    decided = year.seen["decided"]
    assert decided == year.seen["planned"]
    assert decided["results"] == [
        {"office": QINGSHI, "total": "98.55", "rank": 1, "passed": True},
        {"office": SHUANGQIAO, "total": "70", "rank": 2, "passed": True},
        {"office": SONGSHAN, "total": "69.5", "rank": 3, "passed": False},
    ]
    assert [one["total"] for one in year.done("records", year.of(SONGSHAN), "assessment")] == ["69.5"]


def test_restrictions_reach_whom_they_bind(year: Desk) -> None:
    bound = [("松山镇", "01", None), ("松山镇", "03", "赵大山"), ("松山镇", "02", "赵大山"), ("松山镇", "02", "孙小梅"),
             ("松山镇", "02", "吴专干")]  # fmt: skip
    found = year.seen["decided"]["restrictions"]
    assert [(one["office"], one["kind"], one["person"]) for one in found] == bound
    assert {(one["kind"] == "03", one["from"], one["until"]) for one in found} == {
        (False, "2014-01-15", "2015-01-15"),
        (True, "2014-01-15", "2014-02-14"),
    }
    kept = {code: year.done("records", year.of(code), "restriction") for code in NAMES}
    assert {code: len(found) for code, found in kept.items()} == {QINGSHI: 0, SHUANGQIAO: 0, SONGSHAN: 5}
    assert kept[SONGSHAN] == year.done("records", year.county, "restriction", "--where", "office=松山镇")


def test_an_appointment_that_breaks_one_is_found(year: Desk) -> None:
    sentence = "孙小梅受考核限制，2014-01-15 至 2015-01-15 不提拔、不重用、不调动"
    appointed = year.seen["appointed"]
    assert appointed.status == 0
    assert sentence in appointed.err
    broken: list[Any] = [one for one in year.seen["found"] if one["rule"] == "restriction.appointment"]
    assert [(one["ledger"], one["field"], one["level"]) for one in broken] == [("cadre", "since", "warning")]
    assert sentence in broken[0]["message"]


def test_the_draw_is_written_as_it_was_drawn(year: Desk) -> None:
    drawn = year.seen["drawn"]
    assert (len(drawn), len({one["village_id"] for one in drawn})) == (4, 4)
    written = year.done("records", year.county, "inspection", "--where", "way=随机抽查")
    assert {one["village_id"] for one in written} == {one["village_id"] for one in drawn}


def test_the_next_year_begins_anew(year: Desk) -> None:
    assert year.seen["carried on"] == {"year": 2014, "tasks": 9, "indicators": 38}
    assert year.seen["duties 2014"]["created"] == 27
    (line,) = year.seen["month 2014"]
    assert (line["filled"], line["owed"], line["rate"]) == (1, 9, "33.3")  # 1 of 3, not 4
    refused = year.refused("bulletin", year.county, "--month", "2013-04")
    assert refused.startswith("2013-04 的通报已经有了")
