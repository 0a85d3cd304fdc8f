"""Packages between a county and a township: trust, order, what is carried, and what stands afterwards."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app import editing
from app.ledgers.catalogue import LEDGERS
from app.sync import seal
from app.sync.choices import LATER, OURS, RETURN, THEIRS, Choice
from app.sync.intake import put_off, settle, take_in
from app.sync.outgoing import due, export, pending
from app.sync.peers import enrol, join, own_keys, peers, revoke, superior
from app.sync.register import packages
from app.workspace import Workspace
from db.errors import Refusal
from db.models.common import Attachment
from db.models.handoff import BlobChunk
from tests.sync.conftest import TOWN, Pair, edit, everything, row, shared
from tests.sync.forging import Rows

pytestmark = pytest.mark.both_stores
of_the_package = pytest.mark.both_stores(False)
"""What is decided before a store is asked."""

# ---------------------------------------------------------------- enrolment


def test_enrolment_gives_the_township_the_reference_data_and_its_name(pair: Pair) -> None:
    assert (pair.town.office.code, pair.town.office.level) == (TOWN, "township")
    card = superior(pair.town)
    assert card is not None
    assert (card.code, card.name, card.state) == ("532900", "云溪县委组织部", "answered")
    assert everything(pair.town)["post"] == everything(pair.county)["post"]


@of_the_package
def test_wrong_enrolment_passphrase_leaves_nothing(pair: Pair) -> None:
    with pytest.raises(Refusal, match="登记口令不对，或者登记文件已损坏"):
        join(pair.stick / "登记.dzb", pair.root / "新", "AAAAA-AAAAA-AAAAA-AAAAA")
    assert not (pair.root / "新").exists()


def test_a_guess_at_an_enrolment_passphrase_costs_much(pair: Pair, real_passphrases: None) -> None:
    enrolment = enrol(pair.county, "532902", "清水镇", pair.stick / "清水.dzb")
    kind, _, work = enrolment.file.read_bytes().split(b"\n")[1].removeprefix(b"-> ").split(b" ")
    assert kind == b"scrypt"
    assert int(work) >= 14  # 16 MiB and more for each guess
    with join(enrolment.file, pair.root / "清水", enrolment.passphrase) as town:
        assert town.office.code == "532902"


def test_an_enrolment_that_is_too_much_work_for_this_computer_says_so(pair: Pair) -> None:
    file = pair.stick / "登记.dzb"
    head, stanza, rest = file.read_bytes().split(b"\n", 2)
    file.write_bytes(b"\n".join((head, stanza.rpartition(b" ")[0] + b" 60", rest)))
    with pytest.raises(Refusal, match="这台电脑现在太忙或太慢，打不开登记文件。请关掉别的程序再试"):
        join(file, pair.root / "新", pair.passphrase)
    assert not (pair.root / "新").exists()


def test_enrolling_one_that_has_answered_is_refused(pair: Pair) -> None:
    before = everything(pair.county)
    with pytest.raises(Refusal, match="已经登记并交过包。换电脑时请先作废"):
        enrol(pair.county, TOWN, "云岭镇", pair.stick / "再.dzb")
    assert everything(pair.county) == before
    assert not (pair.stick / "再.dzb").exists()


@of_the_package
def test_a_township_cannot_enrol(pair: Pair) -> None:
    with pytest.raises(Refusal, match="只有县里能登记乡镇、市里能登记县"):
        enrol(pair.town, "532999", "某镇", pair.stick / "某.dzb")


@of_the_package
def test_enrolment_onto_an_unwritable_stick_changes_nothing(pair: Pair, unwritable: Path) -> None:
    before = everything(pair.county)
    with pytest.raises(Refusal, match="不能写入。请打开U盘的写保护开关"):
        enrol(pair.county, "532902", "新镇", unwritable / "登记.dzb")
    assert everything(pair.county) == before
    assert list(unwritable.iterdir()) == []


@of_the_package
def test_lost_computer_revoke_enrol_again_and_get_everything_back(pair: Pair) -> None:
    edit(pair.county, pair.member, phone="13800000000")
    old = pair.up().file
    revoke(pair.county, TOWN)
    assert [card.state for card in peers(pair.county)] == ["revoked"]
    outcome = take_in(pair.county, old)
    assert (outcome.status, outcome.reason) == ("refused", "revoked")
    assert outcome.message == ("“云岭镇”原来的密钥已经作废，这个包不能导入。请该单位用新的登记文件重新加入后再导出")
    enrolment = enrol(pair.county, TOWN, "云岭镇", pair.stick / "再登记.dzb")
    assert take_in(pair.county, old).reason == "revoked"
    again = pair.keep(join(enrolment.file, pair.root / "again", enrolment.passphrase))
    first = take_in(pair.county, export(again, pair.stick).file)
    assert first.status == "applied"
    back = take_in(again, export(pair.county, pair.stick, code=TOWN, full=True).file)
    assert back.status == "applied"
    assert row(again, pair.member) == row(pair.county, pair.member)
    assert take_in(pair.county, old).reason == "revoked"


# ---------------------------------------------------------------- what travels


def test_receipt_tells_the_township_what_came_of_its_package(pair: Pair) -> None:
    edit(pair.town, pair.member, phone="13800000001")
    sent = pair.up()
    assert take_in(pair.county, sent.file).updated == 1
    receipt = pair.down()
    assert (receipt.records, receipt.receipt) == (0, True)
    outcome = take_in(pair.town, receipt.file)
    assert [(one.sequence, one.updated) for one in outcome.results] == [(sent.sequence, 1)]
    told = next(one for one in packages(pair.town) if one.sent)
    assert (told.status, told.sequence) == ("acknowledged", sent.sequence)
    assert pair.up().records == 0


def test_dry_run_shows_what_the_import_does_and_leaves_nothing(pair: Pair) -> None:
    edit(pair.town, pair.member, phone="13800000001")
    edit(pair.town, None, name="李四", sex="女", nation="彝", birth="1990-01-01", branch_id=pair.branch)
    file, before = pair.up().file, everything(pair.county)
    dry = take_in(pair.county, file, dry_run=True)
    assert (dry.status, dry.created, dry.updated) == ("dry-run", 1, 1)
    assert everything(pair.county) == before
    done = take_in(pair.county, file, expect=dry)
    assert (done.status, done.ledgers, done.digest) == ("applied", dry.ledgers, dry.digest)
    changes = {detail.title: detail.changes for detail in done.details}
    assert changes["王小明"] == (("手机号", "", "138****0001"),)


def test_import_that_would_differ_from_its_dry_run_is_refused(pair: Pair) -> None:
    edit(pair.town, pair.member, phone="13800000001")
    file = pair.up().file
    dry = take_in(pair.county, file, dry_run=True)
    edit(pair.county, pair.member, phone="13800000001")
    before = everything(pair.county)
    outcome = take_in(pair.county, file, expect=dry)
    assert outcome.message == "预览之后，这里的数据又有了变化，没有导入。请重新预览一次再导入"
    assert everything(pair.county) == before


def test_import_is_one_batch_to_undo(pair: Pair) -> None:
    edit(pair.town, pair.member, phone="13800000001")
    edit(pair.town, None, name="李四", sex="女", nation="彝", birth="1990-01-01", branch_id=pair.branch)
    outcome = pair.to_county()
    pair.county.undo(outcome.batch_id)
    assert row(pair.county, pair.member)["phone"] is None
    assert take_in(pair.county, pair.stick / f"{TOWN}-up-2.dzb").status == "already-imported"


def test_a_lost_stick_needs_no_repair(pair: Pair) -> None:
    edit(pair.town, pair.member, phone="13800000001")
    pair.up().file.unlink()
    edit(pair.town, pair.member, address="云岭村一组")
    outcome = pair.to_county()
    assert (outcome.status, outcome.updated) == ("applied", 1)
    assert row(pair.county, pair.member) == row(pair.town, pair.member)


def test_due_and_pending(pair: Pair) -> None:
    assert (due(pair.town), pending(pair.town)) == ({}, 0)
    edit(pair.town, pair.member, phone="13800000001")
    edit(pair.town, None, name="李四", sex="女", nation="彝", birth="1990-01-01", branch_id=pair.branch)
    assert (due(pair.town), pending(pair.town)) == ({"member": (1, 1, 0)}, 2)
    pair.up()
    assert (due(pair.town), pending(pair.town)) == ({"member": (1, 1, 0)}, 0)


def test_county_edits_travel_down_and_what_came_up_does_not(pair: Pair) -> None:
    edit(pair.town, pair.member, phone="13800000001")
    pair.to_county()
    assert due(pair.county) == {}
    edit(pair.county, pair.member, address="云岭村二组")
    assert pair.down().counts == {"member": 1}
    assert pair.to_town().updated == 1
    assert row(pair.county, pair.member) == row(pair.town, pair.member)


def test_a_remark_goes_to_the_township_it_names_only(pair: Pair, second: str) -> None:
    edit(
        pair.county, None, "remark", target_office_id=second, ledger="member", record=pair.member,
        text="别的镇的事", status="待改",
    )  # fmt: skip
    mine = edit(
        pair.county, None, "remark", target_office_id=pair.town.office.id, ledger="member", record=pair.member,
        text="请核实", status="待改",
    )  # fmt: skip
    assert pair.down().counts == {"office": 1, "remark": 1}  # and the name of the office beside it
    assert pair.to_town().created == 2
    assert row(pair.town, mine, "remark")["text"] == "请核实"


def test_a_remark_that_turns_to_another_township_says_so_to_the_first(pair: Pair, second: str) -> None:
    mine = edit(
        pair.county, None, "remark", target_office_id=pair.town.office.id, ledger="member", record=pair.member,
        text="请核实", status="待改",
    )  # fmt: skip
    pair.to_town()
    pair.to_county()
    edit(pair.county, mine, "remark", target_office_id=second)
    outcome = pair.to_town()
    assert outcome.status == "applied"
    assert row(pair.town, mine, "remark")["target_office_id"] == second


def test_attachments_travel_by_content_and_once(pair: Pair) -> None:
    photo = b"\xff\xd8" + bytes(range(256)) * 2000
    digest = sha256(photo).hexdigest()
    with pair.town.edit("附件") as batch:
        batch.session.add(BlobChunk(sha256=digest, place=0, data=photo[:300_000]))
        batch.session.add(BlobChunk(sha256=digest, place=1, data=photo[300_000:]))
        for name in ("一.jpg", "二.jpg"):
            batch.add(
                Attachment(
                    office_id=pair.town.office.id, ledger="member", record=pair.member, name=name, sha256=digest,
                    bytes=len(photo),
                )
            )  # fmt: skip
    assert pair.to_county().created == 2
    with pair.county.read() as session:
        chunks = session.query(BlobChunk).filter_by(sha256=digest).order_by(BlobChunk.place).all()
        assert b"".join(chunk.data for chunk in chunks) == photo
    pair.to_town()
    edit(pair.town, pair.member, phone="13800000001")
    assert pair.up().bytes < 10_000


@of_the_package
def test_totals_that_differ_are_told(pair: Pair, forge: Callable[..., Path]) -> None:
    def fewer(manifest: dict[str, Any]) -> None:
        manifest["totals"]["member"]["digest"] = "0" * 64

    outcome = take_in(pair.county, forge(manifest=fewer))
    assert outcome.status == "applied"
    assert [one.message for one in outcome.findings if one.rule == "drift"] == [
        "导入后“党员花名册”与“云岭镇”报来的总数对不上，两边的数据已有出入。请对方导出一个完整包再导入"
    ]


@of_the_package
def test_the_roll_of_both_sides_is_counted(pair: Pair) -> None:
    edit(pair.town, None, name="李四", sex="女", nation="彝", birth="1990-01-01", branch_id=pair.branch)
    outcome = pair.to_county()
    assert (outcome.counts_before["member"], outcome.counts_claimed["member"]) == (1, 2)


# ---------------------------------------------------------------- numbers and chains

ASK_FOR_ALL = "请“云岭镇”重新导出一个完整包（导出时选“全部记录”），或者先导入本机 packages 文件夹或U盘里缺少的那几个包"


def test_the_next_sequence_is_imported(pair: Pair) -> None:
    edit(pair.town, pair.member, phone="13800000001")
    sent = pair.up()
    assert (sent.sequence, sent.kind) == (2, "changes")
    outcome = take_in(pair.county, sent.file)
    assert (outcome.status, outcome.message) == (
        "applied", "“云岭镇”第 2 号包：新增 0 条，修改 1 条，删除 0 条，不变 0 条",
    )  # fmt: skip
    assert row(pair.county, pair.member) == row(pair.town, pair.member)


def test_a_later_sequence_whose_base_is_here_is_imported_and_the_earlier_superseded(pair: Pair) -> None:
    edit(pair.town, pair.member, phone="13800000001")
    earlier = pair.up().file
    edit(pair.town, pair.member, phone="13800000002")
    assert pair.to_county().status == "applied"
    before = everything(pair.county)
    outcome = take_in(pair.county, earlier)
    assert outcome.status == "superseded"
    assert outcome.message == "“云岭镇”的第 2 号包已被后来的第 3 号包代替，不用再导"
    assert everything(pair.county) == before


def test_a_doubled_package_is_already_imported(pair: Pair) -> None:
    edit(pair.town, pair.member, phone="13800000001")
    file = pair.up().file
    take_in(pair.county, file)
    before = everything(pair.county)
    outcome = take_in(pair.county, file)
    assert outcome.status == "already-imported"
    assert outcome.message == "“云岭镇”的第 2 号包已经导入过了，不用再导。回执可以重新导出"
    assert everything(pair.county) == before


def test_two_computers_behind_one_replica_are_a_fork(pair: Pair) -> None:
    copy = pair.copied("town")
    edit(pair.town, pair.member, phone="13800000001")
    edit(copy, pair.member, phone="13800000002")
    other = export(copy, pair.root / "county" / "backups").file
    assert pair.to_county().status == "applied"
    before = everything(pair.county)
    outcome = take_in(pair.county, other)
    assert (outcome.status, outcome.reason) == ("refused", "fork")
    assert outcome.message == (
        "“云岭镇”有两台电脑（或一份复制出来的数据）在用同一个副本编号，两边的内容对不上，没有导入任何内容。"
        "请该单位只留一台电脑，在那台上备份再恢复一次（成为新的副本），然后导出一个包"
    )
    assert everything(pair.county) == before


@of_the_package
def test_a_fork_is_seen_by_the_chain_where_numbers_agree(pair: Pair) -> None:
    copy = pair.copied("town")
    edit(pair.town, pair.member, phone="13800000001")
    assert pair.to_county().status == "applied"
    export(copy, pair.root / "county" / "backups")
    edit(copy, None, name="李四", sex="女", nation="彝", birth="1990-01-01", branch_id=pair.branch)
    outcome = take_in(pair.county, export(copy, pair.root / "county" / "backups").file)
    assert outcome.reason == "fork"


def test_a_fork_ends_with_a_new_replica_whose_differences_a_person_decides(pair: Pair) -> None:
    copy = pair.renewed("town")
    edit(pair.town, pair.member, phone="13800000001")
    assert pair.to_county().status == "applied"
    edit(copy, pair.member, phone="13800000002")
    outcome = take_in(pair.county, export(copy, pair.stick).file, decide=lambda one: THEIRS)
    assert outcome.status == "applied"
    assert row(pair.county, pair.member)["phone"] == "13800000002"


def test_a_forked_stamp_from_a_new_replica_is_a_conflict_not_a_dead_end(pair: Pair) -> None:
    copy = pair.copied("town")
    edit(pair.town, pair.member, phone="13800000001")
    edit(copy, pair.member, phone="13800000002")
    assert pair.to_county().status == "applied"
    with Session(copy.engine) as session, session.begin():
        copy.become_new_replica(session)
    file = export(copy, pair.stick).file
    assert take_in(pair.county, file).status == "conflicts"
    assert take_in(pair.county, file, conflicts="theirs").status == "applied"
    assert row(pair.county, pair.member)["phone"] == "13800000002"


def test_a_receiver_that_was_restored_asks_for_what_is_missing(pair: Pair) -> None:
    old = pair.renewed("county")
    for number in range(2):
        edit(pair.town, pair.member, phone=f"1380000000{number}")
        pair.to_county()
        pair.to_town()
    file = pair.up().file
    before = everything(old)
    outcome = take_in(old, file)
    assert (outcome.status, outcome.reason) == ("refused", "gap")
    assert outcome.message == f"这里缺少“云岭镇”的第 2 至 3 号包，接不上这一个。{ASK_FOR_ALL}"
    assert everything(old) == before
    assert take_in(old, pair.up(full=True).file).status == "applied"
    assert row(old, pair.member) == row(pair.town, pair.member)


def test_a_new_replica_sends_a_snapshot_and_gets_all_back(pair: Pair) -> None:
    old = pair.renewed("town")
    new = edit(pair.town, None, name="李四", sex="女", nation="彝", birth="1990-01-01", branch_id=pair.branch)
    assert pair.to_county().status == "applied"
    edit(old, pair.member, address="云岭村三组")
    sent = export(old, pair.stick)
    assert sent.kind == "snapshot"
    assert take_in(pair.county, sent.file).status == "applied"
    down = pair.down()
    assert down.kind == "snapshot"
    assert take_in(old, down.file).status == "applied"
    assert row(old, new) == row(pair.county, new)


@of_the_package
def test_a_new_replica_with_changes_only_is_refused(pair: Pair, forge: Callable[..., Path]) -> None:
    def stranger(manifest: dict[str, Any]) -> None:
        manifest["from"]["replica"], manifest["kind"], manifest["since"] = "ffffffffff", "changes", 1

    outcome = take_in(pair.county, forge(manifest=stranger))
    assert outcome.reason == "gap"
    assert outcome.message == f"“云岭镇”换了电脑或恢复过备份，第一次要交完整包。{ASK_FOR_ALL}"


@of_the_package
def test_a_newer_schema_is_refused(pair: Pair, forge: Callable[..., Path]) -> None:
    before = everything(pair.county)
    outcome = take_in(pair.county, forge(manifest=lambda one: one.update(schema=9999, novelty=True)))
    assert (outcome.reason, outcome.message) == (
        "newer-schema",
        "这个包是更新版本的程序写的，没有导入任何内容。请先升级本程序再导入",
    )
    assert everything(pair.county) == before


@of_the_package
def test_an_older_program_that_lacks_a_column_keeps_its_value(pair: Pair, forge: Callable[..., Path]) -> None:
    edit(pair.town, pair.member, health="健康")
    pair.to_county()
    edit(pair.town, pair.member, phone="13800000001")

    def older(rows: Rows) -> None:
        for one in rows["member"]:
            del one["health"]

    assert take_in(pair.county, forge(rows=older)).status == "applied"
    assert (row(pair.county, pair.member)["health"], row(pair.county, pair.member)["phone"]) == ("健康", "13800000001")


# ---------------------------------------------------------------- trust


@of_the_package
def test_a_package_for_another_office_is_not_for_us(pair: Pair) -> None:
    other = pair.keep(Workspace.create(pair.root / "other", code="533000", name="别的县", level="county"))
    own_keys(other)
    outcome = take_in(other, pair.up().file)
    assert (outcome.reason, outcome.message) == (
        "not-for-us",
        "这个包不是给本单位的，或者开头已损坏，打不开。请核对是谁发给谁的",
    )
    own = take_in(pair.town, pair.up().file)
    assert own.message == "这是本单位自己导出的包，要交给对方导入，不用在这里导入"


@of_the_package
def test_an_unknown_sender_is_refused(pair: Pair, forge: Callable[..., Path]) -> None:
    def stranger(manifest: dict[str, Any]) -> None:
        manifest["from"]["office"], manifest["from"]["name"] = "0" * 36, "无名镇"

    outcome = take_in(pair.county, forge(manifest=stranger))
    assert (outcome.reason, outcome.message) == (
        "unknown-sender",
        "不认识发包的单位“无名镇”。请先登记这个单位，或核对包的来源",
    )


@of_the_package
def test_a_package_signed_by_another_key_is_refused(pair: Pair, forge: Callable[..., Path]) -> None:
    with Session(pair.county.engine) as session:
        other = seal.own_keys(session)
    before = everything(pair.county)
    outcome = take_in(pair.county, forge(keys=other))
    assert outcome.reason == "bad-signature"
    assert outcome.message == (
        "签名不对：这个包不是“云岭镇”登记过的那台电脑写的，或者被改动过。没有导入任何内容，请向该单位核实"
    )
    assert everything(pair.county) == before


@of_the_package
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda rows, pair: rows["member"][0].update(office_id=pair.county.office.id),
            "“党员花名册”第 1 行属于别的单位",
        ),
        (lambda rows, pair: rows.update(policy=[]), "“规则参数”由县里填写"),
    ],
)
def test_a_township_writes_only_its_own(
    pair: Pair, forge: Callable[..., Path], change: Callable[..., Any], sentence: str
) -> None:
    def wrong(rows: Rows) -> None:
        change(rows, pair)
        if "policy" in rows:
            rows["policy"] = [
                {
                    "id": "0" * 36, "office_id": pair.town.office.id, "version": {"x": 1}, "stamps": {"": ["x", 1]},
                    "deleted_at": None, "key": "k", "title": None, "value": "1", "effective_from": "2026-01-01",
                    "source": None, "note": None,
                }
            ]  # fmt: skip

    before = everything(pair.county)
    outcome = take_in(pair.county, forge(rows=wrong))
    assert (outcome.status, outcome.reason) == ("refused", "not-allowed")
    assert outcome.message == (
        f"“云岭镇”的包里有不归它填写的内容：{sentence}。没有导入任何内容，请该单位改正后重新导出"
    )
    assert everything(pair.county) == before


@of_the_package
def test_a_township_cannot_take_a_record_of_another(pair: Pair, forge: Callable[..., Path]) -> None:
    def steal(rows: Rows) -> None:
        with pair.county.engine.connect() as connection:
            rows["member"][0]["id"] = connection.execute(text("SELECT id FROM post LIMIT 1")).scalar_one()
        rows["post"] = [
            {
                "id": rows["member"][0]["id"], "office_id": pair.town.office.id, "version": {"x": 1, "seed": 1},
                "stamps": {"": ["x", 1]}, "deleted_at": None, "name": "我的", "duty": "我的", "active": True,
                "note": None,
            }
        ]  # fmt: skip

    outcome = take_in(pair.county, forge(rows=steal))
    assert (outcome.reason, "属于别的单位" in outcome.message) == ("not-allowed", True)


@of_the_package
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda one: one.update(birth="1978-02-30"), "“出生日期”（birth）的值类型或格式不对"),
        (lambda one: one.update(sex=1), "“性别”（sex）的值类型或格式不对"),
        (lambda one: one.update(salary=1), "有不认识的栏目 salary"),
        (lambda one: one.pop("stamps"), "缺少栏目 stamps"),
        (lambda one: one.update(stamps={"": ["x", 99]}), "栏目 stamps 与 version 不相符"),
        (lambda one: one.update(name="王\x00"), "有不能使用的字符"),
        (
            lambda one: one.update(
                branch_id="1" * 36,
                version={**one["version"], "x": 1},
                stamps={**one["stamps"], "branch_id": ["x", 1]},
            ),
            "栏目 branch_id 指向的“党组织”记录不在包里，这里也没有",
        ),
    ],
)
def test_a_wrong_row_names_table_line_and_column(
    pair: Pair, forge: Callable[..., Path], change: Callable[[dict[str, Any]], Any], said: str
) -> None:
    edit(pair.town, pair.member, phone="13800000001")
    before = everything(pair.county)
    outcome = take_in(pair.county, forge(rows=lambda rows: change(rows["member"][0])))
    assert (outcome.status, outcome.reason) == ("refused", "invalid-record")
    assert outcome.message == f"包里 member 表第 1 行的内容不合规矩：{said}。请对方用最新的程序重新导出"
    assert everything(pair.county) == before


# ---------------------------------------------------------------- conflicts


@pytest.fixture
def crossed(pair: Pair) -> Pair:
    """Both have written the member's phone without having seen each other; the township an address too."""
    edit(pair.county, pair.member, phone="13900000000")
    edit(pair.town, pair.member, phone="13800000000", address="云岭村一组")
    return pair


