"""`ai_cache_service`: the contract's names, on the same entries as the door."""

from array import array
from datetime import UTC, datetime
from typing import Any

import openai
import pytest
import redis

from caching import ai_cache_service, stats
from caching.ai import ai
from caching.errors import CacheUnavailable, Uncacheable
from tests.loopback_openai import MODEL, LoopbackOpenAI

MESSAGES = [{"role": "system", "content": "You are Anna."}, {"role": "user", "content": "Should we sell?"}]
ASKED: dict[str, Any] = {"operation": "persona_answer", "input_data": MESSAGES, "model": MODEL}


def completion(finish_reason: str = "stop", text: str = "No.") -> dict[str, Any]:
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": finish_reason, "logprobs": None}
    return {"id": "1", "object": "chat.completion", "created": 1, "model": MODEL, "choices": [choice]}


class TestResponses:
    def test_a_text_comes_back_and_the_door_finds_it(self, provider_server: LoopbackOpenAI) -> None:
        assert ai_cache_service.cache_openai_response(**ASKED, response="No, never.")
        assert ai_cache_service.get_cached_openai_response(**ASKED) == "No, never."
        assert ai.chat("persona_answer", MESSAGES).text == "No, never."
        assert provider_server.calls == []

    def test_what_the_door_asked_for_is_found(self, provider_server: LoopbackOpenAI) -> None:
        ai.chat("persona_answer", MESSAGES, temperature=0.5, scopes=("user:7",))
        found = ai_cache_service.get_cached_openai_response(**ASKED, temperature=0.5, scopes=("user:7",))
        assert found["choices"][0]["message"]["content"] == "Answer 1."
        assert ai_cache_service.get_cached_openai_response(**ASKED, temperature=0.5, user_id=7) == found
        assert ai_cache_service.get_cached_openai_response(**ASKED, temperature=0.6, user_id=7) is None

    @pytest.mark.parametrize("as_object", [False, True])
    def test_a_response_of_the_provider(self, provider_server: LoopbackOpenAI, as_object: bool) -> None:
        response: Any = completion()
        given = openai.types.chat.ChatCompletion.model_validate(response) if as_object else response
        assert ai_cache_service.cache_openai_response(**ASKED, response=given)
        assert ai_cache_service.get_cached_openai_response(**ASKED) == response
        assert ai.chat("persona_answer", MESSAGES).text == "No."

    @pytest.mark.parametrize(
        "response", [completion("length"), completion("content_filter"), completion(text=""), ""]
    )
    def test_what_ended_badly_is_not_kept(self, provider_server: LoopbackOpenAI, response: Any) -> None:
        assert not ai_cache_service.cache_openai_response(**ASKED, response=response)
        assert ai_cache_service.get_cached_openai_response(**ASKED, default="nothing") == "nothing"

    @pytest.mark.parametrize(
        "value", [None, False, 0, "", {"a": [1, (2, b"3")]}, datetime(2026, 1, 1, tzinfo=UTC)]
    )
    def test_any_plain_value_for_any_plain_input(self, provider_server: LoopbackOpenAI, value: Any) -> None:
        asked: dict[str, Any] = {"operation": "summary", "input_data": {"text": "…"}, "model": "m"}
        ai_cache_service.cache_openai_response(**asked, response=value, style="short")
        found = ai_cache_service.get_cached_openai_response(**asked, style="short", default="nothing")
        assert (found, type(found)) == (value, type(value))
        assert (
            ai_cache_service.get_cached_openai_response(**asked, style="long", default="nothing") == "nothing"
        )

    @pytest.mark.parametrize("name", ["user", "metadata", "timeout", "stream", "anything"])
    def test_every_further_parameter_parts(self, provider_server: LoopbackOpenAI, name: str) -> None:
        asked: dict[str, Any] = {"operation": "summary", "input_data": "text", "model": "m"}
        ai_cache_service.cache_openai_response(**asked, response="one", **{name: "1"})
        assert ai_cache_service.get_cached_openai_response(**asked, **{name: "1"}) == "one"
        assert ai_cache_service.get_cached_openai_response(**asked, **{name: "2"}) is None
        assert ai_cache_service.get_cached_openai_response(**asked) is None

    def test_a_time_to_live(
        self, provider_server: LoopbackOpenAI, redis_server: redis.Redis, redis_key_prefix: str
    ) -> None:
        ai_cache_service.cache_openai_response(**ASKED, response="No.", ttl=5000)
        (key,) = redis_server.scan_iter(f"{redis_key_prefix}ai_cache:persona_answer:*")
        assert redis_server.ttl(key) == pytest.approx(5000, rel=0.11)

    def test_what_has_no_plain_form_is_refused(self, provider_server: LoopbackOpenAI) -> None:
        with pytest.raises(Uncacheable):
            ai_cache_service.cache_openai_response(
                operation="summary", input_data="text", model="m", response=object()
            )

    def test_hits_and_misses_are_counted(self, provider_server: LoopbackOpenAI) -> None:
        ai_cache_service.get_cached_openai_response(**ASKED)
        ai_cache_service.cache_openai_response(**ASKED, response="No.")
        ai_cache_service.get_cached_openai_response(**ASKED)
        assert stats.counts("ai_chat") == stats.Counts(hits=1, misses=1, undecodable=0)


