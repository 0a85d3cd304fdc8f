"""The year's scoring (科学考评): an office's sheet, what the ledgers supply, totals and ranks, and the decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import editing
from app.ledgers.responsibility import SCORES
from app.ledgers.responsibility_checks import passes
from app.policy import Policies
from app.responsibility import restricting
from app.responsibility.ledger_figures import FIGURES
from app.responsibility.month import OfficeLine, offices
from app.rules import scoring
from app.workspace import Workspace
from db import clock, codes
from db.errors import Refusal
from db.models.responsibility import FROM, Assessment, Indicator, Restriction, Score


@dataclass(frozen=True)
class SheetLine:
    """One indicator of a sheet with both columns, and the mark that the ledgers' figure earns where there is one."""

    id: str
    number: str
    title: str
    full_mark: Decimal
    way: str
    rule: str
    leaf: bool
    depth: int
    self_score: Decimal | None = None
    county_score: Decimal | None = None
    reason: str = ""
    county_reason: str = ""
    own_id: str | None = None
    """The office's own record."""
    county_id: str | None = None
    """The record that holds the county's mark, or is to hold it."""
    figure: str = ""
    """The figure from the ledgers as people read it: 设岗率 83.3%."""
    suggested: Decimal | None = None

    @property
    def suggested_reason(self) -> str:
        """Why the ledgers' figure does not earn the full mark."""
        if self.suggested is None or self.suggested >= self.full_mark:
            return ""
        return f"{self.figure}，按细则得 {scoring.plain(self.suggested)} 分"


@dataclass(frozen=True)
class Sheet:
    """The scoring sheet of an office in a year. A total is None while a leaf is not scored; bonus marks may be."""

    office: OfficeLine
    year: int
    lines: tuple[SheetLine, ...]
    self_total: Decimal | None
    county_total: Decimal | None
    self_missing: int
    county_missing: int


@dataclass(frozen=True)
class Standing:
    """An office in the ranking of its category: its total so far, how many marks are missing, what was decided."""

    office: OfficeLine
    total: Decimal | None
    missing: int
    rank: int | None
    passed: bool | None
    decided_on: date | None


def years(session: Session) -> list[int]:
    """The years that have a standard, the last first."""
    return sorted(
        session.scalars(select(Indicator.year).where(Indicator.deleted_at.is_(None)).distinct()), reverse=True
    )


def has_standard(session: Session, year: int, category: str) -> bool:
    """Whether offices of a category have a standard in a year."""
    rows = select(Indicator.id).where(
        Indicator.deleted_at.is_(None), Indicator.year == year, Indicator.category == category
    )
    return session.scalars(rows.limit(1)).first() is not None


def sheet(session: Session, office: OfficeLine, year: int, today: date, *, figures: bool = True) -> Sheet:
    """An office's sheet. Raises `Refusal` where its category has no standard in that year."""
    found = session.scalars(
        select(Indicator).where(
            Indicator.deleted_at.is_(None), Indicator.year == year, Indicator.category == office.category
        )
    ).all()
    if not found:
        kind = codes.table("indicator_category").name(office.category)
        raise Refusal(f"还没有 {year} 年{kind}的考核指标。请县里先登记，或从往年沿用", "nothing-to-do")
    parents = {one.parent_id for one in found}
    scored = _scores(session, office.id, [one.id for one in found])
    depths = {one.id: one.parent_id for one in found}
    lines = []
    for one in sorted(found, key=lambda one: _order(one.number)):
        line = SheetLine(
            one.id,
            one.number,
            one.title,
            one.full_mark,
            one.way,
            one.rule or "",
            one.id not in parents,
            _depth(one.id, depths),
        )
        if line.leaf:
            line = _with_scores(line, scored.get(one.id, []), office.id)
            if figures and one.from_ledger:
                line = _with_figure(session, line, one, office.id, year, today)
        lines.append(line)
    leaves = [one for one in lines if one.leaf]
    counted = [one for one in leaves if one.way != scoring.BONUS]
    self_missing = sum(one.self_score is None for one in counted)
    county_missing = sum(one.county_score is None for one in counted)
    full = Policies.read(session).number("score.full", today, scoring.FULL)
    own = scoring.total([one.self_score or Decimal(0) for one in leaves], full)
    county = scoring.total([one.county_score or Decimal(0) for one in leaves], full)
    return Sheet(
        office,
        year,
        tuple(lines),
        None if self_missing else own,
        None if county_missing else county,
        self_missing,
        county_missing,
    )


def _order(number: str) -> tuple[tuple[int, str], ...]:
    """1.10 stands after 1.9."""
    return tuple((int(part), "") if part.isdecimal() else (10**6, part) for part in number.split("."))


