"""Recruitment of the demonstration: people at every stage with their steps, and villages where nobody joins."""

from datetime import date, timedelta

from sqlalchemy import select

from app.demo.fiction import FULL, PROBATIONARY, day_between
from app.demo.township import Paper, Township
from app.rules import application as rules
from app.rules.recruitment import probation_ends_on
from app.rules.spans import months_later, years_later
from app.rules.stagnant import YEARS, drought
from app.team import stagnant
from app.workspace import Workspace
from db.ids import derived_id
from db.journal import Values, stored_rows
from db.models.recruitment import StagnantVillage

ADMITTED, CAME = "01", "02"  # code table member_event_kind
ON_THE_ROLL = "01"  # code table standing
MEASURES = (
    "驻村干部逐户走访，从返乡青年、致富能手和退役军人中物色培养对象，年内至少确定一名积极分子。",
    "支部每月研究一次发展党员工作，班子成员每人联系两名青年。",
)
MATERIALS = {
    "01": "入党申请书",
    "02": "谈话记录",
    "03": "推荐（推优）登记表",
    "04": "备案报告",
    "06": "培养教育考察登记表",
    "08": "发展对象备案报告",
    "10": "政审情况报告",
    "11": "集中培训登记表",
    "14": "入党志愿书",
    "15": "支部大会记录、票决统计",
    "17": "批复",
    "22": "转正申请书",
    "23": "支部大会记录",
    "25": "党员档案材料清单",
}


