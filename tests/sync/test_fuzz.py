"""Whatever stands in a package, its reader answers with a refusal of ours and writes nothing.

The layers are broken one by one, the ones outside it being sound: bytes of the file, bytes under the seal, the tar, the
manifest, the rows. Each example is signed by the key that is trusted, so that no check is reached too late.
"""

import copy
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pyrage
import pytest
import zstandard
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

import app.workspace
from app.sync import package, seal
from app.sync.intake import inspect, take_in
from app.sync.package import Package
from app.sync.peers import enrol, join
from db.errors import Refusal
from db.models.record import Base
from tests.sync.conftest import Pair, edit, everything
from tests.sync.forging import Rows, forged

fuzzed = settings(
    phases=(Phase.explicit, Phase.generate),
    max_examples=40 if settings.get_current_profile_name() != "soak" else 5000,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["seed", "", "\x00", "2026-02-30", "0" * 36, "f" * 64, "\ud800", "9" * 400])
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
)
keys = st.sampled_from(["", "id", "version", "stamps", "birth", "office_id", "sequence", "files", "records", "x"])
deeds = st.sampled_from(["put", "drop", "add", "double"])


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to each part of a JSON value, itself left out."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = []
    for key, part in inner:
        found += [(*way, key), *places(part, (*way, key))]
    return found


def broken(value: Any, which: int, deed: str, key: str, new: Any) -> None:
    """Puts something else at one place of a JSON value, takes it away, or adds to it."""
    ways = places(value)
    if not ways:
        return
    *way, last = ways[which % len(ways)]
    holder = value
    for one in way:
        holder = holder[one]
    if deed == "drop":
        del holder[last]
    elif deed == "double" and isinstance(holder, list):
        holder.append(copy.deepcopy(holder[last]))
    elif deed == "add" and isinstance(holder[last], dict):
        holder[last][key] = new
    else:
        holder[last] = new


def judged(pair: Pair, file: Path, before: dict[str, Any]) -> None:
    """Whatever the file is, taking it in is refused in a sentence, or shown, and nothing has changed."""
    outcome = take_in(pair.county, file, dry_run=True, conflicts="ours")
    assert outcome.status in ("dry-run", "refused", "already-imported", "superseded"), outcome
    assert outcome.status == "dry-run" or "，" in outcome.message or "。" in outcome.message, outcome
    looked = inspect(file, pair.county)
    assert looked.outcome is not None
    assert looked.outcome.reason == outcome.reason
    assert everything(pair.county) == before


@pytest.fixture
def fresh(pair: Pair) -> Pair:
    """Something to take in: a new member, and a changed one."""
    edit(pair.town, pair.member, phone="13800000001")
    edit(pair.town, None, name="李四", sex="女", nation="彝", birth="1990-01-01", branch_id=pair.branch)
    return pair


def test_rows(fresh: Pair) -> None:
    before = everything(fresh.county)

    @fuzzed
    @given(st.lists(st.tuples(st.integers(0, 500), deeds, keys, values), min_size=1, max_size=3))
    def search(changes: list[tuple[int, str, str, Any]]) -> None:
        def rows(found: Rows) -> None:
            for which, deed, key, new in changes:
                broken(list(found.values()), which, deed, key, new)
            for name in found:
                found[name] = [one for one in found[name] if one is not None]

        judged(fresh, forged(fresh.town, fresh.stick / "伪造.dzb", rows=rows), before)

    search()


def test_manifest(fresh: Pair) -> None:
    before = everything(fresh.county)

    @fuzzed
    @given(st.lists(st.tuples(st.integers(0, 500), deeds, keys, values), min_size=1, max_size=2))
    def search(changes: list[tuple[int, str, str, Any]]) -> None:
        def manifest(said: dict[str, Any]) -> None:
            for which, deed, key, new in changes:
                broken(said, which, deed, key, new)

        judged(fresh, forged(fresh.town, fresh.stick / "伪造.dzb", manifest=manifest), before)

    search()


