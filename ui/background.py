"""Work off the window's thread: one worker owns the store; the window asks it to read and to write.

This module imports neither SQLAlchemy nor `app` when it is loaded, so that a window can be painted first.
"""

import inspect
import logging
import time
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import shiboken6
from PySide6.QtCore import QMutex, QMutexLocker, QObject, QThread, QWaitCondition, Signal, Slot

from db.errors import Refusal

if TYPE_CHECKING:
    from app.workspace import OfficeCard, Workspace

T = TypeVar("T")
Progress = Callable[[int, int, str], None]
Failed = Callable[[Refusal], None]

log = logging.getLogger(__name__)

EVERY = 0.05
"""Seconds between two reports of progress."""


PACKAGES = "package"
"""Stands in `Changes` for the register of packages."""

Seen = tuple[int, int, int]
"""How far a store was seen: the last line of the journal, how many packages, how many of them acknowledged."""


@dataclass(frozen=True)
class Changes:
    """What a write changed, so that a page refreshes only what it shows."""

    ledgers: frozenset[str]
    """The ids of the ledgers with changed records, and `PACKAGES` when one was sent, received or acknowledged."""


@dataclass(frozen=True)
class Opened:
    """Who the open workspace belongs to, for the window: facts, no store."""

    folder: Path
    office: "OfficeCard"
    superior: str
    """The name of the office above, empty when it is not known."""
    user: str
    encrypted: bool
    shared: bool = False
    """Whether the store is on a server, where other seats may be working too."""


@dataclass(eq=False)
class _Job:
    work: Callable[[], Any]
    then: Callable[[Any], None] | None
    failed: Failed | None
    key: object = None
    task: "Task | None" = None
    writes: bool = False
    stale: bool = False
    outcome: Any = None
    refusal: Refusal | None = None
    changes: Changes | None = None
    alive: Callable[[], bool] = field(default=lambda: True)


class Task(QObject):
    """A long piece of work that reports progress and can be cancelled.

    Signals:
        progress: (done, total, what is being done), at most twenty times a second; a total of 0 is not known.
        finished: after `then` or `failed` was called, whichever it was.
    """

    progress = Signal(int, int, str)
    finished = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.cancelled = False
        self._last, self._text = 0.0, ""

    def cancel(self) -> None:
        """Asks the work to stop; it raises `Cancelled` at its next report and leaves nothing half done."""
        self.cancelled = True

    def report(self, done: int, total: int, text: str) -> None:
        """The `Progress` that the work is given. Called on the worker."""
        if self.cancelled:
            from db.journal import Cancelled

            raise Cancelled
        now = time.monotonic()
        if now - self._last >= EVERY or text != self._text or done == total:
            self._last, self._text = now, text
            self.progress.emit(done, total, text)


class _Worker(QThread):
    """Runs jobs one after the other; a job's outcome goes back to the window's thread by signal."""

    done = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("store")
        self._mutex, self._wake = QMutex(), QWaitCondition()
        self._jobs: deque[_Job | None] = deque()

    def put(self, job: _Job | None) -> None:
        """Queues a job; a queued one with the same key is dropped. None ends the thread."""
        with QMutexLocker(self._mutex):
            if job is not None and job.key is not None:
                for older in [one for one in self._jobs if one is not None and one.key == job.key]:
                    older.stale = True
                    self._jobs.remove(older)
                    self.done.emit(older)
            self._jobs.append(job)
            self._wake.wakeOne()

    def run(self) -> None:
        while True:
            with QMutexLocker(self._mutex):
                while not self._jobs:
                    self._wake.wait(self._mutex)
                job = self._jobs.popleft()
            if job is None:
                return
            if not job.stale:
                _perform(job)
            self.done.emit(job)


def _perform(job: _Job) -> None:
    try:
        job.outcome = job.work()
    except Refusal as refusal:
        job.refusal = refusal
    except Exception as error:
        job.refusal = _cancelled(error) or fault(error)


def _cancelled(error: Exception) -> Refusal | None:
    from db.journal import Cancelled

    return Refusal("已经取消，没有写入任何内容", "cancelled") if isinstance(error, Cancelled) else None


