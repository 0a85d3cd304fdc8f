"""Looking after a workspace: check, backup, restore."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from app import backup as backups
from app import quality
from app.commands.common import DONE, ERRORS, Folder, Json, give, new_app, opened, progress, say, show, show_table
from app.ledgers.catalogue import LEDGERS

NAME = None
app = new_app()


@app.command()
def check(folder: Folder, json: Json = False) -> int:
    """检查数据文件、操作日志和每条记录；有错误时退出码为 5。"""
    with opened(folder) as workspace, progress() as step:
        found = quality.check(workspace, step)
    levels = Counter(one.is_error for one in found)
    if json:
        give([one.wire() for one in found])
    else:
        rows = [
            (
                "错误" if one.is_error else "提醒",
                LEDGERS[one.ledger].title if one.ledger else "数据文件",
                one.id or "",
                one.finding.message,
            )
            for one in found
        ]
        if rows:
            show_table(("级别", "台账", "编号", "说明"), rows)
        say(f"检查完毕：错误 {levels[True]} 条，提醒 {levels[False]} 条。")
    return ERRORS if levels[True] else DONE


@app.command()
def backup(
    folder: Folder,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="放备份的文件夹", show_default=False)],
    json: Json = False,
) -> None:
    """把整个工作目录备份成一个文件，写好后读回核对。"""
    with opened(folder) as workspace:
        file = backups.backup(workspace, to)
        encrypted = workspace.encrypted
    if not encrypted:
        say("注意：这个工作目录没有口令，备份也没有加密，请妥善保管。")
    if json:
        give({"file": str(file), "bytes": file.stat().st_size})
    else:
        show(f"已备份：{file}")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="备份文件", show_default=False)],
    folder: Folder,
    json: Json = False,
) -> None:
    """从备份恢复成一个新的工作目录；口令不变。"""
    manifest = backups.restore(file, folder)
    if json:
        office = {"code": manifest.office_code, "name": manifest.office_name}
        give({"workspace": str(folder), "office": office, "at": manifest.at})
        return
    show(f"已恢复 {manifest.office_name} {manifest.at[:10]} 的备份：{folder}")
    say("恢复后的下一个包会是全量包；备份之后交过县里的内容，可请县里出一个全量包带回来。")
