"""The hand-off: packages out, in, and looked at."""

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
from app.sync import intake, keyfile, outgoing
from app.sync.outcome import Inspection, Outcome
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
    for sentence in dict.fromkeys(sentence for one in sent for sentence in one.left_out):
        say(f"注意：{sentence}。")
    if json:
        give(
            [
                {
                    "file": str(one.file),
                    "for": one.office_code,
                    "sequence": one.sequence,
                    "kind": one.kind,
                    "records": one.records,
                    "left_out": list(one.left_out),
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
    came: list[Outcome] = []
    with opened(folder) as workspace, progress() as step:
        for file in files:
            try:
                outcome = intake.take_in(workspace, file, conflicts=conflicts, dry_run=dry_run, progress=step)
            except Refusal as refusal:
                outcome = Outcome(str(file), "refused", reason=refusal.reason, message=refusal.message)
            came.append(outcome)
            if outcome.status == "refused":
                say(f"{file.name}：{outcome.message}")
            elif not json:
                _tell(file, outcome)
    if json:
        give([wired(file, outcome) for file, outcome in zip(files, came, strict=True)])
    statuses = {one.status for one in came}
    return REFUSED if "refused" in statuses else CONFLICTS if "conflicts" in statuses else DONE


def wired(file: Path, outcome: Outcome) -> dict[str, Any]:
    """The outcome as scripts see it, with the file named as they named it."""
    return {**outcome.plain(), "file": str(file)}


def _tell(file: Path, came: Outcome) -> None:
    """What came of a file, for a person: sensitive values are masked."""
    head = f"{file.name}：{came.from_name}第 {came.sequence} 号{KINDS.get(came.kind, '')}"
    counts = {"新增": came.created, "更新": came.updated, "删除": came.deleted, "未变": came.unchanged}
    match came.status:
        case "applied":
            show(f"{head}，已接收：{show_counts(counts)}")
        case "dry-run":
            show(f"{head}，可以接收，将会：{show_counts(counts)}")
        case "already-imported":
            show(f"{head}，以前已经接收过，没有改动")
        case "superseded":
            show(f"{head}，已有更新的包，不需要它")
        case _:
            show(f"{head}，有 {len(came.conflicts)} 处两边都改了，等人决定，什么都没有写入")
    for one in came.conflicts:
        what = f"{LEDGERS[one.ledger].title} {one.title} {one.label}"
        show(f"    {what}：我方“{one.ours_text}”，对方“{one.theirs_text}”（{one.id}）")
    for found in came.findings:
        say(f"    {'错误' if found.level == 'error' else '提醒'}：{found.message}")


@app.command()
def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="一个包", show_default=False)],
    as_: Annotated[
        Path | None,
        typer.Option("--as", metavar="WS", help="用这个工作目录来看：能不能接收、会怎样", show_default=False),
    ] = None,
    json: Json = False,
) -> int:
    """看一个包说了些什么。"""
    if as_ is None:
        found = intake.inspect(file)
    else:
        with opened(as_) as workspace:
            found = intake.inspect(file, workspace)
    if json:
        outcome = None if found.outcome is None else wired(file, found.outcome)
        give({**{name: getattr(found, name) for name in SEEN}, "outcome": outcome})
    else:
        _tell_inspected(file, found)
    if found.sealed == "none":
        say(f"“{file.name}”不是四基的包，或者开头已损坏。请核对文件，重新复制，仍不行时请对方重新导出")
        return REFUSED
    return DONE


@app.command()
def key(
    folder: Folder,
    out: Annotated[Path, typer.Argument(metavar="FILE", help="写到这个文件", show_default=False)],
    json: Json = False,
) -> None:
    """写出本单位的密钥文件，别的程序（age）凭它打开包。谁拿到它谁就能打开，请保管好。"""
    with opened(folder) as workspace:
        keyfile.write_key(workspace, out)
    if json:
        give({"file": str(out)})
    else:
        show(f"密钥文件：{out}")
        say("有了它就能打开发给本单位和本单位发出的包。请保管好，用完销毁。")


def _tell_inspected(file: Path, found: Inspection) -> None:
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
            _tell(file, found.outcome)
