"""Many townships of one county, fast: one joins, the others are copies of it with names and ids of their own.

Each has its own enrolment, keys, replica and records, so their packages are real; only the enrolment files are sealed
for a key instead of a passphrase, which would take seconds each.
"""

import io
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyrage
import pytest
from sqlalchemy import select

from app.sync import package
from app.sync.outgoing import Sent, export
from app.sync.peers import enrol, join
from app.workspace import COPY, LOCK, RECORDS, Workspace
from db.ids import new_id, new_replica
from db.models.handoff import Peer
from tests.helpers import office

NAMES = (
    *("石桥", "梅岭", "清水", "云岭", "柳溪", "大塘", "新岭", "白沙", "青石", "松林"),
    *("竹溪", "双河", "龙泉", "凤凰", "金鸡", "银杏", "黄土", "红岩", "黑山", "紫云"),
    *("东湖", "西山", "南坪", "北渡", "上坝", "下河", "中寨", "前进", "后坡", "左溪"),
    *("右江", "高桥", "低庄", "长田", "短冲", "平安", "太和", "永兴", "长乐", "万福"),
)


@dataclass(frozen=True)
class Place:
    """One township: its folder, code and name, and the ids of its branch and its two members."""

    folder: Path
    code: str
    name: str
    branch: str
    members: tuple[str, ...]

    def open(self) -> Workspace:
        return Workspace.open(self.folder)

    def hand_over(self, to: Path, **options: Any) -> Sent:
        """Writes its next package on a stick."""
        with self.open() as ws:
            return export(ws, to, **options)


@dataclass(frozen=True)
class Many:
    """A county and its townships, none of which has handed anything over yet."""

    root: Path
    county: Path
    towns: tuple[Place, ...]

    def at(self, root: Path) -> "Many":
        """The same after a copy into another folder."""
        towns = (Place(root / one.folder.name, one.code, one.name, one.branch, one.members) for one in self.towns)
        return Many(root, root / self.county.name, tuple(towns))


def many(root: Path, number: int) -> Many:
    """A county with so many townships, at most forty."""
    county = root / "county"
    towns = []
    with unsealed(), Workspace.create(county, code="532900", name="云溪县委组织部", level="county") as ws:
        for place, name in enumerate(NAMES[:number]):
            code = f"5329{place + 1:02}"
            made = enrol(ws, code, f"{name}镇", root / "登记.dzb")
            folder = root / code
            if not towns:
                with join(made.file, folder, made.passphrase) as town:
                    branch = office.branch(town, f"{name}党支部")
                    members = tuple(office.member(town, branch, name=one) for one in ("王小明", "陈桂香"))
                    first = town.replica
                towns.append(Place(folder, code, made.name, branch, members))
                continue
            with ws.read() as session:
                secrets = {
                    one.code: one.secret for one in session.scalars(select(Peer).where(Peer.code.in_(("532901", code))))
                }
                ids = {one.code: one.office_id for one in session.scalars(select(Peer))}
            template = towns[0]
            own = [template.branch, *template.members]
            fresh = [new_id() for _ in own]
            swaps = {
                ids["532901"]: made.office_id,
                str(secrets["532901"]): str(secrets[code]),
                "532901": code,
                template.name: made.name,
                f"{NAMES[0]}党支部": f"{name}党支部",
                first: new_replica(),
                **dict(zip(own, fresh, strict=True)),
            }
            _copy(template.folder, folder, swaps)
            towns.append(Place(folder, code, made.name, fresh[0], tuple(fresh[1:])))
    return Many(root, county, tuple(towns))


def _copy(source: Path, folder: Path, swaps: dict[str, str]) -> None:
    """A copy of a workspace in which some texts stand for others, with keys of its own."""
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns(LOCK, COPY, f"{RECORDS}*"))
    with sqlite3.connect(source / RECORDS) as old:
        script = "\n".join(line for line in old.iterdump() if '"setting" VALUES(\'key/' not in line)
    for before, after in swaps.items():
        script = script.replace(before, after)
    with sqlite3.connect(folder / RECORDS) as new:
        new.executescript(script)
    new.close()
    old.close()
    config = folder / "siji.toml"
    text = config.read_text(encoding="utf-8")
    for before, after in swaps.items():
        text = text.replace(before, after)
    config.write_text(text, encoding="utf-8")


@contextmanager
def unsealed() -> Iterator[None]:
    """Enrolment files are sealed for a key meanwhile: a passphrase takes a second and more."""
    identity = pyrage.x25519.Identity.generate()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            package,
            "write_with_passphrase",
            lambda out, manifest, signature, parts, _: package.write(
                out, manifest, signature, parts, [identity.to_public()]
            ),
        )
        opened = package.opened
        patch.setattr(package, "opened_with_passphrase", lambda sealed, _: opened(io.BytesIO(sealed), [identity]))
        yield
