"""The main job as people do it in the window: a roster comes in, records are kept, a package goes to the county on a
stick, the county takes it in and decides, and its answer comes back. The test and `make run` walk the same way."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import select

from app import editing
from app.ledgers.team import MEMBERS
from app.workspace import Workspace
from db.models.organisation import PartyOrg
from db.models.team import Member
from tests.e2e.person import NotSeen, Person, Sight, Thing
from tests.helpers.rosters import roster_workbook

ROSTER_ROWS, ROSTER_SEED = 12, 7
NEW_MEMBER = {
    "姓名": "王雪梅",
    "公民身份号码": "43159919780312902X",
    "手机号": "14000149021",
    "入党日期": "1999.7.1",
    "转正日期": "20000701",
    "特长": "会计",
}
"""Filled in by keyboard; sex and birth come from the number, the branch by its initials."""
BRANCH = "631"
"""The code of a party branch (党支部)."""
INITIALS = "wxm"
COUNTY_SAYS, TOWNSHIP_SAYS = "养殖技术", "果树嫁接"
"""What the two sides write into 特长 of the same member before either has seen the other's."""


@dataclass(frozen=True)
class Papers:
    """What lies ready before the work begins; `disputed` is the member whom both sides have changed."""

    township: Path
    county: Path
    stick: Path
    roster: Path
    branch: str
    disputed_name: str
    disputed_id: str


def prepare(demo: Path, desk: Path) -> Papers:
    """Lays the roster and the stick on the desk, and lets the county change a member whom the township will change too.

    `demo` is a folder as `siji demo` makes it; its first township does the work.
    """
    township = min(one for one in demo.iterdir() if one.is_dir() and one.name != "county")
    stick = desk / "U 盘"
    stick.mkdir(parents=True, exist_ok=True)
    with Workspace.open(township) as workspace, workspace.read() as session:
        orgs = session.execute(
            select(PartyOrg.name, PartyOrg.kind).where(PartyOrg.office_id == workspace.office.id).order_by(PartyOrg.id)
        ).all()
        names = list(session.scalars(select(Member.name)))
        members = session.execute(
            select(Member.id, Member.name).where(Member.standing == "01").order_by(Member.id)
        ).all()
    branches = [org.name for org in orgs if org.kind == BRANCH]
    typed = next(name for name in branches if sum(name[:2] in org.name for org in orgs) == 1)
    roster = desk / "青石镇党员花名册 2026.xlsx"
    rostered = roster_workbook(roster, ROSTER_ROWS, seed=ROSTER_SEED, branches=branches)
    names += [row[1].replace(" ", "") for row in rostered]
    disputed = next(one for one in members if sum(one.name in name for name in names) == 1)
    with Workspace.open(demo / "county") as county:
        editing.save(county, MEMBERS, {"strengths": COUNTY_SAYS}, disputed.id)
    return Papers(township, demo / "county", stick, roster, typed, disputed.name, disputed.id)


# ---------------------------------------------------------------- the township


def brings_in_a_roster(clerk: Person, roster: Path) -> None:
    """The Excel wizard, from the ledger page: file, columns, what each row will do, write."""
    clerk.goes("活力党建 · 队伍", "党员花名册")
    clerk.sees("在册")
    clerk.picture("党员花名册")
    clerk.clicks("导入", "button")
    clerk.writes("文件", str(roster))
    clerk.picture("选花名册")
    clerk.clicks("下一步", "button")
    clerk.sees("表里的列")
    clerk.picture("对应栏目")
    clerk.clicks("下一步", "button")
    clerk.sees(f"新增 {ROSTER_ROWS}")
    clerk.picture("导入预览")
    clerk.clicks(f"写入 {ROSTER_ROWS} 人", "button")
    clerk.sees("已经导入")
    clerk.picture("导入完成")
    clerk.clicks("完成", "button")
    clerk.sees("新增党员", "button")


def adds_a_member_by_keyboard(clerk: Person, branch: str) -> None:
    """Opens the form, fills it and saves it, and touches no mouse."""
    clerk.presses("ctrl+n")
    clerk.sees("Ctrl+S 保存")
    fills_by_keyboard(clerk, NEW_MEMBER, {"所在党支部": branch})
    clerk.reads("性别", "女")
    clerk.reads("出生日期", "1978-03-12")
    clerk.picture("新增党员")
    clerk.presses("ctrl+s")
    clerk.sees("已新增党员")
    clerk.picture("已新增党员")


def fills_by_keyboard(clerk: Person, typed: Mapping[str, str], chosen: Mapping[str, str]) -> None:
    """Goes from field to field with Enter and types what is to stand there; `chosen` is picked from a list."""
    left = {**typed, **chosen}
    label = ""
    while left:
        at = clerk.waits(partial(moved_on, label), f"the field after “{label}”")
        label = at.text
        text = left.pop(label, "")
        if label in chosen:
            clerk.types(text[:2])
            clerk.sees(text, "cell")
            clerk.presses("Return")
            clerk.reads(label, text)
        elif text:
            clerk.types(text)
        clerk.presses("Return")


def moved_on(before: str, sight: Sight) -> Thing | None:
    """The field that has the keyboard, when it is no longer the one before."""
    return sight.focus if sight.focus is not None and sight.focus.text not in ("", before) else None


