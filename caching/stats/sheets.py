"""What Redis holds of the counts of all processes: a sheet for each minute, ten minutes and hour, and one of all time.

A sheet is one HASH; a field is a kind of value, such as `query:scenario_list`, and holds what happened and how often. All
sheets lie on one node of a cluster, so that a batch is added to all of them in one atomic step. What is no count of ours is
passed over.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import msgspec

from caching import conf, keys
from caching.connection import wire
from caching.connection.failures import code_of
from caching.connection.wire import Argument, Command, Script
from caching.policy import DAY, HOUR, MINUTE
from caching.stats.cells import Batch
from caching.stats.numbers import Numbers

_POST = Script("post_counts", keys=5)
_KIND = re.compile(rb"[ -~]{1,100}")
_What = Annotated[str, msgspec.Meta(max_length=40)]
_Amount = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
_unpack = msgspec.msgpack.Decoder(dict[_What, _Amount]).decode
# Longer than Redis may be away: a batch that is sent again after it would be counted twice.
_NUMBER_SECONDS = DAY
# So that a week of hundreds of kinds, which is many megabytes, does not have to arrive within the time of one answer.
SHEETS_AT_ONCE = 60


@dataclass(frozen=True, slots=True)
class Grain:
    """How finely time is cut. `kept_seconds`: how far back one can look."""

    name: str
    seconds: int
    kept_seconds: int


MINUTES = Grain("minute", MINUTE, 3 * HOUR)
TEN_MINUTES = Grain("ten", 10 * MINUTE, 2 * DAY)
HOURS = Grain("hour", HOUR, 9 * DAY)
GRAINS = (MINUTES, TEN_MINUTES, HOURS)
TOTAL_SECONDS = 40 * DAY
"""So long after the last count the sheet of all time is forgotten."""


def post(process: str, batch: Batch) -> None:
    """Adds the batch, once, however often it is called with the same one. Raises CacheUnavailable."""
    prefix = conf.key_prefix()
    names = [_key(grain, batch.minute) for grain in GRAINS]
    sheet_keys = [*names, keys.count_sheet(prefix, "total")]
    lives = [*(grain.kept_seconds for grain in GRAINS), TOTAL_SECONDS]
    by_kind: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for name, amount in batch.amounts.items():
        kind, _, what = name.rpartition(" ")
        by_kind[kind][what] = amount
    pairs: list[Argument] = []
    for kind, counts in by_kind.items():
        pairs += kind, msgspec.msgpack.encode(counts)
    call: Command = (
        *(keys.count_sheet(prefix, f"sent:{process}"), *sheet_keys),
        *(batch.number, _NUMBER_SECONDS, len(by_kind), *lives, *pairs),
    )
    wire.checked(wire.run(_POST, [call], idempotent=True))


def forget(process: str) -> None:
    """All batches of this process are confirmed, and there will be no more. Raises CacheUnavailable."""
    key = keys.count_sheet(conf.key_prefix(), f"sent:{process}")
    wire.checked(wire.call([("DEL", key)], idempotent=True))


def read(grain: Grain, starts: Sequence[int]) -> list[dict[str, Numbers]]:
    """By kind, of the slots that begin at these seconds since 1970. A round trip for each `SHEETS_AT_ONCE`. Raises
    CacheUnavailable.
    """
    return _read([_key(grain, start) for start in starts])


def read_total() -> dict[str, Numbers]:
    """By kind, since counting began. Raises CacheUnavailable."""
    return understood(*wire.call([asking_total()], idempotent=True))


def asking_total() -> Command:
    """The command of `read_total`, for those who ask for more with it; its reply is `understood`."""
    return ("HGETALL", keys.count_sheet(conf.key_prefix(), "total"))


def _key(grain: Grain, second: int) -> str:
    return keys.count_sheet(conf.key_prefix(), f"{grain.name}:{second - second % grain.seconds}")


def _read(sheet_keys: Sequence[str]) -> list[dict[str, Numbers]]:
    found: list[dict[str, Numbers]] = []
    for start in range(0, len(sheet_keys), SHEETS_AT_ONCE):
        some = sheet_keys[start : start + SHEETS_AT_ONCE]
        replies = wire.call([("HGETALL", key) for key in some], idempotent=True)
        found += map(understood, replies)
    return found


def understood(reply: object) -> dict[str, Numbers]:
    """By kind. Raises CacheUnavailable for a reply that says that Redis does not work."""
    if not isinstance(reply, list):
        if isinstance(reply, Exception) and code_of(reply) != "WRONGTYPE":
            wire.checked([reply])
        return {}
    found = {}
    for kind, packed in zip(reply[::2], reply[1::2], strict=True):
        if _KIND.fullmatch(kind) and (counts := _counts(packed)):
            found[kind.decode()] = Numbers(counts)
    return dict(sorted(found.items()))


def _counts(packed: bytes) -> dict[str, int] | None:
    try:
        return _unpack(packed)
    except msgspec.DecodeError:
        return None
