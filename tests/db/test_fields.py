"""Every kind of field reads what it shows, keeps its promise on the wire, and masks what is nobody's business."""

import string
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import codes, fields
from db.fields import KINDS, Field
from db.models.record import fields_of, models
from db.parsing import Unreadable, check_digit

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
NAMES = st.text(HAN, min_size=2, max_size=4)
LINES = st.text(st.one_of(HAN, st.sampled_from(string.ascii_letters + string.digits)), min_size=2, max_size=20)
DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
NATIONS = st.sampled_from([one.code for one in codes.table("nation").items])
ROOMS = st.lists(st.sampled_from([one.code for one in codes.table("room").items]), min_size=1, unique=True)
AMOUNTS = st.integers(-(10**14), 10**14)


def identity_number(birth: date, order: int) -> str:
    first17 = f"430599{birth:%Y%m%d}{order:03d}"
    return first17 + check_digit(first17)


def social_credit_code(letters: list[int]) -> str:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(letter * pow(3, place, 31) for place, letter in enumerate(letters))
    return "".join(alphabet[letter] for letter in letters) + alphabet[-total % 31]


VALUES: dict[str, tuple[Field, st.SearchStrategy[Any]]] = {
    "text": (Field(KINDS["text"], "名称", length=20), LINES),
    "name": (Field(KINDS["name"], "姓名", length=50), NAMES),
    "note": (Field(KINDS["note"], "备注"), st.lists(LINES, min_size=1, max_size=4).map("\n".join)),
    "code": (Field(KINDS["code"], "民族", table="nation"), NATIONS),
    "codes": (Field(KINDS["codes"], "功能室", table="room"), ROOMS.map(",".join)),
    "day": (Field(KINDS["day"], "出生日期"), DAYS),
    "month": (Field(KINDS["month"], "月份"), DAYS.map(lambda day: f"{day:%Y-%m}")),
    "year": (Field(KINDS["year"], "年度"), st.integers(1900, 2100)),
    "whole": (Field(KINDS["whole"], "户数"), st.integers(0, 10**9)),
    "decimal": (Field(KINDS["decimal"], "面积"), st.decimals(0, 10**9, places=4).map(lambda one: one.normalize())),
    "money": (Field(KINDS["money"], "金额"), AMOUNTS),
    "flag": (Field(KINDS["flag"], "达标"), st.booleans()),
    "resident_id": (
        Field(KINDS["resident_id"], "公民身份号码"),
        st.builds(identity_number, DAYS, st.integers(0, 999)),
    ),
    "credit_code": (
        Field(KINDS["credit_code"], "信用代码"),
        st.builds(social_credit_code, st.lists(st.integers(0, 30), min_size=17, max_size=17)),
    ),
    "phone": (
        Field(KINDS["phone"], "手机号"),
        st.one_of(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.from_regex(r"0739-[0-9]{7}", fullmatch=True)),
    ),
    "link": (Field(KINDS["link"], "党支部", target="party_org"), st.uuids().map(str)),
}


def test_every_kind_is_tried() -> None:
    assert set(VALUES) == set(KINDS)


@pytest.mark.parametrize("kind", VALUES)
@given(data=st.data())
def test_a_field_reads_what_it_shows(kind: str, data: st.DataObject) -> None:
    spec, values = VALUES[kind]
    value = data.draw(values)
    assert spec.parse(spec.show(value)) == value


@pytest.mark.parametrize("kind", VALUES)
@given(data=st.data())
def test_a_field_reads_what_scripts_get(kind: str, data: st.DataObject) -> None:
    spec, values = VALUES[kind]
    value = data.draw(values)
    wire = spec.wire(value)
    assert isinstance(wire, (str, int, bool))
    assert wire == value if isinstance(wire, (bool, int)) else spec.parse(wire) == value


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("nothing", [None, "", "  ", "　"])
def test_nothing_is_nothing(kind: str, nothing: str | None) -> None:
    spec, _ = VALUES[kind]
    assert spec.parse(nothing) is None
    assert spec.show(None) == ""
    assert spec.wire(None) is None


SHOWN = [
    ("code", "01", "汉族"),
    ("codes", "01,02", None),
    ("day", date(1978, 3, 12), "1978-03-12"),
    ("decimal", Decimal("75.50"), "75.5"),
    ("decimal", Decimal("100"), "100"),
    ("money", 701_910, "7,019.10"),
    ("money", -5, "-0.05"),
    ("flag", False, "否"),
]


@pytest.mark.parametrize(("kind", "value", "text"), SHOWN)
def test_what_a_person_sees(kind: str, value: object, text: str | None) -> None:
    shown = VALUES[kind][0].show(value)
    assert shown == text if text is not None else "、" in shown


