"""The year's work: carry over, duties, the month, scores, the decision, the draw, the bulletin."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from app.commands.common import Folder, Json, assignments, give, new_app, opened, say, show, show_table
from app.responsibility import assessing, inspecting
from app.responsibility import month as months
from app.responsibility.assessing import Mark
from app.responsibility.month import OfficeLine
from app.rules import monthly
from app.workspace import Workspace
from db import clock, codes, parsing
from db.errors import Refusal

NAME = None
app = new_app()

Year = Annotated[
    int, typer.Option("--year", help="年度", show_default="今年", default_factory=lambda: clock.today().year)
]
Month = Annotated[
    str,
    typer.Option(
        "--month", help="月份，如 2026-11", show_default="本月", default_factory=lambda: monthly.month_of(clock.today())
    ),
]
OfficeCode = Annotated[str | None, typer.Option("--office", metavar="CODE", help="单位代码", show_default=False)]


@app.command("carry-over")
def carry_over(
    folder: Folder,
    year: Year,
    source: Annotated[
        int | None, typer.Option("--from", help="沿用哪一年；不写则是最近一年", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """县里：把往年的实事和考核指标沿用到一个年度。"""
    with opened(folder) as workspace:
        tasks, indicators = months.carry_over(workspace, year, source)
    if json:
        give({"year": year, "tasks": tasks, "indicators": indicators})
    else:
        show(f"已沿用到 {year} 年：实事 {tasks} 件，考核指标 {indicators} 项。")


@app.command()
def duties(
    folder: Folder,
    year: Year,
    make: Annotated[bool, typer.Option("--make", help="县里：把还没有分解的实事分解到各单位")] = False,
    json: Json = False,
) -> None:
    """列出一个年度的责任分解；--make 先生成。"""
    with opened(folder) as workspace:
        made = months.make_duties(workspace, year) if make else None
        with workspace.read() as session:
            names = {one.id: one.name for one in months.offices(session, workspace.office.id)}
            lines = months.duties(session, year)
    if json:
        listed = [
            {
                "id": one.id,
                "task": one.number,
                "title": one.title,
                "office_id": one.office_id,
                "quota": one.quota,
                "first_responsible": one.first_responsible,
                "direct_responsible": one.direct_responsible,
                "due_on": one.due_on.isoformat(),
                "closed_on": one.closed_on.isoformat() if one.closed_on else None,
            }
            for one in lines
        ]
        lacking = [{"office": name, "lacks": what} for name, what in made.lacking] if made else []
        give({"created": made.created if made else 0, "lacking": lacking, "duties": listed})
        return
    rows = [
        (
            names.get(one.office_id, ""),
            str(one.number),
            one.title,
            "" if one.quota is None else f"{one.quota}{one.unit}",
            one.first_responsible,
            one.direct_responsible,
            one.due_on.isoformat(),
        )
        for one in lines
    ]
    show_table(("单位", "编号", "实事", "任务数", "第一责任人", "直接责任人", "时限"), rows)
    if made is not None:
        say(f"新分解 {made.created} 项。")
        for name, what in made.lacking:
            say(f"{name}没有分解：{what}，请先在“党组织”里登记。")


@app.command()
def month(
    folder: Folder,
    month: Month,
    done: Annotated[
        list[str] | None, typer.Option("--done", metavar="编号=完成数", help="填写自查；可重复", show_default=False)
    ] = None,
    reason: Annotated[
        list[str] | None, typer.Option("--reason", metavar="编号=原因", help="未完成原因；可重复", show_default=False)
    ] = None,
    by: Annotated[str | None, typer.Option("--by", help="填报人", show_default=False)] = None,
    on: Annotated[str | None, typer.Option("--on", help="填报日期，不写则是今天", show_default=False)] = None,
    json: Json = False,
) -> None:
    """一个月的自查：各单位报了没有、是否按时；乡镇用 --done 填写，一次一批。"""
    chosen = read_month(month)
    amounts = assignments(done or (), "--done 编号=完成数")
    why = dict(assignments(reason or (), "--reason 编号=原因"))
    refuse_stray_reasons(why, amounts, "--done")
    with opened(folder) as workspace:
        if amounts:
            fill_month(workspace, chosen, amounts, why, by or workspace.user, on)
        with workspace.read() as session:
            lines = months.standing(session, workspace.office.id, chosen, clock.today())
    if json:
        give(
            [
                {
                    "office": one.office.code,
                    "name": one.office.name,
                    "month": chosen,
                    "owed": one.owed,
                    "filled": one.filled,
                    "state": one.state.value,
                    "filled_on": one.last_on.isoformat() if one.last_on else None,
                    "rate": None if one.rate is None else str(one.rate),
                    "rank": one.rank,
                }
                for one in lines
            ]
        )
        return
    rows = [
        (
            one.office.name,
            f"{one.filled}/{one.owed}",
            months.STATE_NAMES[one.state],
            one.last_on.isoformat() if one.last_on else "",
            "" if one.rate is None else f"{one.rate}%",
            str(one.rank or ""),
        )
        for one in lines
    ]
    show_table(("单位", "自查", "情况", "填报日期", "平均完成率", "名次"), rows)


def read_month(text: str, year: int | None = None) -> str:
    """A month as a person writes it; a number alone is a month of the year. Raises `Refusal`."""
    try:
        if (found := re.fullmatch(r"(\d{1,2})月?", text.strip())) and 1 <= int(found[1]) <= 12:
            return f"{year or clock.today().year}-{int(found[1]):02}"
        return parsing.month(text)
    except parsing.Unreadable as error:
        raise Refusal(str(error), "unreadable") from error


def read_day(text: str | None) -> date | None:
    """A day as a person writes it, None for none. Raises `Refusal`."""
    try:
        return parsing.day(text) if text else None
    except parsing.Unreadable as error:
        raise Refusal(str(error), "unreadable") from error


def refuse_stray_reasons(reasons: Mapping[str, str], given: Sequence[tuple[str, str]], option: str) -> None:
    """Wrong usage where a reason goes with nothing: it would be lost without a word."""
    stray = [number for number in reasons if number not in dict(given)]
    if stray:
        raise typer.BadParameter(f"--reason {stray[0]} 要和 {option} {stray[0]}=… 一起写")


def fill_month(
    workspace: Workspace,
    chosen: str,
    done: Sequence[tuple[str, str]],
    why: Mapping[str, str],
    by: str,
    on: str | None,
) -> None:
    """Writes the self-checks that are named by the numbers of their tasks."""
    with workspace.read() as session:
        lines = months.sheet(session, workspace.office.id, chosen)
    by_number = {str(one.duty.number): one.duty.id for one in lines}
    typed = {}
    for number, amount in done:
        if number not in by_number:
            known = "、".join(by_number) or "没有"
            raise Refusal(f"{chosen[:4]} 年没有编号为 {number} 的责任项目（有的编号：{known}）", "not-found")
        values: dict[str, object] = {"done": amount, "filled_by": by, "reason": why.get(number, "")}
        if on:
            values["filled_on"] = read_day(on)
        typed[by_number[number]] = values
    months.fill(workspace, chosen, typed)


@app.command()
def bulletin(folder: Folder, month: Month, json: Json = False) -> None:
    """县里：由一个月的数生成月通报。"""
    chosen = read_month(month)
    with opened(folder) as workspace:
        made = months.issue_bulletin(workspace, chosen)
        with workspace.read() as session:
            title, body = months.bulletin_text(session, made)
    if json:
        give({"id": made, "month": chosen, "title": title, "body": body})
    else:
        show(f"{title}\n\n{body}")


# ---------------------------------------------------------------- scores


def office_named(session: Session, workspace: Workspace, code: str | None) -> OfficeLine:
    """The office of a code; a township's own without one."""
    found = months.offices(session, workspace.office.id)
    if code is None and not workspace.office.is_county:
        return found[0]
    for one in found:
        if code in (one.code, one.name):
            return one
    known = "、".join(f"{one.code}（{one.name}）" for one in found)
    raise Refusal(f"请用 --office 写明单位代码。可用的：{known}", "no-such-office")


