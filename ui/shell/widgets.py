"""The parts that pages and wizards share, so that they look and behave alike. Their dress is in `theme.qss`."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from db.errors import Refusal
from ui.background import Task
from ui.shell import theme

ICONS = {
    "good": "mdi6.check-circle-outline",
    "attention": "mdi6.alert-outline",
    "wrong": "mdi6.close-circle-outline",
    "information": "mdi6.information-outline",
}
"""The sign that stands beside a colour: colour never speaks alone."""


def label(text: str = "", role: str = "value", *, wrap: bool = False, select: bool = False) -> QLabel:
    """A label in one of the sheet's roles: title, head, section, quiet, small, figure, error, warning, value."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    made.setWordWrap(wrap)
    if select:
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


class Elided(QLabel):
    """A quiet line that ends in … where there is no room for the rest, which the tip tells."""

    def __init__(self, text: str, role: str = "quiet") -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setToolTip(text)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, room = QPainter(self), self.contentsRect()
        painter.setPen(self.palette().color(self.foregroundRole()))
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)


class FileLink(QPushButton):
    """The name of a file to open, shortened in its middle where there is no room: its ending stays in sight."""

    def __init__(self, name: str, then: Callable[[], object]) -> None:
        super().__init__(name)
        self.setProperty("kind", "link")
        self.setIcon(theme.icon("mdi6.file-outline", "ink"))
        self.setIconSize(QSize(16, 16))
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(60)
        self.clicked.connect(lambda: then())

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        beside = self.sizeHint().width() - self.fontMetrics().horizontalAdvance(self.text())
        room = self.width() - beside
        option.text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, room)
        QStylePainter(self).drawControl(QStyle.ControlElement.CE_PushButton, option)


def button(
    text: str, icon: str = "", *, kind: str = "", then: Callable[[], object] | None = None, tip: str = ""
) -> QPushButton:
    """A push button. `kind`: empty for a secondary one, primary, danger, link, tab or chip."""
    made = QPushButton(text)
    made.setProperty("kind", kind)
    if icon:
        made.setIcon(theme.icon(icon, "red_ink" if kind == "primary" else "wrong" if kind == "danger" else "ink"))
        made.setIconSize(QSize(16, 16))
    if tip:
        made.setToolTip(tip)
    made.setAutoDefault(False)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    if then is not None:
        made.clicked.connect(lambda: then())
    return made


def primary(text: str, icon: str = "", then: Callable[[], object] | None = None) -> QPushButton:
    """The one red button of a page."""
    return button(text, icon, kind="primary", then=then)


def tool(icon: str, tip: str, then: Callable[[], object] | None = None) -> QToolButton:
    """A small button that is only an icon; the tip says what it does, aloud too."""
    made = QToolButton()
    made.setIcon(theme.icon(icon, "quiet"))
    made.setToolTip(tip)
    made.setAccessibleName(tip)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    if then is not None:
        made.clicked.connect(lambda: then())
    return made


def line() -> QFrame:
    """A hairline."""
    made = QFrame()
    made.setProperty("role", "line")
    return made


def column(
    *parts: QWidget | QLayout | int, margins: tuple[int, int, int, int] = (0, 0, 0, 0), gap: int = 8
) -> QVBoxLayout:
    """A vertical layout. A number is a space of so many pixels, 0 takes all that is left."""
    return _filled(QVBoxLayout(), parts, margins, gap)


def row(
    *parts: QWidget | QLayout | int, margins: tuple[int, int, int, int] = (0, 0, 0, 0), gap: int = 8
) -> QHBoxLayout:
    """A horizontal layout, likewise."""
    return _filled(QHBoxLayout(), parts, margins, gap)


def _filled(layout, parts, margins, gap):  # type: ignore[no-untyped-def]
    layout.setContentsMargins(*margins)
    layout.setSpacing(gap)
    for part in parts:
        if isinstance(part, int):
            layout.addSpacing(part) if part else layout.addStretch(1)
        elif isinstance(part, QLayout):
            layout.addLayout(part)
        else:
            layout.addWidget(part)
    return layout