def _depth(id: str, parents: Mapping[str, str | None]) -> int:
    depth, above = 0, parents.get(id)
    while above is not None and depth < len(parents):
        depth, above = depth + 1, parents.get(above)
    return depth


def _scores(session: Session, office_id: str, indicators: Sequence[str]) -> dict[str, list[Score]]:
    found: dict[str, list[Score]] = {}
    rows = select(Score).where(
        Score.deleted_at.is_(None), Score.target_office_id == office_id, Score.indicator_id.in_(indicators)
    )
    for one in session.scalars(rows.order_by(Score.id)):
        found.setdefault(one.indicator_id, []).append(one)
    return found


def _with_scores(line: SheetLine, found: Sequence[Score], office_id: str) -> SheetLine:
    """An office's own record has its own column; the county's mark stands in it too, or, where the office had none
    when the county scored, in a record of the county's."""
    own = next((one for one in found if one.office_id == office_id), None)
    county = next((one for one in found if one.county_score is not None), None) or own or next(iter(found), None)
    return replace(
        line,
        self_score=own.self_score if own else None,
        reason=(own.reason or "") if own else "",
        own_id=own.id if own else None,
        county_score=county.county_score if county else None,
        county_reason=(county.county_reason or "") if county else "",
        county_id=county.id if county else None,
    )


def _with_figure(
    session: Session, line: SheetLine, indicator: Indicator, office_id: str, year: int, today: date
) -> SheetLine:
    reckon = FIGURES.get(indicator.from_ledger or "")
    value = reckon(session, office_id, year, today) if reckon is not None else None
    if value is None:
        return line
    name = codes.table("ledger_figure").name(indicator.from_ledger or "").removesuffix("（%）")
    mark = scoring.score_for(
        indicator.way,
        indicator.full_mark,
        value,
        target=indicator.target,
        floor=indicator.floor,
        step=indicator.step,
    )
    return replace(line, figure=f"{name} {scoring.plain(value)}%", suggested=mark)


# ---------------------------------------------------------------- filling in


@dataclass(frozen=True)
class Mark:
    """One mark as it is given: text as a person writes it, and the reason for taking marks off."""

    score: str
    reason: str = ""


def fill(workspace: Workspace, office: OfficeLine, year: int, marks: Mapping[str, Mark]) -> int:
    """Writes marks by indicator into the column of whoever works here, as one step to undo; how many.

    Raises `Refusal` for the first that cannot be kept, naming the indicator, and then nothing is written.
    """
    county = workspace.office.is_county
    if not county and office.id != workspace.office.id:
        raise Refusal(f"这里只能给本单位自评，不能给“{office.name}”评分", "not-allowed")
    with workspace.edit(f"{year} 年{'县评' if county else '自评'}：{office.name}") as batch:
        found = sheet(batch.session, office, year, clock.today(), figures=False)
        lines = {one.id: one for one in found.lines if one.leaf}
        for indicator, mark in marks.items():
            if indicator not in lines:
                raise Refusal("这一项不是可以评分的单项指标，请刷新后再填", "not-found")
            line = lines[indicator]
            names = ("county_score", "county_reason") if county else ("self_score", "reason")
            values = dict(zip(names, (mark.score, mark.reason), strict=True))
            record = line.county_id if county else line.own_id
            if record is None:
                values |= {"indicator_id": indicator, "target_office_id": office.id}
            try:
                editing.save_into(workspace, batch, SCORES, values, record)
            except Refusal as refusal:
                raise Refusal(f"{line.number} {line.title}：{refusal.message}", "invalid-record") from None
    return len(marks)


def fill_from_ledgers(workspace: Workspace, office: OfficeLine, year: int, today: date | None = None) -> int:
    """Fills the column of whoever works here with the marks that the ledgers' figures earn, where it is empty."""
    with workspace.read() as session:
        found = sheet(session, office, year, today or clock.today())
    county = workspace.office.is_county
    marks = {
        one.id: Mark(scoring.plain(one.suggested), one.suggested_reason)
        for one in found.lines
        if one.suggested is not None and (one.county_score if county else one.self_score) is None
    }
    return fill(workspace, office, year, marks) if marks else 0


# ---------------------------------------------------------------- totals, ranks, the decision


def ranking(session: Session, own_id: str, year: int, category: str, today: date) -> list[Standing]:
    """The offices of a category, the highest total first; who is not scored in full stands last without a rank."""
    policy = Policies.read(session)
    decided = {
        one.target_office_id: one
        for one in session.scalars(select(Assessment).where(Assessment.deleted_at.is_(None), Assessment.year == year))
    }
    sheets = [
        sheet(session, one, year, today, figures=False)
        for one in offices(session, own_id)
        if one.category == category and one.id != own_id
    ]
    ranks = scoring.ranks({one.office.id: one.county_total for one in sheets if one.county_total is not None})
    found = []
    for one in sheets:
        result = decided.get(one.office.id)
        on = result.decided_on if result else today
        passed = passes(one.county_total, on, policy) if one.county_total is not None else None
        found.append(
            Standing(
                one.office,
                one.county_total,
                one.county_missing,
                ranks.get(one.office.id),
                passed,
                result.decided_on if result else None,
            )
        )
    return sorted(found, key=lambda one: (one.rank is None, one.rank or 0, one.office.code))


