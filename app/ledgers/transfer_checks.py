"""What the ledger of transfers checks: the rules with the numbers of policy, and with what both sides have written."""

from datetime import date

from sqlalchemy import select

from app.checks import Look
from app.findings import Finding, error, warning
from app.policy import Policies
from app.rules import transfers
from app.rules.transfers import ACCEPTED, CANCELLED, IN, INSIDE, ISSUED, OUT, RECEIVED
from db import codes, settings
from db.models.team import Member, MemberEvent, Transfer

ON_THE_ROLL = "01"  # code table standing
LEFT = "04"  # code table member_event_kind


def somebody_is_named(
    direction: str | None, member_id: str | None, name: str | None, from_office_id: str | None, look: Look
) -> Finding | None:
    """transfer.person (§3), of our own letters: one that was passed on to us names no member whom we have."""
    if direction == OUT and from_office_id not in (None, settings.get(look.session, "office_id")):
        return None
    return transfers.somebody_is_named(direction, member_id, name)


def member_is_on_the_roll(
    direction: str | None, status: str | None, member_id: str | None, look: Look
) -> Finding | None:
    """transfer.roll (§3): only who is on the roll can leave it."""
    member: Member | None = look.get(Member, member_id)
    if direction != OUT or status != ISSUED or member is None or member.standing == ON_THE_ROLL:
        return None
    standing = codes.table("standing").name(member.standing)
    message = f"{member.name}的党籍状态是“{standing}”，不能开介绍信，请核对"
    return error("member_id", "transfer.roll", message)


def one_at_a_time(direction: str | None, status: str | None, member_id: str | None, look: Look) -> Finding | None:
    """transfer.once (§3): a member has one letter at a time."""
    if direction != OUT or status != ISSUED or not member_id:
        return None
    same = (Transfer.member_id == member_id, Transfer.direction == OUT, Transfer.status == ISSUED)
    if look.count(Transfer, *same):
        return error("member_id", "transfer.once", "该党员已有一封没有办结的介绍信，请先办结或撤销那一封")
    return None


def letter_number_is_free(direction: str | None, letter_no: str | None, look: Look) -> Finding | None:
    """transfer.number (§3): every letter of an office has its own number."""
    if direction == OUT and letter_no and look.others(Transfer, letter_no=letter_no, direction=OUT):
        return error("letter_no", "transfer.number", f"介绍信编号“{letter_no}”已经用过，请核对存根")
    return None


def valid_for_long_enough(issued_on: date | None, valid_days: int | None, policy: Policies) -> Finding | None:
    """transfer.validity (§3), with the most months that policy allows on the day of the letter."""
    if issued_on is None:
        return transfers.valid_for_long_enough(None, valid_days)
    months = policy.whole("transfer.letter_months_max", issued_on, transfers.LETTER_MONTHS_MAX)
    return transfers.valid_for_long_enough(issued_on, valid_days, months=months)


def letter_runs_out(
    direction: str | None,
    scope: str | None,
    status: str | None,
    issued_on: date | None,
    valid_days: int | None,
    today: date,
) -> Finding | None:
    """transfer.expired (§3): a letter that nobody has answered is past its day."""
    if direction != OUT or scope == INSIDE or status != ISSUED or issued_on is None or valid_days is None:
        return None
    end = transfers.valid_until(issued_on, valid_days)
    if today <= end:
        return None
    message = f"介绍信有效期到 {end}，已经过期还没有回执，请与对方和本人核实：报到了的登记回执，没有报到的撤销后重开"
    return warning("valid_days", "transfer.expired", message)


def left_with_the_receipt(
    direction: str | None,
    scope: str | None,
    status: str | None,
    member_id: str | None,
    issued_on: date | None,
    look: Look,
) -> Finding | None:
    """transfer.left (§3): with the receipt the member leaves the roll: the two are one step, never only half of it."""
    member: Member | None = look.get(Member, member_id)
    if direction != OUT or scope == INSIDE or status != RECEIVED or member is None or member.standing != ON_THE_ROLL:
        return None
    left = [MemberEvent.member_id == member.id, MemberEvent.kind == LEFT]
    if issued_on is not None:
        left.append(MemberEvent.on >= issued_on)
    if look.session.scalars(select(MemberEvent.id).where(MemberEvent.deleted_at.is_(None), *left).limit(1)).first():
        return None  # has come back since
    message = f"{member.name}还在花名册上。收到回执请用“登记回执”，党员会同时转出"
    return error("status", "transfer.left", message)


def answered_once(answers_id: str | None, look: Look) -> Finding | None:
    """transfer.answer (§3): an office answers a letter once."""
    if answers_id and look.others(Transfer, answers_id=answers_id):
        return error("answers_id", "transfer.answer", "这封介绍信已经答复过，请核对，撤销其中一次")
    return None


def both_sides_agree(direction: str | None, status: str | None, answers_id: str | None, look: Look) -> Finding | None:
    """transfer.crossed (§3): one side cancels while the other accepts, or takes its acceptance back: people decide."""
    letter: Transfer | None = look.get(Transfer, answers_id)
    if direction == IN and status == ACCEPTED and letter is not None and letter.status == CANCELLED:
        message = (
            "转出单位撤销了这封介绍信，转入单位却已接收，请双方核实："
            "人已转来的由转出单位登记回执，没有转来的由转入单位撤销接收"
        )
        return warning("status", "transfer.crossed", message)
    if direction != OUT or look.record_id is None or status not in (CANCELLED, RECEIVED):
        return None
    answers = list(look.session.scalars(select(Transfer).where(Transfer.answers_id == look.record_id)))
    accepted = [one for one in answers if one.deleted_at is None and one.status == ACCEPTED]
    if status == CANCELLED and accepted:
        message = "介绍信撤销了，对方却已接收，请与对方核实：人确已转去的登记回执，没有转去的请对方撤销接收"
        return warning("status", "transfer.crossed", message)
    if status == RECEIVED and answers and not accepted:
        message = "对方撤回了接收，这里已经转出，请与对方核实：没有转成的点“恢复在册”"
        return warning("status", "transfer.crossed", message)
    return None
