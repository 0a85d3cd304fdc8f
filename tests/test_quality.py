"""The check of a whole store: the file, the journal, and what is wrong or doubtful in the records."""

import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import event, select

from app import editing, quality
from app.demo.county import township_rows
from app.demo.fiction import People
from app.ledgers.catalogue import LEDGERS
from app.workspace import Workspace
from db.errors import Refusal
from db.ids import new_id
from db.journal import stored_rows
from db.migrations import upgrade as upgrading
from db.models.record import models
from db.models.team import Member, Post


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "青石镇", code="431599101", name="青石镇", level="township") as made:
        editing.save(made, LEDGERS["party_org"], {"name": "大塘村党支部", "kind": "联合党支部", "sector": "行政村"})
        yield made


def member(workspace: Workspace, name: str, **more: str) -> str:
    given = {"name": name, "sex": "女", "birth": "1975-04-03", "branch_id": "大塘村党支部", "phone": "14000000001"}
    dates = {"joined_on": "1999-07-01", "full_on": "2000-07-01"}
    return editing.save(workspace, LEDGERS["member"], {**given, **dates, **more})


def write_past_the_journal(workspace: Workspace, statement: str) -> None:
    raw = workspace.engine.raw_connection()
    try:
        cursor = raw.cursor()
        for one in ("PRAGMA foreign_keys = OFF", statement, "PRAGMA foreign_keys = ON"):
            cursor.execute(one)
    finally:
        raw.close()


def found(workspace: Workspace) -> list[tuple[str | None, str | None, str, str]]:
    """The errors; what is merely doubtful is for the ledgers' own tests."""
    wrong = [one for one in quality.check(workspace) if one.is_error]
    return [(one.ledger, one.finding.field, one.finding.level.value, one.finding.rule) for one in wrong]


def test_a_sound_store_has_nothing_to_say(workspace: Workspace) -> None:
    record = member(workspace, "王芳")
    editing.save(workspace, LEDGERS["member"], {"note": "迁居"}, record)
    editing.delete(workspace, LEDGERS["member"], [record])
    workspace.undo()
    assert found(workspace) == []


def test_a_value_that_was_changed_behind_the_journals_back(workspace: Workspace) -> None:
    record = member(workspace, "王芳")
    write_past_the_journal(workspace, "UPDATE member SET phone = '14000000002'")
    (one,) = [one for one in quality.check(workspace) if one.is_error]
    assert one.wire() == {
        "ledger": "member",
        "id": record,
        "field": "phone",
        "level": "error",
        "rule": "journal.value",
        "message": "“手机号”与操作日志不一致，可能被别的工具改过。请核对，或用备份恢复",
    }


def test_a_version_that_the_journal_does_not_know(workspace: Workspace) -> None:
    member(workspace, "王芳")
    write_past_the_journal(workspace, """UPDATE member SET version = '{"other":7}'""")
    assert found(workspace) == [("member", None, "error", "journal.version")]


def test_a_record_without_a_line_and_a_line_without_its_record(workspace: Workspace) -> None:
    member(workspace, "王芳")
    write_past_the_journal(workspace, "DELETE FROM change WHERE ledger = 'member'")
    torn = (None, None, "error", "journal.batch")
    assert found(workspace) == [torn, ("member", None, "error", "journal.missing")]
    write_past_the_journal(workspace, "DELETE FROM member")
    assert found(workspace) == [torn]
    other = member(workspace, "李明")
    write_past_the_journal(workspace, "DELETE FROM member")
    _, one = [one for one in quality.check(workspace) if one.is_error]
    assert (one.id, one.finding.message) == (other, "操作日志里有这条记录，台账里却没有了。请用备份恢复")


COPIED = "batch_id, ledger, record_id, action, before, after, version, sender"


@pytest.mark.parametrize(
    ("tampering", "rules"),
    [
        ("""DELETE FROM change WHERE after LIKE '%14000000002%'""", ["journal.batch", "journal.chain"]),
        ("""UPDATE change SET after = replace(after, '0002"', '0009"')""", ["journal.chain"]),
        ("""UPDATE change SET before = replace(before, '0002"', '0009"')""", ["journal.chain"]),
        (f"INSERT INTO change SELECT max(seq) + 1, {COPIED} FROM change", ["journal.batch", "journal.chain"]),
        ("UPDATE change SET after = 'x' WHERE after LIKE '%0002\"%'", ["journal.chain"]),
    ],
    ids=["a line taken out", "an after changed", "a before changed", "a line put in", "a line that is none"],
)  # fmt: skip
def test_a_line_of_the_journal_in_the_middle_that_somebody_touched(
    workspace: Workspace, tampering: str, rules: list[str]
) -> None:
    record = member(workspace, "王芳")
    for number in ("14000000002", "14000000003", "14000000004"):
        editing.save(workspace, LEDGERS["member"], {"phone": number}, record)
    assert found(workspace) == []
    write_past_the_journal(workspace, tampering)
    assert [rule for *_, rule in found(workspace)] == rules


