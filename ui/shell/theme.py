"""The tokens of the look in one place, and what is made of them: the style sheet, the palette, the fonts, the icons.

No colour and no size of type is written anywhere else. `use` may be called again at any time; painted parts and icons
ask `now()` when they paint.
"""

from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Template

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, QTemporaryDir
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QIcon,
    QIconEngine,
    QPainter,
    QPalette,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QApplication, QWidget


@dataclass(frozen=True)
class Theme:
    """The tokens. Colours are `#rrggbb`; sizes of type are in points, lengths in pixels."""

    ground: str
    surface: str
    line: str
    ink: str
    quiet: str
    red: str
    red_ink: str
    red_hover: str
    red_text: str
    """The same red where words are written in it: lighter in the dark, or nobody could read it."""
    red_ground: str
    """Behind what is selected."""
    hover: str
    gold: str
    field: str
    """Behind what can be typed into."""
    good: str
    attention: str
    wrong: str
    information: str
    good_ground: str
    attention_ground: str
    wrong_ground: str
    information_ground: str
    stripe: str
    bar: str
    """The one hue of charts and strips."""
    navigation: str
    navigation_ink: str
    navigation_quiet: str
    navigation_current: str
    scale: float = 1.0

    body = property(lambda self: 10 * self.scale)
    small = property(lambda self: 9 * self.scale)
    head = property(lambda self: 11.5 * self.scale)
    title = property(lambda self: 15 * self.scale)
    figure = property(lambda self: 18 * self.scale)
    row = property(lambda self: round(30 * self.scale))
    control = property(lambda self: round(32 * self.scale))


LIGHT = Theme(
    ground="#F7F5F2", surface="#FFFFFF", line="#E4DFD8", ink="#24211E", quiet="#79736B",
    red="#B4232A", red_ink="#FFFFFF", red_hover="#9C1D24", red_text="#B4232A", red_ground="#F9E9E9", hover="#F3F0EC",
    gold="#C8952B", field="#FFFFFF",
    good="#2F7D4F", attention="#B86E00", wrong="#B4232A", information="#2B6CB0",
    good_ground="#EDF6F0", attention_ground="#FFF6E5", wrong_ground="#FBECEC", information_ground="#EBF2FA",
    stripe="#FCFBFA", bar="#BE8A7F", navigation="#2B2523", navigation_ink="#E9E2DB", navigation_quiet="#A2978F",
    navigation_current="#40383A",
)  # fmt: skip
DARK = Theme(
    ground="#1E1B1A", surface="#282423", line="#3A3432", ink="#EEE9E3", quiet="#A79C94",
    red="#D4494F", red_ink="#FFFFFF", red_hover="#DE6368", red_text="#EC8388", red_ground="#47292B", hover="#332E2C",
    gold="#C8952B", field="#1E1B1A",
    good="#62B585", attention="#E0A04A", wrong="#E2757A", information="#6FA8DC",
    good_ground="#22332A", attention_ground="#3A2F1D", wrong_ground="#3F2728", information_ground="#232F3B",
    stripe="#2B2726", bar="#A8756B", navigation="#2B2523", navigation_ink="#E9E2DB", navigation_quiet="#A2978F",
    navigation_current="#40383A",
)  # fmt: skip
LARGE = 1.2

FACES = (
    "Microsoft YaHei UI",
    "Microsoft YaHei",
    "PingFang SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "WenQuanYi Micro Hei",
)
"""System faces in the order of preference; when there is none, the OFL wheel's Noto Sans SC is loaded."""

_current = LIGHT


def now() -> Theme:
    """The theme in use."""
    return _current


def use(app: QApplication, *, dark: bool = False, large: bool = False) -> None:
    """Dresses the application, unless it wears just that: every widget there is would be dressed again."""
    global _current
    wanted = replace(DARK if dark else LIGHT, scale=LARGE if large else 1.0)
    if wanted == _current and app.styleSheet():
        return
    _current = wanted
    app.setStyle("Fusion")
    app.setPalette(_palette(_current))
    app.setFont(_font(_current))
    app.setStyleSheet(style_sheet(_current))
    for widget in app.allWidgets():
        widget.update()


