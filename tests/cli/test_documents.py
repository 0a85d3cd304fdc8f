"""Documents from the command line."""

from pathlib import Path

import docx
import pytest
from openpyxl import load_workbook

from app import cli
from app.documents import word
from app.documents.paper import Paper
from tests.cli.conftest import Run, add_member


def test_the_list_of_documents(run: Run, township: Path) -> None:
    listed = run("reports", township)
    assert listed.status == 0
    names = {one["name"]: one for one in listed.value}
    assert {"roster", "letter", "pledges", "venues", "pay", "rectification"} <= set(names)
    assert "bulletin" not in names
    assert names["letter"] == {
        "name": "letter",
        "title": "组织关系介绍信",
        "about": "一式三联：存根、介绍信、回执；选一条转出的转接",
        "needs": ["record"],
        "ledger": "transfer",
        "own_template": False,
    }
    assert "党员花名册" in run("reports", township, plain=True).out
    assert run("reports", township, "--records", "letter").value == []


def test_a_roster_as_word_and_excel(run: Run, township: Path, branch: str, tmp_path: Path) -> None:
    add_member(run, township)
    for ending in ("docx", "XLSX"):
        out = tmp_path / f"花名册.{ending}"
        made = run("report", township, "roster", "--out", out)
        assert (made.status, made.value) == (0, {"name": "roster", "file": str(out), "rows": 1}), made.err
    assert docx.Document(str(tmp_path / "花名册.docx")).tables[0].rows[1].cells[1].text == "王芳"
    sheet = load_workbook(tmp_path / "花名册.XLSX").active
    assert sheet is not None
    assert sheet["B4"].value == "王芳"
    told = run("report", township, "党员花名册", "--out", tmp_path / "又.docx", "--public", plain=True)
    assert (told.status, told.out) == (0, f"党员花名册已写到 {tmp_path / '又.docx'}\n")


REFUSED = (
    (["nothing"], "x.docx", "没有叫 nothing 的文书。可用的文书：roster（党员花名册）、"),
    (["letter"], "x.docx", "“组织关系介绍信”要指明是哪一条记录"),
    (["letter", "--record", "123"], "x.docx", "“组织关系转接”里没有编号为 123 的记录"),
    (["roster"], "x.doc", "文书存成 .docx、.xlsx 或 .pdf。请把“x.doc”改成以其中一种结尾的文件名"),
    (["roster"], "没有/x.docx", "没有文件夹“"),
    (["roster"], "没有/x.xlsx", "没有文件夹“"),
    (["roster"], "x.pdf", "这里不能写 PDF"),
    (["recruitment"], "x.docx", "“发展党员全程纪实表”要指明是哪一条记录：先在“发展党员”里选定"),
    (["hand-over"], "x.docx", "“交接单”要指明是哪一条记录：先在“数据交换”里选定"),
    (["hand-over", "--record", "123"], "x.xlsx", "没有写过这个包。请从“交接单”能选的包里另选一个"),
    (["bulletin"], "x.docx", "“月通报”由县里印发，这里不能打印"),
    (["pay", "--year", "2012"], "x.docx", "2012 年没有可以发的报酬"),
    (["duties"], "x.docx", "还没有责任分解"),
    (["self-check", "--month", "2012-09"], "x.docx", "在 2012 年没有责任项目"),
    (["scoring", "--year", "2013"], "x.docx", "还没有 2013 年乡镇的考核指标"),
    (["self-check", "--month", "9", "--year", "2012"], "x.docx", "在 2012 年没有责任项目"),
    (["self-check", "--month", "12月", "--year", "2012"], "x.docx", "在 2012 年没有责任项目"),
    (["self-check", "--month", "13"], "x.docx", "“13”"),
    (["self-check", "--month", "某月"], "x.docx", "“某月”"),
)


def test_what_cannot_be_drawn_is_refused_in_a_sentence(run: Run, township: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    for arguments, out, said in REFUSED:
        refused = run("report", township, *arguments, "--out", folder / out)
        assert (refused.status, refused.out) == (3, ""), arguments
        assert said in refused.err, arguments
        assert list(folder.iterdir()) == [], arguments


def test_a_place_that_cannot_be_written(run: Run, township: Path, branch: str, unwritable: Path) -> None:
    add_member(run, township)
    for ending in ("docx", "xlsx"):
        refused = run("report", township, "roster", "--out", unwritable / f"册.{ending}")
        assert refused.status == 3
        assert f"不能写“册.{ending}”" in refused.err
    assert list(unwritable.iterdir()) == []


def test_a_pdf_is_handed_to_who_can_write_one(
    township: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    handed: list[tuple[Paper, Path]] = []
    out = tmp_path / "台账.pdf"
    arguments = ["report", str(township), "venues", "--out", str(out)]
    assert cli.main(arguments, printer=lambda paper, file: handed.append((paper, file))) == 0
    ((paper, file),) = handed
    assert (paper.title, paper.page.across, file) == ("村级组织活动场所台账", True, out)
    capsys.readouterr()


def test_an_own_template_is_made_and_given_up(run: Run, township: Path) -> None:
    made = run("report-template", township, "roster")
    file = township / word.FOLDER / "roster.docx"
    assert made.value == {"name": "roster", "file": str(file)}
    assert file.is_file()
    assert [one["name"] for one in run("reports", township).value if one["own_template"]] == ["roster"]
    assert "已改回原来的模板" in run("report-template", township, "roster", "--standard", plain=True).err
    assert not file.exists()
    assert "没有自己的模板" in run("report-template", township, "roster", "--standard", plain=True).err


def test_where_an_own_template_does_not_serve_it_is_said(run: Run, township: Path, branch: str, tmp_path: Path) -> None:
    add_member(run, township)
    said = "本单位改过的模板只用于 Word；Excel、PDF 和打印仍是程序带的版式。"
    assert said not in run("report", township, "roster", "--out", tmp_path / "册.xlsx").err
    run("report-template", township, "roster")
    assert said in run("report", township, "roster", "--out", tmp_path / "册.xlsx").err
    assert said not in run("report", township, "roster", "--out", tmp_path / "册.docx").err
    assert said not in run("report", township, "venues", "--out", tmp_path / "台账.xlsx").err
