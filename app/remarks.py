"""Sends records back to the office that keeps them, and ends what was sent back: the superior's words on a record."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from app import checks, editing
from app.findings import Finding
from app.ledgers.catalogue import LEDGERS
from app.ledgers.ledger import Ledger
from app.policy import Policies
from app.sync.corrections import CLOSED, OPEN
from app.workspace import Workspace
from db.errors import Refusal
from db.models.record import Record

REMARK = "remark"
ASKS = "请核实后改正；核实无误的，在“备注”里写一句。"


def send_back(workspace: Workspace, ledger: Ledger, record_id: str, text: str, field: str | None = None) -> str:
    """Writes a remark on a record, or on one field of it, for the office that keeps it; its id."""
    return send_back_many(workspace, ledger, {record_id: [(text, field)]})[0]


def send_back_many(
    workspace: Workspace, ledger: Ledger, words: Mapping[str, Sequence[tuple[str, str | None]]]
) -> list[str]:
    """Writes remarks on several records as one step to undo: record → (text, field). Raises `Refusal` where there is
    nothing to say, or an own record is among them, and writes nothing then."""
    if not workspace.office.is_county:
        raise Refusal("只有上级可以退回核实。自己的记录请直接改正", "not-allowed")
    made: list[str] = []
    amount = sum(len(said) for said in words.values())
    with workspace.edit(f"退回{ledger.one} {amount} 处" if amount > 1 else f"退回{ledger.one}") as batch:
        for record_id, said in words.items():
            owner = editing.get(batch.session, ledger, record_id).office_id
            if owner == workspace.office.id:
                raise Refusal("这条记录是本单位自己的，请直接改正，不用退回", "not-allowed")
            for text, field in said:
                typed = {"ledger": ledger.id, "record": record_id, "field": field, "text": text.strip(), "status": OPEN}
                typed["target_office_id"] = owner
                made.append(editing.save_into(workspace, batch, LEDGERS[REMARK], typed))
    return made


def doubts(session: Session, ledger: Ledger, record_ids: Sequence[str]) -> dict[str, list[tuple[str, str | None]]]:
    """What the checks find on these records, as words to send back: record → (text, field)."""
    look, policy = checks.Look(session, None), Policies.read(session)
    found: dict[str, list[tuple[str, str | None]]] = {}
    for record_id in record_ids:
        record: Record = editing.get(session, ledger, record_id)
        look.turn_to(record_id, record.office_id)
        values = {name: getattr(record, name) for name in ledger.fields}
        said = [words_of(ledger, one) for one in checks.run(ledger, values, look, policy)]
        if said:
            found[record_id] = said
    return found


def words_of(ledger: Ledger, finding: Finding) -> tuple[str, str | None]:
    """A finding as words to send back, and the field that they are about."""
    return f"{finding.message}。{ASKS}", finding.field if finding.field in ledger.fields else None


def close(workspace: Workspace, remark_ids: Sequence[str]) -> None:
    """The superior is content: the remarks are done."""
    _set(workspace, remark_ids, CLOSED, "办结批注")


def ask_again(workspace: Workspace, remark_id: str, text: str = "") -> None:
    """The superior is not content: the remark waits for a correction again, with other words if there are any."""
    _set(workspace, [remark_id], OPEN, "再次退回", text)


def _set(workspace: Workspace, remark_ids: Sequence[str], status: str, label: str, text: str = "") -> None:
    typed = {"status": status, **({"text": text.strip()} if text.strip() else {})}
    amount = f" {len(remark_ids)} 条" if len(remark_ids) > 1 else ""
    with workspace.edit(f"{label}{amount}") as batch:
        for remark_id in remark_ids:
            editing.save_into(workspace, batch, LEDGERS[REMARK], typed, remark_id)
