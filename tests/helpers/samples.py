"""A record of any ledger, as a person would type it: every field filled, every check passed."""

from collections.abc import Mapping
from datetime import date

from app import editing
from app.ledgers.catalogue import LEDGERS
from app.ledgers.ledger import Ledger
from app.workspace import Workspace
from db import codes
from db.fields import Field
from db.parsing import check_digit

CREDIT_CODES = ("91430599MA4L00000H", "91430599MA4L00001L", "91430599MA4L00002P", "91430599MA4L00003T")
"""Of enterprises that do not exist, with their check characters."""

BIRTH = date(1978, 3, 12)

ONE_BY_ONE: Mapping[str, Mapping[str, str]] = {
    "party_org": {
        "kind": "党支部",
        "founded_on": "1998-05-01",
        "term_years": "5",
        "parent_id": "",
        "elected_on": "2011-06",
    },
    "org_event": {"kind": "更名"},
    "member": {
        "sex": "男",
        "birth": "1978-03-12",
        "joined_on": "2000-07-01",
        "full_on": "2001-07-01",
        "category": "正式",
        "standing": "正常",
        "lost": "否",
        "lost_since": "",
        "office_held": "",
        "floating": "否",
    },
    "member_event": {"kind": "转入"},
    "discipline": {"kind": "留党察看", "watched_years": "1", "extended_on": "", "restored_on": ""},
    "applicant": {
        "sex": "男",
        "birth": "1978-03-12",
        "stage": "发展对象",
        "league_member": "否",
        "leaves_on": "",
        "applied_on": "2009-06-01",
        "activist_on": "2010-06-01",
        "talked_on": "2009-06-20",
        "contacts": "王小明、李小芳",
        "introducers": "王小明、李小芳",
        "candidate_on": "2011-07-01",
        "review_on": "2012-02-01",
        "trained_on": "2012-03-01",
        "publicised_from": "2012-03-12",
        "publicised_to": "2012-03-19",
        "expected": "21",
        "present": "18",
        "votes_for": "17",
        "approved_by_id": "",
        "extended_on": "",
        "extended_to": "",
        "full_applied_on": "",
        "full_expected": "",
        "full_present": "",
        "full_votes": "",
        "full_meeting_on": "",
        "full_on": "",
        "full_approved_on": "",
        "ended_on": "",
        "end_reason": "",
        "member_id": "",
    },
    "applicant_step": {"outcome": "通过"},
    "stagnant_village": {"years": "12", "last_recruited_on": "2000-07-01"},
    "transfer": {
        "direction": "转出",
        "scope": "跨省",
        "status": "已开具",
        "from_office_id": "",
        "to_office_id": "",
        "issued_on": "2012-06-01",
        "valid_days": "30",
        "reported_on": "",
        "receipt_on": "",
        "joined_on": "2000-07-01",
        "full_on": "2001-07-01",
    },
    "post_assignment": {
        "publicised_from": "2012-05-01",
        "publicised_to": "2012-05-08",
        "ended_on": "",
        "end_reason": "",
    },
    "cadre": {"sex": "男", "birth": "1978-03-12", "until": ""},
    "pay_standard": {"shares": "1:0.9:0.7"},
    "pay_slip": {"deduction": "12.30"},
    "care_case": {"status": "已发放"},
    "care_fund": {"kind": "捐助"},
    "cadre_appraisal": dict.fromkeys(("virtue", "ability", "diligence", "achievement", "integrity"), "18.5"),
    "team_appraisal": dict.fromkeys(("economy", "society", "central", "itself"), "18.5"),
    "cadre_departure": {"effective_on": "2012-06-01"},
    "training_attendance": {"member_id": "", "absent_reason": ""},
    "venue": {"lat": "27.3", "lon": "111.4"},
    "venue_project": {"started_on": "2012-01-05", "finished_on": "2012-05-01"},
    "rating": {"promoted": "否", "mass_score": "95", "score": "95", "paired_org_id": ""},
    "rectification": {"percent": "100", "relapsed": "否", "verified_by": "李核验", "leader": "李核验"},
    "dispatch": {"kind": "科学发展指导员", "birth": "1978-03-12", "since": "2012-05-01"},
    "dispatch_log": {"days": "21"},
    "enterprise": {"formation": "单独组建", "members": "5", "reason_none": ""},
    "demo_unit": {"paired_org_id": ""},
    "task": {"due_on": "2012-12-31"},
    "duty": {"party_org_id": "", "village_id": "", "first_responsible": "王小芳", "direct_responsible": "李小明"},
    "monthly_check": {
        "rate": "",
        "total_done": "20",
        "filled_on": "2012-07-20",
        "filled_by": "王小芳",
        "checked_by": "李小明",
    },
    "inspection": {"village_id": ""},
    "indicator": {"from_ledger": ""},
    "assessment": {"passed": "是"},
    "restriction": {"target_office_id": "", "until": "2013-06-01"},
    "meeting": {"votes_for": ""},
    "dues": {"kind": "农民", "base": "", "due": "0.5", "paid": "0.5"},
    "remark": {"ledger": "village", "field": "name"},
    "attachment": {"ledger": "village"},
}
"""What the general example of a field would get wrong."""

