"""The small pieces that the wizards share: fields with their sentence, places to drop files on, tables of plain values,
rows of choices."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QDragEnterEvent, QDropEvent, QKeyEvent, QMouseEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QFileDialog,
    QFrame,
    QHeaderView,
    QLineEdit,
    QRadioButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from ui.shell import theme
from ui.shell.fitting import Fitted
from ui.shell.widgets import Card, Chip, button, clear, column, label, row
from ui.wizards import sticks

WIDEST = 640
"""A field is no wider, in pixels: a line that is much longer than what is typed reads badly."""

Index = QModelIndex | QPersistentModelIndex


class FieldRow(QWidget):
    """A label, its editor, and below it what is wrong with it; the sentence goes when the person types on."""

    def __init__(self, title: str, editor: QWidget, hint: str = "") -> None:
        super().__init__()
        self.editor, self.hint = editor, hint
        name = label(title, "quiet")
        name.setFixedWidth(round(112 * theme.now().scale))
        name.setBuddy(editor)
        name.setMinimumHeight(theme.now().control)
        self.said = label(hint, "small", wrap=True)
        self.said.setVisible(bool(hint))
        layout = row(gap=12)
        layout.addWidget(name, 0, Qt.AlignmentFlag.AlignTop)
        holder = QWidget()
        holder.setMaximumWidth(WIDEST)
        holder.setLayout(column(editor, self.said, gap=2))
        layout.addWidget(holder, 1000)
        layout.addStretch(1)
        self.setLayout(layout)
        if isinstance(editor, QLineEdit):
            editor.textChanged.connect(lambda: self.wrong(""))

    def wrong(self, sentence: str) -> None:
        """Says what is wrong; nothing takes it back and shows the hint again."""
        self.said.setText(sentence or self.hint)
        self.said.setVisible(bool(sentence or self.hint))
        theme.set_kind(self.said, role="error" if sentence else "small")
        theme.set_kind(self.editor.focusProxy() or self.editor, wrong=bool(sentence))

    def sentence(self) -> str:
        """What it says is wrong with the field, empty when nothing is."""
        return self.said.text() if self.said.property("role") == "error" else ""


def line(placeholder: str = "", *, secret: bool = False, text: str = "") -> QLineEdit:
    """A line to type in; a secret one shows dots."""
    made = QLineEdit(text)
    made.setPlaceholderText(placeholder)
    if secret:
        made.setEchoMode(QLineEdit.EchoMode.Password)
    return made


class PathField(QWidget):
    """A file or folder: typed, or picked with the button beside it."""

    changed = Signal()

    def __init__(self, caption: str, *, folder: bool, filters: str = "", placeholder: str = "") -> None:
        super().__init__()
        self.caption, self.folder, self.filters = caption, folder, filters
        self.edit = line(placeholder)
        self.edit.textChanged.connect(self.changed)
        layout = row(gap=8)
        layout.addWidget(self.edit, 1)
        layout.addWidget(button("选择…", then=self._browse))
        self.setLayout(layout)
        self.setFocusProxy(self.edit)

    def _browse(self) -> None:
        start = self.edit.text() or str(Path.home())
        if self.folder:
            chosen = QFileDialog.getExistingDirectory(self, self.caption, start)
        else:
            chosen, _ = QFileDialog.getOpenFileName(self, self.caption, start, self.filters)
        if chosen:
            self.edit.setText(str(Path(chosen)))

    def path(self) -> Path | None:
        """What is chosen, None for nothing."""
        typed = self.edit.text().strip().strip('"“”')
        return Path(typed).expanduser() if typed else None


class DropZone(QFrame):
    """A place to drop files on; a click, Enter or Space opens the file dialog instead."""

    dropped = Signal(list)

    def __init__(
        self, text: str, suffixes: Sequence[str], caption: str, filters: str, *, several: bool = False
    ) -> None:
        super().__init__()
        self.suffixes, self.caption, self.filters, self.several = tuple(suffixes), caption, filters, several
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setProperty("role", "drop")
        self.setAccessibleName(text)
        words = label(text, "quiet")
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setLayout(column(words, margins=(16, 14, 16, 14)))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._wanted(event):
            event.acceptProposedAction()
            theme.set_kind(self, over=True)

    def dragLeaveEvent(self, event: Any) -> None:
        theme.set_kind(self, over=False)

    def dropEvent(self, event: QDropEvent) -> None:
        theme.set_kind(self, over=False)
        files = self._wanted(event)
        if files:
            event.acceptProposedAction()
            self.dropped.emit(files)

    def _wanted(self, event: QDropEvent) -> list[Path]:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        kept = [one for one in paths if one.is_dir() or one.suffix.lower() in self.suffixes]
        return kept if self.several else kept[:1]

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._browse()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._browse()
        else:
            super().keyPressEvent(event)

    def _browse(self) -> None:
        if self.several:
            chosen, _ = QFileDialog.getOpenFileNames(self, self.caption, str(Path.home()), self.filters)
        else:
            one, _ = QFileDialog.getOpenFileName(self, self.caption, str(Path.home()), self.filters)
            chosen = [one] if one else []
        if chosen:
            self.dropped.emit([Path(one) for one in chosen])


class PlacePicker(QWidget):
    """Where a package is written: one of the sticks that are plugged in, or a folder."""

    changed = Signal()

    def __init__(self, drives: Callable[[], list[sticks.Drive]] = sticks.drives) -> None:
        super().__init__()
        self.drives = drives
        self.group = QButtonGroup(self)
        self.group.idToggled.connect(lambda *_: self.changed.emit())
        self.rows = column()
        self.found: list[sticks.Drive] = []
        self.folder = PathField("选择文件夹", folder=True, placeholder="例如桌面上的一个文件夹")
        self.folder.edit.setAccessibleName("其他文件夹")
        self.folder.changed.connect(self._folder_typed)
        self.own = QRadioButton("其他文件夹")
        self.room = label("", "quiet")
        self.room.hide()
        self.again = button("重新查找 U 盘", "mdi6.refresh", then=self.look)
        folder_row = row(self.own, gap=12)
        folder_row.addWidget(self.folder, 1)
        self.setLayout(column(self.rows, folder_row, self.room, row(self.again, 0)))
        self.look()

    def look(self) -> None:
        """Looks for sticks again; the first that can be written on is proposed."""
        for old in self.group.buttons():
            self.group.removeButton(old)
        clear(self.rows)
        self.found = self.drives()
        for place, drive in enumerate(self.found):
            choice = QRadioButton(f"{drive.title}　{drive.room}")
            choice.setEnabled(not drive.read_only)
            self.group.addButton(choice, place)
            self.rows.addWidget(choice)
        if not self.found:
            self.rows.addWidget(label("没有找到 U 盘。插上后点“重新查找”，或者写到一个文件夹里。", "quiet"))
        self.group.addButton(self.own, len(self.found))
        usable = [place for place, drive in enumerate(self.found) if not drive.read_only]
        if usable:
            self.group.button(usable[0]).setChecked(True)
        else:
            self.own.setChecked(True)

    def _folder_typed(self) -> None:
        self.own.setChecked(True)
        self._say_room()
        self.changed.emit()

    def _say_room(self) -> None:
        path = self.folder.path()
        self.room.setText(sticks.place(path).room if path is not None and path.is_dir() else "")
        self.room.setVisible(bool(self.room.text()))

    def chosen(self) -> sticks.Drive | None:
        """The place, None while none is chosen."""
        number = self.group.checkedId()
        if 0 <= number < len(self.found):
            return self.found[number]
        path = self.folder.path()
        return sticks.place(path) if path is not None else None


@dataclass(frozen=True)
class Column:
    """One column of a plain table. `tone` names the colour of a cell (good, attention, wrong, quiet), None for ink."""

    title: str
    text: Callable[[Any], str]
    tone: Callable[[Any], str | None] = lambda _: None
    right: bool = False
    width: int | None = None


class Rows(QAbstractTableModel):
    """Plain values as a table: one object a row, columns that know what to show of it."""

    def __init__(self, columns: Sequence[Column], rows: Iterable[Any] = ()) -> None:
        super().__init__()
        self.columns, self.rows = tuple(columns), list(rows)

    def put(self, rows: Iterable[Any], columns: Sequence[Column] | None = None) -> None:
        """Shows other rows, and in other columns where they are given."""
        self.beginResetModel()
        self.rows = list(rows)
        if columns is not None:
            self.columns = tuple(columns)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(self.columns[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        one, row = self.columns[index.column()], self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return one.text(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(one)
        if role == Qt.ItemDataRole.ForegroundRole and (tone := one.tone(row)) is not None:
            return QColor(getattr(theme.now(), tone))
        return None


class TickRows(Rows):
    """Rows of which each can be ticked in its first column."""

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__(columns)
        self._off: set[Any] = set()

    def put_ticked(self, rows: Iterable[Any]) -> None:
        """Shows other rows; what was unticked stays so."""
        self.put(rows)

    def ticked(self) -> list[Any]:
        """The rows that are ticked, in order."""
        return [one for one in self.rows if one not in self._off]

    def flags(self, index: Index) -> Qt.ItemFlag:
        ticks = Qt.ItemFlag.ItemIsUserCheckable if index.column() == 0 else Qt.ItemFlag.NoItemFlags
        return super().flags(index) | ticks

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if index.isValid() and index.column() == 0 and role == Qt.ItemDataRole.CheckStateRole:
            off = self.rows[index.row()] in self._off
            return Qt.CheckState.Unchecked if off else Qt.CheckState.Checked
        return super().data(index, role)

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or not index.isValid():
            return False
        one = self.rows[index.row()]
        if Qt.CheckState(value) == Qt.CheckState.Checked:
            self._off.discard(one)
        else:
            self._off.add(one)
        self.dataChanged.emit(index, index, [role])
        return True


def alignment(column: Column) -> int:
    """Numbers stand to the right, all else to the left."""
    side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)


class Ground(QStyledItemDelegate):
    """Paints the ground of a cell that has one, which the style sheet's items would leave out, and keeps a word's
    colour in the row that is selected."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        if (tone := index.data(Qt.ItemDataRole.ForegroundRole)) is not None:
            option.palette.setBrush(QPalette.ColorRole.HighlightedText, QBrush(tone))  # type: ignore[attr-defined]

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        ground = index.data(Qt.ItemDataRole.BackgroundRole)
        if ground is not None:
            painter.fillRect(option.rect, ground)  # type: ignore[attr-defined]
        super().paint(painter, option, index)


