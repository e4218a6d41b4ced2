"""Many callers at once through the drop-in door: one call, and its errors for everybody in the SDK's classes."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
import redis

from caching import stats
from caching.ai import AnswerPolicy
from caching.ai.dropin import upstream
from caching.codec import decode, encode
from caching.entries import _CODEC, Entry
from caching.errors import CacheUnavailable
from tests.caching.ai.dropin.callers import CALLERS, QUESTION, ask_all, ask_async, ask_sync
from tests.caching.ai.dropin.twins import SyncTwin, client_of
from tests.loopback_openai import LoopbackOpenAI, Reply
from tests.programs import Program

TEXT = "The case is about a decision: should Anna sell?"


def test_all_who_ask_at_once_cause_one_call(provider_server: LoopbackOpenAI) -> None:
    provider_server.always(Reply(TEXT, delay_seconds=0.3, pause_seconds=0.02))
    assert ask_all(provider_server.url) == [TEXT] * 2 * CALLERS
    assert len(provider_server.calls) == 1


@pytest.fixture
def others(redis_key_prefix: str, provider_server: LoopbackOpenAI) -> Iterator[list[Program]]:
    """Two more processes, ready to ask."""
    module = "tests.caching.ai.dropin.callers"
    programs = [Program(module, redis_key_prefix, provider_server.url) for _ in range(2)]
    assert [program.hear() for program in programs] == ["ready", "ready"]
    yield programs
    for program in programs:
        program.kill()


@pytest.mark.parametrize(
    ("reply", "got"),
    [
        (Reply(TEXT, delay_seconds=0.5, pause_seconds=0.02), {TEXT}),
        (Reply(status=429, delay_seconds=2), {"RateLimitError: Error code: 429 - No, sk-loopback-secret."}),
    ],
)
def test_all_who_ask_at_once_in_several_processes_cause_one_call(
    provider_server: LoopbackOpenAI,
    others: list[Program],
    reply: Reply,
    got: set[str],
) -> None:
    provider_server.script(reply)
    for program in others:
        program.tell("ask")
    answers = [one for program in others for one in json.loads(program.hear_out())]
    assert set(answers) == got
    assert len(answers) == 2 * 2 * CALLERS
    assert len(provider_server.calls) == 1


@pytest.mark.parametrize(
    ("status", "error_class"),
    [
        (400, openai.BadRequestError),
        (401, openai.AuthenticationError),
        (403, openai.PermissionDeniedError),
        (404, openai.NotFoundError),
        (409, openai.ConflictError),
        (418, openai.APIStatusError),
        (422, openai.UnprocessableEntityError),
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
        (503, openai.InternalServerError),
    ],
)
def test_an_error_of_the_provider_reaches_all_who_wait(
    provider_server: LoopbackOpenAI, status: int, error_class: type[openai.APIStatusError]
) -> None:
    provider_server.script(
        Reply(status=status, delay_seconds=0.3, headers={"retry-after": "7", "x-request-id": "req-1"})
    )
    provider_server.always(Reply(status=status))
    expected = sdk_error(provider_server)
    calls = len(provider_server.calls)
    provider_server.script(Reply(status=status, delay_seconds=0.3, headers={"retry-after": "7"}))
    errors = ask_all(provider_server.url)
    for error in errors:
        assert type(error) is error_class is type(expected)
        assert (str(error), error.body, error.status_code) == (
            str(expected),
            expected.body,
            expected.status_code,
        )
    waited = [error for error in errors if error.response.headers.get("retry-after") == "7"]
    assert len(waited) > 1
    assert len(provider_server.calls) - calls < len(errors)


def sdk_error(server: LoopbackOpenAI) -> Any:
    with client_of(SyncTwin(), server.url, cached=False) as client:
        try:
            client.chat.completions.create(**QUESTION)
        except openai.APIStatusError as error:
            return error


def test_the_client_retries_inside_of_the_one_call(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(status=500, headers={"retry-after-ms": "1"}), Reply(TEXT))
    with client_of(SyncTwin(), provider_server.url, max_retries=1) as client:
        assert client.chat.completions.create(**QUESTION).choices[0].message.content == TEXT
    assert len(provider_server.calls) == 2


@pytest.mark.parametrize("stream", [False, True])
def test_a_timeout_is_the_callers_own(twin: Any, provider_server: LoopbackOpenAI, stream: bool) -> None:
    provider_server.script(Reply(TEXT, delay_seconds=0.5), Reply(TEXT))
    client = client_of(twin, provider_server.url, timeout=0.1)
    with pytest.raises(openai.APITimeoutError):
        twin.get(client.chat.completions.create(**QUESTION, stream=stream))
    answer = twin.get(client.chat.completions.create(**QUESTION))
    assert answer.choices[0].message.content == TEXT
    twin.get(client.close())


def test_a_provider_that_is_not_there_is_the_sdks_error(twin: Any, provider_server: LoopbackOpenAI) -> None:
    client = client_of(twin, "http://127.0.0.1:9/v1")
    with pytest.raises(openai.APIConnectionError):
        twin.get(client.chat.completions.create(**QUESTION))
    twin.get(client.close())


def test_an_async_leader_who_is_cancelled_takes_nobody_along(provider_server: LoopbackOpenAI) -> None:
    provider_server.always(Reply(TEXT, delay_seconds=0.2))

    async def cancelled() -> Any:
        leader = asyncio.create_task(ask_async(provider_server.url, stream=False))
        await asyncio.to_thread(provider_server.wait_for_calls, 1)
        follower = asyncio.create_task(ask_async(provider_server.url, stream=True))
        leader.cancel()
        return await follower

    assert asyncio.run(cancelled()) == TEXT


def test_a_leader_whose_loop_ends_takes_nobody_along(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(TEXT, delay_seconds=1), Reply(TEXT))

    async def leaves() -> None:
        task = asyncio.create_task(ask_async(provider_server.url, stream=False))
        await asyncio.to_thread(provider_server.wait_for_calls, 1)
        task.cancel()

    asyncio.run(leaves())
    assert ask_sync(provider_server.url, stream=False) == TEXT


def test_a_sync_call_on_the_loop_of_the_leader_does_not_wait_for_ever(
    provider_server: LoopbackOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upstream, "LOOK_AT_THE_LOOP_SECONDS", 0.05)
    monkeypatch.setattr(upstream, "BLOCKED_SECONDS", 0.2)
    provider_server.script(Reply(TEXT, delay_seconds=2), Reply(TEXT))

    async def blocked() -> Any:
        leader = asyncio.create_task(ask_async(provider_server.url, stream=False))
        await asyncio.to_thread(provider_server.wait_for_calls, 1)
        answer = ask_sync(provider_server.url, stream=False)
        with pytest.raises(RuntimeError, match="blocked"):
            await leader
        return answer

    assert asyncio.run(blocked()) == TEXT


def test_a_slow_stream_is_the_timeout_of_its_caller(twin: Any, provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(TEXT, pause_seconds=0.3), Reply(TEXT))
    client = client_of(twin, provider_server.url, timeout=0.1)
    with pytest.raises(openai.APITimeoutError):
        twin.all(twin.get(client.chat.completions.create(**QUESTION, stream=True)))
    answer = twin.get(client.chat.completions.create(**QUESTION))
    assert answer.choices[0].message.content == TEXT
    twin.get(client.close())


def test_without_redis_nothing_is_asked(
    client: Any, twin: Any, provider_server: LoopbackOpenAI, settings: Any
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    for stream in (False, True):
        with pytest.raises(CacheUnavailable):
            twin.get(client.chat.completions.create(**QUESTION, stream=stream))
    assert provider_server.calls == []


def test_an_expired_answer_is_better_than_an_error_for_whom_says_so(
    client: Any, twin: Any, provider_server: LoopbackOpenAI, redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    content = client.with_cache(policy=AnswerPolicy(stale_if_error=True)).chat.completions
    fresh = twin.get(content.create(**QUESTION))
    (key,) = redis_server.scan_iter(f"{redis_key_prefix}ai_cache:*")
    entry: Entry = decode(_CODEC, redis_server.get(key))
    old = Entry(entry.tags, entry.stamps, entry.computed_seconds, 1.0, entry.body)
    redis_server.set(key, encode(_CODEC, old), keepttl=True)
    provider_server.always(Reply(status=500))
    raw = twin.get(content.with_raw_response.create(**QUESTION))
    assert raw.headers["x-ai-cache"] == "stale"
    assert raw.parse() == fresh
    chunks = twin.all(twin.get(content.create(**QUESTION, stream=True)))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "Answer 1."
    with pytest.raises(openai.InternalServerError):
        twin.get(client.chat.completions.create(**QUESTION))


def test_each_request_is_booked_once(client: Any, twin: Any, provider_server: LoopbackOpenAI) -> None:
    for stream in (False, True, False):
        answer = twin.get(client.chat.completions.create(**QUESTION, stream=stream))
        if stream:
            twin.all(answer)
    counts = stats.counts("ai_chat")
    assert (counts.hits, counts.misses) == (2, 1)


def test_every_key_expires(
    client: Any, twin: Any, provider_server: LoopbackOpenAI, redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    twin.get(client.chat.completions.create(**QUESTION))
    keys = list(redis_server.scan_iter(f"{redis_key_prefix}*"))
    assert any(b"ai_cache:openai:" in key for key in keys)
    assert all(redis_server.ttl(key) > 0 for key in keys)
