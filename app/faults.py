"""Our own faults: written to a log file without personal data, so that whoever mends the program can see where."""

import platform
import traceback
from importlib.metadata import version
from pathlib import Path

from platformdirs import user_log_path

from db import clock

KEPT_BYTES = 512 * 1024


def log_file() -> Path:
    """Where faults are written."""
    return user_log_path("siji", appauthor=False) / "faults.log"


def record(error: BaseException) -> Path | None:
    """Appends a fault to the log and returns the log's path, None when it cannot be written.

    What an exception says may quote a person's record, so only its kind and the places in our code are kept.
    """
    chain: list[str] = []
    one: BaseException | None = error
    while one is not None and len(chain) < 10:
        frames = traceback.extract_tb(one.__traceback__)
        places = [f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
        chain.append("\n".join([type(one).__qualname__, *places]))
        one = one.__cause__ or one.__context__
    head = f"{clock.now()} siji {version('siji')} Python {platform.python_version()} {platform.system()}"
    text = f"{head}\n" + "\n<-\n".join(chain) + "\n\n"
    file = log_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists() and file.stat().st_size > KEPT_BYTES:
            file.replace(file.with_suffix(".old.log"))
        with file.open("a", encoding="utf-8") as stream:
            stream.write(text)
    except OSError:
        return None
    return file
