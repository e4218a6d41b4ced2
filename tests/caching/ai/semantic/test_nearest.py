"""The nearest questions, found over a copy that asks only for what is new."""

import math
from array import array
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from caching.ai.semantic import index as index_module
from caching.ai.semantic import nearest as nearest_module
from caching.ai.semantic.index import Index
from caching.ai.semantic.nearest import nearest

INDEX = Index("glossary", "0" * 40)


def at(degrees: float, *, length: float = 1) -> "array[float]":
    angle = math.radians(degrees)
    return array("f", [length * math.cos(angle), length * math.sin(angle)])


def add(question: str, degrees: float, *, length: float = 1, index: Index = INDEX) -> None:
    index.add(question, at(degrees, length=length), ttl_seconds=600)


def near(degrees: float, *, at_least: float = -1.0, most: int = 9, index: Index = INDEX) -> list[str]:
    return [one.question for one in nearest(index, at(degrees), at_least=at_least, most=most)]


def bytes_sent(server: redis.Redis) -> int:
    return int(server.info("stats")["total_net_output_bytes"])


def test_of_nothing_nothing_is_near() -> None:
    assert near(0) == []


def test_the_nearest_come_first_and_the_length_of_a_vector_does_not_matter() -> None:
    add("right angle", 90, length=100)
    add("near", 10, length=0.01)
    add("nearer", 5)
    assert near(0) == ["nearer", "near", "right angle"]
    assert near(0, most=1) == ["nearer"]
    assert near(0, at_least=0.99) == ["nearer"]
    (one,) = nearest(INDEX, at(0, length=7), at_least=0.99, most=1)
    assert one.cosine == pytest.approx(math.cos(math.radians(5)), abs=1e-6)


def test_a_question_is_there_once_as_it_was_added_last() -> None:
    add("moved", 80)
    assert near(0, at_least=0.9) == []
    add("moved", 0)
    add("moved", 0)
    assert near(0) == ["moved"]
    assert near(0, at_least=0.9) == ["moved"]


def test_what_another_process_adds_is_there_at_the_next_question() -> None:
    add("one", 0)
    assert near(0) == ["one"]
    add("two", 1)
    assert near(0) == ["one", "two"]


def test_what_is_known_is_not_sent_again(redis_servers: tuple[redis.Redis, ...]) -> None:
    for number in range(20):
        INDEX.add(str(number), array("f", [1.0] * 1536), ttl_seconds=600)
    question = array("f", [1.0] * 1536)
    assert len(nearest(INDEX, question, at_least=0, most=30)) == 20
    before = sum(map(bytes_sent, redis_servers))
    assert len(nearest(INDEX, question, at_least=0, most=30)) == 20
    assert sum(map(bytes_sent, redis_servers)) - before < 40_000  # INFO itself; the vectors are 123,000


def test_a_copy_is_bounded_and_keeps_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (index_module, nearest_module):
        monkeypatch.setattr(module, "MOST_QUESTIONS", 3)
    for number in range(5):
        add(str(number), number)
        near(0)
    assert near(0) == ["2", "3", "4"]


def test_there_are_few_copies_and_one_that_was_dropped_is_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest_module, "MOST_COPIES", 2)
    indexes = [Index("glossary", str(number) * 40) for number in range(4)]
    for number, index in enumerate(indexes):
        add(str(number), 0, index=index)
    for _ in range(2):
        assert [near(0, index=index) for index in indexes] == [["0"], ["1"], ["2"], ["3"]]
    assert len(nearest_module._copies._copies) == 2


def test_after_redis_lost_its_memory_new_questions_are_found(redis_server: redis.Redis) -> None:
    add("one", 0)
    near(0)
    redis_server.delete(INDEX.key)
    add("two", 1)
    assert near(0) == ["one", "two"]  # the first one leads to an entry that is gone as well


def test_a_vector_of_another_length_is_not_compared() -> None:
    INDEX.add("three", array("f", [1, 0, 0]), ttl_seconds=600)
    assert near(0) == []
    add("two", 0)
    assert near(0) == ["two"]


def test_a_vector_of_zeros_is_like_none() -> None:
    INDEX.add("zero", array("f", [0, 0]), ttl_seconds=600)
    assert near(0, at_least=0.1) == []


def test_threads_share_a_copy() -> None:
    def work(number: int) -> list[str]:
        add(str(number), number / 10)
        return near(number / 10, most=1)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(40))) == [[str(number)] for number in range(40)]
    assert len(near(0, most=50)) == 40
