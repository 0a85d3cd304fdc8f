"""Shapes that a search does not come upon by chance, in each layer: all end in a refusal, and nothing is written.

What stands in the layers is signed by the key that is trusted, so that no check is reached too late.
"""

import base64
import struct
import tarfile
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyrage
import pytest
import zstandard
from sqlalchemy.orm import Session

from app.sync import package, seal
from app.sync.intake import inspect, take_in
from app.sync.peers import join
from db.errors import Refusal
from tests.sync.conftest import Pair, edit, everything

DEEP = b"[" * 200_000 + b"]" * 200_000
MANY = 64 << 20
"""Bytes that no reader of a few kilobytes should hold at once."""


def judged(pair: Pair, what: str, file: Path, *reasons: str) -> None:
    """Taking it in, and looking at it, is refused for one of these reasons in a sentence."""
    outcome = take_in(pair.county, file, conflicts="theirs")
    assert outcome.status == "refused", (what, outcome)
    assert outcome.reason in reasons, (what, outcome)
    assert "。" in outcome.message, what
    looked = inspect(file, pair.county).outcome
    assert looked is not None, what
    assert (looked.reason, looked.message) == (outcome.reason, outcome.message), what


@pytest.fixture
def pair(pair: Pair) -> Iterator[Pair]:  # each test goes through many files, and none of them may change anything
    before, archive = everything(pair.county), sorted((pair.county.folder / "packages").iterdir())
    yield pair
    assert everything(pair.county) == before
    assert sorted((pair.county.folder / "packages").iterdir()) == archive


# ---------------------------------------------------------------- JSON


def within(name: bytes, value: bytes) -> Callable[[dict[str, bytes]], Any]:
    """The first line of members with a column put in, as bytes."""

    def change(tables: dict[str, bytes]) -> None:
        tables["member"] = tables["member"].replace(b"{", b'{"%s": %s, ' % (name, value), 1)

    return change


def instead(old: bytes, new: bytes) -> Callable[[dict[str, bytes]], Any]:
    def change(tables: dict[str, bytes]) -> None:
        assert old in tables["member"]
        tables["member"] = tables["member"].replace(old, new, 1)

    return change


