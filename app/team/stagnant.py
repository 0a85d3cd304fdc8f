"""The ledger of stagnant villages (空白村), which follows from who was admitted where: the program opens and closes it.

Time opens: a review at the beginning of the work and before a hand-over lists the villages that have become stagnant.
An admission closes, in the very operation that writes it, so that taking that back opens the village again. Only the
office whose villages they are writes; those above read what it hands over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.policy import Policies
from app.rules.stagnant import YEARS, drought, ended_by
from app.rules.transfers import ACCEPTED, INSIDE
from db import clock
from db.ids import derived_id
from db.journal import Batch, Values, stored_rows
from db.models.organisation import PartyOrg, Village
from db.models.recruitment import StagnantVillage
from db.models.team import Member, MemberEvent, Transfer

if TYPE_CHECKING:
    from app.workspace import OfficeCard, Workspace

ADMITTED, CAME = "01", "02"  # code table member_event_kind
WATCHED = frozenset({"member", "member_event", "party_org", "village"})
"""The ledgers from which it follows."""
LABEL = "盘点空白村"
NOBODY = ""
"""Where only the day of an admission matters."""


@dataclass
class Past:
    """What is known of a village: its admissions as (day, member), and since when it has had a branch."""

    admissions: list[tuple[date, str]] = field(default_factory=list)
    founded: date | None = None

    @property
    def since(self) -> date | None:
        """The last admission; where there was none, the founding of the first branch."""
        return max(self.admissions)[0] if self.admissions else self.founded


@dataclass(frozen=True)
class Change:
    """One record to write: the stored row, None for a new one, and the columns that change."""

    stored: Values | None
    values: Mapping[str, Any]


def bring_up_to_date(workspace: "Workspace") -> int:
    """Lists the villages that have become stagnant and ends what an admission has ended, as one operation where
    anything changes; how many records changed. A second call changes nothing."""
    with workspace.read() as session:
        if not changes(session, workspace.office):
            return 0
    with workspace.edit(LABEL, kind="review") as batch:
        _write(batch, workspace.office, changes(batch.session, workspace.office))
    return batch.changes


def follow(batch: Batch, office: "OfficeCard") -> None:
    """Makes the records that are there agree with what an open operation has written. It lists no village anew."""
    batch.session.flush()
    if batch.ledgers & WATCHED:
        listed = select(StagnantVillage.village_id).where(StagnantVillage.office_id == office.id).distinct()
        villages = list(batch.session.scalars(listed))
        if villages:
            found = changes(batch.session, office, villages)
            _write(batch, office, [one for one in found if one.stored is not None])


def changes(session: Session, office: "OfficeCard", villages: Sequence[str] | None = None) -> list[Change]:
    """What the ledger lacks to agree with the admissions in the villages of an office: in some of them, or in all."""
    own = select(Village.id, Village.contact_leader).where(Village.office_id == office.id, Village.deleted_at.is_(None))
    if villages is not None:
        own = own.where(Village.id.in_(villages))
    leaders: dict[str, str | None] = dict(session.execute(own.order_by(Village.code)).all())
    if not leaders:
        return []
    today = clock.today()
    years = Policies.read(session).whole("recruit.stagnant_years", today, YEARS)
    listed = _listed(session, list(leaders))
    opened = [row["opened_on"] for rows in listed.values() for row in rows]
    past = pasts(session, list(leaders), min(opened, default=date(today.year - years, 1, 1)))
    found: list[Change] = []
    for village, leader in leaders.items():
        found += _of_village(village, leader, past.get(village, Past()), listed.get(village, []), today, years)
    return found


def pasts(session: Session, villages: Sequence[str], since: date) -> dict[str, Past]:
    """What is known of villages: who was admitted by a branch there, by the event or by the roll; of what was before
    a day, the last admission by each branch alone, without who it was.

    A member of the roll was admitted on the day of joining, unless the roll says that they came from elsewhere, and by
    the branch in which they were before any move inside the office.
    """
    found: dict[str, Past] = {village: Past() for village in villages}
    village_of: dict[str, str | None] = {}
    named: dict[str, str] = {}
    orgs = select(PartyOrg.id, PartyOrg.name, PartyOrg.village_id, PartyOrg.founded_on)
    for org, name, village, founded in session.execute(orgs.where(PartyOrg.deleted_at.is_(None))):
        village_of[org], named[name] = village, org
        if village in found and founded is not None:
            found[village].founded = min(found[village].founded or founded, founded)
    inside = select(Transfer.member_id, Transfer.from_branch).where(
        Transfer.deleted_at.is_(None), Transfer.scope == INSIDE, Transfer.status == ACCEPTED
    )
    first_branch: dict[str, str | None] = {}
    for member, branch in session.execute(inside.order_by(Transfer.reported_on, Transfer.id)):
        if member is not None:
            first_branch.setdefault(member, named.get(branch or ""))
    here = [org for org, village in village_of.items() if village in found]
    near: list[ColumnElement[bool]]
    if 2 * len(here) < len(village_of):
        near = [Member.branch_id.in_(here), Member.deleted_at.is_(None)]
    else:  # the table is read through: in the order of an index, row by row, it would take ten times as long
        near = [func.coalesce(Member.deleted_at, "") == ""]
    came = select(MemberEvent.member_id).where(MemberEvent.deleted_at.is_(None), MemberEvent.kind == CAME)
    joined = (Member.joined_on.is_not(None), Member.id.not_in(came))
    event = (MemberEvent.member_id == Member.id, MemberEvent.deleted_at.is_(None), MemberEvent.kind == ADMITTED)
    known: list[tuple[str, str, date | None]] = []
    for day, conditions in ((Member.joined_on, joined), (MemberEvent.on, event)):
        one = select(Member.id, Member.branch_id, day).where(*conditions)
        stayed = (*near, Member.id.not_in(list(first_branch)))
        older = select(Member.branch_id, func.max(day)).where(*conditions, *stayed, day < since)
        known += [(id, branch, on) for id, branch, on in session.execute(one.where(*stayed, day >= since))]
        known += [(NOBODY, branch, last) for branch, last in session.execute(older.group_by(Member.branch_id))]
        moved = one.where(Member.id.in_(list(first_branch)), Member.deleted_at.is_(None))
        known += [(id, branch, on) for id, branch, on in session.execute(moved)]
    for member, branch, on in known:
        village = village_of.get(first_branch.get(member, branch) or "")
        if village in found and on is not None:
            found[village].admissions.append((on, member))
    return found


def _listed(session: Session, villages: Sequence[str]) -> dict[str, list[Values]]:
    ids = session.scalars(select(StagnantVillage.id).where(StagnantVillage.village_id.in_(villages)))
    found: dict[str, list[Values]] = {}
    rows = stored_rows(session.connection(), StagnantVillage, list(ids)).values()
    for row in sorted(rows, key=lambda one: (one["opened_on"], one["id"])):
        found.setdefault(row["village_id"], []).append(row)
    return found


def _of_village(
    village: str, leader: str | None, past: Past, listed: Sequence[Values], today: date, years: int
) -> list[Change]:
    """What its records lack. One record is open while it is stagnant; one that was ended by an admission which has
    since been taken back is opened again."""
    now = drought(past.since, today, years=years)
    live = [row for row in listed if row["deleted_at"] is None]
    current = [row for row in live if row["closed_on"] is None or not _holds(row, past)]
    found: list[Change] = []
    if now is not None:
        own_id = derived_id(StagnantVillage.__tablename__, f"{village}/{now.since}")
        wanted = {
            "opened_on": now.opened_on,
            "last_recruited_on": max(past.admissions)[0] if past.admissions else None,
            "years": now.years,
            "closed_on": None,
            "closed_by_member_id": None,
            "deleted_at": None,
        }
        known = [*current[-1:], *(row for row in listed if row["id"] == own_id)]
        if known:
            found.append(Change(known[0], wanted))
        else:
            new = {"id": own_id, "village_id": village, "contact_leader": leader}
            found.append(Change(None, {**new, **wanted}))
        current = [row for row in current if not known or row is not known[0]]
    for row in current:
        end = ended_by(past.admissions, row["opened_on"])
        if end is None:
            found.append(Change(row, {"deleted_at": clock.now()}))
        else:
            ended = {"closed_on": end[0], "closed_by_member_id": end[1]}
            found.append(Change(row, {**ended, "years": end[0].year - row["opened_on"].year + years}))
    differing = []
    for one in found:
        if one.stored is None:
            differing.append(one)
        elif new := {name: value for name, value in one.values.items() if one.stored[name] != value}:
            differing.append(Change(one.stored, new))
    return differing


def _holds(row: Values, past: Past) -> bool:
    """Whether the admission that ended it is still one."""
    return (row["closed_on"], row["closed_by_member_id"]) in past.admissions


def _write(batch: Batch, office: "OfficeCard", found: Sequence[Change]) -> None:
    new = [{"office_id": office.id, **one.values} for one in found if one.stored is None]
    if new:
        batch.create_rows(StagnantVillage, new)
    updates = [(one.stored, dict(one.values)) for one in found if one.stored is not None]
    if updates:
        batch.update_rows(StagnantVillage, updates)
