"""Tries fresh histories of the simulation for as long as one likes: `python -m tests.sync.soak SECONDS [SEED]`.

Prints the seed of each round before it starts, and in the end how often the histories met what. A failure prints the
shortest history found, step by step; the same seed finds it again.
"""

import random
import sys
import time

from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis.stateful import run_state_machine_as_test

from tests.sync.test_simulation import Offices
from tests.sync.world import MET

ROUND, STEPS = 10, 50
"""Histories in a round, and steps of a history."""

SOAK = settings(
    max_examples=ROUND,
    stateful_step_count=STEPS,
    deadline=None,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
    print_blob=False,
)


def main(seconds: float, first: int | None) -> None:
    """Rounds until the time is up; raises what the first failing history raises."""
    end, rounds = time.monotonic() + seconds, 0
    while rounds == 0 or time.monotonic() < end:
        number = first if first is not None and rounds == 0 else random.SystemRandom().randrange(2**32)
        print(f"round {rounds + 1}: seed {number}", flush=True)
        run_state_machine_as_test(seeded(number)(Offices), settings=SOAK)
        rounds += 1
    for what, number in sorted(MET.items(), key=lambda item: -item[1]):
        print(f"{number:7} {what}")
    print(f"{rounds} rounds of {ROUND} histories of up to {STEPS} steps: stores equal, no edit lost")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 600, int(sys.argv[2]) if len(sys.argv) > 2 else None)
