"""Embeddings: an entry for each text. A batch is one look, and only unknown texts are sent, each once."""

from __future__ import annotations

import asyncio
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import msgspec

from caching import keys, trace
from caching.ai import booking, client, kept, vectors
from caching.ai.answers import Source as AnswerSource
from caching.ai.kept import Found, Missing, Place
from caching.ai.live import Ended, Plan, Source, UpstreamError, aresult, result
from caching.ai.policies import DEFAULT, AnswerPolicy
from caching.ai.provider import ai_provider
from caching.ai.requests import AIRequest
from caching.ai.surfaces import PLAIN
from caching.ai.usage import Usage
from caching.connection.wire import Command
from caching.stats import Outcome
from caching.tags import Stamps

# OpenAI takes 300,000 tokens in one request: this leaves each input about 600.
EMBEDDINGS_A_REQUEST = 512
_UNDECODABLE = Missing(Outcome.UNDECODABLE, {})

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(list[bytes]).decode


Input = str | tuple[int, ...]
"""A text, or its tokens."""


class Batch:
    """The inputs of one call, which is `request`. `vectors` has those that are known. `ask` gives the source that brings, as
    `packed`, the vectors of some of them; of so many `at_once`."""

    def __init__(
        self,
        inputs: Sequence[Input],
        request: AIRequest,
        request_of: Callable[[Input], AIRequest],
        ask: Callable[[list[Input]], Source],
        *,
        policy: AnswerPolicy = DEFAULT,
        at_once: int = EMBEDDINGS_A_REQUEST,
    ) -> None:
        self._inputs = inputs
        self._request = request
        self._ask = ask
        self._is_refreshed = policy.refresh
        self._at_once = at_once
        self._places = {one: kept.place_of(request_of(one)) for one in inputs}
        self.vectors: dict[Input, array[float]] = {}
        self._hits: dict[AnswerSource, list[bytes]] = {}
        self._stamps: Stamps = {}

    def run(self) -> list[array[float]]:
        """All vectors, in the order of the inputs. Raises UpstreamError and CacheUnavailable."""
        self._look()
        for part, plan in self._plans():
            with self._booked_if_it_fails(part):
                began = time.perf_counter()
                with trace.spending(trace.AI):
                    ended = result(plan)
                self._take(part, ended, began)
        return self.in_order()

    async def arun(self) -> list[array[float]]:
        await asyncio.to_thread(self._look)
        for part, plan in self._plans():
            with self._booked_if_it_fails(part):
                began = time.perf_counter()
                with trace.spending(trace.AI):
                    ended = await aresult(plan)
                self._take(part, ended, began)
        return self.in_order()

    @contextmanager
    def _booked_if_it_fails(self, part: Sequence[Input]) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        except UpstreamError as error:
            booking.failed(self._request, error, seconds=time.perf_counter() - began, requests=len(part))
            raise

    def _look(self) -> None:
        if self._is_refreshed:
            booking.passed_by(self._request, requests=len(self._places))
        began = time.perf_counter()
        found = [] if self._is_refreshed else vectors.read_many(list(self._places.values()))
        seconds = time.perf_counter() - began
        for (text, place), one in zip(self._places.items(), found, strict=False):
            vector = self._opened(place, one, seconds)
            if vector is not None:
                self.vectors[text] = vector
            elif isinstance(one, Missing):
                self._stamps |= one.stamps
        self._book_hits(seconds)
        unknown = self._unknown()
        if unknown:
            self._stamps = kept.stamps_for(self._places[unknown[0]], self._stamps)

    def _plans(self) -> list[tuple[list[Input], Plan]]:
        """One for each request that has to be made, with its inputs."""
        unknown = self._unknown()
        steps = range(0, len(unknown), self._at_once)
        return [(part, self._plan(part)) for part in (unknown[at : at + self._at_once] for at in steps)]

    def _take(self, inputs: Sequence[Input], ended: Ended, began: float) -> None:
        bodies = _unpack(ended.body)
        self.vectors |= {one: vectors.load(vector) for one, vector in zip(inputs, bodies, strict=True)}
        source: AnswerSource = "provider" if ended.asked else "shared"
        seconds = time.perf_counter() - began
        booking.spared(self._request, source, _usage(bodies), requests=len(bodies), seconds=seconds, key="")

    def in_order(self) -> list[array[float]]:
        return [self.vectors[one][:] for one in self._inputs]  # two equal texts get two arrays

    def _opened(self, place: Place, found: Found | Missing, seconds: float) -> array[float] | None:
        """None: it has to be asked for."""
        if isinstance(found, Missing):
            booking.missed(self._request, found, key=place.key, seconds=seconds)
            return None
        try:
            vector = vectors.load(found.body)
        except ValueError:
            booking.missed(self._request, _UNDECODABLE, key=place.key, seconds=seconds)
            return None
        self._hits.setdefault("near" if found.outcome is Outcome.NEAR else "cache", []).append(found.body)
        return vector

    def _book_hits(self, seconds: float) -> None:
        for source, bodies in self._hits.items():
            size = sum(map(len, bodies))
            booking.spared(
                self._request,
                source,
                _usage(bodies),
                requests=len(bodies),
                seconds=seconds,
                size=size,
                key="",
            )
        self._hits = {}

    def _unknown(self) -> list[Input]:
        return [one for one in self._places if one not in self.vectors]

    def _plan(self, inputs: list[Input]) -> Plan:
        places = [self._places[one] for one in inputs]
        stamps = self._stamps

        def look() -> bytes | None:
            if self._is_refreshed:
                return None
            found = vectors.read_many(places)
            bodies = [one.body for one in found if isinstance(one, Found)]
            return _pack(bodies) if len(bodies) == len(inputs) else None

        def keep(body: bytes, seconds: float) -> list[Command]:
            bodies = _unpack(body)
            why_not = kept.why_not_keep(places[0], stamps)
            booking.asked(
                self._request,
                _usage(bodies),
                why_not,
                seconds=seconds,
                requests=len(bodies),
                size=sum(map(len, bodies)),
                key=places[0].key,
            )
            if why_not:
                return []
            now = time.time()
            return [
                vectors.storing(place, one, stamps, now=now)
                for place, one in zip(places, bodies, strict=True)
            ]

        identity = "\0".join([*(place.key for place in places), *map(repr, stamps.values())])
        return Plan(keys.digest(identity.encode()), PLAIN, self._ask(inputs), look, keep)


