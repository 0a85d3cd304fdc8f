"""The three batches (seed §3) and forming branches (§9)."""

import pytest

from app.rules.enterprise import (
    ALONE,
    JOINTLY,
    NOT_YET,
    formation_is_complete,
    forms_a_branch,
    has_cultivated,
    is_large,
    members_are_employees,
)


@pytest.mark.parametrize(
    ("employees", "included", "large"),
    [(50, True, True), (50, False, False), (51, False, True), (49, True, False), (None, True, False)],
)
def test_fifty(employees: int | None, included: bool, large: bool) -> None:
    assert is_large(employees, 50, included=included) is large  # seed §3: “超过50人以上”, a switch of policy


@pytest.mark.parametrize(
    ("activists", "admitted", "message"),
    [
        (1, 1, None),
        (0, 1, "今年应至少培养入党积极分子 1 名，还没有完成"),
        (None, None, "今年应至少培养入党积极分子 1 名，还没有完成"),
        (2, 0, "今年应至少发展党员 1 名，还没有完成"),
    ],
)
def test_cultivating(activists: int | None, admitted: int | None, message: str | None) -> None:
    finding = has_cultivated(activists, admitted, activists_min=1, admitted_min=1)
    assert (finding and finding.message) == message


@pytest.mark.parametrize(
    ("members", "formation", "message"),
    [
        (3, NOT_YET, "有 3 名党员，已够成立党支部的 3 名，应当组建"),
        (3, None, "有 3 名党员，已够成立党支部的 3 名，应当组建"),
        (2, NOT_YET, None),
        (2, ALONE, "只有 2 名党员，不足 3 名，不能单独组建，请改为联合或区域组建"),
        (2, JOINTLY, None),
        (3, ALONE, None),
        (None, None, None),
    ],
)
def test_forming(members: int | None, formation: str | None, message: str | None) -> None:
    finding = forms_a_branch(members, formation)
    assert (finding and finding.message) == message


@pytest.mark.parametrize(
    ("formation", "party_org_id", "reason", "message"),
    [
        (ALONE, "支部", None, None),
        (ALONE, None, None, "已经组建的，请选出所在的党组织"),
        (NOT_YET, None, "没有党员", None),
        (NOT_YET, None, None, "没有组建的，请填写未建原因"),
        (NOT_YET, "支部", "没有党员", "填了党组织，组建方式却是“未建”，请核对"),
        (None, None, None, None),
    ],
)
def test_formation(formation: str | None, party_org_id: str | None, reason: str | None, message: str | None) -> None:
    finding = formation_is_complete(formation, party_org_id, reason)
    assert (finding and finding.message) == message


def test_members_are_employees() -> None:
    assert members_are_employees(5, 5) is None
    assert members_are_employees(None, 5) is None
    finding = members_are_employees(6, 5)
    assert finding is not None
    assert finding.message == "党员 6 人，多于职工 5 人，请核对"
