"""Writes packages: what a peer has not acknowledged, sealed for it and for the sender, onto the stick."""

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.metadata import version as program_version
from pathlib import Path
from typing import Any

import zstandard
from sqlalchemy import ColumnElement, and_, case, func, not_, or_, select
from sqlalchemy.orm import Session

from app import blobs, listing
from app.files import room
from app.ledgers.catalogue import LEDGERS
from app.sync import manifest as manifests
from app.sync import package, register, scope, seal, stick, wire
from app.sync.manifest import Acknowledged, Blob, Invitation, Keys, Manifest, Member, Party
from app.sync.register import Counts, Summary
from app.team import stagnant
from app.workspace import Workspace
from db import clock
from db.errors import Refusal
from db.ids import new_id
from db.journal import ChangeLine, Progress
from db.migrations.upgrade import SCHEMA
from db.models.common import Attachment
from db.models.handoff import PackageLine, Peer
from db.models.organisation import Office
from db.models.record import Record

KEPT = 16 << 20
"""How many compressed bytes of lines are kept between measuring and writing; beyond, a ledger is read a second time."""

FILES = 8000
"""How many attachments one package may carry: their list stands in the manifest, which is at most 1 MiB."""


@dataclass(frozen=True)
class Sent:
    """One package written.

    `kind` is `snapshot` or `changes`; a package with no records is the receipt for what the other side sent.
    `left_out` has a sentence for each attachment whose bytes could not go with it; `id` is that of its line in the book
    of packages.
    """

    id: str
    file: Path
    office_code: str
    office_name: str
    sequence: int
    kind: str
    records: int
    digest: str
    counts: Mapping[str, int]
    bytes: int
    left_out: tuple[str, ...] = ()

    @property
    def receipt(self) -> bool:
        """Whether it carries nothing but the acknowledgement."""
        return self.records == 0


@dataclass(frozen=True)
class Composed:
    """A package ready to be written, and the line by which the store will remember it."""

    id: str
    manifest: Manifest
    data: bytes
    parts: tuple[package.Part, ...]
    upto: int
    told: int
    news: dict[str, Counts]
    builds_on: str | None
    left_out: tuple[str, ...]

    @property
    def digest(self) -> str:
        return manifests.digest_of(self.data)

    @property
    def counts(self) -> dict[str, int]:
        return {member.table: member.rows for member in self.manifest.records}

    @property
    def size(self) -> int:
        """Bytes that the package has at most, but for its records, which get much smaller."""
        return sum(blob.bytes for blob in self.manifest.files)

    def remember(self, session: Session, peer_id: str, replica: str, file: Path) -> None:
        """Puts into the store what it keeps of the package once it is out; `file` is the one in the archive."""
        summary = Summary(
            ledgers={name: Counts(updated=rows) for name, rows in self.counts.items()},
            live={name: total.live for name, total in self.manifest.totals.items()},
            records=sum(self.counts.values()),
            told=self.told,
            news=self.news,
            bytes=file.stat().st_size,
        )
        line = PackageLine(
            id=self.id,
            place=register.next_place(session),
            peer_id=peer_id,
            sent=True,
            replica=replica,
            sequence=self.manifest.sequence,
            digest=self.digest,
            kind=self.manifest.kind,
            at=clock.now(),
            file=file.name,
            upto=self.upto,
            builds_on=self.builds_on,
            summary=register.kept(summary),
        )
        session.add(line)
        session.flush()
        register.remember_blobs(session, line.id, self.manifest.files)
        session.flush()


def export(
    ws: Workspace, to: Path, *, code: str | None = None, full: bool = False, progress: Progress | None = None
) -> Sent:
    """Writes the next package for the peer of this code into a folder, without one for the superior.

    `full` asks for a snapshot; a county's then holds all of the township's own records too. Raises `Refusal`, and then
    no file with a package's name is in the folder that was not there before.

    Only to remember it takes a turn: a stick may be slow, and colleagues wait. Where one of them was quicker with this
    peer, the package is composed anew.
    """
    stagnant.bring_up_to_date(ws)
    while True:
        try:
            return _export(ws, to, code, full=full, progress=progress)
        except _Overtaken:
            continue


