"""One fictional township: its villages, branches, members, posts and venues as rows ready to be written."""

import hashlib
import random
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil
from typing import Any

from sqlalchemy.orm import Session

from app.fiction import DESTINATIONS, FEMALE, HEALTH, MALE, STRENGTHS, People, day_between, lines, pick
from app.rules.identity import age
from app.rules.posts import ought_to_hold_post
from app.rules.spans import months_later, years_later
from app.workspace import OfficeCard
from db.journal import Values
from db.models.handoff import BlobChunk

Rows = dict[str, list[Values]]
"""Rows to create, by ledger."""

BRANCH_SIZE = 50
"""A village with more members than this has several branches under a general branch."""


@dataclass(frozen=True)
class Branch:
    """A branch to be filled: its place in `Rows`, the ages of its members, and what they work as."""

    id: str
    name: str
    village: Values | None
    members: int
    ages: tuple[int, int]
    work: Mapping[str, int]


VILLAGE_WORK = {"111": 70, "119": 8, "112": 2, "53": 9, "42": 3, "56": 3, "0253": 5}
OFFICE_WORK = {"0111": 60, "0112": 15, "012": 20, "0161": 5}
SCHOOL_WORK = {"013": 85, "012": 12, "0162": 3}
COMPANY_WORK = {"021": 25, "022": 25, "0251": 40, "0253": 10}

AWAY, RETIRED = "113", "42"


