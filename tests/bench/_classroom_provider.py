"""The provider of the class: every answer names the meaning that it was made for, so that a wrong one can be told."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from tests.loopback_openai import Call, LoopbackOpenAI, Reply

ANSWER_CHARACTERS = 1200
DIGEST_CHARACTERS = 16
CHARACTERS_A_TOKEN = 4
# OpenAI's own cache of prompts: from 1024 tokens on, in steps of 128.
LEAST_CACHED_TOKENS, CACHED_STEP = 1024, 128
# Dollars for a million tokens: those of gpt-5-mini as an example. They change, and other models have others.
INPUT, CACHED_INPUT, OUTPUT = 0.25, 0.025, 2.00

FILLER = "We have talked about this more than once, and I still think that the figures say it best. "


def meaning(parameters: Mapping[str, Any]) -> str:
    """What makes one request another: told from the parameters of the SDK as from the body that the server gets."""
    parts = [parameters.get(name) for name in ("model", "messages", "response_format")]
    return sha256(json.dumps(parts).encode()).hexdigest()[:DIGEST_CHARACTERS]


def is_check(parameters: Mapping[str, Any]) -> bool:
    return "response_format" in parameters


def prompt_text(parameters: Mapping[str, Any]) -> str:
    return "".join(f"{message['role']}: {message['content']}\n" for message in parameters["messages"])


def answer_text(parameters: Mapping[str, Any]) -> str:
    made_for = f"Made for {meaning(parameters)}."
    if is_check(parameters):
        verdict = {"goal_reached": False, "confidence": 0.2, "reasoning": made_for, "next_action": "continue"}
        return json.dumps(verdict | {"hint": ""})
    return (made_for + " " + FILLER * 20)[:ANSWER_CHARACTERS].strip()


def tokens(text: str) -> int:
    return len(text) // CHARACTERS_A_TOKEN


@dataclass
class Bill:
    """What calls cost, by a provider that keeps the beginnings of prompts for ever."""

    calls: int = 0
    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0

    def add(self, parameters: Mapping[str, Any], cached: int) -> None:
        self.calls += 1
        self.input_tokens += tokens(prompt_text(parameters))
        self.cached_input_tokens += cached
        self.output_tokens += tokens(answer_text(parameters))

    @property
    def dollars(self) -> float:
        fresh = self.input_tokens - self.cached_input_tokens
        return (fresh * INPUT + self.cached_input_tokens * CACHED_INPUT + self.output_tokens * OUTPUT) / 1e6


class PromptCache:
    """The beginnings of the prompts so far, by `prompt_cache_key`."""

    def __init__(self) -> None:
        self._beginnings: defaultdict[str | None, set[str]] = defaultdict(set)

    def cached_tokens(self, parameters: Mapping[str, Any]) -> int:
        """How much of this prompt was seen before; it has been seen from now on."""
        prompt, known = prompt_text(parameters), self._beginnings[parameters.get("prompt_cache_key")]
        lengths = range(LEAST_CACHED_TOKENS, tokens(prompt) + 1, CACHED_STEP)
        digests = [sha256(prompt[: length * CHARACTERS_A_TOKEN].encode()).hexdigest() for length in lengths]
        cached = [length for length, digest in zip(lengths, digests, strict=True) if digest in known]
        known.update(digests)
        return max(cached, default=0)


class AnsweringProvider:
    """Takes the place of the server's script. `bill` is what it has been asked for, in the order in which it came."""

    def __init__(self, server: LoopbackOpenAI, *, delay_seconds: float = 0.0) -> None:
        self.bill = Bill()
        self._server = server
        self._cache = PromptCache()
        self._delay_seconds = delay_seconds
        server.take = self._take  # type: ignore[method-assign]

    def _take(self, call: Call) -> Reply:
        with self._server._lock:
            self._server.calls.append(call)
            before = self.bill.input_tokens, self.bill.output_tokens
            cached = self._cache.cached_tokens(call.body)
            self.bill.add(call.body, cached)
        usage = {
            "prompt_tokens": self.bill.input_tokens - before[0],
            "completion_tokens": self.bill.output_tokens - before[1],
            "prompt_tokens_details": {"cached_tokens": cached},
        }
        return Reply(answer_text(call.body), usage=usage, delay_seconds=self._delay_seconds)
