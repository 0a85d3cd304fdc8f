"""活力党建 on paper: the roster, the pledges for the notice board, the letter of introduction in three parts."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from app import editing, listing
from app.documents.document import (
    ACROSS,
    LETTER,
    Case,
    Column,
    Content,
    Document,
    Need,
    Page,
    Style,
    Table,
    Text,
    written_day,
)
from app.documents.numerals import capital, capital_month
from app.documents.rows import FOOT, PLACE, columns, heading, of_office, rows, values
from app.ledgers.team import MEMBERS, POST_ASSIGNMENTS, on_the_roll
from app.ledgers.transfers import TRANSFERS
from app.rules.transfers import CANCELLED, INSIDE, OUT
from app.team.committee import heads
from db.errors import Refusal
from db.models.organisation import Office, PartyOrg
from db.models.team import Member, Post, PostAssignment, Transfer

# ---------------------------------------------------------------- the roster

ROSTER_COLUMNS = columns(
    MEMBERS,
    name=15,
    sex=9,
    nation=11,
    birth=20,
    education=25,
    branch=34,
    category=16,
    joined_on=20,
    full_on=20,
    work_post=31,
    phone=22,
    resident_id=36,
)


def roster(case: Case) -> Content:
    """The members on the roll, branch by branch, in the order in which they joined."""
    found = rows(
        case.session,
        MEMBERS,
        [on_the_roll(case.today), *of_office(MEMBERS, case)],
        (
            select(PartyOrg.name).where(PartyOrg.id == Member.branch_id).scalar_subquery(),
            Member.joined_on,
            Member.search_key,
        ),
        *(one.name for one in ROSTER_COLUMNS[1:]),
    )
    probationary = sum(row["category"] == "预备党员" for row in found)
    return Content(
        heading(case, "党员花名册")
        | {"count": f"共 {len(found)} 人，其中正式党员 {len(found) - probationary} 人、预备党员 {probationary} 人"},
        {"rows": found},
    )


ROSTER = Document(
    "roster",
    "党员花名册",
    "在册党员，按党支部和入党先后",
    (
        Text("{title}", Style.TITLE),
        Text("单位：{office}　　　　{count}", Style.UNDER),
        Table("rows", ROSTER_COLUMNS),
        Text(FOOT, Style.FLUSH),
    ),
    roster,
    MEMBERS,
    page=Page(across=True, margins=(18, 14, 16, 14), size=9),
)

# ---------------------------------------------------------------- the pledges

PLEDGE_COLUMNS = (
    PLACE,
    Column("member", "姓名", 16),
    Column("branch", "所在党支部", 34),
    Column("post", "岗位", 26),
    Column("duty", "岗位职责", 48),
    Column("pledge", "承诺事项", 48),
    Column("publicised", "公示时间", 30),
)


def pledges(case: Case) -> Content:
    """What the members who hold a post this year have pledged, branch by branch (设岗定责: 公示、承诺, seed §2)."""
    wanted = (
        select(PostAssignment, Member.name, PartyOrg.name, Post)
        .join(Member, Member.id == PostAssignment.member_id)
        .join(PartyOrg, PartyOrg.id == Member.branch_id)
        .join(Post, Post.id == PostAssignment.post_id)
        .where(PostAssignment.deleted_at.is_(None), PostAssignment.year == case.year)
        .where(PostAssignment.ended_on.is_(None), *of_office(POST_ASSIGNMENTS, case))
        .order_by(PartyOrg.name, Member.search_key, PostAssignment.id)
    )
    found = [
        {
            "place": place,
            "member": member,
            "branch": branch,
            "post": post.name,
            "duty": post.duty,
            "pledge": one.pledge,
            "publicised": _span(one.publicised_from, one.publicised_to),
        }
        for place, (one, member, branch, post) in enumerate(case.session.execute(wanted), 1)
    ]
    return Content(heading(case, f"{case.year}年无职党员设岗定责承诺公示"), {"rows": found})


def _span(first: date | None, last: date | None) -> str:
    days = [f"{day.month}月{day.day}日" for day in (first, last) if day]
    return "至".join(days)


PLEDGES = Document(
    "pledges",
    "承诺公示",
    "无职党员这一年的岗位和承诺，贴出来公示",
    (
        Text("{title}", Style.TITLE),
        Text("单位：{office}", Style.UNDER),
        Table("rows", PLEDGE_COLUMNS),
        Text("对以上承诺如有意见，请在公示期内向党支部或乡镇党委反映。", Style.FLUSH),
        Text("{office}　　{today}", Style.RIGHT),
    ),
    pledges,
    POST_ASSIGNMENTS,
    needs=(Need.YEAR,),
    page=ACROSS,
)

# ---------------------------------------------------------------- the letter of introduction

BLANK = "＿＿＿＿"
"""Where the ledger knows nothing and a pen will."""


def letters(case: Case) -> Sequence[tuple[str, str]]:
    """The letters of introduction that this office has issued, the latest first."""
    wanted = select(Transfer.id).where(
        Transfer.deleted_at.is_(None),
        Transfer.direction == OUT,
        Transfer.scope != INSIDE,
        Transfer.status != CANCELLED,
        *of_office(TRANSFERS, case),
    )
    ids = list(case.session.scalars(wanted.order_by(Transfer.issued_on.desc(), Transfer.id.desc())))
    titles = listing.record_titles(case.session, TRANSFERS, ids)
    return [(one, titles[one]) for one in ids]


def letter(case: Case) -> Content:
    """介绍信三联 (§3): 存根, 介绍信, 回执. How far dues are paid and how long it is valid stand in capital numerals."""
    one = editing.get(case.session, TRANSFERS, case.record)
    assert isinstance(one, Transfer)
    if not case.own.is_county and one.office_id != case.own.id:
        raise Refusal("这封介绍信由对方党委开出，这里不能打印。请等对方带来的介绍信", "not-allowed")
    if one.deleted_at is not None or one.direction != OUT or one.scope == INSIDE or one.status == CANCELLED:
        raise Refusal("只有转出乡镇、没有撤销的转接才开介绍信。请在“组织关系转接”里另选一条", "not-allowed")
    texts = {name: text or BLANK for name, text in values(case.session, TRANSFERS, one).items()}
    age = "" if one.birth is None else f"{_age(one.birth, one.issued_on or case.today)}岁，"
    made = heading(case, "中国共产党党员组织关系介绍信") | {
        name: texts[name] for name in ("letter_no", "name", "resident_id", "phone", "from_branch", "to_branch")
    }
    made |= {
        "person": f"{texts['sex']}，{age}{texts['nation']}，系中共{texts['category']}",
        "dues": capital_month(one.dues_paid_to) if one.dues_paid_to else BLANK,
        "days": capital(one.valid_days) if one.valid_days else BLANK,
        "issued": written_day(one.issued_on),
        "handler": one.handled_by or BLANK,
        "giver": _giver(case, one),
    }
    return Content(made)


def _giver(case: Case, one: Transfer) -> str:
    """The committee that issues the letter, at the top of the office whose record it is."""
    org = heads(case.session, one.office_id).org
    found = case.session.get(PartyOrg, org) if org else case.session.get(Office, one.office_id)
    return found.name if found is not None else case.own.name


def _age(birth: date, on: date) -> int:
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


CUT = Text("┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄（盖骑缝章）┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄", Style.CUT)

LETTER_DOCUMENT = Document(
    "letter",
    "组织关系介绍信",
    "一式三联：存根、介绍信、回执；选一条转出的转接",
    (
        Text("中国共产党党员组织关系介绍信（存根）", Style.TITLE),
        Text("第一联　　编号：{letter_no}", Style.RIGHT),
        Text(
            "{name}同志（{person}，身份证号码{resident_id}），由{from_branch}转往{to_branch}。"
            "党费已交到{dues}。有效期{days}天。"
        ),
        Text("经办人：{handler}　　　　{issued}", Style.RIGHT),
        CUT,
        Text("中国共产党党员组织关系介绍信", Style.TITLE),
        Text("第二联　　编号：{letter_no}", Style.RIGHT),
        Text("{to_branch}：", Style.FLUSH),
        Text(
            "{name}同志（{person}，身份证号码{resident_id}），由{from_branch}去你处，请转接组织关系。"
            "该同志党费已交到{dues}。"
        ),
        Text("（有效期{days}天）"),
        Text("{giver}（盖章）", Style.RIGHT),
        Text("{issued}", Style.RIGHT),
        Text("党员联系电话：{phone}　　　　党员原所在基层党委：{giver}", Style.FLUSH),
        Text("通讯地址：　　　　　　　　　　　　联系电话：　　　　　　　　邮编：", Style.FLUSH),
        CUT,
        Text("中国共产党党员组织关系介绍信回执联", Style.TITLE),
        Text("第三联　　编号：{letter_no}", Style.RIGHT),
        Text("{giver}：", Style.FLUSH),
        Text("{name}同志的党员组织关系已转接到我处，编入　　　　　　　　　　党支部，特此回复。"),
        Text("　　　　　　　　　　（盖章）", Style.RIGHT),
        Text("　　　　年　　月　　日", Style.RIGHT),
        Text("经办人：　　　　　　　　联系电话：", Style.FLUSH),
        Text("注：接收党员的基层党委在接收后一个月内，把回执联寄回或传真给党员原所在的基层党委。", Style.FLUSH),
    ),
    letter,
    TRANSFERS,
    needs=(Need.RECORD,),
    page=LETTER,
    sensitive=frozenset({"resident_id", "phone"}),
    records=letters,
)

DOCUMENTS = (ROSTER, PLEDGES, LETTER_DOCUMENT)