LINES = {
    "deep": within(b"x", DEEP),
    "deep in a column": instead(b'"deleted_at": null', b'"deleted_at": ' + DEEP),
    "deep objects": within(b"x", b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "many digits": instead(b'"deleted_at": null', b'"deleted_at": ' + b"9" * 10_000),
    "a number in a flag": instead(b'"lost": null', b'"lost": ' + b"1" * 400),
    "not a number": instead(b'"deleted_at": null', b'"deleted_at": NaN'),
    "infinity": instead(b'"deleted_at": null', b'"deleted_at": -Infinity'),
    "a large exponent": instead(b'"deleted_at": null', b'"deleted_at": 1e999999999'),
    "half a pair": instead("王小明".encode(), b"\\ud800"),
    "two lower halves": instead("王小明".encode(), b"\\udc00\\udc00"),
    "half a pair in bytes": instead("王小明".encode(), b"\xed\xa0\x80"),
    "no UTF-8": instead("王小明".encode(), b"\xff\xfe"),
    "cut UTF-8": instead("王小明".encode(), "王".encode()[:2]),
    "a NUL": instead("王小明".encode(), b"\\u0000"),
    "a raw NUL": instead("王小明".encode(), b"\x00"),
    "a byte order mark": lambda tables: tables.update(member=b"\xef\xbb\xbf" + tables["member"]),
    "a list": lambda tables: tables.update(member=b"[]\n"),
    "nothing": lambda tables: tables.update(member=b"\n"),
    "a second value": lambda tables: tables.update(member=tables["member"].replace(b"\n", b" {}\n", 1)),
    "a stamp twice": instead(b'"stamps": {', b'"stamps": {"": ["zz", 9007199254740993], '),
    "a counter too large": instead(b'"version": {', b'"version": {"zz": 99999999999999999999, '),
    "a counter below one": instead(b'"version": {', b'"version": {"zz": 0, '),
    "a column twice": within(b"name", b"5"),
}


def test_hostile_lines(pair: Pair, forge: Callable[..., Path]) -> None:
    for what, change in LINES.items():
        judged(pair, what, forge(tables=change), "invalid-record", "damaged")


def test_of_a_column_written_twice_the_last_counts(pair: Pair, forge: Callable[..., Path]) -> None:
    """As with every reader of JSON, the manual's own among them."""
    edit(pair.town, pair.member, phone="13800000001")
    outcome = take_in(pair.county, forge(tables=within(b"phone", b'"13900000000"')), dry_run=True)
    assert outcome.status == "dry-run"
    assert [one.changes for one in outcome.details] == [(("手机号", "", "138****0001"),)]


DECIMALS = ['"NaN"', '"sNaN"', '"Infinity"', '"1e400000000"', '"1e-400000000"', "1e400000000", '"1e14"', '"0.00001"']
DECIMALS += ['"1.' + "0" * 60 + '1"', '"' + "9" * 100_000 + '"', '"0.' + "0" * 100_000 + '1"', '"0e-400000000"', '""']
WHOLE = ['"0"', '"-0.0000"', "120", '"99999999999999.9999"', '"1.5000000"', '"1e13"']


def test_hostile_decimals(pair: Pair, forge: Callable[..., Path]) -> None:
    village = edit(pair.town, None, "village", code="532901001", name="云岭村", kind="村")
    edit(pair.town, None, "venue", village_id=village, name="云岭村活动室", ownership="自有", floor_area="120.5")

    for written in [*DECIMALS, *WHOLE]:

        def change(tables: dict[str, bytes], written: str = written) -> None:
            assert b'"floor_area": "120.5"' in tables["venue"]
            tables["venue"] = tables["venue"].replace(b'"120.5"', written.encode())

        if written in WHOLE:
            assert take_in(pair.county, forge(tables=change), dry_run=True).status == "dry-run", written
        else:
            judged(pair, written[:20], forge(tables=change), "invalid-record")


MANIFESTS: dict[str, Callable[[bytes], bytes]] = {
    "deep": lambda data: data.replace(b"{", b'{"x": ' + DEEP[:50_000] + DEEP[-50_000:] + b", ", 1),
    "deep in a member": lambda data: data.replace(b'"files": []', b'"files": ' + b"[" * 9000 + b"]" * 9000),
    "many digits": lambda data: data.replace(b'"sequence": 2', b'"sequence": ' + b"9" * 10_000),
    "not a number": lambda data: data.replace(b'"sequence": 2', b'"sequence": NaN'),
    "a fraction": lambda data: data.replace(b'"sequence": 2', b'"sequence": 2.5'),
    "below nothing": lambda data: data.replace(b'"sequence": 2', b'"sequence": -1'),
    "half a pair": lambda data: data.replace("云岭镇".encode(), b"\\ud800"),
    "no UTF-8": lambda data: data.replace("云岭镇".encode(), b"\xff"),
    "two values": lambda data: data + data,
    "nothing": lambda data: b"",
    "null": lambda data: b"null",
    "cut": lambda data: data[:-1],
    "UTF-16": lambda data: data.decode().encode("utf-16"),
}


def test_hostile_manifests(pair: Pair, forge: Callable[..., Path]) -> None:
    for what, change in MANIFESTS.items():
        judged(pair, what, forge(text=change), "damaged")


# ---------------------------------------------------------------- tar


def block(name: bytes = b"records/party_org.jsonl", size: bytes = b"00000000010\0", kind: bytes = b"0") -> bytes:
    """A tar header by hand, with a checksum that is right."""
    head = bytearray(512)
    head[0 : len(name)], head[100:108], head[124 : 124 + len(size)] = name, b"0000644\0", size
    head[156:157], head[257:265] = kind, b"ustar\x0000"
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head)


HEADERS = {
    "a negative size": block(size=b"\xff" * 12),
    "a size beyond all": block(size=b"\x80" + b"\x7f" * 11),
    "a size that is no number": block(size=b"abcdefghijk\0"),
    "no size": block(size=b"\0" * 12),
    "a name without end": block(name=b"a" * 100),
    "a name that is no text": block(name=b"\xff\xfe"),
    "a name with a NUL in it": block(name=b"records/party_org.jsonl\0x"),
    "no name": block(name=b""),
    "a wrong checksum": block()[:100] + b"7" + block()[101:],
    "only zeros": bytes(512),
    "only ones": b"\xff" * 512,
} | {f"kind {number}": block(kind=bytes([number])) for number in b"1234567SLKxgV\0\xff"}


