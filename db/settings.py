"""What a store knows about itself: small values by key, never sent anywhere."""

from typing import TypeVar

import msgspec
from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from db.models.record import Base

T = TypeVar("T")


class Setting(Base):
    """One value of this store."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


def get(session: Session, key: str) -> str | None:
    """The value, None when it was never put."""
    found = session.get(Setting, key)
    return found.value if found else None


def put(session: Session, key: str, value: str) -> None:
    """Keeps a value under a key."""
    session.merge(Setting(key=key, value=value))


def get_json(session: Session, key: str, kind: type[T]) -> T | None:
    """A value kept as JSON, decoded as `kind`."""
    found = get(session, key)
    return None if found is None else msgspec.json.decode(found, type=kind)
