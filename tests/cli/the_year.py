"""A year of a county and its three townships, lived through from the command line alone, month by month.

What is done is small enough to reckon with by hand; `test_whole_year` holds the figures to what was reckoned.
"""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import date
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from db import clock
from db.parsing import check_digit
from tests.cli.conftest import Ran

QINGSHI, SHUANGQIAO, SONGSHAN = "431599101", "431599102", "431599103"
NAMES = {QINGSHI: "青石镇", SHUANGQIAO: "双桥乡", SONGSHAN: "松山镇"}
OFFICERS = {QINGSHI: ("王建国", "李小芳"), SHUANGQIAO: ("陈志强", "刘桂香"), SONGSHAN: ("赵大山", "孙小梅")}
"""Secretary and organiser of each committee."""
VILLAGES = {
    QINGSHI: ("大塘村", "清水村", "石桥村", "竹山村"),
    SHUANGQIAO: ("双桥村", "柳溪村", "新田村"),
    SONGSHAN: ("松山村", "枫林村", "云岭村"),
}
MEMBERS = {
    QINGSHI: ("周正", "吴英", "郑和平", "冯兰", "褚老三", "卫文"),
    SHUANGQIAO: ("蒋双喜", "沈莲", "韩柱"),
    SONGSHAN: ("杨松", "朱梅", "秦岭", "尤菊"),
}
"""The first is the branch's secretary, the others hold no office. 卫文 goes from 青石镇 to 松山镇 in March."""
VENUES = {QINGSHI: 2, SHUANGQIAO: 2, SONGSHAN: 1}
"""How many villages, from the first, have a venue up to standard when the year begins."""
CADRES = {
    QINGSHI: (("周正", "书记"), ("钱主任", "主任"), ("何文书", "文书")),
    SHUANGQIAO: (("蒋双喜", "书记"), ("吕主任", "主任")),
    SONGSHAN: (("杨松", "书记"),),
}
SLIPS = {  # an equal month, and December with what does not divide
    "书记": ("584.09", "584.11"),  # 7,009.10 / 12 = 584.0916…: 11 × 584.09 = 6,424.99, the rest 584.11
    "主任": ("525.68", "525.71"),  # 6,308.19 / 12 = 525.6825: 11 × 525.68 = 5,782.48, the rest 525.71
    "文书": ("408.86", "408.91"),  # 4,906.37 / 12 = 408.8641…: 11 × 408.86 = 4,497.46, the rest 408.91
}
PAID_UNTIL = {QINGSHI: 12, SHUANGQIAO: 12, SONGSHAN: 9}
"""The last month in which cadres were paid."""
QUOTAS = {2: "7", 5: "10", 6: "12", 7: "20", 8: "", 9: ""}
DONE: Mapping[str, Mapping[int, Mapping[int, int]]] = {
    QINGSHI: {1: {7: 8}, 2: {2: 1, 5: 4}, 3: {6: 4}, 5: {2: 1}, 11: {2: 1}},
    SHUANGQIAO: {1: {7: 6}, 2: {5: 3}, 3: {6: 4}, 6: {2: 1}, 10: {2: 1}},
    SONGSHAN: {1: {7: 3}, 2: {5: 3}, 3: {6: 1}, 8: {2: 1}},
}
"""Office → month → task → what was done in the month; nothing is zero, and said all the same."""
LATE = (4, 9)
"""The months in which 松山镇 checks itself on the 27th: two days after they are due."""
MARKS: Mapping[str, Mapping[str, str]] = {
    QINGSHI: {"1.2": "5", "2.1": "8", "2.3": "5", "2.4": "5", "3.2": "5", "3.3": "6", "3.4": "4", "5.1": "2"},
    SHUANGQIAO: {"1.2": "0", "2.1": "4", "2.3": "2.5", "2.4": "3", "3.2": "4", "3.3": "6", "3.4": "0"},
    SONGSHAN: {"1.2": "5", "2.1": "6", "2.3": "5", "2.4": "5", "3.2": "5", "3.3": "6", "3.4": "0"},
}
"""What the county gives for the indicators that no ledger supplies."""
FULL = {"1.2": "5", "2.1": "8", "2.3": "5", "2.4": "5", "3.2": "5", "3.3": "6", "3.4": "4"}
"""What every township gives itself for them."""


