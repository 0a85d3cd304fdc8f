"""活力党建: village cadres, term by term."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import Session

from app.checks import Look
from app.findings import Finding, error, warning
from app.ledgers.ledger import Chip, Derived, Figure, Ledger, Pillar
from app.ledgers.responsibility_checks import bounds
from app.rules import identity, scoring
from app.rules.cadres import BOTH, HEAD, SECRETARY, Service, both_first, held_twice, paid_twice, usual_share
from app.rules.pay import NOTHING
from app.rules.spans import years_later
from db import codes
from db.models.team import Cadre, Member

SERVICE = ("name", "resident_id", "member_id", "village_id", "role", "since", "until", "share")
"""The fields of which a term is made."""
SENIOR_SECONDARY = "69"
"""Code table education: the last code of senior secondary schooling; what is above stands before it."""
FROM_MEMBER = ("name", "resident_id", "sex", "birth", "education", "phone")
"""What a cadre's record takes over from the roll."""


def service(record_id: str, values: Mapping[str, Any]) -> Service | None:
    """A record's term; None while what makes one is not filled in."""
    if any(values[name] is None for name in ("name", "village_id", "role", "since")):
        return None
    return Service(record_id, **{name: values[name] for name in SERVICE})


def beside(look: Look, own: Service) -> Iterator[Service]:
    """The other terms of the same office that may collide with one: of the same village, or of the same name."""
    office = look.office(Cadre)
    for record_id, values in look.live(Cadre, *SERVICE).items():
        if record_id == own.id or values["office_id"] != office:
            continue
        if values["village_id"] == own.village_id or values["name"] == own.name:
            other = service(record_id, values)
            if other is not None:
                yield other


def terms_do_not_collide(
    name: str | None,
    resident_id: str | None,
    member_id: str | None,
    village_id: str | None,
    role: str | None,
    since: date | None,
    until: date | None,
    share: str | None,
    look: Look,
) -> Iterator[Finding]:
    """cadre.term, cadre.first, cadre.share (§5): one person holds a role once at a time, a village has one secretary
    and one head at a time, and nobody has two paid shares at one time."""
    given = (name, resident_id, member_id, village_id, role, since, until, share)
    own = service(look.record_id or "", dict(zip(SERVICE, given, strict=True)))
    if own is None:
        return
    for other in beside(look, own):
        when = f"{other.since} 起" if other.until is None else f"{other.since} 至 {other.until}"
        if held_twice(own, other):
            called = codes.table("cadre_role").name(other.role)
            message = f"{other.name}已登记过“{called}”（{when}），任期重叠。请修改原有记录，或先填写其任职结束"
            yield error("since", "cadre.term", message)
        elif (first := both_first(own, other)) is not None:
            called = {SECRETARY: "党组织书记", HEAD: "村(居)委会主任"}[first]
            message = f"这个村(社区)同一时间已有{called}{other.name}（{when}）。请先填写其任职结束，或核对任职日期"
            yield error("role", "cadre.first", message)
        elif paid_twice(own, other):
            called = codes.table("cadre_role").name(other.role)
            message = f"{other.name}同时还有“{called}”的报酬档次，一人只按高的发一份。请把低的一条改为“不计”"
            yield warning("share", "cadre.share", message)


def term_runs_forward(since: date | None, until: date | None, today: date) -> Iterator[Finding]:
    """cadre.dates (§5): a term begins, then ends; it is written down when it has begun."""
    if since and since > today:
        yield error("since", "cadre.dates", f"任职开始 {since} 晚于今天，请核对")
    if since and until and until < since:
        yield error("until", "cadre.dates", f"任职结束 {until} 早于任职开始 {since}，请核对两个日期")


def share_goes_with_pay(paid: bool | None, share: str | None) -> Finding | None:
    """cadre.paid (§5.2): who has a fixed subsidy has a share of pay, who has none is not counted."""
    if paid and share in (None, NOTHING):
        return warning("share", "cadre.paid", "有固定补贴的请选报酬档次：书记、主任或其他固定补贴")
    if paid is False and share not in (None, NOTHING):
        return warning("paid", "cadre.paid", "填了报酬档次，却写着没有固定补贴，请核对")
    return None


def secretary_is_a_member(role: str | None, member_id: str | None, until: date | None) -> Finding | None:
    """cadre.member (§5.1): the secretary of a Party organisation is one of its members."""
    if role in (SECRETARY, BOTH) and member_id is None and until is None:
        return warning("member_id", "cadre.member", "党组织书记应是党员，请在“党员”一栏选出本人")
    return None