class _Overtaken(Exception):
    """The package is no longer the next one for its peer."""


def addressees(session: Session, ws: Workspace, code: str | None, *, up: bool | None = None) -> list[Peer]:
    """The peers that a package can be sealed for. Raises `Refusal` where there is none, or the named one cannot be.

    Without a `code`, `up` asks for the superior, or for all below; None is what is usual: a county's townships, where
    there are any, else the superior.
    """
    known, office = list(session.scalars(select(Peer).order_by(Peer.code))), ws.office
    if code is None:
        if up is None:
            up = not office.is_county or {peer.superior for peer in known} == {True}
        wanted = [peer for peer in known if peer.superior is up]
        ready = [peer for peer in wanted if peer.receiving_key]
        if ready:
            return ready
        if up:
            above = office.above
            words = f"本单位还没有加入{above}，没有可以上报的对象。请用{above}给的登记文件加入"
        elif wanted:
            words = f"登记过的{office.below}都还没有交来第一个包，暂时不能给它们导出。请先导入{office.below}的包"
        else:
            words = f"还没有登记任何{office.below}。请先“登记{office.below}”"
        raise Refusal(words, "not-enrolled")
    found = next((peer for peer in known if peer.code == code), None)
    if found is None:
        raise Refusal(f"没有登记过代码为 {code} 的单位。请核对代码，或先登记", "not-enrolled")
    if not found.receiving_key:
        raise Refusal(f"“{found.name}”还没有交来第一个包，或者已被作废，暂时不能给它导出", "not-enrolled")
    return [found]


def _export(ws: Workspace, to: Path, code: str | None, *, full: bool, progress: Progress | None) -> Sent:
    with stick.blaming(to):
        if not to.is_dir():
            raise stick.Trouble.MISSING.refusal(to)
    with ws.read() as session:
        peer = addressees(session, ws, code, up=code is None)[0]
        stands = _standing(session, ws, peer.office_id)
        made = compose(session, ws, peer, full=full, progress=progress)
        name = file_name(ws, peer, made.manifest)
        with stick.blaming(to):
            if (to / name).exists():  # another replica's package of that number, which may not have been taken in yet
                name = f"{Path(name).stem}-{made.digest[:8]}{package.SUFFIX}"
        archived = _archive(session, ws, peer, made, name)
    try:
        with stick.putting(archived, to / name), ws.write() as session:
            if _standing(session, ws, peer.office_id) != stands:
                raise _Overtaken
            made.remember(session, peer.office_id, ws.replica, archived)
    except BaseException:
        discard(ws, archived)
        raise
    return Sent(
        made.id,
        to / name,
        peer.code,
        peer.name,
        made.manifest.sequence,
        made.manifest.kind,
        sum(made.counts.values()),
        made.digest,
        made.counts,
        archived.stat().st_size,
        made.left_out,
    )


def _standing(session: Session, ws: Workspace, peer_id: str) -> tuple[str, str | None, int | None]:
    """What the next package for a peer rests on: while it is the same, the number and the digest before it are free
    and true, what it acknowledges is the last that came, and it is sealed for the peer's own key."""
    key = session.scalars(select(Peer.receiving_key).where(Peer.office_id == peer_id)).first()
    last = select(func.max(PackageLine.place)).where(PackageLine.peer_id == peer_id)
    return ws.replica, key, session.execute(last).scalar()


def _archive(session: Session, ws: Workspace, peer: Peer, made: Composed, name: str) -> Path:
    """Writes a package among the workspace's own, where every one has a name that no other has."""
    keys = seal.own_keys(session)
    recipients = [seal.recipient(peer.receiving_key or ""), keys.receiving.to_public()]
    signature = keys.sign(made.data)
    archived = ws.folder / "packages" / f"{Path(name).stem}-{made.digest[:8]}{package.SUFFIX}"
    archived.parent.mkdir(exist_ok=True)
    room(ws.folder, made.size, "本机磁盘放不下要写的包", "请清理本机磁盘后再导出，这个文件没有写出")
    stick.write(archived, lambda out: package.write(out, made.data, signature, made.parts, recipients))
    return archived


