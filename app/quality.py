"""The quality of a store: the file's integrity, the journal, and what the ledgers' checks say of every record."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from app import checks
from app.findings import Finding, Level, error, warning
from app.ledgers.catalogue import LEDGERS
from app.ledgers.ledger import Ledger
from app.policy import Policies
from app.sync import departed
from app.sync.namesakes import on_a_roll
from app.workspace import OfficeCard, Workspace
from db import clock
from db.engine import integrity_faults
from db.journal import (
    BatchLine,
    ChangeLine,
    LinesDigest,
    Progress,
    Values,
    digest_of,
    loads,
    stored_rows,
    typed,
)
from db.models.common import Attachment
from db.models.handoff import BlobChunk
from db.models.record import dump, merged_fields, table_of
from db.models.team import Member

CHUNK = 2000
"""How many records are in memory at once."""


@dataclass(frozen=True)
class Found:
    """A finding and where it is. `ledger` and `id` are None for what concerns the whole file."""

    ledger: str | None
    id: str | None
    finding: Finding

    @property
    def is_error(self) -> bool:
        return self.finding.level is Level.ERROR

    def wire(self) -> dict[str, Any]:
        """As the command line prints it."""
        one = self.finding
        return {
            "ledger": self.ledger,
            "id": self.id,
            "field": one.field,
            "level": one.level.value,
            "rule": one.rule,
            "message": one.message,
        }


def check(workspace: Workspace, progress: Progress | None = None) -> list[Found]:
    """Everything that is wrong or doubtful: the file first, then the journal, then the records in ledger order."""
    found = [Found(None, None, error(None, "file", sentence)) for sentence in integrity_faults(workspace.engine)]
    with workspace.read() as session:
        found += torn_batches(session)
        for place, ledger in enumerate(LEDGERS.values()):
            if progress is not None:
                progress(place, len(LEDGERS), ledger.title)
            found += journal_faults(session, ledger)
            found += record_findings(session, ledger)
        found += nowhere(session, workspace.office, clock.today())
        found += lost_bytes(session, workspace.office.id)
    return found


# ---------------------------------------------------------------- the journal


class _Line(msgspec.Struct):
    """The journal's last word on a record: every field ever written, and the version of the last line. `broken` is a
    field whose line starts from another value than the line before it ended with (a line was changed or taken out),
    empty where a line cannot be read at all."""

    values: dict[str, Any]
    version: dict[str, int]
    broken: str | None = None


def journal_faults(session: Session, ledger: Ledger) -> list[Found]:
    """Records that are not what the journal says: a write has gone past it, or a line is missing."""
    connection = session.connection()
    found = [
        Found(
            ledger.id, record_id, error(None, "journal.missing", "操作日志里有这条记录，台账里却没有了。请用备份恢复")
        )
        for record_id in _lost(connection, ledger)
    ]
    for ids in _ids(connection, ledger):
        stored = stored_rows(connection, ledger.model, ids)
        said = _said(connection, ledger, ids)
        for record_id, row in stored.items():
            fault = _fault(ledger, row, said.get(record_id))
            if fault is not None:
                found.append(Found(ledger.id, record_id, fault))
    return found


def torn_batches(session: Session) -> list[Found]:
    """Operations that are not as they were written: some of their lines were taken out, or others put in; another name
    stands there, another time; they are said to be undone by one that says nothing of it."""
    lines: dict[str, LinesDigest] = {}
    wanted = select(ChangeLine.batch_id, ChangeLine.record_id, ChangeLine.version).order_by(ChangeLine.seq)
    for part in session.connection().execute(wanted.execution_options(yield_per=CHUNK)).partitions():
        for batch, record, version in part:
            lines.setdefault(batch, LinesDigest()).add((record,), (version,))
    batches = list(session.scalars(select(BatchLine).order_by(BatchLine.id)))
    undoing = {one.undoes: one.id for one in batches if one.undoes is not None}
    torn = [_torn(one, lines.get(one.id, LinesDigest()), undoing.get(one.id)) for one in batches]
    return [
        Found(None, None, error(None, "journal.batch", f"操作日志被改过：{said}。请核对，或用备份恢复"))
        for said in torn
        if said is not None
    ]


def _torn(one: BatchLine, lines: LinesDigest, undoing: str | None) -> str | None:
    """What is wrong with one operation, whose undoing says that it is `undoing`."""
    if lines.count != one.changes:
        return f"{one.at[:10]} 的“{one.label}”记了 {one.changes} 条变更，现在有 {lines.count} 条"
    if one.digest != digest_of(one, lines):
        return f"{one.at[:10]} {one.user}的“{one.label}”与当时记下的不一致，可能换了经办人、时间、名称或记录"
    if one.undone_by != undoing:
        return f"{one.at[:10]} {one.user}的“{one.label}”撤销没有，前后说的不一样"
    return None


def _said(connection: Connection, ledger: Ledger, ids: Sequence[str]) -> dict[str, _Line]:
    """What the journal says of these records, folded from its lines in order."""
    lines: dict[str, _Line] = {}
    wanted = select(ChangeLine.record_id, ChangeLine.before, ChangeLine.after, ChangeLine.version)
    for record_id, before, after, version in connection.execute(
        wanted.where(ChangeLine.record_id.in_(ids)).order_by(ChangeLine.seq)
    ):
        line = lines.setdefault(record_id, _Line({}, {}))
        try:
            for name, value in loads(before).items():
                if line.broken is None and not _same(ledger, name, value, line.values.get(name)):
                    line.broken = name
            line.values.update(loads(after))
            line.version = loads(version)
        except msgspec.DecodeError:  # not what the program writes
            line.broken = ""
    return lines


def _same(ledger: Ledger, name: str, one: Any, other: Any) -> bool:
    """Whether two values of the journal are one value, however they were written: 120.50 is 120.5."""
    try:
        return bool(one == other or typed(ledger.model, {name: one}) == typed(ledger.model, {name: other}))
    except msgspec.ValidationError:  # what was written in could never be a value of this field
        return False


def _fault(ledger: Ledger, row: Values, line: _Line | None) -> Finding | None:
    if line is None:
        return error(None, "journal.missing", "这条记录没有操作日志，不是用本程序写入的。请核对来源")
    if row["version"] != line.version:
        return error(None, "journal.version", "这条记录的版本与操作日志不一致，可能被别的工具改过。请用备份恢复")
    for name in merged_fields(ledger.model):
        stored, said = row[name], line.values.get(name)
        if dump(stored) != dump(said) and not _same(ledger, name, said, stored):
            title = ledger.fields[name].label if name in ledger.fields else name
            message = f"“{title}”与操作日志不一致，可能被别的工具改过。请核对，或用备份恢复"
            return error(name, "journal.value", message)
    if line.broken is not None:
        title = f"“{ledger.fields[line.broken].label}”" if line.broken in ledger.fields else "这条记录"
        message = f"{title}的操作日志前后接不上，可能有人改过或删过日志。请核对，或用备份恢复"
        return error(line.broken or None, "journal.chain", message)
    return None


def _lost(connection: Connection, ledger: Ledger) -> list[str]:
    """Records that the journal knows and the ledger does not have: nothing ever removes a row."""
    table = table_of(ledger.model)
    known = select(ChangeLine.record_id).where(ChangeLine.ledger == ledger.id).distinct()
    return list(connection.execute(known.where(ChangeLine.record_id.not_in(select(table.c.id)))).scalars())


# ---------------------------------------------------------------- the records


def record_findings(session: Session, ledger: Ledger) -> list[Found]:
    """What the ledger's checks say of its live records, with duplicates and links to deleted records."""
    found: list[Found] = []
    look, policy = checks.Look(session, None), Policies.read(session)
    for ids in _ids(session.connection(), ledger, live=True):
        found += _check_some(session, ledger, ids, look, policy)
    return found + shared_and_dead(session, ledger, found)


