"""A city over two counties of two townships each: every figure worked out by hand, summed up by county, and what holds
for whom."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from app import listing, offices, overview, reminders, statistics
from app.documents import making
from app.guarantee import pay, venues
from app.ledgers.catalogue import LEDGERS
from app.listing import Query
from app.overview import Line, Overview, State
from app.policy import Policies
from app.quality import record_findings
from app.responsibility import assessing, inspecting, month
from app.sync import board
from app.team import party_sheet
from app.team.party_statistics import By, Table, Topic
from app.villages import glance
from app.workspace import Workspace
from db import clock
from db.errors import Refusal
from db.models.common import Policy, Remark
from db.models.guarantee import PaySlip, PayStandard, Venue, VenueProject
from db.models.handoff import Peer
from db.models.organisation import Office, PartyOrg, Village
from db.models.responsibility import Indicator
from db.models.team import Cadre, Member, MemberEvent
from tests.helpers.office import CHEAP, member_row

TODAY = date(2026, 7, 1)
TOWNS = {"甲一镇": "甲县", "甲二镇": "甲县", "乙一镇": "乙县", "乙二镇": "乙县"}
MEMBERS = {"甲县": 1, "甲一镇": 3, "甲二镇": 2, "乙一镇": 4, "乙二镇": 1}
NEW_VENUES = {"甲一镇": 1, "甲二镇": 1, "乙二镇": 1}
INCOME = {"甲县": 10_000_00, "乙县": 20_000_00}
"""Last year's income a head, in fen."""


@dataclass(frozen=True)
class City:
    """The workspace, the ids of the offices by name."""

    workspace: Workspace
    ids: dict[str, str]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    folder = tmp_path_factory.mktemp("市") / "云岭市"
    with (
        pytest.MonkeyPatch.context() as patch,
        Workspace.create(folder, code="430500", name="云岭市委组织部", level="city", cost=CHEAP) as workspace,
    ):
        patch.setattr(clock, "today", lambda: TODAY)
        yield City(workspace, fill(workspace))


def fill(workspace: Workspace) -> dict[str, str]:
    ids = {"市": workspace.office.id}
    with workspace.edit("登记") as batch:
        for place, name in enumerate(("甲县", "乙县"), 1):
            over = {"office_id": ids["市"], "superior_id": ids["市"], "level": "county"}
            ids[name] = batch.add(Office(**over, code=f"43051{place}", name=name)).id
            batch.session.flush()
            batch.session.add(
                Peer(
                    office_id=ids[name],
                    code=f"43051{place}",
                    name=name,
                    superior=False,
                    signing_key="k",
                    revoked_keys="",
                )
            )
            first = date(2026, 1, 1)
            batch.add(PayStandard(office_id=ids[name], year=2026, base_income=INCOME[name], multiple=Decimal("1.5")))
            # a county's own number and its own plan: they hold in that county, not at the city
            for key, value in (("monthly.due_day", "3"), ("plan.venue.new", "9")):
                batch.add(Policy(office_id=ids[name], key=key, value=value, effective_from=first))
            batch.add(indicator(ids[name]))
        for place, (name, county) in enumerate(TOWNS.items(), 1):
            over = {"office_id": ids[county], "superior_id": ids[county], "level": "township"}
            ids[name] = batch.add(Office(**over, code=f"{430510 + place // 3 + 1}10{place}", name=name)).id
        for name, number in MEMBERS.items():
            branch = batch.add(PartyOrg(office_id=ids[name], name=f"{name}支部", kind="631", sector="01")).id
            for at in range(number):
                row = {**member_row(workspace, branch, name=f"{name}{at}"), "office_id": ids[name]}
                member = batch.add(Member(**row)).id
                if at == 0:
                    event = {"member_id": member, "kind": "01", "on": date(2026, 3, 1)}
                    batch.add(MemberEvent(office_id=ids[name], **event))
        for name in TOWNS:
            village = batch.add(Village(office_id=ids[name], code=name, name=f"{name}村", kind="01")).id
            if name in NEW_VENUES:
                house = {"floor_area": Decimal(90), "ownership": "01", "meets_standard": True, "name": "活动室"}
                venue = batch.add(Venue(office_id=ids[name], village_id=village, **house)).id
                done = {"kind": "01", "stage": "07", "planned_invest": 0, "accepted": True}
                batch.add(VenueProject(office_id=ids[name], venue_id=venue, **done))
            cadre = {
                "village_id": village,
                "name": f"{name}书记",
                "role": "01",
                "share": "01",
                "since": date(2020, 1, 1),
            }
            head = batch.add(Cadre(office_id=ids[name], **cadre)).id
            if name == "甲一镇":
                slip = {"cadre_id": head, "year": 2026, "month": 1, "basic": 1_250_00}
                batch.add(PaySlip(office_id=ids[name], **slip))
        for owner, town in (("市", "乙一镇"), ("甲县", "甲一镇")):
            about = {"target_office_id": ids[town], "ledger": "office", "record": ids[town]}
            batch.add(Remark(office_id=ids[owner], **about, text="请核实", status="01"))
    return ids