FREE_LINKS = {("remark", "record"), ("attachment", "record")}
"""Fields that hold the id of a record of any ledger; the samples point to a village."""


def _number(order: int) -> str:
    first17 = f"430599{BIRTH:%Y%m%d}{order:03d}"
    return first17 + check_digit(first17)


def example(spec: Field, order: int) -> str:
    """What a person may write into a field; `order` tells the first record from the second."""
    table = codes.table(spec.table) if spec.table else None
    match spec.kind.id:
        case "name":
            return f"王小{'明芳强'[order % 3]}"
        case "note":
            return f"第{order}条\n{spec.label}"
        case "code":
            return table.items[0].name if table else ""
        case "codes":
            return "、".join(item.name for item in table.items[:2]) if table else ""
        case "day":
            return "2012年6月1日"
        case "month":
            return f"2012-0{order + 5}"
        case "year":
            return f"201{1 + order}"
        case "whole":
            return f"1{order}"
        case "decimal":
            return f"8{order}.5"
        case "money":
            return f"1,234.{order}0"
        case "flag":
            return "是"
        case "resident_id":
            return _number(2 * order + 1)
        case "credit_code":
            return CREDIT_CODES[order % len(CREDIT_CODES)]
        case "phone":
            return f"1387391{order:04d}"
        case _:
            return f"{spec.label}{order}"[: spec.length or 20]


class Samples:
    """Makes sample records in a workspace, each once, by what the office may write."""

    def __init__(self, workspace: Workspace, given: Mapping[tuple[str, int], str] | None = None) -> None:
        """`given` are records that are there already, by ledger and order: those that a superior handed down."""
        self.workspace = workspace
        self._made: dict[tuple[str, int], str] = dict(given or {})

    def made(self, ledger: Ledger, order: int = 1) -> str:
        """The id of the sample of a ledger, which is made when it is not there."""
        if (ledger.id, order) not in self._made:
            save = self._found if ledger.kept_by_program else editing.save
            self._made[ledger.id, order] = save(self.workspace, ledger, self.typed(ledger, order))
        return self._made[ledger.id, order]

    @staticmethod
    def _found(workspace: Workspace, ledger: Ledger, typed: Mapping[str, str]) -> str:
        """A record that the program writes by itself."""
        values = {name: ledger.fields[name].parse(text) for name, text in typed.items()}
        with workspace.edit(f"新增{ledger.one}") as batch:
            return batch.add(ledger.model(office_id=workspace.office.id, **values)).id

    def typed(self, ledger: Ledger, order: int = 1) -> dict[str, str]:
        """A whole record, field by field; what it links to is made first. Links to what only the county writes and
        has not handed down, and to the ledger itself, are left empty."""
        written = dict(ONE_BY_ONE.get(ledger.id, {}))
        for name, spec in ledger.fields.items():
            by_hand = ledger.writable(name, county=self.workspace.office.is_county)
            if name in written or not (by_hand or ledger.kept_by_program):
                continue
            if spec.target is None:
                written[name] = self._record(order) if (ledger.id, name) in FREE_LINKS else example(spec, order)
            elif spec.target != ledger.id and self._may_link(LEDGERS[spec.target], order):
                written[name] = self.made(LEDGERS[spec.target], order)
        return written

    def _may_link(self, ledger: Ledger, order: int) -> bool:
        return ledger.authority is None or self.workspace.office.is_county or (ledger.id, order) in self._made

    def _record(self, order: int) -> str:
        return self.made(LEDGERS["village"], order)
