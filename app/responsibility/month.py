"""The month (一月一调度、一月一通报): duties made of tasks, what each office owes, its self-checks, the bulletin."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import editing
from app.ledgers.responsibility import BULLETINS, MONTHLY_CHECKS
from app.offices import next_below
from app.policy import Policies
from app.rules import monthly, scoring
from app.rules.monthly import Report
from app.rules.spans import years_later
from app.team.committee import heads
from app.workspace import Workspace
from db import clock, parsing
from db.errors import Refusal
from db.ids import new_id
from db.models.organisation import Office, Village
from db.models.record import fields_of
from db.models.responsibility import Bulletin, Duty, Indicator, MonthlyCheck, Task


@dataclass(frozen=True)
class OfficeLine:
    """An office that has duties and is scored."""

    id: str
    code: str
    name: str
    category: str


@dataclass(frozen=True)
class DutyLine:
    """One duty with what its task says."""

    id: str
    office_id: str
    task_id: str
    number: int
    title: str
    unit: str
    quota: int | None
    first_responsible: str
    direct_responsible: str
    village: str
    due_on: date
    closed_on: date | None


@dataclass(frozen=True)
class CheckLine:
    """A duty in one month: the self-check where there is one, and what had been done before the month."""

    duty: DutyLine
    check_id: str | None
    before: int
    values: Mapping[str, Any]


@dataclass(frozen=True)
class OfficeMonth:
    """How one office stands in one month: what it owes and has filled in, when last, how far its work is."""

    office: OfficeLine
    owed: int
    filled: int
    state: Report
    last_on: date | None
    rate: Decimal | None
    rank: int | None


def offices(session: Session, own_id: str, *, deep: bool = False) -> list[OfficeLine]:
    """The offices directly below an office (`deep`: all below it), or the office itself where none is."""
    rows = select(Office.id, Office.code, Office.name, Office.kind).where(Office.deleted_at.is_(None))
    below = Office.id.in_(next_below(session, own_id)) if deep else Office.superior_id == own_id
    found = session.execute(rows.where(below).order_by(Office.code)).all()
    found = found or session.execute(rows.where(Office.id == own_id)).all()
    return [OfficeLine(id, code, name, "02" if kind == "02" else "01") for id, code, name, kind in found]


def duties(session: Session, year: int, office_id: str | None = None) -> list[DutyLine]:
    """The duties of a year, in the order of their tasks."""
    rows = (
        select(Duty, Task, Village.name)
        .join(Task, Task.id == Duty.task_id)
        .outerjoin(Village, Village.id == Duty.village_id)
        .where(Duty.deleted_at.is_(None), Task.deleted_at.is_(None), Task.year == year)
        .order_by(Task.number, Duty.id)
    )
    if office_id is not None:
        rows = rows.where(Duty.target_office_id == office_id)
    return [
        DutyLine(
            duty.id,
            duty.target_office_id,
            task.id,
            task.number,
            task.title,
            task.unit or "",
            duty.quota,
            duty.first_responsible,
            duty.direct_responsible,
            village or "",
            duty.due_on or task.due_on,
            duty.closed_on,
        )
        for duty, task, village in session.execute(rows)
    ]


def tasks(session: Session, year: int) -> list[Task]:
    """The tasks of a year by number."""
    rows = select(Task).where(Task.deleted_at.is_(None), Task.year == year)
    return list(session.scalars(rows.order_by(Task.number)))


def years(session: Session) -> list[int]:
    """The years that have tasks, the last first."""
    found = session.scalars(select(Task.year).where(Task.deleted_at.is_(None)).distinct())
    return sorted(found, reverse=True)


# ---------------------------------------------------------------- a new year


def carry_over(workspace: Workspace, year: int, source: int | None = None) -> tuple[int, int]:
    """Copies the tasks and indicators of an earlier year (None: the last there is) to a year, as one step to undo, and
    returns how many of each. What the year already has stays. Raises `Refusal` where there is nothing to copy.

    The days by which tasks are due move by the years between.
    """
    if not workspace.office.directs:
        raise Refusal("实事和考核指标由县里定，这里不能沿用", "not-allowed")
    with workspace.edit(f"沿用到 {year} 年") as batch:
        session = batch.session
        made_tasks = _copy_tasks(session, workspace.office.id, year, source)
        made_indicators = _copy_indicators(session, workspace.office.id, year, source)
        if not made_tasks and not made_indicators:
            raise Refusal(f"{year} 年的实事和考核指标都已经有了，或者没有更早的年度可以沿用", "nothing-to-do")
        batch.create_rows(Task, made_tasks)
        batch.create_rows(Indicator, made_indicators)
    return len(made_tasks), len(made_indicators)


def _last_year(session: Session, model: type[Task] | type[Indicator], year: int, source: int | None) -> int | None:
    if session.scalars(select(model.id).where(model.deleted_at.is_(None), model.year == year).limit(1)).first():
        return None
    earlier = select(func.max(model.year)).where(model.deleted_at.is_(None), model.year < year)
    if source is not None:
        earlier = select(func.max(model.year)).where(model.deleted_at.is_(None), model.year == source)
    return session.scalar(earlier)


def _copy_tasks(session: Session, own_id: str, year: int, source: int | None) -> list[dict[str, Any]]:
    last = _last_year(session, Task, year, source)
    if last is None:
        return []
    names = [name for name in fields_of(Task) if name not in ("year", "due_on")]
    return [
        {name: getattr(one, name) for name in names}
        | {"id": new_id(), "office_id": own_id, "year": year, "due_on": years_later(one.due_on, year - last)}
        for one in tasks(session, last)
    ]


def _copy_indicators(session: Session, own_id: str, year: int, source: int | None) -> list[dict[str, Any]]:
    last = _last_year(session, Indicator, year, source)
    if last is None:
        return []
    found = session.scalars(select(Indicator).where(Indicator.deleted_at.is_(None), Indicator.year == last)).all()
    ids = {one.id: new_id() for one in found}
    names = [name for name in fields_of(Indicator) if name not in ("year", "parent_id")]
    return [
        {name: getattr(one, name) for name in names}
        | {"id": ids[one.id], "office_id": own_id, "year": year, "parent_id": ids.get(one.parent_id or "")}
        for one in found
    ]


@dataclass(frozen=True)
class Made:
    """What came of making duties: how many, and which offices lack somebody to answer for them."""

    created: int
    lacking: tuple[tuple[str, str], ...]


def make_duties(workspace: Workspace, year: int) -> Made:
    """Gives every task of a year to every office that does not have it yet, as one step to undo (seed §4).

    First responsible is the secretary of the office's committee, directly responsible its organiser. A task's quota is
    split by the number of villages, to the last one. An office whose committee lacks either is left out and named.
    """
    if not workspace.office.directs:
        raise Refusal("责任分解由县里填写，这里不能生成", "not-allowed")
    with workspace.edit(f"分解 {year} 年实事") as batch:
        session = batch.session
        found = tasks(session, year)
        if not found:
            raise Refusal(f"还没有 {year} 年的实事。请先在“实事”里登记，或从往年沿用", "nothing-to-do")
        below = [one for one in offices(session, workspace.office.id) if one.id != workspace.office.id]
        if not below:
            raise Refusal("还没有登记乡镇或县直机关，没有单位可以分解。请先登记", "nothing-to-do")
        answering = {one.id: heads(session, one.id) for one in below}
        lacking = tuple((one.name, answering[one.id].lacks) for one in below if answering[one.id].lacks)
        weights = _villages(session, below)
        known = {(one.task_id, one.office_id) for one in duties(session, year)}
        rows = []
        for task in found:
            shares = monthly.shares(task.quota, weights) if task.quota else {}
            for office in below:
                head = answering[office.id]
                if head.lacks or (task.id, office.id) in known:
                    continue
                rows.append(
                    {
                        "office_id": workspace.office.id,
                        "task_id": task.id,
                        "target_office_id": office.id,
                        "party_org_id": head.org,
                        "quota": shares.get(office.id),
                        "first_responsible": head.secretary,
                        "direct_responsible": head.organiser,
                        "due_on": task.due_on,
                    }
                )
        batch.create_rows(Duty, rows)
    return Made(len(rows), lacking)


def _villages(session: Session, below: Iterable[OfficeLine]) -> dict[str, int]:
    counts: dict[str, int] = dict(
        session.execute(
            select(Village.office_id, func.count()).where(Village.deleted_at.is_(None)).group_by(Village.office_id)
        ).all()
    )
    return {one.id: counts.get(one.id, 0) for one in below}


# ---------------------------------------------------------------- a month


def sheet(session: Session, office_id: str, month: str) -> list[CheckLine]:
    """An office's duties of the month's year, with the month's self-check of each."""
    own = duties(session, int(month[:4]), office_id)
    rows = select(MonthlyCheck).where(
        MonthlyCheck.deleted_at.is_(None),
        MonthlyCheck.duty_id.in_([one.id for one in own]),
        MonthlyCheck.month <= month,
    )
    now: dict[str, MonthlyCheck] = {}
    before: dict[str, int] = {}
    for one in session.scalars(rows.order_by(MonthlyCheck.month)):
        if one.month == month:
            now[one.duty_id] = one
        else:
            before[one.duty_id] = one.total_done if one.total_done is not None else one.done
    return [
        CheckLine(
            duty,
            now[duty.id].id if duty.id in now else None,
            before.get(duty.id, 0),
            {name: getattr(now.get(duty.id), name, None) for name in MONTHLY_CHECKS.fields},
        )
        for duty in own
    ]


