"""Several records written at once: all or none, and at a cost that does not grow with what the program keeps beside."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from app import editing
from app.ledgers.catalogue import LEDGERS
from app.workspace import Workspace
from db.errors import Refusal
from db.journal import stored_rows
from db.models.organisation import PartyOrg
from tests.helpers.office import branch, member, township

MEMBERS, ORGS = LEDGERS["member"], LEDGERS["party_org"]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Workspace]:
    with township(tmp_path / "石桥镇") as made:
        yield made


def deleted(office: Workspace, *ids: str) -> list[Any]:
    with office.read() as session:
        rows = stored_rows(session.connection(), PartyOrg, ids)
    return [rows[one]["deleted_at"] for one in ids]


@pytest.mark.parametrize("downwards", [True, False])
def test_what_needs_each_other_is_deleted_together_in_any_order(office: Workspace, downwards: bool) -> None:
    above = branch(office, "中共石桥镇委员会")
    below = branch(office, "大塘村党支部", parent_id=above)
    with pytest.raises(Refusal, match="还有 1 个“党组织”记录用到它，不能删除"):
        editing.delete(office, ORGS, [above])
    editing.delete(office, ORGS, [above, below] if downwards else [below, above])
    assert all(deleted(office, above, below))
    office.undo()
    assert not any(deleted(office, above, below))


def test_of_several_that_are_deleted_one_that_is_needed_keeps_all(office: Workspace) -> None:
    empty, full = branch(office, "大塘村党支部"), branch(office, "小塘村党支部")
    member(office, full)
    with pytest.raises(Refusal, match="还有 1 人“党员花名册”记录用到它，不能删除"):
        editing.delete(office, ORGS, [empty, full])
    assert not any(deleted(office, empty, full))


def test_deleting_more_asks_the_store_no_more_than_once_for_each(office: Workspace) -> None:
    at = branch(office)
    people = [member(office, at, name=f"王{number}") for number in range(24)]
    asked: list[str] = []
    event.listen(office.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    counts = []
    for part in (people[:4], people[4:]):
        asked.clear()
        editing.delete(office, MEMBERS, part)
        counts.append(len(asked))
    assert counts[1] - counts[0] <= len(people[4:]) - len(people[:4])
