"""The seeded numbers and posts: whole, sourced, those of the seed document, and those that the rules assume."""

import csv
import re
from datetime import date
from importlib.resources import files
from itertools import groupby

import pytest

from app.rules import application, membership, organisation, recruitment, stagnant


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(files("seeds").joinpath(name).read_text(encoding="utf-8").splitlines()))


POLICY = rows("policy.csv")
POSTS = rows("posts.csv")
LATEST = {row["key"]: row["value"] for row in sorted(POLICY, key=lambda row: row["effective_from"])}


@pytest.mark.parametrize("row", POLICY, ids=[f"{row['key']}@{row['effective_from']}" for row in POLICY])
def test_every_policy_is_named_dated_and_sourced(row: dict[str, str]):
    assert re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", row["key"])
    assert re.fullmatch(r"true|false|[\d.]+|[\d.*:]+( [\d.*:]+)+|[\d.-]+( [\d.-]+)+", row["value"])
    assert date.fromisoformat(row["effective_from"]) <= date(2018, 10, 28) or row["key"].startswith("calendar.")
    assert row["source"]
    assert row["title"]


def test_a_policy_has_one_value_from_a_day():
    assert len({(row["key"], row["effective_from"]) for row in POLICY}) == len(POLICY)
    for _, versions in groupby(POLICY, key=lambda row: row["key"]):
        days = [row["effective_from"] for row in versions]
        assert days == sorted(days)
    keys = [key for key, _ in groupby(POLICY, key=lambda row: row["key"])]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("pay.multiple", "1.7"),  # 上年度农民人均纯收入的1.7倍
        ("pay.share.secretary", "1"),  # 按1:0.9:0.7的比例
        ("pay.share.head", "0.9"),
        ("pay.share.other", "0.7"),
        ("budget.rise.village", "10000"),  # 每个村平均增加工作经费1万元
        ("budget.rise.community", "30000"),  # 每个社区平均增加工作经费3万元
        ("care.first_fund", "500000"),  # 首期投入50万元
        ("plan.venue.new", "277"),  # 新建活动场所277个
        ("plan.venue.upgraded", "43"),  # 升级达标43个
        ("plan.community_offices", "5"),  # 新建5座社区办公用房
        ("plan.demo_units", "80"),  # 80个党建工作示范单位
        ("plan.enterprise_branches", "80"),  # 组建了80家非公有制企业党组织
        ("plan.instructors", "229"),  # 选派229名党员干部
        ("recruit.stagnant_years", "3"),  # 对3年以上未发展党员的村
        ("enterprise.size", "50"),  # 职工超过50人以上
        ("score.pass_mark", "70"),  # 70分以下
        ("score.restriction_months", "12"),  # 1年内
        ("inspection.teams", "5"),  # 5个督查小组
    ],
)
def test_the_seeds_own_numbers(key: str, value: str):
    assert {row["value"]: row["effective_from"] for row in POLICY if row["key"] == key} == {value: "2012-01-01"}


@pytest.mark.parametrize(
    ("key", "assumed"),
    [
        ("recruit.age", recruitment.AGE_TO_JOIN),
        ("recruit.probation_months", recruitment.PROBATION_MONTHS),
        ("recruit.talk_months", application.TALK_MONTHS),
        ("recruit.wait_months", application.WAIT_MONTHS),
        ("recruit.activist_months", application.ACTIVIST_MONTHS),
        ("recruit.review_months", application.REVIEW_MONTHS),
        ("recruit.report_months", application.REPORT_MONTHS),
        ("recruit.league_age", application.LEAGUE_AGE),
        ("recruit.contacts_min", application.CONTACTS[0]),
        ("recruit.contacts_max", application.CONTACTS[1]),
        ("recruit.introducers", application.INTRODUCERS),
        ("recruit.publicity_days", application.PUBLICITY_DAYS),
        ("recruit.leaving_months", application.LEAVING_MONTHS),
        ("recruit.check_months", application.CHECK_MONTHS),
        ("recruit.training_days", application.TRAINING_DAYS),
        ("recruit.training_hours", application.TRAINING_HOURS),
        ("recruit.approval_months", application.APPROVAL_MONTHS),
        ("recruit.approval_months_max", application.APPROVAL_MONTHS_MAX),
        ("recruit.extension_months_min", application.EXTENSION_MONTHS[0]),
        ("recruit.extension_months_max", application.EXTENSION_MONTHS[1]),
        ("recruit.postpone_months", application.POSTPONE_MONTHS),
        ("recruit.stagnant_years", stagnant.YEARS),
        ("lost.months", membership.LOST_AFTER_MONTHS),
        ("org.branch_min", organisation.BRANCH_MIN),
        ("org.branch_max", organisation.BRANCH_MAX),
        ("org.general_branch_min", organisation.GENERAL_BRANCH_MIN),
        ("org.party_committee_min", organisation.COMMITTEE_MIN),
        ("org.committee_from", organisation.COMMITTEE_FROM),
        ("org.committee_seats_min", organisation.SEATS_MIN),
        ("org.committee_seats_max", organisation.SEATS_MAX),
        ("org.term_notice_months", organisation.NOTICE_MONTHS),
        ("org.term_alarm_months", organisation.ALARM_MONTHS),
        ("org.term_shift_months", organisation.SHIFT_MONTHS),
    ],
)
def test_what_the_rules_assume_is_what_is_seeded(key: str, assumed: int):
    assert int(LATEST[key]) == assumed


@pytest.mark.parametrize("kind", ["611", "621", "631", "632"])
@pytest.mark.parametrize("sector", ["01", "02", "03", "06"])
def test_every_term_has_its_years(kind: str, sector: str):
    assert int(LATEST[organisation.term_key(kind, sector)]) in (3, 5)


@pytest.mark.parametrize("key", [row["key"] for row in POLICY if row["key"].startswith("bands.")])
def test_bands_rise(key: str):
    ages = [int(age) for age in LATEST[key].split()]
    assert ages == sorted(set(ages))


def test_the_posts():
    """§4: twenty-six, the seed's three among them."""
    assert [row["number"] for row in POSTS] == [str(number) for number in range(1, 27)]
    assert len({row["name"] for row in POSTS}) == 26
    assert {"政策宣传岗", "发展经济岗", "维护稳定岗"} <= {row["name"] for row in POSTS}
    assert all(row["name"].endswith("岗") and len(row["duty"]) > 10 for row in POSTS)
