"""The main job as a stranger does it from the command line: a roster in, handed over, taken in, receipted."""

import json
import shutil
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from app.cli import main
from app.sync import register
from app.workspace import Workspace
from tests.cli.conftest import Ran, Run
from tests.helpers.rosters import HEADINGS, roster_workbook

COUNTY, TOWNSHIP, CODE = "县 组织部", "乡镇 数据", "431599101"


def done(ran: Ran) -> Any:
    assert ran.status == 0, ran.err
    return ran.value


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "U盘" / "交 接"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county and a township that has joined it, with a village and a branch; made once, as sealing costs seconds."""
    folder = tmp_path_factory.mktemp("云溪县")
    county, township, file = folder / COUNTY, folder / TOWNSHIP, folder / "青石镇.dzb"

    def run(*arguments: object) -> Any:
        out = StringIO()
        with redirect_stdout(out), redirect_stderr(StringIO()):
            assert main([*map(str, arguments), "--json"]) == 0
        return json.loads(out.getvalue())

    new = run("new", county, "--office-code", "431599", "--office-name", "云溪县委组织部", "--level", "county")
    assert new["office"]["level"] == "county"
    enrolled = run("enrol", county, "--office-code", CODE, "--office-name", "青石镇", "--out", file)
    assert set(enrolled) == {"office", "file", "passphrase"}
    assert (enrolled["office"]["code"], enrolled["file"]) == (CODE, str(file))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIJI_ENROLMENT_PASSPHRASE", enrolled["passphrase"])
        joined = run("join", file, township)
    assert joined["office"] == {**enrolled["office"], "level": "township"}
    run("set", township, "village", f"code={CODE}201", "name=大塘村", "kind=村")
    run("set", township, "party_org", "name=大塘村党支部", "kind=党支部", "sector=行政村", "village=大塘村")
    return folder


@pytest.fixture
def offices(made: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A county and its township, each test's own."""
    for name in (COUNTY, TOWNSHIP):
        shutil.copytree(made / name, tmp_path / name)
    shutil.copy(made / "青石镇.dzb", tmp_path)
    return tmp_path / COUNTY, tmp_path / TOWNSHIP


def test_the_main_job(run: Run, offices: tuple[Path, Path], tmp_path: Path, stick: Path) -> None:
    county, township = offices

    roster = tmp_path / "党员基本信息汇总表.xlsx"
    lines = roster_workbook(roster, 60)
    tried = done(run("excel", "import", township, "member", roster, "--dry-run"))
    assert (tried["rows"], tried["created"], tried["refused"]) == (60, 60, 0)
    assert run("records", township, "member").value == []
    came = done(run("excel", "import", township, "member", roster))
    assert set(came) == {"rows", "created", "updated", "unchanged", "refused", "mapping", "errors", "warnings"}
    assert (came["rows"], came["created"], came["updated"], came["refused"], came["errors"]) == (60, 60, 0, 0, [])
    assert came["mapping"]["公民身份证号"] == "resident_id"
    assert came["mapping"]["序号"] is None
    assert set(came["mapping"]) == set(HEADINGS)
    again = done(run("excel", "import", township, "member", roster))
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 60)
    members = run("records", township, "member").value
    assert [one["resident_id"] for one in members] == [line[3] for line in lines]

    done(run("set", township, "member", "--id", members[0]["id"], "office_held=党支部书记"))
    (sent,) = done(run("export", township, "--to", stick))
    assert set(sent) == {"file", "for", "sequence", "kind", "records"}
    assert (sent["for"], sent["sequence"], sent["kind"]) == ("431599", 1, "snapshot")
    assert Path(sent["file"]) == stick / f"{CODE}-up-1.dzb"

    seen = done(run("inspect", sent["file"]))
    assert seen["sealed"] == "age"
    assert seen["manifest"] is None
    seen = done(run("inspect", sent["file"], "--as", county))
    assert seen["manifest"]["from"]["code"] == CODE
    assert seen["outcome"]["status"] == "dry-run"

    (tried,) = done(run("import", county, sent["file"], "--dry-run"))
    assert (tried["status"], tried["from"]) == ("dry-run", {"code": CODE, "name": "青石镇"})
    assert run("records", county, "member").value == []
    (taken,) = done(run("import", county, sent["file"]))
    assert (taken["file"], taken["status"], taken["reason"]) == (sent["file"], "applied", None)
    assert (taken["sequence"], taken["kind"]) == (1, "snapshot")
    assert taken["ledgers"]["member"] == {"created": 60, "updated": 0, "deleted": 0, "unchanged": 0}
    assert taken["ledgers"] == tried["ledgers"]
    assert taken["conflicts"] == []
    assert run("records", county, "member").value == run("records", township, "member").value
    (doubled,) = done(run("import", county, sent["file"]))
    assert doubled["status"] == "already-imported"

    (answer,) = done(run("export", county, "--to", stick, "--for", CODE))
    assert answer["for"] == CODE
    (read,) = done(run("import", township, answer["file"]))
    assert read["status"] == "applied"
    with Workspace.open(township) as opened:
        mine = next(one for one in register.packages(opened) if one.sent)
    assert mine.status == "acknowledged"

    done(run("set", township, "member", "--id", members[1]["id"], "note=迁居"))
    (second,) = done(run("export", township, "--to", stick))
    assert (second["sequence"], second["kind"]) == (2, "changes")
    (taken,) = done(run("import", county, second["file"]))
    assert taken["ledgers"]["member"]["updated"] == 1
    for folder in offices:
        assert run("check", folder).status == 0


