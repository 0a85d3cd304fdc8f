"""Who answers for an office's Party work: its committee with the officers."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models.organisation import PartyOrg
from db.models.responsibility import Duty, Task

PARTY_COMMITTEES = ("611", "621", "631")
"""Code table org_kind: who answers for an office is its committee, else its general branch, else its branch."""


@dataclass(frozen=True)
class Heads:
    """Who answers for an office: its committee, the secretary and the organiser; `lacks` says what is missing."""

    org: str | None = None
    secretary: str = ""
    organiser: str = ""
    deputy: str = ""

    @property
    def lacks(self) -> str:
        if self.org is None:
            return "没有登记党委"
        return "、".join(
            name for name, value in (("没有填书记", self.secretary), ("没有填组织委员", self.organiser)) if not value
        )


def heads(session: Session, office_id: str) -> Heads:
    """The officers of the organisation at the top of an office."""
    rows = select(PartyOrg).where(
        PartyOrg.deleted_at.is_(None), PartyOrg.office_id == office_id, PartyOrg.kind.in_(PARTY_COMMITTEES)
    )
    found = sorted(session.scalars(rows), key=lambda one: (one.parent_id is not None, one.kind, one.id))
    if not found:
        return Heads()
    top = found[0]
    return Heads(top.id, top.secretary or "", top.organiser or "", top.deputy or "")


def people_of(session: Session, office_id: str, year: int) -> list[tuple[str, str]]:
    """Who answers for an office's Party work in a year: the people of its duties, else the officers of its committee;
    the secretary first."""
    rows = (
        select(Duty.first_responsible, Duty.direct_responsible)
        .join(Task, Task.id == Duty.task_id)
        .where(Duty.deleted_at.is_(None), Duty.target_office_id == office_id, Task.year == year)
    )
    found = session.execute(rows.order_by(Duty.id)).all()
    if found:
        firsts = dict.fromkeys((first, "党委书记") for first, _ in found)
        seconds = dict.fromkeys((second, "组织委员") for _, second in found)
        return [*firsts, *seconds]
    head = heads(session, office_id)
    named = ((head.secretary, "党委书记"), (head.organiser, "组织委员"))
    return [(name, position) for name, position in named if name]
