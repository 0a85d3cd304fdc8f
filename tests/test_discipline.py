"""The suite's own promises, without which the others prove less."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.logs import LogWatch


def test_home_is_empty_and_not_the_persons_own(own_home: Path) -> None:
    assert Path.home() == own_home
    assert list(own_home.iterdir()) == []


def test_unwritable_folder_refuses_writing_in_this_process_and_in_another(unwritable: Path) -> None:
    with pytest.raises(PermissionError):
        (unwritable / "包.siji").write_bytes(b"")
    script = f"import pathlib; pathlib.Path({str(unwritable / '包.siji')!r}).write_bytes(b'')"
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "PermissionError" in other.stderr
    assert list(unwritable.iterdir()) == []


def test_writing_is_possible_again_after_an_unwritable_folder(tmp_path: Path) -> None:
    (tmp_path / "包.siji").write_bytes(b"")


def test_an_expected_warning_passes_and_leaves_the_others(logs: LogWatch) -> None:
    with logs.expect("U盘.*满"):
        logging.getLogger("app").warning("U盘已满")
        logging.getLogger("app").error("别的")
    with pytest.raises(pytest.fail.Exception, match=r"ERROR app: 别的$"):
        logs.judge()
    logs.unexpected.clear()


def test_an_expected_warning_that_does_not_come_fails(logs: LogWatch) -> None:
    with pytest.raises(AssertionError, match="no WARNING was logged"), logs.expect("U盘.*满"):
        logging.getLogger("app").info("U盘已满")


def test_qt_draws_off_screen(qapp: object) -> None:
    from PySide6.QtGui import QGuiApplication

    assert os.environ["QT_QPA_PLATFORM"] == "offscreen"
    assert QGuiApplication.platformName() == "offscreen"
