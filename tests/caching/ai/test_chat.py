import pickle
import random
from typing import Any

import msgspec
import pytest
import redis

from caching import stats
from caching.ai import Usage, ai
from caching.errors import (
    AIAnswerUnusable,
    AIError,
    AIMisconfigured,
    AIRequestRejected,
    AIUnavailable,
)
from tests.loopback_openai import API_KEY, MODEL, LoopbackOpenAI, Reply

QUESTION = [{"role": "system", "content": "You are Anna."}, {"role": "user", "content": "Who are you?"}]


def test_an_answer_tells_text_model_ending_and_usage(provider_server: LoopbackOpenAI) -> None:
    answer = ai.chat("chat", QUESTION)
    assert (answer.text, answer.model, answer.finish_reason) == ("Answer 1.", MODEL, "stop")
    assert answer.usage == Usage(input_tokens=100, output_tokens=20, cached_input_tokens=64)
    assert not answer.from_cache


def test_the_second_identical_question_makes_no_call(provider_server: LoopbackOpenAI) -> None:
    first = ai.chat("chat", QUESTION, temperature=0.7, max_tokens=200)
    second = ai.chat("chat", QUESTION, temperature=0.7, max_tokens=200)
    assert len(provider_server.calls) == 1
    assert second.from_cache
    assert (second.text, second.model, second.usage) == (first.text, first.model, first.usage)
    assert stats.counts("ai_chat") == stats.Counts(hits=1, misses=1, undecodable=0)


