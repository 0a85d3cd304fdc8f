"""What a person writes, read as a value; and sensitive values, masked.

Every reader takes the text of an entry box or a cell and gives the value, or raises Unreadable. None of them touches a
clock or a store. The sentences about identity numbers and telephones do not repeat them: they end up in error lists.
"""

import operator
import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

FIRST_YEAR, LAST_YEAR = 1900, 2100


class Unreadable(ValueError):
    """The text cannot be read as the value asked for; str() is the sentence for the person, with its remedy."""


# Text

_TYPESETTING = re.compile(r"[０-９Ａ-Ｚａ-ｚ\u2f00-\u2fd5\uf900-\ufaff]")
_ORDINARY = re.compile("[!-~\u4e00-\u9fff·、，。：；（）“”《》]*")
"""Text that is clean as it stands, as nearly all is."""

_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_NAME_DOT = re.compile(r"\s*[·•・･‧∙⋅●．]+\s*|(?<=[\u4e00-\u9fff])\s*\.\s*(?=[\u4e00-\u9fff])")
_NOT_BETWEEN_LETTERS = re.compile(r"(?<![A-Za-z.]) | (?![A-Za-z])")


def clean_text(s: str) -> str:
    """One line: digits and letters of ordinary width, no blanks at the ends, one blank for a run of them.

    Characters that a PDF spells with look-alikes (⼀ for 一) become the common ones. Chinese punctuation stays.
    """
    if _ORDINARY.fullmatch(s):
        return s
    s = _TYPESETTING.sub(lambda found: unicodedata.normalize("NFKC", found[0]), _INVISIBLE.sub("", s))
    return " ".join("".join(c if unicodedata.category(c) != "Cc" else " " for c in s).split())


def clean_name(s: str) -> str:
    """A person's name: 王 芳 becomes 王芳, the dot of a minority name is always ·, blanks between Latin words stay."""
    return _NOT_BETWEEN_LETTERS.sub("", clean_text(_NAME_DOT.sub("·", s)))


