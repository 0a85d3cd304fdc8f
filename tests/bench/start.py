"""From the start of the process to the first paint of the window, beside a bare PySide6 window; and from the passphrase
to the first rows of the roster. The passphrase is typed a second and a half after the window is there, as a quick
person would.

Every process says when it got there by printing the time; this one knows when it started it."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.data import PASSPHRASE, county
from tests.bench.measure import Line, at_most, show, within

MEMBERS_OF_A_TOWNSHIP = 2_000
TIMES = 7

BARE = """
import sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        print("painted", time.time(), flush=True)
        QTimer.singleShot(0, application.quit)
application = QApplication(sys.argv)
window = Window()
window.resize(1366, 768)
window.show()
sys.exit(application.exec())
"""

OURS = """
import sys, time
from pathlib import Path
from PySide6.QtCore import QTimer
from ui.shell import application

class Window(application.MainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        if not hasattr(self, "painted"):
            self.painted = True
            print("painted", time.time(), flush=True)
            QTimer.singleShot(0 if len(sys.argv) < 3 else 1500, self.type)

    def type(self):
        if len(sys.argv) < 3:
            self.close()
            return
        self.opening.passphrase.setText(sys.argv[2])
        self.typed = time.time()
        self.opening.open()

    def show_desktop(self, place=""):
        super().show_desktop("member")
        self.watch = QTimer(self, interval=5)
        self.watch.timeout.connect(self.usable)
        self.watch.start()

    def usable(self):
        table = self.layers.currentWidget().go("member").view.table
        if table.rowCount() and table.index(0, 0).data():
            print("usable", time.time() - self.typed, flush=True)
            self.watch.stop()
            self.close()

app = application.prepare(sys.argv[:1])
window = Window(Path(sys.argv[1]))
window.show()
sys.exit(app.exec())
"""


def run() -> bool:
    """Prints the table; whether the budgets are kept."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "township"
        county(folder, MEMBERS_OF_A_TOWNSHIP, townships=1)
        bare, ours, usable = [], [], []
        for _ in range(TIMES):  # in turn, so that a busy moment of the machine meets both
            bare.append(_said("painted", BARE))
            ours.append(_said("painted", OURS, str(folder)))
            usable.append(_said("usable", OURS, str(folder), PASSPHRASE))
    lines = [
        at_most("started and painted", statistics.median(ours), statistics.median(bare), 2),
        within("from the passphrase to the roster's rows", statistics.median(usable), None, 2000),
        Line("  the quickest of them", min(usable)),
    ]
    show("Starting", "bare window", lines)
    return all(line.kept is not False for line in lines)


def _said(word: str, script: str, *arguments: str) -> float:
    """Milliseconds from the start of the process (for `usable`: from the passphrase) until it prints the word."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    started = time.time()
    run = subprocess.run(
        [sys.executable, "-c", script, *arguments], env=environment, check=True, capture_output=True, text=True
    )
    said = dict(line.split() for line in run.stdout.splitlines())
    return (float(said[word]) - (started if word == "painted" else 0)) * 1000