def fault(error: BaseException) -> Refusal:
    """Writes a fault of the program down by its kind and places, never its words, which may hold a person's data."""
    from app import faults

    places = [f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in traceback.extract_tb(error.__traceback__)]
    log.error("%s at %s", type(error).__name__, " > ".join(places[-6:]))
    file = faults.record(error)
    told = f"把 {file} 交给技术人员" if file is not None else "请技术人员来看"
    return Refusal(f"程序出了差错，这一步没有完成，原有的数据没有动。请再试一次；仍然这样时{told}", "fault")


class Desk(QObject):
    """The window's way to the store.

    A callback runs on the window's thread, and only while every QObject that it belongs to (its `self`, or what its
    closure holds) still exists. Refusals go to `failed`; without one, `refused` tells the window's message bar.

    Signals:
        changed: after a write, with the `Changes` it made.
        refused: a `Refusal` that nobody else took.
        opened: a workspace is open; `desk.here` says whose.
        renewed: `desk.here` says so anew: who works, or whether there is a passphrase, has changed.
    """

    changed = Signal(object)
    refused = Signal(object)
    opened = Signal()
    renewed = Signal()
    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.here: Opened | None = None
        self._workspace: Workspace | None = None
        self._seen: Seen = (0, 0, 0)
        self._outstanding: list[_Job] = []
        self._worker = _Worker()
        self._worker.done.connect(self._finish)
        self._worker.start()

    # ---------------------------------------------------------------- asking

    def open(
        self, opener: "Callable[[], Workspace]", then: Callable[[Opened], None], failed: Failed | None = None
    ) -> None:
        """Opens (or makes) a workspace on the worker, closing the one that is open only when that went well."""

        def work() -> Opened:
            workspace = opener()
            if self._workspace is not None:
                self._workspace.close()
            self._workspace = workspace
            _, self._seen = _changed_since(workspace, None)
            return _opened(workspace)

        def kept(here: Opened) -> None:
            self.here = here
            self.opened.emit()
            if alive(then):
                then(here)

        self._put(_Job(work, kept, failed))

    def renew(self, then: Callable[[Opened], None]) -> None:
        """Learns anew whose the workspace is, after its user or passphrase was changed."""

        def kept(here: Opened) -> None:
            self.here = here
            self.renewed.emit()
            if alive(then):
                then(here)

        self._put(_Job(lambda: _opened(self.workspace), kept, None))

    def read(
        self,
        ask: "Callable[[Workspace], T]",
        then: Callable[[T], None],
        failed: Failed | None = None,
        *,
        key: object = None,
    ) -> None:
        """Asks the store. A newer read with the same `key` supersedes an older one, whose `then` is never called."""
        if key is not None:
            for older in self._outstanding:
                older.stale = older.stale or older.key == key
        self._put(_Job(lambda: ask(self.workspace), then, failed, key))

    def write(
        self,
        do: "Callable[[Workspace], T]",
        then: Callable[[T], None] | None = None,
        failed: Failed | None = None,
    ) -> None:
        """Changes the store; emits `changed` before `then` is called."""
        self._put(_Job(lambda: do(self.workspace), then, failed, writes=True))

    def long(
        self,
        do: "Callable[[Workspace, Progress], T]",
        then: Callable[[T], None],
        failed: Failed | None = None,
    ) -> Task:
        """Work over a second, reading or writing, with progress and cancel."""
        task = Task(self)
        self._put(_Job(lambda: do(self.workspace, task.report), then, failed, task=task, writes=True))
        return task

    def aside(self, do: Callable[[Progress], T], then: Callable[[T], None], failed: Failed | None = None) -> Task:
        """Long work that needs no open workspace (the demonstration county, a look into a file)."""
        task = Task(self)
        self._put(_Job(lambda: do(task.report), then, failed, task=task))
        return task

    def close(self) -> None:
        """Cancels what runs, lets queued writes finish, closes the workspace and ends the worker. Blocks meanwhile."""
        if not self._worker.isRunning():
            return
        for job in self._outstanding:
            if job.task is not None:
                job.task.cancel()
            job.stale = job.stale or not job.writes
        self._worker.put(_Job(self._close_workspace, None, None))
        self._worker.put(None)
        self._worker.wait()

    @property
    def busy(self) -> bool:
        """Whether an answer is still owed."""
        return bool(self._outstanding)

    @property
    def workspace(self) -> "Workspace":
        """The open workspace, for the worker alone."""
        if self._workspace is None:
            raise Refusal("还没有打开工作目录。请先打开一个", "not-a-workspace")
        return self._workspace

    # ---------------------------------------------------------------- answering

    def _put(self, job: _Job) -> None:
        callbacks = [one for one in (job.then, job.failed) if one is not None]
        job.alive = lambda: all(alive(one) for one in callbacks)
        if job.writes:
            work = job.work

            def watched() -> Any:
                try:
                    return work()
                finally:
                    job.changes = self._changes()

            job.work = watched
        self._outstanding.append(job)
        self._worker.put(job)

    def _changes(self) -> Changes | None:
        """What was changed since the last time it was asked, everything when that cannot be told: the write that it is
        asked after was done or refused for itself. Called on the worker."""
        if self._workspace is None:
            return None
        try:
            ledgers, self._seen = _changed_since(self._workspace, self._seen)
        except Refusal:
            return _everything()
        except Exception as error:
            fault(error)
            return _everything()
        return Changes(frozenset(ledgers)) if ledgers else None

    @Slot(object)
    def _finish(self, job: _Job) -> None:
        if job in self._outstanding:
            self._outstanding.remove(job)
        if job.changes is not None:
            self.changed.emit(job.changes)
        try:
            self._answer(job)
        finally:
            if job.task is not None:
                job.task.finished.emit()
                job.task.deleteLater()
            if not self._outstanding:
                self.idle.emit()

    def _answer(self, job: _Job) -> None:
        if job.stale or not job.alive():
            return
        if job.refusal is None:
            if job.then is not None:
                job.then(job.outcome)
        elif job.failed is not None:
            job.failed(job.refusal)
        else:
            self.refused.emit(job.refusal)

    def _close_workspace(self) -> None:
        if self._workspace is not None:
            self._workspace.close()
            self._workspace = None


