"""Workbooks: an empty form, a roster in, a ledger out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from app import listing
from app.commands.common import (
    DONE,
    REFUSED,
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
    progress,
    say,
    show,
    show_counts,
)
from app.commands.records import conditions
from app.excel import importing
from app.excel.plan import Action, Note, Plan
from db.errors import Refusal

NAME = "excel"
app = new_app()

Out = Annotated[Path, typer.Argument(metavar="OUT.xlsx", help="写到这个工作簿", show_default=False)]
SHOWN = 20
"""How many errors a person sees in the terminal; the workbook of refused rows has them all."""


@app.callback()
def excel() -> None:
    """Excel 工作簿：空白表、导入、导出。"""


@app.command("template")
def template_(folder: Folder, ledger: LedgerName, out: Out, json: Json = False) -> None:
    """写一张空白表：有下拉、填表说明和一行示例。"""
    from app.excel import template  # openpyxl is slow to load, and most commands do without it

    found = ledger_named(ledger)
    with opened(folder) as workspace:
        written = template.write_template(workspace, found, out)
    if json:
        give({"file": str(written.file), "rows": written.rows})
    else:
        show(f"空白表：{written.file}")


@app.command("export")
def export(
    folder: Folder,
    ledger: LedgerName,
    out: Out,
    where: Where = None,
    public: Annotated[bool, typer.Option("--public", help="不含身份证号、电话、住址等敏感栏目")] = False,
    json: Json = False,
) -> None:
    """把一个台账写成工作簿；改好后可以原样导入。"""
    from app.excel import writing

    found = ledger_named(ledger)
    pairs = assignments(where or (), "--where 栏目=值")
    with opened(folder, found) as workspace, progress() as step:
        with workspace.read() as session:
            query = listing.Query(where=conditions(session, found, pairs))
        written = writing.export(workspace, found, out, query=query, public=public, progress=step)
    if json:
        give({"file": str(written.file), "rows": written.rows})
    else:
        show(f"已导出 {written.rows} {found.counter}：{written.file}")


@app.command("import")
def import_(
    folder: Folder,
    ledger: LedgerName,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=".xlsx、.xls、.ods 或 .csv", show_default=False)],
    sheet: Annotated[str | None, typer.Option(help="工作表的名字", show_default=False)] = None,
    map_: Annotated[list[str] | None, typer.Option("--map", metavar="表头=field", help="指明一列；可重复")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看会怎样，什么都不写")] = False,
    skip_errors: Annotated[bool, typer.Option("--skip-errors", help="跳过有错的行，写入其余各行")] = False,
    errors: Annotated[
        Path | None,
        typer.Option("--errors", metavar="OUT.xlsx", help="把不能导入的行和原因写到这里", show_default=False),
    ] = None,
    json: Json = False,
) -> int:
    """把工作簿读进一个台账：全部写入或全部不写，除非用 --skip-errors。"""
    found = ledger_named(ledger)
    mapping = {
        heading: field_named(found, name.strip()) if name.strip() else None
        for heading, name in assignments(map_ or (), "--map 表头=栏目")
    }
    with opened(folder) as workspace, progress() as step:
        try:
            plan = importing.plan(workspace, found, file, sheet=sheet, mapping=mapping or None, progress=step)
        except Refusal as refusal:
            if json:
                give(unread(refusal))
            raise
        refused = bool(plan.bad) and not skip_errors
        if plan.bad and errors is not None:
            from app.excel import writing

            writing.write_refused(plan, errors)
        if not dry_run and not refused:
            importing.apply(workspace, plan, skip_errors=skip_errors, progress=step)
    report = summary(plan, nothing_written=refused and not dry_run)
    if json:
        give(report)
    else:
        _tell(plan, report, dry_run=dry_run, refused=refused, errors=errors)
    return REFUSED if refused else DONE


def summary(plan: Plan, *, nothing_written: bool) -> dict[str, Any]:
    """What came, or would come, of an import, as scripts see it."""
    counts = plan.counts
    return {
        "rows": len(plan.rows),
        "created": 0 if nothing_written else counts[Action.NEW],
        "updated": 0 if nothing_written else counts[Action.UPDATE],
        "unchanged": counts[Action.UNCHANGED],
        "refused": len(plan.bad),
        "mapping": dict(plan.mapping),
        "errors": [_note(one) for one in plan.errors],
        "warnings": [_note(one) for one in plan.warnings],
    }


def unread(refusal: Refusal) -> dict[str, Any]:
    """The same for a workbook that is refused as a whole: no row of it was read, and one error says why."""
    return {
        **dict.fromkeys(("rows", "created", "updated", "unchanged", "refused"), 0),
        "mapping": {},
        "errors": [_note(Note(0, "", "", refusal.message))],
        "warnings": [],
    }


def _note(note: Note) -> dict[str, Any]:
    made: dict[str, Any] = msgspec.to_builtins(note)
    return made


def _tell(plan: Plan, report: Mapping[str, Any], *, dry_run: bool, refused: bool, errors: Path | None) -> None:
    for kind, notes in (("错误", plan.errors), ("提醒", plan.warnings)):
        for one in notes[:SHOWN]:
            place = f"第 {one.row} 行" if one.row else "工作表"
            column = f"“{one.column}”" if one.column else ""
            say(f"{kind}：{place}{column}：{one.message}")
        if len(notes) > SHOWN:
            say(f"……还有 {len(notes) - SHOWN} 条{kind}")
    if errors is not None and plan.bad:
        say(f"不能导入的 {len(plan.bad)} 行和原因写在 {errors}")
    counts = {"新增": report["created"], "更新": report["updated"], "未变": report["unchanged"]}
    if refused:
        show(f"有 {len(plan.bad)} 行不能导入，什么都没有写入。改好后再导入，或者用 --skip-errors 跳过这些行。")
        return
    head = "将会" if dry_run else "已导入"
    tail = f"，跳过 {len(plan.bad)} 行" if plan.bad else ""
    show(f"{head}：共 {len(plan.rows)} 行，{show_counts(counts)}{tail}")
