"""Reference data of a newer program: it comes into stores that older ones made, and leaves what an office edited."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app import editing, reference
from app.ledgers.catalogue import LEDGERS
from app.workspace import Workspace
from db.journal import BatchLine, Values
from db.models.common import Policy
from tests.helpers import office

seeds = reference.seeds


def of_an_older_program(model: Any, name: str, key: str) -> Iterator[Values]:
    """The seeds without calendars, and with an other age and another number of introducers."""
    older = {"recruit.age": "16", "recruit.introducers": "1"}
    for row in seeds(model, name, key):
        if not str(row.get("key")).startswith("calendar."):
            yield {**row, "value": older[row["key"]]} if row.get("key") in older else row


def values(ws: Workspace) -> dict[str, str]:
    with ws.read() as session:
        return {one.key: one.value for one in session.scalars(select(Policy).where(Policy.deleted_at.is_(None)))}


def plantings(ws: Workspace) -> int:
    with ws.read() as session:
        return len(session.scalars(select(BatchLine).where(BatchLine.kind == "seed")).all())


def test_a_newer_program_brings_an_older_store_its_reference_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reference, "seeds", of_an_older_program)
    with office.township(tmp_path / "ws", code="430599", name="云溪县", level="county") as older:
        assert "calendar.off" not in values(older)
        with older.read() as session:
            wanted = select(Policy.id).where(Policy.key == "recruit.introducers")
            edited = session.scalars(wanted).one()
        editing.save(older, LEDGERS["policy"], {"value": "3"}, edited)
        assert plantings(older) == 1
    monkeypatch.undo()
    with Workspace.open(tmp_path / "ws") as newer:
        now = values(newer)
        assert now["calendar.off"].startswith("1.1")
        assert (now["recruit.age"], now["recruit.introducers"]) == ("18", "3")
        assert plantings(newer) == 2
    with Workspace.open(tmp_path / "ws") as again:
        assert (values(again), plantings(again)) == (now, 2)
