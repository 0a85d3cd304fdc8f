"""A county on a database server: moved there from its file, and worked on from several seats at once."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import drafts, editing, listing, record_view
from app.ledgers.catalogue import LEDGERS
from app.listing import Query
from app.seats import move, seat
from app.sync import several
from app.sync.intake import take_in
from app.sync.outcome import Outcome
from app.sync.outgoing import Sent, export
from app.sync.peers import enrol, join
from app.sync.register import packages
from app.workspace import MACHINE, Workspace, read_config
from db import copying, server, settings
from db.engine import server_engine
from db.errors import Refusal
from db.models.handoff import Peer
from db.models.organisation import PartyOrg
from tests.helpers.enrolling import unsealed_enrolment
from tests.helpers.office import branch, member, township
from tests.helpers.server import Server
from tests.helpers.stores import Store

TOWNS = {"430599101": "石桥镇", "430599102": "青石镇"}


@pytest.fixture(scope="module")
def databases(server: Server) -> Store:
    return Store(server)


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory, databases: Store) -> Path:
    """A county on the server, two townships that have joined it, and what each has to hand over."""
    root = tmp_path_factory.mktemp("云溪")
    database = databases.place()
    options = {"code": "430599", "name": "云溪县", "level": "county", "database": database}
    with unsealed_enrolment(), Workspace.create(root / "county", **options) as county:
        for code, name in TOWNS.items():
            paper = enrol(county, code, name, root / f"{code}.dzb")
            with join(paper.file, root / code, paper.passphrase) as town:
                at = branch(town, f"{name}柳溪村党支部")
                for number in range(40):
                    member(town, at, name=f"{name}党员{number}")
                export(town, root)
    return root


@pytest.fixture
def desks(offices: Path, tmp_path: Path, databases: Store) -> Iterator[tuple[Workspace, Workspace]]:
    """Two officers' seats at the county's store; the packages lie beside them."""
    with databases.sweeping():
        first = databases.copy(offices, tmp_path / "云溪") / "county"
        address = read_config(first)["database"]
        with Workspace.open(first, user="李敏") as one, seat(tmp_path / "第二席", address, "王芳") as two:
            yield one, two


def town_package(folder: Path, code: str) -> Path:
    return folder.parent / f"{code}-up-1.dzb"


def together(*works: Callable[[], object]) -> list[object]:
    """Runs each work on a thread of its own, all let go at one moment; what each returned or raised."""
    gate = threading.Barrier(len(works))
    found: list[object] = [None] * len(works)

    def run(place: int, work: Callable[[], object]) -> None:
        gate.wait()
        try:
            found[place] = work()
        except Exception as error:
            found[place] = error

    threads = [threading.Thread(target=run, args=item) for item in enumerate(works)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return found


def rows(ws: Workspace, statement: str) -> list[tuple[object, ...]]:
    with ws.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


# ---------------------------------------------------------------- two officers at once


def test_a_second_seat_has_the_same_office_keys_and_replica(desks: tuple[Workspace, Workspace]) -> None:
    one, two = desks
    assert (two.office, two.replica, two.user) == (one.office, one.replica, "王芳")
    code = next(iter(TOWNS))
    assert take_in(two, town_package(one.folder, code)).status == "applied"


def test_two_townships_taken_in_at_once_are_both_there(desks: tuple[Workspace, Workspace]) -> None:
    one, two = desks
    first, second = (town_package(one.folder, code) for code in TOWNS)
    found = together(lambda: take_in(one, first), lambda: take_in(two, second))
    assert [each.status for each in found if isinstance(each, Outcome)] == ["applied", "applied"], found
    assert rows(one, "SELECT count(*) FROM member") == [(80,)]
    places = [line[0] for line in rows(one, "SELECT place FROM package ORDER BY place")]
    assert places == list(range(1, len(places) + 1))
    # the journal's lines of one operation stand together: nobody wrote between them
    order = [line[0] for line in rows(one, "SELECT batch_id FROM change ORDER BY seq")]
    assert len([place for place in range(1, len(order)) if order[place] != order[place - 1]]) == len(set(order)) - 1


def test_one_package_taken_in_at_once_by_two_is_applied_once(desks: tuple[Workspace, Workspace]) -> None:
    one, two = desks
    file = town_package(one.folder, "430599101")
    found = together(lambda: take_in(one, file), lambda: take_in(two, file))
    told = {each.status: each.message for each in found if isinstance(each, Outcome)}
    assert set(told) == {"applied", "already-imported"}, found
    assert told["already-imported"] == "“石桥镇”的第 1 号包已经导入过了，不用再导。回执可以重新导出"
    assert rows(one, "SELECT count(*) FROM package WHERE NOT sent") == [(1,)]
    assert rows(one, "SELECT count(*) FROM member") == [(40,)]


def test_no_counter_is_given_out_twice(desks: tuple[Workspace, Workspace]) -> None:
    one, two = desks
    with one.edit("新增岗位") as batch:
        post = batch.add(LEDGERS["post"].model(office_id=one.office.id, name="护林员", duty="巡山")).id

    def many(ws: Workspace) -> Callable[[], None]:
        def work() -> None:
            for number in range(15):
                editing.save(ws, LEDGERS["post"], {"note": f"{ws.user} {number}"}, post)

        return work

    assert together(many(one), many(two)) == [None, None]
    versions = [line[0] for line in rows(one, f"SELECT version FROM change WHERE record_id = '{post}' ORDER BY seq")]
    assert versions == [f'{{"{one.replica}":{number}}}' for number in range(1, 32)]


def test_packages_written_at_once_are_numbered_one_after_the_other(desks: tuple[Workspace, Workspace]) -> None:
    one, two = desks
    take_in(one, town_package(one.folder, "430599101"))
    sticks = [one.folder.parent / "U盘一", one.folder.parent / "U盘二"]
    for stick in sticks:
        stick.mkdir()
    code = "430599101"
    found = together(lambda: export(one, sticks[0], code=code), lambda: export(two, sticks[1], code=code))
    assert sorted(each.sequence for each in found if isinstance(each, Sent)) == [2, 3], found
    numbers = sorted(line.sequence for line in packages(one) if line.sent and line.office_code == code)
    assert numbers == [1, 2, 3]  # the first was the enrolment


def test_two_who_refuse_one_package_at_once_both_remember_it(
    desks: tuple[Workspace, Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = desks
    (bad,) = several.take_in_each(one, [several.Wanted(damaged(town_package(one.folder, "430599101")))])
    both, real = threading.Barrier(2), several.supposed_sender

    def late(session: Session, outcome: Outcome) -> Peer | None:
        with contextlib.suppress(threading.BrokenBarrierError):  # whoever waits for its turn does not come
            both.wait(1)
        return real(session, outcome)

    monkeypatch.setattr(several, "supposed_sender", late)
    assert together(*(lambda ws=ws: several.remember_refused(ws, [bad]) for ws in desks)) == [None, None]
    assert rows(two, "SELECT sequence, reason FROM refused") == [(1, "damaged")]


def damaged(file: Path) -> Path:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    return file


def test_what_a_colleague_wrote_meanwhile_is_not_replaced_unseen(desks: tuple[Workspace, Workspace]) -> None:
    one, two = desks
    villages = LEDGERS["village"]
    village = editing.save(one, villages, {"code": "001", "name": "柳溪村", "kind": "村", "households": "300"})

    def shown(ws: Workspace) -> record_view.FormStart:
        with ws.read() as session:
            return record_view.form_start(ws, session, villages, village)

    mine, theirs = shown(one).seen, shown(two).seen
    editing.save(one, villages, {"households": "310"}, village, mine)
    with pytest.raises(Refusal) as told:
        editing.save(two, villages, {"households": "320"}, village, theirs)
    sentence = "“户数”刚才已由别人改成“310”。请先返回，再打开这条记录，核对以后保存"
    assert told.value.message == sentence
    editing.save(two, villages, {"population": "1200"}, village, theirs)
    editing.save(two, villages, {"households": "320"}, village, shown(two).seen)
    assert rows(one, "SELECT households, population FROM village") == [(320, 1200)]


def test_a_half_filled_form_is_its_writers_own(desks: tuple[Workspace, Workspace]) -> None:
    one, two = desks
    villages = LEDGERS["village"]
    drafts.keep(one, villages, None, {"name": "柳溪村"})
    drafts.keep(two, villages, None, {"name": "大塘村"})
    for ws, name in ((one, "柳溪村"), (two, "大塘村")):
        with ws.read() as session:
            assert record_view.form_start(ws, session, villages, None).draft == {"name": name}
    drafts.drop(one, villages, None)
    assert rows(one, "SELECT id FROM draft") == [("village/new/王芳",)]


def test_undo_takes_back_ones_own_last_step(desks: tuple[Workspace, Workspace]) -> None:
    one, two = desks
    mine = editing.save(one, LEDGERS["village"], {"code": "001", "name": "柳溪村", "kind": "村"})
    theirs = editing.save(two, LEDGERS["village"], {"code": "002", "name": "大塘村", "kind": "村"})
    one.undo()
    live = rows(one, "SELECT id FROM village WHERE deleted_at IS NULL")
    assert (theirs,) in live
    assert (mine,) not in live


def test_who_waits_too_long_for_a_colleague_is_told(
    desks: tuple[Workspace, Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = desks
    monkeypatch.setattr(server, "PATIENCE", "0.05")
    with one.write(), pytest.raises(Refusal, match="另一位同事正在写入，这一步没有保存。请等一会儿再试") as told:
        editing.save(two, LEDGERS["village"], {"code": "001", "name": "柳溪村", "kind": "村"})
    assert told.value.reason == "locked"
    assert rows(two, "SELECT count(*) FROM village") == [(0,)]


def test_a_connection_that_breaks_is_told_and_mended(desks: tuple[Workspace, Workspace], databases: Store) -> None:
    one, _ = desks

    def cut_off() -> None:
        assert databases.server is not None
        with one.edit("新增村") as batch:
            databases.server.stop_sessions(one.engine.url.database or "")
            batch.add(LEDGERS["village"].model(office_id=one.office.id, code="001", name="柳溪村", kind="01"))

    with pytest.raises(Refusal, match="和数据库服务器的连接断了，这一步没有保存。请检查网络和服务器，再试一次"):
        cut_off()
    editing.save(one, LEDGERS["village"], {"code": "001", "name": "柳溪村", "kind": "村"})


def test_a_restored_database_is_a_new_replica_for_every_seat(desks: tuple[Workspace, Workspace]) -> None:
    one, two = desks
    before = one.replica
    with one.write() as session:
        settings.put(session, MACHINE, "another database")
    editing.save(two, LEDGERS["village"], {"code": "001", "name": "柳溪村", "kind": "村"})
    editing.save(one, LEDGERS["village"], {"code": "002", "name": "大塘村", "kind": "村"})
    assert one.replica == two.replica != before
    assert before not in "".join(str(line) for line in rows(one, "SELECT version FROM village"))


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize("address", ["mysql://siji:秘密@host/siji", "postgresql+psycopg://siji:秘密@host", "秘密"])
def test_an_address_that_is_none_is_refused_without_quoting_it(tmp_path: Path, address: str) -> None:
    with pytest.raises(Refusal) as told:
        Workspace.create(tmp_path / "县", code="430599", name="云溪县", level="county", database=address)
    assert told.value.message == "数据库地址写得不对，应写成 postgresql+psycopg://用户:口令@服务器:5432/数据库"
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    address = "postgresql+psycopg://siji:mima@127.0.0.1:1/siji"
    with pytest.raises(Refusal) as told:
        seat(tmp_path / "席位", address)
    sentence = "连不上数据库服务器。请检查网络和服务器是否开着，siji.toml 里的地址、用户名和口令对不对"
    assert (told.value.message, told.value.reason) == (sentence, "cannot-open")
    assert list(tmp_path.iterdir()) == []


def test_what_people_see_of_an_address_has_no_password() -> None:
    assert (
        server.shown("postgresql://siji:mima@host:5432/siji?password=mima")
        == "postgresql+psycopg://siji@host:5432/siji"
    )
    engine = server_engine("postgresql://siji:mima@host:5432/siji")
    assert "mima" not in f"{engine!r} {engine.url}"


def test_the_address_is_kept_where_only_its_owner_reads_it(desks: tuple[Workspace, Workspace]) -> None:
    assert (desks[1].folder / "siji.toml").stat().st_mode & 0o077 == 0


def test_a_seat_at_an_empty_database_is_refused(tmp_path: Path, databases: Store) -> None:
    with databases.sweeping(), pytest.raises(Refusal) as told:
        seat(tmp_path / "席位", databases.place())
    assert told.value.message.startswith("这个数据库里还没有四基的数据。请先用 siji new 在里面新建，或用 siji mo")
    assert list(tmp_path.iterdir()) == []


def test_a_new_office_does_not_touch_a_database_with_data(desks: tuple[Workspace, Workspace], tmp_path: Path) -> None:
    one, _ = desks
    with pytest.raises(Refusal) as told:
        Workspace.create(
            tmp_path / "新", code="1", name="新县", level="county", database=read_config(one.folder)["database"]
        )
    assert told.value.message == (
        "这个数据库里已经有四基的数据，没有动它。要用它请运行 siji seat；要新建或搬入，请另建一个空的数据库"
    )
    assert rows(one, "SELECT count(*) FROM office") == [(3,)]


def test_a_new_office_that_fails_leaves_the_database_empty(tmp_path: Path, databases: Store) -> None:
    def fails(_: object) -> None:
        raise Refusal("不行", "no")

    with databases.sweeping():
        address = databases.place()
        with pytest.raises(Refusal, match="不行"):
            Workspace.create(
                tmp_path / "新", code="1", name="新县", level="county", database=address, fill=fails, office_id="1" * 36
            )
        Workspace.create(tmp_path / "新", code="1", name="新县", level="county", database=address).close()


# ---------------------------------------------------------------- moving


@pytest.fixture
def filed(tmp_path: Path) -> Iterator[Workspace]:
    """An office in an encrypted file, with some records and a deleted one."""
    with township(tmp_path / "石桥镇", passphrase="石桥镇的口令") as made:
        at = branch(made)
        people = [member(made, at, name=f"党员{number}", note="备注\t“引号”\n\\N 第二行") for number in range(5)]
        editing.delete(made, LEDGERS["member"], people[:1])
        yield made


def test_a_store_moves_to_the_server_record_by_record(filed: Workspace, databases: Store) -> None:
    with filed.engine.connect() as connection:
        before = copying.counted(connection, lambda done, total, what: None)
    folder, replica = filed.folder, filed.replica
    with databases.sweeping():
        address = databases.place()
        moved = move(filed, address)
        assert moved.tables["member"] == 5
        assert not (folder / "records.db").exists()
        assert not (folder / "keys.json").exists()
        assert read_config(folder)["database"] == address
        with Workspace.open(folder) as there:
            with there.engine.connect() as connection:
                after = copying.counted(connection, lambda done, total, what: None)
            assert {name for name in before if before[name] != after[name]} <= {"setting"}
            assert there.replica == replica
            there.undo()
            assert rows(there, "SELECT count(*) FROM member WHERE deleted_at IS NULL") == [(5,)]
            branch(there, "大塘村党支部")
    assert moved.kept.parent == folder / "backups"


def test_the_file_that_was_moved_wakes_up_as_a_new_replica(filed: Workspace, databases: Store, tmp_path: Path) -> None:
    from app.backup import restore

    replica = filed.replica
    with databases.sweeping():
        moved = move(filed, databases.place())
        restore(moved.kept, tmp_path / "旧")
        with Workspace.open(tmp_path / "旧", "石桥镇的口令") as old:
            assert old.replica != replica
            assert rows(old, "SELECT count(*) FROM member") == [(5,)]


def untouched(ws: Workspace, replica: str) -> None:
    """The workspace works on with its file."""
    folder = ws.folder
    ws.close()
    with Workspace.open(folder, "石桥镇的口令") as again:
        assert (again.replica, again.shared, again.encrypted) == (replica, False, True)
        assert rows(again, "SELECT count(*) FROM member") == [(5,)]


def test_nothing_moves_into_a_database_with_something_in_it(filed: Workspace, databases: Store) -> None:
    with databases.sweeping():
        address = databases.place()
        engine = server_engine(address)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE other (a integer)"))
        with pytest.raises(Refusal) as told:
            move(filed, address)
        sentence = "这个数据库里已经有别的东西，没有动它。请服务器管理员新建一个空的数据库"
        assert (told.value.message, told.value.reason) == (sentence, "not-empty")
        with engine.connect() as connection:
            assert engine.dialect.get_table_names(connection) == ["other"]
        engine.dispose()
        untouched(filed, filed.replica)


def test_nothing_moves_to_a_server_that_is_too_old(
    filed: Workspace, databases: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "OLDEST", 99)
    with databases.sweeping(), pytest.raises(Refusal, match=r"太旧了，要 99 以上。请服务器管理员升级"):
        move(filed, databases.place())
    untouched(filed, filed.replica)


def test_nothing_moves_to_a_server_that_is_not_there(filed: Workspace) -> None:
    with pytest.raises(Refusal, match="连不上数据库服务器"):
        move(filed, "postgresql://siji:mima@127.0.0.1:1/siji")
    untouched(filed, filed.replica)


def test_a_copy_that_differs_is_not_switched_to(
    filed: Workspace, databases: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = copying.counted
    monkeypatch.setattr(copying, "counted", lambda *given: {**real(*given), "member": (4, "")})
    with databases.sweeping():
        address = databases.place()
        with pytest.raises(Refusal) as told:
            move(filed, address)
        assert told.value.message == ("搬过去的数据和原来的对不上（member），没有切换，原来的数据没有动。请再试一次")
        engine = server_engine(address)
        with engine.connect() as connection:
            assert engine.dialect.get_table_names(connection) == []
        engine.dispose()
    untouched(filed, filed.replica)


def test_what_a_server_cannot_keep_is_named(filed: Workspace, databases: Store) -> None:
    with filed.engine.begin() as connection:
        connection.execute(text("UPDATE member SET name = name || char(0)"))
    with databases.sweeping(), pytest.raises(Refusal, match="member 表里有一条记录服务器存不了") as told:
        move(filed, databases.place())
    assert told.value.reason == "invalid-record"
    untouched(filed, filed.replica)


def test_an_interruption_before_the_switch_leaves_the_file_in_use(
    filed: Workspace, databases: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app import seats

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with databases.sweeping():
        address = databases.place()
        with monkeypatch.context() as patch:
            patch.setattr(seats, "write_config", full)
            with pytest.raises(OSError, match="No space"):
                move(filed, address)
        untouched(filed, filed.replica)
        with Workspace.open(filed.folder, "石桥镇的口令") as again:
            assert move(again, address).tables["member"] == 5


def test_what_is_on_a_server_is_not_moved_again(desks: tuple[Workspace, Workspace]) -> None:
    with pytest.raises(Refusal, match="已经在数据库服务器上，不用再搬"):
        move(desks[0], "postgresql://siji@host/siji")


def test_a_table_stands_in_the_same_order_in_a_file_and_on_a_server(tmp_path: Path, databases: Store) -> None:
    members, orders = LEDGERS["member"], []
    with databases.sweeping():
        for place, database in (("文件", ""), ("服务器", databases.place())):
            with Workspace.create(
                tmp_path / place, code="430599101", name="石桥镇", level="township", database=database
            ) as ws:
                at = branch(ws)
                for name, office_held in (("a-b", None), ("ab", "村主任"), ("B", None), ("王芳", "b"), ("阿明", "B")):
                    member(ws, at, name=name, office_held=office_held)
                with ws.read() as session:
                    for column in ("name", "office_held"):
                        for downwards in (False, True):
                            found = listing.ids(session, members, Query(sort=column, descending=downwards))
                            views = listing.rows(session, members, found, ["name"])
                            orders.append((place, column, downwards, [view.cells[0] for view in views]))
    assert [one[1:] for one in orders[:4]] == [one[1:] for one in orders[4:]]
    assert orders[0][3] == ["a-b", "ab", "阿明", "B", "王芳"]


def test_more_records_than_a_statement_takes_values_are_shown(desks: tuple[Workspace, Workspace]) -> None:
    posts = LEDGERS["post"]
    with desks[0].read() as session:
        found = [*listing.ids(session, posts, Query())]
        assert found
        wanted = [*found, *(f"{number:036}" for number in range(70_000)), *found]
        assert [view.id for view in listing.rows(session, posts, wanted, ["name"])] == [*found, *found]
        assert listing.record_titles(session, posts, wanted).keys() == set(found)


def test_what_the_driver_says_of_a_statement_is_not_told_as_a_lost_connection(
    desks: tuple[Workspace, Workspace],
) -> None:
    with desks[0].read() as session, pytest.raises(OperationalError, match="65535"):
        session.execute(select(PartyOrg.id).where(PartyOrg.id.in_([str(number) for number in range(70_000)])))
