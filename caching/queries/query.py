"""One cached function: how a call becomes an entry, and how its result is found, computed, shared and kept.

The order is always the same: the copy in this process, Redis, a computation that everybody who asks meanwhile shares.
Inside a transaction that has itself written what it reads, and while a writer is about to commit, the function runs as if
there were no cache.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from itertools import starmap
from types import CodeType
from typing import Any, Generic, TypeVar

import msgspec

from caching import conf, entries, keys, near, policy, stats, tags, trace
from caching.codec import MISS, Undecodable
from caching.connection.wire import Command
from caching.entries import Entry, Reading
from caching.queries import recorder
from caching.queries.arguments import Arguments, Bound
from caching.queries.foresight import Foresight
from caching.queries.recorder import Recorder
from caching.results.codec import ResultCodec
from caching.stats import Outcome, Timed

R = TypeVar("R")

# Two values of one of these types that are equal are the same, so they may be keys as they are.
ATOMS = frozenset({int, str, bool, type(None), bytes})
# Calls of one function whose keys are remembered: to make one takes ten times as long as to look it up.
KNOWN_CALLS = 5_000
EVERY_QUERY = keys.scope_tag("all", "queries")
# To take it from its class takes 40 ns.
_NEAR = Outcome.NEAR
_canonical = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a cached function. `scopes` are the tags for invalidation by hand, `near_key` is for this process."""

    bound: Bound
    prefix: str
    key: str
    digest: str
    scopes: tuple[str, ...]
    near_key: Hashable


@dataclass(frozen=True, slots=True)
class Computed(Generic[R]):
    """What a computation brought; `why_not_stored` is "" for an entry that others may have. `was_there`: nobody computed it
    meanwhile, it was in Redis."""

    value: R
    entry: Entry
    storing: Command | None
    why_not_stored: str
    was_there: bool = False


