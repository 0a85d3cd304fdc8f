"""A fictional county with one township, made once, whose documents are drawn."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from app.demo.county import make_demo
from app.workspace import Workspace
from db import clock

TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module", autouse=True)
def today() -> Iterator[None]:
    """The day is always the same: there is a month before it in its year, with its self-checks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "today", lambda: TODAY)
        yield


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with `county` and `431599101`."""
    folder = tmp_path_factory.mktemp("文书") / "云溪县"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "today", lambda: TODAY)
        make_demo(folder, townships=1, members=30, seed=3)
    return folder


@pytest.fixture(scope="module")
def county(demo: Path) -> Iterator[Workspace]:
    with Workspace.open(demo / "county") as workspace:
        yield workspace


@pytest.fixture(scope="module")
def township(demo: Path) -> Iterator[Workspace]:
    with Workspace.open(demo / "431599101") as workspace:
        yield workspace