def fill(town: Township) -> None:
    """The files of who was admitted lately, people on their way, and the quiet villages."""
    quiet(town)
    once_stagnant(town)
    admitted = [
        one
        for one in town.rows["member"]
        if one["standing"] == ON_THE_ROLL and one["joined_on"] is not None and _admitted_here(town, one)
    ]
    on_probation = [one for one in admitted if one["category"] == PROBATIONARY]
    lately = [one for one in admitted if one["category"] == FULL and one["joined_on"] > years_later(town.today, -3)]
    for member in (*on_probation, *lately[: max(2, len(lately) // 2)]):
        of_member(town, member)
    size = max(1, len(town.rows["member"]) // 150)
    for stage, amount in ((rules.APPLICANT, 2 * size), (rules.ACTIVIST, 2 * size), (rules.CANDIDATE, size)):
        for place in range(amount):
            newcomer(town, stage, slow=place == 0)
    newcomer(town, rules.ENDED, slow=False)
    ended(town)


def quiet(town: Township) -> None:
    """In one village, that with the fewest on probation, the last who joined came from elsewhere: nobody was admitted
    there for years."""
    villages = {one.village["id"]: one.village for one in town.branches if one.village is not None}
    chosen = min(villages.values(), key=lambda one: len(_probationers(town, one)))
    branches = {one.id for one in town.branches if one.village is chosen}
    ids = {one["id"] for one in town.rows["member"] if one["branch_id"] in branches}
    for event in town.rows.get("member_event", ()):
        if event["member_id"] in ids and event["kind"] == ADMITTED:
            event |= {"kind": CAME, "reason": "返乡定居", "document_no": None}
    admissions = [one["joined_on"] for one in town.rows["member"] if one["id"] in ids and _is_of(town, one)]
    founded = [one["founded_on"] for one in town.rows["party_org"] if one["id"] in branches]
    now = drought(max(admissions, default=min(founded)), town.today)
    assert now is not None
    town.row(
        "stagnant_village",
        id=derived_id("stagnant_village", f"{chosen['id']}/{now.since}"),
        village_id=chosen["id"],
        opened_on=now.opened_on,
        last_recruited_on=max(admissions, default=None),
        years=now.years,
        contact_leader=chosen["contact_leader"],
    )


def _probationers(town: Township, village: Values) -> list[Values]:
    branches = {one.id for one in town.branches if one.village is village}
    return [one for one in town.rows["member"] if one["branch_id"] in branches and one["category"] == PROBATIONARY]


def _admitted_here(town: Township, member: Values) -> bool:
    events = town.rows.get("member_event", ())
    return any(one["member_id"] == member["id"] and one["kind"] == ADMITTED for one in events)


# ---------------------------------------------------------------- one person's file


def of_member(town: Township, member: Values) -> None:
    """The file of somebody on the roll, counted back from the day of admission; none for who joined very young."""
    admitted: date = member["joined_on"]
    candidate = admitted - timedelta(days=town.rng.randint(75, 110))
    activist = months_later(candidate, -12) - timedelta(days=town.rng.randint(3, 60))
    applied = activist - timedelta(days=town.rng.randint(60, 180))
    applied = max(applied, years_later(member["birth"], 18) + timedelta(days=3))
    if applied > activist - timedelta(days=40):
        return
    person = {name: member[name] for name in ("name", "resident_id", "sex", "nation", "birth", "education", "phone")}
    file = {
        **person,
        "branch_id": member["branch_id"],
        "work_post": member["work_post"],
        "stage": rules.PROBATIONARY,
        "member_id": member["id"],
        **_first_days(town, member["birth"], member["branch_id"], applied, activist),
        **_candidate_days(town, member["branch_id"], candidate),
        **_meeting(town, member["branch_id"], admitted),
    }
    full = probation_ends_on(admitted)
    if member["category"] == FULL:
        meeting = min(full + timedelta(days=town.rng.randint(3, 25)), town.today)
        member["full_on"] = full
        file |= {
            "stage": rules.CONVERTED,
            "full_applied_on": full - timedelta(days=10),
            "full_expected": file["expected"],
            "full_present": file["present"],
            "full_votes": file["votes_for"],
            "full_meeting_on": meeting,
            "full_on": full,
            "full_approved_on": _past(town, meeting + timedelta(days=town.rng.randint(15, 60))),
        }
    steps(town, town.row("applicant", **file))


def newcomer(town: Township, stage: str, *, slow: bool) -> None:
    """Somebody who is on no roll yet; the slow have something overdue."""
    rng = town.rng
    branch = rng.choice([one for one in town.branches if one.ages[0] < 60])  # not that of the retired
    person = town.people.person(21, 42, women=0.4)
    since = {rules.APPLICANT: (5, 90), rules.ENDED: (300, 700)}.get(stage, (30, 160))
    if stage == rules.APPLICANT and slow:
        since = (45, 90)
    latest = town.ago(*since)
    candidate = latest if stage == rules.CANDIDATE else None
    activist = latest if stage in (rules.ACTIVIST, rules.ENDED) else None
    if candidate is not None:
        activist = months_later(candidate, -12) - timedelta(days=rng.randint(3, 60))
    if stage == rules.ACTIVIST:
        activist = town.ago(200, 330) if slow else latest
    applied = latest if activist is None else activist - timedelta(days=rng.randint(60, 180))
    file = {
        "name": person.name,
        "resident_id": person.resident_id,
        "sex": person.sex,
        "nation": person.nation,
        "birth": person.birth,
        "education": person.education,
        "phone": person.phone,
        "branch_id": branch.id,
        "work_post": next(iter(branch.work)),
        "stage": stage,
        **_first_days(town, person.birth, branch.id, applied, activist, talked=not (slow and activist is None)),
    }
    if candidate is not None:
        file |= _candidate_days(town, branch.id, candidate)
    steps(town, town.row("applicant", **file), reviewed=not slow)


def ended(town: Township) -> None:
    """One activist has gone to work elsewhere and stopped."""
    file = next(one for one in town.rows["applicant"] if one["stage"] == rules.ENDED)
    file |= {"ended_on": town.ago(10, 100), "end_reason": "外出务工，本人书面提出不再继续"}


def _first_days(
    town: Township, birth: date, branch: str, applied: date, activist: date | None, *, talked: bool = True
) -> Values:
    """From the application to becoming an activist."""
    rng = town.rng
    talk = applied + timedelta(days=rng.randint(3, 26))
    young = activist is not None and birth > years_later(activist, -28)
    named = "、".join(_full_members(town, branch, rng.randint(1, 2))) if activist is not None else None
    return {
        "applied_on": applied,
        "talked_on": talk if talked and talk <= town.today else None,
        "talked_by": town.somebody() if talked and talk <= town.today else None,
        "league_member": True if young else None,
        "recommended": None if activist is None else rules.BY_THE_LEAGUE if young else "01",
        "activist_on": activist,
        "contacts": named,
    }


def _candidate_days(town: Township, branch: str, candidate: date) -> Values:
    """What is done of a candidate: introducers, review, course."""
    review, trained = candidate + timedelta(days=12), candidate + timedelta(days=25)
    done = trained <= town.today
    return {
        "candidate_on": candidate,
        "introducers": "、".join(_full_members(town, branch, 2)),
        "review_on": _past(town, review),
        "review_passed": True if review <= town.today else None,
        "trained_on": trained if done else None,
        "training_days": town.rng.choice((3, 4, 5)) if done else None,
        "training_hours": 24 if done else None,
    }


def _meeting(town: Township, branch: str, admitted: date) -> Values:
    """The branch's meeting, and the approval after it."""
    expected = max(5, len(_of_branch(town, branch)))
    votes = town.rng.randint(expected * 3 // 4, expected)
    approved = _past(town, admitted + timedelta(days=town.rng.randint(20, 60)))
    return {
        "publicised_from": admitted - timedelta(days=29),
        "publicised_to": admitted - timedelta(days=21),
        "checked_on": admitted - timedelta(days=16),
        "expected": expected,
        "present": town.rng.randint(votes, expected),
        "votes_for": votes,
        "admitted_on": admitted,
        "approved_on": approved,
        "approved_by_id": next(one["id"] for one in town.rows["party_org"] if one["kind"] == "611"),
        "document_no": f"{town.short}党〔{approved.year}〕{town.rng.randint(1, 80)}号" if approved else None,
    }


def _past(town: Township, day: date) -> date | None:
    return day if day <= town.today else None


def _of_branch(town: Township, branch: str) -> list[Values]:
    return [
        one
        for one in town.rows["member"]
        if one["branch_id"] == branch and one["category"] == FULL and one["standing"] == ON_THE_ROLL
    ]


def _full_members(town: Township, branch: str, number: int) -> list[str]:
    """Names of so many full members, of the branch where it has enough; no two the same."""
    known = {one["name"] for one in _of_branch(town, branch)}
    if len(known) < number:
        known = {one["name"] for one in town.rows["member"] if one["category"] == FULL}
    return town.rng.sample(sorted(known), min(number, len(known)))


# ---------------------------------------------------------------- its steps


def steps(town: Township, file: Values, *, reviewed: bool = True) -> None:
    """The steps that the days of a file stand for, up to today."""
    days = [(step, on) for step, on in _step_days(file).items() if reviewed or step != "06"]
    if reviewed:
        days += [(rules.REPORT, on) for on in _reports(town, file)]
    secretary = next(
        (one["secretary"] for one in town.rows["party_org"] if one["id"] == file["branch_id"] and one.get("secretary")),
        None,
    )
    for step, on in days:
        if on is not None and on <= town.today:
            town.row(
                "applicant_step",
                applicant_id=file["id"],
                step=step,
                on=on,
                outcome=rules.PASSED,
                by=file.get("talked_by") if step == "02" else secretary,
                document=MATERIALS.get(step),
            )


def _reports(town: Township, file: Values) -> list[date]:
    """The days on which an activist reported: every quarter, as long as they were one (D07)."""
    since, until = file.get("activist_on"), file.get("candidate_on") or file.get("ended_on") or town.today
    return [] if since is None else [on for number in range(1, 13) if (on := months_later(since, 3 * number)) <= until]


def _step_days(file: Values) -> dict[str, date | None]:
    """Step → day, None where the file has not come so far."""

    def after(name: str, days: int = 0) -> date | None:
        day: date | None = file.get(name)
        return day + timedelta(days=days) if day is not None else None

    admitted, approved = file.get("admitted_on"), file.get("approved_on")
    late = approved is not None
    return {
        "01": after("applied_on"),
        "02": after("talked_on"),
        "03": after("activist_on"),
        "04": after("activist_on", 7),
        "05": after("activist_on", 10),
        "06": after("activist_on", 175),
        "07": after("candidate_on", -10),
        "08": after("candidate_on"),
        "09": after("candidate_on", 5),
        "10": after("review_on"),
        "11": after("trained_on"),
        "12": after("admitted_on", -19),
        "13": after("checked_on"),
        "14": after("admitted_on", -7),
        "15": admitted,
        "16": after("admitted_on", 10) if late else None,
        "17": approved,
        "18": after("approved_on", 10),
        "19": after("approved_on", 12),
        "20": after("approved_on", 20),
        "21": after("approved_on", 120),
        "22": after("full_applied_on"),
        "23": after("full_meeting_on"),
        "24": after("full_approved_on"),
        "25": after("full_approved_on", 15),
    }


# ---------------------------------------------------------------- stagnant villages


def once_stagnant(town: Township) -> None:
    """A village where a probationary member was the first for years: listed then, and ended by this admission."""
    for member in town.rows["member"]:
        branch = next(one for one in town.branches if one.id == member["branch_id"])
        if branch.village is None or member["category"] != PROBATIONARY or not _admitted_here(town, member):
            continue
        branches = {one.id for one in town.branches if one.village is branch.village}
        before = [
            one["joined_on"]
            for one in town.rows["member"]
            if one["branch_id"] in branches and one is not member and one["joined_on"] and _is_of(town, one)
        ]
        if not before or member["joined_on"].year - max(before).year <= YEARS:
            continue
        last, opened = max(before), date(max(before).year + YEARS, 1, 1)
        town.row(
            "stagnant_village",
            id=derived_id("stagnant_village", f"{branch.village['id']}/{last}"),
            village_id=branch.village["id"],
            opened_on=opened,
            last_recruited_on=last,
            years=member["joined_on"].year - last.year,
            contact_leader=branch.village["contact_leader"],
            talk_on=day_between(town.rng, opened, min(member["joined_on"], opened + timedelta(days=200))),
            talk_by=town.somebody(),
            measure=MEASURES[0],
            closed_on=member["joined_on"],
            closed_by_member_id=member["id"],
        )
        return


def _is_of(town: Township, member: Values) -> bool:
    """Whether somebody was admitted where they are: no event says that they came from elsewhere."""
    events = town.rows.get("member_event", ())
    return not any(one["member_id"] == member["id"] and one["kind"] == CAME for one in events)


def review(township: Workspace, paper: Paper) -> None:
    """The program lists the stagnant villages; the township has talked to most of their secretaries."""
    stagnant.bring_up_to_date(township)
    with township.edit("登记诫勉谈话") as batch:
        listed = select(StagnantVillage.id).where(StagnantVillage.closed_on.is_(None)).order_by(StagnantVillage.id)
        rows = stored_rows(batch.session.connection(), StagnantVillage, list(batch.session.scalars(listed)))
        changed: list[tuple[Values, Values]] = []
        for place, row in enumerate(rows.values()):
            if place % 3 != 1:
                on = day_between(paper.rng, max(row["opened_on"], paper.today - timedelta(days=250)), paper.today)
                changed.append((row, {"talk_on": on, "talk_by": paper.somebody(), "measure": MEASURES[place % 2]}))
        batch.update_rows(StagnantVillage, changed)