@dataclass
class Desk:
    """The command line on the day that the year has come to. `seen` keeps what was read along the way."""

    folder: Path
    day: date = date(2013, 1, 4)
    ticks: Iterable[int] = field(default_factory=count)
    seen: dict[str, Any] = field(default_factory=dict)

    @property
    def county(self) -> Path:
        return self.folder / "云溪县"

    @property
    def stick(self) -> Path:
        return self.folder / "U盘"

    def of(self, code: str) -> Path:
        """The workspace of a township."""
        return self.folder / NAMES[code]

    def now(self) -> str:
        tick = next(iter(self.ticks))
        return f"{self.day}T0{1 + tick // 3600 % 8}:{tick // 60 % 60:02d}:{tick % 60:02d}Z"

    def run(self, *arguments: object, plain: bool = False) -> Ran:
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            status = main([str(one) for one in arguments] + ([] if plain else ["--json"]))
        return Ran(status, out.getvalue(), err.getvalue())

    def done(self, *arguments: object) -> Any:
        ran = self.run(*arguments)
        assert ran.status == 0, (self.day, arguments, ran.err)
        return ran.value

    def refused(self, *arguments: object) -> str:
        """The sentence with which a command is refused; nothing stands on standard output."""
        ran = self.run(*arguments)
        assert (ran.status, ran.out) == (3, ""), (self.day, arguments, ran)
        return ran.err.strip()

    def set(self, folder: Path, ledger: str, *values: str, id: str | None = None) -> Any:
        return self.done("set", folder, ledger, *(("--id", id) if id else ()), *values)

    def fill_in(self, folder: Path, ledger: str, headings: str, rows: Sequence[Sequence[object]]) -> None:
        """A roster from a spreadsheet: every row is new and none is refused."""
        file = self.folder / "表.csv"
        with file.open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream).writerows([headings.split(), *rows])
        came = self.run("excel", "import", folder, ledger, file)
        assert (came.status, came.value["created"]) == (0, len(rows)), came

    def one(self, folder: Path, ledger: str, *wheres: str) -> Any:
        """The only record that there is."""
        (found,) = self.done("records", folder, ledger, *(part for one in wheres for part in ("--where", one)))
        return found

    def hand_over(self) -> None:
        """The whole round: every township to the county, the county to every township."""
        up = [self.done("export", self.of(code), "--to", self.stick)[0]["file"] for code in NAMES]
        assert [one["status"] for one in self.done("import", self.county, *up)] == ["applied"] * len(NAMES)
        down = {one["for"]: one["file"] for one in self.done("export", self.county, "--to", self.stick)}
        for code in NAMES:
            (came,) = self.done("import", self.of(code), down[code])
            assert (came["status"], came["conflicts"]) == ("applied", [])


def person(code: str, place: int) -> tuple[str, str, str]:
    """Number, sex and birth of somebody who does not exist; even places are women."""
    birth = date(1955 + place, 1 + place, 15)
    first17 = f"{code[:6]}{birth:%Y%m%d}{10 * int(code[-1]) + place:03d}"
    return first17 + check_digit(first17), "女男"[place % 2], birth.isoformat()


def live_through(folder: Path, patch: pytest.MonkeyPatch) -> Desk:
    """The year 2013 with the days before and after it; leaves the desk on the last day."""
    desk = Desk(folder)
    patch.setattr(clock, "today", lambda: desk.day)
    patch.setattr(clock, "now", desk.now)
    desk.stick.mkdir()
    begin(desk, patch)
    for month in range(1, 13):
        desk.day = date(2013, month, 20)
        keep(desk, month)
        check_the_month(desk, month)
        desk.day = date(2013, month, 28)
        desk.hand_over()
        tell(desk, month)
        after_the_round(desk, month)
    score(desk)
    decide(desk)
    go_on(desk)
    return desk


# ---------------------------------------------------------------- the beginning


