"""Every refusal of a package or an enrolment file that has no story of its own elsewhere: its sentence, and nothing
written."""

import hashlib
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import attachments
from app.ledgers.catalogue import LEDGERS
from app.sync import intake, package, seal
from app.sync.intake import take_in
from app.sync.peers import join
from app.workspace import Workspace
from db.errors import Refusal
from db.ids import new_id
from db.models.handoff import Peer
from tests.sync.conftest import TOWN, Pair, edit, everything, row
from tests.sync.forging import Rows, forged

AGAIN = "请重新复制，仍不行时请对方重新导出"


@contextmanager
def unchanged(*offices: Workspace) -> Iterator[None]:
    before = [everything(ws) for ws in offices]
    archives = [sorted((ws.folder / "packages").iterdir()) for ws in offices]
    yield
    assert [everything(ws) for ws in offices] == before
    assert [sorted((ws.folder / "packages").iterdir()) for ws in offices] == archives


def refused(ws: Workspace, file: Path, reason: str, sentence: str) -> None:
    """The package is refused in these words, and nothing has changed."""
    with unchanged(ws):
        outcome = take_in(ws, file)
        assert (outcome.status, outcome.reason, outcome.message) == ("refused", reason, sentence)


# ---------------------------------------------------------------- whose it is


def test_a_package_for_another_office_sealed_for_us_is_not_for_us(pair: Pair, forge: Callable[..., Path]) -> None:
    file = forge(manifest=lambda said: said["to"].update(office="0" * 36, name="别的县"))
    sentence = "这个包是给“别的县”的，不是给本单位的。请交给“别的县”导入"
    refused(pair.county, file, "not-for-us", sentence)


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said.update(direction="down"),
        lambda said: said.update(
            enrolment={"signing": "0" * 64, "receiving": "age1", "secret": "0" * 64, "level": "township"}
        ),
    ],
    ids=["direction", "enrolment"],
)
def test_a_package_of_the_wrong_direction_is_refused(
    pair: Pair, forge: Callable[..., Path], change: Callable[[dict[str, Any]], Any]
) -> None:
    refused(pair.county, forge(manifest=change), "not-allowed", "“云岭镇”的包方向不对，没有导入。请对方重新导出")


def test_an_office_that_has_not_joined_takes_nothing_in(pair: Pair) -> None:
    alone = pair.keep(Workspace.create(pair.root / "alone", code="532999", name="某镇", level="township"))
    sentence = "本单位还没有加入上级，也没有登记过下级单位，不能导入包。请先加入或登记"
    refused(alone, pair.up().file, "unknown-sender", sentence)


# ---------------------------------------------------------------- the first package of a township


@pytest.fixture
def secret(pair: Pair) -> str:
    """The township has been enrolled and not answered yet; its one-time secret."""
    made = seal.new_secret()
    for ws in (pair.county, pair.town):
        with Session(ws.engine) as session, session.begin():
            peer = session.scalars(select(Peer)).one()
            peer.secret = made
            if not peer.superior:
                peer.signing_key = None
    return made


def peer_of(ws: Workspace) -> Peer:
    with Session(ws.engine) as session:
        return session.scalars(select(Peer)).one()


WRONG_SIGNATURE = "签名不对：这个包不是“云岭镇”登记过的那台电脑写的，或者被改动过。没有导入任何内容，请向该单位核实"


@pytest.mark.usefixtures("secret")
def test_the_first_package_pins_the_keys_and_burns_the_secret(pair: Pair) -> None:
    assert pair.to_county().status == "applied"
    with Session(pair.town.engine) as session:
        own = seal.own_keys(session)
    peer = peer_of(pair.county)
    assert (peer.signing_key, peer.receiving_key) == (own.signing_public, own.receiving_public)
    assert peer.secret is None


@pytest.mark.usefixtures("secret")
@pytest.mark.parametrize(
    "change",
    [
        lambda said: said["keys"].update(hmac="0" * 64),
        lambda said: said["keys"].update(signing="0" * 64),
        lambda said: said.pop("keys"),
    ],
    ids=["another secret", "another key", "no keys"],
)
def test_a_first_package_that_does_not_know_the_secret_is_refused(
    pair: Pair, forge: Callable[..., Path], change: Callable[[dict[str, Any]], Any]
) -> None:
    refused(pair.county, forge(manifest=change), "bad-signature", WRONG_SIGNATURE)
    assert peer_of(pair.county).secret is not None


