"""The counts of all processes over time: the last hour by the minute, the last day by ten minutes, the last week by the hour.

Of each of these slots there is what all kinds did together; of each kind what it did in the whole time.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from caching.stats import sheets
from caching.stats.grains import HOURS, MINUTES, TEN_MINUTES, Grain, covering
from caching.stats.numbers import Numbers, total


class Period(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


_SLOTS: Mapping[Period, tuple[Grain, int]] = {
    Period.HOUR: (MINUTES, 60),
    Period.DAY: (TEN_MINUTES, 144),
    Period.WEEK: (HOURS, 168),
}


@dataclass(frozen=True, slots=True)
class Slot:
    """What happened from `at` (unix s) on, for so many seconds, to all kinds. The last slot of a series is not over yet."""

    at: int
    seconds: int
    whole: Numbers


@dataclass(frozen=True)
class Series:
    period: Period
    slots: tuple[Slot, ...]
    by_kind: Mapping[str, Numbers]

    @cached_property
    def whole(self) -> Numbers:
        return total(self.by_kind.values())


def read(period: Period, *, now: float | None = None) -> Series:
    """Up to this second, but for what the processes have not brought yet: at most `delivery.FLUSH_SECONDS`. One round trip.

    Raises CacheUnavailable.
    """
    grain, count = _SLOTS[period]
    last = int(time.time() if now is None else now) // grain.seconds * grain.seconds
    starts = [last - grain.seconds * back for back in reversed(range(count))]
    by_slot, by_kind = sheets.read(grain, starts, covering(starts[0], last + grain.seconds))
    slots = (Slot(at, grain.seconds, whole) for at, whole in zip(starts, by_slot, strict=True))
    return Series(period, tuple(slots), by_kind)


def totals() -> dict[str, Numbers]:
    """By kind, since counting began. Raises CacheUnavailable."""
    return sheets.read_total()
