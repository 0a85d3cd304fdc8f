"""The journal: what every change leaves, what a failed one does not, and how it is taken back."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from app.workspace import Workspace
from db import journal
from db.errors import Refusal
from db.journal import BatchLine, ChangeLine, Unjournalled, history, loads, stored_rows
from db.models.guarantee import Venue
from db.models.organisation import PartyOrg
from db.models.record import merged_fields
from db.models.team import Member
from tests.helpers.office import branch, member, member_row, township, village


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Workspace]:
    with township(tmp_path / "石桥镇") as workspace:
        yield workspace


def row(office: Workspace, record_id: str, model: type = Member) -> dict[str, Any]:
    with office.read() as session:
        return stored_rows(session.connection(), model, [record_id])[record_id]


def lines(office: Workspace, record_id: str) -> list[ChangeLine]:
    with office.read() as session:
        return list(
            session.scalars(select(ChangeLine).where(ChangeLine.record_id == record_id).order_by(ChangeLine.seq))
        )


def counts(office: Workspace) -> tuple[int, int, int]:
    """(batches, lines, members)"""
    with office.read() as session:
        return tuple(  # type: ignore[return-value]
            session.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in ("batch", "change", "member")
        )


def by_form(office: Workspace, label: str, record_id: str, **changes: Any) -> None:
    """Changes one record through the session's objects, as a form does."""
    with office.edit(label) as batch:
        found = batch.session.get(Member, record_id)
        for name, value in changes.items():
            setattr(found, name, value)


def in_bulk(office: Workspace, label: str, record_id: str, **changes: Any) -> None:
    """Changes one record through rows, as an import does."""
    with office.edit(label) as batch:
        stored = stored_rows(batch.session.connection(), Member, [record_id])[record_id]
        new = {name: value for name, value in changes.items() if stored[name] != value}
        batch.update_rows(Member, [(stored, new)] if new else [])


def by_form_after_others(office: Workspace, label: str, record_id: str, **changes: Any) -> None:
    """Changes one record through an object whose values the session has let go of, as it does after writing rows."""
    with office.edit(label) as batch:
        found = batch.session.get(Member, record_id)
        batch.session.expire_all()
        for name, value in changes.items():
            setattr(found, name, value)


WAYS = pytest.mark.parametrize("change", [by_form, by_form_after_others, in_bulk])


# ---------------------------------------------------------------- what a change leaves


def test_a_new_record_shares_one_stamp(office: Workspace) -> None:
    made = member(office, branch(office))
    found = row(office, made)
    assert found["version"] == {office.replica: 1}
    assert found["stamps"] == {"": [office.replica, 1]}
    (line,) = lines(office, made)
    assert (line.ledger, line.action, line.before, line.sender) == ("member", "create", None, None)
    assert loads(line.after) == {
        "office_id": office.office.id,
        "name": "王小明",
        "sex": "1",
        "nation": "01",
        "birth": "1964-05-03",
        "branch_id": found["branch_id"],
        "category": "1",
        "standing": "01",
    }
    assert loads(line.version) == {office.replica: 1}


@WAYS
def test_only_changed_fields_get_a_stamp(office: Workspace, change: Callable[..., None]) -> None:
    made = member(office, branch(office))
    change(office, "修改党员", made, name="王晓明", phone="13873912210", sex="1")
    found = row(office, made)
    assert found["version"] == {office.replica: 2}
    assert found["stamps"] == {"": [office.replica, 1], "name": [office.replica, 2], "phone": [office.replica, 2]}
    line = lines(office, made)[-1]
    assert line.action == "update"
    assert loads(line.before) == {"name": "王小明", "phone": None}
    assert loads(line.after) == {"name": "王晓明", "phone": "13873912210"}
    assert loads(line.version) == {office.replica: 2}


