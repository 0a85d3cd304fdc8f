"""Runs a ledger's checks on one record's values: the same in the form, on an Excel row and on a package."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.findings import Finding, Level
from app.ledgers.ledger import Check, Ledger
from app.policy import Policies
from db import clock
from db.models.record import Record


class Look:
    """What a check may look up beside the record itself.

    Attributes:
        session: for queries.
        record_id: the record that is checked, None while it is new.
    """

    def __init__(self, session: Session, record_id: str | None) -> None:
        self.session, self.record_id = session, record_id

    def get(self, model: type[Record], record_id: str | None) -> Any:
        """A linked record, None for nothing or one that is deleted."""
        found = self.session.get(model, record_id) if record_id else None
        return found if found is not None and found.deleted_at is None else None

    def count(self, model: type[Record], *where: Any) -> int:
        """How many live records of a ledger meet a condition, the checked one left out."""
        conditions = [model.deleted_at.is_(None), *where]
        if self.record_id is not None:
            conditions.append(model.id != self.record_id)
        return self.session.execute(select(func.count()).select_from(model).where(*conditions)).scalar_one()


@cache
def _needs(check: Callable[..., Any]) -> tuple[str, ...]:
    """The parameters that a check cannot do without; those with a default are policy that it knows itself."""
    return tuple(name for name, one in inspect.signature(check).parameters.items() if one.default is one.empty)


def run(ledger: Ledger, values: Mapping[str, Any], look: Look, policy: Policies) -> list[Finding]:
    """The findings on one record: required fields first, then the ledger's checks in their order.

    `values` holds every field, None for nothing. A check may need none that is not there.
    """
    found = [
        Finding(Level.ERROR, name, "required", f"“{spec.label}”必须填写")
        for name, spec in ledger.fields.items()
        if spec.required and values.get(name) is None
    ]
    given = {**values, "today": clock.today(), "policy": policy, "look": look}
    for check in ledger.checks:
        result = check(**{name: given[name] for name in _needs(check)})
        if isinstance(result, Finding):
            found.append(result)
        elif result:
            found.extend(result)
    return found


def errors(findings: Sequence[Finding]) -> list[Finding]:
    """The findings that stop a save."""
    return [one for one in findings if one.level is Level.ERROR]


__all__ = ["Check", "Look", "errors", "run"]
