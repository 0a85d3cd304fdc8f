"""Code tables: every table is whole and unambiguous, and what people write finds its code."""

import csv
from importlib.resources import files
from itertools import chain

import pytest

from db.codes import Code, CodeTable, table

INDEX = list(csv.DictReader(files("seeds").joinpath("code_tables.csv").read_text(encoding="utf-8").splitlines()))
TABLES = [row["id"] for row in INDEX]
README = files("seeds").joinpath("codes", "README.md").read_text(encoding="utf-8")


def test_the_list_names_every_table_there_is():
    there = {entry.name.removesuffix(".csv") for entry in files("seeds").joinpath("codes").iterdir()} - {"README.md"}
    assert set(TABLES) == {name for name in there if not name.startswith("__")}


@pytest.mark.parametrize("row", INDEX, ids=TABLES)
def test_every_table_has_a_title_and_a_source_and_stands_in_the_readme(row: dict[str, str]):
    assert row["title"]
    assert row["source"]
    assert f"| {row['id']} | {row['title']} | {row['source']} |" in README


@pytest.mark.parametrize("id", TABLES)
def test_codes_names_and_aliases_mean_one_thing(id: str):
    items = table(id).items
    assert len({item.code for item in items}) == len(items)
    assert len({item.name for item in items}) == len(items)
    for item in items:
        assert item.code
        assert item.name
        for text in chain((item.code, item.name), item.aliases):
            assert text == text.strip()
            assert table(id).find(text) == item.code, text


@pytest.mark.parametrize("id", TABLES)
def test_choices_are_the_names_by_code_in_order(id: str):
    assert table(id).choices() == tuple((item.code, item.name) for item in table(id).items)
    assert all(table(id).name(code) == name for code, name in table(id).choices())


@pytest.mark.parametrize(
    ("id", "text", "code"),
    [
        ("sex", "男", "1"),
        ("sex", "男性", "1"),
        ("sex", "M", "1"),
        ("sex", "f", "2"),
        ("sex", "女", "2"),
        ("sex", " 女 ", "2"),
        ("sex", "２", "2"),
        ("nation", "汉", "01"),
        ("nation", "汉族", "01"),
        ("nation", "汉 族", "01"),
        ("nation", "1", "01"),
        ("nation", "6", "06"),
        ("nation", "苗", "06"),
        ("nation", "维族", "05"),
        ("nation", "土家", "15"),
        ("nation", "土家族", "15"),
        ("nation", "土", "30"),
        ("nation", "达斡尔族族", "31"),
        ("education", "大专", "31"),
        ("education", "本科", "21"),
        ("education", "大学", "21"),
        ("education", "高中", "61"),
        ("education", "中专", "41"),
        ("education", "初中", "71"),
        ("education", "小学", "81"),
        ("education", "研究生", "10"),
        ("education", "硕士研究生", "14"),
        ("education", "省委党校大学", "20"),
        ("education", "文盲", "90"),
        ("education", "高中肄业", "63"),
        ("education", "６１", "61"),
        ("degree", "学士", "4"),
        ("degree", "管理学学士", "412"),
        ("degree", "mba", "346"),
        ("office_level", "乡镇", "township"),
        ("office_level", "TOWNSHIP", "township"),
        ("org_kind", "总支", "621"),
        ("org_kind", "党支部", "631"),
        ("member_category", "正式", "1"),
        ("member_category", "预备党员", "2"),
        ("work_post", "农民", "111"),
        ("work_post", "外出务工", "113"),
        ("work_post", "1", "1"),
        ("work_post", "出国（境）逾期未归人员", "58"),
        ("review_result", "称职", "02"),
        ("review_result", "基本称职", "03"),
        ("post_how", "3", "03"),
    ],
)
def test_what_people_write_is_found(id: str, text: str, code: str):
    assert table(id).find(text) == code


@pytest.mark.parametrize("text", ["", " ", "族", "火星族", "57", "001", "汉人"])
def test_what_is_in_no_table_is_not_guessed(text: str):
    assert table("nation").find(text) is None


def test_an_unknown_code_shows_itself():
    assert table("nation").name("15") == "土家族"
    assert table("nation").name("77") == "77"


def test_a_name_goes_before_an_alias_of_another_code():
    made = CodeTable("made", "试", (Code("1", "甲"), Code("2", "乙", ("甲",))))
    assert made.find("甲") == "1"


def test_a_missing_table_is_named():
    with pytest.raises(KeyError, match="shoe_size"):
        table("shoe_size")


def test_a_table_is_read_once():
    assert table("nation") is table("nation")
    assert len(table("nation").items) == 58
