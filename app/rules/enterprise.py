"""Enterprises and social organisations (两新组织, seed §3, §9): the three batches (三个一批), and forming branches."""

from app.findings import Finding, error, warning

ALONE, JOINTLY, BY_AREA, NOT_YET = "01", "02", "03", "09"  # code table formation
ENTERPRISE = "01"  # code table enterprise_kind
BRANCH_MIN = 3


def is_large(employees: int | None, size: int, *, included: bool = True) -> bool:
    """Whether an enterprise has so many employees that it must cultivate and admit (seed §3: 50). Whether exactly so
    many count is a switch of policy, since the seed says both “超过” and “以上”."""
    return employees is not None and (employees >= size if included else employees > size)


def has_cultivated(
    activists: int | None, admitted: int | None, *, activists_min: int, admitted_min: int
) -> Finding | None:
    """enterprise.batch (seed §3): within the year a large enterprise cultivates one activist and admits one member."""
    if (activists or 0) < activists_min:
        message = f"今年应至少培养入党积极分子 {activists_min} 名，还没有完成"
        return warning("activists", "enterprise.batch", message)
    if (admitted or 0) < admitted_min:
        return warning("admitted", "enterprise.batch", f"今年应至少发展党员 {admitted_min} 名，还没有完成")
    return None


def forms_a_branch(members: int | None, formation: str | None, *, least: int = BRANCH_MIN) -> Finding | None:
    """enterprise.formation (Party constitution; seed §3): three or more members form a branch."""
    if members is not None and members >= least and formation in (None, NOT_YET):
        message = f"有 {members} 名党员，已够成立党支部的 {least} 名，应当组建"
        return warning("formation", "enterprise.formation", message)
    if members is not None and members < least and formation == ALONE:
        message = f"只有 {members} 名党员，不足 {least} 名，不能单独组建，请改为联合或区域组建"
        return warning("formation", "enterprise.formation", message)
    return None


def formation_is_complete(formation: str | None, party_org_id: str | None, reason_none: str | None) -> Finding | None:
    """enterprise.party_org (§9): a formed organisation is named; one that is not has its reason."""
    if formation in (ALONE, JOINTLY, BY_AREA) and party_org_id is None:
        return warning("party_org_id", "enterprise.party_org", "已经组建的，请选出所在的党组织")
    if formation == NOT_YET and not reason_none:
        return warning("reason_none", "enterprise.party_org", "没有组建的，请填写未建原因")
    if formation == NOT_YET and party_org_id is not None:
        return error("formation", "enterprise.party_org", "填了党组织，组建方式却是“未建”，请核对")
    return None


def members_are_employees(members: int | None, employees: int | None) -> Finding | None:
    """enterprise.members: no more members than people."""
    if members is not None and employees is not None and members > employees:
        return error("members", "enterprise.members", f"党员 {members} 人，多于职工 {employees} 人，请核对")
    return None