class Header(tarfile.TarInfo):
    """A member whose header is these bytes, whatever they say."""

    def __init__(self, head: bytes) -> None:
        super().__init__("x")
        self.head = head

    def tobuf(self, *_: Any) -> bytes:
        return self.head


def test_hostile_members(pair: Pair, forge: Callable[..., Path]) -> None:
    for what, head in HEADERS.items():

        def put(members: list[Any], head: bytes = head) -> None:
            members[2] = (Header(head), members[2][1])

        judged(pair, what, forge(members=put), "damaged", "too-large")


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_a_long_name_in_the_ways_of_other_programs(pair: Pair, forge: Callable[..., Path], form: int) -> None:
    for name in ("x" * 300, "记录/" + "很长" * 80):
        head = Header(tarfile.TarInfo(name).tobuf(form))
        judged(pair, name, forge(members=lambda members, head=head: members.insert(2, (head, b""))), "damaged")


# ---------------------------------------------------------------- zstd


@pytest.fixture
def plain(pair: Pair) -> bytes:
    """The archive of a package that is in order."""
    with Session(pair.county.engine) as session:
        identity = seal.own_keys(session).receiving
    data = pyrage.decrypt(pair.up(full=True).file.read_bytes(), [identity])
    return zstandard.ZstdDecompressor().decompressobj().decompress(data)


def wide(data: bytes, window: int) -> bytes:
    """A frame whose window is said to be of 2 ** `window` bytes."""
    return b"\x28\xb5\x2f\xfd\x00" + bytes([(window - 10) << 3]) + struct.pack("<I", len(data) << 3 | 1)[:3] + data


def claiming(data: bytes, size: int) -> bytes:
    """A frame that says it holds so many bytes."""
    return b"\x28\xb5\x2f\xfd\xe0" + struct.pack("<Q", size) + struct.pack("<I", len(data) << 3 | 1)[:3] + data


FRAMES: dict[str, Callable[[bytes], bytes]] = {
    "a window of 2 GiB": lambda data: wide(data[:1000], 31),
    "a window of 3.75 TiB": lambda data: b"\x28\xb5\x2f\xfd\x00\xff" + zstandard.compress(data)[6:],
    "it claims 2 ** 60 bytes": lambda data: claiming(data[:1000], 2**60),
    "it claims one byte": lambda data: claiming(data[:1000], 1),
    "a frame for each byte": lambda data: b"".join(zstandard.compress(data[i : i + 1]) for i in range(2000)),
    "two frames": lambda data: zstandard.compress(data) + zstandard.compress(b"more"),
    "a frame to skip after it": lambda data: zstandard.compress(data) + b"\x50\x2a\x4d\x18\x04\0\0\0skip",
    "a frame to skip before a bomb": lambda data: b"\x50\x2a\x4d\x18\x04\0\0\0skip" + zstandard.compress(bytes(MANY)),
    "a bomb of zeros": lambda data: zstandard.compress(bytes(2 * MANY)),
    "a bomb in the manifest's place": lambda data: zstandard.compress(data[:512] + b" " * MANY),
    "a bomb after the end": lambda data: zstandard.compress(data + bytes(MANY)),
    "zeros after the end, but too many": lambda data: zstandard.compress(data + bytes(20 * 512)),
    "a dictionary": lambda data: b"\x28\xb5\x2f\xfd\x23\x01\x02\x03\x04" + zstandard.compress(data)[5:],
    "an empty frame": lambda data: zstandard.compress(b""),
    "nothing": lambda data: b"",
    "another magic number": lambda data: b"\x1f\x8b" + data,
}


def test_hostile_frames_take_little_memory(pair: Pair, plain: bytes) -> None:
    with Session(pair.county.engine) as session:
        to = seal.own_keys(session).receiving.to_public()
    file = pair.stick / "坏.dzb"
    for what, change in FRAMES.items():
        file.write_bytes(pyrage.encrypt(change(plain), [to]))
        tracemalloc.start()
        judged(pair, what, file, "damaged", "too-large")
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert most < MANY, what


def test_a_bomb_in_a_table(pair: Pair, forge: Callable[..., Path]) -> None:
    def empty_lines(said: dict[str, Any]) -> None:
        said["records"][0].update(bytes=MANY)

    def bomb(members: list[Any]) -> None:
        info, _ = members[2]
        info.size = MANY
        members[2] = (info, b"\n" * MANY)

    judged(pair, "a bomb", forge(manifest=empty_lines, members=bomb), "damaged")


# ---------------------------------------------------------------- age


