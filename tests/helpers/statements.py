"""Engines that share what one of them has compiled: a test that runs hundreds of commands in one process, each with an
engine of its own, would else compile the same statements hundreds of times. The statements that run are the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine
from sqlcipher3 import dbapi2 as sqlcipher

import db.engine


@contextmanager
def compiled_once() -> Iterator[None]:
    """While this lasts, engines on files have one dialect and one cache of statements."""
    first = create_engine("sqlite://", module=sqlcipher, query_cache_size=10_000)
    first.connect().close()  # a dialect learns from its first connection what the library can do

    def sharing(*arguments: Any, **options: Any) -> Engine:
        engine = create_engine(*arguments, **options)
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db.engine, "create_engine", sharing)
        yield
    first.dispose()
