"""A county of 100,000 fictional members to measure on. The same seed gives the same people; nobody is real."""

import random
from datetime import date, timedelta
from pathlib import Path

from app.workspace import Workspace
from db.journal import Batch
from db.models.organisation import Office, PartyOrg, Village
from db.models.team import Member
from db.parsing import check_digit

PASSPHRASE = "云溪县组织部2012"
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂华建国文辉玉梅红春生志海燕云飞鹏小晓立东波"
PLACES = "石桥柳溪云山白沙大塘清水龙潭梅岭黄花枫林长坪高峰竹园金盆银星双江"


def resident_id(chance: random.Random, birth: date, sex: str) -> str:
    """A number with a valid check digit, of a region that does not exist."""
    order = chance.randrange(0, 998, 2) + (sex == "1")
    first17 = f"430599{birth:%Y%m%d}{order:03d}"
    return first17 + check_digit(first17)


def member(chance: random.Random, branch: str) -> dict[str, object]:
    """One member's fields."""
    sex = "1" if chance.random() < 0.7 else "2"
    birth = date(1932, 1, 1) + timedelta(chance.randrange(20_000))
    joined = birth + timedelta(chance.randrange(18 * 366, 32 * 366))
    full = chance.random() < 0.97
    return {
        "name": chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.choice((1, 2, 2, 2)))),
        "resident_id": resident_id(chance, birth, sex),
        "sex": sex,
        "nation": "01",
        "birth": birth,
        "education": chance.choice(("20", "30", "60", "70", "80")),
        "branch_id": branch,
        "category": "1" if full else "2",
        "joined_on": joined,
        "full_on": joined + timedelta(366) if full else None,
        "phone": f"1{chance.choice((3, 5, 8))}{chance.randrange(10**9):09d}",
        "standing": "01",
        "office_held": "村支委委员" if chance.random() < 0.2 else None,
        "address": f"云溪县{chance.choice(PLACES)}镇",
    }


def county(folder: Path, members: int, *, townships: int = 20, branches: int = 50) -> None:
    """An encrypted workspace of a county whose townships have so many branches each, a village to every branch."""
    chance = random.Random(1)
    with Workspace.create(folder, code="430599", name="云溪县", level="county", passphrase=PASSPHRASE) as workspace:
        with workspace.edit("乡镇") as batch:
            offices = [_office(batch, workspace.office.id, number) for number in range(townships)]
            orgs = [(office, org) for office in offices for org in branches_of(chance, batch, office, branches)]
        for start in range(0, members, 10_000):
            with workspace.edit("党员") as batch:
                rows = []
                for _ in range(min(10_000, members - start)):
                    office, org = chance.choice(orgs)
                    rows.append({**member(chance, org), "office_id": office})
                batch.create_rows(Member, rows)


def _office(batch: Batch, county_id: str, number: int) -> str:
    name = f"{PLACES[number * 2 % len(PLACES) :][:2]}镇"
    code = f"430599{number + 100}"
    return batch.add(Office(office_id=county_id, code=code, name=name, level="township", superior_id=county_id)).id


def branches_of(chance: random.Random, batch: Batch, office: str, branches: int) -> list[str]:
    committee = batch.add(PartyOrg(office_id=office, name="镇党委", kind="611", sector="01")).id
    made = []
    for number in range(branches):
        place = f"{''.join(chance.sample(PLACES, 2))}村"
        village = batch.add(Village(office_id=office, code=f"{number:03d}", name=place, kind="01")).id
        branch = PartyOrg(
            office_id=office, name=f"{place}党支部", kind="631", sector="01", parent_id=committee, village_id=village
        )
        made.append(batch.add(branch).id)
    return made
