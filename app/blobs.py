"""The bytes of attachments: kept once by their SHA-256, in chunks, so that no file is ever in memory whole."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from db.errors import Refusal
from db.models.handoff import BlobChunk

CHUNK = 256 * 1024
"""Bytes of a file that are read and kept at a time."""


def size(session: Session, sha256: str) -> int:
    """How many bytes are kept under a digest; 0 where there are none. They are not read."""
    wanted = select(func.coalesce(func.sum(func.length(BlobChunk.data)), 0)).where(BlobChunk.sha256 == sha256)
    return int(session.execute(wanted).scalar_one())


def pieces(session: Session, sha256: str) -> Iterator[bytes]:
    """The bytes kept under a digest, chunk by chunk as they stand; nothing where there are none."""
    places = select(BlobChunk.place).where(BlobChunk.sha256 == sha256).order_by(BlobChunk.place)
    for place in list(session.scalars(places)):
        yield session.execute(
            select(BlobChunk.data).where(BlobChunk.sha256 == sha256, BlobChunk.place == place)
        ).scalar_one()


def sound(session: Session, sha256: str) -> bool:
    """Whether all the bytes are here and are what their digest says; reads them."""
    digest = hashlib.sha256()
    try:
        for piece in pieces(session, sha256):
            digest.update(piece)
    except Refusal as refusal:
        if refusal.reason != "damaged":  # of a page of the file that cannot be read any more
            raise
        return False
    return digest.hexdigest() == sha256 and size(session, sha256) > 0


def content(session: Session, sha256: str) -> Iterator[bytes]:
    """The bytes, chunk by chunk. Raises `Refusal` when they have not arrived, or, after the last, are damaged."""
    digest = hashlib.sha256()
    if not size(session, sha256):
        raise Refusal("这个附件的内容还没有收到。请等对方的下一个数据包", "not-here")
    for piece in pieces(session, sha256):
        digest.update(piece)
        yield piece
    if digest.hexdigest() != sha256:
        raise Refusal("这个附件的内容已损坏。请移除它，再从原来的文件重新添加", "damaged")


def keep(session: Session, sha256: str, parts: Iterable[bytes]) -> None:
    """Keeps bytes under their digest, which the caller answers for, in place of any that are here."""
    session.execute(delete(BlobChunk).where(BlobChunk.sha256 == sha256))
    for place, part in enumerate(parts):
        session.execute(insert(BlobChunk), [{"sha256": sha256, "place": place, "data": part}])


def digest_of(stream: BinaryIO, limit: int, refuse: Callable[[], Refusal]) -> tuple[str, int]:
    """(SHA-256 in hex, bytes) of a stream from where it stands, read in chunks; more than `limit` is refused."""
    digest, read = hashlib.sha256(), 0
    for part in chunks(stream):
        digest.update(part)
        read += len(part)
        if read > limit:
            raise refuse()
    return digest.hexdigest(), read


def chunks(stream: BinaryIO) -> Iterator[bytes]:
    """A stream from where it stands to its end, in chunks."""
    return iter(lambda: stream.read(CHUNK), b"")
