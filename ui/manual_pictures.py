"""Makes the pictures of the manual and of the README from the demonstration: `make pictures`.

The manual's are pages without the navigation, at the smallest screen we serve, as wide as the manual shows them; the
README's are the whole window. All are in few colours, so that together they stay small.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QWidget

    from ui.ledger.page import LedgerPage
    from ui.pages.scoring import ScoringPage

WIDTH = 880
"""Pixels across."""
COLOURS = 56
"""Of a picture's palette: enough for type that is smoothed."""
FULL = 768
MANUAL, WHOLE = "manual/pictures", "pictures"
"""The folders of the manual's pictures, and of the README's."""


@dataclass(frozen=True)
class Shot:
    """One picture: the page that is shown, at whose desk, and how much of it from the top, in pixels of the page."""

    name: str
    page: str
    county: bool = False
    height: int = FULL
    then: "Callable[[QWidget], object] | None" = None
    """Does something on the page first."""


def _form(page: "QWidget") -> None:
    ledger: LedgerPage = page  # type: ignore[assignment]
    ledger.add()


def _year_before(page: "QWidget") -> None:
    scoring: ScoringPage = page  # type: ignore[assignment]
    scoring.year.setCurrentIndex(1)
    scoring.refresh()


SHOTS = (
    Shot("workbench", "workbench"),
    Shot("ledger", "member", height=640),
    Shot("form", "member", height=640, then=_form),
    Shot("statistics", "statistics", height=560),
    Shot("posts", "post_assignment", height=460),
    Shot("cadres", "cadre", height=460),
    Shot("pay", "pay_sheet", height=560),
    Shot("funding", "funding_sheet", height=430),
    Shot("branches", "branches", height=560),
    Shot("rectification", "rectification", height=460),
    Shot("month", "month", height=420),
    Shot("duties", "duties", county=True, height=560),
    Shot("scoring", "scoring", county=True, height=640, then=_year_before),
    Shot("exchange", "exchange", county=True, height=460),
)
SCENES = {"excel-3": "excel", "hand-over-1": "hand-over", "take-in-3": "take-in"}
"""Of the wizards: a scene's name and the picture's."""
WINDOWS = (("ledger", "member", False), ("excel", "excel-3", False), ("taking-in", "take-in-3", True))
"""The README's: the picture's name, the page or the scene, and whether at the county's desk."""


def main(arguments: list[str]) -> int:
    """`demo` and the folder of resources, which has one of pictures and one of the manual's; the exit status."""
    if len(arguments) != 2:
        print("用法：python -m ui.manual_pictures 演示县 资源文件夹", file=sys.stderr)
        return 2
    demo, out = Path(arguments[0]), Path(arguments[1])
    for one in (out / MANUAL, out / WHOLE):
        one.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as own:  # nothing that a person chose for the desktop
        from ui.tour import off_screen

        off_screen(Path(own))
        from ui.shell.application import prepare

        app = prepare(["siji"])
        township = min(one for one in demo.iterdir() if one.name != "county" and one.is_dir())
        made = _take(township, out, county=False) + _take(demo / "county", out, county=True)
        app.quit()
    print(f"{len(made)} 张，共 {sum(one.stat().st_size for one in made) // 1024} KB", file=sys.stderr)
    return 0


def _take(folder: Path, out: Path, *, county: bool) -> list[Path]:
    from app.ledgers.catalogue import LEDGERS
    from app.workspace import Workspace
    from ui.background import Desk, Opened
    from ui.ledger.page import LedgerPage
    from ui.shell.window import Desktop
    from ui.tour import HEIGHT, WIDTH, settle, wait
    from ui.wizards.scenes import wizard_scenes

    made: list[Path] = []
    desk = Desk()
    opened: list[Opened] = []
    desk.open(lambda: Workspace.open(folder), opened.append)
    wait(lambda: bool(opened))
    try:
        window = Desktop(desk)
        window.resize(WIDTH, HEIGHT)
        window.show()
        for shot in SHOTS:
            if shot.county != county:
                continue
            page = window.go(shot.page)
            settle(desk)
            if shot.then is not None:
                shot.then(page)
                settle(desk)
            made.append(_keep(window.stack.grab().toImage(), out / MANUAL / f"{shot.name}.png", shot.height))
            if isinstance(page, LedgerPage) and page.form is not None:
                page._leave_form()
        windows = {scene: out / WHOLE / f"{name}.png" for name, scene, at in WINDOWS if at == county}
        for page_id in [one for one in windows if one in LEDGERS]:
            window.go(page_id)
            settle(desk)
            made.append(_keep(window.grab().toImage(), windows[page_id], FULL, WIDTH))
        window.hide()
        window.deleteLater()
        settle(desk)
        for name, widget in wizard_scenes(desk):
            widget.resize(WIDTH, HEIGHT)
            widget.show()
            settle(desk)
            if county and name in SCENES:
                inner = widget.stack if isinstance(widget, Desktop) else widget
                made.append(_keep(inner.grab().toImage(), out / MANUAL / f"{SCENES[name]}.png", FULL))
            if name in windows:
                made.append(_keep(widget.grab().toImage(), windows[name], FULL, WIDTH))
            widget.hide()
    finally:
        desk.close()
    return made


def _keep(picture: "QImage", file: Path, height: int, wide: int = WIDTH) -> Path:
    """Writes a picture, cut off below `height`, narrowed, in a palette of its own."""
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QImage

    cut = picture.copy(0, 0, picture.width(), min(height, picture.height()))
    narrow = cut.scaledToWidth(wide, Qt.TransformationMode.SmoothTransformation)
    few = narrow.convertToFormat(QImage.Format.Format_RGB32).convertToFormat(
        QImage.Format.Format_Indexed8, _palette(narrow), Qt.ImageConversionFlag.ThresholdDither
    )
    few.save(str(file), "PNG", 0)
    return file


def _palette(picture: "QImage") -> list[int]:
    """The dress's own colours, and of the others those that are met most and differ from all before."""
    from collections import Counter

    from PySide6.QtGui import QColor, QImage

    from ui.shell import theme

    plain = picture.convertToFormat(QImage.Format.Format_RGB32)
    met: Counter[int] = Counter(memoryview(plain.constBits()).cast("I"))  # type: ignore[call-overload]
    dress = [QColor(one) for one in vars(theme.LIGHT).values() if isinstance(one, str)]
    found = [one for one in dict.fromkeys(colour.rgb() for colour in dress) if one in met]
    for step in (40, 24, 12):
        for colour, _ in met.most_common(4000):
            if len(found) < COLOURS and all(_apart(colour, other) >= step for other in found):
                found.append(colour)
    return found


def _apart(one: int, other: int) -> int:
    """How far two colours are apart: the greatest difference of red, green and blue."""
    return max(abs((one >> shift & 255) - (other >> shift & 255)) for shift in (0, 8, 16))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
