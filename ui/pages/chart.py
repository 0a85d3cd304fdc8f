"""A plain chart: one hue, values written on the bars; what it shows is said by a title beside it."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.shell import theme


class BarChart(QWidget):
    """A plain bar chart: one hue, the value on each bar, its name under it."""

    def __init__(self) -> None:
        super().__init__()
        self.bars: tuple[tuple[str, int], ...] = ()
        self.setMinimumHeight(round(150 * theme.now().scale))

    def sizeHint(self) -> QSize:
        return QSize(round(420 * theme.now().scale), round(210 * theme.now().scale))

    def put(self, bars: tuple[tuple[str, int], ...], says: str = "{name} {number} 人") -> None:
        """Draws other bars, each of which is read out as `says`."""
        self.bars = bars
        self.setAccessibleName("，".join(says.format(name=name, number=number) for name, number in bars))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        most = max((number for _, number in self.bars), default=0)
        if not most:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        face = theme.font(theme.now().small)
        metrics = QFontMetricsF(face, self)
        room = self.width() / len(self.bars)
        widest = max(metrics.horizontalAdvance(name) for name, _ in self.bars)
        if widest > room - 8:
            face.setPointSizeF(face.pointSizeF() * (room - 8) / widest)
        painter.setFont(face)
        line = metrics.height() + 4
        high = self.height() - 2 * line
        wide = min(26.0 * theme.now().scale, room * 0.62)
        middle = Qt.AlignmentFlag.AlignCenter
        for place, (name, number) in enumerate(self.bars):
            left = place * room
            tall = high * number / most
            top = line + high - tall
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.now().bar))
            painter.drawRoundedRect(QRectF(left + (room - wide) / 2, top, wide, tall), 2, 2)
            painter.setPen(QColor(theme.now().quiet))
            painter.drawText(QRectF(left, line + high, room, line), middle, name)
            painter.setPen(QColor(theme.now().ink))
            painter.drawText(QRectF(left, top - line, room, line), middle, f"{number:,}")
