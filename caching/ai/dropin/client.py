"""The SDK's clients with the cache underneath: every good answer is kept, and one that is known costs no call.

`request()` is where all calls of the SDK pass. What is found there is handed to the SDK as a response, so that all that it
makes of one — types, streams, parsed answers, raw responses — it makes of ours. For that two methods are called which the
SDK does not promise to keep, `_process_response` and `_maybe_override_cast_to`; a test says so when they change.

With Redis down every call that could be kept raises CacheUnavailable, as at the typed door.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Self

import httpx2
import openai

from caching import stats
from caching.ai import asking
from caching.ai.asking import Reply
from caching.ai.dropin import replies
from caching.ai.dropin.calls import Call, call_of
from caching.ai.dropin.embeddings import embeddings_call
from caching.ai.dropin.keeping import Keeping
from caching.ai.dropin.replies import Arriving, AsyncArriving
from caching.ai.dropin.upstream import AsyncUpstream, SyncUpstream
from caching.ai.live import UpstreamError
from caching.ai.policies import DEFAULT, AnswerPolicy
from caching.errors import AIAnswerUnusable, AIUnavailable
from caching.stats import Outcome

OPERATION = "openai"


class CachedCalls:
    """What both clients share: what they say about the keeping of answers, and how their requests become questions."""

    def __init__(
        self,
        *,
        cache_operation: str = OPERATION,
        cache_scopes: tuple[str, ...] = (),
        cache_policy: AnswerPolicy = DEFAULT,
        **options: Any,
    ) -> None:
        self._keeping = Keeping(cache_operation, cache_scopes, cache_policy)
        super().__init__(**options)

    def with_cache(
        self,
        *,
        operation: str | None = None,
        scopes: tuple[str, ...] | None = None,
        policy: AnswerPolicy | None = None,
    ) -> Self:
        """A client that keeps its answers otherwise; it shares the connections of this one."""
        other: Self = self.copy()
        other._keeping = self._keeping.changed(operation, scopes, policy)
        return other

    def copy(self, **changes: Any) -> Self:
        """The SDK's: a client with other options. It keeps its answers as this one does."""
        other: Self = super().copy(**changes)  # type: ignore[misc]
        other._keeping = self._keeping
        return other

    with_options = copy

    def _call(self, options: Any, *, stream: bool) -> Call | None:
        client: Any = self
        return call_of(
            options,
            stream=stream,
            base_url=str(client.base_url),
            default_query=client.default_query,
            keeping=self._keeping,
        )

    def _presenting(self, cast_to: Any, options: Any, stream: bool, stream_cls: Any) -> Callable[..., Any]:
        """The SDK's own step from a response to what the caller gets."""
        client: Any = self
        return partial(
            client._process_response, cast_to=cast_to, options=options, stream=stream, stream_cls=stream_cls
        )

    def _call_anew(self, call: Call) -> Call:
        """What was kept does not fit the class into which it is to be parsed: that is a miss."""
        stats.record(f"ai_{call.kind}", Outcome.UNDECODABLE)
        return call.anew()


