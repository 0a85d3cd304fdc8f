"""What can be done with a letter of introduction: each looks at the store and comes to rows, written as one step.

Nobody writes the other side's record. An office answers another's letter with a record of its own, which the county
passes on; when it comes, the office that gave the letter writes its own down (`app.sync.transfers`).
"""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.ledgers.ledger import Case, Deed
from app.rules.transfers import (
    ACCEPTED,
    CANCELLED,
    IN,
    INSIDE,
    ISSUED,
    OUT,
    RECEIVED,
    REFUSED,
    in_time,
)
from db import clock, codes
from db.errors import Refusal
from db.ids import new_id
from db.models.organisation import Office, PartyOrg
from db.models.record import Record, fields_of
from db.models.team import Member, MemberEvent, Transfer

PARTICULARS = (
    "name",
    "resident_id",
    "sex",
    "nation",
    "birth",
    "education",
    "category",
    "joined_on",
    "full_on",
    "phone",
)
"""What a letter says of its person, under the names that a member has."""
OF_THE_LETTER = ("scope", "letter_no", "issued_on", "valid_days", "dues_paid_to", "from_branch")
"""What an answer repeats of the letter."""

CAME, LEFT = "02", "04"  # code table member_event_kind
ON_THE_ROLL, MOVED_AWAY = "01", "03"  # code table standing


def _letter(case: Case) -> Transfer:
    return cast(Transfer, case.record)


def today(case: Case) -> Mapping[str, Any]:
    """A receipt is usually of today."""
    return {"receipt_on": case.today}


# ---------------------------------------------------------------- coming in


def may_answer(case: Case) -> bool:
    """Another office's letter to this one that it has not answered, or somebody from outside who has not come in."""
    letter = _letter(case)
    if letter.status != ISSUED:
        return False
    if case.own:
        return letter.direction == IN and letter.member_id is None
    return letter.direction == OUT and letter.to_office_id == case.office and not answers(case.session, letter.id)


def answers(session: Session, letter_id: str, *, status: str | None = None) -> list[Transfer]:
    """The live answers to a letter, the latest first."""
    found = select(Transfer).where(Transfer.answers_id == letter_id, Transfer.deleted_at.is_(None))
    if status is not None:
        found = found.where(Transfer.status == status)
    return list(session.scalars(found.order_by(Transfer.id.desc())))


def on_arrival(case: Case) -> Mapping[str, Any]:
    """Today as the day of reporting while the letter is valid: past that the person must say which day it was."""
    letter = _letter(case)
    late = in_time(letter.issued_on, letter.valid_days, case.today) is not None
    return {"branch_id": letter.branch_id, "reported_on": None if late else case.today}


def accept(case: Case, given: Mapping[str, Any]) -> Deed:
    """The member stands on our roll, with the event 转入, and the letter is answered. Who was on the roll before and
    has come back is put on it again."""
    letter, reported = _letter(case), given["reported_on"]
    late = in_time(letter.issued_on, letter.valid_days, reported)
    if late is not None:
        raise Refusal(late, "expired")
    branch = case.session.get_one(PartyOrg, given["branch_id"])
    person = {name: getattr(letter, name) for name in PARTICULARS}
    missing = [spec.label for name, spec in fields_of(Member).items() if spec.required and person.get(name, "") is None]
    if missing:
        where = "请先在这条转接里补填" if case.own else "请对方补填后再交来"
        raise Refusal(f"介绍信上没有{'、'.join(missing)}，不能登上花名册。{where}", "incomplete")
    creates: list[tuple[type[Record], Mapping[str, Any]]] = []
    updates: list[tuple[type[Record], str, Mapping[str, Any]]] = []
    known = _known(case, letter.resident_id)
    if known is None:
        member = new_id()
        new = {"id": member, "branch_id": branch.id, "standing": ON_THE_ROLL, **person}
        creates.append((Member, new))
    else:
        member = known.id
        changed = {name: value for name, value in person.items() if value is not None}
        updates.append((Member, member, {**changed, "branch_id": branch.id, "standing": ON_THE_ROLL}))
    came_from = _from(case, letter)
    event = {"id": new_id(), "member_id": member, "kind": CAME, "on": reported, "document_no": letter.letter_no}
    creates.append((MemberEvent, {**event, "reason": f"从{came_from}转入"[:200]}))
    outcome = {
        "member_id": member,
        "branch_id": branch.id,
        "to_branch": branch.name,
        "reported_on": reported,
        "status": ACCEPTED,
    }
    if case.own:
        updates.append((Transfer, letter.id, outcome))
        told = "请把回执寄给转出单位，寄出后在这里登记。"
    else:
        creates.append((Transfer, {**_answer(case, letter), **outcome, "receipt_on": case.today}))
        told = f"回执随下一个数据包经县里送回{came_from}。"
    said = f"{letter.name}已编入{branch.name}。{told}"
    return Deed(f"接收{letter.name}转入", said, tuple(creates), tuple(updates))


