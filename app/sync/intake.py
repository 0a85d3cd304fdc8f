"""Takes in a package: reads it once, inside one transaction that either keeps all of it or nothing.

The dry run is the import, rolled back; its digest is what the import must come to again.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from app import blobs
from app.files import move, room
from app.sync import adoption, chain, corrections, namesakes, package, register, report, scope, seal, stick, transfers
from app.sync import manifest as manifests
from app.sync.chain import Stop
from app.sync.choices import Choice, Conflict
from app.sync.manifest import Manifest
from app.sync.outcome import Inspection, Outcome
from app.sync.outgoing import line_to
from app.sync.package import Package
from app.sync.register import Summary
from app.sync.rows import Intake, Sender
from app.sync.settling import put_off, settle
from app.workspace import Workspace
from db import clock
from db.errors import Refusal
from db.ids import new_id
from db.journal import Batch, Progress
from db.models.handoff import PackageLine, Peer

AUTOMATIC = {"ask": None, "ours": Choice.OURS, "theirs": Choice.THEIRS}


class _RolledBack(Exception):
    """The transaction has shown what it would do and must leave nothing."""


@dataclass
class _Work:
    """What one attempt has come to so far; `outcome` is filled in as more is known."""

    outcome: Outcome


def take_in(
    ws: Workspace,
    file: Path,
    *,
    decide: Callable[[Conflict], Choice] | None = None,
    conflicts: str = "ask",
    dry_run: bool = False,
    expect: Outcome | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Imports a package, or with `dry_run` shows what the import would do.

    `decide` is asked about each conflict; without it `conflicts` says whose value stands (`ours`, `theirs`), or with
    `ask` the outcome is `conflicts` and nothing is changed. `expect` is what a dry run came to: the import is kept only
    if it comes to the same, and what the checks said is not asked again. A bad package is an outcome with the status
    `refused`, never an exception; what is raised is a fault of ours, `Cancelled` from `progress`, or a `Refusal` about
    this computer (a full disk).
    """
    automatic = None if decide is not None else AUTOMATIC[conflicts]
    work = _Work(Outcome(str(file), "refused"))
    try:
        with _source(ws, file, keep=not dry_run) as (stream, archive):
            return _attempt(ws, stream, archive, work, decide, automatic, dry_run, expect, progress)
    except Stop as stop:
        return replace(work.outcome, status=stop.status, reason=stop.reason, message=stop.message)
    except Refusal as refusal:
        if refusal.reason in _OUR_SIDE:
            raise
        return replace(work.outcome, status="refused", reason=refusal.reason, message=refusal.message)


_OUR_SIDE = frozenset({"disk-full", "read-only", "locked", "disk-error", "cannot-open"})
"""Reasons that say something about this computer, not about the package."""


def _attempt(
    ws: Workspace,
    stream: BinaryIO,
    archive: Callable[[str], str],
    work: _Work,
    decide: Callable[[Conflict], Choice] | None,
    automatic: Choice | None,
    dry_run: bool,
    expect: Outcome | None,
    progress: Progress | None,
) -> Outcome:
    with ws.read() as session:
        if not seal.has_keys(session):
            raise Refusal("本单位还没有加入上级，也没有登记过下级单位，不能导入包。请先加入或登记", "unknown-sender")
        identity = seal.own_keys(session).receiving
    with package.opened(stream, [identity]) as opened:
        with ws.read() as session:
            manifest, peer_id = _head(session, ws, opened, work)
            _room(ws, sum(one.bytes for one in manifest.files if not blobs.size(session, one.sha256)), file=False)
        try:
            with ws.edit(f"导入{manifest.sender.name}第 {manifest.sequence} 号包", kind="receive") as batch:
                if ws.shared:  # while this one waited for its turn, another seat may have taken the same package in
                    _head(batch.session, ws, opened, work)
                outcome = _within(
                    ws, batch, opened, manifest, peer_id, work.outcome, decide, automatic, expect, progress
                )
                if outcome.status == "conflicts" or dry_run:
                    work.outcome = outcome if outcome.status == "conflicts" else replace(outcome, status="dry-run")
                    raise _RolledBack
                if expect is not None and outcome.digest != expect.digest:
                    raise Refusal("预览之后，这里的数据又有了变化，没有导入。请重新预览一次再导入", "changed")
                line = register.last(batch.session, manifest.sender.office, sent=False)
                assert line is not None
                lower = manifest.sender if manifest.direction == "up" else manifest.to
                name = f"{package.stem(lower.code)}-{manifest.direction}-{manifest.sequence}"
                line.file = archive(f"{name}-{opened.digest[:8]}")
                work.outcome = replace(outcome, batch_id=batch.id if batch.changes else None)
        except _RolledBack:
            pass
    return work.outcome


