"""Writes one file to a stick so that it is either there and whole, or not there at all.

Free space first; a temporary name; flushed to the device; read back from the device; only then its own name. Every way
in which it can fail is one sentence.
"""

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import IO, BinaryIO, cast

from app.files import move, room
from db.errors import Refusal


class Trouble(Enum):
    """What can go wrong with a stick: the reason for scripts and the sentence for people."""

    MISSING = ("no-stick", "找不到“{0}”，U盘可能没有插好或已拔出。请插好U盘再试，这个文件没有写出")
    FULL = ("disk-full", "“{0}”放不下这个文件。请清理U盘或换一个，这个文件没有写出")
    READ_ONLY = ("read-only", "“{0}”不能写入。请打开U盘的写保护开关，或换一个文件夹，这个文件没有写出")
    PULLED = ("pulled", "写“{0}”时U盘断开或出错。请插好后重新导出，盘上没有留下可用的包")
    DIFFERS = ("differs", "写到“{0}”的内容读回来不一样，这个U盘可能坏了。请换一个U盘重新导出")

    @property
    def reason(self) -> str:
        return self.value[0]

    def refusal(self, where: Path) -> Refusal:
        return Refusal(self.value[1].format(where), self.reason)


_ERRORS = {
    errno.ENOSPC: Trouble.FULL,
    errno.EDQUOT: Trouble.FULL,
    errno.EFBIG: Trouble.FULL,
    errno.EROFS: Trouble.READ_ONLY,
    errno.EACCES: Trouble.READ_ONLY,
    errno.EPERM: Trouble.READ_ONLY,
    errno.ENOENT: Trouble.MISSING,
    errno.ENOTDIR: Trouble.MISSING,
    errno.ENODEV: Trouble.PULLED,
}


@contextmanager
def blaming(folder: Path) -> Iterator[None]:
    """Turns an error of the stick into its sentence."""
    try:
        yield
    except OSError as error:
        raise _ERRORS.get(error.errno or 0, Trouble.PULLED).refusal(folder) from error


class Hashing:
    """A file that is written and hashed at once."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._digest, self.size = file, hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        self.size += len(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()


@contextmanager
def putting(source: Path, target: Path) -> Iterator[None]:
    """Copies a finished file to the stick; it gets its name when the block ends well.

    In the block the bytes are safely on the device under a temporary name: what must be remembered of them is
    committed there, so that a name never appears that the store does not know. Raises `Refusal`; whatever is raised,
    the target is as it was.
    """
    with blaming(target.parent):
        size = source.stat().st_size
    with _writing(target, lambda out: _copy(source, out), size):
        yield


def write(target: Path, produce: Callable[[BinaryIO], None], size: int = 0) -> None:
    """Writes what `produce` gives to a target, in the steps of this module. `size` is what it will need, if known."""
    with _writing(target, produce, size):
        pass


@contextmanager
def _writing(target: Path, produce: Callable[[BinaryIO], None], size: int) -> Iterator[None]:
    folder, temporary = target.parent, target.with_name(f".{target.name}.part")
    try:
        with blaming(folder):
            if not folder.is_dir():
                raise Trouble.MISSING.refusal(folder)
            room(folder, size, f"“{folder}”放不下这个文件", "请清理U盘或换一个，这个文件没有写出")
            with temporary.open("wb") as file:
                hashing = Hashing(file)
                produce(cast(BinaryIO, hashing))
                file.flush()
                os.fsync(file.fileno())
            if _read_back(temporary) != hashing.digest:
                raise Trouble.DIFFERS.refusal(folder)
        yield
        with blaming(folder):
            move(temporary, target)
    except BaseException:
        _discard(temporary)
        raise


def _copy(source: Path, out: BinaryIO) -> None:
    with source.open("rb") as stream:
        shutil.copyfileobj(stream, out, 1 << 20)


def _read_back(file: Path) -> str:
    """The digest of what the device has, not of what the system remembers of it."""
    with file.open("rb") as stream:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _discard(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError:
        return  # the stick is gone; what is left has no package's name