def _known(case: Case, number: str | None) -> Member | None:
    """The member of ours with this number, who must have left. Raises `Refusal` for one who stands on the roll."""
    if number is None:
        return None
    found = case.session.scalars(
        select(Member).where(Member.resident_id == number, Member.office_id == case.office, Member.deleted_at.is_(None))
    ).first()
    if found is None:
        return None
    if found.standing == ON_THE_ROLL:
        branch = case.session.get_one(PartyOrg, found.branch_id)
        raise Refusal(
            f"{found.name}已经在本单位的花名册上（{branch.name}），身份证号相同，不能再接收。"
            "请先核实是不是同一个人；是的，退回介绍信并说明",
            "already-here",
        )
    if found.standing != MOVED_AWAY:
        standing = codes.table("standing").name(found.standing)
        raise Refusal(f"{found.name}在本单位登记的党籍状态是“{standing}”，不能接收。请与转出单位核实", "already-here")
    return found


def refuse(case: Case, given: Mapping[str, Any]) -> Deed:
    """The letter goes back with a reason; the person stays where they were."""
    letter, outcome = _letter(case), {"status": REFUSED, "reason": given["reason"]}
    label = f"退回{letter.name}的介绍信"
    if case.own:
        return Deed(label, f"{letter.name}的介绍信已登记退回。", updates=((Transfer, letter.id, outcome),))
    answer = {**_answer(case, letter), **outcome, "receipt_on": case.today}
    said = f"{letter.name}的介绍信已退回，原因随下一个数据包经县里告诉{_from(case, letter)}。"
    return Deed(label, said, creates=((Transfer, answer),))


def _answer(case: Case, letter: Transfer) -> dict[str, Any]:
    """A record of our own that answers another office's letter."""
    repeated = {name: getattr(letter, name) for name in (*OF_THE_LETTER, *PARTICULARS)}
    sides = {"from_office_id": letter.from_office_id or letter.office_id, "to_office_id": case.office}
    return {"id": new_id(), "direction": IN, "answers_id": letter.id, **sides, **repeated}


def _from(case: Case, letter: Transfer) -> str:
    """What people call where the letter comes from: the office, or the organisation outside."""
    office = case.session.get(Office, letter.from_office_id) if letter.from_office_id else None
    return office.name if office is not None else letter.from_branch or "外单位"


def may_send(case: Case) -> bool:
    """Somebody from outside has come in, and the receipt on paper has not gone out yet."""
    letter = _letter(case)
    own = case.own and letter.direction == IN and letter.scope != INSIDE and letter.answers_id is None
    return own and letter.status == ACCEPTED and letter.receipt_on is None


def send(case: Case, given: Mapping[str, Any]) -> Deed:
    """The receipt has gone back on paper."""
    letter = _letter(case)
    said = f"{letter.name}的回执已登记寄出。"
    return Deed(f"寄出{letter.name}的回执", said, updates=((Transfer, letter.id, dict(given)),))


# ---------------------------------------------------------------- going out


def may_receive(case: Case) -> bool:
    """A letter of ours that waits for its receipt; also one that was cancelled while the other side accepted it."""
    letter = _letter(case)
    if not case.own or letter.direction != OUT or letter.scope == INSIDE or letter.member_id is None:
        return False
    crossed = letter.status == CANCELLED and bool(answers(case.session, letter.id, status=ACCEPTED))
    return letter.status == ISSUED or crossed


def receive(case: Case, given: Mapping[str, Any]) -> Deed:
    """With the receipt the member leaves the roll, with the event 转出, and the letter is done."""
    letter, on = _letter(case), given["receipt_on"]
    member = case.session.get_one(Member, letter.member_id)
    if member.standing != ON_THE_ROLL:
        standing = codes.table("standing").name(member.standing)
        raise Refusal(f"{member.name}的党籍状态已经是“{standing}”，不用再登记回执。请核对这条转接", "not-on-the-roll")
    where = _to(case, letter)
    event = {"id": new_id(), "member_id": member.id, "kind": LEFT, "on": on, "document_no": letter.letter_no}
    outcome = {"status": RECEIVED, "receipt_on": on}
    if letter.status == CANCELLED:
        outcome["reason"] = None
    return Deed(
        f"{letter.name}转出，回执已收",
        f"{letter.name}的回执已收到，已转往{where}，离开花名册。",
        creates=((MemberEvent, {**event, "reason": f"转往{where}"[:200]}),),
        updates=((Member, member.id, {"standing": MOVED_AWAY}), (Transfer, letter.id, outcome)),
    )