def clear(layout: QLayout) -> None:
    """Takes everything out of a layout."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear(inner)


def scrolling(content: QWidget, *, horizontal: bool = False) -> QScrollArea:
    """A frameless area that scrolls its content down (and across, if asked)."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    if not horizontal:
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    content.setObjectName(content.objectName() or "clear")
    area.setWidget(content)
    area.viewport().setAutoFillBackground(False)
    content.setAutoFillBackground(False)
    return area


class Card(QFrame):
    """A surface with a thin line around it; `body` takes its parts."""

    def __init__(self, title: str = "", *, padding: int = 16, gap: int = 8) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.body = column(margins=(padding, padding - 2, padding, padding), gap=gap)
        self.setLayout(self.body)
        if title:
            self.body.addWidget(label(title, "head"))


class Chip(QPushButton):
    """A filter that is on or off."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.setProperty("kind", "chip")
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)


class Tag(QLabel):
    """A word in a thin frame: 新增, 修改. `kind`: good, attention, wrong, information or nothing."""

    def __init__(self, text: str, kind: str = "") -> None:
        super().__init__(text)
        self.setProperty("role", "tag")
        self.setProperty("kind", kind)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setTextFormat(Qt.TextFormat.PlainText)


class Note(QFrame):
    """A box that says one thing: a finding, a hint, an outcome; with the sign of its kind."""

    def __init__(self, kind: str, text: str, detail: str = "", *actions: QPushButton) -> None:
        super().__init__()
        self.setProperty("role", "note")
        self.setProperty("kind", kind)
        sign = QLabel()
        sign.setPixmap(theme.pixmap(ICONS[kind], kind, 16))
        sign.setAlignment(Qt.AlignmentFlag.AlignTop)
        sign.setContentsMargins(0, 2, 0, 0)
        self.text = label(text, "said", wrap=True, select=True)
        words = column(self.text, gap=2)
        if detail:
            words.addWidget(label(detail, "said", wrap=True, select=True))
        layout = row(sign, margins=(10, 7, 10, 7), gap=8)
        layout.addLayout(words, 1)
        for action in actions:
            layout.addWidget(action)
        self.setLayout(layout)


class PageHeader(QWidget):
    """A page's title, the quiet line under it, and its buttons at the right."""

    def __init__(self, title: str, subtitle: str = "", *actions: QWidget) -> None:
        super().__init__()
        self.title, self.subtitle = label(title, "title"), label(subtitle, "quiet")
        self.subtitle.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.actions = row(*actions, gap=12)
        layout = row(gap=16)
        layout.addLayout(column(self.title, self.subtitle, gap=2), 1)
        layout.addLayout(self.actions)
        self.setLayout(layout)

    def say(self, subtitle: str) -> None:
        self.subtitle.setText(subtitle)
        self.subtitle.setToolTip(subtitle)


class MessageBar(QFrame):
    """One calm line at the top of a page or window: what happened, and at most one thing to do about it.

    Good news leaves by itself; what is wrong stays until it is closed or replaced.
    """

    STAYS = 8000

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "note")
        self._sign = QLabel()
        self.text = label("", "said", wrap=True, select=True)
        self._action = button("", kind="link")
        self._act: Callable[[], object] | None = None
        self._action.clicked.connect(self._do)
        layout = row(self._sign, margins=(12, 6, 6, 6), gap=8)
        layout.addWidget(self.text, 1)
        layout.addWidget(self._action)
        layout.addWidget(tool("mdi6.close", "关闭提示", self.hide))
        self.setLayout(layout)
        self._timer = QTimer(self, singleShot=True, interval=self.STAYS)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def say(self, kind: str, text: str, action: str = "", then: Callable[[], object] | None = None) -> None:
        """Shows a sentence. `kind`: good, attention, wrong, information."""
        theme.set_kind(self, kind=kind)
        self._sign.setPixmap(theme.pixmap(ICONS[kind], kind, 18))
        self.text.setText(text)
        theme.set_kind(self.text)
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self._act = then
        self.show()
        if kind in ("good", "information"):
            self._timer.start()
        else:
            self._timer.stop()

    def refuse(self, refusal: Refusal) -> None:
        """Shows why something was refused."""
        self.say("information" if refusal.reason == "cancelled" else "wrong", refusal.message)

    def _do(self) -> None:
        self.hide()
        if self._act is not None:
            self._act()


