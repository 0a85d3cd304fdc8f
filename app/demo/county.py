"""The demonstration: Yunxi county (云溪县), which does not exist, with its townships, their records in every ledger and
the first packages exchanged. The same seed on the same day gives the same data."""

import random
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from app.demo import (
    cadres,
    funds,
    guarantee,
    method,
    organisation,
    party_life,
    recruitment,
    responsibility,
    team,
    transfers,
    village_team,
)
from app.demo.fiction import REGION, People, lines
from app.demo.township import Paper, Rows, Township
from app.policy import Policies
from app.sync import intake, outgoing, peers
from app.workspace import OfficeCard, Workspace
from db import clock
from db.errors import Refusal
from db.ids import derived_id
from db.journal import Batch, Progress
from db.models.common import Remark
from db.models.guarantee import PayStandard
from db.models.organisation import Office
from db.models.record import models
from db.models.team import Member, Post

COUNTY = "云溪县委组织部"
FEWEST_MEMBERS = 10


def make_demo(
    folder: Path, townships: int = 3, members: int = 600, seed: int = 1, progress: Progress | None = None
) -> list[Path]:
    """Makes `folder`/county and `folder`/<office code> for each township, without passphrases, and returns them.

    Every ledger has records everywhere. Each township has handed over twice, the county has taken it in and answered,
    and the townships have read the answers. `members` is per township.

    Raises `Refusal` for a folder that is not empty or numbers that are too small; on any failure what was made is
    removed.
    """
    names = _township_names()
    if not 1 <= townships <= len(names):
        raise Refusal(f"演示县可以有 1 到 {len(names)} 个乡镇，请改一下数目", "out-of-range")
    if members < FEWEST_MEMBERS:
        raise Refusal(f"每个乡镇至少要有 {FEWEST_MEMBERS} 名党员，请把人数改大", "out-of-range")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refusal(f"文件夹“{folder.name}”里已经有东西。请选一个空文件夹", "not-empty")
    fresh = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".packages-") as stick:
            return _make(folder, Path(stick), names[:townships], members, seed, progress or _silent)
    except OSError as error:
        _sweep(folder, fresh)
        raise Refusal(f"不能在“{folder}”里写文件：可能只读或磁盘已满。请换一个位置", "read-only") from error
    except BaseException:
        _sweep(folder, fresh)
        raise


class Ids:
    """Ids that the seed decides: UUID v7 with the moments of yesterday, so that later records sort after them."""

    def __init__(self, rng: random.Random, today: date) -> None:
        start = datetime.combine(today - timedelta(days=1), time(), UTC)
        self._rng, self._milliseconds = rng, int(start.timestamp() * 1000)

    def __call__(self) -> str:
        self._milliseconds += 1
        bits = self._milliseconds << 80 | 0x7 << 76 | self._rng.getrandbits(12) << 64
        return str(UUID(int=bits | 0b10 << 62 | self._rng.getrandbits(62)))


def _make(folder: Path, stick: Path, names: Sequence[str], members: int, seed: int, progress: Progress) -> list[Path]:
    rng, today = random.Random(seed), clock.today()
    people, new_id = People(rng, today), Ids(rng, today)
    total, done = 6 * len(names) + 1, 0

    def step(what: str) -> None:
        nonlocal done
        done += 1
        progress(done, total, what)

    made = [folder / "county"]
    step(COUNTY)
    with Workspace.create(
        made[0], code=REGION, name=COUNTY, level="county", office_id=new_id(), user="县组织部"
    ) as county:
        fill_county(county, new_id, today)
        responsibility.resolve(county, new_id, len(names), today)
        codes = [f"{REGION}{101 + place}" for place in range(len(names))]
        _list_townships(county, dict(zip(codes, names, strict=True)), seed)
        for code, name in zip(codes, names, strict=True):
            step(f"{name}：登记、加入")
            enrolment = peers.enrol(county, code, name, stick / f"{code}-enrolment.dzb")
            made.append(folder / code)
            peers.join(enrolment.file, folder / code, enrolment.passphrase, user="党建办").close()
        for code, name in zip(codes, names, strict=True):
            step(f"{name}：录入")
            with Workspace.open(folder / code) as township:
                fill(township, people, new_id, members, progress)
                sent = outgoing.export(township, stick)
            step(f"{name}：县里接收")
            _take_in(county, sent.file)
        responsibility.give(county, new_id, today)
        decide(county, people, new_id)
        for place, answer in enumerate([outgoing.export(county, stick, code=code) for code in codes]):
            step(f"{answer.office_name}：自查、自评")
            with Workspace.open(folder / answer.office_code) as township:
                _take_in(township, answer.file)
                responsibility.report(township, people, new_id, place)
                follow(township, people, new_id)
                sent = outgoing.export(township, stick)
            step(f"{answer.office_name}：县里接收自查")
            _take_in(county, sent.file)
        remark(county, rng, new_id, today)
        responsibility.conclude(county, people, new_id)
        for answer in [outgoing.export(county, stick, code=code) for code in codes]:
            step(f"{answer.office_name}：读回执")
            with Workspace.open(folder / answer.office_code) as township:
                _take_in(township, answer.file)
    return made


