"""The care fund and its cases (seed §1, 附 C). Money in fen."""

from datetime import date

import pytest

from app.rules import care

JAN, MAR, JUN = date(2012, 1, 10), date(2012, 3, 1), date(2012, 6, 1)


@pytest.mark.parametrize(
    ("entries", "lowest", "short"),
    [
        ([], None, None),
        ([(JAN, 500_000_00)], (JAN, 500_000_00), None),  # seed §1: 首期投入 50 万
        ([(JAN, 100), (MAR, -100)], (MAR, 0), None),  # to nothing, not below
        ([(JAN, 100), (MAR, -101)], (MAR, -1), (MAR, -1)),
        ([(MAR, -80), (JUN, 100)], (MAR, -80), (MAR, -80)),  # made good later, but below nothing in between
        ([(MAR, -80), (MAR, 100)], (MAR, 20), None),  # what comes in on a day counts for that day
        ([(JUN, -50), (JAN, 100), (MAR, -60)], (JUN, -10), (JUN, -10)),  # in whatever order they were written
    ],
)
def test_the_balance_at_every_date(entries: list[care.Entry], lowest: care.Entry | None, short: care.Entry | None):
    assert care.lowest(entries) == lowest
    assert care.short_on(entries) == short


def test_balances_day_by_day():
    assert care.balances([(MAR, -30), (JAN, 100), (MAR, -20)]) == [(JAN, 100), (MAR, 50)]
    assert care.signed(care.SPENT, 5) == -5
    assert care.signed(care.DONATED, 5) == care.signed(care.GIVEN, 5) == 5


@pytest.mark.parametrize(
    ("days", "messages"),
    [
        ((JAN, MAR, JUN), []),
        ((JAN, None, None), []),
        ((MAR, JAN, None), ["审批日期 2012-01-10 早于申请日期 2012-03-01，请核对"]),
        ((JAN, JUN, MAR), ["发放日期 2012-03-01 早于审批日期 2012-06-01，请核对"]),
        ((MAR, None, JAN), ["发放日期 2012-01-10 早于申请日期 2012-03-01，请核对"]),
        ((date(2012, 6, 2), None, None), ["申请日期 2012-06-02 晚于今天，请核对"]),
    ],
)
def test_the_days_of_a_case(days: tuple[date, date | None, date | None], messages: list[str]):
    assert [one.message for one in care.dates_run_forward(*days, today=JUN)] == messages


@pytest.mark.parametrize(
    ("status", "approved_on", "paid_on", "amount", "messages"),
    [
        (care.APPLIED, None, None, None, []),
        (care.APPROVED, JAN, None, 100, []),
        (care.APPROVED, None, None, None, ["已批准的请填写审批日期", "已批准的请填写金额"]),
        (care.PAID, JAN, None, 100, ["已发放的请填写发放日期"]),
        (care.PAID, JAN, MAR, 100, []),
        (care.DECLINED, None, MAR, None, ["没有批准的不能有发放日期，请核对进度"]),
    ],
)
def test_the_status_of_a_case(
    status: str, approved_on: date | None, paid_on: date | None, amount: int | None, messages: list[str]
):
    assert [one.message for one in care.status_has_its_days(status, approved_on, paid_on, amount)] == messages


def test_an_amount_is_more_than_nothing():
    told = care.amount_is_positive(0)
    assert told is not None
    assert told.message == "金额应大于零，请核对；支出也填正数，在类型里选“支出”"
    assert care.amount_is_positive(1) is None