def hand_over(run: Run, township: Path, county: Path, stick: Path) -> None:
    """One exchange both ways."""
    done(run("import", county, done(run("export", township, "--to", stick))[0]["file"]))
    done(run("import", township, done(run("export", county, "--to", stick, "--for", CODE))[0]["file"]))


def test_a_conflict_waits_for_a_person_and_can_be_settled(run: Run, offices: tuple[Path, Path], stick: Path) -> None:
    county, township = offices
    hand_over(run, township, county, stick)
    village = run("records", township, "village").value[0]["id"]
    done(run("set", township, "village", "--id", village, "households=310"))
    done(run("set", county, "village", "--id", village, "households=320"))
    (sent,) = done(run("export", township, "--to", stick))
    waiting = run("import", county, sent["file"])
    assert waiting.status == 4
    (outcome,) = waiting.value
    assert outcome["status"] == "conflicts"
    assert outcome["conflicts"] == [
        {"ledger": "village", "id": village, "field": "households", "base": None, "ours": 320, "theirs": 310}
    ]
    assert run("records", county, "village").value[0]["households"] == 320
    told = run("import", county, sent["file"], plain=True)
    assert told.status == 4
    assert "户数：我方“320”，对方“310”" in told.out
    (settled,) = done(run("import", county, sent["file"], "--conflicts", "theirs"))
    assert settled["status"] == "applied"
    assert run("records", county, "village").value[0]["households"] == 310


def test_what_a_person_reads_of_a_conflict_is_masked(run: Run, offices: tuple[Path, Path], stick: Path) -> None:
    county, township = offices
    branch = run("records", township, "party_org").value[0]["id"]
    hand_over(run, township, county, stick)
    done(run("set", township, "party_org", "--id", branch, "phone=14000000011"))
    done(run("set", county, "party_org", "--id", branch, "phone=14000000022"))
    (sent,) = done(run("export", township, "--to", stick))
    told = run("import", county, sent["file"], plain=True)
    assert told.status == 4
    assert "联系电话：我方“140****0022”，对方“140****0011”" in told.out
    assert "14000000011" not in told.out + told.err
    assert "14000000022" not in told.out + told.err


def test_inspecting_what_is_no_package_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "照片.dzb").write_bytes(b"nothing" * 300)
    seen = run("inspect", tmp_path / "照片.dzb")
    assert (seen.status, seen.value["sealed"], seen.value["manifest"]) == (3, "none", None)
    assert "“照片.dzb”不是四基的包" in seen.err


