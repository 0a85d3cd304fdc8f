"""One office's folder: open and create it, know who is working, edit and undo."""

import hashlib
import os
import platform
import tomllib
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import tomli_w
from filelock import FileLock, Timeout
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app import vault
from app.backup import copy_store
from app.reference import plant
from db import engine as engines
from db import settings
from db.errors import Refusal
from db.ids import new_id, new_replica
from db.journal import Batch, BatchLine, begin_batch, later_edits, undo_into
from db.migrations.upgrade import upgrade
from db.models.organisation import Office

CONFIG, RECORDS, KEYS, LOCK = "siji.toml", "records.db", "keys.json", ".siji.lock"


@dataclass(frozen=True)
class OfficeCard:
    """Who this workspace belongs to."""

    id: str
    code: str
    name: str
    level: str
    superior_id: str | None

    @property
    def is_county(self) -> bool:
        """Whether the office takes in others' packages: a county's, or a city's."""
        return self.level != "township"


class Workspace:
    """An open workspace. One at a time holds the folder; close it, or use it as a context manager.

    Attributes:
        folder: where it lives.
        engine: the store.
        office: whose it is.
        replica: the name of this copy of the records, in every version that it makes.
        user: who is working, for the journal.
        encrypted: whether the store has a passphrase.
    """

    def __init__(self, folder: Path, engine: Engine, lock: FileLock, user: str, *, encrypted: bool) -> None:
        self.folder, self.engine, self._lock, self.user, self.encrypted = folder, engine, lock, user, encrypted
        with Session(engine) as session:
            self.replica = settings.get(session, "replica") or ""
            found = session.get(Office, settings.get(session, "office_id"))
        if found is None:
            raise Refusal("这个文件夹里的数据不完整。请用最近的备份恢复", "damaged")
        self.office = OfficeCard(found.id, found.code, found.name, found.level, found.superior_id)

    # ---------------------------------------------------------------- opening

    @classmethod
    def open(cls, folder: Path, passphrase: str | None = None, user: str | None = None) -> "Workspace":
        """Opens a workspace, upgrading an older store. Raises `Refusal` and changes nothing when it cannot.

        A store that wakes up on another computer becomes a new replica.
        """
        config = read_config(folder)
        lock = hold(folder)
        try:
            slots = vault.read(folder / KEYS)
            key = None
            if slots is not None:
                if passphrase is None:
                    raise Refusal("这个工作目录有口令。请输入口令", "passphrase-needed")
                key, slot_user = vault.unwrap(slots, passphrase)
                user = user or slot_user
            engine = engine_for(folder, config.get("database", ""), key)
            upgrade(engine, lambda: copy_store(folder, engine, "升级前"))
            workspace = cls(
                folder, engine, lock, user or config.get("user", "") or "经办人", encrypted=slots is not None
            )
            workspace._wake_up(restored="restored" in config)
        except BaseException:
            lock.release()
            raise
        return workspace

    @classmethod
    def create(
        cls,
        folder: Path,
        *,
        code: str,
        name: str,
        level: str,
        office_id: str | None = None,
        fill: Callable[[Batch], None] | None = None,
        passphrase: str | None = None,
        user: str = "经办人",
        database: str = "",
    ) -> "Workspace":
        """Makes a workspace. The folder must be empty or not exist; on any failure it is left as it was.

        `fill` puts in the first records, the office's own (with `office_id`) among them; without it the office's record
        and the reference data are made.
        """
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise Refusal(f"文件夹“{folder.name}”里已经有东西。请选一个空文件夹", "not-empty")
        made = not folder.exists()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = hold(folder)
        except OSError as error:
            raise Refusal(f"不能在“{folder}”建立文件夹。请换一个位置", "read-only") from error
        try:
            key = None
            if passphrase:
                key = vault.new_key()
                vault.write(folder / KEYS, vault.Slots(slots=[vault.wrap(key, user, passphrase)]))
            engine = engine_for(folder, database, key)
            upgrade(engine)
            own_id, replica = office_id or new_id(), new_replica()
            with begin_batch(engine, f"建立工作目录 {name}", kind="new", user=user, replica=replica) as batch:
                settings.put(batch.session, "replica", replica)
                settings.put(batch.session, "machine", machine())
                settings.put(batch.session, "office_id", own_id)
                if fill is not None:
                    fill(batch)
                else:
                    batch.add(Office(id=own_id, office_id=own_id, code=code, name=name, level=level))
            if fill is None:
                plant(engine, own_id, user)
            for part in ("packages", "backups"):
                (folder / part).mkdir(exist_ok=True)
            write_config(folder, {"office": {"code": code, "name": name}, "database": database, "user": user})
        except BaseException:
            lock.release()
            _sweep(folder, whole=made)
            raise
        lock.release()
        engine.dispose()
        return cls.open(folder, passphrase, user)

    def close(self) -> None:
        """Lets go of the store and the folder."""
        self.engine.dispose()
        self._lock.release()

    def __enter__(self) -> "Workspace":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _wake_up(self, *, restored: bool) -> None:
        """Mints a new replica when the file was last open on another computer or comes from a backup: a counter must
        never be used twice."""
        if self.engine.dialect.name != "sqlite":
            return
        with Session(self.engine) as session, session.begin():
            if restored or settings.get(session, "machine") != machine():
                self.become_new_replica(session)
                settings.put(session, "machine", machine())
        if restored:  # only now that the new replica is kept: an interruption mints another, which does no harm
            config = read_config(self.folder)
            write_config(self.folder, {key: value for key, value in config.items() if key != "restored"})

    def become_new_replica(self, session: Session) -> None:
        """From now on this copy signs its changes with a new name; its next package is a snapshot."""
        self.replica = new_replica()
        settings.put(session, "replica", self.replica)

    # ---------------------------------------------------------------- reading and writing

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading. Writing a record through it is a fault of the program."""
        with Session(self.engine) as session:
            yield session

    @contextmanager
    def edit(self, label: str, kind: str = "edit") -> Iterator[Batch]:
        """Opens a batch: one transaction, one line in the operation log, one thing to undo."""
        with begin_batch(self.engine, label, kind=kind, user=self.user, replica=self.replica) as batch:
            yield batch

    def undo(self, batch_id: str | None = None) -> BatchLine:
        """Takes back the last batch that is not undone, or the named one, as new saves of the old values.

        Raises `Refusal` naming the later edits that stand on it, and changes nothing then.
        """
        with self.edit("撤销", kind="undo") as batch:
            target = self._undoable(batch.session, batch_id)
            blocking = later_edits(batch.session, target.id)
            if blocking:
                first = blocking[0]
                raise Refusal(
                    f"“{target.label}”之后还有 {len(blocking)} 处修改建立在它上面，"
                    f"例如 {first.at[:10]} 的“{first.label}”。请先撤销那些修改",
                    "later-edits",
                )
            batch.line.label = f"撤销：{target.label}"[:200]
            undo_into(batch, target)
        return target

    def _undoable(self, session: Session, batch_id: str | None) -> BatchLine:
        undoable = BatchLine.undone_by.is_(None) & BatchLine.kind.not_in(("undo", "new", "seed"))
        if batch_id is None:
            found = session.scalars(
                select(BatchLine).where(undoable, BatchLine.changes > 0).order_by(BatchLine.id.desc()).limit(1)
            ).first()
            if found is None:
                raise Refusal("没有可以撤销的操作", "nothing-to-undo")
            return found
        found = session.get(BatchLine, batch_id)
        if found is None:
            raise Refusal(f"没有编号为 {batch_id} 的操作", "not-found")
        if found.undone_by is not None or found.kind in ("undo", "new", "seed"):
            raise Refusal(f"“{found.label}”已经撤销过，或者不能撤销", "nothing-to-undo")
        return found


def read_config(folder: Path) -> dict[str, str]:
    """The settings in `siji.toml`. Raises `Refusal` when the folder is no workspace."""
    try:
        return tomllib.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Refusal(f"“{folder}”不是四基的工作目录。请检查路径，或先新建、加入", "not-a-workspace") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise Refusal(f"读不了“{folder / CONFIG}”。请从备份恢复这个文件", "damaged") from error


def write_config(folder: Path, config: dict[str, object]) -> None:
    """Replaces `siji.toml` in one step."""
    temporary = folder / f"{CONFIG}.tmp"
    temporary.write_text(tomli_w.dumps(config), encoding="utf-8")
    temporary.replace(folder / CONFIG)


def hold(folder: Path) -> FileLock:
    """Takes the folder for this process. Raises `Refusal` when another program has it."""
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise Refusal("另一个程序正在使用这个工作目录。请先关闭它再试", "locked") from None
    except OSError as error:
        raise Refusal(f"文件夹“{folder}”不能写入。请检查是否只读", "read-only") from error
    return lock


def engine_for(folder: Path, database: str, key: bytes | None) -> Engine:
    """The engine that a workspace's settings ask for."""
    return engines.server_engine(database) if database else engines.sqlite_engine(folder / RECORDS, key)


def machine() -> str:
    """A digest that is the same on one computer and differs on another; it names nobody."""
    file = Path("/etc/machine-id")
    source = file.read_text() if os.name == "posix" and file.exists() else f"{platform.node()}/{uuid.getnode()}"
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def _sweep(folder: Path, *, whole: bool) -> None:
    """Removes what a failed creation left, and the folder too if the creation made it."""
    for name in (CONFIG, f"{CONFIG}.tmp", KEYS, RECORDS, f"{RECORDS}-wal", f"{RECORDS}-shm", LOCK):
        (folder / name).unlink(missing_ok=True)
    for part in ("packages", "backups"):
        if (folder / part).is_dir():
            (folder / part).rmdir()
    if whole and not any(folder.iterdir()):
        folder.rmdir()
