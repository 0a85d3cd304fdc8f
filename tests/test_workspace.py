"""One office's folder: made, opened, held, and locked by a passphrase, with whatever the world does meanwhile."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from app import files, vault, workspace
from app.workspace import COPY, KEYS, RECORDS, Workspace
from db.engine import integrity_faults, is_plain
from db.errors import Refusal
from db.journal import BatchLine
from db.models.common import Policy
from db.models.organisation import Office
from db.models.record import Record
from db.models.team import Member, Post
from tests.helpers.office import CHEAP, branch, member, township

OLD, NEW = "石桥镇2012", "柳溪村2013"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Blanks and Chinese in the path, as offices have them."""
    return tmp_path / "张三" / "乡镇 数据"


def names(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


def refused(folder: Path, passphrase: str | None = None) -> Refusal:
    """What opening says; it leaves every file as it was, and the folder is not held afterwards."""
    before = {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file()} if folder.exists() else {}
    with pytest.raises(Refusal) as told:
        Workspace.open(folder, passphrase)
    after = {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file()} if folder.exists() else {}
    before.setdefault(workspace.LOCK, b"") if workspace.LOCK in after else None
    assert after == before
    if (folder / workspace.CONFIG).exists():
        workspace.hold(folder).release()
    return told.value


# ---------------------------------------------------------------- making and opening


def test_a_new_workspace(folder: Path) -> None:
    with township(folder, user="李秀英") as made:
        assert (made.office.code, made.office.name, made.office.level) == ("430599101", "石桥镇", "township")
        assert not made.office.is_county
        assert not made.encrypted
        assert made.user == "李秀英"
        replica, office = made.replica, made.office
        with made.read() as session:
            assert len(session.scalars(select(Post.id)).all()) == 26
            assert session.scalars(select(Policy.id)).first() is not None
            assert [one.id for one in session.scalars(select(Office))] == [office.id]
    assert {"siji.toml", RECORDS, "packages", "backups"} <= names(folder)
    assert KEYS not in names(folder)
    assert is_plain(folder / RECORDS)
    with Workspace.open(folder) as again:
        assert (again.replica, again.office, again.user) == (replica, office, "李秀英")


def test_records_are_there_after_closing(folder: Path) -> None:
    with township(folder) as made:
        one = member(made, branch(made))
    with Workspace.open(folder, user="赵国强") as again:
        assert again.user == "赵国强"
        with again.read() as session:
            assert session.get_one(Member, one).name == "王小明"


def test_the_first_records_may_be_somebody_elses(folder: Path) -> None:
    def fill(batch: Any) -> None:
        batch.create_rows(
            Office,
            [{"id": "own", "office_id": "own", "code": "430599101", "name": "石桥镇", "level": "township"}],
        )

    with township(folder, office_id="own", fill=fill) as made, made.read() as session:
        assert made.office.id == "own"
        assert session.scalars(select(Post.id)).all() == []


def test_a_folder_with_something_in_it_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "花名册.xlsx").write_bytes(b"x")
    with pytest.raises(Refusal) as told, township(tmp_path):
        pass
    assert told.value.message == f"文件夹“{tmp_path.name}”里已经有东西。请选一个空文件夹"
    assert names(tmp_path) == {"花名册.xlsx"}


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    with township(tmp_path) as made:
        assert made.folder == tmp_path


def test_a_folder_that_cannot_be_written(unwritable: Path) -> None:
    with pytest.raises(Refusal) as told, township(unwritable / "石桥镇"):
        pass
    assert told.value.reason == "read-only"
    assert told.value.message == f"不能在“{unwritable / '石桥镇'}”建立文件夹。请换一个位置"
    with pytest.raises(Refusal) as told, township(unwritable):
        pass
    assert told.value.reason == "read-only"
    assert list(unwritable.iterdir()) == []


@pytest.mark.parametrize("there", [True, False], ids=["in an empty folder", "in a new one"])
def test_a_failed_creation_leaves_nothing(tmp_path: Path, there: bool) -> None:
    folder = tmp_path / "甲" / "乙"
    if there:
        folder.mkdir(parents=True)

    def fill(_: Any) -> None:
        raise ValueError("the enrolment file ends here")

    with pytest.raises(ValueError, match="ends here"), township(folder, fill=fill, passphrase=OLD):
        pass
    assert list(tmp_path.rglob("*")) == ([tmp_path / "甲", folder] if there else [])
    with township(folder) as made:
        assert made.office.name == "石桥镇"


