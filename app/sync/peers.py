"""The offices on the other side: a county enrols townships, a township joins, a lost computer is revoked."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.backup import backup
from app.files import write_whole
from app.reference import edited, pass_up, plan_anew, plans, remember, seeded_plans
from app.sync import chain, package, register, report, seal, stick
from app.sync.manifest import Invitation, Manifest
from app.sync.outcome import Detail
from app.sync.outgoing import compose, discard
from app.sync.package import Package, damaged
from app.sync.register import Summary
from app.sync.rows import Changed, Intake, Sender
from app.workspace import Workspace
from db import clock
from db.errors import Refusal
from db.ids import new_id
from db.journal import Batch, Values, stored_rows
from db.models.handoff import PackageLine, Peer
from db.models.organisation import Office
from db.models.record import Record, merged_fields

COUNTY = "county"
BELOW = {"city": COUNTY, COUNTY: "township"}
"""The level of the offices that report to an office of a level."""
LEVELS = {"township": "乡镇", "county": "县", "city": "市"}
"""What an office of a level is called."""


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
    nothing when the file cannot be written; a secret that the store does not know is never on the stick.
    """
    code, name = code.strip(), name.strip()
    if not ws.office.is_county:
        raise Refusal("只有县里能登记乡镇、市里能登记县。请在上级的工作目录中操作", "not-allowed")
    if not code or not name or code == ws.office.code or len(code) > 20 or len(name) > 50:
        raise Refusal("单位代码和名称都要填写，不能太长，代码不能与本单位相同。请改好再登记", "invalid-record")
    passphrase = seal.new_passphrase()
    packages = ws.folder / "packages"
    packages.mkdir(exist_ok=True)
    archived = packages / f"{package.stem(code)}{register.ENROLMENT}{new_id()[-8:]}{package.SUFFIX}"
    try:
        with ExitStack() as named, ws.edit(f"登记{name}", "enrol") as batch:
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
            signature = keys.sign(made.data)
            stick.write(
                archived,
                lambda file: package.write_with_passphrase(file, made.data, signature, made.parts, passphrase),
            )
            made.remember(session, peer.office_id, ws.replica, archived)
            named.enter_context(stick.putting(archived, out))  # it gets its name once the batch is committed
            found = Enrolment(peer.office_id, code, name, out, passphrase)
    except BaseException:
        discard(ws, archived)
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
    with _opened(file, enrolment_passphrase) as enrolment:
        manifest = enrolment.manifest

        def fill(batch: Batch) -> None:
            enrolment.take_in(batch, manifest.to.office)
            if enrolment.invitation.level == COUNTY:
                plan_anew(batch, manifest.to.office, seeded_plans())
            remember(batch.session)
            enrolment.keep(folder)

        return Workspace.create(
            folder,
            code=manifest.to.code,
            name=manifest.to.name,
            level=enrolment.invitation.level,
            office_id=manifest.to.office,
            fill=fill,
            passphrase=passphrase,
            user=user,
        )


@dataclass(frozen=True)
class Joined:
    """What it came to that an office with records of its own has joined, or that it would come to.

    Attributes:
        code, name: the superior's.
        replaced: the office's own record, and the reference records that it had edited, where they are other now: the
            superior keeps them.
        kept: a backup of the workspace as it was before; None for a trial, and where the data is on a server.
    """

    code: str
    name: str
    replaced: tuple[Detail, ...]
    kept: Path | None


def join_with(ws: Workspace, file: Path, enrolment_passphrase: str, *, dry_run: bool = False) -> Joined:
    """Joins the superior that wrote an enrolment file for this office, with all its records and the offices below it.

    They stay as they are, and whose they are. The office's own record and the reference data are the superior's from
    then on, but for a county's plans, which are each office's own. From the next package on this copy is a new replica:
    nobody has seen its records in this place. Raises `Refusal`, and then nothing has changed; with `dry_run` nothing
    changes either.
    """
    with _opened(file, enrolment_passphrase) as enrolment:
        with ws.read() as session:
            _refuse_other(session, ws, enrolment)
        kept = None if dry_run or ws.shared else backup(ws, ws.folder / "backups")
        found: tuple[Detail, ...] = ()
        try:
            with ws.edit(f"加入{enrolment.manifest.sender.name}", kind="join") as batch:
                session = batch.session
                _refuse_other(session, ws, enrolment)  # another seat may have been quicker
                own = stored_rows(session.connection(), Office, [ws.office.id])[ws.office.id]
                planned = plans(session, ws.office.id) if ws.office.level == COUNTY else []
                stay = {one["id"] for one in planned}
                given = [one for one in edited(session, ws.office.id) if one[1]["id"] not in stay]
                before: list[tuple[type[Record], Values]] = [(Office, own), *given]
                enrolment.take_in(batch, ws.office.id)
                pass_up(batch, ws.office.id, enrolment.manifest.sender.office)
                plan_anew(batch, ws.office.id, planned)
                found = _replaced(session, before)
                if dry_run:
                    raise _RolledBack
                ws.become_new_replica(session)
                enrolment.keep(ws.folder)
        except _RolledBack:
            pass
        except BaseException:
            discard(ws, ws.folder / "packages" / enrolment.archived)
            if kept is not None:
                kept.unlink(missing_ok=True)
            raise
        finally:
            ws.look_up()
        return Joined(enrolment.manifest.sender.code, enrolment.manifest.sender.name, found, kept)


