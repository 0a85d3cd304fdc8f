"""What the world can do to the file, and the sentence for each: nothing else is written, nothing is lost."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from db import server
from db.engine import encrypt_copy, integrity_faults, is_plain, snapshot, sqlite_engine
from db.errors import Refusal

KEY, OTHER = bytes(range(32)), bytes(32)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "records.db"


@pytest.fixture
def engine(file: Path) -> Iterator[Engine]:
    made = sqlite_engine(file, KEY)
    with made.begin() as connection:
        connection.execute(text("CREATE TABLE note (id INTEGER PRIMARY KEY, words TEXT)"))
        connection.execute(text("INSERT INTO note (words) VALUES ('柳溪村')"))
    yield made
    made.dispose()


def run(engine: Engine, *statements: str) -> None:
    """Runs statements in one transaction."""
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def refusal(file: Path, key: bytes | None, statement: str = "SELECT words FROM note") -> Refusal:
    engine = sqlite_engine(file, key)
    try:
        with pytest.raises(Refusal) as told:
            run(engine, statement)
        return told.value
    finally:
        engine.dispose()


def test_the_file_is_encrypted_and_the_key_opens_it(file: Path, engine: Engine) -> None:
    engine.dispose()
    assert not is_plain(file)
    assert "柳溪村".encode() not in file.read_bytes()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT words FROM note")).scalar() == "柳溪村"


def test_wrong_key(file: Path, engine: Engine) -> None:
    engine.dispose()
    before = file.read_bytes()
    told = refusal(file, OTHER)
    assert told.reason == "wrong-passphrase"
    assert told.message == "口令不对，或者数据文件已损坏。请核对口令；仍打不开时用最近的备份恢复"
    assert file.read_bytes() == before


def test_no_key_for_an_encrypted_file(file: Path, engine: Engine) -> None:
    engine.dispose()
    assert refusal(file, None).reason == "wrong-passphrase"


def test_not_a_database(file: Path) -> None:
    file.write_bytes("这是一份 Word 文档".encode() * 400)
    assert refusal(file, KEY).reason == "wrong-passphrase"
    assert refusal(file, None).reason == "wrong-passphrase"


def test_a_damaged_page(file: Path) -> None:
    engine = sqlite_engine(file)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE note (id INTEGER PRIMARY KEY, words TEXT)"))
        connection.execute(text("INSERT INTO note (words) VALUES (:words)"), [{"words": "柳溪村" * 500}] * 20)
    engine.dispose()
    content = bytearray(file.read_bytes())
    content[4096:12288] = b"\x07" * 8192
    file.write_bytes(content)
    told = refusal(file, None)
    assert (told.message, told.reason) == ("数据文件已损坏。请用最近的备份恢复", "damaged")
    assert integrity_faults(engine)
    engine.dispose()


def test_a_damaged_page_of_an_encrypted_file(file: Path, engine: Engine) -> None:
    engine.dispose()
    content = bytearray(file.read_bytes())
    content[4096 + 100] ^= 1
    file.write_bytes(content)
    assert refusal(file, KEY).reason in ("damaged", "disk-error", "wrong-passphrase")


def test_a_copy_keeps_the_key_and_one_that_cannot_be_written_is_told(
    engine: Engine, tmp_path: Path, unwritable: Path
) -> None:
    snapshot(engine, tmp_path / "copy.db")
    assert refusal(tmp_path / "copy.db", OTHER).reason == "wrong-passphrase"
    with pytest.raises(Refusal, match="打不开数据文件。请检查文件夹是否还在、能否写入"):
        snapshot(engine, unwritable / "copy.db")
    assert list(unwritable.iterdir()) == []


def test_a_full_disk_keeps_what_was_there(engine: Engine) -> None:
    with pytest.raises(Refusal) as told:
        run(
            engine,
            "INSERT INTO note (words) VALUES ('一')",
            "PRAGMA max_page_count = 4",
            f"INSERT INTO note (words) VALUES ('{'石' * 30_000}')",
        )
    assert told.value.message == "磁盘已满，这一步没有保存。请清理磁盘后再试"
    assert told.value.reason == "disk-full"
    with engine.connect() as connection:
        assert connection.execute(text("SELECT words FROM note")).scalars().all() == ["柳溪村"]


def test_a_read_only_file(file: Path, engine: Engine) -> None:
    with pytest.raises(Refusal) as told:
        run(engine, "PRAGMA query_only = ON", "INSERT INTO note (words) VALUES ('一')")
    assert told.value.reason == "read-only"
    assert told.value.message == "数据所在的文件夹不能写入。请检查是否只读，或换一个文件夹"


def test_a_folder_that_cannot_be_written(unwritable: Path) -> None:
    told = refusal(unwritable / "records.db", KEY)
    assert told.reason == "cannot-open"
    assert told.message == "打不开数据文件。请检查文件夹是否还在、能否写入"
    assert list(unwritable.iterdir()) == []


def test_a_file_that_another_program_writes(file: Path) -> None:
    engine = sqlite_engine(file, wait=0)
    run(engine, "CREATE TABLE note (words TEXT)")
    other = sqlite_engine(file)
    with other.connect() as writing:
        writing.execute(text("INSERT INTO note VALUES ('二')"))
        with pytest.raises(Refusal) as told:
            run(engine, "INSERT INTO note VALUES ('一')")
    other.dispose()
    assert (told.value.message, told.value.reason) == ("另一个程序正在使用这些数据。请先关闭它再试", "locked")
    engine.dispose()


def test_what_is_our_fault_stays_ours(engine: Engine) -> None:
    with pytest.raises(OperationalError, match="no such table"), engine.connect() as connection:
        connection.execute(text("SELECT * FROM absent"))


def server_said(code: str) -> Exception:
    made = psycopg.errors.lookup(code)("the words are the server's own, in its language")
    assert made.sqlstate == code
    return made


@pytest.mark.parametrize(
    ("said", "sentence", "reason"),
    [
        (
            psycopg.OperationalError('connection to server at "10.0.0.1", port 5432 failed: Connection refused'),
            "连不上数据库服务器。请检查网络和服务器是否开着，siji.toml 里的地址、用户名和口令对不对",
            "cannot-open",
        ),
        (
            psycopg.OperationalError('failed: FATAL:  password authentication failed for user "siji"'),
            "数据库服务器不认这个用户名或口令。请核对 siji.toml 里的数据库地址，或找服务器管理员",
            "cannot-open",
        ),
        (
            psycopg.OperationalError('failed: FATAL:  database "siji" does not exist'),
            "数据库服务器上没有这个数据库。请核对 siji.toml 里的数据库地址，或请服务器管理员建好",
            "cannot-open",
        ),
        (server_said("42501"), "数据库服务器不许这个用户写入。请服务器管理员把这个数据库的所有者设成它", "read-only"),
        (server_said("25006"), "数据库服务器现在只能读，不能写。请找服务器管理员", "read-only"),
        (server_said("53100"), "数据库服务器的磁盘已满，这一步没有保存。请服务器管理员清理后再试", "disk-full"),
        (server_said("53300"), "数据库服务器的连接已经用完。请关掉不用的窗口再试，或找服务器管理员", "cannot-open"),
        (server_said("55P03"), "另一位同事正在写入，这一步没有保存。请等一会儿再试", "locked"),
        (server_said("57P01"), "和数据库服务器的连接断了，这一步没有保存。请检查网络和服务器，再试一次", "cannot-open"),
    ],
)
def test_what_a_server_says_of_the_world(said: Exception, sentence: str, reason: str) -> None:
    told = server.world_at_fault(said)
    assert told is not None
    assert (told.message, told.reason) == (sentence, reason)


@pytest.mark.parametrize("said", [ValueError("ours"), psycopg.ProgrammingError("ours"), server_said("42601")])
def test_what_a_server_says_of_us_stays_ours(said: Exception) -> None:
    assert server.world_at_fault(said) is None


def test_schema_changes_are_part_of_the_transaction(engine: Engine) -> None:
    with pytest.raises(OperationalError):
        run(engine, "CREATE TABLE half (id INTEGER)", "INSERT INTO half VALUES (1)", "INSERT INTO absent VALUES (1)")
    with engine.connect() as connection:
        names = connection.execute(text("SELECT name FROM sqlite_master")).scalars().all()
    assert names == ["note"]


@pytest.mark.parametrize("key", [None, OTHER], ids=["plain", "another key"])
def test_a_copy_under_another_key(tmp_path: Path, engine: Engine, key: bytes | None) -> None:
    encrypt_copy(engine, tmp_path / "copy.db", key)
    assert is_plain(tmp_path / "copy.db") == (key is None)
    copied = sqlite_engine(tmp_path / "copy.db", key)
    with copied.connect() as connection:
        assert connection.execute(text("SELECT words FROM note")).scalar() == "柳溪村"
    assert integrity_faults(copied) == []
    copied.dispose()


def test_a_link_to_nothing_is_found(file: Path) -> None:
    engine = sqlite_engine(file)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE branch (id TEXT PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE member (id TEXT, branch_id TEXT REFERENCES branch(id))"))
    assert integrity_faults(engine) == []
    engine.dispose()
    other = sqlite3.connect(file)
    with other:
        other.execute("INSERT INTO member VALUES ('1', 'gone')")
    other.close()
    assert integrity_faults(engine) == ["member 表有一条记录指向不存在的 branch"]
    engine.dispose()