def test_a_remark_goes_to_the_office_that_keeps_the_record(run: Run, offices: tuple[Path, Path], stick: Path) -> None:
    county, township = offices
    hand_over(run, township, county, stick)
    village = run("records", county, "village").value[0]
    given = ("ledger=village", f"record={village['id']}", "text=请核对户数")
    remark = done(run("set", county, "remark", *given))
    assert remark["target_office_id"] == village["office_id"]
    hand_over(run, township, county, stick)
    assert run("records", township, "remark").value == [remark]


def test_a_refused_file_does_not_stop_the_next(run: Run, offices: tuple[Path, Path], stick: Path) -> None:
    county, township = offices
    (sent,) = done(run("export", township, "--to", stick))
    damaged = stick / "坏的.dzb"
    damaged.write_bytes(Path(sent["file"]).read_bytes()[:700])
    came = run("import", county, damaged, stick / "没有.dzb", sent["file"])
    assert came.status == 3
    assert [one["status"] for one in came.value] == ["refused", "refused", "applied"]
    assert came.value[0]["reason"] == "damaged"
    assert set(came.value[0]) >= {
        "file", "from", "sequence", "kind", "status", "reason", "created", "updated", "deleted", "unchanged",
        "ledgers", "conflicts", "findings",
    }  # fmt: skip
    assert "坏的.dzb：" in came.err
    wrong = run("import", township, sent["file"])
    assert (wrong.status, wrong.value[0]["status"]) == (3, "refused")