@WAYS
def test_the_search_key_follows(office: Workspace, change: Callable[..., None]) -> None:
    made = member(office, branch(office))
    change(office, "修改党员", made, name="单国强")
    assert row(office, made)["search_key"] == "shanguoqiang|sgq|单国强"


@WAYS
def test_deleting_and_restoring_are_changes_of_a_field(office: Workspace, change: Callable[..., None]) -> None:
    made = member(office, branch(office))
    change(office, "删除党员", made, deleted_at="2026-11-03T08:12:45Z")
    change(office, "恢复党员", made, deleted_at=None)
    assert [line.action for line in lines(office, made)] == ["create", "delete", "restore"]
    found = row(office, made)
    assert found["version"] == {office.replica: 3}
    assert found["stamps"] == {"": [office.replica, 1], "deleted_at": [office.replica, 3]}
    assert found["deleted_at"] is None


def test_the_two_ways_of_writing_leave_the_same(office: Workspace) -> None:
    org = branch(office)
    one = member(office, org, strengths="养殖")
    with office.edit("新增党员") as batch:
        batch.create_rows(Member, [{"id": "bulk", **member_row(office, org, strengths="养殖")}])
    by_form(office, "修改", one, name="王晓明", strengths=None)
    in_bulk(office, "修改", "bulk", name="王晓明", strengths=None)
    first, second = row(office, one), row(office, "bulk")
    assert {**first, "id": ""} == {**second, "id": ""}
    said = [[(x.action, x.before, x.after, x.version) for x in lines(office, made)] for made in (one, "bulk")]
    assert said[0] == said[1]


def test_exact_values_survive_the_journal(office: Workspace) -> None:
    place = village(office)
    with office.edit("新增场所") as batch:
        venue = Venue(
            office_id=office.office.id, village_id=place, name="活动室", floor_area=Decimal("75.5"), ownership="1"
        )
        made = batch.add(venue).id
    with office.edit("修改场所") as batch:
        batch.session.get_one(Venue, made).floor_area = Decimal("80.25")
    office.undo()
    assert row(office, made, Venue)["floor_area"] == Decimal("75.5")


# ---------------------------------------------------------------- what a failed or empty one does not


def test_a_batch_that_fails_leaves_nothing(office: Workspace) -> None:
    org = branch(office)
    before = counts(office)

    def fail() -> None:
        with office.edit("导入党员") as batch:
            batch.create_rows(Member, [member_row(office, org)] * 3)
            raise ValueError("the stick was pulled")

    with pytest.raises(ValueError, match="stick"):
        fail()
    assert counts(office) == before


def test_an_empty_batch_leaves_no_line(office: Workspace) -> None:
    made = member(office, branch(office))
    before = counts(office)
    with office.edit("什么都没有改"):
        pass
    by_form(office, "写回同样的值", made, name="王小明", birth=date(1964, 5, 3))
    assert counts(office) == before
    assert row(office, made)["version"] == {office.replica: 1}


def test_a_batch_counts_its_changes(office: Workspace) -> None:
    org = branch(office)
    with office.edit("导入党员 3 人") as batch:
        batch.create_rows(Member, [member_row(office, org)] * 2)
        batch.add(Member(**member_row(office, org)))
    with office.read() as session:
        line = session.get_one(BatchLine, batch.id)
    assert (line.label, line.kind, line.user, line.changes) == ("导入党员 3 人", "edit", office.user, 3)


def test_writing_outside_a_batch_is_a_fault(office: Workspace) -> None:
    org = branch(office)
    before = counts(office)
    with office.read() as session:
        session.add(Member(**member_row(office, org)))
        with pytest.raises(Unjournalled):
            session.flush()
    with office.read() as session:
        session.get_one(PartyOrg, org).name = "别的"
        with pytest.raises(Unjournalled):
            session.commit()
    assert counts(office) == before


