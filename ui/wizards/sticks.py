"""Where packages are carried: the removable drives of this computer, their free space, and the packages on them."""

import ctypes
import os
import stat
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QStorageInfo

from app.files import size

SUFFIX = ".dzb"

DRIVE_REMOVABLE = 2  # Windows, GetDriveTypeW
MOUNTED_BY_HAND = ("/media/", "/run/media/", "/mnt/")


@dataclass(frozen=True)
class Drive:
    """One place that a stick is seen at; sizes are in bytes."""

    root: Path
    label: str
    free: int
    total: int
    read_only: bool = False

    @property
    def title(self) -> str:
        """How the office calls it: `U 盘 KINGSTON (E:)`."""
        place = str(self.root).rstrip("/\\") or str(self.root)
        return f"U 盘 {self.label}（{place}）" if self.label else f"U 盘（{place}）"

    @property
    def room(self) -> str:
        """Its free space in words."""
        if self.read_only:
            return "只读，不能写入"
        return f"可用 {size(self.free)}，共 {size(self.total)}"


def drives() -> list[Drive]:
    """The removable drives that are plugged in and ready, by their place."""
    found = [volume for volume in QStorageInfo.mountedVolumes() if volume.isValid() and volume.isReady()]
    return sorted((drive_at(volume) for volume in found if removable(volume)), key=lambda drive: str(drive.root))


def drive_at(volume: QStorageInfo) -> Drive:
    """What Qt says of a volume."""
    return Drive(
        Path(volume.rootPath()),
        volume.name() or "",
        volume.bytesAvailable(),
        volume.bytesTotal(),
        volume.isReadOnly(),
    )


def place(folder: Path) -> Drive:
    """A folder that the person chose, with the space of the volume it lies on."""
    volume = QStorageInfo(str(folder))
    writable = os.access(folder, os.W_OK)
    return Drive(folder, folder.name, volume.bytesAvailable(), volume.bytesTotal(), volume.isReadOnly() or not writable)


def removable(volume: QStorageInfo) -> bool:
    """Whether a volume is a stick or a card, as far as the system tells."""
    root = volume.rootPath()
    if sys.platform == "win32":
        return bool(ctypes.windll.kernel32.GetDriveTypeW(root.replace("/", "\\")) == DRIVE_REMOVABLE)
    device = Path(bytes(volume.device().data()).decode(errors="replace")).name
    if not device.startswith(("sd", "mmcblk", "vd", "nvme")):
        return False
    if root.startswith(MOUNTED_BY_HAND):
        return True
    block = Path("/sys/class/block") / device
    for one in (block, block.resolve().parent):
        try:
            return (one / "removable").read_text().strip() == "1"
        except OSError:
            continue
    return False


@dataclass(frozen=True)
class Found:
    """A file as it was when it was looked for; of one that could not be read neither the size nor the day is known.

    Attributes:
        size: bytes.
        written: when, in seconds since 1970.
    """

    path: Path
    size: int | None = None
    written: float = 0


def look_at(file: Path) -> Found:
    """The file as it is now. A stick that was pulled answers every question about it with an error."""
    try:
        path = file.resolve()
        seen = path.stat()
    except OSError:
        return Found(file)
    return Found(path, seen.st_size, seen.st_mtime) if stat.S_ISREG(seen.st_mode) else Found(path)


def packages(places: Iterable[Path]) -> list[Found]:
    """Every package in these folders and one folder below, and these files; the newest first. A file or folder that
    cannot be read is left out, and each file is named once."""
    seen = [look_at(file) for place in places for file in _packages_in(place) or [place]]
    found = {one.path: one for one in seen if one.size is not None}
    return sorted(found.values(), key=lambda one: (-one.written, one.path.name))


def _packages_in(folder: Path) -> list[Path]:
    inside = _inside(folder)
    below = [file for one in inside if not one.name.startswith("$") for file in _inside(one)]
    return [one for one in (*inside, *below) if one.suffix.lower() == SUFFIX]


def _inside(folder: Path) -> list[Path]:
    """What lies in a folder under a name that is not hidden; nothing where it is none, or cannot be read."""
    try:
        return sorted(one for one in folder.iterdir() if not one.name.startswith("."))
    except OSError:
        return []
