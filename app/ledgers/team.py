"""活力党建: members, how they come and go, and the posts that members without office take on."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, not_, or_, select
from sqlalchemy.orm import Session

from app.ledgers import team_checks as checks
from app.ledgers.discipline import in_effect
from app.ledgers.ledger import Chip, Derived, Figure, Ledger, Pillar
from app.ledgers.through import branch_of_member
from app.rules import identity, membership, posts, recruitment
from app.rules.spans import years_later
from db import clock
from db.models.team import Member, MemberEvent, Post, PostAssignment, PostReview


def posts_of(session: Session, members: Sequence[str]) -> Mapping[str, str]:
    """The posts that members hold this year, by member."""
    held = (
        select(PostAssignment.member_id, Post.name)
        .join(Post, Post.id == PostAssignment.post_id)
        .where(PostAssignment.member_id.in_(members), holding(clock.today()))
    )
    found: dict[str, list[str]] = {}
    for member, post in session.execute(held):
        found.setdefault(member, []).append(post)
    return {member: "、".join(posts) for member, posts in found.items()}


def holding(today: date) -> ColumnElement[bool]:
    """An assignment that stands today."""
    return and_(
        PostAssignment.deleted_at.is_(None), PostAssignment.ended_on.is_(None), PostAssignment.year == today.year
    )


def without_post(today: date) -> ColumnElement[bool]:
    """A member without office who holds no post this year."""
    return and_(without_office(today), ~_has_post(today))


def with_post(today: date) -> ColumnElement[bool]:
    """A member without office who holds a post this year."""
    return and_(without_office(today), _has_post(today))


def without_office(today: date) -> ColumnElement[bool]:
    """A member who holds no office inside or outside the Party (无职党员)."""
    return and_(Member.office_held.is_(None), on_the_roll(today))


def _has_post(today: date) -> ColumnElement[bool]:
    return exists().where(PostAssignment.member_id == Member.id, holding(today))


def on_the_roll(_: date) -> ColumnElement[bool]:
    """A member who is on the roll (在册): neither moved away, nor dead, nor out of the Party."""
    return Member.standing == checks.IN_GOOD_STANDING


def full(today: date) -> ColumnElement[bool]:
    """A full member on the roll."""
    return and_(Member.category == recruitment.FULL, on_the_roll(today))


def probationary(today: date) -> ColumnElement[bool]:
    """A probationary member on the roll."""
    return and_(Member.category == recruitment.PROBATIONARY, on_the_roll(today))


def at_most_35(today: date) -> ColumnElement[bool]:
    """A member on the roll who was born less than 36 years ago."""
    return and_(Member.birth > years_later(today, -36), on_the_roll(today))


def incomplete(today: date) -> ColumnElement[bool]:
    """A member on the roll whose file lacks what the collection form asks of everybody (§2.1)."""
    missing = [getattr(Member, name).is_(None) for name in ("resident_id", "education", "joined_on", "work_post")]
    without_full_on = and_(Member.category == recruitment.FULL, Member.full_on.is_(None))
    lacking = or_(*missing, without_full_on, and_(Member.phone.is_(None), Member.landline.is_(None)))
    return and_(on_the_roll(today), lacking)


MEMBERS = Ledger(
    Member,
    title="党员花名册",
    one="党员",
    counter="人",
    pillar=Pillar.TEAM,
    icon="mdi6.account-group-outline",
    label="{name}",
    columns="name sex age nation education branch category joined_on post phone",
    form={
        "基本信息": "name resident_id sex birth nation education degree work_post phone landline address",
        "党籍信息": "branch category joined_on full_on standing office_held",
        "流动与关怀": "lost lost_since floating floating_to hardship health strengths",
    },
    derived=(
        Derived("age", "年龄", of=lambda birth, today: identity.age(birth, today), sort=Member.birth, reverse=True),
        Derived(
            "party_years",
            "党龄",
            of=lambda full_on, today: recruitment.party_years(full_on, today),
            sort=Member.full_on,
            reverse=True,
        ),
        Derived("post", "岗位", among=posts_of, reads="post_assignment post"),
        Derived("discipline", "党纪处分", among=in_effect, reads="discipline policy"),
    ),
    tree="branch_id",
    keys=("resident_id", "name birth branch_id"),
    defaults={"nation": "01", "category": "1", "standing": "01"},
    chips=(
        Chip("在册", on_the_roll, first=True),
        Chip("预备", probationary),
        Chip("女党员", lambda today: and_(Member.sex == "2", on_the_roll(today))),
        Chip("35岁以下", at_most_35),
        Chip("流动", lambda today: and_(Member.floating.is_(True), on_the_roll(today))),
        Chip("失联", lambda today: and_(Member.lost.is_(True), on_the_roll(today))),
        Chip("未设岗", without_post),
        Chip("资料不全", incomplete),
    ),
    checks=(
        checks.number_is_free,
        identity.id_agrees_with_birth,
        identity.id_agrees_with_sex,
        recruitment.dates_run_forward,
        checks.of_age_when_joining,
        checks.probation_is_long_enough,
        recruitment.full_member_has_full_on,
        recruitment.probationary_has_no_full_on,
        checks.probation_is_due,
        checks.branch_is_a_branch,
        membership.lost_has_a_day,
        membership.lost_for_half_a_year,
        membership.floating_has_a_place,
        membership.can_be_reached,
    ),
    figures=(
        Figure("在册", on_the_roll, unit="人"),
        Figure("正式", full),
        Figure("预备", probationary),
        Figure("无职党员", without_office),
        Figure("已设岗", with_post),
        Figure("不在册", lambda today: not_(on_the_roll(today))),
    ),
    empty="党员一人一条。可以从现有的 Excel 花名册导入，也可以逐个录入。",
)

MEMBER_EVENTS = Ledger(
    MemberEvent,
    title="党员增减",
    one="增减记录",
    pillar=Pillar.TEAM,
    icon="mdi6.account-switch-outline",
    label="{member} · {kind}",
    columns="member branch kind on reason document_no",
    derived=(branch_of_member(MemberEvent),),
    form={"增减": "member kind on reason document_no"},
    figures=(Figure("共", unit="条"),),
    checks=(checks.event_has_happened, checks.event_after_joining, checks.standing_follows),
    order="-on",
    empty="党员的发展、转入、转出、去世等增减记在这里；党员不直接删除。",
)

POSTS = Ledger(
    Post,
    title="岗位",
    one="岗位",
    counter="个",
    pillar=Pillar.TEAM,
    icon="mdi6.badge-account-horizontal-outline",
    label="{name}",
    columns="name duty active",
    form={"岗位": "name duty active"},
    keys=("name",),
    defaults={"active": True},
    chips=(Chip("启用", Post.active.is_(True)),),
    figures=(Figure("共", unit="个"),),
    checks=(checks.post_name_is_free,),
    empty="无职党员可以认领的岗位。",
)

POST_ASSIGNMENTS = Ledger(
    PostAssignment,
    title="设岗定责",
    one="设岗",
    pillar=Pillar.TEAM,
    icon="mdi6.badge-account-outline",
    label="{member} · {post}",
    columns="member branch post year how assigned_on ended_on",
    derived=(branch_of_member(PostAssignment),),
    form={
        "设岗": "member post year how assigned_on",
        "公示与承诺": "publicised_from publicised_to pledge",
        "下岗": "ended_on end_reason",
    },
    tree="post_id",
    keys=("member_id post_id year",),
    chips=(Chip("在岗", PostAssignment.ended_on.is_(None)), Chip("已下岗", PostAssignment.ended_on.is_not(None))),
    figures=(Figure("共", unit="条"), Figure("在岗", PostAssignment.ended_on.is_(None))),
    checks=(
        checks.held_once,
        checks.holder_ought_to,
        checks.post_is_in_use,
        posts.year_is_sound,
        posts.publicity_before_assignment,
        posts.ended_with_a_reason,
    ),
    empty="无职党员认领的岗位，一人一岗一条；一个人可以有几个岗。",
)

POST_REVIEWS = Ledger(
    PostReview,
    title="履职考评",
    one="考评",
    pillar=Pillar.TEAM,
    icon="mdi6.clipboard-check-outline",
    label="{assignment} · {period}",
    columns="assignment period score result",
    form={"考评": "assignment period duty_log score result"},
    figures=(Figure("共", unit="条"),),
    checks=(checks.reviewed_once, checks.score_is_possible),
    empty="按季度或半年考评在岗党员的履职情况。",
)

LEDGERS = (MEMBERS, MEMBER_EVENTS)
POST_LEDGERS = (POST_ASSIGNMENTS, POST_REVIEWS, POSTS)
