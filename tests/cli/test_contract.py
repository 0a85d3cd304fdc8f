"""The ids of ledgers and the names of fields that other people's scripts depend on: all there, under these names.

More ledgers and fields may be added; none of these is renamed or removed. `x→` is a link, named `x_id` by `ledgers` and
`records` and `x` by whoever writes; `office→` is the office that a record is about (`target_office_id`, for `office_id`
is everywhere the office whose record it is).
"""

from pathlib import Path

import pytest

from tests.cli.conftest import Run

FIXED = """
office: code* name* level* kind superior→
village: code* name* kind* households population rural_base_income contact_leader area_head resident_cadre
party_org: code name* kind* sector* parent→ village→ founded_on term_years elected_on secretary deputy organiser phone!
org_event: party_org→* kind* on* document_no from_parent→ to_parent→ members_moved
member: name* resident_id! sex* nation* birth* education degree branch→* category* joined_on full_on work_post phone!
  landline! address! standing* lost lost_since floating floating_to hardship office_held strengths health
member_event: member→* kind* on* reason document_no
transfer: member→ direction* scope* letter_no issued_on valid_days dues_paid_to from_branch to_branch to_office→ status*
  receipt_on
applicant: name* resident_id! sex* birth* branch→* stage* applied_on* talked_on activist_on contacts candidate_on
  training_hours training_days review_on expected present votes_for admitted_on approved_on extended_to full_on member→
applicant_step: applicant→* step* on* outcome* by document
stagnant_village: village→* opened_on* last_recruited_on years contact_leader talk_on talk_by measure closed_on
  closed_by_member→
post: name* duty* active
post_assignment: member→* post→* year* how publicised_from publicised_to assigned_on* pledge ended_on end_reason
post_review: assignment→* period* duty_log score result
cadre: name* resident_id! sex birth education village→* role* member→ since* until how paid share phone!
cadre_appraisal: cadre→* year* result consecutive_last
team_appraisal: village→* year* result rank
cadre_departure: cadre→* kind* applied_on answered_on effective_on* reason
village_decision: village→* subject* proposed_on committee_on party_meeting_on villager_meeting_on published_on result
training: title* from* to* hours place organiser audience
training_attendance: training→* cadre→ member→ passed absent_reason
dispatch: name* sex birth from_unit* kind* to_org→* since* until document_no phone! appraisal recalled_on recall_reason
dispatch_log: dispatch→* month* days* work problem result
pay_standard: year* base_income* multiple* shares source
pay_slip: cadre→* year* month* basic* performance deduction paid_on signed
budget: party_org→ village→ year* source* planned* spent
care_case: member→* kind* cause applied_on* approved_on amount status
care_fund: on* kind* amount* case→ voucher
venue: village→* name* address built_year structure floors floor_area* land_area ownership* deed_no rooms
  meets_standard condition keeper open_hours lat lon
venue_project: venue→ village→ kind* stage* planned_invest* started_on finished_on accepted_on accepted leader
  department
venue_funding: project→* source* planned* paid
venue_use: venue→* on* purpose* attendance keeper
facility: kind* area invest award accepted_on status
community_support: village→* leader* department project invest progress
rating: party_org→* year* self_grade mass_score township_grade county_grade decided_on problems pledge promoted
rectification: party_org→* problem* description* source* goal measure* leader responsible* opened_on* due_on*
  progress evidence claimed_on verified_by verified_on closed_on recheck_on relapsed
enterprise: name* credit_code kind* employees* members owner owner_is_member formation party_org→ instructor→
  reason_none
enterprise_year: enterprise→* year* activists admitted formed_on
skill: name* skill* teacher hours household industry result
demo_unit: party_org→* level* year* paired_org→ accepted_on title_on
finance_agency: village→* since agent published_times problem
task: year* number* title* target* measure* lead due_on* weight
duty: task→* office→* party_org→ village→ quota first_responsible* direct_responsible* area_head resident_cadre due_on
monthly_check: duty→* month* done* total_done rate reason next_plan filled_by* checked_by
bulletin: month* title* body issued_on
inspection: team* on* office→* village→ way* found request due_on answer rechecked_on
indicator: year* category* parent→ number* title* full_mark* way* rule from_ledger
score: indicator→* office→* self_score county_score reason
assessment: year* office→* total* rank decided_on*
restriction: assessment→* kind* office→ person position from* until*
meeting: party_org→* kind* on* place host recorder expected* present* subject* resolution
dues: member→* month* base due paid paid_on exempt
remark: ledger* record* field text* status*
policy: key* value* effective_from* source
"""

SHAPE = {"name", "label", "kind", "required", "table", "sensitive", "authority", "target"}


def fixed() -> dict[str, list[str]]:
    """The fields of each ledger as they are written above."""
    found: dict[str, list[str]] = {}
    for line in FIXED.strip().splitlines():
        name, colon, words = line.partition(":")
        if colon:
            found[name] = words.split()
        else:
            found[next(reversed(found))] += line.split()
    return found


def test_every_fixed_ledger_and_field_is_there(run: Run, township: Path) -> None:
    kept = {one["id"]: {field["name"]: field for field in one["fields"]} for one in run("ledgers", township).value}
    wrong = []
    for ledger, words in fixed().items():
        fields = kept.get(ledger, {})
        for word in words:
            name = word.rstrip("*!→")
            name = "target_office_id" if word.startswith("office→") else f"{name}_id" if "→" in word else name
            spec = fields.get(name)
            if spec is None or ("*" in word) > spec["required"] or ("!" in word) != spec["sensitive"]:
                wrong.append(f"{ledger}.{word}")
            elif set(spec) < SHAPE or ("→" in word) != (spec["kind"] == "link"):
                wrong.append(f"{ledger}.{word}: {spec}")
    assert wrong == []


@pytest.mark.parametrize("written", ["office", "office_id", "target_office_id", "被考核单位"])
def test_the_office_that_a_record_is_about_is_written_as_people_say_it(run: Run, tmp_path: Path, written: str) -> None:
    folder = tmp_path / "县"
    run("new", folder, "--office-code", "431599", "--office-name", "云溪县", "--level", "county")
    run("set", folder, "office", "code=431599101", "name=青石镇", "level=乡镇", "superior=云溪县")
    given = ("year=2013", "total=80", "decided_on=2014-01-15")
    made = run("set", folder, "assessment", f"{written}=431599101", *given)
    assert made.status == 0, made.err
    (office,) = run("records", folder, "office", "--where", "code=431599101").value
    assert made.value["target_office_id"] == office["id"]
    assert [one["id"] for one in run("records", folder, "assessment", "--where", "office=青石镇").value] == [
        made.value["id"]
    ]
    assert run("records", folder, "assessment", "--where", "office=云溪县").value == []


def test_where_there_is_no_other_office_it_is_whose_record_it_is(run: Run, township: Path) -> None:
    made = run("set", township, "facility", "kind=小食堂")
    assert made.status == 0, made.err
    for written in ("office", "office_id"):
        assert run("records", township, "facility", "--where", f"{written}=431599101").value == [made.value]
    named = run("set", township, "facility", "kind=小澡堂", "office=青石镇")
    assert named.status == 0, named.err
    other = run("set", township, "facility", "kind=小厕所", "office=双桥乡")
    assert (other.status, other.out) == (3, "")
    assert "都归本单位（青石镇），不能写成别的单位的" in other.err
    assert len(run("records", township, "facility").value) == 2
