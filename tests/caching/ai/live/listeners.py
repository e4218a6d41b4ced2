"""One process of many who ask the same: `python -m tests.caching.ai.live.listeners PREFIX PROVIDER HOW READERS`

It says `ready`, and waits for a line. Then so many readers ask at once, as HOW says: threads that stream, coroutines that
stream, threads that want the whole. In the end it prints what each of them saw.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any

import django

QUESTION = [{"role": "system", "content": "You are Anna."}, {"role": "user", "content": "Should we sell?"}]
PATIENCE_SECONDS = 60.0


@dataclass
class Seen:
    """`screen` is what stands there in the end; `first` and `last` are times of the machine's monotonic clock."""

    screen: str = ""
    answer: str = ""
    source: str = ""
    restarts: int = 0
    first: float = 0.0
    last: float = 0.0
    error: str = ""
    lengths: list[int] = field(default_factory=list)
    """of the screen, after each piece"""

    def show(self, piece: Any) -> None:
        self.last = time.monotonic()
        self.first = self.first or self.last
        if isinstance(piece, str):
            self.screen += piece
        else:
            self.screen = ""
            self.restarts += 1
        self.lengths.append(len(self.screen))


def stream(seen: Seen, on_piece: Callable[[], None]) -> None:
    from caching.ai import ai

    pieces = ai.stream("persona_answer", QUESTION, scopes=("persona:1",))
    for piece in pieces:
        seen.show(piece)
        on_piece()
    seen.answer, seen.source = pieces.answer.text, pieces.answer.source


async def astream(seen: Seen) -> None:
    from caching.ai import ai

    pieces = await ai.astream("persona_answer", QUESTION, scopes=("persona:1",))
    async for piece in pieces:
        seen.show(piece)
    seen.answer, seen.source = pieces.answer.text, pieces.answer.source


def chat(seen: Seen) -> None:
    from caching.ai import ai

    answer = ai.chat("persona_answer", QUESTION, scopes=("persona:1",))
    seen.show(answer.text)
    seen.answer, seen.source = answer.text, answer.source


def read_by_threads(how: str, readers: int) -> list[Seen]:
    start = threading.Barrier(readers)

    def read(_: int) -> Seen:
        seen = Seen()
        start.wait(PATIENCE_SECONDS)
        try:
            chat(seen) if how == "chat" else stream(seen, lambda: None)
        except Exception as error:
            seen.error = repr(error)
        return seen

    with ThreadPoolExecutor(readers) as pool:
        return list(pool.map(read, range(readers)))


async def read_by_coroutines(readers: int) -> list[Seen]:
    all_seen = [Seen() for _ in range(readers)]
    await asyncio.gather(*map(astream, all_seen))
    return all_seen


def main() -> None:
    prefix, provider, how, readers = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from django.conf import settings

    settings.REDIS_KEY_PREFIX = prefix
    settings.CACHING = settings.CACHING | {
        "OPENAI_API_KEY": "none",
        "OPENAI_BASE_URL": provider,
        "AI_MODEL": "loopback-model",
        "AI_MAX_RETRIES": 0,
        "FLIGHT_LEASE_SECONDS": 1.0,
    }
    say("ready")
    sys.stdin.readline()
    seen = asyncio.run(read_by_coroutines(readers)) if how == "astream" else read_by_threads(how, readers)
    say(json.dumps([asdict(one) for one in seen]))


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