def indicator(owner: str) -> Indicator:
    """The whole standard of a county in one."""
    return Indicator(
        office_id=owner, year=2026, category="01", number="1", title="党建", full_mark=Decimal(100), way="01"
    )


@pytest.fixture
def found(city: City) -> Overview:
    with city.workspace.read() as session:
        return overview.overview(session, city.workspace.office, TODAY)


def line(found: Overview, key: str) -> Line:
    return next(one for one in found.lines if one.figure.key == key)


def test_the_overview_sums_up_each_county_with_its_townships(city: City, found: Overview) -> None:
    assert [name for _, name in found.offices] == ["甲县", "乙县"]
    new = line(found, "venue.new")
    assert {office: cell.done for office, cell in new.cells.items()} == {city.ids["甲县"]: 2, city.ids["乙县"]: 1}
    assert (new.done, new.planned) == (3, 277), "the plan is the city's own, not a county's"
    assert "teams" not in [one.figure.key for one in found.lines], "the counties send their own"
    covered = line(found, "venue.coverage")
    assert (covered.done, covered.planned, covered.state) == (3, 4, State.LEFT)
    cells = covered.cells
    assert [(cells[city.ids[one]].done, cells[city.ids[one]].owed) for one in ("甲县", "乙县")] == [(2, 2), (1, 2)]
    lacking = cells[city.ids["乙县"]].place
    assert lacking is not None
    with city.workspace.read() as session:
        assert names(session, "village", Query(where=(("id", lacking.ids or ()),))) == ["乙一镇村"]


def test_what_the_overview_asks_of_pay_is_by_each_countys_standard(found: Overview, city: City) -> None:
    paid = line(found, "pay")
    # five months over by the standards: 10,000 × 1.5 / 12 and 20,000 × 1.5 / 12 a month, two secretaries each
    owed = {one: paid.cells[city.ids[one]].owed for one in ("甲县", "乙县")}
    assert owed["乙县"] == 2 * (owed["甲县"] or 0)
    with city.workspace.read() as session:
        sheet = pay.sheet(session, 2026, TODAY)
        due = {one.name: one.due for one in sheet.villages}
        assert due == {"甲一镇村": 15_000_00, "甲二镇村": 15_000_00, "乙一镇村": 30_000_00, "乙二镇村": 30_000_00}
        assert sheet.standard is None, "there is no one standard to tell of"
        assert [one.name for one in pay.sheet(session, 2026, TODAY, city.ids["甲县"]).villages] == [
            "甲一镇村",
            "甲二镇村",
        ]
        common = pay.sheet(session, 2026, TODAY, city.ids["甲县"]).standard
        assert common is not None
        assert common.income == INCOME["甲县"]


def test_a_slip_is_held_against_the_standard_of_its_own_county(city: City) -> None:
    with city.workspace.read() as session:
        assert record_findings(session, LEDGERS["pay_slip"]) == []
        assert record_findings(session, LEDGERS["pay_standard"]) == []


def test_the_marks_of_two_counties_are_not_added_up(city: City) -> None:
    with city.workspace.read() as session:
        rules = {one.finding.rule for one in record_findings(session, LEDGERS["indicator"])}
    assert "score.hundred" not in rules


def lines(table: Table) -> list[tuple[str, int]]:
    return [(one.name, one.figures[0].number) for one in table.lines]


