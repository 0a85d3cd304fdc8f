"""0002: disciplinary decisions, and digests over operations. What was there stays; going back, both are gone."""

import json
from hashlib import sha256

from sqlalchemy import Connection, text

COMMON = "id, office_id, version, stamps, search_key"
OFFICE = "'o', 'o', '{}', '{}', '', '430599101', '石桥镇', 'township'"
BRANCH = "'b', 'o', '{}', '{}', '', '柳溪村党支部', '631', '01'"
MEMBER = "'m', 'o', '{}', '{}', '', '王小明', '1', '01', '1978-03-12', 'b', '1', '01'"
DECISION = "'d', 'o', '{}', '{}', '', 'm', '04', '2026-03-01', 1"


def insert(connection: Connection, table: str, columns: str, values: str) -> None:
    connection.execute(text(f"INSERT INTO {table} ({COMMON}, {columns}) VALUES ({values})"))


OPERATION = (
    "INSERT INTO batch (id, label, kind, \"user\", \"at\", changes) VALUES ('x', '新增党员', 'edit', '王', '2026', 0)"
)


class Data:
    """A member of the first schema, about whom something is decided."""

    def load_before(self, connection: Connection) -> None:
        insert(connection, "office", "code, name, level", OFFICE)
        insert(connection, "party_org", "name, kind, sector", BRANCH)
        insert(connection, "member", "name, sex, nation, birth, branch_id, category, standing", MEMBER)
        connection.execute(text(OPERATION))

    def check_after(self, connection: Connection) -> None:
        insert(connection, "discipline", "member_id, kind, decided_on, watched_years", DECISION)
        found = text("SELECT name FROM discipline JOIN member ON member.id = member_id")
        assert connection.execute(found).scalar() == "王小明"
        said = ["x", "新增党员", "edit", "王", "2026", 0, None, *[sha256().hexdigest()] * 2]
        digest = sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
        assert connection.execute(text("SELECT digest FROM batch")).scalar() == digest

    def check_back(self, connection: Connection) -> None:
        assert connection.execute(text("SELECT name FROM member")).scalar() == "王小明"
        assert connection.execute(text("SELECT * FROM batch")).mappings().one().get("digest", "gone") == "gone"
        assert connection.execute(text("SELECT count(*) FROM sqlite_master WHERE name = 'discipline'")).scalar() == 0