def discard(ws: Workspace, archived: Path) -> None:
    """Takes a package that did not get out from the archive, unless the store remembers it: its bytes may be on the
    stick. It stays, too, where the store does not answer."""
    with suppress(Refusal), ws.read() as session:
        if session.scalars(select(PackageLine.id).where(PackageLine.file == archived.name)).first() is None:
            archived.unlink(missing_ok=True)


def file_name(ws: Workspace, peer: Peer, manifest: Manifest) -> str:
    """`<office>-<direction>-<sequence>.dzb`. The office is the lower of the two, those for many lie side by side."""
    office = ws.office.code if manifest.direction == "up" else peer.code
    return f"{package.stem(office)}-{manifest.direction}-{manifest.sequence}{package.SUFFIX}"


def compose(
    session: Session,
    ws: Workspace,
    peer: Peer,
    *,
    full: bool = False,
    enrolment: Invitation | None = None,
    progress: Progress | None = None,
) -> Composed:
    """Puts together the next package for a peer, in the caller's transaction: it must still be open when the parts are
    read. Each ledger is read once for its size and digest; its lines are kept compressed, or read again."""
    up = peer.superior
    line = replace(line_to(session, ws, peer), bare=enrolment is not None)
    last = register.last(session, peer.office_id, sent=True, replica=ws.replica)
    base = register.base(session, peer.office_id, ws.replica)
    known = None if full or enrolment else base
    content = Content(session, line, peer.office_id, up=up, since=known.upto if known else None, full=enrolment is None)
    members = content.measure(progress)
    # an enrolment file is opened in memory: the first package after it brings what is attached to its records
    files, left_out = ([], ()) if enrolment else content.blobs(register.blobs_there(session, known) if known else set())
    if len(files) > FILES:
        raise Refusal(f"要带的附件有 {len(files)} 个，一个包最多 {FILES} 个。请分批添加附件后再导出", "too-large")
    received = register.last(session, peer.office_id, sent=False)
    untold = register.untold(session, peer.office_id, ws.replica)
    keys = seal.own_keys(session)
    manifest = Manifest(
        manifests.FORMAT,
        Party(ws.office.id, ws.office.code, ws.office.name, ws.replica),
        Party(peer.office_id, peer.code, peer.name, received.replica if received else None),
        "up" if up else "down",
        "changes" if known else "snapshot",
        last.sequence + 1 if last else 1,
        SCHEMA,
        program_version("siji"),
        clock.now(),
        ws.user,
        [member for _, member in members],
        scope.totals(session, line, up=up),
        previous=last.digest if last else None,
        since=known.sequence if known else None,
        acknowledges=Acknowledged(received.replica, received.sequence, received.digest) if received else None,
        files=files,
        results=[register.result_of(one) for one in untold],
        keys=_answer(peer, keys) if up and peer.secret else None,
        enrolment=enrolment,
    )
    data = manifests.encode(_within_limit(manifest))
    parts = [
        package.Part(f"records/{member.table}.jsonl", member.bytes, content.pieces(model, member.rows, progress))
        for model, member in members
    ]
    parts += content.files(files, progress)
    upto = session.execute(select(func.max(ChangeLine.seq))).scalar() or 0
    told = untold[-1].place if untold else received.place if received else 0
    new = {} if enrolment else _due(session, ws, peer, base.upto if base else None)
    news = {member.table: Counts(*new.get(member.table, ())) for _, member in members}
    return Composed(new_id(), manifest, data, tuple(parts), upto, told, news, known.id if known else None, left_out)


def line_to(session: Session, ws: Workspace, peer: Peer) -> scope.Line:
    """The line between this office and a peer."""
    upper, lower = (peer.office_id, ws.office.id) if peer.superior else (ws.office.id, peer.office_id)
    return scope.line_between(session, upper, lower)


