"""The file and the stick: every damage is refused with nothing written, and other tools can open the layers."""

import errno
import io
import os
import random
import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyrage
import pytest
import zstandard
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.sync import peers, seal, stick
from app.sync.intake import inspect, take_in
from app.sync.outgoing import export
from app.sync.peers import enrol, join
from app.workspace import Workspace
from db.engine import WORLD
from db.errors import Refusal
from db.journal import Cancelled
from tests.helpers.sticks import giving_back_something_else, refusing_to_stat
from tests.sync.conftest import Pair, edit, everything

FITTING = {"damaged", "not-for-us", "bad-signature", "too-large"}


@pytest.fixture
def sealed(pair: Pair) -> Path:
    """A package of some forty kilobytes that the county has not seen."""
    letters = random.Random(4)
    for number in range(3):
        text = "".join(chr(letters.randrange(0x4E00, 0x9FA0)) for _ in range(5000))
        edit(pair.town, None, "village", code=f"5329010{number}", name=f"第{number}村", kind="村", note=text)
    return pair.up().file


@contextmanager
def unchanged(pair: Pair) -> Iterator[None]:
    before, archive = everything(pair.county), sorted((pair.county.folder / "packages").iterdir())
    yield
    assert everything(pair.county) == before
    assert sorted((pair.county.folder / "packages").iterdir()) == archive


def test_a_hundred_one_byte_changes_are_refused(pair: Pair, sealed: Path) -> None:
    whole, rng = sealed.read_bytes(), random.Random(100)
    broken = pair.stick / "坏.dzb"
    with unchanged(pair):
        for _ in range(100):
            data, place = bytearray(whole), rng.randrange(len(whole))
            data[place] ^= rng.randrange(1, 256)
            broken.write_bytes(data)
            outcome = take_in(pair.county, broken)
            assert outcome.status == "refused"
            assert outcome.reason in FITTING, (place, outcome)
    assert take_in(pair.county, sealed).status == "applied"


def test_every_truncation_is_refused(pair: Pair, sealed: Path) -> None:
    whole, broken = sealed.read_bytes(), pair.stick / "断.dzb"
    assert len(whole) > 20_000
    with unchanged(pair):
        for length in [*range(0, len(whole), 1000), len(whole) - 1]:
            broken.write_bytes(whole[:length])
            outcome = take_in(pair.county, broken)
            assert (outcome.status, outcome.reason) == ("refused", "damaged"), length
            assert outcome.message.startswith("这个包已损坏或不完整")
            assert outcome.message.endswith("没有导入任何内容。请重新复制，仍不行时请对方重新导出")


def test_bytes_after_the_end_are_refused(pair: Pair, sealed: Path) -> None:
    with unchanged(pair):
        (pair.stick / "长.dzb").write_bytes(sealed.read_bytes() + b"\0")
        assert take_in(pair.county, pair.stick / "长.dzb").reason == "damaged"


def test_what_is_no_package_is_refused(pair: Pair) -> None:
    with unchanged(pair):
        for content in (b"", b"PK\x03\x04 a workbook", b"age-encryption.org/v1\n"):
            (pair.stick / "别的.dzb").write_bytes(content)
            assert take_in(pair.county, pair.stick / "别的.dzb").reason == "damaged"
        assert take_in(pair.county, pair.stick).reason == "damaged"
        missing = take_in(pair.county, pair.stick / "没有.dzb")
        assert missing.message == "找不到文件“没有.dzb”，U盘可能已拔出。请插好后再试"
        assert take_in(pair.county, pair.stick / "登记.dzb").message == (
            "这是登记文件，不能当作包导入。请在“加入”里打开它"
        )


def _renamed(name: str) -> Callable[[list[Any]], None]:
    def change(members: list[Any]) -> None:
        members[2][0].name = name

    return change


def _kind(kind: bytes) -> Callable[[list[Any]], None]:
    def change(members: list[Any]) -> None:
        members[2][0].type = kind
        members[2][0].linkname = "/etc/passwd"

    return change


def _added(members: list[Any]) -> None:
    info = tarfile.TarInfo("多余.txt")
    info.size = 3
    members.append((info, b"abc"))


def _doubled(members: list[Any]) -> None:
    members.append(members[2])


def _longer(members: list[Any]) -> None:
    info, data = members[2]
    info.size += 512
    members[2] = (info, data + b"\n" * 512)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_renamed("/records/party_org.jsonl"), "damaged"),
        (_renamed("../records/party_org.jsonl"), "damaged"),
        (_kind(tarfile.SYMTYPE), "damaged"),
        (_kind(tarfile.LNKTYPE), "damaged"),
        (_kind(tarfile.GNUTYPE_LONGNAME), "damaged"),
        (_added, "damaged"),
        (_doubled, "damaged"),
        (_longer, "too-large"),
    ],
)
def test_a_hostile_archive_is_refused(
    pair: Pair, forge: Callable[..., Path], change: Callable[[list[Any]], None], reason: str
) -> None:
    with unchanged(pair):
        outcome = take_in(pair.county, forge(members=change))
        assert (outcome.status, outcome.reason) == ("refused", reason)


