"""A year's work from the command line: what is drawn, and what is refused; `test_whole_year` lives through one."""

from pathlib import Path

import pytest

from app.workspace import Workspace
from db import clock
from db.models.organisation import Office, PartyOrg, Village
from tests.cli.conftest import Run

TODAY = clock.today()
YEAR = TODAY.year


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """A county with one township that has its officers and two villages."""
    folder = tmp_path / "云溪县"
    with (
        Workspace.create(folder, code="430599", name="云溪县", level="county") as workspace,
        workspace.edit("登记") as batch,
    ):
        own = workspace.office.id
        known = {"office_id": own, "superior_id": own}
        town = batch.add(Office(**known, code="430599101", name="石桥镇", level="township")).id
        people = {"secretary": "王小明", "organiser": "李小芳"}
        batch.add(PartyOrg(office_id=town, name="中共石桥镇委员会", kind="611", sector="03", **people))
        for number in range(2):
            batch.add(Village(office_id=town, code=f"20{number}", name=f"柳溪{number}村", kind="01"))
    return folder


def test_the_same_seed_draws_the_same(run: Run, county: Path) -> None:
    first = run("draw", county, "--seed", "7").value
    assert [one["seed"] for one in first] == ["7", "7"]
    assert run("draw", county, "--seed", "7", "--write").value == first
    assert len(run("records", county, "inspection").value) == 2


@pytest.mark.parametrize("command", [("month", "--reason", "3=雨天"), ("score", "--reason", "3.4=没有完成")])
def test_a_reason_that_goes_with_nothing_is_wrong_usage(run: Run, county: Path, command: tuple[str, ...]) -> None:
    ran = run(command[0], county, *command[1:])
    assert (ran.status, ran.out) == (2, "")
    assert "一起写" in ran.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("duties", "--make"), f"还没有 {YEAR} 年的实事。请先在“实事”里登记，或从往年沿用"),
        (("month", "--month", "去年"), "去年"),
        (("month", "--done", "1=1"), "有的编号：没有"),
        (("score", "--year", "2012"), "请用 --office 写明单位代码。可用的：430599101（石桥镇）"),
        (("decide", "--year", "2012"), "石桥镇还差 16 项。请评完再审定"),
        (("decide", "--category", "市直"), "没有“市直”这一类，可填：乡镇、县直机关"),
        (("draw", "--seed", " "), "请先定抽签号"),
        (("bulletin", "--month", "2012-06"), "没有可以通报的责任项目"),
    ],
)
def test_what_is_refused_is_said_and_nothing_written(
    run: Run, county: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    ran = run(arguments[0], county, *arguments[1:], plain=True)
    assert (ran.status, ran.out) == (3, "")
    assert sentence in ran.err


def test_a_township_cannot_do_what_is_the_countys(run: Run, township: Path) -> None:
    for command in (("carry-over",), ("duties", "--make"), ("decide", "--year", "2012"), ("bulletin",)):
        assert run(command[0], township, *command[1:]).status == 3
    assert run("records", township, "duty").value == []