class ProgressStrip(QFrame):
    """What a long task is doing, how far it is, and a button that stops it. Shows itself only while one runs."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.text, self.bar = label("", "quiet"), QProgressBar()
        self.bar.setTextVisible(False)
        self.stop = button("取消")
        layout = row(margins=(16, 10, 12, 10), gap=16)
        layout.addLayout(column(self.text, self.bar, gap=6), 1)
        layout.addWidget(self.stop)
        self.setLayout(layout)
        self.hide()

    def follow(self, task: Task, text: str = "正在准备") -> None:
        """Shows this task until it ends."""
        self.text.setText(text)
        self.bar.setRange(0, 0)
        self.stop.setEnabled(True)
        task.progress.connect(self._progress)
        task.finished.connect(self.hide)
        self.stop.clicked.connect(task.cancel)
        self.stop.clicked.connect(self._stopping)
        self.show()

    def _progress(self, done: int, total: int, text: str) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.text.setText(f"{text}（{done:,} / {total:,}）" if total else text)

    def _stopping(self) -> None:
        self.stop.setEnabled(False)
        self.text.setText("正在停止，不会留下一半的结果")


class EmptyState(QWidget):
    """What belongs on an empty page, and the ways to start."""

    def __init__(self, icon: str, title: str, text: str, *actions: QPushButton) -> None:
        super().__init__()
        sign = QLabel()
        sign.setPixmap(theme.pixmap(icon, "quiet", 44))
        sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.title, self.text = label(title, "head"), label(text, "quiet", wrap=True)
        for one in (self.title, self.text):
            one.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text.setMinimumWidth(240)
        self.text.setMaximumWidth(420)
        self.setLayout(
            column(
                0,
                sign,
                4,
                self.title,
                row(0, self.text, 0),
                8,
                row(0, *actions, 0, gap=12),
                0,
                margins=(24, 24, 24, 24),
            )
        )


class Steps(QWidget):
    """The steps of a wizard across the top: done ones ticked, the present one filled."""

    def __init__(self, titles: Sequence[str]) -> None:
        super().__init__()
        self._titles = tuple(titles)
        self._labels = []
        layout = row(gap=6)
        for place, title in enumerate(titles):
            if place:
                layout.addWidget(label("›", "quiet"))
            one = label(title, "step")
            self._labels.append(one)
            layout.addWidget(one)
        layout.addStretch(1)
        self.setLayout(layout)
        self.show_step(0)

    def show_step(self, current: int) -> None:
        for place, (one, title) in enumerate(zip(self._labels, self._titles, strict=True)):
            kind = "done" if place < current else "now" if place == current else "later"
            one.setText(f"✓ {title}" if place < current else f"{place + 1}  {title}")
            theme.set_kind(one, kind=kind)


class WizardPage(QWidget):
    """One step of a wizard. Override `entered`, `leave` and the texts that differ.

    Attributes:
        step: what the step is called at the top.
        next_text: what the primary button says here; empty hides it.
        back: whether the person may go back from here (not once something was written).
    """

    step = ""
    next_text = "下一步"
    next_icon = ""
    back = True
    changed = Signal()
    """Emit it when `ready` or a text changed."""

    def __init__(self) -> None:
        super().__init__()
        self.body = column(gap=12)
        self.setLayout(self.body)

    def entered(self) -> None:
        """The page is shown, going forward or back."""

    def ready(self) -> bool:
        """Whether the primary button can be pressed."""
        return True

    def leave(self, go: Callable[[], None]) -> None:
        """The primary button was pressed: does what the page is for and calls `go` when the next page may come."""
        go()

    def extra(self) -> Sequence[QPushButton]:
        """Further buttons, left of the primary one."""
        return ()


class Wizard(QWidget):
    """The frame of every wizard: header, steps, one page at a time, and the buttons below; back until the write."""

    closed = Signal()

    def __init__(self, title: str, subtitle: str, pages: Sequence[WizardPage]) -> None:
        super().__init__()
        from PySide6.QtWidgets import QStackedWidget

        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.header, self.steps = PageHeader(title, subtitle), Steps([page.step for page in pages])
        self.message, self.progress = MessageBar(), ProgressStrip()
        self.pages, self.stack = list(pages), QStackedWidget()
        for page in pages:
            self.stack.addWidget(page)
            page.changed.connect(self._refresh)
        self.back_button = button("上一步", then=self.go_back)
        self.close_button = button("关闭", then=self.closed.emit)
        self.next_button = primary("下一步", then=self.go_on)
        self._extra = row(gap=12)
        footer = row(self.back_button, self.close_button, 0, gap=12)
        footer.addLayout(self._extra)
        footer.addWidget(self.next_button)
        self.setLayout(
            column(self.header, self.steps, self.message, self.stack, self.progress, footer, margins=MARGINS, gap=12)
        )
        self.layout().setStretchFactor(self.stack, 1)
        self.go_to(0)

    @property
    def place(self) -> int:
        return self.stack.currentIndex()

    def go_to(self, place: int) -> None:
        """Shows a page by its place."""
        self.stack.setCurrentIndex(place)
        self.message.hide()
        clear(self._extra)
        for one in self.pages[place].extra():
            self._extra.addWidget(one)
        self.steps.show_step(place)
        self.pages[place].entered()
        self._refresh()

    def go_back(self) -> None:
        self.go_to(self.place - 1)

    def go_on(self) -> None:
        """The primary button."""
        self.pages[self.place].leave(self._next)

    def _next(self) -> None:
        if self.place + 1 < len(self.pages):
            self.go_to(self.place + 1)
        else:
            self.closed.emit()

    def _refresh(self) -> None:
        page = self.pages[self.place]
        self.back_button.setVisible(self.place > 0 and page.back)
        self.close_button.setVisible(self.place == 0)
        self.next_button.setVisible(bool(page.next_text))
        self.next_button.setText(page.next_text)
        self.next_button.setIcon(theme.icon(page.next_icon, "red_ink") if page.next_icon else theme.QIcon())
        self.next_button.setEnabled(page.ready())


MARGINS = (20, 14, 20, 14)
"""Around every page."""


class FlowLayout(QLayout):
    """Lays its parts out in lines like words; what does not fit goes to the next line."""

    def __init__(self, gap: int = 12) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), move=False)

    def sizeHint(self) -> QSize:
        hints = [item.sizeHint() for item in self._items]
        width = sum(hint.width() for hint in hints) + self._gap * max(0, len(hints) - 1)
        return QSize(width, max((hint.height() for hint in hints), default=0))

    def minimumSize(self) -> QSize:
        return QSize(
            max((item.minimumSize().width() for item in self._items), default=0),
            max((item.minimumSize().height() for item in self._items), default=0),
        )

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, move=True)

    def _place(self, rect: QRect, *, move: bool) -> int:
        x, y, height = rect.x(), rect.y(), 0
        for item in self._items:
            if item.isEmpty():  # hidden
                continue
            hint = item.sizeHint()
            if x > rect.x() and x + hint.width() > rect.right() + 1:
                x, y, height = rect.x(), y + height + 6, 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), hint))
            x, height = x + hint.width() + self._gap, max(height, hint.height())
        return y + height - rect.y()


def action(owner: QWidget, keys: str, then: Callable[[], object], text: str = "", *, anywhere: bool = False) -> QAction:
    """A key of a page: works while the page, or something in it, has the focus; `anywhere` in the window while the page
    is shown."""
    made = QAction(text, owner)
    made.setShortcut(keys)
    context = Qt.ShortcutContext
    made.setShortcutContext(context.WindowShortcut if anywhere else context.WidgetWithChildrenShortcut)
    made.triggered.connect(lambda: then())
    owner.addAction(made)
    return made