def text_batch(operation: str, texts: Sequence[str], model: str | None) -> Batch:
    """Of the platform's provider."""
    if isinstance(texts, str):
        raise TypeError("embed() takes several texts, not one.")
    provider = ai_provider()
    parameters = {"model": model or provider.embedding_model}

    def request_of(text: Input) -> AIRequest:
        return AIRequest("embedding", operation, provider.base_url, {**parameters, "input": text})

    def ask(some: list[Input]) -> Source:
        return lambda publish: packed(some, *client.embed(parameters, some))

    return Batch(texts, request_of(""), request_of, ask)


def vector_of(text: str) -> array[float]:
    """Of a question that is to be compared with others. Raises AIError."""
    try:
        return text_batch("question", [text], None).run()[0]
    except UpstreamError as error:
        raise client.error_for_users(error) from error


def packed(inputs: Sequence[Input], fresh: Sequence[array[float]], tokens: int) -> bytes:
    """What a source brings: as many as inputs were sent, in their order. The provider has counted the tokens of all
    together; each gets its share, by length."""
    share = tokens / max(1, sum(map(len, inputs)))
    return _pack([vectors.dump(one, round(share * len(of))) for of, one in zip(inputs, fresh, strict=True)])


def _usage(bodies: Sequence[bytes]) -> Usage:
    return Usage(sum(map(vectors.tokens_of, bodies)))
