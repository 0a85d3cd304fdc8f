"""What taking in a package came to, for the window, the command line and the other side."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.sync.choices import Conflict
from app.sync.manifest import Result
from app.sync.register import Counts

DETAILS = 500
"""How many changed records are shown one by one, and run through their ledger's checks."""


@dataclass(frozen=True)
class Detail:
    """One changed record: `changes` are (label, before, after) as a person reads them, masked."""

    ledger: str
    id: str
    title: str
    action: str
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class RecordFinding:
    """What a check found on an incoming record, or what the import itself noticed (then `id` may be empty)."""

    ledger: str
    id: str
    field: str | None
    level: str
    rule: str
    message: str


@dataclass(frozen=True)
class Outcome:
    """What taking in one package came to.

    `status` is `applied`, `dry-run`, `already-imported`, `superseded`, `conflicts` or `refused` (with its `reason`);
    `message` says it in a sentence. Only `applied` has changed anything. `from_above` says that the superior sent it.
    `counts_before` are the sender's live records by ledger as they were here, `counts_claimed` as the sender has them.
    `findings` are what the import itself `noticed` and what the ledgers' checks said of the changed records
    (`checked`).
    """

    file: str
    status: str
    reason: str | None = None
    message: str = ""
    from_code: str = ""
    from_name: str = ""
    from_above: bool = False
    sequence: int = 0
    kind: str = ""
    created_at: str = ""
    created_by: str = ""
    ledgers: Mapping[str, Counts] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()
    noticed: tuple[RecordFinding, ...] = ()
    checked: tuple[RecordFinding, ...] = ()
    details: tuple[Detail, ...] = ()
    counts_before: Mapping[str, int] = field(default_factory=dict)
    counts_claimed: Mapping[str, int] = field(default_factory=dict)
    results: tuple[Result, ...] = ()
    put_off: int = 0
    digest: str = ""
    package_digest: str = ""
    batch_id: str | None = None

    @property
    def findings(self) -> tuple[RecordFinding, ...]:
        return self.noticed + self.checked

    @property
    def created(self) -> int:
        return sum(one.created for one in self.ledgers.values())

    @property
    def updated(self) -> int:
        return sum(one.updated for one in self.ledgers.values())

    @property
    def deleted(self) -> int:
        return sum(one.deleted for one in self.ledgers.values())

    @property
    def unchanged(self) -> int:
        return sum(one.unchanged for one in self.ledgers.values())

    def plain(self) -> dict[str, Any]:
        """The object that `import --json` prints for a file."""
        return {
            "file": self.file,
            "from": {"code": self.from_code, "name": self.from_name},
            "sequence": self.sequence,
            "kind": self.kind,
            "status": self.status,
            "reason": self.reason,
            "message": self.message,
            "created": self.created,
            "updated": self.updated,
            "deleted": self.deleted,
            "unchanged": self.unchanged,
            "ledgers": {
                name: {
                    "created": one.created,
                    "updated": one.updated,
                    "deleted": one.deleted,
                    "unchanged": one.unchanged,
                }
                for name, one in self.ledgers.items()
            },
            "conflicts": [
                {
                    "ledger": one.ledger,
                    "id": one.id,
                    "field": one.field,
                    "base": one.base,
                    "ours": one.ours,
                    "theirs": one.theirs,
                }
                for one in self.conflicts
            ],
            "findings": [
                {
                    "ledger": one.ledger,
                    "id": one.id,
                    "field": one.field,
                    "level": one.level,
                    "rule": one.rule,
                    "message": one.message,
                }
                for one in self.findings
            ],
        }


@dataclass(frozen=True)
class Inspection:
    """What can be said of a file.

    Attributes:
        sealed: `age` for a package sealed to its addressee and sender, `passphrase` for an enrolment file, `none` for
            a file that is neither.
        recipients: how many keys open it; the seal does not tell whose they are.
        manifest: what it says of itself, as JSON values; only its addressee and its sender can read that.
        digest: the SHA-256 of its manifest.
        outcome: what importing it would do, for the workspace that it was looked at with.
    """

    file: str
    bytes: int
    sealed: str
    recipients: int
    manifest: dict[str, Any] | None = None
    digest: str | None = None
    outcome: Outcome | None = None
