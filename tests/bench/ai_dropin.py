"""What a hit costs at the drop-in door, against the same call of the SDK alone to a server that answers at once.

python -m tests.bench.ai_dropin    prints one JSON object a line; times are µs of this process (CPU) and of the clock (wall)

The server is a process of its own, so that its work is not counted as that of the SDK.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

import django

from tests.bench.ai_hit import ANSWER_CHARACTERS, PROSE, measure
from tests.servers import prepare_environment

QUESTION = [{"role": "user", "content": PROSE[:2000]}]
OPENING = [{"role": "system", "content": PROSE[:2000]}, {"role": "user", "content": PROSE[:200]}]
FIFTH = OPENING + OPENING[1:] * 8


def main() -> None:
    prepare_environment()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()

    import openai

    from caching.ai import CachedOpenAI

    with serving() as url:
        options = {"base_url": url, "api_key": "none", "max_retries": 0}
        with openai.OpenAI(**options) as alone, CachedOpenAI(**options) as cached:
            report("a question", asking_chat(alone), asking_chat(cached), must=0.5)
            report("an opening turn", asking_chat(alone, OPENING), asking_chat(cached, OPENING), must=0.5)
            report("a fifth turn", asking_chat(alone, FIFTH), asking_chat(cached, FIFTH))
            report("a stream", asking_for_stream(alone), asking_for_stream(cached), must=0.5)
            report("a response", asking_for_response(alone), asking_for_response(cached), must=0.5)


def report(
    figure: str, alone: Callable[[], object], cached: Callable[[], object], must: float | None = None
) -> None:
    """Most of what remains of a hit is the SDK's: it checks each message before it says what it wants."""
    cached()  # asks the provider
    call, hit = measure(alone, cached)
    ratio = {
        f"ratio_{clock}": round(hit[f"{clock}_us"] / call[f"{clock}_us"], 2) for clock in ("wall", "cpu")
    }
    line = {"bench": "ai_dropin", "figure": figure, "must": must, **ratio, "hit": hit, "uncached": call}
    print(json.dumps(line | {"answer_characters": ANSWER_CHARACTERS}))


def asking_chat(client: Any, messages: list[Any] = QUESTION) -> Callable[[], object]:
    return lambda: client.chat.completions.create(model="m", messages=messages)


def asking_for_stream(client: Any) -> Callable[[], object]:
    return lambda: list(client.chat.completions.create(model="m", messages=OPENING, stream=True))


def asking_for_response(client: Any) -> Callable[[], object]:
    return lambda: client.responses.create(model="m", instructions=PROSE[:2000], input=PROSE[:800])


@contextmanager
def serving() -> Iterator[str]:
    """The address of a provider that gives the same answer to everything."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    yield ours.recv()
    ours.send("stop")
    process.join()


def serve(pipe: Connection) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from tests.loopback_openai import LoopbackOpenAI, Reply

    with LoopbackOpenAI() as server:
        server.always(Reply(PROSE[:ANSWER_CHARACTERS]))
        pipe.send(server.url)
        pipe.recv()


if __name__ == "__main__":
    main()
