"""The file: age around zstd around tar, written and read as a stream, bounded, in one pass.

A reader trusts nothing: members must come exactly in the order that the manifest declares, with the sizes and digests
that it declares, and nothing before, between or after them.
"""

import hashlib
import io
import os
import stat
import tarfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import pyrage
import zstandard

from app.sync import manifest as manifests
from app.sync.manifest import Blob, Manifest, Member
from app.sync.merge import SEED
from app.sync.wire import LINE_LIMIT
from db.errors import Refusal

SUFFIX = ".dzb"
BLOCK, RECORD = 512, 20
"""tar's block in bytes, and the blocks up to whose multiple the tar program fills an archive with zeros."""
PART = 1 << 20
TABLE_LIMIT, BLOB_LIMIT, WHOLE_LIMIT = 4 << 30, 512 << 20, 16 << 30
"""The largest table, attachment and package that is read, in bytes before compression."""
INVITATION_LIMIT = 64 << 20
"""The largest enrolment file: the passphrase seal is opened in memory."""
HEADER_LIMIT = 16 << 10
"""The longest age header, in bytes. Ours have two recipients; the library takes time by the square of the length."""
_ZSTD_WINDOW = 1 << 27
_SLICE = 1024  # of compressed bytes: a block of 4 bytes may stand for 128 KiB, so a slice stays under 32 MiB

Identity: TypeAlias = Any
Recipient: TypeAlias = Any
"""age's own, which carry no types."""


def stem(code: str) -> str:
    """An office's code as the beginning of a file's name, whatever stands in it: it comes from outside."""
    return "".join(one if one.isalnum() or one == "-" else "_" for one in code)


def damaged(what: str = "") -> Refusal:
    """The file is not what its sender wrote."""
    return Refusal(
        f"这个包已损坏或不完整{f'（{what}）' if what else ''}，没有导入任何内容。请重新复制，仍不行时请对方重新导出",
        "damaged",
    )


def too_large(what: str) -> Refusal:
    """The file claims, or has, more than a package may."""
    return Refusal(f"{what}超出了包允许的大小，没有导入任何内容。请对方用最新的程序重新导出", "too-large")


# ---------------------------------------------------------------- writing


@dataclass(frozen=True)
class Part:
    """One member to write: its name, its size, and its bytes in pieces."""

    name: str
    size: int
    pieces: Callable[[], Iterable[bytes]]


def write(out: BinaryIO, manifest: bytes, signature: bytes, parts: Sequence[Part], recipients: list[Recipient]) -> None:
    """Writes a package for its recipients as a stream; memory does not grow with its size."""
    sink, source = _Sink(out), _Source(_compressed(_tar(manifest, signature, parts)))
    try:
        pyrage.encrypt_io(source, sink, recipients)
    except pyrage.EncryptError as error:
        raise (source.error or sink.error or error) from error


def write_with_passphrase(
    out: BinaryIO, manifest: bytes, signature: bytes, parts: Sequence[Part], passphrase: str
) -> None:
    """Writes an enrolment file: the same layers, sealed with a passphrase (age scrypt)."""
    plain = b"".join(_compressed(_tar(manifest, signature, parts)))
    sealed = pyrage.passphrase.encrypt(plain, passphrase)
    if len(sealed) > INVITATION_LIMIT:
        raise too_large("登记文件")
    out.write(sealed)


def _tar(manifest: bytes, signature: bytes, parts: Sequence[Part]) -> Iterator[bytes]:
    head = [
        Part("manifest.json", len(manifest), lambda: (manifest,)),
        Part("manifest.sig", len(signature), lambda: (signature,)),
    ]
    for part in (*head, *parts):
        info = tarfile.TarInfo(part.name)
        info.size = part.size
        yield info.tobuf(tarfile.USTAR_FORMAT)
        sent = 0
        for piece in part.pieces():
            sent += len(piece)
            yield piece
        if sent != part.size:
            raise RuntimeError(f"{part.name} changed while it was written: {sent} bytes, not {part.size}")
        yield bytes(-part.size % BLOCK)
    yield bytes(2 * BLOCK)


