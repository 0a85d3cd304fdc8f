"""Backups: one file that holds a whole workspace, and its return as a new replica."""

import hashlib
import os
import shutil
import tomllib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

import msgspec
import tomli_w
from sqlalchemy import Engine

from app.files import room, sync_folder, write_whole
from db import clock, settings
from db.engine import snapshot
from db.errors import Refusal

if TYPE_CHECKING:
    from app.workspace import Workspace

LAST_BACKUP = "last_backup"
"""The setting that holds the moment of the last backup."""

KEPT = 10
"""How many copies of the store `backups/` keeps of each kind."""

SUFFIX, FORMAT, MANIFEST = ".sjb", "siji-backup/1", "manifest.json"
CONFIG, KEYS, RECORDS, PACKAGES = "siji.toml", "keys.json", "records.db", "packages"
TEMPLATES = "documents"
"""The folder of the document templates that an office has made its own."""
CHUNK = 1 << 20


class Part(msgspec.Struct):
    """One file of a workspace inside a backup."""

    name: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct):
    """What a backup says of itself; the last member of the file, so that a file cut short has none."""

    format: str
    office_code: str
    office_name: str
    at: str
    parts: list[Part]


def copy_store(folder: Path, engine: Engine, why: str) -> Path:
    """Copies the store into the workspace's own `backups/` as it stands, under the same key; keeps the newest few.

    Only for a store that is a file; a server is backed up by its own tools.
    """
    backups = folder / "backups"
    backups.mkdir(exist_ok=True)
    room(folder, _store_size(folder), f"{why}要先备份，磁盘空间不够", "请清理磁盘后再打开")
    target = backups / f"{why}-{clock.now().replace(':', '').replace('-', '')}.db"
    if engine.dialect.name == "sqlite":
        snapshot(engine, target)
    for old in sorted(backups.glob(f"{why}-*.db"))[:-KEPT]:
        old.unlink()
    return target


def backup(workspace: "Workspace", to: Path) -> Path:
    """Writes the whole workspace into one file `<office code>-<date>.sjb` in the folder `to`, and returns it.

    The records are a consistent copy under the same key: the passphrase that opens the workspace opens the backup. The
    file gets its name only when it has been written, flushed and read back; then the store remembers when
    (`LAST_BACKUP`), unless it lies in the workspace itself. Raises `Refusal` when it cannot be.
    """
    if workspace.engine.dialect.name != "sqlite":
        raise Refusal("这个工作目录的数据在数据库服务器上。请用服务器自己的工具备份", "not-a-file")
    copy = workspace.folder / "backups" / f".copy-{os.getpid()}.db"
    with _world_at_fault(to):
        to.mkdir(parents=True, exist_ok=True)
        target = _free_name(to, f"{workspace.office.code}-{clock.today().isoformat()}")
        temporary = target.with_suffix(".part")
        try:
            copy.parent.mkdir(exist_ok=True)
            _room(workspace.folder, to)
            snapshot(workspace.engine, copy)
            manifest = _write(workspace, copy, temporary)
            if _verified(temporary) != manifest:
                raise Refusal(f"备份写到“{to}”后读回来不一致，磁盘可能有问题。请换一个位置再备份", "disk-error")
            temporary.replace(target)
            sync_folder(to)
        finally:
            copy.unlink(missing_ok=True)
            temporary.unlink(missing_ok=True)
    # one that is lost with the computer keeps nobody's mind at rest
    if not target.resolve().is_relative_to(workspace.folder.resolve()):
        with workspace.write() as session:
            settings.put(session, LAST_BACKUP, clock.now())
    return target


