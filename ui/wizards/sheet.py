"""The hand-over sheet (交接单): one A4 page that goes with the stick, to read on screen, print and keep as PDF."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import segno
from PySide6.QtCore import QMarginsF, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QFont,
    QGuiApplication,
    QImage,
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPainter,
    QPalette,
    QPdfWriter,
    QPixmap,
    QTextDocument,
)

from app.files import size
from db.errors import Refusal

WIDTH, HEIGHT = 794, 1123
"""A4 in the units of the page, 96 to the inch."""
MARGIN = 64


@dataclass(frozen=True)
class SheetLine:
    """One ledger's counts. `total` is how many live records the sender has, None where it is not told."""

    title: str
    new: int
    changed: int
    deleted: int
    total: int | None = None


@dataclass(frozen=True)
class Sheet:
    """What a hand-over sheet says; `at` is a local time as it is printed, `size` in bytes."""

    title: str
    giver: str
    giver_code: str
    receiver: str
    sequence: int
    kind: str
    at: str
    file: str
    size: int
    digest: str
    lines: Sequence[SheetLine]

    @property
    def payload(self) -> str:
        """What the QR code holds: enough to find the package in the receiver's book and to compare its digest."""
        return f"siji-package/1 {self.giver_code} {self.sequence} {self.digest}"

    @property
    def tail(self) -> str:
        """The end of the digest in fours, as it is compared by eye or read out."""
        end = self.digest[-16:]
        return " ".join(end[start : start + 4] for start in range(0, len(end), 4))


def qr(payload: str, scale: int = 6) -> QImage:
    """The QR code of a text, with its quiet zone."""
    drawn = io.BytesIO()
    segno.make(payload, error="m", micro=False).save(drawn, kind="png", scale=scale, border=4)
    return QImage.fromData(drawn.getvalue(), "PNG")


def document(sheet: Sheet) -> QTextDocument:
    """The page, laid out."""
    made = QTextDocument()
    font = QFont(QGuiApplication.font())
    font.setPixelSize(15)
    made.setDefaultFont(font)
    made.setDocumentMargin(MARGIN)
    made.addResource(QTextDocument.ResourceType.ImageResource, QUrl("qr"), qr(sheet.payload))
    made.setHtml(_html(sheet))
    made.setPageSize(QSizeF(WIDTH, HEIGHT))
    return made


def _html(sheet: Sheet) -> str:
    facts = [
        ("交出单位", f"{sheet.giver}（{sheet.giver_code}）", "接收单位", sheet.receiver),
        ("包号", f"第 {sheet.sequence} 号", "类型", sheet.kind),
        ("日期", sheet.at, "大小", size(sheet.size)),
    ]
    head = "".join(
        f"<tr><td class=l>{a}</td><td width=38%>{escape(b)}</td><td class=l>{c}</td><td width=32%>{escape(d)}</td></tr>"
        for a, b, c, d in facts
    )
    told = any(line.total is not None for line in sheet.lines)
    body = "".join(
        f"<tr><td>{escape(line.title)}</td>"
        + "".join(f"<td align=right>{number:,}</td>" for number in (line.new, line.changed, line.deleted))
        + (f"<td align=right>{'—' if line.total is None else f'{line.total:,}'}</td>" if told else "")
        + "</tr>"
        for line in sheet.lines
    )
    sums = [sum(getattr(line, name) for line in sheet.lines) for name in ("new", "changed", "deleted")]
    foot = "".join(f"<td align=right><b>{number:,}</b></td>" for number in sums) + ("<td></td>" if told else "")
    total_head = "<th align=right width=16%>现有</th>" if told else ""
    return f"""<style>
      h1 {{ font-size: 30px; }} .l {{ color: #555555; }} .q {{ color: #555555; font-size: 13px; }}
      th {{ font-weight: 600; }} .g td, .g th {{ border: 1px solid #444444; border-style: solid; padding: 4px; }}
      table.g {{ border-collapse: collapse; }}
    </style>
    <h1 align=center style="margin-bottom:18px">{escape(sheet.title)}</h1>
    <table class=g width=100% cellspacing=0 border=1>{head}
      <tr><td class=l>文件</td><td colspan=3>{escape(sheet.file)}</td></tr></table>
    <p style="margin-top:18px"><b>各台账条数</b></p>
    <table class=g width=100% cellspacing=0 border=1>
      <tr><th align=left>台账</th><th align=right width=14%>新增</th><th align=right width=14%>修改</th>
      <th align=right width=14%>删除</th>{total_head}</tr>{body}
      <tr><td><b>合计</b></td>{foot}</tr></table>
    <table width=100% style="margin-top:18px"><tr>
      <td width=150><img src="qr" width=136 height=136></td>
      <td valign=middle>校验值（SHA-256）末 16 位<br><b style="font-size:20px">{sheet.tail}</b>
        <p class=q>接收时核对屏幕上的末 16 位，一致即为同一份文件。<br>
        文件已加密，只有接收单位能打开。U 盘遗失不泄密，重新上报即可。</p></td></tr></table>
    <table width=100% style="margin-top:26px" cellpadding=8>
      <tr><td width=50%>交出人：____________________</td><td>接收人：____________________</td></tr>
      <tr><td>交出时间：______年____月____日____时</td><td>接收时间：______年____月____日____时</td></tr>
      <tr><td colspan=2>核对结果：□ 一致　□ 不一致，原因：______________________________</td></tr>
    </table>"""


