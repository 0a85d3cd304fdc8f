"""The hand-off: packages out, in, and looked at."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from app.commands.common import (
    CONFLICTS,
    DONE,
    REFUSED,
    Folder,
    Json,
    give,
    new_app,
    opened,
    progress,
    say,
    show,
    show_counts,
)
from app.ledgers.catalogue import LEDGERS
from app.sync import intake, outgoing
from app.sync.outcome import Outcome
from db.errors import Refusal

NAME = None
app = new_app()

SEEN = ("file", "bytes", "sealed", "recipients", "digest", "manifest")
"""What can be said of a file from outside, and what only its addressee and its sender can read."""

SEALS = {
    "age": "封好的包，只有收件单位和发件单位能打开",
    "passphrase": "登记文件，凭一次性口令打开",
    "none": "不是四基的包",
}
KINDS = {"snapshot": "全量包", "changes": "增量包"}


@app.command("export")
def export(
    folder: Folder,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="写到这个文件夹（U 盘）", show_default=False)],
    code: Annotated[
        str | None, typer.Option("--for", metavar="CODE", help="县里：只给这个乡镇", show_default=False)
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="全量包")] = False,
    json: Json = False,
) -> None:
    """写交给对方的包：乡镇的给县里；县里的给一个或所有乡镇。"""
    with opened(folder) as workspace, progress() as step:
        sent = outgoing.export(workspace, to, code=code, full=full, progress=step)
    if json:
        give(
            [
                {
                    "file": str(one.file),
                    "for": one.office_code,
                    "sequence": one.sequence,
                    "kind": one.kind,
                    "records": one.records,
                }
                for one in sent
            ]
        )
        return
    for one in sent:
        head = f"给{one.office_name}（{one.office_code}）第 {one.sequence} 号{KINDS[one.kind]}"
        show(f"{head}，{one.records} 条：{one.file}")


@app.command("import")
def import_(
    folder: Folder,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="收到的包", show_default=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看会怎样，什么都不写")] = False,
    conflicts: Annotated[
        Literal["ask", "ours", "theirs"], typer.Option(help="两边都改了同一栏时：等人决定、取我方、取对方")
    ] = "ask",
    json: Json = False,
) -> int:
    """接收包：每个文件全部写入或全部不写，然后接着下一个。"""
    came: list[dict[str, Any]] = []
    with opened(folder) as workspace, progress() as step:
        for file in files:
            try:
                outcome = intake.take_in(workspace, file, conflicts=conflicts, dry_run=dry_run, progress=step)
                came.append({**outcome.plain(), "file": str(file)})
            except Refusal as refusal:
                came.append(refused(file, refusal))
            if came[-1]["status"] == "refused":
                say(f"{file.name}：{came[-1]['message']}")
            elif not json:
                _tell(came[-1])
    if json:
        give(came)
    statuses = {one["status"] for one in came}
    return REFUSED if "refused" in statuses else CONFLICTS if "conflicts" in statuses else DONE


def refused(file: Path, refusal: Refusal) -> dict[str, Any]:
    """The outcome of a file that could not even be read, as scripts see it."""
    return Outcome(str(file), "refused", reason=refusal.reason, message=refusal.message).plain()


def _tell(came: Mapping[str, Any]) -> None:
    sender = came.get("from") or {}
    head = f"{Path(came['file']).name}：{sender.get('name', '')}第 {came['sequence']} 号{KINDS.get(came['kind'], '')}"
    counts = {"新增": came["created"], "更新": came["updated"], "删除": came["deleted"], "未变": came["unchanged"]}
    match came["status"]:
        case "applied":
            show(f"{head}，已接收：{show_counts(counts)}")
        case "dry-run":
            show(f"{head}，可以接收，将会：{show_counts(counts)}")
        case "already-imported":
            show(f"{head}，以前已经接收过，没有改动")
        case "superseded":
            show(f"{head}，已有更新的包，不需要它")
        case _:
            show(f"{head}，有 {len(came['conflicts'])} 处两边都改了，等人决定，什么都没有写入")
    for one in came["conflicts"]:
        ledger = LEDGERS[one["ledger"]]
        label = ledger.fields[one["field"]].label if one["field"] in ledger.fields else one["field"]
        show(f"    {ledger.title} {one['id']} {label}：我方“{one['ours']}”，对方“{one['theirs']}”")
    for one in came["findings"]:
        say(f"    {'错误' if one['level'] == 'error' else '提醒'}：{one['message']}")


@app.command()
def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="一个包", show_default=False)],
    as_: Annotated[
        Path | None,
        typer.Option("--as", metavar="WS", help="用这个工作目录来看：能不能接收、会怎样", show_default=False),
    ] = None,
    json: Json = False,
) -> None:
    """看一个包说了些什么。"""
    if as_ is None:
        found = intake.inspect(file)
    else:
        with opened(as_) as workspace:
            found = intake.inspect(file, workspace)
    if json:
        outcome = None if found.outcome is None else {**found.outcome.plain(), "file": str(file)}
        give({**{name: getattr(found, name) for name in SEEN}, "outcome": outcome})
        return
    show(f"{file.name}：{found.bytes} 字节，{SEALS[found.sealed]}")
    if found.manifest is not None:
        sender, to = found.manifest["from"], found.manifest["to"]
        show(f"从{sender['name']}（{sender['code']}）到{to['name']}（{to['code']}）")
        show(f"第 {found.manifest['sequence']} 号{KINDS[found.manifest['kind']]}，{found.manifest['created_at']} 写成")
        for one in found.manifest["records"]:
            show(f"    {LEDGERS[one['table']].title if one['table'] in LEDGERS else one['table']}：{one['rows']} 条")
    if found.outcome is not None:
        if found.outcome.status == "refused":
            say(found.outcome.message)
        else:
            _tell({**found.outcome.plain(), "file": str(file)})
