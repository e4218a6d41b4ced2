"""What Redis holds of the counts of all processes: a sheet for each minute, hour and so on (`grains`), and one of all time.

A sheet is one HASH; a field is a kind of value, such as `query:scenario_list`, and holds what happened and how often. The
field without a name has the sums of all kinds, so that a chart does not read hundreds of them. All sheets lie on one node of
a cluster, so that a batch is added to all of them in one atomic step. What is no count of ours is passed over.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec

from caching import conf, keys
from caching.connection import wire
from caching.connection.wire import Argument, Command, Reply, Script
from caching.policy import DAY
from caching.stats.cells import Batch
from caching.stats.grains import GRAINS, Grain
from caching.stats.numbers import Numbers, add

ALL_KINDS = ""
TOTAL_SECONDS = 40 * DAY
"""So long after the last count the sheet of all time is forgotten."""

_POST = Script("post_counts", keys=2 + len(GRAINS))
_KIND = re.compile(rb"[ -~]{1,100}")
_MOST_LETTERS = 40
_MOST = 2**53
_unpack = msgspec.msgpack.Decoder(dict[str, Annotated[int, msgspec.Meta(ge=0, le=_MOST)]]).decode
_UNREADABLE = (msgspec.DecodeError, UnicodeError, TypeError, RecursionError)
# Longer than Redis may be away: a batch that is sent again after it would be counted twice.
_NUMBER_SECONDS = DAY


def post(process: str, batch: Batch) -> None:
    """Adds the batch, once, however often it is called with the same one. Raises CacheUnavailable."""
    prefix = conf.key_prefix()
    names = [_key(grain, batch.minute) for grain in GRAINS]
    sheet_keys = [*names, keys.count_sheet(prefix, "total")]
    lives = [*(grain.kept_seconds for grain in GRAINS), TOTAL_SECONDS]
    by_kind = _by_kind(batch)
    pairs: list[Argument] = []
    for kind, counts in by_kind.items():
        pairs += kind, msgspec.msgpack.encode(counts)
    call: Command = (
        *(keys.count_sheet(prefix, f"sent:{process}"), *sheet_keys),
        *(batch.number, _NUMBER_SECONDS, len(by_kind), *lives, *pairs),
    )
    wire.checked(wire.run(_POST, [call], idempotent=True))


def _by_kind(batch: Batch) -> dict[str, dict[str, int]]:
    """With the sums of all of them."""
    by_kind: defaultdict[str, dict[str, int]] = defaultdict(dict)
    together: dict[str, int] = {}
    for name, amount in batch.amounts.items():
        kind, _, what = name.rpartition(" ")
        by_kind[kind][what] = amount
        together[what] = together.get(what, 0) + amount
    return {**by_kind, ALL_KINDS: together}


def forget(process: str) -> None:
    """All batches of this process are confirmed, and there will be no more. Raises CacheUnavailable."""
    key = keys.count_sheet(conf.key_prefix(), f"sent:{process}")
    wire.checked(wire.call([("DEL", key)], idempotent=True))


def read(
    grain: Grain, starts: Sequence[int], spans: Iterable[tuple[Grain, int]]
) -> tuple[list[Numbers], dict[str, Numbers]]:
    """Of all kinds together in each of the slots that begin at these seconds since 1970; and by kind, added up over `spans`.
    One round trip. Raises CacheUnavailable.
    """
    slots: list[Command] = [("HGET", _key(grain, start), ALL_KINDS) for start in starts]
    sheets: list[Command] = [("HGETALL", _key(*span)) for span in spans]
    replies = wire.call([*slots, *sheets], idempotent=True)
    wholes = [Numbers(_named(_counts(wire.ours(reply)))) for reply in replies[: len(slots)]]
    return wholes, understood(*replies[len(slots) :])


def read_total() -> dict[str, Numbers]:
    """By kind, since counting began. Raises CacheUnavailable."""
    return understood(*wire.call([asking_total()], idempotent=True))


def asking_total() -> Command:
    """The command of `read_total`, for those who ask for more with it; its reply is `understood`."""
    return ("HGETALL", keys.count_sheet(conf.key_prefix(), "total"))


def _key(grain: Grain, second: int) -> str:
    return keys.count_sheet(conf.key_prefix(), f"{grain.name}:{second - second % grain.seconds}")


def understood(*replies: Reply) -> dict[str, Numbers]:
    """By kind, added up. Raises CacheUnavailable for a reply that says that Redis does not work."""
    sums: dict[bytes, dict[str, int]] = {}
    for reply in map(wire.ours, replies):
        fields = reply if isinstance(reply, list) else []
        for kind, packed in zip(fields[::2], fields[1::2], strict=True):
            if kind in sums:
                add(sums[kind], _counts(packed))
            elif _KIND.fullmatch(kind):
                sums[kind] = _counts(packed)
    named = {kind.decode(): _named(sums[kind]) for kind in sorted(sums)}
    return {kind: Numbers(counts) for kind, counts in named.items() if counts}


def _counts(packed: Any) -> dict[str, int]:
    """Such as are counts. Nearly always all are, and to look at each of them takes long."""
    try:
        return _unpack(packed)
    except _UNREADABLE:
        return _salvaged(packed)


def _salvaged(packed: Any) -> dict[str, int]:
    try:
        found = msgspec.msgpack.decode(packed)
    except _UNREADABLE:
        return {}
    if not isinstance(found, dict):
        return {}
    return {what: count for what, count in found.items() if _is_count(what, count)}


def _is_count(what: object, count: object) -> bool:
    return isinstance(what, str) and type(count) is int and 0 <= count <= _MOST


def _named(counts: dict[str, int]) -> dict[str, int]:
    """Without names that are longer than any of ours."""
    return {what: count for what, count in counts.items() if len(what) <= _MOST_LETTERS}