def test_a_manifest_over_one_mebibyte_and_a_table_that_claims_too_much_are_too_large(
    pair: Pair, forge: Callable[..., Path]
) -> None:
    with unchanged(pair):
        outcome = take_in(pair.county, forge(manifest=lambda one: one.update(app="x" * (1 << 20))))
        assert (outcome.reason, outcome.message) == (
            "too-large",
            "包的清单超出了包允许的大小，没有导入任何内容。请对方用最新的程序重新导出",
        )
        outcome = take_in(pair.county, forge(manifest=lambda one: one["records"][0].update(bytes=5 << 30)))
        assert outcome.reason == "too-large"


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one["records"][0].update(sha256="0" * 64),
        lambda one: one["records"][0].update(rows=99),
        lambda one: one["records"].append(one["records"][0]),
        lambda one: one.update(sequence="1"),
        lambda one: one.pop("kind"),
        lambda one: one.update(extra=1),
    ],
)
def test_a_manifest_that_does_not_fit_is_damaged(
    pair: Pair, forge: Callable[..., Path], change: Callable[[dict[str, Any]], Any]
) -> None:
    with unchanged(pair):
        assert take_in(pair.county, forge(manifest=change)).reason == "damaged"


def test_bytes_after_the_archive_are_refused(pair: Pair, forge: Callable[..., Path]) -> None:
    with unchanged(pair):
        assert take_in(pair.county, forge(tail=b"more")).reason == "damaged"


def test_the_layers_are_public_formats(pair: Pair, sealed: Path) -> None:
    with Session(pair.county.engine) as session:
        identity = seal.own_keys(session).receiving
    plain = zstandard.ZstdDecompressor().decompressobj().decompress(pyrage.decrypt(sealed.read_bytes(), [identity]))
    with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
        names = archive.getnames()
        assert names[:3] == ["manifest.json", "manifest.sig", "records/village.jsonl"]
    with Session(pair.town.engine) as session:
        own = seal.own_keys(session).receiving
    assert pyrage.decrypt(sealed.read_bytes(), [own])


def test_inspect_tells_the_outside_to_all_and_the_inside_to_its_addressee(pair: Pair, sealed: Path) -> None:
    outside = inspect(sealed)
    assert (outside.sealed, outside.recipients, outside.manifest) == ("age", 2, None)
    assert inspect(pair.stick / "登记.dzb").sealed == "passphrase"
    with unchanged(pair):
        inside = inspect(sealed, pair.county)
    assert inside.manifest is not None
    assert inside.manifest["from"]["name"] == "云岭镇"
    assert inside.outcome is not None
    assert (inside.outcome.status, inside.outcome.created) == ("dry-run", 3)


def test_a_cancelled_import_leaves_nothing(pair: Pair, sealed: Path) -> None:
    def stop(done: int, total: int, what: str) -> None:
        raise Cancelled

    with unchanged(pair), pytest.raises(Cancelled):
        take_in(pair.county, sealed, progress=stop)


# ---------------------------------------------------------------- the stick


def refused(pair: Pair, where: Path, sentence: str) -> None:
    """An export fails with this sentence, leaves no file with a package's name, and is forgotten."""
    edit(pair.town, pair.member, phone="13800000001")
    before = everything(pair.town)
    archive = sorted((pair.town.folder / "packages").iterdir())
    with pytest.raises(Refusal, match=sentence):
        export(pair.town, where)
    assert everything(pair.town) == before
    assert sorted((pair.town.folder / "packages").iterdir()) == archive
    assert not where.exists() or list(where.glob("*-up-*")) == []


def test_no_stick(pair: Pair) -> None:
    refused(pair, pair.root / "拔了", "U盘可能没有插好或已拔出。请插好U盘再试，这个文件没有写出")


def test_read_only_stick(pair: Pair, unwritable: Path) -> None:
    refused(pair, unwritable, "不能写入。请打开U盘的写保护开关，或换一个文件夹，这个文件没有写出")


