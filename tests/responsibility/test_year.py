"""A year of responsibility: duties given, months checked, a bulletin, scores, the decision, the draw, what is due."""

import shutil
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app import editing
from app.ledgers.catalogue import LEDGERS
from app.place import MONTH, Place
from app.reminding import Reminder, Urgency
from app.responsibility import assessing, duties_due, inspecting, ledger_figures, month
from app.responsibility.assessing import Mark
from app.responsibility.month import OfficeLine
from app.rules import monthly, scoring
from app.rules.monthly import Report
from app.workspace import Workspace
from db import clock
from db.errors import Refusal
from db.models.organisation import Office, PartyOrg, Village
from db.models.party_life import Dues, Meeting
from db.models.responsibility import (
    Assessment,
    Bulletin,
    Duty,
    Indicator,
    Inspection,
    MonthlyCheck,
    Restriction,
    Score,
    Task,
)
from tests.helpers import office as helpers

TODAY = date(2026, 11, 27)
YEAR = 2026


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county with three townships: two with three and one villages and their officers, one without an organiser."""
    folder = tmp_path_factory.mktemp("全年") / "云溪县"
    with (
        Workspace.create(folder, code="430599", name="云溪县", level="county") as county,
        county.edit("登记") as batch,
    ):
        for place, (name, villages, organiser) in enumerate(
            (("石桥镇", 3, "李小芳"), ("双桥镇", 1, "陈桂香"), ("白水乡", 0, None))
        ):
            one = batch.add(
                Office(
                    office_id=county.office.id,
                    code=f"43059910{place + 1}",
                    name=name,
                    level="township",
                    superior_id=county.office.id,
                )
            )
            kept = {"office_id": one.id}
            batch.add(
                PartyOrg(
                    **kept,
                    name=f"中共{name}委员会",
                    kind="611",
                    sector="03",
                    secretary=f"王{name[0]}",
                    organiser=organiser,
                )
            )
            for number in range(villages):
                batch.add(Village(**kept, code=f"20{number}", name=f"{name[0]}{number}村", kind="01"))
    return folder


@pytest.fixture
def county(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    shutil.copytree(made, tmp_path / "云溪县")
    with Workspace.open(tmp_path / "云溪县") as workspace:
        yield workspace


def begun(county: Workspace) -> dict[str, OfficeLine]:
    """The year with its tasks, standards and duties; its offices by name."""
    month.carry_over(county, YEAR)
    month.make_duties(county, YEAR)
    with county.read() as session:
        return {one.name: one for one in month.offices(session, county.office.id)}


def count(county: Workspace, model: Any) -> int:
    with county.read() as session:
        found = session.execute(select(func.count()).select_from(model).where(model.deleted_at.is_(None)))
        return int(found.scalar_one())


def check(county: Workspace, office: OfficeLine, when: str, done: int, filled_on: date, numbers: range) -> None:
    """An office's self-checks of some of its duties."""
    with county.edit("自查") as batch:
        for duty in month.duties(batch.session, YEAR, office.id):
            if duty.number in numbers:
                batch.add(
                    MonthlyCheck(
                        office_id=office.id,
                        duty_id=duty.id,
                        month=when,
                        done=done,
                        total_done=done,
                        rate=monthly.rate(done, duty.quota),
                        filled_by="经办",
                        filled_on=filled_on,
                    )
                )


# ---------------------------------------------------------------- duties


def test_a_year_is_carried_over_whole_and_once(county: Workspace) -> None:
    assert month.carry_over(county, YEAR) == (9, 38)  # 5 + 17 for townships, 5 + 11 for agencies
    with county.read() as session:
        tasks = month.tasks(session, YEAR)
        assert [one.number for one in tasks] == list(range(1, 10))
        assert {one.due_on for one in tasks} == {date(2026, 12, 31)}
        assert sum(one.weight or 0 for one in tasks) == 100
        for category in ("01", "02"):
            found = session.scalars(
                select(Indicator).where(Indicator.year == YEAR, Indicator.category == category)
            ).all()
            items = [scoring.Item(one.id, one.parent_id, one.full_mark, one.way) for one in found]
            assert scoring.sum_of_marks(items) == 100
    with pytest.raises(Refusal, match="2026 年的实事和考核指标都已经有了"):
        month.carry_over(county, YEAR)
    county.undo()
    assert count(county, Task) == 9


