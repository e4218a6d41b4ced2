from array import array
from typing import Any

import pytest
import redis

from caching import stats
from caching.ai import ai
from caching.ai.embeddings import EMBEDDINGS_A_REQUEST
from caching.errors import AIAnswerUnusable, AIUnavailable
from tests.loopback_openai import DIMENSIONS, LoopbackOpenAI, Reply, vector


def expected(text: str) -> array:  # type: ignore[type-arg]  # 3.11 cannot subscript it
    return array("f", vector(text))


def test_every_text_gets_its_vector_in_order(provider_server: LoopbackOpenAI) -> None:
    assert ai.embed("embedding", ["one", "two", "three"]) == [
        expected("one"),
        expected("two"),
        expected("three"),
    ]


def test_only_unknown_texts_are_sent_and_each_once(provider_server: LoopbackOpenAI) -> None:
    ai.embed("embedding", ["one", "two"])
    vectors = ai.embed("embedding", ["three", "two", "four", "three", "one"])
    assert [body["input"] for body in provider_server.bodies] == [["one", "two"], ["three", "four"]]
    assert vectors == [expected(text) for text in ("three", "two", "four", "three", "one")]
    assert stats.counts("ai_embedding") == stats.Counts(hits=2, misses=4, undecodable=0)


def test_known_texts_make_no_call(provider_server: LoopbackOpenAI) -> None:
    ai.embed("embedding", ["one"])
    assert ai.embed("embedding", ["one"]) == [expected("one")]
    assert len(provider_server.calls) == 1


def test_nothing_is_nothing(provider_server: LoopbackOpenAI) -> None:
    assert ai.embed("embedding", []) == []
    assert provider_server.calls == []


def test_one_text_instead_of_several_is_refused(provider_server: LoopbackOpenAI) -> None:
    with pytest.raises(TypeError, match="several"):
        ai.embed("embedding", "one")


def test_equal_texts_get_vectors_of_their_own(provider_server: LoopbackOpenAI) -> None:
    one, other = ai.embed("embedding", ["same", "same"])
    one[0] = 7
    assert other == expected("same")


def test_many_texts_go_in_several_requests(provider_server: LoopbackOpenAI) -> None:
    provider_server.always(Reply())
    texts = [str(number) for number in range(EMBEDDINGS_A_REQUEST + 1)]
    vectors = ai.embed("embedding", texts)
    assert [len(body["input"]) for body in provider_server.bodies] == [EMBEDDINGS_A_REQUEST, 1]
    assert vectors[-1] == expected(texts[-1])


@pytest.mark.parametrize("other", ["one ", "One", "o\u006ee\u0301"])
def test_white_space_case_and_accents_part_texts(provider_server: LoopbackOpenAI, other: str) -> None:
    ai.embed("embedding", ["one"])
    ai.embed("embedding", [other])
    assert len(provider_server.calls) == 2


def test_another_model_or_operation_parts_texts(provider_server: LoopbackOpenAI) -> None:
    ai.embed("embedding", ["one"])
    ai.embed("embedding", ["one"], model="another")
    ai.embed("case_search", ["one"])
    assert len(provider_server.calls) == 3


def test_a_server_that_sends_numbers_is_understood(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(as_numbers=True))
    assert ai.embed("embedding", ["one"]) == [expected("one")]


def test_an_entry_is_small_and_expires(
    provider_server: LoopbackOpenAI, redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    ai.embed("embedding", ["one"])
    (key,) = redis_server.scan_iter(f"{redis_key_prefix}ai_cache:*")
    assert key.decode().startswith(f"{redis_key_prefix}ai_cache:embedding:")
    assert DIMENSIONS == 1536
    assert redis_server.strlen(key) in range(6144, 6301)
    assert redis_server.ttl(key) == pytest.approx(24 * 3600, rel=0.11)


@pytest.mark.parametrize(
    "data",
    [
        "[]",
        '[{"index": 0, "embedding": [1.0]}]',
        '[{"index": 0, "embedding": [1.0]}, {"index": 0, "embedding": [1.0]}]',
        '[{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": "?"}]',
        '[{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": "AAA="}]',
        '[{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": null}]',
    ],
)
def test_a_reply_that_is_not_whole_is_an_error_and_nothing_is_kept(
    provider_server: LoopbackOpenAI, data: str, redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    provider_server.script(Reply(raw=f'{{"data": {data}}}'.encode()))
    with pytest.raises(AIUnavailable):
        ai.embed("embedding", ["one", "two"])
    assert list(redis_server.scan_iter(f"{redis_key_prefix}ai_cache:*")) == []


def test_an_empty_vector_is_an_error(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(raw=b'{"data": [{"index": 0, "embedding": []}]}'))
    with pytest.raises(AIAnswerUnusable):
        ai.embed("embedding", ["one"])


@pytest.mark.parametrize("planted", [b"", b"noise", b"\x16", b"\x16\x00\x00\x00", "truncated", "list"])
def test_a_planted_value_is_a_counted_miss(
    provider_server: LoopbackOpenAI, redis_server: redis.Redis, redis_key_prefix: str, planted: Any
) -> None:
    ai.embed("embedding", ["one", "two"])
    for key in list(redis_server.scan_iter(f"{redis_key_prefix}ai_cache:*")):
        if planted == "truncated":
            redis_server.set(key, redis_server.getrange(key, 0, 400))
        elif planted == "list":
            redis_server.delete(key)
            redis_server.rpush(key, "x")
        else:
            redis_server.set(key, planted)
    assert ai.embed("embedding", ["one", "two"]) == [expected("one"), expected("two")]
    # What has another type is nothing to GET.
    undecodable = 0 if planted == "list" else 2
    assert stats.counts("ai_embedding") == stats.Counts(hits=0, misses=4, undecodable=undecodable)
