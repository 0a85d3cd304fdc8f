"""`siji statistics`: the figures for scripts and for people."""

from pathlib import Path

from db import clock
from tests.cli.conftest import Run


def test_statistics(run: Run, township: Path, branch: str, tmp_path: Path) -> None:
    person = ("name=王小明", "sex=女", "nation=苗族", "birth=1980-03-12", f"branch={branch}", "category=正式")
    assert run("set", township, "member", *person, "standing=正常").status == 0
    out = tmp_path / "性别.xlsx"
    found = run("statistics", township, "--of", "sex", "--out", out).value
    assert found["columns"] == ["合计", "男", "女"]
    assert [(one["level"], one["name"], one["figures"]) for one in found["rows"]] == [
        ("all", "合计", [1, 0, 1]),
        ("branch", "大塘村党支部", [1, 0, 1]),
    ]
    assert (found["of"], found["by"], found["day"]) == ("sex", "branch", clock.today().isoformat())
    assert out.is_file()
    balance = run("statistics", township, "--of", "balance", "--by", "office").value
    assert (balance["rows"][0]["figures"][-1], balance["doubts"]) == (0, [])
    told = run("statistics", township, "--of", "nation", plain=True)
    assert "少数民族党员 1 人，占 100%" in told.out


def test_a_year_that_has_not_come(run: Run, township: Path) -> None:
    year = clock.today().year + 1
    refused = run("statistics", township, "--year", year)
    assert (refused.status, refused.out) == (3, "")
    assert refused.err == f"{year} 年还没有到，没有数可以统计。请换一个年度\n"
