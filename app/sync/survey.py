"""What the next package would carry, told before it is written, beside what the last one carried."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.ledgers.catalogue import LEDGERS
from app.sync import outgoing, register, scope
from app.workspace import Workspace
from db.models.handoff import Peer
from db.models.organisation import Office


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
        files, bytes: how many attachments' contents go, and how large they are together.
        last: (sequence, moment, whether the other side has it) of the last package, None for the first.
    """

    office_id: str
    code: str
    name: str
    lines: tuple[LedgerSurvey, ...]
    snapshot: bool
    files: int
    bytes: int
    last: tuple[int, str, bool] | None

    @property
    def news(self) -> int:
        """How many records go that the other side has not seen."""
        return sum(line.new + line.changed + line.deleted for line in self.lines)


def surveys(ws: Workspace, *, up: bool) -> list[Survey]:
    """One survey for each office that a package can be written for now, by code: for the superior with `up`, else for
    those below. Raises `Refusal` when there is none."""
    with ws.read() as session:
        codes = [peer.code for peer in outgoing.addressees(session, ws, None, up=up)]
    news = {code: outgoing.due(ws, code) for code in codes}
    with ws.read() as session:
        return [_survey(session, ws, peer, news[peer.code]) for peer in outgoing.addressees(session, ws, None, up=up)]


def _survey(session: Session, ws: Workspace, peer: Peer, news: dict[str, tuple[int, int, int]]) -> Survey:
    last = register.last(session, peer.office_id, sent=True)
    before = register.summary_of(last).live if last is not None else {}
    line = outgoing.line_to(session, ws, peer)
    live = scope.live_counts(session, line, up=peer.superior)
    offices = scope.of_lower(Office, line) if peer.superior else scope.of_upper(Office, line)
    live[Office.__tablename__] = session.execute(
        select(func.count()).select_from(Office).where(offices, Office.deleted_at.is_(None))
    ).scalar_one()
    lines = [
        LedgerSurvey(name, ledger.title, *news.get(name, (0, 0, 0)), live.get(name, 0), before.get(name))
        for name, ledger in LEDGERS.items()
        if name in news or (live.get(name) and name != Office.__tablename__)
    ]
    return Survey(
        peer.office_id,
        peer.code,
        peer.name,
        tuple(lines),
        register.base(session, peer.office_id, ws.replica) is None,
        *outgoing.attached(session, ws, peer),
        None if last is None else (last.sequence, last.at, last.acknowledged),
    )
