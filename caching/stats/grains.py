"""How finely time is cut: the same counts stand in sheets of a minute, of ten, of an hour, of a quarter of a day and of a day
(UTC). Each is so many times the one before, so that a few large ones and some small ones make any time. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from caching.policy import DAY, HOUR, MINUTE


@dataclass(frozen=True, slots=True)
class Grain:
    """`kept_seconds`: how far back one can look."""

    name: str
    seconds: int
    kept_seconds: int


MINUTES: Final = Grain("minute", MINUTE, 3 * HOUR)
TEN_MINUTES: Final = Grain("ten", 10 * MINUTE, 2 * DAY)
HOURS: Final = Grain("hour", HOUR, 9 * DAY)
QUARTER_DAYS: Final = Grain("quarter", 6 * HOUR, 9 * DAY)
DAYS: Final = Grain("day", DAY, 9 * DAY)
GRAINS: Final = (MINUTES, TEN_MINUTES, HOURS, QUARTER_DAYS, DAYS)


def covering(start: int, end: int) -> Iterator[tuple[Grain, int]]:
    """The fewest sheets that are together the time from one whole minute (unix s) to another: for an hour, a day or a week
    at most 15. Where each begins."""
    while start < end:
        grain = next(
            each for each in reversed(GRAINS) if not start % each.seconds and start + each.seconds <= end
        )
        yield grain, start
        start += grain.seconds