class TestTheOthers:
    def test_an_embedding_is_that_of_the_door(self, provider_server: LoopbackOpenAI) -> None:
        ai_cache_service.cache_embedding("Text.", [0.5, 0.25], model="m")
        assert ai_cache_service.get_cached_embedding("Text.", model="m") == array("f", [0.5, 0.25])
        assert ai.embed("embedding", ["Text."], model="m") == [array("f", [0.5, 0.25])]
        assert ai_cache_service.get_cached_embedding("Text.", model="other") is None

    def test_an_analysis_is_found_by_the_content_of_the_document(
        self, provider_server: LoopbackOpenAI, redis_server: redis.Redis, redis_key_prefix: str
    ) -> None:
        analysis = {"title": "The sale", "people": ["Anna"]}
        ai_cache_service.cache_scenario_analysis(b"%PDF-1", analysis, model="m", prompt_version="2")
        assert (
            ai_cache_service.get_cached_scenario_analysis(b"%PDF-1", model="m", prompt_version="2")
            == analysis
        )
        assert ai_cache_service.get_cached_scenario_analysis(b"%PDF-2", model="m", prompt_version="2") is None
        assert ai_cache_service.get_cached_scenario_analysis(b"%PDF-1", model="m", prompt_version="3") is None
        (key,) = redis_server.scan_iter(f"{redis_key_prefix}ai_cache:scenario_analysis:*")
        assert redis_server.ttl(key) == pytest.approx(7 * 86400, rel=0.11)

    def test_a_turn_belongs_to_its_simulation_persona_scene_and_history(
        self, provider_server: LoopbackOpenAI
    ) -> None:
        turn: dict[str, Any] = {"persona_id": 1, "scene_id": 2, "history": ["Hello."]}
        ai_cache_service.cache_simulation_response(9, "Should we sell?", "No.", **turn)
        get = ai_cache_service.get_cached_simulation_response
        assert get(9, "Should we sell?", **turn) == "No."
        assert get(8, "Should we sell?", **turn) is None
        for name, other in (("persona_id", 3), ("scene_id", 3), ("history", [])):
            assert get(9, "Should we sell?", **turn | {name: other}) is None


class TestInvalidation:
    def test_it_is_exact(self, provider_server: LoopbackOpenAI) -> None:
        def keep(user: int, scenario: int) -> None:
            ai_cache_service.cache_openai_response(
                **ASKED, response="No.", user_id=user, scenario_id=scenario
            )

        def kept(user: int, scenario: int) -> bool:
            found = ai_cache_service.get_cached_openai_response(**ASKED, user_id=user, scenario_id=scenario)
            return found is not None

        pairs = [(1, 1), (1, 2), (2, 1), (11, 1)]
        for pair in pairs:
            keep(*pair)
        assert str(ai_cache_service.invalidate_user_cache(user_id=1)) == "ai_user:1"
        assert [pair for pair in pairs if kept(*pair)] == [(2, 1), (11, 1)]
        keep(1, 2)
        ai_cache_service.invalidate_simulation_cache(scenario_id=1)
        assert [pair for pair in pairs if kept(*pair)] == [(1, 2)]

    @pytest.mark.usefixtures("broken_redis")
    def test_without_redis_it_says_so(self) -> None:
        with pytest.raises(CacheUnavailable):
            ai_cache_service.invalidate_user_cache(user_id=1)
        with pytest.raises(CacheUnavailable):
            ai_cache_service.get_cached_openai_response(**ASKED)
