"""活力党建 of the demonstration: members, how they came and went, the posts they hold and how they did."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from app.demo.fiction import DESTINATIONS, FEMALE, HEALTH, MALE, STRENGTHS, day_between, pick
from app.demo.organisation import OFFICE_WORK, RETIRED, SCHOOL_WORK
from app.demo.township import Branch, Township
from app.rules.identity import age
from app.rules.posts import ought_to_hold_post
from app.rules.spans import months_later, years_later
from db.journal import Values

AWAY = "113"
"""The code of working elsewhere."""

OFFICERS = (("secretary", "书记"), ("organiser", "组织委员"), ("deputy", "副书记"))
"""The officers of a branch: the organisation's field, and what the office is called."""

LEAVING = {"03": ("04", ("工作调动", "户口迁出", "随子女居住")), "04": ("05", ("因病去世", "年老去世"))}
"""Standing → (the kind of event that brought it, reasons)."""


def fill(town: Township, posts_on_offer: Mapping[str, str]) -> None:
    """Members and their posts; `posts_on_offer` is name → id."""
    members(town)
    posts(town, posts_on_offer)


def members(town: Township) -> None:
    """The roll: three officers to a branch, then the others, a few of them with something to clear up."""
    for branch in town.branches:
        for place in range(branch.members):
            member(town, branch, place)
    doubts(town)


def member(town: Township, branch: Branch, place: int) -> None:
    """One member with how they came and, for a few, how they left."""
    rng = town.rng
    officer = OFFICERS[place] if place < len(OFFICERS) and branch.members > place + 2 else None
    probationary = officer is None and (not town.probationary or rng.random() < 0.025)
    town.probationary += probationary
    low, high = branch.ages
    if officer and low < 60:
        low, high = max(low, 30), min(high, 63)
    elif probationary and low < 45:
        low, high = max(low, 20), min(high, 45)
    person = town.people.person(low, high, staff=branch.work in (OFFICE_WORK, SCHOOL_WORK))
    joined, full = town.people.party_dates(person.birth, probationary=probationary)
    years = age(person.birth, town.today)
    floating = officer is None and branch.village is not None and years < 55 and rng.random() < 0.12
    lost = not floating and officer is None and years < 60 and rng.random() < 0.008
    standing = "01" if officer or probationary or place < 3 else pick(rng, {"01": 975, "03": 14, "04": 11})
    made = town.row(
        "member",
        name=person.name,
        resident_id=person.resident_id if rng.random() > 0.008 else None,
        sex=person.sex,
        nation=person.nation,
        birth=person.birth,
        education=person.education,
        degree=person.degree,
        branch_id=branch.id,
        category="2" if probationary else "1",
        joined_on=joined,
        full_on=full,
        work_post=work_of(town, branch, years, floating=floating),
        phone=person.phone,
        landline=f"0739-3{rng.randrange(10**6):06d}" if person.phone is None and rng.random() < 0.4 else None,
        address=address(town, branch),
        standing=standing,
        lost=lost,
        lost_since=town.ago(220, 900) if lost else None,
        floating=floating,
        floating_to=rng.choice(DESTINATIONS) if floating else None,
        hardship=rng.choice(("01", "02", "05", "06")) if years > 55 and rng.random() < 0.06 else None,
        office_held=f"{branch.name}{officer[1]}" if officer else None,
        strengths=rng.choice(STRENGTHS) if rng.random() < 0.2 else None,
        health=rng.choice(HEALTH) if years > 50 and rng.random() < 0.5 else None,
    )
    if officer:
        organisation = next(one for one in town.rows["party_org"] if one["id"] == branch.id)
        organisation[officer[0]] = person.name
    events(town, made)


