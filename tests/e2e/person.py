"""A person in front of the program: she sees what is on the screen, types, clicks, and waits as long as people do."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tests.e2e.display import SIZE, Hands

T = TypeVar("T")

PATIENCE = 40.0
"""Seconds that a person waits for something to appear before she says that it does not work."""
GLANCE = 40
"""Milliseconds of the program's own time between two looks at the screen."""


@dataclass(frozen=True)
class Thing:
    """Something on the screen that shows words or takes them; `rect` (x, y, width, height) is None while it is hidden
    behind something or scrolled away."""

    kind: str
    text: str
    rect: tuple[int, int, int, int] | None
    enabled: bool
    value: str = ""
    hint: str = ""
    name: str = ""
    focus: bool = False
    checked: bool = False
    chosen: bool = False
    whole: bool = True
    away: tuple[int, int, int] | None = None

    @property
    def words(self) -> str:
        """What can be read on it."""
        return self.value if self.kind == "field" else self.text

    @property
    def middle(self) -> tuple[int, int]:
        """Where a person clicks."""
        assert self.rect is not None
        x, y, width, height = self.rect
        return x + width // 2, y + height // 2


@dataclass(frozen=True)
class Sight:
    """All that is on the screen at one moment."""

    things: Sequence[Thing]
    focus: Thing | None
    keyboard: int

    def all(self, words: str, *kinds: str) -> list[Thing]:
        """What is called so, or shows these words, the best match first: the whole text, its beginning, a part."""
        wanted = [one for one in self.things if not kinds or one.kind in kinds]
        called = [one for one in wanted if words in (one.text, one.name)]
        begun = [one for one in wanted if one.text.startswith(words) or one.text.rstrip(" *＊：:") == words]
        within = [one for one in wanted if words in one.text or words in one.words or words == one.hint]
        found = list(dict.fromkeys((*map(id, called), *map(id, begun), *map(id, within))))
        by_id = {id(one): one for one in wanted}
        return [by_id[one] for one in found]

    def texts(self) -> str:
        """Everything that can be read, for the report of a test that failed."""
        lines = []
        for one in self.things:
            state = "" if one.enabled else " (off)"
            state += "" if one.rect is not None else " (out of view)"
            if one.kind == "field":
                lines.append(f"  field “{one.text}” = {one.value!r}{state}")
            elif one.text:
                lines.append(f"  {one.kind} {one.text!r}{state}")
        return "\n".join(lines)


class NotSeen(AssertionError):
    """What a person waited for did not come. The message holds all that she saw instead."""


