"""组织底册 of the demonstration: villages, the committee, its branches and how they came about."""

from datetime import date
from math import ceil

from app.demo.fiction import day_between, lines
from app.demo.township import Branch, Township
from db.journal import Values

BRANCH_SIZE = 50
"""A village with more members than this has several branches under a general branch."""

VILLAGE_WORK = {"111": 70, "119": 8, "112": 2, "53": 9, "42": 3, "56": 3, "0253": 5}
OFFICE_WORK = {"0111": 60, "0112": 15, "012": 20, "0161": 5}
SCHOOL_WORK = {"013": 85, "012": 12, "0162": 3}
COMPANY_WORK = {"021": 25, "022": 25, "0251": 40, "0253": 10}

RETIRED = "42"


def fill(town: Township, members: int) -> None:
    """The organisations of a township with so many members."""
    villages(town, members)
    party(town, members)


def villages(town: Township, members: int) -> None:
    """Villages for so many members, one in eight of them an urban community."""
    amount = max(3, min(40, members // 38))
    names = town.rng.sample([line["name"] for line in lines("villages")], amount)
    leaders = [town.somebody() for _ in range(max(2, amount // 3))]
    for place, name in enumerate(names):
        urban = place % 8 == 7 or place == amount - 1
        households = town.rng.randint(280, 900)
        town.row(
            "village",
            code=f"{town.office.code}{(1 if urban else 200) + place:03d}",
            name=name + ("社区" if urban else "村"),
            kind="02" if urban else "01",
            households=households,
            population=int(households * town.rng.uniform(3.1, 3.9)),
            rural_base_income=town.rng.randrange(9_000_00, 18_000_00, 100),
            contact_leader=leaders[place % len(leaders)],
            area_head=leaders[place // 4 % len(leaders)],
            resident_cadre=town.somebody() if town.rng.random() < 0.92 else None,
        )


def party(town: Township, members: int) -> None:
    """The committee, the branches of offices and enterprises, and those of the villages."""
    committee = organisation(town, f"中共{town.office.name}委员会", "611", "03", None, None)
    rest = members
    for name, sector, share, ages, work in (
        (f"{town.office.name}机关党支部", "03", 0.055, (24, 60), OFFICE_WORK),
        (f"{town.office.name}中心学校党支部", "04", 0.045, (24, 60), SCHOOL_WORK),
        (f"{_enterprise(town)}党支部", "06", 0.02, (23, 60), COMPANY_WORK),
        (f"{town.office.name}退休干部党支部", "03", 0.04, (60, 87), {RETIRED: 1}),
    ):
        size = min(round(members * share), 48)
        if size >= 3:
            made = organisation(town, name, "631", sector, committee["id"], None)
            town.branches.append(Branch(made["id"], name, None, size, ages, work))
            rest -= size
    villages = town.rows["village"]
    weights = [town.rng.uniform(0.6, 1.6) for _ in villages]
    sizes = [int(rest * weight / sum(weights)) for weight in weights]
    sizes[0] += rest - sum(sizes)
    for village, size in zip(villages, sizes, strict=True):
        village_branches(town, village, size, committee["id"])


def village_branches(town: Township, village: Values, size: int, committee: str) -> None:
    """One branch, or a general branch over several where there are too many members for one."""
    sector = "02" if village["kind"] == "02" else "01"
    ages, parts = (20, 87), max(1, ceil(size / BRANCH_SIZE))
    if parts == 1:
        name = f"{village['name']}党支部"
        made = organisation(town, name, "631", sector, committee, village["id"])
        town.branches.append(Branch(made["id"], name, village, size, ages, VILLAGE_WORK))
        return
    above = organisation(town, f"{village['name']}党总支", "621", sector, committee, village["id"])
    for part in range(parts):
        name = f"{village['name']}第{_numeral(part + 1)}党支部"
        made = organisation(town, name, "631", sector, above["id"], village["id"])
        share = size // parts + (part < size % parts)
        town.branches.append(Branch(made["id"], name, village, share, ages, VILLAGE_WORK))


def organisation(town: Township, name: str, kind: str, sector: str, parent: str | None, village: str | None) -> Values:
    """A Party organisation in the middle of its term, one in twenty past it, and the event that founded it."""
    place = len(town.rows.get("party_org", ()))
    years = 5 if kind == "611" or sector in ("01", "02") else 3
    overdue = town.rng.random() < 0.05
    elected = town.ago(years * 365 + 20, years * 365 + 200) if overdue else town.ago(60, years * 365 - 220)
    founded = day_between(town.rng, date(1952, 1, 1), date(2008, 12, 31))
    if sector == "06":
        founded = town.ago(700, 3000)
    made = town.row(
        "party_org",
        code=f"{town.office.code}{place:03d}",
        name=name,
        kind=kind,
        sector=sector,
        parent_id=parent,
        village_id=village,
        founded_on=founded,
        term_years=years,
        elected_on=max(elected, founded),
        phone=town.people.phone(),
    )
    if parent is not None and (founded.year > 2000 or place == 1):
        number = f"{town.short}党〔{founded.year}〕{town.rng.randint(3, 60)}号"
        town.row("org_event", party_org_id=made["id"], kind="01", on=founded, document_no=number, to_parent_id=parent)
    return made


def _enterprise(town: Township) -> str:
    named = {line["name"]: line["enterprise"] for line in lines("townships")}
    return named.get(town.office.name, f"{town.short}粮油专业合作社")


def _numeral(number: int) -> str:
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    if not tens:
        return digits[ones]
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")
