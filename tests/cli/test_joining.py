"""`siji join` where the workspace is there already: it joins with what it has."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run, add_member
from tests.helpers.enrolling import unsealed_enrolment


def test_a_township_that_began_alone_joins_with_its_records(
    run: Run, township: Path, branch: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    county, stick = tmp_path / "县", tmp_path / "U 盘"
    stick.mkdir()
    member = add_member(run, township)
    run("new", county, "--office-code", "431599", "--office-name", "云溪县委组织部", "--level", "county")
    with unsealed_enrolment():
        other = run("enrol", county, "--office-code", "431599102", "--office-name", "双桥镇", "--out", stick / "1.dzb")
        paper = run("enrol", county, "--office-code", "431599101", "--office-name", "青石镇", "--out", stick / "2.dzb")
        monkeypatch.setenv("SIJI_ENROLMENT_PASSPHRASE", other.value["passphrase"])
        refused = run("join", stick / "1.dzb", township)
        assert (refused.status, refused.out) == (3, "")
        assert "本单位是“青石镇”（乡镇，代码 431599101），没有加入" in refused.err
        monkeypatch.setenv("SIJI_ENROLMENT_PASSPHRASE", paper.value["passphrase"])
        joined = run("join", stick / "2.dzb", township)
        assert joined.status == 0, joined.err
        assert joined.value["superior"] == {"code": "431599", "name": "云溪县委组织部"}
        assert joined.value["office"]["code"] == "431599101"
        assert joined.value["replaced"] == []
        assert Path(joined.value["backup"]).is_file()
        again = run("join", stick / "2.dzb", township)
        assert (again.status, again.out) == (3, "")
        assert "本单位已经加入“云溪县委组织部”" in again.err
    (sent,) = run("export", township, "--to", stick).value
    (taken,) = run("import", county, sent["file"]).value
    assert taken["status"] == "applied"
    assert "drift" not in {one["rule"] for one in taken["findings"]}
    assert run("records", county, "member").value == [member]
    known = {one["code"]: one["id"] for one in run("records", county, "office").value}
    assert known["431599101"] == joined.value["office"]["id"]


def test_a_county_says_what_of_its_reference_data_is_the_citys_now(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    city, county = tmp_path / "市", tmp_path / "县"
    run("new", city, "--office-code", "431500", "--office-name", "云溪市委组织部", "--level", "city")
    run("new", county, "--office-code", "431599", "--office-name", "云溪县委组织部", "--level", "county")
    due = next(one for one in run("records", county, "policy").value if one["key"] == "monthly.due_day")
    run("set", county, "policy", "--id", due["id"], "value=18")
    with unsealed_enrolment():
        paper = run(
            "enrol", city, "--office-code", "431599", "--office-name", "云溪县委组织部", "--out", tmp_path / "县.dzb"
        )
        monkeypatch.setenv("SIJI_ENROLMENT_PASSPHRASE", paper.value["passphrase"])
        joined = run("join", tmp_path / "县.dzb", county, plain=True)
    assert joined.status == 0, joined.err
    assert joined.out == "云溪县委组织部（431599）已加入“云溪市委组织部”（431500），原有的数据都在。\n"
    assert "改用上级的：规则参数 " in joined.err
    assert "值：18 → 25" in joined.err
    assert run("records", county, "policy", "--where", "key=monthly.due_day").value[0]["value"] == "25"
    (sent,) = run("export", county, "--to", tmp_path, "--for", "431500").value
    told = run("status", county).value
    assert (told["pending"], told["package"]["sequence"], told["package"]["status"]) == (0, 1, "sent")
    assert told["townships"] == []
    assert "云溪县委组织部：未上报变更 0 条\n上次上报第 1 号，还没有回执\n" in run("status", county, plain=True).out
    assert run("import", city, sent["file"]).value[0]["status"] == "applied"
    answer = run("export", city, "--to", tmp_path).value[0]["file"]
    assert run("import", county, answer).value[0]["status"] == "applied"
    assert "上次上报第 1 号，市里已接收" in run("status", county, plain=True).out
