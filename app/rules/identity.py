"""What an identity number says of a person, held against the file (§2.3).

The file may differ: the date of birth that the organisation has verified goes before the card's, so these are warnings.
"""

from datetime import date

from app.findings import Finding, warning
from app.rules.spans import full_years
from db import parsing
from db.codes import table


def id_agrees_with_birth(resident_id: str | None, birth: date | None) -> Finding | None:
    """id.birth (§2.3, GB 11643): characters 7 to 14 of the number are the date of birth in the file."""
    number = _readable(resident_id)
    if not number or not birth or (of_card := parsing.birth_of(number)) == birth:
        return None
    message = f"出生日期与身份证不一致：档案 {birth}，身份证 {of_card}；以档案认定为准的，请在备注中说明"
    return warning("birth", "id.birth", message)


def id_agrees_with_sex(resident_id: str | None, sex: str | None) -> Finding | None:
    """id.sex (§2.3, GB 11643): the 17th character is odd for men and even for women. Sexes not stated are let be."""
    number = _readable(resident_id)
    if not number or sex not in ("1", "2") or (of_card := parsing.sex_of(number)) == sex:
        return None
    name = table("sex").name
    message = f"性别与身份证不一致：档案 {name(sex)}，身份证 {name(of_card)}；请对照身份证核对"
    return warning("sex", "id.sex", message)


def age(birth: date, on: date) -> int:
    """Whole years of age (周岁), complete on the birthday itself; negative before birth."""
    return full_years(birth, on)


def _readable(resident_id: str | None) -> str | None:
    """The number if it is one; that it is not one is for its field to say."""
    try:
        return parsing.resident_id(resident_id or "")
    except parsing.Unreadable:
        return None
