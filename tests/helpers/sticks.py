"""Sticks that fail: one that was pulled and is still mounted, and one that gives back something else."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from app.sync import stick


def refusing_to_stat(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str = "") -> None:
    """A stick that was pulled does not say that a file is not there: whoever asks after the folder, or after what is in
    it and has `name` in its own, gets EIO."""
    real = os.stat

    def stat(path: Any, *given: Any, **named: Any) -> os.stat_result:
        if isinstance(path, Path) and path.is_relative_to(folder) and name in path.name:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(path, *given, **named)

    monkeypatch.setattr(os, "stat", stat)


def giving_back_something_else(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str = "") -> None:
    """What is written into the folder, under a name with `name` in it, does not read back as it was written."""
    real = stick._read_back

    def read_back(file: Path) -> str:
        return "0" * 64 if file.is_relative_to(folder) and name in file.name else real(file)

    monkeypatch.setattr(stick, "_read_back", read_back)
