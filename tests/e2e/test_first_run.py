"""The first start on a computer: a township joins with the county's enrolment file and its one-time passphrase."""

from pathlib import Path

import pytest

from app.sync import peers
from app.workspace import Workspace
from tests.e2e.conftest import CommandLine, Seat

pytestmark = pytest.mark.e2e

PASSPHRASE = "shi-qiao-2026"


def test_a_township_joins_and_its_passphrase_is_asked_for_from_then_on(
    seat: Seat, siji: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Workspace.create(tmp_path / "county", code="431599", name="云溪县委组织部", level="county") as county:
        enrolment = peers.enrol(county, "431599101", "青石镇", tmp_path / "青石镇登记.dzb")
    folder = tmp_path / "青石镇"

    clerk = seat("clerk")
    clerk.starts()
    clerk.sees("开始使用")
    clerk.clicks("用登记文件加入", "button")
    clerk.clicks("下一步", "button")
    clerk.writes("登记文件", str(enrolment.file))
    clerk.writes("登记口令", "not-what-was-told")
    clerk.writes("经办人", "王晓梅")
    clerk.writes("数据放在", str(folder))
    clerk.writes("口令", PASSPHRASE)
    clerk.writes("再输一遍", PASSPHRASE)
    clerk.clicks("加入", "button")
    clerk.sees("口令不对")
    assert not folder.exists()
    clerk.writes("登记口令", enrolment.passphrase)
    clerk.clicks("加入", "button")
    clerk.sees("工作目录已建好")
    clerk.clicks("打开", "button")
    clerk.sees("云溪县委组织部 · 青石镇")
    clerk.sees("还没有上报过")
    clerk.sees("经办人 王晓梅")
    clerk.leaves()

    clerk.starts()
    clerk.sees(str(folder))
    clerk.types("forgotten")
    clerk.presses("Return")
    clerk.sees("口令不对")
    clerk.types(PASSPHRASE)
    clerk.presses("Return")
    clerk.sees("云溪县委组织部 · 青石镇")
    clerk.leaves()

    monkeypatch.setenv("SIJI_PASSPHRASE", PASSPHRASE)
    offices = {one["name"]: one["code"] for one in siji("records", folder, "office")}
    assert offices == {"云溪县委组织部": "431599", "青石镇": "431599101"}
