"""The checks that need policy or the store: what they say of a record that would be saved."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, select

from app import checks, editing
from app.findings import Level
from app.ledgers.catalogue import LEDGERS
from app.ledgers.team import MEMBERS
from app.policy import Policies
from app.workspace import Workspace
from db.journal import stored_rows
from db.models.team import Member
from tests.helpers.office import branch, member_row
from tests.helpers.samples import Samples


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a county with one sample of every ledger, to copy from."""
    folder = tmp_path_factory.mktemp("样本") / "云溪县"
    with Workspace.create(folder, code="430599", name="云溪县", level="county") as workspace:
        samples = Samples(workspace)
        for ledger in LEDGERS.values():
            samples.made(ledger)
    return folder


@pytest.fixture
def county(fresh: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(fresh, tmp_path / "云溪县")
    with Workspace.open(tmp_path / "云溪县") as workspace:
        yield workspace


ERROR, WARNING = Level.ERROR, Level.WARNING

SECOND = [
    ("village", {"code": "村(社区)代码1"}, ERROR, "村(社区)代码 村(社区)代码1 已经登记过，请核对代码，或修改原有记录"),
    ("village", {"name": "村(社区)名称1"}, ERROR, "“村(社区)名称1”已经登记过，请核对名称，或修改原有记录"),
    ("village", {"households": "9", "population": "3"}, WARNING, "人口 3 人少于户数 9 户，请核对两个数"),
    ("party_org", {"code": "党组织代码1"}, ERROR, "党组织代码 党组织代码1 已经登记过，请核对代码，或修改原有记录"),
    ("party_org", {"elected_on": "1990-01-01"}, ERROR, "上次换届日期 1990-01-01 早于建立日期 1998-05-01"),
    ("org_event", {"kind": "隶属调整", "to_parent_id": ""}, ERROR, "隶属调整须填写新上级党组织"),
    ("org_event", {"on": "2099-01-01"}, ERROR, "日期 2099-01-01 晚于今天，请核对"),
    ("member", {"birth": "1990-01-01"}, ERROR, "入党时未满18周岁：出生日期 1990-01-01"),
    ("member", {"lost": "是"}, ERROR, "失联党员须填写失去联系日期（最近一次参加组织生活或交纳党费的日期）"),
    ("member", {"phone": "", "landline": ""}, WARNING, "手机号和固定电话都没有填写，请至少补填一项"),
    ("post", {"name": "岗位名称1"}, ERROR, "岗位“岗位名称1”已经有了，请核对名称，或修改原有记录"),
    ("post_review", {"score": "101"}, ERROR, "考评得分应在 0 到 100 之间，请核对"),
    ("venue", {"floor_area": "74.9"}, WARNING, "填为达标，但建筑面积为 74.9㎡，达标面积是 75㎡，请核对"),
    ("venue", {"lat": "111.4"}, ERROR, "纬度应在 3 到 54 之间，请核对是否与经度写反了"),
    ("venue_project", {"village_id": "", "venue_id": ""}, ERROR, "活动场所和所在村(社区)至少填写一项"),
    ("venue_project", {"finished_on": "2012-01-04"}, ERROR, "竣工日期 2012-01-04 早于开工日期 2012-01-05，请核对"),
    ("venue_funding", {"planned": "100", "paid": "100.01"}, WARNING, "到位金额超过计划金额，请核对"),
    ("policy", {"key": "venue.standard_area", "value": "大一些"}, ERROR, "“大一些”不是数字，参数 "),
    ("policy", {"key": "calendar.off", "value": "2.29", "effective_from": "2027-01-01"}, ERROR, "应写 2027 年的日子"),
    ("remark", {"record": "没有"}, ERROR, "批注所指的记录不存在，请从记录的“批注”页添加"),
]  # fmt: skip


@pytest.mark.parametrize(("ledger", "changes", "level", "sentence"), SECOND)
def test_what_is_said_of_a_second_record(
    county: Workspace, ledger: str, changes: dict[str, str], level: Level, sentence: str
) -> None:
    second = {**Samples(county).typed(LEDGERS[ledger], 2), **changes}
    with county.read() as session:
        draft = editing.draft(county, session, LEDGERS[ledger], second)
    assert any(one.level is level and one.message.startswith(sentence) for one in draft.findings), draft.findings


def test_one_number_is_one_persons(county: Workspace) -> None:
    with county.read() as session:
        number = session.scalars(select(Member.resident_id)).one()
        draft = editing.draft(county, session, MEMBERS, {**Samples(county).typed(MEMBERS, 2), "resident_id": number})
    assert "这个身份证号已经登记在另一名党员名下，请核对，或修改原有记录" in [one.message for one in draft.findings]


def test_an_organisation_with_members_is_not_abolished(county: Workspace) -> None:
    with county.read() as session:
        member = session.scalars(select(Member)).one()
        typed = {"party_org_id": member.branch_id, "kind": "撤销", "on": "2012-06-01"}
        draft = editing.draft(county, session, LEDGERS["org_event"], typed)
    assert [one.message for one in draft.findings] == ["该党组织还有1名党员，请先办理转接，再撤销"]


def test_an_organisation_is_not_below_itself(county: Workspace) -> None:
    upper, lower = branch(county, "云溪县委"), branch(county, "石桥镇党委")
    editing.save(county, LEDGERS["party_org"], {"parent_id": upper}, lower)
    for parent in (upper, lower):
        with county.read() as session:
            draft = editing.draft(county, session, LEDGERS["party_org"], {"parent_id": parent}, upper)
        assert "上级党组织不能是它自己或它的下级，请另选上级党组织" in [one.message for one in draft.findings]


def test_many_questions_of_one_kind_are_one_statement(county: Workspace) -> None:
    org = branch(county)
    with county.edit("导入") as batch:
        batch.create_rows(Member, [member_row(county, org, name=f"李{n}", phone=f"1387391{n:04d}") for n in range(300)])
    statements: list[str] = []
    event.listen(county.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    with county.read() as session:
        look, policy = checks.Look(session, None), Policies.read(session)
        for n in range(300):
            values = {**dict.fromkeys(MEMBERS.fields), **member_row(county, org, resident_id=f"{n}")}
            checks.run(MEMBERS, values, look, policy)
    assert len(statements) < 20


def test_announced_records_are_asked_about_together_and_answered_as_one_by_one(county: Workspace) -> None:
    org = branch(county)
    rows = [member_row(county, org, name=f"李{n}", resident_id=f"4305991970010{n // 2:04d}") for n in range(60)]
    with county.edit("导入") as batch:
        batch.create_rows(Member, rows)
    with county.read() as session:
        ids = session.scalars(select(Member.id).where(Member.resident_id.startswith("4305991970010"))).all()
        stored = stored_rows(session.connection(), Member, ids)
        policy = Policies.read(session)
        expected = []
        for one, values in stored.items():
            expected.append(checks.run(MEMBERS, values, checks.Look(session, one), policy))
        statements: list[str] = []
        event.listen(county.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
        session.expunge_all()
        look = checks.Look(session, None)
        look.announce(Member, list(stored.values()))
        found = []
        for one, values in stored.items():
            look.turn_to(one, values["office_id"])
            found.append(checks.run(MEMBERS, values, look, policy))
    assert found == expected
    assert all("member.resident_id" in [one.rule for one in said] for said in found)
    assert len(statements) == 2  # who has these numbers, and the branches
