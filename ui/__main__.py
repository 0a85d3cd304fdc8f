"""The command `siji`: with arguments the command line, without any the desktop."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.documents.paper import Paper

NO_DISPLAY = (
    "没有找到显示器，打不开桌面。请在有图形界面的电脑上运行；这里仍可使用命令行，例如 siji --help；"
    "没有屏幕也能画出每个页面：siji tour 工作目录 图片文件夹"
)


def main() -> None:
    """Starts what the arguments ask for and ends the process with its status."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["tour"]:
        from ui.tour import main as tour

        sys.exit(tour(arguments[1:]))
    if arguments and arguments[0] != "--open":
        from app.cli import main as command_line

        sys.exit(command_line(printer=pdf))
    sys.exit(desktop(Path(arguments[1]) if len(arguments) > 1 else None))


def pdf(paper: "Paper", out: Path) -> None:
    """Writes a document that the command line has laid out; only then is Qt loaded."""
    from ui.paper import write_pdf

    write_pdf(paper, out)


def display_missing() -> bool:
    """Whether this is a Linux without a screen, where Qt would end the process."""
    named = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    return sys.platform.startswith("linux") and not named


def desktop(folder: Path | None) -> int:
    """Runs the desktop until its window is closed; the exit status."""
    if display_missing():
        print(NO_DISPLAY, file=sys.stderr)
        return 3
    from ui.shell.application import run

    return run(folder)


if __name__ == "__main__":
    main()
