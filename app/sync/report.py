"""Says what an import came to: findings, single changes as a person reads them, and the sentence."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import checks, listing
from app.findings import Level
from app.ledgers.catalogue import LEDGERS
from app.policy import Policies
from app.sync import chain, choices, register, scope
from app.sync.manifest import Manifest
from app.sync.outcome import Detail, Outcome, RecordFinding
from app.sync.rows import Changed, Intake
from app.sync.scope import Line
from db.fields import Field
from db.journal import stored_rows
from db.models.handoff import ConflictLine
from db.models.record import models

FINDINGS = 2000
"""How many remarks of the checks are listed."""

CHECKED = 5_000
"""How many changed records are checked one by one. A township's package hardly ever has more; a whole county's has."""

AT_ONCE = 1000
"""Records that are checked at a time."""


def drift(
    session: Session, line: Line, peer_id: str, replica: str, manifest: Manifest, *, newcomer: bool
) -> list[RecordFinding]:
    """Compares the store with the sender's totals, where they must be equal: nothing here that the sender has not seen,
    nothing put off, and the sender no stranger that may be behind."""
    up = manifest.direction == "up"
    if newcomer and manifest.sequence > 0 and _known_before(session, peer_id):
        return []
    if session.scalars(select(ConflictLine.record_id).where(ConflictLine.peer_id == peer_id).limit(1)).first():
        return []
    here = scope.totals(session, line, up=up)
    differing = [
        name
        for name in sorted({*here, *manifest.totals})
        if name in models()
        and (here[name].digest if name in here else None)
        != (manifest.totals[name].digest if name in manifest.totals else None)
    ]
    since = chain.base_upto(session, peer_id, replica)
    if not differing or scope.unseen(session, line, up=up, since=since, peer=peer_id, ledgers=differing):
        return []
    titles = "、".join(LEDGERS[name].title for name in differing)
    return [
        RecordFinding(
            differing[0], "", None, Level.WARNING, "drift",
            f"导入后“{titles}”与“{manifest.sender.name}”报来的总数对不上，两边的数据已有出入。请对方导出一个完整包再导入",
        )
    ]  # fmt: skip


def _known_before(session: Session, peer_id: str) -> bool:
    return bool(register.lines(session, peer_id, sent=False))


def checked(session: Session, work: Intake) -> list[RecordFinding]:
    """What the ledgers' checks say of the changed records: of the first `CHECKED` ones, and then that there are more.
    The first `FINDINGS` remarks are listed."""
    policy, look = Policies.read(session), checks.Look(session, None)
    found: list[RecordFinding] = []
    left = CHECKED
    for name, ids in work.touched.items():
        ledger, some = LEDGERS[name], ids[:left]
        left -= len(some)
        for start in range(0, len(some), AT_ONCE):
            rows = stored_rows(session.connection(), ledger.model, some[start : start + AT_ONCE])
            look.announce(ledger.model, list(rows.values()))
            for record_id, row in rows.items():
                look.turn_to(record_id, row["office_id"])
                found += [
                    RecordFinding(name, record_id, f.field, f.level, f.rule, f.message)
                    for f in checks.run(ledger, row, look, policy)
                ]
            if len(found) >= FINDINGS:
                return found[:FINDINGS]
    if (all_of_them := sum(map(len, work.touched.values()))) > CHECKED:
        message = (
            f"这个包改动了 {all_of_them} 条记录，这里只逐条核对了前 {CHECKED} 条。"
            "其余的在导入以后由工作台逐条检查，有疑问的会列为“存疑”"
        )
        found.append(RecordFinding(next(iter(work.touched)), "", None, Level.WARNING, "checked", message))
    return found


def details(session: Session, changed: Sequence[Changed]) -> tuple[Detail, ...]:
    """The changed records as a person reads them."""
    by_ledger: dict[str, list[str]] = defaultdict(list)
    targets: dict[str, set[str]] = defaultdict(set)
    for one in changed:
        by_ledger[one.ledger].append(one.id)
        for name in one.after:
            target = _target(LEDGERS[one.ledger].fields.get(name), name)
            if target:
                targets[target].update(v for v in (one.before.get(name), one.after[name]) if v)
    titles: dict[str, str] = {}
    for name, ids in by_ledger.items():
        titles.update(listing.record_titles(session, LEDGERS[name], ids))
    for name, wanted in targets.items():
        titles.update(listing.record_titles(session, LEDGERS[name], sorted(wanted - set(titles))))
    found = []
    for one in changed:
        ledger = LEDGERS[one.ledger]
        changes = tuple(
            (
                choices.label_of(ledger, name),
                _text(ledger.fields.get(name), name, one.before.get(name), titles),
                _text(ledger.fields.get(name), name, value, titles),
            )
            for name, value in one.after.items()
        )
        found.append(Detail(one.ledger, one.id, titles.get(one.id, ""), one.action, changes))
    return tuple(found)


def _target(spec: Field | None, name: str) -> str | None:
    return spec.target if spec is not None else "office" if name == "office_id" else None


def _text(spec: Field | None, name: str, value: Any, titles: dict[str, str]) -> str:
    if value is None:
        return ""
    if _target(spec, name):
        return titles.get(value, "（未登记）")
    return f"已删除（{value[:10]}）" if spec is None else spec.show(value, masked=True)


def sentence(outcome: Outcome, undecided: int) -> str:
    """What the import came to, in one sentence."""
    counts = (
        f"新增 {outcome.created:,} 条，修改 {outcome.updated:,} 条，"
        f"删除 {outcome.deleted:,} 条，不变 {outcome.unchanged:,} 条"
    )
    head = f"“{outcome.from_name}”第 {outcome.sequence} 号包"
    if undecided:
        return f"{head}有 {undecided} 处两边都改过，要有人决定，现在什么都没有改动。请逐处选定后再导入"
    if not outcome.ledgers:
        counts = "是回执，没有要改的记录"
    told = f"，{outcome.put_off} 条先放着等决定" if outcome.put_off else ""
    warned = "。" + "；".join(one.message for one in outcome.findings if one.rule == "drift")
    return f"{head}：{counts}{told}{warned if warned != '。' else ''}"
