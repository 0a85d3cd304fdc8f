"""The manual, opened by F1 at the page one is on."""

from importlib.resources import files
from importlib.resources.abc import Traversable

from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QDialog, QTextBrowser, QWidget

from ui.shell.widgets import column

INDEX = "index"


def _folder() -> Traversable:
    return files("resources") / "manual"


def exists() -> bool:
    """Whether there is a manual."""
    return (_folder() / f"{INDEX}.md").is_file()


def page(id: str) -> str:
    """The name of the file that tells about a page; the first page of the manual where there is none of its own."""
    return id if (_folder() / f"{id}.md").is_file() else INDEX


def open_at(id: str, parent: QWidget) -> QDialog:
    """Opens the manual beside the window."""
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle("使用手册")
    dialog.resize(760, 640)
    browser = QTextBrowser()
    browser.setSearchPaths([str(_folder())])
    browser.setOpenExternalLinks(False)
    browser.document().setDocumentMargin(20)
    browser.setSource(QUrl.fromLocalFile(str(_folder() / f"{page(id)}.md")))
    dialog.setLayout(column(browser))
    dialog.show()
    return dialog