def finds_by_initials(clerk: Person) -> None:
    """Ctrl+F, the first letters of her name, and only she is left."""
    clerk.presses("ctrl+f")
    clerk.stands_in("搜索")
    clerk.types(INITIALS)
    clerk.sees(NEW_MEMBER["姓名"], "cell")
    clerk.sees("1 人，")
    clerk.picture("按首字母查找")


def edits_and_takes_it_back(clerk: Person) -> None:
    """Enter opens the form of who was found; what is saved is undone with Ctrl+Z."""
    clerk.presses("Down")
    clerk.sees("详情", "button")
    clerk.presses("Return")
    clerk.sees("修改党员", "text")
    clerk.writes("特长", "财务会计")
    clerk.presses("ctrl+s")
    clerk.sees("已保存党员")
    clerk.presses("ctrl+z")
    clerk.sees("已撤销")
    clerk.picture("已撤销")


def changes_the_disputed(clerk: Person, name: str) -> None:
    """Writes into the field that the county has changed too."""
    clerk.writes("搜索", name)
    clerk.sees("1 人，")
    clerk.clicks(name, "cell", times=2)
    clerk.sees("修改党员", "text")
    clerk.writes("特长", TOWNSHIP_SAYS)
    clerk.presses("ctrl+s")
    clerk.sees("已保存党员")


def hands_over(clerk: Person, stick: Path) -> None:
    """The hand-over wizard: what goes, where to, written and read back, the sheet."""
    clerk.clicks("数据交换", "button")
    clerk.sees("条变更还没有上报县里")
    clerk.picture("数据交换")
    clerk.clicks("上报县里…", "button")
    clerk.sees("党员花名册", "cell")
    clerk.picture("上报清单")
    clerk.clicks("下一步", "button")
    clerk.clicks("其他文件夹", "button")
    clerk.writes("其他文件夹", str(stick))
    clerk.picture("存到U盘")
    clerk.clicks("写到这里", "button")
    clerk.sees("已写好并核对过")
    clerk.picture("交接单")
    clerk.clicks("完成", "button")
    clerk.sees("等待回执")
    clerk.picture("等待回执")


# ---------------------------------------------------------------- the county, and back


def takes_in_with_a_decision(officer: Person, package: Path, name: str) -> None:
    """The county's wizard: whose it is, the trial, the one conflict, the write."""
    tries(officer, package)
    officer.sees("冲突 1 处")
    officer.sees(name)
    officer.sees(COUNTY_SAYS)
    officer.sees(TOWNSHIP_SAYS)
    officer.picture("试运行与裁决")
    officer.clicks("乡镇", "button")
    officer.sees("都定了")
    officer.picture("已裁决")
    officer.clicks("写入 1 个包", "button")
    officer.sees("已写入：")
    officer.picture("已写入")


def tries(person: Person, package: Path) -> None:
    """Chooses a package through the file dialog and lets it be verified and tried."""
    person.clicks("数据交换", "button")
    person.clicks("接收", "button")
    person.clicks("把包（.dzb）", "part")
    person.sees("选择要接收的包", "dialog")
    person.types(str(package))
    person.presses("Return")
    try:
        _dialog_gone(person, "选择要接收的包")
    except NotSeen:  # the dialog's own list of completions took the key
        person.presses("Return")
        _dialog_gone(person, "选择要接收的包")
    person.sees(package.name, "cell")
    person.picture("选择包")
    person.clicks("下一步", "button")
    person.sees("✓ 有效", "cell")
    person.picture("验真")
    person.clicks("下一步", "button")


def _dialog_gone(person: Person, title: str) -> None:
    person.waits(lambda sight: not sight.all(title, "dialog") or None, f"“{title}” closed", title)


def sends_the_receipt(officer: Person, stick: Path) -> None:
    """Writes the answer on the same stick."""
    officer.clicks("下一步", "button")
    officer.clicks("其他文件夹", "button")
    officer.writes("其他文件夹", str(stick))
    officer.clicks("写回执", "button")
    officer.sees("回执已写到")
    officer.picture("回执")
    officer.clicks("完成", "button")


def reads_the_receipt(clerk: Person, package: Path) -> None:
    """The township takes the answer in, and its status bar says that the county has the package."""
    tries(clerk, package)
    clerk.sees("试运行已完成")
    clerk.clicks("写入 1 个包", "button")
    clerk.sees("已写入：")
    clerk.clicks("下一步", "button")
    clerk.sees("已接收（")
    clerk.picture("读回执")
    clerk.clicks("完成", "button")
    clerk.sees("已接收）")
    clerk.picture("县里已接收")


def packages(stick: Path) -> list[Path]:
    """The packages on a stick, the newest last."""
    return sorted(stick.glob("*.dzb"), key=lambda file: file.stat().st_mtime_ns)


def walk(clerk: Person, officer: Person, papers: Papers) -> None:
    """The whole job, from the roster to the receipt."""
    clerk.starts("--open", papers.township)
    brings_in_a_roster(clerk, papers.roster)
    adds_a_member_by_keyboard(clerk, papers.branch)
    finds_by_initials(clerk)
    edits_and_takes_it_back(clerk)
    changes_the_disputed(clerk, papers.disputed_name)
    hands_over(clerk, papers.stick)
    clerk.leaves()
    officer.starts("--open", papers.county)
    takes_in_with_a_decision(officer, packages(papers.stick)[-1], papers.disputed_name)
    sends_the_receipt(officer, papers.stick)
    officer.leaves()
    clerk.starts("--open", papers.township)
    reads_the_receipt(clerk, packages(papers.stick)[-1])
    clerk.leaves()
