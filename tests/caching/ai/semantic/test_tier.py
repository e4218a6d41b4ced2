"""Exact first, then the nearest question of the same meaning in the very same place; nothing of it unless it is switched on."""

import logging
import math
from array import array
from collections.abc import Callable
from typing import Any

import pytest
import redis
from pytest_django import DjangoAssertNumQueries, Settings

from caching import stats
from caching.ai import kept
from caching.ai.requests import AIRequest
from caching.ai.semantic import Found, find, is_allowed, learn
from caching.errors import AIUnavailable, CacheUnavailable
from caching.models import ShadowHit
from caching.stats import Outcome
from tests.caching.ai.semantic.conftest import ALIKE, ASKED, NEGATED, Semantic
from tests.caching.ai.semantic.desk import OPERATION, Desk, asking


def text_of(found: Found[Any] | None) -> str | None:
    return found.value.text if found else None


def test_a_question_of_the_same_meaning_gets_the_kept_answer(desk: Desk, semantic: Semantic) -> None:
    semantic("on")
    assert desk.find(asking(ASKED)) is None
    desk.keep(asking(ASKED), "Thirty per cent.")
    found = desk.find(asking(ALIKE))
    assert found is not None
    assert found.value.text == "Thirty per cent."
    assert found.question == ASKED
    assert found.cosine == pytest.approx(math.cos(math.radians(5)), abs=1e-6)
    assert stats.count("ai_semantic", Outcome.HIT) == 1


@pytest.mark.parametrize("mode", ["off", "shadow"])
def test_nobody_gets_it_unless_the_tier_is_on(desk: Desk, semantic: Semantic, mode: str) -> None:
    semantic(mode)
    desk.keep(asking(ASKED), "Thirty per cent.")
    embedded = len(desk.embedded)
    assert desk.find(asking(ALIKE)) is None
    assert len(desk.embedded) == embedded  # the answer waits for nothing


def test_by_default_it_does_nothing_at_all(
    desk: Desk, redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    desk.keep(asking(ASKED), "Thirty per cent.")
    assert not is_allowed(asking(ASKED))
    assert desk.find(asking(ALIKE)) is None
    assert desk.embedded == []
    assert list(redis_server.scan_iter(f"{redis_key_prefix}ai_semantic:*")) == []
    assert not ShadowHit.objects.exists()


def test_another_operation_stays_off(desk: Desk, semantic: Semantic) -> None:
    semantic("on")
    assert not is_allowed(asking(ASKED, operation="feedback"))


@pytest.mark.parametrize("operation", ["persona_answer", "persona_opening"])
def test_a_conversation_is_out_of_the_question_whatever_the_settings_say(
    settings: Settings, operation: str
) -> None:
    settings.CACHING = {**settings.CACHING, "AI_SEMANTIC": {operation: "on"}}
    assert not is_allowed(asking(ASKED, operation=operation))


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"provider": "http://another/v1"},
        {"scopes": ("scenario:2",)},
        {"scopes": ("scenario:1", "user:7")},
        {"prompt_version": "2"},
        {"model": "another"},
        {"temperature": 0.3},
        {"messages": [{"role": "user", "content": ALIKE}]},
        {"messages": [{"role": "system", "content": "Explain!"}, {"role": "user", "content": ALIKE}]},
        {"messages": [{"role": "developer", "content": "Explain."}, {"role": "user", "content": ALIKE}]},
        {
            "messages": [
                {"role": "system", "content": "Explain."},
                {"role": "user", "name": "x", "content": ALIKE},
            ]
        },
    ],
    ids=str,
)
def test_nothing_is_shared_with_another_place(
    desk: Desk, semantic: Semantic, elsewhere: dict[str, Any]
) -> None:
    semantic("on")
    desk.keep(asking(ASKED), "Thirty per cent.")
    assert desk.find(asking(ALIKE, **elsewhere)) is None
    assert text_of(desk.find(asking(ALIKE))) == "Thirty per cent."


def test_vectors_of_another_embedding_model_are_not_compared(
    desk: Desk, semantic: Semantic, settings: Settings
) -> None:
    semantic("on", OPENAI_API_KEY="k")
    desk.keep(asking(ASKED), "Thirty per cent.")
    semantic("on", AI_EMBEDDING_MODEL="another")
    assert desk.find(asking(ALIKE)) is None


