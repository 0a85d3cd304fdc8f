"""What is due, and the figures of the workbench: each case with its day, the sentence read, the records it leads to."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app import reminders, statistics
from app.findings import error, warning
from app.place import CONFLICTS, EXCHANGE, Place
from app.quality import Found
from app.reminders import Reminder, Urgency
from app.rules import identity
from app.workspace import Workspace
from db import clock
from db.models.common import Remark
from db.models.guarantee import Venue, VenueProject
from db.models.handoff import ConflictLine, PackageLine, Peer
from db.models.organisation import PartyOrg
from db.models.team import Member
from tests.helpers import office

TODAY = date(2026, 11, 23)
COUNTY = "01900000-0000-7000-8000-000000000001"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    with office.township(tmp_path / "ws") as made:
        yield made


def due(workspace: Workspace, today: date = TODAY) -> list[Reminder]:
    with workspace.read() as session:
        return reminders.reminders(session, workspace.office, today)


def put(workspace: Workspace, *rows: object) -> None:
    with Session(workspace.engine) as session, session.begin():
        session.add_all(rows)


def county_peer(workspace: Workspace) -> Peer:
    return Peer(office_id=COUNTY, code="430599", name="云溪县", superior=True, revoked_keys="")


def package(number: int, at: str, *, sent: bool = True, peer: str = COUNTY) -> PackageLine:
    return PackageLine(
        id=f"p{number}",
        place=number,
        peer_id=peer,
        sent=sent,
        replica="r",
        sequence=number,
        digest="",
        kind="changes",
        at=at,
        file="",
    )


def test_nothing_is_due_in_a_new_office(workspace: Workspace) -> None:
    assert due(workspace) == []


@pytest.mark.parametrize(
    ("joined_on", "urgency", "title", "detail"),
    [
        (date(2025, 12, 20), Urgency.ATTENTION, "预备期将满 1 人", "王小明 12月20日到期，请提醒本人递交转正申请"),
        (date(2025, 11, 23), Urgency.WRONG, "预备期已满 1 人", "王小明 11月23日到期，应召开支部大会讨论转正"),
        (date(2024, 7, 1), Urgency.WRONG, "预备期已满 1 人", "王小明 2025年7月1日到期，应召开支部大会讨论转正"),
        (date(2025, 12, 24), None, "", ""),
    ],
)
def test_d22_whose_probation_ends(
    workspace: Workspace, joined_on: date, urgency: Urgency | None, title: str, detail: str
) -> None:
    branch = office.branch(workspace)
    member = office.member(workspace, branch, category="2", joined_on=joined_on, office_held="村主任")
    office.member(workspace, branch, category="2", joined_on=joined_on, standing="04", name="已去世")
    lines = (
        [Reminder(urgency, title, detail, Place("member", ids=(member,), title=title.split()[0]))] if urgency else []
    )
    assert due(workspace) == lines


@pytest.mark.parametrize(
    ("elected_on", "urgency", "title"),
    [
        (date(2021, 11, 23), Urgency.WRONG, "任期届满没有换届 1 个"),
        (date(2022, 1, 10), Urgency.ATTENTION, "任期即将届满 1 个"),
        (date(2025, 1, 1), None, ""),
    ],
)
def test_o05_whose_term_ends(workspace: Workspace, elected_on: date, urgency: Urgency | None, title: str) -> None:
    branch = office.branch(workspace)
    with workspace.edit("换届") as batch:
        org = batch.session.get_one(PartyOrg, branch)
        org.elected_on, org.term_years = elected_on, 5
    found = [(one.urgency, one.title, one.place.ids) for one in due(workspace)]
    assert found == ([(urgency, title, (branch,))] if urgency else [])


def test_members_without_office_and_without_a_post(workspace: Workspace) -> None:
    branch = office.branch(workspace)
    office.member(workspace, branch)
    office.member(workspace, branch, office_held="支部委员")
    place = Place("member", chips=("未设岗",))
    assert due(workspace) == [Reminder(Urgency.INFORMATION, "无职党员未设岗 1 人", "有能力的都应认领岗位", place)]


def test_what_the_county_sent_back_to_this_office(workspace: Workspace) -> None:
    village = office.village(workspace)
    with workspace.edit("批注") as batch:
        for target, status in ((workspace.office.id, "01"), (workspace.office.id, "03"), (None, "01")):
            batch.add(
                Remark(
                    office_id=workspace.office.id,
                    target_office_id=target,
                    ledger="village",
                    record=village,
                    text="户数与上年差得多",
                    status=status,
                )
            )
    (line,) = [one for one in due(workspace) if one.place.page == "remark"]
    assert (line.title, line.detail) == ("县里退回 1 条", "户数与上年差得多")
    assert line.place == Place("remark", chips=("待改",))


@pytest.mark.parametrize(
    ("sent", "today", "urgency", "detail"),
    [
        (None, TODAY, Urgency.ATTENTION, "应在 25 日前报送，还没有上报过"),
        ("2026-10-28T02:00:00Z", TODAY, Urgency.ATTENTION, "应在 25 日前报送，上次上报是 10月28日"),
        ("2026-10-28T02:00:00Z", date(2026, 11, 26), Urgency.WRONG, "应在 25 日前报送，上次上报是 10月28日"),
        ("2026-11-10T02:00:00Z", TODAY, None, ""),
    ],
)
def test_whether_this_month_was_handed_over(
    workspace: Workspace, sent: str | None, today: date, urgency: Urgency | None, detail: str
) -> None:
    put(workspace, county_peer(workspace))
    if sent:
        put(workspace, package(1, sent))
    lines = [Reminder(urgency, "本月还没有上报", detail, Place(EXCHANGE))] if urgency else []
    assert due(workspace, today) == lines


def test_conflicts_that_were_put_off(workspace: Workspace) -> None:
    put(workspace, county_peer(workspace))
    put(workspace, package(1, "2026-11-10T02:00:00Z"))
    put(workspace, ConflictLine(record_id="m", ledger="member", peer_id=COUNTY, theirs="{}", at="2026-11-10T02:00:00Z"))
    assert [(one.title, one.place) for one in due(workspace)] == [("没有裁决的冲突 1 条", Place(CONFLICTS))]


def test_a_county_sees_who_has_not_reported(tmp_path: Path) -> None:
    with office.township(tmp_path / "ws", code="430599", name="云溪县", level="county") as county:
        for number, name in enumerate(("青石镇", "双桥镇", "白水乡"), start=1):
            key = None if name == "白水乡" else "00"
            put(county, Peer(office_id=f"o{number}", code=str(number), name=name, signing_key=key, revoked_keys=""))
        put(county, package(1, "2026-11-10T02:00:00Z", sent=False, peer="o1"))
        (line,) = due(county)
        assert (line.urgency, line.title, line.detail) == (Urgency.ATTENTION, "本月没有上报 1 个乡镇", "双桥镇")
        with county.read() as session:
            cells = statistics.townships(session, TODAY)
        assert [(one.name, one.state, one.tone) for one in cells] == [
            ("青石镇", "本月已上报", "good"),
            ("双桥镇", "本月没有上报", "attention"),
            ("白水乡", "还没有加入", "wrong"),
        ]


def test_d10_a_county_is_told_of_a_year_whose_days_off_it_has_not(tmp_path: Path) -> None:
    with office.township(tmp_path / "ws", code="430599", name="云溪县", level="county") as county:
        told = {
            day: [one.title for one in due(county, day) if one.place.page == "policy"]
            for day in (date(2026, 11, 30), date(2026, 12, 1), date(2027, 1, 1))
        }
    missing = ["2027 年的放假安排没有登记"]
    assert told == {date(2026, 11, 30): [], date(2026, 12, 1): missing, date(2027, 1, 1): missing}


def test_a_county_below_a_city_sees_both_sides(tmp_path: Path) -> None:
    with office.township(tmp_path / "ws", code="430599", name="云溪县", level="county") as county:
        city = "01900000-0000-7000-8000-000000000009"
        put(county, Peer(office_id=city, code="430500", name="云溪市", superior=True, revoked_keys=""))
        put(county, Peer(office_id="o1", code="1", name="青石镇", signing_key="00", revoked_keys=""))
        put(county, package(1, "2026-10-28T02:00:00Z", peer=city), package(2, "2026-11-10T02:00:00Z", peer="o1"))
        village = office.village(county)
        words = {county.office.id: "请县里核对", None: "请乡镇核对"}
        with county.edit("批注") as batch:
            for target, text in words.items():
                batch.add(
                    Remark(
                        office_id=county.office.id, target_office_id=target, ledger="village", record=village,
                        text=text, status="01",
                    )
                )  # fmt: skip
        found = {one.title: one.detail for one in due(county) if one.place.page in ("remark", EXCHANGE)}
        assert found == {
            "本月还没有上报市里": "应在 25 日前报送，上次上报是 10月28日",
            "本月没有上报 1 个乡镇": "青石镇",
            "市里退回 1 条": "请县里核对",
            "等乡镇更正的批注 1 条": "请乡镇核对",
        }


def test_doubts_are_told_by_ledger_and_errors_press() -> None:
    found = [
        Found("member", "a", warning("birth", "id.birth", "出生日期与身份证不一致")),
        Found("member", "a", warning("sex", "id.sex", "性别与身份证不一致")),
        Found("member", "b", warning("joined_on", "D22", "预备期已满")),
        Found("venue", "v", error("lat", "venue.place", "纬度写反了")),
        Found(None, None, error(None, "file", "文件损坏")),
    ]
    assert reminders.doubts(found) == [
        Reminder(
            Urgency.INFORMATION,
            "党员花名册存疑 1 人",
            "出生日期与身份证不一致",
            Place("member", ids=("a",), title="存疑"),
        ),
        Reminder(Urgency.WRONG, "活动场所存疑 1 处", "纬度写反了", Place("venue", ids=("v",), title="存疑")),
    ]


def test_the_doubts_of_several_ledgers_of_a_system_are_one_line() -> None:
    found = [
        Found("venue", "v", warning("lat", "venue.place", "纬度写反了")),
        Found("pay_slip", "s", error("basic", "pay.parts", "不能是负数")),
        Found("pay_slip", "t", error("basic", "pay.parts", "不能是负数")),
    ]
    (line,) = reminders.doubts(found)
    assert (line.urgency, line.title) == (Urgency.WRONG, "实力党建 · 保障存疑 3 条")
    assert line.detail == "报酬发放 2 条、活动场所 1 处"
    assert [(one.urgency, one.place.page, one.place.ids) for one in line.parts] == [
        (Urgency.WRONG, "pay_slip", ("s", "t")),
        (Urgency.INFORMATION, "venue", ("v",)),
    ]


# ---------------------------------------------------------------- figures


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 0, "0%"), (0, 9, "0%"), (9, 9, "100%"), (806, 874, "92.2%"), (9999, 10000, "99.9%"), (1, 9999, "0.1%")],
)
def test_a_share_is_never_rounded_to_all_or_nothing(part: int, whole: int, text: str) -> None:
    assert statistics.percent(part, whole) == text


def test_who_left_the_roll_is_in_no_figure(workspace: Workspace) -> None:
    branch = office.branch(workspace)
    office.member(workspace, branch)
    office.member(workspace, branch, category="2", joined_on=date(2026, 7, 1))
    office.member(workspace, branch, standing="03")
    with workspace.read() as session:
        members, posts, _, _ = statistics.key_figures(session, TODAY)
        ages = statistics.ages(session, TODAY)
    assert (members.text, members.note) == ("2", "预备 1 人 · 今年发展 1 人")
    assert (posts.text, posts.note) == ("0%", "无职党员 2 人，已设岗 0 人")
    assert sum(number for _, number in ages.bars) == 2


def test_each_member_stands_in_the_bar_of_their_age(workspace: Workspace) -> None:
    branch = office.branch(workspace)
    births = [
        date(year, month, day)
        for year in (1955, 1965, 1966, 1990, 1991, 1995, 1996)
        for month, day in ((11, 22), (11, 23), (11, 24))
    ]
    with workspace.edit("导入") as batch:
        batch.create_rows(Member, [office.member_row(workspace, branch, birth=birth) for birth in births])
    with workspace.read() as session:
        found = statistics.ages(session, TODAY)
    ages = [identity.age(birth, TODAY) for birth in births]
    lows = [0, *(one + 1 for one in statistics.AGES)]
    highs = [*statistics.AGES, 200]
    assert [number for _, number in found.bars] == [
        sum(low <= one <= high for one in ages) for low, high in zip(lows, highs, strict=True)
    ]
    old, young = sum(one > 60 for one in ages), sum(one <= 35 for one in ages)
    assert found.title == (
        f"61 岁及以上占 {statistics.percent(old, len(ages))}，35 岁及以下占 {statistics.percent(young, len(ages))}"
    )


def test_a_village_has_the_state_of_its_best_venue_and_the_members_below_it(workspace: Workspace) -> None:
    names = ("甲村", "乙村", "丙村", "丁村")
    villages = [office.village(workspace, name, f"20{place}") for place, name in enumerate(names)]
    own = workspace.office.id
    with workspace.edit("场所") as batch:
        for village, meets in ((villages[0], False), (villages[0], True), (villages[1], False), (villages[2], False)):
            batch.add(
                Venue(
                    office_id=own,
                    village_id=village,
                    name=f"{meets}",
                    floor_area=80,
                    ownership="01",
                    meets_standard=meets,
                )
            )
        batch.add(VenueProject(office_id=own, village_id=villages[1], kind="01", stage="04", planned_invest=1))
        general = batch.add(PartyOrg(office_id=own, name="总支", kind="621", sector="01", village_id=villages[0])).id
        below = batch.add(PartyOrg(office_id=own, name="一支部", kind="631", sector="01", parent_id=general)).id
    office.member(workspace, below)
    with workspace.read() as session:
        cells = statistics.villages(session, TODAY)
        _, _, venues, _ = statistics.key_figures(session, TODAY)
    assert [(one.name, one.state, one.detail) for one in cells] == [
        ("甲村", "场所达标", "党员 1 人"),
        ("乙村", "场所在建", "党员 0 人"),
        ("丙村", "场所未达标", "党员 0 人"),
        ("丁村", "没有场所", "党员 0 人"),
    ]
    assert (venues.text, venues.note) == ("1 / 4", "还差 3 个 · 在建 1，待验收 0")
    assert venues.place == Place("village", ids=tuple(sorted(villages[1:])), title="没有达标场所")
