"""党内统计 over a store: figures computed by hand, each with its records; years that join; what does not come out."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from app import listing
from app.ledgers.catalogue import LEDGERS
from app.listing import Query
from app.place import Place
from app.team import party_sheet
from app.team.party_statistics import By, Level, Table, Topic, day_of
from app.workspace import Workspace
from db import clock
from db.errors import Refusal
from db.journal import stored_rows
from db.models.common import Policy
from db.models.organisation import Office, PartyOrg
from db.models.team import Member, MemberEvent
from tests.helpers.office import CHEAP, member_row

TODAY = date(2012, 9, 12)
PEOPLE = {
    "甲": {"birth": date(1940, 1, 1), "education": "81", "full_on": date(1970, 7, 1), "work_post": "111"},
    "乙": {"birth": date(1976, 9, 13), "education": "31", "full_on": date(2011, 9, 12), "work_post": "0111"},
    "丙": {"birth": date(1976, 9, 12), "education": "21", "full_on": date(2002, 1, 1), "work_post": "01", "sex": "2"},
    "丁": {"birth": date(1990, 1, 1), "category": "2", "nation": "15", "joined_on": date(2012, 3, 1), "sex": "2"},
    "戊": {"birth": date(1950, 1, 1), "nation": "97", "work_post": "42"},
    "走": {"birth": date(1950, 1, 1), "standing": "03"},
}
EVENTS = (("丁", "01", date(2012, 3, 1)), ("走", "04", date(2012, 5, 1)), ("乙", "02", date(2011, 4, 1)))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A county with two townships: five members in one branch and one who left, one in a branch of the other."""
    folder = tmp_path_factory.mktemp("统计") / "县"
    with Workspace.create(folder, code="430599", name="云溪县", level="county", cost=CHEAP) as workspace:
        with workspace.edit("登记") as batch:
            known = {"superior_id": workspace.office.id, "level": "township", "office_id": workspace.office.id}
            towns = [
                batch.add(Office(**known, code=f"43059910{at}", name=name)).id for at, name in enumerate("石柳", 1)
            ]
            orgs = [
                batch.add(PartyOrg(office_id=town, name=f"{name}村党支部", kind="631", sector="01")).id
                for town, name in ((towns[0], "石桥"), (towns[0], "空"), (towns[1], "柳溪"))
            ]
            ids = {}
            for name, fields in PEOPLE.items():
                row = {**member_row(workspace, orgs[0], name=name), **fields, "office_id": towns[0]}
                ids[name] = batch.add(Member(**row)).id
            batch.add(Member(**{**member_row(workspace, orgs[2], name="己"), "office_id": towns[1]}))
            for name, kind, on in EVENTS:
                batch.add(MemberEvent(office_id=towns[0], member_id=ids[name], kind=kind, on=on))
        yield workspace


def read(workspace: Workspace, topic: Topic, by: By = By.BRANCH, day: date = TODAY, **more: str) -> Table:
    with workspace.read() as session:
        return party_sheet.table(session, topic, by, day, TODAY, **more)  # type: ignore[arg-type]


def numbers(table: Table, place: int = 0) -> dict[str, int]:
    """The figures of a line that are not nothing."""
    figures = zip(table.columns, table.lines[place].figures, strict=True)
    return {title: one.number for title, one in figures if one.number}


def names(workspace: Workspace, place: Place | None) -> list[str]:
    """The members to whom a figure leads."""
    assert place is not None
    with workspace.read() as session:
        ledger = LEDGERS[place.page]
        ids = listing.ids(session, ledger, Query(where=(("id", place.ids or ()),)))
        rows = listing.rows(session, ledger, ids, [ledger.column_names[0]])
    return sorted(row.cells[0] for row in rows)


