"""Enrolment files without their passphrase's seal, whose slowness is the point of it, and not of most tests."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from app.sync import package


def _write(out: Any, manifest: bytes, signature: bytes, parts: Any, passphrase: str) -> None:
    out.write(b"".join(package._compressed(package._tar(manifest, signature, parts))))


@contextmanager
def _open(sealed: bytes, passphrase: str) -> Iterator[package.Package]:
    yield package.Package(package._unpacked(io.BytesIO(sealed).read))


@contextmanager
def unsealed_enrolment() -> Iterator[None]:
    """Within, enrolling and joining take no second each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(package, "write_with_passphrase", _write)
        patch.setattr(package, "opened_with_passphrase", _open)
        yield
