"""The annual balance of the roll (§12.2): last year's end + gains − losses = this year's end, to the head.

Gains and losses are events. Who is on the roll now is said by the member's standing, who was on a past day by the
events around it; where the two do not agree, somebody is counted who should not be, or is not who should.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

GAINS = ("01", "02", "03")  # code table member_event_kind: 发展, 转入, 恢复党籍
LOSSES = ("04", "05", "06", "07")  # 转出, 死亡, 停止党籍, 出党
ADMITTED = "01"


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a member."""

    id: str
    kind: str
    on: date


class Gap(StrEnum):
    """Why a member's events do not come to what the roll says."""

    NO_GAIN = "no-gain"
    NO_LOSS = "no-loss"
    STILL_ON = "still-on"
    TWICE = "twice"
    NO_MEMBER = "no-member"


SENTENCES = {
    Gap.NO_GAIN: "本年入党，没有“发展”记录",
    Gap.NO_LOSS: "已不在册，没有减少记录",
    Gap.STILL_ON: "有减少记录，党籍状态还是正常",
    Gap.TWICE: "同一人重复增加或重复减少",
    Gap.NO_MEMBER: "有增减记录，党员已从花名册删除",
}
"""What is wrong, in the office's words."""


def on_the_roll(joined_on: date | None, events: Sequence[Event], day: date) -> bool:
    """Whether a member was on the roll at the end of a day, by the events in their order.

    The last event until then decides. Before the first event a member was not there if it is a gain; else, and without
    any event, a member is there from the day of joining on, always where that is not known.
    """
    until = [one for one in events if one.on <= day]
    if until:
        return until[-1].kind in GAINS
    if events and events[0].kind in GAINS:
        return False
    return joined_on is None or joined_on <= day


def moves(events: Sequence[Event], opening: date, closing: date) -> list[Event]:
    """The events after one day until another."""
    return [one for one in events if opening < one.on <= closing]


def net(events: Sequence[Event]) -> int:
    """Gains less losses."""
    return sum(1 if one.kind in GAINS else -1 for one in events)


def gap(
    joined_on: date | None, events: Sequence[Event], opening: date, closing: date, *, there: bool, deleted: bool = False
) -> tuple[int, Gap] | None:
    """§12.2 for one member: by how much the roll differs from what the events of the span come to, and why; None where
    they agree. `there` says whether the roll has the member at the end; a deleted one is on no roll."""
    passed = moves(events, opening, closing)
    if deleted:
        return (-net(passed), Gap.NO_MEMBER) if net(passed) else None
    before = on_the_roll(joined_on, events, opening)
    difference = int(there) - int(before) - net(passed)
    if not difference:
        return None
    gained = any(one.kind in GAINS for one in passed)
    if difference > 0 and not gained and joined_on is not None and opening < joined_on <= closing:
        return difference, Gap.NO_GAIN
    if not passed:
        return difference, Gap.STILL_ON if difference > 0 else Gap.NO_LOSS
    left = passed[-1].kind not in GAINS
    if left and there:
        return difference, Gap.STILL_ON
    if not left and not there:
        return difference, Gap.NO_LOSS
    return difference, Gap.TWICE
