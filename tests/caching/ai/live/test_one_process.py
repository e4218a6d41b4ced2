"""Flights in one process: errors reach all, a fault of one caller's only him, and what Redis loses is said again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis

from caching.ai import ai, live
from caching.ai.live import Ended, Plan, Publish, board
from caching.ai.replies import read_delta
from caching.ai.surfaces import CHAT
from caching.errors import AIAnswerUnusable, AIError, AIUnavailable, CacheUnavailable
from tests.caching.ai.live.test_telling import body, chunk
from tests.loopback_openai import LoopbackOpenAI, Reply

QUESTION = [{"role": "user", "content": "Should we sell?"}]
TEXT = " ".join(f"Sentence {number}." for number in range(20))
MANY = 12


def all_at_once(ask: Callable[[], Any]) -> list[Any]:
    start = threading.Barrier(MANY)

    def one(_: int) -> Any:
        start.wait(10)
        try:
            return ask()
        except AIError as error:
            return error

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(one, range(MANY)))


def plan(source: live.Source, digest: str = "d" * 40) -> Plan:
    return Plan(digest, CHAT, source, lambda: None, lambda body, seconds: ())


@pytest.mark.parametrize(
    "reply", [Reply(status=429, delay_seconds=0.3), Reply(status=500, delay_seconds=0.3), Reply(TEXT, cut_after=9, pause_seconds=0.05)]
)  # fmt: skip
def test_a_failure_of_the_provider_reaches_all_and_is_not_kept(
    provider_server: LoopbackOpenAI, reply: Reply
) -> None:
    provider_server.script(reply)
    errors = all_at_once(lambda: list(ai.stream("chat", QUESTION)))
    assert {type(error) for error in errors} == {AIUnavailable}
    assert len(provider_server.calls) == 1
    assert ai.chat("chat", QUESTION).text == "Answer 2."


@pytest.mark.parametrize("finish_reason", ["length", "content_filter"])
def test_an_answer_that_ended_badly_reaches_all_and_is_not_kept(
    provider_server: LoopbackOpenAI, finish_reason: str
) -> None:
    provider_server.script(Reply(TEXT, finish_reason=finish_reason, delay_seconds=0.3))
    errors = all_at_once(lambda: ai.chat("chat", QUESTION))
    assert {type(error) for error in errors} == {AIAnswerUnusable}
    assert len(provider_server.calls) == 1
    assert ai.chat("chat", QUESTION).text == "Answer 2."


def test_streams_and_whole_answers_fly_together(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(TEXT, pause_seconds=0.02))
    stream = ai.stream("chat", QUESTION)
    first = next(stream)
    assert ai.chat("chat", QUESTION).text == TEXT
    assert "".join(map(str, [first, *stream])) == TEXT
    assert len(provider_server.calls) == 1


def test_a_fault_of_the_one_who_leads_is_his_alone() -> None:
    started, go_on = threading.Event(), threading.Event()

    def fail(publish: Publish) -> bytes:
        started.set()
        assert go_on.wait(10)
        raise ZeroDivisionError

    with ThreadPoolExecutor(2) as pool:
        failing = pool.submit(live.result, plan(fail))
        assert started.wait(10)
        other = pool.submit(live.result, plan(lambda publish: body(TEXT)))
        go_on.set()
        with pytest.raises(ZeroDivisionError):
            failing.result(10)
        assert other.result(10) == Ended(body(TEXT), asked=True)


def test_who_has_seen_a_part_of_a_failed_one_does_not_get_the_rest_of_another() -> None:
    go_on = threading.Event()

    def fail(publish: Publish) -> bytes:
        publish([chunk("One ")])
        assert go_on.wait(10)
        raise ZeroDivisionError

    leader = live.chunks(plan(fail))
    assert next(leader) == chunk("One ")
    follower = live.chunks(plan(lambda publish: body(TEXT)))
    assert next(follower) == chunk("One ")
    go_on.set()
    with pytest.raises(live.BrokenOff):
        next(follower)
    with pytest.raises(ZeroDivisionError):
        next(leader)


def test_a_stream_that_redis_lost_is_said_again(redis_server: redis.Redis, redis_key_prefix: str) -> None:
    said, lost = threading.Event(), threading.Event()

    def ask(publish: Publish) -> bytes:
        publish([chunk("One ")])
        said.set()
        assert lost.wait(10)
        publish([chunk("two")])
        records = redis_server.xlen(f"{redis_key_prefix}flight:{{{'d' * 40}}}:said")
        assert records == 2  # that it begins, and all that was said
        return body("One two")

    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(live.result, plan(ask))
        assert said.wait(10)
        redis_server.delete(f"{redis_key_prefix}flight:{{{'d' * 40}}}:said")
        lost.set()
        assert asked.result(10).body == body("One two")


@pytest.mark.parametrize(
    ("kept", "screen"), [("One two three", ["One ", "two three"]), ("No.", ["One ", live.RESTART, "No."])]
)
def test_a_leader_that_lost_its_lease_to_one_that_has_finished_shows_what_that_one_kept(
    redis_server: redis.Redis, redis_key_prefix: str, kept: str, screen: list[Any]
) -> None:
    finished: list[bytes] = []

    def ask(publish: Publish) -> bytes:
        publish([chunk("One ")])
        redis_server.delete(f"{redis_key_prefix}flight:{{{'d' * 40}}}")
        finished.append(body(kept))
        publish([chunk("two")])
        raise AssertionError("It is refused.")

    lost = Plan("d" * 40, CHAT, ask, lambda: finished[0] if finished else None, lambda body, seconds: ())
    *news, end = live.chunks(lost)
    assert end == Ended(body(kept), asked=False)
    texts = [read_delta(one) if isinstance(one, bytes) else one for one in news]
    assert [text for text in texts if text] == screen


def test_something_else_under_the_name_of_the_stream_is_replaced(
    redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    redis_server.set(f"{redis_key_prefix}flight:{{{'d' * 40}}}:said", "x", ex=60)
    assert live.result(plan(lambda publish: body(TEXT))).body == body(TEXT)


def test_every_key_of_a_flight_expires(
    provider_server: LoopbackOpenAI, redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    stream = ai.stream("chat", QUESTION)
    next(stream)
    list(stream)
    keys = list(redis_server.scan_iter(f"{redis_key_prefix}*"))
    assert any(b":said" in key for key in keys)
    assert all(redis_server.ttl(key) > 0 for key in keys)


def test_when_redis_dies_in_the_midst_nobody_is_left_waiting(
    use_redis: Callable[[str], None], closed_port: int
) -> None:
    broken = threading.Event()

    def ask(publish: Publish) -> bytes:
        publish([chunk("One ")])
        assert broken.wait(10)
        publish([chunk("two")])
        return body("One two")

    reader = live.chunks(plan(ask))
    assert next(reader) == chunk("One ")
    use_redis(f"redis://127.0.0.1:{closed_port}/0")
    broken.set()
    with pytest.raises(CacheUnavailable):
        list(reader)


def test_draining_waits_for_what_is_on_its_way(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(TEXT, pause_seconds=0.02))
    stream = ai.stream("chat", QUESTION)
    next(stream)
    stream.close()
    live.drain()
    assert ai.chat("chat", QUESTION).from_cache
    assert len(provider_server.calls) == 1


def test_a_flight_leaves_the_board_when_it_ends(provider_server: LoopbackOpenAI) -> None:
    ai.chat("chat", QUESTION)
    assert board._flights == {}
