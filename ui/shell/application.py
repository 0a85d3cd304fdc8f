"""Starts the desktop: the window is painted first, then the worker loads the store's code and opens the folder."""

import sys
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QLibraryInfo, QLocale, QTimer, QTranslator
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QWidget

from ui.background import Desk, fault
from ui.shell import memory, theme
from ui.shell.opening import OpeningScreen

TITLE = "四基党建工作台"


class MainWindow(QMainWindow):
    """The opening screen or the first run, then the desktop."""

    def __init__(self, folder: Path | None) -> None:
        super().__init__()
        self.setWindowTitle(TITLE)
        self.resize(1366, 768)
        self.setMinimumSize(1000, 600)
        self.desk = Desk(self)
        self.layers = QStackedWidget()
        self.setCentralWidget(self.layers)
        self.desk.opened.connect(self._opened)
        last = memory.recall().folder
        self.folder = folder or (Path(last) if last and Path(last).is_dir() else None)
        if self.folder is not None:
            self.open_folder(self.folder)
        else:
            QTimer.singleShot(0, self.begin)

    def open_folder(self, folder: Path) -> None:
        """Opens a folder, asking for its passphrase if it has one."""
        self.opening = OpeningScreen(self.desk, folder)
        self.opening.elsewhere.connect(lambda: self.begin())
        self._show(self.opening)
        # the program loads while the person types, once the window has been painted
        QTimer.singleShot(0, self.opening.load if self.opening.waits else self.opening.open)

    def begin(self, way: str = "") -> None:
        """The first run: join, new, restore, demonstration; at one of these ways, if it is named."""
        from ui.wizards.first_run import FirstRun

        page = FirstRun(self.desk)
        if way:
            page.way_cards[way].choice.setChecked(True)
            page.go_to(1)
        page.closed.connect(self._left_first_run)
        self._show(page)

    def _left_first_run(self) -> None:
        from ui.wizards.first_run import FirstRun

        if self.desk.here is not None:
            if isinstance(self.layers.currentWidget(), FirstRun):  # what it opened is shown already
                self._opened()
        else:
            self.close()

    def _opened(self) -> None:
        assert self.desk.here is not None
        now = memory.recall()
        now.folder = str(self.desk.here.folder.resolve())
        memory.remember(now)
        self.setWindowTitle(f"{self.desk.here.office.name} · {TITLE}")
        self.show_desktop()

    def show_desktop(self, place: str = "") -> None:
        """The window over the open workspace."""
        from ui.shell.window import FIRST, Desktop

        desktop = Desktop(self.desk, place or FIRST)
        desktop.restyle.connect(self._restyle)
        desktop.elsewhere.connect(self.begin)
        desktop.open_folder.connect(self.open_folder)
        self._show(desktop)

    def _restyle(self) -> None:
        dress()
        self.show_desktop("settings")

    def _show(self, widget: QWidget) -> None:
        old = self.layers.currentWidget()
        self.layers.addWidget(widget)
        self.layers.setCurrentWidget(widget)
        if old is not None:
            self.layers.removeWidget(old)
            old.deleteLater()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.hide()
        self.desk.close()
        super().closeEvent(event)


def dress() -> None:
    """Puts on what was chosen last."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    now = memory.recall()
    theme.use(app, dark=now.dark, large=now.large)


def prepare(arguments: list[str]) -> QApplication:
    """The application: its face, Qt's own words in Chinese, and a hook for faults of ours."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(arguments)
    app.setApplicationName("siji")
    app.setApplicationDisplayName(TITLE)
    QLocale.setDefault(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
    translator = QTranslator(app)
    if translator.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(translator)
    dress()
    return app


def run(folder: Path | None) -> int:
    """Shows the window and runs until it is closed."""
    app = prepare(sys.argv[:1])
    window = MainWindow(folder)

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        window.desk.refused.emit(fault(error))

    sys.excepthook = hook
    window.show()
    return app.exec()
