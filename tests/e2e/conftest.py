"""Seats for people: each has a screen of its own, a keyboard, a mouse, and a home of its own."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.display import Hands, missing, virtual_display
from tests.e2e.person import ROOT, Person

Seat = Callable[[str], Person]
CommandLine = Callable[..., Any]


@pytest.fixture
def seat(tmp_path: Path) -> Iterator[Seat]:
    """Gives a person, by name, a computer of her own. The program that she leaves running is ended with the test."""
    if not sys.platform.startswith("linux"):
        pytest.skip("a person's place is made of Xvfb and xdotool, which only Linux has")
    if lacking := missing():
        pytest.fail(f"these tests need {' and '.join(lacking)}; `make setup` installs them")
    with ExitStack() as desks:

        def sit_down(name: str) -> Person:
            home = tmp_path / f"{name}-home"
            home.mkdir()
            display = desks.enter_context(virtual_display(home / "xvfb.txt"))
            person = Person(Hands(display), home, tmp_path / f"{name}.pipe")
            desks.callback(person.goes_home)
            return person

        yield sit_down


@pytest.fixture
def siji() -> CommandLine:
    """The command line, for looking from outside: its JSON, or None when it prints nothing."""

    def run(*words: str | Path) -> Any:
        command = [sys.executable, "-m", "ui", *map(str, words), "--json"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout else None

    return run