def test_full_stick(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = shutil.disk_usage
    monkeypatch.setattr(
        shutil, "disk_usage", lambda folder: whole(folder)._replace(free=100 if folder == pair.stick else 1 << 40)
    )
    refused(pair, pair.stick, r"放不下这个文件：需要 1.0 MB，只剩 100 字节。请清理U盘或换一个，这个文件没有写出")


def test_stick_that_fills_up_while_writing(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    _failing_on(pair.stick, monkeypatch, errno.ENOSPC)
    refused(pair, pair.stick, "放不下这个文件")


def test_stick_pulled_while_writing(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    _failing_on(pair.stick, monkeypatch, errno.EIO)
    refused(pair, pair.stick, "U盘断开或出错。请插好后重新导出，盘上没有留下可用的包")


def test_stick_pulled_before_anything_was_written(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing_to_stat(pair.stick, monkeypatch)
    edit(pair.town, pair.member, phone="13800000001")
    before, archive = everything(pair.town), sorted((pair.town.folder / "packages").iterdir())
    with pytest.raises(Refusal, match="U盘断开或出错。请插好后重新导出，盘上没有留下可用的包"):
        pair.up()
    assert (everything(pair.town), sorted((pair.town.folder / "packages").iterdir())) == (before, archive)


def test_stick_pulled_while_it_is_asked_for_a_name(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing_to_stat(pair.stick, monkeypatch, "-up-")
    refused(pair, pair.stick, "U盘断开或出错")


def _failing_on(folder: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    real = os.fsync

    def fsync(handle: int) -> None:
        if Path(f"/proc/self/fd/{handle}").resolve().is_relative_to(folder):
            raise OSError(number, os.strerror(number))
        real(handle)

    monkeypatch.setattr(stick.os, "fsync", fsync)


def test_stick_that_gives_back_something_else(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    giving_back_something_else(pair.stick, monkeypatch)
    refused(pair, pair.stick, "读回来不一样，这个U盘可能坏了。请换一个U盘重新导出")


FULL = "磁盘已满，这一步没有保存。请清理磁盘后再试"


def test_own_disk_that_fills_up_while_a_package_is_remembered(pair: Pair) -> None:
    with pair.town.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON package BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
        )
    refused(pair, pair.stick, FULL)


def test_own_disk_that_fills_up_while_what_is_remembered_is_committed(pair: Pair) -> None:
    with failing_to_commit(pair.town, lambda: any(pair.stick.glob(".*.part"))):
        refused(pair, pair.stick, FULL)


@contextmanager
def failing_to_commit(ws: Workspace, when: Callable[[], bool]) -> Iterator[None]:
    """The disk has no room for a commit, from the moment on at which `when` says so."""

    def full(_: object) -> None:
        if when():
            raise Refusal(*WORLD["database or disk is full"])

    event.listen(ws.engine, "commit", full)
    yield
    event.remove(ws.engine, "commit", full)


@pytest.mark.parametrize("name", ["登记清河.dzb", "登记.dzb"])
def test_own_disk_that_fills_up_while_an_enrolment_is_committed(pair: Pair, name: str) -> None:
    """A secret that the store does not know must not be on the stick: who joined by it would be refused for ever."""
    out = pair.stick / name
    was = out.read_bytes() if out.exists() else None
    before, archive = everything(pair.county), sorted((pair.county.folder / "packages").iterdir())
    with failing_to_commit(pair.county, lambda: True), pytest.raises(Refusal, match=FULL):
        enrol(pair.county, "532903", "清河镇", out)
    assert everything(pair.county) == before
    assert sorted((pair.county.folder / "packages").iterdir()) == archive
    assert [one.name for one in pair.stick.iterdir()] == ["登记.dzb"]
    assert (out.read_bytes() if out.exists() else None) == was


def test_own_disk_that_fills_up_while_the_enrolment_file_is_kept(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    paper, real = enrol(pair.county, "532903", "清河镇", pair.stick / "清河.dzb"), peers.write_whole

    def full(file: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(peers, "write_whole", full)
    with pytest.raises(Refusal, match="放不下这个文件"):
        join(paper.file, pair.root / "清河", paper.passphrase)
    assert not (pair.root / "清河").exists()
    monkeypatch.setattr(peers, "write_whole", real)
    pair.keep(join(paper.file, pair.root / "清河", paper.passphrase))
    (kept,) = (pair.root / "清河" / "packages").iterdir()
    assert kept.read_bytes() == paper.file.read_bytes()


def test_own_disk_that_fills_up_while_a_received_package_is_kept(
    pair: Pair, sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Full is often said only when the bytes must really go to the disk."""
    with unchanged(pair), monkeypatch.context() as patch:
        _failing_on(pair.county.folder, patch, errno.ENOSPC)
        with pytest.raises(Refusal, match="放不下这个文件"):
            take_in(pair.county, sealed)
    assert take_in(pair.county, sealed).status == "applied"


def test_archive_keeps_every_package_sent_and_received(pair: Pair) -> None:
    edit(pair.town, pair.member, phone="13800000001")
    file = pair.up().file
    take_in(pair.county, file)
    for ws in (pair.town, pair.county):
        (kept,) = (ws.folder / "packages").glob("532901-up-2-*.dzb")
        assert kept.read_bytes() == file.read_bytes()
