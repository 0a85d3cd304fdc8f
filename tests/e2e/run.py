"""`make run`: the desktop on the demonstration county; with no display, the main job there on a virtual one, with
pictures of it."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.e2e import main_job
from tests.e2e.display import Hands, missing, reachable, virtual_display
from tests.e2e.person import ROOT, NotSeen, Person, Shots

DEMO, OUT = ROOT / "demo", ROOT / "out" / "run"


def main() -> int:
    """Opens the desk named by the first argument (the county's without one), or shows the job; the exit status."""
    desk = DEMO / (sys.argv[1] if len(sys.argv) > 1 and sys.argv[1] else "county")
    desks = sorted(one.name for one in DEMO.iterdir() if (one / "siji.toml").exists())
    if desk.name not in desks:
        print(f"run: there is no desk {desk.name}; there are: {' '.join(desks)}", file=sys.stderr)
        return 2
    if has_display():
        print(f"run: opening {desk.relative_to(ROOT)}; another desk with make run desk=… ({' '.join(desks)})")
        return subprocess.run([sys.executable, "-m", "ui", "--open", str(desk)], check=False).returncode
    print("run: no display here, so the main job runs on a virtual one; pictures of it go to out/run/", flush=True)
    if lacking := missing():
        print(
            f"run: a virtual display needs {' and '.join(lacking)}: sudo apt-get install xvfb xdotool", file=sys.stderr
        )
        return 1
    try:
        pictures = show()
    except NotSeen as stopped:
        print(f"run: the job stopped: {stopped}", file=sys.stderr)
        return 1
    print(f"run: done; {len(pictures)} pictures: {pictures[0].relative_to(ROOT)} … {pictures[-1].relative_to(ROOT)}")
    return 0


def has_display() -> bool:
    """Whether a window could be opened here."""
    if not sys.platform.startswith("linux") or os.environ.get("WAYLAND_DISPLAY"):
        return True
    return reachable(os.environ.get("DISPLAY", ""))


def show() -> list[Path]:
    """Does the main job on a copy of the demonstration, so that it can be shown again, and returns the pictures."""
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    shots = Shots(OUT)
    with tempfile.TemporaryDirectory(prefix="siji-run-") as temporary:
        place = Path(temporary)
        shutil.copytree(DEMO, place / "demo")
        papers = main_job.prepare(place / "demo", place)
        with virtual_display(place / "clerk.txt") as hers, virtual_display(place / "officer.txt") as his:
            clerk = Person(Hands(hers), place / "clerk", place / "clerk.pipe", shots)
            officer = Person(Hands(his), place / "officer", place / "officer.pipe", shots)
            try:
                main_job.walk(clerk, officer, papers)
            finally:
                clerk.goes_home()
                officer.goes_home()
    return sorted(OUT.glob("*.png"))


if __name__ == "__main__":
    raise SystemExit(main())
