"""Looking after a workspace from the command line: check, backup, restore."""

from pathlib import Path

import pytest

from app.workspace import Workspace
from db import clock
from tests.cli.conftest import Run, add_member


def test_check_from_the_command_line(run: Run, township: Path, branch: str) -> None:
    record = add_member(run, township)
    sound = run("check", township)
    assert sound.status == 0
    assert [one for one in sound.value if one["level"] == "error"] == []
    with Workspace.open(township) as opened, opened.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE member SET name = '李明'")
    wrong = run("check", township)
    assert wrong.status == 5
    (error,) = [one for one in wrong.value if one["level"] == "error"]
    assert set(error) == {"ledger", "id", "field", "level", "rule", "message"}
    assert (error["id"], error["field"], error["rule"]) == (record["id"], "name", "journal.value")
    told = run("check", township, plain=True)
    assert told.status == 5
    assert "与操作日志不一致" in told.out
    assert "检查完毕：错误 1 条" in told.err


def test_backup_and_restore(run: Run, township: Path, branch: str, tmp_path: Path) -> None:
    record = add_member(run, township)
    made = run("backup", township, "--to", tmp_path / "U盘")
    assert made.status == 0
    file = tmp_path / "U盘" / f"431599101-{clock.today().isoformat()}.sjb"
    assert made.value == {"file": str(file), "bytes": file.stat().st_size}
    assert "备份也没有加密，请妥善保管" in made.err
    restored = run("restore", file, tmp_path / "恢复")
    assert restored.status == 0
    assert restored.value["office"] == {"code": "431599101", "name": "青石镇"}
    assert run("records", tmp_path / "恢复", "member").value == [record]
    assert run("check", tmp_path / "恢复").status == 0


def test_backup_onto_a_stick_that_cannot_be_written(run: Run, township: Path, unwritable: Path) -> None:
    refused = run("backup", township, "--to", unwritable)
    assert (refused.status, refused.out) == (3, "")
    assert "可能只读、已满或已拔出" in refused.err
    assert list(unwritable.iterdir()) == []


@pytest.mark.parametrize("content", [None, b"", b"nothing of ours"])
def test_restore_refuses_what_is_no_backup(run: Run, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "什么.sjb"
    if content is not None:
        file.write_bytes(content)
    refused = run("restore", file, tmp_path / "恢复")
    assert (refused.status, refused.out) == (3, "")
    assert "备份" in refused.err
    assert not (tmp_path / "恢复").exists()
