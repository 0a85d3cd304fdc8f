"""实力党建 of the demonstration: what cadres are paid, what villages run on, the care for members, and what else is
built. The standards are the seed's, so that the figures of its worked example can be found again."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from app.demo.township import Township
from app.rules import care, pay
from db.journal import Values

INCOMES = (4_123_00, 3_762_00)
"""The base income, in fen, of this year's standard and of last year's."""
SOURCE = "县委组织部、县财政局关于村干部报酬标准的通知（演示）"
GRANT, FIRST_DONATION = 30_000_00, 5_000_00
SUPPORTED = ("县财政局", "县民政局", "县住房和城乡建设局", "县教育局")


def standards(today: date) -> Mapping[int, pay.Standard]:
    """The pay standards of this year and last year."""
    return {today.year - place: pay.Standard(income) for place, income in enumerate(INCOMES)}


def standard_rows(today: date, office_id: str, new_id: Callable[[], str]) -> list[Values]:
    """The county's records of these standards."""
    return [
        {"id": new_id(), "office_id": office_id, "year": year, "base_income": one.income, "multiple": one.multiple}
        | {"shares": pay.written(one.shares), "source": SOURCE}
        for year, one in standards(today).items()
    ]


def fill(town: Township) -> None:
    """Every ledger of money but that of the venues."""
    for year, standard in sorted(standards(town.today).items()):
        slips(town, year, standard)
    budgets(town)
    cases(town)
    facilities(town)
    supports(town)


def slips(town: Township, year: int, standard: pay.Standard) -> None:
    """What was paid in a year: by the standard, but for a few months that are missing or otherwise than they should."""
    last = 12 if year < town.today.year else town.today.month - 1
    for place, cadre in enumerate(town.rows["cadre"]):
        whole = pay.year_pay(standard, cadre["share"])
        months = [month for month in pay.months_served(cadre["since"], cadre["until"], year) if month <= last]
        for month in months if whole else ():
            if month == last and year == town.today.year and place % 17 == 5:
                continue
            paid_on = min(date(year, month, 26) + timedelta(days=town.rng.randint(0, 3)), town.today)
            odd = place == 2 and month == 3
            town.row(
                "pay_slip",
                cadre_id=cadre["id"],
                year=year,
                month=month,
                basic=pay.month_pay(whole, month) - (50_00 if odd else 0),
                performance=town.rng.randrange(400_00, 1200_00, 50_00) if month == 12 else None,
                pension=20_00,
                back_pay=None,
                deduction=20_00 if town.rng.random() < 0.02 else None,
                paid_on=paid_on,
                signed=not (year == town.today.year and month == last and town.rng.random() < 0.3),
            )