def begin(desk: Desk, patch: pytest.MonkeyPatch) -> None:
    """Enrol, join, the first rosters, the first exchange; then the county's year."""
    new = ("--office-code", "431599", "--office-name", "云溪县委组织部", "--level", "county")
    desk.done("new", desk.county, *new)
    for code, name in NAMES.items():
        file = desk.stick / f"{name}.dzb"
        made = desk.done("enrol", desk.county, "--office-code", code, "--office-name", name, "--out", file)
        patch.setenv("SIJI_ENROLMENT_PASSPHRASE", made["passphrase"])
        desk.done("join", file, desk.of(code))
        first_records(desk, code)
    desk.hand_over()
    desk.seen["members at first"] = members(desk)

    desk.seen["carried"] = desk.done("carry-over", desk.county, "--year", "2013")
    for number, quota in QUOTAS.items():
        task = desk.one(desk.county, "task", "year=2013", f"number={number}")
        desk.set(desk.county, "task", f"quota={quota}", id=task["id"])
    desk.seen["duties"] = desk.done("duties", desk.county, "--year", "2013", "--make")
    desk.set(desk.county, "pay_standard", "year=2012", "base_income=3000")
    desk.set(desk.county, "pay_standard", "year=2013", "base_income=4123.00", "source=县统计局")
    desk.hand_over()


def first_records(desk: Desk, code: str) -> None:
    """The villages, organisations, members, cadres and venues with which a township joins."""
    folder, name, villages = desk.of(code), NAMES[code], VILLAGES[code]
    secretary, organiser = OFFICERS[code]
    rows = [(f"{code}20{place}", one, "村") for place, one in enumerate(villages)]
    desk.fill_in(folder, "village", "村代码 村名 类别", rows)
    committee, branch = f"中共{name}委员会", f"{villages[0]}党支部"
    officers = (f"secretary={secretary}", f"organiser={organiser}")
    desk.set(folder, "party_org", f"name={committee}", "kind=党委", "sector=机关", *officers)
    place = (f"parent={committee}", f"village={villages[0]}", f"secretary={MEMBERS[code][0]}")
    desk.set(folder, "party_org", f"name={branch}", "kind=党支部", "sector=行政村", *place)
    people = [
        (one, *person(code, at), branch, "1990-07-01", "1991-07-01", "14000000001", "党支部书记" if at == 0 else "")
        for at, one in enumerate(MEMBERS[code])
    ]
    headings = "姓名 公民身份号码 性别 出生日期 所在党支部 入党日期 转正日期 手机号 党内外职务"
    desk.fill_in(folder, "member", headings, people)
    for one, role in CADRES[code]:
        known = (f"member={one}",) if one in MEMBERS[code] else ()
        desk.set(folder, "cadre", f"name={one}", f"role={role}", f"village={villages[0]}", "since=2011-03-01", *known)
    rows = [(one, f"{one}活动中心", "120", "村集体", "是") for one in villages[: VENUES[code]]]
    desk.fill_in(folder, "venue", "所在村 场所名称 建筑面积 产权 达标", rows)


def members(desk: Desk) -> dict[str, int]:
    """How many members stand on each township's roll, as the county has them."""
    rows = desk.done("records", desk.county, "member", "--where", "standing=正常")
    offices = {one["id"]: one["code"] for one in desk.done("records", desk.county, "office")}
    return {code: sum(offices[one["office_id"]] == code for one in rows) for code in NAMES}


# ---------------------------------------------------------------- the months


def check_the_month(desk: Desk, month: int) -> None:
    """Every township checks itself against its nine duties, 松山镇 twice too late."""
    for code in sorted(NAMES):
        if code == SONGSHAN and month in LATE:
            desk.day = date(2013, month, 27)
        amounts = DONE[code].get(month, {})
        said = [part for number in range(1, 10) for part in ("--done", f"{number}={amounts.get(number, 0)}")]
        desk.done("month", desk.of(code), "--month", f"2013-{month:02d}", "--by", "经办人", *said)


def tell(desk: Desk, month: int) -> None:
    """The county reads where everybody stands, and issues the bulletin."""
    when = f"2013-{month:02d}"
    desk.seen[f"month {month}"] = desk.done("month", desk.county, "--month", when)
    desk.seen[f"bulletin {month}"] = desk.done("bulletin", desk.county, "--month", when)


def keep(desk: Desk, month: int) -> None:
    """What the townships write down in a month, before they hand over on the 28th."""
    if month % 3 == 0:
        for code in NAMES:
            quarter(desk, code, range(month - 2, month + 1))
    if month in EVENTS:
        EVENTS[month](desk)


