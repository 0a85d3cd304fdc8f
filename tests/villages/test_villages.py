"""Every village on one sheet: what all ledgers say of it, how much it presses, and where each fact leads."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import event

from app.ledgers.ledger import Pillar
from app.place import Place
from app.villages import glance
from app.villages.facts import Fact
from app.villages.glance import VillageSheet
from app.workspace import Workspace
from db import clock
from db.models.guarantee import Budget, PaySlip, PayStandard, Venue, VenueProject
from db.models.method import DemoUnit, Rating, Rectification
from db.models.organisation import PartyOrg, Village
from db.models.party_life import Dues, Meeting
from db.models.recruitment import StagnantVillage
from db.models.responsibility import Duty, Inspection, MonthlyCheck, Task
from db.models.team import Cadre, Member
from tests.helpers import office

TODAY = date(2026, 3, 10)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    with office.township(tmp_path / "乡镇 数据") as opened:
        yield opened


def sheets(workspace: Workspace) -> dict[str, VillageSheet]:
    with workspace.read() as session:
        return {one.name: one for one in glance.villages(session, TODAY)}


def facts(sheet: VillageSheet, pillar: Pillar) -> dict[str, tuple[str, str]]:
    return {one.title: (one.text, one.tone) for one in sheet.sections[pillar].facts}


def fact(sheet: VillageSheet, title: str) -> Fact:
    return next(one for section in sheet.sections.values() for one in section.facts if one.title == title)


def fill(workspace: Workspace) -> dict[str, str]:
    """柳溪村, of which every system knows something, and 枫树村, of which nothing is known."""
    ids = {"柳溪村": office.village(workspace, "柳溪村", "201"), "枫树村": office.village(workspace, "枫树村", "202")}
    village, own = ids["柳溪村"], workspace.office.id
    with workspace.edit("登记") as batch:

        def add(record: object) -> str:
            return str(batch.add(record).id)  # type: ignore[type-var]

        general = add(PartyOrg(office_id=own, name="柳溪村党总支", kind="621", sector="01", village_id=village))
        branch = add(PartyOrg(office_id=own, name="一支部", kind="631", sector="01", parent_id=general))
        row = office.member_row(workspace, branch)
        ids["老党员"] = add(Member(**(row | {"joined_on": date(1990, 7, 1)})))
        ids["预备"] = add(Member(**(row | {"category": "2", "joined_on": date(2025, 7, 1), "office_held": "支委"})))
        add(Member(**(row | {"standing": "03"})))  # moved away
        since = date(2024, 1, 1)
        ids["书记"] = add(Cadre(office_id=own, village_id=village, name="陈书记", role="01", share="01", since=since))
        add(Cadre(office_id=own, village_id=village, name="前主任", role="03", since=since, until=date(2025, 1, 1)))
        add(PayStandard(office_id=own, year=2026, base_income=6_000_00, multiple=Decimal("1.7"), shares="1:0.9:0.7"))
        add(PaySlip(office_id=own, cadre_id=ids["书记"], year=2026, month=1, basic=850_00))
        add(Venue(office_id=own, village_id=village, name="活动室", floor_area=Decimal(60), ownership="01"))
        add(VenueProject(office_id=own, village_id=village, kind="01", stage="04", planned_invest=1_000_00))
        for year, planned in ((2025, 20_000_00), (2026, 31_000_00)):
            add(Budget(office_id=own, village_id=village, year=year, source="01", planned=planned))
        ids["定级"] = add(Rating(office_id=own, party_org_id=general, year=2025, township_grade="02"))
        problem = {
            "problem": "04",
            "description": "没有开会",
            "source": "01",
            "measure": "开会",
            "responsible": "王小明",
        }
        opened = {"office_id": own, "party_org_id": branch, "opened_on": date(2025, 3, 1)}
        ids["超期"] = add(Rectification(**opened, **problem, due_on=date(2026, 3, 9)))
        add(Rectification(**opened, **problem, due_on=date(2026, 12, 1)))
        add(Rectification(**opened, **problem, due_on=date(2025, 6, 1), closed_on=date(2025, 5, 1)))
        add(DemoUnit(office_id=own, party_org_id=general, level="02", year=2025, title_on=date(2025, 5, 1)))
        task = add(
            Task(
                office_id=own,
                year=2026,
                number=1,
                title="建场所",
                target="目标",
                measure="措施",
                due_on=date(2026, 12, 31),
            )
        )
        people = {"first_responsible": "王小明", "direct_responsible": "李小芳"}
        duty = add(Duty(office_id=own, task_id=task, target_office_id=own, village_id=village, quota=4, **people))
        for month, done in (("2026-01", 1), ("2026-02", 1)):
            add(
                MonthlyCheck(
                    office_id=own, duty_id=duty, month=month, done=done, total_done=int(month[-1]),
                    rate=Decimal(25 * int(month[-1])), filled_by="王小明",
                )
            )  # fmt: skip
        ids["督查"] = add(
            Inspection(
                office_id=own, team="第一督查组", on=date(2026, 2, 1), target_office_id=own, village_id=village,
                way="02", found="公开栏没有更新", request="更新", due_on=date(2026, 2, 20),
            )
        )  # fmt: skip
        for on in (date(2025, 12, 5), date(2026, 2, 5)):  # a theme day each; the year's life meeting is not yet begun
            add(Meeting(office_id=own, party_org_id=branch, kind="05", on=on, subject="学习", expected=2, present=2))
        add(Dues(office_id=own, member_id=ids["老党员"], month="2026-01", due=2_00))
        add(Dues(office_id=own, member_id=ids["预备"], month="2026-01", due=2_00, paid=2_00))
    return ids


def test_what_all_systems_say_of_a_village(workspace: Workspace) -> None:
    fill(workspace)
    one = sheets(workspace)["柳溪村"]
    assert facts(one, Pillar.TEAM) == {
        "书记": ("陈书记", ""),
        "村干部": ("在任 1 人", ""),
        "党员": ("2 人", ""),
        "预备党员": ("1 人", ""),
        "最近入党": ("2025年7月", ""),
        "无职党员设岗": ("0 / 1 人", "attention"),
    }
    assert facts(one, Pillar.GUARANTEE) == {
        "活动场所": ("场所在建，60 ㎡", "attention"),
        "建设项目": ("1 个，开工；资金到位 0 / 0 万元", ""),
        "今年场所使用": ("0 次", ""),
        "报酬发放": ("缺 1 条", "wrong"),  # February's; March is not over
        "运转经费": ("31,000.00 元，比上年增加 11,000.00 元", ""),
    }
    assert facts(one, Pillar.METHOD) == {
        "党组织定级": ("较好（2025年）", ""),
        "整改": ("未销号 2 / 3 项，超期 1 项", "wrong"),
        "示范单位": ("县级，已授牌", ""),
    }
    assert facts(one, Pillar.RESPONSIBILITY) == {
        "责任项目": ("1 项，完成率 50%", ""),
        "督查": ("1 次，没有反馈 1 次", "wrong"),
        "三会一课": ("今年 1 次", ""),
        "党费": ("今年没有交清 1 人", "attention"),
    }
    assert one.tone == "wrong"


def test_a_cell_tells_it_at_a_glance(workspace: Workspace) -> None:
    fill(workspace)
    found = sheets(workspace)
    assert [(text, tone) for _, text, tone in found["柳溪村"].glance] == [
        ("书记 陈书记，党员 2，预备 1，2025年入党", ""),
        ("场所在建，报酬缺 1 条", "wrong"),
        ("定级 较好，未销号 2 项，超期 1", "wrong"),
        ("责任完成率 50%，督查待反馈 1，会议开齐，党费欠 1 人", "wrong"),
    ]
    assert [(text, tone) for _, text, tone in found["枫树村"].glance] == [
        ("没有书记，党员 0，没有人入党", "wrong"),
        ("没有场所，运转经费要看", "wrong"),
        ("没有定级", ""),
        ("没有会议记录", ""),
    ]


def test_each_fact_leads_to_the_records_behind_it(workspace: Workspace) -> None:
    ids = fill(workspace)
    one = sheets(workspace)["柳溪村"]
    assert fact(one, "书记").place == Place("cadre", ids=(ids["书记"],))
    assert fact(one, "党员").place == Place("member", ids=(ids["老党员"], ids["预备"]), title="柳溪村党员")
    assert fact(one, "最近入党").place == Place("member", ids=(ids["预备"],), title="柳溪村最近入党")
    assert fact(one, "整改").place == Place("rectification", ids=(ids["超期"],), title="柳溪村")
    assert fact(one, "督查").place == Place("inspection", ids=(ids["督查"],), title="柳溪村")
    assert fact(one, "报酬发放").place == Place("cadre", ids=(ids["书记"],), title="柳溪村缺发放记录")
    assert fact(one, "党费").place == Place("member", ids=(ids["老党员"],), title="柳溪村党费没有交清")
    assert [fact.title for fact in one.pressing][:3] == ["报酬发放", "整改", "督查"]


def test_a_stagnant_village_says_so(workspace: Workspace) -> None:
    ids = fill(workspace)
    with workspace.edit("盘点") as batch:
        row = {"office_id": workspace.office.id, "village_id": ids["柳溪村"], "opened_on": date(2026, 1, 1)}
        batch.add(StagnantVillage(**row))
    one = sheets(workspace)["柳溪村"]
    assert facts(one, Pillar.TEAM)["空白村"] == ("没有销号", "wrong")
    assert one.glance[0][1:] == ("书记 陈书记，党员 2，预备 1，空白村", "wrong")


def test_more_villages_ask_no_more_of_the_store(workspace: Workspace) -> None:
    def asked() -> int:
        statements: list[str] = []

        def count(_: object, __: object, statement: str, *___: object) -> None:
            statements.append(statement)

        event.listen(workspace.engine, "before_cursor_execute", count)
        try:
            sheets(workspace)
        finally:
            event.remove(workspace.engine, "before_cursor_execute", count)
        return len(statements)

    fill(workspace)
    few = asked()
    with workspace.edit("更多村") as batch:
        for number in range(30):
            batch.add(Village(office_id=workspace.office.id, code=f"3{number:02d}", name=f"村{number}", kind="01"))
    assert asked() == few