def disciplined(town: Township) -> None:
    """A few decisions: one whose effect goes on, and in a large township one whose time of being watched ends soon.

    Chosen without chance, so that nothing else of the demonstration moves.
    """
    able = [
        one
        for one in town.rows["member"]
        if one["category"] == "1" and one["standing"] == "01" and not one["office_held"] and one["full_on"]
    ]
    since = [one for one in able if one["full_on"] < years_later(town.today, -3)] or able
    town.row(
        "discipline",
        member_id=since[0]["id"],
        kind="01",
        decided_on=months_later(town.today, -8),
        decided_by=f"中共{town.office.name}纪律检查委员会",
        document_no=f"{town.short}纪〔{months_later(town.today, -8).year}〕2号",
        reason="违反工作纪律",
    )
    if len(since) > 40:
        on = months_later(town.today, -11) - timedelta(days=12)
        town.row(
            "discipline",
            member_id=since[len(since) // 2]["id"],
            kind="04",
            decided_on=on,
            decided_by="中共云溪县纪律检查委员会",
            document_no=f"云纪〔{on.year}〕7号",
            reason="酒后驾驶机动车",
            watched_years=1,
        )


def work_of(town: Township, branch: Branch, years: int, *, floating: bool) -> str:
    """The code of what a member does for a living."""
    if floating:
        return AWAY
    if branch.village is None and years >= 60:
        return RETIRED
    return (
        "52"
        if branch.village and branch.village["kind"] == "02" and town.rng.random() < 0.2
        else pick(town.rng, branch.work)
    )


def address(town: Township, branch: Branch) -> str:
    """Where a member lives."""
    if branch.village is None:
        return f"云溪县{town.office.name}振兴路{town.rng.randint(1, 180)}号"
    return f"云溪县{town.office.name}{branch.village['name']}{town.rng.randint(1, 12)}组"


def events(town: Township, member: Values) -> None:
    """The gains and losses that belong to a member."""
    joined: date = member["joined_on"]
    number = f"{town.short}党〔%s〕{town.rng.randint(1, 80)}号"
    if joined > years_later(town.today, -3):
        town.row("member_event", member_id=member["id"], kind="01", on=joined, document_no=number % joined.year)
    elif town.rng.random() < 0.02:
        on = town.ago(40, 1000)
        reason = "工作调动" if member["work_post"].startswith("0") else "返乡定居"
        town.row("member_event", member_id=member["id"], kind="02", on=on, reason=reason)
    if member["standing"] in LEAVING:
        kind, reasons = LEAVING[member["standing"]]
        town.row(
            "member_event", member_id=member["id"], kind=kind, on=town.ago(5, 300), reason=town.rng.choice(reasons)
        )


def doubts(town: Township) -> None:
    """What a real roster has to clear up: a file that differs from the card, a day that nobody wrote down."""
    certain = [m for m in town.rows["member"] if m["resident_id"] and m["category"] == "1" and not m["office_held"]]
    chosen = town.rng.sample(certain, min(len(certain), max(2, len(certain) // 120) + 2))
    for place, member in enumerate(chosen):
        birth: date = member["birth"]
        if place == 0:
            member["full_on"] = None
        elif place == 1:
            other = MALE if member["sex"] == FEMALE else FEMALE
            member["resident_id"] = town.people.resident_id(birth, other)
        else:
            card = day_between(town.rng, birth - timedelta(days=400), birth - timedelta(days=20))
            member["resident_id"] = town.people.resident_id(card, member["sex"])


def posts(town: Township, posts: Mapping[str, str]) -> None:
    """Posts for nearly all who ought to hold one, this year and for most also last year, with their reviews."""
    named = sorted(posts.items(), key=lambda item: item[0])
    ought = [
        member
        for member in town.rows["member"]
        if member["standing"] == "01"
        and ought_to_hold_post(
            member["office_held"],
            able=age(member["birth"], town.today) < 80,
            floating=member["floating"] and town.rng.random() < 0.7,
            lost=member["lost"],
        )
    ]
    for place, member in enumerate(ought):
        if place and town.rng.random() < 0.05:
            continue
        name, post_id = town.rng.choice(named)
        assignment(town, member, name, post_id, town.today.year)
        if place == 0 or (member["category"] == "1" and town.rng.random() < 0.45):
            held = assignment(town, member, name, post_id, town.today.year - 1)
            review(town, held, f"{town.today.year - 1}年", name)


def assignment(town: Township, member: Values, post: str, post_id: str, year: int) -> Values:
    """A member takes on a post for a year, after a week in public; last year's has ended."""
    past = year < town.today.year
    assigned = min(day_between(town.rng, date(year, 1, 12), date(year, 3, 20)), town.today)
    return town.row(
        "post_assignment",
        member_id=member["id"],
        post_id=post_id,
        year=year,
        how=pick(town.rng, {"01": 55, "02": 35, "03": 10}),
        publicised_from=assigned - timedelta(days=8),
        publicised_to=assigned - timedelta(days=1),
        assigned_on=assigned,
        pledge=f"履行{post}职责，每月至少为群众办一件实事。",
        ended_on=date(year, 12, 31) if past else None,
        end_reason="年度期满" if past else None,
    )


def review(town: Township, assignment: Values, period: str, post: str) -> None:
    """How it went: mostly well."""
    score = Decimal(town.rng.randint(118, 196)) / 2
    result = "01" if score >= 92 else "02" if score >= 70 else "03" if score >= 60 else "04"
    town.row(
        "post_review",
        assignment_id=assignment["id"],
        period=period,
        duty_log=f"按{post}职责走访农户 {town.rng.randint(6, 60)} 户，办实事 {town.rng.randint(1, 14)} 件。",
        score=score,
        result=result,
    )
