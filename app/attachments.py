"""Files attached to records: named and listed like any record, their bytes kept once, by their SHA-256."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.ledgers.catalogue import LEDGERS
from app.ledgers.ledger import Ledger
from app.workspace import Workspace
from db import clock
from db.errors import Refusal
from db.models.common import Attachment
from db.models.handoff import BlobChunk

CHUNK = 256 * 1024
LARGEST = 50 * 1024 * 1024
"""Bytes. A package on a stick carries every attachment."""


@dataclass(frozen=True)
class AttachedFile:
    """One attachment of a record. `here` is False while its bytes have not arrived."""

    id: str
    name: str
    sha256: str
    bytes: int
    here: bool


def listed(session: Session, record_id: str) -> tuple[AttachedFile, ...]:
    """The attachments of a record, the oldest first."""
    found = session.execute(
        select(Attachment.id, Attachment.name, Attachment.sha256, Attachment.bytes, BlobChunk.place)
        .outerjoin(BlobChunk, (BlobChunk.sha256 == Attachment.sha256) & (BlobChunk.place == 0))
        .where(Attachment.record == record_id, Attachment.deleted_at.is_(None))
        .order_by(Attachment.id)
    )
    return tuple(AttachedFile(id, name, sha256, size, place is not None) for id, name, sha256, size, place in found)


def add(workspace: Workspace, ledger: Ledger, record_id: str, name: str, content: BinaryIO) -> str:
    """Attaches a file to a record and returns the attachment's id. Raises `Refusal` for an empty or too large one."""
    with workspace.edit(f"添加附件 {name}") as batch:
        sha256, size = store(batch.session, content)
        if size == 0:
            raise Refusal(f"“{name}”是空文件，没有内容可以保存。请核对后重选", "empty-file")
        twice = batch.session.scalars(
            select(Attachment.id).where(
                Attachment.record == record_id, Attachment.sha256 == sha256, Attachment.deleted_at.is_(None)
            )
        ).first()
        if twice is not None:
            raise Refusal(f"“{name}”已经在这条记录的附件里了，不必再加", "already-there")
        attachment = Attachment(
            office_id=workspace.office.id,
            ledger=ledger.id,
            record=record_id,
            name=name[:200],
            sha256=sha256,
            bytes=size,
        )
        return batch.add(attachment).id


def store(session: Session, content: BinaryIO) -> tuple[str, int]:
    """Keeps bytes in chunks under their SHA-256 and returns (that in hex, how many). Known bytes are not kept twice."""
    digest, size = hashlib.sha256(), 0
    for part in iter(lambda: content.read(CHUNK), b""):
        digest.update(part)
        size += len(part)
        if size > LARGEST:
            raise Refusal("附件不能超过 50 MB。请压缩或拆开后再加", "too-large")
    sha256 = digest.hexdigest()
    if session.get(BlobChunk, (sha256, 0)) is None:
        content.seek(0)
        for place, part in enumerate(iter(lambda: content.read(CHUNK), b"")):
            session.add(BlobChunk(sha256=sha256, place=place, data=part))
            session.flush()
    return sha256, size


def content(session: Session, sha256: str) -> Iterator[bytes]:
    """The bytes, chunk by chunk. Raises `Refusal` when they have not arrived."""
    count = session.execute(select(func.count()).where(BlobChunk.sha256 == sha256)).scalar_one()
    if not count:
        raise Refusal("这个附件的内容还没有收到。请等对方的下一个数据包", "not-here")
    for place in range(count):
        yield session.execute(
            select(BlobChunk.data).where(BlobChunk.sha256 == sha256, BlobChunk.place == place)
        ).scalar_one()


def write_out(workspace: Workspace, attachment: AttachedFile, folder: Path) -> Path:
    """Writes an attachment into a folder under its own name, to be opened by another program; returns the file."""
    target = folder / Path(attachment.name).name
    with workspace.read() as session, target.open("wb") as stream:
        for part in content(session, attachment.sha256):
            stream.write(part)
    return target


def remove(workspace: Workspace, attachment_id: str) -> None:
    """Takes an attachment off its record. The bytes stay: it can be undone."""
    with workspace.edit(f"移除{LEDGERS['attachment'].one}") as batch:
        found = batch.session.get(Attachment, attachment_id)
        if found is None or found.deleted_at is not None:
            raise Refusal("这个附件已经移除过了", "not-found")
        found.deleted_at = clock.now()
