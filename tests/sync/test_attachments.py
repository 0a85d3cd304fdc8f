"""Attachments on their way: once, whole, to whom they concern, and never at the cost of the rest of a package."""

import io
import random
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import delete, event, func, select, update
from sqlalchemy.orm import Session

from app import attachments, blobs
from app.ledgers.catalogue import LEDGERS
from app.sync import package, several
from app.sync.intake import inspect, take_in
from app.sync.outgoing import Sent, export
from app.sync.peers import enrol, join, revoke
from app.sync.survey import surveys
from app.workspace import Workspace
from db.errors import Refusal
from db.journal import Cancelled
from db.models.handoff import BlobChunk
from tests.sync.conftest import TOWN, Pair, edit, everything

PHOTO = random.Random(7).randbytes(600_000)


def attach(ws: Workspace, record: str, content: bytes = PHOTO, name: str = "照片.jpg", ledger: str = "member") -> str:
    return attachments.add(ws, LEDGERS[ledger], record, name, io.BytesIO(content))


def carried(ws: Workspace, sent: Sent) -> list[str]:
    """The digests of the attachments in a package, as its addressee reads it."""
    said = inspect(sent.file, ws).manifest
    assert said is not None
    return [one["sha256"] for one in said["files"]]


def content(ws: Workspace, data: bytes = PHOTO) -> bytes:
    with ws.read() as session:
        return b"".join(blobs.pieces(session, sha256(data).hexdigest()))


def kept(ws: Workspace) -> int:
    """How many different contents a store has."""
    with ws.read() as session:
        return session.execute(select(func.count(BlobChunk.sha256.distinct()))).scalar_one()


# ---------------------------------------------------------------- once


def test_what_is_attached_to_two_records_goes_once(pair: Pair) -> None:
    attach(pair.town, pair.member)
    attach(pair.town, pair.branch, name="又是它.jpg", ledger="party_org")
    sent = pair.up()
    assert carried(pair.county, sent) == [sha256(PHOTO).hexdigest()]
    assert take_in(pair.county, sent.file).created == 2
    assert content(pair.county) == PHOTO


def test_what_was_acknowledged_is_not_sent_again(pair: Pair) -> None:
    one = attach(pair.town, pair.member)
    pair.to_county()
    pair.to_town()
    edit(pair.town, one, "attachment", name="改了名.jpg")
    attach(pair.town, pair.branch, name="又是它.jpg", ledger="party_org")
    sent = pair.up()
    assert (carried(pair.county, sent), sent.records) == ([], 2)
    assert sent.bytes < 20_000
    assert take_in(pair.county, sent.file).status == "applied"
    pair.to_town()
    edit(pair.town, one, "attachment", name="又改了.jpg")
    assert carried(pair.county, pair.up()) == [], "a package that builds on one that carried it builds on that too"


def test_what_was_lost_with_a_stick_is_sent_again(pair: Pair) -> None:
    attach(pair.town, pair.member)
    pair.up().file.unlink()
    edit(pair.town, pair.member, phone="13800000001")
    sent = pair.up()
    assert carried(pair.county, sent) == [sha256(PHOTO).hexdigest()]
    assert take_in(pair.county, sent.file).status == "applied"
    assert content(pair.county) == PHOTO


def test_what_was_taken_off_before_and_put_back_after_is_sent(pair: Pair) -> None:
    one = attach(pair.town, pair.member)
    attachments.remove(pair.town, one)
    pair.to_county()
    pair.to_town()
    assert kept(pair.county) == 0
    pair.town.undo()
    sent = pair.up()
    assert carried(pair.county, sent) == [sha256(PHOTO).hexdigest()]


def test_what_the_other_side_sent_does_not_come_back(pair: Pair) -> None:
    attach(pair.town, pair.member)
    pair.to_county()
    remark = {"ledger": "member", "record": pair.member, "text": "请核实", "status": "待改"}
    one = edit(pair.county, None, "remark", target_office_id=pair.town.office.id, **remark)
    attach(pair.county, one, ledger="remark")
    sent = pair.down()
    assert (carried(pair.town, sent), sent.records) == ([], 2)
    assert take_in(pair.town, sent.file).status == "applied"