class CachedOpenAI(CachedCalls, openai.OpenAI):
    """`openai.OpenAI` with three arguments more. `cache_operation` names what the answers are for: it is part of their keys,
    and decides how long they live. `cache_scopes`, such as ("user:7",), say who shares them. `cache_policy`: AnswerPolicy.
    """

    def request(self, cast_to: Any, options: Any, *, stream: bool = False, stream_cls: Any = None) -> Any:
        cast_to = self._maybe_override_cast_to(cast_to, options)
        call = self._call(options, stream=stream)
        if call is not None:
            present = self._presenting(cast_to, options, stream, stream_cls)
            try:
                if (response := self._answered(call)) is not None:
                    try:
                        return present(response=response)
                    except ValueError:
                        if not replies.was_kept(response):
                            raise
                    if (response := self._answered(self._call_anew(call))) is not None:
                        return present(response=response)
            except UpstreamError as error:
                raise replies.exception(error, call) from error
        return super().request(cast_to, options, stream=stream, stream_cls=stream_cls)

    def _answered(self, call: Call) -> httpx2.Response | None:
        """From what is kept, or from a flight. None: the SDK has to ask by itself."""
        if call.kind == "embedding":
            return self._embedded(call)
        upstream = self._upstream(call)
        question = call.question(upstream)
        if question is None:
            return None
        if not call.is_streamed:
            reply = asking.answer(question)
            return replies.plain(call, reply, upstream.headers) if reply.body else None
        begun = asking.begin(question)
        if isinstance(begun, Reply):
            return replies.replayed(call, begun)
        if call.has_several_answers:
            return None
        pieces = asking.stream(question, begun)
        for first in pieces:
            if isinstance(first, bytes):
                return replies.arriving(call, Arriving(call, first, pieces))
        return None

    def _embedded(self, call: Call) -> httpx2.Response | None:
        embeddings = embeddings_call(call, self._upstream)
        if embeddings is None:
            return None
        try:
            embeddings.batch.run()
        except (AIUnavailable, AIAnswerUnusable):
            return None  # what came are no vectors: the SDK may make of it what it can
        return replies.plain(call, embeddings.reply(), None)

    def _upstream(self, call: Call) -> SyncUpstream:
        return SyncUpstream(partial(self._ask, call), call.surface, is_streamed=call.is_streamed)

    def _ask(self, call: Call) -> httpx2.Response:
        options = call.upstream_options()
        response: httpx2.Response = super().request(httpx2.Response, options, stream=call.is_streamed)
        return response


class AsyncCachedOpenAI(CachedCalls, openai.AsyncOpenAI):
    """`openai.AsyncOpenAI` with the arguments of CachedOpenAI. A call runs on the loop that makes it, also for others."""

    async def request(
        self, cast_to: Any, options: Any, *, stream: bool = False, stream_cls: Any = None
    ) -> Any:
        cast_to = self._maybe_override_cast_to(cast_to, options)
        call = self._call(options, stream=stream)
        if call is not None:
            present = self._presenting(cast_to, options, stream, stream_cls)
            try:
                if (response := await self._answered(call)) is not None:
                    try:
                        return await present(response=response)
                    except ValueError:
                        if not replies.was_kept(response):
                            raise
                    if (response := await self._answered(self._call_anew(call))) is not None:
                        return await present(response=response)
            except UpstreamError as error:
                raise replies.exception(error, call) from error
        return await super().request(cast_to, options, stream=stream, stream_cls=stream_cls)

    async def _answered(self, call: Call) -> httpx2.Response | None:
        """From what is kept, or from a flight. None: the SDK has to ask by itself."""
        if call.kind == "embedding":
            return await self._embedded(call)
        upstream = self._upstream(call)
        question = call.question(upstream)
        if question is None:
            return None
        if not call.is_streamed:
            reply = await asking.aanswer(question)
            return replies.plain(call, reply, upstream.headers) if reply.body else None
        begun = await asking.abegin(question)
        if isinstance(begun, Reply):
            return replies.replayed(call, begun)
        if call.has_several_answers:
            return None
        pieces = asking.astream(question, begun)
        async for first in pieces:
            if isinstance(first, bytes):
                return replies.arriving(call, AsyncArriving(call, first, pieces))
        return None

    async def _embedded(self, call: Call) -> httpx2.Response | None:
        embeddings = embeddings_call(call, self._upstream)
        if embeddings is None:
            return None
        try:
            await embeddings.batch.arun()
        except (AIUnavailable, AIAnswerUnusable):
            return None  # what came are no vectors: the SDK may make of it what it can
        return replies.plain(call, embeddings.reply(), None)

    def _upstream(self, call: Call) -> AsyncUpstream:
        return AsyncUpstream(partial(self._ask, call), call.surface, is_streamed=call.is_streamed)

    async def _ask(self, call: Call) -> httpx2.Response:
        options = call.upstream_options()
        response: httpx2.Response = await super().request(httpx2.Response, options, stream=call.is_streamed)
        return response