def test_a_conflict_waits_for_a_person(crossed: Pair) -> None:
    file, before = crossed.up().file, everything(crossed.county)
    outcome = take_in(crossed.county, file)
    assert outcome.status == "conflicts"
    assert outcome.message == ("“云岭镇”第 2 号包有 1 处两边都改过，要有人决定，现在什么都没有改动。请逐处选定后再导入")
    (one,) = outcome.conflicts
    assert (one.ledger, one.field, one.title, one.base, one.ours, one.theirs) == (
        "member", "phone", "王小明", None, "13900000000", "13800000000",
    )  # fmt: skip
    assert (one.ours_text, one.theirs_text) == ("139****0000", "138****0000")
    assert everything(crossed.county) == before


@pytest.mark.parametrize(
    ("choice", "stands"),
    [(OURS, "13900000000"), (THEIRS, "13800000000"), (Choice.other("137-0000-0000"), "13700000000")],
)
def test_a_decision_stands_on_both_sides(crossed: Pair, choice: Choice, stands: str) -> None:
    assert crossed.to_county(decide=lambda one: choice).status == "applied"
    assert crossed.to_town().conflicts == ()
    here, there = shared(crossed)
    assert here == there
    assert row(crossed.town, crossed.member)["phone"] == stands
    assert row(crossed.town, crossed.member)["address"] == "云岭村一组"