def test_duties_name_the_secretary_and_the_organiser_and_split_the_quota(county: Workspace) -> None:
    month.carry_over(county, YEAR)
    made = month.make_duties(county, YEAR)
    assert (made.created, made.lacking) == (18, (("白水乡", "没有填组织委员"),))
    with county.read() as session:
        names = {one.id: one.name for one in month.offices(session, county.office.id)}
        found = [one for one in month.duties(session, YEAR) if one.number == 2]
    assert [(names[one.office_id], one.quota, one.first_responsible, one.direct_responsible) for one in found] == [
        ("石桥镇", 240, "王石", "李小芳"),
        ("双桥镇", 80, "王双", "陈桂香"),
    ]
    assert month.make_duties(county, YEAR).created == 0
    county.undo()
    assert count(county, Duty) == 0


def test_duties_need_tasks(county: Workspace) -> None:
    with pytest.raises(Refusal, match="还没有 2026 年的实事。请先在“实事”里登记，或从往年沿用"):
        month.make_duties(county, YEAR)
    assert count(county, Duty) == 0


# ---------------------------------------------------------------- months


def test_who_is_late_who_is_missing_and_the_rank(county: Workspace) -> None:
    offices = begun(county)
    check(county, offices["石桥镇"], "2026-10", 40, date(2026, 10, 25), range(1, 10))
    check(county, offices["双桥镇"], "2026-10", 40, date(2026, 10, 26), range(1, 10))
    check(county, offices["双桥镇"], "2026-11", 40, date(2026, 11, 20), range(1, 4))
    with county.read() as session:
        october = month.standing(session, county.office.id, "2026-10", TODAY)
        november = month.standing(session, county.office.id, "2026-11", TODAY)
    # quotas 240/80 6000/2000 60/20 600/200 60/20 60/20: 16.7 0.7 66.7 6.7 66.7 66.7 → 37.4; 50 2 100×3 20 → 62.0
    assert [(one.office.name, one.state, one.rate, one.rank) for one in october[:2]] == [
        ("石桥镇", Report.ON_TIME, Decimal("37.4"), 2),
        ("双桥镇", Report.LATE, Decimal("62.0"), 1),
    ]
    assert [(one.filled, one.owed, one.state) for one in november[:2]] == [
        (0, 9, Report.MISSING),
        (3, 9, Report.MISSING),
    ]


