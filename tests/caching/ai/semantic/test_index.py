"""The questions of one place in Redis: bounded, expiring, and nothing planted does harm."""

import math
from array import array

import pytest
import redis

from caching import stats
from caching.ai.semantic import index as index_module
from caching.ai.semantic.index import BEGINNING, Index

INDEX = Index("glossary", "0" * 40)


def add(question: str, *numbers: float) -> None:
    INDEX.add(question, array("f", numbers), ttl_seconds=600)


def questions(after: str = BEGINNING) -> list[str]:
    return [added.question for added in INDEX.added_after(after)]


def test_questions_come_back_in_their_order_with_vectors_of_length_one() -> None:
    add("What is the margin?", 3, 4)
    add("利润是多少？", 0.1, 0)
    first, second = INDEX.added_after(BEGINNING)
    assert (first.question, second.question) == ("What is the margin?", "利润是多少？")
    assert first.vector.tolist() == pytest.approx([0.6, 0.8])
    assert second.vector.tolist() == [1, 0]
    assert questions(first.place) == ["利润是多少？"]
    assert questions(second.place) == []


def test_the_oldest_fall_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "MOST_QUESTIONS", 3)
    for number in range(5):
        add(str(number), 1)
    assert questions() == ["2", "3", "4"]


def test_it_expires_with_the_answers(redis_server: redis.Redis) -> None:
    add("one", 1)
    assert redis_server.ttl(INDEX.key) == pytest.approx(600, rel=0.11)


def test_a_question_takes_little_more_than_its_vector(redis_server: redis.Redis) -> None:
    for number in range(100):
        add(f"What is the margin of business number {number}?", *([math.pi] * 1536))
    assert redis_server.memory_usage(INDEX.key, samples=0) / 100 < 6144 * 1.35


@pytest.mark.parametrize(
    "planted",
    [
        {"question": b"x"},
        {"vector": b"1234"},
        {"question": b"\xff", "vector": b"1234"},
        {"question": b"x", "vector": b"123"},
    ],
    ids=str,
)
def test_what_is_no_question_of_ours_is_passed_over_and_counted(
    redis_server: redis.Redis, planted: dict[str, bytes]
) -> None:
    add("one", 1)
    redis_server.xadd(INDEX.key, planted)  # type: ignore[arg-type]
    add("two", 1)
    assert questions() == ["one", "two"]
    assert stats.counts("ai_semantic").undecodable == 1


def test_something_else_under_its_key_is_replaced(redis_server: redis.Redis) -> None:
    redis_server.set(INDEX.key, b"x", ex=60)
    assert questions() == []
    add("one", 1)
    assert questions() == ["one"]
