"""活力党建: who is on the way into the Party, the steps they take, and the villages where nobody does."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, not_, select
from sqlalchemy.orm import Session

from app.ledgers import recruitment_checks as checks
from app.ledgers import recruitment_deeds as deeds
from app.ledgers.ledger import Action, Chip, Derived, Figure, Ledger, Pillar
from app.rules import application as rules
from app.rules import identity
from app.rules.spans import months_later
from db import codes
from db.models.recruitment import Applicant, ApplicantStep, StagnantVillage


def under_way(_: date) -> ColumnElement[bool]:
    """Somebody who has neither arrived nor stopped."""
    return Applicant.stage.not_in((rules.CONVERTED, rules.ENDED))


def without_talk(today: date) -> ColumnElement[bool]:
    """D02: an applicant whom nobody has talked with within a month."""
    return and_(under_way(today), Applicant.talked_on.is_(None), Applicant.applied_on < months_later(today, -1))


def admitted_this_year(today: date) -> ColumnElement[bool]:
    """Who was admitted since the first of January."""
    return Applicant.admitted_on >= date(today.year, 1, 1)


def last_steps(session: Session, applicants: Sequence[str]) -> Mapping[str, str]:
    """The furthest step that each has taken."""
    rows = session.execute(
        select(ApplicantStep.applicant_id, ApplicantStep.step).where(
            ApplicantStep.applicant_id.in_(applicants),
            ApplicantStep.deleted_at.is_(None),
            ApplicantStep.outcome == rules.PASSED,
            ApplicantStep.step.in_(rules.NUMBERED),
        )
    )
    furthest: dict[str, str] = {}
    for applicant, step in rows:
        furthest[applicant] = max(furthest.get(applicant, ""), step)
    name = codes.table("applicant_step").name
    return {applicant: rules.numbered(step, name(step)) for applicant, step in furthest.items()}


APPLICANTS = Ledger(
    Applicant,
    title="发展党员",
    one="发展记录",
    counter="人",
    pillar=Pillar.TEAM,
    icon="mdi6.account-plus-outline",
    label="{name}",
    columns="name sex age education branch stage last_step applied_on activist_on candidate_on admitted_on full_on",
    form={
        "本人": "name resident_id sex birth nation education branch stage phone work_post league_member leaves_on",
        "申请与培养": "applied_on talked_on talked_by recommended activist_on contacts",
        "发展对象": "candidate_on introducers review_on review_passed trained_on training_days training_hours",
        "接收": "publicised_from publicised_to checked_on expected present votes_for admitted_on approved_on"
        " approved_by document_no",
        "预备期与转正": "extended_on extended_to full_applied_on full_expected full_present full_votes full_meeting_on"
        " full_on full_approved_on member ended_on end_reason",
    },
    derived=(
        Derived("age", "年龄", of=lambda birth, today: identity.age(birth, today), sort=Applicant.birth, reverse=True),
        Derived("last_step", "已到步骤", among=last_steps),
    ),
    tree="branch_id",
    keys=("resident_id", "name birth branch_id"),
    defaults={"nation": "01", "stage": rules.APPLICANT},
    chips=(
        Chip("在发展", under_way),
        Chip("申请人", Applicant.stage == rules.APPLICANT),
        Chip("积极分子", Applicant.stage == rules.ACTIVIST),
        Chip("发展对象", Applicant.stage == rules.CANDIDATE),
        Chip("预备党员", Applicant.stage == rules.PROBATIONARY),
        Chip("未谈话", without_talk),
        Chip("今年接收", admitted_this_year),
    ),
    figures=(
        Figure("在发展", under_way, unit="人"),
        Figure("积极分子", Applicant.stage == rules.ACTIVIST),
        Figure("发展对象", Applicant.stage == rules.CANDIDATE),
        Figure("预备党员", Applicant.stage == rules.PROBATIONARY),
        Figure("今年接收", admitted_this_year),
        Figure("已转正、终止", lambda today: not_(under_way(today))),
    ),
    checks=(
        checks.one_way_at_a_time,
        checks.not_yet_a_member,
        identity.id_agrees_with_birth,
        identity.id_agrees_with_sex,
        checks.stage_has_its_days,
        checks.stage_agrees_with_the_roll,
        checks.days_run_forward,
        checks.other_days_run_forward,
        checks.training_runs_forward,
        checks.last_days_run_forward,
        checks.of_age_when_applying,
        checks.talk_in_time,
        checks.applied_long_enough,
        rules.recommended_somehow,
        checks.young_come_from_the_league,
        checks.contacts_are_named,
        checks.helpers_are_full_members,
        checks.trained_long_enough_as_activist,
        checks.filed_on_the_day,
        checks.public_for_long_enough,
        checks.introducers_are_named,
        rules.reviewed_politically,
        checks.trained_enough,
        checks.stays_here,
        checks.enough_came,
        checks.enough_agreed,
        checks.discussed_after_check,
        checks.approved_in_time,
        checks.approved_by_a_committee,
        checks.extension_is_sound,
        checks.full_after_probation,
        checks.enough_came_again,
        checks.enough_agreed_again,
        checks.full_approved_in_time,
        checks.full_from_the_end_of_probation,
        checks.not_postponed_too_long,
    ),
    actions=(
        Action(
            "admit",
            "接收为预备党员",
            deeds.may_admit,
            deeds.admit,
            "支部大会通过后办理：登上花名册，为预备党员，记一条“发展”；所在村是空白村的，同时销号。",
            "mdi6.account-check-outline",
            asks="admitted_on expected present votes_for introducers",
            needs="admitted_on expected present votes_for introducers",
            suggests=deeds.for_admission,
        ),
        Action(
            "convert",
            "转正",
            deeds.may_convert,
            deeds.convert,
            "预备期满、支部大会通过后办理：花名册上改为正式党员。转正日期是预备期满的那天。",
            "mdi6.account-star-outline",
            asks="full_meeting_on full_expected full_present full_votes full_on",
            needs="full_meeting_on full_expected full_present full_votes full_on",
            suggests=deeds.for_conversion,
        ),
        Action(
            "extend",
            "延长预备期",
            deeds.may_extend,
            deeds.extend,
            "支部大会决定继续考察的：延长半年到一年，只能延长一次。",
            "mdi6.calendar-plus",
            asks="extended_on extended_to",
            needs="extended_on extended_to",
            suggests=deeds.for_extension,
        ),
        Action(
            "end",
            "终止发展",
            deeds.may_end,
            deeds.end,
            "本人放弃、不合格或取消预备党员资格的：写明原因，记录保留。预备党员同时离开花名册。",
            "mdi6.account-cancel-outline",
            asks="ended_on end_reason",
            needs="ended_on end_reason",
            suggests=deeds.on_the_day,
        ),
    ),
    empty="从递交入党申请书起，一人一条，直到转正归档。",
)

APPLICANT_STEPS = Ledger(
    ApplicantStep,
    title="发展步骤",
    one="步骤",
    pillar=Pillar.TEAM,
    icon="mdi6.stairs-up",
    label="{applicant} · {step}",
    columns="applicant step on outcome by document",
    form={"步骤": "applicant step on outcome by document"},
    keys=("applicant_id step on",),
    defaults={"outcome": rules.PASSED},
    chips=(
        Chip("今年办理", lambda today: ApplicantStep.on >= date(today.year, 1, 1)),
        Chip("没有通过", ApplicantStep.outcome != rules.PASSED),
    ),
    figures=(Figure("共", unit="步"), Figure("没有通过", ApplicantStep.outcome != rules.PASSED)),
    checks=(checks.step_has_happened, checks.step_once, checks.steps_run_forward),
    empty="发展党员的二十五步，办一步记一条。在“发展路径”一页上登记最方便。",
)

STAGNANT_VILLAGES = Ledger(
    StagnantVillage,
    title="空白村",
    one="空白村记录",
    pillar=Pillar.TEAM,
    icon="mdi6.home-alert-outline",
    label="{village}",
    columns="village opened_on last_recruited_on years contact_leader talk_on measure closed_on closed_by_member",
    form={
        "程序填写": "village opened_on last_recruited_on years closed_on closed_by_member",
        "怎么解决": "contact_leader talk_on talk_by measure goal",
    },
    keys=("village_id opened_on",),
    chips=(
        Chip("未销号", StagnantVillage.closed_on.is_(None)),
        Chip("未谈话", and_(StagnantVillage.closed_on.is_(None), StagnantVillage.talk_on.is_(None))),
        Chip("今年销号", lambda today: StagnantVillage.closed_on >= date(today.year, 1, 1)),
    ),
    figures=(
        Figure("空白村", StagnantVillage.closed_on.is_(None), unit="个"),
        Figure("未谈话", and_(StagnantVillage.closed_on.is_(None), StagnantVillage.talk_on.is_(None))),
        Figure("今年销号", lambda today: StagnantVillage.closed_on >= date(today.year, 1, 1)),
    ),
    checks=(
        checks.listed_once,
        checks.talked_after_listing,
        checks.secretary_was_talked_to,
        checks.a_leader_looks_after_it,
    ),
    empty="三年没有发展党员的村，程序会自动列在这里；发展了一名，自动销号。不用手工新增。",
)

LEDGERS = (APPLICANTS, APPLICANT_STEPS, STAGNANT_VILLAGES)
