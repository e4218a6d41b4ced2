"""The questions of one place: near ones are found in one round trip, old ones fall off, and nothing planted does harm."""

import math
from array import array
from typing import Any

import pytest
import redis

from caching import stats
from caching.ai.semantic import index as index_module
from caching.ai.semantic.index import Index

INDEX = Index("glossary", "0" * 40)


def at(degrees: float, *, length: float = 1) -> "array[float]":
    angle = math.radians(degrees)
    return array("f", [length * math.cos(angle), length * math.sin(angle)])


def add(question: str, degrees: float, *, length: float = 1) -> None:
    INDEX.add(question, at(degrees, length=length), ttl_seconds=600)


def nearest(degrees: float, *, at_least: float = -1.0, most: int = 9) -> list[str]:
    return [near.question for near in INDEX.nearest(at(degrees), at_least=at_least, most=most)]


def test_of_nothing_nothing_is_near() -> None:
    assert nearest(0) == []


def test_the_nearest_come_first_and_the_length_of_a_vector_does_not_matter() -> None:
    add("right angle", 90, length=100)
    add("near", 10, length=0.01)
    add("nearer", 5)
    assert nearest(0) == ["nearer", "near", "right angle"]
    assert nearest(0, most=1) == ["nearer"]
    assert nearest(0, at_least=0.99) == ["nearer"]
    (near,) = INDEX.nearest(at(0, length=7), at_least=0.99, most=1)
    assert near.cosine == pytest.approx(math.cos(math.radians(5)), abs=1e-6)


def test_a_question_is_there_once_as_it_was_added_last() -> None:
    add("moved", 80)
    add("moved", 0)
    add("moved", 0)
    assert [(near.question, round(near.cosine, 3)) for near in INDEX.nearest(at(0), at_least=-1, most=9)] == [
        ("moved", 1.0)
    ]


def test_the_oldest_fall_off(monkeypatch: pytest.MonkeyPatch, redis_server: redis.Redis) -> None:
    monkeypatch.setattr(index_module, "MOST_QUESTIONS", 3)
    for number in range(5):
        add(str(number), number)
    assert nearest(0) == ["2", "3", "4"]
    assert redis_server.llen(INDEX.key) == 3


def test_it_expires_with_the_answers(redis_server: redis.Redis) -> None:
    add("one", 0)
    assert redis_server.ttl(INDEX.key) == pytest.approx(600, rel=0.11)


def test_a_search_is_one_command_however_many_questions_there_are(redis_servers: Any) -> None:
    for number in range(20):
        add(str(number), number)
    before = [server.info("commandstats").get("cmdstat_lrange", {}).get("calls", 0) for server in redis_servers]
    assert len(nearest(0, most=20)) == 20
    after = [server.info("commandstats")["cmdstat_lrange"]["calls"] for server in redis_servers if server]
    assert sum(after) - sum(before) == 1


@pytest.mark.parametrize("planted", [b"", b"noise", b"\x12", b"\x12\x93\xa1x\xc0", b"\x80\x04."])
def test_what_is_no_entry_of_ours_is_passed_over_and_counted(
    redis_server: redis.Redis, planted: bytes
) -> None:
    add("one", 0)
    redis_server.lpush(INDEX.key, planted)
    assert nearest(0) == ["one"]
    assert stats.counts("ai_semantic").undecodable == 1


def test_something_else_under_its_key_is_replaced(redis_server: redis.Redis) -> None:
    redis_server.set(INDEX.key, b"x", ex=60)
    assert nearest(0) == []
    add("one", 0)
    assert nearest(0) == ["one"]


def test_a_vector_of_another_length_is_not_compared() -> None:
    INDEX.add("three", array("f", [1, 0, 0]), ttl_seconds=600)
    add("two", 0)
    assert nearest(0) == ["two"]


def test_a_vector_of_zeros_is_like_none() -> None:
    INDEX.add("zero", array("f", [0, 0]), ttl_seconds=600)
    assert nearest(0, at_least=0.1) == []