@pytest.mark.parametrize(
    ("by", "office", "expected"),
    [
        (By.OFFICE, None, [("合计", 11), ("甲县", 6), ("乙县", 5)]),
        (By.OFFICE, "甲县", [("合计", 6), ("甲县", 1), ("甲一镇", 3), ("甲二镇", 2)]),
        (By.OFFICE, "甲一镇", [("合计", 3), ("甲一镇", 3)]),
        (By.BRANCH, "乙县", [("合计", 5), ("乙一镇", 4), ("乙一镇支部", 4), ("乙二镇", 1), ("乙二镇支部", 1)]),
    ],
)
def test_the_statistics_sum_up_by_county_and_look_into_one(
    city: City, by: By, office: str | None, expected: list[tuple[str, int]]
) -> None:
    chosen = city.ids[office] if office else None
    with city.workspace.read() as session:
        for topic in (Topic.SEX, Topic.AGE, Topic.EDUCATION):
            assert lines(party_sheet.table(session, topic, by, TODAY, TODAY, office=chosen)) == expected


def test_a_past_day_and_the_balance_sum_up_alike(city: City) -> None:
    with city.workspace.read() as session:
        before = party_sheet.table(session, Topic.SEX, By.OFFICE, date(2025, 12, 31), TODAY)
        balance = party_sheet.table(session, Topic.BALANCE, By.OFFICE, TODAY, TODAY)
        admitted = party_sheet.table(session, Topic.ADMITTED, By.OFFICE, TODAY, TODAY)
    assert lines(admitted) == [("合计", 5), ("甲县", 3), ("乙县", 2)]
    there = balance.columns.index("实有")
    assert [one.figures[there].number for one in balance.lines] == [11, 6, 5]
    assert [one.figures[0].number for one in balance.lines] == [one.figures[0].number for one in before.lines]


def test_one_county_is_it_and_its_townships_wherever_an_office_is_chosen(city: City) -> None:
    with city.workspace.read() as session:
        own, county, town = (city.ids[one] for one in ("市", "甲县", "甲一镇"))
        counts = [listing.count(session, LEDGERS["member"], Query(office=one)) for one in (own, county, town)]
        assert counts == [0, 6, 3]
        assert len(venues.coverage(session, county).villages) == 2
        assert [one.name for one in glance.villages(session, TODAY, county)] == ["甲一镇村", "甲二镇村"]
        shown = [one.shown for one in offices.choices(session)]
    assert shown == ["云岭市委组织部", "甲县", "　甲一镇", "　甲二镇", "乙县", "　乙一镇", "　乙二镇"]


def test_the_workbench_has_a_cell_for_each_county_and_speaks_of_counties(city: City) -> None:
    with city.workspace.read() as session:
        cells = statistics.townships(session, TODAY)
        said = [one.title for one in reminders.reminders(session, city.workspace.office, TODAY)]
    assert [(one.name, one.detail) for one in cells] == [("甲县", "党员 6 人"), ("乙县", "党员 5 人")]
    assert "本月没有上报 2 个县" in said
    assert "等县更正的批注 1 条" in said
    assert not any("乡镇" in one for one in said)


def test_what_the_city_said_to_a_township_stands_on_the_board_at_its_county_and_no_countys_words_do(city: City) -> None:
    with city.workspace.read():
        found = board.board(city.workspace, TODAY)
    assert [(one.name, one.open) for one in found.townships] == [("甲县", 0), ("乙县", 1)]


def test_the_numbers_of_a_county_do_not_hold_at_the_city(city: City) -> None:
    with city.workspace.read() as session:
        policy = Policies.read(session)
    assert policy.whole("monthly.due_day", TODAY) == 25
    assert policy.whole("plan.venue.new", TODAY) == 277


def test_a_city_leaves_to_the_counties_what_they_direct_their_townships_by(city: City) -> None:
    shown = {one.name for one in making.offered(city.workspace.office)}
    assert not shown & {"duties", "self-check", "bulletin", "scoring"}
    assert {"roster", "venues", "pay"} <= shown
    for attempt in (
        lambda: month.make_duties(city.workspace, 2026),
        lambda: month.carry_over(city.workspace, 2026),
        lambda: month.issue_bulletin(city.workspace, "2026-06", TODAY),
        lambda: inspecting.assign(city.workspace, "签", 2, 2),
        lambda: assessing.decide(city.workspace, 2026, "01", TODAY),
    ):
        with pytest.raises(Refusal) as refused:
            attempt()
        assert refused.value.reason == "not-allowed"


def names(session: object, ledger: str, query: Query) -> list[str]:
    ids = listing.ids(session, LEDGERS[ledger], query)  # type: ignore[arg-type]
    return [row.cells[0] for row in listing.rows(session, LEDGERS[ledger], ids, ["name"])]  # type: ignore[arg-type]
