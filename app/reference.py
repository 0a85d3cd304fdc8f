"""Reference data that every office starts from (posts, policy, tasks …), and its upgrade by three-way merge."""

import csv
from collections.abc import Iterable, Iterator
from importlib import resources

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.policy import PLANS
from db import settings
from db.ids import new_id, seeded_id
from db.journal import Batch, Values, begin_batch, stored_rows
from db.models.common import Policy
from db.models.organisation import Office
from db.models.record import Record, dump, fields_of
from db.models.responsibility import Indicator, Task
from db.models.team import Post

SEED_REPLICA = "seed"
"""Reference records are the same everywhere, so all offices' copies carry this replica's stamps."""

SEEDED: tuple[tuple[type[Record], str, str], ...] = (
    (Post, "posts", "name"),
    (Policy, "policy", "key effective_from"),
    (Task, "tasks", "year number"),
    (Indicator, "indicators", "year category number"),
)
"""(record, its file in seeds/, the columns that make its key)."""


def seeds(model: type[Record], name: str, key: str) -> Iterator[Values]:
    """The rows of one file as typed values with their derived ids. A link is written as the key of its target."""
    specs = fields_of(model)
    text = (resources.files("seeds") / f"{name}.csv").read_text(encoding="utf-8")
    for line in csv.DictReader(text.splitlines()):
        values = {column: specs[column].parse(written) for column, written in line.items() if column in specs}
        for column, written in values.items():
            target = specs[column].target
            if target and written:
                values[column] = seeded_id(target, written)
        if "active" in specs:
            values["active"] = True
        yield {"id": seeded_id(model.__tablename__, "/".join(line[part] for part in key.split())), **values}


def plant(engine: Engine, office_id: str, user: str) -> None:
    """Puts the reference data into a store, or brings it up to date.

    A field is written only where the store still has what was planted last: what an office edited stays. The records
    belong to the superior where there is one, as the copies that it hands down do.
    """
    with begin_batch(engine, "基础资料", kind="seed", user=user, replica=SEED_REPLICA) as batch:
        owner = batch.session.get_one(Office, office_id).superior_id or office_id
        for model, name, key in SEEDED:
            _merge(batch, model, owner, list(seeds(model, name, key)))


def keep_current(engine: Engine, office_id: str, user: str) -> None:
    """Plants what this program's reference data says now, where an older one planted, or noted, what its own said."""
    with Session(engine) as session:
        noted = [settings.get(session, _noted(model)) for model, _, _ in SEEDED]
    if any(noted) and noted != [_note_of(seeds(model, name, key)) for model, name, key in SEEDED]:
        plant(engine, office_id, user)


def remember(session: Session) -> None:
    """Notes what this program's reference data says, for a store that was handed its copies by its superior: the next
    upgrade then changes only what nobody has edited."""
    for model, name, key in SEEDED:
        _note(session, model, seeds(model, name, key))


def pass_up(batch: Batch, office_id: str, superior_id: str) -> None:
    """Gives an office's own copies of the reference data to its superior, those too of which the superior's program
    knows nothing yet. Versions stay, for all offices' copies are one record."""
    for model, _, _ in SEEDED:
        own = select(model.id).where(model.office_id == office_id)
        stored = stored_rows(batch.session.connection(), model, list(batch.session.scalars(own)))
        batch.write_rows(
            model,
            updates=[
                (row, {"office_id": superior_id, "version": row["version"], "stamps": row["stamps"]})
                for row in stored.values()
                if SEED_REPLICA in row["version"]
            ],
        )


def edited(session: Session, office_id: str) -> Iterator[tuple[type[Record], Values]]:
    """The office's own copies of the reference data that somebody has edited, as they are stored."""
    for model, _, _ in SEEDED:
        own = select(model.id).where(model.office_id == office_id)
        for row in stored_rows(session.connection(), model, list(session.scalars(own))).values():
            if SEED_REPLICA in row["version"] and len(row["version"]) > 1:
                yield model, row


def plans(session: Session, office_id: str) -> list[Values]:
    """What reference data, edited or not, plans for an office: its numbers of `plan.…`."""
    own = select(Policy.id).where(
        Policy.office_id == office_id, Policy.deleted_at.is_(None), Policy.key.startswith(PLANS)
    )
    stored = stored_rows(session.connection(), Policy, list(session.scalars(own)))
    return [row for row in stored.values() if SEED_REPLICA in row["version"]]


def plan_anew(batch: Batch, office_id: str, planned: Iterable[Values]) -> None:
    """Gives an office plans of its own, where those of the reference data are its superior's from now on."""
    names = fields_of(Policy)
    batch.create_rows(
        Policy, [{"id": new_id(), "office_id": office_id, **{name: one[name] for name in names}} for one in planned]
    )


def seeded_plans() -> list[Values]:
    """What the reference data plans for an office that has not planned itself."""
    blank = dict.fromkeys(fields_of(Policy))
    return [blank | row for row in seeds(Policy, "policy", "key effective_from") if row["key"].startswith(PLANS)]


def _merge(batch: Batch, model: type[Record], office_id: str, rows: list[Values]) -> None:
    stored = stored_rows(batch.session.connection(), model, [row["id"] for row in rows])
    last = _planted(batch.session, model)
    fresh = [{**row, "office_id": office_id} for row in rows if row["id"] not in stored]
    updates = []
    for row in rows:
        old = stored.get(row["id"])
        if old is None:
            continue
        planted = last.get(row["id"], {})
        new = {
            k: v for k, v in row.items() if k != "id" and old[k] != v and dump(old[k]) == planted.get(k, dump(old[k]))
        }
        if new and old["deleted_at"] is None:
            updates.append((old, new))
    batch.create_rows(model, fresh)
    batch.update_rows(model, updates)
    _note(batch.session, model, rows)


def _note(session: Session, model: type[Record], rows: Iterable[Values]) -> None:
    settings.put(session, _noted(model), _note_of(rows))


def _note_of(rows: Iterable[Values]) -> str:
    return dump({row["id"]: {key: dump(value) for key, value in row.items() if key != "id"} for row in rows})


def _noted(model: type[Record]) -> str:
    return f"planted/{model.__tablename__}"


def _planted(session: Session, model: type[Record]) -> dict[str, dict[str, str]]:
    return settings.get_json(session, _noted(model), dict[str, dict[str, str]]) or {}
