"""What the documents say is so: the README's commands work as they stand, and the manual names every command."""

import re
import shlex
from pathlib import Path

import pytest
import typer.main

from app import cli

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = (ROOT / "resources" / "manual" / "command-line.md").read_text(encoding="utf-8")
LARGEST_PICTURE = 150 * 1024


def test_the_readmes_main_job_works_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (block,) = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    ran = 0
    for line in filter(None, block.splitlines()):
        program, *arguments = shlex.split(line)
        if program == "siji":
            assert cli.main(arguments) == 0, f"{line}\n{capsys.readouterr().err}"
            ran += 1
        elif program == "mkdir":
            Path(arguments[-1]).mkdir(parents=True)
        else:
            assert line == 'export PATH="$PWD/.venv/bin:$PATH"'
    assert ran >= 12
    assert "新桥村" in capsys.readouterr().out


def test_every_link_and_picture_of_the_readme_is_there() -> None:
    for link in re.findall(r"\]\(([^)]+)\)", README):
        assert link.startswith("https://") or (ROOT / link).is_file(), link


def test_the_readmes_pictures_are_small_and_of_the_smallest_screen() -> None:
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", README)
    assert len(pictures) == 3
    for picture in pictures:
        data = (ROOT / picture).read_bytes()
        assert len(data) < LARGEST_PICTURE, picture
        assert (int.from_bytes(data[16:20]), int.from_bytes(data[20:24])) == (1366, 768), picture


def named_commands() -> list[str]:
    """Every command of `siji --help`, those of a group with the group's name before them, and what is not in it."""
    top = typer.main.get_command(cli.app)
    found = ["tour"]
    for name, command in sorted(getattr(top, "commands", {}).items()):
        below = getattr(command, "commands", None)
        found += [f"{name} {one}" for one in sorted(below)] if below else [name]
    return found


@pytest.mark.parametrize("command", named_commands())
def test_the_manual_names_every_command(command: str) -> None:
    assert f"`siji {command} " in COMMANDS


def test_the_manual_names_no_command_that_is_not_there() -> None:
    known = set(named_commands())
    for line in re.findall(r"`siji ([^`]+)`", COMMANDS):
        words = line.split()
        assert words[0].startswith("--") or words[0] in known or " ".join(words[:2]) in known, line