def test_a_burnt_secret_brings_no_other_keys(pair: Pair, secret: str, forge: Callable[..., Path]) -> None:
    assert pair.to_county().status == "applied"
    thief = seal.OwnKeys(seal.Ed25519PrivateKey.generate(), seal.pyrage.x25519.Identity.generate())
    signing, receiving = thief.signing_public, thief.receiving_public
    keys = {"signing": signing, "receiving": receiving, "hmac": seal.answer(secret, signing, receiving)}
    file = forge(keys=thief, manifest=lambda said: said.update(keys=keys))
    refused(pair.county, file, "bad-signature", WRONG_SIGNATURE)


# ---------------------------------------------------------------- forks seen by the rows


def fork_sentence(name: str) -> str:
    return (
        f"“{name}”有两台电脑（或一份复制出来的数据）在用同一个副本编号，两边的内容对不上，没有导入任何内容。"
        "请该单位只留一台电脑，在那台上备份再恢复一次（成为新的副本），然后导出一个包"
    )


def test_the_same_stamp_with_two_values_is_a_fork(pair: Pair, forge: Callable[..., Path]) -> None:
    file = forge(rows=lambda rows: rows["member"][0].update(phone="13800000009"))
    refused(pair.county, file, "fork", fork_sentence("云岭镇"))


def test_a_save_of_ours_that_we_never_made_is_a_fork_of_our_own(pair: Pair, forge: Callable[..., Path]) -> None:
    def ahead(rows: Rows) -> None:
        one = rows["member"][0]
        one["version"][pair.county.replica] = 7
        one["stamps"]["phone"] = [pair.county.replica, 7]

    refused(pair.county, forge(rows=ahead), "fork", fork_sentence("本单位"))


# ---------------------------------------------------------------- what it says of itself


@pytest.mark.parametrize("change", [{"format": "siji-package/2", "schema": 0}, {"schema": 2**31}])
def test_a_newer_format_is_refused_before_anything_else_is_read(
    pair: Pair, forge: Callable[..., Path], change: dict[str, Any]
) -> None:
    file = forge(manifest=lambda said: (said.clear(), said.update({"format": "siji-package/1", **change})))
    sentence = "这个包是更新版本的程序写的，没有导入任何内容。请先升级本程序再导入"
    refused(pair.county, file, "newer-schema", sentence)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda said: said.update(format="other"), "不是四基的包"),
        (lambda said: said.update(kind="all"), "清单读不懂"),
        (lambda said: said.update(sequence=2**31), "清单读不懂"),
        (lambda said: said["records"].append(said["records"][0]), "清单里有重复的内容"),
        (lambda said: said["records"][0].update(sha256="0" * 64), "party_org 表与清单不符"),
        (lambda said: said["records"][0].update(rows=99), "party_org 表与清单不符"),
        (lambda said: said["from"].update(replica=None), "没有写明是哪一个副本写的"),
        (lambda said: said["from"].update(replica=""), "没有写明是哪一个副本写的"),
        (lambda said: said["from"].update(replica="seed"), "没有写明是哪一个副本写的"),
    ],
)
def test_a_manifest_that_does_not_fit_says_what_is_damaged(
    pair: Pair, forge: Callable[..., Path], change: Callable[[dict[str, Any]], Any], what: str
) -> None:
    sentence = f"这个包已损坏或不完整（{what}），没有导入任何内容。{AGAIN}"
    refused(pair.county, forge(manifest=change), "damaged", sentence)


def _member(name: str, content: bytes = b"abc", kind: bytes = tarfile.REGTYPE) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size, info.type = len(content), kind
    return info, content


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda inside: inside.insert(2, _member("records/../member.jsonl")), "里面有清单之外的内容"),
        (lambda inside: inside.insert(2, _member("/etc/passwd")), "里面有清单之外的内容"),
        (lambda inside: inside.insert(2, _member("records/", b"", tarfile.DIRTYPE)), "里面有清单之外的内容"),
        (lambda inside: inside.insert(0, _member("more")), "里面有清单之外的内容"),
        (lambda inside: inside.append(_member("more")), "后面还有不该有的内容"),
        (lambda inside: inside.append(inside[2]), "后面还有不该有的内容"),
        (lambda inside: inside.pop(1), "里面有清单之外的内容"),
    ],
    ids=["dots", "absolute", "folder", "before", "after", "twice", "no signature"],
)
def test_a_member_that_is_not_due_is_refused(
    pair: Pair, forge: Callable[..., Path], change: Callable[[list[Any]], Any], what: str
) -> None:
    sentence = f"这个包已损坏或不完整（{what}），没有导入任何内容。{AGAIN}"
    refused(pair.county, forge(members=change), "damaged", sentence)