class Township:
    """Gathers one township's rows. Each section adds to `rows` and leans on the sections before it."""

    def __init__(self, office: OfficeCard, people: People, new_id: Callable[[], str]) -> None:
        self.office, self.people, self.new_id = office, people, new_id
        self.rng: random.Random = people.rng
        self.today: date = people.today
        self.rows: Rows = {}
        self.branches: list[Branch] = []
        self.probationary = 0  # how many so far: there is always one
        self.short = office.name.removesuffix("镇").removesuffix("乡")

    def row(self, ledger: str, /, **values: Any) -> Values:
        """Adds a record of this township and returns it; what is not named stays empty."""
        made = {"id": self.new_id(), "office_id": self.office.id, **values}
        self.rows.setdefault(ledger, []).append(made)
        return made

    def somebody(self) -> str:
        """A name of somebody of working age who is on no roster here."""
        return self.people.name(FEMALE if self.rng.random() < 0.2 else MALE, self.today.year - 42)[0]

    def ago(self, fewest: int, most: int) -> date:
        """A day between so many days ago."""
        return self.today - timedelta(days=self.rng.randint(fewest, most))

    # ---------------------------------------------------------------- 组织底册

    def villages(self, members: int) -> None:
        """Villages for so many members, one in eight of them an urban community."""
        amount = max(3, min(40, members // 38))
        names = self.rng.sample([line["name"] for line in lines("villages")], amount)
        leaders = [self.somebody() for _ in range(max(2, amount // 3))]
        for place, name in enumerate(names):
            urban = place % 8 == 7 or place == amount - 1
            households = self.rng.randint(280, 900)
            self.row(
                "village",
                code=f"{self.office.code}{(1 if urban else 200) + place:03d}",
                name=name + ("社区" if urban else "村"),
                kind="02" if urban else "01",
                households=households,
                population=int(households * self.rng.uniform(3.1, 3.9)),
                rural_base_income=self.rng.randrange(9_000_00, 18_000_00, 100),
                contact_leader=leaders[place % len(leaders)],
                area_head=leaders[place // 4 % len(leaders)],
                resident_cadre=self.somebody() if self.rng.random() < 0.92 else None,
            )

    def party(self, members: int) -> None:
        """The committee, the branches of offices and enterprises, and those of the villages."""
        committee = self.organisation(f"中共{self.office.name}委员会", "611", "03", None, None)
        rest = members
        for name, sector, share, ages, work in (
            (f"{self.office.name}机关党支部", "03", 0.055, (24, 60), OFFICE_WORK),
            (f"{self.office.name}中心学校党支部", "04", 0.045, (24, 60), SCHOOL_WORK),
            (f"{self._enterprise()}党支部", "06", 0.02, (23, 60), COMPANY_WORK),
            (f"{self.office.name}退休干部党支部", "03", 0.04, (60, 87), {RETIRED: 1}),
        ):
            size = min(round(members * share), 48)
            if size >= 3:
                made = self.organisation(name, "631", sector, committee["id"], None)
                self.branches.append(Branch(made["id"], name, None, size, ages, work))
                rest -= size
        villages = self.rows["village"]
        weights = [self.rng.uniform(0.6, 1.6) for _ in villages]
        sizes = [int(rest * weight / sum(weights)) for weight in weights]
        sizes[0] += rest - sum(sizes)
        for village, size in zip(villages, sizes, strict=True):
            self.village_branches(village, size, committee["id"])

    def village_branches(self, village: Values, size: int, committee: str) -> None:
        """One branch, or a general branch over several where there are too many members for one."""
        sector = "02" if village["kind"] == "02" else "01"
        ages, parts = (20, 87), max(1, ceil(size / BRANCH_SIZE))
        if parts == 1:
            name = f"{village['name']}党支部"
            made = self.organisation(name, "631", sector, committee, village["id"])
            self.branches.append(Branch(made["id"], name, village, size, ages, VILLAGE_WORK))
            return
        above = self.organisation(f"{village['name']}党总支", "621", sector, committee, village["id"])
        for part in range(parts):
            name = f"{village['name']}第{_numeral(part + 1)}党支部"
            made = self.organisation(name, "631", sector, above["id"], village["id"])
            share = size // parts + (part < size % parts)
            self.branches.append(Branch(made["id"], name, village, share, ages, VILLAGE_WORK))

    def organisation(self, name: str, kind: str, sector: str, parent: str | None, village: str | None) -> Values:
        """A Party organisation in the middle of its term, one in twenty past it, and the event that founded it."""
        place = len(self.rows.get("party_org", ()))
        years = 5 if kind == "611" or sector in ("01", "02") else 3
        overdue = self.rng.random() < 0.05
        elected = self.ago(years * 365 + 20, years * 365 + 200) if overdue else self.ago(60, years * 365 - 220)
        founded = day_between(self.rng, date(1952, 1, 1), date(2008, 12, 31))
        if sector == "06":
            founded = self.ago(700, 3000)
        made = self.row(
            "party_org",
            code=f"{self.office.code}{place:03d}",
            name=name,
            kind=kind,
            sector=sector,
            parent_id=parent,
            village_id=village,
            founded_on=founded,
            term_years=years,
            elected_on=max(elected, founded),
            phone=self.people.phone(),
        )
        if parent is not None and (founded.year > 2000 or place == 1):
            number = f"{self.short}党〔{founded.year}〕{self.rng.randint(3, 60)}号"
            self.row(
                "org_event", party_org_id=made["id"], kind="01", on=founded, document_no=number, to_parent_id=parent
            )
        return made

    def _enterprise(self) -> str:
        named = {line["name"]: line["enterprise"] for line in lines("townships")}
        return named.get(self.office.name, f"{self.short}粮油专业合作社")

    # ---------------------------------------------------------------- 活力党建

    def members(self) -> None:
        """The roll: three officers to a branch, then the others, a few of them with something to clear up."""
        for branch in self.branches:
            for place in range(branch.members):
                self.member(branch, place)
        self.doubts()

    def member(self, branch: Branch, place: int) -> None:
        """One member with how they came and, for a few, how they left."""
        rng = self.rng
        officer = OFFICERS[place] if place < len(OFFICERS) and branch.members > place + 2 else None
        probationary = officer is None and (not self.probationary or rng.random() < 0.025)
        self.probationary += probationary
        low, high = branch.ages
        if officer and low < 60:
            low, high = max(low, 30), min(high, 63)
        elif probationary and low < 45:
            low, high = max(low, 20), min(high, 45)
        person = self.people.person(low, high, staff=branch.work in (OFFICE_WORK, SCHOOL_WORK))
        joined, full = self.people.party_dates(person.birth, probationary=probationary)
        years = age(person.birth, self.today)
        floating = officer is None and branch.village is not None and years < 55 and rng.random() < 0.12
        lost = not floating and officer is None and years < 60 and rng.random() < 0.008
        standing = "01" if officer or probationary or place < 3 else pick(rng, {"01": 975, "03": 14, "04": 11})
        made = self.row(
            "member",
            name=person.name,
            resident_id=person.resident_id if rng.random() > 0.008 else None,
            sex=person.sex,
            nation=person.nation,
            birth=person.birth,
            education=person.education,
            degree=person.degree,
            branch_id=branch.id,
            category="2" if probationary else "1",
            joined_on=joined,
            full_on=full,
            work_post=self.work_of(branch, years, floating=floating),
            phone=person.phone,
            landline=f"0739-3{rng.randrange(10**6):06d}" if person.phone is None and rng.random() < 0.4 else None,
            address=self.address(branch),
            standing=standing,
            lost=lost,
            lost_since=self.ago(220, 900) if lost else None,
            floating=floating,
            floating_to=rng.choice(DESTINATIONS) if floating else None,
            hardship=rng.choice(("01", "02", "05", "06")) if years > 55 and rng.random() < 0.06 else None,
            office_held=f"{branch.name}{officer[1]}" if officer else None,
            strengths=rng.choice(STRENGTHS) if rng.random() < 0.2 else None,
            health=rng.choice(HEALTH) if years > 50 and rng.random() < 0.5 else None,
        )
        if officer:
            organisation = next(one for one in self.rows["party_org"] if one["id"] == branch.id)
            organisation[officer[0]] = person.name
        self.events(made)

    def work_of(self, branch: Branch, years: int, *, floating: bool) -> str:
        """The code of what a member does for a living."""
        if floating:
            return AWAY
        if branch.village is None and years >= 60:
            return RETIRED
        return (
            "52"
            if branch.village and branch.village["kind"] == "02" and self.rng.random() < 0.2
            else pick(self.rng, branch.work)
        )

    def address(self, branch: Branch) -> str:
        """Where a member lives."""
        if branch.village is None:
            return f"云溪县{self.office.name}振兴路{self.rng.randint(1, 180)}号"
        return f"云溪县{self.office.name}{branch.village['name']}{self.rng.randint(1, 12)}组"

    def events(self, member: Values) -> None:
        """The gains and losses that belong to a member."""
        joined: date = member["joined_on"]
        number = f"{self.short}党〔%s〕{self.rng.randint(1, 80)}号"
        if joined > years_later(self.today, -3):
            self.row("member_event", member_id=member["id"], kind="01", on=joined, document_no=number % joined.year)
        elif self.rng.random() < 0.02:
            on = self.ago(40, 1000)
            reason = "工作调动" if member["work_post"].startswith("0") else "返乡定居"
            self.row("member_event", member_id=member["id"], kind="02", on=on, reason=reason)
        if member["standing"] in LEAVING:
            kind, reasons = LEAVING[member["standing"]]
            self.row(
                "member_event", member_id=member["id"], kind=kind, on=self.ago(5, 300), reason=self.rng.choice(reasons)
            )

    def doubts(self) -> None:
        """What a real roster has to clear up: a file that differs from the card, a day that nobody wrote down."""
        certain = [m for m in self.rows["member"] if m["resident_id"] and m["category"] == "1" and not m["office_held"]]
        chosen = self.rng.sample(certain, min(len(certain), max(2, len(certain) // 120) + 2))
        for place, member in enumerate(chosen):
            birth: date = member["birth"]
            if place == 0:
                member["full_on"] = None
            elif place == 1:
                other = MALE if member["sex"] == FEMALE else FEMALE
                member["resident_id"] = self.people.resident_id(birth, other)
            else:
                card = day_between(self.rng, birth - timedelta(days=400), birth - timedelta(days=20))
                member["resident_id"] = self.people.resident_id(card, member["sex"])

    def posts(self, posts: Mapping[str, str]) -> None:
        """Posts for nearly all who ought to hold one, this year and for most also last year, with their reviews."""
        named = sorted(posts.items(), key=lambda item: item[0])
        ought = [
            member
            for member in self.rows["member"]
            if member["standing"] == "01"
            and ought_to_hold_post(
                member["office_held"],
                able=age(member["birth"], self.today) < 80,
                floating=member["floating"] and self.rng.random() < 0.7,
                lost=member["lost"],
            )
        ]
        for place, member in enumerate(ought):
            if place and self.rng.random() < 0.05:
                continue
            name, post_id = self.rng.choice(named)
            self.assignment(member, name, post_id, self.today.year)
            if place == 0 or (member["category"] == "1" and self.rng.random() < 0.45):
                held = self.assignment(member, name, post_id, self.today.year - 1)
                self.review(held, f"{self.today.year - 1}年", name)

    def assignment(self, member: Values, post: str, post_id: str, year: int) -> Values:
        """A member takes on a post for a year, after a week in public; last year's has ended."""
        past = year < self.today.year
        assigned = min(day_between(self.rng, date(year, 1, 12), date(year, 3, 20)), self.today)
        return self.row(
            "post_assignment",
            member_id=member["id"],
            post_id=post_id,
            year=year,
            how=pick(self.rng, {"01": 55, "02": 35, "03": 10}),
            publicised_from=assigned - timedelta(days=8),
            publicised_to=assigned - timedelta(days=1),
            assigned_on=assigned,
            pledge=f"履行{post}职责，每月至少为群众办一件实事。",
            ended_on=date(year, 12, 31) if past else None,
            end_reason="年度期满" if past else None,
        )

    def review(self, assignment: Values, period: str, post: str) -> None:
        """How it went: mostly well."""
        score = Decimal(self.rng.randint(118, 196)) / 2
        result = "01" if score >= 92 else "02" if score >= 70 else "03" if score >= 60 else "04"
        self.row(
            "post_review",
            assignment_id=assignment["id"],
            period=period,
            duty_log=f"按{post}职责走访农户 {self.rng.randint(6, 60)} 户，办实事 {self.rng.randint(1, 14)} 件。",
            score=score,
            result=result,
        )

    # ---------------------------------------------------------------- 实力党建

    def venues(self, standard: Decimal) -> None:
        """A venue for nearly every village, one in four too small, and the projects that mend it."""
        villages = self.rows["village"]
        for place, village in enumerate(villages):
            if place and place % 11 == 4:
                self.project(village, None, "01", finished=False)
                continue
            small = place % 4 == 1
            area = Decimal(self.rng.randint(38, 70)) if small else standard + self.rng.randint(5, 340)
            built = self.today.year - self.rng.randint(12, 32) if small else self.today.year - self.rng.randint(1, 18)
            venue = self.row(
                "venue",
                village_id=village["id"],
                name=f"{village['name']}党群服务中心" if not small else f"{village['name']}活动室",
                address=f"{self.office.name}{village['name']}{self.rng.randint(1, 9)}组",
                built_year=built,
                structure="03" if small else self.rng.choice(("01", "02", "02")),
                floors=1 if small else self.rng.randint(1, 3),
                floor_area=area,
                land_area=area * 2 + self.rng.randint(20, 400),
                ownership="03" if small and self.rng.random() < 0.4 else "01",
                deed_no=None if small else f"云集用〔{built}〕第{self.rng.randint(100, 999)}号",
                rooms="01,02" if small else ",".join(("01", "02", "03", "04", "06", "08")[: self.rng.randint(3, 6)]),
                meets_standard=not small or place == 5,
                condition=self.rng.choice(("03", "04")) if small else self.rng.choice(("01", "01", "02")),
                keeper=self.somebody(),
                open_hours="周一至周五 8:30—17:30" if not small else "逢会开放",
                lat=Decimal(f"27.{self.rng.randint(1000, 4999)}"),
                lon=Decimal(f"111.{self.rng.randint(2000, 5999)}"),
            )
            if small:
                self.project(village, venue, self.rng.choice(("02", "03")), finished=False)
            elif built >= self.today.year - 4 or place == 0:
                self.project(village, venue, "01", finished=True)
            self.uses(venue)

    def project(self, village: Values, venue: Values | None, kind: str, *, finished: bool) -> None:
        """A building project and its money by source, which adds up but for one project in fifteen."""
        started = self.ago(500, 1200) if finished else self.ago(30, 260)
        done = started + timedelta(days=self.rng.randint(150, 320)) if finished else None
        begun = finished or venue is not None
        made = self.row(
            "venue_project",
            venue_id=venue["id"] if venue else None,
            village_id=village["id"],
            kind=kind,
            stage="08" if finished else self.rng.choice(("04", "05")) if begun else "02",
            planned_invest=self.rng.randrange(8, 46) * 1_000_000,
            started_on=started if begun else None,
            finished_on=done,
            accepted_on=done + timedelta(days=self.rng.randint(10, 60)) if done else None,
            accepted=True if finished else None,
            leader=self.somebody(),
            department=self.rng.choice(("县财政局", "县水利局", "县农业农村局", "县交通运输局", "县自然资源局")),
        )
        left = made["planned_invest"]
        for source in self.rng.sample(("01", "02", "03", "04"), self.rng.randint(1, 3)):
            part = left * self.rng.randint(3, 6) // 10 // 100_000 * 100_000
            self.funding(made, source, part, finished=finished)
            left -= part
        if self.rng.random() > 0.07 or finished:
            self.funding(made, "06", left, finished=finished)

    def funding(self, project: Values, source: str, planned: int, *, finished: bool) -> None:
        """What one source gives."""
        paid = planned if finished else planned * self.rng.randint(0, 8) // 10
        self.row("venue_funding", project_id=project["id"], source=source, planned=planned, paid=paid)

    def uses(self, venue: Values) -> None:
        """The occasions of the past year, about one a month."""
        for month in range(self.rng.randint(5, 11)):
            self.row(
                "venue_use",
                venue_id=venue["id"],
                on=months_later(self.today, -month) - timedelta(days=self.rng.randint(1, 25)),
                purpose=pick(self.rng, {"01": 20, "02": 20, "03": 10, "04": 25, "05": 8, "06": 5, "08": 7, "09": 5}),
                attendance=self.rng.randint(6, 70),
                keeper=venue["keeper"],
            )

    def pictures(self) -> None:
        """A picture of the first venues, as attachments."""
        for venue in self.rows["venue"][:3]:
            picture = drawing(int(venue["floor_area"]), venue["floors"])
            self.row(
                "attachment",
                ledger="venue",
                record=venue["id"],
                name=f"{venue['name']}.png",
                sha256=hashlib.sha256(picture).hexdigest(),
                bytes=len(picture),
            )


OFFICERS = (("secretary", "书记"), ("organiser", "组织委员"), ("deputy", "副书记"))
"""The officers of a branch: the organisation's field, and what the office is called."""

LEAVING = {"03": ("04", ("工作调动", "户口迁出", "随子女居住")), "04": ("05", ("因病去世", "年老去世"))}
"""Standing → (the kind of event that brought it, reasons)."""


def records(
    office: OfficeCard,
    people: People,
    new_id: Callable[[], str],
    *,
    members: int,
    posts: Mapping[str, str],
    standard_area: Decimal,
) -> Rows:
    """Rows for every ledger that a township writes.

    `posts` are the posts on offer, name → id; `standard_area` is the floor area of a venue up to standard, in ㎡.
    """
    township = Township(office, people, new_id)
    township.villages(members)
    township.party(members)
    township.members()
    township.posts(posts)
    township.venues(standard_area)
    township.pictures()
    return township.rows


def attach_pictures(session: Session, rows: Rows) -> None:
    """Puts the bytes of the attachments into the store."""
    kept: dict[str, bytes] = {}
    for venue in rows["venue"][:3]:
        picture = drawing(int(venue["floor_area"]), venue["floors"])
        kept[hashlib.sha256(picture).hexdigest()] = picture
    for digest, picture in kept.items():
        session.merge(BlobChunk(sha256=digest, place=0, data=picture))


def drawing(area: int, floors: int) -> bytes:
    """A small PNG of a house: the more area the wider, with its floors."""
    width, height, storey = 240, 160, 34
    half = min(100, 30 + area // 6)
    top = height - 20 - storey * floors
    lines_: list[bytes] = []
    for y in range(height):
        line = bytearray()
        for x in range(width):
            inside = abs(x - width // 2) < half
            if y >= height - 20:
                colour = (126, 150, 106)
            elif inside and y >= top:
                window = (y - top) % storey in range(10, 24) and (x - width // 2) % 28 in range(8, 20)
                colour = (96, 122, 146) if window else (222, 214, 200)
            elif top - 18 <= y < top and abs(x - width // 2) < half + 8 - (top - y) // 2:
                colour = (160, 62, 52)
            else:
                colour = (214, 226, 236)
            line += bytes(colour)
        lines_.append(b"\0" + bytes(line))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"".join(lines_), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def _numeral(number: int) -> str:
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    if not tens:
        return digits[ones]
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")
