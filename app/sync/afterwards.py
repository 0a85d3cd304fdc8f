"""What is kept and told once packages were taken in. Whatever goes wrong here, what came of them is told."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from app.sync import board, several
from app.sync.outcome import Outcome
from app.sync.several import Line
from app.workspace import Workspace
from db import clock
from db.errors import Refusal


@dataclass(frozen=True)
class Told:
    """A line for each package; the offices that have not reported this month; and what could not be kept or asked of
    the store, in a sentence each."""

    lines: tuple[Line, ...]
    late: tuple[str, ...]
    doubts: tuple[str, ...]


def keep(ws: Workspace, came: Sequence[Outcome]) -> list[str]:
    """Has the board remember which of them were refused; a sentence where it cannot."""
    doubts: list[str] = []
    with _sparing(doubts, "拒收情况没有记进“数据交换”"):
        several.remember_refused(ws, came)
    return doubts


def told(ws: Workspace, shown: Sequence[Outcome], came: Sequence[Outcome] = ()) -> Told:
    """What is to be said of packages, of which those that `came` were taken in just now."""
    doubts = keep(ws, came) if came else []
    lines, late = several.lines_alone(ws, shown), tuple[str, ...]()
    with _sparing(doubts, "没有和上次的数目比"):
        lines = several.lines(ws, shown)
        late = tuple(one.name for one in board.board(ws, clock.today()).late)
    return Told(lines, late, tuple(doubts))


@contextmanager
def _sparing(doubts: list[str], what: str) -> Iterator[None]:
    """Tells what goes wrong inside as a doubt."""
    try:
        yield
    except Exception as error:
        refusal = error if isinstance(error, Refusal) else several.fault(error, "telling of", "收下的包都在")
        doubts.append(f"{what}：{refusal.message}")
