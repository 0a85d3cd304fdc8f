"""Walks every ledger: its declaration holds together, and a record lives through all that may happen to one."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from app import checks, editing, listing
from app.excel import importing, writing
from app.excel.plan import Action
from app.excel.template import write_template
from app.ledgers.catalogue import LEDGERS, linking_to, shown_by
from app.ledgers.ledger import Ledger
from app.listing import Query
from app.policy import Policies
from app.sync.intake import take_in
from app.sync.outgoing import export
from app.sync.peers import enrol, join
from app.workspace import Workspace
from db import codes
from db.errors import Refusal
from db.journal import Values, history, stored_rows
from db.models.organisation import Office
from db.models.record import merged_fields, models
from tests.helpers.office import township
from tests.helpers.samples import Samples
from tests.helpers.stores import Store


def each(which: Callable[[Ledger], Any]) -> pytest.MarkDecorator:
    """The test walks the ledgers for which this holds."""
    found = [one for one in LEDGERS.values() if which(one)]
    return pytest.mark.parametrize("ledger", found, ids=[one.id for one in found])


every = each(lambda _: True)
both = pytest.mark.both_stores


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory, store: Store) -> Path:
    """The folder of a county that has just begun, to copy from."""
    folder = tmp_path_factory.mktemp("新建") / "云溪县"
    Workspace.create(folder, code="430599", name="云溪县", level="county", database=store.place()).close()
    return folder


@pytest.fixture
def county(fresh: Path, tmp_path: Path, store: Store) -> Iterator[Workspace]:
    with store.sweeping(), Workspace.open(store.copy(fresh, tmp_path / "云溪县")) as workspace:
        yield workspace


@pytest.fixture
def samples(county: Workspace) -> Samples:
    return Samples(county)


def row(workspace: Workspace, ledger: Ledger, record_id: str) -> Values:
    with workspace.read() as session:
        return stored_rows(session.connection(), ledger.model, [record_id])[record_id]


def values(workspace: Workspace, ledger: Ledger, record_id: str) -> Values:
    found = row(workspace, ledger, record_id)
    return {name: found[name] for name in (*merged_fields(ledger.model), "search_key")}


# ---------------------------------------------------------------- the declaration


def test_every_record_has_a_ledger() -> None:
    assert set(LEDGERS) == set(models())


@every
def test_words_are_there_and_each_means_one_field(ledger: Ledger) -> None:
    assert all(
        (ledger.title, ledger.one, ledger.counter, ledger.icon.startswith("mdi6."), ledger.hidden or ledger.empty)
    )
    meant: dict[str, str] = {}
    for name, spec in ledger.fields.items():
        assert spec.label
        for word in {spec.label, *spec.aliases}:
            key = re.sub(r"\s", "", word)
            assert meant.setdefault(key, name) == name, f"“{word}” means both {meant[key]} and {name}"
    headings = [ledger.heading(name) for name in ledger.column_names]
    assert len(set(headings)) == len(headings)
    for shown in (ledger.chips, ledger.figures):
        titles = [one.title for one in shown]
        assert all(titles)
        assert len(set(titles)) == len(titles)


@every
def test_everything_named_exists(ledger: Ledger) -> None:
    for spec in ledger.fields.values():
        assert (spec.kind.id in ("code", "codes")) == (spec.table is not None)
        assert (spec.kind.id == "link") == (spec.target is not None)
        if spec.table:
            assert codes.table(spec.table).items
        if spec.target:
            assert spec.target in LEDGERS
    assert ledger.column_names
    assert ledger.label_parts
    for key in ledger.keys:
        assert [ledger.resolve(name) for name in key.split()]
    assert ledger.tree is None or ledger.fields[ledger.tree].target
    assert ledger.order.removeprefix("-") in ("", *ledger.fields)
    assert all(name in ledger.fields for name in ledger.defaults)
    assert all((one.of is None) != (one.among is None) for one in ledger.derived)
    assert all(name in other.fields for other, name in linking_to(ledger))


@every
def test_the_form_has_every_field_once(ledger: Ledger) -> None:
    placed = [name for names in ledger.sections.values() for name in names]
    assert sorted(placed) == sorted(ledger.fields)


# ---------------------------------------------------------------- what a table shows


@every
def test_a_table_knows_of_every_ledger_it_reads(county: Workspace, samples: Samples, ledger: Ledger) -> None:
    one, read = samples.made(ledger), set[str]()

    def asked(_: Any, __: Any, statement: str, *___: Any) -> None:
        read.update(re.findall(r"(\w+)\.", statement))

    event.listen(county.engine, "before_cursor_execute", asked)
    with county.read() as session:
        listing.rows(session, ledger, [one], [*ledger.column_names, *ledger.derivations])
        listing.figures(session, ledger, Query())
        for chip in ledger.chips:
            listing.count(session, ledger, Query(chips=(chip.title,)))
    assert ledger.id in read
    assert read & set(LEDGERS) <= shown_by(ledger) <= set(LEDGERS)


# ---------------------------------------------------------------- checks


WITHOUT_A_PLACE = {
    "venue_project": ["project.place"],
    "budget": ["budget.place"],
    "training_attendance": ["attendance.person"],
}
"""Of two links one must be there: neither is required by itself."""


@every
def test_an_empty_form_lacks_what_is_required_and_no_more(county: Workspace, ledger: Ledger) -> None:
    with county.read() as session:
        look, policy = checks.Look(session, None), Policies.read(session)
        found = checks.errors(checks.run(ledger, dict.fromkeys(ledger.fields), look, policy))
    required = {name for name, spec in ledger.fields.items() if spec.required}
    assert {one.field for one in found if one.rule == "required"} == required
    others = [one for one in found if one.rule != "required"]
    assert [one.rule for one in others] == WITHOUT_A_PLACE.get(ledger.id, [])


def coded_fields(ledger: Ledger) -> list[str]:
    return [name for name, spec in ledger.fields.items() if spec.table]


@each(coded_fields)
def test_a_code_that_is_in_no_table_is_refused(county: Workspace, ledger: Ledger) -> None:
    coded = coded_fields(ledger)
    with county.read() as session:
        given = {**dict.fromkeys(ledger.fields), coded[0]: "没有"}
        found = checks.run(ledger, given, checks.Look(session, None), Policies.read(session))
    label = ledger.fields[coded[0]].label
    said = f"这个版本的程序不认识“{label}”的代码 没有。请升级程序，或从列表中另选一项"
    assert said in [one.message for one in found]


# ---------------------------------------------------------------- a record's life


@both
@every
def test_a_record_is_made_edited_undone_deleted_and_restored(
    county: Workspace, samples: Samples, ledger: Ledger
) -> None:
    one = samples.made(ledger)
    first = values(county, ledger, one)
    assert all(first[name] is not None for name, spec in ledger.fields.items() if spec.required)
    with county.read() as session:
        assert [line.label for line in history(session, one)] == [f"新增{ledger.one}"]

    editing.save(county, ledger, {"note": "核对过"}, one)
    assert row(county, ledger, one)["note"] == "核对过"
    with county.read() as session:
        latest = history(session, one)[0]
    assert (latest.action, latest.label, set(latest.after)) == ("update", f"修改{ledger.one}", {"note"})
    county.undo()
    assert values(county, ledger, one) == first

    if ledger.kept_by_program:
        return
    editing.delete(county, ledger, [one])
    with county.read() as session:
        assert one not in listing.ids(session, ledger, Query())
        assert one in listing.ids(session, ledger, Query(deleted=True))
    county.undo()
    assert values(county, ledger, one) == first
    with county.read() as session:
        assert [line.action for line in history(session, one)] == ["restore", "delete", "update", "update", "create"]


@each(lambda ledger: ledger.kept_by_program)
def test_what_the_program_keeps_is_neither_made_nor_deleted_by_hand(
    county: Workspace, samples: Samples, ledger: Ledger, tmp_path: Path
) -> None:
    one = samples.made(ledger)
    before = row(county, ledger, one)
    with pytest.raises(Refusal, match=f"“{ledger.title}”由程序根据台账列入和销号，不能手工新增"):
        editing.save(county, ledger, {})
    with pytest.raises(Refusal, match=f"“{ledger.title}”由程序根据台账列入和销号，不能手工删除"):
        editing.delete(county, ledger, [one])
    with pytest.raises(Refusal, match="没有空白表"):
        write_template(county, ledger, tmp_path / "空白表.xlsx")
    for name, spec in ledger.fields.items():
        if not ledger.writable(name, county=True):
            with pytest.raises(Refusal, match=f"“{re.escape(spec.label)}”由程序填写，不用手工改"):
                editing.save(county, ledger, {name: ""}, one)
    assert row(county, ledger, one) == before


@every
def test_what_is_saved_again_is_unchanged(county: Workspace, samples: Samples, ledger: Ledger) -> None:
    one = samples.made(ledger)
    before = row(county, ledger, one)
    shown = {name: spec.show(before[name]) for name, spec in ledger.fields.items() if before[name] is not None}
    editing.save(county, ledger, shown, one)
    assert row(county, ledger, one) == before


@every
def test_a_required_field_cannot_be_emptied(county: Workspace, samples: Samples, ledger: Ledger) -> None:
    one = samples.made(ledger)
    before = row(county, ledger, one)
    for name, spec in ledger.fields.items():
        if spec.required and ledger.writable(name, county=True):
            with pytest.raises(Refusal, match=f"“{re.escape(spec.label)}”必须填写"):
                editing.save(county, ledger, {name: ""}, one)
    assert row(county, ledger, one) == before


@both
@every
def test_lists_searches_and_sums(county: Workspace, samples: Samples, ledger: Ledger) -> None:
    wanted = [samples.made(ledger, order) for order in (1, 2)]
    names = ledger.column_names
    with county.read() as session:
        everything = listing.ids(session, ledger, Query())
        assert set(wanted) <= set(everything)
        assert listing.count(session, ledger, Query()) == len(everything)
        for view in listing.rows(session, ledger, wanted, names):
            assert len(view.cells) == len(names)
            assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", " ".join(view.cells)) or ledger.id == "remark"
        titles = listing.record_titles(session, ledger, wanted)
        assert all(titles[one].strip(" ·") for one in wanted)
        for name in names:
            for downwards in (False, True):
                found = listing.ids(session, ledger, Query(sort=name, descending=downwards))
                assert sorted(found) == sorted(everything)
        for chip in ledger.chips:
            assert set(listing.ids(session, ledger, Query(chips=(chip.title,)))) <= set(everything)
        sums = dict(listing.figures(session, ledger, Query()))
        assert [one.title for one in sums] == [one.title for one in ledger.figures]
        assert all(number <= len(everything) for number in sums.values())
        _tree(session, ledger, wanted)
        _search(session, ledger, wanted)


def _tree(session: Session, ledger: Ledger, wanted: list[str]) -> None:
    nodes = listing.tree(session, ledger, Query())
    if ledger.tree is None or (not nodes and ledger.fields[ledger.tree].target in listing.SILENT):
        assert nodes == ()
        return
    assert sum(node.count for node in nodes) == listing.count(session, ledger, Query())
    found = [one for node in nodes for one in listing.ids(session, ledger, Query(group=node.id))]
    assert set(wanted) <= set(found)


def _search(session: Session, ledger: Ledger, wanted: list[str]) -> None:
    for name, spec in ledger.fields.items():
        if not spec.search:
            continue
        for one in wanted:
            record: Any = session.get_one(ledger.model, one)
            word = getattr(record, name)
            if spec.target:
                word = listing.record_titles(session, LEDGERS[spec.target], [word])[word] if word else None
            if word is not None:
                assert one in listing.ids(session, ledger, Query(search=str(word).split()[0]))


def needing(ledger: Ledger) -> list[Ledger]:
    return [other for other, name in linking_to(ledger) if other.id != ledger.id]


@each(needing)
def test_a_record_that_others_need_is_not_deleted(county: Workspace, samples: Samples, ledger: Ledger) -> None:
    for other in needing(ledger):
        samples.made(other)
    needed = samples.made(ledger)
    with pytest.raises(Refusal, match="记录用到它，不能删除。请先改掉或删除那些记录") as told:
        editing.delete(county, ledger, [needed])
    assert told.value.reason == "in-use"
    assert row(county, ledger, needed)["deleted_at"] is None


@every
def test_a_township_writes_only_what_is_its_own(tmp_path: Path, ledger: Ledger) -> None:
    with township(tmp_path / "石桥镇") as workspace:
        if ledger.authority is None:
            assert all(
                ledger.writable(name, county=False) == (spec.authority is None) for name, spec in ledger.fields.items()
            )
            return
        with workspace.read() as session:
            before = listing.ids(session, ledger, Query())
        with pytest.raises(Refusal) as told:
            editing.save(workspace, ledger, {"note": "改一下"}, before[0] if before else None)
        assert (told.value.message, told.value.reason) == (f"“{ledger.title}”由县里填写，这里不能改", "not-allowed")
        with pytest.raises(Refusal) as told:
            editing.delete(workspace, ledger, before[:1])
        assert told.value.message == f"“{ledger.title}”由县里填写，这里不能删"
        with workspace.read() as session:
            assert listing.ids(session, ledger, Query()) == before


# ---------------------------------------------------------------- out and in


@every
def test_a_workbook_comes_back_unchanged(county: Workspace, samples: Samples, ledger: Ledger, tmp_path: Path) -> None:
    for order in (1, 2):
        samples.made(ledger, order)
    written = writing.export(county, ledger, tmp_path / "台账.xlsx")
    plan = importing.plan(county, ledger, tmp_path / "台账.xlsx")
    assert plan.errors == ()
    assert plan.counts[Action.UNCHANGED] == written.rows == len(plan.rows)


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory, store: Store) -> Iterator[tuple[Workspace, Samples]]:
    """A county, and the samples of a township that has what the county hands down, and whose package was taken in."""
    place = tmp_path_factory.mktemp("交接")
    with Workspace.create(
        place / "云溪县", code="430599", name="云溪县", level="county", database=store.place()
    ) as county:
        with county.edit("登记石桥镇") as batch:
            known = {"office_id": county.office.id, "superior_id": county.office.id}
            office = batch.add(Office(code="430599101", name="石桥镇", level="township", **known))
        above = Samples(county, {("office", 1): office.id})
        own = [ledger for ledger in LEDGERS.values() if ledger.authority is not None]
        handed_down = {(ledger.id, 1): above.made(ledger) for ledger in own}
        paper = enrol(county, "430599101", "石桥镇", place / "登记.dze")
        with join(place / "登记.dze", place / "石桥镇", paper.passphrase) as town:
            samples = Samples(town, handed_down)
            for ledger in LEDGERS.values():
                if sends(ledger):
                    samples.made(ledger)
            sent = export(town, place)
            take_in(county, sent.file)
            yield county, samples


def sends(ledger: Ledger) -> bool:
    """Whether a township makes records of it that go without more; an attachment needs its bytes."""
    return ledger.authority is None and ledger.id != "attachment"


@both
@each(sends)
def test_a_package_brings_the_record_whole(exchange: tuple[Workspace, Samples], ledger: Ledger) -> None:
    county, samples = exchange
    one, town = samples.made(ledger), samples.workspace
    assert row(county, ledger, one) == row(town, ledger, one)
    with county.read() as session:
        assert one in listing.ids(session, ledger, Query(office=town.office.id))


def test_a_chip_that_is_not_there_never_means_everything(exchange: tuple[Workspace, Samples]) -> None:
    with exchange[0].read() as session, pytest.raises(KeyError, match="no chip 超期了"):
        listing.count(session, LEDGERS["rectification"], Query(chips=("超期了",)))
