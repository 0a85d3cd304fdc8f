"""Identifiers: time-ordered for what an office makes, derived for what every office seeds."""

import secrets
import time
from uuid import UUID, uuid5

SEEDED = UUID("6f1d0b0a-5d1c-5f0e-9c57-51f151515151")


def new_id() -> str:
    """A UUID v7 (RFC 9562 §5.7): records sort in the order in which they were made, to the microsecond."""
    nanoseconds = time.time_ns()
    milliseconds, rest = divmod(nanoseconds, 1_000_000)
    fraction = rest * 4096 // 1_000_000
    bits = (milliseconds & (1 << 48) - 1) << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62)
    return str(UUID(int=bits))


def seeded_id(ledger: str, key: str) -> str:
    """The id of a reference record: a UUID v5 over its ledger and key, so that two offices' copies are one record."""
    return str(uuid5(SEEDED, f"{ledger}/{key}"))


def derived_id(ledger: str, key: str) -> str:
    """The id of a record that the program makes from others: a UUID v5, so that two copies of a store make the same."""
    return seeded_id(ledger, key)


def new_replica() -> str:
    """A short random name for one copy of an office's records on one computer."""
    return secrets.token_hex(5)