@app.command()
def score(
    folder: Folder,
    year: Year,
    office: OfficeCode = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="编号=分数", help="评分；可重复", show_default=False)
    ] = None,
    reason: Annotated[
        list[str] | None, typer.Option("--reason", metavar="编号=事由", help="扣分事由；可重复", show_default=False)
    ] = None,
    from_ledgers: Annotated[bool, typer.Option("--from-ledgers", help="空着的，能从台账算出的先填上")] = False,
    json: Json = False,
) -> None:
    """一个单位的考核评分表：乡镇自评，县里县评。"""
    marks_given = assignments(set_ or (), "--set 编号=分数")
    why = dict(assignments(reason or (), "--reason 编号=事由"))
    refuse_stray_reasons(why, marks_given, "--set")
    with opened(folder) as workspace:
        with workspace.read() as session:
            chosen = office_named(session, workspace, office)
            numbers = {
                one.number: one.id for one in assessing.sheet(session, chosen, year, clock.today(), figures=False).lines
            }
        if from_ledgers:
            assessing.fill_from_ledgers(workspace, chosen, year)
        if marks_given:
            marks = {}
            for number, mark in marks_given:
                if number not in numbers:
                    raise Refusal(f"{year} 年的考核指标没有编号 {number}", "not-found")
                marks[numbers[number]] = Mark(mark, why.get(number, ""))
            assessing.fill(workspace, chosen, year, marks)
        with workspace.read() as session:
            found = assessing.sheet(session, chosen, year, clock.today())
    if json:
        give(wire_sheet(found))
        return
    rows = [
        (
            one.number,
            "　" * one.depth + one.title,
            f"{one.full_mark.normalize():f}",
            text(one.self_score),
            text(one.county_score),
            one.figure,
            one.county_reason or one.reason,
        )
        for one in found.lines
    ]
    show_table(("编号", "指标", "满分", "自评", "县评", "台账取数", "事由"), rows)
    say(f"自评合计 {text(found.self_total) or '没有评完'}，县评合计 {text(found.county_total) or '没有评完'}。")


