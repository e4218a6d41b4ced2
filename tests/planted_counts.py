"""A week of counts of many kinds, as busy processes bring them: each kind with all outcomes, bytes and three durations."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator

from caching.policy import DAY, HOUR, MINUTE
from caching.stats import sheets
from caching.stats.cells import MOST_NAMES_A_BATCH, Batch
from caching.stats.numbers import READ, WRITTEN, Outcome, Timed, bucket_name, bucket_of, sum_name

_OUTCOMES = (Outcome.NEAR, Outcome.HIT, Outcome.ABSENT, Outcome.OUTDATED, Outcome.COMPUTED, Outcome.WAITED)
# Medians in seconds, and how often it is timed at a moment.
_TIMED = {Timed.NETWORK: (0.0004, 60), Timed.COMPUTED: (0.012, 20), Timed.WAITED: (0.008, 10)}
_PROCESS = "planted"


def plant_week(kinds: Iterable[str], *, now: float | None = None) -> int:
    """By the hour; of the last day by ten minutes, of the last hour by the minute. How many batches that were."""
    kinds, drawn, number = list(kinds), random.Random(7), 0
    last = time.time_ns()  # the numbers of a process only grow, and this may not be the first call
    for number, minute in enumerate(_minutes(time.time() if now is None else now)):
        amounts: Counter[str] = Counter()
        for rank, kind in enumerate(kinds, 1):
            _count(amounts, kind, rank, drawn)
        sheets.post(_PROCESS, Batch(last // 1000 + number, minute, amounts))
    return number + 1


def post_batches(kinds: list[str], count: int) -> None:
    """So many full ones of this minute, each with some counts of each of these kinds."""
    drawn, last = random.Random(9), time.time_ns() // 1000
    minute = int(time.time()) // MINUTE * MINUTE
    for number in range(count):
        amounts: Counter[str] = Counter()
        for kind in kinds:
            all_of: Counter[str] = Counter()
            _count(all_of, kind, 1, drawn)
            names = drawn.sample(sorted(all_of), min(len(all_of), MOST_NAMES_A_BATCH // len(kinds)))
            amounts.update({name: all_of[name] for name in names})
        sheets.post(_PROCESS, Batch(last + number, minute, amounts))


def _minutes(now: float) -> Iterator[int]:
    minute = int(now) // MINUTE * MINUTE
    yield from range(minute - 7 * DAY + HOUR, minute - DAY, HOUR)
    yield from range(minute - DAY + 10 * MINUTE, minute - HOUR, 10 * MINUTE)
    yield from range(minute - HOUR + MINUTE, minute + MINUTE, MINUTE)


def _count(amounts: Counter[str], kind: str, rank: int, drawn: random.Random) -> None:
    for outcome in _OUTCOMES:
        amounts[f"{kind} {outcome}"] = drawn.randrange(1, 100_000 // rank + 2)
    for bytes_moved in (READ, WRITTEN):
        amounts[f"{kind} {bytes_moved}"] = drawn.randrange(1_000_000)
    for timed, (median, times) in _TIMED.items():
        for _ in range(times):
            seconds = median * drawn.lognormvariate(0, 0.8)
            amounts[f"{kind} {bucket_name(timed, bucket_of(seconds))}"] += 1
            amounts[f"{kind} {sum_name(timed)}"] += round(seconds * 1_000_000)
