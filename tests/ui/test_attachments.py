"""The tab of attachments as a clerk works it: photos made fit for paper or kept, opened, kept elsewhere, taken off."""

import struct
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QUrl
from PySide6.QtGui import QColor, QDesktopServices, QImage, QPainter
from PySide6.QtWidgets import QFileDialog, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from app import attachments, blobs, record_view
from db.errors import Refusal
from tests.ui.test_ledger_page import settled, shown
from ui.background import Desk
from ui.ledger import pictures
from ui.ledger.attach import AttachDialog
from ui.ledger.detail import DetailPanel
from ui.ledger.page import LedgerPage

PLACE = b"N\0\0\0" + b"SIJI-GPS-PLACE\0"


@pytest.fixture
def page(desk: Desk, qtbot: QtBot) -> LedgerPage:
    """The members, one of them chosen."""
    made = shown(qtbot, desk)
    made.view.select_ids(made.view.table.ids[:1])
    settled(qtbot, desk)
    return made


def exif(orientation: int) -> bytes:
    """An EXIF segment that says how the camera was held and, in a text, where."""
    entries = struct.pack("<HHHI", 2, 0x0112, 3, 1) + struct.pack("<HH", orientation, 0)
    entries += struct.pack("<HHII", 0x010E, 2, len(PLACE), 8 + 2 + 24 + 4) + struct.pack("<I", 0)
    tiff = b"II*\0" + struct.pack("<I", 8) + entries + PLACE
    content = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content