def test_a_new_computer_gets_all_of_it_again(pair: Pair) -> None:
    attach(pair.town, pair.member)
    pair.to_county()
    pair.to_town()
    revoke(pair.county, TOWN)
    enrolment = enrol(pair.county, TOWN, "云岭镇", pair.stick / "再登记.dzb")
    again = pair.keep(join(enrolment.file, pair.root / "again", enrolment.passphrase))
    assert take_in(pair.county, export(again, pair.stick).file).status == "applied"
    assert take_in(again, pair.down(full=True).file).status == "applied"
    assert content(again) == PHOTO


def test_an_enrolment_file_carries_none_and_the_first_package_does(pair: Pair) -> None:
    post = edit(pair.county, None, "policy", key="试", title="试", value="1", effective_from="2026-01-01")
    attach(pair.county, post, ledger="policy")
    enrolment = enrol(pair.county, "532902", "清水镇", pair.stick / "清水.dzb")
    assert enrolment.file.stat().st_size < len(PHOTO) / 2
    town = pair.keep(join(enrolment.file, pair.root / "清水", enrolment.passphrase))
    assert kept(town) == 0
    assert take_in(pair.county, export(town, pair.stick).file).status == "applied"
    assert take_in(town, export(pair.county, pair.stick, code="532902").file).status == "applied"
    assert content(town) == PHOTO


# ---------------------------------------------------------------- to whom it concerns


def test_what_concerns_one_township_is_sent_to_no_other(pair: Pair) -> None:
    enrolment = enrol(pair.county, "532902", "清水镇", pair.stick / "清水.dzb")
    other = pair.keep(join(enrolment.file, pair.root / "清水", enrolment.passphrase))
    take_in(pair.county, export(other, pair.stick).file)
    remark = {"ledger": "member", "record": pair.member, "text": "请核实", "status": "待改"}
    one = edit(pair.county, None, "remark", target_office_id=pair.town.office.id, **remark)
    attach(pair.county, one, ledger="remark")
    attach(pair.county, pair.member, b"%PDF-1.4 of the county's", "县里加的.pdf")
    both = several.written(several.hand_over(pair.county, pair.stick))
    assert [len(carried(ws, sent)) for ws, sent in zip((pair.town, other), both, strict=True)] == [2, 0]
    assert take_in(other, both[1].file).created == 0
    assert take_in(pair.town, both[0].file).created == 4  # the remark, two attachments, and the other township's name


def test_a_township_attaches_nothing_to_what_the_county_keeps(pair: Pair) -> None:
    with pair.town.read() as session:
        post = session.scalars(select(LEDGERS["policy"].model.id)).first()
    assert post is not None
    before = everything(pair.town)
    with pytest.raises(Refusal, match="归“云溪县委组织部”管，这里不能加附件"):
        attach(pair.town, post, ledger="policy")
    assert everything(pair.town) == before


# ---------------------------------------------------------------- what is missing or damaged


@pytest.mark.parametrize("deed", ["lost", "rotten"])
def test_one_bad_content_is_named_and_does_not_keep_the_rest(pair: Pair, deed: str) -> None:
    attach(pair.town, pair.member)
    scan = random.Random(8).randbytes(1000)
    attach(pair.town, pair.member, scan, "扫描.pdf")
    mine = BlobChunk.sha256 == sha256(PHOTO).hexdigest()
    with Session(pair.town.engine) as session, session.begin():
        if deed == "lost":
            session.execute(delete(BlobChunk).where(mine))
        else:
            session.execute(update(BlobChunk).where(mine, BlobChunk.place == 1).values(data=bytes(blobs.CHUNK)))
    sent = pair.up()
    assert sent.left_out == (
        "附件“照片.jpg”（党员 王小明）的内容缺失或已损坏，这次没有带上，别的照常写出。请移除它，再从原来的文件重新添加",
    )
    assert carried(pair.county, sent) == [sha256(scan).hexdigest()]
    assert take_in(pair.county, sent.file).created == 2
    pair.to_town()
    attach(pair.town, pair.member)  # from the original file
    again = pair.up()
    assert (again.left_out, again.records) == ((), 0)
    assert take_in(pair.county, again.file).status == "applied"
    assert content(pair.county) == PHOTO


# ---------------------------------------------------------------- room


