"""Capital numerals (大写数字), in which letters and receipts write what must not be altered."""

DIGITS = "零壹贰叁肆伍陆柒捌玖"
STEPS = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿")


def capital(number: int) -> str:
    """A whole number from 0 to below a trillion: 30 → 叁拾, 10305 → 壹万零叁佰零伍. Raises ValueError beyond."""
    if not 0 <= number < 10**12:
        raise ValueError(number)
    if number == 0:
        return DIGITS[0]
    said, zero = "", False
    for place in range(11, -1, -1):
        digit = number // 10**place % 10
        if digit:
            said += (DIGITS[0] if zero and said else "") + DIGITS[digit] + STEPS[place % 4]
            zero = False
        else:
            zero = True
        if place % 4 == 0 and number // 10**place % 10**4:
            said += GROUPS[place // 4]
    return said


def capital_year(year: int) -> str:
    """A year digit by digit: 2026 → 贰零贰陆."""
    return "".join(DIGITS[int(digit)] for digit in str(year))


def capital_month(month: str) -> str:
    """A month as letters write it: 2026-11 → 贰零贰陆年壹拾壹月."""
    return f"{capital_year(int(month[:4]))}年{capital(int(month[5:]))}月"


def capital_yuan(fen: int) -> str:
    """An amount as receipts write it: 7,009.10 → 柒仟零玖元壹角整. A negative one begins with 负."""
    yuan, rest = divmod(abs(fen), 100)
    jiao, cents = divmod(rest, 10)
    said = f"{capital(yuan)}元" if yuan or not rest else ""
    if jiao:
        said += f"{DIGITS[jiao]}角"
    elif cents and yuan:
        said += DIGITS[0]
    said += f"{DIGITS[cents]}分" if cents else "整"
    return ("负" if fen < 0 else "") + said
