"""Takes a package's rows into an open batch: who may write them, how they merge, what must exist, what was changed."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select

from app import blobs
from app.ledgers.catalogue import LEDGERS
from app.ledgers.ledger import Ledger
from app.sync import choices, wire
from app.sync.choices import Choice, Conflict
from app.sync.manifest import Blob, Fate, Manifest
from app.sync.merge import Forked, Kind, Merged, merge, owners_word, take
from app.sync.outcome import DETAILS
from app.sync.package import Package, damaged
from app.sync.register import FATES, Counts
from app.sync.scope import Line, addressed, line_between
from app.sync.version import stamp_of
from db.engine import filling
from db.errors import Refusal
from db.fields import Authority
from db.journal import Batch, Columns, Progress, Values, by_column, present, stored_rows
from db.models.common import Remark
from db.models.handoff import ConflictLine
from db.models.organisation import Office
from db.models.record import Record, dump, fields_of, merged_fields, models, table_of

Decide = Callable[[Conflict], Choice]


@dataclass(frozen=True)
class Sender:
    """Who sent the package, and what follows from it.

    Attributes:
        office: its id; `name` as people call it.
        line: the line between the two offices, None while joining, when nothing is known yet and all is taken.
        up: whether the package comes from below.
        newcomer: it comes from a replica that this store has not met: a stamp with two values is then shown as a
            conflict, because this is how a fork is mended.
        former: names that this office's own copies have had: the other side may bring back what they wrote.
    """

    office: str
    name: str
    line: Line | None
    up: bool
    newcomer: bool = False
    former: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Changed:
    """One changed record as it will be shown."""

    ledger: str
    id: str
    action: str
    before: Values
    after: Values


def fork(sender: str) -> Refusal:
    """Two computers behind one replica id, and how to mend it."""
    return Refusal(
        f"“{sender}”有两台电脑（或一份复制出来的数据）在用同一个副本编号，两边的内容对不上，没有导入任何内容。"
        "请该单位只留一台电脑，在那台上备份再恢复一次（成为新的副本），然后导出一个包",
        "fork",
    )


def not_allowed(sender: str, what: str) -> Refusal:
    """The package writes what its sender does not own."""
    return Refusal(
        f"“{sender}”的包里有不归它填写的内容：{what}。没有导入任何内容，请该单位改正后重新导出", "not-allowed"
    )


@dataclass
class Intake:
    """The work on one package inside one batch; what it gathers becomes the outcome."""

    batch: Batch
    sender: Sender
    peer_id: str
    decide: Decide | None = None
    automatic: Choice | None = None
    at: str = ""
    counts: dict[str, Counts] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    open: int = 0
    """Conflicts that nobody has decided: the batch must be rolled back."""
    put_off: int = 0
    fates: list[Fate] = field(default_factory=list)
    more_fates: int = 0
    changed: list[Changed] = field(default_factory=list)
    touched: dict[str, list[str]] = field(default_factory=dict)
    """All created or updated records that are live, by ledger; `changed` shows the first of them."""
    digest: Any = field(default_factory=hashlib.sha256)
    _unresolved: dict[str, dict[str, tuple[str, int, str]]] = field(default_factory=dict)
    _kept_aside: set[str] | None = None

    # ---------------------------------------------------------------- rows

    def tables(self, package: Package, manifest: Manifest, progress: Progress | None) -> None:
        """Takes in every table of the package. Raises `Refusal` for the first row that may not come in."""
        total, done = sum(member.rows for member in manifest.records), 0
        for member in manifest.records:
            model, before = models().get(member.table), done
            if model is None:
                raise Refusal(f"包里有不认识的台账 {member.table}。请对方用最新的程序重新导出", "invalid-record")
            added = wire.added(model, manifest.schema)
            with filling(self.batch.session.connection(), table_of(model), member.rows):
                for block, first in package.blocks(member):
                    lines = wire.decode_lines(model, block, first, manifest.schema)
                    self._take(model, lines, first, added)
                    done += len(lines)
                    if progress is not None:
                        progress(done, total, f"正在核对“{LEDGERS[member.table].title}”")
            if done - before != member.rows:  # an empty line is no record
                raise damaged(f"{member.table} 表与清单不符")
            if model is Office and self.sender.line is not None:
                # a county's package brings its townships, and then what they own; offices come before all else
                line = line_between(self.batch.session, self.sender.line.upper, self.sender.line.lower)
                self.sender = replace(self.sender, line=line)
        self._resolve()

    def _take(self, model: type[Record], lines: list[Any], first: int, added: Values) -> None:
        name, ledger = model.__tablename__, LEDGERS[model.__tablename__]
        ids = [line.id for line in lines]
        if len(set(ids)) != len(ids):
            raise wire.InvalidRecord(name, first, "同一条记录出现了两次")
        stored = stored_rows(self.batch.session.connection(), model, ids)
        if not stored and (columns := wire.whole_columns(model, lines)) is not None:
            self._take_new(model, ledger, columns, first)
            return
        rows = [wire.row_of(line) for line in lines]
        counts = self.counts.setdefault(name, Counts())
        merged_names, required = merged_fields(model), wire.required(model)
        whole = len(wire.columns_of(model))
        owner = self._owner_check(model, ledger)
        inserts: list[Values] = []
        taken: list[tuple[Values, Values]] = []
        ours: list[tuple[Values, Values]] = []
        for number, row in enumerate(rows, first):
            old = stored.get(row["id"])
            owner(row, old, number)
            if old is None:
                if added:
                    row.update({column: value for column, value in added.items() if column not in row})
                if len(row) < whole and any(one not in row for one in required):
                    label = fields_of(model)[wire.missing_columns(model, row)[0]].label
                    raise wire.InvalidRecord(name, number, f"缺少“{label}”")
                inserts.append(row)
                continue
            try:
                merged = self._merged(ledger, old, row, merged_names)
            except Forked:
                raise fork(self.sender.name) from None
            if merged.clashes:
                self._clash(ledger, old, row, merged, ours, counts)
            elif merged.kind is Kind.KEEP:
                counts.unchanged += 1
            else:
                self._count(name, old, merged.row, counts)
                (taken if merged.kind is Kind.TAKE else ours).append((old, merged.row))
                self._settled(row["id"])
        self._links(
            model, {column: [row.get(column) for row in rows] for column, _ in wire.links_of(model)}, ids, first
        )
        if inserts:
            self._insert(model, by_column(table_of(model), inserts), counts)
        if taken:
            self.batch.write_rows(model, updates=taken, sender=self.sender.office)
        if ours:
            self.batch.write_rows(model, updates=ours)

    def _take_new(self, model: type[Record], ledger: Ledger, columns: Columns, first: int) -> None:
        """Whole rows of which none is here yet."""
        owner, last = self._owner_check(model, ledger), None
        looked_at = ("office_id", "version", "stamps", *ledger.passes, *_county_columns(ledger))
        for number, values in enumerate(zip(*map(columns.__getitem__, looked_at), strict=True), first):
            if values != last:
                owner(dict(zip(looked_at, values, strict=True)), None, number)
            last = values
        self._links(model, columns, columns["id"], first)
        self._insert(model, columns, self.counts.setdefault(model.__tablename__, Counts()))

    def _merged(self, ledger: Ledger, old: Values, row: Values, names: Sequence[str]) -> Merged:
        """The merge of two rows; of what belongs to the superior, or passes through it, its word stands."""
        line, newcomer = self.sender.line, self.sender.newcomer
        if line is None:  # who joins with records of its own gives over those that every office starts from
            return take(old, row, names)
        if not self.sender.up and line.below.isdisjoint({old["office_id"], row["office_id"]}):
            passed = [name for name in names if name in row or name not in ledger.stays]
            taken = owners_word(old, row, passed, newcomer=newcomer)
            if taken is not None:
                return taken
        return merge(old, row, names, fork_is_clash=newcomer)

    def _insert(self, model: type[Record], columns: Columns, counts: Counts) -> None:
        name, ids = model.__tablename__, columns["id"]
        live = [one for one, deleted in zip(ids, columns["deleted_at"], strict=True) if deleted is None]
        counts.created += len(live)
        counts.deleted += len(ids) - len(live)
        self.digest.update("".join([f"+{one}" for one in ids]).encode())
        self.touched.setdefault(name, []).extend(live)
        for place in range(min(DETAILS - len(self.changed), len(ids))):
            row = {one: values[place] for one, values in columns.items()}
            action = "created" if row["deleted_at"] is None else "deleted"
            after = {one: row[one] for one in fields_of(model) if row.get(one) is not None}
            self.changed.append(Changed(name, row["id"], action, {}, after))
        self.batch.write_columns(model, columns, self.sender.office)

    def _count(self, name: str, old: Values, new: Values, counts: Counts) -> None:
        """Counts one update and remembers it. New versions without a new value leave the record as it was."""
        after = {one: value for one, value in new.items() if one not in ("version", "stamps") and old[one] != value}
        self.digest.update(f"~{old['id']}{dump(after)}".encode())
        if not after:
            counts.unchanged += 1
            return
        deleted = "deleted_at" in after and after["deleted_at"] is not None
        if deleted:
            counts.deleted += 1
        else:
            counts.updated += 1
            self.touched.setdefault(name, []).append(old["id"])
        if len(self.changed) < DETAILS:
            before = {one: old[one] for one in after}
            self.changed.append(Changed(name, old["id"], "deleted" if deleted else "updated", before, after))

    # ---------------------------------------------------------------- who may write what

    def _owner_check(self, model: type[Record], ledger: Ledger) -> Callable[[Values, Values | None, int], None]:
        line, sender, replica = self.sender.line, self.sender, self.batch.replica
        if line is None:
            return lambda row, old, number: None
        if sender.up and line.county_only and ledger.authority is Authority.COUNTY:
            raise not_allowed(sender.name, f"“{ledger.title}”由县里填写")
        below, mine = line.below, line.above | line.below
        guarded = _county_columns(ledger) if sender.up and line.county_only else ()

        def check(row: Values, old: Values | None, number: int) -> None:
            owners = {row["office_id"]} if old is None else {row["office_id"], old["office_id"]}
            right = owners <= below if sender.up else not owners.isdisjoint(mine) or addressed(ledger, line, row, old)
            if not right and not (model is Office and not sender.up):
                raise not_allowed(sender.name, f"“{ledger.title}”第 {number} 行属于别的单位")
            if row["version"].get(replica, 0) > (old["version"].get(replica, 0) if old else 0):
                raise fork("本单位")
            for name in guarded:
                self._guard(ledger, name, row, old, number)

        return check

    def _guard(self, ledger: Ledger, name: str, row: Values, old: Values | None, number: int) -> None:
        """A column of the county's may come up only as the county itself wrote it."""
        if row.get(name) == (old[name] if old else None):
            return
        stamp = stamp_of(row["stamps"], name)
        known = old is not None and old["version"].get(stamp[0], 0) >= stamp[1]
        if not known and stamp[0] not in self.sender.former:
            label = ledger.fields[name].label
            raise not_allowed(self.sender.name, f"“{ledger.title}”第 {number} 行的“{label}”由县里填写")

    # ---------------------------------------------------------------- conflicts

    def _clash(
        self,
        ledger: Ledger,
        old: Values,
        row: Values,
        merged: Merged,
        ours: list[tuple[Values, Values]],
        counts: Counts,
    ) -> None:
        session = self.batch.session
        found = [
            choices.conflict(session, ledger, old, row, clash.field, up=self.sender.up) for clash in merged.clashes
        ]
        self.conflicts += found
        decisions = [self._choice(one) for one in found]
        self.digest.update(f"!{old['id']}{[choice and (choice.kind, choice.value) for choice in decisions]}".encode())
        if any(choice is None for choice in decisions):
            self.open += sum(1 for choice in decisions if choice is None)
            counts.unchanged += 1
            return
        settled = [choice for choice in decisions if choice is not None]
        if any(choice.kind == "later" for choice in settled):
            self._put_off(ledger, row)
            counts.unchanged += 1
            for one in found:
                self._fate(one, "put-off", "ours")
            return
        values = {
            one.field: choices.decided(session, ledger, choice, one.field, old[one.field], row[one.field])
            for one, choice in zip(found, settled, strict=True)
        }
        new = choices.decision(old, merged.row, values, self.batch.replica)
        self._count(ledger.id, old, new, counts)
        ours.append((old, new))
        self._settled(old["id"])
        for one, choice in zip(found, settled, strict=True):
            self._fate(one, "returned" if choice.kind == "return" else "decided", choice.kind)
            if choice.kind == "return":
                send_back(self.batch, self.sender, one, choice.text)

    def _choice(self, one: Conflict) -> Choice | None:
        if self.automatic is not None:
            return self.automatic
        return self.decide(one) if self.decide is not None else None

    def _put_off(self, ledger: Ledger, row: Values) -> None:
        self.put_off += 1
        self.batch.session.merge(
            ConflictLine(
                record_id=row["id"],
                ledger=ledger.id,
                peer_id=self.peer_id,
                theirs=wire.line_of(ledger.model, row),
                at=self.at,
                batch_id=self.batch.id,
            )
        )
        self._aside().add(row["id"])

    def _settled(self, record_id: str) -> None:
        """A later row of theirs that could be taken replaces the one that was kept aside."""
        if record_id in self._aside():
            self._aside().discard(record_id)
            line = self.batch.session.get(ConflictLine, record_id)
            if line is not None:
                self.batch.session.delete(line)

    def _aside(self) -> set[str]:
        if self._kept_aside is None:
            self._kept_aside = set(self.batch.session.scalars(select(ConflictLine.record_id)))
        return self._kept_aside

    def _fate(self, one: Conflict, fate: str, kept: str) -> None:
        if len(self.fates) < FATES:
            self.fates.append(Fate(one.ledger, one.id, one.field, fate, kept))
        else:
            self.more_fates += 1

    # ---------------------------------------------------------------- links and attachments

    def _links(self, model: type[Record], columns: Columns, ids: Sequence[str], first: int) -> None:
        """Remembers the links of these rows whose records are not in the store yet: they must come in the package."""
        connection = self.batch.session.connection()
        for column, target in wire.links_of(model):
            wanted = set(columns[column]) - {None}
            if target == model.__tablename__:
                wanted.difference_update(ids)
            wanted -= present(connection, table_of(models()[target]), wanted)
            if wanted:
                unresolved = self._unresolved.setdefault(target, {})
                for number, value in enumerate(columns[column], first):
                    if value in wanted:
                        unresolved.setdefault(value, (model.__tablename__, number, column))

    def _resolve(self) -> None:
        connection = self.batch.session.connection()
        for target, wanted in self._unresolved.items():
            for missing in sorted(wanted.keys() - present(connection, table_of(models()[target]), wanted)):
                name, number, column = wanted[missing]
                raise wire.InvalidRecord(
                    name, number, f"栏目 {column} 指向的“{LEDGERS[target].title}”记录不在包里，这里也没有"
                )

    def blobs(self, package: Package, found: list[Blob], progress: Progress | None) -> None:
        """Takes in attachments' bytes; what is here already is read past, and still checked."""
        session = self.batch.session
        total, done = sum(blob.bytes for blob in found), 0

        def counted(pieces: Iterable[bytes]) -> Iterator[bytes]:
            nonlocal done
            for piece in pieces:
                done += len(piece)
                if progress is not None:
                    progress(done >> 10, total >> 10, "正在接收附件")
                yield piece

        for blob in found:
            pieces = counted(package.pieces(blob))
            if blobs.size(session, blob.sha256) == blob.bytes:
                for _ in pieces:
                    pass
            else:
                blobs.keep(session, blob.sha256, pieces)


def _county_columns(ledger: Ledger) -> tuple[str, ...]:
    """The columns that the county alone writes."""
    return tuple(name for name, spec in ledger.fields.items() if spec.authority is Authority.COUNTY)


def send_back(batch: Batch, sender: Sender, one: Conflict, text: str) -> None:
    """A remark that asks the township to look at a record again; it goes down with the next package."""
    if not sender.up:
        raise Refusal("只有上级可以退回核实。请选保留哪一方的值，或者先放一放", "not-allowed")
    batch.create_rows(
        Remark,
        [
            {
                "office_id": sender.line.upper if sender.line else sender.office,
                "target_office_id": sender.office,
                "ledger": one.ledger,
                "record": one.id,
                "field": one.field if one.field in LEDGERS[one.ledger].fields else None,
                "text": text or f"“{one.label}”两边填得不一样，请核实后改正",
                "status": "01",
            }
        ],
    )
