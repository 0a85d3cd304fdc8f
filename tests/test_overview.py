"""The county's overview, with every number worked out by hand: what counts as done, plan, pace, and where it leads."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app import overview
from app.overview import Line, Overview, State
from app.place import Place
from app.responsibility import ledger_figures
from app.workspace import Workspace
from db import clock
from db.models.common import Policy
from db.models.guarantee import (
    CareFund,
    CommunitySupport,
    PaySlip,
    PayStandard,
    Venue,
    VenueFunding,
    VenueProject,
)
from db.models.method import DemoUnit, Dispatch, Enterprise, EnterpriseYear, Rating, Rectification
from db.models.organisation import Office, PartyOrg, Village
from db.models.recruitment import StagnantVillage
from db.models.responsibility import Inspection
from db.models.team import Cadre, Member, Post, PostAssignment
from tests.helpers import office

TODAY = date(2026, 7, 1)
"""Day 182 of 365."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, dict[str, str]]]:
    """A county with two townships, and the ids of what was written there by name."""
    folder = tmp_path_factory.mktemp("总览") / "云溪县"
    with (
        pytest.MonkeyPatch.context() as patch,
        Workspace.create(folder, code="430599", name="云溪县", level="county", cost=office.CHEAP) as county,
    ):
        patch.setattr(clock, "today", lambda: TODAY)
        yield county, fill(county)


@pytest.fixture
def found(made: tuple[Workspace, dict[str, str]]) -> Overview:
    county, _ = made
    with county.read() as session:
        return overview.overview(session, county.office, TODAY)


