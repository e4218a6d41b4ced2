"""Where the counters of a process lie: in memory that outlives it, as cells that its successors read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from caching import mapped
from caching.mapped import Mapped
from caching.stats.cells import FILE_BYTES, Cells, Unreadable

SUFFIX = ".counts"


@dataclass(frozen=True, slots=True)
class CountFile:
    mapped: Mapped
    cells: Cells

    @property
    def process(self) -> str:
        return self.mapped.name


def create() -> CountFile:
    """For this process."""
    file = mapped.create(SUFFIX, FILE_BYTES)
    return CountFile(file, Cells(file.memory))


def left_behind() -> Iterator[CountFile]:
    """Those of processes that are no more, each locked: the caller brings their counts to Redis and removes them."""
    for file in mapped.left_behind(SUFFIX, FILE_BYTES):
        try:
            cells = Cells(file.memory)
        except Unreadable:
            file.let_go()
        else:
            yield CountFile(file, cells)
