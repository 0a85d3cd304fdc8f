"""Reading and writing single records: ledgers, records, set, delete, history, undo."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from app import actions, checks, editing, listing, record_view
from app.commands.common import (
    Folder,
    Json,
    LedgerName,
    Where,
    assignments,
    field_named,
    give,
    ledger_named,
    new_app,
    opened,
    say,
    show,
    show_table,
)
from app.ledgers.catalogue import LEDGERS
from app.ledgers.ledger import PILLAR_TITLES, Ledger
from app.ledgers.recruitment import STAGNANT_VILLAGES
from app.policy import Policies
from app.workspace import Workspace
from db.errors import Refusal
from db.fields import Field
from db.journal import HistoryEntry, Values, stored_rows, typed
from db.journal import history as history_of
from db.parsing import Unreadable

NAME = None
app = new_app()

RecordId = Annotated[str, typer.Argument(metavar="ID", help="记录编号", show_default=False)]


@app.command()
def ledgers(folder: Folder, json: Json = False) -> None:
    """列出所有台账：编号、名称、记录数、栏目。"""
    with opened(folder, STAGNANT_VILLAGES) as workspace, workspace.read() as session:
        counts = {ledger.id: listing.count(session, ledger, listing.Query()) for ledger in LEDGERS.values()}
    if json:
        give([described(ledger, counts[ledger.id]) for ledger in LEDGERS.values()])
        return
    rows = [
        (ledger.id, ledger.title, PILLAR_TITLES[ledger.pillar], str(counts[ledger.id])) for ledger in LEDGERS.values()
    ]
    show_table(("台账", "名称", "分类", "记录"), rows)


def described(ledger: Ledger, count: int) -> dict[str, Any]:
    """A ledger as scripts see it."""
    return {
        "id": ledger.id,
        "title": ledger.title,
        "pillar": ledger.pillar.value,
        "count": count,
        "authority": ledger.authority,
        "fields": [described_field(spec) for spec in ledger.fields.values()],
        "actions": [{"id": one.id, "title": one.title} for one in ledger.actions],
    }


def described_field(spec: Field) -> dict[str, Any]:
    """A field as scripts see it; `table` is the id of its code table, `target` the ledger that a link points to."""
    return {
        "name": spec.name,
        "label": spec.label,
        "kind": spec.kind.id,
        "required": spec.required,
        "table": spec.table,
        "sensitive": spec.sensitive,
        "authority": spec.authority,
        "target": spec.target,
    }


@app.command()
def records(
    folder: Folder,
    ledger: LedgerName,
    where: Where = None,
    deleted: Annotated[bool, typer.Option("--deleted", help="列出已删除的记录")] = False,
    limit: Annotated[int | None, typer.Option(min=0, help="最多列出多少条", show_default=False)] = None,
    json: Json = False,
) -> None:
    """列出一个台账的记录。同一栏目写几次 --where 时，符合其中一个即可。"""
    found = ledger_named(ledger)
    pairs = assignments(where or (), "--where 栏目=值")
    with opened(folder, found) as workspace, workspace.read() as session:
        query = listing.Query(where=conditions(session, found, pairs), deleted=deleted)
        ids = listing.ids(session, found, query)
        wanted = ids if limit is None else ids[:limit]
        if json:
            give(wire_records(session, found, wanted))
            return
        columns = found.column_names
        views = listing.rows(session, found, wanted, columns) if wanted else []
    show_table(("编号", *(found.heading(name) for name in columns)), [(view.id, *view.cells) for view in views])
    say(
        f"共 {len(ids)} {found.counter}" + (f"，列出前 {len(wanted)} {found.counter}" if len(wanted) < len(ids) else "")
    )


def conditions(
    session: Session, ledger: Ledger, pairs: Sequence[tuple[str, str]]
) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    """What `--where` asks for. Values are read like a person's; none after the sign means that nothing is written."""
    wanted: dict[str, list[Any]] = {}
    for name, text in pairs:
        try:
            name = "office_id" if is_owner(ledger, name) else name
            if name in ("id", "office_id"):
                value = text if name == "id" else editing.find_link(session, LEDGERS["office"], text, "单位")
            else:
                name = field_named(ledger, name)
                spec = ledger.fields[name]
                value = spec.parse(text)
                if spec.target and value is not None:
                    value = editing.find_link(session, LEDGERS[spec.target], value, spec.label)
        except Unreadable as error:
            raise Refusal(str(error), "unreadable") from error
        wanted.setdefault(name, []).append(value)
    return tuple((name, tuple(values)) for name, values in wanted.items())


def is_owner(ledger: Ledger, name: str) -> bool:
    """Whether a written name can only mean the office whose record it is: the ledger is about no other one."""
    return name == "office" and "target_office_id" not in ledger.fields


def wire_records(session: Session, ledger: Ledger, ids: Sequence[str]) -> list[Values]:
    """Whole records as scripts see them, in the order of the ids."""
    rows = stored_rows(session.connection(), ledger.model, ids)
    return [wire_record(ledger, rows[record_id]) for record_id in ids if record_id in rows]


def wire_record(ledger: Ledger, row: Values) -> Values:
    """Codes stay codes, links are ids, money is yuan and a decimal is exact, both as text."""
    fields = {name: spec.wire(row[name]) for name, spec in ledger.fields.items()}
    return {"id": row["id"], "office_id": row["office_id"], "deleted_at": row["deleted_at"], **fields}


