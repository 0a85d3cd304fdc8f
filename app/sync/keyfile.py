"""The office's key as a file for the public tools: with it, other programs open packages and check who wrote them."""

import os
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.sync import seal, stick
from app.workspace import Workspace
from db.errors import Refusal
from db.models.handoff import Peer


def write_key(ws: Workspace, file: Path) -> None:
    """Writes the office's age identity, and in remarks above it the keys that its own and its peers' packages are
    signed with. Only the person who wrote it can read the file.

    Raises `Refusal` where the office has no keys yet, and for a file that is there already.
    """
    with ws.read() as session:
        if not seal.has_keys(session):
            raise Refusal("本单位还没有加入上级，也没有登记过下级单位，没有密钥。请先加入或登记", "not-enrolled")
        text = _text(session, ws)
    with stick.blaming(file.parent):
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise Refusal(f"“{file.name}”已经有了，没有覆盖它。请换一个文件名", "exists") from None
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)


def _text(session: Session, ws: Workspace) -> str:
    keys = seal.own_keys(session)
    signers = [(ws.office.id, keys.signing_public, ws.office.name)]
    known = session.scalars(select(Peer).where(Peer.signing_key.is_not(None)).order_by(Peer.code))
    signers += [(peer.office_id, peer.signing_key or "", peer.name) for peer in known]
    return "\n".join(
        [
            f"# “{ws.office.name}”的密钥：有了它就能打开发给本单位和本单位发出的包。请保管好，用完销毁",
            *(f"# signed-by {office} {key} {name}" for office, key, name in signers),
            f"# public key: {keys.receiving_public}",
            str(keys.receiving),
            "",
        ]
    )
