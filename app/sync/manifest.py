"""What a package says of itself: `manifest.json`, always its first member."""

import hashlib
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

FORMAT: Literal["siji-package/1"] = "siji-package/1"
LIMIT = 1 << 20
"""The longest manifest, in bytes."""

Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Meta(ge=0, le=2**53)]
Short = Annotated[str, Meta(max_length=100)]


class Party(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One end of the hand-off. The sender of a first package does not know the other's replica."""

    office: Annotated[str, Meta(min_length=36, max_length=36)]
    code: Annotated[str, Meta(max_length=20)]
    name: Annotated[str, Meta(max_length=50)]
    replica: Annotated[str, Meta(max_length=20)] | None = None


class Member(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table of records: `bytes` and `sha256` are of its file of lines."""

    table: Annotated[str, Meta(pattern=r"^[a-z_]{1,40}$")]
    rows: Count
    bytes: Count
    sha256: Digest


class Blob(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The bytes of attachments, by content."""

    sha256: Digest
    bytes: Count


class Acknowledged(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The other side's package that the sender imported last."""

    replica: Annotated[str, Meta(max_length=20)]
    sequence: Count
    digest: Digest


class Fate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What became of one field of a record that was not simply taken: `decided`, `returned` or `put-off`."""

    ledger: Short
    id: Short
    field: Short
    fate: Short
    kept: Short


class Result(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What came of one package that the sender imported."""

    replica: Short
    sequence: Count
    digest: Digest
    created: Count
    updated: Count
    deleted: Count
    unchanged: Count
    at: Short
    fates: list[Fate] = []
    more: Count = 0
    """Fates left out because the list would grow too long."""


class Total(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A ledger in scope as its sender has it: live records, and a digest over all ids and versions."""

    live: Count
    digest: Digest


class Keys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The public halves of a township's keys, under the one-time secret of its enrolment (HMAC-SHA-256)."""

    signing: Digest
    receiving: Annotated[str, Meta(max_length=100)]
    hmac: Digest


class Invitation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """In an enrolment file: the superior's public keys, the one-time secret, and the level of the new office."""

    signing: Digest
    receiving: Annotated[str, Meta(max_length=100)]
    secret: Digest
    level: Annotated[str, Meta(max_length=20)]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"sender": "from"}):
    """The manifest of a package; its SHA-256 is the package's digest."""

    format: Literal["siji-package/1"]
    sender: Party
    to: Party
    direction: Literal["up", "down"]
    kind: Literal["snapshot", "changes"]
    sequence: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    schema: Count
    app: Short
    created_at: Short
    created_by: Short
    records: list[Member]
    totals: dict[Short, Total]
    previous: Digest | None = None
    since: Count | None = None
    acknowledges: Acknowledged | None = None
    files: list[Blob] = []
    results: list[Result] = []
    keys: Keys | None = None
    enrolment: Invitation | None = None


class Heading(msgspec.Struct, frozen=True):
    """As much of a manifest as any version of the program can read."""

    format: str
    schema: int = 0


def encode(manifest: Manifest) -> bytes:
    """The bytes that are signed and sent."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1)


def digest_of(data: bytes) -> str:
    """The digest of a package, from the bytes of its manifest."""
    return hashlib.sha256(data).hexdigest()


def decode(data: bytes) -> Manifest:
    """Raises `msgspec.DecodeError` for anything that is no manifest of this format."""
    return msgspec.json.decode(data, type=Manifest)


def heading(data: bytes) -> Heading:
    """Raises `msgspec.DecodeError` for what is no manifest at all."""
    return msgspec.json.decode(data, type=Heading)


def plain(manifest: Manifest) -> dict[str, Any]:
    """The manifest as JSON values, the one-time secret left out."""
    values: dict[str, Any] = msgspec.to_builtins(manifest)
    if values.get("enrolment"):
        values["enrolment"].pop("secret")
    return values


def replaced(manifest: Manifest, results: list[Result]) -> Manifest:
    """The manifest with other results."""
    return msgspec.structs.replace(manifest, results=results)
