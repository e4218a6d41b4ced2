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
from caching.stats import Outcome

_HITS: Mapping[Source, tuple[Outcome | None, Entry]] = {
    "near": (Outcome.NEAR, Entry.NEAR),
    "cache": (Outcome.HIT, Entry.HIT),
    "shared": (Outcome.WAITED, Entry.JOINED),
    "stale": (None, Entry.STALE),
    "semantic": (None, Entry.HIT),
}


def spared(request: AIRequest, source: Source, usage: Usage, *, requests: int = 1) -> None:
    """An answer, or several, for which nobody was asked; `usage` is what they took when they were fresh."""
    if source == "provider":
        return
    outcome, entry = _HITS[source]
    if outcome is not None:
        _count(request, outcome, requests)
    _post(request, entry, usage, requests)


def asked(request: AIRequest, usage: Usage, *, is_kept: bool, seconds: float, requests: int = 1) -> None:
    """The provider has answered."""
    _count(request, Outcome.COMPUTED, requests)
    if not is_kept:
        _count(request, Outcome.UNSTORED, requests)
    _post(request, Entry.FRESH if is_kept else Entry.UNKEPT, usage, requests, seconds)


def missed(request: AIRequest, outcome: Outcome) -> None:
    _count(request, outcome, 1)


def failed(request: AIRequest, *, requests: int = 1) -> None:
    """The provider has not answered, and there was nothing in its place."""
    _post(request, Entry.FAILED, Usage(), requests)


def _count(request: AIRequest, outcome: Outcome, requests: int) -> None:
    kind = f"ai_{request.kind}"
    for _ in range(requests):
        stats.record(kind, outcome)


def _post(request: AIRequest, entry: Entry, usage: Usage, requests: int, seconds: float = 0) -> None:
    ledger.record(
        request.operation,
        request.kind,
        request.parameters.get("model") or "",
        request.scopes,
        entry,
        usage,
        requests if request.kind == "image" else 0,
        requests,
        seconds,
    )