def fill(workspace: Workspace, month: str, typed: Mapping[str, Mapping[str, Any]]) -> int:
    """Writes an office's self-checks of a month, by duty, as one step to undo; how many it wrote.

    `typed` are fields as a person writes them. The total and the rate follow from what was done. Raises `Refusal` for
    the first that cannot be kept, naming its task, and then nothing is written.
    """
    if workspace.office.is_county:
        raise Refusal("月度自查由各单位自己填写，县里不代填", "not-allowed")
    with workspace.edit(f"填写 {month} 自查", "edit") as batch:
        lines = {one.duty.id: one for one in sheet(batch.session, workspace.office.id, month)}
        for duty_id, given in typed.items():
            if duty_id not in lines:
                raise Refusal("这一项不是本单位今年的责任项目，请刷新后再填", "not-found")
            line = lines[duty_id]
            values: dict[str, Any] = {"duty_id": duty_id, "month": month, **given}
            try:
                done = MONTHLY_CHECKS.fields["done"].parse(str(given.get("done") or ""))
                if done is not None:
                    total = line.before + done
                    values |= {"total_done": total, "rate": monthly.rate(total, line.duty.quota)}
                if line.check_id is None:
                    values.setdefault("filled_on", clock.today())
                editing.save_into(workspace, batch, MONTHLY_CHECKS, values, line.check_id)
            except (Refusal, parsing.Unreadable) as refusal:
                raise Refusal(f"第 {line.duty.number} 件“{line.duty.title}”：{refusal}", "invalid-record") from None
    return len(typed)


