"""活力党建 of the demonstration: the village cadres, most of them members, term by term."""

from datetime import date
from typing import Any

from app.demo.township import Township
from app.rules.cadres import BOTH, HEAD, SECRETARY, usual_share
from app.rules.pay import NOTHING
from db.journal import Values

DEPUTY, CLERK, WOMEN = "04", "08", "09"  # code table cadre_role
FROM_ROLL = ("name", "resident_id", "sex", "birth", "education", "phone")


def fill(town: Township) -> None:
    """Three to five cadres to a village; in one village of four the secretary is new since last year."""
    roll: dict[str, list[Values]] = {}
    for member in town.rows["member"]:
        if member["standing"] == "01":
            roll.setdefault(member["branch_id"], []).append(member)
    for place, village in enumerate(town.rows["village"]):
        branches = [branch.id for branch in town.branches if branch.village is village]
        able = [
            one
            for branch in branches
            for one in roll.get(branch, [])
            if not one["lost"] and not one["floating"] and 1955 < one["birth"].year < town.today.year - 28
        ]
        able.sort(key=lambda one: not (one["office_held"] or "").endswith("书记"))
        of_village(town, village, place, able)


def of_village(town: Township, village: Values, place: int, able: list[Values]) -> None:
    """The cadres of one village; `able` are members who may hold a role, the branch's secretary first."""
    elected = max(town.ago(800, 1500), date(town.today.year - 5, 1, 1))
    chosen = iter(able)
    alone = place % 3 == 0
    secretary = next(chosen, None)
    changed = place % 4 == 1
    since = date(town.today.year - 1, 6, 20) if changed else elected
    if changed:
        before = next(chosen, None)
        term(town, village, before, BOTH if alone else SECRETARY, elected, until=since)
    how = "02" if place % 7 == 3 else "01"
    term(town, village, secretary, BOTH if alone else SECRETARY, since, how=how)
    if not alone:
        term(town, village, next(chosen, None) if place % 2 else None, HEAD, elected)
    for role in (DEPUTY, CLERK, WOMEN)[: 2 + (place % 2)]:
        term(town, village, next(chosen, None) if town.rng.random() < 0.7 else None, role, elected)
    term(town, village, None, "12", elected, paid=False)


def term(
    town: Township,
    village: Values,
    member: Values | None,
    role: str,
    since: date,
    *,
    until: date | None = None,
    how: str = "01",
    paid: bool = True,
) -> Values:
    """One term of a member, or of somebody who is none."""
    if member is not None:
        who: dict[str, Any] = {name: member[name] for name in FROM_ROLL}
    else:
        person = town.people.person(30, 60, women=0.9 if role == WOMEN else 0.1)
        who = {name: getattr(person, name) for name in FROM_ROLL}
    return town.row(
        "cadre",
        **who,
        village_id=village["id"],
        role=role,
        member_id=member["id"] if member is not None else None,
        since=since,
        until=until,
        how=how,
        document_no=f"{town.short}党〔{since.year}〕{town.rng.randint(3, 60)}号",
        paid=paid,
        share=usual_share(role) if paid else NOTHING,
        account=f"0000{town.rng.randrange(10**15):015d}" if paid else None,
    )
