"""Writes one record for a person: reads what was typed, runs the checks, saves in a batch. The form, the command line
and the table's cells all come through here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app import checks
from app.findings import Finding, Level
from app.ledgers.catalogue import LEDGERS
from app.ledgers.ledger import Ledger
from app.links import refuse_while_needed
from app.ownership import refuse_others, stray_links, strays_apart
from app.policy import Policies
from app.sync.version import seen as has_seen
from app.sync.version import stamp_of
from app.workspace import Workspace
from db import clock
from db.errors import Refusal
from db.journal import Batch, in_parts
from db.models.record import Record, Version
from db.parsing import Unreadable


class Refused(Refusal):
    """A record that fails a check; `findings` say where and why. Nothing was written."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        wrong = checks.errors(findings)
        super().__init__("；".join(one.message for one in wrong), "invalid-record")
        self.findings = tuple(findings)


@dataclass(frozen=True)
class Draft:
    """A record as it would be saved: every field's value, and what the checks found."""

    values: Mapping[str, Any]
    findings: tuple[Finding, ...]

    @property
    def good(self) -> bool:
        return not checks.errors(self.findings)


def draft(
    workspace: Workspace, session: Session, ledger: Ledger, typed: Mapping[str, Any], record_id: str | None = None
) -> Draft:
    """Reads what was typed over the stored record (or the ledger's defaults) and checks the whole.

    Text in `typed` is read as a person wrote it; any other value is taken as it is. Raises `Refusal` for a field or
    record that does not exist.
    """
    values = stored_values(session, ledger, record_id)
    findings: list[Finding] = []
    for name, text in typed.items():
        if name not in ledger.fields:
            raise Refusal(f"“{ledger.title}”没有叫 {name} 的栏目", "no-such-field")
        spec = ledger.fields[name]
        try:
            value = spec.parse(text) if isinstance(text, str) else text
            if spec.target and value is not None:
                value = find_link(session, LEDGERS[spec.target], value, spec.label)
        except Unreadable as error:
            findings.append(Finding(Level.ERROR, name, "unreadable", str(error)))
            continue
        if value != values[name] and not ledger.writable(name, county=workspace.office.is_county):
            findings.append(Finding(Level.ERROR, name, "authority", ledger.closed(name)))
            continue
        values[name] = value
    if record_id is None:
        values = ledger.completed(session, values)
        findings += strays_apart(session, workspace.office, ledger, values, None)
    else:
        stored = get(session, ledger, record_id)
        if stored.office_id == workspace.office.id:
            before = stored_values(session, ledger, record_id)
            findings += strays_apart(session, workspace.office, ledger, values, before)
        changed = {name: value for name, value in values.items() if value != getattr(stored, name)}
        findings += stray_links(session, workspace.office, ledger, stored.office_id, changed)
    unread = {one.field for one in findings}
    found = checks.run(ledger, values, checks.Look(session, record_id), Policies.read(session))
    findings += [one for one in found if one.field not in unread]
    return Draft(values, tuple(findings))


def stored_values(session: Session, ledger: Ledger, record_id: str | None) -> dict[str, Any]:
    """Every field of a stored record, or the defaults of a new one."""
    if record_id is None:
        return {name: ledger.defaults.get(name) for name in ledger.fields}
    record = get(session, ledger, record_id)
    return {name: getattr(record, name) for name in ledger.fields}


def get(session: Session, ledger: Ledger, record_id: str) -> Record:
    """A record, deleted or not. Raises `Refusal` when there is none."""
    record = session.get(ledger.model, record_id)
    if record is None:
        raise Refusal(f"“{ledger.title}”里没有编号为 {record_id} 的记录", "not-found")
    return record


def get_all(session: Session, ledger: Ledger, record_ids: Sequence[str]) -> list[Record]:
    """Several records in this order, read together. Raises `Refusal` when there is no such one."""
    found: dict[str, Record] = {}
    for part in in_parts(record_ids):
        found |= {one.id: one for one in session.scalars(select(ledger.model).where(ledger.model.id.in_(part)))}
    return [found.get(record_id) or get(session, ledger, record_id) for record_id in record_ids]


def find_link(session: Session, target: Ledger, text: str, label: str) -> str:
    """The id of the record that a link's text names: its id, or its unique name or code. Raises `Unreadable`."""
    model = target.model
    if (record := session.get(model, text)) is not None and record.deleted_at is None:
        return record.id
    names = [getattr(model, name) for name in ("name", "code", "resident_id") if name in target.fields]
    found: list[str] = []
    if names:
        live = select(model.id).where(model.deleted_at.is_(None))
        found = list(session.scalars(live.where(or_(*(column == text for column in names))).limit(2)))
    if len(found) == 1:
        return found[0]
    if found:
        raise Unreadable(f"“{label}”有不止一个叫“{text}”的{target.one}，请写代码或身份证号以便区分")
    raise Unreadable(f"“{label}”里的“{text}”在“{target.title}”中找不到，请先登记或核对名称")