def restore(file: Path, folder: Path) -> Manifest:
    """Makes a workspace from a backup in an empty or new folder. Raises `Refusal` and leaves nothing otherwise.

    The workspace becomes a new replica when it is first opened, so its next package is a snapshot: what the lost copy
    did after the backup can never be taken for what this one does.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refusal(f"文件夹“{folder.name}”里已经有东西。请选一个空文件夹", "not-empty")
    manifest = _verified(file)
    fresh = not folder.exists()
    with _world_at_fault(folder):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            needed = sum(part.bytes for part in manifest.parts)
            room(folder, needed, f"“{folder}”所在的磁盘放不下这个备份", "请清理磁盘，或换一个位置")
            with zipfile.ZipFile(file) as archive:
                for part in manifest.parts:
                    if part.name != CONFIG:
                        _take_out(archive, part, folder)
                config = tomllib.loads(archive.read(CONFIG).decode())
            for name in (PACKAGES, "backups"):
                (folder / name).mkdir(exist_ok=True)
            # last, for with it the folder becomes a workspace; `Workspace.open` sees by `restored` what to do
            sync_folder(folder)
            write_whole(folder / CONFIG, tomli_w.dumps({**config, "restored": manifest.at}).encode())
        except BaseException:
            _empty(folder, whole=fresh)
            raise
    return manifest


def inspect(file: Path) -> Manifest:
    """Whose backup a file is and of when. Raises `Refusal` when it is damaged or none."""
    return _verified(file)


# ---------------------------------------------------------------- writing


def _write(workspace: "Workspace", copy: Path, temporary: Path) -> Manifest:
    manifest = Manifest(FORMAT, workspace.office.code, workspace.office.name, clock.now(), [])
    packages = sorted(one for one in (workspace.folder / PACKAGES).rglob("*") if one.is_file())
    templates = sorted(one for one in (workspace.folder / TEMPLATES).glob("*.docx") if not one.name.startswith("~"))
    sources = [(CONFIG, workspace.folder / CONFIG), (KEYS, workspace.folder / KEYS), (RECORDS, copy)]
    sources += [(one.relative_to(workspace.folder).as_posix(), one) for one in (*packages, *templates)]
    # an encrypted store and sealed packages do not get smaller
    packing = zipfile.ZIP_STORED if workspace.encrypted else zipfile.ZIP_DEFLATED
    with temporary.open("wb") as stream:
        with zipfile.ZipFile(stream, "w", packing, allowZip64=True) as archive:
            for name, source in sources:
                if source.exists():
                    manifest.parts.append(_put_in(archive, name, source))
            archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
        stream.flush()
        os.fsync(stream.fileno())
    return manifest


def _room(folder: Path, to: Path) -> None:
    """Raises `Refusal` when there is no room for a copy of the store here and the whole backup there."""
    store, remedy = _store_size(folder), "请清理磁盘，或换一个位置"
    whole = store + _size(folder / PACKAGES) + _size(folder / TEMPLATES)
    if to.stat().st_dev == folder.stat().st_dev:
        whole += store
    else:
        room(folder, store, "本机磁盘空间不够，备份前要先复制一份数据", "请清理本机磁盘")
    room(to, whole, f"“{to}”所在的磁盘空间不够", remedy)


def _store_size(folder: Path) -> int:
    """Bytes of the store as it stands, its log included: no copy of it is larger."""
    return sum(one.stat().st_size for one in (folder / RECORDS, folder / f"{RECORDS}-wal") if one.exists())


def _put_in(archive: zipfile.ZipFile, name: str, source: Path) -> Part:
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as reader, archive.open(name, "w", force_zip64=True) as writer:
        for block in _blocks(reader):
            digest.update(block)
            size += len(block)
            writer.write(block)
    return Part(name, size, digest.hexdigest())


def _free_name(to: Path, stem: str) -> Path:
    """A name that is not taken: a second backup on one day gets a number."""
    names = (to / f"{stem}{f'-{number}' if number else ''}{SUFFIX}" for number in range(10_000))
    return next(name for name in names if not name.exists())


def _size(folder: Path) -> int:
    return sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())


# ---------------------------------------------------------------- reading


def _verified(file: Path) -> Manifest:
    """The manifest of a backup every byte of which is as it was written. Raises `Refusal`."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
            if not manifest.format.startswith("siji-backup/"):
                raise _damaged(file)
            if manifest.format != FORMAT:
                raise Refusal("这个备份是更新版本的程序做的。请先升级程序再恢复", "newer-schema")
            if sorted(archive.namelist()) != sorted([MANIFEST, *(part.name for part in manifest.parts)]):
                raise _damaged(file)
            for part in manifest.parts:
                if not _proper(part.name) or _digest(archive, part) != part.sha256:
                    raise _damaged(file)
            if not {CONFIG, RECORDS} <= {part.name for part in manifest.parts}:
                raise _damaged(file)
            return manifest
    except FileNotFoundError:
        raise Refusal(f"找不到备份文件“{file}”。请核对路径，或插好 U 盘再试", "not-found") from None
    except (IsADirectoryError, PermissionError) as error:
        raise Refusal(f"读不了“{file}”。请确认它是一个备份文件，并且可以读取", "cannot-open") from error
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, NotImplementedError, EOFError, OSError) as error:
        # whatever stands in a file that was changed by chance, zipfile stumbles over it in one of these ways
        raise _damaged(file) from error


def _damaged(file: Path) -> Refusal:
    return Refusal(f"“{file.name}”不是完整的备份文件，可能没有拷完或已损坏。请换一个备份", "damaged")


def _digest(archive: zipfile.ZipFile, part: Part) -> str:
    digest, size = hashlib.sha256(), 0
    with archive.open(part.name) as reader:
        for block in _blocks(reader):
            digest.update(block)
            size += len(block)
            if size > part.bytes:
                return ""
    return digest.hexdigest()


def _proper(name: str) -> bool:
    """Whether a name is one that a backup writes: the three files, or something inside packages/ or
    documents/."""
    parts = PurePosixPath(name).parts
    inside = len(parts) > 1 and parts[0] in (PACKAGES, TEMPLATES) and not {"..", "", "."} & set(parts)
    return name in (CONFIG, KEYS, RECORDS) or (inside and "\\" not in name and ":" not in name)


def _take_out(archive: zipfile.ZipFile, part: Part, folder: Path) -> None:
    target = folder / part.name
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(part.name) as reader, target.open("wb") as writer:
        for block in _blocks(reader):
            writer.write(block)
        writer.flush()
        os.fsync(writer.fileno())


def _empty(folder: Path, *, whole: bool) -> None:
    if not folder.exists():
        return
    for one in folder.iterdir():
        if one.is_dir():
            shutil.rmtree(one, ignore_errors=True)
        else:
            one.unlink(missing_ok=True)
    if whole:
        folder.rmdir()


def _blocks(reader: IO[bytes]) -> Iterator[bytes]:
    while block := reader.read(CHUNK):
        yield block


@contextmanager
def _world_at_fault(folder: Path) -> Iterator[None]:
    """Turns what the system says of a disk into a sentence."""
    try:
        yield
    except OSError as error:
        raise Refusal(f"不能写到“{folder}”：可能只读、已满或已拔出。请检查后再试，或换一个位置", "read-only") from error
