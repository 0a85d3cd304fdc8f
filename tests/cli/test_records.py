"""Single records from the command line: shapes, names, values as a person writes them, and what is refused."""

from pathlib import Path

import pytest

from app.ledgers.catalogue import LEDGERS
from tests.cli.conftest import Run, add_member


def test_ledgers_tells_every_ledger_and_its_fields(run: Run, township: Path) -> None:
    found = run("ledgers", township)
    assert found.status == 0
    assert [one["id"] for one in found.value] == list(LEDGERS)
    member = next(one for one in found.value if one["id"] == "member")
    assert (member["title"], member["pillar"], member["count"]) == ("党员花名册", "team", 0)
    fields = {one["name"]: one for one in member["fields"]}
    assert fields["sex"] == {
        "name": "sex",
        "label": "性别",
        "kind": "code",
        "required": True,
        "table": "sex",
        "sensitive": False,
        "authority": None,
        "target": None,
    }
    assert fields["branch_id"]["target"] == "party_org"
    assert fields["resident_id"]["sensitive"] is True


def test_ledgers_for_a_person(run: Run, township: Path) -> None:
    found = run("ledgers", township, plain=True)
    assert "党员花名册" in found.out
    assert found.status == 0


def test_set_reads_what_a_person_writes_and_prints_the_record(run: Run, township: Path, branch: str) -> None:
    made = run(
        "set", township, "member", "name=王 芳", "sex=女", "nation=土家", "birth=1975.4.3", "branch=大塘村党支部",
        "joined_on=1999年7月1日", "full_on=20000701", "phone=140 0000 0001", "floating=否",
    )  # fmt: skip
    assert made.status == 0
    record = made.value
    assert list(record) == ["id", "office_id", "deleted_at", *LEDGERS["member"].fields]
    assert record["name"] == "王芳"
    assert (record["sex"], record["nation"], record["standing"]) == ("2", "15", "01")
    assert (record["birth"], record["joined_on"], record["full_on"]) == ("1975-04-03", "1999-07-01", "2000-07-01")
    assert record["branch_id"] == branch
    assert record["phone"] == "14000000001"
    assert record["floating"] is False
    assert record["lost"] is None


def test_money_is_yuan_and_decimals_are_exact_both_as_text(run: Run, township: Path) -> None:
    village = run(
        "set", township, "village", "code=1", "name=大塘村", "kind=01", "rural_base_income=1.2万", "households=310"
    )
    assert village.value["rural_base_income"] == "12000.00"
    assert village.value["households"] == 310
    venue = run(
        "set", township, "venue", "village=大塘村", "name=党群服务中心", "floor_area=120.50", "ownership=村集体"
    )
    assert venue.value["floor_area"] == "120.5"
    assert run("records", township, "venue").value == [venue.value]


def test_set_with_an_id_changes_only_what_is_named_and_an_empty_value_clears(
    run: Run, township: Path, branch: str
) -> None:
    record = add_member(run, township)
    changed = run("set", township, "member", "--id", record["id"], "phone=", "landline=0739-3601234", "note=迁居")
    assert changed.status == 0
    assert changed.value == {**record, "phone": None, "landline": "0739-3601234", "note": "迁居"}


def test_set_warns_on_standard_error_and_saves(run: Run, township: Path, branch: str) -> None:
    record = add_member(run, township)
    changed = run("set", township, "member", "--id", record["id"], "resident_id=431599197504040012")
    assert changed.status == 3 or "提醒" in changed.err


def test_links_take_an_id_or_a_unique_name(run: Run, township: Path, branch: str) -> None:
    by_id = add_member(run, township, "李明", f"branch_id={branch}")
    assert by_id["branch_id"] == branch
    add_member(run, township, "李明")
    event = ("kind=转入", "on=2012-07-01")
    refused = run("set", township, "member_event", "member=李明", *event)
    assert (refused.status, refused.out) == (3, "")
    assert "“党员”有不止一个叫“李明”的党员，请写代码或身份证号以便区分" in refused.err
    assert run("set", township, "member_event", f"member={by_id['id']}", *event).value["member_id"] == by_id["id"]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (("sex=未婚",), "“性别”没有“未婚”这一项，可填：男、女"),
        (("birth=1975-02-30",), "出生日期：1975年2月没有30日，请核对"),
        (("branch=天上党支部",), "“所在党支部”里的“天上党支部”在“党组织”中找不到，请先登记或核对名称"),
        (("name=",), "“姓名”必须填写"),
        (("nam=王芳",), "“党员花名册”没有叫 nam 的栏目。可用的栏目：name（姓名）、resident_id（公民身份号码）"),
        (("resident_id=431599197504030012",), "公民身份号码："),
    ],
)
def test_set_refuses_with_a_sentence_and_writes_nothing(
    run: Run, township: Path, branch: str, given: tuple[str, ...], sentence: str
) -> None:
    before = add_member(run, township)
    refused = run("set", township, "member", "--id", before["id"], *given)
    assert (refused.status, refused.out) == (3, "")
    assert sentence in refused.err
    assert run("records", township, "member").value == [before]


def test_a_new_record_that_lacks_a_field_is_refused(run: Run, township: Path, branch: str) -> None:
    refused = run("set", township, "member", "name=王芳")
    assert (refused.status, refused.out) == (3, "")
    assert "“性别”必须填写；" in refused.err
    assert run("records", township, "member").value == []


def test_a_township_does_not_write_the_countys_ledgers(run: Run, township: Path) -> None:
    refused = run("set", township, "policy", "key=venue.standard_area", "value=80", "effective_from=2026-01-01")
    assert refused.status == 3
    assert "“规则参数”由县里填写，这里不能改" in refused.err


