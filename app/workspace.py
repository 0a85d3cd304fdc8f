"""One office's folder: open and create it, know who is working, edit and undo."""

import hashlib
import os
import platform
import shutil
import tomllib
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import tomli_w
from filelock import FileLock, Timeout
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app import following, vault
from app.backup import copy_store
from app.files import move, write_whole
from app.links import refuse_broken
from app.ownership import refuse_foreign_undo
from app.reference import keep_current, plant
from db import engine as engines
from db import settings
from db.engine import encrypt_copy, is_plain
from db.errors import Refusal
from db.ids import new_id, new_replica
from db.journal import Batch, BatchLine, ChangeLine, begin_batch, later_edits, undo_into
from db.migrations.upgrade import upgrade
from db.models.organisation import Office
from db.parsing import clean_name

LASTING = ("undo", "new", "seed", "enrol", "join", "review")
"""Kinds of batches that undo passes over: an office that has been given its enrolment file goes on existing, one that
has joined has given its reference data over, and what the program finds from other records would be found again."""
LONGEST_NAME = 50
MACHINE = "machine"
"""The setting that says where the store was last open, see `place_of`."""
SERVER_GUARDS = "数据在数据库服务器上，由服务器的账户和口令保护，这里不另设口令"
CONFIG, RECORDS, KEYS, LOCK, COPY = "siji.toml", "records.db", "keys.json", ".siji.lock", "records.db.new"


HERE = {"county": "县里", "city": "市里"}
ABOVE = {"township": "县里", "county": "市里"}
BELOW = {"county": "乡镇", "city": "县"}
REALM = {"county": "全县", "city": "全市"}
"""What people of a level call themselves, their superior, those that report to them, and all of these together."""


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

    @property
    def directs(self) -> bool:
        """Whether the office gives those below it their duties, marks and inspections: a county. A city reads what its
        counties do."""
        return self.level == "county"

    @property
    def here(self) -> str:
        """What people here, and those that report to them, call this office."""
        return HERE.get(self.level, "本单位")

    @property
    def above(self) -> str:
        """What people here call the superior."""
        return ABOVE.get(self.level, "上级")

    @property
    def below(self) -> str:
        """What people here call an office that reports to this one."""
        return BELOW.get(self.level, "下级")

    @property
    def realm(self) -> str:
        """What people here call all that reports to this office."""
        return REALM.get(self.level, "本单位")


@dataclass(frozen=True)
class Opened:
    """How the store was opened: its key (None: it is plain) and whose passphrase gave it."""

    key: bytes | None = field(repr=False)
    user: str