def _head(session: Session, ws: Workspace, opened: Package, work: _Work) -> tuple[Manifest, str]:
    """Everything that can be said of a package before its records are read. Raises `Refusal` or `Stop`."""
    chain.readable(opened)
    manifest = opened.decode()
    work.outcome = replace(
        work.outcome,
        from_code=manifest.sender.code,
        from_name=manifest.sender.name,
        from_above=manifest.direction == "down",
        sequence=manifest.sequence,
        kind=manifest.kind,
        created_at=manifest.created_at,
        created_by=manifest.created_by,
        package_digest=opened.digest,
        counts_claimed={name: total.live for name, total in manifest.totals.items()},
    )
    peer = chain.trusted(session, ws.office.id, opened, manifest)
    chain.in_order(session, peer, manifest, opened.digest)
    return manifest, peer.office_id


def _within(
    ws: Workspace,
    batch: Batch,
    opened: Package,
    manifest: Manifest,
    peer_id: str,
    outcome: Outcome,
    decide: Callable[[Conflict], Choice] | None,
    automatic: Choice | None,
    expect: Outcome | None,
    progress: Progress | None,
) -> Outcome:
    """The import itself, inside its transaction."""
    session = batch.session
    peer = session.get_one(Peer, peer_id)
    if peer_id != manifest.sender.office:
        peer, peer_id = adoption.adopt(batch, peer, manifest.sender.office), manifest.sender.office
    line, up = line_to(session, ws, peer), not peer.superior
    newcomer = register.last(session, peer_id, sent=False, replica=manifest.sender.replica) is None
    before = scope.live_counts(session, line, up=up)
    own = register.lines(session, peer_id, sent=True)
    sender = Sender(peer_id, peer.name, line, up, newcomer, frozenset({one.replica for one in own} - {ws.replica}))
    work = Intake(batch, sender, peer_id, decide, automatic, clock.now())
    work.digest.update(opened.digest.encode())
    work.tables(opened, manifest, progress)
    work.blobs(opened, manifest.files, progress)
    opened.finish()
    chain.pin(peer, manifest)
    results = chain.acknowledge(session, peer, ws.replica, manifest)
    # offices may have come in the package itself
    noticed = report.drift(session, line_to(session, ws, peer), peer_id, ws.replica, manifest, newcomer=newcomer)
    if up:
        corrections.mark_corrected(batch, ws.office.id, peer_id, line)
        noticed += namesakes.found_and_told(batch, work, ws.office.id, line)
    else:
        noticed += transfers.answers_taken_in(batch, work, ws.office)
    rows = sum(member.rows for member in manifest.records)
    summary = Summary(work.counts, dict(outcome.counts_claimed), rows, work.fates, work.more_fates)
    line_id = new_id()
    session.add(
        PackageLine(
            id=line_id,
            place=register.next_place(session),
            peer_id=peer_id,
            sent=False,
            replica=manifest.sender.replica or "",
            sequence=manifest.sequence,
            digest=opened.digest,
            kind=manifest.kind,
            at=clock.now(),
            file="",
            batch_id=batch.id if batch.changes else None,
            summary=register.kept(summary),
        )
    )
    session.flush()
    register.remember_blobs(session, line_id, manifest.files)
    session.flush()
    done = replace(
        outcome,
        status="conflicts" if work.open else "applied",
        ledgers=dict(work.counts),
        conflicts=tuple(work.conflicts),
        noticed=tuple(noticed),
        checked=expect.checked if expect is not None else tuple(report.checked(session, work)),
        details=report.details(session, work.changed),
        counts_before=before,
        results=results,
        put_off=work.put_off,
        digest=work.digest.hexdigest(),
    )
    return replace(done, message=report.sentence(done, work.open))