def test_edited_here_and_deleted_there_waits_for_a_person(pair: Pair) -> None:
    edit(pair.town, pair.member, phone="13800000000")
    editing.delete(pair.county, LEDGERS["member"], [pair.member])
    file, before = pair.up().file, everything(pair.county)
    outcome = take_in(pair.county, file)
    assert outcome.status == "conflicts"
    (one,) = outcome.conflicts
    assert (one.field, one.label, one.ours_text[:4], one.theirs_text) == ("deleted_at", "删除", "已删除（", "未删除")
    assert everything(pair.county) == before


@pytest.mark.parametrize(("choice", "stays"), [(THEIRS, True), (OURS, False)])
def test_a_decision_about_a_deletion_stands_on_both_sides(pair: Pair, choice: Choice, stays: bool) -> None:
    edit(pair.town, pair.member, phone="13800000000")
    editing.delete(pair.county, LEDGERS["member"], [pair.member])
    assert pair.to_county(decide=lambda one: choice).status == "applied"
    assert pair.to_town().conflicts == ()
    here, there = shared(pair)
    assert here == there
    found = row(pair.town, pair.member)
    assert (found["phone"], found["deleted_at"] is None) == ("13800000000", stays)


@pytest.mark.parametrize(("mode", "stands"), [("ours", "13900000000"), ("theirs", "13800000000")])
def test_unattended_imports_tell_what_they_chose(crossed: Pair, mode: str, stands: str) -> None:
    crossed.to_county(conflicts=mode)
    outcome = crossed.to_town()
    assert [(fate.field, fate.fate, fate.kept) for fate in outcome.results[-1].fates] == [("phone", "decided", mode)]
    assert row(crossed.town, crossed.member)["phone"] == stands