def test_removing_a_record_is_a_fault_even_in_a_batch(office: Workspace) -> None:
    made = member(office, branch(office))

    def remove() -> None:
        with office.edit("删除") as batch:
            batch.session.delete(batch.session.get_one(Member, made))

    with pytest.raises(Unjournalled):
        remove()
    assert row(office, made)["deleted_at"] is None


def test_a_link_to_nothing_is_refused_when_the_batch_ends(office: Workspace) -> None:
    before = counts(office)
    with pytest.raises(Exception, match="FOREIGN KEY"):
        member(office, "no such branch")
    assert counts(office) == before


# ---------------------------------------------------------------- history


def test_history_tells_the_latest_first(office: Workspace) -> None:
    made = member(office, branch(office))
    by_form(office, "修改党员", made, education="20")
    with office.read() as session:
        told = history(session, made)
    assert [(one.label, one.action, one.user) for one in told] == [
        ("修改党员", "update", office.user),
        ("新增党员", "create", office.user),
    ]
    assert (told[0].before, told[0].after) == ({"education": None}, {"education": "20"})
    assert told[1].before == {}


# ---------------------------------------------------------------- undo


def values(office: Workspace, record_id: str, model: type = Member) -> dict[str, Any]:
    found = row(office, record_id, model)
    return {name: found[name] for name in (*merged_fields(model), "search_key")}


@WAYS
def test_undo_of_an_edit(office: Workspace, change: Callable[..., None]) -> None:
    made = member(office, branch(office))
    before = values(office, made)
    change(office, "修改党员", made, name="单国强", birth=date(1970, 1, 1), phone="13873912210")
    undone = office.undo()
    assert undone.label == "修改党员"
    assert values(office, made) == before
    assert row(office, made)["version"] == {office.replica: 3}
    with office.read() as session:
        latest = history(session, made)[0]
    assert (latest.label, latest.kind) == ("撤销：修改党员", "undo")


def test_undo_of_a_creation_deletes(office: Workspace) -> None:
    made = member(office, branch(office))
    office.undo()
    assert row(office, made)["deleted_at"] is not None
    assert [line.action for line in lines(office, made)] == ["create", "delete"]


@WAYS
def test_undo_of_a_deletion_restores(office: Workspace, change: Callable[..., None]) -> None:
    made = member(office, branch(office))
    before = values(office, made)
    change(office, "删除党员", made, deleted_at="2026-11-03T08:12:45Z")
    office.undo()
    assert values(office, made) == before


def test_undo_of_a_bulk_import(office: Workspace) -> None:
    org = branch(office)
    old = member(office, org)
    before = values(office, old)
    with office.edit("导入党员 200 人", kind="import") as batch:
        batch.create_rows(Member, [member_row(office, org, name=f"李{n}") for n in range(200)])
        stored = stored_rows(batch.session.connection(), Member, [old])[old]
        batch.update_rows(Member, [(stored, {"name": "王大明", "health": "良好"})])
    office.undo(batch.id)
    assert values(office, old) == before
    with office.read() as session:
        living = session.scalars(select(Member.id).where(Member.deleted_at.is_(None))).all()
    assert living == [old]


def test_undo_of_several_edits_of_one_record_in_a_batch(office: Workspace) -> None:
    made = member(office, branch(office))
    before = values(office, made)
    with office.edit("改两次") as batch:
        found = batch.session.get_one(Member, made)
        for name in ("李一", "李二"):
            found.name = name
            batch.session.flush()
    office.undo()
    assert values(office, made) == before


def refused(office: Workspace, batch_id: str | None = None) -> Refusal:
    before = counts(office)
    with pytest.raises(Refusal) as told:
        office.undo(batch_id)
    assert counts(office) == before
    return told.value


def batches(office: Workspace) -> Sequence[BatchLine]:
    with office.read() as session:
        return session.scalars(select(BatchLine).order_by(BatchLine.id)).all()


