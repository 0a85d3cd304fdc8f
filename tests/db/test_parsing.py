"""What people write, and what is made of it. All persons, numbers and telephones are made up."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import parsing
from db.parsing import Unreadable

WANG_FANG = "43052219780312002" + parsing.check_digit("43052219780312002")
EXCEL_ATE = "Excel 把身份证号当成了数字，末几位已经丢失，请把该列设为“文本”格式后重新填写18位号码"

READ = [
    # text
    (parsing.clean_text, "　ＡＢ１２ \t 村 ", "AB12 村"),
    (parsing.clean_text, "好，（一）", "好，（一）"),
    (parsing.clean_text, "⼀⽅\u200b", "一方"),
    (parsing.clean_text, "一\r\n二\x00三", "一 二 三"),
    (parsing.clean_name, "王 芳", "王芳"),
    (parsing.clean_name, " 王　芳 ", "王芳"),
    (parsing.clean_name, "欧阳 小 明", "欧阳小明"),
    (parsing.clean_name, "阿依古丽•买买提", "阿依古丽·买买提"),
    (parsing.clean_name, "阿依古丽・买买提", "阿依古丽·买买提"),
    (parsing.clean_name, "阿依古丽．买买提", "阿依古丽·买买提"),
    (parsing.clean_name, "阿依古丽 . 买买提", "阿依古丽·买买提"),
    (parsing.clean_name, "阿依古丽··买买提", "阿依古丽·买买提"),
    (parsing.clean_name, "John  Smith", "John Smith"),
    (parsing.clean_name, "J. Smith", "J. Smith"),
    # days
    (parsing.day, "19780312", date(1978, 3, 12)),
    (parsing.day, "1978-3-12", date(1978, 3, 12)),
    (parsing.day, "1978-03-12", date(1978, 3, 12)),
    (parsing.day, "1978.3.12", date(1978, 3, 12)),
    (parsing.day, "1978．3．12", date(1978, 3, 12)),
    (parsing.day, "1978。3。12", date(1978, 3, 12)),
    (parsing.day, "1978、3、12", date(1978, 3, 12)),
    (parsing.day, "1978/3/12", date(1978, 3, 12)),
    (parsing.day, "1978—3—12", date(1978, 3, 12)),
    (parsing.day, "1978–03–12", date(1978, 3, 12)),
    (parsing.day, "１９７８年３月１２日", date(1978, 3, 12)),
    (parsing.day, "1978年3月12日", date(1978, 3, 12)),
    (parsing.day, "1978年3月12号", date(1978, 3, 12)),
    (parsing.day, " 1978 年 3 月 12 日 ", date(1978, 3, 12)),
    (parsing.day, "1978 3 12", date(1978, 3, 12)),
    (parsing.day, "1978，3，12", date(1978, 3, 12)),
    (parsing.day, "1978\\3\\12", date(1978, 3, 12)),
    (parsing.day, "1978.3.12.", date(1978, 3, 12)),
    (parsing.day, "1978年3月", date(1978, 3, 1)),
    (parsing.day, "1978.3.", date(1978, 3, 1)),
    (parsing.day, "1978.03", date(1978, 3, 1)),
    (parsing.day, "1978-3", date(1978, 3, 1)),
    (parsing.day, "197803", date(1978, 3, 1)),
    (parsing.day, "200312", date(2003, 12, 1)),
    (parsing.day, "1978-03-12 00:00:00", date(1978, 3, 12)),
    (parsing.day, "1978-03-12T00:00:00", date(1978, 3, 12)),
    (parsing.day, "1978/3/12 0:00", date(1978, 3, 12)),
    (parsing.day, "2012-02-29", date(2012, 2, 29)),
    (parsing.day, "一九七八年三月十二日", date(1978, 3, 12)),
    (parsing.day, "二〇一二年九月", date(2012, 9, 1)),
    (parsing.day, "二○一二年十月二十日", date(2012, 10, 20)),
    (parsing.day, "二零一二年元月三十一日", date(2012, 1, 31)),
    (parsing.day, "二O一二年十一月廿一日", date(2012, 11, 21)),
    (parsing.day, "二0一二年十二月卅日", date(2012, 12, 30)),
    (parsing.month, "2012年9月", "2012-09"),
    (parsing.month, "2012年9月份", "2012-09"),
    (parsing.month, "2012-09", "2012-09"),
    (parsing.month, "2012.9", "2012-09"),
    (parsing.month, "201209", "2012-09"),
    (parsing.month, "二〇一二年九月", "2012-09"),
    (parsing.month, "2012-09-01", "2012-09"),
    (parsing.year, "2012", 2012),
    (parsing.year, "2012年", 2012),
    (parsing.year, "2012年度", 2012),
    (parsing.year, "二〇一二年", 2012),
    # numbers
    (parsing.whole, "12", 12),
    (parsing.whole, "１２", 12),
    (parsing.whole, "1,234", 1234),
    (parsing.whole, "12.0", 12),
    (parsing.whole, "-3", -3),
    (parsing.decimal_, "12.50", Decimal("12.50")),
    (parsing.decimal_, "1，234.5", Decimal("1234.5")),
    (parsing.money, "1,234.56", 123456),
    (parsing.money, "￥1,234.56", 123456),
    (parsing.money, "¥ 5", 500),
    (parsing.money, "7009.1", 700910),
    (parsing.money, "7009.10元", 700910),
    (parsing.money, "1.230", 123),
    (parsing.money, "3000元整", 300000),
    (parsing.money, "1.2万元", 1200000),
    (parsing.money, "1.2万", 1200000),
    (parsing.money, "1.2千元", 120000),
    (parsing.money, "0.3亿元", 3_000_000_000),
    (parsing.money, "1.234567万元", 1234567),
    (parsing.money, "-5", -500),
    (parsing.money, "0", 0),
    *[(parsing.flag, text, True) for text in ("是", "有", "√", "Y", "yes", "1", "true", "TRUE", " 是 ", "Ｙ")],
    *[(parsing.flag, text, False) for text in ("否", "无", "×", "x", "N", "0", "false", "FALSE", "不是")],
    # numbers of persons, telephones, units
    (parsing.phone, "13800138000", "13800138000"),
    (parsing.phone, "138 0013 8000", "13800138000"),
    (parsing.phone, "138-0013-8000", "13800138000"),
    (parsing.phone, "+86 13800138000", "13800138000"),
    (parsing.phone, "8613800138000", "13800138000"),
    (parsing.phone, "0739-3601234", "0739-3601234"),
    (parsing.phone, "(0739)3601234", "0739-3601234"),
    (parsing.phone, "07393601234", "0739-3601234"),
    (parsing.phone, "0731—88001234", "0731-88001234"),
    (parsing.phone, "010 82345678", "010-82345678"),
    (parsing.resident_id, "11010519491231002X", "11010519491231002X"),
    (parsing.resident_id, "11010519491231002x", "11010519491231002X"),
    (parsing.resident_id, " 110105 19491231 002Ｘ", "11010519491231002X"),
    (parsing.resident_id, "'11010519491231002X", "11010519491231002X"),
    (parsing.resident_id, "١١٠١٠٥19491231002X", "11010519491231002X"),
    (parsing.credit_code, "91430522MA4L000013", "91430522MA4L000013"),
    (parsing.credit_code, "91430522 ma4l000013", "91430522MA4L000013"),
    (parsing.credit_code, "91350100M000100Y43", "91350100M000100Y43"),
]

REFUSED = [
    (parsing.day, "78-3-12", "“78-3-12”的年份只写了两位，请写四位年份，如 1978-03-12"),
    (parsing.day, "78.3", "“78.3”的年份只写了两位，请写四位年份，如 1978-03-12"),
    (parsing.day, "78年3月", "“78年3月”的年份只写了两位，请写四位年份，如 1978-03-12"),
    (parsing.day, "780312", "“780312”的年份只写了两位，请写四位年份，如 1978-03-12"),
    (parsing.day, "1978-02-30", "1978年2月没有30日，请核对"),
    (parsing.day, "1978年2月29日", "1978年2月没有29日，请核对"),
    (parsing.day, "19780431", "1978年4月没有31日，请核对"),
    (parsing.day, "1978-03-00", "1978年3月没有0日，请核对"),
    (parsing.day, "1978-13-01", "“1978-13-01”中没有13月这个月份，请核对"),
    (parsing.day, "1878-03-12", "年份1878不在1900年至2100年之间，请核对"),
    (parsing.day, "2101-01-01", "年份2101不在1900年至2100年之间，请核对"),
    (parsing.day, "1978", "“1978”只有年份，请至少写到月，如 1978年3月"),
    (parsing.day, "一九七八年", "“一九七八年”只有年份，请至少写到月，如 1978年3月"),
    (parsing.day, "28561", "“28561”像是 Excel 的日期序号，请把单元格格式设为“日期”后再试"),
    (parsing.day, "1978312", "“1978312”不是日期，请写成 1978-03-12 或 1978年3月12日"),
    (parsing.day, "12/3/1978", "“12/3/1978”不是日期，请写成 1978-03-12 或 1978年3月12日"),
    (parsing.day, "不详", "“不详”不是日期，请写成 1978-03-12 或 1978年3月12日"),
    (parsing.day, "", "“”不是日期，请写成 1978-03-12 或 1978年3月12日"),
    (
        parsing.day,
        "大约是一九七八年春天插秧的时候，记不清是哪一天了",
        "“大约是一九七八年春天插秧的时候，记不清是…”不是日期，请写成 1978-03-12 或 1978年3月12日",
    ),
    (parsing.month, "2012年13月", "“2012年13月”中没有13月这个月份，请核对"),
    (parsing.month, "11月", "“11月”不是月份，请写成 2026-11 或 2026年11月"),
    (parsing.month, "2012", "“2012”只有年份，请至少写到月，如 1978年3月"),
    (parsing.year, "12", "“12”的年份只写了两位，请写四位年份，如 2012"),
    (parsing.year, "去年", "“去年”不是年份，请写四位年份，如 2012"),
    (parsing.year, "1840", "年份1840不在1900年至2100年之间，请核对"),
    (parsing.whole, "12.5", "“12.5”应为整数，请去掉小数部分"),
    (parsing.whole, "12人", "“12人”不是数字，请只写数字，不写单位"),
    (parsing.whole, "1,23", "“1,23”不是数字，请只写数字，不写单位"),
    (parsing.whole, "", "“”不是数字，请只写数字，不写单位"),
    (parsing.decimal_, "95%", "“95%”带有百分号，请只写数字，如 95"),
    (parsing.decimal_, "九十五", "“九十五”不是数字，请只写数字，不写单位"),
    (parsing.money, "1.234", "“1.234”不足一分，金额最多写到分，即两位小数"),
    (parsing.money, "1.2345678万", "“1.2345678万”不足一分，金额最多写到分，即两位小数"),
    (parsing.money, "约3000", "“约3000”不是金额，请写成 1234.56 或 1.2万元"),
    (parsing.money, "999999999999万", "“999999999999万”太大，请核对单位是元还是万元"),
    (parsing.flag, "可能", "“可能”看不出是或否，请写“是”或“否”"),
    (parsing.flag, "", "“”看不出是或否，请写“是”或“否”"),
    (parsing.phone, "138****1234", "电话号码有几位是星号，请填写完整的号码"),
    (parsing.phone, "1.38E+10", "Excel 把电话号码当成了数字，请把该列设为“文本”格式后重新填写"),
    (parsing.phone, "3601234", "固定电话缺区号，请写成 0739-3601234"),
    (parsing.phone, "13800138000/13900139000", "这里写了不止一个号码，请只留一个"),
    (parsing.phone, "13800138000 13900139000", "这里写了不止一个号码，请只留一个"),
    (parsing.phone, "1380013800", "电话号码不对：手机号为11位，固定电话请写成 0739-3601234"),
    (parsing.phone, "12345678901", "电话号码不对：手机号为11位，固定电话请写成 0739-3601234"),
    (parsing.resident_id, "4.30522E+17", EXCEL_ATE),
    (parsing.resident_id, "4.30522197803120E+17", EXCEL_ATE),
    (parsing.resident_id, "110105491231002", "这是15位的旧身份证号，请填写18位号码"),
    (parsing.resident_id, "1101051949123100", "身份证号应为18位，这里是16位，请核对"),
    (parsing.resident_id, "1101051949123100X2", "身份证号前17位应为数字，末位为数字或X，请核对"),
    (parsing.resident_id, "110105194912310021", "身份证号校验不符，有一位写错了，请对照身份证核对"),
    (parsing.resident_id, "110105194912320022", "身份证号第7至14位不是真实的出生日期，请核对"),
    (parsing.resident_id, "110105184912310022", "身份证号第7至14位不是真实的出生日期，请核对"),
    (parsing.resident_id, "4305**********0026", "身份证号有几位是星号，请填写完整的18位号码"),
    (
        parsing.resident_id,
        "430522197803120000",
        "身份证号末三位是000且校验不符，多半被 Excel 截断，请按“文本”格式重新填写18位号码",
    ),
    (parsing.credit_code, "91430522MA4L00001", "统一社会信用代码应为18位，这里是17位，请核对"),
    (parsing.credit_code, "430522000001234", "这是15位的旧注册号，请填写营业执照上的18位统一社会信用代码"),
    (
        parsing.credit_code,
        "91430522MA4LO00013",
        "统一社会信用代码只用数字和除 I、O、S、V、Z 以外的大写字母，请对照证照核对",
    ),
    (parsing.credit_code, "91430522MA4L000014", "统一社会信用代码校验不符，有一位写错了，请对照证照核对"),
    (
        parsing.credit_code,
        "9.14305E+17",
        "Excel 把信用代码当成了数字，末几位已经丢失，请把该列设为“文本”格式后重新填写18位代码",
    ),
]


@pytest.mark.parametrize(("read", "written", "value"), READ)
def test_read(read: Callable[[str], object], written: str, value: object):
    assert read(written) == value


@pytest.mark.parametrize(("read", "written", "sentence"), REFUSED)
def test_refused_with_a_sentence(read: Callable[[str], object], written: str, sentence: str):
    with pytest.raises(Unreadable) as refusal:
        read(written)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize("read", [parsing.resident_id, parsing.phone, parsing.credit_code])
@pytest.mark.parametrize("written", ["430522197803120021", "1380013800", "1101051949123100X2"])
def test_a_refusal_does_not_repeat_what_is_private(read: Callable[[str], object], written: str):
    with pytest.raises(Unreadable) as refusal:
        read(written)
    assert written not in str(refusal.value)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        ("  原样 ", "  原样 "),
        (True, "TRUE"),
        (False, "FALSE"),
        (12, "12"),
        (12.0, "12"),
        (-0.0, "0"),
        (12.5, "12.5"),
        (0.1 + 0.2, "0.3"),
        (0.0000001, "0.0000001"),
        (13800138000.0, "13800138000"),
        (999999999999999.0, "999999999999999"),
        (430522197803120026.0, "4.30522E+17"),
        (430522197803120026, "4.30522E+17"),
        (date(1978, 3, 12), "1978-03-12"),
        (datetime(1978, 3, 12), "1978-03-12"),  # noqa: DTZ001 a cell has no zone
        (datetime(1978, 3, 12, 8, 30), "1978-03-12 08:30:00"),  # noqa: DTZ001
        (time(8, 30), "08:30:00"),
        (timedelta(hours=30, minutes=5), "30:05:00"),
    ],
)
def test_a_cell_is_the_text_that_is_seen(cell: object, text: str):
    assert parsing.cell_text(cell) == text


def test_a_number_that_a_spreadsheet_has_cut_short_is_never_taken_for_an_identity():
    with pytest.raises(Unreadable, match="末几位已经丢失"):
        parsing.resident_id(parsing.cell_text(float(WANG_FANG)))


@pytest.mark.parametrize(
    ("mask", "value", "masked"),
    [
        (parsing.mask_resident_id, "430522197803120026", "4305**********0026"),
        (parsing.mask_resident_id, "12345678", "********"),
        (parsing.mask_resident_id, "", ""),
        (parsing.mask_phone, "13800132210", "138****2210"),
        (parsing.mask_phone, "0739-3601234", "0739-*****34"),
        (parsing.mask_phone, "3601234", "*****34"),
        (parsing.mask_phone, "110", "***"),
        (parsing.mask_address, "青石县云溪镇大塘村三组12号", "青石县云溪镇***"),
        (parsing.mask_address, "大塘村", "大塘村***"),
        (parsing.mask_address, "", ""),
    ],
)
def test_masks(mask: Callable[[str], str], value: str, masked: str):
    assert mask(value) == masked


def test_what_an_identity_number_tells():
    """The worked number of GB 11643."""
    assert parsing.check_digit("11010519491231002") == "X"
    assert parsing.birth_of("11010519491231002X") == date(1949, 12, 31)
    assert parsing.sex_of("11010519491231002X") == "2"
    assert parsing.sex_of("11010519491231001X") == "1"


def test_a_birth_after_today_is_refused_where_today_is_known():
    born_2012 = "43052220120912001" + parsing.check_digit("43052220120912001")
    assert parsing.resident_id(born_2012) == born_2012
    assert parsing.resident_id(born_2012, today=date(2012, 9, 12)) == born_2012
    with pytest.raises(Unreadable, match="身份证号中的出生日期晚于今天，请核对"):
        parsing.resident_id(born_2012, today=date(2012, 9, 11))


def test_a_region_that_was_abolished_is_no_fault():
    first = "43262219780312002"
    assert parsing.resident_id(first + parsing.check_digit(first))


days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
NUMERALS = "〇一二三四五六七八九"


def chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else NUMERALS[tens]) + ("十" if tens else "") + (NUMERALS[ones] if ones else "")


@given(days)
def test_a_day_is_read_back_from_every_way_of_writing_it(d: date):
    years = "".join(NUMERALS[int(digit)] for digit in str(d.year))
    for written in (
        d.isoformat(),
        f"{d:%Y%m%d}",
        f"{d.year}.{d.month}.{d.day}",
        f"{d.year}/{d.month}/{d.day}",
        f"{d.year}年{d.month}月{d.day}日",
        f"{years}年{chinese(d.month)}月{chinese(d.day)}日",
        f"{d.isoformat()} 00:00:00",
        parsing.cell_text(d),
        parsing.cell_text(datetime(d.year, d.month, d.day)),  # noqa: DTZ001 a cell has no zone
    ):
        assert parsing.day(written) == d
        assert parsing.month(written) == f"{d:%Y-%m}"
    for written in (f"{d:%Y%m}", f"{d:%Y-%m}", f"{d.year}.{d.month}", f"{d.year}年{d.month}月"):
        assert parsing.day(written) == d.replace(day=1)


@given(st.integers(-(10**14), 10**14))
def test_money_is_read_back_to_the_fen(fen: int):
    yuan = Decimal(fen) / 100
    for written in (f"{yuan:f}", f"{yuan:,.2f}", f"￥{yuan:.2f}元", f"{yuan / 10000:f}万元"):
        assert parsing.money(written) == fen


@given(st.integers(-(10**12), 10**12))
def test_whole_numbers_are_read_back(number: int):
    for written in (str(number), f"{number:,}", parsing.cell_text(number), parsing.cell_text(float(number))):
        assert parsing.whole(written) == number


@given(days, st.integers(110000, 659999), st.integers(1, 999))
def test_an_identity_number_is_read_back_and_every_wrong_digit_is_noticed(d: date, region: int, sequence: int):
    first = f"{region}{d:%Y%m%d}{sequence:03}"
    number = first + parsing.check_digit(first)
    assert parsing.resident_id(number.lower()) == number
    assert parsing.birth_of(number) == d
    assert len(parsing.mask_resident_id(number)) == 18
    assert f"{d:%Y%m%d}" not in parsing.mask_resident_id(number)
    for place in range(17):
        wrong = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
        with pytest.raises(Unreadable):
            parsing.resident_id(wrong)


@given(st.integers(3, 9), st.integers(0, 999999999))
def test_a_mobile_number_is_read_back(second: int, rest: int):
    number = f"1{second}{rest:09}"
    for written in (number, f"{number[:3]} {number[3:7]} {number[7:]}", parsing.cell_text(float(number))):
        assert parsing.phone(written) == number
    assert number[3:7] not in parsing.mask_phone(number)[3:7]


@given(st.text())
def test_any_text_is_read_or_refused_and_breaks_nothing(text: str):
    for read in (
        parsing.day,
        parsing.month,
        parsing.year,
        parsing.whole,
        parsing.decimal_,
        parsing.money,
        parsing.flag,
        parsing.phone,
        parsing.resident_id,
        parsing.credit_code,
    ):
        with suppress(Unreadable):
            read(text)


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str):
    for clean in (parsing.clean_text, parsing.clean_name):
        assert clean(clean(text)) == clean(text)


def test_cells_know_no_zone():
    assert parsing.cell_text(datetime(2012, 9, 12, 8, tzinfo=UTC)).startswith("2012-09-12 08:00:00")
