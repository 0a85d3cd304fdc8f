"""Bands: the groups in which statistics count members (§12.3).

A scale of whole numbers is cut by the last number of each band, as policy writes it: `30 35 40` makes ≤30, 31–35, 36–40
and ≥41. Codes are grouped by the prefixes of their hierarchical tables.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

AGES = {
    "a": "30 35 40 45 50 55 60 65 70",
    "b": "30 35 40 45 50 55 60",
    "c": "35 45 54 59",
    "d": "25 30 35 40 59",
    "e": "35 45 60",
}
"""§12.3, ages: of the yearly report's table 2, the bulletin, the members in villages (table 5), the admitted (table
16), the lost (table 43). What policy says goes before."""
PARTY_YEARS = "0 5 10 20"
"""§12.3, years in the Party [R38-43]."""

Group = tuple[str, tuple[str, ...]]
"""A title, and the prefixes of the codes that belong to it."""

EDUCATION: tuple[Group, ...] = (
    ("研究生", ("1",)),
    ("大学本科", ("2",)),
    ("大学专科", ("3",)),
    ("中专", ("40", "41", "42", "43")),
    ("高中、中技", ("44", "45", "46", "47", "48", "49", "6")),
    ("初中及以下", ("7", "8", "9")),
)
"""§12.3, education [R38-4], over the codes of GB/T 4658; vocational and technical schools stand with 高中、中技."""
COLLEGE = 3
"""The first so many groups of education are 大专及以上."""

OCCUPATION: tuple[Group, ...] = (
    ("工勤", ("016", "025")),
    ("农牧渔民", ("1",)),
    ("专业技术", ("013", "015", "022", "024")),
    ("管理", ("012", "014", "021", "023")),
    ("党政机关", ("011",)),
    ("学生", ("3",)),
    ("其他", ("2", "5")),
    ("离退休", ("4",)),
)
"""§12.3, occupation as in the bulletin [R139], over the hierarchical codes of the posts (§2.2). Who is only said to be
employed (0, 01, 02) belongs to no group: it is not known at what."""

SEX: tuple[Group, ...] = (("男", ("1",)), ("女", ("2",)))
"""GB/T 2261.1; not stated and unknown belong to no group."""
HAN, MINORITIES = "汉族", "少数民族"
NATION: tuple[Group, ...] = (
    (HAN, ("01",)),
    (MINORITIES, tuple(f"{number:02d}" for number in range(2, 57))),
)
"""GB/T 3304: 56 nations; 97 (not identified) and 98 (of foreign descent) belong to no group."""


def lasts(text: str) -> tuple[int, ...]:
    """The last numbers of the bands. Raises ValueError where they are not whole numbers, each above the one before."""
    found = tuple(int(one) for one in text.split())
    if not found or any(later <= earlier for earlier, later in pairwise(found)):
        raise ValueError(text)
    return found


def titles(bands: Sequence[int]) -> tuple[str, ...]:
    """≤30, 31–35 … ≥71; a band of one number is that number, and up to nothing is <1."""
    between = (str(high) if high == low + 1 else f"{low + 1}–{high}" for low, high in pairwise(bands))
    return (f"≤{bands[0]}" if bands[0] else "<1", *between, f"≥{bands[-1] + 1}")


def spoken(bands: Sequence[int], unit: str) -> tuple[str, ...]:
    """The same in words: 30 岁及以下, 31–35 岁, 71 岁及以上; 不满 1 年."""
    _, *between, _ = titles(bands)
    below = f"{bands[0]} {unit}及以下" if bands[0] else f"不满 1 {unit}"
    return (below, *(f"{one} {unit}" for one in between), f"{bands[-1] + 1} {unit}及以上")


def band(bands: Sequence[int], number: int) -> int:
    """In which band a number lies, from 0."""
    return bisect_left(bands, number)


def group(groups: Sequence[Group], code: str | None) -> int | None:
    """To which group a code belongs, None for none."""
    if code is None:
        return None
    return next((place for place, (_, prefixes) in enumerate(groups) if code.startswith(prefixes)), None)