def test_undo_stops_where_later_edits_stand_on_it(office: Workspace) -> None:
    made = member(office, branch(office))
    by_form(office, "改名", made, name="王晓明")
    first = batches(office)[-1]
    by_form(office, "再改名", made, name="王大明")
    told = refused(office, first.id)
    assert told.reason == "later-edits"
    assert told.message == (f"“改名”之后还有 1 处修改建立在它上面，例如 {first.at[:10]} 的“再改名”。请先撤销那些修改")
    with office.read() as session:
        (obstacle,) = journal.later_edits(session, first.id)
    assert (obstacle.record_id, obstacle.fields, obstacle.label) == (made, ("name",), "再改名")
    office.undo()  # the later one goes first
    office.undo(first.id)
    assert row(office, made)["name"] == "王小明"


def test_later_edits_of_other_fields_do_not_stop_it(office: Workspace) -> None:
    made = member(office, branch(office))
    by_form(office, "改名", made, name="王晓明")
    first = batches(office)[-1]
    by_form(office, "改学历", made, education="20")
    office.undo(first.id)
    found = row(office, made)
    assert (found["name"], found["education"]) == ("王小明", "20")


def test_undo_twice(office: Workspace) -> None:
    made = member(office, branch(office))
    by_form(office, "改名", made, name="王晓明")
    first = batches(office)[-1]
    office.undo(first.id)
    told = refused(office, first.id)
    assert (told.message, told.reason) == ("“改名”已经撤销过，或者不能撤销", "nothing-to-undo")


def test_undo_goes_back_one_batch_at_a_time_until_there_is_none(office: Workspace) -> None:
    org = branch(office)
    made = member(office, org)
    by_form(office, "改名", made, name="王晓明")
    assert [office.undo().label for _ in range(3)] == ["改名", "新增党员", "新增党组织"]
    told = refused(office)
    assert (told.message, told.reason) == ("没有可以撤销的操作", "nothing-to-undo")
    assert row(office, org, PartyOrg)["deleted_at"] is not None


def test_the_making_of_the_workspace_cannot_be_undone(office: Workspace) -> None:
    for line in batches(office):
        assert refused(office, line.id).message == f"“{line.label}”已经撤销过，或者不能撤销"


def test_undo_of_an_unknown_batch(office: Workspace) -> None:
    assert refused(office, "none").message == "没有编号为 none 的操作"


def test_undo_of_a_creation_that_others_now_need(office: Workspace) -> None:
    org = branch(office)
    making = batches(office)[-1]
    member(office, org)
    told = refused(office, making.id)
    assert told.reason == "in-use"
    assert told.message == ("“新增党组织”建立的党组织还有 1 人“党员花名册”记录在用，不能撤销。请先改掉或删除那些记录")
    assert row(office, org, PartyOrg)["deleted_at"] is None
    office.undo()
    office.undo(making.id)
    assert row(office, org, PartyOrg)["deleted_at"] is not None


def test_undo_of_one_batch_that_made_both_ends_of_a_link(office: Workspace) -> None:
    with office.edit("导入支部和党员") as batch:
        org = batch.add(PartyOrg(office_id=office.office.id, name="白沙村党支部", kind="631", sector="01")).id
        batch.create_rows(Member, [member_row(office, org)])
    office.undo(batch.id)
    assert row(office, org, PartyOrg)["deleted_at"] is not None


def test_undo_that_would_point_to_a_deleted_record(office: Workspace) -> None:
    old, new = branch(office, "白沙村党支部"), branch(office, "柳溪村党支部")
    made = member(office, old)
    by_form(office, "转支部", made, branch_id=new)
    moving = batches(office)[-1]
    with office.edit("删除党组织") as batch:
        batch.session.get_one(PartyOrg, old).deleted_at = "2026-11-03T08:12:45Z"
    told = refused(office, moving.id)
    assert told.message == (
        "撤销“转支部”后，党员的“所在党支部”会指向已经删除的党组织，不能撤销。请先恢复那条党组织记录"
    )
    assert row(office, made)["branch_id"] == new