def test_a_revoked_township_is_refused_until_it_joins_again(
    run: Run, offices: tuple[Path, Path], stick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    county, township = offices
    hand_over(run, township, county, stick)
    assert done(run("revoke", county, "--office-code", CODE)) == {"office": CODE, "revoked": True}
    (sent,) = done(run("export", township, "--to", stick))
    refused = run("import", county, sent["file"])
    assert (refused.status, refused.value[0]["reason"]) == (3, "revoked")
    again = done(run("enrol", county, "--office-code", CODE, "--office-name", "青石镇", "--out", stick / "新.dzb"))
    monkeypatch.setenv("SIJI_ENROLMENT_PASSPHRASE", again["passphrase"])
    done(run("join", again["file"], tmp_path / "新电脑"))
    (sent,) = done(run("export", tmp_path / "新电脑", "--to", stick))
    (taken,) = done(run("import", county, sent["file"]))
    assert taken["status"] == "applied"


def test_a_restored_township_hands_over_a_snapshot_as_a_new_replica(
    run: Run, offices: tuple[Path, Path], stick: Path, tmp_path: Path
) -> None:
    county, township = offices
    hand_over(run, township, county, stick)
    saved = done(run("backup", township, "--to", stick))
    done(run("set", township, "village", f"code={CODE}202", "name=清水村", "kind=村"))
    hand_over(run, township, county, stick)
    done(run("restore", saved["file"], tmp_path / "恢复"))
    done(run("set", tmp_path / "恢复", "village", f"code={CODE}203", "name=石桥村", "kind=村"))
    (sent,) = done(run("export", tmp_path / "恢复", "--to", stick))
    assert (sent["sequence"], sent["kind"]) == (1, "snapshot")
    (taken,) = done(run("import", county, sent["file"]))
    assert (taken["status"], taken["created"]) == ("applied", 1)
    names = [one["name"] for one in run("records", county, "village").value]
    assert sorted(names) == sorted(["大塘村", "清水村", "石桥村"])
    (answer,) = done(run("export", county, "--to", stick, "--for", CODE, "--full"))
    done(run("import", tmp_path / "恢复", answer["file"]))
    mended = [one["name"] for one in run("records", tmp_path / "恢复", "village").value]
    assert sorted(mended) == sorted(names)


def test_enrolment_that_cannot_be(run: Run, offices: tuple[Path, Path], stick: Path, tmp_path: Path) -> None:
    county, township = offices
    nobody = run("join", tmp_path / "青石镇.dzb", tmp_path / "别处")
    assert (nobody.status, nobody.out) == (3, "")
    assert "请设置环境变量 SIJI_ENROLMENT_PASSPHRASE" in nobody.err
    wrong = run("enrol", township, "--office-code", "2", "--office-name", "双桥镇", "--out", stick / "双桥镇.dzb")
    assert (wrong.status, wrong.out) == (3, "")
    assert "只有县里能登记乡镇、市里能登记县" in wrong.err
    unknown = run("revoke", county, "--office-code", "999")
    assert (unknown.status, unknown.out) == (3, "")
    assert not (tmp_path / "别处").exists()


def test_a_bad_workbook_writes_nothing_and_gives_its_refused_rows(
    run: Run, offices: tuple[Path, Path], tmp_path: Path
) -> None:
    _, township = offices
    roster = tmp_path / "花名册.xlsx"
    roster_workbook(roster, 12)
    book = load_workbook(roster)
    sheet = book.worksheets[0]
    sheet["E8"], sheet["C10"] = "未婚", "天上党支部"
    book.save(roster)
    refused = run("excel", "import", township, "member", roster, "--errors", tmp_path / "改.xlsx")
    assert refused.status == 3
    assert (refused.value["created"], refused.value["refused"]) == (0, 2)
    assert [(one["row"], one["column"]) for one in refused.value["errors"]] == [(8, "性别"), (10, "所在党支部")]
    assert set(refused.value["errors"][0]) == {"row", "column", "value", "message"}
    assert (tmp_path / "改.xlsx").exists()
    assert run("records", township, "member").value == []
    told = run("excel", "import", township, "member", roster, plain=True)
    assert told.status == 3
    assert "第 8 行“性别”" in told.err
    assert "有 2 行不能导入，什么都没有写入" in told.out
    came = run("excel", "import", township, "member", roster, "--skip-errors")
    assert (came.status, came.value["created"], came.value["refused"]) == (0, 10, 2)
    assert len(run("records", township, "member").value) == 10


def test_workbooks_out(run: Run, offices: tuple[Path, Path], tmp_path: Path) -> None:
    _, township = offices
    roster_workbook(tmp_path / "花名册.xlsx", 8)
    options = ("--map", "备注=note", "--sheet", "汇总表")
    done(run("excel", "import", township, "member", tmp_path / "花名册.xlsx", *options))
    blank = done(run("excel", "template", township, "member", tmp_path / "空白.xlsx"))
    assert set(blank) == {"file", "rows"}
    assert blank["file"] == str(tmp_path / "空白.xlsx")
    whole = done(run("excel", "export", township, "member", tmp_path / "全部.xlsx"))
    assert whole == {"file": str(tmp_path / "全部.xlsx"), "rows": 8}
    women = done(run("excel", "export", township, "member", tmp_path / "女.xlsx", "--where", "sex=女", "--public"))
    assert women["rows"] == len(run("records", township, "member", "--where", "sex=女").value)
    cells = [str(cell.value) for line in load_workbook(tmp_path / "女.xlsx").worksheets[0].iter_rows() for cell in line]
    assert not any("4315" in text or "公民身份号码" in text for text in cells)
    unchanged = done(run("excel", "import", township, "member", tmp_path / "全部.xlsx"))
    assert (unchanged["created"], unchanged["updated"], unchanged["unchanged"]) == (0, 0, 8)


@pytest.mark.parametrize(("name", "content"), [("没有.xlsx", None), ("坏.xlsx", b"PK\x03\x04 no"), ("空.csv", b"")])
def test_a_file_that_is_no_workbook(
    run: Run, offices: tuple[Path, Path], tmp_path: Path, name: str, content: bytes | None
) -> None:
    _, township = offices
    if content is not None:
        (tmp_path / name).write_bytes(content)
    refused = run("excel", "import", township, "member", tmp_path / name)
    assert refused.status == 3
    numbers = dict.fromkeys(("rows", "created", "updated", "unchanged", "refused"), 0)
    note = {"row": 0, "column": "", "value": "", "message": refused.err.strip()}
    assert refused.value == {**numbers, "mapping": {}, "errors": [note], "warnings": []}


def test_export_to_a_stick_that_cannot_be_written_or_is_not_there(
    run: Run, offices: tuple[Path, Path], unwritable: Path, tmp_path: Path
) -> None:
    _, township = offices
    for place in (unwritable, tmp_path / "没插"):
        refused = run("export", township, "--to", place)
        assert (refused.status, refused.out) == (3, "")
        assert refused.err.strip()
    assert list(unwritable.iterdir()) == []
