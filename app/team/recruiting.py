"""The way of each applicant as the page shows it: twenty-five steps with their days, what comes next, what is due; a
step is written down together with the day that the file keeps of it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import editing
from app.editing import Refused
from app.findings import Finding, Level
from app.ledgers.catalogue import LEDGERS
from app.place import RECRUITMENT, Place
from app.policy import Policies
from app.reminding import NAMED, Reminder, Urgency, named, spoken
from app.rules import application as rules
from app.rules.recruitment_due import (
    APPROVAL,
    FULL_APPROVAL,
    FULL_MEETING,
    MEETING,
    REPORT,
    REVIEW,
    TALK,
    Days,
    Due,
    Numbers,
)
from app.rules.recruitment_due import due as due_of
from app.workspace import OfficeCard, Workspace
from db import codes
from db.errors import Refusal
from db.fields import Field
from db.models.organisation import Office, PartyOrg, Village
from db.models.recruitment import Applicant, ApplicantStep, StagnantVillage

BY_ACTION = {MEETING: "接收为预备党员", FULL_MEETING: "转正"}
"""Steps that an action of the file takes, since they write the roll too."""
DAY_OF = {
    "01": "applied_on",
    "02": "talked_on",
    "03": "activist_on",
    "08": "candidate_on",
    "10": "review_on",
    "11": "trained_on",
    "13": "checked_on",
    "15": "admitted_on",
    "17": "approved_on",
    "22": "full_applied_on",
    "23": "full_meeting_on",
    "24": "full_approved_on",
}
"""Step → the field of the file that keeps its day."""
ASKED = {
    "02": ("talked_by",),
    "03": ("recommended",),
    "05": ("contacts",),
    "09": ("introducers",),
    "11": ("training_days", "training_hours"),
    "12": ("publicised_from", "publicised_to"),
    "17": ("document_no",),
}
"""Step → what else the file keeps of it."""
STAGE_AFTER = {"03": (rules.APPLICANT, rules.ACTIVIST), "08": (rules.ACTIVIST, rules.CANDIDATE)}
"""Step → (the stage before, the stage that it brings)."""
MATERIALS = {
    "01": "入党申请书",
    "02": "谈话记录（谈话人签字）",
    "03": "推荐（推优）登记表、支委会会议记录",
    "04": "备案报告（附名册）、备案登记表",
    "05": "培养联系人登记",
    "06": "培养教育考察登记表",
    REPORT: "思想汇报",
    "07": "讨论发展对象的会议记录、公示情况登记表",
    "08": "备案报告、备案登记表",
    "09": "入党介绍人登记",
    "10": "自传、政审函和回函、政审情况报告",
    "11": "集中培训登记表",
    "12": "支委会会议记录、公示情况登记表",
    "13": "预审请示、预审意见",
    "14": "入党志愿书",
    "15": "支部大会记录、票决统计",
    "16": "谈话记录",
    "17": "审批请示、批复",
    "18": "组织部门备案报告",
    "19": "党员名册",
    "20": "宣誓记录",
    "21": "预备党员考察表",
    "22": "转正申请书",
    "23": "支部大会记录、票决统计",
    "24": "转正审批请示、批复",
    "25": "党员档案材料清单",
}
"""Step → what belongs in the file (§1.3)."""


class State(StrEnum):
    """How one of the twenty-five stands."""

    DONE = "已办"
    NEXT = "下一步"
    DUE = "快到期"
    LATE = "已超期"
    FAILED = "没有通过"
    SKIPPED = "没有登记"
    AHEAD = ""


@dataclass(frozen=True)
class Step:
    """One of the twenty-five of a person, or their reports.

    Attributes:
        on: the day on which it was done, of a repeated one the last; `times` is how often.
        due: the last day for it, where there is one and it is not done.
        record_id: its record among the steps, empty where only the file knows the day.
    """

    code: str
    name: str
    state: State
    on: date | None = None
    due: date | None = None
    times: int = 0
    outcome: str = ""
    by: str = ""
    document: str = ""
    record_id: str = ""

    @property
    def title(self) -> str:
        """Its number and its name."""
        return rules.numbered(self.code, self.name)


@dataclass(frozen=True)
class Path:
    """One person's way. `late` and `soon` tell what is due: what, and by which day."""

    id: str
    name: str
    branch: str
    office: str
    stage: str
    stage_name: str
    own: bool
    over: bool
    member_id: str | None
    steps: tuple[Step, ...]
    due: tuple[Due, ...]
    following: str | None
    reason: str = ""

    @property
    def done(self) -> int:
        """How many of the twenty-five are done."""
        return sum(one.on is not None and one.state is not State.FAILED for one in self.steps if one.code != REPORT)

    @property
    def next(self) -> Step | None:
        """The step to take next, None when all is done or it was stopped."""
        return next((one for one in self.steps if one.code == self.following), None)

    def pressing(self, today: date) -> Due | None:
        """What is due within a month, or overdue; the earliest."""
        return next((one for one in self.due if one.soon(today)), None)


