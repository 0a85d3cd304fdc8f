"""A screen that nobody sees, and the hands in front of it: Xvfb, and xdotool for keys and mouse."""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

SIZE = (1366, 768)
"""The smallest screen that the program serves, in pixels."""


@contextmanager
def virtual_display(log: Path) -> Iterator[str]:
    """Starts an X server with one screen of `SIZE`, yields its name (`:7`), and stops it. `log` takes what it says.

    The server picks a free number itself and tells it when it can be used.
    """
    read_end, write_end = os.pipe()
    screen = f"{SIZE[0]}x{SIZE[1]}x24"
    command = ["Xvfb", "-displayfd", str(write_end), "-screen", "0", screen, "-nolisten", "tcp", "-noreset"]
    with log.open("w") as said:
        server = subprocess.Popen(command, pass_fds=[write_end], stdout=said, stderr=said)
    os.close(write_end)
    try:
        with os.fdopen(read_end) as told:
            number = told.readline().strip()
        if not number:
            raise RuntimeError(f"Xvfb did not start: {log.read_text()}")
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()


def missing() -> list[str]:
    """The programs of this module that the machine lacks."""
    return [name for name in ("Xvfb", "xdotool") if shutil.which(name) is None]


class Hands:
    """Keys and mouse on one display. Everything that a person does to the program passes here."""

    def __init__(self, display: str) -> None:
        self.display = display
        self.env: Mapping[str, str] = {**os.environ, "DISPLAY": display}
        self._keys: list[str] = []

    def _do(self, *words: str) -> str:
        done = subprocess.run(["xdotool", *words], env=self.env, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def type(self, text: str) -> None:
        """Types text into whatever has the focus, Chinese too."""
        self._engrave(text)
        self._do("type", "--delay", TYPING, "--", text)

    def _engrave(self, text: str) -> None:
        """Puts a text's Chinese characters on keys that the keyboard has no use for.

        xdotool would do so itself, one character at a time on one key, and a program that is busy for a moment then
        asks what the key means when it already means the next character.
        """
        new = list(dict.fromkeys(char for char in text if not char.isascii() and char not in self._keys))
        if not new:
            return
        self._keys = new if len(self._keys) + len(new) > len(SPARE_KEYS) else [*self._keys, *new]
        symbols = "".join(
            f"replace key <{key}> {{ [ U{ord(char):04X} ] }};\n"
            for key, char in zip(SPARE_KEYS, self._keys, strict=False)
        )
        keymap = KEYMAP.replace("SYMBOLS", symbols)
        command = ["xkbcomp", "-w", "0", "-", self.display]
        subprocess.run(command, env=self.env, input=keymap, text=True, check=True, capture_output=True)

    def press(self, keys: str) -> None:
        """Presses keys by their X names, one or several combinations: `Return`, `ctrl+z`, `Tab Tab`."""
        self._do("key", "--delay", TYPING, *keys.split())

    def click(self, x: int, y: int, times: int = 1) -> None:
        """Clicks with the left button at a place on the screen."""
        self._do("mousemove", str(x), str(y), "click", "--repeat", str(times), "--delay", "40", "1")

    def scroll(self, x: int, y: int, notches: int) -> None:
        """Turns the wheel over a place: down for a positive number."""
        button = "5" if notches > 0 else "4"
        self._do("mousemove", str(x), str(y), "click", "--repeat", str(abs(notches)), "--delay", "5", button)

    def focus(self, window: int) -> None:
        """Gives a window the keyboard, as a window manager does."""
        self._do("windowfocus", str(window))

    def close(self, window: int) -> None:
        """Asks a window to close, as the cross in its corner does."""
        close_window(self.display, window)

    def place(self, window: int, x: int, y: int, width: int, height: int) -> None:
        """Moves and sizes a window, as a window manager does."""
        self._do("windowmove", str(window), str(x), str(y), "windowsize", str(window), str(width), str(height))


class _ClientMessage(ctypes.Structure):
    """XClientMessageEvent, padded to the size of an XEvent."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
        ("padding", ctypes.c_long * 12),
    )


@contextmanager
def _connected(display: str) -> Iterator[tuple[ctypes.CDLL, int | None]]:
    """libX11 and its connection to a display, None when there is none to reach."""
    x = ctypes.CDLL("libX11.so.6")
    x.XOpenDisplay.restype = ctypes.c_void_p
    x.XInternAtom.restype = ctypes.c_ulong
    x.XInternAtom.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int)
    x.XSendEvent.argtypes = (ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_long, ctypes.c_void_p)
    x.XCloseDisplay.argtypes = (ctypes.c_void_p,)
    connection = x.XOpenDisplay(display.encode())
    try:
        yield x, connection
    finally:
        if connection:
            x.XCloseDisplay(connection)


def reachable(display: str) -> bool:
    """Whether there is an X server under this name."""
    try:
        with _connected(display) as (_, connection):
            return bool(display and connection)
    except OSError:  # no libX11, so no X
        return False


def close_window(display: str, window: int) -> None:
    """Sends the message by which a window manager asks a window to close (ICCCM 4.2.8.1); older xdotools cannot."""
    with _connected(display) as (x, connection):
        if not connection:
            raise RuntimeError(f"cannot reach the display {display}")
        protocols, delete = (x.XInternAtom(connection, name, 0) for name in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW"))
        message = _ClientMessage(type=33, window=window, message_type=protocols, format=32)
        message.data[0] = delete
        x.XSendEvent(connection, window, 0, 0, ctypes.byref(message))


TYPING = "2"
"""Milliseconds between keys."""

SPARE_KEYS = tuple(f"I{code}" for code in (*range(147, 191), *range(208, 256)))
"""Keys that X knows by number; those for players and browsers among them, which no program of ours asks for."""

KEYMAP = """
xkb_keymap {
    xkb_keycodes { include "evdev+aliases(qwerty)" };
    xkb_types { include "complete" };
    xkb_compat { include "complete" };
    xkb_symbols { include "pc+us+inet(evdev)"
SYMBOLS
    };
};
"""
