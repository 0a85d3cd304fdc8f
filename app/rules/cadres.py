"""The terms of village cadres (村干部, §5): who holds which role of which village, and when two terms collide."""

from dataclasses import dataclass
from datetime import date

SECRETARY, BOTH, HEAD = "01", "02", "03"  # code table cadre_role: secretary, secretary and head in one, head
FIRST = ((SECRETARY, BOTH), (HEAD, BOTH))
"""Roles of which a village has one at a time: one secretary, one head, and who is both is either."""

USUAL_SHARE = {SECRETARY: "01", BOTH: "01", HEAD: "02", "12": "09", "13": "09"}
"""Code table cadre_role → pay_share: what a role is usually paid; any other of the village's roles is 其他固定补贴."""
OTHER_SHARE = "03"


@dataclass(frozen=True)
class Service:
    """One term: whose, where, as what, from when until the day it ended (None: it lasts)."""

    id: str
    name: str
    resident_id: str | None
    member_id: str | None
    village_id: str
    role: str
    since: date
    until: date | None
    share: str | None = None


def usual_share(role: str) -> str:
    """§5.1, §5.2: the share of pay that usually goes with a role."""
    return USUAL_SHARE.get(role, OTHER_SHARE)


def overlap(one: Service, other: Service) -> bool:
    """Whether two terms share a day. Who leaves on the day on which the next one comes does not."""
    return (one.until is None or other.since < one.until) and (other.until is None or one.since < other.until)


def same_person(one: Service, other: Service) -> bool:
    """Whether two terms are one person's: by the number, by the member, and where neither is known by name and
    village."""
    if one.resident_id and other.resident_id:
        return one.resident_id == other.resident_id
    if one.member_id and other.member_id:
        return one.member_id == other.member_id
    return one.name == other.name and one.village_id == other.village_id


def held_twice(one: Service, other: Service) -> bool:
    """§5.2: one person does not hold one role twice at one time."""
    return one.role == other.role and same_person(one, other) and overlap(one, other)


def both_first(one: Service, other: Service) -> str | None:
    """§5.1: the role of which two people would be the first of one village at one time: `SECRETARY` or `HEAD`."""
    if one.village_id != other.village_id or not overlap(one, other):
        return None
    return next((roles[0] for roles in FIRST if one.role in roles and other.role in roles), None)


def paid_twice(one: Service, other: Service, counted: tuple[str, ...] = ("01", "02", "03")) -> bool:
    """§5.2: one person has one paid share at one time."""
    return one.share in counted and other.share in counted and same_person(one, other) and overlap(one, other)
