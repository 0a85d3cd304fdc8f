"""People whose ID number stands on the roll of two offices, or of none after a transfer: no conflict of rows, but the
offices must be asked.

The superior lists them when it takes a package in, and a remark on each record tells its office in the next package.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from app.findings import Level
from app.ledgers.catalogue import LEDGERS
from app.ledgers.team import on_the_roll
from app.sync import departed, transfers
from app.sync.outcome import RecordFinding
from app.sync.rows import Intake
from app.sync.scope import Line
from db import clock
from db.ids import seeded_id
from db.journal import Batch, stored_rows
from db.models.common import Remark
from db.models.organisation import Office
from db.models.record import Record, fields_of, models
from db.models.team import Member

LISTED = 200
"""How many of them one import lists; all are told."""

OPEN, CLOSED = "01", "03"  # code table remark_status


@dataclass(frozen=True)
class Namesake:
    """One of the records that share an ID number: whose it is, and the other offices that have the number."""

    id: str
    office_id: str
    number: str
    elsewhere: tuple[str, ...]


def found_and_told(batch: Batch, work: Intake, office_id: str, line: Line) -> list[RecordFinding]:
    """Lists the people of the changed ledgers who stand on two rolls and sees to it that each office is told once.

    A remark that is still open where the number stands on one roll only is closed.
    """
    found = []
    for name, model in models().items():
        counts = work.counts.get(name)
        if counts is None or not (counts.created or counts.updated or counts.deleted):
            continue
        for field in LEDGERS[name].numbers_of_one:
            spec = fields_of(model)[field]
            people = namesakes(batch.session, model, field)
            _tell(batch, model, field, people, office_id)
            found += [
                RecordFinding(
                    name, one.id, field, Level.WARNING, "same-person", sentence(spec.show(one.number, masked=True), one)
                )
                for one in people
                if one.office_id in line.below
            ]
    lost = departed.told(batch, office_id, clock.today())
    found += [
        RecordFinding(Member.__tablename__, one.id, "standing", Level.WARNING, departed.RULE, departed.sentence(one))
        for one in lost
        if one.office_id in line.below
    ]
    found += departed.letters_told(batch, office_id, line.below, clock.today())
    return found[:LISTED]


def sentence(number: str, one: Namesake) -> str:
    """What the person reads, in the finding and in the remark."""
    others = "、".join(one.elsewhere)
    return f"{number} 在“{others}”也有登记。请与“{others}”核实人在哪里，办好组织关系转接"


def namesakes(session: Session, model: type[Record], field: str) -> list[Namesake]:
    """The live records whose ID number stands on the rolls of more than one office, by id."""
    column, counted = getattr(model, field), on_a_roll(model)
    twice = (  # the many are asked only what the index of the numbers holds; the few that are found, everything
        select(column)
        .where(_registered(model), column.is_not(None))
        .group_by(column)
        .having(func.min(model.office_id) != func.max(model.office_id))
    )
    rows = session.execute(
        select(model.id, model.office_id, column, Office.name)
        .join(Office, Office.id == model.office_id)
        .where(column.in_(twice), counted)
        .order_by(model.id)
    ).all()
    offices: dict[str, dict[str, str]] = {}
    for _, office, number, name in rows:
        offices.setdefault(number, {})[office] = name
    return [
        Namesake(one, office, number, tuple(sorted(name for other, name in offices[number].items() if other != office)))
        for one, office, number, _ in rows
        if len(offices[number]) > 1
    ]


def on_a_roll(model: type[Record]) -> ColumnElement[bool]:
    """A live record that counts its person. A member who has left is on no roll, nor is one whom another office has
    accepted and whose receipt is on its way."""
    registered = _registered(model)
    return and_(registered, ~transfers.leaving()) if model is Member else registered


def _registered(model: type[Record]) -> ColumnElement[bool]:
    """A live record, of a member one who stands on the roll."""
    alive = model.deleted_at.is_(None)
    return and_(alive, on_the_roll(clock.today())) if model is Member else alive


def remark_id(model: type[Record], record_id: str) -> str:
    """The id of the one remark that tells of a record's number: the same wherever and whenever it is made."""
    return seeded_id(Remark.__tablename__, f"same-person/{model.__tablename__}/{record_id}")


def _tell(batch: Batch, model: type[Record], field: str, people: list[Namesake], office_id: str) -> None:
    session, spec = batch.session, fields_of(model)[field]
    about = select(Remark.id, Remark.record).where(
        Remark.office_id == office_id,
        Remark.ledger == model.__tablename__,
        Remark.field == field,
        Remark.status != CLOSED,
        Remark.deleted_at.is_(None),
    )
    standing = {one for one, record in session.execute(about) if one == remark_id(model, record)}
    wanted = {remark_id(model, one.id): one for one in people if one.office_id != office_id}
    known = stored_rows(session.connection(), Remark, sorted({*wanted, *standing}))
    fresh, updates = [], []
    for key, one in wanted.items():
        told = {"text": sentence(spec.show(one.number, masked=True), one), "status": OPEN}
        row = known.get(key)
        if row is None:
            place = {"ledger": model.__tablename__, "record": one.id, "field": field}
            fresh.append({"id": key, "office_id": office_id, "target_office_id": one.office_id, **place, **told})
        elif row["deleted_at"] is None and (row["status"] == CLOSED or row["text"] != told["text"]):
            updates.append((row, {name: value for name, value in told.items() if row[name] != value}))
    updates += [(known[key], {"status": CLOSED}) for key in sorted(standing - set(wanted))]
    batch.create_rows(Remark, fresh)
    batch.update_rows(Remark, updates)
