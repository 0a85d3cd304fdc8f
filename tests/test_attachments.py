"""Files attached to records: kept once and in chunks, refused with a sentence, written out whole or not at all."""

import io
import shutil
import tracemalloc
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import delete, event, func, select, update
from sqlalchemy.orm import Session

from app import attachments, backup, blobs, quality
from app.attachments import AttachedFile
from app.files import SPARE
from app.ledgers.catalogue import LEDGERS
from app.workspace import Workspace
from db.errors import Refusal
from db.journal import ChangeLine
from db.models.handoff import BlobChunk
from tests.helpers import office

MEMBERS = LEDGERS["member"]
SCAN = b"%PDF-1.4\n" + bytes(range(256)) * 40


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A township with two members, to copy."""
    folder = tmp_path_factory.mktemp("张三") / "乡镇 数据"
    with office.township(folder) as workspace:
        branch = office.branch(workspace)
        return folder, office.member(workspace, branch), office.member(workspace, branch, name="陈桂香")


@pytest.fixture
def workspace(made: tuple[Path, str, str], tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(made[0], tmp_path / "数据")
    with Workspace.open(tmp_path / "数据") as opened:
        yield opened


@pytest.fixture
def member(made: tuple[Path, str, str]) -> str:
    return made[1]


def add(workspace: Workspace, record: str, name: str = "志愿书.pdf", content: bytes = SCAN) -> str:
    return attachments.add(workspace, MEMBERS, record, name, io.BytesIO(content))


def listed(workspace: Workspace, record: str) -> tuple[AttachedFile, ...]:
    with workspace.read() as session:
        return attachments.listed(session, record)


def stored(workspace: Workspace) -> int:
    """How many bytes of attachments the store has."""
    with workspace.read() as session:
        return session.execute(select(func.coalesce(func.sum(func.length(BlobChunk.data)), 0))).scalar_one()


def lines(workspace: Workspace) -> int:
    with workspace.read() as session:
        return session.execute(select(func.count()).select_from(ChangeLine)).scalar_one()


def rotten(workspace: Workspace, content: bytes = SCAN) -> None:
    """The first chunk is no longer what it was, and as long."""
    with Session(workspace.engine) as session, session.begin():
        session.execute(
            update(BlobChunk)
            .where(BlobChunk.sha256 == sha256(content).hexdigest(), BlobChunk.place == 0)
            .values(data=bytes(min(len(content), blobs.CHUNK)))
        )


def lost(workspace: Workspace) -> None:
    with Session(workspace.engine) as session, session.begin():
        session.execute(delete(BlobChunk))


# ---------------------------------------------------------------- adding


def test_a_file_is_kept_once_however_often_it_is_attached(
    workspace: Workspace, made: tuple[Path, str, str], member: str
) -> None:
    add(workspace, member)
    add(workspace, made[2], "同一份.pdf")
    assert [one.name for one in listed(workspace, made[2])] == ["同一份.pdf"]
    assert stored(workspace) == len(SCAN)
    with pytest.raises(Refusal, match=r"“又一份.pdf”已经在这条记录的附件里了，不必再加"):
        add(workspace, member, "又一份.pdf")


REFUSED = [
    ("空.pdf", b"", "“空.pdf”是空文件，没有内容可以保存。请核对后重选"),
    ("安装.EXE", b"MZ", "“安装.EXE”是程序或快捷方式，不能作附件。请只添加照片、扫描件和文档"),
    ("照片.jpg.lnk ", b"L", "“照片.jpg.lnk”是程序或快捷方式，不能作附件。请只添加照片、扫描件和文档"),
    (
        "IMG_0001.HEIC",
        b"\0\0\0\x18ftypheic\0\0\0\0",
        (
            "“IMG_0001.HEIC”是 HEIC 格式的照片，多数办公电脑打不开。"
            "请在手机里另存为 JPG，或把相机设置改成“兼容性最佳”重拍，再添加"
        ),
    ),
]


@pytest.mark.parametrize(("name", "content", "sentence"), REFUSED)
def test_what_is_no_attachment_is_refused_and_nothing_is_kept(
    workspace: Workspace, member: str, name: str, content: bytes, sentence: str
) -> None:
    before = lines(workspace)
    with pytest.raises(Refusal) as told:
        add(workspace, member, name, content)
    assert told.value.message == sentence
    assert (stored(workspace), lines(workspace)) == (0, before)


def test_a_file_too_large_is_refused_before_it_is_read_to_its_end(
    workspace: Workspace, member: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "LARGEST", 1 << 20)
    content = io.BytesIO(bytes(4 << 20))
    with pytest.raises(Refusal, match=r"“大.pdf”超过 1.0 MB，不能作附件。请压缩或拆开后再添加"):
        attachments.add(workspace, MEMBERS, member, "大.pdf", content)
    assert content.tell() <= (1 << 20) + blobs.CHUNK
    assert stored(workspace) == 0


def test_a_file_that_changes_while_it_is_read_is_refused(workspace: Workspace, member: str) -> None:
    class Growing(io.BytesIO):
        times = 0

        def seek(self, place: int, whence: int = 0) -> int:
            self.times += 1
            if self.times == 2:  # its digest is known
                self.write(b"more")
            return super().seek(place, whence)

    with pytest.raises(Refusal, match=r"“志愿书.pdf”在读取时又变了。请等别的程序写完它再添加"):
        attachments.add(workspace, MEMBERS, member, "志愿书.pdf", Growing(SCAN))
    assert stored(workspace) == 0


def test_a_full_disk_is_told_with_what_is_needed_and_free(
    workspace: Workspace, member: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(workspace.folder)._replace(free=SPARE)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(Refusal) as told:
        add(workspace, member)
    assert told.value.message == "本机磁盘放不下“志愿书.pdf”：需要 1.0 MB，只剩 1.0 MB。请清理磁盘后再添加"
    assert stored(workspace) == 0


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("..\\..\\合同.pdf", "合同.pdf"),
        ("/etc/passwd", "passwd"),
        ("会议:记录?.docx", "会议_记录_.docx"),
        ("...", "附件"),
        ("长" * 300 + ".jpg", "长" * 196 + ".jpg"),
    ],
)
def test_a_name_is_one_that_every_system_can_write(name: str, kept: str) -> None:
    assert attachments.proper_name(name) == kept


def test_adding_and_removing_are_taken_back(workspace: Workspace, member: str) -> None:
    one = add(workspace, member)
    workspace.undo()
    assert listed(workspace, member) == ()
    add(workspace, member)
    (again,) = listed(workspace, member)
    attachments.remove(workspace, again.id)
    with pytest.raises(Refusal, match="这个附件已经移除过了"):
        attachments.remove(workspace, again.id)
    workspace.undo()
    assert listed(workspace, member) == (again,)
    assert again.id != one
    assert again.here


# ---------------------------------------------------------------- bytes that are not here, or not what they were


def test_lost_bytes_come_back_when_the_file_is_added_again(workspace: Workspace, member: str, tmp_path: Path) -> None:
    one = add(workspace, member)
    rotten(workspace)
    with pytest.raises(Refusal, match="这个附件的内容已损坏。请移除它，再从原来的文件重新添加"):
        attachments.write_out(workspace, listed(workspace, member)[0], tmp_path / "出.pdf")
    assert list(tmp_path.glob("*出*")) == []
    assert add(workspace, member) == one
    assert attachments.write_out(workspace, listed(workspace, member)[0], tmp_path / "出.pdf").read_bytes() == SCAN


def test_a_check_names_what_is_missing(workspace: Workspace, member: str) -> None:
    one = add(workspace, member)
    assert not [found for found in quality.check(workspace) if found.ledger == "attachment"]
    lost(workspace)
    (found,) = [found for found in quality.check(workspace) if found.ledger == "attachment"]
    assert (found.ledger, found.id, found.is_error) == ("attachment", one, True)
    assert found.finding.message == "附件“志愿书.pdf”的内容缺失或已损坏。请移除它，再从原来的文件重新添加"


def test_what_has_not_arrived_cannot_be_written_out(workspace: Workspace, member: str, tmp_path: Path) -> None:
    add(workspace, member)
    lost(workspace)
    (one,) = listed(workspace, member)
    assert not one.here
    with pytest.raises(Refusal, match="这个附件的内容还没有收到。请等对方的下一个数据包"):
        attachments.write_out(workspace, one, tmp_path / "出.pdf")
    assert list(tmp_path.glob("*出*")) == []


def test_a_file_that_cannot_be_written_out_leaves_the_old_one(
    workspace: Workspace, member: str, unwritable: Path
) -> None:
    add(workspace, member)
    with pytest.raises(Refusal, match=r"不能写到“.*”：可能只读、已满、被别的程序占用，或U盘已拔出。请换一个位置"):
        attachments.write_out(workspace, listed(workspace, member)[0], unwritable / "出.pdf")
    assert list(unwritable.iterdir()) == []


def test_a_program_that_came_is_not_opened(workspace: Workspace) -> None:
    assert AttachedFile("1", "照片.jpg", "0" * 64, 3, True).opens
    assert not AttachedFile("1", "照片.jpg", "0" * 64, 3, False).opens
    assert not AttachedFile("1", "照片.jpg.exe", "0" * 64, 3, True).opens


# ---------------------------------------------------------------- memory


LARGE = 24 << 20


class Generated(io.RawIOBase):
    """A file of so many bytes that is nowhere: what is read is made."""

    def __init__(self, length: int) -> None:
        self.length, self.place, self.largest = length, 0, 0

    def read(self, size: int = -1) -> bytes:
        assert size > 0, "read whole"
        self.largest = max(self.largest, size)
        size = min(size, self.length - self.place)
        start, self.place = self.place, self.place + size
        return bytes([(start >> 18) & 0xFF]) * size

    def seek(self, place: int, whence: int = 0) -> int:
        self.place = place
        return place


def test_a_large_file_is_never_in_memory_whole(workspace: Workspace, member: str, tmp_path: Path) -> None:
    """Adding, writing out and backing up: what is passed on at a time, and what Python holds at most meanwhile."""
    written: list[int] = []
    event.listen(
        workspace.engine,
        "before_cursor_execute",
        lambda conn, cursor, statement, values, context, many: written.extend(
            len(one) for one in values if isinstance(one, memoryview)
        ),
    )
    source = Generated(LARGE)
    tracemalloc.start()
    try:
        attachments.add(workspace, MEMBERS, member, "大.pdf", source)  # type: ignore[arg-type]
        (one,) = listed(workspace, member)
        target = attachments.write_out(workspace, one, tmp_path / "大.pdf")
        backup.backup(workspace, tmp_path / "备份")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert source.largest == blobs.CHUNK
    assert written == [blobs.CHUNK] * (LARGE // blobs.CHUNK)
    assert target.stat().st_size == one.bytes == LARGE
    assert peak < LARGE / 2
