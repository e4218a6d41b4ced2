"""Every request is booked once, as what it was: among the counts of this process, in the ledger, and in the trace of the
work that made it.

What the provider is asked for is booked by the flight that asks, so it is also where the caller has left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from caching import stats, trace
from caching.ai import ledger
from caching.ai.answers import Source
from caching.ai.kept import Missing, place_of
from caching.ai.ledger import Outcome as Entry
from caching.ai.live import UpstreamError
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


class Told(NamedTuple):
    """One request, or several at once, as it ended for the caller who made it. `usage` is what the answer took when it was
    fresh, `body` the reply of the provider, where there is one of its own; `error` what has failed."""

    request: AIRequest
    source: Source | Literal["failed"]
    usage: Usage
    seconds: float
    body: bytes = b""
    error: str = ""


Listener = Callable[[Told], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """From now on it is told of every request, in the context of the caller. For the start of a program; it must not raise."""
    if listener not in _listeners:
        _listeners.append(listener)


def _tell(told: Told) -> None:
    for listener in _listeners:
        listener(told)


_TIMED: Mapping[Source, Timed] = {"cache": Timed.NETWORK, "shared": Timed.WAITED}


def spared(
    request: AIRequest,
    source: Source,
    usage: Usage,
    *,
    requests: int = 1,
    seconds: float = 0,
    size: int = 0,
    key: str | None = None,
    body: bytes = b"",
) -> None:
    """An answer, or several, for which nobody was asked; `usage` is what they took when they were fresh. They were found, or
    waited for, in so many seconds, and have `size` bytes. `key`: of several, or of one of a batch.

    What the provider gave this caller has been booked already, and is only told.
    """
    if _listeners:
        _tell(Told(request, source, usage, seconds, body))
    if source == "provider":
        return
    outcome, entry = _HITS[source]
    if outcome is not None:
        stats.record(_kind(request), outcome, requests)
    if (timed := _TIMED.get(source)) is not None:
        stats.timed(_kind(request), timed, seconds)
    if source == "cache":
        stats.moved(_kind(request), read=size)
    if source == "near" and (account := trace.current()) is not None:
        account.near += requests
    _post(request, entry, usage, requests)
    if trace.active:
        _note(request, outcome or source, key, requests=requests, seconds=seconds)


def asked(
    request: AIRequest,
    usage: Usage,
    why_not_kept: str,
    *,
    seconds: float,
    requests: int = 1,
    size: int = 0,
    key: str | None = None,
) -> None:
    """The provider has answered in so many seconds, with `size` bytes. `why_not_kept`: "" for what is."""
    stats.record(_kind(request), Outcome.COMPUTED, requests)
    stats.timed(_kind(request), Timed.AI, seconds)
    _note(request, "asked", key, requests=requests, seconds=seconds)
    if why_not_kept:
        stats.record(_kind(request), Outcome.UNSTORED, requests)
        _note(request, Outcome.UNSTORED, key, why_not_kept)
    else:
        stats.moved(_kind(request), written=size)
    _post(request, Entry.UNKEPT if why_not_kept else Entry.FRESH, usage, requests, seconds)


def missed(request: AIRequest, missing: Missing, *, seconds: float, key: str | None = None) -> None:
    """There was nothing that holds, which took so many seconds to see."""
    stats.record(_kind(request), missing.outcome)
    _note(request, missing.outcome, key, ", ".join(missing.at_fault), seconds=seconds)


def passed_by(request: AIRequest, *, requests: int = 1) -> None:
    """The caller wants a new answer, whatever is kept."""
    stats.record(_kind(request), Outcome.BYPASS, requests)
    _note(request, Outcome.BYPASS, None, "the caller wanted a new answer", requests=requests)


def failed(request: AIRequest, error: UpstreamError, *, seconds: float, requests: int = 1) -> None:
    """The provider has not answered, and there was nothing in its place."""
    _tell(Told(request, "failed", Usage(), seconds, error=str(error.status or error.cause)))
    _post(request, Entry.FAILED, Usage(), requests)
    _note(request, "failed", None, requests=requests)


def _note(
    request: AIRequest,
    outcome: str,
    key: str | None,
    why: str = "",
    *,
    requests: int = 1,
    seconds: float | None = None,
) -> None:
    """Several have several keys, and are said to be so many."""
    if not trace.active:
        return
    if requests > 1:
        key, why = "", why or f"{requests} at once"
    elif key is None:
        key = place_of(request).key
    trace.note(_kind(request), outcome, key, why, seconds=seconds, times=requests)


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