def test_records_where_and_limit(run: Run, township: Path, branch: str) -> None:
    one, two = (
        add_member(run, township, "王芳"),
        add_member(run, township, "李明", "sex=男", "phone=", "landline=0739-3601234"),
    )
    assert run("records", township, "member").value == [one, two]
    assert run("records", township, "member", "--where", "sex=男").value == [two]
    assert run("records", township, "member", "--where", "sex=2", "--where", "branch=大塘村党支部").value == [one]
    assert run("records", township, "member", "--where", "name=王芳", "--where", "name=李明").value == [one, two]
    assert run("records", township, "member", "--where", "phone=").value == [two]
    assert run("records", township, "member", "--where", f"id={one['id']}").value == [one]
    assert run("records", township, "member", "--limit", "1").value == [one]
    assert run("records", township, "member", "--where", "birth=1975年4月3日", "--where", "nation=苗").value == []


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        ("foo=1", "“党员花名册”没有叫 foo 的栏目。可用的栏目：name（姓名）"),
        ("sex=未婚", "“性别”没有“未婚”这一项"),
        ("branch=天上", "在“党组织”中找不到"),
    ],
)
def test_records_refuses_what_it_cannot_look_for(run: Run, township: Path, where: str, sentence: str) -> None:
    refused = run("records", township, "member", "--where", where)
    assert (refused.status, refused.out) == (3, "")
    assert sentence in refused.err


def test_an_unknown_ledger_is_refused_with_the_list(run: Run, township: Path) -> None:
    refused = run("records", township, "members")
    assert (refused.status, refused.out) == (3, "")
    assert "没有叫 members 的台账。可用的台账：office（单位）、" in refused.err


def test_records_for_a_person_masks_what_is_sensitive(run: Run, township: Path, branch: str) -> None:
    add_member(run, township)
    found = run("records", township, "member", plain=True)
    assert "王芳" in found.out
    assert "14000000001" not in found.out
    assert "共 1 人" in found.err


def test_delete_leaves_a_tombstone_that_undo_takes_back(run: Run, township: Path, branch: str) -> None:
    record = add_member(run, township)
    gone = run("delete", township, "member", record["id"])
    assert gone.status == 0
    assert gone.value["deleted_at"] is not None
    assert run("records", township, "member").value == []
    assert [one["id"] for one in run("records", township, "member", "--deleted").value] == [record["id"]]
    again = run("delete", township, "member", record["id"])
    assert again.status == 3
    assert "已经删除" in again.err
    edited = run("set", township, "member", "--id", record["id"], "name=李明")
    assert edited.status == 3
    assert "已经删除" in edited.err
    assert run("undo", township).value["label"] == "删除党员"
    assert run("records", township, "member").value == [record]


def test_delete_refuses_what_others_point_to(run: Run, township: Path, branch: str) -> None:
    add_member(run, township)
    refused = run("delete", township, "party_org", branch)
    assert refused.status == 3
    assert "党员花名册" in refused.err
    assert run("records", township, "party_org").value[0]["id"] == branch


def test_history_tells_who_changed_what(run: Run, township: Path, branch: str) -> None:
    village = run("set", township, "village", "code=2", "name=清水村", "kind=村", "rural_base_income=9000").value
    run("set", township, "village", "--id", village["id"], "rural_base_income=9500.5", "area_head=李明")
    found = run("history", township, "village", village["id"])
    assert found.status == 0
    update, create = found.value
    assert set(update) == {"at", "user", "batch", "label", "action", "changes"}
    assert (update["action"], update["label"], update["user"]) == ("update", "修改村(社区)", "经办人")
    assert update["changes"] == {
        "rural_base_income": {"before": "9000.00", "after": "9500.50"},
        "area_head": {"before": None, "after": "李明"},
    }
    assert create["action"] == "create"
    assert create["changes"]["name"] == {"before": None, "after": "清水村"}
    missing = run("history", township, "village", "nobody")
    assert missing.status == 3
    assert "没有编号为 nobody 的记录" in missing.err


def test_undo_of_a_named_batch_stops_where_later_edits_stand_on_it(run: Run, township: Path, branch: str) -> None:
    record = add_member(run, township)
    batch = run("history", township, "member", record["id"]).value[0]["batch"]
    run("set", township, "member", "--id", record["id"], "note=迁居")
    refused = run("undo", township, "--batch", batch)
    assert refused.status == 3
    assert "之后还有 1 处修改建立在它上面" in refused.err
    assert run("undo", township).status == 0
    assert run("undo", township, "--batch", batch).value["batch"] == batch
    assert run("records", township, "member").value == []
    missing = run("undo", township, "--batch", "nothing")
    assert (missing.status, "没有编号为 nothing 的操作" in missing.err) == (3, True)


def test_the_history_that_a_person_reads_is_in_words_and_masked(run: Run, township: Path, branch: str) -> None:
    record = add_member(run, township)
    run("set", township, "member", "--id", record["id"], "phone=14000000077", "education=本科", "lost=否")
    told = run("history", township, "member", record["id"], plain=True)
    assert told.status == 0
    assert "学历：— → 大学本科毕业" in told.out
    assert "失联党员：— → 否" in told.out
    assert "140****0077" in told.out
    assert "14000000077" not in told.out


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("households=99999999999", "“户数”太大了，请核对是不是多写了几位"),
        ("rural_base_income=-5", "上年农民人均纯收入不能是负数，请核对"),
    ],
)
def test_numbers_that_cannot_be(run: Run, township: Path, branch: str, typed: str, sentence: str) -> None:
    before = run("records", township, "village").value
    refused = run("set", township, "village", "--id", before[0]["id"], typed)
    assert refused.status == 3
    assert sentence in refused.err
    assert run("records", township, "village").value == before
