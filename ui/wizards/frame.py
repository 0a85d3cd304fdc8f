"""A wizard that works on the desk: the shared frame, with one method for what each step shows and long work that can
be followed and stopped."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QWidget

from db.errors import Refusal
from ui.background import Desk, Progress, Task
from ui.shell import widgets

if TYPE_CHECKING:
    from app.workspace import Workspace

T = TypeVar("T")


class Step(widgets.WizardPage):
    """One step. Its wizard decides what the primary button does here."""

    def __init__(self, title: str, forward: Callable[[], None], ready: Callable[[], bool]) -> None:
        super().__init__()
        self.step, self._forward, self._ready = title, forward, ready
        self.buttons: tuple[QPushButton, ...] = ()

    def ready(self) -> bool:
        return self._ready()

    def leave(self, go: Callable[[], None]) -> None:
        self._forward()

    def put(self, *parts: QWidget | int) -> None:
        """Adds parts from the top down; a 0 takes all that is left."""
        for part in parts:
            if isinstance(part, int):
                self.body.addStretch(1)
            else:
                self.body.addWidget(part)


class Flow(widgets.Wizard):
    """A wizard over the desk. A subclass fills `steps_of` and answers `entered`, `forward` and `ready`.

    While long work runs nothing but its own stop button can be pressed.

    Attributes:
        topic: the chapter of the manual about it.
    """

    topic = ""

    def __init__(self, desk: Desk, title: str, steps: Sequence[str]) -> None:
        self.desk, self._task, self._filled = desk, None, False
        self.parts = [Step(step, self.forward, self._may_go_on) for step in steps]
        super().__init__(title, "", self.parts)
        self.close_button.setText("退出")

    _task: Task | None

    def start(self) -> None:
        """Called when all steps are filled: shows the first."""
        self._filled = True
        self.go_to(0)

    def entered(self, place: int) -> None:
        """A step is shown: set its texts, fetch what it shows."""

    def forward(self) -> None:
        """The primary button of the present step."""
        self.go_to(self.place + 1)

    def ready(self) -> bool:
        """Whether the primary button may be pressed now."""
        return True

    def _may_go_on(self) -> bool:
        return self._filled and self.ready()

    def go_to(self, place: int) -> None:
        super().go_to(place)
        if self._filled:
            self.entered(place)
            self.refresh()

    def refresh(self) -> None:
        """Sets the buttons by what is chosen and whether work runs."""
        self._refresh()
        self.stack.setEnabled(not self.busy)
        self.close_button.setVisible(not self.written)
        for one in (self.back_button, self.close_button, self.next_button):
            one.setEnabled(not self.busy)
        if not self.busy:
            self.next_button.setEnabled(self.ready())

    @property
    def written(self) -> bool:
        """Whether the last step, which says what happened, is shown."""
        return self.place == len(self.parts) - 1

    def say(self, kind: str, sentence: str) -> None:
        """A sentence at the top: good, information, attention or wrong. It stays until the next step."""
        self.message.say(kind, sentence)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter leaves a field for the next one, presses a button that has the focus, and else goes on."""
        at = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if isinstance(at, QLineEdit):
                self.focusNextChild()
            elif isinstance(at, QPushButton) and not at.isCheckable():
                at.click()
            elif not isinstance(at, QComboBox) and self.next_button.isEnabled():
                self.next_button.click()
        elif event.key() == Qt.Key.Key_Escape and self._task is not None:
            self.progress.stop.click()
        else:
            super().keyPressEvent(event)

    # ---------------------------------------------------------------- long work

    @property
    def busy(self) -> bool:
        """Whether long work runs."""
        return self._task is not None

    def run(self, says: str, do: "Callable[[Workspace, Progress], T]", then: Callable[[T], None]) -> None:
        """Runs long work on the store; `then` gets its result, `failed` its refusal."""
        self._follow(self.desk.long(do, self._then(then), self._failed), says)

    def run_aside(self, says: str, do: Callable[[Progress], T], then: Callable[[T], None]) -> None:
        """Runs long work that needs no open workspace."""
        self._follow(self.desk.aside(do, self._then(then), self._failed), says)

    def _follow(self, task: Task, says: str) -> None:
        self._task = task
        self.message.hide()
        self.progress.follow(task, says)
        self.refresh()

    def _then(self, then: Callable[[T], None]) -> Callable[[T], None]:
        def done(result: T) -> None:
            self._task = None
            then(result)
            self.refresh()

        return done

    def _failed(self, refusal: Refusal) -> None:
        self._task = None
        self.failed(refusal)
        self.refresh()

    def failed(self, refusal: Refusal) -> None:
        """Says what went wrong with long work."""
        self.message.refuse(refusal)