def test_a_creation_that_cannot_be_opened_in_the_end_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise Refusal("磁盘已满，这一步没有保存。请清理磁盘后再试", "disk-full")

    with monkeypatch.context() as patch:
        patch.setattr(Workspace, "_wake_up", full)
        with pytest.raises(Refusal, match="磁盘已满"):
            Workspace.create(tmp_path / "县" / "新", code="430599", name="云溪县", level="county")
    assert list(tmp_path.iterdir()) == []
    Workspace.create(tmp_path / "县" / "新", code="430599", name="云溪县", level="county").close()


def test_a_passphrase_too_short_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(Refusal) as told, township(folder, passphrase="12345"):
        pass
    assert (told.value.message, told.value.reason) == ("口令太短，至少要 6 个字符。请换一个长些的", "weak-passphrase")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_workspace(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "没有"):
        told = refused(folder)
        assert told.reason == "not-a-workspace"
        assert told.message == f"“{folder}”不是四基的工作目录。请检查路径，或先新建、加入"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"[office", b"\xff\xfe\x00"], ids=["half", "not text"])
def test_damaged_settings(folder: Path, content: bytes) -> None:
    with township(folder):
        pass
    (folder / "siji.toml").write_bytes(content)
    told = refused(folder)
    assert told.reason == "damaged"
    assert told.message == f"读不了“{folder / 'siji.toml'}”。请从备份恢复这个文件"


def test_a_store_that_is_gone(folder: Path) -> None:
    with township(folder):
        pass
    (folder / RECORDS).unlink()
    told = refused(folder)
    assert (told.message, told.reason) == ("工作目录里没有数据文件 records.db。请用最近的备份恢复", "damaged")


def test_a_store_of_nothing(folder: Path) -> None:
    with township(folder):
        pass
    (folder / RECORDS).write_bytes("花名册".encode() * 1000)
    assert refused(folder).reason == "wrong-passphrase"


# ---------------------------------------------------------------- one at a time, one computer at a time


HOLDER = """
import sys
from pathlib import Path
from app.workspace import Workspace
with Workspace.open(Path(sys.argv[1])):
    print("open", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other_program(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another program that has the folder open until its standard input is closed."""
    with township(folder):
        pass
    started = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with started:
        assert started.stdout is not None
        assert started.stdout.readline() == "open\n"
        yield started


def test_a_second_program_is_refused(folder: Path, other_program: subprocess.Popen[str]) -> None:
    with pytest.raises(Refusal) as told:
        Workspace.open(folder)
    assert (told.value.message, told.value.reason) == ("另一个程序正在使用这个工作目录。请先关闭它再试", "locked")
    other_program.communicate()
    Workspace.open(folder).close()


def test_a_program_that_was_killed_holds_nothing(folder: Path, other_program: subprocess.Popen[str]) -> None:
    other_program.kill()
    other_program.communicate()
    Workspace.open(folder).close()


def test_a_folder_that_has_become_read_only(unwritable: Path) -> None:
    unwritable.chmod(0o755)
    with township(unwritable):
        pass
    (unwritable / workspace.LOCK).unlink(missing_ok=True)
    unwritable.chmod(0o555)
    with pytest.raises(Refusal) as told:
        Workspace.open(unwritable)
    assert told.value.reason == "read-only"


