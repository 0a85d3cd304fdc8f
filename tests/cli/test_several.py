"""Many packages from the command line, and how things stand."""

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.helpers.sticks import giving_back_something_else
from tests.helpers.townships import Many


def test_one_refused_package_does_not_stop_the_others(run: Run, forty: Many, tmp_path: Path) -> None:
    county = tmp_path / "county"
    shutil.copytree(forty.county, county)
    sticks = [tmp_path / name for name in ("U盘1", "U盘2")]
    for stick in sticks:
        shutil.copytree(forty.root / stick.name, stick)
    files = sorted(file for stick in sticks for file in stick.iterdir())
    content = bytearray(files[3].read_bytes())
    content[len(content) // 2] ^= 1
    files[3].write_bytes(content)

    tried = run("import", county, *files, "--dry-run")
    assert (tried.status, {one["status"] for one in tried.value}) == (3, {"dry-run", "refused"})
    before = run("status", county).value
    assert [one["refused"] for one in before["townships"]] == [None] * 40, "a trial leaves nothing"
    came = run("import", county, *files)
    assert came.status == 3
    assert [one["status"] for one in came.value] == ["applied"] * 3 + ["refused"] + ["applied"] * 6

    found = run("status", county).value
    assert found["office"]["code"] == "532900"
    assert found["due_day"] == 25
    late = [one for one in found["townships"] if not one["reported"]]
    assert found["townships"][: len(late)] == late, "who has not reported stands first"
    assert len(late) == 31
    (refused,) = [one for one in late if one["refused"]]
    assert (refused["code"], refused["refused"]["reason"], refused["step"]) == (files[3].name[:6], "damaged", "mend")
    (one,) = [one for one in found["townships"] if one["code"] == "532901"]
    assert one["received"]["created"] == 3
    assert (one["receipt_owed"], one["acknowledged"], one["parked"], one["missing"]) == (True, 1, 0, [])

    plain = run("status", county, plain=True)
    assert "还没有上报 31 个，共 40 个乡镇" in plain.out
    assert "文件损坏" in plain.out
    again = run("import", county, *files[:4], plain=True)
    assert again.status == 3
    assert "拒收：文件损坏" in again.out
    assert "文件没有拷完整，或者 U 盘坏了。请回去重新写一次包，再送来" in again.out
    assert again.out.count("以前收过") == 3


def test_a_township_says_what_waits(run: Run, township: Path) -> None:
    found = run("status", township)
    assert found.status == 0
    assert found.value == {"office": {"code": "431599101", "name": "青石镇"}, "pending": None, "package": None,
                           "backup": None}  # fmt: skip
    assert "还没有上报过" in run("status", township, plain=True).out


def test_one_file_that_cannot_be_written_does_not_hide_the_others(
    run: Run, forty: Many, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    county, stick = tmp_path / "county", tmp_path / "U盘"
    shutil.copytree(forty.county, county)
    stick.mkdir()
    assert run("import", county, *sorted((forty.root / "U盘1").iterdir())[:3]).status == 0
    giving_back_something_else(stick, monkeypatch, "532902")
    wrote = run("export", county, "--to", stick)
    assert (wrote.status, [one["for"] for one in wrote.value]) == (3, ["532901", "532903"])
    assert sorted(stick.iterdir()) == sorted(Path(one["file"]) for one in wrote.value)
    assert f"532902：写到“{stick}”的内容读回来不一样，这个U盘可能坏了。请换一个U盘重新导出\n" in wrote.err
    alone = run("export", county, "--to", stick, "--for", "532902")
    assert (alone.status, alone.out) == (3, "")
