"""A test fails on any log record at WARNING or above that it did not expect."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


class LogWatch(logging.Handler):
    """Gathers what nobody expected; `expect` takes out what a test asserts."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.unexpected: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.unexpected.append(record)

    @contextmanager
    def expect(self, pattern: str, level: int = logging.WARNING) -> Iterator[None]:
        """Within, at least one record of exactly `level` must match `pattern`; those that match do no harm."""
        before = len(self.unexpected)
        yield
        inside = self.unexpected[before:]
        asked_for = [one for one in inside if one.levelno == level and re.search(pattern, one.getMessage())]
        assert asked_for, f"no {logging.getLevelName(level)} was logged that matches {pattern!r}, but {said(inside)}"
        self.unexpected = [one for one in self.unexpected if one not in asked_for]

    def judge(self) -> None:
        if self.unexpected:
            pytest.fail(f"unexpected in the log: {said(self.unexpected)}", pytrace=False)


def said(records: list[logging.LogRecord]) -> str:
    return "; ".join(f"{one.levelname} {one.name}: {one.getMessage()}" for one in records) or "nothing"
