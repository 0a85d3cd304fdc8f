"""Backups: one file out, a new replica in, and nothing at all from a file that is damaged."""

import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from app import backup, editing
from app.ledgers.catalogue import LEDGERS
from app.status import status
from app.workspace import CONFIG, Workspace
from db import clock
from db.errors import Refusal
from db.models.organisation import Village
from tests.helpers.office import CHEAP

PASSPHRASE = "青石镇的口令"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    folder = tmp_path / "张三" / "乡镇 数据"
    with Workspace.create(
        folder, code="431599101", name="青石镇", level="township", passphrase=PASSPHRASE, cost=CHEAP
    ) as made:
        add_village(made, "大塘村")
        (folder / "packages" / "431599101-up-1.dzb").write_bytes(b"sealed")
        yield made


def add_village(workspace: Workspace, name: str) -> str:
    return editing.save(workspace, LEDGERS["village"], {"code": name, "name": name, "kind": "村"})


def villages(workspace: Workspace) -> list[str]:
    with workspace.read() as session:
        return list(session.scalars(select(Village.name).order_by(Village.id)))


def test_a_backup_is_one_file_named_by_office_and_day(workspace: Workspace, tmp_path: Path) -> None:
    to = tmp_path / "U盘" / "备份"
    file = backup.backup(workspace, to)
    assert file == to / f"431599101-{clock.today().isoformat()}.sjb"
    assert [one.name for one in to.iterdir()] == [file.name]
    assert list((workspace.folder / "backups").iterdir()) == []
    manifest = backup.inspect(file)
    assert (manifest.office_code, manifest.office_name) == ("431599101", "青石镇")
    names = [part.name for part in manifest.parts]
    assert names == ["siji.toml", "keys.json", "records.db", "packages/431599101-up-1.dzb"]


def test_an_offices_own_templates_come_back(workspace: Workspace, tmp_path: Path) -> None:
    folder = workspace.folder / backup.TEMPLATES
    folder.mkdir()
    (folder / "roster.docx").write_bytes(b"ours")
    (folder / "~$roster.docx").write_bytes(b"open in Word")
    file = backup.backup(workspace, tmp_path / "备份")
    backup.restore(file, tmp_path / "恢复")
    assert [one.name for one in (tmp_path / "恢复" / backup.TEMPLATES).iterdir()] == ["roster.docx"]
    assert (tmp_path / "恢复" / backup.TEMPLATES / "roster.docx").read_bytes() == b"ours"


def test_the_store_remembers_when_it_was_backed_up_and_not_when_it_failed(
    workspace: Workspace, tmp_path: Path, unwritable: Path
) -> None:
    with pytest.raises(Refusal, match="可能只读、已满或已拔出"):
        backup.backup(workspace, unwritable)
    assert status(workspace).backup is None
    backup.backup(workspace, tmp_path / "备份")
    said = status(workspace).backup
    assert said is not None
    assert said.endswith("Z")


def test_a_second_backup_on_one_day_leaves_the_first(workspace: Workspace, tmp_path: Path) -> None:
    first = backup.backup(workspace, tmp_path / "备份")
    before = first.read_bytes()
    second = backup.backup(workspace, tmp_path / "备份")
    assert second != first
    assert first.read_bytes() == before


def test_the_records_in_a_backup_are_encrypted(workspace: Workspace, tmp_path: Path) -> None:
    file = backup.backup(workspace, tmp_path)
    with zipfile.ZipFile(file) as archive:
        assert not archive.read("records.db").startswith(b"SQLite format")
    assert "大塘村".encode() not in file.read_bytes()


