"""What a store knows of itself."""

from pathlib import Path

import msgspec
import pytest
from sqlalchemy.orm import Session

from db import settings
from db.engine import sqlite_engine
from db.models.tables import Base


def test_values_are_kept_and_replaced(tmp_path: Path) -> None:
    engine = sqlite_engine(tmp_path / "records.db")
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        assert settings.get(session, "replica") is None
        settings.put(session, "replica", "a1")
        assert settings.get(session, "replica") == "a1"
        settings.put(session, "replica", "b2")
        settings.put(session, "counts", '{"member":3}')
    with Session(engine) as session:
        assert settings.get(session, "replica") == "b2"
        assert settings.get_json(session, "counts", dict[str, int]) == {"member": 3}
        assert settings.get_json(session, "nothing", dict[str, int]) is None
        with pytest.raises(msgspec.ValidationError):
            settings.get_json(session, "counts", dict[str, str])
    engine.dispose()