def quarter(desk: Desk, code: str, months: range) -> None:
    """Pay, meetings and dues of a quarter, each from a spreadsheet."""
    folder, branch = desk.of(code), f"{VILLAGES[code][0]}党支部"
    paid = [one for one in months if one <= PAID_UNTIL[code]]
    slips = [
        (name, 2013, month, SLIPS[role][month == 12], f"2013-{month:02d}-15")
        for name, role in CADRES[code]
        for month in paid
    ]
    if slips:
        desk.fill_in(folder, "pay_slip", "姓名 年度 月份 基本报酬 发放日期", slips)

    last = f"2013-{months[-1]:02d}"
    held = [("主题党日", f"2013-{month:02d}-05") for month in months]
    if code != SHUANGQIAO:
        held += [("支部党员大会", f"{last}-10"), ("党课", f"{last}-11")]
    if code == SONGSHAN and months[-1] == 12:
        held.append(("组织生活会", f"{last}-12"))
    rows = [(branch, kind, on, 3, 3, f"{kind}学习") for kind, on in held]
    desk.fill_in(folder, "meeting", "党组织 会议类型 日期 应到人数 实到人数 议题", rows)

    who, base, due = {
        QINGSHI: ("吴英", "2000.00", "10.00"),  # up to 3,000: 0.5 %
        SHUANGQIAO: ("沈莲", "4000.00", "40.00"),  # up to 5,000: 1 % of all of it
        SONGSHAN: ("卫文", "2000.00", "10.00"),
    }[code]
    owed = list(months)
    if code == SONGSHAN:  # who came in March, after the roster of March was written
        owed = {3: [], 6: [3, 4, 5, 6]}.get(months[-1], owed)
    unpaid = {(SONGSHAN, 11)}
    lines = [
        (who, f"2013-{month:02d}", "在职", base, due, *(("", "") if (code, month) in unpaid else (due, f"{last}-08")))
        for month in owed
    ]
    if lines:
        desk.fill_in(folder, "dues", "党员 月份 交纳类别 交纳基数 应交 实交 交纳日期", lines)


def january(desk: Desk) -> None:
    """青石镇 begins to build the venue of 石桥村; it does not count before it is accepted."""
    folder = desk.of(QINGSHI)
    place = ("village=石桥村", "name=石桥村活动中心")
    venue = desk.set(folder, "venue", *place, "floor_area=150", "ownership=村集体", "meets_standard=是")
    begun = ("kind=新建", "stage=开工", "planned_invest=150000", "started_on=2013-01-10")
    project = desk.set(folder, "venue_project", f"venue={venue['id']}", "village=石桥村", *begun)
    desk.set(folder, "venue_funding", f"project={project['id']}", "source=县财政", "planned=120000", "paid=120000")
    desk.set(folder, "venue_funding", f"project={project['id']}", "source=村自筹", "planned=30000")


def february(desk: Desk) -> None:
    """Posts are assigned, problems opened, the fund of 青石镇 begins."""
    for code, people in ((QINGSHI, MEMBERS[QINGSHI][1:5]), (SHUANGQIAO, ("沈莲",)), (SONGSHAN, MEMBERS[SONGSHAN][1:])):
        rows = [(one, "政策宣传岗", 2013, "2013-02-18") for one in people]
        desk.fill_in(desk.of(code), "post_assignment", "党员 岗位 年度 定岗日期", rows)
    for code, due in ((QINGSHI, "06-30"), (SHUANGQIAO, "08-31"), (SONGSHAN, "06-30"), (SONGSHAN, "09-30")):
        opened = ("problem=制度虚设、不开展活动", "source=支部自查", "opened_on=2013-02-10", f"due_on=2013-{due}")
        if (code, due) == (SONGSHAN, "09-30"):
            opened = ("problem=村务财务管理混乱", *opened[1:])
        what = ("description=组织生活不正常", "measure=按月检查", "responsible=张责任")
        branch = f"party_org={VILLAGES[code][0]}党支部"
        desk.set(desk.of(code), "rectification", branch, *opened, *what)
    desk.set(desk.of(QINGSHI), "care_fund", "on=2013-02-05", "kind=拨入", "amount=5000", "voucher=1")
    rated = ("party_org=大塘村党支部", "year=2012", "self_grade=较好", "township_grade=一般", "mass_score=85")
    desk.set(desk.of(QINGSHI), "rating", *rated, "score=78")