def numbers(policy: Policies, today: date) -> Numbers:
    """The spans of policy today."""
    return Numbers(
        talk=policy.whole("recruit.talk_months", today, rules.TALK_MONTHS),
        review=policy.whole("recruit.review_months", today, rules.REVIEW_MONTHS),
        report=policy.whole("recruit.report_months", today, rules.REPORT_MONTHS),
        check=policy.whole("recruit.check_months", today, rules.CHECK_MONTHS),
        approval=policy.whole("recruit.approval_months", today, rules.APPROVAL_MONTHS),
        probation=policy.whole("recruit.probation_months", today, Numbers.probation),
    )


def paths(session: Session, office: OfficeCard, today: date, *, over: bool = False) -> list[Path]:
    """Everybody who is on the way, those with something overdue first; with `over` also who has arrived or stopped."""
    wanted = select(Applicant).where(Applicant.deleted_at.is_(None))
    if not over:
        wanted = wanted.where(Applicant.stage.not_in((rules.CONVERTED, rules.ENDED)))
    files = list(session.scalars(wanted.order_by(Applicant.applied_on, Applicant.id)))
    taken: dict[str, list[ApplicantStep]] = defaultdict(list)
    steps = select(ApplicantStep).where(ApplicantStep.deleted_at.is_(None))
    for step in session.scalars(steps.order_by(ApplicantStep.on, ApplicantStep.id)):
        taken[step.applicant_id].append(step)
    branches = dict(session.execute(select(PartyOrg.id, PartyOrg.name)).all())
    offices = dict(session.execute(select(Office.id, Office.name)).all())
    spans = numbers(Policies.read(session), today)
    found = [
        _path(one, taken[one.id], branches.get(one.branch_id, ""), offices.get(one.office_id, ""), office, spans, today)
        for one in files
    ]
    far = date.max
    return sorted(found, key=lambda one: (one.over, min((due.on for due in one.due), default=far), one.name))


def _path(
    file: Applicant,
    taken: Sequence[ApplicantStep],
    branch: str,
    office_name: str,
    office: OfficeCard,
    spans: Numbers,
    today: date,
) -> Path:
    waiting = due_of(days_of(file, taken), spans)
    over = file.stage in (rules.CONVERTED, rules.ENDED)
    return Path(
        file.id,
        file.name,
        branch,
        office_name,
        file.stage,
        codes.table("applicant_stage").name(file.stage),
        file.office_id == office.id,
        over,
        file.member_id,
        tuple(_steps(file, taken, waiting, today)),
        waiting,
        None if file.stage == rules.ENDED else rules.next_step(sorted(_done(file, taken))),
        file.end_reason or "",
    )


