"""A1, A2, A8: who shares an answer with whom."""

from typing import Any

import pytest

from caching.ai import ai
from tests.loopback_openai import LoopbackOpenAI

SYSTEM = {"role": "system", "content": "You are Anna."}
QUESTION = [SYSTEM, {"role": "user", "content": "Should we sell?"}]
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}
TURNED = {"type": "object", "properties": {"b": {"type": "string"}, "a": {"type": "string"}}}


def format_of(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}


def tool_of(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "function", "function": {"name": "x", "parameters": schema}}]


NO_SHARING: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "personas": ({"scopes": ("persona:1",)}, {"scopes": ("persona:2",)}),
    "users": ({"scopes": ("user:7",)}, {"scopes": ("user:77",)}),
    "a scope and none": ({"scopes": ("user:7",)}, {}),
    "histories": (
        {"messages": [*QUESTION, {"role": "assistant", "content": "Yes."}, {"role": "user", "content": "Why?"}]},
        {"messages": [*QUESTION, {"role": "assistant", "content": "No."}, {"role": "user", "content": "Why?"}]},
    ),
    "roles": ({"messages": QUESTION}, {"messages": [SYSTEM | {"role": "developer"}, QUESTION[1]]}),
    "temperatures": ({"temperature": 0.2}, {"temperature": 0.3}),
    "prompt versions": ({"prompt_version": "1"}, {"prompt_version": "2"}),
    "models": ({"model": "a"}, {"model": "b"}),
    "limits": ({"max_tokens": 100}, {"max_tokens": 101}),
    "seeds": ({"seed": 1}, {"seed": 2}),
    "a seed and none": ({"seed": 1}, {}),
    "white space": ({}, {"messages": [SYSTEM, {"role": "user", "content": "Should we sell? "}]}),
    "Unicode forms": (
        {"messages": [{"role": "user", "content": "Andr\u00e9"}]},
        {"messages": [{"role": "user", "content": "Andre\u0301"}]},
    ),
    "orders of properties in a schema": (
        {"response_format": format_of(SCHEMA)}, {"response_format": format_of(TURNED)},
    ),
    "orders of properties in a tool": ({"tools": tool_of(SCHEMA)}, {"tools": tool_of(TURNED)}),
    "extra bodies": ({"extra_body": {"min_p": 0.1}}, {"extra_body": {"min_p": 0.2}}),
    "an extra body and none": ({"extra_body": {"min_p": 0.1}}, {}),
    "1 and 1.0 and True": ({"extra_body": {"x": 1}}, {"extra_body": {"x": True}}),
}  # fmt: skip
SHARING: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "orders of keys": (
        {"messages": [{"role": "user", "content": "Hm?"}]}, {"messages": [{"content": "Hm?", "role": "user"}]},
    ),
    "orders of parameters": ({"temperature": 0.2, "seed": 1}, {"seed": 1, "temperature": 0.2}),
    "orders of scopes": ({"scopes": ("user:7", "persona:1")}, {"scopes": ("persona:1", "user:7")}),
    "a seed that is None": ({"seed": None}, {}),
    "who asks": ({"user": "a", "safety_identifier": "b", "metadata": {"c": "d"}}, {}),
    "how long one waits": ({"timeout": 5}, {"timeout": 6}),
    "hints for the provider's cache": ({"prompt_cache_key": "a"}, {"prompt_cache_key": "b"}),
}  # fmt: skip


def ask(options: dict[str, Any]) -> str:
    given = {"messages": QUESTION} | options
    return ai.chat("chat", given.pop("messages"), **given).text


@pytest.mark.parametrize("what", NO_SHARING)
def test_different_means_different(provider_server: LoopbackOpenAI, what: str) -> None:
    one, other = NO_SHARING[what]
    assert ask(one) != ask(other)
    assert len(provider_server.calls) == 2


@pytest.mark.parametrize("what", SHARING)
def test_the_same_is_shared(provider_server: LoopbackOpenAI, what: str) -> None:
    one, other = SHARING[what]
    assert ask(one) == ask(other)
    assert len(provider_server.calls) == 1


def test_operations_do_not_share(provider_server: LoopbackOpenAI) -> None:
    assert ai.chat("persona_answer", QUESTION).text != ai.chat("persona_opening", QUESTION).text