def march(desk: Desk) -> None:
    """卫文 leaves 青石镇 for 松山镇 with a letter; the county decides on a grade."""
    member = desk.one(desk.of(QINGSHI), "member", "name=卫文")
    letter = (
        "scope=县内",
        f"to_office={SONGSHAN}",
        "letter_no=2013-01",
        "issued_on=2013-03-19",
        "dues_paid_to=2013-02",
    )
    desk.set(desk.of(QINGSHI), "transfer", f"member={member['id']}", *letter)
    rating = desk.one(desk.county, "rating")
    desk.set(desk.county, "rating", "county_grade=一般", "decided_on=2013-03-15", id=rating["id"])


def may(desk: Desk) -> None:
    """The venue is finished and accepted; somebody gives to the fund."""
    project = desk.one(desk.of(QINGSHI), "venue_project")["id"]
    early = desk.refused(
        "set", desk.of(QINGSHI), "venue_project", "--id", project, "accepted=是", "accepted_on=2013-05-18"
    )
    assert "未竣工的不能验收" in early
    days = ("finished_on=2013-05-10", "accepted_on=2013-05-18", "accepted=是", "stage=验收")
    desk.set(desk.of(QINGSHI), "venue_project", *days, id=project)
    desk.set(desk.of(QINGSHI), "care_fund", "on=2013-05-06", "kind=捐助", "amount=1200.50", "voucher=2")


def june(desk: Desk) -> None:
    """A member is admitted; two problems are closed; the county looks at all three."""
    folder = desk.of(QINGSHI)
    born = ("sex=女", "birth=1988-05-01", "branch=大塘村党支部", "phone=14000000001")
    new = desk.set(folder, "member", "name=陶新", *born, "category=预备", "joined_on=2013-06-18")
    desk.set(folder, "member_event", f"member={new['id']}", "kind=发展", "on=2013-06-18")
    post = (f"member={new['id']}", "post=政策宣传岗", "year=2013", "assigned_on=2013-06-19")
    desk.set(folder, "post_assignment", *post)
    close(desk, QINGSHI, "制度虚设、不开展活动", "2013-06-19")
    close(desk, SONGSHAN, "制度虚设、不开展活动", "2013-06-20")
    for code in NAMES:
        inspect(desk, code, "2013-06-03", "2013-06-18", "2013-06-17")


def close(desk: Desk, code: str, problem: str, on: str) -> None:
    """An item is claimed, verified by somebody else than who answers for it, and closed."""
    item = desk.one(desk.of(code), "rectification", f"problem={problem}")["id"]
    days = (f"claimed_on={on}", f"verified_on={on}", f"closed_on={on}", "evidence=会议记录", "percent=100")
    own = desk.refused("set", desk.of(code), "rectification", "--id", item, *days, "verified_by=张责任")
    assert "谁整改、谁核验要分开" in own
    desk.set(desk.of(code), "rectification", *days, "verified_by=李核验", id=item)


def inspect(desk: Desk, code: str, on: str, due: str, answered: str) -> None:
    """The county looks at a township, asks for something, and is answered."""
    looked = (f"office={code}", "team=第一督查组", f"on={on}", "way=定期指导", "found=台账不全", "request=补齐台账")
    found = desk.set(desk.county, "inspection", *looked, f"due_on={due}")
    desk.set(desk.county, "inspection", "answer=已补齐", f"answered_on={answered}", id=found["id"])


def august(desk: Desk) -> None:
    close(desk, SHUANGQIAO, "制度虚设、不开展活动", "2013-08-20")


def september(desk: Desk) -> None:
    """A member in need is cared for; nobody can spend more than there is."""
    folder = desk.of(QINGSHI)
    case = (f"member={desk.one(folder, 'member', 'name=褚老三')['id']}", "kind=困难党员", "applied_on=2013-09-02")
    approved = ("status=已发放", "approved_on=2013-09-10", "paid_on=2013-09-12", "amount=800")
    one = desk.set(folder, "care_case", *case, *approved)
    spent = (f"case={one['id']}", "kind=支出", "on=2013-09-12", "voucher=3")
    too_much = desk.refused("set", folder, "care_fund", *spent, "amount=6200.51")
    assert "2013-09-12 的基金余额为 -0.01 元，不能为负" in too_much  # 5,000.00 + 1,200.50 − 6,200.51
    desk.set(folder, "care_fund", *spent, "amount=800")


