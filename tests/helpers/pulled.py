"""A stick that was pulled and is still mounted: it does not say of a file that it is not there, it answers EIO."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest


def refusing_to_stat(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str = "") -> None:
    """From now on whoever asks after the folder, or what is in it (whose name has `name` in it), gets EIO."""
    real = os.stat

    def stat(path: Any, *given: Any, **named: Any) -> os.stat_result:
        if isinstance(path, Path) and path.is_relative_to(folder) and name in path.name:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(path, *given, **named)

    monkeypatch.setattr(os, "stat", stat)
