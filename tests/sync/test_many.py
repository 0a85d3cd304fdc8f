"""A package of very many records: what is said of them, and that the store is as after a small one."""

import pytest
from sqlalchemy import event, text

from app.ledgers.team import MEMBERS
from app.listing import Query, count
from app.sync import report
from app.sync.intake import take_in
from db import engine
from db.journal import stored_rows
from db.models.team import Member
from tests.sync.conftest import Pair, shared

NUMBER = "110101197803120014"


def roll(pair: Pair, many: int) -> None:
    """So many new members of the township, all with one identity number."""
    with pair.town.edit("名册") as batch:
        member = stored_rows(batch.session.connection(), Member, [pair.member])[pair.member]
        own = {name: member[name] for name in ("name", "sex", "nation", "birth", "branch_id", "category", "standing")}
        office = pair.town.office.id
        batch.create_rows(Member, [{**own, "office_id": office, "resident_id": NUMBER} for _ in range(many)])


def test_of_very_many_changed_records_the_first_are_checked_and_it_is_said(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "CHECKED", 7)
    roll(pair, 20)
    file = pair.up().file
    tried = take_in(pair.county, file, dry_run=True)
    assert len({one.id for one in tried.findings if one.rule == "member.resident_id"}) == 7
    assert tried.findings[-1].message == (
        "这个包改动了 20 条记录，这里只逐条核对了前 7 条。其余的在导入以后由工作台逐条检查，有疑问的会列为“存疑”"
    )
    monkeypatch.setattr(report, "checked", None)  # the write does not check again
    written = take_in(pair.county, file, expect=tried)
    assert (written.status, written.findings) == ("applied", tried.findings)


@pytest.mark.parametrize("fault", [False, True])
def test_a_table_that_fills_keeps_its_indexes(pair: Pair, monkeypatch: pytest.MonkeyPatch, fault: bool) -> None:
    def indexes() -> list[tuple[str, str]]:
        with pair.county.engine.connect() as connection:
            wanted = text("SELECT name, sql FROM sqlite_master WHERE type = 'index' ORDER BY name")
            return [(name, sql) for name, sql in connection.execute(wanted)]

    monkeypatch.setattr(engine, "MANY_ROWS", 15)
    roll(pair, 20)
    file, before = pair.up().file, indexes()
    statements: list[str] = []
    event.listen(pair.county.engine, "before_cursor_execute", lambda *a: statements.append(a[2].strip()))
    if fault:
        monkeypatch.setattr(report, "details", None)
        with pytest.raises(TypeError):
            take_in(pair.county, file)
    else:
        assert take_in(pair.county, file).created == 20
        here, there = shared(pair)
        assert here == there
        with pair.county.read() as session:
            assert count(session, MEMBERS, Query(search="wxm")) == 21
    assert {"DROP INDEX ix_member_search", "DROP INDEX ix_member_listing"} <= set(statements)
    assert indexes() == before


def test_a_table_that_has_many_records_keeps_its_indexes_meanwhile(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    roll(pair, 20)
    assert pair.to_county().created == 20
    monkeypatch.setattr(engine, "MANY_ROWS", 15)
    roll(pair, 20)
    statements: list[str] = []
    event.listen(pair.county.engine, "before_cursor_execute", lambda *a: statements.append(a[2].strip()))
    assert take_in(pair.county, pair.up().file).created == 20
    assert not [one for one in statements if "INDEX" in one]