# ---------------------------------------------------------------- rows


def test_a_ledger_that_we_do_not_know_is_refused(pair: Pair, forge: Callable[..., Path]) -> None:
    file = forge(rows=lambda rows: rows.update(stars=[]))
    refused(pair.county, file, "invalid-record", "包里有不认识的台账 stars。请对方用最新的程序重新导出")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows["member"].append(rows["member"][0]), "第 1 行的内容不合规矩：同一条记录出现了两次"),
        (
            lambda rows: rows["member"].append({**_new(rows), "version": {"x": 1}, "stamps": {"": ["x", 1]}}),
            "第 1 行的内容不合规矩：缺少“姓名”",
        ),
        (
            lambda rows: rows["member"][0].update(phone="1" * 21),
            "第 1 行的内容不合规矩：“手机号”（phone）的值类型或格式不对",
        ),
        (lambda rows: rows["member"][0].update(sex="\ud800"), "第 1 行的内容不合规矩：不是一条完整的记录"),
        (lambda rows: rows["member"][0].update(sex=""), "第 1 行的内容不合规矩：“性别”（sex）的值类型或格式不对"),
    ],
    ids=["twice", "new without a name", "longer than its column", "half a pair", "required and empty"],
)
def test_a_row_that_may_not_be_says_where(
    pair: Pair, forge: Callable[..., Path], change: Callable[[Rows], Any], said: str
) -> None:
    number = "第 2 行" if "姓名" in said else "第 1 行"
    sentence = f"包里 member 表{said.replace('第 1 行', number)}。请对方用最新的程序重新导出"
    refused(pair.county, forge(rows=change), "invalid-record", sentence)


def _new(rows: Rows) -> dict[str, Any]:
    return {name: value for name, value in rows["member"][0].items() if name != "name"} | {"id": new_id()}


def test_a_number_larger_than_its_column_is_refused(pair: Pair, forge: Callable[..., Path]) -> None:
    edit(pair.town, None, "village", code="532901001", name="云岭村", kind="村")
    file = forge(rows=lambda rows: rows["village"][0].update(households=2**31))
    label = LEDGERS["village"].fields["households"].label
    refused(
        pair.county, file, "invalid-record",
        f"包里 village 表第 1 行的内容不合规矩：“{label}”（households）的值类型或格式不对。请对方用最新的程序重新导出",
    )  # fmt: skip


def test_a_value_that_nobody_could_have_written_is_found(pair: Pair, forge: Callable[..., Path]) -> None:
    """No form or workbook lets them in; another program's package may."""
    wrong = {"resident_id": "110101197803120011", "phone": "123", "birth": "0001-01-01", "joined_on": "9999-12-31"}

    def change(rows: Rows) -> None:
        one = {**rows["member"][0], **wrong, "id": new_id(), "version": {"x": 1}, "stamps": {"": ["x", 1]}}
        rows["member"].append(one)

    outcome = take_in(pair.county, forge(rows=change), dry_run=True)
    assert outcome.status == "dry-run"
    assert sorted(one.field or "" for one in outcome.findings if one.rule == "unreadable") == sorted(wrong)


def test_changes_on_a_package_that_never_came_say_so(pair: Pair, forge: Callable[..., Path]) -> None:
    number = pair.to_county().sequence + 1
    file = forge(manifest=lambda said: said.update(kind="changes", since=77))
    refused(
        pair.county, file, "gap",
        f"“云岭镇”的第 {number} 号包接在这里没有收到过的包后面。请“云岭镇”重新导出一个完整包（导出时选“全部记录”），"
        "或者先导入本机 packages 文件夹或U盘里缺少的那几个包",
    )  # fmt: skip


def test_a_line_over_one_mebibyte_is_too_large(pair: Pair, forge: Callable[..., Path]) -> None:
    file = forge(rows=lambda rows: rows["member"][0].update(note="长" * (1 << 20)))
    sentence = "member 表第 1 行超出了包允许的大小，没有导入任何内容。请对方用最新的程序重新导出"
    refused(pair.county, file, "too-large", sentence)


