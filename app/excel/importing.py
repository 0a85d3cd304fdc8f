"""Brings a workbook into a ledger in two steps: a plan that tells what will happen, and the writing of that plan.

An empty cell never clears what is stored, in a sheet of our own no more than in any other: rosters come with empty
columns far more often than a person means to wipe a value, which she does in the form.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import checks
from app.excel.header import Header, find
from app.excel.linking import Names, resolve
from app.excel.matching import Decision, Match, known_records, match, self_names
from app.excel.plan import Action, Plan, PlannedRow, Result, shown
from app.excel.reading import Book, Sheet, letters
from app.excel.rows import SheetRow, read
from app.findings import Finding, error
from app.ledgers.catalogue import LEDGERS
from app.ledgers.ledger import Ledger
from app.ownership import belongs_to, owner_above, stray_links, strays_apart
from app.policy import Policies
from app.workspace import Workspace
from db.errors import Refusal
from db.journal import ChangeLine, Progress, Values, stored_rows
from db.models.record import dump

SAMPLE = 5
"""Rows of the sheet that the preview of the mapping shows."""

STEP = 500
"""Rows between two calls of `progress`."""


def sheets(file: Path) -> list[str]:
    """The sheets of a workbook that can be seen. Raises `Refusal` for what is no workbook."""
    return list(Book(file).names)


def plan(
    ws: Workspace,
    ledger: Ledger,
    file: Path,
    *,
    sheet: str | None = None,
    mapping: Mapping[str, str | None] | None = None,
    header_row: int | None = None,
    decisions: Mapping[int, Decision] | None = None,
    complete: bool = True,
    progress: Progress | None = None,
) -> Plan:
    """What importing the sheet (the first with a header, unless named) would do. Writes nothing.

    `mapping` is what the person says of some headings: heading → field, None or "" for a column to leave out;
    `header_row` where the header is, from 1; `decisions` what she said of doubtful rows, by their numbers. A sheet that
    lacks a required column is refused; without `complete` its rows are, so that a person can still name the column.
    Raises `Refusal` for a workbook, sheet or header that cannot be used; what is wrong in a row stands in the plan.
    """
    if ledger.authority is not None and not ws.office.is_county:
        raise Refusal(f"“{ledger.title}”由县里填写，这里不能导入", "not-allowed")
    _tell(progress, 0, 0, f"读取 {file.name}")
    book = Book(file)
    chosen, header = _choose(book, ledger, sheet, mapping, header_row, complete=complete)
    rows = []
    for row in read(chosen, header, ledger):
        rows.append(row)
        if len(rows) % STEP == 0:
            _tell(progress, len(rows), len(chosen.rows), "读取各行")
    if not rows:
        raise Refusal(f"工作表“{chosen.name}”的表头下面没有一行数据。请核对是不是选错了工作表", "empty-workbook")
    with ws.read() as session:
        state = _state(session)
        names = _names(session, ledger, header)
        own = {name: known for name, known in names.items() if ledger.fields[name].target == ledger.id}
        others = {name: known for name, known in names.items() if name not in own}
        linked: dict[str | None, Mapping[str, Any]] = {}
        if names and header.id_column is not None:
            linked = {one.id: one.values for one in known_records(session, ledger, names)}
        for row in rows:
            _link(ledger, row, others, linked.get(row.record_id, {}))
        matches = match(session, ledger, rows, decisions or {})
        if own:
            self_names(ledger, next(iter(own.values())), rows, matches)
            for row in rows:
                _link(ledger, row, own, linked.get(row.record_id, {}))
        planned = _judge(ws, session, ledger, rows, matches, names, progress)
    header = _with_every_heading(header, rows)
    unknown = header.unknown(ledger)
    others_like_it = () if sheet else _others(book, ledger, chosen.name, mapping)
    return Plan(
        ledger=ledger,
        file=file,
        sheet=chosen.name,
        sheets=chosen.names,
        header_row=header.last + 1,
        headers=header.headings,
        units=header.units,
        mapping=header.mapping,
        unmapped=tuple(unknown),
        sample=_sample(ledger, header, rows),
        rows=tuple(planned),
        links={name: known.titles for name, known in names.items()},
        warnings_of_sheet=(
            *(f"“{heading}”这一列没有对应的栏目，没有导入" for heading in unknown),
            *(f"工作表“{one}”也是这样的表，这次没有读。要导入它，请指明这张工作表" for one in others_like_it),
        ),
        state=state,
    )


def apply(ws: Workspace, plan: Plan, *, skip_errors: bool = False, progress: Progress | None = None) -> Result:
    """Writes a plan as one batch, all or nothing; with `skip_errors` without the rows that have errors or doubts.

    Raises `Refusal`, with nothing written, when rows have errors or when the store has changed since the plan was made.
    """
    if plan.bad and not skip_errors:
        first = plan.errors[0]
        raise Refusal(
            f"有 {len(plan.bad)} 行不能导入，例如第 {first.row} 行：{first.message}。"
            "请改好后再导入，或选择跳过这些行。现在什么都没有写入",
            "invalid-rows",
        )
    counts, ledger = plan.counts, plan.ledger
    fresh = [
        {"id": row.record_id, "office_id": ws.office.id, **row.values} for row in plan.rows if row.action == Action.NEW
    ]
    changed = {row.record_id: row.changes for row in plan.rows if row.action == Action.UPDATE and row.record_id}
    number = len(fresh) + len(changed)
    batch_id = None
    if number:
        _tell(progress, 0, number, "写入")
        with ws.edit(f"导入{ledger.one} {number} {ledger.counter}", kind="excel") as batch:
            if _state(batch.session) != plan.state:
                raise Refusal("预览之后台账又改过。请重新预览一次再写入，现在什么都没有写入", "stale-plan")
            stored = stored_rows(batch.session.connection(), ledger.model, list(changed))
            batch.update_rows(
                ledger.model,
                [(stored[key], {name: after for name, (_, after) in what.items()}) for key, what in changed.items()],
            )
            batch.create_rows(ledger.model, fresh)
            batch_id = batch.id
            _tell(progress, number, number, "写入")
    return Result(
        created=len(fresh),
        updated=len(changed),
        unchanged=counts[Action.UNCHANGED],
        refused=len(plan.bad),
        batch_id=batch_id,
    )


# ---------------------------------------------------------------- sheet and header


def _choose(
    book: Book,
    ledger: Ledger,
    name: str | None,
    mapping: Mapping[str, str | None] | None,
    row: int | None,
    *,
    complete: bool,
) -> tuple[Sheet, Header]:
    """The sheet to read, with its header. Raises `Refusal` when there is none, or one that lacks a required column."""
    lacking: tuple[Sheet, Header] | None = None
    filled = False
    for one in (name,) if name else book.names:
        found = book.sheet(one)
        filled = filled or any(cell != "" for line in found.rows for cell in line)
        header = find(found, ledger, overrides=mapping, row=row)
        if header is not None:
            if header.id_column is not None or not header.missing(ledger):
                return found, header
            lacking = lacking or (found, header)
    where = f"“{book.file.name}”" + (f"的工作表“{name}”" if name else "")
    if not filled:
        raise Refusal(f"{where}是空的，一格内容也没有。请核对是不是选错了文件", "empty-workbook")
    if lacking is None:
        wanted = "、".join([spec.label for spec in ledger.fields.values() if spec.required][:4])
        raise Refusal(
            f"{where}里找不到“{ledger.title}”的表头：没有一行写着{wanted}这样的栏目名。"
            "请核对是不是选错了文件，或先下载空白表，把内容贴进去",
            "no-header",
        )
    found, header = lacking
    if not complete:
        return found, header
    missing = "、".join(f"“{label}”" for label in header.missing(ledger))
    raise Refusal(
        f"工作表“{found.name}”缺少必填的栏目：{missing}（表头在第 {header.last + 1} 行）。"
        "请在表里加上这些列，或指明它们是表里的哪一列",
        "missing-column",
    )


def _others(book: Book, ledger: Ledger, chosen: str, mapping: Mapping[str, str | None] | None) -> tuple[str, ...]:
    """The sheets after the one that is read which could be read too, and have something below their header."""
    found = []
    for one in book.names[book.names.index(chosen) + 1 :]:
        other = book.sheet(one)
        try:
            header = find(other, ledger, overrides=mapping)
        except Refusal:  # it lacks a column that the person has named
            continue
        if header is not None and not header.missing(ledger) and next(read(other, header, ledger), None) is not None:
            found.append(one)
    return tuple(found)


def _with_every_heading(header: Header, rows: Sequence[SheetRow]) -> Header:
    """The header with a name for each column that has none though something but figures stands in it."""

    def speaks(place: int) -> bool:
        cells = (row.cells[place] for row in rows if place < len(row.cells))
        return any(cell != "" and not isinstance(cell, int | float) for cell in cells)

    named = (
        heading or (f"{letters(place)}列" if speaks(place) else "") for place, heading in enumerate(header.headings)
    )
    return replace(header, headings=tuple(named))


def _sample(ledger: Ledger, header: Header, rows: Sequence[SheetRow]) -> tuple[tuple[str, ...], ...]:
    own = (header.id_column, header.version_column)
    return tuple(
        tuple(
            "" if place in own else shown(row.cells[place] if place < len(row.cells) else "", ledger, name)
            for place, name in enumerate(header.fields)
        )
        for row in rows[:SAMPLE]
    )


# ---------------------------------------------------------------- links


def _names(session: Session, ledger: Ledger, header: Header) -> dict[str, Names]:
    """For each link that the sheet has a column for, the records it may name; two links to one ledger share them."""
    found: dict[str, Names] = {}
    by_target: dict[str, Names] = {}
    for name in header.columns:
        target = ledger.fields[name].target
        if target:
            if target not in by_target:
                by_target[target] = Names(session, LEDGERS[target])
            found[name] = by_target[target]
    return found


def _link(ledger: Ledger, row: SheetRow, names: Mapping[str, Names], stored: Mapping[str, Any]) -> None:
    for name, sentence in resolve(row.values, ledger.fields, names, stored):
        row.findings.append(error(name, "unreadable", sentence))


# ---------------------------------------------------------------- judging


def _judge(
    ws: Workspace,
    session: Session,
    ledger: Ledger,
    rows: Sequence[SheetRow],
    matches: Mapping[int, Match],
    names: Mapping[str, Names],
    progress: Progress | None,
) -> list[PlannedRow]:
    """Every row with its action, its changes and the findings of the checks."""
    wanted = [one.id for one in matches.values() if one.stored]
    stored = stored_rows(session.connection(), ledger.model, wanted)
    look, policy = checks.Look(session, None), Policies.read(session)
    look.coming = {one.id: row.values for row in rows if (one := matches[row.number]).doubt is None}
    look.announce(ledger.model, [{**stored.get(matches[row.number].id, {}), **row.values} for row in rows])
    blank = {name: ledger.defaults.get(name) for name in ledger.fields}
    closed = [name for name in ledger.fields if not ledger.writable(name, county=ws.office.is_county)]
    keeper_of = cache(partial(owner_above, session, ws.office))
    titled = ledger.label_parts
    planned = []
    for place, row in enumerate(rows):
        if place % STEP == 0:
            _tell(progress, place, len(rows), "检查各行")
        one = matches[row.number]
        old = stored.get(one.id) if one.stored else None
        _keep_days(row, old)
        if old is None:
            values, changes = ledger.completed(session, {**blank, **row.values}), {}
        else:
            changes = {name: (old[name], new) for name, new in row.values.items() if old[name] != new}
            values = {**{name: old[name] for name in blank}, **row.values}
        findings = row.findings
        if one.doubt is None and (old is None or changes):
            unread = {found.field for found in findings if found.rule in ("unreadable", "formula")}
            if old is None and ledger.kept_by_program:
                findings.append(error(None, "program", ledger.only_the_program("新增")))
            findings += _not_allowed(ledger, closed, changes if old is not None else row.values)
            findings += _stale(ledger, row, old)
            if old is not None and (keeper := keeper_of(old["office_id"])) is not None:
                findings.append(error(None, "owner", belongs_to(ledger, keeper)))
            if old is not None and old["office_id"] != ws.office.id:
                links = {name: new for name, (_, new) in changes.items()}
                findings += stray_links(session, ws.office, ledger, old["office_id"], links)
            else:
                findings += strays_apart(session, ws.office, ledger, values, old)
            look.turn_to(one.id, ws.office.id if old is None else old["office_id"])
            findings += [found for found in checks.run(ledger, values, look, policy) if found.field not in unread]
        if one.doubt is not None:
            findings.append(error(None, "doubtful", one.doubt))
        action = _action(one, old, changes, findings)
        title = _title(ledger, values, titled, names)
        planned.append(PlannedRow(row.number, action, one.id, title, values, changes, tuple(findings), row.cells))
    return _without_orphans(ledger, planned, matches, names)


def _action(one: Match, old: Values | None, changes: Mapping[str, Any], findings: Sequence[Finding]) -> Action:
    if one.doubt is not None:
        return Action.DOUBTFUL
    if checks.errors(findings):
        return Action.REFUSED
    if old is None:
        return Action.NEW
    return Action.UPDATE if changes else Action.UNCHANGED


def _keep_days(row: SheetRow, old: Values | None) -> None:
    """Where only the month was written and a day of that month is stored, the stored day stays."""
    for name in row.months if old is not None else ():
        before, now = old[name] if old is not None else None, row.values.get(name)
        if before is not None and now is not None and (before.year, before.month) == (now.year, now.month):
            row.values[name] = before
            row.findings[:] = [one for one in row.findings if (one.field, one.rule) != (name, "month-only")]


def _not_allowed(ledger: Ledger, closed: Sequence[str], written: Mapping[str, Any]) -> list[Finding]:
    return [error(name, "authority", ledger.closed(name)) for name in closed if name in written]


def _stale(ledger: Ledger, row: SheetRow, old: Values | None) -> list[Finding]:
    """An error when the record was changed after the sheet was exported, naming the fields that were."""
    if old is None or row.version is None or row.version == dump(old["version"]):
        return []
    try:
        then = msgspec.json.decode(row.version, type=dict[str, int])
    except msgspec.DecodeError:
        return [error(None, "stale", "这一行隐藏的记录版本被改坏了。请重新导出一份再改")]
    first = old["stamps"].get("")
    since = []
    for name, spec in ledger.fields.items():
        stamp = old["stamps"].get(name, first)
        if stamp is not None and stamp[1] > then.get(stamp[0], 0):
            since.append(f"“{spec.label}”")
    if not since:
        return []
    return [
        error(
            None,
            "stale",
            f"这张表导出以后，台账里这条记录的{'、'.join(since)}又改过。请重新导出一份再改，免得盖掉新的内容",
        )
    ]


def _without_orphans(
    ledger: Ledger, planned: list[PlannedRow], matches: Mapping[int, Match], names: Mapping[str, Names]
) -> list[PlannedRow]:
    """Refuses rows that link to a record of the same sheet which will not be written."""
    own = [name for name in names if ledger.fields[name].target == ledger.id]
    gone = {row.record_id for row in planned if row.action == Action.REFUSED and not matches[row.number].stored}
    while own and gone:
        lost, gone = gone, set()
        for place, row in enumerate(planned):
            broken = next((name for name in own if row.values[name] in lost), None)
            if broken is not None and row.action in (Action.NEW, Action.UPDATE):
                problem = error(broken, "link", f"“{ledger.fields[broken].label}”指的那一行没有导入，请先改好那一行")
                planned[place] = replace(row, action=Action.REFUSED, findings=(*row.findings, problem))
                if row.action == Action.NEW:
                    gone.add(row.record_id)
    return planned


def _title(ledger: Ledger, values: Mapping[str, Any], parts: Mapping[str, str], names: Mapping[str, Names]) -> str:
    shown_parts = {}
    for key, name in parts.items():
        value = values.get(name)
        known = names.get(name)
        shown_parts[key] = known.titles.get(value or "", "") if known else ledger.fields[name].show(value)
    return ledger.label.format_map(shown_parts)


def _state(session: Session) -> int:
    """The last line of the journal."""
    return session.execute(select(func.coalesce(func.max(ChangeLine.seq), 0))).scalar_one()


def _tell(progress: Progress | None, done: int, total: int, what: str) -> None:
    if progress is not None:
        progress(done, total, what)
