"""Village cadres' pay (§5.2). Money in fen."""

from datetime import date
from decimal import Decimal

import pytest

from app.findings import Level
from app.rules import pay
from app.rules.pay import HEAD, NOTHING, OTHER, SECRETARY, Standard, Term

SEED = Standard(4_123_00)  # the worked example of §5.2


@pytest.mark.parametrize(
    ("share", "year"),
    [
        (SECRETARY, 7_009_10),  # §5.2: 1.7 × 4,123.00
        (HEAD, 6_308_19),  # §5.2: 0.9 of it
        (OTHER, 4_906_37),  # §5.2: 0.7 of it
        (NOTHING, 0),
        (None, 0),
    ],
)
def test_a_year_by_the_seed(share: str | None, year: int):
    assert pay.year_pay(SEED, share) == year


@pytest.mark.parametrize(
    ("income", "multiple", "share", "year"),
    [
        (4_123_00, "2", SECRETARY, 8_246_00),  # §5.3: some pay twice the income
        (1, "1.7", SECRETARY, 2),  # to the fen, halves up
        (3_333_33, "1.7", HEAD, 5_099_99),  # 5,099.9949 exactly: rounded once, at the end
        (12_345_67, "1.7", OTHER, 14_691_35),  # 14,691.3473 exactly
    ],
)
def test_a_year_of_other_numbers(income: int, multiple: str, share: str, year: int):
    assert pay.year_pay(Standard(income, Decimal(multiple)), share) == year


@pytest.mark.parametrize("year", [7_009_10, 6_308_19, 4_906_37, 0, 11, 12, 13])
def test_twelve_months_are_the_year_and_december_has_the_remainder(year: int):
    months = [pay.month_pay(year, month) for month in range(1, 13)]
    assert sum(months) == year
    assert len(set(months[:11])) == 1
    assert 0 <= months[11] - months[0] < 12


def test_the_months_of_the_worked_example():
    assert pay.month_pay(7_009_10, 1) == 584_09
    assert pay.month_pay(7_009_10, 12) == 584_11


@pytest.mark.parametrize(
    ("since", "until", "months"),
    [
        (date(2010, 3, 1), None, range(1, 13)),
        (date(2012, 3, 15), None, range(3, 13)),  # came on the fifteenth: has the month
        (date(2012, 3, 16), None, range(4, 13)),
        (date(2010, 3, 1), date(2012, 6, 15), range(1, 6)),  # left on the fifteenth: the next one has the month
        (date(2010, 3, 1), date(2012, 6, 16), range(1, 7)),
        (date(2012, 5, 16), date(2012, 6, 15), range(0)),
        (date(2013, 1, 1), None, range(0)),
        (date(2010, 1, 1), date(2011, 12, 31), range(0)),
    ],
)
def test_months_served(since: date, until: date | None, months: range):
    assert pay.months_served(since, until, 2012) == tuple(months)


def test_one_leaves_and_another_comes_and_every_month_is_paid_once():
    change = date(2012, 6, 20)
    before = pay.months_served(date(2009, 1, 1), change, 2012)
    after = pay.months_served(change, None, 2012)
    assert before + after == tuple(range(1, 13))


def test_the_day_that_decides_is_policy():
    assert pay.months_served(date(2012, 3, 10), None, 2012, pay_day=1) == tuple(range(4, 13))


def test_of_two_roles_the_higher_is_paid():
    deputy = Term("deputy", OTHER, date(2008, 1, 1))
    head = Term("head", HEAD, date(2012, 7, 1))
    uncounted = Term("leader", NOTHING, date(2001, 1, 1))
    paid = pay.paid_terms([deputy, head, uncounted], 2012)
    assert [paid[month] for month in range(1, 13)] == ["deputy"] * 6 + ["head"] * 6


def test_of_two_equal_shares_the_older_is_paid():
    terms = [Term("new", OTHER, date(2012, 1, 1)), Term("old", OTHER, date(2008, 1, 1))]
    assert set(pay.paid_terms(terms, 2012).values()) == {"old"}


@pytest.mark.parametrize(
    ("this_year", "last_year", "rise"),
    [
        # seed §1: 人均增加 600 多元; three cadres of a village at incomes of 4,123 and 3,700 yuan
        ([7_009_10, 6_308_19, 4_906_37], [6_290_00, 5_661_00, 4_403_00], 623_22),
        ([700_00], [700_00, 500_00], 100_00),  # heads, not sums
        ([], [1], None),
        ([1], [], None),
    ],
)
def test_the_rise_per_head(this_year: list[int], last_year: list[int], rise: int | None):
    assert pay.rise_per_head(this_year, last_year) == rise


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("1:0.9:0.7", ["1", "0.9", "0.7"]),
        ("1：0.9：0.7", ["1", "0.9", "0.7"]),
        (" 1 : 0.8 : 0.8 ", ["1", "0.8", "0.8"]),
        ("1:0.9", None),
        ("一比九", None),
        ("1:0.9:-0.7", None),
        (None, None),
    ],
)
def test_shares_as_people_write_them(text: str | None, shares: list[str] | None):
    read = pay.shares_of(text)
    assert (None if read is None else [str(one) for one in read.values()]) == shares
    assert read is None or pay.shares_of(pay.written(read)) == read


def test_what_is_paid_out():
    assert pay.net(584_09, 100_00, 20_00, None, 4_09) == 700_00
    assert pay.net(584_09) == 584_09


def test_sentences():
    day = date(2012, 6, 1)
    found = [
        pay.shares_can_be_read("1:0.9"),
        pay.shares_can_be_read("0.7:0.9:1"),
        *pay.standard_is_possible(0, Decimal(0)),
        pay.month_is_one(13),
        *pay.parts_are_positive(100, -1, None, None, None),
        *pay.parts_are_positive(100, None, None, None, -1),
        *pay.parts_are_positive(100, None, None, None, 101),
        *pay.paid_when_due(2012, 5, date(2012, 6, 2), day),
        *pay.paid_when_due(2012, 7, None, day),
    ]
    assert [(one.field, one.level, one.message) for one in found if one] == [
        ("shares", Level.ERROR, "比例“1:0.9”读不懂，请写成 1:0.9:0.7（书记、主任、其他固定补贴）"),
        ("shares", Level.WARNING, "比例“0.7:0.9:1”不是从高到低，请核对书记、主任、其他的次序"),
        ("base_income", Level.ERROR, "上年度农民人均纯收入应大于零，请核对"),
        ("multiple", Level.ERROR, "书记报酬倍数应大于零，请核对"),
        ("month", Level.ERROR, "月份应是 1 到 12，现在是 13，请核对"),
        ("performance", Level.ERROR, "绩效报酬不能是负数，请核对；扣减的填在“扣减”里"),
        ("deduction", Level.ERROR, "扣减填正数，程序会减去，请核对"),
        ("deduction", Level.ERROR, "扣减超过了应发的合计，请核对"),
        ("paid_on", Level.ERROR, "发放日期 2012-06-02 晚于今天，请核对"),
        ("month", Level.WARNING, "2012 年 7 月还没有到，请核对"),
    ]
    assert pay.shares_can_be_read("1:0.9:0.7") is None
    assert pay.month_is_one(12) is None
