"""What the ledgers of the team check: the rules with the numbers of policy, and with what the store says."""

from datetime import date
from decimal import Decimal

from sqlalchemy import or_

from app.checks import Look
from app.findings import Finding, error, warning
from app.policy import Policies
from app.rules import membership, posts, recruitment
from db import codes
from db.models.organisation import PartyOrg
from db.models.team import Member, MemberEvent, Post, PostAssignment, PostReview

BRANCHES = ("631", "632", "931", "932")  # code table org_kind
IN_GOOD_STANDING = "01"  # code table standing
LEAVING = {"04": "03", "05": "04", "06": "02", "07": "05"}
"""Code table member_event_kind → standing: what a member's standing is after an event that takes them off the roll."""
STANDING_AFTER = {**LEAVING, "02": "01", "03": "01"}
"""The same, with those that bring a member back to it."""
FULL_SCORE = 100

# ---------------------------------------------------------------- members


def number_is_free(resident_id: str | None, look: Look) -> Finding | None:
    """member.resident_id (§2.3): one number is one person's, among those on the office's roll."""
    if resident_id and look.others(Member, resident_id=resident_id):
        return error(
            "resident_id", "member.resident_id", "这个身份证号已经登记在另一名党员名下，请核对，或修改原有记录"
        )
    return None


def of_age_when_joining(birth: date | None, joined_on: date | None, policy: Policies) -> Finding | None:
    """D01, at the age that policy sets for the day of joining."""
    if joined_on is None:
        return None
    at_least = policy.whole("recruit.age", joined_on, recruitment.AGE_TO_JOIN)
    return recruitment.of_age_when_joining(birth, joined_on, at_least=at_least)


def probation_is_long_enough(joined_on: date | None, full_on: date | None, policy: Policies) -> Finding | None:
    """D22, with the months of probation that policy sets for the day of joining."""
    if joined_on is None:
        return None
    months = policy.whole("recruit.probation_months", joined_on, recruitment.PROBATION_MONTHS)
    return recruitment.probation_is_a_year(joined_on, full_on, months=months)


def probation_is_due(category: str | None, joined_on: date | None, policy: Policies, today: date) -> Finding | None:
    """D22, D25: whose probation ends within a month or has ended."""
    if joined_on is None:
        return None
    months = policy.whole("recruit.probation_months", joined_on, recruitment.PROBATION_MONTHS)
    return membership.probation_is_due(category, joined_on, today, months=months)


def branch_is_a_branch(branch_id: str | None, look: Look) -> Finding | None:
    """member.branch (§2.1): members belong to a branch, not to a committee or general branch above it."""
    branch: PartyOrg | None = look.get(PartyOrg, branch_id)
    if branch_id is not None and branch is None:
        return error("branch_id", "member.branch", "所在党支部已经删除，请另选党支部")
    if branch is not None and branch.kind not in BRANCHES:
        kind = codes.table("org_kind").name(branch.kind)
        return warning("branch_id", "member.branch", f"“{branch.name}”是{kind}，党员应编入党支部，请核对")
    return None


# ---------------------------------------------------------------- how they come and go


def event_has_happened(on: date | None, today: date) -> Finding | None:
    """member_event.on: an event is written down when it has happened."""
    return error("on", "member_event.on", f"日期 {on} 晚于今天，请核对") if on and on > today else None


def event_after_joining(member_id: str | None, on: date | None, look: Look) -> Finding | None:
    """member_event.on: nothing happens to a member before the day of joining."""
    member: Member | None = look.get(Member, member_id)
    if member is None or member.joined_on is None or on is None or on >= member.joined_on:
        return None
    return warning("on", "member_event.on", f"日期 {on} 早于入党日期 {member.joined_on}，请核对")