def _list_townships(county: Workspace, townships: Mapping[str, str], seed: int) -> None:
    """The townships under ids that the seed decides; enrolment finds them by their codes."""
    own = county.office.id
    with county.edit("登记乡镇", kind="import") as batch:
        batch.create_rows(
            Office,
            [
                {
                    "id": derived_id(Office.__tablename__, f"demo/{seed}/{code}"),
                    "office_id": own,
                    "code": code,
                    "name": name,
                    "level": "township",
                    "superior_id": own,
                }
                for code, name in townships.items()
            ],
        )


def _take_in(workspace: Workspace, file: Path) -> None:
    outcome = intake.take_in(workspace, file)
    if outcome.status != "applied":
        raise RuntimeError(f"the demonstration's own package came to {outcome.status} ({outcome.reason})")


def fill_county(county: Workspace, new_id: Ids, today: date) -> None:
    """Enters what the county alone writes, in one batch."""
    with county.edit("录入演示数据", kind="import") as batch:
        batch.create_rows(PayStandard, funds.standard_rows(today, county.office.id, new_id))


def fill(township: Workspace, people: People, new_id: Ids, members: int, progress: Progress) -> None:
    """Enters a township's records in one batch."""
    with township.edit("录入演示数据", kind="import") as batch:
        posts = {post.name: post.id for post in batch.session.scalars(select(Post).where(Post.active.is_(True)))}
        standard = Policies.read(batch.session).number("venue.standard_area", people.today)
        known = select(Office.id, Office.name).where(Office.superior_id == township.office.superior_id)
        beside = [(id, name) for id, name in batch.session.execute(known.order_by(Office.code))]
        rows = township_rows(
            township.office,
            people,
            new_id,
            members=members,
            posts=posts,
            standard_area=standard,
            beside=[one for one in beside if one[0] != township.office.id],
        )
        for name, model in models().items():
            if rows.get(name):
                progress(0, 0, f"{township.office.name}：{len(rows[name])} 条 {name}")
                batch.create_rows(model, rows[name])
        guarantee.attach_pictures(batch.session, rows)
    recruitment.review(township, Paper(township.office, people, new_id))


def decide(county: Workspace, people: People, new_id: Ids) -> None:
    """What the county does about what the townships handed over, in one batch."""
    with county.edit("审定和选派") as batch:
        paper = Paper(county.office, people, new_id)
        method.decide(paper, batch)
        _write(batch, paper.rows)


def follow(township: Workspace, people: People, new_id: Ids) -> None:
    """What a township enters once it has read the county's answer, in one batch."""
    with township.edit("补录演示数据", kind="import") as batch:
        paper = Paper(township.office, people, new_id)
        method.follow(paper, batch.session)
        _write(batch, paper.rows)


def _write(batch: Batch, rows: Rows) -> None:
    for name, model in models().items():
        if rows.get(name):
            batch.create_rows(model, rows[name])


def township_rows(
    office: OfficeCard,
    people: People,
    new_id: Callable[[], str],
    *,
    members: int,
    posts: Mapping[str, str],
    standard_area: Decimal,
    beside: Sequence[tuple[str, str]] = (),
) -> Rows:
    """Rows for every ledger that a township writes.

    `posts` are the posts on offer, name → id; `standard_area` is the floor area of a venue up to standard, in ㎡;
    `beside` are (id, name) of the townships to which it may transfer members.
    """
    town = Township(office, people, new_id, beside)
    organisation.fill(town, members)
    team.fill(town, posts)
    cadres.fill(town)
    village_team.fill(town)
    funds.fill(town)
    responsibility.officers(town)
    party_life.fill(town)
    guarantee.fill(town, standard_area)
    method.fill(town)
    transfers.fill(town)
    recruitment.fill(town)
    team.disciplined(town)
    return town.rows


def remark(county: Workspace, rng: random.Random, new_id: Ids, today: date) -> None:
    """The county sends some members back for correction, at least one to each township."""
    with county.edit("退回核实") as batch:
        found: dict[str, list[Member]] = {}
        for member in batch.session.scalars(select(Member).order_by(Member.id)):
            found.setdefault(member.office_id, []).append(member)
        rows = []
        for office_id, members in sorted(found.items()):
            for place, member in enumerate(rng.sample(members, min(3, len(members)))):
                field, text, status = REMARKS[place]
                rows.append(
                    {"id": new_id(), "office_id": county.office.id, "target_office_id": office_id}
                    | {"ledger": Member.__tablename__, "record": member.id, "field": field}
                    | {"text": text, "status": status}
                )
        batch.create_rows(Remark, rows)


REMARKS: Sequence[tuple[str, str, str]] = (
    ("birth", "请对照档案核实出生日期，与身份证不一致的在备注中说明依据。", "01"),
    ("full_on", "请查支部大会记录，核对转正日期。", "01"),
    ("work_post", "工作岗位请按年报口径填到末级。", "02"),
)


def _township_names() -> list[str]:
    return [line["name"] for line in lines("townships")] + [f"{line['name']}乡" for line in lines("villages")]


def _sweep(folder: Path, fresh: bool) -> None:
    """Removes what a failed demonstration left in a folder that was empty before."""
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
        return
    for one in folder.iterdir():
        shutil.rmtree(one, ignore_errors=True)


def _silent(done: int, total: int, what: str) -> None:
    pass
