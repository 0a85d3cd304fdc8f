"""What the next package would carry, told before it is written, beside what the last one carried."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.ledgers.catalogue import LEDGERS
from app.sync import register, scope
from app.workspace import Workspace
from db.errors import Refusal
from db.journal import ChangeLine
from db.models.handoff import PackageLine, Peer
from db.models.organisation import Office
from db.models.record import models


@dataclass(frozen=True)
class LedgerSurvey:
    """One ledger: records that the other side has not seen yet by what happened to them, those that are live now, and
    how many were live when the last package went (None: it is not known)."""

    ledger: str
    title: str
    new: int
    changed: int
    deleted: int
    live: int
    before: int | None


@dataclass(frozen=True)
class Survey:
    """What one office would be sent.

    Attributes:
        lines: the ledgers with live records or news, in the order of the navigation.
        snapshot: whether the whole goes: nothing has been acknowledged yet.
        last: (sequence, moment, whether the other side has it) of the last package, None for the first.
    """

    office_id: str
    code: str
    name: str
    lines: tuple[LedgerSurvey, ...]
    snapshot: bool
    last: tuple[int, str, bool] | None

    @property
    def news(self) -> int:
        """How many records go that the other side has not seen."""
        return sum(line.new + line.changed + line.deleted for line in self.lines)


def surveys(ws: Workspace) -> list[Survey]:
    """One survey for each office that this one writes packages for, by code: a township's superior, or every office
    that a county has enrolled and not revoked. Raises `Refusal` when there is none."""
    with ws.read() as session:
        peers = list(session.scalars(select(Peer).where(Peer.superior.is_(not ws.office.is_county)).order_by(Peer.code)))
        found = [_survey(ws, session, peer) for peer in peers]
    if not found:
        raise Refusal(
            "还没有登记过乡镇。请先在“数据交换”里登记乡镇"
            if ws.office.is_county
            else "本单位还没有加入县里，不能上报。请用县里给的登记文件加入",
            "no-peer",
        )
    return found


def _survey(ws: Workspace, session: Session, peer: Peer) -> Survey:
    up = peer.superior
    line = scope.line_between(session, *((peer.office_id, ws.office.id) if up else (ws.office.id, peer.office_id)))
    base = register.base(session, peer.office_id, ws.replica)
    last = register.last(session, peer.office_id, sent=True)
    since = None if base is None else base.upto
    before = register.summary_of(last).live if last is not None else {}
    live = scope.live_counts(session, line, up=up)
    lines = []
    for name, ledger in LEDGERS.items():
        new, changed, deleted = _news(session, name, line, up, since, peer.office_id)
        if new or changed or deleted or live.get(name):
            lines.append(
                LedgerSurvey(name, ledger.title, new, changed, deleted, live.get(name, 0), before.get(name))
            )
    return Survey(peer.office_id, peer.code, peer.name, tuple(lines), since is None, _last(last))


def _last(line: PackageLine | None) -> tuple[int, str, bool] | None:
    return None if line is None else (line.sequence, line.at, line.acknowledged)


def _news(
    session: Session, name: str, line: scope.Line, up: bool, since: int | None, peer: str
) -> tuple[int, int, int]:
    """(new, changed, deleted) records of a ledger that would go."""
    model = models()[name]
    if model is Office and up:
        return 0, 0, 0
    going = scope.going(model, line, up=up, since=since, full=False, peer=peer)
    gone = model.deleted_at.is_not(None)
    counted = select(func.count()).select_from(model).where(going)
    deleted = session.execute(counted.where(gone)).scalar_one() if since is not None else 0
    total = session.execute(counted.where(~gone)).scalar_one()
    if since is None:
        return total, 0, 0
    made = select(ChangeLine.record_id).where(
        ChangeLine.seq > since, ChangeLine.ledger == name, ChangeLine.before.is_(None)
    )
    new = session.execute(counted.where(~gone, model.id.in_(made))).scalar_one()
    return new, total - new, deleted
