"""Several real processes: the sums are exact, and a killed one has lost only what it had not brought."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from caching.ai.ledger import days
from caching.ai.ledger.accounts import Counts

START_SECONDS = 120
HITS = 500


class Poster:
    def __init__(self, prefix: str) -> None:
        self.program = subprocess.Popen(
            [sys.executable, "-m", "tests.caching.ai.ledger.poster", prefix, str(HITS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=dict(os.environ),
        )

    def read(self) -> str:
        assert self.program.stdout is not None
        return self.program.stdout.readline().strip()

    def do(self, what: str) -> None:
        assert self.program.stdin is not None
        self.program.stdin.write(f"{what}\n")
        self.program.stdin.flush()
        if what != "end":
            assert self.read() == "done"


@pytest.fixture
def start(redis_key_prefix: str) -> Iterator[Callable[[int], list[Poster]]]:
    """`start(count)`: so many processes, each of which has posted HITS hits and brought none."""
    started: list[Poster] = []

    def starter(count: int) -> list[Poster]:
        started.extend(Poster(redis_key_prefix) for _ in range(count))
        assert [poster.read() for poster in started] == ["posted"] * count
        return started

    yield starter
    for poster in started:
        poster.program.kill()
        poster.program.communicate(timeout=START_SECONDS)


def hits() -> Counts:
    """Of the day on which the processes ran; it may have ended in the midst."""
    today = days.datetime.now(days.UTC).date()
    found = days.in_redis([today, today - days.timedelta(days=1)])
    return sum(found.values(), Counts())


def test_four_processes_one_of_them_killed_after_its_flush(start: Callable[[int], list[Poster]]) -> None:
    killed, *others = start(4)
    killed.do("flush")
    assert hits().hit_requests == HITS
    killed.do("post")
    killed.program.send_signal(signal.SIGKILL)
    killed.program.wait(START_SECONDS)
    for poster in others:
        poster.do("flush")
        poster.do("post")
        poster.do("end")
        assert poster.program.wait(START_SECONDS) == 0
    whole = 4 * HITS + 3
    assert hits() == Counts(
        hit_requests=whole,
        saved_input_tokens=whole * 1000,
        saved_cached_input_tokens=whole * 400,
        saved_output_tokens=whole * 200,
    )
