"""The manual, opened by F1 at the chapter about where one is."""

from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage, QResizeEvent, QTextCursor, QTextDocument
from PySide6.QtWidgets import QDialog, QTextBrowser, QWidget

from ui.shell.widgets import button, column, row

INDEX = "index"
MARGIN = 16
"""Pixels around a chapter."""

CHAPTERS: Mapping[str, str] = {
    "office": "organisation",
    "village": "organisation",
    "party_org": "organisation",
    "org_event": "organisation",
    "member": "members",
    "member_event": "members",
    "discipline": "members",
    "recruitment": "recruitment",
    "applicant": "recruitment",
    "applicant_step": "recruitment",
    "stagnant_village": "recruitment",
    "post": "posts",
    "post_assignment": "posts",
    "post_review": "posts",
    "cadre": "cadres",
    "pay_sheet": "pay",
    "pay_standard": "pay",
    "pay_slip": "pay",
    "budget": "pay",
    "care_case": "care",
    "care_fund": "care",
    "funding_sheet": "venues",
    "venue": "venues",
    "venue_project": "venues",
    "venue_funding": "venues",
    "venue_use": "venues",
    "cadre_appraisal": "village-team",
    "team_appraisal": "village-team",
    "cadre_departure": "village-team",
    "village_decision": "village-team",
    "training": "village-team",
    "training_attendance": "village-team",
    "facility": "facilities",
    "community_support": "facilities",
    "dispatch_log": "dispatch",
    "rectification": "rating",
    "demo_unit": "rating",
    "finance_agency": "rating",
    "skill": "rating",
    "branches": "rating",
    "reports": "reports",
    "enterprise_year": "enterprise",
    "meeting": "party-life",
    "dues": "party-life",
    "task": "responsibility",
    "duty": "responsibility",
    "duties": "responsibility",
    "month": "responsibility",
    "monthly_check": "responsibility",
    "bulletin": "responsibility",
    "inspection": "responsibility",
    "draw": "responsibility",
    "scoring": "responsibility",
    "indicator": "responsibility",
    "score": "responsibility",
    "assessment": "responsibility",
    "restriction": "responsibility",
}
"""The chapter of a place that shares one with others; any other place has a chapter of its own name."""


def folder() -> Path:
    """Where the chapters lie, one Markdown file each."""
    with as_file(files("resources") / "manual") as found:
        return found


def exists() -> bool:
    """Whether there is a manual."""
    return (folder() / f"{INDEX}.md").is_file()


def chapter(place: str) -> str:
    """The name of the chapter about a place: a ledger, a page, a wizard. The table of contents where there is none."""
    name = CHAPTERS.get(place, place)
    return name if (folder() / f"{name}.md").is_file() else INDEX


def titles() -> Mapping[str, str]:
    """What each ledger and page is called, by its id."""
    from app.ledgers.catalogue import LEDGERS  # not before the first window is painted
    from ui.pages.catalogue import PAGES

    return {one.id: one.title for one in LEDGERS.values()} | {one.id: one.called("county") for one in PAGES.values()}


class Browser(QTextBrowser):
    """Shows pictures no wider than itself, narrowed smoothly."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: set[QUrl] = set()
        self._width = 0

    def loadResource(self, kind: int, name: QUrl) -> Any:
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return super().loadResource(kind, name)
        self._shown.add(name)
        return self.picture(name)

    def picture(self, name: QUrl) -> QImage:
        """A picture as wide as there is room for."""
        picture = QImage(self.source().resolved(name).toLocalFile())
        ratio = self.devicePixelRatioF()
        room = round((self.viewport().width() - 2 * MARGIN) * ratio)
        if picture.width() > room > 0:
            picture = picture.scaledToWidth(room, Qt.TransformationMode.SmoothTransformation)
            picture.setDevicePixelRatio(ratio)
        return picture

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.viewport().width() == self._width:
            return
        self._width = self.viewport().width()
        document = self.document()
        for name in self._shown:
            document.addResource(QTextDocument.ResourceType.ImageResource.value, name, self.picture(name))
        if self._shown:
            document.markContentsDirty(0, document.characterCount())


class Manual(QDialog):
    """The manual in a window of its own, beside the other one."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("使用手册")
        self.resize(964, 680)
        self.browser = Browser()
        self.browser.setOpenExternalLinks(False)
        contents = button("目录", "mdi6.format-list-bulleted", then=lambda: self.turn_to(INDEX))
        back = button("后退", "mdi6.arrow-left", then=self.browser.backward)
        self.browser.backwardAvailable.connect(back.setEnabled)
        back.setEnabled(False)
        layout = column(row(contents, back, 0, gap=8), margins=(12, 10, 12, 12))
        layout.addWidget(self.browser, 1)
        self.setLayout(layout)

    def turn_to(self, place: str) -> None:
        """Shows the chapter about a place, from its own heading on where the chapter is about several."""
        self.browser.setSource(QUrl.fromLocalFile(str(folder() / f"{chapter(place)}.md")))
        document = self.browser.document()
        document.setDocumentMargin(MARGIN)
        if place not in CHAPTERS:
            return
        title = titles()[place]

        block = document.begin()
        while block.isValid():
            if block.blockFormat().headingLevel() == 2 and block.text() == title:
                self.browser.setTextCursor(QTextCursor(block))
                top = document.documentLayout().blockBoundingRect(block).top()
                self.browser.verticalScrollBar().setValue(round(top) - 8)
                return
            block = block.next()


def open_at(place: str, parent: QWidget) -> Manual:
    """Opens the manual at a place: a ledger's id, a page's, or a wizard's `topic`."""
    dialog = Manual(parent)
    dialog.show()  # laid out first, so that a heading can be scrolled to
    dialog.turn_to(place)
    return dialog
