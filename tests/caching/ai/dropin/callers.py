"""Sync and async, streamed and plain callers who all ask the same at once, here or in a process of their own:
`python -m tests.caching.ai.dropin.callers PREFIX PROVIDER`. It says `ready`, waits for a line, and prints what they got."""

import asyncio
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django
import openai

from tests.caching.ai.dropin.twins import AsyncTwin, SyncTwin, client_of
from tests.loopback_bodies import MODEL

QUESTION: dict[str, Any] = {"model": MODEL, "messages": [{"role": "user", "content": "Hello."}]}
CALLERS = 8


def ask_sync(url: str, *, stream: bool) -> Any:
    with client_of(SyncTwin(), url) as client:
        try:
            answer = client.chat.completions.create(**QUESTION, stream=stream)
            if not stream:
                return answer.choices[0].message.content
            return "".join(chunk.choices[0].delta.content or "" for chunk in answer)
        except openai.OpenAIError as error:
            return error


async def ask_async(url: str, *, stream: bool) -> Any:
    async with client_of(AsyncTwin(), url) as client:
        try:
            answer = await client.chat.completions.create(**QUESTION, stream=stream)
            if not stream:
                return answer.choices[0].message.content
            return "".join([chunk.choices[0].delta.content or "" async for chunk in answer])
        except openai.OpenAIError as error:
            return error


def ask_all(url: str) -> list[Any]:
    """What each of twice so many callers got: the text, or the SDK's exception."""

    async def async_callers() -> list[Any]:
        return await asyncio.gather(*(ask_async(url, stream=bool(n % 2)) for n in range(CALLERS)))

    with ThreadPoolExecutor(CALLERS + 1) as threads:
        others = threads.submit(asyncio.run, async_callers())
        ours = [threads.submit(ask_sync, url, stream=bool(n % 2)) for n in range(CALLERS)]
        return [*others.result(), *(one.result() for one in ours)]


def main() -> None:
    prefix, provider = sys.argv[1:]
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from django.conf import settings

    settings.REDIS_KEY_PREFIX = prefix
    say("ready")
    sys.stdin.readline()
    got = ask_all(provider)
    say(json.dumps([one if isinstance(one, str) else f"{type(one).__name__}: {one}" for one in got]))


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