def text(number: object) -> str:
    """A mark as people write it."""
    return "" if number is None else f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"


def wire_sheet(found: assessing.Sheet) -> dict[str, object]:
    """A sheet as scripts see it; marks are text."""

    def wired(mark: object) -> str | None:
        return text(mark) if mark is not None else None

    return {
        "office": found.office.code,
        "year": found.year,
        "self_total": wired(found.self_total),
        "county_total": wired(found.county_total),
        "lines": [
            {
                "indicator_id": one.id,
                "number": one.number,
                "title": one.title,
                "full_mark": wired(one.full_mark),
                "leaf": one.leaf,
                "self_score": wired(one.self_score),
                "county_score": wired(one.county_score),
                "figure": one.figure or None,
                "suggested": wired(one.suggested),
                "reason": one.reason,
                "county_reason": one.county_reason,
            }
            for one in found.lines
        ],
    }


@app.command()
def decide(
    folder: Folder,
    year: Year,
    category: Annotated[str, typer.Option("--category", help="考核类别：乡镇或县直机关")] = "乡镇",
    on: Annotated[str | None, typer.Option("--on", help="审定日期，不写则是今天", show_default=False)] = None,
    staff: Annotated[
        list[str] | None,
        typer.Option("--staff", metavar="单位代码=姓名:职务", help="另外受限制的专职人员；可重复", show_default=False),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看结果，不写")] = False,
    json: Json = False,
) -> None:
    """县里：审定一类单位的年度考核，评分线以下的写出限制。"""
    kind = codes.table("indicator_category").find(category)
    if kind is None:
        raise Refusal(f"没有“{category}”这一类，可填：乡镇、县直机关", "unreadable")
    with opened(folder) as workspace:
        with workspace.read() as session:
            people: dict[str, list[tuple[str, str]]] = {}
            for code, person in assignments(staff or (), "--staff 单位代码=姓名:职务"):
                name, _, position = person.partition(":")
                people.setdefault(office_named(session, workspace, code).id, []).append((name, position or "专职人员"))
            day = read_day(on) or clock.today()
            found = assessing.plan(session, workspace.office.id, year, kind, day, people)
        if not dry_run:
            found = assessing.decide(workspace, year, kind, day, people)
    if json:
        give(
            {
                "results": [
                    {"office": one.office.code, "total": text(one.total), "rank": one.rank, "passed": one.passed}
                    for one in found.standings
                ],
                "restrictions": [
                    {
                        "office": office.name,
                        "kind": bound.kind,
                        "person": bound.person,
                        "position": bound.position,
                        "from": bound.start.isoformat(),
                        "until": bound.until.isoformat(),
                    }
                    for office, bound in found.restrictions
                ],
            }
        )
        return
    show_table(
        ("名次", "单位", "总分", "评分线"),
        [
            (str(one.rank), one.office.name, text(one.total), "达到" if one.passed else "没有达到")
            for one in found.standings
        ],
    )
    names = codes.table("restriction_kind")
    for office, bound in found.restrictions:
        show(f"{office.name}：{names.name(bound.kind)} {bound.person or ''} {bound.start} 至 {bound.until}")


@app.command()
def draw(
    folder: Folder,
    seed: Annotated[str, typer.Option("--seed", help="抽签号：同一个号抽出的村总是一样")],
    teams: Annotated[int | None, typer.Option("--teams", help="督查组数", show_default="规则参数")] = None,
    villages: Annotated[int | None, typer.Option("--villages", help="每组抽几个村", show_default="规则参数")] = None,
    write: Annotated[bool, typer.Option("--write", help="写入督查台账")] = False,
    json: Json = False,
) -> None:
    """县里：随机抽取督查的村。"""
    with opened(folder) as workspace:
        with workspace.read() as session:
            by_policy = inspecting.size(session, clock.today())
            groups, each = teams or by_policy[0], villages or by_policy[1]
            found = inspecting.drawn(session, workspace.office.id, seed, groups, each)
        if write:
            found = inspecting.assign(workspace, seed, groups, each)
    if json:
        give(
            [
                {
                    "seed": seed,
                    "team": one.team,
                    "office": one.office,
                    "village_id": one.village_id,
                    "village": one.village,
                }
                for one in found
            ]
        )
        return
    show_table(("督查组", "乡镇", "村(社区)"), [(one.team_name, one.office, one.village) for one in found])
    say(f"抽签号 {seed}。用同一个号再抽，结果一样。")