def test_what_is_sent_is_what_was_asked(provider_server: LoopbackOpenAI) -> None:
    ai.chat(
        "chat",
        QUESTION,
        temperature=0.7,
        max_tokens=200,
        top_p=0.5,
        extra_body={"top_k": 3},
        scopes=("user:7",),
    )
    assert provider_server.bodies == [
        {
            "messages": QUESTION,
            "model": MODEL,
            "temperature": 0.7,
            "max_tokens": 200,
            "top_p": 0.5,
            "top_k": 3,
        }
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"scopes": ("user:7",)},
        {"scopes": ("persona:3", "user:7")},
        {"temperature": 0.1},
        {"max_tokens": 10},
        {"model": "another"},
        {"prompt_version": "2"},
        {"top_p": 0.5},
        {"seed": 1},
        {"extra_body": {"top_k": 3}},
        {"response_format": {"type": "json_object"}},
        {
            "messages": [
                *QUESTION,
                {"role": "assistant", "content": "Anna."},
                {"role": "user", "content": "Who?"},
            ]
        },
        {"messages": [{"role": "system", "content": "You are Bert."}, QUESTION[1]]},
        {"messages": [QUESTION[0] | {"role": "user"}, QUESTION[1]]},
        {"messages": [QUESTION[0], QUESTION[1] | {"content": "Who are you? "}]},
        {"operation": "persona_reply"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_another_meaning_gets_another_answer(provider_server: LoopbackOpenAI, other: dict[str, Any]) -> None:
    asked = {"operation": "chat", "messages": QUESTION}
    one, two = ai.chat(**asked), ai.chat(**asked | other)
    assert one.text != two.text
    assert not two.from_cache


@pytest.mark.parametrize(
    "same",
    [
        {"metadata": {"turn": "1"}},
        {"user": "7"},
        {"safety_identifier": "7"},
        {"timeout": 3},
        {"extra_headers": {"X-Request": "1"}},
        {"prompt_cache_key": "scenario:3"},
        {"top_p": None},
        {"temperature": None},
        {"messages": [{"content": "You are Anna.", "role": "system"}, QUESTION[1]]},
    ],
    ids=lambda same: next(iter(same)),
)
def test_what_does_not_shape_the_answer_does_not_part_requests(
    provider_server: LoopbackOpenAI, same: dict[str, Any]
) -> None:
    asked = {"operation": "chat", "messages": QUESTION}
    ai.chat(**asked)
    assert ai.chat(**asked | same).from_cache


def test_scopes_are_a_set(provider_server: LoopbackOpenAI) -> None:
    ai.chat("chat", QUESTION, scopes=("user:7", "persona:3"))
    assert ai.chat("chat", QUESTION, scopes=("persona:3", "user:7", "user:7")).from_cache


def test_another_base_url_gets_another_answer(provider_server: LoopbackOpenAI, settings: Any) -> None:
    ai.chat("chat", QUESTION)
    with LoopbackOpenAI() as other:
        settings.CACHING = settings.CACHING | {"OPENAI_BASE_URL": other.url}
        assert not ai.chat("chat", QUESTION).from_cache
        assert len(other.calls) == 1


def test_a_slash_at_the_end_of_the_base_url_is_the_same_provider(
    provider_server: LoopbackOpenAI, settings: Any
) -> None:
    ai.chat("chat", QUESTION)
    settings.CACHING = settings.CACHING | {"OPENAI_BASE_URL": f"{provider_server.url}/"}
    assert ai.chat("chat", QUESTION).from_cache


@pytest.mark.parametrize("reserved", [{"stream": True}, {"n": 2}, {"stream_options": {}}])
def test_what_the_door_decides_cannot_be_set(
    provider_server: LoopbackOpenAI, reserved: dict[str, Any]
) -> None:
    with pytest.raises(TypeError, match=next(iter(reserved))):
        ai.chat("chat", QUESTION, **reserved)


def test_a_scope_that_is_a_string_is_refused(provider_server: LoopbackOpenAI) -> None:
    with pytest.raises(TypeError, match="tuple"):
        ai.chat("chat", QUESTION, scopes="user:7")  # type: ignore[arg-type]


@pytest.mark.parametrize("operation", ["", "Chat", "a:b", "a b", "ä", "a\n", "x" * 65])
def test_an_operation_that_would_spoil_a_key_is_refused(
    provider_server: LoopbackOpenAI, operation: str
) -> None:
    with pytest.raises(ValueError, match="a-z"):
        ai.chat(operation, QUESTION)
    assert provider_server.calls == []


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply("cut off in the mid", finish_reason="length"), "length"),
        (Reply("", finish_reason="length"), "length"),
        (Reply("partial", finish_reason="content_filter"), "content_filter"),
        (Reply("", refusal="I cannot help with that."), "refusal"),
        (Reply(""), "empty"),
        (Reply(" \n"), "empty"),
        (Reply("", finish_reason="tool_calls"), "empty"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_answer_that_ended_badly_is_an_error_and_is_not_kept(
    provider_server: LoopbackOpenAI, reply: Reply, reason: str
) -> None:
    provider_server.script(reply)
    with pytest.raises(AIAnswerUnusable) as caught:
        ai.chat("chat", QUESTION)
    assert caught.value.reason == reason
    assert ai.chat("chat", QUESTION).text == "Answer 2."


def test_an_answer_that_ended_neither_well_nor_badly_is_not_kept(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply("Let me look that up.", finish_reason="tool_calls"))
    assert ai.chat("chat", QUESTION).finish_reason == "tool_calls"
    assert ai.chat("chat", QUESTION).text == "Answer 2."


@pytest.mark.parametrize(
    ("reply", "error", "retryable"),
    [
        (Reply(status=400), AIRequestRejected, False),
        (Reply(status=413), AIRequestRejected, False),
        (Reply(status=401), AIMisconfigured, False),
        (Reply(status=403), AIMisconfigured, False),
        (Reply(status=404), AIMisconfigured, False),
        (Reply(status=408), AIUnavailable, True),
        (Reply(status=429), AIUnavailable, True),
        (Reply(status=500), AIUnavailable, True),
        (Reply(status=503), AIUnavailable, True),
        (Reply(raw=b"<html>Welcome to the hotel</html>", content_type="text/html"), AIUnavailable, True),
        (Reply(raw=b'{"choices": [{"mess'), AIUnavailable, True),
        (Reply(raw=b'{"choices": null}'), AIUnavailable, True),
        (Reply(raw=b'{"choices": []}'), AIUnavailable, True),
        (
            Reply(raw=b'{"choices": [{"message": {"content": 7}, "finish_reason": "stop"}]}'),
            AIUnavailable,
            True,
        ),
        (Reply(raw=b"[]"), AIUnavailable, True),
        (Reply(raw=b"null"), AIUnavailable, True),
        (Reply("No ending.", finish_reason=None), AIUnavailable, True),
    ],
    ids=lambda value: f"{value.status}-{value.raw!r:.30}" if isinstance(value, Reply) else "",
)
def test_a_failing_provider_is_an_error_of_ours_and_is_not_kept(
    provider_server: LoopbackOpenAI, reply: Reply, error: type[AIError], retryable: bool
) -> None:
    provider_server.script(reply)
    with pytest.raises(error) as caught:
        ai.chat("chat", QUESTION)
    assert caught.value.retryable is retryable
    assert API_KEY not in str(caught.value)
    assert caught.value.user_message.endswith(".")
    assert ai.chat("chat", QUESTION).text == "Answer 2."


def test_a_slow_provider_is_unavailable(provider_server: LoopbackOpenAI, settings: Any) -> None:
    settings.CACHING = settings.CACHING | {"AI_TIMEOUT_SECONDS": 0.05}
    provider_server.script(Reply(delay_seconds=30))
    with pytest.raises(AIUnavailable, match="too long"):
        ai.chat("chat", QUESTION)


def test_a_provider_that_is_not_there_is_unavailable(
    provider_server: LoopbackOpenAI, settings: Any, closed_port: int
) -> None:
    settings.CACHING = settings.CACHING | {"OPENAI_BASE_URL": f"http://127.0.0.1:{closed_port}/v1"}
    with pytest.raises(AIUnavailable, match="cannot be reached"):
        ai.chat("chat", QUESTION)


def test_the_sdk_retries_as_often_as_the_settings_say(provider_server: LoopbackOpenAI, settings: Any) -> None:
    settings.CACHING = settings.CACHING | {"AI_MAX_RETRIES": 1}
    provider_server.script(Reply(status=500, headers={"Retry-After-Ms": "1"}))
    assert ai.chat("chat", QUESTION).text == "Answer 2."


def test_a_server_that_counts_no_tokens_is_taken_as_it_is(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply("Hello.", usage=None))
    assert ai.chat("chat", QUESTION).usage == Usage()


def test_what_is_no_number_of_tokens_is_not_booked(provider_server: LoopbackOpenAI) -> None:
    usage = {"prompt_tokens": -5, "completion_tokens": 2**63, "total_tokens": 1}
    provider_server.script(Reply("Hello.", usage=usage))
    assert ai.chat("chat", QUESTION).usage == Usage()
    assert ai.chat("chat", QUESTION).text == "Hello."


def test_text_that_is_no_unicode_is_rejected(provider_server: LoopbackOpenAI) -> None:
    with pytest.raises(AIRequestRejected):
        ai.chat("chat", [{"role": "user", "content": "\ud800"}])


def test_every_key_is_named_by_its_operation_and_expires(
    provider_server: LoopbackOpenAI, redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    ai.chat("scenario_analysis", QUESTION, scopes=("user:7",))
    (key,) = redis_server.scan_iter(f"{redis_key_prefix}ai_cache:*")
    assert key.decode().startswith(f"{redis_key_prefix}ai_cache:scenario_analysis:")
    assert len(key.decode().rpartition(":")[2]) == 40
    assert redis_server.ttl(key) == pytest.approx(7 * 24 * 3600, rel=0.11)


def test_an_operator_may_set_the_time_to_live(
    provider_server: LoopbackOpenAI, settings: Any, redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    settings.CACHING = settings.CACHING | {"AI_TTL_SECONDS": {"chat": 50}}
    ai.chat("chat", QUESTION)
    (key,) = redis_server.scan_iter(f"{redis_key_prefix}ai_cache:*")
    assert 44 <= redis_server.ttl(key) <= 55


class Bomb:
    """What an unpickler would run."""

    def __reduce__(self) -> tuple[Any, ...]:
        return pytest.fail, ("Something was unpickled.",)


@pytest.mark.parametrize(
    "kind", ["pickle", "noise", "empty", "short", "other version", "other codec", "no text"]
)
def test_a_planted_value_is_a_counted_miss(
    provider_server: LoopbackOpenAI, redis_server: redis.Redis, redis_key_prefix: str, kind: str
) -> None:
    ai.chat("chat", QUESTION)
    (key,) = redis_server.scan_iter(f"{redis_key_prefix}ai_cache:*")
    entry = redis_server.get(key)
    assert isinstance(entry, bytes)
    planted = {
        "pickle": pickle.dumps(Bomb()),
        "noise": random.Random(1).randbytes(500),
        "empty": b"",
        "short": entry[:-3],
        "other version": bytes((entry[0] ^ 0x30,)) + entry[1:],
        "other codec": bytes((entry[0] ^ 0x06,)) + entry[1:],
        "no text": entry[:1] + msgspec.msgpack.encode({"text": "", "model": "m", "usage": {}}),
    }[kind]
    redis_server.set(key, planted)
    assert ai.chat("chat", QUESTION).text == "Answer 2."
    assert stats.counts("ai_chat") == stats.Counts(hits=0, misses=2, undecodable=1)
    assert ai.chat("chat", QUESTION).from_cache


def test_a_list_under_the_key_is_a_counted_miss_and_is_replaced(
    provider_server: LoopbackOpenAI, redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    ai.chat("chat", QUESTION)
    (key,) = redis_server.scan_iter(f"{redis_key_prefix}ai_cache:*")
    redis_server.delete(key)
    redis_server.rpush(key, "x")
    assert ai.chat("chat", QUESTION).text == "Answer 2."
    assert stats.counts("ai_chat").misses == 2
    assert ai.chat("chat", QUESTION).from_cache
