"""What the desktop remembers on this computer: the last folder, the dress, a table's columns. Never a person's data."""

import os
from pathlib import Path

import msgspec
import platformdirs


class Columns(msgspec.Struct):
    """A table's columns in their order, with their widths in pixels."""

    names: list[str]
    widths: dict[str, int] = {}


class Memory(msgspec.Struct):
    """The file. What cannot be read is forgotten."""

    folder: str = ""
    dark: bool = False
    large: bool = False
    idle_minutes: int = 15
    columns: dict[str, Columns] = {}
    unfolded: list[str] | None = None
    """The systems that are unfolded in the navigation, the one used last first; None before anybody chose."""


def place() -> Path:
    """Where it is kept; `SIJI_CONFIG_DIR` names another folder."""
    chosen = os.environ.get("SIJI_CONFIG_DIR")
    if chosen:
        return Path(chosen) / "desktop.json"
    return Path(platformdirs.user_config_dir("siji", appauthor=False)) / "desktop.json"


def recall() -> Memory:
    """What was remembered last."""
    try:
        return msgspec.json.decode(place().read_bytes(), type=Memory)
    except (OSError, msgspec.DecodeError):
        return Memory()


def remember(memory: Memory) -> None:
    """Keeps it; where the folder cannot be written, it is not kept."""
    try:
        place().parent.mkdir(parents=True, exist_ok=True)
        temporary = place().with_suffix(".tmp")
        temporary.write_bytes(msgspec.json.encode(memory))
        temporary.replace(place())
    except OSError:
        return
