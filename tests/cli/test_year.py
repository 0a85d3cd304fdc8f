"""A year's work from the command line: what is drawn, and what is refused; `test_whole_year` lives through one."""

from pathlib import Path

import docx
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


def test_the_bulletin_on_paper_is_the_last_one_unless_another_month_is_asked_for(
    run: Run, county: Path, tmp_path: Path
) -> None:
    nothing = run("report", county, "bulletin", "--out", tmp_path / "通报.docx")
    assert nothing.status == 3
    assert f"{TODAY:%Y-%m} 还没有通报" in nothing.err
    for month in ("2012-05", "2012-04"):
        assert run("set", county, "bulletin", f"month={month}", f"title={month} 通报", "body=正文").status == 0
    for asked, title in (((), "2012-05 通报"), (("--month", "4", "--year", "2012"), "2012-04 通报")):
        made = run("report", county, "bulletin", "--out", tmp_path / "通报.docx", *asked)
        assert made.status == 0, made.err
        words = [one.text for one in docx.Document(str(tmp_path / "通报.docx")).paragraphs]
        assert title in words


def bound(run: Run, county: Path) -> list[tuple[str, str | None, str, str]]:
    found = run("records", county, "restriction").value
    return [(one["kind"], one["person"], one["from"], one["until"]) for one in found]


WHOLE = [
    ("01", None, "2013-01-15", "2014-01-15"),
    ("03", "王小明", "2013-01-15", "2013-02-14"),
    ("02", "王小明", "2013-01-15", "2014-01-15"),
    ("02", "李小芳", "2013-01-15", "2014-01-15"),
]
"""What follows from a total below the mark (seed §4), decided on the fifteenth of January."""


@pytest.mark.parametrize(("total", "passed"), [("69.5", False), ("69.99", False), ("70", True), ("70.5", True)])
def test_a_result_below_the_mark_brings_its_restrictions(run: Run, county: Path, total: str, passed: bool) -> None:
    given = ("year=2012", "office=石桥镇", f"total={total}", "decided_on=2013-01-15")
    made = run("set", county, "assessment", *given)
    assert (made.status, made.value["passed"]) == (0, passed), made.err
    assert bound(run, county) == ([] if passed else WHOLE)
    assert run("undo", county).status == 0
    assert bound(run, county) == run("records", county, "assessment").value == []


def test_a_result_put_right_takes_its_restrictions_along(run: Run, county: Path) -> None:
    given = ("year=2012", "office=石桥镇", "total=69", "decided_on=2013-01-15")
    made = run("set", county, "assessment", *given).value["id"]
    (office, *_) = run("records", county, "restriction").value
    assert run("set", county, "restriction", "--id", office["id"], "until=2013-07-15").status == 0
    assert run("set", county, "assessment", "--id", made, "rank=3", "note=核对过").status == 0
    assert bound(run, county) == [("01", None, "2013-01-15", "2013-07-15"), *WHOLE[1:]]  # a person's own stays
    assert run("set", county, "assessment", "--id", made, "total=70").value["passed"] is True
    assert bound(run, county) == []
    assert run("set", county, "assessment", "--id", made, "total=60").value["passed"] is False
    assert bound(run, county) == WHOLE
    kept = run("delete", county, "assessment", made)
    assert (kept.status, kept.out) == (3, "")
    assert "还有 4 条“考核限制”记录用到它，不能删除" in kept.err
    assert [one for one in run("check", county).value if one["level"] == "error"] == []
