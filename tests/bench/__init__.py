"""Measurements, outside the suite: `python -m tests.bench NAME` prints its table, as ratios taken in one run."""
