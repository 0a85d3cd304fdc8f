"""The hand-off: packages out, in, and looked at."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from app.commands.common import (
    CONFLICTS,
    DONE,
    FAULT,
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
    show_table,
)
from app.ledgers.catalogue import LEDGERS
from app.status import Status
from app.status import status as status_of
from app.sync import afterwards, board, intake, keyfile, outgoing, several
from app.sync.outcome import Inspection, Outcome
from app.workspace import OfficeCard, Workspace
from db import clock

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
        str | None,
        typer.Option("--for", metavar="CODE", help="只给这个下级单位，或者报给上级", show_default=False),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="全量包")] = False,
    json: Json = False,
) -> int:
    """写交给对方的包：乡镇的给县里；县里的给一个或所有乡镇，或者给市里；市里的给县。"""
    with opened(folder) as workspace, progress() as step:
        answers = several.hand_over(workspace, to, code, full=full, progress=step)
    sent = several.written(answers)
    failed = [one for one in answers if one.sent is None]
    for one in failed:
        say(f"{one.code}：{one.why}")
    for sentence in dict.fromkeys(sentence for made in sent for sentence in made.left_out):
        say(f"注意：{sentence}。")
    if json:
        give([wired_sent(made) for made in sent])
    for made in () if json else sent:
        head = f"给{made.office_name}（{made.office_code}）第 {made.sequence} 号{KINDS[made.kind]}"
        show(f"{head}，{made.records} 条：{made.file}")
    if any(one.refusal is None or one.refusal.reason == "fault" for one in failed):
        return FAULT
    return REFUSED if failed else DONE


def wired_sent(one: outgoing.Sent) -> dict[str, Any]:
    """A package written, as scripts see it; `left_out` only where something could not go with it."""
    made = {
        "file": str(one.file),
        "for": one.office_code,
        "sequence": one.sequence,
        "kind": one.kind,
        "records": one.records,
    }
    return {**made, "left_out": list(one.left_out)} if one.left_out else made


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

    def tell(outcome: Outcome) -> None:
        if outcome.status == "refused":
            say(f"{Path(outcome.file).name}：{outcome.message}")
        elif not json:
            _tell(Path(outcome.file), outcome)

    with opened(folder) as workspace, progress() as step:
        wanted = [several.Wanted(file) for file in files]
        came = several.take_in_each(workspace, wanted, conflicts=conflicts, dry_run=dry_run, progress=step, after=tell)
        told = afterwards.told(workspace, came, () if dry_run else came)
    for doubt in told.doubts:
        say(doubt)
    if not json and len(files) > 1:
        _sum_up(told.lines)
    if json:
        give([wired(file, outcome) for file, outcome in zip(files, came, strict=True)])
    statuses = {one.status for one in came}
    left = sum(one.status == several.NOT_TRIED for one in came)
    if left:
        say(f"已经停止。前面的 {len(came) - left} 个文件已经处理完，后面的 {left} 个没有动。")
        return FAULT
    if any(one.reason == "fault" for one in came):
        return FAULT
    return REFUSED if "refused" in statuses else CONFLICTS if "conflicts" in statuses else DONE


def _sum_up(lines: Sequence[several.Line]) -> None:
    """What happened, township by township, beside what the package before came to."""
    rows = [
        (one.office, f"第 {one.sequence} 号" if one.sequence else "—", one.state, *_beside(one), one.tell)
        for one in lines
    ]
    show_table(("单位", "包号", "结果", "新增（上次）", "修改（上次）", "删除（上次）", "告诉对方"), rows)


def _beside(one: several.Line) -> list[str]:
    if one.counts is None:
        return ["—"] * 3
    found = []
    for name in ("created", "updated", "deleted"):
        before = "" if one.last is None else f"（{getattr(one.last, name):,}）"
        found.append(f"{getattr(one.counts, name):,}{before}")
    return found


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


# ---------------------------------------------------------------- how things stand

STEPS = {
    board.Step.MEND: "包被拒收",
    board.Step.SNAPSHOT: "缺包，先给它回执",
    board.Step.DECIDE: "有冲突等裁决",
    board.Step.REPORT: "本月还没有上报",
    board.Step.RECEIPT: "回执还没有写",
    board.Step.REVIEW: "有改好的批注等办结",
    board.Step.JOIN: "还没有加入",
    board.Step.NONE: "",
}
"""What is to be done about a township, in words."""


@app.command("status")
def status(folder: Folder, json: Json = False) -> None:
    """来往的情况：有上级的看有多少没有上报；县里、市里再看下级报没报、搁置、缺号、拒收。"""
    with opened(folder) as workspace:
        today, office = clock.today(), workspace.office
        found = board.board(workspace, today) if office.is_county else None
        now = status_of(workspace)
        upward = _upward(workspace, now)
        if json:
            give({**_office(workspace), **upward} if found is None else _board_wired(workspace, found, today, upward))
            return
    if found is None or now.pending is not None:
        last = now.sent
        show(f"{office.name}：未上报变更 {now.pending or 0} 条")
        fates = {"sent": "还没有回执", "acknowledged": f"{office.above}已接收"}
        show(
            "还没有上报过" if last is None else f"上次上报第 {last.sequence} 号，{fates.get(last.status, last.status)}"
        )
    if found is not None:
        _show_board(found, office, today)


def _upward(workspace: Workspace, now: Status) -> dict[str, Any]:
    """How the office stands to its superior, as scripts see it; nothing for a county without one."""
    if workspace.office.is_county and now.pending is None:
        return {}
    last = now.sent
    package = None if last is None else {"sequence": last.sequence, "at": last.at, "status": last.status}
    return {"pending": now.pending, "package": package, "backup": now.backup}


def _office(workspace: Workspace) -> dict[str, Any]:
    return {"office": {"code": workspace.office.code, "name": workspace.office.name}}


def _board_wired(workspace: Workspace, found: board.Board, today: date, upward: dict[str, Any]) -> dict[str, Any]:
    def package(one: board.Package | None) -> dict[str, Any] | None:
        if one is None:
            return None
        counts = {"created": one.counts.created, "updated": one.counts.updated, "deleted": one.counts.deleted}
        return {"sequence": one.sequence, "at": one.at, "kind": one.kind, "records": one.records, **counts}

    return {
        **_office(workspace),
        **upward,
        "month": f"{today:%Y-%m}",
        "due_day": found.due,
        "townships": [
            {
                "code": one.code,
                "name": one.name,
                "state": one.state.value,
                "reported": one.reported,
                "received": package(one.received),
                "parked": one.waiting,
                "missing": list(one.missing),
                "refused": None if one.refused is None else {
                    "sequence": one.refused.sequence, "at": one.refused.at, "file": one.refused.file,
                    "reason": one.refused.reason, "message": one.refused.message,
                },
                "sent": package(one.sent),
                "acknowledged": one.acknowledged,
                "receipt_owed": one.untold,
                "remarks": {"open": one.open, "corrected": one.corrected},
                "step": one.step.value,
            }
            for one in found.townships
        ],
    }  # fmt: skip


def _show_board(found: board.Board, office: OfficeCard, today: date) -> None:
    late = f"还没有上报 {len(found.late)} 个，共 {len(found.townships)} 个{office.below}"
    show(f"{today.month}月：应在 {found.due} 日前上报，{late}")
    rows = [
        (
            one.name,
            "已作废" if one.state is board.State.REVOKED else "已上报" if one.reported else "未上报",
            "—" if one.received is None else f"第 {one.received.sequence} 号 {one.received.at[:10]}",
            f"{one.waiting}" if one.waiting else "",
            "、".join(map(str, one.missing)),
            "" if one.refused is None else one.refused.words,
            "—" if one.acknowledged is None else f"第 {one.acknowledged} 号",
            STEPS[one.step].format(below=office.below),
        )
        for one in found.townships
    ]
    show_table((office.below, "本月", "最近收到", "搁置", "缺号", "拒收", "对方已收到", "要办的"), rows)
