"""Where packages are carried: the removable drives of this computer, their free space, and the packages on them."""

import ctypes
import os
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


def packages(places: Iterable[Path]) -> list[Path]:
    """Every package in these folders and one folder below, the newest first; a file or folder that cannot be read is
    left out, and each file is named once."""
    found: dict[Path, float] = {}
    for folder in places:
        for file in _packages_in(folder):
            try:
                found[file.resolve()] = file.stat().st_mtime
            except OSError:
                continue
    return sorted(found, key=lambda file: (-found[file], file.name))


def _packages_in(folder: Path) -> list[Path]:
    if folder.is_file():
        return [folder]
    try:
        inside = sorted(folder.iterdir())
    except OSError:
        return []
    files = [one for one in inside if one.suffix.lower() == SUFFIX and not one.name.startswith(".") and one.is_file()]
    for below in inside:
        if below.name.startswith((".", "$")) or not below.is_dir():
            continue
        try:
            files += [one for one in sorted(below.iterdir()) if one.suffix.lower() == SUFFIX and one.is_file()]
        except OSError:
            continue
    return files


def size_of(file: Path) -> str:
    """How large a file is, in words."""
    try:
        return size(file.stat().st_size)
    except OSError:
        return "—"
