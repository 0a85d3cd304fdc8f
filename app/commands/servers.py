"""Stores on a database server: move a workspace there, open one more seat."""

from typing import Annotated

import typer

from app import seats
from app.commands.common import Folder, Json, give, new_app, opened, progress, say, show
from app.ledgers.catalogue import LEDGERS

NAME = None
app = new_app()

Url = Annotated[
    str,
    typer.Argument(metavar="URL", help="postgresql+psycopg://用户:口令@服务器:5432/数据库", show_default=False),
]


@app.command()
def move(folder: Folder, url: Url, json: Json = False) -> None:
    """把数据从文件搬到 PostgreSQL 服务器的一个空数据库，逐条核对无误才切换；原来的文件留作备份。"""
    with opened(folder) as workspace, progress() as step:
        moved = seats.move(workspace, url, step)
    records = sum(rows for name, rows in moved.tables.items() if name in LEDGERS)
    if json:
        give({"database": moved.database, "records": records, "tables": moved.tables, "backup": str(moved.kept)})
        return
    show(f"已搬到 {moved.database}：{len(moved.tables)} 张表 {moved.rows} 行（台账记录 {records} 条），逐条核对无误。")
    show(f"原来的数据文件留作备份：{moved.kept}")
    say("从现在起数据由服务器保管，请服务器管理员按时备份。别的电脑用 siji seat 加入。")


@app.command()
def seat(
    folder: Folder,
    url: Url,
    user: Annotated[str, typer.Option(help="谁在这台电脑上工作，记在修改历史里")] = "经办人",
    json: Json = False,
) -> None:
    """在这台电脑上开一个席位：建一个工作目录，使用服务器上已有的数据。"""
    with seats.seat(folder, url, user) as workspace:
        office = workspace.office
    if json:
        made = {"id": office.id, "code": office.code, "name": office.name, "level": office.level}
        give({"workspace": str(folder), "office": made})
    else:
        show(f"已在这台电脑上打开“{office.name}”：{folder}")