def standing(session: Session, own_id: str, month: str, today: date) -> list[OfficeMonth]:
    """How each office stands in a month; ranked by rate, who has filled in nothing has no rank."""
    due_day = Policies.read(session).whole("monthly.due_day", today, monthly.DUE_DAY)
    found = []
    for office in offices(session, own_id):
        lines = sheet(session, office.id, month)
        filled = [one for one in lines if one.check_id is not None]
        days = [one.values["filled_on"] for one in filled]
        state = monthly.report_state(month, len(lines), days, today, due_day)
        last = max((day for day in days if day is not None), default=None)
        rate = monthly.mean_rate(one.values["rate"] for one in filled)
        found.append(OfficeMonth(office, len(lines), len(filled), state, last, rate, None))
    ranks = scoring.ranks({one.office.id: one.rate for one in found if one.rate is not None})
    return [OfficeMonth(*_fields(one), ranks.get(one.office.id)) for one in found]


def _fields(one: OfficeMonth) -> tuple[OfficeLine, int, int, Report, date | None, Decimal | None]:
    return one.office, one.owed, one.filled, one.state, one.last_on, one.rate


STATE_NAMES = {Report.ON_TIME: "按时", Report.LATE: "逾期", Report.WAITING: "未报", Report.MISSING: "未报，已过期"}
"""What each state is called."""


# ---------------------------------------------------------------- the bulletin


def bulletin(session: Session, own_id: str, month: str, today: date) -> tuple[str, str]:
    """Title and text of the bulletin of a month, made from its figures (§10.3): who did how much, in order, and by
    name who was late or has not reported."""
    lines = [one for one in standing(session, own_id, month, today) if one.owed]
    if not lines:
        raise Refusal(f"{month} 没有可以通报的责任项目。请先把实事分解到各单位", "nothing-to-do")
    year, number = month[:4], int(month[5:])
    title = f"关于{year}年{number}月份基层党建工作完成情况的通报"
    ranked = sorted((one for one in lines if one.rank), key=lambda one: (one.rank or 0, one.office.code))
    named = {state: [one.office.name for one in lines if one.state is state] for state in Report}
    amounts = (
        f"本月应报自查的单位{len(lines)}个，按时上报{len(named[Report.ON_TIME])}个，"
        f"逾期上报{len(named[Report.LATE])}个，没有上报{len(named[Report.MISSING]) + len(named[Report.WAITING])}个。"
    )
    parts = [
        "各乡镇党委，县直机关各党组织：",
        f"现将{year}年{number}月份基层党建工作完成情况通报如下。",
        "一、总体情况",
        amounts,
    ]
    if ranked:
        order = "；".join(
            f"第{one.rank}名 {one.office.name} {scoring.plain(one.rate or Decimal(0))}%" for one in ranked
        )
        parts.append(f"各单位实事平均完成率依次为：{order}。")
    parts.append("二、各件实事进度")
    parts += [f"{place}. {line}" for place, line in enumerate(_by_task(session, own_id, month), 1)]
    parts.append("三、存在问题")
    parts += _problems(session, lines, named, month)
    parts.append("四、下步要求")
    due = Policies.read(session).whole("monthly.due_day", today, monthly.DUE_DAY)
    waiting = "请没有上报的单位立即补报；" if len(named[Report.ON_TIME]) + len(named[Report.LATE]) < len(lines) else ""
    parts.append(f"{waiting}完成率低的单位要分析原因、落实措施。下月自查请于{due}日前上报。")
    return title, "\n".join(parts)


