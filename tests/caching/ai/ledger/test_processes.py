"""Several real processes: the sums are exact, whichever of them is killed."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from caching.ai.ledger import days
from caching.ai.ledger.accounts import Counts
from tests.programs import PATIENCE_SECONDS, Program

HITS = 500


class Poster(Program):
    def __init__(self, prefix: str, folder: Path) -> None:
        super().__init__("tests.caching.ai.ledger.poster", prefix, folder, HITS)

    def do(self, what: str) -> None:
        self.tell(what)
        if what != "end":
            assert self.hear() == "done"


@pytest.fixture
def start(redis_key_prefix: str, tmp_path: Path) -> Iterator[Callable[[int], list[Poster]]]:
    """`start(count)`: so many processes, each of which has posted HITS hits and brought none."""
    started: list[Poster] = []

    def starter(count: int) -> list[Poster]:
        started.extend(Poster(redis_key_prefix, tmp_path) for _ in range(count))
        assert [poster.hear() for poster in started] == ["posted"] * count
        return started

    yield starter
    for poster in started:
        poster.kill()


def hits() -> Counts:
    """Of the day on which the processes ran; it may have ended in the midst."""
    today = days.datetime.now(days.UTC).date()
    found = days.in_redis([today, today - days.timedelta(days=1)])
    return sum(found.values(), Counts())


def test_four_processes_one_of_them_killed(start: Callable[[int], list[Poster]], tmp_path: Path) -> None:
    killed, *others = start(4)
    killed.do("flush")
    assert hits().hit_requests == HITS
    killed.do("post")
    killed.process.send_signal(signal.SIGKILL)
    killed.process.wait(PATIENCE_SECONDS)
    for poster in others:
        poster.do("flush")
        poster.do("post")
        poster.do("adopt")
        poster.do("end")
        assert poster.process.wait(PATIENCE_SECONDS) == 0
    whole = 4 * HITS + 4
    assert hits() == Counts(
        hit_requests=whole,
        saved_input_tokens=whole * 1000,
        saved_cached_input_tokens=whole * 400,
        saved_output_tokens=whole * 200,
    )
    assert list(tmp_path.glob("*/*")) == []