def dress(view: QTableView) -> None:
    """The look of every table that stands on a page or in a wizard: quiet, one line a row, read and not typed into."""
    view.setItemDelegate(Ground(view))
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setTabKeyNavigation(False)
    view.setFrameShape(QTableView.Shape.NoFrame)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.verticalHeader().hide()
    view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    view.verticalHeader().setDefaultSectionSize(theme.now().row)
    view.horizontalHeader().setHighlightSections(False)


def table(model: Rows, *, select: bool = False, wrapped: bool = False, view: QTableView | None = None) -> QTableView:
    """A quiet table over plain rows, its columns as wide as what stands in them; the last takes the room that is left.

    With `wrapped` long sentences take several lines. `view` is dressed if given.
    """
    view = view or QTableView()
    view.setModel(model)
    dress(view)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(
        QAbstractItemView.SelectionMode.SingleSelection if select else QAbstractItemView.SelectionMode.NoSelection
    )
    header = view.horizontalHeader()
    header.setStretchLastSection(True)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    Fitted(view, lambda place: model.columns[place].width, wrapped=wrapped)
    return view


class Choices(QWidget):
    """A row of answers, of which one or none is taken; the arrow keys move between them."""

    changed = Signal(str)

    def __init__(self, answers: Sequence[tuple[str, str]], chosen: str | None = None) -> None:
        super().__init__()
        self.group = QButtonGroup(self)
        self.buttons = {key: Chip(title) for key, title in answers}
        for choice in self.buttons.values():
            self.group.addButton(choice)
        self.setLayout(row(*self.buttons.values(), gap=4))
        if chosen is not None:
            self.buttons[chosen].setChecked(True)
        self.group.buttonToggled.connect(self._toggled)

    def _toggled(self, _: Any, on: bool) -> None:
        if on and (key := self.chosen()) is not None:
            self.changed.emit(key)

    def chosen(self) -> str | None:
        """The answer that is taken."""
        return next((key for key, one in self.buttons.items() if one.isChecked()), None)

    def choose(self, key: str) -> None:
        """Takes an answer."""
        self.buttons[key].setChecked(True)


class OptionCard(Card):
    """One of a few ways to go on, with a sentence on whom it is for; a double click takes it and goes on."""

    taken = Signal()

    def __init__(self, title: str, text: str) -> None:
        super().__init__(gap=2)
        self.choice = QRadioButton(title)
        self.choice.setFont(theme.font(theme.now().head, bold=True))
        self.body.addWidget(self.choice)
        words = label(text, "quiet", wrap=True)
        words.setContentsMargins(26, 0, 0, 0)
        self.body.addWidget(words)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.choice.setChecked(True)
        self.choice.setFocus()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.taken.emit()
