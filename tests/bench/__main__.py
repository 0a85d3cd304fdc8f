"""`python -m tests.bench [NAME …]`: prints the tables asked for, or all. Exit status 1 when a budget is broken."""

import importlib
import sys

NAMES = ("table", "excel", "start", "sync", "files", "server")


def main(wanted: list[str]) -> int:
    """Runs the measurements of these names."""
    unknown = [name for name in wanted if name not in NAMES]
    if unknown:
        print(f"no measurement {', '.join(unknown)}; there are: {', '.join(NAMES)}", file=sys.stderr)
        return 2
    kept = [importlib.import_module(f"tests.bench.{name}").run() for name in wanted or NAMES]
    return 0 if all(kept) else 1


sys.exit(main(sys.argv[1:]))
