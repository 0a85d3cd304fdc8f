"""`siji statistics`: the figures of the Party's members, as the page shows them."""

from pathlib import Path
from typing import Annotated

import typer

from app.commands.common import Folder, Json, give, new_app, opened, say, show, show_table
from app.commands.responsibility import OfficeCode, office_named, read_day
from app.team import party_sheet
from app.team.party_sheet import Ages
from app.team.party_statistics import By, Topic, day_of
from db import clock

NAME = None
app = new_app()


@app.command()
def statistics(
    folder: Folder,
    of: Annotated[Topic, typer.Option("--of", help="统计什么")] = Topic.AGE,
    by: Annotated[By, typer.Option("--by", help="按支部，还是按单位")] = By.BRANCH,
    year: Annotated[
        int | None, typer.Option("--year", help="年度：往年到年底，今年到今天", show_default="今年")
    ] = None,
    day: Annotated[str | None, typer.Option("--day", help="统计截止日，代替年度", show_default=False)] = None,
    office: OfficeCode = None,
    ages: Annotated[Ages, typer.Option("--ages", help="年龄分组，见规则参数 bands.age")] = Ages.A,
    out: Annotated[Path | None, typer.Option("--out", help="另存为 .xlsx", show_default=False)] = None,
    json: Json = False,
) -> None:
    """党内统计：年龄、学历、性别、民族、党龄、职业、发展党员、党纪处分、增减平衡。"""
    with opened(folder) as workspace:
        today = clock.today()
        on = read_day(day) or day_of(year or today.year, today)
        with workspace.read() as session:
            chosen = office_named(session, workspace, office).id if office else None
            found = party_sheet.table(session, of, by, on, today, office=chosen, ages=ages)
        if out is not None:
            party_sheet.export(workspace, found, out)
    if json:
        give(party_sheet.wire(found))
        return
    headings, rows = party_sheet.texts(found)
    show(f"{found.title}（{on.isoformat()}）：{found.finding}")
    show_table(headings, rows)
    for one in found.doubts:
        say(f"{one.sentence}：{len(one.ids)} 条，差 {one.number:+}。")
