"""The random draw of villages for the county's inspection teams (随机抽查), and the inspections made of it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.policy import Policies
from app.rules import draw
from app.workspace import Workspace
from db import clock
from db.errors import Refusal
from db.models.organisation import Office, Village
from db.models.responsibility import Inspection

RANDOM = "02"  # code table inspection_way
NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True)
class DrawnLine:
    """One drawn village with its names."""

    team: int
    office_id: str
    office: str
    village_id: str
    village: str

    @property
    def team_name(self) -> str:
        return f"第{NUMERALS[self.team - 1] if self.team <= len(NUMERALS) else self.team}督查组"


def size(session: Session, today: date) -> tuple[int, int]:
    """How many teams, and how many villages for each, by policy."""
    policy = Policies.read(session)
    return policy.whole("inspection.teams", today, draw.TEAMS), policy.whole(
        "inspection.villages_a_team", today, draw.A_TEAM
    )


def drawn(session: Session, own_id: str, seed: str, teams: int, a_team: int) -> list[DrawnLine]:
    """The villages that a seed draws, by team. Raises `Refusal` without a seed or without villages."""
    if not seed.strip():
        raise Refusal("请先定抽签号：由在场的人报一个数，例如日期加一个号码", "no-seed")
    if not (1 <= teams <= 50 and 1 <= a_team <= 100):
        raise Refusal("督查组可以有 1 到 50 个，每组抽 1 到 100 个村，请改一下数目", "out-of-range")
    rows = (
        select(Office.id, Office.code, Office.name, Village.id, Village.code, Village.name)
        .join(Village, Village.office_id == Office.id)
        .where(Village.deleted_at.is_(None), Office.deleted_at.is_(None), Office.superior_id == own_id)
    )
    offices: dict[str, list[str]] = {}
    named: dict[tuple[str, str], DrawnLine] = {}
    for office_id, office, office_name, village_id, village, village_name in session.execute(rows):
        offices.setdefault(office, []).append(village)
        named[office, village] = DrawnLine(0, office_id, office_name, village_id, village_name)
    if not named:
        raise Refusal("还没有乡镇报上来的村和社区，无从抽取。请先接收乡镇的包", "nothing-to-do")
    found = []
    for one in draw.draw(offices, seed.strip(), teams=teams, a_team=a_team):
        line = named[one.office, one.village]
        found.append(DrawnLine(one.team, line.office_id, line.office, line.village_id, line.village))
    return sorted(found, key=lambda one: (one.team, one.office, one.village))


def assign(workspace: Workspace, seed: str, teams: int, a_team: int, on: date | None = None) -> list[DrawnLine]:
    """Writes the drawn villages down as inspections to be made, as one step to undo; the seed stands in the note."""
    if not workspace.office.directs:
        raise Refusal("随机抽查由县里组织，这里不能抽取", "not-allowed")
    day = on or clock.today()
    with workspace.edit(f"随机抽查（抽签号 {seed.strip()}）") as batch:
        found = drawn(batch.session, workspace.office.id, seed, teams, a_team)
        batch.create_rows(
            Inspection,
            [
                {
                    "office_id": workspace.office.id,
                    "team": one.team_name,
                    "on": day,
                    "target_office_id": one.office_id,
                    "village_id": one.village_id,
                    "way": RANDOM,
                    "note": f"抽签号 {seed.strip()}，{teams} 个组每组 {a_team} 个村",
                }
                for one in found
            ],
        )
    return found