def days_of(file: Applicant, taken: Iterable[ApplicantStep]) -> Days:
    """What of a file decides what is due."""
    last: dict[str, date | None] = dict.fromkeys((REVIEW, REPORT))
    for one in taken:
        if one.step in last and one.outcome == rules.PASSED:
            last[one.step] = max(last[one.step] or one.on, one.on)
    names = [name for name in Days.__dataclass_fields__ if name not in ("reviewed_on", "reported_on")]
    known = {name: getattr(file, name) for name in names}
    return Days(**known, reviewed_on=last[REVIEW], reported_on=last[REPORT])


def _done(file: Applicant, taken: Iterable[ApplicantStep]) -> set[str]:
    """The steps that were taken, by their records or by the days of the file."""
    by_file = {step for step, name in DAY_OF.items() if getattr(file, name) is not None}
    return by_file | {one.step for one in taken if one.outcome == rules.PASSED}


def _steps(file: Applicant, taken: Sequence[ApplicantStep], waiting: Sequence[Due], today: date) -> Iterator[Step]:
    records: dict[str, list[ApplicantStep]] = defaultdict(list)
    for one in taken:
        records[one.step].append(one)
    passed = {step: [one for one in found if one.outcome == rules.PASSED] for step, found in records.items()}
    known: dict[str, date | None] = {step: getattr(file, name) for step, name in DAY_OF.items()}
    done = _done(file, taken)
    furthest, following = max(done.intersection(rules.NUMBERED), default=""), rules.next_step(sorted(done))
    by_step = {one.step: one for one in waiting}
    table, outcomes = codes.table("applicant_step"), codes.table("step_outcome")
    for item in table.items:
        code, found = item.code, records[item.code]
        last = next(reversed(passed.get(code) or found), None)
        due = by_step.get(code)
        if code in done and not (due is not None and due.soon(today)):
            state = State.DONE
        elif due is not None and due.soon(today):
            state = State.LATE if due.late(today) else State.DUE
        elif found:
            state = State.FAILED
        elif file.stage == rules.ENDED:
            state = State.AHEAD
        elif code == following:
            state = State.NEXT
        else:
            state = State.SKIPPED if code < furthest else State.AHEAD
        yield Step(
            code,
            item.name,
            state,
            on=last.on if last is not None else known.get(code),
            due=due.on if due is not None else None,
            times=len(passed.get(code, ())),
            outcome=outcomes.name(last.outcome) if last is not None and last.outcome != rules.PASSED else "",
            by=(last.by or "") if last is not None else "",
            document=(last.document or "") if last is not None else "",
            record_id=last.id if last is not None else "",
        )


# ---------------------------------------------------------------- writing a step down


def asked(step: str) -> Mapping[str, Field]:
    """What is asked for when a step is written down: of the step, and what the file keeps of it."""
    own = LEDGERS["applicant_step"].fields
    fields = {name: own[name] for name in ("on", "outcome", "by", "document")}
    return fields | {name: LEDGERS["applicant"].fields[name] for name in ASKED.get(step, ())}


def record_step(workspace: Workspace, applicant_id: str, step: str, typed: Mapping[str, str]) -> str:
    """Writes one step down, with the day and the stage that it brings, as one thing to undo; the sentence of it.

    Raises `Refusal` for the two meetings, which the file's own actions hold, and `Refused` with findings under the
    names of `asked`; nothing was written then.
    """
    name = codes.table("applicant_step").name(step)
    if step in BY_ACTION:
        raise Refusal(f"“{name}”要同时改花名册，请用“{BY_ACTION[step]}”办理", "use-the-action")
    steps, files = LEDGERS["applicant_step"], LEDGERS["applicant"]
    own = {field: text for field, text in typed.items() if field in steps.fields}
    with workspace.edit(f"登记{name}") as batch:
        file = editing.get(batch.session, files, applicant_id)
        assert isinstance(file, Applicant)
        batch.line.label = f"{file.name}：{name}"[:200]
        made = editing.save_into(workspace, batch, steps, {"applicant_id": applicant_id, "step": step, **own})
        record = batch.session.get_one(ApplicantStep, made)
        written = {field: text for field, text in typed.items() if field in ASKED.get(step, ())}
        changed: dict[str, object] = {field: text for field, text in written.items() if text.strip()}
        if record.outcome == rules.PASSED:
            if step in DAY_OF:
                changed[DAY_OF[step]] = record.on
            before, after = STAGE_AFTER.get(step, ("", ""))
            if file.stage == before:
                changed["stage"] = after
        if step == "10" and record.outcome in (rules.PASSED, rules.FAILED):
            changed["review_passed"] = record.outcome == rules.PASSED
        if changed:
            try:
                editing.save_into(workspace, batch, files, changed, applicant_id)
            except Refused as refused:
                raise Refused([_of_step(one, step) for one in refused.findings]) from None
    return f"{file.name}的“{name}”已登记。"