def save(
    workspace: Workspace,
    ledger: Ledger,
    typed: Mapping[str, Any],
    record_id: str | None = None,
    seen: Version | None = None,
) -> str:
    """Creates or updates one record in a batch of its own and returns its id. Raises `Refused` with the findings.

    `seen` is the version that the person had before their eyes: what somebody else has written since is not replaced.
    """
    with workspace.edit(label_for(ledger, record_id)) as batch:
        return save_into(workspace, batch, ledger, typed, record_id, seen)


def save_into(
    workspace: Workspace,
    batch: Batch,
    ledger: Ledger,
    typed: Mapping[str, Any],
    record_id: str | None = None,
    seen: Version | None = None,
) -> str:
    """Creates or updates one record inside an open batch."""
    if ledger.authority is not None and not workspace.office.is_county:
        raise Refusal(f"“{ledger.title}”由县里填写，这里不能改", "not-allowed")
    if record_id is None and ledger.kept_by_program:
        raise Refusal(ledger.only_the_program("新增"), "not-allowed")
    if record_id is not None:
        stored = get(batch.session, ledger, record_id)
        if stored.deleted_at is not None:
            raise Refusal(f"这条{ledger.one}记录已经删除，不能再改。要改请先撤销删除", "not-found")
        refuse_others(batch.session, workspace.office, ledger, stored.office_id)
    result = draft(workspace, batch.session, ledger, typed, record_id)
    if record_id is not None and seen is not None:
        unseen = _unseen(ledger, get(batch.session, ledger, record_id), result.values, seen)
        result = Draft(result.values, (*result.findings, *unseen))
    if not result.good:
        raise Refused(result.findings)
    if record_id is None:
        return batch.add(ledger.model(office_id=workspace.office.id, **result.values)).id
    record = get(batch.session, ledger, record_id)
    for name, value in result.values.items():
        if getattr(record, name) != value:
            setattr(record, name, value)
    batch.session.flush()
    return record_id


def _unseen(ledger: Ledger, stored: Record, values: Mapping[str, Any], seen: Version) -> list[Finding]:
    """Errors for what would replace a value that was written after the person looked."""
    found = []
    for name, spec in ledger.fields.items():
        now = getattr(stored, name)
        if now == values[name] or has_seen(stamp_of(stored.stamps, name), seen):
            continue
        shown = "" if spec.target else f"成“{spec.show(now, masked=True)}”" if now is not None else "成空的"
        told = f"“{spec.label}”刚才已由别人改{shown or '过'}。请先返回，再打开这条记录，核对以后保存"
        found.append(Finding(Level.ERROR, name, "changed-meanwhile", told))
    return found


def save_many(workspace: Workspace, ledger: Ledger, typed: Mapping[str, Any], record_ids: Sequence[str]) -> None:
    """Writes the same fields into several records, all or none, as one step to undo."""
    with workspace.edit(f"修改{ledger.one} {len(record_ids)} {ledger.counter}") as batch:
        for record_id in record_ids:
            save_into(workspace, batch, ledger, typed, record_id)


def label_for(ledger: Ledger, record_id: str | None) -> str:
    """The line in the operation log for a single save."""
    return f"{'新增' if record_id is None else '修改'}{ledger.one}"


def delete(workspace: Workspace, ledger: Ledger, record_ids: Sequence[str]) -> None:
    """Deletes records (a tombstone each; it can be undone). Raises `Refusal` while live records still point to one."""
    if ledger.authority is not None and not workspace.office.is_county:
        raise Refusal(f"“{ledger.title}”由县里填写，这里不能删", "not-allowed")
    if ledger.kept_by_program:
        raise Refusal(ledger.only_the_program("删除"), "not-allowed")
    amount = f" {len(record_ids)} {ledger.counter}" if len(record_ids) > 1 else ""

    def not_needed(batch: Batch) -> None:
        refuse_while_needed(batch.session, batch.id, ledger)

    with workspace.edit(f"删除{ledger.one}{amount}", then=not_needed) as batch:
        records = get_all(batch.session, ledger, record_ids)
        for record in records:
            if record.deleted_at is not None:
                raise Refusal(f"这条{ledger.one}记录已经删除过了", "not-found")
            refuse_others(batch.session, workspace.office, ledger, record.office_id, "删")
        for record in records:
            record.deleted_at = clock.now()