def test_a_restored_workspace_opens_with_the_same_passphrase_and_is_a_new_replica(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = backup.backup(workspace, tmp_path)
    replica = workspace.replica
    add_village(workspace, "后来的村")
    folder = tmp_path / "恢复 到这里"
    backup.restore(file, folder)
    assert (folder / "packages" / "431599101-up-1.dzb").read_bytes() == b"sealed"
    with Workspace.open(folder, PASSPHRASE) as restored:
        assert villages(restored) == ["大塘村"]
        minted = restored.replica
        add_village(restored, "新村")
    assert minted not in (replica, "")
    assert "restored" not in (folder / CONFIG).read_text(encoding="utf-8")
    with Workspace.open(folder, PASSPHRASE) as again:
        assert again.replica == minted
        assert villages(again) == ["大塘村", "新村"]
    with pytest.raises(Refusal, match="口令不对"):
        Workspace.open(folder, "别的口令")


def test_two_restorations_are_two_replicas(workspace: Workspace, tmp_path: Path) -> None:
    file = backup.backup(workspace, tmp_path)
    replicas = set()
    for name in ("甲", "乙"):
        backup.restore(file, tmp_path / name)
        with Workspace.open(tmp_path / name, PASSPHRASE) as restored:
            replicas.add(restored.replica)
    assert len(replicas | {workspace.replica}) == 3


def test_a_restoration_cut_short_anywhere_is_no_copy_that_goes_on_as_before(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The power goes before each of the steps: nobody tidies up behind it."""
    file, former = backup.backup(workspace, tmp_path / "备份"), workspace.replica
    monkeypatch.setattr(backup, "_empty", lambda folder, *, whole: None)
    steps = len(backup.inspect(file).parts)
    for lasting in range(steps + 1):
        left, folder = [lasting], tmp_path / f"恢复 {lasting}"

        def counted(step: Callable[..., None], left: list[int] = left) -> Callable[..., None]:
            def do(*given: object) -> None:
                if not left[0]:
                    raise KeyboardInterrupt
                left[0] -= 1
                step(*given)

            return do

        with monkeypatch.context() as within, suppress(KeyboardInterrupt):
            within.setattr(backup, "_take_out", counted(backup._take_out))
            within.setattr(backup, "write_whole", counted(backup.write_whole))
            backup.restore(file, folder)
        if lasting < steps:
            with pytest.raises(Refusal) as refused:
                Workspace.open(folder, PASSPHRASE)
            assert refused.value.reason == "not-a-workspace"
        else:
            with Workspace.open(folder, PASSPHRASE) as again:
                assert again.replica != former


def test_a_plain_workspace_is_backed_up_too(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "开", code="1", name="青石镇", level="township") as plain:
        add_village(plain, "大塘村")
        file = backup.backup(plain, tmp_path)
    backup.restore(file, tmp_path / "恢复")
    with Workspace.open(tmp_path / "恢复") as restored:
        assert villages(restored) == ["大塘村"]


def test_restore_refuses_a_folder_that_is_not_empty(workspace: Workspace, tmp_path: Path) -> None:
    file = backup.backup(workspace, tmp_path / "备份")
    folder = tmp_path / "有东西"
    folder.mkdir()
    (folder / "信.txt").write_text("x")
    with pytest.raises(Refusal, match="里已经有东西。请选一个空文件夹"):
        backup.restore(file, folder)
    assert [one.name for one in folder.iterdir()] == ["信.txt"]


def test_every_shortened_file_is_refused_and_leaves_nothing(workspace: Workspace, tmp_path: Path) -> None:
    file = backup.backup(workspace, tmp_path / "备份")
    whole, short = file.read_bytes(), tmp_path / "短.sjb"
    for length in range(0, len(whole), 10_000):
        short.write_bytes(whole[:length])
        with pytest.raises(Refusal, match="不是完整的备份文件，可能没有拷完或已损坏。请换一个备份"):
            backup.restore(short, tmp_path / "恢复")
    assert not (tmp_path / "恢复").exists()


def test_a_changed_byte_is_refused_or_changes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    """Zip keeps a few bytes that nothing depends on (moments, attributes): what comes out must be the same then."""
    file = backup.backup(workspace, tmp_path / "备份")
    whole, changed = file.read_bytes(), tmp_path / "改.sjb"
    sound = backup.inspect(file)
    refused = 0
    for place in range(0, len(whole), len(whole) // 97):
        changed.write_bytes(whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :])
        try:
            assert backup.inspect(changed) == sound
        except Refusal:
            refused += 1
    assert refused > 85


def test_a_backup_with_a_name_that_leads_outside_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    file = backup.backup(workspace, tmp_path / "备份")
    evil = tmp_path / "坏.sjb"
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(evil, "w") as target:
        manifest = source.read(backup.MANIFEST).replace(b"packages/431599101-up-1.dzb", b"packages/../../431599101.dzb")
        for name in source.namelist()[:-1]:
            target.writestr(
                name.replace("packages/431599101-up-1.dzb", "packages/../../431599101.dzb"), source.read(name)
            )
        target.writestr(backup.MANIFEST, manifest)
    with pytest.raises(Refusal, match="不是完整的备份文件"):
        backup.restore(evil, tmp_path / "恢复" / "这里")
    assert not (tmp_path / "恢复").exists()


@pytest.mark.parametrize("content", [None, b"", b"just text"])
def test_a_file_that_is_no_backup(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "什么.sjb"
    if content is not None:
        file.write_bytes(content)
    sentence = "不是完整的备份文件" if content is not None else "找不到备份文件.*请核对路径"
    with pytest.raises(Refusal, match=sentence):
        backup.restore(file, tmp_path / "恢复")
    assert not (tmp_path / "恢复").exists()


def test_a_stick_that_cannot_be_written(workspace: Workspace, unwritable: Path) -> None:
    with pytest.raises(Refusal, match=r"不能写到.*可能只读、已满或已拔出"):
        backup.backup(workspace, unwritable)
    assert list(unwritable.iterdir()) == []


def test_a_full_stick_leaves_no_file(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(Refusal, match=r"所在的磁盘空间不够：需要 \d.* MB，只剩 10 字节。请清理磁盘，或换一个位置"):
        backup.backup(workspace, tmp_path / "备份")
    assert list((tmp_path / "备份").iterdir()) == []


def test_no_room_to_restore_leaves_nothing(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = backup.backup(workspace, tmp_path)
    usage = shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(Refusal, match=r"放不下这个备份：需要 \d.* MB，只剩 10 字节。请清理磁盘，或换一个位置"):
        backup.restore(file, tmp_path / "恢复")
    assert not (tmp_path / "恢复").exists()


def test_a_stick_pulled_half_way_leaves_no_file(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pulled(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(backup.os, "fsync", pulled)
    with pytest.raises(Refusal, match="可能只读、已满或已拔出"):
        backup.backup(workspace, tmp_path / "备份")
    assert list((tmp_path / "备份").iterdir()) == []


def test_a_stick_that_gives_back_something_else_is_noticed(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(_: int) -> None:
        file = next((tmp_path / "备份").glob("*.part"))
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)

    monkeypatch.setattr(backup.os, "fsync", forgetful)
    with pytest.raises(Refusal):
        backup.backup(workspace, tmp_path / "备份")
    assert list((tmp_path / "备份").iterdir()) == []
