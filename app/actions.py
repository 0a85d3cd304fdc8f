"""What can be done with one record beside editing it, as the ledger declares it: the window's buttons and the command
line both come through here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app import checks, editing
from app.editing import Refused
from app.findings import Finding, Level
from app.ledgers.catalogue import LEDGERS
from app.ledgers.ledger import Action, Case, Deed, Ledger
from app.listing import record_titles
from app.ownership import refuse_others
from app.policy import Policies
from app.workspace import OfficeCard, Workspace
from db import clock
from db.errors import Refusal
from db.journal import Batch, stored_rows
from db.parsing import Unreadable


@dataclass(frozen=True)
class Offer:
    """An action that may be done with a record now.

    Attributes:
        asks: the fields that the person fills in first; those in `needs` must be.
        texts: what to begin with, by field, as a person would type it; a link is an id.
        links: what linked records are called, by id.
    """

    id: str
    title: str
    says: str
    icon: str
    asks: tuple[str, ...]
    needs: frozenset[str]
    texts: Mapping[str, str]
    links: Mapping[str, str]


def offers(session: Session, office: OfficeCard, ledger: Ledger, record_id: str) -> tuple[Offer, ...]:
    """The actions that may be done with a record, in the order of the ledger; none with one that is deleted."""
    if not ledger.actions:
        return ()
    case = _case(session, office, ledger, record_id)
    return tuple(_offer(case, ledger, one) for one in ledger.actions if _possible(case, one))


def act(workspace: Workspace, ledger: Ledger, record_id: str, action_id: str, typed: Mapping[str, str]) -> str:
    """Does one action as one step to undo and returns the sentence of what has happened.

    `typed` is what the person wrote into the fields that the action asks for, read as the form reads it. Raises
    `Refusal`, and then nothing was written.
    """
    action = next((one for one in ledger.actions if one.id == action_id), None)
    if action is None:
        known = "、".join(one.id for one in ledger.actions) or "（没有）"
        raise Refusal(f"“{ledger.title}”没有叫 {action_id} 的操作，可用的有：{known}", "no-such-action")
    with workspace.edit(action.title) as batch:
        case = _case(batch.session, workspace.office, ledger, record_id)
        if not _possible(case, action):
            raise Refusal(f"这条{ledger.one}现在不能“{action.title}”。请刷新后看它的状态", "not-offered")
        given = _read(case, ledger, action, typed)
        deed = action.do(case, given)
        batch.line.label = deed.label[:200]
        write(batch, workspace.office, deed)
    return deed.said


def write(batch: Batch, office: OfficeCard, deed: Deed) -> None:
    """Writes what an action comes to and checks every record that it touches, as the form would have.

    Raises `Refusal` for a record of another office and `Refused` for what fails a check; the caller's transaction must
    then end.
    """
    session = batch.session
    touched: list[tuple[Ledger, str]] = []
    for model, row in deed.creates:
        batch.create_rows(model, [{"office_id": office.id, **row}])
        touched.append((LEDGERS[model.__tablename__], row["id"]))
    for model, record_id, changed in deed.updates:
        ledger = LEDGERS[model.__tablename__]
        stored = stored_rows(session.connection(), model, [record_id])[record_id]
        refuse_others(session, office, ledger, stored["office_id"])
        new = {name: value for name, value in changed.items() if stored[name] != value}
        if new:
            batch.update_rows(model, [(stored, new)])
        if changed.get("deleted_at") is None:
            touched.append((ledger, record_id))
    policy = Policies.read(session)
    wrong: list[Finding] = []
    for ledger, record_id in touched:
        row = stored_rows(session.connection(), ledger.model, [record_id])[record_id]
        values = {name: row[name] for name in ledger.fields}
        wrong += checks.errors(checks.run(ledger, values, checks.Look(session, record_id), policy))
    if wrong:
        raise Refused(wrong)


def _case(session: Session, office: OfficeCard, ledger: Ledger, record_id: str) -> Case:
    return Case(session, office.id, editing.get(session, ledger, record_id), clock.today())


def _possible(case: Case, action: Action) -> bool:
    return case.record.deleted_at is None and action.when(case)


def _offer(case: Case, ledger: Ledger, action: Action) -> Offer:
    asks = tuple(ledger.resolve(name) for name in action.asks.split())
    suggested = action.suggests(case) if action.suggests is not None else {}
    texts, links = {}, {}
    for name, value in suggested.items():
        spec = ledger.fields[name]
        if value is None:
            continue
        texts[name] = value if spec.kind.id in ("code", "codes", "link") else spec.show(value)
        if spec.target:
            links.update(record_titles(case.session, LEDGERS[spec.target], [value]))
    needs = frozenset(ledger.resolve(name) for name in action.needs.split())
    return Offer(action.id, action.title, action.says, action.icon, asks, needs, texts, links)


def _read(case: Case, ledger: Ledger, action: Action, typed: Mapping[str, str]) -> dict[str, Any]:
    """The values asked for; what nobody typed is as suggested. Raises `Refused` with a finding for each field."""
    asks = [ledger.resolve(name) for name in action.asks.split()]
    needs = {ledger.resolve(name) for name in action.needs.split()}
    given = dict(action.suggests(case)) if action.suggests is not None else {}
    findings = []
    for name, text in typed.items():
        if name not in asks:
            raise Refusal(f"“{action.title}”不用填 {name}", "no-such-field")
        spec = ledger.fields[name]
        try:
            given[name] = spec.parse(text)
            if spec.target and given[name] is not None:
                given[name] = editing.find_link(case.session, LEDGERS[spec.target], given[name], spec.label)
        except Unreadable as unreadable:
            given[name] = None
            findings.append(Finding(Level.ERROR, name, "unreadable", str(unreadable)))
    unread = {one.field for one in findings}
    findings += [
        Finding(Level.ERROR, name, "required", f"“{ledger.fields[name].label}”必须填写")
        for name in asks
        if name in needs and given.get(name) is None and name not in unread
    ]
    if findings:
        raise Refused(findings)
    return {name: given.get(name) for name in asks}