def _answer(peer: Peer, keys: seal.OwnKeys) -> Keys:
    signing, receiving = keys.signing_public, keys.receiving_public
    return Keys(signing, receiving, seal.answer(peer.secret or "", signing, receiving))


def _within_limit(manifest: Manifest) -> Manifest:
    """Leaves out fates of single records until the manifest is short enough to be read; their number stays."""
    while len(manifests.encode(manifest)) > manifests.LIMIT and any(one.fates for one in manifest.results):
        results = [
            manifests.Result(
                one.replica, one.sequence, one.digest, one.created, one.updated, one.deleted, one.unchanged, one.at,
                one.fates[: len(one.fates) // 2], one.more + len(one.fates) - len(one.fates) // 2,
            )
            for one in manifest.results
        ]  # fmt: skip
        manifest = manifests.replaced(manifest, results)
    if len(manifests.encode(manifest)) > manifests.LIMIT:
        raise Refusal("包的清单太长，写不下。请减少附件后再导出", "too-large")
    return manifest


class _Kept:
    """Blocks of lines in compressed pieces, as long as there is room for them. They are of one stream: pieces that were
    compressed each for itself leave holes in memory that are several times as large as they are."""

    def __init__(self, room: int) -> None:
        self._packer, self._room = zstandard.ZstdCompressor(level=1).compressobj(), room
        self._pieces: list[bytes] | None = []

    def add(self, block: bytes) -> None:
        """One more block."""
        if self._pieces is not None:
            self._put(self._pieces, self._packer.compress(block))

    def finished(self) -> list[bytes] | None:
        """All the pieces, None when there was no room for them."""
        if self._pieces is not None:
            self._put(self._pieces, self._packer.flush())
        return self._pieces

    def _put(self, pieces: list[bytes], piece: bytes) -> None:
        self._room -= len(piece)
        pieces.append(piece)
        if self._room < 0:
            self._pieces = None


def _unpacked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    unpacker = zstandard.ZstdDecompressor().decompressobj()
    for piece in pieces:
        if block := unpacker.decompress(piece):
            yield block


class Content:
    """The records and attachments that one package carries, read from an open transaction as often as needed."""

    def __init__(
        self, session: Session, line: scope.Line, peer: str, *, up: bool, since: int | None, full: bool
    ) -> None:
        self.session, self.line, self.peer, self.up, self.since, self.full = session, line, peer, up, since, full
        self.total = 0
        self._kept: dict[str, list[bytes]] = {}
        self._room = KEPT
        found = scope.filled(session)
        if since is not None:
            touched = set(session.scalars(select(ChangeLine.ledger).where(ChangeLine.seq > since).distinct()))
            found = {name: model for name, model in found.items() if name in touched}
        self.models: tuple[type[Record], ...] = (Office, *(model for model in found.values() if model is not Office))
        """The ledgers of which something may go: of changes, those with a line in the journal since. An office goes
        with what mentions it, whether or not it has changed."""

    def where(self, model: type[Record]) -> ColumnElement[bool]:
        """Which records of a ledger go."""
        found = scope.going(model, self.line, up=self.up, since=self.since, full=self.full, peer=self.peer)
        if model is Office and not self.up:
            return or_(found, Office.id.in_(self._mentioned()))
        return found

    def _mentioned(self) -> list[str]:
        """Offices beside the two sides that a record which goes points to: the receiver needs their names."""
        found: set[str] = set()
        for model in self.models:
            if model is Office:
                continue
            going = scope.going(model, self.line, up=self.up, since=self.since, full=self.full, peer=self.peer)
            named = scope.office_links(model)
            for name in (*named, "office_id") if LEDGERS[model.__tablename__].passes else named:
                column = getattr(model, name)
                found.update(self.session.scalars(select(column).where(going, column.is_not(None)).distinct()))
            if self.since is not None or (self.full and not self.up):
                left = scope.departed(model, self.line, self.since or 0)
                found.update(self.session.scalars(select(model.office_id).where(left).distinct()))
        return sorted(found - self.line.above - self.line.below)

    def measure(self, progress: Progress | None) -> list[tuple[type[Record], Member]]:
        """Each ledger that has something to go, with its size and digest."""
        if progress is not None:
            self.total = sum(self.count(model) for model in self.models)
        members, done = [], 0
        for model in self.models:
            name = model.__tablename__
            digest, size, rows, kept = hashlib.sha256(), 0, 0, _Kept(self._room)
            for block in self._blocks(model):
                digest.update(block)
                kept.add(block)
                size += len(block)
                rows += block.count(b"\n")
                if progress is not None:
                    progress(
                        (done + rows) // 2, self.total, "正在收集要上报的记录" if self.up else "正在收集要下发的记录"
                    )
            done += rows
            if rows:
                members.append((model, Member(name, rows, size, digest.hexdigest())))
                if (pieces := kept.finished()) is not None:
                    self._kept[name] = pieces
                    self._room -= sum(map(len, pieces))
        return members

    def count(self, model: type[Record]) -> int:
        """How many records of a ledger go."""
        return self.session.execute(select(func.count()).select_from(model).where(self.where(model))).scalar_one()

    def _blocks(self, model: type[Record]) -> Iterator[bytes]:
        stays = LEDGERS[model.__tablename__].stays if not self.up else ()
        where, beside = self.where(model), scope.beside(model, self.line)
        if not stays:
            return self._lines(model, where)
        passing = self._lines(model, and_(where, beside), stays)
        return itertools.chain(self._lines(model, and_(where, not_(beside))), passing)

    def _lines(self, model: type[Record], where: ColumnElement[bool], without: tuple[str, ...] = ()) -> Iterator[bytes]:
        return wire.lines(self.session.connection(), model, wire.select_lines(model, without).where(where), without)

    def pieces(self, model: type[Record], rows: int, progress: Progress | None) -> Any:
        """The lines of a ledger, as a function that reads them afresh."""

        def read() -> Iterable[bytes]:
            done = 0
            kept = self._kept.pop(model.__tablename__, None)
            for block in self._blocks(model) if kept is None else _unpacked(kept):
                if progress is not None:
                    done += block.count(b"\n")
                    progress(self.total // 2 + min(done, rows) // 2, self.total, "正在加密写包")
                yield block

        return read

    def attached(self, there: set[str]) -> dict[str, Attachment]:
        """By digest, an attachment of each content that the receiver is to have and, as far as is known, has not.

        That is not only what is attached to records that go: bytes that could not go with an earlier package go with
        this one.
        """
        own = scope.of_sender(Attachment, self.line, up=self.up)
        wanted = select(Attachment).where(or_(self.where(Attachment), own), Attachment.deleted_at.is_(None))
        found = {one.sha256: one for one in self.session.scalars(wanted.order_by(Attachment.id.desc()))}
        return {sha256: found[sha256] for sha256 in sorted(found.keys() - there)}

    def blobs(self, there: set[str]) -> tuple[list[Blob], tuple[str, ...]]:
        """The attachments' bytes that go, each content once, and a sentence for each that cannot.

        Every one is read and checked: a package with a wrong one would be refused whole.
        """
        found, left_out = [], []
        for sha256, one in self.attached(there).items():
            if blobs.sound(self.session, sha256):
                found.append(Blob(sha256, blobs.size(self.session, sha256)))
            else:
                left_out.append(self._left_out(one))
        return found, tuple(left_out)

    def _left_out(self, one: Attachment) -> str:
        ours = one.office_id == (self.line.lower if self.up else self.line.upper)
        what = "缺失或已损坏" if ours else "还没有收到"
        remedy = "请移除它，再从原来的文件重新添加" if ours else "请原来添加它的单位重新导出一个完整包"
        record = listing.record_titles(self.session, LEDGERS[one.ledger], [one.record]).get(one.record, "")
        whose = f"{LEDGERS[one.ledger].one} {record}".strip()
        return f"附件“{one.name}”（{whose}）的内容{what}，这次没有带上，别的照常写出。{remedy}"

    def files(self, found: list[Blob], progress: Progress | None) -> list[package.Part]:
        """The attachments as members of the package; their bytes are read in pieces."""
        total, done = sum(blob.bytes for blob in found), 0

        def reading(blob: Blob) -> Any:
            def read() -> Iterable[bytes]:
                nonlocal done
                for piece in blobs.pieces(self.session, blob.sha256):
                    done += len(piece)
                    if progress is not None:
                        progress(done >> 10, total >> 10, "正在加密附件")
                    yield piece

            return read

        return [package.Part(f"files/{blob.sha256}", blob.bytes, reading(blob)) for blob in found]


# ---------------------------------------------------------------- what is due


def due(ws: Workspace, code: str | None = None) -> dict[str, tuple[int, int, int]]:
    """By ledger, how many records the next package would carry that were (created, updated, deleted).

    For a county without `code`, summed over its townships.
    """
    with ws.read() as session:
        found: dict[str, tuple[int, int, int]] = {}
        for peer in _peers(session, ws, code):
            known = register.base(session, peer.office_id, ws.replica)
            for name, counts in _due(session, ws, peer, known.upto if known else None).items():
                old = found.get(name, (0, 0, 0))
                found[name] = (old[0] + counts[0], old[1] + counts[1], old[2] + counts[2])
        return found


def pending(ws: Workspace) -> int:
    """How many records have changed since the last package to the superior, for the status bar; 0 without one."""
    with ws.read() as session:
        peer = session.scalars(select(Peer).where(Peer.superior.is_(True))).first()
        if peer is None:
            return 0
        last = register.last(session, peer.office_id, sent=True, replica=ws.replica)
        since = last.upto if last else None
        if since == (session.execute(select(func.max(ChangeLine.seq))).scalar() or 0):
            return 0
        line = line_to(session, ws, peer)
        content = Content(session, line, peer.office_id, up=True, since=since, full=True)
        return sum(content.count(model) for model in content.models)


def attached(session: Session, ws: Workspace, peer: Peer) -> tuple[int, int]:
    """How many attachments' contents the next package for a peer would carry, and their bytes in all."""
    known = register.base(session, peer.office_id, ws.replica)
    since = known.upto if known else None
    content = Content(session, line_to(session, ws, peer), peer.office_id, up=peer.superior, since=since, full=True)
    found = content.attached(register.blobs_there(session, known) if known else set())
    return len(found), sum(one.bytes for one in found.values())


def _peers(session: Session, ws: Workspace, code: str | None) -> list[Peer]:
    """The peer of this code; without one a township's superior, or a county's townships."""
    known = [peer for peer in session.scalars(select(Peer).order_by(Peer.code)) if peer.signing_key or peer.superior]
    return [peer for peer in known if (peer.superior is not ws.office.is_county if code is None else peer.code == code)]


def _due(session: Session, ws: Workspace, peer: Peer, since: int | None) -> dict[str, tuple[int, int, int]]:
    content = Content(session, line_to(session, ws, peer), peer.office_id, up=peer.superior, since=since, full=True)
    found = {}
    for model in content.models:
        name, fresh = model.__tablename__, model.office_id != peer.office_id  # its own it has
        if since is not None:  # else every record is new to it
            lines = select(ChangeLine.record_id).where(ChangeLine.ledger == name, ChangeLine.seq > since)
            fresh = and_(fresh, model.id.in_(lines.where(ChangeLine.before.is_(None))))
        made = case((and_(fresh, model.deleted_at.is_(None)), 1))
        counts = select(func.count(), func.count(model.deleted_at), func.count(made)).select_from(model)
        whole, deleted, created = session.execute(counts.where(content.where(model))).one()
        if whole:
            found[name] = (created, whole - created - deleted, deleted)
    return found