def fill(county: Workspace) -> dict[str, str]:
    ids: dict[str, str] = {}
    with county.edit("登记") as batch:
        own = county.office.id

        def add(name: str, record: object) -> str:
            ids[name] = batch.add(record).id  # type: ignore[type-var]
            return ids[name]

        a, b = (
            add(name, Office(office_id=own, superior_id=own, code=code, name=name, level="township", kind="01"))
            for name, code in (("甲镇", "430599101"), ("乙镇", "430599102"))
        )
        org = {"kind": "631", "sector": "01"}
        weak = add("薄弱支部", PartyOrg(office_id=a, name="柳溪村党支部", **org))
        bare = add("没有第一书记", PartyOrg(office_id=b, name="枫树村党支部", **org))
        firm = add("企业支部", PartyOrg(office_id=a, name="石桥砖厂党支部", kind="631", sector="06"))
        villages = [
            add(name, Village(office_id=town, code=name, name=name, kind="01"))
            for name, town in (("一村", a), ("二村", a), ("三村", b))
        ]
        # venues: 一村 has one that counts; 二村 one whose building nobody has accepted
        house = {"floor_area": Decimal(90), "ownership": "01", "meets_standard": True, "name": "活动室"}
        good = batch.add(Venue(office_id=a, village_id=villages[0], **house)).id
        young = batch.add(Venue(office_id=a, village_id=villages[1], **house)).id
        for name, town, venue, kind, accepted in (
            ("新建验收", a, good, "01", True),
            ("新建没有验收", a, young, "01", None),
            ("升级验收", b, None, "02", True),
            ("改扩建验收", b, None, "03", True),
        ):
            one = add(
                name,
                VenueProject(
                    office_id=town, venue_id=venue, village_id=villages[2] if venue is None else None, kind=kind,
                    stage="08", planned_invest=500_000_00, accepted=accepted,
                ),
            )  # fmt: skip
            batch.add(VenueFunding(office_id=town, project_id=one, source="01", planned=300_000_00, paid=200_000_00))
        batch.add(CareFund(office_id=a, on=date(2026, 1, 5), kind="01", amount=100_000_00))
        batch.add(CareFund(office_id=b, on=date(2026, 1, 5), kind="02", amount=70_000_00))  # donated: not allotted
        batch.add(CareFund(office_id=own, on=date(2026, 1, 5), kind="01", amount=150_000_00))
        for leader, done in (("王小明", date(2026, 3, 1)), ("李小芳", None)):
            batch.add(CommunitySupport(office_id=b, village_id=villages[2], leader=leader, finished_on=done))
        # stagnant villages: one is open, one was closed this year, one long ago
        for at, closed in enumerate((None, date(2026, 4, 1), date(2025, 4, 1))):
            opened = {"office_id": a, "village_id": villages[at], "opened_on": date(2024, 1, 1)}
            batch.add(StagnantVillage(**opened, closed_on=closed))
        # members: three without office in 甲镇, of whom one holds a post this year; one in 乙镇 who holds none
        post = batch.add(Post(office_id=own, name="政策宣传岗", duty="宣传政策", active=True)).id
        for number, (town, branch) in enumerate(((a, weak), (a, weak), (a, weak), (b, bare))):
            row = office.member_row(county, branch, name="王小明", office_id=town)
            member = batch.add(Member(**row)).id
            if number == 0:
                batch.add(
                    PostAssignment(
                        office_id=town, member_id=member, post_id=post, year=2026, assigned_on=date(2026, 1, 9)
                    )
                )
        held = office.member_row(county, weak, office_held="支部委员", office_id=a)
        batch.add(Member(**held))
        # grades, remedies, who was sent
        for one, town in ((weak, a), (bare, b), (firm, a)):
            batch.add(Rating(office_id=town, party_org_id=one, year=2026, township_grade="03", county_grade="03"))
        sent = {"office_id": own, "from_unit": "县财政局", "since": date(2026, 1, 4)}
        batch.add(Dispatch(name="刘下派", kind="01", to_org_id=weak, **sent))
        add("指导员", Dispatch(name="周指导", kind="03", to_org_id=firm, **sent))
        batch.add(Dispatch(name="吴召回", kind="03", to_org_id=firm, recalled_on=date(2026, 5, 1), **sent))
        problem = {
            "problem": "04",
            "description": "没有开会",
            "source": "01",
            "measure": "开会",
            "responsible": "王小明",
        }
        for town, one, closed in ((a, weak, date(2026, 6, 1)), (a, weak, None), (b, bare, None)):
            batch.add(
                Rectification(
                    office_id=town, party_org_id=one, opened_on=date(2026, 3, 1), due_on=date(2026, 12, 1),
                    closed_on=closed, **problem,
                )
            )  # fmt: skip
        for level, titled in (("01", date(2026, 5, 1)), ("02", date(2026, 5, 2)), ("03", None)):
            batch.add(DemoUnit(office_id=a, party_org_id=firm, level=level, year=2012, title_on=titled))
        # enterprises: a large one that did all, a large one that did half, a small one; a social organisation
        for name, kind, people, formation, done in (
            ("石桥砖厂", "01", 60, "01", (1, 1)),
            ("石桥竹器厂", "01", 50, "09", (1, 0)),
            ("石桥粮油厂", "01", 49, None, None),
            ("石桥商会", "02", 80, "01", None),
        ):
            enterprise = batch.add(
                Enterprise(office_id=a, name=name, kind=kind, employees=people, formation=formation)
            ).id
            if done:
                batch.add(
                    EnterpriseYear(
                        office_id=a, enterprise_id=enterprise, year=2026, activists=done[0], admitted=done[1]
                    )
                )
        # inspections: two teams, one of them in both townships; last year's and tomorrow's do not count
        for team, town, on in (
            ("第一督查组", a, date(2026, 3, 1)),
            ("第一督查组", b, date(2026, 3, 2)),
            ("第二督查组", b, date(2026, 4, 2)),
            ("第三督查组", b, date(2025, 4, 2)),
            ("第四督查组", b, date(2026, 7, 2)),
        ):
            batch.add(Inspection(office_id=own, team=team, on=on, target_office_id=town, way="01"))
        # pay: 1.7 × 6,000.00 is 10,200.00 a year, 850.00 a month; five months in full and one too much
        batch.add(
            PayStandard(office_id=own, year=2026, base_income=6_000_00, multiple=Decimal("1.7"), shares="1:0.9:0.7")
        )
        cadre = add(
            "书记",
            Cadre(office_id=a, village_id=villages[0], name="陈书记", role="01", share="01", since=date(2025, 1, 1)),
        )
        for month in range(1, 6):
            batch.add(PaySlip(office_id=a, cadre_id=cadre, year=2026, month=month, basic=850_00))
        # this county plans less than the seed's
        for key, value in (("plan.venue.new", "2"), ("plan.community_offices", "1")):
            batch.add(Policy(office_id=own, key=key, value=value, effective_from=date(2026, 1, 1)))
    return ids


def line(found: Overview, key: str) -> Line:
    return next(one for one in found.lines if one.figure.key == key)