@pytest.mark.parametrize(
    ("topic", "found", "finding"),
    [
        (
            Topic.AGE,
            {"合计": 6, "≤30": 1, "31–35": 1, "36–40": 1, "46–50": 1, "61–65": 1, "≥71": 1},
            "61 岁及以上占 33.3%，35 岁及以下占 33.3%",
        ),
        (
            Topic.EDUCATION,
            {"合计": 6, "大学本科": 1, "大学专科": 1, "初中及以下": 1, "未填": 3},
            "大专及以上 2 人，占 33.3%",
        ),
        (Topic.SEX, {"合计": 6, "男": 4, "女": 2}, "女党员 2 人，占 33.3%"),
        (Topic.NATION, {"合计": 6, "汉族": 4, "少数民族": 1, "其他": 1}, "少数民族党员 1 人，占 16.7%"),
        (
            Topic.PARTY_YEARS,
            {"合计": 6, "1–5年": 1, "6–10年": 1, "≥21年": 1, "预备党员": 1, "未填": 2},
            "党龄 1–5 年的最多，1 人，占 16.7%",
        ),
        (
            Topic.OCCUPATION,
            {"合计": 6, "农牧渔民": 1, "党政机关": 1, "离退休": 1, "未填明": 3},
            "农牧渔民最多，1 人，占 16.7%",
        ),
        (
            Topic.ADMITTED,
            {"合计": 1, "其中女": 1, "少数民族": 1, "≤25": 1},
            "2012 年发展党员 1 人，35 岁及以下占 100%",
        ),
    ],
)
def test_the_figures(made: Workspace, topic: Topic, found: dict[str, int], finding: str) -> None:
    table = read(made, topic)
    assert numbers(table) == found
    assert table.finding == finding


def test_the_lines(made: Workspace) -> None:
    def of(table: Table) -> list[tuple[Level, str, int]]:
        return [(line.level, line.name, line.figures[0].number) for line in table.lines]

    whole, stone, willow = (Level.ALL, "合计", 6), (Level.OFFICE, "石", 5), (Level.OFFICE, "柳", 1)
    assert of(read(made, Topic.SEX, By.OFFICE)) == [whole, stone, willow]
    assert of(read(made, Topic.SEX)) == [
        whole,
        stone,
        (Level.BRANCH, "石桥村党支部", 5),
        (Level.BRANCH, "空村党支部", 0),
        willow,
        (Level.BRANCH, "柳溪村党支部", 1),
    ]
    town = read(made, Topic.SEX).lines[4].office
    assert town is not None
    assert of(read(made, Topic.SEX, office=town)) == [(Level.ALL, "合计", 1), (Level.BRANCH, "柳溪村党支部", 1)]


def test_a_figure_leads_to_its_records(made: Workspace) -> None:
    table = read(made, Topic.SEX)
    place = table.place(table.lines[2], 2)
    assert names(made, place) == ["丁", "丙"]
    assert place is not None
    assert place.title == "2012 年 石桥村党支部 性别 女"
    assert table.place(table.lines[3], 2) is None
    left = read(made, Topic.BALANCE)
    away = left.place(left.lines[0], left.columns.index("转出"))
    assert away is not None
    assert (away.page, len(away.ids or ())) == ("member_event", 1)


def test_the_age_is_of_the_day(made: Workspace) -> None:
    """乙 is 36 on 13 September; 丙 was on the 12th."""
    table = read(made, Topic.AGE)
    assert names(made, table.place(table.lines[0], table.columns.index("31–35"))) == ["乙"]
    assert names(made, table.place(table.lines[0], table.columns.index("36–40"))) == ["丙"]


@pytest.mark.parametrize(
    ("day", "there"),
    [
        (date(2012, 5, 1), ["丁", "丙", "乙", "己", "戊", "甲"]),
        (date(2012, 4, 30), ["丁", "丙", "乙", "己", "戊", "甲", "走"]),
        (date(2011, 12, 31), ["丙", "乙", "己", "戊", "甲", "走"]),
        (date(2010, 12, 31), ["丙", "己", "戊", "甲", "走"]),
    ],
)
@pytest.mark.parametrize("by", list(By))
def test_the_roll_of_a_past_day(made: Workspace, by: By, day: date, there: list[str]) -> None:
    table = read(made, Topic.SEX, by, day)
    assert names(made, table.place(table.lines[0], 0)) == sorted(there)


