"""实力党建: what village cadres are paid, what villages and organisations run on, and the Party's care for members."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.checks import Look
from app.findings import Finding, error, warning
from app.ledgers.ledger import Chip, Derived, Figure, Ledger, Pillar
from app.ledgers.through import branch_of_member, village_of_cadre
from app.offices import lines
from app.policy import Policies
from app.rules import budget, care, pay
from db.fields import Authority
from db.models.guarantee import Budget, CareCase, CareFund, PaySlip, PayStandard
from db.models.team import Cadre, Member

DEAD = "04"  # code table standing
LEFT_BEHIND = "04"  # code table care_kind


def yuan(fen: int) -> str:
    """12345 fen as `123.45`, with commas."""
    return f"{Decimal(fen) / 100:,.2f}"


def wan(fen: int) -> str:
    """Fen in units of ten thousand yuan, two places at most: `12.5`."""
    text = f"{Decimal(fen) / 1_000_000:,.2f}"
    return text.rstrip("0").rstrip(".")


# ---------------------------------------------------------------- what pay is reckoned from


@dataclass(frozen=True)
class Standards:
    """The standards of a year by the office that set them; `lines` are an office and those over it, the nearest first.
    A store has one county's, or a city's counties' side by side."""

    set_by: Mapping[str, pay.Standard]
    lines: Mapping[str, Sequence[str]]

    def of(self, office: str) -> pay.Standard | None:
        """The one that holds for an office: the nearest."""
        return next((self.set_by[one] for one in self.lines.get(office, ()) if one in self.set_by), None)

    def common(self, offices: Iterable[str]) -> pay.Standard | None:
        """The one that holds for all of these offices; None where they go by several, or by none."""
        found = [self.of(one) for one in set(offices)] or list(self.set_by.values())
        return found[0] if found and all(one == found[0] for one in found) else None


def standards_of(session: Session, year: int) -> Standards:
    """The standards for a year; the shares are those of policy where one names none."""
    rows = select(PayStandard).where(PayStandard.deleted_at.is_(None), PayStandard.year == year)
    set_by: dict[str, pay.Standard] = {}
    for one in session.scalars(rows.order_by(PayStandard.id)):
        made = standard(session, one.year, one.base_income, one.multiple, one.shares)
        set_by.setdefault(one.office_id, made)
    return Standards(set_by, lines(session) if set_by else {})


def standard(session: Session, year: int, income: int, multiple: Any, shares: str | None) -> pay.Standard:
    """A standard as the rules take it."""
    return pay.Standard(income, multiple, pay.shares_of(shares) or policy_shares(session, year))


def policy_shares(session: Session, year: int) -> Mapping[str, Any]:
    """The shares that policy sets for a year."""
    policy, first = Policies.read(session), date(year, 1, 1)
    return {code: policy.number(key, first, pay.SHARES[code]) for code, key in pay.SHARES_KEYS.items()}


