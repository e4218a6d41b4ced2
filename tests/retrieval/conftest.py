"""A provider whose vectors know a few things about the world, and a long case that says them in several ways."""

from __future__ import annotations

import json
import re

import pytest

from platform_app.models import Scenario, User
from platform_app.retrieval.meaning import OPERATION
from tests.factories import make_scenario
from tests.loopback_openai import Call, LoopbackOpenAI, Reply

# Words of one line mean the same.
MEANINGS = (
    "earnings profit surplus",
    "staff nurses workforce",
    "harbour weather rain",
    "reserve savings cushion",
)
FILLER = "Paragraph {n} is about the weather in the harbour, which changes all the time and is noted down every hour."
# As long as the others, so that none of them is chosen because it just fits into what is left of a budget.
SURPLUS = "In the third year the surplus shrank to almost nothing, although prices had risen twice and costs had been cut."
SAVINGS = "The cushion of 4 million was built up over ten years, by a board that had seen two crises and feared a third."


def vector(text: str) -> list[float]:
    """One dimension a meaning."""
    words = set(re.findall(r"\w+", text.lower()))
    return [float(len(words & set(line.split()))) for line in MEANINGS]


class Describer:
    """What the provider was asked to describe; `fails` makes it refuse."""

    def __init__(self, server: LoopbackOpenAI) -> None:
        self.asked: list[list[str]] = []
        self.fails = False
        self.length = len(MEANINGS)
        self._others = server.take
        server.take = self._take  # type: ignore[method-assign]

    def _take(self, call: Call) -> Reply:
        if not call.path.endswith("/embeddings"):
            return self._others(call)
        self.asked.append(call.body["input"])
        if self.fails:
            return Reply(status=400)
        data = [
            {"object": "embedding", "index": n, "embedding": (vector(text) + [0.0] * 9)[: self.length]}
            for n, text in enumerate(call.body["input"])
        ]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        return Reply(
            raw=json.dumps({"object": "list", "data": data, "model": OPERATION, "usage": usage}).encode()
        )


@pytest.fixture
def describer(provider_server: LoopbackOpenAI) -> Describer:
    return Describer(provider_server)


def long_case() -> list[str]:
    """Its paragraphs: 400, of which number 300 is about profit, and 350 about a reserve, in other words."""
    paragraphs = [FILLER.format(n=n) for n in range(400)]
    paragraphs[300], paragraphs[350] = SURPLUS, SAVINGS
    return paragraphs


@pytest.fixture
def long_scenario(professor: User) -> Scenario:
    return make_scenario(owner=professor, case_text="\n\n".join(long_case()))
