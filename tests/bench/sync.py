"""The hand-off of 50,000 members, and of ten times as many: first package out and in, then one with 500 changes; beside
SQLite's session extension (apsw) with the same age encryption, and Morango, which seals and sends nothing here. Every
step is a process of its own. Ours are encrypted stores, theirs plain files.

What is compared is CPU time. The budget is against a changeset applied to a bare table; the session also shows what the
ledger's own indexes cost it. A changeset is a table's rows and no more: no journal, checks, signature or totals.
"""

import json
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.bench.steps import CHANGED

MANY, TIMES = 50_000, 4
"""How many members, and how many times a changeset's CPU time the budget allows."""

Figures = dict[str, dict[str, float]]
LABELS = {"first out": "first package, out", "first in": "first package, in",
          "changes out": f"{CHANGED} changes, out", "changes in": f"{CHANGED} changes, in"}  # fmt: skip


def run(members: int = MANY) -> bool:
    """Prints the tables; whether the budgets are kept."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "few"
        few = _siji(folder, members)
        beside: dict[str, Figures] = {}
        if find_spec("apsw") is None or find_spec("morango") is None:
            print("apsw and morango are not installed (see `make bench`): no comparison")
        else:
            step("plain", folder)
            beside = {side: step(side, folder) for side in ("session", "session, indexed", "morango")}
        kept = _table(members, {"siji": few, **beside})
        many = _siji(Path(place) / "many", 10 * members)
    print(f"\n{10 * members:,} members beside {members:,}")
    print(f"{'':38} {'wall':>9} {'CPU':>17} {'growth':>7} {'peak':>17} {'growth':>7}")
    for name, label in LABELS.items():
        one, ten = few[name], many[name]
        memory = ten["peak"] / one["peak"]
        kept &= memory <= 2
        print(
            f"{label:38} {ten['wall']:7.2f} s {ten['cpu']:15.2f} s {ten['cpu'] / one['cpu']:7.1f}"
            f" {ten['peak']:14.0f} MB {memory:7.2f}  ≤ 2 × the memory {'kept' if memory <= 2 else 'BROKEN'}"
        )
    return kept


def _siji(folder: Path, members: int) -> Figures:
    print(f"making a township of {members:,} members …", flush=True)
    step("prepare", folder, str(members))
    found = {"first out": step("out", folder), "first in": step("in", folder)}
    step("change", folder)
    return {**found, "changes out": step("out", folder), "changes in": step("in", folder)}


def step(name: str, folder: Path, *more: str) -> Any:
    """What one step in a process of its own prints."""
    command = [sys.executable, "-m", "tests.bench.steps", name, str(folder), *more]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def _table(members: int, sides: dict[str, Figures]) -> bool:
    print(f"\nThe hand-off of {members:,} members{'':10} {'wall':>9} {'CPU':>9} {'peak':>9} {'file':>10}  CPU of siji")
    ours, kept = sides["siji"], True
    for name, label in LABELS.items():
        for side, figures in sides.items():
            one = figures[name]
            verdict = ""
            if side != "siji":
                ratio = ours[name]["cpu"] / one["cpu"]
                verdict = f"{ratio:5.1f} ×"
                if side == "session" and name.startswith("first"):
                    kept &= ratio <= TIMES
                    verdict += f"  ≤ {TIMES} × {'kept' if ratio <= TIMES else 'BROKEN'}"
            print(
                f"{label:22} {side:22} {one['wall']:7.2f} s {one['cpu']:7.2f} s {one['peak']:6.0f} MB"
                f" {one['bytes'] / 1e6:7.2f} MB  {verdict}".rstrip()
            )
    return kept