NEWEST = " WHERE id = (SELECT max(id) FROM batch)"
OPERATION = " WHERE label = '修改党员' AND kind = 'edit'"
OTHER = "(SELECT max(id) FROM batch)"


@pytest.mark.parametrize(
    "change",
    [
        """ "user" = '别人'""",
        """ "at" = '2020-01-01T00:00:00Z'""",
        " label = '导入党员'",
        " kind = 'excel'",
        " digest = NULL",
        f" undone_by = {OTHER}",
        f" undoes = {OTHER}",
    ],
    ids=["who", "when", "what", "by what way", "the digest", "that it was undone", "that it undoes another"],
)
def test_what_an_operation_says_of_itself_that_somebody_changed(workspace: Workspace, change: str) -> None:
    record = member(workspace, "王芳")
    editing.save(workspace, LEDGERS["member"], {"phone": "14000000002"}, record)
    editing.delete(workspace, LEDGERS["member"], [record])
    assert found(workspace) == []
    write_past_the_journal(workspace, f"UPDATE batch SET {change}{OPERATION}")
    assert {rule for *_, rule in found(workspace)} == {"journal.batch"}


def test_what_is_told_of_an_operation_under_another_name(workspace: Workspace) -> None:
    member(workspace, "王芳")
    write_past_the_journal(workspace, """UPDATE batch SET "user" = '别人', "at" = '2020-01-01T00:00:00Z'""" + NEWEST)
    (one,) = [one for one in quality.check(workspace) if one.is_error]
    assert one.finding.message == (
        "操作日志被改过：2020-01-01 别人的“新增党员”与当时记下的不一致，可能换了经办人、时间、名称或记录。"
        "请核对，或用备份恢复"
    )


def test_two_operations_whose_lines_somebody_exchanged(workspace: Workspace) -> None:
    """Each has as many lines as before, and every record is what its lines say."""
    first, second = member(workspace, "王芳"), member(workspace, "李明")
    other = "(SELECT batch_id FROM change WHERE record_id = '{}')"
    write_past_the_journal(
        workspace,
        f"UPDATE change SET batch_id = CASE record_id WHEN '{first}' THEN {other.format(second)}"
        f" ELSE {other.format(first)} END WHERE record_id IN ('{first}', '{second}')",
    )
    assert [rule for *_, rule in found(workspace)] == ["journal.batch", "journal.batch"]


def test_an_undo_that_found_nothing_to_write_back_is_still_known(workspace: Workspace) -> None:
    """A package may bring a version alone: its values were here already."""
    one = member(workspace, "王小明")
    with workspace.edit("导入大塘镇第 7 号包", kind="receive") as batch:
        stored = stored_rows(batch.session.connection(), Member, [one])[one]
        newer = {"version": {**stored["version"], "b": 1}, "stamps": stored["stamps"]}
        batch.write_rows(Member, updates=[(stored, newer)])
    workspace.undo(batch.id)
    assert found(workspace) == []
    with pytest.raises(Refusal, match="已经撤销过"):
        workspace.undo(batch.id)


def test_a_store_of_the_first_schema_is_sound_when_it_is_opened(workspace: Workspace) -> None:
    """Its operations get their digests as it is upgraded, and are held to them from then on."""
    record = member(workspace, "王芳")
    editing.save(workspace, LEDGERS["member"], {"note": "迁居"}, record)
    workspace.undo()
    folder = workspace.folder
    with workspace.engine.connect() as connection, upgrading._rebuilding(connection), connection.begin():
        settings = upgrading.config()
        settings.attributes["connection"] = connection
        command.downgrade(settings, "0001")
    workspace.close()
    with Workspace.open(folder) as upgraded:
        assert found(upgraded) == []
        write_past_the_journal(upgraded, """UPDATE batch SET "user" = '别人'""" + NEWEST)
        assert [rule for *_, rule in found(upgraded)] == ["journal.batch"]


def test_exact_decimals_agree_with_the_journal_however_they_were_written(workspace: Workspace) -> None:
    editing.save(workspace, LEDGERS["village"], {"code": "1", "name": "大塘村", "kind": "村"})
    given = {"village_id": "大塘村", "name": "活动室", "floor_area": "120.5000", "ownership": "村集体"}
    editing.save(workspace, LEDGERS["venue"], given)
    assert [one for one in found(workspace) if one[3].startswith("journal")] == []