def b64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def stanza(*words: bytes, body: bytes = bytes(32)) -> bytes:
    return b"-> " + b" ".join(words) + b"\n" + b64(body) + b"\n"


SCRYPT = stanza(b"scrypt", b64(bytes(16)), b"10")
FIRST, LAST = b"age-encryption.org/v1\n", b"--- " + b64(bytes(32)) + b"\n" + bytes(80)
SEALS = {
    "no stanza": FIRST + LAST,
    "another kind": FIRST + stanza(b"ssh-rsa", b"AAAA", body=bytes(512)) + LAST,
    "kinds to come": FIRST + b"".join(stanza(b"kind%d" % number, b"x") for number in range(3000)) + LAST,
    "a point of low order": FIRST + stanza(b"X25519", b64(bytes(32))) + LAST,
    "a short key": FIRST + stanza(b"X25519", b64(bytes(5))) + LAST,
    "no key": FIRST + stanza(b"X25519") + LAST,
    "a short body": FIRST + stanza(b"X25519", b64(bytes(range(32))), body=b"x") + LAST,
    "an endless header": FIRST + stanza(b"X25519", b64(bytes(range(32)))) * 5000,
    "an endless line": FIRST + b"-> " + b"x" * 300_000 + b"\n" + LAST,
    "letters that are none": FIRST + b"-> X25519 \xff\xfe\n\xff\n" + LAST,
    "another version": b"age-encryption.org/v9\n" + stanza(b"X25519", b64(bytes(32))) + LAST,
    "armour": b"-----BEGIN AGE ENCRYPTED FILE-----\nAAAA\n-----END AGE ENCRYPTED FILE-----\n",
    "returns": FIRST.replace(b"\n", b"\r\n") + LAST,
    "a passphrase beside a key": FIRST + SCRYPT + stanza(b"X25519", b64(bytes(32))) + LAST,
    "nothing": b"",
    "a line": b"age-encryption.org/v1",
}


def test_hostile_seals(pair: Pair) -> None:
    """Kinds to come, three thousand of them, once took the library eleven seconds."""
    for what, data in SEALS.items():
        file = pair.stick / "坏.dzb"
        file.write_bytes(data)
        judged(pair, what, file, "damaged", "not-for-us")


# ---------------------------------------------------------------- enrolment files

ENROLMENTS = {
    "work without end": FIRST + stanza(b"scrypt", b64(bytes(16)), b"62") + LAST,
    "work that is no number": FIRST + stanza(b"scrypt", b64(bytes(16)), b"x") + LAST,
    "a short salt": FIRST + stanza(b"scrypt", b64(bytes(2)), b"10") + LAST,
    "two passphrases": FIRST + stanza(b"scrypt", b64(bytes(16)), b"10") * 2 + LAST,
    "a key beside it": FIRST + stanza(b"scrypt", b64(bytes(16)), b"10") + stanza(b"X25519", b64(bytes(32))) + LAST,
    "cut": FIRST + stanza(b"scrypt", b64(bytes(16)), b"10"),
    "nothing": b"",
}


@pytest.mark.parametrize("data", ENROLMENTS.values(), ids=ENROLMENTS.keys())
def test_a_hostile_enrolment_file(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "登记.dzb").write_bytes(data)
    with pytest.raises(Refusal) as told:
        join(tmp_path / "登记.dzb", tmp_path / "新", "AAAAA-AAAAA-AAAAA-AAAAA")
    assert told.value.reason in ("damaged", "wrong-passphrase", "not-for-us", "too-slow")
    assert not (tmp_path / "新").exists()


@pytest.mark.parametrize(
    "inside",
    [b"", b"x", zstandard.compress(b""), zstandard.compress(bytes(MANY)), zstandard.compress(bytes(512)) * 2],
    ids=["nothing", "no frame", "empty", "bomb", "frames"],
)
def test_what_stands_under_the_right_passphrase_may_still_be_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: bytes
) -> None:
    monkeypatch.setattr(package.pyrage.passphrase, "decrypt", lambda data, phrase: inside)
    (tmp_path / "登记.dzb").write_bytes(FIRST + stanza(b"scrypt", b64(bytes(16)), b"10") + LAST)
    with pytest.raises(Refusal) as told:
        join(tmp_path / "登记.dzb", tmp_path / "新", "x")
    assert told.value.reason == "damaged"
    assert not (tmp_path / "新").exists()
