"""What holds for every command: streams, exit statuses, passphrases, and folders that cannot be used."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import cli, faults
from app.commands import records as records_module
from app.workspace import Workspace
from tests.cli.conftest import Run, add_member

SIJI = Path(sys.executable).with_name("siji")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("records",), "缺少 WS"),
        (("records", "somewhere"), "缺少 LEDGER"),
        (("records", "somewhere", "member", "--bogus"), "没有 --bogus 这个选项"),
        (("bogus",), "用法不对（没有 bogus 这个命令）"),
        (("demo", "somewhere", "--members", "0"), "--members 写得不对（不能小于 1）"),
        (("demo", "somewhere", "--members", "许多"), "--members 写得不对（应为整数）"),
        (("ledgers", "somewhere", "else"), "用法不对（多了 else）"),
        (("set", "somewhere", "member", "name"), "“name”应写成 栏目=值"),
        (("records", "somewhere", "member", "--where", "name"), "“name”应写成 --where 栏目=值"),
        (("new", "somewhere", "--office-code", "1", "--office-name", "x", "--level", "village"), "--level 写得不对"),
        (("new", "somewhere", "--office-code", "1", "--level", "county"), "缺少 --office-name"),
        (("demo",), "缺少 DIR"),
        (("import", "somewhere"), "缺少 FILE…"),
        (("import", "somewhere", "x.dzb", "--conflicts", "mine"), "--conflicts 写得不对（'mine' 不在可选的"),
    ],
)
def test_wrong_usage_is_2_and_names_the_help(run: Run, arguments: tuple[str, ...], sentence: str) -> None:
    wrong = run(*arguments)
    assert (wrong.status, wrong.out) == (2, "")
    assert sentence in wrong.err
    assert "--help 看用法" in wrong.err


def test_help_is_0(run: Run) -> None:
    shown = run("--help", plain=True)
    assert shown.status == 0
    for command in ("demo", "new", "enrol", "join", "ledgers", "records", "set", "delete", "history", "undo", "excel",
                    "revoke", "export", "inspect", "import", "check", "backup", "restore"):  # fmt: skip
        assert f"  {command} " in shown.out


def test_a_fault_of_ours_is_1_with_one_calm_line_and_a_log_without_personal_data(
    run: Run, township: Path, branch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_member(run, township)

    def broken(*_: object) -> None:
        raise ValueError("王芳 431599197504030022")

    monkeypatch.setattr(records_module, "wire_records", broken)
    failed = run("records", township, "member")
    assert (failed.status, failed.out) == (1, "")
    assert failed.err.startswith("程序出了错，这一步没有完成。")
    assert len(failed.err.splitlines()) == 1
    log = faults.log_file().read_text(encoding="utf-8")
    assert "ValueError" in log
    assert "records.py" in log
    assert "王芳" not in log
    assert "4315" not in log


def test_a_missing_folder_and_one_that_is_no_workspace(run: Run, tmp_path: Path) -> None:
    (tmp_path / "信.txt").write_text("x")
    for folder in (tmp_path / "没有", tmp_path, tmp_path / "信.txt"):
        refused = run("records", folder, "member")
        assert (refused.status, refused.out) == (3, "")
        assert "不是四基的工作目录。请检查路径，或先新建、加入" in refused.err
    assert not (tmp_path / "没有").exists()


def test_a_folder_that_another_program_holds(run: Run, township: Path) -> None:
    with Workspace.open(township):
        refused = run("records", township, "member")
    assert (refused.status, refused.out) == (3, "")
    assert "另一个程序正在使用这个工作目录。请先关闭它再试" in refused.err


def test_a_folder_that_cannot_be_written(run: Run, unwritable: Path) -> None:
    refused = run("new", unwritable / "青石镇", "--office-code", "1", "--office-name", "青石镇", "--level", "township")
    assert (refused.status, refused.out) == (3, "")
    assert "请换一个位置" in refused.err
    assert list(unwritable.iterdir()) == []


def test_a_workspace_that_became_read_only(run: Run, township: Path) -> None:
    from tests.helpers.unwritable import permissions_hold

    for one in (*township.iterdir(), township):
        one.chmod(0o555 if one.is_dir() else 0o444)
    with permissions_hold():
        refused = run("records", township, "member")
    township.chmod(0o755)
    assert (refused.status, refused.out) == (3, "")
    assert "不能写入" in refused.err


def test_a_folder_that_is_not_empty_is_not_made_a_workspace(run: Run, tmp_path: Path) -> None:
    (tmp_path / "信.txt").write_text("x")
    refused = run("new", tmp_path, "--office-code", "1", "--office-name", "青石镇", "--level", "township")
    assert refused.status == 3
    assert "里已经有东西。请选一个空文件夹" in refused.err
    assert [one.name for one in tmp_path.iterdir()] == ["信.txt"]


@pytest.mark.parametrize(("code", "name"), [("", "青石镇"), ("431599101", " ")])
def test_an_office_has_a_code_and_a_name(run: Run, tmp_path: Path, code: str, name: str) -> None:
    refused = run("new", tmp_path / "镇", "--office-code", code, "--office-name", name, "--level", "township")
    assert (refused.status, refused.out) == (3, "")
    assert "单位代码和单位名称都要填写" in refused.err
    assert not (tmp_path / "镇").exists()


def test_passphrases_come_from_the_environment(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "密"
    monkeypatch.setenv("SIJI_PASSPHRASE", "青石镇的口令")
    made = run("new", folder, "--office-code", "1", "--office-name", "青石镇", "--level", "township")
    assert made.status == 0
    assert "没有加密" not in made.err
    assert b"SQLite format" not in (folder / "records.db").read_bytes()[:16]
    assert run("ledgers", folder).status == 0
    monkeypatch.setenv("SIJI_PASSPHRASE", "别的口令")
    wrong = run("ledgers", folder)
    assert (wrong.status, wrong.out) == (3, "")
    assert "口令不对" in wrong.err
    monkeypatch.delenv("SIJI_PASSPHRASE")
    nobody = run("ledgers", folder)
    assert (nobody.status, nobody.out) == (3, "")
    assert "需要工作目录的口令。请设置环境变量 SIJI_PASSPHRASE" in nobody.err


def test_a_person_at_a_terminal_is_asked(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return "青石镇的口令"

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", answer)
    folder = tmp_path / "密"
    assert run("new", folder, "--office-code", "1", "--office-name", "青石镇", "--level", "township").status == 0
    assert run("ledgers", folder).status == 0
    assert asked == ["给这个工作目录设一个口令（直接回车则不设）：", "再输一次：", "工作目录的口令："]


def test_a_workspace_without_a_passphrase_says_so(run: Run, tmp_path: Path) -> None:
    made = run("new", tmp_path / "开", "--office-code", "1", "--office-name", "青石镇", "--level", "township")
    assert made.status == 0
    assert "没有设口令，数据没有加密" in made.err


def test_a_damaged_store_is_refused(run: Run, township: Path) -> None:
    (township / "records.db").write_bytes(b"nonsense" * 4096)
    for extra in ("records.db-wal", "records.db-shm"):
        (township / extra).unlink(missing_ok=True)
    refused = run("ledgers", township)
    assert (refused.status, refused.out) == (3, "")
    assert "数据文件已损坏" in refused.err


def test_the_command_itself_in_a_folder_with_blanks(tmp_path: Path) -> None:
    folder = tmp_path / "张三" / "乡镇 数据"

    def siji(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [SIJI, *map(str, arguments)], capture_output=True, text=True, encoding="utf-8", check=False,
            env={**os.environ, "PYTHONIOENCODING": "ascii"}, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    made = siji("new", folder, "--office-code", "1", "--office-name", "青石镇", "--level", "township", "--json")
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["office"]["name"] == "青石镇"
    listed = siji("ledgers", folder, "--json")
    assert (listed.returncode, json.loads(listed.stdout)[0]["count"]) == (0, 1)
    assert siji("ledgers", tmp_path).returncode == 3
    assert siji("bogus").returncode == 2


def test_main_takes_the_arguments_of_the_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "argv", ["siji", "ledgers", str(tmp_path)])
    assert cli.main() == 3


def test_what_is_slow_to_load_waits_until_it_is_needed() -> None:
    slow = {"openpyxl", "numpy", "docx", "PySide6"}
    code = f"import sys, app.cli; print(sorted({slow} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
