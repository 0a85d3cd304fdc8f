"""What can be done with an applicant: each comes to rows of several ledgers, written as one step.

Admission puts the person on the roll with the event 发展; full membership, an extension and an end are written on the
roll too. The twenty-five steps are kept beside, so that the path shows the day.
"""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ledgers.ledger import Case, Deed
from app.ledgers.recruitment_checks import probation_months
from app.policy import Policies
from app.rules import application as rules
from app.rules.recruitment import FULL, probation_ends_on
from app.rules.recruitment import PROBATIONARY as ON_PROBATION
from app.rules.spans import months_later
from db.errors import Refusal
from db.ids import new_id
from db.models.organisation import PartyOrg
from db.models.record import Record
from db.models.recruitment import Applicant, ApplicantStep
from db.models.team import Member, MemberEvent

ADMITTED, OUT_OF_THE_PARTY = "01", "07"  # code table member_event_kind
ON_THE_ROLL, LEFT = "01", "05"  # code table standing
MEETING, FULL_MEETING = "15", "23"  # code table applicant_step
NATION = "01"  # what is assumed where the file does not say
CARRIED = ("name", "resident_id", "sex", "nation", "birth", "education", "phone", "work_post")
"""What the roll takes over from the file."""

Row = tuple[type[Record], Mapping[str, Any]]
Update = tuple[type[Record], str, Mapping[str, Any]]


def _file(case: Case) -> Applicant:
    return cast(Applicant, case.record)


# ---------------------------------------------------------------- admission


def may_admit(case: Case) -> bool:
    """A candidate of ours who is not on the roll through this file."""
    file = _file(case)
    return case.own and file.stage == rules.CANDIDATE and file.member_id is None


def for_admission(case: Case) -> Mapping[str, Any]:
    """What is known of the meeting already; it is mostly entered on the day."""
    file = _file(case)
    return {
        "admitted_on": file.admitted_on or case.today,
        "expected": file.expected,
        "present": file.present,
        "votes_for": file.votes_for,
        "introducers": file.introducers,
    }


def admit(case: Case, given: Mapping[str, Any]) -> Deed:
    """The person stands on the roll as a probationary member from the day of the meeting (D21), with the event 发展."""
    file, on = _file(case), given["admitted_on"]
    if file.resident_id is not None:
        known = case.session.scalars(
            select(Member).where(
                Member.resident_id == file.resident_id,
                Member.office_id == case.office,
                Member.deleted_at.is_(None),
            )
        ).first()
        if known is not None:
            branch = case.session.get_one(PartyOrg, known.branch_id)
            raise Refusal(
                f"{known.name}已经在花名册上（{branch.name}），身份证号相同，不能再接收。"
                "请核实是不是同一个人；是的，在“党员”一栏选花名册上的那一位",
                "already-here",
            )
    policy = Policies.read(case.session)
    ends = probation_ends_on(on, months=probation_months(policy, on))
    member = {"id": new_id(), **{name: getattr(file, name) for name in CARRIED}, "branch_id": file.branch_id}
    member |= {"nation": file.nation or NATION, "category": ON_PROBATION, "joined_on": on, "standing": ON_THE_ROLL}
    event = {"id": new_id(), "member_id": member["id"], "kind": ADMITTED, "on": on, "document_no": file.document_no}
    creates: list[Row] = [(Member, member), (MemberEvent, event)]
    creates += _step(case.session, file, MEETING, on)
    outcome = {**given, "stage": rules.PROBATIONARY, "member_id": member["id"]}
    return Deed(
        f"接收{file.name}为预备党员",
        f"{file.name}已登上花名册，为预备党员，预备期到 {ends} 届满。请在大会后三个月内报上级党委审批。",
        tuple(creates),
        ((Applicant, file.id, outcome),),
    )


def _step(session: Session, file: Applicant, step: str, on: Any, outcome: str = rules.PASSED) -> list[Row]:
    """The step of that day; none where it stands among the steps already."""
    same = (ApplicantStep.applicant_id == file.id, ApplicantStep.step == step, ApplicantStep.outcome == outcome)
    if session.scalars(select(ApplicantStep.id).where(*same, ApplicantStep.deleted_at.is_(None)).limit(1)).first():
        return []
    row = {"id": new_id(), "applicant_id": file.id, "step": step, "on": on, "outcome": outcome}
    return [(ApplicantStep, row)]


# ---------------------------------------------------------------- full membership