def october(desk: Desk) -> None:
    """A member dies; the county draws villages; the second answer of 松山镇 comes too late."""
    folder = desk.of(QINGSHI)
    dead = desk.one(folder, "member", "name=褚老三")["id"]
    desk.set(folder, "member", "standing=死亡", id=dead)
    desk.set(folder, "member_event", f"member={dead}", "kind=死亡", "on=2013-10-09")
    inspect(desk, SONGSHAN, "2013-09-05", "2013-09-20", "2013-10-08")
    draw = ("draw", desk.county, "--seed", "20131020", "--teams", "2", "--villages", "2")
    desk.seen["drawn"] = desk.done(*draw)
    assert desk.done(*draw, "--write") == desk.seen["drawn"]


def november(desk: Desk) -> None:
    close(desk, SONGSHAN, "村务财务管理混乱", "2013-11-20")


EVENTS = {1: january, 2: february, 3: march, 5: may, 6: june, 8: august, 9: september, 10: october, 11: november}


def after_the_round(desk: Desk, month: int) -> None:
    """What comes of a round: the letter is answered, the receipt comes back, the venue counts."""
    if month == 3:
        letter = desk.one(desk.of(SONGSHAN), "transfer", "name=卫文")
        given = ("branch=松山村党支部", "reported_on=2013-03-25")
        desk.seen["accepted"] = desk.done("act", desk.of(SONGSHAN), "transfer", letter["id"], "accept", *given)
        waiting = desk.one(desk.of(QINGSHI), "member", "name=卫文")
        desk.seen["standing before the receipt"] = waiting["standing"]
    if month == 4:
        desk.seen["letter"] = desk.one(desk.of(QINGSHI), "transfer", "direction=转出")
    if month in (4, 5):
        sheet = desk.done("score", desk.county, "--office", QINGSHI, "--year", "2013")
        (line,) = [one for one in sheet["lines"] if one["number"] == "1.3"]
        desk.seen[f"coverage {month}"] = line["figure"]


# ---------------------------------------------------------------- the end


def pairs(option: str, given: Mapping[str, str]) -> list[str]:
    return [part for number, value in given.items() for part in (option, f"{number}={value}")]


def score(desk: Desk) -> None:
    """In January every township scores itself; then the county scores them."""
    desk.day = date(2014, 1, 10)
    for code in NAMES:
        given = {**FULL, **({"5.1": "2"} if code == QINGSHI else {})}
        own = desk.done("score", desk.of(code), "--year", "2013", "--from-ledgers", *pairs("--set", given))
        desk.seen[f"self {code}"] = own
    desk.hand_over()
    for code in NAMES:
        taken_off = {one: "按细则扣分" for one, mark in MARKS[code].items() if mark != FULL.get(one)}
        given = (*pairs("--set", MARKS[code]), *pairs("--reason", taken_off))
        ran = desk.done("score", desk.county, "--year", "2013", "--office", code, "--from-ledgers", *given)
        desk.seen[f"county {code}"] = ran


def decide(desk: Desk) -> None:
    """The county decides on the year; what follows reaches the townships."""
    desk.day = date(2014, 1, 15)
    staff = ("--staff", f"{SONGSHAN}=吴专干:党建专干")
    desk.seen["planned"] = desk.done("decide", desk.county, "--year", "2013", *staff, "--dry-run")
    assert desk.done("records", desk.county, "assessment") == []
    desk.seen["decided"] = desk.done("decide", desk.county, "--year", "2013", *staff)
    desk.hand_over()


def go_on(desk: Desk) -> None:
    """The next year begins; 松山镇 appoints somebody who is bound."""
    desk.day = date(2014, 2, 10)
    desk.seen["carried on"] = desk.done("carry-over", desk.county, "--year", "2014")
    desk.seen["duties 2014"] = desk.done("duties", desk.county, "--year", "2014", "--make")
    desk.hand_over()
    term = ("name=孙小梅", "village=枫林村", "role=副书记", "since=2014-02-08")
    desk.seen["appointed"] = desk.run("set", desk.of(SONGSHAN), "cadre", *term, plain=True)
    desk.seen["found"] = json.loads(desk.run("check", desk.of(SONGSHAN)).out)
    desk.seen["month 2014"] = desk.done("month", desk.of(QINGSHI), "--month", "2014-02", "--done", "2=1")
