"""Five hundred megabytes of attachments: added, handed over, taken in, backed up, restored, written out, checked; every
step a process of its own, beside the same steps of the same office with no attachments. The stores are encrypted.

What is held is memory: what a step needs beyond the office without files stays under SQLite's own page cache for each
store that is open, whatever the files come to.
"""

import tempfile
from pathlib import Path

from tests.bench.sync import Figures, step

MEGABYTES, EACH = 500, 10
CACHE = 64
"""MB: the page cache of a connection (db/engine.py). An exporting process has one open, and so has each other one; a
backup's VACUUM has a second for the copy."""
ALLOWED = {"back up": 2 * CACHE}
STEPS = {
    "attach": "adding them",
    "out": "the package, out",
    "in": "the package, in",
    "back up": "a backup",
    "restore": "a backup restored",
    "write out": "all of them written out",
    "check": "siji check",
}


def run(megabytes: int = MEGABYTES) -> bool:
    """Prints the table; whether the budget is kept."""
    with tempfile.TemporaryDirectory() as place:
        without = _office(Path(place) / "without", 0)
    with tempfile.TemporaryDirectory() as place:
        with_files = _office(Path(place) / "with", megabytes)
    print(f"\n{megabytes} MB of attachments in files of {EACH} MB, beside an office without")
    print(f"{'':26} {'wall':>9} {'CPU':>9} {'file':>9} {'peak':>9} {'without':>9} {'more':>8}")
    kept = True
    for name, label in STEPS.items():
        one, none = with_files[name], without[name]
        more, limit = one["peak"] - none["peak"], ALLOWED.get(name, CACHE) * 1.1
        kept &= more <= limit
        print(
            f"{label:26} {one['wall']:7.1f} s {one['cpu']:7.1f} s {one['bytes'] / 1e6:6.0f} MB {one['peak']:6.0f} MB"
            f" {none['peak']:6.0f} MB {more:5.0f} MB  ≤ {limit:.0f} MB more {'kept' if more <= limit else 'BROKEN'}"
        )
    return kept


def _office(folder: Path, megabytes: int) -> Figures:
    print(f"an office with {megabytes} MB of attachments …", flush=True)
    step("prepare", folder, "100")
    return {name: step(name, folder, *([str(megabytes)] if name == "attach" else [])) for name in STEPS}