def alive(callback: Callable[..., Any]) -> bool:
    """Whether every QObject that a callback is bound to or encloses still exists."""
    held: list[Any] = []
    queue: list[Any] = [callback]
    while queue:
        one = queue.pop()
        if isinstance(one, QObject):
            held.append(one)
        elif inspect.ismethod(one):
            held.append(one.__self__)
        elif inspect.isfunction(one):
            for cell in one.__closure__ or ():
                try:
                    content = cell.cell_contents
                except ValueError:  # not filled yet
                    continue
                if isinstance(content, QObject) or inspect.ismethod(content):
                    queue.append(content)
        elif hasattr(one, "func"):  # functools.partial
            queue += [one.func, *one.args]
    return all(shiboken6.isValid(one) for one in held if isinstance(one, QObject))


def _opened(workspace: "Workspace") -> Opened:
    from db.models.organisation import Office

    superior = ""
    if workspace.office.superior_id:
        with workspace.read() as session:
            found = session.get(Office, workspace.office.superior_id)
            superior = found.name if found is not None else ""
    return Opened(workspace.folder, workspace.office, superior, workspace.user, workspace.encrypted, workspace.shared)


def _everything() -> Changes:
    from db.models.record import models

    return Changes(frozenset({*models(), PACKAGES}))


def _changed_since(workspace: "Workspace", seen: Seen | None) -> tuple[set[str], Seen]:
    """What the journal and the register of packages say was changed, and how far they go now."""
    from sqlalchemy import Integer, cast, func, select

    from db.journal import ChangeLine
    from db.models.handoff import PackageLine

    last, packages, acknowledged = seen or (0, 0, 0)
    with workspace.read() as session:
        register = session.execute(
            select(func.count(), func.coalesce(func.sum(cast(PackageLine.acknowledged, Integer)), 0)).select_from(
                PackageLine
            )
        ).one()
        if seen is None:
            last = session.execute(select(func.max(ChangeLine.seq))).scalar() or 0
        found = session.execute(
            select(ChangeLine.ledger, func.max(ChangeLine.seq)).where(ChangeLine.seq > last).group_by(ChangeLine.ledger)
        ).all()
    names = {ledger for ledger, _ in found} | ({PACKAGES} if tuple(register) != (packages, acknowledged) else set())
    return names, (max([last, *(number for _, number in found)]), int(register[0]), int(register[1]))