@cache
def face() -> str:
    """The Chinese face: the system's, else the one that comes with the program."""
    known = set(QFontDatabase.families())
    for family in FACES:
        if family in known:
            return family
    number = QFontDatabase.addApplicationFont(str(files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf"))
    families = QFontDatabase.applicationFontFamilies(number)
    return families[0] if families else QGuiApplication.font().family()


def _font(theme: Theme) -> QFont:
    made = QFont(face())
    made.setPointSizeF(theme.body)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return made


def font(points: float | None = None, *, bold: bool = False) -> QFont:
    """The face at a size (the body's without one)."""
    made = _font(now())
    if points is not None:
        made.setPointSizeF(points)
    made.setBold(bold)
    return made


def _palette(theme: Theme) -> QPalette:
    palette, role = QPalette(), QPalette.ColorRole
    for which, colour in {
        role.Window: theme.ground,
        role.WindowText: theme.ink,
        role.Base: theme.surface,
        role.AlternateBase: theme.stripe,
        role.Text: theme.ink,
        role.Button: theme.surface,
        role.ButtonText: theme.ink,
        role.BrightText: theme.red_ink,
        role.Highlight: theme.red,
        role.HighlightedText: theme.red_ink,
        role.ToolTipBase: theme.surface,
        role.ToolTipText: theme.ink,
        role.PlaceholderText: theme.quiet,
        role.Link: theme.red_text,
        role.Mid: theme.line,
        role.Dark: theme.line,
        role.Light: theme.surface,
        role.Accent: theme.red,
    }.items():
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(theme.quiet))
    return palette


# ---------------------------------------------------------------- icons


class _Glyph(QIconEngine):
    """Paints one character of the icon face in a token's colour, as it is when painted."""

    def __init__(self, name: str, role: str) -> None:
        super().__init__()
        self.name, self.role = name, role

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        import qtawesome

        painter.save()
        role = "quiet" if mode == QIcon.Mode.Disabled else self.role
        painter.setPen(QColor(getattr(now(), role)))
        face_ = qtawesome.font("mdi6", 16)
        face_.setPixelSize(max(1, round(rect.height() * 0.94)))
        painter.setFont(face_)
        painter.drawText(QRectF(rect), Qt.AlignmentFlag.AlignCenter, qtawesome.charmap(self.name))
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        if size.isEmpty():  # Qt asks while a widget has no room yet
            return QPixmap()
        pixmap = QPixmap(size)
        if pixmap.isNull():  # a layout that is still without room asks for an icon of no size
            return pixmap
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _Glyph(self.name, self.role)


def icon(name: str, role: str = "ink") -> QIcon:
    """An icon of the mdi6 set (`mdi6.home-group`) in the colour of a token."""
    return QIcon(_Glyph(name, role))


def pixmap(name: str, role: str = "ink", size: int = 18) -> QPixmap:
    """The same as a picture, sharp on the main screen."""
    ratio = QGuiApplication.primaryScreen().devicePixelRatio()
    made = _Glyph(name, role).pixmap(QSize(round(size * ratio), round(size * ratio)), QIcon.Mode.Normal, QIcon.State.On)
    made.setDevicePixelRatio(ratio)
    return made


# ---------------------------------------------------------------- the style sheet

_PICTURES = {
    "check": ("red_ink", 3.2, ((5, 12.5), (10, 17.5), (19, 7))),
    "partly": ("red_ink", 3.2, ((6, 12), (18, 12))),
    "down": ("quiet", 2, ((7, 9.5), (12, 14.5), (17, 9.5))),
    "right": ("quiet", 2, ((9.5, 7), (14.5, 12), (9.5, 17))),
    "up": ("quiet", 2, ((7, 14.5), (12, 9.5), (17, 14.5))),
    "clear": ("quiet", 2, ((7, 7), (17, 17), (12, 12), (17, 7), (7, 17))),
}
"""(colour, width, points) of strokes on a square of 24. The icon face is too slow to load before the first window."""


@cache
def _folder() -> QTemporaryDir:
    return QTemporaryDir()


def _stroke(colour: str, width: float, points: tuple[tuple[float, float], ...]) -> QPixmap:
    """A line through the points, at twice the size that it is shown in."""
    pixmap = QPixmap(48, 48)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(2, 2)
    round_ = (Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(QPen(QColor(colour), width, Qt.PenStyle.SolidLine, *round_))
    painter.drawPolyline([QPointF(x, y) for x, y in points])
    painter.end()
    return pixmap


@cache
def _pictures(theme: Theme) -> dict[str, str]:
    """The few marks that a style sheet can only take from files."""
    places = {}
    for name, (role, width, points) in _PICTURES.items():
        target = Path(_folder().path()) / f"{name}{getattr(theme, role)[1:]}.png"
        if not target.exists():
            _stroke(getattr(theme, role), width, points).save(str(target))
        places[name] = target.as_posix()
    return places


def style_sheet(theme: Theme) -> str:
    """The whole style sheet, from `theme.qss` and the tokens. `${half}` stands for half a control's height."""
    template = Template((files("resources") / "theme.qss").read_text(encoding="utf-8"))
    tokens = {name: getattr(theme, name) for name in theme.__dataclass_fields__}
    sizes = {name: f"{getattr(theme, name):g}pt" for name in ("body", "small", "head", "title", "figure")}
    lengths = {"control": theme.control - 2, "low": theme.control - 6, "chip": round(26 * theme.scale)}
    lengths |= {"round": lengths["chip"] // 2, "line_height": theme.row}
    return template.substitute(tokens, **sizes, **{k: f"{v}px" for k, v in lengths.items()}, **_pictures(theme))


def set_kind(widget: QWidget, **properties: object) -> None:
    """Sets properties that the style sheet selects by, and dresses the widget anew."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()
