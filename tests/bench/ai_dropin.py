"""What a hit costs at the drop-in door, against the same call of the SDK alone to a server that answers at once.

python -m tests.bench.ai_dropin    prints one JSON line; times are µs of this process (CPU) and of the clock (wall)

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

MAY_RATIO = 0.5


def main() -> None:
    prepare_environment()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()

    import openai

    from caching.ai import CachedOpenAI

    with serving() as url:
        options = {"base_url": url, "api_key": "none", "max_retries": 0}
        with openai.OpenAI(**options) as alone, CachedOpenAI(**options) as cached:
            surfaces = {
                "chat": (asking_chat(alone), asking_chat(cached)),
                "chat_stream": (asking_chat(alone, stream=True), asking_chat(cached, stream=True)),
                "responses": (asking_responses(alone), asking_responses(cached)),
            }
            results = {name: compared(*calls) for name, calls in surfaces.items()}
    print(
        json.dumps(
            {"bench": "ai_dropin", "answer_characters": ANSWER_CHARACTERS, "must": MAY_RATIO} | results
        )
    )


def compared(alone: Callable[[], object], cached: Callable[[], object]) -> dict[str, Any]:
    cached()  # asks the provider
    call, hit = measure(alone, cached)
    return {
        "hit": hit,
        "uncached": call,
        "ratio_cpu": round(hit["cpu_us"] / call["cpu_us"], 2),
        "ratio_wall": round(hit["wall_us"] / call["wall_us"], 2),
    }


def asking_chat(client: Any, *, stream: bool = False) -> Callable[[], object]:
    messages = [{"role": "system", "content": PROSE[:2000]}] + [{"role": "user", "content": PROSE[:200]}] * 4
    create = client.chat.completions.create
    if stream:
        return lambda: list(create(model="m", messages=messages, stream=True))
    return lambda: create(model="m", messages=messages)


def asking_responses(client: Any) -> Callable[[], object]:
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
