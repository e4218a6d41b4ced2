"""Only a plain question may get another one's answer."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caching.ai.semantic.questions import (
    MOST_CHARACTERS,
    asking_instead,
    is_plain,
    neighbourhood,
    question_of,
)
from tests.caching.ai.semantic.desk import asking

SYSTEM = {"role": "system", "content": "Explain."}
USER = {"role": "user", "content": "What is the margin?"}
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,"}}


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"temperature": 1.0, "max_tokens": 100, "seed": 7},
        {"tools": None, "response_format": None},
        {"metadata": {"a": "b"}, "user": "7", "prompt_cache_key": "x"},
        {"messages": [USER]},
        {"messages": [SYSTEM, {"role": "developer", "content": "Be short."}, USER]},
    ],
    ids=str,
)
def test_a_plain_question_may(parameters: dict[str, Any]) -> None:
    assert is_plain(asking("What is the margin?", **parameters))


@pytest.mark.parametrize(
    "parameters",
    [
        {"tools": [{"type": "function"}]},
        {"response_format": {"type": "json_object"}},
        {"extra_body": {"grammar": "x"}},
        {"something_new": True},
        {"temperature": 1.1},
        {"messages": []},
        {"messages": [SYSTEM]},
        {"messages": [USER, SYSTEM]},
        {"messages": [SYSTEM, USER, {"role": "assistant", "content": "30 %."}, USER]},
        {"messages": [SYSTEM, {"role": "assistant", "content": "Ask me."}, USER]},
        {"messages": [USER, USER]},
        {"messages": [SYSTEM, {"role": "user", "content": [PICTURE]}]},
        {"messages": [{"role": "system", "content": [{"type": "text", "text": "Explain."}]}, USER]},
        {"messages": [SYSTEM, {"role": "user", "content": None}]},
        {"messages": [SYSTEM, {"role": "user", "content": "  "}]},
        {"messages": [SYSTEM, {"role": "user", "content": "x" * (MOST_CHARACTERS + 1)}]},
    ],
    ids=lambda parameters: str(parameters)[:80],
)
def test_anything_else_may_not(parameters: dict[str, Any]) -> None:
    assert not is_plain(asking("What is the margin?", **parameters))


@pytest.mark.parametrize("kind", ["embedding", "image"])
def test_only_answers_in_words_are_shared(kind: Any) -> None:
    assert not is_plain(replace(asking("What is the margin?"), kind=kind))


@given(st.text(min_size=1), st.text(min_size=1))
def test_another_question_leads_to_exactly_its_own_request(one: str, other: str) -> None:
    assert asking_instead(asking(one), other) == asking(other)
    assert question_of(asking_instead(asking(one), other)) == other


def test_the_place_is_everything_but_the_question() -> None:
    place = neighbourhood(asking("One?"), "embedding")
    assert neighbourhood(asking("Two?"), "embedding") == place
    others = [
        neighbourhood(asking("One?"), "another"),
        neighbourhood(asking("One?", operation="feedback"), "embedding"),
        neighbourhood(asking("One?", scopes=()), "embedding"),
        neighbourhood(asking("One?", model="another"), "embedding"),
        neighbourhood(asking("One?", messages=[USER]), "embedding"),
    ]
    assert len({place, *others}) == len(others) + 1