def budgets(town: Township) -> None:
    """Two years of every village and of the other branches, risen by what the seed promises on average."""
    year = town.today.year
    for village in town.rows["village"]:
        urban = village["kind"] == "02"
        before = town.rng.randrange(20, 36) * 1_000_00
        rise = (30_000_00 if urban else 10_000_00) + town.rng.randrange(4) * 500_00
        number = f"云财预〔{year}〕{town.rng.randint(3, 60)}号"
        for one, planned in ((year - 1, before), (year, before + rise)):
            share = 1 if one < year else town.today.month / 12
            spent = int(planned * share * town.rng.uniform(0.8, 0.98)) // 100 * 100
            town.row(
                "budget",
                village_id=village["id"],
                year=one,
                source="01",
                planned=planned,
                spent=spent,
                document_no=number if one == year else None,
            )
    for org in town.rows["party_org"]:
        if org["village_id"] is None and org["kind"] == "631":
            source = "04" if org["sector"] == "06" else "02"
            for one in (year - 1, year):
                planned = town.rng.randrange(8, 20) * 1_000_00 + (one == year) * 2_000_00
                town.row("budget", party_org_id=org["id"], year=one, source=source, planned=planned, spent=planned // 3)
    with_dues = town.rows["village"][::3]
    for village in with_dues:
        for one in (year - 1, year):
            planned = 1_500_00 + (one == year) * 300_00
            town.row("budget", village_id=village["id"], year=one, source="03", planned=planned, spent=planned // 2)


def cases(town: Township) -> None:
    """Members in hardship and old members, cared for this year and last, out of a fund that is never short."""
    start = date(town.today.year - 1, 1, 10)
    year = f"{start.year}"
    entry(town, start, care.GIVEN, GRANT, "云溪县党内关怀专项基金", f"{year}-001")
    entry(town, start + timedelta(days=40), care.DONATED, FIRST_DONATION, f"{town.short}商会", f"{year}-002")
    on_roll = [one for one in town.rows["member"] if one["standing"] == "01"]
    chosen = [one for one in on_roll if one["hardship"]][:9] or on_roll[:1]
    old = sorted((one for one in on_roll if one not in chosen), key=lambda one: one["joined_on"])[:5]
    dead = [one for one in town.rows["member"] if one["standing"] == "04"][:1]
    spent: list[tuple[date, int, str]] = []
    for place, member in enumerate([*chosen, *old, *dead]):
        kind = "04" if member in dead else "02" if member in old else "01"
        applied = town.ago(20, 320)
        approved = min(applied + timedelta(days=town.rng.randint(5, 20)), town.today)
        state = care.PAID if place % 5 != 4 else (care.APPLIED if place % 2 else care.APPROVED)
        amount = town.rng.randrange(5, 21) * 100_00
        paid_on = min(approved + timedelta(days=town.rng.randint(3, 15)), town.today) if state == care.PAID else None
        made = town.row(
            "care_case",
            member_id=member["id"],
            kind=kind,
            cause={"01": "因病医疗支出大", "02": "入党五十年以上，年老体弱", "04": "党员去世，家庭困难"}[kind],
            recipient=town.somebody() if kind == "04" else None,
            applied_on=applied,
            approved_on=approved if state != care.APPLIED else None,
            amount=amount if state != care.APPLIED else None,
            source="01",
            status=state,
            paid_on=paid_on,
            signed=True if paid_on else None,
        )
        if paid_on is not None:
            spent.append((paid_on, amount, made["id"]))
    for number, (paid_on, amount, case) in enumerate(sorted(spent), 1):
        entry(town, paid_on, care.SPENT, amount, None, f"{paid_on.year}-1{number:02d}", case)


def entry(
    town: Township, on: date, kind: str, amount: int, giver: str | None, voucher: str, case: str | None = None
) -> None:
    """One line of the fund's book."""
    town.row("care_fund", on=on, kind=kind, amount=amount, case_id=case, giver=giver, voucher=voucher, handler="党建办")


def facilities(town: Township) -> None:
    """The five small facilities of the compound, each at another stage."""
    first = town.rng.randrange(5)
    for place, (kind, area, equipment) in enumerate(
        (
            ("01", 80, "灶台、冷柜、餐桌 8 张"),
            ("02", 36, "男女分设，热水器 4 台"),
            ("03", 30, "水冲式，男女分设"),
            ("04", 45, "图书 1000 册，书架 8 组，阅览桌 3 张"),
            ("05", 120, "乒乓球桌、健身器材、音响"),
        )
    ):
        status = ("05", "05", "04", "03", "02")[(place + first) % 5]
        accepted = town.ago(60, 400) if status in ("04", "05") else None
        invest = town.rng.randrange(6, 16) * 10_000_00
        town.row(
            "facility",
            kind=kind,
            place="镇政府院内",
            area=Decimal(area + town.rng.randint(-8, 20)),
            equipment=equipment,
            invest=invest,
            award=invest * 3 // 10 if status == "05" else None,
            accepted_on=accepted,
            awarded_on=accepted + timedelta(days=town.rng.randint(10, 50)) if status == "05" and accepted else None,
            status=status,
        )


def supports(town: Township) -> None:
    """A county leader and a department for each community."""
    for place, village in enumerate(one for one in town.rows["village"] if one["kind"] == "02"):
        done = (place + int(town.office.code)) % 2 == 0
        invest = town.rng.randrange(30, 90) * 10_000_00
        town.row(
            "community_support",
            village_id=village["id"],
            leader=town.somebody(),
            department=SUPPORTED[place % len(SUPPORTED)],
            project="新建社区办公用房",
            invest=invest,
            paid=invest if done else invest * town.rng.randint(2, 7) // 10,
            floor_area=Decimal(town.rng.randint(280, 620)),
            finished_on=town.ago(30, 300) if done else None,
            progress="已交付使用。" if done else "主体已封顶，正在装修。",
        )