@contextmanager
def _source(ws: Workspace, file: Path, *, keep: bool) -> Iterator[tuple[BinaryIO, Callable[[str], str]]]:
    """(the package as a stream, a function that gives its copy in the archive a name). An import reads the copy that
    it keeps, so that what is archived is what was read; a copy that got no name is thrown away."""
    stream = _open(file)
    if not keep:
        with stream:
            yield stream, lambda name: name
        return
    folder = ws.folder / "packages"
    copy = folder / f".{new_id()}.part"
    named: list[Path] = []

    def archive(name: str) -> str:
        final = folder / f"{name}{package.SUFFIX}"
        if not final.exists():
            named.append(final)
        with stick.blaming(folder):
            move(copy, final)
        return final.name

    try:
        with stream:
            _room(ws, os.fstat(stream.fileno()).st_size, file=True)
            _copy(stream, copy, file)
        with copy.open("rb") as kept:
            yield kept, archive
    except BaseException:
        for one in named:
            one.unlink(missing_ok=True)
        raise
    finally:
        copy.unlink(missing_ok=True)


def _room(ws: Workspace, size: int, *, file: bool) -> None:
    """Raises `Refusal` when our own disk has no room for a copy of the package, or for the attachments in it, which the
    store writes twice: into its log first."""
    if size:
        remedy = "请清理磁盘后再导入，没有导入任何内容"
        room(ws.folder, size if file else 2 * size, "本机磁盘放不下这个包" + ("" if file else "里的附件"), remedy)


def _open(file: Path) -> BinaryIO:
    try:
        stream = package.open_file(file)
        size = file.stat().st_size
    except FileNotFoundError:
        raise Refusal(f"找不到文件“{file.name}”，U盘可能已拔出。请插好后再试", "damaged") from None
    except OSError as error:
        raise Refusal(f"读不了文件“{file.name}”，它可能是文件夹或没有权限。请核对后再试", "damaged") from error
    if size > package.WHOLE_LIMIT:
        stream.close()
        raise package.too_large("这个文件")
    return stream


def _copy(stream: BinaryIO, copy: Path, file: Path) -> None:
    """Copies in pieces, telling the stick's errors from our disk's."""
    with stick.blaming(copy.parent):
        copy.parent.mkdir(exist_ok=True)
        target = copy.open("wb")
    with target:
        while True:
            try:
                piece = stream.read(1 << 20)
            except OSError as error:
                raise Refusal(f"读取“{file.name}”时出错，U盘可能已拔出或损坏。请插好后再试", "damaged") from error
            with stick.blaming(copy.parent):
                if not piece:  # what the store remembers must outlast a power cut as the store does
                    target.flush()
                    os.fsync(target.fileno())
                    return
                target.write(piece)


def inspect(file: Path, ws: Workspace | None = None) -> Inspection:
    """Looks at a package without importing it; see `Inspection`. Raises `Refusal` for a file that cannot be read."""
    said, digest = _said(file, ws) if ws is not None else (None, None)
    outcome = take_in(ws, file, dry_run=True) if ws is not None else None
    with _open(file) as stream:
        outside, size = package.seal_of(stream), os.fstat(stream.fileno()).st_size
    sealed = "passphrase" if outside.passphrase else "age" if outside.age else "none"
    return Inspection(str(file), size, sealed, outside.recipients, said, digest, outcome)


def _said(file: Path, ws: Workspace) -> tuple[dict[str, Any] | None, str | None]:
    with ws.read() as session:
        if not seal.has_keys(session):
            return None, None
        identity = seal.own_keys(session).receiving
    try:
        with _open(file) as stream, package.opened(stream, [identity]) as opened:
            chain.readable(opened)
            return manifests.plain(opened.decode()), opened.digest
    except Refusal:
        return None, None


__all__ = ["Choice", "Conflict", "Inspection", "Outcome", "inspect", "put_off", "settle", "take_in"]
