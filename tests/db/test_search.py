"""What a person may type to find a record."""

from datetime import date

import pytest

from db.models.organisation import Village
from db.models.team import Member
from db.search import pinyin, search_key

READINGS = [
    ("王小明", "wangxiaoming", "wxm"),
    ("单国强", "shanguoqiang", "sgq"),
    ("仇英", "qiuying", "qy"),
    ("解放", "xiefang", "xf"),
    ("曾志伟", "zengzhiwei", "zzw"),
    ("任立", "renli", "rl"),
    ("翟墨", "zhaimo", "zm"),
    ("阿依古丽·买买提", "ayiguli·maimaiti", "aygl·mmt"),
    ("", "", ""),
]


@pytest.mark.parametrize(("name", "full", "initials"), READINGS)
def test_a_persons_reading(name: str, full: str, initials: str) -> None:
    assert pinyin(name, person=True) == (full, initials)


def test_only_a_surname_is_read_as_one() -> None:
    assert pinyin("单位")[0] == "danwei"
    assert pinyin("王单", person=True)[0] == "wangdan"


def test_the_key_has_name_number_and_phone() -> None:
    values = {"name": "王小明", "resident_id": "43059919640503001X", "phone": "13873912210", "birth": date(1964, 5, 3)}
    key = search_key(Member, values)
    assert key == "wangxiaoming|wxm|王小明|43059919640503001x|13873912210"


def test_the_key_leaves_out_links_and_what_is_not_searched() -> None:
    key = search_key(Member, {"name": "王芳", "branch_id": "b1", "address": "云溪县石桥镇"})
    assert key == "wangfang|wf|王芳"


def test_a_code_is_searched_as_it_is() -> None:
    assert search_key(Village, {"code": "A-201", "name": "柳溪村"}) == "a-201|liuxicun|lxc|柳溪村"
