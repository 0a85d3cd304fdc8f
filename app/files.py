"""Files that must be whole after a power cut: replaced in one step, and on the disk before the next step. And whether
there is room for them."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from db.errors import Refusal

SPARE = 1 << 20
"""Bytes that stay free on a disk."""


def write_whole(file: Path, content: bytes, *, private: bool = False) -> None:
    """Replaces a file in one step: after a crash it holds the old content or the new one.

    A `private` file only its owner can read, where the system knows owners.
    """
    temporary = file.with_name(f"{file.name}.tmp")
    temporary.unlink(missing_ok=True)
    mode = 0o600 if private else 0o666
    with open(temporary, "xb", opener=lambda path, flags: os.open(path, flags, mode)) as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    move(temporary, file)


def move(file: Path, target: Path) -> None:
    """Puts a file in another's place; it is there for good when this returns."""
    file.replace(target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder last; Windows does so by itself."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def room(folder: Path, needed: int, what: str, remedy: str) -> None:
    """Raises `Refusal`, with what is needed and what is free, when a disk has no room for so many bytes."""
    free = shutil.disk_usage(folder).free
    if free < needed + SPARE:
        raise Refusal(f"{what}：需要 {size(needed + SPARE)}，只剩 {size(free)}。{remedy}", "disk-full")


def size(count: int) -> str:
    """A number of bytes as people read it: `812 KB`, `14.6 GB`."""
    if count < 0:
        return "未知"
    for unit, step in (("GB", 1024**3), ("MB", 1024**2), ("KB", 1024)):
        if count >= step:
            amount = count / step
            return f"{amount:.1f} {unit}" if amount < 100 else f"{amount:.0f} {unit}"
    return f"{count} 字节"


@contextmanager
def telling(out: Path, program: str) -> Iterator[None]:
    """Says in a sentence why a file cannot be written; `program` is what may have it open."""
    try:
        yield
    except PermissionError as error:
        raise Refusal(
            f"不能写“{out.name}”：它可能正在 {program} 里打开着，或者文件夹是只读的。请先关闭它，或换一个位置",
            "read-only",
        ) from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Refusal(f"没有文件夹“{out.parent}”。请先建好，或换一个位置", "read-only") from error
    except OSError as error:
        raise Refusal(f"写“{out.name}”时出错，磁盘可能已满，或 U 盘被拔出。请检查后再试一次", "disk-full") from error
