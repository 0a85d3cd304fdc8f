"""The groups in which statistics count members (§12.3)."""

import re

import pytest

from app.rules import bands
from db import codes


@pytest.mark.parametrize(
    ("scale", "titles"),
    [
        ("a", ["≤30", "31–35", "36–40", "41–45", "46–50", "51–55", "56–60", "61–65", "66–70", "≥71"]),
        ("b", ["≤30", "31–35", "36–40", "41–45", "46–50", "51–55", "56–60", "≥61"]),
        ("c", ["≤35", "36–45", "46–54", "55–59", "≥60"]),
        ("d", ["≤25", "26–30", "31–35", "36–40", "41–59", "≥60"]),
        ("e", ["≤35", "36–45", "46–60", "≥61"]),
    ],
)
def test_the_scales_of_ages(scale: str, titles: list[str]) -> None:
    """§12.3 A to E."""
    assert list(bands.titles(bands.lasts(bands.AGES[scale]))) == titles


def test_the_years_in_the_party() -> None:
    lasts = bands.lasts(bands.PARTY_YEARS)
    assert bands.titles(lasts) == ("<1", "1–5", "6–10", "11–20", "≥21")
    assert bands.spoken(lasts, "年") == ("不满 1 年", "1–5 年", "6–10 年", "11–20 年", "21 年及以上")
    assert bands.titles((1, 2)) == ("≤1", "2", "≥3")


@pytest.mark.parametrize(
    ("number", "place"), [(0, 0), (1, 1), (5, 1), (6, 2), (10, 2), (11, 3), (20, 3), (21, 4), (80, 4)]
)
def test_a_band_ends_with_its_last_number(number: int, place: int) -> None:
    assert bands.band(bands.lasts(bands.PARTY_YEARS), number) == place


@pytest.mark.parametrize("text", ["30 30", "35 30", "三十", "30，35", "30.5"])
def test_what_are_no_bands(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        bands.lasts(text)


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("11", "研究生"),
        ("21", "大学本科"),
        ("28", "大学本科"),
        ("31", "大学专科"),
        ("41", "中专"),
        ("44", "高中、中技"),
        ("47", "高中、中技"),
        ("61", "高中、中技"),
        ("71", "初中及以下"),
        ("81", "初中及以下"),
        ("90", "初中及以下"),
    ],
)
def test_education(code: str, title: str) -> None:
    """§12.3 [R38-4] over GB/T 4658."""
    place = bands.group(bands.EDUCATION, code)
    assert place is not None
    assert bands.EDUCATION[place][0] == title


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("0111", "党政机关"),
        ("012", "管理"),
        ("013", "专业技术"),
        ("0164", "工勤"),
        ("0253", "工勤"),
        ("113", "农牧渔民"),
        ("2", "其他"),
        ("31", "学生"),
        ("42", "离退休"),
        ("5A", "其他"),
    ],
)
def test_occupation(code: str, title: str) -> None:
    """§12.3 [R139] over the posts of §2.2."""
    place = bands.group(bands.OCCUPATION, code)
    assert place is not None
    assert bands.OCCUPATION[place][0] == title


@pytest.mark.parametrize(
    ("table", "groups", "rest"),
    [
        ("education", bands.EDUCATION, set()),
        ("work_post", bands.OCCUPATION, {"0", "01", "02"}),
        ("sex", bands.SEX, {"0", "9"}),
        ("nation", bands.NATION, {"97", "98"}),
    ],
)
def test_every_code_is_in_one_group_or_known_to_be_in_none(
    table: str, groups: tuple[bands.Group, ...], rest: set[str]
) -> None:
    for code, _ in codes.table(table).choices():
        holding = [title for title, prefixes in groups if code.startswith(prefixes)]
        assert len(holding) == (code not in rest), code
    assert bands.group(groups, None) is None