def test_tar(fresh: Pair) -> None:
    before = everything(fresh.county)
    with Session(fresh.county.engine) as session:
        identity = seal.own_keys(session).receiving
    sealed = fresh.up().file.read_bytes()
    plain = zstandard.ZstdDecompressor().decompressobj().decompress(pyrage.decrypt(sealed, [identity]))

    @fuzzed
    @given(_damage(len(plain)))
    def search(damage: Callable[[bytes], bytes]) -> None:
        file = fresh.stick / "坏.dzb"
        file.write_bytes(pyrage.encrypt(zstandard.compress(damage(plain)), [identity.to_public()]))
        judged(fresh, file, before)

    search()


def test_compression(fresh: Pair) -> None:
    before = everything(fresh.county)
    with Session(fresh.county.engine) as session:
        identity = seal.own_keys(session).receiving
    packed = pyrage.decrypt(fresh.up().file.read_bytes(), [identity])

    @fuzzed
    @given(_damage(len(packed)) | st.binary(max_size=600).map(lambda data: lambda _: data))
    def search(damage: Callable[[bytes], bytes]) -> None:
        file = fresh.stick / "坏.dzb"
        file.write_bytes(pyrage.encrypt(damage(packed), [identity.to_public()]))
        judged(fresh, file, before)

    search()


def test_seal(fresh: Pair) -> None:
    before, sealed = everything(fresh.county), fresh.up().file.read_bytes()

    @fuzzed
    @given(_damage(len(sealed)) | st.binary(max_size=600).map(lambda data: lambda _: b"age-encryption.org/v1\n" + data))
    def search(damage: Callable[[bytes], bytes]) -> None:
        file = fresh.stick / "坏.dzb"
        file.write_bytes(damage(sealed))
        judged(fresh, file, before)

    search()


def test_enrolment(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in an enrolment file, under a passphrase that is right."""
    kept: list[tuple[bytes, bytes, Any]] = []

    def keep(out: Any, manifest: bytes, signature: bytes, parts: Any, passphrase: str) -> None:
        kept.append((manifest, signature, [(part.name, b"".join(part.pieces())) for part in parts]))
        out.write(b"kept")

    monkeypatch.setattr(package, "write_with_passphrase", keep)
    enrol(pair.county, "532903", "石桥镇", pair.stick / "石桥.dzb")
    manifest, _, parts = kept[0]
    monkeypatch.setattr(app.workspace, "upgrade", lambda engine, *_: Base.metadata.create_all(engine))  # quicker
    with Session(pair.county.engine) as session:
        own = seal.own_keys(session)

    @settings(fuzzed, max_examples=25)
    @given(st.integers(0, 500), deeds, keys, values, st.booleans())
    def search(which: int, deed: str, key: str, new: Any, inside: bool) -> None:
        said, tables = json.loads(manifest), dict(parts)
        if inside:
            name = sorted(tables)[which % len(tables)]
            lines = [json.loads(line) for line in tables[name].splitlines()]
            broken(lines, which, deed, key, new)
            tables[name] = "".join(json.dumps(one) + "\n" for one in lines).encode()
            for member in said["records"]:
                if name == f"records/{member['table']}.jsonl":
                    digest = hashlib.sha256(tables[name]).hexdigest()
                    member.update(rows=len(lines), bytes=len(tables[name]), sha256=digest)
        else:
            broken(said, which, deed, key, new)
        data = json.dumps(said).encode()
        made = [package.Part(name, len(content), lambda c=content: (c,)) for name, content in tables.items()]  # type: ignore[misc]
        whole = b"".join(package._tar(data, own.sign(data), made))
        monkeypatch.setattr(package, "opened_with_passphrase", _opening(whole))
        folder = pair.root / "新"
        try:
            join(pair.stick / "石桥.dzb", folder, "x").close()
        except Refusal:
            assert not folder.exists()
        else:
            shutil.rmtree(folder)

    search()


def _opening(whole: bytes) -> Any:
    @contextmanager
    def opened(file: Any, passphrase: str) -> Iterator[Package]:
        yield Package(BytesIO(whole).read)

    return opened


def _damage(size: int) -> st.SearchStrategy[Callable[[bytes], bytes]]:
    """Some bytes changed, a piece cut out, or something put in."""

    def change(place: int, length: int, new: bytes) -> Callable[[bytes], bytes]:
        return lambda data: data[:place] + new + data[place + length :]

    return st.builds(change, st.integers(0, size), st.sampled_from([0, 1, 1, 8, 512, 10**6]), st.binary(max_size=9))
