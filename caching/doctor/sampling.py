"""A look at some of a server's keys: all of them where they are few, else some at random, in a bounded time.

Which keys there are is nobody's business: the sample has the beginning that names their kind, never a whole name.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from caching.doctor.findings import NotTold
from caching.inspection import namespaces

FEW_KEYS = 2000
KEYS_A_SCAN = 500
RANDOM_KEYS = 400
SAMPLE_SECONDS = 0.04
KEYS_A_STEP = 100
OF_JOBS = "rq:"
"""How the keys of RQ begin, whatever our prefix."""


class Asked(Protocol):
    def ask(self, *words: str | bytes | int) -> Any: ...

    def ask_all(self, commands: Sequence[tuple[str | bytes | int, ...]]) -> list[Any]: ...


@dataclass(frozen=True, slots=True)
class Looked:
    """A key that was looked at. `start` names its kind, such as `db_query:`; it is empty for keys that are not ours."""

    start: str
    expires: bool
    bytes: int | None
    """None: not told"""


@dataclass(frozen=True, slots=True)
class Sample:
    keys: tuple[Looked, ...]
    total: int
    """how many keys the database has"""

    @property
    def ours(self) -> tuple[Looked, ...]:
        return tuple(each for each in self.keys if each.start not in {"", OF_JOBS})

    @property
    def foreign(self) -> tuple[Looked, ...]:
        """Of other programs, or of another platform with a prefix of its own."""
        return tuple(each for each in self.keys if not each.start)

    def __str__(self) -> str:
        if len(self.keys) >= self.total:
            return f"all {self.total:,} keys"
        return f"a sample of {len(self.keys):,} of {self.total:,} keys"


def taken(server: Asked) -> Sample:
    """Raises NotTold when keys may not be listed."""
    until = time.monotonic() + SAMPLE_SECONDS
    total = int(server.ask("DBSIZE"))
    names = _all(server) if total <= FEW_KEYS else _some(server)
    return Sample(tuple(_looked_at(server, sorted(names), until)), total)


def _all(server: Asked) -> set[bytes]:
    """One that grows meanwhile is left in the midst of it."""
    names: set[bytes] = set()
    cursor = b"0"
    for _ in range(2 * FEW_KEYS // KEYS_A_SCAN):
        cursor, some = server.ask("SCAN", cursor, "COUNT", KEYS_A_SCAN)
        names.update(some)
        if cursor == b"0":
            break
    return names


def _some(server: Asked) -> set[bytes]:
    """SCAN would begin at the same keys each time."""
    replies = server.ask_all([("RANDOMKEY",)] * RANDOM_KEYS)
    for reply in replies:
        if isinstance(reply, NotTold):
            raise reply
    return {reply for reply in replies if reply is not None}


def _looked_at(server: Asked, names: list[bytes], until: float) -> Iterator[Looked]:
    for first in range(0, len(names), KEYS_A_STEP):
        if first and time.monotonic() > until:
            return
        step = names[first : first + KEYS_A_STEP]
        replies = server.ask_all(
            [command for name in step for command in (("PTTL", name), ("MEMORY", "USAGE", name))]
        )
        for name, left, size in zip(step, replies[::2], replies[1::2], strict=True):
            if left != -2:  # gone meanwhile
                yield Looked(_start_of(name), left != -1, size if isinstance(size, int) else None)


def _start_of(name: bytes) -> str:
    key = name.decode(errors="replace")
    if key.startswith(OF_JOBS):
        return OF_JOBS
    namespace = namespaces.of_key(key)
    return namespace.start if namespace else ""
