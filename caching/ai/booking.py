"""Every request is booked once, as what it was: among the counts of this process, and in the ledger.

What the provider is asked for is booked by the flight that asks, so it is also where the caller has left.
"""

from __future__ import annotations

from collections.abc import Mapping

from caching import stats
from caching.ai import ledger
from caching.ai.answers import Source
from caching.ai.ledger import Outcome as Entry
from caching.ai.requests import AIRequest
from caching.ai.usage import Usage
from caching.stats import Outcome, Timed

_HITS: Mapping[Source, tuple[Outcome | None, Entry]] = {
    "near": (Outcome.NEAR, Entry.NEAR),
    "cache": (Outcome.HIT, Entry.HIT),
    "shared": (Outcome.WAITED, Entry.JOINED),
    "stale": (None, Entry.STALE),
    "semantic": (None, Entry.HIT),
}


_TIMED: Mapping[Source, Timed] = {"cache": Timed.NETWORK, "shared": Timed.WAITED}


def spared(
    request: AIRequest, source: Source, usage: Usage, *, requests: int = 1, seconds: float = 0, size: int = 0
) -> None:
    """An answer, or several, for which nobody was asked; `usage` is what they took when they were fresh. They were found, or
    waited for, in so many seconds, and have `size` bytes."""
    if source == "provider":
        return
    outcome, entry = _HITS[source]
    if outcome is not None:
        stats.record(_kind(request), outcome, requests)
    if (timed := _TIMED.get(source)) is not None:
        stats.timed(_kind(request), timed, seconds)
    if source == "cache":
        stats.moved(_kind(request), read=size)
    _post(request, entry, usage, requests)


def asked(
    request: AIRequest, usage: Usage, *, is_kept: bool, seconds: float, requests: int = 1, size: int = 0
) -> None:
    """The provider has answered in so many seconds, with `size` bytes."""
    stats.record(_kind(request), Outcome.COMPUTED, requests)
    stats.timed(_kind(request), Timed.AI, seconds)
    if is_kept:
        stats.moved(_kind(request), written=size)
    else:
        stats.record(_kind(request), Outcome.UNSTORED, requests)
    _post(request, Entry.FRESH if is_kept else Entry.UNKEPT, usage, requests, seconds)


def missed(request: AIRequest, outcome: Outcome) -> None:
    stats.record(_kind(request), outcome)


def passed_by(request: AIRequest, *, requests: int = 1) -> None:
    """The caller wants a new answer, whatever is kept."""
    stats.record(_kind(request), Outcome.BYPASS, requests)


def failed(request: AIRequest, *, requests: int = 1) -> None:
    """The provider has not answered, and there was nothing in its place."""
    _post(request, Entry.FAILED, Usage(), requests)


def _kind(request: AIRequest) -> str:
    return f"ai_{request.kind}"


def _post(request: AIRequest, entry: Entry, usage: Usage, requests: int, seconds: float = 0) -> None:
    ledger.record(
        request.operation,
        request.kind,
        request.parameters.get("model") or "",
        request.scopes,
        entry,
        usage,
        requests * _pictures(request),
        requests,
        seconds,
    )


def _pictures(request: AIRequest) -> int:
    """In one answer."""
    if request.kind == "images":
        return request.parameters.get("n") or 1
    return int(request.kind == "image")