def _by_task(session: Session, own_id: str, month: str) -> list[str]:
    """For each task of the year: done of the quota over all offices that have reported."""
    sums: dict[int, list[int]] = {}
    names: dict[int, tuple[str, str]] = {}
    for office in offices(session, own_id):
        for line in sheet(session, office.id, month):
            names[line.duty.number] = (line.duty.title, line.duty.unit)
            done = line.values["total_done"] if line.check_id else line.before
            one = sums.setdefault(line.duty.number, [0, 0])
            one[0] += done or 0
            one[1] += line.duty.quota or 0
    found = []
    for number, (done, quota) in sorted(sums.items()):
        title, unit = names[number]
        rate = monthly.rate(done, quota)
        amount = (
            f"任务{quota}{unit}，累计完成{done}{unit}，完成率{scoring.plain(rate)}%"
            if rate is not None
            else (f"累计完成{done}{unit or '项'}")
        )
        found.append(f"{title}：{amount}。")
    return found


def _problems(
    session: Session, lines: Sequence[OfficeMonth], named: Mapping[Report, list[str]], month: str
) -> list[str]:
    found = []
    waiting = named[Report.MISSING] + named[Report.WAITING]
    if waiting:
        found.append(f"没有上报自查的单位：{'、'.join(waiting)}。")
    if named[Report.LATE]:
        found.append(f"逾期上报的单位：{'、'.join(named[Report.LATE])}。")
    partly = [one.office.name for one in lines if 0 < one.filled < one.owed]
    if partly:
        found.append(f"没有逐项自查的单位：{'、'.join(partly)}。")
    reasons = []
    for one in lines:
        for line in sheet(session, one.office.id, month):
            if line.values["reason"]:
                text = line.values["reason"].splitlines()[0].rstrip("。；")
                reasons.append(f"{one.office.name}“{line.duty.title}”：{text}")
    if reasons:
        found.append("各单位反映的未完成原因：" + "；".join(reasons) + "。")
    return found or ["各单位均按时上报，没有反映未完成的事项。"]


def issue_bulletin(workspace: Workspace, month: str, today: date | None = None) -> str:
    """Writes the bulletin of a month from its figures and returns its id. Raises `Refusal` where there is one: what
    people have worked on is not written over."""
    on = today or clock.today()
    if not workspace.office.directs:
        raise Refusal("月通报由县里印发，这里不能生成", "not-allowed")
    with workspace.edit(f"生成 {month} 通报") as batch:
        exists = select(Bulletin.id).where(Bulletin.deleted_at.is_(None), Bulletin.month == month)
        if batch.session.scalars(exists).first():
            raise Refusal(f"{month} 的通报已经有了。要重新生成，请先在“月通报”里删除原有的一期", "already-there")
        title, body = bulletin(batch.session, workspace.office.id, month, on)
        values = {"month": month, "title": title, "body": body, "issued_on": on}
        return editing.save_into(workspace, batch, BULLETINS, values)


def bulletin_text(session: Session, id: str) -> tuple[str, str]:
    """Title and text of a bulletin that is there."""
    found = session.get_one(Bulletin, id)
    return found.title, found.body or ""


def has_bulletin(session: Session, month: str) -> bool:
    """Whether a month has its bulletin."""
    rows = select(Bulletin.id).where(Bulletin.deleted_at.is_(None), Bulletin.month == month)
    return session.scalars(rows).first() is not None


def last_filled(session: Session, office_id: str) -> tuple[str, str]:
    """Who filled in an office's last self-check and who looked it over; empty where nobody has yet."""
    rows = select(MonthlyCheck.filled_by, MonthlyCheck.checked_by).where(
        MonthlyCheck.deleted_at.is_(None), MonthlyCheck.office_id == office_id
    )
    found = session.execute(rows.order_by(MonthlyCheck.month.desc(), MonthlyCheck.id.desc()).limit(1)).first()
    return (found.filled_by, found.checked_by or "") if found else ("", "")
