"""Files attached to records: named and listed like any record; `app.blobs` keeps their bytes."""

import re
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import blobs, editing
from app.files import room, size
from app.ledgers.catalogue import LEDGERS
from app.ledgers.ledger import Ledger
from app.ownership import refuse_others
from app.sync.scope import office_links
from app.workspace import Workspace
from db import clock
from db.errors import Refusal
from db.models.common import Attachment
from db.models.handoff import BlobChunk

LARGEST = 50 * 1024 * 1024
"""Bytes. A package on a stick carries every attachment."""

LONGEST_NAME = 200
PROGRAMS = re.compile(
    r".*\.(exe|com|scr|pif|bat|cmd|ps1|vbs|vbe|js|jse|wsf|wsh|hta|msi|msp|reg|lnk|url|cpl|jar|dll|sys|sh|run|desktop"
    r"|appimage|deb|rpm|py)[ .]*",
    re.IGNORECASE | re.DOTALL,
)
"""Names of files that do something when they are opened. None goes on a stick as an attachment, and none is opened."""

HEIC = ("ftypheic", "ftypheix", "ftyphevc", "ftypmif1", "ftypmsf1", "ftypheim", "ftypheis")


@dataclass(frozen=True)
class AttachedFile:
    """One attachment of a record. `here` is False while its bytes have not arrived."""

    id: str
    name: str
    sha256: str
    bytes: int
    here: bool

    @property
    def opens(self) -> bool:
        """Whether it can be opened from here; a program that came with a package can only be kept elsewhere."""
        return self.here and PROGRAMS.fullmatch(self.name) is None


def listed(session: Session, record_id: str) -> tuple[AttachedFile, ...]:
    """The attachments of a record, the oldest first."""
    found = session.execute(
        select(Attachment.id, Attachment.name, Attachment.sha256, Attachment.bytes, BlobChunk.place)
        .outerjoin(BlobChunk, (BlobChunk.sha256 == Attachment.sha256) & (BlobChunk.place == 0))
        .where(Attachment.record == record_id, Attachment.deleted_at.is_(None))
        .order_by(Attachment.id)
    )
    return tuple(AttachedFile(id, name, sha256, length, place is not None) for id, name, sha256, length, place in found)


def acceptable(name: str, head: bytes) -> None:
    """Raises `Refusal` for a file that nobody else could open, or nobody should; `head` are its first bytes."""
    if PROGRAMS.fullmatch(name):
        raise Refusal(f"“{name}”是程序或快捷方式，不能作附件。请只添加照片、扫描件和文档", "a-program")
    if not head:
        raise Refusal(f"“{name}”是空文件，没有内容可以保存。请核对后重选", "empty-file")
    if head[4:12].decode("latin-1") in HEIC:
        raise Refusal(
            f"“{name}”是 HEIC 格式的照片，多数办公电脑打不开。请在手机里另存为 JPG，"
            "或把相机设置改成“兼容性最佳”重拍，再添加",
            "heic",
        )


def add(workspace: Workspace, ledger: Ledger, record_id: str, name: str, content: BinaryIO) -> str:
    """Attaches a file to a record and returns the attachment's id; the file is read twice, in chunks.

    Raises `Refusal`, and keeps nothing, for one that is empty, too large, not `acceptable`, already there, or changed
    while it was read, for a record that another office keeps, and where the disk has no room.
    """
    name = proper_name(name)
    acceptable(name, content.read(blobs.CHUNK)[:64])
    content.seek(0)
    sha256, length = blobs.digest_of(content, LARGEST, lambda: too_large(name))
    with workspace.edit(f"添加附件 {name}") as batch:
        session = batch.session
        record = editing.get(session, ledger, record_id)
        refuse_others(session, workspace.office, ledger, record.office_id, "加附件")
        whole = blobs.sound(session, sha256)
        if not whole:  # the store's log has them first, then the store
            room(workspace.folder, 2 * length, f"本机磁盘放不下“{name}”", "请清理磁盘后再添加")
            content.seek(0)
            blobs.keep(session, sha256, blobs.chunks(content))
            if not blobs.sound(session, sha256):
                raise Refusal(f"“{name}”在读取时又变了。请等别的程序写完它再添加", "changed")
        twice = session.scalars(
            select(Attachment.id).where(
                Attachment.record == record_id, Attachment.sha256 == sha256, Attachment.deleted_at.is_(None)
            )
        ).first()
        if twice is not None:
            if whole:
                raise Refusal(f"“{name}”已经在这条记录的附件里了，不必再加", "already-there")
            return twice  # its bytes were lost and are back
        attachment = Attachment(
            office_id=record.office_id,  # it goes where the record goes, and to nobody else
            target_office_id=next((to for name in office_links(ledger.model) if (to := getattr(record, name))), None),
            ledger=ledger.id,
            record=record_id,
            name=name,
            sha256=sha256,
            bytes=length,
        )
        return batch.add(attachment).id


def too_large(name: str) -> Refusal:
    """More than an attachment may have."""
    return Refusal(f"“{name}”超过 {size(LARGEST)}，不能作附件。请压缩或拆开后再添加", "too-large")


def proper_name(name: str) -> str:
    """A file name that every system can write, with its ending: what came from elsewhere may be a path or worse."""
    plain = re.sub(r'[\x00-\x1f\x7f<>:"/\\|?*]', "_", PurePath(name.replace("\\", "/")).name).strip(" .") or "附件"
    stem, dot, ending = plain.rpartition(".")
    if len(plain) > LONGEST_NAME and dot and len(ending) < 10:
        return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return plain[:LONGEST_NAME]


def write_out(workspace: Workspace, attachment: AttachedFile, target: Path) -> Path:
    """Writes an attachment's bytes to a file, chunk by chunk, and returns it.

    Raises `Refusal`, and then the target is as it was, when they have not arrived or are damaged, or cannot be written.
    """
    temporary = target.with_name(f".{target.name}.part")
    try:
        room(target.parent, attachment.bytes, f"“{target.parent}”放不下“{attachment.name}”", "请清理磁盘或换一个位置")
        try:
            with workspace.read() as session, temporary.open("wb") as stream:
                for part in blobs.content(session, attachment.sha256):
                    stream.write(part)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise Refusal(
            f"不能写到“{target}”：可能只读、已满、被别的程序占用，或U盘已拔出。请换一个位置", "read-only"
        ) from error
    return target


def remove(workspace: Workspace, attachment_id: str) -> None:
    """Takes an attachment off its record. The bytes stay: it can be undone."""
    with workspace.edit(f"移除{LEDGERS['attachment'].one}") as batch:
        found = batch.session.get(Attachment, attachment_id)
        if found is None or found.deleted_at is not None:
            raise Refusal("这个附件已经移除过了", "not-found")
        refuse_others(batch.session, workspace.office, LEDGERS["attachment"], found.office_id, "移除")
        found.deleted_at = clock.now()
