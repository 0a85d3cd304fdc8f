"""Stores on a database server, from the command line; no address is ever printed with its password."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app import faults
from tests.cli.conftest import Run, add_member
from tests.helpers.server import USER, Server

PASSWORD = "mima2012"


@pytest.fixture
def address(server: Server) -> Iterator[str]:
    """An empty database, whose server does not ask for the password that the address has."""
    name = server.create()
    yield server.url(name).replace(f"{USER}@", f"{USER}:{PASSWORD}@")
    server.drop(name)


def test_an_office_begins_on_a_server_and_a_second_seat_works_there(run: Run, tmp_path: Path, address: str) -> None:
    options = ("--office-code", "430599", "--office-name", "云溪县", "--level", "county", "--url", address)
    made = run("new", tmp_path / "县", *options)
    assert (made.status, made.value["office"]["name"]) == (0, "云溪县"), made.err
    assert made.err == "数据在数据库服务器上，由服务器的账户和口令保护，这里不另设口令。\n"
    joined = run("seat", tmp_path / "第二席", address, "--user", "王芳")
    assert (joined.status, joined.value["office"]) == (0, made.value["office"]), joined.err
    run("set", tmp_path / "县", "village", "code=430599201", "name=大塘村", "kind=村")
    (village,) = run("records", tmp_path / "第二席", "village").value
    run("set", tmp_path / "第二席", "village", "--id", village["id"], "households=310")
    lines = run("history", tmp_path / "县", "village", village["id"]).value
    assert [line["user"] for line in lines] == ["王芳", "经办人"]
    assert run("check", tmp_path / "县").status == 0
    refused = run("backup", tmp_path / "县", "--to", tmp_path)
    assert (refused.status, refused.err) == (
        3,
        "这个工作目录的数据在数据库服务器上。请用服务器自己的工具备份\n",
    )
    assert PASSWORD not in "".join(each.out + each.err for each in (made, joined, refused))


@pytest.mark.usefixtures("branch")
def test_a_store_is_moved(run: Run, township: Path, address: str) -> None:
    add_member(run, township)
    before = run("records", township, "member").value
    moved = run("move", township, address)
    assert moved.status == 0, moved.err
    assert moved.value["tables"]["member"] == 1
    assert Path(moved.value["backup"]).is_file()
    assert moved.value["database"].startswith("postgresql+psycopg://siji@/siji_")
    assert run("records", township, "member").value == before
    assert "逐条核对无误" not in moved.out
    again = run("move", township, address)
    assert (again.status, again.err) == (3, "这个工作目录的数据已经在数据库服务器上，不用再搬\n")
    assert PASSWORD not in moved.out + moved.err + again.err


def test_a_server_that_is_not_there_is_told_without_the_password(run: Run, township: Path) -> None:
    away = f"postgresql+psycopg://siji:{PASSWORD}@127.0.0.1:1/siji"
    told = run("move", township, away)
    assert told.status == 3
    assert told.err == "连不上数据库服务器。请检查网络和服务器是否开着，siji.toml 里的地址、用户名和口令对不对\n"
    config = township / "siji.toml"
    config.write_text(config.read_text().replace('database = ""', f'database = "{away}"'))
    told = run("records", township, "member")
    assert (told.status, told.err.count("连不上数据库服务器")) == (3, 1)
    assert PASSWORD not in told.err
    assert not faults.log_file().exists()
