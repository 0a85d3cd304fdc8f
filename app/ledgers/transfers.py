"""活力党建: letters of introduction between Party organisations, and what each side does with one."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, select
from sqlalchemy.orm import Session, aliased

from app.ledgers import transfer_checks as checks
from app.ledgers import transfer_deeds as deeds
from app.ledgers.ledger import Action, Chip, Figure, Ledger, Pillar
from app.policy import Policies
from app.rules import transfers
from app.rules.transfers import ACCEPTED, COUNTY, IN, INSIDE, ISSUED, OUT, RECEIVED, REFUSED
from db import clock, settings
from db.models.organisation import Office, PartyOrg
from db.models.team import Member, Transfer
from db.settings import Setting


def own_office() -> ScalarSelect[str]:
    """The id of the office whose store it is, inside a condition."""
    return select(Setting.value).where(Setting.key == "office_id").scalar_subquery()


def answered(*statuses: str) -> ColumnElement[bool]:
    """A letter to which there is an answer; with statuses, one of these."""
    answer = aliased(Transfer)
    wanted = [answer.answers_id == Transfer.id, answer.deleted_at.is_(None)]
    return exists().where(*wanted, *([answer.status.in_(statuses)] if statuses else []))


def arrived(_: date) -> ColumnElement[bool]:
    """待接收: another office's letter to this one, and somebody from outside, whom nobody has answered for yet."""
    letter = and_(
        Transfer.direction == OUT,
        Transfer.to_office_id == own_office(),
        Transfer.office_id != own_office(),
        ~answered(),
    )
    outside = and_(Transfer.direction == IN, Transfer.office_id == own_office())
    return and_(Transfer.status == ISSUED, letter | outside)


def given(_: date) -> ColumnElement[bool]:
    """已开出: a letter of this office whose receipt has not come; at a county, of any of its offices."""
    return and_(Transfer.direction == OUT, Transfer.scope != INSIDE, Transfer.status == ISSUED)


def follows(session: Session, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a new letter says of itself: who the member is and where from, how long it is valid, whose it is."""
    found: dict[str, Any] = {}
    own = settings.get(session, "office_id")
    direction, scope = values["direction"], values["scope"]
    member = session.get(Member, values["member_id"]) if values["member_id"] else None
    if member is not None:
        found |= {name: getattr(member, name) for name in deeds.PARTICULARS}
    if direction == OUT:
        branch = session.get(PartyOrg, member.branch_id) if member is not None else None
        found["from_branch"] = branch.name if branch is not None else None
        if scope not in (None, INSIDE):
            day = values["issued_on"] or clock.today()
            found["valid_days"] = Policies.read(session).whole(
                transfers.days_key(scope)[0], day, transfers.days_key(scope)[1]
            )
    if scope == COUNTY and direction is not None:
        found["from_office_id" if direction == OUT else "to_office_id"] = own
    office = session.get(Office, values["to_office_id"]) if values["to_office_id"] else None
    if office is not None and direction == OUT:
        found["to_branch"] = office.name
    target = session.get(PartyOrg, values["branch_id"]) if values["branch_id"] else None
    if target is not None:
        found["to_branch"] = target.name
    return found


TRANSFERS = Ledger(
    Transfer,
    title="组织关系转接",
    one="转接",
    pillar=Pillar.TEAM,
    icon="mdi6.transit-transfer",
    label="{name} · {scope}转接",
    columns="name direction scope status from_branch to_branch letter_no issued_on receipt_on",
    form={
        "转接": "member direction scope status to_office to_branch from_office from_branch",
        "介绍信": "letter_no issued_on valid_days dues_paid_to reported_on receipt_on branch handled_by reason answers",
        "党员信息（选了党员自动填写）": "name resident_id sex nation birth education category joined_on full_on phone",
    },
    order="-issued_on",
    keys=("letter_no name", "name direction issued_on"),
    defaults={"direction": OUT, "status": ISSUED},
    chips=(
        Chip("待接收", arrived),
        Chip("已开出", given),
        Chip("转入", Transfer.direction == IN),
        Chip("已退回", Transfer.status == REFUSED),
    ),
    figures=(
        Figure("共", unit="条"),
        Figure("待接收", arrived),
        Figure("已开出未回", given),
        Figure("已办结", Transfer.status.in_((ACCEPTED, RECEIVED))),
    ),
    checks=(
        checks.somebody_is_named,
        checks.member_is_on_the_roll,
        checks.one_at_a_time,
        transfers.letter_is_described,
        checks.letter_number_is_free,
        transfers.office_is_in_the_county,
        transfers.dates_run_forward,
        checks.valid_for_long_enough,
        transfers.dues_are_paid,
        transfers.reason_is_given,
        checks.letter_runs_out,
        checks.left_with_the_receipt,
        checks.answered_once,
        checks.both_sides_agree,
    ),
    follows=follows,
    passes=("from_office_id", "to_office_id"),
    stays=("member_id", "branch_id"),
    actions=(
        Action(
            "accept",
            "接收",
            deeds.may_answer,
            deeds.accept,
            "编入党支部，登上花名册，记一条“转入”；县内的，回执随下一个数据包送回转出单位。",
            "mdi6.account-check-outline",
            asks="branch_id reported_on",
            needs="branch_id reported_on",
            suggests=deeds.on_arrival,
        ),
        Action(
            "refuse",
            "退回",
            deeds.may_answer,
            deeds.refuse,
            "不接收，把原因告诉转出单位；党员仍在原单位。",
            "mdi6.account-cancel-outline",
            asks="reason",
            needs="reason",
        ),
        Action(
            "move",
            "划转",
            deeds.may_move,
            deeds.move,
            "马上改到新的党支部，办结这条转接。",
            "mdi6.account-switch-outline",
            asks="branch_id",
            needs="branch_id",
            suggests=lambda case: {"branch_id": getattr(case.record, "branch_id", None)},
        ),
        Action(
            "receipt",
            "登记回执",
            deeds.may_receive,
            deeds.receive,
            "党员转出，离开花名册，记一条“转出”。县内的回执随数据包来，会自动登记。",
            "mdi6.email-check-outline",
            asks="receipt_on",
            needs="receipt_on",
            suggests=deeds.today,
        ),
        Action(
            "sent",
            "寄出回执",
            deeds.may_send,
            deeds.send,
            "登记回执已经寄给转出单位。",
            "mdi6.email-fast-outline",
            asks="receipt_on",
            needs="receipt_on",
            suggests=deeds.today,
        ),
        Action(
            "restore",
            "恢复在册",
            deeds.may_restore,
            deeds.restore,
            "对方已撤回接收：党员回到花名册，去掉“转出”记录，介绍信作废。",
            "mdi6.account-reactivate-outline",
        ),
        Action(
            "cancel",
            "撤销介绍信",
            deeds.may_cancel,
            deeds.cancel,
            "介绍信作废，党员仍在册。",
            "mdi6.email-remove-outline",
            asks="reason",
        ),
    ),
    empty="党员转出、转入，支部之间调动，一次一条。转出县内的，介绍信随数据包送到对方。",
)

LEDGERS = (TRANSFERS,)