def test_another_computer_is_a_new_replica(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with township(folder) as made:
        first = made.replica
        one = member(made, branch(made))
    monkeypatch.setattr(workspace, "machine", lambda: "another")
    with Workspace.open(folder) as moved:
        second = moved.replica
        assert second != first
        with moved.edit("修改") as batch:
            batch.session.get_one(Member, one).name = "王晓明"
        with moved.read() as session:
            found: Record = session.get_one(Member, one)
            assert found.version == {first: 1, second: 1}
    with Workspace.open(folder) as again:
        assert again.replica == second


# ---------------------------------------------------------------- passphrases


def opens(folder: Path, passphrase: str | None) -> bool:
    try:
        Workspace.open(folder, passphrase).close()
    except Refusal as refusal:
        if refusal.reason not in ("wrong-passphrase", "passphrase-needed"):
            raise
        return False
    return True


def test_a_workspace_with_a_passphrase(folder: Path) -> None:
    with township(folder, passphrase=OLD) as made:
        assert made.encrypted
        assert made.passphrase_users() == ("经办人",)
        member(made, branch(made), name="王小明")
    content = (folder / RECORDS).read_bytes()
    assert "王小明".encode() not in content
    assert b"office" not in content
    told = refused(folder, "不是这个口令")
    assert told.reason == "wrong-passphrase"
    assert told.message == "口令不对。请再试一次；忘记口令时，请上级重新发一份登记文件"
    told = refused(folder)
    assert (told.message, told.reason) == ("这个工作目录有口令。请输入口令", "passphrase-needed")
    assert opens(folder, OLD)


@pytest.mark.parametrize("content", [b"{", b'{"slots":[{"user":"a","salt":"z","nonce":"","wrapped":""}]}', b"[]"])
def test_a_damaged_key_file(folder: Path, content: bytes) -> None:
    with township(folder, passphrase=OLD):
        pass
    (folder / KEYS).write_bytes(content)
    told = refused(folder, OLD)
    assert (told.message, told.reason) == ("口令文件 keys.json 已损坏。请从备份恢复这个文件", "damaged")


def test_a_slot_costs_what_the_standard_says() -> None:
    slot = vault.wrap(bytes(32), "李秀英", OLD)
    assert slot.cost == vault.Cost(memory_kib=65_536, passes=3, lanes=4)
    assert vault.unwrap(vault.Slots(slots=(slot,)), OLD) == (bytes(32), "李秀英")


def test_a_changed_passphrase(folder: Path) -> None:
    with township(folder, passphrase=OLD) as made:
        one = member(made, branch(made))
        with pytest.raises(Refusal, match="口令太短"):
            made.set_passphrase("12345")
        made.set_passphrase(NEW, CHEAP)
        with made.read() as session:
            assert session.get_one(Member, one).name == "王小明"
    assert not opens(folder, OLD)
    assert opens(folder, NEW)


def test_the_old_passphrase_is_checked(folder: Path) -> None:
    with township(folder, passphrase=OLD, user="李秀英") as made:
        made.add_user("赵国强", NEW, CHEAP)
        made.check_passphrase(OLD)
        for wrong in ("", NEW):
            with pytest.raises(Refusal, match="原来的口令不对。请再试一次"):
                made.check_passphrase(wrong)


def test_who_works_here_is_changed(folder: Path) -> None:
    with township(folder, user="李秀英") as made:
        with pytest.raises(Refusal, match="请填写经办人"):
            made.set_user(" ")
        made.set_user("赵 国强")
        assert made.user == "赵国强"
        branch(made)
        with made.read() as session:
            users = list(session.scalars(select(BatchLine.user).order_by(BatchLine.id)))
        assert (users[0], users[-1]) == ("李秀英", "赵国强"), "what was written before stays"
    with Workspace.open(folder) as again:
        assert again.user == "赵国强"


def test_who_works_under_a_passphrase_is_changed_with_it(folder: Path) -> None:
    with township(folder, passphrase=OLD, user="李秀英") as made:
        made.add_user("赵国强", NEW, CHEAP)
        with pytest.raises(Refusal, match="“赵国强”已经有自己的口令"):
            made.set_user("赵国强", OLD)
        with pytest.raises(Refusal, match="原来的口令不对"):
            made.set_user("王芳", NEW)
        assert made.passphrase_users() == ("李秀英", "赵国强")
        made.set_user("王芳", OLD)
        assert made.passphrase_users() == ("王芳", "赵国强")
        made.set_passphrase("王芳的新口令", CHEAP)
    assert not opens(folder, OLD)
    with Workspace.open(folder, "王芳的新口令") as again:
        assert again.user == "王芳"


def test_several_people_with_a_passphrase_each(folder: Path) -> None:
    with township(folder, passphrase=OLD, user="李秀英") as made:
        made.add_user("赵国强", NEW, CHEAP)
        with pytest.raises(Refusal, match="“赵国强”已经有口令"):
            made.add_user("赵国强", "另一个口令", CHEAP)
        with pytest.raises(Refusal, match="不能取消自己正在用的口令"):
            made.remove_user("李秀英")
        with pytest.raises(Refusal, match="“王芳”没有这个工作目录的口令"):
            made.remove_user("王芳")
    with Workspace.open(folder, NEW) as theirs:
        assert theirs.user == "赵国强"
        assert theirs.passphrase_users() == ("李秀英", "赵国强")
        theirs.set_passphrase("赵国强的新口令", CHEAP)
    with Workspace.open(folder, OLD) as mine:
        assert mine.user == "李秀英"
        mine.remove_user("赵国强")
    assert opens(folder, OLD)
    assert not opens(folder, "赵国强的新口令")


def test_a_plain_store_is_encrypted(folder: Path) -> None:
    with township(folder) as made:
        org = branch(made)
        with pytest.raises(Refusal, match="还没有口令"):
            made.add_user("赵国强", NEW)
        made.set_passphrase(OLD, CHEAP)
        assert made.encrypted
        assert made.passphrase_users() == (made.user,)
        one = member(made, org)
        assert integrity_faults(made.engine) == []
    assert not is_plain(folder / RECORDS)
    assert COPY not in names(folder)
    assert not opens(folder, None)
    with Workspace.open(folder, OLD) as again, again.read() as session:
        assert session.get_one(Member, one).name == "王小明"


class PowerCut(BaseException):
    """The computer goes out at this moment."""


def cut_before(monkeypatch: pytest.MonkeyPatch, target: str, *, after: bool = False) -> None:
    """The power goes out just before (or after) a file of this name is put in its place."""
    real = files.move

    def move(file: Path, place: Path) -> None:
        if place.name == target and not after:
            raise PowerCut
        real(file, place)
        if place.name == target:
            raise PowerCut

    monkeypatch.setattr(files, "move", move)
    monkeypatch.setattr(workspace, "move", move)
    # a computer that is out tidies nothing up either
    monkeypatch.setattr(workspace, "_settle", lambda folder: None)


CUTS = [(KEYS, False), (KEYS, True), (RECORDS, False), (RECORDS, True)]


@pytest.mark.parametrize(("file", "after"), CUTS)
def test_a_power_cut_while_encrypting(folder: Path, file: str, after: bool) -> None:
    with township(folder) as made, pytest.MonkeyPatch.context() as patch:
        one = member(made, branch(made))
        cut_before(patch, file, after=after)
        with pytest.raises(PowerCut):
            made.set_passphrase(OLD, CHEAP)
    done = (file, after) == (RECORDS, True)
    assert opens(folder, None) is not done
    assert opens(folder, OLD)  # a passphrase does no harm to a plain store
    assert is_plain(folder / RECORDS) is not done
    with Workspace.open(folder, OLD) as again, again.read() as session:
        assert session.get_one(Member, one).name == "王小明"
        assert again.encrypted is done
    kept = {"siji.toml", RECORDS, "packages", "backups", *([KEYS] if done else [])}
    assert names(folder) - {workspace.LOCK} == kept


def test_a_disk_that_is_full_while_encrypting(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        (folder / COPY).write_bytes(b"half")
        raise Refusal("磁盘已满，这一步没有保存。请清理磁盘后再试", "disk-full")

    with township(folder) as made:
        one = member(made, branch(made))
        monkeypatch.setattr(workspace, "encrypt_copy", full)
        with pytest.raises(Refusal, match="磁盘已满"):
            made.set_passphrase(OLD, CHEAP)
        assert COPY not in names(folder)
        assert not made.encrypted
        with made.edit("修改") as batch:
            batch.session.get_one(Member, one).name = "王晓明"
    assert opens(folder, None)


def test_keys_are_written_for_people_to_see_whose_they_are(folder: Path) -> None:
    with township(folder, passphrase=OLD, user="李秀英"):
        pass
    content = msgspec.json.decode((folder / KEYS).read_bytes())
    assert content["format"] == "siji-keys/1"
    assert [slot["user"] for slot in content["slots"]] == ["李秀英"]
    assert "cost" in content["slots"][0]