def lost_bytes(session: Session, own: str) -> list[Found]:
    """Attachments whose bytes are not all here. A warning where another office's have not arrived yet."""
    length = func.coalesce(func.sum(func.length(BlobChunk.data)), 0)
    short = (
        select(Attachment.id, Attachment.name, Attachment.office_id, length)
        .outerjoin(BlobChunk, BlobChunk.sha256 == Attachment.sha256)
        .where(Attachment.deleted_at.is_(None))
        .group_by(Attachment.id, Attachment.name, Attachment.office_id, Attachment.bytes)
        .having(length != Attachment.bytes)
        .order_by(Attachment.id)
    )
    found = []
    for one, name, office, kept in session.execute(short):
        if office == own or kept:
            sentence = f"附件“{name}”的内容缺失或已损坏。请移除它，再从原来的文件重新添加"
            found.append(Found("attachment", one, error("sha256", "attachment.lost", sentence)))
        else:
            sentence = f"附件“{name}”的内容还没有收到。请等对方的下一个数据包"
            found.append(Found("attachment", one, warning("sha256", "attachment.awaited", sentence)))
    return found


def findings_after(session: Session, ledger: Ledger, last: str, limit: int) -> tuple[list[Found], str | None]:
    """What the checks say of the next few live records after the id `last` (empty: the first), and the id to go on
    after, None when there are no more: a long look in short steps, between which others get their turn."""
    table = table_of(ledger.model)
    wanted = select(table.c.id).where(table.c.id > last, table.c.deleted_at.is_(None)).order_by(table.c.id).limit(limit)
    ids = list(session.connection().execute(wanted).scalars())
    found = _check_some(session, ledger, ids, checks.Look(session, None), Policies.read(session))
    return found, ids[-1] if len(ids) == limit else None