class Workspace:
    """An open workspace. One at a time holds the folder; close it, or use it as a context manager.

    Attributes:
        folder: where it lives.
        engine: the store.
        office: whose it is.
        replica: the name of this copy of the records, in every version that it makes.
        user: who is working, for the journal.
    """

    def __init__(self, folder: Path, engine: Engine, lock: FileLock, user: str, opened: "Opened") -> None:
        self.folder, self.engine, self._lock, self._opened = folder, engine, lock, opened
        self.user = user[:LONGEST_NAME]
        self.look_up()

    def look_up(self) -> None:
        """Learns from the store which replica this is and whose."""
        with Session(self.engine) as session:
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
        database = config.get("database", "")
        with ExitStack() as undone:
            lock = hold(folder)
            undone.callback(lock.release)
            if not database:
                _settle(folder)
            slots = None if database else vault.read(folder / KEYS)
            opened = Opened(None, "")
            if slots is not None:
                if passphrase is None:
                    raise Refusal("这个工作目录有口令。请输入口令", "passphrase-needed")
                opened = Opened(*vault.unwrap(slots, passphrase))
            engine = engine_for(folder, database, opened.key)
            undone.callback(engine.dispose)
            upgrade(engine, lambda: copy_store(folder, engine, "升级前"))
            workspace = cls(folder, engine, lock, user or opened.user or config.get("user", "") or "经办人", opened)
            workspace._wake_up(restored="restored" in config)
            keep_current(engine, workspace.office.id, workspace.user)
            undone.pop_all()
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
        cost: vault.Cost = vault.STANDARD,
        user: str = "经办人",
        database: str = "",
    ) -> "Workspace":
        """Makes a workspace. The folder must be empty or not exist; on any failure it is left as it was.

        `fill` puts in the first records, the office's own (with `office_id`) among them; without it the office's record
        and the reference data are made. `database` is the address of an empty database on a server, which has accounts
        of its own and no passphrase of ours; on any failure it is empty again.
        """
        code, name = code.strip(), name.strip()
        if not code or not name:
            raise Refusal("单位代码和单位名称都要填写", "invalid-record")
        if len(code) > 20 or len(name) > LONGEST_NAME:
            raise Refusal(f"单位代码最多 20 个字，单位名称最多 {LONGEST_NAME} 个字。请写短些", "invalid-record")
        if database and passphrase:
            raise Refusal(SERVER_GUARDS, "not-encrypted")
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise Refusal(f"文件夹“{folder.name}”里已经有东西。请选一个空文件夹", "not-empty")
        made = [one for one in (folder, *folder.parents) if not one.exists()]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = hold(folder)
        except OSError as error:
            sweep(folder, made)
            raise Refusal(f"不能在“{folder}”建立文件夹。请换一个位置", "read-only") from error
        with ExitStack() as undone:
            undone.callback(sweep, folder, made)
            undone.callback(lock.release)
            key = None
            if passphrase:
                key = vault.new_key()
                vault.write(folder / KEYS, vault.Slots().with_slot(vault.wrap(key, user, passphrase, cost)))
            engine = engine_for(folder, database, key)
            undone.callback(engine.dispose)
            if database:
                with engine.connect() as connection:
                    engines.refuse_used(connection)
                undone.callback(engines.empty, engine)
            upgrade(engine)
            own_id, replica = office_id or new_id(), new_replica()
            with begin_batch(engine, f"建立工作目录 {name}", kind="new", user=user, replica=replica) as batch:
                settings.put(batch.session, "replica", replica)
                settings.put(batch.session, MACHINE, place_of(batch.session))
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
            engine.dispose()
            lock.release()
            workspace = cls.open(folder, passphrase, user)
            undone.pop_all()
        return workspace

    def close(self) -> None:
        """Lets go of the store and the folder."""
        self.engine.dispose()
        self._lock.release()

    def __enter__(self) -> "Workspace":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def shared(self) -> bool:
        """Whether the store is on a server, where other seats may be working at the same time."""
        return engines.on_server(self.engine)

    def _wake_up(self, *, restored: bool) -> None:
        """Mints a new replica when the store was last open elsewhere or comes from a backup: a counter must never be
        used twice."""
        with self.read() as session:
            elsewhere = settings.get(session, MACHINE) != place_of(session)
        if restored or elsewhere:
            with engines.writing(self.engine) as session:
                if restored or settings.get(session, MACHINE) != place_of(session):
                    self.become_new_replica(session)
                    settings.put(session, MACHINE, place_of(session))
        if restored:  # only now that the new replica is kept: an interruption mints another, which does no harm
            config = read_config(self.folder)
            write_config(self.folder, {key: value for key, value in config.items() if key != "restored"})

    def _still_this_copy(self, session: Session) -> None:
        """A server's database may be restored, or its standby take over, while seats are open: then one of them mints
        the new replica, and the others learn its name."""
        if settings.get(session, MACHINE) != place_of(session):
            self.become_new_replica(session)
            settings.put(session, MACHINE, place_of(session))
        self.replica = settings.get(session, "replica") or ""

    def become_new_replica(self, session: Session) -> None:
        """From now on this copy signs its changes with a new name; its next package is a snapshot."""
        self.replica = new_replica()
        settings.put(session, "replica", self.replica)

    # ---------------------------------------------------------------- passphrases

    @property
    def encrypted(self) -> bool:
        """Whether the store has a passphrase."""
        return self._opened.key is not None

    def passphrase_users(self) -> tuple[str, ...]:
        """Who has a passphrase to this workspace."""
        slots = vault.read(self.folder / KEYS)
        return slots.users() if slots is not None else ()

    def set_passphrase(self, new: str, cost: vault.Cost = vault.STANDARD) -> None:
        """Changes the passphrase of whoever opened the workspace; a plain store is encrypted first.

        Nothing else may use the store meanwhile. Whenever it is interrupted, the folder opens as it was before or as
        it is after. Backups and packages keep the passphrase that they were made with.
        """
        self._own_file()
        key = self._opened.key
        if key is None:
            key = vault.new_key()
            slots = vault.Slots().with_slot(vault.wrap(key, self.user, new, cost))
            self._encrypt_store(Opened(key, self.user), slots)
        else:
            slot = vault.wrap(key, self._opened.user, new, cost)
            vault.write(self.folder / KEYS, self._slots().with_slot(slot))

    def check_passphrase(self, passphrase: str) -> None:
        """Raises `Refusal` unless it is the passphrase of whoever opened the workspace."""
        own = tuple(slot for slot in self._slots().slots if slot.user == self._opened.user)
        try:
            vault.unwrap(vault.Slots(slots=own), passphrase)
        except Refusal as refusal:
            raise Refusal("原来的口令不对。请再试一次", refusal.reason) from None

    def set_user(self, name: str, passphrase: str = "") -> None:
        """From now on the journal says that `name` works here.

        Where the store has passphrases, the slot of whoever opened the workspace gets the name, for which it needs
        their passphrase. Raises `Refusal` and changes nothing for a wrong one and for a name that another slot has.
        """
        name = clean_name(name)
        if not name:
            raise Refusal("请填写经办人，修改历史里会记下是谁改的", "no-name")
        if len(name) > LONGEST_NAME:
            raise Refusal(f"经办人最多写 {LONGEST_NAME} 个字", "no-name")
        if self._opened.key is not None:
            slots, former = self._slots(), self._opened.user
            if name != former and name in slots.users():
                raise Refusal(f"“{name}”已经有自己的口令。请由本人用那个口令打开", "user-exists")
            self.check_passphrase(passphrase)
            cost = next(slot.cost for slot in slots.slots if slot.user == former)
            slot = vault.wrap(self._opened.key, name, passphrase, cost)
            vault.write(self.folder / KEYS, slots.renamed(former, slot))
            self._opened = Opened(self._opened.key, name)
        write_config(self.folder, {**read_config(self.folder), "user": name})
        self.user = name

    def add_user(self, user: str, passphrase: str, cost: vault.Cost = vault.STANDARD) -> None:
        """Gives one more person a passphrase of their own. Raises `Refusal` when the name has one."""
        if self._opened.key is None:
            raise Refusal("这个工作目录还没有口令。请先设置口令，再增加使用人", "not-encrypted")
        slots = self._slots()
        if user in slots.users():
            raise Refusal(f"“{user}”已经有口令。请换一个姓名，或由本人修改口令", "user-exists")
        vault.write(self.folder / KEYS, slots.with_slot(vault.wrap(self._opened.key, user, passphrase, cost)))

    def remove_user(self, user: str) -> None:
        """Takes a person's passphrase away. Raises `Refusal` for one's own and for a name that has none."""
        if user not in self.passphrase_users():
            raise Refusal(f"“{user}”没有这个工作目录的口令。请核对姓名", "not-found")
        if user == self._opened.user:
            raise Refusal("不能取消自己正在用的口令。请由另一位使用人来取消", "own-passphrase")
        vault.write(self.folder / KEYS, self._slots().without(user))

    def _slots(self) -> vault.Slots:
        return vault.read(self.folder / KEYS) or vault.Slots()

    def _own_file(self) -> None:
        if self.shared:
            raise Refusal(SERVER_GUARDS, "not-encrypted")

    def _encrypt_store(self, opened: "Opened", slots: vault.Slots) -> None:
        """Puts an encrypted copy in the plain store's place.

        `records.db` decides: its replacement is the one step that counts, and `_settle` clears away what an
        interruption leaves on either side of it. So the slots are there before it.
        """
        store, copy = self.folder / RECORDS, self.folder / COPY
        try:
            encrypt_copy(self.engine, copy, opened.key)
            self.engine.dispose()  # the last connection takes its write-ahead log along
            vault.write(self.folder / KEYS, slots)
            move(copy, store)
            self._opened = opened
        finally:
            self.engine = engine_for(self.folder, "", self._opened.key)
            _settle(self.folder)

    # ---------------------------------------------------------------- reading and writing

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading. Writing a record through it is a fault of the program."""
        with Session(self.engine) as session:
            yield session

    @contextmanager
    def edit(self, label: str, kind: str = "edit", then: Callable[[Batch], None] | None = None) -> Iterator[Batch]:
        """Opens a batch: one transaction, one line in the operation log, one thing to undo.

        When the block ends, the program writes what follows; `then` may still raise a `Refusal` of all of it.
        """
        with begin_batch(self.engine, label, kind=kind, user=self.user, replica=self.replica) as batch:
            if self.shared:
                self._still_this_copy(batch.session)
                batch.replica = self.replica
            yield batch
            following.follow(batch, self.office)
            if then is not None:
                then(batch)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction for what is no record and has no line in the journal: keys, drafts, what was sent."""
        with engines.writing(self.engine) as session:
            if self.shared:
                self._still_this_copy(session)
            yield session

    def undo(self, batch_id: str | None = None) -> BatchLine:
        """Takes back the last batch that is not undone, or the named one, as new saves of the old values. Where several
        seats share the store, the last one is the last of whoever works here.

        Raises `Refusal` naming the later edits that stand on it, and changes nothing then.
        """
        from app.sync.settling import reject_put_off  # the hand-off stands on this module

        def sound(batch: Batch) -> None:
            refuse_broken(batch.session, batch.id, target.label)

        with self.edit("撤销", kind="undo", then=sound) as batch:
            target = self._undoable(batch.session, batch_id)
            refuse_foreign_undo(batch.session, self.office, target.id, target.label)
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
            reject_put_off(batch, target.id)
        return target

    def _undoable(self, session: Session, batch_id: str | None) -> BatchLine:
        undoable = BatchLine.undone_by.is_(None) & BatchLine.kind.not_in(LASTING)
        if batch_id is None:
            last = select(BatchLine).join(ChangeLine, ChangeLine.batch_id == BatchLine.id).where(undoable)
            if self.shared:
                last = last.where(BatchLine.user == self.user)
            found = session.scalars(last.order_by(ChangeLine.seq.desc()).limit(1)).first()
            if found is None:
                raise Refusal("没有可以撤销的操作", "nothing-to-undo")
            return found
        found = session.get(BatchLine, batch_id)
        if found is None:
            raise Refusal(f"没有编号为 {batch_id} 的操作", "not-found")
        if found.undone_by is not None or found.kind in LASTING:
            raise Refusal(f"“{found.label}”已经撤销过，或者不能撤销", "nothing-to-undo")
        return found