def _compressed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packer = zstandard.ZstdCompressor(level=3, write_checksum=True).compressobj()
    for piece in pieces:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()


class _Source:
    """What pyrage reads from: pieces, as a file. An error inside is kept, because pyrage turns it into text."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces, self._rest, self.error = iter(pieces), b"", None

    error: Exception | None

    def read(self, size: int) -> bytes:
        try:
            while not self._rest:
                self._rest = next(self._pieces)
        except StopIteration:
            return b""
        except Exception as error:
            self.error = error
            raise
        part, self._rest = self._rest[:size], self._rest[size:]
        return part


class _Sink:
    """What pyrage writes to; keeps an error of the file below."""

    def __init__(self, out: BinaryIO) -> None:
        self._out, self.error = out, None

    error: Exception | None

    def write(self, data: bytes) -> int:
        try:
            return self._out.write(data)
        except Exception as error:
            self.error = error
            raise

    def flush(self) -> None:
        self._out.flush()


# ---------------------------------------------------------------- reading


class NoFile(OSError):
    """A folder, a pipe or a device stands where a file should."""


def open_file(file: Path) -> BinaryIO:
    """Opens a file to read. A pipe or a device, for which one might wait without end, is not opened at all."""
    if not stat.S_ISREG(file.stat().st_mode):
        raise NoFile(f"{file} is no plain file")
    return file.open("rb")


@dataclass(frozen=True)
class Seal:
    """What the outside of a file tells: whether it is an age file at all, with a header of a length that we read, and
    for whom it is sealed."""

    age: bool
    passphrase: bool
    recipients: int


def seal_of(file: BinaryIO) -> Seal:
    """Reads the age header, which anyone may, and goes back to the beginning."""
    try:
        whole, ended, _ = file.read(HEADER_LIMIT).partition(b"\n---")
    except OSError as error:
        raise _unreadable() from error
    head = whole.split(b"\n")
    file.seek(0)
    stanzas = [line.split(b" ")[1] for line in head if line.startswith(b"-> ") and line.count(b" ")]
    return Seal(head[0] == b"age-encryption.org/v1" and bool(ended), b"scrypt" in stanzas, stanzas.count(b"X25519"))


def _unreadable() -> Refusal:
    return Refusal("读取这个包时出错，U盘可能已拔出。请插好后再试", "damaged")


class Package:
    """An open package, read from its beginning to its end: `manifest`, then each table, each blob, then `finish`.

    Attributes:
        manifest: what the package says of itself. Its signature has NOT been checked by this class.
        manifest_bytes: what the signature is over; their SHA-256 is the package's digest.
        under: (an office's id in the package, the id that it has here): the lines are given with the latter.
    """

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self.under: tuple[str, str] | None = None
        size = self._member("manifest.json", None, manifests.LIMIT, "包的清单")
        self.manifest_bytes = self._exactly(size)
        self._pad(size)
        size = self._member("manifest.sig", 64, 64, "签名")
        self.signature = self._exactly(size)
        self._pad(size)
        self.digest = manifests.digest_of(self.manifest_bytes)

    def heading(self) -> manifests.Heading:
        """As much of the manifest as any version can read."""
        try:
            return manifests.heading(self.manifest_bytes)
        except (ValueError, RecursionError):  # msgspec's errors and wrong UTF-8 are ValueErrors
            raise damaged("清单读不懂") from None

    def decode(self) -> Manifest:
        """The manifest; raises `Refusal` for one that is not of this format or asks for too much."""
        try:
            found = manifests.decode(self.manifest_bytes)
        except (ValueError, RecursionError):
            raise damaged("清单读不懂") from None
        tables, files = [one.table for one in found.records], [one.sha256 for one in found.files]
        if len(set(tables)) != len(tables) or len(set(files)) != len(files):
            raise damaged("清单里有重复的内容")
        if not found.sender.replica or found.sender.replica == SEED:
            raise damaged("没有写明是哪一个副本写的")
        if (
            any(one.bytes > TABLE_LIMIT for one in found.records)
            or any(one.bytes > BLOB_LIMIT for one in found.files)
            or sum(one.bytes for one in found.records) + sum(one.bytes for one in found.files) > WHOLE_LIMIT
        ):
            raise too_large("包里的内容")
        return found

    def blocks(self, member: Member) -> Iterator[tuple[bytes, int]]:
        """A table's lines in blocks of whole lines, each with the number of its first line; checks them at the end."""
        digest, number, rest, left = hashlib.sha256(), 1, b"", member.bytes
        former, own = (id.encode() for id in self.under or ("", ""))
        self._member(f"records/{member.table}.jsonl", member.bytes, TABLE_LIMIT, f"{member.table} 表")
        while left:
            part = self._exactly(min(PART, left))
            left -= len(part)
            digest.update(part)
            block = rest + part
            cut = block.rfind(b"\n") + 1
            block, rest = block[:cut], block[cut:]
            if len(rest) > LINE_LIMIT:
                raise too_large(f"{member.table} 表第 {number + block.count(10)} 行")
            if block:
                if number - 1 + block.count(b"\n") > member.rows:
                    raise damaged(f"{member.table} 表与清单不符")
                yield block.replace(former, own) if former else block, number
                number += block.count(b"\n")
        if rest or number - 1 != member.rows or digest.hexdigest() != member.sha256:
            raise damaged(f"{member.table} 表与清单不符")
        self._pad(member.bytes)

    def pieces(self, blob: Blob) -> Iterator[bytes]:
        """The bytes of an attachment in pieces; checks them at the end."""
        digest, left = hashlib.sha256(), blob.bytes
        self._member(f"files/{blob.sha256}", blob.bytes, BLOB_LIMIT, "附件")
        while left:
            part = self._exactly(min(PART, left))
            left -= len(part)
            digest.update(part)
            yield part
        if digest.hexdigest() != blob.sha256:
            raise damaged("附件与清单不符")
        self._pad(blob.bytes)

    def finish(self) -> None:
        """Makes sure that the archive ends here, and so do the layers around it."""
        if self._exactly(2 * BLOCK).strip(b"\0"):
            raise damaged("后面还有不该有的内容")
        filled = 0
        while part := self._read(PART):
            filled += len(part)
            if part.strip(b"\0") or filled > (RECORD - 1) * BLOCK:
                raise damaged("后面还有不该有的内容")

    def _member(self, name: str, size: int | None, limit: int, what: str) -> int:
        """Reads a member's header: it must be the plain file that is expected here. Returns its size."""
        header = self._exactly(BLOCK)
        try:
            info = tarfile.TarInfo.frombuf(header, "utf-8", "strict")
        except (tarfile.HeaderError, UnicodeDecodeError):
            raise damaged("内容残缺") from None
        if info.name != name or info.type != tarfile.REGTYPE:
            raise damaged("里面有清单之外的内容")
        if info.size > limit or (size is not None and info.size > size):
            raise too_large(what)
        if size is not None and info.size != size:
            raise damaged(f"{what}与清单不符")
        return info.size

    def _exactly(self, size: int) -> bytes:
        parts, left = [], size
        while left:
            part = self._read(left)
            if not part:
                raise damaged("内容残缺")
            parts.append(part)
            left -= len(part)
        return b"".join(parts)

    def _pad(self, size: int) -> None:
        if self._exactly(-size % BLOCK).strip(b"\0"):
            raise damaged("内容残缺")


@contextmanager
def opened(file: BinaryIO, identities: Sequence[Identity]) -> Iterator[Package]:
    """Opens a sealed package for reading. Raises `Refusal` for one that is damaged or sealed for others."""
    seal = seal_of(file)
    if not seal.age:
        raise damaged("不是四基的包")
    if seal.passphrase:
        raise Refusal("这是登记文件，不能当作包导入。请在“加入”里打开它", "not-for-us")
    pump = _Pump(file, identities)
    try:
        yield Package(_unpacked(pump.read))
    finally:
        pump.close()


@contextmanager
def opened_with_passphrase(sealed: bytes, passphrase: str) -> Iterator[Package]:
    """Opens the bytes of an enrolment file. Raises `Refusal` for a wrong passphrase or a damaged file."""
    seal = seal_of(io.BytesIO(sealed))
    if not seal.age:
        raise damaged("不是四基的登记文件")
    if not seal.passphrase:
        raise Refusal("这不是登记文件。请向上级要登记本单位时写出的那个文件", "not-for-us")
    if len(sealed) > INVITATION_LIMIT:
        raise too_large("登记文件")
    try:
        plain = pyrage.passphrase.decrypt(sealed, passphrase)
    except pyrage.DecryptError as error:
        if "failed" in str(error).lower():  # the header's key; a broken content is a "decryption error"
            raise Refusal(
                "登记口令不对，或者登记文件已损坏。请核对口令，仍不行时请上级重新登记", "wrong-passphrase"
            ) from None
        if "work" in str(error).lower():  # it would take this computer more than about sixteen seconds
            raise Refusal(
                "这台电脑现在太忙或太慢，打不开登记文件。请关掉别的程序再试，仍不行时换一台快些的电脑加入", "too-slow"
            ) from None
        raise damaged() from None
    yield Package(_unpacked(io.BytesIO(plain).read))


def _unpacked(read: Callable[[int], bytes]) -> Callable[[int], bytes]:
    """The bytes inside a single zstd frame, as a function that reads up to so many; refuses anything after it."""
    unpacker = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
    rest = memoryview(b"")

    def more(size: int) -> bytes:
        nonlocal rest
        while not rest:
            packed = read(_SLICE)
            if unpacker.eof:
                if packed or unpacker.unused_data:
                    raise damaged("后面还有不该有的内容")
                return b""
            if not packed:
                raise damaged("内容残缺")
            try:
                rest = memoryview(unpacker.decompress(packed))
            except zstandard.ZstdError:
                raise damaged() from None
        part, rest = bytes(rest[:size]), rest[size:]
        return part

    return more


class _Pump:
    """Decrypts in a thread of its own into a pipe, so that the reader may pull at its own pace."""

    def __init__(self, file: BinaryIO, identities: Sequence[Identity]) -> None:
        self._out, into = os.pipe()
        self._error: BaseException | None = None
        self._file_error: OSError | None = None
        self._file, self._into = file, os.fdopen(into, "wb", buffering=0)
        self._thread = threading.Thread(target=self._run, args=(list(identities),), daemon=True)
        self._thread.start()

    def _run(self, identities: list[Any]) -> None:
        try:
            pyrage.decrypt_io(self, self._into, identities)
        except BaseException as error:  # whatever it is, the reader raises it
            self._error = error
        finally:
            self._into.close()

    def read(self, size: int) -> bytes:
        """For both sides: pyrage reads the file here while the thread runs, and the reader reads the pipe."""
        if threading.current_thread() is self._thread:
            try:
                return self._file.read(size)
            except OSError as error:
                self._file_error = error
                raise
        part = os.read(self._out, size)
        if not part:
            self._thread.join()
            if self._file_error is not None:
                raise _unreadable() from self._file_error
            if self._error is not None:
                if "No matching keys" in str(self._error):
                    raise Refusal(
                        "这个包不是给本单位的，或者开头已损坏，打不开。请核对是谁发给谁的", "not-for-us"
                    ) from None
                if isinstance(self._error, pyrage.DecryptError | OSError):  # a broken chunk comes as an OSError
                    raise damaged() from None
                raise self._error
        return part

    def close(self) -> None:
        """Stops the thread, which fails at its next write when the reader has gone."""
        os.close(self._out)
        self._thread.join()