def test_a_stick_too_small_is_told_before_anything_is_written(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    attach(pair.town, pair.member)
    before, archive = everything(pair.town), sorted((pair.town.folder / "packages").iterdir())
    whole = shutil.disk_usage
    free = {pair.stick: 400_000}
    monkeypatch.setattr(
        shutil, "disk_usage", lambda folder: whole(folder)._replace(free=free.get(Path(folder), 1 << 40))
    )
    with pytest.raises(Refusal) as told:
        pair.up()
    sentence = told.value.message
    assert sentence.startswith(f"“{pair.stick}”放不下这个文件：需要 1.6 MB，只剩 391 KB。请清理U盘或换一个"), sentence
    free[pair.town.folder] = 100_000
    with pytest.raises(Refusal) as told:
        pair.up()
    sentence = "本机磁盘放不下要写的包：需要 1.6 MB，只剩 97.7 KB。请清理本机磁盘后再导出，这个文件没有写出"
    assert told.value.message == sentence
    assert everything(pair.town) == before
    assert sorted((pair.town.folder / "packages").iterdir()) == archive
    assert list(pair.stick.glob("*-up-*")) == []


@pytest.mark.parametrize(
    ("free", "sentence"),
    [
        (100_000, "本机磁盘放不下这个包：需要 1.6 MB，只剩 97.7 KB。请清理磁盘后再导入，没有导入任何内容"),
        (2_000_000, "本机磁盘放不下这个包里的附件：需要 2.1 MB，只剩 1.9 MB。请清理磁盘后再导入，没有导入任何内容"),
    ],
)
def test_a_disk_too_small_to_take_it_in_is_told(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, free: int, sentence: str
) -> None:
    attach(pair.town, pair.member)
    sent = pair.up()
    before, archive = everything(pair.county), sorted((pair.county.folder / "packages").iterdir())
    usage = shutil.disk_usage(pair.root)._replace(free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(Refusal) as told:
        take_in(pair.county, sent.file)
    assert (told.value.reason, told.value.message) == ("disk-full", sentence)
    assert everything(pair.county) == before
    assert sorted((pair.county.folder / "packages").iterdir()) == archive


def test_the_survey_says_how_much_goes(pair: Pair) -> None:
    attach(pair.town, pair.member)
    attach(pair.town, pair.branch, ledger="party_org")
    (survey,) = surveys(pair.town, up=True)
    assert (survey.files, survey.bytes) == (1, len(PHOTO))
    pair.to_county()
    pair.to_town()
    (survey,) = surveys(pair.town, up=True)
    assert (survey.files, survey.bytes) == (0, 0)


# ---------------------------------------------------------------- interrupted, undone, large


def test_an_interrupted_import_leaves_no_content(pair: Pair) -> None:
    attach(pair.town, pair.member)
    sent = pair.up()

    def stop(done: int, total: int, what: str) -> None:
        if what == "正在接收附件":
            raise Cancelled

    before = everything(pair.county)
    with pytest.raises(Cancelled):
        take_in(pair.county, sent.file, progress=stop)
    assert everything(pair.county) == before
    assert kept(pair.county) == 0
    assert take_in(pair.county, sent.file).status == "applied"


def test_an_interrupted_export_is_forgotten(pair: Pair) -> None:
    attach(pair.town, pair.member)

    def stop(done: int, total: int, what: str) -> None:
        if what == "正在加密附件":
            raise Cancelled

    before, archive = everything(pair.town), sorted((pair.town.folder / "packages").iterdir())
    with pytest.raises(Cancelled):
        pair.up(progress=stop)
    assert everything(pair.town) == before
    assert sorted((pair.town.folder / "packages").iterdir()) == archive
    assert list(pair.stick.glob("*-up-*")) == []


def test_taking_in_is_undone_and_comes_again(pair: Pair) -> None:
    attach(pair.town, pair.member)
    pair.to_county()
    pair.county.undo()
    with pair.county.read() as session:
        assert attachments.listed(session, pair.member) == ()
    with pair.town.read() as session:
        assert len(attachments.listed(session, pair.member)) == 1


def test_a_large_content_passes_in_pieces(pair: Pair) -> None:
    """Twenty-four megabytes: nothing longer than a part is ever read from the package or put into a store."""
    large = random.Random(9).randbytes(1 << 20) * 24
    attach(pair.town, pair.member, large)
    longest: list[int] = []
    sent = pair.up()
    event.listen(
        pair.county.engine,
        "before_cursor_execute",
        lambda conn, cursor, statement, values, context, many: longest.extend(
            len(one) for one in values if isinstance(one, memoryview)
        ),
    )
    assert take_in(pair.county, sent.file).status == "applied"
    assert longest == [package.PART] * 24
    assert content(pair.county, large) == large