def test_the_balance_and_the_years_join(made: Workspace) -> None:
    now = read(made, Topic.BALANCE)
    assert numbers(now) == {"上年底": 6, "发展": 1, "转出": 1, "应有": 6, "实有": 6}
    assert now.finding == "上年底 6 + 增加 1 − 减少 1 = 应有 6，实有 6，平衡"
    last = read(made, Topic.BALANCE, day=date(2011, 12, 31))
    assert numbers(last) == {"上年底": 5, "转入": 1, "应有": 6, "实有": 6}
    assert numbers(read(made, Topic.BALANCE, By.OFFICE))["上年底"] == numbers(last)["实有"]


def test_what_does_not_come_out_is_named(made: Workspace) -> None:
    with made.edit("乱", kind="receive") as batch:  # as a package brings it: nothing follows
        with made.read() as session:
            people = {one.name: one.id for one in session.query(Member)}
            rows = stored_rows(session.connection(), Member, list(people.values()))
        events = [{"office_id": made.office.id, "member_id": people["己"], "kind": "05", "on": date(2012, 2, 1)}]
        batch.create_rows(MemberEvent, events)
        changes = {"甲": {"standing": "04"}, "丁": {"deleted_at": clock.now()}}
        batch.update_rows(Member, [(rows[people[name]], changed) for name, changed in changes.items()])
    try:
        table = read(made, Topic.BALANCE)
        assert table.finding == "上年底 6 + 增加 1 − 减少 2 = 应有 5，实有 4，少 1 人"
        assert [(one.sentence, one.number, one.ledger) for one in table.doubts] == [
            ("已不在册，没有减少记录", -1, "member"),
            ("有减少记录，党籍状态还是正常", 1, "member"),
            ("有增减记录，党员已从花名册删除", -1, "member_event"),
        ]
        assert [one.ids for one in table.doubts[:2]] == [(people["甲"],), (people["己"],)]
        willow = next(place for place, line in enumerate(table.lines) if line.name == "柳溪村党支部")
        assert numbers(table, willow) == {"上年底": 1, "死亡": 1, "实有": 1, "差": 1}
    finally:
        made.undo()


def test_a_countys_own_bands(made: Workspace) -> None:
    assert read(made, Topic.AGE, ages="e").columns == ("合计", "≤35", "36–45", "46–60", "≥61")
    row = {"office_id": made.office.id, "key": "bands.age.e", "effective_from": date(2012, 1, 1), "source": "县里"}
    with made.edit("改分组") as batch:
        batch.create_rows(Policy, [{**row, "value": "三十五"}])
    try:
        with pytest.raises(Refusal, match=r"规则参数 bands\.age\.e 的值“三十五”不能分组。请县里在“规则参数”中改成"):
            read(made, Topic.AGE, ages="e")
    finally:
        made.undo()


def test_a_day_that_has_not_come(made: Workspace) -> None:
    with pytest.raises(Refusal, match="2012-12-31 还没有到，没有数可以统计。请换一个日期"):
        read(made, Topic.AGE, day=date(2012, 12, 31))
    with pytest.raises(Refusal, match="2013 年还没有到，没有数可以统计。请换一个年度"):
        day_of(2013, TODAY)
    assert day_of(2011, TODAY) == date(2011, 12, 31)
    assert day_of(2012, TODAY) == TODAY


def test_the_workbook(made: Workspace, tmp_path: Path) -> None:
    table, out = read(made, Topic.SEX, By.OFFICE), tmp_path / "性别.xlsx"
    assert party_sheet.export(made, table, out) == 4
    sheet = load_workbook(out).active
    assert sheet is not None
    assert [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)] == [
        ["云溪县党员性别（截至2012年9月12日）：女党员 2 人，占 33.3%"],
        ["单位", "合计", "男", "女"],
        ["合计", 6, 4, 2],
        ["占比", "100%", "66.7%", "33.3%"],
        ["石", 5, 3, 2],
        ["柳", 1, 1, 0],
    ]


def test_a_store_with_nobody(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "空", code="430599", name="云溪县", level="county", cost=CHEAP) as workspace:
        for topic in Topic:
            table = read(workspace, topic)
            assert table.lines == ()
            assert not any(number for _, number in table.bars)
