"""The random draw of villages for the county's inspection teams (随机抽查, seed §4): anyone can do it again.

There is no generator whose state could be doubted. Villages are put in the order of the SHA-256 of `seed/code`, so
that the same seed gives the same draw on every computer, and a doubter needs no more than `sha256sum`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

TEAMS = 5
A_TEAM = 2


@dataclass(frozen=True)
class Drawn:
    """A village that was drawn: for which team (1, 2, 3 …), and whose it is; by their codes."""

    team: int
    office: str
    village: str


def draw(villages: Mapping[str, Sequence[str]], seed: str, *, teams: int = TEAMS, a_team: int = A_TEAM) -> list[Drawn]:
    """Draws `a_team` villages for each team, as many of each office as its share of all villages.

    `villages` are the codes of the villages by the code of their office. The shares are whole numbers by the largest
    remainder; equal remainders are settled by the seed. Where there are fewer villages than asked for, all are drawn.
    The drawn are dealt to the teams in turn, so that no team has two more than another, and a team's villages lie in
    as many offices as can be.
    """
    known = {office: sorted(set(codes)) for office, codes in sorted(villages.items()) if codes}
    amount = min(teams * a_team, sum(map(len, known.values())))
    if amount <= 0:
        return []
    chosen: list[tuple[str, str]] = []
    for office, share in _shares({office: len(codes) for office, codes in known.items()}, amount, seed).items():
        order = sorted(known[office], key=lambda code: mark(seed, f"{office}/{code}"))
        chosen += [(office, code) for code in order[:share]]
    return [Drawn(place % teams + 1, office, code) for place, (office, code) in enumerate(chosen)]


def mark(seed: str, name: str) -> str:
    """What decides the order: the SHA-256 of `seed/name` in hexadecimal."""
    return hashlib.sha256(f"{seed}/{name}".encode()).hexdigest()


def _shares(sizes: Mapping[str, int], amount: int, seed: str) -> dict[str, int]:
    whole = sum(sizes.values())
    found = {office: amount * size // whole for office, size in sizes.items()}
    left = amount - sum(found.values())
    order = sorted(sizes, key=lambda office: (-(amount * sizes[office] % whole), mark(seed, office)))
    for office in order[:left]:
        found[office] += 1
    return {office: share for office, share in found.items() if share}