def draw(painter: QPainter, made: QTextDocument, page: int = 0) -> None:
    """Draws one page where the painter's units are the page's."""
    painter.translate(0, -page * HEIGHT)
    context = QAbstractTextDocumentLayout.PaintContext()
    context.clip = QRectF(0, page * HEIGHT, WIDTH, HEIGHT)
    context.palette.setColor(QPalette.ColorRole.Text, Qt.GlobalColor.black)  # paper, whatever the screen's theme
    made.documentLayout().draw(painter, context)


def picture(sheet: Sheet, width: int = WIDTH, ratio: float = 1.0) -> QPixmap:
    """The first page as the screen shows it, `width` wide on a screen of that pixel ratio."""
    scale = width / WIDTH
    image = QPixmap(round(width * ratio), round(HEIGHT * scale * ratio))
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.scale(scale, scale)
    draw(painter, document(sheet))
    painter.end()
    return image


def print_to(device: QPagedPaintDevice, sheets: Sequence[Sheet]) -> None:
    """Prints the sheets on a printer or into a PDF, each from the top of a page. Raises `Refusal` when it cannot."""
    layout = QPageLayout(
        QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, QMarginsF(), QPageLayout.Unit.Millimeter
    )
    layout.setMode(QPageLayout.Mode.FullPageMode)
    device.setPageLayout(layout)
    painter = QPainter()
    if not painter.begin(device):
        raise Refusal("打印没有开始。请检查打印机是否连接，或者保存位置能否写入", "cannot-print")
    first = True
    for sheet in sheets:
        made = document(sheet)
        for page in range(made.pageCount()):
            if not first:
                device.newPage()
            first = False
            painter.save()
            painter.scale(device.logicalDpiX() / 96, device.logicalDpiY() / 96)
            draw(painter, made, page)
            painter.restore()
    painter.end()


def save_pdf(sheets: Sequence[Sheet], file: str) -> None:
    """Writes the sheets as one PDF. Raises `Refusal` when the file cannot be written."""
    try:
        with Path(file).open("ab"):  # Qt itself would only warn on the console
            pass
    except OSError as error:
        raise Refusal("这个位置不能保存文件。请换一个文件夹，或关闭正在打开它的程序", "read-only") from error
    writer = QPdfWriter(file)
    writer.setTitle(sheets[0].title if sheets else "交接单")
    print_to(writer, sheets)