def test_crossing_decisions_end(crossed: Pair) -> None:
    up, down = crossed.up().file, crossed.down().file
    take_in(crossed.county, up, decide=lambda one: THEIRS)
    take_in(crossed.town, down, decide=lambda one: THEIRS)
    for _ in range(2):
        crossed.to_county(conflicts="ours")
        crossed.to_town(conflicts="theirs")
    here, there = shared(crossed)
    assert here == there


def test_a_conflict_put_off_keeps_ours_and_is_decided_later(crossed: Pair) -> None:
    outcome = crossed.to_county(decide=lambda one: LATER)
    assert (outcome.status, outcome.put_off) == ("applied", 1)
    assert (row(crossed.county, crossed.member)["phone"], row(crossed.county, crossed.member)["address"]) == (
        "13900000000", None,
    )  # fmt: skip
    (one,) = put_off(crossed.county)
    assert (one.field, one.theirs) == ("phone", "13800000000")
    with pytest.raises(Refusal, match="“手机号”还没有决定。请每一处都选定"):
        settle(crossed.county, one.id, {})
    settle(crossed.county, one.id, {"phone": THEIRS})
    assert put_off(crossed.county) == []
    assert crossed.to_town(conflicts="theirs").status == "applied"
    here, there = shared(crossed)
    assert here == there
    assert row(crossed.town, crossed.member)["address"] == "云岭村一组"