def test_the_guards_come_before_the_cosine(desk: Desk, semantic: Semantic) -> None:
    semantic("on")
    desk.keep(asking(NEGATED), "Everything else.")
    assert desk.find(asking(ASKED)) is None
    desk.keep(asking(ALIKE), "Thirty per cent.")  # farther away, but nothing speaks against it
    assert text_of(desk.find(asking(ASKED))) == "Thirty per cent."


@pytest.mark.parametrize(
    ("threshold", "degrees", "is_found"),
    [
        (0.95, 18, True),
        (0.95, 19, False),
        (0.99, 5, True),
        (0.99, 9, False),
        (0.5, 25, True),
        (0.5, 26, False),
    ],
)
def test_the_threshold_counts_and_is_never_below_nine_tenths(
    desk: Desk, semantic: Semantic, threshold: float, degrees: float, is_found: bool
) -> None:
    semantic("on", AI_SEMANTIC_THRESHOLD=threshold)
    desk.vectors[ALIKE] = degrees
    desk.keep(asking(ASKED), "Thirty per cent.")
    assert (desk.find(asking(ALIKE)) is not None) is is_found


def test_a_neighbour_whose_answer_is_gone_does_not_count(
    desk: Desk, semantic: Semantic, redis_server: redis.Redis
) -> None:
    semantic("on")
    desk.keep(asking(ASKED), "Thirty per cent.")
    redis_server.delete(kept.place_of(asking(ASKED)).key)
    assert desk.find(asking(ALIKE)) is None


def test_a_question_that_is_answered_anew_brings_its_new_answer(desk: Desk, semantic: Semantic) -> None:
    semantic("on")
    desk.keep(asking(ASKED), "Thirty per cent.")
    desk.keep(asking(ASKED), "Forty per cent.")
    assert text_of(desk.find(asking(ALIKE))) == "Forty per cent."


def test_what_the_caller_changes_afterwards_is_not_learned(desk: Desk, semantic: Semantic) -> None:
    semantic("on")
    request = asking(ASKED)
    learn(request, embed=desk.embed, look_up=desk.look_up)
    request.parameters["messages"][-1]["content"] = "Something else?"
    desk.keep(asking(ALIKE), "Thirty per cent.")
    assert desk.embedded == [ASKED, ALIKE]


def test_a_provider_without_embeddings_is_no_reason_to_answer_nothing(
    desk: Desk, semantic: Semantic, caplog: pytest.LogCaptureFixture
) -> None:
    semantic("on")

    def embed(text: str) -> "array[float]":
        raise AIUnavailable("The AI provider cannot be reached or is out of order. Please try again.")

    assert find(asking(ASKED), embed=embed, look_up=desk.look_up) is None
    learn(asking(ASKED), embed=embed, look_up=desk.look_up)
    desk.find(asking(ASKED))
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    assert ASKED not in caplog.text


@pytest.mark.usefixtures("broken_redis")
def test_without_redis_it_says_so(semantic: Semantic) -> None:
    semantic("on")
    desk = Desk({})
    with pytest.raises(CacheUnavailable):
        find(asking(ASKED), embed=desk.embed, look_up=desk.look_up)


def test_an_answer_found_asks_the_database_nothing(
    desk: Desk, semantic: Semantic, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    semantic("on")
    desk.keep(asking(ASKED), "Thirty per cent.")
    with django_assert_num_queries(0):
        assert find(asking(ALIKE), embed=desk.embed, look_up=desk.look_up)
    assert desk.find(asking(ALIKE))


def test_the_key_names_the_operation_and_no_question(
    desk: Desk, semantic: Semantic, redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    semantic("on")
    desk.keep(asking(ASKED), "Thirty per cent.")
    (key,) = redis_server.scan_iter(f"{redis_key_prefix}ai_semantic:*")
    assert b"margin" not in key
    assert key.decode().startswith(f"{redis_key_prefix}ai_semantic:{OPERATION}:")


def test_the_look_up_is_asked_for_requests_of_the_same_place_only(desk: Desk, semantic: Semantic) -> None:
    semantic("on")
    desk.keep(asking(ASKED), "Thirty per cent.")
    looked_up: list[AIRequest] = []
    look_up: Callable[[AIRequest], Any] = lambda request: looked_up.append(request) or desk.look_up(request)  # type: ignore[func-returns-value]  # noqa: E731
    assert find(asking(ALIKE), embed=desk.embed, look_up=look_up)
    assert looked_up == [asking(ASKED)]