def _of_step(finding: Finding, step: str) -> Finding:
    """A finding on the day that the file keeps, as one on the day of the step."""
    if finding.level is Level.ERROR and finding.field == DAY_OF.get(step):
        return Finding(finding.level, "on", finding.rule, finding.message)
    return finding


# ---------------------------------------------------------------- reminders

SAYINGS = {
    TALK: ("入党申请没有谈话", "收到申请后一个月内应派人谈话"),
    REVIEW: ("积极分子该考察了", "支部每半年考察一次"),
    REPORT: ("积极分子该思想汇报了", "每季度思想汇报一次"),
    MEETING: ("预审后没有开支部大会", "预审合格后一个月内应提交支部大会讨论"),
    APPROVAL: ("接收预备党员待审批", "大会通过后三个月内上级党委应审批"),
    FULL_APPROVAL: ("转正待审批", "转正大会后三个月内上级党委应审批"),
}
"""Step → (title, what ought to be done). The end of probation (D22) is told from the roll."""


def reminders(session: Session, office: OfficeCard, today: date) -> Iterator[Reminder]:
    """D02, D07, D18, D19, D25, and stagnant villages whose secretary nobody has talked to."""
    known = paths(session, office, today, over=True)
    for step, (title, ask) in SAYINGS.items():
        for late, urgency in ((True, Urgency.WRONG), (False, Urgency.ATTENTION)):
            waiting = [
                (due.on, one)
                for one in known
                for due in one.due
                if due.step == step and due.soon(today) and due.late(today) is late
            ]
            if waiting:
                waiting.sort(key=lambda pair: (pair[0], pair[1].name))
                names = "、".join(one.name for _, one in waiting[:NAMED]) + ("等" if len(waiting) > NAMED else "")
                which = "最早的应在" if len(waiting) > 1 else "应在"
                detail = f"{names}：{which} {spoken(waiting[0][0], today)}前，{ask}"
                ids = tuple(one.id for _, one in waiting)
                place = Place(RECRUITMENT, ids=ids, title=title)
                yield Reminder(urgency, f"{title}{'，已超期' if late else ''} {len(waiting)} 人", detail, place)
    yield from quiet_villages(session)


def quiet_villages(session: Session) -> Iterator[Reminder]:
    """[seed §2]: the secretary of a stagnant village is talked to, and a leader looks after it."""
    open_ = select(StagnantVillage.id, Village.name).join(Village, Village.id == StagnantVillage.village_id)
    open_ = open_.where(StagnantVillage.deleted_at.is_(None), StagnantVillage.closed_on.is_(None))
    found = session.execute(open_.where(StagnantVillage.talk_on.is_(None)).order_by(StagnantVillage.opened_on)).all()
    if found:
        place = Place("stagnant_village", ids=tuple(one for one, _ in found), title="没有诫勉谈话")
        detail = f"{named([name for _, name in found])}：请对村支书诫勉谈话，班子成员直接联村"
        yield Reminder(Urgency.ATTENTION, f"空白村没有谈话 {len(found)} 个", detail, place)
