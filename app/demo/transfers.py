"""Letters of introduction of the demonstration: out and in, done, on their way and run out."""

from collections.abc import Iterator
from datetime import date, timedelta

from app.demo.fiction import DESTINATIONS
from app.demo.township import Township
from app.ledgers.transfer_deeds import PARTICULARS
from app.rules.transfers import ACCEPTED, COUNTY, IN, INSIDE, ISSUED, OUT, RECEIVED, days_key
from db.journal import Values

CAME, LEFT = "02", "04"  # code table member_event_kind
NEIGHBOUR = "中共清河区委组织部"
CITY, PROVINCE, BEYOND = "03", "04", "05"  # code table transfer_scope


def fill(town: Township) -> None:
    """Each who has left or come lately has a letter; a few are on their way, one of them to the next township."""
    members = {one["id"]: one for one in town.rows["member"]}
    recent = [event for event in town.rows["member_event"] if event["on"] > town.today - timedelta(400)]
    for event in recent:
        if event["kind"] == LEFT:
            gone(town, members[event["member_id"]], event)
        elif event["kind"] == CAME:
            come(town, members[event["member_id"]], event)
    free = [one for one in members.values() if one["standing"] == "01" and one["category"] == "1"]
    free = [one for one in free if one["resident_id"] and not one["office_held"]]
    chosen: Iterator[Values | None] = iter(town.rng.sample(free, min(len(free), 5)))
    for (days, scope, to), member in zip(((5, BEYOND, outside(town)), (27, CITY, NEIGHBOUR)), chosen, strict=False):
        assert member is not None
        letter(town, member, scope, town.today - timedelta(days), to_branch=to, status=ISSUED)
    if town.beside and (member := next(chosen, None)):
        office, name = town.beside[-1]
        on = town.today - timedelta(2)
        letter(town, member, COUNTY, on, to_office_id=office, to_branch=f"中共{name}委员会", status=ISSUED)
    if member := next(chosen, None):
        moved(town, member)


def letter(town: Township, member: Values, scope: str, on: date, **more: object) -> Values:
    """A letter of the township for a member."""
    place = sum(1 for one in town.rows.get("transfer", ()) if one["direction"] == OUT) + 1
    branch = next(one.name for one in town.branches if one.id == member["branch_id"])
    sides = {"from_office_id": town.office.id} if scope == COUNTY else {}
    return town.row(
        "transfer",
        member_id=member["id"],
        direction=OUT,
        scope=scope,
        letter_no=f"{on.year}第{place}号",
        issued_on=on,
        valid_days=days_key(scope)[1],
        dues_paid_to=on.isoformat()[:7],
        from_branch=branch,
        **{name: member[name] for name in PARTICULARS},
        **sides,
        **more,
    )


def gone(town: Township, member: Values, event: Values) -> None:
    """The letter of somebody who has left: its receipt came on the day of the event."""
    on = event["on"] - timedelta(town.rng.randint(6, 25))
    where = outside(town)
    scope = PROVINCE if "湖南省" in where else BEYOND
    made = letter(town, member, scope, on, to_branch=where, status=RECEIVED, receipt_on=event["on"])
    event["document_no"] = made["letter_no"]


def come(town: Township, member: Values, event: Values) -> None:
    """The letter with which somebody came from outside, its receipt long sent back."""
    on = event["on"] - timedelta(town.rng.randint(3, 15))
    branch = next(one for one in town.branches if one.id == member["branch_id"])
    town.row(
        "transfer",
        member_id=member["id"],
        direction=IN,
        scope=BEYOND,
        status=ACCEPTED,
        letter_no=f"第{town.rng.randint(10, 300)}号",
        issued_on=on,
        valid_days=days_key(BEYOND)[1],
        dues_paid_to=on.isoformat()[:7],
        from_branch=outside(town),
        to_branch=branch.name,
        branch_id=branch.id,
        reported_on=event["on"],
        receipt_on=min(event["on"] + timedelta(town.rng.randint(1, 12)), town.today),
        **{name: member[name] for name in PARTICULARS},
    )


def moved(town: Township, member: Values) -> None:
    """A move between two branches that was made some time ago."""
    here = next(one for one in town.branches if one.id == member["branch_id"])
    other = town.rng.choice([one for one in town.branches if one.id != here.id])
    on = town.ago(20, 200)
    town.row(
        "transfer",
        member_id=member["id"],
        direction=OUT,
        scope=INSIDE,
        status=ACCEPTED,
        issued_on=on,
        from_branch=other.name,
        to_branch=here.name,
        branch_id=here.id,
        reported_on=on,
        **{name: member[name] for name in PARTICULARS},
    )


def outside(town: Township) -> str:
    """A committee beyond the county, which does not exist."""
    return f"中共{town.rng.choice(DESTINATIONS)}委组织部"
