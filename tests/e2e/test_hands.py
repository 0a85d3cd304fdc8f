"""Whether what is typed and clicked here arrives as it was meant: without that no other test of this folder is worth
anything."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.display import SIZE, Hands, virtual_display

pytestmark = pytest.mark.e2e

TYPED = "石桥镇党总支欧阳蕙兰，１３０“甲乙丙丁戊己庚辛壬癸”（子丑寅卯辰巳午未申酉戌亥）㐂𠮷 Wang, & 1 < 2; 130-12~!"
LINE = """
from PySide6.QtWidgets import QApplication, QLineEdit
app = QApplication([])
line = QLineEdit()
line.returnPressed.connect(app.quit)
line.show()
app.processEvents()
print(int(line.winId()), flush=True)
app.exec()
print(line.text(), line.size().width(), flush=True)
"""


def test_chinese_and_every_sign_arrive_as_typed(tmp_path: Path) -> None:
    with virtual_display(tmp_path / "xvfb.txt") as display:
        hands = Hands(display)
        env = {**hands.env, "QT_QPA_PLATFORM": "xcb", "PYTHONUTF8": "1"}
        command = [sys.executable, "-c", LINE]
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, encoding="utf-8") as program:
            assert program.stdout is not None
            window = int(program.stdout.readline())
            hands.place(window, 0, 0, *SIZE)
            hands.focus(window)
            hands.type(TYPED)
            hands.press("Return")
            arrived = program.stdout.read().rstrip("\n")
    assert arrived == f"{TYPED} {SIZE[0]}"
