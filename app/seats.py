"""A store on a database server and the seats that work on it: move a file there, open one more seat."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.backup import backup
from app.workspace import KEYS, MACHINE, RECORDS, Workspace, hold, place_of, read_config, sweep, write_config
from db import copying, settings
from db import engine as engines
from db.errors import Refusal
from db.journal import Progress
from db.migrations.upgrade import migrate, revision
from db.models.organisation import Office


@dataclass(frozen=True)
class Moved:
    """What was moved: rows by table, where to, and the backup of the file that was."""

    tables: Mapping[str, int]
    database: str
    kept: Path

    @property
    def rows(self) -> int:
        return sum(self.tables.values())


def move(workspace: Workspace, address: str, progress: Progress | None = None) -> Moved:
    """Moves a store from its file into an empty database of a server, and closes the workspace.

    Every table is copied in one transaction and read back; only when each row is there as it was does `siji.toml` name
    the server. The file stays as a backup in `backups/`; its passphrase opens that one. Raises `Refusal`, and then the
    workspace works on with its file and the database is empty as before.
    """
    if workspace.shared:
        raise Refusal("这个工作目录的数据已经在数据库服务器上，不用再搬", "not-a-file")
    engine = engines.server_engine(address)
    folder = workspace.folder
    try:
        with engine.connect() as connection:
            engines.refuse_used(connection)
        kept = backup(workspace, folder / "backups")
        with workspace.engine.connect() as source, engines.for_writing(engine).connect() as target, target.begin():
            engines.take_turn(target)
            engines.refuse_used(target)
            migrate(target)
            step = progress or (lambda done, total, what: None)
            wanted = copying.copy_all(source, target, step)
            copying.refuse_difference(wanted, copying.counted(target, step))
            here = update(settings.Setting).where(settings.Setting.key == MACHINE)
            target.execute(here.values(value=engines.identity(target)))
            source.rollback()
            _retire(workspace, "")
        try:
            write_config(folder, {**read_config(folder), "database": address})
        except BaseException:
            engines.empty(engine)
            raise
    except BaseException:
        _retire(workspace, None)
        raise
    finally:
        engine.dispose()
    workspace.close()
    for name in (f"{RECORDS}-wal", f"{RECORDS}-shm", RECORDS, KEYS):
        (folder / name).unlink(missing_ok=True)
    return Moved({name: rows for name, (rows, _) in wanted.items()}, engines.shown(address), kept)


def _retire(workspace: Workspace, place: str | None) -> None:
    """Says in the file that it is left behind (then it would wake up as a new replica), or that it is not."""
    with workspace.write() as session:
        settings.put(session, MACHINE, place_of(session) if place is None else place)


def seat(folder: Path, address: str, user: str = "经办人") -> Workspace:
    """Makes the folder of one more seat at a store that is on a server, and opens it.

    The records and the office's keys are on the server; the folder holds the address and the packages that pass through
    this seat. Raises `Refusal`, and then the folder is as it was.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refusal(f"文件夹“{folder.name}”里已经有东西。请选一个空文件夹", "not-empty")
    office = _office_at(address)
    made = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        for part in ("packages", "backups"):
            (folder / part).mkdir(parents=True)
        hold(folder).release()
        write_config(folder, {"office": office, "database": address, "user": user})
        return Workspace.open(folder)
    except OSError as error:
        sweep(folder, made)
        raise Refusal(f"不能在“{folder}”建立文件夹。请换一个位置", "read-only") from error
    except BaseException:
        sweep(folder, made)
        raise


def _office_at(address: str) -> dict[str, str]:
    """Whose store a database holds."""
    engine = engines.server_engine(address)
    try:
        with engine.connect() as connection:
            if revision(connection) is None:
                raise Refusal(
                    "这个数据库里还没有四基的数据。请先用 siji new 在里面新建，或用 siji move 把原来的数据搬进去",
                    "not-a-workspace",
                )
        with Session(engine) as session:
            found = session.get(Office, settings.get(session, "office_id"))
            if found is None:
                raise Refusal("这个数据库里的数据不完整。请服务器管理员从备份恢复", "damaged")
            return {"code": found.code, "name": found.name}
    finally:
        engine.dispose()
