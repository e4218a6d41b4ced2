"""Every request is booked once, as what it was: among the counts of this process, in the ledger, and in the trace of the
work that made it.

What the provider is asked for is booked by the flight that asks, so it is also where the caller has left.
"""

from __future__ import annotations

from collections.abc import Mapping

from caching import stats, trace
from caching.ai import ledger
from caching.ai.answers import Source
from caching.ai.kept import Missing
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


def spared(
    request: AIRequest,
    source: Source,
    usage: Usage,
    *,
    requests: int = 1,
    key: str = "",
    since: float = 0.0,
    why: str = "",
) -> None:
    """An answer, or several, for which nobody was asked; `usage` is what they took when they were fresh.

    `since`: when it was looked for, if somebody traces.
    """
    if source == "provider":
        return
    outcome, entry = _HITS[source]
    if outcome is not None:
        _count(request, outcome, requests)
    _post(request, entry, usage, requests)
    if trace.active:
        trace.note(kind_of(request), outcome or source, key, why or _several(requests), since=since)


def asked(
    request: AIRequest, usage: Usage, why_not_kept: str, *, seconds: float, requests: int = 1, key: str = ""
) -> None:
    """The provider has answered. `why_not_kept` is empty for an answer that is."""
    _count(request, Outcome.COMPUTED, requests)
    if why_not_kept:
        _count(request, Outcome.UNSTORED, requests)
    _post(request, Entry.UNKEPT if why_not_kept else Entry.FRESH, usage, requests, seconds)
    if trace.active:
        trace.note(kind_of(request), "asked", key, _several(requests), seconds=seconds)
        if why_not_kept:
            trace.note(kind_of(request), Outcome.UNSTORED, key, why_not_kept)


def missed(request: AIRequest, missing: Missing, *, key: str = "", since: float = 0.0) -> None:
    _count(request, missing.outcome, 1)
    if trace.active:
        trace.note(kind_of(request), missing.outcome, key, ", ".join(missing.at_fault), since=since)


def failed(request: AIRequest, *, requests: int = 1) -> None:
    """The provider has not answered, and there was nothing in its place."""
    _post(request, Entry.FAILED, Usage(), requests)
    trace.note(kind_of(request), "failed", why=_several(requests))


def kind_of(request: AIRequest) -> str:
    """As it is counted."""
    return f"ai_{request.kind}"


def _several(requests: int) -> str:
    return f"{requests} at once" if requests > 1 else ""


def _count(request: AIRequest, outcome: Outcome, requests: int) -> None:
    kind = kind_of(request)
    for _ in range(requests):
        stats.record(kind, outcome)
        if outcome is Outcome.NEAR and (account := trace.current()) is not None:
            account.near += 1


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
