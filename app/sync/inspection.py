"""What a package says of itself, and what would happen if it were imported."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.sync import chain, manifest, package, seal
from app.sync.intake import take_in
from app.sync.outcome import Outcome
from app.workspace import Workspace
from db.errors import Refusal


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


def inspect(file: Path, ws: Workspace | None = None) -> Inspection:
    """Looks at a package. Raises `Refusal` for a file that cannot be read at all."""
    try:
        with file.open("rb") as stream:
            outside = package.seal_of(stream)
            size = file.stat().st_size
    except OSError as error:
        raise Refusal(f"读不了“{file.name}”。请核对路径，U盘是否插好", "damaged") from error
    sealed = "passphrase" if outside.passphrase else "age" if outside.age else "none"
    said, digest = _manifest(file, ws) if ws is not None and sealed == "age" else (None, None)
    outcome = take_in(ws, file, dry_run=True) if ws is not None else None
    return Inspection(str(file), size, sealed, outside.recipients, said, digest, outcome)


def _manifest(file: Path, ws: Workspace) -> tuple[dict[str, Any] | None, str | None]:
    with ws.read() as session:
        if not seal.has_keys(session):
            return None, None
        identity = seal.own_keys(session).receiving
    try:
        with file.open("rb") as stream, package.opened(stream, [identity]) as opened:
            chain.readable(opened)
            return manifest.plain(opened.decode()), opened.digest
    except Refusal:
        return None, None