def standing_follows(member_id: str | None, kind: str | None, on: date | None, look: Look) -> Finding | None:
    """member_event.standing: the latest event of a member agrees with the standing on the roll. A new one brings it
    about."""
    member: Member | None = look.get(Member, member_id)
    wanted = (STANDING_AFTER if look.record_id is None else LEAVING).get(kind or "")
    if member is None or wanted is None or on is None or member.standing == wanted:
        return None
    if look.count(MemberEvent, MemberEvent.member_id == member.id, MemberEvent.on > on):
        return None
    name = codes.table("standing").name
    if look.record_id is None:
        message = f"保存以后，{member.name}在花名册里的党籍状态从“{name(member.standing)}”改为“{name(wanted)}”"
    else:
        message = f"{member.name}的党籍状态还是“{name(member.standing)}”，请在花名册中改为“{name(wanted)}”"
    return warning("kind", "member_event.standing", message)


# ---------------------------------------------------------------- posts


def post_name_is_free(name: str | None, look: Look) -> Finding | None:
    """post.name: two posts of one office never share a name."""
    if name and look.others(Post, name=name):
        return error("name", "post.name", f"岗位“{name}”已经有了，请核对名称，或修改原有记录")
    return None


def held_once(
    member_id: str | None,
    post_id: str | None,
    year: int | None,
    assigned_on: date | None,
    ended_on: date | None,
    look: Look,
) -> Finding | None:
    """post.once (§4): one member holds one post once at a time; several posts of one member are in order."""
    if not (member_id and post_id and year and assigned_on):
        return None
    if not look.others(PostAssignment, member_id=member_id, post_id=post_id, year=year):
        return None
    at_the_time = [or_(PostAssignment.ended_on.is_(None), PostAssignment.ended_on > assigned_on)]
    if ended_on is not None:
        at_the_time.append(PostAssignment.assigned_on < ended_on)
    same = (PostAssignment.member_id == member_id, PostAssignment.post_id == post_id, PostAssignment.year == year)
    if not look.count(PostAssignment, *same, *at_the_time):
        return None
    return error("post_id", "post.once", f"该党员 {year} 年已经在这个岗位上，请修改原有的设岗记录，或先填写其下岗日期")


def holder_ought_to(member_id: str | None, ended_on: date | None, look: Look) -> Finding | None:
    """post.holder (§4): who takes a post is on the roll, and is one of those for whom posts are meant."""
    member: Member | None = look.get(Member, member_id)
    if member is None or ended_on is not None:
        return None
    if member.standing != IN_GOOD_STANDING:
        standing = codes.table("standing").name(member.standing)
        return error("member_id", "post.holder", f"{member.name}的党籍状态是“{standing}”，不能设岗，请核对")
    if posts.ought_to_hold_post(member.office_held, able=True, floating=bool(member.floating), lost=bool(member.lost)):
        return None
    reason = f"担任{member.office_held}" if member.office_held else ("是失联党员" if member.lost else "是流动党员")
    return warning("member_id", "post.holder", f"{member.name}{reason}，一般不设岗，请核对")


def post_is_in_use(post_id: str | None, ended_on: date | None, look: Look) -> Finding | None:
    """post.active: a post that was closed is not given to anybody."""
    post: Post | None = look.get(Post, post_id)
    if post is not None and post.active is False and ended_on is None:
        return warning("post_id", "post.active", f"岗位“{post.name}”已经停用，请另选岗位，或先启用它")
    return None


def reviewed_once(assignment_id: str | None, period: str | None, look: Look) -> Finding | None:
    """review.once (§4): one review of one post over one period."""
    if assignment_id and period and look.others(PostReview, assignment_id=assignment_id, period=period):
        return error("period", "review.once", f"{period} 已经考评过，请修改原有的考评记录")
    return None


def score_is_possible(score: Decimal | None) -> Finding | None:
    """review.score (§4): a score lies between nothing and full marks."""
    if score is not None and not 0 <= score <= FULL_SCORE:
        return error("score", "review.score", f"考评得分应在 0 到 {FULL_SCORE} 之间，请核对")
    return None