def test_the_county_writes_no_other_townships_records_into_ours(pair: Pair) -> None:
    edit(pair.county, pair.member, note="县里的")

    def foreign(rows: Rows) -> None:
        one = next(one for one in rows["member"] if one["id"] == pair.member)
        one.update(id="1" * 36, office_id="0" * 36)

    place = forged(pair.county, pair.stick / "伪造.dzb", rows=foreign)
    refused(
        pair.town, place, "not-allowed",
        "“云溪县委组织部”的包里有不归它填写的内容：“党员花名册”第 1 行属于别的单位。"
        "没有导入任何内容，请该单位改正后重新导出",
    )  # fmt: skip


# ---------------------------------------------------------------- attachments and sizes


@pytest.fixture
def photo(pair: Pair) -> str:
    content = b"\xff\xd8" + bytes(range(256)) * 20
    attachments.add(pair.town, LEDGERS["member"], pair.member, "照片.jpg", BytesIO(content))
    return hashlib.sha256(content).hexdigest()


def _other_bytes(inside: list[Any]) -> None:
    info, content = inside[-1]
    inside[-1] = (info, b"\0" + content[1:])


def test_an_attachment_whose_bytes_are_not_its_name_is_refused(
    pair: Pair, forge: Callable[..., Path], photo: str
) -> None:
    sentence = f"这个包已损坏或不完整（附件与清单不符），没有导入任何内容。{AGAIN}"
    refused(pair.county, forge(members=_other_bytes), "damaged", sentence)
    assert take_in(pair.county, forge()).status == "applied"


@pytest.mark.parametrize(
    ("claimed", "reason", "sentence"),
    [
        (1, "too-large", "附件超出了包允许的大小，没有导入任何内容。请对方用最新的程序重新导出"),
        (10**6, "damaged", f"这个包已损坏或不完整（附件与清单不符），没有导入任何内容。{AGAIN}"),
        (1 << 30, "too-large", "包里的内容超出了包允许的大小，没有导入任何内容。请对方用最新的程序重新导出"),
    ],
)
@pytest.mark.usefixtures("photo")
def test_an_attachment_of_another_size_is_refused(
    pair: Pair, forge: Callable[..., Path], claimed: int, reason: str, sentence: str
) -> None:
    file = forge(manifest=lambda said: said["files"][0].update(bytes=claimed))
    refused(pair.county, file, reason, sentence)


