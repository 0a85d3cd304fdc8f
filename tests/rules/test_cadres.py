"""Terms of village cadres (§5)."""

from dataclasses import replace
from datetime import date

import pytest

from app.rules.cadres import BOTH, HEAD, SECRETARY, Service, both_first, held_twice, overlap, paid_twice, usual_share

ONE = Service("1", "王小明", "n1", None, "柳溪村", SECRETARY, date(2008, 3, 1), date(2011, 3, 1), "01")


@pytest.mark.parametrize(
    ("since", "until", "shared"),
    [
        (date(2011, 3, 1), None, False),  # the next one comes on the day on which the last one leaves
        (date(2011, 2, 28), None, True),
        (date(2005, 1, 1), date(2008, 3, 1), False),
        (date(2005, 1, 1), date(2008, 3, 2), True),
        (date(2005, 1, 1), None, True),
        (date(2009, 1, 1), date(2010, 1, 1), True),
    ],
)
def test_terms_share_a_day(since: date, until: date | None, shared: bool):
    other = replace(ONE, id="2", since=since, until=until)
    assert overlap(ONE, other) is overlap(other, ONE) is shared
    assert held_twice(ONE, other) is shared


@pytest.mark.parametrize(
    ("changes", "twice"),
    [
        ({}, True),
        ({"name": "王晓明"}, True),  # the number tells a person, not the way the name is written
        ({"resident_id": "n2"}, False),  # two people of one name
        ({"resident_id": None}, True),  # no number: name and village
        ({"resident_id": None, "village_id": "石桥村"}, False),
        ({"resident_id": None, "name": "李强"}, False),
        ({"role": HEAD}, False),  # another role
        ({"village_id": "石桥村"}, True),  # one person in one role, wherever
    ],
)
def test_one_person_holds_a_role_once(changes: dict[str, str | None], twice: bool):
    other = replace(ONE, id="2", **changes)  # type: ignore[arg-type]
    assert held_twice(ONE, other) is twice


@pytest.mark.parametrize(
    ("mine", "theirs", "first"),
    [
        (SECRETARY, SECRETARY, SECRETARY),
        (SECRETARY, BOTH, SECRETARY),
        (BOTH, BOTH, SECRETARY),
        (HEAD, BOTH, HEAD),
        (HEAD, HEAD, HEAD),
        (SECRETARY, HEAD, None),
        ("04", "04", None),
    ],
)
def test_a_village_has_one_secretary_and_one_head(mine: str, theirs: str, first: str | None):
    one = replace(ONE, role=mine)
    other = replace(ONE, id="2", name="李强", resident_id="n2", role=theirs, since=date(2010, 1, 1), until=None)
    assert both_first(one, other) == first
    assert both_first(one, replace(other, village_id="石桥村")) is None
    assert both_first(one, replace(other, since=date(2011, 3, 1))) is None


@pytest.mark.parametrize(("share", "twice"), [("02", True), ("03", True), ("09", False), (None, False)])
def test_one_paid_share_at_a_time(share: str | None, twice: bool):
    assert paid_twice(ONE, replace(ONE, id="2", role=HEAD, share=share)) is twice


@pytest.mark.parametrize(("role", "share"), [(SECRETARY, "01"), (BOTH, "01"), (HEAD, "02"), ("08", "03"), ("12", "09")])
def test_what_a_role_is_usually_paid(role: str, share: str):
    assert usual_share(role) == share