def is_the_member(name: str | None, resident_id: str | None, member_id: str | None, look: Look) -> Finding | None:
    """cadre.member (§5): the member that a record points to is the person whom it names."""
    member: Member | None = look.get(Member, member_id)
    if member is None or name is None:
        return None
    if member.name != name:
        return warning("member_id", "cadre.member", f"“党员”一栏选的是{member.name}，与姓名{name}不一致，请核对")
    if resident_id and member.resident_id and resident_id != member.resident_id:
        return warning("resident_id", "cadre.member", "公民身份号码与党员花名册不一致，请核对是不是同一个人")
    return None


def follows_from_the_roll(session: Session, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """A cadre who is a member need not be written down again, and most roles are paid in one way."""
    found: dict[str, Any] = {}
    member = session.get(Member, values["member_id"]) if values["member_id"] else None
    if member is not None:
        found |= {name: getattr(member, name) for name in FROM_MEMBER}
    if values["role"]:
        share = NOTHING if values["paid"] is False else usual_share(values["role"])
        found |= {"share": share, "paid": share != NOTHING}
    return found


def in_office(today: date) -> ColumnElement[bool]:
    """Who holds the role today."""
    return and_(Cadre.since <= today, or_(Cadre.until.is_(None), Cadre.until > today))


def gone(today: date) -> ColumnElement[bool]:
    """Whose term in the role is over."""
    return Cadre.until <= today


def of_roles(*roles: str) -> Any:
    """A condition, made with today's date: who holds one of these roles today."""
    return lambda today: and_(in_office(today), Cadre.role.in_(roles))


def schooled(today: date) -> ColumnElement[bool]:
    """In office, with senior secondary schooling or more (§5.4)."""
    return and_(in_office(today), Cadre.education <= SENIOR_SECONDARY)


def is_free_to_serve(name: str | None, since: date | None, look: Look) -> Finding | None:
    """restriction.appointment: nobody begins a term while a restriction holds."""
    bound = look.once(bounds)
    return scoring.appointment_breaks("since", name, since, bound.get(look.office(Cadre) or "", ())) if bound else None


CADRES = Ledger(
    Cadre,
    title="村干部",
    one="村干部",
    counter="人",
    pillar=Pillar.TEAM,
    icon="mdi6.account-tie-outline",
    label="{name}",
    columns="name village role sex age education since share until phone",
    form={
        "基本信息": "member name resident_id sex birth education phone",
        "任职": "village role since until how document_no",
        "报酬": "paid share account",
    },
    derived=(
        Derived("age", "年龄", of=lambda birth, today: identity.age(birth, today), sort=Cadre.birth, reverse=True),
    ),
    tree="village_id",
    keys=("resident_id role since", "name village_id role since"),
    chips=(
        Chip("在任", in_office),
        Chip("书记", of_roles(SECRETARY, BOTH)),
        Chip("主任", of_roles(HEAD, BOTH)),
        Chip("女干部", lambda today: and_(in_office(today), Cadre.sex == "2")),
        Chip("35岁以下", lambda today: and_(in_office(today), Cadre.birth > years_later(today, -36))),
        Chip("60岁以上", lambda today: and_(in_office(today), Cadre.birth <= years_later(today, -60))),
        Chip("高中以上", schooled),
        Chip("非党员", lambda today: and_(in_office(today), Cadre.member_id.is_(None))),
        Chip("已离任", gone),
    ),
    figures=(
        Figure("在任", in_office, unit="人"),
        Figure("书记", of_roles(SECRETARY, BOTH)),
        Figure("一肩挑", of_roles(BOTH)),
        Figure("固定补贴", lambda today: and_(in_office(today), Cadre.paid.is_(True))),
        Figure("女", lambda today: and_(in_office(today), Cadre.sex == "2")),
        Figure("已离任", gone),
    ),
    checks=(
        identity.id_agrees_with_birth,
        identity.id_agrees_with_sex,
        term_runs_forward,
        terms_do_not_collide,
        secretary_is_a_member,
        is_the_member,
        share_goes_with_pay,
        is_free_to_serve,
    ),
    follows=follows_from_the_roll,
    empty="村(社区)干部登记在这里，一人一职一段任期一条；换了职务，填任职结束，再登记新的一条。",
)

LEDGERS = (CADRES,)
