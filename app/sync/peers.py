"""The offices on the other side: a county enrols townships, a township joins, a lost computer is revoked."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.reference import remember
from app.sync import chain, package, register, seal, stick
from app.sync.manifest import Invitation, Manifest
from app.sync.outgoing import compose
from app.sync.package import Package, damaged
from app.sync.register import Summary
from app.sync.rows import Intake, Sender
from app.workspace import Workspace
from db import clock
from db.errors import Refusal
from db.ids import new_id
from db.journal import Batch
from db.models.handoff import PackageLine, Peer
from db.models.organisation import Office

BELOW = {"city": "county", "county": "township"}
"""The level of the offices that report to an office of a level."""


@dataclass(frozen=True)
class Enrolment:
    """An enrolment file, and the one-time passphrase that goes to the township by another way."""

    office_id: str
    code: str
    name: str
    file: Path
    passphrase: str


@dataclass(frozen=True)
class PeerCard:
    """An office on the other side. `state` is `enrolled` (nothing has come yet), `answered` or `revoked`."""

    office_id: str
    code: str
    name: str
    superior: bool
    state: str
    received_at: str | None
    received_sequence: int | None
    sent_at: str | None
    sent_sequence: int | None
    acknowledged: int | None


def own_keys(ws: Workspace) -> None:
    """Makes the office's keys if it has none yet."""
    with ws.write() as session:
        seal.own_keys(session)


def enrol(ws: Workspace, code: str, name: str, out: Path, *, kind: str | None = None) -> Enrolment:
    """Adds a subordinate office and writes its enrolment file, sealed under a passphrase made here.

    Enrolling again makes a new secret; an office that has answered must be revoked first. Raises `Refusal` and changes
    nothing when the file cannot be written.
    """
    code, name = code.strip(), name.strip()
    if not ws.office.is_county:
        raise Refusal("只有县里能登记乡镇。请在县里的工作目录中操作", "not-allowed")
    if not code or not name or code == ws.office.code or len(code) > 20 or len(name) > 50:
        raise Refusal("单位代码和名称都要填写，不能太长，代码不能与本单位相同。请改好再登记", "invalid-record")
    passphrase = seal.new_passphrase()
    packages = ws.folder / "packages"
    packages.mkdir(exist_ok=True)
    archived = packages / f"{package.stem(code)}{register.ENROLMENT}{new_id()[-8:]}{package.SUFFIX}"
    try:
        with ws.edit(f"登记{name}", "enrol") as batch:
            session = batch.session
            office = _office(batch, ws, code, name, kind)
            peer = session.get(Peer, office.id)
            if peer is not None and peer.signing_key is not None:
                raise Refusal(f"“{peer.name}”已经登记并交过包。换电脑时请先作废原来的，再重新登记", "already-enrolled")
            if peer is None:
                peer = Peer(office_id=office.id, code=code, name=name, superior=False, revoked_keys="")
                session.add(peer)
            peer.code, peer.name, peer.secret = code, name, seal.new_secret()
            session.flush()
            keys = seal.own_keys(session)
            invitation = Invitation(keys.signing_public, keys.receiving_public, peer.secret, office.level)
            made = compose(session, ws, peer, enrolment=invitation)
            with stick.blaming(packages), archived.open("wb") as file:
                package.write_with_passphrase(file, made.data, keys.sign(made.data), made.parts, passphrase)
            made.remember(session, peer.office_id, ws.replica, archived)
            stick.put(archived, out)
            found = Enrolment(peer.office_id, code, name, out, passphrase)
    except BaseException:
        archived.unlink(missing_ok=True)
        raise
    return found


def _office(batch: Batch, ws: Workspace, code: str, name: str, kind: str | None) -> Office:
    office = batch.session.scalars(select(Office).where(Office.code == code, Office.deleted_at.is_(None))).first()
    if office is None:
        level = BELOW[ws.office.level]
        office = Office(office_id=ws.office.id, code=code, name=name, level=level, kind=kind, superior_id=ws.office.id)
        batch.add(office)
        return office
    if office.superior_id != ws.office.id:
        raise Refusal(f"代码 {code} 是“{office.name}”的，它不归本单位管。请核对代码", "not-allowed")
    office.name = name
    if kind is not None:
        office.kind = kind
    batch.session.flush()
    return office