def test_scripts_get_money_in_yuan_as_text() -> None:
    assert VALUES["money"][0].wire(412_300) == "4123.00"
    assert VALUES["money"][0].wire(-5) == "-0.05"
    assert VALUES["decimal"][0].wire(Decimal("75.5")) == "75.5"


REFUSED = [
    ("code", "火星族", "“民族”没有“火星族”这一项，可填：汉族、"),
    ("codes", "会议室、游泳池", "“功能室”没有“游泳池”这一项"),
    ("text", "长" * 21, "“名称”最多写 20 个字，现在有 21 个"),
    ("day", "1978-13-01", "中没有13月这个月份"),
    ("whole", "一些", "不是数字"),
    ("whole", "2147483648", "太大了"),
    ("money", "12.345", "不足一分"),
]


@pytest.mark.parametrize(("kind", "text", "sentence"), REFUSED)
def test_what_cannot_be_read_is_told(kind: str, text: str, sentence: str) -> None:
    with pytest.raises(Unreadable) as told:
        VALUES[kind][0].parse(text)
    assert sentence in str(told.value)


MASKS = [
    (fields.resident_id(), identity_number(date(1964, 5, 3), 17), "4305**********"),
    (fields.phone(), "13873912210", "138****2210"),
    (fields.address(), "湖南省云溪县石桥镇柳溪村3组", "湖南省云溪县***"),
]


@pytest.mark.parametrize(("column", "value", "begins"), MASKS, ids=["number", "phone", "address"])
def test_sensitive_values_are_masked_when_asked(column: Any, value: str, begins: str) -> None:
    spec: Field = column.column.info["field"]
    assert spec.sensitive
    assert spec.show(value) == value
    masked = spec.show(value, masked=True)
    assert masked.startswith(begins)
    assert value not in masked


SEVERAL = [spec for model in models().values() for spec in fields_of(model).values() if spec.kind.id == "codes"]


@pytest.mark.parametrize("spec", SEVERAL, ids=lambda spec: spec.table)
@pytest.mark.parametrize("between", ["、", ",", "，", "；", ";"])
def test_several_codes_are_read_as_they_are_shown(spec: Field, between: str) -> None:
    """Some names have a mark of their own: 服务差、群众意见大."""
    every = [one.code for one in codes.table(spec.table or "").items]
    assert spec.parse(spec.show(",".join(every))) == ",".join(every)
    assert spec.parse(between.join(codes.table(spec.table or "").name(one) for one in every)) == ",".join(every)
    for one in every:
        assert spec.parse(spec.show(one)) == spec.parse(one) == one


@pytest.mark.parametrize("model", models().values(), ids=list(models()))
def test_every_declared_field_is_whole(model: Any) -> None:
    for name, spec in fields_of(model).items():
        assert spec.name == name
        assert spec.kind.id in KINDS
        assert name.endswith("_id") == (spec.kind.id == "link") or spec.kind.id == "resident_id"
        if spec.table:
            assert codes.table(spec.table).items
        if spec.target:
            assert spec.target in models()
        assert model.__table__.columns[name].nullable is not spec.required


@pytest.mark.parametrize(
    ("kind", "unit", "text", "value"),
    [
        ("whole", "人", "5000人", 5000),
        ("whole", "户", " 1,300 户 ", 1300),
        ("decimal", "㎡", "180㎡", Decimal("180")),
        ("decimal", "㎡", "180.5平方米", Decimal("180.5")),
        ("decimal", "㎡", "180m²", Decimal("180")),
    ],
)
def test_a_number_may_carry_its_own_unit(kind: str, unit: str, text: str, value: object) -> None:
    assert Field(KINDS[kind], "数", unit=unit).parse(text) == value


@pytest.mark.parametrize(
    ("label", "text", "value"),
    [
        ("达标", "达标", True), ("达标", "未达标", False), ("达标", "不达标", False), ("已签领", "签领", True),
        ("已签领", "未签领", False), ("是否流动党员", "非流动党员", False), ("流动党员", "是", True),
        ("达标", "×", False),
    ],
)  # fmt: skip
def test_a_flag_may_say_what_it_is_about(label: str, text: str, value: bool) -> None:
    assert Field(KINDS["flag"], label).parse(text) is value


@pytest.mark.parametrize(("unit", "text"), [("人", "5000户"), ("㎡", "3亩"), ("", "5000人"), ("人", "人")])
def test_a_number_with_another_unit_is_refused(unit: str, text: str) -> None:
    with pytest.raises(Unreadable):
        Field(KINDS["whole"], "数", unit=unit).parse(text)