def may_convert(case: Case) -> bool:
    """Somebody of ours on probation, who is on the roll."""
    file = _file(case)
    return case.own and file.stage == rules.PROBATIONARY and file.member_id is not None


def for_conversion(case: Case) -> Mapping[str, Any]:
    """The day on which probation ends, from which full membership counts (D26)."""
    file = _file(case)
    on = None
    if file.admitted_on is not None:
        months = probation_months(Policies.read(case.session), file.admitted_on)
        on = rules.probation_over(file.admitted_on, file.extended_to, months=months)
    return {
        "full_meeting_on": file.full_meeting_on or case.today,
        "full_expected": file.full_expected,
        "full_present": file.full_present,
        "full_votes": file.full_votes,
        "full_on": file.full_on or on,
    }


def convert(case: Case, given: Mapping[str, Any]) -> Deed:
    """The member is a full one, from the day on which probation ended."""
    file, on = _file(case), given["full_on"]
    member = _on_probation(case, file)
    outcome = {**given, "stage": rules.CONVERTED}
    creates = _step(case.session, file, FULL_MEETING, given["full_meeting_on"])
    return Deed(
        f"{file.name}转正",
        f"{file.name}已转为正式党员，党龄从 {on} 算起。请在大会后三个月内报上级党委审批。",
        tuple(creates),
        ((Member, member.id, {"category": FULL, "full_on": on}), (Applicant, file.id, outcome)),
    )


def may_extend(case: Case) -> bool:
    """Somebody of ours on probation, which has not been extended: it is extended once (D23)."""
    return may_convert(case) and _file(case).extended_to is None


def for_extension(case: Case) -> Mapping[str, Any]:
    """Half a year more, which is the least."""
    file, until = _file(case), None
    if file.admitted_on is not None:
        policy = Policies.read(case.session)
        least = policy.whole("recruit.extension_months_min", file.admitted_on, rules.EXTENSION_MONTHS[0])
        end = probation_ends_on(file.admitted_on, months=probation_months(policy, file.admitted_on))
        until = months_later(end, least)
    return {"extended_on": case.today, "extended_to": until}


def extend(case: Case, given: Mapping[str, Any]) -> Deed:
    """Probation lasts until a later day, once."""
    file = _file(case)
    _on_probation(case, file)
    creates = _step(case.session, file, FULL_MEETING, given["extended_on"], rules.EXTENDED)
    return Deed(
        f"延长{file.name}的预备期",
        f"{file.name}的预备期延长到 {given['extended_to']}，只能延长一次。",
        tuple(creates),
        ((Applicant, file.id, dict(given)),),
    )


def _on_probation(case: Case, file: Applicant) -> Member:
    """The person's record on the roll. Raises `Refusal` where it does not say that they are on probation there."""
    member = case.session.get_one(Member, file.member_id)
    if member.deleted_at is not None or member.standing != ON_THE_ROLL or member.category != ON_PROBATION:
        raise Refusal(f"{file.name}在花名册上不是在册的预备党员，不能办理。请先核对花名册", "not-on-probation")
    return member


# ---------------------------------------------------------------- the end


def may_end(case: Case) -> bool:
    """Anybody of ours whose way is not over."""
    return case.own and _file(case).stage not in (rules.CONVERTED, rules.ENDED)


def on_the_day(case: Case) -> Mapping[str, Any]:
    """Mostly written down on the day."""
    return {"ended_on": case.today}


def end(case: Case, given: Mapping[str, Any]) -> Deed:
    """The way ends here; who was on probation leaves the roll with it (取消预备党员资格)."""
    file = _file(case)
    creates: list[Row] = []
    updates: list[Update] = []
    said = f"{file.name}的发展已终止，记录保留备查。"
    if file.stage == rules.PROBATIONARY and file.member_id is not None:
        member = _on_probation(case, file)
        reason = f"取消预备党员资格：{given['end_reason']}"[:200]
        event = {"id": new_id(), "member_id": member.id, "kind": OUT_OF_THE_PARTY, "on": given["ended_on"]}
        creates.append((MemberEvent, {**event, "reason": reason}))
        creates += _step(case.session, file, FULL_MEETING, given["ended_on"], rules.CANCELLED)
        updates.append((Member, member.id, {"standing": LEFT}))
        said = f"{file.name}已取消预备党员资格，离开花名册，记一条“出党”。"
    updates.append((Applicant, file.id, {**given, "stage": rules.ENDED}))
    return Deed(f"终止{file.name}的发展", said, tuple(creates), tuple(updates))