def _check_some(
    session: Session, ledger: Ledger, ids: Sequence[str], look: checks.Look, policy: Policies
) -> list[Found]:
    found: list[Found] = []
    rows = stored_rows(session.connection(), ledger.model, ids)
    look.announce(ledger.model, list(rows.values()))
    for record_id in sorted(rows):
        row = rows[record_id]
        look.turn_to(record_id, row["office_id"])
        found += [Found(ledger.id, record_id, one) for one in checks.run(ledger, row, look, policy)]
    return found


def shared_and_dead(session: Session, ledger: Ledger, found: Sequence[Found]) -> list[Found]:
    """Duplicates and links to deleted records, but for those that the checks have told of as errors."""
    told = {(one.id, one.finding.field) for one in found if one.is_error}
    more = duplicates(session.connection(), ledger) + dead_links(session.connection(), ledger)
    return [one for one in more if (one.id, one.finding.field) not in told]


def duplicates(connection: Connection, ledger: Ledger) -> list[Found]:
    """Live records that share an identity number: an error within one office, for the county to settle between two."""
    table, found = table_of(ledger.model), []
    for name in ledger.numbers_of_one:
        spec = ledger.fields[name]
        column, live = table.c[name], table.c.deleted_at.is_(None)
        shared = select(column).where(live, column.is_not(None)).group_by(column).having(func.count() > 1)
        sharing: Mapping[str, list[tuple[str, str, bool]]] = defaultdict(list)
        for number, record_id, office, counts in connection.execute(
            select(column, table.c.id, table.c.office_id, on_a_roll(ledger.model))
            .where(live, column.in_(shared))
            .order_by(table.c.id)
        ):
            sharing[number].append((record_id, office, bool(counts)))
        for people in sharing.values():
            offices = [office for _, office, _ in people]
            rolls = {office for _, office, counts in people if counts}
            for record_id, office, counts in people:
                if offices.count(office) == 1 and not (counts and len(rolls) > 1):
                    continue  # on one roll only, as after a transfer
                if offices.count(office) > 1:
                    message = f"有 {len(people)} 名{ledger.one}登记了同一个{spec.label}，请核对，合并或更正"
                    one = error(name, "duplicate", message)
                else:
                    message = f"另一个单位也有{ledger.one}登记了这个{spec.label}，请两个单位核对"
                    one = warning(name, "duplicate", message)
                found.append(Found(ledger.id, record_id, one))
    return found


def nowhere(session: Session, office: OfficeCard, today: date) -> list[Found]:
    """Members who left an office by a transfer and came to none below this one. A township cannot tell: whoever leaves
    it is on no roll that it has."""
    if not office.is_county:
        return []
    return [
        Found(Member.__tablename__, one.id, warning("standing", departed.RULE, departed.sentence(one)))
        for one in departed.unsettled(session, office.id, today)
    ]


def dead_links(connection: Connection, ledger: Ledger) -> list[Found]:
    """Live records that point to a deleted one."""
    table, found = table_of(ledger.model), []
    for name, spec in ledger.fields.items():
        if not spec.target:
            continue
        target = table_of(LEDGERS[spec.target].model).alias()
        dead = (
            select(table.c.id)
            .join(target, target.c.id == table.c[name])
            .where(table.c.deleted_at.is_(None), target.c.deleted_at.is_not(None))
        )
        message = f"“{spec.label}”指向的{LEDGERS[spec.target].one}已经删除，请改选"
        found += [
            Found(ledger.id, record_id, error(name, "link", message))
            for record_id in connection.execute(dead).scalars()
        ]
    return found


def _ids(connection: Connection, ledger: Ledger, *, live: bool = False) -> Iterator[list[str]]:
    """The ledger's ids, a chunk at a time, in order."""
    table, last = table_of(ledger.model), ""
    while True:
        wanted = select(table.c.id).where(table.c.id > last).order_by(table.c.id).limit(CHUNK)
        ids = list(connection.execute(wanted.where(table.c.deleted_at.is_(None)) if live else wanted).scalars())
        if not ids:
            return
        yield ids
        last = ids[-1]
