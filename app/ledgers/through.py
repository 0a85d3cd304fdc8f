"""What a record says through another: the village of the cadre it is about, the branch of the member."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ledgers.ledger import Derived
from db.models.organisation import PartyOrg, Village
from db.models.team import Cadre, Member


def village_of_cadre(record: type[Any]) -> Derived:
    """村(社区): where the cadre serves whom the record's `cadre_id` names."""
    among = _names(record, record.cadre_id, Cadre, Cadre.village_id, Village)
    return Derived("village", "村(社区)", among=among, reads="village")


def branch_of_member(record: type[Any]) -> Derived:
    """所在党支部: the branch of the member whom the record's `member_id` names, as it is today."""
    among = _names(record, record.member_id, Member, Member.branch_id, PartyOrg)
    return Derived("branch", "所在党支部", among=among, reads="party_org")


def _names(
    record: type[Any], link: Any, between: type[Any], onward: Any, target: type[Any]
) -> Callable[[Session, Sequence[str]], Mapping[str, str]]:
    def names(session: Session, ids: Sequence[str]) -> Mapping[str, str]:
        found = select(record.id, target.name).join(between, between.id == link).join(target, target.id == onward)
        return dict(session.execute(found.where(record.id.in_(ids))).all())

    return names
