"""Files that must be whole after a power cut: replaced in one step, and on the disk before the next step."""

import os
from pathlib import Path


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
