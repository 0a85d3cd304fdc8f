"""0001: the first schema, made in an empty store."""

from sqlalchemy import Connection, text


class Data:
    """There is nothing before it; a record of each of two linked tables can be kept after it."""

    def load_before(self, connection: Connection) -> None:
        assert connection.execute(text("SELECT count(*) FROM sqlite_master WHERE name = 'member'")).scalar() == 0

    def check_after(self, connection: Connection) -> None:
        connection.execute(
            text(
                "INSERT INTO office (id, office_id, version, stamps, search_key, code, name, level)"
                " VALUES ('o', 'o', '{}', '{}', '', '430599101', '石桥镇', 'township')"
            )
        )
        assert connection.execute(text("SELECT name FROM office")).scalar() == "石桥镇"

    def check_back(self, connection: Connection) -> None:
        assert connection.execute(text("SELECT count(*) FROM sqlite_master WHERE name = 'office'")).scalar() == 0