def read_config(folder: Path) -> dict[str, str]:
    """The settings in `siji.toml`. Raises `Refusal` when the folder is no workspace."""
    try:
        return tomllib.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise Refusal(f"“{folder}”不是四基的工作目录。请检查路径，或先新建、加入", "not-a-workspace") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise Refusal(f"读不了“{folder / CONFIG}”。请从备份恢复这个文件", "damaged") from error


def write_config(folder: Path, config: dict[str, object]) -> None:
    """Replaces `siji.toml` in one step."""
    # the address of a database may hold a password
    write_whole(folder / CONFIG, tomli_w.dumps(config).encode(), private=bool(config.get("database")))


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


def place_of(session: Session) -> str:
    """Where a store is: on which computer a file, in which database a server's."""
    return engines.identity(session.connection()) or machine()


def _settle(folder: Path) -> None:
    """Clears away what an interrupted encryption left. Raises `Refusal` when the store is not there."""
    store = folder / RECORDS
    if not store.exists():
        raise Refusal(f"工作目录里没有数据文件 {RECORDS}。请用最近的备份恢复", "damaged")
    for left in (COPY, f"{KEYS}.tmp"):
        (folder / left).unlink(missing_ok=True)
    if is_plain(store):
        (folder / KEYS).unlink(missing_ok=True)


def sweep(folder: Path, made: Sequence[Path]) -> None:
    """Removes what a failed creation left in a folder that was empty, and the folders that the creation made."""
    for part in folder.iterdir() if folder.is_dir() else ():
        if part.is_dir():
            shutil.rmtree(part)
        else:
            part.unlink()
    for one in made:
        if one.is_dir():
            one.rmdir()
