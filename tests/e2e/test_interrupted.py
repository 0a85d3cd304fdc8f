"""What a person meets when something comes between: a power cut, and a program that already has the folder."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.workspace import RECORDS, Workspace
from tests.e2e.conftest import CommandLine, Seat

pytestmark = pytest.mark.e2e


@pytest.fixture
def township(tmp_path: Path) -> Path:
    """An empty township without a passphrase, whose folder has a space and Chinese in its name."""
    folder = tmp_path / "张三" / "乡镇 数据"
    folder.parent.mkdir()
    Workspace.create(folder, code="431599101", name="青石镇", level="township", user="王晓梅").close()
    return folder


def test_a_half_filled_form_is_there_again_after_a_power_cut(seat: Seat, siji: CommandLine, township: Path) -> None:
    clerk = seat("clerk")
    clerk.starts("--open", township)
    clerk.goes("活力党建 · 队伍", "党员花名册")
    clerk.sees("还没有党员")
    clerk.presses("ctrl+n")
    clerk.stands_in("姓名")
    clerk.types("欧阳蕙兰")
    clerk.presses("Return")
    clerk.stands_in("公民身份号码")
    clerk.types("43159919780")
    clerk.waits(lambda _: "43159919780" in drafts(township), "the draft on the disk")
    clerk.is_cut_off()

    clerk.starts("--open", township)
    clerk.goes("活力党建 · 队伍", "党员花名册")
    clerk.presses("ctrl+n")
    clerk.sees("没有保存的内容")
    clerk.reads("姓名", "欧阳蕙兰")
    clerk.reads("公民身份号码", "43159919780")
    clerk.leaves()
    assert siji("records", township, "member") == []
    assert [one for one in siji("check", township) if one["level"] == "error"] == []


def drafts(folder: Path) -> str:
    """What the store has of forms that are not saved, as it stands on the disk."""
    with closing(sqlite3.connect(f"{(folder / RECORDS).as_uri()}?mode=ro", uri=True)) as store:
        return "\n".join(values for (values,) in store.execute('SELECT "values" FROM draft'))


def test_a_second_program_on_the_folder_says_so_and_gets_it_when_the_first_has_left(seat: Seat, township: Path) -> None:
    first, second = seat("first"), seat("second")
    first.starts("--open", township)
    first.sees("工作台", "button")
    second.starts("--open", township)
    second.sees("另一个程序正在使用这个工作目录。请先关闭它再试")
    first.sees("工作台", "button")
    first.leaves()
    second.clicks("再试一次", "button")
    second.sees("工作台", "button")
    second.leaves()