def test_a_file_over_sixteen_gibibytes_is_not_read_at_all(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    file = pair.up().file
    monkeypatch.setattr(package, "WHOLE_LIMIT", 1000)
    sentence = "这个文件超出了包允许的大小，没有导入任何内容。请对方用最新的程序重新导出"
    refused(pair.county, file, "too-large", sentence)


# ---------------------------------------------------------------- what is no file


def test_a_folder_with_a_packages_name_is_refused(pair: Pair) -> None:
    (pair.stick / "夹.dzb").mkdir()
    sentence = "读不了文件“夹.dzb”，它可能是文件夹或没有权限。请核对后再试"
    refused(pair.county, pair.stick / "夹.dzb", "damaged", sentence)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_or_device_with_a_packages_name_is_refused_and_not_waited_for(pair: Pair) -> None:
    os.mkfifo(pair.stick / "管.dzb")
    sentence = "读不了文件“管.dzb”，它可能是文件夹或没有权限。请核对后再试"
    refused(pair.county, pair.stick / "管.dzb", "damaged", sentence)
    (pair.stick / "零.dzb").symlink_to("/dev/zero")
    refused(pair.county, pair.stick / "零.dzb", "damaged", sentence.replace("管", "零"))
    with pytest.raises(Refusal, match=r"读不了登记文件“管\.dzb”"):
        join(pair.stick / "管.dzb", pair.root / "新", "x")


def test_a_link_to_a_package_is_read_and_one_to_nothing_is_not_found(pair: Pair) -> None:
    edit(pair.town, pair.member, phone="13800000001")
    (pair.root / "链.dzb").symlink_to(pair.up().file)
    (pair.root / "断.dzb").symlink_to(pair.root / "没有.dzb")
    sentence = "找不到文件“断.dzb”，U盘可能已拔出。请插好后再试"
    refused(pair.county, pair.root / "断.dzb", "damaged", sentence)
    assert take_in(pair.county, pair.root / "链.dzb").status == "applied"
    assert row(pair.county, pair.member) == row(pair.town, pair.member)


def test_a_stick_that_fails_while_it_is_read_says_so(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    file, real = pair.up().file, intake._open

    class Failing:
        """A stream whose device goes away after some bytes."""

        def __init__(self, stream: Any) -> None:
            self.stream = stream

        def __enter__(self) -> "Failing":
            return self

        def __exit__(self, *_: object) -> None:
            self.stream.close()

        def read(self, size: int) -> bytes:
            if self.stream.tell() > 600:
                raise OSError(5, "Input/output error")
            return bytes(self.stream.read(min(size, 500)))

        def seek(self, place: int) -> int:
            return int(self.stream.seek(place))

        def fileno(self) -> int:
            return int(self.stream.fileno())

    monkeypatch.setattr(intake, "_open", lambda path: Failing(real(path)))
    with unchanged(pair.county):
        outcome = take_in(pair.county, file)
        assert (outcome.reason, outcome.message) == (
            "damaged", f"读取“{file.name}”时出错，U盘可能已拔出或损坏。请插好后再试",
        )  # fmt: skip
        looked = take_in(pair.county, file, dry_run=True)
        assert (looked.reason, looked.message) == ("damaged", "读取这个包时出错，U盘可能已拔出。请插好后再试")


# ---------------------------------------------------------------- enrolment files


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("没有.dzb", "找不到登记文件“没有.dzb”。请核对路径，U盘是否插好"),
        ("夹.dzb", "读不了登记文件“夹.dzb”。请核对路径和权限，U盘是否插好"),
        ("空.dzb", f"这个包已损坏或不完整（不是四基的登记文件），没有导入任何内容。{AGAIN}"),
        (f"{TOWN}-up-2.dzb", "这不是登记文件。请向上级要登记本单位时写出的那个文件"),
    ],
)
def test_what_is_no_enrolment_file_is_not_joined(pair: Pair, name: str, sentence: str) -> None:
    pair.up()
    (pair.stick / "夹.dzb").mkdir()
    (pair.stick / "空.dzb").write_bytes(b"")
    with pytest.raises(Refusal) as told:
        join(pair.stick / name, pair.root / "新", "x")
    assert told.value.message == sentence
    assert not (pair.root / "新").exists()


def test_a_stick_that_fails_while_it_is_joined_from_leaves_nothing(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(package, "open_file", lambda file: Failing())
    with pytest.raises(Refusal) as told:
        join(pair.stick / "登记.dzb", pair.root / "新", pair.passphrase)
    assert told.value.message == "读不了登记文件“登记.dzb”。请核对路径和权限，U盘是否插好"
    assert not (pair.root / "新").exists()


def test_an_enrolment_file_that_is_too_large_is_not_opened(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "INVITATION_LIMIT", 1000)
    with pytest.raises(Refusal) as told:
        join(pair.stick / "登记.dzb", pair.root / "新", pair.passphrase)
    assert told.value.message == "登记文件超出了包允许的大小，没有导入任何内容。请对方用最新的程序重新导出"
    assert not (pair.root / "新").exists()


# ---------------------------------------------------------------- names


@pytest.mark.parametrize("code", ["../../x", "/tmp/x", "a\0b", "", ".", "云岭 1"])
def test_no_code_leads_a_package_out_of_the_archive(pair: Pair, forge: Callable[..., Path], code: str) -> None:
    file = forge(manifest=lambda said: said["from"].update(code=code))
    around = sorted(pair.root.rglob("*"))
    assert take_in(pair.county, file).status == "applied"
    (kept,) = set(pair.root.rglob("*")) - set(around)
    assert kept.parent == pair.county.folder / "packages"
    assert kept.read_bytes() == file.read_bytes()


# ---------------------------------------------------------------- undoing


def test_undoing_an_import_that_later_edits_stand_on_says_which_and_stops(pair: Pair) -> None:
    edit(pair.town, pair.member, phone="13800000001")
    outcome = pair.to_county()
    edit(pair.county, pair.member, phone="13900000000")
    with unchanged(pair.county), pytest.raises(Refusal) as told:
        pair.county.undo(outcome.batch_id)
    assert told.value.reason == "later-edits"
    assert told.value.message.startswith("“导入云岭镇第 2 号包”之后还有 1 处修改建立在它上面，例如 ")
    assert told.value.message.endswith("请先撤销那些修改")
