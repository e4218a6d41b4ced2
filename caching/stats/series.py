"""The counts of all processes over time: the last hour by the minute, the last day by ten minutes, the last week by the hour."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from caching.stats import sheets
from caching.stats.numbers import Numbers
from caching.stats.sheets import HOURS, MINUTES, TEN_MINUTES, Grain


class Period(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


_SLOTS: Mapping[Period, tuple[Grain, int]] = {
    Period.HOUR: (MINUTES, 60),
    Period.DAY: (TEN_MINUTES, 144),
    Period.WEEK: (HOURS, 168),
}


@dataclass(frozen=True)
class Slot:
    """What happened from `at` (unix s) on, for so many seconds. The last slot of a series is not over yet."""

    at: int
    seconds: int
    by_kind: dict[str, Numbers]

    @cached_property
    def whole(self) -> Numbers:
        return total(self.by_kind.values())


@dataclass(frozen=True)
class Series:
    period: Period
    slots: tuple[Slot, ...]

    @cached_property
    def by_kind(self) -> dict[str, Numbers]:
        kinds = sorted({kind for slot in self.slots for kind in slot.by_kind})
        return {
            kind: total(slot.by_kind[kind] for slot in self.slots if kind in slot.by_kind) for kind in kinds
        }

    @cached_property
    def whole(self) -> Numbers:
        return total(slot.whole for slot in self.slots)


def read(period: Period, *, now: float | None = None) -> Series:
    """Up to this second, but for what the processes have not brought yet: at most `delivery.FLUSH_SECONDS`. Three round trips at most.

    Raises CacheUnavailable.
    """
    grain, count = _SLOTS[period]
    last = int(time.time() if now is None else now) // grain.seconds * grain.seconds
    starts = [last - grain.seconds * back for back in reversed(range(count))]
    found = sheets.read(grain, starts)
    return Series(
        period,
        tuple(Slot(at, grain.seconds, by_kind) for at, by_kind in zip(starts, found, strict=True)),
    )


def totals() -> dict[str, Numbers]:
    """By kind, since counting began. Raises CacheUnavailable."""
    return sheets.read_total()


def total(numbers: Iterable[Numbers]) -> Numbers:
    together = Numbers()
    for each in numbers:
        together.counts.update(each.counts)
    return together