@app.command("set")
def set_(
    folder: Folder,
    ledger: LedgerName,
    values: Annotated[list[str], typer.Argument(metavar="f=v…", help="栏目=值；值留空则清除", show_default=False)],
    record_id: Annotated[str | None, typer.Option("--id", help="修改这条记录；不写则新增", show_default=False)] = None,
    json: Json = False,
) -> None:
    """新增或修改一条记录；检查有错就不保存。"""
    found = ledger_named(ledger)
    pairs = assignments(values, "栏目=值")
    owners = [text for name, text in pairs if is_owner(found, name)]
    given = {field_named(found, name): text for name, text in pairs if not is_owner(found, name)}
    with opened(folder) as workspace:
        own = workspace.office
        if any(text not in (own.id, own.code, own.name) for text in owners):
            raise Refusal(f"这里登记的“{found.title}”都归本单位（{own.name}），不能写成别的单位的", "not-allowed")
        try:
            saved = editing.save(workspace, found, given, record_id)
        except editing.Refused as refusal:
            raise Refusal(
                "；".join(checks.labelled(found, one) for one in checks.errors(refusal.findings))
            ) from refusal
        with workspace.read() as session:
            row = stored_rows(session.connection(), found.model, [saved])[saved]
            whole = {name: row[name] for name in found.fields}
            remarks = checks.run(found, whole, checks.Look(session, saved), Policies.read(session))
            for remark in remarks:
                say(f"提醒：{checks.labelled(found, remark)}")
            if json:
                give(wire_record(found, row))
            else:
                show_record(session, found, saved)


@app.command()
def delete(folder: Folder, ledger: LedgerName, record_id: RecordId, json: Json = False) -> None:
    """删除一条记录（可以撤销）。"""
    found = ledger_named(ledger)
    with opened(folder) as workspace:
        editing.delete(workspace, found, [record_id])
        with workspace.read() as session:
            if json:
                give(wire_records(session, found, [record_id])[0])
                return
    show(f"已删除这条{found.one}记录；用 siji undo 可以恢复。")


@app.command()
def act(
    folder: Folder,
    ledger: LedgerName,
    record_id: RecordId,
    action: Annotated[
        str | None, typer.Argument(metavar="ACTION", help="操作；不写则列出这条记录可做的", show_default=False)
    ] = None,
    values: Annotated[
        list[str] | None, typer.Argument(metavar="f=v…", help="操作要填的栏目=值", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """对一条记录做一件事，如接收、退回、登记回执。"""
    found = ledger_named(ledger)
    given = {field_named(found, name): text for name, text in assignments(values or (), "栏目=值")}
    with opened(folder) as workspace:
        said = None if action is None else acted(workspace, found, record_id, action, given)
        with workspace.read() as session:
            possible = actions.offers(session, workspace.office, found, record_id)
            if json:
                wired = [wire_offer(one) for one in possible]
                give(wired if said is None else {"said": said, "record": wire_records(session, found, [record_id])[0]})
                return
    if said is not None:
        show(said)
        return
    for one in possible:
        asked = "、".join(found.fields[name].label for name in one.asks)
        show(f"{one.id}  {one.title}：{one.says}" + (f"要填：{asked}。" if asked else ""))
    if not possible:
        say(f"这条{found.one}现在没有可做的操作。")


def acted(workspace: Workspace, ledger: Ledger, record_id: str, action: str, given: Mapping[str, str]) -> str:
    """The sentence of what was done."""
    try:
        return actions.act(workspace, ledger, record_id, action, given)
    except editing.Refused as refusal:
        raise Refusal(checks.reasons(ledger, refusal.findings)) from refusal


def wire_offer(offer: actions.Offer) -> Values:
    """An action as scripts see it: the fields that it asks for, and which must be given where nothing is suggested."""
    needs = [name for name in offer.asks if name in offer.needs]
    return {"id": offer.id, "title": offer.title, "asks": list(offer.asks), "needs": needs, "suggests": offer.texts}


def show_record(session: Session, ledger: Ledger, record_id: str) -> None:
    """A record for a person: labels and what stands there, sensitive values masked."""
    names = list(ledger.fields)
    view = listing.rows(session, ledger, [record_id], names)[0]
    show(f"编号：{view.id}")
    for name, cell in zip(names, view.cells, strict=True):
        if cell:
            show(f"{ledger.fields[name].label}：{cell}")


@app.command()
def history(folder: Folder, ledger: LedgerName, record_id: RecordId, json: Json = False) -> None:
    """一条记录的来历：谁、何时、把什么改成了什么。"""
    found = ledger_named(ledger)
    with opened(folder) as workspace, workspace.read() as session:
        editing.get(session, found, record_id)
        if json:
            give([wire_entry(found, entry) for entry in history_of(session, record_id)])
            return
        lines = record_view.history(session, found, record_id)
    for line in lines:
        show(f"{line.at}  {line.user}  {line.label}")
        for change in line.changes:
            show(f"    {change}")


def wire_entry(ledger: Ledger, entry: HistoryEntry) -> dict[str, Any]:
    """One line of a history as scripts see it."""
    before, after = typed(ledger.model, entry.before), typed(ledger.model, entry.after)

    def wired(name: str, values: Values) -> Any:
        value = values.get(name)
        return ledger.fields[name].wire(value) if name in ledger.fields else value

    return {
        "at": entry.at,
        "user": entry.user,
        "batch": entry.batch_id,
        "label": entry.label,
        "action": entry.action,
        "changes": {name: {"before": wired(name, before), "after": wired(name, after)} for name in after},
    }


@app.command()
def undo(
    folder: Folder,
    batch: Annotated[str | None, typer.Option("--batch", help="操作编号；不写则是最近一次", show_default=False)] = None,
    json: Json = False,
) -> None:
    """撤销最近一次（或指定的）操作。"""
    with opened(folder) as workspace:
        undone = workspace.undo(batch)
    if json:
        give({"batch": undone.id, "label": undone.label, "changes": undone.changes})
    else:
        show(f"已撤销“{undone.label}”，涉及 {undone.changes} 条记录。")
