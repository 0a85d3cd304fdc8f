"""Runs the command line in this process, as a person at a terminal or a script would."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app import cli


@dataclass(frozen=True)
class Ran:
    """What a command left behind. `value` is the JSON on standard output, None without any."""

    status: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        return json.loads(self.out) if self.out else None


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("records", folder, "member")` runs the command with `--json` unless `plain=True`."""

    def call(*arguments: object, plain: bool = False) -> Ran:
        capsys.readouterr()
        status = cli.main([str(one) for one in arguments] + ([] if plain else ["--json"]))
        out, err = capsys.readouterr()
        return Ran(status, out, err)

    return call


@pytest.fixture
def township(run: Run, tmp_path: Path) -> Path:
    """An empty township in a folder with blanks and Chinese characters in its name."""
    folder = tmp_path / "张三" / "乡镇 数据"
    made = run("new", folder, "--office-code", "431599101", "--office-name", "青石镇", "--level", "township")
    assert made.status == 0, made.err
    return folder


@pytest.fixture
def branch(run: Run, township: Path) -> str:
    """The id of a branch in the township."""
    run("set", township, "village", "code=431599101201", "name=大塘村", "kind=村")
    made = run("set", township, "party_org", "name=大塘村党支部", "kind=党支部", "sector=行政村", "village=大塘村")
    assert made.status == 0, made.err
    return str(made.value["id"])


def add_member(run: Run, folder: Path, name: str = "王芳", *more: str) -> dict[str, Any]:
    """A member of 大塘村党支部 who breaks no rule."""
    given = ("sex=女", "birth=1975-04-03", "branch_id=大塘村党支部", "joined_on=1999-07-01", "full_on=2000-07-01")
    made = run("set", folder, "member", f"name={name}", "phone=14000000001", *given, *more)
    assert made.status == 0, made.err
    found: dict[str, Any] = made.value
    return found