@pytest.mark.parametrize(
    ("key", "planned", "done", "state"),
    [
        ("pay", 5_100_00, 4_250_00, State.LEFT),  # six months at 850 yuan, five written down
        ("care", 500_000_00, 250_000_00, State.ON_PACE),  # seed: 500,000; 甲镇 100,000 and the county's own 150,000
        ("venue.new", 2, 1, State.ON_PACE),
        ("venue.upgraded", 43, 1, State.BEHIND),  # seed: 43; 改扩建 is none
        ("venue.invest", 30_000_000_00, 800_000_00, State.BEHIND),  # seed; four sources paid 200,000 each
        ("venue.coverage", 3, 1, State.LEFT),
        ("community", 1, 1, State.DONE),
        ("stagnant", 2, 1, State.LEFT),
        ("posts", 4, 1, State.LEFT),
        ("secretaries", 2, 1, State.LEFT),  # the enterprise's branch gets an instructor
        ("instructors", 229, 1, State.BEHIND),  # seed: 229; one was called back
        ("enterprises", 80, 1, State.BEHIND),  # seed: 80; the chamber of commerce is no enterprise
        ("batches", 2, 1, State.LEFT),  # 60 and 50 employees; 49 is small
        ("rectification", 3, 1, State.LEFT),
        ("examples", 80, 1, State.BEHIND),  # seed: 80; two titles of one organisation
        ("teams", 5, 2, State.BEHIND),  # seed: five
    ],
)
def test_plan_and_done(found: Overview, key: str, planned: int, done: int, state: State) -> None:
    one = line(found, key)
    assert (one.planned, one.done, one.state) == (planned, done, state)


def test_the_parts_of_the_townships(found: Overview, made: tuple[Workspace, dict[str, str]]) -> None:
    county, ids = made
    a, b = ids["甲镇"], ids["乙镇"]
    assert found.offices == ((a, "甲镇"), (b, "乙镇"), (county.office.id, "县里"))
    parts = {
        one.figure.key: tuple((one.cells[at].done, one.cells[at].owed) if at in one.cells else None for at in (a, b))
        for one in found.lines
    }
    assert parts["posts"] == ((1, 3), (0, 1))
    assert parts["venue.coverage"] == ((1, 2), (0, 1))
    assert parts["secretaries"] == ((1, 1), (0, 1))
    assert parts["rectification"] == ((1, 2), (0, 1))
    assert parts["instructors"] == ((1, None), None)
    assert parts["teams"] == ((1, None), (2, None))
    assert parts["care"] == ((100_000_00, None), None)


def test_a_figure_leads_to_what_is_done_and_to_what_is_not(
    found: Overview, made: tuple[Workspace, dict[str, str]]
) -> None:
    ids = made[1]
    new = line(found, "venue.new")
    assert new.place == Place("venue_project", ids=(ids["新建验收"],), title="新建活动场所")
    assert new.behind == Place("venue_project", ids=(ids["新建没有验收"],), title="新建活动场所：还差的")
    assert line(found, "posts").cells[ids["甲镇"]].place == Place("member", ("未设岗",), office=ids["甲镇"])
    bare = line(found, "secretaries").cells[ids["乙镇"]].place
    assert bare == Place("party_org", ids=(ids["没有第一书记"],), title="乙镇薄弱支部第一书记：还差的")
    assert line(found, "pay").behind == Place("cadre", ids=(ids["书记"],), title="村干部报酬发放：还差的")


def test_what_is_furthest_behind_comes_first_and_what_is_done_last(found: Overview) -> None:
    lags = [one.lag for one in found.lines]
    assert lags == sorted(lags, reverse=True)
    # 2 of 3 villages lack a venue: 0.6667 behind; 1 of 43 upgraded, half a year gone: 0.4986 − 0.0233 behind
    order = [one.figure.key for one in found.lines]
    assert order.index("posts") < order.index("venue.coverage") < order.index("venue.upgraded") < order.index("care")
    assert order[-1] == "community"
    assert found.count(State.DONE) == 1


@pytest.mark.parametrize(
    ("day", "share"),
    [(date(2026, 1, 1), "0.0027"), (TODAY, "0.4986"), (date(2026, 12, 31), "1.0000"), (date(2024, 2, 29), "0.1639")],
)
def test_how_much_of_the_year_is_over(day: date, share: str) -> None:
    assert overview.elapsed(day) == Decimal(share)


def test_a_county_without_townships_has_no_part(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "县", code="430599", name="云溪县", level="county", cost=office.CHEAP) as county:
        with county.read() as session:
            found = overview.overview(session, county.office, TODAY)
        assert [one.state for one in found.lines if not one.figure.plan] == [State.NOTHING] * 7
        assert all(one.place is None and one.behind is None for one in found.lines)


def test_the_scored_share_of_pay_is_that_of_the_overview(made: tuple[Workspace, dict[str, str]]) -> None:
    county, ids = made
    with county.read() as session:
        # five months of six paid; when the year is over, five of twelve
        assert ledger_figures.pay_paid(session, ids["甲镇"], 2026, TODAY) == Decimal("83.3")
        assert ledger_figures.pay_paid(session, ids["甲镇"], 2026, date(2027, 2, 1)) == Decimal("41.7")