def revoke(ws: Workspace, code: str) -> None:
    """Refuses an office's present keys from now on; `enrol` gives it new ones."""
    with ws.write() as session:
        peer = session.scalars(select(Peer).where(Peer.code == code, Peer.superior.is_(False))).first()
        if peer is None:
            raise Refusal(f"没有登记过代码为 {code} 的单位。请核对代码", "not-enrolled")
        if peer.signing_key is not None:
            peer.revoked_keys = f"{peer.revoked_keys} {peer.signing_key}".strip()
        peer.signing_key = peer.receiving_key = peer.secret = None


def join(
    file: Path,
    folder: Path,
    enrolment_passphrase: str,
    passphrase: str | None = None,
    *,
    user: str = "经办人",
) -> Workspace:
    """Makes a workspace from an enrolment file. Raises `Refusal`, and then the folder is as it was."""
    try:
        with package.open_file(file) as stream:
            sealed = stream.read(package.INVITATION_LIMIT + 1)
    except FileNotFoundError:
        raise Refusal(f"找不到登记文件“{file.name}”。请核对路径，U盘是否插好", "damaged") from None
    except OSError as error:
        raise Refusal(f"读不了登记文件“{file.name}”。请核对路径和权限，U盘是否插好", "damaged") from error
    with package.opened_with_passphrase(sealed, seal.read_passphrase(enrolment_passphrase)) as opened:
        return _join(opened, sealed, folder, passphrase, user)


def _join(opened: Package, sealed: bytes, folder: Path, passphrase: str | None, user: str) -> Workspace:
    chain.readable(opened)
    manifest = opened.decode()
    invitation = manifest.enrolment
    if invitation is None or not seal.signed_by(invitation.signing, opened.signature, opened.manifest_bytes):
        raise damaged("登记文件的签名不对")
    archived = f"{package.stem(manifest.to.code)}-enrolment-{opened.digest[:8]}{package.SUFFIX}"

    def fill(batch: Batch) -> None:
        sender = manifest.sender
        session = batch.session
        session.add(
            Peer(
                office_id=sender.office,
                code=sender.code,
                name=sender.name,
                superior=True,
                signing_key=invitation.signing,
                receiving_key=invitation.receiving,
                secret=invitation.secret,
                revoked_keys="",
            )
        )
        session.flush()
        work = Intake(batch, Sender(sender.office, sender.name, None, up=False), sender.office, at=clock.now())
        work.tables(opened, manifest, None)
        work.blobs(opened, manifest.files, None)
        opened.finish()
        if session.get(Office, manifest.to.office) is None:
            raise damaged("登记文件里没有本单位")
        seal.own_keys(session)
        remember(session)
        session.add(_received(manifest, opened.digest, archived, work))

    ws = Workspace.create(
        folder,
        code=manifest.to.code,
        name=manifest.to.name,
        level=invitation.level,
        office_id=manifest.to.office,
        fill=fill,
        passphrase=passphrase,
        user=user,
    )
    (ws.folder / "packages" / archived).write_bytes(sealed)
    return ws


def _received(manifest: Manifest, digest: str, file: str, work: Intake) -> PackageLine:
    return PackageLine(
        id=new_id(),
        place=1,
        peer_id=manifest.sender.office,
        sent=False,
        replica=manifest.sender.replica or "",
        sequence=manifest.sequence,
        digest=digest,
        kind=manifest.kind,
        at=clock.now(),
        file=file,
        batch_id=None,
        summary=register.kept(Summary(ledgers=work.counts, records=sum(one.rows for one in manifest.records))),
    )


def superior(ws: Workspace) -> PeerCard | None:
    """The office that this one reports to."""
    return next((card for card in _cards(ws) if card.superior), None)


def peers(ws: Workspace) -> list[PeerCard]:
    """The offices that report to this one, by code."""
    return [card for card in _cards(ws) if not card.superior]


def _cards(ws: Workspace) -> list[PeerCard]:
    with ws.read() as session:
        return [_card(session, ws, peer) for peer in session.scalars(select(Peer).order_by(Peer.code))]


def _card(session: Session, ws: Workspace, peer: Peer) -> PeerCard:
    received = register.last(session, peer.office_id, sent=False)
    sent = register.last(session, peer.office_id, sent=True)
    known = register.base(session, peer.office_id, ws.replica)
    state = "answered" if peer.signing_key else "enrolled" if peer.secret else "revoked"
    return PeerCard(
        peer.office_id,
        peer.code,
        peer.name,
        peer.superior,
        state,
        received.at if received else None,
        received.sequence if received else None,
        sent.at if sent else None,
        sent.sequence if sent else None,
        known.sequence if known else None,
    )
