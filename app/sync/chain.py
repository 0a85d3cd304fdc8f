"""Trust and order, before a package's records are read: who sent it, to whom, and where it stands in the chain."""

from sqlalchemy.orm import Session

from app.sync import adoption, register, seal
from app.sync import manifest as manifests
from app.sync.manifest import Manifest, Result
from app.sync.package import Package, damaged
from app.sync.rows import fork
from db.errors import Refusal
from db.migrations.upgrade import SCHEMA
from db.models.handoff import PackageLine, Peer


class Stop(Exception):
    """A package that is not imported. `already-imported` and `superseded` do no harm and are no refusals."""

    def __init__(self, status: str, message: str, reason: str | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.reason = status, message, reason


def readable(package: Package) -> None:
    """Raises `Refusal` when a newer program wrote the package, or it is no package of ours at all."""
    head = package.heading()
    if head.schema > SCHEMA or (head.format != manifests.FORMAT and head.format.startswith("siji-package/")):
        raise Refusal("这个包是更新版本的程序写的，没有导入任何内容。请先升级本程序再导入", "newer-schema")
    if head.format != manifests.FORMAT:
        raise damaged("不是四基的包")


def trusted(session: Session, own: str, package: Package, manifest: Manifest) -> Peer:
    """The peer that wrote the package to us. Raises `Refusal` when it is for others, or by whom we do not trust."""
    if manifest.sender.office == own:
        raise Refusal("这是本单位自己导出的包，要交给对方导入，不用在这里导入", "not-for-us")
    if manifest.to.office != own:
        raise Refusal(f"这个包是给“{manifest.to.name}”的，不是给本单位的。请交给“{manifest.to.name}”导入", "not-for-us")
    peer = session.get(Peer, manifest.sender.office) or adoption.applicant(session, manifest)
    if peer is None:
        raise Refusal(f"不认识发包的单位“{manifest.sender.name}”。请先登记这个单位，或核对包的来源", "unknown-sender")
    if (manifest.direction == "up") == peer.superior or manifest.enrolment is not None:
        raise Refusal(f"“{peer.name}”的包方向不对，没有导入。请对方重新导出", "not-allowed")
    data, signature = package.manifest_bytes, package.signature
    if any(seal.signed_by(key, signature, data) for key in peer.revoked_keys.split()) or not (
        peer.signing_key or peer.secret
    ):
        raise Refusal(
            f"“{peer.name}”原来的密钥已经作废，这个包不能导入。请该单位用新的登记文件重新加入后再导出", "revoked"
        )
    if peer.signing_key is not None:
        good = seal.signed_by(peer.signing_key, signature, data)
    else:
        keys = manifest.keys
        good = (
            keys is not None
            and seal.answers(peer.secret or "", keys.signing, keys.receiving, keys.hmac)
            and seal.signed_by(keys.signing, signature, data)
        )
    if not good:
        raise Refusal(
            f"签名不对：这个包不是“{peer.name}”登记过的那台电脑写的，或者被改动过。没有导入任何内容，请向该单位核实",
            "bad-signature",
        )
    return peer


def pin(peer: Peer, manifest: Manifest) -> None:
    """Keeps the keys that a first package brought, and burns the one-time secret."""
    if peer.signing_key is None and manifest.keys is not None:
        seal.recipient(manifest.keys.receiving)
        peer.signing_key, peer.receiving_key = manifest.keys.signing, manifest.keys.receiving
        peer.secret = None


def in_order(session: Session, peer: Peer, manifest: Manifest, digest: str) -> None:
    """Compares the package with those that came before. Raises `Stop` or `Refusal` by the table of sync.md."""
    replica = manifest.sender.replica or ""
    known = {line.sequence: line for line in register.lines(session, peer.office_id, sent=False, replica=replica)}
    same = known.get(manifest.sequence)
    if same is not None and same.digest == digest:
        raise Stop(
            "already-imported", f"“{peer.name}”的第 {manifest.sequence} 号包已经导入过了，不用再导。回执可以重新导出"
        )
    if same is not None:
        raise fork(peer.name)
    if not known:
        if manifest.kind != "snapshot":
            raise gap(peer, f"“{peer.name}”换了电脑或恢复过备份，第一次要交完整包")
        return
    last = max(known)
    if manifest.sequence < last:
        raise Stop("superseded", f"“{peer.name}”的第 {manifest.sequence} 号包已被后来的第 {last} 号包代替，不用再导")
    if manifest.sequence == last + 1 and manifest.previous != known[last].digest:
        raise fork(peer.name)
    if manifest.kind == "changes" and manifest.since not in known:
        missing = list(range(last + 1, manifest.sequence))
        if not missing:
            raise gap(peer, f"“{peer.name}”的第 {manifest.sequence} 号包接在这里没有收到过的包后面")
        raise gap(peer, f"这里缺少“{peer.name}”的第 {_span(missing)} 号包，接不上这一个")


def gap(peer: Peer, what: str) -> Refusal:
    """Something between is missing, and how to get it."""
    return Refusal(
        f"{what}。请“{peer.name}”重新导出一个完整包（导出时选“全部记录”），"
        "或者先导入本机 packages 文件夹或U盘里缺少的那几个包",
        "gap",
    )


def _span(numbers: list[int]) -> str:
    return str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]} 至 {numbers[-1]}"


def acknowledge(session: Session, peer: Peer, replica: str, manifest: Manifest) -> tuple[Result, ...]:
    """Notes which of our packages the peer has, and what became of them; the next one builds on that.

    A replica that is new while its office is not may lack what the office's older copies made and handed over, and no
    package that was sent before it was first heard of contains that: until one sent later is acknowledged, it is sent
    snapshots.
    """
    said = manifest.acknowledges
    ours = register.lines(session, peer.office_id, sent=True, replica=replica)
    received = register.lines(session, peer.office_id, sent=False)
    since = 0
    if any(line.replica != manifest.sender.replica for line in received):
        heard = [line.place for line in received if line.replica == manifest.sender.replica]
        since = min(heard, default=register.next_place(session))
    for line in ours:
        line.acknowledged = (
            said is not None
            and line.place > since
            and said.replica == replica
            and said.sequence == line.sequence
            and said.digest == line.digest
        )
    if said is not None and peer.secret is not None and peer.superior:
        peer.secret = None  # the superior has pinned our keys
    by_digest = {line.digest: line for line in register.lines(session, peer.office_id, sent=True)}
    told = []
    for result in manifest.results:
        known = by_digest.get(result.digest)
        if known is not None:
            summary = register.summary_of(known)
            summary.result = result
            known.summary = register.kept(summary)
            told.append(result)
    return tuple(told)


def base_upto(session: Session, peer_id: str, replica: str) -> int:
    """The last line of our journal that the peer has acknowledged."""
    found: PackageLine | None = register.base(session, peer_id, replica)
    return found.upto if found else 0