def follows_from_policy(session: Session, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """A year's multiple and shares are those of policy, where the county writes no others."""
    if values["year"] is None or (values["multiple"] is not None and values["shares"] is not None):
        return {}
    first = date(values["year"], 1, 1)
    multiple = Policies.read(session).number("pay.multiple", first, pay.MULTIPLE)
    return {"multiple": multiple, "shares": pay.written(policy_shares(session, values["year"]))}


def pays(share: str) -> Any:
    """(session, ids) → what the standards of these ids give a share of the pay, in yuan."""

    def among(session: Session, standards: Sequence[str]) -> Mapping[str, str]:
        columns = (PayStandard.id, PayStandard.year, PayStandard.base_income, PayStandard.multiple, PayStandard.shares)
        found = session.execute(select(*columns).where(PayStandard.id.in_(standards)))
        return {
            one: yuan(pay.year_pay(standard(session, year, income, multiple, shares), share))
            for one, year, income, multiple, shares in found
        }

    return among


def one_standard_a_year(year: int | None, look: Look) -> Finding | None:
    """pay_standard.year: a year has one standard."""
    if year and look.others(PayStandard, year=year):
        return error("year", "pay_standard.year", f"{year} 年的报酬标准已经有了，请修改那一条")
    return None


# ---------------------------------------------------------------- pay slips


def slips_by_month(session: Session) -> Mapping[tuple[str, int, int], Sequence[str]]:
    """The live slips of each person and month. A person is known by the number, or else by the cadre's record."""
    person = func.coalesce(Cadre.resident_id, Cadre.id)
    found: dict[tuple[str, int, int], list[str]] = {}
    rows = select(PaySlip.id, person, PaySlip.year, PaySlip.month).join(Cadre, Cadre.id == PaySlip.cadre_id)
    for slip, who, year, month in session.execute(rows.where(PaySlip.deleted_at.is_(None))):
        found.setdefault((who, year, month), []).append(slip)
    return found


def standards(session: Session) -> Mapping[int, Standards]:
    """The standards by year."""
    years = session.scalars(select(PayStandard.year).where(PayStandard.deleted_at.is_(None)).distinct())
    return {year: standards_of(session, year) for year in years.all()}


def paid_once_a_month(cadre_id: str | None, year: int | None, month: int | None, look: Look) -> Finding | None:
    """pay.once (§5.2): a person has one paid share a month, whichever roles they hold."""
    cadre: Cadre | None = look.get(Cadre, cadre_id)
    if cadre is None or year is None or month is None:
        return None
    if look.others(PaySlip, cadre_id=cadre.id, year=year, month=month):
        return error("month", "pay.once", f"{cadre.name} {year} 年 {month} 月已经有一条发放记录，请修改那一条")
    others = look.once(slips_by_month).get((cadre.resident_id or cadre.id, year, month), ())
    if any(one != look.record_id for one in others):
        message = f"{cadre.name} {year} 年 {month} 月在另一个职务上已经发放，一人一月只发一份，请核对"
        return error("month", "pay.once", message)
    return None


def basic_is_by_the_standard(
    cadre_id: str | None, year: int | None, month: int | None, basic: int | None, look: Look, policy: Policies
) -> Iterator[Finding]:
    """pay.served, pay.basic [seed §1]: a month is paid to who held the role in it, at the standard of its year."""
    cadre: Cadre | None = look.get(Cadre, cadre_id)
    if cadre is None or year is None or month is None or not 1 <= month <= pay.MONTHS:
        return
    pay_day = policy.whole("pay.day", date(year, month, 1), pay.PAY_DAY)
    if not pay.holds_month(cadre.since, cadre.until, year, month, pay_day=pay_day):
        yield warning("month", "pay.served", f"{year} 年 {month} 月 {pay_day} 日{cadre.name}不在任，请核对月份或任期")
        return
    known = look.once(standards).get(year)
    rule = known.of(cadre.office_id) if known is not None else None
    if rule is None or basic is None or cadre.share is None:
        return
    due = pay.month_pay(pay.year_pay(rule, cadre.share), month)
    if basic != due:
        message = f"按标准应发基本报酬 {yuan(due)} 元，现填 {yuan(basic)} 元，请核对"
        yield warning("basic", "pay.basic", message)


def follows_from_the_standard(session: Session, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """A month's basic pay is what the standard gives the cadre."""
    cadre = session.get(Cadre, values["cadre_id"]) if values["cadre_id"] else None
    year, month = values["year"], values["month"]
    if values["basic"] is not None or cadre is None or cadre.share is None or year is None or month is None:
        return {}
    rule = standards_of(session, year).of(cadre.office_id)
    return {} if rule is None else {"basic": pay.month_pay(pay.year_pay(rule, cadre.share), month)}


# ---------------------------------------------------------------- budgets


def budget_has_a_place(village_id: str | None, party_org_id: str | None) -> Finding | None:
    """budget.place: a budget says whose it is."""
    if village_id is None and party_org_id is None:
        return error("village_id", "budget.place", "村(社区)和党组织至少填写一项")
    return None


def budgeted_once(
    village_id: str | None, party_org_id: str | None, year: int | None, source: str | None, look: Look
) -> Finding | None:
    """budget.once: one line for one source in one year."""
    if year is None or source is None or (village_id is None and party_org_id is None):
        return None
    if look.others(Budget, village_id=village_id, party_org_id=party_org_id, year=year, source=source):
        return error("source", "budget.once", f"{year} 年的这项来源已经登记过，请修改那一条")
    return None


Whose = tuple[str | None, str | None]
"""The village and the organisation that a budget is for."""


def budgets(session: Session) -> Mapping[tuple[Whose, int], int]:
    """What each has to work with in each year, from all sources."""
    whose = (Budget.village_id, Budget.party_org_id)
    rows = select(*whose, Budget.year, func.sum(Budget.planned)).where(Budget.deleted_at.is_(None))
    found = session.execute(rows.group_by(*whose, Budget.year))
    return {((village, org), year): total for village, org, year, total in found}


def budget_grows(village_id: str | None, party_org_id: str | None, year: int | None, look: Look) -> Finding | None:
    """budget.rise [seed §1]: all sources together are not less than last year; asked once the year's are there."""
    if year is None or look.record_id is None:
        return None
    known = look.once(budgets)
    this_year, last_year = (known.get(((village_id, party_org_id), one)) for one in (year, year - 1))
    return None if this_year is None else budget.does_not_fall(this_year, last_year, year)


def rises(session: Session, wanted: Sequence[str]) -> Mapping[str, str]:
    """By how much the whole budget of each line's village or organisation has risen since last year, in yuan."""
    known = budgets(session)
    found = {}
    for one in session.scalars(select(Budget).where(Budget.id.in_(wanted))):
        whose = (one.village_id, one.party_org_id)
        before = known.get((whose, one.year - 1))
        if before is not None:
            found[one.id] = f"{Decimal(known.get((whose, one.year), 0) - before) / 100:+,.2f}"
    return found


# ---------------------------------------------------------------- care


def case_is_of_somebody(member_id: str | None, kind: str | None, recipient: str | None, look: Look) -> Finding | None:
    """care.member (附 C): who left the roll is cared for no more, but who a dead member left behind may be."""
    member: Member | None = look.get(Member, member_id)
    if kind == LEFT_BEHIND:
        if not recipient:
            return warning("recipient", "care.member", "遗属补助请填写领取人")
    elif member is not None and member.standing == DEAD:
        return warning("member_id", "care.member", f"{member.name}已去世，关怀其家属的请把类别改为“遗属”")
    return None


ENTRY = ("on", "kind", "amount")


def entries(look: Look, office: str | None) -> dict[str, care.Entry]:
    """The fund's entries of an office, by id."""
    return {
        one: (values["on"], care.signed(values["kind"], values["amount"]))
        for one, values in look.live(CareFund, *ENTRY).items()
        if values["office_id"] == office and None not in (values["on"], values["kind"], values["amount"])
    }


def fund_is_not_overspent(on: date | None, kind: str | None, amount: int | None, look: Look) -> Finding | None:
    """care.balance [seed §1]: at no date is more spent than there is.

    An entry that is new or changed may not bring the fund lower than nothing, nor lower than it is; one that stands
    is told when the day on which it was spent ends below nothing.
    """
    if on is None or kind is None or amount is None:
        return None
    office = look.office(CareFund)
    stored = entries(look, office)
    own = (on, care.signed(kind, amount))
    unchanged = stored.get(look.record_id or "") == own and not look.coming
    given = {**stored, look.record_id or "": own}
    short = care.short_on(given.values())
    if short is None:
        return None
    if unchanged:
        at_the_end = dict(care.balances(given.values()))[on]
        if kind != care.SPENT or at_the_end >= 0:
            return None
        short = (on, at_the_end)
    elif not look.coming:
        before = care.lowest(stored.values())
        after = care.lowest(given.values())
        if before is not None and after is not None and after[1] >= before[1]:
            return None
    elif kind != care.SPENT or short[0] < on:
        return None
    day, balance = short
    message = f"支出以后，{day} 的基金余额为 {yuan(balance)} 元，不能为负。请先登记拨入或捐助，或核对日期和金额"
    return error("amount", "care.balance", message)


def entry_goes_with_its_case(
    case_id: str | None, kind: str | None, amount: int | None, look: Look
) -> Iterator[Finding]:
    """care.case (附 C): what is spent goes to a case that was approved, at its amount."""
    case: CareCase | None = look.get(CareCase, case_id)
    if case is None:
        return
    if kind is not None and kind != care.SPENT:
        yield warning("kind", "care.case", "填了关怀对象的一般是支出，请核对类型")
        return
    if case.status in (care.APPLIED, care.DECLINED):
        yield warning("case_id", "care.case", "这名关怀对象还没有批准，请先办理审批")
    if case.amount is not None and amount is not None and case.amount != amount:
        yield warning("amount", "care.case", f"与关怀对象批准的金额 {yuan(case.amount)} 元不一致，请核对")


def entry_has_happened(on: date | None, today: date) -> Finding | None:
    """care_fund.on: money is written down when it has moved."""
    return error("on", "care_fund.on", f"日期 {on} 晚于今天，请核对") if on and on > today else None


def voucher_is_used_once(voucher: str | None, look: Look) -> Finding | None:
    """care_fund.voucher: one voucher, one entry."""
    if voucher and look.others(CareFund, voucher=voucher):
        return error("voucher", "care_fund.voucher", f"凭证号 {voucher} 已经登记过，请核对，或修改原有记录")
    return None


def balances_after(session: Session, wanted: Sequence[str]) -> Mapping[str, str]:
    """The fund's balance at the end of each entry's day, in yuan, by entry; each office has its own fund."""
    rows = session.execute(
        select(CareFund.id, CareFund.office_id, CareFund.on, CareFund.kind, CareFund.amount).where(
            CareFund.deleted_at.is_(None)
        )
    ).all()
    by_office: dict[str, list[care.Entry]] = {}
    for _, office, on, kind, amount in rows:
        by_office.setdefault(office, []).append((on, care.signed(kind, amount)))
    found = {office: dict(care.balances(made)) for office, made in by_office.items()}
    asked = set(wanted)
    return {one: yuan(found[office][on]) for one, office, on, _, _ in rows if one in asked}


PAY_STANDARDS = Ledger(
    PayStandard,
    title="报酬标准",
    one="报酬标准",
    pillar=Pillar.GUARANTEE,
    icon="mdi6.scale-balance",
    label="{year}年",
    columns="year base_income multiple shares secretary head other source",
    form={"标准": "year base_income multiple shares source"},
    derived=(
        Derived("secretary", "书记年报酬", among=pays(pay.SECRETARY), number=True),
        Derived("head", "主任年报酬", among=pays(pay.HEAD), number=True),
        Derived("other", "其他年报酬", among=pays(pay.OTHER), number=True),
    ),
    keys=("year",),
    figures=(Figure("共", unit="年"),),
    authority=Authority.COUNTY,
    checks=(one_standard_a_year, pay.standard_is_possible, pay.shares_can_be_read),
    follows=follows_from_policy,
    empty="每年的村干部报酬标准由县里登记：上年度农民人均纯收入、倍数和比例，一年一条。",
)

PAY_SLIPS = Ledger(
    PaySlip,
    title="报酬发放",
    one="发放记录",
    pillar=Pillar.GUARANTEE,
    icon="mdi6.cash-check",
    label="{cadre} {year}年{month}月",
    columns="cadre village year month basic performance pension deduction net paid_on signed",
    form={
        "发放": "cadre year month basic performance pension back_pay deduction",
        "签领": "paid_on signed",
    },
    derived=(
        village_of_cadre(PaySlip),
        Derived(
            "net",
            "实发",
            of=lambda basic, performance=0, pension=0, back_pay=0, deduction=0: yuan(
                pay.net(basic, performance, pension, back_pay, deduction)
            ),
            sort=PaySlip.basic,
            number=True,
        ),
    ),
    tree="cadre_id",
    keys=("cadre_id year month",),
    chips=(
        Chip("今年", lambda today: PaySlip.year == today.year),
        Chip("去年", lambda today: PaySlip.year == today.year - 1),
        Chip("未发放", PaySlip.paid_on.is_(None)),
        Chip("未签领", PaySlip.signed.is_not(True)),
    ),
    figures=(
        Figure("共", unit="条"),
        Figure("今年", lambda today: PaySlip.year == today.year),
        Figure("未发放", PaySlip.paid_on.is_(None)),
    ),
    checks=(
        pay.month_is_one,
        pay.parts_are_positive,
        pay.paid_when_due,
        paid_once_a_month,
        basic_is_by_the_standard,
    ),
    follows=follows_from_the_standard,
    empty="村干部每月的报酬登记在这里，一人一月一条。到“报酬发放表”可以按标准一次补齐一年的。",
)

BUDGETS = Ledger(
    Budget,
    title="运转经费",
    one="经费",
    counter="笔",
    pillar=Pillar.GUARANTEE,
    icon="mdi6.calculator-variant-outline",
    label="{village}{party_org} {year}年 {source}",
    columns="village party_org year source planned spent rise",
    form={"经费": "village party_org year source planned spent document_no"},
    derived=(Derived("rise", "合计比上年", among=rises, number=True),),
    order="-year",
    keys=("village_id year source", "party_org_id year source"),
    chips=(
        Chip("今年", lambda today: Budget.year == today.year),
        Chip("去年", lambda today: Budget.year == today.year - 1),
        Chip("村和社区", Budget.village_id.is_not(None)),
        Chip("机关和两新", Budget.village_id.is_(None)),
    ),
    figures=(Figure("共", unit="笔"), Figure("今年", lambda today: Budget.year == today.year)),
    checks=(
        budget_has_a_place,
        budget.amounts_are_positive,
        budget.spent_within_budget,
        budgeted_once,
        budget_grows,
    ),
    empty="村、社区和其他党组织一年的工作经费登记在这里，一项来源一条。",
)

CARE_CASES = Ledger(
    CareCase,
    title="关怀对象",
    one="关怀对象",
    counter="人次",
    pillar=Pillar.GUARANTEE,
    icon="mdi6.hand-heart-outline",
    label="{member} {kind} {applied_on}",
    columns="member branch kind cause applied_on approved_on amount source status paid_on",
    derived=(branch_of_member(CareCase),),
    form={
        "申请": "member kind cause recipient applied_on",
        "审批与发放": "status approved_on amount source paid_on signed",
    },
    order="-applied_on",
    keys=("member_id kind applied_on",),
    chips=(
        Chip("待审批", CareCase.status == care.APPLIED),
        Chip("待发放", CareCase.status == care.APPROVED),
        Chip("已发放", CareCase.status == care.PAID),
        Chip("困难党员", CareCase.kind == "01"),
        Chip("老党员", CareCase.kind == "02"),
    ),
    figures=(
        Figure("共", unit="人次"),
        Figure("待审批", CareCase.status == care.APPLIED),
        Figure("待发放", CareCase.status == care.APPROVED),
        Figure("已发放", CareCase.status == care.PAID),
    ),
    defaults={"status": care.APPLIED},
    checks=(
        care.amount_is_positive,
        care.dates_run_forward,
        care.status_has_its_days,
        case_is_of_somebody,
    ),
    empty="困难党员、老党员、因公伤亡和遗属的关怀，从申请到发放，一次一条。",
)

CARE_FUNDS = Ledger(
    CareFund,
    title="关怀基金",
    one="收支",
    counter="笔",
    pillar=Pillar.GUARANTEE,
    icon="mdi6.piggy-bank-outline",
    label="{on} {kind} {amount}元",
    columns="on kind amount case giver voucher handler balance",
    form={"收支": "on kind amount case giver voucher handler"},
    derived=(Derived("balance", "当日余额(元)", among=balances_after, sort=CareFund.on, number=True),),
    keys=("voucher", "on kind amount giver", "on kind amount"),
    chips=(
        Chip("收入", CareFund.kind != care.SPENT),
        Chip("支出", CareFund.kind == care.SPENT),
        Chip("今年", lambda today: CareFund.on >= date(today.year, 1, 1)),
    ),
    figures=(
        Figure("共", unit="笔"),
        Figure("收入", CareFund.kind != care.SPENT),
        Figure("支出", CareFund.kind == care.SPENT),
    ),
    defaults={"kind": care.SPENT},
    checks=(
        care.amount_is_positive,
        entry_has_happened,
        voucher_is_used_once,
        fund_is_not_overspent,
        entry_goes_with_its_case,
    ),
    empty="党内关怀基金的拨入、捐助和支出，一笔一条；余额由程序计算，任何一天都不能为负。",
)

LEDGERS = (PAY_SLIPS, PAY_STANDARDS, BUDGETS, CARE_CASES, CARE_FUNDS)
