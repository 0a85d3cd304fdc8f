"""The hand-over sheet, printed again from the book of packages."""

import io
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.documents import making
from app.documents.handoff import SHEET, code
from app.documents.making import Asked
from app.sync import register
from app.workspace import Workspace
from db.errors import Refusal
from db.models.handoff import PackageLine


def sent(workspace: Workspace) -> list[PackageLine]:
    """The packages written there, the latest first."""
    with Session(workspace.engine) as session:
        wanted = select(PackageLine).where(PackageLine.sent.is_(True)).order_by(PackageLine.place.desc())
        return list(session.scalars(wanted))


def test_the_packages_written_are_offered_the_latest_first(township: Workspace, county: Workspace) -> None:
    offered = making.choices(township, SHEET, Asked())
    assert [one for one, _ in offered] == [line.id for line in sent(township)]
    assert [title.split("　")[1:] for _, title in offered] == [
        ["给云溪县委组织部", "第 2 号"],
        ["给云溪县委组织部", "第 1 号"],
    ]
    down = {title.split("　", 1)[1] for _, title in making.choices(county, SHEET, Asked(office="431599101"))}
    assert "给青石镇　第 2 号" in down
    assert "给青石镇　第 1 号" not in down, "an enrolment file goes without a sheet"


def test_the_sheet_says_what_the_package_holds(township: Workspace) -> None:
    first = sent(township)[-1]
    summary = register.summary_of(first)
    content = making.drawn(township, SHEET, Asked(record=first.id))[1]
    *rows, total = content.rows["rows"]
    carried = {row["ledger"]: row["carried"] for row in rows}
    assert carried["党员花名册"] == summary.ledgers["member"].updated > 0
    assert total["carried"] == summary.records
    assert all(row["new"] + row["changed"] + row["deleted"] == row["carried"] for row in rows)
    assert content.values["file"] == "431599101-up-1.dzb"
    file = township.folder / "packages" / first.file
    assert content.values["size"] == f"{file.stat().st_size / 1024:.1f} KB"
    assert content.values["tail"].replace(" ", "") == first.digest[-16:]
    assert content.pictures["qr"] == code(f"siji-package/1 431599101 1 {first.digest}")


def test_a_package_that_an_older_version_wrote_leaves_blank_what_was_not_kept(township: Workspace) -> None:
    first = sent(township)[-1]
    with township.write() as session:
        line = session.get_one(PackageLine, first.id)
        summary = register.summary_of(line)
        kept = line.summary
        summary.news, summary.bytes = {}, 0
        line.summary = register.kept(summary)
    try:
        content = making.drawn(township, SHEET, Asked(record=first.id))[1]
    finally:
        with township.write() as session:
            session.get_one(PackageLine, first.id).summary = kept
    assert {row["new"] for row in content.rows["rows"]} == {None}
    assert content.rows["rows"][-1]["carried"] == summary.records
    assert content.values["size"] == ""


def test_word_and_excel_carry_the_code(township: Workspace, tmp_path: Path) -> None:
    asked = Asked(record=sent(township)[0].id)
    content = making.drawn(township, SHEET, asked)[1]
    for ending, place in (("docx", "word/media/"), ("xlsx", "xl/media/")):
        made = making.make(township, SHEET, asked, tmp_path / f"交接单.{ending}").file
        with zipfile.ZipFile(io.BytesIO(made.read_bytes())) as archive:
            (picture,) = (name for name in archive.namelist() if name.startswith(place))
            assert archive.read(picture) == content.pictures["qr"]


def test_a_package_that_was_received_has_no_sheet(township: Workspace, tmp_path: Path) -> None:
    with Session(township.engine) as session:
        received = session.scalars(select(PackageLine.id).where(PackageLine.sent.is_(False))).first()
    for record in (received, "没有"):
        with pytest.raises(Refusal, match="没有写过这个包。请从“交接单”能选的包里另选一个"):
            making.make(township, SHEET, Asked(record=record), tmp_path / "单.docx")
    assert list(tmp_path.iterdir()) == []
