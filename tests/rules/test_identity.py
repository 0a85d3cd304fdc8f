"""The identity number against the file (§2.3). The number is the worked one of GB 11643: a woman born in 1949."""

from datetime import date

import pytest

from app.findings import Level
from app.rules.identity import age, id_agrees_with_birth, id_agrees_with_sex

NUMBER = "11010519491231002X"


@pytest.mark.parametrize(
    ("resident_id", "birth", "agrees"),
    [
        (NUMBER, date(1949, 12, 31), True),  # GB 11643: characters 7 to 14
        (NUMBER, date(1949, 12, 30), False),
        (None, date(1949, 12, 30), True),  # §2.3: a number may still be missing
        (NUMBER, None, True),
        ("110105", date(1949, 12, 30), True),  # not a number at all: its field says so
    ],
)
def test_birth(resident_id: str | None, birth: date | None, agrees: bool):
    assert (id_agrees_with_birth(resident_id, birth) is None) is agrees


def test_birth_says_both_dates_and_what_to_do():
    finding = id_agrees_with_birth(NUMBER, date(1950, 1, 1))
    assert finding is not None
    assert (finding.level, finding.field, finding.rule) == (Level.WARNING, "birth", "id.birth")
    assert finding.message == (
        "出生日期与身份证不一致：档案 1950-01-01，身份证 1949-12-31；以档案认定为准的，请在备注中说明"
    )


@pytest.mark.parametrize(
    ("resident_id", "sex", "agrees"),
    [
        (NUMBER, "2", True),  # GB 11643: an even 17th character is a woman's
        (NUMBER, "1", False),
        (NUMBER, "0", True),  # GB/T 2261.1: unknown
        (NUMBER, "9", True),
        (NUMBER, None, True),
        (None, "1", True),
        ("110105", "1", True),
    ],
)
def test_sex(resident_id: str | None, sex: str | None, agrees: bool):
    assert (id_agrees_with_sex(resident_id, sex) is None) is agrees


def test_sex_says_both_and_what_to_do():
    finding = id_agrees_with_sex(NUMBER, "1")
    assert finding is not None
    assert (finding.level, finding.field, finding.rule) == (Level.WARNING, "sex", "id.sex")
    assert finding.message == "性别与身份证不一致：档案 男，身份证 女；请对照身份证核对"


@pytest.mark.parametrize(
    ("birth", "on", "years"),
    [
        (date(1978, 3, 12), date(2012, 3, 11), 33),
        (date(1978, 3, 12), date(2012, 3, 12), 34),
        (date(1992, 2, 29), date(2010, 2, 28), 18),  # civil code, article 202: the month's last day
        (date(2012, 9, 12), date(2012, 9, 12), 0),
    ],
)
def test_age(birth: date, on: date, years: int):
    assert age(birth, on) == years
