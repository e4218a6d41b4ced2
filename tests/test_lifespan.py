"""A web process that is told to stop finishes what it has begun."""

import asyncio
from typing import Any

from caching.ai import ai
from platform_app.lifespan import finishing
from tests.loopback_openai import LoopbackOpenAI, Reply

QUESTION = [{"role": "user", "content": "Should we sell?"}]
TEXT = "The case is about a decision: should Anna sell?"


async def nothing(*_: Any) -> None:
    raise AssertionError("This is no request.")


def stop() -> list[str]:
    """What the server is told when it starts and stops the application."""
    told: list[str] = []

    async def run() -> None:
        messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

        async def receive() -> Any:
            return next(messages)

        async def send(message: Any) -> None:
            told.append(message["type"])

        await finishing(nothing)({"type": "lifespan"}, receive, send)

    asyncio.run(run())
    return told


def test_an_answer_that_nobody_follows_is_finished_and_kept(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(TEXT, pause_seconds=0.05))
    stream = ai.stream("chat", QUESTION)
    next(stream)
    stream.close()
    assert stop() == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    answer = ai.chat("chat", QUESTION)
    assert (answer.text, answer.from_cache) == (TEXT, True)
    assert len(provider_server.calls) == 1


def test_after_it_new_questions_are_answered(provider_server: LoopbackOpenAI) -> None:
    stop()
    assert ai.chat("chat", QUESTION).text == "Answer 1."
