"""Whether the cache earns its keep, in one answer: for the page, the command and the API, which therefore say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from caching.ai.ledger.report import Report, ledger_report
from caching.inspection.memory import ServerMemory, memory
from caching.inspection.samples import Sample, sample
from caching.stats import processes, series
from caching.stats.numbers import Numbers, total
from caching.stats.processes import Process
from caching.stats.series import Period, Slot

ALL: Final = "all"
PERIODS: Final[Mapping[str, Period | None]] = {**{str(period): period for period in Period}, ALL: None}
"""What people may ask for, by name. None: since counting began."""

LEDGER_DAYS: Final[Mapping[Period | None, int]] = {Period.HOUR: 1, Period.DAY: 1, Period.WEEK: 7, None: 30}
"""The ledger knows days and no hours: of the last hour and day it says what today (UTC) has been."""


@dataclass(frozen=True)
class Overview:
    """`period` None: since counting began, and then there are no slots."""

    period: Period | None
    slots: tuple[Slot, ...]
    by_kind: Mapping[str, Numbers]
    ledger: Report
    memory: tuple[ServerMemory, ...]
    keys: Sample
    processes: tuple[Process, ...]

    @cached_property
    def whole(self) -> Numbers:
        return total(self.by_kind.values())


def overview(period: Period | None) -> Overview:
    """A fixed number of round trips, however much Redis holds. Raises CacheUnavailable, or a DatabaseError."""
    slots: tuple[Slot, ...] = ()
    by_kind: Mapping[str, Numbers]
    if period is None:
        by_kind = series.totals()
    else:
        counted = series.read(period)
        slots, by_kind = counted.slots, counted.by_kind
    return Overview(
        period=period,
        slots=slots,
        by_kind=by_kind,
        ledger=ledger_report(LEDGER_DAYS[period]),
        memory=tuple(memory()),
        keys=sample(),
        processes=tuple(processes.connected()),
    )