def test_the_bulletin_ranks_and_names(county: Workspace) -> None:
    offices = begun(county)
    check(county, offices["石桥镇"], "2026-10", 40, date(2026, 10, 26), range(1, 10))
    made = month.issue_bulletin(county, "2026-10")
    with county.read() as session:
        title, body = month.bulletin_text(session, made)
    assert title == "关于2026年10月份基层党建工作完成情况的通报"
    for sentence in (
        "本月应报自查的单位2个，按时上报0个，逾期上报1个，没有上报1个。",
        "各单位实事平均完成率依次为：第1名 石桥镇 37.4%。",
        "村级组织活动场所建设：任务320个，累计完成40个，完成率12.5%。",
        "没有上报自查的单位：双桥镇。",
        "逾期上报的单位：石桥镇。",
        "请没有上报的单位立即补报；",
    ):
        assert sentence in body
    with pytest.raises(Refusal, match="2026-10 的通报已经有了"):
        month.issue_bulletin(county, "2026-10")
    county.undo()
    assert count(county, Bulletin) == 0


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A township with two duties, as its county would have handed them down."""
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    with helpers.township(tmp_path / "石桥镇") as workspace:
        own = workspace.office.id
        with workspace.edit("责任") as batch:
            for number, quota in ((1, None), (2, 12)):
                task = batch.add(
                    Task(
                        office_id=own,
                        year=YEAR,
                        number=number,
                        title=f"实事{number}",
                        target="目标",
                        measure="措施",
                        due_on=date(2026, 12, 31),
                    )
                )
                batch.add(
                    Duty(
                        office_id=own,
                        task_id=task.id,
                        target_office_id=own,
                        quota=quota,
                        first_responsible="王小明",
                        direct_responsible="李小芳",
                    )
                )
        yield workspace


def test_a_month_is_filled_in_at_once(town: Workspace) -> None:
    with town.read() as session:
        first, second = (one.id for one in month.duties(session, YEAR))
    month.fill(town, "2026-10", {second: {"done": "3", "filled_by": "陈桂香", "filled_on": date(2026, 10, 20)}})
    written = month.fill(
        town,
        "2026-11",
        {first: {"done": "1", "filled_by": "陈桂香"}, second: {"planned": "2", "done": "2", "filled_by": "陈桂香"}},
    )
    with town.read() as session:
        lines = month.sheet(session, town.office.id, "2026-11")
    assert written == 2
    assert [(one.before, one.values["total_done"], one.values["rate"]) for one in lines] == [
        (0, 1, None),
        (3, 5, Decimal("41.7")),
    ]
    assert lines[1].values["filled_on"] == TODAY
    month.fill(town, "2026-11", {second: {"done": "4"}})
    with town.read() as session:
        assert month.sheet(session, town.office.id, "2026-11")[1].values["total_done"] == 7
    town.undo()
    town.undo()
    with town.read() as session:
        assert [one.check_id for one in month.sheet(session, town.office.id, "2026-11")] == [None, None]


def test_a_month_that_cannot_be_kept_leaves_nothing(town: Workspace) -> None:
    with town.read() as session:
        first, second = (one.id for one in month.duties(session, YEAR))
    typed = {first: {"done": "1", "filled_by": "陈桂香"}, second: {"done": "很多", "filled_by": "陈桂香"}}
    with pytest.raises(Refusal, match="第 2 件“实事2”：") as told:
        month.fill(town, "2026-11", typed)
    assert told.value.reason == "invalid-record"
    assert count(town, MonthlyCheck) == 0


# ---------------------------------------------------------------- scores


def score_all(county: Workspace, office: OfficeLine, share: str) -> None:
    """Every leaf at a share of its full mark, nothing in addition."""
    with county.read() as session:
        sheet = assessing.sheet(session, office, YEAR, TODAY, figures=False)
    marks = {
        one.id: Mark(str(one.full_mark * Decimal(share)) if one.way != scoring.BONUS else "0", "按细则扣分")
        for one in sheet.lines
        if one.leaf
    }
    assessing.fill(county, office, YEAR, marks)


def test_totals_ranks_and_what_follows_below_seventy(county: Workspace) -> None:
    offices = begun(county)
    score_all(county, offices["石桥镇"], "0.9")
    score_all(county, offices["双桥镇"], "0.699")
    with pytest.raises(Refusal, match="2026 年的县评分没有评完：白水乡还差 16 项。请评完再审定"):
        assessing.decide(county, YEAR, "01", TODAY)
    assert count(county, Assessment) == 0
    score_all(county, offices["白水乡"], "0.7")
    found = assessing.decide(county, YEAR, "01", TODAY, {offices["双桥镇"].id: [("刘专职", "党建专干")]})
    assert [(one.office.name, one.total, one.rank, one.passed) for one in found.standings] == [
        ("石桥镇", Decimal("90.0"), 1, True),
        ("白水乡", Decimal("70.0"), 2, True),
        ("双桥镇", Decimal("69.900"), 3, False),
    ]
    assert [(office.name, one.kind, one.person, one.until) for office, one in found.restrictions] == [
        ("双桥镇", "01", None, date(2027, 11, 27)),
        ("双桥镇", "03", "王双", date(2026, 12, 27)),
        ("双桥镇", "02", "王双", date(2027, 11, 27)),
        ("双桥镇", "02", "陈桂香", date(2027, 11, 27)),
        ("双桥镇", "02", "刘专职", date(2027, 11, 27)),
    ]
    with county.read() as session:
        bound = session.scalars(select(Restriction)).all()
        assert {one.target_office_id for one in bound} == {offices["双桥镇"].id}
        assert assessing.result_of(session, offices["双桥镇"].id, YEAR) == "2026-11-27 审定 69.9 分，第 3 名"
    with pytest.raises(Refusal, match="已经审定"):
        assessing.decide(county, YEAR, "01", TODAY)
    county.undo()
    assert (count(county, Assessment), count(county, Restriction)) == (0, 0)


def test_of_two_offices_of_one_name_only_the_one_below_is_bound(county: Workspace) -> None:
    offices = begun(county)
    editing.save(county, LEDGERS["office"], {"name": "双桥镇"}, offices["石桥镇"].id)
    for name, share in (("石桥镇", "0.9"), ("双桥镇", "0.6"), ("白水乡", "0.7")):
        score_all(county, offices[name], share)
    assessing.decide(county, YEAR, "01", TODAY)
    with county.read() as session:
        assert set(session.scalars(select(Restriction.target_office_id))) == {offices["双桥镇"].id}


def test_seventy_fails_where_policy_says_so(county: Workspace) -> None:
    offices = begun(county)
    with county.read() as session:
        policy = LEDGERS["policy"].model
        line = session.scalars(select(policy.id).where(policy.key == "score.pass_mark_passes")).one()  # type: ignore[attr-defined]
    editing.save(county, LEDGERS["policy"], {"value": "false"}, line)
    for one in offices.values():
        score_all(county, one, "0.7")
    with county.read() as session:
        found = assessing.plan(session, county.office.id, YEAR, "01", TODAY)
    assert [one.passed for one in found.standings] == [False, False, False]
    assert [one.rank for one in found.standings] == [1, 1, 1]


def test_an_appointment_that_breaks_a_restriction_is_told(county: Workspace) -> None:
    offices = begun(county)
    for name, share in (("石桥镇", "0.5"), ("双桥镇", "0.9"), ("白水乡", "0.9")):
        score_all(county, offices[name], share)
    assessing.decide(county, YEAR, "01", TODAY)
    with county.read() as session:
        orgs = {one.office_id: one.id for one in session.scalars(select(PartyOrg))}
        told = [
            [
                one.field
                for one in editing.draft(
                    county, session, LEDGERS["party_org"], {"deputy": "李小芳"}, orgs[offices[name].id]
                ).findings
                if one.rule == "restriction.appointment"
            ]
            for name in ("石桥镇", "双桥镇")
        ]
    assert told == [["deputy"], []]


def test_the_ledgers_fill_in_marks_with_reasons(county: Workspace) -> None:
    offices = begun(county)
    bridge = offices["双桥镇"]
    check(county, bridge, "2026-10", 10, date(2026, 10, 20), range(2, 3))
    assert assessing.fill_from_ledgers(county, bridge, YEAR, TODAY) == 3
    with county.read() as session:
        sheet = assessing.sheet(session, bridge, YEAR, TODAY)
    found = {
        one.number: (one.figure, one.county_score, one.county_reason)
        for one in sheet.lines
        if one.county_score is not None
    }
    assert found == {
        "1.3": ("活动场所达标覆盖率 0%", Decimal(0), "活动场所达标覆盖率 0%，按细则得 0 分"),
        "4.1": ("实事完成率 12.5%", Decimal("1.13"), "实事完成率 12.5%，按细则得 1.13 分"),
        "4.2": ("月度自查按时率 0%", Decimal(0), "月度自查按时率 0%，按细则得 0 分"),
    }
    assert (sheet.county_total, sheet.county_missing) == (None, 13)


def test_a_mark_without_a_reason_is_refused_and_nothing_is_written(county: Workspace) -> None:
    office = begun(county)["石桥镇"]
    with county.read() as session:
        lines = {one.number: one.id for one in assessing.sheet(session, office, YEAR, TODAY, figures=False).lines}
    marks = {lines["1.1"]: Mark("8"), lines["1.2"]: Mark("4.5")}
    with pytest.raises(Refusal, match=r"1\.2 村、社区工作经费纳入预算：县评分比满分少 0\.5 分，请写明扣分事由"):
        assessing.fill(county, office, YEAR, marks)
    assert count(county, Score) == 0
    with pytest.raises(Refusal, match="不是可以评分的单项指标"):
        assessing.fill(county, office, YEAR, {lines["1"]: Mark("20")})


def test_own_marks_stay_beside_the_countys(county: Workspace) -> None:
    office = begun(county)["石桥镇"]
    with county.read() as session:
        lines = {one.number: one.id for one in assessing.sheet(session, office, YEAR, TODAY, figures=False).lines}
    assessing.fill(county, office, YEAR, {lines["1.1"]: Mark("6", "迟发")})
    with county.edit("乡镇自评") as batch:
        for number, mark in (("1.1", 8), ("1.2", 5)):
            own = {"office_id": office.id, "target_office_id": office.id}
            batch.add(Score(**own, indicator_id=lines[number], self_score=Decimal(mark)))
    assessing.fill(county, office, YEAR, {lines["1.1"]: Mark("7", "迟发"), lines["1.2"]: Mark("5")})
    with county.read() as session:
        sheet = {one.number: one for one in assessing.sheet(session, office, YEAR, TODAY, figures=False).lines}
    assert (sheet["1.1"].self_score, sheet["1.1"].county_score) == (8, 7)
    assert (sheet["1.2"].self_score, sheet["1.2"].county_score) == (5, 5)
    assert count(county, Score) == 3


# ---------------------------------------------------------------- the draw


def test_the_draw_is_written_down_with_its_number(county: Workspace) -> None:
    found = inspecting.assign(county, "20261127", 2, 1)
    with county.read() as session:
        assert found == inspecting.drawn(session, county.office.id, "20261127", 2, 1)
        notes = session.scalars(select(Inspection.note)).all()
    assert [one.team_name for one in found] == ["第一督查组", "第二督查组"]
    assert set(notes) == {"抽签号 20261127，2 个组每组 1 个村"}
    county.undo()
    assert count(county, Inspection) == 0
    with county.read() as session, pytest.raises(Refusal, match="请先定抽签号"):
        inspecting.drawn(session, county.office.id, " ", 2, 1)


# ---------------------------------------------------------------- what is due


def due(workspace: Workspace) -> list[Reminder]:
    with workspace.read() as session:
        return list(duties_due.due(session, workspace.office, TODAY))


def test_a_township_is_told_of_its_month_meetings_and_debts(town: Workspace) -> None:
    branch = helpers.branch(town)
    debtor = helpers.member(town, branch, name="赵六")
    with town.edit("登记") as batch:
        own = {"office_id": town.office.id}
        batch.add(
            Meeting(**own, party_org_id=branch, kind="05", on=date(2026, 1, 5), expected=9, present=9, subject="学习")
        )
        for number in (8, 9, 10):
            batch.add(Dues(**own, member_id=debtor, month=f"2026-{number:02d}", due=100))
    found = due(town)
    assert [(one.urgency, one.title, one.detail) for one in found] == [
        (Urgency.WRONG, "10月自查没有填完", "应在 10月25日前填好，已填 0 / 2 项"),
        (Urgency.WRONG, "11月自查没有填完", "应在 11月25日前填好，已填 0 / 2 项"),
        (Urgency.ATTENTION, "2026年第3季度没有开党课 1 个支部", "柳溪村党支部"),
        (Urgency.ATTENTION, "2026年第3季度没有开支部党员大会 1 个支部", "柳溪村党支部"),
        (Urgency.ATTENTION, "2026年10月没有开主题党日 1 个支部", "柳溪村党支部"),
        (Urgency.ATTENTION, "连续 3 个月以上没有交党费 1 人", "赵六，请催交"),
    ]
    assert found[0].place == Place(MONTH, title="2026-10")
    assert found[-1].place == Place("member", ids=(debtor,), title="欠交党费")


def test_a_county_is_told_of_reports_answers_and_accounts(county: Workspace) -> None:
    offices = begun(county)
    check(county, offices["石桥镇"], "2026-10", 1, date(2026, 10, 20), range(1, 10))
    for name, share in (("石桥镇", "0.5"), ("双桥镇", "0.9"), ("白水乡", "0.9")):
        score_all(county, offices[name], share)
    assessing.decide(county, YEAR, "01", TODAY)
    with county.edit("督查") as batch:
        batch.add(
            Inspection(
                office_id=county.office.id,
                team="第一督查组",
                on=date(2026, 11, 1),
                target_office_id=offices["双桥镇"].id,
                way="01",
                request="补签到",
                due_on=date(2026, 11, 16),
            )
        )
    assert [(one.urgency, one.title, one.detail) for one in due(county)] == [
        (Urgency.WRONG, "10月自查没有报齐 1 个单位", "双桥镇"),
        (Urgency.WRONG, "11月自查没有报齐 2 个单位", "石桥镇、双桥镇"),
        (Urgency.WRONG, "督查问题没有反馈 1 条", "双桥镇，最早的应在 11月16日前反馈"),
        (Urgency.ATTENTION, "书面说明没有提交 1 份", "石桥镇王石应在 12月27日前向县委作出书面说明和整改承诺"),
    ]


@pytest.mark.parametrize(("part", "whole", "share"), [(0, 0, None), (1, 3, "33.3"), (2, 3, "66.7"), (3, 3, "100.0")])
def test_shares(part: int, whole: int, share: str | None) -> None:
    assert ledger_figures.percent(part, whole) == (Decimal(share) if share else None)


def test_every_figure_of_the_table_can_be_reckoned() -> None:
    from db import codes

    assert {code for code, _ in codes.table("ledger_figure").choices()} == set(ledger_figures.FIGURES)
