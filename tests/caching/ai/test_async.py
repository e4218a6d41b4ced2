"""The door for coroutines: the same entries, the same flights, the same errors."""

import asyncio
from array import array
from functools import partial

import pytest
from pydantic import BaseModel

from caching import fresh
from caching.ai import AsyncAnswerStream, ai
from caching.errors import AIAnswerUnusable, AIUnavailable
from tests.caching.patience import wait_until
from tests.loopback_openai import LoopbackOpenAI, Reply, png, vector

QUESTION = [{"role": "user", "content": "Should we sell?"}]
TEXT = "The case is about  a decision:\n\nshould Anna sell? \n"


class Verdict(BaseModel):
    sell: bool


async def read(stream: AsyncAnswerStream) -> str:
    return "".join([str(piece) async for piece in stream])


def test_they_share_the_entries_of_the_others(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(TEXT))

    async def ask() -> None:
        stream = await ai.astream("chat", QUESTION)
        assert await read(stream) == TEXT == stream.answer.text
        assert (await ai.achat("chat", QUESTION)).from_cache
        again = await ai.astream("chat", QUESTION)
        assert await read(again) == TEXT
        assert again.answer.from_cache

    asyncio.run(ask())
    assert ai.chat("chat", QUESTION).from_cache
    assert len(provider_server.calls) == 1


def test_many_coroutines_cause_one_call_and_see_the_tokens(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(TEXT, pause_seconds=0.01))

    async def ask() -> list[str]:
        async def one() -> str:
            return await read(await ai.astream("chat", QUESTION))

        return await asyncio.gather(*(one() for _ in range(100)))

    assert set(asyncio.run(ask())) == {TEXT}
    assert len(provider_server.calls) == 1


def test_a_cancelled_coroutine_takes_nobody_along(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(TEXT, delay_seconds=0.5))

    async def ask() -> str:
        first = asyncio.ensure_future(ai.achat("chat", QUESTION))
        await asyncio.to_thread(partial(wait_until, lambda: provider_server.calls, seconds=10))
        second = asyncio.ensure_future(ai.achat("chat", QUESTION))
        await asyncio.sleep(0)
        first.cancel()
        return (await second).text

    assert asyncio.run(ask()) == TEXT
    assert len(provider_server.calls) == 1


def test_a_loop_that_ends_leaves_the_answer_to_the_next(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(TEXT, pause_seconds=0.02))

    async def begin() -> None:
        stream = await ai.astream("chat", QUESTION)
        await anext(stream)

    asyncio.run(begin())
    assert ai.chat("chat", QUESTION).text == TEXT
    assert len(provider_server.calls) == 1


def test_the_other_methods_too(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply('{"sell": true}'))

    async def ask() -> None:
        assert (await ai.astructured("verdict", QUESTION, Verdict)).value.sell
        assert (await ai.astructured("verdict", QUESTION, Verdict)).from_cache
        assert await ai.aembed("embedding", ["one", "two"]) == [array("f", vector(t)) for t in ("one", "two")]
        assert await ai.aembed("embedding", ["two"]) == [array("f", vector("two"))]
        assert await ai.aimage("image", "A harbour.") == png("A harbour.")
        assert await ai.aimage("image", "A harbour.") == png("A harbour.")

    asyncio.run(ask())
    assert len(provider_server.calls) == 3


def test_errors_are_the_same(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(status=500), Reply(TEXT, finish_reason="length"), Reply(TEXT, cut_after=2))

    async def ask() -> None:
        with pytest.raises(AIUnavailable):
            await ai.achat("chat", QUESTION)
        with pytest.raises(AIAnswerUnusable):
            await read(await ai.astream("chat", QUESTION))
        with pytest.raises(AIUnavailable):
            await read(await ai.astream("chat", QUESTION))

    asyncio.run(ask())


def test_a_copy_in_this_process_is_taken_without_a_thread(
    provider_server: LoopbackOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask() -> None:
        async with fresh():
            for _ in range(3):
                await ai.achat("chat", QUESTION)
            monkeypatch.setattr(asyncio, "to_thread", None)
            assert (await ai.achat("chat", QUESTION)).source == "near"

    asyncio.run(ask())
