"""A photo or scan as paper needs it: smaller, upright, and without the place and time that the camera noted in it."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QColorSpace, QImage, QImageReader, QPainter

from app import attachments
from db.errors import Refusal

LONGEST_SIDE = 2339
"""Pixels: the long side of A4 at 200 dots to the inch."""
PLENTY = 1 << 20
"""Bytes. A picture of no more, and of no more pixels, is not worth a question."""
QUALITY = 85
PICTURES = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".webp"})
JPEG, JPEG_END, TAIL = b"\xff\xd8\xff", b"\xff\xd9", 64 * 1024


@dataclass(frozen=True)
class Offer:
    """A picture and how it would be for paper: bytes, width and height of either, upright."""

    bytes: int
    width: int
    height: int
    smaller_bytes: int
    smaller_width: int
    smaller_height: int


def offer(file: Path) -> Offer | None:
    """What scaling would make of a file; None for what is small enough, or no picture.

    Raises `Refusal` for a file that cannot be read, is no attachment, or is a picture that is damaged.
    """
    head, length = _head(file)
    attachments.acceptable(file.name, head)
    if not is_picture(file):
        if length > attachments.LARGEST:
            raise attachments.too_large(file.name)
        return None
    image = _upright(file)
    size = QImageReader(str(file)).size()
    width, height = sorted((size.width(), size.height()), reverse=image.width() >= image.height())
    made = None
    if max(width, height) > LONGEST_SIDE or length > PLENTY:
        made = len(_jpeg(image))
    if made is None or made >= length:
        if length > attachments.LARGEST:
            raise attachments.too_large(file.name)
        return None
    return Offer(length, width, height, made, image.width(), image.height())


def smaller(file: Path) -> bytes:
    """The picture as a JPEG for paper. Raises `Refusal` when it cannot be read."""
    return _jpeg(_upright(file))


def is_picture(file: Path) -> bool:
    """Whether a file is of a kind that can be scaled, by its name. A TIFF may have many pages and stays as it is."""
    return file.suffix.lower() in PICTURES


def _head(file: Path) -> tuple[bytes, int]:
    try:
        with file.open("rb") as stream:
            head = stream.read(64)
            length = stream.seek(0, 2)
            if head.startswith(JPEG):
                stream.seek(max(0, length - TAIL))
                if JPEG_END not in stream.read():
                    raise _damaged(file)  # the reader would show the rest as grey
    except OSError as error:
        raise unreadable(file) from error
    return head, length


def unreadable(file: Path) -> Refusal:
    """The file cannot be read at all."""
    return Refusal(f"读不了“{file.name}”。请检查文件还在不在，或是否被别的程序占用", "unreadable")


def _damaged(file: Path) -> Refusal:
    return Refusal(
        f"“{file.name}”打不开，照片已损坏或没有拷完。请从手机、相机或扫描仪里重新拷一份再添加", "damaged-picture"
    )


def _upright(file: Path) -> QImage:
    """The picture at no more than paper's size, turned as the camera was held, on white, in the common colours. A new
    image: nothing else that stands in the file comes along."""
    reader = QImageReader(str(file))
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    size = reader.size()
    if max(size.width(), size.height()) > LONGEST_SIDE:
        reader.setScaledSize(size.scaled(LONGEST_SIDE, LONGEST_SIDE, Qt.AspectRatioMode.KeepAspectRatio))
    read = reader.read()
    if read.isNull():
        raise _damaged(file)
    if read.colorSpace().isValid() and read.colorSpace() != QColorSpace(QColorSpace.NamedColorSpace.SRgb):
        read.convertToColorSpace(QColorSpace(QColorSpace.NamedColorSpace.SRgb))
    plain = QImage(QSize(read.width(), read.height()), QImage.Format.Format_RGB32)
    plain.fill(Qt.GlobalColor.white)
    painter = QPainter(plain)
    read.setDevicePixelRatio(1)
    painter.drawImage(0, 0, read)
    painter.end()
    return plain


def _jpeg(image: QImage) -> bytes:
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "JPEG", QUALITY)
    return bytes(content.data())
