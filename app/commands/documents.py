"""Documents: which there are, one written to a file, and an office's own templates."""

from pathlib import Path
from typing import Annotated

import typer

from app.commands.common import Folder, Json, give, new_app, opened, say, show, show_table
from app.commands.responsibility import OfficeCode, Year, read_month
from app.documents import making, word
from app.documents.document import Need
from app.documents.making import Asked

NAME = None
app = new_app()

Name = Annotated[str, typer.Argument(metavar="NAME", help="文书的名字，见 siji reports", show_default=False)]
NEEDS = {Need.YEAR: "年度", Need.MONTH: "月份", Need.OFFICE: "单位", Need.RECORD: "一条记录"}


@app.command()
def reports(
    folder: Folder,
    records: Annotated[
        str | None, typer.Option("--records", metavar="NAME", help="列出这份文书可选的记录", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """列出能打印的文书；--records 列出一份文书可以选的记录。"""
    with opened(folder) as workspace:
        if records is not None:
            found = making.choices(workspace, making.named(records), Asked())
            if json:
                give([{"id": id, "title": title} for id, title in found])
            else:
                show_table(("编号", "记录"), found)
            return
        listed = making.offered(workspace.office)
        own = {one.name: word.own_template(workspace.folder, one).exists() for one in listed}
    if json:
        give(
            [
                {
                    "name": one.name,
                    "title": one.title,
                    "about": one.about,
                    "needs": [need.value for need in one.needs],
                    "ledger": one.ledger.id if one.ledger is not None else None,
                    "own_template": own[one.name],
                }
                for one in listed
            ]
        )
        return
    show_table(
        ("名字", "文书", "要指明", "说明"),
        [(one.name, one.title, "、".join(NEEDS[need] for need in one.needs), one.about) for one in listed],
    )


@app.command()
def report(
    context: typer.Context,
    folder: Folder,
    name: Name,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help=".docx、.xlsx 或 .pdf", show_default=False)],
    year: Year,
    month: Annotated[
        str | None, typer.Option("--month", help="月份，如 2026-11，或年度里的几月", show_default="本月")
    ] = None,
    office: OfficeCode = None,
    record: Annotated[str | None, typer.Option("--record", metavar="ID", help="哪一条记录", show_default=False)] = None,
    public: Annotated[bool, typer.Option("--public", help="不含身份证号、电话、住址等敏感栏目")] = False,
    json: Json = False,
) -> None:
    """把一份文书写成 Word、Excel 或 PDF，按文件名的结尾。"""
    document = making.named(name)
    asked = Asked(year, read_month(month, year) if month else None, office, record, public)
    with opened(folder) as workspace:
        made = making.make(workspace, document, asked, out, context.obj)
        own = word.own_template(workspace.folder, document).exists()
    if own and out.suffix.lower() != making.WORD:
        say(making.ONLY_WORD)
    if json:
        give({"name": document.name, "file": str(made.file), "rows": made.rows})
    else:
        show(f"{document.title}已写到 {made.file}")


@app.command("report-template")
def report_template(
    folder: Folder,
    name: Name,
    standard: Annotated[bool, typer.Option("--standard", help="删去自己的模板，改回原来的")] = False,
    json: Json = False,
) -> None:
    """把一份文书的 Word 模板放进工作目录，由本单位修改；--standard 改回原来的。"""
    document = making.named(name)
    with opened(folder) as workspace:
        if standard:
            gone = making.forget_copy(workspace, document)
            if json:
                give({"name": document.name, "file": None})
            else:
                say("已改回原来的模板。" if gone else "没有自己的模板，用的就是原来的。")
            return
        file = making.own_copy(workspace, document)
    if json:
        give({"name": document.name, "file": str(file)})
    else:
        show(f"模板：{file}")
        say("用 Word 或 WPS 修改，双大括号里的字要原样留着。改完存盘，下次打印就用它。")
