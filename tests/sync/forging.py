"""Packages that no honest program writes, sealed and signed as they should be."""

import hashlib
import json
import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pyrage
import zstandard
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.sync import package, seal
from app.sync.outgoing import compose
from app.workspace import Workspace
from db.models.handoff import Peer

Rows = dict[str, list[dict[str, Any]]]


def forged(
    ws: Workspace,
    target: Path,
    *,
    rows: Callable[[Rows], Any] | None = None,
    tables: Callable[[dict[str, bytes]], Any] | None = None,
    manifest: Callable[[dict[str, Any]], Any] | None = None,
    text: Callable[[bytes], bytes] | None = None,
    members: Callable[[list[tuple[tarfile.TarInfo, bytes]]], Any] | None = None,
    tail: bytes = b"",
    keys: seal.OwnKeys | None = None,
    recipient: str | None = None,
    full: bool = True,
) -> Path:
    """A package of the whole workspace with something changed: its rows or the bytes of its tables, its manifest or
    that one's text, its tar members, and bytes after the archive."""
    with Session(ws.engine) as session:
        peer = session.scalars(select(Peer).limit(1)).one()
        made = compose(session, ws, peer, full=full)
        own = keys or seal.own_keys(session)
        said = json.loads(made.data)
        parts = {part.name: b"".join(part.pieces()) for part in made.parts}
        to = recipient or peer.receiving_key or ""
    records: Rows = {
        member["table"]: [json.loads(line) for line in parts[f"records/{member['table']}.jsonl"].splitlines()]
        for member in said["records"]
    }
    if rows is not None:
        rows(records)
    lines = {
        name: "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in kept).encode("utf-8", "surrogatepass")
        for name, kept in records.items()
    }
    if tables is not None:
        tables(lines)
    said["records"] = [
        {"table": name, "rows": kept.count(b"\n"), "bytes": len(kept), "sha256": hashlib.sha256(kept).hexdigest()}
        for name, kept in lines.items()
    ]
    if manifest is not None:
        manifest(said)
    data = json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogatepass")
    if text is not None:
        data = text(data)
    inside = [(_info("manifest.json", len(data)), data)]
    signature = own.sign(data)
    inside.append((_info("manifest.sig", len(signature)), signature))
    inside += [(_info(f"records/{name}.jsonl", len(kept)), kept) for name, kept in lines.items()]
    inside += [(_info(name, len(content)), content) for name, content in parts.items() if name.startswith("files/")]
    if members is not None:
        members(inside)
    out = BytesIO()
    for info, content in inside:
        out.write(info.tobuf(tarfile.USTAR_FORMAT))
        out.write(content + bytes(-len(content) % 512))
    out.write(bytes(1024) + tail)
    target.write_bytes(pyrage.encrypt(zstandard.compress(out.getvalue()), [package_recipient(to)]))
    return target


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size = size
    return info


def package_recipient(public: str) -> Any:
    return seal.recipient(public)


__all__ = ["Rows", "forged", "package"]
