"""Small fictional offices to test on: a township's workspace with a village, a branch and members."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from app.vault import Cost
from app.workspace import Workspace
from db.models.organisation import PartyOrg, Village
from db.models.team import Member

CHEAP = Cost(memory_kib=8, passes=1, lanes=1)
"""Argon2id at its least, so that a test does not wait for it."""


@contextmanager
def township(folder: Path, **options: Any) -> Iterator[Workspace]:
    """石桥镇, with the reference data and nothing else."""
    with Workspace.create(
        folder, **{"code": "430599101", "name": "石桥镇", "level": "township", "cost": CHEAP, **options}
    ) as workspace:
        yield workspace


def branch(workspace: Workspace, name: str = "柳溪村党支部", **fields: Any) -> str:
    """One more branch; its id."""
    with workspace.edit("新增党组织") as batch:
        made = PartyOrg(office_id=workspace.office.id, name=name, kind="631", sector="01", **fields)
        return batch.add(made).id


def village(workspace: Workspace, name: str = "柳溪村", code: str = "201") -> str:
    """One more village; its id."""
    with workspace.edit("新增村(社区)") as batch:
        return batch.add(Village(office_id=workspace.office.id, code=code, name=name, kind="01")).id


def member_row(workspace: Workspace, branch_id: str, **fields: Any) -> dict[str, Any]:
    """The columns of a member: 王小明, but for what is said."""
    return {
        "office_id": workspace.office.id,
        "name": "王小明",
        "sex": "1",
        "nation": "01",
        "birth": date(1964, 5, 3),
        "branch_id": branch_id,
        "category": "1",
        "standing": "01",
        **fields,
    }


def member(workspace: Workspace, branch_id: str, **fields: Any) -> str:
    """One more member; the id."""
    with workspace.edit("新增党员") as batch:
        return batch.add(Member(**member_row(workspace, branch_id, **fields))).id