def come_back(case: Case, answer: Transfer) -> Deed:
    """The other side has sent the letter back: it says so, with the reason; the member stays."""
    letter = _letter(case)
    where = _to(case, letter)
    said = f"{letter.name}的介绍信被{where}退回（{answer.reason or '没有写原因'}），仍在花名册上。"
    outcome = {"status": REFUSED, "receipt_on": answer.receipt_on, "reason": answer.reason or "没有写原因"}
    return Deed(f"{letter.name}的介绍信被退回", said, updates=((Transfer, letter.id, outcome),))


def _to(case: Case, letter: Transfer) -> str:
    office = case.session.get(Office, letter.to_office_id) if letter.to_office_id else None
    return office.name if office is not None else letter.to_branch or "外单位"


def may_cancel(case: Case) -> bool:
    """A letter of ours that nobody has accepted as far as we know."""
    letter = _letter(case)
    own = case.own and letter.direction == OUT and letter.status == ISSUED
    return own and not answers(case.session, letter.id, status=ACCEPTED)


def cancel(case: Case, given: Mapping[str, Any]) -> Deed:
    """The letter is void; the member stays."""
    letter = _letter(case)
    outcome = {"status": CANCELLED, "reason": given.get("reason")}
    said = f"{letter.name}的介绍信已撤销，仍在花名册上。"
    return Deed(f"撤销{letter.name}的介绍信", said, updates=((Transfer, letter.id, outcome),))


def may_restore(case: Case) -> bool:
    """The member has left on an acceptance that the other side has since taken back."""
    letter = _letter(case)
    if not case.own or letter.direction != OUT or letter.status != RECEIVED or letter.member_id is None:
        return False
    withdrawn = exists().where(Transfer.answers_id == letter.id, Transfer.deleted_at.is_not(None))
    asked = bool(case.session.scalar(select(withdrawn)))
    return asked and not answers(case.session, letter.id, status=ACCEPTED)


def restore(case: Case, _: Mapping[str, Any]) -> Deed:
    """The member stands on the roll again as if never gone; the letter is void."""
    letter = _letter(case)
    member = case.session.get_one(Member, letter.member_id)
    if member.standing != MOVED_AWAY:
        raise Refusal(f"{member.name}的党籍状态不是“已转出”，不用恢复。请核对花名册", "on-the-roll")
    left = case.session.scalars(
        select(MemberEvent.id)
        .where(MemberEvent.member_id == member.id, MemberEvent.kind == LEFT, MemberEvent.deleted_at.is_(None))
        .order_by(MemberEvent.on.desc(), MemberEvent.id.desc())
    ).first()
    updates: list[tuple[type[Record], str, Mapping[str, Any]]] = [
        (Member, member.id, {"standing": ON_THE_ROLL}),
        (Transfer, letter.id, {"status": CANCELLED, "receipt_on": None, "reason": "对方撤回接收"}),
    ]
    if left is not None:
        updates.append((MemberEvent, left, {"deleted_at": clock.now()}))
    said = f"{letter.name}已回到花名册，原来的介绍信作废。"
    return Deed(f"恢复{letter.name}在册", said, updates=tuple(updates))


# ---------------------------------------------------------------- between two branches


def may_move(case: Case) -> bool:
    """A transfer between two branches of ours that has not been done."""
    letter = _letter(case)
    return case.own and letter.scope == INSIDE and letter.status == ISSUED and letter.member_id is not None


def move(case: Case, given: Mapping[str, Any]) -> Deed:
    """The member belongs to the other branch from now on."""
    letter = _letter(case)
    member = case.session.get_one(Member, letter.member_id)
    old = case.session.get_one(PartyOrg, member.branch_id)
    new = case.session.get_one(PartyOrg, given["branch_id"])
    if old.id == new.id:
        raise Refusal(f"{member.name}已经在{new.name}，请另选一个党支部", "same-branch")
    outcome = {
        "status": ACCEPTED,
        "branch_id": new.id,
        "from_branch": old.name,
        "to_branch": new.name,
        "reported_on": case.today,
    }
    return Deed(
        f"{member.name}划转到{new.name}",
        f"{member.name}已从{old.name}划转到{new.name}。",
        updates=((Member, member.id, {"branch_id": new.id}), (Transfer, letter.id, outcome)),
    )