def test_a_later_row_replaces_the_one_put_off(crossed: Pair) -> None:
    crossed.to_county(decide=lambda one: LATER)
    edit(crossed.town, crossed.member, phone="13800000009")
    crossed.to_county(decide=lambda one: LATER)
    assert [one.theirs for one in put_off(crossed.county)] == ["13800000009"]
    edit(crossed.town, crossed.member, phone="13900000000")
    crossed.to_county()
    assert put_off(crossed.county) == []


def test_sending_back_goes_down_as_a_remark(crossed: Pair) -> None:
    crossed.to_county(decide=lambda one: Choice.send_back("请打电话核实"))
    outcome = crossed.to_town()
    assert [fate.fate for fate in outcome.results[-1].fates] == ["returned"]
    with crossed.town.read() as session:
        (remark,) = session.query(LEDGERS["remark"].model).all()
        assert (remark.text, remark.record, remark.field) == ("请打电话核实", crossed.member, "phone")


@of_the_package
def test_a_township_cannot_send_back(crossed: Pair) -> None:
    before = everything(crossed.town)
    outcome = crossed.to_town(decide=lambda one: RETURN)
    assert outcome.message == "只有上级可以退回核实。请选保留哪一方的值，或者先放一放"
    assert everything(crossed.town) == before


@of_the_package
def test_a_package_does_not_take_the_place_of_another_replicas_on_the_stick(pair: Pair) -> None:
    second = pair.copied("town")
    first = pair.up()
    kept = first.file.read_bytes()
    other = export(second, pair.stick)
    assert other.sequence == first.sequence
    assert other.file != first.file
    assert other.file.name.startswith(first.file.stem)
    assert first.file.read_bytes() == kept
