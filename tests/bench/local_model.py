"""A real model behind the typed door: `manage.py runllm` is started, asked in every way that the platform asks, and stopped.

python -m tests.bench.local_model --model any.gguf    needs requirements-llm.txt; prints one JSON object a line.
`make bench` has no model and leaves it out. What is asked a second time must come from the cache.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import django
import pydantic

from development.environment import ROOT
from tests.servers import prepare_environment

MESSAGES = [
    {
        "role": "system",
        "content": "You are Ingrid, the chief financial officer of a fish soup maker. Answer briefly.",
    },
    {"role": "user", "content": "Sales fell by 12 per cent. What do you want to do?"},
]


class Verdict(pydantic.BaseModel):
    goal_reached: bool
    reasoning: str


@contextmanager
def local_model(model: str) -> Iterator[dict[str, str]]:
    """The command with a free port; yields the settings that it prints. Its end must be clean."""
    command = [sys.executable, "manage.py", "runllm", "--model", model, "--port", "0"]
    began = perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        printed = {}
        for line in process.stdout:
            name, equals, value = line.strip().partition("=")
            printed |= {name: value} if equals else {}
            if line.startswith("Ctrl+C"):
                show("start", began)
                break
        if not printed:
            sys.exit(process.wait())
        yield printed
    finally:
        began = perf_counter()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
        show("stop", began)


def show(what: str, began: float, **more: object) -> None:
    print(
        json.dumps({"bench": f"local_model_{what}", "seconds": round(perf_counter() - began, 3), **more}),
        flush=True,
    )


def outcome(call: Callable[[], dict[str, object]]) -> dict[str, object]:
    """What a call brought, or the sentence that a user would read."""
    from caching.errors import AIError

    try:
        return call()
    except AIError as error:
        return {"error": type(error).__name__, "sentence": str(error)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="a .gguf file")
    model = parser.parse_args().model
    if model is None:
        print(json.dumps({"bench": "local_model", "left_out": "no --model was given"}))
        return
    prepare_environment()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    with local_model(str(Path(model).resolve())) as printed:
        try_every_way(printed)


def try_every_way(printed: dict[str, str]) -> None:
    from django.conf import settings

    from caching.ai import ai

    settings.CACHING = settings.CACHING | printed | {"AI_TIMEOUT_SECONDS": 600}

    def chat() -> dict[str, object]:
        answer = ai.chat("chat", MESSAGES, max_tokens=400)
        return {
            "text": answer.text,
            "model": answer.model,
            "usage": str(answer.usage),
            "from_cache": answer.from_cache,
        }

    def stream() -> dict[str, object]:
        began, pieces, first = perf_counter(), [], 0.0
        answers = ai.stream(
            "chat", [*MESSAGES[:1], {"role": "user", "content": "Who are you?"}], max_tokens=400
        )
        for piece in answers:
            first = first or perf_counter() - began
            pieces.append(piece)
        return {
            "text": "".join(pieces),
            "pieces": len(pieces),
            "first_piece_seconds": round(first, 3),
            "usage": str(answers.answer.usage),
            "from_cache": answers.answer.from_cache,
        }

    def structured() -> dict[str, object]:
        answer = ai.structured("goal_check", MESSAGES, Verdict, max_tokens=400)
        return {
            "value": answer.value.model_dump(),
            "usage": str(answer.usage),
            "from_cache": answer.from_cache,
        }

    def embed() -> dict[str, object]:
        return {"vectors": len(ai.embed("passage", ["Sales fell by 12 per cent."]))}

    def image() -> dict[str, object]:
        return {"bytes": len(ai.image("scene_image", "A fish soup plant."))}

    for way in (chat, stream, structured, embed, image):
        for time in ("first", "second"):
            began = perf_counter()
            show(f"{way.__name__}_{time}", began, **outcome(way))


if __name__ == "__main__":
    main()
