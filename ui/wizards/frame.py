"""What every wizard looks like: its steps across the top, one page at a time, what is wrong above the buttons, and long
work shown where it can be stopped."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from db.errors import Refusal
from ui.background import Desk, Progress, Task
from ui.wizards.parts import button, label, set_role

if TYPE_CHECKING:
    from app.workspace import Workspace

T = TypeVar("T")


class Steps(QWidget):
    """The steps of a wizard: those behind are ticked, the present one stands out."""

    def __init__(self, titles: Sequence[str]) -> None:
        super().__init__()
        self.titles = tuple(titles)
        self.labels = [QLabel() for _ in titles]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for place, one in enumerate(self.labels):
            if place:
                row.addWidget(label("›", "quiet"))
            row.addWidget(one)
        row.addStretch()
        self.at(0)

    def at(self, step: int) -> None:
        """Marks the present step."""
        for place, (one, title) in enumerate(zip(self.labels, self.titles, strict=True)):
            one.setText(f"✓ {title}" if place < step else f"{place + 1}  {title}")
            set_role(one, "step-done" if place < step else "step-now" if place == step else "step")
        self.setAccessibleName(f"第 {step + 1} 步，共 {len(self.titles)} 步：{self.titles[step]}")


class Wizard(QWidget):
    """A wizard's frame. A subclass fills `pages` and answers `entered`, `next_step`.

    `closed` is emitted when the person is done or leaves; `busy` holds while long work runs.
    """

    closed = Signal()

    def __init__(self, desk: Desk, title: str, steps: Sequence[str]) -> None:
        super().__init__()
        self.desk, self.step = desk, 0
        self.task: Task | None = None
        self.title = label(title, "title")
        self.subtitle = label("", "quiet")
        self.steps = Steps(steps)
        self.pages = QStackedWidget()
        self.message = label("", "wrong")
        self.message.setWordWrap(True)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.message.hide()
        self.doing = label("", "quiet")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.stop = button("取消")
        self.stop.clicked.connect(self.cancel)
        self.running = QWidget()
        row = QHBoxLayout(self.running)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.doing)
        row.addWidget(self.bar, 1)
        row.addWidget(self.stop)
        self.running.hide()
        self.back = button("上一步")
        self.back.clicked.connect(self.previous_step)
        self.leave = button("退出")
        self.leave.clicked.connect(self.closed)
        self.side = button("")
        self.side.hide()
        self.next = button("下一步", primary=True)
        self.next.clicked.connect(self.next_step)
        footer = QHBoxLayout()
        footer.setSpacing(12)
        for one in (self.leave, self.back):
            footer.addWidget(one)
        footer.addStretch()
        footer.addWidget(self.side)
        footer.addWidget(self.next)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 14)
        layout.setSpacing(10)
        head = QVBoxLayout()
        head.setSpacing(2)
        head.addWidget(self.title)
        head.addWidget(self.subtitle)
        layout.addLayout(head)
        layout.addWidget(self.steps)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.message)
        layout.addWidget(self.running)
        layout.addLayout(footer)

    # ---------------------------------------------------------------- steps

    def go(self, step: int) -> None:
        """Shows a step."""
        self.step = step
        self.say("")
        self.steps.at(step)
        self.pages.setCurrentIndex(step)
        self.back.setVisible(step > 0)
        self.entered(step)
        self.refresh()

    def entered(self, step: int) -> None:
        """Called when a step is shown: set the buttons, fetch what it shows."""

    def next_step(self) -> None:
        """The primary button."""
        self.go(self.step + 1)

    def previous_step(self) -> None:
        """One step back; nothing that was chosen is lost."""
        if not self.busy and self.step:
            self.go(self.step - 1)

    def refresh(self) -> None:
        """Sets the buttons by what is chosen and whether work runs."""
        for one in (self.back, self.leave, self.side, self.next):
            one.setEnabled(not self.busy)
        self.pages.setEnabled(not self.busy)
        if not self.busy:
            self.next.setEnabled(self.ready())

    def ready(self) -> bool:
        """Whether the primary button may be pressed at this step."""
        return True

    def say(self, sentence: str, role: str = "wrong") -> None:
        """Says a sentence above the buttons; nothing takes it away."""
        set_role(self.message, role)
        self.message.setText(sentence)
        self.message.setVisible(bool(sentence))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.next.isEnabled() and self.next.isVisible():
            self.next.click()
        elif event.key() == Qt.Key.Key_Escape and self.busy:
            self.cancel()
        else:
            super().keyPressEvent(event)

    # ---------------------------------------------------------------- long work

    @property
    def busy(self) -> bool:
        """Whether long work runs."""
        return self.task is not None

    def run(self, says: str, do: "Callable[[Workspace, Progress], T]", then: Callable[[T], None]) -> None:
        """Runs long work on the store and shows it; `then` gets its result. What goes wrong is said above the buttons."""
        self._show(self.desk.long(do, self._then(then), self._failed), says)

    def run_aside(self, says: str, do: Callable[[Progress], T], then: Callable[[T], None]) -> None:
        """Runs long work that needs no open workspace."""
        self._show(self.desk.aside(do, self._then(then), self._failed), says)

    def _show(self, task: Task, says: str) -> None:
        self.task = task
        task.progress.connect(self._progress)
        self.say("")
        self.doing.setText(says)
        self.bar.setRange(0, 0)
        self.stop.setEnabled(True)
        self.running.show()
        self.refresh()

    def _then(self, then: Callable[[T], None]) -> Callable[[T], None]:
        def done(result: T) -> None:
            self._ended()
            then(result)
            self.refresh()

        return done

    def _failed(self, refusal: Refusal) -> None:
        self._ended()
        self.failed(refusal)
        self.refresh()

    def _progress(self, done: int, total: int, says: str) -> None:
        self.bar.setRange(0, max(total, 0))
        self.bar.setValue(done)
        if says:
            self.doing.setText(says)

    def cancel(self) -> None:
        """Stops long work; nothing half-done stays."""
        if self.task is not None:
            self.stop.setEnabled(False)
            self.doing.setText("正在停下…")
            self.task.cancel()

    def _ended(self) -> None:
        self.task = None
        self.running.hide()

    def failed(self, refusal: Refusal) -> None:
        """Says what went wrong with long work."""
        self.say(refusal.message, "quiet" if refusal.reason == "cancelled" else "wrong")
