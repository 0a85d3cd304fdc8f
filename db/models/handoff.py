"""What a store keeps of the hand-off: the offices it exchanges with, every package sent and received, what was refused,
the conflicts that were put off, and the bytes of attachments. None of it travels."""

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.record import Base


class Peer(Base):
    """An office on the other side: the superior of a township, or one of a county's townships.

    Keys are hex of the raw 32 bytes. A peer without keys has been enrolled and has not answered yet.
    """

    __tablename__ = "peer"

    office_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(50))
    superior: Mapped[bool] = mapped_column(Boolean(create_constraint=False), default=False)
    signing_key: Mapped[str | None] = mapped_column(String(64))
    receiving_key: Mapped[str | None] = mapped_column(String(100))
    secret: Mapped[str | None] = mapped_column(String(64))
    """The one-time secret of the enrolment; burnt when the peer's keys are pinned."""
    revoked_keys: Mapped[str] = mapped_column(Text, default="")
    """Signing keys that are refused from now on, separated by blanks."""


class PackageLine(Base):
    """One package sent or received."""

    __tablename__ = "package"
    __table_args__ = (Index("ix_package_peer", "peer_id", "sent", "replica", "sequence"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, unique=True)
    """1, 2, 3 … in the order in which packages were sent and received here."""
    peer_id: Mapped[str] = mapped_column(String(36), ForeignKey("peer.office_id"))
    sent: Mapped[bool] = mapped_column(Boolean(create_constraint=False))
    replica: Mapped[str] = mapped_column(String(20))
    """The sender's replica; packages are numbered for each replica and peer."""
    sequence: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(10))
    at: Mapped[str] = mapped_column(String(20))
    file: Mapped[str] = mapped_column(String(200))
    upto: Mapped[int] = mapped_column(BigInteger, default=0)
    """Sent: the last line of the journal that the package contains."""
    acknowledged: Mapped[bool] = mapped_column(Boolean(create_constraint=False), default=False)
    """Sent: whether the other side has said that it imported this one."""
    builds_on: Mapped[str | None] = mapped_column(String(36))
    """Sent: the acknowledged package since which it has the changes; None for a snapshot."""
    batch_id: Mapped[str | None] = mapped_column(String(36))
    """Received: the batch that wrote it."""
    summary: Mapped[str] = mapped_column(Text, default="{}")
    """Counts by ledger, results and totals, as JSON."""


class RefusedLine(Base):
    """The last package of an office that was refused here, until a good one comes: what the board tells of it."""

    __tablename__ = "refused"

    peer_id: Mapped[str] = mapped_column(String(36), ForeignKey("peer.office_id"), primary_key=True)
    at: Mapped[str] = mapped_column(String(20))
    file: Mapped[str] = mapped_column(String(200))
    sequence: Mapped[int] = mapped_column(BigInteger)
    """0 where the file could not be read so far."""
    reason: Mapped[str] = mapped_column(String(20))
    message: Mapped[str] = mapped_column(Text)


class PackageBlob(Base):
    """A package carried the bytes of this attachment, so whoever took it in has them."""

    __tablename__ = "package_blob"

    package_id: Mapped[str] = mapped_column(String(36), ForeignKey("package.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)


class ConflictLine(Base):
    """A conflict that a person put off: their row is kept whole, ours stays."""

    __tablename__ = "conflict"

    record_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    ledger: Mapped[str] = mapped_column(String(40))
    peer_id: Mapped[str] = mapped_column(String(36), ForeignKey("peer.office_id"))
    theirs: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(String(20))
    batch_id: Mapped[str | None] = mapped_column(String(36))
    """The import that put it off; undoing that import rejects the row kept aside."""


class BlobChunk(Base):
    """A part of an attachment's bytes, so that a large file never has to be in memory whole."""

    __tablename__ = "blob_chunk"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class DraftLine(Base):
    """A half-filled form, kept until it is saved or thrown away."""

    __tablename__ = "draft"

    id: Mapped[str] = mapped_column(String(140), primary_key=True)
    """`<ledger>/<record id>`, or `<ledger>/new`; where several seats share the store, `/<who>` after it."""
    values: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(String(20))


class RevealLine(Base):
    """A masked value was shown in full: who asked, when, which field of which record. The value is not kept.

    Of a ledger that was exported there is one line with no record: `field` says what was done, `records` of how many.
    """

    __tablename__ = "reveal"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    ledger: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[str] = mapped_column(String(36))
    field: Mapped[str] = mapped_column(String(40))
    records: Mapped[int] = mapped_column(Integer, default=1)
    user: Mapped[str] = mapped_column(String(50))
    at: Mapped[str] = mapped_column(String(20))
