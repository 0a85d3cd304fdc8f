"""What the ledgers of recruitment check: the rules with the numbers of policy, and with what the store says."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from app.checks import Look
from app.findings import Finding, error, warning
from app.ledgers.discipline import without_rights
from app.policy import Policies
from app.rules import application as rules
from app.rules.application import ENDED
from app.rules.recruitment import AGE_TO_JOIN, FULL, PROBATION_MONTHS
from db import codes
from db.models.organisation import PartyOrg
from db.models.recruitment import Applicant, ApplicantStep, StagnantVillage
from db.models.team import Member

COMMITTEE = "611"  # code table org_kind
FILED = "08"  # code table applicant_step: the filing of the candidate with the committee above

# ---------------------------------------------------------------- who and where


def one_way_at_a_time(resident_id: str | None, stage: str | None, look: Look) -> Finding | None:
    """applicant.once (D17): one person has one file; who was refused may begin another."""
    if not resident_id or stage == ENDED:
        return None
    if look.count(Applicant, Applicant.resident_id == resident_id, Applicant.stage != ENDED):
        return error("resident_id", "applicant.once", "这个身份证号已有一份发展党员记录，请核对，或在原有记录上继续")
    return None


def not_yet_a_member(resident_id: str | None, member_id: str | None, stage: str | None, look: Look) -> Finding | None:
    """applicant.member: who stands on the roll does not apply again."""
    if not resident_id or member_id is not None or stage == ENDED:
        return None
    if look.session.scalars(
        select(Member.id).where(Member.resident_id == resident_id, Member.deleted_at.is_(None)).limit(1)
    ).first():
        return warning("resident_id", "applicant.member", "这个身份证号已经在党员花名册上，请核对是不是同一个人")
    return None


def stage_agrees_with_the_roll(stage: str | None, member_id: str | None, look: Look) -> Finding | None:
    """applicant.member: who has been admitted stands on the roll; the button writes both."""
    if stage not in (rules.PROBATIONARY, rules.CONVERTED):
        return None
    member: Member | None = look.get(Member, member_id)
    if member is None:
        return warning(
            "member_id", "applicant.member", "已接收为预备党员，请选花名册上的本人，或用“接收为预备党员”办理"
        )
    if stage == rules.CONVERTED and member.category != FULL:
        return warning("stage", "applicant.member", f"{member.name}在花名册上还是预备党员，请用“转正”办理")
    return None


def stage_has_its_days(
    stage: str | None,
    activist_on: date | None,
    candidate_on: date | None,
    admitted_on: date | None,
    full_on: date | None,
    ended_on: date | None,
    end_reason: str | None,
) -> Iterable[Finding]:
    """applicant.stage (§1.1)."""
    known = {
        "activist_on": activist_on,
        "candidate_on": candidate_on,
        "admitted_on": admitted_on,
        "full_on": full_on,
        "ended_on": ended_on,
        "end_reason": end_reason,
    }
    return rules.stage_has_its_days(stage, known)


def days_run_forward(
    birth: date | None,
    applied_on: date | None,
    activist_on: date | None,
    candidate_on: date | None,
    checked_on: date | None,
    admitted_on: date | None,
    approved_on: date | None,
    today: date,
) -> Finding | None:
    """dates.order (§1.2), up to the approval."""
    days = (
        ("applied_on", "递交申请书日期", applied_on),
        ("activist_on", "确定积极分子日期", activist_on),
        ("candidate_on", "确定发展对象日期", candidate_on),
        ("checked_on", "预审日期", checked_on),
        ("admitted_on", "支部大会通过日期", admitted_on),
        ("approved_on", "上级审批日期", approved_on),
    )
    return rules.days_run_forward(days, birth, today)


def other_days_run_forward(
    applied_on: date | None,
    talked_on: date | None,
    candidate_on: date | None,
    review_on: date | None,
    admitted_on: date | None,
    today: date,
) -> Finding | None:
    """dates.order (§1.2), of the talk and of the political review, which lie between others."""
    talk = (("applied_on", "递交申请书日期", applied_on), ("talked_on", "谈话日期", talked_on))
    review = (
        ("candidate_on", "确定发展对象日期", candidate_on),
        ("review_on", "政审日期", review_on),
        ("admitted_on", "支部大会通过日期", admitted_on),
    )
    return rules.days_run_forward(talk, None, today) or rules.days_run_forward(review, None, today)


def last_days_run_forward(
    admitted_on: date | None,
    full_applied_on: date | None,
    full_meeting_on: date | None,
    full_approved_on: date | None,
    ended_on: date | None,
    today: date,
) -> Finding | None:
    """dates.order (§1.2), on probation and after."""
    days = (
        ("admitted_on", "支部大会通过日期", admitted_on),
        ("full_applied_on", "转正申请日期", full_applied_on),
        ("full_meeting_on", "转正大会日期", full_meeting_on),
        ("full_approved_on", "转正审批日期", full_approved_on),
    )
    ended = (("admitted_on", "支部大会通过日期", admitted_on), ("ended_on", "终止日期", ended_on))
    return rules.days_run_forward(days, None, today) or rules.days_run_forward(ended, None, today)


def training_runs_forward(
    candidate_on: date | None, trained_on: date | None, admitted_on: date | None, today: date
) -> Finding | None:
    """dates.order (§1.2): the course lies between the candidature and the admission."""
    days = (
        ("candidate_on", "确定发展对象日期", candidate_on),
        ("trained_on", "集中培训日期", trained_on),
        ("admitted_on", "支部大会通过日期", admitted_on),
    )
    return rules.days_run_forward(days, None, today)


# ---------------------------------------------------------------- applicant and activist


def of_age_when_applying(birth: date | None, applied_on: date | None, policy: Policies) -> Finding | None:
    """D01, at the age that policy sets for that day."""
    if applied_on is None:
        return None
    at_least = policy.whole("recruit.age", applied_on, AGE_TO_JOIN)
    return rules.of_age_when_applying(birth, applied_on, at_least=at_least)


def talk_in_time(
    applied_on: date | None, talked_on: date | None, stage: str | None, today: date, policy: Policies
) -> Finding | None:
    """D02, within the months that policy sets for the day of the application."""
    months = policy.whole("recruit.talk_months", applied_on or today, rules.TALK_MONTHS)
    return rules.talk_in_time(applied_on, talked_on, stage, today, months=months)


def applied_long_enough(applied_on: date | None, activist_on: date | None, policy: Policies) -> Finding | None:
    """D03, where policy asks for a wait."""
    if activist_on is None:
        return None
    months = policy.whole("recruit.wait_months", activist_on, rules.WAIT_MONTHS)
    return rules.applied_long_enough(applied_on, activist_on, months=months)


def young_come_from_the_league(
    birth: date | None,
    activist_on: date | None,
    league_member: bool | None,
    recommended: str | None,
    policy: Policies,
) -> Finding | None:
    """D05, under the age that policy sets."""
    if activist_on is None:
        return None
    under = policy.whole("recruit.league_age", activist_on, rules.LEAGUE_AGE)
    return rules.young_come_from_the_league(birth, activist_on, league_member, recommended, under=under)


def contacts_are_named(activist_on: date | None, contacts: str | None, policy: Policies) -> Finding | None:
    """D06, as many as policy asks for."""
    if activist_on is None:
        return None
    fewest = policy.whole("recruit.contacts_min", activist_on, rules.CONTACTS[0])
    most = policy.whole("recruit.contacts_max", activist_on, rules.CONTACTS[1])
    return rules.contacts_are_named(activist_on, contacts, between=(fewest, most))


def helpers_are_full_members(
    branch_id: str | None,
    stage: str | None,
    contacts: str | None,
    introducers: str | None,
    admitted_on: date | None,
    today: date,
    look: Look,
) -> Iterable[Finding]:
    """D06, D11: who looks after or introduces an applicant is a full member, looked up by name on the roll; who is
    watched within the Party and has not got the rights back introduces nobody."""
    branch: PartyOrg | None = look.get(PartyOrg, branch_id)
    if branch is None or stage in (rules.CONVERTED, ENDED):
        return
    for field, rule, text, title in (
        ("contacts", "D06", contacts, "培养联系人"),
        ("introducers", "D11", introducers, "入党介绍人"),
    ):
        wanted = rules.names(text)
        if not wanted:
            continue
        known = look.session.execute(
            select(Member.id, Member.name).where(
                Member.name.in_(wanted),
                Member.office_id == branch.office_id,
                Member.category == FULL,
                Member.deleted_at.is_(None),
            )
        ).all()
        full = {name for _, name in known}
        doubtful = [one for one in wanted if one not in full]
        if doubtful:
            message = f"{title}须是正式党员，花名册的正式党员里没有{'、'.join(doubtful)}，请核对"
            yield warning(field, rule, message)
        if rule != "D11":
            continue
        suspended = without_rights(look.session, [one for one, _ in known], admitted_on or today)
        able = {name for one, name in known if one not in suspended}
        barred = [one for one in wanted if one in full and one not in able]
        if barred:
            message = f"{'、'.join(barred)}受留党察看处分，没有恢复党员权利，不能作入党介绍人，请另选介绍人"
            yield error(field, rule, message)


def trained_long_enough_as_activist(
    activist_on: date | None, candidate_on: date | None, policy: Policies
) -> Finding | None:
    """D08, the months that policy sets."""
    if candidate_on is None:
        return None
    months = policy.whole("recruit.activist_months", candidate_on, rules.ACTIVIST_MONTHS)
    return rules.trained_long_enough_as_activist(activist_on, candidate_on, months=months)


# ---------------------------------------------------------------- candidate and admission


def filed_on_the_day(candidate_on: date | None, look: Look) -> Finding | None:
    """D09, with the day of the filing among the steps."""
    if candidate_on is None or look.record_id is None:
        return None
    filed = look.session.scalars(
        select(ApplicantStep.on).where(
            ApplicantStep.applicant_id == look.record_id,
            ApplicantStep.step == FILED,
            ApplicantStep.outcome == rules.PASSED,
            ApplicantStep.deleted_at.is_(None),
        )
    ).first()
    return rules.filed_on_the_day(candidate_on, filed)


def public_for_long_enough(
    publicised_from: date | None, publicised_to: date | None, policy: Policies
) -> Finding | None:
    """D10, the working days that policy sets, by the calendars that it has; the end is not before the beginning."""
    if publicised_from is None or publicised_to is None:
        return None
    if publicised_to < publicised_from:
        message = f"公示结束 {publicised_to} 早于公示开始 {publicised_from}，请核对"
        return error("publicised_to", "D10", message)
    days = policy.whole("recruit.publicity_days", publicised_from, rules.PUBLICITY_DAYS)
    return rules.public_for_long_enough(publicised_from, publicised_to, days=days, calendar=policy.working_days)


def introducers_are_named(
    admitted_on: date | None, introducers: str | None, today: date, policy: Policies
) -> Finding | None:
    """D11, as many as policy asks for."""
    number = policy.whole("recruit.introducers", admitted_on or today, rules.INTRODUCERS)
    return rules.introducers_are_named(admitted_on, introducers, number=number)


def trained_enough(
    admitted_on: date | None,
    trained_on: date | None,
    training_days: int | None,
    training_hours: int | None,
    policy: Policies,
) -> Finding | None:
    """D13, by the rules of the day of the course."""
    on = trained_on or admitted_on
    if on is None:
        return None
    days = policy.whole("recruit.training_days", on, rules.TRAINING_DAYS)
    hours = policy.whole("recruit.training_hours", on, rules.TRAINING_HOURS)
    return rules.trained_enough(admitted_on, trained_on, training_days, training_hours, days=days, hours=hours)


def stays_here(
    candidate_on: date | None, admitted_on: date | None, leaves_on: date | None, today: date, policy: Policies
) -> Finding | None:
    """D14, within the months that policy sets."""
    months = policy.whole("recruit.leaving_months", admitted_on or today, rules.LEAVING_MONTHS)
    return rules.stays_here(candidate_on, admitted_on, leaves_on, today, months=months)


def enough_came(expected: int | None, present: int | None) -> Finding | None:
    """D15."""
    return rules.enough_came(expected, present)


def enough_agreed(expected: int | None, votes_for: int | None, admitted_on: date | None) -> Finding | None:
    """D16."""
    return rules.enough_agreed(expected, votes_for, admitted_on)


def discussed_after_check(checked_on: date | None, admitted_on: date | None, policy: Policies) -> Finding | None:
    """D18, within the months that policy sets."""
    if admitted_on is None:
        return None
    months = policy.whole("recruit.check_months", admitted_on, rules.CHECK_MONTHS)
    return rules.discussed_after_check(checked_on, admitted_on, months=months)


def approved_in_time(
    admitted_on: date | None, approved_on: date | None, stage: str | None, today: date, policy: Policies
) -> Finding | None:
    """D19, within the months that policy sets."""
    if admitted_on is None or stage == ENDED:
        return None
    months, most = approval_months(policy, admitted_on)
    return rules.approved_in_time(admitted_on, approved_on, today, months=months, most=most)


def approval_months(policy: Policies, on: date) -> tuple[int, int]:
    """The months within which an approval comes, as a rule and at most."""
    return (
        policy.whole("recruit.approval_months", on, rules.APPROVAL_MONTHS),
        policy.whole("recruit.approval_months_max", on, rules.APPROVAL_MONTHS_MAX),
    )


def approved_by_a_committee(
    approved_by_id: str | None, approved_on: date | None, today: date, look: Look, policy: Policies
) -> Finding | None:
    """D20: general branches and temporary organisations as a rule do not approve; policy may let them."""
    org: PartyOrg | None = look.get(PartyOrg, approved_by_id)
    if org is None or org.kind == COMMITTEE:
        return None
    if policy.text("recruit.general_branch_approves", approved_on or today, "false") == "true":
        return None
    kind = codes.table("org_kind").name(org.kind)
    message = f"“{org.name}”是{kind}，没有审批预备党员的权限，请填写有审批权的党委"
    return error("approved_by_id", "D20", message)


# ---------------------------------------------------------------- probation


def probation_months(policy: Policies, admitted_on: date) -> int:
    """The months of probation that policy sets for the day of the admission."""
    return policy.whole("recruit.probation_months", admitted_on, PROBATION_MONTHS)


def extension_is_sound(admitted_on: date | None, extended_to: date | None, policy: Policies) -> Finding | None:
    """D23, with the months that policy sets."""
    if admitted_on is None:
        return None
    least = policy.whole("recruit.extension_months_min", admitted_on, rules.EXTENSION_MONTHS[0])
    most = policy.whole("recruit.extension_months_max", admitted_on, rules.EXTENSION_MONTHS[1])
    probation = probation_months(policy, admitted_on)
    return rules.extension_is_sound(admitted_on, extended_to, probation=probation, between=(least, most))


def full_after_probation(
    admitted_on: date | None, extended_to: date | None, full_meeting_on: date | None, policy: Policies
) -> Finding | None:
    """D22."""
    if admitted_on is None:
        return None
    months = probation_months(policy, admitted_on)
    return rules.full_after_probation(admitted_on, extended_to, full_meeting_on, months=months)


def enough_came_again(full_expected: int | None, full_present: int | None) -> Finding | None:
    """D24, as D15."""
    return rules.enough_came(full_expected, full_present, field="full_present", rule="D24")


def enough_agreed_again(full_expected: int | None, full_votes: int | None, full_on: date | None) -> Finding | None:
    """D24, as D16."""
    return rules.enough_agreed(full_expected, full_votes, full_on, field="full_votes", rule="D24")


def full_approved_in_time(
    full_meeting_on: date | None, full_approved_on: date | None, stage: str | None, today: date, policy: Policies
) -> Finding | None:
    """D25, within the months that policy sets."""
    if full_meeting_on is None or stage == ENDED:
        return None
    months, _ = approval_months(policy, full_meeting_on)
    return rules.full_approved_in_time(full_meeting_on, full_approved_on, today, months=months)


def full_from_the_end_of_probation(
    admitted_on: date | None, extended_to: date | None, full_on: date | None, policy: Policies
) -> Finding | None:
    """D26."""
    if admitted_on is None:
        return None
    months = probation_months(policy, admitted_on)
    return rules.full_from_the_end_of_probation(admitted_on, extended_to, full_on, months=months)


def not_postponed_too_long(
    admitted_on: date | None, extended_to: date | None, full_meeting_on: date | None, policy: Policies
) -> Finding | None:
    """D27."""
    if admitted_on is None:
        return None
    probation = probation_months(policy, admitted_on)
    months = policy.whole("recruit.postpone_months", admitted_on, rules.POSTPONE_MONTHS)
    return rules.not_postponed_too_long(admitted_on, extended_to, full_meeting_on, probation=probation, months=months)


# ---------------------------------------------------------------- steps


def step_has_happened(on: date | None, today: date) -> Finding | None:
    """applicant_step.on: a step is written down when it is done."""
    return error("on", "applicant_step.on", f"办理日期 {on} 晚于今天，请核对") if on and on > today else None


def step_once(applicant_id: str | None, step: str | None, outcome: str | None, look: Look) -> Finding | None:
    """applicant_step.once: a step is passed once; only reviews and reports are repeated."""
    if not (applicant_id and step) or step in rules.ONGOING or outcome != rules.PASSED:
        return None
    if look.others(ApplicantStep, applicant_id=applicant_id, step=step, outcome=rules.PASSED):
        name = codes.table("applicant_step").name(step)
        return error("step", "applicant_step.once", f"“{name}”已经登记过，请修改原有的一条")
    return None


def steps_run_forward(
    applicant_id: str | None, step: str | None, on: date | None, outcome: str | None, look: Look
) -> Finding | None:
    """D04, D09, with the other steps of the same person."""
    if not (applicant_id and step and on) or outcome != rules.PASSED:
        return None
    known = look.live(ApplicantStep, "applicant_id", "step", "on", "outcome")
    others = [
        (one["step"], one["on"])
        for id, one in known.items()
        if one["applicant_id"] == applicant_id and id != look.record_id and one["outcome"] == rules.PASSED
    ]
    return rules.steps_run_forward(on, step, [(other, day) for other, day in others if other and day])


# ---------------------------------------------------------------- stagnant villages


def talked_after_listing(opened_on: date | None, talk_on: date | None, today: date) -> Finding | None:
    """stagnant.talk: the talk follows the listing, and is written down when it has been held."""
    if talk_on is None:
        return None
    if talk_on > today:
        return error("talk_on", "stagnant.talk", f"诫勉谈话日期 {talk_on} 晚于今天，请核对")
    if opened_on is not None and talk_on < opened_on:
        return error("talk_on", "stagnant.talk", f"诫勉谈话日期 {talk_on} 早于列入日期 {opened_on}，请核对")
    return None


def secretary_was_talked_to(closed_on: date | None, talk_on: date | None) -> Finding | None:
    """stagnant.talk [seed §2]: the secretary of a stagnant village is talked to."""
    if closed_on is None and talk_on is None:
        return warning("talk_on", "stagnant.talk", "还没有对村支书诫勉谈话，请谈话后登记日期和谈话人")
    return None


def a_leader_looks_after_it(closed_on: date | None, contact_leader: str | None) -> Finding | None:
    """stagnant.leader [seed §2]: a leader of the township looks after a stagnant village directly."""
    if closed_on is None and not contact_leader:
        return warning("contact_leader", "stagnant.leader", "空白村由乡镇班子成员直接联系，请填写联村班子成员")
    return None


def listed_once(village_id: str | None, closed_on: date | None, look: Look) -> Finding | None:
    """stagnant.once: a village is listed once at a time."""
    if village_id and closed_on is None:
        same = (StagnantVillage.village_id == village_id, StagnantVillage.closed_on.is_(None))
        if look.count(StagnantVillage, *same):
            return error("village_id", "stagnant.once", "这个村已经列为空白村，尚未销号，请核对")
    return None
