"""What all processes have booked since counting began, by operation, kind of request and model: for counters that must never
fall, as those of a day do at midnight.

It is one HASH in Redis beside the sheets, which are the ledger proper. A sheet has each batch exactly once; here a batch whose
answer was lost is not sent again, so that a total may lack what was counted in a few seconds, and never has it twice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from caching import conf, keys
from caching.ai.ledger.accounts import ASKED, COUNTS, Counts
from caching.ai.ledger.postings import Cell, Key, printable
from caching.ai.ledger.sheets import (
    AMOUNT,
    KEPT_SECONDS,
    MODEL_CHARACTERS,
    OPERATION_CHARACTERS,
    counted,
)
from caching.connection import wire
from caching.connection.wire import Argument, Command, Script

_ADD = Script("add_to_totals")
_MILLISECONDS = "provider_milliseconds"
_KIND_CHARACTERS = 20


class Asked(msgspec.Struct, frozen=True, order=True):
    """`kind` is that of `AIRequest`. Who asked, and for which scenario, would be too many."""

    operation: str
    kind: str
    model: str


class Sums(msgspec.Struct, frozen=True):
    counts: Counts = Counts()
    provider_seconds: float = 0.0

    def __add__(self, other: Sums) -> Sums:
        return Sums(self.counts + other.counts, self.provider_seconds + other.provider_seconds)


class _Field(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    operation: str
    kind: str
    model: str
    count: str

    def asked(self) -> Asked | None:
        """None: we did not write this."""
        asked = Asked(self.operation, self.kind, self.model)
        return asked if _as_written(asked) == asked else None


def amounts(posted: Iterable[tuple[Key, Cell]]) -> dict[str, int]:
    """The fields that these cells are added to, and how much."""
    added: Counter[str] = Counter()
    for key, cell in posted:
        asked = _as_written(Asked(key.operation, key.kind, key.model))
        took = {_MILLISECONDS: cell.milliseconds} if key.outcome in ASKED else {}
        for count, amount in (counted(key.outcome, cell) | took).items():
            added[_name(asked, count)] += amount
    return dict(+added)


def add(added: Mapping[str, int]) -> None:
    """Raises CacheUnavailable; then nobody knows whether it was added."""
    pairs: list[Argument] = [part for pair in added.items() for part in pair]
    call: Command = (keys.ai_totals(conf.key_prefix()), KEPT_SECONDS, *pairs)
    wire.checked(wire.run(_ADD, [call]))


def read() -> dict[Asked, Sums]:
    """One round trip. Raises CacheUnavailable."""
    return understood(*wire.call([asking()], idempotent=True))


def asking() -> Command:
    """The command of `read`, for those who ask for more with it; its reply is `understood`."""
    return ("HGETALL", keys.ai_totals(conf.key_prefix()))


def understood(reply: object) -> dict[Asked, Sums]:
    """What is no count of ours is passed over. Raises CacheUnavailable for a reply that says that Redis does not work."""
    booked = wire.ours(reply)
    if not isinstance(booked, list):
        return {}
    found: defaultdict[Asked, dict[str, int]] = defaultdict(dict)
    for field, amount in zip(booked[::2], booked[1::2], strict=True):
        if AMOUNT.fullmatch(amount) and (parts := _parts(field)) and (asked := parts.asked()):
            found[asked][parts.count] = int(amount)
    return {asked: _sums(counts) for asked, counts in sorted(found.items())}


def _sums(found: Mapping[str, int]) -> Sums:
    counts = Counts(**{name: found[name] for name in COUNTS if name in found})
    return Sums(counts, found.get(_MILLISECONDS, 0) / 1000)


def _parts(field: bytes) -> _Field | None:
    try:
        return msgspec.json.decode(field, type=_Field)
    except msgspec.DecodeError:
        return None


def _as_written(asked: Asked) -> Asked:
    return Asked(
        printable(asked.operation, OPERATION_CHARACTERS),
        printable(asked.kind, _KIND_CHARACTERS),
        printable(asked.model, MODEL_CHARACTERS),
    )


def _name(asked: Asked, count: str) -> str:
    return msgspec.json.encode(_Field(asked.operation, asked.kind, asked.model, count)).decode()