class Person:
    """Starts the program on a display and works it by keys and mouse.

    `home` is where the program keeps its own settings, `shots` where pictures go (None for no pictures).
    """

    def __init__(self, hands: Hands, home: Path, pipe: Path, shots: "Shots | None" = None) -> None:
        self.hands, self.home, self.pipe, self.shots = hands, home, pipe, shots
        self.said = home / "said.txt"
        self.process: subprocess.Popen[bytes] | None = None
        self._placed: set[int] = set()

    # ---------------------------------------------------------------- the program

    def starts(self, *arguments: str | Path) -> "Person":
        """Starts the program and waits for its window."""
        self.pipe.unlink(missing_ok=True)
        self._placed.clear()
        self.home.mkdir(parents=True, exist_ok=True)
        own = {"HOME": str(self.home), "QT_QPA_PLATFORM": "xcb", "QT_LOGGING_RULES": "", "LC_ALL": "C.UTF-8"}
        own |= {f"XDG_{name}_HOME": str(self.home / name.lower()) for name in ("CONFIG", "DATA", "CACHE", "STATE")}
        command = [sys.executable, "-m", "tests.e2e.watched", str(self.pipe), *map(str, arguments)]
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(
                command, env={**self.hands.env, **own}, cwd=ROOT, stdout=said, stderr=said, stdin=subprocess.DEVNULL
            )
        self._connect()
        self.waits(lambda sight: sight.keyboard, "a window")
        return self

    def _connect(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + PATIENCE
        connection = socket.socket(socket.AF_UNIX)
        while True:
            try:
                connection.connect(str(self.pipe))
                break
            except (FileNotFoundError, ConnectionRefusedError):
                try:
                    self.process.wait(0.02)
                except subprocess.TimeoutExpired:
                    if time.monotonic() < deadline:
                        continue
                raise NotSeen(f"the program did not start:\n{self.told()}") from None
        connection.settimeout(2 * PATIENCE)
        self._lines = connection.makefile("rw", encoding="utf-8")
        connection.close()  # the file keeps it open

    def told(self) -> str:
        """What the program wrote on its standard output and standard error."""
        return self.said.read_text(encoding="utf-8", errors="replace") if self.said.exists() else ""

    def leaves(self) -> None:
        """Closes the window as its corner does and sees that the program ends well and without a complaint."""
        assert self.process is not None
        self.hands.close(self.sight(None).keyboard)
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise NotSeen(f"the program did not end; on the screen:\n{self.sight().texts()}") from None
        finally:
            self._forget()
        if status or self.told():
            raise NotSeen(f"the program ended with status {status} and said:\n{self.told()}")

    def is_cut_off(self) -> None:
        """The program is killed, as by a power cut."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self._forget()

    def goes_home(self) -> None:
        """Ends a program that still runs."""
        if self.process is not None:
            self.is_cut_off()

    def _forget(self) -> None:
        self._lines.close()
        self.process = None

    # ---------------------------------------------------------------- seeing

    def _ask(self, **question: Any) -> Any:
        try:
            self._lines.write(json.dumps(question) + "\n")
            self._lines.flush()
            answer = self._lines.readline()
        except (BrokenPipeError, ConnectionResetError):
            answer = ""
        except TimeoutError:
            raise NotSeen("the program no longer answers: its window's thread is stuck") from None
        if not answer:
            raise NotSeen(f"the program ended by itself:\n{self.told()}")
        said = json.loads(answer)
        if isinstance(said, dict) and "fault" in said:
            raise RuntimeError(said["fault"])
        return said

    def sight(self, words: str | None = "", after: int = 0) -> Sight:
        """What is on the screen `after` so many milliseconds: all, or only what shows these words; None: no things."""
        seen = self._ask(ask="look", words=words, after=after)
        focus = seen["focus"] and as_thing(seen["focus"])
        things = [as_thing(one) for one in seen["things"]]
        if seen["title"]:
            things.append(Thing("dialog" if seen["modal"] else "window", seen["title"], (0, 0, 0, 0), True))
        sight = Sight(things, focus, seen["keyboard"])
        self._manage(seen["keyboard"], seen["has_keyboard"])
        return sight

    def _manage(self, window: int, focused: int) -> None:
        """Does for a new window what a window manager would: the main one fills the screen, each gets the keyboard."""
        if window and window not in self._placed:
            if not self._placed:
                self.hands.place(window, 0, 0, *SIZE)
            self._placed.add(window)
        if window and focused != window:
            self.hands.focus(window)

    def waits(self, until: Callable[[Sight], T | None], what: str, words: str | None = None) -> T:
        """Looks for things with these words until something holds, and returns it. Raises `NotSeen` when it has not
        come in time."""
        deadline = time.monotonic() + PATIENCE
        sight = self.sight(words)
        while not (found := until(sight)):
            if time.monotonic() > deadline:
                picture = self.shots.next("到此为止") if self.shots is not None else self.pipe.with_suffix(".png")
                self._ask(ask="picture", file=str(picture))
                sight = self.sight()
                focus = f"the keyboard is at {sight.focus.kind} “{sight.focus.text}”" if sight.focus else "no focus"
                raise NotSeen(f"not seen: {what}; {focus}; picture: {picture}; on the screen:\n{sight.texts()}")
            sight = self.sight(words, GLANCE)
        return found

    def sees(self, words: str, *kinds: str) -> Thing:
        """Waits for words on the screen, and returns what shows them."""
        return self.waits(lambda sight: next(iter(in_view(sight.all(words, *kinds))), None), f"“{words}”", words)

    def picture(self, name: str) -> None:
        """Keeps a picture of the whole screen, numbered in the order of the work."""
        if self.shots is not None:
            self.sight(None, 2 * GLANCE)
            self._ask(ask="picture", file=str(self.shots.next(name)))

    # ---------------------------------------------------------------- doing

    def clicks(self, words: str, *kinds: str, times: int = 1) -> Thing:
        """Clicks on what is called so, once it is there and may be pressed; scrolls to it first.

        `kinds` narrows what it may be.
        """
        order = kinds or ("button", "tab", "action", "cell", "field", "part", "heading", "text")

        def choose(sight: Sight) -> Thing | None:
            found = [one for one in sight.all(words, *order) if one.enabled]
            best = sorted(found, key=lambda one: (words not in (one.text, one.name), order.index(one.kind)))
            if reached := [one for one in best if one.rect is not None and (one.whole or one.away is None)]:
                return reached[0]
            if hidden := [one for one in best if one.away is not None]:
                x, y, down = hidden[0].away or (0, 0, 0)
                self.hands.scroll(x, y, 1 if down > 0 else -1)
            return None

        found = self.waits(choose, f"“{words}” to click on", words)
        x, y = found.middle
        self.hands.click(x, y, times)
        return found

    def goes(self, system: str, page: str) -> None:
        """Goes to a page of the navigation, and unfolds its system first where that is folded away."""
        self.sees(system, "button")
        if not self.sight(page).all(page, "button"):
            self.clicks(system, "button")
        self.clicks(page, "button")

    def writes(self, label: str, text: str, shown: str | None = None) -> None:
        """Writes in the field of this name, over what stands there, and sees it there (as `shown` if it differs)."""
        self.clicks(label, "field")
        self.waits(lambda sight: sight.focus and sight.focus.kind == "focus", f"the keyboard in “{label}”")
        self.hands.press("ctrl+a")
        self.hands.type(text)
        self.reads(label, text if shown is None else shown)

    def reads(self, label: str, text: str) -> None:
        """Waits until the field of this name holds a text."""
        said = f"“{text}” in the field “{label}”"
        self.waits(lambda sight: any(one.value == text for one in sight.all(label, "field")), said, label)

    def types(self, text: str) -> None:
        """Types into whatever has the keyboard."""
        self.sight(None)
        self.hands.type(text)

    def presses(self, keys: str) -> None:
        """Presses keys: `Return`, `ctrl+z`, `Tab Tab`."""
        self.sight(None)
        self.hands.press(keys)

    def stands_in(self, label: str) -> None:
        """Waits until the keyboard is in the field of this name."""
        self.waits(
            lambda sight: sight.focus and sight.focus.text.rstrip(" *＊：:") == label, f"the keyboard in “{label}”"
        )


@dataclass
class Shots:
    """A folder for the pictures of one run, `01-…png` in order."""

    folder: Path
    taken: int = 0

    def next(self, name: str) -> Path:
        """Where the next picture goes."""
        self.taken += 1
        return self.folder / f"{self.taken:02}-{name}.png"


ROOT = Path(__file__).resolve().parents[2]


def as_thing(said: Mapping[str, Any]) -> Thing:
    """What the program says of one thing on its screen."""
    known = {name: said[name] for name in Thing.__dataclass_fields__ if name in said}
    for name in ("rect", "away"):
        known[name] = tuple(said[name]) if said.get(name) else None
    return Thing(**known)


def in_view(found: Sequence[Thing]) -> list[Thing]:
    """Those that can be seen and reached."""
    return [one for one in found if one.rect is not None]
