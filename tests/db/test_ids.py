"""Identifiers sort in the order of making; those of reference records are the same everywhere."""

from uuid import UUID

from db.ids import new_id, new_replica, seeded_id


def test_ids_are_version_7_and_distinct() -> None:
    made = [new_id() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert all(UUID(one).version == 7 and UUID(one).variant == "specified in RFC 4122" for one in made)


def test_ids_sort_by_the_microsecond_of_making(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    moments = iter(range(1_700_000_000_000_000_000, 1_700_000_000_003_000_000, 1_000))
    monkeypatch.setattr("time.time_ns", lambda: next(moments))
    made = [new_id() for _ in range(3000)]
    assert made == sorted(made)


def test_the_time_is_in_the_id(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("time.time_ns", lambda: 1_354_500_000_123_999_999)
    assert UUID(new_id()).int >> 80 == 1_354_500_000_123


def test_seeded_ids_never_change() -> None:
    # other offices' sticks carry these
    assert seeded_id("post", "政策宣传岗") == "adb7b659-487e-58cc-bfe9-6a275fa9e8d2"
    assert seeded_id("policy", "pay.multiple/2012-01-01") == "d37cc99d-c022-5e91-b3bc-58c4b0a4a2e3"
    assert seeded_id("post", "政策宣传岗") != seeded_id("policy", "政策宣传岗")


def test_replicas_are_short_and_distinct() -> None:
    made = {new_replica() for _ in range(100)}
    assert len(made) == 100
    assert {len(one) for one in made} == {10}
