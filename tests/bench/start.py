"""From the start of the process to the first paint of the window, beside a bare PySide6 window; and from the passphrase
to the first page of usable records."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.data import PASSPHRASE, county
from tests.bench.measure import Line, median, show, within

MEMBERS_OF_A_TOWNSHIP = 2_000

BARE = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        QTimer.singleShot(0, application.quit)
application = QApplication(sys.argv)
window = Window()
window.show()
sys.exit(application.exec())
"""

RECORDS = """
import sys
from pathlib import Path
from app import listing
from app.ledgers.team import MEMBERS
from app.workspace import Workspace
with Workspace.open(Path(sys.argv[1]), sys.argv[2]) as workspace, workspace.read() as session:
    ids = listing.ids(session, MEMBERS, listing.Query())
    listing.rows(session, MEMBERS, ids[:40], MEMBERS.column_names)
"""


def run() -> bool:
    """Prints the table; whether the budgets are kept."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "township"
        county(folder, MEMBERS_OF_A_TOWNSHIP, townships=1)
        bare = median(lambda: _process(BARE))
        records = median(lambda: _process(RECORDS, str(folder), PASSPHRASE))
    lines = [
        Line("a bare PySide6 window, started and painted", bare),
        within("a process that opens and lists the members", records, bare, 2000),
    ]
    show("Starting", "bare window", lines)
    return all(line.kept is not False for line in lines)


def _process(script: str, *arguments: str) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run([sys.executable, "-c", script, *arguments], env=environment, check=True)
