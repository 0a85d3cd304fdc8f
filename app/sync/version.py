"""Versions and stamps: who has seen whose save of a record. Pure functions on the two columns of a row."""

from collections.abc import Iterable, Mapping

from db.models.record import Stamps, Version

Stamp = tuple[str, int]
"""The (replica, counter) of one save."""


def seen(stamp: Stamp, version: Mapping[str, int]) -> bool:
    """Whether whoever made this version knew of the save."""
    replica, counter = stamp
    return version.get(replica, 0) >= counter


def covers(newer: Mapping[str, int], older: Mapping[str, int]) -> bool:
    """Whether every save in `older` is known to `newer`."""
    return all(newer.get(replica, 0) >= counter for replica, counter in older.items())


def joined(one: Mapping[str, int], other: Mapping[str, int]) -> Version:
    """The least version that covers both."""
    return {replica: max(one.get(replica, 0), other.get(replica, 0)) for replica in {**one, **other}}


def stamp_of(stamps: Mapping[str, Stamp | list[object]], field: str) -> Stamp:
    """The stamp of a field: its own, or the one that the record's other fields share."""
    replica, counter = stamps.get(field) or stamps[""]
    return str(replica), int(counter)  # type: ignore[call-overload]


def compact(stamps: Mapping[str, Stamp], shared: Stamp) -> Stamps:
    """Stamps by field, those that are the shared one left out: equal records then have equal text."""
    return {"": shared, **{field: stamp for field, stamp in stamps.items() if field and stamp != shared}}


def sound(version: Mapping[str, int], stamps: Mapping[str, Stamp], fields: Iterable[str]) -> bool:
    """Whether stamps name known fields only, share one for the rest, and are all seen by their own version."""
    known = {"", *fields}
    return "" in stamps and all(field in known and seen(stamp, version) for field, stamp in stamps.items())