class _RolledBack(Exception):
    """The transaction has shown what it would do and must leave nothing."""


def _refuse_other(session: Session, ws: Workspace, enrolment: "_Enrolment") -> None:
    """Raises `Refusal` unless the file is for this office, and it has no superior yet. Until the superior has answered,
    it may have enrolled the office once more: then that file is the one that counts."""
    above, sender = session.scalars(select(Peer).where(Peer.superior.is_(True))).first(), enrolment.manifest.sender
    later = (
        above is not None
        and above.office_id == sender.office
        and above.secret not in (None, enrolment.invitation.secret)
    )
    if above is not None and not later:
        raise Refusal(
            f"本单位已经加入“{above.name}”，不用再加入，什么都没有改动。要换上级，请用登记文件另建一个工作目录",
            "already-joined",
        )
    to, level = enrolment.manifest.to, enrolment.invitation.level
    if to.code != ws.office.code or level != ws.office.level:
        raise Refusal(
            f"这个登记文件是给“{to.name}”（{LEVELS[level]}，代码 {to.code}）的，本单位是“{ws.office.name}”"
            f"（{LEVELS[ws.office.level]}，代码 {ws.office.code}），没有加入。请核对文件，或请上级按本单位的代码登记",
            "not-for-us",
        )
    known = session.get(Peer, sender.office)
    if known is not None and not known.superior:
        raise Refusal("登记文件是归本单位管的单位写的，没有加入。请核对文件", "not-allowed")


def _replaced(session: Session, before: Sequence[tuple[type[Record], Values]]) -> tuple[Detail, ...]:
    """What of these rows is other now. Whose they are is not said: they all are the superior's."""
    changed = []
    for model, old in before:
        (now,) = stored_rows(session.connection(), model, [old["id"]]).values()
        names = [
            one for one in merged_fields(model) if one not in ("office_id", "superior_id") and now[one] != old[one]
        ]
        if names:
            action = "deleted" if now["deleted_at"] is not None and old["deleted_at"] is None else "updated"
            was, is_ = ({name: row[name] for name in names} for row in (old, now))
            changed.append(Changed(model.__tablename__, old["id"], action, was, is_))
    return report.details(session, changed)


@dataclass(frozen=True)
class _Enrolment:
    """An enrolment file that is open and whose signature is good."""

    package: Package
    sealed: bytes
    manifest: Manifest
    invitation: Invitation

    @property
    def archived(self) -> str:
        """Its name among the packages."""
        return f"{package.stem(self.manifest.to.code)}-enrolment-{self.package.digest[:8]}{package.SUFFIX}"

    def keep(self, folder: Path) -> None:
        """Puts the file, as it came, among the packages of a workspace."""
        packages = folder / "packages"
        with stick.blaming(packages):
            packages.mkdir(exist_ok=True)
            write_whole(packages / self.archived, self.sealed)

    def take_in(self, batch: Batch, own: str) -> None:
        """Puts what it brings into a store: the superior and its keys, our office's record under the id `own`, the
        reference data and what else concerns us; and makes our keys where there are none."""
        manifest, session, sender = self.manifest, batch.session, self.manifest.sender
        session.merge(
            Peer(
                office_id=sender.office,
                code=sender.code,
                name=sender.name,
                superior=True,
                signing_key=self.invitation.signing,
                receiving_key=self.invitation.receiving,
                secret=self.invitation.secret,
                revoked_keys="",
            )
        )
        session.flush()
        self.package.under = manifest.to.office, own
        work = Intake(batch, Sender(sender.office, sender.name, None, up=False), sender.office, at=clock.now())
        work.tables(self.package, manifest, None)
        work.blobs(self.package, manifest.files, None)
        self.package.finish()
        office = session.get(Office, own)
        if office is None or office.superior_id != sender.office:
            raise damaged("登记文件里没有本单位")
        seal.own_keys(session)
        session.add(_received(session, manifest, self.package.digest, self.archived, work))


@contextmanager
def _opened(file: Path, enrolment_passphrase: str) -> Iterator[_Enrolment]:
    """An enrolment file, open. Raises `Refusal` for one that cannot be read, or that somebody has changed."""
    try:
        with package.open_file(file) as stream:
            sealed = stream.read(package.INVITATION_LIMIT + 1)
    except FileNotFoundError:
        raise Refusal(f"找不到登记文件“{file.name}”。请核对路径，U盘是否插好", "damaged") from None
    except OSError as error:
        raise Refusal(f"读不了登记文件“{file.name}”。请核对路径和权限，U盘是否插好", "damaged") from error
    with package.opened_with_passphrase(sealed, seal.read_passphrase(enrolment_passphrase)) as opened:
        chain.readable(opened)
        manifest = opened.decode()
        invitation = manifest.enrolment
        if invitation is None or not seal.signed_by(invitation.signing, opened.signature, opened.manifest_bytes):
            raise damaged("登记文件的签名不对")
        yield _Enrolment(opened, sealed, manifest, invitation)


def _received(session: Session, manifest: Manifest, digest: str, file: str, work: Intake) -> PackageLine:
    return PackageLine(
        id=new_id(),
        place=register.next_place(session),
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