@dataclass(frozen=True)
class Decided:
    """What a decision came to: totals and ranks by office, and the restrictions that were written."""

    standings: tuple[Standing, ...]
    restrictions: tuple[tuple[OfficeLine, scoring.Consequence], ...]
    """Pairs of an office and what binds it."""


def plan(
    session: Session,
    own_id: str,
    year: int,
    category: str,
    decided_on: date,
    staff: Mapping[str, Sequence[tuple[str, str]]] | None = None,
) -> Decided:
    """What a decision would come to; see `decide`."""
    standings = ranking(session, own_id, year, category, decided_on)
    if not standings:
        kind = codes.table("indicator_category").name(category)
        raise Refusal(f"没有登记{kind}单位，无从考核。请先登记", "nothing-to-do")
    lacking = [f"{one.office.name}还差 {one.missing} 项" for one in standings if one.total is None]
    if lacking:
        raise Refusal(f"{year} 年的县评分没有评完：{'；'.join(lacking)}。请评完再审定", "incomplete")
    if any(one.decided_on for one in standings):
        raise Refusal(f"{year} 年这一类的考核结果已经审定。要重新审定，请先撤销原来的审定", "already-there")
    found = []
    for one in standings:
        if not one.passed:
            bound = restricting.bound(session, one.office.id, year, decided_on, (staff or {}).get(one.office.id, ()))
            found += [(one.office, consequence) for consequence in bound]
    return Decided(tuple(standings), tuple(found))


def decide(
    workspace: Workspace,
    year: int,
    category: str,
    decided_on: date,
    staff: Mapping[str, Sequence[tuple[str, str]]] | None = None,
) -> Decided:
    """Writes the results of all offices of a category, and the restrictions of those below the mark, as one step to
    undo (seed §4). `staff` names, by office, further people who are bound: pairs of name and position.

    Raises `Refusal`, and writes nothing, while a mark is missing or when it was decided before.
    """
    if not workspace.office.directs:
        raise Refusal("考核结果由县里审定，这里不能审定", "not-allowed")
    if decided_on > clock.today():
        raise Refusal(f"审定日期 {decided_on} 晚于今天，请核对", "invalid-record")
    kind = codes.table("indicator_category").name(category)
    with workspace.edit(f"审定 {year} 年{kind}考核") as batch:
        found = plan(batch.session, workspace.office.id, year, category, decided_on, staff)
        for one in found.standings:
            made = batch.add(
                Assessment(
                    office_id=workspace.office.id,
                    year=year,
                    target_office_id=one.office.id,
                    total=one.total,
                    rank=one.rank,
                    passed=one.passed,
                    decided_on=decided_on,
                )
            )
            rows = [
                restricting.row(workspace.office.id, made.id, one.office.id, bound)
                for office, bound in found.restrictions
                if office == one.office
            ]
            batch.create_rows(Restriction, rows)
    return found


# ---------------------------------------------------------------- what was decided


def result_of(session: Session, office_id: str, year: int) -> str | None:
    """What was decided of an office, as a sentence; None while nothing is."""
    found = session.scalars(
        select(Assessment).where(
            Assessment.deleted_at.is_(None), Assessment.year == year, Assessment.target_office_id == office_id
        )
    ).first()
    if found is None:
        return None
    rank = f"，第 {found.rank} 名" if found.rank else ""
    return f"{found.decided_on} 审定 {scoring.plain(found.total)} 分{rank}"


def consequences_of(session: Session, office_id: str, year: int) -> list[str]:
    """What binds an office and its people because of a year's result, a sentence each."""
    rows = (
        select(Restriction, FROM)
        .join(Assessment, Assessment.id == Restriction.assessment_id)
        .where(Restriction.deleted_at.is_(None), Assessment.year == year, Assessment.target_office_id == office_id)
        .order_by(Restriction.kind, Restriction.id)
    )
    names, found = codes.table("restriction_kind"), []
    for one, start in session.execute(rows):
        who = f"{one.person}（{one.position}）" if one.person and one.position else one.person or ""
        if one.kind == scoring.ACCOUNT:
            state = f"{one.answered_on} 已提交" if one.answered_on else "还没有提交"
            found.append(f"{who}向县委作书面说明，{one.until} 前，{state}")
        else:
            found.append(f"{who}{names.name(one.kind)}，{start} 至 {one.until}")
    return found