def photo(file: Path, width: int = 3200, height: int = 2400, orientation: int = 6) -> Path:
    """A photo whose left third is red, with a camera's notes."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.fillRect(0, 0, width // 3, height, QColor("red"))
    for place in range(0, height, 3):  # something to compress
        painter.setPen(QColor(place % 256, (place * 7) % 256, (place * 13) % 256))
        painter.drawLine(width // 3, place, width, (place * 5) % height)
    painter.end()
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "JPEG", 95)
    whole = bytes(buffer.data().data())
    file.write_bytes(whole[:2] + exif(orientation) + whole[2:])
    return file


def add(page: LedgerPage, desk: Desk, qtbot: QtBot, *files: Path) -> AttachDialog | None:
    """Adds files; the question about large pictures, when it is asked."""
    page.detail.add_files(files)
    settled(qtbot, desk)
    asked = [one for one in page.detail.findChildren(AttachDialog) if one.isVisible()]
    return asked[0] if asked else None


def press(dialog: AttachDialog, words: str) -> None:
    next(one for one in dialog.findChildren(QPushButton) if one.text() == words).click()


def kept(desk: Desk, qtbot: QtBot, panel: DetailPanel) -> list[tuple[str, bytes]]:
    """The names and contents of the attachments of the record shown."""
    found: list[list[tuple[str, bytes]]] = []

    def look(workspace):  # type: ignore[no-untyped-def]
        with workspace.read() as session:
            listed = attachments.listed(session, panel.record_id or "")
            return [(one.name, b"".join(blobs.pieces(session, one.sha256))) for one in listed]

    desk.read(look, found.append)
    settled(qtbot, desk)
    return found[0]


def test_a_large_photo_is_made_fit_for_paper(page: LedgerPage, desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    file = photo(tmp_path / "会场.JPG")
    dialog = add(page, desk, qtbot, file)
    assert dialog is not None
    assert dialog.smaller.choice.isChecked(), "what paper needs is proposed"
    assert dialog.whole.choice.text() == f"保留原图（{attachments.size(file.stat().st_size)}）"
    press(dialog, "添加")
    settled(qtbot, desk)
    ((name, content),) = kept(desk, qtbot, page.detail)
    assert name == "会场.jpg"
    assert dialog.smaller.choice.text() == f"缩小到适合打印（{attachments.size(len(content))}）"
    assert page.message.text.text() == f"已添加附件“会场.jpg”（{attachments.size(len(content))}）。Ctrl+Z 可以撤销。"
    assert PLACE in file.read_bytes()
    assert b"Exif" not in content
    assert PLACE not in content
    image = QImage.fromData(content)
    assert (image.width(), image.height()) == (1754, 2339), "as the camera was held"
    assert image.pixelColor(877, 200).red() > 200
    assert image.pixelColor(877, 200).green() < 60, "what was left is on top"


def test_the_original_is_kept_when_the_clerk_wants_it(
    page: LedgerPage, desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    file = photo(tmp_path / "会场.jpg")
    dialog = add(page, desk, qtbot, file)
    assert dialog is not None
    dialog.whole.choice.setChecked(True)
    press(dialog, "添加")
    settled(qtbot, desk)
    assert kept(desk, qtbot, page.detail) == [("会场.jpg", file.read_bytes())]


def test_nothing_is_added_when_the_question_is_cancelled(
    page: LedgerPage, desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = add(page, desk, qtbot, photo(tmp_path / "会场.jpg"))
    assert dialog is not None
    press(dialog, "取消")
    settled(qtbot, desk)
    assert kept(desk, qtbot, page.detail) == []


def test_several_files_are_asked_about_once_and_a_bad_one_keeps_none_back(
    page: LedgerPage, desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    large, small = photo(tmp_path / "会场.jpg"), photo(tmp_path / "小.jpg", 300, 200, 1)
    heic = tmp_path / "IMG_1.HEIC"
    heic.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0")
    dialog = add(page, desk, qtbot, large, small, heic)
    assert dialog is not None
    press(dialog, "添加")
    settled(qtbot, desk)
    found = kept(desk, qtbot, page.detail)
    assert [name for name, _ in found] == ["会场.jpg", "小.jpg"]
    assert found[1][1] == small.read_bytes(), "small enough"
    assert page.message.text.text() == (
        f"已添加 2 个附件（{attachments.size(sum(len(content) for _, content in found))}）。Ctrl+Z 可以撤销。"
        "另有 1 个没有添加：“IMG_1.HEIC”是 HEIC 格式的照片，多数办公电脑打不开。"
        "请在手机里另存为 JPG，或把相机设置改成“兼容性最佳”重拍，再添加。"
    )
    page.undo()
    settled(qtbot, desk)
    assert [name for name, _ in kept(desk, qtbot, page.detail)] == ["会场.jpg"]


def cut(file: Path) -> Path:
    whole = photo(file).read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    return file


def text(file: Path) -> Path:
    file.write_text("不是照片")
    return file


def folder(file: Path) -> Path:
    file.mkdir()
    return file


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (cut, "“坏.jpg”打不开，照片已损坏或没有拷完。请从手机、相机或扫描仪里重新拷一份再添加"),
        (text, "“坏.jpg”打不开，照片已损坏或没有拷完。请从手机、相机或扫描仪里重新拷一份再添加"),
        (folder, "读不了“坏.jpg”。请检查文件还在不在，或是否被别的程序占用"),
        (lambda file: file, "读不了“坏.jpg”。请检查文件还在不在，或是否被别的程序占用"),
    ],
)
def test_what_cannot_be_read_is_told(make, sentence: str, tmp_path: Path, qapp: object) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Refusal) as told:
        pictures.offer(make(tmp_path / "坏.jpg"))
    assert told.value.message == sentence


def test_a_scan_that_is_small_already_is_left_alone(tmp_path: Path, qapp: object) -> None:
    """Two colours, five thousand pixels: as a photo it would be larger."""
    scan = QImage(5000, 3000, QImage.Format.Format_Mono)
    scan.fill(1)
    scan.save(str(tmp_path / "扫描.png"))
    assert pictures.offer(tmp_path / "扫描.png") is None


def test_what_is_clear_becomes_white(tmp_path: Path, qapp: object) -> None:
    seal = QImage(4000, 400, QImage.Format.Format_ARGB32)
    seal.fill(QColor(0, 0, 0, 0))
    seal.save(str(tmp_path / "章.png"))
    image = QImage.fromData(pictures.smaller(tmp_path / "章.png"))
    assert image.pixelColor(5, 5) == QColor("white")


def test_a_picture_too_large_to_keep_can_only_be_made_smaller(
    page: LedgerPage, desk: Desk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = photo(tmp_path / "会场.jpg")
    monkeypatch.setattr(attachments, "LARGEST", file.stat().st_size - 1)
    dialog = add(page, desk, qtbot, file)
    assert dialog is not None
    assert not dialog.whole.isEnabled()


def test_a_file_is_opened_as_a_copy_and_kept_elsewhere(
    page: LedgerPage, desk: Desk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "志愿书.pdf"
    file.write_bytes(b"%PDF-1.4 signed")
    assert add(page, desk, qtbot, file) is None
    opened: list[QUrl] = []
    works = [True, False]
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url) or works[len(opened) - 1])
    panel = page.detail
    link = next(one for one in panel.findChildren(QPushButton) if one.text() == "志愿书.pdf")
    link.click()
    settled(qtbot, desk)
    copy = Path(opened[0].toLocalFile())
    assert (copy.name, copy.read_bytes()) == ("志愿书.pdf", b"%PDF-1.4 signed")
    assert copy.stat().st_mode & 0o222 == 0, "what is changed there is not kept"
    link.click()
    settled(qtbot, desk)
    assert page.message.text.text() == "这台电脑没有能打开“志愿书.pdf”的程序。可以另存后拷到别的电脑上看。"
    out = tmp_path / "出.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    next(one for one in panel.findChildren(QToolButton) if one.toolTip() == "“志愿书.pdf”另存为…").click()
    settled(qtbot, desk)
    assert out.read_bytes() == b"%PDF-1.4 signed"
    assert page.message.text.text() == f"附件已存到 {out}。那里没有加密，用完请删除。"
    next(one for one in panel.findChildren(QToolButton) if one.toolTip() == "移除“志愿书.pdf”").click()
    settled(qtbot, desk)
    assert kept(desk, qtbot, panel) == []


def test_what_another_office_keeps_gets_no_attachment(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:

    monkeypatch.setattr(record_view, "kept_elsewhere", lambda *_: "这条党员记录归“云溪县”管，这里不能改")
    page = shown(qtbot, desk)
    page.view.select_ids(page.view.table.ids[:1])
    settled(qtbot, desk)
    assert not [one for one in page.detail.findChildren(QPushButton) if one.text() == "添加附件"]