class Query(Generic[R]):
    """A function whose results are cached under `name`. Raises Uncacheable for a function that cannot be."""

    def __init__(self, function: Callable[..., Any], name: str, ttl_seconds: int) -> None:
        self.function = function
        self.name = name
        self.kind = f"query:{name}"
        self.arguments = Arguments(function)
        self.codec: ResultCodec = ResultCodec(function)
        self._ttl_seconds = ttl_seconds
        self._calls: dict[Hashable, Call] = {}
        self._foresight = Foresight()
        code = function.__code__
        self._identity = (name, function.__module__, function.__qualname__, _fingerprint(code))
        keys.query_entry("", name, "")  # refuses a name that cannot stand in a key

    def call(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], near_key: Hashable) -> Call:
        """Raises TypeError for a call that the function would not take, Uncacheable for arguments without a plain form."""
        prefix = conf.key_prefix()
        try:
            known = self._calls.get(near_key)
        except TypeError:  # a list or a dict among the arguments
            return self._made(prefix, args, kwargs, None)
        if known is not None and known.prefix == prefix:
            return known
        if not _are_atoms(args, kwargs):
            return self._made(prefix, args, kwargs, None)
        if len(self._calls) >= KNOWN_CALLS:
            self._calls.clear()
        made = self._calls[near_key] = self._made(prefix, args, kwargs, near_key)
        return made

    def _made(
        self, prefix: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], near_key: Hashable | None
    ) -> Call:
        bound = self.arguments.bind(args, kwargs)
        digest = keys.digest(_canonical((self._identity, bound.canonical)))
        key = keys.query_entry(prefix, self.name, digest, **bound.owners)
        return Call(bound, prefix, key, digest, scope_tags(self.name, bound.owners), near_key or key)

    def near_hit(self, entry: near.Entry, began: float) -> R:
        """The value of a copy in this process that holds. `began`: when it was looked for, if somebody traces."""
        if (outer := recorder.current()) is not None:
            outer.rest_on(dict(zip(entry.tags, entry.stamps, strict=True)))
        stats.record(self.kind, _NEAR)
        value: R = self.codec.load(entry.body) if entry.value is MISS else entry.value
        if began:
            trace.near_hit(self.kind, self._key_of(entry), began)
        return value

    def _key_of(self, entry: near.Entry) -> str:
        """In Redis. Of a call that was made so long ago that its key is forgotten, none."""
        if isinstance(entry.key, str):
            return entry.key
        call = self._calls.get(entry.key)
        return call.key if call is not None else ""

    def look(self, call: Call, since: near.Position | None) -> tuple[Any, Reading]:
        """The value in Redis, if one holds, or MISS; and the reading. Raises CacheUnavailable.

        `since`: where the pushes stood before, if the near cache may keep what is found.
        """
        return self.opened(call, entries.read(call.key, call.scopes), since)

    def opened(self, call: Call, reading: Reading, since: near.Position | None) -> tuple[Any, Reading]:
        """The value of what was read, or MISS."""
        if reading.entry is None:
            return MISS, reading
        try:
            value = self.codec.load(reading.entry.body)
        except Undecodable:
            return MISS, Reading(None, Outcome.UNDECODABLE, reading.stamps)
        if (outer := recorder.current()) is not None:
            outer.rest_on(reading.entry.rests_on())
        if since is not None:
            self._keep_near(call, reading.entry, value, since)
        return value, reading

    def is_due(self, reading: Reading) -> bool:
        """Whether this reader should compute the value before it expires (XFetch)."""
        entry = reading.entry
        return entry is not None and time.time() >= policy.refresh_at(
            entry.expires_at, entry.computed_seconds
        )

    def finished(self, call: Call, value: R, recorded: Recorder, began: float) -> Computed[R]:
        """The result as an entry, and the command that stores it, unless something speaks against it."""
        seconds = time.perf_counter() - began
        stats.record(self.kind, Outcome.COMPUTED)
        stats.timed(self.kind, Timed.COMPUTED, seconds)
        trace.note(self.kind, Outcome.COMPUTED, call.key, seconds=seconds)
        body = self.codec.dump(value)
        now = time.time()
        stamps = recorded.stamps()
        entry = entries.made(
            stamps,
            body,
            computed_seconds=time.perf_counter() - began,
            ttl_seconds=conf.current().query_ttl_seconds.get(self.name, self._ttl_seconds),
            now=now,
        )
        if not tags.may_store(stamps):
            recorded.spoil("Redis has just failed over")
        if recorded.why_not_stored:
            stats.record(self.kind, Outcome.UNSTORED)
            trace.note(self.kind, Outcome.UNSTORED, call.key, recorded.why_not_stored)
            return Computed(value, entry, None, recorded.why_not_stored)
        stats.moved(self.kind, written=len(body))
        self._foresight.learn(call.bound.args, recorded.asked())
        return Computed(value, entry, entries.keeping(call.key, entry, now=now), "")

    def foreseen(self, call: Call) -> tuple[str, ...]:
        """The tags that the result will probably have: a guess, so that their stamps need not be asked for one by one."""
        return self._foresight.tags(call.bound.args) or call.scopes

    def count(self, call: Call, reading: Reading, seconds: float) -> None:
        """One caller has looked in Redis for so long, and found this."""
        stats.record(self.kind, reading.outcome)
        if trace.active:
            trace.note(self.kind, reading.outcome, call.key, reading.particulars(), seconds=seconds)
        if reading.entry is not None:
            stats.timed(self.kind, Timed.NETWORK, seconds)
            stats.moved(self.kind, read=len(reading.entry.body))

    def count_wait(self, call: Call, seconds: float) -> None:
        """One caller has taken what another one computed meanwhile."""
        stats.record(self.kind, Outcome.WAITED)
        trace.note(self.kind, Outcome.WAITED, call.key, seconds=seconds)
        stats.timed(self.kind, Timed.WAITED, seconds)

    def copy(self, computed: Computed[R]) -> R:
        """For a caller who did not compute it himself: his own copy, or the one immutable value."""
        if self.codec.is_immutable(computed.value):
            return computed.value
        copy: R = self.codec.load(computed.entry.body)
        return copy

    def pass_on(self, computed: Computed[R]) -> None:
        """Tells the computation around this one, if there is one, what it now rests on."""
        if (outer := recorder.current()) is None:
            return
        if computed.why_not_stored:
            outer.spoil(computed.why_not_stored)
        outer.rest_on(computed.entry.rests_on())

    def _keep_near(self, call: Call, entry: Entry, value: Any, since: near.Position) -> None:
        copy = near.Entry(
            call.near_key,
            entry.tags,
            entry.stamps,
            entry.body,
            # Drawn once for this copy: a near hit has no time for a logarithm.
            expires_at=policy.refresh_at(entry.expires_at, entry.computed_seconds),
            value=value if self.codec.is_immutable(value) else MISS,
        )
        near.keep(copy, since)


def _are_atoms(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
    return ATOMS.issuperset(map(type, args)) and ATOMS.issuperset(map(type, kwargs.values()))


def scope_tags(name: str, owners: Mapping[str, str]) -> tuple[str, ...]:
    """What an entry rests on in any case, so that it can be invalidated by hand."""
    names = [EVERY_QUERY, keys.scope_tag("query", name), *starmap(keys.scope_tag, owners.items())]
    if "user" in owners:
        names.append(keys.owned_query_tag(name, "user", owners["user"]))
    return tuple(names)


def _fingerprint(code: CodeType) -> bytes:
    """Changes with the body of the function, so that new code does not find what old code computed."""
    seen = hashlib.blake2b(
        code.co_code + " ".join((*code.co_names, *code.co_varnames)).encode(), digest_size=8
    )
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            seen.update(_fingerprint(constant))
        elif not isinstance(constant, frozenset):  # its order differs from process to process
            seen.update(repr(constant).encode())
    return seen.digest()
