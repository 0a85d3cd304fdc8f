"""The annual balance of the roll (§12.2)."""

from datetime import date

import pytest

from app.rules.balance import Event, Gap, gap, net, on_the_roll

OPENING, CLOSING = date(2011, 12, 31), date(2012, 12, 31)
OLD = date(1990, 7, 1)


def events(*known: tuple[str, str]) -> list[Event]:
    """Pairs of kind and day."""
    return [Event(str(place), kind, date.fromisoformat(on)) for place, (kind, on) in enumerate(known)]


@pytest.mark.parametrize(
    ("joined_on", "known", "there"),
    [
        (OLD, [], True),
        (None, [], True),
        (date(2012, 1, 1), [], False),  # joined after the day
        (date(2011, 12, 31), [], True),
        (OLD, [("04", "2012-05-01")], True),  # leaves later
        (OLD, [("04", "2011-12-31")], False),  # left on the day
        (OLD, [("02", "2012-05-01")], False),  # comes later
        (OLD, [("02", "2011-05-01")], True),
        (OLD, [("04", "2010-05-01"), ("02", "2011-05-01")], True),  # came back
        (OLD, [("04", "2010-05-01"), ("03", "2012-05-01")], False),
        (date(2011, 12, 20), [("01", "2012-01-05")], False),  # approved in the new year
    ],
)
def test_who_was_on_the_roll(joined_on: date | None, known: list[tuple[str, str]], there: bool) -> None:
    assert on_the_roll(joined_on, events(*known), OPENING) is there


@pytest.mark.parametrize(
    ("joined_on", "known", "there", "found"),
    [
        (OLD, [], True, None),
        (OLD, [("05", "2012-03-01")], False, None),
        (date(2012, 6, 1), [("01", "2012-06-01")], True, None),
        (OLD, [("04", "2012-03-01"), ("02", "2012-09-01")], True, None),  # went and came back
        (date(2012, 6, 1), [], True, (1, Gap.NO_GAIN)),
        (OLD, [], False, (-1, Gap.NO_LOSS)),
        (date(2012, 6, 1), [("01", "2012-06-01")], False, (-1, Gap.NO_LOSS)),
        (OLD, [("04", "2012-03-01")], True, (1, Gap.STILL_ON)),
        (OLD, [("04", "2010-03-01")], True, (1, Gap.STILL_ON)),
        (date(2012, 6, 1), [("01", "2012-06-01"), ("02", "2012-06-02")], True, (-1, Gap.TWICE)),
        (OLD, [("05", "2012-03-01"), ("04", "2012-04-01")], False, (1, Gap.TWICE)),
        (OLD, [("02", "2010-03-01"), ("02", "2012-04-01")], True, (-1, Gap.TWICE)),
    ],
)
def test_where_the_events_do_not_come_to_the_roll(
    joined_on: date, known: list[tuple[str, str]], there: bool, found: tuple[int, Gap] | None
) -> None:
    assert gap(joined_on, events(*known), OPENING, CLOSING, there=there) == found


def test_an_event_of_a_deleted_member() -> None:
    """§12.1: nobody is removed by deletion."""
    came = events(("01", "2012-06-01"))
    assert gap(OLD, came, OPENING, CLOSING, there=False, deleted=True) == (-1, Gap.NO_MEMBER)
    both = events(("01", "2012-06-01"), ("04", "2012-07-01"))
    assert net(both) == 0
    assert gap(OLD, both, OPENING, CLOSING, there=False, deleted=True) is None
