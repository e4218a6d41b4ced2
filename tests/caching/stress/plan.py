"""What one process of a run has to do, handed to it as JSON, and the report that it leaves behind as JSON."""

import json
import time
from pathlib import Path
from typing import Any, Self

import msgspec

from tests.caching.stress.board import Board

LOOK_SECONDS = 0.002


class Plan(msgspec.Struct, kw_only=True):
    board: str
    report: str
    index: int
    seed: int
    faults: list[str] = []
    """Names of functions in `faults`."""

    @classmethod
    def parse(cls, text: str) -> Self:
        return msgspec.json.decode(text, type=cls)

    @property
    def board_path(self) -> Path:
        return Path(self.board)

    def wait_for_start(self, board: Board) -> None:
        Path(f"{self.report}.ready").touch()
        while not board.has_begun and not board.has_ended:
            time.sleep(LOOK_SECONDS)


class WriterPlan(Plan, kw_only=True):
    writes: int
    """It ends after these, or when the run has ended."""
    pause_seconds: float = 0.0
    weights: tuple[int, int, int, int, int] = (10, 3, 3, 1, 6)
    """How often: children, parents, labels, cascades, shared rows."""
    reads_own: bool = True
    killed_every: int = 0
    """The n-th commit is the last of a process: it is killed before POST, and a successor goes on. 0: never."""

    def rest(self, board: Board) -> None:
        until = time.monotonic() + self.pause_seconds
        while time.monotonic() < until and not board.has_ended:
            time.sleep(min(self.pause_seconds, LOOK_SECONDS))


class ReaderPlan(Plan, kw_only=True):
    near_reads: int = 0
    """This many reads of counters and children as fast as possible; 0: reads of all kinds until the run has ended."""
    hits_a_scope: int = 200
    threads: int = 1
    """They share the near cache and its connections."""
    tasks: int = 0
    """Coroutines of one event loop that read as well."""
    forks: int = 0
    """Children that the process forks after it has warmed its near cache; all of them read, and it too."""


def write_report(plan: Plan, **numbers: Any) -> None:
    path = Path(plan.report)
    partial = path.with_name(f"{path.name}.partial")  # forked readers have one each
    partial.write_text(json.dumps(numbers))
    partial.rename(path)
