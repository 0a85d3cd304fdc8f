"""Which live records stand on which: nothing that another record points to may be taken away."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from app.ledgers.catalogue import LEDGERS, linking_to
from app.ledgers.ledger import Ledger
from db.errors import Refusal
from db.journal import ChangeLine
from db.models.record import models


@dataclass(frozen=True)
class Use:
    """How many live records of a ledger point to what is asked about."""

    ledger: Ledger
    number: int

    def __str__(self) -> str:
        return f"{self.number} {self.ledger.counter}“{self.ledger.title}”记录"


def first_use(session: Session, ledger: Ledger, wanted: Collection[str] | Select[str]) -> Use | None:
    """The first ledger whose live records point to one of these records, None when nothing does."""
    for other, name in linking_to(ledger):
        pointing = other.column(name).in_(wanted)
        used = session.execute(
            select(func.count()).select_from(other.model).where(other.model.deleted_at.is_(None), pointing)
        ).scalar_one()
        if used:
            return Use(other, used)
    return None


def refuse_while_needed(session: Session, batch_id: str, ledger: Ledger) -> None:
    """Raises `Refusal` naming the first ledger whose live records point to what a batch has deleted in this one."""
    use = first_use(session, ledger, _gone(batch_id, ledger))
    if use is not None:
        raise Refusal(f"还有 {use}用到它，不能删除。请先改掉或删除那些记录", "in-use")


def _changed(batch_id: str, ledger: Ledger) -> Select[str]:
    return select(ChangeLine.record_id).where(ChangeLine.batch_id == batch_id, ChangeLine.ledger == ledger.id)


def _gone(batch_id: str, ledger: Ledger) -> Select[str]:
    """The records of a ledger that a batch has deleted."""
    model = ledger.model
    return select(model.id).where(model.id.in_(_changed(batch_id, ledger)), model.deleted_at.is_not(None))


def refuse_broken(session: Session, batch_id: str, label: str) -> None:
    """Raises `Refusal` when what a batch has just done leaves a live record pointing to a deleted one.

    `label` is what the batch takes back, for the sentence.
    """
    for name in session.scalars(select(ChangeLine.ledger).where(ChangeLine.batch_id == batch_id).distinct()):
        ledger, model, changed = LEDGERS[name], models()[name], _changed(batch_id, LEDGERS[name])
        use = first_use(session, ledger, _gone(batch_id, ledger))
        if use is not None:
            raise Refusal(f"“{label}”建立的{ledger.one}还有 {use}在用，不能撤销。请先改掉或删除那些记录", "in-use")
        for link, spec in ledger.fields.items():
            if not spec.target:
                continue
            target = aliased(models()[spec.target])
            lost = (
                select(func.count())
                .select_from(model)
                .join(target, target.id == ledger.column(link))
                .where(model.id.in_(changed), model.deleted_at.is_(None), target.deleted_at.is_not(None))
            )
            if session.execute(lost).scalar_one():
                raise Refusal(
                    f"撤销“{label}”后，{ledger.one}的“{spec.label}”会指向已经删除的{LEDGERS[spec.target].one}，"
                    f"不能撤销。请先恢复那条{LEDGERS[spec.target].one}记录",
                    "in-use",
                )