def cell_text(value: object) -> str:
    """The text that a person sees in a spreadsheet's cell, whatever type the cell has.

    Numbers of 16 digits and more come out in scientific notation, as a spreadsheet shows them: their last digits are
    lost.
    """
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            if abs(value) >= 10**15:
                return f"{value:.5E}"
            text = f"{Decimal(f'{value:.15g}'):f}"
            return text if text != "-0" else "0"
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
        case date() | time():
            return value.isoformat()
        case timedelta():
            minutes, seconds = divmod(int(value.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        case _:
            return str(value)


def _plain(s: str) -> str:
    """The text with every digit, letter and mark in its ordinary form, for reading numbers and days."""
    if s.isascii():
        return s.strip()
    s = unicodedata.normalize("NFKC", _INVISIBLE.sub("", s)).strip()
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in s)


def _quoted(s: str) -> str:
    s = clean_text(s)
    return f"“{s[:20]}…”" if len(s) > 20 else f"“{s}”"


# Days, months, years

_SEPARATOR = r"(?:\s*[-./。、,\\—–−]\s*|\s+)"
_CLOCK = re.compile(r"[T\s]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
_WRITTEN_DAY = re.compile(
    rf"(\d{{4}})(?:{_SEPARATOR}|\s*年\s*)(\d{{1,2}})(?:\s*月(?:份)?|(?:{_SEPARATOR}|\s*月\s*)(\d{{1,2}})\s*[日号]?)?"
)
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_SHORT_YEAR = re.compile(rf"\d{{2}}(?:{_SEPARATOR}|年)\d{{1,2}}.{{0,4}}|\d{{6}}|\d{{2}}年?")
_CHINESE_NUMBER = re.compile(r"[0-9〇零○oO一二三四五六七八九十廿卅]+(?=\s*[年月日号]|$)")
_CHINESE_DIGITS = str.maketrans("〇零○oO一二三四五六七八九", "00000123456789")


def day(s: str) -> date:
    """A day, between 1900 and 2100, however the office writes it; a month alone is its first day."""
    year_, month_, day_ = _day_parts(s)
    return date(year_, month_, day_ or 1)


def month(s: str) -> str:
    """A month as YYYY-MM; a whole day stands for its month."""
    year_, month_, _ = _day_parts(s, "不是月份，请写成 2026-11 或 2026年11月")
    return f"{year_}-{month_:02}"


def year(s: str) -> int:
    """A year between 1900 and 2100: 2012, 2012年, 2012年度, 二〇一二年."""
    text = _arabic(_plain(s))
    if found := re.fullmatch(r"(\d{4})\s*(年|年度)?", text):
        return _known_year(int(found[1]))
    if re.fullmatch(r"\d{2}年?", text):
        raise Unreadable(f"{_quoted(s)}的年份只写了两位，请写四位年份，如 2012")
    raise Unreadable(f"{_quoted(s)}不是年份，请写四位年份，如 2012")


_NO_DAY = "不是日期，请写成 1978-03-12 或 1978年3月12日"


def _day_parts(s: str, otherwise: str = _NO_DAY) -> tuple[int, int, int | None]:
    """Year, month and, where written, day; all of them real. `otherwise` is said of what is nothing of the kind."""
    text = _CLOCK.sub("", _arabic(_plain(s))).rstrip(".。、")
    found = _WRITTEN_DAY.fullmatch(text) or _COMPACT_DAY.fullmatch(text)
    if not found or (len(text) == 6 and not FIRST_YEAR <= int(found[1]) <= LAST_YEAR):
        raise Unreadable(_why_not_a_day(s, text, otherwise))
    year_, month_, day_ = _known_year(int(found[1])), int(found[2]), int(found[3]) if found[3] else None
    if not 1 <= month_ <= 12:
        raise Unreadable(f"{_quoted(s)}中没有{month_}月这个月份，请核对")
    try:
        date(year_, month_, 1 if day_ is None else day_)
    except ValueError:
        raise Unreadable(f"{year_}年{month_}月没有{day_}日，请核对") from None
    return year_, month_, day_


def _why_not_a_day(s: str, text: str, otherwise: str) -> str:
    if re.fullmatch(r"\d{4}年?", text):
        return f"{_quoted(s)}只有年份，请至少写到月，如 1978年3月"
    if re.fullmatch(r"\d{5}", text):
        return f"{_quoted(s)}像是 Excel 的日期序号，请把单元格格式设为“日期”后再试"
    if _SHORT_YEAR.fullmatch(text):
        return f"{_quoted(s)}的年份只写了两位，请写四位年份，如 1978-03-12"
    return f"{_quoted(s)}{otherwise}"


def _known_year(year_: int) -> int:
    if not FIRST_YEAR <= year_ <= LAST_YEAR:
        raise Unreadable(f"年份{year_}不在{FIRST_YEAR}年至{LAST_YEAR}年之间，请核对")
    return year_


def _arabic(text: str) -> str:
    """Chinese numerals before 年, 月 and 日 as digits: 二〇一二年十月廿一日 becomes 2012年10月21日. 元月 is January."""
    if "年" not in text:
        return text
    return _CHINESE_NUMBER.sub(lambda found: _digits(found[0]), text.replace("元月", "1月"))


def _digits(numeral: str) -> str:
    numeral = numeral.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = numeral.partition("十")
    tens, ones = tens.translate(_CHINESE_DIGITS), ones.translate(_CHINESE_DIGITS)
    return f"{tens or 1}{ones or 0}" if ten else tens


# Numbers and money

_NUMBER = r"-?(?:\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.\d{1,15})?"
_MONEY = re.compile(rf"[¥]?\s*({_NUMBER})\s*([千万亿])?\s*(?:元|圆)?整?")
_YUAN = {None: 1, "千": 1_000, "万": 10_000, "亿": 100_000_000}
_SCIENTIFIC = re.compile(r"[\d.]+E\+?\d+", re.IGNORECASE)


def whole(s: str) -> int:
    """A whole number, as 1234 or 1,234 or 1234.0."""
    number = decimal_(s)
    if number != number.to_integral_value():
        raise Unreadable(f"{_quoted(s)}应为整数，请去掉小数部分")
    return int(number)


def decimal_(s: str) -> Decimal:
    """An exact number, as 12.5 or 1,234.5; no unit, no percent sign."""
    text = _plain(s)
    if re.fullmatch(_NUMBER, text):
        return Decimal(text.replace(",", ""))
    if text.endswith("%"):
        raise Unreadable(f"{_quoted(s)}带有百分号，请只写数字，如 95")
    raise Unreadable(f"{_quoted(s)}不是数字，请只写数字，不写单位")


def money(s: str) -> int:
    """An amount in fen: 1,234.56 and ￥1234.56元 are 123456; 1.2万元 is 1200000."""
    found = _MONEY.fullmatch(_plain(s))
    if not found:
        raise Unreadable(f"{_quoted(s)}不是金额，请写成 1234.56 或 1.2万元")
    fen = Decimal(found[1].replace(",", "")) * 100 * _YUAN[found[2]]
    if fen != fen.to_integral_value():
        raise Unreadable(f"{_quoted(s)}不足一分，金额最多写到分，即两位小数")
    if abs(fen) >= 10**15:
        raise Unreadable(f"{_quoted(s)}太大，请核对单位是元还是万元")
    return int(fen)


_YES = {"是", "有", "对", "已", "√", "✓", "✔", "☑", "y", "yes", "true", "1"}
_NO = {"否", "不是", "无", "没有", "非", "未", "×", "✕", "✗", "✘", "x", "☐", "n", "no", "false", "0"}


def flag(s: str) -> bool:
    """Yes or no: 是, 有, √, Y, 1, true; 否, 无, ×, N, 0, false."""
    text = _plain(s).casefold()
    if text in _YES or text in _NO:
        return text in _YES
    raise Unreadable(f"{_quoted(s)}看不出是或否，请写“是”或“否”")


# Numbers of persons, telephones and units

MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"(010|02\d|0[3-9]\d{2})(\d{7,8})")
_COUNTRY = re.compile(r"^(\+86|0086|86(?=1[3-9]\d{9}$))")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def phone(s: str) -> str:
    """A mobile number as its eleven digits, or a landline as 0739-3601234."""
    text = _plain(s)
    if "*" in text:
        raise Unreadable("电话号码有几位是星号，请填写完整的号码")
    if _SCIENTIFIC.fullmatch(text):
        raise Unreadable("Excel 把电话号码当成了数字，请把该列设为“文本”格式后重新填写")
    digits = _COUNTRY.sub("", re.sub(r"[\s()\-—–]", "", text))
    if MOBILE.fullmatch(digits):
        return digits
    if found := _LANDLINE.fullmatch(digits):
        return f"{found[1]}-{found[2]}"
    if re.fullmatch(r"[2-8]\d{6,7}", digits):
        raise Unreadable("固定电话缺区号，请写成 0739-3601234")
    if len(re.findall(r"\d{7,}", re.sub(r"[\s\-]", "", text))) > 1 or re.fullmatch(r"\d{18,}", digits):
        raise Unreadable("这里写了不止一个号码，请只留一个")
    raise Unreadable("电话号码不对：手机号为11位，固定电话请写成 0739-3601234")


_RESIDENT_ID = re.compile(r"\d{17}[\dX]", re.ASCII)


@lru_cache(maxsize=20_000)
def resident_id(s: str, today: date | None = None) -> str:
    """A citizen's identity number (GB 11643), eighteen characters, X in upper case.

    The date of birth in it is a real one and, where today is given, not after it. Codes of regions that were abolished
    belong to real people, so regions are not checked.
    """
    text = s if _RESIDENT_ID.fullmatch(s) else re.sub(r"[\s'‘’`\-]", "", _plain(s)).upper()
    if "*" in text:
        raise Unreadable("身份证号有几位是星号，请填写完整的18位号码")
    if _SCIENTIFIC.fullmatch(text):
        raise Unreadable("Excel 把身份证号当成了数字，末几位已经丢失，请把该列设为“文本”格式后重新填写18位号码")
    if re.fullmatch(r"\d{15}", text):
        raise Unreadable("这是15位的旧身份证号，请填写18位号码")
    if not _RESIDENT_ID.fullmatch(text):
        if len(text) != 18:
            raise Unreadable(f"身份证号应为18位，这里是{len(text)}位，请核对")
        raise Unreadable("身份证号前17位应为数字，末位为数字或X，请核对")
    try:
        birth = birth_of(text)
    except ValueError:
        raise Unreadable("身份证号第7至14位不是真实的出生日期，请核对") from None
    if birth.year < FIRST_YEAR:
        raise Unreadable("身份证号第7至14位不是真实的出生日期，请核对")
    if today and birth > today:
        raise Unreadable("身份证号中的出生日期晚于今天，请核对")
    if check_digit(text[:17]) != text[17]:
        if text.endswith("000"):
            raise Unreadable("身份证号末三位是000且校验不符，多半被 Excel 截断，请按“文本”格式重新填写18位号码")
        raise Unreadable("身份证号校验不符，有一位写错了，请对照身份证核对")
    return text


def check_digit(first17: str) -> str:
    """The eighteenth character of an identity number (GB 11643, ISO 7064 MOD 11-2)."""
    if len(first17) != len(_ID_WEIGHTS):
        raise ValueError(len(first17))
    total = sum(map(operator.mul, _ID_WEIGHTS, map(int, first17)))
    return "10X98765432"[total % 11]


def birth_of(resident_id: str) -> date:
    """The date of birth in an identity number; ValueError if there is no such day."""
    return date(int(resident_id[6:10]), int(resident_id[10:12]), int(resident_id[12:14]))


def sex_of(resident_id: str) -> str:
    """The sex in an identity number, by GB/T 2261.1: odd sequence numbers are men's ("1"), even are women's ("2")."""
    return "1" if int(resident_id[16]) % 2 else "2"


def credit_code(s: str) -> str:
    """A unified social credit code (GB 32100), eighteen characters in upper case."""
    text = re.sub(r"[\s'‘’`\-]", "", _plain(s)).upper()
    if _SCIENTIFIC.fullmatch(text):
        raise Unreadable("Excel 把信用代码当成了数字，末几位已经丢失，请把该列设为“文本”格式后重新填写18位代码")
    if re.fullmatch(r"\d{15}", text):
        raise Unreadable("这是15位的旧注册号，请填写营业执照上的18位统一社会信用代码")
    if len(text) != 18:
        raise Unreadable(f"统一社会信用代码应为18位，这里是{len(text)}位，请核对")
    if any(letter not in _CREDIT_LETTERS for letter in text):
        raise Unreadable("统一社会信用代码只用数字和除 I、O、S、V、Z 以外的大写字母，请对照证照核对")
    if credit_code_of(text[:17]) != text:
        raise Unreadable("统一社会信用代码校验不符，有一位写错了，请对照证照核对")
    return text


def credit_code_of(first17: str) -> str:
    """A social credit code from its first seventeen characters: the check character of GB 32100 is added."""
    total = sum(_CREDIT_LETTERS.index(letter) * pow(3, place, 31) for place, letter in enumerate(first17))
    return first17 + _CREDIT_LETTERS[-total % 31]


# Masks


def mask_resident_id(s: str) -> str:
    """Four characters at each end: 4305**********0026. Anything too short for that is all stars."""
    return f"{s[:4]}{'*' * (len(s) - 8)}{s[-4:]}" if len(s) > 8 else "*" * len(s)


def mask_phone(s: str) -> str:
    """138****2210; of a landline the area code and the last two digits: 0739-*****34."""
    if MOBILE.fullmatch(s):
        return f"{s[:3]}****{s[-4:]}"
    area, dash, number = s.rpartition("-")
    return f"{area}{dash}{'*' * (len(number) - 2)}{number[-2:]}" if len(number) > 4 else "*" * len(s)


def mask_address(s: str) -> str:
    """The first six characters, which name county or township at most."""
    return f"{s[:6]}***" if s else ""


def mask_whole(s: str) -> str:
    """Nothing of it, not even how long it is."""
    return "***" if s else ""


def mask_account(s: str) -> str:
    """The last four characters: ***************0012."""
    return "*" * max(0, len(s) - 4) + s[-4:] if len(s) > 4 else "*" * len(s)
