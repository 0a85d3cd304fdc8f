"""The random draw (seed §4): the same seed draws the same, each office by its share, the teams evenly."""

import hashlib
from collections import Counter

from app.rules.draw import draw, mark

VILLAGES = {
    "101": [f"1{n:02d}" for n in range(30)],
    "102": [f"2{n:02d}" for n in range(20)],
    "103": [f"3{n:02d}" for n in range(10)],
    "104": [],
}


def test_the_same_seed_draws_the_same_in_whatever_order_it_is_asked() -> None:
    backwards = {office: codes[::-1] for office, codes in reversed(VILLAGES.items())}
    assert draw(VILLAGES, "20261123") == draw(backwards, "20261123")
    assert draw(VILLAGES, "20261123") != draw(VILLAGES, "20261124")


def test_each_office_is_drawn_by_its_share() -> None:
    for seed in ("1", "2", "3"):
        counts = Counter(one.office for one in draw(VILLAGES, seed, teams=5, a_team=6))
        assert counts == {"101": 15, "102": 10, "103": 5}


def test_teams_have_as_many_villages_and_nobody_is_drawn_twice() -> None:
    found = draw(VILLAGES, "7", teams=5, a_team=2)
    assert Counter(one.team for one in found) == dict.fromkeys(range(1, 6), 2)
    assert len({(one.office, one.village) for one in found}) == 10


def test_every_village_may_be_drawn() -> None:
    drawn = {one.village for seed in range(60) for one in draw(VILLAGES, str(seed), teams=5, a_team=2)}
    assert len(drawn) == 60


def test_where_fewer_are_there_than_asked_for_all_are_drawn() -> None:
    found = draw({"101": ["a", "b"], "102": ["c"]}, "1", teams=5, a_team=2)
    assert sorted(one.village for one in found) == ["a", "b", "c"]
    assert draw({}, "1") == []


def test_a_doubter_can_do_it_again_with_a_common_tool() -> None:
    order = sorted(VILLAGES["101"], key=lambda code: hashlib.sha256(f"9/101/{code}".encode()).hexdigest())
    drawn = [one.village for one in draw(VILLAGES, "9", teams=5, a_team=6) if one.office == "101"]
    assert drawn == order[:15]
    assert mark("9", "101/100") == hashlib.sha256(b"9/101/100").hexdigest()