def copied(workspace: Workspace, record: str, **changed: str) -> str:
    """A second member with the same fields, as an old program or another tool may have left one."""
    copy = new_id()
    with workspace.edit("抄录") as batch:
        stored = batch.session.get_one(Member, record)
        values = {name: getattr(stored, name) for name in LEDGERS["member"].fields}
        batch.create_rows(Member, [{**values, "id": copy, "office_id": workspace.office.id, **changed}])
    return copy


def test_one_identity_number_on_two_members(workspace: Workspace) -> None:
    number = People(random.Random(1), date(2026, 11, 3)).resident_id(date(1975, 4, 3), "2")
    first = member(workspace, "王芳", resident_id=number)
    second = copied(workspace, first, name="王方")
    both = [one for one in quality.check(workspace) if one.is_error]
    assert [(one.id, one.finding.field) for one in both] == [(first, "resident_id"), (second, "resident_id")]
    with workspace.read() as session:
        alone = quality.duplicates(session.connection(), LEDGERS["member"])
    assert {one.finding.message for one in alone} == {"有 2 名党员登记了同一个公民身份号码，请核对，合并或更正"}
    editing.delete(workspace, LEDGERS["member"], [second])
    assert found(workspace) == []


def test_the_same_number_in_two_offices_is_a_warning(workspace: Workspace) -> None:
    number = People(random.Random(1), date(2026, 11, 3)).resident_id(date(1975, 4, 3), "2")
    mine = member(workspace, "王芳", resident_id=number)
    with workspace.edit("另一个单位") as batch:
        row = {"id": new_id(), "code": "2", "name": "双桥镇", "level": "township"}
        batch.create_rows(models()["office"], [{**row, "office_id": row["id"]}])
        office_id = row["id"]
    copied(workspace, mine, office_id=office_id)
    both = [one for one in quality.check(workspace) if one.finding.rule == "duplicate"]
    assert [one.is_error for one in both] == [False, False]
    assert both[0].finding.message == "另一个单位也有党员登记了这个公民身份号码，请两个单位核对"


def test_a_link_to_a_deleted_record(workspace: Workspace) -> None:
    record = member(workspace, "王芳")
    with workspace.edit("删除党支部") as batch:
        for branch in batch.session.query(models()["party_org"]):
            branch.deleted_at = "2026-11-03T08:00:00Z"
    dead = [one for one in quality.check(workspace) if one.is_error]
    assert [(one.id, one.finding.field) for one in dead] == [(record, "branch_id")]
    with workspace.read() as session:
        (alone,) = quality.dead_links(session.connection(), LEDGERS["member"])
    assert alone.finding.message == "“所在党支部”指向的党组织已经删除，请改选"


def test_a_link_to_nothing_is_the_files_own_fault(workspace: Workspace) -> None:
    member(workspace, "王芳")
    write_past_the_journal(workspace, "UPDATE member SET branch_id = 'nowhere'")
    (file, *_) = quality.check(workspace)
    assert (file.ledger, file.finding.rule) == (None, "file")
    assert file.finding.message == "member 表有一条记录指向不存在的 party_org"


def test_the_ledgers_own_checks_run_over_every_live_record(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, gone = member(workspace, "王芳"), member(workspace, "李明")
    editing.delete(workspace, LEDGERS["member"], [gone])
    monkeypatch.setattr(quality, "CHUNK", 1)
    write_past_the_journal(workspace, "UPDATE member SET name = ''")
    with workspace.read() as session:
        checked = {one.id for one in quality.record_findings(session, LEDGERS["member"])}
    assert gone not in checked
    assert checked <= {record}


def test_many_records_cost_few_statements(tmp_path: Path) -> None:
    """Nothing is asked of the store once for each record."""
    with Workspace.create(tmp_path / "大镇", code="431599101", name="大镇", level="township") as big:
        rng, today = random.Random(1), date(2026, 11, 3)
        with big.edit("录入") as batch:
            posts = {post.name: post.id for post in batch.session.scalars(select(Post))}
            people, area = People(rng, today), Decimal(75)
            rows = township_rows(big.office, people, new_id, members=2000, posts=posts, standard_area=area)
            for name, model in models().items():
                if rows.get(name):
                    batch.create_rows(model, rows[name])
        statements = 0

        def count(*_: object) -> None:
            nonlocal statements
            statements += 1

        event.listen(big.engine, "before_cursor_execute", count)
        quality.check(big)
        assert statements < sum(map(len, rows.values())) / 6
